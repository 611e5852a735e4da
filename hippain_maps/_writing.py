"""Write a file whole or not at all: beside the target, flushed, then renamed."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

from hippain_maps._json import one_line
from hippain_maps.errors import OutputError


def write_whole(path: str | os.PathLike[str], write: Callable[[Path], None]) -> Path:
    """Have a file written beside its target, then put it in its place in one step.

    The target is never seen half written, and an old file stays if writing fails. A link is
    followed to the file that it names, so that the link stays one. A file that is there keeps its
    permissions, and is not replaced if they forbid writing. A device or pipe is written to as it
    is.

    Parameters
    ----------
    path : path
        The target.
    write : callable
        Writes the file at the path that it is given.

    Raises
    ------
    OutputError
        If the file cannot be written; the message names it.
    """
    # Here and not above: most runs write nothing.
    import secrets

    name = one_line(os.fspath(path))
    try:
        if Path(path).exists() and not (Path(path).is_file() or Path(path).is_dir()):
            # Renaming a file over /dev/null would leave the machine without one.
            write(Path(path))
            return Path(path)
        target = Path(os.path.realpath(path))
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        beside = target.with_name(f".hippain-{secrets.token_hex(4)}.tmp")
        try:
            write(beside)
            with open(beside, "rb+") as stream:
                os.fsync(stream.fileno())
            if target.is_file():
                os.chmod(beside, stat.S_IMODE(target.stat().st_mode))
            os.replace(beside, target)
        finally:
            beside.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise OutputError(f"cannot write '{name}': {reason}") from None
    return target


def write_text(path: str | os.PathLike[str], text: str) -> Path:
    """Write text as UTF-8 with plain line ends, whole or not at all.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """

    def write(beside: Path) -> None:
        beside.write_text(text, encoding="utf-8", newline="\n")

    return write_whole(path, write)
