"""How a command is declared: its help from its docstring, its options in ranges, its errors guarded.

A command is a function with the options as parameters, declared by `@command`. What takes time to load it imports
itself, so that help and a wrong word cost nothing.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, ParamSpec

import typer
from typer.core import TyperGroup

from sim.cli.console import guarded
from sim.cli.machines import with_machines
from sim.cli.options import with_ranges

P = ParamSpec("P")
WIDEST = len("counterfactuals")
AS_WRITTEN = "\b"  # before a paragraph of a help page: its lines stay as they are


class Panels(TyperGroup):
    """A group whose help lists its commands in panels, without the boxes of Rich: they take half of a help page's time.

    Attributes
    ----------
    panels
        Names of commands by job, in the order shown.
    """

    panels: ClassVar[Mapping[str, Sequence[str]]] = {
        "Write a scenario": ("init", "validate", "show", "schema"),
        "Run it": ("run", "history", "explore"),
        "Ask why": ("drivers", "discover", "explain"),
        "Ask what if": ("counterfactuals", "tip", "advise", "diff"),
        "Sweep and check": ("sweep", "check"),
        "Keep score": ("record", "resolve", "score", "backtest", "calibrate"),
        "Set up": ("doctor", "store"),
    }

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the panels."""
        for job, names in self.panels.items():
            found = [(name, one) for name in names if (one := self.get_command(ctx, name)) is not None]
            if found:
                limit = formatter.width - 6 - WIDEST
                with formatter.section(job):
                    formatter.write_dl([(f"{name:<{WIDEST}}", one.get_short_help_str(limit)) for name, one in found])


app = typer.Typer(
    cls=Panels,
    name="offramp",
    help="Forecast a crisis: from a scenario in YAML to a probability report.",
    epilog="Start with: offramp run scenarios/idlib-2018/baseline.yaml --out reports/idlib-2018",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,  # boxes around a help page take half of its time
    pretty_exceptions_enable=False,
)


def group(name: str, text: str) -> typer.Typer:
    """Return a group of commands below `offramp`."""
    inner = typer.Typer(
        help=help_of(text), short_help=text.partition("\n")[0], no_args_is_help=True, rich_markup_mode=None
    )
    app.add_typer(inner, name=name)
    return inner


def declare(app: typer.Typer, name: str | None = None) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Return what makes a command of a function: its help is its docstring, a summary and examples."""

    def command(function: Callable[P, None]) -> Callable[P, None]:
        text = function.__doc__ or ""
        guard = guarded(with_ranges(with_machines(function)))
        app.command(name, short_help=text.partition("\n")[0], help=help_of(text))(guard)
        return guard

    return command


command = declare(app)


def help_of(text: str) -> str:
    """Return the text of a help page of a docstring: the examples as they are written, then what the command does."""
    summary, _, examples = inspect.cleandoc(text).partition("\n\n")
    return f"{AS_WRITTEN}\nExamples:\n{textwrap.indent(examples, '  ')}\n\n{summary}"
