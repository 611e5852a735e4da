"""What a ranking returns: candidates with the regions behind them, and the list they stand in.

A candidate works out its regions, reasons and measures when they are asked for: a list of a
hundred sources costs no more than the few that are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, overload

import numpy as np

from hippain_maps.atlas import Atlas
from hippain_maps.atlas_parts import Place
from hippain_maps.clues import ClueEffect
from hippain_maps.geometry import VIEWS, FloatArray, Side
from hippain_maps.measures import Measures, measures
from hippain_maps.overlap import Overlap
from hippain_maps.palpation import PalpationEffect
from hippain_maps.patterns import ZONES, Relation, Source, TriggerPoint
from hippain_maps.screening import RedFlagState

SCHEMA = 1
"""Version of the JSON that `Ranking.to_dict` returns."""

Fit = Literal["strong", "moderate", "weak"]
FitZone = Literal["essential", "spillover", "rare", "frequency", "core"]


@dataclass(frozen=True, slots=True)
class RegionFit:
    """A region behind a candidate.

    Parameters
    ----------
    region : str
        Sided region.
    zone : str or None
        Its zone in the pattern; ``frequency`` where a published frequency stands for it, ``core``
        where the source goes numb or tingles; None for drawn pain outside the pattern.
    drawn : float or None
        Drawn fraction, of numbness and tingling in a core, of pain elsewhere; None where no used
        view shows the region.
    frequency : float or None
        Published share of patients with pain anywhere in the region's group.
    """

    region: str
    zone: FitZone | None
    drawn: float | None
    frequency: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the region as plain data."""
        return _plain(self.region, self.zone, self.drawn, self.frequency)


def _plain(
    region: str, zone: FitZone | None, drawn: float | None, frequency: float | None
) -> dict[str, Any]:
    plain = {"region": region, "zone": zone, "drawn": drawn}
    return plain if frequency is None else {**plain, "frequency": frequency}


def zones_of(source: Source, side: Side, points: Iterable[TriggerPoint]) -> Mapping[str, FitZone]:
    """Return the zone of every sided region of some trigger points of a source, essential first."""
    zones: dict[str, FitZone] = {}
    chosen = list(points)
    for zone in ZONES:
        for point in chosen:
            for part in point.zones[zone]:
                zones.setdefault(part.sided(side), zone)
    if source.frequencies:
        for group in source.frequencies.groups:
            zones |= {f"{side}:{region}": "frequency" for region in group.regions}
    return zones


