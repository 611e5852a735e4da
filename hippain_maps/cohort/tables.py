"""Scores as tables: what is written for a block of drawings, and what every column means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from hippain_maps.atlas import Atlas
from hippain_maps.cohort.decode import Entry, read_sketches
from hippain_maps.cohort.scores import LISTS, Scores, score
from hippain_maps.geometry import SIDES, VIEWS

if TYPE_CHECKING:
    import pyarrow as pa

Shape = Literal["long", "wide"]
Which = Literal["rows", "regions"]
"""The tables: candidates (or drawings, in the wide shape), and drawn fractions."""


@dataclass(frozen=True)
class Layout:
    """What is to be written.

    Parameters
    ----------
    shape : {"long", "wide"}
        A row for each drawing and candidate, or one for each drawing.
    top : int
        Places of each list in the long table.
    regions : bool
        Whether the drawn fraction of every region is written too.
    fields : tuple of str
        Study fields of the source.
    types : tuple of pyarrow.DataType
        Their types.
    """

    shape: Shape
    top: int
    regions: bool
    fields: tuple[str, ...]
    types: tuple[Any, ...]


@dataclass(frozen=True)
class Column:
    """A column of a table: its type, and what it holds."""

    name: str
    type: Any
    unit: str
    meaning: str


@dataclass(frozen=True)
class BlockTables:
    """What a block of drawings comes to.

    Parameters
    ----------
    rows : pyarrow.Table
        Candidates, or drawings.
    regions : pyarrow.Table or None
        Drawn fractions.
    rejected : list of (int, int, str, str)
        First row, number of rows, id and reason of every drawing that was not ranked.
    ranked : int
        Drawings that were.
    """

    rows: pa.Table
    regions: pa.Table | None
    rejected: list[tuple[int, int, str, str]]
    ranked: int


def rank_block(entries: Sequence[Entry], atlas: Atlas, layout: Layout) -> BlockTables:
    """Return what a block of drawings comes to; the same block gives the same digits."""
    sketches, reasons = read_sketches(entries)
    readable = [number for number, sketch in enumerate(sketches) if sketch is not None]
    scores = score([s for s in sketches if s is not None], atlas, top=layout.top)
    reasons |= {readable[row]: reason for row, reason in scores.refused.items()}
    kept = np.array([n for n, at in enumerate(readable) if at not in reasons], dtype=np.intp)
    whole = [sketches[readable[number]] for number in kept.tolist()]
    ranked = _Ranked(
        entries=[entries[readable[number]] for number in kept.tolist()],
        kept=kept,
        scores=scores,
        views=[" ".join(view for view in VIEWS if s and view in s.areas) for s in whole],
    )
    make = _long if layout.shape == "long" else _wide
    return BlockTables(
        rows=make(ranked, atlas, layout),
        regions=_regions(ranked, atlas, layout) if layout.regions else None,
        rejected=[(e.row, e.rows, e.id, reasons[n]) for n, e in enumerate(entries) if n in reasons],
        ranked=len(whole),
    )


@dataclass(frozen=True, eq=False)
class _Ranked:
    """The drawings of a block that were ranked: what they are, their rows of the scores, views."""

    entries: Sequence[Entry]
    kept: NDArray[np.intp]
    scores: Scores
    views: Sequence[str]


def columns(atlas: Atlas, layout: Layout, which: Which) -> list[Column]:
    """Return the columns of a table, in order."""
    import pyarrow as pa

    text, number, count = pa.string(), pa.float64(), pa.int64()
    drawing = [
        Column("drawing", text, "", "id of the drawing"),
        Column("row", count, "", "first row, or number of the file, in the input"),
    ]
    own = {c.name for c in (*drawing, *_measures(number, text), *_firsts(number, text))}
    own |= {c.name for c in _candidate(number, text, count)} | {"none_of_these"}
    study = [
        Column(f"study_{name}" if name in own else name, kind, "", "study field, as in the input")
        for name, kind in zip(layout.fields, layout.types, strict=True)
    ]
    if which == "regions":
        shares = [
            Column(
                region,
                pa.float32(),
                "share of the region",
                "painful fraction, 0 to 1; empty where no used view shows the region",
            )
            for region in atlas.body.sided
        ]
        return [*drawing, *study, *_measures(number, text), *_firsts(number, text), *shares]
    if layout.shape == "wide":
        shares = [
            Column(
                f"{name}.{side}",
                number,
                "share of its list",
                f"{source.name}, {side}: share in the list of "
                + ("muscles" if source.is_muscle else "other sources"),
            )
            for name, source in atlas.sources.items()
            for side in SIDES
        ]
        none = [
            Column(f"none_of_{name}", number, "share of its list", "none of these")
            for name in LISTS
        ]
        return [*drawing, *study, *_measures(number, text), *_firsts(number, text), *none, *shares]
    return [
        *drawing,
        *study,
        Column("extent_percent", number, "%", _EXTENT),
        Column("red_flags_raised", text, "", _RAISED),
        *_candidate(number, text, count),
        Column("none_of_these", number, "share of the list", "none of these, in this list"),
    ]


_EXTENT = "pain extent: drawn area of the standing views over their charted area"
_RAISED = "ids of raised red flags, apart by spaces; that none is raised rules nothing out"


def _measures(number: Any, text: Any) -> list[Column]:
    return [
        Column("extent_percent", number, "%", _EXTENT),
        Column("area_cm2", number, "cm2 on the chart", "drawn area, all views together"),
        Column("mapped_cm2", number, "cm2 on the chart", "drawn area inside regions"),
        Column("outside_cm2", number, "cm2 on the chart", "drawn area in no region: not ranked"),
        Column("numb_or_tingling_cm2", number, "cm2 of skin", "altered feeling that is no pain"),
        Column("views", text, "", "views with marks of pain, apart by spaces"),
        Column("red_flags_raised", text, "", _RAISED),
    ]


def _firsts(number: Any, text: Any) -> list[Column]:
    return [
        Column("first_candidate", text, "", "muscle listed first; empty if none is listed"),
        Column("first_candidate_side", text, "", "its side"),
        Column("first_candidate_probability", number, "share of the list", "its share"),
        Column("first_differential", text, "", "other source listed first"),
        Column("first_differential_side", text, "", "its side"),
        Column("first_differential_probability", number, "share of the list", "its share"),
    ]


def _candidate(number: Any, text: Any, count: Any) -> list[Column]:
    return [
        Column("list", text, "", "candidates (muscles) or differential (other sources)"),
        Column("place", count, "", "place in the list, from 1"),
        Column("rank", count, "", "rank in the list; equal candidates share one"),
        Column("source", text, "", "id of the source"),
        Column("kind", text, "", "kind of the source"),
        Column("side", text, "", "of the patient"),
        Column("probability", number, "share of the list", "not a chance of being right"),
        Column("trigger_points", text, "", "ids that the drawing speaks for, apart by spaces"),
        Column("explained", number, "share", "of the painful skin that lies in the pattern"),
        Column("essential_drawn", number, "share", "of the essential zone, in used views, drawn"),
    ]


@lru_cache(maxsize=8)
def schema(atlas: Atlas, layout: Layout, which: Which) -> pa.Schema:
    """Return the schema of a table."""
    import pyarrow as pa

    return pa.schema([(column.name, column.type) for column in columns(atlas, layout, which)])


def _long(ranked: _Ranked, atlas: Atlas, layout: Layout) -> pa.Table:
    import pyarrow as pa

    entries, kept, scores = ranked.entries, ranked.kept, ranked.scores
    wanted = schema(atlas, layout, "rows")
    kinds = [source.kind for source in atlas.sources.values()]
    parts = []
    for name in LISTS:
        found = scores.lists[name]
        rows = np.flatnonzero(found.listed[kept])
        places = found.share.shape[1]
        at, which = kept[rows], np.repeat(rows, places)
        source = found.source[at].ravel()
        parts.append(
            [
                *_carried(entries, which.tolist(), layout),
                scores.extent_percent[kept[which]],
                pa.array([scores.raised[n] for n in kept[which].tolist()], pa.string()),
                _words([name], np.zeros(len(which), dtype=np.intp)),
                np.tile(np.arange(1, places + 1), len(rows)),
                found.rank[at].ravel(),
                _words(list(atlas.sources), source),
                _words(kinds, source),
                _words(SIDES, found.side[at].ravel()),
                found.share[at].ravel(),
                pa.array(found.points[at].ravel(), pa.string()),
                found.explained[at].ravel(),
                _floats(found.essential[at].ravel()),
                np.repeat(found.none[at], places),
                which,
            ]
        )
    tables = [
        pa.table(
            [
                pa.array(column, type=field.type)
                for column, field in zip(part[:-1], wanted, strict=True)
            ],
            wanted,
        )
        for part in parts
    ]
    # All of a drawing together, its muscles before its other sources.
    order = np.argsort(np.concatenate([part[-1] for part in parts]), kind="stable")
    return pa.concat_tables(tables).take(pa.array(order))


def _wide(ranked: _Ranked, atlas: Atlas, layout: Layout) -> pa.Table:
    kept, scores = ranked.kept, ranked.scores
    none = [scores.lists[name].none[kept] for name in LISTS]
    shares = scores.shares[kept].reshape(len(kept), -1).T
    start = _per_drawing(ranked, atlas, layout)
    return _table([*start, *none, *shares], schema(atlas, layout, "rows"))


def _regions(ranked: _Ranked, atlas: Atlas, layout: Layout) -> pa.Table:
    import pyarrow as pa

    kept, covered = ranked.kept, ranked.scores.measured.covered
    known = covered.known[kept].T
    fraction = covered.fraction[kept].T.astype(np.float32)
    shares = [pa.array(f, mask=~k) for f, k in zip(fraction, known, strict=True)]
    start = _per_drawing(ranked, atlas, layout)
    return _table([*start, *shares], schema(atlas, layout, "regions"))


def _per_drawing(ranked: _Ranked, atlas: Atlas, layout: Layout) -> list[Any]:
    import pyarrow as pa

    entries, kept, scores = ranked.entries, ranked.kept, ranked.scores
    measured = scores.measured
    firsts: list[Any] = []
    for name in LISTS:
        found = scores.lists[name]
        if not found.share.shape[1]:
            firsts += [pa.nulls(len(kept))] * 3
            continue
        listed = found.listed[kept]
        firsts += [
            _words(list(atlas.sources), found.source[kept, 0], listed),
            _words(SIDES, found.side[kept, 0], listed),
            pa.array(found.share[kept, 0], mask=~listed),
        ]
    return [
        *_carried(entries, range(len(entries)), layout),
        scores.extent_percent[kept],
        measured.area_cm2[kept],
        measured.mapped_cm2[kept],
        measured.outside_cm2[kept],
        scores.numb_cm2[kept],
        pa.array(ranked.views, pa.string()),
        pa.array([scores.raised[n] for n in kept.tolist()], pa.string()),
        *firsts,
    ]


def _carried(entries: Sequence[Entry], which: Sequence[int], layout: Layout) -> list[Any]:
    """Return id, row and study fields of drawings."""
    import pyarrow as pa

    chosen = [entries[n] for n in which]
    fields = [
        pa.array([entry.about[n] for entry in chosen], type=kind)
        for n, kind in enumerate(layout.types)
    ]
    return [
        pa.array([entry.id for entry in chosen], pa.string()),
        np.array([entry.row for entry in chosen], dtype=np.int64),
        *fields,
    ]


def _words(words: Sequence[str], index: Any, there: Any = None) -> pa.Array:
    import pyarrow as pa

    index = pa.array(index, pa.int32(), mask=None if there is None else ~there)
    coded = pa.DictionaryArray.from_arrays(index, pa.array(words, pa.string()))
    return coded.cast(pa.string())


def _floats(values: Any) -> pa.Array:
    import pyarrow as pa

    return pa.array(values, mask=np.isnan(values))


def _table(values: Sequence[Any], wanted: pa.Schema) -> pa.Table:
    import pyarrow as pa

    arrays = [pa.array(v, type=field.type) for v, field in zip(values, wanted, strict=True)]
    return pa.table(arrays, wanted)


def codebook(atlas: Atlas, layout: Layout, which: Which) -> Mapping[str, list[str]]:
    """Return every column of a table with type, unit and meaning, as the columns of a table."""
    found = columns(atlas, layout, which)
    return {
        "column": [column.name for column in found],
        "type": [str(column.type) for column in found],
        "unit": [column.unit for column in found],
        "meaning": [column.meaning for column in found],
    }
