"""A store on a disk that fills up, then turns read-only: ``python -m tests.long.full_disk``.

Needs Linux and the right to mount (root): a small disk in memory is made for it. Saves until there
is no room, looks at the message and at what was saved, makes room and saves again; then the disk is
made read-only. Ends with status 1 if anything is lost or told in other words than expected.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import StoreError
from hippain_maps.store import Store


def fill(store: Store, path: Path) -> tuple[list[int], str]:
    """Save until the disk is full; return the visits that were acknowledged, and what was said."""
    kept: list[int] = []
    for number in range(100_000):
        try:
            kept.append(store.add_visit("K", PainDrawing(), note=f"{number} " + "n" * 9000).id)
        except StoreError as error:
            return kept, str(error)
    raise AssertionError(f"{path} never filled up")


def main() -> int:
    """Run; return the exit status."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    faults: list[str] = []

    def expect(what: str, message: str) -> None:
        print(message)
        if what not in message:
            faults.append(f"'{what}' is not in it")

    with tempfile.TemporaryDirectory(prefix="hippain-") as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], check=True)
        try:
            path, ballast = Path(folder) / "visits.sqlite", Path(folder) / "ballast"
            ballast.write_bytes(bytes(500_000))
            with Store(path) as store:
                store.add_patient("K", consent=False)
                kept, said = fill(store, path)
                expect("make room", said)
                for number in kept:
                    store.visit(number)
                ballast.unlink()
                kept.append(store.add_visit("K", PainDrawing(), note="room again").id)
                # Full again: closing then finds no room for the log either.
                more, said = fill(store, path)
                kept += more
                expect("make room", said)
            with Store(path) as store:
                store.check()
                found = {line.id for line in store.visits("K", most=100_000)}
                faults += [f"visit {number} is lost" for number in kept if number not in found]
            subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
            try:
                with Store(path) as store:
                    store.add_patient("L", consent=False)
                faults.append("a read-only disk was written to")
            except StoreError as error:
                expect("make file and folder writable", str(error))
        finally:
            with suppress(subprocess.CalledProcessError):
                subprocess.run(["umount", folder], check=True)
    for sentence in faults:
        print(sentence)
    print(f"{len(kept)} saves acknowledged, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
