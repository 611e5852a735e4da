"""The oldest libraries that are allowed: ``python -m tests.long.oldest [FOLDER] [-- PYTEST ...]``.

Makes a virtual environment in a folder (by default a temporary one), installs the package with the
lower bound of every requirement of pyproject.toml, tools for development aside, and runs the tests
with it: all of them, or those named after ``--``. Ends with the status of pytest.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("dev", "fuzz")
"""Extras whose members may be new: they check the package, and are no part of it."""

_LEAST = re.compile(r"([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?>=([0-9][^,; ]*)")


def bounds() -> Iterator[str]:
    """Yield each requirement of the package and its extras at its lower bound."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].items()
    wanted = [line for name, lines in extras if name not in TOOLS for line in lines]
    for line in dict.fromkeys([*project["dependencies"], *wanted]):
        if found := _LEAST.match(line):
            yield f"{found[1]}=={found[2]}"
        elif not line.startswith("hippain-maps["):
            raise SystemExit(f"{line!r} has no lower bound")


def main() -> int:
    """Install and test; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--only-install", action="store_true")
    parser.add_argument("tests", nargs="*", help="After --: what pytest is given.")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="hippain-oldest-"))
    constraints = folder / "constraints.txt"
    folder.mkdir(parents=True, exist_ok=True)
    constraints.write_text("".join(f"{line}\n" for line in bounds()), encoding="utf-8")
    print(constraints.read_text(encoding="utf-8"), flush=True)
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install = [str(python), "-m", "pip", "install", "-q", "-c", str(constraints)]
    subprocess.run([*install, "-e", f"{ROOT}[dev]"], check=True)
    if given.only_install:
        return 0
    command = [str(python), "-m", "pytest", "-q", *(given.tests or ["-n", "2"])]
    return subprocess.run(command, cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main())
