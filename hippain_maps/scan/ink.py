"""Tell ink from print: what is darker than the blank page is, and not by a shadow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from numpy.typing import NDArray

from hippain_maps.paper import PageLayout
from hippain_maps.plotting.paper_page import plot_paper_print
from hippain_maps.regions import Body
from hippain_maps.scan.course import EDGE, PIXELS_PER_MM
from hippain_maps.scan.light import darkness, middling, strongest
from hippain_maps.scan.registration import FlatPage

FloatImage = NDArray[np.float32]
Mask = NDArray[np.bool_]

SURE, LIKELY = 0.2, 0.1
"""Density above print and paper from which a pixel is ink, and from which one beside ink is."""

PRINT_SLACK = 0.25
"""Printed lines may lie so far from where they are expected, mm, and still be taken for print."""


@dataclass(frozen=True, eq=False)
class Ink:
    """The ink on a page.

    Parameters
    ----------
    mask : ndarray of bool, shape (rows, columns)
        Where it is, within the rooms.
    live : ndarray of bool, shape (rows, columns)
        The rooms: where ink is read.
    density : ndarray of float32, shape (rows, columns, 3)
        How dark it is, by colour; see `FlatPage`.
    """

    mask: Mask
    live: Mask
    density: FloatImage


def find_ink(page: FlatPage, body: Body) -> Ink:
    """Return what was drawn in the rooms of a page, without what is printed there."""
    live = rooms_mask(page.layout)
    printed = expected_print(body, page.layout)
    grey = middling(page.density)
    lines = printed > 0.6 * printed.max()
    # How dark this printer and this light make the print; pens over it make few pixels darker.
    gain = float(np.median(grey[lines & live])) / float(np.median(printed[lines & live]))
    slack = 2 * round(PRINT_SLACK * PIXELS_PER_MM) + 1
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (slack, slack))
    allowed = cv2.dilate(printed, around) * max(gain, 0.3) * 1.5
    smooth = cv2.GaussianBlur(page.density, (0, 0), 0.8)
    strength = strongest(smooth) - allowed
    # A grainy photo needs more than its grain.
    paper = strength[live & (allowed < 0.02)]
    grain = 1.4826 * float(np.median(np.abs(paper - np.median(paper))))
    likely, sure = max(LIKELY, 5 * grain), max(SURE, 8 * grain)
    mask = _linked(strength > likely, strength > sure) & live
    return Ink(mask, live, page.density)


def expected_print(body: Body, layout: PageLayout) -> FloatImage:
    """Return how dark the blank page is in its rooms, on the grid of a straightened page."""
    figure = plot_paper_print(body, layout)
    figure.set_dpi(25.4 * PIXELS_PER_MM)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    block = np.asarray(canvas.buffer_rgba())[..., 0].astype(np.float32) / 255
    edge = round(EDGE * PIXELS_PER_MM)
    high, wide = (round((side + 2 * EDGE) * PIXELS_PER_MM) for side in reversed(layout.size))
    page = np.ones((high, wide), dtype=np.float32)
    page[edge : edge + block.shape[0], edge : edge + block.shape[1]] = block
    return darkness(cv2.GaussianBlur(page, (0, 0), 0.8))


def rooms_mask(layout: PageLayout) -> Mask:
    """Return where the rooms of a page are, on the grid of a straightened page."""
    high, wide = (round((side + 2 * EDGE) * PIXELS_PER_MM) for side in reversed(layout.size))
    mask = np.zeros((high, wide), dtype=np.bool_)
    for room in layout.rooms:
        left, top, right, bottom = (round((side + EDGE) * PIXELS_PER_MM) for side in room.box)
        mask[top:bottom, left:right] = True
    return mask


def _linked(likely: Mask, sure: Mask) -> Mask:
    """Return the likely pixels that hang together with sure ones."""
    _, labels = cv2.connectedComponents(likely.astype(np.uint8), connectivity=8)
    keep = np.zeros(int(labels.max()) + 1, dtype=np.bool_)
    keep[labels[sure & likely]] = True
    keep[0] = False
    linked: Mask = keep[labels]
    return linked
