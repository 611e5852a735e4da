"""The store of visits: what is saved stays, what is deleted is gone, what is foreign is refused."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from store_killer import kill_loop
from worlds import example

from hippain_maps._store_schema import APPLICATION, VERSION, migrate
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import StoreError, UnknownNameError
from hippain_maps.store import Store, default_path

DAY = dt.date(2026, 11, 22)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a test keeps its store."""
    return tmp_path / "folder" / "visits.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """Return an open store with one patient."""
    with Store(path) as found:
        found.add_patient("K-17", consent=True)
        yield found


# --- Patients and visits -----------------------------------------------------------------------


def test_a_visit_comes_back_as_it_was_saved(store: Store, path: Path) -> None:
    """Drawing, answers, findings, note and ranking survive closing and opening."""
    drawing = example("piriformis").with_answers({"worse_sitting": "yes"})
    ranking = {"atlas": "0.1+abc", "candidates": [{"source": "piriformis", "probability": 0.5}]}
    saved = store.add_visit(
        "K-17", drawing, date=DAY, drawn_by="therapist", note="pressed, better", ranking=ranking
    )
    store.close()
    with Store(path) as again:
        found = again.visit(saved.id)
    assert found == saved
    assert found.drawing == drawing
    assert (found.date, found.drawn_by, found.note) == (DAY, "therapist", "pressed, better")
    assert (found.atlas, found.ranking) == ("0.1+abc", ranking)


def test_a_later_save_never_overwrites_an_unseen_one(store: Store, path: Path) -> None:
    """Two programs on one visit: the second save from one state is refused, nothing is lost."""
    visit = store.add_visit("K-17", PainDrawing(), date=DAY)
    with Store(path) as other:
        first = other.save_visit(other.visit(visit.id), note="from the other room")
        with pytest.raises(StoreError, match="changed or deleted elsewhere"):
            store.save_visit(visit, note="from here")
        assert store.visit(visit.id).note == "from the other room"
        assert store.save_visit(first, drawing=example("psoas")).revision == 3


def test_patients_and_visits_come_a_page_at_a_time(store: Store) -> None:
    """Patients by code, visits from the latest back; pages join without gap or double."""
    for number in range(5):
        store.add_patient(f"P{number}", consent=False)
        store.add_visit("K-17", PainDrawing(), date=DAY + dt.timedelta(days=number // 2))
    first = store.patients(most=4)
    rest = store.patients(after=first[-1].code)
    assert [p.code for p in (*first, *rest)] == ["K-17", "P0", "P1", "P2", "P3", "P4"]
    assert first[0].visits == 5
    some = store.visits("K-17", most=3)
    others = store.visits("K-17", before=(some[-1].date, some[-1].id))
    numbers = [line.id for line in (*some, *others)]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == 5


@pytest.mark.parametrize("code", ["", "   ", "x" * 41, "a\nb", "\x1b[2J"])
def test_a_code_is_short_and_printable(store: Store, code: str) -> None:
    """What is no code is refused in one line that says what is."""
    with pytest.raises(StoreError, match="is no patient code") as refused:
        store.add_patient(code, consent=False)
    assert "\n" not in str(refused.value)


def test_a_code_is_taken_once(store: Store) -> None:
    """A second patient of the same code is refused; an unknown one is told with the nearest."""
    with pytest.raises(StoreError, match="already"):
        store.add_patient(" K-17 ", consent=False)
    with pytest.raises(UnknownNameError, match="did you mean"):
        store.patient("K-177")


def test_retention_is_acted_on_when_asked(store: Store) -> None:
    """Patients past their date are named, and deleted only on request."""
    store.add_patient("old", consent=True, keep_until=DAY - dt.timedelta(days=1))
    store.add_patient("new", consent=True, keep_until=DAY)
    assert store.expired(DAY) == ("old",)
    assert store.patient("old")
    assert store.delete_expired(DAY) == ("old",)
    assert [patient.code for patient in store.patients()] == ["K-17", "new"]


def test_observations_are_pooled_with_consent_alone(store: Store) -> None:
    """A visit shows its own observations; the pool holds those of consenting patients."""
    store.add_patient("no", consent=False)
    for code in ("K-17", "no"):
        visit = store.add_visit(code, PainDrawing())
        store.add_observation(
            visit.id,
            source="piriformis",
            point="trp1_lateral",
            side="left",
            familiar=True,
            drawing=example("piriformis"),
        )
        assert len(list(store.observations(visit=visit.id))) == 1
    assert len(list(store.observations())) == 1
    store.set_consent("K-17", consent=False)
    assert not list(store.observations())


# --- Deleting ----------------------------------------------------------------------------------


def test_what_is_deleted_is_overwritten(store: Store, path: Path) -> None:
    """Neither the file nor its log holds a deleted note, and observations go with their visit."""
    secret = "only-in-this-note-4711"
    visit = store.add_visit("K-17", PainDrawing(), note=secret)
    store.add_observation(
        visit.id, source="a", point="b", side="left", familiar=False, drawing=PainDrawing()
    )
    everything = b"".join(p.read_bytes() for p in path.parent.iterdir())
    assert secret.encode() in everything
    store.delete_visit(visit.id)
    everything = b"".join(p.read_bytes() for p in path.parent.iterdir())
    assert secret.encode() not in everything
    assert not list(store.observations())
    again = store.add_visit("K-17", PainDrawing(), note=secret)
    store.delete_patient("K-17")
    assert secret.encode() not in b"".join(p.read_bytes() for p in path.parent.iterdir())
    with pytest.raises(StoreError, match="there is no visit"):
        store.visit(again.id)


# --- The file ----------------------------------------------------------------------------------


def test_the_file_is_its_owners_alone(store: Store, path: Path) -> None:
    """Nobody else may read the store, its log, or the folder that was made for it."""
    store.add_visit("K-17", PainDrawing())
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file.name
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert default_path().name == "visits.sqlite"


def test_a_save_is_on_the_disk_when_it_returns(store: Store) -> None:
    """The log is written ahead and synced, and foreign keys are kept."""
    read = store._db.execute
    assert read("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert read("PRAGMA synchronous").fetchone()[0] == 2
    assert read("PRAGMA foreign_keys").fetchone()[0] == 1
    assert read("PRAGMA application_id").fetchone()[0] == APPLICATION


@pytest.mark.parametrize(
    "content",
    [b"not a database", b"SQLite format 3\x00 cut off", b"{}" * 200, bytes(4096)],
    ids=["text", "truncated", "json", "zeros"],
)
def test_a_foreign_file_is_refused_and_left_alone(path: Path, content: bytes) -> None:
    """What is no store is refused in one line, and not a byte of it changes."""
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StoreError, match="cannot open the store"):
        Store(path)
    assert path.read_bytes() == content
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("kept", [0.5, 0.99])
def test_a_store_that_is_cut_off_is_refused(store: Store, path: Path, kept: float) -> None:
    """Part of the file is missing: the message says so, and what is left is not touched."""
    for _ in range(20):
        store.add_visit("K-17", example("piriformis"), note="x" * 5000)
    store.close()
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"cut off.*restore a copy") as refused:
        Store(path)
    assert refused.value.kind == "unavailable"
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_damage_is_found_by_reading_everything(store: Store, path: Path) -> None:
    """Bytes that changed in the middle are found by a check, or when they are read."""
    for _ in range(20):
        store.add_visit("K-17", example("piriformis"), note="x" * 5000)
    store.check()
    store.close()
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 9000] = bytes(9000)
    path.write_bytes(data)
    with Store(path) as damaged, pytest.raises(StoreError, match="damaged"):
        damaged.check()


def test_visits_without_their_patient_are_damage(store: Store, path: Path) -> None:
    """Rows that another program tore apart are found by the check, in words."""
    store.add_visit("K-17", example("piriformis"))
    store.close()
    with closing(sqlite3.connect(path)) as torn, torn:
        torn.execute("PRAGMA foreign_keys = OFF")
        torn.execute("DELETE FROM patients")
    with (
        Store(path) as damaged,
        pytest.raises(StoreError, match="rows without their patient or visit"),
    ):
        damaged.check()


def test_the_database_of_another_program_is_known_by_its_mark(path: Path) -> None:
    """A number in the header of a database says whose it is; that of another is left alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("PRAGMA application_id = 77")
        other.execute("CREATE TABLE mine (one)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program's database; nothing was changed"):
        Store(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("number", "remedy"),
    [(errno.EROFS, "make file and folder writable"), (errno.ENOSPC, "make room")],
)
def test_what_the_disk_objects_to_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int, remedy: str
) -> None:
    """A read-only or full disk is named with what to do about it."""

    def refuse(*arguments: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(StoreError, match=remedy) as refused:
        Store(path)
    assert refused.value.kind == "unavailable"
    assert os.strerror(number) in str(refused.value)


def test_a_store_that_became_read_only_is_told(store: Store) -> None:
    """A save that the database refuses says why; what is there can still be read."""
    store._db.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match=r"only be read .*make file and folder writable"):
        store.add_patient("M-3", consent=False)
    assert store.patient("K-17")


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    """The message says what to name instead."""
    with pytest.raises(StoreError, match=r"it is a folder .*name a file"):
        Store(tmp_path)


