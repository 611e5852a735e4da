"""Visits out of one store and into another, by a documented zip and by the command line."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import random
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from worlds import example

from hippain_maps.cli import main
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import StoreError
from hippain_maps.store import Store, default_path
from hippain_maps.store_archive import export_visits, import_visits, look_into

DAY = dt.date(2026, 11, 22)
Change = Callable[[dict[str, bytes]], None]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return a store with two patients, three visits and a pressed point."""
    with Store(tmp_path / "a.sqlite") as found:
        found.add_patient("K-17", consent=True, keep_until=dt.date.max)
        found.add_patient("M-3", consent=False)
        visit = found.add_visit(
            "K-17", example("piriformis"), date=DAY, note="änderung", ranking={"atlas": "0.1"}
        )
        found.add_observation(
            visit.id,
            source="piriformis",
            point="trp1_lateral",
            side="left",
            familiar=True,
            drawing=example("psoas"),
        )
        found.add_visit("K-17", PainDrawing(), date=DAY + dt.timedelta(days=7))
        found.add_visit("M-3", example("psoas"), drawn_by="therapist")
        yield found


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    """Return a store with nobody in it."""
    with Store(tmp_path / "b.sqlite") as found:
        yield found


def test_everything_survives_the_journey(store: Store, empty: Store, tmp_path: Path) -> None:
    """Patients, visits, rankings and observations come back as they were."""
    path = tmp_path / "all.zip"
    assert export_visits(store, path) == 3
    assert import_visits(empty, path) == (3, ())
    assert empty.patients() == store.patients()
    for patient in store.patients():
        for ours, theirs in zip(
            store.visits(patient.code), empty.visits(patient.code), strict=True
        ):
            one, other = store.visit(ours.id), empty.visit(theirs.id)
            assert (one.date, one.drawn_by, one.note, one.atlas, one.ranking) == (
                (other.date, other.drawn_by, other.note, other.atlas, other.ranking)
            )
            assert one.drawing == other.drawing
    (sent,) = empty.observations()
    assert (sent.source, sent.point, sent.side, sent.familiar) == (
        ("piriformis", "trp1_lateral", "left", True)
    )
    assert sent.drawing == example("psoas")


def test_a_known_patient_is_never_overwritten(store: Store, tmp_path: Path) -> None:
    """An archive with a known code is refused whole, or the known patient is left out."""
    path = tmp_path / "some.zip"
    export_visits(store, path, codes=["K-17"])
    with pytest.raises(StoreError, match=r"already has K-17.*never overwritten"):
        import_visits(store, path)
    assert import_visits(store, path, known="skip") == (0, ("K-17",))
    assert store.patient("K-17").visits == 2


