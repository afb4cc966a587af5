"""YAML to plain values: scalars, places, what is refused, and hostile files."""

from __future__ import annotations

import contextlib
import json
import math
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.scenario import yamltree
from sim.scenario.yamltree import MAX_BYTES, MAX_DEPTH, MAX_NODES, Place, read_schema, read_tree
from tests.places import ROOT
from tests.scenario.files import WITH_FOLDER, Folder

# -- scalars ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("null", None),
        ("Null", None),
        ("NULL", None),
        ("~", None),
        ("", None),
        ("nUll", "nUll"),
        ("true", True),
        ("True", True),
        ("TRUE", True),
        ("false", False),
        ("False", False),
        ("FALSE", False),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("Off", "Off"),
        ("n", "n"),
        ("0", 0),
        ("-0", 0),
        ("+12", 12),
        ("007", 7),
        ("12:30", "12:30"),
        ("1:2:3", "1:2:3"),
        ("0o7", "0o7"),
        ("0x1F", "0x1F"),
        ("0b1", "0b1"),
        ("1_000", "1_000"),
        ("1,000", "1,000"),
        ("1e3", 1000.0),
        ("1E+3", 1000.0),
        ("-1.5e-2", -0.015),
        ("1.", 1.0),
        (".5", 0.5),
        ("+.5", 0.5),
        (".", "."),
        ("1e", "1e"),
        ("e3", "e3"),
        ("1.2.3", "1.2.3"),
        (".inf", math.inf),
        ("+.INF", math.inf),
        ("-.Inf", -math.inf),
        ("inf", "inf"),
        ("1e400", math.inf),
        ("2018-08-19", "2018-08-19"),
        ("2018-08-19T10:00:00Z", "2018-08-19T10:00:00Z"),
        ("120 days", "120 days"),
        ("60%", "60%"),
        ("=", "="),
        ("<<", "<<"),
        ("'5'", "5"),
        ('"null"', "null"),
        ("'true'", "true"),
        ("''", ""),
        ('""', ""),
        ('"a\\nb"', "a\nb"),
        ("! 5", 5),
        ("２", "２"),
        ("٣", "٣"),
    ],
)
def test_scalars_are_read_by_the_core_schema_and_nothing_more(folder: Folder, written: str, value: object) -> None:
    read = folder.tree(f"a: {written}\n").value["a"]
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("written", [".nan", ".NaN", ".NAN"])
def test_nan_is_a_number(folder: Folder, written: str) -> None:
    assert math.isnan(folder.tree(f"a: {written}\n").value["a"])


def test_whole_numbers_keep_their_digits_up_to_300(folder: Folder) -> None:
    assert folder.tree("a: " + "9" * 300).value["a"] == int("9" * 300)
    assert folder.tree("a: " + "9" * 301).value["a"] == float("9" * 301)
    assert folder.tree("a: " + "9" * 100_000).value["a"] == math.inf


def test_blocks_of_text_are_text(folder: Folder) -> None:
    tree = folder.tree("a: |\n  5\nb: >-\n  one\n  two\nc: one\n  two\n")
    assert tree.value == {"a": "5\n", "b": "one two", "c": "one two"}


@pytest.mark.parametrize("break_", ["\x85", "\u2028", "\u2029"])
def test_a_line_break_of_yaml_1_1_breaks_no_line(folder: Folder, break_: str) -> None:
    tree = folder.tree(f"a: one{break_}two # no{break_}b: 2\n'k{break_}': \"x{break_}y\"\n")
    assert tree.value == {"a": f"one{break_}two", f"k{break_}": f"x{break_}y"}
    assert tree.places[f"k{break_}",].line == 2


def test_json_is_read_with_characters_in_two_halves(folder: Folder) -> None:
    value = {"a": "\U0001f600 of \u00e9 / \u2028", "\U0001f600": ["\t", {"b": "\U00010000\U0010ffff"}]}
    assert folder.tree(json.dumps(value, indent="\t")).value == value
    tree = folder.tree(json.dumps({**value, "z": 1}).replace("/", "\\/"))
    assert tree.value == {**value, "z": 1}
    assert tree.places["z",].column == json.dumps({**value, "z": 1}).index('"z"') + 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a: 1\nb: {c: "x\\ude00"}\n', "2:8: b.c: \\ude00 is half of a character; write the character itself"),
        ('{"a": ["\\ude00\\ud83d"]}', "1:8: a: \\ude00 is half of a character; write the character itself"),
        ('a:\n  "\\ud83d": 1\n', "2:3: a: \\ud83d is half of a character; write the character itself"),
    ],
)
def test_half_a_character_is_refused(folder: Folder, text: str, expected: str) -> None:
    assert folder.tree_faults(text) == [expected]


