"""Shapes of a referral pattern: solid essential zone, stippled spillover.

Zones are sets of regions; pain has soft edges. So a zone is drawn as a contour of its regions after
the same kind of blur that the ranking uses, clipped to the body, and spillover as dots that are
evenly spread and thin out where the expected pain fades. Groups with a published frequency have a
shape each, to be toned by it, and none lies on another; a core, where skin goes numb, has a shape
of its own.
"""

from __future__ import annotations

import itertools
import math
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import contourpy
import numpy as np
import shapely
from shapely import MultiPoint, Polygon

from hippain_maps.geometry import Area, FloatArray, Side, View, as_area, mirror, mirror_view
from hippain_maps.patterns import Frequency, Source, TriggerPoint, TriggerPointMark
from hippain_maps.plotting import stipple
from hippain_maps.regions import Body, BodyChart, IntArray

SPACING = 0.4
"""Distance of the grid on which zones are blurred, cm."""

SHAPE_SOFTNESS = 1.8
"""Blur of a drawn zone, cm: a little more than the ranking's, for round shapes."""

EDGE = math.sqrt(0.5)
"""The contour that is drawn, of a zone's field over the root of the same field blurred twice as
far: on a long border both are a half. The division keeps narrow strips, which blur thin."""

FADES = (0.25, 0.8)
"""Shares of a zone's edge blur between which its dots grow from none to their full density."""

FAINTEST = 0.25
"""Zones of less weight than this are stippled as if they had it, or they would not be seen."""

FULLEST = {"spillover": 1.0, "rare": 0.3}
"""Full density of each stippled zone, as a share of the densest stipple."""

DOT_GROUND = 0.9
"""A dot stands for the ground this far around it, cm."""

DOT_MARGIN = 0.25
"""Dots keep this far inside the outline, and twice as far from the solid zone, cm."""

REACH = 1.85
"""A drawn zone comes at least so near to every place of its regions, cm."""

_LIFT, _LIFTS = 0.06, 16
"""By how much more each time, and how often at the most, a part is lifted that the contour would
leave out."""

MOST = 0.5
"""A group that this share of patients feels, or more, is drawn like an essential zone."""

_MEETS, _HAIR = 0.8, 0.25
"""Groups with a frequency grow towards each other so far; slivers between them that are thinner
than twice the second belong to neither; cm."""


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
        The field. It fades a little towards the outline, so that zones end round there.
    """
    grid = grid_of(chart)
    field = np.where(grid.place >= 0, values[grid.place], 0.0)
    smooth: FloatArray = _spread(field, softness / SPACING) * _share(chart, softness)
    return smooth


_SHARES: weakref.WeakKeyDictionary[BodyChart, dict[float, FloatArray]] = weakref.WeakKeyDictionary()


def _share(chart: BodyChart, softness: float) -> FloatArray:
    """Return what a blurred field is multiplied by at each point; made once for a chart."""
    made = _SHARES.setdefault(chart, {})
    if softness not in made:
        on_body = grid_of(chart).place >= 0
        full = _spread(np.ones(on_body.shape), softness / SPACING)
        weight = _spread(on_body.astype(float), softness / SPACING) / full
        # Divided by the whole weight a zone would end square at the outline; by none of it, it
        # would shrink from the outline. The root of it rounds the ends and keeps the edge.
        share = 1 / (full * np.sqrt(np.maximum(weight, 1e-9)))
        made[softness] = np.where(weight > 1e-3, share, 0.0)
    return made[softness]


_REACH = 5
"""A blur ends at so many standard deviations, where nothing of it is left to be seen."""


def _spread(field: FloatArray, sigma: float) -> FloatArray:
    """Return a field with each sample spread as a Gaussian of height 1, sigma in samples.

    Sums of shifted copies: zones are small, and a matrix product would start threads for them.
    """
    spread = np.zeros_like(field)
    rows, columns = np.flatnonzero(field.any(axis=1)), np.flatnonzero(field.any(axis=0))
    if not len(rows):
        return spread
    part = field[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    reach = math.ceil(_REACH * sigma)
    kernel = np.exp(-((np.arange(-reach, reach + 1) / sigma) ** 2) / 2)
    for _ in range(2):
        wide = np.zeros((len(part) + 2 * reach, part.shape[1]))
        for shift, weight in enumerate(kernel):
            wide[shift : shift + len(part)] += weight * part
        part = wide.T
    top, left = int(rows[0]) - reach, int(columns[0]) - reach
    down = slice(max(top, 0), min(top + len(part), len(field)))
    along = slice(max(left, 0), min(left + part.shape[1], field.shape[1]))
    spread[down, along] = part[
        down.start - top : down.stop - top, along.start - left : along.stop - left
    ]
    return spread


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
        1 for each polygon in the zone, 0 for the others; less where the outline is to draw back.
    """
    shape: Area = Polygon()
    if not values.any():
        return shape
    lifted, parts = values.astype(float), np.flatnonzero(values)
    for times in range(1, _LIFTS + 1):
        near, far = blurred(chart, lifted), blurred(chart, lifted, 2 * SHAPE_SOFTNESS)
        shape = contour_area(chart, near / np.sqrt(np.maximum(far, 1e-4)), EDGE)
        # A weak end, or the rim of a zone that is seen edge on, may be left out; it is part of it.
        reached = shapely.buffer(shape, REACH)
        shapely.prepare(reached)
        left_out = parts[~shapely.covers(reached, chart.polygons[parts])]
        if not len(left_out):
            break
        lifted[left_out] *= 1 + _LIFT * times
    return shape


