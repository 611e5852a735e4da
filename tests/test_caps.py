"""What is held in memory has a cap, and whoever comes up to it is told in one line.

The caps themselves are large; here they are lowered, so that small files come up to them.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from interchange_files import refusal
from worlds import EXAMPLES

from hippain_maps import store_archive
from hippain_maps.cohort import groups, parquet_input
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import CohortError, DrawingError, StoreError
from hippain_maps.interchange import csv_tables, files_in, geoparquet, mark_rows
from hippain_maps.interchange.mark_csv import read_mark_csv
from hippain_maps.interchange.records import Record
from hippain_maps.regions import Body
from hippain_maps.store import Store

MARK = shapely.to_wkb(shapely.Point(3, 60))


def parquet(path: Path, **columns: Any) -> Path:
    """Write columns as Parquet; by default two marks of two drawings."""
    rows = {"drawing": ["a", "b"], "view": ["anterior"] * 2, "geometry": [MARK] * 2}
    pq.write_table(pa.table(columns or rows), path)
    return path


@pytest.mark.parametrize(
    ("cap", "says"),
    [
        ("MAX_TABLE_BYTES", "the table is larger than"),
        ("MAX_TABLE_ROWS", "the table has 2 rows and 3 columns; at most"),
        ("MAX_TABLE_COLUMNS", "the table has 2 rows and 3 columns; at most"),
    ],
)
def test_a_table_past_the_cap_is_refused(
    cap: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes, rows and columns of a GeoParquet file are looked at before any of it is read."""
    path = parquet(tmp_path / "d.parquet")
    monkeypatch.setattr(geoparquet, cap, 1)
    assert says in refusal(lambda: list(geoparquet.read_geoparquet(path)))


