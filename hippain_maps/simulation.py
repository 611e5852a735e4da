"""Simulated hands: pain drawings from a known source, with every liberty a patient takes stated.

A simulated patient has a source on one side, active trigger points, spillover felt or not, and pain
in the regions that follow. A *hand* then draws that pain, and can draw it again a minute later.
Two families of hands differ in kind, and neither is the ranking's own idea of noise:

- ``warp``: the outline of the pain, bent by a few long waves, shifted, and drawn a little too large
  or too small;
- ``brush``: the pain filled with slanting brush strokes that miss their ends and overshoot.

How shaky a hand is, is set by how much two drawings of the same pain overlap (Jaccard index): 0.62
+- 0.18 for low back drawings (Leoni 2013), 0.42 +- 0.19 for shoulder drawings. `measured_redraw`
says what was reached.

What this can show is whether encoded patterns are recovered under such hands. It cannot show that
the patterns are right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import shapely
from numpy.random import Generator
from shapely import LineString

from hippain_maps.atlas import Atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.geometry import (
    SIDES,
    STANDING_VIEWS,
    VIEWS,
    Area,
    FloatArray,
    Side,
    View,
    as_area,
    mirror_view,
)
from hippain_maps.marks import Mark
from hippain_maps.patterns import Source
from hippain_maps.regions import Body

Family = Literal["warp", "brush"]


@dataclass(frozen=True, slots=True)
class Hand:
    """How a simulated patient draws; lengths in cm, shares in [0, 1].

    Parameters
    ----------
    family : {"warp", "brush"}
        The kind of noise.
    shake : float
        Standard deviation of the displacement of an edge.
    unevenness : float
        Spread (log scale) of the shake from drawing to drawing.
    wave : float
        Wave length of the bends.
    omits : float
        Share of drawings that leave out part of the pain.
    omits_most : float
        The largest part left out.
    adds : float
        Share of drawings with an unrelated extra mark.
    one_view : bool
        Whether only the view that shows most is drawn on.
    wrong_side : float
        Share of drawings made on the wrong side.
    """

    family: Family = "warp"
    shake: float = 1.0
    unevenness: float = 0.65
    wave: float = 22.0
    omits: float = 0.25
    omits_most: float = 0.4
    adds: float = 0.2
    one_view: bool = False
    wrong_side: float = 0.0

    def steady(self) -> Hand:
        """Return the same hand without omissions, extras and slips: displacement only."""
        return replace(self, omits=0.0, adds=0.0, wrong_side=0.0)


SHAKE: Mapping[tuple[Family, float], float] = {
    ("warp", 0.62): 0.46,
    ("warp", 0.42): 0.97,
    ("brush", 0.62): 0.56,
    ("brush", 0.42): 1.40,
}
"""Shake at which two drawings of one pain overlap by this Jaccard index, averaged over the muscles
of the shipped atlas. Small areas of pain overlap less than large ones at the same shake."""


def shake_for(
    family: Family, level: float, atlas: Atlas, *, patients: int = 100, seed: int = 7
) -> float:
    """Return the shake at which redraws of the atlas's muscles overlap by `level` on average.

    Found by bisection on simulated patients, so that a stated overlap holds whatever the atlas:
    small areas of pain overlap less than large ones at the same shake. To 0.01 cm, between 0.1 and
    4 times the shake of the shipped atlas.

    Parameters
    ----------
    family : {"warp", "brush"}
        The kind of hand.
    level : float
        Mean Jaccard index of two drawings of one pain, in (0.1, 0.9).
    atlas : Atlas
        Whose muscles are drawn.
    patients : int
        How many, spread evenly over muscles and sides.
    seed : int
        The same seed gives the same digits.
    """
    # Round the shake of the shipped atlas; a level that has none is looked for from a fine hand up.
    near = SHAKE.get((family, level), 1.5)
    low, high = 0.1 * near, 4 * near
    while high - low > 0.02:
        middle = (low + high) / 2
        hand = Hand(family=family, shake=middle).steady()
        mean, _ = measured_redraw(hand, atlas, patients=patients, seed=seed)
        low, high = (middle, high) if mean > level else (low, middle)
    return round((low + high) / 2, 2)


@dataclass(frozen=True, slots=True)
class Patient:
    """A simulated patient: what is active, and where it hurts.

    Parameters
    ----------
    source, side
        The truth; no source where it is not known.
    trigger_points : tuple of str
        The active ones.
    pain : mapping of view to Area
        Where it hurts, in every view that shows some of it; what a hand then draws.
    """

    source: Source | None
    side: Side
    trigger_points: tuple[str, ...]
    pain: Mapping[View, Area]


def patient(source: Source, side: Side, atlas: Atlas, generator: Generator) -> Patient:
    """Return a patient with pain from a source.

    One trigger point is active, in three of ten patients a second one; spillover is felt with
    the chance in the model file, and in weak parts of a zone the less often the weaker they are.
    Whoever would then feel nothing feels all that the active trigger points can send.

    Parameters
    ----------
    source : Source
        Where the pain comes from: a muscle.
    side : {"left", "right"}
        Of the patient.
    atlas : Atlas
        The body and the model file.
    generator : Generator
        Source of all randomness.

    Raises
    ------
    ValueError
        If the source is no muscle: how its patients draw is not modelled.
    """
    if not source.is_muscle:
        raise ValueError(
            f"{source.id} ({source.kind}) cannot be simulated: only muscles have trigger points "
            "that are active or not; take one of those"
        )
    model = atlas.model
    priors = model.trigger_point_priors.get(source.id, {})
    weights = np.array([priors.get(point.id, 1.0) for point in source.trigger_points])
    count = min(len(weights), 2 if generator.random() < _SECOND_POINT else 1)
    active = generator.choice(len(weights), size=count, replace=False, p=weights / weights.sum())
    hurts: set[str] = set()
    all_of_it: set[str] = set()
    for number in sorted(active.tolist()):
        felt = generator.random() < model.spillover_felt
        for zone, parts in source.trigger_points[number].zones.items():
            all_of_it.update(part.sided(side) for part in parts)
            if zone == "essential" or (zone == "spillover" and felt):
                for part in parts:
                    if generator.random() < min(1.0, part.weight + _WEAK_PARTS):
                        hurts.add(part.sided(side))
    names = tuple(source.trigger_points[number].id for number in sorted(active.tolist()))
    return Patient(source, side, names, _pain(sorted(hurts or all_of_it), atlas.body))


_SECOND_POINT = 0.3
_WEAK_PARTS = 0.3
# Less than this on a view is not drawn there, cm2.
_WORTH_DRAWING = 4.0


def _pain(regions: Sequence[str], body: Body) -> dict[View, Area]:
    shapes: dict[View, list[Area]] = {}
    for region in regions:
        for view in body.views_of(region):
            shape = body.polygon(view, region)
            if shape is not None:
                shapes.setdefault(view, []).append(shape)
    areas = {view: as_area(shapely.union_all(shapes[view])) for view in VIEWS if view in shapes}
    large = {view: area for view, area in areas.items() if area.area >= _WORTH_DRAWING}
    return large or areas


def draw(who: Patient, hand: Hand, body: Body, generator: Generator) -> PainDrawing:
    """Return a drawing of a patient's pain; the next call draws it again.

    What a hand adds, it adds anywhere; what it omits is an end of the pain, above or below a level.
    A drawing that would come out empty is drawn once more; if that never helps, as with pain beside
    the body, the pain itself is the drawing.
    """
    shake = hand.shake * float(np.exp(generator.normal(scale=hand.unevenness)))
    for _ in range(_ATTEMPTS):
        drawn = _draw_once(who, hand, shake, body, generator)
        if drawn:
            return PainDrawing.from_polygons(list(drawn.items()))
    return PainDrawing.from_polygons(list(who.pain.items()))


_ATTEMPTS = 100


def _draw_once(
    who: Patient, hand: Hand, shake: float, body: Body, generator: Generator
) -> dict[View, Area]:
    pain = dict(who.pain)
    if hand.one_view:
        most = max(pain, key=lambda view: pain[view].area)
        pain = {most: pain[most]}
    if generator.random() < hand.omits:
        pain = _cut(pain, generator.uniform(0.1, hand.omits_most), generator)
    drawn: dict[View, Area] = {}
    for view, area in pain.items():
        bend = _warp if hand.family == "warp" else _brush
        shape = bend(area, shake, hand.wave, generator)
        # A hand sees where the body ends, more or less.
        shape = as_area(shapely.intersection(shape, shapely.buffer(body.charts[view].figure, 1.0)))
        if not shape.is_empty and shape.area >= min(_WORTH_DRAWING, area.area) / 2:
            drawn[view] = shape
    if drawn and generator.random() < hand.adds:
        view = list(drawn)[generator.integers(len(drawn))]
        drawn[view] = as_area(shapely.union(drawn[view], _extra(body, view, generator)))
    if drawn and generator.random() < hand.wrong_side:
        flip = np.array([-1.0, 1.0])
        drawn = {
            mirror_view(view): as_area(shapely.transform(area, lambda xy: xy * flip))
            for view, area in drawn.items()
        }
    return drawn


def _cut(pain: Mapping[View, Area], share: float, generator: Generator) -> dict[View, Area]:
    """Leave out the upper or lower end of the pain, the same level in every standing view.

    Insets have heights of their own; they are cut only where there is nothing else.
    """
    cut = [view for view in pain if view in STANDING_VIEWS] or list(pain)
    levels = np.concatenate([shapely.get_coordinates(pain[view])[:, 1] for view in cut])
    low, high = levels.min(), levels.max()
    if generator.random() < 0.5:
        keep = shapely.box(-500, low, 500, high - share * (high - low))
    else:
        keep = shapely.box(-500, low + share * (high - low), 500, high)
    kept = {
        view: as_area(shapely.intersection(area, keep)) if view in cut else area
        for view, area in pain.items()
    }
    return {view: area for view, area in kept.items() if not area.is_empty}


_WAVES = 6


def _warp(area: Area, shake: float, wave: float, generator: Generator) -> Area:
    """Bend, shift and swell an outline."""
    directions = generator.normal(size=(_WAVES, 2)) * 2 * np.pi / wave
    phases = generator.uniform(0, 2 * np.pi, size=_WAVES)
    amplitudes = generator.normal(scale=shake / np.sqrt(_WAVES / 2), size=(_WAVES, 2))
    shift = generator.normal(scale=0.7 * shake, size=2)
    swell = float(generator.normal(scale=0.4 * shake))

    def move(xy: FloatArray) -> FloatArray:
        moved: FloatArray = xy + np.sin(xy @ directions.T + phases) @ amplitudes + shift
        return moved

    fine = shapely.segmentize(shapely.simplify(area, 0.2), 1.5)
    bent = as_area(shapely.transform(fine, move))
    grown = as_area(shapely.buffer(bent, swell, quad_segs=4))
    return grown if not grown.is_empty else bent


def _brush(area: Area, shake: float, wave: float, generator: Generator) -> Area:
    """Fill an area with slanting strokes whose ends fall short and overshoot."""
    width = float(generator.uniform(2.0, 4.0))
    slant = generator.uniform(-0.6, 0.6) + (np.pi / 2 if generator.random() < 0.5 else 0.0)
    shift = generator.normal(scale=0.6 * shake, size=2)
    along = np.array([np.cos(slant), np.sin(slant)])
    across = np.array([-along[1], along[0]])
    strokes = []
    for part in shapely.get_parts(area):
        corners = shapely.get_coordinates(part)
        start, stop = (corners @ across).min(), (corners @ across).max()
        reach = np.abs(corners @ along).max() + 1
        for at in np.arange(start + width * 0.35, stop, width * 0.75):
            line = LineString([across * at - along * reach, across * at + along * reach])
            for piece in shapely.get_parts(shapely.intersection(line, part)):
                if not isinstance(piece, LineString) or piece.length < 0.5:
                    continue
                ends = shapely.get_coordinates(piece)
                direction = (ends[1] - ends[0]) / piece.length
                # The round tip reaches half a width beyond the end of a stroke.
                miss = generator.normal(loc=-0.3 * width, scale=1.3 * shake, size=2)
                ends = ends + np.outer(np.array([-1, 1]) * miss, direction)
                wobble = generator.normal(scale=0.45 * shake, size=2)
                strokes.append(LineString(ends + wobble + shift))
    if not strokes:
        return as_area(shapely.buffer(shapely.point_on_surface(area), width / 2))
    return as_area(shapely.union_all(shapely.buffer(strokes, width / 2, quad_segs=4)))


def _extra(body: Body, view: View, generator: Generator) -> Area:
    """Return a blob somewhere on the charted body."""
    charted = body.charts[view].charted
    x0, y0, x1, y1 = charted.bounds
    while True:
        x, y = generator.uniform(x0, x1), generator.uniform(y0, y1)
        if shapely.contains_xy(charted, x, y):
            return as_area(shapely.buffer(shapely.Point(x, y), generator.uniform(1.5, 3.5)))


def redraw(drawing: PainDrawing, hand: Hand, body: Body, generator: Generator) -> PainDrawing:
    """Return a drawing as the same patient might draw it again: each view's pain, displaced.

    Numbness and tingling are drawn apart from pain. Intensity and other qualities are not carried
    over; completed views, answers and palpation are.
    """
    marks: list[Mark] = []
    for sensory in (False, True):
        areas = {view: drawing.area(view, sensory=sensory) for view in drawing.views}
        areas = {view: area for view, area in areas.items() if not area.is_empty}
        if areas:
            drawn = draw(Patient(None, "left", (), areas), hand.steady(), body, generator)
            quality = ("numb",) if sensory else ()
            marks += [replace(mark, quality=quality) for mark in drawn.marks]
    return replace(
        PainDrawing(tuple(marks)),
        views_completed=drawing.views_completed,
        answers=drawing.answers,
        palpation=drawing.palpation,
    )


def jaccard(first: PainDrawing, second: PainDrawing) -> float:
    """Return the Jaccard index of two drawings: common area over joint area, all views together."""
    common = joint = 0.0
    for view in VIEWS:
        a, b = first.area(view), second.area(view)
        both = shapely.area(shapely.intersection(a, b))
        common += both
        joint += a.area + b.area - both
    return common / joint if joint else 0.0


def measured_redraw(
    hand: Hand, atlas: Atlas, *, patients: int = 200, seed: int = 1
) -> tuple[float, float]:
    """Return mean and standard deviation of the Jaccard index between two drawings of one pain."""
    generator = np.random.default_rng(seed)
    sources = [source for source in atlas.sources.values() if source.is_muscle]
    found = []
    for number in range(patients):
        source = sources[number % len(sources)]
        who = patient(source, SIDES[number // len(sources) % 2], atlas, generator)
        drawings = [draw(who, hand, atlas.body, generator) for _ in range(2)]
        found.append(jaccard(*drawings))
    return float(np.mean(found)), float(np.std(found))


def mixture(first: Patient, second: Patient) -> Patient:
    """Return a patient who has the pain of two; the first one's source leads."""
    pain = {
        view: as_area(shapely.union_all([p.pain[view] for p in (first, second) if view in p.pain]))
        for view in VIEWS
        if view in first.pain or view in second.pain
    }
    return replace(first, pain=pain)
