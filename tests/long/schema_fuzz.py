"""Every operation of the interface, asked everything: ``python -m tests.long.schema_fuzz``.

Schemathesis makes requests from the OpenAPI document of the viewer, fitting ones and others, and
checks the answers against it: all of its checks, and one of ours. The viewer of the hand-drawn
world is asked in the same process, without a network. ``--examples`` says how many requests made
at random each operation gets, beside those that try every bound of its parameters and its body
(hundreds, where it takes a drawing). Every run asks something else; with ``--seed`` it asks the
same again, for CI, and on one core. Ends with the status of pytest. Needs the extra ``fuzz``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Run the checks; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=100)
    parser.add_argument("--seed", type=int)
    given = parser.parse_args()
    options = os.environ | {"HIPPAIN_EXAMPLES": str(given.examples)}
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider"]
    if given.seed is None:
        command += ["-n", "auto"]
    else:
        # Sets are walked in the same order, and modules are loaded in the same order: Hypothesis
        # takes words from those that are there.
        options |= {"HIPPAIN_SEED": str(given.seed), "PYTHONHASHSEED": "0"}
    checks = Path(__file__).resolve().with_name("schema_checks.py")
    return subprocess.run([*command, str(checks)], cwd=ROOT, env=options).returncode


if __name__ == "__main__":
    sys.exit(main())
