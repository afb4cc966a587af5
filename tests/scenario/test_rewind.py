"""The as-of guard: a scenario as of an earlier day holds nothing that was known only later."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

import sim
from sim.distributions import Distribution
from sim.errors import UsageError
from sim.model.inputs import inputs_of
from sim.scenario.edit import changed, rewind
from sim.scenario.evidence import PRIOR_SD
from sim.scenario.scenario import Scenario
from tests.places import IDLIB

AS_OF = datetime.date(2018, 8, 19)


@pytest.fixture(scope="module")
def idlib() -> Scenario:
    return sim.load(IDLIB / "baseline.yaml")


def fixed(scenario: Scenario, path: str) -> float:
    return {one.path: one.distribution.median for one in inputs_of(scenario)}[path]


@pytest.mark.parametrize("day", [datetime.date(2018, 7, 25) + datetime.timedelta(days=n) for n in range(26)], ids=str)
def test_no_item_and_no_pressure_of_a_later_day_is_left(idlib: Scenario, day: datetime.date) -> None:
    then = rewind(idlib, day)
    assert then.as_of == day
    assert then.evidence is not None
    assert all(item.known_from <= day for item in then.evidence.items.values())
    for name, pressure in then.pressures.items():
        assert isinstance(pressure.start, datetime.date), name
        assert pressure.start < day or day == AS_OF, name


def test_on_the_as_of_date_itself_nothing_changes(idlib: Scenario) -> None:
    assert rewind(idlib, AS_OF).hash == idlib.hash


def test_a_day_after_the_as_of_date_is_refused(idlib: Scenario) -> None:
    with pytest.raises(UsageError, match="expected a day up to the as-of date 2018-08-19"):
        rewind(idlib, AS_OF + datetime.timedelta(days=1))


def test_what_nothing_reads_yet_is_the_prior_of_all_readings(idlib: Scenario) -> None:
    then = rewind(idlib, datetime.date(2018, 7, 25))
    stance = then.actors["russia"].stance
    assert (stance.mean, stance.sd) == (0, PRIOR_SD)
    known = rewind(idlib, datetime.date(2018, 7, 31)).actors["russia"].stance
    assert known.mean < -0.2, "Lavrentyev ruled it out on that day"


def test_readings_of_the_same_items_are_fresher_on_an_earlier_day(idlib: Scenario) -> None:
    then = rewind(idlib, datetime.date(2018, 8, 10))
    (strikes,) = (o for o in then.readings["russia"].occasions if "E23" in o.items)
    (later,) = (o for o in idlib.readings["russia"].occasions if "E23" in o.items)
    assert strikes.precision == pytest.approx(later.precision * 2 ** (9 / 21))


def test_a_pressure_that_began_on_the_day_is_in_force_and_not_new(idlib: Scenario) -> None:
    then = rewind(idlib, datetime.date(2018, 8, 18))
    assert fixed(then, "pressures.german-appeal.start") == -1
    assert fixed(then, "pressures.lavrov-line.start") == -4


def test_what_the_scenario_supposes_for_later_stays(idlib: Scenario) -> None:
    offer = rewind(sim.load(IDLIB / "german-offer.yaml"), datetime.date(2018, 8, 1))
    assert "german-offer" in offer.pressures
    assert fixed(offer, "pressures.german-offer.start") == 23
    assert "turkish-refusal" not in offer.pressures


def test_items_may_be_left_out_by_name(idlib: Scenario) -> None:
    without = rewind(idlib, AS_OF, without=["E23"])
    assert without.evidence is not None
    assert "E23" not in without.evidence.items
    assert without.actors["russia"].stance.mean < idlib.actors["russia"].stance.mean - 0.1


MOMENTS = (
    7, 3.5, {"uniform": [5, 20]}, {"normal": [9, 2]}, {"triangular": [5, 8, 12]}, {"empirical": [5, 30]},
    {"quantiles": {10: 4, 90: 40}}, {"lognormal": [10, 0.5]}, {"experts": [6, {"lognormal": [20, 0.3]}]},
)  # fmt: skip


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_an_uncertain_day_ahead_stays_the_same_day(idlib: Scenario, moment: object) -> None:
    uniforms = np.linspace(0.005, 0.995, 100)
    pressure = {"from": "turkey", "on": "russia", "aim": "restrain", "intensity": 0.5, "start": moment, "end": 60}
    flood = {"on": "russia", "field": "stance", "add": 0.1, "date": moment}
    ahead = changed(idlib, {"pressures.offer": pressure, "events.flood": flood})
    then, back = rewind(ahead, AS_OF - datetime.timedelta(days=12)), 12
    pairs = [(ahead.pressures["offer"].start, then.pressures["offer"].start)]
    pairs += [(ahead.pressures["offer"].end, then.pressures["offer"].end)]
    pairs += [(ahead.events["flood"].date, then.events["flood"].date)]
    for now, earlier in pairs:
        assert isinstance(now, Distribution)
        assert isinstance(earlier, Distribution)
        assert earlier.ppf(uniforms) == pytest.approx(now.ppf(uniforms) + back, abs=0.5)
