"""The description in ODD+D has its sections, and every link of the papers leads somewhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.markdown import anchors, headings, links, resolve, section, tables
from tests.places import ROOT, syntax

DOCS = ROOT / "docs"
ODD = (DOCS / "odd.md").read_text(encoding="utf-8")
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("*.md"))]
SECTIONS = [
    "I Overview",
    "I.i Purpose",
    "I.ii Entities, state variables and scales",
    "I.iii Process overview and scheduling",
    "II Design Concepts",
    "II.i Theoretical and Empirical Background",
    "II.ii Individual Decision Making",
    "II.iii Learning",
    "II.iv Individual Sensing",
    "II.v Individual Prediction",
    "II.vi Interaction",
    "II.vii Collectives",
    "II.viii Heterogeneity",
    "II.ix Stochasticity",
    "II.x Observation",
    "III Details",
    "III.i Implementation Details",
    "III.ii Initialization",
    "III.iii Input Data",
    "III.iv Submodels",
]
"""After Müller et al. 2013."""
REFERENCES = dict(re.findall(r"^\[([\w-]+)\]: (\S+)$", ODD, flags=re.MULTILINE))
ROWS = next(tables(section(ODD, "III.iv Submodels")))


def named(kind: str) -> list[tuple[str, str, str]]:
    """Return submodel, name and file of all functions or tests in the table."""
    return [
        (row["submodel"], name, reference)
        for row in ROWS
        if row["what"] == kind
        for name, reference in re.findall(r"\[`([\w.]+)`\]\[([\w-]+)\]", row["where"])
    ]


def defined(node: ast.AST, prefix: str = "") -> Iterator[str]:
    """Yield the names of the functions of a module, and of the methods of its classes as `Class.method`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            yield prefix + child.name
        elif isinstance(child, ast.ClassDef):
            yield from defined(child, f"{child.name}.")


def functions_of(path: Path) -> set[str]:
    return set(defined(syntax(path)))


def test_the_sections_are_those_of_odd_d_in_order() -> None:
    assert [title for title in headings(ODD) if title in SECTIONS] == SECTIONS
    assert headings(ODD)[1:-1] == SECTIONS, "nothing stands between them but a list of references at the end"


@pytest.mark.parametrize("title", [title for title in SECTIONS if "." in title])
def test_no_section_is_empty(title: str) -> None:
    assert section(ODD, title).strip()


def test_every_submodel_has_a_function_and_a_test() -> None:
    submodels = list(dict.fromkeys(row["submodel"] for row in ROWS))
    assert len(submodels) >= 25
    for kind in ("function", "test"):
        assert set(submodels) == {submodel for submodel, _, _ in named(kind)}, kind
    assert len(named("function")) + len(named("test")) == sum(row["where"].count("`][") for row in ROWS)


@pytest.mark.parametrize(("submodel", "name", "reference"), named("function"))
def test_every_function_of_the_table_stands_in_the_file_linked(submodel: str, name: str, reference: str) -> None:
    path = (DOCS / REFERENCES[reference]).resolve()
    assert path.is_relative_to(ROOT / "sim"), submodel
    assert name in functions_of(path)


@pytest.mark.parametrize(("submodel", "name", "reference"), named("test"))
def test_every_test_of_the_table_stands_in_the_file_linked(submodel: str, name: str, reference: str) -> None:
    path = (DOCS / REFERENCES[reference]).resolve()
    assert path.is_relative_to(ROOT / "tests"), submodel
    assert name.startswith("test_")
    assert name in functions_of(path)


def test_every_section_of_the_reference_has_its_submodels() -> None:
    """Section 7 is a list of parameters."""
    assert {row["section"] for row in ROWS} == set("1234568")


def test_the_rules_of_the_model_are_all_in_the_table() -> None:
    """Every public function of the modules that hold nothing but rules."""
    listed = {(name, reference) for _, name, reference in named("function")}
    for reference in ("utility", "influence", "theatre"):
        rules = {name for name in functions_of((DOCS / REFERENCES[reference]).resolve()) if "." not in name}
        assert {(name, reference) for name in rules} <= listed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = links(text) + re.findall(r"^\[[\w-]+\]: (\S+)$", text, flags=re.MULTILINE)
    for target in targets:
        if re.match(r"[a-z]+:", target):
            continue
        path, anchor = resolve(page, target)
        assert path.exists(), target
        assert path.resolve().is_relative_to(ROOT), target
        if anchor and path.suffix == ".md":
            assert anchor in anchors(path.read_text(encoding="utf-8")), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_reference_of_a_link_is_given_and_used(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    given = re.findall(r"^\[([\w-]+)\]: \S+$", text, flags=re.MULTILINE)
    used = re.findall(
        r"(?:\]\[|\(\[)([\w-]+)\](?!\()", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    )
    assert len(given) == len(set(given))
    assert set(given) == set(used)


def test_the_citations_are_in_a_list_of_references() -> None:
    listed = section(ODD, "References") + section((DOCS / "model.md").read_text(encoding="utf-8"), "References")
    text = " ".join(ODD.partition("## References")[0].split())
    cited = re.findall(r"([A-Z][\w&-]+(?: & [A-Z]\w+| et al\.)?) ((?:19|20)\d\d(?:, (?:19|20)\d\d)*)", text)
    assert len(cited) >= 10
    for author, years in cited:
        for year in years.split(", "):
            surname = author.split(" ")[0]
            assert re.search(rf"^- {surname}, .*?\({year}\)", listed, flags=re.MULTILINE), (author, year)
