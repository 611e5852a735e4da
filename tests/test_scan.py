"""Paper to drawing: simulated photographs are read right, or refused with the reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import shapely
from photographs import (
    PENS,
    Camera,
    Drawn,
    Photo,
    blob,
    outline,
    overlaps,
    photograph,
    printed_page,
    random_camera,
    save_photo,
    torn,
)

from hippain_maps.errors import PageError
from hippain_maps.geometry import View
from hippain_maps.marks import Mark
from hippain_maps.paper import LAYOUTS, layout_for
from hippain_maps.regions import Body
from hippain_maps.scan import Scan, scan_photo, scan_pixels
from hippain_maps.scan.photo import read_photo
from hippain_maps.scan.preview import plot_scan

ALL, FRONT_AND_BACK, _ = LAYOUTS
PLAIN = Camera(megapixels=3.0, turn=3.0, tilt=(4.0, -3.0), seed=5)


def area_drawn(view: View, centre: tuple[float, float], radius: float, pen: str) -> Drawn:
    """Return an uneven area drawn round by pen."""
    rng = np.random.default_rng(7)
    area = blob(centre, radius, rng)
    return Drawn(view, outline(area, rng, wobble=0.1), pen, area=area)


AREAS = [
    area_drawn("anterior", (9, 78), 6, "blue"),
    area_drawn("posterior", (-9, 94), 7, "red"),
    area_drawn("posterior", (7, 36), 4, "black"),
    area_drawn("left_lateral", (-1, 88), 6, "black"),
    area_drawn("right_lateral", (2, 64), 5, "blue"),
    area_drawn("plantar", (6, 20), 2.5, "red"),
    area_drawn("perineal", (-3, 1), 2.5, "blue"),
]


@pytest.fixture(scope="session")
def drawn_page(body: Body) -> Photo:
    """Return the page with all views and `AREAS` drawn on it."""
    return printed_page(body, ALL, AREAS, dpi=220)


@pytest.fixture(scope="session")
def plain_photo(drawn_page: Photo) -> Photo:
    """Return a plain photo of that page, to be read only."""
    photo = photograph(drawn_page, PLAIN)
    photo.flags.writeable = False
    return photo


@pytest.fixture(scope="session")
def plain(plain_photo: Photo, body: Body) -> Scan:
    """Return what is read from that photo."""
    return scan_pixels(plain_photo, body)


def assert_right(scan: Scan, drawn: list[Drawn] = AREAS) -> None:
    """Each area is read at Jaccard 0.9 or better, with its pen and view, and nothing else."""
    found, extra = overlaps(scan.drawing, drawn)
    assert min(found) >= 0.9
    assert extra < 1
    read = sorted((mark.view, mark.extra["properties"]["pen"]) for mark in scan.drawing.marks)
    assert read == sorted((item.view, item.pen) for item in drawn)


def drawn_on(body: Body, drawn: list[Drawn], **camera: float) -> Scan:
    """Return what is read from a photo of a page of front and back with some things drawn."""
    page = printed_page(body, FRONT_AND_BACK, drawn, dpi=200)
    return scan_pixels(photograph(page, replace(PLAIN, **camera)), body)


# --- Right


@pytest.mark.parametrize("seed", range(2))
def test_photos_under_all_conditions_are_read_right(
    drawn_page: Photo, body: Body, seed: int
) -> None:
    """Turned, tilted, bent, unevenly lit, blurred and noisy photos give back what was drawn."""
    camera = random_camera(np.random.default_rng(seed), megapixels=4.0)
    assert_right(scan_pixels(photograph(drawn_page, camera), body))


def test_a_photo_of_eight_megapixels_is_read_right_from_its_file(
    body: Body, tmp_path: Path
) -> None:
    """The whole way at full size: JPEG, ten degrees, perspective, a lamp at one side."""
    page = printed_page(body, ALL, AREAS, dpi=300)
    camera = Camera(turn=10, tilt=(10, -8), bend_mm=3, light=0.5, blur=1.2, noise=4, seed=1)
    path = save_photo(photograph(page, camera), tmp_path / "photo.jpg", quality=75)
    scan = scan_photo(path, body)
    assert_right(scan)
    assert scan.registration.confidence == "good"
    assert scan.registration.error_mm < 0.2


def test_every_pen_is_told_from_the_print(body: Body) -> None:
    """Blue, red and black lines are read where they cross the printed outline, too."""
    drawn = [
        area_drawn("posterior", (-14, 30 + 30 * number), 5, pen) for number, pen in enumerate(PENS)
    ] + [area_drawn("anterior", (0, 40 + 25 * number), 6, pen) for number, pen in enumerate(PENS)]
    assert_right(drawn_on(body, drawn), drawn)


def test_a_hard_shadow_is_no_ink(drawn_page: Photo, body: Body) -> None:
    """The shadow of the telephone over half the page leaves no marks."""
    assert_right(scan_pixels(photograph(drawn_page, replace(PLAIN, shadow=0.5)), body))


def test_a_page_upside_down_is_read_the_right_way_up(plain_photo: Photo, body: Body) -> None:
    """The marks say which way up the page is."""
    assert_right(scan_pixels(np.ascontiguousarray(plain_photo[::-1, ::-1]), body))


def test_a_grey_scan_is_read_all_marks_black(drawn_page: Photo, body: Body, tmp_path: Path) -> None:
    """A flatbed scanner's grey page at 150 dots an inch will do."""
    small = cv2.resize(drawn_page, None, fx=150 / 220, fy=150 / 220, interpolation=cv2.INTER_AREA)
    path = tmp_path / "scan.png"
    cv2.imwrite(str(path), cv2.cvtColor(small, cv2.COLOR_RGB2GRAY))
    scan = scan_photo(path, body)
    assert_right(scan, [replace(item, pen="black") for item in AREAS])


