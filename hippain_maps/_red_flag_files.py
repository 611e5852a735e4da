"""What ``patterns/red_flags.yaml`` looks like.

The models check the file by itself; what must fit the body and the clues is checked where it
is read, in `hippain_maps.red_flags`.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from hippain_maps._pattern_files import Basis, Id, Language, Share, Text

Urgency = Literal["ambulance", "same_day", "urgent", "routine"]
Quality = Literal[
    "aching", "burning", "stabbing", "electric", "tingling", "numb", "cramping", "other"
]
Depth = Literal["superficial", "deep"]
Skin = Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _english(texts: dict[Language, str]) -> dict[Language, str]:
    if "en" not in texts:
        raise ValueError("the English words (en) are missing; the others fall back on them")
    return texts


Texts = Annotated[dict[Language, Text], AfterValidator(_english)]


def _every_urgency(texts: dict[Urgency, Texts]) -> dict[Urgency, Texts]:
    if missing := [name for name in get_args(Urgency) if name not in texts]:
        raise ValueError(f"'{missing[0]}' has no words; every urgency needs them")
    return texts


ByUrgency = Annotated[dict[Urgency, Texts], AfterValidator(_every_urgency)]


class ConditionEntry(_Model):
    """What must hold, all of it, for a flag to be called or raised; `because` says it in words."""

    because: Text
    drawn: list[Id] = Field(default_factory=list)
    least_cm2: Skin | None = None
    share: Share | None = None
    both_sides: bool = False
    quality: list[Quality] = Field(default_factory=list)
    depth: Depth | None = None
    least_intensity: Annotated[float, Field(gt=0, le=10)] | None = None
    any_yes: list[Id] = Field(default_factory=list)
    all_yes: list[Id] = Field(default_factory=list)
    all_no: list[Id] = Field(default_factory=list)

    @model_validator(mode="after")
    def _whole(self) -> ConditionEntry:
        if not (self.drawn or self.any_yes or self.all_yes or self.all_no):
            raise ValueError(
                "a condition needs places (drawn) or answers (any_yes, all_yes, all_no)"
            )
        given = self.model_fields_set & {
            "least_cm2", "share", "both_sides", "quality", "depth", "least_intensity"
        }  # fmt: skip
        if given and not self.drawn:
            raise ValueError(f"'{min(given)}' says how a place is drawn; name places (drawn)")
        return self


class FlagEntry(_Model):
    """One red flag."""

    core: bool
    name: Texts
    ask: Texts
    means: Text
    urgency: Urgency
    action: Texts
    called_by: list[Id | ConditionEntry] = Field(default_factory=list)
    raised_by: list[Id | ConditionEntry] = Field(default_factory=list)
    basis: Basis

    @model_validator(mode="after")
    def _can_be_asked(self) -> FlagEntry:
        if not self.core and not self.called_by:
            raise ValueError("a flag that is not core needs called_by, or nobody ever asks it")
        return self


class WordsEntry(_Model):
    """What stands around the flags in every output."""

    heading: ByUrgency
    if_yes: ByUrgency
    before_ranking: Texts
    answered_yes: Texts
    not_yet_asked: Texts
    not_asked: Texts
    not_asked_note: Texts
    not_asked_after_alarm: Texts
    also_ask: Texts
    answered_no: Texts


class RedFlagsFile(_Model):
    """``red_flags.yaml``: the flags, and the conditions that several of them share."""

    reviewed_by: list[Text]
    least_cm2: Skin
    words: WordsEntry
    conditions: dict[Id, Annotated[list[ConditionEntry], Field(min_length=1)]]
    flags: dict[Id, FlagEntry]
