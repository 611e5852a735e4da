"""Patient mode: handed over, drawn, handed back; and what a patient can never see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from browser_kit import Desk

CODE = "4711"


def hand_over(desk: Desk, language: str = "en") -> None:
    """Give the page to a patient."""
    desk.click("patient")
    desk.click(f"lang-{language}")
    desk.page.fill("#new-code", CODE)
    desk.page.click(".patient-form [type=submit]")
    desk.page.wait_for_selector('[data-key="side-left"]')


def hand_back(desk: Desk, code: str = CODE) -> None:
    """Leave with a code."""
    desk.page.fill(".leave-form input", code)
    desk.page.click(".leave-form button")


def text_of(desk: Desk) -> str:
    """Return all words on the page."""
    return str(desk.page.evaluate("() => document.body.innerText"))


def test_a_patient_draws_and_the_therapist_gets_it(desk: Desk) -> None:
    """Side, drawing, strength, feeling, questions; then the code brings the results."""
    hand_over(desk)
    desk.click("side-left")
    desk.stroke("posterior", [(-13, 93), (-6, 91), (-13, 87), (-7, 84)])
    desk.stroke("posterior", [(-11, 76), (-11, 54)])
    desk.stroke("posterior", [(-9.5, 40), (-9.5, 22)])
    desk.click("p-i-7")
    desk.click("next")
    desk.click("feel-aching")
    desk.click("next")
    while desk.page.locator('[data-key="no"]').count():
        desk.click("no")
    assert desk.page.locator(".p-thanks").count() == 1
    hand_back(desk)
    desk.page.wait_for_selector("#list-candidates .card")
    assert {mark["properties"]["intensity"] for mark in desk.marks} == {7}
    assert {tuple(mark["properties"]["quality"]) for mark in desk.marks} == {("aching",)}
    header = desk.doc["hippain"]
    assert header["about"]["said_side"] == "left"
    assert header["about"]["by"] == "patient"
    assert set(header["answers"].values()) == {"no"}
    assert desk.first() == ("Gluteus minimus", "left")


def test_a_patient_sees_no_muscle_and_nothing_of_an_earlier_patient(desk: Desk) -> None:
    """The chart is empty, the interface is locked, and no name of a muscle is on the page."""
    desk.draw_gluteus_minimus()
    hand_over(desk)
    desk.click("side-right")
    assert desk.marks == []
    desk.stroke("anterior", [(9, 70), (9, 60)])
    assert "luteus" not in text_of(desk)
    for path in ("sources", "work/aside", "chart"):
        status = desk.page.evaluate("async (p) => (await fetch(`/api/v1/${p}`)).status", path)
        assert status == (200 if path == "chart" else 423)
    ranked = desk.page.evaluate(
        """async () => (await fetch("/api/v1/rank", { method: "POST", body: "{}",
        headers: { "Content-Type": "application/json" } })).status"""
    )
    assert ranked == 423


def test_a_reload_does_not_let_the_patient_out(desk: Desk) -> None:
    """The patient goes on where the drawing was."""
    hand_over(desk)
    desk.click("side-left")
    with desk.page.expect_response(lambda r: r.request.method == "PUT" and r.ok):
        desk.stroke("posterior", [(-11, 76), (-11, 54)])
    desk.page.reload()
    desk.page.wait_for_selector(".p-draw")
    assert len(desk.marks) == 1
    assert desk.page.locator("#results").is_hidden()


def test_only_the_code_lets_out(desk: Desk) -> None:
    """A wrong code is refused in words, and the page stays with the patient."""
    hand_over(desk)
    desk.page.click(".p-leave")
    hand_back(desk, "0000")
    desk.page.wait_for_selector(".leave-form .error:not([hidden])")
    assert desk.state()["patient"] is True
    hand_back(desk)
    desk.page.wait_for_selector("body:not(.patient-mode)")
    assert desk.state()["patient"] is False


def test_a_drawing_on_the_other_side_than_said_is_questioned(desk: Desk) -> None:
    """Said left, drawn right: the page asks, and lets the drawing stand if it is right."""
    hand_over(desk)
    desk.click("side-left")
    desk.stroke("posterior", [(11, 76), (11, 54)])
    assert desk.page.locator(".p-side-warning").is_visible()
    desk.click("next")
    dialog = desk.page.locator("dialog[open]")
    assert "left" in dialog.inner_text()
    dialog.locator(".secondary").first.click()
    desk.page.wait_for_selector('[data-key="feel-aching"]')
    assert len(desk.marks) == 1


def test_yes_to_an_emergency_tells_the_patient_to_speak_up_at_once(desk: Desk) -> None:
    """Not at the end of the form, and without a diagnosis."""
    hand_over(desk)
    desk.click("side-left")
    desk.stroke("posterior", [(-11, 76), (-11, 54)])
    desk.click("next")
    desk.click("next")
    desk.click("yes")
    assert "now" in desk.page.locator("dialog[open]").inner_text().lower()


def test_plain_words_in_four_languages(desks: Callable[..., Any]) -> None:
    """The whole way through, no key and no English word is left in the German page."""
    desk = desks()
    hand_over(desk, "de")
    words = [text_of(desk)]
    desk.click("side-left")
    desk.stroke("posterior", [(-11, 76), (-11, 54)])
    words.append(text_of(desk))
    desk.click("next")
    words.append(text_of(desk))
    desk.click("next")
    words.append(text_of(desk))
    for english in ("Draw", "Next", "Back", "side", "hurts", "p."):
        assert not any(english in text.split() for text in words)
    assert all("ß" in t or "ü" in t or "ö" in t or "ä" in t for t in words)
