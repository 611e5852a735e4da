"""Pooled observations as a table for the terminal. Only the command line prints."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hippain_maps.pooling import Pool, PooledPoint
from hippain_maps.shares import FELT

_SHOWN = 12
"""Regions of a trigger point that are shown unless all are asked for."""


def print_pool(console: Console, pool: Pool, *, everything: bool = False) -> None:
    """Print how many people felt what, a table for each trigger point."""
    kind = "of familiar pain " if pool.familiar_only else ""
    people = f"{pool.people} {'person' if pool.people == 1 else 'people'}"
    console.print(
        f"Observations {kind}by {people} who consented. Left out, without consent or past their "
        f"date: {pool.withheld}."
    )
    for name, count in pool.unknown.items():
        console.print(Text(f"{count} of a trigger point that this atlas lacks: {name}"))
    for found in pool.points:
        console.print()
        _print_point(console, pool, found, everything)
    if pool.points:
        console.print()
        console.print(
            Text(
                f"Felt: at least {100 * FELT:.0f} % of the region drawn. Intervals are Wilson's, "
                "95 %: few people, wide intervals.",
                style="dim",
            )
        )


def _print_point(console: Console, pool: Pool, found: PooledPoint, everything: bool) -> None:
    people = f"{found.people} {'person' if found.people == 1 else 'people'}"
    more = (
        f", the last of {found.observations} observations each"
        if found.observations > found.people
        else ""
    )
    console.print(Text(f"{found.source.name}, {found.point.name}", "bold"))
    console.print(f"{people}{more}; {found.familiar} knew the pain")
    if not found.felt:
        console.print("Nobody felt anything in a region of the map.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("felt", "of", "share", "95 % interval", "region"):
        table.add_column(title, justify="left" if title == "region" else "right")
    shown = found.felt if everything else found.felt[:_SHOWN]
    for one in shown:
        low, high = one.interval
        name = pool.atlas.body.regions[one.region].name
        table.add_row(
            str(one.felt),
            str(one.seen),
            f"{100 * one.share:.0f} %",
            f"{100 * low:.0f} to {100 * high:.0f} %",
            Text(name + (" (other side)" if one.crossed else "")),
        )
    console.print(table)
    if len(shown) < len(found.felt):
        console.print(f"and {len(found.felt) - len(shown)} regions more (--all shows them)")
