"""Patients and visits in the store: what a therapist may ask for, and a patient may not.

Every request opens the store and closes it: another program may use the same one, and a disk that
comes and goes is found where it is needed. Patients are named in the query, since a code may hold
any printable character.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from hippain_maps.atlas import Atlas
from hippain_maps.comparison import compare
from hippain_maps.course import MOST_DRAWINGS
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DrawingError, StoreError
from hippain_maps.store import PAGE, Store
from hippain_maps.viewer import visit_models as models
from hippain_maps.viewer.atlas_routes import json_answer
from hippain_maps.viewer.desk import Desk
from hippain_maps.viewer.faults import Refusal
from hippain_maps.viewer.models import (
    IMPOSSIBLE,
    MOST,
    NO_DRAWING,
    NOT_STORED,
    Language,
    Numbered,
    VisitNumber,
    body_of,
    json_body,
    read_as,
    refused,
)
from hippain_maps.viewer.ranking_data import Ranker
from hippain_maps.viewer.rates import Rate
from hippain_maps.viewer.visit_data import (
    comparison_data,
    course_data,
    line_data,
    patient_data,
    spot_data,
    visit_data,
)
from hippain_maps.viewer.work import WorkFile
from hippain_maps.visits import kept_ranking

Body = Annotated[bytes, Depends(body_of)]
Code = Annotated[str, Query(min_length=1, max_length=200, description="The patient's code.")]
_DATE_AND_NUMBER = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]):[0-9]{1,18}$"


def visit_routes(
    atlas: Atlas, ranker: Ranker, path: Path, work: WorkFile, desk: Desk, rate: Rate
) -> APIRouter:
    """Return the routes of the store.

    Parameters
    ----------
    atlas : Atlas
        What drawings are compared with.
    ranker : Ranker
        Ranks a drawing that is saved.
    path : path
        Of the store; it is made when it is first asked for.
    work : WorkFile
        Where the drawing on the page is kept; one of no visit makes room for a visit.
    desk : Desk
        Which visit is open.
    rate : Rate
        How often visits may be compared.
    """
    routes = APIRouter()
    _patient_routes(routes, path, desk)
    _visit_routes(routes, ranker, path, work, desk)
    _course_routes(routes, atlas, path, rate)
    _pressed_routes(routes, atlas, path)
    return routes


def _patient_routes(routes: APIRouter, path: Path, desk: Desk) -> None:
    @routes.get("/store", response_model=models.StoreOut)
    def get_store() -> Response:
        """Return where the store is, and whose retention date has passed."""
        with Store(path) as store:
            return json_answer(
                {
                    "path": str(store.path.absolute()),
                    "encrypted": False,
                    "expired": list(store.expired(dt.date.today())),
                    **store.counts(),
                }
            )

    @routes.get("/store/patients", response_model=models.PatientsOut)
    def list_patients(
        after: Annotated[str, Query(max_length=200, description="Code of the last one seen.")] = "",
        find: Annotated[str, Query(max_length=200, description="Part of a code.")] = "",
    ) -> Response:
        """Return a page of patients by code."""
        with Store(path) as store:
            found = store.patients(most=PAGE + 1, after=after, find=find)
        shown = [patient_data(patient, dt.date.today()) for patient in found[:PAGE]]
        return json_answer({"patients": shown, "more": len(found) > PAGE})

    @routes.post(
        "/store/patients",
        response_model=models.PatientRecord,
        responses=refused(NOT_STORED),
        openapi_extra=dict(json_body(models.PatientRecordIn)),
    )
    def add_patient(body: Body) -> Response:
        """Add a patient: a code, and no name."""
        given = read_as(models.PatientRecordIn, body)
        with Store(path) as store:
            added = store.add_patient(
                given.code, consent=given.consent, keep_until=given.keep_until
            )
        return json_answer(patient_data(added, dt.date.today()))

    @routes.put(
        "/store/patient",
        response_model=models.PatientRecord,
        openapi_extra=dict(json_body(models.ConsentIn)),
    )
    def set_consent(body: Body, code: Code) -> Response:
        """Change consent and retention date."""
        given = read_as(models.ConsentIn, body)
        with Store(path) as store:
            kept = store.set_consent(code, consent=given.consent, keep_until=given.keep_until)
        return json_answer(patient_data(kept, dt.date.today()))

    @routes.delete("/store/patient", response_model=models.DeletedOut)
    def delete_patient(code: Code) -> Response:
        """Delete a patient with all visits, for good."""
        with Store(path) as store:
            store.delete_patient(code)
            _close_missing(store, desk)
        return json_answer({"deleted": [code]})

    @routes.delete("/store/expired", response_model=models.DeletedOut)
    def delete_expired() -> Response:
        """Delete every patient whose retention date has passed, for good."""
        with Store(path) as store:
            codes = store.delete_expired(dt.date.today())
            _close_missing(store, desk)
        return json_answer({"deleted": list(codes)})


def _visit_routes(
    routes: APIRouter, ranker: Ranker, path: Path, work: WorkFile, desk: Desk
) -> None:
    def now_open(visit: dict[str, Any]) -> Response:
        """Open a visit, and put its drawing on the page; one that belongs to none is put aside.

        In this order, so that a program that ends in between never leaves one visit's drawing on
        the page as another's.
        """
        if desk.get().visit is None:
            work.keep_aside(work.get())
        desk.put(None)
        work.replace(visit["drawing"])
        desk.put(visit["id"], visit["revision"])
        return json_answer(visit)

    @routes.get("/store/open", response_model=models.OpenOut)
    def get_open_visit() -> Response:
        """Return the visit that is open on this page."""
        kept = desk.get()
        if kept.visit is None:
            # Nobody who keeps no visits gets a store.
            return json_answer({"visit": None, "seen": 0})
        with Store(path) as store:
            _close_missing(store, desk)
            if desk.get().visit is None:
                return json_answer({"visit": None, "seen": 0})
            return json_answer({"visit": _whole(store, kept.visit), "seen": kept.revision})

    @routes.put(
        "/store/open",
        response_model=models.OpenOut,
        openapi_extra=dict(json_body(models.OpenIn)),
    )
    def open_visit(body: Body) -> Response:
        """Open a visit, or none."""
        number = read_as(models.OpenIn, body).visit
        if number is None:
            desk.put(None)
            return json_answer({"visit": None, "seen": 0})
        with Store(path) as store:
            visit = _whole(store, number)
        now_open(visit)
        return json_answer({"visit": visit, "seen": visit["revision"]})

    @routes.get("/store/visits", response_model=models.VisitsOut, responses=refused(IMPOSSIBLE))
    def list_visits(
        patient: Code,
        before: Annotated[
            str | None,
            Query(pattern=_DATE_AND_NUMBER, description="Date:number of the last."),
        ] = None,
    ) -> Response:
        """Return a page of a patient's visits, the latest first."""
        behind = None
        if before:
            date, _, number = before.partition(":")
            try:
                behind = dt.date.fromisoformat(date), int(number)
            except ValueError:
                raise Refusal(
                    422, "bad_value", "query.before: there is no such date", where="query.before"
                ) from None
        with Store(path) as store:
            found = store.visits(patient, most=PAGE + 1, before=behind)
            record = patient_data(store.patient(patient), dt.date.today())
        return json_answer(
            {
                "patient": record,
                "visits": [line_data(line) for line in found[:PAGE]],
                "more": len(found) > PAGE,
            }
        )

    @routes.post(
        "/store/visits",
        response_model=models.VisitOut,
        responses=refused(NO_DRAWING),
        openapi_extra=dict(json_body(models.VisitIn)),
    )
    def start_visit(body: Body) -> Response:
        """Start a visit, and open it."""
        given = read_as(models.VisitIn, body)
        with Store(path) as store:
            store.patient(given.patient)
            drawing = PainDrawing()
            if given.start == "last":
                for line in store.visits(given.patient, most=1):
                    last = store.visit(line.id).drawing
                    # The pain is the starting point; answers and findings are asked anew.
                    drawing = PainDrawing(last.marks, last.views_completed)
            elif given.start == "drawing":
                drawing = _drawing(given.drawing or {})  # It is there: the model says so.
            visit = store.add_visit(
                given.patient,
                drawing,
                date=given.date,
                drawn_by=given.drawn_by,
                ranking=_ranking(drawing, ranker),
            )
            return now_open(_whole(store, visit.id))

    @routes.get("/store/visits/{number}", response_model=models.VisitOut)
    def get_visit(number: Numbered) -> Response:
        """Return a visit with its drawing, and what was pressed."""
        with Store(path) as store:
            return json_answer(_whole(store, _in_range(number)))

    @routes.put(
        "/store/visits/{number}",
        response_model=models.SavedVisit,
        responses=refused(NO_DRAWING),
        openapi_extra=dict(json_body(models.VisitChange)),
    )
    def save_visit(body: Body, number: Numbered) -> Response:
        """Save what changed of a visit; refused if it was saved elsewhere since it was read."""
        given = read_as(models.VisitChange, body)
        drawing = None if given.drawing is None else _drawing(given.drawing)
        with Store(path) as store:
            visit = store.visit(_in_range(number))
            if visit.revision != given.revision:
                raise StoreError(
                    f"visit {number} was changed elsewhere since it was opened; open it again, "
                    "nothing was overwritten",
                    kind="changed",
                )
            saved = store.save_visit(
                visit,
                drawing=drawing,
                note=given.note,
                ranking=None if drawing is None else _ranking(drawing, ranker),
                date=given.date,
                drawn_by=given.drawn_by,
            )
        if desk.get().visit == number:
            desk.put(number, saved.revision)
        return json_answer({"revision": saved.revision, "atlas": saved.atlas})

    @routes.delete("/store/visits/{number}", response_model=models.DeletedOut)
    def delete_visit(number: Numbered) -> Response:
        """Delete a visit with what was pressed, for good."""
        with Store(path) as store:
            store.delete_visit(_in_range(number))
            _close_missing(store, desk)
        return json_answer({"deleted": [str(number)]})


