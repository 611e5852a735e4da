"""Ranking: the formula, the properties a clinician relies on, and the field's descriptions."""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import example as example_of
from hypothesis import strategies as st
from shapely import Polygon
from worlds import (
    blob,
    blob_drawings,
    check_contract,
    clue,
    example,
    hand_drawn_atlas,
    joint,
    link,
    nerve,
    outline,
    point,
    source,
    square,
    three_patterns,
)

from hippain_maps._pattern_files import read_clues
from hippain_maps._resources import resource_dir
from hippain_maps.atlas import Atlas
from hippain_maps.atlas_parts import Place
from hippain_maps.candidates import Candidate, Ranking
from hippain_maps.clues import effects, log_factors
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DrawingError
from hippain_maps.geometry import SIDES, VIEWS, FloatArray, Side, other_side
from hippain_maps.overlap import overlap
from hippain_maps.patterns import Source, TriggerPoint
from hippain_maps.ranking import rank, rank_many
from hippain_maps.softening import softening

UPPER, LOWER = square(-20, 20), square(-20, 0)
WHOLE_UPPER = PainDrawing.from_polygons({"posterior": UPPER})


def shares(ranking: Iterable[Candidate]) -> dict[tuple[str, str], float]:
    """Return the share of each candidate, by source and side."""
    return {(c.source.id, c.side): c.probability for c in ranking}


def order(ranking: Sequence[Candidate]) -> list[tuple[str, str]]:
    """Return source and side of the candidates, best first."""
    return [(c.source.id, c.side) for c in ranking]


def find(ranking: Sequence[Candidate], name: str, side: str = "left") -> Candidate:
    """Return one candidate."""
    return next(c for c in ranking if (c.source.id, c.side) == (name, side))


# --- The formula -------------------------------------------------------------------------------


def test_shares_by_hand(world: Atlas) -> None:
    """One square drawn in one view: every share follows from the constants, in the head.

    The drawn region speaks with exponent 1, the three spared ones that the view shows with 1/2.
    """
    spared, spared_essential = 0.8**0.5, 0.2**0.5
    beside = 0.2 * spared_essential * spared**2
    evidence = {
        ("alpha", "left"): 0.8 * spared**3,
        ("alpha", "right"): beside,
        # Its outer square is out of sight: of the painful skin 3/4 or, with spillover, 3/5 is seen.
        ("beta", "left"): beside * (0.5 + 0.5 * 0.75 + 0.5 + 0.5 * 0.6) / 2,
        ("beta", "right"): beside * (0.5 + 0.5 * 0.75 + 0.5 + 0.5 * 0.6) / 2,
        # Upper, lower, or both trigger points.
        ("gamma", "left"): (0.8 * spared**3 + beside + 0.8 * spared_essential * spared**2) / 3,
        ("gamma", "right"): (2 * beside + 0.2 * spared_essential**2 * spared) / 3,
    }
    none = 0.25 * 0.5 * 0.5**1.5
    total = none + sum(0.75 / 6 * value for value in evidence.values())
    found = rank(WHOLE_UPPER, world)
    assert shares(found) == pytest.approx({k: 0.75 / 6 * v / total for k, v in evidence.items()})
    assert found.none_of_candidates == pytest.approx(none / total)
    assert [c.rank for c in found] == [1, 2, 3, 4, 4, 6]


State = tuple[float, dict[str, float]]
"""A weight, and the chance that each region named hurts, background apart."""


