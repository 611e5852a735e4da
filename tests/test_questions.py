"""What to ask or examine next."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import TOLD, example, hand_drawn_atlas, point, source, square

from hippain_maps.atlas import Atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.patterns import Source, Statements
from hippain_maps.questions import _information, ask_next
from hippain_maps.ranking import rank

SITTING = Statements(("Sitting",), TOLD)
LEFT = PainDrawing.from_polygons({"posterior": square(-20, 20)})
MIDLINE = PainDrawing.from_polygons({"posterior": shapely.box(-20, 20, 20, 40)})


def slow_information(shares: Sequence[float], yes: Sequence[float]) -> float:
    """Mutual information the other way: how far each candidate's answer is from the average."""
    total = sum(shares)
    asked = sum(s / total * y for s, y in zip(shares, yes, strict=True))
    bits = 0.0
    for share, chance in zip(shares, yes, strict=True):
        for own, mean in ((chance, asked), (1 - chance, 1 - asked)):
            if own > 0 and share > 0:
                bits += share / total * own * math.log2(own / mean)
    return bits


# --- The worth of a question -------------------------------------------------------------------


def test_information_by_hand() -> None:
    """Two equal candidates, yes in 0.6 and 0.3: 0.0666 bits.

    Yes (0.45) leaves 2 to 1 (0.9183 bits), no (0.55) leaves 4 to 7 (0.9457 bits), of 1 bit before.
    """
    expected = 1 - 0.45 * 0.918296 - 0.55 * 0.945660
    found = _information(np.array([0.5, 0.5]), np.array([0.6, 0.3]))
    assert found == pytest.approx(expected, abs=1e-6)
    # Shares of a list with a remainder are taken among the candidates.
    assert _information(np.array([0.2, 0.2]), np.array([0.6, 0.3])) == pytest.approx(found)


def test_what_is_certain_cannot_be_learnt() -> None:
    """One candidate, or answers that do not depend on it: nothing; a sure answer: one bit."""
    assert _information(np.array([1.0, 0.0]), np.array([0.6, 0.3])) == 0
    assert _information(np.array([0.5, 0.5]), np.array([0.6, 0.6])) == pytest.approx(0)
    assert _information(np.array([0.5, 0.5]), np.array([1 - 1e-12, 1e-12])) == pytest.approx(1)
    assert _information(np.array([0.0, 0.0]), np.array([0.6, 0.3])) == 0


pairs = st.lists(st.tuples(st.floats(0.001, 1), st.floats(0.01, 0.99)), min_size=1, max_size=6)


@given(pairs, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=50)
def test_information_is_never_negative_whatever_the_order(
    members: list[tuple[float, float]], random: object
) -> None:
    """It is the mutual information of answer and candidate, in any order of the list."""
    shares, yes = map(np.array, zip(*members, strict=True))
    found = _information(shares, yes)
    assert found >= 0
    assert found == pytest.approx(slow_information(shares.tolist(), yes.tolist()), abs=1e-9)
    random.shuffle(members)  # type: ignore[attr-defined]
    shares, yes = map(np.array, zip(*members, strict=True))
    assert _information(shares, yes) == pytest.approx(found, abs=1e-9)


# --- Questions ---------------------------------------------------------------------------------


def clued(name: str, region: str, clues: Statements | None = None) -> Source:
    """Return a muscle of one region that lists some clues."""
    return replace(source(name, point(f"{name}1", [region])), worse_with=clues)


def test_a_clue_that_all_list_separates_nothing() -> None:
    """Listed by one of two it is worth something, by both nothing, in whatever letters."""
    loud = Statements(("  SITTING ",), TOLD)
    for other, some in ((None, True), (SITTING, False), (loud, False)):
        atlas = hand_drawn_atlas(clued("alpha", "upper", SITTING), clued("beta", "lower", other))
        asked = ask_next(rank(LEFT, atlas), most=99)
        (clue, *more) = [question for question in asked if question.topic == "worse with"]
        assert not more
        assert (clue.information > 1e-6) is some
        assert {s.id for s in clue.sources} == ({"alpha"} if some else {"alpha", "beta"})


