"""Cohorts in tables: Parquet and GeoParquet, read a few rows at a time.

A table holds a mark in a row. Rows of one drawing follow each other and share its id; without an id
column every row is a drawing. Columns:

==================  ===============================================================================
``drawing``         id of the drawing (also ``drawing_id`` or ``id``), text or whole number
``geometry``        the mark as WKB (also ``wkb``; in GeoParquet its primary column), in chart cm
``view``            the chart it was drawn on
``intensity``       0 to 10
``quality``         words, as a list or as text apart by ``;``
``depth``           superficial or deep
``width_cm``        of a stroke or spot
``extra, header``   what else a drawing file said, as ``hippain convert`` writes it
``views_completed`` views declared complete, as a list or as text
``geojson``         in place of geometry and view: a whole drawing file as text, one in a row
==================  ===============================================================================

Every other column is a study field and is carried through.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hippain_maps._json import cut, one_line
from hippain_maps._limits import (
    MAX_CELL,
    MAX_COHORT_COLUMNS,
    MAX_COHORT_ROWS,
    MAX_FEATURES,
    MAX_TABLE_BYTES,
)
from hippain_maps.cohort.decode import Entry, MarkRow
from hippain_maps.errors import CohortError, DrawingError, did_you_mean
from hippain_maps.interchange.geoparquet import ACCEPTED, geo_column

if TYPE_CHECKING:
    import pyarrow as pa

_IDS = ("drawing", "drawing_id", "record_id", "id")
_MARK = ("view", "intensity", "quality", "depth", "width_cm", "extra", "header")
_OWN = {*_MARK, *ACCEPTED, "geojson", "views_completed", "bbox"}
_CAPS = {"thrift_string_size_limit": MAX_CELL, "thrift_container_size_limit": 1_000_000}
_READ = 256
"""Rows that are read from a table at a time, so that one value repeated by compression stays small
in memory."""


class Table:
    """A table of marks, or of drawing files, in Parquet or GeoParquet."""

    kind = "Parquet"

    def __init__(self, path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.name = one_line(str(path))
        self.path = path
        try:
            with pq.ParquetFile(path, **_CAPS) as file:
                metadata, schema = file.metadata, file.schema_arrow
        except (OSError, ValueError, MemoryError, pa.ArrowException) as error:
            raise CohortError(
                f"'{self.name}' is not a Parquet file that can be read: {_short(error)}"
            ) from None
        if metadata.num_rows > MAX_COHORT_ROWS:
            raise CohortError(
                f"'{self.name}' has {metadata.num_rows:,} rows, and at most {MAX_COHORT_ROWS:,} "
                "are read; split it"
            )
        if len(schema.names) > MAX_COHORT_COLUMNS:
            raise CohortError(
                f"'{self.name}' has {len(schema.names):,} columns, and at most "
                f"{MAX_COHORT_COLUMNS:,} are read; leave out those that are no study fields"
            )
        self.schema = schema
        self.total = metadata.num_rows
        self.groups = [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)]
        self.shape = self._geometry_column()
        self.id = next((name for name in _IDS if name in schema.names), None)
        named = {name for name in schema.names if schema.names.count(name) > 1}
        if named:
            raise CohortError(f"'{self.name}' has the column '{cut(min(named))}' twice; keep one")
        plain = (pa.types.is_nested, pa.types.is_binary, pa.types.is_large_binary)
        self.fields = tuple(
            field.name
            for field in schema
            if field.name not in {*_OWN, self.shape, self.id}
            and not any(test(field.type) for test in plain)
        )
        self.left_out = tuple(
            name for name in schema.names if name not in {*self.fields, *_OWN, self.shape, self.id}
        )

    def _geometry_column(self) -> str:
        """Return the column that holds the drawings, once its frame is seen to be ours."""
        names = self.schema.names
        if "geojson" in names:
            return "geojson"
        said = (self.schema.metadata or {}).get(b"geo")
        try:
            primary = geo_column(said) if said else ""
        except DrawingError as error:
            raise CohortError(f"'{self.name}': {error}") from None
        shape: str = next((name for name in (primary, *ACCEPTED) if name in names), "")
        for wanted, there in (("geometry", bool(shape)), ("view", "view" in names)):
            if not there:
                raise CohortError(
                    f"'{self.name}' has no column '{wanted}'{did_you_mean(wanted, names)}; a "
                    "cohort has geometry (WKB) and view for each mark, or geojson for each drawing"
                )
        return shape

    def types(self) -> list[pa.DataType]:
        """Return the types that the columns have."""
        import pyarrow as pa

        found = [self.schema.field(name).type for name in self.fields]
        return [t.value_type if pa.types.is_dictionary(t) else t for t in found]

    def fingerprint(self) -> str:
        """Return a hash over the bytes of the file."""
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def entries(self) -> Iterator[Entry]:
        """Yield every drawing, its rows gathered; rows that cannot be read are an entry too."""
        seen = SeenIds()
        held: list[Entry] = []
        count = 0
        for entry in self._rows():
            if held and self._splits and entry.id == held[0].id != "":
                count += 1
                # One more than the gate accepts, so that it is the gate that refuses.
                if len(held) <= MAX_FEATURES:
                    held.append(entry)
                continue
            lost = entry.payload is None and not entry.id
            if held:
                yield seen.check(_joined(held, count, cut_off=lost and self._splits))
            held, count = ([], 0) if lost else ([entry], 1)
            if lost:
                yield entry
        if held:
            yield seen.check(_joined(held, count, cut_off=False))

    @property
    def _splits(self) -> bool:
        """Whether a drawing may stand in several rows."""
        return self.id is not None and self.shape != "geojson"

    def _rows(self) -> Iterator[Entry]:
        """Yield an entry for each row, and one for each run of rows that cannot be read."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        own = {*_OWN, *self.fields, self.shape, self.id} - {"bbox"}
        wanted = [name for name in self.schema.names if name in own]
        row, after_loss = 1, False
        with pq.ParquetFile(self.path, pre_buffer=False, buffer_size=1 << 20, **_CAPS) as file:
            for number, size in enumerate(self.groups):
                end, batches = row + size, None
                while row < end:
                    try:
                        if batches is None:
                            batches = file.iter_batches(_READ, row_groups=[number], columns=wanted)
                        batch = next(batches)
                        if batch.nbytes > MAX_TABLE_BYTES:
                            raise MemoryError("they unpack to more than is read")
                    except (
                        StopIteration,
                        OSError,
                        ValueError,
                        MemoryError,
                        pa.ArrowException,
                    ) as error:
                        reason = f"rows {row} to {end - 1} cannot be read: {_short(error)}"
                        yield Entry(row, end - row, "", None, self._nothing, reason=reason)
                        row, after_loss = end, True
                        continue
                    entries = self._batch(batch, row)
                    if after_loss and self._splits and entries:
                        # What is lost may hold the first marks of this drawing.
                        yield _refused(
                            entries.pop(0),
                            "rows before this one cannot be read, and "
                            "may be marks of the same drawing",
                        )
                    after_loss = after_loss and not batch.num_rows
                    yield from entries
                    row += batch.num_rows

    @property
    def _nothing(self) -> tuple[None, ...]:
        return (None,) * len(self.fields)

    def _batch(self, batch: pa.RecordBatch, row: int) -> list[Entry]:
        """Return an entry for each row of a batch; one with a cell that is no text is refused."""
        count = batch.num_rows
        odd: dict[int, str] = {}

        def column(name: str | None) -> list[Any]:
            if name is None or name not in batch.schema.names:
                return [None] * count
            return _values(batch.column(name), name, odd)

        ids = [_name(v) for v in column(self.id)] if self.id else None
        about = list(zip(*(column(name) for name in self.fields), strict=True)) or [()] * count
        shapes, completed = column(self.shape), column("views_completed")
        if self.shape == "geojson":
            payloads: list[Any] = [_encoded(text) for text in shapes]
        else:
            marks = zip(*(column(name) for name in _MARK), strict=True)
            payloads = [
                (MarkRow(view, wkb, *more),)
                for wkb, (view, *more) in zip(shapes, marks, strict=True)
            ]
        entries = [
            Entry(row + n, 1, ids[n] if ids else str(row + n), payloads[n], about[n], completed[n])
            for n in range(count)
        ]
        for n, reason in odd.items():
            entries[n] = _refused(entries[n], reason)
        return entries


