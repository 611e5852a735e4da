r"""How much of every polygon of a chart many areas cover, without building what they share.

The part of a drawing D in a region R is bounded by pieces of the outline of D inside R and pieces
of the outline of R inside D. By Green's theorem its area is the sum of ``(x dy - y dx) / 2`` along
them; along an outline these sums are known in advance, so that all that has to be found is where
outlines of drawings cross borders of regions:

.. math::

    |D \cap R| = \sum_{runs\ of\ \partial D\ in\ R} \Delta C
               + \sum_{crossings} \pm S_R + \sum_{rings\ of\ R\ that\ start\ in\ D} T_{ring}

with C and S_R the running sums along the outline of D and of R, plus where R is left and minus
where it is entered, and T the area of a ring of R.

Exactness
---------
Which outlines cross is decided by signs. A sign that rounding could turn (a corner within 1e-9 cm
of the other outline: pain drawn along a border) is not trusted: such a drawing is named, to be
measured by an overlay. Everything else is right to rounding, below 1e-9 cm2 on a body chart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import shapely
from numpy.typing import NDArray

from hippain_maps.geometry import Area, FloatArray
from hippain_maps.regions import BodyChart

IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]

_NEAR = 1e-9
"""A corner so near (cm) to another outline is not trusted to be on either side of it."""

_CELL = 1.2
"""Width of the cells (cm) in which crossings are looked for."""

_OUTSIDE = -1


@dataclass(frozen=True, eq=False)
class _Borders:
    """Every border piece of a chart once, with the regions on both sides, sorted into cells.

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
    ring_owner : ndarray of int, shape (rings,)
        The polygon of each ring.
    ring_sum : ndarray, shape (rings,)
        The sum once round.
    centre : ndarray, shape (polygons, 2)
        The place from which the sums of each polygon are taken, for the sake of the last digits.
    boxes : _Boxes
        Around the pieces.
    origin, shape, heads, members
        The cells: lower left corner, columns and rows, and the pieces in each, one after another.
    """

    start: FloatArray
    end: FloatArray
    owner: IntArray
    sum_at_start: FloatArray
    sum_over: FloatArray
    first: FloatArray
    ring_owner: IntArray
    ring_sum: FloatArray
    centre: FloatArray
    boxes: _Boxes
    origin: FloatArray
    shape: tuple[int, int]
    heads: IntArray
    members: IntArray


_CACHE: WeakKeyDictionary[BodyChart, _Borders] = WeakKeyDictionary()


def covered_areas(areas: Sequence[Area], chart: BodyChart) -> tuple[FloatArray, BoolArray]:
    """Return the covered area of every polygon of a chart, for many areas.

    Parameters
    ----------
    areas : sequence of Polygon or MultiPolygon, n of them
        Valid ones, in chart cm.
    chart : BodyChart
        Its polygons are a valid coverage.

    Returns
    -------
    covered : ndarray, shape (n, polygons)
        In cm2.
    sure : ndarray of bool, shape (n,)
        False where an outline comes so near to a corner or runs so near along a border that an
        overlay has to decide; the row is then without meaning.

    Examples
    --------
    >>> from hippain_maps.body import load_body
    >>> chart = load_body().charts["posterior"]
    >>> patch = shapely.Polygon([(-15, 60), (-9, 60.1), (-9, 70)])
    >>> covered, sure = covered_areas([patch], chart)
    >>> bool(sure[0]), round(float(covered.sum()), 9)
    (True, 29.7)
    """
    count, polygons = len(areas), len(chart.polygons)
    covered = np.zeros(count * polygons)
    drawn = _Outlines.of(areas)
    if not len(drawn.start) or not polygons:
        return covered.reshape(count, polygons), np.ones(count, dtype=bool)
    borders = _borders(chart)
    edge, piece = _meetings(drawn, borders)
    p, q = drawn.start[edge], drawn.end[edge]
    a, b = borders.start[piece], borders.end[piece]
    along, across = q - p, b - a
    p_side, q_side = _cross(across, p - a), _cross(across, q - a)
    a_side, b_side = _cross(along, a - p), _cross(along, b - p)
    near_piece = _NEAR * np.hypot(*across.T)
    near_edge = _NEAR * np.hypot(*along.T)
    unsure = (np.minimum(np.abs(p_side), np.abs(q_side)) <= near_piece) | (
        np.minimum(np.abs(a_side), np.abs(b_side)) <= near_edge
    )
    sure = np.ones(count, dtype=bool)
    sure[drawn.owner[drawn.ring[edge[unsure]]]] = False
    crosses = ((p_side > 0) != (q_side > 0)) & ((a_side > 0) != (b_side > 0))
    crosses &= sure[drawn.owner[drawn.ring[edge]]]
    edge, piece = edge[crosses], piece[crosses]
    p_side, q_side, a_side, b_side = (s[crosses] for s in (p_side, q_side, a_side, b_side))
    t, u = p_side / (p_side - q_side), a_side / (a_side - b_side)
    ring = drawn.ring[edge]
    row = drawn.owner[ring]

    # Pieces of region outlines inside the drawing.
    inward = np.where(b_side > 0, -1.0, 1.0) * drawn.turn[ring]
    for hand, (sign, part) in enumerate(((1.0, u), (-1.0, 1 - u))):
        owner = borders.owner[piece, hand]
        sums = borders.sum_at_start[piece, hand] + part * borders.sum_over[piece, hand]
        _add(covered, row, owner, polygons, sign * inward * sums)
    inside, begun = _starts_inside(areas, drawn, borders, sure)
    _add(covered, inside, borders.ring_owner[begun], polygons, borders.ring_sum[begun])

    # Pieces of the drawing's outline inside the regions: one run from each crossing to the next.
    order = np.lexsort((t, edge))
    edge, piece, t, ring, row = edge[order], piece[order], t[order], ring[order], row[order]
    entered = borders.owner[piece, np.where(q_side[order] > 0, 0, 1)]
    place = drawn.start[edge] + t[:, None] * (drawn.end[edge] - drawn.start[edge])
    sums = drawn.sum_at_start[edge] + t * drawn.sum_over[edge]
    following = np.arange(1, len(edge) + 1)
    last = np.ones(len(edge), dtype=bool)
    last[:-1] = ring[1:] != ring[:-1]
    begins = np.flatnonzero(np.concatenate([[True], last[:-1]])) if len(edge) else last
    following[last] = begins
    run = sums[following] - sums + np.where(last, drawn.ring_sum[ring], 0.0)
    shift = borders.centre[entered] - drawn.origin[ring]
    run -= _cross(shift, place[following] - place) / 2
    _add(covered, row, entered, polygons, drawn.turn[ring] * run)

    # Rings that cross no border lie in one region, or beside all.
    alone = np.ones(len(drawn.owner), dtype=bool)
    alone[ring] = False
    alone &= sure[drawn.owner]
    if alone.any():
        rings = np.flatnonzero(alone)
        where, owner = chart.tree.query(shapely.points(drawn.origin[rings]), predicate="within")
        rings = rings[where]
        _add(
            covered, drawn.owner[rings], owner, polygons, drawn.turn[rings] * drawn.ring_sum[rings]
        )
    table = np.minimum(covered.reshape(count, polygons), chart.areas)
    # What rounding leaves of nothing is nothing.
    return np.where(table < _NEAR, 0.0, table), sure


def _add(
    covered: FloatArray, row: IntArray, owner: IntArray, polygons: int, amount: FloatArray
) -> None:
    """Add amounts to the polygons that own them; those outside all are left out."""
    kept = owner != _OUTSIDE
    flat = row[kept] * polygons + owner[kept]
    covered += np.bincount(flat, weights=amount[kept], minlength=len(covered))


def _cross(first: FloatArray, second: FloatArray) -> FloatArray:
    result: FloatArray = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    return result


@dataclass(frozen=True, eq=False)
class _Outlines:
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
    def of(cls, areas: Sequence[Area] | NDArray[np.object_]) -> _Outlines:
        """Return the outlines; ``turn`` is 1 for rings that have the inside on their left."""
        parts, of_part = shapely.get_parts(np.asarray(areas, dtype=object), return_index=True)
        rings, of_ring = shapely.get_rings(parts, return_index=True)
        xy, of_xy = shapely.get_coordinates(rings, return_index=True)
        joined = of_xy[1:] == of_xy[:-1]
        ring = of_xy[:-1][joined]
        start, end = xy[:-1][joined], xy[1:][joined]
        heads = (
            np.flatnonzero(np.concatenate([[True], ring[1:] != ring[:-1]])) if len(ring) else ring
        )
        origin = start[heads]
        over = _cross(start - origin[ring], end - origin[ring]) / 2
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


def _borders(chart: BodyChart) -> _Borders:
    found = _CACHE.get(chart)
    if found is None:
        found = _CACHE[chart] = _build(chart)
    return found


def _build(chart: BodyChart) -> _Borders:
    bounds = shapely.bounds(chart.polygons)
    centre = (bounds[:, :2] + bounds[:, 2:]) / 2
    lines = _Outlines.of(shapely.orient_polygons(chart.polygons))
    owner = lines.owner[lines.ring]
    over = _cross(lines.start - centre[owner], lines.end - centre[owner]) / 2
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
    table_owner = np.full((len(pieces), 2), _OUTSIDE, dtype=np.intp)
    table_before, table_over = np.zeros((len(pieces), 2)), np.zeros((len(pieces), 2))
    table_owner[which, hand] = owner
    table_before[which, hand], table_over[which, hand] = before, over
    start, end = pieces[:, :2], pieces[:, 2:]
    origin = np.minimum(start, end).min(axis=0) - _CELL
    top = np.maximum(start, end).max(axis=0) + _CELL
    columns, rows = (np.ceil((top - origin) / _CELL)).astype(np.intp).tolist()
    boxes = _Boxes.of(start, end)
    cell, member = boxes.cells(origin, (columns, rows))
    order = np.lexsort((member, cell))
    counts = np.bincount(cell, minlength=columns * rows)
    return _Borders(
        start=start,
        end=end,
        owner=table_owner,
        sum_at_start=table_before,
        sum_over=table_over,
        first=lines.origin,
        ring_owner=lines.owner,
        ring_sum=ring_sum,
        centre=centre,
        boxes=boxes,
        origin=origin,
        shape=(columns, rows),
        heads=np.concatenate([[0], np.cumsum(counts)]),
        members=member[order],
    )


def _spread(counts: IntArray) -> tuple[IntArray, IntArray]:
    """Return for ``counts`` of things which thing each item belongs to, and its number in it."""
    which = np.repeat(np.arange(len(counts)), counts)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)


@dataclass(frozen=True, eq=False)
class _Boxes:
    """The boxes around some edges, a little wider than they are, and the cells that they touch."""

    left: FloatArray
    right: FloatArray
    low: FloatArray
    high: FloatArray

    @classmethod
    def of(cls, start: FloatArray, end: FloatArray) -> _Boxes:
        (x0, y0), (x1, y1) = start.T, end.T
        return cls(
            np.minimum(x0, x1) - _NEAR,
            np.maximum(x0, x1) + _NEAR,
            np.minimum(y0, y1) - _NEAR,
            np.maximum(y0, y1) + _NEAR,
        )

    def cells(self, origin: FloatArray, shape: tuple[int, int]) -> tuple[IntArray, IntArray]:
        """Return every cell that a box touches, and which box; those beside the grid have none."""
        left, right, low, high = (
            np.clip(np.floor((values - start) / _CELL), least, most).astype(np.intp)
            for values, start, least, most in (
                (self.left, origin[0], 0, shape[0]),
                (self.right, origin[0], -1, shape[0] - 1),
                (self.low, origin[1], 0, shape[1]),
                (self.high, origin[1], -1, shape[1] - 1),
            )
        )
        wide = np.maximum(right - left + 1, 0)
        box, number = _spread(wide * np.maximum(high - low + 1, 0))
        row, column = np.divmod(number, wide[box])
        return (low[box] + row) * shape[0] + left[box] + column, box


def _meetings(drawn: _Outlines, borders: _Borders) -> tuple[IntArray, IntArray]:
    """Return the pairs of a drawn edge and a border piece whose boxes touch, each pair once."""
    mine, theirs = _Boxes.of(drawn.start, drawn.end), borders.boxes
    cell, edge = mine.cells(borders.origin, borders.shape)
    held = borders.heads[cell + 1] - borders.heads[cell]
    some = held > 0
    cell, edge, held = cell[some], edge[some], held[some]
    pair, number = _spread(held)
    piece = borders.members[borders.heads[cell][pair] + number]
    edge, cell = edge[pair], cell[pair]
    touch = (mine.left[edge] <= theirs.right[piece]) & (theirs.left[piece] <= mine.right[edge])
    touch &= (mine.low[edge] <= theirs.high[piece]) & (theirs.low[piece] <= mine.high[edge])
    edge, piece, cell = edge[touch], piece[touch], cell[touch]
    # A pair that shares several cells is taken in that of the lower left corner of both.
    column = np.floor((np.maximum(mine.left[edge], theirs.left[piece]) - borders.origin[0]) / _CELL)
    row = np.floor((np.maximum(mine.low[edge], theirs.low[piece]) - borders.origin[1]) / _CELL)
    first = row.astype(np.intp) * borders.shape[0] + column.astype(np.intp) == cell
    return edge[first], piece[first]


def _starts_inside(
    areas: Sequence[Area], drawn: _Outlines, borders: _Borders, sure: BoolArray
) -> tuple[IntArray, IntArray]:
    """Return which areas hold the first corner of which rings."""
    shapes = np.asarray(areas, dtype=object)
    bounds = shapely.bounds(shapes)
    x, y = borders.first.T
    boxed = (
        (bounds[:, None, 0] < x)
        & (x < bounds[:, None, 2])
        & (bounds[:, None, 1] < y)
        & (y < bounds[:, None, 3])
        & sure[:, None]
    )
    row, ring = np.nonzero(boxed)
    shapely.prepare(shapes)
    held = shapely.contains_xy(shapes[row], x[ring], y[ring])
    return row[held], ring[held]
