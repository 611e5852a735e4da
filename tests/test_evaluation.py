"""Evaluation: figures of merit by hand, the whole in a small world, what the model must beat."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import sklearn  # Of the dev extra: without it the ceiling would go untested.
from click.testing import CliRunner
from worlds import EXAMPLES, check_contract, hand_drawn_atlas, point, source, square

from hippain_maps import cli, evaluation
from hippain_maps.atlas import Atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.evaluation import (
    PLAIN,
    Condition,
    Result,
    conditions,
    evaluate,
    kendall_tau,
)
from hippain_maps.geometry import FloatArray
from hippain_maps.simulation import SHAKE, Hand
from hippain_maps.stability import NOTHING, stability

STEADY = Condition("steady", Hand("brush", shake=1.0).steady())
MIXED = Condition("mixed", Hand("brush", shake=1.0).steady(), mixed=True)


# --- Figures of merit --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "tau"),
    [
        ([1, 2, 3], [10, 20, 30], 1),
        ([1, 2, 3], [3, 2, 1], -1),
        # Of six pairs five agree and one does not.
        ([1, 2, 3, 4], [1, 2, 4, 3], 4 / 6),
        # Two pairs agree, one is tied in the second: 2 / sqrt(3 * 2).
        ([1, 2, 3], [1, 2, 2], 2 / 6**0.5),
        # The same tie in both counts for neither.
        ([1, 2, 2], [1, 2, 2], 1),
        ([5, 5, 5], [5, 5, 5], 1),
        ([5, 5, 5], [1, 2, 3], 0),
        ([1, 2, 3], [5, 5, 5], 0),
    ],
)
def test_kendalls_tau_by_hand(first: list[float], second: list[float], tau: float) -> None:
    """Agreeing less contrary pairs, over the pairs that each list orders (tau-b)."""
    assert kendall_tau(np.array(first), np.array(second)) == pytest.approx(tau)


def scored(
    monkeypatch: pytest.MonkeyPatch, world: Atlas, right: float, condition: Condition = STEADY
) -> Result:
    """Return the result of a model that gives the truth one number, and others falling ones."""

    def score(case: Any, which: int, keys: Sequence[tuple[str, str]]) -> FloatArray:
        wrong = (1 - right) / np.arange(2, len(keys) + 2) if right < 1 else np.zeros(len(keys))
        return np.array([right if k in case.truth else w for k, w in zip(keys, wrong, strict=True)])

    monkeypatch.setattr(evaluation, "_model_scores", score)
    return evaluate(world, condition, per_source=2)


def test_a_perfect_scorer_is_perfect(monkeypatch: pytest.MonkeyPatch, world: Atlas) -> None:
    """Always right and sure of it: every share 1, no error, nothing confused."""
    result = scored(monkeypatch, world, 1.0)
    assert result.methods["model"] == evaluation.Recovery(1, 1, 1, 1, 1, 0, 0, muscle_first=1)
    assert result.calibration == [(1.0, 1.0, 12)]
    assert result.confused == []


def test_a_reversed_scorer_never_finds_the_truth(
    monkeypatch: pytest.MonkeyPatch, world: Atlas
) -> None:
    """The truth always last of six: in no first five, yet the same on every redraw."""
    result = scored(monkeypatch, world, 0.0)
    found = result.methods["model"]
    assert (found.top1, found.top3, found.top5) == (0, 0, 0)
    assert (found.same_first, found.kendall_tau) == (1, 1)
    # Of alpha's four patients the other side comes first, of nobody else's.
    assert found.muscle_first == pytest.approx(4 / 12)
    # Half is given to alpha on the left, or to the next where that is the truth: a third.
    assert found.calibration_error == pytest.approx((10 * 0.5 + 2 * (1 / 3)) / 12)
    assert sum(n for _, _, n in result.confused) == 12
    # Both sides of beta and gamma, two patients each; alpha on the left is taken for the right.
    assert result.confused == [
        ("alpha", "alpha (other side)", 4),
        ("beta", "alpha", 2),
        ("beta", "alpha (other side)", 2),
        ("gamma", "alpha", 2),
        ("gamma", "alpha (other side)", 2),
    ]


def test_a_mixture_counts_when_both_are_there(
    monkeypatch: pytest.MonkeyPatch, world: Atlas
) -> None:
    """Either of two first is a first; both must be among the first three; the truth is halved."""
    found = scored(monkeypatch, world, 1.0, MIXED).methods["model"]
    assert (found.top1, found.top3, found.top5) == (1, 1, 1)
    # Each of both is given 1 where a half is true.
    assert found.brier == pytest.approx(2 * 0.5**2)


# --- The whole, in the hand-drawn world --------------------------------------------------------


@pytest.fixture(scope="module")
def result(world: Atlas) -> Result:
    """Return an evaluation with the classifier."""
    return evaluate(world, STEADY, per_source=8, with_classifier=True)


def test_every_method_is_measured_on_every_patient(result: Result) -> None:
    """Model, plain measures, prior, random and classifier; calibration bins hold everyone."""
    names = {"model", *PLAIN, "prior only", "random", "trained classifier"}
    assert set(result.methods) == names
    assert result.drawings == 3 * 2 * 8
    assert sum(count for _, _, count in result.calibration) == result.drawings
    assert 0 < result.jaccard_mean < 1
    assert 0 <= result.combined_exactly <= result.combined <= 1
    for name, found in result.methods.items():
        assert 0 <= found.top1 <= found.top3 <= found.top5 <= 1
        assert -1 <= found.kendall_tau <= 1
        assert (found.brier is None) == (found.calibration_error is None)
        assert (found.brier is None) == (name in {*PLAIN, "random"})
    found = result.methods["model"]
    gaps = sum(count * abs(share - right) for share, right, count in result.calibration)
    assert found.calibration_error == pytest.approx(gaps / result.drawings)
    wrong = sum(count for _, _, count in result.confused)
    assert wrong == pytest.approx((1 - found.top1) * result.drawings)


def test_chance_is_a_sixth(result: Result) -> None:
    """Random scores find one of six; the prior alone finds the same one every time."""
    assert result.methods["random"].top1 == pytest.approx(1 / 6, abs=0.15)
    assert result.methods["random"].top3 == pytest.approx(1 / 2, abs=0.2)
    assert abs(result.methods["random"].kendall_tau) < 0.15
    prior = result.methods["prior only"]
    assert (prior.top1, prior.same_first) == (pytest.approx(1 / 6), 1)


def test_the_classifier_learns(result: Result) -> None:
    """Trained on other patients it does far better than chance, and gives shares."""
    assert sklearn.__version__
    found = result.methods["trained classifier"]
    assert found.top1 > 0.5
    assert found.brier is not None
    assert found.brier < 0.7


def test_a_result_is_plain_data(result: Result) -> None:
    """Everything goes through JSON, the hand that drew included."""
    data = dataclasses.asdict(result)
    assert data == result.to_dict()
    read = json.loads(json.dumps(data, allow_nan=False))
    assert read["condition"]["hand"]["family"] == "brush"
    assert read["methods"]["model"]["top1"] == result.methods["model"].top1


def test_the_seed_decides_every_digit(world: Atlas) -> None:
    """The same again with the same seed, classifier included; something else with another."""
    hand = Condition("shaky", Hand("warp", shake=3.0))
    one, same, other = (
        evaluate(world, hand, per_source=1, seed=seed, with_classifier=True) for seed in (1, 1, 2)
    )
    assert one == same
    assert other.methods != one.methods


def test_a_condition_more_changes_nobody_else(world: Atlas) -> None:
    """Each patient has a stream of chance of their own, whatever was simulated before."""
    alone = evaluate(world, MIXED, per_source=1)
    evaluate(world, STEADY, per_source=1)
    assert evaluate(world, MIXED, per_source=1) == alone
    few, many = (
        [
            (truth, first.to_geojson())
            for truth, (first, _) in evaluation._drawings(world, STEADY, count, seed=1)
        ]
        for count in (1, 3)
    )
    assert many[::3] == few


def test_progress_is_told_patient_by_patient(world: Atlas) -> None:
    """One step after each; the classifier's patients are not counted."""
    steps: list[int] = []
    evaluate(world, STEADY, per_source=1, with_classifier=True, progress=steps.append)
    assert steps == [1] * 6


