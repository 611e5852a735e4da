"""What can be asked of the atlas: chart and questions; sources, patterns, figures, places."""

from __future__ import annotations

import gzip
import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from hippain_maps.atlas import Atlas
from hippain_maps.geometry import Side
from hippain_maps.patterns import Source, TriggerPoint
from hippain_maps.viewer import atlas_answers, figures, source_data
from hippain_maps.viewer.chart_data import chart_data
from hippain_maps.viewer.models import Language
from hippain_maps.viewer.pattern_data import PatternShelf
from hippain_maps.viewer.rates import Rate

FIGURE_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"content": {media: {} for media in figures.MEDIA.values()}}
}
"""How the OpenAPI document describes a figure."""


def json_answer(data: Any, **headers: str) -> Response:
    """Return plain data as a JSON answer."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(text.encode(), headers=headers, media_type="application/json")


def file_answer(content: bytes, kind: figures.FigureFormat, name: str) -> Response:
    """Return a figure as a file to be saved."""
    return Response(
        content,
        headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'},
        media_type=figures.MEDIA[kind],
    )


def chart_routes(atlas: Atlas) -> APIRouter:
    """Return the routes of what a patient sees too: the chart and the questions.

    Parameters
    ----------
    atlas : Atlas
        What is asked about.
    """
    routes = APIRouter()
    chart = json_answer(chart_data(atlas))
    packed = Response(
        gzip.compress(bytes(chart.body), 6, mtime=0),
        headers={"Content-Encoding": "gzip"},
        media_type="application/json",
    )

    @routes.get("/chart", response_model=atlas_answers.ChartOut)
    async def get_chart(request: Request) -> Response:
        """Return the body chart: every view, its outline, lines and regions."""
        return packed if "gzip" in request.headers.get("accept-encoding", "") else chart

    @routes.get("/questions", response_model=atlas_answers.QuestionsOut)
    def list_questions(
        lang: Language = "en",
        patient: Annotated[bool, Query(description="Only what a patient answers alone.")] = False,
    ) -> Response:
        """Return every clue and red flag with its question."""
        if patient:
            return json_answer(source_data.patient_question_data(atlas, lang))
        return json_answer(source_data.question_data(atlas, lang))

    return routes


def atlas_routes(atlas: Atlas, figure_rate: Rate) -> APIRouter:
    """Return the routes of sources and places.

    Parameters
    ----------
    atlas : Atlas
        What is asked about.
    figure_rate : Rate
        How often a figure may be drawn.
    """
    routes = APIRouter()
    shelf = PatternShelf(atlas)

    @routes.get("/sources", response_model=atlas_answers.SourcesOut)
    def list_sources() -> Response:
        """Return all sources in short, and the ready-made sets of them."""
        return json_answer(source_data.list_data(atlas))

    @routes.get("/sources/{name}", response_model=atlas_answers.SourceDetail)
    def get_source(name: str, lang: Language = "en") -> Response:
        """Return everything that the atlas holds on a source, by any of its names."""
        return json_answer(source_data.source_data(atlas, atlas.source(name), lang))

    @routes.get("/sources/{name}/pattern", response_model=atlas_answers.PatternOut)
    def get_pattern(
        name: str,
        side: Side = "left",
        points: Annotated[
            str | None, Query(max_length=500, description="Ids of trigger points, with commas.")
        ] = None,
    ) -> Response:
        """Return the pattern of a source, or of some of its trigger points, as shapes."""
        source = atlas.source(name)
        return json_answer(shelf.data(source, side, _points(source, points)))

    @routes.get("/sources/{name}/figure", response_class=Response, responses=FIGURE_ANSWER)
    def get_pattern_figure(
        name: str,
        side: Side = "left",
        format: figures.FigureFormat = "png",
        theme: figures.Theme = "print",
        labels: Language = "en",
        anatomy: bool = False,
    ) -> Response:
        """Return the figure of a pattern as a file."""
        source = atlas.source(name)
        figure_rate.take()
        content = figures.pattern_figure(
            atlas, source, side, format, theme=theme, language=labels, anatomy=anatomy
        )
        return file_answer(content, format, f"{source.id}-{side}")

    @routes.get("/places/{name}", response_model=atlas_answers.PlaceOut)
    def get_place(name: str) -> Response:
        """Return what refers pain to a region or group, the likeliest first."""
        return json_answer(source_data.place_data(atlas, name))

    return routes


def _points(source: Source, names: str | None) -> tuple[TriggerPoint, ...]:
    """Return the trigger points that are named, in the order of the source; all if none is."""
    wanted = {source.trigger_point(name.strip()).id for name in (names or "").split(",") if name}
    return tuple(p for p in source.trigger_points if not wanted or p.id in wanted)
