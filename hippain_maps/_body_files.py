"""What the files under ``body_regions/`` look like, and how they are read.

The models check one file each, `hippain_maps._body_names` the names across files. What must fit
together on the skin (borders that meet, regions with a face of their own) is checked where the body
is built, in `hippain_maps.body`.
"""

from __future__ import annotations

import itertools
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

from hippain_maps._body_names import name_faults
from hippain_maps._findings import Findings
from hippain_maps._yaml import YamlFile, read_yaml
from hippain_maps._yaml_fields import validate
from hippain_maps.errors import DataError
from hippain_maps.geometry import INSET_VIEWS, View

Number = Annotated[float, Field(allow_inf_nan=False, ge=-400, le=400)]
XY = tuple[Number, Number]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
HalfView = Literal["anterior", "posterior", "left_lateral"]
M = TypeVar("M", bound=BaseModel)
Points = TypeVar("Points", bound=Sequence[object])


def _no_repeats(points: Points) -> Points:
    for before, after in itertools.pairwise(points):
        if before == after:
            raise ValueError(f"the point {after} is given twice in a row; keep one")
    return points


def _is_template(text: str) -> str:
    if any(
        field not in (None, "band", "column") for _, field, _, _ in string.Formatter().parse(text)
    ):
        raise ValueError(f"'{text}' has a placeholder other than {{band}} and {{column}}")
    return text


