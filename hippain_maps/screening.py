"""Which red flags a drawing and its answers raise, call for, or leave out.

A flag is *raised* when its question was answered with yes, or when the drawing or other answers
point to it so strongly that it must be shown until the answer is no (numbness drawn over the saddle
area; past cancer together with weakness). It is *called* when it is a core question or a condition
of the atlas holds. What was not asked stays "not asked": it never turns into a no.

Limits
------
The questions are a memory aid from published lists and general knowledge, reviewed by no clinician
yet. A drawing and some answers find some dangers and miss others: nothing here rules anything out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hippain_maps._json import one_line
from hippain_maps.atlas import Atlas
from hippain_maps.drawing import ANSWERS, PainDrawing
from hippain_maps.errors import DrawingError, UnknownNameError, did_you_mean
from hippain_maps.geometry import FloatArray
from hippain_maps.marks import SENSORY, Mark
from hippain_maps.overlap import Overlap, any_mark, overlap
from hippain_maps.red_flags import Condition, RedFlag
from hippain_maps.words import Words

_SHOWN, _MOST = 60, 8
"""Unknown answers: so many characters of an id are shown, and so many of them by name."""

Answer = Literal["yes", "no", "not_asked"]

URGENCIES = ("ambulance", "same_day", "urgent", "routine")
"""How soon something needs care, the soonest first."""


@dataclass(frozen=True, slots=True)
class RedFlagState:
    """What a red flag comes to for one drawing.

    Parameters
    ----------
    flag : RedFlag
        Which.
    answer : {"yes", "no", "not_asked"}
        What was answered.
    called_by : str or None
        Why it is asked here; None for a core question that nothing special calls for.
    raised : bool
        Whether it is to be acted on: answered with yes, or not asked and strongly pointed to.
    contradicted : bool
        Whether the answer is no although something points to the sign strongly.
    """

    flag: RedFlag
    answer: Answer
    called_by: str | None
    raised: bool
    contradicted: bool = False

    @property
    def is_alarm(self) -> bool:
        """Whether a yes is an alarm, and not merely something to note."""
        return self.flag.urgency != "routine"

    @property
    def is_open(self) -> bool:
        """Whether it is still to be asked, and nothing points to it so far."""
        return self.answer == "not_asked" and not self.raised

    def to_dict(self) -> dict[str, Any]:
        """Return the state as plain data, with the flag's English words."""
        return {
            "id": self.flag.id,
            "answer": self.answer,
            "urgency": self.flag.urgency,
            "action": self.flag.action["en"],
            "name": self.flag.name["en"],
            "question": self.flag.ask["en"],
            "means": self.flag.means,
            "called_by": self.called_by,
            "core": self.flag.core,
            "raised": self.raised,
            "contradicted": self.contradicted,
        }


def asked_words(states: Iterable[RedFlagState], words: Words) -> str:
    """Return the sentence for alarms of which none is open: how many were asked, and said yes to.

    One that was not asked but is strongly pointed to is not open, yet was not asked; it counts as
    such, and stands above the sentence in every output.
    """
    alarms = [state for state in states if state.is_alarm]
    asked = sum(state.answer != "not_asked" for state in alarms)
    yes = sum(state.answer == "yes" for state in alarms)
    if asked < len(alarms):
        return words.say("flags_above", number=asked, whole=len(alarms))
    return words.say("flags_yes" if yes else "flags_no", number=yes, whole=asked)


def red_flags(
    drawing: PainDrawing, atlas: Atlas, *, found: Overlap | None = None
) -> tuple[RedFlagState, ...]:
    """Return the red flags that matter for a drawing and its answers.

    Parameters
    ----------
    drawing : PainDrawing
        What was drawn, with the answers that travel with it.
    atlas : Atlas
        Holds the flags.
    found : Overlap, optional
        What the drawing covers, if it is known already.

    Returns
    -------
    tuple of RedFlagState
        Raised ones first, the most urgent first; then those not asked, in the same order; then
        those answered with no. Flags that nothing calls for and nobody answered are left out.

    Examples
    --------
    >>> from hippain_maps.atlas import load_atlas
    >>> atlas = load_atlas()
    >>> drawing = PainDrawing.from_regions(atlas.body, ["left:buttock"])
    >>> [(state.flag.id, state.answer) for state in red_flags(drawing, atlas)][0]
    ('bladder_bowel_saddle', 'not_asked')
    >>> worse = drawing.with_answers({"new_weakness": "yes"})
    >>> red_flags(worse, atlas)[0].flag.urgency
    'same_day'
    """
    facts = _Facts(drawing, atlas, found or overlap(drawing, atlas.body))
    states = []
    for flag in atlas.red_flags.values():
        answer = facts.answer(flag.id)
        called, pointed = facts.reasons(flag.called_by), facts.reasons(flag.raised_by)
        because = " ".join(dict.fromkeys(pointed or called)) or None
        if answer != "not_asked" or flag.core or because:
            states.append(
                RedFlagState(
                    flag=flag,
                    answer=answer,
                    called_by=because,
                    raised=answer == "yes" or (answer == "not_asked" and bool(pointed)),
                    contradicted=answer == "no" and bool(pointed),
                )
            )
    return tuple(sorted(states, key=_order))


