"""What a command finds around it: its words, the working folder, the clock. What is wrong there is told at once."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Sequence
from pathlib import Path

from sim.errors import UsageError

EPOCH = "SOURCE_DATE_EPOCH"


def check_surroundings() -> None:
    """See that a command can work where it is called.

    Raises
    ------
    UsageError
        Where the working folder is gone, or the clock is set to no time.
    """
    try:
        Path.cwd()
    except FileNotFoundError:
        raise UsageError("the working folder is gone; change to one that exists") from None
    epoch()


def check_words(words: Sequence[str]) -> None:
    """Complain of an empty word, which would be read as the working folder or as nothing.

    Raises
    ------
    UsageError
        Where there is one; as a rule from a variable that is not set.
    """
    for place, word in enumerate(words):
        name, equals, value = word.partition("=")
        if word == "":
            before = words[place - 1] if place and words[place - 1].startswith("-") else ""
        elif word.startswith("--") and equals and not value:
            before = name
        else:
            continue
        where = f" after {before}" if before else ""
        raise UsageError(f"there is an empty word{where}; is a variable not set?")


def epoch() -> datetime.datetime | None:
    """Return the time that SOURCE_DATE_EPOCH sets, in UTC; None where it is not set.

    Raises
    ------
    UsageError
        Where it is no time: NumPy cannot be loaded then, and no command works.
    """
    text = os.environ.get(EPOCH)
    if text is None:
        return None
    try:
        if re.fullmatch(r"[0-9]{1,12}", text) is None:
            raise ValueError
        return datetime.datetime.fromtimestamp(int(text), datetime.UTC)
    except (ValueError, OverflowError, OSError):
        said = "empty" if text == "" else repr(text[:60])
        raise UsageError(
            f"the environment variable {EPOCH} is {said}; expected whole seconds since 1970, such as 1534680000, "
            "or unset it"
        ) from None
