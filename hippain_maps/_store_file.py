"""The file of the store: opened or refused, written whole or not at all, and emptied.

What the disk or the database objects to becomes one sentence that says what to do.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import platformdirs

from hippain_maps._json import one_line
from hippain_maps._store_schema import APPLICATION, VERSION, migrate
from hippain_maps.errors import StoreError

_WAIT_S = 10.0
"""How long a save waits for another program that is writing."""

_HEADER = b"SQLite format 3\x00"

_READ_ONLY = "it may only be read ({}); make file and folder writable, or name another (--store)"
_FULL = "there is no room left ({}); nothing that was saved is lost; make room and save again"
_DAMAGED = "it is damaged ({}); restore a copy of it"
_BUSY = "another program is writing to it and does not stop ({}); try again"
_FAILED = "the disk failed or is full ({}); nothing that was saved is lost; look at the disk"

_REMEDIES: Mapping[int, str] = {
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.EROFS: _READ_ONLY,
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EISDIR: "it is a folder ({}); name a file",
    errno.ENOTDIR: "a part of its path is no folder ({}); name another place",
    -sqlite3.SQLITE_READONLY: _READ_ONLY,
    -sqlite3.SQLITE_CANTOPEN: _READ_ONLY,
    -sqlite3.SQLITE_FULL: _FULL,
    -sqlite3.SQLITE_CORRUPT: _DAMAGED,
    -sqlite3.SQLITE_NOTADB: _DAMAGED,
    -sqlite3.SQLITE_BUSY: _BUSY,
    -sqlite3.SQLITE_IOERR: _FAILED,
}
"""What to do about an error number of the system, or of SQLite (negative)."""


def default_path() -> Path:
    """Return where the store lies unless said otherwise: the user's own data folder."""
    return Path(platformdirs.user_data_dir("hippain_maps", appauthor=False)) / "visits.sqlite"


class StoreFile:
    """One SQLite file of ours, open.

    Parameters
    ----------
    path : path, optional
        The file; made if it is not there. By default `default_path`.

    Raises
    ------
    StoreError
        If the file is no store, is damaged, is newer than this program, or cannot be read or
        written. A file that is refused is left as it is.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self.path = Path(path) if path is not None else default_path()
        self._db = self._open()

    # --- Opening and closing ---

    def _open(self) -> sqlite3.Connection:
        self._refuse_foreign()
        with self._told("open"):
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Made with its final mode: there is no moment at which others could read it.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            os.chmod(self.path, 0o600)
            db = sqlite3.connect(self.path, timeout=_WAIT_S, isolation_level=None)
        try:
            with self._told("open"):
                db.row_factory = sqlite3.Row
                self._check(db)
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = FULL")
                db.execute("PRAGMA secure_delete = ON")
                migrate(db)
                db.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            db.close()
            raise
        return db

    def _refuse_foreign(self) -> None:
        """Refuse what is no database before anything is written to it."""
        try:
            with open(self.path, "rb") as stream:
                head = stream.read(100)
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._error("open", self._why(error)) from None
        if head and (len(head) < 100 or not head.startswith(_HEADER)):
            raise self._error("open", "it is no store, or it is cut off; nothing was changed")
        if head and int.from_bytes(head[68:72], "big") not in (0, APPLICATION):
            raise self._error("open", "it is another program's database; nothing was changed")
        if head and self._is_cut_off(head):
            raise self._error(
                "open", "it is cut off: part of the file is missing; restore a copy of it"
            )

    def _is_cut_off(self, head: bytes) -> bool:
        """Return whether the file is shorter than its header says, and no log makes up for it."""
        size = int.from_bytes(head[16:18], "big")
        pages = int.from_bytes(head[28:32], "big")
        counted = head[24:28] == head[92:96]
        log = self.path.with_name(self.path.name + "-wal")
        with self._told("open"):
            if not counted or (log.exists() and log.stat().st_size):
                return False
            return self.path.stat().st_size < pages * (65536 if size == 1 else size)

    def _check(self, db: sqlite3.Connection) -> None:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        (mark,) = db.execute("PRAGMA application_id").fetchone()
        (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if mark != APPLICATION and tables:
            raise self._error("open", "it is another program's database; nothing was changed")
        if version > VERSION:
            raise self._error(
                "open",
                f"it has version {version} and this program knows version {VERSION}; "
                "update hippain_maps",
            )

    def check(self) -> None:
        """Read the whole file and say if anything in it is damaged; it takes its time.

        Opening looks at the header alone, so that a large store opens as fast as a small one.

        Raises
        ------
        StoreError
            If the file is damaged.
        """
        with self._told("read"):
            (state,) = self._db.execute("PRAGMA integrity_check(1)").fetchone()
            strays = self._db.execute("PRAGMA foreign_key_check").fetchall()
        if state != "ok" or strays:
            said = one_line(str(state)) if state != "ok" else "rows without their patient or visit"
            raise self._error("read", f"it is damaged ({said}); restore a copy of it")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    def _error(self, what: str, why: str) -> StoreError:
        name = one_line(str(self.path))
        return StoreError(f"cannot {what} the store '{name}': {why}", kind="unavailable")

    def _why(self, error: sqlite3.Error | OSError) -> str:
        """Return what the disk or the database objected to, and what to do about it."""
        if isinstance(error, OSError):
            said = error.strerror or str(error)
            return _REMEDIES.get(error.errno or 0, "{}").format(said)
        # Extended codes carry the main one in their lowest byte.
        main = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
        return _REMEDIES.get(-main, "{}").format(one_line(str(error)))

    @contextlib.contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Say in one line what the disk or the database objected to."""
        try:
            yield
        except StoreError:
            raise
        except (sqlite3.Error, OSError) as error:
            raise self._error(what, self._why(error)) from None

    def _busy(self) -> bool:
        """Return whether a transaction is open."""
        return self._db.in_transaction

    @contextlib.contextmanager
    def _saving(self) -> Iterator[None]:
        """Run a change in one transaction; when this returns, it is on the disk."""
        if self._busy():
            # Part of a larger change, which is saved or undone as a whole.
            yield
            return
        with self._told("write"):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                # A full disk may have ended the transaction already.
                if self._busy():
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Join several changes: all of them are saved, or none."""
        with self._saving():
            yield

    def _empty_log(self) -> None:
        """Write the log into the file and cut it off, so that nothing deleted stays in it."""
        if self._busy():
            # Part of a larger change; its end is not ours.
            return
        with self._told("write"):
            (busy, _, _) = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise self._error(
                "empty the log of",
                "what was deleted is gone from it, but another program still reads the log; close "
                "that program, which empties it",
            )
