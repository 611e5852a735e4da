"""Runs of numbers one after the other, as arrays: what is filed behind one another is read so."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.intp]


def spread(counts: IntArray) -> tuple[IntArray, IntArray]:
    """Return for ``counts`` of things which thing each item belongs to, and its number in it.

    Examples
    --------
    >>> which, number = spread(np.array([2, 0, 3]))
    >>> which.tolist(), number.tolist()
    ([0, 0, 2, 2, 2], [0, 1, 0, 1, 2])
    """
    which = np.repeat(np.arange(len(counts)), counts)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)


def runs(begin: IntArray, chosen: IntArray) -> tuple[IntArray, IntArray]:
    """Return which of the chosen each item belongs to, and where it is filed.

    Parameters
    ----------
    begin : ndarray of int, shape (things + 1,)
        The items of thing ``n`` are filed from ``begin[n]`` up to ``begin[n + 1]``.
    chosen : ndarray of int
        Things.

    Examples
    --------
    >>> which, place = runs(np.array([0, 2, 2, 5]), np.array([2, 0]))
    >>> which.tolist(), place.tolist()
    ([0, 0, 0, 1, 1], [2, 3, 4, 0, 1])
    """
    first = begin[chosen]
    which, number = spread(begin[chosen + 1] - first)
    return which, first[which] + number
