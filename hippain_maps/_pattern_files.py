"""What the files under ``patterns/`` look like, and how they are read.

The models check one file each; what must fit the body (regions, views) is checked where a source
is built, in `hippain_maps.patterns`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hippain_maps._yaml import YamlFile, read_yaml
from hippain_maps._yaml_fields import validate
from hippain_maps.geometry import SIDES, VIEWS, Side, View

Number = Annotated[float, Field(allow_inf_nan=False, ge=-400, le=400)]
Share = Annotated[float, Field(gt=0, le=1)]
Chance = Annotated[float, Field(gt=0, lt=1)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")]
Kind = Literal["muscle", "nerve_root", "nerve", "joint", "tendon_bursa", "spine", "strain"]
Confidence = Literal["confirmed", "partial", "general knowledge"]
M = TypeVar("M", bound=BaseModel)
Language = Literal["en", "la", "de", "fr", "es"]
ZoneSide = Literal["ipsilateral", "contralateral", "bilateral"]
ClueTopic = Literal["worse_with", "eased_by", "time", "quality", "sensation", "limited", "sign"]
Ratio = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Basis(_Model):
    """How sure a group of facts is, and where it comes from."""

    confidence: Confidence
    citations: list[Key] = Field(default_factory=list)

    @model_validator(mode="after")
    def _cited(self) -> Basis:
        if self.confidence != "general knowledge" and not self.citations:
            raise ValueError(f"facts that are '{self.confidence}' need at least one citation")
        return self


class ZonePart(_Model):
    """A region or group in a zone, with how strongly and on which side it hurts."""

    region: Id
    weight: Share = 1.0
    side: ZoneSide = "ipsilateral"


class Zones(_Model):
    """Where one trigger point sends pain. A plain name stands for a part with the defaults."""

    essential: list[Id | ZonePart] = Field(default_factory=list)
    spillover: list[Id | ZonePart] = Field(default_factory=list)
    rare: list[Id | ZonePart] = Field(default_factory=list)


class FrequencyEntry(_Model):
    """How often a group of regions hurts: anywhere in it, not each region of it.

    `mostly` names the parts of the group that hurt for sure where the group hurts at all.
    """

    region: Id
    share: Annotated[float, Field(gt=0, le=1)]
    mostly: list[Id | ZonePart] = Field(default_factory=list)


class FrequenciesEntry(Basis):
    """Published frequencies of pain by group, from one population."""

    population: Text
    # Every choice of groups is a state of its own: their number has to stay small.
    groups: list[FrequencyEntry] = Field(min_length=1, max_length=6)


class TerritoryEntry(_Model):
    """Where a source without trigger points is felt.

    Either zones or frequencies say where it hurts; `core` is where it goes numb or tingles.
    """

    zones: Zones = Field(default_factory=Zones)
    frequencies: FrequenciesEntry | None = None
    core: list[Id | ZonePart] = Field(default_factory=list)
    basis: Basis
    note: Text | None = None

    @model_validator(mode="after")
    def _one_way(self) -> TerritoryEntry:
        zones = bool(self.zones.essential or self.zones.spillover or self.zones.rare)
        if zones == (self.frequencies is not None):
            raise ValueError("a territory has either zones or published frequencies")
        return self


class MeasuredRegion(_Model):
    """Of how many people, whose drawing could show it, so many felt a region."""

    region: Id
    side: Literal["ipsilateral", "contralateral"] = "ipsilateral"
    felt: Annotated[int, Field(ge=0)]
    of: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _some(self) -> MeasuredRegion:
        if self.felt > self.of:
            raise ValueError(f"{self.felt} of {self.of} people is too many")
        return self


class MeasuredEntry(Basis):
    """What pressing a trigger point sent, counted: the people behind its zones."""

    population: Text
    people: Annotated[int, Field(ge=1)]
    regions: list[MeasuredRegion]

    @model_validator(mode="after")
    def _fits(self) -> MeasuredEntry:
        places = [(entry.region, entry.side) for entry in self.regions]
        if len(set(places)) < len(places):
            raise ValueError("a region stands twice; write it once a side")
        if any(entry.of > self.people for entry in self.regions):
            raise ValueError(f"a region was seen in more than the {self.people} people")
        return self


class MarkEntry(_Model):
    """A place where a trigger point is felt, on the patient's left half."""

    view: View
    at: tuple[Number, Number]


class TriggerPointEntry(_Model):
    """One trigger point: where it is, how to find it, where it sends pain."""

    id: Id
    name: Text
    marks: list[MarkEntry] = Field(min_length=1)
    find: Text
    cautions: list[Text] = Field(default_factory=list)
    spot_basis: Basis
    zones: Zones
    zones_basis: Basis
    measured: MeasuredEntry | None = None
    note: Text | None = None


class Facts(Basis):
    """Short statements that share one basis."""

    items: list[Text] = Field(min_length=1)


