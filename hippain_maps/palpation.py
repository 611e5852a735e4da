"""What the examining hand found: a trigger point that is there, or reproduces the pain, or is not.

A drawing file keeps findings under ``palpation``: ``"left:piriformis:trp1_lateral"`` to
``"familiar"`` (pressing it brings on the pain that the patient knows), ``"found"`` (it is there,
and does not) or ``"not_found"``. A finding multiplies the weight of its muscle on its side by a
factor of the model file; several together by no more than ``palpation_limit``. None is published:
the patient's recognition was the useful sign in Njoo and van der Does (1994), and examiners agree
on finding a trigger point only at kappa 0.42 to 0.83 (Holm-Jensen 2020), so the factors are small.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from hippain_maps._json import one_line
from hippain_maps.atlas import Atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import did_you_mean
from hippain_maps.geometry import SIDES, Side
from hippain_maps.patterns import Source, TriggerPoint

Finding = Literal["familiar", "found", "not_found"]
FINDINGS: tuple[Finding, ...] = get_args(Finding)


@dataclass(frozen=True, slots=True)
class PalpationEffect:
    """What one finding did.

    Parameters
    ----------
    source, side, point
        Where was pressed.
    finding : {"familiar", "found", "not_found"}
        What came of it.
    factor : float
        Factor on the weight of the source on this side.
    """

    source: Source
    side: Side
    point: TriggerPoint
    finding: Finding
    factor: float

    @property
    def id(self) -> str:
        """Key of the finding in a drawing file."""
        return f"{self.side}:{self.source.id}:{self.point.id}"

    def to_dict(self) -> dict[str, Any]:
        """Return the effect as plain data."""
        return {"id": self.id, "finding": self.finding, "factor": self.factor}


def palpated(drawing: PainDrawing, atlas: Atlas) -> tuple[tuple[PalpationEffect, ...], list[str]]:
    """Return what the findings of a drawing do, and a sentence for each that was not used.

    Examples
    --------
    >>> from hippain_maps.atlas import load_atlas
    >>> drawing = PainDrawing(palpation={"left:piriformis:trp1_lateral": "familiar"})
    >>> palpated(drawing, load_atlas())[0][0].factor
    3.0
    """
    if not drawing.palpation:
        return (), []
    model = atlas.model
    factors: dict[Finding, float] = {
        "familiar": model.palpation_ratio,
        "found": model.palpation_found,
        "not_found": model.palpation_not_found,
    }
    known = {
        f"{side}:{source.id}:{point.id}": (source, side, point)
        for source in atlas.sources.values()
        if source.is_muscle
        for side in SIDES
        for point in source.trigger_points
    }
    effects, unused = [], []
    for name, finding in drawing.palpation.items():
        said = one_line(str(finding)[:60])
        if name not in known:
            unused.append(
                f"the palpation finding '{one_line(name[:60])}' names no trigger point of this "
                f"atlas and was not used{did_you_mean(name[:60], known)}"
            )
        elif finding not in FINDINGS:
            unused.append(
                f"the palpation finding {name} is '{said}' and was not used; it should be "
                f"{', '.join(FINDINGS[:-1])} or {FINDINGS[-1]}"
            )
        else:
            effects.append(PalpationEffect(*known[name], finding, float(factors[finding])))
    if len(unused) > 8:
        unused[8:] = [f"{len(unused) - 8} more palpation findings were not used"]
    return tuple(effects), unused


def log_factors(effects: Iterable[PalpationEffect], limit: float) -> dict[tuple[str, Side], float]:
    """Return the log of the factor on each source and side, between 1 / limit and limit."""
    sums: dict[tuple[str, Side], float] = {}
    for effect in effects:
        key = (effect.source.id, effect.side)
        sums[key] = sums.get(key, 0.0) + math.log(effect.factor)
    most = math.log(limit)
    return {key: max(-most, min(most, total)) for key, total in sums.items()}