def test_a_table_that_would_burst_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a file says that it unpacks to counts, not its size on the disk."""
    same = "x" * 1_000
    path = parquet(
        tmp_path / "d.parquet", view=["anterior"] * 5_000, geometry=[MARK] * 5_000,
        note=[f"{same}{n}" for n in range(5_000)],
    )  # fmt: skip
    assert path.stat().st_size < 2_000_000
    monkeypatch.setattr(geoparquet, "MAX_TABLE_BYTES", 2_000_000)
    assert "unpack" in refusal(lambda: list(geoparquet.read_geoparquet(path)))


def test_only_wkb_is_read_from_geoparquet(tmp_path: Path) -> None:
    """Another encoding of geometry is named."""
    geo = {"primary_column": "geometry", "columns": {"geometry": {"encoding": "point"}}}
    table = pa.table({"view": ["anterior"], "geometry": [MARK]})
    pq.write_table(
        table.replace_schema_metadata({b"geo": json.dumps(geo).encode()}), tmp_path / "d.parquet"
    )
    line = refusal(lambda: list(geoparquet.read_geoparquet(tmp_path / "d.parquet")))
    assert "encoded as 'point'; only WKB is read" in line


def test_a_table_of_too_many_drawings_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawings are held in memory while they are written; too many are converted in parts."""
    monkeypatch.setattr(geoparquet, "MAX_RECORDS", 1)
    records = [Record(name, PainDrawing.read(EXAMPLES / "psoas.geojson")) for name in "ab"]
    with pytest.raises(DrawingError, match="more than 1 drawings; convert them in parts"):
        geoparquet.write_geoparquet(records, tmp_path / "d.parquet")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_too_many_drawings_is_refused(
    body: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read from files is counted as well."""
    monkeypatch.setattr(files_in, "MAX_RECORDS", 2)
    with pytest.raises(DrawingError, match="more than 2 drawings; convert them in parts"):
        files_in.read_drawings(EXAMPLES, body)


def csv(text: str) -> io.BytesIO:
    """Return a table as an opened file."""
    return io.BytesIO(text.encode())


@pytest.mark.parametrize(
    ("module", "cap", "says"),
    [
        (csv_tables, "MAX_TABLE_ROWS", "at most 1 rows are read"),
        (csv_tables, "MAX_TABLE_BYTES", "the table is larger than 1 bytes; divide it"),
        (mark_rows, "MAX_FEATURES", "more than 1 marks in one drawing"),
    ],
)
def test_a_csv_past_the_cap_is_refused(
    module: Any, cap: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes, rows, and marks of one drawing."""
    monkeypatch.setattr(module, cap, 1)
    text = "view,wkt\nanterior,POINT (1 2)\nanterior,POINT (3 4)\n"
    assert says in refusal(lambda: list(read_mark_csv(csv(text))))


def test_rows_that_contradict_each_other_are_refused() -> None:
    """A header that is no object, and a whole drawing beside others of its id, are named."""
    text = "view,wkt,header\nanterior,POINT (1 2),[1]\n"
    assert "is no object of the drawing" in refusal(lambda: list(read_mark_csv(csv(text))))
    whole = json.dumps(PainDrawing().to_geojson()).replace('"', '""')
    text = f'drawing,geojson\na,"{whole}"\na,"{whole}"\n'
    assert "a whole drawing takes one row" in refusal(lambda: list(read_mark_csv(csv(text))))


def test_empty_lines_of_a_table_are_passed_over() -> None:
    """A spreadsheet leaves lines of commas at the end."""
    (record,) = read_mark_csv(csv("view,wkt\nanterior,POINT (1 2)\n,\n,\n"))
    assert len(record.drawing.marks) == 1


@pytest.mark.parametrize(
    ("cap", "says"),
    [("MAX_COHORT_ROWS", "has 2 rows, and at most 1"), ("MAX_COHORT_COLUMNS", "has 3 columns")],
)
def test_a_cohort_past_the_cap_is_refused(
    cap: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows and columns are known before a cohort is read."""
    path = parquet(tmp_path / "d.parquet")
    monkeypatch.setattr(parquet_input, cap, 1)
    with pytest.raises(CohortError, match=says):
        parquet_input.Table(path)


def test_a_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    """Which of two columns of one name is meant is not guessed."""
    names = ["drawing", "view", "geometry", "note", "note"]
    table = pa.Table.from_arrays([pa.array([b"x"])] * 5, names=names)
    pq.write_table(table, tmp_path / "d.parquet")
    with pytest.raises(CohortError, match="has the column 'note' twice; keep one"):
        parquet_input.Table(tmp_path / "d.parquet")


def test_a_table_of_regions_that_cannot_be_held_is_refused(
    body: Body, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told apart: too large, no table at all, or fractions that are none."""
    path = tmp_path / "regions.parquet"
    path.write_bytes(b"nothing")
    with pytest.raises(CohortError, match="cannot be read as a table"):
        groups.read_regions(path, body)
    parquet(path, drawing=["a"], **{name: [7.0] for name in body.sided})
    with pytest.raises(CohortError, match="a drawn fraction is not between 0 and 1"):
        groups.read_regions(path, body)
    monkeypatch.setattr(groups, "MAX_TABLE_BYTES", 1)
    with pytest.raises(CohortError, match="is larger than 1 bytes"):
        groups.read_regions(path, body)


@pytest.mark.parametrize(
    ("cap", "says"),
    [
        ("MAX_ARCHIVE_ENTRIES", "holds more than 1 files"),
        ("MAX_ARCHIVE_BYTES", "would unpack to more than 0 MB"),
    ],
)
def test_an_archive_that_would_burst_is_refused(
    cap: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries and bytes are counted before anything is unpacked, and nothing is taken in."""
    path = tmp_path / "v.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", "{}")
        archive.writestr("patients/0001/visit-0001.geojson", "{}")
    monkeypatch.setattr(store_archive, cap, 1)
    with Store(tmp_path / "s.sqlite") as store:
        with pytest.raises(StoreError, match=says):
            store_archive.import_visits(store, path)
        assert not store.patients()
