"""The shape of the package: modules that can be read, names that are kept in order.

What imports what is in `test_import_order`.
"""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "hippain_maps"
MODULES = sorted(PACKAGE.rglob("*.py"))

MOST_LINES = 500
"""A module past this wants splitting along a seam that is really there."""


def name_of(path: Path) -> str:
    """Return the path of a module within the package."""
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_can_be_read_in_one_go(path: Path) -> None:
    """No module is longer than the cap."""
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= MOST_LINES


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_says_what_it_is(path: Path) -> None:
    """Every module begins with a docstring, whose first line is a sentence."""
    said = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert said
    assert said.splitlines()[0].rstrip().endswith((".", ":"))


def test_all_names_what_is_there() -> None:
    """Each `__all__` of the package is sorted, names nothing twice and nothing that is missing."""
    for path in MODULES:
        names = [
            ast.literal_eval(node.value)
            for node in ast.parse(path.read_text("utf-8")).body
            if isinstance(node, ast.Assign)
            and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets)
        ]
        if not names:
            continue
        parts = path.relative_to(ROOT).with_suffix("").parts
        module = importlib.import_module(".".join(p for p in parts if p != "__init__"))
        (listed,) = names
        assert len(set(listed)) == len(listed), path
        assert all(hasattr(module, name) for name in listed), path


def test_the_same_tools_run_before_a_commit_and_in_ci() -> None:
    """What pre-commit runs, CI runs too."""
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    entries = [hook["entry"] for repo in config["repos"] for hook in repo["hooks"]]
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    for entry in entries:
        assert entry.replace(" --force-exclude", "") in script
