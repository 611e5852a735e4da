"""How much every region speaks, and how much what is drawn and what is spared count.

The weights and factors of the formula of `hippain_maps.ranking`, for one drawing or many.
"""

from __future__ import annotations

import numpy as np

from hippain_maps.atlas import Atlas
from hippain_maps.geometry import FloatArray
from hippain_maps.model import Model

EQUAL = 1e-9
"""Candidates whose log odds differ by no more are equal, whatever the last digits say."""


def weights_of(atlas: Atlas) -> FloatArray:
    """Return how much each sided region speaks: ``w`` of the formula, shape (2 regions,)."""
    model = atlas.model
    weight: FloatArray = np.minimum(atlas.body.skin, model.area_cap_cm2) / model.area_unit_cm2
    return weight


def factors_of(amount: FloatArray, model: Model) -> tuple[FloatArray, FloatArray]:
    """Return the factors of the two sums of the formula; 0 where nothing was drawn.

    Parameters
    ----------
    amount : ndarray, any shape
        ``n`` of the formula: what was drawn, in units of weight.
    model : Model
        The constants.

    Returns
    -------
    for_pain, for_rest : ndarray, shape of `amount`
        ``N / n`` and ``f N / (n + c)``.
    """
    full = amount / (amount + model.evidence_half)
    observed = model.evidence_limit * full
    some = amount > 0
    for_pain = np.divide(observed, amount, out=np.zeros_like(amount), where=some)
    rest = full * observed
    for_rest = np.divide(rest, amount + model.silence_half, out=np.zeros_like(rest), where=some)
    return for_pain, for_rest
