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
from worlds import clue, example, hand_drawn_atlas, link, nerve, point, source, square

from hippain_maps.atlas import Atlas
from hippain_maps.candidates import Candidate, Ranking
from hippain_maps.drawing import PainDrawing
from hippain_maps.patterns import ClueLink, Source
from hippain_maps.questions import EXAMINED, Question, _information, ask_next
from hippain_maps.ranking import rank

LEFT = PainDrawing.from_polygons({"posterior": square(-20, 20)})
MIDLINE = PainDrawing.from_polygons({"posterior": shapely.box(-20, 20, 20, 40)})
# In the hand-drawn world patients say yes in 0.8, others in 0.4, patients it speaks against in 0.2.
YES, OTHER, AGAINST = 0.8, 0.4, 0.2


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

SITTING, COUGH, LIFTING = clue("sitting"), clue("cough"), clue("lifting", "limited")


def clued(name: str, region: str, *links: ClueLink) -> Source:
    """Return a muscle of one region that speaks of some clues."""
    return source(name, point(f"{name}1", [region]), clues=links)


def asked(ranking: Ranking) -> dict[str, Question]:
    """Return every question about a clue, by its id."""
    return {q.clue: q for q in ask_next(ranking, most=99) if q.clue}


def worth(candidates: Sequence[Candidate], **yes: float) -> float:
    """Return the slow information of a question that some sources answer with yes so often."""
    chances = [yes.get(c.source.id, OTHER) for c in candidates]
    return slow_information([c.probability for c in candidates], chances)


def test_a_clue_that_all_list_separates_nothing() -> None:
    """Listed by one of two it is worth something, by both alike nothing, by none it is not asked.

    Listed for one and against the other it is worth more than for one alone.
    """
    found = []
    for links in ([], [link("sitting")], [link("sitting", favours=False)]):
        atlas = hand_drawn_atlas(
            clued("alpha", "upper", link("sitting")),
            clued("beta", "upper", *links),
            clues=[SITTING, COUGH],
        )
        questions = asked(rank(LEFT, atlas))
        assert list(questions) == ["sitting"]
        found.append(questions["sitting"])
    one, both, against = found
    assert both.information == pytest.approx(0, abs=1e-9)
    assert 1e-3 < one.information < against.information
    assert [[s.id for s in q.favours] for q in found] == [["alpha"], ["alpha", "beta"], ["alpha"]]
    assert [[s.id for s in q.against] for q in found] == [[], [], ["beta"]]


def test_the_worth_follows_from_shares_and_constants() -> None:
    """Both lists add up: each source says yes as often as its link and the model file say.

    A published ratio multiplies what others say; 3 times 0.4 stays below certainty.
    """
    atlas = hand_drawn_atlas(
        clued("alpha", "upper", link("sitting"), link("lifting", yes=1.5)),
        clued("beta", "lower", link("cough"), link("lifting", yes=3)),
        clued("gamma", "lower", link("cough", favours=False)),
        nerve("root", ["upper", "lower"], clues=(link("sitting", favours=False),)),
        nerve("trunk", ["lower"], clues=(link("cough"),)),
        clues=[SITTING, COUGH, LIFTING],
    )
    found = rank(LEFT, atlas)
    questions = asked(found)
    muscles, others = found.candidates, found.differential
    expected = {
        "sitting": worth(muscles, alpha=YES) + worth(others, root=AGAINST),
        "cough": worth(muscles, beta=YES, gamma=AGAINST) + worth(others, trunk=YES),
        "lifting": worth(muscles, alpha=1.5 * OTHER, beta=0.95),
    }
    assert {name: q.information for name, q in questions.items()} == pytest.approx(expected)
    assert {s.id for s in questions["sitting"].favours} == {"alpha"}
    assert {s.id for s in questions["sitting"].against} == {"root"}
    assert questions["sitting"].text == "Sitting?"


def test_what_has_been_answered_is_not_asked_again() -> None:
    """Yes, no and what the marks say close a question; "not asked" leaves it open."""
    # One topic each: of two about the same sources only one would be asked.
    burning = replace(clue("burning", "quality"), quality="burning")
    cough = clue("cough", "time")
    atlas = hand_drawn_atlas(
        clued("alpha", "upper", *map(link, ("sitting", "cough", "lifting", "burning"))),
        clued("beta", "upper"),
        clues=[SITTING, cough, LIFTING, burning],
    )
    assert set(asked(rank(LEFT, atlas))) == {"sitting", "cough", "lifting", "burning"}
    marks = tuple(replace(mark, quality=("burning",)) for mark in LEFT.marks)
    said = {"sitting": "no", "lifting": "not_asked"}
    drawing = replace(LEFT, marks=marks).with_answers(said)
    assert set(asked(rank(drawing, atlas))) == {"cough", "lifting"}
    assert set(asked(rank(drawing.with_answers({"cough": "yes"}), atlas))) == {"lifting"}


def test_an_answer_changes_what_is_worth_asking() -> None:
    """Shares after the answers count: what tells apart two that are settled is worth less."""
    atlas = hand_drawn_atlas(
        clued("alpha", "upper", link("sitting"), link("cough")),
        clued("beta", "upper", link("sitting", favours=False)),
        clues=[SITTING, COUGH],
    )
    before = asked(rank(LEFT, atlas))["cough"].information
    after = asked(rank(LEFT.with_answers({"sitting": "yes"}), atlas))["cough"].information
    assert 0 < after < before


