"""Expected pain with soft edges: what a zone border looks like when a hand draws it.

The same patient redraws the same pain a minute later with edges one to two centimetres away, so a
border between "hurts" and "does not" is blurred with a Gaussian. Blurring a straight border of
length L between two regions carries ``L * softness / sqrt(2 pi)`` cm2 of the one into the other;
divided by the region's area that is the share of it which takes the neighbour's value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hippain_maps._ranges import runs
from hippain_maps.geometry import FloatArray
from hippain_maps.regions import Body, IntArray

MAX_SHARE = 0.5
"""At most this share of a region takes its neighbours' values: the formula is for thin edges."""


@dataclass(frozen=True, eq=False)
class Softening:
    """How much of each region takes the value of which, the region itself included.

    Parameters
    ----------
    start : ndarray of int, shape (2 regions + 1,)
        The pairs of giver number ``n`` stand at ``start[n]`` to ``start[n + 1]``.
    taker : ndarray of int, shape (pairs,)
        Who takes.
    share : ndarray, shape (pairs,)
        The share of the taker that takes the giver's value; over its givers it sums to 1.
    """

    start: IntArray
    taker: IntArray
    share: FloatArray

    def among(self, givers: IntArray) -> tuple[IntArray, FloatArray]:
        """Return who takes from some regions, in rising order, and how much of each.

        Returns
        -------
        takers : ndarray of int, shape (n,)
            In the order of ``body.sided``.
        shares : ndarray, shape (n, givers)
            Multiply it by a column of values of the givers.
        """
        column, pair = runs(self.start, givers)
        seen = np.zeros(len(self.start) - 1, dtype=np.intp)
        seen[self.taker[pair]] = 1
        takers = np.flatnonzero(seen)
        seen[takers] = np.arange(len(takers))
        shares = np.zeros((len(takers), len(givers)))
        shares[seen[self.taker[pair]], column] = self.share[pair]
        return takers, shares

    def dense(self) -> FloatArray:
        """Return the shares as a matrix, shape (2 regions, 2 regions)."""
        return self.among(np.arange(len(self.start) - 1))[1]


def softening(body: Body, softness_cm: float) -> Softening:
    """Return what blurs a value per sided region over the borders.

    Parameters
    ----------
    body : Body
        Where the borders are.
    softness_cm : float
        Standard deviation of the blur, cm; 0 leaves every value as it is.

    Notes
    -----
    Exact for long straight borders; at corners a little too much is carried over. A pair of
    regions that touch in several views counts with the view in which they touch most.
    """
    count = len(body.sided)
    pairs, shares = [np.empty(0, dtype=np.intp)], [np.empty(0)]
    for chart in body.charts.values():
        first, second, length = chart.shared_borders()
        carried = length * softness_cm / math.sqrt(2 * math.pi)
        for a, b in ((first, second), (second, first)):
            # As one number: who gives, and who takes.
            pairs.append(chart.index[b] * count + chart.index[a])
            shares.append(carried / chart.areas[a])
    pair, share = np.concatenate(pairs), np.concatenate(shares)
    order = np.lexsort((-share, pair))
    pair, share = pair[order], share[order]
    most = np.diff(pair, prepend=-1) > 0
    giver, taker = np.divmod(pair[most], count)
    share = share[most]
    total = np.bincount(taker, weights=share, minlength=count)
    share = share * np.minimum(1.0, MAX_SHARE / np.maximum(total, 1e-12))[taker]
    own = np.arange(count)
    kept = 1 - np.bincount(taker, weights=share, minlength=count)
    giver, taker = np.concatenate([giver, own]), np.concatenate([taker, own])
    share = np.concatenate([share, kept])
    order = np.lexsort((taker, giver))
    start = np.concatenate([[0], np.cumsum(np.bincount(giver, minlength=count))])
    return Softening(start.astype(np.intp), taker[order], share[order])
