"""The commands for thousands of drawings: ``hippain rank-many`` and ``hippain cohort``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hippain_maps._console import console
from hippain_maps._every_command import patterns_option
from hippain_maps.atlas import load_atlas
from hippain_maps.body import load_body
from hippain_maps.errors import how_to_install

if TYPE_CHECKING:
    from hippain_maps.cohort.groups import RegionTable
    from hippain_maps.cohort.manifest import Counts
    from hippain_maps.cohort.run import Ranker


@contextmanager
def _needs_extra() -> Iterator[None]:
    """Say in words which libraries are missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("hippain_maps"):
            raise
        raise click.UsageError(
            f"cohorts need {error.name}: install them with {how_to_install('cohort')}"
        ) from None


@click.command(
    "rank-many",
    epilog="Example: hippain rank-many study.parquet -o ranked.parquet --regions regions.parquet",
)
@click.argument("source", metavar="IN")
@click.option(
    "-o", "--output", "out", required=True, metavar="OUT", help="File to write: .parquet or .csv."
)
@click.option("--wide", is_flag=True, help="A row a drawing, with a column for every source.")
@click.option("--top", type=click.IntRange(1, 200), default=5, help="Of each list, long rows [5].")
@click.option(
    "--regions",
    metavar="OUT",
    help="Also write the drawn fraction of every region, for 'hippain cohort'.",
)
@click.option("--strict", is_flag=True, help="Leave with status 2 if any drawing was not ranked.")
@click.option("--workers", type=click.IntRange(1, 256), metavar="N", help="Rank on N processes.")
@click.option("--scheduler", metavar="ADDRESS", help="Rank on a running Dask cluster (tcp://…).")
@click.option(
    "--block", type=click.IntRange(1, 100_000), default=1000, help="Drawings in a block [1000]."
)
@click.option(
    "--restart", is_flag=True, help="Forget what an interrupted run with other options left."
)
@patterns_option
def rank_many(
    source: str,
    out: str,
    wide: bool,
    top: int,
    regions: str | None,
    strict: bool,
    workers: int | None,
    scheduler: str | None,
    block: int,
    restart: bool,
    patterns: Sequence[str],
) -> None:
    """Rank every drawing of a cohort, IN, and write a table.

    IN is a folder of drawings, a CSV of CHOIR codes, or a Parquet or GeoParquet table with a mark
    in a row: drawing (id), view, geometry (WKB, in chart cm), and if known intensity, quality,
    depth, width_cm. Other columns are study fields, and are carried through.

    Beside OUT are written the drawings that could not be ranked, with the reason
    (.rejected.csv), how the table was made (.manifest.json), and what its columns mean
    (.codebook.csv). An interrupted run goes on where it was when the command is repeated.
    """
    if workers and scheduler:
        raise click.UsageError("give --workers or --scheduler, not both")
    with _needs_extra():
        from hippain_maps._tables import progress
        from hippain_maps.cohort.inputs import open_cohort
        from hippain_maps.cohort.run import rank_cohort

        atlas = load_atlas(*patterns)
        found = open_cohort(Path(source))
        where: AbstractContextManager[Ranker | None] = nullcontext()
        if workers:
            from hippain_maps.cohort.cluster import on_workers

            where = on_workers(workers)
        elif scheduler:
            from hippain_maps.cohort.cluster import on_cluster

            where = on_cluster(scheduler)
        try:
            with where as ranker, progress(found.total, "ranking") as step:
                done = 0

                def move(now: int, total: int) -> None:
                    nonlocal done
                    step(now - done)
                    done = now

                result = rank_cohort(
                    found,
                    out,
                    atlas,
                    shape="wide" if wide else "long",
                    top=top,
                    regions=regions,
                    block=block,
                    restart=restart,
                    ranker=ranker,
                    progress=move,
                )
        except KeyboardInterrupt:
            click.echo("what is done is kept: repeat the command to go on from there", err=True)
            raise
    click.echo(_said(result.counts, result.resumed), err=True)
    for path in (result.outputs.rows, result.outputs.regions):
        if path is not None:
            click.echo(f"wrote {path}", err=True)
    if result.counts.rejected or result.counts.lost_rows:
        click.echo(f"the reasons are in {result.outputs.rejected}", err=True)
        if strict:
            sys.exit(2)


@click.group(short_help="Map, compare and describe groups.")
def cohort() -> None:
    """Group results: maps of a cohort, differences between groups, repeatability.

    All but the last are made from the table that 'hippain rank-many --regions' writes.

    Example: hippain cohort map regions.parquet -o map.png
    """


