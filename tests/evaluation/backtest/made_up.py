"""Made-up past cases for tests: hawks attack, the guarded do not, each in an area of its own or a shared one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.worlds import crisis, write


def case(number: int, *, hawkish: bool, area: str, target: bool = False, **changes: Any) -> dict[str, Any]:
    """Return one case: as of January 2020 plus so many months."""
    value = crisis(
        question__horizon=180,
        actors__attacker__stance={"normal": [0.8 if hawkish else 0.1, 0.1]},
        actors__shield__strength=0.05 if hawkish else 1.2,
        actors__shield__stance={"normal": [-0.2 if hawkish else -0.9, 0.1]},
        actors__backer__stance={"normal": [0.7 if hawkish else -0.4, 0.2]},
        **changes,
    )
    year, month = 2020 + number // 12, 1 + number % 12
    value["id"] = f"case-{number:02d}"
    value["question"]["as_of"] = f"{year}-{month:02d}-01"
    value["case"] = {"tier": "A" if hawkish else "B", "area": area, "target": target}
    value["resolution"] = {
        "offensive": f"{year}-{month:02d}-{11 + number % 9}" if hawkish else "none",
        "agreement": "none",
        "source": "Made up.",
        "confidence": "low",
    }
    value["hindsight"] = {"actors.attacker.stance": "Made up with the outcome in mind."}
    return value


def write_cases(folder: Path, count: int = 12) -> Path:
    """Write cases with alternating outcomes, two an area, the last one being the target; return their folder."""
    home = folder / "scenarios" / "cases"
    home.mkdir(parents=True)
    for number in range(count):
        made = case(number, hawkish=number % 2 == 0, area=f"area-{number // 2}", target=number == count - 1)
        write(home, made, f"{made['id']}.yaml")
    return home
