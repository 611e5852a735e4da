"""A cohort from file to file: block by block, kept as it goes, and put together at the end.

Drawings are taken in blocks of a fixed size. What a block comes to is written to a folder beside
the output in one step, so that an interrupted run loses at most the blocks it was at; the same call
goes on from there. At the end the blocks are joined in their order. A block always holds the same
drawings, whoever ranks it, so the output has the same rows in the same order with the same digits,
with one process or many.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hippain_maps._json import one_line
from hippain_maps._writing import write_text, write_whole
from hippain_maps.atlas import Atlas
from hippain_maps.cohort.decode import Entry
from hippain_maps.cohort.inputs import CohortSource, open_cohort
from hippain_maps.cohort.manifest import Counts, codebook_text, manifest, now
from hippain_maps.cohort.tables import BlockTables, Layout, Shape, rank_block, schema
from hippain_maps.errors import CohortError, OutputError
from hippain_maps.interchange.csv_tables import safe_cell, safe_table

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK = 1_000
"""Drawings in a block: enough to rank together, few enough to hold."""

ENDINGS = (".parquet", ".csv")

Block = tuple[int, list[Entry]]
Ranker = Callable[[Iterable[Block], Atlas, Layout], Iterator[tuple[int, BlockTables]]]
"""Ranks blocks, and yields what they come to, in any order."""


@dataclass(frozen=True)
class Outputs:
    """Where the results of a cohort stand.

    Parameters
    ----------
    rows, rejected, manifest, codebook : Path
        The table of candidates; drawings that were not ranked, with reasons; how it was made; what
        every column means.
    regions : Path or None
        The table of drawn fractions.
    """

    rows: Path
    rejected: Path
    manifest: Path
    codebook: Path
    regions: Path | None = None


@dataclass(frozen=True)
class CohortResult:
    """What became of a cohort.

    Parameters
    ----------
    counts : Counts
        Rows read, drawings ranked and rejected.
    outputs : Outputs
        The files.
    resumed : int
        Blocks that an earlier, interrupted run had done.
    """

    counts: Counts
    outputs: Outputs
    resumed: int


def rank_cohort(
    source: str | os.PathLike[str] | CohortSource,
    output: str | os.PathLike[str],
    atlas: Atlas,
    *,
    shape: Shape = "long",
    top: int = 5,
    regions: str | os.PathLike[str] | None = None,
    block: int = BLOCK,
    restart: bool = False,
    ranker: Ranker | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CohortResult:
    """Rank every drawing of a cohort, and write what they come to.

    Parameters
    ----------
    source : path or CohortSource
        A folder of drawings or a table, see `hippain_maps.cohort.inputs`.
    output : path
        A ``.parquet`` or ``.csv`` file. Beside it are written the drawings that could not be
        ranked (``NAME.rejected.csv``), a manifest and a codebook.
    atlas : Atlas
        What the drawings are compared with.
    shape : {"long", "wide"}
        A row for each drawing and candidate, or a row for each drawing with a column a source.
    top : int
        In the long table, so many of each list.
    regions : path, optional
        Also write the drawn fraction of every region, a row for each drawing: what group results
        are made from.
    block : int
        Drawings that are ranked together.
    restart : bool
        Forget what an interrupted run with other options left.
    ranker : callable, optional
        Who ranks the blocks; by default this process.
    progress : callable, optional
        Called with rows done and rows in all.

    Raises
    ------
    CohortError
        If the input cannot be read as a cohort, or an interrupted run with other input or options
        is in the way.
    OutputError
        If something cannot be written; what was done is kept.
    """
    found = open_cohort(Path(source)) if isinstance(source, str | os.PathLike) else source
    outputs = _outputs(Path(output), None if regions is None else Path(regions))
    types = tuple(found.types())
    layout = Layout(shape, top, outputs.regions is not None, found.fields, types)
    started = now()
    plan = {
        "atlas": atlas.version,
        "input": found.fingerprint(),
        "shape": shape,
        "top": top,
        "regions": layout.regions,
        "block": block,
    }
    kept = _Kept(outputs.rows.with_name(outputs.rows.name + ".parts"), plan, restart=restart)
    tally = _Tally(found.total, progress)
    resumed = 0

    def todo() -> Iterator[Block]:
        nonlocal resumed
        for number, entries in _blocks(found.entries(), block):
            tally.see(number, entries)
            if kept.has(number):
                resumed += 1
                tally.done(number)
            else:
                yield number, entries

    for number, tables in (ranker or _alone)(todo(), atlas, layout):
        kept.write(number, tables)
        tally.done(number)
    counts = _join(kept, tally.blocks, outputs, atlas, layout)
    counts = Counts(tally.rows, counts.drawings, counts.ranked, counts.rejected, counts.lost_rows)
    write_text(outputs.codebook, codebook_text(atlas, layout))
    document = manifest(
        source=found,
        atlas=atlas,
        layout=layout,
        block=block,
        counts=counts,
        started=started,
        outputs=[p for p in (outputs.rows, outputs.regions, outputs.rejected) if p],
        plan=plan,
        resumed=resumed,
    )
    write_text(outputs.manifest, json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    kept.remove()
    return CohortResult(counts, outputs, resumed)


def _alone(
    blocks: Iterable[Block], atlas: Atlas, layout: Layout
) -> Iterator[tuple[int, BlockTables]]:
    with in_one_thread():
        for number, entries in blocks:
            yield number, rank_block(entries, atlas, layout)


def in_one_thread() -> AbstractContextManager[object]:
    """Keep the matrix library to one thread: its products are small, and its sums then the same."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(1, user_api="blas")
    return limits


