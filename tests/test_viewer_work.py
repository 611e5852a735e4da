"""The unsaved drawing in its private file, and patient mode."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from viewer_client import (
    COOKIE,
    EMPTY,
    SECRET,
    Client,
    browser,
    error_of,
    spot,
    stranger,
    viewer,
)

from hippain_maps.atlas import Atlas
from hippain_maps.viewer import answers
from hippain_maps.viewer.work import KEPT_ASIDE, WorkFile

WORK, ASIDE, PATIENT = "/api/v1/work", "/api/v1/work/aside", "/api/v1/patient"
NOTHING = {"drawing": None, "saved": None}
OPEN = {"locked": False, "lang": None, "paired": False}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that is made when something is saved."""
    return tmp_path / "data" / "hippain_maps"


@pytest.fixture
def app(world: Atlas, folder: Path) -> FastAPI:
    """Return the viewer of the hand-drawn world."""
    return viewer(world, folder)


@pytest.fixture
def client(app: FastAPI) -> Client:
    """Return the therapist's browser."""
    return browser(app)


def kept(client: Client) -> Any:
    """Return what is kept."""
    answer = client.get(WORK)
    assert answer.status_code == 200
    return answers.WorkOut.model_validate(answer.json()).model_dump()


def keep(client: Client, drawing: dict[str, Any]) -> int:
    """Keep a drawing in place of what is there; return its revision."""
    answer = client.put(WORK, json={"drawing": drawing, "revision": kept(client)["revision"]})
    assert answer.status_code == 200, answer.text
    return answers.SavedOut.model_validate(answer.json()).revision


def spots(drawing: Any) -> list[Any]:
    """Return where the spots of a drawing are."""
    return [feature["geometry"]["coordinates"] for feature in drawing["features"]]


# --- The file ------------------------------------------------------------------------------------


def test_nothing_is_kept_until_something_is_drawn(client: Client, folder: Path) -> None:
    """Looking leaves no trace on the disk."""
    assert kept(client) == {**NOTHING, "revision": 0}
    assert not folder.exists()


def test_a_drawing_is_kept(client: Client) -> None:
    """It comes back whole, with the members that nobody knows, and the time it was saved."""
    drawing = spot() | {"mine": [1, 2]}
    assert keep(client, drawing) == 1
    found = kept(client)
    assert found["drawing"]["mine"] == [1, 2]
    assert spots(found["drawing"]) == spots(drawing)
    assert found["saved"].endswith("+00:00")
    assert keep(client, EMPTY) == 2


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_the_file_is_private(client: Client, folder: Path) -> None:
    """Nobody else can read the file or enter the folder, and one made public is closed again."""
    keep(client, spot())
    path = folder / "work.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    path.chmod(0o644)
    keep(client, spot())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(folder.iterdir()) == [path]


def test_it_outlives_a_restart(client: Client, world: Atlas, folder: Path) -> None:
    """Another run on the same folder finds the drawing, and goes on from its revision."""
    keep(client, spot(-5))
    again = browser(viewer(world, folder))
    assert spots(kept(again)["drawing"]) == [[-5, 30]]
    assert keep(again, spot()) == 2


def test_clearing_removes_the_file(client: Client, folder: Path) -> None:
    """Nothing is left, and a late writer who saw the old drawing does not bring it back."""
    revision = keep(client, spot())
    answer = client.delete(WORK)
    assert answers.WorkOut.model_validate(answer.json()).drawing is None
    assert not (folder / "work.json").exists()
    late = client.put(WORK, json={"drawing": spot(), "revision": revision})
    error_of(late, 409, "stale")
    assert kept(client)["drawing"] is None
    assert keep(client, spot()) > revision
    assert client.delete(WORK).status_code == client.delete(WORK).status_code == 200


def test_the_second_writer_is_told(app: FastAPI, client: Client) -> None:
    """Two windows do not overwrite each other unseen."""
    other = browser(app)
    keep(other, spot(-3))
    answer = client.put(WORK, json={"drawing": spot(), "revision": 0})
    assert "revision 1 is kept" in error_of(answer, 409, "stale")
    assert spots(kept(client)["drawing"]) == [[-3, 30]]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"revision": -1}', b"\xff"])
def test_a_broken_file_is_put_out_of_the_way(client: Client, folder: Path, content: bytes) -> None:
    """The viewer goes on without it, and does not destroy it."""
    folder.mkdir(parents=True)
    (folder / "work.json").write_bytes(content)
    assert kept(client) == {**NOTHING, "revision": 0}
    assert (folder / "work.json.unreadable").read_bytes() == content
    assert keep(client, spot()) == 1


def test_a_folder_that_is_a_file_is_said(client: Client, folder: Path) -> None:
    """Where nothing can be written, the refusal names the place."""
    folder.parent.mkdir(parents=True)
    folder.write_text("in the way")
    answer = client.put(WORK, json={"drawing": spot(), "revision": 0})
    assert str(folder) in error_of(answer, 503, "not_saved")


def test_few_drawings_are_kept_aside(tmp_path: Path) -> None:
    """The newest first; an empty one is not worth keeping."""
    work = WorkFile(tmp_path)
    for number in range(KEPT_ASIDE + 2):
        work.put(spot(-number), work.get().revision)
        work.put_aside()
    work.put(EMPTY, work.get().revision)
    work.put_aside()
    found = [spots(w.drawing)[0][0] for w in work.aside().drawings]
    assert found == [-6, -5, -4, -3, -2]


