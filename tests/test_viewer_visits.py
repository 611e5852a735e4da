"""Patients and visits through the viewer: saved, compared, exported, deleted, out of reach."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from viewer_client import EMPTY, Client, browser, error_of, spot, viewer

from hippain_maps.atlas import Atlas
from hippain_maps.store import Store
from hippain_maps.viewer import visit_models as models
from hippain_maps.viewer.app import create_app
from hippain_maps.viewer.guard import MAX_BODY

API = "/api/v1/store"
TODAY = dt.date.today()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return where the viewer of a test keeps everything."""
    return tmp_path / "work"


@pytest.fixture
def app(world: Atlas, folder: Path) -> FastAPI:
    """Return the viewer of the hand-drawn world."""
    return viewer(world, folder)


@pytest.fixture
def client(app: FastAPI) -> Client:
    """Return a browser that has been let in."""
    return browser(app)


def data_of(answer: Any) -> Any:
    """Return the data of an answer that must be one."""
    assert answer.status_code == 200, answer.text
    return answer.json()


def patient(client: Client, code: str = "K-17", **more: Any) -> None:
    """Add a patient."""
    data_of(client.post(f"{API}/patients", json={"code": code, "consent": True} | more))


def visit(client: Client, code: str = "K-17", drawing: Any = None, **more: Any) -> dict[str, Any]:
    """Start a visit."""
    start = {"start": "drawing", "drawing": drawing} if drawing else {}
    answer = client.post(f"{API}/visits", json={"patient": code} | start | more)
    return dict(data_of(answer))


# --- Patients ----------------------------------------------------------------------------------


def test_a_patient_is_a_code(client: Client) -> None:
    """Added, listed, found, changed; what goes out fits its models."""
    patient(client, "K/17 ü?", keep_until="2040-01-01")
    patient(client, "M-3")
    listed = models.PatientsOut.model_validate(data_of(client.get(f"{API}/patients")))
    assert [p.code for p in listed.patients] == ["K/17 ü?", "M-3"]
    assert not listed.more
    found = data_of(client.get(f"{API}/patients", params={"find": "m-"}))["patients"]
    assert [p["code"] for p in found] == ["M-3"]
    changed = data_of(
        client.put(f"{API}/patient", params={"code": "K/17 ü?"}, json={"consent": False})
    )
    assert models.PatientRecord.model_validate(changed).keep_until is None
    assert not changed["consent"]
    store = models.StoreOut.model_validate(data_of(client.get(API)))
    assert (store.patients, store.encrypted) == (2, False)
    assert store.path.endswith("visits.sqlite")


def test_codes_come_a_page_at_a_time(client: Client, folder: Path) -> None:
    """Pages join without gap or double, and the last one says that it is."""
    with Store(folder / "visits.sqlite") as store:
        for number in range(120):
            store.add_patient(f"P{number:03d}", consent=False)
    seen: list[str] = []
    more = True
    while more:
        page = data_of(client.get(f"{API}/patients", params={"after": seen[-1] if seen else ""}))
        seen += [p["code"] for p in page["patients"]]
        more = page["more"]
    assert seen == [f"P{number:03d}" for number in range(120)]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"code": "", "consent": True}, "bad_request"),
        ({"code": "x" * 41, "consent": True}, "bad_request"),
        ({"code": "a\nb", "consent": True}, "store_refused"),
        ({"code": "K-17", "consent": True}, "store_refused"),
        ({"code": "a"}, "bad_request"),
        ({"code": "a", "consent": True, "name": "Ann"}, "bad_request"),
        ({"code": "a", "consent": True, "keep_until": "soon"}, "bad_request"),
    ],
)
def test_what_is_no_patient_is_refused(client: Client, body: Any, code: str) -> None:
    """No code, a code that is taken, a name, no date: one sentence each, and nothing is added."""
    patient(client)
    error_of(client.post(f"{API}/patients", json=body), 422, code)
    assert len(data_of(client.get(f"{API}/patients"))["patients"]) == 1


def test_retention_is_acted_on_when_asked(client: Client) -> None:
    """Who is past the date is named, and deleted only on request."""
    patient(client, "old", keep_until=str(TODAY - dt.timedelta(days=1)))
    patient(client, "new", keep_until=str(TODAY))
    assert data_of(client.get(API))["expired"] == ["old"]
    listed = data_of(client.get(f"{API}/patients"))["patients"]
    assert [p["expired"] for p in listed] == [False, True]
    assert data_of(client.delete(f"{API}/expired")) == {"deleted": ["old"]}
    assert data_of(client.get(API))["patients"] == 1