class Slow:
    """The formula in the docstring of `hippain_maps.ranking`, evaluated directly.

    Every state of every source is written out on both sides by the names of its regions, and every
    sum goes over all regions: no mirror, no sums kept from another drawing.
    """

    def __init__(self, atlas: Atlas) -> None:
        self.atlas, self.body, self.model = atlas, atlas.body, atlas.model
        blur = softening(self.body, self.model.border_softness_cm).dense()
        self.keys = [(source, side) for source in atlas.sources.values() for side in SIDES]
        owner, weights, rows = [], [], []
        for number, (candidate, side) in enumerate(self.keys):
            found = list(self.states(candidate, side))
            owner += [number] * len(found)
            whole = sum(weight for weight, _ in found)
            weights += [weight / whole for weight, _ in found]
            rows += [self.chances(hurts) for _, hurts in found]
        cores = [self.chances(self.core(*key)) for key in self.keys]
        self.owner, self.weights = np.array(owner), np.array(weights)
        self.chance, self.numb = np.array(rows) @ blur.T, np.array(cores) @ blur.T

    def chances(self, hurts: dict[str, float]) -> list[float]:
        """Return the chance that each region hurts, borders sharp."""
        quiet = 1 - self.model.background
        return [1 - quiet * (1 - hurts.get(region, 0.0)) for region in self.body.sided]

    def states(self, candidate: Source, side: Side) -> Iterator[State]:
        """Yield every state of a source on a side."""
        model = self.model
        if candidate.frequencies:
            yield from self.frequent(candidate, side)
            return
        priors = model.trigger_point_priors.get(candidate.id, {})
        ways: list[list[State]] = []
        for trp in candidate.trigger_points:
            on = model.trigger_point_active * priors.get(trp.id, 1.0)
            felt = model.spillover_felt if trp.zones["spillover"] or trp.zones["rare"] else 1.0
            ways.append([(1 - on, {}), (on * felt, self.hurts(trp, side, True))])
            if felt < 1:
                ways[-1].append((on * (1 - felt), self.hurts(trp, side, False)))
        for chosen in itertools.product(*ways):
            if any(hurts for _, hurts in chosen):
                spared: dict[str, float] = {}
                for region in {region for _, hurts in chosen for region in hurts}:
                    spared[region] = math.prod(1 - hurts.get(region, 0.0) for _, hurts in chosen)
                yield math.prod(w for w, _ in chosen), {r: 1 - q for r, q in spared.items()}

    def hurts(self, trp: TriggerPoint, side: Side, felt: bool) -> dict[str, float]:
        """Return the chance that each region of one trigger point hurts."""
        model = self.model
        chance = {
            "essential": model.zone_chance.essential,
            "spillover": model.zone_chance.spillover if felt else model.unfelt_spillover,
            "rare": model.zone_chance.rare if felt else 0.0,
        }
        return {
            part.sided(side): chance[zone] * part.weight
            for zone, parts in trp.zones.items()
            for part in parts
        }

    def frequent(self, candidate: Source, side: Side) -> Iterator[State]:
        """Yield every choice of the groups that hurt, and of how much of each does.

        The background is part of what is stated, so that it is taken out here.
        """
        model = self.model
        assert candidate.frequencies is not None
        groups, amounts = candidate.frequencies.groups, model.frequency_densities
        for choice in itertools.product([0.0, *amounts], repeat=len(groups)):
            weight, hurts = 1.0, {}
            for group, much in zip(groups, choice, strict=True):
                weight *= group.share / len(amounts) if much else 1 - group.share
                for region in group.regions if much else ():
                    sure = model.zone_chance.essential * group.mostly.get(region, 0.0)
                    stated = max(much, sure)
                    hurts[f"{side}:{region}"] = 1 - (1 - stated) / (1 - model.background)
            if hurts and weight:
                yield weight, hurts

    def core(self, candidate: Source, side: Side) -> dict[str, float]:
        """Return the chance that each region of the core is numb; background is taken out."""
        model = self.model
        chance: dict[str, float] = {}
        for part in candidate.core:
            stated = max(model.zone_chance.essential * part.weight, model.background)
            chance[part.sided(side)] = 1 - (1 - stated) / (1 - model.background)
        return chance

    def log_likelihood(self, chance: FloatArray, drawn: FloatArray, known: Any) -> FloatArray:
        """Return L of every row for one kind of mark, 0 where there is none."""
        model = self.model
        weight = np.minimum(self.body.skin, model.area_cap_cm2) / model.area_unit_cm2 * known
        n = float((weight * drawn).sum())
        if n == 0:
            return np.zeros(len(chance))
        full = n / (n + model.evidence_half)
        observed = model.evidence_limit * full
        pain = np.log(chance) @ (weight * drawn)
        rest = np.log(1 - chance) @ (weight * (1 - drawn))
        found: FloatArray = observed / n * pain + full * observed / (n + model.silence_half) * rest
        return found

    def lists(self, drawing: PainDrawing) -> tuple[dict[tuple[str, str], float], ...]:
        """Return the shares of the muscles and of the other sources; none of these is ("", "")."""
        model, found = self.model, overlap(drawing, self.body)
        hurts = np.maximum(self.chance - model.background, 0) * self.body.skin
        in_sight = hurts[:, found.known].sum(axis=1) / hurts.sum(axis=1)
        pain = self.log_likelihood(self.chance, found.fraction, found.known)
        numb = self.log_likelihood(self.numb, found.sensory, found.known)
        flat = np.array([[share] * len(self.body.sided) for share in model.elsewhere_chances])
        nothing = [
            self.log_likelihood(flat, drawn, found.known)
            for drawn in (found.fraction, found.sensory)
        ]
        factors = log_factors(effects(drawing, self.atlas), model)
        lists = []
        for muscles, trust in ((True, 1.0), (False, model.other_weight)):
            mine = [i for i, (s, _) in enumerate(self.keys) if s.is_muscle == muscles]
            priors = [model.source_priors.get(s.id, model.default_prior) for s, _ in self.keys]
            whole = sum(priors[i] for i in mine)
            odds: dict[tuple[str, str], float] = {}
            for i in mine:
                own, (candidate, side) = self.owner == i, self.keys[i]
                visible = model.unused_view + (1 - model.unused_view) * in_sight[own]
                visible **= model.sight_power if muscles else 1
                evidence = (self.weights[own] * visible * np.exp(trust * pain[own])).sum()
                evidence *= 1 if muscles else math.exp(trust * numb[i])
                evidence *= math.exp(factors.get(candidate.id, 0.0))
                odds[candidate.id, side] = (1 - model.none_of_these) * priors[i] / whole * evidence
            means = [float(np.exp(trust * part).mean()) for part in nothing]
            odds["", ""] = model.none_of_these * (means[0] if muscles else means[0] * means[1])
            total = sum(odds.values())
            lists.append({key: value / total for key, value in odds.items()})
        return tuple(lists)


def check_against_slow(drawing: PainDrawing, slow: Slow) -> None:
    """Assert that the matrices and kept sums give what the direct evaluation gives."""
    found = rank(drawing, slow.atlas)
    muscles, others = slow.lists(drawing)
    if found.candidates:
        expected = {key: share for key, share in muscles.items() if key != ("", "")}
        assert shares(found) == pytest.approx(expected, rel=1e-9, abs=1e-9)
        assert found.none_of_candidates == pytest.approx(muscles["", ""], abs=1e-9)
    expected = {key: share for key, share in others.items() if key != ("", "")}
    assert shares(found.differential) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    if found.differential:
        assert found.none_of_differential == pytest.approx(others["", ""], abs=1e-9)


def slow_world(softness: float) -> Slow:
    """Return a hand-drawn world with every kind of source, and constants that are not round."""
    delta = source("delta", point("d1", ["outer"], ["crossed:lower"], ["elsewhere", "lower"]))
    often = joint("often", column=0.7, outer=0.3)
    assert often.frequencies is not None
    column, outer = often.frequencies.groups
    mostly = dataclasses.replace(column, mostly={"lower": 0.9})
    often = dataclasses.replace(
        often, frequencies=dataclasses.replace(often.frequencies, groups=(mostly, outer))
    )
    return Slow(
        hand_drawn_atlas(
            *three_patterns(),
            delta,
            often,
            nerve("root", ["lower"], ["outer"], core=["outer"], clues=(link("sitting"),)),
            nerve("trunk", ["upper", "lower"], core=["upper"], clues=(link("sitting", yes=3.5),)),
            clues=[clue("sitting"), clue("numbness", "sensation")],
            border_softness_cm=softness,
            elsewhere_chances=[0.1, 0.5],
            source_priors={"alpha": 0.3, "delta": 0.9, "root": 0.8},
            trigger_point_priors={"gamma": {"g2": 0.4}},
            area_cap_cm2=300,
            other_weight=0.3,
            silence_half=0.7,
        )
    )


@pytest.fixture(scope="module", params=[0.0, 3.0], ids=["sharp", "soft"])
def slow(request: pytest.FixtureRequest) -> Slow:
    """Return a hand-drawn world with every kind of source, borders sharp or soft."""
    return slow_world(request.param)


