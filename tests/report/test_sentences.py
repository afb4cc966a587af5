"""Every number in a sentence is the number of the table and of forecast.json, read off the page in a browser.

What a reader sees is taken apart by itself, with the number formats written here anew, so that a fault in the package's
own formatting cannot hide itself.
"""

from __future__ import annotations

import json
import re
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pytest

from tests.report.test_page import opened

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FIRST_EVENTS = ("strikes", "agreement", "terms", "offensive", "limited", "full")
PERCENT = re.compile(r"(?<![\d.])\d+(?:\.\d+)?%")
READ = """(() => {
    const text = one => one.textContent.replace(/\\s+/g, ' ').trim();
    const all = selector => [...document.querySelectorAll(selector)];
    const tables = Object.fromEntries(all('main table').map(one => [text(one.caption),
        [...one.rows].slice(1).map(row => [...row.cells].map(text))]));
    const main = document.querySelector('main').cloneNode(true);
    main.querySelectorAll('br').forEach(one => one.replaceWith(' '));
    main.querySelectorAll('table, script, style, .criteria, .notes dd, .plot, svg, details p, .key, .scale, .fan-key')
        .forEach(one => one.remove());
    return {
        tables, prose: text(main), number: text(all('.big .number')[0]), word: text(all('.big .word')[0]),
        strips: all('.strips .row p').map(text), bars: all('.strips .strip').map(one => one.getAttribute('aria-label')),
        cards: all('.trio .card').map(text), titles: all('figcaption h3').map(text),
        alts: all('.plot').map(one => one.getAttribute('aria-label') || ''),
        labels: Object.fromEntries(all('.plot').map(one =>
            [one.id, [...one.querySelectorAll('.annotation-text')].map(text)])),
        stands: all('.stands li').map(one => [...one.children].map(text)), lead: all('#since .lead').map(text),
        actors: all('.actor').map(one => [text(one.querySelector('h3')), text(one.querySelector('p'))]),
        marks: ['standoff', 'agreement', 'terms', 'limited', 'full'].map(one => all('.dots .' + one).length),
        ends: all('.ends li span').map(text),
    };
})()"""


@pytest.fixture
def seen(record: dict[str, Any], written: Any, browser: Any) -> Any:
    with opened(browser, written(record)[0]) as page:
        return page.page.evaluate(READ)


def percent(p: float) -> str:
    """A probability as a percentage: whole from 5%, with one digit from 1% to 5%."""
    digits = "1" if p >= 0.05 else "0.1"
    return f"{(100 * Decimal(repr(p))).quantize(Decimal(digits), ROUND_HALF_EVEN)}%"


def signed(number: float) -> str:
    return f"{number:+.2f}".replace("-", "−") if abs(number) >= 0.005 else "0.00"


def row(seen: Any, table: str, *begins: str) -> list[str]:
    """The one row of a table whose cells begin so."""
    (found,) = [cells for cells in seen["tables"][table] if tuple(cells[: len(begins)]) == begins]
    return found


def test_the_headline_and_each_window(record: dict[str, Any], seen: Any) -> None:
    horizon = record["horizon"]
    for strip, bar, days in zip(seen["strips"], seen["bars"], [30, horizon], strict=True):
        one = record["outcomes"]["offensive"][str(days)]
        cells = row(seen, "All outcomes by milestone", "Offensive", f"{days} days")
        shown = percent(one["p"])
        assert cells[3] == shown
        assert PERCENT.findall(strip.split("2018", 1)[1])[0] == shown
        assert bar.startswith(f"{shown}; Monte Carlo interval {cells[4]}; beta fit over inputs {cells[6]}")
        low, high = (float(number) / 100 for number in re.findall(r"[\d.]+", cells[4]))
        assert (low, high) == pytest.approx((one["mc_low"], one["mc_high"]), abs=0.00051)
        assert cells[5] == f"{round(100 * one['input_sd'])} points"
    assert seen["number"] == shown
    assert PERCENT.findall(seen["word"])[:1] == PERCENT.findall(seen["strips"][-1].split("%", 1)[1])[:1]
    assert f"Monte Carlo error{cells[4]}" in seen["cards"][0]
    assert f"from {record['runs']:,} runs of {record['draws']:,} draws." in seen["cards"][0]
    assert f"Input uncertainty{cells[5]}" in seen["cards"][1]
    assert f"central 80% of a beta fit is {cells[6]}" in seen["cards"][1]


