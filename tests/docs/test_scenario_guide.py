"""The guide to scenario files says what the language is: its examples load, its tables are the models'."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from ruamel.yaml import YAML

import sim
from sim.distributions import KINDS, LARGEST, Distribution, parse
from sim.errors import ScenarioError
from sim.model.schedule import Planned, Schedule
from sim.scenario import yamltree
from sim.scenario.doubts import DOUBTS, doubts_of
from sim.scenario.evidence import READING_SD, Anchor, DraftCounts, EvidenceFile, Item, Kind, Source, SourceFile
from sim.scenario.gates import MAX_GATES, MAX_STEPS, STEPS, TOLERANCE, Gate
from sim.scenario.levels import LEVELS
from sim.scenario.merge import MAX_BASES
from sim.scenario.quantities import FARTHEST_DAY, FIRST_YEAR, LAST_YEAR, MAX_DAYS, Quantity, in_words
from sim.scenario.schema import (
    LEAST,
    MAX_ACTORS,
    MAX_EVENTS,
    MAX_OPTIONS,
    MAX_PRESSURES,
    Actor,
    Allowed,
    Bargaining,
    Case,
    Confidence,
    Defender,
    Document,
    Event,
    Guarantor,
    Initiator,
    Mediator,
    Option,
    OtherForecast,
    Parameters,
    Part,
    Patron,
    Pressure,
    Question,
    Resolution,
    Start,
    Talks,
    Text,
    TieEnds,
    Title,
    Together,
)
from tests.docs.markdown import blocks, section, tables
from tests.places import ROOT

GUIDE = (ROOT / "docs" / "scenario.md").read_text(encoding="utf-8")
YAML_BLOCKS = blocks(GUIDE, "yaml")
WHOLE = {
    found[1]: block
    for block in YAML_BLOCKS
    if "\nschema: " in block
    for found in re.finditer(r"^# scenarios/river-towns/(\S+)$", block, flags=re.MULTILINE)
}
PIECES = [block for block in YAML_BLOCKS if "\nschema: " not in block and not block.startswith("# yaml-language")]
SCENARIOS = [name for name in WHOLE if name not in ("broken.yaml", "evidence.yaml", "sources.yaml")]
HEAD = "schema: offramp/scenario/1\nid: example\nextends: ./baseline.yaml\n"

SECTIONS: dict[str, tuple[type[Part], str]] = {
    # heading of the table, the model it describes, and where in a variant of the guide's scenario its examples stand
    "The file": (Document, ""),
    "`question`": (Question, "question"),
    "`confidence`": (Confidence, "confidence"),
    "`start`": (Start, "start"),
    "`bargaining`": (Bargaining, "bargaining"),
    "`actors`: what each has": (Actor, "actors.great-power"),
    "`actors`: initiator": (Initiator, "actors.northern-army"),
    "`actors`: patron": (Patron, "actors.great-power"),
    "`actors`: guarantor": (Guarantor, "actors.neighbour"),
    "`actors`: defender": (Defender, "actors.river-towns"),
    "`actors`: mediator": (Mediator, "actors.envoy"),
    "`parameters`": (Parameters, "parameters"),
    "`forecasts`": (OtherForecast, "forecasts.-"),
    "`case`": (Case, "case"),
    "`resolution`": (Resolution, "resolution"),
    "`together`": (Together, "together.-"),
    "Warnings": (Allowed, "allow.-"),
    "`menu`": (Option, "menu"),
    "`events`": (Event, "events"),
    "`gates`": (Gate, "gates"),
    "6. Pressures": (Pressure, "pressures.appeal"),
    "7. Talks": (Talks, "talks.conference"),
    "Keys of an evidence file": (EvidenceFile, ""),
    "Keys of an item": (Item, ""),
    "Keys of an anchor": (Anchor, ""),
    "Keys of `drafted`": (DraftCounts, ""),
    "Keys of a source": (Source, ""),
}
OWN = {"actors.northern-army", "actors.neighbour", "actors.river-towns", "actors.envoy"}
OF_SCENARIOS = [
    name for name, (model, _) in SECTIONS.items() if model not in (EvidenceFile, Item, Anchor, DraftCounts, Source)
]
OF_EVIDENCE = [name for name in SECTIONS if name not in OF_SCENARIOS]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with all whole files of the guide."""
    path = tmp_path / "scenarios"
    path.mkdir()
    for name, block in WHOLE.items():
        (path / name).write_text(block, encoding="utf-8")
    return path


