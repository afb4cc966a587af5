"""Numbers on the command line: every option that takes one declares its range, and every command holds it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, get_args

import pytest
import typer
from typer.models import OptionInfo

from sim.cli.app import app
from sim.cli.options import MOST_RUNS, NUMBER, RUNS, SEED, SHARDS, Range, ranges_of
from sim.errors import UsageError
from sim.evaluation.calibration.recovery import check_repeats
from sim.forecast.plan import MAX_RUNS
from sim.studies.sweep.shards import MAX_SHARDS
from tests.cli.conftest import Offramp
from tests.scenario.files import FULL, Folder, edit


def declared(group: typer.Typer, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Callable[..., Any]]]:
    """Yield every command with its words."""
    for one in group.registered_commands:
        assert one.callback is not None
        yield (*before, one.name or one.callback.__name__.replace("_", "-")), one.callback
    for part in group.registered_groups:
        assert part.typer_instance is not None
        yield from declared(part.typer_instance, (*before, str(part.name)))


@dataclass(frozen=True)
class Given:
    """A parameter of a command: the word that it follows, if it is an option, and what it takes."""

    name: str
    option: str | None
    kinds: tuple[Any, ...]
    required: bool


def parameters(command: Callable[..., Any]) -> Iterator[Given]:
    """Yield the parameters of a command, as its signature has them."""
    for one in inspect.signature(command, eval_str=True).parameters.values():
        if one.annotation is typer.Context:
            continue
        kind, *parts = get_args(one.annotation)
        info = next(part for part in parts if isinstance(part, typer.models.ParameterInfo))
        words = info.default, *(info.param_decls or ())  # in an annotation, the first word is where a default else is
        names = [word for word in words if isinstance(word, str) and word.startswith("--")]
        option = (names or [f"--{one.name.replace('_', '-')}"])[0] if isinstance(info, OptionInfo) else None
        yield Given(one.name, option, get_args(kind) or (kind,), one.default is inspect.Parameter.empty)


NUMBERS = [
    pytest.param(words, command, one, id=f"{' '.join(words)} {one.option}")
    for words, command in declared(app)
    for one in parameters(command)
    if int in one.kinds
]


def test_the_walk_finds_the_options() -> None:
    found = {one.id for one in NUMBERS}
    assert {"run --seed", "diff --runs", "calibrate --recovery", "backtest --blocks", "explain --run"} <= found
    assert {"sweep plan --shards", "sweep run --workers", "explore --port"} <= found


@pytest.mark.parametrize(("words", "command", "one"), NUMBERS)
def test_every_whole_number_has_a_range_that_its_command_holds(
    offramp: Offramp, words: tuple[str, ...], command: Callable[..., Any], one: Given
) -> None:
    """Given below and above its range, the command leaves with 2 before it looks at any file."""
    limits = ranges_of(command)[one.name]
    needed: list[str] = []
    for other in parameters(command):
        if other.required and other is not one and other.option != one.option:
            value = "1" if {int, float} & set(other.kinds) else "none.yaml"
            needed += [value] if other.option is None else [other.option, value]
    for value in (limits.least - 1, limits.most + 1):
        answer = offramp(*words, *needed, f"{one.option}={value}")
        assert (answer.code, answer.out) == (2, "")
        assert answer.err.startswith(f"error: expected {limits.told} (got ")


def test_ranges_are_those_of_what_they_are_for() -> None:
    assert (RUNS.most, NUMBER.most, SHARDS.most) == (MAX_RUNS, MAX_RUNS - 1, MAX_SHARDS)
    assert MOST_RUNS == MAX_RUNS
    assert SEED.most == 2**63 - 1


def test_both_ends_of_a_range_are_in_it() -> None:
    one = Range(1, 3, "1 to 3")
    for value in (1, 3):
        one.hold(value)
    for value in (0, 4):
        with pytest.raises(UsageError, match=rf"^expected 1 to 3 \(got {value}\)$"):
            one.hold(value)


def test_no_runs_are_not_the_default_number(offramp: Offramp, folder: Folder) -> None:
    file = folder.write(edit(FULL, ("60 days", "10 days")))
    answer = offramp("diff", file, file, "--runs", 0)
    assert (answer.code, answer.err) == (2, "error: expected 1 to 10,000,000 runs (got 0)\n")


def test_a_history_of_one_run_is_refused_for_nothing_can_be_told_of_one_draw(offramp: Offramp, folder: Folder) -> None:
    file = folder.write(edit(FULL, ("60 days", "10 days")))
    answer = offramp("history", file, "--from", "2019-12-20", "--runs", 1, "--quiet")
    assert (answer.code, answer.err) == (2, "error: expected more than 8 runs for a difference (got 1)\n")


def test_simulated_calibrations_leave_half_of_the_points() -> None:
    check_repeats(0, 10)
    check_repeats(5, 10)
    with pytest.raises(UsageError, match=r"^expected 0 to 5 simulated calibrations of 10 points \(got 6\)$"):
        check_repeats(6, 10)
