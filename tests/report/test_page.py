"""The page in a browser: nothing runs or loads that should not, nothing overflows, both colour schemes hold."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from sim.report import charts, write_report
from tests import sizes
from tests.hostile.strings import INJECTIONS
from tests.places import ROOT
from tests.report.conftest import spoil_record, stored

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


STRANGE = (
    "img, iframe, object, embed, video, audio, base, form, input, svg a, main script, main style, main link, main meta"
)
"""What no report has."""
SIGHTS = pytest.mark.parametrize(
    ("viewport", "schemes"), [(WIDE, ("light", "dark")), (PHONE, ("dark", "light"))], ids=["wide", "phone"]
)
"""Each size of window with the scheme that a page is opened in and the one it changes to then."""
CUT = """[...document.querySelectorAll('.annotation-text, .xtick text, .ytick text')].filter(one => {
    const inner = one.getBoundingClientRect(), outer = one.closest('.plot').getBoundingClientRect();
    return inner.left < outer.left - 1 || inner.right > outer.right + 1
        || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
}).map(one => one.textContent)"""
"""The labels that reach out of their figures."""


@dataclass
class Seen:
    """A page and all it said and asked for while it was open."""

    page: Any
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def change_to(self, scheme: str) -> None:
        """Change the scheme of colours, and wait until the page has followed."""
        paint = "getComputedStyle(document.body).backgroundColor"
        before = self.page.evaluate(paint)
        self.page.emulate_media(color_scheme=scheme)
        self.wait_for(f"{paint} !== '{before}'")

    def wait_for(self, condition: str) -> None:
        """Wait for a condition; not by the page's own timers, which its policy would refuse."""
        for _ in range(100):
            if self.page.evaluate(condition):
                return
            self.page.wait_for_timeout(50)
        pytest.fail(f"waited in vain for {condition}")


