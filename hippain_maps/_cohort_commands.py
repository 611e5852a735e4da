"""The commands for thousands of drawings: ``hippain rank-many`` and ``hippain cohort``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hippain_maps._figure_commands import patterns_option
from hippain_maps.atlas import load_atlas

if TYPE_CHECKING:
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
            f'cohorts need {error.name}: install them with pip install "hippain-maps[cohort]"'
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

    IN is a folder of drawings, or a Parquet or GeoParquet table with a mark in a row: drawing (id),
    view, geometry (WKB, in chart cm), and if known intensity, quality, depth, width_cm. Other
    columns are study fields, and are carried through.

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
