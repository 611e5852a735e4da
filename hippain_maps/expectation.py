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

import itertools
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hippain_maps.atlas import Atlas
from hippain_maps.departures import Departures, Part
from hippain_maps.geometry import SIDES, FloatArray
from hippain_maps.model import Model
from hippain_maps.patterns import Source, TriggerPoint
from hippain_maps.regions import IntArray
from hippain_maps.softening import Softening, softening

YES, NO, SHARE = range(3)
"""Kinds of values in the tables: log of the chance, log of its opposite, share of the pain."""


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
        By state: log of the probability that a region hurts (`YES`), and that it does not (`NO`),
        edges softened; and where a state's pain lies (`SHARE`): the share of its expected painful
        skin that each region holds, background left out. Shares sum to 1, or to 0 where nothing
        is felt (a rare zone, unfelt).
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
        """Where a state's pain lies, shape (states, 2 regions)."""
        return self.pain.dense(SHARE)

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
            in_sight = self.pain.sums(sides, slice(SHARE, SHARE + 1))[:, 0]
            visible = np.log(unused + (1 - unused) * in_sight)
            self._views[key] = ViewSums(
                log_prior=self.log_prior + self.sight_power * visible,
                no_pain=self.pain.sums(weights, slice(NO, NO + 1))[:, 0],
                no_core=self.core.sums(weights, slice(NO, NO + 1))[:, 0],
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
class _States:
    """The states of one source, left side.

    Parameters
    ----------
    prior : ndarray, shape (states,)
        Weight of each.
    active : ndarray of bool, shape (states, trigger points)
        Which trigger points are active.
    region : ndarray of int, shape (n,)
        Places of the regions where any of them departs from the background, borders sharp.
    chance : ndarray, shape (states, n)
        Chance that these hurt.
    """

    prior: FloatArray
    active: NDArray[np.bool_]
    region: IntArray
    chance: FloatArray


def _build(atlas: Atlas) -> Expectation:
    sources, model = tuple(atlas.sources.values()), atlas.model
    blur = softening(atlas.body, model.border_softness_cm)
    states = [(_frequent if source.frequencies else _states)(source, atlas) for source in sources]
    counts = np.array([len(found.prior) for found in states], dtype=np.intp)
    essential = sorted(
        (number, atlas.body.place[part.sided("left")], t)
        for number, source in enumerate(sources)
        for t, point in enumerate(source.trigger_points)
        for part in point.zones["essential"]
    )
    entries = np.array(essential, dtype=np.intp).reshape(-1, 3)
    parts = [_softened(found, blur, atlas) for found in states]
    cores = [_core(source, blur, atlas) for source in sources]
    background = np.array([np.log(model.background), np.log1p(-model.background), 0.0])
    regions = len(atlas.body.sided)
    owner = np.repeat(np.arange(len(sources)), counts)
    muscle = np.array([source.is_muscle for source in sources], dtype=bool)
    return Expectation(
        sources=sources,
        first=np.cumsum(counts) - counts,
        log_prior=np.concatenate(
            [np.empty(0), *(np.log(found.prior / found.prior.sum()) for found in states)]
        ),
        owner=owner,
        active=_padded([found.active for found in states]),
        trust=np.where(muscle, 1.0, model.other_weight)[owner],
        sight_power=np.where(muscle, model.sight_power, 1.0)[owner],
        is_muscle=muscle,
        log_share=_log_share(sources, muscle, model),
        model=model,
        essential=Essential(*entries.T),
        pain=Departures.of(parts, background, regions),
        core=Departures.of(cores, background[:SHARE], regions),
    )


def _log_share(sources: Sequence[Source], muscle: NDArray[np.bool_], model: Model) -> FloatArray:
    """Return the log prior share of each source on one side within its list."""
    priors = np.array([model.prior(source.id) for source in sources])
    whole = np.array([priors[~muscle].sum(), priors[muscle].sum()]) * len(SIDES)
    share: FloatArray = np.log(priors * (1 - model.none_of_these) / whole[muscle.astype(np.intp)])
    return share


def _padded(tables: Sequence[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    """Return tables of unequal width as one array, filled up with False."""
    widest = max((table.shape[1] for table in tables), default=0)
    whole = np.zeros((sum(map(len, tables)), widest), dtype=bool)
    row = 0
    for table in tables:
        whole[row : row + len(table), : table.shape[1]] = table
        row += len(table)
    return whole


def _states(source: Source, atlas: Atlas) -> _States:
    """Return the states of a source with zones."""
    model, place = atlas.model, atlas.body.place
    region = sorted(
        {
            place[part.sided("left")]
            for point in source.trigger_points
            for parts in point.zones.values()
            for part in parts
        }
    )
    column = {one: number for number, one in enumerate(region)}
    point_priors = model.trigger_point_priors.get(source.id, {})
    spared: list[FloatArray] = []
    weights: list[FloatArray] = []
    for point in source.trigger_points:
        on = model.trigger_point_active * point_priors.get(point.id, 1.0)
        rows = [np.ones(len(region)), _spared(point, atlas, column, spillover=True)]
        share = [1 - on, on]
        if point.zones["spillover"] or point.zones["rare"]:
            felt = model.spillover_felt
            rows.insert(1, _spared(point, atlas, column, spillover=False))
            share = [1 - on, on * (1 - felt), on * felt]
        spared.append(np.stack(rows))
        weights.append(np.array(share))
    # The first choice is none at all.
    choices = np.array(list(itertools.product(*(range(len(s)) for s in spared)))[1:], dtype=np.intp)
    prior = np.ones(len(choices))
    quiet = np.full((len(choices), len(region)), 1 - model.background)
    for choice, rows_of, weight in zip(choices.T, spared, weights, strict=True):
        prior *= weight[choice]
        quiet *= rows_of[choice]
    return _States(prior, choices > 0, np.array(region, dtype=np.intp), 1 - quiet)


def _spared(
    point: TriggerPoint, atlas: Atlas, column: dict[int, int], *, spillover: bool
) -> FloatArray:
    """Return the probability that each region is spared by one trigger point on the left."""
    model = atlas.model
    chance = {
        "essential": model.zone_chance.essential,
        "spillover": model.zone_chance.spillover if spillover else model.unfelt_spillover,
        "rare": model.zone_chance.rare if spillover else 0.0,
    }
    spared = np.ones(len(column))
    for zone, parts in point.zones.items():
        for part in parts:
            spared[column[atlas.body.place[part.sided("left")]]] = 1 - chance[zone] * part.weight
    return spared


def _frequent(source: Source, atlas: Atlas) -> _States:
    """Return the states of a source with published frequencies.

    The chance of a group is the chance that any of it hurts: a state is a choice of groups and how
    much of each hurts, not a chance for each region.
    """
    model, place = atlas.model, atlas.body.place
    assert source.frequencies is not None
    groups = source.frequencies.groups
    amounts = np.array([0.0, *model.frequency_densities])
    # The first choice is none at all.
    choices = np.array(
        list(itertools.product(range(len(amounts)), repeat=len(groups)))[1:], dtype=np.intp
    )
    prior = np.ones(len(choices))
    region: list[int] = []
    chance: list[FloatArray] = []
    for choice, group in zip(choices.T, groups, strict=True):
        share = group.share / (len(amounts) - 1)
        prior *= np.where(choice > 0, share, 1 - group.share)
        for name in group.regions:
            sure = model.zone_chance.essential * group.mostly.get(name, 0)
            hurts = np.maximum(amounts[choice], sure)
            region.append(place[f"left:{name}"])
            chance.append(np.where(choice > 0, hurts, model.background))
    some = prior > 0
    order = np.argsort(region)
    return _States(
        prior=prior[some],
        active=np.ones((int(some.sum()), 1), dtype=bool),
        region=np.array(region, dtype=np.intp)[order],
        chance=np.stack(chance, axis=1)[some][:, order],
    )


def _softened(found: _States, blur: Softening, atlas: Atlas) -> Part:
    """Return where the states of a source depart from the background, borders softened."""
    region, chance = _reached(found.region, found.chance, blur, atlas.model)
    values = np.empty((len(region), 3, chance.shape[1]))
    _logs(chance, atlas.model, values)
    share = values[:, SHARE]
    np.maximum(chance - atlas.model.background, 0, out=share)
    share *= atlas.body.skin[region, None]
    whole = share.sum(axis=0)
    np.divide(share, whole, out=share, where=whole > 0)
    return Part(region, values)


def _core(source: Source, blur: Softening, atlas: Atlas) -> Part:
    """Return where a source goes numb or tingles, on the left."""
    model = atlas.model
    chance: dict[int, float] = {}
    for part in source.core:
        place = atlas.body.place[part.sided("left")]
        sure = model.zone_chance.essential * part.weight
        chance[place] = max(chance.get(place, model.background), sure)
    region = np.array(sorted(chance), dtype=np.intp)
    sharp = np.array([[chance[place] for place in region.tolist()]])
    region, softened = _reached(region, sharp, blur, model)
    values = np.empty((len(region), 2, 1))
    _logs(softened, model, values)
    return Part(region, values)


def _reached(
    region: IntArray, chance: FloatArray, blur: Softening, model: Model
) -> tuple[IntArray, FloatArray]:
    """Return the regions that chances reach across softened borders, and the chances there.

    They come in by states and go out by regions, shape (n, states).
    """
    takers, shares = blur.among(region)
    return takers, model.background + shares @ (chance - model.background).T


def _logs(chance: FloatArray, model: Model, values: FloatArray) -> None:
    """Write by how much the logs of chances differ from those of the background."""
    for kind, log, background in (
        (YES, np.log, np.log(model.background)),
        (NO, np.log1p, np.log1p(-model.background)),
    ):
        log(chance if kind == YES else -chance, out=values[:, kind])
        values[:, kind] -= background
