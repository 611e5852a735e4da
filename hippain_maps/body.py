"""Build the body from its files: borders to patches of skin, patches to polygons in every view.

The standing views come from one sheet, the flattened skin of the left half (`hippain_maps.sheet`).
Insets have borders of their own. The right half is the mirror image.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString, Polygon

from hippain_maps._cache import cached
from hippain_maps._findings import Findings
from hippain_maps._resources import resource_dir
from hippain_maps.errors import DataError
from hippain_maps.geometry import (
    SIDES,
    STANDING_VIEWS,
    VIEWS,
    Area,
    FloatArray,
    Side,
    View,
    as_area,
    mirror,
    mirror_view,
    smooth_curve,
)
from hippain_maps.regions import Body, BodyChart, BodyRegion, ContextArea, Group

if TYPE_CHECKING:
    # Checking files takes a validation library; it is imported where files are read. So is what
    # builds a body, since mostly one is in the cache.
    from hippain_maps._body_files import (
        BodyFiles,
        HintBorder,
        HintLine,
        InsetFile,
        OutlineFile,
        Read,
    )
    from hippain_maps.sheet import Shapes, Sheet

_KINDS = (Body, BodyRegion, Group, BodyChart, ContextArea)
"""What a body is made of."""

Context = dict[View, tuple[ContextArea, ...]]
Hints = dict[View, tuple[FloatArray, ...]]


def load_body(folder: Path | None = None) -> Body:
    """Return the body described by a folder of files; by default the shipped one.

    Raises
    ------
    DataError
        If a file is wrong, a border ends in the open, a patch has no name or two, a region has
        no patch, or a group names an unknown region. The message names the file and the place.

    Examples
    --------
    >>> body = load_body()
    >>> body.views_of("left:thigh_1_posterolateral")
    ('posterior', 'left_lateral')
    """
    if folder is not None:
        return _read_body(folder)
    shipped = resource_dir("body_regions")
    return cached("body", [shipped], _KINDS, lambda: _read_body(shipped))


def _read_body(folder: Path) -> Body:
    from hippain_maps._body_files import read_body_files

    aside = Findings()
    return _build_body(read_body_files(folder, aside), aside)


def _build_body(files: BodyFiles, aside: Findings) -> Body:
    """Return the body described by files that have been read; what was put aside is told too."""
    from hippain_maps.sheet import Sheet

    problems = Findings()
    left: Shapes = {}
    context: Context = _standing_context(files.outline.data)
    hints: Hints = {}
    with problems.gathered():
        sheet = Sheet(files)
        hints |= _standing_hints(files, sheet)
    for inset in files.insets:
        view = inset.data.view
        with problems.gathered():
            left[view], context[view], hints[view] = _inset(inset)
    problems += aside
    problems.stop()
    names, skin = dict(sheet.names), sheet.skin()
    for inset in files.insets:
        names |= {name: at.name for name, at in inset.data.regions.items() if at.name is not None}
        for region, shape in left[inset.data.view].items():
            skin[region] = max(skin.get(region, 0.0), shape.area)
    groups = _groups(files, names)
    areas = _areas(files, groups)
    terms = files.groups.data.terms
    left.update(sheet.project())  # Most of the work, so once everything is known to fit.
    regions = {
        name: BodyRegion(name, label, skin[name], **_term(terms, name))
        for name, label in names.items()
    }
    place = {
        f"{side}:{r}": i * len(regions) + j
        for i, side in enumerate(SIDES)
        for j, r in enumerate(regions)
    }
    charts = {view: _chart(view, left, context, hints, place) for view in VIEWS}
    return Body(
        figure=files.outline.data.figure,
        regions=regions,
        groups={
            g: Group(g, entry.name, groups[g], **_term(terms, g))
            for g, entry in files.groups.data.groups.items()
        },
        charts=charts,
        area_of=areas,
    )


def _term(terms: Mapping[str, object], name: str) -> dict[str, str | None]:
    entry = terms.get(name)
    return {"fma": getattr(entry, "fma", None), "uberon": getattr(entry, "uberon", None)}


def _standing_context(outline: OutlineFile) -> Context:
    """Return the parts of the figure that are drawn but not charted, in the left half's views."""
    context: Context = {}
    for view, shapes in outline.context.items():
        areas: list[ContextArea] = []
        for shape in shapes:
            line = smooth_curve(shape.points)
            if shape.shape == "symmetric":
                line = np.vstack([line, line[::-1] * [-1, 1]])
            area = as_area(Polygon(line))
            if shape.shape == "paired":
                areas += [
                    ContextArea(shape.name, "left", area),
                    ContextArea(shape.name, "right", mirror(area)),
                ]
            else:
                areas.append(ContextArea(shape.name, None, area))
        context[view] = tuple(areas)
    context.setdefault("posterior", tuple(_mirrored(c) for c in context.get("anterior", ())))
    return context


def _mirrored(context: ContextArea) -> ContextArea:
    """Return the context as the other side, or the other view of the same side, shows it."""
    return ContextArea(context.name, context.side, mirror(context.area))


