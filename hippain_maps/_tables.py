"""Tables for the terminal. Only the command line prints."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from hippain_maps._red_flag_table import print_red_flags
from hippain_maps.atlas import Atlas
from hippain_maps.candidates import Candidate, Ranking
from hippain_maps.comparison import Comparison
from hippain_maps.questions import ask_next
from hippain_maps.reasons import AreaFit, reasons
from hippain_maps.regions import Body
from hippain_maps.shares import percent

if TYPE_CHECKING:
    from hippain_maps.combination import Combination
    from hippain_maps.evaluation import Result
    from hippain_maps.stability import Stability

CANDIDATES = "Candidates to examine, never a diagnosis."

_RELATIONS = 3
"""So many of the things known between the first sources are told."""


def print_ranking(
    console: Console,
    ranking: Ranking,
    top: int,
    *,
    together: Combination | None = None,
    steady: Stability | None = None,
) -> None:
    """Print red flags, the candidates, and the reasons behind the first of them."""
    print_red_flags(console, ranking.red_flags, ranking.atlas.red_flags.words)
    found = ranking.overlap
    console.print(
        f"Drawn in {', '.join(v.replace('_', ' ') for v in found.views)}: "
        f"{found.extent_percent:.1f} % of the charted body."
    )
    for name, size in found.outside_cm2.items():
        if size >= 0.05:
            console.print(f"  {size:.1f} cm² lies outside the map ({name}): kept, not ranked.")
    for note in found.notes:
        console.print(f"  {note}")
    console.print()
    _print_list(console, "muscle", ranking.candidates[:top], ranking.none_of_candidates)
    if not ranking.candidates:
        console.print("Only numbness and tingling is drawn: it speaks of nerves, not of muscles.")
    if ranking.differential:
        title = "other source"
        _print_list(console, title, ranking.differential[:top], ranking.none_of_differential)
    _print_remarks(console, ranking, together, steady)
    for c in ranking.undecided or ranking.candidates[:1]:
        _print_reasons(console, c, ranking.atlas.body)
    _print_clues(console, ranking)
    _print_questions(console, ranking)
    console.print()
    console.print(Text(f"{CANDIDATES} Atlas {ranking.atlas.provenance}.", style="dim"))


def _print_list(console: Console, what: str, shown: Sequence[Candidate], none: float) -> None:
    """Print one of the two lists."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    muscles = what == "muscle"
    titles = ["", what, "side", "fit", "share", "explains"]
    titles += ["essential drawn", "trigger points"] if muscles else ["essential drawn", "kind"]
    for title in titles:
        right = title in ("", "share", "explains", "essential drawn")
        table.add_column(title, justify="right" if right else "left")
    for c in shown:
        last = "; ".join(p.name for p in c.points) if muscles else c.source.kind.replace("_", " ")
        table.add_row(
            str(c.rank),
            Text(c.source.name),
            c.side,
            c.fit,
            percent(c.probability),
            percent(c.explained),
            _essential(c),
            Text(last),
        )
    table.add_row("", Text("none of these", style="dim"), "", "", percent(none))
    console.print(table)
    console.print()


def _essential(c: Candidate) -> str:
    if c.essential_drawn is not None:
        return percent(c.essential_drawn)
    return "by frequency" if c.source.frequencies else "not seen"


def _print_remarks(
    console: Console,
    ranking: Ranking,
    together: Combination | None,
    steady: Stability | None,
) -> None:
    """Print what has to be known to read the lists."""
    for place in ranking.places:
        console.print(Text(place.says, style="bold"))
    if ranking.undecided:
        names = " or ".join(f"{c.source.name} ({c.side})" for c in ranking.undecided)
        console.print(Text(f"Too close to call: {names}.", style="bold"))
    if together and len(together.parts) > 1:
        console.print(
            Text(f"Explained best by {len(together.parts)} sources: {together}.", style="bold")
        )
    if steady:
        console.print(
            f"Drawn again {steady.redraws} times, the first stays first in "
            f"{percent(steady.same_first)} "
            f"({', '.join(f'{k} {v}' for k, v in steady.firsts.items())})."
        )
    if ranking.also_drawn:
        others = [f"{c.source.name} ({c.side})" for c in ranking.also_drawn]
        more = f" and {len(others) - 4} more" if len(others) > 4 else ""
        console.print(f"Essential zone drawn as well: {', '.join(others[:4])}{more}.")
    for relation in ranking.relations[:_RELATIONS]:
        one, other = (ranking.atlas.sources[name].name for name in relation.between)
        verb = "imitate each other" if relation.kind == "imitate" else "often come together"
        console.print(Text(f"{one} and {other} {verb}: {relation.says}"))


