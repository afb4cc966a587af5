"""The cast's names as they occur in text: aliases and, for a country, its demonyms and capital.

`countries.csv` has names, demonyms and capitals of 226 countries and territories. It was made from the data of
countryinfo 1.0.1 (MIT licence) and corrected by hand. A name that two of the cast could claim belongs to the one that
lists it as an alias, and to nobody if neither does. `suggest_cast` counts names in an article as cast candidates.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from sim.draft.rules.acts import table, words
from sim.draft.rules.dates import DAYS
from sim.draft.rules.parser import parse, readable
from sim.wording import MONTHS

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

    from sim.articles.article import Article
    from sim.draft.schema import Member

_ENDINGS = frozenset([
    "n", "an", "ian", "i", "ish", "ese", "ite", "er", "ns", "ans", "ians", "is", "ites", "ers", "nian", "ic", "ean",
    "eans", "ine", "ar", "ard", "ards",
])  # fmt: skip
"""Endings that turn the name of a country that is in no table into a demonym."""


@cache
def countries() -> Mapping[str, tuple[str, ...]]:
    """Return all names of each country, keyed by each of its names; demonyms and capitals are values only."""
    found = {}
    for row in table("countries.csv"):
        own = [row["name"], *filter(None, row["other_names"].split(";"))]
        every = (*own, *filter(None, f"{row['demonyms']};{row['capitals']}".split(";")))
        found.update(dict.fromkeys(own, every))
    return found


@dataclass(frozen=True)
class Names:
    """Which names mean whom: ids of the cast keyed by the words of a name, in lower case.

    Names in `capital` are written with a capital; those in `loose` are single words that may be a person's name.
    """

    by_words: Mapping[tuple[str, ...], str]
    capital: frozenset[tuple[str, ...]]
    longest: int
    loose: frozenset[str]

    @classmethod
    def of(cls, cast: Mapping[str, Member]) -> Names:
        """Collect the names of a cast."""
        every = _claimed({id_: _plain((member.name, *member.aliases)) for id_, member in cast.items()})
        split = {tuple(_split(name)): id_ for name, id_ in every.items()}
        capital = frozenset(tuple(_split(name)) for name in filter(_is_proper, every))
        aliases = set(chain.from_iterable(_plain(member.aliases) for member in cast.values())) - _of_countries()
        loose = frozenset(name.lower() for name in aliases if " " not in name)
        return cls(split, capital, max(map(len, split), default=0), loose)

    def known(self) -> frozenset[str]:
        """Return the words that keep their capitals in a headline."""
        held = set(chain.from_iterable(self.capital))
        every = {word for names in countries().values() for name in names for word in _split(name)}
        return frozenset(word.capitalize() for word in held | every) | frozenset(word.upper() for word in held)

    def mentions(self, doc: Doc) -> dict[int, str]:
        """Return ids keyed by position, for every token of a name, longer names first; cached in the parse."""
        if "mentions" in doc.user_data:
            remembered: dict[int, str] = doc.user_data["mentions"]
            return remembered
        found: dict[int, str] = doc.user_data.setdefault("mentions", {})
        place = 0
        while place < len(doc):
            length, id_ = self._at(doc, place)
            if id_ and not is_barred(doc[place : place + length]):
                found.update(dict.fromkeys(range(place, place + length), id_))
            place += max(length, 1)
        return found

    def _at(self, doc: Doc, place: int) -> tuple[int, str]:
        for length in range(min(self.longest, len(doc) - place), 0, -1):
            span = doc[place : place + length]
            texts = [token.lower_ for token in span]
            for name in (tuple(texts), (*texts[:-1], span[-1].lemma_.lower()), (*texts[:-1], texts[-1].rstrip("s"))):
                if name in self.by_words and (name not in self.capital or span.text[0].isupper()):
                    return length, self.by_words[name]
        return self._demonym(doc[place].text)

    def _demonym(self, word: str) -> tuple[int, str]:
        """Return the id whose demonym a word is, judging by its ending: Vostranan for Vostrana."""
        small = word.lower()
        for name, id_ in self.by_words.items() if word[:1].isupper() and len(word) > 5 else ():
            if len(name) == 1 and len(name[0]) > 4 and name in self.capital:
                stems = (name[0], name[0].rstrip("aeiouy"))
                if any(len(stem) > 3 and small.startswith(stem) and small[len(stem) :] in _ENDINGS for stem in stems):
                    return 1, id_
        return 0, ""

    def surnames(self) -> dict[str, str]:
        """Return ids keyed by the last word of possible personal names: two or three capitalised words."""
        found = {}
        for name, id_ in self.by_words.items():
            plain = name in self.capital and 2 <= len(name) <= 3 and all(word.isalpha() for word in name)
            if plain and not set(name) & (words("organ") | words("place") | {"of", "the"}):
                found[name[-1]] = id_
        return found


@cache
def _of_countries() -> frozenset[str]:
    return frozenset(map(readable, chain.from_iterable(countries().values())))


def is_barred(span: Span) -> bool:
    """Return whether a name is part of a compound that means somebody else: pro-X, X-backed, X-held."""
    doc, before, after = span.doc, span.start - 1, span.end
    pre = doc[before].text == "-" and before > 0 and doc[before - 1].lower_ in ("pro", "anti", "non", "ex", "post")
    if span.start and pre:
        return True
    return after + 1 < len(doc) and doc[after].text == "-" and doc[after + 1].lower_ in words("bar")


def _claimed(written: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return ids keyed by name: the names listed in the cast, and names of countries that only one member can claim."""
    pairs = [(name, id_) for id_, names in written.items() for name in names]
    own = dict(pairs)
    made = [(readable(one), id_) for name, id_ in pairs for one in countries().get(name, ())]
    made = [(name, id_) for name, id_ in made if name not in own]
    claims = Counter(name for name, _ in set(made))
    return {**{name: id_ for name, id_ in made if claims[name] == 1}, **own}


