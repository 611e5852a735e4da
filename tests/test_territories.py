"""Sources without trigger points: territory, core and frequencies, from the file to the ranking."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from worlds import (
    check_contract,
    clue,
    hand_drawn_atlas,
    joint,
    link,
    nerve,
    point,
    source,
    square,
    three_patterns,
)

from hippain_maps.atlas import Atlas
from hippain_maps.candidates import Candidate, Ranking
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DataError
from hippain_maps.expectation import Expectation, expectation
from hippain_maps.geometry import FloatArray
from hippain_maps.marks import SENSORY
from hippain_maps.patterns import TERRITORY, ZONES, Source
from hippain_maps.ranking import rank
from hippain_maps.regions import Body
from hippain_maps.sources import load_source

UPPER, LOWER = square(-20, 20), square(-20, 0)
WHOLE_UPPER = PainDrawing.from_polygons({"posterior": UPPER})
NUMB_LOWER = PainDrawing.from_polygons({"posterior": LOWER}, quality=["numb"])

# With one square drawn, pain speaks with exponent 1 and each of the three spared ones in view with
# 1/2; other sources count by the root of that.
SPARED = 0.8**0.5


def find(ranked: Ranking, name: str, side: str = "left") -> Candidate:
    """Return one of the other sources."""
    return next(c for c in ranked.differential if (c.source.id, c.side) == (name, side))


def odds(ranked: Ranking) -> dict[tuple[str, str], float]:
    """Return the share of each other source over that of none of these."""
    return {
        (c.source.id, c.side): c.probability / ranked.none_of_differential
        for c in ranked.differential
    }


# --- Expected pain -----------------------------------------------------------------------------


def states(expected: Expectation, name: str) -> tuple[FloatArray, FloatArray]:
    """Return the priors of a source's states, and the chance that each region hurts in them."""
    mine = expected.owner == [s.id for s in expected.sources].index(name)
    return np.exp(expected.log_prior[mine]), np.exp(expected.log_pain[mine])


def test_the_states_of_frequencies_by_hand() -> None:
    """Column in 0.5, outer in 0.2, each at one of two densities: eight states, all quiet is none.

    A group that hurts does so in all its regions with one chance, 0.4 or 0.6; others with 0.2.
    """
    atlas = hand_drawn_atlas(joint("often", column=0.5, outer=0.2))
    priors, chance = states(expectation(atlas), "often")
    place = atlas.body.place
    regions = [f"left:{name}" for name in ("upper", "lower", "outer", "elsewhere")]
    found = {
        tuple(round(float(row[place[region]]), 9) for region in regions): float(prior)
        for prior, row in zip(priors, chance, strict=True)
    }
    # Of all but nothing at all, 1 - 0.5 * 0.8 = 0.6.
    expected = {
        (column, column, outer, 0.2): weight * other / 0.6
        for column, weight in ((0.2, 0.5), (0.4, 0.25), (0.6, 0.25))
        for outer, other in ((0.2, 0.8), (0.4, 0.1), (0.6, 0.1))
        if (column, outer) != (0.2, 0.2)
    }
    assert found == pytest.approx(expected)
    np.testing.assert_allclose(np.split(chance, 2, axis=1)[1], 0.2)


@pytest.mark.parametrize("group", ["upper", "column", "side"])
def test_a_frequency_is_the_chance_of_the_group_and_not_of_each_region(group: str) -> None:
    """The group hurts in a quarter of patients, however many regions it has.

    Something else hurts in all of them, so that no state is left out.
    """
    other = "elsewhere" if group == "column" else "lower"
    if group == "side":
        found = joint("often", side=0.25, lower=1.0)
    else:
        found = joint("often", **{group: 0.25, other: 1.0})
    atlas = hand_drawn_atlas(found)
    priors, chance = states(expectation(atlas), "often")
    places = [atlas.body.place[f"left:{r}"] for r in atlas.body.members(group)]
    hurts = (chance[:, places] > 0.2 + 1e-9).any(axis=1)
    assert priors[hurts].sum() == pytest.approx(0.25)
    # Each region alone hurts less often than the group does: in half of it on average.
    assert priors[hurts] @ chance[hurts][:, places[0]] == pytest.approx(0.25 * 0.5)


