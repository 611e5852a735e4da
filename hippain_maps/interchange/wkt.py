"""Well-known text (WKT): the geometry of marks as words and numbers, as databases and GIS write it.

Text is never given to a geometry library, whose readers recurse as deep as the text nests: it is
read here in plain Python, in two dimensions, capped in depth and count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hippain_maps._gate import KINDS
from hippain_maps._json import shown
from hippain_maps._limits import MAX_COORDINATE, MAX_GEOMETRY_DEPTH, MAX_VERTICES
from hippain_maps.errors import DrawingError, did_you_mean
from hippain_maps.marks import Mark

_TOKEN = re.compile(
    r"\s*+(?:(?P<word>[A-Za-z]++)|(?P<number>[-+]?(?:\d++\.?\d*+|\.\d++)(?:[eE][-+]?\d++)?)"
    r"|(?P<sign>[(),]))"
)
_NAMES = {name.upper(): name for name in KINDS}
_LEVELS = {"Point": 0, "LineString": 1, "MultiPoint": 1, "Polygon": 2, "MultiLineString": 2}


def parse_wkt(text: str) -> list[dict[str, Any]]:
    """Return the geometries of a WKT text as GeoJSON geometries.

    A GeometryCollection gives each of its parts; anything else gives one.

    Parameters
    ----------
    text : str
        One geometry, in two dimensions.

    Raises
    ------
    DrawingError
        If it is not WKT, empty, deeper or larger than drawings are, or has a third dimension.

    Examples
    --------
    >>> parse_wkt("POINT (12 88)")
    [{'type': 'Point', 'coordinates': [12.0, 88.0]}]
    """
    reader = _Reader(text)
    found = list(reader.geometry(1))
    reader.end()
    return found


def mark_wkt(mark: Mark) -> str:
    """Return the geometry of a mark as WKT, every digit kept.

    Examples
    --------
    >>> mark_wkt(Mark("anterior", "LineString", ((12, 88), (11.5, 80))))
    'LINESTRING (12 88, 11.5 80)'
    """
    return f"{mark.geometry_type.upper()} {_nested(mark.coordinates, mark.geometry_type)}"


def _nested(coordinates: Any, kind: str) -> str:
    if not isinstance(coordinates[0], tuple):
        pair = " ".join(repr(number) for number in coordinates)
        return f"({pair})" if kind in ("Point", "MultiPoint") else pair
    inner = ", ".join(_nested(member, kind) for member in coordinates)
    return f"({inner})"


class _Reader:
    """Reads tokens one after the other; each mistake names its place."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.points = 0

    def fault(self, message: str) -> DrawingError:
        return DrawingError(f"{message}, at character {self.at + 1} of the WKT")

    def next(self) -> tuple[str, str]:
        match = _TOKEN.match(self.text, self.at)
        if match is None:
            rest = self.text[self.at :].strip()
            raise self.fault(f"{shown(rest[:20])} is no WKT" if rest else "the WKT ends too early")
        self.at = match.end()
        return str(match.lastgroup), match[0].strip()

    def peek(self) -> tuple[str, str]:
        at = self.at
        token = self.next()
        self.at = at
        return token

    def expect(self, *signs: str) -> str:
        _, text = self.next()
        if text not in signs:
            raise self.fault(f"{' or '.join(signs)} is expected, not {shown(text)}")
        return text

    def end(self) -> None:
        if self.text[self.at :].strip():
            raise self.fault(f"{shown(self.text[self.at :].strip()[:20])} follows the geometry")

    def geometry(self, depth: int) -> Iterator[dict[str, Any]]:
        if depth > MAX_GEOMETRY_DEPTH:
            raise self.fault(
                f"the geometry is nested more than {MAX_GEOMETRY_DEPTH} levels deep; "
                "write each part by itself"
            )
        kind, word = self.next()
        name = word.upper()
        if kind != "word" or name not in (*_NAMES, "GEOMETRYCOLLECTION"):
            hint = did_you_mean(name.lower(), [n.lower() for n in _NAMES]) if kind == "word" else ""
            raise self.fault(f"{shown(word)} is no geometry{hint} (accepted: {', '.join(_NAMES)})")
        if self.peek()[0] == "word":
            _, extra = self.next()
            if extra.upper() == "EMPTY":
                raise self.fault(f"the {_NAMES.get(name, name)} is empty")
            raise self.fault(f"{shown(extra)}: only geometries of two dimensions are read")
        if name == "GEOMETRYCOLLECTION":
            self.expect("(")
            yield from self.geometry(depth + 1)
            while self.expect(",", ")") == ",":
                yield from self.geometry(depth + 1)
            return
        kind = _NAMES[name]
        yield {"type": kind, "coordinates": self.nested(_LEVELS.get(kind, 3), kind)}

    def nested(self, level: int, kind: str) -> list[Any]:
        """Return coordinates with `level` further levels of brackets below this one."""
        self.expect("(")
        if level == 0:
            position = self.position()
            self.expect(")")
            return position
        members: list[Any] = []
        while True:
            if level > 1:
                members.append(self.nested(level - 1, kind))
            elif kind == "MultiPoint" and self.peek()[1] == "(":
                # Both forms are in use: MULTIPOINT ((1 2), (3 4)) and MULTIPOINT (1 2, 3 4).
                members.append(self.nested(0, kind))
            else:
                members.append(self.position())
            if self.expect(",", ")") == ")":
                return members

    def position(self) -> list[float]:
        self.points += 1
        if self.points > MAX_VERTICES:
            raise self.fault(f"the geometry has more than {MAX_VERTICES:,} points")
        x, y = self.number(), self.number()
        if self.peek()[0] == "number":
            raise self.fault("a position has a third number; only two dimensions are read")
        return [x, y]

    def number(self) -> float:
        kind, text = self.next()
        number = float(text) if kind == "number" else float("nan")
        if not -MAX_COORDINATE <= number <= MAX_COORDINATE:
            raise self.fault(
                f"{shown(text)} is not a number of chart cm between "
                f"-{MAX_COORDINATE:g} and {MAX_COORDINATE:g}"
            )
        return number
