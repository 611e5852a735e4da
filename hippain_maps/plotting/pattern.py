"""The figure of one referral pattern, and of two or three beside each other on one chart."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import shapely
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from hippain_maps.anatomy import load_outlines
from hippain_maps.atlas import Atlas
from hippain_maps.geometry import VIEWS, FloatArray, Side, View
from hippain_maps.patterns import Source, TriggerPoint
from hippain_maps.plotting import artists
from hippain_maps.plotting.anatomy import add_bones, add_muscle
from hippain_maps.plotting.chart import (
    add_dots,
    add_pattern,
    caption,
    content_of,
    full_crop,
    plot_chart,
)
from hippain_maps.plotting.layout import (
    crop_to,
    figure_for,
    fitted,
    head_of,
    row_of_axes,
    scale_of,
    size_of,
    width_of,
    wrapped,
)
from hippain_maps.plotting.look import PRINT, Look
from hippain_maps.plotting.zones import PatternShapes, pattern_shapes
from hippain_maps.words import Words, words_in

MATTERS = 0.06
"""A view that shows less than this share of what the best view shows is left out."""

# Around a cross, outward first: out, up, down, in, and the corners.
_AROUND = ((1, 0), (0, 1), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))


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
    trigger point, numbered as in the key below.

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
        Whether to say below what the figure shows and on what terms.
    language : str
        Of names and captions: en, la, de, fr or es.
    figure : Figure or SubFigure, optional
        Where to draw; by default a new one.

    Returns
    -------
    Figure or SubFigure
        What was drawn on.
    """
    points = tuple(source.trigger_points if trigger_points is None else trigger_points)
    shapes = shapes_by_view(atlas, points, side, views, source)
    content = {view: content_of(found) for view, found in shapes.items()}
    outlined = anatomy and source.id in load_outlines().muscles
    if outlined:
        for view, seen in content.items():
            seen += [part.area for part in load_outlines().of(source.id, side, view)]
    body = atlas.body
    crops = {v: full_crop(body, v) for v in shapes} if whole else crop_to(body, content)
    if figure is None:
        figure = figure_for(list(crops.values()))
        figure.set_facecolor(look.paper)
    wide, high = size_of(figure)
    lines = []
    if labels and len(points) > 1:
        lines = _packed([f"{n} {p.name}" for n, p in enumerate(points, 1)], wide, look)
    if with_caption:
        lines += caption(atlas, source if labels else None, language).split("\n")
    head, foot = head_of(figure) / high, _foot(lines, wide, look) / high
    if labels:
        words = words_in(language)
        _heading(figure, [f"{source.name_in(language)}, {words.sides[side]}"], look)
    box = (0.02, foot, 0.96, 1 - head - foot)
    for ax, (view, crop) in zip(
        row_of_axes(figure, list(crops.values()), box), crops.items(), strict=True
    ):
        plot_chart(body, view, ax=ax, crop=crop, language=language, look=look)
        if anatomy:
            add_bones(ax, view, look)
        if outlined:
            add_muscle(ax, source.id, side, view, look)
        add_pattern(ax, shapes[view], look, name=source.id)
        if labels and len(points) > 1:
            _badges(ax, shapes[view], points, look, name=source.id, outward=_outward(view, side))
    _below(figure, lines, look)
    return figure


def shapes_by_view(
    atlas: Atlas,
    points: Sequence[TriggerPoint],
    side: Side,
    views: Iterable[View] | None = None,
    source: Source | None = None,
) -> dict[View, PatternShapes]:
    """Return the shapes of some trigger points in each view that matters.

    Without `views`, those that show at least `MATTERS` of what the best view shows, and the best
    one for any trigger point that these leave unmarked.
    """
    wanted = VIEWS if views is None else tuple(views)
    found = {view: pattern_shapes(atlas.body, points, side, view, source) for view in wanted}
    if views is not None:
        return found
    shown = {view: shapes.extent.area for view, shapes in found.items()}
    most = max(shown.values())
    chosen = {view for view in found if shown[view] >= MATTERS * most}
    for point in points:
        marked = [view for view, shapes in found.items() if point.id in shapes.marks]
        if marked and not chosen & set(marked):
            chosen.add(max(marked, key=lambda view: shown[view]))
    return {view: shapes for view, shapes in found.items() if view in chosen}


def _heading(figure: Figure | SubFigure, lines: Sequence[str], look: Look) -> None:
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


def _foot(lines: Sequence[str], wide: float, look: Look) -> float:
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


def _below(figure: Figure | SubFigure, lines: Sequence[str], look: Look) -> None:
    wide, high = size_of(figure)
    figure.text(
        0.5,
        0.06 / high,
        "\n".join(lines),
        ha="center",
        va="bottom",
        fontsize=_small(lines, wide, look),
        color=look.caption_ink,
        linespacing=_LEADING,
    )


