"""What answers do: every answered clue moves the sources that list it, by a stated amount.

The answer to a clue multiplies a source's weight in its list by a likelihood ratio: a published one
where there is one, otherwise a small stated one (``patterns/model.yaml``): patients with the source
say yes in a share q of cases, others in q / r, patients with a source it speaks against in q / r^2.
Unpublished answers together move a source by no more than a stated factor, since they are opinions
and depend on each other; published ones by no more than another. The quality of the marks answers
the clue that names it by itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from hippain_maps.atlas import Atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.model import Model
from hippain_maps.patterns import Clue, ClueLink, Source

Answer = Literal["yes", "no"]
Origin = Literal["answer", "drawing"]


@dataclass(frozen=True, slots=True)
class ClueEffect:
    """What one answer did.

    Parameters
    ----------
    clue : Clue
        What was asked.
    answer : {"yes", "no"}
        What was said.
    origin : {"answer", "drawing"}
        Whether it was answered, or read from the quality of the marks.
    moved : tuple of (Source, float, bool)
        The sources that list the clue, the factor on their weight, and whether that factor is
        published; the strongest first.
    """

    clue: Clue
    answer: Answer
    origin: Origin
    moved: tuple[tuple[Source, float, bool], ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the effect as plain data."""
        return {
            "id": self.clue.id,
            "topic": self.clue.topic,
            "says": self.clue.says["en"],
            "answer": self.answer,
            "from": self.origin,
            "moved": [
                {"source": source.id, "factor": factor, "published": published}
                for source, factor, published in self.moved
            ],
        }


def yes_chance(link: ClueLink | None, model: Model) -> float:
    """Return how often patients with a source say yes to a clue.

    Parameters
    ----------
    link : ClueLink or None
        What the source says of the clue; None if nothing.
    model : Model
        The constants.
    """
    other = model.clue_yes / model.clue_ratio
    if link is None:
        return other
    if link.ratio_yes:
        # A chance stays below 1 whatever the ratio; only the weighing of questions needs it.
        return min(other * link.ratio_yes, 0.95)
    if link.ratio_no:
        return min(max(1 - (1 - other) * link.ratio_no, 0.05), 0.95)
    return model.clue_yes if link.favours else other / model.clue_ratio


def factor_of(link: ClueLink, answer: Answer, model: Model) -> tuple[float, bool]:
    """Return the likelihood ratio of an answer for a source, and whether it is published."""
    published = link.ratio_yes if answer == "yes" else link.ratio_no
    if published is not None:
        return published, True
    if link.ratio_yes or link.ratio_no:
        # The paper gives the other answer alone; nothing is made up beside it.
        return 1.0, False
    yes, other = yes_chance(link, model), yes_chance(None, model)
    return (yes / other if answer == "yes" else (1 - yes) / (1 - other)), False


def effects(drawing: PainDrawing, atlas: Atlas) -> tuple[ClueEffect, ...]:
    """Return what the answers of a drawing and the qualities of its marks do.

    Answers that are not clues of the atlas (red flags, other vocabularies) are left to others. An
    answer counts before what the marks say of the same clue.

    Examples
    --------
    >>> from hippain_maps.atlas import load_atlas
    >>> drawing = PainDrawing().with_answers({"worse_lying_on_it": "yes"})
    >>> effects(drawing, load_atlas())[0].answer
    'yes'
    """
    said: dict[str, tuple[Answer, Origin]] = {}
    felt = drawing.qualities
    for clue in atlas.clues.values():
        if clue.quality in felt:
            said[clue.id] = ("yes", "drawing")
    for name, answer in drawing.answers.items():
        if name in atlas.clues and answer != "not_asked":
            said[name] = ("yes" if answer == "yes" else "no", "answer")
    return tuple(
        ClueEffect(atlas.clues[name], answer, origin, _moved(name, answer, atlas))
        for name, (answer, origin) in sorted(said.items())
    )


@lru_cache(maxsize=4)
def by_clue(atlas: Atlas) -> Mapping[str, list[tuple[Source, ClueLink]]]:
    """Return who speaks of each clue; gone through once for an atlas."""
    found: dict[str, list[tuple[Source, ClueLink]]] = {}
    for source in atlas.sources.values():
        for link in source.clues:
            found.setdefault(link.clue, []).append((source, link))
    return found


def _moved(name: str, answer: Answer, atlas: Atlas) -> tuple[tuple[Source, float, bool], ...]:
    moved = []
    for source, link in by_clue(atlas).get(name, ()):
        factor, published = factor_of(link, answer, atlas.model)
        if factor != 1:
            moved.append((source, factor, published))
    return tuple(sorted(moved, key=lambda m: (-abs(math.log(m[1])), m[0].id)))


def log_factors(found: tuple[ClueEffect, ...], model: Model) -> dict[str, float]:
    """Return the log of the factor on each source's weight, by source id."""
    stated: dict[str, float] = {}
    published: dict[str, float] = {}
    for effect in found:
        for source, factor, known in effect.moved:
            sums = published if known else stated
            sums[source.id] = sums.get(source.id, 0.0) + math.log(factor)

    def capped(total: float, limit: float) -> float:
        return max(-math.log(limit), min(math.log(limit), total))

    return {
        name: capped(stated.get(name, 0.0), model.clue_limit)
        + capped(published.get(name, 0.0), model.published_limit)
        for name in {**stated, **published}
    }
