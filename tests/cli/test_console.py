"""What all commands share: help, versions, exit codes, streams and the progress bar."""

from __future__ import annotations

import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
import typer

from sim.cli.app import app
from sim.cli.console import Exit, note, print_json, say
from sim.cli.declare import PANELS
from sim.environment import version
from sim.progress import progress
from sim.runs.block.blocks import FIRST_EVENTS
from sim.studies.goals import NAMES
from tests.cli.conftest import Offramp
from tests.places import ROOT

COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def plain(text: str) -> str:
    """Text without colours and boxes, its spaces folded."""
    return " ".join(re.sub(r"\x1b\[[0-9;]*m|[│╭╮╰╯─]", " ", text).split())


def test_the_commands_built_so_far_are_there() -> None:
    assert {"run", "schema", "show", "validate"} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_lists_examples_that_name_it(offramp: Offramp, command: str) -> None:
    answer = offramp(command, "--help")
    assert (answer.code, answer.err) == (0, "")
    assert "Examples" in answer.out
    assert f"offramp {command} " in plain(answer.out.partition("Examples")[2])


@pytest.mark.parametrize("command", COMMANDS)
def test_help_calls_a_value_by_a_word_and_not_by_its_type_in_python(offramp: Offramp, command: str) -> None:
    told = offramp(command, "--help").out
    assert not re.search(r"<(str|int|float|path|list)\b", told, re.IGNORECASE)
    assert not re.search(r"--(by|store|runs|out|given) <|[{}]", told)


def test_the_help_lists_every_command(offramp: Offramp) -> None:
    answer = offramp("--help")
    assert (answer.code, answer.err) == (0, "")
    for command in COMMANDS:
        assert re.search(
            rf"^.{{0,2}} ?{command} ", plain(answer.out).replace(f" {command} ", f"\n{command} "), re.MULTILINE
        )
    assert "Start with: offramp run scenarios/idlib-2018/baseline.yaml" in plain(answer.out)


def test_the_help_lists_every_command_once_in_a_panel_by_job() -> None:
    assert sorted(name for panel in PANELS.values() for names in panel.values() for name in names) == COMMANDS


def test_panels_are_plain_text_in_the_order_of_the_jobs(offramp: Offramp) -> None:
    lines = offramp("--help").out.splitlines()
    assert [line.removesuffix(":") for line in lines if line.removesuffix(":") in PANELS] == list(PANELS)
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in "".join(lines)


