r"""The chart frame ``hippain-175``, and the few geometry steps that every module shares.

A standing adult, 175 cm tall; the unit is the centimetre. In the standing views ``y`` is the
height above the floor, so that levels line up from view to view. ``x`` points to the *viewer's*
right, and 0 is the midline (front, back) or the coronal plane through the hip joint (sides).
Left and right are always the patient's::

        anterior          posterior       right_lateral    left_lateral
       R    o    L       L    o    R            o               o
      175  /|\\           /|\\              |>              <|       y = height
           |              |              |               |
      100  / \\            / \\             |               |
          |   |          |   |            |               |
        0 -   -          -   -            |_             _|
       x<0  0  x>0      x<0 0 x>0      back 0 front   front 0 back

With the measured body (patient's left = +X, front = +Y, up = +Z) the views are anterior (X, Z),
posterior (-X, Z), right_lateral (Y, Z) and left_lateral (-Y, Z).

Three insets show skin that a standing figure hides: ``plantar`` (both soles, toes up, heel edge
at y = 0, the right foot at x < 0), ``dorsal`` (both feet from above as the patient sees them,
toes up, the left foot at x < 0) and ``perineal`` (the saddle area from below, front up, the
patient's right at x < 0).

The body is symmetric: the right half is the mirror of the left, x negated and the lateral views
exchanged.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal, get_args

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from hippain_maps.errors import UnknownNameError

View = Literal[
    "anterior", "posterior", "left_lateral", "right_lateral", "plantar", "dorsal", "perineal"
]
Side = Literal["left", "right"]
FloatArray = NDArray[np.float64]
Area = Polygon | MultiPolygon

FRAME = "hippain-175"
VIEWS: tuple[View, ...] = get_args(View)
STANDING_VIEWS: tuple[View, ...] = VIEWS[:4]
INSET_VIEWS: tuple[View, ...] = VIEWS[4:]
SIDES: tuple[Side, ...] = get_args(Side)

GRID = 1e-6
"""Grid (cm) on which an overlay that fails is tried once more."""

_MIRROR: dict[View, View] = {
    "left_lateral": "right_lateral",
    "right_lateral": "left_lateral",
}


def check_view(name: str) -> View:
    """Return `name` as a view.

    Raises
    ------
    UnknownNameError
        If there is no such view; the nearest name is offered.

    Examples
    --------
    >>> check_view("posterior")
    'posterior'
    """
    for view in VIEWS:
        if name == view:
            return view
    raise UnknownNameError("view", name, VIEWS, hint=f"views are {', '.join(VIEWS)}")


def mirror_view(view: View) -> View:
    """Return the view in which the mirrored body shows the same skin.

    Examples
    --------
    >>> mirror_view("left_lateral"), mirror_view("posterior")
    ('right_lateral', 'posterior')
    """
    return _MIRROR.get(view, view)


def other_side(side: Side) -> Side:
    """Return the opposite side.

    Examples
    --------
    >>> other_side("left")
    'right'
    """
    return "right" if side == "left" else "left"


def mirror(geometry: Area) -> Area:
    """Return `geometry` with x negated; ring direction is left as it falls."""
    flip = np.array([-1.0, 1.0])
    return shapely.transform(geometry, lambda xy: xy * flip)


def unshared(geometry: Any) -> Any:
    """Return a copy of a geometry, or of an array of them, that nothing else refers to.

    Examples
    --------
    >>> box = shapely.box(0, 0, 1, 1)
    >>> unshared(box) == box, unshared(box) is box
    (True, False)
    """
    return shapely.transform(geometry, np.copy)


def as_area(geometry: BaseGeometry) -> Area:
    """Return the valid polygonal part of any geometry; empty if it has none.

    Self-crossings, repeated points, spikes and overlapping parts are resolved so that whatever a
    line goes round stays inside (the non-zero rule): a loop within a loop is filled. Holes are
    taken out of their own part; one that lies outside it takes nothing.

    Examples
    --------
    >>> bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    >>> as_area(bow_tie).area
    2.0
    """

    def polygons(of: BaseGeometry) -> list[Polygon]:
        # Twice, because a collection may hold multi-part geometries.
        parts = shapely.get_parts(shapely.get_parts(of))
        return [part for part in parts if isinstance(part, Polygon) and not part.is_empty]

    parts = polygons(geometry)
    if not MultiPolygon(parts).is_valid:
        filled = []
        for part in parts:
            # Ring by ring: make_valid would turn a hole outside its shell into a shell.
            shell, *holes = (
                shapely.make_valid(Polygon(ring), method="structure", keep_collapsed=False)
                for ring in (part.exterior, *part.interiors)
            )
            filled.append(shell.difference(shapely.union_all(holes)) if holes else shell)
        joined = filled[0] if len(filled) == 1 else shapely.union_all(filled)
        # Of a ring that goes round both ways, make_valid returns parts that share an edge.
        parts = polygons(joined if joined.is_valid else shapely.union_all(joined))
    if len(parts) == 1:
        return parts[0]
    return MultiPolygon(parts) if parts else Polygon()


def overlaid(operation: Callable[..., Any], *shapes: Any) -> tuple[Any, bool]:
    """Return what an overlay gives; where GEOS fails, what it gives on a grid of `GRID`.

    Parameters
    ----------
    operation : callable
        Of Shapely, such as ``shapely.intersection``: it takes ``grid_size``.
    *shapes
        What it is given.

    Returns
    -------
    result
        As of the operation.
    retried : bool
        Whether the grid had to help, which the caller says in its own result.

    Examples
    --------
    >>> shape, retried = overlaid(shapely.union, shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1))
    >>> shape.area, retried
    (2.0, False)
    """
    try:
        return operation(*shapes), False
    except shapely.errors.GEOSException:
        return operation(*shapes, grid_size=GRID), True


def on_grid(view: View) -> str:
    """Return the note on a view that was measured on the grid.

    Examples
    --------
    >>> on_grid("posterior")
    'the posterior view was measured on a grid of 1e-06 cm'
    """
    return f"the {view} view was measured on a grid of {GRID:g} cm"


def smooth_curve(points: ArrayLike, *, step: float = 0.4, closed: bool = False) -> FloatArray:
    """Return a smooth line through every point, sampled about every `step`.

    A centripetal Catmull-Rom spline (Yuksel, Schaefer and Keyser 2011): it passes through its
    points, and never loops or overshoots between them as a uniform one does.

    Parameters
    ----------
    points : array-like, shape (n, 2)
        At least two distinct points in drawing order; a closed curve does not repeat its first.
    step : float
        Distance between neighbouring samples along the chord, in the unit of the points; along
        the curve it is a little more, in hairpin turns up to twice as much.
    closed : bool
        Whether the curve returns to its first point.

    Returns
    -------
    ndarray, shape (m, 2)
        The samples; each input point is among them, exactly.

    Examples
    --------
    >>> smooth_curve([[0, 0], [1, 0]], step=0.5).tolist()
    [[0.0, 0.0], [0.5, 0.0], [1.0, 0.0]]
    """
    knots = np.asarray(points, dtype=float)
    if len(knots) < 2:
        raise ValueError(f"a curve needs at least two points, got {len(knots)}")
    if (np.diff(knots, axis=0) == 0).all(axis=1).any():
        raise ValueError("two points in a row are the same; leave one out")
    if closed:
        padded = np.vstack([knots[-1], knots, knots[0], knots[1]])
    else:
        padded = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])
    pieces: list[FloatArray] = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        t1 = math.sqrt(math.dist(p0, p1))
        t2 = t1 + math.sqrt(math.dist(p1, p2))
        t3 = t2 + math.sqrt(math.dist(p2, p3))
        count = max(1, math.ceil(math.dist(p1, p2) / step))
        t = np.linspace(t1, t2, count + 1)[:-1, None]
        a1 = (t1 - t) / t1 * p0 + t / t1 * p1
        a2 = (t2 - t) / (t2 - t1) * p1 + (t - t1) / (t2 - t1) * p2
        a3 = (t3 - t) / (t3 - t2) * p2 + (t - t2) / (t3 - t2) * p3
        b1 = (t2 - t) / t2 * a1 + t / t2 * a2
        b2 = (t3 - t) / (t3 - t1) * a2 + (t - t1) / (t3 - t1) * a3
        piece = (t2 - t) / (t2 - t1) * b1 + (t - t1) / (t2 - t1) * b2
        piece[0] = p1
        pieces.append(piece)
    pieces.append(knots[:1] if closed else knots[-1:])
    return np.vstack(pieces)
