"""Find a printed page in a photograph: its marks first, then every line that is printed on it.

The four registration marks say which page it is and which way up, and give the plane it lies in
(a homography). Paper is never quite flat and lenses never quite straight, so the printed outlines
are then looked for near where they should be, and a smooth bend of the page (a polynomial of third
degree) is fitted to what is found. The same lines say in the end whether it worked: a page whose
printed outlines are not where they should be is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hippain_maps.errors import PageError
from hippain_maps.geometry import FloatArray, View
from hippain_maps.paper import CORNERS, LAYOUTS, PageLayout
from hippain_maps.regions import Body
from hippain_maps.scan.course import PIXELS_PER_MM, Course, to_mm, to_pixels
from hippain_maps.scan.light import COARSE, darkness, evened, middling, paper_of
from hippain_maps.scan.photo import ColourImage
from hippain_maps.scan.printed import SPACING, offsets_of, samples_of

FloatImage = NDArray[np.float32]

MIN_MARKS = 3
"""Two marks leave the perspective open; three give it, and the printed lines check it."""

MIN_FINENESS = 3.5
"""Least pixels of the photo for a millimetre of paper: on fewer, a pen line is a shade."""

MAX_OFF = 1.5
"""Corners of marks may lie so far from one plane, mm: a page that is bent or crumpled more."""

MAX_ERROR = 0.6
"""Printed lines may lie so far from where they are expected, mm, of 95 in 100 samples."""

MIN_FOUND = 0.9
"""Share of a view's printed lines that must be found."""

MAX_GAP = 9.0
"""Longest stretch of a printed outline that may be missing, mm: more is torn off or covered."""


OTHER_TINT, OTHER_LIGHT = 0.1, 0.12
"""Paper differs from the rest of the page by no more than this, decadic logarithm: in tint
anywhere, and in brightness where a registration mark is missing."""

OTHER_AREA = 60.0
"""So much else than paper may be seen in a room, mm2: a thick felt pen."""

TORN_REACH, TORN_AREA = 110.0, 10.0
"""How far from a missing registration mark the page may be torn, mm, and how much of what is seen
there need not be its paper, mm2."""


@dataclass(frozen=True, eq=False)
class Registration:
    """Where a page lies in a photo, and how sure that is.

    Parameters
    ----------
    layout : PageLayout
        Which page it is.
    marks : tuple of str
        The corners whose registration mark was found.
    pixels_per_mm : float
        Fineness of the photo on the page.
    error_mm : float
        How far printed lines lie from where they are expected after straightening: 95 in 100
        samples lie nearer. A measure of the reading's own error on paper.
    found : mapping of view to float
        Share of each view's printed lines that was found.
    bend_mm : float
        How much the page was bent, largest on the page.
    """

    layout: PageLayout
    marks: tuple[str, ...]
    pixels_per_mm: float
    error_mm: float
    found: Mapping[View, float]
    bend_mm: float

    @property
    def missing(self) -> tuple[str, ...]:
        """The corners whose registration mark was not found."""
        return tuple(corner for corner in CORNERS if corner not in self.marks)

    @property
    def confidence(self) -> str:
        """``good``, or ``fair`` where a mark is missing or the lines lie less exactly."""
        good = not self.missing and self.error_mm <= 0.3 and min(self.found.values()) >= 0.97
        return "good" if good else "fair"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data, for the drawing's ``about``."""
        return {
            "page": self.layout.number,
            "confidence": self.confidence,
            "marks_found": list(self.marks),
            "error_mm": round(self.error_mm, 2),
            "bend_mm": round(self.bend_mm, 2),
            "print_found": {view: round(share, 3) for view, share in self.found.items()},
            "pixels_per_mm": round(self.pixels_per_mm, 1),
        }