# --- Visits ------------------------------------------------------------------------------------


def test_a_visit_is_saved_and_reopened(client: Client) -> None:
    """Drawing, hand, note and ranking are there again, with the revision that a save needs."""
    patient(client)
    begun = models.VisitOut.model_validate(visit(client))
    assert begun.drawing["features"] == []
    assert begun.ranking is None
    address = f"{API}/visits/{begun.id}"
    change = {"revision": begun.revision, "drawing": spot(), "note": "better"}
    saved = data_of(client.put(address, json=change | {"date": "2026-01-02"}))
    assert models.SavedVisit.model_validate(saved).revision == begun.revision + 1
    again = models.VisitOut.model_validate(data_of(client.get(address)))
    assert again.note == "better"
    assert str(again.date) == "2026-01-02"
    assert len(again.drawing["features"]) == 1
    assert again.ranking is not None
    assert again.ranking["candidates"][0]["rank"] == 1
    assert "regions" not in again.ranking["candidates"][0]
    listed = models.VisitsOut.model_validate(
        data_of(client.get(f"{API}/visits", params={"patient": "K-17"}))
    )
    assert [line.note for line in listed.visits] == ["better"]


def test_a_drawing_that_is_emptied_keeps_no_ranking(client: Client) -> None:
    """A ranking belongs to the drawing beside it."""
    patient(client)
    begun = visit(client, drawing=spot())
    assert begun["ranking"]
    change = {"revision": begun["revision"], "drawing": EMPTY}
    data_of(client.put(f"{API}/visits/{begun['id']}", json=change))
    assert data_of(client.get(f"{API}/visits/{begun['id']}"))["ranking"] is None


def test_a_visit_from_the_last_one_has_its_pain_alone(client: Client) -> None:
    """The marks are the starting point; answers and findings are asked anew."""
    patient(client)
    first = spot() | {"hippain": {"frame": "hippain-175", "version": 1, "answers": {"x": "yes"}}}
    visit(client, drawing=first)
    second = visit(client, start="last")
    assert len(second["drawing"]["features"]) == 1
    assert "answers" not in second["drawing"]["hippain"]


def test_two_viewers_do_not_lose_each_others_visits(client: Client, app: FastAPI) -> None:
    """The later save from an old state is refused, and what was saved first is still there."""
    other = browser(app)
    patient(client)
    begun = visit(client)
    address = f"{API}/visits/{begun['id']}"
    data_of(other.put(address, json={"revision": begun["revision"], "note": "from the other"}))
    message = error_of(
        client.put(address, json={"revision": begun["revision"], "note": "mine"}), 409, "stale"
    )
    assert "nothing was overwritten" in message
    assert data_of(client.get(address))["note"] == "from the other"


def test_the_open_visit_outlives_a_restart(client: Client, world: Atlas, folder: Path) -> None:
    """A new viewer on the same folder goes on with it; one on another store does not."""
    assert data_of(client.get(f"{API}/open")) == {"visit": None, "seen": 0}
    assert not (folder / "visits.sqlite").exists()
    patient(client)
    begun = visit(client)
    again = browser(viewer(world, folder))
    found = models.OpenOut.model_validate(data_of(again.get(f"{API}/open")))
    assert found.visit is not None
    assert (found.visit.id, found.seen) == (begun["id"], begun["revision"])
    elsewhere = browser(create_app(world, "the-secret-of-this-run", 8175, folder, folder / "b.db"))
    assert data_of(elsewhere.get(f"{API}/open"))["visit"] is None
    data_of(again.put(f"{API}/open", json={"visit": None}))
    assert data_of(again.get(f"{API}/open"))["visit"] is None


