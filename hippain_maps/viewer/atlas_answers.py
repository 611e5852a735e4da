"""What goes out of the atlas, as pydantic models: the OpenAPI document is made from them.

Answers are plain data of the library and are not put through these again; the tests hold them
against the models.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from hippain_maps.geometry import Side, View

Share = Annotated[float, Field(ge=0, le=1)]
Position = tuple[float, float]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Open(BaseModel):
    model_config = ConfigDict(extra="allow")


class RegionOut(_Answer):
    """A sided region in one view: SVG path data in chart cm, y up."""

    id: str
    name: str
    area: str
    path: str
    at: Position


class ViewOut(_Answer):
    """One view of the body chart; `left_edge` is whose side stands at the viewer's left."""

    view: View
    titles: dict[str, str]
    letters: dict[str, dict[Side, str]]
    left_edge: Side | None
    shows: Literal["both", "left", "right"]
    bounds: tuple[float, float, float, float]
    outline: str
    charted: str
    hints: list[str]
    regions: list[RegionOut]


class PackOut(_Answer):
    """A pack of one's own in the atlas."""

    name: str
    version: str
    adds: list[str]
    overrides: list[str]
    licence: str | None


class ChartOut(_Answer):
    """The body chart."""

    frame: str
    atlas: str
    packs: list[PackOut]
    views: list[ViewOut]
    areas: dict[str, dict[str, str]]
    plain_areas: dict[str, dict[str, str]]
    qualities: list[str]
    depths: list[str]


class PointOut(_Answer):
    """A trigger point by name."""

    id: str
    name: str


class SourceOut(_Open):
    """A source of pain in short."""

    id: str
    name: str
    names: dict[str, str]
    kind: str
    synonyms: list[str]
    summary: str
    trigger_points: list[PointOut]
    confidence: str
    frequencies: bool
    core: bool


class SetOut(_Answer):
    """Sources that are taught together."""

    id: str
    title: str
    sources: list[str]


class SourcesOut(_Answer):
    """All sources, and the ready-made sets."""

    sources: list[SourceOut]
    sets: list[SetOut]


class Basis(_Open):
    """How sure something is, and the keys of its citations."""

    confidence: str
    citations: list[str]


class StatementsOut(Basis):
    """Short statements with one basis."""

    items: list[str]


class PointDetail(_Answer):
    """Everything on a trigger point, or on the territory of a source that has none."""

    id: str
    name: str
    find: str
    cautions: list[str]
    note: str | None
    spot: Basis
    zones: dict[Literal["essential", "spillover", "rare"], list[str]]
    zones_evidence: Basis


class ClueOut(Basis):
    """What a clue says for or against a source."""

    id: str
    topic: str
    says: str
    ask: str | None
    examined: bool
    favours: bool
    ratio_yes: float | None
    ratio_no: float | None


class RelationOut(Basis):
    """A source that imitates this one, or is often found with it."""

    other: str
    name: str
    kind: Literal["imitate", "coexist"]
    says: str


class GroupShare(_Answer):
    """The published share of patients with pain in a group of regions."""

    group: str
    name: str
    share: Share


class FrequenciesOut(Basis):
    """Published frequencies."""

    population: str
    groups: list[GroupShare]


class CitationOut(_Answer):
    """A published page or paper."""

    key: str
    what: str
    address: str | None


class SourceDetail(_Answer):
    """Everything that the atlas holds on a source."""

    id: str
    name: str
    names: dict[str, str]
    kind: str
    synonyms: list[str]
    summary: str
    confidence: str
    pattern: Basis
    trigger_points: list[PointDetail]
    clues: list[ClueOut]
    quality: StatementsOut | None
    worse_with: StatementsOut | None
    eased_by: StatementsOut | None
    speaks_for: StatementsOut | None
    speaks_against: StatementsOut | None
    mimics: StatementsOut | None
    coexists_with: StatementsOut | None
    causes: StatementsOut | None
    limits: list[str]
    relations: list[RelationOut]
    reviewed_by: list[str]
    frequencies: FrequenciesOut | None
    core: list[str]
    citations: list[CitationOut]


class FrequentOut(_Answer):
    """A group with a published frequency, its shape, and where there is room to write in it."""

    share: Share
    path: str
    at: Position
    room_cm: float


class CrossOut(_Answer):
    """Where a trigger point is felt."""

    point: str
    x: float
    y: float


class ShapesOut(_Answer):
    """A pattern in one view: SVG path data, and the centres of dots."""

    essential: str
    spillover: list[Position]
    rare: list[Position]
    frequent: list[FrequentOut]
    core: str
    crosses: list[CrossOut]
    dot_cm: float


class PatternOut(_Answer):
    """A pattern in every view that shows some of it; `matters` are those of a figure."""

    views: dict[View, ShapesOut]
    matters: list[View]


class ReferralOut(_Answer):
    """A source that refers pain to a place."""

    source: str
    name: str
    kind: str
    zone: str
    covered: Share
    frequency: Share | None
    crossed: bool
    trigger_points: list[str]
    confidence: str


class PlaceOut(_Answer):
    """What refers pain to a region or group."""

    id: str
    name: str
    regions: list[str]
    referrals: list[ReferralOut]


class AskOut(_Answer):
    """A clue to ask about or to look for."""

    id: str
    topic: str
    says: str
    ask: str | None
    examined: bool


class FlagOut(_Answer):
    """A red flag; a patient sees neither what it may mean nor what to do."""

    id: str
    name: str
    ask: str
    urgency: str
    core: bool
    action: str | None = None
    heading: str | None = None
    if_yes: str | None = None
    means: str | None = None


class QuestionsOut(_Answer):
    """Everything that can be asked."""

    clues: list[AskOut]
    red_flags: list[FlagOut]
