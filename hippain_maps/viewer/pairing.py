"""A second device for one patient: what it may do, for how long, and where its drawing goes.

The device gets a page in patient mode, and an app that has nothing else: the chart, the core
questions and its own drawing. Results, sources and whatever is stored are not locked there, they do
not exist. A link opens it once; link and visit each end after twenty minutes.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from hippain_maps.atlas import Atlas
from hippain_maps.viewer.app import bare_app
from hippain_maps.viewer.atlas_routes import chart_routes
from hippain_maps.viewer.faults import Refusal
from hippain_maps.viewer.guard import Guard
from hippain_maps.viewer.sessions import PatientLock, Session, digest
from hippain_maps.viewer.work import Work, WorkFile
from hippain_maps.viewer.work_routes import own_routes

MINUTES = 20
"""A link can be opened for so long, and be drawn on for so long after that."""


class PairSessions:
    """One link at a time, one device at a time.

    Parameters
    ----------
    language : str
        Of the patient.
    begin : callable
        Is called when a device comes in.
    clock : callable
        Returns seconds.
    """

    def __init__(
        self,
        language: str,
        begin: Callable[[], None],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._language = language
        self._begin = begin
        self._clock = clock
        self._key: bytes | None = None
        self._token: bytes | None = None
        self._session: Session | None = None
        self._until = 0.0

    def new_key(self) -> str:
        """Return a key for a new link; one that was not opened yet is void from now on."""
        key = secrets.token_urlsafe(32)
        self._key, self._key_until = key.encode(), self._clock() + 60 * MINUTES
        return key

    def accepts(self, key: str) -> bool:
        """Return whether a key opens the page; it is used up by this."""
        expected, given = self._key, key.encode(errors="replace")
        if expected is None or self._clock() >= self._key_until:
            return False
        if not hmac.compare_digest(given, expected):
            return False
        self._key = None
        return True

    def open(self) -> str:
        """Let a device in, and the one before it out; return its token."""
        token = secrets.token_urlsafe(32)
        # Nobody knows the code: this device stays in patient mode.
        lock = PatientLock.of(secrets.token_urlsafe(32), self._language)
        self._token, self._session = digest(token), Session(lock, paired=True)
        self._until = self._clock() + 60 * MINUTES
        self._begin()
        return token

    def find(self, token: str) -> Session | None:
        """Return the session of a token, while it lasts."""
        if self._token is None or self._clock() >= self._until:
            return None
        return self._session if hmac.compare_digest(digest(token), self._token) else None


class PairedWork:
    """The drawing of a paired device, handed on to the therapist with every change.

    The device reads back its own drawing and never what the therapist has. When the therapist
    changes what was handed on, the visit is over: the last drawing of the device is kept aside.

    Parameters
    ----------
    kept : WorkFile
        The therapist's.
    """

    def __init__(self, kept: WorkFile) -> None:
        self._kept = kept
        self._own: Work | None = None
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Make room for a new patient."""
        with self._lock:
            self._kept.put_aside()
            self._own = Work(revision=self._kept.get().revision)

    def get(self) -> Work:
        """Return what this device drew."""
        with self._lock:
            return self._own or Work()

    def put(self, drawing: dict[str, Any], revision: int) -> Work:
        """Keep a drawing of this device, and hand it on.

        Raises
        ------
        Refusal
            If it replaces another than the last one, or the therapist has gone on.
        """
        with self._lock:
            if self._own is None:
                raise _over()
            if revision != self._own.revision:
                raise Refusal(
                    409, "stale", "the drawing was changed meanwhile", where="body.revision"
                )
            try:
                self._own = self._kept.put(drawing, revision)
            except Refusal:
                self._kept.keep_aside(Work(drawing=drawing))
                self._own = None
                raise _over() from None
            return self._own


def _over() -> Refusal:
    return Refusal(410, "closed", "this visit is over; hand the device back")


def create_pair_app(
    atlas: Atlas, sessions: PairSessions, own: PairedWork, host: str, port: int
) -> FastAPI:
    """Return the app for a second device.

    Parameters
    ----------
    atlas : Atlas
        Gives the chart and the core questions.
    sessions : PairSessions
        Who is let in.
    own : PairedWork
        What the device draws.
    host, port
        Where it is served, over TLS.
    """
    app = bare_app([chart_routes(atlas), own_routes(own)])
    app.add_middleware(Guard, sessions=sessions, names=(host,), port=port, scheme="https")
    return app
