"""A candidate beside what was drawn: which part a pattern explains, and what it leaves."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hippain_maps.candidates import Candidate, Ranking
from hippain_maps.drawing import PainDrawing
from hippain_maps.geometry import VIEWS, Area, View, as_area, overlaid
from hippain_maps.plotting import artists
from hippain_maps.plotting.key import drawn_tone, numb_outline
from hippain_maps.plotting.look import Look
from hippain_maps.plotting.pattern import shapes_by_view
from hippain_maps.plotting.zones import PatternShapes

MOST_VIEWS = 3
"""Views of the drawing that are shown at the most; a panel may add one with its crosses."""


def shapes_of(candidate: Candidate) -> dict[View, PatternShapes]:
    """Return the shapes of what the drawing speaks for of a candidate, by view.

    Where nothing but numbness and tingling is drawn, that is its core alone.
    """
    source = candidate.source
    found = shapes_by_view(candidate.atlas, candidate.points, candidate.side, source=source)
    if candidate.overlap.skin_cm2.any():
        return found
    none = np.empty((0, 2))
    return {
        view: PatternShapes(view, shapely.Polygon(), none, none, {}, core=shapes.core)
        for view, shapes in found.items()
    }


def main_views(drawn: Mapping[View, Area]) -> tuple[View, ...]:
    """Return the views with the most drawn on them, in the usual order."""
    most = sorted(drawn, key=lambda view: -drawn[view].area)[:MOST_VIEWS]
    return tuple(view for view in VIEWS if view in most)


def panel_views(
    found: Mapping[View, PatternShapes], drawn: Mapping[View, Area]
) -> tuple[View, ...]:
    """Return the views of a panel: those drawn on, and one in which a trigger point is marked."""
    views = list(main_views(drawn))
    if not any(found[view].marks for view in views if view in found):
        marked = [view for view, shapes in found.items() if shapes.marks]
        views += marked[:1]
    return tuple(view for view in VIEWS if view in views)


def add_fit(
    ax: Axes,
    candidate: Candidate,
    shapes: PatternShapes | None,
    drawing: PainDrawing,
    view: View,
    look: Look,
    *,
    name: str,
) -> None:
    """Add what was drawn, in two tones: what a pattern explains and what it does not.

    Numbness and tingling are compared with a core, and with no muscle.
    """
    extent = shapes.extent if shapes else shapely.Polygon()
    core = shapes.core if shapes else shapely.Polygon()
    pain, numb = (drawing.area(view, sensory=sensory) for sensory in (False, True))
    _add_tones(ax, pain, extent, look, name=name)
    if not pain.is_empty:
        edge = {"facecolor": "none", "edgecolor": look.drawn, "linewidth": 1.2, "zorder": 5}
        ax.add_artist(artists.area_patch(pain, **edge))
    if not candidate.source.is_muscle:
        _add_tones(ax, numb, core, look, name=f"{name}-numb")
    if not numb.is_empty:
        ax.add_artist(numb_outline(numb, look, gid=f"{name}-numb"))


def _add_tones(ax: Axes, drawn: Area, pattern: Area, look: Look, *, name: str) -> None:
    """Add a drawn area, hatched inside a pattern and filled outside it."""
    unexplained = as_area(overlaid(shapely.difference, drawn, pattern)[0])
    explained = as_area(overlaid(shapely.intersection, drawn, pattern)[0])
    for part, area in (("unexplained", unexplained), ("explained", explained)):
        if not area.is_empty:
            patch = artists.area_patch(area, linewidth=0, zorder=2.9, **drawn_tone(part, look))
            patch.set_gid(f"{name}-{part}")
            ax.add_artist(patch)


def add_bar(
    figure: Figure,
    box: tuple[float, float, float, float],
    candidate: Candidate,
    look: Look,
    *,
    part: str = "share",
) -> None:
    """Draw how large a share of its list a candidate has."""
    ax = figure.add_axes(box)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.set_axis_off()
    frame = Rectangle((0, 0), 1, 1, facecolor=look.skin, edgecolor=look.faint_ink, linewidth=0.6)
    # Half of its line would be cut off at the edge of the axes.
    frame.set_clip_on(False)
    ax.add_artist(frame)
    share = Rectangle((0, 0), candidate.probability, 1, facecolor=look.ink, edgecolor="none")
    share.set_gid(f"{candidate.source.id}-{candidate.side}-{part}")
    ax.add_artist(share)


def key_kinds(ranking: Ranking, drawing: PainDrawing) -> list[str]:
    """Return what the key must name for a ranking and its drawing."""
    wanted = ["essential", "spillover"] if ranking.overlap.skin_cm2.any() else []
    if ranking.candidates:
        wanted.append("point")
    elif any(candidate.source.core for candidate in ranking.differential):
        wanted.append("core")
    wanted += ["explained", "unexplained"]
    if any(not drawing.area(view, sensory=True).is_empty for view in drawing.views):
        wanted.append("numb")
    return wanted
