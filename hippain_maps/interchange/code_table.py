"""Tables of body-map codes as REDCap exports them, in and out.

A record is a row. Its codes stand in one text cell (``"b18,b23"``), as the Image Map module enters
them, or in a column for each box (``bodymap___b18``, 0 or 1, or ``Checked``).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import BinaryIO

from hippain_maps._json import cut, shown
from hippain_maps.errors import DrawingError, did_you_mean
from hippain_maps.interchange.body_maps import BodyMap
from hippain_maps.interchange.codes import (
    Coded,
    Numbering,
    codes_of,
    drawing_from_codes,
    redcap_code,
    written_code,
)
from hippain_maps.interchange.csv_tables import CsvTable, csv_text
from hippain_maps.interchange.records import Record, Rejected

_BOX = re.compile(r"(.+)___([a-z]?\d{1,3})", re.IGNORECASE)
_NAMES = re.compile(r"body_?map|pain_?map|choir|michigan|mbm", re.IGNORECASE)
_TICKED = {"1": True, "checked": True, "0": False, "unchecked": False, "": False}
_SEX_COLUMNS = ("sex", "gender")
_SEXES: Mapping[str, Numbering] = {
    "female": "female",
    "f": "female",
    "woman": "female",
    "male": "standard",
    "m": "standard",
    "man": "standard",
}
_MORE_ID = ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")


class CodeTable:
    """A table of codes, opened; going through it gives its drawings.

    Parameters
    ----------
    source : path, binary file or CsvTable
        The table; its first column names the record.
    body_map : BodyMap
        Whose codes it holds.
    column : str, optional
        The field with the codes, where its name does not tell.
    numbering : {"standard", "female", "redcap"}, optional
        How codes without a letter count. By default the column ``sex`` or ``gender`` decides,
        where it says male or female in words; a code that depends on it is refused otherwise.
    on_bad : callable, optional
        Told of rows that cannot be used; without it, the first one ends the reading.

    Attributes
    ----------
    blank : int
        Rows passed over so far because they name no area: no pain, or not asked; the table
        does not say which.

    Raises
    ------
    DrawingError
        If it is no table, or no column of it holds codes.
    """

    def __init__(
        self,
        source: str | os.PathLike[str] | BinaryIO | CsvTable,
        body_map: BodyMap,
        *,
        column: str | None = None,
        numbering: Numbering | None = None,
        on_bad: Callable[[Rejected], None] | None = None,
    ) -> None:
        self.table = source if isinstance(source, CsvTable) else CsvTable(source)
        self.body_map = body_map
        self.numbering = numbering
        self.on_bad = on_bad
        self.blank = 0
        try:
            self.text, self.boxes = self._columns(column)
        except DrawingError:
            self.table.close()
            raise
        self.sex = next((c for c in self.table.columns if c.lower() in _SEX_COLUMNS), None)

    def _columns(self, wanted: str | None) -> tuple[str | None, dict[str, str]]:
        """Return the column of codes, or the columns of boxes with the code of each."""
        boxes: dict[str, dict[str, str]] = {}
        for name in self.table.columns:
            if match := _BOX.fullmatch(name):
                boxes.setdefault(match[1], {})[name] = match[2]
        if wanted is not None:
            if wanted in boxes:
                return None, boxes[wanted]
            if wanted in self.table.columns:
                return wanted, {}
            known = [*self.table.columns, *boxes]
            raise self.table.fault(
                f"there is no column {shown(wanted)}{did_you_mean(wanted, known)}"
            )
        texts = [name for name in self.table.columns if not _BOX.fullmatch(name)]
        named = [name for name in (*boxes, *texts) if _NAMES.search(name)]
        # What REDCap adds to an instrument, such as bodymap_complete, holds no codes.
        named = [name for name in named if not name.endswith(("_complete", "_timestamp"))]
        if len(named) == 1:
            return (None, boxes[named[0]]) if named[0] in boxes else (named[0], {})
        some = ", ".join(cut(name) for name in named[:5]) + (", …" if len(named) > 5 else "")
        found = f"{some} might" if named else "none is named after a body map"
        raise self.table.fault(
            f"it is not clear which column holds the codes ({found}); say --column"
        )

    def __iter__(self) -> Iterator[Record]:
        """Yield the drawing of every row that names an area.

        Raises
        ------
        DrawingError
            If a row cannot be used; ``where`` names file and line.
        """
        try:
            yield from self._records()
        finally:
            self.table.close()

    def _records(self) -> Iterator[Record]:
        for line, row in self.table.rows():
            try:
                record = self.record(row)
            except DrawingError as error:
                if self.on_bad is None:
                    raise self.table.fault(error.message, line) from None
                self.on_bad(Rejected(self._name(row), line, error.message))
                continue
            if record is None:
                self.blank += 1
            else:
                yield record

    def record(self, row: Mapping[str, str]) -> Record | None:
        """Return the drawing of a row; None if it names no area.

        Raises
        ------
        DrawingError
            If the row cannot be used.
        """
        codes = self._codes(row)
        if not codes:
            return None
        numbering = self._numbering(row, codes)
        return drawing_from_codes(codes, self.body_map, numbering=numbering, name=self._name(row))

    def _name(self, row: Mapping[str, str]) -> str:
        parts = [row[self.table.columns[0]].strip()]
        parts += [row[more].strip() for more in _MORE_ID if row.get(more, "").strip()]
        return " ".join(parts)

    def _codes(self, row: Mapping[str, str]) -> list[str]:
        if self.text is not None:
            return [part for part in re.split(r"[\s,;|]+", row.get(self.text, "")) if part]
        codes = []
        for column, code in self.boxes.items():
            cell = row.get(column, "").strip()
            if cell.lower() not in _TICKED:
                raise DrawingError(
                    f"the box {column} holds {shown(cell)}; 0 or 1, or Checked, is expected"
                )
            if _TICKED[cell.lower()]:
                codes.append(code)
        return codes

    def _numbering(self, row: Mapping[str, str], codes: list[str]) -> Numbering:
        if self.numbering is not None:
            return self.numbering
        if self.sex is not None:
            said = _SEXES.get(row.get(self.sex, "").strip().lower())
            if said is not None:
                return said
        doubtful = sorted({code.strip() for code in codes} & set(self.body_map.female))
        if doubtful:
            raise DrawingError(
                f"the code {doubtful[0]} is another place on the female figure than on the male; "
                "say --numbering standard or --numbering female (a column 'sex' with male and "
                "female would tell too)"
            )
        return "standard"


def code_csv(
    records: Iterable[Record], body_map: BodyMap, *, numbering: Numbering = "redcap"
) -> tuple[str, list[tuple[str, Coded]]]:
    """Return drawings as a table of codes that REDCap imports, and what the codes do not say.

    Parameters
    ----------
    records : iterable of Record
        The drawings.
    body_map : BodyMap
        Whose codes are wanted.
    numbering : {"standard", "female", "redcap"}
        How to write them.

    Returns
    -------
    text : str
        Columns ``record_id`` and ``bodymap``.
    coded : list of (str, Coded)
        For each record, the areas with their shares, and the residue.
    """
    rows, coded = [], []
    for record in records:
        found = codes_of(record.drawing, body_map)
        written = [written_code(code, body_map, numbering) for code in found.codes]
        rows.append([record.id, ",".join(written)])
        coded.append((record.id, found))
    return csv_text(["record_id", "bodymap"], rows), coded


def crosswalk_csv(body_map: BodyMap) -> str:
    """Return the crosswalk of a body map as a table: area by region and view, with shares.

    Examples
    --------
    >>> from hippain_maps.body import load_body
    >>> from hippain_maps.interchange.body_maps import load_body_map
    >>> print(crosswalk_csv(load_body_map("michigan", load_body())).splitlines()[0])
    code,redcap,name,side,view,region,cm2,share_of_area,share_of_region,above_the_map
    """
    columns = ["code", "redcap", "name", "side", "view", "region", "cm2"]
    columns += ["share_of_area", "share_of_region", "above_the_map"]
    by_code: dict[str, list[list[object]]] = {code: [] for code in body_map.areas}
    for row in body_map.crosswalk:
        by_code[row.code].append(
            [
                row.view,
                row.region or "outside the regions",
                f"{row.cm2:.2f}",
                f"{row.of_area:.4f}",
                f"{row.of_region:.4f}",
            ]
        )
    nothing: list[object] = ["", "outside the map", "", "", ""]
    rows: list[list[object]] = []
    for code, area in body_map.areas.items():
        head: list[object] = [code, redcap_code(code, body_map), area.name, area.side or "both"]
        for cells in by_code[code] or [nothing]:
            rows.append([*head, *cells, f"{area.above:g}"])
    return csv_text(columns, rows)
