"""Examples in Python on the pages of `docs/` name what exists, and call it as it can be called."""

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from tests.docs.markdown import blocks
from tests.places import ROOT

EXAMPLES = [
    pytest.param(text, id=f"{page.stem}-{number}")
    for page in sorted((ROOT / "docs").glob("*.md"))
    for number, text in enumerate(blocks(page.read_text(encoding="utf-8"), "python"))
]


def imported(tree: ast.Module) -> Iterator[tuple[str, Any]]:
    """Yield the names that an example imports, with what they are."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from ((one.asname or one.name, importlib.import_module(one.name)) for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = importlib.import_module(node.module or "")
            yield from ((one.asname or one.name, getattr(module, one.name)) for one in node.names)


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_calls_only_what_can_be_called_so(text: str) -> None:
    tree = ast.parse(text)
    known = dict(imported(tree))
    assigned = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    assert used <= {*known, *assigned, *dir(builtins), "__name__"}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        match call.func:
            case ast.Name(id=name) if name in known:
                called = known[name]
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if inspect.ismodule(known.get(name)):
                called = getattr(known[name], attribute)
            case _:
                continue
        inspect.signature(called).bind(*call.args, **{one.arg: one.value for one in call.keywords if one.arg})


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 6