def changed(path: Path, change: Change) -> Path:
    """Return a copy of an archive with something changed in it."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    other = path.with_name("changed.zip")
    with zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return other


FIRST = "patients/0001/visit-0001.geojson"


def _manifest(files: dict[str, bytes], change: Callable[[dict[str, object]], None]) -> None:
    data = json.loads(files["manifest.json"])
    change(data)
    files["manifest.json"] = json.dumps(data).encode()


def _point_outside(files: dict[str, bytes]) -> None:
    def change(data: dict[str, object]) -> None:
        data["patients"][0]["visits"][0]["drawing"]["path"] = "../../etc/passwd"  # type: ignore[index]

    _manifest(files, change)


def _no_drawing(files: dict[str, bytes]) -> None:
    files[FIRST] = b'{"type": "Point"}'

    def change(data: dict[str, object]) -> None:
        file = data["patients"][0]["visits"][0]["drawing"]  # type: ignore[index]
        file["sha256"] = hashlib.sha256(files[FIRST]).hexdigest()

    _manifest(files, change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.pop("manifest.json"), "no manifest.json"),
        (lambda f: f.update({FIRST: b"{}"}), "is damaged"),
        (lambda f: f.pop(FIRST), "is missing"),
        (lambda f: _manifest(f, lambda d: d.update(version=2)), "does not fit: version"),
        (lambda f: _manifest(f, lambda d: d.update(more=1)), "does not fit: more"),
        (lambda f: f.update({"manifest.json": b"["}), "does not fit"),
        (_point_outside, "does not fit: patients.0.visits.0.drawing.path"),
        (_no_drawing, "visit-0001.geojson"),
        (lambda f: f.update({"bomb": b"0" * 5_000_000}), "would grow more than"),
    ],
    ids=["manifest", "checksum", "file", "version", "field", "json", "path", "drawing", "bomb"],
)
def test_a_wrong_archive_adds_nothing(
    store: Store, empty: Store, tmp_path: Path, change: Change, message: str
) -> None:
    """Whatever is wrong, one line says so, and the store stays as it was."""
    path = tmp_path / "all.zip"
    export_visits(store, path)
    with pytest.raises(StoreError, match=message) as refused:
        import_visits(empty, changed(path, change))
    assert "\n" not in str(refused.value)
    assert empty.patients() == ()


@pytest.mark.parametrize("seed", range(60))
def test_damaged_bytes_are_refused_whole(
    store: Store, empty: Store, tmp_path: Path, seed: int
) -> None:
    """Bytes changed or cut off anywhere: refused in one line, or what is added is as it was."""
    path = tmp_path / "all.zip"
    export_visits(store, path)
    chance, data = random.Random(seed), bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 6)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    path.write_bytes(data[: chance.randrange(len(data))] if seed % 4 == 0 else data)
    said = ""
    try:
        import_visits(empty, path)
    except StoreError as error:
        said = str(error)
    assert "\n" not in said
    assert len(empty.patients()) == (0 if said else 2)


def test_an_archive_is_looked_into_first(store: Store, empty: Store, tmp_path: Path) -> None:
    """Codes, visits and dates, and what is known; a known patient can come in by another code."""
    path = tmp_path / "some.zip"
    export_visits(store, path, codes=["K-17"])
    (found,) = look_into(empty, path)
    assert (found.code, found.visits, found.first, found.known) == ("K-17", 2, DAY, False)
    assert empty.patients() == ()
    assert look_into(store, path)[0].known
    assert import_visits(store, path, renamed={"K-17": " K-17b "}) == (2, ())
    assert store.patient("K-17b").visits == 2
    export_visits(store, path)
    with pytest.raises(StoreError, match="'M-3' twice"):
        import_visits(empty, path, renamed={"K-17": "M-3"})
    with pytest.raises(StoreError, match="is no patient code"):
        import_visits(empty, path, renamed={"K-17": "\n"})
    assert empty.patients() == ()


def test_what_is_no_zip_is_refused(empty: Store, tmp_path: Path) -> None:
    """Text, a cut-off zip and a missing file are told apart in one line each."""
    (tmp_path / "x.zip").write_text("no zip")
    for name, message in (("x.zip", "is no zip"), ("none.zip", "cannot read")):
        with pytest.raises(StoreError, match=message):
            import_visits(empty, tmp_path / name)


def test_visits_from_the_command_line(store: Store, tmp_path: Path) -> None:
    """List, show, export, import and delete; asking before what cannot be undone."""

    def run(*arguments: object, store: Path, text: str = "") -> str:
        words = ["visits", *map(str, arguments), "--store", str(store)]
        result = CliRunner().invoke(main, words, input=text)
        assert "Traceback" not in result.output
        return f"{result.exit_code}: {result.output}"

    one, other = store.path, tmp_path / "c.sqlite"
    assert "K-17: 2 visits, consent" in run("list", store=one)
    assert "drawn by the patient. änderung" in run("list", "K-17", store=one)
    shown = run("show", store.visits("K-17")[-1].id, store=one)
    assert PainDrawing.from_geojson(shown.removeprefix("0: ")) == example("piriformis")
    assert "wrote 3 visits" in run("export", "-o", tmp_path / "v.zip", store=one)
    assert "added 3 visits" in run("import", tmp_path / "v.zip", store=other)
    assert run("import", tmp_path / "v.zip", store=other).startswith("2: ")
    assert "skipped K-17, M-3" in run("import", tmp_path / "v.zip", "--skip-known", store=other)
    assert "nothing was deleted" in run("delete", "M-3", store=other, text="n\n")
    assert "M-3: 1 visit, " in run("list", store=other)
    assert "deleted M-3" in run("delete", "M-3", "--yes", store=other)
    assert "M-3" not in run("list", store=other)
    assert "0 expired patients (none)" in run("delete", "--expired", "--yes", store=other)
    with Store(other) as kept:
        kept.add_patient("O-1", consent=True, keep_until=DAY - dt.timedelta(days=1))
    assert "1 expired patient (O-1)" in run("delete", "--expired", "--yes", store=other)
    assert run("delete", store=other).startswith("2: ")
    assert run("show", 99, store=other).startswith("2: ")


def test_one_visit_is_deleted_alone(store: Store, tmp_path: Path) -> None:
    """--visit names one visit; the patient and the other visits stay."""
    last = store.visits("K-17")[-1].id
    words = ["visits", "delete", "--visit", str(last), "--yes", "--store", str(store.path)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert done.output.startswith(f"deleted visit {last} of K-17, ")
    assert last not in [visit.id for visit in store.visits("K-17")]
    assert store.patient("K-17").visits == 1


def test_two_visits_of_one_day_are_told_apart(store: Store) -> None:
    """The list says when each was saved: the time, with its day where that is another one."""
    today = dt.date.today()
    for note in ("before", "after"):
        store.add_visit("M-3", date=today, drawn_by="patient", drawing=PainDrawing(), note=note)
    earlier = store.add_visit("M-3", date=dt.date(2020, 1, 2), drawing=PainDrawing(), note="once")
    saved = {line.id: line.saved.astimezone() for line in store.visits("M-3")}
    assert all(moment.tzinfo for moment in saved.values())
    done = CliRunner().invoke(main, ["visits", "list", "M-3", "--store", str(store.path)])
    lines = dict(line.split(": ", 1) for line in done.output.splitlines())
    on_the_day = [text for text in lines.values() if text.endswith((". before", ". after"))]
    assert len(on_the_day) == 2
    for text in on_the_day:
        assert re.match(rf"{today}, saved (\S+ )?\d\d:\d\d, drawn by the patient\. ", text)
    moment = f"{saved[earlier.id]:%Y-%m-%d %H:%M}"
    assert lines[str(earlier.id)] == f"2020-01-02, saved {moment}, drawn by the patient. once"


@pytest.mark.parametrize("given", ["K-17", "0x1", "", "9" * 30, str(2**63)])
def test_what_is_no_number_of_a_visit_is_told_where_they_are(store: Store, given: str) -> None:
    """A patient's code where a visit's number is meant is answered with the call that helps."""
    calls = (
        ["visits", "show", given],
        ["visits", "delete", "--yes", "--visit", given],
        ["report", "--visit", given, "-o", "never.pdf"],
    )
    for words in calls:
        done = CliRunner().invoke(main, [*words, "--store", str(store.path)])
        assert done.exit_code == 2
        assert f"'{given}' is no number of a visit; 'hippain visits list CODE'" in done.stderr
    assert store.patient("K-17").visits == 2


def test_a_store_without_patients_is_said_to_be(tmp_path: Path) -> None:
    """An empty list says where it looked, and `where` says where the store lies."""
    path = tmp_path / "none.sqlite"
    Store(path).close()
    done = CliRunner().invoke(main, ["visits", "list", "--store", str(path)])
    assert done.output == f"no patients in {path}\n"
    assert CliRunner().invoke(main, ["visits", "where"]).output == f"{default_path()}\n"
