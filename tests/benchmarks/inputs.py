"""What the benchmarks run on: drawings by hand, source polygons, and worlds of any size."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from hippain_maps.atlas import Atlas
from hippain_maps.geometry import SIDES, VIEWS, FloatArray, View, mirror
from hippain_maps.patterns import ZONES, Evidence, Source, TriggerPoint, ZoneRegion
from hippain_maps.red_flags import RedFlags
from hippain_maps.regions import Body, BodyChart, BodyRegion, Group

TOLD = Evidence("general knowledge", ())


def _feature(kind: str, coordinates: Any, view: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": {"view": view, **properties},
    }


def outline(vertices: int = 60, *, view: str = "posterior", x: float = -9) -> dict[str, Any]:
    """Return a wavy outline over the back of a thigh and buttock."""
    t = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    r = 6 * (1 + 0.2 * np.sin(3 * t) + 0.1 * np.sin(7 * t))
    xy = np.c_[x + 0.8 * r * np.cos(t), 80 + 3 * r * np.sin(t)]
    return _feature("Polygon", [np.vstack([xy, xy[:1]]).tolist()], view)


def stroke(number: int = 0, points: int = 40) -> dict[str, Any]:
    """Return a brush stroke down the leg."""
    t = np.linspace(0, 1, points)
    top = 98 - 22 * (number % 4)
    xy = np.c_[-12 + 2 * (number % 3) + 0.5 * np.sin(9 * t + number), top - 20 * t]
    return _feature("LineString", xy.tolist(), "posterior", width_cm=3)


def scribble(points: int = 2000) -> dict[str, Any]:
    """Return the shading of an unsteady hand: fifty sweeps and a tremor of half a millimetre."""
    rng, t = np.random.default_rng(1), np.linspace(0, 1, points)
    xy = np.c_[-9 + 5 * np.sin(50 * np.pi * t), 100 - 50 * t] + rng.normal(0, 0.05, (points, 2))
    return _feature("LineString", xy.tolist(), "posterior", width_cm=2)


def drawing_file(*features: dict[str, Any]) -> bytes:
    """Return a drawing file."""
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def whole_leg() -> bytes:
    """Return an outline in each of the four standing views, so that all of the atlas is met."""
    views = (("posterior", -9.0), ("anterior", 9.0), ("left_lateral", 0.0), ("right_lateral", 0.0))
    return drawing_file(*(outline(view=view, x=x) for view, x in views))


Polygon = tuple[View, shapely.Geometry, list[int]]


def source_polygons(atlas: Atlas) -> list[Polygon]:
    """Return the polygon of every source on either side, in every view that shows it.

    With the view and the places of its regions in the chart of the view.
    """
    found: list[Polygon] = []
    for source in atlas.sources.values():
        for side in SIDES:
            parts = {
                part.sided(side)
                for point in source.trigger_points
                for zone in ZONES
                for part in point.zones[zone]
            }
            if source.frequencies:
                groups = source.frequencies.groups
                parts |= {f"{side}:{region}" for group in groups for region in group.regions}
            found += _joined(parts, atlas.body)
    return found


def zone_polygons(atlas: Atlas) -> list[Polygon]:
    """Return the same for every zone of every trigger point or territory: what a ranking needs."""
    found: list[Polygon] = []
    for source in atlas.sources.values():
        for point in source.trigger_points:
            for zone in ZONES:
                for side in SIDES:
                    found += _joined({part.sided(side) for part in point.zones[zone]}, atlas.body)
    return found


def _joined(parts: set[str], body: Body) -> Iterator[Polygon]:
    """Yield the union of some sided regions in each view that shows any of them."""
    places = {body.place[part] for part in parts}
    for view, chart in body.charts.items():
        here = [n for n, place in enumerate(chart.index.tolist()) if place in places]
        if here:
            yield view, shapely.union_all(chart.polygons[here]), here


# --- Worlds of any size ------------------------------------------------------------------------


def _muscle(name: str, regions: list[str], rng: np.random.Generator) -> Source:
    """Return a muscle with one to three trigger points around a place."""
    points = []
    for number in range(int(rng.integers(1, 4))):
        chosen = rng.permutation(regions)
        third = max(len(regions) // 3, 1)
        cut = (chosen[:third], chosen[third : 2 * third], [])
        points.append(
            TriggerPoint(
                id=f"t{number}",
                name=f"t{number}",
                marks=(),
                find="",
                cautions=(),
                zones={
                    zone: tuple(ZoneRegion(str(region), 1.0, False) for region in part)
                    for zone, part in zip(ZONES, cut, strict=True)
                },
                spot_evidence=TOLD,
                zones_evidence=TOLD,
                note=None,
            )
        )
    return Source(
        id=name,
        name=name,
        kind="muscle",
        synonyms=(),
        summary="",
        trigger_points=tuple(points),
        pattern_evidence=TOLD,
        reviewed_by=(),
        quality=None,
        worse_with=None,
        eased_by=None,
        speaks_for=None,
        speaks_against=None,
        mimics=None,
        coexists_with=None,
        limits=(),
        file="synthetic",
    )


def with_sources(atlas: Atlas, count: int) -> Atlas:
    """Return an atlas of the same body with so many made-up muscles, each a patch of a few dozen.

    Red flags, clues and shared places are left out: they do not grow with the sources.
    """
    rng = np.random.default_rng(count)
    names = list(atlas.body.regions)
    sources = {}
    for number in range(count):
        first = int(rng.integers(0, len(names)))
        around = [names[(first + n) % len(names)] for n in range(int(rng.integers(8, 24)))]
        sources[f"s{number:04}"] = _muscle(f"s{number:04}", around, rng)
    return _bare(atlas, atlas.body, sources)


def with_regions(atlas: Atlas, count: int) -> Atlas:
    """Return an atlas of a made-up body with so many regions a side, and sixty muscles on it."""
    body = grid_body(count)
    rng = np.random.default_rng(count)
    names = list(body.regions)
    size = max(count // 20, 4)
    sources = {}
    for number in range(60):
        first = int(rng.integers(0, count - size))
        name = f"s{number:03}"
        sources[name] = _muscle(name, names[first : first + size], rng)
    return _bare(atlas, body, sources)


def _bare(atlas: Atlas, body: Body, sources: dict[str, Source]) -> Atlas:
    return replace(
        atlas,
        body=body,
        sources=sources,
        places=(),
        relations=(),
        sets={},
        clues={},
        red_flags=RedFlags(),
        model=replace(atlas.model, source_priors={}, trigger_point_priors={}),
    )


def grid_body(count: int) -> Body:
    """Return a body whose back is cut into a grid, so many cells a side; 30 by 120 cm a side."""
    columns = max(int(np.sqrt(count / 4)), 1)
    rows = int(np.ceil(count / columns))
    x, y = np.linspace(-30, 0, columns + 1), np.linspace(130, 10, rows + 1)
    cells = [
        shapely.box(x[c], y[r + 1], x[c + 1], y[r]) for r in range(rows) for c in range(columns)
    ][:count]
    names = [f"r{n:05}" for n in range(count)]
    everywhere = np.array([*cells, *map(mirror, cells)], dtype=object)
    charts = {
        view: BodyChart(
            view=view,
            index=np.arange(2 * count if view == "posterior" else 0, dtype=np.intp),
            polygons=everywhere if view == "posterior" else everywhere[:0],
            context=(),
            hints=(),
        )
        for view in VIEWS
    }
    return Body(
        figure="grid",
        regions={
            name: BodyRegion(name, name, float(cell.area))
            for name, cell in zip(names, cells, strict=True)
        },
        groups={"back": Group("back", "Back", tuple(names))},
        charts=charts,
        area_of=dict.fromkeys(names, "back"),
    )


def membership(atlas: Atlas, polygons: list[Polygon]) -> dict[View, FloatArray]:
    """Return which polygons of a view's chart make up each source polygon, as a matrix a view."""
    tables = {}
    for view, chart in atlas.body.charts.items():
        mine = [here for one, _, here in polygons if one == view]
        table = np.zeros((len(mine), len(chart.polygons)))
        for row, here in zip(table, mine, strict=True):
            row[here] = 1
        tables[view] = table
    return tables
