"""Softened borders: how far a value reaches into the neighbouring regions."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hippain_maps.atlas import Atlas
from hippain_maps.regions import Body
from hippain_maps.softening import softening


@pytest.mark.parametrize("softness", [0.3, 1.5, 10])
def test_rows_sum_to_one(body: Body, softness: float) -> None:
    """Softening spreads what is there: a region keeps at least half, and no share is negative."""
    share = softening(body, softness).dense()
    np.testing.assert_allclose(share.sum(axis=1), 1, rtol=0, atol=1e-12)
    assert (share >= 0).all()
    assert (share.diagonal() >= 0.5 - 1e-12).all()


def test_no_softness_changes_nothing(body: Body) -> None:
    """At 0 cm every region keeps its value."""
    assert (softening(body, 0).dense() == np.eye(len(body.sided))).all()


def test_the_share_of_a_straight_border(world: Atlas) -> None:
    """20 cm of border carry 20 * softness / sqrt(2 pi) cm2, as a share of 400 cm2."""
    share = softening(world.body, 1.5).dense()
    place = world.body.place
    one = 20 * 1.5 / math.sqrt(2 * math.pi) / 400
    upper, lower = place["left:upper"], place["left:lower"]
    assert share[upper, lower] == pytest.approx(one)
    assert share[upper, place["right:upper"]] == pytest.approx(one)
    assert share[upper, place["left:outer"]] == pytest.approx(one)
    assert share[lower, place["left:outer"]] == 0
    assert share[upper, upper] == pytest.approx(1 - 3 * one)


def test_what_one_region_gives_the_other_gets(body: Body) -> None:
    """The same area is carried both ways; of several views that show a border, the most counts."""
    softness = 0.05
    expected: dict[tuple[int, int], float] = {}
    for chart in body.charts.values():
        for a, b, length in zip(*chart.shared_borders(), strict=True):
            carried = float(length) * softness / math.sqrt(2 * math.pi)
            for one, other in ((a, b), (b, a)):
                pair = (int(chart.index[one]), int(chart.index[other]))
                share = carried / float(chart.areas[one])
                expected[pair] = max(expected.get(pair, 0), share)
    share = softening(body, softness).dense()
    found = {(i, j): share[i, j] for i, j in np.argwhere(share).tolist() if i != j}
    assert found == pytest.approx(expected)


def test_left_and_right_are_softened_alike(body: Body) -> None:
    """The mirror image of the matrix is the matrix."""
    share, mirror = softening(body, 1.5).dense(), body.mirror_place
    np.testing.assert_allclose(share[np.ix_(mirror, mirror)], share, rtol=0, atol=1e-9)


def test_a_softer_border_carries_more_up_to_the_cap(body: Body) -> None:
    """Softness widens the edge until half of a region is edge."""
    kept = [softening(body, softness).dense().diagonal() for softness in (0.5, 1.5, 5)]
    assert (kept[0] >= kept[1] - 1e-12).all()
    assert (kept[1] >= kept[2] - 1e-12).all()
    assert kept[2].min() == pytest.approx(0.5)