def _print_clues(console: Console, ranking: Ranking) -> None:
    """Print what each answer did to the sources in the lists."""
    shown = {c.source.id for c in (*ranking.candidates[:8], *ranking.differential[:8])}
    lines: list[str] = []
    for effect in ranking.clues:
        moved = [
            f"{source.name} x{factor:.2g}{' (published)' if published else ''}"
            for source, factor, published in effect.moved
            if source.id in shown
        ]
        if not moved and effect.origin == "drawing":
            continue
        origin = "" if effect.origin == "answer" else " (from the drawing)"
        topic = {"worse_with": "worse with ", "eased_by": "eased by "}.get(effect.clue.topic, "")
        said = f"{topic}{effect.clue.says['en']}: {effect.answer}{origin}"
        lines.append(f"  {said}  ->  {', '.join(moved) or 'nothing in these lists'}")
    if not lines and not ranking.palpation:
        return
    console.print(Text("\nWhat the answers did", "bold"))
    for line in lines:
        console.print(Text(line))
    _print_palpation(console, ranking)


def _print_palpation(console: Console, ranking: Ranking) -> None:
    for effect in ranking.palpation:
        said = {
            "familiar": "brings on the familiar pain",
            "found": "found",
            "not_found": "not found",
        }
        name = f"{effect.source.name}, {effect.side}: {effect.point.name}"
        console.print(Text(f"  {name}: {said[effect.finding]}  ->  x{effect.factor:.2g}"))


def _print_questions(console: Console, ranking: Ranking) -> None:
    console.print(Text("\nAsk or examine next", "bold"))
    for question in ask_next(ranking):
        marks = [f"for {', '.join(s.name for s in question.favours[:4])}"] * bool(question.favours)
        if question.against:
            marks.append(f"against {', '.join(s.name for s in question.against[:3])}")
        who = "palpate" if question.topic == "palpate" else "ask"
        if question.topic in ("limited", "sign"):
            who = "examine"
        which = "" if who == "palpate" else f"  yes speaks {'; '.join(marks)}"
        basis = f"{question.evidence.confidence}"
        key = f" [{question.clue}; {basis}]" if question.clue else f" [{basis}]"
        console.print(Text(f"  {who}: {question.text}{key}{which}"))


def _print_reasons(console: Console, candidate: Candidate, body: Body) -> None:
    why = reasons(candidate, body)
    console.print(Text(f"{candidate.rank}. {candidate.source.name}, {candidate.side}", "bold"))
    _print_areas(console, "drawn of its pattern", why.explained)
    _print_areas(console, "essential, but hardly drawn", why.missing)
    outside = [f"{area.skin_cm2:.0f} cm² of {area.name}" for area in why.unexplained]
    if outside:
        console.print(Text(f"  leaves unexplained: {', '.join(outside)}"))
    if why.unseen:
        console.print(
            f"  not seen in the views used: {', '.join(area.name for area in why.unseen)}"
        )
    for point in candidate.trigger_points:
        trp = candidate.source.trigger_point(point)
        console.print(Text(f"  find {trp.name}: {trp.find}"))
        for caution in trp.cautions:
            console.print(Text(f"    caution: {caution}", style="red"))


def _print_areas(console: Console, title: str, areas: Iterable[AreaFit]) -> None:
    words = [f"{area.name} {percent(area.drawn)}" for area in areas]
    if words:
        console.print(Text(f"  {title}: {', '.join(words)}"))


