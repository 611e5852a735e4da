"""Many drawings at once come to what each of them comes to alone."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import EXAMPLES, blob_drawings, example, hand_drawn_atlas, three_patterns

from hippain_maps.atlas import Atlas
from hippain_maps.candidates import Candidate
from hippain_maps.cohort.scores import LISTS, Scores, score
from hippain_maps.cohort.sketch import Sketch
from hippain_maps.drawing import QUALITIES, PainDrawing
from hippain_maps.errors import DrawingError
from hippain_maps.geometry import SIDES
from hippain_maps.ranking import rank


def same(number: float | None, column: float) -> bool:
    """Return whether a number of a candidate is that of the column; no number is NaN there."""
    return math.isnan(column) if number is None else math.isclose(number, column, abs_tol=1e-9)


def check(drawings: list[PainDrawing], atlas: Atlas, *, top: int = 200) -> Scores:
    """Assert that every drawing comes to what `rank` says of it, and return the scores."""
    found = score([Sketch.of(drawing) for drawing in drawings], atlas, top=top)
    names = list(atlas.sources)
    for row, drawing in enumerate(drawings):
        if row in found.refused:
            with pytest.raises(DrawingError) as refused:
                rank(drawing, atlas)
            assert found.refused[row] == str(refused.value)
            continue
        ranking = rank(drawing, atlas)
        numbers = ranking.to_dict(top=0)["drawing"]
        assert same(numbers["extent_percent"], found.extent_percent[row])
        assert same(numbers["outside_cm2"], found.measured.outside_cm2[row])
        assert same(numbers["area_cm2"], found.measured.area_cm2[row])
        assert found.raised[row].split() == [s.flag.id for s in ranking.red_flags if s.raised]
        nothing = (ranking.none_of_candidates, ranking.none_of_differential)
        for name, none in zip(LISTS, nothing, strict=True):
            listed, wanted = found.lists[name], getattr(ranking, name)
            assert same(none, listed.none[row])
            assert bool(listed.listed[row]) == bool(wanted)
            places: list[Candidate] = list(wanted[:top])
            for place, candidate in enumerate(places):
                assert names[listed.source[row, place]] == candidate.source.id
                assert SIDES[listed.side[row, place]] == candidate.side
                assert listed.rank[row, place] == candidate.rank
                assert tuple(listed.points[row][place].split()) == candidate.trigger_points
                assert same(candidate.probability, listed.share[row, place])
                assert same(candidate.explained, listed.explained[row, place])
                assert same(candidate.essential_drawn, listed.essential[row, place])
                number = listed.source[row, place], listed.side[row, place]
                assert found.shares[(row, *number)] == listed.share[row, place]
    return found


def test_the_examples_come_to_what_they_come_to_alone(atlas: Atlas) -> None:
    """Every shipped drawing has the list that `rank` gives it, to the last place."""
    found = check([example(path.stem) for path in sorted(EXAMPLES.glob("*.geojson"))], atlas)
    assert next(iter(found.refused.values())).startswith("nothing to rank")


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(
            blob_drawings(),
            st.sets(st.sampled_from(QUALITIES), max_size=2),
            st.sampled_from([None, 0, 4]),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_any_drawings_come_to_what_they_come_to_alone(
    atlas: Atlas, given_: list[tuple[PainDrawing, set[str], float | None]]
) -> None:
    """So have irregular ones, numb, unfelt and beside the body, in each other's company."""
    drawings = []
    for drawing, quality, intensity in given_:
        first, *rest = drawing.marks
        first = replace(first, quality=tuple(sorted(quality)), intensity=intensity)
        drawings.append(replace(drawing, marks=(first, *rest)))
    check(drawings, atlas, top=6)


def test_answers_and_findings_count(atlas: Atlas) -> None:
    """Clues, red flags and palpation move a drawing among many as they move it alone."""
    plain = example("piriformis")
    check(
        [
            plain,
            plain.with_answers({"worse_lying_on_it": "yes", "new_weakness": "yes"}),
            replace(plain, palpation={"right:piriformis:trp1_lateral": "familiar"}),
            PainDrawing.from_regions(atlas.body, ["perineum", "perianal"], quality=["numb"]),
        ],
        atlas,
    )


def test_equal_candidates_share_a_rank() -> None:
    """In the hand-drawn world, equal sources share a rank and the drawn side comes first."""
    world = hand_drawn_atlas(*three_patterns(), none_of_these=0.5)
    squares = [
        PainDrawing.from_polygons({"posterior": shapely.box(*box)})
        for box in ((-20, 20, 0, 40), (0, 20, 20, 40), (-20, 0, 20, 40), (5, 5, 6, 6))
    ]
    found = check(squares, world)
    assert found.lists["candidates"].rank[2, 1] == 1


def test_no_drawings_are_no_rows(atlas: Atlas) -> None:
    """Nothing in, nothing out."""
    found = score([], atlas)
    assert found.shares.shape[0] == 0
    assert not found.refused


@pytest.mark.parametrize("stem", ["piriformis", "left_and_right"])
def test_the_order_of_a_cohort_does_not_matter(stem: str, atlas: Atlas) -> None:
    """A drawing has the same place and share wherever it stands, to rounding."""
    stems = [path.stem for path in sorted(EXAMPLES.glob("g*.geojson"))]
    first = score([Sketch.of(example(s)) for s in (stem, *stems)], atlas)
    last = score([Sketch.of(example(s)) for s in (*stems, stem)], atlas)
    np.testing.assert_allclose(first.shares[0], last.shares[-1], atol=1e-12)