def _values(array: pa.Array, name: str, odd: dict[int, str]) -> list[Any]:
    """Return the values of a column; those that Python cannot hold are noted by their row."""
    # A library of geometries that is loaded may have named the type anew.
    array = getattr(array, "storage", array)
    try:
        values: list[Any] = array.to_pylist()
        return values
    except (UnicodeDecodeError, ValueError, OverflowError):
        pass
    values = []
    for number, cell in enumerate(array):
        try:
            values.append(cell.as_py())
        except (UnicodeDecodeError, ValueError, OverflowError) as error:
            odd[number] = f"the cell of column '{cut(name)}' cannot be read: {_short(error)}"
            values.append(None)
    return values


def _name(value: Any) -> str:
    """Return the id of a drawing as text; a missing one is no name."""
    return "" if value is None else one_line(str(value))[:200]


def _encoded(text: Any) -> bytes:
    return text.encode("utf-8", "replace") if isinstance(text, str) else bytes(text or b"")


def _short(error: Exception) -> str:
    return cut(str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__)


def _joined(held: Sequence[Entry], rows: int, *, cut_off: bool) -> Entry:
    """Return the rows of one drawing as one entry; study fields are those of the first."""
    first = held[0]
    if cut_off:
        reason = "rows after this one cannot be read, and may be marks of the same drawing"
        return Entry(first.row, rows, first.id, None, first.about, reason=reason)
    if len(held) == 1:
        return first
    refusal = next((entry.reason for entry in held if entry.reason), None)
    if refusal:
        return Entry(first.row, rows, first.id, None, first.about, reason=refusal)
    marks = tuple(mark for e in held if isinstance(e.payload, tuple) for mark in e.payload)
    completed = next((entry.completed for entry in held if entry.completed), None)
    return Entry(first.row, rows, first.id, marks, first.about, completed)


