"""Write a file whole or not at all: beside the target, flushed, then renamed."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

from hippain_maps._json import one_line
from hippain_maps.errors import OutputError

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL


def write_whole(
    path: str | os.PathLike[str], write: Callable[[Path], None], *, public: bool = False
) -> Path:
    """Have a file written beside its target, then put it in its place in one step.

    The target is never seen half written, and an old file stays if writing fails. A new file can
    be read by its owner alone, from the first byte on. A file that is there keeps its permissions,
    and is not replaced if they forbid writing. A link of one's own is followed to the file that it
    names, so that the link stays one; a link or a file of somebody else is left alone. A device or
    pipe is written to as it is.

    Parameters
    ----------
    path : path
        The target.
    write : callable
        Writes the file at the path that it is given, where an empty one lies ready.
    public : bool
        Whether the file says nothing of a person, and is to be read by others: a web page, a schema
        of the atlas. A new one then has the permissions that the system gives.

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
        _check_ours(Path(path))
        target = Path(os.path.realpath(path))
        _check_ours(target)
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        beside = target.with_name(f".hippain-{secrets.token_hex(4)}.tmp")
        # Made here and by nobody else, with its final mode: never open to others for a moment.
        os.close(os.open(beside, _NEW, 0o666 if public else 0o600))
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


def _check_ours(path: Path) -> None:
    """Refuse a file or link of somebody else, who may have put it there to have it followed."""
    if os.name == "posix" and os.path.lexists(path):
        found = path.lstat()
        if found.st_uid != os.geteuid() and not stat.S_ISDIR(found.st_mode):
            kind = "link" if stat.S_ISLNK(found.st_mode) else "file"
            raise PermissionError(
                errno.EACCES, f"the {kind} that is there belongs to somebody else; choose another"
            )


def write_text(path: str | os.PathLike[str], text: str, *, public: bool = False) -> Path:
    """Write text as UTF-8 with plain line ends, whole or not at all; see `write_whole`.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """

    def write(beside: Path) -> None:
        beside.write_text(text, encoding="utf-8", newline="\n")

    return write_whole(path, write, public=public)
