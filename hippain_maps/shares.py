"""Shares: how they are written, when a region counts as felt, and how sure a share of people is."""

from __future__ import annotations

import math

FELT = 0.25
"""A region is felt where this share of it is drawn, in the view that shows most: a hand that draws
to its border slips over it."""

_Z = 1.959963984540054
"""Quantile of the normal distribution for an interval of 95 %."""


def percent(share: float) -> str:
    """Return a share in per cent: nearly all is not all, and little is not none.

    Parameters
    ----------
    share : float
        From 0 to 1, such as `Candidate.probability`.

    Examples
    --------
    >>> percent(0.714), percent(0.997), percent(1)
    ('71 %', '> 99 %', '100 %')
    >>> percent(0.002), percent(0)
    ('< 1 %', '0 %')
    """
    return f"{whole_percent(share)} %"


def whole_percent(share: float, *, under: str = "< 1", over: str = "> 99") -> str:
    """Return a share in whole per cent, without the sign.

    Parameters
    ----------
    share : float
        From 0 to 1.
    under, over : str
        What stands for what is rounded to none, or to all, and is not.

    Examples
    --------
    >>> whole_percent(0.714), whole_percent(0.997, over="over 99")
    ('71', 'over 99')
    """
    written = f"{100 * share:.0f}"
    if written == "0" and share > 0:
        return under
    return over if written == "100" and share < 1 else written


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
