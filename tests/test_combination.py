"""The smallest set of sources that explains a drawing."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable, Sequence

import numpy as np
import pytest
import shapely
from worlds import example, hand_drawn_atlas, point, source, square, three_patterns

from hippain_maps.atlas import Atlas
from hippain_maps.combination import Combination, Part, combination
from hippain_maps.drawing import PainDrawing
from hippain_maps.geometry import SIDES, other_side
from hippain_maps.ranking import rank

Key = tuple[str, str]


def of(drawing: PainDrawing, atlas: Atlas) -> Combination:
    """Return the combination for a drawing."""
    return combination(rank(drawing, atlas))


def named(found: Combination) -> set[Key]:
    """Return its sources, with their sides."""
    return {(part.source.id, part.side) for part in found.parts}


def regions(drawing: PainDrawing, atlas: Atlas, parts: Iterable[Part]) -> float:
    """Return the share of the mapped drawn skin that lies in the patterns of some parts."""
    pattern = {
        region.sided(part.side)
        for part in parts
        for trp in part.trigger_points
        for zone in trp.zones.values()
        for region in zone
    }
    skin = rank(drawing, atlas).overlap.skin_cm2
    place = atlas.body.place
    return float(skin[[place[region] for region in sorted(pattern)]].sum() / skin.sum())


# --- The search --------------------------------------------------------------------------------

# States of the three patterns: prior, and the chance that each region is spared, background apart.
STATES = {
    "alpha": [(1.0, {"upper": 0.25})],
    "beta": [(0.5, {"lower": 0.25, "outer": 0.5}), (0.5, {"lower": 0.25, "outer": 0.75})],
    "gamma": [
        (1 / 3, {"upper": 0.25}),
        (1 / 3, {"lower": 0.25}),
        (1 / 3, {"upper": 0.25, "lower": 0.25}),
    ],
}


def slow_best(drawing: PainDrawing, atlas: Atlas) -> set[Key]:
    """Try every set of one to three sources in every state, by the formula, with plain loops."""
    model, body = atlas.model, atlas.body
    found = rank(drawing, atlas).overlap
    shares = [float(d) for d in found.fraction]
    # Each region weighs 1 in this world.
    n = sum(d for d, known in zip(shares, found.known, strict=True) if known)
    full = n / (n + model.evidence_half)
    observed = model.evidence_limit * full
    best: tuple[float, set[Key]] = (-math.inf, set())
    keys = list(itertools.product(STATES, SIDES))
    for size in (1, 2, 3):
        for members in itertools.combinations(keys, size):
            evidence = 0.0
            for states in itertools.product(*(STATES[name] for name, _ in members)):
                pain = rest = 0.0
                for sided, drawn, known in zip(body.sided, shares, found.known, strict=True):
                    side, _, region = sided.partition(":")
                    quiet = 1.0
                    for (_, own), (_, spared) in zip(members, states, strict=True):
                        quiet *= 1 - model.background
                        quiet *= spared.get(region, 1.0) if own == side else 1.0
                    if known:
                        pain += drawn * math.log(1 - quiet)
                        rest += (1 - drawn) * math.log(quiet)
                fit = observed / n * pain
                silence = model.combination_silence * full * observed / (n + model.silence_half)
                fit += silence * rest
                prior = math.prod(share / len(keys) for share, _ in states)
                evidence += prior * math.exp(model.combination_weight * fit)
            score = math.log(evidence * model.number_of_sources[size - 1])
            best = max(best, (score, set(members)), key=lambda pair: pair[0])
    return best[1]


@pytest.mark.parametrize(
    ("areas", "expected"),
    [
        ({"posterior": square(-20, 20)}, {("alpha", "left")}),
        (
            {"posterior": shapely.box(-20, 0, 0, 20), "left_lateral": square(-10, 0)},
            {("beta", "left")},
        ),
        ({"posterior": shapely.box(-20, 20, 20, 40)}, {("alpha", "left"), ("alpha", "right")}),
        (
            {"posterior": shapely.box(-20, 0, 20, 40)},
            {("gamma", "left"), ("gamma", "right")},
        ),
        (
            {
                "posterior": [square(-20, 20), square(0, 0)],
                "right_lateral": square(-10, 0),
            },
            {("alpha", "left"), ("beta", "right")},
        ),
        ({"posterior": shapely.box(-15, 5, 8, 31), "right_lateral": square(-10, 0, 7)}, None),
        ({"left_lateral": square(-10, -5), "posterior": square(0, 10)}, None),
        ({"plantar": square(2, 2, 5), "left_lateral": square(-5, 15)}, None),
    ],
)
def test_an_exhaustive_search_agrees(
    world: Atlas, areas: dict[str, shapely.Polygon], expected: set[Key] | None
) -> None:
    """In the hand-drawn world every set can be tried; the fast search finds the same one."""
    drawing = PainDrawing.from_polygons(areas)
    slow = slow_best(drawing, world)
    assert slow == (expected or slow)
    assert named(of(drawing, world)) == slow


# --- The shipped atlas -------------------------------------------------------------------------


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    ("name", "trp"),
    [("quadratus_lumborum", "superficial_upper"), ("gluteus_minimus", "posterior")],
)
def test_the_pattern_of_one_trigger_point_needs_one_source(
    atlas: Atlas, name: str, trp: str, side: str
) -> None:
    """A second source must pay for itself: where one explains the drawing, it stands alone."""
    zone = atlas.source(name).trigger_point(trp).zones["essential"]
    drawing = PainDrawing.from_regions(atlas.body, [p.sided(side) for p in zone])  # type: ignore[arg-type]
    found = of(drawing, atlas)
    assert named(found) == {(name, side)}
    assert found.explained > 0.95
    assert found.parts[0].adds


def test_two_distant_patterns_are_both_named(atlas: Atlas) -> None:
    """Pain of the left leg and the right loin: both, the larger first, each with what it adds."""
    loin = atlas.source("quadratus_lumborum").trigger_point("superficial_upper").zones["essential"]
    names = ["left:thigh_lateral", "left:leg_lateral", *(part.sided("right") for part in loin)]
    found = of(PainDrawing.from_regions(atlas.body, names), atlas)
    first, second = found.parts
    assert (first.source.id, first.side) == ("gluteus_minimus", "left")
    assert (second.source.id, second.side) == ("quadratus_lumborum", "right")
    explained = {area.name for area in first.adds if area.skin_cm2 > 0}
    added = {area.name for area in second.adds if area.skin_cm2 > 0}
    assert added
    assert not added & explained
    assert all("(right)" in name for name in added)
    assert str(found).startswith(f"{first.source.name} (left) explains ")
    assert f"; {second.source.name} (right) adds " in str(found)


DRAWINGS = ["mixed_piriformis_gluteus_minimus", "piriformis", "sloppy_gluteus_minimus"]


@pytest.mark.parametrize("stem", DRAWINGS)
def test_explained_is_the_joint_share(atlas: Atlas, stem: str) -> None:
    """The skin in any of the patterns, counted once: at least what each explains alone."""
    drawing = example(stem)
    found = of(drawing, atlas)
    assert found.explained == pytest.approx(regions(drawing, atlas, found.parts))
    alone = [regions(drawing, atlas, [part]) for part in found.parts]
    assert max(alone) - 1e-9 <= found.explained <= 1
    assert alone == sorted(alone, reverse=True)


@pytest.mark.parametrize("stem", DRAWINGS)
def test_a_mirrored_drawing_has_the_mirrored_combination(atlas: Atlas, stem: str) -> None:
    """The same sources and trigger points on the other side, in the same order."""
    drawing = example(stem)
    one, two = (of(d, atlas) for d in (drawing, drawing.mirrored()))
    assert [(p.source, p.side, p.trigger_points) for p in two.parts] == [
        (p.source, other_side(p.side), p.trigger_points) for p in one.parts
    ]
    assert two.explained == pytest.approx(one.explained)


def test_other_kinds_of_sources_take_no_part() -> None:
    """A combination is of muscles: a joint with the very pattern is left to the other list."""
    joint = source("joint", point("j1", essential=["upper", "lower"]), kind="joint")
    atlas = hand_drawn_atlas(*three_patterns(), joint)
    found = of(PainDrawing.from_polygons({"posterior": shapely.box(-20, 0, 0, 40)}), atlas)
    assert named(found) == {("gamma", "left")}


def test_a_combination_as_data(atlas: Atlas) -> None:
    """Plain data that JSON takes, with the same sources, points and areas."""
    found = of(example(DRAWINGS[0]), atlas)
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert data == found.to_dict()
    assert data["explained"] == found.explained
    sources: Sequence[dict[str, object]] = data["sources"]
    for entry, part in zip(sources, found.parts, strict=True):
        assert (entry["source"], entry["side"]) == (part.source.id, part.side)
        assert entry["trigger_points"] == [point.id for point in part.trigger_points]
        assert entry["adds"] == [{"area": a.name, "skin_cm2": a.skin_cm2} for a in part.adds]
    assert np.isfinite(found.explained)
