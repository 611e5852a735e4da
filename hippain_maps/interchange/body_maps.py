"""Other people's body maps laid on our chart: which part of it each of their areas covers.

The areas of the CHOIR map have borders of their own, drawn on our figure, and cut through our
regions; those of the Michigan map are sets of regions. Either way an area is a polygon for each
view, and `BodyMap.crosswalk` says by area which regions it covers, and what is left over.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString, Polygon

from hippain_maps._resources import resource_dir
from hippain_maps._yaml import YamlFile
from hippain_maps.errors import DataError, UnknownNameError
from hippain_maps.geometry import VIEWS, Area, Side, View, as_area, mirror, smooth_curve
from hippain_maps.interchange.records import drawing_of
from hippain_maps.marks import Mark
from hippain_maps.regions import Body

if TYPE_CHECKING:
    from hippain_maps.interchange._map_files import AreaEntry, MapFile

MAPS = ("choir", "michigan")
"""The body maps that are shipped."""


@dataclass(frozen=True, slots=True)
class MapArea:
    """One area of another body map.

    Parameters
    ----------
    code : str
        Its code in the standard numbering.
    name : str
        As the map calls it, without a side.
    side : {"left", "right"} or None
        The patient's side; None for an area of both halves.
    shapes : mapping of view to area
        What it covers on our chart; empty if it lies outside it.
    from_side : tuple of str
        Sided regions that no view of the map shows: drawn, they are given to this area.
    above : float
        Share of the area that lies above our chart, estimated; 1 if all of it lies outside.
    """

    code: str
    name: str
    side: Side | None
    shapes: Mapping[View, Area]
    from_side: tuple[str, ...] = ()
    above: float = 0.0

    @property
    def is_mapped(self) -> bool:
        """Whether any of it lies on our chart."""
        return bool(self.shapes)

    @property
    def label(self) -> str:
        """Name and side for people."""
        return self.name if self.side is None else f"{self.name} ({self.side})"


@dataclass(frozen=True, slots=True)
class CrosswalkRow:
    """What one area covers of one region in one view.

    Parameters
    ----------
    code, region : str
        The area, and the sided region; ``""`` for what lies in no region.
    view : view
        Where.
    cm2 : float
        Chart cm2 that they share.
    of_area, of_region : float
        The same as a share of the area and of the region, in that view.
    """

    code: str
    region: str
    view: View
    cm2: float
    of_area: float
    of_region: float


@dataclass(frozen=True, eq=False)
class BodyMap:
    """A body map of other people, on our chart.

    Parameters
    ----------
    id, name : str
        ``choir``, and what people call it.
    confidence : str
        How sure its place on our chart is.
    sources : tuple of str
        Where codes and names are from.
    areas : mapping of str to MapArea
        By code, standard numbering, in the map's order.
    female, prefixes : mapping of str to str
        Female numbering to standard; the letter of a code as REDCap has it to its first digit.
    none : str or None
        The code that says "no pain".
    complete : tuple of view
        Views in which an area that is not marked does not hurt.
    """

    id: str
    name: str
    confidence: str
    sources: tuple[str, ...]
    areas: Mapping[str, MapArea]
    female: Mapping[str, str]
    prefixes: Mapping[str, str]
    none: str | None
    complete: tuple[View, ...]
    body: Body

    def __repr__(self) -> str:
        """Return name and counts."""
        mapped = sum(area.is_mapped for area in self.areas.values())
        return f"<BodyMap '{self.name}': {len(self.areas)} areas, {mapped} on the chart>"

    @cached_property
    def crosswalk(self) -> tuple[CrosswalkRow, ...]:
        """Every pair of area and region that share skin, by view; slivers below 0.01 cm2 are not.

        What an area covers beside all regions has the region ``""``.
        """
        rows: list[CrosswalkRow] = []
        for area in self.areas.values():
            for view, shape in area.shapes.items():
                chart = self.body.charts[view]
                touched = chart.tree.query(shape, predicate="intersects")
                shared = shapely.area(shapely.intersection(chart.polygons[touched], shape))
                for place, cm2 in zip(touched.tolist(), shared.tolist(), strict=True):
                    if cm2 > 0.01:
                        region = self.body.sided[chart.index[place]]
                        whole = float(chart.areas[place])
                        row = (area.code, region, view, cm2, cm2 / shape.area, cm2 / whole)
                        rows.append(CrosswalkRow(*row))
                beside = shape.area - float(shared.sum())
                if beside > 0.01:
                    rows.append(CrosswalkRow(area.code, "", view, beside, beside / shape.area, 0.0))
        return tuple(rows)

    @cached_property
    def marks(self) -> Mapping[str, tuple[Mark, ...]]:
        """The marks that fill each area, made once: a table has the same ones in every row."""
        features = [
            {
                "type": "Feature",
                "geometry": {key: shape.__geo_interface__[key] for key in ("type", "coordinates")},
                "properties": {"view": view, "area": {"map": self.id, "code": area.code}},
            }
            for area in self.areas.values()
            for view, shape in area.shapes.items()
        ]
        found: dict[str, list[Mark]] = {code: [] for code in self.areas}
        for mark in drawing_of(features).marks:
            found[mark.extra["properties"]["area"]["code"]].append(mark)
        return {code: tuple(marks) for code, marks in found.items()}

    @cached_property
    def in_view(self) -> Mapping[View, tuple[tuple[MapArea, ...], shapely.STRtree]]:
        """The areas that a view shows, with an index over their shapes."""
        found: dict[View, tuple[tuple[MapArea, ...], shapely.STRtree]] = {}
        for view in VIEWS:
            areas = tuple(area for area in self.areas.values() if view in area.shapes)
            if areas:
                found[view] = areas, shapely.STRtree([area.shapes[view] for area in areas])
        return found

    @cached_property
    def areas_of(self) -> Mapping[str, Mapping[str, tuple[float, float]]]:
        """For each sided region, its areas: the share of the region, and of the area.

        Regions that no view of the map shows belong whole to the areas in front and behind.
        """
        rows: dict[str, list[CrosswalkRow]] = {}
        for row in self.crosswalk:
            if row.region:
                rows.setdefault(row.region, []).append(row)
        found: dict[str, dict[str, tuple[float, float]]] = {}
        for region, parts in rows.items():
            whole = sum(part.cm2 for part in parts)
            found[region] = {part.code: (part.cm2 / whole, part.of_area) for part in parts}
        for area in self.areas.values():
            for region in area.from_side:
                own = found.setdefault(region, {})
                own[area.code] = (1.0, own.get(area.code, (0.0, 0.0))[1])
        return found


def load_body_map(name: str, body: Body) -> BodyMap:
    """Return a shipped body map of other people, laid on a body.

    Parameters
    ----------
    name : {"choir", "michigan"}
        Which one.
    body : Body
        Whose chart it is laid on.

    Raises
    ------
    UnknownNameError
        If there is no such map.
    DataError
        If its file does not fit the body.

    Examples
    --------
    >>> from hippain_maps.body import load_body
    >>> choir = load_body_map("choir", load_body())
    >>> choir
    <BodyMap 'CHOIR body map': 74 areas, 36 on the chart>
    >>> choir.areas["218"].label
    'Lower back (left)'
    """
    from hippain_maps.interchange._map_files import read_map_file

    if name not in MAPS:
        raise UnknownNameError("body map", name, MAPS, hint=f"there are {', '.join(MAPS)}")
    data, file = read_map_file(resource_dir("body_regions") / "other_maps" / f"{name}.yaml")
    return build_body_map(data, file, body)


def build_body_map(data: MapFile, file: YamlFile, body: Body) -> BodyMap:
    """Return the body map of a file that has been read."""
    faces: dict[View, dict[int, Polygon]] = {}
    for view in data.borders:
        faces[view] = _faces(data, file, view, body)
    areas: dict[str, MapArea] = {}
    for number, entry in enumerate(data.areas):
        try:
            areas.update((area.code, area) for area in _sides(entry, number, faces, body))
        except UnknownNameError as error:
            raise file.error(error.message, ("areas", number)) from None
    return BodyMap(
        id=data.id,
        name=data.name,
        confidence=data.confidence,
        sources=tuple(data.sources),
        areas=areas,
        female=data.female,
        prefixes=data.prefixes,
        none=data.none,
        complete=tuple(view for view in VIEWS if view in data.complete),
        body=body,
    )


Faces = Mapping[View, Mapping[int, Polygon]]


def _faces(data: MapFile, file: YamlFile, view: View, body: Body) -> dict[int, Polygon]:
    """Return the face of each area of a view, on the patient's left half, by its number."""
    borders = data.borders[view]  # type: ignore[index]
    charted = body.charts[view].charted
    x0, y0, x1, y1 = charted.bounds
    left = (0, x1) if view == "anterior" else (x0, 0)
    half = shapely.intersection(charted, shapely.box(left[0], y0 - 1, left[1], y1 + 1))
    lines = [LineString(smooth_curve(points)) for points in borders.values()]
    noded = shapely.union_all([half.boundary, *lines], grid_size=1e-6)
    cut = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    inside = [face for face in cut if half.contains(face.representative_point())]
    found: dict[int, Polygon] = {}
    for face in inside:
        here = [
            number
            for number, entry in enumerate(data.areas)
            if entry.view == view and entry.at and face.contains(shapely.Point(entry.at))
        ]
        if len(here) != 1:
            x, y = face.representative_point().coords[0]
            raise file.error(
                f"the {view} face at ({x:.1f}, {y:.1f}), {face.area:.2f} cm2, belongs to "
                f"{len(here)} areas; each has the point of one",
                ("borders", view),
            )
        found[here[0]] = face
    for number, entry in enumerate(data.areas):
        if entry.view == view and number not in found:
            raise file.error(f"its point {entry.at} lies in no face", ("areas", number, "at"))
    return found