def _blocks(entries: Iterable[Entry], size: int) -> Iterator[Block]:
    """Yield the drawings in blocks, each always the same."""
    held: list[Entry] = []
    number = 0
    for entry in entries:
        held.append(entry)
        if len(held) == size:
            yield number, held
            held, number = [], number + 1
    if held:
        yield number, held


@dataclass
class _Tally:
    """How far a run is."""

    total: int
    progress: Callable[[int, int], None] | None
    rows: int = 0
    blocks: int = 0
    finished: int = 0
    _sizes: dict[int, int] = field(default_factory=dict)

    def see(self, number: int, entries: Sequence[Entry]) -> None:
        self._sizes[number] = sum(entry.rows for entry in entries)
        self.rows += self._sizes[number]
        self.blocks += 1

    def done(self, number: int) -> None:
        self.finished += self._sizes.pop(number)
        if self.progress:
            self.progress(self.finished, self.total)


def _outputs(rows: Path, regions: Path | None) -> Outputs:
    for path in (rows, regions):
        if path is None:
            continue
        if path.suffix.lower() not in ENDINGS:
            raise CohortError(
                f"'{one_line(path.name)}' ends in neither {' nor '.join(ENDINGS)}: name the output "
                "by its format"
            )
        if not path.resolve().parent.is_dir():
            raise OutputError(f"there is no folder for '{one_line(str(path))}'; make it first")
    if regions is not None and regions.resolve() == rows.resolve():
        raise CohortError("the tables of candidates and of regions need names of their own")
    stem = rows.with_suffix("")
    return Outputs(
        rows=rows,
        rejected=stem.with_name(stem.name + ".rejected.csv"),
        manifest=stem.with_name(stem.name + ".manifest.json"),
        codebook=stem.with_name(stem.name + ".codebook.csv"),
        regions=regions,
    )


