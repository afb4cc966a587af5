"""How a command is declared: its help from its docstring, its errors guarded; and the options many commands share."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ParamSpec

import typer

from sim.cli.console import Format, guarded
from sim.cli.machines import with_machines
from sim.cli.ranges import with_ranges

P = ParamSpec("P")
AS_WRITTEN = "\b"  # before a paragraph of a help page: its lines stay as they are
Output = Annotated[Format, typer.Option("--format", help="How to print data on stdout.")]
JUnit = Annotated[Path | None, typer.Option(help="File for JUnit XML.")]
Summary = Annotated[Path | None, typer.Option(help="File for a summary in Markdown.")]
Annotations = Annotated[bool, typer.Option("--annotations", help="Mark the lines of gates on GitHub.")]


class Words(StrEnum):
    """Scales of words."""

    ICD203 = "icd203"
    PHIA = "phia"
    NONE = "none"


def declare(app: typer.Typer, name: str | None = None) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Return what makes a command of a function: its help is its docstring, a summary and examples."""

    def command(function: Callable[P, None]) -> Callable[P, None]:
        text = function.__doc__ or ""
        guard = guarded(with_ranges(with_machines(function)))
        app.command(name, short_help=text.partition("\n")[0], help=help_of(text))(guard)
        return guard

    return command


def help_of(text: str) -> str:
    """Return the text of a help page of a docstring: the examples as they are written, then what the command does."""
    summary, _, examples = inspect.cleandoc(text).partition("\n\n")
    return f"{AS_WRITTEN}\nExamples:\n{textwrap.indent(examples, '  ')}\n\n{summary}"
