"""Hypothesis strategies for pain drawings: what hands, tablets and other programs may send.

The geometry is as awkward as the format allows. Coordinates come from few and close numbers as
often as from all of them, so that rings cross, touch, repeat, retrace themselves and collapse.
"""

from __future__ import annotations

import math
from typing import Any

from hypothesis import strategies as st

from hippain_maps._gate import ANSWERS, DEPTHS, QUALITIES
from hippain_maps.geometry import VIEWS

_PENTAGRAM = [
    [2 * math.sin(4 * math.pi * k / 5), 2 * math.cos(4 * math.pi * k / 5)] for k in range(5)
]

# Open rings; each is closed before use.
AWKWARD_RINGS: dict[str, list[list[float]]] = {
    "bow_tie": [[0, 0], [2, 2], [2, 0], [0, 2]],
    "pentagram": _PENTAGRAM,
    "spike": [[0, 0], [4, 0], [4, 4], [9, 9], [4, 4], [0, 4]],
    "keyhole": [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0], [1, 1], [1, 3], [3, 3], [3, 1], [1, 1]],
    "twice_round": [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0], [4, 0], [4, 4], [0, 4]],
    "repeated_points": [[0, 0], [0, 0], [4, 0], [4, 0], [4, 4], [4, 4], [4, 4], [0, 4]],
    "collinear": [[0, 0], [1, 1], [2, 2], [1, 1]],
    "one_place": [[1, 1], [1, 1], [1, 1]],
    "out_and_back": [[0, 0], [5, 0], [5, 0]],
    "both_ways_round": [[0, 1], [0, 2], [2, 0], [2, 1], [0, 2], [2, 0]],
    "hair_wide": [[0, 0], [9, 0], [9, 1e-13], [0, 1e-13]],
    "at_the_edge": [[-500, -500], [500, -500], [500, 500], [-500, 500]],
}

# Shells with holes; open rings.
_SQUARE = [[0, 0], [8, 0], [8, 8], [0, 8]]
AWKWARD_POLYGONS: dict[str, list[list[list[float]]]] = {
    "hole_touches_at_a_point": [_SQUARE, [[0, 4], [3, 3], [3, 5]]],
    "hole_touches_along_an_edge": [_SQUARE, [[0, 2], [3, 2], [3, 6], [0, 6]]],
    "hole_touches_twice": [_SQUARE, [[0, 4], [4, 0], [5, 5]]],
    "hole_is_the_shell": [_SQUARE, _SQUARE],
    "hole_is_larger": [_SQUARE, [[-1, -1], [9, -1], [9, 9], [-1, 9]]],
    "hole_crosses_the_shell": [_SQUARE, [[4, 4], [12, 4], [12, 6], [4, 6]]],
    "hole_outside": [_SQUARE, [[20, 20], [22, 20], [22, 22]]],
    "hole_in_a_hole": [_SQUARE, [[1, 1], [7, 1], [7, 7], [1, 7]], [[3, 3], [5, 3], [5, 5]]],
    "holes_cross": [_SQUARE, [[1, 1], [5, 1], [5, 5]], [[3, 1], [7, 1], [3, 5]]],
    "holes_touch": [_SQUARE, [[1, 1], [4, 1], [4, 4]], [[4, 4], [7, 4], [7, 7]]],
    "hole_is_a_line": [_SQUARE, [[1, 1], [5, 5], [1, 1]]],
    "shell_is_a_line": [[[0, 0], [8, 8], [0, 0]], [[1, 1], [2, 1], [2, 2]]],
}

# --- Geometry ----------------------------------------------------------------------------------

numbers = st.one_of(
    st.integers(0, 4),
    st.sampled_from([0.1, 0.3, 0.1 + 0.2, 1 + 1e-12, 1e-9, 5e-324, -1.0, -0.0, 500, -500]),
    st.floats(-500, 500, allow_nan=False),
    st.floats(-20, 20, width=16, allow_nan=False),
)
positions = st.tuples(numbers, numbers).map(list)


def _closed(ring: list[list[float]]) -> list[list[float]]:
    return [*ring, list(ring[0])]


rings = st.one_of(
    st.sampled_from(sorted(AWKWARD_RINGS)).map(AWKWARD_RINGS.__getitem__),
    st.lists(positions, min_size=3, max_size=12),
).map(_closed)
polygons = st.lists(rings, min_size=1, max_size=3) | st.sampled_from(sorted(AWKWARD_POLYGONS)).map(
    lambda name: [_closed(ring) for ring in AWKWARD_POLYGONS[name]]
)
strokes = st.lists(positions, min_size=2, max_size=40)


