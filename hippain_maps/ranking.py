r"""From what was drawn to the sources that could be behind it: candidates to examine.

The model
---------
A source on one side is in some *state* s: a set of active trigger points, each with its spillover
felt or not (`hippain_maps.expectation`). In that state region r hurts with probability p(s, r): the
chance of the zone it lies in, combined over the active trigger points as independent causes, with a
small background everywhere and edges softened by one to two centimetres. Given the drawn fraction
d(r) of each region, the log likelihood is

.. math::

    L(s) = \frac{N}{n} \sum_r w_r d_r \log p_{s,r}
         + \frac{f N}{n + c} \sum_r w_r (1 - d_r) \log (1 - p_{s,r})

    w_r = \min(A_r, cap) / unit, \qquad n = \sum_r w_r d_r,
    \qquad f = \frac{n}{n + h}, \qquad N = limit \cdot f

over the regions that a used view shows. A region speaks in proportion to its skin area A up to a
cap. What was drawn counts as N observations: a pressed spot soon counts, a large area hardly more
than a middling one, because neighbouring regions are drawn with one stroke. What was spared counts
less the less was drawn, since a small drawing shows part of a pattern, and for a spot hardly.

Regions that no used view shows are unknown, neither for nor against. But people draw where
it hurts, so a state also pays if its pain lies out of sight: by the share v(s) of its expected
painful skin that the used views show, and a small chance u of drawing elsewhere all the same. A
source's evidence is averaged over its states with their priors (not maximised: a muscle with many
trigger points does not win by flexibility). The share of a source on a side within its list is

.. math::

    P(source, side) \propto prior \cdot \sum_s prior_s\, [u + (1 - u)\, v(s)]\, e^{L(s)}

next to "none of these": pain spread without a pattern, averaged over several densities. Muscles
(*candidates*) and other sources (*differential*) are two lists, each with its own remainder: they
coexist and never push each other out. All constants are in ``patterns/model.yaml``.

Limits
------
Probabilities are shares within a list, under the assumption of a single source; the patterns are
classic clinical ones, not measured, and regions are treated as independent but for the saturation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from hippain_maps.atlas import Atlas, Place
from hippain_maps.candidates import Candidate, Fit, Ranking, RegionFit
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DrawingError
from hippain_maps.expectation import Expectation, expectation
from hippain_maps.geometry import SIDES, FloatArray, Side
from hippain_maps.measures import measures
from hippain_maps.overlap import Overlap, overlap
from hippain_maps.patterns import ZONES, TriggerPoint, ZoneName

_EQUAL = 1e-9
"""Candidates whose log odds differ by no more are equal, whatever the last digits say."""


def rank(drawing: PainDrawing, atlas: Atlas) -> Ranking:
    """Return the sources that could be behind a drawing, best first.

    Parameters
    ----------
    drawing : PainDrawing
        What the patient drew. Views without marks are missing data unless listed as completed.
    atlas : Atlas
        The body and the sources.

    Raises
    ------
    DrawingError
        If no pain is drawn on the mapped body: there is nothing to rank.

    Examples
    --------
    >>> from hippain_maps.atlas import load_atlas
    >>> atlas = load_atlas()
    >>> regions = ["left:buttock_lower", "left:thigh_posterior"]
    >>> rank(PainDrawing.from_regions(atlas.body, regions), atlas)[0].side
    'left'
    """
    return next(rank_many([drawing], atlas))


def rank_many(drawings: Iterable[PainDrawing], atlas: Atlas) -> Iterator[Ranking]:
    """Yield the ranking of each drawing, in order.

    Raises
    ------
    DrawingError
        At the first drawing with no pain on the mapped body; its place is in the message.
    """
    expected = expectation(atlas)
    for number, drawing in enumerate(drawings):
        found = overlap(drawing, atlas.body)
        if found.skin_cm2.sum() < atlas.model.least_drawn_cm2:
            raise DrawingError(
                _nothing_mapped(found), where=f"drawing {number + 1}" if number else None
            )
        yield _rank(found, atlas, expected)


def _nothing_mapped(found: Overlap) -> str:
    where = ", ".join(f"{name} {size:.0f} cm2" for name, size in found.outside_cm2.items())
    mapped = float(found.skin_cm2.sum())
    if where:
        given = "all of it" if mapped < 0.05 else f"all but {mapped:.1f} cm2"
        given += f" lies outside ({where})"
    elif mapped:
        given = f"only {mapped:.2f} cm2 is marked"
    else:
        given = "no pain is marked"
    return f"nothing to rank: {given}; mark pain between the lower ribs and the soles, in any view"


@dataclass(frozen=True)
class _Comparison:
    """A drawing against every state of every source."""

    found: Overlap
    atlas: Atlas
    expected: Expectation
    states: dict[Side, FloatArray]
    nothing: float

    def rows(self, source: int, side: Side) -> FloatArray:
        """Return the log evidence of each state of a source."""
        first = self.expected.first[source]
        return self.states[side][first : first + len(self.expected.active[source])]


def evidence_weights(found: Overlap, atlas: Atlas) -> tuple[FloatArray, FloatArray, float, float]:
    """Return what every region says, as the formula of the module weighs it.

    Returns
    -------
    drawn, spared : ndarray, shape (2 regions,)
        ``w d`` and ``w (1 - d)``; 0 where no used view shows the region.
    for_pain, for_rest : float
        Factors of the two sums.
    """
    model, body = atlas.model, atlas.body
    weight = np.minimum(body.skin, model.area_cap_cm2) / model.area_unit_cm2 * found.known
    drawn: FloatArray = weight * found.fraction
    amount = float(drawn.sum())
    full = amount / (amount + model.evidence_half)
    observed = model.evidence_limit * full
    for_rest = full * observed / (amount + model.silence_half)
    return drawn, weight - drawn, observed / amount, for_rest


def _compare(found: Overlap, atlas: Atlas, expected: Expectation) -> _Comparison:
    """Evaluate the formula of the module for every state, on both sides, and for no source."""
    model, body = atlas.model, atlas.body
    drawn, spared, for_pain, for_rest = evidence_weights(found, atlas)
    known_right = found.known[body.mirror_place]
    states: dict[Side, FloatArray] = {}
    for side in SIDES:
        hurts, free = (v if side == "left" else v[body.mirror_place] for v in (drawn, spared))
        likelihood = for_pain * (expected.log_pain @ hurts)
        likelihood += for_rest * (expected.log_no_pain @ free)
        in_sight = expected.where @ (found.known if side == "left" else known_right)
        in_sight = model.unused_view + (1 - model.unused_view) * in_sight
        states[side] = likelihood + np.log(in_sight) + expected.log_prior
    shares = np.array(model.elsewhere_chances)
    scattered = for_pain * drawn.sum() * np.log(shares) + for_rest * spared.sum() * np.log1p(
        -shares
    )
    nothing = float(np.logaddexp.reduce(scattered) - np.log(len(shares)))
    return _Comparison(found, atlas, expected, states, nothing)


def _rank(found: Overlap, atlas: Atlas, expected: Expectation) -> Ranking:
    compared = _compare(found, atlas, expected)
    muscles = [i for i, source in enumerate(expected.sources) if source.kind == "muscle"]
    others = [i for i, source in enumerate(expected.sources) if source.kind != "muscle"]
    candidates, none_of_candidates = _list(compared, muscles)
    differential, none_of_differential = _list(compared, others)
    close = [
        c for c in candidates if c.probability * atlas.model.too_close >= candidates[0].probability
    ]
    return Ranking(
        candidates=candidates,
        differential=differential,
        none_of_candidates=none_of_candidates,
        none_of_differential=none_of_differential,
        overlap=found,
        atlas=atlas,
        undecided=tuple(close) if len(close) > 1 else (),
        also_drawn=tuple(
            c
            for c in candidates[1:]
            if c not in close and (c.essential_drawn or 0) >= atlas.model.also_drawn
        ),
        places=_shared_places(found, atlas),
    )


def _list(compared: _Comparison, chosen: Sequence[int]) -> tuple[tuple[Candidate, ...], float]:
    """Return one list, best first, and the share of none of these."""
    if not chosen:
        return (), 1.0
    model, expected = compared.atlas.model, compared.expected
    priors = [model.source_priors.get(expected.sources[i].id, model.default_prior) for i in chosen]
    whole = sum(priors) * len(SIDES) / (1 - model.none_of_these)
    evidence: dict[tuple[int, Side], float] = {}
    for i, prior in zip(chosen, priors, strict=True):
        for side in SIDES:
            states = compared.rows(i, side)
            evidence[i, side] = float(np.log(prior / whole) + np.logaddexp.reduce(states))
    none = float(np.log(model.none_of_these) + compared.nothing)
    total = np.logaddexp.reduce([*evidence.values(), none])
    candidates = tuple(
        _candidate(compared, i, side, rank_, float(np.exp(evidence[i, side] - total)))
        for (i, side), rank_ in _ranks(evidence, compared.found).items()
    )
    return candidates, float(np.exp(none - total))


def _ranks(
    evidence: Mapping[tuple[int, Side], float], found: Overlap
) -> dict[tuple[int, Side], int]:
    """Return the rank of each candidate, best first; equal ones share it.

    Of equal ones the side with more pain comes first, so that a mirrored drawing mirrors the order.
    """
    ranks: dict[tuple[int, Side], int] = {}
    last, rank_ = np.inf, 0
    for number, key in enumerate(sorted(evidence, key=lambda key: -evidence[key]), 1):
        if last - evidence[key] > _EQUAL:
            rank_ = number
        ranks[key], last = rank_, evidence[key]
    left, right = np.split(found.skin_cm2, 2)
    other = "right" if left.sum() >= right.sum() else "left"
    order = sorted(ranks, key=lambda key: (ranks[key], key[0], key[1] == other))
    return {key: ranks[key] for key in order}


def _candidate(
    compared: _Comparison, number: int, side: Side, rank_: int, share: float
) -> Candidate:
    """Return a candidate with the regions behind it."""
    found, atlas = compared.found, compared.atlas
    source = compared.expected.sources[number]
    points = _named_points(compared, number, side)
    zones: dict[str, ZoneName] = {}
    for zone in ZONES:
        for point in points:
            for part in point.zones[zone]:
                zones.setdefault(part.sided(side), zone)
    place, drawn, known = atlas.body.place, found.fraction, found.known
    skin = found.skin_cm2
    inside = np.array([place[region] for region in zones])
    essential = np.array(
        [place[r] for r, z in zones.items() if z == "essential" and known[place[r]]], dtype=int
    )
    seen = atlas.body.skin[essential].sum()
    outside = np.setdiff1d(np.flatnonzero(drawn >= atlas.model.shown_region), inside)
    outside = outside[np.argsort(-skin[outside], kind="stable")]
    # Sums in another order may differ in the last digit; a share is never above 1.
    explained = min(float(skin[inside].sum() / skin.sum()), 1.0)
    essential_drawn = min(float(skin[essential].sum() / seen), 1.0) if seen > 0 else None
    return Candidate(
        rank=rank_,
        source=source,
        side=side,
        probability=share,
        trigger_points=tuple(point.id for point in points),
        explained=explained,
        essential_drawn=essential_drawn,
        fit=_fit(explained, essential_drawn, atlas),
        regions=tuple(
            RegionFit(region, zone, float(drawn[place[region]]) if known[place[region]] else None)
            for region, zone in zones.items()
        ),
        unexplained=tuple(RegionFit(atlas.body.sided[i], None, float(drawn[i])) for i in outside),
        measures=measures(found, zones),
    )


def _fit(explained: float, essential_drawn: float | None, atlas: Atlas) -> Fit:
    words: tuple[Literal["strong", "moderate"], ...] = ("strong", "moderate")
    for word in words:
        least = atlas.model.fit_words[word]
        enough = essential_drawn is not None and essential_drawn >= least.essential_drawn
        if enough and explained >= least.explained:
            return word
    return "weak"


def _named_points(compared: _Comparison, number: int, side: Side) -> list[TriggerPoint]:
    """Return the trigger points that a drawing speaks for, the surest first; at least one."""
    rows = compared.rows(number, side)
    chance = np.exp(rows - np.logaddexp.reduce(rows)) @ compared.expected.active[number]
    # Rounded, so that equal ones stand in the order of the file whatever the last digits say.
    order = np.argsort(-np.round(chance, 9), kind="stable")
    sure = [t for t in order if chance[t] >= compared.atlas.model.shown_trigger_point]
    points = compared.expected.sources[number].trigger_points
    return [points[t] for t in sure or order[:1]]


def _shared_places(found: Overlap, atlas: Atlas) -> tuple[Place, ...]:
    """Return the places that hold nearly all of the drawing, on one side."""
    skin, place = found.skin_cm2, atlas.body.place
    return tuple(
        shared
        for shared in atlas.places
        for side in SIDES
        if skin[[place[f"{side}:{region}"] for region in shared.regions]].sum()
        >= shared.share * skin.sum()
    )
