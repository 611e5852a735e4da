"""Marks as WKT, WKB, CSV tables and GeoParquet: nothing lost, nothing deep, nothing huge."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path
from typing import Any

import geopandas
import pyarrow
import pyarrow.parquet
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from interchange_files import full_drawing, refusal
from shapely.geometry import shape
from strategies import documents, geometries

from hippain_maps._limits import MAX_COORDINATE, MAX_VERTICES
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DrawingError
from hippain_maps.interchange.geoparquet import read_geoparquet, to_frame, write_geoparquet
from hippain_maps.interchange.mark_csv import mark_csv, read_mark_csv
from hippain_maps.interchange.records import Record, Rejected
from hippain_maps.interchange.wkb import mark_wkb, parse_wkb
from hippain_maps.interchange.wkt import mark_wkt, parse_wkt
from hippain_maps.marks import Mark

FULL = Record("K 17", full_drawing())
EMPTY = Record("none", PainDrawing(views_completed=("anterior",)))
BARE = Record("0", PainDrawing())


def same(found: Record, meant: Record) -> None:
    """Assert that a record came back whole."""
    assert found.id == meant.id
    assert found.drawing.to_geojson() == meant.drawing.to_geojson()


def stream(text: str) -> io.BytesIO:
    """Return a text as an opened file."""
    return io.BytesIO(text.encode())


# --- WKT and WKB -------------------------------------------------------------------------------


@given(geometries)
@settings(max_examples=60, deadline=None)
def test_a_mark_survives_wkt_and_wkb(geometry: dict[str, Any]) -> None:
    """Any geometry of a mark comes back from WKT and from WKB with every digit."""
    mark = Mark("anterior", geometry["type"], _tuples(geometry["coordinates"]))
    assert parse_wkt(mark_wkt(mark)) == [geometry]
    assert parse_wkb(mark_wkb(mark)) == [geometry]


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


@given(geometries)
@settings(max_examples=40, deadline=None)
def test_what_shapely_writes_is_read(geometry: dict[str, Any]) -> None:
    """WKT and WKB as Shapely writes them, in either byte order and with an SRID, are read."""
    drawn = shape(geometry)
    # Shapely rounds the last digit of text.
    (found,) = parse_wkt(shapely.to_wkt(drawn, rounding_precision=-1))
    assert shapely.equals_exact(shape(found), drawn, tolerance=1e-9)
    for order in (0, 1):
        (found,) = parse_wkb(shapely.to_wkb(drawn, byte_order=order))
        assert shape(found) == drawn
    marked = shapely.to_wkb(shapely.set_srid(drawn, 4326), include_srid=True)
    assert [shape(g) for g in parse_wkb(marked)] == [drawn]


def test_a_collection_gives_its_parts() -> None:
    """The parts of a GeometryCollection are read one by one."""
    both = shapely.GeometryCollection([shapely.Point(1, 2), shapely.box(0, 0, 1, 1)])
    kinds = ["Point", "Polygon"]
    assert [g["type"] for g in parse_wkt(shapely.to_wkt(both))] == kinds
    assert [g["type"] for g in parse_wkb(shapely.to_wkb(both))] == kinds


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "ends too early"),
        ("POINT", "ends too early"),
        ("POINT (1 2", "ends too early"),
        ("POINT (1 2) POINT (3 4)", "follows the geometry"),
        ("POINT Z (1 2 3)", "two dimensions"),
        ("POINT (1 2 3)", "third number"),
        ("POINT EMPTY", "is empty"),
        ("POINT (1e400 2)", "no number of chart cm"),
        ("POINT (nan 2)", "no number of chart cm"),
        ("POINT (600 2)", "between -500 and 500"),
        ("CURVE (1 2)", "no geometry"),
        ("POLYGN ((1 2))", "did you mean 'polygon'"),
        ("GEOMETRYCOLLECTION (" * 100_000, "levels deep"),
        ("(" * 100_000, "no geometry"),
        ("POLYGON (" * 100_000, "is expected"),
        ("1 2", "no geometry"),
        ("\x00\x01", "no WKT"),
    ],
    ids=lambda value: value[:24],
)
def test_wkt_that_is_none_is_refused(text: str, says: str) -> None:
    """WKT that is broken, deep, huge or of three dimensions is refused in one line."""
    assert says.replace("no number", "not a number") in refusal(lambda: parse_wkt(text))


def test_wkt_with_too_many_points_is_refused() -> None:
    """The cap on points holds before a drawing is made."""
    line = ", ".join(["1 2"] * (MAX_VERTICES + 1))
    assert "more than 50,000 points" in refusal(lambda: parse_wkt(f"LINESTRING ({line})"))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "ends too early"),
        (b"\x02", "no byte order"),
        (b"\x01\x01\x00\x00\x00" + b"\x00" * 8, "ends too early"),
        (b"\x01\x63\x00\x00\x00", "no geometry type"),
        (b"\x01\xe9\x03\x00\x00" + b"\x00" * 24, "third dimension"),
        (b"\x01\x01\x00\x00\x80" + b"\x00" * 24, "third dimension"),
        (b"\x01\x02\x00\x00\x00" + b"\xff" * 4, "announced"),
        (b"\x01\x02\x00\x00\x00" + b"\x00" * 4, "is empty"),
        (b"\x01\x07\x00\x00\x00\x01\x00\x00\x00" * 100_000, "levels deep"),
        (b"\x01\x01\x00\x00\x00" + struct.pack("<2d", float("inf"), 0), "not a number"),
        (b"\x01\x01\x00\x00\x00" + struct.pack("<2d", 2 * MAX_COORDINATE, 0), "not a number"),
        (b"\x01\x01\x00\x00\x00" + struct.pack("<2d", 1, 2) + b"more", "4 bytes follow"),
        (b"\x01\x04\x00\x00\x00\x01\x00\x00\x00\x01\x02\x00\x00\x00" + b"\x00" * 20, "expected"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_wkb_that_is_none_is_refused(data: bytes, says: str) -> None:
    """WKB that is broken, deep, lies about its counts or has three dimensions is refused."""
    assert says in refusal(lambda: parse_wkb(data))


@given(st.binary(max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """No bytes do more than be refused."""
    for text in (data, b"\x01\x06\x00\x00\x00\x02" + data):
        try:
            found = parse_wkb(text)
        except DrawingError:
            continue
        assert all(geometry["coordinates"] for geometry in found)


# --- CSV tables --------------------------------------------------------------------------------


@pytest.mark.parametrize("geometry", ["wkt", "wkb"])
def test_drawings_survive_a_csv_table(geometry: Any) -> None:
    """Drawings with everything in them, and without marks, come back from a CSV table."""
    text = mark_csv([FULL, EMPTY, BARE], geometry)
    for found, meant in zip(read_mark_csv(stream(text)), [FULL, EMPTY, BARE], strict=True):
        same(found, meant)


@given(documents())
@settings(max_examples=40, deadline=None)
def test_any_drawing_survives_a_csv_table(document: dict[str, Any]) -> None:
    """Whatever a drawing holds comes back from a CSV table."""
    record = Record("7", PainDrawing.from_geojson(document))
    (found,) = read_mark_csv(stream(mark_csv([record])))
    same(found, record)


def test_a_plain_table_of_another_program_is_enough() -> None:
    """A geometry is all that a table needs; its other columns are kept where they belong."""
    text = (
        "id;geom;site;mark\n"
        "A;POLYGON ((1 1, 2 1, 2 2, 1 1));north;first\n"
        "A;POINT (5 50);north;second\n"
        "B;POINT (5 50);south;first\n"
    )
    first, second = read_mark_csv(stream(text), view="anterior")
    assert [first.id, second.id] == ["A", "B"]
    assert first.drawing.about == {"site": "north"}
    assert [m.extra["properties"]["mark"] for m in first.drawing.marks] == ["first", "second"]
    assert first.drawing.views == ("anterior",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the table is empty"),
        ("a,b\n1,2\n", "no column holds a geometry"),
        ("wkt\nPOINT (1 2)\n", "names no view"),
        ("view,wkt\nfront,POINT (1 2)\n", "there is no view 'front'"),
        ("view,wkt\nanterior,POINT (1\n", "row 2: the WKT ends too early"),
        ("view,wkt,intensity\nanterior,POINT (1 2),high\n", "'high' is not a number"),
        ("view,wkt,intensity\nanterior,POINT (1 2),1e999\n", "is not a number from 0 to 10"),
        ("view,wkt,extra\nanterior,POINT (1 2),[1]\n", "no object of the mark"),
        ("view,wkt,header\nanterior,POINT (1 2),{{\n", "not JSON"),
        ("view,wkb\nanterior,zz\n", "no geometry"),
        ("view,wkb\nanterior,01zz\n", "neither WKT nor WKB"),
        ("view,wkt\nanterior,\n", "a view and no geometry"),
        ("drawing,view,wkt\nA,anterior,POINT (1 2)\nB,anterior,POINT (1 2)\nA,anterior,POINT (1 2)",
         "do not stand together"),
        ("view,wkt\nanterior,POINT (1 2),3\n", "3 cells"),
        ("view,view,wkt\n", "is there twice"),
        ('view,wkt\nanterior,"POINT\n', "this is not CSV"),
        (f"view,wkt\nanterior,{'x' * 5_000_000}\n", "characters"),
        (",".join(f"c{n}" for n in range(6_000)), "6,000 columns"),
        ("geojson\n{}\n", "type"),
    ],
    ids=lambda value: value[:20],
)  # fmt: skip
def test_a_wrong_table_is_refused(text: str, says: str) -> None:
    """A table that cannot be used is refused with the line that is wrong."""
    assert says in refusal(lambda: list(read_mark_csv(stream(text))))


def test_bytes_that_are_no_text_are_refused() -> None:
    """A table that is not UTF-8 says which byte is wrong."""
    assert "0xff is not UTF-8" in refusal(lambda: list(read_mark_csv(io.BytesIO(b"view\n\xff"))))


def test_a_bad_drawing_can_be_put_aside() -> None:
    """With `on_bad`, the drawings beside a bad one are read, and the bad one is told of."""
    text = "drawing,view,wkt\nA,anterior,POINT (1 2)\nB,anterior,POINT\nC,anterior,POINT (1 2)\n"
    bad: list[Rejected] = []
    assert [r.id for r in read_mark_csv(stream(text), on_bad=bad.append)] == ["A", "C"]
    (told,) = bad
    assert (told.id, told.line) == ("B", 3)
    assert "ends too early" in told.reason


# --- GeoParquet --------------------------------------------------------------------------------


def test_drawings_survive_geoparquet(tmp_path: Path) -> None:
    """Drawings with everything in them, and without marks, come back from GeoParquet."""
    path = tmp_path / "drawings.parquet"
    assert write_geoparquet([FULL, EMPTY, BARE], path) == 3
    for found, meant in zip(read_geoparquet(path), [FULL, EMPTY, BARE], strict=True):
        same(found, meant)


def test_geoparquet_has_no_place_on_the_globe(tmp_path: Path) -> None:
    """What is written says crs null, and GeoPandas reads it so, with the areas of the chart."""
    path = tmp_path / "drawings.parquet"
    write_geoparquet([FULL], path)
    geo = json.loads(pyarrow.parquet.read_schema(path).metadata[b"geo"])
    assert geo["columns"]["geometry"]["crs"] is None
    frame = geopandas.read_parquet(path)
    assert frame.crs is None
    assert frame.area[0] == pytest.approx(FULL.drawing.marks[0].area().area)
    assert list(frame["quality"][0]) == ["aching", "burning"]


def geopandas_file(path: Path, *, crs: Any = None) -> Path:
    """Return a GeoParquet file as a user of GeoPandas writes it."""
    frame = geopandas.GeoDataFrame(
        {"view": ["posterior", "posterior"], "patient": ["P1", "P1"], "nrs": [3, 5]},
        geometry=[shapely.box(-9, 60, -5, 80), shapely.box(-9, 85, -5, 90)],
        crs=crs,
    )
    frame.to_parquet(path)
    return path


def test_a_file_of_geopandas_is_read(tmp_path: Path) -> None:
    """A GeoParquet that GeoPandas wrote is one drawing, with its own columns kept."""
    (record,) = read_geoparquet(geopandas_file(tmp_path / "own.parquet"))
    assert record.drawing.area("posterior").area == pytest.approx(4 * 25)
    assert record.drawing.about == {"patient": "P1"}
    assert [mark.extra["properties"]["nrs"] for mark in record.drawing.marks] == [3, 5]


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857"])
def test_a_file_on_the_globe_is_refused(tmp_path: Path, crs: str) -> None:
    """Coordinates in a reference system are no chart centimetres."""
    path = geopandas_file(tmp_path / "globe.parquet", crs=crs)
    assert "crs null" in refusal(lambda: list(read_geoparquet(path)))


def test_a_plain_parquet_with_wkb_is_read(tmp_path: Path) -> None:
    """A Parquet file without the metadata of GeoParquet is enough."""
    table = pyarrow.table({"view": ["anterior"], "wkb": [shapely.to_wkb(shapely.Point(3, 60))]})
    pyarrow.parquet.write_table(table, tmp_path / "plain.parquet")
    (record,) = read_geoparquet(tmp_path / "plain.parquet")
    assert [mark.kind for mark in record.drawing.marks] == ["spot"]


def test_a_frame_is_for_pandas() -> None:
    """`to_frame` gives a GeoDataFrame with a mark a row and numbers as numbers."""
    frame = to_frame([FULL])
    assert len(frame) == len(FULL.drawing.marks)
    assert frame["intensity"].dtype == "float64"
    assert frame.crs is None


def hostile_parquets(folder: Path) -> dict[str, tuple[Path, str]]:
    """Return Parquet files that are broken or lie, and what is said of each."""
    whole = geopandas_file(folder / "whole.parquet").read_bytes()
    nested = b"\x01\x07\x00\x00\x00\x01\x00\x00\x00" * 100_000
    tables = {
        "deep": ({"view": ["anterior"], "wkb": [nested]}, "levels deep"),
        "no_geometry": ({"view": ["anterior"]}, "no column holds a geometry"),
        "text": ({"view": ["anterior"], "geometry": ["POINT (1 2)"]}, "WKB (binary) is expected"),
        "no_view": ({"wkb": [shapely.to_wkb(shapely.Point(1, 2))]}, "names no view"),
        "view": ({"view": ["x"], "wkb": [shapely.to_wkb(shapely.Point(1, 2))]}, "no view 'x'"),
    }
    found: dict[str, tuple[Path, str]] = {}
    for name, (columns, says) in tables.items():
        path = folder / f"{name}.parquet"
        pyarrow.parquet.write_table(pyarrow.table(columns), path)
        found[name] = (path, says)
    spoilt = {
        "empty": b"",
        "text_file": b"view,wkt\n",
        "cut": whole[: len(whole) // 2],
        "cut_at_start": whole[100:],
        "spoilt_pages": whole[:8] + bytes(200) + whole[208:],
    }
    for name, data in spoilt.items():
        path = folder / f"{name}.parquet"
        path.write_bytes(data)
        found[name] = (path, "parquet")
    geo = {b"geo": b'{"primary_column": 3}'}
    lying = pyarrow.table({"geometry": [b"x"]}).replace_schema_metadata(geo)
    pyarrow.parquet.write_table(lying, folder / "geo.parquet")
    found["geo"] = (folder / "geo.parquet", "not those of GeoParquet")
    return found


def test_hostile_parquet_is_refused(tmp_path: Path) -> None:
    """Parquet that is broken, cut, deep or no table of marks is refused in one line."""
    for name, (path, says) in hostile_parquets(tmp_path).items():
        line = refusal(lambda path=path: list(read_geoparquet(path)))  # type: ignore[misc]
        assert says.lower() in line.lower(), (name, line)
        assert path.name in line


def test_a_missing_parquet_is_named(tmp_path: Path) -> None:
    """A file that is not there, and a folder, are refused by name."""
    assert "no such file" in refusal(lambda: list(read_geoparquet(tmp_path / "no.parquet")))
    assert "folder" in refusal(lambda: list(read_geoparquet(tmp_path)))
