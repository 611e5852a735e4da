"""Several visits of one person: how much hurt when, and where how often.

The composite map says of every place in how many of the drawings it hurts. As with comparisons, two
drawings of one pain a minute apart overlap only at a Jaccard index of 0.62 +- 0.18 (Leoni 2013).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import shapely

from hippain_maps.atlas import Atlas
from hippain_maps.comparison import Extent, mean_intensity, pain_extent
from hippain_maps.drawing import PainDrawing
from hippain_maps.geometry import VIEWS, Area, View, as_area, overlaid

MOST_DRAWINGS = 30
"""Drawings of a composite map: the work grows with their square."""


@dataclass(frozen=True, slots=True)
class Moment:
    """How much one drawing of several holds.

    Parameters
    ----------
    extent : Extent
        How much pain is drawn.
    intensity : float or None
        Mean over the painful area; None where none is stated.
    """

    extent: Extent
    intensity: float | None


def moments(drawings: Sequence[PainDrawing], atlas: Atlas) -> tuple[Moment, ...]:
    """Return extent and intensity of each drawing."""
    return tuple(Moment(pain_extent(d, atlas), mean_intensity(d)) for d in drawings)


def composite(drawings: Sequence[PainDrawing]) -> Mapping[View, tuple[Area, ...]]:
    """Return where how many of several drawings hurt.

    Parameters
    ----------
    drawings : sequence of PainDrawing
        Of one person; at most `MOST_DRAWINGS`.

    Returns
    -------
    mapping of view to tuple of area
        Of each view that is drawn on: the area drawn in at least one, at least two, ... of the
        drawings, chart cm; each lies inside the one before.

    Raises
    ------
    ValueError
        If there are too many.

    Examples
    --------
    >>> narrow, wide = shapely.box(0, 60, 1, 70), shapely.box(0, 60, 3, 70)
    >>> both = [PainDrawing.from_polygons({"anterior": shape}) for shape in (narrow, wide)]
    >>> [area.area for area in composite(both)["anterior"]]
    [30.0, 10.0]
    """
    if len(drawings) > MOST_DRAWINGS:
        raise ValueError(f"{len(drawings)} drawings; a composite map has at most {MOST_DRAWINGS}")
    found: dict[View, tuple[Area, ...]] = {}
    for view in VIEWS:
        levels: list[Area] = []
        for drawing in drawings:
            area = drawing.area(view)
            if area.is_empty:
                continue
            levels.append(shapely.Polygon())
            # From the most down, so that a drawing counts once.
            for place in range(len(levels) - 1, 0, -1):
                again = overlaid(shapely.intersection, levels[place - 1], area)[0]
                levels[place] = as_area(overlaid(shapely.union, levels[place], again)[0])
            levels[0] = as_area(overlaid(shapely.union, levels[0], area)[0])
        levels = [level for level in levels if not level.is_empty]
        if levels:
            found[view] = tuple(levels)
    return found
