"""Fuzz a reader: ``python -m tests.fuzz TARGET ... [--seconds N] [--log FILE]``; needs atheris.

Bytes are changed at random, guided by which lines of the package they reach, and given to a reader
of `tests.fuzz.targets`, whose seeds are real files. Whatever is neither read nor refused in one
line is a finding: it is written to ``--findings`` under the name of the target, to be fixed and
then kept in ``tests/fuzz/cases``. ``all`` stands for every target. Ends with status 1 if there
was a finding.
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
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
_DONE = re.compile(r"stat::number_of_executed_units:\s*(\d+)")


def fuzz(name: str, seconds: int, findings: Path) -> None:
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
    seen: set[str] = set()

    def once(data: bytes) -> None:
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

    options = {
        "max_total_time": seconds,
        "max_len": target.longest,
        "timeout": 20,
        "rss_limit_mb": 3000,
        "print_final_stats": 1,
        "verbosity": 0,
        "artifact_prefix": f"{findings}/{name}-",
    }
    arguments = [f"-{option}={value}" for option, value in options.items()]
    atheris.Setup([sys.argv[0], *arguments, str(corpus)], once)
    atheris.Fuzz()


def watch(name: str, seconds: int, findings: Path) -> tuple[float, int, int]:
    """Fuzz one reader in processes of its own; return seconds, executions and findings."""
    began, executions, found = time.monotonic(), 0, 0
    while (left := seconds - (time.monotonic() - began)) > 1:
        command = [sys.executable, "-m", "tests.fuzz", name, "--inside"]
        command += ["--seconds", str(int(left)), "--findings", str(findings)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=TESTS.parent)
        said = done.stdout + done.stderr
        executions += sum(int(number) for number in _DONE.findall(said))
        lines = [line for line in said.splitlines() if line.startswith("FINDING")]
        found += len(lines)
        for line in lines:
            print(line, flush=True)
        if done.returncode:
            # A crash, a hang or too much memory: libFuzzer kept the input and said which.
            found += 1
            print("\n".join(said.splitlines()[-25:]), flush=True)
    return time.monotonic() - began, executions, found


def main() -> int:
    """Fuzz; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="+")
    parser.add_argument("--seconds", type=int, default=60, help="For each target.")
    parser.add_argument("--findings", type=Path, default=Path("fuzz-findings"))
    parser.add_argument("--log", type=Path)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    given.findings.mkdir(parents=True, exist_ok=True)
    if given.inside:
        fuzz(given.targets[0], given.seconds, given.findings.resolve())
        return 0
    sys.path.insert(0, str(TESTS))
    from fuzz.targets import TARGETS

    names = list(TARGETS) if given.targets == ["all"] else given.targets
    if unknown := sorted(set(names) - set(TARGETS)):
        parser.error(f"there is no target {unknown[0]}; there are {', '.join(TARGETS)}")
    total = 0
    for name in names:
        took, executions, found = watch(name, given.seconds, given.findings.resolve())
        total += found
        line = f"{name}: {took:.0f} s, {executions:,} executions, {found} findings"
        print(line, flush=True)
        if given.log:
            with given.log.open("a", encoding="utf-8") as stream:
                stream.write(f"{line}{os.linesep}")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
