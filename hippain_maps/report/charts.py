"""The charts of a report: what was drawn, the patterns of the first candidates, what changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hippain_maps.candidates import Candidate
from hippain_maps.comparison import Comparison
from hippain_maps.drawing import PainDrawing
from hippain_maps.geometry import STANDING_VIEWS, VIEWS, View
from hippain_maps.plotting.change import KINDS, add_change
from hippain_maps.plotting.chart import add_pattern, content_of, plot_chart
from hippain_maps.plotting.drawing import add_drawing, reaches_arms
from hippain_maps.plotting.fit import add_bar, add_fit, panel_views
from hippain_maps.plotting.layout import (
    Crop,
    columns_of,
    crop_to,
    fitted,
    row_of_axes,
    size_of,
    width_for,
)
from hippain_maps.plotting.look import Look
from hippain_maps.plotting.zones import PatternShapes
from hippain_maps.regions import Body
from hippain_maps.report.flow import Block, Column, Drawn, Row, Space
from hippain_maps.report.setting import GAP, Setting

_APART = 0.14
"""Between two charts, inches."""

# Charts that stand beside their words: of the width of a card, and of the height above words.
_BESIDE, _TALLER = 0.42, 1.25

CARD_VIEWS = 2
"""Views of the drawing that a candidate's card shows; it may add one with its crosses."""


def _row(
    body: Body,
    crops: Mapping[View, Crop],
    scale: float,
    width: float,
    setting: Setting,
    add: Callable[[Axes, View], None],
    *,
    arms: Sequence[View] = (),
) -> Drawn:
    """Return a row of charts at a scale in inches to a centimetre, in the middle of a width."""
    look, shown = setting.look, list(crops.values())
    head = _head(look, scale)
    height = head + scale * max(crop.height for crop in shown)

    def draw(figure: Figure, x: float, y: float) -> None:
        wide, high = size_of(figure)
        place = (x / wide, 1 - (y + height) / high, width / wide, (height - head) / high)
        axes = row_of_axes(figure, shown, place, gap=_APART / wide, at_top=True)
        for ax, (view, crop) in zip(axes, crops.items(), strict=True):
            language = setting.words.language
            plot_chart(
                body, view, ax=ax, crop=crop, arms=view in arms, language=language, look=look
            )
            add(ax, view)

    return Drawn(height, draw)


def _head(look: Look, scale: float) -> float:
    """Return the room for letters and names above charts of a scale, inches."""
    held = float(np.clip(20 * scale, 0.35, 1.3))
    return (7 + 1.05 * look.side_size * held + 1.35 * look.title_size * min(held, 1.0)) / 72


def _scale(crops: Mapping[View, Crop], width: float, height: float, look: Look) -> float:
    """Return the largest scale at which a row of charts fits into a width and height, inches."""
    shown = list(crops.values())
    room = width - _APART * (len(columns_of(shown)) - 1)
    tallest = max(crop.height for crop in shown)
    high = (height - _head(look, height / tallest)) / tallest
    return min(room / width_for(shown), high)


def drawing_charts(
    drawing: PainDrawing, body: Body, width: float, height: float, setting: Setting
) -> Block:
    """Return the charts of what was drawn; blank ones if nothing was."""
    drawn = {view: [drawing.area(view)] for view in drawing.views}
    content: dict[View, list[shapely.Geometry]] = {
        view: list(areas) for view, areas in drawn.items()
    } or {view: [] for view in STANDING_VIEWS}
    crops = crop_to(body, content, whole_width=True)
    arms = [view for view in drawing.views if reaches_arms(drawing, view)]

    def add(ax: Axes, view: View) -> None:
        add_drawing(ax, drawing, view, setting.look)

    scale = _scale(crops, width, height, setting.look)
    return _row(body, crops, scale, width, setting, add, arms=arms)


