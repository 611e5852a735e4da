"""The way from a page to its photo, and the grid of the straightened page."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hippain_maps.geometry import FloatArray
from hippain_maps.paper import PageLayout
from hippain_maps.scan.photo import ColourImage

PIXELS_PER_MM = 8.0
"""Fineness of the page once it is straightened: 203 dots an inch."""

EDGE = 8.0
"""Paper kept round the block, mm."""


def to_pixels(mm: FloatArray) -> FloatArray:
    """Return mm of the block as (column, row) of the straightened page; pixel centres are whole."""
    return (np.asarray(mm) + EDGE) * PIXELS_PER_MM - 0.5


def to_mm(pixels: FloatArray) -> FloatArray:
    """Return (column, row) of the straightened page as mm of the block.

    Examples
    --------
    >>> to_mm(to_pixels([3.0, 4.0])).tolist()
    [3.0, 4.0]
    """
    return (np.asarray(pixels) + 0.5) / PIXELS_PER_MM - EDGE


class Course:
    """The way from the page to the photo: a bend of the page, then its plane."""

    def __init__(self, plane: NDArray[Any], bend: NDArray[Any] | None = None) -> None:
        self.plane = plane
        self._bend = np.zeros((10, 2)) if bend is None else bend

    def __call__(self, mm: FloatArray) -> FloatArray:
        """Return mm of the block as pixels of the photo, shape (..., 2)."""
        mm = np.asarray(mm, dtype=float)
        moved = mm + _powers(mm.reshape(-1, 2)).dot(self._bend).reshape(mm.shape)
        x, y, w = (
            self.plane[i, 0] * moved[..., 0] + self.plane[i, 1] * moved[..., 1] + self.plane[i, 2]
            for i in range(3)
        )
        return np.stack([x / w, y / w], axis=-1)

    def fineness(self, layout: PageLayout) -> float:
        """Return how many pixels of the photo a millimetre has, where it has the fewest."""
        at = np.array([[room.box[0], room.box[1]] for room in layout.rooms] + [list(layout.size)])
        steps = [np.hypot(*(self(at + step) - self(at)).T) for step in ([1.0, 0.0], [0.0, 1.0])]
        return float(np.min(steps))

    def straighten(self, photo: ColourImage, layout: PageLayout) -> ColourImage:
        """Return the page from the photo, `PIXELS_PER_MM`, with an edge round its block.

        Parameters
        ----------
        photo : ndarray of uint8, shape (rows, columns, 3) or (rows, columns)
            In colour or grey; so is what is returned.
        layout : PageLayout
            Which page it is.
        """
        wide, high = (int((side + 2 * EDGE) * PIXELS_PER_MM) for side in layout.size)
        # The course is smooth: asked every 16 pixels, and filled in between.
        coarse = 16
        columns = np.arange(0, wide + coarse, coarse)
        rows = np.arange(0, high + coarse, coarse)
        grid = np.stack(np.meshgrid(columns, rows), axis=-1).astype(float)
        nodes = self(to_mm(grid)).astype(np.float32)
        x, y = np.meshgrid(np.arange(wide), np.arange(high))
        at_x, at_y = (x / coarse).astype(np.float32), (y / coarse).astype(np.float32)
        course = cv2.remap(nodes, at_x, at_y, cv2.INTER_LINEAR)
        # A finer photo is made smooth first, or single pixels of it would be picked.
        fineness = self.fineness(layout)
        if fineness > 1.3 * PIXELS_PER_MM:
            photo = cv2.GaussianBlur(photo, (0, 0), 0.4 * fineness / PIXELS_PER_MM)
        flat: ColourImage = cv2.remap(
            photo, course[..., 0], course[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return flat

    def bent(
        self,
        samples: FloatArray,
        offset: FloatArray,
        found: NDArray[np.bool_],
        degree: int,
        layout: PageLayout,
    ) -> Course:
        """Return the course bent so that the lines found come to lie at their places."""
        at, normal, off = samples[found, :2], samples[found, 2:4], offset[found]
        terms = {1: 3, 2: 6, 3: 10}[degree]
        powers = _powers(at)[:, :terms]
        rows = np.hstack([powers * normal[:, :1], powers * normal[:, 1:]])
        # A little against bends that no line asks for.
        keep = 5e-5 * len(off) * np.eye(2 * terms)
        weight = np.ones(len(off))
        bend = np.zeros((10, 2))
        for _ in range(10):
            weighed = rows.T * weight
            solved = np.linalg.solve(weighed @ rows + keep, weighed @ off)
            rest = np.abs(off - rows @ solved)
            width = max(0.05, 1.5 * float(np.median(rest)))
            # Pen lines beside the print pull on nothing.
            weight = 1 / (1 + (rest / width) ** 2) ** 2
        bend[:terms] = solved.reshape(2, terms).T
        return Course(self.plane, self._bend + bend)

    def bend(self, mm: FloatArray) -> float:
        """Return the largest bend at some places, mm."""
        return float(np.hypot(*(_powers(mm) @ self._bend).T).max())


def _powers(mm: FloatArray) -> FloatArray:
    """Return 1, x, y, x2, xy, y2 and so on up to the third degree; shape (n, 10)."""
    x, y = (np.asarray(mm) / 130.0 - 1.0).T
    one = np.ones_like(x)
    return np.stack([one, x, y, x * x, x * y, y * y, x**3, x * x * y, x * y * y, y**3], axis=1)
