"""What pressed trigger points sent, counted over people: referral maps measured, not remembered.

At a palpated trigger point the patient draws what pressing it sends (`hippain_maps.visits`). Pooled
over patients who consented, each region of each trigger point has a share: so many people felt it,
of so many whose drawing could show it. Right trigger points are mirrored onto the left.

A person counts once for a trigger point, with the last observation of it: several drawings of one
person are not several people. A region is felt where at least `FELT` of it is drawn, since a hand
that draws to its border slips over it. A view without marks that was not declared complete is
missing, not empty: its regions have a smaller denominator. Intervals are Wilson's (1927), without
continuity correction, at 95 %: with few people they are wide, and that is the answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hippain_maps._json import one_line
from hippain_maps.atlas import Atlas
from hippain_maps.overlap import overlap
from hippain_maps.patterns import Source, TriggerPoint
from hippain_maps.shares import FELT, wilson
from hippain_maps.store import Store
from hippain_maps.visits import Observation


@dataclass(frozen=True, slots=True)
class RegionShare:
    """How many people felt a region when a trigger point was pressed.

    Parameters
    ----------
    region : str
        Region id without a side.
    crossed : bool
        Whether it lies on the side opposite to the trigger point.
    felt, seen : int
        People who felt it, of those whose drawing could show it.
    """

    region: str
    crossed: bool
    felt: int
    seen: int

    @property
    def share(self) -> float:
        """Share of people, 0 to 1."""
        return self.felt / self.seen

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the share."""
        return wilson(self.felt, self.seen)


@dataclass(frozen=True, slots=True)
class PooledPoint:
    """One trigger point over all people.

    Parameters
    ----------
    source, point
        Which.
    people : int
        How many, each counted once.
    observations : int
        How many observations they are chosen from.
    familiar : int
        People who knew the pain.
    regions : tuple of RegionShare
        Every region that somebody's drawing could show, the commonest first.
    """

    source: Source
    point: TriggerPoint
    people: int
    observations: int
    familiar: int
    regions: tuple[RegionShare, ...]

    @property
    def felt(self) -> tuple[RegionShare, ...]:
        """The regions that anybody felt."""
        return tuple(found for found in self.regions if found.felt)


@dataclass(frozen=True, slots=True)
class Pool:
    """Pooled observations.

    Parameters
    ----------
    points : tuple of PooledPoint
        By source and trigger point, in the order of the atlas.
    people : int
        How many in all.
    withheld : int
        Observations that were left out: no consent, or past their retention date.
    unknown : mapping of str to int
        Observations of trigger points that the atlas does not hold, by ``source:point``.
    familiar_only : bool
        Whether only familiar pain was counted.
    atlas : Atlas
        The body, and the version.
    """

    points: tuple[PooledPoint, ...]
    people: int
    withheld: int
    unknown: Mapping[str, int]
    familiar_only: bool
    atlas: Atlas

    def to_dict(self) -> dict[str, Any]:
        """Return the pool as plain data, without any code of a patient."""
        return {
            "atlas": self.atlas.version,
            "packs": [pack.to_dict() for pack in self.atlas.packs],
            "people": self.people,
            "withheld": self.withheld,
            "unknown": dict(self.unknown),
            "familiar_only": self.familiar_only,
            "felt_from": FELT,
            "points": [
                {
                    "source": found.source.id,
                    "point": found.point.id,
                    "people": found.people,
                    "observations": found.observations,
                    "familiar": found.familiar,
                    "regions": [
                        {
                            "region": one.region,
                            "side": "contralateral" if one.crossed else "ipsilateral",
                            "felt": one.felt,
                            "of": one.seen,
                            "share": one.share,
                            "interval": list(one.interval),
                        }
                        for one in found.regions
                    ],
                }
                for found in self.points
            ],
        }


def pool_referrals(store: Store, atlas: Atlas, *, familiar_only: bool = False) -> Pool:
    """Return what pressed trigger points sent, pooled over the patients who consented.

    Parameters
    ----------
    store : Store
        Where the observations are. Those of patients without consent, or past their retention
        date, are not read.
    atlas : Atlas
        Whose trigger points and regions are counted.
    familiar_only : bool
        Count only observations of pain that the patient knew.
    """
    known = {
        (source.id, point.id): (source, point)
        for source in atlas.sources.values()
        if source.is_muscle
        for point in source.trigger_points
    }
    last: dict[tuple[str, str], dict[str, Observation]] = {}
    count: Counter[tuple[str, str]] = Counter()
    unknown: Counter[str] = Counter()
    for seen in store.observations():
        key = seen.source, seen.point
        if familiar_only and not seen.familiar:
            continue
        if key not in known:
            unknown[one_line(f"{seen.source}:{seen.point}")] += 1
            continue
        count[key] += 1
        last.setdefault(key, {})[seen.patient] = seen
    points = tuple(
        _pooled(*known[key], tuple(last[key].values()), count[key], atlas)
        for key in known
        if key in last
    )
    return Pool(
        points=points,
        people=len({code for people in last.values() for code in people}),
        withheld=store.withheld(),
        unknown=dict(unknown),
        familiar_only=familiar_only,
        atlas=atlas,
    )


def _pooled(
    source: Source,
    point: TriggerPoint,
    chosen: tuple[Observation, ...],
    observations: int,
    atlas: Atlas,
) -> PooledPoint:
    """Return one trigger point over people, each by one observation."""
    body = atlas.body
    felt, known = np.zeros(len(body.sided), dtype=int), np.zeros(len(body.sided), dtype=int)
    for seen in chosen:
        drawing = seen.drawing if seen.side == "left" else seen.drawing.mirrored()
        found = overlap(drawing, body)
        felt += found.fraction >= FELT
        known += found.known
    shares = [
        RegionShare(region, side == "right", int(felt[place]), int(known[place]))
        for place, sided in enumerate(body.sided)
        for side, _, region in [sided.partition(":")]
        if known[place]
    ]
    # Among the equally common, those that more people were asked about.
    shares.sort(key=lambda one: (-one.share, -one.seen, one.crossed, one.region))
    return PooledPoint(
        source=source,
        point=point,
        people=len(chosen),
        observations=observations,
        familiar=sum(seen.familiar for seen in chosen),
        regions=tuple(shares),
    )
