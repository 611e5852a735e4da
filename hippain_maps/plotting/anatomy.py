"""What lies under the skin, drawn lightly: bones with their landmarks, and the muscle itself.

The layer is for teaching. It stays below the referral pattern: bones first, then the muscle with
the run of its fibres, then the landmarks. The drawings are data (``body_regions/bones.yaml`` and
``patterns/muscle_outlines.yaml``), the patient's left half; the right is its mirror.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import shapely
from matplotlib import patheffects
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex, to_rgb
from matplotlib.lines import Line2D
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
    check_view,
    mirror,
    mirror_view,
    smooth_curve,
)
from hippain_maps.plotting import artists
from hippain_maps.plotting.layout import scale_of
from hippain_maps.plotting.look import PRINT, Look
from hippain_maps.words import words_in

if TYPE_CHECKING:
    from hippain_maps._anatomy_files import BoneShape, HalfView, LandmarkEntry, MusclePart

BONES, MUSCLE, LANDMARKS, NAMES = 1.2, 1.6, 1.8, 7.0
"""Heights in the stack of artists: above the skin (1), below the pattern (2); names above all."""

MUSCLE_ALPHA = 0.2
"""How strongly muscle is filled; bone shows through."""

NAME_WIDTH = 22
"""Letters in a line of a landmark's name; longer names are broken."""

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
        return replace(self, side=_other(self.side), area=mirror(self.area), lines=flipped)


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
        return replace(self, side=_other(self.side), x=-self.x)


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
        _check_side(side)
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


def _check_side(name: str) -> None:
    if name not in SIDES:
        raise UnknownNameError("side", name, SIDES, hint=f"sides are {', '.join(SIDES)}")


def _other(side: Side | None) -> Side | None:
    return None if side is None else "right" if side == "left" else "left"


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


# --- onto the axes -----------------------------------------------------------------------------


def bone_colours(look: Look) -> tuple[str, str]:
    """Return fill and line of bone: between the skin and the faint ink of a look.

    Examples
    --------
    >>> bone_colours(PRINT)
    ('#e5dfd9', '#bab3ac')
    """
    return _blend(look.skin, look.faint_ink, 0.17), _blend(look.skin, look.faint_ink, 0.58)


def muscle_colour(look: Look) -> str:
    """Return the colour of muscle: the second of a look, nearer to its ink; never that of pain.

    Examples
    --------
    >>> muscle_colour(PRINT) != PRINT.pain
    True
    """
    return _blend(look.second, look.ink, 0.2)


def _blend(first: str, second: str, share: float) -> str:
    """Return the colour a share of the way from the first to the second."""
    r, g, b = (
        (1 - share) * x + share * y for x, y in zip(to_rgb(first), to_rgb(second), strict=True)
    )
    return to_hex((r, g, b))


