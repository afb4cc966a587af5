"""Resolve phrases to members of the cast: by name, by office, by person, by pronoun.

"Russian Foreign Minister Sergey Lavrov" and "Lavrov, the Russian foreign minister" link Lavrov to Russia within one
noun phrase; from then on the surname is enough. A demonym means its state only before somebody or something that acts
for it: a minister, an army, an air strike; "Syrian refugees" are not Syria. A pronoun means the last matching subject
of its paragraph, or nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.draft.rules.acts import words
from sim.draft.rules.grammar import after, agents, child, children, is_in, is_verb, joined, lowered, some_in

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

    from sim.draft.rules.names import Names
    from sim.draft.schema import Member

Ids = tuple[str, ...]
_WITHIN = ("amod", "compound", "nmod", "poss", "conj", "case", "det", "nummod", "punct", "dep", "appos")
_HE = frozenset(["he", "she", "him", "her", "his", "hers"])
_IT = frozenset(["it", "its"])
_THEY = frozenset(["they", "them", "their", "both"])
_WE = frozenset(["we", "our", "us", "i", "my", "ours", "me"])
_RELATIVE = frozenset(["who", "which", "that", "whose", "whom"])
_OWNERS = _HE | _IT | _THEY | _WE
_PRONOUNS = _OWNERS | _RELATIVE
_REACH = 3  # sentences back that a pronoun may look
_DEEPEST = 4


@dataclass(frozen=True)
class Known:
    """What is known about the parties throughout an article.

    Attributes
    ----------
    surnames, titles
        Ids keyed by a person's surname, and by a title that belongs to one party throughout.
    attacker, sides
        The party meant by an attack without a named attacker, and the parties meant by `both sides`.
    allies
        The parties meant by `its ally`, keyed by whose ally it is.
    author
        The party that says `we` throughout.
    """

    names: Names
    surnames: Mapping[str, str]
    titles: Mapping[str, str]
    attacker: Ids = ()
    sides: Ids = ()
    allies: Mapping[str, Ids] = field(default_factory=dict)
    author: Ids = ()

    @classmethod
    def of(cls, docs: Sequence[Doc], names: Names, cast: Mapping[str, Member], author: Ids) -> Known:
        """Collect names with titles from an article's paragraphs, and roles from the cast."""
        surnames: dict[str, Counter[str]] = {name: Counter([id_]) for name, id_ in names.surnames().items()}
        titles: dict[str, Counter[str]] = {}
        last: Ids = ()
        for doc in docs:
            who = Who(doc, cls(names, names.surnames(), {}), before=last)
            for token in doc:
                who.hear(token)
                _note(token, who, surnames, titles)
            last = who.nearest()
        attacker, defenders = _of_role(cast, "initiator")[:1], _of_role(cast, "defender")
        return cls(
            names,
            _settled(surnames),
            _settled({title: found for title, found in titles.items() if len(found) == 1}),
            attacker,
            (*attacker, *defenders) if len(defenders) == 1 else (),
            {id_: _ally(cast, member.role) for id_, member in cast.items()},
            author,
        )


def _of_role(cast: Mapping[str, Member], role: str) -> Ids:
    return tuple(id_ for id_, member in cast.items() if member.role == role)


def _ally(cast: Mapping[str, Member], role: str) -> Ids:
    """Return the only ally of a role, if there is exactly one: initiators and patrons are allies."""
    allies = _of_role(cast, {"initiator": "patron", "patron": "initiator"}.get(role, ""))
    return allies if len(allies) == 1 else ()


def _note(token: Token, who: Who, surnames: dict[str, Counter[str]], titles: dict[str, Counter[str]]) -> None:
    """Count what one noun phrase says about a person or an office."""
    office = some_in((token, *token.children), "title")
    if not office or (token.pos_ != "PROPN" and not is_in(token, "title")):
        return
    found = who.acting(token)
    if len(found) != 1 or (token.i and token.doc[token.i - 1].text == "-"):  # the general of a secretary-general
        return
    for one in (token, *children(token, "appos")):
        if one.pos_ == "PROPN" and one.i not in who.mentioned and not is_in(one, "organ"):
            surnames.setdefault(one.lower_, Counter())[found[0]] += 1
    titles.setdefault(office[0].lemma_.lower(), Counter())[found[0]] += 1


def _settled(counts: Mapping[str, Counter[str]]) -> dict[str, str]:
    return {name: found.most_common(1)[0][0] for name, found in counts.items()}


@dataclass(frozen=True)
class Subject:
    """A subject mentioned in a paragraph at a token's position; `person` is None if it may be a person or not."""

    place: int
    ids: Ids
    person: bool | None


