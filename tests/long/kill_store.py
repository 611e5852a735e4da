"""Kill a program amid its saves many times: ``python -m tests.long.kill_store [--kills 200]``.

Ends with status 1 if a save that was acknowledged is lost, a deleted visit is back, or the store
does not open or is damaged.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.store_killer import Losses, kill_loop


def main() -> int:
    """Run the loop; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()

    def say(found: Losses) -> None:
        if found.kills % 20 == 0:
            words = f"{found.kills} kills, {found.acknowledged} saves and deletions acknowledged, "
            print(f"{words}{len(found.lost)} lost", flush=True)

    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hippain-") as folder:
        path = Path(folder) / "visits.sqlite"
        found = kill_loop(path, given.kills, seed=given.seed, say=say)
        size = path.stat().st_size
    for sentence in found.lost:
        print(sentence)
    print(
        f"{found.kills} kills in {time.monotonic() - began:.0f} s: {found.acknowledged} "
        f"acknowledged, {len(found.lost)} lost; the store has {size / 1e6:.1f} MB"
    )
    return 1 if found.lost or not found.acknowledged else 0


if __name__ == "__main__":
    sys.exit(main())