# --- Patient mode --------------------------------------------------------------------------------


def lock(client: Client, code: str = "1234") -> None:
    """Hand the page to a patient."""
    answer = client.post(PATIENT, json={"code": code, "lang": "de"})
    assert answer.json() == {"locked": True, "lang": "de", "paired": False}


def leave(client: Client, code: str = "1234") -> Any:
    """Ask to leave patient mode."""
    return client.post(f"{PATIENT}/leave", json={"code": code})


def test_a_patient_starts_with_an_empty_drawing(client: Client) -> None:
    """The therapist's drawing is put aside; the patient's is the therapist's after leaving."""
    assert client.get(PATIENT).json() == OPEN
    keep(client, spot(-1))
    lock(client)
    assert client.get(PATIENT).json() == {"locked": True, "lang": "de", "paired": False}
    assert kept(client)["drawing"] is None
    keep(client, spot(-2))
    assert leave(client).json() == OPEN
    assert spots(kept(client)["drawing"]) == [[-2, 30]]
    aside = answers.AsideOut.model_validate(client.get(ASIDE).json())
    assert [spots(found.drawing) for found in aside.drawings] == [[[-1, 30]]]
    assert client.delete(ASIDE).json() == client.get(ASIDE).json() == {"drawings": []}


def test_a_late_save_does_not_reach_the_patient(client: Client) -> None:
    """A drawing that was still on its way when the page was handed over is refused."""
    revision = keep(client, spot(-1))
    lock(client)
    late = client.put(WORK, json={"drawing": spot(-1), "revision": revision})
    error_of(late, 409, "stale")
    assert kept(client)["drawing"] is None


def test_little_is_open_to_a_patient(client: Client) -> None:
    """Chart, questions, the own drawing and the way out; nothing of results, atlas or others."""
    keep(client, spot())
    lock(client)
    for method, path in (
        ("GET", "/api/v1/sources"),
        ("GET", "/api/v1/sources/alpha"),
        ("GET", "/api/v1/sources/alpha/pattern"),
        ("GET", "/api/v1/sources/alpha/figure"),
        ("GET", "/api/v1/places/upper"),
        ("GET", "/api/v1/questions"),
        ("GET", "/api/v1/questions?patient=0"),
        ("GET", "/api/v1/questions?patient=1&patient=0"),
        ("POST", "/api/v1/rank"),
        ("POST", "/api/v1/figure"),
        ("POST", "/api/v1/check"),
        ("DELETE", WORK),
        ("GET", ASIDE),
        ("DELETE", ASIDE),
        ("POST", PATIENT),
        ("GET", "/api/v1/openapi.json"),
        ("GET", "/api/v1/nothing"),
        ("GET", "/api/v1/work/"),
        ("GET", "//api/v1/sources"),
    ):
        error_of(client.request(method, path), 423, "locked")
    for path in ("/api/v1/chart", PATIENT, WORK, "/api/v1/questions?patient=1&lang=de"):
        assert client.get(path).status_code == 200
    assert client.get("/").status_code in (200, 404)
    assert leave(client).status_code == 200
    assert client.get("/api/v1/sources").status_code == 200


def test_a_lock_holds(app: FastAPI, client: Client) -> None:
    """Neither a reload nor the printed link opens it; another browser is not shut out."""
    lock(client)
    assert client.get("/", params={"key": SECRET}).status_code == 303
    error_of(client.get("/api/v1/sources"), 423, "locked")
    copied = stranger(app)
    copied.cookies.set(COOKIE, client.cookies[COOKIE])
    error_of(copied.get("/api/v1/sources"), 423, "locked")
    assert browser(app).get("/api/v1/sources").status_code == 200


def test_only_the_code_opens_it(client: Client) -> None:
    """A wrong one does not, and five tries a minute are all there are."""
    lock(client, "Käse")
    error_of(leave(client, "käse"), 403, "wrong_code")
    for wrong in ("", "Käse ", "1234", "x" * 100):
        error_of(leave(client, wrong), 403, "wrong_code")
    refused = leave(client, "Käse")
    error_of(refused, 429, "too_fast")
    assert 1 <= int(refused.headers["retry-after"]) <= 12
    assert client.get(PATIENT).json()["locked"]


def test_the_code_is_not_kept(app: FastAPI, client: Client) -> None:
    """What is remembered is salted and hashed: two locks with one code have nothing in common."""
    other = browser(app)
    lock(client, "geheim99")
    lock(other, "geheim99")
    sessions = app.state.sessions
    locks = [sessions.find(c.cookies[COOKIE]).lock for c in (client, other)]
    assert all(b"geheim99" not in repr(vars(found)).encode() for found in locks)
    assert locks[0]._hash != locks[1]._hash


def test_leaving_without_a_lock_is_no_fault(client: Client) -> None:
    """Nothing happens."""
    assert leave(client, "any").json() == OPEN


def test_a_lock_does_not_outlive_the_server(client: Client, world: Atlas, folder: Path) -> None:
    """After a restart the therapist opens a new link, and finds what the patient drew."""
    keep(client, spot(-1))
    lock(client)
    keep(client, spot(-2))
    again = browser(viewer(world, folder))
    assert again.get(PATIENT).json() == OPEN
    assert spots(kept(again)["drawing"]) == [[-2, 30]]
    assert [spots(d["drawing"]) for d in again.get(ASIDE).json()["drawings"]] == [[[-1, 30]]]
