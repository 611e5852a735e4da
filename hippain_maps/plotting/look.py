"""The look of every figure, in one place: colours, line widths, type sizes.

Meaning never rests on colour alone: essential zones are solid and spillover is stippled, trigger
points are crosses, what the patient drew is hatched.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """Colours and sizes; widths and type in points, lengths in chart cm.

    Red and blue are the vermilion and blue of Okabe and Ito (2008), darkened: they stay apart for
    colour-blind readers and in grey.
    """

    paper: str = "#ffffff"
    ink: str = "#2b2622"
    faint_ink: str = "#8d857d"
    skin: str = "#f7f2ec"
    context_skin: str = "#fbf9f6"
    pain: str = "#c0391b"
    drawn: str = "#1f5f99"
    contour_width: float = 1.1
    hint_width: float = 0.6
    mark_size: float = 7.5
    mark_width: float = 2.2
    dot_cm: float = 0.36
    title_size: float = 9.0
    text_size: float = 8.0
    small_size: float = 6.5
    side_size: float = 15.0


PRINT = Look()
"""Dark on white, for paper."""