NUMB = PainDrawing.from_polygons({"left_lateral": square(-6, -3, 12)}, quality=["numb"])
AREAS: list[dict[str, Polygon]] = [
    {"posterior": UPPER},
    {"posterior": shapely.box(-15, 5, 8, 31), "right_lateral": square(-10, 0, 7)},
    {"left_lateral": square(-10, -5), "anterior": square(3, 3), "posterior": square(0, 10)},
    {"plantar": square(2, 2, 5), "left_lateral": square(-5, 15)},
]


@pytest.mark.parametrize("areas", AREAS)
def test_the_formula_evaluated_directly_agrees(slow: Slow, areas: dict[str, Polygon]) -> None:
    """The formula of the docstring gives both lists: for pain, with numbness, with an answer."""
    drawing = PainDrawing.from_polygons(areas)
    both = PainDrawing((*drawing.marks, *NUMB.marks))
    for pain in (drawing, both, both.with_answers({"sitting": "yes", "numbness": "no"})):
        check_against_slow(pain, slow)
        # The same views again, and one more that says nothing hurts there.
        check_against_slow(dataclasses.replace(pain, views_completed=("anterior",)), slow)
    check_against_slow(NUMB, slow)


@pytest.fixture(scope="module")
def slow_shipped(atlas: Atlas) -> Slow:
    """Return the shipped atlas, every state written out."""
    return Slow(atlas)


def felt(drawing: PainDrawing, qualities: Sequence[tuple[str, ...]]) -> PainDrawing:
    """Return a drawing whose marks say these qualities by turns."""
    marks = [
        dataclasses.replace(mark, quality=qualities[n % len(qualities)])
        for n, mark in enumerate(drawing.marks)
    ]
    return dataclasses.replace(drawing, marks=tuple(marks))


# Where the shipped atlas is at hand, a check is a function inside the test: Hypothesis would write
# out the whole atlas beside a drawing that fails.


def test_kept_sums_change_nothing(slow_shipped: Slow) -> None:
    """Whatever was ranked before, both lists are what a fresh evaluation over all regions gives."""
    qualities = st.sampled_from([(), ("aching",), ("numb",), ("burning", "tingling")])

    @given(blob_drawings(), qualities)
    @settings(deadline=None, max_examples=20)
    def check(drawing: PainDrawing, quality: tuple[str, ...]) -> None:
        marked = felt(drawing, [quality, ()])
        covered = overlap(marked, slow_shipped.body)
        skin = covered.skin_cm2.sum() + covered.sensory_cm2.sum()
        assume(skin >= slow_shipped.model.least_drawn_cm2)
        check_against_slow(marked, slow_shipped)

    check()


def test_more_sets_of_views_than_are_kept(slow: Slow) -> None:
    """Sums are kept for some sets of views only; whichever are used, the shares stay right."""
    lower = PainDrawing.from_polygons({"posterior": LOWER})
    beside = PainDrawing.from_polygons({"left_lateral": square(-10, 0)})
    before = rank(lower, slow.atlas)
    seen = set()
    for chosen in itertools.product([False, True], repeat=len(VIEWS)):
        used = tuple(view for view, on in zip(VIEWS, chosen, strict=True) if on)
        for drawing in (lower, beside):
            drawn = dataclasses.replace(drawing, views_completed=used)
            rank(drawn, slow.atlas)
            seen.add(drawn.used_views)
    assert len(seen) == 96
    assert shares(rank(lower, slow.atlas)) == shares(before)
    check_against_slow(lower, slow)


# Inside one pattern, where the sums of its skin and of all skin once differed in the last digit.
INSIDE = PainDrawing.from_polygons(
    {
        "posterior": outline(
            "-5 65, -5.072949016875158 67.85316954888546, -7.618033988749895 66.17557058450494, "
            "-6.8090169943749475 64.41221474770752, -5.381966011250105 63.09788696740969"
        )
    }
)


def test_shares_of_each_list_sum_to_one(atlas: Atlas) -> None:
    """Each list and its "none of these" are all there is; every number is between 0 and 1."""

    @given(blob_drawings())
    @example_of(drawing=INSIDE)
    @settings(deadline=None, max_examples=30)
    def check(drawing: PainDrawing) -> None:
        assume(overlap(drawing, atlas.body).skin_cm2.sum() >= atlas.model.least_drawn_cm2)
        found = rank(drawing, atlas)
        for ranked, none in (
            (found.candidates, found.none_of_candidates),
            (found.differential, found.none_of_differential),
        ):
            assert sum(c.probability for c in ranked) + none == pytest.approx(1)
            assert 0 <= none <= 1
            assert all(0 <= c.probability <= 1 for c in ranked)
            # Of a long list the ends, where the numbers are odd.
            for c in (*ranked[:5], *ranked[-5:]):
                assert 0 <= c.explained <= 1
                for share in (c.essential_drawn, c.frequent_drawn):
                    assert share is None or 0 <= share <= 1
                for name in ("jaccard", "dice", "coverage", "precision"):
                    assert 0 <= getattr(c.measures, name) <= 1

    check()


def test_the_two_lists_never_push_each_other_out() -> None:
    """A joint with the same pattern as a muscle stands in the other list, and takes nothing."""
    alone = hand_drawn_atlas(*three_patterns())
    joint = source("joint", point("j1", essential=["upper"]), kind="joint")
    both = hand_drawn_atlas(*three_patterns(), joint)
    before, after = rank(WHOLE_UPPER, alone), rank(WHOLE_UPPER, both)
    assert shares(after) == pytest.approx(shares(before))
    assert order(after.differential) == [("joint", "left"), ("joint", "right")]
    total = sum(c.probability for c in after.differential) + after.none_of_differential
    assert total == pytest.approx(1)
    assert order(rank(WHOLE_UPPER, hand_drawn_atlas(joint))) == []


# --- What must not matter ----------------------------------------------------------------------


