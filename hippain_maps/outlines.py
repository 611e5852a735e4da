"""The outlines of areas and of the regions of a chart, prepared for finding where they cross.

An outline is a sequence of edges with a running sum along each ring: by Green's theorem, twice the
area that a ring encloses is what ``x dy - y dx`` comes to along it. The borders of a chart are kept
piece by piece, each once with the regions on both sides, and sorted into the cells of a grid; those
of several charts can be joined, so that one pass serves all views of a drawing.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import shapely
from numpy.typing import NDArray

from hippain_maps._ranges import spread
from hippain_maps.geometry import Area, FloatArray
from hippain_maps.regions import BodyChart, IntArray

NEAR = 1e-9
"""A corner so near (cm) to another outline is not trusted to be on either side of it."""

_CELL = 1.2
"""Width of the cells (cm) in which crossings are looked for."""

OUTSIDE = -1
"""In place of a polygon: none."""


def cross(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return the cross product of each pair of vectors, both of shape (n, 2)."""
    result: FloatArray = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    return result


@dataclass(frozen=True, eq=False)
class Outlines:
    """The outlines of some areas as edges, and the running sum along each ring."""

    start: FloatArray
    end: FloatArray
    ring: IntArray
    sum_at_start: FloatArray
    sum_over: FloatArray
    owner: IntArray
    origin: FloatArray
    ring_sum: FloatArray
    turn: FloatArray

    @classmethod
    def of(cls, areas: Sequence[Area] | NDArray[np.object_]) -> Outlines:
        """Return the outlines; ``turn`` is 1 for rings that have the inside on their left."""
        parts, of_part = shapely.get_parts(np.asarray(areas, dtype=object), return_index=True)
        rings, of_ring = shapely.get_rings(parts, return_index=True)
        xy, of_xy = shapely.get_coordinates(rings, return_index=True)
        joined = of_xy[1:] == of_xy[:-1]
        ring = of_xy[:-1][joined]
        start, end = xy[:-1][joined], xy[1:][joined]
        heads = _heads(ring)
        origin = start[heads]
        over = cross(start - origin[ring], end - origin[ring]) / 2
        ring_sum = np.add.reduceat(over, heads) if len(heads) else np.empty(0)
        hole = np.zeros(len(rings), dtype=bool)
        hole[1:] = of_ring[1:] == of_ring[:-1]
        turn = np.where((ring_sum > 0) != hole, 1.0, -1.0)
        return cls(
            start=start,
            end=end,
            ring=ring,
            sum_at_start=_running(over, heads, ring_sum),
            sum_over=over,
            owner=of_part[of_ring],
            origin=origin,
            ring_sum=ring_sum,
            turn=turn,
        )


def _heads(ring: IntArray) -> IntArray:
    """Return the first edge of each ring."""
    first = np.ones(len(ring), dtype=bool)
    first[1:] = ring[1:] != ring[:-1]
    return np.flatnonzero(first)


def _running(over: FloatArray, heads: IntArray, ring_sum: FloatArray) -> FloatArray:
    """Return the sum along each ring up to each edge.

    What a ring came to is taken off where the next one begins, so that the digits of a ring do not
    suffer from those before it.
    """
    steps = np.zeros(len(over))
    steps[1:] = over[:-1]
    steps[heads[1:]] -= ring_sum[:-1]
    total: FloatArray = np.cumsum(steps)
    return total


@dataclass(frozen=True, eq=False)
class Boxes:
    """The boxes around some edges, a little wider than they are; corners of shape (n, 2)."""

    low: FloatArray
    high: FloatArray

    @classmethod
    def of(cls, start: FloatArray, end: FloatArray) -> Boxes:
        """Return the boxes around edges, each array of shape (n, 2)."""
        return cls(np.minimum(start, end) - NEAR, np.maximum(start, end) + NEAR)


