"""Even light: what the paper would look like under the same lamp everywhere."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

FloatImage = NDArray[np.float32]

COARSE = 4
"""The light is looked at on a picture so many times smaller."""

_REACH = 31
"""Width of the window in which some paper must be seen, coarse pixels: 15 mm."""


def paper_of(page: NDArray[np.uint8]) -> FloatImage:
    """Return how bright and of what tint the paper is, without what is printed and drawn on it.

    Parameters
    ----------
    page : ndarray of uint8, shape (rows, columns, 3)
        The straightened page.

    Returns
    -------
    ndarray of float32, shape (rows / COARSE, columns / COARSE, 3)
        0 to 255.
    """
    high, wide = page.shape[:2]
    size = (max(1, wide // COARSE), max(1, high // COARSE))
    coarse = cv2.medianBlur(cv2.resize(page, size, interpolation=cv2.INTER_AREA), 3)
    window = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_REACH, _REACH))
    # Dark lines are closed over; the edge of a shadow stays where it is.
    paper = cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, window).astype(np.float32)
    smooth: FloatImage = cv2.GaussianBlur(paper, (0, 0), 1.5)
    return smooth


def evened(page: NDArray[np.uint8], paper: FloatImage | None = None) -> FloatImage:
    """Return a page as if its paper were white and lit alike everywhere.

    Parameters
    ----------
    page : ndarray of uint8, shape (rows, columns, 3)
        The straightened page.
    paper : ndarray of float32, optional
        Its paper, from `paper_of`.

    Returns
    -------
    ndarray of float32, shape (rows, columns, 3)
        1 for paper, 0 for black.
    """
    if paper is None:
        paper = paper_of(page)
    size = (page.shape[1], page.shape[0])
    ground = cv2.resize(paper, size, interpolation=cv2.INTER_LINEAR)
    light: FloatImage = page.astype(np.float32) / np.maximum(ground, 8.0)
    return np.clip(light, 0.0, 1.25)


def darkness(light: FloatImage) -> FloatImage:
    """Return how much darker than paper something is: the decadic logarithm, 0 for paper.

    Examples
    --------
    >>> darkness(np.array([0.5, 0.1], dtype=np.float32)).round(2).tolist()
    [0.3..., 1.0]
    """
    dark: FloatImage = np.clip(light, 0.01, 1.0)
    np.log10(dark, out=dark)
    return np.negative(dark, out=dark)


def middling(channels: FloatImage) -> FloatImage:
    """Return the middle one of three channels.

    Print is about as dark in every colour. The least may be burnt out in tinted light, and the
    greatest is also that of coloured pens.
    """
    # Much faster than a median over the last axis.
    red, green, blue = (channels[..., i] for i in range(3))
    middle: FloatImage = np.maximum(
        np.minimum(red, green), np.minimum(np.maximum(red, green), blue)
    )
    return middle


def strongest(channels: FloatImage) -> FloatImage:
    """Return the greatest of three channels."""
    most: FloatImage = np.maximum(channels[..., 0], channels[..., 1])
    return np.maximum(most, channels[..., 2], out=most)
