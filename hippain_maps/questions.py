r"""What to ask or examine next: what would tell the first candidates apart.

A clue of the vocabulary is a question with the answers yes and no, and each source says by its
links how often its patients say yes (`hippain_maps.clues.yes_chance`: from a published likelihood
ratio, or the small stated one of the model file). The worth of a question is the information that
its answer is expected to give about which candidate it is (bits), summed over muscles and other
sources:

.. math::

    I = H(source) - \sum_{answer} P(answer) H(source | answer)

over the shares of a list. Palpating a trigger point is a question too. What has been answered
is not asked again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from hippain_maps.candidates import Candidate, Ranking
from hippain_maps.clues import by_clue, yes_chance
from hippain_maps.geometry import FloatArray
from hippain_maps.patterns import Clue, ClueLink, Evidence, Source
from hippain_maps.words import words_in

Topic = Literal[
    "worse_with", "eased_by", "time", "quality", "sensation", "limited", "sign", "palpate"
]

EXAMINED = frozenset({"limited", "sign", "palpate"})
"""Topics that the examiner answers rather than the patient."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask or examine.

    Parameters
    ----------
    clue : str or None
        Id of the clue, the key of its answer; None for a trigger point to palpate.
    topic : str
        Kind of clue.
    text : str
        The question in plain words, or the trigger point to palpate.
    favours, against : tuple of Source
        The listed sources that a yes speaks for, and against.
    information : float
        Expected information about which candidate it is, bits.
    evidence : Evidence
        The basis of the first source's statement.
    """

    clue: str | None
    topic: Topic
    text: str
    favours: tuple[Source, ...]
    against: tuple[Source, ...]
    information: float
    evidence: Evidence

    def to_dict(self) -> dict[str, Any]:
        """Return the question as plain data."""
        return {
            "clue": self.clue,
            "topic": self.topic,
            "text": self.text,
            "sources": [source.id for source in self.favours],
            "against": [source.id for source in self.against],
            "information_bits": self.information,
            "confidence": self.evidence.confidence,
            "citations": list(self.evidence.citations),
        }


def ask_next(ranking: Ranking, *, most: int = 3, language: str = "en") -> tuple[Question, ...]:
    """Return the questions that separate the candidates most, the best first.

    Parameters
    ----------
    ranking : Ranking
        Of a drawing.
    most : int
        How many questions.
    language : str
        Of the questions and of the names in them; English where a translation is missing.

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
    lists = [ranked for ranked in (ranking.candidates, ranking.differential) if ranked]
    answered = {effect.clue.id for effect in ranking.clues}
    questions = [
        found
        for clue in ranking.atlas.clues.values()
        if clue.id not in answered and (found := _of_clue(clue, lists, ranking, language))
    ]
    questions += _palpations(ranking, language)
    best = sorted(questions, key=lambda q: (-round(q.information, 9), q.topic, q.text))
    chosen: list[Question] = []
    for question in best:
        # One of a kind about the same sources: three ways to ask the same would crowd out others.
        kind = question.topic, question.favours, question.against
        if all((q.topic, q.favours, q.against) != kind for q in chosen):
            chosen.append(question)
    return tuple(chosen[:most])


def _of_clue(
    clue: Clue, lists: Sequence[Sequence[Candidate]], ranking: Ranking, language: str
) -> Question | None:
    """Return what a clue is worth; None if no listed source speaks of it."""
    speak = {source.id: link for source, link in by_clue(ranking.atlas).get(clue.id, ())}
    links: dict[Source, ClueLink] = {}
    information = 0.0
    for ranked in lists:
        own = [speak.get(candidate.source.id) for candidate in ranked]
        if any(own):
            links |= {c.source: link for c, link in zip(ranked, own, strict=True) if link}
            shares = np.array([candidate.probability for candidate in ranked])
            yes = np.array([yes_chance(link, ranking.atlas.model) for link in own])
            information += _information(shares, yes)
    if not links:
        return None
    return Question(
        clue=clue.id,
        topic=clue.topic,
        text=clue.ask.get(language) or clue.ask.get("en") or clue.says["en"],
        favours=tuple(source for source, link in links.items() if link.favours),
        against=tuple(source for source, link in links.items() if not link.favours),
        information=information,
        evidence=next(iter(links.values())).evidence,
    )


def _palpations(ranking: Ranking, language: str) -> Iterator[Question]:
    """Yield the trigger points of the candidates; they tell the sides apart too."""
    model, words = ranking.atlas.model, words_in(language)
    done = {(e.source.id, e.side, e.point.id) for e in ranking.palpation}
    shares = np.array([candidate.probability for candidate in ranking.candidates])
    for place, candidate in enumerate(ranking.candidates):
        # What hardly any share speaks for is not worth working out.
        if candidate.probability < model.none_of_these / len(shares):
            continue
        yes = np.full(len(shares), model.clue_yes / model.palpation_ratio)
        yes[place] = model.clue_yes
        information = _information(shares, yes)
        name = f"{candidate.source.name_in(language)}, {words.sides[candidate.side]}"
        for point in candidate.points:
            if (candidate.source.id, candidate.side, point.id) in done:
                continue
            yield Question(
                clue=None,
                topic="palpate",
                text=f"{name}: {point.name}",
                favours=(candidate.source,),
                against=(),
                information=information,
                evidence=point.spot_evidence,
            )


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
