"""The printed page: fixed for good, clean where it is drawn on, and plain about left and right."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest
import shapely
from matplotlib.figure import Figure
from photographs import rendered

from hippain_maps.errors import PageError, UnknownNameError
from hippain_maps.geometry import VIEWS, View
from hippain_maps.paper import (
    CORNERS,
    LAYOUTS,
    MARK_BITS,
    MARK_CELLS,
    PAPERS,
    QUIET,
    PageLayout,
    cells_of,
    layout_for,
)
from hippain_maps.plotting.paper_page import plot_paper_page, plot_paper_print
from hippain_maps.regions import Body
from hippain_maps.words import languages

# What is printed in the rooms of each page: length, and left, top, right and bottom end of all
# lines, mm. Pages are out there, on paper: a change here needs a new number in LAYOUTS.
PRINTED: dict[tuple[int, View], tuple[float, ...]] = {
    (1, "anterior"): (679.0, 8.5, 23.0, 48.5, 170.0),
    (1, "posterior"): (758.5, 65.5, 23.0, 105.5, 170.0),
    (1, "left_lateral"): (387.3, 119.3, 23.0, 154.7, 170.0),
    (1, "right_lateral"): (387.3, 165.3, 23.0, 200.7, 170.0),
    (1, "plantar"): (268.2, 212.2, 26.2, 249.8, 67.6),
    (1, "dorsal"): (287.7, 212.2, 81.2, 249.8, 122.6),
    (1, "perineal"): (118.8, 218.7, 139.1, 243.3, 170.8),
    (2, "anterior"): (978.2, 17.9, 26.0, 76.1, 237.5),
    (2, "posterior"): (1084.2, 111.9, 26.0, 170.1, 237.5),
    (3, "left_lateral"): (553.5, 21.3, 26.0, 72.8, 237.5),
    (3, "right_lateral"): (553.5, 115.2, 26.0, 166.7, 237.5),
}

by_name = pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)


def boxes(layout: PageLayout) -> list[shapely.Polygon]:
    """Return the rooms of a page as shapes."""
    return [shapely.box(*room.box) for room in layout.rooms]


@by_name
def test_what_is_printed_on_a_numbered_page_never_changes(layout: PageLayout, body: Body) -> None:
    """A page that was printed last year is still read right."""
    for room in layout.rooms:
        lines = shapely.MultiLineString(room.lines(body.charts[room.view]))
        found = (lines.length, *lines.bounds)
        assert found == pytest.approx(PRINTED[layout.number, room.view], abs=0.2), (
            f"page {layout.number}, {room.view}: the print has changed; pages on paper would be "
            "misread. Give the page a new number"
        )


@by_name
def test_rooms_stand_apart_from_each_other_and_from_the_marks(layout: PageLayout) -> None:
    """No place on the page belongs to two views, and marks keep their blank paper."""
    assert len(set(layout.views)) == len(layout.views)
    for one, other in itertools.combinations(boxes(layout), 2):
        assert one.intersection(other).area == 0
    marks = [shapely.Polygon(corners) for corners in layout.marks().values()]
    for room, mark in itertools.product(boxes(layout), marks):
        assert room.distance(mark) >= QUIET


@by_name
def test_the_page_fits_every_paper(layout: PageLayout) -> None:
    """Four mm and more stay free at each edge, which printers leave blank."""
    for paper in PAPERS:
        for sheet, block in zip(layout.sheet(paper), layout.size, strict=True):
            assert sheet - block >= 8
    with pytest.raises(UnknownNameError, match="papers are a4, letter"):
        layout.sheet("a5")


@by_name
def test_the_charted_body_lies_in_its_room(layout: PageLayout, body: Body) -> None:
    """Every charted place can be drawn on, with paper around it."""
    for room in layout.rooms:
        charted = shapely.transform(body.charts[room.view].charted, room.to_page)
        assert shapely.box(*room.box).contains(charted.buffer(2))


def test_the_first_page_has_all_views() -> None:
    """Nothing that can be drawn on a screen is missing on paper."""
    assert set(LAYOUTS[0].views) == set(VIEWS)


def test_marks_are_apriltags() -> None:
    """The marks printed without the picture library are those that it finds."""
    family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    used = [mark for layout in LAYOUTS for mark in layout.marks()]
    assert sorted(used) == sorted(set(used)) == sorted(MARK_BITS)
    for mark in used:
        drawn = cv2.aruco.generateImageMarker(family, mark, MARK_CELLS) == 0
        assert (cells_of(mark) == drawn).all()


def test_a_page_is_chosen_by_its_views() -> None:
    """Views in any order name their page; others are refused with those that there are."""
    assert layout_for([]) is LAYOUTS[0]
    assert layout_for(["posterior", "anterior"]).name == "front and back"
    with pytest.raises(PageError, match=r"no page shows plantar; .* left_lateral right_lateral"):
        layout_for(["plantar"])


@by_name
def test_words_stand_clear(layout: PageLayout, body: Body) -> None:
    """In each language words are apart from each other and the marks, and out of the rooms.

    A word in a room would be read as ink.
    """
    dpi = 110
    alone = rendered(plot_paper_print(body, layout), dpi)
    for language in languages():
        figure = plot_paper_page(body, layout, language=language)
        page = rendered(figure, dpi)
        wide, high = layout.sheet("a4")
        x, y = (
            round((s - b) / 2 * dpi / 25.4) for s, b in zip((wide, high), layout.size, strict=True)
        )
        for room in layout.rooms:
            left, top, right, bottom = (round(side * dpi / 25.4) for side in room.box)
            there = page[top + y + 2 : bottom + y - 2, left + x + 2 : right + x - 2]
            blank = alone[top + 2 : bottom - 2, left + 2 : right - 2]
            # The two are drawn on pixel grids that differ by a fraction.
            assert abs(there.mean() - blank.mean()) < 0.25
            assert there.min() > 120
        _check_words(figure, layout)


def _check_words(figure: Figure, layout: PageLayout) -> None:
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    ax = figure.axes[0]
    places = {text: shapely.box(*text.get_window_extent(renderer).extents) for text in ax.texts}
    for one, other in itertools.combinations(places, 2):
        apart = not places[one].buffer(-0.5).intersects(places[other])
        assert apart, (one.get_text(), other.get_text())
    marks = [ax.transData.transform(corners) for corners in layout.marks().values()]
    for text, place in places.items():
        assert shapely.box(*figure.bbox.extents).contains(place), text.get_text()
        assert all(place.distance(shapely.Polygon(mark)) > 1 for mark in marks), text.get_text()


def letters(figure: Figure) -> dict[str, list[float]]:
    """Return where on a page the large letters stand, by letter."""
    found: dict[str, list[float]] = {}
    for text in figure.axes[0].texts:
        if text.get_text() in ("L", "R"):
            found.setdefault(text.get_text(), []).append(text.get_position()[0])
    return found


def test_left_and_right_stand_on_the_patients_side(body: Body) -> None:
    """In front the patient's right is at the viewer's left, from the back it is the other way."""
    layout = layout_for(["anterior", "posterior"])
    found = letters(plot_paper_page(body, layout))
    front, back = (room.origin[0] for room in layout.rooms)
    right_in_front, right_behind = sorted(found["R"])
    left_in_front, left_behind = sorted(found["L"])
    assert right_in_front < front < left_in_front < left_behind < back < right_behind


def test_corners_are_named_clockwise() -> None:
    """A missing mark is named by where it is on the upright page."""
    marks = list(LAYOUTS[0].marks().values())
    middles = np.array([mark.mean(axis=0) for mark in marks])
    left, upper = middles[:, 0] < 100, middles[:, 1] < 100
    for name, is_left, is_upper in zip(CORNERS, left, upper, strict=True):
        assert name == f"{'upper' if is_upper else 'lower'} {'left' if is_left else 'right'}"
