"""How a command is declared: its help from its docstring, its options in ranges, its errors guarded.

A command is a function with the options as parameters, declared by `@command`. What takes time to load it imports
itself, so that help and a wrong word cost nothing.
"""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Annotated, Any, NoReturn, ParamSpec

import typer
from typer.core import TyperGroup

from sim.cli.console import Exit, check_words, guarded, note
from sim.cli.machines import with_machines
from sim.cli.options import with_ranges
from sim.cli.streams import failure_of, hold
from sim.errors import UsageError

P = ParamSpec("P")
WIDEST = len("counterfactuals")
AS_WRITTEN = "\b"  # before a paragraph of a help page: its lines stay as they are


PANELS: dict[str, dict[str, tuple[str, ...]]] = {
    "Write a scenario": {"write": ("init", "validate", "show", "schema")},
    "Code evidence": {"draft": ("draft", "review", "adopt")},
    "Run it": {"run": ("run", "history", "explore")},
    "Ask why": {"why": ("drivers", "discover", "explain")},
    "Ask what if": {"what_if": ("counterfactuals", "tip", "advise", "diff")},
    "Sweep and check": {"sweep": ("sweep",), "check": ("check",)},
    "Keep score": {"ledger": ("record", "resolve", "score"), "evaluate": ("backtest", "calibrate")},
    "Set up": {"setup": ("doctor", "store")},
}
"""The commands by job, as the help lists them, and the modules that declare them."""


class Panels(TyperGroup):
    """A group whose help lists commands in panels, without the boxes of Rich: they take half of a help page's time."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the panels."""
        for job, modules in PANELS.items():
            names = [name for part in modules.values() for name in part]
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


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)] = False,
) -> None:
    if version:
        from sim.environment import version as version_of

        print(f"offramp {version_of()}")
        raise typer.Exit


def call(words: Sequence[str]) -> NoReturn:
    """Run the command line; where its output was lost to a full disk, say so, unless there is worse to say."""
    out, _ = hold("stdout"), hold("stderr")
    code: Any = Exit.OK
    try:
        check_words(words)
        _load(words[0] if words else "")
        app()
    except SystemExit as leaving:
        code = leaving.code
    except UsageError as error:
        note(f"error: {error}")
        code = Exit.USAGE
    sys.stdout.flush()
    lost = failure_of(out)
    if lost is not None and not code:
        note(f"error: {lost}")
        code = Exit.INTERNAL
    sys.exit(code)


def _load(name: str) -> None:
    """Import the module that declares a command, and leave only that command: the others take a while. Else all."""
    module = next((module for panel in PANELS.values() for module, names in panel.items() if name in names), None)
    import_module(f"sim.cli.{module or 'app'}")
    if module is not None:
        commands = app.registered_commands
        app.registered_commands = [one for one in commands if one.callback and one.callback.__name__ == name]
        app.registered_groups = [one for one in app.registered_groups if one.name == name]
