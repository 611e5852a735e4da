"""The map of the map: every region of a view, numbered, with its name."""

from __future__ import annotations

import math
from collections.abc import Sequence

import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hippain_maps.geometry import View
from hippain_maps.plotting import artists
from hippain_maps.plotting.chart import full_crop, plot_chart
from hippain_maps.plotting.layout import Crop, figure_for, row_of_axes
from hippain_maps.plotting.look import PRINT, Look
from hippain_maps.regions import Body

_ROWS = 44
_NUMBER_SIZE = 4.2
"""Of many numbers; where there are few, they are twice as large."""


def plot_charts(
    body: Body,
    views: Sequence[View],
    *,
    language: str = "en",
    figure: Figure | None = None,
    look: Look = PRINT,
) -> Figure:
    """Draw blank charts side by side, to be drawn on by hand.

    Parameters
    ----------
    body : Body
        The charts.
    views : sequence of view
        Left to right.
    language : str
        Of the names of the views: en, la, de, fr or es.
    figure : Figure, optional
        Where to draw; by default a new one.
    """
    arms = [any(part.name == "arm" for part in body.charts[view].context) for view in views]
    crops = [full_crop(body, view, arms=far) for view, far in zip(views, arms, strict=True)]
    figure = figure or figure_for(crops)
    figure.set_facecolor(look.paper)
    rows = row_of_axes(figure, crops, (0.02, 0.02, 0.96, 0.9))
    for ax, view, crop, far in zip(rows, views, crops, arms, strict=True):
        plot_chart(body, view, ax=ax, crop=crop, arms=far, language=language, look=look)
    return figure


def plot_region_map(
    body: Body,
    view: View,
    *,
    ids: bool = False,
    figure: Figure | None = None,
    look: Look = PRINT,
) -> Figure:
    """Draw a view with its regions numbered, and a key with their names.

    Numbers stand on the patient's left half, or on the only side shown; the other side is its
    mirror image. Neighbouring areas are tinted apart. The names of regions are English: other
    languages have names of whole areas alone (`hippain_maps.words.Words.area`).

    Parameters
    ----------
    body : Body
        The body.
    view : view
        Which view.
    ids : bool
        For those who write files: ids instead of names, and a grid in chart cm.
    figure : Figure, optional
        Where to draw; by default a new one of A4 size, landscape.
    """
    figure = figure or Figure(figsize=(11.69, 8.27))
    figure.set_facecolor(look.paper)
    chart = body.charts[view]
    x0, y0, x1, y1 = chart.charted.bounds
    crop = Crop(x0 - 2, y0 - 1.5, x1 + 2, y1 + 3)
    side = "right" if view == "right_lateral" else "left"
    named = [
        (body.sided[i].partition(":")[2], shape)
        for i, shape in zip(chart.index.tolist(), chart.polygons, strict=True)
        if body.sided[i].startswith(side)
    ]
    columns = math.ceil(len(named) / _ROWS)
    room = 0.2 * columns
    (ax,) = row_of_axes(figure, [crop], (0.02, 0.02, 0.94 - room, 0.9))
    plot_chart(body, view, ax=ax, crop=crop, look=look)
    if ids:
        _grid(ax, crop, look)
    areas = list(dict.fromkeys(body.area_of.values()))
    for i, shape in zip(chart.index.tolist(), chart.polygons, strict=True):
        region = body.sided[i].partition(":")[2]
        tint = 0.05 + 0.13 * (areas.index(body.area_of[region]) * 5 % 7) / 6
        ax.add_artist(
            artists.area_patch(shape, facecolor=look.drawn, alpha=tint, edgecolor="none", zorder=2)
        )
        ax.add_artist(
            artists.area_patch(
                shape, facecolor="none", edgecolor=look.faint_ink, linewidth=0.45, zorder=3.5
            )
        )
    for number, (region, shape) in enumerate(named, 1):
        x, y = shapely.get_coordinates(shapely.maximum_inscribed_circle(shape, tolerance=0.1))[0]
        ax.text(
            x,
            y,
            str(number),
            # Three digits have to fit the slender regions of the leg.
            fontsize=_NUMBER_SIZE * (2 if columns == 1 else 0.8 if number > 99 else 1),
            ha="center",
            va="center",
            color=look.ink,
            zorder=6,
            gid=f"region-{region}",
        )
        column, row = divmod(number - 1, _ROWS)
        figure.text(
            0.97 - room + 0.2 * column,
            0.93 - row * 0.9 / _ROWS,
            f"{number}  {region if ids else body.regions[region].name}",
            fontsize=look.small_size - 1,
            va="top",
            color=look.ink,
        )
    return figure


def _grid(ax: Axes, crop: Crop, look: Look) -> None:
    """Rule a chart in centimetres: a line for each or every fifth, the numbers at the edges."""
    step = 1 if crop.height < 40 else 5
    size = look.small_size - 0.5
    for low, high, drawn, at in (
        (crop.x0, crop.x1, ax.axvline, lambda cm: (cm, crop.y0)),
        (crop.y0, crop.y1, ax.axhline, lambda cm: (crop.x0, cm)),
    ):
        for cm in range(math.ceil(low / step) * step, math.floor(high) + 1, step):
            strong = cm % (5 * step) == 0
            drawn(cm, color=look.drawn, linewidth=0.7 if strong else 0.3, alpha=0.55, zorder=3.4)
            x, y = at(cm)
            across = drawn == ax.axvline
            ax.text(
                x,
                y,
                str(cm),
                fontsize=size,
                color=look.drawn,
                ha="center" if across else "right",
                va="top" if across else "center",
                zorder=7,
            )
