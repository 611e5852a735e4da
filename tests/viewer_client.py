"""A browser for the tests of the viewer: it has been let in, and comes from the viewer's page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from hippain_maps.atlas import Atlas
from hippain_maps.viewer.app import create_app

PORT = 8175
ORIGIN = f"http://127.0.0.1:{PORT}"
SECRET = "the-secret-of-this-run"
COOKIE = f"hippain_{PORT}"

EMPTY: dict[str, Any] = {"type": "FeatureCollection", "features": []}


def spot(x: float = -10, y: float = 30, **properties: Any) -> dict[str, Any]:
    """Return a drawing of one pressed spot on the back: by default in the hand-drawn world."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [x, y]},
                "properties": {"view": "posterior", "width_cm": 8} | properties,
            }
        ],
    }


def viewer(atlas: Atlas, folder: Path) -> FastAPI:
    """Return the viewer of an atlas."""
    return create_app(atlas, SECRET, PORT, folder)


class Client:
    """A client that talks to an app in this process, one request after the other.

    Parameters
    ----------
    app : FastAPI
        The viewer.
    origin : str
        Where it says that it is.
    """

    def __init__(self, app: FastAPI, origin: str = ORIGIN) -> None:
        self._app = app
        self._origin = origin
        self.headers: dict[str, str] = {}
        self.cookies = httpx.Cookies()

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, Any] | None = None,
        chunks: Iterable[bytes] | None = None,
        **more: Any,
    ) -> httpx.Response:
        """Return the answer to a request; `chunks` are sent without a declared length."""
        if chunks is not None:
            more["content"] = _sent(chunks)

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(
                transport=transport, base_url=self._origin, cookies=self.cookies
            ) as client:
                answer = await client.request(
                    method, path, headers=self.headers | (headers or {}), **more
                )
                self.cookies = client.cookies
                return answer

        return asyncio.run(ask())

    def get(self, path: str, **more: Any) -> httpx.Response:
        """Return the answer to a GET."""
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        """Return the answer to a POST."""
        return self.request("POST", path, **more)

    def put(self, path: str, **more: Any) -> httpx.Response:
        """Return the answer to a PUT."""
        return self.request("PUT", path, **more)

    def delete(self, path: str, **more: Any) -> httpx.Response:
        """Return the answer to a DELETE."""
        return self.request("DELETE", path, **more)


async def _sent(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def stranger(app: FastAPI) -> Client:
    """Return a client that has no cookie and says nothing of where it comes from."""
    return Client(app)


def browser(app: FastAPI) -> Client:
    """Return a client that has opened the printed link, and acts for its page."""
    client = stranger(app)
    assert client.get("/", params={"key": SECRET}).status_code == 303
    client.headers["Origin"] = ORIGIN
    return client


def error_of(response: httpx.Response, status: int, code: str) -> str:
    """Assert that an answer is an error in the one shape, and return its message."""
    assert response.status_code == status, response.text
    body = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "where"}
    assert body["error"]["code"] == code
    message = body["error"]["message"]
    assert isinstance(message, str)
    assert message
    assert "Traceback" not in response.text
    return message
