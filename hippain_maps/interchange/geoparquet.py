"""GeoParquet: a table of marks for GeoPandas, pandas, DuckDB and GIS, with no place on the globe.

Columns are those of `mark_rows`, with ``quality`` and ``views_completed`` as lists. ``crs`` is
written as null, which says "no reference system"; left out, it would mean longitude and latitude.
Needs the extra ``cohort``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from shapely.geometry import shape

from hippain_maps._json import cut, one_line, shown
from hippain_maps._limits import (
    MAX_CELL,
    MAX_RECORDS,
    MAX_TABLE_BYTES,
    MAX_TABLE_COLUMNS,
    MAX_TABLE_ROWS,
)
from hippain_maps._writing import write_whole
from hippain_maps.errors import DrawingError
from hippain_maps.interchange.mark_rows import COLUMNS, records_of, rows_of
from hippain_maps.interchange.records import Record, Rejected, needs
from hippain_maps.interchange.wkb import parse_wkb
from hippain_maps.marks import Mark

ACCEPTED = ("geometry", "wkb", "geom", "geojson")
"""Columns that may hold the geometry where the file does not say which does."""

_ROWS = 256
"""Rows decoded at a time, so that one value repeated by compression stays small in memory."""


def read_geoparquet(
    path: str | os.PathLike[str],
    *,
    view: str | None = None,
    on_bad: Callable[[Rejected], None] | None = None,
) -> Iterator[Record]:
    """Yield the drawings of a GeoParquet file, or of a Parquet file with WKB.

    Parameters
    ----------
    path : path
        A table of marks, as `write_geoparquet` or GeoPandas writes it. Only the geometry is
        required; its reference system must be null.
    view : view, optional
        Where marks are whose row names none.
    on_bad : callable, optional
        Told of drawings that cannot be used; without it the first one ends the reading.

    Raises
    ------
    DrawingError
        If the file is not Parquet, is broken, or a drawing in it cannot be used.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise needs("pyarrow", "cohort", "GeoParquet") from None
    name = one_line(os.fspath(path))
    _check_file(path, name)
    try:
        with pyarrow.parquet.ParquetFile(
            path, thrift_string_size_limit=MAX_CELL, thrift_container_size_limit=1_000_000
        ) as file:
            column = _check_table(file, pyarrow)
            rows = _rows(file, name)
            yield from records_of(rows, geometry=column, read=_geometry, view=view, on_bad=on_bad)
    except DrawingError as error:
        place = f"{name}, {error.where}" if error.where else name
        raise DrawingError(error.message, where=place) from None
    except (pyarrow.ArrowException, OSError, ValueError, MemoryError) as error:
        reason = one_line(cut(str(error).split("\n")[0]))
        raise DrawingError(f"this is no whole Parquet file: {reason}", where=name) from None


def _check_file(path: str | os.PathLike[str], name: str) -> None:
    try:
        size = os.stat(path).st_size
        if Path(path).is_dir():
            raise DrawingError("this is a folder; give one Parquet file", where=name)
    except FileNotFoundError:
        raise DrawingError("there is no such file", where=name) from None
    except (OSError, ValueError) as error:
        raise DrawingError(f"the file cannot be read: {error}", where=name) from None
    if size > MAX_TABLE_BYTES:
        raise DrawingError(
            f"the table is larger than {MAX_TABLE_BYTES:,} bytes; divide it", where=name
        )


