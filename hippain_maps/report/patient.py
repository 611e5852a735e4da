"""The page for the patient: in plain words, without names of muscles, and without a diagnosis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import shapely
from matplotlib.figure import Figure

from hippain_maps.atlas import Atlas
from hippain_maps.candidates import Candidate
from hippain_maps.geometry import SIDES, Side
from hippain_maps.plotting.look import Look
from hippain_maps.plotting.ranking_words import place_of
from hippain_maps.questions import EXAMINED, ask_next
from hippain_maps.report.case import Case
from hippain_maps.report.charts import drawing_charts
from hippain_maps.report.finding import Finding
from hippain_maps.report.flow import Block, Column, Item, Lines, Row, Sheet, Space
from hippain_maps.report.setting import GAP, Setting, blank
from hippain_maps.screening import URGENCIES, RedFlagState
from hippain_maps.words import Words

TEXT_SIZE = 10.0
"""Running text of the page for the patient, points."""

PLACES, SOURCES, NOTICED = 8, 3, 3
"""Places, candidates and questions that are told of at the most."""

# How large the chart is, inches: the largest with which one page will do.
_HEIGHTS = (3.6, 3.1, 2.6)
_NOTES = 3
DOT, BETWEEN = "\N{BULLET}", " \N{MIDDLE DOT} "

_DO = {
    "ambulance": "patient_do_ambulance",
    "same_day": "patient_do_same_day",
    "urgent": "patient_do_urgent",
    "routine": "patient_do_routine",
}
_AT = {
    "ambulance": "patient_at_ambulance",
    "same_day": "patient_at_same_day",
    "urgent": "patient_at_urgent",
}
_KINDS = {
    "nerve_root": "patient_nerve_root",
    "nerve": "patient_nerve",
    "joint": "patient_joint",
    "tendon_bursa": "patient_tendon_bursa",
    "spine": "patient_spine",
    "strain": "patient_strain",
}


def patient_pages(case: Case, atlas: Atlas, words: Words, sheet: Sheet, look: Look) -> list[Figure]:
    """Return the pages for the patient; as few as will do.

    Muscles are told by where their trigger points lie, other sources by their kind. Red flags are
    told as the questions that they are, with what to do.
    """
    foot = words.say("patient_limits")
    setting = Setting.of(words, sheet, look, text_size=TEXT_SIZE, foot=foot)
    page = _Patient(case, Finding(case.drawing, atlas), setting)
    # With lines for notes where they cost no page of their own.
    ways = [page.items(height, notes=notes) for notes in (True, False) for height in _HEIGHTS]
    items = min(ways, key=lambda way: setting.fits(way)[0])
    return setting.pages(items, running=words.say("patient_title"))


@dataclass(frozen=True)
class _Patient:
    case: Case
    finding: Finding
    setting: Setting

    @property
    def words(self) -> Words:
        """Words of the language."""
        return self.setting.words

    def items(self, height: float, *, notes: bool) -> list[Item]:
        """Return everything in its order, with a chart so high, with lines for notes or without."""
        return [
            Item(self._head()),
            *self._raised(),
            *self._drawn(height),
            *self._means(),
            *self._help(),
            *self._notice(),
            *([self._notes()] if notes else []),
        ]

    def _say(self, phrase: str, **parts: object) -> Lines:
        return self.setting.text(self.words.say(phrase, **parts))

    def _head(self) -> Block:
        setting, words, case = self.setting, self.words, self.case
        size = 1.4 * setting.look.title_size
        title = setting.text(words.say("patient_title"), size=size, bold=True)
        about = " · ".join(filter(None, [case.code, case.date.isoformat() if case.date else ""]))
        intro = self._say("patient_intro")
        blocks: list[Block] = [title]
        if about:
            blocks.append(setting.text(about, faint=True))
        return Column((*blocks, Space(0.04), intro))

    # --- Red flags ---

    def _raised(self) -> list[Item]:
        """Return what was answered with yes or is pointed to, with what to do, in a frame."""
        raised = [state for state in self.finding.flags if state.raised and state.is_alarm]
        if not raised:
            return []
        setting, words, room = self.setting, self.words, self.setting.framed_width
        lines = [setting.text(words.say("patient_first"), room, bold=True, red=True)]
        leads = (("yes", "patient_said_yes"), ("not_asked", "patient_points"))
        for urgency in URGENCIES:
            some = [state for state in raised if state.flag.urgency == urgency]
            if some:
                # What to do, before why.
                lines.append(setting.text(words.say(_DO[urgency]), room, bold=True))
            for answer, lead in leads:
                asked = [self._ask(state) for state in some if state.answer == answer]
                if asked:
                    lines.append(setting.text(words.say(lead), room))
                lines += [setting.text(f"{DOT} {text}", room, indent=0.2) for text in asked]
        return setting.framed(lines)

    @property
    def _is_pressing(self) -> bool:
        """Whether something is raised that cannot wait for days."""
        return any(
            state.raised and state.flag.urgency in URGENCIES[:2] for state in self.finding.flags
        )

    def _ask(self, state: RedFlagState) -> str:
        return state.flag.ask.get(self.words.language, state.flag.ask["en"])

    def _help(self) -> list[Item]:
        """Return the questions of the flags that are not raised, by how soon a yes needs care."""
        setting, words = self.setting, self.words
        blocks: list[Block] = []
        for urgency in URGENCIES:
            some = [s for s in self.finding.flags if s.flag.urgency == urgency and not s.raised]
            if urgency in _AT and some:
                title = setting.text(words.say(_AT[urgency]), bold=True)
                blocks += [Column((title, self._question(some[0])))]
                blocks += [self._question(state) for state in some[1:]]
        if blocks:
            blocks[0] = Column((self._say("patient_help_how"), blocks[0]))
        return setting.section(words.say("patient_help"), [*blocks, self._say("patient_not_all")])

    def _question(self, state: RedFlagState) -> Block:
        return self._bullet(self._ask(state))

    def _bullet(self, text: str) -> Block:
        dot = self.setting.text(DOT, 0.2)
        return Row(((0.05, dot), (0.2, self.setting.text(text, self.setting.width - 0.2))))

    # --- The drawing and what it may mean ---

    def _drawn(self, height: float) -> list[Item]:
        setting, words, drawing = self.setting, self.words, self.case.drawing
        found, body = self.finding.overlap, self.finding.atlas.body
        skin: dict[Side, dict[str, float]] = {side: {} for side in SIDES}
        covered = (found.fraction + found.sensory) * body.skin
        least = self.finding.atlas.model.shown_region
        for sided, size, share in zip(
            body.sided, covered, found.fraction + found.sensory, strict=True
        ):
            if share >= least:
                side: Side = "left" if sided.startswith("left") else "right"
                area = words.plain_area(body.groups[body.area_of[sided.partition(":")[2]]])
                skin[side][area] = skin[side].get(area, 0.0) + float(size)
        lines = self._places(
            {side: sorted(of, key=lambda a: -of[a])[:PLACES] for side, of in skin.items()}
        )
        if not lines:
            lines = [words.say("patient_nothing")]
        elsewhere = [place_of(name, words) for name in found.outside_cm2]
        if elsewhere:
            lines.append(words.say("patient_elsewhere", places=BETWEEN.join(elsewhere)))
        strength = [m.intensity for m in drawing.marks if m.is_pain and m.intensity is not None]
        if strength:
            lines.append(words.say("patient_strongest", number=f"{max(strength):g}"))
        if drawing.qualities:
            felt = ", ".join(map(words.term, drawing.qualities))
            lines.append(words.say("patient_feels", words=felt))
        if len(drawing.views) > 2 or not drawing.views:
            charts = drawing_charts(drawing, body, setting.width, height, setting)
            blocks: list[Block] = [Column((charts, Space(0.06)))]
            blocks += [setting.text(line) for line in lines]
            return setting.section(words.say("patient_drawn"), blocks)
        charts = drawing_charts(drawing, body, setting.half, height, setting)
        beside = [setting.text(line, setting.half) for line in lines]
        spaced = [block for line in beside for block in (line, Space(0.08))]
        row = Row(((0.0, charts), (setting.half + GAP, Column((Space(0.2), *spaced)))))
        return setting.section(words.say("patient_drawn"), [row])

    def _places(self, by_side: Mapping[Side, Sequence[str]]) -> list[str]:
        """Return a line for each side with places on it."""
        words, lines = self.words, []
        for side, places in by_side.items():
            if places:
                side_word, said = words.sides[side].capitalize(), BETWEEN.join(places)
                lines.append(words.say("report_named", name=side_word, what=said))
        return lines

    def _means(self) -> list[Item]:
        ranking, setting, words = self.finding.ranking, self.setting, self.words
        if ranking is None:
            return []
        blocks: list[Block] = []
        if self._is_pressing:
            # Where pain may come from would only reassure.
            return setting.section(words.say("patient_means"), [self._say("patient_later")])
        if ranking.candidates:
            likely = [c for c in ranking.candidates[:SOURCES] if c.fit != "weak"]
            places = self._places(self._muscles(likely or ranking.candidates[:1]))
            blocks.append(self._say("patient_referred"))
            lines = [setting.text(line, indent=0.2) for line in places]
            blocks.append(Column((self._say("patient_muscles"), *lines)))
        else:
            blocks.append(self._say("patient_numb"))
        kinds = dict.fromkeys(_KINDS[c.source.kind] for c in ranking.differential[:SOURCES])
        if kinds:
            things = "; ".join(words.say(kind) for kind in kinds)
            blocks.append(self._say("patient_others", things=things))
        blocks.append(self._say("patient_open"))
        return setting.section(words.say("patient_means"), blocks)

    def _muscles(self, candidates: Sequence[Candidate]) -> dict[Side, list[str]]:
        """Return the areas in which the trigger points of some muscles lie, by side."""
        body = self.finding.atlas.body
        found: dict[Side, dict[str, None]] = {side: {} for side in SIDES}
        for candidate in candidates:
            marks = [m for p in candidate.points for m in p.marks_on(candidate.side)]
            for mark in marks[:1]:
                chart = body.charts[mark.view]
                place = chart.tree.nearest(shapely.Point(mark.x, mark.y))
                region = body.sided[chart.index[place]].partition(":")[2]
                area = self.words.plain_area(body.groups[body.area_of[region]])
                found[candidate.side][area] = None
        return {side: list(areas) for side, areas in found.items()}

    # --- Until the next appointment ---

    def _notice(self) -> list[Item]:
        ranking, words = self.finding.ranking, self.words
        if ranking is None or self._is_pressing:
            return []
        asked = ask_next(ranking, most=4 * NOTICED, language=words.language)
        own = [question.text for question in asked if question.topic not in EXAMINED]
        blocks = [self._bullet(text) for text in own[:NOTICED]]
        return self.setting.section(words.say("patient_notice"), blocks)

    def _notes(self) -> Item:
        setting = self.setting
        title = setting.heading(self.words.say("patient_notes"))
        lines = [blank(0.3, setting.width, setting)] * _NOTES
        return Item(Column((title, *lines)), 0.1)
