"""The JSON of a pain drawing, read strictly: capped first, every name once, no odd numbers later.

This is the first half of the gate, before anybody asks what the data means. Size and nesting are
capped before the parser runs, since a deep file would exhaust its stack; a name given twice is
refused instead of read as its last value.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from hippain_maps._limits import MAX_DRAWING_BYTES, MAX_JSON_DEPTH, MAX_TEXT
from hippain_maps.errors import DrawingError

SHOWN = 60
"""Characters of a given text that an error message repeats."""

# Possessive, so that a file of quotes and backslashes costs one pass and not a square of it.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.?+)*+"?+', re.DOTALL)


def parse_json(data: Mapping[str, Any] | str | bytes) -> Any:
    """Return JSON data from text, bytes or Python data, always fresh.

    Raises
    ------
    DrawingError
        If it is too large, too deep, not UTF-8 or not JSON, or if a name is given twice.

    Examples
    --------
    >>> parse_json(b'{"type": "Point", "coordinates": [1, 2]}')
    {'type': 'Point', 'coordinates': [1, 2]}
    """
    return _parse(_encoded(data))


def check_kept(value: object, where: str) -> None:
    """Refuse text over the cap, and what could not be written as JSON again."""
    match value:
        case Mapping():
            for name, member in value.items():
                _check_text(name, where)
                check_kept(member, f"{where}.{cut(name)}" if where else cut(name))
        case list():
            for place, member in enumerate(value):
                check_kept(member, f"{where}[{place}]")
        case str():
            _check_text(value, where)
        case float() if value - value != 0:
            raise DrawingError(
                f"the number {shown(value)} is not finite; JSON has no such numbers", where=where
            )


def _check_text(text: str, where: str) -> None:
    if len(text) > MAX_TEXT:
        raise DrawingError(
            f"a text of {len(text):,} characters starts {shown(text)}; "
            f"at most {MAX_TEXT:,} are read",
            where=where or None,
        )
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise DrawingError(
                f"the text {shown(text)} holds half of a surrogate pair; write whole characters",
                where=where or None,
            ) from None


def shown(value: object) -> str:
    """Return `value` as an error message may show it: one line, short, nothing unprintable.

    Examples
    --------
    >>> shown("up"), shown(None), shown([1, 2])
    ("'up'", 'null', 'a list of 2')
    """
    match value:
        case str():
            return f"'{cut(value)}'"
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case list():
            return f"a list of {len(value)}" if value else "an empty list"
        case Mapping():
            return "an object"
        case _:
            return cut(str(value))


def cut(text: str) -> str:
    """Return the start of `text`, on one line, with nothing unprintable."""
    return one_line(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")


def by_lines(data: Mapping[str, Any]) -> str:
    """Return JSON with a line for each member, and for each entry of a member that is a list.

    Laid out further it would be four times as long, and take ten times as long to write.

    Examples
    --------
    >>> print(by_lines({"schema": 1, "candidates": [{"rank": 1}, {"rank": 2}]}))
    {
    "schema": 1,
    "candidates": [
     {"rank": 1},
     {"rank": 2}
    ]
    }
    """
    members = []
    for name, value in data.items():
        if isinstance(value, list) and value:
            entries = ",\n ".join(json.dumps(entry, allow_nan=False) for entry in value)
            text = f"[\n {entries}\n]"
        else:
            text = json.dumps(value, allow_nan=False)
        members.append(f"{json.dumps(name)}: {text}")
    return "{\n" + ",\n".join(members) + "\n}"


def one_line(text: str) -> str:
    """Return `text` with everything unprintable, such as a line break, written as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _encoded(data: Mapping[str, Any] | str | bytes) -> bytes:
    """Return `data` as UTF-8 JSON, so that data from Python meets the same checks as a file."""
    if isinstance(data, Mapping):
        try:
            data = json.dumps(dict(data), ensure_ascii=False)
        except (TypeError, ValueError, RecursionError) as error:
            reason = cut(str(error))
            raise DrawingError(f"this is not JSON data ({reason}); give plain values") from None
    if isinstance(data, str):
        try:
            return data.encode()
        except UnicodeEncodeError as error:
            raise DrawingError(
                f"character {error.start} is half of a surrogate pair; write whole characters"
            ) from None
    return data


def _parse(data: bytes) -> object:
    if len(data) > MAX_DRAWING_BYTES:
        raise DrawingError(
            f"the drawing is larger than {MAX_DRAWING_BYTES:,} bytes, the most that is read; "
            "give a drawing with fewer points, and no embedded images"
        )
    if not data.strip():
        raise DrawingError("the drawing is empty; a GeoJSON FeatureCollection is expected")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DrawingError(f"byte {error.start} is not UTF-8; save the file as UTF-8") from None
    depth = _depth(data)
    if depth > MAX_JSON_DEPTH:
        raise DrawingError(
            f"the JSON is nested {depth:,} levels deep, and at most {MAX_JSON_DEPTH} are read"
        )
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise DrawingError(
            f"this is not JSON: {error.msg} in line {error.lineno}, column {error.colno}; "
            "give a GeoJSON FeatureCollection"
        ) from None
    except DrawingError:
        raise
    except ValueError:
        # Python refuses to read integers of thousands of digits; there is no other cause.
        raise DrawingError("a number has too many digits to be read") from None


def _depth(data: bytes) -> int:
    """Return how deep the brackets of a JSON text nest; those inside strings do not count."""
    marks = np.frombuffer(_STRING.sub(b"", data), dtype=np.uint8)
    opened = (marks == ord("[")) | (marks == ord("{"))
    closed = (marks == ord("]")) | (marks == ord("}"))
    return int(np.cumsum(opened.astype(np.int64) - closed).max(initial=0))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise DrawingError(f"the member {shown(twice)} is written twice in one object; keep one")
    return members
