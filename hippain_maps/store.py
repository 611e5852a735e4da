"""A local store of visits: one SQLite file on this machine, readable by its owner alone.

A patient is a code that the therapist chose, never a name. A visit holds the drawing, with its
answers and findings, a note, and the ranking as it was then, with the version of the atlas. What
pressing a trigger point sends, as the patient draws it, is an observation.

A save that has returned is on the disk (write-ahead log, ``synchronous=FULL``). Deleting overwrites
(``secure_delete``) and empties the log. The file is **not encrypted**: keep it on an encrypted
disk.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from hippain_maps._json import one_line
from hippain_maps._store_file import StoreFile, default_path
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import StoreError, UnknownNameError
from hippain_maps.geometry import SIDES, Side
from hippain_maps.visits import (
    MAX_CODE,
    DrawnBy,
    Observation,
    Patient,
    Visit,
    VisitLine,
    checked_code,
    checked_note,
    line_of,
    observation_of,
    patient_of,
    visit_of,
)

__all__ = ["PAGE", "Store", "default_path"]

PAGE = 50
"""Patients or visits of a page, unless another number is asked for."""


class Store(StoreFile):
    """Patients, visits and observations in one file.

    Parameters
    ----------
    path : path, optional
        The file; made if it is not there. By default `default_path`.

    Raises
    ------
    StoreError
        If the file is no store, is damaged, is newer than this program, or cannot be read or
        written. A file that is refused is left as it is.

    Notes
    -----
    One store may be open in several programs at once; a `Store` belongs to the thread that made it.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = tempfile.TemporaryDirectory()
    >>> with Store(Path(folder.name) / "visits.sqlite") as store:
    ...     _ = store.add_patient("K-17", consent=True)
    ...     visit = store.add_visit("K-17", PainDrawing())
    ...     [patient.visits for patient in store.patients()]
    [1]
    >>> folder.cleanup()
    """

    # --- Patients ---

    def add_patient(
        self, code: str, *, consent: bool, keep_until: dt.date | None = None
    ) -> Patient:
        """Add a patient.

        Raises
        ------
        StoreError
            If the code is taken, empty, longer than 40 characters or holds control characters.
        """
        code = checked_code(code)
        with self._saving():
            if self._db.execute("SELECT 1 FROM patients WHERE code = ?", (code,)).fetchone():
                raise StoreError(f"there is a patient '{code}' already; choose another code")
            self._db.execute(
                "INSERT INTO patients (code, created, consent, keep_until) VALUES (?, ?, ?, ?)",
                (code, _today(), int(consent), keep_until and keep_until.isoformat()),
            )
        return self.patient(code)

    def set_consent(
        self, code: str, *, consent: bool, keep_until: dt.date | None = None
    ) -> Patient:
        """Change consent and retention date."""
        self.patient(code)
        with self._saving():
            self._db.execute(
                "UPDATE patients SET consent = ?, keep_until = ? WHERE code = ?",
                (int(consent), keep_until and keep_until.isoformat(), code),
            )
        return self.patient(code)

    def patient(self, code: str) -> Patient:
        """Return a patient.

        Raises
        ------
        UnknownNameError
            If there is no such code.
        """
        with self._told("read"):
            row = self._db.execute(f"{_PATIENTS} WHERE p.code = ?", (code,))
            found = row.fetchone()
        if found is None:
            known = [patient.code for patient in self.patients(most=1000)]
            raise UnknownNameError("patient", code[: 2 * MAX_CODE], known)
        return patient_of(found)

    def patients(self, *, most: int = PAGE, after: str = "", find: str = "") -> tuple[Patient, ...]:
        """Return patients by code, a page at a time: those behind `after`.

        Parameters
        ----------
        most : int
            How many.
        after : str
            Code of the last patient of the page before.
        find : str
            Only codes that hold this, in small or capital letters.
        """
        with self._told("read"):
            rows = self._db.execute(
                f"{_PATIENTS} WHERE p.code > ? AND (? = '' OR instr(lower(p.code), lower(?)))"
                " ORDER BY p.code LIMIT ?",
                (after, find, find, most),
            ).fetchall()
        return tuple(map(patient_of, rows))

    def counts(self) -> dict[str, int]:
        """Return how many patients there are, and how many pressed points."""
        with self._told("read"):
            (patients,) = self._db.execute("SELECT count(*) FROM patients").fetchone()
            (pressed,) = self._db.execute("SELECT count(*) FROM observations").fetchone()
        return {"patients": patients, "pressed": pressed}

    def delete_patient(self, code: str) -> None:
        """Delete a patient with all visits and observations, and overwrite where they stood."""
        self.patient(code)
        with self._saving():
            self._db.execute("DELETE FROM patients WHERE code = ?", (code,))
        self._empty_log()

    def expired(self, today: dt.date) -> tuple[str, ...]:
        """Return the codes whose retention date has passed."""
        with self._told("read"):
            rows = self._db.execute(
                "SELECT code FROM patients WHERE keep_until < ? ORDER BY code", (today.isoformat(),)
            ).fetchall()
        return tuple(row["code"] for row in rows)

    def delete_expired(self, today: dt.date) -> tuple[str, ...]:
        """Delete every patient whose retention date has passed; return their codes."""
        codes = self.expired(today)
        for code in codes:
            self.delete_patient(code)
        return codes

    # --- Visits ---

    def add_visit(
        self,
        patient: str,
        drawing: PainDrawing,
        *,
        date: dt.date | None = None,
        drawn_by: DrawnBy = "patient",
        note: str = "",
        ranking: Mapping[str, Any] | None = None,
    ) -> Visit:
        """Add a visit; `ranking` is ``Ranking.to_dict()``, kept as it is now."""
        self.patient(patient)
        with self._saving():
            done = self._db.execute(
                "INSERT INTO visits (patient, date, drawn_by, drawing, note, atlas, ranking,"
                " revision, saved) VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?)",
                (
                    patient,
                    (date or dt.date.today()).isoformat(),
                    drawn_by,
                    json.dumps(drawing.to_geojson(), allow_nan=False),
                    checked_note(note),
                    ranking and ranking.get("atlas"),
                    ranking and json.dumps(ranking, allow_nan=False),
                    _now(),
                ),
            )
        return self.visit(cast(int, done.lastrowid))

    def save_visit(
        self,
        visit: Visit,
        *,
        drawing: PainDrawing | None = None,
        note: str | None = None,
        ranking: Mapping[str, Any] | None = None,
        date: dt.date | None = None,
        drawn_by: DrawnBy | None = None,
    ) -> Visit:
        """Save what changed of a visit; what is None stays.

        A ranking belongs to its drawing: with a new drawing and no ranking there is none.

        Raises
        ------
        StoreError
            If somebody else saved this visit since it was read: nothing is overwritten.
        """
        drawn = json.dumps((drawing or visit.drawing).to_geojson(), allow_nan=False)
        kept = ranking if ranking is not None or drawing is not None else visit.ranking
        with self._saving():
            done = self._db.execute(
                "UPDATE visits SET date = ?, drawn_by = ?, drawing = ?, note = ?, atlas = ?,"
                " ranking = ?, revision = revision + 1, saved = ? WHERE id = ? AND revision = ?",
                (
                    (date or visit.date).isoformat(),
                    drawn_by or visit.drawn_by,
                    drawn,
                    checked_note(visit.note if note is None else note),
                    kept.get("atlas") if kept else None,
                    json.dumps(kept, allow_nan=False) if kept else None,
                    _now(),
                    visit.id,
                    visit.revision,
                ),
            )
            if done.rowcount != 1:
                raise StoreError(
                    f"visit {visit.id} was changed or deleted elsewhere since it was opened; "
                    "open it again, nothing was overwritten",
                    kind="changed",
                )
        return self.visit(visit.id)

    def visit(self, number: int) -> Visit:
        """Return a visit with its drawing.

        Raises
        ------
        StoreError
            If there is no such visit.
        """
        with self._told("read"):
            row = self._db.execute("SELECT * FROM visits WHERE id = ?", (number,)).fetchone()
        if row is None:
            raise StoreError(
                f"there is no visit {number}; 'hippain visits list CODE' shows those of a patient",
                kind="missing",
            )
        return visit_of(row)

    def visits(
        self, patient: str, *, most: int = PAGE, before: tuple[dt.date, int] | None = None
    ) -> tuple[VisitLine, ...]:
        """Return a patient's visits, the latest first, a page at a time.

        Parameters
        ----------
        patient : str
            The code.
        most : int
            How many.
        before : (date, int), optional
            Date and number of the last visit of the page before.
        """
        self.patient(patient)
        date, number = before or (dt.date.max, 2**62)
        with self._told("read"):
            rows = self._db.execute(
                "SELECT id, patient, date, drawn_by, note, saved FROM visits"
                " WHERE patient = ? AND (date, id) < (?, ?)"
                " ORDER BY date DESC, id DESC LIMIT ?",
                (patient, date.isoformat(), number, most),
            ).fetchall()
        return tuple(map(line_of, rows))

    def delete_visit(self, number: int) -> None:
        """Delete a visit with its observations, and overwrite where it stood."""
        self.visit(number)
        with self._saving():
            self._db.execute("DELETE FROM visits WHERE id = ?", (number,))
        self._empty_log()

    # --- Press and draw ---

    def add_observation(
        self,
        visit: int,
        *,
        source: str,
        point: str,
        side: Side,
        familiar: bool,
        drawing: PainDrawing,
    ) -> Observation:
        """Add what pressing a trigger point sent."""
        patient = self.visit(visit).patient
        if side not in SIDES:
            raise StoreError(f"'{one_line(str(side)[:20])}' is no side; write left or right")
        with self._saving():
            done = self._db.execute(
                "INSERT INTO observations (visit, source, point, side, familiar, drawing, saved)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    visit,
                    source,
                    point,
                    side,
                    int(familiar),
                    json.dumps(drawing.to_geojson(), allow_nan=False),
                    _now(),
                ),
            )
        number = cast(int, done.lastrowid)
        return Observation(number, visit, source, point, side, familiar, drawing, patient)

    def observations(self, *, visit: int | None = None) -> Iterator[Observation]:
        """Yield observations of one visit, or of every patient who consented to pooling.

        Patients past their retention date are left out of the pool, whether or not they have been
        deleted yet.
        """
        where: str = _POOLED
        values: tuple[object, ...] = (_today(),)
        if visit is not None:
            where, values = "o.visit = ?", (visit,)
        with self._told("read"):
            rows = self._db.execute(
                "SELECT o.*, v.patient FROM observations o JOIN visits v ON v.id = o.visit"
                f" JOIN patients p ON p.code = v.patient WHERE {where} ORDER BY o.id",
                values,
            )
            yield from map(observation_of, rows)

    def withheld(self) -> int:
        """Return how many observations are kept out of the pool: no consent, or past the date."""
        with self._told("read"):
            (count,) = self._db.execute(
                "SELECT count(*) FROM observations o JOIN visits v ON v.id = o.visit"
                f" JOIN patients p ON p.code = v.patient WHERE NOT ({_POOLED})",
                (_today(),),
            ).fetchone()
        return int(count)

    def delete_observation(self, number: int) -> None:
        """Delete an observation, and overwrite where it stood.

        Raises
        ------
        StoreError
            If there is no such observation.
        """
        with self._saving():
            done = self._db.execute("DELETE FROM observations WHERE id = ?", (number,))
            if done.rowcount != 1:
                raise StoreError(f"there is no observation {number}", kind="missing")
        self._empty_log()


_POOLED = "p.consent = 1 AND (p.keep_until IS NULL OR p.keep_until >= ?)"

_PATIENTS = (
    "SELECT p.code, p.created, p.consent, p.keep_until, p.visits, (SELECT v.date FROM visits v"
    " WHERE v.patient = p.code ORDER BY v.date DESC, v.id DESC LIMIT 1) AS last FROM patients p"
)


def _today() -> str:
    return dt.date.today().isoformat()


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
