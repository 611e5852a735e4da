"""The marks of many drawings out of a table: checked, and turned into areas all at once.

A drawing of one plain valid outline a view, as most are, is read together with all others.
Well-known binary (WKB) comes from outside, and readers of it recurse where it nests: its structure
is walked here first, and only polygons whose counts fit their length are handed on. Every other
drawing is read by itself as `hippain_maps.interchange` reads it, which also finds the words for
what is wrong.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import shapely

from hippain_maps._json import cut, shown
from hippain_maps._limits import MAX_COORDINATE
from hippain_maps.cohort.sketch import Sketch, Told
from hippain_maps.drawing import DEPTHS, QUALITIES, PainDrawing
from hippain_maps.errors import DrawingError
from hippain_maps.geometry import VIEWS, View
from hippain_maps.interchange.mark_rows import records_of
from hippain_maps.interchange.wkb import parse_wkb
from hippain_maps.marks import SENSORY

_FEW = 500
"""Outlines with more points than this take the way on which crossings are counted first."""


# Tuples, not records: there are millions of them, and they travel to workers.


class MarkRow(NamedTuple):
    """One mark as a table holds it, looked at by nobody yet."""

    view: Any
    wkb: Any
    intensity: Any = None
    quality: Any = None
    depth: Any = None
    width_cm: Any = None
    extra: Any = None
    header: Any = None


class Entry(NamedTuple):
    """One drawing as a cohort file holds it.

    Parameters
    ----------
    row : int
        Number of its first row, or of its file, from 1.
    rows : int
        How many rows it takes.
    id : str
        What it is called.
    payload : PainDrawing, bytes, tuple of MarkRow, or None
        A drawing, a drawing file, or marks; None where it could not be read.
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
    payload: PainDrawing | bytes | tuple[MarkRow, ...] | None
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
            elif isinstance(entry.payload, PainDrawing):
                sketches[number] = Sketch.of(entry.payload)
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
        if mark.header or mark.extra or not 0 < corners_of(wkb) <= _FEW:
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


def corners_of(data: bytes) -> int:
    """Return how many points a polygon has in WKB, or 0 if it is anything but a plain polygon.

    Examples
    --------
    >>> corners_of(shapely.box(0, 0, 1, 1).wkb), corners_of(b"GARBAGE")
    (5, 0)
    """
    try:
        (order, kind, count) = struct.unpack_from("<BII", data)
        if order != 1 or kind not in (3, 6) or not 0 < count <= _FEW:
            return 0
        place, points = 9, 0
        for _ in range(count if kind == 6 else 1):
            rings = count
            if kind == 6:
                (order, part, rings) = struct.unpack_from("<BII", data, place)
                place += 9
                if order != 1 or part != 3 or not 0 < rings <= _FEW:
                    return 0
            for _ in range(rings):
                (corners,) = struct.unpack_from("<I", data, place)
                place += 4 + 16 * corners
                points += corners
    except struct.error:
        return 0
    return points if place == len(data) else 0


def _drawing(entry: Entry) -> PainDrawing:
    """Return a drawing out of its rows, through the gate of drawing files."""
    assert isinstance(entry.payload, tuple)
    rows = [
        (
            entry.row + number,
            {
                "drawing": entry.id,
                "view": mark.view,
                "geometry": mark.wkb,
                "intensity": mark.intensity,
                "quality": mark.quality,
                "depth": mark.depth,
                "width_cm": mark.width_cm,
                "extra": mark.extra,
                "header": mark.header,
            },
        )
        for number, mark in enumerate(entry.payload)
    ]
    (record,) = records_of(rows, geometry="geometry", read=_geometries)
    completed = _completed(entry.completed)
    if not completed:
        return record.drawing
    views = {*record.drawing.views_completed, *completed}
    return replace(record.drawing, views_completed=tuple(v for v in VIEWS if v in views))


def _geometries(cell: Any) -> list[dict[str, Any]]:
    if not isinstance(cell, bytes):
        raise DrawingError(
            f"the geometry is {shown(cell)}, not WKB; write it as WKB in a binary column"
        )
    return parse_wkb(cell)


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
