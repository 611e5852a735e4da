"""The one shape of every error: ``{"error": {"code", "message", "where"}}``.

Messages of the library are made for people and name no more than was given, so that they go out as
they are. Everything else becomes a sentence of ours; a fault of the program says that it is one,
and nothing more.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from traceback import extract_tb
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from hippain_maps._json import cut, one_line
from hippain_maps.errors import DrawingError, OutputError, StoreError, UnknownNameError

LOG = logging.getLogger("hippain_maps.viewer")
"""Where faults are noted: their kind and place, never what was sent."""

_PACKAGE = Path(__file__).resolve().parents[1]

_SPOKEN = {
    404: ("not_found", "there is nothing at this address"),
    405: ("method_not_allowed", "this address does not answer to that method"),
}


_STORE = {
    "refused": (422, "store_refused"),
    "missing": (404, "not_found"),
    "changed": (409, "stale"),
    "unavailable": (503, "store_unavailable"),
}


class Refusal(Exception):
    """A request that is not answered, and why.

    Parameters
    ----------
    status : int
        Of the answer.
    code : str
        For programs.
    message : str
        For people, a sentence.
    where : str, optional
        The part of the request, such as ``body.code``.
    headers : mapping of str to str, optional
        Headers of the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        where: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.message = message
        self.where = where
        self.headers = dict(headers or {})
        super().__init__(message)

    def response(self) -> Response:
        """Return the answer that says so."""
        return Response(
            error_body(self.code, self.message, self.where),
            self.status,
            self.headers,
            "application/json",
        )


def error_body(code: str, message: str, where: str | None = None) -> bytes:
    """Return the JSON of an error.

    Examples
    --------
    >>> error_body("locked", "the patient is drawing")
    b'{"error": {"code": "locked", "message": "the patient is drawing", "where": null}}'
    """
    return json.dumps({"error": {"code": code, "message": message, "where": where}}).encode()


def refusal_of(error: Exception) -> Refusal | None:
    """Return what to answer to an error that was raised on purpose; None for a fault of ours."""
    match error:
        case Refusal():
            return error
        case DrawingError():
            return Refusal(422, "bad_drawing", error.message, where=error.where)
        case UnknownNameError():
            return Refusal(404, "unknown_name", one_line(error.message))
        case StoreError():
            status, code = _STORE[error.kind]
            return Refusal(status, code, one_line(error.message))
        case OutputError():
            return Refusal(503, "not_saved", one_line(str(error)))
        case RequestValidationError():
            return _invalid(error.errors())
        case HTTPException():
            code, message = _SPOKEN.get(error.status_code, ("refused", str(error.detail)))
            return Refusal(error.status_code, code, message, headers=error.headers)
    return None


def _invalid(faults: Sequence[Mapping[str, Any]]) -> Refusal:
    """Return what to answer to parameters that do not fit; the first of them is named."""
    first = faults[0]
    where = ".".join(cut(str(part)) for part in first["loc"])
    return Refusal(422, "bad_request", f"{where}: {one_line(first['msg'])}", where=where)


def fault(error: BaseException) -> Refusal:
    """Return what to answer to a fault of ours, and note where it happened.

    Neither the message of the error nor any value is noted: both may hold what a patient drew.
    """
    places = [
        f"{Path(frame.filename).relative_to(_PACKAGE).as_posix()}:{frame.lineno}"
        for frame in extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(_PACKAGE)
    ]
    LOG.error("a fault of the viewer: %s in %s", type(error).__name__, " > ".join(places[-4:]))
    return Refusal(500, "fault", "a fault of the program, not of your input; please report it")


def add_handlers(app: FastAPI, methods: Callable[[str], str]) -> None:
    """Have an app answer all errors in the one shape.

    Parameters
    ----------
    app : FastAPI
        What answers.
    methods : callable
        From a path to the methods that it answers to, with commas.
    """

    async def answer(request: Request, error: Exception) -> Response:
        refusal = refusal_of(error) or fault(error)
        if refusal.status == 405 and (answered := methods(request.url.path)):
            # The framework names those of one route alone.
            refusal.headers = {"Allow": answered}
        return refusal.response()

    for kind in (
        Refusal,
        DrawingError,
        UnknownNameError,
        StoreError,
        OutputError,
        RequestValidationError,
        HTTPException,
    ):
        app.add_exception_handler(kind, answer)
