"""Doubts: valid input that the author of a scenario probably did not intend.

A doubt is only a warning. `offramp validate` and `offramp show` print each with its place and what to write instead; a
scenario silences an intended one by name under `allow`. Each doubt is one function with the name of its warning.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sim.distributions import Distribution, LogNormal, Normal, Pool
from sim.scenario.faults import Complaint, Places
from sim.scenario.inert import inert_pressure, inert_talks, why_inert
from sim.scenario.numbers import number_at
from sim.scenario.schema import Guarantor, Mediator, Part, field_range
from sim.scenario.together import named_inputs
from sim.scenario.yamltree import list_at
from sim.wording import counted, suggestion

if TYPE_CHECKING:
    from sim.errors import Fault
    from sim.scenario.scenario import Scenario
    from sim.scenario.yamltree import Path

CLIPPED = 1 / 3
"""Share of a prior outside its key's range from which a doubt is raised: that much of it piles up at the end."""


@dataclass(frozen=True, order=True)
class Doubt:
    """One warning: its place and message, and the name that silences it."""

    fault: Fault
    name: str

    def __str__(self) -> str:
        """Return `file:line:col: key: warning: message [name]`."""
        place = str(self.fault).removesuffix(self.fault.message)
        return f"{place}warning: {self.fault.message} [{self.name}]"

    def plain(self) -> dict[str, Any]:
        """Return it as plain values, with bare file names so that a record is the same on every machine."""
        file = self.fault.file.replace("\\", "/").rpartition("/")[2]
        return {
            "warning": self.name,
            "key": self.fault.key,
            "place": f"{file}:{self.fault.line}",
            "message": self.fault.message,
        }


def doubts_of(scenario: Scenario) -> tuple[Doubt, ...]:
    """Return the doubts about a scenario that it does not silence, in file order."""
    silenced = {one.warning for one in scenario.document.allow or ()}
    known = dict(scenario.places)
    if scenario.evidence is not None:
        known |= {("evidence", *path): place for path, place in scenario.evidence.places.items()}
    places = Places(known, getattr(known.get(("id",)), "file", scenario.id))
    found = set()
    for name in DOUBTS.keys() - silenced:
        for path, message in DOUBTS[name](scenario):
            fault = places.fault(path, message)
            found.add(Doubt(replace(fault, key=fault.key.removeprefix("evidence.")), name))  # as in that file
    return tuple(sorted(found))


def allow_complaints(value: Mapping[str, Any]) -> Iterator[Complaint]:
    """Check that `allow` names existing warnings."""
    for place, one in enumerate(list_at(value, "allow")):
        name = one.get("warning") if isinstance(one, Mapping) else one
        if isinstance(name, str) and name not in DOUBTS:
            listed = suggestion(name, list(DOUBTS)) or f"; expected one of {', '.join(DOUBTS)}"
            yield ("allow", place, "warning"), f"there is no warning {name!r}{listed}"


def constant_pressure(scenario: Scenario) -> Iterator[Complaint]:
    """Find pressures in force and constant since before day 0, which have no effect because only changes count."""
    return _pressures(scenario, "constant")


def untied_pressure(scenario: Scenario) -> Iterator[Complaint]:
    """Find pressures without a tie to carry them."""
    return _pressures(scenario, "untied")


def no_effect(scenario: Scenario) -> Iterator[Complaint]:
    """Find pressures and talks that have no effect for other reasons, and numbers that the model does not read."""
    yield from _pressures(scenario, "other")
    for name in scenario.talks:
        found = inert_talks(scenario, name, scenario.horizon)
        if found is not None:
            yield ("talks", name), f"{found.why}, so they have no effect; {found.mend}, or leave them out"
    for name, actor in scenario.actors.items():
        if actor.role in ("patron", "mediator") and actor.strength.support[1] > 0:
            what = f"the strength of a {actor.role} has no effect"
            yield ("actors", name, "strength"), f"{what}; leave it out, or give {name} the role of a guarantor"


def _pressures(scenario: Scenario, kind: str) -> Iterator[Complaint]:
    for name in scenario.pressures:
        found = inert_pressure(scenario, name, scenario.horizon)
        if found is not None and found.kind == kind:
            yield ("pressures", name), f"{found.why}, so it has no effect; {found.mend}"


