"""What comes in at the edge: bodies and parameters, checked by pydantic before anything is done.

A drawing is not checked here. It goes through the gate of the library, as bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Path, Query, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from hippain_maps._json import one_line, parse_json
from hippain_maps.errors import DrawingError
from hippain_maps.viewer.answers import ErrorOut
from hippain_maps.viewer.faults import Refusal
from hippain_maps.viewer.sessions import Session

Language = Literal["en", "la", "de", "fr", "es"]
Top = Annotated[int, Query(ge=1, le=200, description="Candidates of each list.")]
MOST = 2**53 - 1
"""Largest number of anything: the largest that every reader of JSON keeps to the last digit."""

Numbered = Annotated[
    int,
    Path(
        description="A number that the store gave; nothing is found under any other.",
        json_schema_extra={"minimum": 1, "maximum": MOST},
    ),
]
VisitNumber = Annotated[int, Query(ge=1, le=MOST, description="Number of a visit.")]


def whole(given: object) -> object:
    """Return a whole number; JSON makes no difference between 2 and 2.0."""
    return int(given) if isinstance(given, float) and given.is_integer() else given


Number = Annotated[int, Field(ge=1, le=MOST), BeforeValidator(whole)]

_INSIDE = {"type": "object", "format": "drawing"}
DrawingIn = Annotated[dict[str, Any], WithJsonSchema(_INSIDE)]
"""A drawing file inside a body; the gate of the library checks it."""

_DRAWING = {"$ref": "#/components/schemas/Drawing"}

M = TypeVar("M", bound=BaseModel)


class WorkIn(BaseModel):
    """A drawing to be kept, and the revision that it replaces."""

    model_config = ConfigDict(extra="forbid", strict=True)

    drawing: DrawingIn
    revision: Annotated[int, Field(ge=0, le=MOST), BeforeValidator(whole)]


class PatientIn(BaseModel):
    """A code that ends patient mode, and the language of the patient."""

    model_config = ConfigDict(extra="forbid", strict=True)

    code: Annotated[str, Field(min_length=4, max_length=12)]
    lang: Literal["en", "de", "fr", "es"] = "en"


class CodeIn(BaseModel):
    """A code that may end patient mode."""

    model_config = ConfigDict(extra="forbid", strict=True)

    code: Annotated[str, Field(max_length=100)]


async def body_of(request: Request) -> bytes:
    """Return the body of a request; the guard stops it at the cap."""
    return await request.body()


async def session_of(request: Request) -> Session:
    """Return the session that the guard found."""
    session: Session = request.state.session
    return session


def read_as(model: type[M], body: bytes) -> M:
    """Return a JSON body as a model.

    Raises
    ------
    Refusal
        If it is not JSON, or does not fit; it names the member, and repeats no value.
    """
    if not body.strip():
        members = ", ".join(model.model_fields)
        raise Refusal(400, "bad_json", f"the body is empty; a JSON object is expected: {members}")
    try:
        data = parse_json(body)
    except DrawingError as error:
        raise not_json(error) from None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(["body", *(one_line(str(part))[:60] for part in first["loc"])])
        says = first["msg"].removeprefix("Value error, ")
        raise Refusal(422, "bad_request", f"{where}: {says}", where=where) from None


def not_json(error: DrawingError) -> Refusal:
    """Return what is said to a body that is not JSON at all."""
    return Refusal(400, "bad_json", error.message)


def bad_drawing(body: bytes, error: DrawingError) -> Refusal:
    """Return what is said to a drawing that the gate refused: not JSON at all, or no drawing."""
    try:
        parse_json(body)
    except DrawingError as reason:
        return not_json(reason)
    return Refusal(422, "bad_drawing", error.message, where=error.where)


def json_body(model: type[BaseModel]) -> Mapping[str, Any]:
    """Return how the OpenAPI document describes a body that is read here."""
    schema = _with_drawings(model.model_json_schema(ref_template="#/components/schemas/{model}"))
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _with_drawings(schema: Any) -> Any:
    """Return a schema that refers to the schema of the drawing file where one is inside."""
    match schema:
        case dict():
            if schema.items() >= _INSIDE.items():
                return _DRAWING
            return {key: _with_drawings(value) for key, value in schema.items()}
        case list():
            return [_with_drawings(value) for value in schema]
    return schema


def refused(*reasons: str) -> dict[int | str, dict[str, Any]]:
    """Return how the OpenAPI document describes what fits it, and is refused for what it says.

    Parameters
    ----------
    reasons : str
        Each a code of the error, and what it stands for.
    """
    listed = "; ".join(reasons)
    return {422: {"model": ErrorOut, "description": f"Refused for what it says: {listed}."}}


NO_DRAWING = "`bad_drawing`, shapes that are none (such as a ring that is not closed)"
NOT_STORED = "`store_refused`, what the store does not take"
IMPOSSIBLE = "`bad_value`, what is written well and cannot be"


DRAWING_BODY: Mapping[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A drawing file.",
        "content": {
            "application/json": {"schema": _DRAWING},
            "application/geo+json": {"schema": _DRAWING},
        },
    }
}
"""How the OpenAPI document describes a drawing."""
