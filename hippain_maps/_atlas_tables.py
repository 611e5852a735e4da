"""What ``hippain list`` and ``hippain show`` print: the atlas, in tables."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hippain_maps.atlas import Atlas, cited
from hippain_maps.patterns import ZONES, Frequencies, Measured, Source, Statements
from hippain_maps.referrals import Referral, referrals
from hippain_maps.regions import Body

_MEASURED = 8
"""Regions of a measured trigger point that are told."""


def print_sources(console: Console, atlas: Atlas, *, long: bool = False) -> None:
    """Print a line for each source; in the long form, what stands behind it under its name."""
    if long:
        for source in atlas.sources.values():
            _print_behind(console, atlas, source)
    else:
        console.print(_sources_table(atlas))
    for pack in atlas.packs:
        added, instead = ", ".join(pack.adds) or "none", ", ".join(pack.overrides) or "none"
        console.print(Text(f"pack {pack}: adds {added}; in place of shipped ones {instead}", "dim"))
    if not long:
        return
    muscles = sum(source.is_muscle for source in atlas.sources.values())
    points = sum(len(s.trigger_points) for s in atlas.sources.values() if s.is_muscle)
    console.print(
        Text(
            f"{muscles} muscles with {points} trigger points, {len(atlas.sources) - muscles} other "
            "sources; no clinician has reviewed an entry unless it says so",
            "dim",
        )
    )


def _sources_table(atlas: Atlas) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("source", "name", "kind", "TrPs", "pattern", "also called"):
        table.add_column(
            title,
            justify="right" if title == "TrPs" else "left",
            # Ids are there to be copied.
            no_wrap=title == "source",
            overflow="fold",
        )
    for source in atlas.sources.values():
        cells = [
            source.id,
            source.name,
            source.kind.replace("_", " "),
            str(len(source.trigger_points)) if source.is_muscle else "",
            source.pattern_evidence.confidence,
            ", ".join(source.synonyms),
        ]
        table.add_row(*map(Text, cells))
    return table


def _print_behind(console: Console, atlas: Atlas, source: Source) -> None:
    """Print what a source rests on: lines and no table, in which citation keys would be broken."""
    grades = dict.fromkeys(point.zones_evidence.confidence for point in source.trigger_points)
    count = len(source.trigger_points)
    points = f", {count} trigger point{'s' * (count != 1)}" if source.is_muscle else ""
    facts = [
        f"pattern {source.pattern_evidence.confidence}",
        f"zones {' and '.join(grades)}",
        f"prior {atlas.model.prior(source.id):g}",
        f"{len(source.clues)} clue{'s' * (len(source.clues) != 1)}",
        f"reviewed by {', '.join(source.reviewed_by) or 'none'}",
    ]
    title = Text.assemble((source.id, "bold"), f"  {source.kind.replace('_', ' ')}{points}")
    console.print(title)
    for line in ("; ".join(facts), ", ".join(sorted(cited(source))) or "no citation"):
        console.print(Padding(Text(line), (0, 0, 0, 4), expand=False))


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


def print_clues(console: Console, atlas: Atlas) -> None:
    """Print a line for each clue: what it says, and how many sources speak of it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("clue", "topic", "says", "sources"):
        right = title == "sources"
        table.add_column(title, justify="right" if right else "left", no_wrap=title == "clue")
    for clue in atlas.clues.values():
        speak = sum(any(c.clue == clue.id for c in s.clues) for s in atlas.sources.values())
        table.add_row(clue.id, clue.topic.replace("_", " "), Text(clue.says["en"]), str(speak))
    console.print(table)


