"""Sources of pain and their referral patterns.

A source (a muscle, later a root, a joint, ...) has trigger points; each trigger point has marks
where it is felt and three zones: *essential* (felt by nearly everyone), *spillover* (felt by some)
and *rare*. Zones are sets of regions with a weight and a side. All of it is written for the
patient's left; the right is the mirror image.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from hippain_maps.errors import UnknownNameError
from hippain_maps.geometry import Side, View, mirror_view, other_side

if TYPE_CHECKING:
    # Checking files takes a validation library; it is imported where files are read.
    from hippain_maps._pattern_files import (
        ClueTopic,
        Confidence,
        Kind,
    )

ZoneName = Literal["essential", "spillover", "rare"]
ZONES: tuple[ZoneName, ...] = get_args(ZoneName)

TERRITORY = "territory"
"""Id of what stands in place of a trigger point in a source that has none."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """How sure a group of facts is, and the citation keys behind it."""

    confidence: Confidence
    citations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statements:
    """Short statements that share one basis."""

    items: tuple[str, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Clue:
    """Something to ask or to look for; sources say what it speaks for or against.

    Parameters
    ----------
    id : str
        Key of the answers in a drawing file.
    topic : str
        ``worse_with``, ``eased_by``, ``time``, ``quality``, ``sensation``, ``limited``, ``sign``.
    says, ask : mapping of str to str
        The statement under its topic, and the question in plain words, by language.
    seen : bool
        Whether the drawing itself shows it: neither asked nor weighed.
    quality : str or None
        The word for a mark that answers it with yes.
    """

    id: str
    topic: ClueTopic
    says: Mapping[str, str]
    ask: Mapping[str, str]
    seen: bool = False
    quality: str | None = None


@dataclass(frozen=True, slots=True)
class ClueLink:
    """What an answer to a clue means for one source.

    Parameters
    ----------
    clue : str
        Id in the vocabulary.
    favours : bool
        Whether "yes" speaks for the source, or against it.
    ratio_yes, ratio_no : float or None
        Published likelihood ratios; None where there are none.
    evidence : Evidence
        The basis.
    """

    clue: str
    favours: bool
    ratio_yes: float | None
    ratio_no: float | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class TriggerPointMark:
    """Where a trigger point is felt: a chart point of one view, on one side."""

    view: View
    x: float
    y: float

    def mirrored(self) -> TriggerPointMark:
        """Return the mark on the other side."""
        return TriggerPointMark(mirror_view(self.view), -self.x, self.y)


@dataclass(frozen=True, slots=True)
class ZoneRegion:
    """A region of a zone: how strongly it hurts, and on which side of the body.

    Parameters
    ----------
    region : str
        Region id without a side.
    weight : float
        Factor on the zone's chance, in (0, 1].
    crossed : bool
        Whether it is the side opposite to the trigger point.
    """

    region: str
    weight: float
    crossed: bool

    def sided(self, side: Side) -> str:
        """Return the sided region for a trigger point on `side`."""
        return f"{other_side(side) if self.crossed else side}:{self.region}"


@dataclass(frozen=True, slots=True)
class MeasuredShare:
    """Of `of` people whose drawing could show a region, `felt` felt it when the point was pressed.

    `crossed`: the region lies on the side opposite to the trigger point.
    """

    region: str
    crossed: bool
    felt: int
    of: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What pressing a trigger point sent, counted over people; its zones were made from it."""

    population: str
    people: int
    regions: tuple[MeasuredShare, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class TriggerPoint:
    """A trigger point, its marks and the zones it sends pain to."""

    id: str
    name: str
    marks: tuple[TriggerPointMark, ...]
    find: str
    cautions: tuple[str, ...]
    zones: Mapping[ZoneName, tuple[ZoneRegion, ...]]
    spot_evidence: Evidence
    zones_evidence: Evidence
    note: str | None
    measured: Measured | None = None

    def marks_on(self, side: Side) -> tuple[TriggerPointMark, ...]:
        """Return the marks on one side; the right ones are mirrored."""
        if side == "left":
            return self.marks
        return tuple(mark.mirrored() for mark in self.marks)


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often a group of regions hurts, anywhere in it.

    Parameters
    ----------
    group : str
        Group or region id.
    share : float
        Share of patients, in (0, 1].
    regions : tuple of str
        The regions of the group.
    mostly : mapping of str to float
        Those that hurt for sure where the group hurts at all, with a weight.
    """

    group: str
    share: float
    regions: tuple[str, ...]
    mostly: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Published frequencies of pain by group, from one population."""

    population: str
    groups: tuple[Frequency, ...]
    evidence: Evidence

    def of(self, region: str) -> Frequency | None:
        """Return the group that a region lies in."""
        return next((group for group in self.groups if region in group.regions), None)


@dataclass(frozen=True, slots=True)
class Relation:
    """Two sources that imitate each other on a chart, or are often found together.

    Parameters
    ----------
    between : (str, str)
        Source ids, in no order.
    kind : {"imitate", "coexist"}
        Which of the two.
    says : str
        What they share and what tells them apart.
    evidence : Evidence
        The basis.
    """

    between: tuple[str, str]
    kind: Literal["imitate", "coexist"]
    says: str
    evidence: Evidence


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Anything that can send pain, with its referral pattern and what is known of it.

    A source other than a muscle has one territory; it stands in place of a trigger point, without
    marks. `core` is where it goes numb or tingles; `frequencies`, where published, say how often
    which part hurts.
    """

    id: str
    name: str
    kind: Kind
    synonyms: tuple[str, ...]
    summary: str
    trigger_points: tuple[TriggerPoint, ...]
    pattern_evidence: Evidence
    reviewed_by: tuple[str, ...]
    quality: Statements | None
    worse_with: Statements | None
    eased_by: Statements | None
    speaks_for: Statements | None
    speaks_against: Statements | None
    mimics: Statements | None
    coexists_with: Statements | None
    limits: tuple[str, ...]
    file: str
    names: Mapping[str, str] = field(default_factory=dict)
    clues: tuple[ClueLink, ...] = ()
    core: tuple[ZoneRegion, ...] = ()
    frequencies: Frequencies | None = None
    causes: Statements | None = None

    @property
    def is_muscle(self) -> bool:
        """Whether the source has trigger points."""
        return self.kind == "muscle"

    def name_in(self, language: str) -> str:
        """Return the name in a language; the English one where there is none."""
        return self.names.get(language, self.name)

    def trigger_point(self, name: str) -> TriggerPoint:
        """Return the trigger point called `name`.

        Raises
        ------
        UnknownNameError
            If the source has no such trigger point.
        """
        for point in self.trigger_points:
            if point.id == name:
                return point
        known = [point.id for point in self.trigger_points]
        raise UnknownNameError(f"trigger point of {self.id}", name, known)
