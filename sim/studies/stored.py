"""A stored forecast, read back and checked, so that a later one can be compared with it, and its scenario run again.

A forecast.json may come from anywhere, so whatever a comparison reads of it is checked first, and what is wrong is said
with its place in the file.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from sim import environment
from sim.errors import CalibrationError, UsageError
from sim.forecast.record import FORMAT
from sim.runs.block.blocks import OUTCOMES
from sim.scenario.crosscheck import cross_complaints
from sim.scenario.posterior import PRIOR, Posterior, posterior
from sim.scenario.scenario import Scenario, resolve
from sim.scenario.schema import Document
from sim.wholefiles import read_whole

MOST_BYTES = 50 << 20
LARGEST = 1e15  # far beyond any number of a forecast; infinity and NaN are not up to it
ANY = "*"


def read_forecast(path: Path) -> dict[str, Any]:
    """Read a forecast.json.

    Raises
    ------
    UsageError
        Where there is none, or it is not a forecast of this format.
    """
    return forecast_of(read_raw(path), path)


def read_raw(path: Path) -> bytes:
    """Return the bytes of a forecast.json, read once.

    Raises
    ------
    UsageError
        Where it cannot be read.
    """
    try:
        return read_whole(path, MOST_BYTES)
    except OSError as error:
        raise UsageError(f"cannot read the forecast {path}: {(error.strerror or str(error)).lower()}") from None


def forecast_of(raw: bytes, path: Path) -> dict[str, Any]:
    """Return the forecast that the bytes of a file are.

    Raises
    ------
    UsageError
        Where they are no forecast of this format.
    """
    record = _parsed(raw, path)
    kind = record.get("schema") if isinstance(record, dict) else None
    if kind != FORMAT:
        said = "no schema" if kind is None else f"the schema {kind!r}"
        raise UsageError(f"{path} is not a forecast: expected a file of the schema {FORMAT} (got {said})")
    try:
        _check(record, SHAPE, "")
        if record.get("document") is not None:  # files of the first forecasts have none
            _check(record["document"], DOCUMENT, "document")
    except ValueError as error:
        raise UsageError(f"{path} is not a forecast that can be compared with: {error}") from None
    if record.get("given") is not None:
        raise UsageError(f"{path} answers another question: its runs are those that meet what was given (--given) only")
    return dict(record)


def _parsed(raw: bytes, path: Path) -> Any:
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not a forecast: it is no JSON ({error})") from None


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _whole(least: int, most: int = 2**63 - 1) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= LARGEST


def _share(value: Any) -> bool:
    return _number(value) and 0 <= value <= 1


def _date(value: Any) -> bool:
    try:
        return isinstance(value, str) and datetime.date.fromisoformat(value) is not None
    except ValueError:
        return False


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _quantity(value: Any) -> bool:
    """Whether a value is a number or a distribution as a scenario writes it; a pool holds distributions."""
    return _distribution(value) or (isinstance(value, Mapping) and all(map(_pooled, value.values())))


def _distribution(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return _number(value)
    parts = [list(one.values()) if isinstance(one, Mapping) else one for one in value.values()]
    return all(isinstance(one, list) and all(map(_number, one)) for one in parts)


def _pooled(value: Any) -> bool:
    return isinstance(value, list) and all(map(_distribution, value))


WANTED = {
    _number: "a number", _share: "a number from 0 to 1", _date: "a date such as 2018-08-19", _text: "text",
    _quantity: "a number or a distribution",
}  # fmt: skip
ESTIMATE = {"p": _share, "mc_low": _share, "mc_high": _share}
CURVE = {"p": [_share], "mc_low": [_share], "mc_high": [_share]}
STANCE = {"from": _text, "mean": _number, "sd": _number, "occasions": [{"items": [_text]}]}
SHAPE: dict[str, Any] = {
    "scenario": {"id": _text, "title": _text, "hash": _text},
    "question": {"resolves": _text, "does_not_resolve": _text},
    "as_of": _date,
    "horizon": _whole(1, 3650),
    "milestones": [_whole(1, 3650)],
    "seed": _whole(0),
    "runs": _whole(1),
    "replicates": _whole(1),
    "outcomes": {outcome: {ANY: ESTIMATE} for outcome in OUTCOMES},
    "incidence": dict.fromkeys(OUTCOMES, CURVE),
    "actors": {ANY: {"name": _text, "role": _text}},
    "schedule": [{"id": _text, "kind": _text}],
    "provenance": {
        "stances": {ANY: STANCE},
        "items": {ANY: {"says": _text}},
        "inputs": [{"path": _text, "value": _quantity}],
    },
    "environment": {"model": _text, "cpu": _text},
}
DOCUMENT = {"start": {ANY: _text}, "bargaining": {ANY: _text}}
"""What a comparison reads: a map of keys, `ANY` for every key of a map, a list of one shape, or a test of a value."""


def _check(value: Any, shape: Any, place: str) -> None:
    """Compare a value with its shape; ValueError at the first difference."""
    if isinstance(shape, dict):
        if not isinstance(value, Mapping):
            raise ValueError(f"{place}: expected a map")
        for key in value if ANY in shape else shape:
            if key not in value:
                raise ValueError(f"{_under(place, key)} is missing")
            _check(value[key], shape[ANY] if ANY in shape else shape[key], _under(place, key))
    elif isinstance(shape, list):
        if not isinstance(value, list):
            raise ValueError(f"{place}: expected a list")
        for index, one in enumerate(value):
            _check(one, shape[0], f"{place}[{index}]")
    elif not shape(value):
        raise ValueError(f"{place}: expected {WANTED.get(shape, 'a whole number in range')} (got {value!r:.60})")


def _under(place: str, key: str) -> str:
    return f"{place}.{key}" if place else str(key)


def rerunnable(old: Mapping[str, Any], known: Posterior | None = None) -> Scenario | str:
    """Return the scenario of an earlier forecast, or why it cannot be run as it was.

    Parameters
    ----------
    known
        The posterior of the scenario it is compared with. A record names a user's posterior but does not hold it; if
        this is the one, the hash of the scenario tells.
    """
    document, made_by = old.get("document"), old["environment"]
    if made_by["model"] != environment.model_version():
        return "the earlier forecast was made by another version of the model"
    if made_by["cpu"] != environment.cpu_level():
        return "the earlier forecast was made on another kind of processor"
    if document is None:
        return "the earlier file does not hold its scenario"
    try:
        if any(True for _ in cross_complaints(document)):
            return "the scenario in the earlier file is faulty"
        scenario = scenario_again(document, known)
    except CalibrationError:  # before ValueError, which it is too
        return "the posterior that the earlier forecast rests on is not at hand"
    except (ValueError, LookupError):
        return "the scenario in the earlier file cannot be read"
    if scenario.hash != old["scenario"]["hash"]:
        return "the scenario in the earlier file is not the one it was made from"
    return scenario


def scenario_again(plain: Mapping[str, Any], known: Posterior | None = None) -> Scenario:
    """Resolve the document of a record; one that names no calibration was run on the priors.

    Parameters
    ----------
    plain
        The document as `Scenario.plain` gives it.
    known
        The posterior to take where the document names a user's file.
    """
    if list(plain)[-1:] == ["calibration"]:  # no file wrote it: it was the latest, whatever that is today
        unnamed = {key: value for key, value in plain.items() if key != "calibration"}
        return resolve(Document.model_validate(unnamed), None, draws=posterior(plain["calibration"]))
    document = Document.model_validate({"calibration": PRIOR, **plain})
    in_file = document.calibration is not None and document.calibration.endswith(".csv")
    return resolve(document, None, draws=known if in_file else None)
