"""The figure of one referral pattern."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from matplotlib.figure import Figure, SubFigure

from hippain_maps.anatomy import load_outlines
from hippain_maps.atlas import Atlas
from hippain_maps.geometry import VIEWS, FloatArray, Side, View, mirror_view
from hippain_maps.patterns import Source, TriggerPoint, ZoneName
from hippain_maps.plotting.anatomy import add_bones, add_muscle
from hippain_maps.plotting.chart import (
    add_pattern,
    caption,
    content_of,
    full_crop,
    plot_chart,
    widest_views,
)
from hippain_maps.plotting.key import ROW, add_key, key_rows, pattern_kinds
from hippain_maps.plotting.layout import (
    HEAD,
    NARROW,
    Crop,
    columns_of,
    crop_to,
    evenly_wrapped,
    figure_for,
    fitted,
    head_of,
    is_small,
    row_of_axes,
    row_scale,
    row_width,
    size_of,
    width_for,
    width_of,
)
from hippain_maps.plotting.look import PRINT, Look
from hippain_maps.plotting.numbering import add_numbers, mark_scale, outward_of
from hippain_maps.plotting.zones import PatternShapes, pattern_shapes
from hippain_maps.words import words_in

MATTERS, SHOWS = 0.03, 0.25
"""A view is shown if it adds at least the first share of the whole pattern to what the others show
of it, or if it shows at least the second share of what the best view does."""

_WORTH: Mapping[ZoneName, float] = {"essential": 1.0, "spillover": 0.5, "rare": 0.1}
"""What an area of each zone is worth in a view."""


def plot_pattern(
    source: Source,
    atlas: Atlas,
    *,
    side: Side = "left",
    trigger_points: Sequence[TriggerPoint] | None = None,
    views: Iterable[View] | None = None,
    whole: bool = False,
    anatomy: bool = False,
    labels: bool = True,
    with_caption: bool = True,
    language: str = "en",
    figure: Figure | SubFigure | None = None,
    look: Look = PRINT,
) -> Figure | SubFigure:
    """Draw a source's referral pattern in the views that show it.

    Essential zone solid, spillover stippled, rare zones stippled sparsely, a bold cross for each
    trigger point, numbered as in the key below. Groups with a published frequency are toned by it,
    with the percentage where they are widest; where it goes numb is hatched, with a dashed outline.
    A small key below says so, of what is in the figure; a page of less than 9 by 7 cm has no room
    for it.

    Parameters
    ----------
    source : Source
        Whose pattern.
    atlas : Atlas
        The body, and the version for the caption.
    side : {"left", "right"}
        The patient's side; the right is the exact mirror image.
    trigger_points : sequence of TriggerPoint, optional
        By default all of the source.
    views : iterable of view, optional
        By default the views that matter.
    whole : bool
        Whether to show whole bodies instead of cropping to the pattern.
    anatomy : bool
        Whether to draw the bones, and the muscle itself where its outline is known, lightly below.
    labels : bool
        Whether to name the source and the trigger points; without, the figure is a question.
    with_caption : bool
        Whether to say below what the figure shows and on what terms, with a key to what is drawn.
        Without, nothing but the trigger points is named below the charts.
    language : str
        Of names and captions: en, la, de, fr or es.
    figure : Figure or SubFigure, optional
        Where to draw; by default a new one.

    Returns
    -------
    Figure or SubFigure
        What was drawn on.
    """
    panel = panel_of(
        source,
        atlas,
        side=side,
        trigger_points=trigger_points,
        views=views,
        whole=whole,
        anatomy=anatomy,
    )
    return plot_panel(
        panel,
        atlas,
        anatomy=anatomy,
        labels=labels,
        with_caption=with_caption,
        language=language,
        figure=figure,
        look=look,
    )


def plot_panel(
    panel: Panel,
    atlas: Atlas,
    *,
    anatomy: bool = False,
    labels: bool = True,
    with_caption: bool = True,
    language: str = "en",
    figure: Figure | SubFigure | None = None,
    look: Look = PRINT,
) -> Figure | SubFigure:
    """Draw what `panel_of` returned; the parameters are those of `plot_pattern`."""
    source = panel.source
    crops = list(panel.crops.values())
    wide = max(row_width(crops), 4.2) if figure is None else size_of(figure)[0]
    lines = point_lines(panel, wide, look) if labels else []
    key: list[list[str]] = []
    if with_caption:
        said = caption(atlas, source if labels else None, language).split("\n")
        if figure is None or not is_small(figure):
            kinds = pattern_kinds(panel.shapes.values())
            key = key_rows(kinds, 0.92 * wide, words_in(language), look)
        elif source.frequencies:
            # Without a key, words alone say what the percentages are.
            tone = words_in(language).frequency_tone
            said = [f"{tone}: {said[0]}", *said[1:]] if labels else [tone, *said]
        lines += broken(said, wide, look)
    if figure is None:
        words = HEAD + _key_room(key) + foot_of(lines, wide, look)
        figure = figure_for(crops, words=words)
        figure.set_facecolor(look.paper)
    draw_panel(
        figure,
        panel,
        atlas,
        lines,
        key=key,
        anatomy=anatomy,
        labels=labels,
        language=language,
        look=look,
    )
    return figure


@dataclass(frozen=True)
class Panel:
    """A pattern ready to be drawn: its shapes and crops by view."""

    source: Source
    side: Side
    points: tuple[TriggerPoint, ...]
    shapes: Mapping[View, PatternShapes]
    crops: Mapping[View, Crop]


def panel_of(
    source: Source,
    atlas: Atlas,
    *,
    side: Side = "left",
    trigger_points: Sequence[TriggerPoint] | None = None,
    views: Iterable[View] | None = None,
    whole: bool = False,
    anatomy: bool = False,
) -> Panel:
    """Return what `draw_panel` draws; the parameters are those of `plot_pattern`."""
    points = tuple(source.trigger_points if trigger_points is None else trigger_points)
    shapes = shapes_by_view(atlas, points, side, views, source)
    content = {view: content_of(found) for view, found in shapes.items()}
    if anatomy and source.id in load_outlines().muscles:
        for view, seen in content.items():
            seen += [part.area for part in load_outlines().of(source.id, side, view)]
    body = atlas.body
    crops = {v: full_crop(body, v) for v in shapes} if whole else crop_to(body, content)
    return Panel(source, side, points, shapes, crops)


def draw_panel(
    figure: Figure | SubFigure,
    panel: Panel,
    atlas: Atlas,
    lines: Sequence[str],
    *,
    key: Sequence[Sequence[str]] = (),
    anatomy: bool = False,
    labels: bool = True,
    language: str = "en",
    look: Look = PRINT,
    at_top: bool = False,
    largest: float = math.inf,
) -> None:
    """Draw a pattern on a figure: a heading, the charts, the rows of a key, and lines below.

    With `at_top` the charts stand right under the heading and the lines right under the charts;
    otherwise the lines stand at the foot and the charts in the middle between. `largest` is the
    largest scale, inches to the cm.
    """
    wide, high = size_of(figure)
    source, side, words = panel.source, panel.side, words_in(language)
    below = foot_of(lines, wide, look)
    if labels:
        add_heading(figure, [f"{source.name_in(language)}, {words.sides[side]}"], look)
    box = _box(figure, lines, key, look)
    axes = row_of_axes(figure, list(panel.crops.values()), box, at_top=at_top, largest=largest)
    shares = widest_views(panel.shapes)
    numbered = labels and len(panel.points) > 1
    for ax, (view, crop) in zip(axes, panel.crops.items(), strict=True):
        shapes = panel.shapes[view]
        plot_chart(atlas.body, view, ax=ax, crop=crop, language=language, look=look)
        if anatomy:
            add_bones(ax, view, look)
        if anatomy and source.id in load_outlines().muscles:
            add_muscle(ax, source.id, side, view, look)
        marked = mark_scale(ax)
        add_pattern(ax, shapes, look, name=source.id, shares=shares[view], marked=marked)
        if numbered:
            outward = outward_of(view, side)
            add_numbers(ax, shapes, panel.points, look, name=source.id, outward=outward)
    lowest = min(ax.get_position().y0 for ax in axes) if at_top else None
    add_below(figure, lines, look, top=lowest)
    for number, kinds in enumerate(key, 1):
        at = 0.04, (below + ROW * (len(key) - number)) / high
        add_key(figure, kinds, at, 0.92 * wide, words, look, centred=True, colour=look.caption_ink)


def _box(
    figure: Figure | SubFigure, lines: Sequence[str], key: Sequence[Sequence[str]], look: Look
) -> tuple[float, float, float, float]:
    """Return where the charts of a panel go, as shares of the figure."""
    wide, high = size_of(figure)
    foot = (foot_of(lines, wide, look) + _key_room(key)) / high
    return 0.02, foot, 0.96, 1 - head_of(figure) / high - foot


def panel_scale(
    figure: Figure | SubFigure, panel: Panel, lines: Sequence[str], look: Look
) -> float:
    """Return how large `draw_panel` can draw a panel, inches to the cm."""
    return row_scale(figure, list(panel.crops.values()), _box(figure, lines, (), look))


def _key_room(key: Sequence[Sequence[str]]) -> float:
    """Return the room for a key, with a little air above it, inches."""
    return 0.08 + ROW * len(key) if key else 0.0


def point_lines(panel: Panel, wide: float, look: Look) -> list[str]:
    """Return the key to the numbers of trigger points, in lines that fit into so many inches."""
    if len(panel.points) < 2:
        return []
    return _packed([f"{n} {p.name}" for n, p in enumerate(panel.points, 1)], wide, look)


def panel_height(panel: Panel, lines: Sequence[str], wide: float, look: Look) -> float:
    """Return how high a panel is that fills so many inches across, in inches."""
    crops = list(panel.crops.values())
    room = (0.96 - 0.03 * (len(columns_of(crops)) - 1)) * wide
    charts = room / width_for(crops) * max(crop.height for crop in crops)
    return HEAD + charts + foot_of(lines, wide, look)


def shapes_by_view(
    atlas: Atlas,
    points: Sequence[TriggerPoint],
    side: Side,
    views: Iterable[View] | None = None,
    source: Source | None = None,
) -> dict[View, PatternShapes]:
    """Return the shapes of some trigger points in each view that matters.

    With `source`, also of its frequencies and its core. Without `views`, those of
    `views_that_matter`.
    """
    if views is None:
        views = views_that_matter(atlas, points, side, source)
    return {view: pattern_shapes(atlas.body, points, side, view, source) for view in views}


def views_that_matter(
    atlas: Atlas, points: Sequence[TriggerPoint], side: Side, source: Source | None = None
) -> tuple[View, ...]:
    """Return the views that show some trigger points, and the core or frequencies of a source.

    The best one, those that add `MATTERS` of the pattern, or show `SHOWS` of what the best one
    does, and the best one for any trigger point that these leave unmarked. Those of the right side
    are the mirror images of those of the left.
    """
    body = atlas.body
    worth = _worth(atlas, points, source)
    areas = {
        view: np.bincount(
            body.charts[view].index,
            worth[body.charts[view].index] * shapely.area(body.charts[view].polygons),
            len(worth),
        )
        for view in VIEWS
    }
    shown = {view: float(area.sum()) for view, area in areas.items()}
    whole = float(np.max(list(areas.values()), axis=0).sum())
    chosen: set[View] = set()
    seen = np.zeros(len(worth))
    while len(chosen) < len(VIEWS):
        adds = {v: np.maximum(areas[v] - seen, 0).sum() for v in VIEWS if v not in chosen}
        view = max(adds, key=lambda view: adds[view])
        if adds[view] < MATTERS * whole:
            break
        chosen.add(view)
        seen = np.maximum(seen, areas[view])
    chosen |= {view for view in VIEWS if shown[view] >= SHOWS * max(shown.values())}
    for point in points:
        marked = [view for view in VIEWS if any(mark.view == view for mark in point.marks)]
        if marked and not chosen & set(marked):
            chosen.add(max(marked, key=lambda view: shown[view]))
    of_side = chosen if side == "left" else {mirror_view(view) for view in chosen}
    return tuple(view for view in VIEWS if view in of_side)


def _worth(atlas: Atlas, points: Sequence[TriggerPoint], source: Source | None) -> FloatArray:
    """Return what each sided region is worth in a view, for the left side."""
    place = atlas.body.place
    worth = np.zeros(len(atlas.body.sided))
    parts = [(p, _WORTH[zone]) for t in points for zone, of in t.zones.items() for p in of]
    parts += [(part, 1.0) for part in (source.core if source else ())]
    for part, factor in parts:
        at = place[part.sided("left")]
        worth[at] = max(worth[at], factor * part.weight)
    if source and source.frequencies:
        for group in source.frequencies.groups:
            worth[[place[f"left:{region}"] for region in group.regions]] = group.share
    return worth


def add_heading(figure: Figure | SubFigure, lines: Sequence[str], look: Look) -> None:
    """Write a heading, as large as it can be."""
    wide, high = size_of(figure)
    largest = min(look.heading_size, 6 * high)
    figure.text(
        0.5,
        1 - 0.08 / high,
        "\n".join(lines),
        ha="center",
        va="top",
        fontsize=min(fitted(s, largest, 0.94 * wide, bold=True) for s in lines),
        fontweight="bold",
        color=look.ink,
    )


_LEADING = 1.35


def foot_of(lines: Sequence[str], wide: float, look: Look) -> float:
    """Return the room for the lines below, in inches; as much for one as for none."""
    return 0.12 + max(len(lines), 1.8) * _small(lines, wide, look) * _LEADING / 72


def _small(lines: Sequence[str], wide: float, look: Look) -> float:
    """Return the size of the type below a figure: smaller where a line would not fit."""
    sizes = [fitted(line, look.small_size, 0.92 * wide) for line in lines]
    return min(sizes, default=look.small_size)


def _packed(items: Sequence[str], inches: float, look: Look) -> list[str]:
    """Return items beside each other, in as many lines as they need."""
    lines: list[str] = []
    for item in items:
        longer = f"{lines[-1]}   {item}" if lines else item
        if lines and width_of(longer, look.small_size) <= 0.92 * inches:
            lines[-1] = longer
        else:
            lines.append(item)
    return lines


def broken(lines: Iterable[str], wide: float, look: Look) -> list[str]:
    """Return lines broken where they are too long for a figure."""
    if wide < NARROW:
        return list(lines)
    return [part for line in lines for part in evenly_wrapped(line, look.small_size, 0.92 * wide)]


def add_below(
    figure: Figure | SubFigure, lines: Sequence[str], look: Look, *, top: float | None = None
) -> None:
    """Write lines at the foot of a figure, or right below `top`, a share of its height."""
    wide, high = size_of(figure)
    figure.text(
        0.5,
        0.06 / high if top is None else top - 0.08 / high,
        "\n".join(lines),
        ha="center",
        va="bottom" if top is None else "top",
        fontsize=_small(lines, wide, look),
        color=look.caption_ink,
        linespacing=_LEADING,
    )
