"""Machine code is kept from process to process, and made anew where it is not as it was written."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.compiled import machine
from sim.compiled.machine import address_of

THREE = "define i64 @loop() {\nret i64 3\n}"
FOUR = THREE.replace("3", "4")


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Keep code in a folder of the test's own; return what is compiled."""
    monkeypatch.setattr(machine, "code_file", lambda name: tmp_path / "kept" / "deeper" / f"{name}.code")
    found, parse = [], machine.binding.parse_assembly

    def noted(instructions: str) -> object:
        found.append(instructions)
        return parse(instructions)

    machine._compiler()
    monkeypatch.setattr(machine.binding, "parse_assembly", noted)
    return found


def call(name: str, instructions: str) -> int:
    return int(ctypes.CFUNCTYPE(ctypes.c_int64)(address_of(name, instructions))())


def test_code_is_compiled_once(compiled: list[str]) -> None:
    assert [call("three", THREE), call("three", THREE)] == [3, 3]
    assert len(compiled) == 1


def test_code_of_other_instructions_takes_the_place_of_what_was_kept(compiled: list[str], tmp_path: Path) -> None:
    assert [call("number", THREE), call("number", FOUR), call("number", FOUR)] == [3, 4, 4]
    assert len(compiled) == 2
    assert len(list((tmp_path / "kept" / "deeper").iterdir())) == 1


@pytest.mark.parametrize(
    "harm",
    [
        lambda kept: kept[:-1],
        lambda kept: kept[:-1] + bytes([kept[-1] ^ 1]),
        lambda kept: bytes([kept[0] ^ 1]) + kept[1:],
        lambda kept: kept[:40],
        lambda kept: b"",
    ],
    ids=["cut", "a bit turned", "of another key", "no code", "empty"],
)
def test_code_that_is_not_as_it_was_written_is_made_anew(compiled: list[str], harm: Callable[[bytes], bytes]) -> None:
    assert call("three", THREE) == 3
    kept = machine.code_file("three")
    before = kept.read_bytes()
    kept.write_bytes(harm(before))
    assert call("three", THREE) == 3
    assert len(compiled) == 2
    assert kept.read_bytes() == before


def test_code_of_another_processor_or_version_is_not_used(compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert call("three", THREE) == 3
    other = machine._compiler()._replace(kind="another")
    monkeypatch.setattr(machine, "_compiler", lambda: other)
    assert call("three", THREE) == 3
    assert len(compiled) == 2


def test_a_folder_that_cannot_be_written_is_done_without(compiled: list[str], tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file, not a folder")
    assert [call("three", THREE), call("three", THREE)] == [3, 3]
    assert len(compiled) == 2


def test_of_code_that_is_alike_the_oldest_goes(compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "MOST_ALIKE", 2)
    for number in range(4):
        assert call(f"alike-{number}", THREE.replace("3", str(number))) == number
        os.utime(machine.code_file(f"alike-{number}"), (number, number))
    assert call("other", THREE) == 3
    folder = machine.code_file("other").parent
    assert {one.name for one in folder.iterdir()} == {"alike-2.code", "alike-3.code", "other.code"}


def test_code_lies_with_the_bytecode() -> None:
    assert machine.code_file("sim.model.utility.clip").parent.name == "__pycache__"
