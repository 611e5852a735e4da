"""What answers do: effects, factors and their limits, and the vocabulary behind them."""

from __future__ import annotations

import itertools
import json
import math
import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import (
    MODEL,
    clue,
    hand_drawn_atlas,
    link,
    nerve,
    point,
    source,
    square,
)

from hippain_maps.atlas import Atlas
from hippain_maps.clues import effects, factor_of, log_factors, yes_chance
from hippain_maps.drawing import QUALITIES, PainDrawing
from hippain_maps.errors import DataError
from hippain_maps.marks import SENSORY
from hippain_maps.patterns import Source
from hippain_maps.ranking import rank
from hippain_maps.red_flags import Condition
from hippain_maps.regions import Body
from hippain_maps.sources import load_source

UPPER = PainDrawing.from_polygons({"posterior": square(-20, 20)})
NAMES = ("sitting", "cough", "lifting", "standing", "walking")
CLUES = [clue(name) for name in NAMES]


def factors(atlas: Atlas, **answers: str) -> dict[str, float]:
    """Return the factor on each source's weight after some answers, 1 left out."""
    found = log_factors(effects(PainDrawing().with_answers(answers), atlas), atlas.model)
    return {name: math.exp(value) for name, value in found.items() if value}


def muscle(name: str, *links: object, region: str = "upper") -> Source:
    """Return a muscle of one region that speaks of some clues."""
    return source(name, point(f"{name}1", [region]), clues=links)


# --- One answer --------------------------------------------------------------------------------


def test_factors_by_hand() -> None:
    """Patients say yes in 0.8, others in 0.4, patients with what it speaks against in 0.2.

    So a yes makes 2 or 1/2, a no 0.2 / 0.6 or 0.8 / 0.6.
    """
    favours, against = link("sitting"), link("sitting", favours=False)
    assert (yes_chance(favours, MODEL), yes_chance(None, MODEL)) == pytest.approx((0.8, 0.4))
    assert yes_chance(against, MODEL) == pytest.approx(0.2)
    found = {
        (name, answer): factor_of(one, answer, MODEL)
        for name, one in (("favours", favours), ("against", against))
        for answer in ("yes", "no")
    }
    assert {key: value for key, (value, _) in found.items()} == pytest.approx(
        {
            ("favours", "yes"): 2,
            ("favours", "no"): 1 / 3,
            ("against", "yes"): 1 / 2,
            ("against", "no"): 4 / 3,
        }
    )
    assert not any(published for _, published in found.values())


def test_published_ratios_count_as_they_are() -> None:
    """A ratio of a paper is the factor; where it gives one answer alone, the other does nothing."""
    both = link("sitting", yes=4.2, no=0.24)
    assert factor_of(both, "yes", MODEL) == (4.2, True)
    assert factor_of(both, "no", MODEL) == (0.24, True)
    one = link("sitting", yes=4.2)
    assert factor_of(one, "yes", MODEL) == (4.2, True)
    assert factor_of(one, "no", MODEL) == (1.0, False)
    other = link("sitting", favours=False, no=3.0)
    assert factor_of(other, "no", MODEL) == (3.0, True)
    assert factor_of(other, "yes", MODEL) == (1.0, False)


def test_the_chance_of_a_yes_follows_from_the_ratio_that_is_published() -> None:
    """From the ratio of a yes, or where there is only that of a no, from it; never certain."""
    chances = [
        (link("sitting", yes=1.5), 0.6),
        (link("sitting", yes=5.0), 0.95),
        (link("sitting", yes=1.5, no=0.1), 0.6),
        # No in 0.5 of 0.6 and in twice 0.6.
        (link("sitting", no=0.5), 0.7),
        (link("sitting", favours=False, no=2.0), 0.05),
    ]
    assert [yes_chance(one, MODEL) for one, _ in chances] == pytest.approx([c for _, c in chances])