def _table_options(command: Any) -> Any:
    """Add the options that choose drawings of a table of regions."""
    for option in (
        click.option(
            "--least",
            type=click.IntRange(0, 1000),
            default=0,
            metavar="N",
            help="Keep back what is said of fewer than N people [0].",
        ),
        click.option("--one-per", metavar="COLUMN", help="Keep the first drawing of each person."),
        click.option(
            "--mirror-to", metavar="COLUMN", help="Mirror to the side that this column names."
        ),
        click.option(
            "--where", multiple=True, metavar="COLUMN=VALUE", help="Only these; may be repeated."
        ),
    ):
        command = option(command)
    return command


def _chosen(
    path: str, where: Sequence[str], mirror_to: str | None, one_per: str | None
) -> RegionTable:
    from hippain_maps.cohort.groups import read_regions

    table = read_regions(path, load_body())
    for text in where:
        column, equals, value = text.partition("=")
        if not equals:
            raise click.UsageError(f"--where '{text}': write COLUMN=VALUE")
        table = table.where(column, value)
    if one_per:
        table = table.one_each(one_per)
    return table.mirrored_to(mirror_to) if mirror_to else table


def _table_beside(figure: str, table: str | None) -> str:
    return table or str(Path(figure).with_suffix(".csv"))


@cohort.command(
    "map",
    epilog="Example: hippain cohort map regions.parquet --least 5 -o map.png",
    short_help="Draw where how many of a group have pain.",
)
@click.argument("regions")
@click.option("-o", "--output", "out", required=True, metavar="OUT", help="png, svg or pdf.")
@click.option("--table", metavar="OUT", help="The numbers, .csv or .parquet [beside the figure].")
@click.option("--title", default="Where it hurts", help="Above the charts.")
@click.option("--labels", default="en", metavar="LANG", help="Of the views: en, la, de, fr or es.")
@_table_options
def map_(
    regions: str,
    out: str,
    table: str | None,
    title: str,
    labels: str,
    where: Sequence[str],
    mirror_to: str | None,
    one_per: str | None,
    least: int,
) -> None:
    """Draw how many of a group have pain in each region, with denominators and intervals.

    REGIONS is the table that 'hippain rank-many --regions' wrote. The numbers of the figure are
    written beside it: people with pain, people who could show it, and the share with its 95 %
    interval (Wilson).
    """
    with _needs_extra():
        from hippain_maps.cohort.groups import frequency_map, write_rows
        from hippain_maps.plotting.cohort import plot_frequency
        from hippain_maps.plotting.saving import checked_target, save_figure

        checked_target(out)
        found = frequency_map(_chosen(regions, where, mirror_to, one_per), least=least)
        save_figure(plot_frequency(found, title=title, language=labels), out)
        numbers = _table_beside(out, table)
        write_rows(numbers, found.rows())
        _describe(out, [regions], {"least": least, "threshold": found.threshold}, found.table)
    for path in (out, numbers):
        click.echo(f"wrote {path}", err=True)


@cohort.command(
    epilog="Example: hippain cohort compare regions.parquet --by group --first treated "
    "--second control -o difference.png",
    short_help="Compare two groups, region by region.",
)
@click.argument("regions")
@click.option("--by", required=True, metavar="COLUMN", help="Study field that tells the groups.")
@click.option("--first", required=True, metavar="VALUE", help="The first group.")
@click.option("--second", required=True, metavar="VALUE", help="The second group.")
@click.option("-o", "--output", "out", required=True, metavar="OUT", help="png, svg or pdf.")
@click.option("--table", metavar="OUT", help="The numbers, .csv or .parquet [beside the figure].")
@click.option(
    "--permutations", type=click.IntRange(99, 1_000_000), default=9_999, help="To draw [9999]."
)
@click.option("--seed", type=int, default=1, help="The same seed gives the same p-values [1].")
@click.option("--labels", default="en", metavar="LANG", help="Of the views: en, la, de, fr or es.")
@_table_options
def compare(
    regions: str,
    by: str,
    first: str,
    second: str,
    out: str,
    table: str | None,
    permutations: int,
    seed: int,
    labels: str,
    where: Sequence[str],
    mirror_to: str | None,
    one_per: str | None,
    least: int,
) -> None:
    """Compare two groups region by region, by permutation, with false discoveries controlled.

    REGIONS is the table that 'hippain rank-many --regions' wrote. Every row counts as a person:
    with several drawings a person, add --one-per.
    """
    with _needs_extra():
        from hippain_maps._tables import progress
        from hippain_maps.cohort.groups import compare_groups, write_rows
        from hippain_maps.plotting.cohort import plot_difference
        from hippain_maps.plotting.saving import checked_target, save_figure

        checked_target(out)
        chosen = _chosen(regions, where, mirror_to, one_per)
        groups = chosen.where(by, first), chosen.where(by, second)
        with progress(permutations, "permuting") as step:
            found = compare_groups(
                *groups,
                names=(first, second),
                permutations=permutations,
                seed=seed,
                least=least,
                progress=step,
            )
        save_figure(plot_difference(found, language=labels), out)
        numbers = _table_beside(out, table)
        write_rows(numbers, found.rows())
        options = {"by": by, "first": first, "second": second, "permutations": permutations}
        _describe(out, [regions], options | {"least": least}, chosen, seed=seed)
    for path in (out, numbers):
        click.echo(f"wrote {path}", err=True)


