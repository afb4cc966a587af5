"""The actors: the origin of each one's stance, and fans of its stance and posture over the weeks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sim.report.charts import LIGHT, Spec, axis, band, figure, line, note, safe, time_axis
from sim.report.document import Block, Figure, Group, List, Section, Table, Text
from sim.report.reading import Record, calendar_of
from sim.report.sections.provenance import EVIDENCE, start_of
from sim.report.values import on_scale, plain, short_date
from sim.wording import counted

Panel = tuple[str, str, Callable[[float | None], str]]
"""The quantity in a fan, its name for readers, and the function that writes its values."""
QUANTILES = {"q05": "5%", "q25": "25%", "q50": "median", "q75": "75%", "q95": "95%"}


def section_of(record: Record) -> Section:
    """Read the actors of a record."""
    about = (
        "Stance runs from −1 (resists an offensive by every means) to +1 (wants it now); posture from 0 to 1. Both "
        "cover only the runs that have not ended yet, so later weeks show only the futures still open."
    )
    cards = (_card(record, key, number) for number, key in enumerate(record["actors"], 1))
    return Section(
        "Actors", (Text(about, "note"), Block("fan_key"), Group("", tuple(cards), role="actors")), id="actors"
    )


def _card(record: Record, key: str, number: int) -> Group:
    actor = record["actors"][key]
    assumed = record["provenance"]["stances"][key]["from"] != EVIDENCE
    start, read_from = start_of(record, key)
    basis = Group("The author’s basis", (Text(actor["basis"] or ""),), role="folded")
    stance, posture = ([one for one in actor[kind]["q50"] if one is not None] for kind in ("stance", "posture"))
    alt = (
        f"Two fan charts over {counted(record['horizon'], 'day')}. "
        f"Median stance from {on_scale(stance[0])} to {on_scale(stance[-1])}; "
        f"median {actor['posture_name']} from {plain(posture[0])} to {plain(posture[-1])}."
    )
    parts = (Text(start, "assumed" if assumed else ""), List.of(read_from, "read"), basis)
    drawn = Figure(
        f"actor-{number}",
        actor["name"],
        "",
        alt,
        _table(record, actor),
        lambda: _fans(record, actor),
        parts,
        small=True,
    ).thin()
    return Group(actor["name"], (drawn,), role="card actor", small=actor["role"])


def _panels(actor: Record) -> tuple[Panel, Panel]:
    return ("stance", "Stance", on_scale), ("posture", str(actor["posture_name"]).capitalize(), plain)


def _table(record: Record, actor: Record) -> Table:
    """Return the weekly quantiles of stance and posture; in brief, the medians with the range of 90% of runs."""
    calendar, panels = calendar_of(record), _panels(actor)
    dates = [short_date(calendar.date(day)) for day in actor["day"]]
    columns, brief = [("Date", *dates)], [("Date", *dates)]
    for kind, name, write in panels:
        fan = [[write(value) for value in actor[kind][quantile]] for quantile in QUANTILES]
        columns += [(f"{name} {words}", *one) for words, one in zip(QUANTILES.values(), fan, strict=True)]
        low, _, median, _, high = fan
        ranges = map("{} ({} to {})".format, median, low, high)
        brief.append((f"{name}, median (90% of runs)", *ranges))
    caption = f"{actor['name']}: stance and {actor['posture_name']} by week"
    head, *rows = zip(*columns, strict=True)
    brief_head, *brief_rows = zip(*brief, strict=True)
    shorter = Table(caption, brief_head, "lrr", tuple(brief_rows))
    return Table(caption, head, "l" + "r" * 10, tuple(rows), brief=shorter)


def _fans(record: Record, actor: Record) -> Spec:
    """Draw fans over the weeks, stance on the left and posture on the right, with bands of 50% and 90%."""
    calendar = calendar_of(record)
    fig = figure(
        height=206, top=46, right=8, left=30, bottom=26,
        xaxis=time_axis(calendar, small=True) | {"domain": [0, 0.43]},
        xaxis2=time_axis(calendar, small=True) | {"domain": [0.57, 1], "anchor": "y2"},
        yaxis=axis(range=[-1, 1], tickvals=[-1, 0, 1], ticktext=["−1", "0", "+1"]),
        yaxis2=axis(range=[0, 1], tickvals=[0, 0.5, 1], ticktext=["0", "0.5", "1"], anchor="x2"),
    )  # fmt: skip
    x = [calendar.at(day) for day in actor["day"]]
    for (kind, name, write), left, suffix in zip(_panels(actor), (0.0, 0.57), ("", "2"), strict=True):
        axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
        fig["data"] += [{**trace, **axes} for trace in _fan(x, actor[kind], write)]
        medians = [value for value in actor[kind]["q50"] if value is not None]
        change = f"{write(medians[0])} → {write(medians[-1])}" if medians else "no runs"
        note(fig, f"<b>{safe(name)}</b><br>{change}", x=left, font={"color": LIGHT["ink"], "size": 13}, yshift=3)
    return fig


def _fan(x: Sequence[str], of: Record, write: Callable[[float | None], str]) -> list[Spec]:
    """Return the bands and the median of one panel over the weeks that still have runs."""
    weeks = [week for week in zip(x, *(of[quantile] for quantile in QUANTILES), strict=True) if week[3] is not None]
    if not weeks:
        return []
    texts = [
        f"median {write(m)}<br>50%: {write(b)} to {write(c)}<br>90%: {write(a)} to {write(d)}"
        for _, a, b, m, c, d in weeks
    ]
    x, low, lower, median, upper, high = map(list, zip(*weeks, strict=True))
    middle = line(x, median, "fan", texts) | ({"mode": "markers"} if len(weeks) == 1 else {})  # one point is no line
    return [band(x, low, high, "fan"), band(x, lower, upper, "fan", opacity=0.36), middle]
