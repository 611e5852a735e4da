"""Where each source is expected to hurt: every way it can be active, as one matrix.

A source is active through one or more of its trigger points, and the spillover of each of these is
felt or not. A source with published frequencies has a state for every choice of the groups that
hurt, with their published chances, and of how much of each then hurts. Each such *state*
expects every sided region to hurt with some probability. All states of all sources, left side, are
rows of one matrix; the right side is the same matrix read through the mirror. A drawing is then
compared with everything at once. Where a source goes numb or tingles, its core, is a row apart.
"""

from __future__ import annotations

import itertools
import math
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hippain_maps.atlas import Atlas
from hippain_maps.geometry import FloatArray
from hippain_maps.model import Model
from hippain_maps.patterns import Source, TriggerPoint
from hippain_maps.softening import softening

IntArray = NDArray[np.intp]


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
    essential : ndarray, shape (trigger points, 2 regions)
        1 in the essential zone of each trigger point of each source.
    first_point : ndarray of int, shape (sources,)
        First row of each source in `essential`.
    log_pain, log_no_pain : ndarray, shape (states, 2 regions)
        Log of the probability that a region hurts, and that it does not, edges softened.
    where : ndarray, shape (states, 2 regions)
        Where a state's pain lies: the share of its expected painful skin that each region holds,
        background left out. Rows sum to 1, or to 0 where nothing is felt (a rare zone, unfelt).
    log_core, log_no_core : ndarray, shape (sources, 2 regions)
        Log of the probability that a region is numb or tingles, and that it is not.
    """

    sources: tuple[Source, ...]
    first: IntArray
    log_prior: FloatArray
    owner: IntArray
    active: NDArray[np.bool_]
    essential: FloatArray
    first_point: IntArray
    log_pain: FloatArray
    log_no_pain: FloatArray
    where: FloatArray
    log_core: FloatArray
    log_no_core: FloatArray
    _views: dict[bytes, ViewSums] = field(default_factory=dict, init=False, repr=False)

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
            sides = (known, known[mirror])
            weights = (weight * known, (weight * known)[mirror])
            self._views[key] = ViewSums(
                in_sight=tuple(self.where @ seen for seen in sides),
                no_pain=tuple(self.log_no_pain @ spared for spared in weights),
                no_core=tuple(self.log_no_core @ spared for spared in weights),
            )
        return self._views[key]


@dataclass(frozen=True, eq=False)
class ViewSums:
    """Sums over every region that some set of views shows, for the left and the right side.

    Parameters
    ----------
    in_sight : two of ndarray, shape (states,)
        Share of each state's pain that the views show.
    no_pain : two of ndarray, shape (states,)
        Weighted log probability that nothing hurts.
    no_core : two of ndarray, shape (sources,)
        Weighted log probability that nothing is numb.
    """

    in_sight: tuple[FloatArray, ...]
    no_pain: tuple[FloatArray, ...]
    no_core: tuple[FloatArray, ...]


_MOST_VIEWS = 64
"""Sets of views whose sums are kept."""

_CACHE: weakref.WeakKeyDictionary[Atlas, Expectation] = weakref.WeakKeyDictionary()


def expectation(atlas: Atlas) -> Expectation:
    """Return the expectation of an atlas; built once for each."""
    found = _CACHE.get(atlas)
    if found is None:
        found = _CACHE[atlas] = _build(atlas)
    return found


def _build(atlas: Atlas) -> Expectation:
    first: list[int] = []
    priors: list[float] = []
    rows: list[FloatArray] = []
    active: list[tuple[bool, ...]] = []
    owner: list[int] = []
    points: list[TriggerPoint] = []
    first_point: list[int] = []
    for number, source in enumerate(atlas.sources.values()):
        first.append(len(rows))
        states = list((_frequent if source.frequencies else _states)(source, atlas))
        total = sum(prior for prior, _, _ in states)
        priors += [math.log(prior / total) for prior, _, _ in states]
        active += [on for _, on, _ in states]
        owner += [number] * len(states)
        first_point.append(len(points))
        points += source.trigger_points
        rows += [chance for _, _, chance in states]
    blur = softening(atlas.body, atlas.model.border_softness_cm)
    pain = np.reshape(rows, (len(rows), len(atlas.body.sided))) @ blur.T
    own = np.maximum(pain - atlas.model.background, 0) * atlas.body.skin
    whole = own.sum(axis=1, keepdims=True)
    core = np.reshape(
        [_core(source, atlas) for source in atlas.sources.values()],
        (len(atlas.sources), len(atlas.body.sided)),
    )
    core = core @ blur.T
    return Expectation(
        sources=tuple(atlas.sources.values()),
        first=np.array(first, dtype=np.intp),
        log_prior=np.array(priors),
        owner=np.array(owner, dtype=np.intp),
        active=_padded(active),
        essential=_essential(points, atlas),
        first_point=np.array(first_point, dtype=np.intp),
        # By columns: a drawing needs those of its regions.
        log_pain=np.asfortranarray(np.log(pain)),
        log_no_pain=np.asfortranarray(np.log1p(-pain)),
        where=np.divide(own, whole, out=np.zeros_like(own), where=whole > 0),
        log_core=np.log(core),
        log_no_core=np.log1p(-core),
    )


def _padded(rows: Sequence[tuple[bool, ...]]) -> NDArray[np.bool_]:
    """Return rows of unequal length as one array, filled up with False."""
    table = np.zeros((len(rows), max(map(len, rows), default=0)), dtype=bool)
    for row, values in zip(table, rows, strict=True):
        row[: len(values)] = values
    return table


def _essential(points: Sequence[TriggerPoint], atlas: Atlas) -> FloatArray:
    """Return 1 in the essential zone of each trigger point, on the left."""
    table = np.zeros((len(points), len(atlas.body.sided)))
    for row, point in zip(table, points, strict=True):
        row[[atlas.body.place[part.sided("left")] for part in point.zones["essential"]]] = 1
    return table


def _states(source: Source, atlas: Atlas) -> Iterator[tuple[float, tuple[bool, ...], FloatArray]]:
    """Yield prior weight, active trigger points and chance of pain of each state of a source."""
    model, place = atlas.model, atlas.body.place
    point_priors = model.trigger_point_priors.get(source.id, {})
    spared: list[list[FloatArray | None]] = []
    weights: list[list[float]] = []
    for point in source.trigger_points:
        on = model.trigger_point_active * point_priors.get(point.id, 1.0)
        felt = _spared(point, model, place, spillover=True)
        if point.zones["spillover"] or point.zones["rare"]:
            unfelt = _spared(point, model, place, spillover=False)
            spared.append([None, unfelt, felt])
            share = model.spillover_felt
            weights.append([1 - on, on * (1 - share), on * share])
        else:
            spared.append([None, felt])
            weights.append([1 - on, on])
    for choice in itertools.product(*(range(len(options)) for options in spared)):
        if not any(choice):
            continue
        chosen = [spared[t][c] for t, c in enumerate(choice)]
        quiet = np.full(len(place), 1 - model.background)
        for factor in chosen:
            if factor is not None:
                quiet = quiet * factor
        prior = math.prod(weights[t][c] for t, c in enumerate(choice))
        yield prior, tuple(c > 0 for c in choice), 1 - quiet


def _frequent(source: Source, atlas: Atlas) -> Iterator[tuple[float, tuple[bool, ...], FloatArray]]:
    """Yield the states of a source with published frequencies, as `_states` does.

    The chance of a group is the chance that any of it hurts: a state is a choice of groups and how
    much of each hurts, not a chance for each region.
    """
    model, place = atlas.model, atlas.body.place
    assert source.frequencies is not None
    groups = source.frequencies.groups
    amounts = (0.0, *model.frequency_densities)
    for choice in itertools.product(amounts, repeat=len(groups)):
        if not any(choice):
            continue
        prior = math.prod(
            group.share / len(model.frequency_densities) if much else 1 - group.share
            for group, much in zip(groups, choice, strict=True)
        )
        if prior == 0:
            continue
        chance = np.full(len(place), model.background)
        for group, much in zip(groups, choice, strict=True):
            for region in group.regions if much else ():
                sure = model.zone_chance.essential * group.mostly.get(region, 0)
                chance[place[f"left:{region}"]] = max(much, sure)
        yield prior, (True,), chance


def _core(source: Source, atlas: Atlas) -> FloatArray:
    """Return the probability that each sided region is numb or tingles, on the left."""
    chance = np.full(len(atlas.body.place), atlas.model.background)
    for part in source.core:
        sure = atlas.model.zone_chance.essential * part.weight
        place = atlas.body.place[part.sided("left")]
        chance[place] = max(chance[place], sure)
    return chance


def _spared(
    point: TriggerPoint, model: Model, place: Mapping[str, int], *, spillover: bool
) -> FloatArray:
    """Return the probability that each sided region is spared by one trigger point on the left."""
    chance = {
        "essential": model.zone_chance.essential,
        "spillover": model.zone_chance.spillover if spillover else model.unfelt_spillover,
        "rare": model.zone_chance.rare if spillover else 0.0,
    }
    spared = np.ones(len(place))
    for zone, parts in point.zones.items():
        for part in parts:
            spared[place[part.sided("left")]] = 1 - chance[zone] * part.weight
    return spared