def print_comparison(console: Console, found: Comparison) -> None:
    """Print what changed between two drawings."""
    before, after = found.before, found.after
    console.print(
        f"Pain extent {before.percent:.1f} % ({before.area_cm2:.0f} cm²) before, "
        f"{after.percent:.1f} % ({after.area_cm2:.0f} cm²) after."
    )
    areas = found.areas()
    console.print(", ".join(f"{name} {size:.0f} cm²" for name, size in areas.items()) + ".")
    if found.jaccard is None:
        console.print("Neither drawing holds pain: there is no overlap to state.")
    else:
        verdict = (
            "no more apart than two drawings of one pain are on average"
            if found.within_redraw
            else "further apart than two drawings of one pain are on average"
        )
        console.print(f"Overlap (Jaccard) {found.jaccard:.2f}: {verdict} ({found.redraw_words}).")
    for view, change in found.views.items():
        if change.shift:
            across, up = change.shift
            far = math.hypot(across, up)
            console.print(f"Centre in the {view.replace('_', ' ')} view moved by {far:.1f} cm.")
    if found.one_sided:
        views = ", ".join(view.replace("_", " ") for view in found.one_sided)
        console.print(f"Used in one drawing alone, so not comparable for sure: {views}.")
    if any(value is not None for value in found.intensity):
        said = ["not stated" if v is None else f"{v:.1f}" for v in found.intensity]
        console.print(f"Mean intensity {said[0]} before, {said[1]} after.")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("source", "side", "before", "after"):
        table.add_column(title, justify="right" if title in ("before", "after") else "left")
    likely = [m for m in found.moved if any(p and p[1] >= 0.01 for p in (m.before, m.after))]
    for moved in likely:
        places = [
            "not ranked" if place is None else f"{place[0]}. ({percent(place[1])})"
            for place in (moved.before, moved.after)
        ]
        table.add_row(Text(moved.source.name), moved.side, *places)
    if likely:
        console.print()
        console.print(table)
    console.print(Text(CANDIDATES, style="dim"))


@contextmanager
def progress(total: int, doing: str = "simulating") -> Iterator[Callable[[int], None]]:
    """Show a progress bar on standard error, if that is a terminal; yield how to move it on."""
    stderr = Console(stderr=True)
    with Progress(console=stderr, transient=True, disable=not stderr.is_terminal) as bar:
        task = bar.add_task(doing, total=total)
        yield lambda steps: bar.advance(task, steps)


def print_results(console: Console, results: Sequence[Result], atlas: Atlas) -> None:
    """Print what an evaluation found, a table for each condition."""
    for result in results:
        table = Table(
            title=f"{result.condition.name} ({result.drawings} patients; redraws overlap at "
            f"{result.jaccard_mean:.2f} +- {result.jaccard_sd:.2f})",
            title_justify="left",
            title_style="bold",
            box=None,
            pad_edge=False,
        )
        table.add_column("method")
        for name in (
            "top 1",
            "any side",
            "top 3",
            "top 5",
            "same first",
            "tau",
            "Brier",
            "calibration error",
        ):
            table.add_column(name, justify="right")
        for name, found in result.methods.items():
            values = (
                found.top1,
                found.muscle_first,
                found.top3,
                found.top5,
                found.same_first,
                found.kendall_tau,
                found.brier,
                found.calibration_error,
            )
            table.add_row(name, *("" if v is None else f"{v:.3f}" for v in values))
        console.print(table)
        console.print(
            f"combination holds all sources in {result.combined:.3f}, "
            f"is exactly them in {result.combined_exactly:.3f}"
        )
        for truth, first, count in result.confused[:3]:
            console.print(f"  {truth} taken for {first}: {count}")
        console.print()
    console.print(
        Text(
            f"Recovery of encoded patterns under simulated hands (atlas {atlas.provenance}), not "
            "clinical accuracy: palpation, the reference, itself agrees at kappa about 0.45.",
            style="dim",
        )
    )
