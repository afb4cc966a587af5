"""The chain: what is tampered with is found and named; what is written is whole or as it was."""

from __future__ import annotations

import datetime
import errno
import hashlib
import json
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import LedgerError, ReportError, UsageError
from sim.evaluation.ledger.chain import START, head_of, locked, read_chain
from sim.evaluation.ledger.questions import record_forecast, resolve
from tests.evaluation.ledger.made import enter, forecast, when

Lines = list[bytes]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Five forecasts of five questions."""
    path = tmp_path / "ledger.jsonl"
    for index in range(5):
        enter(path, forecast(f"crisis-{index}", seed=index), when(index))
    return path


def made_anew(line: bytes, **changes: Any) -> bytes:
    """A line with other content whose own digest is made anew, as somebody would who knows the format."""
    value = {**json.loads(line), **changes}
    value.pop("digest")
    bare = json.dumps(value, separators=(",", ":")).encode()
    return json.dumps({**value, "digest": hashlib.sha256(bare).hexdigest()}, separators=(",", ":")).encode()


def lines_of(path: Path) -> Lines:
    return path.read_bytes().splitlines()


def fault_of(path: Path, lines: Lines) -> str:
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    with pytest.raises(LedgerError) as caught:
        read_chain(path)
    return str(caught.value).replace(str(path), "L")


def test_entries_read_back_in_order_and_each_holds_the_digest_of_the_line_before(ledger: Path) -> None:
    entries, lines = read_chain(ledger), lines_of(ledger)
    assert [entry.number for entry in entries] == [1, 2, 3, 4, 5]
    assert [json.loads(line)["previous"] for line in lines] == [START, *(entry.head for entry in entries[:-1])]
    assert [entry.head for entry in entries] == [hashlib.sha256(line).hexdigest() for line in lines]
    assert entries[2].at == when(2)
    assert entries[2].content["scenario"]["id"] == "crisis-2"


BROKEN = "it does not follow the line before it"
CHANGED = "its content was changed"
FOREIGN = "it is no entry of a ledger, or no longer one"


@pytest.mark.parametrize(
    ("name", "tamper", "told"),
    [
        ("changed", lambda ls: [*ls[:2], ls[2].replace(b"0.15", b"0.95"), *ls[3:]], f"L:3: {CHANGED}"),
        ("spaced", lambda ls: [*ls[:2], ls[2].replace(b",", b", "), *ls[3:]], f"L:3: {CHANGED}"),
        ("no json", lambda ls: [*ls[:3], b"{oops", *ls[4:]], f"L:4: {FOREIGN}"),
        ("no object", lambda ls: [b"7", *ls[1:]], f"L:1: {FOREIGN}"),
        ("endless", lambda ls: [b"[" * 100_000, *ls[1:]], f"L:1: {FOREIGN}"),
        ("no number", lambda ls: [ls[0].replace(b"0.15", b"NaN"), *ls[1:]], f"L:1: {FOREIGN}"),
        ("empty line", lambda ls: [*ls[:3], b"", *ls[3:]], f"L:4: {FOREIGN}"),
        (
            "other keys",
            lambda ls: [made_anew(ls[0], more=1), *ls[1:]],
            "L:1: it is no entry of a ledger: forecast.more",
        ),
        ("removed", lambda ls: [*ls[:2], *ls[3:]], f"L:3: {BROKEN}"),
        ("first removed", lambda ls: ls[1:], f"L:1: {BROKEN}"),
        ("swapped", lambda ls: [ls[0], ls[2], ls[1], *ls[3:]], f"L:2: {BROKEN}"),
        ("copied", lambda ls: [*ls[:3], ls[2], *ls[3:]], f"L:4: {BROKEN}"),
        (
            "digest made anew",
            lambda ls: [*ls[:2], made_anew(ls[2], at="2020-01-03T13:00:00+00:00"), *ls[3:]],
            f"L:4: {BROKEN}",
        ),
        ("renumbered", lambda ls: [ls[0], made_anew(ls[1], number=3), *ls[2:]], f"L:2: {BROKEN}"),
        ("renumbered after a removal", lambda ls: [ls[0], made_anew(ls[2], number=2), *ls[3:]], f"L:2: {BROKEN}"),
        ("first made anew", lambda ls: [made_anew(ls[0], previous="1" * 64)], f"L:1: {BROKEN}"),
        ("no content", lambda ls: [made_anew(ls[0], content={})], "L:1: it is no entry of a ledger: forecast.content."),
        ("unknown kind", lambda ls: [made_anew(ls[0], kind="rumour")], "L:1: it is no entry of a ledger: : Input tag"),
        ("no time", lambda ls: [made_anew(ls[0], at="noon")], "L:1: it is no entry of a ledger: forecast.at: "),
        ("no zone", lambda ls: [made_anew(ls[0], at="2020-01-01")], "L:1: it is no entry of a ledger: forecast.at: "),
        ("later format", lambda ls: [made_anew(ls[0], schema="offramp/ledger/9")], "L:1: it is no entry of a ledger: "),
    ],
)
def test_tampering_is_found_at_its_line(ledger: Path, name: str, tamper: Callable[[Lines], Lines], told: str) -> None:
    assert fault_of(ledger, tamper(lines_of(ledger))).startswith(told), name


@pytest.mark.parametrize("p", [1.2, -0.1, True, "0.3", None])
def test_what_is_no_probability_is_no_entry(ledger: Path, p: object) -> None:
    line = lines_of(ledger)[0]
    content = json.loads(line)["content"]
    content["probabilities"]["agreement"]["30"] = p
    assert "forecast.content.probabilities.agreement.30" in fault_of(ledger, [made_anew(line, content=content)])


def test_a_text_that_could_not_be_read_again_is_not_entered(ledger: Path) -> None:
    """As a shell passes a byte that is no letter."""
    before = ledger.read_bytes()
    with pytest.raises(UsageError, match="the resolution cannot be entered"):
        resolve(ledger, "crisis-0", outcome="no", at=when(200), note="\udcff")
    assert ledger.read_bytes() == before


def test_a_line_that_does_not_end_is_not_complete(ledger: Path) -> None:
    ledger.write_bytes(ledger.read_bytes()[:-20])
    with pytest.raises(LedgerError, match=r":5: the line is not complete"):
        read_chain(ledger)


def test_lines_missing_at_the_end_show_only_against_a_head_that_was_kept(ledger: Path) -> None:
    head = head_of(read_chain(ledger))
    assert len(read_chain(ledger, expect=head[:16].upper())) == 5
    ledger.write_bytes(b"".join(line + b"\n" for line in lines_of(ledger)[:3]))
    assert len(read_chain(ledger)) == 3, "a chain cannot know what came after"
    with pytest.raises(LedgerError, match=f"no line has the expected head {head[:12]}; lines were taken from its end"):
        read_chain(ledger, expect=head)


def test_a_head_of_some_time_ago_still_fits_a_ledger_that_has_grown(ledger: Path) -> None:
    head = head_of(read_chain(ledger))
    enter(ledger, forecast("later"), when(9))
    assert len(read_chain(ledger, expect=head)) == 6


def test_the_head_of_an_empty_ledger_fits_it_and_what_grows_from_it(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b"")
    assert read_chain(path, expect=head_of(())[:16]) == ()
    enter(path, forecast())
    assert len(read_chain(path, expect=head_of(()))) == 1


def test_a_head_that_is_no_digest_is_refused(ledger: Path) -> None:
    for text in ("", "abc", "zz" * 10):
        with pytest.raises(UsageError, match="12 to 64 hexadecimal digits"):
            read_chain(ledger, expect=text)


@pytest.mark.slow
@settings(max_examples=60)
@given(place=st.integers(0, 10_000), byte=st.integers(1, 255))
def test_no_changed_byte_goes_unnoticed(place: int, byte: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("ledger") / "ledger.jsonl"
    for index in range(3):
        enter(path, forecast(seed=index), when(index))
    head, raw = head_of(read_chain(path)), bytearray(path.read_bytes())
    raw[place % len(raw)] ^= byte
    path.write_bytes(raw)
    with pytest.raises(LedgerError):
        read_chain(path, expect=head)


def test_nothing_is_added_to_a_ledger_that_is_not_whole(ledger: Path) -> None:
    ledger.write_bytes(ledger.read_bytes().replace(b"0.15", b"0.16", 1))
    before = ledger.read_bytes()
    with pytest.raises(LedgerError):
        enter(ledger, forecast("another"), when(9))
    assert ledger.read_bytes() == before


def test_an_entry_older_than_the_last_is_refused(ledger: Path) -> None:
    with pytest.raises(UsageError, match=r"lies before the last entry of .*; is the clock right\?"):
        enter(ledger, forecast("another"), when(3))


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_the_ledger_as_it_was(ledger: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    before, names = ledger.read_bytes(), sorted(ledger.parent.iterdir())
    monkeypatch.setattr(*((os, "fsync") if call == "fsync" else (Path, "replace")), full)
    with pytest.raises(ReportError, match="no space left on device; it is as it was before"):
        enter(ledger, forecast("another"), when(9))
    assert ledger.read_bytes() == before
    assert sorted(ledger.parent.iterdir()) == names, "no temporary file is left"


def _enter_many(path: Path, name: str, count: int) -> None:
    for index in range(count):
        enter(path, forecast(f"{name}-{index}"), when(0))


@pytest.mark.slow
def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    path, context = tmp_path / "ledger.jsonl", multiprocessing.get_context("spawn")
    workers = [context.Process(target=_enter_many, args=(path, f"worker-{index}", 8)) for index in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    names = {entry.content["scenario"]["id"] for entry in read_chain(path)}
    assert names == {f"worker-{worker}-{index}" for worker in range(3) for index in range(8)}


@pytest.mark.skipif(os.name == "nt", reason="links and modes")
def test_a_link_stays_a_link_and_the_mode_stays_too(ledger: Path, tmp_path: Path) -> None:
    ledger.chmod(0o640)
    link = tmp_path / "link.jsonl"
    link.symlink_to(ledger)
    enter(link, forecast("another"), when(9))
    assert link.is_symlink()
    assert len(read_chain(ledger)) == 6
    assert ledger.stat().st_mode & 0o777 == 0o640


def test_a_writer_that_does_not_finish_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    with (
        locked(path),
        pytest.raises(UsageError, match="another process is writing"),
        locked(path, patience=0.1),
    ):
        pass
    with locked(path, patience=0):
        pass


def test_a_ledger_that_is_not_there_or_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no ledger .*offramp record"):
        read_chain(tmp_path / "none.jsonl")
    with pytest.raises(ReportError, match="cannot read"):
        read_chain(tmp_path)
    with pytest.raises(ReportError, match="cannot write next to"):
        enter(tmp_path / "no" / "folder.jsonl", forecast())


def test_a_ledger_with_line_ends_of_windows_is_whole_and_goes_on(ledger: Path) -> None:
    """As git's autocrlf may leave it: the chain is of lines, not of how they end."""
    before = read_chain(ledger)
    ledger.write_bytes(ledger.read_bytes().replace(b"\n", b"\r\n"))
    assert read_chain(ledger) == before
    enter(ledger, forecast("later", seed=9), when(9))
    assert read_chain(ledger)[:5] == before


def test_no_entry_lies_in_the_future(ledger: Path) -> None:
    """It would keep all others out until then."""
    raw = ledger.read_bytes()
    with pytest.raises(UsageError, match="lies in the future"):
        enter(ledger, forecast("ahead", seed=9), datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC))
    assert ledger.read_bytes() == raw


def test_entries_made_at_one_moment_are_all_kept(tmp_path: Path) -> None:
    """The clock is looked at under the lock, so nobody's entry is older than the one before."""
    path = tmp_path / "ledger.jsonl"
    records = [forecast(f"crisis-{number}", seed=number) for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: record_forecast(path, one, json.dumps(one).encode(), None), records))
    assert len(read_chain(path)) == 24
