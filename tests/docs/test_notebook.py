"""The notebook runs from top to bottom, and is kept without outputs.

Its code cells are run here one after another in one namespace, as a kernel would run them, and what a cell ends with is
shown as Jupyter would show it. That needs no kernel: the cells are plain Python.
"""

from __future__ import annotations

import ast
import json
import re
from typing import Any

import pytest

from tests.docs.markdown import links, resolve
from tests.places import ROOT

PATH = ROOT / "docs" / "examples.ipynb"
NOTEBOOK: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
CELLS = NOTEBOOK["cells"]
CODE = [cell for cell in CELLS if cell["cell_type"] == "code"]


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def run(cell: dict[str, Any], names: dict[str, Any]) -> Any:
    """Run a cell and return the value of the expression it ends with."""
    tree = ast.parse(source(cell), filename=f"cell {cell['id']}")
    assert isinstance(tree.body[-1], ast.Expr), "a cell ends with what it shows"
    last = ast.Expression(tree.body.pop().value)
    exec(compile(tree, f"cell {cell['id']}", "exec"), names)  # noqa: S102 - our own notebook
    return eval(compile(last, f"cell {cell['id']}", "eval"), names)  # noqa: S307 - our own notebook


def shown(value: Any) -> str:
    """Return what a reader would see of a value."""
    rich = getattr(value, "_repr_html_", None)
    return str(rich()) if rich is not None else repr(value)


@pytest.mark.slow
def test_the_notebook_runs_from_top_to_bottom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PATH.parent)
    names: dict[str, Any] = {"__name__": "__main__"}
    before = set(PATH.parent.rglob("*"))
    views = {cell["id"]: shown(run(cell, names)) for cell in CODE}
    assert all(views.values())
    assert "Assad regime" in views["actors"]
    assert "offramp-card" in views["run"]
    assert "actors." in views["drivers"]
    assert "offensive.90.p" in views["sweep"]
    assert re.fullmatch(r"'-\d+\.\d points \(-\d+\.\d to -\d+\.\d\); error \d\d%'", views["compare"])
    assert "plotly" in views["figure"]
    assert set(names["sizes"]) == {"report.html", "report.md", "forecast.json"}
    assert names["change"].se < names["unpaired"]
    assert set(PATH.parent.rglob("*")) == before, "a notebook that is tried out leaves nothing behind"


def test_the_notebook_is_kept_without_outputs() -> None:
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in CODE)
    assert NOTEBOOK["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }


def test_the_notebook_is_of_the_format_it_names() -> None:
    """The rules of nbformat 4.5, as far as they go for a notebook without outputs."""
    assert (NOTEBOOK["nbformat"], NOTEBOOK["nbformat_minor"]) == (4, 5)
    assert set(NOTEBOOK) == {"cells", "metadata", "nbformat", "nbformat_minor"}
    wanted = {"markdown": {"cell_type", "id", "metadata", "source"}}
    wanted["code"] = wanted["markdown"] | {"execution_count", "outputs"}
    for cell in CELLS:
        assert set(cell) == wanted[cell["cell_type"]]
        assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", cell["id"])
    assert len({cell["id"] for cell in CELLS}) == len(CELLS)


def test_lines_and_links_of_the_notebook_are_sound() -> None:
    for cell in CELLS:
        assert all(len(line) <= 120 for line in source(cell).splitlines()), cell["id"]
        for target in links(source(cell)) if cell["cell_type"] == "markdown" else ():
            assert resolve(PATH, target)[0].exists(), target
