"""Well-known binary (WKB): the geometry of marks as bytes, as databases and Parquet hold it.

Bytes are never given to a geometry library, whose readers recurse as deep as the bytes nest: they
are read here in plain Python, in two dimensions, capped in depth and count.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import shapely
from shapely.geometry import shape

from hippain_maps._json import shown
from hippain_maps._limits import MAX_COORDINATE, MAX_GEOMETRY_DEPTH, MAX_VERTICES
from hippain_maps.errors import DrawingError
from hippain_maps.marks import Mark

_CODES = {
    1: "Point",
    2: "LineString",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
    7: "GeometryCollection",
}
_PARTS = {"MultiPoint": "Point", "MultiLineString": "LineString", "MultiPolygon": "Polygon"}
_SRID, _EWKB_HIGH = 0x2000_0000, 0xC000_0000


def parse_wkb(data: bytes) -> list[dict[str, Any]]:
    """Return the geometries of a WKB value as GeoJSON geometries.

    A GeometryCollection gives each of its parts; anything else gives one. A reference system
    written inside, as PostGIS does, is passed over: the chart is no place on the globe.

    Parameters
    ----------
    data : bytes
        One geometry, in two dimensions and either byte order.

    Raises
    ------
    DrawingError
        If it is not WKB, empty, deeper or larger than drawings are, or has a third dimension.

    Examples
    --------
    >>> parse_wkb(shapely.to_wkb(shapely.Point(12, 88)))
    [{'type': 'Point', 'coordinates': [12.0, 88.0]}]
    """
    reader = _Reader(data)
    found = list(reader.geometry(1))
    if reader.at != len(data):
        raise reader.fault(f"{len(data) - reader.at:,} bytes follow the geometry")
    return found


def mark_wkb(mark: Mark) -> bytes:
    """Return the geometry of a mark as WKB, little-endian, in two dimensions.

    Examples
    --------
    >>> parse_wkb(mark_wkb(Mark("anterior", "Point", (12, 88))))
    [{'type': 'Point', 'coordinates': [12.0, 88.0]}]
    """
    geometry = shape({"type": mark.geometry_type, "coordinates": mark.coordinates})
    return bytes(shapely.to_wkb(geometry, byte_order=1, output_dimension=2))


class _Reader:
    """Reads one value after the other; each mistake names its byte."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.points = 0

    def fault(self, message: str) -> DrawingError:
        return DrawingError(f"{message}, at byte {self.at} of the WKB")

    def take(self, form: str) -> Any:
        size = struct.calcsize(form)
        if self.at + size > len(self.data):
            raise self.fault("the WKB ends too early")
        (value,) = struct.unpack_from(form, self.data, self.at)
        self.at += size
        return value

    def head(self) -> tuple[str, str]:
        """Return the byte order as `struct` writes it, and the kind of geometry."""
        order = self.take("B")
        if order not in (0, 1):
            raise self.fault(f"{order} is no byte order (0 or 1)")
        end = "<" if order else ">"
        code = self.take(f"{end}I")
        if code & _SRID:
            code &= ~_SRID
            self.take(f"{end}I")
        if code & _EWKB_HIGH or 1000 < code < 4000:
            raise self.fault("the geometry has a third dimension; only two are read")
        if code not in _CODES:
            raise self.fault(f"{code} is no geometry type that is read")
        return end, _CODES[code]

    def geometry(self, depth: int) -> Iterator[dict[str, Any]]:
        if depth > MAX_GEOMETRY_DEPTH:
            raise self.fault(
                f"the geometry is nested more than {MAX_GEOMETRY_DEPTH} levels deep; "
                "write each part by itself"
            )
        end, kind = self.head()
        if kind == "GeometryCollection":
            for _ in range(self.count(end, 9)):
                yield from self.geometry(depth + 1)
            return
        if kind in _PARTS:
            members = [self.part(_PARTS[kind]) for _ in range(self.count(end, 9))]
            yield {"type": kind, "coordinates": members}
        else:
            yield {"type": kind, "coordinates": self.coordinates(end, kind)}

    def part(self, kind: str) -> list[Any]:
        end, found = self.head()
        if found != kind:
            raise self.fault(f"a {kind} is expected here, not a {found}")
        return self.coordinates(end, kind)

    def coordinates(self, end: str, kind: str) -> list[Any]:
        match kind:
            case "Point":
                return self.position(end)
            case "LineString":
                return self.line(end)
            case _:
                return [self.line(end) for _ in range(self.count(end, 4))]

    def line(self, end: str) -> list[Any]:
        return [self.position(end) for _ in range(self.count(end, 16))]

    def count(self, end: str, size: int) -> int:
        """Return a count of things of at least `size` bytes, which must still be there."""
        number = int(self.take(f"{end}I"))
        if number == 0:
            raise self.fault("the geometry is empty")
        if number * size > len(self.data) - self.at:
            raise self.fault(f"{number:,} parts are announced, and the WKB ends before them")
        return number

    def position(self, end: str) -> list[float]:
        self.points += 1
        if self.points > MAX_VERTICES:
            raise self.fault(f"the geometry has more than {MAX_VERTICES:,} points")
        place = [self.take(f"{end}d"), self.take(f"{end}d")]
        for number in place:
            if not -MAX_COORDINATE <= number <= MAX_COORDINATE:
                raise self.fault(
                    f"{shown(number)} is not a number of chart cm between "
                    f"-{MAX_COORDINATE:g} and {MAX_COORDINATE:g}"
                )
        return place
