"""The names that files of a body give, and those they use: each given once, each used one given.

Names are looked for in what is written, whether or not the form of a file is right, so that one
reading tells every problem. Where a fault hides which names a file gives, a name that it might
have given is not called unknown.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hippain_maps._limits import MAX_BODY_NAMES, MAX_GROUP_DEPTH
from hippain_maps._yaml import FieldPath, YamlFile
from hippain_maps.errors import DataError, did_you_mean
from hippain_maps.geometry import INSET_VIEWS

Files = Mapping[str, YamlFile]
"""The files that could be read, by their names without ``.yaml``."""

_MISSING_SHOWN = 5


def limb_region(part: str, band: int, sector: str) -> str:
    """Return the id of a region of a limb; bands count from 1, at the top.

    Examples
    --------
    >>> limb_region("thigh", 1, "lateral")
    'thigh_1_lateral'
    """
    return f"{part}_{band}_{sector}"


@dataclass
class _Names:
    """Names of one kind, and patterns of what faulty entries may have given beside them."""

    given: dict[str, None] = field(default_factory=dict)
    perhaps: list[str] = field(default_factory=list)

    def __contains__(self, name: str) -> bool:
        return name in self.given or any(fnmatch.fnmatchcase(name, one) for one in self.perhaps)


def name_faults(files: Files) -> Iterator[DataError]:
    """Yield every problem with the names in the files of a body, kind by kind."""
    yield from _too_many(files)
    landmarks = _Names()
    _add_keys(landmarks, files, "free_borders", "landmarks")
    borders = _Names()
    for stem in ("sections", "free_borders"):
        for name in _add_keys(borders, files, stem, "borders"):
            yield files[stem].error(f"the border '{name}' is drawn twice", ("borders", name))
    yield from _border_faults(files, landmarks, borders)
    regions = _Names()
    yield from _standing_regions(files, regions)
    yield from _inset_regions(files, regions)
    if "groups" in files:
        faults = list(_group_faults(files["groups"], regions))
        yield from faults
        if not faults and not regions.perhaps:
            yield from _held_by_no_area(files["groups"], regions)


def expand_groups(
    members: Mapping[str, Sequence[str]], regions: Collection[str]
) -> tuple[dict[str, frozenset[str]], list[tuple[str, int, str]]]:
    """Return the regions of each group, and which members cannot be, with what is wrong with them.

    Parameters
    ----------
    members : mapping of str to sequence of str
        Regions, groups and patterns; what is none of these is left out.
    regions : collection of str
        All regions.

    Examples
    --------
    >>> expand_groups({"leg": ["calf", "foot_*"], "calf": ["calf_1"]}, ["calf_1", "foot_2"])[1]
    []
    """
    done: dict[str, frozenset[str]] = {}
    wrong: list[tuple[str, int, str]] = []

    def expand(group: str, above: tuple[str, ...]) -> frozenset[str]:
        if group in done:
            return done[group]
        found: set[str] = set()
        for number, member in enumerate(members[group]):
            if member in regions:
                found.add(member)
            elif member in above:
                wrong.append((group, number, f"the group '{member}' contains itself"))
            elif member in members and len(above) == MAX_GROUP_DEPTH:
                said = f"groups within groups are deeper than {MAX_GROUP_DEPTH}; name regions here"
                wrong.append((group, number, said))
            elif member in members:
                found.update(expand(member, (*above, member)))
            else:
                found.update(fnmatch.filter(regions, member))
        done[group] = frozenset(found)
        return done[group]

    for group in members:
        expand(group, (group,))
    return done, wrong


# --- what is written, whatever its form


def _mapping(data: Any, key: str) -> dict[str, Any]:
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def _list(data: Any, key: str) -> list[Any]:
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, list) else []


def _words(data: Any, key: str) -> list[tuple[int, str]]:
    return [(n, word) for n, word in enumerate(_list(data, key)) if isinstance(word, str)]


def _add_keys(names: _Names, files: Files, stem: str, key: str) -> list[str]:
    """Add the keys of a mapping in a file; return those that were there already."""
    data = files[stem].data if stem in files else None
    if not isinstance(data, dict) or not isinstance(data.get(key), dict):
        names.perhaps.append("*")
    keys = _mapping(data, key)
    again = [name for name in keys if name in names.given]
    names.given |= dict.fromkeys(keys)
    return again


def _too_many(files: Files) -> Iterator[DataError]:
    """Yield lists of names that are longer than any body needs."""
    for file in files.values():
        for key in ("landmarks", "borders", "regions", "groups", "limbs"):
            if len(_mapping(file.data, key)) > MAX_BODY_NAMES:
                yield file.error(
                    f"there are more than {MAX_BODY_NAMES} {key}; take some out", (key,)
                )


# --- borders


def _border_faults(files: Files, landmarks: _Names, borders: _Names) -> Iterator[DataError]:
    """Yield landmarks and borders that do not exist."""
    for stem in ("sections", "free_borders"):
        if stem not in files:
            continue
        for name, border in _mapping(files[stem].data, "borders").items():
            ends = [border.get("from"), border.get("to")] if isinstance(border, dict) else []
            used = [*ends, *_list(border, "points")]
            for mark in dict.fromkeys(word for word in used if isinstance(word, str)):
                if mark not in landmarks:
                    near = did_you_mean(mark, landmarks.given)
                    yield files[stem].error(
                        f"there is no landmark '{mark}'{near}", ("borders", name)
                    )
    used_at: list[tuple[str, FieldPath, object]] = []
    if "sections" in files:
        for part, limb in _mapping(files["sections"].data, "limbs").items():
            upper = limb.get("upper_border") if isinstance(limb, dict) else None
            used_at.append(("sections", ("limbs", part, "upper_border"), upper))
    if "hints" in files and isinstance(files["hints"].data, dict):
        for view in files["hints"].data:
            for number, hint in enumerate(_list(files["hints"].data, view)):
                along = hint.get("border") if isinstance(hint, dict) else None
                used_at.append(("hints", (view, number, "border"), along))
    for stem, place, border in used_at:
        if isinstance(border, str) and border not in borders:
            near = did_you_mean(border, borders.given)
            yield files[stem].error(f"there is no border '{border}'{near}", place)


# --- regions


def _standing_regions(files: Files, regions: _Names) -> Iterator[DataError]:
    """Add the regions of limbs, grids and single patches; yield those named twice."""
    for stem, given in (("sections", _limb_regions), ("regions", _patch_regions)):
        if stem not in files:
            regions.perhaps.append("*")
            continue
        for name, place in given(files[stem].data):
            if len(regions.given) > MAX_BODY_NAMES:
                said = f"there are more than {MAX_BODY_NAMES} regions; take some out"
                yield files[stem].error(said, place)
                regions.perhaps.append("*")
                return
            if "*" in name:
                regions.perhaps.append(name)
            elif name in regions.given:
                yield files[stem].error(f"the region '{name}' is named twice", place)
            else:
                regions.given[name] = None


def _limb_regions(data: Any) -> Iterator[tuple[str, FieldPath]]:
    """Yield the regions of limbs; with a ``*`` what a faulty limb may give."""
    if not _mapping(data, "limbs"):
        yield "*", ()
    for part, limb in _mapping(data, "limbs").items():
        levels, sectors = _list(limb, "levels"), _words(limb, "sectors")
        if not levels or not sectors or len(sectors) != len(_list(limb, "sectors")):
            yield f"{part}_*", ()
        for band in range(1, len(levels)):
            for _, sector in sectors:
                yield limb_region(part, band, sector), ("limbs", part)


def _patch_regions(data: Any) -> Iterator[tuple[str, FieldPath]]:
    """Yield the regions of grids and single patches; with a ``*`` what a faulty grid may give."""
    for key in ("patches", "regions"):
        if not isinstance(data, dict) or key not in data:
            yield "*", ()
    for number, grid in enumerate(_list(data, "patches")):
        template = grid.get("id") if isinstance(grid, dict) else None
        for band in _mapping(grid, "bands") or "*":
            for column in _mapping(grid, "columns") or "*":
                try:
                    name = str(template).format(band=band, column=column)
                except (AttributeError, LookupError, ValueError):
                    name = "*"
                yield name if template else "*", ("patches", number, "id")
    for name in _mapping(data, "regions"):
        yield name, ("regions", name)


def _inset_regions(files: Files, regions: _Names) -> Iterator[DataError]:
    """Add the regions that only an inset shows; yield those named elsewhere, or nowhere."""
    for view in INSET_VIEWS:
        if view not in files:
            regions.perhaps.append("*")
            continue
        for name, entry in _mapping(files[view].data, "regions").items():
            named = not isinstance(entry, dict) or entry.get("name") is not None
            message = ""
            if named and isinstance(entry, dict) and name in regions.given:
                message = f"the region '{name}' has its name elsewhere"
            elif named:
                regions.given[name] = None
            elif name not in regions:
                message = (
                    f"the region '{name}' has no name here or in a standing view"
                    f"{did_you_mean(name, regions.given)}"
                )
            if message:
                yield files[view].error(message, ("regions", name))


# --- groups


def _group_faults(file: YamlFile, regions: _Names) -> Iterator[DataError]:
    """Yield what is wrong with groups, the areas of reports, and terms."""
    entries = _mapping(file.data, "groups")
    groups = _Names(dict.fromkeys(entries), [] if entries else ["*"])
    anything = [*regions.given, *groups.given]
    for group, entry in entries.items():
        if group in regions.given:
            yield file.error(f"'{group}' is already a region", ("groups", group))
        for number, member in _words(entry, "members"):
            if not (member in regions or member in groups or fnmatch.filter(regions.given, member)):
                yield file.error(
                    f"'{member}' is no region, no group, and matches no region"
                    f"{did_you_mean(member, anything)}",
                    ("groups", group, "members", number),
                )
    members = _members(file)
    for group, number, said in expand_groups(members, regions.given)[1]:
        yield file.error(said, ("groups", group, "members", number))
    for number, area in _words(file.data, "areas"):
        if area not in groups:
            near = did_you_mean(area, groups.given)
            yield file.error(f"there is no group '{area}'{near}", ("areas", number))
    for term in _mapping(file.data, "terms"):
        if term not in regions and term not in groups:
            near = did_you_mean(term, anything)
            yield file.error(f"there is no region or group '{term}'{near}", ("terms", term))


def _members(file: YamlFile) -> dict[str, list[str]]:
    groups = _mapping(file.data, "groups")
    return {group: [member for _, member in _words(groups[group], "members")] for group in groups}


def _held_by_no_area(file: YamlFile, regions: _Names) -> Iterator[DataError]:
    expanded, _ = expand_groups(_members(file), regions.given)
    held = {name for _, area in _words(file.data, "areas") for name in expanded.get(area, ())}
    missing = [f"'{name}'" for name in regions.given if name not in held]
    if not missing:
        return
    first, *others = missing
    shown = ", ".join(others[:_MISSING_SHOWN])
    rest = f" and {len(others) - _MISSING_SHOWN} more" if len(others) > _MISSING_SHOWN else ""
    beside = f", nor {shown}{rest}" if others else ""
    yield file.error(f"no area holds the region {first}{beside}", ("areas",))
