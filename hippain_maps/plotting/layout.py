"""Where charts go on a page: crops that matter, and rows of views at one scale."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

from hippain_maps.geometry import INSET_VIEWS, View
from hippain_maps.plotting import artists
from hippain_maps.plotting.look import PRINT, Look
from hippain_maps.regions import Body

MARGIN = 4.0
"""Chart around what is shown, cm."""

MIN_WIDTH, MIN_HEIGHT = 24.0, 40.0
"""A crop keeps at least this much of the body, cm, so that one can see where it is; of a single leg
half the width will do."""

MIDLINE = 5.0
"""A crop of the trunk goes so far beyond the midline, cm, or nobody knows which leg this is."""

FLOOR = 10.0
"""A crop that ends no higher than this shows the feet, cm; they are not cut through."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A rectangle of a chart, cm; `inset` if it is a chart that stands in a corner."""

    x0: float
    y0: float
    x1: float
    y1: float
    inset: bool = False

    @property
    def width(self) -> float:
        """Width, cm."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Height, cm."""
        return self.y1 - self.y0


Bounds = tuple[float, float, float, float]


def crop_to(
    body: Body,
    content: Mapping[View, Sequence[shapely.Geometry]],
    *,
    whole_width: bool = False,
) -> dict[View, Crop]:
    """Return a crop for each view of some content; standing views share their heights.

    Front and back show the half that is affected in its whole width and a strip of the other, or,
    below the crotch, the affected leg alone.

    Parameters
    ----------
    body : Body
        Whose charts are cropped.
    content : mapping of view to geometries
        What must be seen. A view of which nothing must be seen is shown in its whole width.
    whole_width : bool
        Whether front and back views keep both sides of the body.
    """
    boxes: dict[View, Bounds] = {}
    for view, shapes in content.items():
        bounds = shapely.total_bounds(list(shapes)) if shapes else np.full(4, np.nan)
        if not np.isnan(bounds).any():
            boxes[view] = tuple(bounds.tolist())
    standing = [box for view, box in boxes.items() if view not in INSET_VIEWS]
    low = max(min((box[1] for box in standing), default=0.0) - MARGIN, -1.5)
    high = max((box[3] for box in standing), default=174.0) + MARGIN
    # Far off the figure nothing is shown.
    low, high = np.clip([low, high], -1.5, 178).tolist()
    high, low = _widened(low, high, MIN_HEIGHT, -1.5, 178)
    if low < FLOOR:
        high, low = max(high, MIN_HEIGHT - 1.5), -1.5
    crops: dict[View, Crop] = {}
    for view in content:
        figure = body.charts[view].charted
        if view in INSET_VIEWS:
            x0, y0, x1, y1 = figure.bounds
            crops[view] = Crop(x0 - 2, y0 - 2, x1 + 2, y1 + 4, inset=True)
            continue
        shown = shapely.clip_by_rect(figure, -50, low, 50, high)
        if shown.is_empty:
            # Drawn on the head alone.
            whole = artists.body_outline(body.charts[view], arms=False)
            shown = shapely.clip_by_rect(whole, -50, low, 50, high)
        left, right = _width(view, shown, boxes.get(view), whole_width=whole_width)
        crops[view] = Crop(left, low, right, high)
    return crops


def _width(
    view: View, shown: shapely.Geometry, box: Bounds | None, *, whole_width: bool
) -> tuple[float, float]:
    """Return from where to where a standing view is shown, cm."""
    first, _, last, _ = shapely.bounds(shown).tolist()
    first, last, least = first - 1.5, last + 1.5, MIN_WIDTH
    if view in ("anterior", "posterior") and box and not whole_width:
        if box[0] > -MIDLINE / 2:
            first = -MIDLINE
        if box[2] < MIDLINE / 2:
            last = MIDLINE
        legs = shapely.bounds(shapely.get_parts(shown)).tolist()
        middle = (box[0] + box[2]) / 2
        if len(legs) == 2 and box[0] * box[2] > 0:
            # Where nothing joins them, the other leg would be a scrap at the edge.
            x0, _, x1, _ = min(legs, key=lambda leg: abs((leg[0] + leg[2]) / 2 - middle))
            first, last, least = x0 - 1.5, x1 + 1.5, MIN_WIDTH / 2
    if box:
        # A shape may leave the figure: a drawing.
        first, last = min(first, box[0] - 1), max(last, box[2] + 1)
    last, first = _widened(first, last, least, -40, 40)
    return first, last


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
    at_top: bool = False,
    largest: float = math.inf,
) -> list[Axes]:
    """Return axes side by side in the middle of a box, all at one scale, tops aligned.

    Insets stand above each other where that saves width.

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
    at_top : bool
        Whether the row stands at the top of the box, not in its middle.
    largest : float
        Largest scale, inches to the cm.
    """
    left, bottom, width, height = box
    wide, high = size_of(figure)
    columns = columns_of(crops)
    widths = [max(crops[n].width for n in column) for column in columns]
    tallest = max(crop.height for crop in crops)
    scale = min(row_scale(figure, crops, box, gap=gap), largest)
    top = bottom + height
    if not at_top:
        top -= (height - scale * tallest / high) / 2
    x = left + (width - scale * sum(widths) / wide - gap * (len(columns) - 1)) / 2
    axes: list[Axes] = []
    for column, column_width in zip(columns, widths, strict=True):
        y = top
        for crop in (crops[n] for n in column):
            w, h = crop.width * scale / wide, crop.height * scale / high
            ax = figure.add_axes((x + (column_width * scale / wide - w) / 2, y - h, w, h))
            ax.set_xlim(crop.x0, crop.x1)
            ax.set_ylim(crop.y0, crop.y1)
            ax.set_axis_off()
            axes.append(ax)
            y -= h + _STACK * scale / high
        x += column_width * scale / wide + gap
    return axes


