"""A photo of a page read as a pain drawing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import shapely

from hippain_maps._limits import MAX_SCAN_MARKS, MAX_WIDTH, MIN_WIDTH
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import PageError
from hippain_maps.geometry import VIEWS
from hippain_maps.paper import CORNERS, PageLayout, Room
from hippain_maps.regions import Body
from hippain_maps.scan.course import PIXELS_PER_MM, to_mm
from hippain_maps.scan.ink import Ink, find_ink
from hippain_maps.scan.photo import ColourImage, read_photo
from hippain_maps.scan.registration import TORN_REACH, FlatPage, Registration, register
from hippain_maps.scan.tracing import SPECK, Piece, trace

COVER = 4.0
"""Ink that runs off the charts and is thicker than this, mm, is no pen: a finger, a pencil laid
down, the table below a torn page."""


@dataclass(frozen=True, eq=False)
class Scan:
    """What was read from a photo of a page.

    Parameters
    ----------
    drawing : PainDrawing
        What was drawn; its ``about`` says where it is from and how sure the reading is.
    registration : Registration
        How the page was found.
    page : FlatPage
        The page, straightened.
    notes : tuple of str
        What had to be decided, a sentence each.
    """

    drawing: PainDrawing
    registration: Registration
    page: FlatPage
    notes: tuple[str, ...]


def scan_photo(path: str | os.PathLike[str], body: Body, *, complete: bool = False) -> Scan:
    """Read the drawing on a photographed or scanned page.

    Parameters
    ----------
    path : path
        A JPEG, PNG or TIFF file.
    body : Body
        Whose charts are printed on the page.
    complete : bool
        Whether the patient went through every view of the page, so that what is not drawn does
        not hurt.

    Raises
    ------
    PageError
        If the file is no usable picture, or the page in it cannot be read with certainty.
    """
    return scan_pixels(read_photo(path), body, complete=complete)


def scan_pixels(photo: ColourImage, body: Body, *, complete: bool = False) -> Scan:
    """Read the drawing on a page, from the pixels of its photo; see `scan_photo`."""
    page = register(photo, body)
    ink = find_ink(page, body)
    # Before tracing, where each costs time; parts of a line that the pen skipped in are joined
    # there.
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink.mask.astype(np.uint8))
    _check_number(int((stats[1:count, cv2.CC_STAT_AREA] >= SPECK * PIXELS_PER_MM**2).sum()) // 3)
    _check_cover(ink, page.registration)
    pieces = trace(ink)
    _check_number(len(pieces))
    features, notes = [], []
    for number, piece in enumerate(pieces):
        room = _room_of(piece, page.layout)
        features.append(_feature(piece, room))
        if piece.closed_mm:
            notes.append(f"mark {number + 1}: a gap of {piece.closed_mm:.1f} mm was closed")
        notes += [f"mark {number + 1}: {said}" for said in _beyond(piece, room, page.layout)]
    if not features:
        notes.append("no ink was found on the charts")
    registration = page.registration
    header: dict[str, Any] = {
        "about": {
            "origin": "paper page, read by hippain scan",
            "scan": registration.to_dict() | {"notes": notes},
        }
    }
    if complete:
        header["views_completed"] = [view for view in VIEWS if view in page.layout.views]
    drawing = PainDrawing.from_geojson(
        {"type": "FeatureCollection", "hippain": header, "features": features}
    )
    return Scan(drawing, registration, page, tuple(notes))


def _check_number(marks: int) -> None:
    """Refuse a page with so many marks that no hand made them."""
    if marks > MAX_SCAN_MARKS:
        raise PageError(
            f"more than {MAX_SCAN_MARKS} separate marks were found, the most that are read; is the "
            "page covered with a pattern, or printed over?"
        )


def _check_cover(ink: Ink, registration: Registration) -> None:
    """Refuse a page on which something lies that is no pen line, or that may be torn.

    Ink that runs off the charts is looked at: a finger is thicker than a pen, and where a
    registration mark is missing, even a thin line may be the edge of the tear.
    """
    _, labels = cv2.connectedComponents(ink.mask.astype(np.uint8), connectivity=8)
    inner = cv2.erode(ink.live.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    at_edge = labels * (ink.live & ~inner)
    depth = cv2.distanceTransform(ink.mask.astype(np.uint8), cv2.DIST_L2, 5)
    layout = registration.layout
    corners = zip(layout.marks().values(), CORNERS, strict=True)
    torn = [at.mean(axis=0) for at, corner in corners if corner in registration.missing]
    for label in set(np.unique(at_edge).tolist()) - {0}:
        rows, columns = np.nonzero(at_edge == label)
        places = to_mm(np.stack([columns, rows], axis=1).astype(float))
        thick = 2 * float(depth[labels == label].max()) / PIXELS_PER_MM > COVER
        near = any(np.hypot(*(places - at).T).min() < TORN_REACH for at in torn)
        if thick or near:
            at = shapely.Point(places.mean(axis=0))
            room = min(layout.rooms, key=lambda room: shapely.box(*room.box).distance(at))
            raise PageError(
                f"something dark lies at the edge of the {room.view} view, or the page is torn "
                "there; uncover it, or draw on a new page"
            )


def _room_of(piece: Piece, layout: PageLayout) -> Room:
    """Return the room in which most of a mark lies."""
    shape = piece.shape if piece.kind == "outline" else piece.shape.buffer(piece.width_mm / 2)
    return max(
        layout.rooms, key=lambda room: shapely.intersection(shape, shapely.box(*room.box)).area
    )


def _beyond(piece: Piece, room: Room, layout: PageLayout) -> list[str]:
    """Return what is to be said of a mark that leaves its room."""
    shape = piece.shape if piece.kind == "outline" else piece.shape.buffer(piece.width_mm / 2)
    said = []
    for other in layout.rooms:
        if other is not room:
            part = shapely.intersection(shape, shapely.box(*other.box)).area
            if part > 0.1 * shape.area:
                said.append(
                    f"it reaches from the {room.view} view over to the {other.view} view, and was "
                    f"read as a mark of the {room.view} view"
                )
    rooms = shapely.union_all([shapely.box(*r.box) for r in layout.rooms])
    if shapely.boundary(rooms).distance(shape) < 0.3:
        said.append("it runs off the field of the charts; what lies beyond was not read")
    return said


def _feature(piece: Piece, room: Room) -> dict[str, Any]:
    chart = shapely.transform(piece.shape, lambda xy: np.round(room.to_chart(xy), 2) + 0.0)
    geometry = chart.__geo_interface__
    properties: dict[str, Any] = {"view": room.view, "pen": piece.pen}
    if piece.kind != "outline":
        width = float(np.clip(piece.width_mm / room.scale, MIN_WIDTH, MAX_WIDTH))
        properties["width_cm"] = round(width, 2)
    return {
        "type": "Feature",
        "geometry": {"type": geometry["type"], "coordinates": geometry["coordinates"]},
        "properties": properties,
    }
