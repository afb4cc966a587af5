"""Days and dates are read one way by everything that takes them."""

from __future__ import annotations

import ast
import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

import sim
from sim.errors import UsageError
from sim.runs.block.given import read_given
from sim.scenario.gates import Gate
from sim.scenario.scenario import Scenario
from sim.scenario.windows import age_of, date_of, day_of, length_of
from sim.studies import discovery, drivers, tipping
from sim.studies.advice import goal_of
from tests import worlds
from tests.cli.conftest import Offramp, offramp
from tests.places import syntax

__all__ = ["offramp"]
AS_OF = datetime.date(2020, 1, 1)
THIRTY = ("30", "30 days", " 30  ", "30 Days", "2020-01-30")
PACKAGE = Path(sim.__file__).parent


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return worlds.load(tmp_path_factory.mktemp("windows"))


@pytest.mark.parametrize("by", [*THIRTY, 30, datetime.date(2020, 1, 30), datetime.datetime(2020, 1, 30, 23, 59)])
def test_a_window_is_a_number_of_days_a_text_or_its_last_date(by: int | str | datetime.date) -> None:
    assert day_of(by, AS_OF, 60) == 30


@pytest.mark.parametrize("by", ["soon", "", "30.5", "-3", "2020-13-01", "2020-W05-4", "9" * 40, True, 3.5])
def test_what_is_no_window_is_refused_with_what_to_type(by: int | str) -> None:
    with pytest.raises(UsageError, match=r'expected a number of days, "90 days" or a date such as 2020-01-30 for --by'):
        day_of(by, AS_OF, 60, "--by")


@pytest.mark.parametrize("by", ["0", "61 days", "2019-12-31", "2020-03-01", -3])
def test_a_window_beyond_the_horizon_is_refused_with_its_last_day(by: int | str) -> None:
    with pytest.raises(UsageError, match=r"from 1 to 60 days, up to 2020-02-29, for by"):
        day_of(by, AS_OF, 60)


READERS: dict[str, Callable[[Scenario, str], object]] = {
    "tip": lambda scenario, by: tipping.ask(scenario, ["credibility"], to=0.5, by=by).day,
    "discover": lambda scenario, by: discovery.ask(scenario, by=by).by,
    "drivers": lambda scenario, by: drivers.ask(scenario, "offensive", by).by,
    "advise": lambda scenario, by: goal_of(f"lower offensive by {by}", scenario).day,
    "gate": lambda scenario, by: Gate(by=by, below=0.5).day(scenario.as_of, scenario.horizon),
    "given": lambda scenario, by: read_given([f"strikes by {by}"], scenario)[0].day,
}


@pytest.mark.parametrize("by", THIRTY)
@pytest.mark.parametrize("reader", READERS)
def test_every_study_reads_every_way_to_write_a_window(scenario: Scenario, reader: str, by: str) -> None:
    assert READERS[reader](scenario, by) == 30


@pytest.mark.parametrize("by", ["30", "30 days", "2020-01-30"])
def test_every_command_with_a_window_takes_every_way_to_write_it(offramp: Offramp, tmp_path: Path, by: str) -> None:
    """Asked what cannot be, each has read the window before it refuses the rest."""
    file = worlds.write(tmp_path, worlds.crisis())
    asked = {
        "tip": ("--input", "credibility", "--to", "2"),
        "drivers": ("--runs", "4"),
        "discover": ("--runs", "4"),
    }
    for command, rest in asked.items():
        answer = offramp(command, file, "--by", by, *rest, "--quiet")
        assert answer.code == 2
        assert "window" not in answer.err
        assert "number of days" not in answer.err
        refused = offramp(command, file, "--by", "soon", *rest, "--quiet")
        assert "for --by (got 'soon')" in refused.err


@pytest.mark.parametrize(("text", "days"), [("3", 3), ("3 days", 3), ("2 weeks", 14), ("1 Week", 7)])
def test_a_length_of_time_is_a_number_of_days_or_of_weeks(text: str, days: int) -> None:
    assert length_of(text, "--every") == days


@pytest.mark.parametrize("text", ["0", "soon", "2020-01-01", ""])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r'expected a number of days, "3 days" or "2 weeks" for --every'):
        length_of(text, "--every")


@pytest.mark.parametrize(("text", "days"), [("3", 3), ("2 weeks", 14), ("2020-01-01", 30), ("2020-02-10", 0)])
def test_an_age_is_a_length_of_time_or_that_of_a_date(text: str, days: int) -> None:
    assert age_of(text, datetime.datetime(2020, 1, 31), "--older-than") == days
    with pytest.raises(UsageError, match=r'expected a number of days, "90 days" or a date .* for --older-than'):
        age_of("soon", datetime.datetime(2020, 1, 31), "--older-than")


def test_a_date_is_a_date() -> None:
    assert date_of("2020-01-30", "--from") == datetime.date(2020, 1, 30)
    for other in ("30 days", "20200130", "2020-W05-4", "2020-1-30"):
        with pytest.raises(UsageError, match="expected a date such as 2018-11-16 for --from"):
            date_of(other, "--from")


def test_no_command_reads_days_or_dates_by_itself() -> None:
    """Times of the ledger, which have a clock, are no such reading."""
    own = [
        f"{path.name}:{node.lineno}"
        for path in (PACKAGE / "cli").glob("*.py")
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Attribute) and node.attr == "fromisoformat"
    ]
    assert [one.split(":")[0] for one in own] == ["ledger.py"]