def test_a_line_of_help_fits_the_list_of_commands(offramp: Offramp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    listed = offramp("--help").out.partition("Write a scenario:")[2].partition("Start with")[0].splitlines()
    assert [line for line in listed if line.startswith(" " * 4)] == []


def test_without_a_command_the_help_is_told(offramp: Offramp) -> None:
    answer = offramp()
    assert answer.code == 2
    assert "Usage" in answer.out + answer.err


def test_the_version_is_told(offramp: Offramp) -> None:
    answer = offramp("--version")
    assert (answer.code, answer.out, answer.err) == (0, f"offramp {version()}\n", "")


def test_a_misspelt_command_is_told_with_what_was_meant(offramp: Offramp) -> None:
    answer = offramp("valdate", "x.yaml")
    assert (answer.code, answer.out) == (2, "")
    assert "Did you mean 'validate'" in plain(answer.err)


def test_exit_codes_are_those_documented() -> None:
    assert {code.name: int(code) for code in Exit} == {
        "OK": 0,
        "GATE": 1,
        "USAGE": 2,
        "INTERNAL": 3,
        "INCOMPLETE": 4,
        "INTERRUPTED": 130,
    }


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 130), (RuntimeError("x"), 3), (MemoryError(), 3)])
def test_no_error_shares_a_code_with_an_answer(
    offramp: Offramp, crisis: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("sim.scenario.load.load", fail)
    answer = offramp("show", crisis)
    assert (answer.code, answer.out) == (code, "")
    assert "Traceback" not in answer.err


def test_a_debugger_may_ask_for_the_traceback(
    crisis: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from sim.cli.write import show

    monkeypatch.setenv("OFFRAMP_DEBUG", "1")
    monkeypatch.setattr("sim.scenario.load.load", lambda file: 1 / 0)
    with pytest.raises(typer.Exit) as caught:
        show(crisis)
    assert caught.value.exit_code == 3
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_data_goes_to_stdout_and_notes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    say("data")
    say()
    print_json({"a": 1})
    note("a note")
    out, err = capsys.readouterr()
    assert (out, err) == ('data\n\n{\n  "a": 1\n}\n', "a note\n")


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_progress_on_a_terminal_is_a_bar_that_vanishes(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm-256color")
    with progress("crisis", 3, quiet=False) as finished:
        for _ in range(3):
            finished()
    written = terminal.getvalue()
    assert "3/3" in plain(written)
    assert written.rstrip().endswith("\x1b[2K"), "the last line is cleared"


@pytest.mark.parametrize("terminal", [StringIO(), Terminal()], ids=["file", "terminal"])
def test_quiet_shows_no_progress(terminal: StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", terminal)
    with progress("crisis", 3, quiet=True) as finished:
        finished()
    assert terminal.getvalue() == ""


@pytest.mark.parametrize(
    ("total", "told"), [(1, [1]), (3, [1, 2, 3]), (4, [1, 2, 3, 4]), (10, [2, 4, 6, 8, 10]), (100, [25, 50, 75, 100])]
)
def test_progress_off_a_terminal_takes_few_lines(
    capsys: pytest.CaptureFixture[str], total: int, told: list[int]
) -> None:
    with progress("crisis", total, quiet=False) as finished:
        for _ in range(total):
            finished()
    assert capsys.readouterr().err.splitlines() == [
        f"crisis: {done} of {total} {'block' if total == 1 else 'blocks'}" for done in told
    ]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.1, None),
        (0.3, "design: 100 blocks, which take about 30 seconds"),
        (1.0, "design: 100 blocks, which take about 2 minutes"),
        (6.0, "design: 100 blocks, which take about 10 minutes"),
        (60.0, "design: 100 blocks, which take about 2 hours"),
    ],
)
@pytest.mark.parametrize("kind", [StringIO, Terminal])
def test_long_work_is_announced_once_on_a_terminal_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, kind: type[StringIO], seconds: float, told: str | None
) -> None:
    """On a clock of its own: a hundred steps of so many seconds each."""
    now = [300.0]  # the first step waits for what all of them need, which says nothing of the others
    terminal = kind()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr("sim.progress.monotonic", lambda: now[0])
    with progress("design", 100, quiet=False) as finished:
        for _ in range(100):
            now[0] += seconds
            finished()
    found = re.findall(r"design: [^\x1b\r\n]* take about [^\x1b\r\n]*", terminal.getvalue())
    assert found == ([told] if told and terminal.isatty() else [])
    assert "left" not in terminal.getvalue() or terminal.isatty()


def test_a_mistyped_goal_is_refused_before_the_model_is_loaded(crisis: Path) -> None:
    assert NAMES == FIRST_EVENTS
    code = "import sys; from sim.cli import main\ntry: main()\nfinally: print('mesa' in sys.modules, file=sys.stderr)"
    words = ["advise", str(crisis), "--for", "envoy", "--goal", "lwoer offensive by 90"]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 2
    assert done.stderr.startswith('error: expected a goal such as "lower offensive by 90 days"')
    assert done.stderr.endswith("\nFalse\n")


@pytest.mark.skipif(sys.platform == "win32", reason="another system has other words for it")
@pytest.mark.parametrize("words", ["show", "validate", "init", "adopt", "review --cli"])
def test_a_path_that_no_file_can_have_is_named(offramp: Offramp, words: str) -> None:
    path = f"{'a' * 300}.yaml"
    answer = offramp(*words.split(), path)
    assert (answer.code, answer.out) == (2, "")
    assert re.search(rf"{path}(/evidence\.draft\.yaml)?: file name too long", answer.err)
