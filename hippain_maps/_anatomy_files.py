"""What the files of the light anatomical layer look like, and how they are read.

``body_regions/bones.yaml`` holds the bones and their landmarks, ``patterns/muscle_outlines.yaml``
where the muscles lie. Both are drawings of the patient's left half, view by view; the models check
one file each, and that what it names is in it.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from hippain_maps._yaml import YamlFile, read_yaml
from hippain_maps._yaml_fields import validate
from hippain_maps.errors import did_you_mean

Number = Annotated[float, Field(allow_inf_nan=False, ge=-400, le=400)]
XY = tuple[Number, Number]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
HalfView = Literal["anterior", "posterior", "left_lateral"]


def _no_repeats(points: list[XY]) -> list[XY]:
    for before, after in itertools.pairwise(points):
        if before == after:
            raise ValueError(f"the point {list(after)} is given twice in a row; keep one")
    return points


def _open(points: list[XY]) -> list[XY]:
    if points[0] == points[-1]:
        raise ValueError("a closed curve closes by itself; leave out the last point")
    return points


Line = Annotated[list[XY], Field(min_length=2), AfterValidator(_no_repeats)]
Closed = Annotated[
    list[XY], Field(min_length=3), AfterValidator(_no_repeats), AfterValidator(_open)
]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Names(_Model):
    """What a structure is called, by language."""

    en: Text
    la: Text
    de: Text
    fr: Text
    es: Text


class BoneEntry(_Model):
    """A bone, whatever view shows it."""

    names: Names


class BoneShape(_Model):
    """A bone, or a part of it, as one view shows it."""

    bone: Id
    shape: Literal["paired", "symmetric", "whole"]
    outline: Closed
    holes: list[Closed] = Field(default_factory=list)
    lines: list[Line] = Field(default_factory=list)

    @model_validator(mode="after")
    def _half(self) -> BoneShape:
        if self.shape == "symmetric":
            if self.outline[0][0] != 0 or self.outline[-1][0] != 0:
                raise ValueError("half an outline starts and ends on the midline, at x = 0")
            if not (_one_side(self.outline[1:-1]) and all(_one_side(h) for h in self.holes)):
                raise ValueError("half an outline stays on one side of the midline")
        return self


def _one_side(points: list[XY]) -> bool:
    return all(x > 0 for x, _ in points) or all(x < 0 for x, _ in points)


class LandmarkEntry(_Model):
    """A named place where bone is felt, and the views that show it."""

    names: Names
    shape: Literal["paired", "midline"]
    at: Annotated[dict[HalfView, XY], Field(min_length=1)]
    basis: Text


class BonesFile(_Model):
    """``bones.yaml``: bones and bony landmarks; each view from the farthest to the nearest."""

    source: Text
    confidence: Text
    bones: dict[Id, BoneEntry]
    landmarks: dict[Id, LandmarkEntry]
    views: dict[HalfView, list[BoneShape]]


class Fibres(_Model):
    """The course of a muscle's fibres: from the first curve through each to the last."""

    count: int = Field(ge=2, le=40)
    through: list[Line] = Field(min_length=2)


class MusclePart(_Model):
    """A muscle, or a part of it, as one view shows it."""

    name: Text
    outline: Closed
    fibres: Fibres | None = None
    tendon: list[Line] = Field(default_factory=list)


class MuscleOutlinesFile(_Model):
    """``muscle_outlines.yaml``: where muscles lie, by the id of their source."""

    source: Text
    confidence: Text
    muscles: dict[Id, Annotated[dict[HalfView, list[MusclePart]], Field(min_length=1)]]


def read_bones(folder: Path) -> tuple[BonesFile, YamlFile]:
    """Read the bones of a body folder.

    Raises
    ------
    DataError
        If the file is missing or does not fit, or a shape belongs to no bone; the message names
        file, line and field.

    Examples
    --------
    >>> from hippain_maps._resources import resource_dir
    >>> data, _ = read_bones(resource_dir("body_regions"))
    >>> data.landmarks["asis"].names.de
    'vorderer oberer Darmbeinstachel'
    """
    file = read_yaml(folder / "bones.yaml")
    data = validate(BonesFile, file)
    for view, shapes in data.views.items():
        for number, shape in enumerate(shapes):
            if shape.bone not in data.bones:
                raise file.error(
                    f"there is no bone '{shape.bone}'{did_you_mean(shape.bone, data.bones)}",
                    ("views", view, number, "bone"),
                )
    return data, file


def read_muscle_outlines(folder: Path) -> tuple[MuscleOutlinesFile, YamlFile]:
    """Read where the muscles of a pattern folder lie.

    Raises
    ------
    DataError
        If the file is missing or does not fit; the message names file, line and field.

    Examples
    --------
    >>> from hippain_maps._resources import resource_dir
    >>> data, _ = read_muscle_outlines(resource_dir("patterns"))
    >>> [part.name for part in data.muscles["psoas"]["anterior"]]
    ['iliacus', 'psoas major']
    """
    file = read_yaml(folder / "muscle_outlines.yaml")
    return validate(MuscleOutlinesFile, file), file
