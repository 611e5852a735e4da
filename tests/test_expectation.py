"""Expected pain: the states of a source, their priors and their probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import hand_drawn_atlas, point, source

from hippain_maps.atlas import Atlas
from hippain_maps.expectation import Expectation, expectation


def rows(expected: Expectation, name: str) -> slice:
    """Return the rows of a source."""
    number = [s.id for s in expected.sources].index(name)
    first = int(expected.first[number])
    return slice(first, first + int((expected.owner == number).sum()))


def test_each_trigger_point_is_silent_active_or_active_with_spillover(atlas: Atlas) -> None:
    """A source has 3^n - 1 states if all n trigger points spill over: all silent is none."""
    expected = expectation(atlas)
    counts = []
    for found in expected.sources:
        active = expected.active[rows(expected, found.id)]
        counts.append(len(active))
        if found.frequencies:
            continue
        spill = [bool(p.zones["spillover"] or p.zones["rare"]) for p in found.trigger_points]
        assert len(active) == 3 ** sum(spill) * 2 ** (len(spill) - sum(spill)) - 1
        assert active.any(axis=1).all()
        assert not active[:, len(spill) :].any()
    assert expected.first.tolist() == np.cumsum([0, *counts])[:-1].tolist()
    assert len(expected.log_prior) == sum(counts)


def test_priors_of_a_source_sum_to_one(atlas: Atlas) -> None:
    """However many states a source has, together they weigh as much as any other source."""
    expected = expectation(atlas)
    for found in expected.sources:
        assert np.exp(expected.log_prior[rows(expected, found.id)]).sum() == pytest.approx(1)


def test_probabilities_are_neither_zero_nor_one(atlas: Atlas) -> None:
    """No drawing can be impossible: every region may hurt, and may not, in every state."""
    expected = expectation(atlas)
    hurts, free = np.exp(expected.log_pain), np.exp(expected.log_no_pain)
    assert ((hurts > 0) & (hurts < 1)).all()
    np.testing.assert_allclose(hurts + free, 1, atol=1e-12)
    assert hurts.min() >= atlas.model.background - 1e-12


def test_where_a_state_hurts_sums_to_one(atlas: Atlas) -> None:
    """The places of a state's pain are shares of it, and lie in its pattern or at its edge."""
    expected = expectation(atlas)
    np.testing.assert_allclose(expected.where.sum(axis=1), 1, atol=1e-12)
    assert (expected.where >= 0).all()


def test_the_chances_of_a_state_by_hand(world: Atlas) -> None:
    """Essential 0.8, felt spillover 0.6, unfelt 0.4, elsewhere 0.2, as the constants give."""
    expected = expectation(world)
    place = world.body.place
    hurts = np.exp(expected.log_pain[rows(expected, "beta")])
    named = ["left:lower", "left:outer", "left:upper", "right:lower"]
    assert hurts[:, [place[n] for n in named]].tolist() == [
        pytest.approx([0.8, 0.4, 0.2, 0.2]),
        pytest.approx([0.8, 0.6, 0.2, 0.2]),
    ]
    # Painful skin: 0.6 and 0.2, or 0.6 and 0.4, of a patch each.
    where = expected.where[rows(expected, "beta")]
    assert where[:, place["left:lower"]].tolist() == pytest.approx([0.75, 0.6])


def test_trigger_points_are_independent_causes() -> None:
    """Where two active trigger points both hurt, the region is spared only if both spare it."""
    atlas = hand_drawn_atlas(
        source("twice", point("one", essential=["upper"]), point("two", essential=["upper"]))
    )
    expected = expectation(atlas)
    upper = atlas.body.place["left:upper"]
    hurts = np.exp(expected.log_pain[:, upper])
    # Spared: 0.8 * 0.25 with one, 0.8 * 0.25 * 0.25 with both.
    chances = {tuple(on): p for on, p in zip(expected.active.tolist(), hurts, strict=True)}
    assert chances == {
        (False, True): pytest.approx(0.8),
        (True, False): pytest.approx(0.8),
        (True, True): pytest.approx(0.95),
    }


def test_rare_zones_hurt_only_with_spillover() -> None:
    """A rare zone is part of what a person may feel beyond the essential zone."""
    atlas = hand_drawn_atlas(source("rarely", point("one", ["upper"], rare=["crossed:lower"])))
    hurts = np.exp(expectation(atlas).log_pain[:, atlas.body.place["right:lower"]])
    assert sorted(hurts.tolist()) == pytest.approx([0.2, 0.4])


def test_a_rare_trigger_point_weighs_less() -> None:
    """A prior below 1 makes a trigger point less often active; alone it weighs as its odds."""
    two = source("two", point("often", essential=["upper"]), point("seldom", essential=["lower"]))
    atlas = hand_drawn_atlas(two, trigger_point_priors={"two": {"seldom": 0.4}})
    expected = expectation(atlas)
    prior = {
        tuple(on): p
        for on, p in zip(expected.active.tolist(), np.exp(expected.log_prior), strict=True)
    }
    # On with 0.5 and with 0.2: alone 0.5 * 0.8 and 0.5 * 0.2, both 0.5 * 0.2, over their sum 0.6.
    assert prior == {
        (True, False): pytest.approx(0.4 / 0.6),
        (False, True): pytest.approx(0.1 / 0.6),
        (True, True): pytest.approx(0.1 / 0.6),
    }


def test_an_atlas_is_worked_out_once(world: Atlas) -> None:
    """The same atlas gives the same object."""
    assert expectation(world) is expectation(world)