def _standing_hints(files: BodyFiles, sheet: Sheet) -> Hints:
    from hippain_maps._body_files import HintLine
    from hippain_maps.sheet import HALF_VIEWS

    hints: Hints = {}
    for view in HALF_VIEWS:
        entries: list[HintLine | HintBorder] = getattr(files.hints.data, view)
        lines = []
        for entry in entries:
            if isinstance(entry, HintLine):
                lines.append(smooth_curve(entry.points))
                continue
            lines.append(_visible_part(entry, view, sheet))
        hints[view] = tuple(lines)
    return hints


def _visible_part(entry: HintBorder, view: View, sheet: Sheet) -> FloatArray:
    from hippain_maps.sheet import SHEET

    line = LineString(sheet.lines[entry.border])
    first, last = (share * line.length for share in entry.between)
    places = np.linspace(first, last, 60)
    xy = shapely.get_coordinates(shapely.line_interpolate_point(line, places)) / SHEET
    return sheet.surface.project(view, *xy.T)


def _inset(
    read: Read[InsetFile],
) -> tuple[dict[str, Area], tuple[ContextArea, ...], tuple[FloatArray, ...]]:
    """Return the shapes of the left half of an inset, what stands around them, and its hints."""
    from hippain_maps import linework
    from hippain_maps.sheet import DIGITS, located

    data, file = read.data, read.file
    if data.closed_on_midline:
        edge = smooth_curve(data.outline)
        edge = np.vstack([edge, edge[:1]])
    else:
        edge = smooth_curve(data.outline, closed=True)
    borders = {name: smooth_curve(b.points) for name, b in data.borders.items()}
    places = {
        f"{kind}.{name}": (file, (kind, name))
        for kind, entries in (("borders", data.borders), ("regions", data.regions))
        for name in entries
    }
    with located(file.label, places):
        lines = linework.join_ends({**borders, "outline": edge})
        patches = linework.faces(list(lines.values()))
        labels = linework.label_faces(patches, [(r, p.at) for r, p in data.regions.items()])
    rounded = shapely.transform(patches, lambda xy: np.round(xy, DIGITS) + 0.0)
    shapes: dict[str, list[Polygon]] = {}
    for label, patch in zip(labels, rounded, strict=True):
        shapes.setdefault(label, []).append(patch)
    areas = {label: as_area(shapely.coverage_union_all(parts)) for label, parts in shapes.items()}
    context = tuple(
        ContextArea(c.name, "left", as_area(Polygon(smooth_curve(c.points)))) for c in data.context
    )
    return areas, context, tuple(smooth_curve(h.points) for h in data.hints)


def _groups(files: BodyFiles, names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the regions of each group, in the order of the body."""
    from hippain_maps._body_names import expand_groups

    members = {group: entry.members for group, entry in files.groups.data.groups.items()}
    expanded, _ = expand_groups(members, names)
    return {g: tuple(name for name in names if name in inside) for g, inside in expanded.items()}


def _areas(files: BodyFiles, groups: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return the area that each region is in; the first that holds it."""
    area_of: dict[str, str] = {}
    for area in files.groups.data.areas:
        for region in groups[area]:
            area_of.setdefault(region, area)
    return area_of


def _chart(
    view: View, left: Shapes, context: Context, hints: Hints, place: Mapping[str, int]
) -> BodyChart:
    """Return one view: the left half, its mirror image, or both."""
    shown: list[tuple[Side, str, Area]] = []
    own = left.get(view, {})
    shown += [("left", region, shape) for region, shape in own.items()]
    mirrored = left.get(mirror_view(view), {})
    shown += [("right", region, mirror(shape)) for region, shape in mirrored.items()]
    shown.sort(key=lambda item: place[f"{item[0]}:{item[1]}"])
    polygons = np.array([shape for _, _, shape in shown], dtype=object)
    if not shapely.coverage_is_valid(polygons):
        bad = shapely.coverage_invalid_edges(polygons)
        where = next(line for line in bad if not line.is_empty)
        x, y = shapely.get_coordinates(where)[0]
        raise DataError(
            f"the {view} view has a gap or an overlap near ({x:.2f}, {y:.2f})", file="body_regions"
        )
    around = context.get(view, ())
    lines = hints.get(view, ())
    if view in STANDING_VIEWS[2:]:
        if view == "right_lateral":
            around = tuple(_mirrored(c) for c in context.get("left_lateral", ()))
            lines = tuple(line * [-1, 1] for line in hints.get("left_lateral", ()))
    else:
        lines = (*lines, *(line * [-1, 1] for line in lines))
        if view not in STANDING_VIEWS:
            around = (*around, *(ContextArea(c.name, "right", mirror(c.area)) for c in around))
    return BodyChart(
        view=view,
        index=np.array([place[f"{side}:{region}"] for side, region, _ in shown], dtype=np.intp),
        polygons=polygons,
        context=around,
        hints=lines,
    )
