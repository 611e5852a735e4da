"""Kill a program amid its saves, again and again, and look what became of them.

A child adds visits, saves them again and deletes some; it prints a line after each of these has
returned. It is killed (`SIGKILL`, which nothing can catch) at a random moment, from its start on.
What it had acknowledged must then be in the store.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from hippain_maps.errors import StoreError
from hippain_maps.store import Store

CHILD = """
import random, sys
from hippain_maps.drawing import PainDrawing
from hippain_maps.store import Store

chance = random.Random(int(sys.argv[2]))
def say(*words):
    print(*words, flush=True)
say("begun")
with Store(sys.argv[1]) as store:
    if not store.patients():
        store.add_patient("K", consent=False)
    while True:
        visit = store.add_visit("K", PainDrawing(), note="n" * chance.randrange(8000))
        say("kept", visit.id, visit.revision)
        for _ in range(chance.randrange(4)):
            visit = store.save_visit(visit, note="m" * chance.randrange(8000))
            say("kept", visit.id, visit.revision)
        if chance.random() < 0.2:
            say("going", visit.id)
            store.delete_visit(visit.id)
            say("gone", visit.id)
"""


@dataclass
class Losses:
    """What was acknowledged, and what of it is missing.

    Parameters
    ----------
    kills, acknowledged : int
        How many.
    lost : list of str
        Sentences; none where all is well.
    """

    kills: int = 0
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    _kept: dict[int, int] = field(default_factory=dict)
    _gone: set[int] = field(default_factory=set)

    def note(self, printed: str) -> None:
        """Take note of what a child printed; a last line that is cut off was not said."""
        for line in printed.split("\n")[:-1]:
            match line.split():
                case ["kept", number, revision]:
                    self._kept[int(number)] = int(revision)
                    self.acknowledged += 1
                case ["going", number]:
                    # From now on it may be there or not.
                    self._kept.pop(int(number), None)
                case ["gone", number]:
                    self._gone.add(int(number))
                    self.acknowledged += 1

    def compare(self, path: Path) -> None:
        """Look whether the store holds what was acknowledged."""
        try:
            with Store(path) as store:
                store.check()
                for number, revision in self._kept.items():
                    found = store.visit(number).revision
                    if found < revision:
                        self.lost.append(f"visit {number} has revision {found}, not {revision}")
                there = {line.id for line in store.visits("K", most=10**9)} if self._kept else set()
                self.lost += [f"visit {number} is back" for number in self._gone & there]
        except StoreError as error:
            self.lost.append(str(error))


def kill_loop(
    path: Path, kills: int, *, seed: int = 1, say: Callable[[Losses], None] = lambda found: None
) -> Losses:
    """Kill a child amid its saves `kills` times; return what was lost.

    Parameters
    ----------
    path : path
        Of the store; all children use the same.
    kills : int
        How often.
    seed : int
        The same seed gives the same moments, as far as the machine does.
    say : callable
        Is told how it stands after each kill.
    """
    chance, losses = random.Random(seed), Losses()
    for number in range(kills):
        command = [sys.executable, "-c", CHILD, str(path), str(seed * 1_000_000 + number)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            printed = process.stdout.readline()
            # Often while the file is made or opened, else amid saves.
            time.sleep(chance.uniform(0, 0.02) if number % 4 == 0 else chance.uniform(0, 0.2))
            process.send_signal(signal.SIGKILL)
            printed += process.stdout.read()
        losses.kills += 1
        losses.note(printed)
        losses.compare(path)
        say(losses)
    return losses