def same(first: Ranking, second: Ranking) -> None:
    """Assert that two rankings are equal, up to rounding."""
    assert order(first) == order(second)
    for one, other in zip(first, second, strict=True):
        assert (one.rank, one.trigger_points) == (other.rank, other.trigger_points)
        assert other.probability == pytest.approx(one.probability, abs=1e-9)
        assert other.explained == pytest.approx(one.explained, abs=1e-9)
        assert other.essential_drawn == pytest.approx(one.essential_drawn, abs=1e-9)
    assert second.none_of_candidates == pytest.approx(first.none_of_candidates, abs=1e-9)


def test_the_order_of_marks_and_vertices_does_not_matter(atlas: Atlas) -> None:
    """A drawing is an area, however it was put down."""
    document = example("sloppy_gluteus_minimus").to_geojson()
    found = rank(PainDrawing.from_geojson(document), atlas)
    features = document["features"]
    features.reverse()
    same(found, rank(PainDrawing.from_geojson(document), atlas))
    for feature in features:
        if feature["geometry"]["type"] == "Polygon":
            ring = feature["geometry"]["coordinates"][0]
            feature["geometry"]["coordinates"][0] = [*ring[7:-1], *ring[:8]][::-1]
    same(found, rank(PainDrawing.from_geojson(document), atlas))


def test_the_order_of_sources_does_not_matter() -> None:
    """Sources are compared with the drawing one by one."""
    atlas = hand_drawn_atlas(*three_patterns())
    turned = dataclasses.replace(atlas, sources=dict(reversed(atlas.sources.items())))
    drawing = PainDrawing.from_polygons({"posterior": shapely.box(-15, 5, 8, 31)})
    same(rank(drawing, atlas), rank(drawing, turned))


def check_mirror(drawing: PainDrawing, atlas: Atlas) -> None:
    """Assert that the mirrored drawing has both lists in mirrored order, with the same values."""
    found, other = rank(drawing, atlas), rank(drawing.mirrored(), atlas)
    for name in ("candidates", "differential"):
        ranked, turned = getattr(found, name), getattr(other, name)
        assert [(c.rank, c.source.id, c.side) for c in turned] == [
            (c.rank, c.source.id, other_side(c.side)) for c in ranked
        ]
        assert [c.probability for c in turned] == pytest.approx(
            [c.probability for c in ranked], abs=1e-9
        )
        for one, two in zip(ranked[:9], turned[:9], strict=True):
            assert one.trigger_points == two.trigger_points
            assert two.explained == pytest.approx(one.explained, abs=1e-9)
            assert two.essential_drawn == pytest.approx(one.essential_drawn, abs=1e-9)
            assert two.frequent_drawn == pytest.approx(one.frequent_drawn, abs=1e-9)
            assert two.fit == one.fit
    for name in ("none_of_candidates", "none_of_differential"):
        assert getattr(other, name) == pytest.approx(getattr(found, name), abs=1e-9)
    assert other.places == found.places
    assert other.clues == found.clues
    assert other.relations == found.relations


ANSWERS = st.dictionaries(
    st.sampled_from(sorted(read_clues(resource_dir("patterns"))[0].clues)),
    st.sampled_from(["yes", "no"]),
    max_size=4,
)


def test_a_mirrored_drawing_is_ranked_in_mirrored_order(atlas: Atlas) -> None:
    """Left and right are the same source: order, ranks and trigger points mirror exactly.

    Whatever the marks say and whatever was answered.
    """
    qualities = st.sampled_from([(), ("aching",), ("numb",), ("tingling", "electric")])

    @given(blob_drawings(), qualities, ANSWERS)
    @settings(deadline=None, max_examples=60)
    def check(drawing: PainDrawing, quality: tuple[str, ...], answers: dict[str, str]) -> None:
        marked = felt(drawing, [quality]).with_answers(answers)
        found = overlap(marked, atlas.body)
        left, right = np.split(found.skin_cm2 + found.sensory_cm2, 2)
        # Where both sides hold as much, nothing tells two equals apart: the left is named first.
        assume(abs(left.sum() - right.sum()) > 1e-6)
        assume(left.sum() + right.sum() >= atlas.model.least_drawn_cm2)
        check_mirror(marked, atlas)

    check()


@pytest.mark.parametrize("stem", ["gluteus_medius_trp3", "quadratus_lumborum_deep_upper"])
def test_equal_candidates_are_mirrored_too(atlas: Atlas, stem: str) -> None:
    """A muscle that is as unlikely on either side shares a rank; the painful side comes first."""
    drawing = example(stem)
    ranks = [c.rank for c in rank(drawing, atlas)]
    assert len(set(ranks)) < len(ranks)
    check_mirror(drawing, atlas)


# --- What must matter --------------------------------------------------------------------------


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    ("name", "regions", "views"),
    [
        ("alpha", ["upper"], ["posterior"]),
        ("alpha", ["upper"], None),
        ("beta", ["lower", "outer"], None),
        ("beta", ["lower"], ["posterior"]),
        ("gamma", ["upper", "lower"], ["posterior"]),
        ("gamma", ["upper", "lower"], None),
    ],
)
def test_a_drawing_equal_to_a_pattern_ranks_it_first(
    world: Atlas, side: str, name: str, regions: list[str], views: list[str] | None
) -> None:
    """Drawn as the pattern says, a source comes first, alone, on its side, and explains all."""
    names = [f"{side}:{region}" for region in regions]
    found = rank(PainDrawing.from_regions(world.body, names, views=views), world)
    assert (found[0].source.id, found[0].side, found[0].explained) == (name, side, 1)
    assert found[1].rank == 2


SHARED = {
    # Trigger points whose place the books give to another muscle too, which is commoner there or
    # fits it more closely: back of the knee, coccyx, sacroiliac joint alone, trochanter alone.
    ("gastrocnemius", "trp4_lateral_head"): "biceps_femoris",
    ("multifidus", "s1"): "levator_ani_coccygeus",
    ("soleus", "trp3_middle_lateral"): "quadratus_lumborum",
    ("vastus_lateralis", "trp5_proximal"): "quadratus_lumborum",
}


