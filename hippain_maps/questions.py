r"""What to ask or examine next: what would tell the first candidates apart.

A clue is taken as a question with the answers yes and no. For a source that lists it the answer is
yes in ``clue_yes`` of patients, for others in ``clue_yes / clue_ratio`` (both in the model file: a
small stated weight, because published likelihood ratios are missing); a clue against a source the
other way round. The worth of a question is the information that its answer is expected to give
about which candidate it is (bits):

.. math::

    I = H(source) - \sum_{answer} P(answer) H(source | answer)

over the shares of the list. Palpating a trigger point counts as a question too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from hippain_maps.candidates import Candidate, Ranking
from hippain_maps.geometry import FloatArray
from hippain_maps.patterns import Evidence, Source, Statements

Topic = Literal["worse with", "eased by", "speaks for", "speaks against", "palpate"]


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask or examine.

    Parameters
    ----------
    topic : {"worse with", "eased by", "speaks for", "speaks against", "palpate"}
        What kind of clue.
    text : str
        The clue, or the trigger point to palpate.
    sources : tuple of Source
        The candidates that a yes speaks for; against, where the topic says so.
    information : float
        Expected information about which candidate it is, bits.
    evidence : Evidence
        The basis of the clue.
    """

    topic: Topic
    text: str
    sources: tuple[Source, ...]
    information: float
    evidence: Evidence


def ask_next(ranking: Ranking, *, most: int = 3) -> tuple[Question, ...]:
    """Return the questions that separate the candidates most, the best first.

    Parameters
    ----------
    ranking : Ranking
        Of a drawing.
    most : int
        How many questions.

    Examples
    --------
    >>> from hippain_maps.atlas import load_atlas
    >>> from hippain_maps.drawing import PainDrawing
    >>> from hippain_maps.ranking import rank
    >>> atlas = load_atlas()
    >>> drawing = PainDrawing.from_regions(atlas.body, ["left:greater_trochanter"])
    >>> len(ask_next(rank(drawing, atlas)))
    3
    """
    model = ranking.atlas.model
    shares = np.array([c.probability for c in ranking.candidates])
    found: dict[tuple[Topic, str], Question] = {}
    for topic, text, evidence, candidates in _clues(ranking.candidates):
        own = np.isin(np.arange(len(shares)), candidates)
        ratio = model.palpation_ratio if topic == "palpate" else model.clue_ratio
        likely, unlikely = model.clue_yes, model.clue_yes / ratio
        yes = np.where(own != (topic == "speaks against"), likely, unlikely)
        question = Question(
            topic,
            text,
            tuple(dict.fromkeys(ranking.candidates[i].source for i in candidates)),
            _information(shares, yes),
            evidence,
        )
        found.setdefault((topic, text), question)
    best = sorted(found.values(), key=lambda q: (-round(q.information, 9), q.topic, q.text))
    chosen: list[Question] = []
    for question in best:
        # One clue a source and topic: three ways to ask the same would crowd out the others.
        if not any((q.topic, q.sources) == (question.topic, question.sources) for q in chosen):
            chosen.append(question)
    return tuple(chosen[:most])


def _information(shares: FloatArray, yes: FloatArray) -> float:
    """Return the expected information of a question about which candidate it is, bits."""
    total = shares.sum()
    if total <= 0:
        return 0.0
    prior = shares / total
    before = _entropy(prior)
    after = 0.0
    for chance in (yes, 1 - yes):
        joint = prior * chance
        after += joint.sum() * _entropy(joint / joint.sum())
    return float(max(before - after, 0.0))


def _entropy(shares: FloatArray) -> float:
    some = shares[shares > 0]
    return float(-(some * np.log2(some)).sum())


def _clues(
    candidates: Sequence[Candidate],
) -> Iterator[tuple[Topic, str, Evidence, list[int]]]:
    """Yield each clue with the places of the candidates that list it, on either side."""
    for candidate in candidates:
        source = candidate.source
        for topic, text, evidence in _of(source):
            same = [
                i
                for i, other in enumerate(candidates)
                if any((t, _folded(x)) == (topic, _folded(text)) for t, x, _ in _of(other.source))
            ]
            yield topic, text, evidence, same
        # A trigger point has a side: palpation tells the sides apart too.
        for name in candidate.trigger_points:
            point = source.trigger_point(name)
            text = f"{source.name}, {candidate.side}: {point.name}"
            yield "palpate", text, point.spot_evidence, [candidates.index(candidate)]


def _of(source: Source) -> Iterator[tuple[Topic, str, Evidence]]:
    groups: tuple[tuple[Topic, Statements | None], ...] = (
        ("worse with", source.worse_with),
        ("eased by", source.eased_by),
        ("speaks for", source.speaks_for),
        ("speaks against", source.speaks_against),
    )
    for topic, group in groups:
        if group:
            for text in group.items:
                yield topic, text, group.evidence


def _folded(text: str) -> str:
    return " ".join(text.lower().split())