def _geometry(kind: str, coordinates: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({"type": st.just(kind), "coordinates": coordinates})


geometries = st.one_of(
    _geometry("Polygon", polygons),
    _geometry("MultiPolygon", st.lists(polygons, min_size=1, max_size=3)),
    _geometry("LineString", strokes),
    _geometry("MultiLineString", st.lists(strokes, min_size=1, max_size=3)),
    _geometry("Point", positions),
    _geometry("MultiPoint", st.lists(positions, min_size=1, max_size=6)),
)


@st.composite
def placed(draw: st.DrawFn, geometry: st.SearchStrategy[Any] = geometries) -> dict[str, Any]:
    """A geometry made tiny, huge or left as it is, and put somewhere on or beside the body."""
    found = draw(geometry)
    size = draw(st.sampled_from([1.0, 1.0, 1e-9, 1e-4, 0.3, 7.0, 60.0, 0.1 + 0.2]))
    x, y = draw(st.floats(-25, 25)), draw(st.floats(-5, 180))

    def moved(value: Any) -> Any:
        if isinstance(value[0], list):
            return [moved(member) for member in value]
        return [min(500.0, max(-500.0, at + size * v)) for at, v in zip((x, y), value, strict=True)]

    return {"type": found["type"], "coordinates": moved(found["coordinates"])}


@st.composite
def awkward_drawings(draw: st.DrawFn, max_marks: int = 3) -> dict[str, Any]:
    """A drawing file of a few awkward marks, most of them on the body; some marks twice."""
    marks = []
    for _ in range(draw(st.integers(1, max_marks))):
        geometry = draw(placed() | geometries)
        properties: dict[str, Any] = {"view": draw(st.sampled_from(VIEWS))}
        if "Polygon" not in geometry["type"]:
            properties["width_cm"] = draw(st.sampled_from([0.1, 2.0, 20]))
        if draw(st.booleans()):
            properties["intensity"] = draw(st.integers(0, 10))
        if draw(st.integers(0, 4)) == 0:
            properties["quality"] = ["numb"]
        marks.append({"type": "Feature", "geometry": geometry, "properties": properties})
    marks += draw(st.lists(st.sampled_from(marks), max_size=1))
    return {"type": "FeatureCollection", "features": marks}


# --- What else a file may hold -----------------------------------------------------------------

plain_data = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=6,
)
# No member that the format knows begins so.
unknown = st.dictionaries(st.text(max_size=9).map("x_{}".format), plain_data, max_size=2)
metadata = st.dictionaries(st.text(max_size=9), plain_data, min_size=1, max_size=3)
intensities = st.integers(0, 10) | st.floats(0, 10, allow_nan=False)


@st.composite
def features(draw: st.DrawFn) -> dict[str, Any]:
    """One mark as `Mark.to_feature` writes it, with members that nobody knows."""
    geometry = draw(geometries)
    properties: dict[str, Any] = {"view": draw(st.sampled_from(VIEWS))}
    if draw(st.booleans()):
        properties["intensity"] = draw(intensities)
    if draw(st.booleans()):
        properties["quality"] = draw(st.lists(st.sampled_from(QUALITIES), min_size=1, max_size=3))
    if draw(st.booleans()):
        properties["depth"] = draw(st.sampled_from(DEPTHS))
    if "Polygon" not in geometry["type"]:
        properties["width_cm"] = draw(st.sampled_from([0.1, 2.0, 3, 20]))
    return {
        "type": "Feature",
        "geometry": geometry | draw(unknown),
        "properties": properties | draw(unknown),
        **draw(unknown),
    }


@st.composite
def documents(draw: st.DrawFn, max_marks: int = 4) -> dict[str, Any]:
    """A drawing file as `PainDrawing.to_geojson` writes it, with members that nobody knows."""
    header: dict[str, Any] = {"frame": "hippain-175", "version": 1}
    completed = draw(st.sets(st.sampled_from(VIEWS)))
    if completed:
        header["views_completed"] = [view for view in VIEWS if view in completed]
    if draw(st.booleans()):
        ids = st.text(min_size=1, max_size=9)
        header["answers"] = draw(
            st.dictionaries(ids, st.sampled_from(ANSWERS), min_size=1, max_size=3)
        )
    for name in ("palpation", "about"):
        if draw(st.booleans()):
            header[name] = draw(metadata)
    return {
        "type": "FeatureCollection",
        "hippain": header | draw(unknown),
        **draw(unknown),
        "features": draw(st.lists(features(), max_size=max_marks)),
    }