def test_the_essential_zone_of_every_shipped_trigger_point_finds_its_muscle(atlas: Atlas) -> None:
    """Whatever is added later, no muscle may shadow the core of another's trigger point.

    Pain in the midline is the same on both sides: there the mirror image may be as good. Where two
    muscles are given one place, the other may come first, and this one within the first three.
    """
    points = [(s, trp) for s in atlas.sources.values() if s.is_muscle for trp in s.trigger_points]
    for muscle, trp in points:
        for side in SIDES:
            names = {part.sided(side) for part in trp.zones["essential"]}
            found = rank(PainDrawing.from_regions(atlas.body, names), atlas)
            first = {(c.source.id, c.side) for c in found[:2] if c.rank == 1}
            mirrored = {part.sided(other_side(side)) for part in trp.zones["essential"]}
            sides = SIDES if names == mirrored else (side,)
            name = SHARED.get((muscle.id, trp.id), muscle.id)
            assert first == {(name, s) for s in sides}, (muscle.id, trp.id)
            assert find(found, muscle.id, side).rank <= 3, (muscle.id, trp.id)


def test_the_essential_zone_of_every_other_source_finds_it(atlas: Atlas) -> None:
    """A territory drawn as it is written comes first in its list, and so does a core that is numb.

    The second sacral root runs where the sciatic nerve runs, and is told from it by its core.
    """
    for one in atlas.sources.values():
        if one.is_muscle or one.frequencies:
            continue
        zone = [part.sided("left") for part in one.trigger_points[0].zones["essential"]]
        found = rank(PainDrawing.from_regions(atlas.body, zone), atlas).differential
        first = {c.source.id for c in found[:2] if c.rank == 1}
        assert first == {"sciatic_nerve" if one.id == "s2_root" else one.id}
        if one.core:
            core = [part.sided("left") for part in one.core]
            numb = PainDrawing.from_regions(atlas.body, core, quality=["numb"])
            assert order(rank(numb, atlas).differential)[0] == (one.id, "left")


def test_equal_candidates_share_a_rank() -> None:
    """Two sources with one pattern, or two sides of a symmetric drawing, are equal."""
    twin = source("twin", point("t1", essential=["upper"]))
    found = rank(WHOLE_UPPER, hand_drawn_atlas(*three_patterns(), twin))
    assert order(found)[:2] == [("alpha", "left"), ("twin", "left")]
    assert [c.rank for c in found][:3] == [1, 1, 3]
    middle = PainDrawing.from_polygons({"posterior": shapely.box(-20, 20, 20, 40)})
    ranks = [c.rank for c in rank(middle, hand_drawn_atlas(*three_patterns()))]
    assert ranks == [1, 1, 3, 3, 5, 5]


def test_many_trigger_points_do_not_win_by_flexibility() -> None:
    """A muscle that can explain anything explains a given drawing worse than one that predicts it.

    With the right trigger point active both fit the drawing equally well.
    """
    single = source("single", point("s1", essential=["upper"]))
    regions = ("upper", "lower", "outer", "elsewhere")
    many = source("many", *(point(f"m_{region}", essential=[region]) for region in regions))
    found = rank(PainDrawing(WHOLE_UPPER.marks, VIEWS), hand_drawn_atlas(single, many))
    assert find(found, "single").probability > 2 * find(found, "many").probability
    assert find(found, "many").trigger_points == ("m_upper",)


def test_pain_out_of_sight_explains_nothing() -> None:
    """A source whose pain no used view shows comes after one that explains the drawing.

    Its regions are unknown, so nothing speaks against it; but people draw where it hurts.
    """
    hidden = source("hidden", point("h1", essential=["outer", "elsewhere"]))
    seen = source("seen", point("s1", essential=["upper", "lower"]))
    atlas = hand_drawn_atlas(hidden, seen)
    drawing = PainDrawing.from_polygons({"posterior": UPPER})
    found = rank(drawing, atlas)
    assert found[0].source.id == "seen"
    assert find(found, "hidden").essential_drawn is None
    assert find(found, "hidden").explained == 0
    # It is worth less than without that price, and not nothing.
    free = dataclasses.replace(atlas, model=dataclasses.replace(atlas.model, unused_view=1.0))
    paid = find(found, "hidden").probability
    assert 0 < paid < find(rank(drawing, free), "hidden").probability


def test_shipped_sources_out_of_sight_come_last(atlas: Atlas) -> None:
    """A calf drawn from behind brings up the muscles of the calf, and not those of the front."""
    calf = PainDrawing.from_polygons({"posterior": blob(-12.5, 36, [4, 5, 4, 6, 4, 5])})
    found = rank(calf, atlas)
    assert order(found)[0] in [("soleus", "left"), ("gastrocnemius", "left")]
    assert all(c.probability < 0.1 for c in found if c.essential_drawn is None)


def test_absent_spillover_costs_little_and_absent_essential_much() -> None:
    """Whether spillover is felt is a switch of the person, not a point against the source."""
    spills = source("spills", point("s1", ["upper"], ["lower"]))
    whole = source("whole", point("w1", ["upper", "lower"]))
    found = rank(WHOLE_UPPER, hand_drawn_atlas(spills, whole))
    assert find(found, "spills").probability > 1.4 * find(found, "whole").probability


def test_a_rare_zone_alone_is_ranked() -> None:
    """A trigger point that is felt now and then, and otherwise nowhere, has a share like others."""
    seldom = source("seldom", point("s1", [], [], ["upper"]))
    found = rank(WHOLE_UPPER, hand_drawn_atlas(*three_patterns(), seldom))
    assert sum(shares(found).values()) + found.none_of_candidates == pytest.approx(1)
    assert find(found, "alpha").probability > find(found, "seldom").probability > 0
    assert find(found, "seldom").probability > find(found, "seldom", "right").probability


def test_pain_beside_the_pattern_costs() -> None:
    """Drawn area that a source does not explain speaks against it."""
    atlas = hand_drawn_atlas(*three_patterns())
    more = PainDrawing.from_polygons({"posterior": [UPPER, square(0, 0)]})
    before, after = rank(WHOLE_UPPER, atlas), rank(more, atlas)
    assert find(after, "alpha").probability < find(before, "alpha").probability
    assert after.none_of_candidates > before.none_of_candidates
    assert find(after, "alpha").explained == 0.5
    assert [fit.region for fit in find(after, "alpha").unexplained] == ["right:lower"]


def test_drawing_everywhere_is_none_of_these(atlas: Atlas) -> None:
    """Pain all over fits no pattern."""
    everywhere = dict.fromkeys(VIEWS[:4], shapely.box(-30, 0, 30, 128))
    found = rank(PainDrawing.from_polygons(everywhere), atlas)
    assert found.none_of_candidates > 0.9


