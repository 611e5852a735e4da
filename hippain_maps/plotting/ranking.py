"""The ranking figure: what was drawn, the first candidates' patterns, and the other sources."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import shapely
from matplotlib.figure import Figure

from hippain_maps.candidates import Candidate, Ranking
from hippain_maps.drawing import PainDrawing
from hippain_maps.geometry import VIEWS, View
from hippain_maps.plotting.chart import add_pattern, caption, content_of
from hippain_maps.plotting.drawing import add_drawing
from hippain_maps.plotting.fit import (
    add_bar,
    add_fit,
    key_kinds,
    main_views,
    panel_views,
    shapes_of,
)
from hippain_maps.plotting.key import add_key
from hippain_maps.plotting.layout import (
    crop_to,
    fitted,
    size_of,
    width_of,
    wrapped,
)
from hippain_maps.plotting.look import PRINT, Look
from hippain_maps.plotting.ranking_page import (
    FOOT,
    GAP,
    LEADING,
    LEFT,
    RIGHT,
    TOP,
    Page,
    add_charts,
    page_of,
    points_of,
)
from hippain_maps.plotting.ranking_words import (
    ANSWERS,
    answer_lines,
    candidate_words,
    drawing_words,
    name_of,
    percent_of,
    title_of,
)
from hippain_maps.plotting.red_flags import add_red_flags
from hippain_maps.words import Words, words_in

OTHERS = 6
"""Other sources that are listed at the most."""

# The first few are listed whatever their share, the others from this one on.
_FIRST, _LEAST = 3, 0.005
# Answers that have a line, and sources in it. On a page that is lower than so many inches, one
# answer and the first few sources.
_ROOMY = 7.0

_A4 = (11.69, 8.27)

# The list of other sources: height of a line in points, and room above it.
_ROW, _ABOVE = 12.5, 10.0
# In a line of it: where the name ends, the bar begins and ends, and the share begins.
_OTHER = (0.53, 0.55, 0.74, 0.76)


def plot_ranking(
    ranking: Ranking,
    drawing: PainDrawing,
    *,
    top: int = 3,
    language: str = "en",
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
    language : str
        Of the page: en, la, de, fr or es. Names of trigger points, and what is said of places that
        several sources share, are English.
    figure : Figure, optional
        Where to draw; by default a new one of A4 size, landscape.

    Returns
    -------
    Figure
        The page: red flags at its head, raised ones in a frame; the drawing at the left, then a
        panel for each candidate. In a panel the pattern is solid and stippled; pain that it
        explains is hatched, pain that it leaves unexplained is filled in the colour of the drawing,
        and essential zone that was not drawn stays plain. Marks that say numb or tingling are
        compared with no muscle and have a dashed outline. Below stand the other sources with their
        shares, and what the answers did. Where numbness and tingling alone are drawn, the panels
        are those of other sources, whose core is a flat tone.
    """
    figure = figure or Figure(figsize=_A4)
    figure.set_facecolor(look.paper)
    look = _fitting(look, figure)
    words = words_in(language)
    shown = (ranking.candidates or ranking.differential)[: max(1, min(top, 4))]
    body = ranking.atlas.body
    drawn = {view: drawing.area(view) for view in drawing.views}
    shapes = [shapes_of(candidate) for candidate in shown]
    panels = [main_views(drawn), *(panel_views(found, drawn) for found in shapes)]
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
        (words.say("drawn"), drawing_words(ranking.overlap, drawing, words)),
        *((title_of(c, words), candidate_words(c, words)) for c in shown),
    ]
    flags, place = ranking.atlas.red_flags.words, (LEFT, RIGHT, TOP)
    head = add_red_flags(figure, ranking.red_flags, flags, look, box=place, language=language)
    head -= 0.008
    others = ranking.differential if ranking.candidates else ranking.differential[len(shown) :]
    foot = _others(figure, ranking, others, words, look)
    page = page_of(
        figure, [[crops[view] for view in panel] for panel in panels], said, look, (foot, head)
    )
    _header(figure, ranking, words, look, head)
    charts = [
        add_charts(
            figure,
            body,
            {view: crops[view] for view in panel},
            box,
            page,
            words.language,
            look,
        )
        for panel, box in zip(panels, page.boxes, strict=True)
    ]
    for view, ax in charts[0].items():
        add_drawing(ax, drawing, view, look)
    for candidate, found, axes, box in zip(shown, shapes, charts[1:], page.boxes[1:], strict=True):
        for view, ax in axes.items():
            name = f"{candidate.source.id}-{candidate.side}"
            add_fit(ax, candidate, found.get(view), drawing, view, look, name=f"{view}-{name}")
            if view in found:
                add_pattern(ax, found[view], look, name=name, plain_core=True)
        add_bar(figure, (box[0], page.bars, min(box[2], 0.2), 0.011), candidate, look)
    _panel_words(figure, page, look)
    _footer(figure, ranking, drawing, words, look)
    return figure


def _fitting(look: Look, figure: Figure) -> Look:
    """Return a look with smaller type on a page that is smaller than it was made for."""
    wide, high = size_of(figure)
    less = min(1.0, 1.05 * wide / _A4[0], 1.12 * high / _A4[1])
    sizes = ("heading_size", "title_size", "text_size", "small_size")
    return replace(look, **{name: less * getattr(look, name) for name in sizes})