@pytest.mark.parametrize("file", sorted((ROOT / "scenarios").rglob("*.yaml")), ids=lambda file: file.stem)
def test_both_parsers_read_the_same(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = read_tree(file, file.name)
    monkeypatch.setattr(yamltree, "_FASTEST", yaml.SafeLoader)
    assert read_tree(file, file.name) == fast


@pytest.mark.parametrize("key", ["5", "null", "true", "2018-08-19", "'a b'", '"5"', "no"])
def test_keys_are_always_text(folder: Folder, key: str) -> None:
    assert folder.tree(f"{key}: 1\n").value == {key.strip("'\""): 1}


@given(st.one_of(st.integers(-(10**18), 10**18), st.floats(allow_nan=False)))
@settings(WITH_FOLDER)
def test_numbers_come_back_as_python_writes_them(folder: Folder, number: float) -> None:
    written = repr(number).replace("inf", ".inf")
    assert folder.tree(f"a: {written}\n").value["a"] == number


# -- places -------------------------------------------------------------------------------------------------------


def test_every_key_and_item_has_its_place(folder: Folder) -> None:
    tree = folder.tree("a: 1\nb:\n  - x\n  - {c: 2,\n     d: [3, 4]}\n'e f':  5 # six\n? g\n: 7\n")
    assert tree.value == {"a": 1, "b": ["x", {"c": 2, "d": [3, 4]}], "e f": 5, "g": 7}
    places = {path: (place.line, place.column) for path, place in tree.places.items()}
    assert places == {
        ("a",): (1, 1),
        ("b",): (2, 1),
        ("b", 0): (3, 5),
        ("b", 1): (4, 5),
        ("b", 1, "c"): (4, 6),
        ("b", 1, "d"): (5, 6),
        ("b", 1, "d", 0): (5, 10),
        ("b", 1, "d", 1): (5, 13),
        ("e f",): (6, 1),
        ("g",): (7, 3),
    }
    assert tree.places["a",] == Place("crisis.yaml", 1, 1)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_lines_count_alike_under_every_line_ending(folder: Folder, end: str) -> None:
    tree = folder.tree(end.join(["a: 1", "# two", "b: 3", ""]).encode())
    assert tree.value == {"a": 1, "b": 3}
    assert tree.places["b",].line == 3


def test_a_byte_order_mark_is_no_part_of_the_first_key(folder: Folder) -> None:
    tree = folder.tree("\ufeffa: 1\n")
    assert tree.value == {"a": 1}
    assert tree.places["a",] == Place("crisis.yaml", 1, 1)


def test_columns_count_characters_not_bytes(folder: Folder) -> None:
    assert folder.tree("{é: 1, b: 2}\n").places["b",].column == 8


@pytest.mark.parametrize(
    "text", ["---\na: 1\n", "a: 1\n...\n", "%YAML 1.2\n---\na: 1\n"], ids=["start", "end", "version"]
)
def test_document_marks_change_nothing(folder: Folder, text: str) -> None:
    assert folder.tree(text).value == {"a": 1}


def test_a_version_of_yaml_in_the_file_does_not_change_how_words_are_read(folder: Folder) -> None:
    assert folder.tree("%YAML 1.1\n---\na: no\nb: 12:30\n").value == {"a": "no", "b": "12:30"}


# -- what the language leaves out -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", ["3:1: a: the key appears twice (first on line 1)"]),
        ("a: {b: 1, b: 2}\n", ["1:11: a.b: the key appears twice (first on line 1)"]),
        ("- x\n", ["1:1: expected a map of keys, as in `schema: offramp/scenario/1`"]),
        ("a: 1\nb: [{c: 1, 'c': 2}]\n", ["2:12: b.0.c: the key appears twice (first on line 2)"]),
        ("a: &x 1\n", ["1:4: a: anchors (&x) are not part of the language; use `extends`"]),
        ("a: &x {b: 1}\n", ["1:4: a: anchors (&x) are not part of the language; use `extends`"]),
        ("&x a: 1\n", ["1:1: anchors (&x) are not part of the language; use `extends`"]),
        ("a: *x\n", ["1:4: a: aliases (*x) are not part of the language; use `extends`"]),
        ("a: [1, *x]\n", ["1:8: a: aliases (*x) are not part of the language; use `extends`"]),
        ("*x : 1\n", ["1:1: aliases (*x) are not part of the language; use `extends`"]),
        ("<<: {a: 1}\nb: 2\n", ["1:1: merge keys (<<) are not part of the language; use `extends`"]),
        ("a: {b: 1, <<: {c: 2}}\n", ["1:11: a: merge keys (<<) are not part of the language; use `extends`"]),
        ("a: !!str 5\n", ["1:4: a: tags (tag:yaml.org,2002:str) are not part of the language; write the plain value"]),
        (
            "a: !!python/object:os x\n",
            ["1:4: a: tags (tag:yaml.org,2002:python/object:os) are not part of the language; write the plain value"],
        ),
        ("a: !mine {b: 1}\n", ["1:4: a: tags (!mine) are not part of the language; write the plain value"]),
        ("!!map\na: 1\n", ["1:1: tags (tag:yaml.org,2002:map) are not part of the language; write the plain value"]),
        ("a: 1\n---\nb: 2\n", ["2:1: a second document starts here; a file holds one"]),
        ("a: 1\n---\n", ["2:1: a second document starts here; a file holds one"]),
        ("? [a]\n: 1\n", ["1:3: expected a plain word as a key"]),
        ("? {a: 1}\n: 1\n", ["1:3: expected a plain word as a key"]),
        ("a:\n  ? [b]\n  : 1\n", ["2:5: a: expected a plain word as a key"]),
        ("", ["1:1: expected a map of keys, as in `schema: offramp/scenario/1`"]),
        ("\n  \n# nothing\n", ["1:1: expected a map of keys, as in `schema: offramp/scenario/1`"]),
        ("null\n", ["1:1: expected a map of keys, as in `schema: offramp/scenario/1`"]),
        ("just words\n", ["1:1: expected a map of keys, as in `schema: offramp/scenario/1`"]),
        ("---\n", ["1:1: expected a map of keys, as in `schema: offramp/scenario/1`"]),
    ],
)
def test_what_the_language_leaves_out_is_refused_where_it_stands(
    folder: Folder, text: str, expected: list[str]
) -> None:
    assert folder.tree_faults(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", "3:2: not valid YAML: expected ',' or ']', but got ':'"),
        ('a: 1\nb: "x\n', "3:1: not valid YAML: found unexpected end of stream"),
        ("a: b: c\n", "1:5: not valid YAML: mapping values are not allowed here"),
        ("a:\n\tb: 1\n", "2:1: not valid YAML: found character '\\t' that cannot start any token"),
        ("a: @b\n", "1:4: not valid YAML: found character '@' that cannot start any token"),
        ("a: 1\n b: 2\n", "2:3: not valid YAML: mapping values are not allowed here"),
        ("%YAML 3.0\n---\na: 1\n", "1:1: not valid YAML: found incompatible YAML document (version 1.* is required)"),
    ],
)
def test_a_syntax_error_is_told_with_its_line(folder: Folder, text: str, expected: str) -> None:
    assert folder.tree_faults(text) == [expected]