@dataclass(frozen=True, eq=False)
class Candidate:
    """A source on one side that could be behind the drawing.

    Parameters
    ----------
    rank : int
        1 is best; equal candidates share a rank.
    source, side
        What, and on which side of the patient.
    probability : float
        Share within the list, see `hippain_maps.ranking`; not a chance of being right.
    active : ndarray, shape (trigger points,)
        Chance that each trigger point is active, if this is the source.
    overlap : Overlap
        What was drawn.
    atlas : Atlas
        What it was compared with.
    """

    rank: int
    source: Source
    side: Side
    probability: float
    active: FloatArray = field(repr=False)
    overlap: Overlap = field(repr=False)
    atlas: Atlas = field(repr=False)

    @cached_property
    def points(self) -> tuple[TriggerPoint, ...]:
        """The trigger points that the drawing speaks for, the surest first; at least one.

        A source without trigger points has its territory here.
        """
        # Rounded, so that equal ones stand in the order of the file whatever the last digits say.
        order = np.argsort(-np.round(self.active, 9), kind="stable")
        sure = [t for t in order if self.active[t] >= self.atlas.model.shown_trigger_point]
        return tuple(self.source.trigger_points[t] for t in sure or order[:1])

    @property
    def trigger_points(self) -> tuple[str, ...]:
        """Their ids; explanations refer to their zones. Empty for a source that has none."""
        return tuple(point.id for point in self.points) if self.source.is_muscle else ()

    @cached_property
    def zones(self) -> Mapping[str, FitZone]:
        """The zone of every sided region of the pattern, essential first."""
        return zones_of(self.source, self.side, self.points)

    @cached_property
    def explained(self) -> float:
        """Share of the painful skin on the mapped body that lies in the pattern.

        Where nothing but numbness and tingling is drawn: the share of it that lies in the core.
        """
        place, found = self.atlas.body.place, self.overlap
        skin, regions = found.skin_cm2, list(self.zones)
        if not skin.any():
            skin, regions = found.sensory_cm2, [p.sided(self.side) for p in self.source.core]
        # Sums in another order may differ in the last digit; a share is never above 1.
        return min(float(skin[[place[r] for r in regions]].sum() / skin.sum()), 1.0)

    @cached_property
    def essential_drawn(self) -> float | None:
        """Share of the essential zone, in used views, that was drawn.

        None if no used view shows it, or if there is none.
        """
        body, known = self.atlas.body, self.overlap.known
        zone = {p.sided(self.side): None for point in self.points for p in point.zones["essential"]}
        places = [body.place[region] for region in zone]
        seen = [p for p in places if known[p]]
        size = body.skin[seen].sum()
        return min(float(self.overlap.skin_cm2[seen].sum() / size), 1.0) if size > 0 else None

    @cached_property
    def frequent_drawn(self) -> float | None:
        """Of the groups with a published frequency, in used views, the share that was drawn in.

        Each group counts with its frequency. None for a source without frequencies.
        """
        if self.source.frequencies is None:
            return None
        place, found = self.atlas.body.place, self.overlap
        seen = drawn = 0.0
        for group in self.source.frequencies.groups:
            places = [place[f"{self.side}:{region}"] for region in group.regions]
            if found.known[places].any():
                seen += group.share
                if (found.fraction[places] >= self.atlas.model.shown_region).any():
                    drawn += group.share
        return drawn / seen if seen else None

    @cached_property
    def fit(self) -> Fit:
        """A word for how much is explained and drawn; the limits are in the model file."""
        hit = self.frequent_drawn if self.source.frequencies else self.essential_drawn
        words: tuple[Literal["strong", "moderate"], ...] = ("strong", "moderate")
        for word in words:
            least = self.atlas.model.fit_words[word]
            if self.explained < least.explained:
                continue
            if not self.overlap.skin_cm2.any() or (
                hit is not None and hit >= least.essential_drawn
            ):
                return word
        return "weak"

    @cached_property
    def regions(self) -> tuple[RegionFit, ...]:
        """The pattern's regions, essential first; those that were not drawn included."""
        return tuple(RegionFit(*fit) for fit in self._inside())

    def _inside(self) -> Iterator[tuple[str, FitZone, float | None, float | None]]:
        """Yield the fields of the regions: a whole list has thousands of them."""
        place, found, frequencies = self.atlas.body.place, self.overlap, self.source.frequencies
        drawn = found.drawn
        for region, zone in self.zones.items():
            group = frequencies.of(region.partition(":")[2]) if frequencies else None
            yield region, zone, drawn[place[region]], group.share if group else None
        if found.sensory.any():
            for region in {part.sided(self.side): None for part in self.source.core}:
                numb = float(found.sensory[place[region]]) if found.known[place[region]] else None
                yield region, "core", numb, None

    @cached_property
    def unexplained(self) -> tuple[RegionFit, ...]:
        """Painful regions outside the pattern, the largest first."""
        return tuple(RegionFit(region, None, drawn) for region, drawn in self._outside())

    def _outside(self) -> Iterator[tuple[str, float]]:
        body, drawn = self.atlas.body, self.overlap.fraction
        beside = drawn >= self.atlas.model.shown_region
        beside[[body.place[region] for region in self.zones]] = False
        outside = np.flatnonzero(beside)
        # Rounded, so that equal ones stand in the order of the body whatever the last digits say.
        size = np.round(self.overlap.skin_cm2[outside], 9)
        outside = outside[np.argsort(-size, kind="stable")]
        for place, fraction in zip(outside.tolist(), drawn[outside].tolist(), strict=True):
            yield body.sided[place], fraction

    @cached_property
    def measures(self) -> Measures:
        """The plain overlap measures of the same pattern."""
        return measures(self.overlap, self.zones)

    def to_dict(self) -> dict[str, Any]:
        """Return the candidate as plain data."""
        return {
            "rank": self.rank,
            "source": self.source.id,
            "name": self.source.name,
            "kind": self.source.kind,
            "pack": self.atlas.owners.get(self.source.id),
            "side": self.side,
            "probability": self.probability,
            "trigger_points": list(self.trigger_points),
            "explained": self.explained,
            "essential_drawn": self.essential_drawn,
            "fit": self.fit,
            "regions": [_plain(*fit) for fit in self._inside()],
            "unexplained": [{"region": name, "drawn": drawn} for name, drawn in self._outside()],
            "measures": {
                "jaccard": self.measures.jaccard,
                "dice": self.measures.dice,
                "coverage": self.measures.coverage,
                "precision": self.measures.precision,
            },
        }