def _course_routes(routes: APIRouter, atlas: Atlas, path: Path, rate: Rate) -> None:
    @routes.get(
        "/store/comparison", response_model=models.ComparisonOut, responses=refused(NOT_STORED)
    )
    def compare_visits(before: VisitNumber, after: VisitNumber, lang: Language = "en") -> Response:
        """Return what changed between two visits of one patient."""
        rate.take()
        with Store(path) as store:
            visits = store.visit(before), store.visit(after)
        if visits[0].patient != visits[1].patient:
            raise Refusal(422, "store_refused", "the two visits are of different patients")
        found = compare(visits[0].drawing, visits[1].drawing, atlas)
        return json_answer(comparison_data(found, visits, lang))

    @routes.get("/store/course", response_model=models.CourseOut)
    def get_course(patient: Code) -> Response:
        """Return extent and intensity over the latest visits, and their composite map."""
        rate.take()
        with Store(path) as store:
            lines = store.visits(patient, most=MOST_DRAWINGS)
            left_out = store.patient(patient).visits - len(lines)
            visits = [store.visit(line.id) for line in reversed(lines)]
        return json_answer(course_data(patient, visits, left_out, atlas))


def _pressed_routes(routes: APIRouter, atlas: Atlas, path: Path) -> None:
    @routes.get("/trigger-points", response_model=models.SpotsOut)
    def list_trigger_points() -> Response:
        """Return where every trigger point is felt, on both sides."""
        return json_answer({"spots": spot_data(atlas)})

    @routes.post(
        "/store/visits/{number}/pressed",
        response_model=models.PressedOut,
        responses=refused(NO_DRAWING),
        openapi_extra=dict(json_body(models.PressedIn)),
    )
    def add_pressed(body: Body, number: Numbered) -> Response:
        """Keep what pressing a trigger point sent, as the patient drew it."""
        given = read_as(models.PressedIn, body)
        source = atlas.source(given.source)
        point = source.trigger_point(given.point)
        drawing = _drawing(given.drawing)
        with Store(path) as store:
            seen = store.add_observation(
                _in_range(number),
                source=source.id,
                point=point.id,
                side=given.side,
                familiar=given.familiar,
                drawing=drawing,
            )
        return json_answer(
            {
                "id": seen.id,
                "source": seen.source,
                "point": seen.point,
                "side": seen.side,
                "familiar": seen.familiar,
                "drawing": seen.drawing.to_geojson(),
            }
        )

    @routes.delete("/store/pressed/{number}", response_model=models.DeletedOut)
    def delete_pressed(number: Numbered) -> Response:
        """Delete an observation, for good."""
        with Store(path) as store:
            store.delete_observation(_in_range(number))
        return json_answer({"deleted": [str(number)]})


def _whole(store: Store, number: Numbered) -> dict[str, Any]:
    return visit_data(store.visit(number), store.observations(visit=number))


def _close_missing(store: Store, desk: Desk) -> None:
    """Close the visit that is open, if it was deleted."""
    number = desk.get().visit
    if number is None:
        return
    try:
        store.visit(number)
    except StoreError as error:
        if error.kind == "missing":
            desk.put(None)


def _in_range(number: int) -> int:
    """Return a number that the database can hold."""
    if not 0 < number <= MOST:
        raise Refusal(404, "not_found", f"there is no number {str(number)[:20]}")
    return number


def _drawing(data: dict[str, Any]) -> PainDrawing:
    try:
        return PainDrawing.from_geojson(data)
    except DrawingError as error:
        where = f"drawing.{error.where}" if error.where else "drawing"
        raise Refusal(422, "bad_drawing", error.message, where=where) from None


def _ranking(drawing: PainDrawing, ranker: Ranker) -> dict[str, Any] | None:
    """Return the ranking that a visit keeps of its drawing; None where nothing can be ranked."""
    ranked = ranker.ranked(json.dumps(drawing.to_geojson()).encode())
    return None if ranked.nothing is not None else kept_ranking(ranked.ranking)