def _header(figure: Figure, ranking: Ranking, words: Words, look: Look, top: float) -> None:
    wide, _ = size_of(figure)
    title = words.say("candidates")
    figure.text(
        LEFT,
        top,
        title,
        fontsize=fitted(title, look.heading_size + 3, 0.28 * wide, bold=True),
        fontweight="bold",
        va="top",
        color=look.ink,
    )
    if ranking.candidates:
        figure.text(
            LEFT,
            top - 21.6 * points_of(figure, look),
            words.say("none_share", share=percent_of(ranking.none_of_candidates, words)),
            fontsize=look.small_size,
            va="top",
            color=look.caption_ink,
        )
    says = [place.says for place in ranking.places]
    if not ranking.overlap.skin_cm2.any():
        says = [words.say("only_numb")]
    elif not says and ranking.undecided:
        names = f" {words.or_} ".join(name_of(c, words) for c in ranking.undecided)
        says = [words.say("too_close", names=names)]
    if says:
        figure.text(
            0.32,
            top + 0.002,
            "\n".join(wrapped(says[0], look.text_size, (RIGHT - 0.32) * wide)),
            fontsize=look.text_size,
            va="top",
            color=look.ink,
            linespacing=1.35,
        )


def _panel_words(figure: Figure, page: Page, look: Look) -> None:
    title: dict[str, Any] = {"fontsize": page.title_size, "fontweight": "bold", "linespacing": 1.2}
    plain: dict[str, Any] = {"fontsize": look.text_size, "linespacing": LEADING}
    for (x, *_), titles, lines in zip(page.boxes, page.titles, page.lines, strict=True):
        for y, words, style in ((page.titles_top, titles, title), (page.lines_top, lines, plain)):
            figure.text(x, y, "\n".join(words), va="top", color=look.ink, **style)


def _others(
    figure: Figure, ranking: Ranking, others: Sequence[Candidate], words: Words, look: Look
) -> float:
    """List the other sources above the foot, and say what the answers did; return where they end.

    Those with hardly any share are left out, but for the first. Without answers the list has two
    columns.
    """
    wide, high = size_of(figure)
    points, roomy = points_of(figure, look), high >= _ROOMY
    answers = answer_lines(
        ranking, words, 0.48 * (RIGHT - LEFT) * wide, look, most=ANSWERS if roomy else 1
    )
    columns = 1 if answers else 2
    much = [number for number, c in enumerate(others, 1) if c.probability >= _LEAST]
    shown = others[: min(max([_FIRST, *much]), OTHERS if roomy else _FIRST)]
    long = math.ceil((len(shown) + 1) / columns)
    lines = max(long if shown else 0, len(answers))
    if not lines:
        return FOOT
    top = FOOT + (lines + 1.3) * _ROW * points
    title: dict[str, Any] = {
        "fontsize": look.title_size,
        "fontweight": "bold",
        "va": "top",
        "color": look.ink,
    }
    first = top - 1.3 * _ROW * points
    step = (RIGHT - LEFT + GAP) / 2
    if shown:
        figure.text(LEFT, top, words.say("others"), **title)
        names = [*(title_of(candidate, words) for candidate in shown), words.say("none")]
        room = _OTHER[0] * (step - GAP) * wide
        size = min(fitted(name, look.text_size, room) for name in names)
        for number, (name, candidate) in enumerate(zip(names, [*shown, None], strict=True)):
            column, row = divmod(number, long)
            x, y = LEFT + column * step, first - (row + 0.5) * _ROW * points
            figure.text(x, y, name, fontsize=size, va="center_baseline", color=look.ink)
            _other(figure, candidate, ranking, (x, y), step - GAP, words, look)
    if answers:
        figure.text(LEFT + step, top, words.say("answers"), **title)
        figure.text(
            LEFT + step,
            first,
            "\n".join(answers),
            va="top",
            fontsize=look.text_size,
            linespacing=_ROW / PRINT.text_size / 1.2,
            color=look.ink,
        )
    return top + _ABOVE * points


def _other(
    figure: Figure,
    candidate: Candidate | None,
    ranking: Ranking,
    at: tuple[float, float],
    width: float,
    words: Words,
    look: Look,
) -> None:
    """Write what stands behind a name in the list: bar, share and fit; of none of these a share."""
    wide, high = size_of(figure)
    x, y = at
    share = candidate.probability if candidate else ranking.none_of_differential
    said = f"{percent_of(share, words)} %"
    _, first, last, after = _OTHER
    if candidate:
        said += f"   {words.term(candidate.fit)}"
        bar = (x + first * width, y - 0.035 / high, (last - first) * width, 0.07 / high)
        add_bar(figure, bar, candidate, look, part="other")
    size = fitted(said, look.text_size, (1 - after) * width * wide)
    figure.text(x + after * width, y, said, fontsize=size, va="center_baseline", color=look.ink)


def _footer(
    figure: Figure, ranking: Ranking, drawing: PainDrawing, words: Words, look: Look
) -> None:
    """Write the key and, at the right, what the page is and on what terms."""
    wide, _ = size_of(figure)
    terms = f"{words.say('never')}.\n{caption(ranking.atlas, language=words.language)}"
    figure.text(
        RIGHT,
        0.02,
        terms,
        ha="right",
        va="bottom",
        fontsize=look.small_size,
        color=look.caption_ink,
        linespacing=1.3,
    )
    taken = max(width_of(line, look.small_size) for line in terms.split("\n"))
    room = (RIGHT - LEFT) * wide - taken - 0.3
    kinds = key_kinds(ranking, drawing)
    add_key(figure, kinds, (LEFT, 0.022), room, words, look)
