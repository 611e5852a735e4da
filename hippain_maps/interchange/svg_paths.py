"""Shapes of SVG as lines in chart centimetres: paths, curves and arcs, drawn out finely.

The language of paths is read by fontTools, which many programs depend on and which is kept well;
before it sees a path, every character and number of it has been checked here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import shapely

from hippain_maps._json import shown
from hippain_maps._limits import MAX_NEAR_PAIRS, MAX_VERTICES
from hippain_maps.errors import DrawingError
from hippain_maps.geometry import Area, FloatArray, as_area
from hippain_maps.interchange.records import needs
from hippain_maps.interchange.svg_scan import PLAIN, Matrix, length, numbers
from hippain_maps.marks import Mark, check_crossings

TOLERANCE = 0.01
"""How far a curve may be from its chords, in chart cm: a tenth of a millimetre on the body."""

_COMMANDS = re.compile(r"([MmZzLlHhVvCcSsQqTtAa])")
_NUMBER = re.compile(r"\s*,?\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*")
_FLAG = re.compile(r"\s*,?\s*([01])\s*")
_MOST_CHORDS = 400


class Subpath:
    """One line of a path: its points in chart cm, and whether the path closes it."""

    __slots__ = ("closed", "points")

    def __init__(self, start: tuple[float, float]) -> None:
        self.points: list[FloatArray] = [np.array([start], dtype=float)]
        self.closed = False

    @property
    def line(self) -> FloatArray:
        """All points, shape (n, 2)."""
        return np.concatenate(self.points)

    @property
    def end(self) -> FloatArray:
        """The last point so far."""
        last: FloatArray = self.points[-1][-1]
        return last


def subpaths(tag: str, attributes: Mapping[str, str], matrix: Matrix) -> list[Subpath]:
    """Return the lines of a shape.

    Parameters
    ----------
    tag, attributes
        The element.
    matrix : tuple of float
        From its units to chart cm.

    Raises
    ------
    DrawingError
        If it cannot be read, or has more points than a drawing may have.
    """
    try:
        from fontTools.pens.recordingPen import RecordingPen
        from fontTools.svgLib.path import parse_path
    except ImportError:
        raise needs("fonttools", "interchange", "SVG") from None
    pen = RecordingPen()
    start = (0.0, 0.0)
    for text in _checked(path_of(tag, attributes)):
        # After a closed line the pen is back at its start, which not every reader knows.
        text = text if text[0] in "Mm" else f"M{start[0]!r} {start[1]!r}{text}"
        try:
            parse_path(text, pen, current_pos=start)
        except (ValueError, IndexError, TypeError, ArithmeticError, AttributeError):
            raise DrawingError(f"the path {shown(text)} cannot be read") from None
        begun = next(where for name, where in reversed(pen.value) if name == "moveTo")
        start = (float(begun[0][0]), float(begun[0][1]))
    return _drawn_out(pen.value, matrix)


def path_of(tag: str, attributes: Mapping[str, str]) -> str:
    """Return any shape as the path data that draws it.

    Examples
    --------
    >>> path_of("line", {"x1": "1", "y1": "2", "x2": "3", "y2": "4"})
    'M1.0 2.0L3.0 4.0'
    """

    def of(name: str) -> float:
        return length(attributes.get(name), f"{name} of a {tag}")

    match tag:
        case "path":
            return attributes.get("d", "")
        case "line":
            return f"M{of('x1')} {of('y1')}L{of('x2')} {of('y2')}"
        case "polyline" | "polygon":
            points = numbers(attributes.get("points", ""), f"a {tag}")
            pairs = " ".join(f"{x} {y}" for x, y in zip(points[::2], points[1::2], strict=False))
            return f"M{pairs}{'Z' if tag == 'polygon' else ''}" if pairs else ""
        case "circle" | "ellipse":
            rx, ry = (of("r"), of("r")) if tag == "circle" else (of("rx"), of("ry"))
            start, arc = of("cx") - rx, f"a{rx} {ry} 0 0 1"
            if min(rx, ry) <= 0:
                return ""
            return f"M{start} {of('cy')}{arc} {2 * rx} 0{arc} {-2 * rx} 0Z"
    return _rectangle(of, attributes)


def _rectangle(of: Any, attributes: Mapping[str, str]) -> str:
    x, y, width, height = (of(name) for name in ("x", "y", "width", "height"))
    if min(width, height) <= 0:
        return ""
    rx, ry = (of(name) if name in attributes else None for name in ("rx", "ry"))
    rx, ry = (rx if rx is not None else ry) or 0.0, (ry if ry is not None else rx) or 0.0
    rx, ry = min(max(rx, 0.0), width / 2), min(max(ry, 0.0), height / 2)
    if not rx or not ry:
        return f"M{x} {y}h{width}v{height}h{-width}Z"
    corner = f"a{rx} {ry} 0 0 1"
    return (
        f"M{x + rx} {y}h{width - 2 * rx}{corner} {rx} {ry}v{height - 2 * ry}{corner} {-rx} {ry}"
        f"h{2 * rx - width}{corner} {-rx} {-ry}v{2 * ry - height}{corner} {rx} {-ry}Z"
    )


def _checked(data: str) -> list[str]:
    """Return path data as far as each closing, every number plain; refuse what is none."""
    pieces = _COMMANDS.split(data)
    if pieces[0].strip() or (len(pieces) > 1 and pieces[1] not in "Mm"):
        raise DrawingError(f"the path {shown(data)} does not begin with a move (M)")
    parts: list[list[str]] = [[]]
    count = 0
    for command, text in zip(pieces[1::2], pieces[2::2], strict=True):
        given = _arguments(command, text)
        count += len(given)
        if count > 7 * MAX_VERTICES:
            raise DrawingError(f"a path has more than {7 * MAX_VERTICES:,} numbers")
        if command in "Zz" and given:
            raise DrawingError(f"a path holds {shown(text.strip())} after its end (Z)")
        parts[-1] += [command, " ".join(given)]
        if command in "Zz":
            parts.append([])
    return ["".join(part) for part in parts if part]


def _arguments(command: str, text: str) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(text):
        flag = command in "Aa" and len(found) % 7 in (3, 4)
        match = (_FLAG if flag else _NUMBER).match(text, at)
        if match is None:
            if not text[at:].strip():
                break
            raise DrawingError(f"a path holds {shown(text[at : at + 30])}, which is no number")
        at = match.end()
        number = float(match[1])
        if not abs(number) < 1e7:
            raise DrawingError(f"a path holds the number {shown(match[1])}, out of all measure")
        found.append(match[1] if flag else repr(number))
    return found


def _drawn_out(commands: list[tuple[str, Any]], matrix: Matrix) -> list[Subpath]:
    a, b, c, d, e, f = matrix
    found: list[Subpath] = []
    total = 0

    def place(point: tuple[float, float]) -> tuple[float, float]:
        x, y = point
        if matrix == PLAIN:
            return x, y
        return a * x + c * y + e, b * x + d * y + f

    for name, arguments in commands:
        points = [place(point) for point in arguments]
        if name == "moveTo":
            found.append(Subpath(points[0]))
        elif name in ("closePath", "endPath"):
            found[-1].closed |= name == "closePath"
            continue
        else:
            new = np.array(points, dtype=float)
            if name != "lineTo":
                new = _curve(np.vstack([found[-1].end, new]))
            found[-1].points.append(new)
        total += len(found[-1].points[-1])
        if total > MAX_VERTICES:
            raise DrawingError(
                f"a path has more than {MAX_VERTICES:,} points; simplify it in the program "
                "that drew it"
            )
    return found


def _curve(control: FloatArray) -> FloatArray:
    """Return points along a Bezier curve, its start left out."""
    degree = len(control) - 1
    # The second differences bound how far the curve bends away from its chords.
    bend = np.abs(np.diff(control, n=2, axis=0)).max(initial=0.0) * math.sqrt(2)
    wanted = math.sqrt(degree * (degree - 1) * bend / (8 * TOLERANCE)) if bend < 1e6 else math.inf
    t = np.linspace(0, 1, max(1, math.ceil(min(wanted, _MOST_CHORDS))) + 1)[1:, None]
    weights = [math.comb(degree, k) * t**k * (1 - t) ** (degree - k) for k in range(degree + 1)]
    return np.asarray(sum(w * p for w, p in zip(weights, control, strict=True)), dtype=float)


def filled_area(lines: list[FloatArray], rule: str) -> Area:
    """Return what several closed lines of one path fill, by its rule, in chart cm.

    Parameters
    ----------
    lines : list of ndarray, shape (n, 2)
        The lines, closed or not: a fill closes them.
    rule : str
        ``nonzero`` or ``evenodd``.

    Examples
    --------
    >>> outer = np.array([[0, 0], [4, 0], [4, 4], [0, 4]], dtype=float)
    >>> inner = np.array([[1, 1], [2, 1], [2, 2], [1, 2]], dtype=float)
    >>> filled_area([outer, inner], "evenodd").area, filled_area([outer, inner], "nonzero").area
    (15.0, 16.0)
    """
    rings = [np.vstack([line, line[:1]]) for line in lines if len(line) > 2]
    if not rings:
        return shapely.Polygon()
    nested = tuple(tuple(map(tuple, ring.tolist())) for ring in rings)
    check_crossings([Mark("anterior", "MultiLineString", nested)])
    edges = shapely.union_all([shapely.LineString(ring) for ring in rings])
    faces = list(shapely.get_parts(shapely.polygonize(shapely.get_parts(edges))))
    if len(faces) * len(rings) > MAX_NEAR_PAIRS:
        raise DrawingError(
            f"a path has {len(rings):,} lines that enclose {len(faces):,} pieces; divide it"
        )
    kept = []
    for face in faces:
        inside = face.representative_point()
        turns = [_winding(ring, inside.x, inside.y) for ring in rings]
        if (sum(map(abs, turns)) % 2) if rule == "evenodd" else sum(turns):
            kept.append(face)
    return as_area(shapely.union_all(kept)) if kept else shapely.Polygon()


def _winding(ring: FloatArray, x: float, y: float) -> int:
    """Return how often a closed line goes round a point, anticlockwise positive."""
    dx, dy = ring[:, 0] - x, ring[:, 1] - y
    cross = dx[:-1] * dy[1:] - dx[1:] * dy[:-1]
    up = (dy[:-1] <= 0) & (dy[1:] > 0) & (cross > 0)
    down = (dy[:-1] > 0) & (dy[1:] <= 0) & (cross < 0)
    return int(up.sum()) - int(down.sum())


def ring_of(line: FloatArray) -> list[list[float]]:
    """Return a closed line as a GeoJSON ring: the first position repeated, four at least."""
    ring = [list(point) for point in line.tolist()]
    if len(ring) < 2 or ring[0] != ring[-1]:
        ring.append(list(ring[0]))
    while len(ring) < 4:
        ring.append(list(ring[-1]))
    return ring


def polygon_parts(area: Area) -> Iterator[list[list[list[float]]]]:
    """Yield the rings of each part of an area."""
    for part in shapely.get_parts(area):
        rings = (part.exterior, *part.interiors)
        yield [[list(p) for p in shapely.get_coordinates(ring).tolist()] for ring in rings]