def lone_member(scenario: Scenario) -> Iterator[Complaint]:
    """Find inputs under `together` that are not uncertain."""
    for place, path in named_inputs(scenario.document.together):
        number = number_at(scenario.document, path)
        if not isinstance(number, Distribution) or number.is_fixed:
            why = f"{path} is one number, which cannot be correlated with anything"
            yield place, f"{why}; write a distribution there, or leave it out"


def idle_talks(scenario: Scenario) -> Iterator[Complaint]:
    """Find talks in scenarios without a counterpart that has leverage over the principal."""
    principal, counterpart, names = scenario.principal, scenario.counterpart, scenario.name_of
    if counterpart is None:
        why = "nobody bargains, so they cannot lead to an agreement; name a counterpart under `bargaining`, with a tie"
    elif _leverage(scenario, counterpart, principal) <= 0:
        why = (
            f"{names(counterpart)} bargains without leverage over {names(principal)}, so they cannot lead to an "
            f"agreement; write `ties: {{{counterpart}: {{{principal}: 0.2}}}}`, or another number"
        )
    else:
        return
    yield from ((("talks", name), why) for name in scenario.talks)


def unheard_actor(scenario: Scenario) -> Iterator[Complaint]:
    """Find mediators without any leverage, and guarantors with neither leverage nor force."""
    for name, actor in scenario.actors.items():
        heard = any(_leverage(scenario, name, other) > 0 for other in scenario.actors)
        forceless = isinstance(actor, Guarantor) and max(actor.strength.support[1], actor.air_denial.support[1]) <= 0
        if not heard and (isinstance(actor, Mediator) or forceless):
            force = ", a `strength`" if forceless else ""
            mend = f"write `ties: {{{name}: {{...: 0.2}}}}`{force}, or leave the actor out"
            yield ("actors", name), f"nobody listens to {scenario.name_of(name)}, so it has no effect; {mend}"


def unknown_actor(scenario: Scenario) -> Iterator[Complaint]:
    """Find stance readings of somebody who is not an actor; they have no effect."""
    if scenario.evidence is None:
        return
    strangers: dict[str, list[str]] = {}
    for name, item in scenario.evidence.items.items():
        if item.reads_stance:
            for one in set(item.actor) - scenario.actors.keys():
                strangers.setdefault(one, []).append(name)
    for one, names in strangers.items():
        read = f"{counted(len(names), 'item')} ({', '.join(names)}) read" if len(names) > 1 else "it reads"
        message = f"{read} the stance of {one}, which is not an actor of the scenario, so this has no effect"
        close = suggestion(one, list(scenario.actors))
        yield (
            ("evidence", "items", names[0], "actor"),
            f"{message}{close or '; write the actor as the scenario does, or add it'}",
        )


def uncited_source(scenario: Scenario) -> Iterator[Complaint]:
    """Find sources that no item cites."""
    if scenario.evidence is None:
        return
    cited = {item.source for item in scenario.evidence.items.values()}
    for name in scenario.evidence.sources:
        if name not in cited:
            yield ("evidence", "sources", name), f"no item cites {name}; cite it, or leave it out"


def single_reading(scenario: Scenario) -> Iterator[Complaint]:
    """Find stances read from a single item."""
    for name, reading in scenario.readings.items():
        items = [item for occasion in reading.occasions for item in occasion.items]
        if (name, "stance") in scenario.read_fields and len(items) == 1:
            mend = "add what else is known of it, or write the stance as a distribution"
            yield ("actors", name, "stance"), f"it is read from a single item, {items[0]}; {mend}"


def default_strengths(scenario: Scenario) -> Iterator[Complaint]:
    """Doubt a scenario in which no defender or guarantor has a strength written."""
    resisting = [one for one in scenario.actors.values() if one.role in ("defender", "guarantor")]
    if not any("strength" in one.model_fields_set for one in resisting):
        name = next(name for name, one in scenario.actors.items() if one.role == "defender")
        message = "no defender or guarantor has a `strength`, so nobody stands in the way; write one, such as 0.4, or 0"
        yield ("actors", name), message