def add_bones(
    ax: Axes,
    view: View,
    look: Look = PRINT,
    *,
    side: Side | None = None,
    names: bool = False,
    language: str = "en",
) -> list[Artist]:
    """Add the bones under the skin to a chart, below the referral pattern.

    Parameters
    ----------
    ax : Axes
        A chart that `plot_chart` has drawn; its limits stay as they are.
    view : view
        Which view. Insets show no bones.
    look : Look
        Colours and sizes.
    side : {"left", "right"}, optional
        Only the bones of this side, and those on the midline; by default both sides. A side view
        shows the near side only.
    names : bool
        Whether to mark the bony landmarks and name them at the edge of the chart.
    language : str
        Of the names: en, la, de, fr or es.

    Returns
    -------
    list of Artist
        What was added: ``<view>-bone-<id>-<side>``, ``<view>-landmark-<id>-<side>`` and
        ``<view>-landmark-<id>-name`` by gid.

    Raises
    ------
    UnknownNameError
        If there is no such view, side or language.

    Examples
    --------
    >>> from hippain_maps.body import load_body
    >>> from hippain_maps.plotting import plot_chart
    >>> ax = plot_chart(load_body(), "posterior")
    >>> add_bones(ax, "posterior", side="left")[0].get_gid()
    'posterior-bone-hip_bone-left'
    """
    check_view(view)
    words_in(language)
    if side is not None:
        _check_side(side)
    bones, scale = load_bones(), scale_of(ax)
    fill, line = bone_colours(look)
    width = look.hint_width * scale
    added: list[Artist] = []
    taken: Counter[str] = Counter()
    shown = [bone for bone in bones.shapes.get(view, ()) if _shows(bone.side, side)]
    for number, bone in enumerate(shown):
        # One step each, so that the near bone covers the far one with its ridges.
        height = BONES + (MUSCLE - BONES) * 0.9 * number / len(shown)
        patch = artists.area_patch(
            bone.area,
            facecolor=fill,
            edgecolor=line,
            linewidth=width,
            joinstyle="round",
            zorder=height,
            gid=_gid(view, "bone", bone.id, bone.side, taken),
        )
        added.append(ax.add_artist(patch))
        if bone.lines:
            ridges = _lines(bone.lines, line, 0.7 * width, height)
            ridges.set_gid(_gid(view, "ridges", bone.id, bone.side, taken))
            ax.add_collection(ridges, autolim=False)
            added.append(ridges)
    if names:
        places = [p for p in bones.landmarks.get(view, ()) if _shows(p.side, side)]
        added += _add_landmarks(ax, view, places, side, language, look)
    return added


def add_muscle(
    ax: Axes, source_id: str, side: Side, view: View, look: Look = PRINT
) -> list[Artist]:
    """Add a muscle's own outline and the run of its fibres to a chart, below the pattern.

    Parameters
    ----------
    ax : Axes
        A chart that `plot_chart` has drawn; its limits stay as they are.
    source_id : str
        Which muscle, by the id of its source.
    side : {"left", "right"}
        The patient's side; the right is the exact mirror image.
    view : view
        Which view. Nothing is added where the view does not show that muscle.
    look : Look
        Colours and sizes.

    Returns
    -------
    list of Artist
        What was added: ``<view>-muscle-<id>-<side>`` and ``<view>-fibres-<id>-<side>`` by gid.

    Raises
    ------
    UnknownNameError
        If there is no such view or side, or no outline of that muscle; the known ones are named.

    Examples
    --------
    >>> from hippain_maps.body import load_body
    >>> from hippain_maps.plotting import plot_chart
    >>> ax = plot_chart(load_body(), "posterior")
    >>> [artist.get_gid() for artist in add_muscle(ax, "piriformis", "left", "posterior")]
    ['posterior-muscle-piriformis-left', 'posterior-fibres-piriformis-left']
    """
    check_view(view)
    colour, width = muscle_colour(look), look.hint_width * scale_of(ax)
    added: list[Artist] = []
    taken: Counter[str] = Counter()
    for number, part in enumerate(load_outlines().of(source_id, side, view)):
        height = MUSCLE + 0.05 * number
        flesh = artists.area_patch(
            part.area,
            facecolor=(*to_rgb(colour), MUSCLE_ALPHA),
            edgecolor=colour,
            linewidth=1.4 * width,
            joinstyle="round",
            zorder=height,
            gid=_gid(view, "muscle", source_id, side, taken),
        )
        added.append(ax.add_artist(flesh))
        run = _lines([*part.fibres, *part.tendon], colour, 0.6 * width, height)
        run.set_gid(_gid(view, "fibres", source_id, side, taken))
        ax.add_collection(run, autolim=False)
        added.append(run)
    return added


def _shows(of: Side | None, wanted: Side | None) -> bool:
    return of is None or wanted is None or of == wanted


def _gid(
    view: View, kind: str, name: str, side: Side | None, taken: Counter[str] | None = None
) -> str:
    """Return the name of an artist; further parts of the same thing are numbered."""
    gid = "-".join(filter(None, [view, kind, name, side]))
    if taken is None:
        return gid
    taken[gid] += 1
    return gid if taken[gid] == 1 else f"{gid}-{taken[gid]}"


