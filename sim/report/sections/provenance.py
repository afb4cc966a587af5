"""What a forecast rests on, in words: conditions, runs and draws, parameters, and the origin of each number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sim.report.chance import points_text, share_text
from sim.report.document import Block, Entry, Group, Linked, List, Section, Table, Text, is_of_web
from sim.report.reading import OFF, Record, input_name, name_of
from sim.report.values import NONE, dated, goldstein, on_scale, plain, quantity, spelled
from sim.wording import counted, heading


def conditions_of(record: Record) -> Group | None:
    """Return the note at the head of a conditional forecast; None if it has no conditions."""
    given = record["given"]
    if given is None:
        return None
    share = share_text(record["runs"] / given["runs_made"])
    basis = (
        f"Of {counted(given['runs_made'], 'run')} made, {record['runs']:,} ({share}) meet all conditions and are "
        "counted. The baselines and the track record ignore the conditions. A condition is associated with a different "
        "probability; it need not bring an offensive about or prevent one."
    )
    told = []
    for text in given["conditions"]:
        actor, _, rest = text.partition(" ")  # such as `turkey deterrence above 0.5 on ...`
        told.append(f"{name_of(record, actor)}: {rest}" if actor in record["actors"] else text)
    ends = "no offensive" if record["theatre"].get("terms") == OFF else "neither an offensive nor a surrender"
    conditions = List.of((*told, f"{ends} by {dated(given['waiting'])}"))
    lead = Text("Every number in this forecast is conditional on what has been seen since:", "strong")
    return Group("", (lead, conditions, Text(basis)), role="banner", id="given")


def size_rows(record: Record) -> Iterator[tuple[str, str]]:
    """Yield the number of runs a forecast rests on, and the number of draws with how many runs share each."""
    given, runs, draws = record["given"], f"{record['runs']:,}", f"{record['draws']:,}"
    if given is None:
        yield "Runs", runs
        yield "Draws", f"{draws} with {counted(record['replicates'], 'run')} each"
    else:
        yield "Runs", f"{given['runs_made']:,} made, of which {runs} meet the conditions"
        yield "Draws", f"{draws} with a run that meets the conditions, of {given['draws_made']:,}"


def is_calibrated(record: Record) -> bool:
    """Whether the parameters come from a posterior: it has a date, and priors do not."""
    return record["parameters"]["date"] is not None


def conditional_sentence(record: Record) -> str:
    """Return what the probability is conditional on: the model, and its parameters as priors or calibrated."""
    source = _calibrated(record) if is_calibrated(record) else "priors, not calibrated to past cases"
    said = "Both are conditional on this model: neither covers what it leaves out or gets wrong."
    count = len(record["parameters"]["written"])
    written = f" The scenario itself sets {'one' if count == 1 else count} of them." if count else ""
    return f"{said} Its parameters are {source}.{written}"


def disagreement_sentence(record: Record) -> str:
    """Return how far calibrations under other seeds differ; empty if unknown."""
    points = record["parameters"]["seed_disagreement"]
    if points is None:
        return ""
    return (
        f"Calibrations with other seeds give probabilities that differ by {points_text(points / 100)}; "
        "that is not included."
    )


def parameters_line(record: Record) -> str:
    """Return the entry after seed and runs."""
    parameters = record["parameters"]
    line = f"{_calibrated(record)}, {counted(parameters['draws'], 'draw')}" if is_calibrated(record) else "priors"
    written = parameters["written"]
    return f"{line}; the scenario sets {', '.join(written)}" if written else line


def _calibrated(record: Record) -> str:
    parameters = record["parameters"]
    cases = "past cases" if parameters["cases"] is None else counted(parameters["cases"], "past case")
    threats = parameters["threats"]
    cases += "" if threats is None else f" and {counted(threats, 'threat')} between states"
    return f"calibrated on {cases} as known on {dated(parameters['date'])} ({parameters['calibration']})"


def evidence_group(record: Record) -> Group:
    """Return the items of evidence with their sources."""
    table = evidence_table(record)
    if not table.rows:
        return Group("", (Text("This scenario names no evidence: every stance is the author’s assumption.", "note"),))
    items = record["provenance"]["items"].items()
    pairs = [f"{name} (of {item['duplicate_of']})" for name, item in items if "duplicate_of" in item]
    duplicates = f"Duplicates, shown but not counted: {', '.join(pairs)}." if pairs else ""
    about = (Text(one, "note") for one in (drafted_sentence(record), contested_sentence(record), duplicates))
    shown = table.fold(f"{counted(len(table.rows), 'item')} of evidence, with their codes")
    return Group("Evidence", (*about, shown, List(tuple(_sources(record)), "sources")))


def conflicts_group(record: Record) -> Group | None:
    """Return the items that contradict each other, ordered from against the offensive to for it; None if none do."""
    found = [_conflict(group, items) for group, items in _groups(record).items() if len(items) > 1]
    about = (
        "Items that contradict each other, by bearing from −1 (against the offensive) to +1 (for it); dashed ones are "
        "duplicates. No item is dropped for being in conflict."
    )
    return Group("Conflicts", (Text(about, "note"), *found)) if found else None


def evidence_table(record: Record) -> Table:
    """Return one row per item of evidence, with its codes and how it was used; its source is linked, if on the web."""
    provenance = record["provenance"]
    used = {name for stance in provenance["stances"].values() for one in stance["occasions"] for name in one["items"]}
    rows = []
    for name, item in provenance["items"].items():
        cited = ", ".join(filter(None, (item["source"], _words(item))))
        rows.append((
            name, item["says"], Linked.to(provenance["sources"].get(item["source"], {}).get("url"), cited),
            _item_date(item), _who(record, item), item["kind"],
            item["informs"], on_scale(item["bearing"]), plain(item["reliability"]), heading(item["occasion"]),
            item.get("cameo", NONE), goldstein(item.get("goldstein")), _remark(item, name in used),
        ))  # fmt: skip
    columns = (
        "Item", "What happened", "Source", "Date", "Who", "Kind", "Informs", "Bearing", "Reliability", "Occasion",
        "CAMEO", "Goldstein", "In a stance",
    )  # fmt: skip
    return Table("Evidence items", columns, "lllllllrrlrrl", tuple(rows))


def _words(item: Record) -> str:
    """Return the paragraph, and the range of its characters."""
    anchor = item.get("anchor", item)
    if "paragraph" not in anchor:
        return ""
    words = f"paragraph {anchor['paragraph']}"
    return f"{words}, characters {anchor['span'][0]} to {anchor['span'][1]}" if "span" in anchor else words


def _item_date(item: Record) -> str:
    span = f"{item['start']} to {item['date']}" if "start" in item else str(item["date"])
    return f"{span}, standing" if item.get("standing") else span


def _who(record: Record, item: Record) -> str:
    actors, targets = ([name_of(record, one) for one in item.get(role) or ()] for role in ("actor", "target"))
    return f"{', '.join(actors)} → {', '.join(targets)}" if targets else ", ".join(actors)


def _remark(item: Record, used: bool) -> str:
    remarks = ["counted" if used else "not counted"]
    if "duplicate_of" in item:
        remarks.append(f"duplicate of {item['duplicate_of']}")
    if "conflicts" in item:
        remarks.append(f"in conflict: {heading(item['conflicts'])}")
    return "; ".join(remarks)


def drafted_sentence(record: Record) -> str:
    """Return what became of the proposals from which items were drafted; empty if there were none."""
    drafted = record["provenance"].get("drafted")
    if drafted is None:
        return ""
    fates = ", ".join(f"{drafted[fate]} {fate}" for fate in ("accepted", "edited", "rejected"))
    proposals, added = counted(drafted["proposed"], "proposal"), counted(drafted["added"], "item")
    others = len(record["provenance"]["items"]) - drafted["accepted"] - drafted["edited"] - drafted["added"]
    rest = f" Coded without a draft: {counted(others, 'item')}." if others > 0 else ""
    return (
        f"Drafted from articles by a program, then judged by a person: of {proposals}, {fates}; {added} added in "
        f"review.{rest}"
    )


def contested_sentence(record: Record) -> str:
    """Return the items that other accounts, not among the items, contradict."""
    alone = [f"{items[0][0]} ({heading(group)})" for group, items in _groups(record).items() if len(items) == 1]
    return f"Contested by accounts that are not among the items: {', '.join(alone)}." if alone else ""


def _groups(record: Record) -> dict[str, list[tuple[str, Record]]]:
    groups: dict[str, list[tuple[str, Record]]] = {}
    for name, item in record["provenance"]["items"].items():
        if "conflicts" in item:
            groups.setdefault(item["conflicts"], []).append((name, item))
    return groups


def _conflict(group: str, items: list[tuple[str, Record]]) -> Group:
    columns = ("Item", "Bearing", "Reliability", "Date", "What happened", "Duplicate of")
    sides: dict[str, list[tuple[str, bool]]] = {}
    rows = []
    for name, item in sorted(items, key=lambda one: one[1]["bearing"]):
        bearing, duplicate = on_scale(item["bearing"]), str(item.get("duplicate_of", NONE))
        sides.setdefault(bearing, []).append((name, "duplicate_of" in item))
        rows.append((name, bearing, plain(item["reliability"]), _item_date(item), item["says"], duplicate))
    table = Table(heading(group), columns, "lrrlll", tuple(rows))
    drawn = Block("sides", {"name": table.caption, "sides": list(sides.items())})
    return Group(table.caption, (drawn, table.fold("What they say")), role="conflict")


def _sources(record: Record) -> Iterator[Entry]:
    """Yield the sources; only web addresses are linked."""
    for name, source in record["provenance"]["sources"].items():
        linked = str(source["url"]) if is_of_web(source.get("url")) else ""
        details = ", ".join(str(source[key]) for key in ("publisher", "date") if key in source)
        yield Entry(f", {details}. {source.get('note', '')}".rstrip(), name, source["title"], linked)


EVIDENCE, ASSUMPTION, DEFAULT = "evidence", "author's assumption", "model default"
_READ = {"stance": "from", "ambiguity": "ambiguity_from"}
"""Fields of an actor that may be read from evidence, and the key that says whether they were."""


def section_of(record: Record) -> Section:
    """Read the provenance of a record."""
    occasions = occasions_table(record)
    pairs = tuple(
        (name_of(record, row["from"]), name_of(record, row["to"]), str(row["items"]), goldstein(row["goldstein"]))
        for row in record["provenance"]["dyads"]
    )
    dyads = Table("Mean Goldstein score by pair", ("From", "To", "Items", "Goldstein"), "llrr", pairs)
    about = (
        "Items from one occasion (one meeting, one raid) count as one reading; weights are shares of the precision of "
        "all readings of an actor. Characters are counted from 0 within the paragraph that an item was coded from."
    )
    tone = (
        "The Goldstein score rates how friendly an act between the two is, from −10 to +10. It is only context for the "
        "ties: no stance is read from it."
    )
    inputs = inputs_table(record)
    written = tuple(row for row in inputs.rows if row[2] != DEFAULT)
    defaults = counted(len(inputs.rows) - len(written), "default")
    caption = f"Inputs that the scenario sets; forecast.json also has the {defaults} of the model"
    inputs = replace(inputs, brief=replace(inputs, caption=caption, rows=written))
    return Section("Provenance", (
        Group("Stances", (stances_table(record), Text(about if occasions.rows else "", "note"), occasions)),
        conflicts_group(record),
        evidence_group(record),
        Group("Tone between actors", (Text(tone, "note"), dyads.fold())) if dyads.rows else None,
        Group("Inputs", (inputs.fold(f"{counted(len(inputs.rows), 'input')} with value and origin"),)),
    ), id="provenance")  # fmt: skip


def start_of(record: Record, actor: str) -> tuple[str, tuple[str, ...]]:
    """Return the origin of an actor's initial stance: a sentence, and a line for each occasion it was read from."""
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
    contradict = f" They contradict each other, which widens the spread by a factor of {plain(widened)}."
    return f"Starts at {start}, based on evidence from {occasions}.{contradict if widened > 1.005 else ''}", lines


