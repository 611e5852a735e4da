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
painful skin that the used views show, and a small chance u of drawing elsewhere all the same; for
muscles to a power k, for the vaguer territories of other sources as it is. A
source's evidence is averaged over its states with their priors (not maximised: a muscle with many
trigger points does not win by flexibility). The share of a source on a side within its list is

.. math::

    P(source, side) \propto prior \cdot \sum_s prior_s\, [u + (1 - u)\, v(s)]^k e^{L(s)}

times the factors of the answered clues and of palpation (`hippain_maps.clues`, `palpation`), next
to "none of these": pain spread without a pattern, averaged over several densities. Muscles
(*candidates*) and other sources (*differential*) are two lists, each with its own remainder: they
coexist and never push each other out. The territories of other sources are vaguer than the patterns
of muscles, so that L counts less for them and answers the more. All constants are in
``patterns/model.yaml``.

Marks that say numb or tingling and nothing else are not pain. They are compared by the same formula
with the *core* of each source, where it goes numb, and count in the differential alone: a drawing
with nothing else has no muscle candidates.

Limits
------
Probabilities are shares within a list, under the assumption of a single source; the patterns are
classic clinical ones, not measured, and regions are treated as independent but for the saturation.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hippain_maps.atlas import Atlas
from hippain_maps.atlas_parts import Place
from hippain_maps.candidates import Candidate, CandidateList, Ranking
from hippain_maps.clues import effects, log_factors
from hippain_maps.departures import Departures
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DrawingError
from hippain_maps.expectation import Expectation, both_sides, expectation
from hippain_maps.geometry import SIDES, FloatArray
from hippain_maps.overlap import Overlap, overlap
from hippain_maps.palpation import PalpationEffect, palpated
from hippain_maps.palpation import log_factors as palpation_factors
from hippain_maps.patterns import Relation
from hippain_maps.regions import IntArray
from hippain_maps.screening import alarm, red_flags, unknown_answers
from hippain_maps.weighing import EQUAL, factors_of, weights_of

_FIRST = 3
"""Relations are told between the first so many of each list."""


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
        if found.skin_cm2.sum() + found.sensory_cm2.sum() < atlas.model.least_drawn_cm2:
            raise DrawingError(
                alarm(red_flags(drawing, atlas, found=found), atlas) + _nothing_mapped(found),
                where=f"drawing {number + 1}" if number else None,
            )
        pressed, unused = palpated(drawing, atlas)
        if ignored := (*unknown_answers(drawing, atlas), *unused):
            found = replace(found, notes=(*found.notes, *ignored))
        yield _rank(drawing, found, pressed, atlas, expected)


def _nothing_mapped(found: Overlap) -> str:
    where = ", ".join(f"{name} {size:.0f} cm2" for name, size in found.outside_cm2.items())
    mapped = float(found.skin_cm2.sum() + found.sensory_cm2.sum())
    if where:
        given = "all of it" if mapped < 0.05 else f"all but {mapped:.1f} cm2"
        given += f" lies outside ({where})"
    elif mapped:
        given = f"only {mapped:.2f} cm2 is marked"
    else:
        given = "no pain is marked"
    return f"nothing to rank: {given}; mark pain between the lower ribs and the soles, in any view"


def evidence_weights(
    drawn_share: FloatArray, found: Overlap, atlas: Atlas
) -> tuple[FloatArray, FloatArray, float, float]:
    """Return what every region says, as the formula of the module weighs it.

    Parameters
    ----------
    drawn_share : ndarray, shape (2 regions,)
        Drawn fraction of each region: of pain, or of numbness and tingling.
    found : Overlap
        Says which regions a used view shows.
    atlas : Atlas
        The body and the constants.

    Returns
    -------
    drawn, spared : ndarray, shape (2 regions,)
        ``w d`` and ``w (1 - d)``; 0 where no used view shows the region.
    for_pain, for_rest : float
        Factors of the two sums; 0 where nothing was drawn.
    """
    weight: FloatArray = weights_of(atlas) * found.known
    drawn: FloatArray = weight * drawn_share
    for_pain, for_rest = factors_of(drawn.sum(keepdims=True), atlas.model)
    return drawn, weight - drawn, float(for_pain[0]), float(for_rest[0])


@dataclass(frozen=True)
class _Channel:
    """One kind of mark against everything: pain, or numbness and tingling.

    Parameters
    ----------
    likelihood : ndarray, shape (2, rows)
        ``L`` of each row of the expectation, for the left and the right side.
    scattered : ndarray, shape (densities,)
        The same for pain spread without a pattern, at each of the densities of the model.
    """

    likelihood: FloatArray
    scattered: FloatArray

    def nothing(self, weight: float = 1.0) -> float:
        """Return the log likelihood of no source at all, averaged over the densities."""
        return float(np.logaddexp.reduce(weight * self.scattered) - np.log(len(self.scattered)))


