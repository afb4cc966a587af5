"""People, not ids: every command calls actors, pressures, talks and events by their names wherever a reader looks.

All ids of the scenario have the letters `zq` in them, and no name has. What is left may stand in commands, in the
column of paths of the table of inputs, and in brackets behind a warning.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import worlds

Offramp = Callable[..., Any]

NAMES = {
    "attacker": "Freedonia", "backer": "Sylvania", "shield": "Ruritania", "town": "The Old Town", "envoy": "Fenwick",
}  # fmt: skip
PLEA = {
    "name": "the plea of the envoy", "from": "zq-envoy", "on": "zq-backer", "aim": "restrain", "start": -5,
    "intensity": {"uniform": [0.2, 0.8]}, "half_life": 20,
}  # fmt: skip
SANCTION = {
    "name": "the sanctions", "from": "zq-shield", "on": "zq-attacker", "aim": "restrain", "channel": "conditional",
    "intensity": {"uniform": [0.2, 0.8]}, "after": "zq-vote", "delay": 1,
}  # fmt: skip
VOTE = {
    "name": "the vote", "on": "zq-backer", "field": "stance", "add": 0.2, "from": 2, "until": 5, "probability": 0.6,
    "if": "no strikes", "basis": "A guess.",
}  # fmt: skip
OFFER = {"name": "A loan", "by": "zq-shield", "cost": 1, "change": {"pressures.zq-plea.half_life": 40}}
SWEEP = """\
schema: offramp/sweep/1
id: sweep
title: Does it begin, across the cells?
base: crisis.yaml
design: {design}
axes:
  pressures.zq-plea.intensity: [0.1, 0.9]
  actors.zq-shield.posture: [0.1, 0.9]
names:
  actors.zq-shield.posture: how firm Ruritania stands
"""


def named(value: Any) -> Any:
    """Return the small crisis with other ids, and names."""
    if isinstance(value, dict):
        return {f"zq-{key}" if key in NAMES else key: named(one) for key, one in value.items()}
    return value


@pytest.fixture
def file(tmp_path: Path) -> Path:
    crisis = named(worlds.crisis(question__horizon=10, question__milestones=[5]))
    for id_, name in NAMES.items():
        crisis["actors"][f"zq-{id_}"]["name"] = name
    crisis["pressures"] = {"zq-plea": PLEA, "zq-sanction": SANCTION}
    crisis["talks"] = {"zq-summit": {"name": "the summit", "start": 3, "boost": {"uniform": [1, 3]}}}
    crisis["events"] = {"zq-vote": VOTE}
    crisis["menu"] = {"zq-loan": OFFER}
    crisis["bargaining"] = {"principal": "zq-attacker", "counterpart": "zq-envoy"}
    crisis["together"] = [{"inputs": ["actors.zq-attacker.stance", "actors.zq-backer.stance"], "rank": 0.5}]
    return worlds.write(tmp_path, crisis)


def variant(file: Path) -> Path:
    changes = {"pressures": {"zq-plea": {"half_life": 9, "on": "zq-shield"}, "zq-sanction": None}}
    return worlds.write(file.parent, {"id": "other", "extends": "./crisis.yaml", **changes}, "other.yaml")


def seen(text: str) -> list[str]:
    """Return the ids that a reader would see in a page, a Markdown file or on a terminal."""
    text = re.sub(r"(?s)<style\b.*?</style>|<script>.*?</script>", "", text.replace("\\", ""))
    text = re.sub(r"offramp \w+ .*|`[^`\n]*`", "", text)  # commands, and what a warning says to write
    text = re.sub(r"\([\w.-]+, \w+\.yaml:\d+\)", "", text)  # the place of a warning
    if "</td>" not in text:
        text = re.sub(r"(?m)(yaml:\d+.*|default|no basis given) \| [a-z]+\.zq[^|]*\|$", r"\1", text)  # paths of inputs
    text = re.sub(r"<td[^>]*>(?:[a-z]+\.zq[\w.-]+(?:, )?)+</td>", "", text)  # and in a page
    return [text[max(0, one.start() - 60) : one.end() + 60] for one in re.finditer("zq-", text)]


def leaks(offramp: Offramp, folder: Path, *words: object, out: bool = True) -> dict[str, list[str]]:
    """Return the ids to be seen in what a command prints, and in the pages and Markdown that it writes."""
    where = folder / "out"
    here = () if words[0] == "explain" else ("--workers", 1)  # what starts other processes takes longest
    answer = offramp(*words, *here, *(("--out", where) if out else ()))
    assert answer.code == 0, answer.err
    written = (path for path in where.rglob("*") if path.suffix in (".html", ".md", ".svg"))
    texts = {"terminal": answer.out, **{path.name: path.read_text(encoding="utf-8") for path in written}}
    return {name: found for name, text in texts.items() if (found := seen(text))}


COMMANDS: dict[str, tuple[object, ...]] = {
    "run": ("--runs", 1024, "--counterfactuals"),
    "tip": ("--runs", 512, "--input", "pressures.zq-plea.intensity", "--to", 0.4),
    "discover": ("--runs", 1024),
    "explain": ("--run", 3),
    "counterfactuals": ("--runs", 512),
    "advise": ("--runs", 512, "--for", "zq-shield", "--goal", "lower offensive by 10 days"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_report_has_names_and_no_ids(offramp: Offramp, file: Path, command: str) -> None:
    assert not leaks(offramp, file.parent, command, file, *COMMANDS[command])


def test_drivers_and_a_difference_have_names_and_no_ids(offramp: Offramp, file: Path) -> None:
    assert not leaks(offramp, file.parent, "drivers", file, "--runs", 512, out=False)
    assert not leaks(offramp, file.parent, "diff", file, variant(file), "--runs", 512, out=False)


def test_what_moved_since_has_names_and_no_ids(offramp: Offramp, file: Path) -> None:
    first = file.parent / "first"
    assert offramp("run", variant(file), "--runs", 512, "--quiet", "--out", first).code == 0
    assert not leaks(offramp, file.parent, "run", file, "--runs", 512, "--since", first / "forecast.json")


@pytest.mark.parametrize("design", ["grid", "one-at-a-time", pytest.param("{sobol: 16}", marks=pytest.mark.slow)])
def test_a_sweep_has_names_and_no_ids(offramp: Offramp, file: Path, design: str) -> None:
    sweep = file.with_name("sweep.yaml")
    text = SWEEP.replace("{design}", design)
    text = text.replace("[0.1, 0.9]", "{from: 0.1, to: 0.9}") if "sobol" in design else text
    sweep.write_text(text, encoding="utf-8")
    assert not leaks(offramp, file.parent, "sweep", "run", sweep, "--runs", 64, "--no-store", "--cells")