@dataclass(frozen=True, eq=False)
class Grid:
    """The cells over some charts, those of one after those of the other.

    Parameters
    ----------
    origin : ndarray, shape (charts, 2)
        Lower left corner over each chart.
    shape : ndarray of int, shape (charts, 2)
        Columns and rows over each chart.
    first : ndarray of int, shape (charts,)
        Number of the first cell of each chart.
    """

    origin: FloatArray
    shape: IntArray
    first: IntArray

    def cells(self, boxes: Boxes, chart: IntArray) -> tuple[IntArray, IntArray]:
        """Return every cell that a box touches, and which box; those beside the grid have none."""
        origin, shape = self.origin[chart], self.shape[chart]
        low = np.floor((boxes.low - origin) / _CELL)
        high = np.floor((boxes.high - origin) / _CELL)
        low = np.minimum(np.maximum(low, 0), shape).astype(np.intp)
        high = np.minimum(np.maximum(high, -1), shape - 1).astype(np.intp)
        size = np.maximum(high - low + 1, 0)
        wide = size[:, 0]
        box, number = spread(wide * size[:, 1])
        row, column = np.divmod(number, wide[box])
        start = self.first[chart] + low[:, 1] * shape[:, 0] + low[:, 0]
        return start[box] + row * shape[box, 0] + column, box

    def cell_of(self, xy: FloatArray, chart: IntArray) -> IntArray:
        """Return the cell of each place, which lies on the grid."""
        place = np.floor((xy - self.origin[chart]) / _CELL).astype(np.intp)
        cell: IntArray = self.first[chart] + place[:, 1] * self.shape[chart, 0] + place[:, 0]
        return cell


@dataclass(frozen=True, eq=False)
class Borders:
    """Every border piece of some charts once, with the regions on both sides, sorted into cells.

    Polygons are numbered through all charts.

    Parameters
    ----------
    start, end : ndarray, shape (pieces, 2)
        Chart cm.
    owner : ndarray of int, shape (pieces, 2)
        The polygon on the left and on the right of each piece; -1 where there is none.
    sum_at_start, sum_over : ndarray, shape (pieces, 2)
        The running sum of each of the two polygons where it comes to the piece, and over it; each
        walks with its inside on the left, so that the right one comes from the end.
    first : ndarray, shape (rings, 2)
        Where the walk round each ring begins.
    ring_owner, ring_chart : ndarray of int, shape (rings,)
        The polygon and the chart of each ring.
    ring_sum : ndarray, shape (rings,)
        The sum once round.
    centre : ndarray, shape (polygons, 2)
        The place from which the sums of each polygon are taken, for the sake of the last digits.
    areas : ndarray, shape (polygons,)
        In cm2.
    polygons : ndarray of int, shape (charts + 1,)
        Number of the first polygon of each chart, and of all there are.
    boxes : Boxes
        Around the pieces.
    grid, heads, members
        The cells, and the pieces in each, one after another.
    """

    start: FloatArray
    end: FloatArray
    owner: IntArray
    sum_at_start: FloatArray
    sum_over: FloatArray
    first: FloatArray
    ring_owner: IntArray
    ring_chart: IntArray
    ring_sum: FloatArray
    centre: FloatArray
    areas: FloatArray
    polygons: IntArray
    boxes: Boxes
    grid: Grid
    heads: IntArray
    members: IntArray


_CACHE: WeakKeyDictionary[BodyChart, Borders] = WeakKeyDictionary()
_Joined = dict[tuple[int, ...], tuple[list[Borders], Borders]]
_JOINED: WeakKeyDictionary[BodyChart, _Joined] = WeakKeyDictionary()
_MOST_JOINED = 16
"""Choices of charts that are kept; a drawing uses few of all there are."""


def borders_of(charts: Sequence[BodyChart]) -> Borders:
    """Return the borders of some charts, each built once, and joined once for each choice."""
    found = []
    for chart in charts:
        if chart not in _CACHE:
            _CACHE[chart] = _build(chart)
        found.append(_CACHE[chart])
    if len(found) == 1:
        return found[0]
    kept = _JOINED.setdefault(charts[0], {})
    key = tuple(map(id, found))
    known = kept.get(key)
    if known is None:
        if len(kept) >= _MOST_JOINED:
            kept.clear()
        # What was joined is kept with it, so that its identity stays its own.
        known = kept[key] = (found, _joined(found))
    return known[1]


