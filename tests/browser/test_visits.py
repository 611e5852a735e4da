"""Visits in the browser: started, saved while drawing, reopened, compared, moved, deleted."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_kit import SIZES, Desk, violations

# Two dozen walks through the page: a minute and a half.
pytestmark = pytest.mark.slow

Make = Callable[..., Desk]


@pytest.fixture(scope="module")
def clinic(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Return the link of a viewer with a store of its own, and the store."""
    from browser_kit import serving

    home = tmp_path_factory.mktemp("clinic")
    store = home / "visits" / "store.sqlite"
    with serving(home, "--store", str(store)) as (process, link):
        yield link, store
        assert process.poll() is None, "the viewer fell over"
    said = (home / "stderr.txt").read_text(encoding="utf-8")
    assert "Traceback" not in said, said


@pytest.fixture
def room(desks: Make, clinic: tuple[str, Path]) -> Make:
    """Return a maker of pages of that viewer; nobody is in the store."""
    first = True

    def make(**options: Any) -> Desk:
        nonlocal first
        desk = desks(address=clinic[0], fresh=first, **options)
        if first:
            first = False
            ask(desk, "PUT", "open", {"visit": None})
            for found in ask(desk, "GET", "patients")["patients"]:
                ask(desk, "DELETE", f"patient?code={found['code']}")
            desk.reload()
        return desk

    return make


@pytest.fixture
def visit(room: Make) -> Desk:
    """Return a page with an open, empty visit of K-17."""
    desk = room()
    begin(desk)
    return desk


def ask(desk: Desk, method: str, path: str, body: Any = None) -> Any:
    """Ask the viewer as its page would; return the data."""
    answer = desk.context.request.fetch(
        f"{desk.origin}/api/v1/store/{path}".rstrip("/"),
        method=method,
        headers={"Origin": desk.origin, "Content-Type": "application/json"},
        data=None if body is None else json.dumps(body),
    )
    assert answer.ok, answer.text()
    return answer.json()


def begin(desk: Desk, code: str = "K-17") -> None:
    """Add a patient, and start an empty visit."""
    desk.click("mode-visits")
    desk.click("add-patient")
    desk.page.fill("#patient-code", code)
    desk.page.check("#consent")
    desk.click("patient-add")
    desk.click("start-empty")
    desk.page.wait_for_selector('[data-key="visit-press"]')


def saved(desk: Desk) -> None:
    """Wait until the strip says that the visit is saved."""
    desk.page.wait_for_selector('.visit-kept:text-is("Saved")')


def draw(desk: Desk, *strokes: list[tuple[float, float]]) -> None:
    """Draw on the back, and wait until it is saved in the visit."""
    before = kept_of(desk)["revision"]
    for stroke in strokes:
        desk.stroke("posterior", stroke)
    desk.until(
        """async before => {
        const { openVisit } = await import("/static/js/openvisit.js");
        return openVisit().revision > before; }""",
        before,
    )
    saved(desk)


def kept_of(desk: Desk) -> dict[str, Any]:
    """Return the open visit as the store has it."""
    return dict(ask(desk, "GET", "open")["visit"])


THIGH = [(-11.0, 76.0), (-11.0, 60.0)]
CALF = [(-9.5, 40.0), (-9.5, 26.0)]


def test_a_visit_is_saved_while_drawing(visit: Desk) -> None:
    """Started empty, drawn on: each stroke is in the store, with its ranking; a reload goes on."""
    draw(visit, THIGH)
    kept = kept_of(visit)
    assert kept["patient"] == "K-17"
    assert len(kept["drawing"]["features"]) == 1
    assert kept["ranking"]["candidates"]
    visit.reload()
    visit.page.wait_for_selector('.visit-whose:has-text("K-17")')
    assert len(visit.marks) == 1
    draw(visit, CALF)
    assert len(kept_of(visit)["drawing"]["features"]) == 2


