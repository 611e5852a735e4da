"""The chart frame, smooth lines, mirror images and valid areas."""

from __future__ import annotations

import itertools
from typing import get_args

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import GeometryCollection, LineString, MultiPoint, MultiPolygon, Point, Polygon, box

from hippain_maps.errors import UnknownNameError
from hippain_maps.geometry import (
    INSET_VIEWS,
    STANDING_VIEWS,
    VIEWS,
    View,
    as_area,
    check_view,
    mirror,
    mirror_view,
    smooth_curve,
)

BOW_TIE = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])

places = st.tuples(st.integers(-60, 60), st.integers(-60, 60))


def apart(points: list[tuple[int, int]]) -> bool:
    """Return whether no point repeats the one before it."""
    return all(a != b for a, b in itertools.pairwise(points))


lines = st.lists(places, min_size=2, max_size=8).filter(apart)
loops = lines.filter(lambda points: len(points) > 2 and points[0] != points[-1])


class TestViews:
    """The seven views of the frame."""

    @pytest.mark.parametrize("view", VIEWS)
    def test_a_view_is_known_by_its_name(self, view: View) -> None:
        """Every view passes the check unchanged."""
        assert check_view(view) == view

    @pytest.mark.parametrize(
        ("given_name", "meant"),
        [("posteior", "posterior"), ("Anterior", "anterior"), ("leftlateral", "left_lateral")],
    )
    def test_a_misspelt_view_is_told_the_nearest(self, given_name: str, meant: str) -> None:
        """The message about an unknown view offers the one that was probably meant."""
        with pytest.raises(UnknownNameError, match=f"did you mean '{meant}'"):
            check_view(given_name)

    def test_an_unheard_of_view_is_told_all(self) -> None:
        """The message about a view unlike any lists them all."""
        with pytest.raises(UnknownNameError) as caught:
            check_view("xyz")
        assert "did you mean" not in str(caught.value)
        assert all(view in str(caught.value) for view in VIEWS)

    def test_only_the_lateral_views_change_places(self) -> None:
        """The mirror image of a view is itself, but for the two sides."""
        assert {v for v in VIEWS if mirror_view(v) != v} == {"left_lateral", "right_lateral"}
        assert all(mirror_view(mirror_view(v)) == v for v in VIEWS)

    def test_standing_views_and_insets_are_all(self) -> None:
        """Each view is either a standing one or an inset."""
        assert (*STANDING_VIEWS, *INSET_VIEWS) == VIEWS == get_args(View)


class TestSmoothCurve:
    """Smooth lines through points."""

    @given(lines)
    def test_every_point_is_on_the_curve(self, points: list[tuple[int, int]]) -> None:
        """The curve passes through its points exactly and in order, from the first to the last."""
        samples = [tuple(sample) for sample in smooth_curve(points).tolist()]
        assert (samples[0], samples[-1]) == (points[0], points[-1])
        rest = iter(samples)
        assert all(point in rest for point in points)

    @given(lines, st.sampled_from([0.1, 0.4, 3.0]), st.booleans())
    def test_samples_are_close(
        self, points: list[tuple[int, int]], step: float, closed: bool
    ) -> None:
        """Neighbouring samples are about a step apart; in no hairpin turn are they two apart."""
        assume(not closed or (len(points) > 2 and points[0] != points[-1]))
        samples = smooth_curve(points, step=step, closed=closed)
        assert np.hypot(*np.diff(samples, axis=0).T).max() < 2 * step

    @given(loops)
    def test_a_closed_curve_returns(self, points: list[tuple[int, int]]) -> None:
        """A closed curve ends where it begins."""
        curve = smooth_curve(points, closed=True)
        assert curve[0].tolist() == curve[-1].tolist() == list(points[0])

    @given(loops, st.integers(1, 7))
    def test_a_closed_curve_has_no_seam(self, points: list[tuple[int, int]], start: int) -> None:
        """A closed curve is the same whichever of its points is written first."""
        start %= len(points)
        curve = smooth_curve(points, closed=True)[:-1]
        turned = smooth_curve(points[start:] + points[:start], closed=True)[:-1]
        assert sorted(turned.tolist()) == sorted(curve.tolist())

    @given(st.lists(st.integers(-50, 50), min_size=2, max_size=8, unique=True))
    def test_points_in_a_row_make_a_straight_line(self, along: list[int]) -> None:
        """Through points on a line, however spaced, the curve runs straight and never back."""
        along.sort()
        curve = smooth_curve([(x, 2 * x) for x in along])
        np.testing.assert_allclose(curve[:, 1], 2 * curve[:, 0], atol=1e-9)
        assert (np.diff(curve[:, 0]) > 0).all()

    @pytest.mark.parametrize("points", [[], [(1, 1)]])
    def test_one_point_is_no_curve(self, points: list[tuple[int, int]]) -> None:
        """Fewer than two points are refused with their number."""
        with pytest.raises(ValueError, match=f"at least two points, got {len(points)}"):
            smooth_curve(points)