def stances_table(record: Record) -> Table:
    """Return one row per actor: its initial stance and where that comes from."""
    rows = tuple(
        (
            name_of(record, actor), on_scale(stance["mean"]), plain(stance["sd"]),
            EVIDENCE if stance["from"] == EVIDENCE else ASSUMPTION, quantity(stance["ambiguity"]), stance["origin"],
        )
        for actor, stance in record["provenance"]["stances"].items()
    )  # fmt: skip
    columns = ("Actor", "Stance", "Sd", "From", "Ambiguity of signals", "Set in")
    return Table("Stances at the start", columns, "lrrlrl", rows)


def occasions_table(record: Record) -> Table:
    """Return one row per occasion: its items, its reading, and its weight in the stance."""
    words = {name: _words(item) for name, item in record["provenance"]["items"].items()}
    rows = [
        (
            name_of(record, actor), heading(one["id"]),
            "; ".join(f"{name} ({words[name]})" if words.get(name) else name for name in one["items"]),
            on_scale(one["reading"]), plain(one["weight"]),
        )
        for actor, stance in record["provenance"]["stances"].items()
        for one in stance["occasions"]
    ]  # fmt: skip
    columns = ("Actor", "Occasion", "Items", "Reading", "Weight")
    return Table("Readings of stances, by occasion", columns, "lllrr", tuple(rows))


def inputs_table(record: Record) -> Table:
    """Return all inputs with their value and origin."""
    stances = record["provenance"]["stances"]
    rows = [
        (input_name(record, one["path"]), quantity(one["value"]), _basis(one, stances), one["origin"], one["path"])
        for one in record["provenance"]["inputs"]
    ]
    rows += [
        (
            input_name(record, "+".join(one["inputs"])), f"rank correlation {one['rank']:g}", ASSUMPTION,
            one.get("basis", "no basis given"), ", ".join(one["inputs"]),
        )
        for one in record["document"].get("together", [])
    ]  # fmt: skip
    return Table("All inputs", ("Input", "Value", "Based on", "Set in", "Path"), "lllll", tuple(rows))


def _basis(one: Record, stances: Record) -> str:
    if one["origin"] == "default":
        return DEFAULT
    group, _, rest = str(one["path"]).partition(".")
    actor, _, field = rest.rpartition(".")
    read = _READ.get(field) if group == "actors" and actor in stances else None
    return EVIDENCE if read is not None and stances[actor].get(read) == EVIDENCE else ASSUMPTION
