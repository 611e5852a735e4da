"""A second device for the patient: a page for drawing, over TLS, once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_kit import Desk, serving

pytestmark = pytest.mark.slow


@pytest.fixture
def pair(browser: Any, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Return the links for the therapist and for the patient's device."""
    with serving(tmp_path, "--pair") as (process, link):
        said = ""
        while not (found := re.search(r"https://\S+", said)):
            assert process.poll() is None
            said = (tmp_path / "stderr.txt").read_text(encoding="utf-8")
        yield link, found[0]


def test_a_patient_draws_on_a_second_device(desks: Any, browser: Any, pair: Any) -> None:
    """The drawing comes to the therapist; the device sees no result, and its link works once."""
    link, other = pair
    therapist: Desk = desks(address=link, fresh=False)
    therapist.draw_gluteus_minimus()
    device = Desk(browser, other, size=(390, 844), ignore_https_errors=True)
    device.origin = re.match(r"https://[^/]+", other)[0]  # type: ignore[index]
    device.page.goto(other)
    if device.page.locator("[type=submit]").count():
        device.page.locator("[type=submit]").first.click()
    device.page.wait_for_selector('[data-key="side-left"]')
    assert device.page.locator(".p-leave").count() == 0
    for path in ("sources", "work/aside", "rank", "visits"):
        status = device.page.evaluate("async (p) => (await fetch(`/api/v1/${p}`)).status", path)
        assert status in (404, 405, 423), path
    device.click("side-left")
    assert device.marks == []
    device.stroke("posterior", [(-11, 92), (-11, 60)])
    device.click("next")
    device.click("next")
    while device.page.locator('[data-key="no"]').count():
        device.click("no")
    device.page.wait_for_selector(".p-thanks")
    therapist.page.wait_for_selector("#toast:not([hidden])")
    therapist.until(
        """async () => (await import("/static/js/state.js")).state.doc.features.length === 1"""
    )
    assert device.troubles == []
    late = Desk(browser, other, size=(390, 844), ignore_https_errors=True)
    answer = late.page.goto(other)
    if late.page.locator("[type=submit]").count():
        late.page.locator("[type=submit]").first.click()
        late.page.wait_for_timeout(500)
    assert late.page.locator('[data-key="side-left"]').count() == 0
    assert answer is not None
    late.close()
    device.close()
