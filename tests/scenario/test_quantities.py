"""Numbers, durations and points in time, as the fields of a scenario take them."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.distributions import Distribution
from sim.errors import ScenarioError
from sim.model.inputs import draw_inputs, inputs_of
from tests.scenario.files import FULL, MINIMAL, WITH_FOLDER, Folder, edit

NO_DURATION = 'expected a duration such as "120 days"'
NOT_WHOLE = 'expected a whole number of days, as in "180 days"'
NO_DATE = "expected a date such as 2018-08-19"
NO_MOMENT = "expected a date such as 2018-08-19 or a number of days from the as-of date"
PRESSURE = FULL + "pressures:\n  p: {from: envoy, on: backer, aim: restrain, intensity: 1, start: -9, KEY: VALUE}\n"


def horizon(folder: Folder, written: str) -> str:
    return edit(MINIMAL, ("horizon: 60 days", f"horizon: {written}"))


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("1", 1),
        ("60", 60),
        ("7.0", 7),
        ("1e2", 100),
        ("3650", 3650),
        ("1 day", 1),
        ("60 days", 60),
        ("60days", 60),
        ("60.0 days", 60),
        ("2 weeks", 14),
        ("2 week", 14),
        ("0060 days", 60),
    ],
)
def test_a_horizon_is_a_whole_number_of_days_or_weeks(folder: Folder, written: str, days: int) -> None:
    read = folder.load(horizon(folder, written)).horizon
    assert (read, type(read)) == (days, int)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("0", "expected 1 to 3650 days (got 0)"),
        ("-1", "expected 1 to 3650 days (got -1)"),
        ("3651", "expected 1 to 3650 days (got 3651)"),
        ("0 days", 'expected 1 to 3650 days (got "0 days")'),
        ("600 weeks", 'expected 1 to 3650 days (got "600 weeks")'),
        ("1.5", f"{NOT_WHOLE} (got 1.5)"),
        ("1.5 weeks", f'{NOT_WHOLE} (got "1.5 weeks")'),
        ("true", f"{NOT_WHOLE} (got true)"),
        (".inf", f"{NOT_WHOLE} (got Infinity)"),
        (".nan", f"{NOT_WHOLE} (got NaN)"),
        ("[60]", f"{NOT_WHOLE} (got [60])"),
        ("{normal: [60, 5]}", f'{NOT_WHOLE} (got {{"normal": [60, 5]}})'),
        ('"60"', f'{NO_DURATION} (got "60")'),
        ("60 months", f'{NO_DURATION} (got "60 months")'),
        ("60 Days", f'{NO_DURATION} (got "60 Days")'),
        ("-3 days", f'{NO_DURATION} (got "-3 days")'),
        ("two weeks", f'{NO_DURATION} (got "two weeks")'),
        ("١٢ days", f'{NO_DURATION} (got "١٢ days")'),
    ],
)
def test_what_is_no_horizon_is_refused(folder: Folder, written: str, message: str) -> None:
    assert folder.faults(horizon(folder, written)) == [f"crisis.yaml:6:3: question.horizon: {message}"]


@pytest.mark.parametrize("key", ["ramp", "half_life"])
@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("10", 10.0),
        ("0.5", 0.5),
        ("10 days", 10.0),
        ("1.5 weeks", 10.5),
        ("{uniform: [5, 9]}", {"uniform": [5.0, 9.0]}),
    ],
)
def test_a_length_of_time_may_be_a_fraction_or_a_prior(folder: Folder, key: str, written: str, plain: object) -> None:
    text = edit(PRESSURE, ("KEY", key), ("VALUE", written))
    assert folder.load(text).plain()["pressures"]["p"][key] == plain


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("0", "expected a number above 0 (got 0)"),
        ("0 days", 'expected a number above 0 (got "0 days")'),
        ("-1", "expected a number above 0 (got -1)"),
        ("{normal: [-1, 1]}", 'expected a number above 0 (got {"normal": [-1, 1]})'),
        ("{uniform: [-1, 5]}", 'expected a number above 0 (got {"uniform": [-1, 5]})'),
        ("2020-03-01", f'{NO_DURATION} (got "2020-03-01")'),
        ("evidence", f'{NO_DURATION} (got "evidence")'),
    ],
)
def test_what_is_no_length_of_time_is_refused(folder: Folder, written: str, message: str) -> None:
    text = edit(PRESSURE, ("KEY", "ramp"), ("VALUE", written))
    assert folder.faults(text) == [f"crisis.yaml:16:72: pressures.p.ramp: {message}"]


@pytest.mark.parametrize("key", ["horizon", "ramp"])
def test_a_length_of_time_beyond_all_bounds_is_refused(folder: Folder, key: str) -> None:
    endless = '"1' + "0" * 400 + ' days"'
    text = horizon(folder, endless) if key == "horizon" else edit(PRESSURE, ("KEY", "ramp"), ("VALUE", endless))
    assert len(folder.faults(text)) == 1


@given(st.dates(datetime.date(1800, 1, 1), datetime.date(2200, 12, 31)))
@settings(WITH_FOLDER, max_examples=50)
def test_every_date_of_four_centuries_is_read_as_it_is_written(folder: Folder, day: datetime.date) -> None:
    assert folder.load(edit(MINIMAL, ("2020-01-01", day.isoformat()))).as_of == day


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("2020-02-30", 'there is no such date in the calendar (got "2020-02-30")'),
        ("2019-02-29", 'there is no such date in the calendar (got "2019-02-29")'),
        ("1799-12-31", 'expected a date from 1800 to 2200 (got "1799-12-31")'),
        ("2201-01-01", 'expected a date from 1800 to 2200 (got "2201-01-01")'),
        ("9999-12-31", 'expected a date from 1800 to 2200 (got "9999-12-31")'),
        ("0000-01-01", 'there is no such date in the calendar (got "0000-01-01")'),
        ("10000-01-01", f'{NO_DATE} (got "10000-01-01")'),
        ("2020-1-1", f'{NO_DATE} (got "2020-1-1")'),
        ("20200101", f"{NO_DATE} (got 20200101)"),
        ("2020-W01-1", f'{NO_DATE} (got "2020-W01-1")'),
        ("2020-01-01T00:00:00", f'{NO_DATE} (got "2020-01-01T00:00:00")'),
        ("1 January 2020", f'{NO_DATE} (got "1 January 2020")'),
        ("２０２０-01-01", f'{NO_DATE} (got "２０２０-01-01")'),
        ("[2020-01-01]", f'{NO_DATE} (got ["2020-01-01"])'),
        ("{uniform: [0, 1]}", f'{NO_DATE} (got {{"uniform": [0, 1]}})'),
    ],
)
def test_what_is_no_date_is_refused(folder: Folder, written: str, message: str) -> None:
    assert folder.faults(edit(MINIMAL, ("2020-01-01", written))) == [f"crisis.yaml:5:3: question.as_of: {message}"]


@pytest.mark.parametrize(
    ("written", "day"),
    [("2020-01-11", 10), ("2019-12-31", -1), ("10", 10), ("-2.5", -2.5), ("{uniform: [4, 8]}", 6), ("2020-02-09", 39)],
)
def test_a_point_in_time_is_a_date_or_a_count_of_days_from_the_as_of_date(
    folder: Folder, written: str, day: float
) -> None:
    scenario = folder.load(FULL + f"talks:\n  t: {{start: {written}, end: 50, boost: 1}}\n")
    starts = {one.path: one.distribution for one in inputs_of(scenario)}
    assert starts["talks.t.start"].median == day


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("5 days", f'{NO_DATE} (got "5 days")'),
        ("tomorrow", f'{NO_DATE} (got "tomorrow")'),
        ("true", f"{NO_MOMENT} (got true)"),
        (".nan", f"{NO_MOMENT} (got NaN)"),
        ("[1]", f"{NO_MOMENT} (got [1])"),
        ("{a: 1}", f'{NO_MOMENT} (got {{"a": 1}})'),
    ],
)
def test_what_is_no_point_in_time_is_refused(folder: Folder, written: str, message: str) -> None:
    text = FULL + f"talks:\n  t: {{boost: 1, start: {written}}}\n"
    assert folder.faults(text) == [f"crisis.yaml:16:17: talks.t.start: {message}"]


# -- ranges -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("stance", "-1"),
        ("stance", "1"),
        ("stance", "{uniform: [-1, 1]}"),
        ("stance", "{normal: [1, 5]}"),
        ("stance", "{beta: [2, 2]}"),
        ("resolve", "0"),
        ("resolve", "{lognormal: [1, 2]}"),
        ("strength", "1e6"),
        ("ambiguity", "{uniform: [0, 1]}"),
        ("ambiguity", "{triangular: [0, 0, 1]}"),
    ],
)
def test_numbers_within_their_range_are_taken(folder: Folder, field: str, written: str) -> None:
    entry = f"{field}: {written}" if field == "stance" else f"stance: 0, {field}: {written}"
    actor = folder.load(edit(MINIMAL, ("stance: 0.8", entry))).actors["attacker"]
    assert isinstance(getattr(actor, field), Distribution)


@pytest.mark.parametrize(
    ("field", "written", "expected"),
    [
        ("stance", "1.001", "a number from -1 to 1"),
        ("stance", "-2", "a number from -1 to 1"),
        ("stance", "{uniform: [-1, 1.5]}", "a number from -1 to 1"),
        ("stance", "{empirical: [0, 2]}", "a number from -1 to 1"),
        ("stance", "{normal: [1.2, 5]}", "a number from -1 to 1"),
        ("resolve", "-0.1", "a number from 0 to 1"),
        ("resolve", "{lognormal: [1.5, 1]}", "a number from 0 to 1"),
        ("resolve", "{uniform: [-0.5, 0.5]}", "a number from 0 to 1"),
        ("momentum", "-1", "a number from 0 to 1"),
        ("strength", "0", "a number above 0: an attacker without strength cannot attack"),
        ("strength", "{triangular: [-1, 0, 1]}", "a number above 0: an attacker without strength cannot attack"),
        ("ambiguity", "0", "a number above 0"),
        ("ambiguity", "{normal: [0, 1]}", "a number above 0"),
        ("ambiguity", "{uniform: [-1, 3]}", "a number above 0"),
    ],
)
def test_numbers_out_of_range_are_refused_with_the_range(
    folder: Folder, field: str, written: str, expected: str
) -> None:
    entry = f"{field}: {written}" if field == "stance" else f"stance: 0, {field}: {written}"
    (told,) = folder.faults(edit(MINIMAL, ("stance: 0.8", entry)))
    column = 31 if field == "stance" else 42
    assert told.startswith(f"crisis.yaml:10:{column}: actors.attacker.{field}: expected {expected} (got ")


@pytest.mark.parametrize("written", ['"0.5"', "true", "[0.5]", "0x1F", "0o7", "1_000", "50%"])
def test_text_is_never_taken_for_a_number(folder: Folder, written: str) -> None:
    (told,) = folder.faults(MINIMAL + f"credibility: {written}\n")
    assert told.startswith(
        "crisis.yaml:12:1: credibility: expected a number or a distribution such as {normal: [mean, sd]} (got "
    )


@pytest.mark.parametrize("written", ["yes", "half"])
def test_a_word_is_held_to_the_levels(folder: Folder, written: str) -> None:
    (told,) = folder.faults(MINIMAL + f"credibility: {written}\n")
    assert told == (
        "crisis.yaml:12:1: credibility: expected a number, a distribution or a level: guaranteed, monitored, "
        f'mostly-broken (got "{written}")'
    )


def test_where_a_word_may_stand_for_the_number_the_message_says_so(folder: Folder) -> None:
    (told,) = folder.faults(edit(MINIMAL, ("stance: 0.8", "stance: evidenz")))
    assert told.startswith("crisis.yaml:10:31: actors.attacker.stance: expected a number, a distribution or a level: ")
    assert told.endswith('(got "evidenz"); did you mean evidence?')


def test_the_message_of_a_broken_distribution_passes_through(folder: Folder) -> None:
    (told,) = folder.faults(MINIMAL + "population: {triangular: [3, 2, 1]}\n")
    expected = 'triangular takes [low, mode, high] in rising order (got {"triangular": [3, 2, 1]})'
    assert told == f"crisis.yaml:12:1: population: {expected}"


def test_a_long_value_is_cut_in_the_message(folder: Folder) -> None:
    (told,) = folder.faults(MINIMAL + f"population: [{'1, ' * 100}]\n")
    assert told.endswith(f"(got [{'1, ' * 18}1,...)")
    assert len(told) < 200


@pytest.mark.parametrize("field", ["population", "half_life", "ramp", "share"])
@pytest.mark.parametrize("written", ["{normal: [1, 10]}", "{empirical: [0, 1]}"])
def test_what_must_be_above_zero_is_never_drawn_at_zero(folder: Folder, field: str, written: str) -> None:
    text = {
        "population": FULL + f"population: {written}\n",
        "share": edit(FULL, ("stance: 0.2", f"stance: 0.2, share: {written}")),
    }.get(field, edit(PRESSURE, ("KEY", field), ("VALUE", written)))
    try:
        scenario = folder.load(text)
    except ScenarioError:
        return
    draws = draw_inputs(inputs_of(scenario), 1, 0, 4096, 1)
    (values,) = [value for path, value in draws.values.items() if path.rpartition(".")[2] == field]
    assert (values > 0).all()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "change", [("2020-01-01", "9999-12-01"), ("start: -9", "start: -1e300")], ids=["window", "pressure"]
)
def test_days_that_no_calendar_has_are_refused(folder: Folder, change: tuple[str, str]) -> None:
    assert folder.faults(edit(PRESSURE, ("KEY", "ramp"), ("VALUE", "5"), change))
