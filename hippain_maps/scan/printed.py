"""The printed lines of a page, looked for where they should be."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hippain_maps.geometry import FloatArray
from hippain_maps.paper import Room
from hippain_maps.regions import Body
from hippain_maps.scan.course import to_pixels

FloatImage = NDArray[np.float32]

SPACING = 0.8
"""Between two samples of a printed line, mm."""


def samples_of(room: Room, body: Body) -> FloatArray:
    """Return points along a view's printed lines, shape (n, 5).

    Each has its place, its normal, and 1 on a light line or 0 on the outline.
    """
    chart = body.charts[room.view]
    outlines = len(room.lines(chart, hints=False))
    found = []
    for number, line in enumerate(room.lines(chart)):
        steps = np.hypot(*np.diff(line, axis=0).T)
        along = np.concatenate([[0.0], np.cumsum(steps)])
        count = int(along[-1] / SPACING)
        if count < 2:
            continue
        at = (np.arange(count) + 0.5) * along[-1] / count

        def place(at: FloatArray, line: FloatArray = line, along: FloatArray = along) -> FloatArray:
            return np.stack([np.interp(at, along, line[:, i]) for i in (0, 1)], axis=1)

        course = place(at + 0.3) - place(at - 0.3)
        normal = np.stack([-course[:, 1], course[:, 0]], axis=1)
        normal /= np.maximum(np.hypot(*normal.T), 1e-9)[:, None]
        light = np.full((count, 1), float(number >= outlines))
        found.append(np.hstack([place(at), normal, light]))
    return np.concatenate(found)


_STEP = 0.06
"""Between two places of a profile across a line, mm."""


def offsets_of(
    grey: FloatImage, samples: FloatArray, reach: float
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return how far beside its place each sample of a line lies, and whether it was found.

    Looked at is the profile across the line, `reach` mm to both sides, in the middling density
    of the three colours.
    """
    ways = np.arange(-reach, reach + _STEP / 2, _STEP)
    mm = samples[:, None, :2] + ways[None, :, None] * samples[:, None, 2:4]
    at = to_pixels(mm).astype(np.float32)
    profile = cv2.remap(grey, at[..., 0], at[..., 1], cv2.INTER_LINEAR)
    profile = cv2.GaussianBlur(profile, (0, 0), 0.12 / _STEP, sigmaY=0.01)
    ground = np.quantile(profile, 0.3, axis=1, keepdims=True)
    rise = profile - ground
    # Of several lines the nearest; those far off only where there is no other.
    wanted = rise * np.exp(-0.5 * (ways / (0.6 * reach)) ** 2)
    best = wanted.argmax(axis=1)
    rows = np.arange(len(samples))
    strength = rise[rows, best].astype(float)
    inner = (best > 0) & (best < len(ways) - 1)
    # Outlines are printed darker than the light lines in them.
    usual = np.empty(len(samples))
    for light, most in ((0.0, 0.2), (1.0, 0.08)):
        of_kind = samples[:, 4] == light
        # No print is darker: a pen over many of them says nothing of it.
        usual[of_kind] = min(float(np.median(strength[of_kind])), most) if of_kind.any() else 0.0
    found = inner & (strength > np.maximum(0.02, 0.3 * usual))
    best = np.clip(best, 1, len(ways) - 2)
    left, middle, right = (rise[rows, best + k] for k in (-1, 0, 1))
    bend = left - 2 * middle + right
    shift = np.where(bend < -1e-6, 0.5 * (left - right) / np.where(bend < -1e-6, bend, 1), 0.0)
    offset: FloatArray = ways[best] + np.clip(shift, -0.5, 0.5) * _STEP
    return offset, found
