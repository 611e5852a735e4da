"""How repeatable drawings are: the same people, twice.

Location is compared by the Jaccard index of the two drawings, extent by the intraclass correlation,
by the limits of agreement of Bland and Altman (1986), and by the smallest change that is more than
the noise of drawing twice.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hippain_maps._json import cut
from hippain_maps.cohort.decode import Entry, read_sketches
from hippain_maps.cohort.inputs import CohortSource
from hippain_maps.cohort.sketch import Sketch, measure
from hippain_maps.errors import CohortError, UnknownNameError
from hippain_maps.geometry import STANDING_VIEWS, FloatArray
from hippain_maps.regions import Body
from hippain_maps.simulation import jaccard

MOST_PAIRS = 20_000
"""People whose drawings are held at the same time."""

_LEAST = 5
"""With fewer pairs an interval says nothing."""


@dataclass(frozen=True, eq=False)
class Reliability:
    """How repeatable some drawings are.

    Parameters
    ----------
    people : tuple of str
        Who drew twice.
    jaccard : ndarray, shape (people,)
        Area drawn both times over area drawn at all.
    extent : ndarray, shape (people, 2)
        Pain extent of the first and the second drawing, per cent of the charted body.
    icc, icc_low, icc_high : float
        Intraclass correlation of extent for single drawings with absolute agreement, two-way
        random effects (ICC(A,1) of McGraw and Wong 1996), with its 95 % interval.
    bias, low_limit, high_limit : float
        Mean difference (second less first) and 95 % limits of agreement, per cent of the body.
    bias_interval, low_interval, high_interval : (float, float)
        Their 95 % intervals.
    sem, smallest_change : float
        Standard error of measurement, and smallest detectable change (1.96 sqrt(2) SEM), in per
        cent of the body.
    once, unusable : int
        People with a single drawing, and drawings that could not be read.
    """

    people: tuple[str, ...]
    jaccard: FloatArray
    extent: FloatArray
    icc: float
    icc_low: float
    icc_high: float
    bias: float
    low_limit: float
    high_limit: float
    bias_interval: tuple[float, float]
    low_interval: tuple[float, float]
    high_interval: tuple[float, float]
    sem: float
    smallest_change: float
    once: int
    unusable: int

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as plain data, without the single people."""
        low, middle, high = (float(q) for q in np.quantile(self.jaccard, (0.25, 0.5, 0.75)))
        return {
            "people": len(self.people),
            "people_with_one_drawing": self.once,
            "unusable_drawings": self.unusable,
            "jaccard": {
                "mean": float(self.jaccard.mean()),
                "sd": float(self.jaccard.std(ddof=1)),
                "quartile_1": low,
                "median": middle,
                "quartile_3": high,
            },
            "extent_icc": {"icc": self.icc, "low": self.icc_low, "high": self.icc_high},
            "extent_agreement": {
                "bias": self.bias,
                "bias_interval": list(self.bias_interval),
                "low_limit": self.low_limit,
                "low_interval": list(self.low_interval),
                "high_limit": self.high_limit,
                "high_interval": list(self.high_interval),
            },
            "extent_sem": self.sem,
            "extent_smallest_detectable_change": self.smallest_change,
        }


def reliability_of(source: CohortSource, by: str, body: Body) -> Reliability:
    """Return how repeatable the drawings of a cohort are: the first two of each person.

    Parameters
    ----------
    source : CohortSource
        The cohort.
    by : str
        Study field that names the person.
    body : Body
        Whose extent is measured.

    Raises
    ------
    CohortError
        If the cohort is too large to hold, or fewer than five people drew twice.
    UnknownNameError
        If there is no such study field.
    """
    if by not in source.fields:
        raise UnknownNameError("study field", by, source.fields)
    place = source.fields.index(by)
    held: dict[str, list[Sketch]] = {}
    unusable = 0
    for entries in _some(source.entries()):
        sketches, _ = read_sketches(entries)
        for entry, sketch in zip(entries, sketches, strict=True):
            name = entry.about[place] if entry.about else None
            if sketch is None or name is None or not sketch.areas:
                unusable += 1
                continue
            mine = held.setdefault(str(name), [])
            if len(mine) < 2:
                mine.append(sketch)
            if len(held) > MOST_PAIRS:
                raise CohortError(
                    f"there are more than {MOST_PAIRS:,} people, and their drawings are held in "
                    "memory; give a part of the cohort"
                )
    pairs = {name: found for name, found in held.items() if len(found) == 2}
    return reliability(pairs, body, once=len(held) - len(pairs), unusable=unusable)