def test_a_page_printed_smaller_is_read_right(drawn_page: Photo, body: Body) -> None:
    """Printers fit a page to their paper; the registration marks shrink with it."""
    sheet = np.full_like(drawn_page, 255)
    small = cv2.resize(drawn_page, None, fx=0.9, fy=0.9, interpolation=cv2.INTER_AREA)
    sheet[40 : 40 + small.shape[0], 90 : 90 + small.shape[1]] = small
    assert_right(scan_pixels(photograph(sheet, PLAIN), body))


def test_one_mark_may_be_missing(drawn_page: Photo, body: Body) -> None:
    """With a corner torn off beside the charts the rest is read right, and said to be less sure."""
    page = torn(drawn_page, 2, 0.175, PLAIN)
    scan = scan_pixels(photograph(page, PLAIN), body)
    assert_right(scan)
    assert scan.registration.missing == ("lower right",)
    assert scan.registration.confidence == "fair"
    assert scan.drawing.about["scan"]["confidence"] == "fair"


# --- What pens do

LINE = np.array([(9.0, 80.0), (8.0, 55.0), (8.5, 20.0)])
ARROW = np.array([(8.0, 86.5), (8.5, 60.0), (8.0, 40.0)])
FROM = area_drawn("anterior", (8, 92), 6, "red")
NEARLY = area_drawn("posterior", (-9, 60), 5, "blue")
HALF = area_drawn("anterior", (-9, 68), 5, "blue")
OUTER, INNER = (area_drawn("posterior", (0, 108), r, pen) for r, pen in ((8, "red"), (3, "blue")))
ZIGZAG = np.stack([np.linspace(-14, -5, 41), np.where(np.arange(41) % 2, 90.0, 78.0)], axis=1)
OVER = area_drawn("anterior", (24, 112), 8, "red")
OFF = area_drawn("posterior", (5, 134), 6, "blue")


