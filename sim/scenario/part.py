"""The base class of all models of the language, and the types of ids and texts."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]

LONGEST = 300
"""Maximum length of the repr of a part, in characters."""


class Part(BaseModel):
    """Base of all models: frozen, no unknown keys, no coercion of text to numbers; built on first use."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    def __repr__(self) -> str:
        """Return the repr, cut to `LONGEST` characters."""
        text = super().__repr__()
        return text if len(text) <= LONGEST else f"{text[: LONGEST - 4]}...)"

    __str__ = __repr__
