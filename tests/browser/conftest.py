"""Fixtures for tests in a real browser: one Chromium, one viewer, a page for each test.

Without Chromium or Playwright these tests are skipped, with the reason; with the variable
HIPPAIN_BROWSER_TESTS=required, as in ``.ci/run``, they fail instead.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest


def missing() -> str | None:
    """Return what a browser test lacks here."""
    if importlib.util.find_spec("playwright") is None:
        return "Playwright is not installed"
    from browser_kit import CHROMIUM

    if CHROMIUM is None:
        return "there is no Chromium on this machine"
    return None


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Return a running Chromium; for each file anew, since it lends the thread an event loop."""
    if reason := missing():
        if os.environ.get("HIPPAIN_BROWSER_TESTS") == "required":
            pytest.fail(f"browser tests are required, but {reason}")
        pytest.skip(reason)
    from browser_kit import CHROMIUM, FLAGS
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture(scope="module")
def link(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the link of a viewer that runs for all tests of a file."""
    from browser_kit import serving

    home = tmp_path_factory.mktemp("viewer")
    with serving(home) as (process, link):
        yield link
        assert process.poll() is None, "the viewer fell over"
    said = (home / "stderr.txt").read_text(encoding="utf-8")
    assert "Traceback" not in said, said
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def desks(browser: Any, link: str) -> Iterator[Callable[..., Any]]:
    """Return a maker of pages; in the end none of them may have had trouble."""
    from browser_kit import Desk

    made: list[Desk] = []

    def make(*, address: str = link, fresh: bool = True, **options: Any) -> Desk:
        desk = Desk(browser, address, **options)
        made.append(desk)
        return desk.open(fresh=fresh)

    yield make
    for desk in made:
        desk.close()
    troubles = [trouble for desk in made for trouble in desk.troubles]
    assert not troubles, troubles


@pytest.fixture
def desk(desks: Callable[..., Any]) -> Any:
    """Return a page of the viewer, empty, on a screen of 1280 x 800."""
    return desks()


@pytest.fixture(scope="session")
def drawings() -> Path:
    """Return the folder of the example drawings."""
    return Path(__file__).resolve().parents[2] / "examples" / "drawings"
