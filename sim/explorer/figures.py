"""The report's two figures over time, kept up to date: what changes in them from one answer to the next.

`frames` builds them once with the report's own functions; `moved` gives the parts that depend on counts, without
building them anew, which would take longer than the runs. A test holds both to the same figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sim.report.charts import Spec, end_notes, room_for, share_axis, spec, top_of
from sim.report.figures import (
    curves_of,
    incidence,
    incidence_labels,
    incidence_texts,
    milestone_labels,
    stack_of,
    states,
    states_labels,
    states_texts,
)
from sim.report.ticks import number_of, ticks_of

if TYPE_CHECKING:
    from sim.report.reading import Record


def frames(record: Record) -> dict[str, Spec]:
    """Return both figures whole, and as `ticks` those of the time axis: share of the axis and label."""
    whole = {"incidence": spec(incidence(record)), "states": spec(states(record))}
    return {name: {**one, "ticks": list(_time_ticks(one["layout"]["xaxis"]))} for name, one in whole.items()}


def _time_ticks(axis: Spec) -> Iterator[tuple[float, str]]:
    first, last = (number_of(end) for end in axis["range"])
    for value, label in ticks_of(axis):
        yield round((number_of(value) - first) / (last - first), 5), label


def moved(record: Record, frames: Mapping[str, Spec]) -> dict[str, Spec]:
    """Return what differs in the figures of another record of the same window.

    Returns
    -------
    dict
        By figure `data`, a list with what to lay over each trace, `layout`, what to lay over the layout, and `ticks`,
        value and label of those of the vertical axis.
    """
    return {"incidence": _incidence(record, frames["incidence"]), "states": _states(record, frames["states"])}


def _incidence(record: Record, frame: Spec) -> Spec:
    curves = record["incidence"]
    data: list[Spec] = []
    for outcome in curves_of(record):
        curve = curves[outcome]
        data.append({"y": [*curve["mc_high"], *reversed(curve["mc_low"])]})
        data.append({"y": curve["p"], "text": incidence_texts(record, outcome)})
    top = top_of([value for outcome in curves_of(record) for value in curves[outcome]["mc_high"]])
    marks = milestone_labels(record, top)
    data.append({"y": marks.values, "text": marks.texts, "textposition": marks.sides})
    return _moved(frame, data, incidence_labels(record), top)


def _states(record: Record, frame: Spec) -> Spec:
    data = [{"y": record["states"][state], "text": states_texts(record, state)} for state in stack_of(record)]
    return _moved(frame, data, states_labels(record), 1.0)


def _moved(frame: Spec, data: list[Spec], labels: list[tuple[float, str, str]], top: float) -> Spec:
    """Return the data with axis, margin and annotations; those at the line ends stand last."""
    layout: dict[str, Any] = frame["layout"]
    margin = {**layout["margin"], "r": room_for([text for _, text, _ in labels])}
    notes = end_notes(labels, top, layout["height"] - margin["t"] - margin["b"])
    axis = {**layout["yaxis"], **share_axis(top)}
    annotations = [*layout.get("annotations", ())[: -len(labels)], *notes]
    moved = {"margin": margin, "yaxis": axis, "annotations": annotations}
    return {"data": data, "layout": moved, "ticks": ticks_of(axis)}