def test_an_answer_moves_those_who_list_it_and_nobody_else() -> None:
    """For and against at once, both sides alike; the odds of all others stay as they were."""
    atlas = hand_drawn_atlas(
        muscle("alpha", link("sitting")),
        muscle("beta", link("sitting", favours=False)),
        muscle("gamma", link("cough")),
        nerve("root", ["upper"], clues=(link("sitting", yes=3.0),)),
        nerve("trunk", ["upper"]),
        clues=CLUES,
    )
    before, after = rank(UPPER, atlas), rank(UPPER.with_answers({"sitting": "yes"}), atlas)
    factor = {"alpha": 2, "beta": 1 / 2, "root": 3}
    for name in ("candidates", "differential"):
        none, shifted = (getattr(r, f"none_of_{name}") for r in (before, after))
        was = {(c.source.id, c.side): c.probability / none for c in getattr(before, name)}
        now = {(c.source.id, c.side): c.probability / shifted for c in getattr(after, name)}
        assert now == pytest.approx({k: v * factor.get(k[0], 1) for k, v in was.items()})
    (effect,) = after.clues
    assert (effect.clue.id, effect.answer, effect.origin) == ("sitting", "yes", "answer")
    assert [(s.id, f, known) for s, f, known in effect.moved] == [
        ("root", 3.0, True),
        ("alpha", pytest.approx(2), False),
        ("beta", pytest.approx(1 / 2), False),
    ]
    assert before.clues == ()


def test_an_answer_can_turn_the_order() -> None:
    """Of two muscles that fit alike, the one that the answer speaks for comes first."""
    atlas = hand_drawn_atlas(
        muscle("alpha", link("sitting", favours=False)),
        muscle("beta", link("sitting")),
        clues=CLUES,
    )
    assert [c.rank for c in rank(UPPER, atlas)[:2]] == [1, 1]
    for answer, first in (("yes", "beta"), ("no", "alpha")):
        found = rank(UPPER.with_answers({"sitting": answer}), atlas)
        assert (found[0].source.id, found[1].rank) == (first, 2)


def test_not_asked_and_unknown_answers_do_nothing() -> None:
    """An answer "not asked" is none; an id of another vocabulary is left alone and told of."""
    atlas = hand_drawn_atlas(muscle("alpha", link("sitting")), clues=CLUES)
    plain = rank(UPPER, atlas)
    answers = {"sitting": "not_asked", "foreign_id": "yes"}
    drawing = UPPER.with_answers(answers)
    found = rank(drawing, atlas)
    assert found.clues == ()
    assert [c.probability for c in found] == [c.probability for c in plain]
    assert drawing.answers == answers
    (note,) = found.overlap.notes
    assert "foreign_id" in note


def test_an_answer_that_nobody_lists_is_told_and_moves_nothing() -> None:
    """What was answered stands in the result, even where no source speaks of it."""
    atlas = hand_drawn_atlas(muscle("alpha"), clues=CLUES)
    found = rank(UPPER.with_answers({"sitting": "no"}), atlas)
    (effect,) = found.clues
    assert (effect.answer, effect.moved) == ("no", ())
    assert found[0].probability == rank(UPPER, atlas)[0].probability


# --- Several answers ---------------------------------------------------------------------------


def test_answers_without_a_paper_move_a_source_by_a_limited_factor() -> None:
    """Two make 4, the limit of this world; five make no more, and the same way down."""
    links = [link(name) for name in NAMES]
    turned = [link(name, favours=False) for name in NAMES]
    atlas = hand_drawn_atlas(muscle("alpha", *links), muscle("beta", *turned), clues=CLUES)
    assert factors(atlas, sitting="yes") == pytest.approx({"alpha": 2, "beta": 1 / 2})
    assert factors(atlas, sitting="yes", cough="yes") == pytest.approx({"alpha": 4, "beta": 1 / 4})
    for answer in ("yes", "no"):
        found = factors(atlas, **dict.fromkeys(NAMES, answer))
        up, down = ("alpha", "beta") if answer == "yes" else ("beta", "alpha")
        assert found == pytest.approx(
            {up: min(4, (4 / 3) ** 5) if answer == "no" else 4, down: 1 / 4}
        )


def test_the_limit_holds_for_the_sum_and_not_for_each() -> None:
    """What speaks against is taken off before the limit: three for and one against make 4."""
    links = [*map(link, NAMES[:3]), link("standing", favours=False)]
    atlas = hand_drawn_atlas(muscle("alpha", *links), clues=CLUES)
    found = factors(atlas, sitting="yes", cough="yes", lifting="yes", standing="yes")
    assert found == pytest.approx({"alpha": 4})
    assert factors(atlas, sitting="yes", standing="yes") == {}


