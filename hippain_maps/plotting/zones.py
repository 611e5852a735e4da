"""Shapes of a referral pattern: solid essential zone, stippled spillover.

Zones are sets of regions; pain has soft edges. So a zone is drawn as a contour of its regions after
the same kind of blur that the ranking uses, clipped to the body, and spillover as dots that are
evenly spread and thin out where the expected pain fades.
"""

from __future__ import annotations

import itertools
import math
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import contourpy
import numpy as np
import shapely
from shapely import Polygon

from hippain_maps.geometry import Area, FloatArray, Side, View, as_area, mirror, mirror_view
from hippain_maps.patterns import TriggerPoint, TriggerPointMark, ZoneName
from hippain_maps.regions import Body, BodyChart, IntArray

SPACING = 0.4
"""Distance of the grid on which zones are blurred, cm."""

SHAPE_SOFTNESS = 1.5
"""Blur of a drawn zone, cm: the edge shift of a hand, as in the ranking."""

EDGE = math.sqrt(0.5)
"""The contour that is drawn, of a zone's field over the root of the same field blurred twice as
far: on a long border both are a half. The division keeps narrow strips, which blur thin."""

_DOT_DISTANCE = {"spillover": (0.82, 1.5), "rare": (1.7, 2.3)}
_SEED = 20


@dataclass(frozen=True)
class Grid:
    """A chart as a grid of points.

    Parameters
    ----------
    x, y : ndarray
        Coordinates of columns and rows, cm.
    place : ndarray of int, shape (rows, columns)
        The polygon of the chart at each point, -1 off the charted body.
    """

    x: FloatArray
    y: FloatArray
    place: IntArray


_GRIDS: weakref.WeakKeyDictionary[BodyChart, Grid] = weakref.WeakKeyDictionary()


def grid_of(chart: BodyChart) -> Grid:
    """Return the grid of a chart; made once for each."""
    found = _GRIDS.get(chart)
    if found is None:
        x0, y0, x1, y1 = chart.charted.bounds
        x = np.arange(x0 - 3, x1 + 3, SPACING)
        y = np.arange(y0 - 3, y1 + 3, SPACING)
        points = shapely.points(*(a.ravel() for a in np.meshgrid(x, y)))
        point, polygon = chart.tree.query(points, predicate="intersects")
        place = np.full(len(points), -1)
        place[point] = polygon
        found = _GRIDS[chart] = Grid(x, y, place.reshape(len(y), len(x)))
    return found


def blurred(chart: BodyChart, values: FloatArray, softness: float = SHAPE_SOFTNESS) -> FloatArray:
    """Return a value per polygon as a smooth field on the chart's grid.

    Parameters
    ----------
    chart : BodyChart
        The view.
    values : ndarray, shape (polygons,)
        One value for each polygon of the chart.
    softness : float
        Standard deviation of the Gaussian, cm.

    Returns
    -------
    ndarray, shape (rows, columns)
        The field; only the charted body counts, so that it does not fade towards the outline.
    """
    grid = grid_of(chart)
    on_body = grid.place >= 0
    field = np.where(on_body, values[grid.place], 0.0)
    across = _gaussian(len(grid.x), softness / SPACING)
    along = _gaussian(len(grid.y), softness / SPACING)
    weight = along @ on_body.astype(float) @ across
    smooth: FloatArray = (along @ field @ across) / np.maximum(weight, 1e-9)
    return np.where(weight > 1e-3, smooth, 0.0)


def _gaussian(size: int, sigma: float) -> FloatArray:
    """Return the symmetric matrix that blurs a line of `size` samples."""
    place = np.arange(size)
    band: FloatArray = np.exp(-(((place[:, None] - place) / sigma) ** 2) / 2)
    return band


def contour_area(chart: BodyChart, field: FloatArray, level: float) -> Area:
    """Return where a field is above a level, on the charted body, chart cm."""
    grid = grid_of(chart)
    lines = contourpy.contour_generator(grid.x, grid.y, field, fill_type="OuterOffset")
    # A pair of lists: the points of each outer ring with its holes, and where each ring begins.
    filled: Any = lines.filled(level, math.inf)
    shapes = []
    for xy, cuts in zip(*filled, strict=True):
        rings = [xy[a:b] for a, b in itertools.pairwise(cuts)]
        shapes.append(as_area(Polygon(rings[0], rings[1:])))
    if not shapes:
        return Polygon()
    return as_area(shapely.intersection(shapely.union_all(shapes), chart.charted))


def zone_area(chart: BodyChart, values: FloatArray) -> Area:
    """Return the shape of a zone in a view: its regions with soft, rounded outlines.

    Parameters
    ----------
    chart : BodyChart
        The view.
    values : ndarray, shape (polygons,)
        1 for each polygon in the zone, 0 for the others.
    """
    if not values.any():
        return Polygon()
    near, far = blurred(chart, values), blurred(chart, values, 2 * SHAPE_SOFTNESS)
    return contour_area(chart, near / np.sqrt(np.maximum(far, 1e-4)), EDGE)


