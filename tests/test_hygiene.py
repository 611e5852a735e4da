"""What the code of the package never does: run what it reads, or write around the one way."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "hippain_maps"

# Calls and modules that run what they are given, or read data in a way that can.
RUNS = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "os.system",
    "os.popen",
    "yaml.load",
    "yaml.unsafe_load",
}
LOADS = {
    "pickle",
    "cPickle",
    "dill",
    "marshal",
    "shelve",
    "joblib",
    "subprocess",
    "telnetlib",
    "ftplib",
}
CALLS_OUT = {"urllib.request", "http.client", "requests", "aiohttp", "httpx", "smtplib"}

# Raw text or bytes must not reach GEOS: its readers recurse, and crash the process.
PARSES = {"shapely.from_wkt", "shapely.from_wkb", "shapely.from_geojson", "wkt.loads", "wkb.loads"}


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Yield the dotted name of everything that is called, as far as it is written out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def faults(path: Path, text: str) -> Iterator[str]:
    """Yield what a module does that it must not."""
    tree = ast.parse(text)
    for name, node in calls(tree):
        at = f"{path.name}, line {node.lineno}: {name}"
        options = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
        if name in RUNS or name in PARSES:
            yield at
        if options.get("shell") == "True" or options.get("allow_pickle") == "True":
            yield at
        if name.endswith(("np.load", "numpy.load")) and options.get("allow_pickle") != "False":
            yield at
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                if name.split(".")[0] in LOADS or name in CALLS_OUT:
                    yield f"{path.name}, line {node.lineno}: import {name}"


EXCEPT = {
    # WKB whose form and counts were checked byte by byte before.
    ("decode.py", "shapely.from_wkb"),
    # Dask sends what it computes between its own processes as pickles, whoever asks it to.
    ("cluster.py", "import pickle"),
}


def test_nothing_that_is_read_is_run() -> None:
    """No eval, pickle, shell or network in the package, and no raw text for GEOS."""
    found = [
        fault
        for path in sorted(PACKAGE.rglob("*.py"))
        for fault in faults(path, path.read_text(encoding="utf-8"))
        if (path.name, fault.partition(": ")[2]) not in EXCEPT
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "eval('1')",
        "import pickle",
        "from subprocess import run",
        "yaml.load(text, Loader=Loader)",
        "subprocess.run(command, shell=True)",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "shapely.from_wkt(text)",
        "import urllib.request",
    ],
)
def test_the_check_sees_it(line: str) -> None:
    """The test above would find each of them."""
    assert list(faults(Path("a.py"), line))


def test_a_lint_rule_says_so_too() -> None:
    """Editors show the same before any test runs."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    chosen = config["tool"]["ruff"]["lint"]["select"]
    assert {"S102", "S301", "S307", "S506", "S602", "S604", "S605"} <= set(chosen)


# --- Writing -----------------------------------------------------------------------------------

WRITES = re.compile(
    r"(^|\.)(write_text|write_bytes|savefig|write_table|write_csv|to_parquet|to_csv|savez|"
    r"ParquetWriter|CSVWriter|PdfPages|ZipFile|touch|mkdtemp|rename|replace|rmtree|copyfile|copy2?|"
    r"symlink_to|hardlink_to)$"
)
OPENS = re.compile(r"(^|\.)open$")

# Functions that write by other means than `_writing`, each with its reason. What a function does
# inside one that is named here counts as its own.
AROUND = {
    "_writing.py": {"write_whole": "is the way itself", "write_text": "writes beside the target"},
    "_cache.py": {"_write": "writes beside the target"},
    "store_archive.py": {"export_visits": "writes beside the target"},
    "plotting/saving.py": {
        "save_figure": "writes beside the target",
        "save_pages": "writes beside the target",
    },
    "report/files.py": {
        "write_report": "writes beside the target",
        "_bytes": "writes into memory",
    },
    "interchange/files_out.py": {"_write_bytes": "writes beside the target"},
    "interchange/geoparquet.py": {"write_geoparquet": "writes beside the target"},
    "site/folder.py": {"_write": "writes beside the target"},
    "cohort/run.py": {
        "write": "a block: into a new folder that is synced and then renamed",
        "__init__": "removes blocks of its own",
        "has": "removes a block of its own that is damaged",
        "remove": "removes blocks of its own",
        "_join": "writes beside the target",
        "_write_parquet": "writes beside the target",
        "_write_csv": "writes beside the target",
    },
    "cohort/groups.py": {"write_rows": "writes beside the target"},
    "viewer/work.py": {
        "write_private": "writes beside the target",
        "read_private": "puts an unreadable file of ours out of the way",
    },
    "viewer/pair_server.py": {"open_pair_server": "a key for the TLS library, in a private folder"},
    "cli.py": {"invoke": "opens the null device, where a pipe was closed"},
    "_store_file.py": {"_open": "makes the database file, private from the start"},
}


def writing(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the outermost function, or method, of each place that writes; and what is called."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    outer: list[tuple[str, ast.AST]] = []
    for node in tree.body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        outer += [(getattr(part, "name", "module"), part) for part in inside]
    for name, part in outer:
        for call, node in calls(part):
            bare = call.startswith(("write_text", "write_whole", "self.write", "drawing.write"))
            if WRITES.search(call) and not bare:
                if call.endswith("replace") and not call.startswith(("os.", "shutil.")):
                    continue  # of a text, or of a dataclass
                if call.endswith(".copy") and not call.startswith("shutil."):
                    continue
                reads = call.endswith("ZipFile") and len(node.args) < 2
                if not reads:
                    yield name, call
            elif OPENS.search(call) and _opens_to_write(call, node):
                yield name, call


def _opens_to_write(call: str, node: ast.Call) -> bool:
    said = " ".join(ast.unparse(argument) for argument in [*node.args, *node.keywords])
    if call == "os.open":
        return "O_WRONLY" in said or "O_RDWR" in said or "O_CREAT" in said
    return bool(re.search(r"'(w|a|x|r\+|rb\+|wb|ab|xb|w\+|wb\+)'", said))


def test_every_write_goes_one_way() -> None:
    """Nothing writes a file but `_writing`, and what it calls; exceptions are named above."""
    found = [
        f"{place.as_posix()}, {function}: {call}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for function, call in writing(path)
        for place in [path.relative_to(PACKAGE)]
        if function not in AROUND.get(place.as_posix(), {})
    ]
    assert found == []
