"""Two drawings of one person: what is gone, what is new, what remains, and what that changes.

Areas are those of the chart, view by view, on and off the mapped body; a view that only one of the
drawings used is compared all the same and named, since a view without marks may mean no pain or
nothing asked. Two drawings of the same pain made a minute apart overlap only at a Jaccard index of
0.62 +- 0.18 (Leoni 2013): a difference smaller than that is no change.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import shapely

from hippain_maps.atlas import Atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DrawingError
from hippain_maps.geometry import VIEWS, Area, Side, View, as_area, on_grid, overlaid
from hippain_maps.overlap import Overlap, overlap
from hippain_maps.patterns import Source
from hippain_maps.ranking import rank

REDRAW = (0.62, 0.18)
"""Jaccard index of two drawings of one pain a minute apart, mean and spread (Leoni 2013)."""

TOLD = 5
"""So many of the first sources of each drawing are told of in a comparison."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much pain is drawn.

    Parameters
    ----------
    percent : float
        Drawn area of the standing views over their charted area, per cent.
    area_cm2 : float
        Drawn area over all views, cm2 on the chart.
    """

    percent: float
    area_cm2: float


def pain_extent(drawing: PainDrawing, atlas: Atlas) -> Extent:
    """Return the pain extent of a drawing.

    Examples
    --------
    >>> from hippain_maps.atlas import load_atlas
    >>> round(pain_extent(PainDrawing(), load_atlas()).percent, 1)
    0.0
    """
    return _extent(overlap(drawing, atlas.body))


def _extent(found: Overlap) -> Extent:
    return Extent(found.extent_percent, float(sum(found.drawn_cm2.values())))


@dataclass(frozen=True, slots=True)
class ViewChange:
    """What changed in one view, in chart cm.

    Parameters
    ----------
    gone, new, remaining : Polygon or MultiPolygon
        Drawn before alone, after alone, and both times.
    shift : (float, float) or None
        From the centre of the earlier pain to that of the later one; None where either is missing.
    """

    gone: Area
    new: Area
    remaining: Area
    shift: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Moved:
    """What a source's place in its list became.

    Parameters
    ----------
    source, side
        Which.
    before, after : (int, float) or None
        Rank and share; None where there was nothing to rank.
    """

    source: Source
    side: Side
    before: tuple[int, float] | None
    after: tuple[int, float] | None


@dataclass(frozen=True)
class Comparison:
    """Two drawings, the earlier and the later one.

    Parameters
    ----------
    before, after : Extent
        How much pain was drawn.
    jaccard : float or None
        Area drawn both times over area drawn at all, all views together; None if neither is drawn.
    views : mapping of view to ViewChange
        What changed where.
    one_sided : tuple of view
        Views that only one of the drawings used.
    intensity : (float or None, float or None)
        Mean intensity over the painful area, before and after; None where none is stated.
    moved : tuple of Moved
        The first sources of either drawing, muscles before others, by their place afterwards.
    notes : tuple of str
        What had to be done to compare them.
    """

    before: Extent
    after: Extent
    jaccard: float | None
    views: Mapping[View, ViewChange]
    one_sided: tuple[View, ...]
    intensity: tuple[float | None, float | None]
    moved: tuple[Moved, ...]
    notes: tuple[str, ...] = ()

    @property
    def redraw_words(self) -> str:
        """What two drawings of one pain overlap by, as it is written."""
        return f"{REDRAW[0]:g} +- {REDRAW[1]:g}"

    @property
    def within_redraw(self) -> bool:
        """Whether the drawings differ no more than two of the same pain do on average."""
        return self.jaccard is not None and self.jaccard >= REDRAW[0]

    def areas(self) -> dict[str, float]:
        """Return the areas gone, new and remaining over all views, cm2."""
        names = ("gone", "new", "remaining")
        return {n: float(sum(getattr(v, n).area for v in self.views.values())) for n in names}

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain data."""

        def place(found: tuple[int, float] | None) -> dict[str, Any] | None:
            return {"rank": found[0], "probability": found[1]} if found else None

        return {
            "before": {"extent_percent": self.before.percent, "area_cm2": self.before.area_cm2},
            "after": {"extent_percent": self.after.percent, "area_cm2": self.after.area_cm2},
            "jaccard": self.jaccard,
            "within_redraw": self.within_redraw,
            "areas_cm2": self.areas(),
            "shift_cm": {
                view: list(change.shift) for view, change in self.views.items() if change.shift
            },
            "one_sided_views": list(self.one_sided),
            "notes": list(self.notes),
            "intensity": list(self.intensity),
            "moved": [
                {
                    "source": m.source.id,
                    "kind": m.source.kind,
                    "side": m.side,
                    "before": place(m.before),
                    "after": place(m.after),
                }
                for m in self.moved
            ],
        }


