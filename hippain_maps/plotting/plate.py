"""Plates: several patterns on a page, or on the pages of a PDF."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from matplotlib.figure import Figure

from hippain_maps.atlas import Atlas
from hippain_maps.geometry import Side
from hippain_maps.patterns import Source
from hippain_maps.plotting.chart import caption
from hippain_maps.plotting.look import PRINT, Look
from hippain_maps.plotting.pattern import plot_pattern
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
    """Draw up to six patterns on one page.

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
        Width and height of a new page in inches; `A4_LANDSCAPE` or `SLIDE`.
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
    figure = figure or Figure(figsize=size)
    title = words_in(language).referral_patterns if title is None else title
    figure.set_facecolor(look.paper)
    columns = 2 if len(sources) == 4 else min(3, len(sources))
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
    cells = middle.subfigures(rows, columns, squeeze=False).ravel()
    for number, (source, cell) in enumerate(zip(sources, cells, strict=False)):
        plot_pattern(
            source,
            atlas,
            side=side,
            labels=labels,
            with_caption=False,
            language=language,
            figure=cell,
            look=look,
        )
        if not labels:
            cell.text(
                0.5,
                0.98,
                letter(number),
                ha="center",
                va="top",
                fontsize=look.heading_size,
                fontweight="bold",
                color=look.ink,
            )
    for part in (head, middle, foot, *cells):
        part.set_facecolor("none")
    foot.text(
        0.02,
        0.5,
        caption(atlas, language=language).replace("\n", ". "),
        fontsize=look.small_size,
        va="center",
        color=look.caption_ink,
    )
    foot.text(0.98, 0.5, page, fontsize=look.small_size, va="center", ha="right", color=look.ink)
    return figure


def letter(number: int) -> str:
    """Return A, B, C ... for 0, 1, 2 ..."""
    return chr(ord("A") + number)


def answers(sources: Sequence[Source]) -> list[str]:
    """Return the key to a page without labels: ``"A Gluteus medius"``, ..."""
    return [f"{letter(n % PER_PAGE)} {source.name}" for n, source in enumerate(sources)]


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
    """Yield the pages of a plate, six patterns each, numbered if there are several."""
    pages = math.ceil(len(sources) / PER_PAGE)
    for number in range(pages):
        yield plot_plate(
            sources[number * PER_PAGE : (number + 1) * PER_PAGE],
            atlas,
            side=side,
            title=title,
            labels=labels,
            page=f"{number + 1} / {pages}" if pages > 1 else "",
            size=size,
            language=language,
            look=look,
        )