def test_another_programs_database_is_left_alone(path: Path) -> None:
    """A database with other tables, or another mark, is not ours to change."""
    path.parent.mkdir()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE mine (x)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program's database"):
        Store(path)
    assert path.read_bytes() == before


def test_a_newer_store_is_refused(path: Path, store: Store) -> None:
    """A store of a later version is not touched; the message says what to do."""
    store._db.execute(f"PRAGMA user_version = {VERSION + 1}")
    store.close()
    with pytest.raises(StoreError, match=rf"version {VERSION + 1}.*update"):
        Store(path)


@pytest.mark.parametrize("version", range(1, VERSION))
def test_an_older_store_is_brought_up_to_date(path: Path, version: int) -> None:
    """From every earlier version: what was in it is still there, what is new works."""
    path.parent.mkdir()
    db = sqlite3.connect(path, isolation_level=None)
    migrate(db, upto=version)
    db.execute("INSERT INTO patients VALUES ('old', '2026-01-01', 1, NULL)")
    drawing = json.dumps(example("psoas").to_geojson())
    for number in range(1, 4):
        db.execute(
            "INSERT INTO visits (patient, date, drawn_by, drawing, note, revision, saved)"
            " VALUES ('old', '2026-01-01', 'patient', ?, ?, 1, '2026-01-01')",
            (drawing, f"note {number}"),
        )
    if version > 1:
        db.execute(
            "INSERT INTO observations (visit, source, point, side, familiar, drawing, saved)"
            " VALUES (1, 'psoas', 'a', 'left', 1, ?, '2026-01-01')",
            (drawing,),
        )
    db.execute("DELETE FROM visits WHERE id = 3")
    db.close()
    with Store(path) as store:
        store.check()
        assert store.patient("old").consent
        assert store.patient("old").visits == 2
        assert store.visit(2).note == "note 2"
        assert store.visit(2).drawing == example("psoas")
        assert [seen.source for seen in store.observations(visit=1)] == ["psoas"] * (version > 1)
        # Numbers of deleted visits are not given again.
        assert store.add_visit("old", PainDrawing()).id == 4
        assert store.patient("old").visits == 3
        store.delete_visit(1)
        assert store.patient("old").visits == 2
        assert list(store.observations()) == []


