"""The flattened skin of the left half: cut into named patches, and projected into the views.

All borders of the standing views lie in one plane (see `hippain_maps.surface`). There they cut the
skin into patches, each patch gets its name, and every view is a projection of what it can see. A
border is therefore written once, and moving it moves every neighbour in every view.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import Polygon

from hippain_maps import linework
from hippain_maps._body_names import limb_region
from hippain_maps._findings import Findings
from hippain_maps.errors import DataError
from hippain_maps.geometry import Area, FloatArray, View, as_area, smooth_curve
from hippain_maps.surface import CM_PER_DEGREE, INNER_BACK, INNER_FRONT, OUTER, Surface

if TYPE_CHECKING:
    from hippain_maps._body_files import BodyFiles, LevelBorder, Limb, PointBorder
    from hippain_maps._yaml import FieldPath, YamlFile

MIN_SHOWN = 0.2
"""A view owns a region if it shows at least this share of its width; see the atlas's rules."""

SHEET = np.array([CM_PER_DEGREE, 1.0])
"""From (angle, height) to the plane of the sheet, cm."""

DIGITS = 5
"""Decimals of a chart coordinate."""

FLATNESS = 0.05
"""A vertex is left out where that moves less than the square of this, cm2: a bend of 0.1 mm on
the body, a twentieth of that in print."""

HALF_VIEWS: tuple[View, ...] = ("anterior", "posterior", "left_lateral")
"""The views that show the left half; the others are their mirror images."""

Shapes = dict[View, dict[str, Area]]
Seed = tuple[str, View | None, tuple[float, float]]


class located:
    """Put file, line and field in front of errors raised below; the place is in their messages.

    Parameters
    ----------
    where : str
        What to name for a field that has no place of its own.
    places : mapping of str to (YamlFile, path)
        Where the fields that errors name (``borders.asis_line``) are written.
    note : str
        What to add to the message.
    """

    def __init__(
        self, where: str, places: Mapping[str, tuple[YamlFile, FieldPath]], note: str = ""
    ) -> None:
        self.where = where
        self.places = places
        self.note = note

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, DataError) and error.file is None:
            placed = [self._placed(problem) for problem in error.problems]
            raise DataError.of(placed, *error.notes) from None

    def _placed(self, problem: DataError) -> DataError:
        message = problem.message + self.note
        if problem.field is not None and problem.field in self.places:
            file, path = self.places[problem.field]
            return file.error(message, path)
        return DataError(message, file=self.where, field=problem.field)


