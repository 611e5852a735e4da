"""What issues 5 and 6 ask of the ranking: drawings and answers, and the sources they must bring up.

Drawings are filled regions, and outlines drawn by hand that follow no border. What the clinical
brief says of a place stands beside the sets that were taken from it. All on the patient's left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest
from worlds import outline

from hippain_maps.atlas import Atlas
from hippain_maps.candidates import Candidate, Ranking
from hippain_maps.drawing import PainDrawing
from hippain_maps.ranking import rank
from hippain_maps.referrals import referrals

Outlines = Sequence[tuple[str, str]]


def fill(atlas: Atlas, *names: str, **marks: Sequence[str]) -> PainDrawing:
    """Return the drawing in which these regions and groups of the left are filled."""
    return PainDrawing.from_regions(atlas.body, [f"left:{name}" for name in names], **marks)  # type: ignore[arg-type]


def freehand(outlines: Outlines, **marks: Sequence[str]) -> PainDrawing:
    """Return the drawing of some outlines."""
    return PainDrawing.from_polygons([(v, outline(ring)) for v, ring in outlines], **marks)  # type: ignore[arg-type]


def drawings(atlas: Atlas, regions: Sequence[str], outlines: Outlines) -> list[PainDrawing]:
    """Return a pain as filled regions and as it was drawn by hand, on either side."""
    both = [fill(atlas, *regions), freehand(outlines)]
    return [*both, *(drawing.mirrored() for drawing in both)]


def first(candidates: Sequence[Candidate], count: int) -> list[str]:
    """Return the ids of the first so many."""
    return [c.source.id for c in candidates[:count]]


def share(candidates: Iterable[Candidate], *names: str) -> float:
    """Return the share of some sources, both sides together."""
    return sum(c.probability for c in candidates if c.source.id in names)


def place(candidates: Sequence[Candidate], name: str) -> int:
    """Return the rank of a source, on the side that comes first."""
    return next(c.rank for c in candidates if c.source.id == name)


def answered(drawing: PainDrawing, atlas: Atlas, *yes: str, no: Iterable[str] = ()) -> Ranking:
    """Return the ranking of a drawing after some answers."""
    given = {**dict.fromkeys(yes, "yes"), **dict.fromkeys(no, "no")}
    assert set(given) <= set(atlas.clues)
    return rank(drawing.with_answers(given), atlas)


# --- Issue 5: area by area ---------------------------------------------------------------------

# Muscles that the brief sends to each area: parts 1 and 2, with the corrections of section 0a. The
# first set are those whose essential zone lies there (E, or C where no zone is split), the second
# those that spill over (S) or touch it.
AREAS: dict[str, tuple[tuple[str, ...], set[str], set[str]]] = {
    # Psoas: a strip beside the spine; longissimus L1: lumbar and upper sacroiliac. Iliocostalis:
    # the lumbar column; multifidus: its spinous process, a thin strip; gluteus medius TrP3: the
    # lowest lumbar strip; rectus abdominis: a band across the back.
    "lumbar": (
        ("lumbar",),
        {"psoas", "longissimus_thoracis"},
        {"iliocostalis_lumborum", "multifidus", "gluteus_medius", "rectus_abdominis"},
    ),
    # "Sacroiliac only" ties QL deep upper, piriformis, gluteus medius TrP1 and rarely soleus TrP3;
    # gluteus maximus TrP1 has its upper end on the joint, longissimus and psoas reach it.
    "sacroiliac": (
        ("sacroiliac",),
        {"gluteus_medius", "quadratus_lumborum", "piriformis", "gluteus_maximus"},
        {"soleus", "longissimus_thoracis", "psoas", "rectus_abdominis", "multifidus"},
    ),
    # All gluteals, piriformis behind the hip, iliocostalis in the middle, longissimus T10 and QL
    # deep lower below, the inner hamstrings at the fold.
    "buttock": (
        ("buttock",),
        {
            "gluteus_maximus", "gluteus_medius", "gluteus_minimus", "piriformis",
            "iliocostalis_lumborum", "longissimus_thoracis", "quadratus_lumborum",
        },
        {"semitendinosus_semimembranosus", "obturator_internus"},
    ),
    # Gluteus medius TrP2, TFL and QL (crest and trochanter); gluteus minimus behind the trochanter,
    # vastus lateralis below it. Piriformis covers too little of it to count.
    "lateral hip": (
        ("hip_side",),
        {"gluteus_medius", "tensor_fasciae_latae", "quadratus_lumborum"},
        {"gluteus_minimus", "vastus_lateralis"},
    ),
    # Gluteus minimus anterior and vastus lateralis: the outer thigh; TFL its front, to the knee; QL
    # superficial lower and gluteus medius TrP2 its top.
    "lateral thigh": (
        ("thigh_lateral",),
        {"gluteus_minimus", "vastus_lateralis"},
        {"tensor_fasciae_latae", "quadratus_lumborum", "gluteus_medius"},
    ),
    "lateral hip and thigh": (
        ("hip_side", "thigh_lateral"),
        {"gluteus_minimus", "vastus_lateralis", "tensor_fasciae_latae", "gluteus_medius"},
        {"quadratus_lumborum"},
    ),
    # Vastus intermedius: the centre of the front; psoas: its upper part; rectus femoris its lower
    # part; sartorius along the strap; pectineus and vastus medialis towards the inside.
    "front of the thigh": (
        ("thigh_anterior",),
        {"vastus_intermedius", "psoas"},
        {"rectus_femoris", "sartorius", "pectineus", "vastus_medialis"},
    ),
    # Gracilis: the inner strip; adductor magnus: anteromedial, groin to almost the knee; adductor
    # longus: inner thigh; inner hamstrings: inner back; vastus medialis and sartorius low down.
    "inner thigh": (
        ("thigh_medial",),
        {"gracilis", "adductor_magnus"},
        {
            "adductor_longus_brevis", "pectineus", "sartorius", "vastus_medialis",
            "semitendinosus_semimembranosus",
        },
    ),
    # Gluteus minimus posterior and the inner hamstrings; biceps femoris its outer part; piriformis
    # two thirds; obturator internus, gluteus medius TrP2 and maximus TrP1 the top; multifidus S1.
    "back of the thigh": (
        ("thigh_posterior",),
        {"gluteus_minimus", "semitendinosus_semimembranosus"},
        {
            "biceps_femoris", "piriformis", "obturator_internus", "multifidus", "gluteus_maximus",
            "gluteus_medius",
        },
    ),
    # Rectus femoris: in and around the kneecap; vastus medialis: anteromedial knee; vastus
    # lateralis: outer patella; adductor longus: above and medial to it; sartorius low.
    "front of the knee": (
        ("knee_front",),
        {"rectus_femoris", "vastus_medialis", "vastus_lateralis", "adductor_longus_brevis"},
        {"sartorius"},
    ),
    # Biceps femoris, popliteus, gastrocnemius TrP3 and 4, plantaris; vastus lateralis 3 its outer
    # part; gluteus minimus and inner hamstrings spill through.
    "back of the knee": (
        ("popliteal",),
        {"biceps_femoris", "popliteus", "gastrocnemius", "plantaris"},
        {"vastus_lateralis", "semitendinosus_semimembranosus", "gluteus_minimus"},
    ),
    # Gluteus minimus anterior: the peroneal side; fibularis longus: middle outer leg; vastus
    # lateralis a little down it.
    "outer leg": (
        ("leg_lateral",),
        {"gluteus_minimus"},
        {"fibularis_longus_brevis", "vastus_lateralis"},
    ),
    # Tibialis anterior: a strip down the shin; the toe extensors low; adductor longus: medial shin.
    "front of the leg": (
        ("leg_front",),
        set(),
        {
            "tibialis_anterior", "extensor_digitorum_longus", "extensor_hallucis_longus",
            "adductor_longus_brevis", "gluteus_minimus",
        },
    ),
    # Soleus TrP2 and plantaris: upper calf; gluteus minimus posterior; gastrocnemius: medial calf;
    # hamstrings: upper calf; tibialis posterior: middle; flexor digitorum: medial.
    "back of the leg": (
        ("leg_back",),
        {"soleus", "plantaris", "gluteus_minimus"},
        {
            "gastrocnemius", "semitendinosus_semimembranosus", "biceps_femoris",
            "tibialis_posterior", "flexor_digitorum_longus",
        },
    ),
    # Tibialis anterior: front-inner ankle; fibulares: about the lateral malleolus and front-outer;
    # soleus and tibialis posterior: Achilles tendon; the extensors and flexors pass.
    "ankle": (
        ("ankle",),
        {
            "tibialis_anterior", "fibularis_longus_brevis", "fibularis_tertius", "soleus",
            "tibialis_posterior",
        },
        {
            "extensor_digitorum_longus", "extensor_hallucis_longus", "flexor_digitorum_longus",
            "gluteus_minimus",
        },
    ),
    # Soleus TrP1: heel, back and sole; quadratus plantae: its sole; abductor hallucis: its inner
    # side; tibialis posterior and fibularis tertius spill over.
    "heel": (
        ("heel",),
        {"soleus", "quadratus_plantae", "abductor_hallucis"},
        {"tibialis_posterior", "fibularis_tertius"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("area", AREAS)
def test_the_first_muscles_of_an_area_are_those_of_the_brief(atlas: Atlas, area: str) -> None:
    """Filled, an area brings up a muscle that the brief sends there, and no other with a share."""
    names, essential, others = AREAS[area]
    found = rank(fill(atlas, *names), atlas)
    assert found[0].source.id in essential | others
    listed = {c.source.id for c in found if c.probability >= 0.02}
    assert listed <= essential | others
    assert {c.side for c in found if c.probability >= 0.02} == {"left"}


@pytest.mark.parametrize("area", AREAS)
def test_the_table_of_an_area_is_that_of_the_brief(atlas: Atlas, area: str) -> None:
    """In the table of what refers there, the muscles of the brief have their essential zone.

    They are the first ones, the commonest of them before the rarer.
    """
    names, essential, others = AREAS[area]
    for name in names:
        table = [r for r in referrals(atlas, name) if r.source.is_muscle]
        ids = [r.source.id for r in table]
        assert set(ids[: min(3, len(essential) + len(others))]) <= essential | others
        if len(names) == 1:
            assert {r.source.id for r in table if r.zone == "essential"} >= essential
            assert set(ids) >= essential | others
        commonness = [r.prior for r in table if r.zone == "essential" and not r.crossed]
        assert commonness == sorted(commonness, reverse=True)


# --- Issue 6: what else draws the same picture -------------------------------------------------

GROIN = ("anterior", "11 97, 12 94, 9 88, 5 86, 3 89, 7 94")
FRONT = ("anterior", "6 86, 13 86, 13.5 70, 12 58, 8 58, 6.5 72")
KNEE = ("anterior", "8 58, 13.5 58, 13.5 48, 8 48")
BUTTOCK = ("posterior", "-4 97, -13 98, -17 92, -16 84, -9 83, -4 88")
OUTER_LEG = ("left_lateral", "-3 46, 2 46, 3 36, 2 24, 1 10, -3 10, -3.5 26, -4 38")
DORSUM = ("anterior", "11 8, 15 8, 16 3, 12 2")
BACK_OF_THIGH = ("posterior", "-7 82, -13 82, -13.5 66, -12.5 54, -8 54, -7 66")
CALF = ("posterior", "-9.5 46, -15.5 46, -16 36, -14 25, -11 25, -10 36")
HEEL = ("posterior", "-11 7, -15 7, -15 1, -11 1")
OUTER_FOOT = ("left_lateral", "-8 4, 2 4, 4 1, -8 1")
STRIP = ("posterior", "-2.5 99, -5.5 98.5, -5.5 90.5, -3 90.5")
FRONT_OUTER_THIGH = ("left_lateral", "-3 84, -9 85, -11 72, -9 62, -5 62, -3 74")
FRONT_OUTER_SEEN_FROM_FRONT = ("anterior", "13.5 84, 18.5 84, 18 70, 16.5 60, 13.8 62, 13 72")
HIP_AND_THIGH = ("left_lateral", "4 92, -4 93, -6 86, -5 78, -4 70, 2 70, 3 80, 4 86")
SIT_BONE = ("posterior", "-5.5 86, -8.5 86, -9.5 80, -9 74, -6.5 74, -6 80")


@pytest.mark.parametrize(
    "names",
    [
        ("groin", "thigh_front", "knee_front"),
        ("groin", "thigh_front", "knee"),
        ("groin_wide", "thigh_front", "knee_front"),
        ("groin", "hip_front", "thigh_front", "knee_front"),
    ],
)
def test_groin_front_of_thigh_and_knee_is_the_hip_joint(
    atlas: Atlas, names: tuple[str, ...]
) -> None:
    """It stands in the first three; the restriction that goes first brings it to the top."""
    drawing = fill(atlas, *names)
    for pain in (drawing, drawing.mirrored()):
        assert place(rank(pain, atlas).differential, "hip_joint") <= 3
        limited = answered(pain, atlas, "limited_internal_rotation", "worse_internal_rotation")
        assert first(limited.differential, 1) == ["hip_joint"]


@pytest.mark.parametrize("drawn", ["centre strip", "hand-drawn", "hand-drawn, knee apart"])
def test_a_strip_from_groin_to_knee_is_the_hip_joint(atlas: Atlas, drawn: str) -> None:
    """The same where only the middle of the thigh is drawn, as people do."""
    pains = {
        "centre strip": fill(atlas, "groin", "thigh_anterior", "knee_front"),
        "hand-drawn": freehand([GROIN, FRONT, KNEE]),
        "hand-drawn, knee apart": freehand(
            [GROIN, FRONT, ("anterior", "8.5 56, 13 56, 13 50, 8.5 50")]
        ),
    }
    assert place(rank(pains[drawn], atlas).differential, "hip_joint") <= 3


# Where it hurts as regions and by hand, and who must stand within the first so many.
FIRST: dict[str, tuple[tuple[str, ...], Outlines, tuple[str, ...], int]] = {
    "buttock, outer leg and dorsum of the foot": (
        ("buttock", "leg_lateral", "foot_dorsum"),
        [BUTTOCK, OUTER_LEG, DORSUM],
        ("l5_root",),
        1,
    ),
    "back of the thigh, calf, outer foot and heel": (
        ("thigh_posterior", "calf", "foot_lateral_edge", "heel"),
        [BACK_OF_THIGH, CALF, OUTER_FOOT, HEEL],
        ("s1_root", "sciatic_nerve"),
        2,
    ),
    "the strip below the posterior superior iliac spine": (
        ("sacroiliac_middle", "sacroiliac_lower"),
        [STRIP],
        ("sacroiliac_joint",),
        1,
    ),
    "the front-outer thigh": (
        ("thigh_anterolateral",),
        [FRONT_OUTER_THIGH, FRONT_OUTER_SEEN_FROM_FRONT],
        ("meralgia_paresthetica",),
        1,
    ),
    "the front-outer thigh, from the front alone": (
        ("thigh_anterolateral", "thigh_lateral"),
        [FRONT_OUTER_SEEN_FROM_FRONT],
        ("meralgia_paresthetica",),
        1,
    ),
    "lateral hip and upper outer thigh": (
        ("trochanter_area", "thigh_1_lateral", "thigh_2_lateral"),
        [HIP_AND_THIGH],
        ("greater_trochanteric_pain",),
        2,
    ),
    "sit bone and upper hamstring": (
        ("ischial_tuberosity", "thigh_1_posterior"),
        [SIT_BONE],
        ("proximal_hamstring_tendon",),
        2,
    ),
}


@pytest.mark.parametrize("pain", FIRST)
def test_the_source_that_is_taught_for_a_pain_is_among_the_first(atlas: Atlas, pain: str) -> None:
    """Filled or drawn by hand, on either side, with no answer yet."""
    regions, outlines, names, count = FIRST[pain]
    for drawing in drawings(atlas, regions, outlines):
        found = rank(drawing, atlas).differential
        assert set(names) & set(first(found, count)), first(found, 3)


@pytest.mark.parametrize("hip", ["trochanter_area", "hip_side", "greater_trochanter"])
def test_lateral_hip_that_hurts_to_lie_on_is_trochanteric_pain(atlas: Atlas, hip: str) -> None:
    """First when lying on it hurts, and with a larger share than before."""
    regions = (hip, "thigh_1_lateral", "thigh_2_lateral")
    for drawing in drawings(atlas, regions, [HIP_AND_THIGH]):
        before = rank(drawing, atlas).differential
        after = answered(drawing, atlas, "worse_lying_on_it").differential
        assert first(after, 1) == ["greater_trochanteric_pain"]
        assert share(after, "greater_trochanteric_pain") > share(
            before, "greater_trochanteric_pain"
        )


# --- Issue 6, point 2: distinctions ------------------------------------------------------------


def test_the_piriformis_muscle_stops_above_the_knee(atlas: Atlas) -> None:
    """To two thirds of the thigh it is first; once the calf is drawn, gluteus minimus is.

    Of other sources roots and the sciatic nerve then lead.
    """
    above = ("buttock_middle", "thigh_1_posterior", "thigh_2_posterior", "thigh_3_posterior")
    below = (*above, "thigh_4_posterior", "thigh_5_posterior", "popliteal", "calf")
    by_hand = [BUTTOCK, ("posterior", "-7 82, -13 82, -13 70, -11.5 60, -8.5 60, -7 70")]
    for short, long in (
        (fill(atlas, *above), fill(atlas, *below)),
        (freehand(by_hand), freehand([*by_hand, BACK_OF_THIGH, CALF])),
    ):
        before, after = rank(short, atlas), rank(long, atlas)
        assert first(before, 1) == ["piriformis"]
        assert first(after, 1) == ["gluteus_minimus"]
        assert share(after, "piriformis") < share(before, "piriformis") / 2
        assert set(first(after.differential, 2)) <= {
            "s1_root", "sciatic_nerve", "deep_gluteal_syndrome", "s2_root",
        }  # fmt: skip


def test_tingling_below_the_knee_is_the_deep_gluteal_syndrome_and_not_the_muscle(
    atlas: Atlas,
) -> None:
    """Tingling and burning along the sciatic path makes the syndrome and the nerves likelier."""
    path = ("buttock_middle", "thigh_posterior", "popliteal", "calf")
    plain = rank(fill(atlas, *path), atlas)
    felt = rank(fill(atlas, *path, quality=["tingling", "burning"]), atlas)
    along = ("deep_gluteal_syndrome", "sciatic_nerve", "s1_root", "s2_root", "l5_root")
    assert share(felt.differential, *along) > share(plain.differential, *along)
    assert share(felt.differential, "deep_gluteal_syndrome") > share(
        plain.differential, "deep_gluteal_syndrome"
    )
    sitting = ("worse_sitting", "buttock_stretch")
    short = ("buttock_middle", "thigh_1_posterior", "thigh_2_posterior")
    found = answered(fill(atlas, *short), atlas, *sitting)
    assert first(found, 1) == ["piriformis"]
    assert first(found.differential, 1) == ["deep_gluteal_syndrome"]


BENDING = ("worse_sitting", "worse_bending_forward", "worse_lifting")
UPRIGHT = ("worse_standing", "worse_walking", "better_sitting", "better_leaning_forward")


@pytest.mark.parametrize(
    "names", [("lumbar", "buttock"), ("lumbar", "buttock", "thigh_posterior"), ("lumbar",)]
)
def test_disc_and_stenosis_are_told_apart_by_posture(atlas: Atlas, names: tuple[str, ...]) -> None:
    """Sitting, bending, lifting: the disc first of the two; standing and walking: the stenosis."""
    drawing = PainDrawing.from_regions(atlas.body, names)
    bent = answered(drawing, atlas, *BENDING).differential
    upright = answered(drawing, atlas, *UPRIGHT).differential
    assert place(bent, "lumbar_disc") == 1
    assert place(bent, "lumbar_disc") < place(bent, "lumbar_stenosis")
    assert place(upright, "lumbar_stenosis") < place(upright, "lumbar_disc")
    assert share(bent, "lumbar_disc") > 4 * share(bent, "lumbar_stenosis")
    if "buttock" in names:
        # The stenosis is felt in buttocks and legs; in the back alone the disc is not far behind.
        assert place(upright, "lumbar_stenosis") == 1
        assert share(upright, "lumbar_stenosis") > 4 * share(upright, "lumbar_disc")


def test_each_answer_alone_moves_disc_against_stenosis(atlas: Atlas) -> None:
    """The odds of disc against stenosis rise with each of the one kind, fall with the other."""
    drawing = PainDrawing.from_regions(atlas.body, ["lumbar", "buttock"])

    def odds(*yes: str) -> float:
        found = answered(drawing, atlas, *yes).differential
        return share(found, "lumbar_disc") / share(found, "lumbar_stenosis")

    plain = odds()
    assert all(odds(name) > 1.5 * plain for name in BENDING)
    assert all(odds(name) < plain / 1.5 for name in UPRIGHT)


JOINT = (
    "worse_internal_rotation", "worse_walking", "morning_stiffness", "limited_internal_rotation",
)  # fmt: skip


@pytest.mark.parametrize(
    "names", [("trochanter_area",), ("groin", "trochanter_area", "thigh_1_lateral")]
)
def test_hip_joint_and_trochanteric_pain_are_told_apart(
    atlas: Atlas, names: tuple[str, ...]
) -> None:
    """Rotation, load and stiffness: the joint first; lying on it, free rotation: the tendons."""
    drawing = fill(atlas, *names)
    worn = answered(drawing, atlas, *JOINT).differential
    pressed = answered(
        drawing, atlas, "worse_lying_on_it", no=["limited_internal_rotation"]
    ).differential
    assert first(worn, 2) == ["hip_joint", "greater_trochanteric_pain"]
    assert first(pressed, 2) == ["greater_trochanteric_pain", "hip_joint"]


def test_the_groin_speaks_for_the_joint_and_the_outer_thigh_for_the_tendons(atlas: Atlas) -> None:
    """Pain in the groin makes the joint likelier against the tendons, by the drawing alone."""

    def odds(*names: str) -> float:
        found = rank(fill(atlas, *names), atlas).differential
        return share(found, "hip_joint") / share(found, "greater_trochanteric_pain")

    plain = odds("trochanter_area")
    assert odds("trochanter_area", "groin") > plain
    assert odds("trochanter_area", "thigh_lateral") < plain


def nerves(found: Ranking) -> float:
    """Return the share of roots and nerves among the other sources."""
    kinds = ("nerve", "nerve_root")
    return sum(c.probability for c in found.differential if c.source.kind in kinds)


def test_electric_or_numb_quality_points_to_a_nerve(atlas: Atlas) -> None:
    """An electric mark, an answer, or both: the share of nerves grows; a root comes first."""
    names = ("buttock", "thigh_posterior")
    plain = rank(fill(atlas, *names), atlas)
    assert plain.differential[0].source.kind == "joint"
    electric = rank(fill(atlas, *names, quality=["electric"]), atlas)
    numb = answered(fill(atlas, *names), atlas, "numbness")
    both = answered(fill(atlas, *names), atlas, "electric", "numbness")
    aching = rank(fill(atlas, *names, quality=["aching"]), atlas)
    assert nerves(aching) == pytest.approx(nerves(plain))
    assert nerves(electric) > 1.2 * nerves(plain)
    assert nerves(numb) > 1.5 * nerves(plain)
    assert nerves(both) > max(nerves(electric), nerves(numb))
    assert both.differential[0].source.kind == "nerve_root"


def test_burning_and_numb_skin_turns_trochanteric_pain_into_meralgia(atlas: Atlas) -> None:
    """The same outer thigh: an ache is the tendons', burning, tingling, numb skin the nerve's."""
    names = ("trochanter_area", "thigh_lateral")
    ache = rank(fill(atlas, *names, quality=["aching"]), atlas).differential
    burns = answered(
        fill(atlas, *names, quality=["burning"]), atlas, "numbness", "tingling"
    ).differential
    assert first(ache, 1) == ["greater_trochanteric_pain"]
    assert first(burns, 2) == ["meralgia_paresthetica", "greater_trochanteric_pain"]


@pytest.mark.parametrize(
    ("core", "name"),
    [
        (("leg_lateral", "foot_dorsum", "great_toe"), "l5_root"),
        (("foot_lateral_edge", "heel_lateral", "little_toe"), "s1_root"),
        (("leg_medial",), "l4_root"),
        (("thigh_2_anterolateral", "thigh_3_anterolateral"), "meralgia_paresthetica"),
    ],
)
def test_a_numb_core_names_its_root_or_nerve(
    atlas: Atlas, core: tuple[str, ...], name: str
) -> None:
    """Numb where a root or nerve has its own skin, and painful nowhere: that one, no muscle."""
    found = rank(fill(atlas, *core, quality=["numb"]), atlas)
    assert first(found.differential, 1) == [name]
    assert len(found) == 0


def test_gluteus_minimus_goes_below_the_knee(atlas: Atlas) -> None:
    """Outer thigh alone is others'; with the outer leg it is first, and TFL and QL are gone."""
    above = ("buttock_lower_lateral", "trochanter_area", "thigh_lateral")
    before = rank(fill(atlas, *above), atlas)
    after = rank(fill(atlas, *above, "knee_outer", "leg_lateral"), atlas)
    assert first(after, 1) == ["gluteus_minimus"]
    assert share(after, "gluteus_minimus") > 10 * share(before, "gluteus_minimus")
    for name in ("tensor_fasciae_latae", "quadratus_lumborum"):
        assert share(after, name) < share(before, name) / 10
    calf = rank(fill(atlas, "buttock_lower_medial", "thigh_posterior", "calf"), atlas)
    assert first(calf, 1) == ["gluteus_minimus"]


@pytest.mark.parametrize(
    ("name", "above", "below"),
    [
        (
            "sacroiliac_joint",
            ("lumbar_low", "sacroiliac", "buttock", "thigh_posterior"),
            ("calf",),
        ),
        (
            "sacroiliac_joint",
            ("lumbar_low", "sacroiliac", "buttock", "thigh_posterior"),
            ("popliteal", "calf"),
        ),
        (
            "sacroiliac_joint",
            ("lumbar_low", "sacroiliac", "buttock", "thigh"),
            ("knee", "leg"),
        ),
        (
            "hip_joint",
            ("trochanter_area", "groin", "thigh_front", "knee_front"),
            ("leg_front",),
        ),
        (
            "hip_joint",
            ("trochanter_area", "groin_wide", "thigh_front_outer", "knee"),
            ("leg",),
        ),
    ],
)
def test_sacroiliac_and_hip_joint_may_go_below_the_knee(
    atlas: Atlas, name: str, above: tuple[str, ...], below: tuple[str, ...]
) -> None:
    """First above the knee, and still within the first two below it."""
    before = rank(fill(atlas, *above), atlas).differential
    after = rank(fill(atlas, *above, *below), atlas).differential
    assert first(before, 1) == [name]
    assert place(after, name) <= 2
