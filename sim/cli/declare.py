"""How a command is declared: its help from its docstring, its errors guarded; and the options many commands share."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar, ParamSpec

import typer
from typer.core import TyperGroup

from sim.cli.console import Format, guarded
from sim.cli.machines import with_machines
from sim.cli.ranges import with_ranges

P = ParamSpec("P")
WIDEST = len("counterfactuals")
AS_WRITTEN = "\b"  # before a paragraph of a help page: its lines stay as they are
Output = Annotated[Format, typer.Option("--format", help="Format of the data on stdout.")]
JUnit = Annotated[Path | None, typer.Option(help="Write JUnit XML to this file.")]
Summary = Annotated[Path | None, typer.Option(help="Write a Markdown summary to this file.")]
Annotations = Annotated[bool, typer.Option("--annotations", help="Annotate the gates' lines on GitHub.")]


class Words(StrEnum):
    """Scales of words."""

    ICD203 = "icd203"
    PHIA = "phia"
    NONE = "none"


class Panels(TyperGroup):
    """A group whose help lists its commands in panels, without the boxes of Rich: they take half of a help page's time.

    Attributes
    ----------
    panels
        Names of commands by job, in the order shown.
    """

    panels: ClassVar[Mapping[str, Sequence[str]]] = {}

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the panels."""
        for job, names in self.panels.items():
            found = [(name, one) for name in names if (one := self.get_command(ctx, name)) is not None]
            if found:
                limit = formatter.width - 6 - WIDEST
                with formatter.section(job):
                    formatter.write_dl([(f"{name:<{WIDEST}}", one.get_short_help_str(limit)) for name, one in found])


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
