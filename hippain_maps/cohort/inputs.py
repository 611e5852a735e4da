"""Cohort files as a stream of drawings: a folder of drawing files, a table, or body-map codes.

Of a folder, every ``.geojson`` and ``.json`` below it is a drawing, called by its path without the
ending; the study fields that are carried are those of `STUDY_FIELDS` in its ``about``, and the rest
of it as JSON. Tables are read by `hippain_maps.cohort.parquet_input`, which says what they hold.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from hippain_maps._json import one_line, parse_json
from hippain_maps._limits import (
    MAX_COHORT_ROWS,
    MAX_DRAWING_BYTES,
)
from hippain_maps.body import load_body
from hippain_maps.cohort.decode import Entry
from hippain_maps.cohort.parquet_input import SeenIds, Table
from hippain_maps.errors import CohortError, DrawingError
from hippain_maps.interchange.body_maps import load_body_map
from hippain_maps.interchange.code_table import CodeTable

if TYPE_CHECKING:
    import pyarrow as pa

STUDY_FIELDS = (
    "patient",
    "group",
    "session",
    "onset",
    "duration",
    "age_band",
    "sex",
    "affected_side",
    "recall_period",
    "device",
    "input",
    "rater",
    "time_taken_s",
)
"""Members of a drawing file's ``about`` that become columns: who, when, what is asked, and how it
was drawn (``input`` is pen, finger or mouse)."""


class CohortSource(Protocol):
    """A cohort file: what it is, and its drawings one after the other."""

    name: str
    kind: str
    total: int
    """Rows or files, for the progress bar."""
    fields: tuple[str, ...]
    """Study fields that are carried."""

    def types(self) -> list[pa.DataType]:
        """Return the Arrow type of each study field."""

    def entries(self) -> Iterator[Entry]:
        """Yield every drawing once, in the order of the file, unusable ones included."""

    def fingerprint(self) -> str:
        """Return a hash over the content, to tell whether it is still the same."""


def open_cohort(path: str | Path) -> CohortSource:
    """Return the cohort in a file or folder.

    Raises
    ------
    CohortError
        If there is none, or its columns are not those of a cohort.
    """
    place = Path(path)
    if place.is_dir():
        return Folder(place)
    if not place.is_file():
        raise CohortError(f"'{one_line(str(path))}': there is no such file or folder")
    if place.suffix.lower() in (".parquet", ".geoparquet", ".pq"):
        return Table(place)
    if place.suffix.lower() == ".csv":
        return Codes(place)
    raise CohortError(
        f"'{one_line(place.name)}' is no cohort file; give a folder of drawings, a .parquet file, "
        "or a .csv of CHOIR codes"
    )


class Folder:
    """A folder of drawing files."""

    kind = "folder of drawings"

    def __init__(self, path: Path) -> None:
        self.name = one_line(str(path))
        self.path = path
        endings = (".geojson", ".json")
        self.files = sorted(
            found
            for found in path.rglob("*")
            if found.suffix.lower() in endings
            and found.is_file()
            and not any(part.startswith(".") for part in found.relative_to(path).parts)
        )
        if not self.files:
            raise CohortError(f"'{self.name}': there is no .geojson or .json file in this folder")
        if len(self.files) > MAX_COHORT_ROWS:
            raise CohortError(
                f"'{self.name}' holds {len(self.files):,} drawings, and at most "
                f"{MAX_COHORT_ROWS:,} are read; split it"
            )
        self.total = len(self.files)
        self.fields: tuple[str, ...] = (*STUDY_FIELDS, "about")

    def types(self) -> list[pa.DataType]:
        """Return text for every field: a drawing file says nothing of types."""
        import pyarrow as pa

        return [pa.string()] * len(self.fields)

    def entries(self) -> Iterator[Entry]:
        """Yield the drawing of each file."""
        for number, file in enumerate(self.files, 1):
            name = file.relative_to(self.path).with_suffix("").as_posix()
            try:
                with file.open("rb") as stream:
                    data = stream.read(MAX_DRAWING_BYTES + 1)
            except OSError as error:
                reason = f"the file cannot be read: {error.strerror}"
                yield Entry(number, 1, name, None, (None,) * len(self.fields), reason=reason)
                continue
            yield Entry(number, 1, name, data, _about(data))

    def fingerprint(self) -> str:
        """Return a hash over the names, sizes and times of the files."""
        digest = hashlib.sha256()
        for file in self.files:
            found = file.stat()
            name = file.relative_to(self.path).as_posix()
            digest.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
        return digest.hexdigest()


class Codes:
    """A table of CHOIR body-map codes, as REDCap exports it; every other column is carried."""

    kind = "CHOIR codes"

    def __init__(self, path: Path) -> None:
        self.name = one_line(str(path))
        self.path = path
        with path.open("rb") as stream:
            table = self._table(stream)
        held = {table.table.columns[0], *table.boxes, table.text}
        self.fields: tuple[str, ...] = tuple(c for c in table.table.columns if c not in held)
        with path.open("rb") as stream:
            self.total = max(
                0, sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b"")) - 1
            )

    def _table(self, stream: BinaryIO) -> CodeTable:
        try:
            return CodeTable(stream, load_body_map("choir", load_body()))
        except DrawingError as error:
            raise CohortError(str(error)) from None

    def types(self) -> list[pa.DataType]:
        """Return text for every field."""
        import pyarrow as pa

        return [pa.string()] * len(self.fields)

    def fingerprint(self) -> str:
        """Return a hash over the bytes of the file."""
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def entries(self) -> Iterator[Entry]:
        """Yield the drawing of every row; one that names no area is put aside with the others."""
        with self.path.open("rb") as stream:
            table, seen = self._table(stream), SeenIds()
            rows = table.table.rows()
            number = 0
            while True:
                try:
                    line, row = next(rows)
                except StopIteration:
                    return
                except DrawingError as error:
                    raise CohortError(f"{error}; what is done is kept") from None
                number += 1
                yield seen.check(self._entry(number, line, row, table))

    def _entry(self, number: int, line: int, row: Mapping[str, str], table: CodeTable) -> Entry:
        about = tuple(row.get(name) or None for name in self.fields)
        name = row[table.table.columns[0]].strip() or f"line {line}"
        try:
            record = table.record(row)
        except DrawingError as error:
            return Entry(number, 1, name, None, about, reason=f"line {line}: {error.message}")
        if record is None:
            reason = "the row names no area: no pain, or not asked; it does not say which"
            return Entry(number, 1, name, None, about, reason=reason)
        return Entry(number, 1, record.id, record.drawing, about)


def _about(data: bytes) -> tuple[str | None, ...]:
    """Return the study fields of a drawing file; none where it cannot be read."""
    try:
        document = parse_json(data)
        about = dict(document["hippain"]["about"])
    except (DrawingError, KeyError, TypeError, ValueError):
        return (None,) * (len(STUDY_FIELDS) + 1)
    known = [_text(about.pop(name, None)) for name in STUDY_FIELDS]
    return (*known, json.dumps(about, ensure_ascii=False) if about else None)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
