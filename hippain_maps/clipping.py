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

import numpy as np
import shapely
from numpy.typing import NDArray

from hippain_maps._ranges import runs
from hippain_maps.geometry import Area, FloatArray, unshared
from hippain_maps.outlines import NEAR, OUTSIDE, Borders, Boxes, Outlines, borders_of, cross
from hippain_maps.regions import BodyChart, IntArray

BoolArray = NDArray[np.bool_]


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
    flat, sure = _measured(areas, [chart], np.zeros(len(areas), dtype=np.intp))
    return flat.reshape(len(areas), len(chart.polygons)), sure


def covered_by_chart(
    areas: Sequence[Area], charts: Sequence[BodyChart]
) -> tuple[list[FloatArray], BoolArray]:
    """Return the covered area of every polygon, for areas on several charts in one go.

    Parameters
    ----------
    areas : sequence of Polygon or MultiPolygon, n of them
        Valid ones, in chart cm.
    charts : sequence of BodyChart, n of them
        The chart that each lies on.

    Returns
    -------
    covered : list of ndarray, each of shape (polygons of its chart,)
        In cm2.
    sure : ndarray of bool, shape (n,)
        As for `covered_areas`.

    Examples
    --------
    >>> from hippain_maps.body import load_body
    >>> charts = load_body().charts
    >>> patch = shapely.Polygon([(-15, 60), (-9, 60.1), (-9, 70)])
    >>> covered, _ = covered_by_chart([patch, patch], [charts["posterior"], charts["anterior"]])
    >>> [round(float(row.sum()), 9) for row in covered]
    [29.7, 29.7]
    """
    sure = np.ones(len(areas), dtype=bool)
    # A chart may show nothing that is mapped.
    some = [number for number, chart in enumerate(charts) if len(chart.polygons)]
    different = {chart: place for place, chart in enumerate(dict.fromkeys(charts[n] for n in some))}
    of_chart = np.array([different[charts[n]] for n in some], dtype=np.intp)
    flat, sure[some] = _measured([areas[n] for n in some], list(different), of_chart)
    ends = np.cumsum([len(chart.polygons) for chart in charts]).tolist()
    return [flat[begin:end] for begin, end in zip([0, *ends], ends, strict=False)], sure


