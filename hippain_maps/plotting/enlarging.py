"""Posters: a figure enlarged to a page, with its type, marks and lines."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from hippain_maps.plotting.artists import Halo
from hippain_maps.plotting.layout import new_page, size_of
from hippain_maps.plotting.look import PRINT, Look


def fill_page(
    size: tuple[float, float],
    draw: Callable[[Figure | None], Figure],
    look: Look = PRINT,
) -> Figure:
    """Return a figure drawn on a page of some size.

    On a page that is larger than the figure would be by itself, all of it is enlarged alike. On a
    smaller one the body is smaller, and type shrinks only where it must.

    Parameters
    ----------
    size : (float, float)
        Width and height of the page in inches.
    draw : callable
        Draws on the page that it is given, or on a new one if that is None, and returns it.
    look : Look
        Whose paper the page has.
    """
    factor = larger(size, size_of(draw(None)))
    page = draw(new_page((size[0] / factor, size[1] / factor), look))
    enlarge(page, factor)
    return page


def larger(size: tuple[float, float], usual: tuple[float, float]) -> float:
    """Return how many times larger than usual a page is, both ways; 1 for a smaller one."""
    return max(1.0, min(size[0] / usual[0], size[1] / usual[1]))


def enlarge(figure: Figure, factor: float) -> None:
    """Make a figure so many times as large, with its type, marks, lines and hatches."""
    figure.set_size_inches(*(factor * side for side in figure.get_size_inches()))
    for artist in figure.findobj():
        _enlarge(artist, factor)


def _enlarge(artist: Artist, factor: float) -> None:
    """Enlarge what an artist has in points; all else follows the page."""
    if isinstance(artist, Text):
        artist.set_fontsize(factor * float(artist.get_fontsize()))
    elif isinstance(artist, Line2D):
        artist.set_linewidth(factor * artist.get_linewidth())
        artist.set_markersize(factor * artist.get_markersize())
        artist.set_markeredgewidth(factor * artist.get_markeredgewidth())
    elif isinstance(artist, Patch):
        artist.set_linewidth(factor * artist.get_linewidth())
        if hatch := artist.get_hatch():
            # A hatch repeats on every inch of any page, as often as its sign is repeated. Where it
            # can be no wider, thicker lines would fill it.
            signs = max(1, round(len(hatch) / factor))
            artist.set_hatch(signs * hatch[0])
            artist.set_hatch_linewidth(len(hatch) / signs * artist.get_hatch_linewidth())
    elif isinstance(artist, Collection):
        artist.set_linewidth((factor * np.asarray(artist.get_linewidth())).tolist())
    if halos := artist.get_path_effects():
        artist.set_path_effects(
            [halo.enlarged(factor) if isinstance(halo, Halo) else halo for halo in halos]
        )
