"""What the patient drew: strength as tone and number, quality as texture."""

from __future__ import annotations

from collections.abc import Iterable

import shapely
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hippain_maps.drawing import PainDrawing
from hippain_maps.geometry import STANDING_VIEWS, Area, View, overlaid
from hippain_maps.plotting import artists
from hippain_maps.plotting.chart import full_crop, plot_chart
from hippain_maps.plotting.layout import FOOT, HEAD, figure_for, row_of_axes, scale_of, size_of
from hippain_maps.plotting.look import PRINT, TEXTURES, Look
from hippain_maps.regions import Body
from hippain_maps.words import words_in

_ARMS_FROM = 22.0
# A number has so much room, cm, and is not written smaller than this, points.
_NUMBER_ROOM, _NUMBER_SIZE = 3.0, 5.5


def add_drawing(ax: Axes, drawing: PainDrawing, view: View, look: Look = PRINT) -> None:
    """Add what the patient drew in a view to its chart.

    The stronger the pain the darker the tone, with its number where there is room; each quality
    has a texture (`hippain_maps.plotting.look.TEXTURES`), and marks without one are plain.
    """
    for area, intensity in drawing.intensity_areas(view):
        tone = 0.35 if intensity is None else 0.15 + 0.045 * intensity
        ax.add_artist(
            artists.area_patch(area, facecolor=look.drawn, edgecolor="none", alpha=tone, zorder=2.8)
        )
        if intensity is not None:
            _number(ax, area, f"{intensity:g}", look)
    here = [mark for mark in drawing.marks if mark.view == view and mark.is_pain]
    for quality in dict.fromkeys(mark.quality for mark in here):
        textures = [TEXTURES[word] for word in quality if TEXTURES.get(word)]
        if textures:
            alike = [mark.area() for mark in here if mark.quality == quality]
            texture = artists.area_patch(
                overlaid(shapely.union_all, alike)[0],
                facecolor="none",
                edgecolor=look.drawn,
                linewidth=0,
                hatch="".join(textures),
                hatch_linewidth=0.5,
                zorder=2.9,
            )
            texture.set_gid(f"{view}-{'-'.join(quality)}")
            ax.add_artist(texture)
    whole = drawing.area(view)
    if not whole.is_empty:
        contour = artists.area_patch(
            whole, facecolor="none", edgecolor=look.drawn, linewidth=1.1, zorder=5
        )
        contour.set_gid(f"{view}-drawn")
        ax.add_artist(contour)


def _number(ax: Axes, area: Area, text: str, look: Look) -> None:
    circle = shapely.maximum_inscribed_circle(area, tolerance=0.1)
    across = 2 * float(shapely.length(circle))
    low, high = ax.get_xlim()
    points = 72 * ax.get_position().width * size_of(ax.figure)[0] / abs(high - low)
    size = max(look.title_size * scale_of(ax), _NUMBER_SIZE)
    if across < _NUMBER_ROOM or across * points < 1.2 * size:
        return
    x, y = shapely.get_coordinates(circle)[0]
    label = ax.text(
        x,
        y,
        text,
        fontsize=size,
        fontweight="bold",
        ha="center",
        va="center_baseline",
        color=look.ink,
        zorder=7,
    )
    halo = min(2.0, 0.28 * size)
    label.set_path_effects([patheffects.withStroke(linewidth=halo, foreground=look.halo)])


def plot_drawing(
    drawing: PainDrawing,
    body: Body,
    *,
    views: Iterable[View] | None = None,
    language: str = "en",
    figure: Figure | None = None,
    look: Look = PRINT,
) -> Figure:
    """Draw a pain drawing on its charts, side by side.

    Parameters
    ----------
    drawing : PainDrawing
        What was drawn.
    body : Body
        The charts.
    views : iterable of view, optional
        By default the views with pain; all standing views if there is none.
    language : str
        Of the names of the views and of what was said: en, la, de, fr or es.
    figure : Figure, optional
        Where to draw; by default a new one.
    """
    chosen = list(views) if views is not None else list(drawing.views) or list(STANDING_VIEWS)
    arms = [reaches_arms(drawing, view) for view in chosen]
    crops = [full_crop(body, view, arms=far) for view, far in zip(chosen, arms, strict=True)]
    if figure is None:
        figure = figure_for(crops)
        figure.set_facecolor(look.paper)
    _, high = size_of(figure)
    rows = row_of_axes(figure, crops, (0.02, FOOT / high, 0.96, 1 - (HEAD + FOOT) / high))
    for ax, view, crop, far in zip(rows, chosen, crops, arms, strict=True):
        plot_chart(body, view, ax=ax, crop=crop, arms=far, language=language, look=look)
        add_drawing(ax, drawing, view, look)
    figure.text(
        0.5,
        0.08 / high,
        "; ".join(mark_words(drawing, language)),
        fontsize=look.small_size,
        ha="center",
        color=look.ink,
        wrap=True,
    )
    return figure


def mark_words(drawing: PainDrawing, language: str = "en") -> list[str]:
    """Return what was said about the marks, each combination once: ``"7 of 10 aching, deep"``."""
    words, lines = words_in(language), []
    for mark in drawing.marks:
        if mark.is_pain:
            said = ", ".join(map(words.term, [*mark.quality, *filter(None, [mark.depth])]))
            strength = ""
            if mark.intensity is not None:
                strength = words.say("intensity", number=f"{mark.intensity:g}")
            lines.append(f"{strength} {said}".strip())
    return [line for line in dict.fromkeys(lines) if line]


def reaches_arms(drawing: PainDrawing, view: View) -> bool:
    """Return whether something is drawn so far out that the arms must be shown."""
    area = drawing.area(view)
    return not area.is_empty and max(abs(area.bounds[0]), abs(area.bounds[2])) > _ARMS_FROM
