"""The page of the review in a browser, by keyboard alone: what is pressed is in the file, and nothing hostile runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sim.articles.paragraphs import normalise
from sim.draft.files import read_draft, write_draft
from sim.draft.schema import DraftFile, DraftItem
from tests.hostile.strings import INJECTIONS
from tests.review.drafts import PARAGRAPHS, write
from tests.web.browsed import PAINTED, Browsed
from tests.web.served import Served, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIZES = [(1280, 900), (820, 1000), (390, 800)]
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

UNNAMED = """[...document.querySelectorAll('input, select, textarea, button')].filter(one =>
    !(one.labels?.length || one.getAttribute('aria-label') || one.textContent.trim())).map(one => one.outerHTML)"""


class Page(Browsed):
    """A page of the review."""

    def press(self, *keys: str) -> None:
        """Press keys, each after what the one before it asked for has come."""
        for key in keys:
            self.page.keyboard.press(key)
            self.wait("document.body.ariaBusy === 'false'")

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def tab(self, until: str) -> None:
        """Press Tab until an element has the focus, by its id or the beginning of it."""
        for _ in range(80):
            if self.page.evaluate("id => document.activeElement.id.startsWith(id)", until):
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"Tab never reaches {until}")

    @property
    def marked(self) -> str:
        return self.page.evaluate("[...document.querySelectorAll('#text mark')].map(one => one.textContent).join('')")


@contextmanager
def opened(browser: Any, address: str, **options: Any) -> Iterator[Page]:
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
    page = Page(context.new_page())
    page.page.goto(address)
    page.wait("document.body.ariaBusy === 'false'")
    yield page
    context.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving("review", write(tmp_path_factory.mktemp("served"))) as one:
        yield one


@pytest.fixture
def page(served: Served, browser: Any) -> Iterator[Page]:
    write(served.file)
    with opened(browser, served.address) as one:
        yield one


def draft_of(served: Served) -> DraftFile:
    return read_draft(served.file / "evidence.draft.yaml")


def item_of(served: Served, name: str) -> DraftItem:
    return draft_of(served).items[name]


def statuses(served: Served) -> list[str]:
    return [item.status for item in draft_of(served).items.values()]


def test_a_draft_is_gone_through_by_letters_alone(page: Page, served: Served) -> None:
    assert page.marked == "sent two brigades to the Ilmen pass"
    page.press("a", "x", "r", "x")
    assert page.text("title") == "Paragraph 3 of 4"
    assert statuses(served) == ["accepted", "rejected", "proposed"]
    page.press("Space", "a", "x")
    assert statuses(served) == ["accepted", "rejected", "accepted"]
    assert draft_of(served).done == {"ledger": (1, 2, 3, 4)}
    assert page.text("progress") == "3 of 3 items, 4 of 4 paragraphs"
    assert "Nothing." in page.text("left")
    assert "false sentence" in page.text("caution")


def test_keys_move_without_answering_and_undo_takes_back(page: Page, served: Served) -> None:
    seen = []
    for key in ("j", "ArrowDown", "j", "k", "ArrowUp", "ArrowLeft"):
        page.press(key)
        seen.append((page.text("title")[10], page.text("item-title")[:3]))
    assert seen == [("1", "Is "), ("2", "D02"), ("2", "Is "), ("2", "D02"), ("1", "Is "), ("1", "D01")]
    assert statuses(served) == ["proposed"] * 3
    page.press("r", "x", "u", "u")
    assert statuses(served) == ["proposed"] * 3
    assert draft_of(served).done == {}
    assert page.text("item-title") == "D01 proposed"
    assert page.text("said") == "Taken back: D01 rejected."


def test_an_item_is_edited_and_saved_by_keyboard(page: Page, served: Served) -> None:
    page.press("e")
    page.tab("field-bearing")
    page.press("ArrowLeft", "ArrowLeft")
    page.tab("field-says")
    page.press("Control+a")
    page.type("Tarvos shifted two brigades north.")
    page.press("Control+Enter")
    item = item_of(served, "D01")
    assert (item.status, item.bearing, item.says) == ("edited", 0.25, "Tarvos shifted two brigades north.")
    assert page.text("said") == "Saved: D01 saved."


def test_what_is_refused_is_said_at_its_field_and_kept(page: Page, served: Served) -> None:
    page.press("e")
    page.tab("field-says")
    page.press("Control+a")
    page.type("It sent two brigades to the Ilmen pass.")
    page.press("Control+Enter")
    assert '"sent two brigades to the ilmen pass"' in page.text("field-says-fault")
    assert page.page.evaluate("document.activeElement.id") == "field-says"
    assert statuses(served) == ["proposed"] * 3
    page.press("Escape")
    assert "not saved" in page.text("said")
    page.press("Escape")
    assert page.text("item-title") == "D01 proposed"
    page.press("e", "Control+Enter")
    assert statuses(served)[0] == "accepted", "nothing had been changed"


def test_an_item_is_added_from_words_selected_by_keyboard(page: Page, served: Served) -> None:
    """The paragraph begins with an emoji of two code points and three UTF-16 units."""
    page.press("j", "j")
    page.page.keyboard.press("Tab")
    page.tab("text")
    words = PARAGRAPHS[1].split()
    page.press(*["ArrowRight"] * (words.index("asked") + 1), *["Shift+ArrowRight"] * 2, "n")
    assert page.marked == "asked Oraia for"
    page.press("Tab", "Space")
    page.tab("field-kind")
    page.type("visit")
    page.tab("field-says")
    page.type("It turned to an ally.")
    page.press("Control+Enter")
    item = item_of(served, "D04")
    assert item.anchor is not None
    assert PARAGRAPHS[1][slice(*item.anchor.span)] == "asked Oraia for"
    assert (item.status, item.actor, item.kind, item.date.isoformat()) == ("added", ("lissen",), "visit", "2031-05-06")
    assert page.text("item-title") == "D04 added"
    assert page.marked == "asked Oraia for"


def test_an_item_is_added_from_words_selected_by_mouse(page: Page, served: Served) -> None:
    page.press("j", "j", "r")
    page.page.evaluate("""() => {
        const node = document.createTreeWalker(document.getElementById("text"), NodeFilter.SHOW_TEXT).nextNode();
        const start = node.data.indexOf(" new bridges");
        getSelection().setBaseAndExtent(node, start, node, start + " new bridges".length);
    }""")
    page.page.click("#new")
    assert page.marked == "new bridges"


@pytest.mark.parametrize("change", ["by hand", "another page"])
def test_a_change_by_somebody_else_is_not_overwritten(page: Page, served: Served, browser: Any, change: str) -> None:
    if change == "by hand":
        path = served.file / "evidence.draft.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("troops towards", "soldiers to"), encoding="utf-8")
    else:
        with opened(browser, served.address) as other:
            other.press("e")
            other.tab("field-says")
            other.press("Control+a")
            other.type("Tarvos moved soldiers to the border.")
            other.press("Control+Enter")
    page.press("r")
    assert "changed meanwhile" in page.text("banner")
    assert item_of(served, "D01").status != "rejected"
    assert page.page.inner_text("#item .lead") == "Tarvos moved soldiers to the border."
    page.press("r")
    assert item_of(served, "D01").status == "rejected"


def test_a_form_that_is_saved_again_leaves_what_another_page_changed(page: Page, served: Served, browser: Any) -> None:
    page.press("e")
    page.tab("field-bearing")
    page.press("ArrowLeft")
    with opened(browser, served.address) as other:
        other.press("e")
        other.tab("field-kind")
        other.type("strike")
        other.press("Control+Enter")
    page.press("Control+Enter")
    assert "changed meanwhile" in page.text("banner")
    page.press("Control+Enter")
    item = item_of(served, "D01")
    assert (item.bearing, item.kind) == (0.5, "strike")


def test_a_page_that_is_looked_at_again_shows_what_another_did(page: Page, served: Served, browser: Any) -> None:
    with opened(browser, served.address) as other:
        other.press("a")
    page.page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.wait("document.getElementById('item-title').textContent === 'D01 accepted'")


def test_a_killed_server_loses_nothing_that_was_answered(tmp_path: Path, browser: Any) -> None:
    folder = write(tmp_path)
    with serving("review", folder) as first, opened(browser, first.address) as page:
        page.press("a", "x")
        first.process.kill()
        first.process.wait(20)
        page.press("e")
        page.tab("field-says")
        page.type(" Typed late.")
        page.press("Control+Enter")
        assert "does not answer" in page.text("banner")
        assert page.page.input_value("#field-says").endswith("Typed late.")
        with serving("review", folder) as again, opened(browser, again.address) as second:
            assert second.text("progress") == "1 of 3 items, 1 of 4 paragraphs"
            assert second.text("title") == "Paragraph 2 of 4"


HOSTILE = (
    "שלום עולם 👩‍👩‍👧 مرحبا \u202eturned\u202c sent two brigades to the Ilmen pass <b>at once</b> &amp; more",
    " ".join(INJECTIONS) + " 🛰️🛰️ called the move a threat </p>",
    "e\u0301 " * 300 + "x" * 5000,
    "<img src=x onerror=window.hit=1> said it would answer an attack {{ 7 * 7 }}",
)


MARKED = (
    "sent two brigades to the Ilmen pass",
    "",
    "called the move a threat",
    "",
    "",
    "said it would answer an attack",
)


def hostile(folder: Path) -> Path:
    """Write a draft in which everything that may be text is hostile."""
    write(folder, tuple(map(normalise, HOSTILE)), says=INJECTIONS[0], rule=INJECTIONS[6])
    path = folder / "evidence.draft.yaml"
    draft = read_draft(path)
    article = draft.articles["ledger"].model_copy(update={"title": INJECTIONS[5], "publisher": INJECTIONS[10]})
    cast = {name: one.model_copy(update={"name": f"{INJECTIONS[8]} {name}"}) for name, one in draft.cast.items()}
    write_draft(path, draft.model_copy(update={"articles": {"ledger": article}, "cast": cast}))
    return folder


@pytest.mark.parametrize("size", SIZES[::2], ids=str)
def test_hostile_text_runs_nothing_and_the_right_characters_are_marked(
    tmp_path: Path, browser: Any, size: Sequence[int]
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    with serving("review", hostile(tmp_path)) as one, opened(browser, one.address, viewport=viewport) as page:
        for words in (
            "sent two brigades to the Ilmen pass",
            "",
            "called the move a threat",
            "",
            "",
            "said it would answer an attack",
        ):
            assert page.marked == words
            assert page.page.evaluate(WIDER) == 0
            page.press("j")
        page.press("k", "e")
        assert page.page.evaluate(WIDER) == 0
        page.press("Control+Enter", "x", "u")
        assert page.page.evaluate("window.hit") is None
        assert page.messages == []
        assert all(url.startswith((one.address, "data:")) for url in page.requests)
        found = page.page.evaluate(
            "document.querySelectorAll('main img, main script, nav img, iframe, main svg').length"
        )
        assert found == 0
        assert item_of(one, "D03").status == "accepted"


def test_without_its_article_a_draft_is_reviewed_without_words(page: Page, served: Served) -> None:
    (served.file / "ledger.txt").unlink()
    page.page.reload()
    page.wait("document.body.ariaBusy === 'false' && !document.getElementById('missing').hidden")
    assert "The article is not here" in page.text("missing")
    assert not page.page.is_visible("#text")
    page.press("a", "x")
    assert statuses(served) == ["accepted", "proposed", "proposed"]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_it_fits_takes_the_colours_of_the_scheme_and_names_its_controls(
    served: Served, browser: Any, size: Sequence[int]
) -> None:
    write(served.file)
    viewport = {"width": size[0], "height": size[1]}
    with opened(browser, served.address, viewport=viewport, color_scheme="light") as page:
        page.wait(PAINTED, "rgb(255, 255, 255)")
        page.page.emulate_media(color_scheme="dark")
        page.wait(PAINTED, "rgb(18, 22, 28)")
        for keys in ((), ("?",), ("Escape", "e"), ("Escape", "n")):
            page.press(*keys)
            assert page.page.evaluate(WIDER) == 0
            assert page.page.evaluate(UNNAMED) == []
        assert page.page.evaluate("document.querySelectorAll('h1').length") == 1
        ids = page.page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
        assert len(ids) == len(set(ids))
        assert page.messages == []
