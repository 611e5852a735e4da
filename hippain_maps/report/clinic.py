"""The page for the file: red flags, drawing, candidates, what to ask, findings, what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from matplotlib.figure import Figure

from hippain_maps.atlas import Atlas
from hippain_maps.candidates import Ranking
from hippain_maps.comparison import Comparison, compare
from hippain_maps.geometry import View
from hippain_maps.plotting.fit import shapes_of
from hippain_maps.plotting.look import Look
from hippain_maps.plotting.ranking_words import answers_said, drawing_words
from hippain_maps.plotting.red_flags import other_lines, raised_lines
from hippain_maps.plotting.zones import PatternShapes
from hippain_maps.questions import Question, ask_next
from hippain_maps.red_flags import NO_FLAGS, Texts
from hippain_maps.report.candidates import (
    candidate_items,
    other_items,
    question_items,
    with_cards,
)
from hippain_maps.report.case import Case
from hippain_maps.report.changes import change_blocks
from hippain_maps.report.charts import drawing_charts
from hippain_maps.report.finding import Finding
from hippain_maps.report.flow import NO_GLYPH, Block, Column, Item, Row, Sheet, Space, printable
from hippain_maps.report.setting import GAP, TICK, Setting, blank
from hippain_maps.words import Words

QUESTIONS, ANSWERS, NOTES = 5, 10, 6
"""Questions, answers, and remarks on the file that are told of at the most."""


@dataclass(frozen=True)
class _Density:
    """How close a page is set.

    Size of type, scale of charts, how many questions and relations, and whether the other sources
    stand beside the questions.
    """

    text_size: float
    scale: float
    questions: int = QUESTIONS
    relations: int = 2
    beside: bool = True


# The first of those with which the fewest pages will do, and no page stays half empty.
_DENSITIES = (
    _Density(7.8, 1.0, beside=False),
    _Density(7.8, 0.9),
    _Density(7.6, 0.8, relations=1),
    _Density(7.4, 0.72, 4, 1),
    _Density(7.2, 0.66, 4, 1),
)

_BLANK = 2.0

_LARGER = (1.8, 1.5, 1.3, 1.2, 1.1)
"""How much larger charts may be where one page has room for it."""

_DRAWING, _SIDE = 2.5, 0.42
"""Height of the charts of the drawing, inches, and share of the width for the words beside them."""


def clinic_pages(
    case: Case, atlas: Atlas, words: Words, sheet: Sheet, look: Look, *, top: int | None
) -> list[Figure]:
    """Return the pages for the file, as few as will do, if need be with smaller charts.

    Parameters
    ----------
    case : Case
        What they are about.
    atlas : Atlas
        What the drawing is compared with.
    words, sheet, look
        Language, paper and colours.
    top : int, optional
        How many candidates are listed; the first few with their patterns.
    """
    limits = f"{words.say('never')}. {words.say('report_limits')}"
    foot = f"{limits} hippain_maps atlas {atlas.provenance}, CC BY 4.0."
    known = _Known(case, Finding(case.drawing, atlas), words, top)

    def page_of(density: _Density) -> _Clinic:
        setting = Setting.of(words, sheet, look, text_size=density.text_size, foot=foot)
        return _Clinic(known, setting, density)

    best = page_of(_DENSITIES[0])
    for density in _DENSITIES[1:]:
        if best.length == 1:
            break
        best = min(best, page_of(density), key=lambda page: (page.length, page.is_sparse))
    if best.length == 1:
        # What is left over goes to the charts.
        larger = (replace(best.density, scale=more * best.density.scale) for more in _LARGER)
        best = next((page for page in map(page_of, larger) if page.length == 1), best)
    return best.setting.pages(best.items, running=best.running)


@dataclass(frozen=True)
class _Known:
    """What is told, worked out once however it is set."""

    case: Case
    finding: Finding
    words: Words
    top: int | None

    @cached_property
    def shapes(self) -> Sequence[Mapping[View, PatternShapes]]:
        """Shapes of the candidates that have a card."""
        return [shapes_of(c) for c in with_cards(self.finding.ranking, self.top)]

    @cached_property
    def questions(self) -> Sequence[Question]:
        """What to ask and examine next."""
        ranking = self.finding.ranking
        if ranking is None:
            return ()
        return ask_next(ranking, most=QUESTIONS, language=self.words.language)

    @cached_property
    def change(self) -> Comparison | None:
        """What changed since the drawing before."""
        before = self.case.before
        return compare(before, self.case.drawing, self.finding.atlas) if before else None


@dataclass(frozen=True)
class _Clinic:
    known: _Known
    setting: Setting
    density: _Density

    @property
    def case(self) -> Case:
        """What the page is about."""
        return self.known.case

    @property
    def words(self) -> Words:
        """Words of the language."""
        return self.setting.words

    @property
    def atlas(self) -> Atlas:
        """What the drawing is compared with."""
        return self.known.finding.atlas

    @property
    def ranking(self) -> Ranking | None:
        """The ranking, if there is one."""
        return self.known.finding.ranking

    @property
    def running(self) -> str:
        """Return what stands at the head of a second page."""
        parts = [self.words.say("report_title"), self.case.code]
        parts.append(self.case.date.isoformat() if self.case.date else "")
        return " · ".join(filter(None, parts))

    @cached_property
    def items(self) -> list[Item]:
        """Everything in its order."""
        return [
            Item(self._head()),
            *self._red_flags(),
            *self._drawing(),
            *self._ranked(),
            *self._change(),
            *self._note(),
            *self._sources(),
            self._signature(),
        ]

    @cached_property
    def _fits(self) -> tuple[int, float]:
        return self.setting.fits(self.items)

    @property
    def length(self) -> int:
        """How many pages it takes."""
        return self._fits[0]

    @property
    def is_sparse(self) -> bool:
        """Whether much of a page stays blank because what follows does not fit on it."""
        return self._fits[1] > _BLANK

    def _said(self, texts: Texts) -> str:
        return texts.get(self.words.language) or texts["en"]

    # --- What comes first ---

    def _head(self) -> Block:
        """Return the title, and beside it whose drawing it is, of when, and drawn by whom."""
        setting, words, case = self.setting, self.words, self.case
        wide = 0.4 * setting.width
        title = setting.text(
            words.say("report_title"), wide - GAP, size=setting.look.heading_size, bold=True
        )
        by = words.term(case.drawn_by) if case.drawn_by else ""
        fields = (
            (words.say("report_code"), case.code, 0.22),
            (words.say("report_date"), case.date.isoformat() if case.date else "", 0.17),
            (words.say("report_drawn_by"), by, 0.21),
        )
        blocks: list[tuple[float, Block]] = [(0.0, title)]
        x = wide
        for label, value, share in fields:
            width = share * setting.width - (GAP if share != fields[-1][2] else 0.0)
            blocks.append((x, self._field(label, value, width)))
            x += share * setting.width
        return Row(tuple(blocks))

    def _field(self, label: str, value: str, width: float) -> Block:
        """Return a label with its value, or with a line to write on."""
        setting = self.setting
        name = setting.text(label, width, size=setting.look.small_size, faint=True)
        if value:
            bold = setting.text(value, width, size=setting.look.title_size, bold=True)
            return Column((name, bold))
        return Column((name, blank(0.24, width, setting)))

    def _red_flags(self) -> list[Item]:
        """Return raised flags with what to do, those to ask with boxes to tick, those denied."""
        setting, language = self.setting, self.words.language
        said, states = self.atlas.red_flags.words, self.known.finding.flags
        if said is None:
            return [Item(setting.text(NO_FLAGS, bold=True), 0.1)]
        items: list[Item] = []
        if raised := [state for state in states if state.raised and state.is_alarm]:
            items += setting.framed(
                setting.text(line.text, setting.framed_width, bold=line.bold, red=line.red)
                for line in raised_lines(raised, said, language)
            )
        blocks: list[Block] = [
            setting.text(line.text, bold=line.bold, red=line.red)
            for line in other_lines(states, said, language)
        ]
        boxes = "  ".join(f"{TICK} {self.words.term(option)}" for option in ("yes", "no"))
        cells: list[Block] = []
        for state in (state for state in states if state.is_open and state.is_alarm):
            tick = setting.text(boxes, setting.half)
            name, urgency = self._said(state.flag.name), self._said(said.if_yes[state.flag.urgency])
            room = setting.half - tick.width - 0.12
            text = setting.text(f"{name} ({urgency})", room)
            cells.append(Row(((0.0, tick), (tick.width + 0.12, text))))
        blocks += setting.pairs(cells)
        if denied := [state for state in states if state.answer == "no"]:
            names = []
            for state in denied:
                although = f" ({self.words.say('report_although')})" if state.contradicted else ""
                names.append(self._said(state.flag.name) + although)
            label = self._said(said.answered_no)
            line = self.words.say("report_named", name=label, what="; ".join(names))
            blocks.append(setting.text(f"{line}."))
        return [*items, Item(blocks[0], 0.08), *(Item(block) for block in blocks[1:])]

    # --- What was drawn and said ---

    def _drawing(self) -> list[Item]:
        """Return the drawing, and beside or below it what was said, answered and found."""
        setting, case, body = self.setting, self.case, self.atlas.body
        beside = len(case.drawing.views) <= 3
        side = _SIDE * setting.width if beside else setting.width
        wide = setting.width - side - GAP if beside else setting.width
        height = self.density.scale * _DRAWING
        charts = drawing_charts(case.drawing, body, wide, height, setting)
        said = self._inputs(side)
        title = self.words.say("drawn")
        if not beside or sum(block.height for block in said) > 1.5 * charts.height:
            if beside:
                said = self._inputs(setting.width)
                charts = drawing_charts(case.drawing, body, setting.width, height, setting)
            return setting.section(title, [charts, Space(0.05), *said])
        row = Row(((0.0, charts), (wide + GAP, Column(tuple(said)))))
        return setting.section(title, [row])

    def _inputs(self, width: float) -> list[Block]:
        """Return what was said of the marks, the findings of palpation, and what answers did."""
        setting, words, ranking = self.setting, self.words, self.ranking
        found = self.known.finding.overlap
        lines = drawing_words(found, self.case.drawing, words)
        if ranking is None:
            lines.insert(0, words.say("report_unranked"))
        lines += found.notes[:NOTES]
        if (more := len(found.notes) - NOTES) > 0:
            lines.append(words.say("more", number=more))
        blocks: list[Block] = [setting.text(line, width) for line in lines]
        findings = [
            words.say(
                "report_finding",
                name=f"{effect.source.name_in(words.language)}, {words.sides[effect.side]}",
                point=effect.point.name,
                finding=words.term(effect.finding),
                factor=words.number(effect.factor, ".2g"),
            )
            for effect in (ranking.palpation if ranking is not None else ())
        ]
        told: list[str] = []
        if ranking is not None:
            told = answers_said(ranking, words, most=ANSWERS)
        for phrase, texts in (("report_findings", findings), ("answers", told)):
            if texts:
                title = setting.text(words.say(phrase), width, bold=True)
                first, *others = (setting.text(text, width) for text in texts)
                blocks += [Column((Space(0.06), title, first)), *others]
        return blocks

    def _ranked(self) -> list[Item]:
        """Return candidates, other sources, and what to ask next."""
        ranking, known, density = self.ranking, self.known, self.density
        if ranking is None:
            return []
        setting, questions = self.setting, known.questions[: density.questions]
        drawing, scale = self.case.drawing, density.scale
        items = candidate_items(ranking, drawing, known.shapes, setting, top=known.top, scale=scale)
        part = setting.halved if density.beside else setting
        others = other_items(ranking, part, relations=density.relations)
        asked = question_items(questions, ranking, part)
        if density.beside and others and asked:
            return [*items, setting.beside(others, asked)]
        return [*items, *others, *asked]

    # --- What changed, and what the page rests on ---

    def _change(self) -> list[Item]:
        change, case, words = self.known.change, self.case, self.words
        if change is None:
            return []
        when = case.before_date.isoformat() if case.before_date else ""
        title = words.say("report_change_since", date=when) if when else words.say("report_change")
        blocks = change_blocks(change, self.atlas.body, self.density.scale, self.setting)
        return self.setting.section(title, blocks)

    def _note(self) -> list[Item]:
        text, setting, words = self.case.note.strip(), self.setting, self.words
        if not text:
            return []
        blocks: list[Block] = [*setting.text(text).split()]
        if NO_GLYPH in printable(text) and NO_GLYPH not in text:
            blocks.append(setting.text(words.say("report_no_glyph", square=NO_GLYPH), faint=True))
        return setting.section(words.say("report_note"), blocks)

    def _sources(self) -> list[Item]:
        """Return what the patterns shown rest on, and what of the page is English."""
        setting, words = self.setting, self.words
        lines, about = list[str](), list[str]()
        then, now = self.case.atlas_then, self.atlas.version
        if then and then != now:
            lines.append(words.say("report_then", then=then, now=now))
        shown = with_cards(self.ranking, self.known.top)
        for candidate in shown:
            evidence = candidate.source.pattern_evidence
            sure = words.confidence[evidence.confidence]
            cited = "; ".join(self.atlas.citations[key].what for key in evidence.citations)
            name = f"{candidate.source.name_in(words.language)} ({sure})"
            line = words.say("report_named", name=name, what=cited) if cited else name
            about.append(f"{line}.")
        reviewers = dict.fromkeys(name for c in shown for name in c.source.reviewed_by)
        if about:
            names = ", ".join(reviewers)
            reviewed = words.say("report_reviewed", names=names)
            about.append(reviewed if names else words.say("report_unreviewed"))
            title = words.say("report_sources")
            lines.append(words.say("report_named", name=title, what=" ".join(about)))
        if words.language != "en" and (about or self.known.finding.overlap.notes):
            lines.append(words.say("report_english"))
        small = [setting.text(line, size=setting.look.small_size, faint=True) for line in lines]
        return [Item(block, 0.08 if number == 0 else 0.0) for number, block in enumerate(small)]

    def _signature(self) -> Item:
        setting, words = self.setting, self.words
        third = (setting.width + GAP) / 3
        blocks: list[tuple[float, Block]] = []
        for number, name in enumerate(("report_examined_by", "report_signature", "report_signed")):
            small = setting.look.small_size
            label = setting.text(words.say(name), third - GAP, size=small, faint=True)
            line = blank(0.36, third - GAP, setting)
            blocks.append((number * third, Column((line, label))))
        return Item(Row(tuple(blocks)), 0.02)
