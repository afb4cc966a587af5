"""Events and pressures that answer: what a file may say of them, and what is said where it is wrong."""

# ruff: noqa: E501 - tables of messages, one a line

from __future__ import annotations

import re

import pytest

from sim.model.inputs import inputs_of
from sim.scenario.edit import rewind
from sim.scenario.numbers import number_range, with_number
from sim.scenario.schema import ROLES, SHIFTS, TieEnds
from tests.scenario.files import FULL, MINIMAL, OVER, Folder

TIED = FULL + "ties:\n  backer: {attacker: 0.7}\n"  # 16 lines
ELECTION = "  election: {on: shield, field: stance, add: 0.3, date: 2020-01-20}\n"
WINDOW = "  troops: {on: attacker, field: strength, add: {triangular: [0.1, 0.2, 0.3]}, from: 5, until: 9, probability: 0.7}\n"
PRESS = "from: backer, on: shield, aim: encourage, intensity: 0.5"


def events(*lines: str) -> str:
    """A scenario with events, each on a line from 18 on."""
    return TIED + "events:\n" + "".join(f"  {line}\n" for line in lines)


def answering(pressure: str) -> str:
    """A scenario with the election, and a pressure on line 20."""
    return TIED + "events:\n" + ELECTION + "pressures:\n  p: {" + PRESS + f", {pressure}}}\n"


def at_keys(faults: list[str], line: str, number: int = 18) -> list[str]:
    """The faults without their places, each of which must be the key that it names, or the one above it."""
    told = []
    for fault in faults:
        file, row, column, rest = fault.split(":", 3)
        assert (file, row) == ("crisis.yaml", str(number))
        keys = rest.strip().partition(":")[0].split(".")
        here = re.match(r"[a-z_]+", line[int(column) - 3 :])
        assert here is not None
        assert here[0] in keys[-2:], fault
        told.append(rest.strip())
    return told


def test_an_event_has_a_date_or_a_window_and_happens_unless_it_says_otherwise(folder: Folder) -> None:
    scenario = folder.load(TIED + "events:\n" + ELECTION + WINDOW)
    election, troops = scenario.events["election"], scenario.events["troops"]
    assert (election.probability.mean, troops.probability.mean) == (1.0, 0.7)
    values = {one.path: one.distribution.to_plain() for one in inputs_of(scenario) if one.path.startswith("events.")}
    assert values == {
        "events.election.add": 0.3, "events.election.date": 19, "events.election.probability": 1,
        "events.troops.add": {"triangular": [0.1, 0.2, 0.3]}, "events.troops.from": 5, "events.troops.until": 9,
        "events.troops.probability": 0.7,
    }  # fmt: skip


def test_a_scenario_without_events_is_what_it_was(folder: Folder) -> None:
    plain = folder.load(MINIMAL)
    assert "events" not in plain.plain()
    assert folder.load(MINIMAL + "events: {}\n").hash == plain.hash


