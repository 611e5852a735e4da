"""Visits out of a store and into another: one zip of drawing files and a manifest.

::

    manifest.json                      what is in it, with a checksum of every other file
    patients/0001/visit-0001.geojson   a drawing file, with answers and palpation findings
    patients/0001/visit-0001.ranking.json   the ranking as it was then
    patients/0001/visit-0001.pressed-01.geojson   what a pressed point sent

The manifest lists patients (code, consent, retention date) and their visits (date, who drew, note,
atlas), so that other programs can read the archive without this one. An archive is not encrypted.
Importing refuses an archive whole if anything in it is wrong, and never overwrites a patient.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hippain_maps._json import one_line, parse_json
from hippain_maps._limits import (
    MAX_ARCHIVE_BYTES,
    MAX_ARCHIVE_ENTRIES,
    MAX_ARCHIVE_RATIO,
    MAX_DRAWING_BYTES,
)
from hippain_maps._writing import write_whole
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import HippainError, StoreError
from hippain_maps.geometry import Side
from hippain_maps.store import Store
from hippain_maps.visits import MAX_CODE, MAX_NOTE, DrawnBy, Visit, checked_code

FORMAT = "hippain-visits"
VERSION = 1

_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How files in an archive may be packed; other ways have errors, and appetites, of their own."""

Known = Literal["refuse", "skip"]
"""What to do with a patient code that the store has already."""


