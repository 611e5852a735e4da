"""The shipped atlas as it was last built, kept in the user's cache folder.

Checking and building the atlas from its YAML takes a second; reading it back takes a fiftieth of
that. What is kept is found by a hash over everything it was made from: the YAML files, the code of
this package and the versions of the libraries. Whatever of it changes, the files are read anew. It
is never needed: where it is missing, damaged, somebody else's, or cannot be written, the atlas is
built as if there were no such thing, and nothing is said.

``HIPPAIN_CACHE`` names another folder, or is ``off``.
"""

from __future__ import annotations

import contextlib
import os
import stat
import struct
import zlib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

import numpy as np
import shapely

from hippain_maps._limits import MAX_CACHE_BYTES
from hippain_maps._plain import Plain, from_plain, to_plain
from hippain_maps._writing import write_whole
from hippain_maps.errors import OutputError

if TYPE_CHECKING:
    import hashlib

T = TypeVar("T")

_PACKAGE = Path(__file__).resolve().parent
_MAGIC = b"hippain1"
_HEAD = struct.Struct("=8sIxxxxQQQ")
"""Of a file: check sum over all that follows, count of floats and of ints, bytes of text. They
stand in it in this order. What reads a zip of arrays takes longer
to import than this to read."""

_KEPT = 8
"""Files of one kind that are left in the folder: of versions and checkouts side by side."""


def cached(
    name: str, sources: Sequence[Path], kinds: Sequence[type[object]], build: Callable[[], T]
) -> T:
    """Return what `build` returns, from the cache if it is there.

    Parameters
    ----------
    name : str
        What it is; part of the file name.
    sources : sequence of path
        The YAML files, or folders of them, that it is built from, and nothing else.
    kinds : sequence of dataclass
        Of what it is made, see `hippain_maps._plain`.
    build : callable
        Builds it from the files. What it raises is passed on, and nothing is kept.
    """
    return cached_with_key(name, sources, kinds, build)[0]


def cached_with_key(
    name: str, sources: Sequence[Path], kinds: Sequence[type[object]], build: Callable[[], T]
) -> tuple[T, str | None]:
    """Return the same as `cached`, and under which key it is kept; None if it is not.

    What is made of it alone can be `kept` under the same key.
    """
    key = fingerprint(sources) if _folder() else None
    if key is None:
        return build(), None
    stale = False

    def still() -> bool:
        # A file that was edited meanwhile may have been read as it was before or after.
        nonlocal stale
        stale = fingerprint(sources) != key
        return not stale

    found = kept(name, key, kinds, build, may_keep=still)
    return found, None if stale else key


def kept(
    name: str,
    key: str | None,
    kinds: Sequence[type[object]],
    build: Callable[[], T],
    *,
    may_keep: Callable[[], bool] = lambda: True,
) -> T:
    """Return what `build` returns, from the cache if it is there under a key.

    Parameters
    ----------
    name, kinds, build
        As for `cached`.
    key : str or None
        Stands for all that it is made from; with None nothing is kept.
    may_keep : callable, optional
        Asked after building whether the result may be kept.
    """
    place = _folder() if key else None
    if place is None:
        return build()
    path = place / f"{name}-{key}.kept"
    try:
        found: T = from_plain(_read(path), kinds)
    except FileNotFoundError:
        pass
    except Exception:
        # However it is damaged: it is made again.
        pass
    else:
        return found
    built = build()
    if may_keep():
        # A cache that cannot be filled is no reason to fail.
        with contextlib.suppress(OSError, OutputError, TypeError, ValueError):
            _write(path, to_plain(built, kinds))
    return built


def fingerprint(sources: Sequence[Path], *, package: Path = _PACKAGE) -> str | None:
    """Return a hash over all that something is made from; None where that cannot be told.

    Parameters
    ----------
    sources : sequence of path
        YAML files, and folders of them.
    package : path
        Whose modules build it.
    """
    import hashlib

    digest = hashlib.sha256()
    try:
        digest.update(_code(package))
        for source in sources:
            _add(digest, source, ".yaml")
    except OSError:
        return None
    return digest.hexdigest()[:32]


