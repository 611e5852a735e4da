"""Drawings into a file of any format, or a file each into a folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hippain_maps._json import shown
from hippain_maps._writing import write_text, write_whole
from hippain_maps.errors import DrawingError, OutputError
from hippain_maps.interchange.body_maps import MAPS, load_body_map
from hippain_maps.interchange.code_table import code_csv
from hippain_maps.interchange.fhir import fhir_text, to_fhir
from hippain_maps.interchange.formats import FORMATS, Options, format_of
from hippain_maps.interchange.geoparquet import write_geoparquet
from hippain_maps.interchange.mark_csv import mark_csv
from hippain_maps.interchange.records import Record
from hippain_maps.interchange.svg_write import to_svg
from hippain_maps.interchange.wkb import mark_wkb
from hippain_maps.interchange.wkt import mark_wkt
from hippain_maps.regions import Body


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
        notes = [f"{name}: {note}" for name, found in coded for note in found.notes]
        if any(_says_more(record) for record in held):
            notes.append(
                "codes say where it hurts, not how: intensity, quality, depth, answers, findings "
                "and study fields are not in them"
            )
        return notes
    data, notes = _written(held[0], kind, body, options)
    _put(target, data)
    return notes


def _says_more(record: Record) -> bool:
    """Tell whether a drawing says anything that codes do not."""
    drawing = record.drawing
    study = {name: value for name, value in drawing.about.items() if name != "body_map"}
    of_marks = any(
        mark.quality or mark.depth or mark.intensity is not None for mark in drawing.marks
    )
    return bool(of_marks or study or drawing.answers or drawing.palpation)


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
