"""A ranking in words: what a candidate explains, what is missing, what remains."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hippain_maps.candidates import Candidate, RegionFit
from hippain_maps.geometry import Side
from hippain_maps.regions import Body


@dataclass(frozen=True, slots=True)
class AreaFit:
    """How much of some regions of one area was drawn.

    Parameters
    ----------
    name : str
        The area, as clinicians say it, with its side.
    area : str
        Id of the group of the body that it is, for its name in another language.
    side : {"left", "right"}
        Whose half.
    drawn : float
        Drawn share of the regions' skin.
    skin_cm2 : float
        Drawn skin of the regions, cm2.
    """

    name: str
    area: str
    side: Side
    drawn: float
    skin_cm2: float


@dataclass(frozen=True, slots=True)
class Reasons:
    """What speaks for and against a candidate, area by area."""

    explained: tuple[AreaFit, ...]
    missing: tuple[AreaFit, ...]
    unexplained: tuple[AreaFit, ...]
    unseen: tuple[AreaFit, ...]


def reasons(candidate: Candidate, body: Body) -> Reasons:
    """Return the reasons behind a candidate, the largest areas first.

    Parameters
    ----------
    candidate : Candidate
        Of a ranking on this body.
    body : Body
        Names the areas.

    Returns
    -------
    Reasons
        ``explained``: areas of the pattern that were drawn; ``missing``: areas of its essential
        zone that hardly were; ``unexplained``: drawn areas outside the pattern; ``unseen``: areas
        of its essential zone that no used view shows.
    """
    # Numb skin that hurts as well stands in both the zones and the core: it counts once.
    hurts = {fit.region for fit in candidate.regions if fit.zone != "core" and fit.drawn}
    drawn = [
        fit
        for fit in candidate.regions
        if (fit.drawn or 0) > 0 and not (fit.zone == "core" and fit.region in hurts)
    ]
    essential = [fit for fit in candidate.regions if fit.zone == "essential"]
    return Reasons(
        explained=tuple(a for a in _areas(drawn, body) if a.drawn >= 0.05),
        missing=tuple(
            a
            for a in _areas((f for f in essential if f.drawn is not None), body)
            if a.drawn < candidate.atlas.model.missing_area
        ),
        unexplained=_areas(candidate.unexplained, body),
        unseen=_areas((f for f in essential if f.drawn is None), body),
    )


def _areas(fits: Iterable[RegionFit], body: Body) -> tuple[AreaFit, ...]:
    return areas_of(((fit.region, fit.drawn or 0.0) for fit in fits), body)


def areas_of(fractions: Iterable[tuple[str, float]], body: Body) -> tuple[AreaFit, ...]:
    """Return the areas that some sided regions lie in, most drawn first.

    Parameters
    ----------
    fractions : iterable of (str, float)
        Sided regions and their drawn fractions.
    body : Body
        Names the areas.
    """
    skin: dict[tuple[str, Side], float] = {}
    covered: dict[tuple[str, Side], float] = {}
    for sided, drawn in fractions:
        half, _, region = sided.partition(":")
        side: Side = "left" if half == "left" else "right"
        place = (body.area_of[region], side)
        size = body.regions[region].skin_cm2
        skin[place] = skin.get(place, 0.0) + size
        covered[place] = covered.get(place, 0.0) + size * drawn
    # Most drawn first; where nothing was drawn, the largest.
    order = sorted(skin, key=lambda place: (-covered[place], -skin[place]))
    return tuple(
        AreaFit(
            name=f"{body.groups[area].name} ({side})",
            area=area,
            side=side,
            drawn=covered[area, side] / skin[area, side],
            skin_cm2=covered[area, side],
        )
        for area, side in order
    )