@contextmanager
def opened(browser: Any, path: Path, **options: Any) -> Iterator[Seen]:
    context = browser.new_context(**{"viewport": WIDE, **options})
    page = context.new_page()
    seen = Seen(page)
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("console", lambda message: seen.messages.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: seen.messages.append(str(error)))
    page.on("dialog", lambda dialog: (seen.dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(path.as_uri())
    seen.wait_for("[...document.querySelectorAll('.plot')].every(one => one.querySelector('.main-svg'))")
    yield seen
    context.close()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the record as it is."""
    return write_report(stored("forecast.json"), tmp_path_factory.mktemp("page"))[0]


@pytest.fixture(scope="module")
def wide(page: Path, browser: Any) -> Iterator[Seen]:
    """That page, opened once for the tests that leave it as it was."""
    with opened(browser, page) as seen:
        yield seen


def overflow(page: Any) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@SIGHTS
def test_it_opens_offline_without_errors_or_overflow(page, browser, viewport, schemes):
    with opened(browser, page, viewport=viewport, color_scheme=schemes[0], offline=True) as seen:
        for scheme in schemes:
            assert [url for url in seen.requests if not url.startswith("data:")] == [page.as_uri()]
            assert seen.messages == []
            assert overflow(seen.page) == 0
            plots, drawings = (seen.page.locator(f".plot{one}").count() for one in ("", " svg.main-svg:first-child"))
            assert plots == drawings == 13
            if scheme == schemes[0]:
                seen.change_to(schemes[1])


def test_a_full_forecast_fits_a_phone_with_everything_open(written, browser):
    """The record of the other tests is trimmed: fewer windows and cases, narrower tables."""
    full = json.loads((ROOT / "reports/idlib-2018/baseline/forecast.json").read_text(encoding="utf-8"))
    with opened(browser, written(full)[0], viewport=PHONE) as seen:
        seen.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert overflow(seen.page) == 0


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_no_number_set_to_the_right_breaks_over_lines(record, written, browser, viewport):
    for one in record["actors"].values():
        one["name"] = "A Coalition of States with a Very Long Name"
    with opened(browser, written(record)[0], viewport=viewport) as seen:
        lines = seen.page.evaluate("""[...document.querySelectorAll(".stands .r, .lines .r")].map(one => {
          const range = document.createRange(); range.selectNodeContents(one);
          return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size; })""")
    assert len(lines) > 5
    assert set(lines) == {1}


def test_hostile_text_stays_text(hostile, written, browser):
    path = written(hostile)[0]
    with opened(browser, path, viewport=PHONE) as seen:
        seen.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        seen.page.mouse.move(150, 300)
        seen.page.wait_for_timeout(200)
        assert seen.page.evaluate("window.hit") is None
        assert seen.dialogs == []
        assert seen.messages == []
        assert [url for url in seen.requests if not url.startswith("data:")] == [path.as_uri()]
        assert seen.page.locator("img, main script, svg a, iframe, main b b").count() == 0
        assert seen.page.evaluate("[...document.links].every(link => link.getAttribute('href').startsWith('#'))")
        assert seen.page.locator("h1").inner_text().count("{{7*7}}${7*7}%{x}</script>") == 1
        assert overflow(seen.page) == 0


@pytest.mark.parametrize("part", range(4))
def test_40_injected_strings_run_and_load_nothing(record, written, browser, part):
    """All of them in the full suite, every fifth otherwise; the test of hostile text above has many at once."""
    assert len(set(INJECTIONS)) == 40
    for text in INJECTIONS[part :: 4 if sizes.full else 20]:
        path = written(spoil_record(record, text))[0]
        with opened(browser, path) as seen:
            seen.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            seen.page.mouse.move(150, 300)
            seen.page.wait_for_timeout(50)
            assert seen.page.evaluate("window.hit") is None, text
            assert seen.dialogs == [], text
            assert seen.messages == [], text  # the policy of the page complains of what it had to stop
            assert [url for url in seen.requests if not url.startswith("data:")] == [path.as_uri()], text
            assert seen.page.locator(STRANGE).count() == 0, text
            assert " ".join(text.split()) in " ".join(seen.page.locator("h1").text_content().split()), text


def test_long_words_do_not_widen_the_page(record, written, browser):
    record["scenario"]["title"] = "x" * 300
    for actor in record["actors"].values():
        actor["name"] = "y" * 120
        actor["basis"] = "z" * 400
    record["command"] = "c" * 300
    record["provenance"]["notes"] = {"n" * 60: "w" * 300}
    with opened(browser, written(record)[0], viewport=PHONE) as seen:
        assert overflow(seen.page) == 0


def test_figures_take_the_colours_of_the_scheme_and_follow_a_change(wide):
    colours = {"light": charts.LIGHT["offensive"], "dark": charts.DARK[charts.LIGHT["offensive"]]}
    for scheme in ("light", "dark", "light"):
        wide.page.emulate_media(color_scheme=scheme)
        wanted = "rgb({}, {}, {})".format(*(int(colours[scheme][place : place + 2], 16) for place in (1, 3, 5)))
        wide.wait_for(
            "[...document.querySelectorAll('#incidence .annotation-text')]"
            f".some(one => one.textContent.includes('Offensive') && getComputedStyle(one).fill === '{wanted}')"
        )


def test_labels_lie_inside_their_figures(wide, page, browser):
    assert wide.page.evaluate(CUT) == []
    with opened(browser, page, viewport=PHONE) as seen:
        assert seen.page.evaluate(CUT) == []


def test_names_of_parameters_lie_inside_the_figure_of_a_calibration(tmp_path, browser):
    stored = ROOT / "reports" / "calibration" / "calibrated-all" / "calibration.json"
    path = write_report(json.loads(stored.read_text(encoding="utf-8")), tmp_path)[0]
    for viewport in (WIDE, PHONE):
        with opened(browser, path, viewport=viewport) as seen:
            assert seen.page.locator(".ytick text").count() == 25
            assert seen.page.evaluate(CUT) == []


def test_print_opens_the_tables_fits_the_paper_and_is_undone(page, browser):
    paper = {"width": 680, "height": 1000}  # A4 less margins of 15 mm
    with opened(browser, page, viewport=paper, color_scheme="dark") as seen:
        seen.page.emulate_media(media="print")
        seen.wait_for("!document.querySelector('details:not([open])')")
        assert overflow(seen.page) == 0
        assert seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        widths = seen.page.evaluate(
            "[...document.querySelectorAll('.plot .main-svg')].map(one => one.getBoundingClientRect().width)"
        )
        assert max(widths) <= 660
        seen.page.emulate_media(media="screen")
        seen.wait_for("!document.querySelector('details[open]')")


def test_it_can_be_read_by_keyboard_and_screen_reader(page, browser):
    with opened(browser, page) as seen:
        seen.page.keyboard.press("Tab")
        assert seen.page.evaluate("document.activeElement.textContent") == "Skip to the probability"
        seen.page.keyboard.press("Enter")
        assert seen.page.evaluate("document.activeElement.id") == "headline"
        levels = seen.page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(one => +one.tagName[1])")
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        unlabelled = (
            "[...document.querySelectorAll('[role=img]')].filter(one => !one.getAttribute('aria-label')).length"
        )
        assert seen.page.evaluate(unlabelled) == 0
        assert seen.page.evaluate(
            "[...document.querySelectorAll('figure')].every(one => one.querySelector('details table'))"
        )


def test_every_dot_names_a_run(record, wide):
    titles = wide.page.evaluate("[...document.querySelectorAll('.dots title')].map(one => one.textContent)")
    assert len(titles) == len(record["dots"]) == 100
    assert titles[0] == f"Run {record['dots'][0]['run']}: standoff"
    assert any(title.endswith("terms of surrender on day 51 of the window") for title in titles)
    assert any("limited offensive on day" in title for title in titles)


@SIGHTS
def test_a_history_opens_offline_without_errors_or_overflow(past, written_history, browser, viewport, schemes):
    path = written_history(past)[0]
    with opened(browser, path, viewport=viewport, color_scheme=schemes[0], offline=True) as seen:
        for scheme in schemes:
            assert [url for url in seen.requests if not url.startswith("data:")] == [path.as_uri()]
            assert seen.messages == []
            assert overflow(seen.page) == 0
            assert seen.page.locator(".plot svg.main-svg:first-child").count() == 1
            if scheme == schemes[0]:
                seen.change_to(schemes[1])


def test_hostile_text_of_a_history_stays_text(hostile_past, written_history, browser):
    with opened(browser, written_history(hostile_past)[0], viewport=PHONE) as seen:
        seen.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        seen.page.wait_for_timeout(200)
        assert seen.page.evaluate("window.hit") is None
        assert seen.messages == []
        assert seen.page.locator("img, main script, svg a, iframe").count() == 0
        assert overflow(seen.page) == 0


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_marks_and_labels_of_a_history_do_not_collide(past, written_history, browser, viewport):
    with opened(browser, written_history(past)[0], viewport=viewport) as seen:
        collided = seen.page.evaluate(
            """(() => {
                const texts = [...document.querySelectorAll('#history .annotation-text, #history .xtick text')];
                const boxes = texts.map(one => [one.getBoundingClientRect(), one.textContent]);
                const outer = document.getElementById('history').getBoundingClientRect();
                const cut = boxes.filter(([box]) => box.left < outer.left - 1 || box.right > outer.right + 1);
                const pairs = boxes.flatMap((one, place) => boxes.slice(place + 1).map(other => [one, other]));
                const over = pairs.filter(([[a], [b]]) =>
                    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
                    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3);
                return [...cut.map(one => one[1]), ...over.map(([a, b]) => a[1] + ' and ' + b[1])];
            })()"""
        )
        assert collided == []
        marks = seen.page.locator("#history .annotation-text", has_text="▼").all_text_contents()
        assert marks[0] == "▼ 1"
        assert marks[-1].endswith("-22")


def test_a_history_prints_with_its_tables_open(past, written_history, browser):
    paper = {"width": 680, "height": 1000}
    with opened(browser, written_history(past)[0], viewport=paper, color_scheme="dark") as seen:
        seen.page.emulate_media(media="print")
        seen.wait_for("!document.querySelector('details:not([open])')")
        assert overflow(seen.page) == 0
        assert seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_a_history_can_be_read_by_keyboard_and_screen_reader(past, written_history, browser):
    with opened(browser, written_history(past)[0]) as seen:
        seen.page.keyboard.press("Tab")
        seen.page.keyboard.press("Enter")
        assert seen.page.evaluate("document.activeElement.id") == "headline"
        levels = seen.page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(one => +one.tagName[1])")
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        assert "rises from 22%" in seen.page.locator("#history").get_attribute("aria-label")
