"""Plates: several patterns on a page, or on the pages of a PDF."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from matplotlib.figure import Figure

from hippain_maps.atlas import Atlas
from hippain_maps.geometry import Side
from hippain_maps.patterns import Source
from hippain_maps.plotting.chart import caption
from hippain_maps.plotting.enlarging import enlarge, larger
from hippain_maps.plotting.key import add_key, pattern_kinds
from hippain_maps.plotting.layout import fitted, size_of
from hippain_maps.plotting.look import PRINT, Look
from hippain_maps.plotting.pattern import (
    draw_panel,
    panel_height,
    panel_of,
    panel_scale,
    point_lines,
)
from hippain_maps.words import words_in

PER_PAGE = 6
A4_LANDSCAPE = (11.69, 8.27)
SLIDE = (13.333, 7.5)
"""A slide of 16 to 9, inches."""

_HEIGHTS = (0.07, 0.87, 0.06)


def plot_plate(
    sources: Sequence[Source],
    atlas: Atlas,
    *,
    side: Side = "left",
    title: str | None = None,
    labels: bool = True,
    page: str = "",
    size: tuple[float, float] = A4_LANDSCAPE,
    language: str = "en",
    figure: Figure | None = None,
    look: Look = PRINT,
) -> Figure:
    """Draw up to six patterns on one page, with one key to how they are drawn at its foot.

    The body has one scale in all cells, but for patterns that fit at a much smaller one alone.

    A test has the key too: it gives no pattern away.

    Parameters
    ----------
    sources : sequence of Source
        1 to 6 of them, in reading order.
    atlas : Atlas
        The body, and the version for the caption.
    title : str
        Heading of the page; by default "Referral patterns" in the language.
    labels : bool
        Whether to name the muscles. Without, cells are lettered: a test; `answers` has the key.
    page : str
        Such as ``"2 / 3"``, written at the foot.
    size : (float, float)
        Width and height of a new page in inches; `A4_LANDSCAPE` or `SLIDE`. A page that is larger
        than A4 is that enlarged, with its type, marks and lines.
    language : str
        Of names and captions: en, la, de, fr or es.
    figure : Figure, optional
        Where to draw; by default a new A4 page, landscape.

    Raises
    ------
    ValueError
        If there is no source, or more than fit a page.
    """
    if not 1 <= len(sources) <= PER_PAGE:
        raise ValueError(f"a page holds 1 to {PER_PAGE} patterns, not {len(sources)}")
    a4 = A4_LANDSCAPE if size[0] >= size[1] else A4_LANDSCAPE[::-1]
    factor = 1.0 if figure else larger(size, a4)
    figure = figure or Figure(figsize=(size[0] / factor, size[1] / factor))
    words = words_in(language)
    title = words.referral_patterns if title is None else title
    figure.set_facecolor(look.paper)
    columns = 2 if len(sources) == 4 else min(3, len(sources))
    across, up = size_of(figure)
    if across < up:
        # Upright, a page has more rows than columns.
        columns = 1 if len(sources) < 3 else 2
    rows = math.ceil(len(sources) / columns)
    head, middle, foot = figure.subfigures(3, 1, height_ratios=_HEIGHTS, squeeze=False)[:, 0]
    head.text(
        0.02,
        0.35,
        title,
        fontsize=look.heading_size + 3,
        fontweight="bold",
        color=look.ink,
        va="center",
    )
    wide, high = size_of(middle)
    panels = [panel_of(source, atlas, side=side) for source in sources]
    lines = [point_lines(p, wide / columns, look) if labels else [] for p in panels]
    needs = [
        panel_height(p, said, wide / columns, look) for p, said in zip(panels, lines, strict=True)
    ]
    heights = _shared_out(
        [max(needs[k : k + columns]) for k in range(0, len(needs), columns)], high
    )
    # What is left over stands mostly below.
    spare = max(high - sum(heights), 1e-3)
    bands = middle.subfigures(
        rows + 2, 1, height_ratios=[0.3 * spare, *heights, 0.7 * spare], squeeze=False
    )[1:-1, 0]
    cells = [cell for band in bands for cell in band.subfigures(1, columns, squeeze=False)[0]]
    shown = list(zip(cells, panels, lines, strict=False))
    largest = _common([panel_scale(cell, panel, said, look) for cell, panel, said in shown])
    for number, (panel, cell) in enumerate(zip(panels, cells, strict=False)):
        draw_panel(
            cell,
            panel,
            atlas,
            lines[number],
            labels=labels,
            language=language,
            look=look,
            at_top=True,
            largest=largest,
        )
        if not labels:
            cell.text(
                0.5,
                1 - 0.08 / size_of(cell)[1],
                letter(number),
                ha="center",
                va="top",
                fontsize=look.heading_size,
                fontweight="bold",
                color=look.ink,
            )
    for part in (head, middle, foot, *bands, *cells):
        part.set_facecolor("none")
    said = ". ".join(caption(atlas, language=language).split("\n"))
    room = (0.96 if not page else 0.9) * size_of(figure)[0]
    kinds = pattern_kinds(shapes for panel in panels for shapes in panel.shapes.values())
    add_key(foot, kinds, (0.02, 0.52), room, words, look)
    foot.text(
        0.02,
        0.3,
        said,
        fontsize=fitted(said, look.small_size, room),
        va="center",
        color=look.caption_ink,
    )
    foot.text(0.98, 0.5, page, fontsize=look.small_size, va="center", ha="right", color=look.ink)
    if factor > 1:
        enlarge(figure, factor)
    return figure


_ALIKE = 1.8
"""So many times larger than another a pattern may be that is drawn at the scale of that one."""


def _common(scales: Sequence[float]) -> float:
    """Return the scale that no pattern exceeds: that of the smallest which are about alike.

    A pattern that needs to be much smaller, since it runs down the whole leg, stays so by itself.
    """
    return min(scale for scale in scales if scale * _ALIKE >= max(scales))


def _shared_out(needs: Sequence[float], whole: float) -> list[float]:
    """Return what each gets of a whole: what it needs, or an equal part of what others leave."""
    given = [0.0] * len(needs)
    left, waiting = whole, len(needs)
    for place in sorted(range(len(needs)), key=lambda place: needs[place]):
        given[place] = min(needs[place], left / waiting)
        left -= given[place]
        waiting -= 1
    return given


def letter(number: int) -> str:
    """Return A, B, C ... for 0, 1, 2 ..."""
    return chr(ord("A") + number)


def answers(sources: Sequence[Source]) -> list[str]:
    """Return the key to pages without labels: ``"A Gluteus medius"``, ..."""
    return [
        f"{letter(number)} {source.name}"
        for page in _pages(sources)
        for number, source in enumerate(page)
    ]


def _pages(sources: Sequence[Source]) -> list[Sequence[Source]]:
    """Return the sources of each page: as few pages as will do, about equally full."""
    pages = math.ceil(len(sources) / PER_PAGE)
    long = math.ceil(len(sources) / max(pages, 1))
    return [sources[k * long : (k + 1) * long] for k in range(pages)]


def plate_pages(
    sources: Sequence[Source],
    atlas: Atlas,
    *,
    side: Side = "left",
    title: str | None = None,
    labels: bool = True,
    size: tuple[float, float] = A4_LANDSCAPE,
    language: str = "en",
    look: Look = PRINT,
) -> Iterator[Figure]:
    """Yield the pages of a plate, up to six patterns each, numbered if there are several."""
    pages = _pages(sources)
    for number, shown in enumerate(pages, 1):
        yield plot_plate(
            shown,
            atlas,
            side=side,
            title=title,
            labels=labels,
            page=f"{number} / {len(pages)}" if len(pages) > 1 else "",
            size=size,
            language=language,
            look=look,
        )