def test_the_note_and_the_hand_are_kept(visit: Desk) -> None:
    """A note, the date and who drew are changed in one place."""
    visit.click("visit-note")
    visit.page.fill("#visit-note", "pressed, better")
    visit.page.fill("#visit-date", "2026-01-31")
    visit.click("hand-therapist")
    visit.click("visit-facts-save")
    visit.page.wait_for_selector("dialog", state="detached")
    kept = kept_of(visit)
    assert (kept["note"], kept["date"], kept["drawn_by"]) == (
        "pressed, better",
        "2026-01-31",
        "therapist",
    )
    assert "Jan 31, 2026" in visit.page.locator("#visit").inner_text()


def test_a_visit_is_reopened(visit: Desk) -> None:
    """The next one begins with the last drawing; the earlier one opens as it was."""
    draw(visit, THIGH)
    first = kept_of(visit)["id"]
    visit.click("mode-visits")
    visit.click("start-last")
    visit.page.wait_for_selector('body[data-mode="draw"]')
    assert len(visit.marks) == 1
    assert visit.state()["past"] == 0
    draw(visit, CALF)
    assert kept_of(visit)["id"] != first
    visit.click("mode-visits")
    visit.click(f"visit-{first}")
    visit.page.wait_for_selector('body[data-mode="draw"]')
    assert kept_of(visit)["id"] == first
    assert len(visit.marks) == 1
    visit.click("visit-close")
    visit.page.wait_for_selector("#visit", state="hidden")
    visit.until(
        """async () => {
        const { marks } = await import("/static/js/state.js");
        return !marks().length; }"""
    )
    lines = ask(visit, "GET", "visits?patient=K-17")["visits"]
    assert len(lines) == 2


def test_a_reload_at_a_bad_moment_loses_nothing(visit: Desk) -> None:
    """A visit that was opened while the page was away is shown as it is, not overwritten."""
    draw(visit, THIGH)
    drawing = kept_of(visit)["drawing"]
    ask(visit, "POST", "patients", {"code": "M-3", "consent": False})
    other = ask(visit, "POST", "visits", {"patient": "M-3", "start": "drawing", "drawing": drawing})
    visit.reload()
    visit.page.wait_for_selector('.visit-whose:has-text("M-3")')
    assert len(visit.marks) == 1
    assert kept_of(visit)["id"] == other["id"]
    # The page's own copy is gone, as after a full disk: the visit keeps its drawing.
    answer = visit.context.request.delete(
        f"{visit.origin}/api/v1/work", headers={"Origin": visit.origin}
    )
    assert answer.ok
    visit.reload()
    visit.page.wait_for_selector('.visit-whose:has-text("M-3")')
    assert len(visit.marks) == 1
    assert len(kept_of(visit)["drawing"]["features"]) == 1


def test_a_patient_who_draws_nothing_takes_nothing_away(visit: Desk) -> None:
    """Handed over with a drawing and back without one: the visit is as it was."""
    draw(visit, THIGH)
    visit.click("patient")
    visit.page.fill("#new-code", "4711")
    visit.page.click(".patient-form [type=submit]")
    visit.page.wait_for_selector('[data-key="side-left"]')
    visit.page.click(".p-leave")
    visit.page.fill("dialog .leave-form input", "4711")
    visit.page.click("dialog .leave-form button")
    visit.page.wait_for_selector('.visit-whose:has-text("K-17")')
    saved(visit)
    assert len(visit.marks) == 1
    assert len(kept_of(visit)["drawing"]["features"]) == 1


def test_two_visits_are_compared(visit: Desk) -> None:
    """Both drawings on one chart, the numbers beside them; then all visits, and their course."""
    draw(visit, THIGH, CALF)
    visit.click("mode-visits")
    visit.click("start-last")
    visit.page.wait_for_selector('body[data-mode="draw"]')
    visit.click("tool-eraser")
    draw(visit, CALF)
    visit.click("tool-brush")
    draw(visit, [(-11.0, 92.0), (-7.0, 92.0)])
    visit.click("mode-visits")
    visit.click("tab-compare")
    visit.page.wait_for_selector(".change-table")
    shown = visit.page.locator("#comparison").inner_text()
    for word in ("gone", "remaining", "new", "cm²", "Jaccard", "Pain extent", "Muscles"):
        assert word in shown
    for kind in ("gone", "remaining", "new"):
        assert visit.page.locator(f"#chart .change-{kind}").count() == 1
    visit.click("tab-course")
    visit.page.wait_for_selector(".trend-plot")
    assert visit.page.locator("#chart .level").count() >= 2
    assert "at least 2 times" in visit.page.locator(".level-key").inner_text()
    visit.click("mode-draw")
    assert visit.page.locator("#chart .visit-shapes").count() == 0


