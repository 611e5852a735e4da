"""Every operation of the interface, asked everything: ``python -m tests.long.schema_fuzz``.

Schemathesis makes requests from the OpenAPI document of the viewer, fitting ones and others, and
checks the answers against it. The viewer of the hand-drawn world is asked in this process, without
a network. ``--examples`` says how many requests each operation gets. Ends with the status of
pytest. Needs the extra ``fuzz``.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


def main() -> int:
    """Run the checks; return the exit status."""
    import pytest

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=100)
    given = parser.parse_args()
    os.environ["HIPPAIN_EXAMPLES"] = str(given.examples)
    checks = Path(__file__).resolve().with_name("schema_checks.py")
    return int(pytest.main(["-q", "-p", "no:cacheprovider", "--no-header", str(checks)]))


if __name__ == "__main__":
    sys.exit(main())
