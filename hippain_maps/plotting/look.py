"""The look of every figure, in one place: colours, line widths, type sizes.

Meaning never rests on colour alone: essential zones are solid and spillover is stippled, trigger
points are crosses, what the patient drew is hatched or outlined. Red and blue are the vermilion and
the blue of Okabe and Ito (2008), darkened: they stay apart for colour-blind readers and in grey.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hippain_maps.errors import UnknownNameError


@dataclass(frozen=True, slots=True)
class Look:
    """Colours and sizes; widths and type in points, lengths in chart cm."""

    paper: str = "#ffffff"
    ink: str = "#2b2622"
    faint_ink: str = "#8d857d"
    caption_ink: str = "#6b635c"
    skin: str = "#f7f2ec"
    pain: str = "#c0391b"
    alarm: str = "#c0391b"
    drawn: str = "#1f5f99"
    second: str = "#2f7f6f"
    halo: str = "#ffffff"
    contour_width: float = 1.1
    hint_width: float = 0.6
    mark_size: float = 7.5
    mark_width: float = 2.2
    dot_cm: float = 0.36
    heading_size: float = 13.0
    title_size: float = 9.0
    text_size: float = 8.0
    small_size: float = 6.5
    side_size: float = 15.0


TEXTURES: Mapping[str, str] = {
    "burning": "...",
    "stabbing": "xxx",
    "electric": "\\\\\\\\",
    "tingling": "oo",
    "numb": "---",
    "cramping": "++",
    "other": "|||",
}
"""Hatch of each quality of pain; aching, the commonest, is plain."""

PRINT = Look()
"""Dark on white, for paper."""

THEMES: Mapping[str, Look] = {
    "print": PRINT,
    "screen": replace(PRINT, paper="#fffdfa", skin="#f6ece2", contour_width=1.3, hint_width=0.7),
    "dark": replace(
        PRINT,
        paper="#1d1f22",
        ink="#ece8e3",
        faint_ink="#9a958f",
        caption_ink="#b4aea7",
        skin="#34363a",
        pain="#f0764f",
        alarm="#f0764f",
        drawn="#6fb3ea",
        second="#67c2ad",
        halo="#1d1f22",
    ),
    "grey": replace(
        PRINT,
        skin="#f5f5f5",
        ink="#1c1c1c",
        faint_ink="#8a8a8a",
        caption_ink="#666666",
        pain="#5a5a5a",
        alarm="#1c1c1c",
        drawn="#111111",
        second="#8c8c8c",
    ),
}


def theme(name: str) -> Look:
    """Return the look called `name`.

    Raises
    ------
    UnknownNameError
        If there is no such theme.

    Examples
    --------
    >>> theme("grey").paper
    '#ffffff'
    """
    if name not in THEMES:
        raise UnknownNameError("theme", name, THEMES, hint=f"themes are {', '.join(THEMES)}")
    return THEMES[name]
