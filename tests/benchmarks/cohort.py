"""How fast cohorts are ranked, as ratios: ``python -m tests.benchmarks.cohort [--json OUT]``.

Measured in one run on the same drawings, alternating: a plain Shapely loop over the polygons of all
sources, as a user would write it; this process, from reading the table to the rows; and two Dask
workers. Ratios of processor time do not suffer from what else the machine does; those of workers
are of wall time, and mean something on a quiet machine alone, so the load is told. ``--memory``
ranks 10 000 and 100 000 drawings in processes of their own and compares what they took at most.

The drawings are simulated: some hundreds of hands' drawings, each moved a little many times over.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from hippain_maps.atlas import Atlas, load_atlas
from hippain_maps.cohort.cluster import on_workers
from hippain_maps.cohort.decode import Entry
from hippain_maps.cohort.inputs import open_cohort
from hippain_maps.cohort.run import BLOCK, in_one_thread, rank_cohort
from hippain_maps.cohort.tables import Layout, rank_block
from hippain_maps.geometry import SIDES, View
from hippain_maps.simulation import Hand, draw, patient
from tests.benchmarks import inputs

SAMPLE = 60
"""Drawings of each block that the plain loop goes through."""


def write_cohort(path: Path, count: int, atlas: Atlas, *, pool: int = 600) -> None:
    """Write a cohort of so many simulated drawings."""
    generator = np.random.default_rng(1)
    muscles = [source for source in atlas.sources.values() if source.is_muscle]
    drawn = []
    for number in range(min(pool, count)):
        who = patient(
            muscles[number % len(muscles)],
            SIDES[number // len(muscles) % 2],
            atlas,
            generator,
        )
        hand = Hand(family="warp" if number % 2 else "brush", shake=0.46)
        drawing = draw(who, hand, atlas.body, generator)
        drawn.append([(view, drawing.area(view)) for view in drawing.views])
    kinds = pa.schema([("drawing", pa.string()), ("view", pa.string()), ("geometry", pa.binary())])
    with pq.ParquetWriter(path, kinds) as writer:
        for start in range(0, count, 2000):
            rows: dict[str, list[Any]] = {name: [] for name in kinds.names}
            for number in range(start, min(count, start + 2000)):
                shift = generator.normal(scale=0.5, size=2)
                for view, area in drawn[number % len(drawn)]:
                    rows["drawing"].append(f"d{number:06d}")
                    rows["view"].append(view)
                    moved = shapely.transform(area, lambda xy, by=shift: xy + by)
                    rows["geometry"].append(moved.wkb)
            writer.write_table(pa.table(rows, kinds))


def blocks(path: Path) -> Iterator[tuple[float, list[Entry]]]:
    """Yield the blocks of a cohort, and the processor time that reading each took."""
    entries = open_cohort(path).entries()
    while True:
        began = time.process_time()
        block = [entry for _, entry in zip(range(BLOCK), entries, strict=False)]
        if not block:
            return
        yield time.process_time() - began, block


def against_a_plain_loop(path: Path, atlas: Atlas) -> dict[str, Any]:
    """Return throughput against a plain loop, block by block."""
    polygons: dict[View, list[Any]] = {}
    for view, shape, _ in inputs.zone_polygons(atlas):
        polygons.setdefault(view, []).append(shape)
    source = open_cohort(path)
    layout = Layout("long", 5, False, source.fields, tuple(source.types()))
    ours, plain = [], []
    with in_one_thread():
        for reading, entries in blocks(path):
            began = time.process_time()
            rank_block(entries, atlas, layout)
            ours.append((reading + time.process_time() - began) / len(entries))
            some = entries[:: max(1, len(entries) // SAMPLE)][:SAMPLE]
            began = time.process_time()
            for entry in some:
                assert isinstance(entry.payload, tuple)
                for mark in entry.payload:
                    area = shapely.from_wkb(mark.wkb)
                    for polygon in polygons[mark.view]:
                        _ = area.intersection(polygon).area
            plain.append((time.process_time() - began) / len(some))
    # The first block also builds what the atlas is compared with.
    ratios = [theirs / mine for theirs, mine in zip(plain[1:], ours[1:], strict=True)]
    return {
        "source_polygons": sum(map(len, polygons.values())),
        "plain_loop_ms": 1000 * statistics.median(plain[1:]),
        "ours_ms": 1000 * statistics.median(ours[1:]),
        "ratio_median": statistics.median(ratios),
        "ratio_least": min(ratios),
        "ratio_most": max(ratios),
    }


def with_workers(path: Path, atlas: Atlas, folder: Path, *, repeats: int) -> dict[str, Any]:
    """Return wall time of one process over that of two workers, alternating."""
    alone, together = [], []
    with on_workers(2) as ranker:
        rank_cohort(path, folder / "warm.parquet", atlas, ranker=ranker)
        for _ in range(repeats):
            began = time.perf_counter()
            rank_cohort(path, folder / "alone.parquet", atlas)
            alone.append(time.perf_counter() - began)
            began = time.perf_counter()
            rank_cohort(path, folder / "together.parquet", atlas, ranker=ranker)
            together.append(time.perf_counter() - began)
    first, second = (pq.read_table(folder / f"{n}.parquet") for n in ("alone", "together"))
    ratios = [one / two for one, two in zip(alone, together, strict=True)]
    return {
        "one_process_s": statistics.median(alone),
        "two_workers_s": statistics.median(together),
        "ratio_median": statistics.median(ratios),
        "ratio_most": max(ratios),
        "the_same_rows": first.equals(second),
    }


_RANK = """
import resource, sys
from hippain_maps.atlas import load_atlas
from hippain_maps.cohort.run import rank_cohort
result = rank_cohort(sys.argv[1], sys.argv[2], load_atlas())
print(result.counts.drawings, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def memory(folder: Path, atlas: Atlas) -> dict[str, Any]:
    """Return the peak memory of ranking 10 000 and 100 000 drawings, MB."""
    found: dict[str, Any] = {}
    for count in (10_000, 100_000):
        path = folder / f"{count}.parquet"
        write_cohort(path, count, atlas)
        call = [sys.executable, "-c", _RANK, str(path), str(folder / "out.parquet")]
        done = subprocess.run(call, check=True, capture_output=True, text=True)
        read, peak = done.stdout.split()
        assert int(read) == count, f"{read} of {count} came through"
        found[f"peak_mb_{count}"] = float(peak)
    found["ratio"] = found["peak_mb_100000"] / found["peak_mb_10000"]
    return found


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drawings", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--json", metavar="OUT")
    given = parser.parse_args()
    atlas = load_atlas()
    with tempfile.TemporaryDirectory(prefix="hippain-") as name:
        folder = Path(name)
        path = folder / "cohort.parquet"
        write_cohort(path, given.drawings, atlas)
        found: dict[str, Any] = {"drawings": given.drawings, "load_before": os.getloadavg()}
        parts: dict[str, Callable[[], dict[str, Any]]] = {
            "plain_loop": lambda: against_a_plain_loop(path, atlas),
            "workers": lambda: with_workers(path, atlas, folder, repeats=given.repeats),
        }
        if given.memory:
            parts["memory"] = lambda: memory(folder, atlas)
        for part, measured in parts.items():
            found[part] = measured()
            print(part, json.dumps(found[part]), file=sys.stderr, flush=True)
        found["load_after"] = os.getloadavg()
    text = json.dumps(found, indent=2)
    print(text)
    if given.json:
        Path(given.json).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