@dataclass(frozen=True, eq=False)
class FlatPage:
    """A page straightened out: one pixel grid over its block, in the light of even paper.

    Parameters
    ----------
    density : ndarray of float32, shape (rows, columns, 3)
        How much darker than the paper around it each pixel is, for red, green and blue: the
        decadic logarithm, 0 for paper.
    light : ndarray of float32, shape (rows, columns, 3)
        The same as brightness, 1 for paper.
    registration : Registration
        How it was found.
    """

    density: FloatImage
    light: FloatImage
    registration: Registration

    @property
    def layout(self) -> PageLayout:
        """Which page it is."""
        return self.registration.layout


def register(photo: ColourImage, body: Body) -> FlatPage:
    """Return the page in a photo, straightened, in even light.

    Parameters
    ----------
    photo : ndarray of uint8, shape (rows, columns, 3)
        As `hippain_maps.scan.photo.read_photo` gives it.
    body : Body
        Whose outlines are printed on the page.

    Raises
    ------
    PageError
        If no page, or none that this program prints, can be found with certainty; the message
        says which marks or lines are missing.
    """
    corners = find_marks(photo)
    layout = _checked_layout(corners)
    flat = layout.marks()
    # A mark of somebody else in the picture is no harm, and no part of the page.
    corners = {mark: place for mark, place in corners.items() if mark in flat}
    on_page = np.concatenate([flat[mark] for mark in corners])
    in_photo = np.concatenate(list(corners.values()))
    plane, _ = cv2.findHomography(on_page, in_photo, method=0)
    if plane is None:
        raise PageError("the registration marks do not lie as on a page; take the photo again")
    to_photo = Course(plane)
    fineness = to_photo.fineness(layout)
    _check_plane(to_photo, corners, layout, fineness)
    _check_frame(to_photo, layout, photo.shape)
    lines = {room.view: samples_of(room, body) for room in layout.rooms}
    every = np.concatenate(list(lines.values()))
    # Colours are looked at once the page is straight.
    grey_photo = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    for reach, degree in ((2.2, 1), (1.6, 3), (0.8, 3)):
        light = evened(to_photo.straighten(grey_photo, layout))
        offset, found = offsets_of(darkness(light), every, reach)
        to_photo = to_photo.bent(every, offset, found, degree, layout)
    flattened = to_photo.straighten(photo, layout)
    paper = paper_of(flattened)
    light = evened(flattened, paper)
    density = darkness(light)
    grey = middling(density)
    shares: dict[View, float] = {}
    seen, errors = [], []
    for view, samples in lines.items():
        # Where the light burns the paper out, pale lines go with it, and pens do not.
        samples = samples[(samples[:, 4] == 0) | ~_burnt_out(paper, samples)]
        offset, found = offsets_of(grey, samples, 0.8)
        seen.append((view, samples, found))
        shares[view] = float(found.mean())
        errors.append(np.abs(offset[found]))
    error = float(np.quantile(np.concatenate(errors), 0.95))
    registration = Registration(
        layout=layout,
        marks=tuple(c for mark, c in zip(flat, CORNERS, strict=True) if mark in corners),
        pixels_per_mm=fineness,
        error_mm=error,
        found=shares,
        bend_mm=to_photo.bend(every[:, :2]),
    )
    _check_print(registration, seen)
    _check_paper(paper, registration)
    return FlatPage(density, light, registration)


