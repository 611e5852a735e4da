"""Visits as files: the page to print, and patients out of the store and into it."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from hippain_maps.atlas import Atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DrawingError
from hippain_maps.store import Store
from hippain_maps.store_archive import export_visits, import_visits, look_into
from hippain_maps.viewer import visit_models as models
from hippain_maps.viewer.atlas_routes import json_answer
from hippain_maps.viewer.faults import Refusal
from hippain_maps.viewer.models import (
    DRAWING_BODY,
    IMPOSSIBLE,
    NO_DRAWING,
    NOT_STORED,
    VisitNumber,
    bad_drawing,
    body_of,
    refused,
)
from hippain_maps.viewer.rates import Rate
from hippain_maps.viewer.visit_data import offered_data

if TYPE_CHECKING:
    from hippain_maps.report import Case

Body = Annotated[bytes, Depends(body_of)]
Paper = Literal["a4", "letter"]

ZIP: Mapping[int | str, dict[str, Any]] = {200: {"content": {"application/zip": {}}}}
PDF: Mapping[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}}}
ZIP_BODY: Mapping[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "An archive, as the export makes it.",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@dataclass(frozen=True, slots=True)
class Print:
    """How a page is printed.

    Parameters
    ----------
    lang : {"en", "de", "fr", "es"}
        Of the page.
    for_patient : bool
        The page in plain words instead of the one for the file.
    paper : {"a4", "letter"}
        Of the page.
    mono : bool
        For printing in black and white.
    """

    lang: str
    for_patient: bool
    paper: Paper
    mono: bool

    def answer(self, case: Case, atlas: Atlas) -> Response:
        """Return the page as a PDF file."""
        from hippain_maps.report import report_bytes

        content = report_bytes(
            case,
            atlas,
            language=self.lang,
            for_patient=self.for_patient,
            paper=self.paper,
            mono=self.mono,
        )
        name = "for_you.pdf" if self.for_patient else "report.pdf"
        return _file(content, "application/pdf", name)


def print_of(
    lang: Literal["en", "de", "fr", "es"] = "en",
    for_patient: Annotated[bool, Query(description="In plain words, for the patient.")] = False,
    paper: Paper = "a4",
    mono: Annotated[bool, Query(description="For printing in black and white.")] = False,
) -> Print:
    """Return how a page is printed, from the query."""
    return Print(lang, for_patient, paper, mono)


Printing = Annotated[Print, Depends(print_of)]


def file_routes(atlas: Atlas, path: Path, rate: Rate) -> APIRouter:
    """Return the routes of pages to print, and of archives.

    Parameters
    ----------
    atlas : Atlas
        What drawings are compared with.
    path : path
        Of the store.
    rate : Rate
        How often.
    """
    routes = APIRouter()
    _report_routes(routes, atlas, path, rate)
    _archive_routes(routes, path, rate)
    return routes


def _report_routes(routes: APIRouter, atlas: Atlas, path: Path, rate: Rate) -> None:
    @routes.get("/store/report", response_class=Response, responses=dict(PDF))
    def print_visit(
        visit: VisitNumber,
        printing: Printing,
    ) -> Response:
        """Return the page of a visit for the file, or the one in plain words, as PDF."""
        from hippain_maps.report import Case

        rate.take()
        with Store(path) as store:
            case = Case.of_visit(store, visit)
        return printing.answer(case, atlas)

    @routes.post(
        "/report",
        response_class=Response,
        responses=dict(PDF) | refused(NO_DRAWING),
        openapi_extra=dict(DRAWING_BODY),
    )
    def print_drawing(body: Body, printing: Printing) -> Response:
        """Return the page of a drawing that belongs to no visit, as PDF."""
        from hippain_maps.report import Case

        rate.take()
        try:
            case = Case(PainDrawing.from_geojson(body), date=dt.date.today())
        except DrawingError as error:
            raise bad_drawing(body, error) from None
        return printing.answer(case, atlas)


def _archive_routes(routes: APIRouter, path: Path, rate: Rate) -> None:
    @routes.get("/store/export", response_class=Response, responses=dict(ZIP))
    def export_archive(
        patient: Annotated[list[str] | None, Query(max_length=1000)] = None,
    ) -> Response:
        """Return patients with all their visits as a zip; all of them if none is named."""
        rate.take()
        with (
            Store(path) as store,
            tempfile.TemporaryDirectory(prefix="hippain-") as folder,
        ):
            made = Path(folder) / "visits.zip"
            export_visits(store, made, codes=patient)
            return _file(made.read_bytes(), "application/zip", "visits.zip")

    @routes.post(
        "/store/import",
        response_model=models.ImportOut,
        responses=refused(NOT_STORED, IMPOSSIBLE),
        openapi_extra=dict(ZIP_BODY),
    )
    def import_archive(
        body: Body,
        look: Annotated[bool, Query(description="Add nothing, say what is in it.")] = False,
        skip_known: Annotated[bool, Query(description="Leave out codes that are known.")] = False,
        old: Annotated[
            list[str] | None, Query(max_length=1000, description="Codes to be changed ...")
        ] = None,
        new: Annotated[
            list[str] | None, Query(max_length=1000, description="... into these.")
        ] = None,
    ) -> Response:
        """Add the patients of a zip; a patient that is there is never overwritten."""
        rate.take()
        if len(old or []) != len(new or []):
            raise Refusal(
                422,
                "bad_value",
                f"query.new: give as many new codes as old ones; {len(old or [])} old and "
                f"{len(new or [])} new were given",
                where="query.new",
            )
        with Store(path) as store:
            offered = look_into(store, io.BytesIO(body))
            if look:
                return json_answer(
                    {"patients": offered_data(offered), "added": None, "skipped": []}
                )
            added, skipped = import_visits(
                store,
                io.BytesIO(body),
                known="skip" if skip_known else "refuse",
                renamed=dict(zip(old or [], new or [], strict=True)),
            )
        return json_answer(
            {"patients": offered_data(offered), "added": added, "skipped": list(skipped)}
        )


def _file(content: bytes, media: str, name: str) -> Response:
    return Response(
        content,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
        media_type=media,
    )