def test_published_ratios_have_a_limit_of_their_own() -> None:
    """Together they make 10 at most, whatever the other answers do beside them: 10 times 4."""
    links = [link("sitting", yes=6, no=0.05), link("cough", yes=6, no=0.5), *map(link, NAMES[2:])]
    atlas = hand_drawn_atlas(muscle("alpha", *links), clues=CLUES)
    assert factors(atlas, sitting="yes") == pytest.approx({"alpha": 6})
    assert factors(atlas, sitting="yes", cough="yes") == pytest.approx({"alpha": 10})
    assert factors(atlas, sitting="no", cough="no") == pytest.approx({"alpha": 1 / 10})
    assert factors(atlas, **dict.fromkeys(NAMES, "yes")) == pytest.approx({"alpha": 40})


answer_sets = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["yes", "no"]), min_size=1)


@given(answer_sets, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=30)
def test_the_order_of_answers_does_not_matter(
    answers: Mapping[str, str], shuffler: random.Random
) -> None:
    """The same answers in another order: the same effects, shares that sum to one."""
    atlas = hand_drawn_atlas(
        muscle("alpha", *map(link, NAMES[:3])),
        muscle("beta", link("cough", favours=False), link("walking", yes=5, no=0.2)),
        clues=CLUES,
    )
    items = list(answers.items())
    shuffler.shuffle(items)
    one, other = (rank(UPPER.with_answers(dict(a)), atlas) for a in (answers, items))
    assert one.clues == other.clues
    assert [c.probability for c in one] == [c.probability for c in other]
    assert sum(c.probability for c in one) + one.none_of_candidates == pytest.approx(1)


# --- What the marks say ------------------------------------------------------------------------

OF_QUALITY = {
    "aching": "dull_ache",
    "numb": "numbness",
    **{word: word for word in ("burning", "stabbing", "electric", "tingling", "cramping")},
}
FELT = [replace(clue(name, "quality"), quality=word) for word, name in OF_QUALITY.items()]


@pytest.mark.parametrize("quality", OF_QUALITY)
def test_the_quality_of_marks_answers_its_clue(quality: str) -> None:
    """A mark that says burning answers "burning" with yes; the result says where that is from."""
    name = OF_QUALITY[quality]
    atlas = hand_drawn_atlas(
        muscle("alpha", link(name)), nerve("root", ["upper"], clues=(link(name),)), clues=FELT
    )
    drawing = PainDrawing.from_polygons({"posterior": square(-20, 20)}, quality=[quality, "other"])
    (effect,) = effects(drawing, atlas)
    assert (effect.clue.id, effect.answer, effect.origin) == (name, "yes", "drawing")
    assert factors_of(drawing, atlas) == pytest.approx({"alpha": 2, "root": 2})
    # Silence of the marks is no answer, and a place that does not hurt has no quality.
    assert effects(UPPER, atlas) == ()
    painless = [replace(mark, intensity=0) for mark in drawing.marks]
    assert effects(PainDrawing(tuple(painless)), atlas) == ()


def factors_of(drawing: PainDrawing, atlas: Atlas) -> dict[str, float]:
    """Return the factor on each source's weight for a drawing."""
    found = log_factors(effects(drawing, atlas), atlas.model)
    return {name: math.exp(value) for name, value in found.items()}


def test_an_answer_beats_the_mark() -> None:
    """Asked and denied counts as no though a mark says burning; "not asked" leaves the mark."""
    atlas = hand_drawn_atlas(muscle("alpha", link("burning")), clues=FELT)
    drawing = PainDrawing.from_polygons({"posterior": square(-20, 20)}, quality=["burning"])
    for answer, origin, factor in (("no", "answer", 1 / 3), ("yes", "answer", 2)):
        (effect,) = effects(drawing.with_answers({"burning": answer}), atlas)
        assert (effect.answer, effect.origin) == (answer, origin)
        # Once, and not once for the mark and once for the answer.
        assert factors_of(drawing.with_answers({"burning": answer}), atlas) == pytest.approx(
            {"alpha": factor}
        )
    (effect,) = effects(drawing.with_answers({"burning": "not_asked"}), atlas)
    assert effect.origin == "drawing"


