"""The layers of the package as data: a module imports from its own layer's list and from nowhere else.

`sim/report` stands below `forecast`: it turns plain records into files and knows no simulation, so a forecast may
write its own report, and a report can be made from a stored record alone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.places import ROOT, syntax

LAYERS: dict[str, set[str]] = {
    "wording": set(),
    "errors": set(),
    "environment": set(),
    "later": set(),
    "special": {"later"},
    "distributions": {"special"},
    "rng": {"compiled", "special"},
    "compiled": {"wholefiles"},
    "tables": {"errors", "wholefiles", "wording"},
    "tallies": {"compiled", "rng"},
    "wholefiles": {"wording"},
    "interrupts": set(),
    "loopback": set(),
    "progress": {"runs.block", "wording"},
    "estimates": {"rng", "special", "tallies"},
    "evaluation.scoring": {"rng", "special", "wording"},
    "evaluation.ledger": {"errors", "evaluation.scoring", "wholefiles", "wording"},
    "articles": {"errors", "wholefiles", "wording"},
    "web": {"errors", "interrupts", "loopback"},
    "report": {"errors", "estimates", "wholefiles", "wording"},
    "scenario": {"errors", "distributions", "tables", "wholefiles", "wording"},
    "model": {"compiled", "distributions", "later", "rng", "scenario", "special"},
    "baselines": {"distributions", "errors", "scenario", "special", "tables", "wholefiles", "wording"},
    "runs": {"errors", "runs.block", "runs.executors", "runs.store", "tallies"},
    "runs.block": {"errors", "model", "scenario", "tallies", "wording"},
    "runs.executors": {"environment", "errors", "interrupts", "loopback", "wholefiles", "wording"},
    "runs.store": {"environment", "errors", "runs.block", "tallies", "wholefiles"},
    "forecast": {
        "baselines", "distributions", "environment", "errors", "estimates", "model", "report", "rng", "runs",
        "runs.block", "runs.executors", "runs.store", "scenario", "tallies", "wholefiles", "wording",
    },
    "studies": {
        "baselines", "distributions", "environment", "errors", "estimates", "forecast", "model", "report", "rng",
        "runs", "runs.block", "runs.executors", "runs.store", "scenario", "special", "tables", "tallies", "wholefiles",
        "wording",
    },
    "draft": {"articles", "errors", "loopback", "scenario", "wholefiles", "wording"},
    "review": {"articles", "draft", "errors", "scenario", "web", "wholefiles", "wording"},
    "evaluation": {
        "baselines", "distributions", "environment", "errors", "estimates", "evaluation.scoring", "forecast", "model",
        "rng", "runs", "runs.block", "runs.executors", "runs.store", "scenario", "special", "studies", "tables",
        "tallies", "wholefiles", "wording",
    },
    "explorer": {
        "errors", "estimates", "forecast", "model", "report", "runs", "runs.block", "runs.executors", "runs.store",
        "scenario", "studies", "tallies", "web", "wording",
    },
    "cli": {
        "articles", "draft", "environment", "errors", "evaluation", "evaluation.ledger", "explorer", "forecast",
        "interrupts", "loopback", "progress", "report", "review", "runs.block", "runs.executors", "runs.store",
        "scenario", "studies", "wholefiles", "wording",
    },
    "face": {
        "errors", "estimates", "forecast", "model", "progress", "report", "runs.block", "runs.executors",
        "runs.store", "scenario", "studies", "wording",
    },
    "__init__": {"errors", "estimates", "face", "forecast", "runs.block", "scenario"},
    "__main__": {"cli"},
}  # fmt: skip
"""Which parts of `sim` a part may import, besides itself."""

HOMES: dict[str, set[str]] = {
    "mesa": {"model"},
    "scipy.special": {"special"},
    "llvmlite": {"compiled"},
    "plotly": {"face"},  # for notebooks; reports hold plain values that its script draws
    "aiohttp": {"draft", "explorer", "review", "web"},
    "jinja2": {"report"},
    "ruamel": {"scenario"},  # to write YAML with comments
    "yaml": {"scenario"},  # to read it
    "pydantic": {"draft", "evaluation.ledger", "report", "review", "scenario", "studies"},
    "pyarrow": {"report"},
    "typer": {"cli"},
    "rich": {"cli", "progress"},
    "multiprocessing": {"runs.executors", "interrupts"},
    "dask": {"runs.executors"},
    "distributed": {"runs.executors"},
    "fsspec": {"runs.store"},
    "spacy": {"draft"},
}
"""Packages that only some parts may import."""

MODULES = sorted((ROOT / "sim").rglob("*.py"))


def part_of(path: Path) -> str:
    return owner(".".join(path.relative_to(ROOT / "sim").with_suffix("").parts).removesuffix(".__init__"))


def owner(name: str) -> str:
    """Return the part of a module, given its dotted name below `sim`: a smaller part goes before the one around it."""
    pieces = name.split(".")
    return next((part for part in (".".join(pieces[:2]), pieces[0]) if part in LAYERS), pieces[0])


def imports_of(path: Path) -> Iterator[str]:
    """Yield the dotted names a module imports, wherever in it."""
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the layer"
            yield from ([f"sim.{alias.name}" for alias in node.names] if node.module == "sim" else [node.module or ""])


def test_imports_go_down_only() -> None:
    wrong = []
    for path in MODULES:
        part = part_of(path)
        assert part in LAYERS, f"give the new part {part!r} a place in LAYERS"
        for name in imports_of(path):
            package, *rest = name.split(".")
            if package == "sim" and rest and owner(".".join(rest)) not in {part, *LAYERS[part]}:
                wrong.append(f"{path.relative_to(ROOT)}: {part} may not import {name}")
            for home, parts in HOMES.items():
                if f"{name}.".startswith(f"{home}.") and part not in parts:
                    wrong.append(f"{path.relative_to(ROOT)}: {home} may not be imported in {part}")
    assert not wrong


def needed_at_import(path: Path) -> set[str]:
    """Modules of `sim` that must be read before this one: imports in functions and for types alone do not count."""

    def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
        for node in body:
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                continue
            yield node
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from statements(getattr(node, "body", []))

    names: set[str] = set()
    for node in statements(syntax(path).body):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.update({node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)})
    return names


def test_no_chain_of_imports_is_longer_than_eighteen() -> None:
    named = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in MODULES}
    needs = {name: needed_at_import(path) & (named.keys() - {name, "sim"}) for name, path in named.items()}

    @cache
    def chain(name: str) -> tuple[str, ...]:
        return name, *max((chain(other) for other in needs[name]), key=len, default=())

    longest = max((chain(name) for name in named), key=len)
    assert len(longest) <= 18, " > ".join(longest)


def test_the_layers_have_no_circle() -> None:
    order: list[str] = []
    while len(order) < len(LAYERS):
        free = [part for part, below in LAYERS.items() if part not in order and below <= set(order)]
        assert free, f"a circle among {sorted(set(LAYERS) - set(order))}"
        order += free


def test_pages_say_what_they_say_and_leave_html_and_markdown_to_the_renderers() -> None:
    renderers = {"sim.report.html", "sim.report.markdown", "sim.report.terminal", "jinja2", "markupsafe"}
    pages = [path for path in MODULES if path.parent.name in ("pages", "sections")]
    assert len(pages) > 15
    for path in pages:
        assert not renderers & set(imports_of(path)), path
        texts = (node.value for node in ast.walk(syntax(path)) if isinstance(node, ast.Constant))
        wrong = [
            text
            for text in texts
            if isinstance(text, str) and re.search(r"</?(?:a|div|li|p|span|t[dhr]|table)\b|\*\*|^#+ ", text)
        ]
        assert not wrong, f"{path}: {wrong}"


def test_generators_are_made_in_rng_and_printing_done_in_cli() -> None:
    for path in MODULES:
        for node in ast.walk(syntax(path)):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if called in ("np.random.default_rng", "np.random.Generator", "np.random.SeedSequence", "random.Random"):
                assert part_of(path) == "rng", f"{path}: {called} outside sim/rng.py"
            if called == "print":
                assert part_of(path) == "cli", f"{path}: print outside sim/cli"


def test_parts_of_files_have_annotations_that_pydantic_need_not_evaluate() -> None:
    for path in MODULES:
        nodes = list(ast.walk(syntax(path)))
        has_parts = any(isinstance(one, ast.ClassDef) and "Part" in map(ast.unparse, one.bases) for one in nodes)
        as_text = any(isinstance(one, ast.ImportFrom) and one.module == "__future__" for one in nodes)
        assert not (has_parts and as_text), f"{path}: the forms of its files take `from __future__ import annotations`"


def test_only_play_merges_blocks() -> None:
    for path in MODULES:
        for node in ast.walk(syntax(path)):
            sides = ()
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
                sides = (node.left, node.right)
            elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
                sides = (node.target, node.value)
            if any(ast.unparse(side).endswith("tally") for side in sides):
                assert path.relative_to(ROOT) == Path("sim/runs/play.py"), f"{path}:{node.lineno} merges blocks"


def test_only_edit_changes_a_scenario() -> None:
    """By the fields that `dataclasses.replace` would set: no other dataclass of the package has them."""
    from dataclasses import fields

    from sim.scenario.scenario import Scenario

    names = {one.name for one in fields(Scenario)}
    for path in MODULES:
        for node in ast.walk(syntax(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("replace", "dataclasses.replace"):
                set_here = {keyword.arg for keyword in node.keywords} & names
                assert not set_here or path.relative_to(ROOT) == Path("sim/scenario/edit.py"), f"{path}:{node.lineno}"


def test_public_names_are_few_and_exist() -> None:
    import sim

    assert sim.__all__ == ["Estimate", "Forecast", "Scenario", "__version__", "errors", "load", "run", "sweep"]
    assert all(getattr(sim, name) is not None for name in sim.__all__)
