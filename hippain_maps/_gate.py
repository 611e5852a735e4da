"""The gate for pain drawings: data of any origin in, checked plain data or one refusal out.

Everything here is plain Python and comes before any geometry code: `hippain_maps._json` caps size
and nesting, this module caps counts before anything is built from them, and lets no number
through that is not finite and on the chart. What a file holds besides the drawing itself is
looked at only for its size, and for being writable again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from hippain_maps._json import SHOWN, check_kept, cut, parse_json, shown
from hippain_maps._limits import (
    MAX_COORDINATE,
    MAX_FEATURES,
    MAX_RINGS,
    MAX_VERTICES,
    MAX_WIDTH,
    MIN_WIDTH,
)
from hippain_maps.errors import DrawingError, did_you_mean
from hippain_maps.geometry import FRAME, VIEWS

Kind = Literal["outline", "stroke", "spot"]

VERSION = 1
QUALITIES = ("aching", "burning", "stabbing", "electric", "tingling", "numb", "cramping", "other")
DEPTHS = ("superficial", "deep")
ANSWERS = ("yes", "no", "not_asked")
KINDS: Final[Mapping[str, Kind]] = {
    "Polygon": "outline",
    "MultiPolygon": "outline",
    "LineString": "stroke",
    "MultiLineString": "stroke",
    "Point": "spot",
    "MultiPoint": "spot",
}

_NUMBERS = (int, float)
_LOW = -MAX_COORDINATE


def check_drawing(data: Mapping[str, Any] | str | bytes) -> dict[str, Any]:
    """Return a drawing file as plain data, checked in every part and of the current version.

    Parameters
    ----------
    data : mapping, str or bytes
        A GeoJSON FeatureCollection. The caller's mapping is neither kept nor changed.

    Returns
    -------
    dict
        Fresh JSON data; its ``hippain`` member is always there, with frame and version.

    Raises
    ------
    DrawingError
        At the first thing that cannot be used, with its place in the file.

    Examples
    --------
    >>> check_drawing('{"type": "FeatureCollection", "features": []}')["hippain"]
    {'frame': 'hippain-175', 'version': 1}
    """
    document = parse_json(data)
    _check_collection(document)
    document = _migrate(document)
    _check_header(document["hippain"])
    features = document["features"]
    if len(features) > MAX_FEATURES:
        raise DrawingError(
            f"there are {len(features)} marks, and at most {MAX_FEATURES} are read; "
            "join some of them into MultiPolygons or MultiLineStrings",
            where="features",
        )
    tally = _Tally()
    for place, feature in enumerate(features):
        _check_feature(feature, f"features[{place}]", tally)
    for name, value in document.items():
        if name != "features":
            check_kept({name: value}, "")
    return document


def check_answers(answers: object, where: str) -> None:
    """Refuse `answers` unless it maps ids to yes, no or not_asked."""
    if not isinstance(answers, Mapping):
        raise DrawingError(f"{shown(answers)} is not an object of id and answer", where=where)
    for question, answer in answers.items():
        _check_word(answer, "answer", ANSWERS, f"{where}.{cut(question)}")
    check_kept(answers, where)


# --- The FeatureCollection and its hippain member ----------------------------------------------


def _check_collection(document: object) -> None:
    if not isinstance(document, dict):
        raise DrawingError(f"the file holds {shown(document)}, not a GeoJSON FeatureCollection")
    given = document.get("type")
    if given == "Feature":
        raise DrawingError(
            'this is a single Feature; wrap it as {"type": "FeatureCollection", "features": [ … ]}',
            where="type",
        )
    if given in (*KINDS, "GeometryCollection"):
        raise DrawingError(
            f"this is a bare {given}; wrap it as "
            '{"type": "FeatureCollection", "features": [{"type": "Feature", '
            '"geometry": …, "properties": {"view": …}}]}',
            where="type",
        )
    if given != "FeatureCollection":
        has = "is missing" if given is None else f"is {shown(given)}"
        raise DrawingError(f"the type {has}; a drawing is a FeatureCollection", where="type")
    if not isinstance(document.get("features"), list):
        has = shown(document["features"]) if "features" in document else "missing"
        raise DrawingError(f"the list of marks is {has}; give a list of Features", where="features")


def _migrate(document: dict[str, Any]) -> dict[str, Any]:
    """Return `document` as the current version writes it.

    Version 1 is the first. The step there is to it is that of a file without frame or version,
    as any GeoJSON tool writes it: it means this frame and version 1.
    """
    header = document.get("hippain", {})
    if not isinstance(header, dict):
        raise DrawingError(f"{shown(header)} is not an object; leave it out", where="hippain")
    version = header.get("version", VERSION)
    if type(version) not in _NUMBERS or version != version // 1 or version < 1:
        raise DrawingError(
            f"{shown(version)} is not a version; the version of this format is {VERSION}",
            where="hippain.version",
        )
    if version > VERSION:
        raise DrawingError(
            f"the file has version {shown(version)}, and this hippain_maps reads up to version "
            f"{VERSION}; install a newer hippain_maps",
            where="hippain.version",
        )
    frame = header.get("frame", FRAME)
    if frame != FRAME:
        raise DrawingError(
            f"the file is drawn in the frame {shown(frame)}, and only {FRAME} is read; "
            "convert its coordinates",
            where="hippain.frame",
        )
    return {**document, "hippain": {**header, "frame": FRAME, "version": VERSION}}


def _check_header(header: dict[str, Any]) -> None:
    views = header.get("views_completed", [])
    where = "hippain.views_completed"
    if not isinstance(views, list):
        raise DrawingError(f'{shown(views)} is not a list, such as ["posterior"]', where=where)
    for place, view in enumerate(views):
        _check_word(view, "view", VIEWS, f"{where}[{place}]")
    check_answers(header.get("answers", {}), "hippain.answers")
    for name in ("palpation", "about"):
        if not isinstance(header.get(name, {}), dict):
            raise DrawingError(f"{shown(header[name])} is not an object", where=f"hippain.{name}")


# --- One mark ----------------------------------------------------------------------------------


class _Tally:
    """What has been counted so far, over all marks of a drawing."""

    def __init__(self) -> None:
        self.points = 0
        self.lines = 0

    def add(self, where: str, *, points: int, lines: int) -> None:
        self.points += points
        self.lines += lines
        if self.points > MAX_VERTICES:
            raise DrawingError(
                f"by here the drawing has {self.points:,} points, and at most {MAX_VERTICES:,} "
                "are read; thin out its lines",
                where=where,
            )
        if self.lines > MAX_RINGS:
            raise DrawingError(
                f"by here the drawing has {self.lines:,} rings, strokes and spots, and at most "
                f"{MAX_RINGS:,} are read; join or leave out the smallest",
                where=where,
            )


def _check_feature(feature: object, where: str, tally: _Tally) -> None:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        given = feature.get("type") if isinstance(feature, dict) else feature
        raise DrawingError(f"a Feature is expected here, not {shown(given)}", where=where)
    properties = feature.get("properties")
    if properties is not None and not isinstance(properties, dict):
        raise DrawingError(f"{shown(properties)} is not an object", where=f"{where}.properties")
    _check_properties(properties or {}, f"{where}.properties")
    geometry = feature.get("geometry")
    if geometry is None:
        raise DrawingError(
            "there is no geometry; draw the mark, or leave the feature out",
            where=f"{where}.geometry",
        )
    if not isinstance(geometry, dict):
        raise DrawingError(f"{shown(geometry)} is not an object", where=f"{where}.geometry")
    _check_geometry(geometry, f"{where}.geometry", tally)
    check_kept({name: v for name, v in feature.items() if name != "geometry"}, where)
    rest = {name: v for name, v in geometry.items() if name != "coordinates"}
    check_kept(rest, f"{where}.geometry")


def _check_properties(properties: dict[str, Any], where: str) -> None:
    """Check what is known of a mark; null stands for "not given", as tables write it."""
    if properties.get("view") is None:
        raise DrawingError(
            f"the view is missing; name the chart the mark is on: {', '.join(VIEWS)}",
            where=f"{where}.view",
        )
    _check_word(properties["view"], "view", VIEWS, f"{where}.view")
    _check_number(properties.get("intensity"), f"{where}.intensity", 0, 10, "no pain to worst")
    _check_number(
        properties.get("width_cm"), f"{where}.width_cm", MIN_WIDTH, MAX_WIDTH, "centimetres"
    )
    quality = properties.get("quality")
    if quality is not None and not isinstance(quality, list):
        raise DrawingError(
            f'{shown(quality)} is not a list of words, such as ["aching"]', where=f"{where}.quality"
        )
    for place, word in enumerate(quality or []):
        _check_word(word, "quality", QUALITIES, f"{where}.quality[{place}]")
    if properties.get("depth") is not None:
        _check_word(properties["depth"], "depth", DEPTHS, f"{where}.depth")


def _check_geometry(geometry: dict[str, Any], where: str, tally: _Tally) -> None:
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        raise DrawingError(
            "a GeometryCollection is not accepted; make each of its parts a feature "
            f"({', '.join(KINDS)})",
            where=where,
        )
    _check_word(kind, "geometry type", tuple(KINDS), f"{where}.type")
    coordinates, where = geometry.get("coordinates"), f"{where}.coordinates"
    match kind:
        case "Point":
            tally.add(where, points=1, lines=1)
            if fault := _position_fault(coordinates):
                raise DrawingError(fault, where=where)
        case "MultiPoint":
            # A spot becomes a disc of many points, so it counts as a line does.
            spots = _listed(coordinates, where, "positions")
            tally.add(where, points=len(spots), lines=len(spots))
            _check_positions(spots, where)
        case "LineString":
            _check_stroke(coordinates, where, tally)
        case "MultiLineString":
            strokes = _listed(coordinates, where, "strokes")
            for place, stroke in enumerate(strokes):
                _check_stroke(stroke, f"{where}[{place}]", tally)
        case "Polygon":
            _check_rings(coordinates, where, tally)
        case _:
            parts = _listed(coordinates, where, "polygons")
            for place, rings in enumerate(parts):
                _check_rings(rings, f"{where}[{place}]", tally)


def _check_stroke(stroke: object, where: str, tally: _Tally) -> None:
    positions = _listed(stroke, where, "positions")
    if len(positions) < 2:
        raise DrawingError(
            "the stroke has 1 position and needs at least 2; write a pressed spot as a Point",
            where=where,
        )
    tally.add(where, points=len(positions), lines=1)
    _check_positions(positions, where)


def _check_rings(rings: object, where: str, tally: _Tally) -> None:
    for place, ring in enumerate(_listed(rings, where, "rings")):
        _check_ring(ring, f"{where}[{place}]", tally)


def _check_ring(ring: object, where: str, tally: _Tally) -> None:
    positions = _listed(ring, where, "positions")
    tally.add(where, points=len(positions), lines=1)
    _check_positions(positions, where)
    if len(positions) < 4:
        raise DrawingError(
            f"the outline has {len(positions)} positions and needs at least 4, the last the same "
            "as the first; write a line as a LineString",
            where=where,
        )
    if positions[0] != positions[-1]:
        raise DrawingError(
            f"the outline is not closed: it starts at {positions[0]} and ends at "
            f"{positions[-1]}; repeat the first position at the end",
            where=where,
        )


def _listed(value: object, where: str, what: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise DrawingError(f"a list of {what} is expected here, not {shown(value)}", where=where)
    return value


def _check_positions(positions: list[Any], where: str) -> None:
    for place, position in enumerate(positions):
        # In one line, since there are thousands; what does not pass is looked at more closely.
        if position.__class__ is list and len(position) == 2:
            x, y = position
            numbers = x.__class__ in _NUMBERS and y.__class__ in _NUMBERS
            if numbers and _LOW <= x <= MAX_COORDINATE and _LOW <= y <= MAX_COORDINATE:
                continue
        if fault := _position_fault(position):
            raise DrawingError(fault, where=f"{where}[{place}]")


def _position_fault(position: object) -> str | None:
    if not isinstance(position, list) or len(position) != 2:
        return f"a position is two numbers [x, y] in chart cm, not {shown(position)}"
    for number in position:
        # True compares as 1, so the type is asked for; NaN fails every comparison.
        if type(number) not in _NUMBERS or not -MAX_COORDINATE <= number <= MAX_COORDINATE:
            return (
                f"the coordinate {shown(number)} is not a number of chart cm between "
                f"-{MAX_COORDINATE:g} and {MAX_COORDINATE:g}"
            )
    return None


# --- Small checks ------------------------------------------------------------------------------


def _check_word(value: object, kind: str, known: Sequence[str], where: str) -> None:
    if value not in known:
        hint = did_you_mean(value[:SHOWN], known) if isinstance(value, str) else ""
        raise DrawingError(
            f"there is no {kind} {shown(value)}{hint} (accepted: {', '.join(known)})", where=where
        )


def _check_number(value: object, where: str, low: float, high: float, meaning: str) -> None:
    if value is None:
        return
    if not isinstance(value, _NUMBERS) or isinstance(value, bool) or not low <= value <= high:
        raise DrawingError(
            f"{shown(value)} is not a number from {low:g} to {high:g} ({meaning})", where=where
        )
