"""How a command is declared: its help from its docstring, its errors guarded; and the options many commands share."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ParamSpec

import typer

from sim.cli.console import Format, guarded
from sim.cli.machines import with_machines

P = ParamSpec("P")
Output = Annotated[Format, typer.Option("--format", help="How to print data on stdout.")]
JUnit = Annotated[Path | None, typer.Option(help="File for JUnit XML.")]
Summary = Annotated[Path | None, typer.Option(help="File for a summary in Markdown.")]
Annotations = Annotated[bool, typer.Option("--annotations", help="Mark the lines of gates on GitHub.")]


class Words(StrEnum):
    """Scales of words."""

    ICD203 = "icd203"
    PHIA = "phia"
    NONE = "none"


def declare(app: typer.Typer) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Return what makes a command of a function: its help is its docstring with the examples before the summary."""

    def command(function: Callable[P, None]) -> Callable[P, None]:
        summary, _, examples = inspect.cleandoc(function.__doc__ or "").partition("\n\n")
        lines = "\n".join(line.strip() for line in examples.splitlines())
        guard = guarded(with_machines(function))
        app.command(short_help=summary, help=f"{lines}\n\n{summary}")(guard)
        return guard

    return command
