"""Drawings out of a file of any format, or out of a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from hippain_maps._json import one_line
from hippain_maps._limits import MAX_DRAWING_BYTES, MAX_RECORDS, MAX_SVG_BYTES
from hippain_maps._reading import fetch
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DrawingError
from hippain_maps.interchange.body_maps import MAPS, load_body_map
from hippain_maps.interchange.code_table import CodeTable
from hippain_maps.interchange.csv_tables import CsvTable
from hippain_maps.interchange.fhir import from_fhir
from hippain_maps.interchange.formats import FORMATS, Options, format_of
from hippain_maps.interchange.geoparquet import read_geoparquet
from hippain_maps.interchange.mark_csv import ACCEPTED, read_mark_csv
from hippain_maps.interchange.records import Record, Rejected, drawing_of, located
from hippain_maps.interchange.svg_read import svg_record
from hippain_maps.interchange.wkb import parse_wkb
from hippain_maps.interchange.wkt import parse_wkt
from hippain_maps.regions import Body


@dataclass
class Read:
    """Drawings out of a file, and what was passed over."""

    records: list[Record]
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_drawings(
    source: str | os.PathLike[str] | BinaryIO,
    body: Body,
    *,
    given: str | None = None,
    options: Options | None = None,
    skip_bad: bool = False,
) -> Read:
    """Return the drawings in a file of any format, or in a folder of drawing files.

    Parameters
    ----------
    source : path or binary file
        By the ending of its name, a path says its format; a CSV table by its columns.
    body : Body
        On which codes are laid.
    given : str, optional
        The format, where the name does not say it.
    options : Options, optional
        How to read.
    skip_bad : bool
        Leave out drawings that cannot be used and say so, instead of refusing the whole.

    Raises
    ------
    DrawingError
        If the file, or a drawing in it, cannot be used.
    UnknownNameError
        If there is no such format.
    """
    options = options or Options()
    found = Read([])
    on_bad = found.rejected.append if skip_bad else None
    for record in _records(source, body, given, options, on_bad, found):
        found.records.append(record)
        if len(found.records) > MAX_RECORDS:
            raise DrawingError(
                f"there are more than {MAX_RECORDS:,} drawings; convert them in parts",
                where=one_line(str(source)),
            )
    return found


OnBad = Callable[[Rejected], None] | None


def _records(
    source: str | os.PathLike[str] | BinaryIO,
    body: Body,
    given: str | None,
    options: Options,
    on_bad: OnBad,
    found: Read,
) -> Iterator[Record]:
    named = isinstance(source, str | os.PathLike)
    name = os.fspath(source) if isinstance(source, str | os.PathLike) else ""
    if named and Path(name).is_dir():
        yield from _folder(Path(name), on_bad)
        return
    kind = format_of(name, given)
    if kind is None and name.lower().endswith(".csv"):
        yield from _table(CsvTable(source), None, body, options, on_bad, found)
    elif kind in ("wkt", "wkb", *MAPS):
        yield from _table(CsvTable(source), kind, body, options, on_bad, found)
    elif kind == "geoparquet":
        if not isinstance(source, str | os.PathLike):
            raise DrawingError("Parquet is read from a file; give its path instead of -")
        yield from read_geoparquet(source, view=options.view, on_bad=on_bad)
    elif kind is None and named:
        raise DrawingError(
            f"the ending of the name says no format; say --from ({', '.join(FORMATS)})",
            where=one_line(name),
        )
    else:
        yield _one(source, kind or "geojson", options)


def _one(source: str | os.PathLike[str] | BinaryIO, kind: str, options: Options) -> Record:
    """Return the drawing of a file that holds one; it is named after the file."""
    most = MAX_SVG_BYTES if kind in ("svg", "fhir") else MAX_DRAWING_BYTES
    where, data = fetch(source, most)
    stem = Path(where).name.split(".")[0] or "1"
    if kind == "geojson" and b'"resourceType"' in data[:200]:
        kind = "fhir"
    try:
        match kind:
            case "svg":
                record = svg_record(data, view=options.view, placed=options.placed)
            case "fhir":
                return from_fhir(data)
            case "wkt-bare" | "wkb-bare":
                return Record(stem, _bare(data, kind, options.view))
            case _:
                return Record(stem, PainDrawing.from_geojson(data))
    except DrawingError as error:
        raise located(error, where) from None
    return Record(stem, record.drawing, record.notes)


def _bare(data: bytes, kind: str, view: str | None) -> PainDrawing:
    if view is None:
        raise DrawingError("a bare geometry names no view; say --view, such as --view posterior")
    if len(data) > MAX_DRAWING_BYTES:
        raise DrawingError(f"the file is larger than {MAX_DRAWING_BYTES:,} bytes")
    if kind == "wkb-bare":
        shapes = parse_wkb(data)
    else:
        try:
            lines = data.decode("utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            raise DrawingError(f"byte {error.start} is not UTF-8; save the file as UTF-8") from None
        shapes = [shape for line in lines if line.strip() for shape in parse_wkt(line)]
    return drawing_of(
        [{"type": "Feature", "geometry": g, "properties": {"view": view}} for g in shapes]
    )


def _table(
    table: CsvTable,
    kind: str | None,
    body: Body,
    options: Options,
    on_bad: OnBad,
    found: Read,
) -> Iterator[Record]:
    """Yield the drawings of a CSV table: of marks if it has a geometry, else of codes."""
    if kind not in MAPS and (kind or any(name in table.columns for name in ACCEPTED)):
        yield from read_mark_csv(table, view=options.view, on_bad=on_bad)
        return
    if kind is None:
        said = " ".join(table.columns).lower()
        kind = "michigan" if "michigan" in said or "mbm" in said else "choir"
    codes = CodeTable(
        table,
        load_body_map(kind, body),
        column=options.column,
        numbering=options.numbering,
        on_bad=on_bad,
    )
    yield from codes
    if codes.blank:
        found.notes.append(
            f"{codes.blank} rows name no area (no pain, or not asked); no drawing was made of them"
        )


def _folder(folder: Path, on_bad: OnBad) -> Iterator[Record]:
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".geojson")
    if not paths:
        raise DrawingError("the folder holds no .geojson file", where=one_line(str(folder)))
    for path in paths:
        try:
            yield Record(path.stem, PainDrawing.read(path))
        except DrawingError as error:
            if on_bad is None:
                raise
            on_bad(Rejected(path.stem, 1, str(error)))
