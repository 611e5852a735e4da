"""Numbers of trigger points, each beside one of its crosses."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

from matplotlib.axes import Axes

from hippain_maps.geometry import Side, View
from hippain_maps.patterns import TriggerPoint
from hippain_maps.plotting.artists import Halo
from hippain_maps.plotting.layout import is_small, scale_of, size_of, width_of
from hippain_maps.plotting.look import Look
from hippain_maps.plotting.zones import PatternShapes

# Around a cross, outward first: out, up, down, in, and the corners.
_AROUND = ((1, 0), (0, 1), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))

LEAST_MARK, LEAST_NUMBER = 0.6, 6.0
"""Crosses are at least so large, as a share of their size on a chart of an inch for 20 cm, and
numbers so many points, but on a small page."""


def mark_scale(ax: Axes) -> float:
    """Return the scale of the crosses on a chart: that of the chart, or a little larger."""
    return scale_of(ax) if is_small(ax.figure) else max(scale_of(ax), LEAST_MARK)


def add_numbers(
    ax: Axes,
    shapes: PatternShapes,
    points: Sequence[TriggerPoint],
    look: Look,
    *,
    name: str,
    outward: int,
) -> None:
    """Write each trigger point's number beside one of its crosses.

    Places away from the midline are tried first, `outward` being -1 or 1, so that the two sides are
    mirror images.
    """
    scale = mark_scale(ax)
    (x0, x1), (y0, y1) = sorted(ax.get_xlim()), sorted(ax.get_ylim())
    cm = (x1 - x0) / (72 * ax.get_position().width * size_of(ax.figure)[0])
    arm = (look.mark_size * scale / 2 + 2) * cm
    size = look.title_size * scale
    if not is_small(ax.figure):
        size = max(size, LEAST_NUMBER)
    taken = [(m.x, m.y, arm, arm) for marks in shapes.marks.values() for m in marks]
    for number, point in enumerate(points, 1):
        own = [(m.x, m.y) for m in shapes.marks.get(point.id, ())]
        others = [(m.x, m.y) for p in points if p is not point for m in shapes.marks.get(p.id, ())]
        wide, high = 36 * width_of(str(number), size, bold=True) * cm, size / 2 * cm
        places = [
            (x + outward * ring * dx * (arm + wide), y + ring * dy * (arm + high), wide, high)
            for ring, (dx, dy), (x, y) in itertools.product((1, 1.25, 1.6), _AROUND, own)
        ]
        inside = [
            p for p in places if x0 + wide < p[0] < x1 - wide and y0 + high < p[1] < y1 - high
        ]
        if not inside:
            continue
        best = max(inside, key=lambda p: _room(p, taken, own, others))
        taken.append(best)
        text = ax.text(
            best[0],
            best[1],
            str(number),
            fontsize=size,
            fontweight="bold",
            color=look.ink,
            ha="center",
            va="center_baseline",
            zorder=8,
            gid=f"{shapes.view}-{name}-{point.id}-number",
        )
        text.set_path_effects([Halo(2.2, look.halo)])


def outward_of(view: View, side: Side) -> int:
    """Return the sign of x away from the midline; in a side view, towards the front."""
    return 1 if (side == "left") == (view in ("anterior", "plantar", "perineal")) else -1


_Rectangle = tuple[float, float, float, float]
"""Middle, half width and half height, cm."""


def _room(
    place: _Rectangle,
    taken: Iterable[_Rectangle],
    own: Iterable[tuple[float, float]],
    others: Iterable[tuple[float, float]],
) -> float:
    """Return how good a place is for a number: free, and nearer to its own cross than to others.

    All places that are good enough are equally good.
    """
    x, y, wide, high = place
    gap = min(max(abs(x - a) - wide - w, abs(y - b) - high - h) for a, b, w, h in taken)
    near = min(math.dist((x, y), cross) for cross in own)
    far = min((math.dist((x, y), cross) for cross in others), default=math.inf)
    return min(round(gap, 6), 0.0) + min(round(far / near, 6), 1.5)