def test_every_quality_that_can_be_a_clue_is_one(atlas: Atlas) -> None:
    """All words for marks but "other" have their clue in the shipped vocabulary."""
    assert set(OF_QUALITY) == set(QUALITIES) - {"other"}
    assert {c.quality: c.id for c in atlas.clues.values() if c.quality} == OF_QUALITY
    assert set(OF_QUALITY) >= SENSORY


# --- What the drawing shows --------------------------------------------------------------------


def test_a_clue_that_is_seen_is_told_and_not_weighed(atlas: Atlas) -> None:
    """Below the knee, across the midline: read from the drawing, so that it cannot count twice."""
    seen = {name for name, entry in atlas.clues.items() if entry.seen}
    assert seen == {"below_knee", "crosses_midline"}
    assert not any(one.clue in seen for s in atlas.sources.values() for one in s.clues)
    said = {
        text for s in atlas.sources.values() if s.speaks_against for text in s.speaks_against.items
    }
    assert atlas.clues["below_knee"].says["en"] in said
    drawing = PainDrawing.from_regions(atlas.body, ["left:buttock_middle"])
    plain, answered = (
        rank(d, atlas) for d in (drawing, drawing.with_answers(dict.fromkeys(seen, "yes")))
    )
    for name in ("candidates", "differential"):
        one, other = (getattr(r, name) for r in (plain, answered))
        assert [c.probability for c in one] == [c.probability for c in other]
    assert all(effect.moved == () for effect in answered.clues)


# --- As data -----------------------------------------------------------------------------------


def test_effects_as_data() -> None:
    """What each answer did goes through JSON: id, words, answer, origin and every factor."""
    atlas = hand_drawn_atlas(
        muscle("alpha", link("sitting")),
        nerve("root", ["upper"], clues=(link("sitting", yes=3.0),)),
        clues=CLUES,
    )
    document = rank(UPPER.with_answers({"sitting": "yes"}), atlas).to_dict()["clues"]
    assert json.loads(json.dumps(document)) == [
        {
            "id": "sitting",
            "topic": "worse_with",
            "says": "Sitting",
            "answer": "yes",
            "from": "answer",
            "moved": [
                {"source": "root", "factor": 3.0, "published": True},
                {"source": "alpha", "factor": pytest.approx(2), "published": False},
            ],
        }
    ]


# --- The vocabulary and the sources' links -----------------------------------------------------


def asked_by_flags(atlas: Atlas) -> set[str]:
    """Return the ids of all answers that call or raise a red flag."""
    conditions: list[Condition] = [
        c for flag in atlas.red_flags.values() for c in (*flag.called_by, *flag.raised_by)
    ]
    return set(itertools.chain(*((*c.any_yes, *c.all_yes, *c.all_no) for c in conditions)))


NOBODY = {
    # A dull ache tells nothing apart; marks that say aching are told back by this name.
    "dull_ache",
    # Movements and tests that the vocabulary has for completeness.
    "limited_external_rotation",
    "limited_hip_extension",
    "resisted_internal_rotation",
    "resisted_plantarflexion",
    "worse_first_steps",
}
"""Clues that no source speaks of yet."""


def test_every_clue_is_of_use(atlas: Atlas) -> None:
    """A clue of the vocabulary is spoken of by a source, or calls a red flag, but for a few."""
    spoken = {one.clue for s in atlas.sources.values() for one in s.clues}
    of_use = spoken | asked_by_flags(atlas) | {n for n, c in atlas.clues.items() if c.seen}
    assert set(atlas.clues) - of_use == NOBODY


def test_every_clue_can_be_asked_in_four_languages(atlas: Atlas) -> None:
    """Words and question in English, German, French and Spanish; a question ends like one."""
    for name, entry in atlas.clues.items():
        assert set(entry.says) >= {"en", "de", "fr", "es"}, name
        assert set(entry.ask) >= {"en", "de", "fr", "es"}, name
        assert all(text.endswith("?") for text in entry.ask.values()), name


