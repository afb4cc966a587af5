"""Translate pydantic's errors into the users' words, each with its place in a file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeGuard, get_args, get_origin

from sim.scenario.schema import ROLES, Document, Part, attributes_of
from sim.scenario.yamltree import Path, Place
from sim.wording import counted, suggestion

if TYPE_CHECKING:
    from pydantic import ValidationError

    from sim.errors import Fault

Complaint = tuple[Path, str]


class Places:
    """Find the place of a path in the files, or of the nearest key above it."""

    def __init__(self, places: Mapping[Path, Place], file: str) -> None:
        self._places = places
        self._file = file

    def faults(self, complaints: Iterable[Complaint]) -> list[Fault]:
        """Convert complaints to faults."""
        return [self.fault(path, message) for path, message in complaints]

    def fault(self, path: Path, message: str) -> Fault:
        """Return the fault for a message about a path."""
        place = next((self._places[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self._places), None)
        return (place or Place(self._file, 1, 1)).fault(path, message)


def model_complaints(
    error: ValidationError, value: Any, known_keys: Callable[[Path], list[str]], nulls: Collection[Path] = ()
) -> Iterator[Complaint]:
    """Translate pydantic's errors; `nulls` are paths that a file set to null, which `value` no longer has."""
    found = error.errors(include_url=False)
    for one in found:
        if one["type"] == "too_short" and any(other["loc"][:-1] == one["loc"] for other in found):
            continue  # counted after invalid entries were dropped
        path, got = _real_path(one["loc"], value), one["input"]
        for key in one.get("ctx", {}).get("where", ()):  # within a distribution, which is a single value to pydantic
            path, got = (*path, key), _get(got, key)
        if one["type"] == "extra_forbidden":
            yield path, unknown_key(str(path[-1]), known_keys(path[:-1]), empty=got is None)
        elif one["type"] == "missing" and path in nulls:
            yield path, "this key is required, and has no value; put null in quotes if it is meant as text"
        elif one["type"] in ("union_tag_not_found", "union_tag_invalid"):
            yield _role_complaint(path, got)
        else:
            yield path, _wrong(one, got)


def unknown_key(key: str, known: Sequence[str], *, empty: bool) -> str:
    """Return the message for an unknown key; one without a value is usually the rest of a text after a comma."""
    close = suggestion(key, known)
    comma = "; a text with a comma needs quotes between { and }" if empty and not close else ""
    return f"there is no such key{close}{comma}"


def _role_complaint(path: Path, actor: Any) -> Complaint:
    roles = ", ".join(ROLES)
    if not isinstance(actor, Mapping) or "role" not in actor:
        return (*path, "role"), f"this key is required: one of {roles}"
    role = actor["role"]
    return (*path, "role"), f"expected one of {roles} (got {_short(role)}){suggestion(str(role), list(ROLES))}"


_NOTHING = object()


def _real_path(location: tuple[int | str, ...], value: Any) -> Path:
    """Drop what pydantic adds to a path (union tags, function names, `[key]`), keeping the keys of the value."""
    path: list[str | int] = []
    for step, key in enumerate(location):
        inside = _get(value, key)
        last = step == len(location) - 1
        if inside is not _NOTHING or (last and isinstance(value, Mapping) and key not in ROLES and key != "[key]"):
            path.append(key)
            value = inside
    return tuple(path)


def _get(value: Any, key: int | str) -> Any:
    if isinstance(value, Mapping):
        return value.get(key, _NOTHING)
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return _NOTHING


_PLAIN_WORDS = {
    "string_type": "expected text",
    "string_too_short": "expected some text",
    "dict_type": "expected a map of keys",
    "model_type": "expected a map of keys",
    "model_attributes_type": "expected a map of keys",
    "tuple_type": "expected a list",
    "list_type": "expected a list",
    "bool_type": "expected true or false",
    "float_type": "expected a number",
    "int_type": "expected a whole number",
    "finite_number": "expected a finite number",
    "greater_than": "expected a number above {gt:g}",
    "greater_than_equal": "expected a number of {ge:g} or more",
    "less_than_equal": "expected a number of {le:g} or less",
    "string_too_long": "expected at most {max_length} characters",
    "literal_error": "expected {expected}",
}
"""What was expected, by pydantic's error type; formatted with the error's context."""


