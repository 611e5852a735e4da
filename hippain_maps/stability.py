"""How steady the first candidate of one drawing is when the same patient draws it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hippain_maps.atlas import Atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DrawingError
from hippain_maps.ranking import rank
from hippain_maps.simulation import SHAKE, Hand, jaccard, redraw

NOTHING = "nothing to rank"
"""Stands for a redraw that lies beside the mapped body."""


@dataclass(frozen=True)
class Stability:
    """How a ranking fares when the drawing is drawn again.

    Parameters
    ----------
    redraws : int
        How often it was drawn again.
    same_first : float
        Share in which the first candidate stayed first.
    firsts : mapping of str to int
        How often each source and side came first, or there was nothing to rank.
    jaccard_mean : float
        Overlap of the redraws with the drawing.
    """

    redraws: int
    same_first: float
    firsts: Mapping[str, int]
    jaccard_mean: float


def stability(drawing: PainDrawing, atlas: Atlas, *, redraws: int = 30, seed: int = 1) -> Stability:
    """Return how stable the first candidate of a drawing is under a hand of Jaccard 0.62.

    Parameters
    ----------
    drawing : PainDrawing
        What the patient drew.
    atlas : Atlas
        What it is ranked with.
    redraws : int
        How often to draw it again.
    seed : int
        The same seed gives the same answer.

    Examples
    --------
    >>> from hippain_maps.atlas import load_atlas
    >>> atlas = load_atlas()
    >>> drawing = PainDrawing.from_regions(atlas.body, ["left:thigh_lateral", "left:leg_lateral"])
    >>> stability(drawing, atlas, redraws=3).same_first
    1.0
    """
    generator = np.random.default_rng(seed)
    hand = Hand(shake=SHAKE["warp", 0.62])
    best = _first(drawing, atlas)
    firsts: dict[str, int] = {}
    overlaps = []
    for _ in range(redraws):
        again = redraw(drawing, hand, atlas.body, generator)
        try:
            name = _first(again, atlas)
        except DrawingError:
            # Displaced beyond the mapped body; that the first stayed first cannot be said.
            name = NOTHING
        firsts[name] = firsts.get(name, 0) + 1
        overlaps.append(jaccard(drawing, again))
    return Stability(
        redraws=redraws,
        same_first=firsts.get(best, 0) / redraws,
        firsts=dict(sorted(firsts.items(), key=lambda item: (-item[1], item[0]))),
        jaccard_mean=float(np.mean(overlaps)),
    )


def _first(drawing: PainDrawing, atlas: Atlas) -> str:
    """Return the first muscle; where nothing but numbness is drawn, the first other source."""
    ranking = rank(drawing, atlas)
    first = (ranking.candidates or ranking.differential)[0]
    return f"{first.source.id} {first.side}"