Line = Annotated[list[XY], AfterValidator(_no_repeats)]
Template = Annotated[str, AfterValidator(_is_template)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ContextShape(_Model):
    """A part of the figure that is drawn but not charted."""

    name: str
    shape: Literal["symmetric", "paired", "whole"]
    points: Line = Field(min_length=3)


class TrunkBegins(_Model):
    """Heights (cm) over which a leg's section turns into half a trunk's."""

    front: XY
    back: XY

    @field_validator("front", "back")
    @classmethod
    def _rises(cls, heights: XY) -> XY:
        if heights[0] >= heights[1]:
            raise ValueError(f"{list(heights)} should be the lower, then the upper height")
        return heights


class OutlineFile(_Model):
    """``outline.yaml``: breadth and depth of the figure by level."""

    figure: str
    source: str
    confidence: str
    profile: list[tuple[Number, Number, Number, Number, Number]] = Field(min_length=4)
    trunk_begins: TrunkBegins
    context: dict[HalfView, list[ContextShape]]

    @field_validator("profile")
    @classmethod
    def _rows_fit(
        cls, rows: list[tuple[float, float, float, float, float]]
    ) -> list[tuple[float, float, float, float, float]]:
        for below, row in itertools.pairwise(rows):
            if row[0] <= below[0]:
                raise ValueError(
                    f"the levels must rise from row to row; {row[0]:g} stands above {below[0]:g}"
                )
        for level, inner, outer, front, back in rows:
            if inner >= outer or back >= front:
                raise ValueError(
                    f"the row of level {level:g} needs inner edge < outer edge and "
                    "rearmost < foremost"
                )
        return rows


class Limb(_Model):
    """Bands and sectors of a limb: the borders between them, and their names."""

    name: str
    levels: list[Number] = Field(min_length=2)
    sectors: list[Id] = Field(min_length=2)
    angles: list[list[Number]] = Field(min_length=1)
    upper_border: Id | None = None

    @field_validator("levels")
    @classmethod
    def _fall(cls, levels: list[float]) -> list[float]:
        for above, level in itertools.pairwise(levels):
            if level >= above:
                raise ValueError(
                    f"the levels must fall, from the top down; {level:g} follows {above:g}"
                )
        return levels

    @model_validator(mode="after")
    def _angles_fit(self) -> Limb:
        if any(len(row) != len(self.sectors) for row in self.angles):
            raise ValueError(
                f"each row of angles needs a level and {len(self.sectors) - 1} angles, "
                f"one between each two of the {len(self.sectors)} sectors"
            )
        return self


class LevelBorder(_Model):
    """A border at one height, between two angles or landmarks."""

    level: Number
    from_: Number | Id = Field(alias="from")
    to: Number | Id


class PointBorder(_Model):
    """A smooth border through points: angle and height, or chart points of a view."""

    view: HalfView | None = None
    points: Annotated[list[XY | Id], AfterValidator(_no_repeats)] = Field(min_length=2)


def _border_form(given: object) -> str:
    points = isinstance(given, PointBorder) or (isinstance(given, dict) and "points" in given)
    return "through points" if points else "at one level"


# Told apart beforehand, so that an error is about the form that was meant.
Border = Annotated[
    Annotated[LevelBorder, Tag("at one level")] | Annotated[PointBorder, Tag("through points")],
    Discriminator(_border_form),
]


class SectionsFile(_Model):
    """``sections.yaml``: levels and section angles."""

    limbs: dict[Id, Limb]
    borders: dict[Id, Border]


class Landmark(_Model):
    """A place on the skin, as a view shows it."""

    view: HalfView
    at: XY


class FreeBordersFile(_Model):
    """``free_borders.yaml``: borders between landmarks."""

    landmarks: dict[Id, Landmark]
    borders: dict[Id, Border]


class Band(_Model):
    """A row or column of a patch grid: where to look, and what to call it."""

    at: Number
    name: str


class PatchGrid(_Model):
    """Regions of a whole grid, one for each band and column."""

    id: Template
    name: Template
    view: HalfView | None = None
    bands: dict[str, Band]
    columns: dict[str, Band]


class Patch(_Model):
    """One region: its name and a point inside it."""

    name: str
    view: HalfView | None = None
    at: XY
    also: dict[HalfView, XY] = Field(default_factory=dict)


class GroupEntry(_Model):
    """A named set of regions; members are regions, groups, or patterns such as ``thigh_*``."""

    name: str
    members: list[str] = Field(min_length=1)


class RegionsFile(_Model):
    """``regions.yaml``: names of the patches."""

    patches: list[PatchGrid]
    regions: dict[Id, Patch]


class Term(_Model):
    """What a region or group is called in the anatomical ontologies."""

    fma: Annotated[str, Field(pattern=r"^FMA:\d+$")] | None = None
    uberon: Annotated[str, Field(pattern=r"^UBERON:\d{7}$")] | None = None


class GroupsFile(_Model):
    """``groups.yaml``: named sets of regions, the areas that reports name, and terms."""

    areas: list[Id] = Field(min_length=1)
    groups: dict[Id, GroupEntry]
    terms: dict[Id, Term] = Field(default_factory=dict)


class InsetRegion(_Model):
    """A region of an inset; a name only where no standing view shows it."""

    name: str | None = None
    at: XY


class InsetContext(_Model):
    """An outline drawn beside the charted part of an inset."""

    name: str
    points: Line = Field(min_length=3)


class HintLine(_Model):
    """A light line with points of its own."""

    name: str | None = None
    points: Line = Field(min_length=2)


class HintBorder(_Model):
    """A light line along part of a border."""

    name: str
    border: Id
    between: tuple[Annotated[float, Field(ge=0, le=1)], Annotated[float, Field(ge=0, le=1)]]


def _hint_form(given: object) -> str:
    border = isinstance(given, HintBorder) or (isinstance(given, dict) and "border" in given)
    return "along a border" if border else "of its own"


Hint = Annotated[
    Annotated[HintLine, Tag("of its own")] | Annotated[HintBorder, Tag("along a border")],
    Discriminator(_hint_form),
]


class InsetFile(_Model):
    """``plantar.yaml`` and its like: a view with borders of its own."""

    view: View
    source: str
    outline: Line = Field(min_length=4)
    closed_on_midline: bool = False
    borders: dict[Id, PointBorder]
    regions: dict[Id, InsetRegion]
    context: list[InsetContext] = Field(default_factory=list)
    hints: list[HintLine] = Field(default_factory=list)

    @field_validator("outline")
    @classmethod
    def _open(cls, points: list[XY]) -> list[XY]:
        if points[0] == points[-1]:
            raise ValueError("an outline closes by itself; leave out the last point")
        return points


class HintsFile(_Model):
    """``hints.yaml``: light lines of the standing views."""

    anterior: list[Hint]
    posterior: list[Hint]
    left_lateral: list[Hint]


@dataclass(frozen=True)
class Read(Generic[M]):
    """A checked file together with where its fields stand."""

    data: M
    file: YamlFile


@dataclass(frozen=True)
class BodyFiles:
    """Everything under ``body_regions/``, read and checked file by file."""

    outline: Read[OutlineFile]
    sections: Read[SectionsFile]
    free_borders: Read[FreeBordersFile]
    regions: Read[RegionsFile]
    groups: Read[GroupsFile]
    hints: Read[HintsFile]
    insets: tuple[Read[InsetFile], ...]


_FORMS: dict[str, type[BaseModel]] = {
    "outline": OutlineFile,
    "sections": SectionsFile,
    "free_borders": FreeBordersFile,
    "regions": RegionsFile,
    **dict.fromkeys(INSET_VIEWS, InsetFile),
    "hints": HintsFile,
    "groups": GroupsFile,
}
"""What each file looks like, in the order in which problems are told."""

_ON_SKIN = _FORMS.keys() - {"groups"}

BODY_FILES = frozenset(_FORMS)
"""The files that a body needs, without ``.yaml``."""


def read_body_files(folder: Path, aside: Findings | None = None) -> BodyFiles:
    """Read and check every file of a body folder, and the names that they use of each other.

    Parameters
    ----------
    folder : path
        Where the files are.
    aside : Findings, optional
        Takes unknown names in groups, if nothing else is wrong: the skin can be cut without groups.

    Raises
    ------
    DataError
        If a file is missing or does not fit, or a name is given twice or nowhere; the message names
        file, line and field. What else is wrong is in ``others``.
    """
    found = {stem: Findings() for stem in _FORMS}
    files: dict[str, YamlFile] = {}
    read: dict[str, Read[Any]] = {}
    for stem, form in _FORMS.items():
        with found[stem].gathered():
            files[stem] = file = read_yaml(folder / f"{stem}.yaml")
            read[stem] = Read(validate(form, file), file)
            if form is InsetFile:
                found[stem] += _inset_faults(read[stem], stem)
    told = {(problem.file, problem.field) for each in found.values() for problem in each}
    stems = {file.label: stem for stem, file in files.items()}
    for fault in name_faults(files):
        if (fault.file, fault.field) not in told:
            found[stems[str(fault.file)]].append(fault)
    if aside is not None and len(read) == len(_FORMS) and not any(found[s] for s in _ON_SKIN):
        aside += found["groups"]
        found["groups"].clear()
    Findings(itertools.chain.from_iterable(found.values())).stop(
        "how borders and regions meet is looked at once these are mended; more may follow"
    )
    insets = tuple(read.pop(view) for view in INSET_VIEWS)
    return BodyFiles(**read, insets=insets)


def _inset_faults(read: Read[InsetFile], view: str) -> Iterator[DataError]:
    if read.data.view != view:
        yield read.file.error(
            f"the view '{read.data.view}' differs from the file name; write '{view}'", ("view",)
        )
    for name, border in read.data.borders.items():
        if border.view or any(isinstance(point, str) for point in border.points):
            yield read.file.error(
                "an inset's borders have plain points, no view or landmark", ("borders", name)
            )
