"""Cohorts from file to file: nothing is lost, and nothing comes twice."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from cohorts import (
    drawings_of,
    mark_rows,
    name_of,
    read,
    read_json,
    spoil,
    write_folder,
    write_table,
)

from hippain_maps.atlas import Atlas
from hippain_maps.cohort.run import CohortResult, rank_cohort
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import CohortError, HippainError
from hippain_maps.interchange.geoparquet import write_geoparquet
from hippain_maps.interchange.records import Record
from hippain_maps.ranking import rank

COUNT = 60


@pytest.fixture(scope="module")
def drawings(atlas: Atlas) -> list[PainDrawing]:
    """Return some simulated drawings."""
    return drawings_of(atlas, COUNT)


@pytest.fixture(scope="module")
def table(drawings: list[PainDrawing], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return them as a table of marks, with two study fields."""
    path = tmp_path_factory.mktemp("cohort") / "study.parquet"
    groups = ["treated" if n % 3 else "control" for n in range(COUNT)]
    return write_table(path, mark_rows(drawings, group=groups, age=list(range(COUNT))))


@pytest.fixture(scope="module")
def whole(table: Path, atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the output of an undisturbed run."""
    path = tmp_path_factory.mktemp("whole") / "ranked.parquet"
    rank_cohort(table, path, atlas, block=16)
    return path


def rejected(path: Path) -> list[dict[str, str]]:
    """Return the side file of an output."""
    side = path.with_suffix("").with_name(path.stem + ".rejected.csv")
    with side.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def check_counts(result: CohortResult, path: Path) -> None:
    """Assert that what was counted is what the files hold."""
    ids = {row["drawing"] for row in read(path)}
    sides = rejected(path)
    assert len(ids) == result.counts.ranked
    assert len([row for row in sides if row["drawing"]]) == result.counts.rejected
    assert result.counts.drawings == result.counts.ranked + result.counts.rejected
    assert not ids & {row["drawing"] for row in sides}


def test_a_table_comes_to_what_each_drawing_comes_to(
    whole: Path, drawings: list[PainDrawing], atlas: Atlas
) -> None:
    """The long table holds the first five of both lists, as `rank` has them, in their order."""
    rows = read(whole)
    assert len(rows) == COUNT * 10
    for number, drawing in enumerate(drawings):
        mine = rows[number * 10 : number * 10 + 10]
        ranking = rank(drawing, atlas)
        for row, candidate in zip(
            mine, (*ranking.candidates[:5], *ranking.differential[:5]), strict=True
        ):
            assert row["drawing"] == name_of(number)
            assert (row["source"], row["side"]) == (candidate.source.id, candidate.side)
            assert row["rank"] == candidate.rank
            assert row["probability"] == pytest.approx(candidate.probability, abs=1e-9)
            assert row["group"] == ("treated" if number % 3 else "control")
            assert row["age"] == number


def test_a_folder_and_a_column_of_drawing_files_come_to_the_same(
    whole: Path, drawings: list[PainDrawing], atlas: Atlas, tmp_path: Path
) -> None:
    """Whatever a cohort is kept in, the candidates are the same."""
    folder = write_folder(tmp_path / "folder", drawings)
    texts = {
        "drawing": [name_of(n) for n in range(COUNT)],
        "geojson": [json.dumps(drawing.to_geojson()) for drawing in drawings],
    }
    column = write_table(tmp_path / "texts.parquet", texts)
    names = ("drawing", "list", "rank", "source", "side", "probability", "trigger_points")
    wanted = [[row[name] for name in names] for row in read(whole)]
    for number, source in enumerate((folder, column)):
        out = tmp_path / f"out{number}.parquet"
        rank_cohort(source, out, atlas, block=16)
        for row, expected in zip(read(out), wanted, strict=True):
            for name, value in zip(names, expected, strict=True):
                assert row[name] == (pytest.approx(value) if name == "probability" else value)


def test_geoparquet_written_by_geopandas_is_read(
    drawings: list[PainDrawing], atlas: Atlas, tmp_path: Path
) -> None:
    """A frame without CRS is one in chart cm; one on the globe is refused in a line."""
    rows = mark_rows(drawings[:5])
    frame = geopandas.GeoDataFrame(
        {"drawing": rows["drawing"], "view": rows["view"]},
        geometry=list(shapely.from_wkb(rows["geometry"])),
    )
    frame.to_parquet(tmp_path / "frame.parquet")
    result = rank_cohort(tmp_path / "frame.parquet", tmp_path / "out.parquet", atlas)
    assert result.counts.ranked == 5
    frame.set_crs("EPSG:4326").to_parquet(tmp_path / "globe.parquet")
    with pytest.raises(CohortError, match="on the globe"):
        rank_cohort(tmp_path / "globe.parquet", tmp_path / "out.parquet", atlas)


def test_wide_rows_and_regions(
    table: Path, drawings: list[PainDrawing], atlas: Atlas, tmp_path: Path
) -> None:
    """Wide is a row a drawing whose shares fill each list; regions hold the drawn fractions."""
    out, regions = tmp_path / "wide.csv", tmp_path / "regions.parquet"
    rank_cohort(table, out, atlas, shape="wide", regions=regions, block=25)
    with out.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == COUNT
    muscles = [s.id for s in atlas.sources.values() if s.is_muscle]
    for row, drawing, shares in zip(rows, drawings, read(regions), strict=True):
        ranking = rank(drawing, atlas)
        total = sum(float(row[f"{m}.{side}"]) for m in muscles for side in ("left", "right"))
        assert total + float(row["none_of_candidates"]) == pytest.approx(1)
        assert row["first_candidate"] == ranking[0].source.id
        assert float(row["extent_percent"]) == pytest.approx(ranking.overlap.extent_percent)
        for n, region in enumerate(atlas.body.sided):
            known = ranking.overlap.known[n]
            drawn = pytest.approx(ranking.overlap.fraction[n], abs=1e-6) if known else None
            assert shares[region] == drawn


def test_bad_rows_are_put_aside_with_their_reason(
    drawings: list[PainDrawing], atlas: Atlas, tmp_path: Path
) -> None:
    """Every kind of unusable row is named in the side file, and the others are ranked."""
    rows = mark_rows(drawings[:12])
    first = {name: rows["drawing"].index(name) for name in map(name_of, range(12))}
    good = shapely.from_wkb(rows["geometry"][0])
    faults: dict[int, tuple[str, Any, str]] = {
        0: ("view", "posteriour", "did you mean 'posterior'"),
        1: ("geometry", b"\x01\x07\x00\x00\x00", "ends too early"),
        2: ("geometry", rows["geometry"][first[name_of(2)]][:-8], "ends before"),
        3: (
            "geometry",
            shapely.transform(good, lambda xy: xy * 1e3).wkb,
            "not a number of chart cm",
        ),
        4: ("geometry", shapely.box(0, 150, 1, 151).wkb, "nothing to rank"),
        5: ("intensity", 11.0, "not a number from 0 to 10"),
        6: ("geometry", None, "and no geometry"),
        7: ("quality", ["sharp"], "there is no quality 'sharp'"),
        8: ("drawing", None, "has no id"),
        9: ("geometry", b"GARBAGE", "no byte order"),
    }
    for number, (column, value, _) in faults.items():
        for at in [i for i, name in enumerate(rows["drawing"]) if name == name_of(number)]:
            rows[column][at] = value
    rows["drawing"].append(name_of(10))
    for name in rows:
        if name != "drawing":
            rows[name].append(rows[name][first[name_of(10)]])
    out = tmp_path / "out.parquet"
    result = rank_cohort(write_table(tmp_path / "bad.parquet", rows), out, atlas, block=4)
    assert [row["drawing"] for row in read(out)[::10]] == [name_of(10), name_of(11)]
    reasons = rejected(out)
    for number, (_, _, reason) in faults.items():
        name = "" if number == 8 else name_of(number)
        assert any(r["drawing"] == name and reason in r["reason"] for r in reasons), reason
    assert reasons[-1]["drawing"] == name_of(10)
    assert "has come before" in reasons[-1]["reason"]
    assert result.counts.ranked == 2
    assert result.counts.rows == len(rows["drawing"])


def test_strange_marks_are_read_as_in_a_drawing_file(atlas: Atlas, tmp_path: Path) -> None:
    """Strokes, spots, scribbles, several marks a view and altered feeling count as they do."""
    scribble = [(-14, 80), (-6, 82), (-13, 76), (-5, 74), (-12, 70), (-6, 85), (-14, 80)]
    shapes: list[tuple[str, Any, dict[str, Any]]] = [
        ("posterior", shapely.LineString([(-9, 96), (-7, 60)]), {"width_cm": 3}),
        ("posterior", shapely.Polygon(scribble), {"quality": ["aching", "burning"]}),
        ("posterior", shapely.box(-12, 60, -6, 70), {"quality": ["numb"], "intensity": 6}),
        ("anterior", shapely.MultiPoint([(12, 88), (11, 60)]), {"width_cm": 4}),
        ("left_lateral", shapely.box(-4, 80, 4, 90), {"intensity": 0}),
        ("left_lateral", shapely.MultiLineString([[(0, 80), (1, 50)], [(2, 80), (3, 50)]]), {}),
    ]
    features = [
        {
            "type": "Feature",
            "geometry": json.loads(json.dumps(shapely.geometry.mapping(shape))),
            "properties": {"view": view, **more},
        }
        for view, shape, more in shapes
    ]
    header = {"views_completed": ["plantar"]}
    drawing = PainDrawing.from_geojson(
        {"type": "FeatureCollection", "hippain": header, "features": features}
    )
    rows = {
        "id": [7] * len(shapes),
        "view": [view for view, _, _ in shapes],
        "wkb": [shape.wkb for _, shape, _ in shapes],
        "quality": [";".join(more.get("quality", [])) for _, _, more in shapes],
        "intensity": [more.get("intensity") for _, _, more in shapes],
        "width_cm": [more.get("width_cm") for _, _, more in shapes],
        "views_completed": ["plantar"] * len(shapes),
    }
    out = tmp_path / "out.parquet"
    rank_cohort(write_table(tmp_path / "one.parquet", rows), out, atlas)
    ranking = rank(drawing, atlas)
    for row, candidate in zip(
        read(out), (*ranking.candidates[:5], *ranking.differential[:5]), strict=True
    ):
        assert (row["drawing"], row["source"]) == ("7", candidate.source.id)
        assert row["probability"] == pytest.approx(candidate.probability)


def test_an_interrupted_run_goes_on_where_it_was(
    table: Path, whole: Path, atlas: Atlas, tmp_path: Path
) -> None:
    """After an interruption the same call finishes with the very rows of an undisturbed run."""
    out = tmp_path / "ranked.parquet"

    def stop(done: int, total: int) -> None:
        if done >= total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rank_cohort(table, out, atlas, block=16, progress=stop)
    assert not out.exists()
    result = rank_cohort(table, out, atlas, block=16)
    assert result.resumed >= 1
    assert pq.read_table(out).equals(pq.read_table(whole))
    assert not list(tmp_path.glob("*.parts"))


def test_a_killed_process_loses_and_doubles_nothing(
    table: Path, whole: Path, atlas: Atlas, tmp_path: Path
) -> None:
    """A process killed without warning leaves only whole blocks; the next call uses them."""
    out = tmp_path / "ranked.parquet"
    code = (
        "import sys, time\n"
        "from hippain_maps.atlas import load_atlas\n"
        "from hippain_maps.cohort.run import rank_cohort\n"
        "rank_cohort(sys.argv[1], sys.argv[2], load_atlas(), block=16,\n"
        "            progress=lambda done, total: (print(done, flush=True), time.sleep(0.5)))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(table), str(out)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    parts = tmp_path / "ranked.parquet.parts"
    (parts / "block-000002.tmp").mkdir(exist_ok=True)
    result = rank_cohort(table, out, atlas, block=16)
    assert result.resumed == 1
    assert pq.read_table(out).equals(pq.read_table(whole))


def test_a_damaged_block_is_done_again(
    table: Path, whole: Path, atlas: Atlas, tmp_path: Path
) -> None:
    """A block whose file was damaged between the runs is ranked anew, not believed."""
    out = tmp_path / "ranked.parquet"

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rank_cohort(table, out, atlas, block=16, progress=stop)
    (block,) = (tmp_path / "ranked.parquet.parts").glob("block-*")
    (block / "rows.parquet").write_bytes(b"PAR1 no longer")
    result = rank_cohort(table, out, atlas, block=16)
    assert result.resumed == 0
    assert pq.read_table(out).equals(pq.read_table(whole))


def test_other_options_do_not_mix_with_an_interrupted_run(
    table: Path, atlas: Atlas, tmp_path: Path
) -> None:
    """What another input, atlas or option left is named and refused, unless begun anew."""
    out = tmp_path / "ranked.parquet"

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rank_cohort(table, out, atlas, block=16, progress=stop)
    with pytest.raises(CohortError, match="another top"):
        rank_cohort(table, out, atlas, block=16, top=3)
    result = rank_cohort(table, out, atlas, block=16, top=3, restart=True)
    assert result.resumed == 0
    assert len(read(out)) == COUNT * 6


@pytest.mark.parametrize("column", ["geometry", "drawing"])
def test_a_corrupt_row_group_costs_its_own_rows(
    column: str, drawings: list[PainDrawing], atlas: Atlas, tmp_path: Path
) -> None:
    """Rows that cannot be read are counted, and so are drawings that may have marks among them."""
    rows = mark_rows(drawings)
    source = write_table(tmp_path / "study.parquet", rows, group=30)
    spoil(source, group=1, column=column)
    out = tmp_path / "out.parquet"
    result = rank_cohort(source, out, atlas, block=16)
    check_counts(result, out)
    assert result.counts.rows == len(rows["drawing"])
    assert result.counts.lost_rows == 30
    lost = set(rows["drawing"][30:60])
    around = {rows["drawing"][29], rows["drawing"][60]}
    assert {row["drawing"] for row in read(out)} == set(rows["drawing"]) - lost - around
    reasons = [row["reason"] for row in rejected(out)]
    assert any("rows 31 to 60 cannot be read" in reason for reason in reasons)
    assert sum("may be marks of the same drawing" in reason for reason in reasons) == 2


def test_a_full_disk_keeps_what_is_done(
    table: Path, whole: Path, atlas: Atlas, tmp_path: Path
) -> None:
    """Where no more can be written, one line says so, and the same call goes on later."""
    out = tmp_path / "ranked.parquet"
    code = (
        "import sys, resource\n"
        "from hippain_maps.atlas import load_atlas\n"
        "from hippain_maps.cohort.run import rank_cohort\n"
        "from hippain_maps.errors import OutputError\n"
        "atlas = load_atlas()\n"
        "def full(done, total):\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        "try:\n"
        "    rank_cohort(sys.argv[1], sys.argv[2], atlas, block=16, progress=full)\n"
        "except OutputError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(table), str(out)], capture_output=True, text=True
    )
    assert "what is done is kept" in done.stdout, done.stderr
    assert not out.exists()
    result = rank_cohort(table, out, atlas, block=16)
    assert result.resumed == 1
    assert pq.read_table(out).equals(pq.read_table(whole))


def test_a_run_is_described(table: Path, atlas: Atlas, tmp_path: Path) -> None:
    """The manifest names atlas, versions, options and counts; the codebook, every column."""
    out = tmp_path / "ranked.csv"
    result = rank_cohort(table, out, atlas, top=2, regions=tmp_path / "regions.csv")
    manifest = read_json(result.outputs.manifest)
    assert manifest["atlas"] == atlas.version
    assert manifest["counts"]["ranked"] == COUNT
    assert manifest["options"]["top"] == 2
    assert set(manifest["outputs"]) == {"ranked.csv", "ranked.rejected.csv", "regions.csv"}
    assert str(tmp_path) not in json.dumps(manifest)
    with result.outputs.codebook.open(encoding="utf-8", newline="") as stream:
        book = list(csv.DictReader(stream))
    for name, path in (("rows", out), ("regions", tmp_path / "regions.csv")):
        header = path.read_text(encoding="utf-8").splitlines()[0].replace('"', "").split(",")
        assert [line["column"] for line in book if line["table"] == name] == header
        assert all(line["meaning"] for line in book)


def test_study_fields_of_drawing_files_are_carried(
    drawings: list[PainDrawing], atlas: Atlas, tmp_path: Path
) -> None:
    """Known members of `about` become columns, the others stay together as JSON."""
    about = {"sex": "female", "recall_period": "24 h", "rater": 3, "site": "A"}
    folder = write_folder(tmp_path / "in", [replace(drawings[0], about=about)])
    out = tmp_path / "out.parquet"
    rank_cohort(folder, out, atlas)
    row = read(out)[0]
    assert (row["sex"], row["recall_period"], row["rater"]) == ("female", "24 h", "3")
    assert json.loads(row["about"]) == {"site": "A"}


def test_a_table_that_convert_wrote_loses_nothing(
    drawings: list[PainDrawing], atlas: Atlas, tmp_path: Path
) -> None:
    """Answers, findings and completed views of a converted drawing count as in its own file."""
    told = replace(
        drawings[0].with_answers({"worse_lying_on_it": "yes", "new_weakness": "yes"}),
        views_completed=("anterior", "posterior"),
        palpation={"right:piriformis:trp1_lateral": "familiar"},
    )
    write_geoparquet([Record("a", told), Record("b", drawings[1])], tmp_path / "in.parquet")
    out = tmp_path / "out.parquet"
    rank_cohort(tmp_path / "in.parquet", out, atlas)
    rows = read(out)
    for start, drawing in ((0, told), (10, drawings[1])):
        for row, candidate in zip(rows[start : start + 5], rank(drawing, atlas), strict=False):
            assert (row["source"], row["side"]) == (candidate.source.id, candidate.side)
            assert row["probability"] == pytest.approx(candidate.probability)
    assert rows[0]["red_flags_raised"] == "new_weakness"


def test_body_map_codes_are_a_cohort(atlas: Atlas, tmp_path: Path) -> None:
    """A CHOIR table is ranked row by row; rows without an area are put aside, not dropped."""
    source = tmp_path / "choir.csv"
    source.write_text(
        'record_id,arm,bodymap\n1,a,"201,223"\n2,b,\n3,b,999\n4,a,"228,230"\n', "utf-8"
    )
    out = tmp_path / "out.parquet"
    result = rank_cohort(source, out, atlas, top=1)
    reasons = {row["drawing"]: row["reason"] for row in rejected(out)}
    assert result.counts.rows == result.counts.drawings == 4
    assert "names no area" in reasons["2"]
    assert "999" in reasons["3"]
    assert {row["arm"] for row in read(out)} == {"a"}


def test_a_column_named_as_one_of_ours_is_renamed(
    drawings: list[PainDrawing], atlas: Atlas, tmp_path: Path
) -> None:
    """A study field called `rank` or `source` does not collide with ours."""
    rows = mark_rows(drawings[:2], source=["clinic", "ward"])
    out = tmp_path / "out.parquet"
    rank_cohort(write_table(tmp_path / "in.parquet", rows), out, atlas, top=1)
    assert [row["study_source"] for row in read(out)] == ["clinic", "clinic", "ward", "ward"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"drawing": ["a"], "geometry": [b""]}, "no column 'view'"),
        ({"drawing": ["a"], "view": ["posterior"], "geomtry": [b""]}, "did you mean"),
        (None, "not a Parquet file"),
    ],
)
def test_unusable_inputs_are_refused_in_a_line(
    content: dict[str, list[Any]] | None, message: str, atlas: Atlas, tmp_path: Path
) -> None:
    """What is no cohort is named, with what a cohort has; nothing is written."""
    path = tmp_path / "in.parquet"
    path.write_bytes(b"nothing") if content is None else write_table(path, content)
    with pytest.raises(CohortError, match=message) as error:
        rank_cohort(path, tmp_path / "out.parquet", atlas)
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("source", "output", "message"),
    [
        ("none.parquet", "out.parquet", "no such file or folder"),
        ("study.txt", "out.parquet", "no cohort file"),
        ("empty", "out.parquet", "no .geojson or .json file"),
        ("study.parquet", "out.xlsx", "ends in neither"),
        ("study.parquet", "nowhere/out.csv", "no folder"),
    ],
)
def test_wrong_names_are_refused_in_a_line(
    source: str, output: str, message: str, table: Path, atlas: Atlas, tmp_path: Path
) -> None:
    """A wrong input or output is refused before anything is read."""
    (tmp_path / "study.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    os.link(table, tmp_path / "study.parquet")
    with pytest.raises(HippainError, match=message):
        rank_cohort(tmp_path / source, tmp_path / output, atlas)


def test_an_empty_table_gives_an_empty_one(atlas: Atlas, tmp_path: Path) -> None:
    """No drawings in, a table with all columns and no rows out."""
    kinds = pa.schema([("drawing", pa.string()), ("view", pa.string()), ("geometry", pa.binary())])
    pq.write_table(kinds.empty_table(), tmp_path / "in.parquet")
    result = rank_cohort(tmp_path / "in.parquet", tmp_path / "out.parquet", atlas)
    assert result.counts.drawings == 0
    assert "probability" in pq.read_table(tmp_path / "out.parquet").schema.names
