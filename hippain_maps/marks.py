"""One mark of a pain drawing: what was drawn, and the area it covers.

A mark keeps its coordinates as they were drawn. `Mark.area` is what they cover, whatever the hand
did: outlines are filled, strokes are as wide as the brush, pressed spots are discs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from hippain_maps._gate import KINDS, Kind
from hippain_maps._limits import MAX_NEAR_PAIRS
from hippain_maps.errors import DrawingError
from hippain_maps.geometry import (
    VIEWS,
    Area,
    FloatArray,
    View,
    as_area,
    mirror,
    mirror_view,
    overlaid,
)

DEFAULT_WIDTH = 2.0
"""Brush width, and diameter of a pressed spot, where a file names none; cm."""

SENSORY = frozenset({"numb", "tingling"})
"""Qualities of altered feeling: a mark that says nothing else is not pain."""

# A quarter circle in 16 chords: a disc comes out 0.16 % small, far below what a hand can repeat.
_QUADRANT = 16
# GEOS buffers a long scribble in the square of its crossings, short pieces and their union fast.
_PIECE = 16
# A stroke of more points than a hand decides on is freed of tremor: each point moves towards its
# neighbours by at most so much (cm), and those that then lie so near to the line between others
# are left out. Together this stays below 0.05 cm. Its pieces may then be longer, since fewer cross.
_MANY, _TREMOR, _NEAR_LINE, _LONG_PIECE = 400, 0.03, 0.018, 64
_AS_IT_IS, _FLIP = np.array([1.0, 1.0]), np.array([-1.0, 1.0])
# Decimals of a cm on which to try, finest first. Numbers below 1e-12 are noise, and denormal ones
# trip GEOS; a tangle within a hair's breadth may defeat it, and no longer does when rounded.
_GRIDS = (12, 6, 3)


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark of a pain drawing, as it was drawn.

    Marks come from `PainDrawing`, which checks them; one made by hand is taken as it is.

    Parameters
    ----------
    view : view
        The chart it was drawn on.
    geometry_type : str
        ``Polygon``, ``LineString``, ``Point``, or one of them with ``Multi`` before it.
    coordinates : tuple
        Chart cm, nested as in the file.
    width_cm : float
        Width of the brush, or diameter of the pressed spot; without meaning for an outline.
    intensity : float or None
        0 to 10; None if it was not asked.
    quality : tuple of str
        Words of `QUALITIES`.
    depth : str or None
        ``superficial`` or ``deep``.
    extra : mapping
        What else the feature held, in the feature's own nesting.

    Examples
    --------
    >>> spot = Mark("anterior", "Point", (12, 88), width_cm=3)
    >>> spot.kind, round(spot.area().area, 2)
    ('spot', 7.06)
    """

    view: View
    geometry_type: str
    coordinates: tuple[Any, ...]
    width_cm: float = DEFAULT_WIDTH
    intensity: float | None = None
    quality: tuple[str, ...] = ()
    depth: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    _lines: tuple[FloatArray, ...] | None = field(
        default=None, init=False, repr=False, compare=False
    )
    _area: Area | None = field(default=None, init=False, repr=False, compare=False)
    _note: str | None = field(default=None, init=False, repr=False, compare=False)

    @classmethod
    def from_feature(cls, feature: Mapping[str, Any]) -> Mark:
        """Return a GeoJSON Feature that the gate has passed as a mark; null is "not given"."""
        geometry, properties = feature["geometry"], feature["properties"]
        known = {"view", "intensity", "quality", "depth"}
        width = None
        if KINDS[geometry["type"]] != "outline":
            known.add("width_cm")
            width = properties.get("width_cm")
        nested = {
            "geometry": _without(geometry, {"type", "coordinates"}),
            "properties": _without(properties, known),
        }
        rest = _without(feature, {"type", *nested})
        return cls(
            view=properties["view"],
            geometry_type=geometry["type"],
            coordinates=_nested(geometry["coordinates"], tuple),
            width_cm=DEFAULT_WIDTH if width is None else width,
            intensity=properties.get("intensity"),
            quality=tuple(properties.get("quality") or ()),
            depth=properties.get("depth"),
            extra=rest | {name: members for name, members in nested.items() if members},
        )

    @property
    def kind(self) -> Kind:
        """``outline``, ``stroke`` or ``spot``."""
        return KINDS[self.geometry_type]

    @property
    def is_pain(self) -> bool:
        """Whether the mark counts as pain: intensity 0 is recorded and does not."""
        return self.intensity is None or self.intensity > 0

    @property
    def is_sensory(self) -> bool:
        """Whether the mark says numb or tingling and nothing else: altered feeling, not pain."""
        return self.is_pain and bool(self.quality) and SENSORY.issuperset(self.quality)

    @property
    def note(self) -> str | None:
        """What had to be decided to give the mark an area, as a clause; None if nothing."""
        if self._note is None:
            object.__setattr__(self, "_note", self._decided() or "")
        return self._note or None

    def _decided(self) -> str | None:
        if self.kind == "spot":
            return None
        if self.kind == "stroke":
            if all(np.ptp(line, axis=0).any() for line in self.lines()):
                return None
            return f"a stroke has no length; it was taken as a spot of {self.width_cm:g} cm"
        if self.area().is_empty:
            return "the outline encloses no area; it is kept and covers nothing"
        polygons = self._polygons()
        rings = [ring for part in polygons.geoms for ring in (part.exterior, *part.interiors)]
        if not all(ring.is_simple for ring in rings):
            return (
                "the outline crosses or touches itself; its inside was taken as everything that "
                "the line goes round"
            )
        if not polygons.is_valid:
            return "its outlines cross or overlap; they were joined, and their holes taken out"
        return None

    def area(self) -> Area:
        """Return what the mark covers, valid, in chart cm; empty if it encloses nothing.

        An outline covers everything its line goes round (a loop within a loop stays filled, as
        on a screen with the usual non-zero rule), less what its holes go round. Round ends and
        spots are polygons inside the true circle, 0.16 % smaller. A stroke of more than 400 points
        is steadied and thinned, so that it moves by less than 0.05 cm, which changes its area by
        less than 0.05 cm times its perimeter. The area of the mirrored mark is the mirrored area:
        exactly, or to rounding if the mark lies wholly on the midline.

        Examples
        --------
        >>> twice_round = ((0, 0), (2, 0), (2, 2), (0, 2), (0, 0), (2, 0), (2, 2), (0, 0))
        >>> Mark("anterior", "Polygon", (twice_round,)).area().area
        4.0
        """
        if self._area is None:
            flip = _starts_left([self])
            area = self._cover(_FLIP if flip else _AS_IT_IS)
            object.__setattr__(self, "_area", mirror(area) if flip else area)
        return self._area  # type: ignore[return-value]

    def mirrored(self) -> Mark:
        """Return the mark on the other half of the body; a stated bounding box is left out."""
        return replace(
            self,
            view=mirror_view(self.view),
            coordinates=_negate_x(self.coordinates),
            extra=_without_bbox(self.extra),
        )

    def to_feature(self) -> dict[str, Any]:
        """Return the mark as a GeoJSON Feature, fresh plain data."""
        rest = deepcopy(dict(self.extra))
        properties: dict[str, Any] = {"view": self.view}
        if self.intensity is not None:
            properties["intensity"] = self.intensity
        if self.quality:
            properties["quality"] = list(self.quality)
        if self.depth is not None:
            properties["depth"] = self.depth
        if self.kind != "outline":
            properties["width_cm"] = self.width_cm
        geometry = {"type": self.geometry_type, "coordinates": _nested(self.coordinates, list)}
        return {
            "type": "Feature",
            "geometry": geometry | rest.pop("geometry", {}),
            "properties": properties | rest.pop("properties", {}),
            **rest,
        }

    def lines(self) -> list[FloatArray]:
        """Return every ring, stroke or group of spots as a read-only array of positions."""
        if self._lines is None:
            arrays = [np.asarray(line, dtype=float) for line in self._written()]
            for array in arrays:
                array.flags.writeable = False
            object.__setattr__(self, "_lines", tuple(arrays))
        return list(self._lines)  # type: ignore[arg-type]

    def _written(self) -> Any:
        """Return every ring, stroke or group of spots as it was written."""
        lines: Any
        match self.geometry_type:
            case "Point":
                lines = [[self.coordinates]]
            case "MultiPoint" | "LineString":
                lines = [self.coordinates]
            case "MultiLineString" | "Polygon":
                lines = self.coordinates
            case _:
                lines = [ring for part in self.coordinates for ring in part]
        return lines

    def _polygons(self, decimals: int = _GRIDS[0], unit: FloatArray = _AS_IT_IS) -> MultiPolygon:
        parts = self.coordinates if self.geometry_type == "MultiPolygon" else [self.coordinates]
        rings = iter(np.round(line * unit, decimals) for line in self.lines())
        arrays = [[next(rings) for _ in part] for part in parts]
        return MultiPolygon([Polygon(shell, holes) for shell, *holes in arrays])

    def _brushed(self, decimals: int, unit: FloatArray) -> BaseGeometry:
        lines = [np.round(line * unit, decimals) for line in self.lines()]
        cores: Any
        if self.kind == "spot":
            cores = shapely.points(np.concatenate(lines))
        else:
            cores = [piece for line in lines for piece in _short(line)]
        pieces = shapely.buffer(cores, self.width_cm / 2, quad_segs=_QUADRANT)
        return shapely.union_all([as_area(piece) for piece in pieces])

    def _cover(self, unit: FloatArray) -> Area:
        """Return the area; coordinates are multiplied by a unit first, 1 or -1 each."""
        shape = self._polygons if self.kind == "outline" else self._brushed
        for decimals in _GRIDS:
            try:
                area = as_area(shape(decimals, unit))
            except shapely.errors.GEOSException:
                continue
            # Where GEOS fails, it may also do so without saying anything.
            if area.is_valid:
                return area
        raise DrawingError(f"the area of one {self.kind} cannot be determined; draw it anew")


