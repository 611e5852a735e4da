"""The middle lines of ink: their loose ends joined, and the ways along them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra
from skimage.morphology import skeletonize

from hippain_maps.geometry import FloatArray
from hippain_maps.scan.course import PIXELS_PER_MM
from hippain_maps.scan.ink import Mask

OPEN_SELF, OPEN_SHARE = 3.5, 0.2
"""A line whose ends come within so many mm of each other, and within so large a share of the way
from one to the other along it, is an outline that the hand did not quite close."""

OPEN_OTHER, OPEN_ANGLE = 2.0, 50.0
"""Two lines whose ends come within so many mm, and point at each other within so many degrees,
are one line that the pen skipped in."""

MAX_ENDS = 24
"""A drawn line has fewer loose ends; shading has more."""


@dataclass(frozen=True, slots=True)
class _End:
    """A loose end of a line: where, which way it points, and of which line."""

    at: tuple[int, int]
    course: tuple[float, float]
    label: int
    ways: Mapping[tuple[int, int], float]
    """How far it is to every other end along the line, pixels."""


def components(mask: NDArray[np.uint8]) -> Iterator[tuple[tuple[int, int, int, int], Mask]]:
    """Yield each connected part of a mask with a pixel of air round it, and its place."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    order = sorted(range(1, count), key=lambda n: (stats[n, 0], stats[n, 1]))
    for n in order:
        left, top, wide, high = (int(v) for v in stats[n, :4])
        part = np.pad(labels[top : top + high, left : left + wide] == n, 1)
        yield (left - 1, top - 1, wide + 2, high + 2), part


def bones_of(part: Mask) -> Mask:
    """Return the middle lines of a part, a pixel wide."""
    bones: Mask = skeletonize(part)
    return bones


def line_width(part: Mask, bones: Mask) -> float:
    """Return how wide the lines of a part are, pixels."""
    depth = cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, 5)
    return float(2 * np.median(depth[bones]) - 1) if bones.any() else 1.0


def joined(
    mask: NDArray[np.uint8],
) -> tuple[NDArray[np.uint8], list[tuple[tuple[int, int], float]]]:
    """Return the mask with near ends of lines joined, and where and how wide each gap was."""
    ends: list[_End] = []
    widths: dict[int, int] = {}
    for label, (place, part) in enumerate(components(mask)):
        bones = bones_of(part)
        widths[label] = max(2, round(line_width(part, bones)))
        ends += _ends(bones, place, label)
    joined = mask.copy()
    gaps = []
    for first, second in _pairs(ends):
        cv2.line(joined, first.at, second.at, 1, thickness=widths[first.label])
        wide = float(np.hypot(first.at[0] - second.at[0], first.at[1] - second.at[1]))
        gaps.append((first.at, wide))
    return joined, gaps


def _ends(bones: Mask, place: tuple[int, int, int, int], label: int) -> list[_End]:
    """Return the loose ends of a skeleton."""
    neighbours = cv2.filter2D(bones.astype(np.uint8), cv2.CV_8U, np.ones((3, 3), np.uint8))
    found = np.argwhere(bones & (neighbours == 2))
    # Shading has dozens; none of them is an outline left open.
    if not 1 <= len(found) <= MAX_ENDS:
        return []
    at, graph = _graph(bones)
    number = {(int(y), int(x)): n for n, (y, x) in enumerate(at)}
    own = [number[int(y), int(x)] for y, x in found]
    way = np.atleast_2d(dijkstra(graph, directed=False, indices=own))
    corner = np.array(place[:2])
    places = [(int(x), int(y)) for x, y in found[:, ::-1] + corner]
    ends = []
    for row, end in enumerate(places):
        near = at[way[row] < 1.2 * PIXELS_PER_MM][:, ::-1] + corner
        course = np.array(end) - near.mean(axis=0)
        course /= max(float(np.hypot(*course)), 1e-6)
        ways = {other: float(way[row, own[n]]) for n, other in enumerate(places)}
        ends.append(_End(end, (float(course[0]), float(course[1])), label, ways))
    return ends