def print_flags(console: Console, atlas: Atlas) -> None:
    """Print a line for each red flag: how soon it needs care, and its question."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("flag", "core", "urgency", "question"):
        table.add_column(title, no_wrap=title == "flag")
    for flag in atlas.red_flags.values():
        core = "core" if flag.core else ""
        table.add_row(flag.id, core, flag.urgency.replace("_", " "), Text(flag.ask["en"]))
    console.print(table)


def print_region(console: Console, atlas: Atlas, name: str) -> None:
    """Print one region: where it is, and what refers to it."""
    region = atlas.body.regions[name]
    views = ", ".join(v.replace("_", " ") for v in atlas.body.views_of(f"left:{name}"))
    console.print(Text(f"{region.name} ({name})", "bold"))
    console.print(f"{region.skin_cm2:.0f} cm² of skin a side, seen in {views} (left side)")
    groups = [g.id for g in atlas.body.groups.values() if name in g.regions]
    console.print(f"in the groups {', '.join(groups) or 'none'}")
    _print_referrers(console, atlas, name)


def print_group(console: Console, atlas: Atlas, name: str) -> None:
    """Print one group: its regions, and what refers to them."""
    group = atlas.body.groups[name]
    console.print(Text(f"{group.name} ({name}), {len(group.regions)} regions a side", "bold"))
    console.print(", ".join(group.regions))
    _print_referrers(console, atlas, name)


def _print_referrers(console: Console, atlas: Atlas, name: str) -> None:
    found = referrals(atlas, name)
    for title, muscles in (("Muscles that refer here", True), ("Other sources", False)):
        some = [r for r in found if r.source.is_muscle == muscles]
        if some:
            console.print(Text(f"\n{title}", "bold"))
            console.print(_referrals_table(some))
    if found:
        text = "essential: felt by nearly everyone; spillover: by some; common ones first"
        console.print(Text(text, "dim"))
    else:
        console.print("\nNothing in the atlas refers here.")


def _referrals_table(found: Iterable[Referral]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("source", "zone", "covers", "from", "pattern"):
        table.add_column(title, justify="right" if title == "covers" else "left")
    for r in found:
        zone = r.zone if r.frequency is None else f"{100 * r.frequency:.0f} % of patients"
        points = "; ".join(point.name for point in r.trigger_points)
        table.add_row(
            r.source.name,
            zone + (" (from the other side)" if r.crossed else ""),
            f"{100 * r.covered:.0f} %",
            points,
            r.source.pattern_evidence.confidence,
        )
    return table


def print_source(console: Console, atlas: Atlas, source: Source) -> None:
    """Print everything the atlas holds on a source."""
    body = atlas.body
    console.print(Text(f"{source.name} ({source.id}), {source.kind.replace('_', ' ')}", "bold"))
    if source.synonyms:
        console.print(Text(f"also: {', '.join(source.synonyms)}"))
    console.print(Text(source.summary))
    if pack := atlas.pack_of(source):
        console.print(Text(f"from the pack {pack}"))
    reviewed = ", ".join(source.reviewed_by) or "none"
    console.print(
        f"pattern: {source.pattern_evidence.confidence}"
        f"{keys(source.pattern_evidence.citations)}; reviewed by: {reviewed}"
    )
    for point in source.trigger_points:
        if source.is_muscle:
            spot = point.spot_evidence
            console.print(Text(f"\nTrigger point: {point.name} ({point.id})", "bold"))
            console.print(Text(f"  find: {point.find}  [{spot.confidence}{keys(spot.citations)}]"))
        else:
            console.print(Text("\nTerritory", "bold"))
        for caution in point.cautions:
            console.print(Text(f"  caution: {caution}", "red"))
        for zone in ZONES:
            areas: dict[str, None] = {}
            for part in point.zones[zone]:
                name = body.groups[body.area_of[part.region]].name
                areas[name + (" (other side)" if part.crossed else "")] = None
            if areas:
                console.print(Text(f"  {zone}: {', '.join(areas)}"))
        if point.measured:
            _print_measured(console, atlas, point.measured)
        if source.frequencies:
            _print_frequencies(console, atlas, source.frequencies)
        if source.core:
            core = dict.fromkeys(body.groups[body.area_of[p.region]].name for p in source.core)
            console.print(Text(f"  numb or tingling: {', '.join(core)}"))
        zones = point.zones_evidence
        console.print(Text(f"  zones: {zones.confidence}{keys(zones.citations)}"))
        if point.note:
            console.print(Text(f"  note: {point.note}"))
    for title, facts in (
        ("causes", source.causes),
        ("quality", source.quality),
        ("worse with", source.worse_with),
        ("eased by", source.eased_by),
        ("speaks for it", source.speaks_for),
        ("speaks against it", source.speaks_against),
        ("imitates", source.mimics),
        ("often together with", source.coexists_with),
    ):
        _print_statements(console, title, facts)
    _print_relations(console, atlas, source)
    if source.limits:
        console.print(Text("\nLimits", "bold"))
        _print_items(console, source.limits)
    keyed = sorted(cited(source))
    if keyed:
        console.print(Text("\nSources", "bold"))
    for key in keyed:
        citation = atlas.citations[key]
        console.print(Text(f"  {key}: {citation.what}. {citation.address or ''}".rstrip()))


def _print_measured(console: Console, atlas: Atlas, measured: Measured) -> None:
    """Print how many people felt which region, the commonest first."""
    commonest = sorted(measured.regions, key=lambda one: -one.felt / one.of)[:_MEASURED]
    said = [
        f"{atlas.body.regions[one.region].name}{' (other side)' if one.crossed else ''} "
        f"{one.felt} of {one.of}"
        for one in commonest
    ]
    console.print(Text(f"  counted: {', '.join(said)}"))
    evidence = measured.evidence
    console.print(
        Text(f"  of {measured.population}  [{evidence.confidence}{keys(evidence.citations)}]")
    )


def _print_frequencies(console: Console, atlas: Atlas, frequencies: Frequencies) -> None:
    """Print how often which part hurts."""
    said = []
    for group in sorted(frequencies.groups, key=lambda group: -group.share):
        known = atlas.body.groups.get(group.group)
        name = known.name if known else atlas.body.regions[group.group].name
        said.append(f"{name} {100 * group.share:.0f} %")
    console.print(Text(f"  hurts anywhere in: {', '.join(said)}"))
    evidence = frequencies.evidence
    console.print(
        Text(f"  of {frequencies.population}  [{evidence.confidence}{keys(evidence.citations)}]")
    )


def _print_relations(console: Console, atlas: Atlas, source: Source) -> None:
    """Print what is known between this source and others, a line each."""
    said = []
    for relation in atlas.relations:
        if source.id in relation.between:
            (other,) = (name for name in relation.between if name != source.id)
            verb = "imitates" if relation.kind == "imitate" else "often together with"
            said.append(f"{verb} {atlas.sources[other].name}: {relation.says}")
    if said:
        console.print(Text("\nTold apart", "bold"))
        _print_items(console, said)


def _print_statements(console: Console, title: str, facts: Statements | None) -> None:
    if facts is not None:
        basis = f"{facts.evidence.confidence}{keys(facts.evidence.citations)}"
        console.print(Text.assemble((f"\n{title.capitalize()}", "bold"), (f"  [{basis}]", "dim")))
        _print_items(console, facts.items)


def _print_items(console: Console, items: Iterable[str]) -> None:
    """Print statements a line each, what runs on indented."""
    for item in items:
        console.print(Padding(Text(f"- {item}"), (0, 0, 0, 2), expand=False))


def keys(citations: tuple[str, ...]) -> str:
    """Return citation keys as they stand behind a statement."""
    return f" {', '.join(citations)}" if citations else ""
