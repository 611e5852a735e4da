"""Who may ask: keys that open the viewer, the browsers that have been let in, the patient lock.

The printed link carries the secret of the run. A browser that opens it gets a cookie of its own,
and the secret leaves its address bar. The browser that the program opens itself gets a key that
works once, because the address it is started with can be seen by others on the same machine.

Limits
------
Cookies of 127.0.0.1 go to every port of it: a hostile server on the same machine could read ours,
if this browser were made to open it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from hippain_maps.viewer.faults import Refusal
from hippain_maps.viewer.rates import Rate

_MOST = 64
"""Browsers that are remembered; the one that came first is forgotten first."""

_COST = {"n": 2**14, "r": 8, "p": 1}
"""Of hashing a code: some tens of milliseconds, so that few can be tried."""


@dataclass(frozen=True)
class PatientLock:
    """A code that must be given to leave patient mode.

    Parameters
    ----------
    language : str
        Of the patient.
    """

    language: str
    _salt: bytes = field(repr=False)
    _hash: bytes = field(repr=False)
    _tries: Rate = field(repr=False)

    @classmethod
    def of(cls, code: str, language: str) -> PatientLock:
        """Return a lock for a code, which itself is not kept."""
        salt = secrets.token_bytes(16)
        tries = Rate("tries", burst=5, per_second=5 / 60)
        return cls(language, salt, _hashed(code, salt), tries)

    def opens(self, code: str) -> bool:
        """Return whether this is the code.

        Raises
        ------
        Refusal
            If too many were tried.
        """
        self._tries.take()
        return hmac.compare_digest(_hashed(code, self._salt), self._hash)


def _hashed(code: str, salt: bytes) -> bytes:
    return hashlib.scrypt(code.encode(), salt=salt, **_COST)


@dataclass
class Session:
    """One browser that has been let in.

    Parameters
    ----------
    lock : PatientLock or None
        What keeps it in patient mode.
    paired : bool
        Whether it is a second device, which never leaves that mode.
    """

    lock: PatientLock | None = None
    paired: bool = False

    def lock_with(self, code: str, language: str) -> None:
        """Enter patient mode."""
        self.lock = PatientLock.of(code, language)

    def leave(self, code: str) -> None:
        """Leave patient mode; nothing happens outside it.

        Raises
        ------
        Refusal
            If the code is wrong, or too many were tried.
        """
        if self.lock is None:
            return
        if not self.lock.opens(code):
            raise Refusal(403, "wrong_code", "this is not the code", where="body.code")
        self.lock = None


class Sessions:
    """The browsers of one run.

    Parameters
    ----------
    secret : str
        What the printed link carries.
    token : callable
        Returns a new unguessable text.
    """

    def __init__(
        self, secret: str, *, token: Callable[[], str] = lambda: secrets.token_urlsafe(32)
    ) -> None:
        self._secret = secret.encode()
        self._token = token
        self._once: bytes | None = None
        self._open: OrderedDict[bytes, Session] = OrderedDict()

    def key_for_one_opening(self) -> str:
        """Return a key that opens the viewer once, instead of one given before."""
        key = self._token()
        self._once = key.encode()
        return key

    def accepts(self, key: str) -> bool:
        """Return whether a key opens the viewer; one that works once is used up by this."""
        given = key.encode(errors="replace")
        if self._once is not None and hmac.compare_digest(given, self._once):
            self._once = None
            return True
        return hmac.compare_digest(given, self._secret)

    def open(self) -> str:
        """Let a browser in; return its token."""
        token = self._token()
        self._open[digest(token)] = Session()
        while len(self._open) > _MOST:
            self._open.popitem(last=False)
        return token

    def find(self, token: str) -> Session | None:
        """Return the session of a token.

        The table holds hashes, so that the time of looking one up tells nothing of the others.
        """
        return self._open.get(digest(token))


def digest(token: str) -> bytes:
    """Return what a token is kept as."""
    return hashlib.sha256(token.encode(errors="replace")).digest()
