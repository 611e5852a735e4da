"""Two or three referral patterns on one chart: what they share, what tells them apart."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from hippain_maps.atlas import Atlas
from hippain_maps.geometry import VIEWS, FloatArray, Side, View
from hippain_maps.patterns import Source
from hippain_maps.plotting import artists
from hippain_maps.plotting.chart import (
    add_dots,
    caption,
    content_of,
    plot_chart,
)
from hippain_maps.plotting.layout import (
    HEAD,
    crop_to,
    evenly_wrapped,
    figure_for,
    fitted,
    head_of,
    row_of_axes,
    row_width,
    scale_of,
    size_of,
    width_of,
)
from hippain_maps.plotting.look import PRINT, Look
from hippain_maps.plotting.pattern import (
    add_below,
    add_heading,
    broken,
    foot_of,
    shapes_by_view,
    views_that_matter,
)
from hippain_maps.plotting.zones import MOST, PatternShapes
from hippain_maps.words import Words, words_in


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
    over each other the patterns agree. Of a source with published frequencies the groups that half
    of the patients feel are drawn in this way, and those that fewer feel are stippled; a core has a
    dashed outline. Below, the areas of the essential zones are sorted into shared ones and those
    that only one source has.

    Raises
    ------
    ValueError
        If there are fewer than two or more than three sources.
    """
    if not 2 <= len(sources) <= 3:
        raise ValueError(f"two or three sources can be compared, not {len(sources)}")
    body, words = atlas.body, words_in(language)
    chosen = {v for s in sources for v in views_that_matter(atlas, s.trigger_points, side, s)}
    shown = tuple(view for view in VIEWS if view in chosen) if views is None else tuple(views)
    found = [shapes_by_view(atlas, s.trigger_points, side, shown, s) for s in sources]
    content: dict[View, list[shapely.Geometry]] = {
        view: [g for shapes in found for g in content_of(shapes[view])] for view in shown
    }
    crops = crop_to(body, content)
    wide = max(row_width(list(crops.values())), 6.0) if figure is None else size_of(figure)[0]
    lines = [*_differences(sources, atlas, words), *_tones(sources, words)]
    if with_caption:
        lines += caption(atlas, language=language).split("\n")
    lines = broken(lines, wide, look)
    names = [s.name_in(language) for s in sources]
    asks = f"{f' {words.or_} '.join(names)}? ({words.sides[side]})"
    heading = [asks]
    if fitted(asks, look.heading_size, 0.94 * wide, bold=True) < 0.85 * look.heading_size:
        heading = evenly_wrapped(asks, look.heading_size, 0.94 * wide, bold=True)
    below = 0.12 + 0.22 * len(heading)
    if figure is None:
        room = HEAD + below - 0.09 + foot_of(lines, wide, look)
        figure = figure_for(list(crops.values()), least=6.0, words=room)
        figure.set_facecolor(look.paper)
    _, high = size_of(figure)
    colours = (look.pain, look.drawn, look.second)
    add_heading(figure, heading, look)
    _key(figure, names, colours, below, look)
    head = (head_of(figure) + below - 0.09) / high
    foot = foot_of(lines, wide, look) / high
    box = (0.02, foot, 0.96, 1 - head - foot)
    axes = row_of_axes(figure, list(crops.values()), box)
    for ax, (view, crop) in zip(axes, crops.items(), strict=True):
        plot_chart(body, view, ax=ax, crop=crop, language=language, look=look)
        shown_on = shapely.buffer(body.charts[view].charted, -0.2)
        for number, (source, shapes) in enumerate(zip(sources, found, strict=True)):
            moved = _MOVED[number] * ((1, 1) if side == "left" else (-1, 1))
            stipple = np.vstack([shapes[view].spillover, shapes[view].seldom]) + moved
            stipple = stipple[shapely.contains_xy(shown_on, stipple)]
            _add_compared(ax, shapes[view], stipple, source, number, colours[number], look)
    add_below(figure, lines, look)
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
    if not shapes.core.is_empty:
        core = artists.core_patch(shapes.core, look, size=scale_of(ax), colour=colour)
        # Above every fill, also that of its own colour.
        core.set_path_effects([artists.Halo(2.8, look.halo)])
        core.set(gid=f"{shapes.view}-{source.id}-core", zorder=3.5 + 0.1 * number)
        ax.add_artist(core)


def _key(
    figure: Figure | SubFigure,
    names: Sequence[str],
    colours: Sequence[str],
    below: float,
    look: Look,
) -> None:
    """Write the key to a comparison in a line, so many inches below the top."""
    wide, high = size_of(figure)
    swatch, gap = 0.36, 0.3
    room = 0.94 * wide - len(names) * swatch - (len(names) - 1) * gap
    whole = sum(width_of(name, look.text_size) for name in names)
    # A little less, since letters on a grid of pixels come out wider.
    size = look.text_size * min(1.0, 0.96 * room / whole)
    places = [0.03 * wide]
    for name in names[:-1]:
        places.append(places[-1] + swatch + 1.04 * width_of(name, size) + gap)
    for number, (name, colour, place) in enumerate(zip(names, colours, places, strict=False)):
        x = place / wide
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
            x + swatch / wide,
            1 - (below + 0.07) / high,
            name,
            fontsize=size,
            va="center",
            color=look.ink,
        )


def _differences(sources: Sequence[Source], atlas: Atlas, words: Words) -> list[str]:
    """Return, in words, the areas that the essential zones share and those that one has alone."""
    areas = {source: _essential_areas(source, atlas, words) for source in sources}
    names = {source: source.name_in(words.language) for source in sources}
    shared = set.intersection(*areas.values())
    lines = [f"{words.essential_in_all}: {_list(shared) or words.nothing}"]
    for pair in itertools.combinations(sources, 2) if len(sources) > 2 else ():
        if both := areas[pair[0]] & areas[pair[1]] - shared:
            named = words.say("and", one=names[pair[0]], other=names[pair[1]])
            lines.append(f"{words.say('essential_in', sources=named)}: {_list(both)}")
    nothing = []
    for source in sources:
        others = set().union(*(areas[other] for other in sources if other is not source))
        if alone := areas[source] - others:
            lines.append(f"{words.only} {names[source]}: {_list(alone)}")
        else:
            nothing.append(names[source])
    return [*lines, words.say("nothing_alone", sources=", ".join(nothing))] if nothing else lines


def _list(areas: Iterable[str]) -> str:
    return ", ".join(sorted(areas))


def _essential_areas(source: Source, atlas: Atlas, words: Words) -> set[str]:
    """Return the names of the areas in which most feel it."""
    body = atlas.body
    regions = {part.region for point in source.trigger_points for part in point.zones["essential"]}
    for group in source.frequencies.groups if source.frequencies else ():
        if group.share >= MOST:
            regions |= {*group.regions}
    return {words.area(body.groups[body.area_of[region]]) for region in regions}


def _tones(sources: Sequence[Source], words: Words) -> list[str]:
    """Return what is special about the way some sources are drawn, a line each."""
    lines = []
    for phrase, kind in (("half", "frequencies"), ("core_dashed", "core")):
        if names := [s.name_in(words.language) for s in sources if getattr(s, kind)]:
            lines.append(words.say(phrase, sources=", ".join(names)))
    return lines
