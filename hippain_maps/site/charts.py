"""Body charts as SVG in a page: regions that are links, places lit up, patterns in small."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from hippain_maps.geometry import VIEWS, FloatArray, View
from hippain_maps.regions import Body, BodyChart
from hippain_maps.site.markup import Html, join, tag
from hippain_maps.viewer.paths import line_of, path_of
from hippain_maps.words import words_in

if TYPE_CHECKING:
    from hippain_maps.plotting.look import Look
    from hippain_maps.plotting.pattern import Panel

Box = tuple[float, float, float, float]
"""Left, low, right, high; chart cm."""

_COARSE = 0.06
"""Lines of a small chart keep to their course within this, cm."""
_BORDER = 0.05
_MARGIN = 7.0
_LEAST = (30.0, 40.0)
"""A lit place is shown with so much of the body around it, and never less in all, cm."""
_SEEN = 0.3
"""A view lights a place up if it shows this share of what the best view shows of it."""
_THUMB = 1.28
"""How much higher than wide the picture of a pattern in small is."""


def linked_chart(view: Mapping[str, Any], up: str) -> Html:
    """Return a view in which every region is a link to its page.

    Parameters
    ----------
    view : mapping
        One of the views of `hippain_maps.viewer.chart_data.chart_data`.
    up : str
        From the page to the top of the site.
    """
    x0, y0, x1, y1 = view["bounds"]
    name = view["titles"]["en"]
    regions = [
        tag(
            "a",
            tag("path", tag("title", region["name"]), d=region["path"]),
            href=f"{up}places/{region['id'].partition(':')[2]}.html",
            aria_label=region["name"],
            data_area=region["area"],
        )
        for region in view["regions"]
    ]
    drawn = join(
        tag("path", d=view["outline"], class_="body"),
        tag("g", *regions, class_="regions"),
        tag("path", d="".join(view["hints"]), class_="hints"),
        tag("path", d=view["outline"], class_="contour"),
    )
    letters = view["letters"]["en"]
    if view["left_edge"]:
        right = "right" if view["left_edge"] == "left" else "left"
        sides = [(letters[view["left_edge"]], 0.14), (letters[right], 0.86)]
    else:
        sides = [(letters[view["shows"]], 0.5)]
    size = max(5.5 * (y1 - y0) / 175, 2.2)
    box = (x0 - 1, y0 - 1, x1 + 1, y1 + 1 + 1.5 * size)
    words = [
        tag("text", letter, x=_n(x0 + at * (x1 - x0)), y=_n(-y1 - 0.5 * size), font_size=_n(size))
        for letter, at in sides
    ]
    picture = _svg(box, tag("g", drawn, transform="scale(1 -1)"), *words, class_="chart")
    return tag(
        "figure",
        tag("figcaption", name),
        picture,
        class_=f"view {view['view']}",
        data_view=view["view"],
    )


def lit_charts(body: Body, regions: Iterable[str], name: str) -> Html:
    """Return the parts of the charts that show some regions, which are lit up on both sides."""
    lit: dict[View, list[int]] = {}
    places = {body.place[f"{side}:{region}"] for region in regions for side in ("left", "right")}
    for view in VIEWS:
        if view != "right_lateral":
            lit[view] = [n for n, place in enumerate(body.charts[view].index) if place in places]
    # A lateral view shows one side, the others both.
    seen = {
        view: float(body.charts[view].areas[found].sum()) * (2 if view == "left_lateral" else 1)
        for view, found in lit.items()
    }
    most = max(seen.values(), default=0.0)
    shown = [view for view in lit if seen[view] > 0 and seen[view] >= _SEEN * most]
    return join(*(_lit_chart(body.charts[view], lit[view], name) for view in shown))


def _lit_chart(chart: BodyChart, lit: Sequence[int], name: str) -> Html:
    place = shapely.coverage_union_all(chart.polygons[lit])
    box = _around(place.bounds, chart.figure.bounds)
    view = words_in("en").views[chart.view]
    picture = _svg(
        box,
        tag(
            "g",
            *_body(chart),
            tag("path", d=path_of(place, fineness=_BORDER), class_="lit"),
            tag("path", d=path_of(chart.figure, fineness=_COARSE), class_="contour"),
            transform="scale(1 -1)",
        ),
        class_="chart",
        role="img",
        aria_label=f"{name}, seen in the view: {view}",
    )
    return tag("figure", picture, tag("figcaption", view), class_="where")


def _around(place: Box, figure: Box) -> Box:
    """Return a box around a place, no larger than the figure."""
    x0, y0, x1, y1 = place
    wide = min(max(x1 - x0 + 2 * _MARGIN, _LEAST[0]), figure[2] - figure[0] + 2)
    high = min(max(y1 - y0 + 2 * _MARGIN, _LEAST[1]), figure[3] - figure[1] + 2)
    x = np.clip((x0 + x1 - wide) / 2, figure[0] - 1, figure[2] + 1 - wide)
    y = np.clip((y0 + y1 - high) / 2, figure[1] - 1, figure[3] + 1 - high)
    return float(x), float(y), float(x + wide), float(y + high)


def thumbnail(panel: Panel, body: Body) -> Html:
    """Return the view that shows most of a pattern, as a picture of its own."""
    view = max(panel.shapes, key=lambda view: _worth(panel, view))
    shapes, crop = panel.shapes[view], panel.crops[view]
    wide = max(crop.x1 - crop.x0, (crop.y1 - crop.y0) / _THUMB)
    high = wide * _THUMB
    x, y = (crop.x0 + crop.x1 - wide) / 2, (crop.y0 + crop.y1 - high) / 2
    chart = body.charts[view]
    # A thicker pen for a larger part of the body.
    pen = wide / 44
    parts: list[Html] = [*_body(chart)]
    for found in shapes.frequent:
        parts.append(
            tag(
                "path",
                d=path_of(found.area, fineness=_BORDER),
                class_="pain",
                fill_opacity=_n(0.12 + 0.76 * found.share),
            )
        )
    if not shapes.core.is_empty:
        parts.append(
            tag(
                "path",
                d=path_of(shapes.core, fineness=_BORDER),
                class_="core",
                stroke_width=_n(pen * 0.35),
            )
        )
    if not shapes.essential.is_empty:
        parts.append(
            tag("path", d=path_of(shapes.essential, fineness=_BORDER), class_="pain strong")
        )
    for dots, size in ((shapes.spillover, 0.62), (shapes.rare, 0.45)):
        if len(dots):
            parts.append(tag("path", d=_dots(dots), class_="dots", stroke_width=_n(size)))
    outline = path_of(chart.figure, fineness=_COARSE)
    parts.append(tag("path", d=outline, class_="contour", stroke_width=_n(pen * 0.3)))
    crosses = "".join(
        f"M{_n(m.x - pen)} {_n(m.y - pen)}l{_n(2 * pen)} {_n(2 * pen)}m0 {_n(-2 * pen)}"
        f"l{_n(-2 * pen)} {_n(2 * pen)}"
        for marks in shapes.marks.values()
        for m in marks
    )
    if crosses:
        parts.append(tag("path", d=crosses, class_="halo", stroke_width=_n(pen * 0.95)))
        parts.append(tag("path", d=crosses, class_="cross", stroke_width=_n(pen * 0.5)))
    style = tag("style", Html(_thumb_style()))
    picture = tag("g", *parts, transform="scale(1 -1)")
    return _svg((x, y, x + wide, y + high), style, picture, xmlns="http://www.w3.org/2000/svg")


def _thumb_style() -> str:
    """Return the style of a small picture, light and dark, in the colours of the figures."""
    from hippain_maps.plotting.look import THEMES

    def colours(look: Look) -> str:
        return (
            f".body{{fill:{look.skin}}}.contour,.cross{{stroke:{look.ink}}}"
            f".hints{{stroke:{look.faint_ink}}}.pain,.core{{fill:{look.pain}}}"
            f".dots,.core{{stroke:{look.pain}}}.halo{{stroke:{look.halo}}}"
        )

    return (
        ".hints,.contour,.dots,.cross,.halo{fill:none;stroke-linejoin:round;stroke-linecap:round}"
        ".hints{stroke-width:.3}.strong{fill-opacity:.88}"
        ".core{fill-opacity:.25;stroke-dasharray:1 .7}"
        f"{colours(THEMES['print'])}"
        f"@media screen and (prefers-color-scheme:dark){{{colours(THEMES['dark'])}}}"
    )


def _worth(panel: Panel, view: View) -> float:
    shapes = panel.shapes[view]
    frequent = sum(found.share * shapely.area(found.area) for found in shapes.frequent)
    return float(
        shapes.essential.area
        + frequent
        + 0.3 * shapes.core.area
        + 0.3 * len(shapes.spillover)
        + 5 * len(shapes.marks)
    )


def _body(chart: BodyChart) -> tuple[Html, Html]:
    """Return the skin and the light lines of a small chart."""
    hints = "".join(line_of(line, fineness=_COARSE) for line in chart.hints)
    return (
        tag("path", d=path_of(chart.figure, fineness=_COARSE), class_="body"),
        tag("path", d=hints, class_="hints"),
    )


def _dots(centres: FloatArray) -> str:
    """Return dots as lines of no length, which round ends make into dots."""
    return "".join(f"M{_n(x)} {_n(y)}h0" for x, y in centres.tolist())


def _svg(box: Box, *children: Html, **attributes: str) -> Html:
    """Return a picture of a part of a chart; y is turned over by the children."""
    x0, y0, x1, y1 = box
    view_box = f"{_n(x0)} {_n(-y1)} {_n(x1 - x0)} {_n(y1 - y0)}"
    return tag("svg", *children, viewBox=view_box, **attributes)


def _n(number: float) -> str:
    return f"{round(float(number), 2) + 0.0:g}"
