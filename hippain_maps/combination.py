r"""The smallest set of sources that explains a drawing: one, two or three.

The single-source list assumes one source. Pain often has several, so beside it stands the set of up
to three sources that explains the drawing best, where each further source must pay for itself:

.. math::

    score(S) = k L(p_S) + \sum_{(source, side) \in S} \log share + \log P(|S|)

with L the likelihood of `hippain_maps.ranking` (less of it for what was spared), k its weight here
(the saturation that keeps a single-source list modest would hide a second source), ``p_S`` the pain
expected when all of S are active (independent causes), ``share`` each source's prior share of its
list and ``P(|S|)`` the prior for the number of sources, from the model file; summed over the states
of the sources. Each source is tried in a few of its likeliest states, judged by what it explains of
the drawing and what it wrongly expects, so the search is not exhaustive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hippain_maps.candidates import Ranking
from hippain_maps.expectation import NO, both_sides, expectation
from hippain_maps.geometry import SIDES, FloatArray, Side
from hippain_maps.patterns import Source, TriggerPoint
from hippain_maps.ranking import evidence_weights
from hippain_maps.reasons import AreaFit, areas_of
from hippain_maps.weighing import weights_of

TRIED = 16
"""Sources on a side that are tried: those that explain most by themselves."""

STATES = 6
"""States in which each of them is tried."""

PAIRS = 40
"""Best pairs that are tried with a third source."""

_EQUAL = 1e-9
"""Sets whose evidence differs by no more are equal, whatever the last digits say."""

IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Part:
    """One source of a combination.

    Parameters
    ----------
    source, side
        What, and where.
    trigger_points : tuple of TriggerPoint
        The active ones.
    adds : tuple of AreaFit
        Drawn areas that this source explains and those before it do not.
    """

    source: Source
    side: Side
    trigger_points: tuple[TriggerPoint, ...]
    adds: tuple[AreaFit, ...]


@dataclass(frozen=True, slots=True)
class Combination:
    """The smallest set of sources that explains a drawing, the one that explains most first.

    Parameters
    ----------
    parts : tuple of Part
        One to three sources.
    explained : float
        Share of the mapped drawn skin that lies in their patterns.
    """

    parts: tuple[Part, ...]
    explained: float

    def to_dict(self) -> dict[str, Any]:
        """Return the combination as plain data."""
        return {
            "explained": self.explained,
            "sources": [
                {
                    "source": part.source.id,
                    "side": part.side,
                    "trigger_points": [point.id for point in part.trigger_points],
                    "adds": [{"area": area.name, "skin_cm2": area.skin_cm2} for area in part.adds],
                }
                for part in self.parts
            ],
        }

    def __str__(self) -> str:
        """Return a sentence: which source explains what."""
        said = []
        for number, part in enumerate(self.parts):
            areas = ", ".join(area.name for area in part.adds[:3]) or "nothing of its own"
            verb = "explains" if number == 0 else "adds"
            said.append(f"{part.source.name} ({part.side}) {verb} {areas}")
        return "; ".join(said)


def combination(ranking: Ranking) -> Combination:
    """Return the smallest set of muscles that explains the drawing behind a ranking.

    It is empty where no pain is drawn.

    Examples
    --------
    >>> from hippain_maps.atlas import load_atlas
    >>> from hippain_maps.drawing import PainDrawing
    >>> from hippain_maps.ranking import rank
    >>> atlas = load_atlas()
    >>> drawing = PainDrawing.from_regions(
    ...     atlas.body, ["left:thigh_lateral", "left:leg_lateral", "left:lumbar"]
    ... )
    >>> len(combination(rank(drawing, atlas)).parts)
    2
    """
    if not ranking.candidates:
        return Combination((), 0.0)
    atlas, found = ranking.atlas, ranking.overlap
    expected, model = expectation(atlas), atlas.model
    drawn, _, *factors = evidence_weights(found.fraction, found, atlas)
    for_pain, for_rest = (model.combination_weight * factor for factor in factors)
    for_rest *= model.combination_silence
    muscles = np.flatnonzero(expected.is_muscle)
    prior = np.array([model.prior(expected.sources[i].id) for i in muscles])
    last = np.append(expected.first[1:], len(expected.owner))
    # Of equal sets the side with more pain comes first, so that a mirrored drawing is mirrored.
    left, right = (half.sum() for half in np.split(found.skin_cm2, 2))
    sides = SIDES if left >= right else SIDES[::-1]
    mirror = atlas.body.mirror_place
    seen = expected.view_sums(found.known, weights_of(atlas), mirror)
    values: list[FloatArray] = []
    rests: list[FloatArray] = []
    by_side = both_sides(drawn, mirror)
    explained, expected_here = (expected.pain.sums(by_side, of) for of in ((1, 0), (0, 1)))
    for s in map(SIDES.index, sides):
        # What a state explains beyond the background, less what it wrongly expects.
        gain = explained[s] - np.log(model.background) * drawn.sum()
        rests.append(seen.no_pain[s] - expected_here[s])
        values.append(for_pain * gain + for_rest * rests[-1] + expected.log_prior)
    best = np.stack([np.maximum.reduceat(v, expected.first)[muscles] for v in values], axis=1)
    # The likeliest first; equal ones in the order of the atlas.
    order = np.argsort(-(best + np.log(prior)[:, None]).ravel(), kind="stable")
    tried = np.sort(order[:TRIED])
    keys: list[tuple[int, Side, int]] = []
    group: list[int] = []
    costs: list[float] = []
    # Where nothing was drawn the logs of several sources add up; only painful regions need more.
    here = np.flatnonzero(drawn)
    places = {"left": here, "right": mirror[here]}
    log_share = np.log(prior / (prior.sum() * len(SIDES)))
    for number, key in enumerate(tried.tolist()):
        place, s = divmod(key, len(sides))
        i, side = int(muscles[place]), sides[s]
        rows = np.arange(expected.first[i], last[i])
        for state in rows[np.argsort(-values[s][rows], kind="stable")[:STATES]].tolist():
            keys.append((i, side, state))
            group.append(number)
            share = log_share[place] + expected.log_prior[state]
            costs.append(float(share + for_rest * rests[s][state]))
    columns = np.stack([places[side] for _, side, _ in keys])
    states = np.array([state for _, _, state in keys])
    silent = expected.pain.some_rows(states, NO)
    quiet = np.exp(np.take_along_axis(silent, columns, axis=1))
    search = _Search(
        group=np.array(group),
        quiet=quiet,
        cost=np.array(costs),
        painful=for_pain * drawn[here],
        of_number=np.log(model.number_of_sources),
    )
    return _described([keys[m] for m in search.best()], ranking)


@dataclass(frozen=True)
class _Search:
    """The states that are tried, and the search for the best set of them.

    Parameters
    ----------
    group : ndarray of int, shape (states,)
        Which source on which side, counted; in rising order.
    quiet : ndarray, shape (states, painful regions)
        Chance that a region does not hurt in the state.
    cost : ndarray, shape (states,)
        What the state adds to a score by itself.
    painful : ndarray, shape (painful regions,)
        How much each region speaks.
    of_number : ndarray, shape (3,)
        What a set of one, two or three adds.
    """

    group: IntArray
    quiet: FloatArray
    cost: FloatArray
    painful: FloatArray
    of_number: FloatArray

    def best(self) -> tuple[int, ...]:
        """Return the likeliest states of the set of sources with the most evidence.

        The evidence of a set of sources is the sum over their states. Sets that are equal but for
        the last digits stand in the order of the atlas, the smaller first.
        """
        count = len(self.group)
        sets = [np.arange(count)[:, None]]
        pairs = np.stack(np.triu_indices(count, 1), axis=1)
        pairs = pairs[self._distinct(pairs)]
        if len(pairs):
            sets.append(pairs)
            # The last of equal ones, as they were written down.
            first = np.lexsort((-pairs[:, 1], -pairs[:, 0], -self._scores(pairs)))[:PAIRS]
            wider = np.hstack(
                [
                    np.repeat(pairs[first], count, axis=0),
                    np.tile(np.arange(count), len(first))[:, None],
                ]
            )
            wider = np.sort(wider, axis=1)
            # As one number each, since a triple comes from several pairs.
            codes = np.sort(np.ravel_multi_index(tuple(wider.T), (count,) * 3))
            codes = codes[np.diff(codes, prepend=-1) > 0]
            triples = np.stack(np.unravel_index(codes, (count,) * 3), axis=1)
            triples = triples[self._distinct(triples)]
            if len(triples):
                sets.append(triples)
        best: tuple[float, tuple[int, ...]] | None = None
        for members in sets:
            value, found = self._most_evidence(members)
            if best is None or value > best[0] + _EQUAL:
                best = value, found
        assert best is not None
        return best[1]

    def _distinct(self, members: IntArray) -> NDArray[np.bool_]:
        """Return which sets hold no source on a side twice; the members of each rise."""
        return np.asarray((np.diff(self.group[members], axis=1) > 0).all(axis=1))

    def _scores(self, members: IntArray) -> FloatArray:
        """Return the score of each set of states."""
        spared = self.quiet[members[:, 0]]
        for column in members.T[1:]:
            spared *= self.quiet[column]
        pain = np.log(np.maximum(1 - spared, 1e-12))
        scores: FloatArray = pain @ self.painful
        scores += self.cost[members].sum(axis=1) + self.of_number[members.shape[1] - 1]
        return scores

    def _most_evidence(self, members: IntArray) -> tuple[float, tuple[int, ...]]:
        """Return the evidence of the best set of sources, and its likeliest states."""
        scores = self._scores(members)
        who = np.zeros(len(members), dtype=np.intp)
        for column in members.T:
            who = who * (TRIED + 1) + self.group[column]
        order = np.lexsort((scores, who))
        starts = np.flatnonzero(np.diff(who[order], prepend=-1))
        most = np.maximum.reduceat(scores[order], starts)
        sizes = np.diff(np.append(starts, len(order)))
        total = np.add.reduceat(np.exp(scores[order] - np.repeat(most, sizes)), starts)
        evidence = most + np.log(total)
        best = int(np.flatnonzero(evidence >= evidence.max() - _EQUAL)[0])
        states = members[order[starts[best] + sizes[best] - 1]]
        return float(evidence[best]), tuple(states.tolist())


def _described(members: Sequence[tuple[int, Side, int]], ranking: Ranking) -> Combination:
    """Return a combination in words, the source that explains most first."""
    atlas, found = ranking.atlas, ranking.overlap
    expected, body = expectation(atlas), atlas.body
    shown = atlas.model.shown_region
    patterns: dict[int, set[str]] = {}
    for number, (i, side, state) in enumerate(members):
        points = _points(expected.sources[i], expected.active[state])
        patterns[number] = {
            part.sided(side) for point in points for parts in point.zones.values() for part in parts
        }
    skin = {name: float(area) for name, area in zip(body.sided, found.skin_cm2, strict=True)}
    drawn = {n for n, f in zip(body.sided, found.fraction, strict=True) if f >= shown}
    order = sorted(patterns, key=lambda n: -sum(skin[r] for r in skin if r in patterns[n]))
    parts, taken = [], set[str]()
    for number in order:
        i, side, state = members[number]
        new = sorted((patterns[number] & drawn) - taken, key=body.place.__getitem__)
        taken |= patterns[number]
        parts.append(
            Part(
                expected.sources[i],
                side,
                _points(expected.sources[i], expected.active[state]),
                areas_of(((r, float(found.fraction[body.place[r]])) for r in new), body),
            )
        )
    # In the order of the body, so that the last digits do not depend on the order of a set.
    explained = sum(skin[region] for region in body.sided if region in taken)
    return Combination(tuple(parts), min(explained / sum(skin.values()), 1.0))


def _points(
    source: Source, active: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> tuple[TriggerPoint, ...]:
    # The row is filled up to the source with the most trigger points.
    return tuple(p for p, on in zip(source.trigger_points, active, strict=False) if on)
