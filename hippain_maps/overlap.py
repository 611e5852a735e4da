"""How much of every body region a drawing covers: measured once, whatever is ranked later.

Each view's drawn area is measured against the regions of that view in one pass; regions that lie
inside it whole are not cut at all. Referral patterns are sets of regions, so everything that
follows is arithmetic on the result.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from hippain_maps.clipping import covered_by_chart
from hippain_maps.drawing import PainDrawing
from hippain_maps.geometry import (
    STANDING_VIEWS,
    Area,
    FloatArray,
    View,
    on_grid,
    overlaid,
    unshared,
)
from hippain_maps.regions import Body, BodyChart

_WHOLE = 1e-9
"""A region of which no more than this is missing (cm2) is covered whole."""


@dataclass(frozen=True)
class Overlap:
    """What a drawing covers.

    Parameters
    ----------
    body : Body
        The body it was measured on.
    views : tuple of view
        Views with pain drawn on them.
    area_by_view : mapping of view to ndarray
        Drawn area (cm2) of each polygon of the view's chart.
    drawn_cm2 : mapping of view to float
        Drawn area of the view, on and off the mapped body.
    outside_cm2 : mapping of str to float
        Drawn area that lies in no region, by where it lies: ``head``, ``arm (left)``,
        ``upper trunk``, ``off the figure``.
    fraction : ndarray, shape (2 regions,)
        Painful fraction of each sided region, in the order of ``body.sided``: the largest over
        the views that were used; 0 where none was.
    sensory : ndarray, shape (2 regions,)
        The same for marks that say numb or tingling and nothing else: they are not pain.
    known : ndarray of bool, shape (2 regions,)
        Whether a view that shows the region was used. A region seen only in unused views speaks
        neither for nor against anything.
    notes : tuple of str
        What had to be repaired on the way.
    """

    body: Body
    views: tuple[View, ...]
    area_by_view: Mapping[View, FloatArray]
    drawn_cm2: Mapping[View, float]
    outside_cm2: Mapping[str, float]
    fraction: FloatArray
    sensory: FloatArray
    known: NDArray[np.bool_]
    notes: tuple[str, ...]

    @property
    def mapped_cm2(self) -> float:
        """Drawn area inside regions, over all views, cm2 on the chart."""
        return float(sum(area.sum() for area in self.area_by_view.values()))

    @property
    def outside_total_cm2(self) -> float:
        """Drawn area outside the mapped body, cm2 on the chart."""
        return float(sum(self.outside_cm2.values()))

    @property
    def extent_percent(self) -> float:
        """Pain extent: drawn area of the standing views over their charted area, per cent."""
        charted = sum(self.body.charts[view].areas.sum() for view in STANDING_VIEWS)
        drawn = sum(
            area.sum() for view, area in self.area_by_view.items() if view in STANDING_VIEWS
        )
        return float(100 * drawn / charted)

    @cached_property
    def skin_cm2(self) -> FloatArray:
        """Painful skin of each sided region, cm2: each patch counts once, however many views."""
        area: FloatArray = self.fraction * self.body.skin
        return area

    @cached_property
    def drawn(self) -> tuple[float | None, ...]:
        """Painful fraction of each sided region; None where no used view shows it."""
        pairs = zip(self.fraction.tolist(), self.known.tolist(), strict=True)
        return tuple(fraction if known else None for fraction, known in pairs)

    @cached_property
    def sensory_cm2(self) -> FloatArray:
        """Numb or tingling skin of each sided region, cm2."""
        area: FloatArray = self.sensory * self.body.skin
        return area


def overlap(drawing: PainDrawing, body: Body) -> Overlap:
    """Return how much of every region a drawing covers.

    Parameters
    ----------
    drawing : PainDrawing
        Marks of intensity 0 are not pain and cover nothing, but make their view a used one.
    body : Body
        The body whose regions are measured.

    Notes
    -----
    Areas of shapes whose overlay fails in GEOS are measured again on a grid of 1e-6 cm, and
    `Overlap.notes` says so. The areas inside and outside the regions add up to the drawn area.

    Examples
    --------
    >>> from hippain_maps.body import load_body
    >>> patch = shapely.Polygon([(-15, 60), (-9, 60), (-9, 70)])
    >>> found = overlap(PainDrawing.from_polygons({"posterior": patch}), load_body())
    >>> round(found.mapped_cm2, 6), found.views
    (30.0, ('posterior',))
    """
    count = len(body.sided)
    fraction, sensory = np.zeros(count), np.zeros(count)
    known = np.zeros(count, dtype=bool)
    area_by_view: dict[View, FloatArray] = {}
    drawn_cm2: dict[View, float] = {}
    outside: dict[str, float] = {}
    notes: list[str] = list(drawing.notes)
    for view in drawing.used_views:
        known[body.charts[view].index] = True
    # Pain and altered feeling are measured apart only where there are both.
    parts = {(view, kind): drawing.area(view, sensory=kind) for view, kind in _parts(drawing)}
    charts = [body.charts[view] for view, _ in parts]
    measured = dict(zip(parts, _covered(list(parts.values()), charts), strict=True))
    for view in drawing.views:
        chart, area = body.charts[view], drawing.area(view)
        covered, retried = measured[view, None]
        area_by_view[view], drawn_cm2[view] = covered, area.area
        for part, found in ((False, fraction), (True, sensory)):
            some = drawing.area(view, sensory=part)
            if not some.is_empty:
                inside = measured.get((view, part), measured[view, None])[0]
                share = np.minimum(inside / chart.areas, 1.0)
                # One polygon a region and view, so that no place is written twice.
                found[chart.index] = np.maximum(found[chart.index], share)
        left_over = area.area - covered.sum()
        if left_over > 1e-6 * max(area.area, 1.0):
            beside, once_more = _outside(area, chart, left_over)
            retried |= once_more
            for name, size in beside.items():
                outside[name] = outside.get(name, 0.0) + size
        if retried or view in drawing.joined_on_grid:
            notes.append(on_grid(view))
    return Overlap(
        body=body,
        views=drawing.views,
        area_by_view=area_by_view,
        drawn_cm2=drawn_cm2,
        outside_cm2=outside,
        fraction=fraction,
        sensory=sensory,
        known=known,
        notes=tuple(notes),
    )


def any_mark(drawing: PainDrawing, body: Body, among: NDArray[np.bool_]) -> FloatArray:
    """Return the fraction of some regions that marks cover, of pain or of altered feeling.

    Parameters
    ----------
    drawing : PainDrawing
        Its marks.
    body : Body
        The body whose regions are measured.
    among : ndarray of bool, shape (2 regions,)
        Which regions; the others are left at 0.
    """
    fraction = np.zeros(len(body.sided))
    views = [view for view in drawing.views if among[body.charts[view].index].any()]
    charts = [body.charts[view] for view in views for _ in (False, True)]
    areas = [drawing.area(view, sensory=kind) for view in views for kind in (False, True)]
    for chart, (inside, _) in zip(charts, _covered(areas, charts), strict=True):
        share = np.minimum(inside / chart.areas, 1.0)
        fraction[chart.index] = np.maximum(fraction[chart.index], share)
    return fraction


def _parts(drawing: PainDrawing) -> Iterator[tuple[View, bool | None]]:
    """Yield what is to be measured: in each view all there is, and its kinds if there are both."""
    for view in drawing.views:
        yield view, None
        kinds = [kind for kind in (False, True) if not drawing.area(view, sensory=kind).is_empty]
        if len(kinds) > 1:
            yield from ((view, kind) for kind in kinds)


def _covered(
    areas: Sequence[Area], charts: Sequence[BodyChart]
) -> Iterator[tuple[FloatArray, bool]]:
    """Yield the covered area of each polygon of each area's chart, and whether a grid had to help.

    Mostly no overlay is built, which takes half the time for an outline and a quarter for strokes;
    where outlines run along borders, it decides.
    """
    rows, sure = covered_by_chart(areas, charts)
    for covered, decided, area, chart in zip(rows, sure.tolist(), areas, charts, strict=True):
        if decided:
            # A region that lies inside whole has its own area, to the last digit.
            yield np.where(covered > chart.areas - _WHOLE, chart.areas, covered), False
        else:
            yield overlay_areas(area, chart)


def overlay_areas(area: Area, chart: BodyChart) -> tuple[FloatArray, bool]:
    """Return the same as an overlay gives it, whatever the outlines are like."""
    covered = np.zeros(len(chart.polygons))
    if area.is_empty:
        return covered, False
    # Prepared geometries are not safe across threads, and a drawing may be ranked in several.
    area = unshared(area)
    shapely.prepare(area)
    touched = chart.tree.query(area, predicate="intersects")
    whole = shapely.contains_properly(area, chart.polygons[touched])
    covered[touched[whole]] = chart.areas[touched[whole]]
    cut = touched[~whole]
    pieces, retried = overlaid(shapely.intersection, chart.polygons[cut], area)
    covered[cut] = shapely.area(pieces)
    return covered, retried


def _outside(area: Area, chart: BodyChart, total: float) -> tuple[dict[str, float], bool]:
    """Return where the part of a drawing outside the regions lies; the sizes add up to `total`.

    Also returns whether a grid had to help.
    """
    found: dict[str, float] = {}
    around = [part for part in chart.context if shapely.intersects(area, part.area)]
    left, rest, retried = total, area, False
    if around:
        rest, retried = overlaid(shapely.difference, area, chart.charted)
    for part in around:
        shared, once_more = overlaid(shapely.intersection, rest, part.area)
        rest, again = overlaid(shapely.difference, rest, part.area)
        retried |= once_more or again
        size = min(float(shapely.area(shared)), left)
        if size > 1e-9:
            name = f"{part.name} ({part.side})" if part.side else part.name
            found[name] = found.get(name, 0.0) + size
            left -= size
    if left > 1e-9:
        found["off the figure"] = left
    return found, retried
