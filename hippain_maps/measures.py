"""Plain overlap measures of the field, by their usual names, beside the model.

All compare a set of regions (a pattern) with the drawn fraction of each region, weighted by skin
area; they know no zones, no missing views and no priors. With ``P`` the area of the pattern, ``D``
the drawn area and ``B`` the area in both:

==========  ===============  ==========================================
Jaccard     B / (P + D - B)  overlap over union
Dice        2 B / (P + D)    the same order, another scale
coverage    B / P            share of the pattern that was drawn
precision   B / D            share of the drawing that lies in it
==========  ===============  ==========================================
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from hippain_maps.overlap import Overlap


@dataclass(frozen=True, slots=True)
class Measures:
    """The plain measures of one pattern and one drawing; each in [0, 1]."""

    jaccard: float
    dice: float
    coverage: float
    precision: float


def measures(overlap: Overlap, regions: Iterable[str]) -> Measures:
    """Return the plain measures of a drawing against a set of sided regions.

    Regions that no used view shows are left out. A measure whose denominator is 0 is 0.

    Examples
    --------
    >>> from hippain_maps.body import load_body
    >>> from hippain_maps.drawing import PainDrawing
    >>> from hippain_maps.overlap import overlap
    >>> body = load_body()
    >>> found = overlap(PainDrawing.from_regions(body, ["left:patella_medial"]), body)
    >>> measures(found, ["left:patella_medial", "left:knee_medial"]).precision
    1.0
    """
    mask = np.zeros(len(overlap.fraction), dtype=bool)
    mask[[overlap.body.place[region] for region in regions]] = True
    skin = overlap.body.skin * overlap.known
    painful = skin * overlap.fraction
    pattern = float(skin[mask].sum())
    drawn = float(painful.sum())
    both = float(painful[mask].sum())

    def share(part: float, whole: float) -> float:
        # Sums in another order may differ in the last digit; a share is never above 1.
        return min(part / whole, 1.0) if whole > 0 else 0.0

    return Measures(
        jaccard=share(both, pattern + drawn - both),
        dice=share(2 * both, pattern + drawn),
        coverage=share(both, pattern),
        precision=share(both, drawn),
    )
