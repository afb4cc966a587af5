"""Threats between states, coded by rule: from a table of militarised events to scenarios and their outcomes.

The second sample that determines the level of a forecast (docs/calibration.md): a threat or show of force between
states at peace with each other, as in the Militarized Interstate Events data (Gibler & Miller 2024). Those data may not
be redistributed, so offramp contains no row of them; if you have the table, give its path. Rows that are coded alike
share one scenario, which is played once.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.errors import UsageError
from sim.evaluation.calibration.outcomes import WINDOWS, possible
from sim.scenario.levels import LEVELS
from sim.scenario.scenario import Scenario, resolve
from sim.scenario.schema import Document
from sim.tables import Row, read_table

FIRST_YEAR = 1946
"""Threats of earlier years are left out: neither the United Nations nor today's alliances existed then."""
SOURCE = "Militarized Interstate Events 1.0 (Gibler & Miller), threats and shows of force since 1946, coded by rule"
MOST = 1e12
MOST_BYTES = 100_000_000
FLAGS = (
    "trig_threat", "trig_mobil", "trig_show", "trig_fort", "trig_war_threat", "rival", "land", "maj_a", "nuc_b",
    "patron_major", "guar_major", "med_major",
)  # fmt: skip
COUNTS = ("n_disp30", "n_threat30", "force_5y", "force_20y", "counter30", "bviol30", "bforce_5y", "n_co_a", "n_co_b")
SIZES = ("cinc_a", "cinc_b", "guar_cinc", "tpop_b")
COLUMNS = ("case", "as_of", "pair", "days_to_force", "days_to_major", *FLAGS, *COUNTS, *SIZES)
"""The columns that are read; others are ignored."""