def test_the_page_holds_the_drawing_of_the_open_visit(client: Client) -> None:
    """Opening one visit after another never leaves the drawing of the first as the second's."""
    patient(client)
    patient(client, "M-3")
    one, two = visit(client, drawing=spot(-10)), visit(client, "M-3", drawing=spot(-4))
    assert data_of(client.get("/api/v1/work"))["drawing"] == two["drawing"]
    data_of(client.put(f"{API}/open", json={"visit": one["id"]}))
    kept = data_of(client.get("/api/v1/work"))
    assert kept["drawing"] == one["drawing"]
    # A window that still shows the other one comes too late.
    late = {"drawing": two["drawing"], "revision": kept["revision"] - 1}
    error_of(client.put("/api/v1/work", json=late), 409, "stale")


def test_a_save_elsewhere_can_be_told_from_ones_own(client: Client, folder: Path) -> None:
    """The viewer remembers the revision that it saw; a later one was not saved by it."""
    patient(client)
    begun = visit(client)
    change = {"revision": begun["revision"], "note": "own"}
    data_of(client.put(f"{API}/visits/{begun['id']}", json=change))
    found = data_of(client.get(f"{API}/open"))
    assert found["seen"] == found["visit"]["revision"]
    with Store(folder / "visits.sqlite") as store:
        store.save_visit(store.visit(begun["id"]), note="another program's")
    found = data_of(client.get(f"{API}/open"))
    assert found["seen"] < found["visit"]["revision"]


def test_a_drawing_of_no_visit_is_put_aside(client: Client) -> None:
    """Opening a visit loses no drawing that was on the page."""
    patient(client)
    data_of(client.put("/api/v1/work", json={"drawing": spot(), "revision": 0}))
    begun = visit(client)
    aside = data_of(client.get("/api/v1/work/aside"))["drawings"]
    assert len(aside) == 1
    data_of(client.put(f"{API}/open", json={"visit": begun["id"]}))
    assert len(data_of(client.get("/api/v1/work/aside"))["drawings"]) == 1


# --- Comparing ---------------------------------------------------------------------------------


def test_two_visits_are_compared(client: Client) -> None:
    """Areas, shapes and the way of the centre; visits of two people are not comparable."""
    patient(client)
    patient(client, "M-3")
    one, two = visit(client, drawing=spot(-10)), visit(client, drawing=spot(-6))
    answer = client.get(f"{API}/comparison", params={"before": one["id"], "after": two["id"]})
    found = models.ComparisonOut.model_validate(data_of(answer))
    change = found.views["posterior"]
    assert change.gone.startswith("M")
    assert change.new.startswith("M")
    assert change.shift == pytest.approx((4, 0))
    assert change.from_ == pytest.approx((-10, 30), abs=0.01)
    areas = data_of(answer)["areas_cm2"]
    assert areas["gone"] == pytest.approx(areas["new"])
    foreign = visit(client, "M-3")
    params = {"before": one["id"], "after": foreign["id"]}
    error_of(client.get(f"{API}/comparison", params=params), 422, "store_refused")


def test_the_course_tells_all_visits(client: Client) -> None:
    """Extent and intensity by date, and where it hurt how often."""
    patient(client)
    for number in range(3):
        drawing = spot(-10, intensity=8 - number)
        visit(client, drawing=drawing, date=str(dt.date(2026, 1, 1 + number)))
    answer = data_of(client.get(f"{API}/course", params={"patient": "K-17"}))
    found = models.CourseOut.model_validate(answer)
    assert [moment.intensity for moment in found.moments] == pytest.approx([8, 7, 6])
    assert [level.visits for level in found.composite["posterior"]] == [1, 2, 3]
    assert found.moments[0].first is not None
    assert found.left_out == 0


# --- Pressed points ----------------------------------------------------------------------------


def test_a_pressed_point_is_kept_with_its_visit(client: Client, world: Atlas) -> None:
    """What it sent, and whether it is the familiar pain; unknown points are refused."""
    patient(client)
    begun = visit(client)
    source = next(s for s in world.sources.values() if s.is_muscle)
    point = source.trigger_points[0].id
    body = {"source": source.id, "point": point, "side": "left", "familiar": True}
    body["drawing"] = spot()
    address = f"{API}/visits/{begun['id']}/pressed"
    kept = models.PressedOut.model_validate(data_of(client.post(address, json=body)))
    assert data_of(client.get(f"{API}/visits/{begun['id']}"))["pressed"][0]["id"] == kept.id
    assert data_of(client.get(API))["pressed"] == 1
    error_of(client.post(address, json=body | {"point": "nowhere"}), 404, "unknown_name")
    error_of(client.post(address, json=body | {"drawing": {"type": "x"}}), 422, "bad_drawing")
    data_of(client.delete(f"{API}/pressed/{kept.id}"))
    error_of(client.delete(f"{API}/pressed/{kept.id}"), 404, "not_found")


