"""A ranking as plain data, with the reasons in words, and everything in the language asked for."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Literal

from hippain_maps.atlas import Atlas
from hippain_maps.candidates import Candidate, Ranking
from hippain_maps.clues import effects
from hippain_maps.combination import combination
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DrawingError
from hippain_maps.overlap import overlap
from hippain_maps.questions import ask_next
from hippain_maps.ranking import rank
from hippain_maps.reasons import AreaFit, reasons
from hippain_maps.regions import Body
from hippain_maps.screening import red_flags
from hippain_maps.viewer.source_data import flag_words, said
from hippain_maps.words import words_in

Parts = Literal["all", "ranking", "more"]

QUESTIONS = 5
"""Questions to ask next."""

_KEPT = 4


@dataclass(frozen=True, slots=True)
class Ranked:
    """A drawing with its ranking.

    Parameters
    ----------
    drawing : PainDrawing
        What was drawn.
    ranking : Ranking
        What it comes to; without candidates where nothing can be ranked.
    nothing : str or None
        Why nothing is ranked.
    """

    drawing: PainDrawing
    ranking: Ranking
    nothing: str | None = None


class Ranker:
    """Ranks drawings; keeps the last few in memory, so that what follows need not rank again.

    Parameters
    ----------
    atlas : Atlas
        What drawings are compared with.
    """

    def __init__(self, atlas: Atlas) -> None:
        self.atlas = atlas
        self._made: OrderedDict[bytes, Ranked] = OrderedDict()
        self._lock = threading.Lock()

    def forget(self) -> None:
        """Forget all drawings."""
        with self._lock:
            self._made.clear()

    def ranked(self, body: bytes) -> Ranked:
        """Return a drawing file with its ranking.

        Raises
        ------
        DrawingError
            If it is no usable drawing. One without pain on the map is usable here.
        """
        key = hashlib.sha256(body).digest()
        with self._lock:
            if key in self._made:
                return self._made[key]
        made = _ranked(PainDrawing.from_geojson(body), self.atlas)
        with self._lock:
            self._made[key] = made
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
        return made

    def data(self, body: bytes, *, top: int, language: str, parts: Parts) -> dict[str, Any]:
        """Return the ranking of a drawing file as plain data.

        Parameters
        ----------
        body : bytes
            The drawing file.
        top : int
            Candidates of each list.
        language : str
            Of names, questions and red flags.
        parts : {"all", "ranking", "more"}
            Everything; what a stroke changes; or what takes longer: the reasons of each candidate,
            the combination, and what to ask next.
        """
        made = self.ranked(body)
        data: dict[str, Any] = {}
        if parts != "more":
            data |= _ranking(made.ranking, top, language, brief=parts == "ranking")
        if parts != "ranking":
            data |= _more(made.ranking, language)
        if parts == "more":
            data["reasons"] = {
                f"{candidate.source.id}:{candidate.side}": _reasons(candidate, language)
                for found in (made.ranking.candidates, made.ranking.differential)
                for candidate in found[:top]
            }
        if made.nothing is not None:
            data |= {"empty": True, "message": made.nothing}
        return data


def _ranked(drawing: PainDrawing, atlas: Atlas) -> Ranked:
    try:
        return Ranked(drawing, rank(drawing, atlas))
    except DrawingError as error:
        found = overlap(drawing, atlas.body)
        if found.skin_cm2.sum() + found.sensory_cm2.sum() >= atlas.model.least_drawn_cm2:
            raise
        empty = Ranking(
            candidates=(),
            differential=(),
            none_of_candidates=1.0,
            none_of_differential=1.0,
            overlap=found,
            atlas=atlas,
            undecided=(),
            also_drawn=(),
            places=(),
            clues=effects(drawing, atlas),
            red_flags=red_flags(drawing, atlas, found=found),
        )
        return Ranked(drawing, empty, error.message)


def _ranking(ranking: Ranking, top: int, language: str, *, brief: bool) -> dict[str, Any]:
    """Return a ranking; a brief one leaves out what is not needed at once on a page."""
    data = ranking.to_dict(top=0 if brief else top)
    for flag, state in zip(data["red_flags"], ranking.red_flags, strict=True):
        words = flag_words(state.flag, ranking.atlas.red_flags, language)
        flag |= {"question": words.pop("ask")} | words
    for clue, effect in zip(data["clues"], ranking.clues, strict=True):
        clue["says"] = said(effect.clue.says, language)
    for name, candidates in (
        ("candidates", ranking.candidates[:top]),
        ("differential", ranking.differential[:top]),
    ):
        if brief:
            data[name] = [_brief(candidate) for candidate in candidates]
        for entry, candidate in zip(data[name], candidates, strict=True):
            entry |= _candidate(candidate, language)
            if not brief:
                entry["reasons"] = _reasons(candidate, language)
    return data


def _brief(candidate: Candidate) -> dict[str, Any]:
    """Return a candidate as in a file, without its regions and measures: most of the work."""
    return {
        "rank": candidate.rank,
        "source": candidate.source.id,
        "kind": candidate.source.kind,
        "side": candidate.side,
        "probability": candidate.probability,
        "trigger_points": list(candidate.trigger_points),
        "explained": candidate.explained,
        "essential_drawn": candidate.essential_drawn,
        "fit": candidate.fit,
    }


def _candidate(candidate: Candidate, language: str) -> dict[str, Any]:
    """Return what a page shows of a candidate besides what a file holds."""
    source = candidate.source
    points = candidate.points if source.is_muscle else ()
    return {
        "name": source.name_in(language),
        "confidence": source.pattern_evidence.confidence,
        "points": [{"id": point.id, "name": point.name} for point in points],
    }


def _reasons(candidate: Candidate, language: str) -> dict[str, Any]:
    found, body = reasons(candidate, candidate.atlas.body), candidate.atlas.body
    return {
        "explained": [_area(area, body, language) for area in found.explained],
        "missing": [_area(area, body, language) for area in found.missing],
        "unexplained": [_area(area, body, language) for area in found.unexplained],
        "unseen": [_area(area, body, language)["name"] for area in found.unseen],
    }


def _area(area: AreaFit, body: Body, language: str) -> dict[str, Any]:
    words = words_in(language)
    name = f"{words.area(body.groups[area.area])} ({words.sides[area.side]})"
    return {"name": name, "drawn": area.drawn, "skin_cm2": area.skin_cm2}


def _more(ranking: Ranking, language: str) -> dict[str, Any]:
    together = combination(ranking)
    nothing = not (ranking.candidates or ranking.differential)
    asked = () if nothing else ask_next(ranking, most=QUESTIONS, language=language)
    told = together.to_dict() | {"says": str(together)}
    body = ranking.atlas.body
    for part, entry in zip(together.parts, told["sources"], strict=True):
        entry["adds"] = [_area(area, body, language) | {"area": area.name} for area in part.adds]
    return {"ask_next": [question.to_dict() for question in asked], "combination": told}
