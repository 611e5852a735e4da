"""Simulated hands: what they promise about shake, omissions, extras, views and sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
import shapely
from worlds import hand_drawn_atlas, hand_drawn_body, point, source, square

from hippain_maps.atlas import Atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.geometry import SIDES, Area, View, as_area, mirror
from hippain_maps.patterns import TriggerPoint, ZoneRegion
from hippain_maps.regions import Body
from hippain_maps.simulation import (
    SHAKE,
    Family,
    Hand,
    Patient,
    draw,
    jaccard,
    measured_redraw,
    mixture,
    patient,
    redraw,
    shake_for,
)

FAMILIES: tuple[Family, ...] = ("warp", "brush")
STILL = Hand(shake=0.0).steady()
"""A hand that draws the pain as it is, but for a simplification of 2 mm."""

BODY = hand_drawn_body()


def has(pain: Mapping[View, Area]) -> Patient:
    """Return a patient with this pain."""
    return Patient(None, "left", (), pain)


def drawn(who: Patient, hand: Hand, body: Body = BODY, seed: int = 1) -> PainDrawing:
    """Return what a hand draws."""
    return draw(who, hand, body, np.random.default_rng(seed))


INNER = has({"posterior": square(-15, 5, 10)})


# --- Hands -------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
def test_the_seed_decides_the_drawing(family: Family) -> None:
    """The same seed draws the same, to the last digit; another seed draws something else."""
    one, same, other = (drawn(INNER, Hand(family), seed=seed).to_geojson() for seed in (1, 1, 2))
    assert one == same
    assert one != other


@pytest.mark.parametrize("family", FAMILIES)
def test_a_shakier_hand_overlaps_less(family: Family) -> None:
    """The more shake, the lower the Jaccard index of two drawings, on average."""
    generator = np.random.default_rng(1)
    means = []
    for shake in (0.3, 1.0, 3.0):
        hand = Hand(family, shake=shake).steady()
        pairs = [[draw(INNER, hand, BODY, generator) for _ in range(2)] for _ in range(20)]
        means.append(np.mean([jaccard(*pair) for pair in pairs]))
    assert means == sorted(means, reverse=True)
    assert means[0] > means[-1] + 0.3


@pytest.mark.parametrize(("family", "level"), SHAKE)
def test_the_stated_redraw_overlap_is_reached(atlas: Atlas, family: Family, level: float) -> None:
    """Each stated shake gives the published overlap of two drawings on the shipped atlas."""
    hand = Hand(family, shake=SHAKE[family, level]).steady()
    mean, spread = measured_redraw(hand, atlas, patients=60)
    assert mean == pytest.approx(level, abs=0.05)
    assert 0.1 < spread < 0.25


def test_the_shake_that_gives_an_overlap_is_found(atlas: Atlas) -> None:
    """For some muscles alone the stated overlap comes out; the higher it is, the finer the hand."""
    alone = atlas.only(["piriformis", "gluteus_minimus"])
    found = {level: shake_for("warp", level, alone, patients=12) for level in (0.42, 0.62)}
    assert found[0.42] > found[0.62] > 0
    for level, shake in found.items():
        mean, _ = measured_redraw(Hand(shake=shake).steady(), alone, patients=12, seed=7)
        assert mean == pytest.approx(level, abs=0.03)


def test_the_families_differ_in_kind() -> None:
    """A warp keeps parts, holes and thin strips; a brush leaves round-ended strokes 2 cm wide.

    What such strokes cover is hardly changed when opened with a radius just under 1 cm.
    """
    frame = as_area(square(-18, 2, 14).difference(square(-14, 6, 6)))
    ring = has({"posterior": as_area(shapely.union_all([frame, square(-18, 22, 3)]))})
    strip = has({"posterior": shapely.box(-15, 5, -14, 35)})
    for seed in range(10):
        warped = drawn(ring, Hand("warp", shake=0.3).steady(), seed=seed).area("posterior")
        assert sorted(len(part.interiors) for part in shapely.get_parts(warped)) == [0, 1]
        for family in FAMILIES:
            area = drawn(strip, Hand(family, shake=0.3).steady(), seed=seed).area("posterior")
            opened = shapely.buffer(shapely.buffer(area, -0.9), 0.9)
            kept = opened.area / area.area
            assert kept > 0.95 if family == "brush" else kept < 0.2, (family, seed, kept)
    still = drawn(INNER, replace(STILL, family="warp")).area("posterior")
    assert still.symmetric_difference(square(-15, 5, 10)).area < 0.5
    strokes = drawn(INNER, replace(STILL, family="brush")).area("posterior")
    assert strokes.symmetric_difference(square(-15, 5, 10)).area > 0.5


@pytest.mark.parametrize("family", FAMILIES)
def test_drawings_stay_near_the_figure(atlas: Atlas, body: Body, family: Family) -> None:
    """However shaky, a hand sees where the body ends: no mark lies more than 1 cm beside it."""
    generator = np.random.default_rng(1)
    hand = Hand(family, shake=4.0).steady()
    for name in ("gluteus_minimus", "quadratus_lumborum"):
        drawing = draw(patient(atlas.source(name), "left", atlas, generator), hand, body, generator)
        for view in drawing.views:
            beside = drawing.area(view).difference(body.charts[view].figure.buffer(1.05))
            assert beside.area < 1e-6


def test_a_steady_hand_only_displaces() -> None:
    """It leaves nothing out, adds nothing and takes no side for the other; the rest stays."""
    hand = Hand("brush", shake=2.0, omits=1, adds=1, wrong_side=1, one_view=True)
    steady = hand.steady()
    assert (steady.omits, steady.adds, steady.wrong_side) == (0, 0, 0)
    assert replace(steady, omits=1, adds=1, wrong_side=1) == hand
    for seed in range(30):
        still = drawn(INNER, STILL, seed=seed).area("posterior")
        assert still.symmetric_difference(INNER.pain["posterior"]).area < 0.5


def test_a_quarter_of_drawings_leave_something_out_and_a_fifth_have_an_extra() -> None:
    """The default shares are what comes out; never more than 40 % of the height is left out."""
    pain = square(-15, 5, 10)
    areas = [
        drawn(INNER, replace(Hand(), shake=0.0, adds=0), seed=s).area("posterior").area
        for s in range(300)
    ]
    assert np.mean(np.array(areas) < 0.95 * pain.area) == pytest.approx(0.25, abs=0.07)
    assert min(areas) > 0.58 * pain.area
    extras = [
        drawn(INNER, replace(Hand(), shake=0.0, omits=0), seed=s)
        .area("posterior")
        .difference(pain.buffer(0.3))
        .area
        for s in range(300)
    ]
    # One that falls on the pain itself is not seen: the pain is 100 of 1600 cm2.
    assert np.mean(np.array(extras) > 0.1) == pytest.approx(0.2, abs=0.06)
    assert max(extras) < np.pi * 3.6**2


def test_an_omission_cuts_every_standing_view_at_the_same_level() -> None:
    """Who leaves out the upper end leaves it out from behind and from the side alike.

    Insets have heights of their own and are left alone.
    """
    saddle = square(0, 2, 6)
    who = has(
        {"posterior": square(-20, 20), "left_lateral": square(-10, 20), "perineal": mirror(saddle)}
    )
    ends = set()
    for seed in range(20):
        drawing = drawn(who, replace(STILL, omits=1), seed=seed)
        back, side = (drawing.area(view).bounds for view in ("posterior", "left_lateral"))
        assert back[1::2] == pytest.approx(side[1::2], abs=0.01)
        assert 12 <= back[3] - back[1] <= 18
        ends.add("upper" if back[3] < 39.9 else "lower")
        assert drawing.area("perineal").area == pytest.approx(36, abs=0.5)
    assert ends == {"upper", "lower"}


def test_one_view_is_the_one_that_shows_most() -> None:
    """A hand that uses one view draws on it alone, extras included."""
    who = has({"posterior": square(-15, 5, 5), "left_lateral": square(-9, 1, 18)})
    for seed in range(20):
        assert drawn(who, Hand(one_view=True), seed=seed).views == ("left_lateral",)


def test_the_wrong_side_is_the_mirror_image() -> None:
    """A slip draws the same on the other side, and the lateral view of that side."""
    who = has({"posterior": square(-15, 5, 10), "left_lateral": square(-9, 1, 12)})
    right = drawn(who, replace(Hand(), wrong_side=0.0), seed=3)
    slip = drawn(who, replace(Hand(), wrong_side=1.0), seed=3)
    assert slip.views == ("posterior", "right_lateral")
    for view in slip.views:
        difference = slip.area(view).symmetric_difference(right.mirrored().area(view))
        assert difference.area < 1e-6


def test_pain_beside_the_body_is_drawn_as_it_is() -> None:
    """A hand that finds no body under the pain does not look for it for ever."""
    beside = square(100, 5, 3)
    assert drawn(has({"posterior": beside}), Hand()).area("posterior").equals(beside)


# --- Patients ----------------------------------------------------------------------------------


@pytest.mark.parametrize("side", SIDES)
def test_a_patient_hurts_in_regions_of_the_source_only(atlas: Atlas, body: Body, side: str) -> None:
    """Pain lies in the zones of the active trigger points, on their side, and is never absent."""
    generator = np.random.default_rng(1)
    for source_ in (s for s in atlas.sources.values() if s.is_muscle):
        for _ in range(2):
            who = patient(source_, side, atlas, generator)  # type: ignore[arg-type]
            assert (who.source, who.side) == (source_, side)
            assert 1 <= len(who.trigger_points) <= 2
            regions = {
                part.sided(who.side)
                for name in who.trigger_points
                for zone in ("essential", "spillover")
                for part in source_.trigger_point(name).zones[zone]  # type: ignore[index]
            }
            assert who.pain
            for view, area in who.pain.items():
                shapes = [body.polygon(view, region) for region in sorted(regions)]
                pattern = shapely.union_all([shape for shape in shapes if shape is not None])
                assert area.difference(pattern.buffer(0.01)).area < 1e-6


def test_other_sources_cannot_be_simulated(atlas: Atlas) -> None:
    """A territory, or frequencies, say nothing of what is active: that is refused in a line."""
    generator = np.random.default_rng(1)
    for name in ("hip_joint", "l5_root"):
        with pytest.raises(ValueError, match=rf"^{name} \(\w+\) cannot be simulated: only muscles"):
            patient(atlas.source(name), "left", atlas, generator)


def test_weak_parts_and_spillover_are_felt_less_often() -> None:
    """A part of weight 0.3 hurts in 6 of 10, spillover in the share that feels it, rare never."""
    strong, weak = ZoneRegion("upper", 1.0, False), ZoneRegion("lower", 0.3, False)
    trp = replace(
        point("t", spillover=["outer"], rare=["elsewhere"]),
        zones={
            "essential": (strong, weak),
            "spillover": (ZoneRegion("outer", 1.0, False),),
            "rare": (ZoneRegion("elsewhere", 1.0, False),),
        },
    )
    alone = source("sigma", trp)
    world = hand_drawn_atlas(alone)
    generator = np.random.default_rng(1)
    found = [patient(alone, "left", world, generator).pain for _ in range(400)]

    def share(view: View, region: str) -> float:
        shape = BODY.polygon(view, f"left:{region}")
        hurts = [view in pain and pain[view].intersection(shape).area > 1 for pain in found]
        return float(np.mean(hurts))

    assert share("posterior", "upper") == 1
    assert share("posterior", "lower") == pytest.approx(0.6, abs=0.08)
    assert share("left_lateral", "outer") == pytest.approx(0.5, abs=0.08)
    assert share("anterior", "elsewhere") == 0


@pytest.mark.parametrize("only", [point("t", spillover=["lower"]), point("t", rare=["lower"])])
def test_a_patient_always_has_pain(only: TriggerPoint) -> None:
    """A source without an essential zone has patients too: they feel what it can send."""
    alone = source("sigma", only)
    world = hand_drawn_atlas(alone)
    generator = np.random.default_rng(1)
    for _ in range(10):
        who = patient(alone, "right", world, generator)
        assert who.pain["posterior"].equals(BODY.polygon("posterior", "right:lower"))
        assert draw(who, Hand(), BODY, generator).views == ("posterior",)


def test_a_mixture_holds_the_pain_of_both(world: Atlas) -> None:
    """The pain of two sources is the union, view by view; the first one leads."""
    generator = np.random.default_rng(1)
    first, second = (
        patient(world.source(name), "left", world, generator) for name in ("alpha", "beta")
    )
    both = mixture(first, second)
    assert both.source is first.source
    assert set(both.pain) == set(first.pain) | set(second.pain)
    for view, area in both.pain.items():
        parts = [who.pain[view] for who in (first, second) if view in who.pain]
        assert area.symmetric_difference(shapely.union_all(parts)).area < 1e-9


# --- Drawing again -----------------------------------------------------------------------------


def test_jaccard_by_hand() -> None:
    """Two squares of 4 that share 2: 2 of 6; a view that only one has counts as no overlap."""
    one = PainDrawing.from_polygons({"posterior": square(0, 0, 2)})
    other = PainDrawing.from_polygons({"posterior": square(1, 0, 2)})
    more = PainDrawing.from_polygons({"posterior": square(0, 0, 2), "anterior": square(0, 0, 2)})
    assert jaccard(one, other) == jaccard(other, one) == pytest.approx(1 / 3)
    assert jaccard(one, more) == pytest.approx(1 / 2)
    assert jaccard(one, one) == 1
    assert jaccard(PainDrawing(), PainDrawing()) == 0


def test_a_redraw_keeps_views_and_what_was_completed() -> None:
    """Drawn again, the same views hold pain, and a view declared complete still is."""
    drawing = PainDrawing.from_polygons(
        {"posterior": square(-15, 5, 10), "left_lateral": square(-9, 1, 12)},
        views_completed=["anterior", "posterior"],
    )
    generator = np.random.default_rng(1)
    for _ in range(5):
        again = redraw(drawing, Hand(omits=1, adds=1, wrong_side=1, shake=0.5), BODY, generator)
        assert again.views == drawing.views
        assert again.views_completed == ("anterior", "posterior")
        assert 0.3 < jaccard(drawing, again) < 1


@pytest.mark.parametrize("family", FAMILIES)
def test_a_spot_can_be_drawn_again(family: Family) -> None:
    """A mark of half a square centimetre is small, and still a mark."""
    spot = PainDrawing.from_polygons({"posterior": square(-10, 10, 0.7)})
    again = redraw(spot, Hand(family, shake=0.1), BODY, np.random.default_rng(1))
    assert again.area("posterior").area > 0.2
