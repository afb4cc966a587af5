"""The inputs of a scenario by names for readers, such as `Stance of Turkey` or `Leverage of Germany over Russia`."""

from __future__ import annotations

from sim.report.names import heading
from sim.report.reading import Record, name_of

STRUCTURAL, SETTING = "structural", "setting"
_WHOLE = {
    "sample": "The sample of past cases it belongs to",
    "parameters.inertia_crises": "Inertia among crises (parameter)",
    "parameters.inertia_threats": "Inertia among threats (parameter)",
    "parameters.launch_rate_crises": "Launch rate among crises (parameter)",
    "parameters.launch_rate_threats": "Launch rate among threats (parameter)",
    "parameters.posterior": "Structural parameters, drawn together",
    "parameters.frailty": "Size of unobserved leanings (parameter)",
}
_FIELDS = {
    "frailty": "unobserved leaning",
    "disposition": "disposition",
    "posture": "posture at the start",
    "half_life": "half-life",
}


def input_name(record: Record, path: str) -> str:
    """Name an input by its dotted path; actors that the record does not name are named by their ids."""
    if "+" in path:  # inputs that go together by rank
        first, *others = (input_name(record, one) for one in path.split("+"))
        *middle, last = (f"{one[0].lower()}{one[1:]}" for one in others)
        return f"{', '.join([first, *middle])} and {last} (together)"
    kind, _, rest = path.partition(".")
    subject, _, field = rest.rpartition(".")
    if kind == "actors" and subject:
        return f"{_words(field).capitalize()} of {name_of(record, subject)}"
    if kind == "ties" and subject:
        source, _, target = rest.partition(".")
        return f"Leverage of {name_of(record, source)} over {name_of(record, target)}"
    if kind in ("pressures", "talks", "events") and field and subject:
        return f"{_words(field).capitalize()} of {heading(subject)}"
    if kind in ("actors", "pressures", "talks", "events") and rest:
        return name_of(record, rest)
    if path in _WHOLE:
        return _WHOLE[path]
    return (f"{_words(rest)} (parameter)" if kind == "parameters" else _words(path.replace(".", " "))).capitalize()


def in_sentence(name: str) -> str:
    """Return the name of an input for the middle of a sentence."""
    return f"the {name[0].lower()}{name[1:]}"


def group_name(record: Record, group: str) -> str:
    """Name whose inputs they are."""
    known = {STRUCTURAL: "Structural parameters", SETTING: "The setting"}.get(group)
    return known or (input_name(record, group) if "+" in group else name_of(record, group))


def _words(field: str) -> str:
    return _FIELDS.get(field, field.replace("_", " "))