def test_the_standard_conditions_say_what_they_are() -> None:
    """Both families: displaced, with omissions and extras, all partial, one view, two muscles."""
    for family in ("warp", "brush"):
        found = conditions(family)  # type: ignore[arg-type]
        assert len({condition.name for condition in found}) == len(found) == 7
        assert {condition.hand.family for condition in found} == {family}
        assert [c.hand.omits for c in found] == [0, 0, 0.25, 0.25, 1, 0, 0]
        assert [c.hand.one_view for c in found] == [False] * 5 + [True, False]
        assert [c.mixed for c in found] == [False] * 6 + [True]
        assert found[0].hand.shake == SHAKE[family, 0.62]  # type: ignore[index]


# --- The shipped atlas -------------------------------------------------------------------------


@pytest.mark.slow
def test_the_model_beats_every_plain_measure(atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    """On hands that it was not fitted to: first place, and in the first three nearly always."""
    # Left out for time; it has tests of its own.
    monkeypatch.setattr(evaluation, "combination", lambda _: _NoParts)
    found = [
        evaluate(atlas, condition, per_source=1).methods
        for condition in (*conditions("brush")[:2], conditions("brush")[3])
    ]
    assert found[0]["model"].top3 >= 0.95
    total = {name: sum(methods[name].top1 for methods in found) for name in found[0]}
    assert all(total["model"] > total[name] for name in total if name != "model")
    assert total["model"] / len(found) > 0.8


class _NoParts:
    parts = ()


# --- Stability ---------------------------------------------------------------------------------


def test_a_clear_drawing_is_stable_and_an_ambiguous_one_is_not(atlas: Atlas) -> None:
    """Where one source fits, it stays first on every redraw; where several do, it does not."""
    clear = PainDrawing.from_regions(atlas.body, ["left:thigh_lateral", "left:leg_lateral"])
    steady = stability(clear, atlas, redraws=10)
    assert (steady.same_first, steady.firsts) == (1.0, {"gluteus_minimus left": 10})
    assert steady.jaccard_mean > 0.4
    midline = PainDrawing.from_regions(atlas.body, ["left:lumbar", "right:lumbar"])
    shaky = stability(midline, atlas, redraws=10)
    assert shaky.same_first < 1
    assert sum(shaky.firsts.values()) == shaky.redraws == 10
    assert stability(midline, atlas, redraws=10) == shaky


def test_a_drawing_of_numbness_alone_can_be_drawn_again(atlas: Atlas) -> None:
    """No muscle comes first, on any redraw: that is said, and is no fault of the program."""
    numb = PainDrawing.from_regions(atlas.body, ["left:foot_dorsum"], quality=["numb"])
    found = stability(numb, atlas, redraws=3)
    assert sum(found.firsts.values()) == 3


def test_a_redraw_beside_the_mapped_body_is_counted() -> None:
    """Pain at the edge may be drawn again beside it: there is then nothing to rank, no error."""
    atlas = hand_drawn_atlas(source("alpha", point("a1", ["upper"])))
    edge = PainDrawing.from_polygons({"posterior": shapely.box(-4, 39.5, 4, 44)})
    found = stability(edge, atlas, redraws=20)
    assert found.firsts[NOTHING] > 0
    assert sum(found.firsts.values()) == 20
    assert found.same_first < 1
    inside = PainDrawing.from_polygons({"posterior": square(-18, 22, 16)})
    assert NOTHING not in stability(inside, atlas, redraws=5).firsts


# --- The command line --------------------------------------------------------------------------


def test_evaluate_writes_numbers_and_a_figure(
    world: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``hippain evaluate`` prints a table for each condition, and writes JSON and a picture."""
    monkeypatch.setattr(cli, "load_atlas", lambda *_: world)
    # Looking for the right shake takes half a minute, and has a test of its own.
    monkeypatch.setattr(evaluation, "shake_for", lambda _, level, __: 2 - level)
    numbers, picture = tmp_path / "x.json", tmp_path / "x.png"
    arguments = ["evaluate", "--per-source", "1", "-o", str(numbers), "--figure", str(picture)]
    done = CliRunner().invoke(cli.main, arguments)
    assert done.exit_code == 0, done.output
    data = json.loads(numbers.read_text(encoding="utf-8"))
    assert (data["atlas"], data["family"], data["seed"]) == (world.version, "brush", 1)
    names = [result["condition"]["name"] for result in data["results"]]
    assert names == [condition.name for condition in conditions("brush")]
    assert all(name in done.output for name in names)
    shakes = [result["condition"]["hand"]["shake"] for result in data["results"][:2]]
    assert shakes == [2 - 0.62, 2 - 0.42]
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_rank_says_how_stable_and_what_next(atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    """``hippain rank --redraws 3 --json`` adds stability, combination and the next questions."""
    monkeypatch.setattr(cli, "load_atlas", lambda *_: atlas)
    file = str(EXAMPLES / "piriformis.geojson")
    done = CliRunner().invoke(cli.main, ["rank", file, "--redraws", "3", "--json"])
    assert done.exit_code == 0, done.output
    data = json.loads(done.output)
    check_contract(data)
    assert data["stability"]["redraws"] == sum(data["stability"]["firsts"].values()) == 3
    assert data["combination"]["sources"][0]["source"] == "piriformis"
    assert len(data["ask_next"]) == 3
    assert all(question["information_bits"] >= 0 for question in data["ask_next"])
    assert all(question["confidence"] for question in data["ask_next"])