def _is_proper(name: str) -> bool:
    """Return whether a name is capitalised: not `Moderate rebels`, which only begins with a capital."""
    words_of = name.split()
    return words_of[0][:1].isupper() and (len(words_of) == 1 or any(word[:1].isupper() for word in words_of[1:]))


def _plain(names: Iterable[str]) -> tuple[str, ...]:
    bare = (name.removeprefix("the ").removeprefix("The ").strip() for name in names)
    return tuple(dict.fromkeys(readable(name) for name in bare if name))


def _split(name: str) -> list[str]:
    """Split a name like the parser splits text: at spaces, hyphens and possessives."""
    return re.sub(r"'(?=s?\b|\s|$)", " '", name.lower().replace("-", " - ")).split()


MOST_NAMES = 40
CALENDAR = frozenset({*MONTHS, *(day.capitalize() for day in DAYS)})


def suggest_cast(article: Article) -> dict[str, int]:
    """Count the names in an article, the most frequent first; demonyms and capitals count for their country.

    Raises UsageError if the parser is missing.
    """
    of_country = {readable(other): names[0] for names in countries().values() for other in names}
    counts: Counter[str] = Counter()
    for text, doc in zip(article.paragraphs, parse(article.paragraphs), strict=True):
        last = -1
        for token in doc:
            named = token.pos_ == "PROPN" or token.text in of_country
            if token.i > last and named and token.text[:1].isupper() and token.text not in CALENDAR:
                name = doc[token.i : token.i + _length(token, of_country)]
                last = name.end - 1
                counts[of_country.get(name.text) or text[name.start_char : name.end_char]] += 1
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_NAMES])


def _length(token: Token, of_country: dict[str, str]) -> int:
    parts = [token.text]
    for place in range(token.i + 1, len(token.doc)):
        following = token.doc[place]
        whole = " ".join([*parts, following.text])
        proper = following.pos_ == "PROPN" and following.text[:1].isupper()
        if whole not in of_country and (not proper or " ".join(parts) in of_country):
            break
        parts.append(following.text)
    return len(parts)