class CandidateList(Sequence[Candidate]):
    """One list, best first; a candidate is made when it is asked for.

    Parameters
    ----------
    make : callable, optional
        Returns the candidate at a place.
    count : int
        How many there are.
    """

    def __init__(self, make: Callable[[int], Candidate] | None = None, count: int = 0) -> None:
        self._make = make
        self._made: list[Candidate | None] = [None] * count

    @overload
    def __getitem__(self, index: int) -> Candidate: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Candidate, ...]: ...
    def __getitem__(self, index: int | slice) -> Candidate | tuple[Candidate, ...]:
        places = range(len(self._made))[index]
        if isinstance(places, int):
            made = self._made[places]
            if made is None:
                assert self._make is not None
                made = self._made[places] = self._make(places)
            return made
        return tuple(self[place] for place in places)

    def __len__(self) -> int:
        return len(self._made)


@dataclass(frozen=True)
class Ranking(Sequence[Candidate]):
    """Candidates for a drawing, best first; as a sequence, the muscles.

    Parameters
    ----------
    candidates, differential : sequence of Candidate
        Muscles, and other sources.
    none_of_candidates, none_of_differential : float
        Share of "none of these" in each list.
    overlap : Overlap
        What was drawn, region by region.
    atlas : Atlas
        What it was compared with.
    undecided : tuple of Candidate
        The first candidate and those too close to it to call; empty if it stands alone.
    also_drawn : tuple of Candidate
        Other candidates whose essential zone was nearly all drawn, though a higher one explains
        more: more than one source may be active.
    places : tuple of Place
        Places that hold nearly all of the drawing and that several sources share.
    clues : tuple of ClueEffect
        What each answer did.
    palpation : tuple of PalpationEffect
        What each palpation finding did.
    relations : tuple of Relation
        What is known between the first muscles and the first other sources.
    red_flags : tuple of RedFlagState
        What comes before any candidate: raised flags, then those not asked, then those answered no.
    """

    candidates: Sequence[Candidate]
    differential: Sequence[Candidate]
    none_of_candidates: float
    none_of_differential: float
    overlap: Overlap
    atlas: Atlas
    undecided: tuple[Candidate, ...]
    also_drawn: tuple[Candidate, ...]
    places: tuple[Place, ...]
    clues: tuple[ClueEffect, ...] = ()
    palpation: tuple[PalpationEffect, ...] = ()
    relations: tuple[Relation, ...] = ()
    red_flags: tuple[RedFlagState, ...] = ()

    @overload
    def __getitem__(self, index: int) -> Candidate: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Candidate]: ...
    def __getitem__(self, index: int | slice) -> Candidate | Sequence[Candidate]:
        return self.candidates[index]

    def __len__(self) -> int:
        return len(self.candidates)

    def __repr__(self) -> str:
        """Return the first candidates."""
        first = ", ".join(
            f"{c.rank}. {c.source.name} {c.side} {c.probability:.2f}" for c in self.candidates[:3]
        )
        return f"<Ranking of {len(self)} candidates: {first}>"

    def to_dict(self, *, top: int | None = None) -> dict[str, Any]:
        """Return the ranking as plain data, in the form of ``hippain rank --json``.

        Parameters
        ----------
        top : int, optional
            Keep this many of each list; probabilities stay as they are.
        """
        return {
            "schema": SCHEMA,
            "atlas": self.atlas.version,
            "packs": [pack.to_dict() for pack in self.atlas.packs],
            "red_flags": [state.to_dict() for state in self.red_flags],
            "drawing": {
                "area_cm2": float(sum(self.overlap.drawn_cm2.values())),
                "mapped_cm2": self.overlap.mapped_cm2,
                "numb_or_tingling_cm2": float(self.overlap.sensory_cm2.sum()),
                "extent_percent": self.overlap.extent_percent,
                "outside_cm2": self.overlap.outside_total_cm2,
                "outside": dict(self.overlap.outside_cm2),
                "views": [view for view in VIEWS if view in self.overlap.views],
                "notes": list(self.overlap.notes),
            },
            "none_of_these": {
                "candidates": self.none_of_candidates,
                "differential": self.none_of_differential,
            },
            "undecided": [
                {"source": c.source.id, "side": c.side, "rank": c.rank} for c in self.undecided
            ],
            "also_drawn": [
                {"source": c.source.id, "side": c.side, "rank": c.rank} for c in self.also_drawn
            ],
            "place_alone_cannot_decide": [
                {"place": place.id, "says": place.says} for place in self.places
            ],
            "relations": [
                {"between": list(r.between), "kind": r.kind, "says": r.says} for r in self.relations
            ],
            "clues": [effect.to_dict() for effect in self.clues],
            "palpation": [effect.to_dict() for effect in self.palpation],
            "candidates": [c.to_dict() for c in self.candidates[:top]],
            "differential": [c.to_dict() for c in self.differential[:top]],
        }