def ties_above_one(scenario: Scenario) -> Iterator[Complaint]:
    """Find actors for whom the leverages over them sum to more than 1."""
    for target in scenario.actors:
        sources = {
            source: targets[target].median for source, targets in scenario.document.ties.items() if target in targets
        }
        total = math.fsum(sources.values())
        if round(total, 9) > 1:
            names = scenario.name_of
            terms = " + ".join(f"{names(source)} {value:.3g}" for source, value in sources.items())
            told = f"the leverages over {names(target)} sum to {total:.3g} ({terms})"
            yield ("ties", list(sources)[-1], target), f"{told}, and more than 1 counts as 1; lower some"


def clipped_prior(scenario: Scenario) -> Iterator[Complaint]:
    """Find priors with a third or more of their mass outside the range of their key, where it is clipped."""
    for path, number, low, high in _numbers(scenario):
        share = _outside(number, low, high)
        if share >= CLIPPED and tuple(map(str, path[1:])) not in scenario.read_fields:
            ends = " or ".join(f"{end:g}" for end in (low, high) if math.isfinite(end))
            message = f"{share:.0%} of it lies outside the range and counts as {ends}; write a distribution with ends"
            yield path, f"{message}, such as triangular or quantiles"


def unreachable_gate(scenario: Scenario) -> Iterator[Complaint]:
    """Find gates on outcomes that no run can reach, and gates along a number without any effect."""
    off = [key for key in ("strikes", "terms") if getattr(scenario.document, key) == "off"]
    impossible = {key: f"the scenario says `{key}: off`" for key in off}
    if scenario.counterpart is None or _leverage(scenario, scenario.counterpart, scenario.principal) <= 0:
        impossible["agreement"] = "nobody bargains with leverage over the other side"
    for name, gate in scenario.document.gates.items():
        if why := impossible.get(gate.outcome):
            yield ("gates", name, "outcome"), f"no run can reach it: {why}; name another outcome"
        if inert := why_inert(scenario, str(gate.along), scenario.horizon):
            yield ("gates", name, "along"), f"{gate.along} has no effect: {inert}; name another number"


def _leverage(scenario: Scenario, source: str, target: str) -> float:
    """Return the largest leverage that one actor can have over another."""
    tie = scenario.document.ties.get(source, {}).get(target)
    return 0.0 if tie is None else tie.support[1]


def _numbers(scenario: Scenario) -> Iterator[tuple[Path, Distribution, float, float]]:
    """Yield every number that a scenario's files write, with its path and range."""
    document = scenario.document
    for source, targets in document.ties.items():
        yield from ((("ties", source, target), leverage, 0.0, 1.0) for target, leverage in targets.items())
    parts: list[tuple[Path, Part]] = [((), document), (("parameters",), document.parameters)]
    for head in ("actors", "pressures", "talks"):
        parts += [((head, name), part) for name, part in getattr(document, head).items()]
    for path, part in parts:
        for key in part.model_fields_set:
            if isinstance(number := getattr(part, key), Distribution):
                yield (*path, key), number, *field_range(type(part), key)


def _outside(number: Distribution, low: float, high: float) -> float:
    """Return the share of a prior outside a range; 0 unless it is a normal, a lognormal or a pool of them."""
    match number:
        case Normal(mu, sigma):
            ends = (low - mu) / sigma, (high - mu) / sigma
        case LogNormal(scale, log_sd):
            ends = -math.inf, math.log(high / scale) / log_sd if 0 < high < math.inf else math.inf
        case Pool():
            pairs = zip(number.shares, number.experts, strict=True)
            return math.fsum(share * _outside(one, low, high) for share, one in pairs)
        case _:
            return 0.0
    return (math.erfc(-ends[0] / math.sqrt(2)) + math.erfc(ends[1] / math.sqrt(2))) / 2


DOUBTS: Mapping[str, Callable[[Scenario], Iterator[Complaint]]] = {
    one.__name__.replace("_", "-"): one
    for one in (
        constant_pressure,
        untied_pressure,
        no_effect,
        idle_talks,
        unheard_actor,
        lone_member,
        clipped_prior,
        ties_above_one,
        default_strengths,
        single_reading,
        unknown_actor,
        uncited_source,
        unreachable_gate,
    )
}
"""All doubts, keyed by warning name."""
