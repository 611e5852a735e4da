"""The skin as one sheet: its form, its projections and its measure."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hippain_maps._body_files import read_body_files
from hippain_maps._resources import resource_dir
from hippain_maps.errors import UnknownNameError
from hippain_maps.geometry import FloatArray, View
from hippain_maps.surface import BACK, FRONT, INNER_BACK, INNER_FRONT, OUTER, Surface
from hippain_maps.surface import monotone_curve as curve

HEIGHTS = np.arange(0, 128.01, 0.25)

# As in the file: hundredths of a centimetre.
numbers = st.integers(-10_000, 10_000).map(lambda n: n / 100)
steps = st.integers(1, 5000).map(lambda n: n / 100)
shares = st.floats(0, 1, allow_nan=False)
heights = st.floats(0, 128, allow_nan=False)


@cache
def shipped() -> tuple[Surface, FloatArray]:
    """Return the surface of the shipped figure, and the profile in its file."""
    outline = read_body_files(resource_dir("body_regions")).outline.data
    profile = np.array(outline.profile)
    begins = outline.trunk_begins
    return Surface(*profile.T, begins.front, begins.back), profile


def pipe(radius: float, *, inner: float = 2.0, trunk: bool = False) -> Surface:
    """Return a round leg, or half a round trunk, 40 cm high."""
    levels = np.array([0.0, 10.0, 20.0, 40.0])
    same = np.ones_like(levels)
    outer = inner + (1 if trunk else 2) * radius
    begins = (-2.0, -1.0) if trunk else (50.0, 60.0)
    return Surface(
        levels, inner * same, outer * same, radius * same, -radius * same, begins, begins
    )


class TestMonotoneCurve:
    """Interpolation without overshoot."""

    @given(st.lists(st.tuples(steps, numbers), min_size=3, max_size=9), st.lists(shares))
    def test_the_curve_stays_between_neighbours(
        self, points: list[tuple[float, float]], where: list[float]
    ) -> None:
        """Between two points the curve leaves the range of their values on neither side."""
        x = np.cumsum([step for step, _ in points])
        y = np.array([value for _, value in points])
        for left in range(len(x) - 1):
            at = x[left] + np.array([0.5, *where]) * (x[left + 1] - x[left])
            low, high = sorted(y[left : left + 2])
            values = curve(x, y, at)
            assert (values >= low - 1e-9).all()
            assert (values <= high + 1e-9).all()

    @given(st.lists(st.tuples(steps, numbers), min_size=3, max_size=9))
    def test_the_curve_passes_through_its_points(self, points: list[tuple[float, float]]) -> None:
        """At each point the curve has the point's value, and beyond the ends it keeps theirs."""
        x = np.cumsum([step for step, _ in points])
        y = np.array([value for _, value in points])
        np.testing.assert_allclose(curve(x, y, x), y, rtol=1e-12, atol=1e-9)
        np.testing.assert_allclose(curve(x, y, [x[0] - 9, x[-1] + 9]), y[[0, -1]], atol=1e-9)

    def test_a_straight_line_stays_straight(self) -> None:
        """Points on a line, however spaced, are joined by that line."""
        x = np.array([0.0, 1.0, 5.0, 5.5, 20.0])
        at = np.linspace(0, 20, 81)
        np.testing.assert_allclose(curve(x, 3 * x - 7, at), 3 * at - 7, atol=1e-12)


class TestForm:
    """What the shipped figure looks like from front, back and side."""

    @pytest.mark.parametrize(("view", "sign"), [("anterior", 1), ("posterior", -1)])
    def test_the_contour_is_the_profile(self, view: View, sign: int) -> None:
        """Front and back views reach to the inner and outer edges in the file, at every level."""
        surface, profile = shipped()
        level, inner, outer = profile[:, :3].T
        np.testing.assert_allclose(sign * surface.project(view, OUTER, level)[:, 0], outer)
        for edge in (INNER_FRONT, INNER_BACK):
            np.testing.assert_array_equal(surface.project(view, edge, level)[:, 0], sign * inner)
        angles = np.linspace(INNER_FRONT, INNER_BACK, 361)
        x = sign * surface.project(view, angles[:, None], level)[..., 0]
        np.testing.assert_allclose(x.min(axis=0), inner, atol=1e-9)
        np.testing.assert_allclose(x.max(axis=0), outer, atol=1e-9)

    def test_the_side_is_as_deep_as_measured(self) -> None:
        """From the side, the foremost and rearmost points are those in the file, to 0.2 mm."""
        surface, profile = shipped()
        angles = np.linspace(INNER_FRONT, INNER_BACK, 1441)
        for level, _, _, front, back in profile:
            x = surface.project("left_lateral", angles, level)[:, 0]
            assert -x.min() == pytest.approx(front, abs=0.02)
            assert -x.max() == pytest.approx(back, abs=0.02)

    def test_the_limits_of_the_side_view_bracket_the_figure(self) -> None:
        """What the side view sees lies about the outer side, and reaches front and back."""
        surface, _ = shipped()
        low, high = surface.lateral_limits(HEIGHTS)
        assert (low < OUTER).all()
        assert (high > OUTER).all()
        angles = np.linspace(INNER_FRONT, INNER_BACK, 361)[:, None]
        x = surface.project("left_lateral", angles, HEIGHTS)[..., 0]
        first = surface.project("left_lateral", low, HEIGHTS)[:, 0]
        last = surface.project("left_lateral", high, HEIGHTS)[:, 0]
        np.testing.assert_allclose(first, x.min(axis=0), atol=0.02)
        np.testing.assert_allclose(last, x.max(axis=0), atol=0.02)

    def test_the_side_view_does_not_fold(self) -> None:
        """From the front limit to the back limit, the side view runs from left to right."""
        surface, _ = shipped()
        low, high = surface.lateral_limits(HEIGHTS)
        angle = low + np.linspace(0, 1, 300)[:, None] * (high - low)
        across = surface.project("left_lateral", angle, HEIGHTS)[..., 0]
        assert np.diff(across, axis=0).min() > -1e-4

    def test_the_halves_meet_on_the_midline(self) -> None:
        """Where the legs have met, the inner edge is the midline, to the last digit."""
        surface, profile = shipped()
        crotch = profile[profile[:, 1] == 0, 0].min()
        levels = HEIGHTS[crotch <= HEIGHTS]
        assert len(levels) > 100
        for view in ("anterior", "posterior"):
            for edge in (INNER_FRONT, INNER_BACK):
                x = surface.project(view, edge, levels)[:, 0]
                assert (x == 0).all()
                assert not np.signbit(x).any()

    @given(st.floats(INNER_FRONT, INNER_BACK), heights)
    def test_the_views_show_one_body(self, angle: float, height: float) -> None:
        """A place is at its own height in every view, and as far left in front as behind."""
        surface, _ = shipped()
        front, back, side = (
            surface.project(view, angle, height)
            for view in ("anterior", "posterior", "left_lateral")
        )
        assert front[1] == back[1] == side[1] == height
        assert front[0] == -back[0] >= 0
        x, y, _ = surface.points(angle, height)
        assert (x, y) == (front[0], -side[0])

    @pytest.mark.parametrize("view", ["right_lateral", "plantar", "lateral"])
    def test_other_views_do_not_show_the_left_half(self, view: str) -> None:
        """Insets and the other side are refused, and the three views of the half are offered."""
        surface, _ = shipped()
        with pytest.raises(UnknownNameError, match=f"no view of the left half named '{view}'"):
            surface.project(view, 0, 100)  # type: ignore[arg-type]


