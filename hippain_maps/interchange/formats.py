"""The formats, what survives each, and reading and writing a file by its format."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal

from hippain_maps._json import one_line, shown
from hippain_maps._limits import MAX_DRAWING_BYTES, MAX_RECORDS, MAX_SVG_BYTES
from hippain_maps._reading import fetch
from hippain_maps._writing import write_text, write_whole
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DrawingError, OutputError, UnknownNameError
from hippain_maps.interchange.body_maps import MAPS, load_body_map
from hippain_maps.interchange.code_table import CodeTable, code_csv
from hippain_maps.interchange.codes import Numbering
from hippain_maps.interchange.csv_tables import CsvTable
from hippain_maps.interchange.fhir import Codes, fhir_text, from_fhir, to_fhir
from hippain_maps.interchange.geoparquet import read_geoparquet, write_geoparquet
from hippain_maps.interchange.mark_csv import ACCEPTED, mark_csv, read_mark_csv
from hippain_maps.interchange.records import Record, Rejected, drawing_of, located
from hippain_maps.interchange.svg_read import Placement, svg_record
from hippain_maps.interchange.svg_write import to_svg
from hippain_maps.interchange.wkb import mark_wkb, parse_wkb
from hippain_maps.interchange.wkt import mark_wkt, parse_wkt
from hippain_maps.regions import Body

PARTS = (
    "outlines",
    "strokes and spots",
    "view",
    "intensity, quality, depth",
    "what is said of the whole",
    "unknown members",
)
"""What a drawing consists of, and the columns of the table of what survives."""

Survives = Literal["yes", "no", "by area", "shape"]


@dataclass(frozen=True, slots=True)
class Format:
    """A format of drawings.

    Parameters
    ----------
    id, name : str
        As options say it, and as people call it.
    endings : tuple of str
        Of file names, the first is written.
    survives : tuple of str
        For each of `PARTS`, what comes back of a drawing that was written and read again:
        ``yes``, ``no``, ``by area`` (as whole areas of another map) or ``shape`` (what was
        covered, not how it was drawn).
    many : bool
        Whether a file holds several drawings.
    foreign : str
        What is taken from files of other programs.
    """

    id: str
    name: str
    endings: tuple[str, ...]
    survives: tuple[Survives, ...]
    many: bool
    foreign: str


_ALL: tuple[Survives, ...] = ("yes",) * 6
_SHAPES: tuple[Survives, ...] = ("yes", "yes", "no", "no", "no", "no")
_CODES: tuple[Survives, ...] = ("by area", "by area", "by area", "no", "no", "no")
FORMATS: Mapping[str, Format] = {
    entry.id: entry
    for entry in (
        Format("geojson", "GeoJSON", (".geojson", ".json"), _ALL, False, "any with views"),
        Format(
            "svg",
            "SVG",
            (".svg",),
            _ALL,
            False,
            "paths and shapes with transforms and curves; view and place by our charts, or told",
        ),
        Format("wkt", "WKT table", (".wkt.csv",), _ALL, True, "a column of geometry is enough"),
        Format("wkb", "WKB table", (".wkb.csv",), _ALL, True, "a column of geometry is enough"),
        Format(
            "geoparquet",
            "GeoParquet",
            (".parquet", ".geoparquet"),
            _ALL,
            True,
            "a column of WKB is enough; crs must be null",
        ),
        Format("wkt-bare", "WKT, bare", (".wkt",), _SHAPES, False, "the view is told"),
        Format("wkb-bare", "WKB, bare", (".wkb",), _SHAPES, False, "the view is told"),
        Format(
            "choir",
            "CHOIR codes",
            (".choir.csv",),
            _CODES,
            True,
            "text or tick boxes, both numberings; codes outside the map are named and kept",
        ),
        Format(
            "michigan",
            "Michigan codes",
            (".michigan.csv",),
            _CODES,
            True,
            "text or tick boxes; codes outside the map are named and kept",
        ),
        Format("fhir", "FHIR R5", (".fhir.json",), _ALL, False, "our own bundles only"),
    )
}


@dataclass(frozen=True)
class Options:
    """How to read and write, where a file does not say.

    Parameters
    ----------
    view : view, optional
        Where marks of other programs are that name none; the view to write in a bare format.
    placed : sequence of pairs of points
        For a foreign SVG; see `read_svg`.
    column : str, optional
        The column of a table that holds codes.
    numbering : {"standard", "female", "redcap"}, optional
        Of CHOIR codes.
    patient : str, optional
        For FHIR.
    codes : mapping, optional
        Codings of one's own for FHIR.
    """

    view: str | None = None
    placed: Placement = ()
    column: str | None = None
    numbering: Numbering | None = None
    patient: str | None = None
    codes: Codes | None = None


@dataclass
class Read:
    """Drawings out of a file, and what was passed over."""

    records: list[Record]
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def format_of(name: str, given: str | None = None) -> str | None:
    """Return the format of a file by its ending, or the one that was given.

    Raises
    ------
    UnknownNameError
        If the given one is none.

    Examples
    --------
    >>> format_of("study.choir.csv"), format_of("x.svg"), format_of("table.csv")
    ('choir', 'svg', None)
    """
    if given is not None:
        if given not in FORMATS:
            known = list(FORMATS)
            raise UnknownNameError("format", given, known, hint=f"there are {', '.join(known)}")
        return given
    lower = name.lower()
    endings = [(e, f.id) for f in FORMATS.values() for e in f.endings if lower.endswith(e)]
    return max(endings, key=lambda found: len(found[0]))[1] if endings else None


# --- Reading -----------------------------------------------------------------------------------


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


# --- Writing -----------------------------------------------------------------------------------


def write_drawings(
    records: Iterable[Record],
    target: str | os.PathLike[str],
    body: Body,
    *,
    given: str | None = None,
    options: Options | None = None,
) -> list[str]:
    """Write drawings to a file, or one each to a folder; return what the format cannot say.

    Parameters
    ----------
    records : iterable of Record
        The drawings.
    target : path
        A file whose ending says the format; or a folder, if the format holds one drawing each.
    body : Body
        Whose charts are drawn, and on which codes lie.
    given : str, optional
        The format, where the name does not say it; ``geojson`` in a folder.
    options : Options, optional
        How to write.

    Raises
    ------
    DrawingError
        If the format cannot hold the drawings, or an extra is not installed.
    OutputError
        If a file cannot be written.
    """
    options = options or Options()
    held = list(records)
    name = os.fspath(target)
    into_folder = Path(name).is_dir() or name.endswith(("/", os.sep))
    kind = format_of(name, given or ("geojson" if into_folder else None))
    if kind is None:
        raise DrawingError(
            f"the ending of {shown(name)} says no format; say --to ({', '.join(FORMATS)})"
        )
    if into_folder and not FORMATS[kind].many:
        return _write_folder(held, Path(name), kind, body, options)
    if into_folder:
        raise DrawingError(f"{FORMATS[kind].name} is one file; name it, not a folder")
    if len(held) != 1 and not FORMATS[kind].many:
        ids = ", ".join(record.id for record in held[:4])
        raise DrawingError(
            f"{FORMATS[kind].name} holds one drawing and there are {len(held)} ({ids}, …); choose "
            "one with --record, or give a folder (a name that ends in /)"
            if held
            else "there is no drawing to write"
        )
    if kind == "geoparquet":
        write_geoparquet(held, target)
        return []
    if kind in ("wkt", "wkb"):
        write_text(target, mark_csv(held, kind))  # type: ignore[arg-type]
        return []
    if kind in MAPS:
        text, coded = code_csv(
            held, load_body_map(kind, body), numbering=options.numbering or "redcap"
        )
        write_text(target, text)
        return [f"{name}: {note}" for name, found in coded for note in found.notes]
    data, notes = _written(held[0], kind, body, options)
    _put(target, data)
    return notes


def _put(target: str | os.PathLike[str], data: str | bytes) -> None:
    if isinstance(data, str):
        write_text(target, data)
    else:
        write_whole(target, lambda beside: _write_bytes(beside, data))


def _write_bytes(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _written(
    record: Record, kind: str, body: Body, options: Options
) -> tuple[str | bytes, list[str]]:
    """Return one drawing in a format that holds one, and what is lost in it."""
    drawing = record.drawing
    match kind:
        case "svg":
            return to_svg(drawing, body), []
        case "fhir":
            bundle = to_fhir(
                drawing, body, patient=options.patient, name=record.id, codes=options.codes
            )
            return fhir_text(bundle), []
        case "wkt-bare" | "wkb-bare":
            return _bare_written(record, kind, options.view)
    return drawing.to_text(), []


def _bare_written(record: Record, kind: str, view: str | None) -> tuple[str | bytes, list[str]]:
    views = {mark.view for mark in record.drawing.marks}
    if view is None and len(views) != 1:
        raise DrawingError(
            f"a bare geometry names no view, and the drawing has marks on {len(views)}; say --view "
            f"({', '.join(sorted(views)) or 'none has marks'}), or write a table (.{kind[:3]}.csv)"
        )
    view = view or next(iter(views))
    marks = [mark for mark in record.drawing.marks if mark.view == view]
    notes = ["a bare geometry has no view, width, intensity, quality, depth or answers"]
    if left := len(record.drawing.marks) - len(marks):
        notes.append(f"{left} marks on other views were left out")
    if not marks:
        raise DrawingError(f"the drawing has no mark on the {view} view")
    if kind == "wkt-bare":
        return "".join(f"{mark_wkt(mark)}\n" for mark in marks), notes
    if len(marks) == 1:
        return mark_wkb(marks[0]), notes
    head = b"\x01" + (7).to_bytes(4, "little") + len(marks).to_bytes(4, "little")
    return head + b"".join(mark_wkb(mark) for mark in marks), notes


def _write_folder(
    records: list[Record], folder: Path, kind: str, body: Body, options: Options
) -> list[str]:
    """Write one file for each drawing, named after it; return what is said of them."""
    ending = FORMATS[kind].endings[0]
    names: dict[str, Record] = {}
    for record in records:
        stem = re.sub(r"[^\w.-]+", "_", record.id).strip("._")[:80] or "drawing"
        base, number = stem, 2
        while stem in names:
            stem, number = f"{base}_{number}", number + 1
        names[stem] = record
    # All are made before any is written, so that a drawing that does not fit leaves nothing.
    made: dict[str, Any] = {}
    notes = []
    for stem, record in names.items():
        made[stem], said = _written(record, kind, body, options)
        notes += [f"{record.id}: {note}" for note in said]
        if stem != record.id:
            notes.append(f"{shown(record.id)} was written as {stem}{ending}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"cannot make the folder {shown(str(folder))}: {error.strerror}"
        ) from None
    for stem, data in made.items():
        _put(folder / f"{stem}{ending}", data)
    return notes


def survival_table() -> list[str]:
    """Return the lines of the README's table: what comes back of a drawing from each format."""
    head = f"| format | ending | {' | '.join(PARTS)} | several drawings | from other programs |"
    lines = [head, "|" + "---|" * (len(PARTS) + 4)]
    for entry in FORMATS.values():
        cells = [entry.name, f"`{entry.endings[0]}`", *entry.survives]
        lines.append(f"| {' | '.join(cells)} | {'yes' if entry.many else 'no'} | {entry.foreign} |")
    return lines
