"""CSV tables from outside, read a row at a time: capped, in UTF-8, and refused in one line."""

from __future__ import annotations

import csv
import io
import itertools
import os
import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Any, BinaryIO, TextIO

from hippain_maps._json import cut, one_line, shown
from hippain_maps._limits import MAX_CELL, MAX_TABLE_BYTES, MAX_TABLE_COLUMNS, MAX_TABLE_ROWS
from hippain_maps._reading import opened
from hippain_maps.errors import DrawingError

_COMPUTED = re.compile(r"'*[=+\-@\t\r\n]")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


class CsvTable:
    """A CSV file, opened: its column names, and its rows one after the other.

    The separator is a comma, a semicolon or a tab, whichever the first line has most of.

    Parameters
    ----------
    source : path or binary file
        Read once; a binary file is read from where it stands.

    Raises
    ------
    DrawingError
        If there is no such file, or it is no table: empty, not UTF-8, with a name twice.
    """

    def __init__(self, source: str | os.PathLike[str] | BinaryIO) -> None:
        self.name, self._stream = opened(source, "one table")
        # What somebody else opened is theirs to close.
        self._ours = isinstance(source, str | os.PathLike)
        self._rows = self._read()
        try:
            self.columns = self._header()
        except BaseException:
            self.close()
            raise

    def _header(self) -> list[str]:
        header = next(self._rows, None)
        names = header[1] if header else []
        if not any(names):
            raise self.fault("the table is empty; its first line must name the columns")
        columns = [name.strip() for name in names]
        if len(columns) > MAX_TABLE_COLUMNS:
            raise self.fault(
                f"the table has {len(names):,} columns, and at most {MAX_TABLE_COLUMNS:,} are read"
            )
        twice = {name for name in columns if columns.count(name) > 1 and name}
        if twice:
            raise self.fault(f"the column {shown(min(twice))} is there twice; keep one")
        return columns

    def close(self) -> None:
        """Close the file, if it was opened here."""
        self._rows.close()
        if self._ours:
            self._stream.close()

    def fault(self, message: str, line: int | None = None) -> DrawingError:
        """Return an error that names the file, and the line if it is known."""
        return DrawingError(message, where=f"{self.name}, line {line}" if line else self.name)

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield line number and cells by column; blank lines are passed over.

        Raises
        ------
        DrawingError
            If a row has more cells than the table has columns, or a cap is met.
        """
        for line, cells in self._rows:
            if not any(cells):
                continue
            if len(cells) > len(self.columns):
                raise self.fault(
                    f"the row has {len(cells)} cells and the table {len(self.columns)} columns; "
                    "put cells with a comma in quotes",
                    line,
                )
            yield line, dict(zip(self.columns, map(plain_cell, cells), strict=False))

    def _lines(self, text: TextIO) -> Iterator[str]:
        while line := text.readline(MAX_CELL + 1):
            if len(line) > MAX_CELL:
                raise self.fault(f"a line has more than {MAX_CELL:,} characters; this is no table")
            yield line

    def _read(self) -> Generator[tuple[int, list[str]], None, None]:
        capped = io.BufferedReader(_Capped(self._stream, self.name))
        text = io.TextIOWrapper(capped, encoding="utf-8-sig", newline="")
        # The limit belongs to the whole process; it is only ever raised.
        csv.field_size_limit(max(csv.field_size_limit(), MAX_CELL))
        line = 0
        try:
            lines = self._lines(text)
            first = next(lines, "")
            separator = max(",;\t", key=first.count)
            reader = csv.reader(itertools.chain([first], lines), delimiter=separator, strict=True)
            for number, cells in enumerate(reader):
                line = reader.line_num
                if number > MAX_TABLE_ROWS:
                    raise self.fault(f"at most {MAX_TABLE_ROWS:,} rows are read", line)
                yield line, cells
        except UnicodeDecodeError as error:
            raise self.fault(
                f"byte {error.object[error.start]:#04x} is not UTF-8; save the table as CSV UTF-8",
                line + 1,
            ) from None
        except csv.Error as error:
            raise self.fault(f"this is not CSV: {one_line(cut(str(error)))}", line + 1) from None
        except OSError as error:
            raise self.fault(f"the file cannot be read: {error.strerror or error}") from None


class _Capped(io.RawIOBase):
    """A stream that says so when more bytes come than a table may have."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream, self._name, self._left = stream, name, MAX_TABLE_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise DrawingError(
                f"the table is larger than {MAX_TABLE_BYTES:,} bytes; divide it", where=self._name
            )
        buffer[: len(data)] = data
        return len(data)


def safe_cell(text: str) -> str:
    r"""Return a text as a table holds it: one that a spreadsheet would compute gets a ``'`` before.

    Spreadsheets run what begins with ``=``, ``+``, ``-``, ``@``, a tab or a line break, and hide
    the ``'``. Numbers stay as they are, and `CsvTable` takes the ``'`` away again.

    Examples
    --------
    >>> safe_cell('=HYPERLINK("http://x")'), safe_cell("-7.5"), safe_cell("P-17")
    ('\'=HYPERLINK("http://x")', '-7.5', 'P-17')
    """
    return f"'{text}" if _COMPUTED.match(text) and not _NUMBER.fullmatch(text) else text


def plain_cell(text: str) -> str:
    """Return what `safe_cell` was given.

    Examples
    --------
    >>> plain_cell("'=1+1"), plain_cell("'quoted'")
    ('=1+1', "'quoted'")
    """
    return text[1:] if text.startswith("'") and _COMPUTED.match(text) else text


def safe_table(table: Any) -> Any:
    """Return an Arrow table with every text as `safe_cell` gives it."""
    import pyarrow as pa

    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            texts = table.column(place).to_pylist()
            safe = [text if text is None else safe_cell(text) for text in texts]
            table = table.set_column(place, field, pa.array(safe, type=field.type))
    return table


class _Lines(list[str]):
    """Takes what a CSV writer writes, and ends each row as on Unix.

    The writer itself puts quotes round a carriage return in a cell only where rows end with one.
    """

    def write(self, row: str) -> None:
        self.append(row.removesuffix("\r\n") + "\n")


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table as CSV: comma, quotes where needed, an empty cell for None.

    Examples
    --------
    >>> print(csv_text(["record_id", "bodymap"], [["7", "b18,b23"]]), end="")
    record_id,bodymap
    7,"b18,b23"
    """
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(
        ["" if c is None else safe_cell(c) if isinstance(c, str) else c for c in row]
        for row in rows
    )
    return "".join(lines)