def _check_table(file: Any, pyarrow: Any) -> str:
    """Refuse a table over the caps or in another frame; return the column of geometries."""
    metadata, schema = file.metadata, file.schema_arrow
    if metadata.num_rows > MAX_TABLE_ROWS or metadata.num_columns > MAX_TABLE_COLUMNS:
        raise DrawingError(
            f"the table has {metadata.num_rows:,} rows and {metadata.num_columns:,} columns; at "
            f"most {MAX_TABLE_ROWS:,} and {MAX_TABLE_COLUMNS:,} are read"
        )
    for group in range(metadata.num_row_groups):
        if metadata.row_group(group).total_byte_size > MAX_TABLE_BYTES:
            raise DrawingError(
                f"a row group unpacks to more than {MAX_TABLE_BYTES:,} bytes; write smaller ones"
            )
    said = (schema.metadata or {}).get(b"geo")
    column = geo_column(said) if said else None
    if column is None:
        column = next((n for n in ACCEPTED if n in schema.names), None)
    if column is None or column not in schema.names:
        raise DrawingError(
            f"no column holds a geometry; one is called {', '.join(ACCEPTED)}, and the table has "
            f"{shown(', '.join(schema.names))}"
        )
    kind = schema.field(column).type
    # A library of geometries that is installed and loaded may have named the type anew.
    kind = getattr(kind, "storage_type", kind)
    types = pyarrow.types
    if column == "geojson":
        return column
    if not (types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind)):
        raise DrawingError(
            f"the column {shown(column)} holds {cut(str(kind))}; WKB (binary) is expected"
        )
    return column


def geo_column(said: bytes) -> str:
    """Return the column of geometries that GeoParquet metadata name, or refuse their frame."""
    try:
        geo = json.loads(said)
        column = geo["primary_column"]
        about = geo["columns"][column]
        crs, encoding = about.get("crs", "OGC:CRS84"), about.get("encoding")
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        raise DrawingError("its 'geo' metadata are not those of GeoParquet") from None
    if encoding != "WKB":
        raise DrawingError(f"the geometry is encoded as {shown(encoding)}; only WKB is read")
    if crs is not None:
        named = crs.get("name") if isinstance(crs, Mapping) else crs
        raise DrawingError(
            f"the coordinates are said to be in {shown(named)}, and chart centimetres are no "
            "place on the globe; write the file with crs null (in GeoPandas: crs=None)"
        )
    return str(column)


def _rows(file: Any, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    number = 0
    for batch in file.iter_batches(batch_size=_ROWS):
        if batch.nbytes > MAX_TABLE_BYTES:
            raise DrawingError("its rows unpack to more than is read", where=name)
        for row in batch.to_pylist():
            number += 1
            yield number, row


def _geometry(cell: Any) -> list[dict[str, Any]]:
    return parse_wkb(cell)


def to_frame(records: Iterable[Record]) -> Any:
    """Return drawings as a GeoDataFrame of marks, with no reference system.

    Examples
    --------
    >>> from hippain_maps.drawing import PainDrawing
    >>> import shapely
    >>> drawing = PainDrawing.from_polygons({"posterior": shapely.box(0, 0, 2, 1)}, intensity=3)
    >>> frame = to_frame([Record("7", drawing)])
    >>> frame.crs is None, float(frame.area[0]), frame["view"][0]
    (True, 2.0, 'posterior')
    """
    try:
        import geopandas
    except ImportError:
        raise needs("geopandas", "cohort", "GeoParquet") from None

    columns: dict[str, list[Any]] = {name: [] for name in (*COLUMNS, "geometry")}
    for record in records:
        for row, geometry in rows_of(record, _shape):
            for name, value in (*row.items(), ("geometry", geometry)):
                columns[name].append(value)
    frame = geopandas.GeoDataFrame(columns, geometry="geometry", crs=None)
    numbers = dict.fromkeys(("intensity", "width_cm"), "float64")
    return frame.astype(numbers)


def _shape(mark: Mark) -> Any:
    return shape({"type": mark.geometry_type, "coordinates": mark.coordinates})


def write_geoparquet(records: Iterable[Record], path: str | os.PathLike[str]) -> int:
    """Write drawings as GeoParquet with ``crs`` null; return how many there were.

    Nothing of a drawing is lost in it. All drawings are held in memory.

    Raises
    ------
    DrawingError
        If the extra ``cohort`` is not installed, or there are too many drawings.
    OutputError
        If the file cannot be written.
    """
    held = []
    for record in records:
        held.append(record)
        if len(held) > MAX_RECORDS:
            raise DrawingError(
                f"there are more than {MAX_RECORDS:,} drawings; convert them in parts"
            )
    frame = to_frame(held)
    write_whole(path, lambda beside: frame.to_parquet(beside, index=False))
    return len(held)