def _lines(lines: Sequence[FloatArray], colour: str, width: float, height: float) -> LineCollection:
    return LineCollection(
        list(lines),
        colors=colour,
        linewidths=width,
        capstyle="round",
        joinstyle="round",
        zorder=height,
    )


def _add_landmarks(
    ax: Axes,
    view: View,
    places: Sequence[Landmark],
    side: Side | None,
    language: str,
    look: Look,
) -> list[Artist]:
    """Mark landmarks, and name each once, in a column inside the left or the right edge."""
    scale = scale_of(ax)
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    places = [p for p in places if left < p.x < right and low < p.y < high]
    added: list[Artist] = [
        ax.add_line(
            Line2D(
                [place.x],
                [place.y],
                linestyle="none",
                marker="o",
                markersize=3 * scale,
                color=look.halo,
                markeredgecolor=look.ink,
                markeredgewidth=0.7 * scale,
                zorder=LANDMARKS,
                gid=_gid(view, "landmark", place.id, place.side),
            )
        )
        for place in places
    ]
    size = look.small_size * max(0.8, min(scale, 1.0))
    # Height of a line of text, in chart cm.
    line = 1.25 * size / 72 * (high - low) / _inches_high(ax)
    columns: dict[bool, list[Landmark]] = {True: [], False: []}
    for place in places:
        if place.side is None or place.side == (side or "left") or mirror_view(view) != view:
            columns[_on_the_right(place, view, side, left, right)].append(place)
    for at_right, column in columns.items():
        texts = [textwrap.fill(place.names[language], NAME_WIDTH) for place in column]
        heights = [line * (text.count("\n") + 1.5) for text in texts]
        for place, text, y in zip(
            column, texts, _spread([p.y for p in column], heights, low, high), strict=True
        ):
            name = ax.annotate(
                text,
                (place.x, place.y),
                (right - 0.3, y) if at_right else (left + 0.3, y),
                fontsize=size,
                color=look.ink,
                ha="right" if at_right else "left",
                va="center",
                linespacing=1.1,
                zorder=NAMES,
                gid=_gid(view, "landmark", f"{place.id}-name", place.side),
                arrowprops={
                    "arrowstyle": "-",
                    "relpos": (0.0 if at_right else 1.0, 0.5),
                    "shrinkA": 1.5,
                    "shrinkB": 2.2 * scale,
                    "linewidth": 0.5 * scale,
                    "color": look.faint_ink,
                },
            )
            name.set_path_effects([patheffects.withStroke(linewidth=2, foreground=look.paper)])
            added.append(name)
    return added


def _inches_high(ax: Axes) -> float:
    dpi = ax.get_figure(root=True).dpi  # type: ignore[union-attr]
    return float(ax.get_position().height * ax.figure.bbox.height / dpi)


def _on_the_right(
    place: Landmark, view: View, side: Side | None, left: float, right: float
) -> bool:
    """Return whether a name goes to the right edge: beside its place, never across the body.

    What is on the midline goes to the side that has no other names, if the chart shows it.
    """
    if mirror_view(view) != view:
        return place.x > 0
    if place.side is not None:
        return place.x > 0
    named_right = (view == "anterior") == ((side or "left") == "left")
    near, far = (right, -left) if named_right else (-left, right)
    return named_right if far < 0.75 * near else not named_right


def _spread(
    wanted: Sequence[float], heights: Sequence[float], low: float, high: float
) -> list[float]:
    """Return heights near those wanted, which fall, for texts that must not touch."""
    places: list[float] = []
    ceiling = high
    for y, height in zip(wanted, heights, strict=True):
        places.append(min(y, ceiling - height / 2))
        ceiling = places[-1] - height / 2
    floor = low
    for number in range(len(places) - 1, -1, -1):
        places[number] = max(places[number], floor + heights[number] / 2)
        floor = places[number] + heights[number] / 2
    return places