@dataclass(frozen=True)
class Frequent:
    """A group of regions with a published frequency, as one view shows it.

    Parameters
    ----------
    group : str
        Its id.
    share : float
        Share of patients with pain anywhere in it.
    area : Polygon or MultiPolygon
        Its shape.
    middle : (float, float)
        Where it is widest: the middle of the largest circle that fits in.
    room : float
        Radius of that circle, cm.
    """

    group: str
    share: float
    area: Area
    middle: tuple[float, float]
    room: float

    def mirrored(self) -> Frequent:
        """Return the group on the other side."""
        x, y = self.middle
        return replace(self, area=mirror(self.area), middle=(-x, y))


@dataclass(frozen=True)
class PatternShapes:
    """What is drawn of a pattern in one view, in chart cm.

    Parameters
    ----------
    essential : Polygon or MultiPolygon
        The solid zone; empty where the view shows none of it.
    spillover, rare : ndarray, shape (n, 2)
        Centres of the dots.
    marks : mapping of str to tuple of TriggerPointMark
        The crosses of this view, by trigger point.
    frequent : tuple of Frequent
        Groups with a published frequency, the highest first; none lies on another.
    core : Polygon or MultiPolygon
        Where it goes numb or tingles.
    seldom : ndarray, shape (n, 2)
        Dots of the groups that fewer than half feel, where there is no room for tones.
    """

    view: View
    essential: Area
    spillover: FloatArray
    rare: FloatArray
    marks: Mapping[str, tuple[TriggerPointMark, ...]]
    frequent: tuple[Frequent, ...] = ()
    core: Area = field(default_factory=Polygon)
    seldom: FloatArray = field(default_factory=lambda: np.empty((0, 2)))

    @cached_property
    def extent(self) -> Area:
        """Where it hurts: the solid zone, the ground that dots stand for, groups of any share."""
        dots = MultiPoint(np.vstack([self.spillover, self.rare]))
        # Widened and drawn back, so that no gaps are left between the grounds of dots.
        ground = shapely.buffer(dots, 2 * DOT_GROUND, quad_segs=4)
        ground = shapely.buffer(ground, -DOT_GROUND, quad_segs=4)
        groups = [found.area for found in self.frequent]
        return as_area(shapely.union_all([self.essential, ground, *groups]))

    @cached_property
    def solid(self) -> Area:
        """Where most patients feel it: the essential zone, or the groups of half of them."""
        groups = [found.area for found in self.frequent if found.share >= MOST]
        return as_area(shapely.union_all([self.essential, *groups]))

    @property
    def is_empty(self) -> bool:
        """Whether the view shows nothing of the pattern."""
        dots = len(self.spillover) + len(self.rare)
        return self.essential.is_empty and self.core.is_empty and not self.frequent and not dots

    def mirrored(self) -> PatternShapes:
        """Return the shapes of the other side."""
        flip = np.array([-1.0, 1.0])
        return PatternShapes(
            mirror_view(self.view),
            mirror(self.essential),
            self.spillover * flip,
            self.rare * flip,
            {name: tuple(m.mirrored() for m in marks) for name, marks in self.marks.items()},
            tuple(found.mirrored() for found in self.frequent),
            mirror(self.core),
            self.seldom * flip,
        )


def pattern_shapes(
    body: Body,
    points: Sequence[TriggerPoint],
    side: Side,
    view: View,
    source: Source | None = None,
) -> PatternShapes:
    """Return the shapes of the joint pattern of some trigger points in one view.

    With `source`, also of its published frequencies and its core. The right side is the mirror
    image of the left, to the last dot.
    """
    if side == "right":
        return pattern_shapes(body, points, "left", mirror_view(view), source).mirrored()
    chart = body.charts[view]
    essential = zone_area(chart, _values(body, chart, points, "essential"))
    dots = {
        zone: _stipple(chart, _values(body, chart, points, zone), essential, full)
        for zone, full in FULLEST.items()
    }
    # Both zones take their dots from one tile; where they blend, a dot would be drawn twice.
    both = np.isin(dots["rare"] @ (1, 1j), dots["spillover"] @ (1, 1j))
    dots["rare"] = dots["rare"][~both]
    marks = {p.id: tuple(m for m in p.marks if m.view == view) for p in points}
    marks = {name: found for name, found in marks.items() if found}
    frequent: tuple[Frequent, ...] = ()
    core: Area = Polygon()
    seldom = np.empty((0, 2))
    if source:
        groups = source.frequencies.groups if source.frequencies else ()
        frequent = _frequent(body, chart, groups)
        solid = as_area(shapely.union_all([f.area for f in frequent if f.share >= MOST]))
        fewer = np.zeros(len(chart.index))
        for group in groups:
            if group.share < MOST:
                fewer = np.maximum(fewer, group.share / MOST * _in(body, chart, group.regions))
        seldom = _stipple(chart, fewer, solid, FULLEST["spillover"])
        core = zone_area(chart, _in(body, chart, [part.region for part in source.core]))
    return PatternShapes(
        view, essential, dots["spillover"], dots["rare"], marks, frequent, core, seldom
    )


