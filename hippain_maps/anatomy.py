"""What lies under the skin: bones with their landmarks, and the outlines of muscles.

The drawings are data (``body_regions/bones.yaml`` and ``patterns/muscle_outlines.yaml``), the
patient's left half; the right is its mirror. Nothing here is ranked: the layer is for teaching.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import shapely
from numpy.typing import ArrayLike
from shapely import LineString, Polygon

from hippain_maps._resources import resource_dir
from hippain_maps.errors import UnknownNameError
from hippain_maps.geometry import (
    SIDES,
    Area,
    FloatArray,
    Side,
    View,
    as_area,
    mirror,
    mirror_view,
    other_side,
    smooth_curve,
)

if TYPE_CHECKING:
    from hippain_maps._anatomy_files import BoneShape, HalfView, LandmarkEntry, MusclePart

FIBRE_MARGIN = 0.15
"""Fibres end this far inside the outline of their muscle, cm."""

FINE, FLATNESS = 0.08, 0.01
"""Step of a smooth curve, and how far its simpler form may depart from it, cm."""

_FLIP = np.array([-1.0, 1.0])
_Thing = TypeVar("_Thing", "Bone", "Landmark")


@dataclass(frozen=True, eq=False)
class Bone:
    """A bone, or a part of it, as one view shows it.

    Parameters
    ----------
    id : str
        Which bone.
    side : {"left", "right"} or None
        None for a bone on the midline.
    area : Polygon or MultiPolygon
        Chart cm.
    lines : tuple of ndarray, each of shape (n, 2)
        Ridges and rims.
    """

    id: str
    side: Side | None
    area: Area
    lines: tuple[FloatArray, ...]

    def mirrored(self) -> Bone:
        """Return the bone of the other side."""
        flipped = tuple(line * _FLIP for line in self.lines)
        other = other_side(self.side) if self.side else None
        return replace(self, side=other, area=mirror(self.area), lines=flipped)


@dataclass(frozen=True, slots=True)
class Landmark:
    """A named place where bone is felt, as one view shows it.

    Parameters
    ----------
    id : str
        Which landmark.
    side : {"left", "right"} or None
        None for a place on the midline.
    names : mapping of str to str
        By language: en, la, de, fr, es.
    x, y : float
        Chart cm.
    """

    id: str
    side: Side | None
    names: Mapping[str, str]
    x: float
    y: float

    def mirrored(self) -> Landmark:
        """Return the landmark of the other side."""
        return replace(self, side=(other_side(self.side) if self.side else None), x=-self.x)


@dataclass(frozen=True, eq=False)
class Bones:
    """The bones and bony landmarks of a body.

    Parameters
    ----------
    names : mapping of str to mapping of str to str
        Names of each bone by language.
    shapes : mapping of view to tuple of Bone
        Both sides, from the farthest to the nearest.
    landmarks : mapping of view to tuple of Landmark
        Both sides, from the top down.
    source, confidence : str
        What the drawing rests on, and how sure it is.
    """

    names: Mapping[str, Mapping[str, str]]
    shapes: Mapping[View, tuple[Bone, ...]]
    landmarks: Mapping[View, tuple[Landmark, ...]]
    source: str
    confidence: str


@dataclass(frozen=True, eq=False)
class Outline:
    """A muscle, or a part of it, as one view shows it.

    Parameters
    ----------
    name : str
        Which part.
    area : Polygon or MultiPolygon
        Chart cm.
    fibres, tendon : tuple of ndarray, each of shape (n, 2)
        The run of the fibres; tendon beyond the flesh.
    """

    name: str
    area: Area
    fibres: tuple[FloatArray, ...]
    tendon: tuple[FloatArray, ...]

    def mirrored(self) -> Outline:
        """Return the muscle of the other side."""
        return replace(
            self,
            area=mirror(self.area),
            fibres=tuple(line * _FLIP for line in self.fibres),
            tendon=tuple(line * _FLIP for line in self.tendon),
        )


@dataclass(frozen=True, eq=False)
class Outlines:
    """Where the muscles lie.

    Parameters
    ----------
    muscles : mapping of str to mapping of view to tuple of Outline
        By the id of the source; the patient's left half.
    source, confidence : str
        What the drawing rests on, and how sure it is.
    """

    muscles: Mapping[str, Mapping[View, tuple[Outline, ...]]]
    source: str
    confidence: str

    def of(self, source_id: str, side: Side, view: View) -> tuple[Outline, ...]:
        """Return the parts of a muscle that a view shows; none if it shows the other side.

        Raises
        ------
        UnknownNameError
            If no muscle of that name is drawn, or there is no such side; the known ones are named.

        Examples
        --------
        >>> [part.name for part in load_outlines().of("psoas", "right", "anterior")]
        ['iliacus', 'psoas major']
        """
        check_side(side)
        if source_id not in self.muscles:
            raise UnknownNameError(
                "muscle outline",
                source_id,
                self.muscles,
                hint=f"muscles drawn are {', '.join(self.muscles)}",
            )
        views = self.muscles[source_id]
        if side == "left":
            return views.get(view, ())
        return tuple(part.mirrored() for part in views.get(mirror_view(view), ()))


def check_side(name: str) -> None:
    """Refuse what is not a side.

    Raises
    ------
    UnknownNameError
        If the name is neither left nor right.
    """
    if name not in SIDES:
        raise UnknownNameError("side", name, SIDES, hint=f"sides are {', '.join(SIDES)}")


# --- from the files ----------------------------------------------------------------------------


def load_bones(folder: Path | None = None) -> Bones:
    """Return the bones of a body folder; by default the shipped ones, read once.

    Raises
    ------
    DataError
        If the file is wrong; the message names file, line and field.

    Examples
    --------
    >>> load_bones().names["patella"]["en"]
    'kneecap'
    """
    return _shipped_bones() if folder is None else _build_bones(folder)


def load_outlines(folder: Path | None = None) -> Outlines:
    """Return the muscle outlines of a pattern folder; by default the shipped ones, read once.

    Raises
    ------
    DataError
        If the file is wrong; the message names file, line and field.

    Examples
    --------
    >>> "piriformis" in load_outlines().muscles
    True
    """
    return _shipped_outlines() if folder is None else _build_outlines(folder)


@cache
def _shipped_bones() -> Bones:
    return _build_bones(resource_dir("body_regions"))


@cache
def _shipped_outlines() -> Outlines:
    return _build_outlines(resource_dir("patterns"))


def _build_bones(folder: Path) -> Bones:
    # Checking files takes a validation library; it is imported where files are read.
    from hippain_maps._anatomy_files import read_bones

    data, _ = read_bones(folder)
    shapes: dict[View, tuple[Bone, ...]] = {}
    landmarks: dict[View, tuple[Landmark, ...]] = {}
    for view, given in data.views.items():
        lateral = mirror_view(view) != view
        left = [_bone(shape) for shape in given]
        places = _landmarks(data.landmarks, view)
        if lateral:
            shapes[mirror_view(view)] = tuple(bone.mirrored() for bone in left)
            landmarks[mirror_view(view)] = tuple(place.mirrored() for place in places)
            shapes[view], landmarks[view] = tuple(left), tuple(places)
        else:
            shapes[view] = tuple(_both(left))
            landmarks[view] = tuple(_both(places))
    return Bones(
        names={name: entry.names.model_dump() for name, entry in data.bones.items()},
        shapes=shapes,
        landmarks=landmarks,
        source=data.source,
        confidence=data.confidence,
    )


def _both(left: Iterable[_Thing]) -> list[_Thing]:
    """Return each thing and its mirror image; what is on the midline once."""
    both: list[_Thing] = []
    for thing in left:
        both += [thing] if thing.side is None else [thing, thing.mirrored()]
    return both


def _bone(given: BoneShape) -> Bone:
    side: Side | None = "left" if given.shape == "paired" else None
    holes = [_closed(hole) for hole in given.holes]
    lines = [smooth_curve(line) for line in given.lines]
    if given.shape == "symmetric":
        outline = _closed_over_the_midline(given.outline)
        holes += [hole * _FLIP for hole in holes]
        lines = [joined for line in lines for joined in _over_the_midline(line)]
    else:
        outline = _closed(given.outline)
    return Bone(given.bone, side, as_area(Polygon(outline, holes)), tuple(lines))


def _closed(points: ArrayLike) -> FloatArray:
    """Return a smooth closed curve: fine enough for the smallest hole, no finer than shows."""
    return _simplified(smooth_curve(points, step=FINE, closed=True))


def _closed_over_the_midline(half: ArrayLike) -> FloatArray:
    """Return half an outline, from the midline to the midline, with its exact mirror image."""
    points = np.array(half, dtype=float)
    # Joined before it is smoothed, or the midline would show as a kink.
    whole = smooth_curve(np.vstack([points, points[-2:0:-1] * _FLIP]), step=FINE, closed=True)
    end = int(np.flatnonzero((whole == points[-1]).all(axis=1))[0])
    line = _simplified(whole[: end + 1])
    return np.vstack([line, line[-2:0:-1] * _FLIP])


def _simplified(line: FloatArray) -> FloatArray:
    return shapely.get_coordinates(shapely.simplify(LineString(line), FLATNESS))


def _over_the_midline(line: FloatArray) -> list[FloatArray]:
    """Return a line and its mirror image, as one where it starts on the midline."""
    if not line[:, 0].any():
        return [line]
    if line[0, 0] == 0:
        return [np.vstack([line[:0:-1] * _FLIP, line])]
    return [line, line * _FLIP]


def _landmarks(entries: Mapping[str, LandmarkEntry], view: HalfView) -> list[Landmark]:
    found = [
        Landmark(
            name,
            "left" if entry.shape == "paired" else None,
            entry.names.model_dump(),
            *entry.at[view],
        )
        for name, entry in entries.items()
        if view in entry.at
    ]
    return sorted(found, key=lambda landmark: -landmark.y)


def _build_outlines(folder: Path) -> Outlines:
    from hippain_maps._anatomy_files import read_muscle_outlines

    data, _ = read_muscle_outlines(folder)
    return Outlines(
        muscles={
            name: {view: tuple(map(_outline, parts)) for view, parts in views.items()}
            for name, views in data.muscles.items()
        },
        source=data.source,
        confidence=data.confidence,
    )


def _outline(part: MusclePart) -> Outline:
    area = as_area(Polygon(_closed(part.outline)))
    fibres: list[FloatArray] = []
    if part.fibres is not None:
        stations = [_evenly(smooth_curve(c), part.fibres.count) for c in part.fibres.through]
        inside = shapely.buffer(area, -FIBRE_MARGIN)
        for through in np.stack(stations, axis=1):
            line = shapely.intersection(LineString(smooth_curve(through)), inside)
            fibres += [
                shapely.get_coordinates(piece)
                for piece in shapely.get_parts(shapely.line_merge(line))
                if isinstance(piece, LineString) and not piece.is_empty
            ]
    tendon = tuple(smooth_curve(line) for line in part.tendon)
    return Outline(part.name, area, tuple(fibres), tendon)


def _evenly(curve: FloatArray, count: int) -> FloatArray:
    """Return `count` points along a curve, at equal distances."""
    run = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(curve, axis=0).T))])
    at = np.linspace(0.0, run[-1], count)
    return np.stack([np.interp(at, run, curve[:, 0]), np.interp(at, run, curve[:, 1])], axis=1)
