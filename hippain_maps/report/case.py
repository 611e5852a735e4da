"""What a report is about: a drawing, whose and of when, and the drawing before it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from hippain_maps.drawing import PainDrawing
from hippain_maps.store import Store
from hippain_maps.visits import DrawnBy, checked_code, checked_note


@dataclass(frozen=True)
class Case:
    """What a report is about.

    What is left out has a line on the page to be filled in by hand; nothing is made up, no date
    either.

    Parameters
    ----------
    drawing : PainDrawing
        With its answers and palpation findings.
    code : str
        The patient's code; no name.
    date : datetime.date, optional
        When it was drawn.
    drawn_by : {"patient", "therapist"}, optional
        Whose hand it was.
    note : str
        The treatment note.
    before : PainDrawing, optional
        The drawing of the visit before, for what changed.
    before_date : datetime.date, optional
        When that was.
    atlas_then : str, optional
        The version of the atlas that the visit was ranked with.

    Raises
    ------
    StoreError
        If the code or the note is longer than the store would keep, or the code is not printable.
    """

    drawing: PainDrawing
    code: str = ""
    date: dt.date | None = None
    drawn_by: DrawnBy | None = None
    note: str = ""
    before: PainDrawing | None = None
    before_date: dt.date | None = None
    atlas_then: str | None = None

    def __post_init__(self) -> None:
        """Refuse what would not fit a page or the store."""
        if self.code:
            checked_code(self.code)
        checked_note(self.note)

    @classmethod
    def of_visit(cls, store: Store, number: int) -> Case:
        """Return the case of a visit in a store, compared with the visit before it.

        Raises
        ------
        StoreError
            If there is no such visit, or the store cannot be read.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> folder = tempfile.TemporaryDirectory()
        >>> with Store(Path(folder.name) / "visits.sqlite") as store:
        ...     _ = store.add_patient("K-17", consent=True)
        ...     first = store.add_visit("K-17", PainDrawing(), date=dt.date(2026, 11, 2))
        ...     second = store.add_visit("K-17", PainDrawing(), date=dt.date(2026, 11, 9))
        ...     Case.of_visit(store, second.id).before_date
        datetime.date(2026, 11, 2)
        >>> folder.cleanup()
        """
        visit = store.visit(number)
        earlier = store.visits(visit.patient, most=1, before=(visit.date, visit.id))
        before = store.visit(earlier[0].id) if earlier else None
        return cls(
            drawing=visit.drawing,
            code=visit.patient,
            date=visit.date,
            drawn_by=visit.drawn_by,
            note=visit.note,
            before=before.drawing if before else None,
            before_date=before.date if before else None,
            atlas_then=visit.atlas,
        )