@dataclass(frozen=True)
class PatternShapes:
    """What is drawn of a pattern in one view, in chart cm.

    Parameters
    ----------
    essential : Polygon or MultiPolygon
        The solid zone; empty where the view shows none of it.
    spillover, rare : ndarray, shape (n, 2)
        Centres of the dots.
    marks : tuple of TriggerPointMark
        The crosses of this view.
    """

    view: View
    essential: Area
    spillover: FloatArray
    rare: FloatArray
    marks: tuple[TriggerPointMark, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the view shows nothing of the pattern."""
        return self.essential.is_empty and not len(self.spillover) and not len(self.rare)

    def mirrored(self) -> PatternShapes:
        """Return the shapes of the other side."""
        flip = np.array([-1.0, 1.0])
        return PatternShapes(
            mirror_view(self.view),
            mirror(self.essential),
            self.spillover * flip,
            self.rare * flip,
            tuple(TriggerPointMark(mirror_view(m.view), -m.x, m.y) for m in self.marks),
        )


def pattern_shapes(
    body: Body, points: Sequence[TriggerPoint], side: Side, view: View
) -> PatternShapes:
    """Return the shapes of the joint pattern of some trigger points in one view.

    The right side is the mirror image of the left, to the last dot.
    """
    if side == "right":
        return pattern_shapes(body, points, "left", mirror_view(view)).mirrored()
    chart = body.charts[view]
    essential = zone_area(chart, _values(body, chart, points, "essential"))
    dots = {
        zone: _stipple(chart, blurred(chart, _values(body, chart, points, zone)), essential, zone)
        for zone in ("spillover", "rare")
    }
    marks = tuple(m for point in points for m in point.marks if m.view == view)
    return PatternShapes(view, essential, dots["spillover"], dots["rare"], marks)


def _values(
    body: Body, chart: BodyChart, points: Iterable[TriggerPoint], zone: ZoneName | str
) -> FloatArray:
    """Return the largest weight of each polygon of a view in one zone of some trigger points."""
    values = np.zeros(len(body.sided))
    for point in points:
        for name, parts in point.zones.items():
            if name == zone:
                for part in parts:
                    place = body.place[part.sided("left")]
                    values[place] = max(values[place], part.weight)
    if zone == "essential":
        # A weaker part of the zone is solid all the same; its weight is the ranking's affair.
        values = (values > 0).astype(float)
    return values[chart.index]


def _stipple(chart: BodyChart, field: FloatArray, solid: Area, zone: str) -> FloatArray:
    """Return dots that keep their distance, closer together where the field is stronger.

    Darts are thrown from a seeded generator and kept if no earlier one is too near (Poisson-disk
    sampling with a radius that follows the field), so the pattern is even, and always the same.
    """
    grid = grid_of(chart)
    near, far = _DOT_DISTANCE[zone]
    inside = (field > 0.3) & (grid.place >= 0)
    if not inside.any():
        return np.empty((0, 2))
    rows, columns = np.nonzero(inside)
    generator = np.random.default_rng(_SEED)
    throws = 12 * len(rows)
    pick = generator.integers(len(rows), size=throws)
    offset = (generator.random((throws, 2)) - 0.5) * SPACING
    darts = np.stack([grid.x[columns[pick]], grid.y[rows[pick]]], axis=1) + offset
    strength = np.clip((field[rows[pick], columns[pick]] - 0.3) / 0.6, 0, 1)
    distance = far + (near - far) * strength
    keep = shapely.contains_xy(shapely.buffer(chart.charted, -0.3), darts)
    if not solid.is_empty:
        keep &= ~shapely.contains_xy(shapely.buffer(solid, 0.35), darts)
    return _spread(darts[keep], distance[keep])


def _spread(darts: FloatArray, distance: FloatArray) -> FloatArray:
    """Return the darts that lie no nearer to an earlier kept one than their distance."""
    cell = float(distance.max()) if len(distance) else 1.0
    kept: dict[tuple[int, int], list[tuple[float, float]]] = {}
    chosen: list[tuple[float, float]] = []
    for (x, y), radius in zip(darts.tolist(), distance.tolist(), strict=True):
        column, row = math.floor(x / cell), math.floor(y / cell)
        around = (
            other
            for i in (column - 1, column, column + 1)
            for j in (row - 1, row, row + 1)
            for other in kept.get((i, j), ())
        )
        if all((x - a) ** 2 + (y - b) ** 2 >= radius * radius for a, b in around):
            kept.setdefault((column, row), []).append((x, y))
            chosen.append((x, y))
    return np.array(chosen).reshape(-1, 2)
