"""The door: every request passes here before anything of it is read, every answer on its way out.

A request must name this server as its host, come from its own page if it comes from a page at all,
carry the cookie, and be no larger than a drawing. In patient mode little is open. Every answer,
errors included, carries the same strict headers. A fault of ours ends here, as an error without a
traceback.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from typing import Literal, Protocol
from urllib.parse import parse_qs

import anyio
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hippain_maps._limits import MAX_ARCHIVE_UPLOAD, MAX_DRAWING_BYTES
from hippain_maps.viewer.faults import Refusal, fault, refusal_of
from hippain_maps.viewer.sessions import Session

MAX_BODY = MAX_DRAWING_BYTES + 1_000
"""Largest body, bytes: a drawing, and what may be wrapped around it."""

LARGER_BODIES: Mapping[str, int] = {"/api/v1/store/import": MAX_ARCHIVE_UPLOAD}
"""Where more is read: for those who have been let in, and are no patients."""

_PATIENCE = 3.0
"""Seconds in which a refused request may finish sending."""

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; manifest-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""On every answer."""

SAFE = frozenset({"GET", "HEAD"})
"""Methods that change nothing. OPTIONS, which another site's page would send, is not of them."""

_CLOSED = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>hippain</title>
<h1>hippain</h1>
<p>This page is closed. Open the link that <code>hippain view</code> printed in the terminal.</p>
<p>If you have just opened it: <a href="/">go on</a>.</p>
</html>
"""

_FOR_PATIENTS = frozenset(
    {
        ("GET", "/api/v1/chart"),
        ("GET", "/api/v1/patient"),
        ("POST", "/api/v1/patient/leave"),
        ("GET", "/api/v1/work"),
        ("PUT", "/api/v1/work"),
    }
)


class Doorkeeper(Protocol):
    """Who knows keys and browsers: `Sessions`, or `PairSessions` for a second device."""

    def accepts(self, key: str) -> bool:
        """Return whether a key opens the viewer."""

    def open(self) -> str:
        """Let a browser in; return its token."""

    def find(self, token: str) -> Session | None:
        """Return the session of a token."""


class Guard:
    """The door in front of an app.

    Parameters
    ----------
    app : ASGI app
        What is behind it.
    sessions : Sessions or PairSessions
        Who has been let in.
    names : iterable of str
        The names under which it may be asked for, such as ``127.0.0.1``.
    port : int
        Where it listens.
    scheme : {"http", "https"}
        How.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        sessions: Doorkeeper,
        names: Iterable[str],
        port: int,
        scheme: Literal["http", "https"] = "http",
    ) -> None:
        self._app = app
        self._sessions = sessions
        self._scheme = scheme
        self._cookie = cookie_name(port)
        # Browsers leave the usual port of a scheme out.
        usual = port == {"http": 80, "https": 443}[scheme]
        self._hosts = {name if usual else f"{name}:{port}" for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        begun, body, came = False, _Body(scope, receive), time.perf_counter()

        async def strict(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                took = 1000 * (time.perf_counter() - came)
                MutableHeaders(scope=message).update(
                    {**HEADERS, "Server-Timing": f"all;dur={took:.1f}"}
                )
            await send(message)

        try:
            answer = self._at_the_door(scope)
            body.most = _most(scope)
            if answer is None:
                await self._app(scope, body.receive, strict)
            else:
                await answer(scope, receive, strict)
        except ClientDisconnect:
            return
        except Exception as error:
            refusal = refusal_of(error) or fault(error)
            if not begun:
                await body.read_off()
                await refusal.response()(scope, receive, strict)

    def _at_the_door(self, scope: Scope) -> Response | None:
        """Return an answer, if the request goes no further.

        Raises
        ------
        Refusal
            If it is turned away.
        """
        headers, path = Headers(scope=scope), str(scope["path"])
        self._check_host(headers)
        self._check_origin(headers, scope["method"], path)
        session = self._session(headers)
        if path == "/" and scope["method"] == "GET":
            key = parse_qs(scope["query_string"].decode("latin-1")).get("key", [])
            if key:
                return self._opened(key[0], session)
        if session is None:
            if path.startswith("/api/"):
                raise refusal_of_nobody()
            return HTMLResponse(_CLOSED, 401)
        if session.lock and not _open_to_patients(scope["method"], path, scope["query_string"]):
            raise Refusal(423, "locked", "the patient is drawing; leave patient mode first")
        _check_length(headers, _most(scope))
        scope.setdefault("state", {})["session"] = session
        return None

    def _check_host(self, headers: Headers) -> None:
        """Refuse a request to another name: a hostile name server may lead its page here."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            raise Refusal(421, "bad_host", "this server does not answer to that name")

    def _check_origin(self, headers: Headers, method: str, path: str) -> None:
        """Refuse what another page asks for, even of a server on another port of this machine."""
        origins, fetched = headers.getlist("origin"), headers.get("sec-fetch-site")
        own = [f"{self._scheme}://{headers['host'].lower()}"]
        stranger = origins not in ([], own) or fetched not in (None, "same-origin", "none")
        # A link may lead to the page itself; it is let in by its key or its cookie.
        if (stranger and path != "/") or (method not in SAFE and origins != own):
            raise Refusal(403, "bad_origin", "only the viewer's own page may ask for this")

    def _session(self, headers: Headers) -> Session | None:
        for line in headers.getlist("cookie"):
            # Other servers of this machine may have left odd ones beside ours.
            if found := self._sessions.find(cookie_parser(line).get(self._cookie, "")):
                return found
        return None

    def _opened(self, key: str, session: Session | None) -> Response:
        """Return the answer to an opening link: a cookie, and the way to the page."""
        accepted = self._sessions.accepts(key)
        answer = RedirectResponse("/", 303)
        if session is None:
            if not accepted:
                return HTMLResponse(_CLOSED, 401)
            answer.set_cookie(
                self._cookie,
                self._sessions.open(),
                path="/",
                secure=self._scheme == "https",
                httponly=True,
                samesite="strict",
            )
        # A browser that is in stays as it is: the link does not lead out of patient mode.
        return answer


def cookie_name(port: int) -> str:
    """Return the name of the cookie: two viewers on one machine do not take each other's."""
    return f"hippain_{port}"


def refusal_of_nobody() -> Refusal:
    """Return what is said to a request without a cookie."""
    return Refusal(401, "no_cookie", "open the link that 'hippain view' printed; this is closed")


def _open_to_patients(method: str, path: str, query: bytes) -> bool:
    if path == "/" or path.startswith("/static/"):
        return method in SAFE
    if (method, path) == ("GET", "/api/v1/questions"):
        return parse_qs(query.decode("latin-1")).get("patient") == ["1"]
    return (method, path) in _FOR_PATIENTS


def _most(scope: Scope) -> int:
    """Return the largest body that is read here."""
    return LARGER_BODIES.get(str(scope["path"]), MAX_BODY)


def _check_length(headers: Headers, most: int) -> None:
    declared = headers.get("content-length", "0")
    if not re.fullmatch(r"\d{1,15}", declared) or int(declared) > most:
        raise _too_large(most)


def _too_large(most: int) -> Refusal:
    return Refusal(
        413,
        "too_large",
        f"the body is larger than {most:,} bytes, the most that is read",
        headers={"Connection": "close"},
    )


class _Body:
    """A body on its way in, counted as it comes, whatever length was declared."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.most = MAX_BODY
        self._receive = receive
        self._read = 0
        # Who asks before sending will be told not to.
        self._more = "expect" not in Headers(scope=scope)

    async def receive(self) -> Message:
        """Return the next piece.

        Raises
        ------
        Refusal
            If all of them together are too large.
        """
        message = await self._next()
        if self._read > self.most:
            await self.read_off()
            raise _too_large(self.most)
        return message

    async def read_off(self) -> None:
        """Read what is left, within limits: who is still sending does not see the answer."""
        with anyio.move_on_after(_PATIENCE):
            while self._more and self._read < 4 * MAX_BODY:
                await self._next()

    async def _next(self) -> Message:
        message = await self._receive()
        self._read += len(message.get("body", b""))
        self._more = message.get("more_body", False)
        return message