def test_what_an_event_may_shift_is_a_field_of_its_role() -> None:
    assert SHIFTS.keys() == ROLES.keys()
    for role, fields in SHIFTS.items():
        assert set(fields) <= set(ROLES[role].model_fields)


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ("e: {on: shild, field: stance, add: 1, date: 5}", ["events.e.on: there is no actor 'shild'; did you mean shield?"]),
        ("e: {on: 5, field: stance, add: 1, date: 5}", ["events.e.on: expected text (got 5); put it in quotes to make it text"]),
        ("e: {on: shield, field: posure, add: 1, date: 5}", [
            "events.e.field: expected 'stance', 'salience', 'strength', 'posture', 'air_denial', 'self_reliance' or 'leverage' (got \"posure\"); did you mean posture?",
        ]),
        ("e: {on: envoy, field: strength, add: 1, date: 5}", ["events.e.field: an event shifts stance, salience or posture of a mediator (got 'strength')"]),
        ("e: {on: shield, field: leverage, add: 1, date: 5}", ["events.e.on: leverage is a number of a tie; write both of its ends, such as {from: shield, to: ...}"]),
        ("e: {on: {from: backer, to: attacker}, field: stance, add: 1, date: 5}", ["events.e.field: expected leverage, the only number of a tie (got 'stance')"]),
        ("e: {on: {from: attacker, to: backer}, field: leverage, add: 1, date: 5}", ["events.e.on: there is no tie from attacker to backer; write it under `ties`, such as attacker: {backer: 0}"]),
        ("e: {on: {from: backer, to: attaker}, field: leverage, add: 1, date: 5}", ["events.e.on.to: there is no actor 'attaker'; did you mean attacker?"]),
        ("e: {on: {from: backer}, field: leverage, add: 1, date: 5}", ["events.e.on.to: this key is required"]),
        ("e: {on: {from: backer, too: attacker}, field: leverage, add: 1, date: 5}", ["events.e.on.to: this key is required", "events.e.on.too: there is no such key; did you mean to?"]),
        ("e: {on: shield, field: stance, add: a lot, date: 5}", ['events.e.add: expected a number or a distribution such as {normal: [mean, sd]} (got "a lot")']),
        ("e: {on: shield, field: stance, add: 1}", ["events.e: when does it happen? add a `date`, or `from` and `until`"]),
        ("e: {on: shield, field: stance, add: 1, from: 5}", ["events.e.from: expected `until` too; if the day is known, write `date`"]),
        ("e: {on: shield, field: stance, add: 1, until: 5}", ["events.e.until: expected `from` too; if the day is known, write `date`"]),
        ("e: {on: shield, field: stance, add: 1, date: 5, until: 9}", ["events.e.until: an event has a `date`, or `from` and `until`; remove one of the two"]),
        ("e: {on: shield, field: stance, add: 1, date: 2019-12-31}", ["events.e.date: lies before the as-of date 2020-01-01, so the stances and postures contain it already"]),
        ("e: {on: shield, field: stance, add: 1, date: 60}", ["events.e.date: lies on day 60, after the horizon of 60 days"]),
        ("e: {on: shield, field: stance, add: 1, from: 2020-03-10, until: 2020-03-20}", ["events.e.from: lies on day 69, after the horizon of 60 days"]),
        ("e: {on: shield, field: stance, add: 1, from: 9, until: 8}", ["events.e.until: expected a day after `from`, or the same"]),
        ("e: {on: shield, field: stance, add: 1, date: 5, probability: 1.2}", ["events.e.probability: expected a number from 0 to 1 (got 1.2)"]),
        ("e: {on: shield, field: stance, add: 1, date: 5, probability: {uniform: [0, 1]}}", ["events.e.probability: expected one number from 0 to 1, not a distribution (got {\"uniform\": [0, 1]})"]),
        ("e: {on: shield, field: stance, add: 1, date: 5, if: strike}", ["events.e.if: expected one of strikes, agreement, breakdown (got 'strike'); did you mean strikes?"]),
        ("e: {on: shield, field: stance, add: 1, date: 5, if: terms}", ["events.e.if: terms of surrender end a run, so nothing can come after; expected one of strikes, agreement, breakdown"]),
        ("e: {on: shield, field: stance, add: 1, date: 5, if: no e}", ["events.e.if: an event cannot wait for itself"]),
        ("e: {on: shield, field: stance, add: 1, date: 5, if: Strikes!}", ["events.e.if: expected one of strikes, agreement, breakdown (got 'Strikes!'); did you mean strikes?"]),
        ("strikes: {on: shield, field: stance, add: 1, date: 5}", ["events.strikes: strikes is produced by the model itself; give the event another id"]),
        ("e: {on: shield, field: stance, add: 1, dat: 5}", ["events.e.dat: there is no such key; did you mean date?", "events.e: when does it happen? add a `date`, or `from` and `until`"]),
    ],
)  # fmt: skip
def test_the_fault_of_an_event_stands_at_its_key(folder: Folder, line: str, faults: list[str]) -> None:
    assert sorted(at_keys(folder.faults(events(line)), line)) == sorted(faults)


def test_events_that_wait_for_one_another_are_refused(folder: Folder) -> None:
    first = "a: {on: shield, field: stance, add: 1, date: 5, if: b}"
    second = "b: {on: shield, field: stance, add: 1, date: 5, if: a}"
    assert folder.faults(events(first, second)) == [
        "crisis.yaml:18:51: events.a.if: a and b wait for one another",
        "crisis.yaml:19:51: events.b.if: b and a wait for one another",
    ]


