"""The app: the page, the versioned interface that it uses, and the guard in front of both."""

from __future__ import annotations

import gc
import itertools
import threading
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import Response

from hippain_maps.atlas import Atlas
from hippain_maps.drawing import PainDrawing, drawing_schema
from hippain_maps.geometry import STANDING_VIEWS, VIEWS
from hippain_maps.ranking import rank
from hippain_maps.store import default_path
from hippain_maps.viewer.addresses import check_parameters, methods_of
from hippain_maps.viewer.answers import ErrorOut
from hippain_maps.viewer.atlas_routes import atlas_routes, chart_routes, json_answer
from hippain_maps.viewer.desk import Desk
from hippain_maps.viewer.drawing_routes import drawing_routes
from hippain_maps.viewer.faults import LOG, add_handlers
from hippain_maps.viewer.figures import load_figures
from hippain_maps.viewer.file_routes import file_routes
from hippain_maps.viewer.guard import Guard, cookie_name
from hippain_maps.viewer.page import page_routes
from hippain_maps.viewer.ranking_data import Ranker
from hippain_maps.viewer.rates import Rate
from hippain_maps.viewer.sessions import Sessions
from hippain_maps.viewer.visit_routes import visit_routes
from hippain_maps.viewer.work import WorkFile
from hippain_maps.viewer.work_routes import own_routes, work_routes

API = "/api/v1"

_DESCRIPTION = (
    "The link that `hippain view` prints is exchanged for the cookie that every request carries. "
    "Whatever changes something also names the viewer's own address as its `Origin`. A request "
    "that does not fit this document is refused: 400 where the body is no JSON, 422 with the code "
    "`bad_request` otherwise; that goes for parameters which an address does not take, too. "
    "What fits may still be refused for what it says, where 422 is listed."
)

_PATIENCE = 2.0
"""Seconds after the start until patterns are got ready: the page comes first."""


def create_app(
    atlas: Atlas, secret: str, port: int, work_folder: Path, store: Path | None = None
) -> FastAPI:
    """Return the viewer as an ASGI app.

    Parameters
    ----------
    atlas : Atlas
        What drawings are compared with.
    secret : str
        Unguessable, new for each run; the opening link carries it.
    port : int
        Where the app is served, on 127.0.0.1: requests to another host are refused.
    work_folder : path
        Where the unsaved drawing is kept; private.
    store : path, optional
        Where visits are kept; by default in the same folder.

    Returns
    -------
    FastAPI
        ``app.state.sessions`` makes keys for further links, ``app.state.work`` is what is kept.
    """
    sessions = Sessions(secret)
    rank_rate = Rate("rankings", burst=60, per_second=30)
    figure_rate = Rate("figures", burst=12, per_second=4)
    visit_rate = Rate("comparisons and files", burst=20, per_second=4)
    ranker, work = Ranker(atlas), WorkFile(work_folder)
    visits = store or work_folder / default_path().name

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=_get_ready, args=(atlas,), daemon=True).start()
        yield

    app = bare_app(
        [
            chart_routes(atlas),
            atlas_routes(atlas, figure_rate),
            drawing_routes(ranker, rank_rate, figure_rate),
            own_routes(work),
            work_routes(work, ranker),
            file_routes(atlas, visits, visit_rate),
            visit_routes(atlas, ranker, visits, work, Desk(work_folder, visits), visit_rate),
        ],
        lifespan=running,
    )
    app.include_router(_document_routes(app), prefix=API, dependencies=[Depends(check_parameters)])
    app.state.cookie = cookie_name(port)
    app.state.sessions = sessions
    app.state.work = work
    app.add_middleware(Guard, sessions=sessions, names=("127.0.0.1", "localhost"), port=port)
    return app


def bare_app(routers: Iterable[APIRouter], **more: Any) -> FastAPI:
    """Return an app with the page and some routes, nobody at its door yet."""
    app = FastAPI(
        title="hippain_maps",
        summary="Candidate sources of drawn pain, to examine: never a diagnosis.",
        description=_DESCRIPTION,
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        responses={"4XX": {"model": ErrorOut}, "5XX": {"model": ErrorOut}},
        **more,
    )
    known, pages = list(routers), page_routes()

    def methods(path: str) -> str:
        if path.startswith(f"{API}/"):
            return methods_of(path.removeprefix(API), known)
        return methods_of(path, [pages])

    add_handlers(app, methods)
    for routes in known:
        app.include_router(routes, prefix=API, dependencies=[Depends(check_parameters)])
    app.include_router(pages)
    return app


def _document_routes(app: FastAPI) -> APIRouter:
    routes = APIRouter()

    @routes.get("/openapi.json", include_in_schema=False)
    def get_openapi() -> Response:
        """Return the OpenAPI document of this interface."""
        return json_answer(openapi_document(app))

    return routes


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of the viewer, with the schema of the drawing file in it."""
    document = app.openapi()
    schemas = document["components"]["schemas"]
    if "Drawing" not in schemas:
        cookie = {"type": "apiKey", "in": "cookie", "name": app.state.cookie}
        document["components"]["securitySchemes"] = {"cookie": cookie}
        document["security"] = [{"cookie": []}]
        home = "#/components/schemas/Drawing"
        schema = _moved(drawing_schema(), home)
        schemas["Drawing"] = {k: v for k, v in schema.items() if k not in ("$id", "$schema")}
    return document


def _moved(schema: Any, home: str) -> Any:
    """Return a schema whose references start from another place."""
    match schema:
        case dict():
            return {
                key: value.replace("#", home, 1) if key == "$ref" else _moved(value, home)
                for key, value in schema.items()
            }
        case list():
            return [_moved(value, home) for value in schema]
    return schema


def _get_ready(atlas: Atlas) -> None:
    """Do now what the first ranking and the first pattern would wait for."""
    try:
        charts = atlas.body.charts
        spots = {view: charts[view].charted.representative_point().buffer(2) for view in VIEWS}
        rank(PainDrawing.from_polygons({"posterior": spots["posterior"]}), atlas)
        # The atlas stays: looking through it for garbage again and again held up rankings.
        gc.freeze()
        time.sleep(_PATIENCE)
        # Every set of used views has sums of its own, which are kept.
        for number in range(1, len(STANDING_VIEWS) + 1):
            for views in itertools.combinations(STANDING_VIEWS, number):
                rank(PainDrawing.from_polygons([(view, spots[view]) for view in views]), atlas)
        load_figures()
        from hippain_maps.plotting.zones import grid_of

        for chart in charts.values():
            grid_of(chart)
    except Exception as error:
        # The first request will meet the same, and say so.
        LOG.warning("getting ready failed: %s", type(error).__name__)