def _order(state: RedFlagState) -> tuple[bool, bool, int]:
    # Sorting keeps the order of the file among equals: core questions first.
    return not state.raised, state.answer == "no", URGENCIES.index(state.flag.urgency)


def alarm(states: Iterable[RedFlagState], atlas: Atlas) -> str:
    """Return the first raised flag in a line, for where no ranking can be shown; or nothing."""
    words = atlas.red_flags.words
    for state in states:
        if state.raised and state.is_alarm and words:
            flag = state.flag
            heading = words.heading[flag.urgency]["en"]
            return f"{heading}. {flag.name['en']}: {flag.action['en']} Besides, "
    return ""


def unknown_answers(drawing: PainDrawing, atlas: Atlas) -> tuple[str, ...]:
    """Return a sentence for each answer whose id is neither a red flag nor a clue of the atlas."""
    known = {*atlas.red_flags, *atlas.clues}
    ignored = [name for name in drawing.answers if name not in known]
    notes = [
        # Ids come from outside: they may be long, and hold line breaks and escapes.
        f"the answer '{one_line(name[:_SHOWN])}' ({drawing.answers[name]}) is no red flag and no "
        f"clue of this atlas and was not used{did_you_mean(name[:_SHOWN], known)}"
        for name in ignored[:_MOST]
    ]
    if more := ignored[_MOST:]:
        notes.append(f"{len(more)} more answers are no red flags and no clues and were not used")
    return tuple(notes)


def read_answers(given: Iterable[str], known: Iterable[str], kind: str) -> dict[str, str]:
    """Return answers written as ``ID=yes`` or ``ID=no``, by id; a later one replaces an earlier.

    Parameters
    ----------
    given : iterable of str
        As they were typed.
    known : iterable of str
        Ids that are accepted.
    kind : str
        What they are called in messages, such as ``"clue"``.

    Raises
    ------
    DrawingError
        If something is not of that form; an id alone is not taken for a yes.
    UnknownNameError
        If an id is not known; the nearest one is offered.

    Examples
    --------
    >>> read_answers(["swelling=no"], ["swelling"], "clue")
    {'swelling': 'no'}
    """
    names = list(known)
    answers: dict[str, str] = {}
    for text in given:
        name, equals, answer = (part.strip() for part in text.partition("="))
        answer = answer.lower()
        if not equals or answer not in ANSWERS:
            raise DrawingError(f"'{text}' is no answer; write ID=yes or ID=no (or ID=not_asked)")
        if name not in names:
            raise UnknownNameError(kind, name, names)
        answers[name] = answer
    return answers


_Filter = tuple[frozenset[str], str | None, float]
_ALL_MARKS: _Filter = (frozenset(), None, 0.0)


@dataclass(frozen=True, eq=False)
class _Places:
    """The regions of all conditions in one array, so that one sum serves all flags.

    Parameters
    ----------
    numbers : mapping of int to int
        Number of each condition that names regions, by its identity: shared ones are one object.
    places : ndarray
        Places of their regions, one condition after the other.
    starts : ndarray
        Where each condition begins.
    least_cm2, share : ndarray, shape (conditions,)
        How much skin each asks for, and which share of all that is drawn.
    both_sides : ndarray of bool, shape (conditions,)
        Whether it asks for that much on either side.
    filters : tuple of filter
        Which marks count for each.
    among : mapping of filter to ndarray of bool, shape (2 regions,)
        Regions of the conditions that count the same marks.
    """

    numbers: Mapping[int, int]
    places: NDArray[np.intp]
    starts: NDArray[np.intp]
    least_cm2: FloatArray
    share: FloatArray
    both_sides: NDArray[np.bool_]
    filters: tuple[_Filter, ...]
    among: Mapping[_Filter, NDArray[np.bool_]]


