"""Shares of people: when a region counts as felt, and how sure a share is."""

from __future__ import annotations

import math

FELT = 0.25
"""A region is felt where this share of it is drawn, in the view that shows most: a hand that draws
to its border slips over it."""

_Z = 1.959963984540054
"""Quantile of the normal distribution for an interval of 95 %."""


def wilson(felt: int, seen: int) -> tuple[float, float]:
    """Return the 95 % interval of a share by Wilson's score (J Am Stat Assoc 1927;22:209-12).

    Raises
    ------
    ValueError
        If nobody was seen, or more felt it than were seen.

    Examples
    --------
    >>> low, high = wilson(3, 10)
    >>> round(low, 3), round(high, 3)
    (0.108, 0.603)
    """
    if not 0 <= felt <= seen or seen < 1:
        raise ValueError(f"{felt} of {seen} is no share; give 0 <= felt <= seen, and seen from 1")
    share, z = felt / seen, _Z
    middle = share + z * z / (2 * seen)
    spread = z * math.sqrt(share * (1 - share) / seen + z * z / (4 * seen * seen))
    whole = 1 + z * z / seen
    # At its ends the interval meets 0 and 1, but for rounding.
    low = (middle - spread) / whole if felt else 0.0
    high = (middle + spread) / whole if felt < seen else 1.0
    return low, high