def _short(line: FloatArray) -> list[BaseGeometry]:
    """Return a line in short pieces; one of very many points is simplified first."""
    length = _PIECE
    if len(line) > _MANY:
        steady = shapely.linestrings(_steadied(line))
        whole = shapely.simplify(steady, _NEAR_LINE, preserve_topology=False)
        line, length = shapely.get_coordinates(whole), _LONG_PIECE
    starts = range(0, len(line) - 1, length)
    return [shapely.LineString(line[start : start + length + 1]) for start in starts]


def _steadied(line: FloatArray) -> FloatArray:
    """Return a line whose inner points have moved towards their neighbours, `_TREMOR` at most."""
    step = (line[:-2] - 2 * line[1:-1] + line[2:]) / 3
    size = np.hypot(step[:, 0], step[:, 1])
    steady = line.copy()
    steady[1:-1] += step * (_TREMOR / np.maximum(size, _TREMOR))[:, None]
    return steady


def union_of(marks: Sequence[Mark]) -> tuple[Area, bool]:
    """Return what marks of one view cover together, in chart cm, and whether a grid had to help."""
    if len(marks) == 1:
        return marks[0].area(), False
    flip = _starts_left(marks)
    areas = [mirror(mark.area()) if flip else mark.area() for mark in marks]
    whole, retried = overlaid(shapely.union_all, areas)
    union = as_area(whole)
    return (mirror(union) if flip else union), retried


