"""Objects of the atlas as plain JSON and arrays, and back, so that they can be kept in a file.

Only text, numbers, true, false, None, tuples, frozensets, dictionaries, arrays of numbers, Shapely
polygons and the dataclasses that are named are written; whatever a file says, nothing else is ever
made of it. Equal records are written once, and are one object when they come back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from hippain_maps.geometry import FloatArray

_LEAVES = (str, int, float, bool, type(None))

# What a list stands for is its first member: one of these, or 10 and the number of a dataclass.
_TUPLE, _DICT, _SET, _AGAIN, _FLOATS, _INTS, _SHAPES, _SHAPE = range(8)
_RECORD = 10


@dataclass(frozen=True)
class Plain:
    """What an object was turned into.

    Parameters
    ----------
    text : str
        JSON.
    floats, ints : ndarray
        All numbers of its arrays and shapes, one after the other.
    """

    text: str
    floats: FloatArray
    ints: NDArray[np.int64]


@dataclass
class _Writer:
    kinds: Mapping[type, int]
    floats: list[FloatArray] = field(default_factory=list)
    ints: list[NDArray[np.int64]] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=dict)

    def write(self, value: Any) -> Any:
        kind = type(value)
        if isinstance(value, _LEAVES):
            return value
        if kind is tuple:
            return [_TUPLE, *map(self.write, value)]
        if kind is dict:
            return [_DICT, list(value), *map(self.write, value.values())]
        if kind is frozenset:
            return [_SET, *sorted(value)]
        if kind in self.kinds:
            members = [getattr(value, f.name) for f in fields(value) if f.init]
            return self._once([_RECORD + self.kinds[kind], *map(self.write, members)])
        if isinstance(value, shapely.Polygon | shapely.MultiPolygon):
            return [_SHAPE, *self._shapes(np.array([value], dtype=object))]
        if kind is np.ndarray and value.dtype == object:
            return [_SHAPES, *self._shapes(value)]
        if kind is np.ndarray and value.dtype == np.float64:
            self.floats.append(value.ravel())
            return [_FLOATS, *value.shape]
        if kind is np.ndarray and value.dtype == np.intp:
            self.ints.append(value.ravel())
            return [_INTS, *value.shape]
        raise TypeError(f"a {kind.__name__} has no plain form here")

    def _once(self, written: list[Any]) -> list[Any]:
        key = json.dumps(written)
        if any(member[0] in (_FLOATS, _INTS, _SHAPES, _SHAPE) for member in written if _is(member)):
            key += f" {len(self.known)}"  # What it is made of stands elsewhere.
        if key in self.known:
            return [_AGAIN, self.known[key]]
        self.known[key] = len(self.known)
        return written

    def _shapes(self, shapes: NDArray[np.object_]) -> list[int]:
        parts, part_of = shapely.get_parts(shapes, return_index=True)
        some = ~shapely.is_empty(parts)
        parts, part_of = parts[some], part_of[some]
        rings, ring_of = shapely.get_rings(parts, return_index=True)
        points, point_of = shapely.get_coordinates(rings, return_index=True)
        single = shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON
        self.floats.append(points.ravel())
        self.ints += [np.asarray(i, dtype=np.int64) for i in (point_of, ring_of, part_of, single)]
        return [len(points), len(rings), len(parts), len(shapes)]


def _is(member: object) -> bool:
    return isinstance(member, list)


def to_plain(value: object, kinds: Iterable[type]) -> Plain:
    """Return the plain form of an object.

    Parameters
    ----------
    value : object
        Made of what the module names, and of nothing else.
    kinds : iterable of dataclass
        Which dataclasses may occur; the same, in the same order, read it back.

    Raises
    ------
    TypeError
        If it holds something without a plain form.

    Examples
    --------
    >>> from_plain(to_plain(("one", 2.5, {"set": frozenset("ab")}), ()), ())
    ('one', 2.5, {'set': frozenset({...})})
    """
    writer = _Writer({kind: number for number, kind in enumerate(kinds)})
    text = json.dumps(writer.write(value), ensure_ascii=False, separators=(",", ":"))
    return Plain(
        text,
        np.concatenate([np.empty(0), *writer.floats]),
        np.concatenate([np.empty(0, dtype=np.int64), *writer.ints]),
    )


@dataclass
class _Reader:
    kinds: tuple[type, ...]
    floats: FloatArray
    ints: NDArray[np.int64]
    known: list[Any] = field(default_factory=list)
    place: dict[str, int] = field(default_factory=lambda: {"floats": 0, "ints": 0})

    def read(self, written: list[Any]) -> Any:
        kind = written[0]
        if kind == _AGAIN:
            return self.known[written[1]]
        if kind == _DICT:
            values = [self.read(v) if v.__class__ is list else v for v in written[2:]]
            return dict(zip(written[1], values, strict=True))
        if kind in (_FLOATS, _INTS):
            taken = self._take("floats" if kind == _FLOATS else "ints", int(np.prod(written[1:])))
            return taken.reshape(written[1:])
        if kind in (_SHAPES, _SHAPE):
            shapes = self._shapes(*written[1:])
            return shapes if kind == _SHAPES else shapes[0]
        # Most of the work, so nothing is called for what needs no reading.
        members = [v if v.__class__ is not list else self.read(v) for v in written[1:]]
        if kind == _TUPLE:
            return tuple(members)
        if kind == _SET:
            return frozenset(members)
        made = self.kinds[kind - _RECORD](*members)
        self.known.append(made)
        return made

    def _take(self, which: str, count: int) -> NDArray[Any]:
        start = self.place[which]
        self.place[which] = start + count
        taken: NDArray[Any] = getattr(self, which)[start : start + count]
        if len(taken) < count:
            raise ValueError("there are too few numbers")
        return taken

    def _shapes(self, points: int, rings: int, parts: int, shapes: int) -> NDArray[np.object_]:
        # Step by step: Shapely's own way back from such arrays does not check them, and crashes.
        xy = self._take("floats", 2 * points).reshape(-1, 2)
        point_of, ring_of, part_of, single = (
            self._take("ints", count) for count in (points, rings, parts, shapes)
        )
        made = np.full(shapes, shapely.MultiPolygon(), dtype=object)
        if points:
            lines = np.asarray(shapely.linearrings(xy, indices=point_of))
            polygons = np.asarray(shapely.polygons(lines, indices=ring_of))
            shapely.multipolygons(polygons, indices=part_of, out=made)
        alone = np.flatnonzero(single)
        first = shapely.get_geometry(made[alone], 0)
        first[shapely.is_missing(first)] = shapely.Polygon()
        made[alone] = first
        return made


def from_plain(plain: Plain, kinds: Iterable[type]) -> Any:
    """Return the object that a plain form stands for.

    Raises
    ------
    Exception
        Of any kind, if it is not the plain form of anything.
    """
    written = json.loads(plain.text)
    if not isinstance(written, list):
        return written
    return _Reader(tuple(kinds), plain.floats, plain.ints).read(written)