def test_every_source_has_clues_with_their_basis(atlas: Atlas) -> None:
    """Each speaks of at least three clues, for it all but some; every ratio has its paper."""
    for s in atlas.sources.values():
        assert len(s.clues) >= 3, s.id
        assert any(one.favours for one in s.clues), s.id
        assert len({one.clue for one in s.clues}) == len(s.clues), s.id
        for one in s.clues:
            assert one.clue in atlas.clues, (s.id, one.clue)
            assert set(one.evidence.citations) <= set(atlas.citations), (s.id, one.clue)
            if one.ratio_yes or one.ratio_no:
                assert one.evidence.citations, (s.id, one.clue)


def test_published_ratios_point_the_way_the_source_says(atlas: Atlas) -> None:
    """A yes to what speaks for a source never makes it less likely, nor the other way round."""
    for s in atlas.sources.values():
        for one in s.clues:
            up, down = (1, -1) if one.favours else (-1, 1)
            for ratio, way in ((one.ratio_yes, up), (one.ratio_no, down)):
                assert ratio is None or math.log(ratio) * way >= 0, (s.id, one.clue)


# --- Files that do not fit ---------------------------------------------------------------------

FILE = """\
id: mine
name: My nerve
kind: nerve
reviewed_by: []
summary: Invented.
pattern_basis: {confidence: general knowledge}
territory:
  zones: {essential: [greater_trochanter]}
  basis: {confidence: general knowledge}
clues:
"""


def read(folder: Path, clues: str, body: Body, atlas: Atlas) -> Source:
    """Return a source of one's own with the given clues."""
    path = folder / "mine.yaml"
    path.write_text(FILE + clues, encoding="utf-8")
    return load_source(path, body, atlas.clues)[0]


GENERAL = "    confidence: general knowledge\n"


def test_links_are_read_from_a_file(tmp_path: Path, body: Body, atlas: Atlas) -> None:
    """Words alone are told, a clue is linked, for or against, with the ratios of its paper."""
    text = (
        "  worse_with:\n    items: [{clue: worse_sitting}, Whatever else]\n" + GENERAL +
        "  speaks_against:\n    items:\n"
        "      - {clue: worse_standing, says: Standing (not it), ratio_no: 2, citations: [S-nad]}\n"
        "      - {clue: below_knee}\n" + GENERAL
    )  # fmt: skip
    found = read(tmp_path, text, body, atlas)
    assert found.worse_with is not None
    assert found.worse_with.items == (atlas.clues["worse_sitting"].says["en"], "Whatever else")
    assert found.speaks_against is not None
    assert found.speaks_against.items[0] == "Standing (not it)"
    # What the drawing shows is told and not linked.
    assert [(one.clue, one.favours, one.ratio_yes, one.ratio_no) for one in found.clues] == [
        ("worse_sitting", True, None, None),
        ("worse_standing", False, None, 2.0),
    ]
    assert found.clues[1].evidence.citations == ("S-nad",)


@pytest.mark.parametrize(
    ("clues", "words"),
    [
        (
            "  worse_with:\n    items: [{clue: worse_siting}]\n" + GENERAL,
            "there is no clue 'worse_siting' in clues.yaml; did you mean 'worse_sitting'?",
        ),
        (
            "  worse_with:\n    items: [{clue: better_sitting}]\n" + GENERAL,
            "'better_sitting' belongs to the topic 'eased_by'; write it under speaks_for",
        ),
        (
            "  speaks_for:\n    items: [{clue: limp}, {clue: limp}]\n" + GENERAL,
            "the clue 'limp' is listed twice",
        ),
        (
            "  speaks_for:\n    items: [{clue: limp}]\n" + GENERAL
            + "  speaks_against:\n    items: [{clue: limp}]\n" + GENERAL,
            "the clue 'limp' is listed twice",
        ),
        (
            "  speaks_for:\n    items: [{clue: limp, ratio_yes: 3}]\n" + GENERAL,
            "a likelihood ratio needs the citation",
        ),
        (
            "  speaks_for:\n    items: [{clue: limp, ratio_no: 0, citations: [X]}]\n" + GENERAL,
            "ratio_no",
        ),
    ],
)  # fmt: skip
def test_a_clue_that_does_not_fit_is_refused(
    tmp_path: Path, body: Body, atlas: Atlas, clues: str, words: str
) -> None:
    """Unknown, under another topic, twice, or a ratio without its paper: the line is named."""
    with pytest.raises(DataError) as caught:
        read(tmp_path, clues, body, atlas)
    assert words in str(caught.value)
    assert caught.value.line is not None
