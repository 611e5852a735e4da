"""A real browser in front of a real viewer: what the tests in `tests/browser` work with."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

TIMEOUT = 20_000
"""Milliseconds that anything on the page may take on a busy machine; nothing is timed by it."""

CHROMIUM = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

SIZES = {
    "phone": (390, 844),
    "tablet upright": (768, 1024),
    "tablet": (1024, 768),
    "laptop": (1280, 800),
}
"""Screens that the page must fit."""

Point = tuple[float, float]

_PLACE = """async ([view, x, y]) => {
  const { toWorld } = await import("/static/js/chart.js");
  const [wx, wy] = toWorld(view, x, y);
  const svg = document.getElementById("chart");
  const box = svg.viewBox.baseVal, on = svg.getBoundingClientRect();
  const across = on.width / box.width, down = on.height / box.height;
  return [on.left + (wx - box.x) * across, on.top + (wy - box.y) * down];
}"""

_STATE = """async () => {
  const { state } = await import("/static/js/state.js");
  return { doc: state.doc, ranking: state.ranking, past: state.past.length, view: state.view,
    selected: state.selected, patient: state.patient, mode: state.mode };
}"""


@contextmanager
def serving(home: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run ``hippain view`` as a person would; yield the process and the link that it printed."""
    command = [
        sys.executable,
        "-m",
        "hippain_maps",
        "view",
        "--no-browser",
        "--port",
        "0",
        *options,
    ]
    env = {**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home), "APPDATA": str(home)}
    env |= {"LOCALAPPDATA": str(home), "PYTHONIOENCODING": "utf-8"}
    with (home / "stderr.txt").open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            command, env=env, stdout=subprocess.PIPE, stderr=errors, encoding="utf-8"
        )
        try:
            assert process.stdout is not None
            link = process.stdout.readline().strip()
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?key=[\w-]{43}", link), link
            yield process, link
        finally:
            process.kill()
            process.communicate()


