"""How a table was made: versions, atlas, input, options and counts; and what its columns mean."""

from __future__ import annotations

import csv
import hashlib
import importlib.metadata
import io
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hippain_maps.atlas import Atlas
from hippain_maps.cohort.inputs import CohortSource
from hippain_maps.cohort.tables import Layout, Which, codebook

LIBRARIES = ("numpy", "shapely", "pyarrow", "scipy", "statsmodels", "pingouin", "distributed")
"""Libraries whose version may matter for a result."""


@dataclass(frozen=True)
class Counts:
    """How many.

    Parameters
    ----------
    rows : int
        Rows, or files, of the input.
    drawings : int
        Drawings in them, as far as they could be told apart.
    ranked, rejected : int
        Drawings in the output, and in the side file.
    lost_rows : int
        Rows that could not be read at all, so that nobody knows how many drawings they hold.
    """

    rows: int
    drawings: int
    ranked: int
    rejected: int
    lost_rows: int


def now() -> str:
    """Return the time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def versions() -> dict[str, str]:
    """Return the versions of this package, of Python and of the libraries that are installed."""
    found = {"python": platform.python_version()}
    for name in ("hippain-maps", *LIBRARIES):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    import shapely

    return found | {"geos": shapely.geos_version_string}


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def manifest(
    *,
    source: CohortSource,
    atlas: Atlas,
    layout: Layout,
    block: int,
    counts: Counts,
    started: str,
    outputs: Iterable[Path],
    plan: Mapping[str, Any],
    resumed: int,
) -> dict[str, Any]:
    """Return how a cohort was ranked, as plain data; names of files only, no places."""
    return {
        "made_by": "hippain rank-many",
        "versions": versions(),
        "atlas": atlas.version,
        "packs": [pack.to_dict() for pack in atlas.packs],
        "input": {
            "name": Path(source.name).name,
            "kind": source.kind,
            "sha256": plan["input"],
            "study_fields": list(source.fields),
        },
        "options": {
            "shape": layout.shape,
            "top": layout.top,
            "regions": layout.regions,
            "block": block,
        },
        "seeds": {},
        "seeds_note": "Ranking draws no random numbers.",
        "counts": asdict(counts),
        "blocks_from_an_interrupted_run": resumed,
        "outputs": {path.name: {"sha256": digest(path)} for path in outputs},
        "started": started,
        "finished": now(),
    }


def codebook_text(atlas: Atlas, layout: Layout) -> str:
    """Return the codebook of the tables as CSV."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["table", "column", "type", "unit", "meaning"])
    tables: tuple[Which, ...] = ("rows", "regions") if layout.regions else ("rows",)
    for which in tables:
        found = codebook(atlas, layout, which)
        for line in zip(*found.values(), strict=True):
            writer.writerow([which, *line])
    return stream.getvalue()