def row_scale(
    figure: Figure | SubFigure,
    crops: Sequence[Crop],
    box: tuple[float, float, float, float],
    *,
    gap: float = 0.03,
) -> float:
    """Return how large a row can be in a box, inches to the cm."""
    _, _, width, height = box
    wide, high = size_of(figure)
    room = (width - gap * (len(columns_of(crops)) - 1)) * wide
    return min(room / width_for(crops), height * high / max(crop.height for crop in crops))


_STACK = 13.0
"""Between two insets above each other, cm: room for the name of the lower one."""


def columns_of(crops: Sequence[Crop]) -> list[list[int]]:
    """Return the places of crops by column: insets above each other where there is height."""
    columns: list[list[int]] = []
    tallest = max((crop.height for crop in crops), default=0.0)
    for number, crop in enumerate(crops):
        column = columns[-1] if columns else []
        stack = [crops[n] for n in column]
        high = sum(other.height + _STACK for other in stack) + crop.height
        if stack and all(c.inset for c in (*stack, crop)) and high <= tallest:
            column.append(number)
        else:
            columns.append([number])
    return columns


def width_for(crops: Sequence[Crop]) -> float:
    """Return the width of a row of crops, cm."""
    return sum(max(crops[n].width for n in column) for column in columns_of(crops))


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
    return size * _width_of_a_point(text, bold) / 72


@lru_cache(maxsize=8192)
def _width_of_a_point(text: str, bold: bool) -> float:
    """Return how long a line is in type of one point, points; measuring takes a millisecond."""
    # Outlines scale with the size: any will do.
    font = FontProperties(size=10, weight="bold" if bold else "normal")
    width, _, _ = TextToPath().get_text_width_height_descent(text, font, ismath=False)
    return float(width) / 10


def fitted(text: str, size: float, inches: float, *, bold: bool = False) -> float:
    """Return a type size, at most `size`, at which a line fits into so many inches."""
    # A little less, since letters on a grid of pixels come out wider.
    return min(size, 0.96 * size * inches / max(width_of(text, size, bold=bold), 1e-6))


def wrapped(text: str, size: float, inches: float, *, bold: bool = False) -> list[str]:
    """Return the lines of a text that each fit into so many inches.

    A long word stays whole, and so does a number with its per cent sign.
    """
    lines: list[str] = []
    space, room = width_of(" ", size, bold=bold), 0.0
    for word in re.findall(r"\S+(?: %\S*)?", text):
        # Word by word, since the same words come again and again.
        width = width_of(word, size, bold=bold)
        if lines and width + space <= room:
            lines[-1] = f"{lines[-1]} {word}"
            room -= space + width
        else:
            lines.append(word)
            room = inches - width
    return lines


def evenly_wrapped(text: str, size: float, inches: float, *, bold: bool = False) -> list[str]:
    """Return the lines of a text as `wrapped` does, as many, but of about one length."""
    lines = wrapped(text, size, inches, bold=bold)
    while len(lines) > 1:
        inches *= 0.95
        narrower = wrapped(text, size, inches, bold=bold)
        too_wide = any(width_of(line, size, bold=bold) > inches for line in narrower)
        if len(narrower) > len(lines) or too_wide:
            break
        lines = narrower
    return lines


def head_of(figure: Figure | SubFigure) -> float:
    """Return the room for a heading and the view names, in inches; less on a small page."""
    return min(HEAD, 0.3 * size_of(figure)[1])


NARROW, LOW = 3.5, 2.75
"""On a figure of fewer inches across, or in height, words are small rather than in many lines."""


def is_small(figure: Figure | SubFigure) -> bool:
    """Return whether a figure has no room for a key, nor for numbers larger than its charts."""
    wide, high = size_of(figure)
    return wide < NARROW or high < LOW


HEAD, FOOT = 0.82, 0.5
"""Room for a title and the view names, and for a caption; inches."""


def figure_for(crops: Sequence[Crop], *, least: float = 4.2, words: float = HEAD + FOOT) -> Figure:
    """Return a new figure for a row of crops, an inch for 20 cm of body, larger for a small row.

    Parameters
    ----------
    crops : sequence of Crop
        The charts of the row.
    least : float
        Least width of the figure, inches.
    words : float
        Room above and below the charts, inches.
    """
    width = row_width(crops)
    larger = float(np.clip(0.75 * least / width, 1, _LARGER)) if crops else 1.0
    tallest = max((crop.height for crop in crops), default=40.0)
    return Figure(figsize=(max(width, least), larger * tallest / 20 + words))


_LARGER = 1.4
"""A row that is narrower than the least figure is drawn so much larger at the most."""


def row_width(crops: Sequence[Crop]) -> float:
    """Return the width of a figure for a row of crops, inches."""
    return width_for(crops) / 20 + 0.3 * len(columns_of(crops))


def new_page(size: tuple[float, float], look: Look = PRINT) -> Figure:
    """Return an empty figure of a size in inches, on the paper of a look."""
    return Figure(figsize=size, facecolor=look.paper)


def add_heading(figure: Figure | SubFigure, title: str, look: Look) -> None:
    """Write a title at the top of a figure, in the middle."""
    _, high = size_of(figure)
    figure.text(
        0.5,
        1 - 0.12 / high,
        title,
        fontsize=look.heading_size,
        fontweight="bold",
        ha="center",
        va="top",
        color=look.ink,
    )
