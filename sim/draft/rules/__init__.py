"""Rules that read the parsed sentences of an article and propose items of evidence for a person to check."""

from sim.draft.rules.names import suggest_cast
from sim.draft.rules.parser import cut, versions
from sim.draft.rules.proposals import propose

__all__ = ["cut", "propose", "suggest_cast", "versions"]