_Read = tuple[PainDrawing, Any, list[PainDrawing]]
"""A drawing, its ranking, and what pressed points sent."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _File(_Model):
    path: str = Field(pattern=r"^patients/\d{4,6}/visit-\d{4,6}(\.[a-z0-9-]+)?\.(geojson|json)$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class _Pressed(_Model):
    source: str = Field(max_length=80)
    point: str = Field(max_length=80)
    side: Side
    familiar: bool
    drawing: _File


class _Visit(_Model):
    date: dt.date
    drawn_by: DrawnBy
    note: str = Field(max_length=MAX_NOTE)
    drawing: _File
    ranking: _File | None = None
    pressed: list[_Pressed] = Field(default_factory=list)


class _Patient(_Model):
    code: str = Field(min_length=1, max_length=MAX_CODE)
    consent: bool
    keep_until: dt.date | None = None
    visits: list[_Visit]


class _Manifest(_Model):
    format: Literal["hippain-visits"]
    version: Literal[1]
    made: str
    patients: list[_Patient]


def export_visits(
    store: Store, path: str | os.PathLike[str], *, codes: Sequence[str] | None = None
) -> int:
    """Write patients with all their visits to an archive; return how many visits it holds.

    Parameters
    ----------
    store : Store
        Where they are.
    path : path
        The zip to write, whole or not at all.
    codes : sequence of str, optional
        Which patients; by default all.

    Raises
    ------
    UnknownNameError
        If a code is not in the store.
    OutputError
        If the file cannot be written.
    """
    chosen = [store.patient(code).code for code in codes] if codes else list(_codes(store))
    count = 0

    def write(beside: Path) -> None:
        nonlocal count
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
            patients = []
            for number, code in enumerate(chosen, 1):
                patient = store.patient(code)
                visits: list[dict[str, Any]] = []
                for line in reversed(store.visits(code, most=MAX_ARCHIVE_ENTRIES)):
                    stem = f"patients/{number:04d}/visit-{len(visits) + 1:04d}"
                    visits.append(_write_visit(archive, stem, store, store.visit(line.id)))
                count += len(visits)
                until = patient.keep_until
                patients.append(
                    {
                        "code": code,
                        "consent": patient.consent,
                        "keep_until": until and until.isoformat(),
                        "visits": visits,
                    }
                )
            manifest = {
                "format": FORMAT,
                "version": VERSION,
                "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
                "patients": patients,
            }
            archive.writestr("manifest.json", json.dumps(manifest, indent=1, ensure_ascii=False))

    write_whole(path, write)
    return count


def _codes(store: Store) -> Sequence[str]:
    codes: list[str] = []
    while page := store.patients(most=1000, after=codes[-1] if codes else ""):
        codes += [patient.code for patient in page]
    return codes


def _write_visit(archive: zipfile.ZipFile, stem: str, store: Store, visit: Visit) -> dict[str, Any]:
    def put(name: str, data: Any) -> dict[str, str]:
        raw = json.dumps(data, allow_nan=False).encode()
        archive.writestr(name, raw)
        return {"path": name, "sha256": hashlib.sha256(raw).hexdigest()}

    entry: dict[str, Any] = {
        "date": visit.date.isoformat(),
        "drawn_by": visit.drawn_by,
        "note": visit.note,
        "drawing": put(f"{stem}.geojson", visit.drawing.to_geojson()),
    }
    if visit.ranking:
        entry["ranking"] = put(f"{stem}.ranking.json", dict(visit.ranking))
    entry["pressed"] = [
        {
            "source": seen.source,
            "point": seen.point,
            "side": seen.side,
            "familiar": seen.familiar,
            "drawing": put(f"{stem}.pressed-{n:02d}.geojson", seen.drawing.to_geojson()),
        }
        for n, seen in enumerate(store.observations(visit=visit.id), 1)
    ]
    return entry


@dataclass(frozen=True, slots=True)
class Offered:
    """A patient of an archive.

    Parameters
    ----------
    code : str
        The patient's code there.
    visits : int
        How many there are.
    first, last : datetime.date or None
        Of the visits.
    known : bool
        Whether the store has a patient of this code.
    """

    code: str
    visits: int
    first: dt.date | None
    last: dt.date | None
    known: bool


def look_into(store: Store, path: str | os.PathLike[str] | BinaryIO) -> tuple[Offered, ...]:
    """Return the patients of an archive, and which codes the store has; nothing is added.

    Everything in the archive is checked, as when it is added.

    Raises
    ------
    StoreError
        If the archive is damaged, not one of ours, or too large.
    """
    manifest, _ = _read(path)
    taken = set(_codes(store))
    offered = []
    for patient in manifest.patients:
        dates = [visit.date for visit in patient.visits]
        first, last = (min(dates), max(dates)) if dates else (None, None)
        offered.append(Offered(patient.code, len(dates), first, last, patient.code in taken))
    return tuple(offered)


def import_visits(
    store: Store,
    path: str | os.PathLike[str] | BinaryIO,
    *,
    known: Known = "refuse",
    renamed: Mapping[str, str] | None = None,
) -> tuple[int, tuple[str, ...]]:
    """Add the patients of an archive to a store; return the visits added and the codes skipped.

    Everything is checked before anything is added.

    Parameters
    ----------
    store : Store
        Where to.
    path : path or binary file
        An archive that `export_visits` wrote.
    known : {"refuse", "skip"}
        What to do if the store has a patient of the same code: refuse the archive, or leave that
        patient out. A patient is never overwritten or joined with another.
    renamed : mapping of str to str, optional
        Other codes for patients of the archive.

    Raises
    ------
    StoreError
        If the archive is damaged, not one of ours, too large, or names a code that is taken.
    """
    manifest, visits = _read(path)
    for patient in manifest.patients:
        patient.code = checked_code((renamed or {}).get(patient.code, patient.code))
    _check_codes(manifest)
    taken = set(_codes(store)) & {patient.code for patient in manifest.patients}
    if taken and known == "refuse":
        raise StoreError(
            f"the store already has {', '.join(sorted(taken)[:5])}; nothing was added (a patient "
            "is never overwritten: skip those that are known, or give them another code first)"
        )
    added = 0
    with store.together():
        for patient, drawn in zip(manifest.patients, visits, strict=True):
            if patient.code not in taken:
                _add(store, patient, drawn)
                added += len(drawn)
    return added, tuple(sorted(taken))


def _read(path: str | os.PathLike[str] | BinaryIO) -> tuple[_Manifest, list[list[_Read]]]:
    """Return all of an archive, checked."""
    name = one_line(os.fspath(path)) if isinstance(path, str | os.PathLike) else "the archive"
    try:
        with zipfile.ZipFile(path) as archive:
            _check_size(archive, name)
            manifest = _read_manifest(archive, name)
            return manifest, [
                [_read_visit(archive, v, name) for v in p.visits] for p in manifest.patients
            ]
    except StoreError:
        raise
    except OSError as error:
        raise StoreError(f"cannot read '{name}': {error.strerror or error}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError):
        # Cut off, damaged within, with a password, or with names and places that are none.
        raise StoreError(f"'{name}' is no zip, or it is damaged; nothing was added") from None


def _add(store: Store, patient: _Patient, drawn: Sequence[_Read]) -> None:
    """Add one patient of an archive, with everything that was read of it."""
    store.add_patient(patient.code, consent=patient.consent, keep_until=patient.keep_until)
    for entry, (drawing, ranking, pressed) in zip(patient.visits, drawn, strict=True):
        visit = store.add_visit(
            patient.code,
            drawing,
            date=entry.date,
            drawn_by=entry.drawn_by,
            note=entry.note,
            ranking=ranking,
        )
        for spot, sent in zip(entry.pressed, pressed, strict=True):
            store.add_observation(
                visit.id,
                source=spot.source,
                point=spot.point,
                side=spot.side,
                familiar=spot.familiar,
                drawing=sent,
            )


def _check_size(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse an archive that would burst, before anything is unpacked."""
    entries = archive.infolist()
    if len(entries) > MAX_ARCHIVE_ENTRIES:
        raise StoreError(f"'{name}' holds more than {MAX_ARCHIVE_ENTRIES:,} files")
    if sum(entry.file_size for entry in entries) > MAX_ARCHIVE_BYTES:
        raise StoreError(f"'{name}' would unpack to more than {MAX_ARCHIVE_BYTES / 1e6:.0f} MB")
    for entry in entries:
        if entry.compress_type not in _PACKED:
            raise StoreError(f"'{name}' is packed in a way of its own; pack it as plain zip files")
        if entry.file_size > 1000 and entry.file_size > MAX_ARCHIVE_RATIO * entry.compress_size:
            said = one_line(entry.filename[:80])
            raise StoreError(f"'{said}' in '{name}' would grow more than {MAX_ARCHIVE_RATIO} times")


