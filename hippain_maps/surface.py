"""The skin of the left half of the body as one sheet, and its projection into each standing view.

A place on the skin is written ``(angle, height)``: the height above the floor in cm, and the angle
around the limb in degrees, counted from the front over the outer side::

                 front 0
                   _
      -90 (inner) ( ) 90 (outer side)      a leg, seen from above
                   -
                back 180                   -90 and 270 are the same innermost line

Above the crotch the half trunk takes the place of the leg: -90 is the front midline, 90 the side
and 270 the back midline, so that columns run on from the leg to the trunk without a seam. A leg is
close to an ellipse (half-breadth and depth per level); the trunk closes over the midline, and its
depth changes from the one form to the other over the heights given in the outline file.

A border written once in these coordinates appears in every view that sees it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from hippain_maps.errors import UnknownNameError
from hippain_maps.geometry import STANDING_VIEWS, FloatArray, View

INNER_FRONT, FRONT, OUTER, BACK, INNER_BACK = -90.0, 0.0, 90.0, 180.0, 270.0

CM_PER_DEGREE = 0.14
"""Width of one degree on the flattened sheet: a mean of thigh, leg and half trunk."""


def monotone_curve(x: ArrayLike, y: ArrayLike, at: ArrayLike) -> FloatArray:
    """Interpolate smoothly through points without overshoot.

    The monotone cubic of Fritsch and Carlson (1980): between two neighbours the curve stays
    between their values, so that an outline gets no bulge that the measurements do not have.

    Parameters
    ----------
    x, y : array-like, shape (n,)
        The points, `x` increasing.
    at : array-like
        Where to evaluate; held at the end values outside the range of `x`.

    Examples
    --------
    >>> monotone_curve([0, 1, 2], [0, 1, 1], [0.5, 2.0]).tolist()
    [0.625, 1.0]
    """
    xs, ys = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    step = np.diff(xs)
    slope = np.diff(ys) / step
    inner = np.zeros_like(xs)
    same = slope[:-1] * slope[1:] > 0
    w1, w2 = 2 * step[1:] + step[:-1], step[1:] + 2 * step[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (w1 + w2) / (w1 / slope[:-1] + w2 / slope[1:])
    inner[1:-1] = np.where(same, mean, 0.0)
    inner[0], inner[-1] = slope[0], slope[-1]
    q = np.clip(np.asarray(at, dtype=float), xs[0], xs[-1])
    i = np.clip(np.searchsorted(xs, q, side="right") - 1, 0, len(step) - 1)
    t = (q - xs[i]) / step[i]
    h00, h10 = (1 + 2 * t) * (1 - t) ** 2, t * (1 - t) ** 2
    h01, h11 = t**2 * (3 - 2 * t), t**2 * (t - 1)
    result: FloatArray = (
        h00 * ys[i] + h10 * step[i] * inner[i] + h01 * ys[i + 1] + h11 * step[i] * inner[i + 1]
    )
    return result


@dataclass(frozen=True)
class Surface:
    """The left half of the body, from the floor to the top of the charted part.

    Parameters
    ----------
    height : ndarray, shape (n,)
        Levels in cm, increasing.
    inner, outer : ndarray, shape (n,)
        Distance from the midline of the inner and the outer edge, cm; inner is 0 on the trunk.
    front, back : ndarray, shape (n,)
        Foremost and rearmost point, cm in front of the coronal plane through the hip joint.
    trunk_front, trunk_back : (float, float)
        Heights over which the section changes from a leg's to half a trunk's.
    """

    height: FloatArray
    inner: FloatArray
    outer: FloatArray
    front: FloatArray
    back: FloatArray
    trunk_front: tuple[float, float]
    trunk_back: tuple[float, float]

    @property
    def top(self) -> float:
        """Height of the highest charted level, cm."""
        return float(self.height[-1])

    def edges(self, height: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the inner and the outer edge at each height, cm from the midline."""
        return (
            monotone_curve(self.height, self.inner, height),
            monotone_curve(self.height, self.outer, height),
        )

    def points(self, angle: ArrayLike, height: ArrayLike) -> FloatArray:
        """Return the body coordinates (left, front, up) of places on the skin, cm.

        Returns
        -------
        ndarray, shape (..., 3)
        """
        a, z = np.broadcast_arrays(np.asarray(angle, dtype=float), np.asarray(height, dtype=float))
        inner, outer = self.edges(z)
        across = (1 + np.sin(np.radians(a))) / 2
        x = inner + (outer - inner) * across
        # Exactly on the edge, or two halves would not meet on the midline.
        x = np.where((a == INNER_FRONT) | (a == INNER_BACK), inner, x)
        front = monotone_curve(self.height, self.front, z)
        back = monotone_curve(self.height, self.back, z)
        y = (front + back) / 2 + (front - back) / 2 * self._depth(a, across, z)
        return np.stack([x, y, z], axis=-1)

    def _trunk_share(self, angle: FloatArray, height: FloatArray) -> FloatArray:
        """Return 0 where the section is a leg's, 1 where it is half a trunk's."""
        share = np.empty_like(height)
        is_front = angle <= OUTER
        for mask, (low, high) in ((is_front, self.trunk_front), (~is_front, self.trunk_back)):
            t = np.clip((height[mask] - low) / (high - low), 0, 1)
            share[mask] = t * t * (3 - 2 * t)
        return share

    def _depth(self, angle: FloatArray, across: FloatArray, height: FloatArray) -> FloatArray:
        """Return the place between rearmost (-1) and foremost (1)."""
        share = self._trunk_share(angle, height)
        leg = np.cos(np.radians(angle))
        trunk = np.where(angle <= OUTER, 1.0, -1.0) * np.sqrt(np.clip(1 - across**2, 0, 1))
        mixed = (1 - share) * leg + share * trunk
        # A mixture of the two forms falls short of the measured depth: stretch it back.
        table = np.linspace(0, 1, 41)
        a = np.linspace(-90, 0, 181)[:, None]
        u = (1 + np.sin(np.radians(a))) / 2
        reach = ((1 - table) * np.cos(np.radians(a)) + table * np.sqrt(1 - u**2)).max(axis=0)
        depth: FloatArray = mixed / np.interp(share, table, reach)
        return depth

    def project(self, view: View, angle: ArrayLike, height: ArrayLike) -> FloatArray:
        """Return chart coordinates in a standing view of places on the left half.

        Returns
        -------
        ndarray, shape (..., 2)

        Raises
        ------
        UnknownNameError
            If `view` is an inset, or the lateral view of the other side.
        """
        xyz = self.points(angle, height)
        if view == "anterior":
            flat = xyz[..., 0]
        elif view == "posterior":
            flat = -xyz[..., 0]
        elif view == "left_lateral":
            flat = -xyz[..., 1]
        else:
            raise UnknownNameError("view of the left half", view, STANDING_VIEWS[:3])
        return np.stack([flat + 0.0, xyz[..., 2]], axis=-1)

    def locate(self, view: View, points: Sequence[Sequence[float]] | FloatArray) -> FloatArray:
        """Return the places on the skin that a view shows at chart points.

        Points beside the body are taken to its nearest edge.

        Parameters
        ----------
        view : view
            ``anterior``, ``posterior`` or ``left_lateral``.
        points : array-like, shape (n, 2)
            Chart coordinates of the left half, cm.

        Returns
        -------
        ndarray, shape (n, 2)
            Angle in degrees and height in cm.
        """
        xy = np.asarray(points, dtype=float)
        z = xy[:, 1]
        if view in ("anterior", "posterior"):
            inner, outer = self.edges(z)
            u = np.clip((np.abs(xy[:, 0]) - inner) / (outer - inner), 0, 1)
            angle = np.degrees(np.arcsin(2 * u - 1))
            if view == "posterior":
                angle = 180 - angle
            return np.stack([angle, z], axis=-1)
        # Towards the back the patient's left side runs to larger x: halve the range until found.
        low, high = self.lateral_limits(z)
        for _ in range(40):
            middle = (low + high) / 2
            too_far = self.project(view, middle, z)[:, 0] > xy[:, 0]
            low, high = np.where(too_far, low, middle), np.where(too_far, middle, high)
        return np.stack([(low + high) / 2, z], axis=-1)

    @cached_property
    def _grid(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return angles, heights and the body coordinates on their grid (heights, angles, 3)."""
        angles = np.arange(INNER_FRONT, INNER_BACK + 0.5, 1.0)
        heights = np.linspace(0, self.top, 2 * round(self.top) + 1)
        a, z = np.meshgrid(angles, heights)
        return angles, heights, self.points(a, z)

    def lateral_limits(self, height: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the angles that bound what a lateral view sees at each height.

        They are the foremost and the rearmost angle, 0 and 180 degrees on a leg, running out to
        the midline on the trunk; drawn in by a degree and a half, so that what lies between them
        never folds over at the edge (which moves the contour by less than 0.1 mm).
        """
        angles, heights, xyz = self._grid
        front = angles <= OUTER
        fore = angles[front][np.argmax(xyz[:, front, 1], axis=1)]
        rear = angles[~front][np.argmin(xyz[:, ~front, 1], axis=1)]
        return np.interp(height, heights, fore + 1.5), np.interp(height, heights, rear - 1.5)

    @cached_property
    def _way(self) -> FloatArray:
        """Return the way around the section from the inner front, on the grid, cm."""
        steps = np.hypot(*np.moveaxis(np.diff(self._grid[2][..., :2], axis=1), -1, 0))
        return np.concatenate([np.zeros((len(steps), 1)), np.cumsum(steps, axis=1)], axis=1)

    def unrolled(self, sheet: FloatArray) -> FloatArray:
        """Return sheet points with the angle replaced by the way around the section, cm.

        Areas measured on the result are areas of skin (cm2), but for the slope of the skin
        against the vertical, which is left out: too small by a few per cent on the calf, by more
        on the buttock and the back of the foot.

        Parameters
        ----------
        sheet : ndarray, shape (n, 2)
            Angle in degrees and height in cm.
        """
        angles, heights, _ = self._grid
        column = (sheet[:, 0] - angles[0]) / (angles[1] - angles[0])
        row = sheet[:, 1] / (heights[1] - heights[0])
        i = np.clip(row.astype(int), 0, len(heights) - 2)
        j = np.clip(column.astype(int), 0, len(angles) - 2)
        v, u = row - i, column - j
        way = (1 - v) * ((1 - u) * self._way[i, j] + u * self._way[i, j + 1]) + v * (
            (1 - u) * self._way[i + 1, j] + u * self._way[i + 1, j + 1]
        )
        return np.stack([way, sheet[:, 1]], axis=-1)