def _joined(found: Sequence[Borders]) -> Borders:
    """Return the borders of several charts as those of one; numbers go on from one to the next."""

    def firsts(counts: Iterable[int]) -> list[int]:
        return [0, *itertools.accumulate(counts)]

    def stacked(name: str) -> Any:
        get = attrgetter(name)
        return np.concatenate([get(one) for one in found])

    def moved(name: str, by: Sequence[int]) -> Any:
        get = attrgetter(name)
        return np.concatenate(
            [
                np.where(get(one) == OUTSIDE, OUTSIDE, get(one) + first)
                for one, first in zip(found, by, strict=False)
            ]
        )

    polygons = firsts(len(one.areas) for one in found)
    members = firsts(len(one.members) for one in found)
    heads = [one.heads[:-1] + first for one, first in zip(found, members, strict=False)]
    cells = firsts(len(one) for one in heads)
    return Borders(
        start=stacked("start"),
        end=stacked("end"),
        owner=moved("owner", polygons),
        sum_at_start=stacked("sum_at_start"),
        sum_over=stacked("sum_over"),
        first=stacked("first"),
        ring_owner=moved("ring_owner", polygons),
        ring_chart=np.repeat(np.arange(len(found)), [len(one.ring_owner) for one in found]),
        ring_sum=stacked("ring_sum"),
        centre=stacked("centre"),
        areas=stacked("areas"),
        polygons=np.array(polygons, dtype=np.intp),
        boxes=Boxes(stacked("boxes.low"), stacked("boxes.high")),
        grid=Grid(stacked("grid.origin"), stacked("grid.shape"), np.array(cells[:-1])),
        heads=np.append(np.concatenate(heads), members[-1]),
        members=moved("members", firsts(len(one.start) for one in found)),
    )


def _build(chart: BodyChart) -> Borders:
    bounds = shapely.bounds(chart.polygons)
    centre = (bounds[:, :2] + bounds[:, 2:]) / 2
    lines = Outlines.of(shapely.orient_polygons(chart.polygons))
    owner = lines.owner[lines.ring]
    over = cross(lines.start - centre[owner], lines.end - centre[owner]) / 2
    heads = _heads(lines.ring)
    ring_sum = np.add.reduceat(over, heads)
    before = _running(over, heads, ring_sum)
    # A piece is written from its lesser end; a region that walks it the other way is on its right.
    swap = (lines.start[:, 0] > lines.end[:, 0]) | (
        (lines.start[:, 0] == lines.end[:, 0]) & (lines.start[:, 1] > lines.end[:, 1])
    )
    low = np.where(swap[:, None], lines.end, lines.start)
    high = np.where(swap[:, None], lines.start, lines.end)
    pieces, which = np.unique(np.hstack([low, high]), axis=0, return_inverse=True)
    which = which.reshape(-1)
    hand = swap.astype(np.intp)
    table_owner = np.full((len(pieces), 2), OUTSIDE, dtype=np.intp)
    table_before, table_over = np.zeros((len(pieces), 2)), np.zeros((len(pieces), 2))
    table_owner[which, hand] = owner
    table_before[which, hand], table_over[which, hand] = before, over
    start, end = pieces[:, :2], pieces[:, 2:]
    boxes = Boxes.of(start, end)
    origin = boxes.low.min(axis=0) - _CELL
    shape = np.ceil((boxes.high.max(axis=0) + _CELL - origin) / _CELL).astype(np.intp)
    grid = Grid(origin[None], shape[None], np.zeros(1, dtype=np.intp))
    cell, member = grid.cells(boxes, np.zeros(len(start), dtype=np.intp))
    order = np.lexsort((member, cell))
    counts = np.bincount(cell, minlength=int(shape.prod()))
    return Borders(
        start=start,
        end=end,
        owner=table_owner,
        sum_at_start=table_before,
        sum_over=table_over,
        first=lines.origin,
        ring_owner=lines.owner,
        ring_chart=np.zeros(len(lines.owner), dtype=np.intp),
        ring_sum=ring_sum,
        centre=centre,
        areas=chart.areas,
        polygons=np.array([0, len(chart.polygons)], dtype=np.intp),
        boxes=boxes,
        grid=grid,
        heads=np.concatenate([[0], np.cumsum(counts)]),
        members=member[order],
    )
