"""The atlas itself for other programs: regions, groups and patterns as GeoJSON and SVG.

GeoJSON is in chart centimetres of the frame ``hippain-175``; each feature says its view. SVG has
one path for each region and view, with its id, its name as a title, and the chart below.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import shapely

from hippain_maps.atlas import Atlas
from hippain_maps.geometry import FRAME, SIDES, STANDING_VIEWS, VIEWS, Area, Side, View, as_area
from hippain_maps.interchange.body_maps import BodyMap
from hippain_maps.interchange.svg_frame import NOTE, area_data, attributes, page, rounded
from hippain_maps.patterns import Source, TriggerPoint, ZoneRegion
from hippain_maps.regions import Body

_TONES = {"essential": 0.75, "spillover": 0.35, "rare": 0.15, "core": 0.5, "frequency": 0.4}
_INK = "#c8102e"
Feature = dict[str, Any]


def geojson_text(features: Iterable[Feature], what: str, version: str) -> str:
    """Return features as a FeatureCollection that says what it holds, a feature to a line.

    Parameters
    ----------
    features : iterable of dict
        GeoJSON Features.
    what : str
        ``regions``, ``groups``, ``patterns`` or the name of a body map.
    version : str
        Of the atlas.
    """
    header = {"frame": FRAME, "version": 1, "atlas": version, "holds": what, "licence": NOTE}
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, allow_nan=False) for f in features)
    return (
        f'{{"type": "FeatureCollection", "hippain": {json.dumps(header)}, "features": [\n'
        f"{lines}\n]}}\n"
    )


def _feature(label: str, geometry: Any, /, **properties: Any) -> Feature:
    shape = {key: geometry.__geo_interface__[key] for key in ("type", "coordinates")}
    said = {key: value for key, value in properties.items() if value is not None}
    return {"type": "Feature", "id": label, "geometry": shape, "properties": said}


def region_features(body: Body) -> Iterator[Feature]:
    """Yield every sided region in every view that shows it.

    Examples
    --------
    >>> from hippain_maps.body import load_body
    >>> first = next(region_features(load_body()))
    >>> first["id"], first["properties"]["side"], first["properties"]["name"]
    ('anterior/left:abdomen_costal_medial', 'left', 'Abdomen, costal, medial')
    """
    groups: dict[str, list[str]] = {}
    for group in body.groups.values():
        for region in group.regions:
            groups.setdefault(region, []).append(group.id)
    for view, chart in body.charts.items():
        for place, polygon in zip(chart.index.tolist(), chart.polygons, strict=True):
            sided = body.sided[place]
            side, _, region = sided.partition(":")
            known = body.regions[region]
            yield _feature(
                f"{view}/{sided}",
                polygon,
                view=view,
                region=region,
                side=side,
                name=known.name,
                area=body.area_of[region],
                groups=groups.get(region, []),
                skin_cm2=round(known.skin_cm2, 2),
                fma=known.fma,
                uberon=known.uberon,
            )


def group_features(body: Body) -> Iterator[Feature]:
    """Yield every group on each side, in every view that shows any of it."""
    for group in body.groups.values():
        for side in SIDES:
            regions = [f"{side}:{region}" for region in group.regions]
            for view, shape in _shapes(regions, body).items():
                yield _feature(
                    f"{view}/{side}:{group.id}",
                    shape,
                    view=view,
                    group=group.id,
                    side=side,
                    name=group.name,
                    regions=list(group.regions),
                    fma=group.fma,
                    uberon=group.uberon,
                )


def pattern_features(atlas: Atlas, sources: Iterable[Source]) -> Iterator[Feature]:
    """Yield the zones and trigger points of sources, both sides, in every view that shows them.

    A zone is one feature for each trigger point and view; ``regions`` holds its regions with their
    weights. Cores of numbness, and groups with a published frequency, are features of their own.
    """
    for source in sources:
        for side in SIDES:
            yield from _source_features(atlas, source, side)


def _source_features(atlas: Atlas, source: Source, side: Side) -> Iterator[Feature]:
    common = {"source": source.id, "name": source.name, "kind": source.kind, "side": side}
    for part, zone, regions, more in _zones(source):
        sided = {region.sided(side): region.weight for region in regions}
        for view, shape in _shapes(sided, atlas.body).items():
            label = "/".join(filter(None, (view, f"{side}:{source.id}", part, zone)))
            said = common | {"view": view, "zone": zone, "trigger_point": part or None} | more
            yield _feature(label, shape, **said, regions=sided)
    if not source.is_muscle:
        return
    for point in source.trigger_points:
        for number, mark in enumerate(point.marks_on(side), start=1):
            label = f"{mark.view}/{side}:{source.id}/{point.id}/mark-{number}"
            said = {"view": mark.view, "trigger_point": point.id, "find": point.find or None}
            yield _feature(label, shapely.Point(mark.x, mark.y), **common, **said, **_basis(point))


def _basis(point: TriggerPoint) -> dict[str, Any]:
    evidence = point.spot_evidence
    return {"confidence": evidence.confidence, "citations": list(evidence.citations)}


Zone = tuple[str, str, tuple[ZoneRegion, ...], dict[str, Any]]


def _zones(source: Source) -> Iterator[Zone]:
    """Yield part, zone, regions and basis of everything that a source's pattern holds."""
    for point in source.trigger_points:
        evidence = point.zones_evidence
        basis = {"confidence": evidence.confidence, "citations": list(evidence.citations)}
        for zone, regions in point.zones.items():
            if regions:
                yield (point.id if source.is_muscle else ""), zone, regions, basis
    if source.core:
        yield "", "core", source.core, {}
    if source.frequencies:
        evidence = source.frequencies.evidence
        basis = {"confidence": evidence.confidence, "citations": list(evidence.citations)}
        for group in source.frequencies.groups:
            regions = tuple(ZoneRegion(region, 1.0, False) for region in group.regions)
            yield group.group, "frequency", regions, basis | {"frequency": group.share}


