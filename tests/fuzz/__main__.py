"""Fuzz a reader: ``python -m tests.fuzz TARGET ... [--seconds N | --runs N]``; needs atheris.

Bytes are changed at random, guided by which lines of the package they reach, and given to a reader
of `tests.fuzz.targets`, whose seeds are real files. Whatever is neither read nor refused in one
line is a finding: it is written to ``--findings`` under the name of the target, to be fixed and
then kept in ``tests/fuzz/cases``. ``all`` stands for every target. Ends with status 1 if there
was a finding.

``--seconds`` looks for what nobody knows yet, and every run looks elsewhere. ``--runs`` gives so
many inputs, the same ones every time for the same code and ``--seed``: it is for CI, where red
should come from the change. The last line for a target shows a hash over all its inputs.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
_DONE = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_GIVEN = re.compile(r"^INPUTS ([0-9a-f]+)$", re.MULTILINE)


@dataclass(frozen=True)
class Plan:
    """How long a reader is fuzzed.

    Parameters
    ----------
    seconds : int
        Where `runs` is None.
    runs : int, optional
        So many inputs, however long they take.
    seed : int
        What the inputs of `runs` are drawn from.
    """

    seconds: int
    runs: int | None = None
    seed: int = 1

    def options(self) -> dict[str, int]:
        """Return what libFuzzer is told."""
        if self.runs is None:
            return {"max_total_time": self.seconds}
        # What the code compares with, and how often a line runs, may hang on the time, on a random
        # key or on threads: only which lines are reached guides these.
        return {"runs": self.runs, "seed": self.seed, "use_cmp": 0, "use_counters": 0}


def fuzz(name: str, plan: Plan, findings: Path) -> None:
    """Fuzz one reader in this process, which libFuzzer then ends."""
    import atheris

    sys.path.insert(0, str(TESTS))
    with atheris.instrument_imports(include=["hippain_maps", "defusedxml", "zipfile"]):
        from fuzz.targets import CASES, TARGETS, check

    target = TARGETS[name]
    corpus = Path(tempfile.mkdtemp(prefix=f"hippain-corpus-{name}-"))
    kept = sorted((CASES / name).glob("*")) if (CASES / name).is_dir() else []
    for seed, data in [*target.seeds(), *((path.name, path.read_bytes()) for path in kept)]:
        (corpus / seed.replace("/", "_")).write_bytes(data)
    # A folder is read in an order of the disk's own; a list is read as it stands.
    files = corpus.with_suffix(".list")
    files.write_text(",".join(map(str, sorted(corpus.iterdir()))))
    seen: set[str] = set()
    given, count = hashlib.sha256(), 0

    def once(data: bytes) -> None:
        nonlocal count
        count += 1
        given.update(b"%d:%b" % (len(data), data))
        if count == plan.runs:
            print(f"INPUTS {given.hexdigest()[:12]}", flush=True)
        try:
            check(target, data)
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            place = " ".join(f"{Path(f.filename).name}:{f.lineno}" for f in frames[-3:])
            what = f"{type(error).__name__} {place}"
            if what not in seen:
                seen.add(what)
                digest = hashlib.sha256(data).hexdigest()[:12]
                (findings / f"{name}-{digest}").write_bytes(data)
                (findings / f"{name}-{digest}.txt").write_text(traceback.format_exc())
                print(f"FINDING {name}-{digest}: {what}: {error}", flush=True)

    options = plan.options() | {
        "max_len": target.longest,
        "timeout": 20,
        "rss_limit_mb": 3000,
        "print_final_stats": 1,
        "verbosity": 0,
        "artifact_prefix": f"{findings}/{name}-",
        "seed_inputs": f"@{files}",
    }
    arguments = [f"-{option}={value}" for option, value in options.items()]
    atheris.Setup([sys.argv[0], *arguments], once)
    atheris.Fuzz()


def watch(name: str, plan: Plan, findings: Path) -> tuple[str, int]:
    """Fuzz one reader in processes of its own; return what was done, and how much was found."""
    began, executions, found, given = time.monotonic(), 0, 0, ""
    while (left := plan.seconds - (time.monotonic() - began)) > 1 or plan.runs:
        command = [sys.executable, "-m", "tests.fuzz", name, "--inside"]
        command += ["--seconds", str(int(left)), "--findings", str(findings)]
        if plan.runs:
            command += ["--runs", str(plan.runs), "--seed", str(plan.seed)]
        # Sets are walked in the same order every time.
        same = os.environ | {"PYTHONHASHSEED": "0"}
        done = subprocess.run(command, capture_output=True, text=True, cwd=TESTS.parent, env=same)
        said = done.stdout + done.stderr
        given = "".join(f", inputs {digest}" for digest in _GIVEN.findall(said))
        executions += sum(int(number) for number in _DONE.findall(said))
        lines = [line for line in said.splitlines() if line.startswith("FINDING")]
        found += len(lines)
        for line in lines:
            print(line, flush=True)
        if done.returncode:
            # A crash, a hang or too much memory: libFuzzer kept the input and said which.
            found += 1
            print("\n".join(said.splitlines()[-25:]), flush=True)
        if plan.runs:
            break
    took = time.monotonic() - began
    return f"{took:.0f} s, {executions:,} executions, {found} findings{given}", found


def main() -> int:
    """Fuzz; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="+")
    parser.add_argument("--seconds", type=int, default=60, help="For each target.")
    parser.add_argument("--runs", type=int, help="Inputs for each target, instead of seconds.")
    parser.add_argument("--seed", type=int, default=1, help="Of those inputs.")
    parser.add_argument("--findings", type=Path, default=Path("fuzz-findings"))
    parser.add_argument("--log", type=Path)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if (given.runs is not None and given.runs < 1) or given.seed < 1:
        # libFuzzer takes 0 for a seed of its own choice.
        parser.error("--runs and --seed are at least 1")
    given.findings.mkdir(parents=True, exist_ok=True)
    plan = Plan(given.seconds, given.runs, given.seed)
    if given.inside:
        fuzz(given.targets[0], plan, given.findings.resolve())
        return 0
    sys.path.insert(0, str(TESTS))
    from fuzz.targets import TARGETS

    names = list(TARGETS) if given.targets == ["all"] else given.targets
    if unknown := sorted(set(names) - set(TARGETS)):
        parser.error(f"there is no target {unknown[0]}; there are {', '.join(TARGETS)}")
    total = 0
    for name in names:
        told, found = watch(name, plan, given.findings.resolve())
        total += found
        line = f"{name}: {told}"
        print(line, flush=True)
        if given.log:
            with given.log.open("a", encoding="utf-8") as stream:
                stream.write(f"{line}{os.linesep}")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
