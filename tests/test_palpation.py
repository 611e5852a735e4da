"""What palpation findings do to a ranking."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from worlds import example

from hippain_maps.atlas import Atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.palpation import FINDINGS, log_factors, palpated
from hippain_maps.questions import ask_next
from hippain_maps.ranking import rank

BELLY = "left:tensor_fasciae_latae:belly"


@pytest.fixture(scope="module")
def trochanter(atlas: Atlas) -> PainDrawing:
    """Return a drawing of the trochanter alone, which fits several muscles."""
    return PainDrawing.from_regions(atlas.body, ["left:trochanter_area"])


def odds(drawing: PainDrawing, atlas: Atlas) -> dict[tuple[str, str], float]:
    """Return the share of each candidate over that of "none of these"."""
    ranking = rank(drawing, atlas)
    return {
        (c.source.id, c.side): c.probability / ranking.none_of_candidates
        for c in ranking.candidates
    }


@pytest.mark.parametrize("finding", FINDINGS)
def test_a_finding_moves_its_muscle_on_its_side_alone(
    trochanter: PainDrawing, atlas: Atlas, finding: str
) -> None:
    """The odds of the muscle change by the factor of the model file; all others stay."""
    before = odds(trochanter, atlas)
    after = odds(replace(trochanter, palpation={BELLY: finding}), atlas)
    (effect,) = palpated(PainDrawing(palpation={BELLY: finding}), atlas)[0]
    for key, value in before.items():
        factor = effect.factor if key == ("tensor_fasciae_latae", "left") else 1
        assert after[key] == pytest.approx(value * factor, rel=1e-9)


def test_the_factors_are_ordered(atlas: Atlas) -> None:
    """Familiar pain counts most, a point without it less, and none found against the muscle."""
    familiar, found, missing = (
        palpated(PainDrawing(palpation={BELLY: finding}), atlas)[0][0].factor
        for finding in FINDINGS
    )
    assert familiar > found > 1 > missing


def test_findings_together_are_limited(atlas: Atlas) -> None:
    """Five familiar points of one muscle count no more than the limit."""
    vastus = atlas.source("vastus_lateralis")
    findings = {f"left:{vastus.id}:{point.id}": "familiar" for point in vastus.trigger_points}
    effects, unused = palpated(PainDrawing(palpation=findings), atlas)
    assert len(effects) == 5
    assert not unused
    limit = atlas.model.palpation_limit
    assert log_factors(effects, limit) == {("vastus_lateralis", "left"): math.log(limit)}


def test_what_was_not_used_is_said(trochanter: PainDrawing, atlas: Atlas) -> None:
    """An unknown point and an unknown finding change nothing, and the result names both."""
    odd = {"left:piriformis:trp9": "found", "right:piriformis:trp1_lateral": "maybe", "x\n": 3}
    ranking = rank(replace(trochanter, palpation=odd), atlas)
    assert not ranking.palpation
    assert len(ranking.overlap.notes) == 3
    assert "did you mean 'left:piriformis:trp" in ranking.overlap.notes[0]
    assert "is 'maybe'" in ranking.overlap.notes[1]
    assert all("\n" not in note for note in ranking.overlap.notes)


def test_what_was_palpated_is_not_asked_again(atlas: Atlas) -> None:
    """A trigger point with a finding is no longer among the next examinations; the JSON says so."""
    drawing = example("piriformis")
    asked = [q.text for q in ask_next(rank(drawing, atlas), most=99) if q.topic == "palpate"]
    first = rank(drawing, atlas)[0]
    findings = {
        f"{first.side}:{first.source.id}:{p.id}": "found" for p in first.source.trigger_points
    }
    ranking = rank(replace(drawing, palpation=findings), atlas)
    again = [q.text for q in ask_next(ranking, most=99) if q.topic == "palpate"]
    assert any(text.startswith(first.source.name) for text in asked)
    assert not any(text.startswith(f"{first.source.name}, {first.side}") for text in again)
    assert {entry["id"] for entry in ranking.to_dict()["palpation"]} == set(findings)
