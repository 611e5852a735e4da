"""What was read, laid over the page it was read from: to be looked at before it is believed."""

from __future__ import annotations

from collections import Counter

import numpy as np
import shapely
from matplotlib import patheffects
from matplotlib.figure import Figure
from matplotlib.patches import Polygon as PolygonPatch
from matplotlib.patches import Rectangle

from hippain_maps.marks import Mark
from hippain_maps.paper import CORNERS
from hippain_maps.plotting import artists
from hippain_maps.plotting.look import PRINT, Look
from hippain_maps.scan.course import EDGE
from hippain_maps.scan.page import Scan

_HEAD = 14.0
"""Room above the page for what is said of the reading, mm."""


def plot_scan(scan: Scan, *, look: Look = PRINT) -> Figure:
    """Draw a page as it was straightened, with each mark that was read filled and numbered.

    Parameters
    ----------
    scan : Scan
        What was read.

    Returns
    -------
    Figure
        A little larger than the page.
    """
    layout = scan.page.layout
    wide, high = layout.size
    left, top, right, bottom = -EDGE, -EDGE - _HEAD, wide + EDGE, high + EDGE
    size = ((right - left) / 25.4, (bottom - top) / 25.4)
    figure = Figure(figsize=size, facecolor=look.paper)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    pixels = (np.clip(scan.page.light, 0, 1) * 255).astype(np.uint8)
    ax.imshow(pixels, extent=(-EDGE, wide + EDGE, high + EDGE, -EDGE), interpolation="antialiased")
    for room in layout.rooms:
        x0, y0, x1, y1 = room.box
        wall = Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, edgecolor=look.faint_ink)
        wall.set(linewidth=0.4, linestyle=(0, (4, 4)))
        ax.add_patch(wall)
    for corners, name in zip(layout.marks().values(), CORNERS, strict=True):
        there = name in scan.registration.marks
        frame = PolygonPatch(
            corners,
            fill=False,
            edgecolor=look.second if there else look.pain,
            linewidth=1.6,
            linestyle="-" if there else (0, (2, 2)),
        )
        ax.add_patch(frame)
    rooms = {room.view: room for room in layout.rooms}
    for number, mark in enumerate(scan.drawing.marks):
        shape = shapely.transform(mark.area(), rooms[mark.view].to_page)
        ax.add_patch(
            artists.area_patch(
                shape, facecolor=look.second, edgecolor=look.second, alpha=0.4, linewidth=0.8
            )
        )
        _number(figure, shape, number + 1, look)
    lines = [f"Read from the page: {count_of(scan)}", registration_words(scan)]
    for line, (text, weight) in enumerate(zip(lines, ("bold", "normal"), strict=True)):
        ax.text(0, top + 5.0 + 5.0 * line, text, fontsize=9, fontweight=weight, color=look.ink)
    ax.set_xlim(left, right)
    ax.set_ylim(bottom, top)
    return figure


def _number(figure: Figure, shape: shapely.Geometry, number: int, look: Look) -> None:
    # On its upper edge, where neighbours and marks within marks have theirs elsewhere.
    xy = shapely.get_coordinates(shape)
    x, y = xy[xy[:, 1].argmin()]
    text = figure.axes[0].text(
        x,
        y - 0.5,
        str(number),
        fontsize=7,
        fontweight="bold",
        ha="center",
        va="bottom",
        color=look.ink,
        zorder=7,
    )
    text.set_path_effects([patheffects.withStroke(linewidth=2, foreground=look.halo)])


def count_of(scan: Scan) -> str:
    """Return how many marks of which kind were read: ``"3 marks (2 outlines, 1 stroke)"``."""
    kinds = Counter(mark.kind for mark in scan.drawing.marks)
    if not kinds:
        return "no marks"
    parts = ", ".join(f"{n} {kind}{'' if n == 1 else 's'}" for kind, n in kinds.items())
    return f"{kinds.total()} mark{'' if kinds.total() == 1 else 's'} ({parts})"


def mark_lines(scan: Scan) -> list[str]:
    """Return a line for each mark, by the number that it has in the preview."""
    lines = []
    for number, mark in enumerate(scan.drawing.marks):
        size = f"{mark.area().area:.0f} cm²"
        lines.append(f"{number + 1}: {mark.view}, {mark.kind}, {pen_name(mark)} pen, {size}")
    return lines


def pen_name(mark: Mark) -> str:
    """Return the colour of the pen of a mark that was read from paper."""
    return str(mark.extra["properties"]["pen"])


def registration_words(scan: Scan) -> str:
    """Return how sure the page's place is, in a line."""
    found = scan.registration
    missing = f" (missing: {', '.join(found.missing)})" if found.missing else ""
    return (
        f"Registration {found.confidence}: page {found.layout.number}, {len(found.marks)} of "
        f"{len(CORNERS)} marks{missing}, printed lines within {found.error_mm:.2f} mm, "
        f"{min(found.found.values()):.0%} of them found"
    )