def body_map_features(body_map: BodyMap) -> Iterator[Feature]:
    """Yield every area of another body map, where our chart shows it."""
    for area in body_map.areas.values():
        for view, shape in area.shapes.items():
            yield _feature(
                f"{view}/{body_map.id}:{area.code}",
                shape,
                view=view,
                map=body_map.id,
                code=area.code,
                name=area.name,
                side=area.side,
                above_the_map=area.above or None,
            )


def _shapes(regions: Iterable[str] | Mapping[str, float], body: Body) -> dict[View, Area]:
    """Return what sided regions cover together, in every view that shows any of them."""
    wanted = {body.place[region] for region in regions}
    shapes: dict[View, Area] = {}
    for view in VIEWS:
        chart = body.charts[view]
        chosen = np.array([place in wanted for place in chart.index.tolist()], dtype=bool)
        if chosen.any():
            shapes[view] = as_area(shapely.coverage_union_all(chart.polygons[chosen]))
    return shapes


# --- SVG ---------------------------------------------------------------------------------------


def features_svg(features: Iterable[Feature], body: Body, *, title: str) -> str:
    """Return features as an SVG page: a path each, named, on the charts that they lie on.

    Patterns are toned by zone, other things are outlined lightly. Reading the page as a drawing
    finds no marks in it.

    Parameters
    ----------
    features : iterable of dict
        As the functions of this module give them.
    body : Body
        Whose charts are drawn below.
    title : str
        Of the page.
    """
    inside: dict[View, list[str]] = {}
    for feature in features:
        inside.setdefault(feature["properties"]["view"], []).append(_path(feature))
    views = [view for view in VIEWS if view in inside] or list(STANDING_VIEWS)
    return page(views, body, inside, title=title, described=title)


def _path(feature: Feature) -> str:
    said = feature["properties"]
    shape = shapely.geometry.shape(feature["geometry"])
    zone = said.get("zone")
    names = {
        f"data_{key}": said.get(key)
        for key in ("region", "group", "source", "trigger_point", "zone", "map", "code", "side")
    }
    words = [said.get("name"), said.get("code"), said.get("trigger_point"), zone, said.get("side")]
    label = escape(", ".join(str(word) for word in words if word))
    if isinstance(shape, shapely.Point):
        data = f"M {shape.x - 0.7:g} {shape.y - 0.7:g} l 1.4 1.4 m -1.4 0 l 1.4 -1.4"
        look = {"fill": "none", "stroke": "#111", "stroke_width": 0.4}
    else:
        data = area_data(rounded(as_area(shape)))
        tone = _TONES.get(zone or "", 0.06)
        look = {"fill": _INK, "fill_opacity": tone, "stroke": _INK, "stroke_width": 0.12}
        look["fill_rule"] = "evenodd"
    drawn = attributes(id=feature["id"], class_="chart", d=data, **look, **names)
    return f"<path {drawn}><title>{label}</title></path>"


def chart_svg(views: Iterable[View], body: Body) -> str:
    """Return blank charts, to be drawn upon in a drawing program and read back."""
    return page(list(views), body, {}, title="Body chart", described="Blank body charts")
