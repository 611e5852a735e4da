"""JSON Schemas of the YAML files, so that an editor completes and checks them.

They are made from the models that read the files, and know the names of the shipped atlas: regions
and groups, clues, sources and citation keys are offered where they belong. A schema sees one file
at a time and no geometry; ``hippain check`` sees everything.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from hippain_maps.atlas import Atlas
from hippain_maps.errors import UnknownNameError

if TYPE_CHECKING:
    from pydantic import BaseModel

KINDS = (
    "source",
    "bibliography",
    "clues",
    "relations",
    "sets",
    "ambiguous_places",
    "model",
    "words",
    "red_flags",
    "muscle_outlines",
    "pack",
    "bones",
    "outline",
    "sections",
    "free_borders",
    "regions",
    "groups",
    "hints",
    "inset",
    "other_map",
)
"""What files there are; each is named like its file, but a source, an inset and an other map."""

_PLACES = ("region", "essential", "spillover", "rare", "mostly", "core", "drawn")
"""Fields that name regions or groups."""


def model_of(kind: str) -> type[BaseModel]:
    """Return the model that reads files of a kind.

    Raises
    ------
    UnknownNameError
        If there is no such kind.
    """
    if kind not in KINDS:
        raise UnknownNameError("kind of file", kind, KINDS, hint=f"kinds are {', '.join(KINDS)}")
    # Checking files takes a validation library; it is imported where it is used.
    from hippain_maps import _anatomy_files, _body_files, _pattern_files, _red_flag_files
    from hippain_maps.interchange import _map_files

    words = ["map"] if kind == "other_map" else kind.split("_")
    name = "".join(word.capitalize() for word in words) + "File"
    for module in (_pattern_files, _red_flag_files, _anatomy_files, _body_files, _map_files):
        if found := getattr(module, name, None):
            model: type[BaseModel] = found
            return model
    raise AssertionError(kind)


def file_schema(kind: str, atlas: Atlas) -> dict[str, Any]:
    """Return the JSON Schema of one kind of file.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    atlas : Atlas
        Whose names are offered. Regions and groups must be among them; other clues, sources and
        citations are accepted, since a pack may bring its own.

    Raises
    ------
    UnknownNameError
        If there is no such kind of file.

    Examples
    --------
    >>> from hippain_maps.atlas import load_atlas
    >>> schema = file_schema("source", load_atlas())
    >>> "piriformis" in schema["$defs"]["MarkEntry"]["properties"]
    False
    >>> schema["title"]
    'hippain_maps: source'
    """
    model = model_of(kind)
    schema = model.model_json_schema()
    places = [*atlas.body.groups, *atlas.body.regions]
    open_names = {
        "clue": list(atlas.clues),
        "citations": list(atlas.citations),
        "sources": list(atlas.sources),
        "between": list(atlas.sources),
    }
    for part in (schema, *schema.get("$defs", {}).values()):
        for name, field in part.get("properties", {}).items():
            if name in _PLACES and kind in ("source", "ambiguous_places", "red_flags"):
                _offer(field, places, only=True)
            elif name in open_names:
                _offer(field, open_names[name], only=False)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": f"hippain_maps: {kind}",
    }


def _offer(field: dict[str, Any], names: Collection[str], *, only: bool) -> None:
    """Have a field offer names, at each place in it that holds one."""
    if field.get("type") == "string" and "pattern" in field:
        pattern = {"type": "string", "pattern": field.pop("pattern")}
        del field["type"]
        known = {"enum": sorted(names)}
        field.update(known if only else {"anyOf": [known, pattern]})
        return
    inner = [field.get("items"), *field.get("anyOf", ()), *field.get("prefixItems", ())]
    for part in inner:
        if isinstance(part, dict):
            _offer(part, names, only=only)


def schema_text(schema: Mapping[str, Any]) -> str:
    """Return a schema as the text of its file."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
