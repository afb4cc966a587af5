"""A scenario that is ready to run: the document with every word resolved to a number or a prior.

The rest of the package works with `Scenario`. It holds the prior read from evidence in place of each `evidence`, and
the resolved value of each default that depends on the rest of the scenario (who bargains).
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

from sim.distributions import Distribution, Fixed
from sim.scenario.posterior import PRIOR, SAMPLED, SAMPLES, Posterior, latest, posterior
from sim.scenario.schema import (
    UNHASHED,
    Actor,
    Document,
    Event,
    Guarantor,
    Initiator,
    Mediator,
    Parameters,
    Patron,
    Pressure,
    Talks,
)
from sim.wording import counted, heading

if TYPE_CHECKING:
    from sim.scenario.evidence import Evidence, StanceReading
    from sim.scenario.levels import Level
    from sim.scenario.yamltree import Path, Place


@dataclass(frozen=True, repr=False)
class Scenario:
    """A frozen scenario.

    Attributes
    ----------
    document
        All fields, resolved: no stance is `evidence` any more.
    principal, counterpart
        Ids of the two sides that bargain; without a counterpart, no agreement can be concluded.
    readings
        The stance reading of each actor whose stance or ambiguity was read from evidence.
    read_fields
        The fields read from evidence, as pairs of actor and `stance` or `ambiguity`.
    evidence
        All items, for reports; None if the scenario has none.
    posterior
        Joint draws of the parameters that the document does not write; None means their priors.
    places
        File, line and column of each key written in a file; other values are defaults.
    levels
        The level of the codebook at each key for which a file wrote a word instead of a number.
    """

    document: Document
    principal: str
    counterpart: str | None
    readings: Mapping[str, StanceReading] = field(default_factory=dict)
    read_fields: frozenset[tuple[str, str]] = frozenset()
    evidence: Evidence | None = None
    posterior: Posterior | None = None
    places: Mapping[Path, Place] = field(default_factory=dict, compare=False)
    levels: Mapping[Path, Level] = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        """Identify the scenario in one line."""
        return f"Scenario({self.id!r}, as of {self.as_of}, {counted(len(self.actors), 'actor')}, {self.hash[:12]})"

    def __hash__(self) -> int:
        """Hash everything that affects the results."""
        return hash(self.hash)

    @property
    def id(self) -> str:
        """Name of the scenario."""
        return self.document.id

    @property
    def as_of(self) -> datetime.date:
        """Day 0."""
        return self.document.question.as_of

    @property
    def horizon(self) -> int:
        """Length of the window in days."""
        return self.document.question.horizon

    @property
    def milestones(self) -> tuple[int, ...]:
        """Days on which outcomes are reported, in ascending order and ending with the horizon."""
        return tuple(sorted({*self.document.question.milestones, self.horizon}))

    @property
    def actors(self) -> Mapping[str, Actor]:
        """Actors by id, in file order."""
        return self.document.actors

    def distribution(self, actor: str, key: str) -> Distribution:
        """Return an actor's prior on `stance` or `ambiguity`; LookupError if it is still `evidence`, unresolved."""
        value = getattr(self.actors[actor], key)
        if not isinstance(value, Distribution):
            raise LookupError(f"nothing reads the {key} of {actor}")
        return value

    @property
    def pressures(self) -> Mapping[str, Pressure]:
        """Pressures by id."""
        return self.document.pressures

    @property
    def talks(self) -> Mapping[str, Talks]:
        """Scheduled talks by id."""
        return self.document.talks

    @property
    def events(self) -> Mapping[str, Event]:
        """Events by id."""
        return self.document.events

    @property
    def parameters(self) -> Parameters:
        """Structural parameters or their priors."""
        return self.document.parameters

    @property
    def written_parameters(self) -> frozenset[str]:
        """Names of the structural parameters written in a file."""
        return frozenset(self.parameters.model_fields_set)

    @property
    def sampled_parameters(self) -> tuple[str, ...]:
        """Names of the parameters that the posterior gives per sample of past cases and that no file writes."""
        columns = () if self.posterior is None else self.posterior.parameters
        by_sample = [name for name in SAMPLED if all(f"{name}_{sample}" in columns for sample in SAMPLES)]
        return tuple(name for name in by_sample if name not in self.written_parameters)

    @property
    def threats_weight(self) -> float:
        """Probability that the question belongs to the second sample, threats between states; 0.5 by default."""
        return 0.5 if self.document.sample is None else self.document.sample

    def name_of(self, id_: str) -> str:
        """Return what reports call an actor, a pressure, talks or an event: its name, or one made from its id."""
        groups = (self.actors, self.pressures, self.talks, self.events)
        return next((group[id_].name for group in groups if id_ in group), None) or heading(id_)

    def plain(self) -> dict[str, Any]:
        """Return the resolved document as plain values, keyed as in a file, without keys that do not affect the model.

        Hash, record and reports are made from this, so a forecast is the same whether or not its outcome is known.
        If a posterior gives the parameters, it contains only those written in a file.
        """
        named = None if self.posterior is None else self.document.calibration or self.posterior.name
        document = self.document.model_copy(update={"calibration": named})
        plain = document.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=set(UNHASHED))
        if not self.events:
            del plain["events"]  # keeps the hash that such scenarios had before events existed
        for pressure in plain["pressures"].values():
            if "after" in pressure:
                del pressure["start"]  # a default that no file may write along with `after`
        if self.posterior is not None:
            plain["parameters"] = {name: plain["parameters"][name] for name in sorted(self.written_parameters)}
        return plain

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the resolved document, of who bargains, and of the posterior that it uses, hexadecimal."""
        text = json.dumps(self.plain(), separators=(",", ":"))  # not sorted: the order of actors counts
        sides = (self.principal, self.counterpart)
        if sides != negotiators(self.document):  # a study has changed what they follow from, and kept them
            text += json.dumps(sides)
        text += "" if self.posterior is None else self.posterior.digest
        return hashlib.sha256(text.encode("ascii")).hexdigest()


def resolve(
    document: Document,
    evidence: Evidence | None,
    places: Mapping[Path, Place] | None = None,
    *,
    draws: Posterior | None = None,
    levels: Mapping[Path, Level] | None = None,
    unread_is_prior: bool = False,
) -> Scenario:
    """Resolve a checked document: read stances, and fill in defaults that depend on the whole document.

    `draws` is the posterior that the calibration names, if it is not one shipped with offramp: CalibrationError if it
    names an unknown one. With `unread_is_prior`, a stance that no item reads becomes the prior of its role; else, it
    is a LookupError, and `load` checks that before.
    """
    read_fields = frozenset(evidence_fields(document))
    readings = {
        name: _reading(evidence, document, name, unread_is_prior=unread_is_prior) for name, _ in sorted(read_fields)
    }
    resolved = document.model_copy(update={"actors": _resolve_actors(document.actors, readings, read_fields)})
    principal, counterpart = negotiators(resolved)
    if draws is None and document.calibration is None:
        draws = latest(document.question.as_of)
    elif draws is None and document.calibration != PRIOR:
        draws = posterior(str(document.calibration))
    return Scenario(
        resolved, principal, counterpart, readings, read_fields, evidence, draws, places or {}, levels or {}
    )


def evidence_fields(document: Document) -> list[tuple[str, str]]:
    """Return the actors and the fields of theirs, stance or ambiguity, that a document reads from evidence."""
    fields = product(document.actors, ("stance", "ambiguity"))
    return [(name, key) for name, key in fields if getattr(document.actors[name], key) == "evidence"]


def _resolve_actors(
    actors: Mapping[str, Actor], readings: Mapping[str, StanceReading], read_fields: frozenset[tuple[str, str]]
) -> dict[str, Actor]:
    """Return the actors with their readings and the initiator's self-reliance filled in."""
    resolved = {}
    for name, actor in actors.items():
        changes: dict[str, Any] = {}
        if (name, "stance") in read_fields:
            changes["stance"] = readings[name].prior
        if (name, "ambiguity") in read_fields:
            changes["ambiguity"] = Fixed(round(max(readings[name].ambiguity, 0.02), 6))
        if isinstance(actor, Initiator) and actor.self_reliance is None:
            changes["self_reliance"] = Fixed(1.0)  # there is no patron, as `load` has checked
        resolved[name] = actor.model_copy(update=changes)
    return resolved


