"""The body chart as plain data: what the page draws, and the names of what the pointer is on."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from hippain_maps.atlas import Atlas
from hippain_maps.drawing import DEPTHS, QUALITIES
from hippain_maps.geometry import FRAME, VIEWS, Side, other_side
from hippain_maps.regions import Body, BodyChart
from hippain_maps.viewer.paths import FINENESS, line_of, path_of
from hippain_maps.words import languages

_REGION_FINENESS = 0.05
"""Side, in cm, of a square of the area by which simplified borders may move."""


def chart_data(atlas: Atlas) -> dict[str, Any]:
    """Return every view with its regions, as ``GET /api/v1/chart`` answers.

    Parameters
    ----------
    atlas : Atlas
        Whose body.
    """
    body = atlas.body
    areas = [body.groups[area] for area in dict.fromkeys(body.area_of.values())]
    spoken = languages().items()
    return {
        "frame": FRAME,
        "atlas": atlas.version,
        "packs": [pack.to_dict() for pack in atlas.packs],
        "views": [_view(body, body.charts[view]) for view in VIEWS],
        "areas": {a.id: {tongue: words.area(a) for tongue, words in spoken} for a in areas},
        "plain_areas": {
            a.id: {tongue: words.plain_area(a) for tongue, words in spoken} for a in areas
        },
        "qualities": list(QUALITIES),
        "depths": list(DEPTHS),
    }


def _view(body: Body, chart: BodyChart) -> dict[str, Any]:
    # Simplified together, so that neighbours keep sharing their borders.
    polygons = shapely.coverage_simplify(chart.polygons, _REGION_FINENESS)
    inside = shapely.get_coordinates(shapely.point_on_surface(polygons))
    sided = [body.sided[place] for place in chart.index]
    shown = {_side_of(name) for name in sided}
    words = languages()
    return {
        "view": chart.view,
        "titles": {language: said.views[chart.view] for language, said in words.items()},
        "letters": {language: dict(said.letters) for language, said in words.items()},
        "left_edge": _left_edge(chart, sided) if len(shown) > 1 else None,
        "shows": next(iter(shown)) if len(shown) == 1 else "both",
        "bounds": np.round(np.nan_to_num(shapely.bounds(chart.figure)), 2).tolist(),
        "outline": path_of(chart.figure, fineness=FINENESS),
        "charted": path_of(shapely.coverage_union_all(polygons)),
        "hints": [line_of(line) for line in chart.hints],
        "regions": [
            {
                "id": name,
                "name": body.label(name),
                "area": body.area_of[name.partition(":")[2]],
                "path": path_of(polygon),
                "at": at,
            }
            for name, polygon, at in zip(sided, polygons, np.round(inside, 2).tolist(), strict=True)
        ],
    }


def _side_of(sided: str) -> Side:
    return "left" if sided.startswith("left:") else "right"


def _left_edge(chart: BodyChart, sided: list[str]) -> Side:
    """Return the patient's side that stands at the viewer's left."""
    x = shapely.get_x(shapely.centroid(chart.polygons))
    lefts = np.array([_side_of(name) == "left" for name in sided])
    return "left" if x[lefts].mean() < 0 else other_side("left")