def _pairs(ends: Sequence[_End]) -> Iterator[tuple[_End, _End]]:
    """Yield the ends that belong together, the nearest first, each at most once."""
    found = []
    if len(ends) > 1:
        tree = shapely.STRtree(shapely.points([end.at for end in ends]))
        reach = max(OPEN_SELF, OPEN_OTHER) * PIXELS_PER_MM
        one, other = tree.query(shapely.points([end.at for end in ends]), "dwithin", reach)
        for i, j in zip(one.tolist(), other.tolist(), strict=True):
            gap = float(np.hypot(*(np.array(ends[j].at) - ends[i].at)))
            if i < j and _belong(ends[i], ends[j], gap):
                found.append((gap, i, j))
    taken: set[int] = set()
    for _, i, j in sorted(found):
        if i not in taken and j not in taken:
            taken |= {i, j}
            yield ends[i], ends[j]


def _belong(first: _End, second: _End, gap: float) -> bool:
    if first.label == second.label:
        return gap <= min(OPEN_SELF * PIXELS_PER_MM, OPEN_SHARE * first.ways[second.at])
    if gap > OPEN_OTHER * PIXELS_PER_MM:
        return False
    across = (np.array(second.at, dtype=float) - first.at) / max(gap, 1e-6)
    least = np.cos(np.deg2rad(OPEN_ANGLE))
    return bool(across @ first.course > least and -across @ np.array(second.course) > least)


def paths_of(bones: Mask, least: float, width: float) -> list[FloatArray]:
    """Return the lines of a skeleton, the longest first, as (x, y) of pixels."""
    left, paths = bones.copy(), []
    for _ in range(50):
        path = _longest(left)
        if path is None or len(path) < least:
            break
        # Twigs of the pen's edge go with the line they are on.
        for x, y in path:
            left[y, x] = False
        near = 2 * int(np.ceil(width / 2)) + 1
        drawn = np.zeros(left.shape, np.uint8)
        cv2.polylines(drawn, [path.reshape(-1, 1, 2).astype(np.int32)], False, 1, thickness=near)
        left &= drawn == 0
        paths.append(_smoothed(path.astype(float)))
    return paths


def _smoothed(path: FloatArray, reach: int = 4) -> FloatArray:
    """Return a path of pixels without its stairs; its ends stay."""
    if len(path) <= 2 * reach:
        return path[[0, -1]] if len(path) > 1 else path
    window = np.ones(2 * reach + 1) / (2 * reach + 1)
    inner = np.stack([np.convolve(path[:, i], window, "valid") for i in (0, 1)], axis=1)
    return np.vstack([path[:1], inner, path[-1:]])


def _graph(bones: Mask) -> tuple[NDArray[np.int64], Any]:
    """Return the pixels of a skeleton, (row, column), and which are neighbours at what distance."""
    at = np.argwhere(bones)
    number = np.full(bones.shape, -1)
    number[at[:, 0], at[:, 1]] = np.arange(len(at))
    padded = np.pad(number, 1, constant_values=-1)
    rows, columns, lengths = [], [], []
    for dy, dx in ((0, 1), (1, -1), (1, 0), (1, 1)):
        other = padded[at[:, 0] + 1 + dy, at[:, 1] + 1 + dx]
        there = other >= 0
        rows.append(np.flatnonzero(there))
        columns.append(other[there])
        lengths.append(np.full(int(there.sum()), np.hypot(dx, dy)))
    pairs = (np.concatenate(rows), np.concatenate(columns))
    graph = coo_array((np.concatenate(lengths), pairs), shape=(len(at), len(at)))
    return at, graph.tocsr()


def _longest(bones: Mask) -> NDArray[np.int64] | None:
    """Return the longest of the shortest ways through the largest part of a skeleton."""
    at, graph = _graph(bones)
    if len(at) < 2:
        return None
    best: NDArray[np.int64] | None = None
    _, parts = connected_components(graph, directed=False)
    start = int(np.flatnonzero(parts == np.bincount(parts).argmax())[0])
    # Twice to the farthest: from anywhere to one end, from there to the other.
    for _ in range(2):
        way, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
        end = int(np.where(np.isfinite(way), way, -1).argmax())
        steps = [end]
        while before[steps[-1]] >= 0:
            steps.append(int(before[steps[-1]]))
        best = at[steps][:, ::-1]
        start = end
    return best