class SeenIds:
    """Which ids have come, as 8 bytes each."""

    def __init__(self) -> None:
        self.old = np.empty(0, dtype=np.uint64)
        self.new: set[int] = set()

    def check(self, entry: Entry) -> Entry:
        """Return an entry, refused if a drawing of its id has come before."""
        if not entry.id:
            if entry.reason:
                return entry
            return _refused(entry, "the drawing has no id; fill the column")
        digest = hashlib.blake2b(entry.id.encode(), digest_size=8).digest()
        key = int.from_bytes(digest, "big")
        if key in self.new or self._is_old(key):
            return _refused(
                entry,
                f"a drawing '{cut(entry.id)}' has come before; rows of one drawing must follow "
                "each other",
            )
        self.new.add(key)
        if len(self.new) >= 50_000:
            more = np.fromiter(self.new, dtype=np.uint64, count=len(self.new))
            self.old = np.sort(np.concatenate([self.old, more]))
            self.new = set()
        return entry

    def _is_old(self, key: int) -> bool:
        place = int(np.searchsorted(self.old, np.uint64(key)))
        return place < len(self.old) and int(self.old[place]) == key


def _refused(entry: Entry, reason: str) -> Entry:
    return Entry(entry.row, entry.rows, entry.id, None, entry.about, reason=reason)
