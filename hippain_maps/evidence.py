"""What drawings say of every source: the formula of `hippain_maps.ranking`, for many at once.

Drawings that lie near each other share the regions they touch, so a handful of them is compared
with all states of all sources in four small matrix products. What a drawing comes to does not
depend on its company but for the last digits, which follow the order of a sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hippain_maps.atlas import Atlas
from hippain_maps.expectation import Expectation, expectation
from hippain_maps.geometry import SIDES, FloatArray
from hippain_maps.regions import IntArray
from hippain_maps.weighing import EQUAL, factors_of, weights_of

_TOGETHER = 32
"""So many drawings are compared in one product; their regions are few, and the result is small."""


@dataclass(frozen=True, eq=False)
class Covered:
    """What each of many drawings covers.

    Parameters
    ----------
    fraction, sensory : ndarray, shape (drawings, 2 regions)
        Painful fraction of each sided region, and the numb or tingling one.
    known : ndarray of bool, shape (drawings, 2 regions)
        Whether a used view shows the region.
    """

    fraction: FloatArray
    sensory: FloatArray
    known: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.fraction)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What some drawings say of every source, both sides.

    Parameters
    ----------
    rows : ndarray of int, shape (n,)
        Which drawings.
    states : ndarray, shape (n, 2, states)
        Log weight of each state, for the left and the right side.
    log : ndarray, shape (n, sources, 2)
        Log evidence of pain, prior left out.
    sensory : ndarray, shape (n, sources, 2)
        Log evidence of numbness and tingling.
    nothing, nothing_other : ndarray, shape (n,)
        Log evidence of no muscle, and of no other source.
    """

    rows: IntArray
    states: FloatArray
    log: FloatArray
    sensory: FloatArray
    nothing: FloatArray
    nothing_other: FloatArray

    def active(
        self, place: IntArray, source: IntArray, side: IntArray, expected: Expectation
    ) -> FloatArray:
        """Return the chance that each trigger point of a source is active, for many at once.

        Parameters
        ----------
        place : ndarray of int, shape (m,)
            Which drawing, as a place in `rows`.
        source, side : ndarray of int, shape (m,)
            Which source of the atlas, on which side.
        expected : Expectation
            Holds the states.

        Returns
        -------
        ndarray, shape (m, most trigger points)
        """
        chance = np.zeros((len(source), expected.active.shape[1]))
        last = np.append(expected.first, len(expected.owner))
        order = np.argsort(source, kind="stable")
        starts = np.flatnonzero(np.diff(source[order], prepend=-1))
        for which in np.split(order, starts[1:]):
            if not len(which):
                continue
            number = source[which[0]]
            states = slice(last[number], last[number + 1])
            log = self.states[place[which], side[which], states]
            weight = np.exp(log - log.max(axis=1, keepdims=True))
            weight /= weight.sum(axis=1, keepdims=True)
            chance[which] = weight @ expected.active[states]
        return chance


def compare_many(covered: Covered, atlas: Atlas, expected: Expectation) -> Iterator[Evidence]:
    """Yield what drawings say of every source, some drawings at a time.

    The order is that of where they lie, so `Evidence.rows` says which they are.
    """
    for rows in _neighbours(covered):
        yield _compare(rows, covered, atlas, expected)


def _neighbours(covered: Covered) -> Iterator[IntArray]:
    """Yield the rows of drawings with the same views known, near ones together."""
    drawn = covered.fraction + covered.sensory
    place = np.arange(drawn.shape[1])
    centre = drawn @ place / np.maximum(drawn.sum(axis=1), 1e-12)
    views: dict[bytes, list[int]] = {}
    for row, known in enumerate(covered.known):
        views.setdefault(known.tobytes(), []).append(row)
    for members in views.values():
        rows = np.array(members, dtype=np.intp)
        rows = rows[np.argsort(centre[rows], kind="stable")]
        for start in range(0, len(rows), _TOGETHER):
            yield rows[start : start + _TOGETHER]


@dataclass(frozen=True)
class _Channel:
    """One kind of mark against everything: ``L`` of each row and side, and of scattered pain."""

    likelihood: tuple[FloatArray, ...]
    scattered: FloatArray

    def nothing(self, weight: float = 1.0) -> FloatArray:
        """Return the log likelihood of no source at all, averaged over the densities."""
        total: FloatArray = np.logaddexp.reduce(weight * self.scattered, axis=1)
        total -= np.log(self.scattered.shape[1])
        return total


