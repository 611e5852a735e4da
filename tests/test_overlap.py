"""Overlap: how much of every region a drawing covers, and where the rest of it lies."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import features
from worlds import blob, blob_drawings, square

from hippain_maps.atlas import Atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.geometry import STANDING_VIEWS, VIEWS
from hippain_maps.marks import Mark
from hippain_maps.overlap import Overlap, overlap
from hippain_maps.regions import Body, ContextArea

UPPER, UPPER_LATERAL = square(-20, 20), square(-10, 20)
HALF = shapely.box(-20, 20, -10, 40)


def drawn(atlas: Atlas, areas: Any, **options: Any) -> Overlap:
    """Return the overlap of a drawing with the body of an atlas."""
    return overlap(PainDrawing.from_polygons(areas, **options), atlas.body)


def fractions(found: Overlap) -> dict[str, float]:
    """Return the drawn fraction of each region that is drawn at all."""
    names = found.body.sided
    return {names[i]: float(found.fraction[i]) for i in np.flatnonzero(found.fraction)}


# --- Fractions ---------------------------------------------------------------------------------


def test_half_a_square_is_half_drawn(world: Atlas) -> None:
    """The drawn fraction is the covered share of the region's polygon."""
    assert fractions(drawn(world, {"posterior": HALF})) == {"left:upper": 0.5}
    both = {"posterior": shapely.box(-10, 10, 10, 30)}
    quarter = dict.fromkeys(["left:upper", "left:lower", "right:upper", "right:lower"], 0.25)
    assert fractions(drawn(world, both)) == quarter


@pytest.mark.parametrize(("width", "expected"), [(5, 0.5), (10, 0.5), (15, 0.75)])
def test_two_views_of_one_patch_count_with_the_larger(
    world: Atlas, width: float, expected: float
) -> None:
    """A patch seen in two views is drawn as far as the view that shows most of it drawn."""
    lateral = shapely.box(-10, 20, -10 + width, 40)
    found = drawn(world, {"posterior": HALF, "left_lateral": lateral})
    assert fractions(found) == {"left:upper": expected}
    assert found.skin_cm2.sum() == expected * 400


def test_a_region_seen_only_in_unused_views_is_unknown(world: Atlas) -> None:
    """One view says nothing about patches that it does not show."""
    found = drawn(world, {"posterior": HALF})
    names = np.array(world.body.sided)
    assert set(names[found.known]) == {
        f"{s}:{r}" for s in ("left", "right") for r in ("upper", "lower")
    }
    lateral = drawn(world, {"left_lateral": UPPER_LATERAL})
    assert set(names[lateral.known]) == {"left:upper", "left:outer"}


def test_a_completed_view_is_known(world: Atlas) -> None:
    """Nothing drawn in a view that was completed means no pain there."""
    found = drawn(world, {"posterior": HALF}, views_completed=["left_lateral"])
    outer = world.body.place["left:outer"]
    assert found.known[outer]
    assert found.fraction[outer] == 0
    assert found.views == ("posterior",)


def test_no_pain_covers_nothing_and_makes_its_view_known(world: Atlas) -> None:
    """A mark of intensity 0 says that it does not hurt there."""
    found = drawn(world, {"posterior": HALF}, intensity=0)
    assert not found.fraction.any()
    assert found.known.sum() == 4
    assert (found.views, found.mapped_cm2, found.extent_percent) == ((), 0, 0)


def test_pain_drawn_twice_counts_once(world: Atlas) -> None:
    """Marks of one view that overlap are one area, and a patch in two views is one patch."""
    once = drawn(world, {"posterior": UPPER})
    twice = drawn(world, {"posterior": [UPPER, UPPER, HALF]})
    assert fractions(twice) == fractions(once)
    assert twice.mapped_cm2 == once.mapped_cm2 == 400
    two_views = drawn(world, {"posterior": UPPER, "left_lateral": UPPER_LATERAL})
    assert two_views.mapped_cm2 == 800
    assert two_views.skin_cm2.sum() == once.skin_cm2.sum() == 400


def test_whole_regions_have_exactly_their_area(body: Body) -> None:
    """Regions that lie inside the drawing are taken whole, to the last digit."""
    everything = shapely.box(-400, -400, 400, 400)
    found = overlap(PainDrawing.from_polygons(dict.fromkeys(VIEWS, everything)), body)
    for view in VIEWS:
        assert (found.area_by_view[view] == body.charts[view].areas).all()
    assert (found.fraction == 1).all()
    assert found.extent_percent == pytest.approx(100)


