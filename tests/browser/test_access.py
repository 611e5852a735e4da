"""Access for everyone: keyboard alone, screen readers, contrast, sizes, dark mode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from browser_kit import SIZES, Desk, violations

pytestmark = pytest.mark.slow


def focused(desk: Desk) -> str:
    """Return the key or name of what has the focus."""
    return str(
        desk.page.evaluate(
            """() => { const e = document.activeElement;
            return e.dataset.key || e.id || e.getAttribute("href") || e.tagName; }"""
        )
    )


def test_the_whole_way_by_keyboard(desk: Desk) -> None:
    """Tab to the chart, mark a region, answer a red flag, open a candidate, and undo it all."""
    reached = []
    for _ in range(60):
        desk.page.keyboard.press("Tab")
        reached.append(focused(desk))
        if reached[-1] == "chart":
            break
    assert reached[0] == "#panel"
    assert "mode-atlas" in reached
    assert "tool-brush" in reached
    assert reached[-1] == "chart"
    desk.page.keyboard.press("ArrowDown")
    desk.page.keyboard.press("ArrowDown")
    assert desk.page.locator("#where").inner_text().strip()
    with desk.reranked():
        desk.page.keyboard.press("Enter")
    assert len(desk.marks) == 1
    assert desk.page.locator("#list-candidates .card").count() > 0
    for _ in range(80):
        desk.page.keyboard.press("Tab")
        if focused(desk) == "flag-no":
            break
    with desk.reranked():
        desk.page.keyboard.press("Enter")
    assert list(desk.doc["hippain"]["answers"].values()) == ["no"]
    for _ in range(80):
        desk.page.keyboard.press("Tab")
        if focused(desk).startswith("card-"):
            break
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_selector(".card.open")
    desk.page.locator("#chart").focus()
    with desk.reranked():
        desk.page.keyboard.press("Enter")
    assert desk.marks == []


def test_every_region_can_be_marked_from_a_list(desk: Desk) -> None:
    """The list alternative to drawing names the regions of each view and side."""
    desk.click("act-list")
    names = [b.inner_text() for b in desk.page.locator(".region-buttons .choice").all()]
    assert len(names) > 20
    assert all(name.strip() for name in names)
    with desk.reranked():
        desk.page.locator(".region-buttons .choice").nth(3).click()
    assert [mark["geometry"]["type"] for mark in desk.marks] == ["Polygon"]


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_axe_finds_nothing_serious(desks: Callable[..., Any], scheme: str) -> None:
    """Empty, drawn, opened, flagged, in the atlas, the quiz, the menu and with the patient."""
    desk = desks(color_scheme=scheme, bypass_csp=True)
    found: dict[str, list[str]] = {"empty": violations(desk)}
    desk.draw_gluteus_minimus()
    desk.page.locator("#list-candidates .card-head").first.click()
    found["open"] = violations(desk)
    desk.page.locator('[data-key^="detail-"]').first.click()
    desk.page.wait_for_selector("#detail-title")
    found["detail"] = violations(desk)
    desk.click("detail-back")
    with desk.reranked():
        desk.click("flag-yes")
    found["flag"] = violations(desk)
    desk.click("act-list")
    found["list"] = violations(desk)
    desk.page.keyboard.press("Escape")
    desk.click("mode-atlas")
    desk.page.wait_for_selector(".source-row")
    found["atlas"] = violations(desk)
    desk.click("mode-quiz")
    desk.page.wait_for_selector(".quiz-option")
    found["quiz"] = violations(desk)
    desk.click("mode-draw")
    desk.click("files")
    found["menu"] = violations(desk)
    desk.page.keyboard.press("Escape")
    desk.click("patient")
    found["handing over"] = violations(desk)
    desk.page.fill("#new-code", "4711")
    desk.page.click(".patient-form [type=submit]")
    desk.page.wait_for_selector('[data-key="side-left"]')
    found["patient: side"] = violations(desk)
    desk.click("side-left")
    desk.stroke("posterior", [(-11, 76), (-11, 54)])
    found["patient: drawn"] = violations(desk)
    desk.click("next")
    found["patient: feeling"] = violations(desk)
    desk.click("next")
    found["patient: question"] = violations(desk)
    assert {where: what for where, what in found.items() if what} == {}


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_nothing_is_cut_off(desks: Callable[..., Any], size: tuple[int, int]) -> None:
    """No sideways scrolling at any size, and what one needs first is on the screen."""
    desk = desks(size=size)
    desk.draw_gluteus_minimus()
    wide = desk.page.evaluate(
        "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide[0] <= wide[1]
    for key in ("tool-brush", "tool-eraser", "act-undo", "files", "patient"):
        box = desk.page.locator(f'[data-key="{key}"]').first.bounding_box()
        assert box is not None, key
        assert box["x"] >= 0, key
        assert box["x"] + box["width"] <= size[0] + 0.5, key
        assert box["y"] + box["height"] <= size[1] + 0.5, key
        assert min(box["width"], box["height"]) >= 24, key
    if desk.page.locator("#panes .pane").first.is_visible():
        desk.click("pane-panel")
    assert desk.page.locator("#list-candidates .card").first.is_visible()


def test_dark_mode_is_respected(desks: Callable[..., Any]) -> None:
    """The page follows the person's setting."""

    def brightness(scheme: str) -> float:
        desk = desks(color_scheme=scheme)
        colour = desk.page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        return sum(float(v) for v in colour.strip("rgba()").split(",")[:3]) / 3

    assert brightness("dark") < 80 < 200 < brightness("light")


def test_motion_is_left_out_for_those_who_ask(desks: Callable[..., Any]) -> None:
    """Flying to a view is a cut with reduced motion, and a flight without; both arrive."""
    for motion in ("reduce", "no-preference"):
        desk = desks(reduced_motion=motion)
        desk.click("chip-posterior")
        desk.until(
            """async () => (await import("/static/js/state.js")).state.view === "posterior" """
        )


def test_the_page_is_light_enough(desk: Desk) -> None:
    """All that a page loads from the server stays below 500 kB."""
    sizes = desk.page.evaluate(
        """() => performance.getEntriesByType("resource").map(e => [e.name, e.decodedBodySize])
        .concat([["page", performance.getEntriesByType("navigation")[0].decodedBodySize]])"""
    )
    own = {name: size for name, size in sizes if "/static/" in name or name == "page"}
    assert len(own) > 20
    assert sum(own.values()) <= 500_000
