"""Every way in which a source can be active, as independent causes of pain.

A source is active through one or more of its trigger points, and the spillover of each of these is
felt or not. A source with published frequencies is active through the groups of regions that hurt,
and how much of each then hurts. Each of these is a *cause* with a few *options*; a state of the
source chooses one option of each. A region is spared by a state with the product of the
probabilities that each cause spares it.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hippain_maps.atlas import Atlas
from hippain_maps.geometry import FloatArray
from hippain_maps.patterns import Source, TriggerPoint
from hippain_maps.regions import IntArray


@dataclass(frozen=True, eq=False)
class States:
    """The states of one source, left side, borders of regions sharp.

    Parameters
    ----------
    prior : ndarray, shape (states,)
        Weight of each.
    active : ndarray of bool, shape (states, trigger points)
        Which trigger points are active; a territory always is.
    option : ndarray of int, shape (states, causes)
        The option of each cause; of each the first does nothing.
    region : ndarray of int, shape (n,)
        Places of the regions that any cause reaches, in rising order.
    spared : tuple of ndarray, each of shape (options, n)
        For each cause, the probability that it spares a region.
    """

    prior: FloatArray
    active: NDArray[np.bool_]
    option: IntArray
    region: IntArray
    spared: tuple[FloatArray, ...]

    def chance(self, causes: IntArray, options: IntArray, background: float) -> FloatArray:
        """Return the chance that regions hurt, for choices of some causes.

        Parameters
        ----------
        causes : ndarray of int, shape (m,)
            The causes that matter; the others are taken to do nothing.
        options : ndarray of int, shape (choices, m)
            The option of each.
        background : float
            Chance that a region hurts that nothing reaches.

        Returns
        -------
        ndarray, shape (choices, n)
        """
        quiet = np.full((len(options), len(self.region)), 1 - background)
        for cause, option in zip(causes.tolist(), options.T, strict=True):
            quiet *= self.spared[cause][option]
        return 1 - quiet


def states_of(source: Source, atlas: Atlas) -> States:
    """Return the states of a source on the left.

    Parameters
    ----------
    source : Source
        A source of the atlas.
    atlas : Atlas
        Holds the constants.

    Examples
    --------
    >>> from hippain_maps.atlas import load_atlas
    >>> atlas = load_atlas()
    >>> found = states_of(atlas.source("piriformis"), atlas)
    >>> found.active.shape, bool(found.active.any(axis=1).all())
    ((8, 2), True)
    """
    return (_of_frequencies if source.frequencies else _of_points)(source, atlas)


def _of_points(source: Source, atlas: Atlas) -> States:
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
    option, prior = _choices(weights)
    return States(prior, option > 0, option, np.array(region, dtype=np.intp), tuple(spared))


def _spared(
    point: TriggerPoint, atlas: Atlas, column: Mapping[int, int], *, spillover: bool
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


def _of_frequencies(source: Source, atlas: Atlas) -> States:
    """Return the states of a source with published frequencies.

    The chance of a group is the chance that any of it hurts: a state is a choice of groups and how
    much of each hurts, not a chance for each region.
    """
    model, place = atlas.model, atlas.body.place
    assert source.frequencies is not None
    groups = source.frequencies.groups
    region = sorted({place[f"left:{name}"] for group in groups for name in group.regions})
    column = {one: number for number, one in enumerate(region)}
    amounts = np.array(model.frequency_densities)
    spared: list[FloatArray] = []
    weights: list[FloatArray] = []
    for group in groups:
        rows = np.ones((len(amounts) + 1, len(region)))
        for name in group.regions:
            sure = model.zone_chance.essential * group.mostly.get(name, 0)
            hurts = np.maximum(amounts, sure)
            rows[1:, column[place[f"left:{name}"]]] = (1 - hurts) / (1 - model.background)
        spared.append(rows)
        weights.append(np.array([1 - group.share, *[group.share / len(amounts)] * len(amounts)]))
    option, prior = _choices(weights)
    some = prior > 0
    return States(
        prior=prior[some],
        active=np.ones((int(some.sum()), 1), dtype=bool),
        option=option[some],
        region=np.array(region, dtype=np.intp),
        spared=tuple(spared),
    )


def _choices(weights: Sequence[FloatArray]) -> tuple[IntArray, FloatArray]:
    """Return every choice of options, but for the one that does nothing, and its weight."""
    every = list(itertools.product(*(range(len(options)) for options in weights)))[1:]
    option = np.array(every, dtype=np.intp).reshape(-1, len(weights))
    prior = np.ones(len(option))
    for chosen, weight in zip(option.T, weights, strict=True):
        prior *= weight[chosen]
    return option, prior
