"""A record to report on, cut from a real one, and a browser to look at the page with."""

import copy
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sim.report import write_report

Record = dict[str, Any]

PAYLOAD = (
    '"><script>window.hit=1</script><img src=x onerror="window.hit=2">{{7*7}}${7*7}%{x}</script>'
    '<a href="javascript:window.hit=3">|a|</a><b>*bold*</b>`code`[text](javascript:window.hit=4)'
)
STRUCTURE = {"schema", "as_of", "end", "from", "kind", "phases"}  # read by the report, not shown as it stands


@cache
def stored(name: str) -> Record:
    """Return a record kept here, to read only."""
    return json.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))


@pytest.fixture
def record() -> Record:
    """A forecast of the Idlib baseline over nine weeks, compared with one of a week before."""
    return copy.deepcopy(stored("forecast.json"))


@pytest.fixture
def past() -> Record:
    """A history of the Idlib baseline: ten dates, 22 items."""
    return copy.deepcopy(stored("history.json"))


@pytest.fixture
def hostile_past(past: Record) -> Record:
    """The history with a hostile string in each of its texts."""
    spoiled = _spoil(past, PAYLOAD)
    for name in ("points", "moves"):
        for one, clean in zip(spoiled[name], past[name], strict=True):
            one |= {key: clean[key] for key in ("date", "item_date") if key in clean}
    return spoiled


@pytest.fixture
def hostile(record: Record) -> Record:
    """The record with a hostile string in each of its texts and in the ids of its actors, items and sources."""
    return spoil_record(record, PAYLOAD)


def spoil_record(record: Record, text: str) -> Record:
    """Return a record with a text added to each of its texts and to the ids of its actors, items and sources."""
    spoiled = _spoil(record, text)
    for part in (spoiled, spoiled["provenance"]):
        for name in ("actors", "stances", "items", "sources", "notes"):
            if name in part:
                part[name] = {f"{key}{text}": value for key, value in part[name].items()}
    for source in spoiled["provenance"]["sources"].values():
        source["url"] = "javascript:window.hit=5"
    spoiled["schedule"].append(spoiled["schedule"][0] | {"start": 3.0, "end": 20.0})
    return spoiled


def _spoil(value: Any, text: str, key: str = "") -> Any:
    if isinstance(value, dict):
        return {inner: _spoil(one, text, inner) for inner, one in value.items()}
    if isinstance(value, list):
        return [_spoil(one, text, key) for one in value]
    return f"{value} {text}" if isinstance(value, str) and key not in STRUCTURE else value


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., list[Path]]:
    """Write a report into a folder of its own and return its paths: page, Markdown, record."""
    return lambda record, **options: write_report(record, tmp_path / "report", **options)


@pytest.fixture
def written_history(tmp_path: Path) -> Callable[..., list[Path]]:
    """Write a history into a folder of its own and return its paths: page, Markdown, record."""
    return lambda record, **options: write_report(record, tmp_path / "history", **options)
