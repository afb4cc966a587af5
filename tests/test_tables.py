"""Tables that people bring: one reader for all of them, so that a file that is none is told alike everywhere."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.baselines.cases import TABLE, read_cases
from sim.errors import CalibrationError, OfframpError, ScenarioError, TableError
from sim.evaluation.threats import COLUMNS, load_threats
from sim.scenario.posterior import Posterior, names, posterior, read_posterior
from sim.studies.sweep.sweep import Base
from sim.studies.sweep.table_file import read_table as read_cells
from sim.tables import number, read_table, table_of
from tests.studies.sweep.worlds import write_base

Reader = Callable[[Path], object]
THREAT = "t1,1990-05-01,a-b,10,," + "0," * 21 + "0.1,0.1,0,1000"
VALID = {
    "posterior": replace(posterior(names()[0]), numbers=posterior(names()[0]).draws[:3]).text(),
    "threats": ",".join(COLUMNS) + "\n" + THREAT + "\n",
    "cases": TABLE.read_text(encoding="utf-8"),
    "cells": "credibility,population\n0.5,1000\n0.6,2000\n",
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    return Base.load(write_base(tmp_path_factory.mktemp("crisis")))


@pytest.fixture(params=VALID)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def reader(kind: str, base: Base) -> Reader:
    readers: dict[str, Reader] = {
        "posterior": read_posterior,
        "threats": load_threats,
        "cases": read_cases,
        "cells": lambda path: read_cells(path, base),
    }
    return readers[kind]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mine.csv"


def complaint(reader: Reader, file: Path, content: bytes) -> str:
    file.write_bytes(content)
    with pytest.raises((TableError, CalibrationError, ScenarioError)) as caught:
        reader(file)
    return str(caught.value)


def spreadsheet() -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("content.xml", "<x/>")
    return content.getvalue()


def test_a_byte_order_mark_line_ends_of_windows_and_empty_rows_change_nothing(
    kind: str, reader: Reader, file: Path
) -> None:
    text = VALID[kind]
    file.write_bytes(text.encode())
    plain = reader(file)
    width = text.splitlines()[-1].count(",")
    file.write_bytes(b"\xef\xbb\xbf" + (text + "," * width + "\n\n").replace("\n", "\r\n").encode())
    again = reader(file)
    if isinstance(plain, Posterior) and isinstance(again, Posterior):
        assert np.array_equal(plain.draws, again.draws)
    assert again == plain


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (spreadsheet(), "this is a spreadsheet (xlsx, ods) or another zip file, not CSV; save it as CSV in UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "this is a spreadsheet (xls), not CSV"),
        ("a,b\n".encode("utf-16"), "this is text in UTF-16, not CSV"),
        (b"a,b\nM\xfcnchen,2\n", ":2:1: the file is not UTF-8 text; save it as CSV"),
    ],
    ids=["xlsx", "xls", "utf-16", "latin-1"],
)
def test_a_file_that_is_no_csv_is_told_what_it_is(reader: Reader, file: Path, content: bytes, said: str) -> None:
    assert said in complaint(reader, file, content)


@pytest.mark.parametrize(("mark", "name"), [(";", "semicolons"), ("\t", "tabs")])
def test_another_separator_is_named(kind: str, reader: Reader, file: Path, mark: str, name: str) -> None:
    head, _, body = VALID[kind].partition("\n") if kind == "posterior" else ("", "", VALID[kind])
    said = complaint(reader, file, (f"{head}\n" if head else "").encode() + body.replace(",", mark).encode())
    assert f"the cells are separated by {name}; expected commas: save it as CSV" in said
    assert f"mine.csv:{2 if head else 1}:1: " in said


def test_a_line_that_names_the_separator_is_no_header(file: Path) -> None:
    assert "the line 'sep=;' is for one spreadsheet program only" in complaint(
        lambda path: read_table(path, 1000), file, b"sep=;\r\na;b\r\n1;2\r\n"
    )


def test_a_short_row_and_a_column_that_stands_twice_are_told_with_their_place(
    kind: str, reader: Reader, file: Path
) -> None:
    lines = VALID[kind].splitlines()
    at = 1 if kind == "posterior" else 0
    width = lines[at].count(",") + 1
    short = [*lines[: at + 1], lines[at + 1].rpartition(",")[0], *lines[at + 2 :]]
    assert f"mine.csv:{at + 2}:1: expected {width} cells in this row (got {width - 1})" in complaint(
        reader, file, "\n".join(short).encode()
    )
    twice = [*lines[:at], *(line + "," + line.split(",")[0] for line in lines[at:])]
    name = lines[at].split(",")[0]
    assert f"mine.csv:{at + 1}:{width + 1}: {name}: the column name is repeated" in complaint(
        reader, file, "\n".join(twice).encode()
    )


@pytest.mark.parametrize("text", ["1_0", "nan", "inf", "1e999", "\uff11\uff10", "0x1f", "1.5.2", '"0,5"'])
def test_a_number_that_is_none_is_told_with_row_and_column(kind: str, reader: Reader, file: Path, text: str) -> None:
    if kind == "cells" and text in ("0x1f", "1.5.2", '"0,5"'):
        pytest.skip("a word, which may be a level; the scenario says that it is none")
    lines = VALID[kind].splitlines()
    at = 1 if kind == "posterior" else 0
    column = {"posterior": 0, "threats": 26, "cases": 8, "cells": 0}[kind]
    cells = lines[at + 1].split(",")
    name = lines[at].split(",")[column]
    cells[column] = text
    said = complaint(reader, file, "\n".join([*lines[: at + 1], ",".join(cells)]).encode())
    wanted = text.strip('"')
    assert f"mine.csv:{at + 2}:{column + 1}: {name}: expected a" in said
    assert said.endswith(f"(got {wanted})")


def test_an_empty_file_is_told(kind: str, reader: Reader, file: Path) -> None:
    said = complaint(reader, file, b"")
    assert "expected" in said
    assert "mine.csv" in said


def test_a_row_is_placed_by_the_line_it_begins_on() -> None:
    table = table_of('a,b\n"two\nlines",1\n\nx,2\n', "mine.csv")
    assert [row.line for row in table.rows] == [2, 5]
    with pytest.raises(TableError, match=r"mine\.csv:5:1: a: expected a number \(got x\)"):
        table.rows[1].number("a")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_that_python_writes_is_read_as_it_is(value: float) -> None:
    assert number(repr(value)) == value


@given(st.text(max_size=12))
def test_what_is_read_as_a_number_is_one_of_python_too(text: str) -> None:
    value = number(text)
    assert value is None or value == float(text)


def test_an_error_of_a_table_survives_the_way_back_from_a_worker() -> None:
    import pickle

    with pytest.raises(TableError) as caught:
        table_of("a,a\n", "mine.csv")
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own
    assert isinstance(again, OfframpError)
    assert str(again) == str(caught.value)
