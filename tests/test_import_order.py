"""Nothing is imported upwards.

Every module stands on a floor and imports only from floors strictly below its own, so the file
list can be read from the bottom to the top. The modules of one sub-package share its floor and
may import each other.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

NAME = "hippain_maps"
PACKAGE = Path(__file__).resolve().parents[1] / NAME

FLOORS = {
    "errors": 0,
    "_limits": 0,
    "_resources": 1,
    "_ranges": 1,
    "shares": 1,
    "_yaml": 1,
    "geometry": 1,
    "surface": 2,
    "linework": 2,
    "_yaml_fields": 2,
    "_body_names": 2,
    "_body_files": 3,
    "regions": 3,
    "sheet": 4,
    "_plain": 2,
    "_json": 2,
    "_gate": 3,
    "_reading": 3,
    "_writing": 3,
    "_pattern_files": 3,
    "_anatomy_files": 3,
    "_findings": 2,
    "_red_flag_files": 4,
    "packs": 4,
    "atlas_parts": 5,
    "_cache": 4,
    "body": 5,
    "patterns": 4,
    "model": 5,
    "paper": 4,
    "softening": 4,
    "departures": 4,
    "outlines": 4,
    "clipping": 5,
    "words": 5,
    "anatomy": 5,
    "marks": 4,
    "sources": 5,
    "red_flags": 5,
    "atlas": 6,
    "drawing": 5,
    "overlap": 6,
    "states": 7,
    "expectation": 8,
    "file_schemas": 9,
    "weighing": 7,
    "clues": 7,
    "palpation": 7,
    "screening": 7,
    "measures": 7,
    "evidence": 9,
    "candidates": 8,
    "ranking": 10,
    "interchange": 8,
    "comparison": 11,
    "reasons": 9,
    "simulation": 9,
    "combination": 11,
    "questions": 9,
    "evaluation": 12,
    "stability": 11,
    "cohort": 11,
    "_console": 1,
    "_store_schema": 1,
    "_store_file": 3,
    "visits": 9,
    "store": 10,
    "course": 12,
    "store_archive": 11,
    "pooling": 11,
    "measured_pack": 12,
    "_pool_table": 12,
    "_red_flag_table": 12,
    "plotting": 13,
    "report": 14,
    "scan": 14,
    "referrals": 9,
    "_atlas_tables": 12,
    "_tables": 13,
    "viewer": 15,
    "_every_command": 3,
    "_figure_commands": 14,
    "_check_command": 15,
    "_cohort_commands": 15,
    "_cohort_tables": 12,
    "_record_commands": 15,
    "_report_command": 15,
    "_convert_command": 15,
    "_scan_command": 15,
    "_view_command": 16,
    "site": 16,
    "_site_command": 17,
    "cli": 18,
    "__main__": 19,
    "__init__": 19,
}

# Stricter than the floors: the body's shape is pure geometry, and reads no file.
ONLY = {"surface": {"errors", "geometry"}, "linework": {"errors", "geometry"}}

# The command line: one module, or one for each larger command or family of them.
COMMANDS = {"cli", *(path.stem for path in PACKAGE.glob("_*_command*.py"))}

# Each kind of machinery is known to few: what is drawn, overlapped and ranked is already valid
# data, whatever file it came from, and nothing below the figures knows how to draw.
OUTSIDE = {
    "yaml": {"_yaml"},
    "click": COMMANDS,
    "matplotlib": {"plotting", "report", "scan", "viewer", "site"},
    "cv2": {"scan"},
    "PIL": {"scan"},
    "skimage": {"scan"},
    "rich": {
        "cli",
        "_cohort_tables",
        "_tables",
        "_atlas_tables",
        "_console",
        "_pool_table",
        "_red_flag_table",
    },
    "fastapi": {"viewer"},
    "starlette": {"viewer"},
    "uvicorn": {"viewer"},
    "cryptography": {"viewer"},
    "segno": {"viewer"},
    "defusedxml": {"interchange"},
    "fhir": {"interchange"},
    "fontTools": {"interchange"},
    "threadpoolctl": {"cohort", "viewer"},
    "pdoc": {"site"},
    "dask": {"cohort"},
    "distributed": {"cohort"},
}
NO_YAML = {"drawing", "overlap", "ranking"}
MAY_PRINT = {*COMMANDS, "viewer"}


def module_of(path: Path, package: Path) -> str:
    """Return the name that has the floor: the module, or the sub-package it belongs to."""
    return path.relative_to(package).parts[0].removesuffix(".py")


def imports(path: Path, package: Path) -> Iterator[tuple[str, int]]:
    """Yield the full dotted name and line of everything that a module imports, anywhere in it."""
    here = [package.name, *path.relative_to(package).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            start = here[: len(here) - node.level + 1] if node.level else []
            base = ".".join([*start, *filter(None, [node.module])])
            for alias in node.names:
                yield f"{base}.{alias.name}", node.lineno


def violations(package: Path) -> list[str]:
    """Return every import in `package` that breaks the order of the floors."""
    found = []
    for path in sorted(package.rglob("*.py")):
        name = module_of(path, package)
        if name not in FLOORS:
            found.append(f"{name}: no floor; give it one in {Path(__file__).name}")
            continue
        for dotted, line in imports(path, package):
            root, _, rest = dotted.partition(".")
            if root != package.name:
                continue
            target = rest.split(".")[0]
            at = f"{path.relative_to(package).as_posix()}, line {line}"
            here = package / target
            if not target or not (here.is_dir() or here.with_suffix(".py").is_file()):
                found.append(f"{at}: imports from the facade; name the module")
            elif target in FLOORS and target != name and FLOORS[target] >= FLOORS[name]:
                found.append(
                    f"{at}: {name} (floor {FLOORS[name]}) imports {target} ({FLOORS[target]})"
                )
            elif name in ONLY and target not in ONLY[name]:
                found.append(f"{at}: {name} imports {target}; it may import {sorted(ONLY[name])}")
    return found


def test_nothing_is_imported_upwards() -> None:
    """Every module has a floor and imports only from floors strictly below it."""
    assert violations(PACKAGE) == []


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({"geometry.py": "from hippain_maps.errors import DataError"}, None),
        ({"geometry.py": "from hippain_maps import errors"}, None),
        ({"geometry.py": "import shapely\nfrom shapely import Point"}, None),
        (
            {"plotting/__init__.py": "", "plotting/a.py": "from hippain_maps.plotting import b"},
            None,
        ),
        ({"plotting/a.py": "from . import b\nfrom ..errors import DataError"}, None),
        ({"geometry.py": "from hippain_maps.atlas import Atlas"}, "line 1: geometry (floor 1)"),
        ({"geometry.py": "from .atlas import Atlas"}, "imports atlas (6)"),
        ({"geometry.py": "from . import atlas"}, "imports atlas (6)"),
        ({"geometry.py": "import hippain_maps.atlas"}, "imports atlas (6)"),
        ({"geometry.py": "def f():\n    import hippain_maps.atlas"}, "line 2"),
        ({"geometry.py": "from hippain_maps._yaml import read_yaml"}, "imports _yaml (1)"),
        ({"geometry.py": "from hippain_maps import Atlas"}, "imports from the facade"),
        ({"geometry.py": "import hippain_maps"}, "imports from the facade"),
        ({"surface.py": "from hippain_maps._yaml import read_yaml"}, "surface imports _yaml"),
        ({"ranking.py": "from hippain_maps.plotting.a import x"}, "imports plotting (13)"),
        ({"plotting/a.py": "from ..viewer import app"}, "plotting/a.py, line 1: plotting"),
        ({"helpers.py": ""}, "helpers: no floor"),
    ],
)
def test_the_order_is_checked(tmp_path: Path, files: dict[str, str], fault: str | None) -> None:
    """The check above sees every way of importing, and a module that nobody placed."""
    package = tmp_path / NAME
    present = {f"{name}.py": "" for name in ("errors", "atlas", "_yaml")}
    present |= {"viewer/__init__.py": "", "plotting/b.py": ""}
    for name, text in (present | files).items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    found = violations(package)
    assert len(found) == (0 if fault is None else 1)
    assert fault is None or fault in found[0]


def test_machinery_stays_where_it_belongs() -> None:
    """Only the modules named above know YAML, matplotlib, click and rich."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = module_of(path, PACKAGE)
        for dotted, line in imports(path, PACKAGE):
            root = dotted.split(".")[0]
            if root in OUTSIDE and name not in OUTSIDE[root]:
                found.append(f"{name}, line {line}: imports {root}")
            if name in NO_YAML and (root == "pydantic" or dotted.startswith(f"{NAME}._yaml")):
                found.append(f"{name}, line {line}: imports {dotted}")
    assert found == []


def test_only_the_edges_print() -> None:
    """The library returns and raises; the command line and the viewer talk."""
    found = [
        f"{path.name}, line {node.lineno}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if module_of(path, PACKAGE) not in MAY_PRINT
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and node.id in ("print", "input", "exit", "quit")
    ]
    assert found == []
