"""The gate: what is refused, with which words, and what passes it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hippain_maps import _gate, _limits
from hippain_maps._gate import check_drawing
from hippain_maps._json import shown
from hippain_maps.drawing import PainDrawing, drawing_schema
from hippain_maps.errors import DrawingError
from hippain_maps.geometry import FRAME, VIEWS

Document = dict[str, Any]
RING = [[-14, 96], [-5, 96], [-6, 60], [-13, 60], [-14, 96]]

# The example of the contract for this file, and one of every other kind of mark.
CONTRACT = """
{"type": "FeatureCollection",
 "hippain": {"frame": "hippain-175", "version": 1, "views_completed": ["posterior"]},
 "features": [
  {"type": "Feature",
   "geometry": {"type": "Polygon", "coordinates":
     [[[-14, 96], [-5, 96], [-6, 60], [-13, 60], [-14, 96]]]},
   "properties": {"view": "posterior", "intensity": 7, "quality": ["aching"], "depth": "deep"}}]}
"""
GEOMETRIES = {
    "Polygon": [RING],
    "MultiPolygon": [[RING], [RING]],
    "LineString": [[1, 2], [3, 4]],
    "MultiLineString": [[[1, 2], [3, 4]], [[1, 1], [1, 1]]],
    "Point": [1.5, 2],
    "MultiPoint": [[1, 2], [3, 4]],
}


def base() -> Document:
    """Return a usable drawing with one outline."""
    document: Document = json.loads(CONTRACT)
    return document


def feature(geometry: object, **properties: object) -> Document:
    """Return a Feature on the posterior view."""
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": {"view": "posterior"} | properties,
    }


def with_geometry(kind: object, coordinates: object) -> Callable[[Document], None]:
    """Return a change that gives the mark another geometry."""

    def change(document: Document) -> None:
        document["features"][0]["geometry"] = {"type": kind, "coordinates": coordinates}

    return change


def with_property(name: str, value: object) -> Callable[[Document], None]:
    """Return a change that gives the mark a property."""

    def change(document: Document) -> None:
        document["features"][0]["properties"][name] = value

    return change


def with_header(**members: object) -> Callable[[Document], None]:
    """Return a change to the hippain member."""

    def change(document: Document) -> None:
        document["hippain"].update(members)

    return change


def with_member(name: str, value: object) -> Callable[[Document], None]:
    """Return a change to the collection."""

    def change(document: Document) -> None:
        document[name] = value

    return change


def with_feature(value: object) -> Callable[[Document], None]:
    """Return a change that puts something else in place of the mark."""

    def change(document: Document) -> None:
        document["features"][0] = value

    return change


def without(*path: Any) -> Callable[[Document], None]:
    """Return a change that removes a member."""

    def change(document: Document) -> None:
        for step in path[:-1]:
            document = document[step]
        del document[path[-1]]

    return change


F, P, G = "features[0]", "features[0].properties", "features[0].geometry"

# What a JSON Schema can say too: name, change, place in the message, words in the message.
REFUSED: list[tuple[str, Callable[[Document], None], str | None, str]] = [
    ("no type", without("type"), "type", "the type is missing; a drawing is a FeatureCollection"),
    ("another type", with_member("type", "Topology"), "type", "the type is 'Topology'"),
    ("a feature", with_member("type", "Feature"), "type", "this is a single Feature; wrap it"),
    ("a geometry", with_member("type", "Polygon"), "type", "this is a bare Polygon; wrap it"),
    ("no features", without("features"), "features", "missing; give a list of Features"),
    ("features object", with_member("features", {}), "features", "an object; give a list"),
    ("features null", with_member("features", None), "features", "null; give a list of Features"),
    ("header null", with_member("hippain", None), "hippain", "null is not an object"),
    ("header list", with_member("hippain", [1]), "hippain", "a list of 1 is not an object"),
    (
        "another frame",
        with_header(frame="body-180"),
        "hippain.frame",
        "drawn in the frame 'body-180', and only hippain-175 is read",
    ),
    (
        "newer version",
        with_header(version=2),
        "hippain.version",
        "the file has version 2, and this hippain_maps reads up to version 1; install a newer",
    ),
    ("older version", with_header(version=0), "hippain.version", "0 is not a version"),
    ("half version", with_header(version=1.5), "hippain.version", "1.5 is not a version"),
    ("text version", with_header(version="1"), "hippain.version", "'1' is not a version"),
    ("true version", with_header(version=True), "hippain.version", "true is not a version"),
    (
        "completed is text",
        with_header(views_completed="posterior"),
        "hippain.views_completed",
        "'posterior' is not a list, such as [\"posterior\"]",
    ),
    (
        "completed unknown",
        with_header(views_completed=["anterior", "postrior"]),
        "hippain.views_completed[1]",
        "there is no view 'postrior'; did you mean 'posterior'?",
    ),
    ("answers list", with_header(answers=[]), "hippain.answers", "an empty list is not an object"),
    (
        "answer true",
        with_header(answers={"cough": True}),
        "hippain.answers.cough",
        "there is no answer true (accepted: yes, no, not_asked)",
    ),
    (
        "answer near",
        with_header(answers={"cough": "not asked"}),
        "hippain.answers.cough",
        "did you mean 'not_asked'?",
    ),
    ("about text", with_header(about="me"), "hippain.about", "'me' is not an object"),
    ("palpation list", with_header(palpation=[1]), "hippain.palpation", "is not an object"),
    ("null feature", with_feature(None), F, "a Feature is expected here, not null"),
    ("bare geometry", with_feature({"type": "Point"}), F, "expected here, not 'Point'"),
    ("no properties", without("features", 0, "properties"), f"{P}.view", "the view is missing"),
    ("no view", without("features", 0, "properties", "view"), f"{P}.view", "name the chart"),
    ("null view", with_property("view", None), f"{P}.view", "anterior, posterior, left_lateral"),
    (
        "unknown view",
        with_property("view", "postereor"),
        f"{P}.view",
        "there is no view 'postereor'; did you mean 'posterior'? (accepted: anterior, posterior",
    ),
    ("number view", with_property("view", 3), f"{P}.view", "there is no view 3 (accepted"),
    ("list view", with_property("view", ["plantar"]), f"{P}.view", "no view a list of 1"),
    (
        "intensity 11",
        with_property("intensity", 11),
        f"{P}.intensity",
        "11 is not a number from 0 to 10",
    ),
    ("intensity -1", with_property("intensity", -1), f"{P}.intensity", "-1 is not a number"),
    ("intensity text", with_property("intensity", "7"), f"{P}.intensity", "'7' is not a number"),
    ("intensity true", with_property("intensity", True), f"{P}.intensity", "true is not a number"),
    (
        "quality text",
        with_property("quality", "aching"),
        f"{P}.quality",
        "'aching' is not a list of words, such as [\"aching\"]",
    ),
    (
        "quality near",
        with_property("quality", ["aching", "burnning"]),
        f"{P}.quality[1]",
        "there is no quality 'burnning'; did you mean 'burning'?",
    ),
    ("quality number", with_property("quality", [1]), f"{P}.quality[0]", "there is no quality 1"),
    ("depth near", with_property("depth", "deeep"), f"{P}.depth", "did you mean 'deep'?"),
    ("width 0", with_property("width_cm", 0), f"{P}.width_cm", "not a number from 0.1 to 20"),
    ("width 21", with_property("width_cm", 21), f"{P}.width_cm", "21 is not a number"),
    ("no geometry", without("features", 0, "geometry"), G, "there is no geometry"),
    ("null geometry", with_feature(feature(None)), G, "draw the mark, or leave the feature out"),
    ("text geometry", with_feature(feature("POINT (1 2)")), G, "'POINT (1 2)' is not an object"),
    ("no geometry type", with_geometry(None, []), f"{G}.type", "there is no geometry type null"),
    (
        "geometry near",
        with_geometry("Polygone", [RING]),
        f"{G}.type",
        "there is no geometry type 'Polygone'; did you mean 'Polygon'?",
    ),
    (
        "collection",
        with_geometry("GeometryCollection", []),
        G,
        "a GeometryCollection is not accepted; make each of its parts a feature (Polygon,",
    ),
    ("no coordinates", with_geometry("Point", None), f"{G}.coordinates", "two numbers"),
    ("empty polygon", with_geometry("Polygon", []), f"{G}.coordinates", "not an empty list"),
    ("empty ring", with_geometry("Polygon", [[]]), f"{G}.coordinates[0]", "list of positions"),
    ("empty parts", with_geometry("MultiPolygon", []), f"{G}.coordinates", "list of polygons"),
    ("empty part", with_geometry("MultiPolygon", [[]]), f"{G}.coordinates[0]", "list of rings"),
    ("no strokes", with_geometry("MultiLineString", []), f"{G}.coordinates", "list of strokes"),
    ("no spots", with_geometry("MultiPoint", []), f"{G}.coordinates", "list of positions"),
    (
        "two-point polygon",
        with_geometry("Polygon", [[[1, 1], [2, 2], [1, 1]]]),
        f"{G}.coordinates[0]",
        "the outline has 3 positions and needs at least 4",
    ),
    (
        "bad hole",
        with_geometry("MultiPolygon", [[RING], [RING, RING[:2]]]),
        f"{G}.coordinates[1][1]",
        "the outline has 2 positions",
    ),
    (
        "one-point stroke",
        with_geometry("MultiLineString", [[[1, 1], [2, 2]], [[1, 1]]]),
        f"{G}.coordinates[1]",
        "the stroke has 1 position and needs at least 2; write a pressed spot as a Point",
    ),
    (
        "altitude",
        with_geometry("LineString", [[1, 1], [2, 2, 0]]),
        f"{G}.coordinates[1]",
        "a position is two numbers [x, y] in chart cm, not a list of 3",
    ),
    ("one number", with_geometry("Point", [1]), f"{G}.coordinates", "not a list of 1"),
    ("too flat", with_geometry("Polygon", RING), f"{G}.coordinates[0][0]", "not -14"),
    ("too deep", with_geometry("Point", [RING]), f"{G}.coordinates", "not a list of 1"),
    ("number as text", with_geometry("Point", ["1", 2]), f"{G}.coordinates", "coordinate '1' is"),
    ("number as bool", with_geometry("Point", [True, 2]), f"{G}.coordinates", "coordinate true"),
    (
        "degrees or pixels",
        with_geometry("LineString", [[1, 1], [1, 501]]),
        f"{G}.coordinates[1]",
        "the coordinate 501 is not a number of chart cm between -500 and 500",
    ),
    ("huge integer", with_geometry("Point", [1, 10**400]), f"{G}.coordinates", "1000000000"),
]

# What only the gate can say.
REFUSED_HERE = [
    (
        "not closed",
        with_geometry("Polygon", [RING[:4]]),
        f"{G}.coordinates[0]",
        "the outline is not closed: it starts at [-14, 96] and ends at [-13, 60]; repeat",
    ),
    ("nan", with_geometry("Point", [1, float("nan")]), f"{G}.coordinates", "the coordinate nan"),
    ("infinite", with_geometry("Point", [float("-inf"), 0]), f"{G}.coordinates", "coordinate -inf"),
    (
        "intensity nan",
        with_property("intensity", float("nan")),
        f"{P}.intensity",
        "nan is not a number from 0 to 10",
    ),
    (
        "unknown member nan",
        with_header(about={"age": [1, float("inf")]}),
        "hippain.about.age[1]",
        "the number inf is not finite; JSON has no such numbers",
    ),
    (
        "long text",
        with_header(about={"note": "x" * 10_001}),
        "hippain.about.note",
        "a text of 10,001 characters starts 'xxx",
    ),
    ("long name", with_property("x" * 10_001, 1), P, "a text of 10,001 characters"),
    (
        "half a character",
        with_property("note", "\ud800"),
        None,
        "half of a surrogate pair; write whole characters",
    ),
    (
        "many features",
        with_member("features", [feature({"type": "Point", "coordinates": [1, 2]})] * 501),
        "features",
        "there are 501 marks, and at most 500 are read",
    ),
    (
        "many points",
        with_member(
            "features", [feature({"type": "LineString", "coordinates": [[1, 2]] * 25_001})] * 2
        ),
        "features[1].geometry.coordinates",
        "by here the drawing has 50,002 points, and at most 50,000 are read",
    ),
    (
        "many rings",
        with_geometry("MultiPolygon", [[RING] * 1000, [RING] * 1001]),
        f"{G}.coordinates[1][1000]",
        "by here the drawing has 2,001 rings, strokes and spots, and at most 2,000 are read",
    ),
    (
        "many spots",
        with_geometry("MultiPoint", [[1, 2]] * 2001),
        f"{G}.coordinates",
        "2,001 rings, strokes and spots",
    ),
]


@pytest.mark.parametrize(
    ("change", "where", "words"), [pytest.param(*case, id=name) for name, *case in REFUSED]
)
def test_what_cannot_be_used_is_refused(
    change: Callable[[Document], None], where: str, words: str
) -> None:
    """The message has one line, names the place and says what is accepted; the schema agrees."""
    document = base()
    change(document)
    with pytest.raises(DrawingError) as caught:
        check_drawing(document)
    assert caught.value.where == where
    assert words in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400
    validator = jsonschema.Draft202012Validator(drawing_schema())
    assert not validator.is_valid(document)


@pytest.mark.parametrize(
    ("change", "where", "words"), [pytest.param(*case, id=name) for name, *case in REFUSED_HERE]
)
def test_what_a_schema_cannot_say_is_refused(
    change: Callable[[Document], None], where: str, words: str
) -> None:
    """Closed rings, finite numbers and the caps are checked on reading."""
    document = base()
    change(document)
    with pytest.raises(DrawingError) as caught:
        check_drawing(document)
    assert caught.value.where == where
    assert words in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", "the drawing is empty", id="nothing"),
        pytest.param(" \n", "the drawing is empty", id="blank"),
        pytest.param("hello", "this is not JSON: Expecting value in line 1, column 1", id="text"),
        pytest.param(CONTRACT[:-9], "this is not JSON", id="cut off"),
        pytest.param("[1, 2]", "the file holds a list of 2, not a GeoJSON", id="a list"),
        pytest.param("null", "the file holds null", id="null"),
        pytest.param('{"a": 1, "b": 2, "a": 3}', "the member 'a' is written twice", id="twice"),
        pytest.param(CONTRACT.replace("-14", "NaN"), "the coordinate nan", id="NaN"),
        pytest.param(CONTRACT.replace("-14", "-Infinity"), "the coordinate -inf", id="Infinity"),
        pytest.param(CONTRACT.replace("-14", "1e999"), "the coordinate inf", id="1e999"),
        pytest.param(CONTRACT.replace("7", "9" * 5000), "too many digits", id="digits"),
        pytest.param("[" * 100_000, "nested 100,000 levels deep, and at most 32", id="deep"),
        pytest.param('{"a":' * 40 + "1" + "}" * 40, "nested 40 levels deep", id="deep objects"),
        pytest.param(" " * 5_000_001, "larger than 5,000,000 bytes", id="large"),
        pytest.param(CONTRACT.encode("utf-16"), "byte 0 is not UTF-8", id="UTF-16"),
        pytest.param(b'{"a": "\xe4"}', "byte 7 is not UTF-8; save the file as UTF-8", id="latin-1"),
        pytest.param('{"a": "\ud800"}', "character 7 is half of a surrogate pair", id="surrogate"),
        pytest.param(
            CONTRACT.replace('"deep"', '"deep", "note": "\\ud800"'),
            "features[0].properties.note: the text '\\ud800' holds half of a surrogate pair",
            id="escaped surrogate",
        ),
    ],
)
def test_text_that_is_not_a_drawing_is_refused(text: str | bytes, words: str) -> None:
    """Caps and encoding come before parsing, and JSON is read strictly."""
    with pytest.raises(DrawingError) as caught:
        check_drawing(text)
    assert words in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param({"features": {1, 2}}, "this is not JSON data", id="a set"),
        pytest.param({"type": b"x"}, "this is not JSON data", id="bytes"),
        pytest.param({1: 2, "1": 3}, "the member '1' is written twice", id="keys that meet"),
    ],
)
def test_python_data_that_is_not_plain_is_refused(data: Any, words: str) -> None:
    """Data from Python meets the same gate as a file."""
    with pytest.raises(DrawingError, match=words):
        check_drawing(data)


def test_python_data_may_be_as_deep_as_it_likes() -> None:
    """Deep and circular Python data are refused, not recursed into."""
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    circle: dict[str, Any] = {}
    circle["me"] = circle
    for data in ({"a": deep}, circle):
        with pytest.raises(DrawingError, match="this is not JSON data"):
            check_drawing(data)
    while deep:
        deep = deep.pop()


@pytest.mark.parametrize("tail", ["", '"', "\\", '\\"', '"\\'])
def test_brackets_inside_strings_are_not_nesting(tail: str) -> None:
    """Only real nesting counts, and a million quotes or backslashes cost no time."""
    document = base()
    document["hippain"]["about"] = {"note": "[{" * 100 + '"' + "[" * 100}
    check_drawing(document)
    with pytest.raises(DrawingError, match="a GeoJSON FeatureCollection"):
        check_drawing('"' + '\\"' * 1_000_000 + tail)


def test_the_example_of_the_contract_passes() -> None:
    """The example file is accepted as text, as bytes, with a byte order mark, and as data."""
    expected = json.loads(CONTRACT)
    for data in (CONTRACT, CONTRACT.encode(), CONTRACT.encode("utf-8-sig"), expected):
        assert check_drawing(data) == expected
    jsonschema.validate(expected, drawing_schema())


@pytest.mark.parametrize("kind", list(GEOMETRIES))
def test_every_geometry_type_passes(kind: str) -> None:
    """All six kinds of geometry are accepted, by the schema too, and null is "not given"."""
    document = base()
    geometry = {"type": kind, "coordinates": GEOMETRIES[kind]}
    unasked = {"intensity": None, "quality": None, "depth": None, "width_cm": None}
    document["features"] = [feature(geometry), feature(geometry, **unasked)]
    assert check_drawing(document) == document
    jsonschema.validate(document, drawing_schema())


def test_a_file_of_another_tool_is_of_the_first_version() -> None:
    """Without a hippain member, or with a partial one, this frame and version are meant."""
    document = base()
    del document["hippain"]
    assert check_drawing(document)["hippain"] == {"frame": FRAME, "version": 1}
    document["hippain"] = {"about": {"rater": "B"}}
    assert check_drawing(document)["hippain"] == {
        "about": {"rater": "B"},
        "frame": FRAME,
        "version": 1,
    }
    jsonschema.validate(document, drawing_schema())


def test_an_empty_drawing_passes() -> None:
    """A drawing without marks can be read; only ranking it makes no sense."""
    document = {"type": "FeatureCollection", "features": []}
    assert check_drawing(document)["features"] == []
    jsonschema.validate(document, drawing_schema())


def test_the_callers_data_is_neither_changed_nor_kept() -> None:
    """What comes out shares nothing with what went in."""
    document = base()
    before = copy.deepcopy(document)
    checked = check_drawing(document)
    checked["features"][0]["properties"]["quality"].append("numb")
    checked["hippain"]["views_completed"].clear()
    assert document == before


def test_the_schema_is_a_schema() -> None:
    """The shipped file is a valid JSON Schema of its draft."""
    jsonschema.Draft202012Validator.check_schema(drawing_schema())


def test_the_schema_and_the_code_use_the_same_words() -> None:
    """Every word and number that is both in the schema and in the code is the same."""
    schema = drawing_schema()
    parts = schema["$defs"]
    header = parts["hippain"]["properties"]
    marked = parts["mark"]["properties"]["properties"]["properties"]
    number = parts["position"]["items"]
    assert header["frame"]["const"] == FRAME
    assert header["version"]["const"] == _gate.VERSION
    assert tuple(header["answers"]["additionalProperties"]["enum"]) == _gate.ANSWERS
    assert tuple(parts["view"]["enum"]) == VIEWS
    assert tuple(parts["geometry"]["properties"]["type"]["enum"]) == tuple(_gate.KINDS)
    assert tuple(marked["quality"]["items"]["enum"]) == _gate.QUALITIES
    assert tuple(marked["depth"]["enum"]) == (*_gate.DEPTHS, None)
    assert marked["width_cm"]["minimum"] == _limits.MIN_WIDTH
    assert marked["width_cm"]["maximum"] == _limits.MAX_WIDTH
    assert (number["minimum"], number["maximum"]) == (
        -_limits.MAX_COORDINATE,
        _limits.MAX_COORDINATE,
    )
    assert schema["properties"]["features"]["maxItems"] == _limits.MAX_FEATURES
    for cap in (_limits.MAX_VERTICES, _limits.MAX_RINGS, _limits.MAX_DRAWING_BYTES):
        assert f"{cap:,}".replace(",", " ") in schema["description"]
    assert f"{_limits.MAX_JSON_DEPTH} levels" in schema["description"]


def refusal(data: bytes | str) -> str:
    """Return the message with which `data` is refused; empty if it is read."""
    try:
        PainDrawing.from_geojson(data)
    except DrawingError as error:
        return str(error)
    return ""


@settings(deadline=None)
@given(st.text())
def test_what_was_given_is_shown_on_one_line(text: str) -> None:
    """No text, however long or odd, can break a message or a terminal."""
    assert shown(text).isprintable()
    assert len(shown(text)) < 700


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes | str) -> None:
    """Whatever the bytes, the answer is a drawing or a DrawingError, never another error."""
    assert refusal(data).isprintable()


@settings(deadline=None)
@given(st.data())
def test_any_damage_to_a_file_is_read_or_refused(data: st.DataObject) -> None:
    """A good file with bytes cut, doubled or changed is a drawing or a DrawingError."""
    text = bytearray(CONTRACT.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(text) - 1))
        text[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    assert refusal(bytes(text)).isprintable()