@dataclass(frozen=True)
class Threat:
    """One threat: when, between which states, what was known of it on the day, and its outcome.

    Attributes
    ----------
    name
        Its id in the table.
    pair
        The two states; threats of one pair are not independent of each other.
    scenario
        Id of the scenario that it is coded as.
    force, major
        Day of the first use of force, and of an occupation, a battle or 25 deaths; None if none came.
    known
        The table's information on it as of the day, by column.
    """

    name: str
    pair: str
    as_of: datetime.date
    scenario: str
    force: int | None
    major: int | None
    known: Mapping[str, float] = field(repr=False)

    def happened(self, by: int) -> bool:
        """Whether force was used within `by` days."""
        return self.force is not None and self.force < by

    def seen(self, known: datetime.date) -> frozenset[int]:
        """Return the possible classes given what was known on a date; whether an agreement came is unknown."""
        classes = possible(self.as_of, self.force, None, known=known)
        return frozenset(2 * (one // 2) + flag for one in classes for flag in (0, 1))


@dataclass(frozen=True)
class Threats:
    """The sample: threats by day, and the scenarios that they are coded as, by id."""

    cases: tuple[Threat, ...]
    scenarios: Mapping[str, Scenario] = field(repr=False)

    @property
    def pairs(self) -> int:
        """Number of pairs of states."""
        return len({one.pair for one in self.cases})


def load_threats(path: Path) -> Threats:
    """Read a table of threats, a CSV file with the columns `COLUMNS` (docs/calibration.md), and code each by rule.

    Raises UsageError if the file cannot be read or lacks a column, or a cell is not a number; the message names row and
    column.
    """
    table = read_table(path, MOST_BYTES)
    if missing := [name for name in COLUMNS if name not in table.header]:
        raise UsageError(f"{path}:1: lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}")
    scenarios: dict[str, Scenario] = {}
    cases = []
    for row in table.rows:
        known = {name: _number(row, name) for name in (*FLAGS, *COUNTS, *SIZES)}
        as_of = row.date("as_of")
        if as_of.year < FIRST_YEAR:
            continue
        document = document_of(known)
        scenarios.setdefault(document["id"], resolve(Document.model_validate(document), None))
        force, major = (row.whole(one, MOST) if row.cells[one] else None for one in ("days_to_force", "days_to_major"))
        cases.append(Threat(row.cells["case"], row.cells["pair"], as_of, document["id"], force, major, known))
    if not cases:
        raise UsageError(f"{path} has no threat since {FIRST_YEAR}")
    return Threats(tuple(sorted(cases, key=lambda one: (one.as_of, one.name))), scenarios)


def document_of(known: Mapping[str, float]) -> dict[str, Any]:
    """Code a threat by rule, only from what was known on the day; equal codings give equal documents."""
    actors = {"initiator": _initiator(known), "defender": _defender(known)}
    ties: dict[str, dict[str, Any]] = {}
    backed = bool(known["patron_major"]) and not known["maj_a"]
    side = "patron" if backed else "initiator"
    if backed:
        actors["patron"] = _patron(known)
        means = "own-means" if known["cinc_a"] >= known["cinc_b"] else "leans"
        actors["initiator"] |= _levels("initiator", self_reliance=means)
        ties |= {"patron": _ties("patron", initiator="important"), "initiator": _ties("initiator", patron="client")}
    if known["guar_major"] or known["guar_cinc"] > known["cinc_a"] / 4:
        actors["guarantor"] = _guarantor(known)
        ties["guarantor"] = _ties("guarantor", **{side: "rival"}, defender="words-only")
        if backed:
            ties["patron"] |= _ties("patron", guarantor="rival")
    if known["med_major"]:
        actors["power"] = _mediator()
        ties["power"] = {side: LEVELS[f"ties.mediator.{side}"]["great-power-mediator"][0]}
    actors["appeals"] = _mediator()
    ties["appeals"] = {side: LEVELS[f"ties.mediator.{side}"]["appeals"][0]}
    document = {
        "population": _population(known["tpop_b"]),
        "credibility": LEVELS["credibility"]["mostly-broken" if known["force_20y"] >= 5 else "monitored"][0],
        "strikes": "off",
        "terms": "off",
        "sample": "threats",
        "actors": actors,
        "ties": ties,
        "calibration": "prior",
    }
    code = hashlib.sha256(json.dumps(document, sort_keys=True).encode("ascii")).hexdigest()[:12]
    question = {
        "as_of": f"{FIRST_YEAR}-01-01",
        "horizon": WINDOWS[-1],
        "milestones": list(WINDOWS[:-1]),
        "resolves": "The state that threatens uses force against the other.",
        "does_not_resolve": "Threats and shows of force alone.",
    }
    head = {"schema": "offramp/scenario/1", "id": f"threat-{code}", "title": "Is force used?", "question": question}
    return head | document


INITIATOR: dict[str, tuple[tuple[str, Callable[[Mapping[str, float]], float | bool]], ...]] = {
    "stance": (
        ("ordered", lambda known: known["trig_war_threat"]),
        ("threatened", lambda known: known["trig_threat"] or known["n_threat30"] or known["trig_mobil"]),
        ("aim", lambda known: known["rival"] or known["force_5y"]),
        ("no-aim", lambda _: True),
    ),
    "posture": (
        ("massed", lambda known: known["trig_mobil"] or known["n_disp30"] >= 3),
        ("moving", lambda known: known["trig_show"] or known["trig_fort"]),
        ("routine", lambda _: True),
    ),
    "momentum": (
        ("sweeping", lambda known: known["force_5y"] >= 3),
        ("some", lambda known: known["force_5y"]),
        ("none", lambda _: True),
    ),
}
"""The levels of the threatening side: the first whose condition on the columns of the table holds."""


def _initiator(known: Mapping[str, float]) -> dict[str, Any]:
    fixed = {"role": "initiator", "resolve": 0.9, "salience": 1.0, "ambiguity": 0.2, "strength": 1.0}
    levels = {key: next(level for level, holds in rules if holds(known)) for key, rules in INITIATOR.items()}
    return fixed | _levels("initiator", **levels)


def _strength(known: Mapping[str, float]) -> str:
    """Return the level of a defender's strength, by its capabilities relative to the attacker's."""
    if known["nuc_b"]:
        return "nuclear-or-peer"
    ratio = known["cinc_b"] / max(known["cinc_a"], 1e-9)  # NaN if either is unknown: an army
    if not known["maj_a"] and not known["land"]:
        ratio *= 2
    edges = ((0.8, "peer"), (0.4, "army"), (0.15, "entrenched"), (0.05, "pocket"), (-1.0, "remnant"))
    return next((word for edge, word in edges if ratio >= edge), "army")


def _defender(known: Mapping[str, float]) -> dict[str, Any]:
    answered = known["counter30"] or known["bforce_5y"]
    militancy = "radical" if known["bviol30"] else "part-radical" if answered else "hardly-radical"
    fixed = {"role": "defender", "resolve": 0.8, "salience": 1.0, "ambiguity": 0.2}
    return fixed | _levels("defender", stance="resists", strength=_strength(known), militancy=militancy)


def _patron(known: Mapping[str, float]) -> dict[str, Any]:
    side = "backs" if known["n_co_a"] else "mixed"
    resolve_, salience = {"triangular": [0.3, 0.5, 0.7]}, {"triangular": [0.4, 0.6, 0.8]}
    fixed = {"role": "patron", "resolve": resolve_, "salience": salience, "ambiguity": 0.4}
    return fixed | _levels("patron", stance=side, posture=side, exposure="usual")


def _guarantor(known: Mapping[str, float]) -> dict[str, Any]:
    strong = known["guar_major"] and known["guar_cinc"] > known["cinc_a"]
    return {"role": "guarantor", "resolve": {"triangular": [0.65, 0.8, 0.95]}} | _levels(
        "guarantor",
        strength="tripwire" if strong else "words",
        posture="in-place" if strong else "weak",
        stance="defends" if known["n_co_b"] else "refuses",
        air_denial="none",
        salience="far",
    )


def _mediator() -> dict[str, Any]:
    return {"role": "mediator", "stance": {"normal": [-0.6, 0.2]}}


def _levels(role: str, **words: str) -> dict[str, Any]:
    return {key: LEVELS[f"{role}.{key}"][word][0] for key, word in words.items()}


def _ties(source: str, **words: str) -> dict[str, Any]:
    return {target: LEVELS[f"ties.{source}.{target}"][word][0] for target, word in words.items()}


def _population(thousands: float) -> int:
    """Return the nearest of 100,000, 1 and 10 million, so that rows that otherwise agree share a scenario."""
    if math.isnan(thousands):
        return 1_000_000
    return int(10 ** min(7, max(5, round(math.log10(max(1000 * thousands, 1))))))


def _number(row: Row, name: str) -> float:
    """Return a number of 0 or more; for an empty cell 0, or NaN if it is an unknown size."""
    if not row.cells[name]:
        return math.nan if name in SIZES else 0.0
    return row.number(name, "a number of 0 or more", 0, MOST)
