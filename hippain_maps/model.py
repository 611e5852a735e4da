"""The constants of the ranking, as the ranking reads them.

Every value stands in ``patterns/model.yaml`` with its reason; the formula they enter, in
`hippain_maps.ranking`. What each may be is checked where the file is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

from hippain_maps.patterns import Evidence

if TYPE_CHECKING:
    # Checking files takes a validation library; it is imported where files are read.
    from hippain_maps._pattern_files import ModelFile


@dataclass(frozen=True, slots=True)
class ZoneChances:
    """Chance that a region of each zone hurts while its trigger point is active."""

    essential: float
    spillover: float
    rare: float


@dataclass(frozen=True, slots=True)
class FitWord:
    """What a fit must reach to deserve a word."""

    explained: float
    essential_drawn: float


@dataclass(frozen=True, slots=True)
class Model:
    """Every constant of the ranking, under its name in ``model.yaml``."""

    version: str
    zone_chance: ZoneChances
    spillover_felt: float
    unfelt_spillover: float
    background: float
    unused_view: float
    sight_power: float
    border_softness_cm: float
    area_cap_cm2: float
    area_unit_cm2: float
    evidence_limit: float
    evidence_half: float
    other_weight: float
    silence_half: float
    trigger_point_active: float
    frequency_densities: tuple[float, ...]
    least_drawn_cm2: float
    none_of_these: float
    elsewhere_chances: tuple[float, ...]
    shown_trigger_point: float
    shown_region: float
    fit_words: Mapping[Literal["strong", "moderate"], FitWord]
    also_drawn: float
    related: float
    missing_area: float
    number_of_sources: tuple[float, float, float]
    clue_yes: float
    clue_ratio: float
    clue_limit: float
    published_limit: float
    palpation_ratio: float
    palpation_found: float
    palpation_not_found: float
    palpation_limit: float
    combination_weight: float
    combination_silence: float
    too_close: float
    default_prior: float
    source_priors: Mapping[str, float]
    trigger_point_priors: Mapping[str, Mapping[str, float]]
    priors_basis: Evidence

    def prior(self, source: str) -> float:
        """Return the prior weight of a source, by its id."""
        return self.source_priors.get(source, self.default_prior)


def build_model(entry: ModelFile) -> Model:
    """Return the constants from a file that has been read."""
    plain: dict[str, Any] = {field.name: getattr(entry, field.name) for field in fields(Model)}
    basis, chance = entry.priors_basis, entry.zone_chance
    return Model(
        **plain
        | {
            "zone_chance": ZoneChances(chance.essential, chance.spillover, chance.rare),
            "frequency_densities": tuple(entry.frequency_densities),
            "elsewhere_chances": tuple(entry.elsewhere_chances),
            "fit_words": {
                str(word): FitWord(least.explained, least.essential_drawn)
                for word, least in entry.fit_words.items()
            },
            "priors_basis": Evidence(basis.confidence, tuple(basis.citations)),
        }
    )
