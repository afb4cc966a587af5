"""The explorer end to end, in a browser: what is moved is followed, what is shown can be run, nothing hostile runs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

import sim
from tests import sizes, worlds
from tests.explorer import world
from tests.hostile.strings import INJECTIONS
from tests.web.browsed import PAINTED, Browsed
from tests.web.served import Served, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 800}
ANSWERED = "document.getElementById('number').textContent !== '–' && document.body.ariaBusy === 'false'"
MOVE = """([path, value]) => {
    const input = document.querySelector(`input[data-path="${path}"]`);
    input.value = value;
    input.dispatchEvent(new Event('input', {bubbles: true}));
}"""


class Page(Browsed):
    """A page of the explorer."""

    def answers(self) -> int:
        return self.page.evaluate("performance.getEntriesByName('offramp-answer').length")

    def move(self, path: str, value: float) -> float:
        """Move a slider, wait until every figure has followed, return the probability within the window."""
        before = self.answers()
        self.page.evaluate(MOVE, [path, value])
        return self.followed(before)

    def switch(self, path: str) -> float:
        before = self.answers()
        self.page.evaluate("path => document.querySelector(`input[type=checkbox][data-path='${path}']`).click()", path)
        return self.followed(before)

    def followed(self, before: int) -> float:
        self.wait("before => performance.getEntriesByName('offramp-answer').length > before", before)
        self.wait(ANSWERED)  # what was counted may have been the answer to the state before
        return self.probability()

    def probability(self) -> float:
        """Return what the last strip of the headline shows."""
        return float(
            self.page.evaluate("[...document.querySelectorAll('#milestones .point')].pop().style.left.replace('%', '')")
        )


@contextmanager
def opened(browser: Any, address: str, **options: Any) -> Iterator[Page]:
    context = browser.new_context(**{"viewport": WIDE, **options})
    page = Page(context.new_page())
    page.page.goto(address)
    page.wait(ANSWERED)
    yield page
    context.close()


@pytest.fixture(scope="module")
def shown(served: Served, browser: Any) -> Iterator[Page]:
    with opened(browser, served.address) as page:
        yield page


@pytest.fixture(autouse=True)
def _clean(request: pytest.FixtureRequest) -> None:
    """Begin each test that uses the shared page with nothing moved."""
    if "shown" in request.fixturenames:
        page = request.getfixturevalue("shown")
        page.page.evaluate(
            "() => { const button = document.getElementById('reset'); if (!button.disabled) button.click(); }"
        )
        page.wait("!document.querySelector('.slider.moved') && " + ANSWERED)
        page.page.wait_for_timeout(300)


SOME = ("actors.backer.stance", "actors.shield.posture", "ties.envoy.backer", "pressures.offer.intensity")


@pytest.mark.parametrize("path", world.SLIDERS if sizes.full else SOME)
def test_a_slider_moves_the_forecast_in_the_direction_of_the_model(shown: Page, path: str) -> None:
    low, high = (
        shown.page.evaluate(f"path => +document.querySelector(`input[data-path='${{path}}']`).{end}", path)
        for end in ("min", "max")
    )
    change = shown.move(path, high) - shown.move(path, low)
    assert change * world.SLIDERS[path] > 0, f"{path}: {change:+.2f} points"


@pytest.mark.parametrize("path", world.SWITCHES if sizes.full else ("pressures.offer", "talks.summit"))
def test_a_switch_moves_the_forecast_in_the_direction_of_the_model(shown: Page, path: str) -> None:
    before = shown.probability()
    assert (shown.switch(path) - before) * world.SWITCHES[path] > 0


def test_a_slider_goes_smoothly_on_common_random_numbers(shown: Page) -> None:
    """Each step is read at all its runs: on a busy machine a look may be of fewer runs than the one before."""
    seen = []
    for step in range(4):
        shown.move("actors.backer.stance", round(-0.3 + 0.02 * step, 2))
        shown.wait("document.getElementById('runs').textContent.startsWith('50,000 of')")
        seen.append(shown.probability())
    assert seen == sorted(seen)
    assert seen[-1] > seen[0]


def test_an_answer_is_refined_and_its_interval_shrinks(shown: Page) -> None:
    """By the root of the runs; on a busy machine the first answer that is read may be of many already."""
    shown.move("actors.backer.stance", 0.31)
    width = "parseFloat(document.getElementById('zoom-mc').style.transform.split('scaleX(')[1])"
    runs = "parseInt(document.getElementById('runs').textContent.replaceAll(',', ''))"
    first, few = shown.page.evaluate(f"[{width}, {runs}]")
    shown.wait("document.getElementById('runs').textContent.startsWith('50,000 of')")
    assert shown.page.evaluate(width) < 1.2 * first * (few / 50_000) ** 0.5


def test_what_is_shown_can_be_exported_and_run_to_the_same_numbers(shown: Page, served: Served) -> None:
    shown.move("actors.backer.stance", 0.25)
    shown.move("pressures.appeal.intensity", 0.8)
    shown.switch("talks.summit")
    with shown.page.expect_download() as download:
        shown.page.click("#export")
    path = served.file.parent / "explored.yaml"
    try:
        download.value.save_as(path)
        scenario = sim.load(path)
    finally:
        path.unlink()
    shown.wait("document.getElementById('runs').textContent.startsWith('50,000 of')")
    assert shown.text("hash") == scenario.hash
    assert "--runs 50000 --seed 0" in shown.text("command")
    forecast = sim.run(scenario, runs=50_000, seed=0)
    assert shown.probability() == pytest.approx(100 * forecast.probability("offensive").p, abs=1e-3)
    table = "[...document.querySelectorAll('#dots [data-run]')].map(one => +one.dataset.run)"
    assert shown.page.evaluate(table) == [dot["run"] for dot in forecast.record()["dots"]]
    said = shown.page.evaluate("[...document.querySelectorAll('#dots [data-run]')].map(one => one.ariaLabel)")
    names = {"terms": "terms of surrender", "limited": "limited offensive", "full": "full offensive"}
    for label, dot in zip(said, forecast.record()["dots"], strict=True):
        when = "" if dot["day"] is None else f" on day {dot['day'] + 1} of the window"
        assert label == f"Run {dot['run']}: {names.get(dot['end'], dot['end'])}{when}"


def test_the_address_holds_the_state_and_opens_it_again(shown: Page, served: Served, browser: Any) -> None:
    shown.page.select_option("#picker", "keen.yaml")
    shown.wait("document.getElementById('title').textContent === 'Keen?'")
    shown.wait(ANSWERED)
    there = shown.move("actors.shield.posture", 0.15)
    shown.wait("location.hash.includes('actors.shield.posture=0.15')")
    with opened(browser, shown.page.url) as again:
        assert again.text("title") == "Keen?"
        assert again.probability() == pytest.approx(there, abs=1.5)
        assert (
            again.page.evaluate("document.querySelector(\"input[data-path='actors.shield.posture']\").value") == "0.15"
        )
    shown.page.select_option("#picker", "crisis.yaml")
    shown.wait("document.getElementById('title').textContent === 'Does it begin?' && " + ANSWERED)


@pytest.mark.parametrize(
    "state", ["s=nothing.yaml", "s=crisis.yaml&actors.gone.stance=0.5", "s=crisis.yaml&a=s%3D..%2Fx"]
)
def test_an_address_that_cannot_be_shown_is_told_and_something_else_shown(
    served: Served, browser: Any, state: str
) -> None:
    with opened(browser, f"{served.address}#{state}") as page:
        assert page.text("title") == "Does it begin?"
        assert "no such" in page.text("banner")


def test_two_states_are_compared_with_a_paired_interval(shown: Page) -> None:
    shown.page.click("#pin")
    shown.wait("document.getElementById('difference').textContent.startsWith('B is A')")
    shown.move("actors.backer.stance", 0.6)
    shown.wait(
        "/B less A, within 30 days: \\+[\\d.]+ points \\(/.test(document.getElementById('difference').textContent)"
    )
    assert shown.page.locator("#incidence text", has_text="A").filter(has_text=re.compile("^A$")).count() == 1
    shown.page.click("#unpin")
    shown.wait("document.getElementById('compare').hidden")


def test_a_dot_tells_its_run_by_mouse_and_by_keyboard(shown: Page) -> None:
    for choose in (lambda: shown.page.click("#dots [data-run] .hit"), lambda: shown.page.keyboard.press("Enter")):
        choose()
        shown.wait("document.querySelectorAll('#story-text p').length >= 4")
        assert shown.text("story-title").startswith("Run ")
        shown.page.keyboard.press("Escape")
        shown.wait("!document.getElementById('story').open")
        shown.page.focus("#dots [data-run]")
        shown.page.keyboard.press("ArrowRight")


def test_what_would_it_take_finds_the_value_at_which_the_word_changes(shown: Page) -> None:
    shown.page.hover(".slider:has(input[data-path='actors.backer.stance'])")
    shown.page.click("#tip")
    shown.wait(r"/rises through \d+% where/.test(document.getElementById('tip-answer').textContent)")
    target = float(re.search(r"through (\d+)%", shown.text("tip-answer"))[1])
    before = shown.answers()
    shown.page.click("#tip-answer button")
    assert shown.followed(before) == pytest.approx(target, abs=2)


def test_a_file_is_imported_and_a_wrong_one_refused(shown: Page, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(
        "schema: offramp/scenario/1\nextends: ./crisis.yaml\nactors: {backer: {stance: 0.5}}\n", encoding="utf-8"
    )
    bad.write_text("schema: offramp/scenario/1\nextends: ../secret.yaml\n", encoding="utf-8")
    shown.page.set_input_files("#import", str(good))
    shown.wait("document.querySelector(\"input[data-path='actors.backer.stance']\").value === '0.5' && " + ANSWERED)
    shown.page.set_input_files("#import", str(bad))
    shown.wait("!document.getElementById('banner').hidden")
    assert "no such scenario" in shown.text("banner")


def test_the_page_asks_nobody_else_and_says_nothing(shown: Page, served: Served) -> None:
    assert all(url.startswith((served.address, "data:", "blob:")) for url in shown.requests)
    assert [text for text in shown.messages if "unsafe-eval" not in text] == []


def test_controls_have_names_and_explanations(shown: Page) -> None:
    unnamed = """[...document.querySelectorAll('input, select, button, [role=img], [role=button]')].filter(one =>
        !(one.labels?.length || one.getAttribute('aria-label') || one.textContent.trim())).map(one => one.outerHTML)"""
    assert shown.page.evaluate(unnamed) == []
    described = """[...document.querySelectorAll('#groups input')].every(one =>
        document.getElementById(one.getAttribute('aria-describedby')).textContent.endsWith('.'))"""
    assert shown.page.evaluate(described)
    shown.page.hover("#incidence-title")
    shown.wait("!document.getElementById('tooltip').hidden")
    shown.page.keyboard.press("Tab")
    levels = shown.page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(one => +one.tagName[1])")
    assert levels.count(1) == 1


@pytest.mark.parametrize(
    ("viewport", "schemes"), [(WIDE, ("light", "dark")), (PHONE, ("dark", "light"))], ids=["wide", "phone"]
)
def test_it_fits_and_takes_the_colours_of_the_scheme(
    served: Served, browser: Any, viewport: dict, schemes: tuple[str, str]
) -> None:
    """Those of the scheme that it is opened in and of the one that is changed to."""
    with opened(browser, served.address, viewport=viewport, color_scheme=schemes[0]) as page:
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        for scheme in schemes:
            page.page.emulate_media(color_scheme=scheme)
            page.wait(PAINTED, "rgb(255, 255, 255)" if scheme == "light" else "rgb(18, 22, 28)")
            assert page.page.evaluate(wide) == 0
        if viewport is PHONE:
            page.page.click("#drawer")
            assert page.page.is_visible("#picker")
            assert page.page.is_visible("#now-number")
            assert page.page.evaluate(wide) == 0
            page.page.keyboard.press("Escape")
            assert not page.page.is_visible("#picker")


@pytest.mark.parametrize("count", [10 if sizes.full else 3])
def test_many_pages_at_once_are_all_answered_in_little_memory(served: Served, browser: Any, count: int) -> None:
    contexts = [browser.new_context(viewport=WIDE) for _ in range(count)]
    pages = [Page(context.new_page()) for context in contexts]
    for page in pages:
        page.page.goto(served.address)
    for page in pages:
        page.wait(ANSWERED)
    for place, page in enumerate(pages):
        page.page.evaluate(MOVE, ["actors.backer.stance", round(-0.4 + 0.05 * place, 2)])
    for page in pages:
        page.wait("performance.getEntriesByName('offramp-answer').length === 1")
    processes = [psutil.Process(served.process.pid), *psutil.Process(served.process.pid).children(recursive=True)]
    assert sum(one.memory_info().rss for one in processes) < 1e9
    assert len({page.probability() for page in pages}) == count
    for context in contexts:
        context.close()


def test_a_server_that_is_killed_and_started_again_gets_the_page_back(tmp_path: Path, browser: Any) -> None:
    file = world.write(tmp_path)
    with serving("explore", file) as first, opened(browser, first.address) as page:
        there = page.move("actors.backer.stance", 0.4)
        first.process.kill()
        first.process.wait(20)
        page.wait("!document.getElementById('banner').hidden")
        with serving("explore", file, first.port):
            page.wait("document.getElementById('banner').hidden && " + ANSWERED)
            assert page.probability() == pytest.approx(there, abs=1.5)
            assert (
                page.page.evaluate("document.querySelector(\"input[data-path='actors.backer.stance']\").value") == "0.4"
            )


def test_hostile_strings_in_a_scenario_run_nothing(tmp_path: Path, browser: Any) -> None:
    spoiled = worlds.crisis(question__horizon=8, question__milestones=[])
    chosen = INJECTIONS if sizes.full else INJECTIONS[::4]
    text = " ".join(chosen)[:1900]
    spoiled["title"] = chosen[0] + text[:100]
    spoiled["question"] |= {"resolves": text, "does_not_resolve": text}
    for actor, string in zip(spoiled["actors"].values(), chosen, strict=False):
        actor["name"], actor["basis"] = string[:100], text
    spoiled["notes"] = {"note": text}
    with (
        serving("explore", worlds.write(tmp_path, spoiled)) as hostile,
        opened(browser, hostile.address, viewport=PHONE) as page,
    ):
        page.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        page.page.evaluate(
            "document.querySelector('#dots [data-run]').dispatchEvent(new MouseEvent('click', {bubbles: true}))"
        )
        page.wait("document.querySelectorAll('#story-text p').length >= 2")
        assert page.page.evaluate("window.hit") is None
        assert [said for said in page.messages if "unsafe-eval" not in said] == []
        assert all(url.startswith((hostile.address, "data:")) for url in page.requests)
        assert page.page.locator("main img, main script, main iframe, aside img, svg a, dialog img").count() == 0
        assert chosen[0] in page.text("title")
