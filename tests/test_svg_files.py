"""Drawings as SVG: ours come back whole, those of other programs by how they are drawn."""

from __future__ import annotations

import io
import json
import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from interchange_files import FILES, full_drawing, refusal
from strategies import documents

from hippain_maps._limits import MAX_SVG_BYTES, MAX_XML_DEPTH, MAX_XML_ELEMENTS, MAX_XML_TEXT
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DrawingError
from hippain_maps.interchange.atlas_export import chart_svg
from hippain_maps.interchange.records import Record
from hippain_maps.interchange.svg_frame import BOXES, SCALE, panels
from hippain_maps.interchange.svg_paths import TOLERANCE, filled_area, subpaths
from hippain_maps.interchange.svg_read import read_svg, svg_record
from hippain_maps.interchange.svg_scan import PLAIN, scan_svg, times
from hippain_maps.interchange.svg_write import to_svg
from hippain_maps.regions import Body

NAMESPACE = "{http://www.w3.org/2000/svg}"


def svg(inside: str, head: str = "") -> bytes:
    """Return an SVG file around some elements."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" {head}>{inside}</svg>'.encode()


PLACED = (((0.0, 100.0), (0.0, 0.0)), ((0.0, 0.0), (0.0, 100.0)))
"""A unit of the page is a chart cm, y upwards, 0 at the lower edge."""


def read(inside: str, **options: Any) -> Record:
    """Return the drawing of a foreign SVG with a unit for each cm."""
    return svg_record(svg(inside), view="posterior", placed=PLACED, **options)


def bounds(record: Record) -> list[float]:
    """Return the bounds of the posterior area, rounded."""
    return [round(edge, 2) + 0.0 for edge in record.drawing.area("posterior").bounds]


# --- Ours --------------------------------------------------------------------------------------


def test_a_drawing_survives_svg(body: Body) -> None:
    """A drawing with everything in it comes back from its SVG."""
    drawing = full_drawing()
    found = svg_record(to_svg(drawing, body).encode())
    assert found.drawing.to_geojson() == drawing.to_geojson()
    assert found.notes == ()


@given(documents())
@settings(max_examples=30, deadline=None)
def test_any_drawing_survives_svg(body: Body, document: dict[str, Any]) -> None:
    """Whatever a drawing holds comes back from its SVG, and the SVG is well-formed XML."""
    drawing = PainDrawing.from_geojson(document)
    text = to_svg(drawing, body)
    ElementTree.fromstring(text)
    assert svg_record(text.encode()).drawing.to_geojson() == drawing.to_geojson()


def test_every_mark_is_a_path_in_its_view(body: Body) -> None:
    """There is one path for each mark, in the group of its view, with what was said about it."""
    drawing = full_drawing()
    root = ElementTree.fromstring(to_svg(drawing, body))
    found = []
    for group in root.iter(f"{NAMESPACE}g"):
        found += [(group.get("data-view"), path) for path in group if path.get("data-mark")]
    assert sorted((view, int(path.get("data-mark", ""))) for view, path in found) == sorted(
        (mark.view, place) for place, mark in enumerate(drawing.marks)
    )
    first = next(path for _, path in found if path.get("data-mark") == "0")
    assert first.get("data-quality") == "aching burning"
    assert first.get("fill-rule") == "evenodd"


def test_panels_do_not_overlap() -> None:
    """The charts of a page lie beside each other, whatever views there are."""
    found, width, height = panels(list(BOXES))
    boxes = [shapely.box(p.left, p.top, p.left + p.size[0], p.top + p.size[1]) for p in found]
    assert shapely.area(shapely.union_all(boxes)) == pytest.approx(sum(b.area for b in boxes))
    assert all(shapely.box(0, 0, width, height).contains(box) for box in boxes)


def test_left_and_right_are_the_patients(body: Body) -> None:
    """On the page, the patient's left leg is at the viewer's right in front, at the left behind."""
    root = ElementTree.fromstring(chart_svg(["anterior", "posterior"], body))
    texts = [t for t in root.iter(f"{NAMESPACE}text") if t.text in ("L", "R", "Front", "Back")]
    order = [t.text for t in sorted(texts, key=lambda t: float(t.get("x", "")))]
    assert order == ["R", "Front", "L", "L", "Back", "R"]


def test_a_chart_alone_holds_no_marks(body: Body) -> None:
    """Blank charts read back as a drawing without marks; nothing of the chart becomes one."""
    found = svg_record(chart_svg(list(BOXES), body).encode())
    assert found.drawing.marks == ()
    assert found.notes == ()


# --- Drawn with Inkscape -----------------------------------------------------------------------

# What Inkscape 1.2.2 says of its own shapes (--query-all): left, top, width and height in px.
ON_CHART = {
    "blob": (115.886, 328.406, 47.7014, 49.7711),
    "loop": (209.694, 494.618, 37.6124, 46.7649),
    "brush": (127.5, 414.0, 14.6692, 128.0),
}
FOREIGN = {
    "area": (194.055, 563.327, 114.349, 125.802),
    "skewed": (257.007, 697.869, 52.5321, 60.934),
}


def test_what_inkscape_drew_on_our_chart_lies_where_inkscape_says() -> None:
    """Curves, arcs and a brush in nested groups, drawn over our chart with Inkscape, come back.

    Each lies where Inkscape's own measure puts it, to a tenth of a millimetre of its page.
    """
    record = read_svg(FILES / "inkscape_on_chart.svg")
    assert record.drawing.views == ("posterior",)
    blob, loop, brush = record.drawing.marks
    assert [mark.kind for mark in (blob, loop, brush)] == ["outline", "outline", "stroke"]
    assert brush.width_cm == pytest.approx(8 / SCALE)
    (panel,) = panels(["posterior"])[0]
    x0, _, _, y1 = BOXES["posterior"]
    for mark, name in ((blob, "blob"), (loop, "loop"), (brush, "brush")):
        left, low, right, high = mark.area().bounds
        on_page = (
            panel.left + (left - x0) * SCALE,
            panel.top + (y1 - high) * SCALE,
            (right - left) * SCALE,
            (high - low) * SCALE,
        )
        assert on_page == pytest.approx(ON_CHART[name], abs=0.06), name


def test_a_foreign_file_of_inkscape_is_placed_by_two_points() -> None:
    """Relative curves, arcs, a hole, skew and matrix in a layer called posterior are read.

    Shapes lie where Inkscape's own measure puts them; a text and a hidden shape are told of.
    """
    top, bottom = ((105.0, 10.0), (0.0, 175.0)), ((105.0, 290.0), (0.0, 0.0))
    record = read_svg(FILES / "inkscape_foreign.svg", placed=[top, bottom])
    area, skewed, line = record.drawing.marks
    assert record.drawing.views == ("posterior",)
    assert "1 texts" in record.notes[0]
    assert "1 hidden shapes" in record.notes[0]
    cm, px = 175 / 280, 96 / 25.4
    for mark, name in ((area, "area"), (skewed, "skewed")):
        left, low, right, high = mark.area().bounds
        page = (105 + left / cm, 290 - high / cm, (right - left) / cm, (high - low) / cm)
        assert [value * px for value in page] == pytest.approx(FOREIGN[name], abs=0.06)
    assert len(shapely.get_parts(area.area())[0].interiors) == 1
    assert line.width_cm == pytest.approx(3 * cm)


# --- Shapes, styles and transforms -------------------------------------------------------------


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ('<path d="M10 20h5v5h-5z"/>', [10, 75, 15, 80]),
        ('<path d="m10,20 5,0 0,5 -5,0z"/>', [10, 75, 15, 80]),
        ('<path d="M10 20L15 20 15 25 10 25"/>', [10, 75, 15, 80]),
        ('<path d="M10.5.5l4-.5.5 4z"/>', [10.5, 96, 15, 100]),
        ('<rect x="10" y="20" width="5" height="5"/>', [10, 75, 15, 80]),
        ('<rect x="10" y="20" width="8" height="5" rx="2"/>', [10, 75, 18, 80]),
        ('<circle cx="10" cy="20" r="3"/>', [7, 77, 13, 83]),
        ('<ellipse cx="10" cy="20" rx="3" ry="1"/>', [7, 79, 13, 81]),
        ('<polygon points="10,20 15,20 15,25"/>', [10, 75, 15, 80]),
        ('<path d="M7 20a3 3 0 016 0 3 3 0 01-6 0z"/>', [7, 77, 13, 83]),
        ('<rect width="5" height="5" transform="translate(10 20)"/>', [10, 75, 15, 80]),
        ('<rect width="5" height="5" transform="matrix(1,0,0,1,10,20)"/>', [10, 75, 15, 80]),
        ('<rect width="5" height="5" transform="rotate(90 10 20)"/>', [25, 85, 30, 90]),
        ('<rect width="5" height="5" transform="scale(2)"/>', [0, 90, 10, 100]),
        ('<rect width="5" height="5" transform="skewX(45)"/>', [0, 95, 10, 100]),
        ('<g transform="translate(10)"><g transform="scale(2)"><rect width="1" height="1"/>'
         "</g></g>", [10, 98, 12, 100]),
        ('<svg x="10" y="20" width="5" height="5" viewBox="0 0 1 1"><rect width="1" height="1"/>'
         "</svg>", [10, 75, 15, 80]),
    ],
)  # fmt: skip
def test_shapes_lie_where_svg_puts_them(element: str, expected: list[float]) -> None:
    """Each shape, transform and way of writing paths gives the bounds that SVG defines."""
    assert bounds(read(element)) == pytest.approx(expected, abs=2 * TOLERANCE)


@pytest.mark.parametrize(
    ("element", "kind"),
    [
        ('<path d="M1 20L5 20 5 25z"/>', "outline"),
        ('<path d="M1 20L5 20 5 25z" fill="none" stroke="red"/>', "outline"),
        ('<path d="M1 20L5 20 5 25" fill="none" stroke="red"/>', "stroke"),
        ('<path d="M1 20L5 20 5 25" style="stroke:red;fill:none"/>', "stroke"),
        ('<g fill="none" stroke="red"><line x1="1" y1="20" x2="5" y2="20"/></g>', "stroke"),
        ('<polyline points="1,20 5,20 5,25" fill="none" stroke="red"/>', "stroke"),
        ('<path d="M1 20L5 20 5 25L1 20" fill="none" stroke="red"/>', "outline"),
    ],
)
def test_what_is_filled_or_closed_is_an_outline(element: str, kind: str) -> None:
    """A filled or closed shape is an outline, an open line a stroke, as groups around it say."""
    (mark,) = read(element).drawing.marks
    assert mark.kind == kind


def test_shapes_without_extent_are_told_of() -> None:
    """A circle without radius and a rectangle without height draw nothing."""
    nothing = '<circle cx="5" cy="5" r="0"/><ellipse rx="2" ry="0"/><rect width="4" height="0"/>'
    record = read(nothing + SHAPE)
    assert len(record.drawing.marks) == 1
    assert record.notes == ("left out: 3 shapes without extent",)


def test_the_width_of_a_stroke_is_scaled() -> None:
    """A stroke is as wide as it is drawn, through every transform; hairlines are told of."""
    line = '<path d="M1 20L5 20" fill="none" stroke="red" stroke-width="{}"/>'
    (mark,) = read(f'<g transform="scale(2)">{line.format(1.5)}</g>').drawing.marks
    assert mark.width_cm == pytest.approx(3)
    record = read(line.format("0.01"))
    assert record.drawing.marks[0].width_cm == 0.1
    assert "widths below 0.1 cm" in record.notes[0]


def test_holes_follow_the_rule_of_the_fill() -> None:
    """Two rings in one path are a ring and its hole, or not, as the fill rule and direction say."""
    inner = "M12 22L12 28 18 28 18 22z"
    outer = "M10 20L20 20 20 30 10 30z"
    turned = "M12 22L18 22 18 28 12 28z"
    even = 'fill-rule="evenodd"'
    assert read(f'<path d="{outer}{inner}"/>').drawing.area("posterior").area == pytest.approx(64)
    assert read(f'<path d="{outer}{turned}"/>').drawing.area("posterior").area == pytest.approx(100)
    found = read(f'<path {even} d="{outer}{turned}"/>').drawing.area("posterior")
    assert found.area == pytest.approx(64)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=9))
@settings(max_examples=60, deadline=None)
def test_fills_agree_with_counting(points: list[tuple[int, int]]) -> None:
    """A fill holds the points around which the line goes, counted on a grid between its corners."""
    ring = np.array(points, dtype=float)
    for rule in ("nonzero", "evenodd"):
        area = filled_area([ring], rule)
        for x, y in ((a + 0.4321, b + 0.2717) for a in range(6) for b in range(6)):
            if shapely.LinearRing([*points, points[0]]).distance(shapely.Point(x, y)) < 1e-3:
                continue
            turns = _turns([*points, points[0]], x, y)
            inside = turns % 2 == 1 if rule == "evenodd" else turns != 0
            assert area.contains(shapely.Point(x, y)) == inside


def _turns(ring: list[tuple[int, int]], x: float, y: float) -> int:
    """Return how often a ring goes round a point, by adding up angles."""
    angles = np.unwrap(np.arctan2(*(np.array(ring, dtype=float) - (x, y)).T[::-1]))
    return round(float(angles[-1] - angles[0]) / (2 * np.pi))


def test_curves_are_drawn_out_finely() -> None:
    """A circle of arcs is within the tolerance of the true circle, at any scale."""
    for radius in (0.5, 5, 50):
        text = (
            f"M{-radius} 0A{radius} {radius} 0 0 1 {radius} 0A{radius} {radius} 0 0 1 {-radius} 0Z"
        )
        (path,) = subpaths("path", {"d": text}, PLAIN)
        off = np.abs(np.hypot(*path.line.T) - radius).max()
        # Arcs come as cubic curves, which are off by 3 in 10 000 of the radius.
        assert off < TOLERANCE + 3e-4 * radius


def test_transforms_are_put_together_in_order() -> None:
    """`times` does the inner transform first."""
    shift, double = (1.0, 0, 0, 1.0, 5.0, 7.0), (2.0, 0, 0, 2.0, 0, 0)
    assert times(shift, double) == (2, 0, 0, 2, 5, 7)
    assert times(double, shift) == (2, 0, 0, 2, 10, 14)


def test_what_is_not_drawn_is_told_of() -> None:
    """Templates are passed over; texts, pictures, clones and the hidden are told."""
    picture = "data:image/png;base64,AAAA"
    record = read(
        '<defs><rect id="r" width="5" height="5"/></defs><use href="#r"/><text>x</text>'
        f'<image href="{picture}"/><rect visibility="hidden" width="5" height="5"/>'
        '<g display="none"><rect width="5" height="5"/></g><rect width="5" height="5"/>'
        '<path d="" fill="red"/>'
    )
    assert len(record.drawing.marks) == 1
    (note,) = record.notes
    for told in ("1 clones", "1 texts", "1 pictures", "2 hidden", "1 shapes without extent"):
        assert told in note


def test_what_is_said_of_a_foreign_shape_is_taken() -> None:
    """A shape may carry data-intensity, data-quality, data-depth and data-view of its own."""
    said = 'data-intensity="6" data-quality="aching numb" data-depth="deep" data-view="anterior"'
    (mark,) = read(f'<path d="M1 20L5 20 5 25z" {said}/>').drawing.marks
    assert (mark.view, mark.intensity, mark.quality) == ("anterior", 6, ("aching", "numb"))
    assert mark.depth == "deep"


def test_three_points_may_stretch_the_page() -> None:
    """Three points place a page that is scaled unequally; two turn it, and never mirror a side."""
    three = [((0, 0), (0, 100)), ((10, 0), (5, 100)), ((0, 100), (0, 0))]
    record = svg_record(svg('<rect width="10" height="100"/>'), view="anterior", placed=three)
    assert record.drawing.area("anterior").bounds == pytest.approx((0, 0, 5, 100))
    two = [((0, 0), (0, 100)), ((0, 100), (0, 0))]
    record = svg_record(svg('<rect width="10" height="100"/>'), view="anterior", placed=two)
    assert record.drawing.area("anterior").bounds == pytest.approx((0, 0, 10, 100))


def test_a_shape_beside_every_chart_is_told_of(body: Body) -> None:
    """On a page of ours, a shape that lies on no chart is left out, and said to be."""
    page = chart_svg(["anterior"], body).replace("</svg>", '<rect width="3" height="3"/></svg>')
    record = svg_record(page.encode())
    assert record.drawing.marks == ()
    assert "1 shapes beside every chart" in record.notes[0]


@pytest.mark.parametrize(
    ("placed", "says"),
    [
        ((), "no chart of ours is in the SVG; say where two of its points lie"),
        (PLACED[:1], "two points, or three and more that are not in one line"),
        ((*PLACED, ((0.0, 50.0), (0.0, 50.0))), "two points, or three and more"),
        ((PLACED[0], PLACED[0]), "the same point twice"),
        ((PLACED[0], ((0.0, float("nan")), (0.0, 1.0))), "finite numbers"),
    ],
)
def test_a_page_that_cannot_be_placed_is_refused(placed: Any, says: str) -> None:
    """A foreign page needs two points far apart, or three that are not in one line."""
    assert says in refusal(lambda: svg_record(svg(SHAPE), view="anterior", placed=placed))


def test_a_foreign_shape_needs_a_view() -> None:
    """A page that is placed says where on a chart, and not on which."""
    assert "names no view; say --view" in refusal(lambda: svg_record(svg(SHAPE), placed=PLACED))


def test_a_chart_that_is_squeezed_to_nothing_is_refused(body: Body) -> None:
    """Where a chart has no width left, nothing can be found on it."""
    page = chart_svg(["anterior"], body).replace("</svg>", "<rect width='3' height='3'/></svg>")
    assert "squeezed to nothing" in refusal(
        lambda: svg_record(re.sub(r'transform="[^"]*"', 'transform="scale(0)"', page).encode())
    )


def test_a_style_sheet_is_told_of() -> None:
    """Shapes that a style sheet hides may be read all the same, and the notes say so."""
    (note,) = read(f"<style>path {{ display: none }}</style>{SHAPE}").notes
    assert note == "the style sheet of the SVG was not read; shapes it styles may be hidden"
    assert read(f"<style> </style>{SHAPE}").notes == ()


def test_metadata_of_other_programs_are_passed_over() -> None:
    """Only what we wrote about a drawing is taken for it."""
    record = read(f"<metadata><title>[1]</title></metadata>{SHAPE}")
    assert len(record.drawing.marks) == 1
    assert record.notes == ()


def test_lines_that_are_not_filled_are_strokes() -> None:
    """Several open lines of one shape are strokes of one mark; a line of no points is none."""
    several, one = read(
        '<g fill="none" stroke="red"><path d="M1 1L5 5M7 1L7 9"/><path d="M1 1L5 5M9 9"/></g>'
    ).drawing.marks
    assert (several.geometry_type, one.geometry_type) == ("MultiLineString", "LineString")


def test_a_shape_within_the_page_may_be_a_page() -> None:
    """An svg element inside is moved by x and y, and scaled by its viewBox as SVG says."""
    inside = '<rect width="2" height="2"/>'
    cases = {
        'x="3" y="4"': [3, 94, 5, 96],
        'width="10" height="20" viewBox="0 0 2 2"': [0, 85, 10, 95],
        'width="10" height="20" viewBox="0 0 2 2" preserveAspectRatio="none"': [0, 80, 10, 100],
        'width="10" height="20" viewBox="0 0 2 2" preserveAspectRatio="xMidYMid slice"': [
            -5,
            80,
            15,
            100,
        ],
    }
    for head, expected in cases.items():
        assert bounds(read(f"<svg {head}>{inside}</svg>")) == expected, head


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("LineString", 'fill="none" stroke="red" d="M1 1L5 5M7 7L9 9"'),
        ("MultiLineString", 'd="M1 1L5 5L5 1z"'),
        ("Polygon", 'fill="none" stroke="red" d="M1 1L5 5L5 1"'),
        ("MultiPolygon", 'data-parts="2" d="M1 1L5 5L5 1z"'),
    ],
)
def test_a_mark_that_was_edited_is_read_as_it_is_drawn(kind: str, path: str) -> None:
    """Where the path no longer fits the type that we wrote, the path decides."""
    (mark,) = read(f'<path data-mark="0" data-type="{kind}" {path}/>').drawing.marks
    (drawn,) = read(f"<path {path}/>").drawing.marks
    assert mark.geometry_type == drawn.geometry_type != kind
    assert mark.area().equals(drawn.area())


# --- Hostile files -----------------------------------------------------------------------------

SHAPE = '<path d="M1 20L5 20 5 25z"/>'
HOSTILE: dict[str, tuple[bytes, str]] = {
    "script": (svg(f"<script>alert(1)</script>{SHAPE}"), "holds a script"),
    "script_elsewhere": (svg(f'<x:script xmlns:x="urn:x"/>{SHAPE}'), "holds a script"),
    "handler": (svg(SHAPE, 'onload="x()"'), "holds a script in 'onload'"),
    "handler_inside": (svg('<rect onclick="x()" width="1" height="1"/>'), "script in 'onclick'"),
    "entity": (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg(f"&a;{SHAPE}"), "declares entities"),
    "laughs": (
        b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        + svg("<text>&b;</text>"),
        "declares entities",
    ),
    "external_entity": (
        b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + svg(f"&a;{SHAPE}"),
        "declares entities",
    ),
    "image": (svg('<image href="https://example.org/a.png"/>'), "something outside"),
    "image_file": (svg('<image href="../../etc/passwd"/>'), "something outside"),
    "use": (svg('<use href="other.svg#a"/>'), "something outside"),
    "xlink": (
        svg('<use x:href="http://a/b#c" xmlns:x="http://www.w3.org/1999/xlink"/>'),
        "something outside",
    ),
    "javascript": (svg('<a href="javascript:x()">a</a>'), "something outside"),
    "url": (svg('<rect fill="url(http://a/b#c)" width="1" height="1"/>'), "something outside"),
    "url_style": (svg("<rect style=\"fill:url( '//a')\"/>"), "something outside"),
    "import": (svg('<style>@import "http://a/b.css";</style>'), "something outside"),
    "deep": (svg("<g>" * 100_000), f"more than {MAX_XML_DEPTH} levels"),
    "deep_elsewhere": (svg('<x xmlns="urn:x">' + "<x>" * 100_000), "levels deep"),
    "many": (svg("<g/>" * (MAX_XML_ELEMENTS + 1)), "more than 20,000 elements"),
    "large": (b" " * (MAX_SVG_BYTES + 1), "larger than"),
    "huge_number": (svg('<path d="M1e300 0L1 1 2 2z"/>'), "out of all measure"),
    "overflow": (svg('<path d="M1e999 0L1 1 2 2z"/>'), "out of all measure"),
    "off_the_chart": (svg('<path d="M900 0L1 1 2 2z"/>'), "not a number of chart cm"),
    "huge_scale": (svg('<g transform="scale(1e99)"><path d="M1 1L2 2 3 1z"/></g>'), "all measure"),
    "long_path": (svg(f'<path d="M1 1{"l1 1-1-1" * 100_000}z"/>'), "more than"),
    "many_flags": (svg(f'<path d="M1 1a1 1 0 0 0 1{" 1" * 400_000}"/>'), ""),
    "many_shapes": (svg(SHAPE * 600), "more than 500 marks"),
    "many_rings": (svg(f'<path d="{"M1 1l1 0 0 1z" * 18_000}"/>'), "more than"),
    "sieve": (
        svg(f'<path d="{"".join(f"M{n % 90} {n // 90}l.4 0 0 .4z" for n in range(900))}"/>'),
        "divide it",
    ),
    "no_path": (svg('<path d="M1 1 L x y z"/>'), "which is no number"),
    "no_command": (svg('<path d="1 1 2 2"/>'), "begin with a move"),
    "no_start": (svg('<path d="L1 1 2 2z"/>'), "begin with a move"),
    "odd_transform": (svg('<g transform="spin(3)"><rect/></g>'), "cannot be read"),
    "long_transform": (svg(f'<g transform="{"scale(1)" * 1_000}"/>'), "characters"),
    "percent": (svg('<rect width="10%" height="5"/>'), "an absolute length"),
    "no_shape": (svg(""), "no shape that is drawn"),
    "no_skew": (svg('<g transform="skewY(1 2)"><rect/></g>'), "'skewY' with 2 numbers"),
    "no_transform": (svg('<g transform="left a bit"><rect/></g>'), "cannot be read"),
    "no_view_box": (
        svg(f'<svg width="9" height="9" viewBox="0 0 0 5">{SHAPE}</svg>'),
        "a viewBox that cannot be read",
    ),
    "odd_numbers": (svg(f'<svg viewBox="0 0 x 5">{SHAPE}</svg>'), "which are no numbers"),
    "long_text": (svg(f"<style>{' ' * (MAX_XML_TEXT + 1)}</style>{SHAPE}"), "more than"),
    "long_attribute": (svg(f'<rect class="{"x" * (MAX_XML_TEXT + 1)}"/>'), "more than"),
    "odd_intensity": (svg(SHAPE.replace("/>", ' data-intensity="much"/>')), "'much' is no number"),
    "odd_extra": (svg(SHAPE.replace("/>", ' data-extra="[1]"/>')), "is no object"),
    "metadata": (svg(f'<metadata id="hippain">[1]</metadata>{SHAPE}'), "no object"),
    "html": (b"<html><body/></html>", "first element is 'html'"),
    "no_xml": (b"hello", "no SVG"),
    "cut": (svg(SHAPE)[:-9], "no SVG"),
    "nothing": (b"", "no SVG"),
    "packed": (b"\x1f\x8b\x08\x00", "svgz"),
    "encoding": (b'<?xml version="1.0" encoding="x"?><svg/>', "no SVG"),
    "binary": (bytes(range(256)), "no SVG"),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_svg_is_refused(name: str) -> None:
    """Scripts, entities, references to outside, depth and huge numbers are refused in one line."""
    data, says = HOSTILE[name]
    line = refusal(lambda: svg_record(data, view="anterior", placed=PLACED))
    assert says in line


def test_a_document_type_alone_does_no_harm() -> None:
    """The DOCTYPE that older programs write is passed over; nothing is fetched for it."""
    head = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/x.dtd">'
    record = svg_record(head + svg(SHAPE), view="anterior", placed=PLACED)
    assert len(record.drawing.marks) == 1


def test_metadata_that_are_no_drawing_are_refused(body: Body) -> None:
    """What is said of the whole must be what a drawing file says."""
    page = to_svg(PainDrawing(), body)
    broken = page.replace('"version": 1', '"version": 99').replace("&quot;version&quot;: 1", "")
    assert broken != page
    assert "version" in refusal(lambda: svg_record(broken.encode()))
    text = json.dumps({"type": "FeatureCollection"})
    assert text[:5] in page


def test_a_path_goes_on_where_it_was_closed() -> None:
    """What follows a closed line without a move is a line of its own, from the same start."""
    first, second = subpaths("path", {"d": "M1 1h4v4zl2-4 2 4z"}, PLAIN)
    assert first.line.tolist() == [[1, 1], [5, 1], [5, 5], [1, 1]]
    assert second.line.tolist()[:3] == [[1, 1], [3, -3], [5, 1]]


@given(st.text(alphabet="MmLlHhVvCcSsQqTtAaZz0123456789.-+e, ", max_size=40))
@settings(max_examples=150, deadline=None)
def test_any_path_is_read_or_refused(text: str) -> None:
    """No path data do more than be refused."""
    try:
        paths = subpaths("path", {"d": text}, PLAIN)
    except DrawingError:
        return
    assert all(np.isfinite(path.line).all() for path in paths)


def test_an_opened_file_is_read_too() -> None:
    """`read_svg` takes an opened file, and names it in an error."""
    stream = io.BytesIO(svg("<script/>"))
    stream.name = "page.svg"
    assert refusal(lambda: read_svg(stream)).startswith("page.svg: ")
    assert scan_svg(svg(SHAPE)).shapes[0].tag == "path"
