"""The page of the ranking figure: where its columns, charts and words go."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hippain_maps.geometry import View
from hippain_maps.plotting.chart import plot_chart
from hippain_maps.plotting.layout import Crop, fitted, row_of_axes, size_of, wrapped
from hippain_maps.plotting.look import PRINT, Look
from hippain_maps.regions import Body

Box = tuple[float, float, float, float]

# The page, as shares of its width and height.
LEFT, RIGHT, GAP = 0.025, 0.975, 0.024
TOP, FOOT = 0.975, 0.085
# Room for the heading, between the red flags and the charts, in points. Like all that follows, on
# a page of A4 size; less where type is smaller.
_HEAD = 68.0
# Between charts: beside each other as a share, above each other in inches, with room for a title.
_CHART_GAP, _ROW_GAP = 0.012, 0.5
# Type under the charts, in points.
_TITLE_SIZE, _TITLE_LINE, _BAR_ROOM, LEADING = 11.0, 15.0, 18.0, 1.4


def points_of(figure: Figure, look: Look) -> float:
    """Return what share of the height a point is, by which the sizes here are meant."""
    return look.text_size / PRINT.text_size / 72 / size_of(figure)[1]


@dataclass(frozen=True)
class Page:
    """Where things go, as shares of the page: the words have the room that they need.

    In each box the charts stand in so many rows, at a scale in inches for a centimetre.
    """

    boxes: Sequence[Box]
    rows: int
    scale: float
    title_size: float
    titles: Sequence[Sequence[str]]
    lines: Sequence[Sequence[str]]
    titles_top: float
    bars: float
    lines_top: float


def page_of(
    figure: Figure,
    panels: Sequence[Sequence[Crop]],
    said: Sequence[tuple[str, Sequence[str]]],
    look: Look,
    between: tuple[float, float],
) -> Page:
    """Return the layout of a page with a column for each panel and its title and words.

    It stands `between` what comes below it and what comes before the heading, shares of the page.
    """
    wide, high = size_of(figure)
    points = points_of(figure, look)
    # As wide as its charts ask for, but wide enough for words.
    wishes = np.array([sum(crop.width for crop in panel) for panel in panels])
    room = RIGHT - LEFT - GAP * (len(panels) - 1)
    widths = np.maximum(wishes / wishes.sum(), 0.75 / len(panels))
    widths *= room / widths.sum()
    lefts = LEFT + np.concatenate([[0], np.cumsum(widths + GAP)[:-1]])
    # No rank stands alone in a line because the word after it is long.
    size = min(
        fitted(part, _TITLE_SIZE * points * 72 * high, width * wide, bold=True)
        for (title, _), width in zip(said, widths, strict=True)
        for part in (" ".join(title.split()[:2]), *title.split()[2:])
    )
    titles = [
        wrapped(title, size, width * wide, bold=True)
        for (title, _), width in zip(said, widths, strict=True)
    ]
    lines = [
        [line for word in words for line in wrapped(word, look.text_size, width * wide)]
        for (_, words), width in zip(said, widths, strict=True)
    ]
    title_room = max(map(len, titles)) * _TITLE_LINE * points
    line_room = max(map(len, lines)) * look.text_size * LEADING / 72 / high
    below, above = between
    top = below + title_room + _BAR_ROOM * points + line_room
    bottom = top + 0.03
    # On a small page with much to say the charts are small; they are never none.
    room = max(above - _HEAD * points - bottom, 0.05)
    boxes = [(x, bottom, w, room) for x, w in zip(lefts, widths, strict=True)]
    scales = {
        rows: min(
            _scale(_split(panel, rows), w * wide, h * high, _CHART_GAP * wide)
            for panel, (_, _, w, h) in zip(panels, boxes, strict=True)
        )
        for rows in (1, 2)
    }
    rows = max(scales, key=lambda rows: scales[rows])
    return Page(
        boxes=boxes,
        rows=rows,
        scale=scales[rows],
        title_size=size,
        titles=titles,
        lines=lines,
        titles_top=top,
        bars=top - title_room - 8 * points,
        lines_top=top - title_room - _BAR_ROOM * points,
    )


_T = TypeVar("_T")


def _split(charts: Sequence[_T], rows: int) -> list[Sequence[_T]]:
    """Return charts in reading order in at most so many rows."""
    long = math.ceil(len(charts) / rows)
    return [charts[k : k + long] for k in range(0, len(charts), long)]


def _scale(rows: Sequence[Sequence[Crop]], wide: float, high: float, gap: float) -> float:
    """Return the largest scale at which rows of charts fit into so many inches."""
    lying = min((wide - gap * (len(row) - 1)) / sum(crop.width for crop in row) for row in rows)
    heights = sum(max(crop.height for crop in row) for row in rows)
    return min(lying, (high - _ROW_GAP * (len(rows) - 1)) / heights)


def add_charts(
    figure: Figure,
    body: Body,
    crops: Mapping[View, Crop],
    box: Box,
    page: Page,
    language: str,
    look: Look,
) -> dict[View, Axes]:
    """Draw the blank charts of a panel, in the middle of its box."""
    x, y, width, height = box
    _, high = size_of(figure)
    rows = _split(list(crops), page.rows)
    heights = [page.scale * max(crops[view].height for view in row) / high for row in rows]
    top = y + (height + sum(heights) + _ROW_GAP / high * (len(rows) - 1)) / 2
    charts: dict[View, Axes] = {}
    for row, tall in zip(rows, heights, strict=True):
        place = (x, top - tall, width, tall)
        # At one scale for all panels: no row stacks what another has side by side.
        flat = [replace(crops[view], inset=False) for view in row]
        axes = row_of_axes(figure, flat, place, gap=_CHART_GAP)
        charts |= zip(row, axes, strict=True)
        top -= tall + _ROW_GAP / high
    for view, ax in charts.items():
        plot_chart(
            body,
            view,
            ax=ax,
            crop=crops[view],
            arms=False,
            language=language,
            look=look,
        )
    return charts
