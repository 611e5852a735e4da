"""Kill the viewer amid its saves many times: ``python -m tests.long.kill_viewer [--kills 200]``.

Each round starts ``hippain view`` on the same store, saves visits through its interface as the page
does, and kills it (`SIGKILL`) at a random moment. Ends with status 1 if a save that was answered is
lost, a deleted visit is back, or the store does not open or is damaged.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx

from tests.store_killer import Losses

API = "/api/v1/store"


def save_until_dead(link: str, chance: random.Random) -> str:
    """Save visits through a viewer until it is gone; return what it had answered, a line each."""
    address, said = link.split("/?")[0], []
    try:
        with httpx.Client(base_url=address, headers={"Origin": address}, timeout=10) as client:
            client.get(link)
            if not client.get(f"{API}/patients").json()["patients"]:
                client.post(f"{API}/patients", json={"code": "K", "consent": False})
            while True:
                visit = client.post(f"{API}/visits", json={"patient": "K"}).json()
                said.append(f"kept {visit['id']} {visit['revision']}")
                revision = visit["revision"]
                for _ in range(chance.randrange(4)):
                    change = {"revision": revision, "note": "n" * chance.randrange(8000)}
                    answer = client.put(f"{API}/visits/{visit['id']}", json=change)
                    revision = answer.json()["revision"]
                    said.append(f"kept {visit['id']} {revision}")
                if chance.random() < 0.2:
                    said.append(f"going {visit['id']}")
                    client.delete(f"{API}/visits/{visit['id']}").raise_for_status()
                    said.append(f"gone {visit['id']}")
    except httpx.HTTPError:
        # It is dead; what was under way was not answered.
        return "".join(f"{line}\n" for line in said)


def kill_once(home: Path, store: Path, chance: random.Random) -> str:
    """Start a viewer, save through it, kill it; return what it had answered."""
    command = [sys.executable, "-m", "hippain_maps", "view", "--no-browser", "--port", "0"]
    env = {**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home)}
    with subprocess.Popen(
        [*command, "--store", str(store)],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        link = process.stdout.readline().strip()
        timer = threading.Timer(chance.uniform(0.05, 2.0), process.kill)
        timer.start()
        try:
            return save_until_dead(link, chance)
        finally:
            timer.cancel()
            process.kill()


def main() -> int:
    """Run the loop; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance, found, began = random.Random(given.seed), Losses(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hippain-") as folder:
        home, store = Path(folder), Path(folder) / "visits.sqlite"
        for number in range(1, given.kills + 1):
            found.note(kill_once(home, store, chance))
            found.kills = number
            if store.exists():
                found.compare(store)
            if number % 20 == 0:
                words = f"{number} kills, {found.acknowledged} saves and deletions answered"
                print(f"{words}, {len(found.lost)} lost", flush=True)
    for sentence in found.lost:
        print(sentence)
    print(
        f"{found.kills} kills in {time.monotonic() - began:.0f} s: {found.acknowledged} answered, "
        f"{len(found.lost)} lost"
    )
    return 1 if found.lost or not found.acknowledged else 0


if __name__ == "__main__":
    sys.exit(main())
