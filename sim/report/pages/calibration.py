"""The page of a calibration: how far cases move each parameter, whether two seeds agree, whether truth is recovered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.report.chance import decimal_text, share_text
from sim.report.charts import LIGHT, Spec, axis, tint
from sim.report.document import Document, Figure, Section, Table, Text, rerun
from sim.report.rows import Bar, Dot, Row, rows_chart
from sim.report.values import signed
from sim.wording import counted

if TYPE_CHECKING:
    from sim.report.reading import Record

ABOUT_PARAMETERS = (
    "The bar of each parameter holds 90% of its prior and of its posterior, in standard deviations of the prior. Most "
    "cases say little about most parameters: where the two bars coincide, the posterior is the prior."
)
ABOUT_FITS = (
    "The posterior is sampled on a smooth surface fitted to runs of the model. Here the surface is compared with runs "
    "of the model itself at the posterior, on what is known of each crisis."
)
ABOUT_RECOVERY = (
    "Cases simulated with known parameters were calibrated in the same way. If the method is right, the rank of the "
    "true value among posterior draws is uniform; a low p-value says that it is not."
)
ABOUT_SPLIT = (
    "First-order shares of the variance of whether an offensive begins: how much knowing one group of inputs would "
    "explain. Chance is what would remain if all inputs were known. Divide by the rest to get shares of the variance "
    "of the probability."
)
CLEAR = 3.0
"""Standard errors, and points, from which surface and model are reported to differ."""


def document(record: Record, words: str) -> Document:
    """Read a record into its page."""
    moved = max(record["parameters"], key=lambda one: abs(one["shift"]))
    first, last = record["seeds"][0], record["seeds"][0]["stages"][-1]
    counts = " and ".join(f"{one['cases']} {name}" for name, one in record["samples"].items())
    gap = "" if record["disagreement"] is None else f" {_agreement(record)}"
    return Document(
        kicker=f"offramp calibration, {_known(record)}",
        title=f"What past cases say about the parameters: {record['name']}",
        number=str(sum(one["cases"] for one in record["samples"].values())),
        says=f"past cases whose outcome was at least partly known: {counts}",
        head=(
            Text(
                f"The parameter moved most is {moved['name']}, by {signed(moved['shift'])} standard deviations of its "
                f"prior.{gap} The sampler took {counted(len(first['stages']), 'stage')}; {last['effective']:,.0f} "
                f"particles were effective at the last, and {first['distinct']:,} are distinct after its moves."
            ),
        ),
        sections=(
            *_sections(record),
            rerun(
                (
                    ("Outcomes", _known(record)),
                    ("Log evidence, by seed", ", ".join(f"{one['log_evidence']:.2f}" for one in record["seeds"])),
                    *((name, str(value)) for name, value in record["environment"].items()),
                )
            ),
        ),
    )


def _known(record: Record) -> str:
    """Return by when outcomes had to be known; a calibration to all of them names the last day of the calendar."""
    return "all outcomes known" if record["known"].startswith("9999") else f"outcomes known by {record['known']}"


def _agreement(record: Record) -> str:
    gap = 100 * max(record["disagreement"])
    said = "agree on the target to" if gap <= CLEAR else "disagree on the target by"
    return f"Two seeds {said} {gap:.1f} points at most."


def _sections(record: Record) -> Iterator[Section]:
    yield Section("From prior to posterior", (Text(ABOUT_PARAMETERS, "note"), _figure(record)), id="parameters")
    if record["seeds"][0]["target"] is not None:
        shares = (record["seeds"][0]["target"], record["seeds"][1]["target"], record["disagreement"])
        rows = tuple(
            (f"within {counted(window, 'day')}", share_text(first), share_text(second), f"{100 * gap:.1f} points")
            for window, first, second, gap in zip(record["windows"], *shares, strict=True)
        )
        columns = ("Offensive in the target", "First seed", "Second seed", "Difference")
        two = Table("Two independent calibrations on the same cases", columns, "lrrr", rows)
        yield Section("Do two seeds agree?", (Text(_agreement(record), "note"), two), id="seeds")
    if record["splits"]:
        said = f"{ABOUT_SPLIT} {_nuisance(record)}"
        yield Section("What the answer depends on", (Text(said, "note"), _splits(record)), id="split")
    yield Section("Surface against model", (Text(ABOUT_FITS + _threats(record), "note"), _fits(record)), id="fit")
    if record["recovery"] is not None:
        found = record["recovery"]
        ranks = tuple(
            (one["name"], f"{one['p_value']:.3f}", " ".join(map(str, one["histogram"]))) for one in found["parameters"]
        )
        caption = (
            f"Ranks of the true value among {counted(found['ranks'] - 1, 'draw')}, over "
            f"{counted(found['repeats'], 'simulated calibration')}"
        )
        table = Table(caption, ("Parameter", "p-value", "Calibrations by rank, lowest first"), "lrl", ranks)
        yield Section("Are known parameters recovered?", (Text(ABOUT_RECOVERY, "note"), table), id="recovery")
    classes = tuple((one["id"], str(len(one["classes"]))) for one in record["cases"])
    seen = Table("Cases used, and how many of 8 outcome classes each may be in", ("Case", "Classes"), "lr", classes)
    yield Section("Cases used", (seen.fold(counted(len(classes), "case")),), id="seen")


def _figure(record: Record) -> Figure:
    rows = tuple(
        (
            one["name"],
            *(f"{value:.4g}" for value in (*one["prior"], *one["posterior"])),
            signed(one["shift"]),
            f"{one['width']:.2f}",
        )
        for one in record["parameters"]
    )
    columns = ("Parameter", "Prior 5%", "median", "95%", "Posterior 5%", "median", "95%", "Shift", "Width")
    narrow = [one["name"] for one in record["parameters"] if one["width"] < 0.8]
    title = f"The cases narrow {', '.join(narrow)}" if narrow else "No parameter is narrowed by a fifth"
    alt = f"Bars of prior and posterior for {counted(len(rows), 'parameter')}. {title}."
    caption = "Priors and posteriors; shift and width in standard deviations of the prior"
    table = Table(caption, columns, "lrrrrrrrr", rows)
    unit = "90% of each distribution, in standard deviations of the prior"
    return Figure("parameters-figure", title, unit, alt, table, lambda: _bars(record))


def _splits(record: Record) -> Table:
    names = list(record["splits"])
    first = record["splits"][names[0]]
    rows = []
    for group in first["groups"]:
        shares = (record["splits"][name]["groups"][group] for name in names)
        rows.append((group, *(f"{value:.0%} (± {100 * 1.96 * error:.0f} points)" for value, error in shares)))
    rows.append(("interactions of these", *(f"{record['splits'][name]['interactions']:.0%}" for name in names)))
    rows.append(("chance", *(f"{record['splits'][name]['chance']:.0%}" for name in names)))
    caption = f"Shares of the variance of an offensive within {counted(first['by'], 'day')} in the target"
    return Table(caption, ("What", *(f"At the {name}" for name in names)), "l" + "r" * len(names), tuple(rows))


def _nuisance(record: Record) -> str:
    """Return whether the answer rests more on the coding of the actors or on what no news report gives."""
    last = list(record["splits"])[-1]
    shares = {name: value[0] for name, value in record["splits"][last]["groups"].items()}
    actors, *rest = shares.values()
    others = sum(rest)
    if others > actors:
        more, first, second = "more on what no news report gives than on", others, actors
    else:
        more, first, second = "mostly on", actors, others
    return f"At the {last} the answer rests {more} what is coded of the actors: {first:.0%} against {second:.0%}."


def _threats(record: Record) -> str:
    """Return how far surface and model differ on the threats between states."""
    one = record.get("threats_fit")
    if one is None:
        return ""
    return (
        f" On the threats between states the mean probability of force within {counted(one['window'], 'day')} is "
        f"{share_text(one['surface'])} by the surface and {share_text(one['model'])} by the model, and "
        f"{100 * one['largest']:.0f} points apart at most."
    )


def _fits(record: Record) -> Table:
    ordered = sorted(record["fits"], key=lambda one: -abs(one["surface"] - one["model"]))
    rows = tuple(
        (one["case"], decimal_text(one["surface"]), decimal_text(one["model"]), signed(one["surface"] - one["model"]))
        for one in ordered
    )
    caption = "Probability of what is known of each case, at the posterior, largest difference first"
    return Table(caption, ("Case", "Surface", "Model", "Difference"), "lrrr", rows)


def _bars(record: Record) -> Spec:
    """Draw prior and posterior of each parameter as bars, in standard deviations of the prior."""
    half, rows, ends = 1.645, [], [2.5]
    for one in record["parameters"]:
        low, high = one["shift"] - half * one["width"], one["shift"] + half * one["width"]
        said = f"{one['name']}: {one['posterior'][1]:.3g}, prior {one['prior'][1]:.3g}"
        drawn = (Bar(-half, half, tint("muted", 0.18), 14), Bar(low, high, tint("fan", 0.36), 8))
        rows.append(Row(one["name"].replace("_", " "), drawn, [Dot(one["shift"], "fan", said, size=8)]))
        ends += [-low, high]
    most = 0.1 + max(ends)
    xaxis = axis(range=[-most, most], zeroline=True, zerolinecolor=LIGHT["muted"])
    return rows_chart(rows, xaxis, row=24, room=60, span=(0.4, 0.6), name_shift=None, top=12, left=44, right=18)
