"""Jaccard, Dice, coverage and precision: by hand."""

from __future__ import annotations

import pytest
import shapely
from worlds import square

from hippain_maps.atlas import Atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.measures import Measures, measures
from hippain_maps.overlap import overlap

# The whole upper square and half of the lower one, on the left, from behind.
DRAWING = PainDrawing.from_polygons({"posterior": shapely.box(-20, 10, 0, 40)})


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        # pattern 1, drawn 1.5, both 1
        (["left:upper"], Measures(1 / 1.5, 2 / 2.5, 1.0, 1 / 1.5)),
        # pattern 2, drawn 1.5, both 1.5
        (["left:upper", "left:lower"], Measures(0.75, 3 / 3.5, 0.75, 1.0)),
        # pattern 2, drawn 1.5, both 0.5
        (["left:lower", "right:lower"], Measures(0.5 / 3, 1 / 3.5, 0.25, 0.5 / 1.5)),
        (["right:upper"], Measures(0.0, 0.0, 0.0, 0.0)),
        # The lateral square was not seen: it is left out of the pattern.
        (["left:upper", "left:outer"], Measures(1 / 1.5, 2 / 2.5, 1.0, 1 / 1.5)),
        # Named twice is once.
        (["left:upper", "left:upper"], Measures(1 / 1.5, 2 / 2.5, 1.0, 1 / 1.5)),
    ],
)
def test_measures_are_shares_of_skin(world: Atlas, pattern: list[str], expected: Measures) -> None:
    """The four measures follow from the areas of pattern, drawing and both."""
    found = measures(overlap(DRAWING, world.body), pattern)
    for name in ("jaccard", "dice", "coverage", "precision"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name)), name


def test_a_measure_without_a_denominator_is_zero(world: Atlas) -> None:
    """Nothing drawn, nothing in the pattern, or no pattern in sight gives 0, never a fault."""
    none = Measures(0.0, 0.0, 0.0, 0.0)
    no_pain = overlap(PainDrawing(), world.body)
    assert measures(no_pain, ["left:upper"]) == none
    assert measures(no_pain, []) == none
    assert measures(overlap(DRAWING, world.body), []) == none
    assert measures(overlap(DRAWING, world.body), ["left:outer"]) == none


def test_skin_in_two_views_counts_once(world: Atlas) -> None:
    """A patch drawn in both views that show it is one patch."""
    both = PainDrawing.from_polygons(
        {"posterior": square(-20, 20), "left_lateral": square(-10, 20)}
    )
    found = measures(overlap(both, world.body), ["left:upper", "left:outer"])
    assert (found.jaccard, found.coverage, found.precision) == (0.5, 0.5, 1.0)