def test_what_mostly_hurts_hurts_for_sure() -> None:
    """Where a group hurts at all, the part named hurts with the chance of an essential zone."""
    often = joint("often", column=0.5)
    assert often.frequencies is not None
    (group,) = often.frequencies.groups
    sure = replace(often.frequencies, groups=(replace(group, mostly={"lower": 0.8}),))
    atlas = hand_drawn_atlas(replace(often, frequencies=sure))
    priors, chance = states(expectation(atlas), "often")
    place = atlas.body.place
    np.testing.assert_allclose(priors, 0.5)
    np.testing.assert_allclose(chance[:, place["left:upper"]], [0.4, 0.6])
    # 0.75 * 0.8 = 0.6 at either density, since the denser one is no more.
    np.testing.assert_allclose(chance[:, place["left:lower"]], [0.6, 0.6])


# --- Ranking, by hand --------------------------------------------------------------------------


def test_frequencies_are_ranked_by_hand() -> None:
    """One square of two is drawn; the two densities are averaged, and both sides compared."""
    atlas = hand_drawn_atlas(joint("often", column=1.0))
    found = rank(WHOLE_UPPER, atlas)
    left = [p * (1 - p) ** 0.5 * SPARED**2 for p in (0.4, 0.6)]
    right = [0.2 * SPARED * (1 - p) for p in (0.4, 0.6)]
    none = 0.25 * (0.5 * 0.5**1.5) ** 0.5
    prior = 0.75 / 2
    expected = {
        ("often", side): prior * sum(value**0.5 for value in values) / 2 / none
        for side, values in (("left", left), ("right", right))
    }
    assert odds(found) == pytest.approx(expected)


def test_a_group_is_paid_for_once() -> None:
    """Of two regions of one group both hurt more often than of two groups as frequent each.

    By hand, the shape counting in full: one group of 0.3, or two, and pain in all of the outer one.
    """
    once = joint("once", column=0.3, outer=1.0)
    twice = joint("twice", upper=0.3, lower=0.3, outer=1.0)
    atlas = hand_drawn_atlas(once, twice, other_weight=1.0, unused_view=1.0, none_of_these=0.1)
    column = {"posterior": shapely.box(-20, 0, 0, 40)}
    found = odds(rank(PainDrawing.from_polygons(column), atlas))
    # Two squares are drawn, and two spared that are the same for both sources.
    pain, rest = 2 / 3, 4 / 9
    none = 0.1 * 0.5 ** (2 * pain + 2 * rest)
    spared = 0.8 ** (2 * rest)

    def both(upper: float, lower: float) -> float:
        return float((upper * lower) ** pain * spared)

    quiet, some, most = 0.2, 0.4, 0.6
    of_one = 0.7 * both(quiet, quiet) + 0.15 * both(some, some) + 0.15 * both(most, most)
    share = {quiet: 0.7, some: 0.15, most: 0.15}
    of_two = sum(share[u] * share[v] * both(u, v) for u in share for v in share)
    prior = 0.9 / 4
    assert found["once", "left"] == pytest.approx(prior * of_one / none)
    assert found["twice", "left"] == pytest.approx(prior * of_two / none)
    assert of_one > of_two


def test_other_sources_count_by_their_weight() -> None:
    """With the pattern of a muscle, a nerve's odds of left against right are those to the power."""
    for weight in (0.5, 0.25, 1.0):
        atlas = hand_drawn_atlas(
            source("alpha", point("a1", ["upper"])), nerve("root", ["upper"]), other_weight=weight
        )
        found = rank(WHOLE_UPPER, atlas)
        muscle, other = (
            ranked[0].probability / ranked[1].probability
            for ranked in (found.candidates, found.differential)
        )
        assert muscle == pytest.approx(0.8 / 0.2 * SPARED / 0.2**0.5)
        assert other == pytest.approx(muscle**weight)


def test_answers_count_the_more_where_the_shape_says_less() -> None:
    """An answer that turns two nerves does not turn two muscles of the same patterns."""
    pair = (["upper"], (link("sitting", favours=False),)), (["lower"], (link("sitting"),))
    muscles = [
        source(f"m{n}", point("p", zone), clues=links) for n, (zone, links) in enumerate(pair)
    ]
    nerves = [nerve(f"n{n}", zone, clues=links) for n, (zone, links) in enumerate(pair)]
    atlas = hand_drawn_atlas(
        *muscles, *nerves, clues=[clue("sitting")], other_weight=0.25, clue_limit=8
    )
    plain, found = (
        rank(d, atlas) for d in (WHOLE_UPPER, WHOLE_UPPER.with_answers({"sitting": "yes"}))
    )
    assert [plain.candidates[0].source.id, plain.differential[0].source.id] == ["m0", "n0"]
    assert [found.candidates[0].source.id, found.differential[0].source.id] == ["m0", "n1"]