# --- Two views of one pain ---------------------------------------------------------------------

# Each pain as the views show it, drawn by hand: the name of the muscle, then view and outline.
OUTER_LEG = {
    "left_lateral": outline(
        "8 89, 8.5 84, 4 79, 3.5 70, 2.5 56, 1.5 47, 3 38, 2 25, 0 9, -3 9, -3 25, "
        "-3.5 38, -4 47, -5.5 56, -6.5 68, -5 82"
    ),
    "posterior": outline(
        "-13 89, -18 89, -18.8 81, -18.5 70, -17 56, -17.5 47, -18.3 38, -17 25, "
        "-15.5 9, -14.4 9, -15 25, -15.8 38, -15 47, -14 56, -14 70, -14.5 79"
    ),
    "anterior": outline(
        "18.3 88, 18.8 81, 18.3 70, 17 56, 17.6 47, 18.3 38, 17.2 25, 15.4 9, "
        "14.2 9, 15.2 25, 16.3 38, 15.6 47, 15 56, 15.5 70, 16.5 80, 16.8 88"
    ),
}
SIDE_OF_BUTTOCK = {
    "posterior": outline("-10 98, -17 98, -18 88, -13 87, -10 91"),
    "left_lateral": outline("-3 98, 10 98, 10.5 88, 3 87, -3 91"),
}
CREST = {
    "posterior": outline("-6 105.5, -11 106.3, -15.5 105.5, -15.8 102.5, -11 102, -6 102"),
    "left_lateral": outline("5 105.5, -1 106.3, -6 105, -9 102.5, -8 101, -2 102, 5 102.5"),
}
FRONT_OUTER_THIGH = {
    "anterior": outline("13 96, 17.5 92, 18.8 84, 18.5 70, 17 57, 13.8 57, 13.8 72, 13.5 84"),
    "left_lateral": outline("-9.5 94, -3 93, -4.5 86, -6.5 72, -6 57, -10 57, -12.5 72, -12 84"),
}


@pytest.mark.parametrize(
    ("muscle", "pain", "ways"),
    [
        ("gluteus_minimus", OUTER_LEG, ["left_lateral", "posterior anterior", "posterior"]),
        ("gluteus_medius", SIDE_OF_BUTTOCK, ["left_lateral", "posterior"]),
        ("quadratus_lumborum", CREST, ["left_lateral", "posterior"]),
        ("tensor_fasciae_latae", FRONT_OUTER_THIGH, ["left_lateral", "anterior"]),
    ],
)
def test_one_pain_in_one_view_the_other_or_both(
    atlas: Atlas, muscle: str, pain: dict[str, Polygon], ways: list[str]
) -> None:
    """Whichever view the patient picks, the same muscle and side come first."""
    for way in [*ways, " ".join(pain)]:
        drawing = PainDrawing.from_polygons({view: pain[view] for view in way.split()})
        assert order(rank(drawing, atlas))[0] == (muscle, "left"), way
        assert order(rank(drawing.mirrored(), atlas))[0] == (muscle, "right"), way


def test_drawing_the_same_skin_in_both_views_does_not_count_twice(atlas: Atlas) -> None:
    """Regions drawn whole in both views that show them are the same pain as in one."""
    regions = ["left:thigh_posterolateral", "left:hip_lower_posterior"]
    one = PainDrawing.from_regions(atlas.body, regions, views=["posterior"])
    both = PainDrawing.from_regions(atlas.body, regions, views=["posterior", "left_lateral"])
    first, second = overlap(one, atlas.body), overlap(both, atlas.body)
    np.testing.assert_allclose(second.skin_cm2, first.skin_cm2, atol=1e-9)
    assert second.mapped_cm2 > 1.5 * first.mapped_cm2
    # With both views used in either case, the rankings are the same.
    seen = dataclasses.replace(one, views_completed=("left_lateral",))
    same(rank(seen, atlas), rank(both, atlas))


# --- Explanations ------------------------------------------------------------------------------


def test_numbers_behind_a_candidate_by_hand(world: Atlas) -> None:
    """Explained, drawn share of the essential zone, fit and regions follow from the squares."""
    areas = {"posterior": shapely.box(-20, 5, 0, 30)}
    gamma = find(rank(PainDrawing.from_polygons(areas), world), "gamma")
    assert gamma.trigger_points == ("g2", "g1")
    assert gamma.explained == pytest.approx(1)
    assert gamma.essential_drawn == pytest.approx((0.5 + 0.75) / 2)
    assert gamma.fit == "strong"
    assert [(f.region, f.zone, f.drawn) for f in gamma.regions] == [
        ("left:lower", "essential", 0.75),
        ("left:upper", "essential", 0.5),
    ]
    assert (gamma.measures.jaccard, gamma.measures.precision) == pytest.approx((0.625, 1))
    beta = find(rank(PainDrawing.from_polygons(areas), world), "beta")
    assert beta.explained == pytest.approx(0.75 / 1.25)
    assert beta.fit == "moderate"
    assert [(f.region, f.drawn) for f in beta.regions] == [
        ("left:lower", 0.75),
        ("left:outer", None),
    ]
    assert [(f.region, f.zone, f.drawn) for f in beta.unexplained] == [("left:upper", None, 0.5)]


def test_a_slip_over_the_border_is_not_listed_as_unexplained(world: Atlas) -> None:
    """A region drawn by less than a tenth is an edge, not a finding."""
    drawing = PainDrawing.from_polygons({"posterior": shapely.box(-20, 18.5, 0, 40)})
    assert find(rank(drawing, world), "alpha").unexplained == ()


def test_candidates_too_close_are_undecided() -> None:
    """Within the factor of the model file, the first place is left open."""
    twin = source("twin", point("t1", essential=["upper"]))
    close = rank(WHOLE_UPPER, hand_drawn_atlas(*three_patterns(), twin))
    assert order(close.undecided)[:2] == [("alpha", "left"), ("twin", "left")]
    clear = hand_drawn_atlas(*three_patterns(), too_close=1.01)
    assert rank(WHOLE_UPPER, clear).undecided == ()
    first, second = rank(WHOLE_UPPER, clear)[:2]
    factor = first.probability / second.probability
    wide = hand_drawn_atlas(*three_patterns(), too_close=factor * 1.001)
    assert order(rank(WHOLE_UPPER, wide).undecided) == [("alpha", "left"), ("gamma", "left")]


