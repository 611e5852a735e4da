"""What every test module may use: the shipped atlas, read once, and a world drawn by hand."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import settings

from hippain_maps.atlas import Atlas, load_atlas
from hippain_maps.regions import Body

# Needs an extra of its own, and is run by `python -m tests.long.schema_fuzz` alone.
collect_ignore = [] if "HIPPAIN_EXAMPLES" in os.environ else ["long/schema_checks.py"]

# In CI every run tries the same examples, so that red comes from the change; elsewhere new ones.
settings.register_profile(
    "ci", settings.default, derandomize=True, database=None, deadline=None, print_blob=True
)
if os.environ.get("CI"):
    settings.load_profile("ci")

_CACHE = pytest.StashKey[tempfile.TemporaryDirectory[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Keep the built atlas in a folder of this run's own: the user's cache is left alone."""
    # Thousands of tests and the atlas are kept to the end. Walking through all of them for every
    # few hundred new objects took a fifth of the run; garbage in circles is still collected.
    gc.set_threshold(50_000, 20, 50)
    if hasattr(config, "workerinput"):  # One of several processes: they share the folder.
        return
    folder = config.stash[_CACHE] = tempfile.TemporaryDirectory(prefix="hippain-cache-")
    os.environ["HIPPAIN_CACHE"] = folder.name


def pytest_collection_finish() -> None:
    """Leave what was collected out of every later search for garbage."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove that folder."""
    if _CACHE in config.stash:
        config.stash[_CACHE].cleanup()


@pytest.fixture(scope="session", autouse=True)
def piped() -> Iterator[None]:
    """Print tables as into a pipe, however wide the terminal is that the tests run in."""
    width = os.environ.pop("COLUMNS", None)
    yield
    if width is not None:
        os.environ["COLUMNS"] = width


@pytest.fixture(scope="session")
def atlas() -> Atlas:
    """Return the shipped atlas."""
    return load_atlas()


@pytest.fixture(scope="session")
def body(atlas: Atlas) -> Body:
    """Return the shipped body."""
    return atlas.body


@pytest.fixture(scope="session")
def world() -> Atlas:
    """Return the hand-drawn world with its three patterns."""
    from worlds import hand_drawn_atlas, three_patterns

    return hand_drawn_atlas(*three_patterns())
