"""What every format reads and writes: a drawing with a name, and what had to be said about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hippain_maps._json import cut
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DrawingError, how_to_install


@dataclass(frozen=True, slots=True)
class Record:
    """One drawing out of a file that may hold many.

    Parameters
    ----------
    id : str
        What the file calls it; a number counted from 1 where it gives no name.
    drawing : PainDrawing
        The drawing, checked as any other.
    notes : tuple of str
        What the other format could not say or we could not take over, a sentence each.
    """

    id: str
    drawing: PainDrawing
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is no drawing, in a table whose other rows are read on."""

    id: str
    line: int
    reason: str


def drawing_of(
    features: Sequence[Mapping[str, Any]],
    header: Mapping[str, Any] | None = None,
    *,
    where: str | None = None,
) -> PainDrawing:
    """Return GeoJSON features of any origin as a drawing; they pass the gate of drawing files.

    Parameters
    ----------
    features : sequence of mapping
        GeoJSON Features in chart cm.
    header : mapping, optional
        Members of the drawing's ``hippain`` member.
    where : str, optional
        The file, put before the place in an error.

    Raises
    ------
    DrawingError
        As `PainDrawing.from_geojson`.

    Examples
    --------
    >>> spot = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [12, 88]},
    ...         "properties": {"view": "anterior"}}
    >>> drawing_of([spot])
    <PainDrawing: 1 mark (anterior: 1 spot)>
    """
    document = {
        "type": "FeatureCollection",
        "hippain": dict(header or {}),
        "features": [dict(feature) for feature in features],
    }
    try:
        return PainDrawing.from_geojson(document)
    except DrawingError as error:
        raise located(error, where) from None


def located(error: DrawingError, where: str | None) -> DrawingError:
    """Return the error with a place put before its own."""
    places = [place for place in (where, error.where) if place]
    return DrawingError(error.message, where=": ".join(places) or None)


def needs(library: str, extra: str, what: str) -> DrawingError:
    """Return the error for a library that is not installed.

    Examples
    --------
    >>> print(needs("pyarrow", "cohort", "GeoParquet"))
    GeoParquet needs pyarrow, which is not installed: pip install "hippain-maps[cohort]"
    """
    return DrawingError(
        f"{what} needs {cut(library)}, which is not installed: {how_to_install(extra)}"
    )