def test_a_drawing_with_the_edge_of_a_region_covers_it(body: Body) -> None:
    """A region drawn along its own border is fully drawn, never more, and no neighbour is."""
    for region in body.sided[:60]:
        found = overlap(PainDrawing.from_regions(body, [region]), body)
        assert fractions(found) == {region: pytest.approx(1, abs=1e-9)}
        assert found.fraction.max() <= 1
        assert found.outside_total_cm2 == 0


# --- Sums --------------------------------------------------------------------------------------


def test_extent_is_the_drawn_share_of_the_standing_views(world: Atlas) -> None:
    """Pain extent is drawn area over charted area of the four standing views, in per cent."""
    # Posterior 4 squares, each side view 2, anterior 2: ten squares.
    assert drawn(world, {"posterior": UPPER}).extent_percent == pytest.approx(10)
    assert drawn(world, {"posterior": HALF, "right_lateral": HALF}).extent_percent == 5
    assert drawn(world, {"plantar": square(0, 0)}).extent_percent == 0


def test_pain_outside_the_map_is_named_by_place(world: Atlas) -> None:
    """What lies in no region is reported under the head, the arm of its side, or off the figure."""
    found = drawn(world, {"posterior": shapely.box(-40, 30, -10, 40)})
    assert found.outside_cm2 == pytest.approx({"arm (left)": 100, "off the figure": 100})
    assert found.mapped_cm2 == 100
    head = drawn(world, {"posterior": square(-10, 30)})
    assert head.outside_cm2 == pytest.approx({"head": 200})
    assert drawn(world, {"posterior": UPPER}).outside_cm2 == {}


def test_parts_of_the_figure_that_overlap_share_no_pain(world: Atlas) -> None:
    """Where outlines beside the map overlap, as neck and trunk do, the first one is named."""
    chart = world.body.charts["posterior"]
    context = (
        ContextArea("head", None, square(-10, 40)),
        ContextArea("upper trunk", None, shapely.box(-20, 40, 20, 50)),
    )
    charts = {**world.body.charts, "posterior": dataclasses.replace(chart, context=context)}
    body = dataclasses.replace(world.body, charts=charts)
    pain = PainDrawing.from_polygons({"posterior": shapely.box(-15, 45, 0, 55)})
    found = overlap(pain, body).outside_cm2
    assert found == pytest.approx({"head": 100, "upper trunk": 25, "off the figure": 25})


def test_the_shipped_figure_names_head_arms_and_trunk(body: Body) -> None:
    """The context of the shipped charts is known by the words of a clinician."""
    whole = PainDrawing.from_polygons({"anterior": shapely.box(-60, 0, 60, 180)})
    outside = overlap(whole, body).outside_cm2
    assert set(outside) == {"head", "arm (left)", "arm (right)", "upper trunk", "off the figure"}
    assert outside["arm (left)"] == pytest.approx(outside["arm (right)"])


def check_sums(found: Overlap) -> None:
    """Assert that inside and outside add up to what was drawn."""
    total = sum(found.drawn_cm2.values())
    assert found.mapped_cm2 + found.outside_total_cm2 == pytest.approx(total, rel=1e-6, abs=1e-6)
    assert all(size > 0 for size in found.outside_cm2.values())
    assert ((found.fraction >= 0) & (found.fraction <= 1)).all()
    assert not found.fraction[~found.known].any()


coordinates = st.integers(-45, 45) | st.floats(-45, 65)
outlines = st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=9)


@given(st.lists(st.tuples(st.sampled_from(VIEWS), outlines), min_size=1, max_size=4))
@settings(deadline=None)
def test_inside_and_outside_add_up(world: Atlas, marks: list[Any]) -> None:
    """Whatever outlines are drawn, no area is lost and none is counted twice."""
    check_sums(drawn(world, [(view, shapely.Polygon(ring)) for view, ring in marks]))


@given(st.lists(features(), min_size=1, max_size=3))
@settings(deadline=None, max_examples=50)
def test_any_marks_are_measured_on_the_shipped_body(body: Body, marks: list[Any]) -> None:
    """The most awkward marks that a file may hold are measured without an error, and add up."""
    document = {"type": "FeatureCollection", "features": marks}
    check_sums(overlap(PainDrawing.from_geojson(document), body))


