"""What the ranking asks of a drawing, whoever made it: the areas in each view, and little else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hippain_maps.clipping import covered_areas
from hippain_maps.drawing import PainDrawing
from hippain_maps.evidence import Covered
from hippain_maps.geometry import STANDING_VIEWS, VIEWS, Area, FloatArray, View
from hippain_maps.marks import Mark
from hippain_maps.overlap import overlay_areas
from hippain_maps.regions import Body, IntArray

Told = tuple[float | None, tuple[str, ...], str | None]
"""Intensity, qualities and depth of a mark."""


@dataclass(frozen=True, eq=False)
class Sketch:
    """One drawing of many.

    Parameters
    ----------
    areas : mapping of view to Area
        What is marked in each view, pain and altered feeling.
    used : tuple of view
        Views that say something.
    feeling : mapping of view to pair of Area
        Where there are marks that say numb or tingling and nothing else: the pain, and they.
    drawing : PainDrawing or None
        All of it; None where there is one plain outline a view and nothing was answered.
    told : mapping of view to (intensity, qualities, depth)
        What was said of those outlines.
    """

    areas: Mapping[View, Area]
    used: tuple[View, ...]
    feeling: Mapping[View, tuple[Area, Area]] = field(default_factory=dict)
    drawing: PainDrawing | None = None
    told: Mapping[View, Told] = field(default_factory=dict)

    @classmethod
    def of(cls, drawing: PainDrawing) -> Sketch:
        """Return what counts of a drawing."""
        areas = {view: drawing.area(view) for view in drawing.views}
        feeling = {}
        if any(mark.is_sensory for mark in drawing.marks):
            feeling = {
                view: (drawing.area(view, sensory=False), drawing.area(view, sensory=True))
                for view in areas
            }
        return cls(areas, drawing.used_views, feeling, drawing)

    @property
    def qualities(self) -> frozenset[str]:
        """Every quality that a mark says."""
        if self.drawing is not None:
            return frozenset(self.drawing.qualities)
        return frozenset(word for _, words, _ in self.told.values() for word in words)

    @property
    def is_silent(self) -> bool:
        """Whether nothing is answered, and no finding given."""
        return self.drawing is None or not (self.drawing.answers or self.drawing.palpation)

    def whole(self) -> PainDrawing:
        """Return the drawing, made anew from its outlines where there was no more to it."""
        if self.drawing is not None:
            return self.drawing
        marks: list[Mark] = []
        for view, area in self.areas.items():
            intensity, quality, depth = self.told.get(view, (None, (), None))
            made = PainDrawing.from_polygons(
                [(view, area)], intensity=intensity, quality=quality, depth=depth
            )
            marks += made.marks
        return PainDrawing(tuple(marks), views_completed=self.used)


@dataclass(frozen=True, eq=False)
class Measured:
    """What many drawings cover, as numbers; see `hippain_maps.overlap.Overlap`.

    Parameters
    ----------
    covered : Covered
        Fractions of every sided region.
    area_cm2, mapped_cm2, standing_cm2, outside_cm2 : ndarray, shape (drawings,)
        Drawn area of all views; inside regions; of that in the standing views; and in no region.
    """

    covered: Covered
    area_cm2: FloatArray
    mapped_cm2: FloatArray
    standing_cm2: FloatArray
    outside_cm2: FloatArray


def measure(sketches: Sequence[Sketch], body: Body) -> Measured:
    """Return how much of every region many drawings cover, each view of all of them at once."""
    count, regions = len(sketches), len(body.sided)
    fraction, sensory = np.zeros((count, regions)), np.zeros((count, regions))
    known = np.zeros((count, regions), dtype=bool)
    area, mapped, standing, outside = (np.zeros(count) for _ in range(4))
    seen = {view: np.unique(body.charts[view].index) for view in VIEWS}
    masks: dict[tuple[View, ...], NDArray[np.bool_]] = {}
    for row, sketch in enumerate(sketches):
        if sketch.used not in masks:
            mask = np.zeros(regions, dtype=bool)
            for view in sketch.used:
                mask[seen[view]] = True
            masks[sketch.used] = mask
        known[row] = masks[sketch.used]
    for view in VIEWS:
        chart = body.charts[view]
        rows, places, shapes = _items(sketches, view)
        if not shapes:
            continue
        table, sure = covered_areas(shapes, chart)
        for number in np.flatnonzero(~sure):
            table[number] = overlay_areas(shapes[number], chart)[0]
        sizes = np.array([shape.area for shape in shapes])
        share = np.minimum(table / chart.areas, 1.0)
        for target, kinds in ((fraction, "ap"), (sensory, "s")):
            chosen = np.array([place in kinds for place in places])
            # One polygon a region and view, so that no place is written twice.
            cells = np.ix_(rows[chosen], chart.index)
            target[cells] = np.maximum(target[cells], share[chosen])
        total = np.array([place in "at" for place in places])
        inside = table[total].sum(axis=1)
        left_over = sizes[total] - inside
        left_over[left_over <= 1e-6 * np.maximum(sizes[total], 1.0)] = 0.0
        area[rows[total]] += sizes[total]
        mapped[rows[total]] += inside
        outside[rows[total]] += left_over
        if view in STANDING_VIEWS:
            standing[rows[total]] += inside
    return Measured(Covered(fraction, sensory, known), area, mapped, standing, outside)


def _items(sketches: Sequence[Sketch], view: View) -> tuple[IntArray, list[str], list[Area]]:
    """Return row, kind and shape of all that is to be measured in a view.

    The kinds: ``a`` for all there is, where it is pain; where some of it is altered feeling, ``t``
    for the total, ``p`` for the pain and ``s`` for the feeling.
    """
    found = list(_each(sketches, view))
    return (
        np.array([row for row, _, _ in found], dtype=np.intp),
        [kind for _, kind, _ in found],
        [shape for _, _, shape in found],
    )


def _each(sketches: Sequence[Sketch], view: View) -> Iterator[tuple[int, str, Area]]:
    for row, sketch in enumerate(sketches):
        if view not in sketch.areas:
            continue
        if view not in sketch.feeling:
            yield row, "a", sketch.areas[view]
            continue
        yield row, "t", sketch.areas[view]
        yield from ((row, kind, s) for kind, s in zip("ps", sketch.feeling[view], strict=True))
