"""Whether a large store is as fast as a small one: ``python -m tests.long.store_size``.

Makes a store with 10 visits and one with 10 000, opens each, lists its patients and a page of the
visits of one, and prints the ratio of the medians. Both run in one process, in turn, so that the
ratio does not depend on the machine. Ends with status 1 if the large one takes more than twice the
time. With ``--of-one`` all visits belong to one patient.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from hippain_maps.atlas import load_atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.ranking import rank
from hippain_maps.store import Store
from hippain_maps.visits import kept_ranking

_EXAMPLE = (
    Path(__file__).resolve().parents[2] / "examples" / "drawings" / "sloppy_gluteus_minimus.geojson"
)


def fill(path: Path, visits: int, patients: int) -> None:
    """Make a store, with drawings and rankings as the viewer keeps them."""
    drawing = PainDrawing.read(_EXAMPLE)
    ranking = kept_ranking(rank(drawing, load_atlas()))
    with Store(path) as store, store.together():
        for number in range(patients):
            store.add_patient(f"P-{number:05d}", consent=True)
        for number in range(visits):
            code = f"P-{number % patients:05d}"
            store.add_visit(code, drawing, note="a note", ranking=ranking)


def use(path: Path, code: str) -> float:
    """Return the seconds to open a store and to list in it."""
    began = time.perf_counter()
    with Store(path) as store:
        store.patients()
        store.visits(code)
    return time.perf_counter() - began


def main() -> int:
    """Measure; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=10_000)
    parser.add_argument("--of-one", action="store_true", help="All visits of one patient.")
    parser.add_argument("--repeats", type=int, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hippain-") as folder:
        small, large = Path(folder) / "small.sqlite", Path(folder) / "large.sqlite"
        people = 1 if given.of_one else 200
        fill(small, 10, 1 if given.of_one else 10)
        fill(large, given.visits, people)
        times: dict[Path, list[float]] = {small: [], large: []}
        for _ in range(given.repeats):
            for path, found in times.items():
                found.append(use(path, "P-00000"))
        medians = {path.stem: statistics.median(found) for path, found in times.items()}
        ratio = medians["large"] / medians["small"]
        size = large.stat().st_size
    print(
        json.dumps(
            {
                "visits": given.visits,
                "patients": people,
                "megabytes": round(size / 1e6, 1),
                "small_ms": round(1000 * medians["small"], 2),
                "large_ms": round(1000 * medians["large"], 2),
                "ratio": round(ratio, 2),
            }
        )
    )
    return 1 if ratio > 2 else 0


if __name__ == "__main__":
    sys.exit(main())
