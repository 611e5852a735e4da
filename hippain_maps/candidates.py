"""What a ranking returns: candidates with the regions behind them, and the list they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, overload

from hippain_maps.atlas import Atlas, Place
from hippain_maps.geometry import VIEWS, Side
from hippain_maps.measures import Measures
from hippain_maps.overlap import Overlap
from hippain_maps.patterns import Source, ZoneName

SCHEMA = 1
"""Version of the JSON that `Ranking.to_dict` returns."""

Fit = Literal["strong", "moderate", "weak"]


@dataclass(frozen=True, slots=True)
class RegionFit:
    """A region behind a candidate.

    Parameters
    ----------
    region : str
        Sided region.
    zone : str or None
        Its zone in the pattern; None for drawn pain outside it.
    drawn : float or None
        Drawn fraction; None where no used view shows the region.
    """

    region: str
    zone: ZoneName | None
    drawn: float | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A source on one side that could be behind the drawing.

    Parameters
    ----------
    rank : int
        1 is best; equal candidates share a rank.
    source, side
        What, and on which side of the patient.
    probability : float
        Share within the list, see the module's description; not a chance of being right.
    trigger_points : tuple of str
        The trigger points that the drawing speaks for; explanations refer to their zones.
    explained : float
        Share of the mapped drawn skin that lies in the pattern.
    essential_drawn : float or None
        Share of the essential zone, in used views, that was drawn; None if no used view shows it.
    fit : {"strong", "moderate", "weak"}
        A word for the last two together; the limits are in the model file.
    regions : tuple of RegionFit
        The pattern's regions, essential first; missing ones included.
    unexplained : tuple of RegionFit
        Drawn regions outside the pattern, the largest first.
    measures : Measures
        The plain overlap measures of the same pattern.
    """

    rank: int
    source: Source
    side: Side
    probability: float
    trigger_points: tuple[str, ...]
    explained: float
    essential_drawn: float | None
    fit: Fit
    regions: tuple[RegionFit, ...]
    unexplained: tuple[RegionFit, ...]
    measures: Measures

    def to_dict(self) -> dict[str, Any]:
        """Return the candidate as plain data."""
        return {
            "rank": self.rank,
            "source": self.source.id,
            "name": self.source.name,
            "kind": self.source.kind,
            "side": self.side,
            "probability": self.probability,
            "trigger_points": list(self.trigger_points),
            "explained": self.explained,
            "essential_drawn": self.essential_drawn,
            "fit": self.fit,
            "regions": [
                {"region": fit.region, "zone": fit.zone, "drawn": fit.drawn} for fit in self.regions
            ],
            "unexplained": [{"region": fit.region, "drawn": fit.drawn} for fit in self.unexplained],
            "measures": {
                "jaccard": self.measures.jaccard,
                "dice": self.measures.dice,
                "coverage": self.measures.coverage,
                "precision": self.measures.precision,
            },
        }


@dataclass(frozen=True)
class Ranking(Sequence[Candidate]):
    """Candidates for a drawing, best first; as a sequence, the muscles.

    Parameters
    ----------
    candidates, differential : tuple of Candidate
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
    """

    candidates: tuple[Candidate, ...]
    differential: tuple[Candidate, ...]
    none_of_candidates: float
    none_of_differential: float
    overlap: Overlap
    atlas: Atlas
    undecided: tuple[Candidate, ...]
    also_drawn: tuple[Candidate, ...]
    places: tuple[Place, ...]

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
            "red_flags": [],
            "drawing": {
                "area_cm2": float(sum(self.overlap.drawn_cm2.values())),
                "mapped_cm2": self.overlap.mapped_cm2,
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
            "candidates": [c.to_dict() for c in self.candidates[:top]],
            "differential": [c.to_dict() for c in self.differential[:top]],
        }