def _read_manifest(archive: zipfile.ZipFile, name: str) -> _Manifest:
    try:
        raw = _unpacked(archive, "manifest.json", MAX_ARCHIVE_BYTES)
    except KeyError:
        raise StoreError(f"'{name}' has no manifest.json: it is no archive of visits") from None
    try:
        manifest = _Manifest.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "manifest"
        raise StoreError(
            f"the manifest of '{name}' does not fit: {one_line(where)}: {one_line(first['msg'])}"
        ) from None
    _check_codes(manifest)
    return manifest


def _check_codes(manifest: _Manifest) -> None:
    codes = Counter(patient.code for patient in manifest.patients)
    if twice := [code for code, count in codes.items() if count > 1]:
        raise StoreError(f"the archive would add the patient '{one_line(twice[0])}' twice")


def _unpacked(archive: zipfile.ZipFile, member: str, most: int) -> bytes:
    """Return a member; what its header says of its size is not trusted."""
    with archive.open(member) as stream:
        raw = stream.read(most + 1)
    if len(raw) > most:
        raise StoreError(f"'{one_line(member)}' is larger than {most / 1e6:.0f} MB")
    return raw


def _read_visit(archive: zipfile.ZipFile, entry: _Visit, name: str) -> _Read:
    def take(file: _File) -> bytes:
        try:
            raw = _unpacked(archive, file.path, MAX_DRAWING_BYTES)
        except KeyError:
            raise StoreError(f"'{file.path}' is missing in '{name}'; nothing was added") from None
        if hashlib.sha256(raw).hexdigest() != file.sha256:
            raise StoreError(f"'{file.path}' in '{name}' is damaged; nothing was added")
        return raw

    def drawn(file: _File) -> PainDrawing:
        try:
            return PainDrawing.from_geojson(take(file))
        except StoreError:
            raise
        except HippainError as error:
            raise StoreError(f"'{file.path}' in '{name}': {error}") from None

    try:
        ranking = parse_json(take(entry.ranking)) if entry.ranking else None
    except StoreError:
        raise
    except HippainError as error:
        raise StoreError(f"a ranking in '{name}' cannot be read: {error}") from None
    return drawn(entry.drawing), ranking, [drawn(spot.drawing) for spot in entry.pressed]
