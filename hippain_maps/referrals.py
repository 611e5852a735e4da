"""What refers pain to a place: the table of the classic pain guides, computed from the patterns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hippain_maps.atlas import Atlas
from hippain_maps.candidates import FitZone
from hippain_maps.patterns import ZONES, Source, TriggerPoint

_ORDER: tuple[FitZone, ...] = (*ZONES, "frequency", "core")


@dataclass(frozen=True, slots=True)
class Referral:
    """A source that sends pain to a place.

    Parameters
    ----------
    source : Source
        What.
    zone : str
        The strongest zone of the source there.
    trigger_points : tuple of TriggerPoint
        Those with that zone there, in the order of the file; empty for a source that has none.
    covered : float
        Share of the place's skin that this zone covers, the other side's pain left out.
    crossed : bool
        Whether it comes only from the other side of the body.
    frequency : float or None
        Published share of patients with pain in the group that the place lies in.
    prior : float
        How common the source is among those it is ranked with; the model file.
    """

    source: Source
    zone: FitZone
    trigger_points: tuple[TriggerPoint, ...]
    covered: float
    crossed: bool
    frequency: float | None
    prior: float


def referrals(atlas: Atlas, name: str) -> tuple[Referral, ...]:
    """Return what refers to a region or group: essential before spillover, common ones first.

    A zone that covers less than a tenth of the place (``shown_region`` in the model file) does not
    count. Among equals, the one that covers more of the place comes first.

    Parameters
    ----------
    atlas : Atlas
        The sources.
    name : str
        A region or group, without a side.

    Raises
    ------
    UnknownNameError
        If there is no such region or group.

    Examples
    --------
    >>> from hippain_maps.atlas import load_atlas
    >>> found = referrals(load_atlas(), "greater_trochanter")
    >>> "tensor_fasciae_latae" in [r.source.id for r in found if r.zone == "essential"]
    True
    """
    regions = atlas.body.members(name)
    found = [r for source in atlas.sources.values() if (r := _of(source, regions, atlas))]
    order = {zone: number for number, zone in enumerate(_ORDER)}
    # A published frequency of a half or more stands with the essential zones, a lower one below.
    return tuple(
        sorted(
            found,
            key=lambda r: (
                order[r.zone] if r.frequency is None else int(r.frequency < 0.5),
                r.crossed,
                -r.prior,
                -r.covered,
                r.source.id,
            ),
        )
    )


def _of(source: Source, regions: tuple[str, ...], atlas: Atlas) -> Referral | None:
    """Return the strongest zone of a source in some regions."""
    prior = atlas.model.prior(source.id)
    point_priors = atlas.model.trigger_point_priors.get(source.id, {})
    for crossed in (False, True):
        for zone in ZONES:
            points, covered, common = [], 0.0, 0.0
            for point in source.trigger_points:
                here = [
                    part.region
                    for part in point.zones[zone]
                    if part.crossed == crossed and part.region in regions
                ]
                share = _skin(here, atlas) / _skin(regions, atlas)
                if share >= atlas.model.shown_region:
                    points.append(point)
                    covered = max(covered, share)
                    common = max(common, point_priors.get(point.id, 1.0))
            if points:
                shown = tuple(points) if source.is_muscle else ()
                return Referral(source, zone, shown, covered, crossed, None, prior * common)
    if source.frequencies:
        groups = [
            (group.share, _skin([r for r in group.regions if r in regions], atlas))
            for group in source.frequencies.groups
        ]
        share, skin = max(groups, key=lambda group: (group[1], group[0]))
        covered = skin / _skin(regions, atlas)
        if covered >= atlas.model.shown_region:
            return Referral(source, "frequency", (), covered, False, share, prior)
    core = [part.region for part in source.core if part.region in regions]
    covered = _skin(core, atlas) / _skin(regions, atlas)
    if covered >= atlas.model.shown_region:
        return Referral(source, "core", (), covered, False, None, prior)
    return None


def _skin(regions: Iterable[str], atlas: Atlas) -> float:
    return sum(atlas.body.regions[region].skin_cm2 for region in set(regions))
