"""Tables for the terminal. Only the command line prints."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from hippain_maps.atlas import Atlas, cited
from hippain_maps.candidates import Candidate, Ranking
from hippain_maps.patterns import ZONES, Source, Statements
from hippain_maps.questions import ask_next
from hippain_maps.reasons import AreaFit, reasons
from hippain_maps.regions import Body

if TYPE_CHECKING:
    from hippain_maps.combination import Combination
    from hippain_maps.evaluation import Result, Stability

RED_FLAGS_UNASKED = (
    "Red flags were not asked about. Ask before anything else: new bladder or bowel trouble or "
    "numbness of the saddle, weakness, fever, past cancer, a fall, pain at rest."
)
CANDIDATES = "Candidates to examine, never a diagnosis."


def print_ranking(
    console: Console,
    ranking: Ranking,
    top: int,
    *,
    together: Combination | None = None,
    steady: Stability | None = None,
) -> None:
    """Print the candidates and the reasons behind the first of them."""
    console.print(Text(RED_FLAGS_UNASKED, style="bold red"))
    found = ranking.overlap
    console.print(
        f"\nDrawn in {', '.join(v.replace('_', ' ') for v in found.views)}: "
        f"{found.extent_percent:.1f} % of the charted body."
    )
    for name, size in found.outside_cm2.items():
        if size >= 0.05:
            console.print(f"  {size:.1f} cm² lies outside the map ({name}): kept, not ranked.")
    for note in found.notes:
        console.print(f"  {note}")
    console.print()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title, justify in (
        ("", "right"),
        ("muscle", "left"),
        ("side", "left"),
        ("fit", "left"),
        ("share", "right"),
        ("explains", "right"),
        ("essential drawn", "right"),
        ("trigger points", "left"),
    ):
        table.add_column(title, justify=justify)  # type: ignore[arg-type]
    for c in ranking.candidates[:top]:
        table.add_row(
            str(c.rank),
            Text(c.source.name),
            c.side,
            c.fit,
            _percent(c.probability),
            _percent(c.explained),
            "not seen" if c.essential_drawn is None else _percent(c.essential_drawn),
            Text(", ".join(c.source.trigger_point(p).name for p in c.trigger_points)),
        )
    table.add_row(
        "", Text("none of these", style="dim"), "", "", _percent(ranking.none_of_candidates)
    )
    console.print(table)
    console.print()
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
            f"{steady.same_first:.0%} ({', '.join(f'{k} {v}' for k, v in steady.firsts.items())})."
        )
    for c in ranking.also_drawn:
        drawn = _percent(c.essential_drawn or 0)
        console.print(f"Also drawn: {drawn} of the essential zone of {c.source.name} ({c.side}).")
    for c in ranking.undecided or ranking.candidates[:1]:
        _print_reasons(console, c, ranking.atlas.body)
    _print_questions(console, ranking)
    console.print()
    console.print(Text(f"{CANDIDATES} Atlas {ranking.atlas.version}.", style="dim"))


def _print_questions(console: Console, ranking: Ranking) -> None:
    console.print(Text("Ask or examine next", "bold"))
    for question in ask_next(ranking):
        names = ", ".join(source.name for source in question.sources)
        which = "" if question.topic == "palpate" else f" ({names})"
        basis = f"{question.evidence.confidence}{_keys(question.evidence.citations)}"
        console.print(Text(f"  {question.topic}: {question.text}{which}  [{basis}]"))


def _print_reasons(console: Console, candidate: Candidate, body: Body) -> None:
    why = reasons(candidate, body)
    console.print(Text(f"{candidate.rank}. {candidate.source.name}, {candidate.side}", "bold"))
    _print_areas(console, "drawn of its pattern", why.explained)
    _print_areas(console, "essential, but hardly drawn", why.missing)
    outside = [f"{area.skin_cm2:.0f} cm² of {area.name}" for area in why.unexplained]
    if outside:
        console.print(Text(f"  leaves unexplained: {', '.join(outside)}"))
    if why.unseen:
        console.print(f"  not seen in the views used: {', '.join(why.unseen)}")
    for point in candidate.trigger_points:
        trp = candidate.source.trigger_point(point)
        console.print(Text(f"  find {trp.name}: {trp.find}"))
        for caution in trp.cautions:
            console.print(Text(f"    caution: {caution}", style="red"))


def _print_areas(console: Console, title: str, areas: Iterable[AreaFit]) -> None:
    words = [f"{area.name} {area.drawn:.0%}" for area in areas]
    if words:
        console.print(Text(f"  {title}: {', '.join(words)}"))


def _percent(share: float) -> str:
    return "< 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def print_sources(console: Console, atlas: Atlas) -> None:
    """Print a line for each source."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("source", "name", "kind", "TrPs", "pattern", "also called"):
        table.add_column(title)
    for source in atlas.sources.values():
        table.add_row(
            source.id,
            Text(source.name),
            source.kind.replace("_", " "),
            str(len(source.trigger_points)),
            source.pattern_evidence.confidence,
            Text(", ".join(source.synonyms)),
        )
    console.print(table)


