"""Small cohorts for the tests: simulated drawings, as tables and folders."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from hippain_maps.atlas import Atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.geometry import SIDES
from hippain_maps.simulation import Hand, draw, patient

HAND = Hand(shake=0.5)


def drawings_of(atlas: Atlas, count: int, *, seed: int = 1) -> list[PainDrawing]:
    """Return simulated drawings, muscle after muscle."""
    generator = np.random.default_rng(seed)
    muscles = [source for source in atlas.sources.values() if source.is_muscle]
    return [
        draw(
            patient(muscles[n % len(muscles)], SIDES[n % 2], atlas, generator),
            HAND,
            atlas.body,
            generator,
        )
        for n in range(count)
    ]


def name_of(number: int) -> str:
    """Return the id of a drawing of a test cohort."""
    return f"d{number:04d}"


def mark_rows(drawings: Sequence[PainDrawing], **fields: Sequence[Any]) -> dict[str, list[Any]]:
    """Return drawings as the columns of a table of marks, with study fields a drawing."""
    rows: dict[str, list[Any]] = {
        name: [] for name in ("drawing", "view", "geometry", "intensity", "quality", *fields)
    }
    for number, drawing in enumerate(drawings):
        for mark in drawing.marks:
            shape = shapely.geometry.shape(mark.to_feature()["geometry"])
            rows["drawing"].append(name_of(number))
            rows["view"].append(mark.view)
            rows["geometry"].append(shape.wkb)
            rows["intensity"].append(mark.intensity)
            rows["quality"].append(list(mark.quality))
            for name, values in fields.items():
                rows[name].append(values[number])
    return rows


def write_table(path: Path, rows: dict[str, list[Any]], *, group: int = 50) -> Path:
    """Write columns as Parquet, so many rows a row group."""
    pq.write_table(pa.table(rows), path, row_group_size=group)
    return path


def write_folder(path: Path, drawings: Sequence[PainDrawing]) -> Path:
    """Write drawings as the files of a folder."""
    path.mkdir()
    for number, drawing in enumerate(drawings):
        drawing.write(path / f"{name_of(number)}.geojson")
    return path


def read(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a Parquet file."""
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


def read_json(path: Path) -> Any:
    """Return the content of a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def spoil(path: Path, *, group: int, column: str) -> None:
    """Overwrite the data of a column in one row group of a Parquet file."""
    with pq.ParquetFile(path) as file:
        chunk = next(
            c
            for c in (
                file.metadata.row_group(group).column(n) for n in range(file.metadata.num_columns)
            )
            if c.path_in_schema.split(".")[0] == column
        )
        start = min(o for o in (chunk.dictionary_page_offset, chunk.data_page_offset) if o)
        size = chunk.total_compressed_size
    with path.open("rb+") as stream:
        stream.seek(start)
        stream.write(b"\xff" * size)