def _channel(
    share: FloatArray,
    weight: FloatArray,
    atlas: Atlas,
    log_yes: FloatArray,
    log_no: FloatArray,
    all_spared: FloatArray,
) -> _Channel:
    """Evaluate the formula for every row of the expectation, on both sides, and for no source."""
    model = atlas.model
    drawn = weight * share
    amount = drawn.sum(axis=1, keepdims=True)
    for_pain, for_rest = factors_of(amount, model)
    here = np.flatnonzero(drawn.any(axis=0))
    part = drawn[:, here]
    likelihood = tuple(
        for_pain * (part @ log_yes.T[place]) + for_rest * (none - part @ log_no.T[place])
        for place, none in zip((here, atlas.body.mirror_place[here]), all_spared, strict=True)
    )
    shares = np.array(model.elsewhere_chances)
    spared = weight.sum() - amount
    scattered = for_pain * amount * np.log(shares) + for_rest * spared * np.log1p(-shares)
    return _Channel(likelihood, scattered)


def _compare(rows: IntArray, covered: Covered, atlas: Atlas, expected: Expectation) -> Evidence:
    model, known = atlas.model, covered.known[rows[0]]
    weight = weights_of(atlas)
    seen = expected.view_sums(known, weight, atlas.body.mirror_place)
    speaks = weight * known
    pain = _channel(
        covered.fraction[rows], speaks, atlas, expected.log_pain, expected.log_no_pain, seen.no_pain
    )
    sensory = np.zeros((len(rows), len(expected.sources), len(SIDES)))
    nothing_other = pain.nothing(model.other_weight)
    if (numb := covered.sensory[rows]).any():
        feeling = _channel(
            numb, speaks, atlas, expected.log_core, expected.log_no_core, seen.no_core
        )
        sensory = model.other_weight * np.stack(feeling.likelihood, axis=2)
        nothing_other = nothing_other + feeling.nothing(model.other_weight)
    states = expected.trust * np.stack(pain.likelihood, axis=1) + seen.log_prior
    best = np.maximum.reduceat(states, expected.first, axis=2)
    total = np.add.reduceat(np.exp(states - best[:, :, expected.owner]), expected.first, axis=2)
    return Evidence(
        rows=rows,
        states=states,
        log=np.swapaxes(best + np.log(total), 1, 2),
        sensory=sensory,
        nothing=pain.nothing(),
        nothing_other=nothing_other,
    )


@dataclass(frozen=True, eq=False)
class Lists:
    """One list of sources for each of some drawings, best first.

    Parameters
    ----------
    source, side : ndarray of int, shape (n, listed)
        The source of the atlas and its side, best first.
    rank : ndarray of int, shape (n, listed)
        1 is best; equal ones share a rank.
    share : ndarray, shape (n, listed)
        Share within the list.
    none : ndarray, shape (n,)
        Share of none of these.
    """

    source: IntArray
    side: IntArray
    rank: IntArray
    share: FloatArray
    none: FloatArray


def list_many(
    evidence: FloatArray,
    nothing: FloatArray,
    chosen: IntArray,
    more_right: NDArray[np.bool_],
    atlas: Atlas,
) -> Lists:
    """Return one list for each drawing, best first.

    Parameters
    ----------
    evidence : ndarray, shape (n, sources, 2)
        Log evidence, answers included.
    nothing : ndarray, shape (n,)
        Log evidence of none of these.
    chosen : ndarray of int
        The sources of the list.
    more_right : ndarray of bool, shape (n,)
        Whether more is drawn on the right: of equal ones that side comes first, so that a mirrored
        drawing mirrors the order.
    atlas : Atlas
        Holds the priors.
    """
    model, ids = atlas.model, list(atlas.sources)
    log = (expectation(atlas).log_share[chosen, None] + evidence[:, chosen]).reshape(
        len(evidence), -1
    )
    none = np.log(model.none_of_these) + nothing
    total = np.logaddexp(np.logaddexp.reduce(log, axis=1), none)
    order = np.argsort(-log, axis=1, kind="stable")
    best = np.take_along_axis(-log, order, axis=1)
    apart = np.ones(order.shape, dtype=bool)
    apart[:, 1:] = np.diff(best, axis=1) > EQUAL
    ranks = np.maximum.accumulate(np.where(apart, np.arange(1, order.shape[1] + 1), 0), axis=1)
    source, side = np.divmod(order, len(SIDES))
    last = side != more_right[:, None]
    # By rank, then in the order of the atlas, then the side with more marks.
    key = (ranks * len(ids) + source) * len(SIDES) + last
    place = np.argsort(key, axis=1, kind="stable")
    order = np.take_along_axis(order, place, axis=1)
    return Lists(
        source=chosen[np.take_along_axis(source, place, axis=1)],
        side=np.take_along_axis(side, place, axis=1),
        rank=np.take_along_axis(ranks, place, axis=1),
        share=np.exp(np.take_along_axis(log, order, axis=1) - total[:, None]),
        none=np.exp(none - total),
    )