@lru_cache(maxsize=8)
def _places(atlas: Atlas) -> _Places:
    """Return the regions of the conditions of an atlas; gone through once."""
    numbers: dict[int, int] = {}
    places: list[int] = []
    starts: list[int] = []
    count = len(atlas.body.regions)
    among: dict[_Filter, NDArray[np.bool_]] = {}
    asked: list[Condition] = []
    of = {region: place for place, region in enumerate(atlas.body.regions)}
    for flag in atlas.red_flags.values():
        for condition in (*flag.called_by, *flag.raised_by):
            if condition.regions and id(condition) not in numbers:
                here = [of[region] for region in condition.regions]
                numbers[id(condition)] = len(numbers)
                asked.append(condition)
                starts.append(len(places))
                places += here
                mask = among.setdefault(_filter(condition), np.zeros(2 * count, dtype=bool))
                mask[here] = mask[[count + place for place in here]] = True
    return _Places(
        numbers=numbers,
        places=np.array(places, dtype=np.intp),
        starts=np.array(starts, dtype=np.intp),
        least_cm2=np.array([one.least_cm2 for one in asked]),
        share=np.array([one.share or 0.0 for one in asked]),
        both_sides=np.array([one.both_sides for one in asked], dtype=bool),
        filters=tuple(map(_filter, asked)),
        among=among,
    )


def _filter(condition: Condition) -> _Filter:
    return condition.quality, condition.depth, condition.least_intensity


@dataclass(frozen=True)
class _Facts:
    """What a drawing and its answers say, as conditions ask for it."""

    drawing: PainDrawing
    atlas: Atlas
    found: Overlap
    drawn: dict[_Filter, list[bool]] = field(default_factory=dict)

    def answer(self, name: str) -> Answer:
        """Return the answer to a flag or clue."""
        given = self.drawing.answers.get(name)
        return "yes" if given == "yes" else "no" if given == "no" else "not_asked"

    def reasons(self, conditions: Iterable[Condition]) -> list[str]:
        """Return the words of every condition that holds."""
        return [condition.because for condition in conditions if self.holds(condition)]

    def holds(self, condition: Condition) -> bool:
        """Return whether everything that a condition asks for is so."""
        answer = self.drawing.answers.get
        if condition.any_yes and not any(answer(name) == "yes" for name in condition.any_yes):
            return False
        if condition.all_yes and any(answer(name) != "yes" for name in condition.all_yes):
            return False
        if condition.all_no and any(answer(name) != "no" for name in condition.all_no):
            return False
        return not condition.regions or self._is_drawn(self._places.numbers[id(condition)])

    @cached_property
    def _places(self) -> _Places:
        return _places(self.atlas)

    def _is_drawn(self, number: int) -> bool:
        key = self._places.filters[number]
        # Some of the marks never cover more than all of them; only a numb mark may be no pain.
        if key != _ALL_MARKS and not key[0] & SENSORY and not self._enough(_ALL_MARKS)[number]:
            return False
        return self._enough(key)[number]

    def _enough(self, key: _Filter) -> list[bool]:
        """Return whether enough is drawn in each condition's regions with some marks.

        With some of the marks alone, this means something only for conditions that count just them.
        """
        if key not in self.drawn:
            places = self._places
            left, right = self._skin(key)
            both = left + right
            amount = np.where(places.both_sides, np.minimum(left, right), both)
            enough = amount >= places.least_cm2
            enough &= (places.share == 0) | (both >= places.share * self._all_skin)
            self.drawn[key] = enough.tolist()
        return self.drawn[key]

    @cached_property
    def _all_skin(self) -> float:
        return float((_any_mark(self.found) * self.atlas.body.skin).sum())

    def _skin(self, key: _Filter) -> tuple[FloatArray, FloatArray]:
        """Return the skin drawn in each condition's regions, left and right: marks that count.

        With some of the marks alone, only the regions of conditions that count just these.
        """
        body, found = self.atlas.body, self._places
        covered = None
        if any(key):
            marks = [
                # A numb place need not hurt: an intensity of 0 does not make it unsaid.
                replace(mark, intensity=None) if not mark.is_pain else mark
                for mark in self.drawing.marks
                if _counts(mark, *key)
            ]
            if not marks:
                return np.zeros(len(found.starts)), np.zeros(len(found.starts))
            # Mostly the marks are all alike, and what they cover is known.
            if marks != [mark for mark in self.drawing.marks if mark.is_pain]:
                covered = any_mark(PainDrawing(tuple(marks)), body, found.among[key])
        if covered is None:
            covered = _any_mark(self.found)
        left, right = np.split(covered * body.skin, 2)
        one, other = (np.add.reduceat(s[found.places], found.starts) for s in (left, right))
        return one, other


def _any_mark(found: Overlap) -> FloatArray:
    """Return the fraction of each region that any mark covers, pain or altered feeling."""
    return np.maximum(found.fraction, found.sensory)


def _counts(mark: Mark, quality: frozenset[str], depth: str | None, least_intensity: float) -> bool:
    """Return whether a mark is of the kind that a condition asks for."""
    said = quality.intersection(mark.quality)
    if quality and not said:
        return False
    if depth and mark.depth != depth:
        return False
    if least_intensity and (mark.intensity is None or mark.intensity < least_intensity):
        return False
    return mark.is_pain or bool(said & SENSORY)