def rows(title: str) -> list[dict[str, str]]:
    """Return the table of keys of a section."""
    return next(table for table in tables(section(GUIDE, title)) if "key" in table[0])


def fields(model: type[Part]) -> dict[str, Any]:
    """Return the fields of a model by the key a file writes; of a role only its own."""
    shared = set(Actor.model_fields) if issubclass(model, Actor) and model is not Actor else set()
    return {field.alias or name: field for name, field in model.model_fields.items() if name not in shared}


def key_of(row: dict[str, str]) -> str:
    return row["key"].strip("`")


def plain(cell: str) -> Any:
    return YAML(typ="safe").load(cell.strip("`"))


def variant(folder: Path, text: str) -> Path:
    path = folder / "variant.yaml"
    path.write_text(text, encoding="utf-8")
    return path


# -- examples -------------------------------------------------------------------------------------------------------


def test_the_guide_has_examples() -> None:
    assert len(SCENARIOS) >= 4
    assert len(PIECES) >= 3
    named = len(WHOLE) + len(PIECES)
    assert named == len(YAML_BLOCKS) - 1, "a whole file names itself in a comment; one block shows the modeline alone"


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_whole_scenario_of_the_guide_loads(folder: Path, name: str) -> None:
    assert sim.load(folder / name).horizon == 120


@pytest.mark.slow
def test_the_probabilities_of_the_first_steps_are_those_of_their_runs(folder: Path) -> None:
    told = re.findall(r"An offensive[^:\n]*: ([0-9]+)%", section(GUIDE, "1. A crisis in twenty minutes"))
    assert len(told) == 5
    for step, percent in enumerate(told, 1):
        forecast = sim.run(folder / f"step-{step}.yaml", runs=4096, seed=0)
        assert f"{forecast.probability('offensive').p:.0%}" == f"{percent}%", step


@pytest.mark.parametrize("piece", PIECES)
def test_every_piece_of_the_guide_loads_laid_over_its_scenario(folder: Path, piece: str) -> None:
    sim.load(variant(folder, HEAD + piece))


@pytest.mark.parametrize("title", OF_SCENARIOS)
def test_the_examples_of_a_table_are_of_the_language(folder: Path, title: str) -> None:
    """All examples of a table at once, laid over the guide's scenario."""
    _, path = SECTIONS[title]
    examples = [row["example"].strip("`") for row in rows(title) if "example" in row]
    if not path:
        sim.load(variant(folder, "\n".join(examples) + "\n"))
        return
    opening = "".join(f"{'  ' * depth}{key}:\n" for depth, key in enumerate(path.split(".")) if key != "-")
    if path.endswith(".-"):  # an entry of a list
        examples[0] = f"- {examples[0]}"
        examples[1:] = [f"  {one}" for one in examples[1:]]
    indent = "  " * len(path.split("."))
    sim.load(variant(folder, HEAD + opening + "".join(f"{indent}{example}\n" for example in examples)))


@pytest.mark.parametrize("title", OF_EVIDENCE)
def test_the_examples_of_a_table_of_evidence_are_of_the_language(folder: Path, title: str) -> None:
    evidence = YAML(typ="safe").load(WHOLE["evidence.yaml"])
    sources = YAML(typ="safe").load(WHOLE["sources.yaml"])
    first = evidence["items"]["E1"]
    part = {"Keys of an evidence file": evidence, "Keys of an item": first}
    part["Keys of an anchor"] = first["anchor"] = {} if title == "Keys of an anchor" else None
    part["Keys of `drafted`"] = evidence["drafted"] = {} if title == "Keys of `drafted`" else None
    changed = part.get(title, sources["sources"]["daily-2024-03-01"])
    for row in rows(title):
        (key, value), *_ = plain(row["example"]).items()
        changed[key] = evidence["items"] if key == "items" else value
    for name, content in (("evidence.yaml", evidence), ("sources.yaml", sources)):
        with (folder / name).open("w", encoding="utf-8") as file:
            YAML().dump(content, file)
    sim.load(folder / "baseline.yaml")