def test_a_second_pattern_that_was_drawn_too_is_pointed_out() -> None:
    """A lower candidate whose essential zone is all drawn may be active besides the first."""
    wide = source("wide", point("w1", essential=["upper", "lower"]))
    drawing = PainDrawing.from_polygons({"posterior": shapely.box(-20, 0, 0, 40)})
    atlas = hand_drawn_atlas(*three_patterns(), wide, too_close=1.001)
    found = rank(drawing, atlas)
    assert found[0].source.id == "wide"
    assert ("alpha", "left") in order(found.also_drawn)
    assert all(c.essential_drawn == 1 for c in found.also_drawn)
    assert found[0] not in found.also_drawn


def test_a_place_that_holds_nearly_all_pain_is_named() -> None:
    """From its share on, a place says that it cannot decide alone; on one side at a time."""
    place = Place("top", "the top", frozenset({"upper"}), 0.75, ("alpha", "gamma"), "Cannot tell.")
    atlas = hand_drawn_atlas(*three_patterns(), places=(place,))

    def places(*areas: Polygon) -> tuple[Place, ...]:
        return rank(PainDrawing.from_polygons({"posterior": list(areas)}), atlas).places

    assert places(UPPER) == (place,)
    assert places(shapely.box(-20, 15, 0, 40)) == (place,)
    assert places(shapely.box(-20, 10, 0, 40)) == ()
    assert places(shapely.box(-20, 20, 20, 40)) == ()


@pytest.mark.parametrize(
    ("place", "areas"),
    [
        (
            "trochanter_only",
            {"left_lateral": outline("3 93, -3 94, -5 90, -4 86, 2 86, 4 89")},
        ),
        (
            "sacroiliac_only",
            {"posterior": outline("-1 101, -5 101, -5 93, -1 93")},
        ),
    ],
)
def test_trochanter_alone_and_sacroiliac_alone_cannot_be_told(
    atlas: Atlas, place: str, areas: dict[str, Polygon]
) -> None:
    """Pain at a place that many muscles share is ranked, and the result says how little that is."""
    drawing = PainDrawing.from_polygons(areas)
    for pain in (drawing, drawing.mirrored()):
        found = rank(pain, atlas)
        assert [p.id for p in found.places] == [place]
        (says,) = found.to_dict()["place_alone_cannot_decide"]
        assert "cannot be told from the place alone" in says["says"]
        assert found[0].source.id in found.places[0].sources


@pytest.mark.parametrize("stem", ["gluteus_minimus_anterior", "piriformis", "psoas"])
def test_a_whole_pattern_is_no_shared_place(atlas: Atlas, stem: str) -> None:
    """A drawing that reaches far beyond a shared place is not called undecidable."""
    assert rank(example(stem), atlas).places == ()


# --- What cannot be ranked ---------------------------------------------------------------------


def test_pain_outside_the_map_cannot_be_ranked(atlas: Atlas) -> None:
    """The message names what lies where, and what to do."""
    with pytest.raises(DrawingError) as caught:
        rank(example("outside_the_map"), atlas)
    words = str(caught.value)
    for part in ("nothing to rank", "head", "arm (left)", "upper trunk", "cm2", "mark pain"):
        assert part in words
    assert "\n" not in words


def test_an_empty_drawing_cannot_be_ranked(atlas: Atlas) -> None:
    """No mark, or only marks of intensity 0, leave nothing to rank."""
    no_pain = PainDrawing.from_polygons({"posterior": square(-15, 60, 9)}, intensity=0)
    for drawing in (PainDrawing(), no_pain, PainDrawing(views_completed=("posterior",))):
        with pytest.raises(DrawingError, match="nothing to rank: no pain is marked"):
            rank(drawing, atlas)


def test_a_drawing_that_cannot_be_ranked_is_named_by_its_place(world: Atlas) -> None:
    """Of many drawings, the ones before the first faulty one are ranked, and it is named."""
    rankings = rank_many([WHOLE_UPPER, PainDrawing(), WHOLE_UPPER], world)
    assert next(rankings)[0].source.id == "alpha"
    with pytest.raises(DrawingError, match=r"^drawing 2: nothing to rank"):
        next(rankings)


def test_many_are_ranked_as_one_is(atlas: Atlas) -> None:
    """`rank_many` gives each drawing the ranking that `rank` gives it."""
    drawings = [example("piriformis"), example("psoas")]
    for found, drawing in zip(rank_many(drawings, atlas), drawings, strict=True):
        assert found.to_dict() == rank(drawing, atlas).to_dict()


# --- As data -----------------------------------------------------------------------------------


def test_a_ranking_as_data_keeps_the_contract(atlas: Atlas) -> None:
    """Names and types are those that other programs rely on; the numbers are the ranking's."""
    drawing = example("tensor_fasciae_latae")
    found = rank(drawing, atlas)
    document = found.to_dict()
    check_contract(document)
    assert document["atlas"] == atlas.version
    assert document["drawing"]["views"] == list(drawing.views)
    assert document["drawing"]["area_cm2"] == pytest.approx(
        sum(drawing.area(view).area for view in drawing.views)
    )
    assert document["none_of_these"] == {
        "candidates": found.none_of_candidates,
        "differential": found.none_of_differential,
    }
    muscles = [s.id for s in atlas.sources.values() if s.is_muscle]
    others = [s.id for s in atlas.sources.values() if not s.is_muscle]
    for name, sources in (("candidates", muscles), ("differential", others)):
        listed = sorted((c["source"], c["side"]) for c in document[name])
        assert listed == sorted(itertools.product(sources, SIDES))
    best = document["candidates"][0]
    assert best["probability"] == found[0].probability
    assert [f["region"] for f in best["regions"]] == [f.region for f in found[0].regions]


