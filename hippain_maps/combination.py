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

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hippain_maps.candidates import Ranking
from hippain_maps.expectation import expectation
from hippain_maps.geometry import SIDES, FloatArray, Side
from hippain_maps.patterns import Source, TriggerPoint
from hippain_maps.ranking import evidence_weights
from hippain_maps.reasons import AreaFit, areas_of

TRIED = 16
"""Sources on a side that are tried: those that explain most by themselves."""

STATES = 6
"""States in which each of them is tried."""

PAIRS = 40
"""Best pairs that are tried with a third source."""

Members = tuple[int, ...]
Scored = tuple[float, Members]


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
    drawn, spared, *factors = evidence_weights(found.fraction, found, atlas)
    for_pain, for_rest = (model.combination_weight * factor for factor in factors)
    for_rest *= model.combination_silence
    mirror = atlas.body.mirror_place
    muscles = [i for i, source in enumerate(expected.sources) if source.is_muscle]
    priors = {
        i: model.source_priors.get(expected.sources[i].id, model.default_prior) for i in muscles
    }
    whole = sum(priors.values()) * len(SIDES)
    values: dict[Side, FloatArray] = {}
    for side in SIDES:
        pain, rest = (drawn, spared) if side == "left" else (drawn[mirror], spared[mirror])
        # What a state explains beyond the background, less what it wrongly expects.
        gain = expected.log_pain @ pain - np.log(model.background) * pain.sum()
        value = for_pain * gain + for_rest * (expected.log_no_pain @ rest)
        values[side] = value + expected.log_prior
    rows = {i: np.flatnonzero(expected.owner == i) for i in muscles}
    tried = sorted(
        ((i, side) for i in muscles for side in SIDES),
        key=lambda key: (-values[key[1]][rows[key[0]]].max() - np.log(priors[key[0]]), key),
    )[:TRIED]
    keys: list[tuple[int, Side, int]] = []
    quiet: list[FloatArray] = []
    costs: list[float] = []
    # Where nothing was drawn the logs of several sources add up; only painful regions need more.
    here = np.flatnonzero(drawn)
    for i, side in sorted(tried):
        for state in rows[i][np.argsort(-values[side][rows[i]], kind="stable")[:STATES]]:
            row = expected.log_no_pain[state]
            row = row if side == "left" else row[mirror]
            keys.append((i, side, int(state)))
            quiet.append(row[here])
            prior = np.log(priors[i] / whole) + expected.log_prior[state]
            costs.append(float(prior + for_rest * (row @ spared)))
    states, cost, painful = np.array(quiet), np.array(costs), drawn[here]

    def score(sets: Sequence[Members]) -> list[Scored]:
        """Return the score of each set of states, with the set."""
        joint = np.sum([states[[s[k] for s in sets]] for k in range(len(sets[0]))], axis=0)
        pain = np.log(np.maximum(-np.expm1(joint), 1e-12))
        total = for_pain * (pain @ painful)
        total += np.log(model.number_of_sources[len(sets[0]) - 1])
        total += cost[np.array(sets)].sum(axis=1)
        return list(zip(total.tolist(), sets, strict=True))

    def distinct(members: Members) -> bool:
        return len({keys[m][:2] for m in members}) == len(members)

    everything = range(len(keys))
    scored = score([(m,) for m in everything])
    pairs = [pair for pair in itertools.combinations(everything, 2) if distinct(pair)]
    if pairs:
        found_pairs = score(pairs)
        scored += found_pairs
        best_pairs = [pair for _, pair in sorted(found_pairs, reverse=True)[:PAIRS]]
        wider = {tuple(sorted((*pair, m))) for pair in best_pairs for m in everything}
        triples = sorted(members for members in wider if distinct(members))
        if triples:
            scored += score(triples)
    # The evidence of a set of sources is the sum over their states; its best states describe it.
    evidence: dict[tuple[tuple[int, Side], ...], float] = {}
    described: dict[tuple[tuple[int, Side], ...], Scored] = {}
    for value, members in scored:
        who = tuple(keys[m][:2] for m in members)
        evidence[who] = float(np.logaddexp(evidence.get(who, -np.inf), value))
        described[who] = max(described.get(who, (value, members)), (value, members))
    best = max(evidence, key=lambda who: evidence[who])
    return _described([keys[m] for m in described[best][1]], ranking)


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
