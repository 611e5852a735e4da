"""The marks of many drawings out of a table: checked, and turned into areas all at once.

Well-known binary (WKB) comes from outside, and readers of it recurse where it nests: its structure
is walked here first, and only flat shapes whose counts fit their length are handed on. A drawing of
one plain valid outline a view, as most are, is then read together with all others; every other one
goes through the gate of drawing files by itself, which also finds the words for what is wrong.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from hippain_maps._json import cut, shown
from hippain_maps._limits import MAX_COORDINATE, MAX_RINGS, MAX_VERTICES
from hippain_maps.cohort.sketch import Sketch, Told
from hippain_maps.drawing import DEPTHS, QUALITIES, PainDrawing
from hippain_maps.errors import DrawingError
from hippain_maps.geometry import VIEWS, View
from hippain_maps.marks import SENSORY

_TYPES = {
    1: "Point",
    2: "LineString",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
}
_FEW = 500
"""Outlines with more points than this take the way on which crossings are counted first."""


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One mark as a table holds it, looked at by nobody yet."""

    view: Any
    wkb: Any
    intensity: Any = None
    quality: Any = None
    depth: Any = None
    width_cm: Any = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One drawing as a cohort file holds it.

    Parameters
    ----------
    row : int
        Number of its first row, or of its file, from 1.
    rows : int
        How many rows it takes.
    id : str
        What it is called.
    payload : bytes, tuple of MarkRow, or None
        A drawing file, or marks; None where it could not be read.
    about : tuple
        Study fields, in the order of the columns that are carried.
    completed : object
        Views declared complete, as the table holds them.
    reason : str or None
        Why it could not be read.
    """

    row: int
    rows: int
    id: str
    payload: bytes | tuple[MarkRow, ...] | None
    about: tuple[Any, ...] = ()
    completed: Any = None
    reason: str | None = None


def read_sketches(entries: Sequence[Entry]) -> tuple[list[Sketch | None], dict[int, str]]:
    """Return every drawing that can be read, and why the others cannot.

    Parameters
    ----------
    entries : sequence of Entry
        As they stand in the file.

    Returns
    -------
    sketches : list of Sketch or None
        One for each entry.
    reasons : dict of int to str
        By place in `entries`.
    """
    sketches: list[Sketch | None] = [None] * len(entries)
    reasons: dict[int, str] = {}
    plain: list[tuple[int, dict[View, tuple[bytes, Told]], tuple[View, ...]]] = []
    for number, entry in enumerate(entries):
        try:
            if entry.payload is None:
                reasons[number] = entry.reason or "it could not be read"
            elif isinstance(entry.payload, bytes):
                sketches[number] = Sketch.of(PainDrawing.from_geojson(entry.payload))
            elif (outlines := _plain(entry.payload)) is not None:
                plain.append((number, outlines, _completed(entry.completed)))
            else:
                sketches[number] = Sketch.of(_drawing(entry))
        except DrawingError as error:
            reasons[number] = str(error)
    for number, sketch in _together(plain):
        if sketch is not None:
            sketches[number] = sketch
            continue
        try:
            sketches[number] = Sketch.of(_drawing(entries[number]))
        except DrawingError as error:
            reasons[number] = str(error)
    return sketches, reasons


def _plain(marks: tuple[MarkRow, ...]) -> dict[View, tuple[bytes, Told]] | None:
    """Return the outline of each view, if there is one a view and nothing unusual about it."""
    found: dict[View, tuple[bytes, Told]] = {}
    for mark in marks:
        view, wkb, depth = mark.view, mark.wkb, mark.depth
        if view not in VIEWS or view in found or not isinstance(wkb, bytes):
            return None
        kind, points, _ = walk_wkb(wkb)
        if kind not in ("Polygon", "MultiPolygon") or not 0 < points <= _FEW:
            return None
        words = _words(mark.quality)
        if not (isinstance(words, list) and all(word in QUALITIES for word in words)):
            return None
        if depth is not None and depth not in DEPTHS:
            return None
        intensity = mark.intensity
        if intensity is not None and not (
            isinstance(intensity, int | float) and 0 < intensity <= 10
        ):
            return None
        found[view] = (wkb, (intensity, tuple(words), depth))
    return found


def _together(
    plain: Sequence[tuple[int, dict[View, tuple[bytes, Told]], tuple[View, ...]]],
) -> list[tuple[int, Sketch | None]]:
    """Return plain drawings read in one go; None for one that turns out to need more care."""
    data = [wkb for _, outlines, _ in plain for wkb, _ in outlines.values()]
    shapes = np.asarray(
        shapely.from_wkb(np.array(data, dtype=object), on_invalid="ignore"), dtype=object
    )
    usable = ~shapely.is_missing(shapes)
    corners, of = shapely.get_coordinates(shapes, return_index=True)
    # Not above the cap, so that a number that is none fails as well.
    usable[of[~(np.abs(corners) <= MAX_COORDINATE).all(axis=1)]] = False
    # As `Mark.area` has it: numbers below 1e-12 are noise.
    shapes[usable] = shapely.transform(shapes[usable], lambda xy: np.round(xy, 12))
    usable[usable] = shapely.is_valid(shapes[usable])
    found: list[tuple[int, Sketch | None]] = []
    start = 0
    for number, outlines, completed in plain:
        stop = start + len(outlines)
        sketch = None
        if usable[start:stop].all():
            areas = dict(zip(outlines, shapes[start:stop].tolist(), strict=True))
            told = {view: said for view, (_, said) in outlines.items()}
            nothing = shapely.Polygon()
            numb = {v for v, (_, words, _) in told.items() if words and SENSORY.issuperset(words)}
            sketch = Sketch(
                areas={view: areas[view] for view in VIEWS if view in areas},
                used=tuple(v for v in VIEWS if v in areas or v in completed),
                feeling={
                    view: (nothing, area) if view in numb else (area, nothing)
                    for view, area in areas.items()
                    if numb
                },
                told=told if any(any(said) for said in told.values()) else {},
            )
        found.append((number, sketch))
        start = stop
    return found


def walk_wkb(data: bytes) -> tuple[str, int, int]:
    """Return type, points and rings of a geometry in WKB, once its structure is seen to be sound.

    Raises
    ------
    DrawingError
        If it is not a flat shape in two dimensions, its counts and its length differ, or it holds
        more than a drawing may.

    Examples
    --------
    >>> walk_wkb(shapely.box(0, 0, 1, 1).wkb)
    ('Polygon', 5, 1)
    """
    try:
        kind, points, rings, end = _walk(data, 0)
    except struct.error:
        raise DrawingError("the geometry is cut off: its WKB ends too early") from None
    if end != len(data):
        raise DrawingError(f"the WKB of the geometry has {len(data) - end} bytes too many")
    return kind, points, rings


def _walk(data: bytes, start: int) -> tuple[str, int, int, int]:
    (first,) = struct.unpack_from("B", data, start)
    if first > 1:
        raise DrawingError("the geometry is not WKB; write it as WKB in a binary column")
    order = "<" if first else ">"
    (code,) = struct.unpack_from(f"{order}I", data, start + 1)
    if code not in _TYPES:
        raise DrawingError(
            f"WKB geometry type {code} is not accepted; write {', '.join(_TYPES.values())} in two "
            "dimensions, without SRID"
        )
    kind, place, points, rings = _TYPES[code], start + 5, 0, 0
    if kind == "Point":
        struct.unpack_from("2d", data, place)
        return kind, 1, 1, place + 16
    (count,) = struct.unpack_from(f"{order}I", data, place)
    place += 4
    if count > MAX_VERTICES:
        raise DrawingError(f"the WKB claims {count:,} parts; at most {MAX_VERTICES:,} are read")
    if kind == "LineString":
        return _capped(kind, count, 1, _after(data, place, count))
    for _ in range(count):
        if kind == "Polygon":
            (corners,) = struct.unpack_from(f"{order}I", data, place)
            place = _after(data, place + 4, corners)
            points, rings = points + corners, rings + 1
        else:
            # The parts of a multi-part shape are no multi-part shapes: this goes one level deep.
            (of,) = struct.unpack_from("B", data, place)
            (inner,) = struct.unpack_from("<I" if of else ">I", data, place + 1)
            if _TYPES.get(inner) != kind.removeprefix("Multi"):
                raise DrawingError(f"a {kind} in WKB holds a part of another type")
            _, more, lines, place = _walk(data, place)
            points, rings = points + more, rings + lines
        _capped(kind, points, rings, place)
    return _capped(kind, points, rings, place)


def _after(data: bytes, place: int, corners: int) -> int:
    end = place + 16 * corners
    if end > len(data):
        raise DrawingError("the geometry is cut off: its WKB ends too early")
    return end


def _capped(kind: str, points: int, rings: int, place: int) -> tuple[str, int, int, int]:
    if points > MAX_VERTICES or rings > MAX_RINGS:
        raise DrawingError(
            f"a mark has over {points:,} points in {rings:,} rings; at most {MAX_VERTICES:,} "
            f"points and {MAX_RINGS:,} rings are read"
        )
    return kind, points, rings, place


def _drawing(entry: Entry) -> PainDrawing:
    """Return a drawing out of its rows, through the gate of drawing files."""
    assert isinstance(entry.payload, tuple)
    features = [_feature(mark, number) for number, mark in enumerate(entry.payload)]
    header: dict[str, Any] = {"views_completed": list(_completed(entry.completed))}
    return PainDrawing.from_geojson(
        {"type": "FeatureCollection", "hippain": header, "features": features}
    )


def _feature(mark: MarkRow, number: int) -> dict[str, Any]:
    if mark.wkb is None:
        raise DrawingError("there is no geometry", where=f"features[{number}].geometry")
    if not isinstance(mark.wkb, bytes):
        raise DrawingError(
            f"the geometry is {shown(mark.wkb)}, not WKB; write it as WKB in a binary column",
            where=f"features[{number}].geometry",
        )
    try:
        kind, _, _ = walk_wkb(mark.wkb)
    except DrawingError as error:
        raise DrawingError(error.message, where=f"features[{number}].geometry") from None
    properties = {
        "view": mark.view,
        "intensity": mark.intensity,
        "quality": _words(mark.quality),
        "depth": mark.depth,
        "width_cm": mark.width_cm,
    }
    geometry = {"type": kind, "coordinates": _coordinates(mark.wkb, 0)[0]}
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": {name: value for name, value in properties.items() if value is not None},
    }


def _coordinates(data: bytes, start: int) -> tuple[Any, int]:
    """Return the coordinates of a geometry that `walk_wkb` has passed, nested as in GeoJSON."""
    order = "<" if data[start] else ">"
    (code,) = struct.unpack_from(f"{order}I", data, start + 1)
    place = start + 5

    def row(count: int, at: int) -> tuple[list[list[float]], int]:
        values = np.frombuffer(data, dtype=f"{order}f8", count=2 * count, offset=at)
        return values.reshape(-1, 2).tolist(), at + 16 * count

    if code == 1:
        ((position,), place) = row(1, place)
        return position, place
    (count,) = struct.unpack_from(f"{order}I", data, place)
    place += 4
    if code == 2:
        return row(count, place)
    parts = []
    for _ in range(count):
        if code == 3:
            (corners,) = struct.unpack_from(f"{order}I", data, place)
            part, place = row(corners, place + 4)
        else:
            part, place = _coordinates(data, place)
        parts.append(part)
    return parts, place


def _words(value: Any) -> Any:
    """Return a cell that lists words as a list; as a text they stand apart by ; or a comma."""
    if value is None or value == "":
        return []
    if isinstance(value, str):
        return [word.strip() for word in value.replace(",", ";").split(";") if word.strip()]
    return list(value) if isinstance(value, list | tuple) else value


def _completed(value: Any) -> tuple[View, ...]:
    """Return the views of a cell that lists views, or say which is none."""
    words = _words(value)
    unknown = [word for word in words if word not in VIEWS] if isinstance(words, list) else [words]
    if unknown:
        raise DrawingError(
            f"there is no view '{cut(str(unknown[0]))}' (accepted: {', '.join(VIEWS)})",
            where="views_completed",
        )
    return tuple(words)