@cohort.command(
    epilog="Example: hippain cohort summary regions.parquet --where group=treated",
    short_help="Count what came first; describe pain extent.",
)
@click.argument("regions")
@click.option(
    "-o", "--output", "out", metavar="OUT", help="Also write the counts, .csv or .parquet."
)
@click.option("--json", "as_json", is_flag=True, help="Write everything as JSON.")
@_table_options
def summary(
    regions: str,
    out: str | None,
    as_json: bool,
    where: Sequence[str],
    mirror_to: str | None,
    one_per: str | None,
    least: int,
) -> None:
    """Count which sources came first, and say how pain extent is spread."""
    with _needs_extra():
        from hippain_maps.cohort.groups import extent_summary, first_counts, write_rows

        chosen = _chosen(regions, where, mirror_to, one_per)
        counts, extent = first_counts(chosen, least=least), extent_summary(chosen, least=least)
        if out:
            write_rows(out, counts)
        if as_json:
            document = {"extent_percent": extent, "first": counts}
            click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        else:
            from hippain_maps._cohort_tables import print_summary

            print_summary(console(), extent, counts)
    if out:
        click.echo(f"wrote {out}", err=True)


@cohort.command(
    epilog="Example: hippain cohort reliability study.parquet --by patient -o icc.png",
    short_help="Say how repeatable drawings are.",
)
@click.argument("source", metavar="IN")
@click.option("--by", required=True, metavar="COLUMN", help="Study field that names the person.")
@click.option("-o", "--output", "out", metavar="OUT", help="Also draw it: png, svg or pdf.")
@click.option("--json", "as_json", is_flag=True, help="Write everything as JSON.")
def reliability(source: str, by: str, out: str | None, as_json: bool) -> None:
    """Say how repeatable drawings are, from the first two drawings of each person.

    IN is a cohort as for 'hippain rank-many'. Location is compared by the Jaccard index, extent by
    the intraclass correlation, limits of agreement and the smallest detectable change.
    """
    with _needs_extra():
        from hippain_maps.cohort.inputs import open_cohort
        from hippain_maps.cohort.reliability import reliability_of

        if out:
            from hippain_maps.plotting.saving import checked_target

            checked_target(out)
        found = reliability_of(open_cohort(Path(source)), by, load_body())
        if out:
            from hippain_maps.plotting.cohort import plot_reliability
            from hippain_maps.plotting.saving import save_figure

            save_figure(plot_reliability(found), out)
        if as_json:
            click.echo(json.dumps(found.to_dict(), indent=2))
        else:
            from hippain_maps._cohort_tables import print_reliability

            print_reliability(console(), found)
    if out:
        click.echo(f"wrote {out}", err=True)


def _describe(
    out: str,
    inputs: Sequence[str],
    options: dict[str, Any],
    table: RegionTable,
    *,
    seed: int | None = None,
) -> None:
    """Write beside a figure how it was made."""
    from hippain_maps._writing import write_text
    from hippain_maps.cohort.manifest import digest, now, versions

    document = {
        "made_by": f"hippain cohort {click.get_current_context().info_name}",
        "versions": versions(),
        "input": {Path(name).name: {"sha256": digest(Path(name))} for name in inputs},
        "options": options,
        "seeds": {} if seed is None else {"permutations": seed},
        "counts": {"drawings": len(table), "left_out": dict(table.left_out)},
        "outputs": {Path(out).name: {"sha256": digest(Path(out))}},
        "finished": now(),
    }
    place = Path(out).with_suffix(".manifest.json")
    write_text(place, json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def _said(counts: Counts, resumed: int) -> str:
    """Return in a line what became of a cohort."""
    text = f"{counts.ranked:,} of {counts.drawings:,} drawings ranked"
    if counts.rejected:
        text += f", {counts.rejected:,} put aside"
    if counts.lost_rows:
        text += f", {counts.lost_rows:,} rows could not be read"
    if resumed:
        text += f" ({resumed:,} blocks were done before)"
    return text
