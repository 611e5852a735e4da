"""Files and what is kept: saving, opening, reloading, a server restarted, forgetting."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from browser_kit import Desk, serving

from hippain_maps import PainDrawing

pytestmark = pytest.mark.slow


def saved(desk: Desk) -> None:
    """Wait until the server keeps what is drawn."""
    desk.until(
        """async () => { const { state } = await import("/static/js/state.js");
        const kept = await (await fetch("/api/v1/work")).json();
        const part = (drawing) => JSON.stringify([drawing?.features, drawing?.hippain.answers]);
        return part(kept.drawing) === part(state.doc); }"""
    )


def test_a_reload_finds_the_drawing_again(desk: Desk) -> None:
    """Marks, answers and palpation are as they were, and nothing of them is in the browser."""
    desk.draw_gluteus_minimus()
    with desk.reranked():
        desk.click("flag-no")
    before = desk.doc
    saved(desk)
    desk.reload()
    desk.page.wait_for_selector("#list-candidates .card")
    after = desk.doc
    assert after["features"] == before["features"]
    assert after["hippain"]["answers"] == before["hippain"]["answers"]
    stored = desk.page.evaluate(
        """async () => [localStorage.length, sessionStorage.length,
        (await indexedDB.databases()).length, (await caches.keys()).length]"""
    )
    assert stored == [0, 0, 0, 0]


@pytest.mark.slow
def test_a_restarted_server_brings_the_drawing_back(desks: Any, tmp_path: Path) -> None:
    """It is kept in a private file, which the next viewer reads."""
    with serving(tmp_path) as (_, link):
        desk = desks(address=link, fresh=False)
        desk.draw_gluteus_minimus()
        saved(desk)
        before = desk.marks
        desk.page.goto("about:blank")
    kept = next(tmp_path.rglob("work.json"))
    assert kept.stat().st_mode & 0o077 == 0
    with serving(tmp_path) as (_, link):
        desk = desks(address=link, fresh=False)
        assert desk.marks == before
        desk.page.goto("about:blank")


def test_a_saved_file_opens_as_the_same_drawing(desk: Desk, tmp_path: Path) -> None:
    """What the page saves the library reads, and the page reads again."""
    desk.draw_gluteus_minimus()
    before = desk.marks
    desk.click("files")
    with desk.page.expect_download() as download:
        desk.page.get_by_text("Save the drawing").click()
    path = tmp_path / "drawing.geojson"
    download.value.save_as(path)
    assert len(PainDrawing.read(path).marks) == 3
    desk.click("files")
    desk.page.get_by_text("New drawing").click()
    assert desk.marks == []
    desk.click("files")
    with desk.reranked():
        desk.page.set_input_files("#open-file", path)
    assert desk.marks == before


def test_a_file_that_is_no_drawing_is_refused_in_words(desk: Desk, tmp_path: Path) -> None:
    """The page says which file and why, and keeps what was drawn."""
    desk.draw_gluteus_minimus()
    path = tmp_path / "other.geojson"
    path.write_text('{"type": "FeatureCollection", "hippain": {"frame": "other"}, "features": []}')
    desk.click("files")
    desk.page.set_input_files("#open-file", path)
    desk.page.wait_for_selector("#toast:not([hidden])")
    said = desk.page.locator("#toast").inner_text()
    assert "other.geojson" in said
    assert "hippain-175" in said
    assert len(desk.marks) == 3


def test_ranking_and_figure_can_be_taken_away(desk: Desk, tmp_path: Path) -> None:
    """The ranking as JSON with the atlas version, the figure as a picture."""
    desk.draw_gluteus_minimus()
    desk.click("files")
    with desk.page.expect_download() as download:
        desk.page.get_by_text("Download the ranking").click()
    download.value.save_as(tmp_path / "ranking.json")
    ranking = json.loads((tmp_path / "ranking.json").read_text(encoding="utf-8"))
    assert ranking["atlas"]
    assert ranking["candidates"][0]["source"] == "gluteus_minimus"
    desk.click("files")
    with desk.page.expect_download() as download:
        desk.page.locator(".menu-formats .button").first.click()
    download.value.save_as(tmp_path / "ranking.png")
    assert (tmp_path / "ranking.png").read_bytes().startswith(b"\x89PNG")


def test_clearing_for_good_leaves_nothing(desk: Desk) -> None:
    """The page is empty, and the server has forgotten."""
    desk.draw_gluteus_minimus()
    saved(desk)
    desk.click("files")
    desk.page.locator(".menu-row").last.click()
    desk.until("async () => (await (await fetch('/api/v1/work')).json()).drawing === null")
    assert desk.marks == []
    assert desk.state()["past"] == 0


def test_two_windows_do_not_overwrite_each_other_unseen(desks: Any) -> None:
    """The later writer is shown the newer drawing, with a way back."""
    one = desks()
    two = desks(fresh=False)
    one.draw_gluteus_minimus()
    saved(one)
    with two.reranked():
        two.stroke("anterior", [(9, 70), (9, 60)])
    two.page.wait_for_selector("#toast:not([hidden])")
    assert len(two.marks) == 3
    two.page.locator("#toast button").click()
    assert len(two.marks) == 1
