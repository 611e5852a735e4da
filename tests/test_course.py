"""Several visits of one person: how much hurt when, and where how often."""

from __future__ import annotations

from itertools import pairwise

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import square

from hippain_maps.atlas import Atlas
from hippain_maps.course import MOST_DRAWINGS, composite, moments
from hippain_maps.drawing import PainDrawing

BOXES = st.lists(
    st.tuples(st.integers(-20, 15), st.integers(0, 35), st.integers(1, 12), st.integers(1, 12)),
    max_size=6,
)


def drawn(x: float, y: float, wide: float, high: float) -> PainDrawing:
    """Return a drawing of one box on the back."""
    return PainDrawing.from_polygons({"posterior": shapely.box(x, y, x + wide, y + high)})


def test_places_are_counted_over_drawings() -> None:
    """Drawn once, twice, three times; an empty drawing and a spot of no pain count for nothing."""
    spared = PainDrawing.from_polygons({"posterior": square(-20, 0)}, intensity=0)
    three = [drawn(0, 0, 10, 10), drawn(0, 0, 10, 5), drawn(0, 0, 5, 5)]
    found = composite([*three, PainDrawing(), spared])
    assert [area.area for area in found["posterior"]] == [100, 50, 25]
    assert list(found) == ["posterior"]
    assert composite([]) == {}


def test_a_drawing_counts_once() -> None:
    """Two marks of one drawing that overlap are one area."""
    twice = PainDrawing.from_polygons([("posterior", square(0, 0)), ("posterior", square(10, 0))])
    assert len(composite([twice])["posterior"]) == 1


@given(BOXES)
@settings(max_examples=40, deadline=None)
def test_levels_lie_within_each_other(boxes: list[tuple[int, int, int, int]]) -> None:
    """Each level lies in the one before; all of them together are as large as all drawings."""
    drawings = [drawn(*box) for box in boxes]
    levels = composite(drawings).get("posterior", ())
    for wider, narrower in pairwise(levels):
        assert shapely.buffer(wider, 1e-6).covers(narrower)
    whole = sum(drawing.area("posterior").area for drawing in drawings)
    assert sum(level.area for level in levels) == pytest.approx(whole, abs=1e-6)
    assert len(levels) <= len(drawings)


def test_there_are_limits() -> None:
    """More drawings than the work allows are refused."""
    with pytest.raises(ValueError, match=f"at most {MOST_DRAWINGS}"):
        composite([PainDrawing()] * (MOST_DRAWINGS + 1))


def test_each_drawing_has_its_moment(world: Atlas) -> None:
    """Extent and mean intensity of each; none where nothing is stated."""
    strong = PainDrawing.from_polygons({"posterior": square(-20, 20)}, intensity=8)
    found = moments([PainDrawing(), strong], world)
    assert [moment.intensity for moment in found] == [None, pytest.approx(8)]
    assert found[0].extent.percent == 0
    assert found[1].extent.area_cm2 == pytest.approx(400)