def _badges(
    ax: Axes,
    shapes: PatternShapes,
    points: Sequence[TriggerPoint],
    look: Look,
    *,
    name: str,
    outward: int,
) -> None:
    """Write each trigger point's number beside one of its crosses.

    Places away from the midline are tried first, `outward` being -1 or 1, so that the two sides are
    mirror images.
    """
    scale = scale_of(ax)
    (x0, x1), (y0, y1) = sorted(ax.get_xlim()), sorted(ax.get_ylim())
    cm = (x1 - x0) / (72 * ax.get_position().width * size_of(ax.figure)[0])
    arm = (look.mark_size * scale / 2 + 2) * cm
    size = look.title_size * scale
    taken = [(m.x, m.y, arm, arm) for marks in shapes.marks.values() for m in marks]
    for number, point in enumerate(points, 1):
        own = [(m.x, m.y) for m in shapes.marks.get(point.id, ())]
        others = [(m.x, m.y) for p in points if p is not point for m in shapes.marks.get(p.id, ())]
        wide, high = 36 * width_of(str(number), size, bold=True) * cm, size / 2 * cm
        places = [
            (x + outward * ring * dx * (arm + wide), y + ring * dy * (arm + high), wide, high)
            for ring, (dx, dy), (x, y) in itertools.product((1, 1.25, 1.6), _AROUND, own)
        ]
        inside = [
            p for p in places if x0 + wide < p[0] < x1 - wide and y0 + high < p[1] < y1 - high
        ]
        if not inside:
            continue
        best = max(inside, key=lambda p: _room(p, taken, own, others))
        taken.append(best)
        text = ax.text(
            best[0],
            best[1],
            str(number),
            fontsize=size,
            fontweight="bold",
            color=look.ink,
            ha="center",
            va="center_baseline",
            zorder=8,
            gid=f"{shapes.view}-{name}-{point.id}-number",
        )
        text.set_path_effects([patheffects.withStroke(linewidth=2.2, foreground=look.halo)])


def _outward(view: View, side: Side) -> int:
    """Return the sign of x away from the midline; in a side view, towards the front."""
    return 1 if (side == "left") == (view in ("anterior", "plantar", "perineal")) else -1


_Rectangle = tuple[float, float, float, float]
"""Middle, half width and half height, cm."""


def _room(
    place: _Rectangle,
    taken: Iterable[_Rectangle],
    own: Iterable[tuple[float, float]],
    others: Iterable[tuple[float, float]],
) -> float:
    """Return how good a place is for a number: free, and nearer to its own cross than to others.

    All places that are good enough are equally good.
    """
    x, y, wide, high = place
    gap = min(max(abs(x - a) - wide - w, abs(y - b) - high - h) for a, b, w, h in taken)
    near = min(math.dist((x, y), cross) for cross in own)
    far = min((math.dist((x, y), cross) for cross in others), default=math.inf)
    return min(round(gap, 6), 0.0) + min(round(far / near, 6), 1.5)


def plot_comparison(
    sources: Sequence[Source],
    atlas: Atlas,
    *,
    side: Side = "left",
    views: Iterable[View] | None = None,
    with_caption: bool = True,
    language: str = "en",
    figure: Figure | SubFigure | None = None,
    look: Look = PRINT,
) -> Figure | SubFigure:
    """Draw two or three patterns on one chart: what they share, what tells them apart.

    The first is filled, the second hatched one way, the third the other way; where the fills lie
    over each other the patterns agree. Below, the areas of the essential zones are sorted into
    shared ones and those that only one source has.

    Raises
    ------
    ValueError
        If there are fewer than two or more than three sources.
    """
    if not 2 <= len(sources) <= 3:
        raise ValueError(f"two or three sources can be compared, not {len(sources)}")
    body = atlas.body
    asked = None if views is None else tuple(views)
    found = [
        {
            v: shapes
            for v, shapes in shapes_by_view(atlas, s.trigger_points, side, asked, s).items()
            if asked or not shapes.solid.is_empty or len(shapes.spillover)
        }
        for s in sources
    ]
    shown = asked or [view for view in VIEWS if any(view in shapes for shapes in found)]
    content: dict[View, list[shapely.Geometry]] = {
        view: [g for shapes in found if view in shapes for g in content_of(shapes[view])]
        for view in shown
    }
    crops = crop_to(body, content)
    if figure is None:
        figure = figure_for(list(crops.values()), least=6.0)
        figure.set_facecolor(look.paper)
    wide, high = size_of(figure)
    words = words_in(language)
    lines = [
        line
        for said in _differences(sources, atlas, words)
        for line in wrapped(said, look.small_size, 0.92 * wide)
    ]
    if with_caption:
        lines += caption(atlas, language=language).split("\n")
    colours = (look.pain, look.drawn, look.second)
    names = [s.name_in(language) for s in sources]
    asks = f"{f' {words.or_} '.join(names)}? ({words.sides[side]})"
    heading = [asks]
    if fitted(asks, look.heading_size, 0.94 * wide, bold=True) < 0.85 * look.heading_size:
        heading = wrapped(asks, look.heading_size, 0.94 * wide, bold=True)
    _heading(figure, heading, look)
    below = 0.12 + 0.22 * len(heading)
    _key(figure, names, colours, below, look)
    head = (head_of(figure) + below - 0.09) / high
    foot = _foot(lines, wide, look) / high
    box = (0.02, foot, 0.96, 1 - head - foot)
    axes = row_of_axes(figure, list(crops.values()), box)
    for ax, (view, crop) in zip(axes, crops.items(), strict=True):
        plot_chart(body, view, ax=ax, crop=crop, language=language, look=look)
        for number, (source, shapes) in enumerate(zip(sources, found, strict=True)):
            if view in shapes:
                shown_on = body.charts[view].charted
                moved = _MOVED[number] * ((1, 1) if side == "left" else (-1, 1))
                stipple = shapes[view].spillover + moved
                stipple = stipple[shapely.contains_xy(shapely.buffer(shown_on, -0.2), stipple)]
                _add_compared(ax, shapes[view], stipple, source, number, colours[number], look)
    _below(figure, lines, look)
    return figure


