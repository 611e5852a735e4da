"""The unsaved drawing, kept in a private file so that it outlives a reload and a restart.

The file is read and written at every call, and nothing of it stays in memory: two windows, or two
viewers, see the same drawing, and the revision tells the second writer that it came too late.
"""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError

from hippain_maps._writing import write_whole
from hippain_maps.errors import OutputError
from hippain_maps.viewer.faults import LOG, Refusal

M = TypeVar("M", bound=BaseModel)

KEPT_ASIDE = 5
"""Drawings that are kept aside at the most; the oldest goes first."""


class Work(BaseModel):
    """The unsaved drawing.

    Parameters
    ----------
    drawing : dict or None
        A drawing file; None where there is nothing.
    saved : str or None
        When, in UTC.
    revision : int
        Counts up with every change.
    """

    drawing: dict[str, Any] | None = None
    saved: str | None = None
    revision: int = Field(default=0, ge=0)


class Aside(BaseModel):
    """Drawings that made room for a patient, the newest first."""

    drawings: list[Work] = Field(default_factory=list)


class WorkFile:
    """The unsaved drawing in a folder of its own.

    Parameters
    ----------
    folder : path
        Private to the person; made when the first drawing is saved.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "work.json"
        self.aside_path = folder / "aside.json"
        self._least = 0
        self._lock = threading.RLock()

    def get(self) -> Work:
        """Return what is kept; nothing if there is no file, or none that can be read."""
        with self._lock:
            work = read_private(self.path, Work) or Work()
            # A removed file does not start to count again, or a late writer would be believed.
            work.revision = max(work.revision, self._least)
            return work

    def put(self, drawing: dict[str, Any], revision: int) -> Work:
        """Keep a drawing in place of the one that the caller saw.

        Parameters
        ----------
        drawing : dict
            A drawing file, checked.
        revision : int
            Of the drawing that it replaces.

        Raises
        ------
        Refusal
            If another was saved in between.
        OutputError
            If it cannot be written.
        """
        with self._lock:
            now = self.get().revision
            if revision != now:
                raise Refusal(
                    409,
                    "stale",
                    f"the drawing was changed elsewhere: revision {now} is kept, and {revision} "
                    "was to be replaced; get it first",
                    where="body.revision",
                )
            saved = datetime.now(UTC).isoformat(timespec="seconds")
            work = Work(drawing=drawing, saved=saved, revision=now + 1)
            write_private(self.path, work)
            self._least = work.revision
            return work

    def replace(self, drawing: dict[str, Any]) -> Work:
        """Keep a drawing in place of whatever there is; a later writer is told so."""
        with self._lock:
            return self.put(drawing, self.get().revision)

    def clear(self) -> Work:
        """Remove the file; return what is kept now."""
        with self._lock:
            self._least = self.get().revision + 1
            _remove(self.path)
            return self.get()

    def put_aside(self) -> None:
        """Make room for a patient: move the drawing, if there is one, to those kept aside."""
        with self._lock:
            self.keep_aside(self.get())
            self.clear()

    def keep_aside(self, work: Work) -> None:
        """Keep a drawing beside the one that is worked on; an empty one is not worth it."""
        if work.drawing and work.drawing.get("features"):
            with self._lock:
                kept = [work, *self.aside().drawings][:KEPT_ASIDE]
                write_private(self.aside_path, Aside(drawings=kept))

    def aside(self) -> Aside:
        """Return the drawings kept aside."""
        with self._lock:
            return read_private(self.aside_path, Aside) or Aside()

    def forget_aside(self) -> None:
        """Remove the drawings kept aside."""
        with self._lock:
            _remove(self.aside_path)


def read_private(path: Path, model: type[M]) -> M | None:
    """Return a file of ours; one that is not is put out of the way, since it may be somebody's."""
    try:
        return model.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unwritten("read", path, error) from None
    except ValidationError:
        LOG.warning("%s holds no drawing of ours; it is now called %s.unreadable", path, path.name)
        try:
            os.replace(path, path.with_name(f"{path.name}.unreadable"))
        except OSError as error:
            raise _unwritten("rename", path, error) from None
        return None


def write_private(path: Path, model: BaseModel) -> None:
    """Write a file that nobody else can read, not even while it is written."""

    def write(beside: Path) -> None:
        beside.write_bytes(model.model_dump_json().encode())

    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists():
            # The new file takes over the mode of the old one.
            path.chmod(0o600)
    except OSError as error:
        raise _unwritten("write", path, error) from None
    write_whole(path, write)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritten("remove", path, error) from None


def _unwritten(what: str, path: Path, error: OSError) -> OutputError:
    return OutputError(f"cannot {what} '{path}': {error.strerror or type(error).__name__}")
