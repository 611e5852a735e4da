"""The formats of drawings, and what survives each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hippain_maps.errors import UnknownNameError
from hippain_maps.interchange.codes import Numbering
from hippain_maps.interchange.fhir import Codes
from hippain_maps.interchange.svg_read import Placement

PARTS = (
    "outlines",
    "strokes and spots",
    "view",
    "intensity, quality, depth",
    "what is said of the whole",
    "unknown members",
)
"""What a drawing consists of, and the columns of the table of what survives."""

Survives = Literal["yes", "no", "by area", "shape"]


@dataclass(frozen=True, slots=True)
class Format:
    """A format of drawings.

    Parameters
    ----------
    id, name : str
        As options say it, and as people call it.
    endings : tuple of str
        Of file names, the first is written.
    survives : tuple of str
        For each of `PARTS`, what comes back of a drawing that was written and read again:
        ``yes``, ``no``, ``by area`` (as whole areas of another map) or ``shape`` (what was
        covered, not how it was drawn).
    many : bool
        Whether a file holds several drawings.
    foreign : str
        What is taken from files of other programs.
    """

    id: str
    name: str
    endings: tuple[str, ...]
    survives: tuple[Survives, ...]
    many: bool
    foreign: str


_ALL: tuple[Survives, ...] = ("yes",) * 6
_SHAPES: tuple[Survives, ...] = ("yes", "yes", "no", "no", "no", "no")
_CODES: tuple[Survives, ...] = ("by area", "by area", "by area", "no", "no", "no")
FORMATS: Mapping[str, Format] = {
    entry.id: entry
    for entry in (
        Format("geojson", "GeoJSON", (".geojson", ".json"), _ALL, False, "any with views"),
        Format(
            "svg",
            "SVG",
            (".svg",),
            _ALL,
            False,
            "paths and shapes with transforms and curves; view and place by our charts, or told",
        ),
        Format("wkt", "WKT table", (".wkt.csv",), _ALL, True, "a column of geometry is enough"),
        Format("wkb", "WKB table", (".wkb.csv",), _ALL, True, "a column of geometry is enough"),
        Format(
            "geoparquet",
            "GeoParquet",
            (".parquet", ".geoparquet"),
            _ALL,
            True,
            "a column of WKB is enough; crs must be null",
        ),
        Format("wkt-bare", "WKT, bare", (".wkt",), _SHAPES, False, "the view is told"),
        Format("wkb-bare", "WKB, bare", (".wkb",), _SHAPES, False, "the view is told"),
        Format(
            "choir",
            "CHOIR codes",
            (".choir.csv",),
            _CODES,
            True,
            "text or tick boxes, both numberings; codes outside the map are named and kept",
        ),
        Format(
            "michigan",
            "Michigan codes",
            (".michigan.csv",),
            _CODES,
            True,
            "text or tick boxes; codes outside the map are named and kept",
        ),
        Format("fhir", "FHIR R5", (".fhir.json",), _ALL, False, "our own bundles only"),
    )
}


@dataclass(frozen=True)
class Options:
    """How to read and write, where a file does not say.

    Parameters
    ----------
    view : view, optional
        Where marks of other programs are that name none; the view to write in a bare format.
    placed : sequence of pairs of points
        For a foreign SVG; see `read_svg`.
    column : str, optional
        The column of a table that holds codes.
    numbering : {"standard", "female", "redcap"}, optional
        Of CHOIR codes.
    patient : str, optional
        For FHIR.
    codes : mapping, optional
        Codings of one's own for FHIR.
    """

    view: str | None = None
    placed: Placement = ()
    column: str | None = None
    numbering: Numbering | None = None
    patient: str | None = None
    codes: Codes | None = None


def format_of(name: str, given: str | None = None) -> str | None:
    """Return the format of a file by its ending, or the one that was given.

    Raises
    ------
    UnknownNameError
        If the given one is none.

    Examples
    --------
    >>> format_of("study.choir.csv"), format_of("x.svg"), format_of("table.csv")
    ('choir', 'svg', None)
    """
    if given is not None:
        if given not in FORMATS:
            known = list(FORMATS)
            raise UnknownNameError("format", given, known, hint=f"there are {', '.join(known)}")
        return given
    lower = name.lower()
    endings = [(e, f.id) for f in FORMATS.values() for e in f.endings if lower.endswith(e)]
    return max(endings, key=lambda found: len(found[0]))[1] if endings else None


def survival_table() -> list[str]:
    """Return the lines of the README's table: what comes back of a drawing from each format."""
    head = f"| format | ending | {' | '.join(PARTS)} | several drawings | from other programs |"
    lines = [head, "|" + "---|" * (len(PARTS) + 4)]
    for entry in FORMATS.values():
        cells = [entry.name, f"`{entry.endings[0]}`", *entry.survives]
        lines.append(f"| {' | '.join(cells)} | {'yes' if entry.many else 'no'} | {entry.foreign} |")
    return lines
