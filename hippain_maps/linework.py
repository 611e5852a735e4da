"""From drawn borders to labelled patches: the part of map making that knows no anatomy.

Borders are polylines in one plane. Ends that nearly meet another border are joined to it, all
crossings become shared vertices, and the faces between the lines are found and given the label of
the one region point inside them. Whatever does not fit (a border that ends in the open, a face
without a label or with two) is an error that names the border or the place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from shapely import LineString, Point, Polygon

from hippain_maps.errors import DataError
from hippain_maps.geometry import FloatArray

JOIN_WITHIN = 0.5
"""An end this near to another border (in the unit of the plane, cm) is joined to it."""

PLAIN = np.ones(2)
"""Coordinates that messages name as they are."""

_GRID = 1e-7


def join_ends(
    lines: Mapping[str, FloatArray],
    *,
    within: float = JOIN_WITHIN,
    unit: FloatArray = PLAIN,
) -> dict[str, FloatArray]:
    """Return the lines with every open end joined to the border it nearly meets.

    An end that runs past a border by at most `within` is cut back to it; one that falls short by
    at most `within` is moved onto it. Vertices that are not ends never move, so that a line keeps
    its shape.

    Parameters
    ----------
    lines : mapping of str to ndarray, shape (n, 2)
        Border name to its vertices. Closed lines (first vertex repeated) have no ends.
    within : float
        Reach of a join, cm.
    unit : ndarray, shape (2,)
        What a coordinate is multiplied by before a message names it.

    Raises
    ------
    DataError
        If an end is farther than `within` from every other border. All such ends are told, the
        first with the rest in ``others``.
    """
    shapes = {name: LineString(xy) for name, xy in lines.items()}
    names = list(shapes)
    joined: dict[str, FloatArray] = {}
    in_the_open: list[DataError] = []
    for name, xy in lines.items():
        ends = xy
        if not np.array_equal(xy[0], xy[-1]):
            others = [shapes[other] for other in names if other != name]
            for _ in range(2):
                try:
                    ends = _join_start(name, ends, others, within, unit)
                except DataError as error:
                    in_the_open.append(error)
                ends = ends[::-1]
        joined[name] = ends
    if in_the_open:
        # The faces beside an open border run together; what is in them would say nothing.
        raise DataError.of(
            in_the_open, "faces are looked for once every border ends on another; more may follow"
        )
    return joined


def _place(xy: FloatArray, unit: FloatArray) -> str:
    x, y = xy * unit
    return f"({x:.2f}, {y:.2f})"


def _join_start(
    name: str, xy: FloatArray, others: Sequence[LineString], within: float, unit: FloatArray
) -> FloatArray:
    """Return `xy` with its first vertex on one of the other lines."""
    start = Point(xy[0])
    gaps = shapely.distance(others, start)
    if gaps.min() < 1e-12:
        return xy
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    line = LineString(xy)
    # Past the border: the first crossing within reach is where the line was meant to begin.
    near = [o for o, gap in zip(others, gaps, strict=True) if gap <= within]
    crossings = [
        line.project(p)
        for other in near
        for p in shapely.get_parts(shapely.intersection(line, other))
        if isinstance(p, Point)
    ]
    crossings = [c for c in crossings if c <= within]
    if crossings:
        cut = max(crossings)
        kept = xy[along > cut + _GRID]
        return np.vstack([np.array(line.interpolate(cut).coords), kept])
    if near:
        # Another open end is a poor thing to join: it will move onto a border of its own.
        other = max(near, key=lambda o: (0 < o.project(start) < o.length, -o.distance(start)))
        onto = other.interpolate(other.project(start))
        return np.vstack([np.array(onto.coords), xy])
    raise DataError(
        f"border '{name}' ends in the open at {_place(xy[0], unit)}; an end must come "
        f"within {within} cm of another border",
        field=f"borders.{name}",
    )


def faces(lines: Sequence[FloatArray], *, unit: FloatArray = PLAIN) -> list[Polygon]:
    """Return the faces between the lines; neighbours share their vertices exactly.

    Raises
    ------
    DataError
        If a line ends inside a face, so that it borders nothing. All such lines are told.
    """
    # Joined ends lie on a border up to rounding: the grid makes them vertices of it.
    noded = shapely.unary_union([LineString(xy) for xy in lines], grid_size=_GRID)
    found, cuts, dangles, invalid = shapely.polygonize_full([noded])
    problems: list[DataError] = []
    for wrong, what in (
        (dangles, "ends in the open"),
        (cuts, "has the same face on both sides"),
        (invalid, "is no ring"),
    ):
        for line in shapely.get_parts(wrong):
            if line.length < 10 * _GRID:
                continue  # An end on a border, up to rounding.
            near = _place(np.array(line.interpolate(0.5, normalized=True).coords[0]), unit)
            problems.append(
                DataError(f"a border {what} near {near}; join it to others at both ends")
            )
    if problems:
        raise DataError.of(
            problems, "regions are looked for in the faces once these are whole; more may follow"
        )
    return [p for p in shapely.get_parts(found) if isinstance(p, Polygon)]


def label_faces(
    patches: Sequence[Polygon],
    seeds: Sequence[tuple[str, Sequence[float] | FloatArray]],
    *,
    unit: FloatArray = PLAIN,
) -> list[str]:
    """Return the label of each face: that of the region point inside it.

    Raises
    ------
    DataError
        If a face holds no region point or points of two regions, or a point lies in no face. All
        of these are told, but not that a face is without a region where a point lies on its
        border: that is one mistake.
    """
    problems: list[DataError] = []
    tree = shapely.STRtree(list(patches))
    points = [Point(at) for _, at in seeds]
    seed_index, face_index = tree.query(points, predicate="within")
    labels: dict[int, str] = {}
    strangers: set[tuple[int, str]] = set()
    for s, f in zip(seed_index.tolist(), face_index.tolist(), strict=True):
        label = seeds[s][0]
        if labels.setdefault(f, label) != label and (f, label) not in strangers:
            strangers.add((f, label))
            problems.append(
                DataError(
                    f"regions '{labels[f]}' and '{label}' lie in one face at "
                    f"{_place(np.array(points[s].coords[0]), unit)}; "
                    "a border between them is missing or open",
                    field=f"regions.{label}",
                )
            )
    placed = set(seed_index.tolist())
    accounted: set[int] = set()
    for s, (label, at) in enumerate(seeds):
        if s not in placed:
            where = _place(np.asarray(at), unit)
            problems.append(
                DataError(
                    f"region '{label}' has its point {where} in no face, or on a border; "
                    "put it well inside its face",
                    field=f"regions.{label}",
                )
            )
            accounted.update(tree.query(points[s], predicate="dwithin", distance=_GRID).tolist())
    for f, patch in enumerate(patches):
        if f not in labels and f not in accounted:
            where = _place(np.array(patch.representative_point().coords[0]), unit)
            problems.append(
                DataError(
                    f"the face at {where}, {patch.area:.2f} cm2, has no region; "
                    "name it, or remove the border that makes it"
                )
            )
    if problems:
        raise DataError.of(problems)
    return [labels[f] for f in range(len(patches))]