def test_what_the_drawing_shows_is_not_asked() -> None:
    """A clue that is seen stands in no link, and so in no question, whoever speaks of it."""
    below = clue("below", "sensation", seen=True)
    atlas = hand_drawn_atlas(clued("alpha", "upper", link("sitting")), clues=[SITTING, below])
    assert list(asked(rank(LEFT, atlas))) == ["sitting"]


def test_palpation_tells_the_sides_apart() -> None:
    """One muscle, both sides equally likely: a clue is worth nothing, pressing one side is."""
    atlas = hand_drawn_atlas(clued("alpha", "upper", link("sitting")), clues=[SITTING])
    found = ask_next(rank(MIDLINE, atlas), most=99)
    (press, *_) = [q for q in found if q.topic == "palpate"]
    assert next(q for q in found if q.clue == "sitting").information == pytest.approx(0, abs=1e-9)
    # Pressed, the right one answers in 0.8 and the wrong one in 0.2.
    assert press.information == pytest.approx(slow_information([0.5, 0.5], [0.8, 0.2]))
    assert press.text in ("Alpha, left: alpha1", "Alpha, right: alpha1")
    assert press.clue is None


def test_other_sources_are_not_palpated() -> None:
    """Only trigger points are pressed; numbness alone leaves questions about nerves, no muscle."""
    atlas = hand_drawn_atlas(
        clued("alpha", "upper", link("sitting")),
        nerve("root", ["upper"], core=["upper"], clues=(link("cough"),)),
        nerve("trunk", ["lower"], core=["lower"]),
        clues=[SITTING, COUGH],
    )
    found = ask_next(rank(LEFT, atlas), most=99)
    assert {q.favours[0].id for q in found if q.topic == "palpate"} == {"alpha"}
    numb = PainDrawing.from_polygons({"posterior": square(-20, 20)}, quality=["numb"])
    assert [q.clue for q in ask_next(rank(numb, atlas), most=99)] == ["cough"]


def test_the_language_of_a_question() -> None:
    """A question is in the language asked for, in English where it is not translated."""
    both = replace(SITTING, ask={"en": "Sitting?", "de": "Sitzen?"})
    links = link("sitting"), link("cough")
    atlas = hand_drawn_atlas(
        clued("alpha", "upper", *links), clued("beta", "upper"), clues=[both, COUGH]
    )
    # Both say the same of the same source, so that one of them stands for both.
    for answered, text in (("cough", "Sitzen?"), ("sitting", "Cough?")):
        found = rank(LEFT.with_answers({answered: "yes"}), atlas)
        (one,) = [q for q in ask_next(found, most=9, language="de") if q.clue]
        assert one.text == text


DRAWINGS = ["mixed_piriformis_gluteus_minimus", "piriformis", "gluteus_medius_trp3"]


@pytest.mark.parametrize("stem", DRAWINGS)
def test_three_different_questions_each_with_its_basis(atlas: Atlas, stem: str) -> None:
    """The best first, no two of one kind about the same sources, every one with its evidence."""
    found = ask_next(rank(example(stem), atlas))
    assert len({(q.topic, q.favours, q.against) for q in found}) == len(found) == 3
    worths = [q.information for q in found]
    assert worths == sorted(worths, reverse=True)
    for question in found:
        assert question.text
        assert question.favours or question.against
        assert question.evidence.confidence
        assert set(question.evidence.citations) <= set(atlas.citations)
        assert question.to_dict()["sources"] == [s.id for s in question.favours]
    assert any(question.evidence.citations for question in found)


@pytest.mark.parametrize("stem", DRAWINGS)
def test_the_order_of_sources_does_not_matter(atlas: Atlas, stem: str) -> None:
    """Sources read in another order: the same questions."""
    turned = replace(atlas, sources=dict(reversed(atlas.sources.items())))
    one, two = (ask_next(rank(example(stem), a), most=9) for a in (atlas, turned))
    assert [(q.topic, q.text) for q in one] == [(q.topic, q.text) for q in two]
    assert [q.information for q in one] == pytest.approx([q.information for q in two])


def test_no_question_names_a_harmful_test(atlas: Atlas) -> None:
    """Hopping, jumping and blows can complete a stress fracture; nobody is asked to do them.

    That running or jumping has hurt may be told of, under what makes the pain worse.
    """
    never = re.compile(
        r"\bhop(s|ping)?\b|\bheel[- ]drop|\bthump|\bmanipul|hüpf|cloche-pied|sautill|pata coja"
    )
    examined = re.compile(rf"{never.pattern}|\bjumping|\bheel[- ]strike")
    told: list[str] = []
    done: list[str] = []
    for entry in atlas.clues.values():
        texts = [*entry.says.values(), *entry.ask.values()]
        (done if entry.topic in EXAMINED else told).extend(texts)
    for one in atlas.sources.values():
        for group in (one.worse_with, one.eased_by):
            told += group.items if group else ()
        for group in (one.speaks_for, one.speaks_against):
            done += group.items if group else ()
        done += [trp.find for trp in one.trigger_points]
    assert len(told) > 200
    assert len(done) > 200
    assert [text for text in told if never.search(text.lower())] == []
    assert [text for text in done if examined.search(text.lower())] == []