def _wrong(error: Any, got: Any) -> str:
    """Return the message for a wrong value: what was expected, what came, and a hint."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        return "this key is required"
    hint = ""
    if kind == "string_type" and isinstance(error["input"], (bool, int, float)):
        hint = "; put it in quotes to make it text"
    if kind == "literal_error" and isinstance(error["input"], str):
        hint = suggestion(error["input"], re.findall("'([^']+)'", context["expected"]))
    return f"{_expected(error)} (got {_short(got)}){hint}"


def _expected(error: Any) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind in _PLAIN_WORDS:
        return _PLAIN_WORDS[kind].format(**context)
    if kind == "string_pattern_mismatch":
        return f"expected text like {PATTERNS[context['pattern']]}"
    if kind == "too_long":
        return f"expected at most {counted(context['max_length'], 'entry', 'entries')}"
    if kind == "too_short":
        return f"expected at least {counted(context['min_length'], 'entry', 'entries')}"
    message: str = error["msg"]
    message = message.replace("Input should be", "expected").replace("Value should have", "expected")
    return message[0].lower() + message[1:]


PATTERNS = {
    r"^[a-z0-9][a-z0-9-]{0,63}$": "assad-regime (small letters, digits and hyphens, 64 at most)",
    r"^[A-Za-z0-9][A-Za-z0-9-]{0,63}$": "E01 (letters, digits and hyphens, 64 at most)",
    r"^[a-z0-9][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)*$": "actors.patron.stance (the keys on the way to a value)",
    r"^https?://\S+$": "an http or https address",
    r"^[0-9]{2,4}$": 'a CAMEO code such as "195"',
    r"^[0-9a-f]{16}$": "9f86d081884c7d65 (16 digits, 0 to 9 and a to f)",
    r"^[0-9a-f]{64}$": "a SHA-256 (64 digits, 0 to 9 and a to f)",
}


def _short(value: Any) -> str:
    """Format a value as in a file, cut to 60 characters."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def document_keys(value: Any) -> Callable[[Path], list[str]]:
    """Return `keys_of` for a scenario file."""
    keys = keys_of(Document, value)
    return lambda path: keys(path) if path else [*keys(path), "extends"]


def keys_of(model: type[Part], value: Any) -> Callable[[Path], list[str]]:
    """Return a function from a path in a file to the keys it may hold, for "did you mean".

    The annotations of the model say what may be below it, and in `value`, the file as written, the role of an actor.
    """

    def keys(path: Path) -> list[str]:
        below: list[Any] = [model]
        for at in path:
            below = [one for kind in below for one in _below(kind, at)]
        match path:
            case "actors", name:
                role = _get(_get(_get(value, "actors"), name), "role")
                below = [ROLES[role]] if isinstance(role, str) and role in ROLES else below
        return list(dict.fromkeys(chain.from_iterable(map(attributes_of, _parts(below)))))

    return keys


def _is_part(kind: Any) -> TypeGuard[type[Part]]:
    return isinstance(kind, type) and issubclass(kind, Part)


def _below(kind: Any, at: str | int) -> list[Any]:
    """Return the types allowed at a key of a value of some type."""
    if _is_part(kind):
        return [kind.model_fields[name].annotation for key, name in attributes_of(kind).items() if key == at]
    inner = get_args(kind)
    if get_origin(kind) in (dict, Mapping):
        return [inner[1]]
    if get_origin(kind) in (tuple, list):
        return [inner[0]]
    return [one for other in inner for one in _below(other, at)]


def _parts(kinds: Iterable[Any]) -> list[type[Part]]:
    """Return the parts among types, including those inside unions."""
    found = []
    for kind in kinds:
        if _is_part(kind):
            found.append(kind)
        elif get_origin(kind) not in (dict, Mapping, tuple, list):
            found += _parts(get_args(kind))
    return found