def _frequent(body: Body, chart: BodyChart, groups: Iterable[Frequency]) -> tuple[Frequent, ...]:
    """Return the shapes of groups, the highest first, each as far as those before it leave room.

    Each is cut from a contour of all so far, so that neighbours meet without a gap.
    """
    so_far = np.zeros(len(chart.index))
    taken: shapely.Geometry = Polygon()
    found: list[Frequent] = []
    for group in sorted(groups, key=lambda group: -group.share):
        mine = _in(body, chart, group.regions)
        if not mine.any():
            continue
        so_far = np.maximum(so_far, mine)
        whole = zone_area(chart, so_far)
        # No farther from its own shape than it takes to meet a neighbour.
        own = shapely.buffer(zone_area(chart, mine), _MEETS)
        area = shapely.difference(shapely.intersection(whole, own), taken)
        core = shapely.buffer(area, -_HAIR, join_style="mitre")
        area = shapely.intersection(area, shapely.buffer(core, _HAIR, join_style="mitre"))
        area = as_area(area)
        taken = shapely.union(taken, area)
        if area.is_empty:
            continue
        widest = max(shapely.get_parts(area), key=shapely.area)
        circle = shapely.maximum_inscribed_circle(widest, tolerance=0.1)
        middle = tuple(shapely.get_coordinates(circle)[0].tolist())
        found.append(Frequent(group.group, group.share, area, middle, circle.length))
    return tuple(found)


def _in(body: Body, chart: BodyChart, regions: Iterable[str]) -> FloatArray:
    """Return 1 for each polygon of a view that shows one of some regions of the left."""
    values = np.zeros(len(body.sided))
    values[[body.place[f"left:{region}"] for region in regions]] = 1
    shown: FloatArray = values[chart.index]
    return shown


def _values(body: Body, chart: BodyChart, points: Iterable[TriggerPoint], zone: str) -> FloatArray:
    """Return the largest weight of each polygon of a view in one zone of some trigger points."""
    values = np.zeros(len(body.sided))
    for point in points:
        for name, parts in point.zones.items():
            if name == zone:
                for part in parts:
                    place = body.place[part.sided("left")]
                    values[place] = max(values[place], part.weight)
    if zone == "essential":
        # A weaker part of the zone is solid all the same, but the outline draws back from it.
        values = np.where(values > 0, (1 + values) / 2, 0.0)
    shown: FloatArray = values[chart.index]
    return shown


def _stipple(chart: BodyChart, values: FloatArray, solid: Area, fullest: float) -> FloatArray:
    """Return the dots of a zone: as dense as its field is high, none on the solid zone."""
    if not values.any():
        return np.empty((0, 2))
    grid = grid_of(chart)
    inside = blurred(chart, (values > 0).astype(float))
    weight = blurred(chart, values) / np.maximum(inside, 1e-9)
    rows, columns = np.nonzero(inside > FADES[0])
    if not len(rows):
        return np.empty((0, 2))
    bounds = (
        grid.x[columns.min()] - SPACING,
        grid.y[rows.min()] - SPACING,
        grid.x[columns.max()] + SPACING,
        grid.y[rows.max()] + SPACING,
    )
    places, density = stipple.dots_in(bounds)
    column = np.clip(np.rint((places[:, 0] - grid.x[0]) / SPACING), 0, len(grid.x) - 1)
    row = np.clip(np.rint((places[:, 1] - grid.y[0]) / SPACING), 0, len(grid.y) - 1)
    at = row.astype(int), column.astype(int)
    low, high = FADES
    edge = np.clip((inside[at] - low) / (high - low), 0, 1)
    places = places[density < fullest * np.maximum(weight[at], FAINTEST) * edge]
    keep = shapely.contains_xy(shapely.buffer(chart.charted, -DOT_MARGIN), places)
    if not solid.is_empty:
        keep &= ~shapely.contains_xy(shapely.buffer(solid, 2 * DOT_MARGIN), places)
    kept: FloatArray = places[keep]
    return kept