def compare(before: PainDrawing, after: PainDrawing, atlas: Atlas) -> Comparison:
    """Return what changed between two drawings.

    Parameters
    ----------
    before, after : PainDrawing
        The earlier and the later one.
    atlas : Atlas
        The body, and the sources that both are ranked against.

    Examples
    --------
    >>> from hippain_maps.atlas import load_atlas
    >>> atlas = load_atlas()
    >>> wide = PainDrawing.from_regions(atlas.body, ["left:buttock", "left:thigh_posterior"])
    >>> small = PainDrawing.from_regions(atlas.body, ["left:buttock"])
    >>> compare(wide, small, atlas).areas()["new"]
    0.0
    """
    extents = [_extent(overlap(drawing, atlas.body)) for drawing in (before, after)]
    views: dict[View, ViewChange] = {}
    notes: list[str] = []
    for view in VIEWS:
        if view in before.views or view in after.views:
            views[view], retried = _change(before.area(view), after.area(view))
            if retried:
                notes.append(on_grid(view))
    both = sum(change.remaining.area for change in views.values())
    either = both + sum(c.gone.area + c.new.area for c in views.values())
    one_sided = set(before.used_views) ^ set(after.used_views)
    return Comparison(
        before=extents[0],
        after=extents[1],
        jaccard=min(both / either, 1.0) if either else None,
        views=views,
        one_sided=tuple(view for view in VIEWS if view in one_sided),
        intensity=(mean_intensity(before), mean_intensity(after)),
        moved=_moved(before, after, atlas),
        notes=tuple(notes),
    )


def _change(before: Area, after: Area) -> tuple[ViewChange, bool]:
    """Return what changed in a view, and whether a grid had to help."""
    shift = None
    if not before.is_empty and not after.is_empty:
        one, other = before.centroid, after.centroid
        shift = (other.x - one.x, other.y - one.y)
    gone, first = overlaid(shapely.difference, before, after)
    new, second = overlaid(shapely.difference, after, before)
    remaining, third = overlaid(shapely.intersection, before, after)
    change = ViewChange(as_area(gone), as_area(new), as_area(remaining), shift)
    return change, first or second or third


def mean_intensity(drawing: PainDrawing) -> float | None:
    """Return the mean intensity over the painful area that has one."""
    weighed = [
        (area.area, intensity)
        for view in drawing.views
        for area, intensity in drawing.intensity_areas(view)
        if intensity is not None
    ]
    total = math.fsum(size for size, _ in weighed)
    return math.fsum(size * value for size, value in weighed) / total if total else None


def _moved(before: PainDrawing, after: PainDrawing, atlas: Atlas) -> tuple[Moved, ...]:
    """Return the first sources of either drawing with their places in both."""
    places: list[dict[tuple[str, Side], tuple[int, float]]] = []
    for drawing in (before, after):
        try:
            ranking = rank(drawing, atlas)
        except DrawingError:
            # Nothing on the mapped body: no list, which the result shows as such.
            places.append({})
            continue
        both = (*ranking.candidates, *ranking.differential)
        places.append({(c.source.id, c.side): (c.rank, c.probability) for c in both})
    keys = {key for found in places for key, (place, _) in found.items() if place <= TOLD}
    earlier, later = places

    def order(key: tuple[str, Side]) -> tuple[bool, float, tuple[str, Side]]:
        muscle = atlas.sources[key[0]].is_muscle
        return not muscle, later.get(key, earlier.get(key, (math.inf, 0.0)))[0], key

    return tuple(
        Moved(atlas.sources[key[0]], key[1], earlier.get(key), later.get(key))
        for key in sorted(keys, key=order)
    )
