"""Names of an article with their counts, to choose a cast from."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sim.draft.rules.dates import DAYS
from sim.draft.rules.names import countries
from sim.draft.rules.parser import parse
from sim.wording import MONTHS

if TYPE_CHECKING:
    from spacy.tokens import Token

    from sim.articles.article import Article


CALENDAR = frozenset({*MONTHS, *(day.capitalize() for day in DAYS)})


def suggest_cast(article: Article, most: int = 40) -> dict[str, int]:
    """Count the names of an article, the most frequent first; demonyms and capitals count for their country.

    Raises
    ------
    UsageError
        Where the parser is missing.
    """
    of_country = {other: names[0] for names in countries().values() for other in names}
    counts: Counter[str] = Counter()
    for doc in parse(article.paragraphs):
        last = -1
        for token in doc:
            named = token.pos_ == "PROPN" or token.text in of_country
            if token.i > last and named and token.text[:1].isupper() and token.text not in CALENDAR:
                parts = _name(token, of_country)
                last = token.i + len(parts) - 1
                text = " ".join(parts)
                counts[of_country.get(text, text)] += 1
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:most])


def _name(token: Token, of_country: dict[str, str]) -> list[str]:
    """Return the words of the name that starts here: one of a country's alone, or proper names in a row."""
    parts = [token.text]
    for place in range(token.i + 1, len(token.doc)):
        following = token.doc[place]
        whole = " ".join([*parts, following.text])
        proper = following.pos_ == "PROPN" and following.text[:1].isupper()
        if whole not in of_country and (not proper or " ".join(parts) in of_country):
            break
        parts.append(following.text)
    return parts
