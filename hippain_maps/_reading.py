"""Read a file from outside: once, no further than a cap, with one line where it cannot be read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from hippain_maps._json import one_line
from hippain_maps.errors import DrawingError


def fetch(source: str | os.PathLike[str] | BinaryIO, most: int) -> tuple[str, bytes]:
    """Return a name for people, and at most one byte more than `most` allows.

    Parameters
    ----------
    source : path or binary file
        Where to read.
    most : int
        Bytes that the caller accepts; one more tells it that there are too many.

    Raises
    ------
    DrawingError
        If there is no such file, or it is a folder or cannot be read; ``where`` names it.
    """
    name, stream = opened(source, "one drawing file")
    if not isinstance(source, str | os.PathLike):
        return name, stream.read(most + 1)
    try:
        with stream:
            return name, stream.read(most + 1)
    except OSError as error:
        raise _unreadable(error, name) from None


def opened(source: str | os.PathLike[str] | BinaryIO, what: str) -> tuple[str, BinaryIO]:
    """Return a name for people, and the opened file; an opened one as it is.

    Parameters
    ----------
    source : path or binary file
        Where to read.
    what : str
        What is to be given in place of a folder.

    Raises
    ------
    DrawingError
        As `fetch`.
    """
    if not isinstance(source, str | os.PathLike):
        return one_line(str(getattr(source, "name", "input"))), source
    name = one_line(os.fspath(source))
    try:
        if Path(source).is_dir():
            raise DrawingError(f"this is a folder; give {what}", where=name)
        return name, open(source, "rb")
    except DrawingError:
        raise
    except FileNotFoundError:
        raise DrawingError("there is no such file", where=name) from None
    except (OSError, ValueError) as error:
        raise _unreadable(error, name) from None


def _unreadable(error: Exception, name: str) -> DrawingError:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return DrawingError(f"the file cannot be read: {reason}", where=name)
