"""Patients, visits, comparisons and courses as plain data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import shapely

from hippain_maps.atlas import Atlas
from hippain_maps.comparison import Comparison
from hippain_maps.course import composite, moments
from hippain_maps.geometry import SIDES, Area
from hippain_maps.store_archive import Offered
from hippain_maps.viewer.paths import FINENESS, path_of
from hippain_maps.visits import Observation, Patient, Visit, VisitLine

LEVELS = 5
"""Levels of a composite map that are drawn."""


def patient_data(patient: Patient, today: dt.date) -> dict[str, Any]:
    """Return a patient."""
    return {
        "code": patient.code,
        "created": patient.created.isoformat(),
        "consent": patient.consent,
        "keep_until": _iso(patient.keep_until),
        "expired": patient.keep_until is not None and patient.keep_until < today,
        "visits": patient.visits,
        "last": _iso(patient.last),
    }


def line_data(line: VisitLine | Visit) -> dict[str, Any]:
    """Return a visit in a list."""
    return {
        "id": line.id,
        "date": line.date.isoformat(),
        "drawn_by": line.drawn_by,
        "note": line.note,
    }


def visit_data(visit: Visit, observations: Iterable[Observation]) -> dict[str, Any]:
    """Return a visit with its drawing and what was pressed."""
    return line_data(visit) | {
        "patient": visit.patient,
        "atlas": visit.atlas,
        "revision": visit.revision,
        "drawing": visit.drawing.to_geojson(),
        "ranking": dict(visit.ranking) if visit.ranking else None,
        "pressed": [
            {
                "id": seen.id,
                "source": seen.source,
                "point": seen.point,
                "side": seen.side,
                "familiar": seen.familiar,
                "drawing": seen.drawing.to_geojson(),
            }
            for seen in observations
        ],
    }


def comparison_data(found: Comparison, visits: Sequence[Visit], language: str) -> dict[str, Any]:
    """Return what changed between two visits, with shapes."""
    data = found.to_dict()
    for entry, moved in zip(data["moved"], found.moved, strict=True):
        entry["name"] = moved.source.name_in(language)
    before = visits[0].drawing
    return data | {
        "visits": [line_data(visit) for visit in visits],
        "views": {
            view: {
                "gone": _path(change.gone),
                "new": _path(change.new),
                "remaining": _path(change.remaining),
                "shift": list(change.shift) if change.shift else None,
                "from": _centre(before.area(view)) if change.shift else None,
            }
            for view, change in found.views.items()
        },
    }


def course_data(code: str, visits: Sequence[Visit], left_out: int, atlas: Atlas) -> dict[str, Any]:
    """Return the course of a patient over visits, the earliest first."""
    drawings = [visit.drawing for visit in visits]
    return {
        "patient": code,
        "moments": [
            {
                "visit": visit.id,
                "date": visit.date.isoformat(),
                "extent_percent": moment.extent.percent,
                "area_cm2": moment.extent.area_cm2,
                "intensity": moment.intensity,
                "first": _first(visit),
            }
            for visit, moment in zip(visits, moments(drawings, atlas), strict=True)
        ],
        "left_out": left_out,
        "composite": {
            view: [
                {"visits": count, "path": _path(levels[count - 1])} for count in _some(len(levels))
            ]
            for view, levels in composite(drawings).items()
        },
    }


def offered_data(offered: Iterable[Offered]) -> list[dict[str, Any]]:
    """Return the patients of an archive."""
    return [
        {
            "code": one.code,
            "visits": one.visits,
            "first": _iso(one.first),
            "last": _iso(one.last),
            "known": one.known,
        }
        for one in offered
    ]


def spot_data(atlas: Atlas) -> list[dict[str, Any]]:
    """Return every trigger point where it is felt, on both sides."""
    return [
        {
            "source": source.id,
            "point": point.id,
            "name": point.name,
            "side": side,
            "view": mark.view,
            "at": [mark.x, mark.y],
        }
        for source in atlas.sources.values()
        if source.is_muscle
        for point in source.trigger_points
        for side in SIDES
        for mark in point.marks_on(side)
    ]


def _some(count: int) -> list[int]:
    """Return at most `LEVELS` of the numbers from 1 to `count`, the ends among them."""
    if count <= LEVELS:
        return list(range(1, count + 1))
    step = (count - 1) / (LEVELS - 1)
    return [round(1 + number * step) for number in range(LEVELS)]


def _first(visit: Visit) -> dict[str, Any] | None:
    """Return the first muscle of the ranking as it was then."""
    candidates = (visit.ranking or {}).get("candidates")
    if not isinstance(candidates, list) or not candidates or not isinstance(candidates[0], dict):
        # It came with an archive, perhaps from another program.
        return None
    return {key: candidates[0].get(key) for key in ("source", "side", "probability")}


def _centre(area: Area) -> list[float]:
    centre = shapely.centroid(area)
    return [round(centre.x, 2), round(centre.y, 2)]


def _path(area: Area) -> str:
    return path_of(area, fineness=FINENESS)


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
