"""The twenty root categories of CAMEO, in short: what the first two digits of a code say (Schrodt 2012)."""

from __future__ import annotations

from collections.abc import Mapping

ROOTS: Mapping[str, str] = {
    "01": "make a public statement",
    "02": "appeal",
    "03": "say it means to cooperate",
    "04": "consult",
    "05": "cooperate diplomatically",
    "06": "cooperate materially",
    "07": "give aid",
    "08": "yield",
    "09": "investigate",
    "10": "demand",
    "11": "disapprove",
    "12": "reject",
    "13": "threaten",
    "14": "protest",
    "15": "show military force",
    "16": "reduce relations",
    "17": "coerce",
    "18": "assault",
    "19": "fight",
    "20": "use unconventional mass violence",
}


def root_name(code: str) -> str:
    """Return what a code's root is called; nothing where CAMEO has no such root."""
    return ROOTS.get(code[:2], "")