def _channel(
    share: FloatArray,
    found: Overlap,
    atlas: Atlas,
    table: Departures,
    all_spared: FloatArray,
) -> _Channel:
    """Evaluate the formula of the module for every row, on both sides, and for no source.

    Only the drawn regions are gone through: `all_spared` is the sum of ``w log (1 - p)`` over all
    that the used views show, from which they are taken out. So the cost hardly grows with sources.
    """
    shares = np.array(atlas.model.elsewhere_chances)
    drawn, spared, for_pain, for_rest = evidence_weights(share, found, atlas)
    if not drawn.any():
        return _Channel(np.zeros((len(SIDES), table.rows)), np.zeros(len(shares)))
    sides = both_sides(drawn, atlas.body.mirror_place)
    likelihood = table.sums(sides, (for_pain, -for_rest)) + for_rest * all_spared
    scattered: FloatArray = for_pain * drawn.sum() * np.log(shares)
    scattered += for_rest * spared.sum() * np.log1p(-shares)
    return _Channel(likelihood, scattered)


@dataclass(frozen=True)
class _Evidence:
    """What a drawing says of every source, both sides.

    Parameters
    ----------
    log : ndarray, shape (sources, 2)
        Log evidence of pain, prior left out.
    sensory : ndarray, shape (sources, 2)
        Log evidence of numbness and tingling.
    active : ndarray, shape (2, sources, trigger points)
        Chance that each trigger point is active.
    nothing, nothing_other : float
        Log evidence of no muscle, and of no other source.
    """

    log: FloatArray
    sensory: FloatArray
    active: FloatArray
    nothing: float
    nothing_other: float


def _compare(found: Overlap, atlas: Atlas, expected: Expectation) -> _Evidence:
    """Compare a drawing with every state of every source, and average over the states."""
    model = atlas.model
    seen = expected.view_sums(found.known, weights_of(atlas), atlas.body.mirror_place)
    pain = _channel(found.fraction, found, atlas, expected.pain, seen.no_pain)
    feeling = _channel(found.sensory, found, atlas, expected.core, seen.no_core)
    states = expected.trust * pain.likelihood + seen.log_prior
    best = np.maximum.reduceat(states, expected.first, axis=1)
    weight = np.exp(states - best[:, expected.owner])
    total = np.add.reduceat(weight, expected.first, axis=1)
    active = np.add.reduceat(weight[:, :, None] * expected.active, expected.first, axis=1)
    return _Evidence(
        log=(best + np.log(total)).T,
        sensory=model.other_weight * feeling.likelihood.T,
        active=active / total[:, :, None],
        nothing=pain.nothing(),
        nothing_other=pain.nothing(model.other_weight) + feeling.nothing(model.other_weight),
    )


def _rank(
    drawing: PainDrawing,
    found: Overlap,
    pressed: tuple[PalpationEffect, ...],
    atlas: Atlas,
    expected: Expectation,
) -> Ranking:
    compared = _compare(found, atlas, expected)
    answered = effects(drawing, atlas)
    factors = log_factors(answered, atlas.model)
    moved = np.zeros((len(expected.sources), len(SIDES)))
    pressing = palpation_factors(pressed, atlas.model.palpation_limit)
    if factors or pressing:
        place = {name: number for number, name in enumerate(atlas.sources)}
        for name, factor in factors.items():
            moved[place[name]] += factor
        for (name, side), factor in pressing.items():
            moved[place[name], SIDES.index(side)] += factor
    muscle = expected.is_muscle
    pain = bool(found.skin_cm2.sum() >= atlas.model.least_drawn_cm2)
    # Numbness and tingling speak to nerves, and say nothing of muscles either way.
    muscles = _list(
        compared.log + moved,
        compared.nothing,
        np.flatnonzero(muscle & pain),
        compared,
        found,
        atlas,
        expected,
    )
    others = _list(
        compared.log + compared.sensory + moved,
        compared.nothing_other,
        np.flatnonzero(~muscle),
        compared,
        found,
        atlas,
        expected,
    )
    candidates, differential = muscles.candidates, others.candidates
    first = candidates[0].probability if candidates else 1.0
    close = list(
        itertools.takewhile(lambda c: c.probability * atlas.model.too_close >= first, candidates)
    )
    return Ranking(
        candidates=candidates,
        differential=differential,
        none_of_candidates=muscles.none,
        none_of_differential=others.none,
        overlap=found,
        atlas=atlas,
        undecided=tuple(close) if len(close) > 1 else (),
        also_drawn=_also_drawn(muscles, len(close), compared.active, found, expected),
        places=_shared_places(found, atlas),
        clues=answered,
        palpation=pressed,
        relations=_related(candidates, differential, atlas),
        red_flags=red_flags(drawing, atlas, found=found),
    )


@dataclass(frozen=True, eq=False)
class _Listed:
    """One list: its candidates, the share of none of these, and which source and side each is."""

    candidates: CandidateList
    none: float
    source: IntArray
    side: IntArray


