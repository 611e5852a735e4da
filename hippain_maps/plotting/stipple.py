"""Stipple: dots that are evenly spread, closer together where pain is likelier.

One square tile of dots is made once: each dot is one of the candidates that are nearly as far as
can be from all before it, on a torus, so that the tile repeats without a seam and its first dots
are as evenly spread as all of them (a progressive blue-noise set, after the farthest-point order of
Eldar et al. 1997). Thinning is then dropping the last dots, which keeps the rest even. Everything
is seeded: the same dots on each run.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from hippain_maps.geometry import FloatArray

TILE = 20.0
"""Edge of the tile, cm."""

DOTS = 620
"""Dots in a full tile: about 0.7 cm apart, never under 0.5."""

_CANDIDATES = 6000
_SEED = 175

_NEARLY = 0.8
"""Share of the largest distance to be had that is far enough for a dot. Always taking the farthest
candidate would lay the dots in rows."""


@cache
def tile() -> tuple[FloatArray, FloatArray]:
    """Return the dots of the tile and the density at which each appears.

    Returns
    -------
    places : ndarray, shape (dots, 2)
        In [0, TILE), cm.
    density : ndarray, shape (dots,)
        Rising from 0 to 1: a dot is drawn where the wanted density is above its own.
    """
    generator = np.random.default_rng(_SEED)
    candidates = generator.random((_CANDIDATES, 2)) * TILE
    nearest = np.full(_CANDIDATES, np.inf)
    chosen = np.empty(DOTS, dtype=np.intp)
    pick = 0
    for number in range(DOTS):
        chosen[number] = pick
        apart = np.abs(candidates - candidates[pick])
        apart = np.minimum(apart, TILE - apart)
        nearest = np.minimum(nearest, (apart**2).sum(axis=1))
        far = np.flatnonzero(nearest >= _NEARLY**2 * nearest.max())
        pick = int(far[generator.integers(len(far))])
    return candidates[chosen], (np.arange(DOTS) + 0.5) / DOTS


def dots_in(bounds: tuple[float, float, float, float]) -> tuple[FloatArray, FloatArray]:
    """Return the dots of the plane inside a rectangle, and the density at which each appears."""
    x0, y0, x1, y1 = bounds
    places, density = tile()
    columns = np.arange(np.floor(x0 / TILE), np.floor(x1 / TILE) + 1)
    rows = np.arange(np.floor(y0 / TILE), np.floor(y1 / TILE) + 1)
    corners = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 1, 2) * TILE
    plane = (places + corners).reshape(-1, 2)
    level = np.tile(density, len(corners))
    inside = ((plane >= [x0, y0]) & (plane <= [x1, y1])).all(axis=1)
    return plane[inside], level[inside]