@cache
def _code(package: Path) -> bytes:
    """Return a hash over the code and the libraries, which a process loads once."""
    import hashlib

    digest = hashlib.sha256()
    libraries = (np.__version__, shapely.__version__, shapely.geos_version_string)
    digest.update(repr(libraries).encode())
    _add(digest, package, ".py")
    return digest.digest()


def _add(digest: hashlib._Hash, place: Path, ending: str) -> None:
    """Add a file, or the files of a folder with an ending, to a hash."""
    if place.suffix == ending:
        paths = [str(place)]
    else:
        names = sorted(name for name in os.listdir(place) if name.endswith(ending))
        paths = [os.path.join(place, name) for name in names]
    if not paths:
        raise FileNotFoundError(place)
    for path in paths:
        with open(path, "rb") as stream:
            content = stream.read()
        digest.update(f"{ending} {os.path.basename(path)} {len(content)}\n".encode())
        digest.update(content)


def _folder() -> Path | None:
    """Return the folder for what is kept; None if there is to be none, or it is not safe."""
    given = os.environ.get("HIPPAIN_CACHE", "")
    if given.strip().lower() == "off":
        return None
    if given:
        return Path(given)
    import platformdirs

    place = Path(platformdirs.user_cache_dir("hippain_maps", appauthor=False))
    return place if place.is_absolute() and _is_ours(place) else None


def _is_ours(place: Path) -> bool:
    """Return whether a folder, or the one it would be made in, belongs to this user.

    An administrator who works in a user's name must leave nothing in that user's home which the
    user cannot replace; and a home that does not exist is not made.
    """
    if os.name != "posix":
        return True
    there = next((p for p in (place, *place.parents) if p.exists()), None)
    return there is not None and there.stat().st_uid == os.geteuid()


def _read(path: Path) -> Plain:
    """Return what is in a file; an exception of any kind if it is not whole, or not ours."""
    with open(path, "rb") as stream:
        _check(stream)
        content = bytearray(stream.read())
    magic, found, *counts = _HEAD.unpack_from(content)
    sizes = [8 * counts[0], 8 * counts[1], counts[2]]
    if magic != _MAGIC or _HEAD.size + sum(sizes) != len(content):
        raise ValueError("this is not a file of ours")
    if zlib.crc32(memoryview(content)[_HEAD.size :]) != found:
        raise ValueError("the file is damaged")
    # It holds numbers and text, and nothing that is run.
    floats = np.frombuffer(content, np.float64, counts[0], _HEAD.size)
    ints = np.frombuffer(content, np.int64, counts[1], _HEAD.size + sizes[0])
    return Plain(content[_HEAD.size + sizes[0] + sizes[1] :].decode(), floats, ints)


def _check(stream: IO[bytes]) -> None:
    found = os.fstat(stream.fileno())
    ours = os.name != "posix" or (
        found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    )
    if not ours or found.st_size > MAX_CACHE_BYTES:
        raise ValueError("this is not a file of ours")


def _write(path: Path, plain: Plain) -> None:
    def write(beside: Path) -> None:
        parts = [plain.floats.tobytes(), plain.ints.tobytes(), plain.text.encode()]
        content = b"".join(parts)
        head = _HEAD.pack(
            _MAGIC, zlib.crc32(content), len(plain.floats), len(plain.ints), len(parts[2])
        )
        beside.write_bytes(head + content)

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # A damaged file is put out of the way: a new one would take over its permissions.
    path.unlink(missing_ok=True)
    write_whole(path, write)
    name = path.name.partition("-")[0]
    others = sorted(path.parent.glob(f"{name}-*.kept"), key=lambda p: p.stat().st_mtime)
    for old in others[:-_KEPT]:
        old.unlink(missing_ok=True)