def find_marks(photo: ColourImage) -> dict[int, FloatArray]:
    """Return the registration marks in a photo: number to corners in pixels, shape (4, 2).

    Raises
    ------
    PageError
        If a mark is there twice.
    """
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    settings = cv2.aruco.DetectorParameters()
    settings.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    settings.cornerRefinementWinSize = 5
    # By sides: a mark on a page that fills a third of the picture is still found.
    settings.minMarkerPerimeterRate = 0.02
    family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    detector = cv2.aruco.ArucoDetector(family, settings)
    ours = {mark for layout in LAYOUTS for mark in layout.marks()}
    found: dict[int, FloatArray] = {}
    # Where a mark is missed at full size, in noise or blur, it may be found on a smaller picture.
    for smaller in (1, 2, 3):
        size = (grey.shape[1] // smaller, grey.shape[0] // smaller)
        picture = grey if smaller == 1 else cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
        places, numbers, _ = detector.detectMarkers(picture)
        here: dict[int, FloatArray] = {}
        for place, number in zip(places, [] if numbers is None else numbers.ravel(), strict=True):
            mark = int(number)
            if mark in here:
                raise PageError(
                    "a registration mark is there twice; photograph one page at a time, with "
                    "nothing of another in the picture"
                )
            scale = np.array([grey.shape[1] / size[0], grey.shape[0] / size[1]])
            here[mark] = (place.reshape(4, 2).astype(float) + 0.5) * scale - 0.5
        found = {**here, **found}
        if len(ours & found.keys()) >= len(CORNERS):
            break
    return found


def _checked_layout(corners: Mapping[int, FloatArray]) -> PageLayout:
    """Return the page that the marks belong to."""
    ours = {mark: layout for layout in LAYOUTS for mark in layout.marks()}
    pages = {ours[mark].number for mark in corners if mark in ours}
    if len(pages) > 1:
        which = ", ".join(map(str, sorted(pages)))
        raise PageError(
            f"marks of different pages are in the picture (pages {which}); photograph one page at "
            "a time"
        )
    if not pages:
        if corners:
            raise PageError(
                "the marks in the picture are none of a page that this version of the program "
                "knows; print a new page with 'hippain chart --print', or use a newer version"
            )
        raise PageError(
            "none of the four registration marks was found; photograph a page printed with "
            "'hippain chart --print', whole, sharp and from above"
        )
    known = {mark for mark in corners if mark in ours}
    layout = ours[min(known)]
    if len(known) < MIN_MARKS:
        places = zip(layout.marks(), CORNERS, strict=True)
        names = [corner for mark, corner in places if mark not in known]
        raise PageError(
            f"only {len(known)} of the four registration marks were found, and {MIN_MARKS} are "
            f"needed; missing: {', '.join(names)}. Uncover them, and photograph the whole page"
        )
    return layout


def _check_plane(
    to_photo: Course, corners: Mapping[int, FloatArray], layout: PageLayout, fineness: float
) -> None:
    flat = layout.marks()
    for mark, place in corners.items():
        off = np.hypot(*(to_photo(flat[mark]) - place).T).max() / fineness
        if off > MAX_OFF:
            raise PageError(
                f"the registration marks lie {off:.1f} mm off a flat page (at most {MAX_OFF} mm); "
                "lay the page flat, and take the photo from above"
            )
    if fineness < MIN_FINENESS:
        raise PageError(
            f"the page is too small in the picture: {fineness:.1f} pixels to a millimetre, and "
            f"{MIN_FINENESS} are needed; go nearer, or use a finer picture"
        )


def _check_frame(to_photo: Course, layout: PageLayout, shape: tuple[int, ...]) -> None:
    """Refuse a page of which a field lies outside the picture."""
    high, wide = shape[:2]
    for room in layout.rooms:
        left, top, right, bottom = room.box
        corners = to_photo(np.array([(left, top), (right, top), (right, bottom), (left, bottom)]))
        if (corners < -0.5).any() or (corners > [wide - 0.5, high - 0.5]).any():
            raise PageError(
                f"the {room.view} view is not wholly in the picture; photograph the whole page"
            )


def _check_print(
    registration: Registration,
    seen: list[tuple[View, FloatArray, NDArray[np.bool_]]],
) -> None:
    """Refuse a page whose printed lines are not there, or not where they should be."""
    if registration.error_mm > MAX_ERROR:
        raise PageError(
            f"the printed lines lie {registration.error_mm:.1f} mm beside where they should be (at "
            f"most {MAX_ERROR} mm); lay the page flat, and take a sharp photo from above"
        )
    for view, samples, found in seen:
        share, gap = registration.found[view], _longest_gap(samples, found)
        if share < MIN_FOUND or gap > MAX_GAP:
            what = f"{share:.0%} of the printed lines of the {view} view were found"
            if gap > MAX_GAP:
                what += f", and a stretch of {gap:.0f} mm is missing"
            raise PageError(
                f"{what}; is the page torn, covered or out of focus there? Uncover it, or draw on "
                "a new page"
            )


def _check_paper(paper: FloatImage, registration: Registration) -> None:
    """Refuse a page on which something else than paper is seen in a room.

    Paper has one tint; its brightness changes with the light, but where a registration mark is
    missing no more than smoothly, for there the page may be torn.

    Parameters
    ----------
    paper : ndarray of float32, shape (rows, columns, 3)
        From `hippain_maps.scan.light.paper_of`.
    registration : Registration
        How the page was found.
    """
    every = 2 * round(PIXELS_PER_MM / COARSE)
    seen = paper[::every, ::every].reshape(-1, 3)
    rows, columns = np.indices(paper[::every, ::every].shape[:2])
    grid = np.stack([columns.ravel(), rows.ravel()], axis=1).astype(float)
    mm = to_mm(grid * every * COARSE)
    layout = registration.layout
    rooms = [
        (mm[:, 0] > left) & (mm[:, 0] < right) & (mm[:, 1] > top) & (mm[:, 1] < bottom)
        for left, top, right, bottom in (room.box for room in layout.rooms)
    ]
    inside = np.any(rooms, axis=0)
    tone = np.log10(np.maximum(seen, 4.0))
    # Burnt out paper has lost its tint.
    whole = seen.max(axis=1) < 250
    tint = tone - tone.mean(axis=1, keepdims=True)
    usual = np.median(tint[inside], axis=0)
    odd = whole & (np.abs(tint - usual).max(axis=1) > OTHER_TINT)
    brightness, torn = tone.mean(axis=1), np.zeros(len(tone), dtype=np.bool_)
    corners = zip(layout.marks().values(), CORNERS, strict=True)
    for place, corner in corners:
        if corner in registration.missing:
            near = np.hypot(*(mm - place.mean(axis=0)).T) < TORN_REACH
            rest = inside & ~near
            terms = _smooth_terms(mm)
            fitted = np.linalg.lstsq(terms[rest], brightness[rest], rcond=None)[0]
            torn |= near & (np.abs(brightness - terms @ fitted) > OTHER_LIGHT)
    for room, here in zip(layout.rooms, rooms, strict=True):
        # Each sample stands for 4 mm2.
        if 4 * int((odd & here).sum()) > OTHER_AREA or 4 * int((torn & here).sum()) > TORN_AREA:
            raise PageError(
                f"something lies over the {room.view} view, or the page is torn there: what is "
                "seen is not its paper; uncover it, or draw on a new page (round an area, not all "
                "over it)"
            )


def _burnt_out(paper: FloatImage, samples: FloatArray) -> NDArray[np.bool_]:
    """Return which samples lie where two colours of the paper are as bright as can be."""
    columns, rows = (to_pixels(samples[:, :2]) / COARSE).round().astype(int).T
    high, wide = paper.shape[:2]
    there = paper[np.clip(rows, 0, high - 1), np.clip(columns, 0, wide - 1)]
    burnt: NDArray[np.bool_] = np.median(there, axis=1) >= 249
    return burnt


def _smooth_terms(mm: FloatArray) -> FloatArray:
    x, y = (mm / 130 - 1).T
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)


def _longest_gap(samples: FloatArray, found: NDArray[np.bool_]) -> float:
    """Return the longest stretch of samples that were not found, mm."""
    longest = run = 0.0
    last = None
    for at, seen in zip(samples[:, :2], found.tolist(), strict=True):
        near = last is not None and float(np.hypot(*(at - last))) < 2 * SPACING
        run = 0.0 if seen else (run + SPACING if near else SPACING)
        longest, last = max(longest, run), at
    return longest