def print_regions(console: Console, body: Body) -> None:
    """Print a line for each region."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("region", "name", "skin cm²", "seen in"):
        table.add_column(title, justify="right" if title == "skin cm²" else "left")
    for region in body.regions.values():
        views = ", ".join(v.replace("_", " ") for v in body.views_of(f"left:{region.id}"))
        table.add_row(region.id, region.name, f"{region.skin_cm2:.0f}", views)
    console.print(table)


def print_groups(console: Console, body: Body) -> None:
    """Print a line for each group."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("group", "name", "regions"):
        table.add_column(title, justify="right" if title == "regions" else "left")
    for group in body.groups.values():
        table.add_row(group.id, group.name, str(len(group.regions)))
    console.print(table)


def print_region(console: Console, atlas: Atlas, name: str) -> None:
    """Print one region: where it is, and what refers to it."""
    region = atlas.body.regions[name]
    views = ", ".join(v.replace("_", " ") for v in atlas.body.views_of(f"left:{name}"))
    console.print(Text(f"{region.name} ({name})", "bold"))
    console.print(f"{region.skin_cm2:.0f} cm² of skin a side, seen in {views} (left side)")
    groups = [g.id for g in atlas.body.groups.values() if name in g.regions]
    console.print(f"in the groups {', '.join(groups) or 'none'}")
    _print_referrers(console, atlas, (name,))


def print_group(console: Console, atlas: Atlas, name: str) -> None:
    """Print one group: its regions, and what refers to them."""
    group = atlas.body.groups[name]
    console.print(Text(f"{group.name} ({name}), {len(group.regions)} regions a side", "bold"))
    console.print(", ".join(group.regions))
    _print_referrers(console, atlas, group.regions)


def _print_referrers(console: Console, atlas: Atlas, regions: tuple[str, ...]) -> None:
    console.print(Text("\nWhat refers here", "bold"))
    wanted = set(regions)
    for zone in ZONES:
        names = [
            f"{source.name} ({point.name})"
            for source in atlas.sources.values()
            for point in source.trigger_points
            if any(part.region in wanted for part in point.zones[zone])
        ]
        if names:
            console.print(Text(f"  {zone}: {', '.join(names)}"))


def print_source(console: Console, atlas: Atlas, source: Source) -> None:
    """Print everything the atlas holds on a source."""
    body = atlas.body
    console.print(Text(f"{source.name} ({source.id}), {source.kind.replace('_', ' ')}", "bold"))
    if source.synonyms:
        console.print(Text(f"also: {', '.join(source.synonyms)}"))
    console.print(Text(source.summary))
    reviewed = ", ".join(source.reviewed_by) or "none"
    console.print(
        f"pattern: {source.pattern_evidence.confidence}"
        f"{_keys(source.pattern_evidence.citations)}; reviewed by: {reviewed}"
    )
    for point in source.trigger_points:
        console.print(Text(f"\nTrigger point: {point.name} ({point.id})", "bold"))
        spot = point.spot_evidence
        console.print(Text(f"  find: {point.find}  [{spot.confidence}{_keys(spot.citations)}]"))
        for caution in point.cautions:
            console.print(Text(f"  caution: {caution}", "red"))
        for zone in ZONES:
            areas: dict[str, None] = {}
            for part in point.zones[zone]:
                name = body.groups[body.area_of[part.region]].name
                areas[name + (" (other side)" if part.crossed else "")] = None
            if areas:
                console.print(Text(f"  {zone}: {', '.join(areas)}"))
        zones = point.zones_evidence
        console.print(Text(f"  zones: {zones.confidence}{_keys(zones.citations)}"))
        if point.note:
            console.print(Text(f"  note: {point.note}"))
    console.print()
    for title, facts in (
        ("quality", source.quality),
        ("worse with", source.worse_with),
        ("eased by", source.eased_by),
        ("speaks for it", source.speaks_for),
        ("speaks against it", source.speaks_against),
        ("imitates", source.mimics),
        ("often together with", source.coexists_with),
    ):
        _print_statements(console, title, facts)
    for limit in source.limits:
        console.print(Text(f"limit: {limit}"))
    console.print(Text("\nSources", "bold"))
    for key in sorted(cited(source)):
        citation = atlas.citations[key]
        console.print(Text(f"  {key}: {citation.what}. {citation.address or ''}".rstrip()))


def _print_statements(console: Console, title: str, facts: Statements | None) -> None:
    if facts is not None:
        basis = f"{facts.evidence.confidence}{_keys(facts.evidence.citations)}"
        console.print(Text(f"{title}: {'; '.join(facts.items)}  [{basis}]"))


def _keys(citations: tuple[str, ...]) -> str:
    return f" {', '.join(citations)}" if citations else ""


@contextmanager
def progress(total: int) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on standard error, if that is a terminal; yield how to move it on."""
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("simulating", total=total)
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
        for name in ("top 1", "top 3", "top 5", "same first", "tau", "Brier", "calibration error"):
            table.add_column(name, justify="right")
        for name, found in result.methods.items():
            values = (
                found.top1,
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
            f"Recovery of encoded patterns under simulated hands (atlas {atlas.version}), not "
            "clinical accuracy: palpation, the reference, itself agrees at kappa about 0.45.",
            style="dim",
        )
    )
