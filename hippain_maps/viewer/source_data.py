"""Sources, places and questions of the atlas as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hippain_maps.atlas import Atlas, cited
from hippain_maps.patterns import (
    ClueLink,
    Evidence,
    Frequencies,
    Relation,
    Source,
    Statements,
    TriggerPoint,
    ZoneRegion,
)
from hippain_maps.questions import EXAMINED
from hippain_maps.red_flags import RedFlag, RedFlags
from hippain_maps.referrals import referrals
from hippain_maps.regions import Body

_STATEMENTS = (
    "quality",
    "worse_with",
    "eased_by",
    "speaks_for",
    "speaks_against",
    "mimics",
    "coexists_with",
    "causes",
)


def said(texts: Mapping[str, str], language: str) -> str:
    """Return a text in a language; in English where there is no translation.

    Examples
    --------
    >>> said({"en": "thigh", "de": "Oberschenkel"}, "fr")
    'thigh'
    """
    return texts.get(language) or texts.get("en", "")


def list_data(atlas: Atlas) -> dict[str, Any]:
    """Return all sources in short, and the ready-made sets of them."""
    return {
        "sources": [_short(source) for source in atlas.sources.values()],
        "sets": [
            {"id": ready.id, "title": ready.title, "sources": list(ready.sources)}
            for ready in atlas.sets.values()
        ],
    }


def _short(source: Source) -> dict[str, Any]:
    points = source.trigger_points if source.is_muscle else ()
    return {
        "id": source.id,
        "name": source.name,
        "names": dict(source.names),
        "kind": source.kind,
        "synonyms": list(source.synonyms),
        "summary": source.summary,
        "trigger_points": [{"id": point.id, "name": point.name} for point in points],
        "confidence": source.pattern_evidence.confidence,
        "frequencies": source.frequencies is not None,
        "core": bool(source.core),
    }


def source_data(atlas: Atlas, source: Source, language: str = "en") -> dict[str, Any]:
    """Return everything that the atlas holds on a source.

    Parameters
    ----------
    atlas : Atlas
        Names areas, clues and citations.
    source : Source
        One of its sources.
    language : str
        Of the clues; English where a translation is missing.
    """
    body = atlas.body
    return {
        **_short(source),
        "pattern": _evidence(source.pattern_evidence),
        "trigger_points": [_point(point, body) for point in source.trigger_points],
        "clues": [_clue(link, atlas, language) for link in source.clues],
        **{name: _statements(getattr(source, name)) for name in _STATEMENTS},
        "limits": list(source.limits),
        "relations": [
            _relation(relation, source, atlas)
            for relation in atlas.relations
            if source.id in relation.between
        ],
        "reviewed_by": list(source.reviewed_by),
        "frequencies": _frequencies(source.frequencies, body),
        "core": _areas(source.core, body),
        "citations": [
            {"key": key, "what": atlas.citations[key].what, "address": atlas.citations[key].address}
            for key in sorted(cited(source))
        ],
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {"confidence": evidence.confidence, "citations": list(evidence.citations)}


def _statements(facts: Statements | None) -> dict[str, Any] | None:
    return {"items": list(facts.items), **_evidence(facts.evidence)} if facts else None


def _point(point: TriggerPoint, body: Body) -> dict[str, Any]:
    return {
        "id": point.id,
        "name": point.name,
        "find": point.find,
        "cautions": list(point.cautions),
        "note": point.note,
        "spot": _evidence(point.spot_evidence),
        "zones": {zone: _areas(parts, body) for zone, parts in point.zones.items()},
        "zones_evidence": _evidence(point.zones_evidence),
    }


def _areas(parts: Iterable[ZoneRegion], body: Body) -> list[str]:
    """Return the areas that some regions lie in, each once."""
    names = (
        body.groups[body.area_of[part.region]].name + (" (other side)" if part.crossed else "")
        for part in parts
    )
    return list(dict.fromkeys(names))


def _clue(link: ClueLink, atlas: Atlas, language: str) -> dict[str, Any]:
    clue = atlas.clues[link.clue]
    return {
        "id": clue.id,
        "topic": clue.topic,
        "says": said(clue.says, language),
        "ask": said(clue.ask, language) or None,
        "examined": clue.topic in EXAMINED,
        "favours": link.favours,
        "ratio_yes": link.ratio_yes,
        "ratio_no": link.ratio_no,
        **_evidence(link.evidence),
    }


def _relation(relation: Relation, source: Source, atlas: Atlas) -> dict[str, Any]:
    other = next(name for name in relation.between if name != source.id)
    return {
        "other": other,
        "name": atlas.sources[other].name,
        "kind": relation.kind,
        "says": relation.says,
        **_evidence(relation.evidence),
    }


def _frequencies(frequencies: Frequencies | None, body: Body) -> dict[str, Any] | None:
    if frequencies is None:
        return None
    groups = sorted(frequencies.groups, key=lambda group: -group.share)
    return {
        "population": frequencies.population,
        "groups": [
            {"group": group.group, "name": place_name(group.group, body), "share": group.share}
            for group in groups
        ],
        **_evidence(frequencies.evidence),
    }


def place_name(name: str, body: Body) -> str:
    """Return the name of a region or group, for people."""
    return body.regions[name].name if name in body.regions else body.groups[name].name


def place_data(atlas: Atlas, name: str) -> dict[str, Any]:
    """Return what refers pain to a region or group.

    Raises
    ------
    UnknownNameError
        If there is no such region or group.
    """
    regions = atlas.body.members(name)
    return {
        "id": name,
        "name": place_name(name, atlas.body),
        "regions": list(regions),
        "referrals": [
            {
                "source": found.source.id,
                "name": found.source.name,
                "kind": found.source.kind,
                "zone": found.zone,
                "covered": found.covered,
                "frequency": found.frequency,
                "crossed": found.crossed,
                "trigger_points": [point.name for point in found.trigger_points],
                "confidence": found.source.pattern_evidence.confidence,
            }
            for found in referrals(atlas, name)
        ],
    }


def question_data(atlas: Atlas, language: str = "en") -> dict[str, Any]:
    """Return every question: clues, and the red flags that come before them."""
    return {
        "clues": [
            {
                "id": clue.id,
                "topic": clue.topic,
                "says": said(clue.says, language),
                "ask": said(clue.ask, language) or None,
                "examined": clue.topic in EXAMINED,
            }
            for clue in atlas.clues.values()
            if not clue.seen
        ],
        "red_flags": [
            {
                "id": flag.id,
                **flag_words(flag, atlas.red_flags, language),
                "urgency": flag.urgency,
                "means": flag.means,
                "core": flag.core,
            }
            for flag in atlas.red_flags.values()
        ],
    }


def patient_question_data(atlas: Atlas, language: str = "en") -> dict[str, Any]:
    """Return the questions that a patient answers alone: no sources, and nothing that frightens."""
    return {
        "clues": [],
        "red_flags": [
            {
                "id": flag.id,
                "name": said(flag.name, language),
                "ask": said(flag.ask, language),
                "urgency": flag.urgency,
                "core": True,
            }
            for flag in atlas.red_flags.values()
            if flag.core
        ],
    }


def flag_words(flag: RedFlag, flags: RedFlags, language: str) -> dict[str, str]:
    """Return the words of a red flag in a language, with those of its urgency."""
    words = flags.words
    return {
        "name": said(flag.name, language),
        "ask": said(flag.ask, language),
        "action": said(flag.action, language),
        "heading": said(words.heading[flag.urgency], language) if words else "",
        "if_yes": said(words.if_yes[flag.urgency], language) if words else "",
    }
