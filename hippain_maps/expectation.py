"""Where each source is expected to hurt: every way it can be active, in tables.

A source is active through one or more of its trigger points, and the spillover of each of these is
felt or not. A source with published frequencies has a state for every choice of the groups that
hurt, with their published chances, and of how much of each then hurts. Each such *state*
expects every sided region to hurt with some probability: that of the background nearly everywhere,
so that what is kept is where it departs from it (`hippain_maps.departures`). All states of all
sources, left side, stand in one order; the right side is the same read through the mirror. A
drawing is then compared with everything at once. Where a source goes numb or tingles, its core, is
kept apart.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hippain_maps._cache import kept
from hippain_maps.atlas import Atlas
from hippain_maps.departures import Departures, Part
from hippain_maps.geometry import SIDES, FloatArray
from hippain_maps.model import Model
from hippain_maps.patterns import Source
from hippain_maps.regions import IntArray
from hippain_maps.softening import Softening, softening
from hippain_maps.states import States, states_of

YES, NO, SKIN = range(3)
"""Kinds of values in the tables: log of the chance that a region hurts, log of its opposite, and
the skin that is expected to hurt in it, cm2, background left out."""

_ONLY_NO, _ONLY_SKIN = (0.0, 1.0), (0.0, 0.0, 1.0)


@dataclass(frozen=True, eq=False)
class Essential:
    """The essential zones of all trigger points on the left, an entry for each region of each.

    Parameters
    ----------
    source, region : ndarray of int, shape (entries,)
        Number of the source, and place of the sided region; entries are sorted by both.
    point : ndarray of int, shape (entries,)
        Number of the trigger point within its source.
    """

    source: IntArray
    region: IntArray
    point: IntArray

    def of_shown(self, active: FloatArray, least: float) -> IntArray:
        """Return the entries of the trigger points that candidates show, each region once.

        Parameters
        ----------
        active : ndarray, shape (sources, most trigger points)
            Chance that each is active.
        least : float
            Those from this on are shown; if none is, the surest.
        """
        shown = active >= least
        none = np.flatnonzero(~shown.any(axis=1))
        # Rounded, as where candidates are shown: of equal ones the first of the file.
        shown[none, np.argmax(np.round(active[none], 9), axis=1)] = True
        kept = np.flatnonzero(shown[self.source, self.point])
        source, region = self.source[kept], self.region[kept]
        again = np.zeros(len(kept), dtype=bool)
        again[1:] = (source[1:] == source[:-1]) & (region[1:] == region[:-1])
        return kept[~again]


@dataclass(frozen=True, eq=False)
class Expectation:
    """Every state of every source on the left side.

    Parameters
    ----------
    sources : tuple of Source
        In the order of the atlas.
    first : ndarray of int, shape (sources,)
        First row of each source; its states follow each other.
    log_prior : ndarray, shape (states,)
        Log of each state's share within its source.
    owner : ndarray of int, shape (states,)
        The source of each row.
    active : ndarray of bool, shape (states, most trigger points)
        Which trigger points of its source are active in each state; a territory always is.
    trust, sight_power : ndarray, shape (states,)
        How much what is drawn counts, and how much that it is in sight: less and more for muscles
        than for the vaguer territories of other sources.
    is_muscle : ndarray of bool, shape (sources,)
        Which list each source stands in.
    log_share : ndarray, shape (sources,)
        Log of the prior share of a source on one side within its list, "none of these" included.
    model : Model
        The constants.
    essential : Essential
        The essential zones.
    pain : Departures
        By state, edges of zones softened: the kinds of values.
    painful_skin : ndarray, shape (states,)
        Skin that each state expects to hurt, cm2; 0 where nothing is felt (a rare zone, unfelt).
    core : Departures
        By source: log of the probability that a region is numb or tingles, and that it is not.
    """

    sources: tuple[Source, ...]
    first: IntArray
    log_prior: FloatArray
    owner: IntArray
    active: NDArray[np.bool_]
    trust: FloatArray
    sight_power: FloatArray
    is_muscle: NDArray[np.bool_]
    log_share: FloatArray
    model: Model
    essential: Essential
    pain: Departures
    painful_skin: FloatArray
    core: Departures
    _views: dict[bytes, ViewSums] = field(default_factory=dict, init=False, repr=False)

    # As matrices, for many drawings at once; made when they are asked for, since they are large.

    @cached_property
    def log_pain(self) -> FloatArray:
        """Log of the probability that a region hurts, shape (states, 2 regions)."""
        return self.pain.dense(YES)

    @cached_property
    def log_no_pain(self) -> FloatArray:
        """Log of the probability that it does not, shape (states, 2 regions)."""
        return self.pain.dense(NO)

    @cached_property
    def where(self) -> FloatArray:
        """Where a state's pain lies, shape (states, 2 regions); rows sum to 1, or to 0 without."""
        whole = np.where(self.painful_skin > 0, self.painful_skin, 1.0)
        return self.pain.dense(SKIN) / whole[:, None]

    @cached_property
    def log_core(self) -> FloatArray:
        """Log of the probability that a region is numb or tingles, shape (sources, 2 regions)."""
        return self.core.dense(YES)

    @cached_property
    def log_no_core(self) -> FloatArray:
        """Log of the probability that it is not, shape (sources, 2 regions)."""
        return self.core.dense(NO)

    def view_sums(self, known: NDArray[np.bool_], weight: FloatArray, mirror: IntArray) -> ViewSums:
        """Return what depends on the used views alone, worked out once for each set of views.

        Parameters
        ----------
        known : ndarray of bool, shape (2 regions,)
            Whether a used view shows the region.
        weight : ndarray, shape (2 regions,)
            How much each region speaks.
        mirror : ndarray of int, shape (2 regions,)
            The place of each region's mirror image.
        """
        key = known.tobytes() + weight.tobytes()
        if key not in self._views:
            if len(self._views) >= _MOST_VIEWS:
                self._views.clear()
            sides = both_sides(known.astype(float), mirror)
            weights = both_sides(weight * known, mirror)
            unused = self.model.unused_view
            seen, whole = self.pain.sums(sides, _ONLY_SKIN), self.painful_skin
            in_sight = np.divide(seen, whole, out=np.zeros_like(seen), where=whole > 0)
            visible = np.log(unused + (1 - unused) * in_sight)
            self._views[key] = ViewSums(
                log_prior=self.log_prior + self.sight_power * visible,
                no_pain=self.pain.sums(weights, _ONLY_NO),
                no_core=self.core.sums(weights, _ONLY_NO),
            )
        return self._views[key]


