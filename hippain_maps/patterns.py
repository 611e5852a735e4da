"""Sources of pain and their referral patterns, checked against the body.

A source (a muscle, later a root, a joint, ...) has trigger points; each trigger point has marks
where it is felt and three zones: *essential* (felt by nearly everyone), *spillover* (felt by some)
and *rare*. Zones are sets of regions with a weight and a side. All of it is written for the
patient's left; the right is the mirror image.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import shapely

from hippain_maps.errors import UnknownNameError
from hippain_maps.geometry import Side, View, mirror_view, other_side
from hippain_maps.regions import Body

if TYPE_CHECKING:
    # Checking files takes a validation library; it is imported where files are read.
    from hippain_maps._pattern_files import (
        Basis,
        Confidence,
        Facts,
        Kind,
        SourceFile,
        TriggerPointEntry,
        ZonePart,
        ZoneSide,
    )
    from hippain_maps._yaml import YamlFile

ZoneName = Literal["essential", "spillover", "rare"]
ZONES: tuple[ZoneName, ...] = get_args(ZoneName)


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

    def marks_on(self, side: Side) -> tuple[TriggerPointMark, ...]:
        """Return the marks on one side; the right ones are mirrored."""
        if side == "left":
            return self.marks
        return tuple(mark.mirrored() for mark in self.marks)


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Anything that can send pain, with its referral pattern and what is known of it."""

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


def load_source(path: Path, body: Body) -> Source:
    """Return the source written in a file.

    Raises
    ------
    DataError
        If the file does not fit its format, names an unknown region or group, puts one region
        into two zones of a trigger point, or marks a place beside the figure. The message names
        file, line and field.
    """
    from hippain_maps._pattern_files import read_source

    entry, file = read_source(path)
    if entry.id != path.stem:
        raise file.error(f"the id '{entry.id}' differs from the file name '{path.stem}'", ("id",))
    return build_source(entry, file, body)


def build_source(entry: SourceFile, file: YamlFile, body: Body) -> Source:
    """Return a source from a file that has been read."""
    points: list[TriggerPoint] = []
    for number, point in enumerate(entry.trigger_points):
        field = ("trigger_points", number)
        if point.id in [p.id for p in points]:
            raise file.error(f"the trigger point '{point.id}' is written twice", (*field, "id"))
        points.append(_trigger_point(point, file, field, body))
    clues = entry.clues
    return Source(
        id=entry.id,
        name=entry.name,
        kind=entry.kind,
        names={str(language): name for language, name in entry.names.items()},
        synonyms=tuple(entry.synonyms),
        summary=entry.summary,
        trigger_points=tuple(points),
        pattern_evidence=_evidence(entry.pattern_basis),
        reviewed_by=tuple(entry.reviewed_by),
        quality=_statements(entry.quality),
        worse_with=_statements(clues.worse_with),
        eased_by=_statements(clues.eased_by),
        speaks_for=_statements(clues.speaks_for),
        speaks_against=_statements(clues.speaks_against),
        mimics=_statements(entry.mimics),
        coexists_with=_statements(entry.coexists_with),
        limits=tuple(entry.limits),
        file=file.label,
    )


def _evidence(basis: Basis) -> Evidence:
    return Evidence(basis.confidence, tuple(basis.citations))


def _statements(facts: Facts | None) -> Statements | None:
    return None if facts is None else Statements(tuple(facts.items), _evidence(facts))


# Where the patient's left is: the sign of x. A side view has no other side.
_LEFT: dict[View, int] = {
    "anterior": 1,
    "posterior": -1,
    "plantar": 1,
    "dorsal": -1,
    "perineal": 1,
}


def _trigger_point(
    entry: TriggerPointEntry, file: YamlFile, field: tuple[str | int, ...], body: Body
) -> TriggerPoint:
    for number, mark in enumerate(entry.marks):
        figure = body.charts[mark.view].figure
        if not shapely.contains_xy(figure, *mark.at):
            raise file.error(
                f"the mark {mark.at} lies beside the figure of the {mark.view} view; marks are "
                "chart cm on the patient's left half",
                (*field, "marks", number, "at"),
            )
        if mark.view == "right_lateral" or mark.at[0] * _LEFT.get(mark.view, 0) < 0:
            raise file.error(
                f"the mark {mark.at} of the {mark.view} view lies on the patient's right; marks "
                "are written for the left, the right is the mirror image",
                (*field, "marks", number, "at"),
            )
    return TriggerPoint(
        id=entry.id,
        name=entry.name,
        marks=tuple(TriggerPointMark(m.view, *m.at) for m in entry.marks),
        find=entry.find,
        cautions=tuple(entry.cautions),
        zones=_zones(entry, file, field, body),
        spot_evidence=_evidence(entry.spot_basis),
        zones_evidence=_evidence(entry.zones_basis),
        note=entry.note,
    )


_CROSSED: dict[ZoneSide, tuple[bool, ...]] = {
    "ipsilateral": (False,),
    "contralateral": (True,),
    "bilateral": (False, True),
}


def _zones(
    entry: TriggerPointEntry, file: YamlFile, field: tuple[str | int, ...], body: Body
) -> dict[ZoneName, tuple[ZoneRegion, ...]]:
    """Return the zones region by region; no region lies in two of them."""
    from hippain_maps._pattern_files import ZonePart

    taken: dict[tuple[str, bool], str] = {}
    zones: dict[ZoneName, tuple[ZoneRegion, ...]] = {}
    for zone in ZONES:
        parts: list[ZoneRegion] = []
        written: list[str | ZonePart] = getattr(entry.zones, zone)
        for number, item in enumerate(written):
            part = ZonePart(region=item) if isinstance(item, str) else item
            here = (*field, "zones", zone, number)
            try:
                members = body.members(part.region)
            except UnknownNameError as error:
                raise file.error(error.message, here) from None
            for region in members:
                for crossed in _CROSSED[part.side]:
                    if (region, crossed) in taken:
                        raise file.error(
                            f"the region '{region}' is already in the {taken[region, crossed]} "
                            f"zone of '{entry.id}'; a region belongs to one zone of a trigger "
                            "point, essential before spillover before rare",
                            here,
                        )
                    taken[region, crossed] = zone
                    parts.append(ZoneRegion(region, part.weight, crossed))
        zones[zone] = tuple(parts)
    if not any(zones.values()):
        raise file.error(f"the trigger point '{entry.id}' has no zone", (*field, "zones"))
    return zones
