"""What is true of every drawing, however awkward: of each geometry type, huge, tiny or collapsed.

The drawings are those of `strategies.awkward_drawings`: rings that cross, retrace themselves or
collapse, spikes, repeated points, holes that touch or leave their shell, marks drawn twice.
"""

from __future__ import annotations

import copy
import os
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import awkward_drawings

from hippain_maps.atlas import Atlas
from hippain_maps.comparison import compare
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DrawingError
from hippain_maps.overlap import Overlap, overlap
from hippain_maps.ranking import rank
from hippain_maps.regions import Body

# A failure is shown with everything that the test was given, the body included.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

SAME = 1e-6
"""Areas (cm2, or of the whole where that is more) and fractions that differ less are equal."""


def tries(usual: int) -> int:
    """Return how many drawings are tried; HIPPAIN_TRIES multiplies it, for a long run."""
    return usual * int(os.environ.get("HIPPAIN_TRIES", "1"))


def read(document: dict[str, Any]) -> PainDrawing:
    """Return the drawing of a file; those that cross too often are not what is looked at here."""
    try:
        return PainDrawing.from_geojson(document)
    except DrawingError as error:
        assume("meet each other" not in error.message)
        raise


def assert_same(one: Overlap, two: Overlap) -> None:
    """Assert that two drawings cover the same."""
    assert one.views == two.views
    assert one.drawn_cm2 == pytest.approx(two.drawn_cm2, rel=SAME, abs=SAME)
    for name in ("fraction", "sensory"):
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), atol=SAME, rtol=0)
    assert (one.known == two.known).all()


@given(awkward_drawings())
@settings(deadline=None, max_examples=tries(100))
def test_areas_add_up(body: Body, document: dict[str, Any]) -> None:
    """Inside and outside are together what was drawn; every fraction is between 0 and 1."""
    found = overlap(read(document), body)
    total = sum(found.drawn_cm2.values())
    assert found.mapped_cm2 + found.outside_total_cm2 == pytest.approx(total, rel=SAME, abs=SAME)
    assert all(size > 0 for size in found.outside_cm2.values())
    for parts in (found.fraction, found.sensory):
        assert np.isfinite(parts).all()
        assert ((parts >= 0) & (parts <= 1)).all()
        assert not parts[~found.known].any()
    for areas in found.area_by_view.values():
        assert np.isfinite(areas).all()
        assert (areas >= 0).all()


@given(awkward_drawings())
@settings(deadline=None, max_examples=tries(60))
def test_left_and_right_are_mirror_images(body: Body, document: dict[str, Any]) -> None:
    """The mirrored drawing covers the mirrored regions, to 1e-9."""
    drawing = read(document)
    found, mirrored = overlap(drawing, body), overlap(drawing.mirrored(), body)
    there = body.mirror_place
    for name in ("fraction", "sensory"):
        one, two = getattr(found, name), getattr(mirrored, name)
        np.testing.assert_allclose(two[there], one, atol=1e-9, rtol=0)
    assert (mirrored.known[there] == found.known).all()
    assert mirrored.outside_total_cm2 == pytest.approx(found.outside_total_cm2, rel=SAME, abs=SAME)


@given(awkward_drawings(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=tries(60))
def test_the_order_of_marks_says_nothing(body: Body, document: dict[str, Any], chance: Any) -> None:
    """Whichever mark was drawn first, the same is covered."""
    other = copy.deepcopy(document)
    chance.shuffle(other["features"])
    assert_same(overlap(read(document), body), overlap(read(other), body))


def begun_elsewhere(geometry: dict[str, Any], turn: int, back: bool) -> dict[str, Any]:
    """Return a geometry whose rings start at another corner, or run the other way.

    A stroke keeps its way: its round ends are polygons that lie as it was begun, and may differ by
    their 0.16 %.
    """

    def ring(line: list[Any]) -> list[Any]:
        corners = line[:-1]
        place = turn % len(corners)
        corners = corners[place:] + corners[:place]
        corners = corners[::-1] if back else corners
        return [*corners, list(corners[0])]

    def line(points: list[Any]) -> list[Any]:
        return points[::-1] if back else points

    given, kind = geometry["coordinates"], geometry["type"]
    new: Any
    match kind:
        case "Polygon":
            new = [ring(part) for part in given]
        case "MultiPolygon":
            new = [[ring(part) for part in parts] for parts in line(given)]
        case "MultiPoint" | "MultiLineString":
            new = line(given)
        case _:
            new = given
    return {"type": kind, "coordinates": new}


@given(awkward_drawings(), st.integers(0, 11), st.booleans())
@settings(deadline=None, max_examples=tries(100))
def test_where_a_line_begins_says_nothing(
    body: Body, document: dict[str, Any], turn: int, back: bool
) -> None:
    """A ring begun at another corner, or drawn the other way round, covers the same."""
    other = copy.deepcopy(document)
    for feature in other["features"]:
        feature["geometry"] = begun_elsewhere(feature["geometry"], turn, back)
    assert_same(overlap(read(document), body), overlap(read(other), body))


@given(awkward_drawings(), awkward_drawings(max_marks=1))
@settings(deadline=None, max_examples=tries(60))
def test_more_pain_never_covers_less(
    body: Body, document: dict[str, Any], more: dict[str, Any]
) -> None:
    """A further mark lowers no region's fraction."""
    both = {**document, "features": document["features"] + more["features"]}
    before, after = overlap(read(document), body), overlap(read(both), body)
    for name in ("fraction", "sensory"):
        assert (getattr(after, name) >= getattr(before, name) - SAME).all()


@given(awkward_drawings())
@settings(deadline=None, max_examples=tries(40))
def test_any_drawing_is_ranked_or_refused(atlas: Atlas, document: dict[str, Any]) -> None:
    """Probabilities are finite and sum to one with their remainder; too little to rank is said."""
    drawing = read(document)
    try:
        found = rank(drawing, atlas)
    except DrawingError:
        found_area = overlap(drawing, atlas.body)
        little = found_area.skin_cm2.sum() + found_area.sensory_cm2.sum()
        # Anything else than too little is a fault.
        if little >= atlas.model.least_drawn_cm2:
            raise
        return
    for ranked, none in (
        (found.candidates, found.none_of_candidates),
        (found.differential, found.none_of_differential),
    ):
        shares = np.array([candidate.probability for candidate in ranked])
        assert np.isfinite(shares).all()
        assert ((shares >= 0) & (shares <= 1)).all()
        assert shares.sum() + none == pytest.approx(1, abs=1e-9)


@given(awkward_drawings(), awkward_drawings())
@settings(deadline=None, max_examples=tries(20))
def test_any_two_drawings_are_compared(
    atlas: Atlas, first: dict[str, Any], second: dict[str, Any]
) -> None:
    """What is gone and what remains is the first drawing; with what is new, the second."""
    before, after = read(first), read(second)
    found = compare(before, after, atlas)
    for view, change in found.views.items():
        for drawing, part in ((before, change.gone), (after, change.new)):
            whole = drawing.area(view).area
            assert part.area + change.remaining.area == pytest.approx(whole, rel=SAME, abs=SAME)
    assert found.jaccard is None or 0 <= found.jaccard <= 1