class Sheet:
    """The flattened skin of the left half, cut into named patches.

    Parameters
    ----------
    files : BodyFiles
        Read and checked, so that every name in them is known.

    Raises
    ------
    DataError
        If landmarks, borders and region points do not fit together. All that can be told at once
        is: where borders end in the open, the faces between them are not looked at.
    """

    def __init__(self, files: BodyFiles) -> None:
        profile = np.array(files.outline.data.profile)
        begins = files.outline.data.trunk_begins
        height, inner, outer, front, back = profile.T
        self.surface = Surface(height, inner, outer, front, back, begins.front, begins.back)
        self.files = files
        self.places: dict[str, tuple[YamlFile, FieldPath]] = {}
        self.landmarks = self._landmarks()
        self.borders = self._borders()
        self.names: dict[str, str] = {}
        seeds = self._located_seeds([*self._limb_seeds(), *self._patch_seeds()])
        where = f"{files.sections.file.label} and {files.free_borders.file.label}"
        with located(where, self.places, " (places are angle, height)"):
            lines = linework.join_ends(
                {**self.borders, "edge of the sheet": self._frame()}, unit=1 / SHEET
            )
            self.lines = lines
            self.patches = linework.faces(list(lines.values()), unit=1 / SHEET)
            self.labels = linework.label_faces(self.patches, seeds, unit=1 / SHEET)
        # Head to foot, and from the front midline round to the back.
        places = {name: at / SHEET for name, at in reversed(seeds)}
        order = sorted(self.names, key=lambda name: (-round(places[name][1] / 3), places[name][0]))
        self.names = {name: self.names[name] for name in order}

    # --- borders

    def _landmarks(self) -> dict[str, FloatArray]:
        read = self.files.free_borders
        found: dict[str, FloatArray] = {}
        problems = Findings()
        for name, mark in read.data.landmarks.items():
            found[name] = self.surface.locate(mark.view, [mark.at])[0]
            shown = self.surface.project(mark.view, *found[name])
            if np.abs(shown - mark.at).max() > linework.JOIN_WITHIN:
                problems.append(
                    read.file.error(
                        f"the landmark '{name}' lies beside the {mark.view} view's left half",
                        ("landmarks", name, "at"),
                    )
                )
        problems.stop(
            "borders are looked at once every landmark lies on the figure; more may follow"
        )
        return found

    def _borders(self) -> dict[str, FloatArray]:
        borders: dict[str, FloatArray] = {}
        for read in (self.files.sections, self.files.free_borders):
            for name, border in read.data.borders.items():
                borders[name] = self._line(border)
                self.places[f"borders.{name}"] = (read.file, ("borders", name))
        for part, limb in self.files.sections.data.limbs.items():
            lines = {
                f"{part} level {level:g}": _level(level, INNER_FRONT, INNER_BACK)
                for number, level in enumerate(limb.levels)
                if number or not limb.upper_border
            }
            for sector, angles in zip(
                limb.sectors, _limb_angles(limb, limb.levels).T, strict=False
            ):
                points = np.stack([angles, limb.levels], axis=1)
                lines[f"{part} {sector} edge"] = smooth_curve(points * SHEET)
            for name, line in lines.items():
                borders[name] = line
                self.places[f"borders.{name}"] = (self.files.sections.file, ("limbs", part))
        return borders

    def _line(self, border: LevelBorder | PointBorder) -> FloatArray:
        from hippain_maps._body_files import LevelBorder

        if isinstance(border, LevelBorder):
            first, last = (
                self.landmarks[end][0] if isinstance(end, str) else end
                for end in (border.from_, border.to)
            )
            return _level(border.level, first, last)
        points = [
            self.landmarks[point] if isinstance(point, str) else np.array(point)
            for point in border.points
        ]
        if border.view is None:
            return smooth_curve(np.array(points) * SHEET)
        shown = [
            self.surface.project(border.view, *point) if isinstance(given, str) else point
            for given, point in zip(border.points, points, strict=True)
        ]
        line: FloatArray = self.surface.locate(border.view, smooth_curve(shown)) * SHEET
        return line

    def _frame(self) -> FloatArray:
        """Return the edge of the sheet: floor, midline or innermost line, top."""
        up = np.arange(0, self.surface.top + 0.1, 0.25)
        round_ = np.arange(INNER_FRONT, INNER_BACK + 1, 6.0)
        sides = [
            np.stack([np.full_like(up, INNER_FRONT), up], axis=1),
            np.stack([round_, np.full_like(round_, self.surface.top)], axis=1)[1:],
            np.stack([np.full_like(up, INNER_BACK), up], axis=1)[-2::-1],
            np.stack([round_, np.zeros_like(round_)], axis=1)[-2::-1],
        ]
        frame: FloatArray = np.vstack(sides) * SHEET
        return frame

    # --- names

    def _limb_seeds(self) -> Iterable[Seed]:
        file = self.files.sections.file
        for part, limb in self.files.sections.data.limbs.items():
            bands = len(limb.levels) - 1
            for number in range(1, bands + 1):
                level = (limb.levels[number - 1] + limb.levels[number]) / 2
                edges = [INNER_FRONT, *_limb_angles(limb, [level])[0], INNER_BACK]
                for sector, first, last in zip(limb.sectors, edges, edges[1:], strict=False):
                    region = limb_region(part, number, sector)
                    name = f"{limb.name}, band {number} of {bands}, {sector.replace('_', ' ')}"
                    self._name(region, name, file, ("limbs", part))
                    yield region, None, ((first + last) / 2, level)

    def _patch_seeds(self) -> Iterable[Seed]:
        file = self.files.regions.file
        for number, grid in enumerate(self.files.regions.data.patches):
            for band, row in grid.bands.items():
                for column, place in grid.columns.items():
                    region = grid.id.format(band=band, column=column)
                    name = grid.name.format(band=row.name, column=place.name)
                    self._name(region, name, file, ("patches", number, "id"))
                    yield region, grid.view, (place.at, row.at)
        for region, patch in self.files.regions.data.regions.items():
            self._name(region, patch.name, file, ("regions", region))
            yield region, patch.view, patch.at
            for view, at in patch.also.items():
                yield region, view, at

    def _name(self, region: str, name: str, file: YamlFile, field: tuple[str | int, ...]) -> None:
        self.names[region] = name
        self.places[f"regions.{region}"] = (file, field)

    def _located_seeds(self, seeds: Sequence[Seed]) -> list[tuple[str, FloatArray]]:
        """Return the region points on the sheet; all of one view are looked up together."""
        places = np.array([at for _, _, at in seeds])
        for view in HALF_VIEWS:
            mine = [i for i, (_, of, _) in enumerate(seeds) if of == view]
            if mine:
                places[mine] = self.surface.locate(view, places[mine])
        return [(name, place) for (name, _, _), place in zip(seeds, places * SHEET, strict=True)]

    # --- views

    def skin(self) -> dict[str, float]:
        """Return the area of each region on the skin, cm2."""
        area: dict[str, float] = {}
        flat = shapely.transform(self.patches, lambda xy: self.surface.unrolled(xy / SHEET))
        for label, patch in zip(self.labels, shapely.area(flat), strict=True):
            area[label] = area.get(label, 0.0) + float(patch)
        return area

    def project(self) -> Shapes:
        """Return each region's polygon in the views of the left half that own it."""
        from hippain_maps._body_files import LevelBorder

        heights = np.arange(0, self.surface.top + 0.1, 0.5)
        front, back = self.surface.lateral_limits(heights)
        side = np.full_like(heights, OUTER)
        cuts = [np.stack([a, heights], axis=1) * SHEET for a in (front, side, back)]
        # Levels run on all round, so that a sliver goes to its neighbour at the same height.
        levels = {
            border.level
            for read in (self.files.sections, self.files.free_borders)
            for border in read.data.borders.values()
            if isinstance(border, LevelBorder)
        }
        cuts += [_level(level, INNER_FRONT, INNER_BACK) for level in sorted(levels)]
        # The same lines once more, with the limits of sight: pieces that a view sees or does not.
        pieces = linework.faces([*self.lines.values(), *cuts], unit=1 / SHEET)
        inside = shapely.point_on_surface(pieces)
        owner = shapely.STRtree(self.patches).query(inside, predicate="within")[1]
        at = shapely.get_coordinates(inside) / SHEET
        sees = {
            "anterior": at[:, 0] < OUTER,
            "posterior": at[:, 0] > OUTER,
            "left_lateral": (at[:, 0] > np.interp(at[:, 1], heights, front))
            & (at[:, 0] < np.interp(at[:, 1], heights, back)),
        }
        skin = self.skin()
        neighbours = _shared_lengths(pieces)
        shapes: Shapes = {}
        for view in HALF_VIEWS:
            owners = {int(i): self.labels[owner[i]] for i in np.flatnonzero(sees[view])}
            flat = dict(zip(owners, self._flatten(view, [pieces[i] for i in owners]), strict=True))
            _give_slivers_away(owners, flat, skin, neighbours)
            parts: dict[str, list[Polygon]] = {}
            for i, region in owners.items():
                parts.setdefault(region, []).append(pieces[i])
            merged = [as_area(shapely.coverage_union_all(of)) for of in parts.values()]
            drawn = shapely.coverage_simplify(self._flatten(view, merged), FLATNESS)
            shapes[view] = {name: as_area(shape) for name, shape in zip(parts, drawn, strict=True)}
        return shapes

    def _flatten(self, view: View, shapes: Sequence[Area]) -> list[Area]:
        """Return shapes of the sheet as the view shows them."""

        def project(xy: FloatArray) -> FloatArray:
            angle, height = (xy / SHEET).T
            # Off the frame by rounding, a vertex would leave the midline.
            for edge in (INNER_FRONT, INNER_BACK):
                angle = np.where(np.abs(angle - edge) < 1e-4, edge, angle)
            shown: FloatArray = np.round(self.surface.project(view, angle, height), DIGITS) + 0.0
            return shown

        return [
            as_area(shape) for shape in shapely.transform(np.array(shapes, dtype=object), project)
        ]