def _list(
    evidence: FloatArray,
    nothing: float,
    chosen: NDArray[np.intp],
    compared: _Evidence,
    found: Overlap,
    atlas: Atlas,
    expected: Expectation,
) -> _Listed:
    """Return one list, best first."""
    if not len(chosen):
        return _Listed(CandidateList(), 1.0, chosen, chosen)
    log = expected.log_share[chosen, None] + evidence[chosen]
    none = float(np.log(atlas.model.none_of_these) + nothing)
    total = float(np.logaddexp(np.logaddexp.reduce(log, axis=None), none))
    share = np.exp(log - total)
    order, sides, ranks = _ranks(log, found)
    source = chosen[order]
    make = _Make(source, sides, ranks, share[order, sides], compared.active, found, expected, atlas)
    candidates = CandidateList(make, len(order))
    return _Listed(candidates, float(np.exp(none - total)), source, sides)


@dataclass(frozen=True, eq=False)
class _Make:
    """Makes the candidate at a place of a list; arrays are of shape (listed,).

    Parameters
    ----------
    source, side, rank, share
        Of each place: number of the source, of its side, rank and share.
    active : ndarray, shape (2, sources, trigger points)
        Chance that each trigger point is active.
    """

    source: IntArray
    side: IntArray
    rank: IntArray
    share: FloatArray
    active: FloatArray
    found: Overlap
    expected: Expectation
    atlas: Atlas

    def __call__(self, place: int) -> Candidate:
        number, side = int(self.source[place]), int(self.side[place])
        source = self.expected.sources[number]
        return Candidate(
            rank=int(self.rank[place]),
            source=source,
            side=SIDES[side],
            probability=float(self.share[place]),
            active=self.active[side, number, : len(source.trigger_points)],
            overlap=self.found,
            atlas=self.atlas,
        )


def _ranks(log: FloatArray, found: Overlap) -> tuple[IntArray, IntArray, IntArray]:
    """Return source, side and rank of each candidate, best first; equal ones share a rank.

    Of equal ones the side with more marks comes first, so that a mirrored drawing mirrors the
    order.
    """
    left, right = np.split(found.skin_cm2 + found.sensory_cm2, 2)
    other = SIDES.index("right" if left.sum() >= right.sum() else "left")
    flat = log.ravel()
    order = np.argsort(-flat, kind="stable")
    apart = np.concatenate([[True], np.diff(-flat[order]) > EQUAL])
    ranks = np.maximum.accumulate(np.where(apart, np.arange(1, len(flat) + 1), 0))
    source, side = np.divmod(order, log.shape[1])
    places = np.lexsort((side == other, source, ranks))
    return source[places], side[places], ranks[places]


def _also_drawn(
    listed: _Listed, first: int, active: FloatArray, found: Overlap, expected: Expectation
) -> tuple[Candidate, ...]:
    """Return the candidates from a place on whose essential zone was nearly all drawn."""
    zone, model, mirror = expected.essential, expected.model, found.body.mirror_place
    size = found.body.skin * found.known
    some = np.zeros((len(SIDES), len(expected.sources)), dtype=bool)
    for side, (drawn, seen) in enumerate(
        zip(both_sides(found.skin_cm2, mirror), both_sides(size, mirror), strict=True)
    ):
        shown = zone.of_shown(active[side], model.shown_trigger_point)
        overlaid, whole = (
            np.bincount(zone.source[shown], v[zone.region[shown]], minlength=some.shape[1])
            for v in (drawn, seen)
        )
        some[side] = (overlaid >= model.also_drawn * whole) & (whole > 0)
    places = np.flatnonzero(some[listed.side, listed.source])
    return tuple(listed.candidates[n] for n in places[places >= first].tolist())


def _related(
    candidates: Sequence[Candidate], differential: Sequence[Candidate], atlas: Atlas
) -> tuple[Relation, ...]:
    """Return what is known between the first muscles and the first other sources, both ways.

    The first pairs come first.
    """
    least = atlas.model.related
    # A source that is listed on both sides stands where it is listed first.
    first = [
        dict.fromkeys(
            c.source.id for c in ranked[: 2 * _FIRST] if c.rank <= _FIRST and c.probability >= least
        )
        for ranked in (candidates, differential)
    ]
    place = {pair: n for n, pair in enumerate(itertools.product(*first))}
    found = [
        (place[pair], relation)
        for relation in atlas.relations
        for pair in (relation.between, relation.between[::-1])
        if pair in place
    ]
    return tuple(relation for _, relation in sorted(found, key=lambda pair: pair[0]))


def _shared_places(found: Overlap, atlas: Atlas) -> tuple[Place, ...]:
    """Return the places that hold nearly all of the drawing, on one side."""
    skin, place = found.skin_cm2, atlas.body.place
    if not skin.any():
        return ()
    return tuple(
        shared
        for shared in atlas.places
        for side in SIDES
        if skin[[place[f"{side}:{region}"] for region in shared.regions]].sum()
        >= shared.share * skin.sum()
    )
