"""The unsaved drawing, and patient mode, which lends the page to a patient for a while.

What a patient may do is apart from the rest: a paired device has those routes and no others.
"""

from __future__ import annotations

from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DrawingError
from hippain_maps.viewer import answers
from hippain_maps.viewer.atlas_routes import json_answer
from hippain_maps.viewer.faults import Refusal
from hippain_maps.viewer.models import (
    NO_DRAWING,
    CodeIn,
    PatientIn,
    WorkIn,
    body_of,
    json_body,
    read_as,
    refused,
    session_of,
)
from hippain_maps.viewer.ranking_data import Ranker
from hippain_maps.viewer.sessions import Session
from hippain_maps.viewer.work import Work, WorkFile

Body = Annotated[bytes, Depends(body_of)]
Browser = Annotated[Session, Depends(session_of)]


class Keeper(Protocol):
    """Where a drawing is kept: `WorkFile`, or `PairedWork` for a second device."""

    def get(self) -> Work:
        """Return what is kept."""

    def put(self, drawing: dict[str, Any], revision: int) -> Work:
        """Keep a drawing in place of the one with that revision."""


def own_routes(work: Keeper) -> APIRouter:
    """Return the routes that a patient may use: the own drawing, and the way out.

    Parameters
    ----------
    work : WorkFile or PairedWork
        Where the drawing is kept.
    """
    routes = APIRouter()

    @routes.get("/work", response_model=answers.WorkOut)
    def get_work() -> Response:
        """Return the unsaved drawing; null where there is none."""
        return _answer(work.get())

    @routes.put(
        "/work",
        response_model=answers.SavedOut,
        responses=refused(NO_DRAWING),
        openapi_extra=dict(json_body(WorkIn)),
    )
    def put_work(body: Body) -> Response:
        """Keep a drawing in place of the one with the revision that is named."""
        given = read_as(WorkIn, body)
        try:
            drawing = PainDrawing.from_geojson(given.drawing)
        except DrawingError as error:
            where = f"drawing.{error.where}" if error.where else "drawing"
            raise Refusal(422, "bad_drawing", error.message, where=where) from None
        kept = work.put(drawing.to_geojson(), given.revision)
        return json_answer({"revision": kept.revision, "saved": kept.saved})

    @routes.get("/patient", response_model=answers.PatientOut)
    async def get_patient(browser: Browser) -> Response:
        """Return whether this browser is in patient mode, and in which language."""
        return _patient(browser)

    @routes.post(
        "/patient/leave",
        response_model=answers.PatientOut,
        openapi_extra=dict(json_body(CodeIn)),
    )
    def leave_patient_mode(body: Body, browser: Browser) -> Response:
        """Leave patient mode; the patient's drawing is the unsaved one from now on."""
        browser.leave(read_as(CodeIn, body).code)
        return _patient(browser)

    return routes


def work_routes(work: WorkFile, ranker: Ranker) -> APIRouter:
    """Return the routes that only a therapist may use: clearing, and handing over.

    Parameters
    ----------
    work : WorkFile
        Where the drawing is kept.
    ranker : Ranker
        Forgets what it ranked, where the drawing is cleared or a patient comes.
    """
    routes = APIRouter()

    @routes.delete("/work", response_model=answers.WorkOut)
    def clear_work() -> Response:
        """Forget the unsaved drawing, and remove its file."""
        ranker.forget()
        return _answer(work.clear())

    @routes.get("/work/aside", response_model=answers.AsideOut)
    def get_aside() -> Response:
        """Return the drawings that made room for patients, the newest first."""
        kept = work.aside().drawings
        return json_answer({"drawings": [{"drawing": k.drawing, "saved": k.saved} for k in kept]})

    @routes.delete("/work/aside", response_model=answers.AsideOut)
    def forget_aside() -> Response:
        """Forget the drawings that made room for patients."""
        work.forget_aside()
        return json_answer({"drawings": []})

    @routes.post(
        "/patient", response_model=answers.PatientOut, openapi_extra=dict(json_body(PatientIn))
    )
    def enter_patient_mode(body: Body, browser: Browser) -> Response:
        """Enter patient mode: an empty drawing, and nothing but that until the code is given."""
        given = read_as(PatientIn, body)
        work.put_aside()
        ranker.forget()
        browser.lock_with(given.code, given.lang)
        return _patient(browser)

    return routes


def _answer(kept: Work) -> Response:
    return json_answer(kept.model_dump())


def _patient(browser: Session) -> Response:
    lock = browser.lock
    return json_answer(
        {
            "locked": lock is not None,
            "lang": lock.language if lock else None,
            "paired": browser.paired,
        }
    )
