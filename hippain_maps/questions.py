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

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hippain_maps.atlas import Atlas
from hippain_maps.candidates import Candidate, Ranking
from hippain_maps.clues import by_clue, yes_chance
from hippain_maps.geometry import FloatArray
from hippain_maps.patterns import Clue, Evidence, Source
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
    worth = _worth(lists, ranking.atlas)
    answered = {effect.clue.id for effect in ranking.clues}
    open_ = [clue for clue in ranking.atlas.clues.values() if clue.id not in answered]
    asked: list[Clue | Question] = [clue for clue in open_ if clue.id in worth]
    asked += _palpations(ranking, language)

    def order(one: Clue | Question) -> tuple[float, str, str]:
        if isinstance(one, Question):
            return -round(one.information, 9), one.topic, one.text
        return -round(worth[one.id], 9), one.topic, _text(one, language)

    chosen: list[Question] = []
    for one in sorted(asked, key=order):
        if len(chosen) >= most:
            break
        question = one
        if isinstance(question, Clue):
            question = _of_clue(question, lists, ranking, language, worth[question.id])
        # One of a kind about the same sources: three ways to ask the same would crowd out others.
        kind = question.topic, question.favours, question.against
        if all((q.topic, q.favours, q.against) != kind for q in chosen):
            chosen.append(question)
    return tuple(chosen)


def _text(clue: Clue, language: str) -> str:
    return clue.ask.get(language) or clue.ask.get("en") or clue.says["en"]


@lru_cache(maxsize=4)
def _answers(atlas: Atlas) -> tuple[Mapping[str, int], NDArray[np.bool_], FloatArray]:
    """Return what every source says of every clue; gone through once for an atlas.

    Returns
    -------
    place : mapping of str to int
        Place of each source.
    speaks : ndarray of bool, shape (clues, sources)
        Whether the source lists the clue.
    yes : ndarray, shape (clues, sources)
        How often its patients say yes.
    """
    place = {name: number for number, name in enumerate(atlas.sources)}
    speaks = np.zeros((len(atlas.clues), len(place)), dtype=bool)
    yes = np.full(speaks.shape, yes_chance(None, atlas.model))
    links = by_clue(atlas)
    for row, name in enumerate(atlas.clues):
        for source, link in links.get(name, ()):
            speaks[row, place[source.id]] = True
            yes[row, place[source.id]] = yes_chance(link, atlas.model)
    return place, speaks, yes


def _worth(lists: Sequence[Sequence[Candidate]], atlas: Atlas) -> dict[str, float]:
    """Return what each clue is worth that a listed source speaks of, in bits."""
    place, speaks, yes = _answers(atlas)
    total, told = np.zeros(len(speaks)), np.zeros(len(speaks), dtype=bool)
    for ranked in lists:
        columns = np.array([place[candidate.source.id] for candidate in ranked])
        shares = np.array([candidate.probability for candidate in ranked])
        some = np.flatnonzero(speaks[:, columns].any(axis=1))
        total[some] += _information(shares, yes[np.ix_(some, columns)])
        told[some] = True
    worth = zip(atlas.clues, total.tolist(), told.tolist(), strict=True)
    return {name: information for name, information, one in worth if one}


def _of_clue(
    clue: Clue,
    lists: Sequence[Sequence[Candidate]],
    ranking: Ranking,
    language: str,
    information: float,
) -> Question:
    """Return the question for a clue that a listed source speaks of."""
    speak = {source.id: link for source, link in by_clue(ranking.atlas)[clue.id]}
    links = {
        candidate.source: speak[candidate.source.id]
        for ranked in lists
        for candidate in ranked
        if candidate.source.id in speak
    }
    return Question(
        clue=clue.id,
        topic=clue.topic,
        text=_text(clue, language),
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
        information = float(_information(shares, yes))
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


def _information(shares: FloatArray, yes: FloatArray) -> FloatArray:
    """Return the expected information of questions about which candidate it is, bits.

    Parameters
    ----------
    shares : ndarray, shape (candidates,)
        Of one list.
    yes : ndarray, shape (..., candidates)
        How often each candidate's patients say yes.
    """
    total = shares.sum()
    if total <= 0:
        return np.zeros(yes.shape[:-1])
    prior = shares / total
    information = np.broadcast_to(_entropy(prior), yes.shape[:-1])
    for chance in (yes, 1 - yes):
        joint = prior * chance
        whole = joint.sum(axis=-1)
        information = information - whole * _entropy(joint / whole[..., None])
    return np.maximum(information, 0.0)


def _entropy(shares: FloatArray) -> FloatArray:
    logs = np.log2(shares, out=np.zeros_like(shares), where=shares > 0)
    entropy: FloatArray = -(shares * logs).sum(axis=-1)
    return entropy
