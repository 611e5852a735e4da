"""Draw a body chart, a referral pattern or a pain drawing."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hippain_maps.atlas import Atlas
from hippain_maps.geometry import INSET_VIEWS, Area, FloatArray, Side, View, other_side
from hippain_maps.patterns import Source
from hippain_maps.plotting import artists
from hippain_maps.plotting.layout import Crop, fitted, scale_of, size_of
from hippain_maps.plotting.look import PRINT, Look
from hippain_maps.plotting.zones import PatternShapes
from hippain_maps.regions import Body
from hippain_maps.words import Words, words_in

# Which side of the patient is at the viewer's left.
_LEFT_EDGE: dict[View, Side] = {
    "anterior": "right",
    "posterior": "left",
    "plantar": "right",
    "dorsal": "left",
    "perineal": "right",
}


def full_crop(body: Body, view: View, *, arms: bool = False) -> Crop:
    """Return the crop that shows a whole view, with the arms or without."""
    if view in INSET_VIEWS:
        x0, y0, x1, y1 = body.charts[view].figure.bounds
        return Crop(x0 - 2, y0 - 2, x1 + 2, y1 + 4)
    half = 42.0 if arms else 24.0
    return Crop(-half, -2, half, 178)


def plot_chart(
    body: Body,
    view: View,
    *,
    ax: Axes | None = None,
    crop: Crop | None = None,
    arms: bool | None = None,
    title: bool = True,
    language: str = "en",
    look: Look = PRINT,
) -> Axes:
    """Draw the blank chart of a view.

    Parameters
    ----------
    body : Body
        Whose chart.
    view : view
        Which view.
    ax : Axes, optional
        Where to draw; by default the only axes of a new figure. Limits and aspect are set.
    crop : Crop, optional
        The part to show; by default all of it.
    arms : bool, optional
        Whether to draw the arms; by default only where the whole view is shown.
    title : bool
        Whether to write the view's name above it.
    language : str
        Of the name and the side letters: en, la, de, fr or es.

    Returns
    -------
    Axes
        The axes drawn on.

    Examples
    --------
    >>> from hippain_maps.body import load_body
    >>> plot_chart(load_body(), "plantar").get_title()
    'Soles'
    """
    with_arms = crop is None if arms is None else arms
    crop = crop or full_crop(body, view, arms=with_arms)
    if ax is None:
        inches = (crop.width / 12, crop.height / 12)
        ax = Figure(figsize=inches, facecolor=look.paper).subplots()
    ax.set_xlim(crop.x0, crop.x1)
    ax.set_ylim(crop.y0, crop.y1)
    ax.set_aspect("equal")
    ax.set_axis_off()
    scale = scale_of(ax)
    chart = body.charts[view]
    figure = artists.body_outline(chart, arms=with_arms)
    ax.add_artist(artists.area_patch(figure, facecolor=look.skin, edgecolor="none", zorder=1))
    ax.add_collection(artists.hint_lines(chart, look, size=scale), autolim=False)
    ax.add_artist(
        artists.area_patch(
            figure,
            facecolor="none",
            edgecolor=look.ink,
            linewidth=look.contour_width * scale,
            joinstyle="round",
            zorder=4,
        )
    )
    inches_wide = ax.get_position().width * size_of(ax.figure)[0]
    letters = min(look.side_size * scale, 24 * inches_wide)
    words = words_in(language)
    _sides(ax, view, letters, words, look)
    if title:
        # As high as beside letters, so that titles in a row line up.
        above = 1.05 * letters + min(4, letters / 2)
        # Never tiny for its own sake; a little of the room between charts is for a long name.
        size = look.title_size * max(0.75, min(scale, 1.0))
        room = inches_wide + min(0.2, 0.02 * size_of(ax.figure)[0])
        size = fitted(words.views[view], size, room)
        # With y given, matplotlib need not measure axes that are not there to find its own.
        ax.set_title(words.views[view], fontsize=size, color=look.ink, y=1.0, pad=above)
    return ax


def _sides(ax: Axes, view: View, size: float, words: Words, look: Look) -> None:
    """Write a large L and R above the figure; above a side view, the side that it shows."""
    style: dict[str, Any] = {
        "fontsize": size,
        "fontweight": "bold",
        "color": look.ink,
        "va": "bottom",
        "transform": ax.transAxes,
        "zorder": 7,
    }
    if view not in _LEFT_EDGE:
        side: Side = "left" if view == "left_lateral" else "right"
        ax.text(0.5, 1.005, words.letters[side], ha="center", **style)
        return
    first = _LEFT_EDGE[view]
    low, high = ax.get_xlim()
    # In from the edge, or the letters of neighbouring views would read as a word.
    if low < -1:
        ax.text(0.04, 1.005, words.letters[first], ha="left", **style)
    if high > 1:
        ax.text(0.96, 1.005, words.letters[other_side(first)], ha="right", **style)


def add_dots(
    ax: Axes, centres: FloatArray, look: Look, *, colour: str, gid: str, size: float = 1.0
) -> None:
    """Add those stipple dots to a chart that lie within its limits."""
    low, high = np.sort([ax.get_xlim(), ax.get_ylim()]).T
    shown = centres[((centres >= low) & (centres <= high)).all(axis=1)]
    if len(shown):
        stipple = artists.dots(shown, look, colour=colour, size=size)
        stipple.set_offset_transform(ax.transData)
        stipple.set_gid(gid)
        ax.add_collection(stipple, autolim=False)
        # An SVG would otherwise wrap each dot in a clip of its own, half of the file.
        stipple.set_clip_on(False)


def add_pattern(ax: Axes, shapes: PatternShapes, look: Look = PRINT, *, name: str = "") -> None:
    """Add a referral pattern to a chart: solid, stippled, crosses.

    In an SVG each zone and each trigger point is a group called ``view-name-zone`` or
    ``view-name-point``; on a page with several patterns give each a `name` of its own.
    """

    def gid(part: str) -> str:
        return "-".join(word for word in (shapes.view, name, part) if word)

    if not shapes.essential.is_empty:
        solid = artists.area_patch(
            shapes.essential, facecolor=look.pain, edgecolor="none", alpha=0.88, zorder=2
        )
        solid.set_gid(gid("essential"))
        ax.add_artist(solid)
    for share, area in shapes.frequent:
        # The tone is the share of patients; below a tenth it would not be seen.
        toned = artists.area_patch(
            area, facecolor=look.pain, edgecolor="none", alpha=max(0.1, 0.88 * share), zorder=2
        )
        toned.set_gid(gid(f"frequency-{100 * share:.0f}"))
        ax.add_artist(toned)
        _say_share(ax, area, share, look)
    if not shapes.core.is_empty:
        for part in artists.core_patches(shapes.core, look, size=scale_of(ax)):
            part.set_gid(gid("core"))
            ax.add_artist(part)
    for zone, centres, size in (
        ("spillover", shapes.spillover, 1.0),
        ("rare", shapes.rare, 0.8),
    ):
        add_dots(ax, centres, look, colour=look.pain, gid=gid(zone), size=size)
    for point, marks in shapes.marks.items():
        cross = artists.crosses([(m.x, m.y) for m in marks], look, size=scale_of(ax))
        cross.set_gid(gid(point))
        ax.add_line(cross)


def _say_share(ax: Axes, area: Area, share: float, look: Look) -> None:
    """Write a share of patients where its area is widest."""
    largest = max(shapely.get_parts(area), key=shapely.area)
    circle = shapely.maximum_inscribed_circle(largest, tolerance=0.2)
    if circle.length < 1.5:
        # The edge of an area that another view shows in full.
        return
    x, y = shapely.get_coordinates(circle)[0]
    text = ax.text(
        x,
        y,
        f"{100 * share:.0f} %",
        fontsize=look.title_size * scale_of(ax),
        fontweight="bold",
        color=look.ink,
        ha="center",
        va="center",
        clip_on=True,
        zorder=7,
    )
    text.set_path_effects([patheffects.withStroke(linewidth=2.2, foreground=look.halo)])


def content_of(shapes: PatternShapes) -> list[shapely.Geometry]:
    """Return everything of a pattern that a crop must hold."""
    marks = [(m.x, m.y) for marks in shapes.marks.values() for m in marks]
    points = [*shapes.spillover, *shapes.rare, *marks]
    areas: list[shapely.Geometry] = [
        shapes.essential,
        shapes.core,
        *(area for _, area in shapes.frequent),
    ]
    return [*areas, shapely.multipoints(points)] if points else areas


def caption(atlas: Atlas, source: Source | None = None, language: str = "en") -> str:
    """Return the lines under a figure: what it shows, how sure, and on what terms."""
    words, sure = words_in(language), ""
    if source:
        sure = f"; {words.pattern}: {words.confidence[source.pattern_evidence.confidence]}"
    key = []
    if source and source.frequencies:
        key.append(f"{words.frequency_tone}: {source.frequencies.population}")
    if source and source.core:
        key.append(words.numb_or_tingling)
    published = source is not None and source.frequencies is not None
    about = f"{words.published_frequencies if published else words.classic_pattern}{sure}"
    return "\n".join([*key, about, f"hippain_maps atlas {atlas.version}, CC BY 4.0"])