# --- Numbness and tingling ---------------------------------------------------------------------


def two_nerves() -> Atlas:
    """Return a world with two nerves whose cores lie where the other one hurts, and a muscle."""
    return hand_drawn_atlas(
        source("alpha", point("a1", ["lower"])),
        nerve("root", ["upper"], core=["lower"]),
        nerve("trunk", ["lower"], core=["upper"]),
    )


@pytest.mark.parametrize("quality", [["numb"], ["tingling"], ["numb", "tingling"]])
def test_numb_marks_speak_to_cores_alone_by_hand(quality: list[str]) -> None:
    """Numb below: the nerve whose core lies there, not the one that hurts there.

    A core is numb with 0.75, other skin with 0.2; pain has no part in it.
    """
    drawing = PainDrawing.from_polygons({"posterior": LOWER}, quality=quality)
    assert set(quality) <= SENSORY
    none = (0.5 * 0.5**1.5) ** 0.5 * 0.25
    beside = (0.2 * 0.25**0.5 * SPARED**2) ** 0.5
    prior = 0.75 / 4
    expected = {
        ("root", "left"): prior * (0.75 * SPARED**3) ** 0.5 / none,
        ("root", "right"): prior * beside / none,
        ("trunk", "left"): prior * beside / none,
        ("trunk", "right"): prior * beside / none,
    }
    assert odds(rank(drawing, two_nerves())) == pytest.approx(expected)


def test_numbness_alone_has_no_muscle_candidates() -> None:
    """The list of muscles is empty and all of it none of these; nothing follows from it."""
    found = rank(NUMB_LOWER, two_nerves())
    assert list(found.candidates) == list(found) == []
    assert found.none_of_candidates == 1
    assert (found.undecided, found.also_drawn, found.places, found.relations) == ((), (), (), ())
    first = found.differential[0]
    assert first.source.id == "root"
    assert first.explained == 1
    assert find(found, "trunk").explained == 0
    assert [(f.region, f.zone, f.drawn) for f in first.regions] == [
        ("left:upper", "essential", 0.0),
        ("left:lower", "core", 1.0),
    ]
    document = found.to_dict()
    check_contract(document)
    assert document["candidates"] == document["place_alone_cannot_decide"] == []
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_a_core_out_of_sight_is_unknown() -> None:
    """What no used view shows of a core was neither drawn nor spared."""
    atlas = hand_drawn_atlas(nerve("root", ["upper"], core=["lower", "outer"]))
    fits = rank(NUMB_LOWER, atlas).differential[0].regions
    assert [(f.region, f.drawn) for f in fits if f.zone == "core"] == [
        ("left:lower", 1.0),
        ("left:outer", None),
    ]


def test_no_shipped_place_is_named_for_numbness_alone(atlas: Atlas) -> None:
    """Where nothing hurts, no pain lies at a place that several sources share."""
    numb = PainDrawing.from_regions(atlas.body, ["left:foot_dorsum"], quality=["numb"])
    assert rank(numb, atlas).places == ()


def test_numb_marks_leave_the_muscles_as_they_were() -> None:
    """Beside pain, numbness changes shares of nerves, and of muscles nothing."""
    atlas = hand_drawn_atlas(*three_patterns(), nerve("root", ["upper"], core=["lower"]))
    pain = PainDrawing.from_polygons({"posterior": UPPER})
    both = PainDrawing((*pain.marks, *NUMB_LOWER.marks))
    alone, with_numb = rank(pain, atlas), rank(both, atlas)
    assert [(c.source.id, c.probability, c.explained) for c in with_numb] == [
        (c.source.id, c.probability, c.explained) for c in alone
    ]
    assert find(with_numb, "root").probability > find(alone, "root").probability
    # The two kinds of evidence multiply: pain above, a numb core below.
    none = 0.25 * (0.5 * 0.5**1.5) ** 0.5 * (0.5 * 0.5**1.5) ** 0.5
    left = (0.8 * SPARED**3) ** 0.5 * (0.75 * SPARED**3) ** 0.5
    assert odds(with_numb)["root", "left"] == pytest.approx(0.75 / 2 * left / none)


