"""The ranking figure: what was drawn, and the first patterns laid under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hippain_maps.drawing import PainDrawing
from hippain_maps.geometry import VIEWS, Area, View
from hippain_maps.plotting import artists
from hippain_maps.plotting.chart import add_drawing, add_pattern, content_of, plot_chart
from hippain_maps.plotting.layout import Crop, crop_to, row_of_axes
from hippain_maps.plotting.look import PRINT, Look
from hippain_maps.plotting.zones import PatternShapes, pattern_shapes
from hippain_maps.ranking import Candidate, Ranking

MOST_VIEWS = 3
"""Views in one panel at the most."""


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
        The page: the drawing at the left, then a panel a candidate with its pattern (solid
        essential, stippled spillover, a cross for each trigger point) under the patient's outline.
    """
    figure = figure or Figure(figsize=(11.69, 8.27))
    shown = ranking.candidates[: max(1, min(top, 4))]
    body = ranking.atlas.body
    drawn = {view: drawing.area(view) for view in drawing.views}
    shapes = [_shapes(candidate, ranking) for candidate in shown]
    panels: list[tuple[View, ...]] = [
        _main_views(drawn),
        *(_panel_views(found, drawn) for found in shapes),
    ]
    content: dict[View, list[shapely.Geometry]] = {
        view: [drawn[view]] if view in drawn else []
        for view in VIEWS
        if any(view in panel for panel in panels)
    }
    for found in shapes:
        for view in content:
            if view in found:
                content[view] += content_of(found[view])
    crops = crop_to(body, content)
    boxes = _panel_boxes([[crops[v] for v in panel] for panel in panels])
    _header(figure, ranking, look)
    axes = _charts(figure, ranking, panels[0], crops, boxes[0], look)
    for view, ax in axes.items():
        add_drawing(ax, drawing, view, look)
    _panel_title(figure, boxes[0], "What was drawn", _drawing_words(ranking), look)
    for candidate, found, panel, box in zip(shown, shapes, panels[1:], boxes[1:], strict=True):
        for view, ax in _charts(figure, ranking, panel, crops, box, look).items():
            if view in found:
                add_pattern(ax, found[view], look)
            add_drawing(ax, drawing, view, look, filled=False)
        _candidate_words(figure, candidate, ranking, box, look)
    _footer(figure, ranking, look)
    return figure


def _shapes(candidate: Candidate, ranking: Ranking) -> dict[View, PatternShapes]:
    """Return the shapes of the trigger points that the drawing speaks for, by view."""
    points = [candidate.source.trigger_point(name) for name in candidate.trigger_points]
    found = {
        view: pattern_shapes(ranking.atlas.body, points, candidate.side, view) for view in VIEWS
    }
    return {view: s for view, s in found.items() if not s.is_empty or s.marks}


def _main_views(drawn: Mapping[View, Area]) -> tuple[View, ...]:
    """Return the views with the most drawn on them, in the usual order."""
    most = sorted(drawn, key=lambda view: -drawn[view].area)[:MOST_VIEWS]
    return tuple(view for view in VIEWS if view in most)


def _panel_views(found: dict[View, PatternShapes], drawn: Mapping[View, Area]) -> tuple[View, ...]:
    """Return the views of a panel: those drawn on, and one in which a trigger point is marked."""
    views = list(_main_views(drawn))
    if not any(found[view].marks for view in views if view in found):
        marked = [v for v, s in found.items() if s.marks]
        views = views[: MOST_VIEWS - 1] + marked[:1]
    return tuple(view for view in VIEWS if view in views)


_TOP, _CHARTS, _WORDS = 0.855, 0.545, 0.245
_LEFT, _WIDTH, _GAP = 0.025, 0.95, 0.022


def _panel_boxes(panels: Sequence[Sequence[Crop]]) -> list[tuple[float, float, float, float]]:
    """Return a box for each panel, as wide as its charts ask for."""
    wishes = [max(sum(c.width for c in panel), 34.0) for panel in panels]
    room = _WIDTH - _GAP * (len(panels) - 1)
    boxes, x = [], _LEFT
    for wish in wishes:
        width = room * wish / sum(wishes)
        boxes.append((x, _TOP - _CHARTS, width, _CHARTS - 0.03))
        x += width + _GAP
    return boxes


def _charts(
    figure: Figure,
    ranking: Ranking,
    views: Sequence[View],
    crops: dict[View, Crop],
    box: tuple[float, float, float, float],
    look: Look,
) -> dict[View, Axes]:
    rows = row_of_axes(figure, [crops[view] for view in views], box, gap=0.006)
    for view, ax in zip(views, rows, strict=True):
        plot_chart(ranking.atlas.body, view, ax=ax, crop=crops[view], arms=False, look=look)
    return dict(zip(views, rows, strict=True))


