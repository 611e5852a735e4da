"""Expected pain with soft edges: what a zone border looks like when a hand draws it.

The same patient redraws the same pain a minute later with edges one to two centimetres away, so a
border between "hurts" and "does not" is blurred with a Gaussian. Blurring a straight border of
length L between two regions carries ``L * softness / sqrt(2 pi)`` cm2 of the one into the other;
divided by the region's area that is the share of it which takes the neighbour's value.
"""

from __future__ import annotations

import math

import numpy as np

from hippain_maps.geometry import FloatArray
from hippain_maps.regions import Body

MAX_SHARE = 0.5
"""At most this share of a region takes its neighbours' values: the formula is for thin edges."""


def softening(body: Body, softness_cm: float) -> FloatArray:
    """Return the matrix that blurs a value per sided region over the borders.

    Parameters
    ----------
    body : Body
        Where the borders are.
    softness_cm : float
        Standard deviation of the blur, cm; 0 gives the identity.

    Returns
    -------
    ndarray, shape (2 regions, 2 regions)
        Rows sum to 1. Multiply it by a column of values in the order of ``body.sided``.

    Notes
    -----
    Exact for long straight borders; at corners a little too much is carried over. A pair of
    regions that touch in several views counts with the view in which they touch most.
    """
    count = len(body.sided)
    share = np.zeros((count, count))
    for chart in body.charts.values():
        first, second, length = chart.shared_borders()
        carried = length * softness_cm / math.sqrt(2 * math.pi)
        for a, b in ((first, second), (second, first)):
            rows, columns = chart.index[a], chart.index[b]
            np.maximum.at(share, (rows, columns), carried / chart.areas[a])
    total = share.sum(axis=1, keepdims=True)
    share *= np.minimum(1.0, MAX_SHARE / np.maximum(total, 1e-12))
    share[np.arange(count), np.arange(count)] = 1 - share.sum(axis=1)
    return share