class ClueItem(_Model):
    """A clue of the vocabulary, said in the source's own words where they say more.

    `ratio_yes` and `ratio_no` are published likelihood ratios of an answer; without them the answer
    counts by the small amount of the model file.
    """

    clue: Id
    says: Text | None = None
    ratio_yes: Ratio | None = None
    ratio_no: Ratio | None = None
    citations: list[Key] = Field(default_factory=list)

    @model_validator(mode="after")
    def _published(self) -> ClueItem:
        if (self.ratio_yes or self.ratio_no) and not self.citations:
            raise ValueError("a likelihood ratio needs the citation of the paper it stands in")
        return self


class ClueFacts(Basis):
    """Clues that share one basis: of the vocabulary, or in words alone."""

    items: list[Text | ClueItem] = Field(min_length=1)


class CluesEntry(_Model):
    """What makes the source likelier or less likely."""

    worse_with: ClueFacts | None = None
    eased_by: ClueFacts | None = None
    speaks_for: ClueFacts | None = None
    speaks_against: ClueFacts | None = None


class ClueEntry(_Model):
    """One entry of the vocabulary: a statement under its topic, and the question, by language.

    `seen`: the drawing itself shows it, so it is told of a source, but neither asked nor weighed.
    `quality`: the word for a mark that answers it with yes.
    """

    topic: ClueTopic
    says: dict[Language, Text]
    ask: dict[Language, Text] = Field(default_factory=dict)
    seen: bool = False
    quality: Id | None = None

    @model_validator(mode="after")
    def _english(self) -> ClueEntry:
        if "en" not in self.says:
            raise ValueError("'says' needs at least the English words (en)")
        return self


class CluesFile(_Model):
    """``clues.yaml``: the vocabulary of clues."""

    clues: dict[Id, ClueEntry]


class SourceFile(_Model):
    """One source of pain."""

    id: Id
    name: Text
    kind: Kind
    names: dict[Language, Text] = Field(default_factory=dict)
    synonyms: list[Text] = Field(default_factory=list)
    reviewed_by: list[Text]
    summary: Text
    pattern_basis: Basis
    trigger_points: list[TriggerPointEntry] = Field(default_factory=list)
    territory: TerritoryEntry | None = None
    causes: Facts | None = None
    quality: Facts | None = None
    clues: CluesEntry = Field(default_factory=CluesEntry)
    mimics: Facts | None = None
    coexists_with: Facts | None = None
    limits: list[Text] = Field(default_factory=list)

    @model_validator(mode="after")
    def _somewhere(self) -> SourceFile:
        if (self.kind == "muscle") != bool(self.trigger_points) or (self.kind == "muscle") != (
            self.territory is None
        ):
            raise ValueError("a muscle has trigger_points, every other kind has a territory")
        return self


class BibliographyEntry(_Model):
    """One published page or paper."""

    what: Text
    address: Text | None = None
    note: Text | None = None


class BibliographyFile(_Model):
    """``bibliography.yaml``: citation keys."""

    note: Text
    entries: dict[Key, BibliographyEntry]


class ZoneChances(_Model):
    """Chance that a region of each zone hurts while its trigger point is active."""

    essential: Chance
    spillover: Chance
    rare: Chance


class FitWord(_Model):
    """What a fit must reach to deserve a word."""

    explained: Share
    essential_drawn: Share


class ModelFile(_Model):
    """``model.yaml``: every constant of the ranking, with its reason."""

    version: Text
    zone_chance: ZoneChances
    spillover_felt: Chance
    unfelt_spillover: Chance
    background: Chance
    unused_view: Share
    sight_power: Annotated[float, Field(ge=1, le=10)]
    border_softness_cm: Annotated[float, Field(ge=0, le=10)]
    area_cap_cm2: Annotated[float, Field(gt=0, le=1000)]
    area_unit_cm2: Annotated[float, Field(gt=0, le=1000)]
    evidence_limit: Annotated[float, Field(gt=0, le=1000)]
    evidence_half: Annotated[float, Field(gt=0, le=1000)]
    other_weight: Share
    silence_half: Annotated[float, Field(gt=0, le=1000)]
    trigger_point_active: Chance
    frequency_densities: list[Chance] = Field(min_length=1)
    least_drawn_cm2: Annotated[float, Field(gt=0, le=100)]
    none_of_these: Annotated[float, Field(gt=0, lt=1)]
    elsewhere_chances: list[Chance] = Field(min_length=1)
    shown_trigger_point: Share
    shown_region: Share
    fit_words: dict[Literal["strong", "moderate"], FitWord]
    also_drawn: Share
    related: Share
    missing_area: Share
    number_of_sources: tuple[Share, Share, Share]
    clue_yes: Chance
    clue_ratio: Annotated[float, Field(gt=1, le=100)]
    clue_limit: Annotated[float, Field(gt=1, le=1000)]
    published_limit: Annotated[float, Field(gt=1, le=1000)]
    palpation_ratio: Annotated[float, Field(gt=1, le=100)]
    palpation_found: Annotated[float, Field(ge=1, le=100)]
    palpation_not_found: Share
    palpation_limit: Annotated[float, Field(gt=1, le=1000)]
    combination_weight: Annotated[float, Field(gt=0, le=100)]
    combination_silence: Share
    too_close: Annotated[float, Field(gt=1, le=100)]
    default_prior: Share
    source_priors: dict[Id, Share]
    trigger_point_priors: dict[Id, dict[Id, Share]]
    priors_basis: Basis