def both_sides(values: FloatArray, mirror: IntArray) -> FloatArray:
    """Return values of sided regions as the left and as the right sources see them."""
    return np.stack([values, values[mirror]])


@dataclass(frozen=True, eq=False)
class ViewSums:
    """Sums over every region that some set of views shows, for the left and the right side.

    Parameters
    ----------
    log_prior : ndarray, shape (2, states)
        Log prior of each state, and of how much of its pain the views show.
    no_pain : ndarray, shape (2, states)
        Weighted log probability that nothing hurts.
    no_core : ndarray, shape (2, sources)
        Weighted log probability that nothing is numb.
    """

    log_prior: FloatArray
    no_pain: FloatArray
    no_core: FloatArray


_MOST_VIEWS = 64
"""Sets of views whose sums are kept."""

_CACHE: weakref.WeakKeyDictionary[Atlas, Expectation] = weakref.WeakKeyDictionary()


def expectation(atlas: Atlas) -> Expectation:
    """Return the expectation of an atlas; built once for each."""
    found = _CACHE.get(atlas)
    if found is None:
        found = _CACHE[atlas] = _build(atlas)
    return found


@dataclass(frozen=True, eq=False)
class _Tables:
    """What takes long to work out; see `Expectation`."""

    first: IntArray
    log_prior: FloatArray
    active: IntArray
    essential: Essential
    pain: Departures
    painful_skin: FloatArray
    core: Departures


def _build(atlas: Atlas) -> Expectation:
    kinds = (_Tables, Essential, Departures)
    tables = kept("expectation", atlas.kept_key, kinds, lambda: _tables(atlas))
    sources, model = tuple(atlas.sources.values()), atlas.model
    rows = len(tables.log_prior)
    owner = np.repeat(np.arange(len(sources)), np.diff(tables.first, append=rows))
    muscle = np.array([source.is_muscle for source in sources], dtype=bool)
    return Expectation(
        sources=sources,
        first=tables.first,
        log_prior=tables.log_prior,
        owner=owner,
        active=tables.active.astype(bool),
        trust=np.where(muscle, 1.0, model.other_weight)[owner],
        sight_power=np.where(muscle, model.sight_power, 1.0)[owner],
        is_muscle=muscle,
        log_share=_log_share(sources, muscle, model),
        model=model,
        essential=tables.essential,
        pain=tables.pain,
        painful_skin=tables.painful_skin,
        core=tables.core,
    )


