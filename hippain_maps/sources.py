"""Sources of pain read from their files and checked against the body and the clues."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import shapely

from hippain_maps._findings import Proof
from hippain_maps.errors import DataError, UnknownNameError, did_you_mean
from hippain_maps.geometry import View
from hippain_maps.patterns import (
    TERRITORY,
    ZONES,
    Clue,
    ClueLink,
    Evidence,
    Frequencies,
    Frequency,
    Measured,
    MeasuredShare,
    Source,
    Statements,
    TriggerPoint,
    TriggerPointMark,
    ZoneName,
    ZoneRegion,
)
from hippain_maps.regions import Body

if TYPE_CHECKING:
    # Checking files takes a validation library; it is imported where files are read.
    from hippain_maps._pattern_files import (
        Basis,
        ClueFacts,
        Facts,
        MeasuredEntry,
        SourceFile,
        TerritoryEntry,
        TriggerPointEntry,
        ZonePart,
        Zones,
        ZoneSide,
    )
    from hippain_maps._yaml import YamlFile

Field = tuple[str | int, ...]


def load_source(
    path: Path, body: Body, clues: Mapping[str, Clue], citations: Collection[str] | None = None
) -> tuple[Source, YamlFile]:
    """Return the source written in a file, and the file for checks against others.

    Parameters
    ----------
    path : path
        The file; its name is the id of the source.
    body : Body
        What the regions and marks must fit.
    clues : mapping of str to Clue
        The vocabulary that clues are named from.
    citations : collection of str, optional
        The keys that may be cited; by default any.

    Raises
    ------
    DataError
        If the file does not fit its format, names an unknown region, group, clue or citation, puts
        one region into two zones of a trigger point, or marks a place beside the figure. The
        message names file, line and field; what else is wrong is in ``others``.
    """
    from hippain_maps._pattern_files import SourceFile
    from hippain_maps._yaml import read_yaml
    from hippain_maps._yaml_fields import validate

    proof = Proof(read_yaml(path))
    _check_kind(proof)
    if citations is not None:
        proof.check_citations(citations)
    try:
        entry = validate(SourceFile, proof.file)
    except DataError as error:
        # The rest is told as well as it can be, so that one round of mending may do.
        proof.found.extend(error.problems)
        _check_written_names(proof, body, clues)
        proof.found.stop()
        raise
    if entry.id != path.stem:
        proof.problem(
            f"the id '{entry.id}' differs from the file name '{path.stem}'; make them the same",
            ("id",),
        )
    source = build_source(entry, proof, body, clues)
    proof.found.stop()
    return source, proof.file


_FIELD_OF = {
    "bibliography": "entries",
    "clues": "clues",
    "relations": "relations",
    "sets": "sets",
    "ambiguous_places": "places",
    "model": "source_priors",
}
"""A field by which each other kind of file in a pack is known."""


def _check_kind(proof: Proof) -> None:
    """Refuse what was written as another kind of file, but called as a source is."""
    data = proof.file.data
    if not isinstance(data, dict) or data.keys() & {"id", "name", "kind"}:
        return
    for kind, field in _FIELD_OF.items():
        if field in data:
            raise proof.file.error(
                f"a source has an id, a name and a kind; if this is a file of {kind}, "
                f"call it {kind}.yaml",
                (field,),
            )


def _check_written_names(proof: Proof, body: Body, clues: Mapping[str, Clue]) -> None:
    """Note unknown regions and clues in a file whose form is wrong."""
    for place, name in proof.untold_texts():
        if place[-1] == "clue" and name not in clues:
            proof.problem(_no_clue(name, clues), place)
        elif place[-1] == "region" or place[-2:-1] in [(zone,) for zone in (*ZONES, "core")]:
            _members(name, proof, place, body)


def _no_clue(name: str, clues: Mapping[str, Clue]) -> str:
    return f"there is no clue '{name}' in clues.yaml{did_you_mean(name, clues)}"


def build_source(
    entry: SourceFile, proof: Proof, body: Body, vocabulary: Mapping[str, Clue]
) -> Source:
    """Return a source from a file that has been read; what does not fit is noted and left out."""
    points: list[TriggerPoint] = []
    for number, point in enumerate(entry.trigger_points):
        field = ("trigger_points", number)
        if point.id in [p.id for p in points]:
            proof.problem(f"the trigger point '{point.id}' is written twice", (*field, "id"))
        points.append(_trigger_point(point, proof, field, body))
    core: tuple[ZoneRegion, ...] = ()
    frequencies: Frequencies | None = None
    if entry.territory:
        points.append(_territory(entry.territory, proof, body))
        core = tuple(_parts(entry.territory.core, proof, ("territory", "core"), body))
        frequencies = _frequencies(entry.territory, proof, body)
    clues = {name: getattr(entry.clues, name) for name in CLUE_GROUPS}
    says, links = _clues(clues, proof, vocabulary)
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
        worse_with=says["worse_with"],
        eased_by=says["eased_by"],
        speaks_for=says["speaks_for"],
        speaks_against=says["speaks_against"],
        mimics=_statements(entry.mimics),
        coexists_with=_statements(entry.coexists_with),
        limits=tuple(entry.limits),
        file=proof.file.label,
        clues=links,
        core=core,
        frequencies=frequencies,
        causes=_statements(entry.causes),
    )


def _territory(entry: TerritoryEntry, proof: Proof, body: Body) -> TriggerPoint:
    evidence = _evidence(entry.basis)
    return TriggerPoint(
        id=TERRITORY,
        name="Territory",
        marks=(),
        find="",
        cautions=(),
        zones=_zones(entry.zones, TERRITORY, proof, (TERRITORY,), body),
        spot_evidence=evidence,
        zones_evidence=evidence,
        note=entry.note,
    )


def _frequencies(entry: TerritoryEntry, proof: Proof, body: Body) -> Frequencies | None:
    """Return published frequencies by group; no region lies in two groups."""
    if entry.frequencies is None:
        return None
    groups: list[Frequency] = []
    for number, group in enumerate(entry.frequencies.groups):
        here = (TERRITORY, "frequencies", "groups", number)
        regions = _members(group.region, proof, (*here, "region"), body)
        for other in groups:
            if shared := [region for region in regions if region in other.regions]:
                proof.problem(
                    f"the region '{shared[0]}' lies in '{other.group}' too; groups with a "
                    "frequency do not overlap",
                    (*here, "region"),
                )
        mostly = {
            part.region: part.weight
            for part in _parts(group.mostly, proof, (*here, "mostly"), body)
        }
        stray = [region for region in mostly if region not in regions]
        if regions and stray:
            proof.problem(f"'{stray[0]}' does not lie in '{group.region}'", (*here, "mostly"))
        groups.append(Frequency(group.region, group.share, regions, mostly))
    evidence = _evidence(entry.frequencies)
    return Frequencies(entry.frequencies.population, tuple(groups), evidence)


CLUE_GROUPS = ("worse_with", "eased_by", "speaks_for", "speaks_against")
"""Where a source lists clues; the first two hold clues of their own topic alone."""

_TOPIC_WORDS = {"worse_with": "Worse with: ", "eased_by": "Eased by: "}


def _clues(
    groups: Mapping[str, ClueFacts | None], proof: Proof, vocabulary: Mapping[str, Clue]
) -> tuple[dict[str, Statements | None], tuple[ClueLink, ...]]:
    """Return the statements of each group, and what the answers to its clues mean."""
    says: dict[str, Statements | None] = {}
    links: dict[str, ClueLink] = {}
    for name, group in groups.items():
        says[name] = None
        if group is None:
            continue
        evidence = _evidence(group)
        texts: list[str] = []
        for number, item in enumerate(group.items):
            if isinstance(item, str):
                texts.append(item)
                continue
            here = ("clues", name, "items", number)
            if item.clue not in vocabulary:
                proof.problem(_no_clue(item.clue, vocabulary), here)
                continue
            clue = vocabulary[item.clue]
            # A clue whose own entry is wrong has no topic, and that has been said.
            if name in _TOPIC_WORDS and clue.topic not in (name, ""):
                proof.problem(
                    f"'{clue.id}' belongs to the topic '{clue.topic}'; write it under speaks_for "
                    "or speaks_against",
                    here,
                )
            if clue.id in links:
                proof.problem(f"the clue '{clue.id}' is listed twice", here)
            topic = "" if name == clue.topic else _TOPIC_WORDS.get(clue.topic, "")
            texts.append(item.says or topic + clue.says["en"])
            if clue.seen:
                continue
            links[clue.id] = ClueLink(
                clue.id,
                name != "speaks_against",
                item.ratio_yes,
                item.ratio_no,
                Evidence(evidence.confidence, (*evidence.citations, *item.citations)),
            )
        says[name] = Statements(tuple(texts), evidence)
    return says, tuple(links.values())


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
    entry: TriggerPointEntry, proof: Proof, field: tuple[str | int, ...], body: Body
) -> TriggerPoint:
    for number, mark in enumerate(entry.marks):
        figure = body.charts[mark.view].figure
        if not shapely.contains_xy(figure, *mark.at):
            proof.problem(
                f"the mark {mark.at} lies beside the figure of the {mark.view} view; marks are "
                "chart cm on the patient's left half",
                (*field, "marks", number, "at"),
            )
        elif mark.view == "right_lateral" or mark.at[0] * _LEFT.get(mark.view, 0) < 0:
            proof.problem(
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
        zones=_zones(entry.zones, entry.id, proof, (*field, "zones"), body),
        spot_evidence=_evidence(entry.spot_basis),
        zones_evidence=_evidence(entry.zones_basis),
        note=entry.note,
        measured=_measured(entry.measured, proof, (*field, "measured"), body),
    )


def _measured(
    entry: MeasuredEntry | None, proof: Proof, field: Field, body: Body
) -> Measured | None:
    if entry is None:
        return None
    for number, counted in enumerate(entry.regions):
        if counted.region not in body.regions:
            near = did_you_mean(counted.region, body.regions)
            proof.problem(
                f"there is no region '{counted.region}'{near}",
                (*field, "regions", number, "region"),
            )
    shares = tuple(
        MeasuredShare(r.region, r.side == "contralateral", r.felt, r.of) for r in entry.regions
    )
    return Measured(entry.population, entry.people, shares, _evidence(entry))


_CROSSED: dict[ZoneSide, tuple[bool, ...]] = {
    "ipsilateral": (False,),
    "contralateral": (True,),
    "bilateral": (False, True),
}


def _zones(
    entry: Zones, owner: str, proof: Proof, field: Field, body: Body
) -> dict[ZoneName, tuple[ZoneRegion, ...]]:
    """Return the zones region by region; no region lies in two of them."""
    taken: dict[tuple[str, bool], str] = {}
    zones: dict[ZoneName, tuple[ZoneRegion, ...]] = {}
    for zone in ZONES:
        written: list[str | ZonePart] = getattr(entry, zone)
        parts: list[ZoneRegion] = []
        for number, item in enumerate(written):
            here = (*field, zone)
            for part in _parts([item], proof, here, body, first=number):
                if (part.region, part.crossed) in taken:
                    proof.problem(
                        f"the region '{part.region}' is already in the "
                        f"{taken[part.region, part.crossed]} zone of '{owner}'; a region belongs "
                        "to one zone of a trigger point, essential before spillover before rare",
                        (*here, number),
                    )
                    # Said once for a group, not for each of its regions.
                    break
                taken[part.region, part.crossed] = zone
                parts.append(part)
        zones[zone] = tuple(parts)
    if owner != TERRITORY and not any(getattr(entry, zone) for zone in ZONES):
        proof.problem(f"the trigger point '{owner}' has no zone", field)
    return zones


def _parts(
    written: Sequence[str | ZonePart], proof: Proof, field: Field, body: Body, *, first: int = 0
) -> list[ZoneRegion]:
    """Return what a list of regions and groups names, region by region."""
    from hippain_maps._pattern_files import ZonePart

    parts: list[ZoneRegion] = []
    for number, item in enumerate(written, first):
        part = ZonePart(region=item) if isinstance(item, str) else item
        for region in _members(part.region, proof, (*field, number), body):
            parts += [ZoneRegion(region, part.weight, on) for on in _CROSSED[part.side]]
    return parts


def _members(name: str, proof: Proof, field: Field, body: Body) -> tuple[str, ...]:
    try:
        return body.members(name)
    except UnknownNameError as error:
        proof.problem(error.message, field)
        return ()