class AmbiguousPlace(_Model):
    """A place that several sources share, so that a drawing of it alone decides nothing."""

    region: list[Id] = Field(min_length=1)
    share: Share
    name: Text
    sources: list[Id]
    says: Text


class AmbiguousPlacesFile(_Model):
    """``ambiguous_places.yaml``: where place alone cannot decide."""

    places: dict[Id, AmbiguousPlace]


class RelationEntry(_Model):
    """Two sources that imitate each other or coexist, read both ways."""

    between: tuple[Id, Id]
    kind: Literal["imitate", "coexist"]
    says: Text
    confidence: Confidence
    citations: list[Key] = Field(default_factory=list)


class RelationsFile(_Model):
    """``relations.yaml``: pairs of sources."""

    relations: list[RelationEntry]


class WordsEntry(_Model):
    """Words on figures in one language."""

    views: dict[View, Text]
    letters: dict[Side, Text]
    sides: dict[Side, Text]
    referral_patterns: Text
    or_: Text = Field(alias="or")
    classic_pattern: Text
    pattern: Text
    confidence: dict[Confidence, Text]
    essential_in_all: Text
    only: Text
    nothing: Text
    published_frequencies: Text
    frequency_tone: Text
    numb_or_tingling: Text
    areas: dict[str, Text] = Field(default_factory=dict)
    plain_areas: dict[str, Text] = Field(default_factory=dict)
    terms: dict[str, Text] = Field(default_factory=dict)
    phrases: dict[str, Text] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _complete(self) -> WordsEntry:
        for words, needed in (
            (self.views, VIEWS),
            (self.letters, SIDES),
            (self.sides, SIDES),
            (self.confidence, get_args(Confidence)),
        ):
            if missing := [name for name in needed if name not in words]:
                raise ValueError(
                    f"'{missing[0]}' has no word; every view, side and grade needs one"
                )
        return self


class WordsFile(_Model):
    """``words.yaml``: words on figures."""

    languages: dict[Language, WordsEntry]


class SetEntry(_Model):
    """Sources that are taught together."""

    title: Text
    sources: list[Id] = Field(min_length=1)


class SetsFile(_Model):
    """``sets.yaml``: ready-made sets."""

    sets: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")], SetEntry]


class PackFile(_Model):
    """``pack.yaml``: what a pack of one's own calls itself."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    version: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    licence: Text | None = None
    note: Text | None = None


def _read(path: Path, model: type[M]) -> tuple[M, YamlFile]:
    file = read_yaml(path)
    return validate(model, file), file


def read_source(path: Path) -> tuple[SourceFile, YamlFile]:
    """Read one source.

    Raises
    ------
    DataError
        If the file does not fit; the message names file, line and field. So do the other readers.
    """
    return _read(path, SourceFile)


def read_bibliography(folder: Path) -> tuple[BibliographyFile, YamlFile]:
    """Read the citation keys of a pattern folder."""
    return _read(folder / "bibliography.yaml", BibliographyFile)


def read_clues(folder: Path) -> tuple[CluesFile, YamlFile]:
    """Read the vocabulary of clues."""
    return _read(folder / "clues.yaml", CluesFile)


def read_model(folder: Path) -> tuple[ModelFile, YamlFile]:
    """Read the constants of the ranking."""
    return _read(folder / "model.yaml", ModelFile)


def read_ambiguous_places(folder: Path) -> tuple[AmbiguousPlacesFile, YamlFile]:
    """Read the places where place alone cannot decide."""
    return _read(folder / "ambiguous_places.yaml", AmbiguousPlacesFile)


def read_relations(folder: Path) -> tuple[RelationsFile, YamlFile]:
    """Read the pairs of sources that imitate each other or coexist."""
    return _read(folder / "relations.yaml", RelationsFile)


def read_pack(folder: Path) -> tuple[PackFile, YamlFile]:
    """Read what a pack calls itself."""
    return _read(folder / "pack.yaml", PackFile)


def read_words(folder: Path) -> tuple[WordsFile, YamlFile]:
    """Read the words on figures."""
    return _read(folder / "words.yaml", WordsFile)


def read_sets(folder: Path) -> tuple[SetsFile, YamlFile]:
    """Read the ready-made sets of sources."""
    return _read(folder / "sets.yaml", SetsFile)