class Desk:
    """One page of the viewer, with the hands of a person.

    Parameters
    ----------
    browser : Browser
        A running Chromium.
    link : str
        What ``hippain view`` printed.
    size : (width, height)
        Of the window, in pixels.
    options : dict
        Of the browser's context: ``has_touch``, ``locale``, ``color_scheme``, ...
    """

    def __init__(
        self, browser: Browser, link: str, *, size: tuple[int, int] = (1280, 800), **options: Any
    ) -> None:
        self.link = link
        self.origin = link.split("/?")[0]
        self.troubles: list[str] = []
        self.context: BrowserContext = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            accept_downloads=True,
            **{"locale": "en-US", "reduced_motion": "reduce", **options},
        )
        self.context.set_default_timeout(TIMEOUT)
        self.page: Page = self.context.new_page()
        self._watch(self.page)

    def _watch(self, page: Page) -> None:
        """Note whatever must not happen: an error in the console, a request to elsewhere."""

        def heard(message: Any) -> None:
            # The browser itself words a refused request as an error; the answers are checked.
            if (
                message.type in ("error", "warning")
                and "Failed to load resource" not in message.text
            ):
                self.troubles.append(f"console: {message.text}")

        def asked(request: Any) -> None:
            if not request.url.startswith((f"{self.origin}/", "blob:", "data:")):
                self.troubles.append(f"request to elsewhere: {request.url}")

        page.on("console", heard)
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("request", asked)

    def open(self, *, fresh: bool = True) -> Desk:
        """Open the viewer; `fresh` forgets what earlier pages left with the server."""
        if fresh:
            ask = self.context.request
            ask.get(self.link, max_redirects=0)
            for kept in ("work", "work/aside"):
                ask.delete(f"{self.origin}/api/v1/{kept}", headers={"Origin": self.origin})
        self.page.goto(self.link)
        self.started()
        return self

    def reload(self) -> None:
        """Load the page again."""
        self.page.reload()
        self.started()

    def started(self) -> None:
        """Wait until the page can be used."""
        self.page.wait_for_selector("body:not(.starting)")

    # --- What the page knows ---

    def state(self) -> dict[str, Any]:
        """Return the page's own state: the drawing, the ranking, what is selected."""
        return dict(self.page.evaluate(_STATE))

    @property
    def doc(self) -> dict[str, Any]:
        """Return the drawing as the page would save it."""
        return dict(self.state()["doc"])

    @property
    def marks(self) -> list[dict[str, Any]]:
        """Return the marks of the drawing."""
        return list(self.doc["features"])

    def first(self) -> tuple[str, str]:
        """Return the first candidate that stands on the page, and its side, as shown."""
        card = self.page.locator("#list-candidates .card").first
        name = card.locator(".card-name").inner_text().strip()
        return name, card.locator(".side-badge").get_attribute("class").split()[-1]  # type: ignore[union-attr]

    @contextmanager
    def reranked(self) -> Iterator[None]:
        """Wait until what is done in here has changed the ranking on the page."""
        before = self.page.evaluate("() => performance.getEntriesByName('rank').length")
        yield
        self.page.wait_for_function(
            "n => performance.getEntriesByName('rank').length > n "
            "&& document.querySelector('#results[aria-busy=false]')",
            arg=before,
        )

    def until(self, question: str, about: Any = None) -> None:
        """Wait until the page answers an asynchronous question with yes."""
        for _ in range(TIMEOUT // 50):
            if self.page.evaluate(question, about):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"the page never said yes to {question}")

    # --- Hands ---

    def at(self, view: str, x: float, y: float) -> Point:
        """Return where a place of the chart is on the screen."""
        across, down = self.page.evaluate(_PLACE, [view, x, y])
        return across, down

    def click(self, key: str) -> None:
        """Press a control by its key."""
        self.page.click(f'[data-key="{key}"]')

    def stroke(self, view: str, points: Sequence[Point], *, steps: int = 6) -> None:
        """Draw with the mouse through places of the chart."""
        start, *rest = [self.at(view, *point) for point in points]
        self.page.mouse.move(*start)
        self.page.mouse.down()
        for point in rest:
            self.page.mouse.move(*point, steps=steps)
        self.page.mouse.up()

    def fingers(self, *paths: Sequence[Point]) -> None:
        """Move one finger or two over the screen, along paths of equal length."""
        hand = self.context.new_cdp_session(self.page)

        def send(kind: str, places: Sequence[Point]) -> None:
            touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
            hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

        for number in range(1, len(paths) + 1):
            send("touchStart", [path[0] for path in paths[:number]])
        for places in zip(*paths, strict=True):
            send("touchMove", places)
        send("touchEnd", [])
        hand.detach()

    def pen(self, path: Sequence[Point]) -> None:
        """Move a pen over the screen."""
        hand = self.context.new_cdp_session(self.page)

        def send(kind: str, place: Point, buttons: int) -> None:
            event = {"type": kind, "x": place[0], "y": place[1], "pointerType": "pen", "force": 0.5}
            button = {"button": "left" if buttons or kind == "mouseReleased" else "none"}
            click = {"buttons": buttons, "clickCount": 1}
            hand.send("Input.dispatchMouseEvent", {**event, **button, **click})

        send("mousePressed", path[0], 1)
        for place in path[1:]:
            send("mouseMoved", place, 1)
        send("mouseReleased", path[-1], 0)
        hand.detach()

    def draw_gluteus_minimus(self) -> None:
        """Draw what the posterior trigger point of the left gluteus minimus sends."""
        with self.reranked():
            self.stroke("posterior", [(-13, 93), (-6, 91), (-13, 87), (-7, 84)])
            self.stroke("posterior", [(-11, 76), (-11, 54)])
            self.stroke("posterior", [(-9.5, 40), (-9.5, 22)])

    def close(self) -> None:
        """Close the page."""
        self.context.close()


def line(start: Point, end: Point, count: int = 12) -> list[Point]:
    """Return places on a straight line, both ends included."""
    parts = [number / (count - 1) for number in range(count)]
    return [(start[0] + t * (end[0] - start[0]), start[1] + t * (end[1] - start[1])) for t in parts]


def violations(desk: Desk) -> list[str]:
    """Return what axe-core finds serious or critical."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(desk.page).response["violations"]
    return [
        f"{v['id']}: {[node['html'][:120] for node in v['nodes'][:3]]}"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]