def _measured(
    areas: Sequence[Area], charts: Sequence[BodyChart], of_chart: IntArray
) -> tuple[FloatArray, BoolArray]:
    """Return what each area covers of the polygons of its chart, one row after the other."""
    sizes = np.array([len(chart.polygons) for chart in charts], dtype=np.intp)[of_chart]
    whole = int(sizes.sum())
    covered = np.zeros(whole)
    drawn = Outlines.of(areas)
    if not len(drawn.start) or not whole:
        return covered, np.ones(len(areas), dtype=bool)
    borders = borders_of(charts)
    # Where the row of an area would begin if it had the polygons of all charts.
    base = np.cumsum(sizes) - sizes - borders.polygons[of_chart]
    edge, piece = _meetings(drawn, of_chart, borders)
    p, q = drawn.start[edge], drawn.end[edge]
    a, b = borders.start[piece], borders.end[piece]
    along, across = q - p, b - a
    p_side, q_side = cross(across, p - a), cross(across, q - a)
    a_side, b_side = cross(along, a - p), cross(along, b - p)
    near_piece = NEAR * np.hypot(across[:, 0], across[:, 1])
    near_edge = NEAR * np.hypot(along[:, 0], along[:, 1])
    unsure = (np.minimum(np.abs(p_side), np.abs(q_side)) <= near_piece) | (
        np.minimum(np.abs(a_side), np.abs(b_side)) <= near_edge
    )
    sure = np.ones(len(areas), dtype=bool)
    sure[drawn.owner[drawn.ring[edge[unsure]]]] = False
    crosses = ((p_side > 0) != (q_side > 0)) & ((a_side > 0) != (b_side > 0))
    if not sure.all():
        crosses &= sure[drawn.owner[drawn.ring[edge]]]
    crossing = np.flatnonzero(crosses)
    edge, piece = edge[crossing], piece[crossing]
    p_side, q_side, a_side, b_side = (s[crossing] for s in (p_side, q_side, a_side, b_side))
    t, u = p_side / (p_side - q_side), a_side / (a_side - b_side)
    ring = drawn.ring[edge]
    row = base[drawn.owner[ring]]

    # Pieces of region outlines inside the drawing.
    inward = np.where(b_side > 0, -1.0, 1.0) * drawn.turn[ring]
    for hand, (sign, part) in enumerate(((1.0, u), (-1.0, 1 - u))):
        sums = borders.sum_at_start[piece, hand] + part * borders.sum_over[piece, hand]
        _add(covered, row, borders.owner[piece, hand], sign * inward * sums)
    inside, begun = _starts_inside(areas, of_chart, drawn, borders, sure)
    _add(covered, base[inside], borders.ring_owner[begun], borders.ring_sum[begun])

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
    run -= cross(shift, place[following] - place) / 2
    _add(covered, row, entered, drawn.turn[ring] * run)

    # Rings that cross no border lie in one region, or beside all.
    alone = np.ones(len(drawn.owner), dtype=bool)
    alone[ring] = False
    alone &= sure[drawn.owner]
    if alone.any():
        rings = np.flatnonzero(alone)
        for number, chart in enumerate(charts):
            mine = rings[of_chart[drawn.owner[rings]] == number]
            if len(mine):
                where, owner = chart.tree.query(
                    shapely.points(drawn.origin[mine]), predicate="within"
                )
                mine = mine[where]
                sums = drawn.turn[mine] * drawn.ring_sum[mine]
                _add(covered, base[drawn.owner[mine]], borders.polygons[number] + owner, sums)
    if len(charts) == 1:
        limit = np.broadcast_to(borders.areas, (len(areas), len(borders.areas))).ravel()
    else:
        limit = np.concatenate([charts[number].areas for number in of_chart.tolist()])
    covered = np.minimum(covered, limit)
    # What rounding leaves of nothing is nothing.
    return np.where(covered < NEAR, 0.0, covered), sure


def _add(covered: FloatArray, row: IntArray, owner: IntArray, amount: FloatArray) -> None:
    """Add amounts to the polygons that own them; those outside all are left out."""
    kept = owner != OUTSIDE
    flat = row[kept] + owner[kept]
    covered += np.bincount(flat, weights=amount[kept], minlength=len(covered))


def _meetings(drawn: Outlines, of_chart: IntArray, borders: Borders) -> tuple[IntArray, IntArray]:
    """Return the pairs of a drawn edge and a border piece whose boxes touch, each pair once."""
    mine, theirs = Boxes.of(drawn.start, drawn.end), borders.boxes
    chart = of_chart[drawn.owner[drawn.ring]]
    cell, edge = borders.grid.cells(mine, chart)
    pair, place = runs(borders.heads, cell)
    piece = borders.members[place]
    edge, cell = edge[pair], cell[pair]
    low, their_low = mine.low[edge], theirs.low[piece]
    touch = (low <= theirs.high[piece]) & (their_low <= mine.high[edge])
    both = np.flatnonzero(touch[:, 0] & touch[:, 1])
    edge, piece, cell = edge[both], piece[both], cell[both]
    # A pair that shares several cells is taken in that of the lower left corner of both.
    corner = np.maximum(low[both], their_low[both])
    first = borders.grid.cell_of(corner, chart[edge]) == cell
    return edge[first], piece[first]


def _starts_inside(
    areas: Sequence[Area],
    of_chart: IntArray,
    drawn: Outlines,
    borders: Borders,
    sure: BoolArray,
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
    if len(borders.polygons) > 2:
        boxed &= borders.ring_chart == of_chart[:, None]
    row, ring = np.nonzero(boxed)
    # Prepared geometries are not safe across threads, and a drawing may be ranked in several.
    shapes = unshared(shapes)
    shapely.prepare(shapes)
    held = shapely.contains_xy(shapes[row], x[ring], y[ring])
    return row[held], ring[held]
