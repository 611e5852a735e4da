"""How charts lie on an SVG page: a panel for each view, in which a unit is a chart centimetre.

Each panel is a group with ``data-view`` and a transform that turns chart centimetres (y up) into
units of the page, so the paths inside hold chart coordinates as they are. ``data-box`` names the
part of the chart that the panel shows, so that a line drawn anywhere on the page by another
program is found to lie on one view.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

import shapely

from hippain_maps.geometry import STANDING_VIEWS, Area, FloatArray, View
from hippain_maps.regions import Body

SCALE = 4.0
"""Units of the page for a chart centimetre."""

BOXES: dict[View, tuple[float, float, float, float]] = {
    "anterior": (-43, -4, 43, 180),
    "posterior": (-43, -4, 43, 180),
    "left_lateral": (-28, -4, 24, 180),
    "right_lateral": (-24, -4, 28, 180),
    "plantar": (-26, -3, 26, 31),
    "dorsal": (-26, -3, 26, 31),
    "perineal": (-26, -14, 26, 14),
}
"""What each panel shows: left, bottom, right and top in chart cm."""

TITLES: dict[View, tuple[str, str, str]] = {
    "anterior": ("Front", "R", "L"),
    "posterior": ("Back", "L", "R"),
    "left_lateral": ("Left side", "", ""),
    "right_lateral": ("Right side", "", ""),
    "plantar": ("Soles", "R", "L"),
    "dorsal": ("Feet from above", "L", "R"),
    "perineal": ("Saddle area", "R", "L"),
}
"""The title of each panel, and the patient's side at its left and right edge."""

_HEAD = 36.0
_GAP = 12.0

NOTE = "Atlas: hippain_maps contributors, CC BY 4.0"


@dataclass(frozen=True, slots=True)
class Panel:
    """Where one view lies on the page."""

    view: View
    left: float
    top: float

    @property
    def transform(self) -> str:
        """The transform of its group: chart cm to units of the page."""
        x0, _, _, y1 = BOXES[self.view]
        across, down = self.left - x0 * SCALE, self.top + y1 * SCALE
        return f"matrix({SCALE:g} 0 0 {-SCALE:g} {across:g} {down:g})"

    @property
    def size(self) -> tuple[float, float]:
        """Width and height on the page."""
        x0, y0, x1, y1 = BOXES[self.view]
        return (x1 - x0) * SCALE, (y1 - y0) * SCALE


def panels(views: Sequence[View]) -> tuple[list[Panel], float, float]:
    """Return the panels of a page, its width and its height: standing views above, insets below."""
    rows = [
        [view for view in views if view in STANDING_VIEWS],
        [view for view in views if view not in STANDING_VIEWS],
    ]
    found: list[Panel] = []
    width, top = 0.0, 0.0
    for row in (row for row in rows if row):
        left, height = _GAP, 0.0
        for view in row:
            panel = Panel(view, left, top + _HEAD)
            found.append(panel)
            left += panel.size[0] + _GAP
            height = max(height, panel.size[1])
        width, top = max(width, left), top + _HEAD + height + _GAP
    return found, width, top + 18


def number(value: float) -> str:
    """Return a number as short as it can be read back exactly, without an exponent's plus."""
    text = repr(float(value))
    return text.removesuffix(".0")


def line_data(line: FloatArray, *, closed: bool) -> str:
    """Return a line as path data, every point as it is."""
    steps = " L ".join(f"{number(x)} {number(y)}" for x, y in line.tolist())
    return f"M {steps} Z" if closed else f"M {steps}"


def area_data(area: Area) -> str:
    """Return a polygonal area as path data, every ring closed; holes need the even-odd rule."""
    rings = [ring for part in shapely.get_parts(area) for ring in (part.exterior, *part.interiors)]
    # To close a path draws the line back to its first point, which a ring repeats.
    return " ".join(line_data(shapely.get_coordinates(ring)[:-1], closed=True) for ring in rings)


def rounded(area: Area) -> Area:
    """Return an area with coordinates of 3 decimals, for pictures: a hundredth of a millimetre."""
    return shapely.transform(area, lambda xy: (xy * 1000).round() / 1000 + 0.0)


def attributes(**values: object) -> str:
    """Return attributes of an element, escaped; None is left out, ``_`` stands for ``-``."""
    parts = [
        f"{name.rstrip('_').replace('_', '-')}={quoteattr(str(value), ENTITIES)}"
        for name, value in values.items()
        if value is not None
    ]
    return " ".join(parts)


ENTITIES = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


def page(
    views: Sequence[View],
    body: Body,
    inside: dict[View, list[str]],
    *,
    title: str,
    metadata: str = "",
    described: str = "",
) -> str:
    """Return an SVG page with a chart for each view and elements drawn on it.

    Parameters
    ----------
    views : sequence of view
        In their order on the page.
    body : Body
        Whose outline and light lines are drawn.
    inside : dict of view to list of str
        Elements, in chart cm, drawn above the chart.
    title, described : str
        For screen readers and for the tab of a browser.
    metadata : str
        Plain text kept in the file.
    """
    placed, width, height = panels(views)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="{width:g}" '
        f'height="{height:g}" viewBox="0 0 {width:g} {height:g}" role="img">',
        f"<title>{escape(title)}</title>",
    ]
    if described:
        lines.append(f"<desc>{escape(described)}</desc>")
    if metadata:
        lines.append(f'<metadata id="hippain">{escape(metadata)}</metadata>')
    lines.append(f"<rect {attributes(class_='chart', width='100%', height='100%', fill='#fff')}/>")
    for panel in placed:
        lines += _labels(panel)
        box = " ".join(f"{edge:g}" for edge in BOXES[panel.view])
        head = attributes(data_view=panel.view, data_box=box, transform=panel.transform)
        lines.append(f"<g {head}>")
        lines += _chart(panel.view, body)
        lines += inside.get(panel.view, [])
        lines.append("</g>")
    lines.append(_text(width - _GAP, height - 8, NOTE, anchor="end", size=9))
    lines.append("</svg>")
    return "\n".join(lines) + "\n"


def _labels(panel: Panel) -> list[str]:
    title, start, end = TITLES[panel.view]
    width, _ = panel.size
    y = panel.top - 12
    lines = [_text(panel.left + width / 2, y, title)]
    if start:
        # Well inside, so that a letter is never read as that of the next chart.
        lines.append(_text(panel.left + width * 0.12, y, start, weight="bold"))
        lines.append(_text(panel.left + width * 0.88, y, end, weight="bold"))
    return lines


def _text(
    x: float, y: float, text: str, *, anchor: str = "middle", size: int = 14, weight: str = "normal"
) -> str:
    drawn = attributes(
        class_="chart",
        x=f"{x:g}",
        y=f"{y:g}",
        font_family="sans-serif",
        font_size=size,
        font_weight=weight,
        text_anchor=anchor,
        fill="#333",
    )
    return f"<text {drawn}>{escape(text)}</text>"


def _chart(view: View, body: Body) -> list[str]:
    chart = body.charts[view]
    look = {"stroke_linejoin": "round", "stroke_linecap": "round"}
    figure = attributes(
        class_="chart",
        d=area_data(rounded(chart.figure)),
        fill="#f7f2ec",
        fill_rule="evenodd",
        stroke="#333",
        stroke_width=0.3,
        **look,
    )
    hints = [
        attributes(
            class_="chart",
            d=line_data((line * 1000).round() / 1000 + 0.0, closed=False),
            fill="none",
            stroke="#999",
            stroke_width=0.2,
            **look,
        )
        for line in chart.hints
    ]
    return [f"<path {path}/>" for path in (figure, *hints)]