def test_all_faults_of_a_file_are_told_at_once_and_in_order(folder: Folder) -> None:
    text = "a: &x 1\nb: !!int 2\na: 3\nc: *x\nd: [&y 1, *y]\ne: [1\n"
    assert folder.tree_faults(text) == [
        "1:4: a: anchors (&x) are not part of the language; use `extends`",
        "2:4: b: tags (tag:yaml.org,2002:int) are not part of the language; write the plain value",
        "3:1: a: the key appears twice (first on line 1)",
        "4:4: c: aliases (*x) are not part of the language; use `extends`",
        "5:5: d: anchors (&y) are not part of the language; use `extends`",
        "5:11: d: aliases (*y) are not part of the language; use `extends`",
        "7:1: not valid YAML: expected ',' or ']', but got '<stream end>'",
    ]


# -- hostile files ------------------------------------------------------------------------------------------------


def test_a_file_may_have_256_kilobytes_and_no_byte_more(folder: Folder) -> None:
    head = "a: 1\n#"
    assert folder.tree(head + "x" * (MAX_BYTES - len(head))).value == {"a": 1}
    told = folder.tree_faults(head + "x" * (MAX_BYTES - len(head) + 1))
    assert told == [" the file is larger than 256 kB; split it with `extends`"]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "], ids=["lists", "maps", "dashes"])
def test_nesting_of_5000_is_refused_at_level_12_and_quickly(folder: Folder, opening: str) -> None:
    start = time.process_time()
    told = folder.tree_faults("a:\n " + opening * 5000 + "\n")
    assert time.process_time() - start < 5
    assert len(told) == 1
    assert told[0].endswith(f"nested deeper than {MAX_DEPTH} levels")


