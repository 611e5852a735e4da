"""The page for the file: red flags, drawing, candidates, what to ask, findings, what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from hippain_maps.atlas import Atlas
from hippain_maps.candidates import Candidate, Ranking
from hippain_maps.combination import combination
from hippain_maps.comparison import compare
from hippain_maps.plotting.fit import add_key, key_kinds
from hippain_maps.plotting.layout import size_of
from hippain_maps.plotting.look import Look
from hippain_maps.plotting.ranking_words import (
    answer_lines,
    candidate_words,
    drawing_words,
    drawn_words,
    missing_words,
    name_of,
    percent_of,
    title_of,
    unexplained_words,
)
from hippain_maps.plotting.red_flags import other_lines, raised_lines
from hippain_maps.questions import EXAMINED, Question, ask_next
from hippain_maps.red_flags import NO_FLAGS
from hippain_maps.report.case import Case
from hippain_maps.report.changes import change_blocks
from hippain_maps.report.charts import bar_of, candidate_cards, drawing_charts, first_of
from hippain_maps.report.finding import Finding
from hippain_maps.report.flow import (
    NO_GLYPH,
    Block,
    Column,
    Drawn,
    Item,
    Row,
    Sheet,
    Space,
    printable,
)
from hippain_maps.report.setting import Setting, blank
from hippain_maps.words import Words

TEXT_SIZE = 7.8
"""Running text of the page for the file, points."""

CARDS, OTHERS, QUESTIONS = 3, 6, 5
"""Candidates with their patterns, other sources, and questions that are shown at the most."""

# How large the charts are, of their full size: the largest of these with which one page will do.
_SCALES = (1.0, 0.9, 0.8, 0.7)
_DRAWING, _CARD = 2.7, 2.0
_GAP = 0.25
TICK = "\N{BALLOT BOX}"
_LEAST = 0.005
_LEADS = {"palpate": "report_palpate", "examine": "report_examine", "ask": "report_ask"}


def clinic_pages(
    case: Case, atlas: Atlas, words: Words, sheet: Sheet, look: Look, *, top: int
) -> list[Figure]:
    """Return the pages for the file; as few as will do.

    Parameters
    ----------
    case : Case
        What they are about.
    atlas : Atlas
        What the drawing is compared with.
    words, sheet, look
        Language, paper and colours.
    top : int
        How many candidates are listed; the first few with their patterns.
    """
    page = _Clinic(
        case, Finding(case.drawing, atlas), Setting.of(words, sheet, look, text_size=TEXT_SIZE), top
    )
    setting = page.setting
    fewest = {scale: setting.fits(page.items(scale)) for scale in _SCALES}
    scale = max(_SCALES, key=lambda scale: (-fewest[scale], scale))
    return setting.pages(page.items(scale), running=page.running, foot=page.foot)


@dataclass(frozen=True)
class _Clinic:
    case: Case
    finding: Finding
    setting: Setting
    top: int

    @property
    def atlas(self) -> Atlas:
        """What the drawing is compared with."""
        return self.finding.atlas

    @property
    def words(self) -> Words:
        """Words of the language."""
        return self.setting.words

    @property
    def ranking(self) -> Ranking | None:
        """The ranking, if there is one."""
        return self.finding.ranking

    @property
    def running(self) -> str:
        """Return what stands at the head of a second page."""
        parts = [self.words.say("report_title"), self.case.code]
        parts.append(self.case.date.isoformat() if self.case.date else "")
        return " · ".join(filter(None, parts))

    @property
    def foot(self) -> str:
        """Return what stands at the foot of every page."""
        say, version = self.words.say, self.atlas.version
        about = f"{say('never')}. {say('report_limits')}"
        return f"{about}\nhippain_maps atlas {version}, CC BY 4.0"

    def items(self, scale: float) -> list[Item]:
        """Return everything in its order, with charts of a size."""
        return [
            Item(self._head()),
            *self._red_flags(),
            *self._drawing(scale),
            *self._candidates(scale),
            *self._others(),
            *self._next(),
            *self._findings(),
            *self._change(scale),
            *self._note(),
            *self._sources(),
            self._signature(),
        ]

    # --- What comes first ---

    def _head(self) -> Block:
        setting, words, case = self.setting, self.words, self.case
        title = setting.text(words.say("report_title"), size=setting.look.heading_size, bold=True)
        by = words.term(case.drawn_by) if case.drawn_by else ""
        fields = (
            (words.say("report_code"), case.code, 0.5),
            (words.say("report_date"), case.date.isoformat() if case.date else "", 0.25),
            (words.say("report_drawn_by"), by, 0.25),
        )
        blocks: list[tuple[float, Block]] = []
        x = 0.0
        for label, value, share in fields:
            width = share * setting.width - _GAP
            blocks.append((x, self._field(label, value, width)))
            x += share * setting.width
        return Column((title, Space(0.06), Row(tuple(blocks))))

    def _field(self, label: str, value: str, width: float) -> Block:
        """Return a label with its value, or with a line to write on."""
        setting = self.setting
        name = setting.text(label, width, size=setting.look.small_size, faint=True)
        if value:
            return Column(
                (name, setting.text(value, width, size=setting.look.title_size, bold=True))
            )
        return Column((name, blank(0.2, width, setting)))

    def _red_flags(self) -> list[Item]:
        setting, language = self.setting, self.words.language
        said = self.atlas.red_flags.words
        if said is None:
            return [Item(setting.text(NO_FLAGS, bold=True), 0.1)]
        items: list[Item] = []
        if raised := [state for state in self.finding.flags if state.raised and state.is_alarm]:
            items += setting.framed(
                setting.text(line.text, setting.framed_width, bold=line.bold, red=line.red)
                for line in raised_lines(raised, said, language)
            )
        blocks: list[Block] = [
            setting.text(line.text, bold=line.bold, red=line.red)
            for line in other_lines(self.finding.flags, said, language)
        ]
        open_ = [state for state in self.finding.flags if state.is_open and state.is_alarm]
        ticks = [
            f"{TICK} {state.flag.name.get(language, state.flag.name['en'])} "
            f"({said.if_yes[state.flag.urgency].get(language, state.flag.urgency)})"
            for state in open_
        ]
        blocks += pairs([setting.text(tick, self._half) for tick in ticks], setting)
        if denied := [state for state in self.finding.flags if state.answer == "no"]:
            names = []
            for state in denied:
                name = state.flag.name.get(language, state.flag.name["en"])
                although = f" ({self.words.say('report_although')})" if state.contradicted else ""
                names.append(name + although)
            label = said.answered_no.get(language, said.answered_no["en"])
            blocks.append(setting.text(f"{label}: {'; '.join(names)}."))
        return [*items, Item(blocks[0], 0.08), *(Item(block) for block in blocks[1:])]

    @property
    def _half(self) -> float:
        return (self.setting.width - _GAP) / 2

    def _drawing(self, scale: float) -> list[Item]:
        setting, words, case = self.setting, self.words, self.case
        lines = (
            drawing_words(self.ranking, case.drawing, words)
            if self.ranking
            else [words.say("report_unranked")]
        )
        lines += self.finding.overlap.notes
        many = len(case.drawing.views) > 3
        side = setting.width if many else 0.36 * setting.width
        heading = setting.heading(words.say("drawn"), side)
        said = [setting.text(line, side) for line in lines]
        wide = setting.width if many else setting.width - side - _GAP
        charts = drawing_charts(case.drawing, self.atlas.body, wide, scale * _DRAWING, setting)
        if many:
            return [Item(Column((heading, *said)), 0.1), Item(charts, 0.05)]
        return [Item(Row(((0.0, charts), (wide + _GAP, Column((heading, *said))))), 0.1)]

    # --- What it could be ---

    def _candidates(self, scale: float) -> list[Item]:
        ranking, setting, words = self.ranking, self.setting, self.words
        if not ranking or not (shown := first_of(ranking, min(CARDS, self.top))):
            return []
        said = [(title_of(c, words), self._reasons(c)) for c in shown]
        blocks: list[Block] = [setting.text(line, bold=True) for line in self._remarks(ranking)]
        kinds = key_kinds(ranking, self.case.drawing)

        def key(figure: Figure, x: float, y: float) -> None:
            wide, high = size_of(figure)
            place = (x / wide, 1 - (y + 0.18) / high)
            add_key(figure, kinds, place, setting.width, words, setting.look)

        cards = candidate_cards(shown, said, self.case.drawing, scale * _CARD, setting)
        blocks += [Column((Drawn(0.2, key), Space(0.04), cards))]
        if ranking.candidates:
            more = ranking.candidates[len(shown) : self.top]
            blocks += self._list(more, ranking.none_of_candidates)
        return setting.section(words.say("candidates"), blocks)

    def _reasons(self, candidate: Candidate) -> list[str]:
        """Return what is said of a candidate, with the areas for and against it."""
        words = self.words
        lines = candidate_words(candidate, words)
        both = (("report_speaks", drawn_words), ("report_missing", missing_words))
        found = [(phrase, areas_of(candidate, words)) for phrase, areas_of in both]
        said = [words.say(phrase, areas=", ".join(areas)) for phrase, areas in found if areas]
        # What is not explained stands last.
        at = len(lines) - bool(unexplained_words(candidate, words))
        return [*lines[:at], *said, *lines[at:]]

    def _remarks(self, ranking: Ranking) -> list[str]:
        words = self.words
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

    def _list(self, shown: Sequence[Candidate], none: float) -> list[Block]:
        """Return candidates in two columns, each with bar, share and fit, and none of these."""
        setting, words, half = self.setting, self.words, self._half
        cells: list[Block] = []
        for candidate in shown:
            share = f"{percent_of(candidate.probability, words)} %   {words.term(candidate.fit)}"
            bar = Column((Space(0.04), bar_of(candidate, 0.55, setting.look, part="other")))
            cells.append(
                Row(
                    (
                        (0.0, setting.text(title_of(candidate, words), half - 1.9)),
                        (half - 1.8, bar),
                        (half - 1.15, setting.text(share, 1.15)),
                    )
                )
            )
        rest = setting.text(f"{percent_of(none, words)} %", 1.15)
        cells.append(Row(((0.0, setting.text(words.say("none"), half - 1.9)), (half - 1.15, rest))))
        return pairs(cells, setting)

    def _others(self) -> list[Item]:
        ranking = self.ranking
        if not ranking:
            return []
        others = ranking.differential if ranking.candidates else ranking.differential[CARDS:]
        much = [number for number, c in enumerate(others, 1) if c.probability >= _LEAST]
        shown = others[: min(max([3, *much]), OTHERS)]
        if not shown:
            return []
        blocks = self._list(shown, ranking.none_of_differential)
        for relation in ranking.relations[:2]:
            names = [
                self.atlas.sources[name].name_in(self.words.language) for name in relation.between
            ]
            blocks.append(self.setting.text(f"{' / '.join(names)}: {relation.says}", faint=True))
        return self.setting.section(self.words.say("others"), blocks)

    # --- What to do, what was found ---

    def _next(self) -> list[Item]:
        ranking, setting, words = self.ranking, self.setting, self.words
        if not ranking:
            return []
        blocks: list[Block] = []
        wide = 0.64 * setting.width
        for question in ask_next(ranking, most=QUESTIONS, language=words.language):
            palpate = question.topic == "palpate"
            options = ("familiar", "found", "not_found") if palpate else ("yes", "no")
            boxes = "   ".join(f"{TICK} {words.term(option)}" for option in options)
            kind = "examine" if question.topic in EXAMINED else "ask"
            said = words.say(_LEADS["palpate" if palpate else kind], text=question.text)
            left: list[Block] = [setting.text(said, wide - _GAP)]
            if why := "" if palpate else self._why(question):
                small = setting.look.small_size
                left.append(setting.text(why, wide - _GAP, size=small, faint=True))
            right = setting.text(boxes, setting.width - wide)
            blocks.append(Row(((0.0, Column((*left, Space(0.03)))), (wide, right))))
        return setting.section(words.say("report_next"), blocks)

    def _why(self, question: Question) -> str:
        words = self.words
        if question.topic == "palpate":
            return ""
        said = []
        for phrase, sources in (
            ("report_for", question.favours),
            ("report_against", question.against),
        ):
            if sources:
                names = ", ".join(source.name_in(words.language) for source in sources[:4])
                said.append(words.say(phrase, names=names))
        return "; ".join(said)

    def _findings(self) -> list[Item]:
        ranking, setting, words = self.ranking, self.setting, self.words
        blocks: list[Block] = []
        for effect in ranking.palpation if ranking else ():
            name = f"{effect.source.name_in(words.language)}, {words.sides[effect.side]}"
            found = words.say(
                "report_finding",
                name=name,
                point=effect.point.name,
                finding=words.term(effect.finding),
                factor=words.number(effect.factor, ".2g"),
            )
            blocks.append(setting.text(found))
        items = setting.section(words.say("report_findings"), blocks)
        if ranking:
            told = answer_lines(ranking, words, setting.width, setting.look, most=12)
            items += setting.section(words.say("answers"), [setting.text(line) for line in told])
        return items

    def _change(self, scale: float) -> list[Item]:
        case, words = self.case, self.words
        if case.before is None:
            return []
        change = compare(case.before, case.drawing, self.atlas)
        when = case.before_date.isoformat() if case.before_date else ""
        title = words.say("report_change_since", date=when) if when else words.say("report_change")
        return self.setting.section(
            title, change_blocks(change, self.atlas.body, scale, self.setting)
        )

    def _note(self) -> list[Item]:
        text = self.case.note.strip()
        if not text:
            return []
        blocks: list[Block] = [*self.setting.text(text).split()]
        if NO_GLYPH in printable(text) and NO_GLYPH not in text:
            blocks.append(
                self.setting.text(self.words.say("report_no_glyph", square=NO_GLYPH), faint=True)
            )
        return self.setting.section(self.words.say("report_note"), blocks)

    def _sources(self) -> list[Item]:
        ranking, setting, words = self.ranking, self.setting, self.words
        lines: list[str] = []
        reviewers = [*self.atlas.red_flags.reviewed_by]
        if self.case.atlas_then and self.case.atlas_then != self.atlas.version:
            lines.append(
                words.say("report_then", then=self.case.atlas_then, now=self.atlas.version)
            )
        for candidate in first_of(ranking, min(CARDS, self.top)) if ranking else ():
            evidence = candidate.source.pattern_evidence
            known = [self.atlas.citations[key].what for key in evidence.citations]
            sure = words.confidence[evidence.confidence]
            about = f"{candidate.source.name_in(words.language)} ({sure})"
            lines.append(f"{about}: {'; '.join(known)}." if known else f"{about}.")
            reviewers += candidate.source.reviewed_by
        names = ", ".join(dict.fromkeys(reviewers))
        if lines:
            reviewed = words.say("report_reviewed", names=names)
            lines.append(reviewed if names else words.say("report_unreviewed"))
        if words.language != "en" and lines:
            lines.append(words.say("report_english"))
        small = [setting.text(line, size=setting.look.small_size, faint=True) for line in lines]
        return setting.section(words.say("report_sources"), small)

    def _signature(self) -> Item:
        setting, words = self.setting, self.words
        third = setting.width / 3
        blocks = []
        for number, name in enumerate(("report_examined_by", "report_signature", "report_date")):
            label = setting.text(
                words.say(name), third - _GAP, size=setting.look.small_size, faint=True
            )
            blocks.append((number * third, Column((blank(0.34, third - _GAP, setting), label))))
        return Item(Row(tuple(blocks)), 0.1)


def pairs(blocks: Sequence[Block], setting: Setting) -> list[Block]:
    """Return blocks two by two, in two columns."""
    second = (setting.width + _GAP) / 2
    return [
        Row(tuple(zip((0.0, second), blocks[at : at + 2], strict=False)))
        for at in range(0, len(blocks), 2)
    ]
