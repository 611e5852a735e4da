"""Read the atlas's YAML strictly, and remember which line every field stands on.

A file is plain data: text, numbers, true and false, null, lists, mappings. Values are read by
the core schema of YAML 1.2, so that ``side: no`` stays a word, ``012`` is twelve, ``4:30`` and
dates are text and ``1e3`` is a number; YAML 1.1, which PyYAML follows, surprises in all of these.
Keys are text as it is written: the key of ``81.4: [-25, 25]`` is ``"81.4"``. Refused, with the
line: a key given twice, anchors and aliases (a short file could unfold to gigabytes), tags,
numbers that are not finite, a second document, and whatever exceeds the caps in
`hippain_maps._limits`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from yaml import events

from hippain_maps._limits import MAX_YAML_BYTES, MAX_YAML_DEPTH
from hippain_maps.errors import DataError

if TYPE_CHECKING:
    from pydantic import BaseModel

FieldPath = tuple[str | int, ...]
Model = TypeVar("Model", bound="BaseModel")

# Only the event stream of the safe loader is used, so no constructor ever runs, and nothing
# recurses however deep a file is nested. libyaml's is several times faster, where there is one.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# YAML 1.2.2, section 10.3.2: what a plain scalar means.
_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(["", "~", "null", "Null", "NULL"]),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_BASED_INTEGER = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_MAX_DIGITS = 18
# The complement of YAML 1.2.2, section 5.1. Checked here because the two parsers word it
# differently, and neither says the line.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class YamlFile:
    """The data of one YAML file, and where in the file each field stands.

    Parameters
    ----------
    data : object
        Dictionaries, lists, str, int, float, bool and None.
    label : str
        The file as messages name it, such as ``patterns/psoas.yaml``.
    lines : mapping
        Line of every field, counted from 1; a field of a mapping stands where its key does.
    """

    data: Any
    label: str
    lines: Mapping[FieldPath, int] = field(default_factory=dict, repr=False)

    def line(self, path: FieldPath) -> int | None:
        r"""Return the line of the field at `path`, or of its nearest ancestor in the file.

        Examples
        --------
        >>> file = parse_yaml("zones:\n  - weight: 1", label="patterns/psoas.yaml")
        >>> file.line(("zones", 0, "weight")), file.line(("zones", 7))
        (2, 1)
        """
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None

    def error(self, message: str, field: FieldPath = ()) -> DataError:
        """Return, not raise, an error that names this file and the line of `field`.

        Examples
        --------
        >>> file = parse_yaml("side: north", label="patterns/psoas.yaml")
        >>> print(file.error("sides are left and right", ("side",)))
        patterns/psoas.yaml, line 1, side: sides are left and right
        """
        dotted = ".".join(map(str, field)) or None
        return DataError(message, file=self.label, line=self.line(field), field=dotted)


def read_yaml(path: Path, *, label: str | None = None) -> YamlFile:
    """Read the YAML file at `path`.

    Parameters
    ----------
    path : Path
        The file: UTF-8, one document.
    label : str, optional
        The file as messages should name it; by default its folder and name.

    Raises
    ------
    DataError
        If the file cannot be read, or is not the plain YAML described above.
    """
    if label is None:
        label = f"{path.parent.name}/{path.name}" if path.parent.name else path.name
    # Asked first, because opening a folder is reported differently on every system.
    if path.is_dir():
        raise DataError("this is a folder; name a YAML file", file=label)
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_YAML_BYTES + 1)
    except FileNotFoundError:
        raise DataError(f"there is no such file (looked for {path})", file=label) from None
    except OSError as error:
        raise DataError(f"the file cannot be read: {error.strerror}", file=label) from error
    if len(content) > MAX_YAML_BYTES:
        raise DataError(f"the file is larger than {MAX_YAML_BYTES} bytes; split it", file=label)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError("the file is not UTF-8; save it as UTF-8", file=label, line=line) from None
    return parse_yaml(text, label=label)


def parse_yaml(text: str, *, label: str) -> YamlFile:
    r"""Return the data of YAML `text`, under the rules of this module.

    Raises
    ------
    DataError
        If `text` is not the plain YAML described above.

    Examples
    --------
    >>> parse_yaml("side: no\nweight: 1e3", label="a pack").data
    {'side': 'no', 'weight': 1000.0}
    >>> parse_yaml("id: psoas\nid: iliacus", label="patterns/psoas.yaml")
    Traceback (most recent call last):
        ...
    hippain_maps.errors.DataError: patterns/psoas.yaml, line 2, id: the key is given twice, ...
    """
    if bad := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, bad.start()) + 1
        raise DataError(f"unprintable character {bad[0]!r}; remove it", file=label, line=line)
    try:
        return _build(yaml.parse(text, Loader=_LOADER), label)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = ", ".join(part for part in (error.context, error.problem) if part)
        line = 1 if mark is None else mark.line + 1
        begun = error.context_mark
        if begun is not None and begun.line + 1 != line:
            reason += f" (it begins on line {begun.line + 1})"
            if not "".join(text.splitlines()[line - 1 :]).strip():
                # Only the end of the file: what was never closed is the place to look.
                line = begun.line + 1
        hint = "look there and above for an open bracket or quote, or for ': ' in unquoted text"
        if "".join(text.splitlines()[line - 1 : line]).lstrip(" ").startswith("\t"):
            hint = "indent with spaces, not with tabs"
        raise DataError(f"this is not YAML: {reason}; {hint}", file=label, line=line) from None


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not been read, and the key that waits for its value."""

    value: Any
    path: FieldPath
    key: str | None = None