def test_nesting_may_be_12_deep(folder: Folder) -> None:
    folder.tree("a: " + "[" * 11 + "]" * 11)
    assert folder.tree_faults("a: " + "[" * 12 + "]" * 12) == ["1:15: a" + ".0" * 11 + ": nested deeper than 12 levels"]


def test_a_file_may_hold_20000_values(folder: Folder) -> None:
    least = 3  # the map, its key and the list
    assert len(folder.tree("a: [" + "1," * (MAX_NODES - least) + "]").value["a"]) == MAX_NODES - least
    (told,) = folder.tree_faults("a: [" + "1," * (MAX_NODES - least + 1) + "]")
    assert told.endswith("more than 10,000 values in one file")


def test_a_bomb_of_aliases_is_refused_without_being_unfolded(folder: Folder) -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{name}: &{name} [{','.join([f'*{last}'] * 9)}]\n" for last, name in zip("abcdefg", "bcdefgh", strict=True)
    )
    told = folder.tree_faults(bomb)
    assert len(told) == 8 + 7 * 9
    assert all("are not part of the language; use `extends`" in fault for fault in told)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("a: é\n".encode("latin-1"), "1:1: the file is not UTF-8 text; save it as UTF-8"),
        (b"a: 1\nb: 2\nc: \xff\n", "3:1: the file is not UTF-8 text; save it as UTF-8"),
        ("a: 1\n".encode("utf-16"), "1:1: the file is not UTF-8 text; save it as UTF-8"),
        (bytes(range(256)), "2:1: the file is not UTF-8 text; save it as UTF-8"),
        ("a: \ud800\n".encode("utf-8", "surrogatepass"), "1:1: the file is not UTF-8 text; save it as UTF-8"),
    ],
    ids=["latin-1", "third line", "utf-16", "binary", "surrogate"],
)
def test_what_is_not_utf_8_is_told_with_its_line(folder: Folder, raw: bytes, expected: str) -> None:
    assert folder.tree_faults(raw) == [expected]


@pytest.mark.parametrize(
    "raw", [b"a: 1\nb: \x00\n", b"a: 1\nb: \x07\n", b"a: 1\nb: \x1b[31m\n"], ids=["nul", "bell", "escape"]
)
def test_raw_control_characters_are_refused(folder: Folder, raw: bytes) -> None:
    (told,) = folder.tree_faults(raw)
    assert "special characters are not allowed" in told


@pytest.mark.parametrize(
    "text",
    ["a: 1\nb: \x07\n", 'a: 1\nb: "\\U00110000"\n'],
    ids=["bell", "no such character"],
)
def test_a_character_that_cannot_be_is_told_with_its_line(folder: Folder, text: str) -> None:
    (told,) = folder.tree_faults(text)
    assert told.startswith("2:")


@pytest.mark.slow
@given(st.text(st.characters(codec="utf-8"), max_size=60) | st.text("ab:,[]{}-?&*!|>'\"%@#\n \t", max_size=60))
@settings(WITH_FOLDER, max_examples=300)
def test_any_text_is_read_or_refused(folder: Folder, text: str) -> None:
    with contextlib.suppress(ScenarioError):
        assert isinstance(folder.tree(text).value, dict)


def test_a_file_that_cannot_be_read_is_told_without_a_line(folder: Folder) -> None:
    assert folder.faults_of(folder.path / "none.yaml") == ["none.yaml: cannot read the file: no such file or directory"]
    (folder.path / "dir.yaml").mkdir()
    assert folder.faults_of(folder.path / "dir.yaml") == ["dir.yaml: cannot read the file: is a directory"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("schema: offramp/sweep/1\nid: [", "offramp/sweep/1"),
        (
            "# first a word\nid: a\naxes: {schema: no, at: [schema, no]}\nschema: 'offramp/scenario/1'\n",
            "offramp/scenario/1",
        ),
        ("id: schema\nnotes: {a: schema}\n", None),
        ("- schema: offramp/sweep/1\n", None),
        ("{", None),
        ("", None),
        ("a: [\x00", None),
        ("\n".join(f"k{place}: v" for place in range(MAX_NODES)) + "\nschema: late", None),
    ],
)
def test_the_key_schema_is_read_and_no_more(tmp_path: Path, text: str, said: str | None) -> None:
    (tmp_path / "file.yaml").write_text(text, encoding="utf-8")
    assert read_schema(tmp_path / "file.yaml") == said


def test_what_cannot_be_opened_has_no_schema(tmp_path: Path) -> None:
    assert read_schema(tmp_path) is None
    assert read_schema(tmp_path / "none.yaml") is None
