"""`draft`, `review` and `adopt`: from articles to a prefilled coding sheet, and from that to evidence."""

from __future__ import annotations

import datetime
import json
import os
import shlex
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.console import note, say, say_all
from sim.cli.declare import command
from sim.cli.options import Host, NoBrowser, Port, announcing, needing_aiohttp
from sim.cli.output import check_output
from sim.errors import UsageError
from sim.report.columns import aligned
from sim.wording import counted, seen, slug

if TYPE_CHECKING:
    from sim.articles.article import Article
    from sim.draft.drafting import Propose
    from sim.draft.schema import DraftItem, Member

HEADS = ("article", "date", "paragraphs", "proposed", "new")
DATE_EXAMPLE = "2018-08-19"
LLM = (
    "Send the articles to a language model too, at this address (OpenAI chat completions; key in OFFRAMP_LLM_KEY). How "
    "good its proposals are has not been measured."
)


def _holding(path: Path) -> Path:
    """Return the folder of a draft, which may be named by the draft itself."""
    return path.parent if path.is_file() else path


DraftFolder = Annotated[Path, typer.Argument(help="Folder with evidence.draft.yaml.", show_default=False)]


@command
def draft(  # noqa: PLR0913 - one parameter an option
    articles: Annotated[list[Path], typer.Argument(help="Articles: .txt, .md or .html.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option(help="Folder of the crisis; an existing draft is extended.", show_default=False)
    ] = None,
    cast: Annotated[
        Path | None,
        typer.Option(help="Cast: who is who.", show_default="that of the draft, or cast.yaml in the folder"),
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="As-of date of the forecast.", show_default="the draft's")] = None,
    date: Annotated[str | None, typer.Option(help="Date of articles that give none.", show_default="none")] = None,
    suggest_cast: Annotated[
        bool, typer.Option("--suggest-cast", help="Only print a cast of the names found, to fill in.")
    ] = False,
    llm: Annotated[str | None, typer.Option(help=LLM, show_default="rules alone")] = None,
    model: Annotated[str | None, typer.Option(help="Name of the language model.", show_default=False)] = None,
    replay: Annotated[
        Path | None,
        typer.Option(
            help="Cache its replies, including the words they quote, and reuse them.",
            show_default="none",
        ),
    ] = None,
) -> None:
    """Propose items of evidence from articles.

    offramp draft article.txt --suggest-cast > cast.yaml
    offramp draft article.txt --cast cast.yaml --as-of 2018-08-19 --out scenarios/my-crisis
    offramp draft later.html --out scenarios/my-crisis
    offramp draft article.txt --out scenarios/my-crisis --llm http://127.0.0.1:8080/v1 --model small-model
    """
    from sim.articles.article import read_article
    from sim.draft.drafting import Folder, Reader, cast_of, draft_of
    from sim.draft.files import NAME, write_draft
    from sim.draft.rules import cut, propose, versions
    from sim.environment import version

    texts = {file: read_article(file) for file in articles}
    if suggest_cast:
        _say_cast(texts)
        return
    if out is None:
        raise UsageError("name the folder of the crisis with --out")
    folder = Folder.read(out)
    until = _date("--as-of", as_of) or (folder.draft.as_of if folder.draft is not None else None)
    if until is None:
        raise UsageError(f"name the as-of date of the forecast, as in --as-of {DATE_EXAMPLE}")
    made_with = {"offramp": version(), **versions()}
    proposing, asked = _with_model(propose, llm, model, replay)
    reader = Reader(proposing, cast_of(folder, cast), until, _date("--date", date), made_with | asked)
    check_output(out, figures=False)
    made, readings = draft_of(folder, texts, reader)
    write_draft(out / NAME, made)
    note(f"wrote {out / NAME}")
    rows = [(one.source, one.date.isoformat(), *map(str, (one.paragraphs, one.proposed, one.new))) for one in readings]
    say_all(aligned(HEADS, rows, words="llrrr"))
    for file, article in texts.items():
        for number in cut(article.paragraphs):
            note(f"{file}: paragraph {number} is too long to be read to its end; put blank lines between paragraphs")
    note(f"next: offramp review {shlex.quote(str(out))}; the rules miss about half, so read every paragraph")


