"""Tables kept as where they depart from a background."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hippain_maps.departures import Departures, Part

REGIONS = 7


@st.composite
def tables(draw: st.DrawFn) -> tuple[Departures, np.ndarray]:
    """Return a table of two kinds, and the same as one array."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    background = np.array([-2.0, 0.5])
    parts, rows = [], []
    for _ in range(draw(st.integers(1, 6))):
        states = draw(st.integers(1, 3))
        region = np.flatnonzero(rng.random(REGIONS) < draw(st.sampled_from([0.0, 0.4, 1.0])))
        values = rng.normal(size=(len(region), 2, states))
        parts.append(Part(region, values))
        whole = np.broadcast_to(background[:, None], (states, 2, REGIONS)).copy()
        whole[:, :, region] += values.transpose(2, 1, 0)
        rows.append(whole)
    return Departures.of(parts, background, REGIONS), np.concatenate(rows)


@given(tables(), st.integers(0, 10_000))
@settings(deadline=None, max_examples=60)
def test_sums_are_those_of_the_whole_table(table: tuple[Departures, np.ndarray], seed: int) -> None:
    """Sums, rows and the matrix are those of the table written out."""
    kept, whole = table
    rng = np.random.default_rng(seed)
    weight = rng.random((3, REGIONS)) * (rng.random((3, REGIONS)) < 0.5)
    weight[0] = 0
    found = kept.sums(weight, slice(0, 2))
    np.testing.assert_allclose(found, np.einsum("nr,skr->nks", weight, whole), atol=1e-12)
    np.testing.assert_allclose(kept.sums(weight, slice(1, 2))[:, 0], found[:, 1])
    for kind in range(2):
        np.testing.assert_allclose(kept.dense(kind), whole[:, kind])
        for number in range(len(whole)):
            np.testing.assert_allclose(kept.row(number, kind), whole[number, kind])


def test_an_empty_table_has_no_rows() -> None:
    """Without sources there is nothing to sum."""
    kept = Departures.of([], np.zeros(2), REGIONS)
    assert kept.sums(np.ones((2, REGIONS)), slice(0, 2)).shape == (2, 2, 0)
    assert kept.dense(0).shape == (0, REGIONS)


def test_what_is_not_reached_costs_nothing() -> None:
    """Sources that no weighted region reaches add nothing but the background."""
    part = Part(np.array([1]), np.full((1, 2, 4), np.inf))
    kept = Departures.of([part], np.array([-1.0, -2.0]), REGIONS)
    weight = np.zeros((1, REGIONS))
    weight[0, 3] = 2.0
    assert kept.sums(weight, slice(0, 2)).tolist() == [[[-2.0] * 4, [-4.0] * 4]]