def test_a_mark_that_also_aches_is_pain() -> None:
    """Numb and aching hurts: it is compared with territories, and brings up muscles."""
    aching = PainDrawing.from_polygons({"posterior": LOWER}, quality=["numb", "aching"])
    found = rank(aching, two_nerves())
    assert found[0].source.id == "alpha"
    assert found.differential[0].source.id == "trunk"
    assert not found.overlap.sensory.any()


def test_a_source_without_a_core_gains_nothing_from_numbness() -> None:
    """Compared with the background everywhere, it comes after the nerve whose core is numb."""
    atlas = hand_drawn_atlas(nerve("root", ["upper"], core=["lower"]), joint("often", lower=1.0))
    found = rank(NUMB_LOWER, atlas)
    assert found.differential[0].source.id == "root"
    values = odds(found)
    # Without a core left and right are alike.
    assert values["often", "left"] == pytest.approx(values["often", "right"])


# --- A candidate with frequencies --------------------------------------------------------------


def test_numbers_behind_a_candidate_with_frequencies() -> None:
    """Drawn in, of the groups that a used view shows, weighed by how often each hurts."""
    atlas = hand_drawn_atlas(joint("often", upper=0.6, lower=0.2, outer=0.5))
    found = rank(PainDrawing.from_polygons({"posterior": [UPPER, square(-20, 0, 5)]}), atlas)
    often = find(found, "often")
    # The lower square is drawn by a sixteenth, which is an edge; the outer one is out of sight.
    assert often.frequent_drawn == pytest.approx(0.6 / 0.8)
    assert often.essential_drawn is None
    assert often.trigger_points == ()
    assert often.explained == pytest.approx(1)
    assert often.fit == "strong"
    assert [(f.region, f.zone, f.drawn, f.frequency) for f in often.regions] == [
        ("left:upper", "frequency", 1.0, 0.6),
        ("left:lower", "frequency", pytest.approx(1 / 16), 0.2),
        ("left:outer", "frequency", None, 0.5),
    ]
    assert often.to_dict()["regions"][0] == {
        "region": "left:upper",
        "zone": "frequency",
        "drawn": 1.0,
        "frequency": 0.6,
    }
    lower = rank(PainDrawing.from_polygons({"posterior": LOWER}), atlas)
    assert find(lower, "often").frequent_drawn == pytest.approx(0.2 / 0.8)
    beside = rank(PainDrawing.from_polygons({"posterior": square(0, 0)}), atlas)
    assert (find(beside, "often").fit, find(beside, "often").explained) == ("weak", 0)
    plain = hand_drawn_atlas(nerve("root", ["upper"]))
    assert rank(WHOLE_UPPER, plain).differential[0].frequent_drawn is None


def test_what_no_used_view_shows_has_no_frequency_drawn() -> None:
    """A joint whose groups are all out of sight has nothing to compare, and a weak fit."""
    atlas = hand_drawn_atlas(joint("often", outer=0.6))
    found = find(rank(WHOLE_UPPER, atlas), "often")
    assert (found.frequent_drawn, found.fit) == (None, "weak")


# --- Files -------------------------------------------------------------------------------------

HEAD = """\
id: mine
name: My own
kind: joint
reviewed_by: []
summary: Invented.
pattern_basis: {confidence: general knowledge}
territory:
  basis: {confidence: general knowledge}
"""
BASIS = "    confidence: general knowledge\n"


def read(folder: Path, text: str, body: Body) -> Source:
    """Return a source written in a file of one's own."""
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return load_source(path, body, {})[0]


def frequencies(*groups: str) -> str:
    """Return a file with frequencies, one group a line."""
    lines = "".join(f"      - {group}\n" for group in groups)
    return f"{HEAD}  frequencies:\n    population: Twelve people\n    groups:\n{lines}{BASIS}"


def test_a_territory_is_read(tmp_path: Path, body: Body) -> None:
    """Zones and core are read region by region, with their weights, in place of a trigger point."""
    text = HEAD + (
        "  zones: {essential: [greater_trochanter], rare: [{region: popliteal, weight: 0.3}]}\n"
        "  core: [thigh_1_lateral, {region: thigh_2_lateral, weight: 0.6}]\n"
        "  note: Invented too.\n"
    )
    found = read(tmp_path, text, body)
    (territory,) = found.trigger_points
    assert (territory.id, territory.marks, territory.note) == (TERRITORY, (), "Invented too.")
    assert not found.is_muscle
    assert [part.region for part in territory.zones["essential"]] == ["greater_trochanter"]
    assert {part.region for part in territory.zones["rare"]} == set(body.members("popliteal"))
    assert [(part.region, part.weight) for part in found.core] == [
        ("thigh_1_lateral", 1.0),
        ("thigh_2_lateral", 0.6),
    ]
    assert found.frequencies is None


