"""What all parts of the language share: the base of the models, ids and texts."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]

LONGEST = 300
"""Characters of what a part says of itself."""


class Part(BaseModel):
    """What all parts share: frozen, no unknown keys, no coercion of text to numbers; put together when first used."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    def __repr__(self) -> str:
        """Say what it holds, cut where that is long."""
        text = super().__repr__()
        return text if len(text) <= LONGEST else f"{text[: LONGEST - 4]}...)"

    __str__ = __repr__
