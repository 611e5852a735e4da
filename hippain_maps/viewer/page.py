"""The page: files of the folder ``static``, and nothing else."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from hippain_maps.viewer.faults import Refusal

STATIC = Path(__file__).resolve().parent / "static"

_MEDIA = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""What is served, by extension; the tables of the system are not asked."""


def page_routes() -> APIRouter:
    """Return the routes of the page.

    Files are read when they are asked for. They are small, and a thread for each took longer.
    """
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    async def get_page() -> Response:
        """Return the page."""
        return page()

    @routes.get("/static/{name:path}")
    async def get_static(name: str) -> Response:
        """Return one of the files of the page."""
        return static_file(name)

    @routes.get("/favicon.ico")
    async def get_icon() -> Response:
        """Return nothing: browsers ask for it unasked, and an error would stand in their log."""
        return Response(status_code=204)

    return routes


def page(*, folder: Path = STATIC) -> Response:
    """Return the page, which names all its modules.

    A browser fetches them at once then, not one layer of imports after the other.
    """
    modules = sorted(path.relative_to(folder).as_posix() for path in folder.glob("js/*.js"))
    links = "\n".join(f'<link rel="modulepreload" href="/static/{name}">' for name in modules)
    text = (folder / "index.html").read_text(encoding="utf-8").replace("<!-- modules -->", links)
    return Response(text, media_type=_MEDIA[".html"])


def static_file(name: str, *, folder: Path = STATIC) -> Response:
    """Return a file of a folder as an answer.

    Raises
    ------
    Refusal
        If there is no such file in it, or it is of no kind that a page needs.
    """
    try:
        path = (folder / name).resolve()
        media = _MEDIA.get(path.suffix)
        if media and path.is_relative_to(folder) and not path.name.startswith("."):
            return Response(path.read_bytes(), media_type=media)
    except (OSError, ValueError):
        # No such file, a folder, a name with a zero byte, a name too long.
        pass
    raise Refusal(404, "not_found", "there is nothing at this address")