def test_press_and_draw(visit: Desk) -> None:
    """The pressed point, what it sent and whether it is known; no pattern is shown meanwhile."""
    draw(visit, THIGH)
    drawn = visit.doc
    visit.click("visit-press")
    visit.page.fill("#press-search", "piriformis")
    visit.page.locator('[data-key="spot-left:piriformis:trp1_lateral"]').click()
    assert visit.marks == []
    assert visit.page.locator("#chart .pattern *").count() == 0
    assert visit.page.locator("#chart .pressed-spot").count() >= 1
    assert not visit.page.locator("#results").is_visible()
    visit.stroke("posterior", [(-10, 92), (-8, 86)])
    visit.click("familiar-true")
    visit.click("press-save")
    visit.page.wait_for_selector("#press", state="hidden")
    assert visit.doc["features"] == drawn["features"]
    assert visit.doc["hippain"]["palpation"] == {"left:piriformis:trp1_lateral": "familiar"}
    saved(visit)
    (pressed,) = kept_of(visit)["pressed"]
    assert (pressed["source"], pressed["side"], pressed["familiar"]) == ("piriformis", "left", True)
    assert len(pressed["drawing"]["features"]) == 1
    assert "anterior" in pressed["drawing"]["hippain"]["views_completed"]
    assert ask(visit, "GET", "")["pressed"] == 1


def test_the_pressed_spot_is_found_on_the_chart(visit: Desk) -> None:
    """A tap offers what lies near; stopping leaves nothing behind."""
    draw(visit, THIGH)
    visit.click("visit-press")
    visit.page.wait_for_selector("body.pressing")
    visit.page.mouse.click(*visit.at("posterior", -12, 93.2))
    visit.page.wait_for_selector('#press-list h3:text-is("Near the tapped spot")')
    names = visit.page.locator("#press-list .source-row").all_inner_texts()
    assert any("Piriformis" in name for name in names)
    visit.click("press-cancel")
    visit.page.wait_for_selector("#press", state="hidden")
    assert len(visit.marks) == 1
    assert kept_of(visit)["pressed"] == []
    visit.stroke("posterior", CALF)
    saved(visit)
    assert len(visit.marks) == 2


def test_out_and_in(visit: Desk, tmp_path: Path) -> None:
    """One zip out; coming back, a known code is left out or gets another, and never overwritten."""
    draw(visit, THIGH)
    visit.click("mode-visits")
    visit.click("export-patient")
    with visit.page.expect_download() as caught:
        visit.click("export-now")
    path = tmp_path / "k17.zip"
    caught.value.save_as(path)
    assert caught.value.suggested_filename.startswith("visits_K-17_")
    visit.click("patients-back")
    visit.click("import")
    visit.page.set_input_files("#import-file", path)
    visit.page.wait_for_selector(".conflict")
    assert visit.page.locator('[data-key="import-now"]').is_disabled()
    visit.page.fill('[data-key="import-as-K-17"]', "K-17-copy")
    visit.click("import-now")
    visit.page.wait_for_selector('[data-key="patient-K-17-copy"]')
    copies = ask(visit, "GET", "visits?patient=K-17-copy")["visits"]
    assert len(copies) == 1
    assert len(ask(visit, "GET", "visits?patient=K-17")["visits"]) == 1


def test_a_broken_zip_is_told(visit: Desk, tmp_path: Path) -> None:
    """What is no archive is refused in a sentence, and nothing is added."""
    path = tmp_path / "broken.zip"
    path.write_bytes(b"no zip at all")
    visit.click("mode-visits")
    visit.click("patients-back")
    visit.click("import")
    visit.page.set_input_files("#import-file", path)
    visit.page.wait_for_selector("#import-offer .error")
    assert "no zip" in visit.page.locator("#import-offer").inner_text()