def test_trigger_points_are_on_both_sides(atlas: Atlas, tmp_path: Path) -> None:
    """Every mark of every trigger point, the right ones mirrored."""
    client = browser(viewer(atlas, tmp_path))
    found = models.SpotsOut.model_validate(data_of(client.get("/api/v1/trigger-points"))).spots
    points = {(s.source, s.point) for s in found}
    assert len(points) == sum(len(s.trigger_points) for s in atlas.sources.values() if s.is_muscle)
    left = [s for s in found if s.side == "left" and s.view == "posterior"]
    right = [s for s in found if s.side == "right" and s.view == "posterior"]
    assert [s.at[0] for s in left] == [-s.at[0] for s in right]


# --- Out and in --------------------------------------------------------------------------------


def test_an_import_shows_what_would_happen(client: Client, world: Atlas, tmp_path: Path) -> None:
    """Looked at first, then added; a known code is left out or renamed, never overwritten."""
    patient(client)
    patient(client, "M-3")
    visit(client, drawing=spot(), date="2026-01-02")
    answer = client.get(f"{API}/export", params={"patient": ["K-17"]})
    assert answer.headers["content-type"] == "application/zip"
    archive = answer.content
    assert "manifest.json" in zipfile.ZipFile(io.BytesIO(archive)).namelist()
    other = browser(viewer(world, tmp_path / "other"))
    look = models.ImportOut.model_validate(
        data_of(other.post(f"{API}/import?look=true", content=archive))
    )
    assert [(p.code, p.visits, p.known) for p in look.patients] == [("K-17", 1, False)]
    assert data_of(other.get(API))["patients"] == 0
    assert data_of(other.post(f"{API}/import", content=archive))["added"] == 1
    assert data_of(other.post(f"{API}/import?look=true", content=archive))["patients"][0]["known"]
    message = error_of(other.post(f"{API}/import", content=archive), 422, "store_refused")
    assert "never overwritten" in message
    done = data_of(other.post(f"{API}/import?skip_known=true", content=archive))
    assert (done["added"], done["skipped"]) == (0, ["K-17"])
    renamed = other.post(f"{API}/import", params={"old": "K-17", "new": "K-17b"}, content=archive)
    assert data_of(renamed)["added"] == 1
    assert [p["code"] for p in data_of(other.get(f"{API}/patients"))["patients"]] == [
        "K-17",
        "K-17b",
    ]


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04" + bytes(100)])
def test_what_is_no_archive_is_refused(client: Client, content: bytes) -> None:
    """One sentence, and nothing is added."""
    for query in ("?look=true", ""):
        error_of(client.post(f"{API}/import{query}", content=content), 422, "store_refused")
    assert data_of(client.get(API))["patients"] == 0


def test_only_an_archive_may_be_large(client: Client) -> None:
    """More than a drawing is read where archives come in, and nowhere else."""
    large = b" " * (MAX_BODY + 1)
    error_of(client.post(f"{API}/import", content=large), 422, "store_refused")
    error_of(client.post(f"{API}/visits", content=large), 413, "too_large")


# --- Deleting, faults, and the patient ---------------------------------------------------------


def test_what_is_deleted_is_gone(client: Client, folder: Path) -> None:
    """From the list and from the file; the open visit is closed with it."""
    patient(client)
    begun = visit(client, drawing=spot())
    note = {"revision": begun["revision"], "note": "only-in-this-note-4711"}
    data_of(client.put(f"{API}/visits/{begun['id']}", json=note))
    assert data_of(client.delete(f"{API}/visits/{begun['id']}")) == {"deleted": [str(begun["id"])]}
    assert data_of(client.get(f"{API}/open"))["visit"] is None
    error_of(client.get(f"{API}/visits/{begun['id']}"), 404, "not_found")
    data_of(client.delete(f"{API}/patient", params={"code": "K-17"}))
    error_of(client.get(f"{API}/visits", params={"patient": "K-17"}), 404, "unknown_name")
    everything = b"".join(p.read_bytes() for p in folder.iterdir())
    assert b"4711" not in everything


