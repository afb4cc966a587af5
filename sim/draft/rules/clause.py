"""One word that may tell an event, with who acts, towards whom, and by whose word."""

from __future__ import annotations

from collections.abc import Sequence
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
        Ids of the cast; none of the target's is the actor's.
    matter
        What it is about: +1 force, -1 its opposite, 0 neither.
    told
        `article`, or `claim` (one of the cast says so), or `hearsay`, or `guess` (the author's or an analyst's).
    standing
        Whether it is a state of things and no act.
    ahead
        Whether it is still to come, so that no date in its clause is its own.
    rule
        What found it.
    head, first, last
        Places of the word that tells it, and of the first and the last word of its clause.
    weak
        Whether it is what a statement amounts to, which an act in the same sentence says better.
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
    """By whose word an event is known, whether it stands, and whether something better may replace it."""

    told: str
    standing: bool = False
    weak: bool = False


TOLD = How("article")
STANDING = How("article", standing=True)
GUESSED = How("guess", standing=True)


@dataclass(frozen=True)
class Clause:
    """A verb or noun of a paragraph and who is who in it."""

    token: Token
    who: Who

    @property
    def lemma(self) -> str:
        """The word itself, in its plain form."""
        return self.token.lemma_.lower()

    @property
    def subjects(self) -> Ids:
        """Who of the cast its subjects are."""
        return self.who.parties(subjects(self.token))

    @property
    def agents(self) -> Ids:
        """Who of the cast does it."""
        return self.who.parties(agents(self.token))

    @property
    def patients(self) -> Ids:
        """To whom of the cast it is done."""
        return self.who.parties(patients(self.token))

    def speaker(self) -> Ids:
        """Return who says it: the subject of the verb of speech above, or who speaks where it is quoted."""
        told_by = reporting(self.token)
        if told_by is not None:
            return self.who.parties(agents(told_by))
        return self.who.speaking(self.token) if self.who.speaker or self.who.known.author else ()

    def told(self, actor: Ids) -> str:
        """Return by whose word an act of an actor is known."""
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
        """Whether the verb of speech above denies it: `I have not heard that`, `there is no sign that`."""
        signs = some_in(self.token.ancestors, "speculation")
        if any(map(_is_absent, signs)):
            return True
        told_by = reporting(self.token)
        if told_by is None or told_by.i > self.token.i:
            return False
        return negated(told_by) or is_in(told_by, "doubt")

    def target(self, actor: Ids) -> Ids:
        """Return whom an act is directed at: whoever of the cast stands among its objects, the nearest first."""
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
    ) -> list[Event]:
        """Return the event, as a list; none without an actor. The target is read from the clause where it is None."""
        if not actor:
            return []
        token, how = self.token, how or How(self.told(actor))
        places = _places(token)
        whom = self.target(actor) if target is None else target
        return [
            Event(
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
        ]


def _places(token: Token) -> list[int]:
    """Return the places of the words that belong to a verb or noun, signs of punctuation left out."""
    return [part.i for one in children(token, *_INNER) for part in one.subtree if not part.is_punct]


def _is_absent(sign: Token) -> bool:
    """Whether there is none of a noun: `no sign`, `little evidence`."""
    return sign.pos_ == "NOUN" and bool(lowered(sign.lefts) & {"no", "little", "few"})