def test_deleting_asks_and_deletes(visit: Desk, clinic: tuple[str, Path]) -> None:
    """Kept when one says so; else gone from the list, the strip and the file."""
    visit.click("visit-note")
    visit.page.fill("#visit-note", "only-in-this-note-4711")
    visit.click("visit-facts-save")
    visit.page.wait_for_selector("dialog", state="detached")
    number = kept_of(visit)["id"]
    visit.click("mode-visits")
    visit.click(f"delete-visit-{number}")
    visit.click("sure-no")
    assert visit.page.locator(f'[data-key="visit-{number}"]').count() == 1
    visit.click(f"delete-visit-{number}")
    visit.click("sure-yes")
    visit.page.wait_for_selector(f'[data-key="visit-{number}"]', state="detached")
    visit.page.wait_for_selector("#visit", state="hidden")
    folder = clinic[1].parent
    assert b"4711" not in b"".join(path.read_bytes() for path in folder.iterdir())
    visit.click("delete-patient")
    visit.click("sure-yes")
    visit.page.wait_for_selector('[data-key="add-patient"]')
    assert ask(visit, "GET", "patients")["patients"] == []


def test_what_cannot_be_saved_stays_on_the_page(visit: Desk, clinic: tuple[str, Path]) -> None:
    """A store that went away is told on the strip; when it is back, nothing is lost."""
    draw(visit, THIGH)
    store = clinic[1]
    away = store.with_name("away.sqlite")
    os.rename(store, away)
    store.mkdir()
    visit.stroke("posterior", CALF)
    visit.page.wait_for_selector(".visit-strip.bad")
    said = visit.page.locator("#visit").inner_text()
    assert "Not saved, but still on this page." in said
    assert "it is a folder" in said
    assert len(visit.marks) == 2
    # A reload meanwhile finds the drawing, and says that its visit cannot be reached.
    visit.reload()
    visit.page.wait_for_selector(".visit-strip.bad")
    assert "it cannot be reached" in visit.page.locator("#visit").inner_text()
    assert len(visit.marks) == 2
    store.rmdir()
    os.rename(away, store)
    visit.click("visit-retry")
    visit.page.wait_for_selector('.visit-whose:has-text("K-17")')
    saved(visit)
    assert len(kept_of(visit)["drawing"]["features"]) == 2


def test_a_visit_that_was_saved_elsewhere_is_not_overwritten(visit: Desk) -> None:
    """The strip says so; what is on this page is kept as a visit of its own."""
    draw(visit, THIGH)
    kept = kept_of(visit)
    change = {"revision": kept["revision"], "note": "from the other room"}
    ask(visit, "PUT", f"visits/{kept['id']}", change)
    visit.stroke("posterior", CALF)
    visit.page.wait_for_selector('[data-key="visit-mine"]')
    assert "changed elsewhere" in visit.page.locator("#visit").inner_text()
    visit.click("visit-mine")
    saved(visit)
    assert kept_of(visit)["id"] != kept["id"]
    assert len(kept_of(visit)["drawing"]["features"]) == 2
    first = ask(visit, "GET", f"visits/{kept['id']}")
    assert first["note"] == "from the other room"
    assert len(first["drawing"]["features"]) == 1


def test_a_patient_sees_nothing_of_visits(visit: Desk) -> None:
    """Neither code nor note nor list is on the page; what is drawn goes into the visit."""
    visit.click("mode-visits")
    visit.page.wait_for_selector('[data-key="start-last"]')
    visit.click("patient")
    visit.page.fill("#new-code", "4711")
    visit.page.click(".patient-form [type=submit]")
    visit.page.wait_for_selector('[data-key="side-left"]')
    assert "K-17" not in visit.page.content()
    visit.click("side-left")
    visit.stroke("posterior", THIGH)
    visit.click("next")
    visit.click("next")
    while visit.page.locator('[data-key="no"]').count():
        visit.click("no")
    visit.page.reload()
    visit.started()
    assert "K-17" not in visit.page.content()
    visit.page.click(".p-leave")
    visit.page.fill("dialog .leave-form input", "4711")
    visit.page.click("dialog .leave-form button")
    visit.page.wait_for_selector('.visit-whose:has-text("K-17")')
    saved(visit)
    kept = kept_of(visit)
    assert len(kept["drawing"]["features"]) == 1
    assert kept["drawn_by"] == "patient"