@given(blob_drawings())
@settings(deadline=None, max_examples=30)
def test_a_mirrored_drawing_covers_the_mirrored_regions(body: Body, drawing: PainDrawing) -> None:
    """Left and right are mirror images, to 1e-12."""
    found, mirrored = overlap(drawing, body), overlap(drawing.mirrored(), body)
    there = body.mirror_place
    np.testing.assert_allclose(mirrored.fraction[there], found.fraction, atol=1e-12, rtol=0)
    assert (mirrored.known[there] == found.known).all()
    assert mirrored.extent_percent == pytest.approx(found.extent_percent, abs=1e-9)


# --- Notes -------------------------------------------------------------------------------------


def test_an_overlay_that_fails_is_repeated_on_a_grid(
    world: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An overlay that GEOS refuses is measured once more on a fine grid, and a note says so."""
    honest = shapely.intersection

    def refusing(a: Any, b: Any, grid_size: float | None = None) -> Any:
        if grid_size is None:
            raise shapely.GEOSException("TopologyException: side location conflict")
        return honest(a, b, grid_size=grid_size)

    monkeypatch.setattr(shapely, "intersection", refusing)
    found = drawn(world, {"posterior": HALF})
    assert fractions(found) == {"left:upper": pytest.approx(0.5)}
    assert found.notes == ("the posterior view was measured on a grid of 1e-06 cm",)


def test_whatever_overlay_fails_is_repeated_on_a_grid(
    world: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Joining marks and measuring beside the map are no exceptions; each view is named once."""
    honest = {name: getattr(shapely, name) for name in ("union_all", "difference", "intersection")}

    def refusing(name: str) -> Any:
        def operation(*shapes: Any, grid_size: float | None = None) -> Any:
            if grid_size is None:
                raise shapely.GEOSException("TopologyException: side location conflict")
            return honest[name](*shapes, grid_size=grid_size)

        return operation

    for name in honest:
        monkeypatch.setattr(shapely, name, refusing(name))
    found = drawn(world, [("posterior", UPPER), ("posterior", square(-40, 20))])
    assert fractions(found) == {"left:upper": 1}
    assert found.outside_cm2 == pytest.approx({"arm (left)": 200, "off the figure": 200})
    assert found.notes == ("the posterior view was measured on a grid of 1e-06 cm",)


def test_notes_of_the_drawing_are_kept(world: Atlas) -> None:
    """What had to be decided about a mark stays with the result."""
    bow_tie = shapely.Polygon([(-20, 20), (0, 40), (0, 20), (-20, 40)])
    found = drawn(world, {"posterior": bow_tie})
    assert fractions(found) == {"left:upper": 0.5}
    (note,) = found.notes
    assert note.startswith("features[0]: the outline crosses or touches itself")


def test_standing_views_are_those_of_the_extent() -> None:
    """Insets show skin at another scale, and do not count for the extent."""
    assert STANDING_VIEWS == ("anterior", "posterior", "left_lateral", "right_lateral")


def test_a_mark_without_area_beside_another_kind_changes_nothing(body: Body) -> None:
    """An outline that encloses nothing is no pain, and numbness beside it is measured all the same.

    The view then holds marks of two kinds, and only one of them has an area.
    """
    numb = Mark("anterior", "Polygon", _ring((5, 60), (12, 60), (12, 70)), quality=("numb",))
    flat = Mark("anterior", "Polygon", _ring((1, 60), (1, 60), (1, 60)))
    alone, beside = (overlap(PainDrawing(marks), body) for marks in ((numb,), (numb, flat)))
    assert alone.sensory.any()
    assert not beside.fraction.any()
    np.testing.assert_array_equal(beside.sensory, alone.sensory)


def _ring(*points: tuple[float, float]) -> tuple[tuple[tuple[float, float], ...]]:
    return ((*points, points[0]),)


def test_one_drawing_may_be_measured_in_many_threads(body: Body) -> None:
    """Nothing that threads could disturb is left in a drawing, and all get the same areas."""
    shape = blob(-9, 80, [6, 4, 7, 3, 5])
    along = PainDrawing.from_regions(body, ["left:thigh_posterior"]).area("posterior")
    for area in (shape, along):
        drawing = PainDrawing.from_polygons({"posterior": area})
        wanted = overlap(drawing, body).area_by_view["posterior"]
        assert not shapely.is_prepared(drawing.area("posterior"))
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _, d=drawing: overlap(d, body), range(64)))
        for one in found:
            np.testing.assert_array_equal(one.area_by_view["posterior"], wanted)