def test_titles_and_labels_of_the_figures(record: dict[str, Any], seen: Any) -> None:
    incidence, states, hazard, dots = seen["titles"][:4]
    last = seen["tables"]["Share of futures with the event, with its 95% Monte Carlo interval"][-1]
    for name, cell in zip(FIRST_EVENTS, last[2:], strict=True):
        assert PERCENT.findall(cell)[0] == percent(record["incidence"][name]["p"][record["horizon"]])
    strikes, agreement, terms, offensive, limited, full = (PERCENT.findall(cell)[0] for cell in last[2:])
    assert PERCENT.findall(incidence) == [offensive, agreement, terms, strikes]
    drawn = [PERCENT.findall(label) for label in seen["labels"]["incidence"] if label[-1] == "%"]
    assert {one[0] for one in drawn} >= {offensive, agreement, strikes, terms, limited, full}
    last = seen["tables"]["Share of futures in each state"][-1]
    assert last[2:] == [percent(record["states"][name][-1]) for name in ("standoff", "agreement", "terms", "offensive")]
    assert PERCENT.findall(states) == last[2:]
    (weekly,) = [rows for caption, rows in seen["tables"].items() if caption.startswith("Of the futures without")]
    highest = max(weekly, key=lambda cells: float(cells[2].rstrip("%")))
    assert PERCENT.findall(hazard) == [highest[2]]
    assert f"week {highest[0]}," in hazard
    assert f"of the {record['runs']:,} futures" in dots


def test_the_share_of_offensives_under_an_agreement(record: dict[str, Any], seen: Any) -> None:
    (share,) = re.findall(r"in (\S+) of all futures the offensive is launched while an agreement", seen["prose"])
    assert float(share.rstrip("%")) == pytest.approx(100 * record["after_agreement"]["p"], abs=0.51)


def test_dots_are_as_many_as_their_legend_and_table_say(record: dict[str, Any], seen: Any) -> None:
    rows = seen["tables"]["The futures shown, by end state"]
    assert [int(cells[1]) for cells in rows] == [int(re.match(r"\d+", end)[0]) for end in seen["ends"]]  # type: ignore[index]
    assert seen["marks"] == [int(cells[1]) for cells in rows]
    assert sum(seen["marks"]) == len(record["dots"])
    assert [cells[2] for cells in rows] == [PERCENT.findall(end)[0] for end in seen["ends"]]


def test_where_actors_stand(record: dict[str, Any], seen: Any) -> None:
    stances = record["provenance"]["stances"]
    for (key, stance), (who, number), (card, starts) in zip(
        stances.items(), seen["stands"], seen["actors"], strict=True
    ):
        name = record["actors"][key]["name"]
        cells = row(seen, "Stances at the start", name)
        assert cells[1:3] == [signed(stance["mean"]), f"{stance['sd']:.2f}"]
        assert who.startswith(name)
        assert number == cells[1]
        assert card.startswith(name)
        assert starts.startswith(f"Starts at {cells[1]}, give or take {cells[2]}")


def test_the_change_since_an_earlier_forecast(record: dict[str, Any], seen: Any) -> None:
    (lead,) = seen["lead"]
    days = record["horizon"]
    (cells,) = [
        cells
        for caption, rows in seen["tables"].items() if caption.startswith("Then and now")
        for cells in rows if cells[:2] == ["Offensive", f"{days} days"]
    ]  # fmt: skip
    moved = record["since"]["outcomes"]["offensive"][str(days)]
    assert cells[2:4] == [percent(moved["old"]["p"]), percent(moved["new"]["p"])]
    assert PERCENT.findall(lead) == cells[2:4]
    assert f"({cells[5]} points)" in lead


def test_no_percentage_of_the_text_is_in_no_table(record: dict[str, Any], seen: Any) -> None:
    """Apart from widths of intervals, a share that is checked above, and how much of the variance rests on inputs."""
    known = {
        number
        for rows in seen["tables"].values()
        for cells in rows
        for cell in cells
        for number in PERCENT.findall(cell)
    }
    share = f"{round(100 * record['after_agreement']['p'])}%"
    explained = record["drivers"]["by"][str(record["horizon"])]["variance"]["not_chance"]
    alone = {share, *(f"{round(100 * value)}%" for value in explained.values())}
    told = {number for text in (seen["prose"], *seen["alts"]) for number in PERCENT.findall(text)}
    assert len(told) > 10, json.dumps(sorted(told))
    assert told - known - {"95%", "80%", "90%"} - alone == set()
