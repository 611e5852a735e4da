"""Shapes as SVG path data, in chart cm with y up; the page turns them over."""

from __future__ import annotations

import numpy as np
import shapely

from hippain_maps.geometry import FloatArray

FINENESS = 0.02
"""Lines keep to their course within this, cm: a fifth of a pixel on a large screen."""


def path_of(shape: shapely.Geometry, *, fineness: float = 0.0) -> str:
    """Return the outline of a polygonal shape; an empty one has an empty path.

    Holes wind the other way, so that either fill rule leaves them open.

    Parameters
    ----------
    shape : Polygon or MultiPolygon
        Chart cm.
    fineness : float
        By how much, in cm, lines may leave their course to need fewer points.

    Examples
    --------
    >>> path_of(shapely.box(0, 0, 2, 1.5))
    'M2 0 2 1.5 0 1.5 0 0Z'
    """
    if fineness:
        shape = shapely.simplify(shape, fineness)
    rings = [
        ring
        for part in shapely.get_parts(shapely.orient_polygons(shape))
        if not part.is_empty
        for ring in (part.exterior, *part.interiors)
    ]
    # The last point of a ring is its first; Z draws that line.
    return "".join(f"M{_numbers(shapely.get_coordinates(ring)[:-1])}Z" for ring in rings)


def line_of(points: FloatArray, *, fineness: float = FINENESS) -> str:
    """Return an open line.

    Examples
    --------
    >>> line_of(np.array([[0, 0], [1, 0.001], [2.125, 0]]))
    'M0 0 2.12 0'
    """
    line = shapely.simplify(shapely.LineString(points), fineness)
    return f"M{_numbers(shapely.get_coordinates(line))}"


def _numbers(points: FloatArray) -> str:
    # Adding 0 turns -0 into 0.
    return " ".join(f"{number:g}" for number in (np.round(points, 2) + 0.0).ravel().tolist())
