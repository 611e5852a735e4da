"""What the files under ``body_regions/other_maps/`` look like: other people's body maps as data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hippain_maps._yaml import YamlFile, read_yaml
from hippain_maps._yaml_fields import validate
from hippain_maps.geometry import View

Number = Annotated[float, Field(allow_inf_nan=False, ge=-400, le=400)]
XY = tuple[Number, Number]
HalfView = Literal["anterior", "posterior"]
Share = Annotated[float, Field(gt=0, lt=1)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AreaEntry(_Model):
    """One area of another map: its codes, and which part of our chart it is."""

    name: str
    left: str | None = None
    right: str | None = None
    both: str | None = None
    view: HalfView | None = None
    at: XY | None = None
    inset: View | None = None
    regions: list[str] = Field(default_factory=list)
    side: list[str] = Field(default_factory=list)
    above: Share | None = None

    @model_validator(mode="after")
    def _fits(self) -> AreaEntry:
        if (self.both is None) == (self.left is None or self.right is None):
            raise ValueError("an area has the code of both halves, or one for left and for right")
        if (self.at is None) != (self.view is None):
            raise ValueError("`view` and `at` belong together")
        if self.at is not None and self.regions:
            raise ValueError("an area is a face (`at`) or a set of `regions`, not both")
        return self


class MapFile(_Model):
    """``choir.yaml``, ``michigan.yaml``: a body map of other people."""

    id: str
    name: str
    confidence: Literal["confirmed", "partial", "general knowledge"]
    sources: list[str] = Field(min_length=1)
    prefixes: dict[str, str] = Field(default_factory=dict)
    female: dict[str, str] = Field(default_factory=dict)
    none: str | None = None
    complete: list[View]
    borders: dict[HalfView, dict[str, Annotated[list[XY], Field(min_length=2)]]] = Field(
        default_factory=dict
    )
    areas: list[AreaEntry] = Field(min_length=1)

    @model_validator(mode="after")
    def _codes_fit(self) -> MapFile:
        codes = [c for a in self.areas for c in (a.left, a.right, a.both) if c is not None]
        twice = {code for code in codes if codes.count(code) > 1}
        if twice:
            raise ValueError(f"the code '{min(twice)}' is given to two areas")
        if not set(self.female) | set(self.female.values()) <= set(codes):
            raise ValueError("`female` names a code that no area has")
        if set(self.female) != set(self.female.values()):
            raise ValueError("`female` must exchange codes among themselves")
        return self


def read_map_file(path: Path) -> tuple[MapFile, YamlFile]:
    """Return a body map's file, checked.

    Raises
    ------
    DataError
        If it does not fit; the message names file, line and field.
    """
    file = read_yaml(path)
    return validate(MapFile, file), file
