"""Where charts go on a page: crops that matter, and rows of views at one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

from hippain_maps.geometry import INSET_VIEWS, View
from hippain_maps.plotting.look import PRINT, Look
from hippain_maps.regions import Body

MARGIN = 4.0
"""Chart around what is shown, cm."""

MIN_WIDTH, MIN_HEIGHT = 24.0, 40.0
"""A crop keeps at least this much of the body, cm, so that one can see where it is."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A rectangle of a chart, cm."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """Width, cm."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Height, cm."""
        return self.y1 - self.y0


def crop_to(
    body: Body,
    content: Mapping[View, Sequence[shapely.Geometry]],
    *,
    whole_width: bool = False,
) -> dict[View, Crop]:
    """Return a crop for each view of some content; standing views share their heights.

    Parameters
    ----------
    body : Body
        Whose charts are cropped.
    content : mapping of view to geometries
        What must be seen. A view of which nothing must be seen is shown in its whole width.
    whole_width : bool
        Whether front and back views keep both sides of the body.
    """
    boxes: dict[View, tuple[float, float, float, float]] = {}
    for view, shapes in content.items():
        bounds = shapely.total_bounds(list(shapes)) if shapes else np.full(4, np.nan)
        if not np.isnan(bounds).any():
            boxes[view] = tuple(bounds.tolist())
    standing = [box for view, box in boxes.items() if view not in INSET_VIEWS]
    low = max(min((box[1] for box in standing), default=0.0) - MARGIN, -1.5)
    high = max((box[3] for box in standing), default=174.0) + MARGIN
    high, low = _widened(low, high, MIN_HEIGHT, -1.5, 178)
    crops: dict[View, Crop] = {}
    for view in content:
        figure = body.charts[view].charted.bounds
        if view in INSET_VIEWS:
            crops[view] = Crop(*(b + d for b, d in zip(figure, (-2, -2, 2, 4), strict=True)))
            continue
        x0, _, x1, _ = boxes.get(view, (-30.0, low, 30.0, high))
        left, right = x0 - MARGIN, x1 + MARGIN
        if view in ("anterior", "posterior"):
            # The midline is in sight, or nobody knows which leg this is.
            left, right = min(left, -5.0), max(right, 5.0)
            left, right = max(left, -21.5), min(right, 21.5)
            if whole_width:
                left, right = -21.5, 21.5
            # Not along the contour, or it would be cut lengthwise.
            shown = shapely.clip_by_rect(body.charts[view].charted, -50, low, 50, high)
            if abs(left - shown.bounds[0]) < MARGIN:
                left = shown.bounds[0] - 1.5
            if abs(right - shown.bounds[2]) < MARGIN:
                right = shown.bounds[2] + 1.5
        else:
            left, right = min(left, figure[0] - 1), max(right, figure[2] + 1)
            if low > 12:
                left, right = max(left, -17.0), min(right, 17.0)
        right, left = _widened(left, right, MIN_WIDTH, -40, 40)
        crops[view] = Crop(left, low, right, high)
    return crops


def _widened(
    low: float, high: float, least: float, floor: float, ceiling: float
) -> tuple[float, float]:
    """Return upper and lower end of a range that is at least `least` long, inside its bounds."""
    missing = max(0.0, least - (high - low)) / 2
    low, high = max(low - missing, floor), min(high + missing, ceiling)
    return high, low


def row_of_axes(
    figure: Figure | SubFigure,
    crops: Sequence[Crop],
    box: tuple[float, float, float, float],
    *,
    gap: float = 0.03,
) -> list[Axes]:
    """Return axes side by side in the middle of a box, all at one scale, tops aligned.

    Parameters
    ----------
    figure : Figure or SubFigure
        Where they go.
    crops : sequence of Crop
        What each shows, left to right.
    box : (left, bottom, width, height)
        Room for the row, as shares of the figure.
    gap : float
        Room between two axes, as a share of the figure's width.
    """
    left, bottom, width, height = box
    wide, high = size_of(figure)
    room = width * wide - gap * wide * (len(crops) - 1)
    scale = min(
        room / sum(crop.width for crop in crops), height * high / max(c.height for c in crops)
    )
    bottom += (height - scale * max(crop.height for crop in crops) / high) / 2
    height = scale * max(crop.height for crop in crops) / high
    used = scale * sum(crop.width for crop in crops) / wide + gap * (len(crops) - 1)
    x = left + (width - used) / 2
    axes = []
    for crop in crops:
        w, h = crop.width * scale / wide, crop.height * scale / high
        ax = figure.add_axes((x, bottom + height - h, w, h))
        ax.set_xlim(crop.x0, crop.x1)
        ax.set_ylim(crop.y0, crop.y1)
        ax.set_axis_off()
        axes.append(ax)
        x += w + gap
    return axes


def size_of(figure: Figure | SubFigure) -> tuple[float, float]:
    """Return width and height in inches."""
    box = figure.bbox
    dpi = figure.get_figure(root=True).dpi
    return box.width / dpi, box.height / dpi


def scale_of(ax: Axes) -> float:
    """Return how large a chart is drawn: 1 at an inch for 20 cm, held between 0.35 and 1.3.

    Line widths and marks follow it, so that a thumbnail is not all crosses.
    """
    low, high = ax.get_xlim()
    dpi = ax.get_figure(root=True).dpi  # type: ignore[union-attr]
    inches = ax.get_position().width * ax.figure.bbox.width / dpi
    return float(np.clip(20 * inches / abs(high - low), 0.35, 1.3))


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return how long a line of type is, in inches."""
    font = FontProperties(size=size, weight="bold" if bold else "normal")
    width, _, _ = TextToPath().get_text_width_height_descent(text, font, ismath=False)
    return float(width) / 72


def fitted(text: str, size: float, inches: float, *, bold: bool = False) -> float:
    """Return a type size, at most `size`, at which a line fits into so many inches."""
    # A little less, since letters on a grid of pixels come out wider.
    return min(size, 0.96 * size * inches / max(width_of(text, size, bold=bold), 1e-6))


def wrapped(text: str, size: float, inches: float, *, bold: bool = False) -> list[str]:
    """Return the lines of a text that each fit into so many inches; a long word stays whole."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size, bold=bold) <= inches:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def head_of(figure: Figure | SubFigure) -> float:
    """Return the room for a heading and the view names, in inches; less on a small page."""
    return min(HEAD, 0.3 * size_of(figure)[1])


HEAD, FOOT = 0.82, 0.5
"""Room for a title and the view names, and for a caption; inches."""


def figure_for(crops: Sequence[Crop], *, least: float = 4.2) -> Figure:
    """Return a new figure for a row of crops, an inch for 20 cm of body."""
    width = sum(crop.width for crop in crops) / 20 + 0.3 * len(crops)
    height = max((crop.height for crop in crops), default=40.0) / 20 + HEAD + FOOT
    return Figure(figsize=(max(width, least), height))


def new_page(size: tuple[float, float], look: Look = PRINT) -> Figure:
    """Return an empty figure of a size in inches, on the paper of a look."""
    return Figure(figsize=size, facecolor=look.paper)