def _some(entries: Iterable[Entry]) -> Iterable[list[Entry]]:
    some: list[Entry] = []
    for entry in entries:
        some.append(entry)
        if len(some) == 500:
            yield some
            some = []
    yield some


def reliability(
    pairs: Mapping[str, Sequence[Sketch]], body: Body, *, once: int = 0, unusable: int = 0
) -> Reliability:
    """Return how repeatable pairs of drawings are.

    Parameters
    ----------
    pairs : mapping of str to two Sketch
        The drawings of each person, in the order they were made.
    body : Body
        Whose extent is measured.
    once, unusable : int
        What was left out before.

    Raises
    ------
    CohortError
        If there are fewer than five pairs.
    """
    if len(pairs) < _LEAST:
        raise CohortError(
            f"{len(pairs)} people drew twice, and at least {_LEAST} are needed to say how "
            f"repeatable drawings are{cut(' (do names of people agree?)') if not pairs else ''}"
        )
    sketches = [sketch for pair in pairs.values() for sketch in pair]
    charted = sum(body.charts[view].areas.sum() for view in STANDING_VIEWS)
    extent = (100 * measure(sketches, body).standing_cm2 / charted).reshape(-1, 2)
    overlaps = np.array([jaccard(a.whole(), b.whole()) for a, b in pairs.values()])
    icc, low, high = _icc(extent)
    from scipy.stats import t as student

    count = len(extent)
    difference = extent[:, 1] - extent[:, 0]
    bias, spread = float(difference.mean()), float(difference.std(ddof=1))
    quantile = float(student.ppf(0.975, count - 1))
    # Bland and Altman (1999), section 2: errors of the mean and of the limits.
    of_bias = quantile * spread / np.sqrt(count)
    of_limit = quantile * spread * np.sqrt(1 / count + 1.96**2 / (2 * (count - 1)))
    limits = bias - 1.96 * spread, bias + 1.96 * spread
    sem = spread / np.sqrt(2)

    def around(middle: float, half: float) -> tuple[float, float]:
        return float(middle - half), float(middle + half)

    return Reliability(
        people=tuple(pairs),
        jaccard=overlaps,
        extent=extent,
        icc=icc,
        icc_low=low,
        icc_high=high,
        bias=bias,
        low_limit=limits[0],
        high_limit=limits[1],
        bias_interval=around(bias, of_bias),
        low_interval=around(limits[0], of_limit),
        high_interval=around(limits[1], of_limit),
        sem=float(sem),
        smallest_change=float(1.96 * np.sqrt(2) * sem),
        once=once,
        unusable=unusable,
    )


def _icc(extent: FloatArray) -> tuple[float, float, float]:
    """Return ICC(A,1) with its 95 % interval."""
    with warnings.catch_warnings():
        # Of the library's own dependencies: nothing that a reader of the result could act on.
        warnings.simplefilter("ignore")
        import pandas as pd
        import pingouin

        count = len(extent)
        long = pd.DataFrame(
            {
                "person": np.repeat(np.arange(count), 2),
                "time": np.tile([1, 2], count),
                "extent": extent.ravel(),
            }
        )
        table = pingouin.intraclass_corr(long, targets="person", raters="time", ratings="extent")
    # Called ICC2 by older releases.
    row = table[table["Type"].isin(["ICC(A,1)", "ICC2"])].iloc[0]
    interval = next(row[name] for name in ("CI95", "CI95%") if name in row)
    return float(row["ICC"]), float(interval[0]), float(interval[1])
