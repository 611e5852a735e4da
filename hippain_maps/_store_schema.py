"""The tables of the store, and how an older file becomes a newer one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

APPLICATION = 0x48495050
"""Mark of our files in their header ("HIPP"): a foreign database is refused, not touched."""


def _first(db: sqlite3.Connection) -> None:
    """Make patients and their visits."""
    db.execute(
        """CREATE TABLE patients (
            code TEXT PRIMARY KEY NOT NULL CHECK (length(code) BETWEEN 1 AND 40),
            created TEXT NOT NULL,
            consent INTEGER NOT NULL CHECK (consent IN (0, 1)),
            keep_until TEXT
        ) STRICT, WITHOUT ROWID"""
    )
    db.execute(
        """CREATE TABLE visits (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            patient TEXT NOT NULL REFERENCES patients (code)
                ON DELETE CASCADE ON UPDATE CASCADE,
            date TEXT NOT NULL,
            drawn_by TEXT NOT NULL CHECK (drawn_by IN ('patient', 'therapist')),
            drawing TEXT NOT NULL,
            note TEXT NOT NULL,
            atlas TEXT,
            ranking TEXT,
            revision INTEGER NOT NULL,
            saved TEXT NOT NULL
        ) STRICT"""
    )
    db.execute("CREATE INDEX visits_of ON visits (patient, date, id)")


def _second(db: sqlite3.Connection) -> None:
    """Add observations: what a pressed trigger point sent, as the patient drew it."""
    db.execute(
        """CREATE TABLE observations (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            visit INTEGER NOT NULL REFERENCES visits (id) ON DELETE CASCADE,
            source TEXT NOT NULL,
            point TEXT NOT NULL,
            side TEXT NOT NULL CHECK (side IN ('left', 'right')),
            familiar INTEGER NOT NULL CHECK (familiar IN (0, 1)),
            drawing TEXT NOT NULL,
            saved TEXT NOT NULL
        ) STRICT"""
    )
    db.execute("CREATE INDEX observations_of ON observations (visit)")
    db.execute("CREATE INDEX observations_at ON observations (source, point)")


def _third(db: sqlite3.Connection) -> None:
    """Make lists fast: what is long stands last in a visit, and visits are counted as they come.

    SQLite reads a row from its start, so that a note behind a drawing took as long as the drawing.
    """
    db.execute(
        """CREATE TABLE visits_3 (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            patient TEXT NOT NULL REFERENCES patients (code)
                ON DELETE CASCADE ON UPDATE CASCADE,
            date TEXT NOT NULL,
            drawn_by TEXT NOT NULL CHECK (drawn_by IN ('patient', 'therapist')),
            revision INTEGER NOT NULL,
            saved TEXT NOT NULL,
            atlas TEXT,
            note TEXT NOT NULL,
            drawing TEXT NOT NULL,
            ranking TEXT
        ) STRICT"""
    )
    columns = "id, patient, date, drawn_by, revision, saved, atlas, note, drawing, ranking"
    db.execute(f"INSERT INTO visits_3 ({columns}) SELECT {columns} FROM visits")
    # Numbers of deleted visits are not given again.
    last = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'visits'").fetchone()
    db.execute("DROP TABLE visits")
    db.execute("ALTER TABLE visits_3 RENAME TO visits")
    if last:
        db.execute("DELETE FROM sqlite_sequence WHERE name = 'visits'")
        db.execute("INSERT INTO sqlite_sequence VALUES ('visits', ?)", (last[0],))
    db.execute("CREATE INDEX visits_of ON visits (patient, date, id)")
    db.execute("ALTER TABLE patients ADD COLUMN visits INTEGER NOT NULL DEFAULT 0")
    db.execute(
        "UPDATE patients SET visits = (SELECT count(*) FROM visits WHERE patient = patients.code)"
    )
    for name, event, row, step in (
        ("visit_added", "INSERT", "NEW", "+ 1"),
        ("visit_deleted", "DELETE", "OLD", "- 1"),
    ):
        db.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON visits BEGIN"
            f" UPDATE patients SET visits = visits {step} WHERE code = {row}.patient; END"
        )


MIGRATIONS: Sequence[Callable[[sqlite3.Connection], None]] = (_first, _second, _third)
"""Step n makes a file of version n + 1 from one of version n; the last one is the present."""

VERSION = len(MIGRATIONS)


def migrate(db: sqlite3.Connection, upto: int = VERSION) -> None:
    """Bring a database to a version, in one transaction: wholly or not at all.

    Parameters
    ----------
    db : sqlite3.Connection
        In autocommit mode, and not yet enforcing foreign keys: a table that is made anew would take
        the rows that refer to it along.
    upto : int
        The version wanted.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        # Looked at again under the lock: another process may have been quicker.
        (found,) = db.execute("PRAGMA user_version").fetchone()
        for step in MIGRATIONS[found:upto]:
            step(db)
        if found < upto:
            # Pragmas take no parameters.
            db.execute(f"PRAGMA application_id = {APPLICATION:d}")
            db.execute(f"PRAGMA user_version = {upto:d}")
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise
