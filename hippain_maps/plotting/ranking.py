"""The ranking figure: what was drawn, and the first candidates' patterns laid under it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hippain_maps.candidates import Candidate, Ranking
from hippain_maps.drawing import PainDrawing
from hippain_maps.geometry import VIEWS, Area, View, as_area
from hippain_maps.plotting import artists
from hippain_maps.plotting.chart import add_pattern, caption, content_of, plot_chart
from hippain_maps.plotting.drawing import add_drawing, mark_words
from hippain_maps.plotting.layout import Crop, crop_to, row_of_axes, size_of, wrapped
from hippain_maps.plotting.look import PRINT, Look
from hippain_maps.plotting.pattern import shapes_by_view
from hippain_maps.plotting.red_flags import add_red_flags
from hippain_maps.plotting.zones import PatternShapes

MOST_VIEWS = 3
"""Views of the drawing that are shown at the most; a panel may add one with its crosses."""

# The page, as shares of its width and height.
_LEFT, _RIGHT, _GAP = 0.025, 0.975, 0.024
_TOP, _WORDS_TOP, _WORDS_BOTTOM = 0.975, 0.285, 0.095
# Room for the heading, between the red flags and the charts.
_HEAD = 0.115
# Between charts: beside each other as a share, above each other in inches, with room for a title.
_CHART_GAP, _ROW_GAP = 0.012, 0.5
# Type under the charts, in points.
_TITLE_SIZE, _TITLE_LINE, _BAR_ROOM, _LEADING = 11.0, 15.0, 18.0, 1.4


def plot_ranking(
    ranking: Ranking,
    drawing: PainDrawing,
    *,
    top: int = 3,
    figure: Figure | None = None,
    look: Look = PRINT,
) -> Figure:
    """Draw a pain drawing and its first candidates on one page.

    Parameters
    ----------
    ranking : Ranking
        What `hippain_maps.ranking.rank` returned for the drawing.
    drawing : PainDrawing
        The same drawing.
    top : int
        How many candidates to show, 1 to 4.
    figure : Figure, optional
        Where to draw; by default a new one of A4 size, landscape.

    Returns
    -------
    Figure
        The page: red flags at its head, raised ones in a frame; the drawing at the left, then a
        panel for each candidate. In a panel the pattern is solid and stippled; pain that it
        explains is hatched, pain that it leaves unexplained is filled in the colour of the drawing,
        and essential zone that was not drawn stays plain.
    """
    figure = figure or Figure(figsize=(11.69, 8.27))
    figure.set_facecolor(look.paper)
    shown = ranking.candidates[: max(1, min(top, 4))]
    body = ranking.atlas.body
    drawn = {view: drawing.area(view) for view in drawing.views}
    shapes = [_shapes(candidate, ranking) for candidate in shown]
    panels = [_main_views(drawn), *(_panel_views(found, drawn) for found in shapes)]
    content: dict[View, list[shapely.Geometry]] = {
        view: [drawn[view]] if view in drawn else []
        for view in VIEWS
        if any(view in panel for panel in panels)
    }
    for found in shapes:
        for view, geometries in content.items():
            if view in found:
                geometries += content_of(found[view])
    crops = crop_to(body, content, whole_width=max(len(panel) for panel in panels) < 3)
    said = [
        ("What was drawn", _drawing_words(ranking, drawing)),
        *((f"{c.rank} {c.source.name}, {c.side}", _candidate_words(c)) for c in shown),
    ]
    words, place = ranking.atlas.red_flags.words, (_LEFT, _RIGHT, _TOP)
    head = add_red_flags(figure, ranking.red_flags, words, look, box=place) - 0.008
    page = _page(figure, [[crops[view] for view in panel] for panel in panels], said, look, head)
    _header(figure, ranking, look, head)
    charts = [
        _charts(figure, ranking, {view: crops[view] for view in panel}, box, page, look)
        for panel, box in zip(panels, page.boxes, strict=True)
    ]
    for view, ax in charts[0].items():
        add_drawing(ax, drawing, view, look)
    for candidate, found, axes, box in zip(shown, shapes, charts[1:], page.boxes[1:], strict=True):
        for view, ax in axes.items():
            name = f"{candidate.source.id}-{candidate.side}"
            _add_fit(ax, found.get(view), drawn.get(view), look, name=f"{view}-{name}")
            if view in found:
                add_pattern(ax, found[view], look, name=name)
        _bar(figure, (box[0], page.bars, min(box[2], 0.2), 0.011), candidate, look)
    _panel_words(figure, page, look)
    _footer(figure, ranking, look)
    return figure


def _shapes(candidate: Candidate, ranking: Ranking) -> dict[View, PatternShapes]:
    """Return the shapes of the trigger points that the drawing speaks for, by view."""
    points = [candidate.source.trigger_point(name) for name in candidate.trigger_points]
    return shapes_by_view(ranking.atlas, points, candidate.side, source=candidate.source)


def _main_views(drawn: Mapping[View, Area]) -> tuple[View, ...]:
    """Return the views with the most drawn on them, in the usual order."""
    most = sorted(drawn, key=lambda view: -drawn[view].area)[:MOST_VIEWS]
    return tuple(view for view in VIEWS if view in most)


def _panel_views(
    found: Mapping[View, PatternShapes], drawn: Mapping[View, Area]
) -> tuple[View, ...]:
    """Return the views of a panel: those drawn on, and one in which a trigger point is marked."""
    views = list(_main_views(drawn))
    if not any(found[view].marks for view in views if view in found):
        marked = [view for view, shapes in found.items() if shapes.marks]
        views += marked[:1]
    return tuple(view for view in VIEWS if view in views)


Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class _Page:
    """Where things go, as shares of the page: the words have the room that they need.

    In each box the charts stand in so many rows, at a scale in inches for a centimetre.
    """

    boxes: Sequence[Box]
    rows: int
    scale: float
    titles: Sequence[Sequence[str]]
    lines: Sequence[Sequence[str]]
    titles_top: float
    bars: float
    lines_top: float


def _page(
    figure: Figure,
    panels: Sequence[Sequence[Crop]],
    said: Sequence[tuple[str, Sequence[str]]],
    look: Look,
    head: float,
) -> _Page:
    """Return the layout of a page with a column for each panel and its title and words.

    What comes before the heading ends at `head`, a share of the page.
    """
    wide, high = size_of(figure)
    # As wide as its charts ask for, but wide enough for words.
    wishes = np.array([sum(crop.width for crop in panel) for panel in panels])
    room = _RIGHT - _LEFT - _GAP * (len(panels) - 1)
    widths = np.maximum(wishes / wishes.sum(), 0.75 / len(panels))
    widths *= room / widths.sum()
    lefts = _LEFT + np.concatenate([[0], np.cumsum(widths + _GAP)[:-1]])
    titles = [
        wrapped(title, _TITLE_SIZE, width * wide, bold=True)
        for (title, _), width in zip(said, widths, strict=True)
    ]
    lines = [
        [line for word in words for line in wrapped(word, look.text_size, width * wide)]
        for (_, words), width in zip(said, widths, strict=True)
    ]
    points = 1 / 72 / high
    title_room = max(map(len, titles)) * _TITLE_LINE * points
    line_room = max(map(len, lines)) * look.text_size * _LEADING * points
    top = max(_WORDS_BOTTOM + title_room + _BAR_ROOM * points + line_room, _WORDS_TOP)
    bottom = top + 0.03
    # On a small page with much to say the charts are small; they are never none.
    room = max(head - _HEAD - bottom, 0.05)
    boxes = [(x, bottom, w, room) for x, w in zip(lefts, widths, strict=True)]
    scales = {
        rows: min(
            _scale(_split(panel, rows), w * wide, h * high, _CHART_GAP * wide)
            for panel, (_, _, w, h) in zip(panels, boxes, strict=True)
        )
        for rows in (1, 2)
    }
    rows = max(scales, key=lambda rows: scales[rows])
    return _Page(
        boxes=boxes,
        rows=rows,
        scale=scales[rows],
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


def _charts(
    figure: Figure,
    ranking: Ranking,
    crops: Mapping[View, Crop],
    box: Box,
    page: _Page,
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
        axes = row_of_axes(figure, [crops[view] for view in row], place, gap=_CHART_GAP)
        charts |= zip(row, axes, strict=True)
        top -= tall + _ROW_GAP / high
    for view, ax in charts.items():
        plot_chart(ranking.atlas.body, view, ax=ax, crop=crops[view], arms=False, look=look)
    return charts


def _add_fit(
    ax: Axes, shapes: PatternShapes | None, drawn: Area | None, look: Look, *, name: str
) -> None:
    """Add what was drawn, in two tones: what a pattern explains and what it does not."""
    if drawn is None or drawn.is_empty:
        return
    pattern = shapes.extent if shapes else shapely.Polygon()
    unexplained = as_area(shapely.difference(drawn, pattern))
    explained = as_area(shapely.intersection(drawn, pattern))
    for part, area, style in (
        (
            "unexplained",
            unexplained,
            {"facecolor": look.drawn, "alpha": 0.45, "edgecolor": "none"},
        ),
        ("explained", explained, {"facecolor": "none", "edgecolor": look.drawn, "hatch": "////"}),
    ):
        if not area.is_empty:
            patch = artists.area_patch(area, linewidth=0, hatch_linewidth=0.6, zorder=2.9, **style)
            patch.set_gid(f"{name}-{part}")
            ax.add_artist(patch)
    ax.add_artist(
        artists.area_patch(drawn, facecolor="none", edgecolor=look.drawn, linewidth=1.2, zorder=5)
    )


def _header(figure: Figure, ranking: Ranking, look: Look, top: float) -> None:
    figure.text(
        _LEFT,
        top,
        "Candidates to examine",
        fontsize=look.heading_size + 3,
        fontweight="bold",
        va="top",
        color=look.ink,
    )
    says = [place.says for place in ranking.places]
    if not says and ranking.undecided:
        names = " or ".join(f"{c.source.name} ({c.side})" for c in ranking.undecided)
        says = [f"Too close to call: {names}."]
    if says:
        figure.text(
            0.32,
            top + 0.002,
            "\n".join(wrapped(says[0], look.text_size, (_RIGHT - 0.32) * figure.get_figwidth())),
            fontsize=look.text_size,
            va="top",
            color=look.ink,
            linespacing=1.35,
        )


def _panel_words(figure: Figure, page: _Page, look: Look) -> None:
    title: dict[str, Any] = {"fontsize": _TITLE_SIZE, "fontweight": "bold", "linespacing": 1.2}
    plain: dict[str, Any] = {"fontsize": look.text_size, "linespacing": _LEADING}
    for (x, *_), titles, lines in zip(page.boxes, page.titles, page.lines, strict=True):
        for y, words, style in ((page.titles_top, titles, title), (page.lines_top, lines, plain)):
            figure.text(x, y, "\n".join(words), va="top", color=look.ink, **style)


def _bar(figure: Figure, box: Box, candidate: Candidate, look: Look) -> None:
    ax = figure.add_axes(box)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.set_axis_off()
    ax.add_artist(
        Rectangle((0, 0), 1, 1, facecolor=look.skin, edgecolor=look.faint_ink, linewidth=0.6)
    )
    share = Rectangle((0, 0), candidate.probability, 1, facecolor=look.ink, edgecolor="none")
    share.set_gid(f"{candidate.source.id}-{candidate.side}-share")
    ax.add_artist(share)


def _drawing_words(ranking: Ranking, drawing: PainDrawing) -> list[str]:
    found = ranking.overlap
    words = [f"Pain extent: {found.extent_percent:.1f} % of the charted body"]
    words += [
        f"Outside the map: {size:.0f} cm², {name}"
        for name, size in found.outside_cm2.items()
        if size >= 0.5
    ]
    return words + mark_words(drawing)[:4]


def _candidate_words(candidate: Candidate) -> list[str]:
    share = candidate.probability
    percent = "under 1" if share < 0.005 else f"{100 * share:.0f}"
    words = [
        f"Fit: {candidate.fit}; {percent} % of the list",
        f"Explains {100 * candidate.explained:.0f} % of the pain drawn",
    ]
    if candidate.essential_drawn is None:
        words.append("Essential zone not in the views used")
    else:
        words.append(f"Essential zone drawn: {100 * candidate.essential_drawn:.0f} %")
    points = [candidate.source.trigger_point(name).name for name in candidate.trigger_points]
    if len(candidate.source.trigger_points) > 1:
        words.append(f"Trigger point{'s' if len(points) > 1 else ''}: {'; '.join(points)}")
    return words


def _footer(figure: Figure, ranking: Ranking, look: Look) -> None:
    # A key in tenths of an inch, so that its parts keep their size on any page.
    wide = figure.get_figwidth()
    key = figure.add_axes((_LEFT, 0.026, 7.0 / wide, 0.2 / figure.get_figheight()))
    key.set_xlim(0, 70)
    key.set_ylim(0, 2)
    key.set_axis_off()
    style: dict[str, Any] = {"fontsize": look.small_size, "va": "center", "color": look.ink}

    def swatch(x: float, words: str, **fill: Any) -> None:
        key.add_artist(artists.area_patch(shapely.box(x, 0.3, x + 2.2, 1.7), **fill))
        key.text(x + 2.8, 1, words, **style)

    swatch(0.1, "essential zone", facecolor=look.pain, alpha=0.88, edgecolor="none")
    places = np.array([[12.7, 0.5], [13.5, 0.9], [14.4, 0.5], [12.9, 1.4], [14.0, 1.5]])
    stipple = artists.dots(places, look, colour=look.pain)
    stipple.set_offset_transform(key.transData)
    key.add_collection(stipple, autolim=False)
    key.text(15.2, 1, "spillover", **style)
    key.add_line(artists.crosses([(22.6, 1)], look, size=0.75))
    key.text(23.6, 1, "trigger point", **style)
    swatch(
        32.5,
        "drawn, explained",
        facecolor="none",
        edgecolor=look.drawn,
        hatch="////////",
        hatch_linewidth=0.6,
    )
    swatch(46.5, "drawn, not explained", facecolor=look.drawn, alpha=0.45, edgecolor="none")
    figure.text(
        _RIGHT,
        0.026,
        f"Candidates to examine, never a diagnosis.\n{caption(ranking.atlas)}",
        ha="right",
        va="bottom",
        fontsize=look.small_size,
        color=look.caption_ink,
        linespacing=1.3,
    )