def test_an_event_has_an_id_of_its_own(folder: Folder) -> None:
    (fault,) = folder.faults(answering("start: 3") + "talks: {election: {start: 5, boost: 1}}\n")
    assert fault.startswith("crisis.yaml:18:3: events.election: there is 'election' under talks already")


@pytest.mark.parametrize(
    ("pressure", "fault"),
    [
        ("after: strike", "pressures.p.after: expected one of strikes, agreement, breakdown, election (got 'strike'); did you mean strikes?"),
        ("after: offensive", "pressures.p.after: an offensive ends a run, so nothing can come after; expected one of strikes, agreement, breakdown, election"),
        ("after: strikes, start: 5", "pressures.p.start: a pressure begins on a date or after something; remove `start` or `after`"),
        ("start: 5, delay: 3", "pressures.p.delay: a pressure with a date has no delay; add `after`, or remove this line"),
        ("after: strikes, delay: -1", "pressures.p.delay: expected a number of 0 or more (got -1)"),
    ],
)  # fmt: skip
def test_the_fault_of_an_answer_stands_at_its_key(folder: Folder, pressure: str, fault: str) -> None:
    assert at_keys(folder.faults(answering(pressure)), answering(pressure).splitlines()[-1].strip(), 20) == [fault]


def test_an_answer_waits_for_a_first_event_or_an_event_and_has_no_start(folder: Folder) -> None:
    for after in ("strikes", "agreement", "breakdown", "election"):
        scenario = folder.load(answering(f"after: {after}, delay: 3 days"))
        paths = {one.path: one.distribution.to_plain() for one in inputs_of(scenario)}
        assert paths["pressures.p.delay"] == 3
        assert "pressures.p.start" not in paths


def test_a_variant_changes_one_key_of_an_event_or_removes_it(folder: Folder) -> None:
    folder.write(TIED + "events:\n" + ELECTION + WINDOW, "base.yaml")
    over = folder.load(OVER + "events: {troops: {probability: 0.2}, election: null}\n")
    assert list(over.events) == ["troops"]
    assert over.events["troops"].probability.mean == 0.2
    assert over.events["troops"].until == folder.load(events(WINDOW.strip())).events["troops"].until
    (fault,) = folder.faults(OVER + "events: {trops: null}\n", "over.yaml")
    assert "there is nothing to remove here; did you mean troops?" in fault


def test_changes_reach_the_keys_of_an_event(folder: Folder) -> None:
    scenario = folder.load(TIED + "events:\n" + ELECTION + WINDOW)
    changed = scenario.with_({"events.troops.probability": 0.1, "events.troops.from": 7, "events.election": None})
    assert list(changed.events) == ["troops"]
    assert (changed.events["troops"].probability.mean, changed.events["troops"].start) == (
        0.1,
        changed.events["troops"].days["from"],
    )
    without = scenario.with_({"events.troops": None, "events.election": None})
    assert without.hash == folder.load(TIED).hash
    with pytest.raises(ValueError, match="the scenario has no event 'trops'; did you mean troops"):
        scenario.with_({"events.trops.probability": 0.1})


def test_the_numbers_of_an_event_go_by_the_keys_of_the_file(folder: Folder) -> None:
    document = folder.load(TIED + "events:\n" + ELECTION + WINDOW).document
    assert number_range(document, "events.troops.probability") == (0.0, 1.0)
    later = with_number(document, "events.troops.from", 7.0)
    assert later.events["troops"].days["from"].mean == 7.0  # type: ignore[union-attr]


def test_a_tie_is_named_by_its_ends(folder: Folder) -> None:
    scenario = folder.load(events("e: {on: {from: backer, to: attacker}, field: leverage, add: -0.7, date: 5}"))
    assert isinstance(scenario.events["e"].target, TieEnds)
    assert scenario.plain()["events"]["e"]["on"] == {"from": "backer", "to": "attacker"}


def test_an_earlier_forecast_keeps_events_on_their_dates_and_answers_waiting(folder: Folder) -> None:
    scenario = folder.load(answering("after: election, delay: 3"))
    scenario = scenario.with_({"events.election.date": 19})
    earlier = rewind(scenario, scenario.as_of.replace(year=2019, month=12, day=20))
    dates = {one.path: one.distribution.mean for one in inputs_of(earlier)}
    assert dates["events.election.date"] == 31
    assert earlier.pressures["p"].after == "election"
