"""A word that may express an event, with its actor, its target and the source of the claim."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.draft.rules.acts import Act, words
from sim.draft.rules.grammar import (
    after,
    agents,
    children,
    is_future,
    is_hearsay,
    is_in,
    is_passive,
    is_present,
    is_verb,
    light_noun,
    lowered,
    negated,
    patients,
    reporting,
    some_in,
    subjects,
)

if TYPE_CHECKING:
    from spacy.tokens import Token

    from sim.draft.rules.cast import Ids, Who

TOWARDS = ("against", "on", "at", "with", "to", "of", "for", "into", "from", "by", "over", "near", "toward", "towards",
           "between", "in", "across", "around", "about")  # fmt: skip
_INNER = ("nsubj", "nsubjpass", "dobj", "prep", "agent", "aux", "auxpass", "neg", "prt", "attr", "acomp", "ccomp",
          "xcomp", "amod", "compound", "poss", "dative", "oprd")  # fmt: skip


@dataclass(frozen=True)
class Event:
    """One act found in a paragraph.

    Attributes
    ----------
    actor, target
        Ids from the cast; no target is also an actor.
    matter
        What it is about: +1 force, -1 its opposite, 0 neither.
    told
        `article`, `claim` (a member of the cast says so), `hearsay`, or `guess` (the author's or an analyst's).
    standing
        Whether it is a state of affairs rather than an act.
    ahead
        Whether it is still to come, so that dates in its clause do not date it.
    rule
        Name of the rule that found it.
    head, first, last
        Positions of the word that expresses it, and of the first and the last word of its clause.
    weak
        Whether it is the gist of a statement, to be dropped if the same sentence also gives the act itself.
    """

    actor: Ids
    target: Ids
    act: Act
    matter: int
    told: str
    standing: bool
    ahead: bool
    rule: str
    head: int
    first: int
    last: int
    weak: bool = False


@dataclass(frozen=True)
class How:
    """How an event is known (`Event.told`), whether it is a standing fact, and whether a better one may replace it."""

    told: str
    standing: bool = False
    weak: bool = False


TOLD = How("article")
STANDING = How("article", standing=True)
GUESSED = How("guess", standing=True)


@dataclass(frozen=True)
class Clause:
    """A verb or noun of a paragraph, with the resolver of the paragraph."""

    token: Token
    who: Who

    @property
    def lemma(self) -> str:
        """The lemma of the word, in lower case."""
        return self.token.lemma_.lower()

    @property
    def subjects(self) -> Ids:
        """Members of the cast among its subjects."""
        return self.who.parties(subjects(self.token))

    @property
    def agents(self) -> Ids:
        """Members of the cast who do it."""
        return self.who.parties(agents(self.token))

    @property
    def patients(self) -> Ids:
        """Members of the cast to whom it is done."""
        return self.who.parties(patients(self.token))

    def speaker(self) -> Ids:
        """Return who says it: the subject of the governing verb of speech, or else the current speaker."""
        told_by = reporting(self.token)
        if told_by is not None:
            return self.who.parties(agents(told_by))
        return self.who.speaking(self.token) if self.who.speaker or self.who.known.author else ()

    def told(self, actor: Ids) -> str:
        """Return how an act of an actor is known (`Event.told`)."""
        token = self.token
        above = [one for top in (token, *token.ancestors) for one in (top, *subjects(top))]
        if any(one.pos_ == "NOUN" and one.i < token.i for one in some_in(above, "speculation")):
            return "guess"
        told_by = reporting(token)
        if told_by is None:
            return "hearsay" if is_hearsay(token) else "article"
        if token.dep_ == "xcomp" and is_passive(told_by):
            return "hearsay"
        return self._told_by(told_by, actor)

    def _told_by(self, verb: Token, actor: Ids) -> str:
        speaker = self.who.parties(agents(verb))
        if verb.lemma_.lower() in ("accuse", "allege", "claim") or (speaker and not set(speaker) & set(actor)):
            return "claim"
        if not speaker and lowered(agents(verb)) & {"we", "i"}:
            return "guess"
        if not speaker and some_in(agents(verb), "outsider"):
            return "guess" if is_future(self.token) else "hearsay"
        return "hearsay" if is_hearsay(self.token) else "article"

    def is_denied_above(self) -> bool:
        """Return whether a governing phrase denies it: `I have not heard that`, `there is no sign that`."""
        signs = some_in(self.token.ancestors, "speculation")
        if any(one.pos_ == "NOUN" and lowered(one.lefts) & {"no", "little", "few"} for one in signs):
            return True
        told_by = reporting(self.token)
        if told_by is None or told_by.i > self.token.i:
            return False
        return negated(told_by) or is_in(told_by, "doubt")

    def target(self, actor: Ids) -> Ids:
        """Return the targets of an act: the members of the cast among its objects, the nearest first."""
        verb, noun, direct = self.token, light_noun(self.token), patients(self.token)
        tokens = [*direct, *after(verb, *TOWARDS), *(after(noun, *TOWARDS) if noun is not None else [])]
        for token in list(tokens):
            tokens += after(token, "against", "on", "with", "to", "at", "of", "between", "in", "for")
        for one in children(verb, "ccomp", "xcomp", "advcl"):
            tokens += [*subjects(one), *patients(one), *after(one, "against", "on", "at", "with", "to", "from")]
        return self._first_named(tokens, direct, actor)

    def _first_named(self, tokens: Sequence[Token], direct: Sequence[Token], actor: Ids) -> Ids:
        found: dict[str, None] = {}
        for token in tokens:
            ids = [id_ for id_ in self.who.towards(token) if id_ not in actor]
            found.update(dict.fromkeys(ids))
            if ids and token not in direct:
                break
        return tuple(found)

    def event(
        self, actor: Ids, act: Act, rule: str, *, matter: int = 0, target: Ids | None = None, how: How | None = None
    ) -> Iterator[Event]:
        """Yield the event if there is an actor. A target of None is read from the clause."""
        if not actor:
            return
        token, how = self.token, how or How(self.told(actor))
        places = [part.i for one in children(token, *_INNER) for part in one.subtree if not part.is_punct]
        whom = self.target(actor) if target is None else target
        yield Event(
            actor=actor,
            target=tuple(id_ for id_ in whom if id_ not in actor),
            act=act,
            matter=matter,
            told=how.told,
            standing=how.standing or (self.lemma in words("stative") and is_present(token)),
            ahead=is_verb(token) and is_future(token),
            rule=rule,
            head=token.i,
            first=min(places, default=token.i),
            last=max([*places, token.i]),
            weak=how.weak,
        )
