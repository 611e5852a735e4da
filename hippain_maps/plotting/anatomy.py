"""The light layer below a pattern: bones, the muscle with the run of its fibres, names."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence

from matplotlib import patheffects
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex, to_rgb
from matplotlib.lines import Line2D

from hippain_maps.anatomy import Landmark, check_side, load_bones, load_outlines
from hippain_maps.geometry import FloatArray, Side, View, check_view, mirror_view
from hippain_maps.plotting import artists
from hippain_maps.plotting.layout import scale_of
from hippain_maps.plotting.look import PRINT, Look
from hippain_maps.words import words_in

BONES, MUSCLE, LANDMARKS, NAMES = 1.2, 1.6, 1.8, 7.0
"""Heights in the stack of artists: above the skin (1), below the pattern (2); names above all."""

MUSCLE_ALPHA = 0.2
"""How strongly muscle is filled; bone shows through."""

NAME_WIDTH = 22
"""Letters in a line of a landmark's name; longer names are broken."""


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
        check_side(side)
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