def candidate_cards(
    shown: Sequence[Candidate],
    shapes: Sequence[Mapping[View, PatternShapes]],
    said: Sequence[tuple[str, Sequence[str]]],
    drawing: PainDrawing,
    height: float,
    setting: Setting,
    *,
    columns: int = 3,
) -> Block:
    """Return candidates beside each other: pattern and drawing, name, bar, and what is said."""
    width = (setting.width - GAP * (columns - 1)) / columns
    body, look = shown[0].atlas.body, setting.look
    sizes = {view: drawing.area(view) for view in drawing.views}
    most = sorted(sizes, key=lambda view: -sizes[view].area)[:CARD_VIEWS]
    drawn = {view: sizes[view] for view in most}
    panels = [panel_views(found, drawn) for found in shapes]
    content: dict[View, list[shapely.Geometry]] = {
        view: [drawn[view]] if view in drawn else []
        for view in VIEWS
        if any(view in panel for panel in panels)
    }
    for found in shapes:
        for view, geometries in content.items():
            if view in found:
                geometries += content_of(found[view])
    crops = crop_to(body, content, whole_width=max(map(len, panels)) < 2)
    rows = [{view: crops[view] for view in panel} for panel in panels]
    above = min(_scale(row, width, height, look) for row in rows)
    beside = min(_scale(row, _BESIDE * width, _TALLER * height, look) for row in rows)
    words = [word for title, _ in said for word in title.split()]

    def largest(room: float) -> float:
        """Return the type size of the titles at which no word of them is broken."""
        return min(fitted(word, look.title_size, room, bold=True) for word in words)

    # Narrow charts, of a leg, stand beside the words, where they can be larger.
    taken = max(_wide(row, beside) for row in rows) + 0.08
    is_beside = beside > above and largest(width - taken) > 0.9 * look.title_size
    if not is_beside:
        taken = 0.0
    scale, room = beside if is_beside else above, width - taken
    size = largest(room)
    titles = [setting.text(title, room, size=size, bold=True) for title, _ in said]
    title_room = max(title.height for title in titles)
    charts: list[Block] = [
        _row(body, row, scale, taken or width, setting, _fit_of(c, found, drawing, look))
        for c, found, row in zip(shown, shapes, rows, strict=True)
    ]
    chart_room = max(chart.height for chart in charts)
    cards: list[tuple[float, Block]] = []
    for number, (candidate, chart, title) in enumerate(zip(shown, charts, titles, strict=True)):
        text = Column(
            (
                title,
                Space(title_room - title.height + 0.02),
                bar_of(candidate, min(room, 1.5), look),
                Space(0.05),
                *(setting.text(line, room) for line in said[number][1]),
            )
        )
        x = number * (width + GAP)
        if is_beside:
            cards += [(x, chart), (x + taken, Column((Space(0.1), text)))]
        else:
            lower = Space(chart_room - chart.height)
            cards.append((x, Column((lower, chart, Space(0.07), text))))
    return Row(tuple(cards))


def _wide(crops: Mapping[View, Crop], scale: float) -> float:
    """Return how wide a row of charts is at a scale, inches."""
    shown = list(crops.values())
    return scale * width_for(shown) + _APART * (len(columns_of(shown)) - 1)


def _fit_of(
    candidate: Candidate, shapes: Mapping[View, PatternShapes], drawing: PainDrawing, look: Look
) -> Callable[[Axes, View], None]:
    name = f"{candidate.source.id}-{candidate.side}"

    def add(ax: Axes, view: View) -> None:
        found = shapes.get(view)
        add_fit(ax, candidate, found, drawing, view, look, name=f"{view}-{name}")
        if found is not None:
            add_pattern(ax, found, look, name=name, plain_core=True)

    return add


def bar_of(candidate: Candidate, width: float, look: Look, *, part: str = "share") -> Block:
    """Return the bar of a candidate's share of its list."""
    high_inches = 0.08

    def draw(figure: Figure, x: float, y: float) -> None:
        wide, high = size_of(figure)
        place = (x / wide, 1 - (y + high_inches) / high, width / wide, high_inches / high)
        add_bar(figure, place, candidate, look, part=part)

    return Drawn(high_inches, draw)


def change_charts(
    change: Comparison, body: Body, width: float, height: float, setting: Setting
) -> Block:
    """Return the charts of what is gone, what remains and what is new."""
    content: dict[View, list[shapely.Geometry]] = {
        view: [getattr(found, kind) for kind in KINDS] for view, found in change.views.items()
    } or {"anterior": [], "posterior": []}
    crops = crop_to(body, content, whole_width=True)

    def add(ax: Axes, view: View) -> None:
        if view in change.views:
            add_change(ax, change.views[view], view, setting.look)

    return _row(body, crops, _scale(crops, width, height, setting.look), width, setting, add)
