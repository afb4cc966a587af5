"""The colours of the report: one for each meaning, in a light and a dark version.

Hues stay apart for readers who are colour-blind (blue, orange and dark red differ in lightness too) and every line has
at least 4.5:1 against its page. Figures are built in the light colours; `DARK` maps each string to its dark version,
so the page can repaint them.
"""

from __future__ import annotations

LIGHT = {
    "strikes": "#7b4fa3",
    "agreement": "#1769aa",
    "terms": "#0b746c",
    "offensive": "#b3361b",
    "limited": "#a86100",
    "full": "#7a1022",
    "standoff": "#69737f",
    "fan": "#33608c",
    "ink": "#1b1f24",
    "muted": "#57606a",
    "grid": "#e3e6ea",
    "page": "#ffffff",
}
_DARK = {
    "strikes": "#c4a3ec",
    "agreement": "#6fb7f0",
    "terms": "#58c9bd",
    "offensive": "#ff8f70",
    "limited": "#f0b95c",
    "full": "#f0616d",
    "standoff": "#9aa5b1",
    "fan": "#8ab4e0",
    "ink": "#e6e9ed",
    "muted": "#a0a9b4",
    "grid": "#2a313a",
    "page": "#12161c",
}
OPACITIES = (0.18, 0.36, 0.75)


def tint(name: str, opacity: float) -> str:
    """Return a light colour, made transparent; only the opacities of `OPACITIES` have a dark version."""
    return _rgba(LIGHT[name], opacity)


def _rgba(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


DARK = {LIGHT[name]: _DARK[name] for name in LIGHT} | {
    _rgba(LIGHT[name], opacity): _rgba(_DARK[name], opacity) for name in LIGHT for opacity in OPACITIES
}
"""Light colour string to dark colour string."""

HEAT = ("#fdf0ea", "#f6c9b8", "#e3937a", "#b4371c", "#6d1020")
"""Of a probability on a map, low to high, in the light scheme; none of them is a colour of `LIGHT`."""
_HEAT_DARK = ("#20262f", "#4b3436", "#8c4a3f", "#d9775c", "#ffc3ae")
HEAT_DARK = dict(zip(HEAT, _HEAT_DARK, strict=True))
"""Light heat colour to dark heat colour; on maps only."""
