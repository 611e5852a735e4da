"""Covered areas of many drawings at once, against an overlay of each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import blob, hand_drawn_body

from hippain_maps.atlas import Atlas
from hippain_maps.clipping import covered_areas, covered_by_chart
from hippain_maps.drawing import PainDrawing
from hippain_maps.geometry import SIDES, VIEWS, Area, FloatArray
from hippain_maps.regions import Body, BodyChart
from hippain_maps.simulation import Hand, draw, patient

SQUARES = hand_drawn_body().charts["posterior"]


def by_overlay(areas: list[Area], chart: BodyChart) -> FloatArray:
    """Return the covered areas as GEOS measures them, one pair after the other."""
    return np.array([[p.intersection(area).area for p in chart.polygons] for area in areas])


def test_areas_in_the_hand_drawn_world() -> None:
    """Parts, whole squares and what lies beside them are measured as the head does it."""
    areas: list[Area] = [
        shapely.box(-15, 5, -5, 15),
        shapely.box(-21, -1, 21, 41),
        shapely.box(-31, 21.5, -25, 30),
        shapely.box(-10, 10, 10.5, 30),
        shapely.Polygon(),
    ]
    covered, sure = covered_areas(areas, SQUARES)
    assert sure.tolist() == [True] * 5
    wanted = [[0, 100, 0, 0], [400] * 4, [0] * 4, [100, 100, 105, 105], [0] * 4]
    np.testing.assert_allclose(covered, wanted, atol=1e-9)


@pytest.mark.parametrize("family", ["warp", "brush"])
def test_simulated_drawings_agree_with_an_overlay(family: str, atlas: Atlas) -> None:
    """For drawings as hands make them, in every view, areas are those of an overlay."""
    generator = np.random.default_rng(3)
    muscles = [source for source in atlas.sources.values() if source.is_muscle]
    hand = Hand(family=family, shake=0.6)  # type: ignore[arg-type]
    areas: dict[str, list[Area]] = {view: [] for view in VIEWS}
    for number, source in enumerate(muscles):
        who = patient(source, SIDES[number % 2], atlas, generator)
        drawing = draw(who, hand, atlas.body, generator)
        for view in drawing.views:
            areas[view].append(drawing.area(view))
    for view in VIEWS:
        chart = atlas.body.charts[view]
        covered, sure = covered_areas(areas[view], chart)
        assert sure.all()
        np.testing.assert_allclose(covered, by_overlay(areas[view], chart), atol=1e-10)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(-20, 20),
            st.floats(30, 125),
            st.lists(st.floats(0.5, 12), min_size=4, max_size=12),
            st.booleans(),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_outline_agrees_with_an_overlay(
    body: Body, shapes: list[tuple[float, float, list[float], bool]]
) -> None:
    """Irregular outlines, some with a hole, are measured as by an overlay, or handed to one."""
    chart = body.charts["anterior"]
    areas: list[Area] = []
    for x, y, radii, holed in shapes:
        area = blob(x, y, radii)
        hole = blob(x, y, [0.4 * r for r in radii])
        areas.append(area.difference(hole) if holed else area)
    covered, sure = covered_areas(areas, chart)
    np.testing.assert_allclose(covered[sure], by_overlay(areas, chart)[sure], atol=1e-10)


def test_pain_along_borders_is_handed_on(body: Body) -> None:
    """A drawing of whole regions runs along their borders, and is not decided here."""
    drawing = PainDrawing.from_regions(body, ["left:thigh_posterior"])
    _, sure = covered_areas([drawing.area("posterior")], body.charts["posterior"])
    assert not sure.any()


def test_company_changes_nothing(body: Body) -> None:
    """An area measured among others is the area measured alone."""
    chart = body.charts["posterior"]
    areas: list[Area] = [blob(x, 60 + 3 * x, [6, 4, 7, 3, 5]) for x in (-12.1, -8.3, 4.7, 11.9)]
    together, _ = covered_areas(areas, chart)
    alone = np.vstack([covered_areas([area], chart)[0] for area in areas])
    np.testing.assert_allclose(together, alone, atol=1e-12)


def test_nothing_covers_nothing(body: Body) -> None:
    """No areas at all, or only empty ones, give a table of that many rows."""
    chart = body.charts["dorsal"]
    assert covered_areas([], chart)[0].shape == (0, len(chart.polygons))
    assert not covered_areas([shapely.Polygon()], chart)[0].any()


def test_all_views_at_once(body: Body) -> None:
    """Areas on several charts measured together are those measured chart by chart, to rounding."""
    places = [(-12.1, 60), (8.3, 90), (0.7, 75), (-4.1, 100), (9.2, 55)]
    views = ("posterior", "anterior", "left_lateral", "posterior", "right_lateral")
    areas: list[Area] = [blob(x, y, [6, 4, 7, 3, 5]) for x, y in places]
    charts = [body.charts[view] for view in views]
    rows, sure = covered_by_chart(areas, charts)
    assert sure.all()
    for row, area, chart in zip(rows, areas, charts, strict=True):
        np.testing.assert_allclose(row, covered_areas([area], chart)[0][0], atol=1e-12)
        assert row.any()


def test_a_border_in_one_view_leaves_the_others_decided(body: Body) -> None:
    """Where pain runs along a border of one chart, only that row is handed on."""
    along = PainDrawing.from_regions(body, ["left:thigh_posterior"]).area("posterior")
    charts = [body.charts[view] for view in ("posterior", "anterior")]
    rows, sure = covered_by_chart([along, blob(-9, 80, [6, 4, 7])], charts)
    assert sure.tolist() == [False, True]
    assert rows[1].any()


def test_a_chart_that_shows_nothing_mapped_covers_nothing() -> None:
    """A drawing may lie on a chart without regions; its row is empty."""
    nothing = np.array([], dtype=object)
    empty = replace(SQUARES, index=np.array([], dtype=np.intp), polygons=nothing)
    square = shapely.box(-15, 5, -5, 15)
    rows, sure = covered_by_chart([square, square], [empty, SQUARES])
    assert not len(rows[0])
    assert rows[1].sum() == 100
    assert sure.all()
