"""Red flags: signs that something needs care before any ranking, what they mean and what to do.

Each flag is a question. Core questions are asked always, the others when the drawing or an answer
calls for them; which, is written in ``patterns/red_flags.yaml`` and read here. What they come to
for one drawing is worked out in `hippain_maps.screening`. A list like this finds some dangers and
misses others: it rules nothing out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from hippain_maps._findings import Proof
from hippain_maps.errors import UnknownNameError, did_you_mean
from hippain_maps.patterns import Evidence
from hippain_maps.regions import Body

if TYPE_CHECKING:
    # Checking files takes a validation library; it is imported where files are read.
    from hippain_maps._pattern_files import Language
    from hippain_maps._red_flag_files import ConditionEntry, RedFlagsFile, Urgency, WordsEntry

NO_FLAGS = "This atlas holds no red flags. Ask for them yourself before anything else."
"""What an output says where an atlas has no flags."""

Texts = Mapping[str, str]
"""A text by language; English is always there."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold, all of it, for a flag to be called or raised.

    Parameters
    ----------
    because : str
        The condition in words, as it is given for a reason.
    regions : tuple of str
        Regions, without a side, of which at least one is drawn; empty if place does not matter.
    least_cm2 : float
        Skin that is drawn in them at least, cm2.
    share : float
        Share of all that is drawn that lies in them at least.
    both_sides : bool
        Whether `least_cm2` is asked for on either side of the body.
    quality : frozenset of str
        Only marks that say one of these count; empty for all.
    depth : str or None
        Only marks of this depth count.
    least_intensity : float
        Only marks at least so painful count; 0 for all.
    any_yes, all_yes, all_no : frozenset of str
        Flags and clues: at least one answered with yes, all with yes, all with no.
    """

    because: str
    regions: tuple[str, ...] = ()
    least_cm2: float = 0.0
    share: float = 0.0
    both_sides: bool = False
    quality: frozenset[str] = frozenset()
    depth: str | None = None
    least_intensity: float = 0.0
    any_yes: frozenset[str] = frozenset()
    all_yes: frozenset[str] = frozenset()
    all_no: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A sign that something needs care before any ranking.

    Parameters
    ----------
    id : str
        Key of the answers in a drawing file.
    core : bool
        Whether it is asked always.
    name, ask, action : mapping of str to str
        A short name, the question in plain words, and what to do on yes, by language.
    means : str
        What it may mean.
    urgency : {"ambulance", "same_day", "urgent", "routine"}
        How soon.
    called_by : tuple of Condition
        Any of them calls the question.
    raised_by : tuple of Condition
        Any of them points to the sign so strongly that it is shown until the answer is no.
    evidence : Evidence
        The basis.
    """

    id: str
    core: bool
    name: Texts
    ask: Texts
    means: str
    urgency: Urgency
    action: Texts
    called_by: tuple[Condition, ...]
    raised_by: tuple[Condition, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class RedFlagWords:
    """What stands around the flags in every output, by language.

    ``heading`` and ``if_yes`` are by urgency: over flags that are raised, and beside a question.
    """

    heading: Mapping[str, Texts]
    if_yes: Mapping[str, Texts]
    before_ranking: Texts
    answered_yes: Texts
    not_yet_asked: Texts
    not_asked: Texts
    not_asked_note: Texts
    not_asked_after_alarm: Texts
    also_ask: Texts
    answered_no: Texts


@dataclass(frozen=True, eq=False)
class RedFlags(Mapping[str, RedFlag]):
    """All red flags of an atlas, by id, in the order of the file.

    Parameters
    ----------
    flags : mapping of str to RedFlag
        By id.
    words : RedFlagWords or None
        What stands around them; None where there are no flags.
    reviewed_by : tuple of str
        Clinicians who have checked them.
    """

    flags: Mapping[str, RedFlag] = field(default_factory=dict)
    words: RedFlagWords | None = None
    reviewed_by: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> RedFlag:
        return self.flags[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.flags)

    def __len__(self) -> int:
        return len(self.flags)

    def __repr__(self) -> str:
        """Return the counts."""
        core = sum(flag.core for flag in self.flags.values())
        return f"<RedFlags: {len(self)}, {core} of them core>"


def load_red_flags(
    folder: Path, body: Body, clues: Collection[str], citations: Collection[str]
) -> RedFlags:
    """Return the red flags of a pattern folder.

    Parameters
    ----------
    folder : path
        Where ``red_flags.yaml`` is.
    body : Body
        Holds the regions and groups that conditions name.
    clues : collection of str
        Ids of the clues, whose answers may call a flag.
    citations : collection of str
        Keys that the basis of a flag may cite.

    Raises
    ------
    DataError
        If the file does not fit its format, or names a region, group, answer, shared condition or
        citation that does not exist. The message names file, line and field; what else is wrong is
        in ``others``.
    """
    from hippain_maps._red_flag_files import RedFlagsFile
    from hippain_maps._yaml import read_yaml
    from hippain_maps._yaml_fields import validate

    proof = Proof(read_yaml(folder / "red_flags.yaml"))
    with proof.found.gathered():
        data = validate(RedFlagsFile, proof.file)
    # Names are told even where the form is wrong, so that one round of mending may do.
    _check_names(proof, body, clues)
    proof.check_citations(citations)
    proof.found.stop()
    return _built(data, body)


_ANSWERS = ("any_yes", "all_yes", "all_no")


def _check_names(proof: Proof, body: Body, clues: Collection[str]) -> None:
    """Note what a file of red flags names that does not exist, or exists already."""
    flags, shared = proof.keys("flags"), proof.keys("conditions")
    answers = {*flags, *clues}
    for name in flags:
        if name in clues:
            proof.problem(
                f"'{name}' is a clue already; one id has one question, so choose another",
                ("flags", name),
            )
    for place, name in proof.untold_texts():
        listed = place[-2:-1]
        if listed == ("drawn",):
            try:
                body.members(name)
            except UnknownNameError as error:
                proof.problem(error.message, place)
        elif listed in [(kind,) for kind in _ANSWERS] and name not in answers:
            near = did_you_mean(name, answers)
            proof.problem(f"there is no red flag or clue '{name}'{near}", place)
        elif listed in [("called_by",), ("raised_by",)] and name not in shared:
            near = did_you_mean(name, shared)
            proof.problem(
                f"there is no shared condition '{name}'{near}; 'conditions' lists them", place
            )


def _built(data: RedFlagsFile, body: Body) -> RedFlags:
    """Return the red flags of a file in which all names fit."""
    shared = {
        name: tuple(_condition(entry, data, body) for entry in entries)
        for name, entries in data.conditions.items()
    }

    def conditions(entries: Sequence[str | ConditionEntry]) -> tuple[Condition, ...]:
        # A name stands for those that several flags share.
        found = [
            shared[entry] if isinstance(entry, str) else (_condition(entry, data, body),)
            for entry in entries
        ]
        return tuple(chain.from_iterable(found))

    flags: dict[str, RedFlag] = {}
    for name, entry in data.flags.items():
        flags[name] = RedFlag(
            id=name,
            core=entry.core,
            name=_texts(entry.name),
            ask=_texts(entry.ask),
            means=entry.means,
            urgency=entry.urgency,
            action=_texts(entry.action),
            called_by=conditions(entry.called_by),
            raised_by=conditions(entry.raised_by),
            evidence=Evidence(entry.basis.confidence, tuple(entry.basis.citations)),
        )
    return RedFlags(flags, _words(data.words), tuple(data.reviewed_by))


def _condition(entry: ConditionEntry, data: RedFlagsFile, body: Body) -> Condition:
    regions = chain.from_iterable(body.members(name) for name in entry.drawn)
    return Condition(
        because=entry.because,
        regions=tuple(dict.fromkeys(regions)),
        least_cm2=data.least_cm2 if entry.least_cm2 is None else entry.least_cm2,
        share=entry.share or 0.0,
        both_sides=entry.both_sides,
        quality=frozenset(entry.quality),
        depth=entry.depth,
        least_intensity=entry.least_intensity or 0.0,
        any_yes=frozenset(entry.any_yes),
        all_yes=frozenset(entry.all_yes),
        all_no=frozenset(entry.all_no),
    )


def _texts(texts: Mapping[Language, str]) -> dict[str, str]:
    return {str(language): text for language, text in texts.items()}


def _words(entry: WordsEntry) -> RedFlagWords:
    return RedFlagWords(
        heading={urgency: _texts(texts) for urgency, texts in entry.heading.items()},
        if_yes={urgency: _texts(texts) for urgency, texts in entry.if_yes.items()},
        before_ranking=_texts(entry.before_ranking),
        answered_yes=_texts(entry.answered_yes),
        not_yet_asked=_texts(entry.not_yet_asked),
        not_asked=_texts(entry.not_asked),
        not_asked_note=_texts(entry.not_asked_note),
        not_asked_after_alarm=_texts(entry.not_asked_after_alarm),
        also_ask=_texts(entry.also_ask),
        answered_no=_texts(entry.answered_no),
    )
