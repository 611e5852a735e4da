"""How fast it is, against what a user would write otherwise: ``python -m tests.benchmarks``.

Everything is measured as CPU time of this process or of the processes it starts, so that other
work on the machine hardly counts, with the matrix library on one thread. What stands in the table
are medians, and how far the slowest tenth lies above them; what matters are the ratios.

``--json OUT`` writes the numbers, ``--quick`` measures each a few times only.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from hippain_maps import PainDrawing, load_atlas, rank, rank_many
from hippain_maps.combination import combination
from hippain_maps.expectation import expectation
from hippain_maps.overlap import overlap
from hippain_maps.questions import ask_next
from tests.benchmarks import inputs

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "drawings" / "gluteus_minimus_posterior.geojson"

Times = dict[str, float]


def _children() -> float:
    """Return the CPU time of the processes that were waited for, s."""
    try:
        import resource
    except ImportError:
        # Elsewhere in steps of a hundredth.
        times = os.times()
        return times.children_user + times.children_system
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Bench:
    """Measures, prints and keeps."""

    def __init__(self, *, quick: bool) -> None:
        self.times = 5 if quick else 25
        self.runs = 3 if quick else 9
        self.found: dict[str, Any] = {}

    def time(self, name: str, call: Callable[[], object]) -> float:
        """Return the median of a call, ms of CPU time."""
        call()
        taken = []
        for _ in range(self.times):
            start = time.process_time()
            call()
            taken.append(1e3 * (time.process_time() - start))
        return self._keep(name, taken)

    def process(self, name: str, *command: str) -> float:
        """Return the median of a whole process, ms of CPU time."""
        # As installed: with compiled modules, and with the atlas kept.
        env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        taken = []
        for number in range(self.runs + 1):
            before = _children()
            subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, check=True)
            used = _children() - before
            if number:
                taken.append(1e3 * used)
        return self._keep(name, taken)

    def _keep(self, name: str, taken: list[float]) -> float:
        median, high = float(np.median(taken)), float(np.quantile(taken, 0.9))
        self.found[name] = {"median_ms": median, "slowest_tenth_ms": high, "times": len(taken)}
        print(f"  {name:58s} {median:9.2f} ms   +{high - median:.2f}")
        return median

    def ratio(self, name: str, value: float, wanted: str) -> None:
        """Note a ratio, and what was asked of it."""
        self.found[name] = {"ratio": value, "wanted": wanted}
        print(f"* {name:58s} {value:9.3g}      wanted: {wanted}")


def one_drawing(bench: Bench, atlas: Any) -> None:
    """Compare one drawing with the whole atlas, against the loops a user would write."""
    raw = inputs.whole_leg()
    drawing = PainDrawing.from_geojson(raw)
    areas = {view: drawing.area(view) for view in drawing.views}
    print("\nOne drawing: an outline in each of the four standing views")
    whole = bench.time("rank: all of it, drawing read", lambda: rank(drawing, atlas))
    for what, every in (
        ("sources", inputs.source_polygons(atlas)),
        ("zones", inputs.zone_polygons(atlas)),
    ):
        polygons = [p for p in every if p[0] in areas]
        tables = inputs.membership(atlas, polygons)
        print(f"  {len(polygons)} polygons of {what}")

        def loop(polygons: list[Any] = polygons) -> list[float]:
            return [areas[view].intersection(polygon).area for view, polygon, _ in polygons]

        def ours(polygons: list[Any] = polygons, tables: Any = tables) -> list[float]:
            found = overlap(drawing, atlas.body).area_by_view
            rows = {view: iter((tables[view] @ found[view]).tolist()) for view in found}
            return [next(rows[view]) for view, _, _ in polygons]

        worst = np.abs(np.array(loop()) - np.array(ours())).max()
        share = float(worst / sum(area.area for area in areas.values()))
        bench.ratio(f"{what}: largest difference of an area, of the drawing", share, "<= 1e-9")
        plain = bench.time(f"(a) plain Shapely loop over the {what}", loop)
        mine = bench.time(f"areas of all {what} by regions", ours)
        bench.ratio(f"{what}: areas, against (a)", plain / mine, ">= 10")
        bench.ratio(f"{what}: the whole ranking, against (a)", plain / whole, "none")
        try:
            import geopandas
        except ImportError:
            print("  (b) GeoPandas is not installed")
            continue
        frames = {
            view: geopandas.GeoDataFrame(geometry=[p for v, p, _ in polygons if v == view])
            for view in areas
        }
        drawn = {view: geopandas.GeoDataFrame(geometry=[area]) for view, area in areas.items()}

        def overlay(frames: Any = frames, drawn: Any = drawn) -> list[float]:
            return [
                float(frames[view].overlay(drawn[view], keep_geom_type=False).area.sum())
                for view in areas
            ]

        panda = bench.time(f"(b) GeoPandas overlay of the {what}", overlay)
        bench.ratio(f"{what}: areas, against (b)", panda / mine, ">= 30")
        bench.ratio(f"{what}: the whole ranking, against (b)", panda / whole, "none")


def drawings(bench: Bench, atlas: Any) -> None:
    """Rank drawings of several kinds, from the file on."""
    print("\nFrom the file to the ranking")

    def ranked(raw: bytes) -> Callable[[], object]:
        return lambda: rank(PainDrawing.from_geojson(raw), atlas)

    simple = bench.time("outline of 60", ranked(inputs.drawing_file(inputs.outline())))
    strokes = inputs.drawing_file(*(inputs.stroke(n) for n in range(3)))
    bench.time("three strokes", ranked(strokes))
    sloppy = bench.time("scribble of 2 000", ranked(inputs.drawing_file(inputs.scribble())))
    bench.ratio("scribble of 2 000 against outline of 60", sloppy / simple, "<= 8")
    for count in (250, 1000, 4000):
        bench.time(f"outline of {count}", ranked(inputs.drawing_file(inputs.outline(count))))
    for count in (1, 10, 30):
        raw = inputs.drawing_file(*(inputs.stroke(n) for n in range(count)))
        bench.time(f"{count} strokes", ranked(raw))


def growth(bench: Bench, atlas: Any) -> None:
    """Rank one outline among more and more sources, and over more and more regions."""
    print("\nGrowth")
    drawing = PainDrawing.from_geojson(inputs.drawing_file(inputs.outline()))
    found = {}
    for count in (12, 50, 200, 1000):
        world = inputs.with_sources(atlas, count)
        found[count] = bench.time(f"{count} sources", lambda world=world: rank(drawing, world))
    bench.ratio("1 000 sources against 12", found[1000] / found[12], "<= 1.5")
    for count in (200, 1000, 5000):
        world = inputs.with_regions(atlas, count)
        found[count] = bench.time(f"{count} regions", lambda world=world: rank(drawing, world))
    bench.ratio("5 000 regions against 200", found[5000] / found[200], "none")


def the_rest(bench: Bench, atlas: Any) -> None:
    """Measure what is worked out beside a ranking, a figure, and many drawings."""
    from hippain_maps.plotting import plot_pattern, save_figure
    from hippain_maps.viewer.ranking_data import Ranker

    print("\nBeside the ranking")
    raw = EXAMPLE.read_bytes()
    ranking = rank(PainDrawing.from_geojson(raw), atlas)
    bench.time("combination", lambda: combination(ranking))
    bench.time("questions", lambda: ask_next(ranking))
    bench.time("to_dict of a fresh ranking", lambda: rank_of(raw, atlas).to_dict())
    for parts in ("ranking", "more", "all"):
        bench.time(
            f"server: {parts}",
            lambda parts=parts: Ranker(atlas).data(raw, top=8, language="en", parts=parts),
        )
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "figure.png"
        times, bench.times = bench.times, 3
        bench.time(
            "pattern figure",
            lambda: save_figure(plot_pattern(atlas.source("gluteus_minimus"), atlas), out),
        )
        bench.times = times
    several = [PainDrawing.from_geojson(raw) for _ in range(20)]
    bench.time("rank_many: twenty drawings", lambda: list(rank_many(several, atlas)))
    print("\nMany drawings, one ranking each, by threads (time on the clock)")
    many = [inputs.drawing_file(inputs.outline(x=-9 + 0.01 * n)) for n in range(120)]
    clock = {}
    for threads in (1, 2):
        start = time.perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda raw: rank_of(raw, atlas).candidates[0].rank, many))
        clock[threads] = time.perf_counter() - start
    bench.ratio("two threads against one", clock[1] / clock[2], "none")


def rank_of(raw: bytes, atlas: Any) -> Any:
    """Return the ranking of a drawing file."""
    return rank(PainDrawing.from_geojson(raw), atlas)


def starting(bench: Bench) -> None:
    """Measure whole processes, from their start to their end."""
    print("\nStart of a process")
    python = sys.executable
    base = bench.process("(c) import shapely, numpy", python, "-c", "import shapely, numpy")
    load = "import hippain_maps; hippain_maps.load_atlas()"
    mine = bench.process("import hippain_maps", python, "-c", "import hippain_maps")
    bench.process("import and load_atlas", python, "-c", load)
    command = (python, "-m", "hippain_maps", "rank", str(EXAMPLE), "--json")
    cold = bench.process("hippain rank FILE --json", *command)
    bench.ratio("import, against (c)", mine / base, "<= 1.5")
    bench.ratio("hippain rank, against (c)", cold / base, "<= 2.6")


def atlas_itself(bench: Bench) -> None:
    """Measure loading, and what a loaded atlas costs in memory."""
    print("\nThe atlas")
    bench.time("load_atlas, kept", load_atlas)
    times, bench.times = bench.times, 3
    kept = os.environ.get("HIPPAIN_CACHE")
    os.environ["HIPPAIN_CACHE"] = "off"
    bench.time("load_atlas, from YAML", load_atlas)
    bench.times = times
    if kept is None:
        del os.environ["HIPPAIN_CACHE"]
    else:
        os.environ["HIPPAIN_CACHE"] = kept
    atlas = load_atlas()
    bench.time("expectation", lambda: expectation(inputs.replace(atlas)))
    if not Path("/proc/self/status").exists():
        print("  memory is measured on Linux only")
        return
    code = (
        "import hippain_maps as h, hippain_maps.combination, hippain_maps.questions\n"
        "from pathlib import Path\n"
        # What is resident now; the peak of a new process is that of the one that started it.
        "status = lambda: Path('/proc/self/status').read_text().split('VmRSS:')[1]\n"
        "size = lambda: int(status().split()[0]) / 1024\n"
        "before = size(); atlas = h.load_atlas(); loaded = size()\n"
        "from hippain_maps.expectation import expectation; expectation(atlas)\n"
        "print(loaded - before, size() - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded, ready = map(float, done.stdout.split())
    bench.ratio("MB of a loaded atlas over the imports", loaded, "<= 40")
    bench.ratio("MB of one that has ranked", ready, "<= 40")


def main() -> None:
    """Run everything, print a table, write JSON if asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--json", metavar="OUT", help="write the numbers")
    parser.add_argument("--quick", action="store_true", help="measure each a few times only")
    given = parser.parse_args()
    bench = Bench(quick=given.quick)
    atlas = load_atlas()
    one_drawing(bench, atlas)
    drawings(bench, atlas)
    growth(bench, atlas)
    the_rest(bench, atlas)
    atlas_itself(bench)
    starting(bench)
    if given.json:
        about = {
            "atlas": atlas.version,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "shapely": shapely.__version__,
            "geos": shapely.geos_version_string,
            "cores": os.cpu_count(),
        }
        Path(given.json).write_text(json.dumps({"on": about, "found": bench.found}, indent=1))


if __name__ == "__main__":
    main()
