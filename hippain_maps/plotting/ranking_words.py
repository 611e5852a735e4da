"""What the figure of a ranking says in words: the drawing, the candidates, what answers did."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from hippain_maps.candidates import Candidate, Ranking
from hippain_maps.clues import ClueEffect
from hippain_maps.drawing import PainDrawing
from hippain_maps.overlap import Overlap
from hippain_maps.patterns import Source
from hippain_maps.plotting.drawing import mark_words
from hippain_maps.plotting.layout import (
    wrapped,
)
from hippain_maps.plotting.look import Look
from hippain_maps.reasons import AreaFit, reasons
from hippain_maps.shares import whole_percent
from hippain_maps.words import Words

ANSWERS, _MOVED, _MARKS = 4, 4, 4


def title_of(candidate: Candidate, words: Words) -> str:
    """Return rank, name and side of a candidate."""
    return f"{candidate.rank} {name_of(candidate, words)}"


def name_of(candidate: Candidate, words: Words) -> str:
    """Return name and side of a candidate."""
    return f"{candidate.source.name_in(words.language)}, {words.sides[candidate.side]}"


def percent_of(share: float, words: Words) -> str:
    """Return a share in per cent: nearly all is not all, and little is not none."""
    return whole_percent(share, under=words.say("under_one"), over=words.say("over_99"))


def drawing_words(found: Overlap, drawing: PainDrawing, words: Words) -> list[str]:
    """Return what is said of the drawing and what it covers, a line each."""
    lines = []
    if found.extent_percent >= 0.05 and found.skin_cm2.any():
        lines.append(words.say("extent", share=words.number(found.extent_percent, ".1f")))
    if found.sensory_cm2.any():
        lines.append(words.say("numb_extent", size=f"{found.sensory_cm2.sum():.0f}"))
    for name, size in found.outside_cm2.items():
        if size >= 0.5:
            lines.append(words.say("outside", size=f"{size:.0f}", place=place_of(name, words)))
    said = mark_words(drawing, words.language)
    if len(said) > _MARKS:
        said[_MARKS:] = [words.say("more", number=len(said) - _MARKS)]
    return lines + said


def place_of(name: str, words: Words) -> str:
    """Return what a place outside the map is called, such as ``arm (left)``."""
    place, _, side = name.partition(" (")
    where = words.term(place)
    return f"{where} ({words.sides['left' if side == 'left)' else 'right']})" if side else where


def candidate_words(candidate: Candidate, words: Words) -> list[str]:
    """Return what is said of a candidate, a line each."""
    share, explained = (percent_of(s, words) for s in (candidate.probability, candidate.explained))
    lines = [words.say("fit", fit=words.term(candidate.fit), share=share)]
    if not candidate.overlap.skin_cm2.any():
        return [*lines, words.say("explains_numb", share=explained)]
    lines.append(words.say("explains", share=explained))
    if candidate.frequent_drawn is not None:
        drawn = percent_of(candidate.frequent_drawn, words)
        lines.append(words.say("frequent_drawn", share=drawn))
    elif candidate.essential_drawn is not None:
        drawn = percent_of(candidate.essential_drawn, words)
        lines.append(words.say("essential_drawn", share=drawn))
    else:
        lines.append(words.say("essential_unseen"))
    names = [point.name for point in candidate.points]
    if len(candidate.source.trigger_points) > 1:
        phrase = "points" if len(names) > 1 else "one_point"
        lines.append(words.say(phrase, names="; ".join(names)))
    if areas := unexplained_words(candidate, words):
        lines.append(words.say("unexplained", areas=", ".join(areas)))
    return lines


_NAMED = 3


def unexplained_words(candidate: Candidate, words: Words) -> list[str]:
    """Return the names of areas with much pain outside the pattern, the most first."""
    found = candidate.overlap
    return _much(reasons(candidate, found.body).unexplained, candidate, words)


def drawn_words(candidate: Candidate, words: Words) -> list[str]:
    """Return the names of areas of the pattern with much pain drawn in them, the most first."""
    return _much(reasons(candidate, candidate.overlap.body).explained, candidate, words)


def missing_words(candidate: Candidate, words: Words) -> list[str]:
    """Return the names of areas of the essential zone of which hardly anything was drawn."""
    if not candidate.overlap.skin_cm2.any():
        return []
    missing = reasons(candidate, candidate.overlap.body).missing
    return _names((area.area for area in missing), candidate, words)


def _much(areas: Iterable[AreaFit], candidate: Candidate, words: Words) -> list[str]:
    """Return the names of areas that hold much of what was drawn, both sides together."""
    skin: dict[str, float] = {}
    for area in areas:
        skin[area.area] = skin.get(area.area, 0.0) + area.skin_cm2
    least = 0.05 * float(candidate.overlap.skin_cm2.sum())
    most = sorted(skin, key=lambda area: -skin[area])
    return _names((area for area in most if skin[area] >= least), candidate, words)


def _names(areas: Iterable[str], candidate: Candidate, words: Words) -> list[str]:
    groups = candidate.atlas.body.groups
    return list(dict.fromkeys(words.area(groups[area]) for area in areas))[:_NAMED]


def answer_lines(
    ranking: Ranking, words: Words, inches: float, look: Look, *, most: int
) -> list[str]:
    """Return what each answer did to the sources that the page names, a line or two each."""
    said = answers_said(ranking, words, most=most)
    return [line for text in said for line in wrapped(text, look.text_size, inches)]


def answers_said(ranking: Ranking, words: Words, *, most: int) -> list[str]:
    """Return what each answer did to the sources that a page names."""
    shown = {c.source.id for c in (*ranking.candidates[:8], *ranking.differential[:8])}
    lines: list[str] = []
    # What the drawing says by itself is worth a line only if it did something.
    told = [e for e in ranking.clues if e.origin == "answer" or moved_by(e, shown)]
    for effect in told[:most]:
        what = effect.clue.says.get(words.language) or effect.clue.says["en"]
        if effect.clue.topic in ("worse_with", "eased_by"):
            what = words.say(effect.clue.topic, what=what)
        if effect.origin == "drawing":
            what = words.say("from_drawing", what=what)
        moved = []
        for source, factor, published in moved_by(effect, shown):
            name = source.name_in(words.language)
            change = words.say("change", source=name, factor=words.number(factor, ".2g"))
            moved.append(words.say("published", change=change) if published else change)
        if len(moved) > _MOVED:
            moved[_MOVED:] = [words.say("more", number=len(moved) - _MOVED)]
        did = ", ".join(moved) or words.say("no_change")
        lines.append(words.say("effect", what=what, answer=words.term(effect.answer), did=did))
    if (more := len(told) - most) > 0:
        lines.append(words.say("more", number=more))
    return lines


def moved_by(effect: ClueEffect, shown: Collection[str]) -> list[tuple[Source, float, bool]]:
    """Return what an answer did to some sources."""
    return [moved for moved in effect.moved if moved[0].id in shown]
