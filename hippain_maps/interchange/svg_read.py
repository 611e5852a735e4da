"""A drawing out of an SVG file: our own, one drawn upon in another program, or a foreign one.

In a file of ours, each view is a group that says how chart centimetres lie on the page. What is
drawn inside the group, or anywhere on the page over it, is a mark of that view. A foreign file
needs to be told the view, and where two of its points lie on the chart (`Placement`).

A filled shape is an outline; so is a closed line. An open line is a stroke as wide as it is drawn.
Needs the extra ``interchange``.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Sequence
from typing import Any, BinaryIO

import numpy as np

from hippain_maps._gate import KINDS
from hippain_maps._json import parse_json, shown
from hippain_maps._limits import MAX_FEATURES, MAX_SVG_BYTES, MAX_VERTICES, MIN_WIDTH
from hippain_maps._reading import fetch
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DrawingError
from hippain_maps.geometry import VIEWS, FloatArray, check_view
from hippain_maps.interchange.records import Record, located
from hippain_maps.interchange.svg_paths import (
    Subpath,
    filled_area,
    polygon_parts,
    ring_of,
    subpaths,
)
from hippain_maps.interchange.svg_scan import Group, Matrix, Scan, Shape, length, scan_svg, times

Placement = Sequence[tuple[tuple[float, float], tuple[float, float]]]
"""Points of the page, and where each lies on the chart (cm)."""


def read_svg(
    source: str | os.PathLike[str] | BinaryIO,
    *,
    view: str | None = None,
    placed: Placement = (),
) -> Record:
    """Return the drawing in an SVG file.

    Parameters
    ----------
    source : path or binary file
        The file.
    view : view, optional
        Where shapes of a foreign file are that no group or attribute gives a view.
    placed : sequence of pairs of points
        For a foreign file: two points of the page in its own units, and where they lie on the
        chart; three or more where it is stretched or turned.

    Returns
    -------
    Record
        Its notes say what was left out.

    Raises
    ------
    DrawingError
        If the file cannot be used, or holds a script, an entity or a reference to outside.
    """
    name, data = fetch(source, MAX_SVG_BYTES)
    try:
        return svg_record(data, view=view, placed=placed)
    except DrawingError as error:
        raise located(error, name) from None


def svg_record(data: bytes, *, view: str | None = None, placed: Placement = ()) -> Record:
    """Return the drawing in the bytes of an SVG file; see `read_svg`."""
    scan = scan_svg(data)
    page = None if not placed else _placement(placed)
    default = None if view is None else check_view(view)
    notes: Counter[str] = Counter()
    found: list[tuple[int, dict[str, Any]]] = []
    points = 0
    for number, shape in enumerate(scan.shapes):
        try:
            lying = _lies(shape, scan, default, page)
            if lying is None:
                notes["shapes beside every chart"] += 1
                continue
            feature = _feature(shape, *lying, notes)
        except DrawingError as error:
            known = shape.attributes.get("id")
            where = f"{shape.tag} {shown(known)}" if known else f"{shape.tag} {number + 1}"
            raise located(error, where) from None
        if feature is not None:
            points += _positions(feature["geometry"]["coordinates"])
            if len(found) >= MAX_FEATURES or points > MAX_VERTICES:
                raise DrawingError(
                    f"the SVG draws more than {MAX_FEATURES} marks or {MAX_VERTICES:,} points; "
                    "keep the marks alone, and simplify them in the program that drew them"
                )
            order = shape.attributes.get("data-mark", "")
            found.append((int(order) if order.isdecimal() and len(order) < 9 else 10**9, feature))
    found.sort(key=lambda item: item[0])
    if not found and not scan.panels:
        raise DrawingError("the SVG holds no shape that is drawn")
    drawing = _drawing(scan, [feature for _, feature in found])
    return Record("1", drawing, _notes(scan, notes))


def _positions(coordinates: Any) -> int:
    """Return how many positions nested coordinates hold."""
    if not isinstance(coordinates[0], list):
        return 1
    return sum(map(_positions, coordinates))


def _notes(scan: Scan, notes: Counter[str]) -> tuple[str, ...]:
    told = [f"{count} {what}" for what, count in (scan.left_out + notes).items()]
    sentences = [f"left out: {', '.join(told)}"] if told else []
    if scan.styled:
        sentences.append("the style sheet of the SVG was not read; shapes it styles may be hidden")
    return tuple(sentences)


def _drawing(scan: Scan, features: list[dict[str, Any]]) -> PainDrawing:
    document = parse_json(scan.metadata) if scan.metadata.strip() else {}
    if not isinstance(document, dict):
        raise DrawingError(f"its metadata hold {shown(document)}, no object", where="metadata")
    document = {**document, "type": "FeatureCollection", "features": features}
    return PainDrawing.from_geojson(document)


# --- Where a shape lies ------------------------------------------------------------------------


def _lies(
    shape: Shape, scan: Scan, default: str | None, page: Matrix | None
) -> tuple[str, Matrix] | None:
    """Return the view of a shape, and the transform from its units to chart cm."""
    group = shape.group
    if group.box and group.view in VIEWS:
        return str(group.view), shape.local
    own = shape.attributes.get("data-view") or group.view
    if scan.panels and page is None:
        return _panel_below(shape, scan.panels)
    if page is None:
        raise DrawingError(
            "no chart of ours is in the SVG; say where two of its points lie on the chart, such as "
            "--at 120,30=0,175 --at 120,560=0,0, and which view it is (--view)"
        )
    view = own if own in VIEWS else default
    if view is None:
        raise DrawingError("the shape names no view; say --view")
    return view, times(page, shape.to_page)


def _panel_below(shape: Shape, panels: Sequence[Group]) -> tuple[str, Matrix] | None:
    """Return the chart over which a shape lies with its middle."""
    for panel in panels:
        if panel.box is None or panel.view not in VIEWS:
            continue
        matrix = times(_inverse(panel.to_page), shape.to_page)
        lines = [path.line for path in subpaths(shape.tag, shape.attributes, matrix)]
        if not lines:
            continue
        points = np.concatenate(lines)
        x, y = (points.min(axis=0) + points.max(axis=0)) / 2
        x0, y0, x1, y1 = panel.box
        if x0 <= x <= x1 and y0 <= y <= y1:
            return str(panel.view), matrix
    return None


def _inverse(matrix: Matrix) -> Matrix:
    a, b, c, d, e, f = matrix
    size = a * d - b * c
    if not abs(size) > 1e-12:
        raise DrawingError("a chart of the SVG is squeezed to nothing")
    return (
        d / size,
        -b / size,
        -c / size,
        a / size,
        (c * f - d * e) / size,
        (b * e - a * f) / size,
    )


def _placement(placed: Placement) -> Matrix:
    """Return the transform that puts points of the page where they lie on the chart."""
    page, chart = (np.array(points, dtype=float) for points in zip(*placed, strict=True))
    if not np.isfinite(page).all() or not np.isfinite(chart).all():
        raise DrawingError("--at takes finite numbers, such as --at 120,30=0,175")
    if len(page) == 2:
        # Scaled, moved and turned, with y upwards: a mirror image of the page, never of a side.
        (p, q), (s, t) = ((complex(*row) for row in points) for points in (page, chart))
        if abs(q - p) < 1e-9 or abs(t - s) < 1e-9:
            raise DrawingError("--at was given the same point twice; give two far from each other")
        turn = (t - s) / (q - p).conjugate()
        move = s - turn * p.conjugate()
        return (turn.real, turn.imag, turn.imag, -turn.real, move.real, move.imag)
    if len(page) < 2 or np.linalg.matrix_rank(page - page[0], tol=1e-6) < 2:
        raise DrawingError("--at needs two points, or three and more that are not in one line")
    found, *_ = np.linalg.lstsq(np.column_stack([page, np.ones(len(page))]), chart, rcond=None)
    (a, b), (c, d), (e, f) = found.tolist()
    return (a, b, c, d, e, f)


# --- What a shape is ---------------------------------------------------------------------------


def _feature(shape: Shape, view: str, matrix: Matrix, notes: Counter[str]) -> dict[str, Any] | None:
    """Return a shape as a GeoJSON Feature, or None if it draws nothing."""
    paths = subpaths(shape.tag, shape.attributes, matrix)
    geometry = _own_geometry(shape.attributes, paths) or _geometry(shape, paths)
    if geometry is None:
        notes["shapes without extent"] += 1
        return None
    properties = _said(shape.attributes) | {"view": view}
    if KINDS[geometry["type"]] != "outline":
        a, b, c, d, *_ = matrix
        scale = math.sqrt(abs(a * d - b * c))
        width = length(shape.style.get("stroke-width", "1"), "stroke-width") * scale
        if width < MIN_WIDTH:
            notes[f"widths below {MIN_WIDTH:g} cm, which became {MIN_WIDTH:g}"] += 1
        properties["width_cm"] = max(width, MIN_WIDTH)
    extra = _extra(shape.attributes)
    properties = extra.pop("properties", {}) | properties
    rest = {name: value for name, value in extra.items() if name not in ("type", "geometry")}
    whole = geometry | extra.get("geometry", {})
    return {"type": "Feature", "geometry": whole, "properties": properties, **rest}


def _said(attributes: Any) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if attributes.get("data-intensity"):
        try:
            number = float(attributes["data-intensity"])
        except ValueError:
            raise DrawingError(
                f"{shown(attributes['data-intensity'])} is no number", where="data-intensity"
            ) from None
        said["intensity"] = int(number) if number.is_integer() else number
    if attributes.get("data-quality"):
        said["quality"] = attributes["data-quality"].split()
    if attributes.get("data-depth"):
        said["depth"] = attributes["data-depth"]
    return said


def _extra(attributes: Any) -> dict[str, Any]:
    if not attributes.get("data-extra"):
        return {}
    said = parse_json(attributes["data-extra"])
    if not isinstance(said, dict) or not all(
        isinstance(said.get(name, {}), dict) for name in ("properties", "geometry")
    ):
        raise DrawingError(f"{shown(said)} is no object", where="data-extra")
    return said


def _own_geometry(attributes: Any, paths: list[Subpath]) -> dict[str, Any] | None:
    """Return the geometry of a path that says what it is, if it still is that."""
    kind = attributes.get("data-type")
    lines = [path.line for path in paths]
    if kind not in KINDS or not lines:
        return None
    one = kind in ("Point", "LineString")
    if one and len(lines) != 1:
        return None
    match KINDS[kind]:
        case "spot":
            spots = [list(line[0].tolist()) for line in lines]
            return {"type": kind, "coordinates": spots[0] if one else spots}
        case "stroke":
            if any(len(line) < 2 or path.closed for line, path in zip(lines, paths, strict=True)):
                return None
            strokes = [line.tolist() for line in lines]
            return {"type": kind, "coordinates": strokes[0] if one else strokes}
    if not all(path.closed for path in paths):
        return None
    rings = [ring_of(line) for line in lines]
    if kind == "Polygon":
        return {"type": kind, "coordinates": rings}
    counts = [int(n) for n in attributes.get("data-parts", "").split() if n.isdecimal()]
    if sum(counts) != len(rings) or 0 in counts:
        return None
    ends = np.cumsum(counts).tolist()
    parts = [rings[end - n : end] for end, n in zip(ends, counts, strict=True)]
    return {"type": kind, "coordinates": parts}


def _geometry(shape: Shape, paths: list[Subpath]) -> dict[str, Any] | None:
    """Return the geometry of a foreign shape by how it is drawn."""
    lines = [path.line for path in paths]
    fill = shape.style.get("fill", "black")
    closed = all(path.closed or _meets(path.line) for path in paths)
    if fill in ("none", "transparent") and not closed:
        strokes = [line.tolist() for line in lines if len(line) > 1]
        if not strokes:
            return None
        if len(strokes) == 1:
            return {"type": "LineString", "coordinates": strokes[0]}
        return {"type": "MultiLineString", "coordinates": strokes}
    rule = shape.style.get("fill-rule", "nonzero")
    lines = [line for line in lines if len(line) > 2]
    if not lines:
        return None
    if len(lines) == 1 and rule == "nonzero":
        return {"type": "Polygon", "coordinates": [ring_of(lines[0])]}
    parts = list(polygon_parts(filled_area(lines, rule)))
    if not parts:
        return None
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}


def _meets(line: FloatArray) -> bool:
    return len(line) > 2 and bool(np.allclose(line[0], line[-1], atol=1e-9))
