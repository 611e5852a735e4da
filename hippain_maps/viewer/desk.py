"""Which visit is open: a number in a private file, so that a reload or a restart goes on with it.

The drawing on the page is kept apart (`work`); this says where else it belongs. The visit is open
for every window of the viewer, as the drawing is.
"""

from __future__ import annotations

import threading
from pathlib import Path

from pydantic import BaseModel

from hippain_maps.viewer.work import read_private, write_private


class OpenVisit(BaseModel):
    """The number of the visit that is open; None where there is none.

    Parameters
    ----------
    visit : int or None
        Its number in the store.
    revision : int
        Of the visit, when this viewer last read or saved it: a later one in the store was saved
        elsewhere, and is not to be overwritten by what is on the page.
    store : str
        Which store that is: another one has other numbers.
    """

    visit: int | None = None
    revision: int = 0
    store: str = ""


class Desk:
    """Where the number of the open visit is kept.

    Parameters
    ----------
    folder : path
        Private to the person.
    store : path
        The store that the visits are in.
    """

    def __init__(self, folder: Path, store: Path) -> None:
        self.path = folder / "desk.json"
        self._store = str(store.absolute())
        self._lock = threading.Lock()

    def get(self) -> OpenVisit:
        """Return the visit that is open."""
        with self._lock:
            found = read_private(self.path, OpenVisit) or OpenVisit()
            return found if found.store == self._store else OpenVisit()

    def put(self, visit: int | None, revision: int = 0) -> None:
        """Open a visit, or none."""
        with self._lock:
            kept = OpenVisit(visit=visit, revision=revision, store=self._store)
            write_private(self.path, kept)