def negotiators(document: Document) -> tuple[str, str | None]:
    """Return who bargains for the attack and who against it, as written or by default.

    By default, the principal is the patron with the largest median share, or the initiator if there is no patron; the
    counterpart is the guarantor with the largest median strength, or else the mediator with most leverage on the
    principal.
    """
    principal, counterpart = document.bargaining.principal, document.bargaining.counterpart
    if principal is None:
        shares = {name: actor.share.median for name, actor in document.actors.items() if isinstance(actor, Patron)}
        principal = _first_largest(shares)
    if principal is None:
        principal = next(name for name, actor in document.actors.items() if isinstance(actor, Initiator))
    return principal, counterpart or _default_counterpart(document, principal)


def _default_counterpart(document: Document, principal: str) -> str | None:
    guarantors = {n: a.strength.median for n, a in document.actors.items() if isinstance(a, Guarantor)}
    if guarantors:
        return _first_largest(guarantors)
    mediators = (name for name, actor in document.actors.items() if isinstance(actor, Mediator))
    leverage = {name: document.ties.get(name, {}).get(principal, Fixed(0.0)).median for name in mediators}
    most = _first_largest(leverage)
    return most if most is not None and leverage[most] > 0 else None


def _first_largest(values: Mapping[str, float]) -> str | None:
    return max(values, key=lambda name: values[name], default=None)  # `max` keeps the first of equals


def _reading(evidence: Evidence | None, document: Document, actor: str, *, unread_is_prior: bool) -> StanceReading:
    role, as_of = document.actors[actor].role, document.question.as_of
    if evidence is not None and unread_is_prior:
        return evidence.stance_or_prior(actor, role, as_of)
    reading = None if evidence is None else evidence.stance(actor, role, as_of)
    if reading is None:
        raise LookupError(f"nothing reads the stance of {actor}")
    return reading
