"""A forecast at a glance: six lines of text for an interpreter, and a card of HTML for a notebook."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from sim.report.chance import Chance, points_text
from sim.wording import counted

WIDTH = 96
"""Most characters of a line."""
MOST_WINDOWS = 3
"""Windows shown in the text; the card shows all."""


@dataclass(frozen=True)
class Window:
    """The probability of an offensive within some days, the last of which is `until`."""

    days: int
    until: datetime.date
    chance: Chance


@dataclass(frozen=True)
class Card:
    """The key facts of a forecast.

    Attributes
    ----------
    made
        How it was made: runs, draws, seed.
    windows
        By length, that of the horizon last.
    rests_on
        Source of its parameters and stances.
    notes
        Its limits: that it was interrupted, which conditions are given.
    """

    title: str
    as_of: datetime.date
    made: str
    windows: Sequence[Window]
    rests_on: str
    notes: Sequence[str] = ()

    @property
    def headline(self) -> Window:
        """The whole horizon, on which the question resolves."""
        return self.windows[-1]

    @property
    def meaning(self) -> str:
        """The headline in words and as a frequency."""
        chance = self.headline.chance
        return f"{chance.word('icd203')}: {chance.frequency}".removeprefix(": ")

    def text(self) -> str:
        """Return the six lines."""
        sd = self.headline.chance.input_sd
        spread = "" if sd is None else f"sd over uncertain inputs {points_text(sd)}"
        shown = [*self.windows[: MOST_WINDOWS - 1], self.headline] if len(self.windows) > 1 else self.windows
        said = "; ".join(f"{counted(one.days, 'day')} {one.chance.text} ({one.chance.interval})" for one in shown)
        lines = (
            self.title,
            f"as of {self.as_of}, to {self.headline.until}{''.join(f'; {note}' for note in self.notes)}",
            self.made,
            f"offensive within {said}",
            "; ".join(filter(None, (f"{counted(self.headline.days, 'day')}: {self.meaning}", spread))),
            self.rests_on,
        )
        return "\n".join(map(_fitted, lines))

    def html(self) -> str:
        """Return the card: no script, no external resources, all text escaped."""
        from sim.report.html import drawing  # late: text needs no templates

        return drawing("card.html", card=self)


def _fitted(line: str) -> str:
    """Cut a line to its width, with every unprintable character, such as a line break, replaced by a space."""
    line = "".join(char if char.isprintable() else " " for char in line)
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 3]}..."
