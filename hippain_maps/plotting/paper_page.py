"""The printed page for pen and paper, which ``hippain scan`` reads back."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hippain_maps.geometry import INSET_VIEWS
from hippain_maps.paper import MARK_CELLS, MARK_SIDE, PageLayout, Room, cells_of
from hippain_maps.plotting.chart import sides_shown
from hippain_maps.plotting.layout import Crop, evenly_wrapped, fitted, width_of, wrapped
from hippain_maps.plotting.look import PRINT, Look
from hippain_maps.regions import Body
from hippain_maps.words import Words, words_in

OUTLINE, HINTS = 0.32, 0.22
"""Width of the printed lines, mm."""

OUTLINE_TONE, HINT_TONE = 0.58, 0.74
"""Brightness of the printed lines; pale enough for any pen to stand out, dark enough to print."""

_MM = 72 / 25.4
"""Points in a millimetre."""


def plot_paper_page(
    body: Body,
    layout: PageLayout,
    *,
    paper: str = "a4",
    language: str = "en",
    look: Look = PRINT,
) -> Figure:
    """Draw the page that is printed, drawn on with a pen, and read back by ``hippain scan``.

    Parameters
    ----------
    body : Body
        The charts.
    layout : PageLayout
        Which page.
    paper : str
        ``a4`` or ``letter``. Printed on the other one, the page is read back as well.
    language : str
        Of the names and the instruction: en, la, de, fr or es.

    Returns
    -------
    Figure
        Of the size of the sheet.

    Raises
    ------
    UnknownNameError
        If there is no such paper or language.
    """
    words = words_in(language)
    wide, high = layout.sheet(paper)
    figure = Figure(figsize=(wide / 25.4, high / 25.4), facecolor=look.paper)
    across, down = (wide - layout.size[0]) / 2, (high - layout.size[1]) / 2
    ax = _axes(figure, (-across, -down, wide - across, high - down))
    _draw_lines(ax, body, layout)
    _draw_marks(ax, layout)
    _head(ax, layout, words, look)
    _foot(ax, layout, words, look)
    for room in layout.rooms:
        _name(ax, room, body, words, look)
    return figure


def plot_paper_print(body: Body, layout: PageLayout) -> Figure:
    """Draw what is printed in the rooms of a page and nothing else: the page's block, no words.

    Every language of the page has the same print there.
    """
    wide, high = layout.size
    figure = Figure(figsize=(wide / 25.4, high / 25.4), facecolor="white")
    _draw_lines(_axes(figure, (0, 0, wide, high)), body, layout)
    return figure


def _axes(figure: Figure, box: tuple[float, float, float, float]) -> Axes:
    """Return axes over all of a figure, in mm, y down."""
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    left, top, right, bottom = box
    ax.set_xlim(left, right)
    ax.set_ylim(bottom, top)
    return ax


def _draw_lines(ax: Axes, body: Body, layout: PageLayout) -> None:
    for room in layout.rooms:
        chart = body.charts[room.view]
        outline = room.lines(chart, hints=False)
        hints = room.lines(chart)[len(outline) :]
        for lines, width, tone in ((hints, HINTS, HINT_TONE), (outline, OUTLINE, OUTLINE_TONE)):
            drawn = LineCollection(
                lines,
                colors=str(tone),
                linewidths=width * _MM,
                capstyle="round",
                joinstyle="round",
            )
            ax.add_collection(drawn, autolim=False)


def _draw_marks(ax: Axes, layout: PageLayout) -> None:
    cell = MARK_SIDE / MARK_CELLS
    for mark, corners in layout.marks().items():
        left, top = corners[0]
        ax.add_patch(Rectangle((left, top), MARK_SIDE, MARK_SIDE, color="black", linewidth=0))
        white = [
            Rectangle((left + column * cell, top + row * cell), cell, cell)
            for row, column in np.argwhere(~cells_of(mark))
        ]
        # Neighbours would show a hairline between them.
        ax.add_collection(
            PatchCollection(white, facecolor="white", edgecolor="white", linewidth=0.1)
        )


def _head(ax: Axes, layout: PageLayout, words: Words, look: Look) -> None:
    """Write the question, and lines for a code and a date."""
    wide, _ = layout.size
    left, right = MARK_SIDE + 5, wide - MARK_SIDE - 5
    room = 0.5 * (right - left) / 25.4
    title = words.say("paper_title")
    ax.text(
        left,
        0.2,
        title,
        fontsize=fitted(title, 17, room, bold=True),
        fontweight="bold",
        color=look.ink,
        va="top",
    )
    how, top = words.say("paper_how"), 8.2
    below = min(box_top for _, box_top, _, _ in (room.box for room in layout.rooms)) - 6.5
    for size in (9.0, 8.5, 8.0, 7.5, 7.0):
        lines = wrapped(how, size, 0.58 * (right - left) / 25.4)
        if len(lines) * 1.3 * size / _MM <= below - top:
            break
    ax.text(left, top, "\n".join(lines), fontsize=size, color=look.ink, va="top", linespacing=1.3)
    said = [words.say(phrase) for phrase in ("report_code", "report_date")]
    start = right - 0.36 * (right - left)
    line = start + 2 + max(width_of(text, 8.5) for text in said) * 25.4
    for y, text in zip((4.6, 12.6), said, strict=True):
        ax.text(start, y, text, fontsize=8.5, color=look.ink, va="baseline")
        ax.plot([line, right], [y + 0.6, y + 0.6], color=look.faint_ink, linewidth=0.6)


def _foot(ax: Axes, layout: PageLayout, words: Words, look: Look) -> None:
    """Write what makes the page readable for the program, and where it is from."""
    wide, high = layout.size
    left, right = MARK_SIDE + 5, wide - MARK_SIDE - 5
    said = words.say("paper_corners")
    lines = evenly_wrapped(said, 7.0, (right - left) / 25.4)
    ax.text(
        wide / 2,
        high - 4.6,
        "\n".join(lines),
        fontsize=7.0,
        color=look.caption_ink,
        ha="center",
        va="bottom",
        linespacing=1.25,
    )
    ax.text(
        wide / 2,
        high,
        f"hippain_maps, CC BY 4.0; page {layout.number}",
        fontsize=6.0,
        color=look.caption_ink,
        ha="center",
        va="bottom",
    )


def _name(ax: Axes, room: Room, body: Body, words: Words, look: Look) -> None:
    """Write the view's name above its room, and the patient's sides large at its ends."""
    left, top, right, bottom = room.box
    line = top - 1.2
    (x0, y1), (x1, y0) = room.to_chart([(left, top), (right, bottom)]).tolist()
    inset = room.view in INSET_VIEWS
    sides = sides_shown(room.view, body.charts[room.view].outline(arms=False), Crop(x0, y0, x1, y1))
    size = 11.0 if inset else 15.0
    name = words.views[room.view]
    middle = (left + right) / 2
    if left > 0:
        # Or a letter could be read with the name beside it.
        ax.plot([left, left], [top - 5.5, top - 0.8], color=look.faint_ink, linewidth=0.5)
    if len(sides) == 1:
        letter = words.letters[sides[0]]
        behind = width_of(letter, size, bold=True) * 25.4
        most = right - left - behind - 7
        small = fitted(name, 10, most / 25.4)
        start = middle - (width_of(name, small) * 25.4 + 2.5 + behind) / 2
        ax.text(start, line, name, fontsize=small, color=look.ink)
        end = start + width_of(name, small) * 25.4 + 2.5
        ax.text(end, line, letter, fontsize=size, fontweight="bold", color=look.ink)
        return
    beside = max(width_of(words.letters[side], size, bold=True) for side in sides)
    if not inset:
        beside += max(width_of(words.sides[side], 6.5) for side in sides)
    most = (right - left - 12) / 25.4 - 2 * beside
    small = fitted(name, 8.5 if inset else 10, most)
    ax.text(middle, line, name, fontsize=small, color=look.ink, ha="center")
    for side, x, ha, inward in zip(
        sides, (left + 4, right - 4), ("left", "right"), (1, -1), strict=True
    ):
        letter = words.letters[side]
        ax.text(x, line, letter, fontsize=size, fontweight="bold", color=look.ink, ha=ha)
        if inset:
            continue
        ax.text(
            x + inward * (width_of(letter, size, bold=True) * 25.4 + 1),
            line,
            words.sides[side],
            fontsize=6.5,
            color=look.caption_ink,
            ha=ha,
        )