def _shared_lengths(pieces: list[Polygon]) -> dict[int, dict[int, float]]:
    """Return which pieces stand beside each other, and along how much of a border.

    Height counts, and width only where there is no other neighbour: what a view hardly shows of a
    patch goes to the patch beside it, not to the one above or below.
    """
    first, second = shapely.STRtree(pieces).query(pieces, predicate="touches")
    array = np.array(pieces, dtype=object)
    shared = shapely.intersection(array[first], array[second])
    box = shapely.bounds(shared)
    length = box[:, 3] - box[:, 1] + 1e-3 * shapely.length(shared)
    table: dict[int, dict[int, float]] = {}
    for a, b, along in zip(first.tolist(), second.tolist(), length.tolist(), strict=True):
        if along > 0:
            table.setdefault(a, {})[b] = along
    return table


def _give_slivers_away(
    owners: dict[int, str],
    flat: Mapping[int, Area],
    skin: Mapping[str, float],
    neighbours: Mapping[int, Mapping[int, float]],
) -> None:
    """Give the pieces of regions that a view hardly shows to the neighbour they border longest."""
    shown: dict[str, float] = {}
    for piece, region in owners.items():
        shown[region] = shown.get(region, 0.0) + flat[piece].area
    slivers = {region for region, area in shown.items() if area < MIN_SHOWN * skin[region]}
    waiting = [piece for piece, region in owners.items() if region in slivers]
    while waiting:
        given = {}
        for piece in waiting:
            around = {
                other: shared
                for other, shared in neighbours[piece].items()
                if owners.get(other, "") not in slivers and other in owners
            }
            if around:
                given[piece] = owners[max(around, key=lambda other: around[other])]
        if not given:
            raise DataError(
                "a view shows nothing but slivers; check the outline", file="body_regions"
            )
        owners.update(given)
        waiting = [piece for piece in waiting if piece not in given]


def _limb_angles(limb: Limb, levels: list[float]) -> FloatArray:
    """Return the angles between the sectors at each level, shape (levels, sectors - 1)."""
    table = np.array(sorted(limb.angles))
    return np.stack([np.interp(levels, table[:, 0], column) for column in table[:, 1:].T], axis=1)


def _level(level: float, first: float, last: float) -> FloatArray:
    """Return a border at one height: straight on the sheet, and in every view."""
    line: FloatArray = np.array([[first, level], [last, level]]) * SHEET
    return line
