"""Check the fields of a YAML file against a pydantic model; say what is wrong in plain words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, Union, get_args, get_origin

from hippain_maps._yaml import FieldPath, YamlFile, quoted
from hippain_maps.errors import DataError, did_you_mean, nearest

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound="BaseModel")

_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "none_required": "null",
}


def validate(model: type[Model], file: YamlFile) -> Model:
    """Return the data of `file` as an instance of the pydantic `model`.

    Types are checked as JSON types are: text is never taken for a number, nor the reverse; a list
    may fill a tuple or a set. Whether unknown fields are refused is up to the model
    (``extra="forbid"``). A validator of the model reports a problem by raising ValueError.

    Parameters
    ----------
    model : type of BaseModel
        What the file must look like.
    file : YamlFile
        What `read_yaml` returned.

    Raises
    ------
    DataError
        If anything does not fit: the first problem, with its line, its field and what is
        accepted. The rest are in ``others``.

    Examples
    --------
    >>> from pydantic import BaseModel
    >>> from hippain_maps._yaml import parse_yaml
    >>> class Zone(BaseModel, extra="forbid"):
    ...     weight: float = 1.0
    >>> validate(Zone, parse_yaml("weight: 0.5", label="a pack"))
    Zone(weight=0.5)
    >>> validate(Zone, parse_yaml("wieght: 0.5", label="a pack"))
    Traceback (most recent call last):
        ...
    hippain_maps.errors.DataError: a pack, line 1, wieght: unknown field; did you mean 'weight'? ...
    """
    # Here and not above: only reading a pack needs pydantic, which takes longer to import than
    # most commands take to run.
    from pydantic import ValidationError

    try:
        # Strict Python mode would refuse every list where a model wants a tuple; JSON mode is
        # as strict about text and numbers, and has only lists to begin with.
        return model.model_validate_json(json.dumps(file.data), strict=True)
    except ValidationError as error:
        found = error.errors(include_url=False)
    raise DataError.of(_problems(model, file, found))


def _problems(model: type[Model], file: YamlFile, found: list[ErrorDetails]) -> list[DataError]:
    """Return one error for each field that is wrong, in the order of the file; missing ones last.

    A field that is missing because it is misspelt is one mistake, and the misspelling is told.
    """
    by_field: dict[FieldPath, list[ErrorDetails]] = {}
    for error in found:
        by_field.setdefault(_field_of(error, file.data), []).append(error)
    # Where a field may have several forms, each form complains. The one that got furthest into
    # the field is the one that was meant.
    enclosing = {path[:length] for path in by_field for length in range(len(path))}
    misspelt = {
        (*path[:-1], near)
        for path, errors in by_field.items()
        if errors[0]["type"] == "extra_forbidden"
        and (near := nearest(str(path[-1]), _accepted_fields(model, path[:-1])))
    }
    # That a field is missing is said by the misspelling.
    wrong = [path for path in by_field if path not in enclosing | (misspelt - file.lines.keys())]
    wrong.sort(key=lambda path: (path not in file.lines, file.line(path) or 0))
    return [file.error(_describe(model, path, by_field[path]), path) for path in wrong]


def _field_of(error: ErrorDetails, data: Any) -> FieldPath:
    """Return where in the file an error is.

    Pydantic mixes names of union members and of validators into its locations; what is not
    written in the file is left out.
    """
    path: FieldPath = ()
    for part in error["loc"]:
        inside_list = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if inside_list or (isinstance(data, dict) and part in data):
            path = (*path, part)
            data = data[part]
    if error["type"] == "missing":
        return (*path, error["loc"][-1])
    if error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return (*path, error["ctx"]["discriminator"].strip("'"))
    return path


def _describe(model: type[Model], path: FieldPath, errors: list[ErrorDetails]) -> str:
    """Return what is wrong with one field: what was given, what is accepted, what to do."""
    value = errors[0]["input"]
    given = quoted(value)
    messages = []
    if kinds := [_KINDS[error["type"]] for error in errors if error["type"] in _KINDS]:
        hint = (
            "; quote it if it is text" if "text" in kinds and isinstance(value, float | int) else ""
        )
        messages.append(f"{given} is not {' or '.join(dict.fromkeys(kinds))}{hint}")
    for error in errors:
        context, message = error.get("ctx", {}), error["msg"]
        match error["type"]:
            case kind if kind in _KINDS:
                pass
            case "missing" | "union_tag_not_found":
                messages.append("this field is missing; add it")
            case "extra_forbidden":
                known = sorted(_accepted_fields(model, path[:-1]))
                accepted = f" (accepted: {', '.join(known)})" if known else ""
                messages.append(f"unknown field{did_you_mean(str(path[-1]), known)}{accepted}")
            case "literal_error" | "enum":
                messages.append(_not_among(value, context["expected"]))
            case "union_tag_invalid":
                messages.append(_not_among(context["tag"], context["expected_tags"]))
            case "value_error" | "assertion_error":
                messages.append(str(context["error"]))
            case _ if message.startswith("Input should be "):
                messages.append(f"{given} is not accepted; it should be {message[16:]}")
            case _:
                messages.append(f"{given} is not accepted; {message[0].lower()}{message[1:]}")
    return "; or ".join(dict.fromkeys(messages))


def _not_among(given: Any, expected: str) -> str:
    """Return that `given` is none of the quoted words which pydantic lists in `expected`."""
    words = re.findall(r"'([^']*)'", expected)
    near = did_you_mean(given, words) if isinstance(given, str) else ""
    return f"{quoted(given)} is not accepted{near} (accepted: {', '.join(words) or expected})"


def _accepted_fields(model: type[Model], path: FieldPath) -> set[str]:
    """Return the fields that a mapping at `path` may have, in any of its forms."""
    forms: list[Any] = [model]
    for part in path:
        forms = [inner for form in forms for inner in _forms_inside(form, part)]
    return {
        info.alias or name
        for form in forms
        for name, info in getattr(form, "model_fields", {}).items()
    }


def _forms_inside(form: Any, part: str | int) -> Iterator[Any]:
    """Yield the types that a model, list or mapping allows for its `part`."""
    if hasattr(form, "model_fields"):
        for name, info in form.model_fields.items():
            if part in (name, info.alias):
                yield from _alternatives(info.annotation)
    else:
        for argument in get_args(form):
            yield from _alternatives(argument)


def _alternatives(annotation: Any) -> Iterator[Any]:
    """Yield the members of a union, or the annotation itself."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for member in get_args(annotation):
            yield from _alternatives(member)
    else:
        yield annotation