class _Kept:
    """The blocks that are done, in a folder beside the output; each is there whole or not."""

    def __init__(self, folder: Path, plan: dict[str, Any], *, restart: bool) -> None:
        self.folder = folder
        begun = folder / "plan.json"
        try:
            if folder.is_dir() and not begun.is_file() and any(folder.iterdir()):
                raise CohortError(
                    f"'{one_line(str(folder))}' is in the way and was not made here; move it"
                )
            if begun.is_file():
                try:
                    old = json.loads(begun.read_text(encoding="utf-8"))
                except ValueError:
                    old = {}
                differs = [name for name in plan if old.get(name) != plan[name]]
                if differs and not restart:
                    raise CohortError(
                        f"'{one_line(folder.name)}' holds an interrupted run with another "
                        f"{', '.join(differs)}: repeat its command to finish it, or begin anew "
                        "with --restart"
                    )
                if differs or restart:
                    shutil.rmtree(folder)
            folder.mkdir(mode=0o700, exist_ok=True)
            for stray in folder.glob("*.tmp"):
                shutil.rmtree(stray)
        except OSError as error:
            raise self._failed(error) from None
        write_text(begun, json.dumps(plan, indent=2) + "\n")

    def _failed(self, error: OSError) -> OutputError:
        return OutputError(
            f"cannot write to '{one_line(str(self.folder))}': {error.strerror or error}; what is "
            "done is kept: make room and repeat the command, it goes on from there"
        )

    def _path(self, number: int) -> Path:
        return self.folder / f"block-{number:06d}"

    def has(self, number: int) -> bool:
        """Return whether a block is done, and its tables can be read; if not, it is done again."""
        import pyarrow as pa

        path = self._path(number)
        if not path.is_dir():
            return False
        try:
            self.counts(number)
            for name in ("rows", "regions"):
                if (path / f"{name}.parquet").exists():
                    self.table(number, name)
        except (OSError, ValueError, KeyError, pa.ArrowException):
            shutil.rmtree(path)
            return False
        return True

    def write(self, number: int, tables: BlockTables) -> None:
        """Keep a block: written aside, synchronised, and put in its place in one step."""
        import pyarrow.parquet as pq

        aside = self._path(number).with_suffix(".tmp")
        try:
            aside.mkdir()
            for name in ("rows", "regions"):
                if (table := getattr(tables, name)) is not None:
                    pq.write_table(table, aside / f"{name}.parquet", compression="zstd")
            summary = {"ranked": tables.ranked, "rejected": tables.rejected}
            text = json.dumps(summary, ensure_ascii=True)
            (aside / "summary.json").write_text(text, encoding="utf-8")
            for path in aside.iterdir():
                with path.open("rb+") as stream:
                    os.fsync(stream.fileno())
            os.replace(aside, self._path(number))
        except OSError as error:
            shutil.rmtree(aside, ignore_errors=True)
            raise self._failed(error) from None

    def counts(self, number: int) -> dict[str, Any]:
        """Return how many drawings of a block were ranked, and which were not."""
        text = (self._path(number) / "summary.json").read_text(encoding="utf-8")
        summary: dict[str, Any] = json.loads(text)
        _ = summary["ranked"], summary["rejected"]
        return summary

    def table(self, number: int, name: str) -> pa.Table:
        """Return a table of a block."""
        import pyarrow.parquet as pq

        return pq.read_table(self._path(number) / f"{name}.parquet")

    def remove(self) -> None:
        """Take the folder away: everything is in the output."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _join(kept: _Kept, blocks: int, outputs: Outputs, atlas: Atlas, layout: Layout) -> Counts:
    """Put the blocks together in their order, and return what they hold."""
    import csv

    for path, name in ((outputs.rows, "rows"), (outputs.regions, "regions")):
        if path is None:
            continue
        wanted = schema(atlas, layout, "rows" if name == "rows" else "regions")
        tables = (kept.table(number, name) for number in range(blocks))
        write = _write_csv if path.suffix.lower() == ".csv" else _write_parquet

        def put(
            beside: Path, write: Any = write, wanted: Any = wanted, tables: Any = tables
        ) -> None:
            write(beside, wanted, tables)

        write_whole(path, put)
    ranked = rejected = lost = 0

    def put_rejected(beside: Path) -> None:
        nonlocal ranked, rejected, lost
        with beside.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(["row", "rows", "drawing", "reason"])
            for number in range(blocks):
                summary = kept.counts(number)
                ranked += summary["ranked"]
                for row, rows, name, reason in summary["rejected"]:
                    writer.writerow([row, rows, safe_cell(name), safe_cell(one_line(reason))])
                    # Rows that nobody could read hold an unknown number of drawings.
                    rejected, lost = (rejected + 1, lost) if name else (rejected, lost + rows)

    write_whole(outputs.rejected, put_rejected)
    return Counts(0, ranked + rejected, ranked, rejected, lost)


def _write_parquet(path: Path, wanted: pa.Schema, tables: Iterable[pa.Table]) -> None:
    import pyarrow.parquet as pq

    with pq.ParquetWriter(path, wanted, compression="zstd") as writer:
        for table in tables:
            writer.write_table(table)


def _write_csv(path: Path, wanted: pa.Schema, tables: Iterable[pa.Table]) -> None:
    import pyarrow.csv as pc

    with pc.CSVWriter(path, wanted) as writer:
        for table in tables:
            writer.write_table(safe_table(table))