class TestLocate:
    """From a chart point back to the skin."""

    @settings(deadline=None)
    @given(
        st.sampled_from(["anterior", "posterior", "left_lateral"]),
        st.lists(st.tuples(shares, heights), min_size=1, max_size=20),
    )
    def test_a_place_that_is_seen_is_found_again(
        self, view: View, seen: list[tuple[float, float]]
    ) -> None:
        """Shown in a view and looked up there, a place is itself, to a millionth.

        Within a degree of the contour, where the skin runs along the line of sight, it is the
        chart point that agrees.
        """
        surface, _ = shipped()
        share, height = np.array(seen).T
        low, high = {
            "anterior": (np.full_like(height, INNER_FRONT), np.full_like(height, OUTER)),
            "posterior": (np.full_like(height, OUTER), np.full_like(height, INNER_BACK)),
            "left_lateral": surface.lateral_limits(height),
        }[view]
        angle = low + share * (high - low)
        shown = surface.project(view, angle, height)
        found = surface.locate(view, shown)
        np.testing.assert_array_equal(found[:, 1], height)
        np.testing.assert_allclose(surface.project(view, *found.T), shown, atol=1e-6)
        clear = (angle > low + 1) & (angle < high - 1)
        np.testing.assert_allclose(found[clear, 0], angle[clear], atol=1e-6)

    @pytest.mark.parametrize(
        ("view", "at", "angle"),
        [
            ("anterior", (99, 60), OUTER),
            ("posterior", (-99, 60), OUTER),
            ("anterior", (0, 60), INNER_FRONT),
            ("posterior", (0, 60), INNER_BACK),
            ("left_lateral", (-99, 60), FRONT),
            ("left_lateral", (99, 60), BACK),
        ],
    )
    def test_a_point_beside_the_body_is_taken_to_its_edge(
        self, view: View, at: tuple[float, float], angle: float
    ) -> None:
        """What lies beside the left half is found on its nearest edge, at the same height."""
        surface, _ = shipped()
        ((found, height),) = surface.locate(view, [at])
        assert found == pytest.approx(angle, abs=2)
        assert height == 60


class TestMeasure:
    """Lengths on the skin."""

    @pytest.mark.parametrize("radius", [3.0, 8.0])
    def test_a_round_leg_unrolls_to_its_girth(self, radius: float) -> None:
        """Unrolled, a round leg is as wide as its girth, and its sectors as their arcs."""
        leg = pipe(radius)
        sheet = np.array([[a, 20.0] for a in (INNER_FRONT, FRONT, OUTER, BACK, INNER_BACK)])
        way = leg.unrolled(sheet)
        girth = 2 * math.pi * radius
        np.testing.assert_allclose(way[:, 0], np.linspace(0, girth, 5), rtol=0.01)
        np.testing.assert_array_equal(way[:, 1], sheet[:, 1])

    def test_half_a_round_trunk_unrolls_to_half_its_girth(self) -> None:
        """Unrolled, half a trunk runs from midline to midline, and its side lies half-way."""
        trunk = pipe(15.0, inner=0.0, trunk=True)
        way = trunk.unrolled(np.array([[INNER_FRONT, 20.0], [OUTER, 20.0], [INNER_BACK, 20.0]]))
        np.testing.assert_allclose(way[:, 0], 15 * math.pi * np.array([0, 0.5, 1]), rtol=0.01)

    def test_between_the_nodes_of_the_grid_the_measure_is_smooth(self) -> None:
        """Any angle and height gets its own way round, increasing with the angle."""
        surface, _ = shipped()
        angle = np.linspace(INNER_FRONT, INNER_BACK, 1000)
        for height in (0.0, 33.33, 81.1, 128.0):
            way = surface.unrolled(np.stack([angle, np.full_like(angle, height)], axis=1))[:, 0]
            assert np.diff(way).min() >= 0
            assert np.diff(way).max() < 0.5
