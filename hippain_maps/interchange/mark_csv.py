"""A CSV table of marks with WKT or WKB geometry, for databases, spreadsheets and GIS.

QGIS reads the WKT form as "delimited text"; columns are those of `mark_rows`, the geometry is in
``wkt``, or in ``wkb`` as hexadecimal digits.
"""

from __future__ import annotations

import binascii
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO, Literal

from hippain_maps._json import shown
from hippain_maps.errors import DrawingError
from hippain_maps.interchange.csv_tables import CsvTable, csv_text
from hippain_maps.interchange.mark_rows import COLUMNS, records_of, rows_of
from hippain_maps.interchange.records import Record, Rejected
from hippain_maps.interchange.wkb import mark_wkb, parse_wkb
from hippain_maps.interchange.wkt import mark_wkt, parse_wkt
from hippain_maps.marks import Mark

Geometry = Literal["wkt", "wkb"]
ACCEPTED = ("wkt", "wkb", "geometry", "the_geom", "geom", "geojson")
"""Columns that may hold the geometry, the first that is there."""


def read_mark_csv(
    source: str | os.PathLike[str] | BinaryIO | CsvTable,
    *,
    view: str | None = None,
    on_bad: Callable[[Rejected], None] | None = None,
) -> Iterator[Record]:
    """Yield the drawings of a CSV table of marks.

    Parameters
    ----------
    source : path, binary file or CsvTable
        A table with a column ``wkt`` or ``wkb`` (or ``geometry``, either form).
    view : view, optional
        Where marks are whose row names none.
    on_bad : callable, optional
        Told of drawings that cannot be used; without it the first one ends the reading.

    Raises
    ------
    DrawingError
        If it is no such table, or a drawing in it cannot be used.
    """
    table = source if isinstance(source, CsvTable) else CsvTable(source)
    column = next((name for name in ACCEPTED if name in table.columns), None)
    if column is None:
        table.close()
        raise table.fault(
            f"no column holds a geometry; one is called {', '.join(ACCEPTED)}, "
            f"and the table has {shown(', '.join(table.columns))}"
        )
    try:
        yield from records_of(
            table.rows(), geometry=column, read=_geometry, view=view, on_bad=on_bad
        )
    except DrawingError as error:
        if error.where and error.where.startswith(table.name):
            raise
        place = f"{table.name}, {error.where}" if error.where else table.name
        raise DrawingError(error.message, where=place) from None
    finally:
        table.close()


def _geometry(cell: Any) -> list[dict[str, Any]]:
    text = str(cell).strip()
    if text[:2] not in ("00", "01"):
        return parse_wkt(text)
    try:
        return parse_wkb(bytes.fromhex(text))
    except ValueError as error:
        if isinstance(error, DrawingError):
            raise
        raise DrawingError(f"{shown(text)} is neither WKT nor WKB in hexadecimal") from None


def mark_csv(records: Iterable[Record], geometry: Geometry = "wkt") -> str:
    """Return drawings as a CSV table of marks; nothing of a drawing is lost in it.

    Examples
    --------
    >>> from hippain_maps.drawing import PainDrawing
    >>> import shapely
    >>> drawing = PainDrawing.from_polygons({"posterior": shapely.box(0, 0, 2, 1)}, intensity=3)
    >>> print(mark_csv([Record("7", drawing)]).splitlines()[1])
    7,posterior,3,,,,,,,"POLYGON ((2.0 0.0, 2.0 1.0, 0.0 1.0, 0.0 0.0, 2.0 0.0))"
    """

    def write(mark: Mark) -> str:
        if geometry == "wkt":
            return mark_wkt(mark)
        return binascii.hexlify(mark_wkb(mark)).decode()

    def rows() -> Iterator[list[Any]]:
        for record in records:
            for row, shape in rows_of(record, write):
                for name in ("quality", "views_completed"):
                    row[name] = ";".join(row[name] or ())
                yield [*row.values(), shape]

    return csv_text([*COLUMNS, geometry], rows())