@dataclass
class Who:
    """Resolves phrases of one paragraph; `subjects` grows as its sentences are read.

    `before` and `before_person` are the last party and the last person that earlier paragraphs mention. `speaker` is
    the party that says `we` within quotation marks, `last_speaker` the last speaker from the cast.
    """

    doc: Doc
    known: Known
    before: Ids = ()
    before_person: Ids = ()
    speaker: Ids = ()
    last_speaker: Ids = ()
    mentioned: dict[int, str] = field(init=False)
    subjects: list[Subject] = field(default_factory=list)
    pairs: list[tuple[int, Ids]] = field(default_factory=list)
    persons: list[Subject] = field(default_factory=list)
    organs: list[tuple[str, int, Ids]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.mentioned = self.known.names.mentions(self.doc)

    @classmethod
    def after(cls, previous: Who | None, doc: Doc, known: Known) -> Who:
        """Return a paragraph's resolver with the state left by the previous one; a quotation keeps its speaker."""
        if previous is None:
            return cls(doc, known)
        persons = [one for one in (*previous.subjects, *previous.persons) if one.person]
        last = max(persons, key=lambda one: one.place).ids if persons else previous.before_person
        speaker = previous.last_speaker if doc.text.startswith('"') else ()
        return cls(doc, known, previous.nearest(), last, speaker, previous.last_speaker)

    def acting(self, token: Token, depth: int = 0) -> Ids:
        """Return the ids of those whom a phrase means or acts for; empty if they are not in the cast."""
        if depth > _DEEPEST or self._is_barred(token):
            return ()
        if token.i in self.mentioned:
            return (self.mentioned[token.i],)
        if _is_pronoun(token):
            return self._of_pronoun(token)
        if self._is_surname(token):
            return (self.known.surnames[token.lower_],)
        return self._of_noun(token, depth)

    def _of_noun(self, token: Token, depth: int) -> Ids:
        if is_count(token) and after(token, "of"):
            return self._first(after(token, "of"), depth)
        if token.dep_ == "appos" and token.head.i in self.mentioned:
            return (self.mentioned[token.head.i],)
        if is_in(token, "paper"):
            return self._of_paper(token, depth)
        named = self._by_phrase(token, depth) if is_organ(token) or token.pos_ == "PROPN" else ()
        return named or self._by_reference(token)

    def _by_phrase(self, token: Token, depth: int) -> Ids:
        """Resolve `Russian Foreign Minister Lavrov`, `the army of Syria`, `Lavrov, the Russian minister`."""
        found = self.before_noun(token, depth)
        if not found and is_organ(token):
            found = self._of_organ(token, depth)
        return found or self._by_apposition(token, depth)

    def _by_apposition(self, token: Token, depth: int) -> Ids:
        """Resolve `Lavrov, the Russian minister` by either half."""
        beside = child(token, "appos")
        found = self.acting(beside, depth + 1) if beside is not None else ()
        if not found and token.dep_ == "appos" and is_organ(token.head):
            return self.before_noun(token.head, depth)
        return found

    def _of_organ(self, token: Token, depth: int) -> Ids:
        """Resolve `the armies of Syria and Russia`, `the minister from Ankara`, `the embassy in Moscow`."""
        found = self.parties(after(token, "of")) if token.tag_ == "NNS" else ()
        found = found or self._first(after(token, "of", "from", "by"), depth)
        return found or tuple(self.mentioned[one.i] for one in after(token, "in", "at") if one.i in self.mentioned)[:1]

    def nearest(self) -> Ids:
        """Return the party that the text mentioned last as a subject."""
        return self.subjects[-1].ids if self.subjects else self.before

    def _first(self, tokens: Sequence[Token], depth: int) -> Ids:
        return next(filter(None, (self.acting(one, depth + 1) for one in tokens)), ())

    def _of_paper(self, token: Token, depth: int) -> Ids:
        """Return the party that makes a statement, writes a letter or gives a speech."""
        found = self.before_noun(token, depth) or self._first(after(token, "by", "from", "of"), depth)
        if not found and token.dep_ in ("dobj", "pobj") and is_verb(token.head):
            found = self.parties(agents(token.head))
        return found

    def before_noun(self, token: Token, depth: int = 0) -> Ids:
        """Return the ids named before a noun within its phrase; several if joined by `and`."""
        found: dict[str, None] = {}
        for one in token.lefts:
            if one.dep_ in ("amod", "compound", "nmod", "poss"):
                found.update(self._named_within(one, token.i - 1))
            if one.dep_ == "poss" and not found:
                found.update(dict.fromkeys(self.acting(one, depth + 1)))
        return tuple(found)

    def _named_within(self, token: Token, last: int) -> dict[str, None]:
        """Return the ids named in a token's subtree, up to a position in the text."""
        places = (part.i for part in token.subtree if part.i <= last)
        return dict.fromkeys(self.mentioned[place] for place in places if place in self.mentioned)

    def _is_barred(self, token: Token) -> bool:
        return any(
            one.lower_ in words("bar") and one.dep_ in _WITHIN and one.i not in self.mentioned for one in token.lefts
        )

    def _of_pronoun(self, token: Token) -> Ids:
        small = token.lower_
        if small in _WE:
            return self.speaking(token)
        if small in _RELATIVE:
            return next((self.acting(one.head, 2) for one in token.ancestors if one.dep_ == "relcl"), ())
        if small in _HE:
            return self._last(token, person=True) or self._last_person(token)
        if small in _IT:
            return self._last(token, person=False) or self._topic(token)
        if small == "both":
            return self.last_pair(token)
        return self._last(token, person=None) if small in _THEY else ()

    def _last(self, token: Token, *, person: bool | None) -> Ids:
        first = self._start(token)
        for one in reversed(self.subjects):
            fits = person is None or one.person is None or one.person == person
            if first <= one.place < token.i and fits:
                return one.ids
        return ()

    def _last_person(self, token: Token) -> Ids:
        """Return the party of the last person named, whether or not as a subject."""
        first = self._start(token)
        here = [one.ids for one in self.persons if first <= one.place < token.i]
        return here[-1] if here else () if any(one.place < token.i for one in self.persons) else self.before_person

    def say(self, ids: Ids) -> None:
        """Set the speaker from here on."""
        self.speaker = ids
        self.last_speaker = ids or self.last_speaker

    def speaking(self, token: Token) -> Ids:
        """Return who says a word: the speaker inside quotation marks, the author of an address outside."""
        before = sum(one.text == '"' for one in self.doc[: token.i])
        return self.speaker if before % 2 else self.known.author

    def _is_surname(self, token: Token) -> bool:
        return token.text[:1].isupper() and token.pos_ in ("PROPN", "NOUN") and token.lower_ in self.known.surnames

    def _topic(self, token: Token) -> Ids:
        """Return the only party that the paragraph has named so far, or the first one if none was a subject."""
        named = dict.fromkeys(id_ for place, id_ in self.mentioned.items() if place < token.i)
        spoken = any(one.place < token.i for one in self.subjects)
        return tuple(named)[:1] if len(named) == 1 or not spoken else ()

    def _start(self, token: Token) -> int:
        """Return the first position at which a pronoun may find its noun."""
        starts = [sent.start for sent in self.doc.sents if sent.start <= token.i]
        return starts[-_REACH] if len(starts) >= _REACH else 0

    def _only_subject(self, token: Token) -> Ids:
        """Return the only party among the paragraph's subjects so far; empty if there are several."""
        ids = {one.ids for one in self.subjects if one.place < token.i}
        return next(iter(ids)) if len(ids) == 1 else ()

    def spoken_of(self, token: Token, but: Ids) -> Ids:
        """Return the last subject before a word, skipping those in `but`."""
        before = [one.ids for one in self.subjects if one.place < token.i and not set(one.ids) & set(but)]
        return before[-1] if before else ()

    def last_pair(self, token: Token) -> Ids:
        """Return the last pair that did something together."""
        return next((ids for place, ids in reversed(self.pairs) if place < token.i), ())

    def _by_reference(self, token: Token) -> Ids:
        """Resolve `the two leaders`, `his country`, `a minister`, and other references to parties named before."""
        lefts = lowered(token.lefts)
        if _is_pair(token, lefts):
            return self.last_pair(token) or (self.known.sides if is_in(token, "sides") else ())
        owners = [one for one in token.lefts if one.lower_ in _OWNERS]
        if owners and (token.lemma_ in ("country", "government", "nation") or is_organ(token)):
            return self._of_pronoun(owners[0])
        if lefts & {"a", "an", "one", "another"} and is_in(token, "officer") and not after(token):
            return self._only_subject(token)
        return self._by_office(token)

    def _by_office(self, token: Token) -> Ids:
        """Resolve `Norland's ally`, `Defence Minister Tannic`, and, if nothing follows, `the minister` and `troops`."""
        bare = not after(token) and child(token, "relcl", "acl") is None
        if bare and "the" in lowered(token.lefts) and (found := self._of_the(token)):
            return found
        if is_in(token, "allied"):
            return self.known.allies.get(next(iter(self.before_noun(token)), ""), ())
        titled = token.pos_ == "PROPN" and some_in(token.lefts, "title")
        if titled and not any(one.pos_ == "ADJ" for one in token.lefts):
            return self.nearest()
        return self.nearest() if bare and _counts_force(token) else ()

    def _of_the(self, token: Token) -> Ids:
        """Resolve `the army` by the current subject, `the minister` by the office, and a repeated noun as before."""
        lemma = token.lemma_.lower()
        same = [ids for word, place, ids in self.organs if word == lemma and place < token.i]
        if same:
            return same[-1]
        if lemma not in words("title"):
            return self.nearest() if lemma in words("@force") and _is_plain(token) else ()
        of_office = (self.known.titles[lemma],) if lemma in self.known.titles else ()
        here = self.subjects[-1].ids if self.subjects and lemma not in words("officer") else ()
        return here or of_office

    def parties(self, tokens: Sequence[Token]) -> Ids:
        """Return the distinct ids of several phrases."""
        return tuple(dict.fromkeys(id_ for token in tokens for id_ in self.acting(token)))

    def towards(self, token: Token) -> Ids:
        """Return the parties that a phrase is about: those it acts for, or else those named near its head."""
        found = self.acting(token) or self.before_noun(token)
        if found or token.pos_ not in ("NOUN", "PROPN", "PRON"):
            return found
        return tuple(self._named_within(token, token.i + 6))

    def hear(self, token: Token) -> None:
        """Remember subjects, persons and organs for later pronouns and references."""
        if token.pos_ == "PROPN" and self._is_person(token) and (named := self.acting(token)):
            self.persons.append(Subject(token.i, named, True))
        if is_organ(token) and (owners := self._by_phrase(token, 0)):
            self.organs.append((token.lemma_.lower(), token.i, owners))
        nobody = lowered(token.lefts) & {"no", "any", "every"}
        if token.dep_ in ("nsubj", "nsubjpass") and token.lower_ not in _RELATIVE | _WE and not nobody:
            ids = self.parties(list(joined(token)))
            if ids:
                self.subjects.append(Subject(token.i, ids, self._is_person(token)))
            self.hear_pair(token, ids)

    def hear_pair(self, token: Token, ids: Ids) -> None:
        """Remember parties that did something together."""
        if len(ids) > 1:
            self.pairs.append((token.i, ids))

    def _is_person(self, token: Token) -> bool | None:
        if token.lower_ in _HE or self._is_surname(token):
            return True
        if token.lower_ in _IT or token.tag_ in ("NNS", "NNPS"):
            return False
        if some_in(token.lefts, "officer"):
            return True
        if token.i in self.mentioned:  # a person's name is the surname of a longer one, or is not a country's
            names = self.known.names
            named = token.pos_ == "PROPN" and (token.lower_ in names.surnames() or token.lower_ in names.loose)
            return None if named else False
        return is_in(token, "officer")


def _is_pronoun(token: Token) -> bool:
    """Return whether a word is a pronoun, and not one that counts, as in `some of its troops`."""
    return (token.pos_ == "PRON" or token.lower_ in _PRONOUNS) and not (is_count(token) and after(token, "of"))


def _is_pair(token: Token, lefts: set[str]) -> bool:
    """Return whether a noun means a pair named together: `the two leaders`, `their presidents`."""
    return is_in(token, "pairword") and bool(lefts & {"two", "both"} or ("their" in lefts and token.tag_ == "NNS"))


def _is_plain(token: Token) -> bool:
    """Return whether no name precedes a noun: `the two brigades`, `the 3rd Corps`, but not `the French brigades`."""
    names = [one for one in token.lefts if one.is_title and one.dep_ not in ("punct", "det") and one.pos_ != "NUM"]
    return child(token, "poss") is None and lowered(names) <= words("branch")


def _counts_force(token: Token) -> bool:
    """Return whether a noun means unspecified or merely counted troops, as in `troops`, `two brigades`."""
    counted = token.tag_ == "NNS" or any(one.pos_ == "NUM" for one in token.lefts) or token.lower_ == "aircraft"
    others = lowered(token.lefts) & {"no", "any", "other", "these", "those", "some", "many"}
    return counted and not others and is_in(token, "@force") and _is_plain(token)


def is_count(token: Token) -> bool:
    """Return whether a word only counts what follows: `eleven of its ships`, `dozens of soldiers`."""
    return token.pos_ == "NUM" or is_in(token, "body")


def is_organ(token: Token) -> bool:
    """Return whether a noun means somebody or something that acts for a state or a group."""
    return bool({token.lemma_.lower(), token.lower_} & words("organ", "@force"))