def test_frequencies_are_read(tmp_path: Path, body: Body) -> None:
    """A group, its share and what of it mostly hurts; a region is found in its group."""
    text = frequencies(
        "{region: trochanter_area, share: 0.77, mostly: [greater_trochanter]}",
        "{region: knee, share: 1}",
    )
    found = read(tmp_path, text, body).frequencies
    assert found is not None
    assert found.population == "Twelve people"
    first, second = found.groups
    assert (first.group, first.share, first.mostly) == (
        "trochanter_area",
        0.77,
        {"greater_trochanter": 1.0},
    )
    assert second.regions == body.members("knee")
    assert found.of("patella_medial") is second
    assert found.of("heel_back") is None


UNFIT = {
    "neither": (HEAD, "a territory has either zones or published frequencies"),
    "both": (
        frequencies("{region: knee, share: 0.5}") + "  zones: {rare: [popliteal]}\n",
        "a territory has either zones or published frequencies",
    ),
    "a muscle": (
        HEAD.replace("kind: joint", "kind: muscle") + "  zones: {rare: [popliteal]}\n",
        "a muscle has trigger_points, every other kind has a territory",
    ),
    "overlapping groups": (
        frequencies("{region: knee, share: 0.5}", "{region: popliteal, share: 0.5}"),
        "lies in 'knee' too; groups with a frequency do not overlap",
    ),
    "mostly elsewhere": (
        frequencies("{region: knee, share: 0.5, mostly: [heel_back]}"),
        "'heel_back' does not lie in 'knee'",
    ),
    "an unknown group": (
        frequencies("{region: kneee, share: 0.5}"),
        "no region or group named 'kneee'; did you mean 'knee'?",
    ),
    "an unknown core": (
        HEAD + "  zones: {rare: [knee]}\n  core: [heal_back]\n",
        "did you mean 'heel_back'?",
    ),
    "a share above 1": (frequencies("{region: knee, share: 1.1}"), "share"),
    "a share of 0": (frequencies("{region: knee, share: 0}"), "share"),
    "a region in two zones": (
        HEAD + "  zones: {essential: [knee], spillover: [popliteal]}\n",
        "is already in the essential zone of 'territory'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", UNFIT)
def test_a_territory_that_does_not_fit_is_refused(tmp_path: Path, body: Body, case: str) -> None:
    """The message says what is wrong, in which file and line."""
    text, words = UNFIT[case]
    with pytest.raises(DataError) as caught:
        read(tmp_path, text, body)
    assert words in str(caught.value)
    assert "mine.yaml" in str(caught.value.file)
    assert caught.value.line is not None


# --- The shipped files -------------------------------------------------------------------------


def others(atlas: Atlas) -> list[Source]:
    """Return the sources that are no muscles."""
    return [s for s in atlas.sources.values() if not s.is_muscle]


def test_every_source_says_what_it_is_and_what_it_cannot_do(atlas: Atlas) -> None:
    """Summary, limits, what imitates it, and names in the languages of the words."""
    for s in atlas.sources.values():
        assert len(s.summary) > 60, s.id
        assert s.limits, s.id
        assert set(s.names) >= {"de", "fr", "es"}, s.id
        assert all(name.strip() for name in s.reviewed_by), s.id
        assert s.mimics, s.id


def test_every_other_source_has_one_territory(atlas: Atlas) -> None:
    """It has no marks, and hurts somewhere: in zones or by frequencies, never both."""
    assert len(others(atlas)) == 32
    for s in others(atlas):
        (territory,) = s.trigger_points
        assert (territory.id, territory.marks) == (TERRITORY, ())
        assert any(territory.zones[zone] for zone in ZONES) != bool(s.frequencies), s.id


def test_frequencies_are_those_of_one_paper_each(atlas: Atlas) -> None:
    """Hip joint by Poulsen 2016, sacroiliac joint by Slipman 2000, as the brief gives them."""
    found = {
        s.id: ({g.group: g.share for g in s.frequencies.groups}, s.frequencies.evidence.citations)
        for s in atlas.sources.values()
        if s.frequencies
    }
    assert found == {
        "hip_joint": (
            {
                "trochanter_area": 0.77,
                "groin_wide": 0.53,
                "thigh_front_outer": 0.42,
                "buttock": 0.38,
                "knee": 0.17,
                "leg": 0.15,
            },
            ("S-poul",),
        ),
        "sacroiliac_joint": (
            {
                "sacroiliac_buttock": 0.94,
                "lumbar_low": 0.72,
                "thigh": 0.5,
                "knee_and_leg": 0.28,
                "groin": 0.14,
                "foot": 0.12,
            },
            ("S-slip",),
        ),
    }


TOES = {"great_toe", "middle_toes", "little_toe"}


def test_nerves_have_a_narrow_core_in_a_wide_territory(atlas: Atlas) -> None:
    """Roots and nerves go numb in a part of where they hurt; joints and tendons nowhere.

    Of the deep gluteal syndrome the numb toes are told, not that they hurt.
    """
    for s in others(atlas):
        if s.kind not in ("nerve", "nerve_root"):
            assert s.core == (), s.id
            continue
        zones = s.trigger_points[0].zones
        hurts = {part.region for zone in ZONES for part in zones[zone]}
        core = {part.region for part in s.core}
        skin = atlas.body.regions
        assert core, s.id
        assert core - hurts == (TOES if s.id == "deep_gluteal_syndrome" else set()), s.id
        share = sum(skin[r].skin_cm2 for r in core) / sum(skin[r].skin_cm2 for r in hurts)
        assert share < 0.6, s.id


def test_causes_stand_under_the_roots_and_the_sciatic_nerve(atlas: Atlas) -> None:
    """Disc, stenosis, slipped vertebra, pregnancy, bone spurs, trauma, as the brief lists them."""
    words = ("disc", "stenosis|narrow", "spondylolisthesis|slip", "pregnan", "osteophyte|bone|spur")
    for name in ("l4_root", "l5_root", "s1_root"):
        causes = atlas.sources[name].causes
        assert causes is not None
        said = " ".join(causes.items).lower()
        for word in words:
            assert any(part in said for part in word.split("|")), (name, word)
    assert atlas.sources["sciatic_nerve"].causes
    assert atlas.sources["deep_gluteal_syndrome"].causes


LIMBS = {
    "abductor_hallucis", "adductor_longus_brevis", "adductor_magnus", "biceps_femoris",
    "extensor_digitorum_longus", "extensor_hallucis_longus", "fibularis_longus_brevis",
    "flexor_digitorum_longus", "flexor_hallucis_longus", "gastrocnemius", "gracilis", "pectineus",
    "quadratus_plantae", "rectus_femoris", "sartorius", "semitendinosus_semimembranosus", "soleus",
    "tibialis_anterior", "tibialis_posterior", "vastus_intermedius", "vastus_lateralis",
    "vastus_medialis",
}  # fmt: skip


def test_priors_are_stated_or_meant(atlas: Atlas) -> None:
    """Every source but some muscles has a prior of its own; limb muscles have the default."""
    default = set(atlas.sources) - set(atlas.model.source_priors)
    assert all(atlas.sources[name].is_muscle for name in default)
    assert {*LIMBS, "rectus_abdominis"} <= default
    assert set(atlas.model.source_priors) <= set(atlas.sources)
    for name, points in atlas.model.trigger_point_priors.items():
        assert set(points) <= {trp.id for trp in atlas.sources[name].trigger_points}
    flat = [atlas.model.source_priors[s.id] for s in others(atlas)]
    assert min(flat) >= 0.15
    muscles = [v for k, v in atlas.model.source_priors.items() if atlas.sources[k].is_muscle]
    assert (min(muscles), max(muscles)) == (0.4, 1.0)


def test_a_core_that_is_drawn_numb_is_the_sources_own(atlas: Atlas) -> None:
    """Numb over its core and painful over its territory, each root and nerve explains all of it."""
    for s in others(atlas):
        if not s.core:
            continue
        zone = [part.sided("left") for part in s.trigger_points[0].zones["essential"]]
        pain = PainDrawing.from_regions(atlas.body, zone, quality=["burning"])
        core = [part.sided("left") for part in s.core]
        numb = PainDrawing.from_regions(atlas.body, core, quality=["numb"])
        found = rank(PainDrawing((*pain.marks, *numb.marks)), atlas)
        first = found.differential[0]
        assert (first.source.id, first.rank) == (s.id, 1)
        assert first.explained > 0.98