_HATCHES = (None, "/////", "-----")

_MOVED = np.array([[0.0, 0.0], [0.3, 0.25], [-0.28, 0.3]])
"""How far each source's dots are moved, cm; all stippled alike, they would cover each other."""


def _add_compared(
    ax: Axes,
    shapes: PatternShapes,
    stipple: FloatArray,
    source: Source,
    number: int,
    colour: str,
    look: Look,
) -> None:
    if not shapes.solid.is_empty:
        patch = artists.area_patch(
            shapes.solid,
            facecolor=colour if number == 0 else "none",
            edgecolor=colour,
            linewidth=1.0,
            hatch=_HATCHES[number],
            hatch_linewidth=0.6,
            alpha=0.75 if number == 0 else 1.0,
            zorder=2 + 0.2 * number,
        )
        patch.set_gid(f"{shapes.view}-{source.id}-essential")
        ax.add_artist(patch)
    gid = f"{shapes.view}-{source.id}-spillover"
    add_dots(ax, stipple, look, colour=colour, gid=gid, size=0.8)


def _key(
    figure: Figure | SubFigure,
    names: Sequence[str],
    colours: Sequence[str],
    below: float,
    look: Look,
) -> None:
    """Write the key to a comparison in a line, so many inches below the top."""
    wide, high = size_of(figure)
    step = 0.96 / len(names)
    room = step * wide - 0.36 - 0.1
    size = min(fitted(name, look.text_size, room) for name in names)
    for number, (name, colour) in enumerate(zip(names, colours, strict=False)):
        x = 0.03 + number * step
        ax = figure.add_axes((x, 1 - (below + 0.14) / high, 0.3 / wide, 0.14 / high))
        ax.set_axis_off()
        ax.set_xlim(0, 1)
        ax.set_ylim(0, 1)
        ax.add_artist(
            artists.area_patch(
                shapely.box(0.02, 0.05, 0.98, 0.95),
                facecolor=colour if number == 0 else "none",
                edgecolor=colour,
                hatch=_HATCHES[number],
                hatch_linewidth=0.6,
                alpha=0.75 if number == 0 else 1.0,
            )
        )
        figure.text(
            x + 0.36 / wide,
            1 - (below + 0.07) / high,
            name,
            fontsize=size,
            va="center",
            color=look.ink,
        )


def _differences(sources: Sequence[Source], atlas: Atlas, words: Words) -> list[str]:
    """Return, in words, the areas that the essential zones share and those that one has alone."""
    body = atlas.body
    areas: Mapping[str, set[str]] = {
        source.id: {
            body.groups[body.area_of[part.region]].name
            for point in source.trigger_points
            for part in point.zones["essential"]
        }
        | {
            body.groups[body.area_of[region]].name
            for group in (source.frequencies.groups if source.frequencies else ())
            for region in (group.regions if group.share >= 0.5 else ())
        }
        for source in sources
    }
    shared = set.intersection(*areas.values())
    lines = [f"{words.essential_in_all}: {', '.join(sorted(shared)) or words.nothing}"]
    for source in sources:
        others = set().union(*(areas[s.id] for s in sources if s is not source))
        alone = sorted(areas[source.id] - others)
        name = source.name_in(words.language)
        lines.append(f"{words.only} {name}: {', '.join(alone) or words.nothing}")
    return lines
