"""Valid scenarios with one slip each, 500 in full: the message must name the line, and the key that was meant."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from sim.errors import ScenarioError
from sim.scenario.load import load
from tests import sizes
from tests.places import GHOUTA, IDLIB

pytestmark = pytest.mark.slow

SOURCES = [IDLIB / "baseline.yaml", GHOUTA / "baseline.yaml"]
COUNT = 500 if sizes.full else 120
KEYS = (
    "stance", "resolve", "salience", "ambiguity", "strength", "posture", "self_reliance", "momentum", "exposure", "air_denial",
    "militancy", "attention", "intensity", "half_life", "channel", "start", "ramp", "horizon", "milestones", "population",
    "credibility", "resolves", "does_not_resolve", "confidence", "actors", "pressures", "parameters", "title",
)  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A scenario with one slip: its text, the line of the slip, and the key that was meant where one was misspelt."""

    text: str
    line: int
    meant: str | None


def misspelt(word: str, dice: random.Random) -> str:
    """Leave out, double, swap or change one letter."""
    at = dice.randrange(1, len(word) - 1)
    return dice.choice([
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + dice.choice("aeioudnrt") + word[at + 1 :],
    ])  # fmt: skip


def keys_of(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines that begin with a known key."""
    notes = lines.index("notes:")  # whose keys are the author's own
    for number, line in enumerate(lines[:notes]):
        key = line.strip().partition(":")[0]
        if key in KEYS and ":" in line:
            yield number, key


def numbers_of(lines: list[str]) -> Iterator[int]:
    """Yield the lines of the form `key: number`."""
    for number, line in enumerate(lines):
        key, _, value = line.strip().partition(": ")
        if key in KEYS and value.replace(".", "").isdigit():
            yield number


def mutants() -> Iterator[Mutant]:
    dice = random.Random(11)
    made = 0
    while made < COUNT:
        lines = SOURCES[made % len(SOURCES)].read_text(encoding="utf-8").splitlines()
        if dice.random() < 0.6:
            number, key = dice.choice(list(keys_of(lines)))
            wrong = misspelt(key, dice)
            if wrong == key:
                continue
            lines[number] = lines[number].replace(key, wrong, 1)
            yield Mutant("\n".join(lines), number + 1, key)
        else:
            number = dice.choice(list(numbers_of(lines)))
            head = lines[number].partition(":")[0]
            lines[number] = (
                f"{head}: {dice.choice(['lots', '.nan', '-7', 'true', '[1]', '{normal: [0, -1]}', '1e400'])}"
            )
            yield Mutant("\n".join(lines), number + 1, None)
        made += 1


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Mutant, ScenarioError]]:
    """Every mutant with the error it gets."""
    root = tmp_path_factory.mktemp("mutants") / "scenarios"
    root.mkdir()
    for name in ("evidence.yaml", "sources.yaml"):
        (root / name).write_text((IDLIB / name).read_text(encoding="utf-8"), encoding="utf-8")
    path = root / "mutant.yaml"
    judged = []
    for mutant in mutants():
        path.write_text(mutant.text, encoding="utf-8")
        with pytest.raises(ScenarioError) as caught:
            load(path)
        judged.append((mutant, caught.value))
    return judged


def test_99_per_cent_of_slips_are_told_with_their_line(judged: list[tuple[Mutant, ScenarioError]]) -> None:
    assert len(judged) == COUNT
    right = sum(any(fault.line == mutant.line for fault in error.faults) for mutant, error in judged)
    print(f"right line: {right} of {len(judged)}")
    assert right >= 0.99 * len(judged), right / len(judged)


def test_90_per_cent_of_misspelt_keys_get_the_right_suggestion(judged: list[tuple[Mutant, ScenarioError]]) -> None:
    misspelt_keys = [(mutant, error) for mutant, error in judged if mutant.meant is not None]
    assert len(misspelt_keys) > 0.4 * COUNT
    right = sum(f"did you mean {mutant.meant}?" in str(error) for mutant, error in misspelt_keys)
    print(f"right suggestion: {right} of {len(misspelt_keys)}")
    assert right >= 0.9 * len(misspelt_keys), right / len(misspelt_keys)
