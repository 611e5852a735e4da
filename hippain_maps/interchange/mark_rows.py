"""Drawings as rows of a table, a mark a row: what CSV and Parquet files of drawings share.

The columns are ``drawing``, ``view``, ``intensity``, ``quality``, ``depth``, ``width_cm``,
``views_completed``, a geometry, and two of JSON text: ``extra`` holds what else the mark's file
said, ``header`` (in the first row of a drawing) what was said of the whole. A drawing without
marks is a row without view and geometry. Cohorts (`hippain_maps.cohort`) read the same columns.

Only a geometry is required of other people's tables, or a column ``geojson`` with a whole drawing
file. Columns with other names are kept: in the drawing's ``about`` where all its rows say the
same, with the mark where they do not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hippain_maps._gate import KINDS
from hippain_maps._json import cut, parse_json, shown
from hippain_maps._limits import MAX_FEATURES
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DrawingError
from hippain_maps.geometry import check_view
from hippain_maps.interchange.records import Record, Rejected, drawing_of, located
from hippain_maps.marks import Mark

COLUMNS = (
    "drawing",
    "view",
    "intensity",
    "quality",
    "depth",
    "width_cm",
    "views_completed",
    "extra",
    "header",
)
NAMED = ("drawing", "drawing_id", "record_id", "id")
"""Columns that may name the drawing, the first that is there."""

Reader = Callable[[Any], list[dict[str, Any]]]


def rows_of(record: Record, write: Callable[[Mark], Any]) -> Iterator[tuple[dict[str, Any], Any]]:
    """Yield the columns of every mark of a drawing, and its geometry as `write` gives it.

    What is not known is None.
    """
    drawing = record.drawing
    whole = drawing.to_geojson()
    written = {"frame", "version", "views_completed"}
    header = {name: v for name, v in whole["hippain"].items() if name not in written}
    outer = {n: v for n, v in whole.items() if n not in ("type", "hippain", "features")}
    said: dict[str, Any] = {
        "views_completed": list(drawing.views_completed) or None,
        "header": _json({"hippain": header} | outer) if header or outer else None,
    }
    for place, mark in enumerate(drawing.marks):
        row: dict[str, Any] = {
            "drawing": record.id,
            "view": mark.view,
            "intensity": mark.intensity,
            "quality": list(mark.quality) or None,
            "depth": mark.depth,
            "width_cm": None if mark.kind == "outline" else mark.width_cm,
            "extra": _json(mark.extra) if mark.extra else None,
        }
        row |= dict.fromkeys(said) if place else said
        yield {name: row[name] for name in COLUMNS}, write(mark)
    if not drawing.marks:
        yield dict.fromkeys(COLUMNS) | {"drawing": record.id} | said, None


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(dict(value), ensure_ascii=False, allow_nan=False)


@dataclass
class _Gathered:
    """The rows of one drawing so far."""

    id: str
    line: int
    features: list[dict[str, Any]] = field(default_factory=list)
    others: list[dict[str, Any]] = field(default_factory=list)
    of_row: list[int] = field(default_factory=list)
    whole: str | None = None
    header: dict[str, Any] = field(default_factory=dict)
    outer: dict[str, Any] = field(default_factory=dict)


def records_of(
    rows: Iterable[tuple[int, Mapping[str, Any]]],
    *,
    geometry: str,
    read: Reader,
    view: str | None = None,
    on_bad: Callable[[Rejected], None] | None = None,
) -> Iterator[Record]:
    """Yield the drawings of a table, whose rows must stand together by drawing.

    Parameters
    ----------
    rows : iterable of (int, mapping)
        Line or row number, and the values by column; an empty cell is None or "".
    geometry : str
        The column of geometries.
    read : callable
        Turns a cell of it into GeoJSON geometries.
    view : view, optional
        Where marks are whose row names no view.
    on_bad : callable, optional
        Told of a drawing that cannot be used; without it, the first one ends the reading.

    Raises
    ------
    DrawingError
        If a drawing cannot be used; ``where`` names its first row.
    """
    default = None if view is None else check_view(view)
    current: _Gathered | None = None
    fault: DrawingError | None = None
    done: set[str] = set()

    def finish() -> Iterator[Record]:
        nonlocal fault
        if current is None:
            return
        try:
            if fault:
                raise fault
            yield _record(current)
        except DrawingError as error:
            if on_bad is None:
                raise located(error, f"row {current.line}" if not fault else None) from None
            on_bad(Rejected(current.id, current.line, str(error)))
        fault = None

    for line, row in rows:
        given = next((row[name] for name in NAMED if _filled(row.get(name))), None)
        name = current.id if given is None and current else str("1" if given is None else given)
        if current is None or name != current.id:
            yield from finish()
            if name in done:
                raise DrawingError(
                    f"the rows of the drawing {shown(name)} do not stand together; "
                    "sort the table by drawing",
                    where=f"row {line}",
                )
            done.add(name)
            current = _Gathered(name, line)
        try:
            if fault is None:
                _add(current, row, geometry, read, default)
        except DrawingError as error:
            fault = located(error, f"row {line}")
    yield from finish()


def _record(found: _Gathered) -> Record:
    if found.whole is not None:
        return Record(found.id, PainDrawing.from_geojson(found.whole))
    _sort_others(found)
    if not found.outer:
        return Record(found.id, drawing_of(found.features, found.header))
    document = {"type": "FeatureCollection", **found.outer, "hippain": found.header}
    return Record(found.id, PainDrawing.from_geojson({**document, "features": found.features}))


def _sort_others(found: _Gathered) -> None:
    """Put columns of other people where they belong: with the drawing, or with each mark."""
    names = dict.fromkeys(name for row in found.others for name in row)
    about = {
        name: found.others[0][name]
        for name in names
        if all(row.get(name) == found.others[0].get(name) for row in found.others)
    }
    if about:
        known = found.header.get("about", {})
        found.header = {
            **found.header,
            "about": about | known if isinstance(known, dict) else known,
        }
    for feature, row in zip(found.features, found.of_row, strict=True):
        own = {n: v for n, v in found.others[row].items() if n not in about}
        feature["properties"] = own | feature["properties"]


def _filled(value: object) -> bool:
    # NaN is how tables of numbers write an empty cell.
    return value is not None and value != "" and value == value


def _add(
    found: _Gathered,
    row: Mapping[str, Any],
    geometry: str,
    read: Reader,
    view: str | None,
) -> None:
    if _filled(row.get("header")):
        said = parse_json(str(row["header"]))
        if not isinstance(said, dict) or not isinstance(said.get("hippain", {}), dict):
            raise DrawingError(f"{shown(said)} is no object of the drawing", where="header")
        found.header = said.pop("hippain", {})
        found.outer = {n: v for n, v in said.items() if n not in ("type", "features")}
    completed = _words(row.get("views_completed"))
    if completed:
        found.header["views_completed"] = completed
    found.others.append(_others(row, geometry))
    if _filled(row.get("geojson")):
        if found.whole is not None or found.features:
            raise DrawingError("a whole drawing takes one row; give each an id of its own")
        found.whole = str(row["geojson"])
        return
    if not _filled(row.get(geometry)):
        if _filled(row.get("view")):
            raise DrawingError("a mark has a view and no geometry", where=geometry)
        return
    extra = _extra(row)
    properties = extra.pop("properties", {}) | _properties(row, view)
    for shape in read(row[geometry]):
        own = dict(properties)
        if KINDS[shape["type"]] == "outline":
            own.pop("width_cm", None)
        rest = {name: v for name, v in extra.items() if name not in ("type", "geometry")}
        inner = extra.get("geometry", {})
        found.features.append(
            {"type": "Feature", "geometry": shape | inner, "properties": own, **rest}
        )
        found.of_row.append(len(found.others) - 1)
    if len(found.features) > MAX_FEATURES:
        raise DrawingError(f"there are more than {MAX_FEATURES} marks in one drawing")


def _properties(row: Mapping[str, Any], view: str | None) -> dict[str, Any]:
    properties: dict[str, Any] = {"view": row["view"] if _filled(row.get("view")) else view}
    if properties["view"] is None:
        raise DrawingError(
            "the mark names no view; add a column 'view', or say --view for all of them",
            where="view",
        )
    for name in ("intensity", "width_cm"):
        if _filled(row.get(name)):
            properties[name] = _number(row[name], name)
    if _filled(row.get("depth")):
        properties["depth"] = str(row["depth"])
    if quality := _words(row.get("quality")):
        properties["quality"] = quality
    return properties


def _words(value: Any) -> list[str]:
    """Return the words of a cell: a list, or text with ``;`` between them."""
    if isinstance(value, str):
        return [word.strip() for word in value.replace(",", ";").split(";") if word.strip()]
    if value is None or isinstance(value, float):
        return []
    return [str(word) for word in value]


def _number(value: object, name: str) -> float:
    try:
        number = float(str(value))
    except ValueError:
        raise DrawingError(f"{shown(value)} is not a number", where=name) from None
    return int(number) if number.is_integer() else number


def _extra(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what else the file of a mark said, nested as a feature."""
    if not _filled(row.get("extra")):
        return {}
    said = parse_json(str(row["extra"]))
    if not isinstance(said, dict) or not all(
        isinstance(said.get(name, {}), dict) for name in ("properties", "geometry")
    ):
        raise DrawingError(f"{shown(said)} is no object of the mark", where="extra")
    return said


def _others(row: Mapping[str, Any], geometry: str) -> dict[str, Any]:
    """Return the columns of a row that are not ours."""
    known = {*COLUMNS, *NAMED, geometry, "geojson", "bbox"}
    return {
        cut(name): value
        for name, value in row.items()
        if name not in known and _filled(value) and isinstance(value, str | int | float | bool)
    }