def _with_model(
    rules: Propose, llm: str | None, model: str | None, replay: Path | None
) -> tuple[Propose, dict[str, str]]:
    """Return the function that proposes items, and the draft's entry about the model; only the rules without `llm`."""
    if llm is None:
        if model is not None or replay is not None:
            raise UsageError("--model and --replay say how to ask a language model; name its server with --llm")
        return rules, {}
    if model is None:
        raise UsageError("--llm needs the name of the model too; give it with --model")
    from sim.draft.gather import merged
    from sim.draft.language_model.endpoint import KEY, Endpoint
    from sim.draft.language_model.propose import Account, propose

    endpoint = Endpoint.of(llm, model, os.environ.get(KEY, ""), replay)

    def both(article: Article, source: str, cast: Mapping[str, Member], as_of: datetime.date) -> tuple[DraftItem, ...]:
        account = Account()
        found = rules(article, source, cast, as_of)
        more = propose(article, source, cast, as_of, endpoint, account)
        for line in account.lines():
            note(f"{source}: {line}")
        return merged(found, more)

    return both, endpoint.made_with


def _date(option: str, written: str | None) -> datetime.date | None:
    from sim.scenario.quantities import date_or_none

    date = date_or_none(written)
    if date is None and written is not None:
        raise UsageError(f"{option}: expected a date such as {DATE_EXAMPLE} (got {written})")
    return date


def _say_cast(texts: Mapping[Path, Article]) -> None:
    """Print a cast of the names in articles, the most frequent first, with the roles left to fill in."""
    from sim.draft.rules import suggest_cast
    from sim.scenario.schema import ROLES

    counts = sum((Counter(suggest_cast(article)) for article in texts.values()), Counter())
    cast: dict[str, tuple[str, int]] = {}
    for name, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        actor = slug(name) or "actor"
        cast[f"{actor}-{len(cast) + 1}" if actor in cast else actor] = name, count
    say("schema: offramp/cast/1")
    say("cast:")
    for actor, (name, count) in cast.items():
        say(f"  {actor}: {{role: , name: {json.dumps(name, ensure_ascii=False)}}}  # {counted(count, 'time')}")
    note(f"next: save this as cast.yaml, keep the actors, and give each a role ({', '.join(ROLES)})")
    note("and its other names, as in aliases: [Port Anselm, President Maru]")


@command
def review(
    folder: DraftFolder,
    cli: Annotated[bool, typer.Option("--cli", help="Go through it in the terminal, without a page.")] = False,
    port: Port = 0,
    host: Host = "127.0.0.1",
    no_browser: NoBrowser = False,
) -> None:
    """Go through a draft of evidence: accept, edit, reject, add.

    offramp review scenarios/my-crisis
    offramp review scenarios/my-crisis --cli
    """
    folder = _holding(folder)
    then = f"answer every item, then: offramp adopt {shlex.quote(str(folder))}"
    if cli:
        from sim.review.dialogue import Dialogue
        from sim.review.sheet import Sheet

        try:
            Dialogue(Sheet(folder), say, lambda prompt: input(seen(prompt).rstrip() + " ")).run()
        except (EOFError, KeyboardInterrupt):  # every answer is already saved
            say()
        note(f"next: {then}")
        return
    with needing_aiohttp("the page of the review", "draft"):
        from sim.review.server import serve

    serve(folder, host, port, announcing(host, then, no_browser=no_browser))
    note("ended; every answer is in the draft")


@command
def adopt(folder: DraftFolder) -> None:
    """Turn a reviewed draft into evidence.

    offramp adopt scenarios/my-crisis
    """
    from sim.draft.adopt import SCENARIO
    from sim.draft.adopt import adopt as adopted

    folder = _holding(folder)
    done = adopted(folder)
    for path in done.written:
        note(f"wrote {path}")
    for source in done.unheld:
        note(f"the article of {source} is missing or has changed, so its items were not checked against it")
    fates = ", ".join(f"{count} {name}" for name, count in done.counts.model_dump().items() if name != "proposed")
    say(f"{counted(len(done.items), 'item')} adopted; of {counted(done.counts.proposed, 'proposal')} so far: {fates}")
    note(f"next: offramp validate {shlex.quote(str(folder / SCENARIO))}")
