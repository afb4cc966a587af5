"""A small crisis with every kind of control, and variants beside it."""

from pathlib import Path
from typing import Any

from tests import worlds

DAYS = 30
BASE: dict[str, Any] = worlds.crisis(
    question__horizon=DAYS,
    question__milestones=[14],
    actors__attacker__stance={"normal": [0.6, 0.2]},
    parameters={"launch_rate": 0.6},
    pressures={
        "appeal": {"from": "envoy", "on": "backer", "aim": "restrain", "intensity": {"uniform": [0.2, 0.6]},
                   "start": "2019-12-01", "half_life": 90},
        "urging": {"from": "attacker", "on": "backer", "aim": "encourage", "intensity": 0.4, "start": "2019-12-20"},
        "offer": {"from": "envoy", "on": "backer", "aim": "restrain", "channel": "conditional", "intensity": 0.5,
                  "start": "2020-01-05", "ramp": 5},
    },
    talks={"summit": {"start": "2020-01-04", "end": "2020-01-25", "boost": 30}},
    ties={
        "attacker": {"backer": 0.5},
        "backer": {"attacker": {"triangular": [0.5, 0.8, 0.9]}, "shield": 0.4},
        "shield": {"backer": 0.4, "town": 0.5},
        "envoy": {"backer": 0.5, "shield": 0.2},
    },
)  # fmt: skip

SLIDERS = {
    "actors.attacker.stance": +1,
    "actors.attacker.posture": +1,
    "actors.backer.stance": +1,
    "actors.backer.posture": +1,
    "actors.shield.stance": +1,
    "actors.shield.posture": -1,
    "actors.town.stance": +1,
    "actors.town.posture": +1,
    "actors.envoy.stance": +1,
    "actors.envoy.posture": -1,
    "ties.attacker.backer": +1,
    "ties.backer.attacker": -1,
    "ties.backer.shield": +1,
    "ties.shield.backer": -1,
    "ties.envoy.backer": -1,
    "ties.envoy.shield": -1,
    "pressures.appeal.intensity": -1,
    "pressures.urging.intensity": +1,
    "pressures.offer.intensity": -1,
}
"""What more of each does to the probability, by the rules of the model; a guarantor's hold over a defender is left out,
for it damps provocation and steels resistance at once."""
SWITCHES = {"pressures.appeal": +1, "pressures.urging": -1, "pressures.offer": +1, "talks.summit": +1}
"""What switching each off does to it."""


def write(folder: Path) -> Path:
    """Write the crisis, a variant, a scenario of another crisis, and something that is none; return the crisis."""
    path = worlds.write(folder, BASE)
    variant = {"schema": BASE["schema"], "id": "keen", "title": "Keen?", "extends": "./crisis.yaml",
               "actors": {"backer": {"stance": 0.6}}}  # fmt: skip
    worlds.write(folder, variant, "keen.yaml")
    worlds.write(folder, {**BASE, "id": "other"}, "other.yaml")
    (folder / "broken.yaml").write_text("schema: [", encoding="utf-8")
    return path