def _build(stream: Iterable[events.Event], label: str) -> YamlFile:
    """Assemble the data of one document from the parser's events."""
    lines: dict[FieldPath, int] = {}
    file = YamlFile(None, label, lines)
    documents: list[Any] = []
    open_: list[_Open] = []
    for event in stream:
        if isinstance(event, events.CollectionEndEvent):
            open_.pop()
            continue
        if not isinstance(event, events.NodeEvent):
            continue
        top = open_[-1] if open_ else None
        assert event.start_mark is not None  # only an event made by hand has none
        line = event.start_mark.line + 1
        if top is None:
            path: FieldPath = ()
        elif isinstance(top.value, list):
            path = (*top.path, len(top.value))
        elif top.key is not None:
            path = (*top.path, top.key)
        else:
            top.key = _key(event, top, file, line)
            lines[(*top.path, top.key)] = line
            continue
        # The value of a key may start lower down, but the key is where a reader looks.
        lines.setdefault(path, line)
        try:
            value = _value(event)
        except ValueError as error:
            raise _error(str(error), file, path, line) from None
        if top is None:
            if documents:
                raise _error("a second document starts here; keep one in a file", file, (), line)
            documents.append(value)
        elif top.key is None:
            top.value.append(value)
        else:
            top.value[top.key] = value
            top.key = None
        if isinstance(value, dict | list):
            if len(open_) == MAX_YAML_DEPTH:
                raise _error(f"nested deeper than {MAX_YAML_DEPTH} levels", file, (), line)
            open_.append(_Open(value, path))
    if not documents:
        raise DataError("the file is empty; write its fields or remove it", file=label)
    return YamlFile(documents[0], label, lines)


def _error(message: str, file: YamlFile, path: FieldPath, line: int) -> DataError:
    """Return an error at a line that is not, or not yet, the line of the field."""
    return DataError(message, file=file.label, line=line, field=".".join(map(str, path)) or None)


def _key(event: events.NodeEvent, mapping: _Open, file: YamlFile, line: int) -> str:
    """Return the key that `event` spells, if it is text and new to `mapping`."""
    try:
        value = _value(event)
    except ValueError as error:
        raise _error(str(error), file, mapping.path, line) from None
    if not isinstance(event, events.ScalarEvent) or len(event.value.splitlines()) != 1:
        message = f"{quoted(value)} cannot be a key; a key is one line of text"
        raise _error(message, file, mapping.path, line)
    key: str = event.value
    path = (*mapping.path, key)
    if key in mapping.value:
        first = file.lines[path]
        message = f"the key is given twice, first on line {first}; keep one"
        raise _error(message, file, path, line)
    return key


def _value(event: events.NodeEvent) -> Any:
    """Return what one event stands for; a collection starts empty.

    Raises
    ------
    ValueError
        If the event is outside the plain part of YAML.
    """
    if isinstance(event, events.AliasEvent) or event.anchor is not None:
        raise ValueError("anchors (&name) and aliases (*name) are not accepted; write it out")
    # Of the four kinds of node, only an alias has neither a tag nor a value.
    node: Any = event
    if node.tag is not None:
        raise ValueError(f"tags ({node.tag}) are not accepted; quote a value to keep it text")
    if isinstance(event, events.MappingStartEvent):
        return {}
    if isinstance(event, events.SequenceStartEvent):
        return []
    if not node.style:  # neither quoted nor a block
        return _scalar(node.value)
    if bad := _UNPRINTABLE.search(node.value):
        raise ValueError(f"unprintable character {bad[0]!r}; remove the escape")
    return node.value


def _scalar(text: str) -> str | int | float | bool | None:
    """Return what an unquoted scalar means."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text) or _BASED_INTEGER.fullmatch(text):
        # Python itself refuses to convert thousands of digits, in words that do not help here.
        if len(text.lstrip("+-")) > _MAX_DIGITS:
            raise ValueError(f"numbers have at most {_MAX_DIGITS} digits; quote it if it is text")
        return int(text, base=0 if text[1:2] in ("o", "x") else 10)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    if _FLOAT.fullmatch(text) or _NOT_FINITE.fullmatch(text):
        raise ValueError("numbers must be finite; quote it if it is text")
    return text


def quoted(value: Any) -> str:
    """Return a value as a message quotes it: short, and in the words of YAML."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "an empty value"
    if isinstance(value, bool):
        return "true" if value else "false"
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


# --- Writing it ---


class _Writer(yaml.SafeDumper):
    """Writes text so that it is read as text here: by the rules of YAML 1.2, not of 1.1."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write the same list out twice rather than refer to it."""
        return True

    def text(self, text: str) -> yaml.ScalarNode:
        """Return a text, quoted where it could be taken for something else."""
        try:
            plain = _scalar(text) == text
        except ValueError:
            plain = False
        # Written plain or folded, text keeps neither its own line breaks, of which YAML 1.1 knows
        # more than 1.2, nor spaces at its ends.
        whole = text.splitlines() == [text] and text == text.strip()
        style = '"' if not (plain and whole) else ">" if len(text) > 80 else None
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _Writer.text)


def yaml_text(data: Mapping[str, Any]) -> str:
    """Return plain data as YAML that `read_yaml` reads back; innermost lists stand on one line.

    Examples
    --------
    >>> print(yaml_text({"id": "psoas", "at": [1, 2.5], "no": "1e3"}), end="")
    id: psoas
    at: [1, 2.5]
    'no': "1e3"
    """
    return yaml.dump(
        dict(data),
        Dumper=_Writer,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=None,
        width=100,
    )
