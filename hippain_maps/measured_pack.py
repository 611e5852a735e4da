"""Pooled observations as a pattern pack: files that `load_atlas` and ``hippain check`` accept.

A pack holds one file for each muscle with enough people, as the shipped one but for the zones of
the trigger points that were measured, and a bibliography that names the measurement. Counts and
denominators stand in the file (``measured``), so that anybody can make other zones from them. The
zones follow one rule:

==========  =============================================================================
essential   surely felt by more than half: the interval of the share begins above 1/2
spillover   felt by at least a fifth
rare        felt by at least two people
==========  =============================================================================

The weight of a region is its share over the chance that the model gives to its zone. All else stays
as it is; nobody has reviewed the new zones, and the file says so.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hippain_maps._resources import resource_dir
from hippain_maps._writing import write_text
from hippain_maps._yaml import yaml_text
from hippain_maps.errors import HippainError, OutputError
from hippain_maps.patterns import ZoneName
from hippain_maps.pooling import Pool, PooledPoint, RegionShare
from hippain_maps.shares import FELT

if TYPE_CHECKING:
    from hippain_maps.model import Model

LEAST_PEOPLE = 10
"""Fewer people than this do not take the place of a shipped map, unless it is asked for."""

_ESSENTIAL, _SPILLOVER, _RARE = 0.5, 0.2, 2


def write_pack(
    pool: Pool,
    folder: str | os.PathLike[str],
    *,
    least_people: int = LEAST_PEOPLE,
    packs: Sequence[str | os.PathLike[str]] = (),
    day: dt.date | None = None,
) -> tuple[Path, ...]:
    """Write a pool as a pattern pack; return the files of muscles in it.

    Parameters
    ----------
    pool : Pool
        From `hippain_maps.pooling.pool_referrals`.
    folder : path
        Made if it is not there; it must hold no YAML files.
    least_people : int
        A trigger point with fewer people keeps its zones.
    packs : sequence of path
        The packs that the atlas of the pool was read with.
    day : date, optional
        Of the measurement; by default today.

    Raises
    ------
    HippainError
        If no trigger point has enough people, or one with enough has nothing that two people felt.
    OutputError
        If the folder cannot be written, or holds YAML files already.
    """
    chosen: dict[str, list[PooledPoint]] = {}
    for found in pool.points:
        if found.people >= least_people and any(_zones(found, pool.atlas.model).values()):
            chosen.setdefault(found.source.id, []).append(found)
    if not chosen:
        most = max((found.people for found in pool.points), default=0)
        raise HippainError(
            f"no trigger point has {least_people} people who consented (the most is {most}) and a "
            "region that two of them felt; collect more, or ask for fewer people (--least)"
        )
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
        taken = sorted(path.name for path in target.glob("*.yaml"))
    except OSError as error:
        raise OutputError(f"cannot write '{target}': {error.strerror or error}") from None
    if taken:
        raise OutputError(f"'{target}' holds {taken[0]} already; name an empty folder")
    on = day or dt.date.today()
    key = f"measured-{on.isoformat()}"
    homes = [*map(Path, reversed(packs)), resource_dir("patterns")]
    written = []
    for name, points in chosen.items():
        home = next(h for h in homes if (h / f"{name}.yaml").is_file())
        data = _source(home / f"{name}.yaml", points, pool, key, on)
        written.append(write_text(target / f"{name}.yaml", _head(pool, on) + yaml_text(data)))
    what = (
        f"Own measurement, {on.isoformat()}: trigger points pressed, and what they sent drawn by "
        f"{pool.people} people who consented (hippain visits referrals)"
    )
    library = {"note": "Of this pack alone.", "entries": {key: {"what": what}}}
    write_text(target / "bibliography.yaml", yaml_text(library))
    return tuple(written)


def _head(pool: Pool, on: dt.date) -> str:
    kind = "familiar pain alone" if pool.familiar_only else "familiar and unfamiliar pain"
    return (
        f"# Zones measured by pressing trigger points, {on.isoformat()}; {kind}; atlas "
        f"{pool.atlas.version}.\n# Counts stand under 'measured'. Everything else is from the file "
        "that this one takes the place of.\n\n"
    )


def _source(
    path: Path, points: Sequence[PooledPoint], pool: Pool, key: str, on: dt.date
) -> dict[str, Any]:
    """Return a source file with the zones of some trigger points replaced."""
    from hippain_maps._pattern_files import read_source

    entry, _ = read_source(path)
    data = entry.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    data["reviewed_by"] = []
    basis = {"confidence": "partial", "citations": [key]}
    for found in points:
        people = f"{found.people} people who consented, {on.isoformat()}"
        place = next(p for p in data["trigger_points"] if p["id"] == found.point.id)
        place["zones"] = {
            zone: parts for zone, parts in _zones(found, pool.atlas.model).items() if parts
        }
        place["zones_basis"] = basis
        place["measured"] = basis | {
            "population": f"{people}; pressed, and drawn by themselves",
            "people": found.people,
            "regions": [_counted(one) for one in found.felt],
        }
    names = ", ".join(found.point.name for found in points)
    data["limits"] = [
        *data.get("limits", []),
        f"The zones of {names} were counted at one place and made by rule: a region is felt where "
        f"{FELT:.0%} of it is drawn; essential where surely more than half of the people felt it, "
        "spillover where a fifth did, rare where two did. No clinician has reviewed them.",
    ]
    return data


def _counted(one: RegionShare) -> dict[str, Any]:
    side = {"side": "contralateral"} if one.crossed else {}
    return {"region": one.region, **side, "felt": one.felt, "of": one.seen}


def _zones(found: PooledPoint, model: Model) -> dict[ZoneName, list[Any]]:
    """Return the zones of a trigger point by the rule above."""
    zones: dict[ZoneName, list[Any]] = {"essential": [], "spillover": [], "rare": []}
    for one in found.felt:
        if zone := _zone(one):
            weight = round(min(1.0, one.share / getattr(model.zone_chance, zone)), 2)
            side = {"side": "contralateral"} if one.crossed else {}
            plain = weight == 1 and not side
            part = {"region": one.region, "weight": max(weight, 0.01), **side}
            zones[zone].append(one.region if plain else part)
    return zones


def _zone(one: RegionShare) -> ZoneName | None:
    if one.interval[0] > _ESSENTIAL:
        return "essential"
    if one.felt < _RARE:
        return None
    return "spillover" if one.share >= _SPILLOVER else "rare"
