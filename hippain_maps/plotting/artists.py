"""Make matplotlib artists; nothing here places them on an axes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from matplotlib import patheffects
from matplotlib.collections import EllipseCollection, LineCollection
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from hippain_maps.geometry import Area, FloatArray, as_area
from hippain_maps.plotting.look import Look
from hippain_maps.regions import BodyChart


def path_of(area: shapely.Geometry) -> Path:
    """Return a polygonal geometry as a path; holes wind the other way, so that they stay open."""
    vertices: list[FloatArray] = []
    codes: list[np.uint8] = []
    for part in shapely.get_parts(shapely.orient_polygons(area)):
        for ring in (part.exterior, *part.interiors):
            xy = shapely.get_coordinates(ring)
            vertices.append(xy)
            codes += [Path.MOVETO, *[Path.LINETO] * (len(xy) - 2), Path.CLOSEPOLY]
    if not vertices:
        return Path(np.empty((0, 2)))
    return Path(np.vstack(vertices), codes)


def area_patch(area: shapely.Geometry, **style: Any) -> PathPatch:
    """Return a filled shape."""
    return PathPatch(path_of(area), **style)


FINENESS = 0.015
"""Lines of the body keep to their course within this, cm, with as few points as that takes."""


def body_outline(chart: BodyChart, *, arms: bool) -> Area:
    """Return the outline of a view's figure, with its arms or without."""
    return as_area(shapely.simplify(chart.outline(arms=arms), FINENESS))


def hint_lines(chart: BodyChart, look: Look, *, size: float = 1.0) -> LineCollection:
    """Return the light anatomical lines of a view."""
    lines = [shapely.simplify(shapely.LineString(xy), FINENESS) for xy in chart.hints]
    return LineCollection(
        [shapely.get_coordinates(line) for line in lines],
        colors=look.faint_ink,
        linewidths=look.hint_width * size,
        capstyle="round",
        joinstyle="round",
        zorder=3,
    )


def dots(centres: FloatArray, look: Look, *, colour: str, size: float = 1.0) -> EllipseCollection:
    """Return stipple dots of a fixed size on the body."""
    # One shape for all of them: an SVG then holds it once and a place for each dot.
    diameter = [look.dot_cm * size]
    return EllipseCollection(
        diameter,
        diameter,
        [0.0],
        units="xy",
        offsets=centres,
        facecolors=colour,
        edgecolors="none",
        zorder=2.5,
    )


def core_patch(
    area: shapely.Geometry,
    look: Look,
    *,
    size: float = 1.0,
    colour: str | None = None,
    plain: bool = False,
) -> PathPatch:
    """Return where skin goes numb: hatched, with a dashed outline that stays apart from pain.

    With a `colour`, only the outline, in that colour; if `plain`, a flat tone instead of the hatch.
    """
    flat = to_rgba(look.second, 0.4) if plain else "none"
    return area_patch(
        area,
        facecolor=flat,
        edgecolor=colour or (look.second if plain else look.drawn),
        hatch=None if colour or plain else "////",
        hatch_linewidth=0.5 * size,
        linewidth=1.2 * size,
        linestyle=(0, (3, 1.6)),
        zorder=2.8,
    )


class Halo(patheffects.withStroke):
    """A stroke behind letters and lines that lifts them off any ground.

    Parameters
    ----------
    width : float
        Of the stroke, points.
    colour : str
        Of the stroke.
    """

    def __init__(self, width: float, colour: str) -> None:
        super().__init__(linewidth=width, foreground=colour)
        self.width, self.colour = width, colour

    def enlarged(self, factor: float) -> Halo:
        """Return a halo that is so many times as wide."""
        return Halo(factor * self.width, self.colour)


def crosses(points: Iterable[tuple[float, float]], look: Look, *, size: float = 1.0) -> Line2D:
    """Return the bold X of trigger points, with a halo that lifts it off any ground."""
    xy = np.array(list(points), dtype=float).reshape(-1, 2)
    line = Line2D(
        xy[:, 0],
        xy[:, 1],
        linestyle="none",
        marker="x",
        markersize=look.mark_size * size,
        markeredgewidth=look.mark_width * size,
        color=look.ink,
        zorder=6,
    )
    line.set_path_effects([Halo(look.mark_width * size + 2.2, look.halo)])
    return line
