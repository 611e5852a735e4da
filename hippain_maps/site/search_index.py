"""What the search box looks through: names, and where they lead."""

from __future__ import annotations

import json
from collections.abc import Iterator

from hippain_maps.atlas import Atlas
from hippain_maps.site.desk import KIND_WORDS

Entry = tuple[str, str, str, str]
"""Name, kind of thing, path, and other words that find it."""


def search_index(atlas: Atlas) -> bytes:
    """Return the index as a script, which works from a disk where reading a file would not."""
    data = json.dumps(list(_entries(atlas)), ensure_ascii=False, separators=(",", ":"))
    # Nothing in a text may end the script or be taken for markup.
    data = data.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f'"use strict";\nglobalThis.hippainIndex = {data};\n'.encode()


def _entries(atlas: Atlas) -> Iterator[Entry]:
    body = atlas.body
    for source in atlas.sources.values():
        words = [*source.synonyms, *source.names.values(), *(p.name for p in source.trigger_points)]
        yield (
            source.name,
            KIND_WORDS[source.kind],
            f"sources/{source.id}.html",
            " | ".join(words if source.is_muscle else words[:-1]),
        )
    for group in body.groups.values():
        yield group.name, "Group of regions", f"places/{group.id}.html", ""
    for region in body.regions.values():
        area = body.groups[body.area_of[region.id]].name
        yield region.name, "Region", f"places/{region.id}.html", area
    for clue in atlas.clues.values():
        yield clue.says["en"], "Clue", f"clues.html#{clue.id}", clue.ask.get("en", "")
    for flag in atlas.red_flags.values():
        yield flag.name["en"], "Red flag", f"red-flags.html#{flag.id}", flag.ask["en"]
