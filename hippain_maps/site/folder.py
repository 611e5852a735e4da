"""Put a site into a folder, and take away what an older one left there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path, PurePosixPath

from hippain_maps._writing import write_text, write_whole
from hippain_maps.errors import OutputError

MANIFEST = "site-files.txt"
"""Lists what a site consists of, so that the next one takes away no file of anybody else's."""
_FIRST = "# The files of this site, made by hippain site; the next one replaces them."


def check_folder(folder: str | Path) -> Path:
    """Return the folder as a path, before any work is done.

    Raises
    ------
    OutputError
        If it is a file, or holds something and no site of ours.
    """
    place = Path(folder)
    if place.exists() and not place.is_dir():
        raise OutputError(f"{place}: this is a file; name a folder")
    if place.is_dir() and any(place.iterdir()) and _listed(place) is None:
        raise OutputError(
            f"{place}: the folder holds other files; name a new or empty one, or that of an "
            "earlier site"
        )
    if not place.exists() and not place.resolve().parent.is_dir():
        raise OutputError(f"{place}: there is no folder {place.parent}; make it first")
    return place


def write_site(files: Mapping[str, bytes], folder: str | Path) -> Path:
    """Write the files of a site.

    An earlier site in the folder is replaced: its files that the new one lacks are removed, and
    nothing else is.

    Parameters
    ----------
    files : mapping of str to bytes
        What `build_site` returned: contents by path.
    folder : path
        A new or empty folder, or that of an earlier site.

    Raises
    ------
    OutputError
        If it cannot be written there.
    """
    place = check_folder(folder)
    old = _listed(place) or set()
    for path, content in files.items():
        target = place / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"cannot make '{target.parent}': {error.strerror}") from None
        if target.is_file() and target.read_bytes() == content:
            continue
        write_whole(target, partial(_write, content), public=True)
    for path in old - set(files):
        (place / path).unlink(missing_ok=True)
    listed = "".join(f"{line}\n" for line in [_FIRST, *sorted(files)])
    write_text(place / MANIFEST, listed, public=True)
    return place


def _write(content: bytes, path: Path) -> None:
    path.write_bytes(content)


def _listed(place: Path) -> set[str] | None:
    """Return the files of an earlier site, None where there is none.

    A name that leads out of the folder is left alone.
    """
    try:
        first, *paths = (place / MANIFEST).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError, ValueError):
        return None
    if first != _FIRST:
        return None
    return {path for path in paths if path and not _leads_out(path)}


def _leads_out(path: str) -> bool:
    return PurePosixPath(path).is_absolute() or ".." in path or ":" in path or "\\" in path
