"""The key of a figure: an example of each way of drawing that is on it, with its name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure, SubFigure

from hippain_maps.plotting import artists
from hippain_maps.plotting.chart import tone
from hippain_maps.plotting.layout import size_of, width_of
from hippain_maps.plotting.look import Look
from hippain_maps.plotting.zones import PatternShapes
from hippain_maps.words import Words

ROW = 0.2
"""Height of a row of a key, inches."""

_BESIDE = 0.55
"""What a name needs beside its own length, inches: its example before it, a gap behind it."""


_SMALLER = 0.85
"""So small a key may be before it is broken into rows."""


def pattern_kinds(shapes: Iterable[PatternShapes]) -> list[str]:
    """Return what the key to some patterns must name: what is drawn of them, and nothing else."""
    shown = list(shapes)
    drawn = {
        "essential": any(not found.essential.is_empty for found in shown),
        "spillover": any(len(found.spillover) for found in shown),
        "rare": any(len(found.rare) for found in shown),
        "frequency": any(found.frequent for found in shown),
        "hatched": any(not found.core.is_empty for found in shown),
        "point": any(found.marks for found in shown),
    }
    return [kind for kind, is_drawn in drawn.items() if is_drawn]


def key_rows(kinds: Sequence[str], room: float, words: Words, look: Look) -> list[list[str]]:
    """Return the rows of a key that has so many inches, each to be a little smaller if need be."""
    rows: list[list[str]] = []
    left, room = 0.0, room / _SMALLER
    for kind in kinds:
        needs = width_of(_name(kind, words), look.small_size) + _BESIDE
        if rows and needs <= left:
            rows[-1].append(kind)
            left -= needs
        else:
            rows.append([kind])
            left = room - needs
    return rows


def add_key(
    figure: Figure | SubFigure,
    kinds: Sequence[str],
    at: tuple[float, float],
    room: float,
    words: Words,
    look: Look,
    *,
    centred: bool = False,
    colour: str | None = None,
) -> None:
    """Draw a key in one line, in so many inches from a place on the page; smaller if it must be.

    Parameters
    ----------
    figure : Figure or SubFigure
        Where it goes.
    kinds : sequence of str
        What it names, in this order.
    at : (float, float)
        Its left and lower edge, as shares of the figure.
    room : float
        How wide it can be, inches.
    centred : bool
        Whether it stands in the middle of its room, not at the left.
    colour : str, optional
        Of the names; by default that of the ink.
    """
    wide, high = size_of(figure)
    said = {kind: _name(kind, words) for kind in kinds}
    # A little less, since letters on a grid of pixels come out wider.
    needs = 1.02 * sum(width_of(text, look.small_size) + _BESIDE for text in said.values())
    small = min(1.0, room / needs) if said else 1.0
    key = figure.add_axes((*at, room / wide, ROW * small / high), label="key")
    # In tenths of an inch, so that the parts keep their size on any page.
    key.set_xlim(0, 10 * room / small)
    key.set_ylim(0, 10 * ROW)
    key.set_axis_off()
    # The gap behind the last name is no part of it.
    x = 5 * (room / small - needs) + 1.2 if centred else 0.1
    for kind, text in said.items():
        _swatch(key, kind, x, look)
        key.text(
            x + 2.8,
            1,
            text,
            fontsize=small * look.small_size,
            va="center",
            color=colour or look.ink,
        )
        x += 10 * (width_of(text, look.small_size) + _BESIDE)


def _name(kind: str, words: Words) -> str:
    """Return what a kind is called."""
    if kind == "frequency":
        return words.frequency_tone
    return words.numb_or_tingling if kind == "hatched" else words.say(f"key_{kind}")


def _swatch(key: Axes, kind: str, x: float, look: Look) -> None:
    """Draw an example of what the key names."""
    box = shapely.box(x, 0.3, x + 2.2, 1.7)
    if kind == "point":
        key.add_line(artists.crosses([(x + 1.4, 1)], look, size=0.75))
    elif kind in ("spillover", "rare"):
        places = np.array([[0.3, 0.5], [1.1, 0.9], [2.0, 0.5], [0.5, 1.4], [1.6, 1.5]])
        places, size = (places, 1.0) if kind == "spillover" else (places[[0, 4]], 0.8)
        stipple = artists.dots(places + np.array([x, 0.0]), look, colour=look.pain, size=size)
        stipple.set_offset_transform(key.transData)
        key.add_collection(stipple, autolim=False)
    elif kind == "frequency":
        for number, share in enumerate((0.15, 0.5, 0.85)):
            part = shapely.box(x + 0.73 * number, 0.3, x + 0.73 * (number + 1), 1.7)
            colour = to_rgba(look.pain, tone(share))
            key.add_artist(artists.area_patch(part, facecolor=colour, edgecolor="none"))
    else:
        key.add_artist(_patch(kind, box, look))


def _patch(kind: str, box: shapely.Polygon, look: Look) -> Any:
    """Return an example of an area."""
    if kind == "essential":
        return artists.area_patch(box, facecolor=look.pain, alpha=0.88, edgecolor="none")
    if kind in ("core", "hatched"):
        return artists.core_patch(box, look, plain=kind == "core")
    if kind == "numb":
        return numb_outline(box, look)
    style = drawn_tone(kind, look)
    return artists.area_patch(box, **style | {"hatch": "////////"} if "hatch" in style else style)


def drawn_tone(part: str, look: Look) -> dict[str, Any]:
    """Return how a drawn area is filled: the part that a pattern explains, or what it leaves."""
    if part == "unexplained":
        return {"facecolor": look.drawn, "alpha": 0.45, "edgecolor": "none"}
    return {
        "facecolor": "none",
        "edgecolor": look.drawn,
        "hatch": "////",
        "hatch_linewidth": 0.6,
    }


def numb_outline(area: shapely.Geometry, look: Look, **style: Any) -> Any:
    """Return the outline of an area that was drawn as numb or tingling."""
    return artists.area_patch(
        area,
        facecolor="none",
        edgecolor=look.drawn,
        linewidth=1.2,
        linestyle=(0, (2.2, 1.4)),
        zorder=5,
        **style,
    )
