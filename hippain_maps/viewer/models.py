"""What comes in at the edge: bodies and parameters, checked by pydantic before anything is done.

A drawing is not checked here. It goes through the gate of the library, as bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hippain_maps._json import one_line, parse_json
from hippain_maps.errors import DrawingError
from hippain_maps.viewer.faults import Refusal
from hippain_maps.viewer.sessions import Session

Language = Literal["en", "la", "de", "fr", "es"]
Top = Annotated[int, Query(ge=1, le=200, description="Candidates of each list.")]
M = TypeVar("M", bound=BaseModel)


class WorkIn(BaseModel):
    """A drawing to be kept, and the revision that it replaces."""

    model_config = ConfigDict(extra="forbid", strict=True)

    drawing: dict[str, Any]
    revision: Annotated[int, Field(ge=0)]


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
    try:
        data = parse_json(body)
    except DrawingError as error:
        raise not_json(error) from None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(["body", *(one_line(str(part))[:60] for part in first["loc"])])
        raise Refusal(422, "bad_request", f"{where}: {first['msg']}", where=where) from None


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
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


DRAWING_BODY: Mapping[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A drawing file.",
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Drawing"}},
            "application/geo+json": {"schema": {"$ref": "#/components/schemas/Drawing"}},
        },
    }
}
"""How the OpenAPI document describes a drawing."""
