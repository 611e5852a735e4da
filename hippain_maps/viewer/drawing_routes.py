"""What can be asked about a drawing: its ranking, a figure of it, whether it can be used."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DrawingError
from hippain_maps.viewer import answers, figures
from hippain_maps.viewer.atlas_routes import FIGURE_ANSWER, file_answer, json_answer
from hippain_maps.viewer.models import (
    DRAWING_BODY,
    NO_DRAWING,
    Language,
    Top,
    bad_drawing,
    body_of,
    refused,
)
from hippain_maps.viewer.ranking_data import Parts, Ranker
from hippain_maps.viewer.rates import Rate

Body = Annotated[bytes, Depends(body_of)]


def drawing_routes(ranker: Ranker, rank_rate: Rate, figure_rate: Rate) -> APIRouter:
    """Return the routes that take a drawing.

    Parameters
    ----------
    ranker : Ranker
        Ranks it.
    rank_rate, figure_rate : Rate
        How often.
    """
    routes = APIRouter()

    @routes.post(
        "/rank",
        response_model=answers.RankingOut,
        responses=refused(NO_DRAWING),
        openapi_extra=dict(DRAWING_BODY),
    )
    def rank_drawing(
        body: Body, top: Top = 8, lang: Language = "en", parts: Parts = "all"
    ) -> Response:
        """Return the sources that could be behind a drawing: red flags first, then both lists.

        A drawing without pain on the map is no error: `empty` is true, and the red flags are there.
        """
        rank_rate.take()
        try:
            return json_answer(ranker.data(body, top=top, language=lang, parts=parts))
        except DrawingError as error:
            raise bad_drawing(body, error) from None

    @routes.post(
        "/figure",
        response_class=Response,
        responses=FIGURE_ANSWER | refused(f"{NO_DRAWING}, and one without pain on the map"),
        openapi_extra=dict(DRAWING_BODY),
    )
    def draw_ranking(
        body: Body, format: figures.FigureFormat = "png", theme: figures.Theme = "print"
    ) -> Response:
        """Return the figure of a ranking as a file."""
        figure_rate.take()
        try:
            ranked = ranker.ranked(body)
        except DrawingError as error:
            raise bad_drawing(body, error) from None
        if ranked.nothing is not None:
            raise DrawingError(ranked.nothing)
        return file_answer(figures.ranking_figure(ranked, format, theme=theme), format, "ranking")

    @routes.post(
        "/check",
        response_model=answers.CheckOut,
        responses=refused(NO_DRAWING),
        openapi_extra=dict(DRAWING_BODY),
    )
    def check_drawing(body: Body) -> Response:
        """Return a drawing file as it was understood, or say what is wrong with it."""
        rank_rate.take()
        try:
            drawing = PainDrawing.from_geojson(body)
        except DrawingError as error:
            raise bad_drawing(body, error) from None
        return json_answer(
            {
                "drawing": drawing.to_geojson(),
                "notes": list(drawing.notes),
                "empty": not drawing.marks,
            }
        )

    return routes
