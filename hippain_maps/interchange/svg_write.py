"""A drawing as SVG: a chart for each view, and one path for each mark.

A mark's path holds its chart coordinates as they were drawn, and ``data-`` attributes what was
said about it; what was said about the whole drawing is in the ``metadata``. `svg_read` takes it
back without loss. Opened in a drawing program, more can be drawn on the charts.
"""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape

from hippain_maps.drawing import PainDrawing
from hippain_maps.geometry import STANDING_VIEWS, VIEWS
from hippain_maps.interchange.svg_frame import attributes, line_data, page
from hippain_maps.marks import Mark
from hippain_maps.regions import Body

INK = "#c8102e"


def to_svg(drawing: PainDrawing, body: Body, *, title: str = "Pain drawing") -> str:
    """Return a drawing as an SVG page.

    Views with marks, and those declared complete, are shown; the four standing ones if there are
    none.

    Parameters
    ----------
    drawing : PainDrawing
        What was drawn.
    body : Body
        Whose charts are drawn below.
    title : str
        Of the page.

    Examples
    --------
    >>> import shapely
    >>> from hippain_maps.body import load_body
    >>> drawing = PainDrawing.from_polygons({"posterior": shapely.box(-9, 60, -7, 80)})
    >>> svg = to_svg(drawing, load_body())
    >>> 'd="M -7 60 L -7 80 L -9 80 L -9 60 L -7 60 Z"' in svg
    True
    """
    views = [view for view in VIEWS if view in drawing.used_views] or list(STANDING_VIEWS)
    inside: dict[Any, list[str]] = {}
    for place, mark in enumerate(drawing.marks):
        inside.setdefault(mark.view, []).append(_path(mark, place))
    document = drawing.to_geojson()
    del document["features"]
    return page(
        views,
        body,
        inside,
        title=title,
        metadata=json.dumps(document, allow_nan=False),
        described=f"{len(drawing.marks)} marks on {', '.join(views)}",
    )


def path_data(mark: Mark) -> str:
    """Return a mark's geometry as path data, in chart cm; a spot is a line of no length.

    Outlines repeat their first point before they are closed, so that every ring comes back as it
    was, whatever points it repeats.
    """
    match mark.kind:
        case "outline":
            return " ".join(line_data(line, closed=True) for line in mark.lines())
        case "stroke":
            return " ".join(line_data(line, closed=False) for line in mark.lines())
    spots = [spot for group in mark.lines() for spot in group.tolist()]
    return " ".join(f"M {x!r} {y!r} l 0 0" for x, y in spots)


def _path(mark: Mark, place: int) -> str:
    filled = mark.kind == "outline"
    strength = 0.3 + 0.05 * (5 if mark.intensity is None else mark.intensity)
    said = {
        "data_mark": place,
        "data_type": mark.geometry_type,
        "data_parts": _parts(mark),
        "data_intensity": mark.intensity,
        "data_quality": " ".join(mark.quality) or None,
        "data_depth": mark.depth,
        "data_extra": json.dumps(dict(mark.extra)) if mark.extra else None,
    }
    look: dict[str, object] = {
        "fill": INK if filled else "none",
        "fill_opacity": f"{strength:.2f}" if filled else None,
        "fill_rule": "evenodd" if filled and len(mark.lines()) > 1 else None,
        "stroke": INK,
        "stroke_opacity": None if filled else f"{strength:.2f}",
        "stroke_width": 0.3 if filled else mark.width_cm,
        "stroke_linecap": "round",
        "stroke_linejoin": "round",
    }
    words = ", ".join(mark.quality) or mark.kind
    level = "" if mark.intensity is None else f", {mark.intensity:g} of 10"
    name = f"<title>{escape(words + level)}</title>"
    return f"<path {attributes(d=path_data(mark), **look, **said)}>{name}</path>"


def _parts(mark: Mark) -> str | None:
    """Return how many rings each part of a multi-part outline has, where path data do not say."""
    if mark.geometry_type != "MultiPolygon":
        return None
    return " ".join(str(len(part)) for part in mark.coordinates)