def test_a_full_disk_is_told_and_nothing_is_lost(store: Store) -> None:
    """A save that finds no room is refused in one line; what was saved before is still there."""
    visit = store.add_visit("K-17", PainDrawing(), note="kept")
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match=r"cannot write the store .*full"):
        store.add_visit("K-17", example("sloppy_gluteus_minimus"), note="x" * 20_000)
    assert store.visit(visit.id).note == "kept"
    store._db.execute("PRAGMA max_page_count = 1000000")
    assert store.add_visit("K-17", PainDrawing(), note="again").note == "again"


# --- Killed at any moment ----------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="needs a signal that kills at once")
def test_a_kill_during_saves_loses_nothing_that_was_acknowledged(path: Path) -> None:
    """Killed ten times amid saves: what was acknowledged is there, and the store is whole.

    ``python -m tests.long.kill_store`` does this 200 times.
    """
    found = kill_loop(path, 10)
    assert found.lost == []
    assert found.kills == 10
    assert found.acknowledged > 10


def test_listing_does_not_slow_down_with_what_is_not_shown(tmp_path: Path) -> None:
    """A page of visits is read by its index: the plan of the query names it and sorts nothing."""
    with Store(tmp_path / "s.sqlite") as store:
        plan = store._db.execute(
            "EXPLAIN QUERY PLAN SELECT id FROM visits WHERE patient = ? AND (date, id) < (?, ?)"
            " ORDER BY date DESC, id DESC LIMIT 100",
            ("a", "2026-01-01", 1),
        ).fetchall()
    words = " ".join(str(row["detail"]) for row in plan)
    assert "visits_of" in words
    assert "TEMP B-TREE" not in words
