"""Tables kept as where they depart from a background."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hippain_maps.departures import Departures, Part

REGIONS = 7
SHARES = st.sampled_from([0.0, 0.4, 1.0])


@st.composite
def tables(draw: st.DrawFn) -> tuple[Departures, np.ndarray]:
    """Return a table of two kinds, and the same as one array."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    background = np.array([-2.0, 0.5])
    sources, counts, rows = [], [], []
    for _ in range(draw(st.integers(1, 6))):
        states = draw(st.integers(1, 4))
        # Some regions, dealt to parts that depend on choices of their own.
        reached = rng.permutation(np.flatnonzero(rng.random(REGIONS) < draw(SHARES)))
        whole = np.broadcast_to(background[:, None], (states, 2, REGIONS)).copy()
        parts = []
        for region in np.array_split(reached, draw(st.integers(1, 3))):
            choices = draw(st.integers(1, 3))
            values = rng.normal(size=(len(region), 2, choices))
            choice = rng.integers(0, choices, states)
            parts.append(Part(region, values, choice))
            whole[:, :, region] += values[:, :, choice].transpose(2, 1, 0)
        sources.append(parts)
        counts.append(states)
        rows.append(whole)
    return Departures.of(sources, counts, background, REGIONS), np.concatenate(rows)


@given(tables(), st.integers(0, 10_000))
@settings(deadline=None, max_examples=60)
def test_sums_are_those_of_the_whole_table(table: tuple[Departures, np.ndarray], seed: int) -> None:
    """Sums, rows and the matrix are those of the table written out."""
    kept, whole = table
    rng = np.random.default_rng(seed)
    weight = rng.random((3, REGIONS)) * (rng.random((3, REGIONS)) < 0.5)
    weight[0] = 0
    wanted = np.einsum("nr,skr->nks", weight, whole)
    np.testing.assert_allclose(kept.sums(weight, (2.0, -1.0)), 2 * wanted[:, 0] - wanted[:, 1])
    np.testing.assert_allclose(kept.sums(weight, (0.0, 1.0)), wanted[:, 1], atol=1e-12)
    for kind in range(2):
        np.testing.assert_allclose(kept.dense(kind), whole[:, kind])
        some = np.arange(len(whole))[::-2]
        np.testing.assert_allclose(kept.some_rows(some, kind), whole[some, kind])


def test_an_empty_table_has_no_rows() -> None:
    """Without sources there is nothing to sum."""
    kept = Departures.of([], [], np.zeros(2), REGIONS)
    assert kept.sums(np.ones((2, REGIONS)), (1.0, 1.0)).shape == (2, 0)
    assert kept.dense(0).shape == (0, REGIONS)


def test_a_source_that_departs_nowhere_has_the_background() -> None:
    """A source without parts has rows all the same, and they hold the background."""
    kept = Departures.of([[], []], [2, 1], np.array([-1.0, 3.0]), REGIONS)
    assert kept.sums(np.ones((1, REGIONS)), (1.0, 0.0)).tolist() == [[-REGIONS] * 3]
    assert (kept.dense(1) == 3).all()


def test_what_is_not_reached_costs_nothing() -> None:
    """Sources that no weighted region reaches add nothing but the background."""
    part = Part(np.array([1]), np.full((1, 2, 4), np.inf), np.arange(4))
    kept = Departures.of([[part]], [4], np.array([-1.0, -2.0]), REGIONS)
    weight = np.zeros((1, REGIONS))
    weight[0, 3] = 2.0
    assert kept.sums(weight, (1.0, 0.0)).tolist() == [[-2.0] * 4]
    assert kept.sums(weight, (0.0, 1.0)).tolist() == [[-4.0] * 4]
