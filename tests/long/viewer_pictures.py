"""The pictures of the viewer in ``examples/gallery``, made anew in a real browser.

``python -m tests.long.viewer_pictures`` replaces them; run it after a change to the page, and look.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from browser_kit import CHROMIUM, FLAGS, Desk, serving
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
GALLERY = ROOT / "examples" / "gallery"
DRAWING = ROOT / "examples" / "drawings" / "gluteus_minimus_posterior.geojson"

SMALLER = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": line},
            "properties": {"view": view, "width_cm": 5, "intensity": 4},
        }
        for view, line in (
            ("posterior", [[-13, 92], [-8, 90], [-12, 87]]),
            ("posterior", [[-11, 78], [-11, 66]]),
            ("left_lateral", [[-1, 92], [-1, 84]]),
        )
    ],
}
"""What the same patient draws later."""


def opened(browser: Browser, link: str, size: tuple[int, int], **options: str) -> Desk:
    """Return a page with the example drawing in it."""
    desk = Desk(browser, link, size=size, **options).open()
    desk.click("files")
    with desk.reranked():
        desk.page.set_input_files("#open-file", DRAWING)
    desk.page.evaluate("() => { document.getElementById('toast').hidden = true; }")
    return desk


def take(desk: Desk, name: str) -> None:
    """Save what is on the screen."""
    desk.page.wait_for_timeout(500)
    desk.page.screenshot(path=GALLERY / f"{name}.png")
    desk.close()


def results(browser: Browser, link: str) -> None:
    """A drawing, the first candidate's pattern laid over it, and the reasons."""
    desk = opened(browser, link, (1280, 900))
    desk.page.locator("#list-candidates .card-head").first.click()
    desk.page.wait_for_selector("#chart .pattern.first .essential")
    take(desk, "viewer_results")


def compared(browser: Browser, link: str) -> None:
    """Two patterns compared over the drawing, in the dark."""
    desk = opened(browser, link, (1280, 800), color_scheme="dark")
    desk.page.locator("#list-candidates .card-head").first.click()
    desk.page.locator('[data-key^="pin-"]').first.click()
    desk.page.locator("#list-candidates .card-head").nth(1).click()
    desk.page.wait_for_selector("#chart .pattern.second .essential")
    take(desk, "viewer_compared")


def patient(browser: Browser, link: str) -> None:
    """The page for the patient, in German."""
    desk = Desk(browser, link, size=(1024, 768)).open()
    desk.click("patient")
    desk.click("lang-de")
    desk.page.fill("#new-code", "4711")
    desk.page.click(".patient-form [type=submit]")
    desk.click("side-left")
    for start, *rest in (
        [(-13, 93), (-6, 91), (-13, 88), (-7, 85)],
        [(-12, 77), (-11, 66), (-11, 54)],
        [(-9.5, 40), (-9, 30), (-9.5, 22)],
    ):
        desk.stroke("posterior", [start, *rest])
    desk.click("p-i-6")
    take(desk, "viewer_patient")


def visits(browser: Browser, link: str) -> None:
    """Two visits of one patient on one chart, with the numbers beside them."""
    desk = Desk(browser, link, size=(1280, 900)).open()

    def tell(path: str, body: dict[str, object]) -> None:
        answer = desk.context.request.post(
            f"{desk.origin}/api/v1/store/{path}",
            headers={"Origin": desk.origin, "Content-Type": "application/json"},
            data=json.dumps(body),
        )
        assert answer.ok, answer.text()

    first = json.loads(DRAWING.read_text(encoding="utf-8"))
    tell("patients", {"code": "K-17", "consent": True, "keep_until": "2036-12-31"})
    for date, drawing in (("2026-09-07", first), ("2026-10-20", SMALLER)):
        tell("visits", {"patient": "K-17", "start": "drawing", "drawing": drawing, "date": date})
    desk.reload()
    desk.click("mode-visits")
    desk.page.wait_for_selector('[data-key="tab-compare"]')
    desk.click("tab-compare")
    desk.page.wait_for_selector("#chart .change-gone")
    take(desk, "viewer_visits")


def main() -> None:
    """Take all pictures."""
    with tempfile.TemporaryDirectory() as home, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        with serving(Path(home)) as (_, link):
            for picture in (results, compared, patient, visits):
                picture(browser, link)
        browser.close()


if __name__ == "__main__":
    main()