def test_what_no_view_shows_is_null() -> None:
    """An essential zone out of sight has no drawn share, and its regions none either."""
    joint = source("joint", point("j1", essential=["outer"]), kind="joint")
    document = rank(WHOLE_UPPER, hand_drawn_atlas(*three_patterns(), joint)).to_dict()
    check_contract(document)
    best = document["differential"][0]
    assert best["essential_drawn"] is None
    assert best["regions"] == [{"region": "left:outer", "zone": "essential", "drawn": None}]
    assert json.loads(json.dumps(document)) == document


def test_top_cuts_the_lists_and_changes_no_number(atlas: Atlas) -> None:
    """Shares are shares of all candidates, however many are shown."""
    found = rank(example("quadratus_lumborum_deep_upper"), atlas)
    whole, cut = found.to_dict(), found.to_dict(top=2)
    assert cut["candidates"] == whole["candidates"][:2]
    assert cut["none_of_these"] == whole["none_of_these"]
    assert len(found.to_dict(top=500)["candidates"]) == len(found)


def test_a_ranking_is_a_sequence_of_muscles(world: Atlas) -> None:
    """Indexing and iterating give the candidates, best first; the repr names the first three."""
    found = rank(WHOLE_UPPER, world)
    assert found[0] is found.candidates[0]
    assert found[:2] == found.candidates[:2]
    assert len(found) == 6
    assert repr(found).startswith("<Ranking of 6 candidates: 1. Alpha left 0.")


# --- The patterns behave as the field describes them -------------------------------------------

# Drawn by hand from the words, on the patient's left; no outline follows the borders of regions.
DESCRIPTIONS: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "low lateral buttock, lateral thigh, knee and leg to the ankle": (
        "gluteus_minimus",
        [
            (
                "left_lateral",
                "8.5 89.5, 9 85, 5.5 80, 3 71, 1.5 57, 1.5 47, 2.5 39, 2 26, 0.5 9, -3 9, "
                "-2.5 25, -3 40, -4 49, -6 60, -6.5 75, -3 84, 3 88",
            )
        ],
    ),
    "low medial buttock, back of thigh and calf": (
        "gluteus_minimus",
        [
            ("posterior", "-4 91, -8.5 90.5, -9.5 85, -8 81.5, -5 82"),
            ("posterior", "-6.5 80, -13 80, -13.5 66, -12.5 54, -8 54, -7 66"),
            ("posterior", "-10 43, -15 43, -15 33, -13 26, -11 30"),
        ],
    ),
    "sacroiliac region, across the buttock, back of the hip, upper two thirds of the thigh": (
        "piriformis",
        [
            (
                "posterior",
                "-2 101, -5.5 100, -6 97, -10 95, -15 94.5, -17.8 93, -18 88, -14 86.5, "
                "-9 88, -5 91, -2.5 92",
            ),
            ("posterior", "-7 81, -13 81, -13 70, -11.5 60, -8.5 60, -7 70"),
        ],
    ),
    "sacroiliac joint with lower buttock": (
        "quadratus_lumborum",
        [
            ("posterior", "-1.8 101.5, -5.2 101, -6 97.5, -4.5 94.5, -2 95"),
            ("posterior", "-4 90, -9 90.5, -12 87, -12 82.5, -8 81, -4 82"),
        ],
    ),
    "crest with groin": (
        "quadratus_lumborum",
        [
            (
                "posterior",
                "-6 105.5, -11 106.3, -15.5 105.5, -15.8 102.5, -11 102, -6 102",
            ),
            (
                "anterior",
                "11.5 98.5, 12 96.5, 8 92.5, 4 90, 2.5 91, 6 94.5",
            ),
        ],
    ),
    "crest, sacroiliac joint, sacrum, buttock": (
        "gluteus_medius",
        [
            (
                "posterior",
                "-0.3 103.5, -5 105, -11 106, -14 104, -13 98, -12 92, -8 89, -5 91, -0.3 91",
            )
        ],
    ),
    "vertical strip beside the lumbar spine with groin": (
        "psoas",
        [
            (
                "posterior",
                "-1.2 117, -5 117, -5.3 108, -5 101, -1.6 100, -1.5 108",
            ),
            ("anterior", "11 97, 12 94, 9 88, 5 86, 3 89, 7 94"),
        ],
    ),
    "vertical strip beside the lumbar spine with front of the thigh": (
        "psoas",
        [
            (
                "posterior",
                "-1.2 117, -5 117, -5.3 108, -5 101, -1.6 100, -1.5 108",
            ),
            ("anterior", "6 84, 13 84, 13 70, 11 65, 8 65, 6.5 72"),
        ],
    ),
    "trochanter and front-outer thigh": (
        "tensor_fasciae_latae",
        [
            (
                "left_lateral",
                "3 93, -4 94, -8 90, -11.5 82, -12 70, -10 56, -7 56, -6.5 70, -4 80, 2 86",
            ),
            (
                "anterior",
                "16 90, 13.5 84, 13.5 70, 14 57, 16 57, 18 70, 18.5 84",
            ),
        ],
    ),
}


# The front of the thigh is vastus intermedius' as well, whose share comes close.
UNDECIDED = "vertical strip beside the lumbar spine with front of the thigh"


@pytest.mark.parametrize("complete", [False, True], ids=["open", "complete"])
@pytest.mark.parametrize("words", DESCRIPTIONS)
def test_pain_as_the_field_describes_it(atlas: Atlas, words: str, complete: bool) -> None:
    """The muscle that is taught for a pain comes first and alone, on either side."""
    muscle, outlines = DESCRIPTIONS[words]
    areas = [(view, outline(ring)) for view, ring in outlines]
    drawing = PainDrawing.from_polygons(
        areas, views_completed={view for view, _ in areas} if complete else ()
    )
    for pain, side in ((drawing, "left"), (drawing.mirrored(), "right")):
        found = rank(pain, atlas)
        assert order(found)[0] == (muscle, side)
        assert found.undecided == () or words == UNDECIDED


def test_the_two_deep_quadratus_points_are_both_named(atlas: Atlas) -> None:
    """Sacroiliac joint and lower buttock with the area between them free: one point for each."""
    _, outlines = DESCRIPTIONS["sacroiliac joint with lower buttock"]
    found = rank(PainDrawing.from_polygons([(v, outline(r)) for v, r in outlines]), atlas)
    assert set(found[0].trigger_points) == {"deep_upper", "deep_lower"}