def _sides(entry: AreaEntry, number: int, faces: Faces, body: Body) -> list[MapArea]:
    """Return the area of the left half and that of the right, or the one of both."""
    if entry.both is not None:
        shapes = _of_regions([f"{s}:{n}" for s in ("left", "right") for n in entry.regions], body)
        return [MapArea(entry.both, entry.name, None, shapes, above=_above(entry, shapes))]
    found = []
    sides: list[tuple[Side, str | None]] = [("left", entry.left), ("right", entry.right)]
    for side, code in sides:
        shapes = _of_regions([f"{side}:{n}" for n in entry.regions], body)
        if entry.view is not None:
            face: Area = faces[entry.view][number]
            shapes[entry.view] = face if side == "left" else mirror(face)
        if entry.inset is not None:
            chart = body.charts[entry.inset]
            own = [
                polygon
                for place, polygon in zip(chart.index.tolist(), chart.polygons, strict=True)
                if body.sided[place].startswith(side)
            ]
            shapes[entry.inset] = as_area(shapely.coverage_union_all(own))
        shapes = {view: shapes[view] for view in VIEWS if view in shapes}
        lateral = tuple(r for n in entry.side for r in _named(f"{side}:{n}", body))
        above = _above(entry, shapes)
        found.append(MapArea(code or "", entry.name, side, shapes, lateral, above))
    return found


def _above(entry: AreaEntry, shapes: Mapping[View, Area]) -> float:
    return entry.above or (0.0 if shapes else 1.0)


def _of_regions(names: Sequence[str], body: Body) -> dict[View, Area]:
    """Return what regions cover, in every view that shows any of them."""
    regions = {region for name in names for region in _named(name, body)}
    shapes: dict[View, Area] = {}
    for view, chart in body.charts.items():
        wanted = np.array([body.sided[i] in regions for i in chart.index.tolist()], dtype=bool)
        if wanted.any():
            shapes[view] = as_area(shapely.coverage_union_all(chart.polygons[wanted]))
    return shapes


def _named(name: str, body: Body) -> tuple[str, ...]:
    """Return the sided regions of a region, a group, or a pattern over regions such as ``a_*``."""
    side, _, rest = name.partition(":")
    if "*" in rest:
        found = fnmatch.filter(body.regions, rest)
        if not found:
            raise DataError(f"'{rest}' matches no region", file="body_regions/other_maps")
        return tuple(f"{side}:{region}" for region in found)
    return body.resolve(name)
