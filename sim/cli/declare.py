"""Declare commands: help from docstrings, options in groups and with ranges, errors turned into messages.

A command is a function with its options as parameters, declared by `@command`. It imports slow modules itself, so that
help and usage errors stay fast.
"""

from __future__ import annotations

import functools
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, NoReturn, ParamSpec, get_args, get_type_hints

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup
from typer.models import ArgumentInfo, OptionInfo

from sim.cli.console import Exit, check_words, failure_of, guarded, hold, note
from sim.cli.options import ranges_of
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
"""The commands by job, in the order of the help, and the modules that declare them."""
MODULES = {name: module for panel in PANELS.values() for module, names in panel.items() for name in names}


class Panels(TyperGroup):
    """A group whose help lists commands in panels, without Rich's boxes, which take half of a help page's time."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the panels."""
        for job, modules in PANELS.items():
            names = chain.from_iterable(modules.values())
            found = [(name, one) for name in names if (one := self.get_command(ctx, name)) is not None]
            if found:
                limit = formatter.width - 6 - WIDEST
                with formatter.section(job):
                    formatter.write_dl([(f"{name:<{WIDEST}}", one.get_short_help_str(limit)) for name, one in found])


KINDS: dict[type, str] = {Path: "FILE", int: "NUMBER", float: "NUMBER", str: "TEXT"}
"""What help pages write in place of a value, by its type."""
VALUES = {
    **dict.fromkeys(("out", "store", "place", "train", "variants", "articles", "replay"), "FOLDER"),
    **dict.fromkeys(("start", "known", "as_of", "date"), "DATE"),
    **dict.fromkeys(("address", "host", "llm"), "ADDRESS"),
    **dict.fromkeys(("name", "model", "posterior"), "NAME"),
    "actor": "ACTOR", "at": "TIME", "by": "DAY", "event": "EVENT", "every": "DAYS", "expect": "HEAD",
    "given": "CONDITION", "goal": "GOAL", "input_": "INPUT", "older_than": "AGE", "outcome": "OUTCOME",
    "range_": "LOW:HIGH", "shard": "I/N",
}  # fmt: skip
"""The same for parameters whose name says more."""


class Plain(TyperCommand):
    """A command whose help names its arguments as its options, without braces and types of Python."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the words of the usage line."""
        return [piece.replace("{", "").replace("}", "") for piece in super().collect_usage_pieces(ctx)]

    def get_params(self, ctx: Any) -> list[Any]:
        """Return options and arguments, the latter without a type for help pages."""
        params = super().get_params(ctx)
        for one in params:
            if isinstance(one, TyperArgument):
                vars(one)["display_type_rich"] = lambda ctx: ""
        return params


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
    """Return a decorator that declares a function as a command; its docstring, a summary and examples, is the help."""

    def command(function: Callable[P, None]) -> Callable[P, None]:
        text = function.__doc__ or ""
        guard = guarded(with_options(function))
        app.command(name, cls=Plain, short_help=text.partition("\n")[0], help=help_of(text))(guard)
        return guard

    return command


command = declare(app)


def with_options(command: Callable[P, None]) -> Callable[P, None]:
    """Return a command that checks its ranges and has each group of options replaced by the options in it."""
    signature = inspect.signature(command, eval_str=True)
    groups = {name: one.annotation for name, one in signature.parameters.items() if is_dataclass(one.annotation)}

    @functools.wraps(command)
    def wrapper(*args: Any, **options: Any) -> None:
        for name, one in ranges_of(wrapper).items():
            if options.get(name) is not None:
                one.hold(options[name])
        for name, group in groups.items():
            own = {one.name: options.pop(one.name) for one in fields(group) if one.name in options}
            options[name] = group(**own)  # type: ignore[operator]
        command(*args, **options)

    parameters = [option for one in signature.parameters.values() for option in _options_of(one)]
    for one in parameters:
        _name_value(one)
    wrapper.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {one.name: one.annotation for one in parameters}
    return wrapper


def _options_of(parameter: inspect.Parameter) -> Iterator[inspect.Parameter]:
    """Yield the options of a group, or any other parameter unchanged."""
    if not is_dataclass(parameter.annotation):
        yield parameter
        return
    hints = get_type_hints(parameter.annotation, include_extras=True)
    for one in fields(parameter.annotation):
        yield parameter.replace(name=one.name, default=one.default, annotation=hints[one.name])


def _name_value(parameter: inspect.Parameter) -> None:
    """Let help pages call the value of a parameter by a word of the user's, not by its type in Python."""
    about, *more = get_args(parameter.annotation) or (None,)
    kinds = [kind for part in (about, *get_args(about)) for kind in (part, *get_args(part))]
    word = next((KINDS[kind] for kind in kinds if kind in KINDS), None)
    for info in more:
        if isinstance(info, ArgumentInfo) and info.metavar is None:
            info.metavar = parameter.name.upper()
        elif isinstance(info, OptionInfo) and info.metavar is None and word is not None:
            info.metavar = VALUES.get(parameter.name, word)


def help_of(text: str) -> str:
    """Return the help text made from a docstring: the examples as written, then what the command does."""
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
    """Run the command line and exit; if output was lost, as to a full disk, report it unless the command failed."""
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
    """Import the module of a command and drop its other commands, to save time; for any other name, import all."""
    import_module(f"sim.cli.{MODULES.get(name, 'app')}")
    if name in MODULES:
        commands = app.registered_commands
        app.registered_commands = [one for one in commands if one.callback and one.callback.__name__ == name]
        app.registered_groups = [one for one in app.registered_groups if one.name == name]
