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
    if not isinstance(source, str | os.PathLike):
        name = one_line(str(getattr(source, "name", "input")))
        return name, source.read(most + 1)
    name = one_line(os.fspath(source))
    try:
        if Path(source).is_dir():
            raise DrawingError("this is a folder; give one drawing file", where=name)
        with open(source, "rb") as stream:
            return name, stream.read(most + 1)
    except DrawingError:
        raise
    except FileNotFoundError:
        raise DrawingError("there is no such file", where=name) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise DrawingError(f"the file cannot be read: {reason}", where=name) from None