def test_the_page_to_print(visit: Desk) -> None:
    """The report of the open visit is a PDF."""
    draw(visit, THIGH)
    visit.click("visit-report")
    with visit.page.expect_download() as caught:
        visit.click("report.patient-grey")
    assert Path(caught.value.path()).read_bytes().startswith(b"%PDF")


def test_a_patient_is_added_by_keyboard(room: Make) -> None:
    """From the modes to the started visit without a mouse."""
    desk = room()
    keys = desk.page.keyboard
    desk.page.locator('[data-key="mode-visits"]').focus()
    keys.press("Enter")
    desk.page.locator('[data-key="add-patient"]').focus()
    keys.press("Enter")
    keys.type("T-1")
    keys.press("Tab")
    keys.press("Space")
    keys.press("Enter")
    desk.page.wait_for_selector('[data-key="start-empty"]')
    assert desk.page.evaluate("() => document.activeElement.textContent") == "T-1"
    for _ in range(12):
        keys.press("Tab")
        if desk.page.evaluate("() => document.activeElement.dataset.key") == "start-empty":
            break
    keys.press("Enter")
    desk.page.wait_for_selector('.visit-whose:has-text("T-1")')
    assert ask(desk, "GET", "patients")["patients"][0]["consent"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_visits(room: Make, scheme: str) -> None:
    """The lists, the dialogs, the comparison, the course, and press and draw."""
    desk = room(color_scheme=scheme, bypass_csp=True)
    begin(desk)
    draw(desk, THIGH, CALF)
    found = {"open": violations(desk)}
    for key in ("visit-note", "visit-report"):
        desk.click(key)
        found[key] = violations(desk)
        desk.page.keyboard.press("Escape")
    desk.click("visit-press")
    found["press"] = violations(desk)
    desk.page.locator("#press-list .source-row").first.click()
    desk.stroke("posterior", [(-10, 92), (-8, 86)])
    found["pressed"] = violations(desk)
    desk.click("press-cancel")
    desk.click("mode-visits")
    desk.click("start-last")
    desk.page.wait_for_selector('body[data-mode="draw"]')
    desk.click("mode-visits")
    for key, there in (("tab-compare", ".change-table"), ("tab-course", ".trend-plot")):
        desk.click(key)
        desk.page.wait_for_selector(there)
        found[key] = violations(desk)
    desk.click("tab-visits")
    found["patient"] = violations(desk)
    desk.click("delete-patient")
    found["sure"] = violations(desk)
    desk.page.keyboard.press("Escape")
    desk.click("patients-back")
    desk.page.wait_for_selector('[data-key="import"]')
    found["list"] = violations(desk)
    for key in ("import", "export-all", "add-patient"):
        desk.click(key)
        found[key] = violations(desk)
        desk.page.keyboard.press("Escape")
    assert {where: what for where, what in found.items() if what} == {}


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_visits_fit_every_screen(room: Make, size: tuple[int, int]) -> None:
    """No sideways scrolling, and the strip's controls can be reached, at any size and in German."""
    desk = room(size=size, locale="de-DE")
    desk.click("mode-visits")
    if desk.page.locator("#panes .pane").first.is_visible():
        desk.click("pane-panel")
    begin(desk, "Ein-langer-Code-mit-vierzig-Zeichen-0001")
    for key in ("visit-press", "visit-note", "visit-report", "visit-close", "files", "mode-quiz"):
        box = desk.page.locator(f'[data-key="{key}"]').first.bounding_box()
        assert box is not None, key
        assert box["x"] >= 0, key
        assert box["x"] + box["width"] <= size[0] + 0.5, key
        assert min(box["width"], box["height"]) >= 24, key
    desk.click("visit-press")
    desk.click("press-cancel")
    wide = desk.page.evaluate(
        "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide[0] <= wide[1]
