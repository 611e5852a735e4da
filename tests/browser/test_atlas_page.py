"""The atlas in the browser: search, regions, figures to take away, the quiz."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser_kit import Desk

pytestmark = pytest.mark.slow


def rows(desk: Desk) -> list[str]:
    """Return the first lines of the sources that are listed."""
    return [row.inner_text().split("\n")[0] for row in desk.page.locator(".source-row").all()]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("TFL", "Tensor fasciae latae"),
        ("peroneus", "Fibularis longus and brevis"),
        ("trochanteric bursitis", "Greater trochanteric pain"),
    ],
)
def test_a_source_is_found_by_any_of_its_names(desk: Desk, words: str, name: str) -> None:
    """The synonym leads to the source, and its pattern is laid on the chart."""
    desk.click("mode-atlas")
    desk.page.wait_for_selector(".source-row")
    desk.page.fill("#search", words)
    desk.page.wait_for_function(
        "n => document.querySelector('.source-row')?.innerText.includes(n)", arg=name
    )
    desk.page.locator(".source-row").first.click()
    desk.page.wait_for_selector("#chart .pattern.first > *", state="attached")
    assert name in desk.page.locator("#detail").inner_text()


def test_a_tapped_region_says_what_refers_there(desk: Desk) -> None:
    """The list stands under the region's name, essential before spillover."""
    desk.click("mode-atlas")
    desk.page.wait_for_selector(".source-row")
    desk.page.mouse.click(*desk.at("posterior", -11, 65))
    desk.page.wait_for_function("() => /thigh/i.test(document.getElementById('atlas').innerText)")
    assert rows(desk)


@pytest.mark.parametrize(("number", "start"), [(0, b"\x89PNG"), (1, b"<?xml"), (2, b"%PDF")])
def test_a_figure_can_be_taken_away(desk: Desk, tmp_path: Path, number: int, start: bytes) -> None:
    """As png, svg or pdf."""
    desk.click("mode-atlas")
    desk.page.wait_for_selector(".source-row")
    desk.page.fill("#search", "piriformis")
    desk.page.locator(".source-row").first.click()
    desk.page.wait_for_selector("#detail .row .button")
    with desk.page.expect_download() as download:
        desk.page.locator("#detail .row .button").nth(number).click()
    download.value.save_as(tmp_path / "figure")
    assert (tmp_path / "figure").read_bytes().startswith(start)


@pytest.mark.parametrize(("kind", "option"), [("name", "quiz-option"), ("pattern", "quiz-picture")])
def test_the_quiz_marks_an_answer_and_goes_on(desk: Desk, kind: str, option: str) -> None:
    """Pattern to muscle and muscle to pattern: one tap tells right from wrong."""
    desk.click("mode-quiz")
    desk.click(f"quiz-{kind}")
    options = desk.page.locator(f".{option}")
    options.nth(1).click()
    assert options.count() == 4
    assert desk.page.locator(f".{option}:disabled").count() == 4
    assert desk.page.locator(f".{option}.right").count() == 1
    desk.click("quiz-next")
    desk.page.wait_for_selector(f".{option}:not(:disabled)")