def _tables(atlas: Atlas) -> _Tables:
    sources, model, body = tuple(atlas.sources.values()), atlas.model, atlas.body
    blur = softening(body, model.border_softness_cm)
    states = [states_of(source, atlas) for source in sources]
    counts = np.array([len(found.prior) for found in states], dtype=np.intp)
    essential = sorted(
        (number, body.place[part.sided("left")], t)
        for number, source in enumerate(sources)
        for t, point in enumerate(source.trigger_points)
        for part in point.zones["essential"]
    )
    entries = np.array(essential, dtype=np.intp).reshape(-1, 3)
    parts = [_softened(found, blur, body.skin, model) for found in states]
    cores = [_core(source, blur, atlas) for source in sources]
    background = np.array([np.log(model.background), np.log1p(-model.background), 0.0])
    regions = len(body.sided)
    pain = Departures.of(parts, counts.tolist(), background, regions)
    priors = (np.log(found.prior / found.prior.sum()) for found in states)
    return _Tables(
        first=np.cumsum(counts) - counts,
        log_prior=np.concatenate([np.empty(0), *priors]),
        active=_padded([found.active for found in states]),
        essential=Essential(*(column.copy() for column in entries.T)),
        pain=pain,
        painful_skin=pain.sums(np.ones((1, regions)), _ONLY_SKIN)[0],
        core=Departures.of(cores, [1] * len(sources), background, regions),
    )


def _log_share(sources: Sequence[Source], muscle: NDArray[np.bool_], model: Model) -> FloatArray:
    """Return the log prior share of each source on one side within its list."""
    priors = np.array([model.prior(source.id) for source in sources])
    whole = np.array([priors[~muscle].sum(), priors[muscle].sum()]) * len(SIDES)
    share: FloatArray = np.log(priors * (1 - model.none_of_these) / whole[muscle.astype(np.intp)])
    return share


def _padded(tables: Sequence[NDArray[np.bool_]]) -> IntArray:
    """Return tables of unequal width as one array of 0 and 1, filled up with 0."""
    widest = max((table.shape[1] for table in tables), default=0)
    whole = np.zeros((sum(map(len, tables)), widest), dtype=np.intp)
    row = 0
    for table in tables:
        whole[row : row + len(table), : table.shape[1]] = table
        row += len(table)
    return whole


def _softened(found: States, blur: Softening, skin: FloatArray, model: Model) -> list[Part]:
    """Return where the states of a source depart from the background, borders softened.

    Regions that depend on the same causes make one part: what they expect is worked out once for
    each choice of these, and not for every state.
    """
    takers, shares = blur.among(found.region)
    reached = np.stack([(rows != 1).any(axis=0) for rows in found.spared])
    matters = (shares > 0) @ reached.T
    # As numbers: which causes matter to a region, and the choice that a state makes of these.
    mask = matters @ (1 << np.arange(len(found.spared)))
    parts = []
    for one in np.unique(mask[mask > 0]).tolist():
        here = np.flatnonzero(mask == one)
        causes = np.flatnonzero(matters[here[0]])
        sizes = [len(found.spared[cause]) for cause in causes]
        number = np.ravel_multi_index(tuple(found.option[:, causes].T), sizes)
        _, first, choice = np.unique(number, return_index=True, return_inverse=True)
        sharp = found.chance(causes, found.option[first][:, causes], model.background)
        chance = model.background + shares[here] @ (sharp - model.background).T
        parts.append(Part(takers[here], _departed(chance, skin[takers[here]], model), choice))
    return parts


def _core(source: Source, blur: Softening, atlas: Atlas) -> list[Part]:
    """Return where a source goes numb or tingles, on the left."""
    model = atlas.model
    chance: dict[int, float] = {}
    for part in source.core:
        place = atlas.body.place[part.sided("left")]
        sure = model.zone_chance.essential * part.weight
        chance[place] = max(chance.get(place, model.background), sure)
    region = np.array(sorted(chance), dtype=np.intp)
    sharp = np.array([chance[place] for place in region.tolist()]).reshape(-1, 1)
    takers, shares = blur.among(region)
    softened = model.background + shares @ (sharp - model.background)
    return [
        Part(
            takers, _departed(softened, atlas.body.skin[takers], model), np.zeros(1, dtype=np.intp)
        )
    ]


def _departed(chance: FloatArray, skin: FloatArray, model: Model) -> FloatArray:
    """Return how chances depart from the background, in all kinds, shape (n, kinds, choices).

    Parameters
    ----------
    chance : ndarray, shape (n, choices)
        That a region hurts.
    skin : ndarray, shape (n,)
        Of the regions, cm2.
    model : Model
        The constants.
    """
    yes = np.log(chance) - np.log(model.background)
    no = np.log1p(-chance) - np.log1p(-model.background)
    hurts = np.maximum(chance - model.background, 0) * skin[:, None]
    return np.stack([yes, no, hurts], axis=1)
