"""Packs: folders of files of one's own beside the shipped atlas, and what each of them may hold.

========================  ============================================================
``<id>.yaml``             a source: a new one, or one in place of the shipped one
``bibliography.yaml``     citation keys, added
``clues.yaml``            clues with new ids, added
``relations.yaml``        pairs of sources, added, or in place of the same pair
``sets.yaml``             ready-made sets, added, or in place of those of the same id
``ambiguous_places.yaml`` places, added, or in place of those of the same id
``model.yaml``            all constants, in place of the shipped ones
``pack.yaml``             what the pack calls itself; without it, its folder's name
========================  ============================================================

A pack cannot bring red flags: they come before everything, are tested as a whole, and a list that a
folder could shorten or outshout would be no safeguard. Nor can it bring words or muscle outlines,
which figures take from the shipped atlas. Each of these files is refused, not skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hippain_maps._findings import Findings
from hippain_maps._limits import MAX_YAML_BYTES
from hippain_maps.errors import DataError

NOT_SOURCES = frozenset(
    {
        "model",
        "bibliography",
        "clues",
        "red_flags",
        "relations",
        "ambiguous_places",
        "words",
        "sets",
        "muscle_outlines",
        "pack",
    }
)
"""Files beside the sources that are something else."""

TEACHING = frozenset({"words", "sets", "muscle_outlines", "pack"})
"""Files that change no ranking, and not the version."""

NEEDED = NOT_SOURCES - {"muscle_outlines", "pack"}
"""What the shipped folder must hold."""

_SHIPPED_ALONE = {
    "red_flags": "a pack cannot bring red flags: they come before everything and are checked as a "
    "whole; propose yours for the shipped list, and take the file out",
    "words": "a pack cannot bring words; those of the shipped atlas are used, so take the file out",
    "muscle_outlines": "a pack cannot bring muscle outlines; take the file out",
}


@dataclass(frozen=True, slots=True)
class Pack:
    """Where some of an atlas comes from, beside the shipped files.

    Parameters
    ----------
    name : str
        As the pack calls itself, otherwise its folder's name.
    version : str
        As the pack says; otherwise a hash over its files, so that results can be compared.
    adds : tuple of str
        Ids of sources that the shipped atlas does not hold.
    overrides : tuple of str
        Ids of sources that take the place of others, and ``model`` where its constants do.
    licence : str or None
        Of its content, as the pack says.
    folder : Path or None
        Where it was read; in no result.
    """

    name: str
    version: str
    adds: tuple[str, ...]
    overrides: tuple[str, ...]
    licence: str | None = None
    folder: Path | None = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        """Return name and version, as captions and tables say them."""
        return f"{self.name} {self.version}"

    def to_dict(self) -> dict[str, Any]:
        """Return the pack as plain data."""
        return {
            "name": self.name,
            "version": self.version,
            "adds": list(self.adds),
            "overrides": list(self.overrides),
            "licence": self.licence,
        }


@dataclass(frozen=True)
class Folders:
    """The files of several folders, by what they are; where later ones win, they have.

    Parameters
    ----------
    sources : mapping of str to Path
        File of each source, by id.
    homes : mapping of str to list of Path
        The folders that hold each of the other files, in order.
    packs : tuple of Pack
        All folders but the first.
    """

    sources: Mapping[str, Path]
    homes: Mapping[str, Sequence[Path]]
    packs: tuple[Pack, ...]
    owners: Mapping[str, str] = field(default_factory=dict)

    def all_files(self) -> list[Path]:
        """Return every file that changes a ranking."""
        others = [
            folder / f"{name}.yaml"
            for name, folders in self.homes.items()
            if name not in TEACHING
            for folder in folders
        ]
        return [*self.sources.values(), *others]


def find_files(folders: Iterable[Path], problems: Findings, *, only: str | None = None) -> Folders:
    """Return the files of some folders: the shipped one first, then packs.

    Parameters
    ----------
    folders : iterable of Path
        In order; later ones take precedence.
    problems : Findings
        Takes files that a pack may not hold, and folders that are none.
    only : str, optional
        Of packs, the one source to read, with the clues and citations beside it.
    """
    sources: dict[str, Path] = {}
    homes: dict[str, list[Path]] = {}
    packs: list[Pack] = []
    owners: dict[str, str] = {}
    for number, folder in enumerate(folders):
        if not folder.is_dir():
            problems.append(DataError("there is no such folder of patterns", file=str(folder)))
            continue
        files = sorted(folder.glob("*.yaml"))
        misnamed = _misnamed(folder) if number and only is None else []
        if number and only is not None:
            files = [path for path in files if path.stem in (only, "bibliography", "clues", "pack")]
        if not files:
            hint = f"end '{misnamed[0]}' in .yaml" if misnamed else "a source is a file <id>.yaml"
            said = f"there is no .yaml file in this folder of patterns; {hint}"
            problems.append(DataError(said, file=str(folder)))
            continue
        for name in misnamed:
            said = "a file whose name does not end in .yaml is not read; call it .yaml"
            problems.append(DataError(said, file=f"{folder.name}/{name}"))
        if number:
            with problems.gathered():
                packs.append(_pack(folder, files, sources))
        for path in files:
            if number and path.stem in _SHIPPED_ALONE:
                said = _SHIPPED_ALONE[path.stem]
                problems.append(DataError(said, file=f"{folder.name}/{path.name}"))
            elif path.stem == "model":
                homes["model"] = [folder]
            elif path.stem in NOT_SOURCES:
                homes.setdefault(path.stem, []).append(folder)
            else:
                sources[path.stem] = path
                if number and packs:
                    owners[path.stem] = packs[-1].name
    for name in sorted(NEEDED - set(homes)):
        problems.append(DataError("the file is missing", file=f"patterns/{name}.yaml"))
    return Folders(sources, homes, tuple(packs), owners)


def _misnamed(folder: Path) -> list[str]:
    """Return the files that look like YAML but are not called so, and would be passed over."""
    # Asked of the name as it is written: some systems find a.YAML as a.yaml.
    return [
        path.name
        for path in sorted(folder.iterdir())
        if re.search(r"\.ya?ml(\.txt)?$", path.name, re.I) and path.suffix != ".yaml"
    ]


def _content(path: Path) -> bytes:
    """Return a file as far as it may be read; why it may not is told where it is read."""
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_YAML_BYTES)
    except OSError:
        return b""


def _pack(folder: Path, files: Sequence[Path], known: Mapping[str, Path]) -> Pack:
    from hippain_maps._pattern_files import read_pack

    own = [path.stem for path in files if path.stem not in NOT_SOURCES]
    import hashlib

    digest = hashlib.sha256()
    for path in files:
        # Line ends differ between checkouts, the content does not.
        digest.update(path.name.encode() + _content(path).replace(b"\r\n", b"\n"))
    entry = read_pack(folder)[0] if (folder / "pack.yaml").is_file() else None
    constants = ["model"] if folder / "model.yaml" in files else []
    return Pack(
        name=entry.name if entry else folder.resolve().name,
        version=(entry and entry.version) or digest.hexdigest()[:8],
        adds=tuple(name for name in own if name not in known),
        overrides=(*(name for name in own if name in known), *constants),
        licence=entry.licence if entry else None,
        folder=folder,
    )
