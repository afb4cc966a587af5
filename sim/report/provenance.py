"""Where the numbers of a forecast come from: stances with their readings, evidence, inputs.

What an author assumed is called so; a number read from evidence names its occasions and items.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.report.evidence import (
    Conflict,
    Source,
    conflicts,
    contested_sentence,
    duplicates_sentence,
    dyads_table,
    evidence_table,
    sources,
)
from sim.report.names import heading
from sim.report.reading import Record, name_of
from sim.report.story import spelled
from sim.report.tables import Table
from sim.report.values import on_scale, plain, quantity
from sim.wording import counted

EVIDENCE, ASSUMPTION, DEFAULT = "evidence", "author's assumption", "model default"
_READ = {"stance": "from", "ambiguity": "ambiguity_from"}
"""Fields of an actor that may be read from evidence, and the key that says whether they were."""


@dataclass(frozen=True)
class Provenance:
    """All that the report shows of where its numbers come from; empty tables are left out by the layouts."""

    stances: Table
    occasions: Table
    conflicts: tuple[Conflict, ...]
    contested: str
    duplicates: str
    evidence: Table
    sources: tuple[Source, ...]
    dyads: Table
    inputs: Table

    @property
    def written_inputs(self) -> Table:
        """The inputs that the scenario writes, without the defaults of the model."""
        rows = tuple(row for row in self.inputs.rows if row[2] != DEFAULT)
        return Table("Inputs that the scenario writes", self.inputs.columns, self.inputs.align, rows)

    @property
    def defaults(self) -> int:
        """Number of inputs that are defaults of the model."""
        return len(self.inputs.rows) - len(self.written_inputs.rows)


def provenance_of(record: Record) -> Provenance:
    """Read the provenance of a record."""
    return Provenance(
        stances=stances_table(record),
        occasions=occasions_table(record),
        conflicts=tuple(conflicts(record)),
        contested=contested_sentence(record),
        duplicates=duplicates_sentence(record),
        evidence=evidence_table(record),
        sources=tuple(sources(record)),
        dyads=dyads_table(record),
        inputs=inputs_table(record),
    )


def start_of(record: Record, actor: str) -> tuple[str, tuple[str, ...]]:
    """Tell how an actor's stance at the start came about: a sentence, and a line for each occasion it was read from."""
    stance = record["provenance"]["stances"][actor]
    start = f"{on_scale(stance['mean'])}, give or take {plain(stance['sd'])}"
    if stance["from"] != EVIDENCE:
        return f"Starts at {start}: the author's assumption ({stance['origin']}).", ()
    occasions = spelled(len(stance["occasions"]), "occasion")
    lines = tuple(
        f"{on_scale(one['reading'])}, weight {plain(one['weight'])}: {heading(one['id'])} ({', '.join(one['items'])})"
        for one in sorted(stance["occasions"], key=lambda one: -one["weight"])
    )
    widened = stance.get("birge", 1.0)
    spread = (
        f" They contradict each other, which widens the spread {counted(plain(widened), 'time')}."
        if widened > 1.005
        else ""
    )
    return f"Starts at {start}, read from the evidence of {occasions}.{spread}", lines


def stances_table(record: Record) -> Table:
    """One row an actor: the stance it starts with and where that comes from."""
    rows = []
    for actor, stance in record["provenance"]["stances"].items():
        read = stance["from"] == EVIDENCE
        rows.append((
            name_of(record, actor), on_scale(stance["mean"]), plain(stance["sd"]), EVIDENCE if read else ASSUMPTION,
            quantity(stance["ambiguity"]), stance["origin"],
        ))  # fmt: skip
    columns = ("Actor", "Stance", "Sd", "From", "Ambiguity of signals", "Written at")
    return Table("Stances at the start", columns, "lrrlrl", tuple(rows))


def occasions_table(record: Record) -> Table:
    """One row an occasion: which items it holds, how it reads, how much it weighs in the stance."""
    items = record["provenance"]["items"]
    rows = [
        (
            name_of(record, actor), one["id"], ", ".join(_cited(name, items) for name in one["items"]),
            on_scale(one["reading"]), plain(one["weight"]),
        )
        for actor, stance in record["provenance"]["stances"].items()
        for one in stance["occasions"]
    ]  # fmt: skip
    columns = ("Actor", "Occasion", "Items", "Reading", "Weight")
    return Table("Readings of stances, by occasion", columns, "lllrr", tuple(rows))


def _cited(name: str, items: Record) -> str:
    paragraph = items.get(name, {}).get("paragraph")
    return name if paragraph is None else f"{name} (P{paragraph})"


def inputs_table(record: Record) -> Table:
    """All inputs with their value and origin."""
    stances = record["provenance"]["stances"]
    rows = [
        (one["path"], quantity(one["value"]), _basis(one, stances), one["origin"])
        for one in record["provenance"]["inputs"]
    ]
    rows += [
        (", ".join(one["inputs"]), f"rank correlation {one['rank']:g}", ASSUMPTION, one.get("basis", "no basis given"))
        for one in record["document"].get("together", [])
    ]
    return Table("All inputs", ("Input", "Value", "Rests on", "Written at"), "llll", tuple(rows))


def _basis(one: Record, stances: Record) -> str:
    if one["origin"] == "default":
        return DEFAULT
    group, _, rest = str(one["path"]).partition(".")
    actor, _, field = rest.rpartition(".")
    read = _READ.get(field) if group == "actors" and actor in stances else None
    return EVIDENCE if read is not None and stances[actor].get(read) == EVIDENCE else ASSUMPTION