def check_crossings(marks: Sequence[Mark]) -> None:
    """Refuse lines that cross so often that cleaning them would take minutes and gigabytes."""
    # Every pair of pieces is found twice.
    allowed = 2 * MAX_NEAR_PAIRS
    for view in VIEWS:
        drawn = [mark for mark in marks if mark.view == view and mark.kind != "spot"]
        ends = [_pieces(line) for mark in drawn for line in mark.lines()]
        count = sum(map(len, ends))
        if count**2 <= MAX_NEAR_PAIRS:
            continue
        pieces = np.asarray(shapely.linestrings(np.concatenate(ends)))
        tree = shapely.STRtree(pieces)
        # Each meets itself and its two neighbours, which says nothing.
        allowed += 3 * count
        for start in range(0, count, 64):
            allowed -= tree.query(pieces[start : start + 64]).shape[1]
            if allowed < 0:
                raise DrawingError(
                    f"the lines of the {view} view meet each other more than "
                    f"{MAX_NEAR_PAIRS:,} times; draw the edge of the area instead of shading it"
                )


def _pieces(line: FloatArray) -> FloatArray:
    """Return the straight pieces of a line; a pen held still makes none."""
    starts, ends = line[:-1], line[1:]
    moved: NDArray[np.bool_] = (starts != ends).any(axis=1)
    return np.stack([starts[moved], ends[moved]], axis=1)


def _nested(value: Any, kind: type[list[Any]] | type[tuple[Any, ...]]) -> Any:
    """Return coordinates, nested as deep as they are, in lists or in tuples."""
    if not isinstance(value[0], list | tuple):
        return kind(value)
    if not isinstance(value[0][0], list | tuple):
        return kind(map(kind, value))
    return kind(_nested(member, kind) for member in value)


def _negate_x(coordinates: Any) -> Any:
    # From 0, so that nothing on the midline becomes -0.0.
    if not isinstance(coordinates[0], tuple):
        return (0 - coordinates[0], coordinates[1])
    if not isinstance(coordinates[0][0], tuple):
        return tuple((0 - x, y) for x, y in coordinates)
    return tuple(_negate_x(member) for member in coordinates)


def _every_x(coordinates: Any) -> Iterator[float]:
    """Yield every x in the order of drawing."""
    if isinstance(coordinates[0], tuple):
        for member in coordinates:
            yield from _every_x(member)
    else:
        yield coordinates[0]


def _starts_left(marks: Sequence[Mark]) -> bool:
    """Tell on which half marks are begun: of marks and their mirror image, one answers yes.

    Areas are computed on one half and mirrored onto the other. The steps inside GEOS depend on
    direction and rounding, so that without this, mirror images would be alike, but not the same.
    """
    return next((x for mark in marks for x in _every_x(mark.coordinates) if x), 0) < 0


def _without(members: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if name not in known}


def _without_bbox(extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return `extra` without bounding boxes, which would be wrong after mirroring."""
    rest = _without(extra, {"bbox"})
    if "geometry" in rest:
        rest["geometry"] = _without(rest["geometry"], {"bbox"})
    return rest