def test_the_worth_follows_from_shares_and_constants() -> None:
    """A clue is answered yes at the chance in the model file, elsewhere at a half of it."""
    atlas = hand_drawn_atlas(clued("alpha", "upper", SITTING), clued("beta", "lower"))
    against = replace(clued("gamma", "lower"), speaks_against=Statements(("Cough",), TOLD))
    atlas = hand_drawn_atlas(*atlas.sources.values(), against)
    found = rank(LEFT, atlas)
    shares = [c.probability for c in found]
    names = [c.source.id for c in found]
    worth = {q.topic: q.information for q in ask_next(found, most=99)}
    high, low = atlas.model.clue_yes, atlas.model.clue_yes / atlas.model.clue_ratio
    yes = [high if name == "alpha" else low for name in names]
    assert worth["worse with"] == pytest.approx(slow_information(shares, yes))
    # A clue against a source: the others say yes.
    yes = [low if name == "gamma" else high for name in names]
    assert worth["speaks against"] == pytest.approx(slow_information(shares, yes))


def test_palpation_tells_the_sides_apart() -> None:
    """One muscle, both sides equally likely: a clue is worth nothing, pressing one side is."""
    atlas = hand_drawn_atlas(clued("alpha", "upper", SITTING))
    worth = {q.topic: q for q in ask_next(rank(MIDLINE, atlas))}
    assert worth["worse with"].information == pytest.approx(0, abs=1e-9)
    high, low = atlas.model.clue_yes, atlas.model.clue_yes / atlas.model.palpation_ratio
    expected = slow_information([0.5, 0.5], [high, low])
    assert worth["palpate"].information == pytest.approx(expected)
    assert worth["palpate"].text in ("Alpha, left: alpha1", "Alpha, right: alpha1")


DRAWINGS = ["mixed_piriformis_gluteus_minimus", "piriformis", "gluteus_medius_trp3"]


@pytest.mark.parametrize("stem", DRAWINGS)
def test_three_different_questions_each_with_its_basis(atlas: Atlas, stem: str) -> None:
    """The best first, no two of one kind about the same sources, every one with its evidence."""
    asked = ask_next(rank(example(stem), atlas))
    assert len({(q.topic, tuple(s.id for s in q.sources)) for q in asked}) == len(asked) == 3
    worths = [q.information for q in asked]
    assert worths == sorted(worths, reverse=True)
    for question in asked:
        assert question.text
        assert question.sources
        assert question.evidence.confidence
        assert set(question.evidence.citations) <= set(atlas.citations)
    assert any(question.evidence.citations for question in asked)


@pytest.mark.parametrize("stem", DRAWINGS)
def test_the_order_of_sources_does_not_matter(atlas: Atlas, stem: str) -> None:
    """Sources read in another order: the same questions."""
    turned = replace(atlas, sources=dict(reversed(atlas.sources.items())))
    one, two = (ask_next(rank(example(stem), a), most=9) for a in (atlas, turned))
    assert [(q.topic, q.text) for q in one] == [(q.topic, q.text) for q in two]
    assert [q.information for q in one] == pytest.approx([q.information for q in two])


def test_no_question_names_a_harmful_test(atlas: Atlas) -> None:
    """Hopping, jumping and blows can complete a stress fracture; nobody is asked to do them."""
    harmful = re.compile(r"\bhop(s|ping)?\b|\bjumping\b|\bheel[- ](drop|strike)|\bthump|\bmanipul")
    asked = ask_next(rank(example("mixed_piriformis_gluteus_minimus"), atlas), most=999)
    texts = [question.text for question in asked]
    for one in atlas.sources.values():
        for group in (one.worse_with, one.eased_by, one.speaks_for, one.speaks_against):
            texts += group.items if group else ()
    assert len(texts) > 50
    assert [text for text in texts if harmful.search(text.lower())] == []
