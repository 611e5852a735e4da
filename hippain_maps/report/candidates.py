"""What it could be, and what to ask and examine next, as the report says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from hippain_maps.candidates import Candidate, Ranking
from hippain_maps.combination import combination
from hippain_maps.drawing import PainDrawing
from hippain_maps.geometry import View
from hippain_maps.patterns import Source
from hippain_maps.plotting.fit import key_kinds
from hippain_maps.plotting.key import add_key
from hippain_maps.plotting.layout import size_of
from hippain_maps.plotting.ranking_words import (
    candidate_words,
    drawn_words,
    missing_words,
    name_of,
    percent_of,
    title_of,
    unexplained_words,
)
from hippain_maps.plotting.zones import PatternShapes
from hippain_maps.questions import EXAMINED, Question
from hippain_maps.report.charts import bar_of, candidate_cards
from hippain_maps.report.flow import Block, Column, Drawn, Item, Row, Space
from hippain_maps.report.setting import GAP, TICK, Setting
from hippain_maps.words import Words

CARDS, OTHERS, NAMED = 3, 6, 3
"""Candidates with their patterns, other sources, and sources that a question tells apart."""

LEAST = 0.005
"""Share of its list from which on a source is listed without being asked for."""

_CARD = 2.0
_LEADS = {"palpate": "report_palpate", "examine": "report_examine", "ask": "report_ask"}


def with_cards(ranking: Ranking | None, top: int | None) -> Sequence[Candidate]:
    """Return those candidates that have a card: muscles, or the others where there are none."""
    if ranking is None:
        return ()
    return (ranking.candidates or ranking.differential)[: min(CARDS, top or CARDS)]


def candidate_items(
    ranking: Ranking,
    drawing: PainDrawing,
    shapes: Sequence[Mapping[View, PatternShapes]],
    setting: Setting,
    *,
    top: int | None,
    scale: float,
) -> list[Item]:
    """Return the candidates: remarks, the first with their patterns and reasons, the others listed.

    Parameters
    ----------
    ranking : Ranking
        Of the drawing.
    drawing : PainDrawing
        What was drawn.
    shapes : sequence of mapping of view to PatternShapes
        Of those candidates that have a card.
    setting : Setting
        Of the page.
    top : int, optional
        How many are listed; by default those with more than hardly any share.
    scale : float
        Of the charts.
    """
    words, shown = setting.words, with_cards(ranking, top)
    if not shown:
        return []
    said = [(title_of(c, words), _reasons(c, words)) for c in shown]
    kinds = key_kinds(ranking, drawing)

    def key(figure: Figure, x: float, y: float) -> None:
        wide, high = size_of(figure)
        add_key(
            figure, kinds, (x / wide, 1 - (y + 0.22) / high), setting.width, words, setting.look
        )

    cards = candidate_cards(shown, shapes, said, drawing, scale * _CARD, setting)
    blocks: list[Block] = [setting.text(line, bold=True) for line in _remarks(ranking, words)]
    blocks.append(Column((Drawn(0.23, key), Space(0.02), cards, Space(0.04))))
    if ranking.candidates:
        more = ranking.candidates[len(shown) : top or len(ranking.candidates)]
        if top is None:
            more = [c for c in more if c.probability >= LEAST][: 2 * CARDS]
        none = ranking.none_of_candidates
        if more:
            blocks += _listed(more, none, setting)
        else:
            share = percent_of(none, words)
            blocks.append(setting.text(words.say("none_share", share=share), faint=True))
    return setting.section(words.say("candidates"), blocks)


def other_items(ranking: Ranking, setting: Setting, *, relations: int) -> list[Item]:
    """Return the other sources, and what tells the first of both lists apart."""
    others = ranking.differential if ranking.candidates else ranking.differential[CARDS:]
    much = [number for number, c in enumerate(others, 1) if c.probability >= LEAST]
    shown = others[: min(max([CARDS, *much]), OTHERS)]
    if not shown:
        return []
    blocks = _listed(shown, ranking.none_of_differential, setting)
    for relation in ranking.relations[:relations]:
        both = [ranking.atlas.sources[name] for name in relation.between]
        names = " / ".join(source.name_in(setting.words.language) for source in both)
        small = setting.look.small_size
        told = setting.words.say("report_named", name=names, what=relation.says)
        blocks.append(setting.text(told, size=small, faint=True))
    return setting.section(setting.words.say("others"), blocks)


def question_items(questions: Sequence[Question], ranking: Ranking, setting: Setting) -> list[Item]:
    """Return what to ask and examine next, each with boxes to tick and what a yes speaks for."""
    words, blocks = setting.words, list[Block]()
    listed = {c.source.id for c in (*ranking.candidates[:8], *ranking.differential[:OTHERS])}
    for question in questions:
        kind = "examine" if question.topic in EXAMINED else "ask"
        options: tuple[str, ...] = ("yes", "no")
        if question.topic == "palpate":
            kind, options = "palpate", ("familiar", "found", "not_found")
        boxes = "  ".join(f"{TICK} {words.term(option)}" for option in options)
        right = setting.text(boxes, setting.width)
        wide = setting.width - right.width - GAP
        left: list[Block] = [setting.text(words.say(_LEADS[kind], text=question.text), wide)]
        if kind != "palpate" and (why := _why(question, listed, words)):
            left.append(setting.text(why, wide, size=setting.look.small_size, faint=True))
        row = Row(((0.0, Column(tuple(left))), (setting.width - right.width, right)))
        blocks.append(Column((row, Space(0.03))))
    return setting.section(words.say("report_next"), blocks)


def _why(question: Question, listed: set[str], words: Words) -> str:
    """Return what a yes speaks for and against among the sources that the page lists."""
    both = (("report_for", question.favours), ("report_against", question.against))
    said = []
    for phrase, sources in both:
        if found := _names([s for s in sources if s.id in listed], words):
            said.append(words.say(phrase, names=found))
    return "; ".join(said)


def _names(sources: Sequence[Source], words: Words) -> str:
    return ", ".join(source.name_in(words.language) for source in sources[:NAMED])


def _reasons(candidate: Candidate, words: Words) -> list[str]:
    """Return what is said of a candidate, with the areas for and against it."""
    lines = candidate_words(candidate, words)
    both = (("report_speaks", drawn_words), ("report_missing", missing_words))
    found = [(phrase, areas_of(candidate, words)) for phrase, areas_of in both]
    said = [words.say(phrase, areas=", ".join(areas)) for phrase, areas in found if areas]
    # What is not explained stands last.
    at = len(lines) - bool(unexplained_words(candidate, words))
    return [*lines[:at], *said, *lines[at:]]


def _remarks(ranking: Ranking, words: Words) -> list[str]:
    """Return what has to be known to read the candidates."""
    said = [place.says for place in ranking.places]
    if not ranking.overlap.skin_cm2.any():
        said = [words.say("only_numb")]
    elif not said and ranking.undecided:
        names = f" {words.or_} ".join(name_of(c, words) for c in ranking.undecided)
        said = [words.say("too_close", names=names)]
    together = combination(ranking)
    if len(together.parts) > 1:
        parts = [
            f"{part.source.name_in(words.language)}, {words.sides[part.side]}"
            for part in together.parts
        ]
        said.append(words.say("report_together", parts=" + ".join(parts)))
    return said


# In a column of a list, from its right edge: where the bar, the share and the fit begin.
_BAR, _SHARE, _FIT = 1.85, 1.25, 0.6
# A list that is wider has two columns, inches.
_COLUMNS = 5.0


def _listed(shown: Sequence[Candidate], none: float, setting: Setting) -> list[Block]:
    """Return candidates, each with bar, share and fit, and none of these; in columns, if wide."""
    words = setting.words
    wide = setting.width > _COLUMNS
    room = setting.half if wide else setting.width
    cells: list[Block] = []
    for candidate in shown:
        bar = Column((Space(0.035), bar_of(candidate, 0.5, setting.look, part="other")))
        parts: tuple[tuple[float, Block], ...] = (
            (0.0, setting.text(title_of(candidate, words), room - _BAR - 0.1)),
            (room - _BAR, bar),
            (room - _SHARE, setting.text(f"{percent_of(candidate.probability, words)} %", 0.65)),
            (room - _FIT, setting.text(words.term(candidate.fit), _FIT)),
        )
        cells.append(Row(parts))
    none_of = setting.text(words.say("none"), room - _BAR - 0.1, faint=True)
    rest = setting.text(f"{percent_of(none, words)} %", 0.65, faint=True)
    cells.append(Row(((0.0, none_of), (room - _SHARE, rest))))
    return setting.pairs(cells) if wide else cells