def _header(figure: Figure, ranking: Ranking, look: Look) -> None:
    figure.text(
        _LEFT,
        0.965,
        "Candidates to examine",
        fontsize=16,
        fontweight="bold",
        va="top",
        color=look.ink,
    )
    says = [place.says for place in ranking.places]
    if not says and ranking.undecided:
        names = ", ".join(f"{c.source.name} ({c.side})" for c in ranking.undecided)
        says = [f"Too close to call from the place alone: {names}."]
    if says:
        figure.text(
            0.30, 0.968, says[0], fontsize=look.text_size, va="top", color=look.ink, wrap=True
        )


def _panel_title(
    figure: Figure,
    box: tuple[float, float, float, float],
    title: str,
    words: Sequence[str],
    look: Look,
) -> None:
    x, bottom, _, _ = box
    figure.text(x, bottom - 0.03, title, fontsize=11, fontweight="bold", va="top", color=look.ink)
    figure.text(
        x,
        bottom - 0.064,
        "\n".join(words),
        fontsize=look.text_size,
        va="top",
        color=look.ink,
        linespacing=1.45,
    )


def _drawing_words(ranking: Ranking) -> list[str]:
    found = ranking.overlap
    words = [f"Pain extent {found.extent_percent:.1f} % of the charted body"]
    words += [
        f"{size:.0f} cm² outside the map: {name}"
        for name, size in found.outside_cm2.items()
        if size >= 0.5
    ]
    return words


def _candidate_words(
    figure: Figure,
    candidate: Candidate,
    ranking: Ranking,
    box: tuple[float, float, float, float],
    look: Look,
) -> None:
    x, bottom, width, _ = box
    points = [candidate.source.trigger_point(name).name for name in candidate.trigger_points]
    words = [
        f"Share {candidate.probability:.0%} of the list",
        f"Explains {candidate.explained:.0%} of the pain drawn",
    ]
    if candidate.essential_drawn is not None:
        words.append(f"{candidate.essential_drawn:.0%} of its essential zone drawn")
    words += [f"TrP: {name}" for name in points]
    title = f"{candidate.rank}  {candidate.source.name}, {candidate.side}"
    _panel_title(figure, box, title, ["", *words], look)
    bar = figure.add_axes((x, bottom - 0.078, min(width, 0.2), 0.012))
    bar.set_xlim(0, 1)
    bar.set_ylim(0, 1)
    bar.set_axis_off()
    bar.add_patch(Rectangle((0, 0), 1, 1, facecolor=look.skin, edgecolor="none"))
    bar.add_patch(Rectangle((0, 0), candidate.probability, 1, facecolor=look.ink))


def _footer(figure: Figure, ranking: Ranking, look: Look) -> None:
    key = figure.add_axes((_LEFT, 0.028, 0.62, 0.028))
    key.set_xlim(0, 62)
    key.set_ylim(0, 2.8)
    key.set_axis_off()
    style: dict[str, Any] = {"fontsize": look.small_size, "va": "center", "color": look.ink}
    box = shapely.box
    key.add_patch(artists.area_patch(box(0, 0.6, 2.4, 2.2), facecolor=look.pain, alpha=0.88))
    key.text(3, 1.4, "essential zone", **style)
    stipple = artists.dots(
        shapely.get_coordinates(
            shapely.points([13.2, 14.1, 15.0, 13.6, 14.6], [1, 1, 1, 1.8, 1.8])
        ),
        look,
        colour=look.pain,
    )
    stipple.set_offset_transform(key.transData)
    key.add_collection(stipple, autolim=False)
    key.text(16, 1.4, "spillover, felt by some", **style)
    key.add_line(artists.crosses([(31, 1.4)], look, size=0.8))
    key.text(32, 1.4, "trigger point", **style)
    key.add_patch(
        artists.area_patch(
            box(42, 0.6, 44.4, 2.2),
            facecolor="none",
            edgecolor=look.drawn,
            hatch="////",
            hatch_linewidth=0.45,
        )
    )
    key.text(45, 1.4, "drawn by the patient", **style)
    figure.text(
        _LEFT + _WIDTH,
        0.03,
        "Candidates to examine, never a diagnosis. Classic clinical patterns, not measured.\n"
        f"hippain_maps atlas {ranking.atlas.version}, CC BY 4.0",
        ha="right",
        va="bottom",
        fontsize=look.small_size,
        color=look.faint_ink,
    )
