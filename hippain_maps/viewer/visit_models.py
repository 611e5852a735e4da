"""What comes in and goes out about patients and visits, as pydantic models.

What comes in is checked by them; what goes out is plain data of the library, held against them in
the tests.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from hippain_maps.geometry import Side, View
from hippain_maps.viewer.models import DrawingIn, Number
from hippain_maps.visits import MAX_CODE, MAX_NOTE, DrawnBy


def _not_blank(given: str) -> str:
    if not given.strip():
        raise ValueError(f"a patient code has 1 to {MAX_CODE} printable characters; this is blank")
    return given


Code = Annotated[
    str,
    Field(max_length=MAX_CODE, json_schema_extra={"pattern": r"\S"}),
    AfterValidator(_not_blank),
]
Note = Annotated[str, Field(max_length=MAX_NOTE)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=80)]


def _day(given: object) -> object:
    """Return a date; numbers and times, which pydantic takes for dates too, are none."""
    try:
        if isinstance(given, str) and len(given) == len("2026-01-31"):
            return dt.date.fromisoformat(given)
    except ValueError:
        pass
    raise ValueError("no date; a date is YYYY-MM-DD, such as 2026-01-31")


Day = Annotated[dt.date, BeforeValidator(_day)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class PatientRecordIn(_In):
    """A patient: a code, consent, and until when to keep it."""

    code: Code
    consent: bool
    keep_until: Day | None = None


class ConsentIn(_In):
    """Consent, and until when to keep a patient."""

    consent: bool
    keep_until: Day | None = None


class VisitIn(_In):
    """A new visit: empty, from the last one's drawing, or with a drawing."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"required": ["start"], "properties": {"start": {"const": "drawing"}}},
            "then": {"required": ["drawing"], "properties": {"drawing": {"type": "object"}}},
            "else": {"properties": {"drawing": {"type": "null"}}},
        }
    )

    patient: Code
    start: Literal["empty", "last", "drawing"] = "empty"
    drawing: DrawingIn | None = None
    date: Day | None = None
    drawn_by: DrawnBy = "patient"

    @model_validator(mode="after")
    def _drawing_where_there_is_one(self) -> VisitIn:
        if (self.start == "drawing") != (self.drawing is not None):
            raise ValueError(
                "a drawing is given where start is 'drawing', and only there; "
                f"start is '{self.start}'"
            )
        return self


class VisitChange(_In):
    """What changed of a visit, and the revision that it replaces."""

    revision: Number
    drawing: DrawingIn | None = None
    note: Note | None = None
    date: Day | None = None
    drawn_by: DrawnBy | None = None


class OpenIn(_In):
    """The visit that is open; null where there is none."""

    visit: Number | None


class PressedIn(_In):
    """A pressed trigger point, and what it sent."""

    source: Id
    point: Id
    side: Side
    familiar: bool
    drawing: DrawingIn


class _Out(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StoreOut(_Out):
    """Where the store is, and whose retention date has passed."""

    path: str
    encrypted: Literal[False]
    expired: list[str]
    patients: int
    pressed: int


class PatientRecord(_Out):
    """A patient."""

    code: str
    created: dt.date
    consent: bool
    keep_until: dt.date | None
    expired: bool
    visits: int
    last: dt.date | None


class PatientsOut(_Out):
    """A page of patients."""

    patients: list[PatientRecord]
    more: bool


class VisitLineOut(_Out):
    """A visit in a list."""

    id: int
    date: dt.date
    drawn_by: DrawnBy
    note: str


class VisitsOut(_Out):
    """A page of visits, the latest first."""

    patient: PatientRecord
    visits: list[VisitLineOut]
    more: bool


class PressedOut(_Out):
    """A pressed trigger point of a visit."""

    id: int
    source: str
    point: str
    side: Side
    familiar: bool
    drawing: dict[str, Any]


class VisitOut(_Out):
    """A visit with its drawing, the ranking as it was then, and what was pressed."""

    id: int
    patient: str
    date: dt.date
    drawn_by: DrawnBy
    note: str
    atlas: str | None
    revision: int
    drawing: dict[str, Any]
    ranking: dict[str, Any] | None
    pressed: list[PressedOut]


class OpenOut(_Out):
    """The visit that is open, and the revision of it that this viewer last saw."""

    visit: VisitOut | None
    seen: int


class SavedVisit(_Out):
    """What a visit was saved as."""

    revision: int
    atlas: str | None


class ChangeShapes(_Out):
    """What changed in a view: SVG path data, and the way of the centre in cm."""

    gone: str
    new: str
    remaining: str
    shift: tuple[float, float] | None
    from_: tuple[float, float] | None = Field(alias="from")


class ComparisonOut(BaseModel):
    """Two visits, in the form of ``hippain compare --json``, with the shapes of each view."""

    model_config = ConfigDict(extra="allow")

    visits: list[VisitLineOut]
    views: dict[View, ChangeShapes]
    moved: list[dict[str, Any]]


class MomentOut(_Out):
    """How much one visit's drawing holds, and what came first in its ranking."""

    visit: int
    date: dt.date
    extent_percent: float
    area_cm2: float
    intensity: float | None
    first: dict[str, Any] | None


class LevelOut(_Out):
    """Where at least so many of the drawings hurt: SVG path data."""

    visits: int
    path: str


class CourseOut(_Out):
    """All visits of a patient: their course, and the composite map."""

    patient: str
    moments: list[MomentOut]
    left_out: int
    composite: dict[View, list[LevelOut]]


class OfferedOut(_Out):
    """A patient of an archive."""

    code: str
    visits: int
    first: dt.date | None
    last: dt.date | None
    known: bool


class ImportOut(_Out):
    """What an archive holds, or what was added."""

    patients: list[OfferedOut]
    added: int | None
    skipped: list[str]


class DeletedOut(_Out):
    """What was deleted."""

    deleted: list[str]


class SpotOut(_Out):
    """Where a trigger point is felt."""

    source: str
    point: str
    name: str
    side: Side
    view: View
    at: tuple[float, float]


class SpotsOut(_Out):
    """Every trigger point on both sides."""

    spots: list[SpotOut]
