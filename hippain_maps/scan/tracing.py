"""From ink to marks: closed outlines filled, strokes as strokes, dots as spots.

A pen leaves lines, and means areas. A line that comes back to where it began, or nearly, is an
outline: what it goes round is the area, up to the middle of the line. Shading is an area too. A
line that goes somewhere else is a stroke, as wide as the pen, and a dot is a spot.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon
from skimage.measure import find_contours

from hippain_maps.geometry import as_area
from hippain_maps.scan.bones import bones_of, components, joined, line_width, paths_of
from hippain_maps.scan.course import PIXELS_PER_MM, to_mm
from hippain_maps.scan.ink import Ink, Mask
from hippain_maps.scan.light import strongest

SPECK = 0.5
"""Ink of a smaller area, mm2, is dirt or a slip of the pen."""

SPECK_OPEN = 0.6
"""A break in a line no longer than this, mm, is the pen's or the picture's, and bridged."""

MIN_AREA = 3.0
"""What a line goes round counts as an area from this size on, mm2: a circle 2 mm across."""

SHADED = 2.6
"""Ink without gaps that is so much thicker than a line, mm, is coloured in."""

SHADED_GAP, SHADED_INK, SHADED_AREA = 2.0, 0.35, 8.0
"""Where the pen went to and fro with gaps no wider than this, mm, and left ink on so large a share
of so many mm2, the whole is an area."""

MIN_TAIL = 4.0
"""A line that leaves an outline or a junction is a stroke of its own if it is so long, mm."""

DOT = 2.5
"""Ink no larger than this in any direction, mm, and round, is a spot."""


@dataclass(frozen=True, eq=False)
class Piece:
    """One mark on the page.

    Parameters
    ----------
    kind : str
        ``outline``, ``stroke`` or ``spot``.
    shape : shapely geometry
        Polygon, LineString, MultiLineString or Point, mm of the page's block.
    width_mm : float
        Of the line, or of the spot.
    pen : str
        Colour: black, blue, red or green.
    closed_mm : float
        How wide a gap was closed to make it an outline; 0 if none.
    """

    kind: Literal["outline", "stroke", "spot"]
    shape: Any
    width_mm: float
    pen: str
    closed_mm: float = 0.0


def trace(ink: Ink) -> list[Piece]:
    """Return the marks that the ink on a page makes, from the left to the right."""
    bridge = 2 * round(SPECK_OPEN * PIXELS_PER_MM / 2) + 1
    round_ = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (bridge, bridge))
    closed = cv2.morphologyEx(ink.mask.astype(np.uint8), cv2.MORPH_CLOSE, round_)
    mask = _along_walls(_without_specks(closed), ink.live)
    mask, gaps = joined(mask)
    pieces: list[Piece] = []
    for place, part in components(mask):
        wide = float(
            max(
                (
                    g
                    for (x, y), g in gaps
                    if _inside(place, x, y) and part[y - place[1], x - place[0]]
                ),
                default=0,
            )
        )
        pieces += _pieces(part, place, ink, wide / PIXELS_PER_MM)
    return pieces


def _inside(place: tuple[int, int, int, int], x: int, y: int) -> bool:
    left, top, wide, high = place
    return left <= x < left + wide and top <= y < top + high


def _along_walls(mask: NDArray[np.uint8], live: Mask) -> NDArray[np.uint8]:
    """Return the mask with outlines that run off the charts closed along their edge.

    A wall between two rooms is no edge: what crosses it is still read.
    """
    high, wide = mask.shape
    near = 3
    closed = mask.copy()
    for (left, top, w, h), part in components(mask):
        rows, columns = np.nonzero(part)
        rows, columns = rows + top, columns + left
        for axis, ahead in ((0, 1), (0, -1), (1, 1), (1, -1)):
            to_y = np.clip(rows + near * ahead * (axis == 0), 0, high - 1)
            to_x = np.clip(columns + near * ahead * (axis == 1), 0, wide - 1)
            off = ~live[to_y, to_x]
            if not off.any():
                continue
            along = columns[off] if axis == 0 else rows[off]
            across = rows[off] if axis == 0 else columns[off]
            # Two places where it leaves, on one edge: not along it, not on different ones.
            if np.ptp(across) > 2 * near or np.diff(np.unique(along)).max(initial=0) < w * 0.2:
                continue
            level = round(float(across.mean()))
            ends = [(int(along.min()), level), (int(along.max()), level)]
            first, last = ends if axis == 0 else [(y, x) for x, y in ends]
            if np.ptp(along) < 0.75 * (w + h):
                cv2.line(closed, first, last, 1, thickness=3)
    return closed


# --- One connected part


def _pieces(
    part: Mask, place: tuple[int, int, int, int], ink: Ink, closed_mm: float
) -> list[Piece]:
    """Return the marks that one connected part of the ink makes."""
    left, top, wide, high = place
    corner = np.array([left, top])
    # Rooms lie well within the page, so a part with its pixel of air does too.
    density = ink.density[top : top + high, left : left + wide]
    bones = bones_of(part)
    edge = line_width(part, bones)
    dark = strongest(density)
    # The middle of a blurred line is dark, and half as dark where the pen's line ends.
    core = part & (dark > 0.5 * np.quantile(dark[part], 0.9))
    pen = pen_of(density[core])
    filled = _filled(part)
    solid = _areas(part, filled, edge) | _shading(part)
    found: list[Piece] = []
    least = 0.8 * edge
    if solid.any():
        # Ink to the middle of its line; what is coloured in as far as it goes.
        inward = 0.0 if part[solid].mean() > 0.9 else -edge / 2
        for area in _polygons(solid, inward):
            shape = shapely.transform(area, lambda xy: to_mm(xy + corner))
            found.append(Piece("outline", shape, edge / PIXELS_PER_MM, pen, closed_mm))
        reach = 2 * int(np.ceil(edge / 2 + 2)) + 1
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
        rest = cv2.dilate(solid.astype(np.uint8), disc) == 0
        bones, core = bones & rest, core & rest
        least = MIN_TAIL * PIXELS_PER_MM
    elif _is_dot(part):
        y, x = (float(v.mean()) for v in np.nonzero(core))
        across = 2 * float(np.sqrt(core.sum() / np.pi)) / PIXELS_PER_MM
        return [Piece("spot", shapely.Point(to_mm(np.array([x, y]) + corner)), across, pen)]
    width = float(core.sum()) / max(float(bones.sum()), 1.0) / PIXELS_PER_MM
    paths = [to_mm(path + corner) for path in paths_of(bones, max(least, 3.0), edge)]
    lines = [shapely.simplify(shapely.LineString(path), 0.08) for path in paths]
    if found:
        found += [Piece("stroke", line, width, pen) for line in lines]
    elif lines:
        many = lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)
        found.append(Piece("stroke", many, width, pen))
    return found


def _is_dot(part: Mask) -> bool:
    high, wide = part.any(axis=1).sum(), part.any(axis=0).sum()
    longest, shortest = max(high, wide), min(high, wide)
    return bool(longest <= DOT * PIXELS_PER_MM and longest < 2 * shortest)


def pen_of(density: NDArray[np.floating[Any]]) -> str:
    """Return the colour of some ink: black, blue, red or green.

    Parameters
    ----------
    density : ndarray, shape (n, 3)
        Of its pixels, for red, green and blue light.

    Examples
    --------
    >>> pen_of(np.array([[0.9, 0.7, 0.2]])), pen_of(np.array([[0.8, 0.8, 0.75]]))
    ('blue', 'black')
    """
    if not len(density):
        return "black"
    dark = density.max(axis=1)
    mean = density[dark >= np.quantile(dark, 0.5)].mean(axis=0)
    if mean.max() - mean.min() < 0.3 * mean.max():
        return "black"
    return ("red", "green", "blue")[int(mean.argmin())]


def _without_specks(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    large = stats[:, cv2.CC_STAT_AREA] >= SPECK * PIXELS_PER_MM**2
    large[0] = False
    return large[labels].astype(np.uint8) if count > 1 else mask


def _filled(part: Mask) -> Mask:
    """Return a part with all that it goes round."""
    outside = cv2.copyMakeBorder(part.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    cv2.floodFill(outside, None, (0, 0), 2, flags=4)
    filled: Mask = outside[1:-1, 1:-1] != 2
    return filled


def _areas(part: Mask, filled: Mask, width: float) -> Mask:
    """Return what of a filled part is area, and not line: gone round, or shaded."""
    solid = _opened(filled, 0.6 * width + 1.5).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=4)
    depth = cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, 5)
    mm2 = PIXELS_PER_MM**2
    keep = np.zeros(count, dtype=np.bool_)
    for label in range(1, count):
        here = labels == label
        round_ = float((here & ~part).sum()) >= 0.6 * MIN_AREA * mm2
        # Where two lines meet they make a wedge, which is no shading.
        shaded = 2 * float(depth[here].max()) > max(SHADED * PIXELS_PER_MM, 1.8 * width)
        large = stats[label, cv2.CC_STAT_AREA] >= MIN_AREA * mm2
        keep[label] = large and (round_ or shaded)
    areas: Mask = keep[labels]
    return areas


def _shading(part: Mask) -> Mask:
    """Return what a pen went to and fro over."""
    mm2 = PIXELS_PER_MM**2
    if part.sum() < SHADED_INK * SHADED_AREA * mm2:
        return np.zeros_like(part)
    size = 2 * round(SHADED_GAP / 2 * PIXELS_PER_MM) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    padded = np.pad(part, size).astype(np.uint8)
    closed = _filled(cv2.morphologyEx(padded, cv2.MORPH_CLOSE, disc) > 0)
    thick = _opened(closed, 0.6 * SHADED_GAP * PIXELS_PER_MM)[size:-size, size:-size]
    count, labels, stats, _ = cv2.connectedComponentsWithStats(thick.astype(np.uint8))
    ink = np.bincount(labels.ravel(), weights=part.ravel(), minlength=count)
    area = stats[:, cv2.CC_STAT_AREA]
    keep = (area >= SHADED_AREA * mm2) & (ink >= SHADED_INK * area)
    keep[0] = False
    shading: Mask = keep[labels]
    return shading


def _opened(mask: Mask, radius: float) -> Mask:
    size = 2 * int(np.ceil(radius)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    padded = np.pad(mask, size).astype(np.uint8)
    opened: Mask = cv2.morphologyEx(padded, cv2.MORPH_OPEN, disc)[size:-size, size:-size] > 0
    return opened


def _polygons(mask: Mask, edge: float) -> Iterator[Polygon]:
    """Yield the shapes of a mask without holes, their edge moved out by some pixels."""
    # Rounded by a pixel, so that the edge runs between pixels and not along their stairs.
    soft = cv2.GaussianBlur(np.pad(mask, 4).astype(np.float32), (0, 0), 1.2)
    for line in find_contours(soft, 0.5):
        if len(line) < 4:
            continue
        rough = as_area(Polygon(line[:, ::-1] - 4))
        for area in shapely.get_parts(as_area(shapely.buffer(rough, edge))):
            simple = shapely.simplify(Polygon(area.exterior), 0.25)
            if simple.area >= 1:
                yield simple
