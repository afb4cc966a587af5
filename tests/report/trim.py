"""Make the small record that these tests use from a whole one.

    python -m tests.report.trim FORECAST.json NINE_WEEKS.json

The record is of the Idlib baseline, compared with one of a week before (`--since`); the second is of the same over a
horizon of 63 days, and its drivers, indicators and storylines are taken. Cuts the window to nine weeks, thins inputs
and schedule, leaves out the document, the track record and what is pooled by it; all else stays as it was. Renew it, or
add to it, when the form of the record changes: a test holds it to that form.
"""

import json
import sys
from pathlib import Path
from typing import Any

from sim.report.files import to_json

PLACE = Path(__file__).parent / "forecast.json"
DAYS = 63


def trimmed(record: dict[str, Any], nine_weeks: dict[str, Any]) -> dict[str, Any]:
    """Return the record as if its window ended after `DAYS` days."""
    incidence: dict[str, Any] = {"day": record["incidence"]["day"][: DAYS + 1]}
    outcomes = {}
    for name in record["outcomes"]:
        curve = {key: values[: DAYS + 1] for key, values in record["incidence"][name].items()}
        incidence[name] = curve
        at_end = {key: values[DAYS] for key, values in curve.items()}
        outcomes[name] = {"30": record["outcomes"][name]["30"], str(DAYS): record["outcomes"][name]["90"] | at_end}
    states = {name: values[: DAYS + 1] for name, values in record["states"].items()}
    ends = {
        name: _around(end | {"p": states[name][DAYS]}) if name in states else outcomes[name][str(DAYS)]
        for name, end in record["ends"].items()
    }
    inputs = record["provenance"]["inputs"]
    return record | {
        "question": record["question"] | {"horizon": DAYS, "milestones": [30]},
        "horizon": DAYS,
        "milestones": [30, DAYS],
        "outcomes": outcomes,
        "pooled": None,
        "track_record": None,
        "baselines": record["baselines"] | {"windows": {"30": record["baselines"]["windows"]["30"]}},
        "incidence": incidence,
        "states": states,
        "ends": ends,
        "actors": {name: _weeks(actor) for name, actor in record["actors"].items()},
        "dots": [_dot(dot) for dot in record["dots"]],
        "storylines": nine_weeks["storylines"],
        "drivers": drivers(nine_weeks["drivers"]),
        "indicators": nine_weeks["indicators"],
        "schedule": record["schedule"][::4],
        "convergence": _settled(record["convergence"], outcomes["offensive"][str(DAYS)]),
        "provenance": record["provenance"] | {"inputs": [*inputs[:14], *inputs[14::20]]},
        "document": {"schema": "offramp/scenario/1", "id": record["scenario"]["id"]},
        "since": _since(record["since"]),
    }


def drivers(part: dict[str, Any]) -> dict[str, Any]:
    """Keep every sixth input, the first of them too."""
    rows = {day: {one["path"]: one for one in by["inputs"]} for day, by in part["by"].items()}
    kept = [one["path"] for one in part["by"][str(DAYS)]["inputs"]][::6]
    return part | {"by": {day: by | {"inputs": [rows[day][path] for path in kept]} for day, by in part["by"].items()}}


def _since(since: dict[str, Any]) -> dict[str, Any]:
    """Keep the windows there are, a few inputs, and two items of each stance."""
    rows = {name: {"30": by["30"], str(DAYS): by["90"]} for name, by in since["outcomes"].items()}
    stances = [one | {"items_added": one["items_added"][:2]} for one in since["stances"]]
    return since | {"outcomes": rows, "inputs": since["inputs"][::6], "stances": stances}


def _around(end: dict[str, Any]) -> dict[str, Any]:
    """Keep the width of an interval around another probability."""
    half = (end["mc_high"] - end["mc_low"]) / 2
    return end | {"mc_low": round(end["p"] - half, 6), "mc_high": round(end["p"] + half, 6)}


def _weeks(actor: dict[str, Any]) -> dict[str, Any]:
    fans = {kind: {q: values[: DAYS // 7] for q, values in actor[kind].items()} for kind in ("stance", "posture")}
    return actor | {"day": actor["day"][: DAYS // 7]} | fans


def _dot(dot: dict[str, Any]) -> dict[str, Any]:
    return dot if dot["day"] is not None and dot["day"] < DAYS else dot | {"end": "standoff", "day": None}


def _settled(rows: list[dict[str, Any]], end: dict[str, Any]) -> list[dict[str, Any]]:
    return [*rows[:-1:5], rows[-1] | {key: end[key] for key in ("p", "mc_low", "mc_high")}]


if __name__ == "__main__":
    whole, nine_weeks = (json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:])
    PLACE.write_text(to_json(trimmed(whole, nine_weeks)), encoding="utf-8")
