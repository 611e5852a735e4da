"""What the store keeps: patients by a code, their visits, and what pressing a point sent."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from hippain_maps._json import one_line
from hippain_maps.candidates import Ranking
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import StoreError
from hippain_maps.geometry import Side

if TYPE_CHECKING:
    import sqlite3

DrawnBy = Literal["patient", "therapist"]

MAX_CODE = 40
MAX_NOTE = 20_000
"""Longest patient code and treatment note, characters."""


@dataclass(frozen=True, slots=True)
class Patient:
    """A person, by a code.

    Parameters
    ----------
    code : str
        Chosen by the therapist.
    created : datetime.date
        When the patient was added.
    consent : bool
        Whether the patient agreed that the drawings are kept and may be pooled without the code.
    keep_until : datetime.date or None
        When they are to be deleted; acted on by `Store.delete_expired`.
    visits : int
        How many there are.
    last : datetime.date or None
        Of the latest visit.
    """

    code: str
    created: dt.date
    consent: bool
    keep_until: dt.date | None
    visits: int
    last: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit.

    Parameters
    ----------
    id : int
        Number in this store.
    patient : str
        The patient's code.
    date : datetime.date
        Of the visit.
    drawn_by : {"patient", "therapist"}
        Whose hand it was.
    drawing : PainDrawing
        With answers and palpation findings.
    note : str
        The treatment note.
    atlas : str or None
        Version of the atlas that `ranking` was made with.
    ranking : mapping or None
        ``Ranking.to_dict()`` as it was then.
    revision : int
        Grows with each save; a save from an older one is refused.
    """

    id: int
    patient: str
    date: dt.date
    drawn_by: DrawnBy
    drawing: PainDrawing
    note: str
    atlas: str | None
    ranking: Mapping[str, Any] | None
    revision: int


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A visit in a list, without its drawing; ``saved`` is when it was last saved, in UTC."""

    id: int
    patient: str
    date: dt.date
    drawn_by: DrawnBy
    note: str
    saved: dt.datetime


@dataclass(frozen=True, slots=True)
class Observation:
    """What pressing a trigger point sent, as the patient drew it.

    Parameters
    ----------
    id : int
        Number in this store; later ones are higher.
    visit : int
        During which it was pressed.
    source, point : str
        Ids of the muscle and its trigger point.
    side : {"left", "right"}
        Of the pressed point.
    familiar : bool
        Whether it is the pain that the patient knows.
    drawing : PainDrawing
        What was felt. A view without marks says nothing, unless it is declared complete.
    patient : str
        The patient's code.
    """

    id: int
    visit: int
    source: str
    point: str
    side: Side
    familiar: bool
    drawing: PainDrawing
    patient: str


KEPT = 8
"""Candidates of each list that a visit keeps of its ranking."""


def kept_ranking(ranking: Ranking) -> dict[str, Any]:
    """Return a ranking as a visit keeps it: places, shares and fit of the first `KEPT` candidates.

    Regions are left out. They are nine tenths of it, and follow from the drawing and the atlas.
    """
    data = ranking.to_dict(top=KEPT)
    for name in ("candidates", "differential"):
        for candidate in data[name]:
            del candidate["regions"], candidate["unexplained"]
    return data


def patient_of(row: sqlite3.Row) -> Patient:
    """Return a patient from a row."""
    until = row["keep_until"]
    return Patient(
        code=row["code"],
        created=dt.date.fromisoformat(row["created"]),
        consent=bool(row["consent"]),
        keep_until=dt.date.fromisoformat(until) if until else None,
        visits=row["visits"],
        last=dt.date.fromisoformat(row["last"]) if row["last"] else None,
    )


def checked_code(code: str) -> str:
    """Return a patient code without blanks at its ends.

    Raises
    ------
    StoreError
        If it is empty, too long, or not printable.
    """
    kept = code.strip()
    if not kept or len(kept) > MAX_CODE or not kept.isprintable():
        raise StoreError(
            f"'{one_line(code[: 2 * MAX_CODE])}' is no patient code; use 1 to {MAX_CODE} printable "
            "characters, and no name: who it stands for belongs on paper, not in this file"
        )
    return kept


def checked_note(note: str) -> str:
    """Return a treatment note.

    Raises
    ------
    StoreError
        If it is too long.
    """
    if len(note) > MAX_NOTE:
        raise StoreError(f"a note has at most {MAX_NOTE:,} characters, not {len(note):,}")
    return note


def visit_of(row: sqlite3.Row) -> Visit:
    """Return a visit from its row."""
    return Visit(
        id=row["id"],
        patient=row["patient"],
        date=dt.date.fromisoformat(row["date"]),
        drawn_by=row["drawn_by"],
        drawing=PainDrawing.from_geojson(row["drawing"]),
        note=row["note"],
        atlas=row["atlas"],
        ranking=json.loads(row["ranking"]) if row["ranking"] else None,
        revision=row["revision"],
    )


def line_of(row: sqlite3.Row) -> VisitLine:
    """Return a visit in a list from its row."""
    date = dt.date.fromisoformat(row["date"])
    saved = dt.datetime.fromisoformat(row["saved"])
    return VisitLine(row["id"], row["patient"], date, row["drawn_by"], row["note"], saved)


def observation_of(row: sqlite3.Row) -> Observation:
    """Return an observation from its row."""
    return Observation(
        row["id"],
        row["visit"],
        row["source"],
        row["point"],
        row["side"],
        bool(row["familiar"]),
        PainDrawing.from_geojson(row["drawing"]),
        row["patient"],
    )