@pytest.fixture(scope="session")
def pens(body: Body) -> Scan:
    """Return what is read from a page on which a pen did all that it does."""
    return drawn_on(
        body,
        [
            Drawn("posterior", LINE, "blue", 0.6),
            Drawn("anterior", np.array([(-8.0, 90.0)]), "black", 1.6),
            FROM,
            Drawn("anterior", ARROW, "red"),
            replace(NEARLY, line=NEARLY.line[:-3]),
            replace(HALF, line=HALF.line[: len(HALF.line) // 2]),
            OUTER,
            INNER,
            Drawn("posterior", ZIGZAG, "blue"),
            OVER,
            OFF,
        ],
    )


def read_at(scan: Scan, view: View, x: float, y: float, kind: str) -> Mark:
    """Return the one mark of a kind that lies nearest to a place of a view."""
    marks = [mark for mark in scan.drawing.marks if mark.view == view and mark.kind == kind]
    return min(marks, key=lambda mark: mark.area().boundary.distance(shapely.Point(x, y)))


def jaccard(mark: Mark, drawn: Drawn | shapely.Polygon) -> float:
    """Return how far what was read overlaps what was meant."""
    meant = drawn.area if isinstance(drawn, Drawn) else drawn
    assert meant is not None
    return float(mark.area().intersection(meant).area / mark.area().union(meant).area)


def assert_note(scan: Scan, words: str) -> None:
    """The words stand in a note of the result and of the drawing."""
    assert any(words in note for note in scan.notes)
    assert any(words in note for note in scan.drawing.about["scan"]["notes"])


def test_nothing_is_read_twice_or_left_out(pens: Scan) -> None:
    """Eleven things were drawn, and eleven marks are read."""
    kinds = Counter(mark.kind for mark in pens.drawing.marks)
    assert kinds == {"outline": 7, "stroke": 3, "spot": 1}


def test_a_line_is_a_stroke_as_wide_as_the_pen(pens: Scan) -> None:
    """A line along the leg stays a line, where it was drawn."""
    stroke = read_at(pens, "posterior", 8, 50, "stroke")
    read = shapely.LineString(stroke.coordinates)
    assert read.hausdorff_distance(shapely.LineString(LINE)) < 0.4
    assert stroke.width_cm == pytest.approx(0.6 / FRONT_AND_BACK.rooms[0].scale, abs=0.15)


def test_a_dot_is_a_spot(pens: Scan) -> None:
    """A dot is a spot of its size."""
    spot = read_at(pens, "anterior", -8, 90, "spot")
    assert spot.coordinates == pytest.approx((-8, 90), abs=0.15)
    assert spot.width_cm == pytest.approx(1.6 / FRONT_AND_BACK.rooms[0].scale, abs=0.25)


def test_an_arrow_from_an_area_is_an_outline_and_a_stroke(pens: Scan) -> None:
    """Pain that begins in a place and runs down is both."""
    assert jaccard(read_at(pens, "anterior", 2, 92, "outline"), FROM) > 0.9
    stroke = read_at(pens, "anterior", 8, 50, "stroke")
    assert shapely.LineString(stroke.coordinates).length == pytest.approx(46, abs=4)


def test_an_outline_that_is_nearly_closed_is_closed_and_said(pens: Scan) -> None:
    """A gap of two millimetres is closed, with a note; a half circle stays a stroke."""
    closed = read_at(pens, "posterior", -9, 55, "outline")
    assert jaccard(closed, NEARLY) > 0.9
    assert_note(pens, f"mark {pens.drawing.marks.index(closed) + 1}: a gap of")
    half = read_at(pens, "anterior", -9, 73, "stroke")
    assert half.area().area < 0.4 * shapely.Polygon(HALF.line).area


def test_an_outline_within_another_is_a_mark_of_its_own(pens: Scan) -> None:
    """Areas in areas are kept, each with its pen."""
    outer = read_at(pens, "posterior", 8, 108, "outline")
    inner = read_at(pens, "posterior", 3, 108, "outline")
    assert outer.extra["properties"]["pen"] == "red"
    assert inner.extra["properties"]["pen"] == "blue"
    assert outer.area().contains(inner.area())


def test_shading_is_an_area(pens: Scan) -> None:
    """A zigzag over a place covers it."""
    assert (
        jaccard(read_at(pens, "posterior", -5, 84, "outline"), shapely.box(-14, 78, -5, 90)) > 0.85
    )


def test_a_mark_that_reaches_into_the_next_room_stays_with_its_view(pens: Scan) -> None:
    """A hand that overshoots the figure does not draw on its neighbour."""
    assert OVER.line[:, 0].max() > 31
    assert jaccard(read_at(pens, "anterior", 16, 112, "outline"), OVER) > 0.9


def test_a_mark_that_leaves_the_charts_is_said_to(pens: Scan) -> None:
    """What lies beyond the field is not read, and the drawing says so."""
    cut = read_at(pens, "posterior", 5, 128, "outline")
    assert 130 < cut.area().bounds[3] < 137
    assert_note(pens, "it runs off the field of the charts")


def test_a_blank_page_is_an_empty_drawing(body: Body) -> None:
    """Nothing drawn is nothing read, and that is said; nothing is declared complete."""
    scan = drawn_on(body, [])
    assert scan.drawing.marks == ()
    assert scan.drawing.views_completed == ()
    assert_note(scan, "no ink was found")


def test_a_page_gone_through_is_complete(plain_photo: Photo, body: Body) -> None:
    """With `complete`, views of the page without marks say that nothing hurts there."""
    scan = scan_pixels(plain_photo, body, complete=True)
    assert scan.drawing.views_completed == tuple(sorted(ALL.views, key=ALL.views.index))


# --- Refused


def test_two_missing_marks_are_named(drawn_page: Photo, body: Body) -> None:
    """Two marks leave the place open; the message says which to uncover."""
    page = drawn_page.copy()
    high, wide = page.shape[:2]
    page[: high // 5, : wide // 6] = 255
    page[-high // 5 :, : wide // 6] = 255
    with pytest.raises(PageError, match="missing: upper left, lower left"):
        scan_pixels(photograph(page, PLAIN), body)


@pytest.mark.parametrize(
    ("corner", "table"),
    [(0, (96, 78, 60)), (1, (150, 150, 150)), (2, (250, 250, 250)), (3, (60, 90, 120))],
)
def test_a_corner_torn_into_the_charts_is_refused(
    drawn_page: Photo, body: Body, corner: int, table: tuple[int, int, int]
) -> None:
    """Whatever the table looks like, a page without a part of a chart is not read."""
    camera = replace(PLAIN, table=table, megapixels=3.0)
    page = torn(drawn_page, corner, 0.55, camera)
    with pytest.raises(PageError, match=r"torn|registration marks"):
        scan_pixels(photograph(page, camera), body)


def test_a_finger_on_a_chart_is_refused(drawn_page: Photo, body: Body) -> None:
    """A finger is no ink, and hides what is below it."""
    page = drawn_page.copy()
    high, wide = page.shape[:2]
    cv2.line(page, (wide // 3, high), (wide // 3, high // 2), (205, 150, 125), wide // 18)
    with pytest.raises(PageError, match=r"torn|covered|lies over"):
        scan_pixels(photograph(page, PLAIN), body)


def test_a_card_as_white_as_the_page_is_noticed(drawn_page: Photo, body: Body) -> None:
    """The printed lines below it are missing."""
    page = drawn_page.copy()
    high, wide = page.shape[:2]
    page[high // 2 : high * 2 // 3, wide // 4 : wide // 3] = 255
    with pytest.raises(PageError, match=r"of the printed lines of the .* view were found"):
        scan_pixels(photograph(page, PLAIN), body)


def test_a_mirrored_photo_is_refused(plain_photo: Photo, body: Body) -> None:
    """A front camera's mirror image would exchange left and right."""
    photo = np.ascontiguousarray(plain_photo[:, ::-1])
    with pytest.raises(PageError, match="none of the four registration marks"):
        scan_pixels(photo, body)


def test_a_page_cut_off_by_the_frame_is_refused(drawn_page: Photo, body: Body) -> None:
    """Three marks in the picture are not enough if a chart is not."""
    photo = photograph(drawn_page, replace(PLAIN, turn=0, tilt=(0, 0)))
    cut = photo[:, : int(0.72 * photo.shape[1])]
    with pytest.raises(PageError, match=r"registration marks were found|not wholly in"):
        scan_pixels(np.ascontiguousarray(cut), body)


def test_two_pages_in_one_picture_are_refused(drawn_page: Photo, body: Body) -> None:
    """Which of them is meant is not guessed, of one kind or of two."""
    with pytest.raises(PageError, match="there twice"):
        scan_pixels(photograph(np.hstack([drawn_page, drawn_page]), PLAIN), body)
    other = printed_page(body, layout_for(["anterior", "posterior"]), [], dpi=150)
    room = np.full((drawn_page.shape[0], other.shape[1], 3), 255, np.uint8)
    room[: other.shape[0]] = other[: room.shape[0]]
    with pytest.raises(PageError, match="marks of different pages"):
        scan_pixels(photograph(np.hstack([drawn_page, room]), PLAIN), body)


def test_a_page_of_another_version_is_refused(body: Body) -> None:
    """A mark of the family that no page of ours has is told from no mark at all."""
    family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    photo = np.full((900, 1200, 3), 255, np.uint8)
    tag = cv2.aruco.generateImageMarker(family, 500, 160)
    photo[100:260, 100:260] = tag[..., None]
    with pytest.raises(PageError, match="none of a page that this version"):
        scan_pixels(photo, body)


def test_a_crumpled_page_is_refused(drawn_page: Photo, body: Body) -> None:
    """Lines that lie millimetres beside where they should be are not taken for the page."""
    high, wide = drawn_page.shape[:2]
    x, y = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32))
    mm = wide / 297
    bumpy = 2.5 * mm * np.sin(x / (16 * mm)) * np.sin(y / (13 * mm))
    page = cv2.remap(drawn_page, x + bumpy, y, cv2.INTER_LINEAR, borderValue=(255, 255, 255))
    with pytest.raises(PageError, match=r"lie .* mm (off|beside)|printed lines"):
        scan_pixels(photograph(page, PLAIN), body)


def test_a_page_covered_with_a_pattern_is_refused(drawn_page: Photo, body: Body) -> None:
    """Thousands of dots are no drawing, and are not traced one by one."""
    page = drawn_page.copy()
    high, wide = page.shape[:2]
    for y in range(high // 4, high * 3 // 4, 26):
        for x in range(wide // 4, wide * 3 // 4, 26):
            page[y : y + 8, x : x + 8] = (40, 50, 160)
    with pytest.raises(PageError, match="more than 300 separate marks"):
        scan_pixels(photograph(page, PLAIN), body)


def test_a_page_far_away_is_refused(drawn_page: Photo, body: Body) -> None:
    """A page of which a pen line is less than two pixels wide is not read."""
    photo = photograph(drawn_page, replace(PLAIN, megapixels=2.0, fill=0.5, blur=0.5))
    with pytest.raises(PageError, match=r"too small in the picture|registration marks"):
        scan_pixels(photo, body)


# --- What comes with it


def test_the_drawing_says_where_it_is_from(plain: Scan) -> None:
    """Page, confidence and what was found stand in `about`; the file's name and place do not."""
    about = plain.drawing.about
    assert about["origin"] == "paper page, read by hippain scan"
    assert about["scan"]["page"] == 1
    assert about["scan"]["marks_found"] == [
        "upper left",
        "upper right",
        "lower right",
        "lower left",
    ]
    assert 0 <= about["scan"]["error_mm"] < 0.3
    assert set(about["scan"]["print_found"]) == set(ALL.views)


def test_the_preview_shows_every_mark(plain: Scan) -> None:
    """Each mark is filled and numbered on the page that it was read from."""
    ax = plot_scan(plain).axes[0]
    said = [text.get_text() for text in ax.texts]
    assert [str(n + 1) for n in range(len(AREAS))] == [word for word in said if word.isdigit()]
    assert any("Registration good" in words for words in said)
    assert len(ax.images) == 1


def test_the_photo_is_read_as_its_header_turns_it(plain_photo: Photo, tmp_path: Path) -> None:
    """A photo stored on its side with a note to turn it is read as the same picture."""
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    lying = Image.fromarray(np.ascontiguousarray(np.rot90(plain_photo)))
    lying.save(tmp_path / "lying.png", exif=exif, compress_level=1)
    assert (read_photo(tmp_path / "lying.png") == plain_photo).all()