class TestMirror:
    """The mirror image of a shape."""

    @given(st.lists(places, min_size=3, max_size=9))
    def test_mirroring_twice_changes_nothing(self, ring: list[tuple[int, int]]) -> None:
        """The mirror image of the mirror image is the shape itself, to the last digit."""
        shape = Polygon(ring)
        assert mirror(mirror(shape)).equals_exact(shape, tolerance=0)

    def test_left_becomes_right(self) -> None:
        """Mirroring negates x, keeps y, and reaches holes and all parts."""
        shape = MultiPolygon([box(1, 0, 4, 3) - box(2, 1, 3, 2), box(6, 5, 7, 6)])
        expected = MultiPolygon([box(-4, 0, -1, 3) - box(-3, 1, -2, 2), box(-7, 5, -6, 6)])
        assert mirror(shape).equals(expected)


class TestAsArea:
    """The polygonal part of any geometry, made valid."""

    def test_a_bow_tie_is_two_triangles(self) -> None:
        """A line that crosses itself once encloses what is on both sides of the crossing."""
        area = as_area(BOW_TIE)
        assert isinstance(area, MultiPolygon)
        assert [part.area for part in area.geoms] == [1, 1]

    @pytest.mark.parametrize(
        "shape",
        [
            Polygon(),
            MultiPolygon(),
            GeometryCollection(),
            Point(1, 1),
            LineString([(0, 0), (1, 1)]),
            Polygon([(0, 0), (1, 1), (2, 2)]),
            Polygon([(1, 1), (1, 1), (1, 1)]),
            GeometryCollection([Point(0, 0), LineString([(0, 0), (3, 3)])]),
        ],
        ids=lambda shape: shape.wkt,
    )
    def test_what_has_no_inside_is_empty(self, shape: shapely.Geometry) -> None:
        """Points, lines and shapes collapsed to a line have an empty area."""
        area = as_area(shape)
        assert area.is_empty
        assert isinstance(area, Polygon)

    def test_lines_and_points_are_left_out(self) -> None:
        """Of a collection, nested too, the polygons remain."""
        inner = GeometryCollection([box(4, 0, 5, 1), Point(9, 9)])
        area = as_area(GeometryCollection([box(0, 0, 1, 1), LineString([(0, 0), (9, 0)]), inner]))
        assert area.equals(MultiPolygon([box(0, 0, 1, 1), box(4, 0, 5, 1)]))

    def test_one_part_is_a_polygon(self) -> None:
        """A single part comes out as a plain polygon, whatever it was wrapped in."""
        assert as_area(MultiPolygon([box(0, 0, 1, 1)])).equals_exact(box(0, 0, 1, 1), tolerance=0)

    def test_a_loop_within_a_loop_is_filled(self) -> None:
        """What a line goes round twice is inside, not a hole."""
        twice = Polygon([(0, 0), (4, 0), (4, 4), (0, 4), (0, 0), (1, 1), (3, 1), (3, 3), (1, 3)])
        assert as_area(twice).area == 16

    @given(st.lists(places, min_size=3, max_size=12))
    def test_any_ring_has_a_valid_area(self, ring: list[tuple[int, int]]) -> None:
        """Whatever the ring, its area is valid, stays in its reach, and is an area already."""
        area = as_area(Polygon(ring))
        assert area.is_valid
        assert area.equals(as_area(area))
        reach = box(*MultiPoint(ring).bounds)
        assert area.is_empty or reach.buffer(1e-9).covers(area)