def test_the_fault_report_of_the_guide_is_what_validate_prints(folder: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        sim.load(folder / "broken.yaml")
    (shown,) = blocks(GUIDE, "text")
    assert [str(fault).replace(f"{folder}/", "") for fault in caught.value.faults] == shown.splitlines()


def test_the_table_of_warnings_has_every_one() -> None:
    table = next(table for table in tables(section(GUIDE, "Warnings")) if "what it is about" in table[0])
    assert [row["warning"].strip("`") for row in table] == list(DOUBTS)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_scenarios_of_the_guide_raise_no_warning_but_what_they_teach(folder: Path, name: str) -> None:
    taught = {"baseline.yaml": {"single-reading"}, "firm-neighbour.yaml": {"constant-pressure"}}
    found = {one.name for one in doubts_of(sim.load(folder / name))}
    assert found <= taught.get(name, set()), found


# -- tables of keys -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", SECTIONS)
def test_a_table_has_every_key_of_its_model(title: str) -> None:
    named = [key_of(row) for row in rows(title)]
    wanted = set(fields(SECTIONS[title][0])) | ({"extends"} if title == "The file" else set())
    assert set(named) == wanted
    assert len(named) == len(wanted)


def test_every_model_has_its_table() -> None:
    described = {model for model, _ in SECTIONS.values()} | {SourceFile, TieEnds}
    models = {model for model in Part.__subclasses__() if model.__module__.startswith("sim.scenario")}
    assert models | set(Actor.__subclasses__()) == described
    assert all(f"`{key}`" in section(GUIDE, "Keys of a source") for key in fields(SourceFile))


def shown_default(field: Any) -> str:
    """Write a default as the guide does."""
    if field.is_required():
        return "required"
    if field.default is None:
        return "none"
    if isinstance(field.default, Distribution):
        value = field.default.to_plain()
        if isinstance(value, dict):
            ((kind, numbers),) = value.items()
            return f"{{{kind}: [{', '.join(f'{number:g}' for number in numbers)}]}}"
        return f"{value:g}"
    if isinstance(field.default, Part):
        return str(field.default.model_dump(exclude_defaults=True))
    return {"()": "[]", "False": "false"}.get(str(field.default), str(field.default))


@pytest.mark.parametrize("title", SECTIONS)
def test_defaults_are_those_of_the_model(title: str) -> None:
    wanted = {key: shown_default(field) for key, field in fields(SECTIONS[title][0]).items()}
    if title == "`actors`: initiator":
        assert wanted["self_reliance"] == "none"
        wanted["self_reliance"] = "required with a patron, 1 without"
    if title == "The file":
        wanted |= {"extends": "none", "calibration": "the latest", "sample": "half and half", "forecasts": "none"}
    assert {key_of(row): row["default"] for row in rows(title)} == wanted


def quantity_of(field: Any) -> Quantity | None:
    """Return the range of a field that is a number."""
    inner = [mark for one in get_args(field.annotation) for mark in getattr(one, "__metadata__", ())]
    return next((mark for mark in (*field.metadata, *inner) if isinstance(mark, Quantity)), None)


def words_of(annotation: Any) -> Iterator[str]:
    """Yield the words of a literal, wherever in an annotation it stands."""
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    for inner in get_args(annotation):
        yield from words_of(inner)


@pytest.mark.parametrize("title", SECTIONS)
def test_ranges_are_those_of_the_model(title: str) -> None:
    for row in rows(title):
        field = fields(SECTIONS[title][0]).get(key_of(row))
        quantity = None if field is None else quantity_of(field)
        if quantity is not None:
            words = in_words(quantity.low, quantity.high, open_low=quantity.open_low)
            expected = re.sub(r"^a number (from |of )?", "", words).replace("any finite number", "any")
            assert row["range"] == expected + (f", or `{quantity.word}`" if quantity.word else ""), key_of(row)
        elif field is not None and key_of(row) not in ("role", "kind", "informs"):
            words = list(words_of(field.annotation))
            assert not words or row["range"] == ", ".join(f"`{word}`" for word in words), key_of(row)


def test_the_numbers_of_gates_are_those_of_the_code() -> None:
    told = {key_of(row): (row["meaning"], row["range"]) for row in rows("`gates`")}
    assert told["steps"] == (f"Number of values to try; {STEPS} if absent", f"2 to {MAX_STEPS}")
    assert f"; {TOLERANCE:g} if absent" in told["tolerance"][0]


def test_every_word_of_the_language_is_named() -> None:
    for field in (Actor.model_fields["role"], Item.model_fields["informs"]):
        for word in words_of(field.annotation):
            assert f"`{word}`" in GUIDE, word


def test_the_sd_of_every_kind_is_told() -> None:
    table = next(table for table in tables(section(GUIDE, "Keys of an item")) if "kind" in table[0])
    told = {kind: float(row["sd"]) for row in table for kind in re.findall(r"`(\w+)`", row["kind"])}
    assert told == {kind: READING_SD.get(kind, 0.6) for kind in get_args(Kind)}


def test_every_distribution_is_told_with_an_example() -> None:
    table = next(tables(section(GUIDE, "3. Numbers, distributions, days")))
    assert [row["distribution"].strip("`") for row in table] == list(KINDS)
    for row in table:
        assert parse(plain(row["example"])).kind == row["distribution"].strip("`")
    assert f"{LEAST:.6f}" in GUIDE


def test_limits_of_size_are_those_of_the_code() -> None:
    def longest(text: Any) -> int:
        return int(get_args(text)[1].max_length)

    def most(model: type[Part], key: str) -> int:
        return next(int(mark.max_length) for mark in model.model_fields[key].metadata if hasattr(mark, "max_length"))

    wanted = [
        *(yamltree.MAX_BYTES, yamltree.MAX_DEPTH, yamltree.MAX_NODES, yamltree.MAX_FAULTS, MAX_BASES),
        *(
            MAX_ACTORS,
            MAX_PRESSURES,
            most(Document, "talks"),
            MAX_EVENTS,
            most(Document, "notes"),
            MAX_GATES,
            MAX_OPTIONS,
            most(Question, "milestones"),
        ),
        *(MAX_DAYS, FARTHEST_DAY, int(LARGEST), most(EvidenceFile, "items")),
        *(64, longest(Title), longest(Text)),
    ]
    table = next(tables(section(GUIDE, "9. YAML, and limits of size")))
    assert [row["most"] for row in table] == [f"{number:,}" for number in wanted]
    assert f"years {FIRST_YEAR} to {LAST_YEAR}" in GUIDE


# -- worked examples ------------------------------------------------------------------------------------------------


def test_the_strengths_of_pressures_are_those_of_the_model() -> None:
    table = next(table for table in tables(section(GUIDE, "6. Pressures")) if "pressure" in table[0])
    for row in table:
        written = {key: float(value) for key, value in plain("{" + row["pressure"].strip("`") + "}").items()}
        planned = Planned(Schedule(**written), 61)
        changes = [planned.on(day) for day in range(61)]
        eve = float(row["day -1"])
        for day in (0, 30, 60):
            assert float(row[f"day {day}"]) - eve == pytest.approx(changes[day], abs=0.011)
        assert float(row["what acts on day 60"]) == pytest.approx(changes[60], abs=0.006)


def test_the_stance_worked_by_hand_is_the_one_that_is_read(folder: Path) -> None:
    reading = sim.load(folder / "baseline.yaml").readings["great-power"]
    assert [(one.reading, one.precision) for one in reading.occasions] == [
        (pytest.approx(0.7), pytest.approx(1.25)),
        (pytest.approx(-0.5), pytest.approx(5)),
    ]
    assert (reading.mean, reading.sd) == pytest.approx((-0.1585, 0.3748), abs=1e-4)
    assert (reading.birge, reading.ambiguity) == pytest.approx((1.2, 0.48))


SUM = re.compile(r"(?<!\w)((?:sqrt|[-+*/(). 0-9])*[0-9)]) = (-?[0-9.]*[0-9])")


def test_sums_in_the_guide_are_right() -> None:
    """Every `a * b = c`, to the digits shown."""
    told = section(GUIDE, "6. Pressures") + section(GUIDE, "8. Stances from evidence")
    sums = [(written.strip(" ."), result) for written, result in SUM.findall(told)]
    assert len(sums) >= 12
    for written, result in sums:
        value = eval(written, {"__builtins__": {}, "sqrt": math.sqrt})  # noqa: S307 - our own page, signs and digits only
        digits = len(result.partition(".")[2])
        assert value == pytest.approx(float(result), abs=0.51 * 10.0**-digits), written


@pytest.mark.parametrize("name", ["odd.md", "scenario.md", "limits.md"])
def test_lines_are_not_too_long(name: str) -> None:
    lines = (ROOT / "docs" / name).read_text(encoding="utf-8").splitlines()
    assert [number for number, line in enumerate(lines, 1) if len(line) > 120] == []


def test_every_key_that_takes_a_level_links_to_the_codebook() -> None:
    for field in LEVELS:
        owner, _, key = field.rpartition(".")
        if owner.startswith("ties"):
            continue
        titles = {"": ["The file"]}.get(owner, [f"`actors`: {owner}", "`actors`: what each has"])
        meanings = [row["meaning"] for title in titles for row in rows(title) if key_of(row) == key]
        assert any("([levels])" in one for one in meanings), field
    assert "Levels: [of mediators](cases.md#mediators)" in GUIDE
    assert GUIDE.rstrip().endswith("[levels]: cases.md#2-levels")
