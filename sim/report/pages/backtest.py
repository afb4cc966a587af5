"""The page of a backtest: how well the model does on past cases, against what, and how far that can be trusted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from sim.report.chance import share_text
from sim.report.charts import Spec, axis, band, figure, line
from sim.report.document import Document, Figure, Section, Table, Text, rerun
from sim.report.values import NONE, day_of, formatted, or_dash, percent, plain, short_date, skill_interval, skill_text
from sim.wording import counted, noun

if TYPE_CHECKING:
    from sim.report.reading import Record

MODEL, BASE_RATE, LOGISTIC = "model", "base rate", "logistic regression"
REFERENCES = (BASE_RATE, LOGISTIC)
WINDOW = 90
SCHEMES = {"case": "one case left out at a time", "area": "one area left out at a time"}
ABOUT = (
    "Every case is forecast with parameters, curves and rates fitted to other cases only. The Brier score is the mean "
    "squared error of the probability: 0 is perfect, 0.25 is the score of always saying one half. Differences are "
    "paired by case; intervals are at 95% and clustered by area, because cases in the same area are not independent."
)
ABOUT_CASES = (
    "The cases were hand-picked and coded by someone who knew how they ended; docs/cases.md has the codebook. Their "
    "share of offensives is not a base rate for the world."
)
ABOUT_HINDSIGHT = (
    "Codings that hindsight could have influenced are marked; nearly every case has some. Dropped: each is replaced by "
    "the pool of all cases. Shifted: each moves by about a level at random. The parameters stay as they were fitted."
)
ABOUT_THREATS = (
    "The second sample: threats and shows of force between states at peace, coded by rule from a table. Each is "
    "forecast by parameters, a curve and a rate fitted without its pair of states. AUC is the chance that a threat "
    "that ended in force was given a higher probability than one that did not; 0.5 is a coin toss. Intervals are at "
    "95%, clustered by pair."
)


def document(record: Record, words: str) -> Document:
    """Read a record into its page."""
    table = record["tables"]["case"]["all"]
    number, says = _headline(record, table)
    return Document(
        kicker=f"offramp backtest on {counted(table['cases'], 'past case')}",
        title="How well would the model have done?",
        number=number,
        says=says,
        head=(Text(_lead(record)),),
        sections=(
            *_sections(record),
            rerun(
                (
                    ("Seed", str(record["seed"])),
                    ("Outcomes known by", "all" if record["known"].startswith("9999") else record["known"]),
                    *((name, str(value)) for name, value in record["environment"].items()),
                )
            ),
        ),
    )


def brief(record: Record, words: str) -> Document:
    """Read a record into what the terminal shows: the scores, including those on threats between states."""
    shown = tuple(one for one in _sections(record) if one.id in ("scores", "threats"))
    return replace(document(record, words), sections=shown)


def _headline(record: Record, table: Record) -> tuple[str, str]:
    """Return the skill against the base rate or, with few cases, on how many but targets the model scored better."""
    skill = score_of(table, MODEL)["against"][BASE_RATE]["skill"]
    if skill[0] is not None:
        return percent(skill[0]), f"skill against the base rate within {WINDOW} days, {skill_interval(skill)}"
    own = [case["brier"] for case in record["cases"] if not case["target"]]
    better = sum(one[MODEL] < one[BASE_RATE] for one in own)
    says = f"{noun(len(own), 'case')} on which it does better than the base rate within {WINDOW} days"
    return f"{better} of {len(own)}", says


def score_of(table: Record, forecaster: str, rule: str = "brier", window: int | None = WINDOW) -> Record:
    """Return one row of a table of scores."""
    rows: list[Record] = table["scores"]
    return next(r for r in rows if (r["forecaster"], r["rule"], r["window"]) == (forecaster, rule, window))


def _lead(record: Record) -> str:
    table = record["tables"]["case"]["all"]
    own, rate, curve = (score_of(table, name)["mean"] for name in (MODEL, BASE_RATE, LOGISTIC))
    _, low, high = score_of(table, MODEL)["against"][LOGISTIC]["difference"]
    verdict = "worse than" if low is not None and low > 0 else "not clearly different from"
    if high is not None and high < 0:
        verdict = "better than"
    few = " Fewer than 50 cases are too few to judge calibration." if table["too_few"] else ""
    return (
        f"Within {WINDOW} days the model's mean Brier score is {own:.3f}, against {rate:.3f} for the base rate and "
        f"{curve:.3f} for a logistic regression on two features: {verdict} the regression.{few}"
    )


def _sections(record: Record) -> Iterator[Section]:
    yield Section("Scores", tuple(_scores(record)), id="scores")
    yield Section("Case by case", (Text(ABOUT_CASES, "note"), _cases(record)), id="cases")
    yield Section("Do the probabilities mean what they say?", tuple(_calibration(record)), id="calibration")
    rows = []
    for name, table in record["hindsight"].items():
        row = score_of(table, MODEL)
        skill, gap = row["against"][BASE_RATE]["skill"], row["against"][LOGISTIC]["difference"]
        rows.append((name, f"{row['mean']:.3f}", skill_text(skill), _difference(gap)))
    columns = ("Codings", "Brier of the model, 90 days", "Skill against base rate", "Against logistic regression")
    hindsight = Table("The model's score with marked codings changed", columns, "lrrr", tuple(rows))
    yield Section("How much of the score is hindsight?", (Text(ABOUT_HINDSIGHT, "note"), hindsight), id="hindsight")
    if record["threats"] is not None:
        yield Section("Threats between states", tuple(_threats(record["threats"])), id="threats")
    if record["levers"]:
        yield Section("Do the levers still matter?", tuple(_levers(record)), id="levers")


def _scores(record: Record) -> Iterator[Text | Table | Figure]:
    weights = ", ".join(f"{name} {weight:.0%}" for name, weight in record["pool"].items())
    yield Text(f"{ABOUT} The pool weighs log-odds: {weights}; each case by weights from other areas.")
    columns = (
        "Forecaster", *(counted(window, "day") for window in record["windows"]),
        "Log, 90 days", "Ranked", "Skill on base rate", "On regression",
    )  # fmt: skip
    for scheme, says in _schemes(record).items():
        for name, table in record["tables"][scheme].items():
            caption = f"Mean Brier scores by window, then others: {name} ({counted(table['cases'], 'case')}), {says}"
            rows = tuple(_score_row(record, table, forecaster) for forecaster in record["forecasters"])
            own = Table(caption, columns, "lrrrrrrr", rows)
            yield own if name == "all" else own.fold(f"{name}, {counted(table['cases'], 'case')}, {says}")


def _schemes(record: Record) -> dict[str, str]:
    """Return, by scheme, what the forecasts were trained on."""
    if record["others"] is None:
        return SCHEMES
    trained = f"trained on {counted(record['others'], 'other case')}"
    return {"case": trained, "area": f"{trained}, less those of its area"}


def _score_row(record: Record, table: Record, forecaster: str) -> tuple[str, ...]:
    means = [score_of(table, forecaster, "brier", window)["mean"] for window in record["windows"]]
    means += [score_of(table, forecaster, "log")["mean"], score_of(table, forecaster, "rps", None)["mean"]]
    against = score_of(table, forecaster)["against"]
    return (
        forecaster,
        *(f"{mean:.3f}" for mean in means),
        or_dash(against.get(BASE_RATE), lambda one: skill_text(one["skill"])),
        or_dash(against.get(LOGISTIC), lambda one: _difference(one["difference"])),
    )


def _cases(record: Record) -> Table:
    rows = (
        (
            case["id"] + (" (target)" if case["target"] else ""),
            short_date(day_of(case["as_of"])),
            *(or_dash(case[event], "day {}".format) for event in ("offensive", "agreement")),
            *map(share_text, case["forecasts"]["case"][MODEL]),
            share_text(case["forecasts"]["case"][LOGISTIC][1]),
            f"{case['brier'][MODEL]:.3f}",
            ", ".join(path.removeprefix("actors.") for path in case["marked"]) or NONE,
        )
        for case in sorted(record["cases"], key=lambda one: -one["brier"][MODEL])
    )
    columns = (
        "Case", "As of", "Offensive", "Agreement",
        *(f"Model, {counted(window, 'day')}" for window in record["windows"]),
        "Regression, 90 days", "Brier, 90 days", "Marked for hindsight",
    )  # fmt: skip
    return Table("Every case with its forecast and outcome, worst first", columns, "llrrrrrrrl", tuple(rows))


def _calibration(record: Record) -> Iterator[Text | Table | Figure]:
    model = record["calibration"][MODEL]
    rows = [
        (name, f"{one['miscalibration']:.3f}", f"{one['discrimination']:.3f}", f"{one['uncertainty']:.3f}")
        for name, one in record["calibration"].items()
    ]
    few = " The cases are too few to judge it: the bands are wide." if model["too_few"] else ""
    says = (
        f"Observed frequency by forecast probability, by isotonic regression (CORP), within {WINDOW} days; the band "
        f"holds {model['level']:.0%} of what a calibrated forecaster would show by chance.{few}"
    )
    yield Text(says, "note")
    yield _reliability(record)
    caption = "Brier score = miscalibration − discrimination + uncertainty"
    columns = ("Forecaster", "Miscalibration (lower is better)", "Discrimination (higher is better)", "Uncertainty")
    yield Table(caption, columns, "lrrr", tuple(rows))


def _reliability(record: Record) -> Figure:
    points = record["calibration"][MODEL]["points"]
    outside = sum(not p["low"] <= p["observed"] <= p["high"] for p in points)
    title = f"{outside} of {len(points)} points lie outside the band of a calibrated forecaster"
    rows = [(share_text(p["forecast"]), f"{p['observed']:.0%}", f"{p['low']:.0%} to {p['high']:.0%}") for p in points]
    table = Table("Reliability of the model", ("Forecast", "Observed", "Band"), "rrr", tuple(rows))
    alt = f"Reliability diagram of the model over {counted(record['calibration'][MODEL]['cases'], 'case')}. {title}."
    unit = "Observed frequency by forecast probability"

    def chart() -> Spec:
        """Draw the reliability of the model against the diagonal."""
        said, low, high, seen = ([p[key] for p in points] for key in ("forecast", "low", "high", "observed"))
        share = {"range": [-0.02, 1.02], "tickformat": ".0%", "nticks": 6}
        xaxis = axis(**share, title={"text": "forecast", "font": {"size": 12}})
        fig = figure(height=360, left=52, hovermode="closest", yaxis=axis(**share), xaxis=xaxis)
        texts = [f"said {share_text(p['forecast'])}, happened {p['observed']:.0%}" for p in points]
        marked = {"mode": "lines+markers", "hoverinfo": "text", "marker": {"size": 6}}
        diagonal = line([0, 1], [0, 1], "muted", ["", ""], width=1, dash="dot")
        fig["data"] += [band(said, low, high, "muted"), diagonal, line(said, seen, "offensive", texts) | marked]
        return fig

    return Figure("reliability", title, unit, alt, table, chart)


def _threats(threats: Record) -> Iterator[Text | Table | Figure]:
    yield Text(
        f"{ABOUT_THREATS} {counted(threats['cases'], 'threat')} between {counted(threats['pairs'], 'pair')} of states."
    )
    for window, one in threats["windows"].items():
        came = share_text(one["happened"] / one["cases"])
        caption = f"Within {counted(window, 'day')}, force in {came} ({one['happened']} of {one['cases']})"
        columns = ("Forecaster", "Mean forecast", "Brier", "AUC", "Against base rate", "Against regression")
        rows = []
        for name, mean in one["said"].items():
            gaps, area = one["against"].get(name, {}), one["auc"][name]
            against = (or_dash(gaps.get(other), lambda gap: _difference(gap["difference"])) for other in REFERENCES)
            rows.append((name, share_text(mean), f"{one['brier'][name]:.3f}", plain(area), *against))
        yield Table(caption, columns, "lrrrrr", tuple(rows))


def _levers(record: Record) -> Iterator[Text | Table | Figure]:
    levers = sorted(record["levers"], key=lambda one: one["own"])
    spread = f"{share_text(levers[0]['own'])} to {share_text(levers[-1]['own'])}"
    before = sorted(one["prior"] for one in levers)
    rows = tuple((one["id"], share_text(one["own"]), share_text(one["prior"])) for one in levers)
    says = (
        f"With the parameters that the scenarios name, the probability of an offensive within {WINDOW} days ranges "
        f"from {spread} across {counted(len(levers), 'scenario')}; with the priors, from {share_text(before[0])} to "
        f"{share_text(before[-1])}."
    )
    columns = ("Scenario", "Its own parameters", "Priors")
    yield Text(says, "note")
    yield Table(f"Probability of an offensive within {WINDOW} days", columns, "lrr", rows)


def _difference(gap: list[float | None]) -> str:
    mean, *interval = (formatted(value, "+.3f") for value in gap if value is not None)
    return f"{mean} ({' to '.join(interval)})" if interval else mean