def test_a_store_that_cannot_be_used_is_told(client: Client, folder: Path) -> None:
    """Every route says why in one sentence; the rest of the viewer works on."""
    folder.mkdir(exist_ok=True)
    (folder / "visits.sqlite").write_bytes(b"not a store at all")
    for path in (API, f"{API}/patients", f"{API}/visits?patient=a", f"{API}/visits/1"):
        message = error_of(client.get(path), 503, "store_unavailable")
        assert "nothing was changed" in message
    data_of(client.put("/api/v1/work", json={"drawing": spot(), "revision": 0}))
    assert data_of(client.get(f"{API}/open"))["visit"] is None
    assert (folder / "visits.sqlite").read_bytes() == b"not a store at all"


def test_a_full_disk_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A save that finds no room is refused with what to do; what was saved is still there."""
    patient(client)
    begun = visit(client, drawing=spot())
    opened = Store._open

    def small(store: Store) -> Any:
        db = opened(store)
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count = {pages}")
        return db

    monkeypatch.setattr(Store, "_open", small)
    change = {"revision": begun["revision"], "note": "x" * 20_000}
    message = error_of(
        client.put(f"{API}/visits/{begun['id']}", json=change), 503, "store_unavailable"
    )
    assert "make room" in message
    monkeypatch.undo()
    assert data_of(client.get(f"{API}/visits/{begun['id']}"))["revision"] == begun["revision"]


Asked = Callable[[Client], Any]


@pytest.mark.parametrize(
    "asked",
    [
        lambda c: c.get(API),
        lambda c: c.get(f"{API}/patients"),
        lambda c: c.get(f"{API}/open"),
        lambda c: c.get(f"{API}/visits?patient=K-17"),
        lambda c: c.get(f"{API}/visits/1"),
        lambda c: c.get(f"{API}/comparison?before=1&after=2"),
        lambda c: c.get(f"{API}/course?patient=K-17"),
        lambda c: c.get(f"{API}/export"),
        lambda c: c.get(f"{API}/report?visit=1"),
        lambda c: c.post(f"{API}/import", content=b""),
        lambda c: c.post(f"{API}/visits", json={"patient": "K-17"}),
        lambda c: c.put(f"{API}/visits/1", json={"revision": 1}),
        lambda c: c.delete(f"{API}/visits/1"),
        lambda c: c.delete(f"{API}/patient?code=K-17"),
    ],
)
def test_a_patient_reaches_no_visit(client: Client, asked: Asked) -> None:
    """While a patient has the page, nothing that is stored is answered."""
    patient(client)
    visit(client)
    data_of(client.post("/api/v1/patient", json={"code": "1234", "lang": "en"}))
    error_of(asked(client), 423, "locked")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{API}/visits/0", 404),
        (f"{API}/visits/-1", 404),
        (f"{API}/visits/99999999999999999999", 404),
        (f"{API}/visits/x", 422),
        (f"{API}/visits", 422),
        (f"{API}/visits?patient=a&before=x", 422),
        (f"{API}/visits?patient=a&before=2026-99-99:1", 422),
        (f"{API}/comparison?before=1", 422),
        (f"{API}/comparison?before=1&after=2", 404),
        (f"{API}/course?patient=nobody", 404),
        (f"{API}/export?patient=nobody", 404),
        (f"{API}/report?visit=7", 404),
        (f"{API}/report?visit=7&lang=la", 422),
    ],
)
def test_odd_questions_are_answered_politely(client: Client, path: str, status: int) -> None:
    """No number, no date, nobody of that code: the one error shape, never a fault."""
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] != "fault"


def test_a_page_to_print(atlas: Atlas, tmp_path: Path) -> None:
    """The report of a visit, of a drawing, and the page for the patient are PDF files."""
    client = browser(viewer(atlas, tmp_path))
    patient(client)
    begun = visit(client, drawing=spot(-10, 90))
    answers = [
        client.get(f"{API}/report?visit={begun['id']}&for_patient=true&lang=de"),
        client.post("/api/v1/report?mono=true", json=spot(-10, 90)),
    ]
    for answer in answers:
        assert answer.status_code == 200, answer.text
        assert answer.content.startswith(b"%PDF")
        assert "attachment" in answer.headers["content-disposition"]
