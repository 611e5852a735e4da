"""Where each source is expected to hurt: every way it can be active, as one matrix.

A source is active through one or more of its trigger points, and the spillover of each of these is
felt or not. Each such *state* expects every sided region to hurt with some probability. All states
of all sources, left side, are rows of one matrix; the right side is the same matrix read through
the mirror. A drawing is then compared with everything at once.
"""

from __future__ import annotations

import itertools
import math
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hippain_maps.atlas import Atlas
from hippain_maps.geometry import FloatArray
from hippain_maps.patterns import Source, TriggerPoint
from hippain_maps.softening import softening

if TYPE_CHECKING:
    from hippain_maps._pattern_files import ModelFile

IntArray = NDArray[np.intp]


@dataclass(frozen=True)
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
    active : tuple of ndarray of bool, one a source, each of shape (states, trigger points)
        Which trigger points are active in each state of a source.
    log_pain, log_no_pain : ndarray, shape (states, 2 regions)
        Log of the probability that a region hurts, and that it does not, edges softened.
    where : ndarray, shape (states, 2 regions)
        Where a state's pain lies: the share of its expected painful skin that each region holds,
        background left out. Rows sum to 1.
    """

    sources: tuple[Source, ...]
    first: IntArray
    log_prior: FloatArray
    active: tuple[NDArray[np.bool_], ...]
    log_pain: FloatArray
    log_no_pain: FloatArray
    where: FloatArray


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
    active: list[NDArray[np.bool_]] = []
    for source in atlas.sources.values():
        first.append(len(rows))
        states = list(_states(source, atlas))
        total = sum(prior for prior, _, _ in states)
        priors += [math.log(prior / total) for prior, _, _ in states]
        active.append(np.array([on for _, on, _ in states], dtype=bool))
        rows += [chance for _, _, chance in states]
    blur = softening(atlas.body, atlas.model.border_softness_cm)
    pain = np.reshape(rows, (len(rows), len(atlas.body.sided))) @ blur.T
    own = np.maximum(pain - atlas.model.background, 0) * atlas.body.skin
    return Expectation(
        sources=tuple(atlas.sources.values()),
        first=np.array(first, dtype=np.intp),
        log_prior=np.array(priors),
        active=tuple(active),
        log_pain=np.log(pain),
        log_no_pain=np.log1p(-pain),
        where=own / own.sum(axis=1, keepdims=True),
    )


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


def _spared(
    point: TriggerPoint, model: ModelFile, place: Mapping[str, int], *, spillover: bool
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
