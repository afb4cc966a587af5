"""The scenario class of the public Python API: `sim.load` returns one that can be changed.

A change validates the whole scenario again and needs all of the loading code, so the `Scenario` that the rest of the
package works with does not offer it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sim.scenario import scenario as core
from sim.scenario.edit import changed

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, repr=False, eq=False)
class Scenario(core.Scenario):
    """A frozen scenario that can be changed."""

    def with_(self, changes: Mapping[str, Any]) -> Scenario:
        """Return a copy with some values changed, as a file that extends the scenario would change them.

        Parameters
        ----------
        changes
            Values by dotted path: a number, a word, a date or a distribution (of `sim.distributions`, or as written in
            a file, such as `{"uniform": [0.5, 0.9]}`); a map for a whole actor, pressure, event or talks, which may be
            new; None removes. Evidence and posterior stay.

        Raises
        ------
        ScenarioError
            If a path or value is wrong; its `faults` list all problems. It is also a ValueError.
        UsageError
            If the changes are not a map.

        Examples
        --------
        >>> import sim
        >>> scenario = sim.load("scenarios/idlib-2018/baseline.yaml")
        >>> firm = scenario.with_({"actors.turkey.posture": 0.8, "pressures.german-appeal": None})
        >>> firm.actors["turkey"].posture.mean
        0.8
        >>> scenario.with_({"actors.turky.posture": 0.8})
        Traceback (most recent call last):
        sim.errors.ScenarioError: with_: actors.turky.posture: the scenario has no actor 'turky'; did you mean turkey?
        """
        return of(changed(self, changes))


def of(scenario: core.Scenario) -> Scenario:
    """Convert a scenario to one that can be changed."""
    return Scenario(**{one.name: getattr(scenario, one.name) for one in fields(scenario)})
