"""Draw a body chart, a referral pattern or a pain drawing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from hippain_maps.atlas import Atlas
from hippain_maps.geometry import INSET_VIEWS, Area, FloatArray, Side, View, other_side
from hippain_maps.patterns import Source
from hippain_maps.plotting import artists
from hippain_maps.plotting.layout import Crop, fitted, scale_of, size_of
from hippain_maps.plotting.look import PRINT, Look
from hippain_maps.plotting.zones import Frequent, PatternShapes
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
        return Crop(x0 - 2, y0 - 2, x1 + 2, y1 + 4, inset=True)
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
    _sides(ax, view, sides_shown(view, figure, crop), letters, words, look)
    if title:
        # As high as beside letters, so that titles in a row line up.
        above = _ABOVE + 1.05 * letters + min(4, letters / 2)
        # Never tiny for its own sake; a little of the room between charts is for a long name.
        size = look.title_size * max(0.75, min(scale, 1.0))
        room = inches_wide + min(0.2, 0.02 * size_of(ax.figure)[0])
        size = fitted(words.views[view], size, room)
        # With y given, matplotlib need not measure axes that are not there to find its own.
        high = 72 * ax.get_position().height * size_of(ax.figure)[1]
        ax.set_title(words.views[view], fontsize=size, color=look.ink, y=1 + above / high, pad=0)
    return ax


_ABOVE = 1.5
"""How high the letters stand above a chart, points."""

SEEN = 2.0
"""A side is shown where a crop holds so large a part of it: the radius of a circle, cm."""


def sides_shown(view: View, figure: Area, crop: Crop) -> tuple[Side, ...]:
    """Return the patient's sides of which a crop shows more than a scrap, left to right.

    Parameters
    ----------
    view : view
        Which view.
    figure : Polygon or MultiPolygon
        The outline of the body in it.
    crop : Crop
        What is shown of it.
    """
    if view not in _LEFT_EDGE:
        return ("left" if view == "left_lateral" else "right",)
    sides = _LEFT_EDGE[view], other_side(_LEFT_EDGE[view])
    halves = ((crop.x0, min(crop.x1, 0.0)), (max(crop.x0, 0.0), crop.x1))
    return tuple(
        side
        for side, (low, high) in zip(sides, halves, strict=True)
        if low < high
        and not shapely.buffer(
            shapely.clip_by_rect(figure, low, crop.y0, high, crop.y1), -SEEN
        ).is_empty
    )


def _sides(
    ax: Axes, view: View, sides: Sequence[Side], size: float, words: Words, look: Look
) -> None:
    """Write a large L and R above the figure; in the middle, where one side alone is shown."""
    # A little above the chart, however high that is.
    y = 1 + _ABOVE / (72 * ax.get_position().height * size_of(ax.figure)[1])
    style: dict[str, Any] = {
        "fontsize": size,
        "fontweight": "bold",
        "color": look.ink,
        "va": "bottom",
        "transform": ax.transAxes,
        "zorder": 7,
    }
    if len(sides) == 1:
        ax.text(0.5, y, words.letters[sides[0]], ha="center", **style)
        return
    # In from the edge, or the letters of neighbouring views would read as a word.
    for side in sides:
        first = side == _LEFT_EDGE[view]
        x, aligned = (0.04, "left") if first else (0.96, "right")
        ax.text(x, y, words.letters[side], ha=aligned, **style)


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


def add_pattern(
    ax: Axes,
    shapes: PatternShapes,
    look: Look = PRINT,
    *,
    name: str = "",
    shares: Collection[str] | None = None,
    plain_core: bool = False,
    marked: float | None = None,
) -> None:
    """Add a referral pattern to a chart: solid, stippled, crosses; or toned by frequency.

    In an SVG each zone and each trigger point is a group called ``view-name-zone`` or
    ``view-name-point``; on a page with several patterns give each a `name` of its own.

    Parameters
    ----------
    ax : Axes
        The chart of the view.
    shapes : PatternShapes
        What is drawn.
    name : str
        Part of the names of the groups.
    shares : collection of str, optional
        Groups whose percentage is written here; by default each that the view shows.
    plain_core : bool
        Whether a core is a flat tone, because hatching means something else on this page.
    marked : float, optional
        The scale of the crosses; by default that of the chart.
    """

    def gid(part: str) -> str:
        return "-".join(word for word in (shapes.view, name, part) if word)

    if not shapes.essential.is_empty:
        solid = artists.area_patch(
            shapes.essential, facecolor=look.pain, edgecolor="none", alpha=0.88, zorder=2
        )
        solid.set_gid(gid("essential"))
        ax.add_artist(solid)
    for found in shapes.frequent:
        # An edge as light as the skin keeps neighbours of nearly one tone apart.
        toned = artists.area_patch(
            found.area,
            facecolor=to_rgba(look.pain, tone(found.share)),
            edgecolor=look.skin,
            linewidth=0.8 * scale_of(ax),
            joinstyle="round",
            zorder=2,
        )
        toned.set_gid(gid(f"frequency-{found.group}"))
        ax.add_artist(toned)
        if shares is None or found.group in shares:
            _say_share(ax, found, look, gid(f"percent-{found.group}"))
    if not shapes.core.is_empty:
        core = artists.core_patch(shapes.core, look, size=scale_of(ax), plain=plain_core)
        core.set_gid(gid("core"))
        ax.add_artist(core)
    for zone, centres, size in (
        ("spillover", shapes.spillover, 1.0),
        ("rare", shapes.rare, 0.8),
    ):
        add_dots(ax, centres, look, colour=look.pain, gid=gid(zone), size=size)
    size = scale_of(ax) if marked is None else marked
    for point, marks in shapes.marks.items():
        cross = artists.crosses([(m.x, m.y) for m in marks], look, size=size)
        cross.set_gid(gid(point))
        ax.add_line(cross)


def tone(share: float) -> float:
    """Return how strongly a group is filled that this share of patients feels.

    It grows evenly with the share; the fainter ones are still seen on the skin.
    """
    return 0.1 + 0.78 * share


def widest_views(shapes: Mapping[View, PatternShapes]) -> dict[View, set[str]]:
    """Return, by view, the groups with a frequency that no other view shows as wide."""
    best: dict[str, tuple[float, View]] = {}
    for view, found in shapes.items():
        for group in found.frequent:
            # Of views that show a group about as wide, the first.
            if group.room > best.get(group.group, (0.0, view))[0] + 0.5:
                best[group.group] = (group.room, view)
    return {view: {name for name, (_, at) in best.items() if at == view} for view in shapes}


def _say_share(ax: Axes, found: Frequent, look: Look, gid: str) -> None:
    """Write a share of patients where its area is widest, no larger than there is room."""
    words = f"{100 * found.share:.0f} %"
    (low, high), scale = sorted(ax.get_xlim()), scale_of(ax)
    x, y = found.middle
    line = shapely.LineString([(low, y), (high, y)])
    parts = shapely.get_parts(shapely.intersection(found.area, line))
    across = max(part.length for part in parts if part.distance(shapely.Point(x, y)) < 0.1)
    inches = ax.get_position().width * size_of(ax.figure)[0] / (high - low)
    size = fitted(words, look.title_size * scale, 0.87 * across * inches, bold=True)
    size = min(size, 1.3 * found.room * inches * 72)
    text = ax.text(
        x,
        y,
        words,
        fontsize=size,
        fontweight="bold",
        color=look.ink,
        ha="center",
        va="center_baseline",
        zorder=7,
        gid=gid,
    )
    text.set_path_effects([artists.Halo(2.2 * scale, look.halo)])


def content_of(shapes: PatternShapes) -> list[shapely.Geometry]:
    """Return everything of a pattern that a crop must hold."""
    marks = [(m.x, m.y) for marks in shapes.marks.values() for m in marks]
    points = [*shapes.spillover, *shapes.rare, *marks]
    areas: list[shapely.Geometry] = [
        shapes.essential,
        shapes.core,
        *(found.area for found in shapes.frequent),
    ]
    return [*areas, shapely.multipoints(points)] if points else areas


def caption(atlas: Atlas, source: Source | None = None, language: str = "en") -> str:
    """Return the lines under a figure: what kind of thing it shows, how sure, on what terms.

    Published frequencies come with whom they were counted in.
    """
    words = words_in(language)
    published = source is not None and source.frequencies is not None
    about = words.published_frequencies if published else words.classic_pattern
    if source:
        about += f"; {words.pattern}: {words.confidence[source.pattern_evidence.confidence]}"
    of = [source.frequencies.population] if source and source.frequencies else []
    return "\n".join([*of, about, credit(atlas, source)])


def credit(atlas: Atlas, source: Source | None = None) -> str:
    """Return where the content of a figure comes from, and on what terms.

    A source of a pack is credited to it; the shipped licence does not speak for a pack.
    """
    pack = atlas.pack_of(source) if source else None
    if pack is None:
        return f"hippain_maps atlas {atlas.provenance}, CC BY 4.0"
    licence = f", {pack.licence}" if pack.licence else ""
    return f"{pack}{licence}; body chart of hippain_maps, CC BY 4.0"
