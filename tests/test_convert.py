"""``hippain convert``: every format there and back, what is told, what is refused."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import shapely
from click.testing import CliRunner, Result
from interchange_files import FILES, full_drawing
from shapely.geometry import shape
from test_mark_tables import hostile_parquets
from test_svg_files import HOSTILE
from worlds import EXAMPLES

from hippain_maps import _convert_command, cli
from hippain_maps._limits import MAX_DRAWING_BYTES
from hippain_maps.atlas import Atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DrawingError, OutputError
from hippain_maps.interchange.body_maps import MAPS, load_body_map
from hippain_maps.interchange.files_in import read_drawings
from hippain_maps.interchange.files_out import write_drawings
from hippain_maps.interchange.formats import FORMATS, PARTS, Options, survival_table
from hippain_maps.interchange.records import Record
from hippain_maps.overlap import overlap
from hippain_maps.regions import Body

Run = Callable[..., Result]
README = Path(__file__).resolve().parents[1] / "README.md"
PIRIFORMIS = EXAMPLES / "piriformis.geojson"


@pytest.fixture
def run(atlas: Atlas, body: Body, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a way to run ``hippain convert`` in this process, with the atlas read once."""
    monkeypatch.setattr(_convert_command, "load_atlas", lambda *folders: atlas)
    monkeypatch.setattr(_convert_command, "load_body", lambda: body)
    mixed = "mix_stderr" in inspect.signature(CliRunner).parameters
    runner = CliRunner(**({"mix_stderr": False} if mixed else {}))

    def call(*arguments: object, **options: Any) -> Result:
        return runner.invoke(cli.main, ["convert", *map(str, arguments)], **options)

    return call


def done(result: Result) -> str:
    """Assert that a call worked, and return what it said."""
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    return result.stderr


def refused(result: Result) -> str:
    """Assert that a call was refused with one line, and return it."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("hippain: ")
    assert line.isprintable()
    return line


# --- What survives -----------------------------------------------------------------------------


def members(drawing: PainDrawing) -> list[Any]:
    """Return, for each of `PARTS`, what of it a drawing holds."""
    document = drawing.to_geojson()
    header = document.pop("hippain")
    features = document.pop("features")
    known = ("view", "intensity", "quality", "depth", "width_cm")
    said = ("views_completed", "answers", "palpation", "about")
    own = [
        {k: v for k, v in feature["properties"].items() if k not in known}
        | {k: v for k, v in feature.items() if k not in ("geometry", "properties")}
        for feature in features
    ]
    shapes = [feature["geometry"] for feature in features]
    outline = [shape for shape in shapes if "Polygon" in shape["type"]]
    return [
        outline,
        [shape for shape in shapes if shape not in outline],
        [feature["properties"].get("view") for feature in features],
        [[feature["properties"].get(name) for name in known[1:4]] for feature in features],
        {name: header[name] for name in said},
        [document, own, {k: v for k, v in header.items() if k not in said}],
    ]


@pytest.mark.parametrize("kind", sorted(FORMATS))
def test_what_survives_is_what_the_table_says(kind: str, body: Body, tmp_path: Path) -> None:
    """Each "yes" of the table comes back as it was, each "no" does not; codes give areas."""
    entry = FORMATS[kind]
    meant = full_drawing()
    bare = kind.endswith("-bare")
    if bare:
        # A bare geometry holds one view.
        marks = tuple(mark for mark in meant.marks if mark.view == "posterior")
        strokes = tuple(mark for mark in meant.marks if mark.view == "anterior")
    target = tmp_path / f"d{entry.endings[0]}"
    options = Options(view="posterior") if bare else Options()
    write_drawings([Record("d", meant)], target, body, options=options)
    (record,) = read_drawings(target, body, options=options).records
    found, said = members_or_none(record.drawing), members(meant)
    if bare:
        parts = members_or_none(PainDrawing(marks))
        assert found[0] == parts[0]
        assert {entry.survives[n] for n in (0, 1)} == {"yes"}
        other = tmp_path / f"s{entry.endings[0]}"
        write_drawings([Record("s", meant)], other, body, options=Options(view="anterior"))
        (again,) = read_drawings(other, body, options=Options(view="anterior")).records
        assert members_or_none(again.drawing)[1] == members_or_none(PainDrawing(strokes))[1]
        assert record.drawing.about == {}
        assert not any(mark.quality or mark.intensity for mark in record.drawing.marks)
        return
    for part, survives, is_there, was in zip(PARTS, entry.survives, found, said, strict=True):
        if survives == "yes":
            assert is_there == was, part
        elif survives == "no":
            assert is_there != was, part
        else:
            assert survives == "by area"
            assert {mark.extra["properties"]["area"]["map"] for mark in record.drawing.marks} == {
                kind
            }


def members_or_none(drawing: PainDrawing) -> list[Any]:
    """Return `members`, of a drawing that may lack some."""
    document = drawing.to_geojson()
    header = document["hippain"]
    for name, empty in (("views_completed", []), ("answers", {}), ("palpation", {}), ("about", {})):
        header.setdefault(name, empty)
    found = (
        members(PainDrawing.from_geojson(document))
        if all(header[name] for name in ("views_completed", "answers", "palpation", "about"))
        else None
    )
    if found is not None:
        return found
    features = document["features"]
    shapes = [feature["geometry"] for feature in features]
    return [
        [s for s in shapes if "Polygon" in s["type"]],
        [s for s in shapes if "Polygon" not in s["type"]],
        [feature["properties"].get("view") for feature in features],
        [
            [feature["properties"].get(n) for n in ("intensity", "quality", "depth")]
            for feature in features
        ],
        None,
        None,
    ]


def test_the_readme_has_the_table() -> None:
    """The table stands in the README as the formats have it; copy the new one when they change."""
    table = "\n".join(survival_table())
    assert f"<!-- table: formats -->\n{table}\n" in README.read_text(encoding="utf-8"), table


def test_a_format_that_holds_several_says_so(body: Body, tmp_path: Path) -> None:
    """Where the table says so, two drawings come back from one file, and elsewhere are refused."""
    records = [
        Record(n, PainDrawing.read(EXAMPLES / f"{n}.geojson")) for n in ("psoas", "gracilis")
    ]
    for kind, entry in FORMATS.items():
        target = tmp_path / f"d{entry.endings[0]}"
        if entry.many:
            write_drawings(records, target, body)
            assert [r.id for r in read_drawings(target, body).records] == ["psoas", "gracilis"], (
                kind
            )
        else:
            with pytest.raises(ValueError, match="holds one drawing and there are 2"):
                write_drawings(records, target, body)
            assert not target.exists()


# --- The command -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["d.svg", "d.wkt.csv", "d.wkb.csv", "d.parquet", "d.fhir.json", "d.json"]
)
def test_a_drawing_goes_there_and_back(run: Run, tmp_path: Path, name: str) -> None:
    """By the names of the files alone, a drawing is converted and comes back the same."""
    there, back = tmp_path / name, tmp_path / "back.geojson"
    assert f"wrote 1 drawing to {there}" in done(run(PIRIFORMIS, "-o", there))
    done(run(there, "-o", back))
    assert PainDrawing.read(back).to_geojson() == PainDrawing.read(PIRIFORMIS).to_geojson()


def test_a_redcap_export_becomes_a_folder_of_drawings(run: Run, tmp_path: Path) -> None:
    """Each record is a file that can be ranked; what lies outside and what is blank is told."""
    out = tmp_path / "drawings"
    said = done(run(FILES / "redcap_choir_text.csv", "-o", f"{out}/"))
    names = sorted(path.name for path in out.iterdir())
    assert names == [
        "1_baseline_arm_1.geojson",
        "1_month_3_arm_1.geojson",
        "2_baseline_arm_1.geojson",
    ]
    assert "1 rows name no area" in said
    assert "2 baseline_arm_1: outside the map: 112 Upper arm, front (left), 201 Cranium" in said
    assert "was written as 1_baseline_arm_1.geojson" in said
    assert PainDrawing.read(out / names[0]).views == ("anterior", "posterior")


def test_what_codes_leave_out_is_told(run: Run, tmp_path: Path) -> None:
    """A drawing that says how it hurts loses that in codes, and the command says so."""
    out = tmp_path / "d.choir.csv"
    full = tmp_path / "full.geojson"
    full_drawing().write(full)
    assert "codes say where it hurts, not how" in done(run(full, "-o", out))
    place = tmp_path / "place.geojson"
    PainDrawing.from_polygons({"posterior": shapely.box(-8, 101, -4, 104)}).write(place)
    assert "note: " not in done(run(place, "-o", out))


def test_a_folder_becomes_a_table(run: Run, tmp_path: Path) -> None:
    """A folder of drawings becomes one table, and one drawing of it a picture."""
    table, picture = tmp_path / "all.parquet", tmp_path / "one.svg"
    assert "wrote 51 drawings" in done(run(EXAMPLES, "-o", table))
    done(run(table, "-o", picture, "--record", "piriformis"))
    assert 'data-view="posterior"' in picture.read_text()
    assert "there is no drawing named 'piriform'" in refused(
        run(table, "-o", picture, "--record", "piriform")
    )
    assert "choose one with --record" in refused(run(table, "-o", tmp_path / "two.svg"))


def test_standard_input_is_read(run: Run, tmp_path: Path) -> None:
    """A dash is standard input, in the format that is said."""
    out = tmp_path / "d.geojson"
    done(run("-", "--from", "choir", "-o", out, input="id,bodymap\n7,b18\n"))
    assert PainDrawing.read(out).views == ("posterior",)
    done(run("-", "-o", out, input=PIRIFORMIS.read_text()))
    assert PainDrawing.read(out) == PainDrawing.read(PIRIFORMIS)
    assert "from a file" in refused(run("-", "--from", "geoparquet", "-o", out, input="PAR1"))


def test_bare_geometry_needs_a_view(run: Run, tmp_path: Path) -> None:
    """WKT without more is read when the view is said, and written with what it loses."""
    text, out = tmp_path / "d.wkt", tmp_path / "d.geojson"
    text.write_text("POLYGON ((-9 60, -5 60, -5 80, -9 60))\n")
    assert "say --view" in refused(run(text, "-o", out))
    done(run(text, "-o", out, "--view", "posterior"))
    assert PainDrawing.read(out).area("posterior").area == pytest.approx(40)
    assert "no view, width" in done(run(out, "-o", tmp_path / "again.wkt"))
    assert "there is no view named 'back'" in refused(run(text, "-o", out, "--view", "back"))


def test_bad_rows_are_put_aside_when_asked(run: Run, tmp_path: Path) -> None:
    """One bad row refuses the file and nothing is written; --skip-bad leaves it out and tells."""
    table, out, notes = tmp_path / "t.choir.csv", tmp_path / "d.parquet", tmp_path / "notes.txt"
    table.write_text("id,bodymap\nA,b18\nB,zz\nC,b19\n")
    assert "line 3: 'zz' is no code" in refused(run(table, "-o", out))
    assert not out.exists()
    said = done(run(table, "-o", out, "--skip-bad", "--notes", notes))
    assert "B (line 3) left out" in said
    assert "wrote 2 drawings" in said
    assert "'zz' is no code" in notes.read_text()


def test_many_notes_are_cut_and_kept_in_a_file(run: Run, tmp_path: Path) -> None:
    """After twenty notes the rest is counted; --notes keeps all."""
    table, out, notes = tmp_path / "t.choir.csv", tmp_path / "d.parquet", tmp_path / "notes.txt"
    table.write_text("id,bodymap\n" + "".join(f"{n},f12\n" for n in range(30)))
    said = done(run(table, "-o", out))
    assert said.count("note: ") == 21
    assert "and 10 more; --notes FILE writes all" in said
    done(run(table, "-o", out, "--notes", notes))
    assert len(notes.read_text().splitlines()) == 30


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["no.svg", "-o", "d.geojson"], "there is no such file"),
        (["no.csv", "-o", "d.geojson"], "there is no such file"),
        (["no.parquet", "-o", "d.geojson"], "there is no such file"),
        (["no.xyz", "-o", "d.geojson"], "says no format; say --from"),
        ([PIRIFORMIS, "-o", "d.xyz"], "says no format; say --to"),
        ([PIRIFORMIS, "-o", "d.csv"], "says no format; say --to"),
        ([PIRIFORMIS, "-o", "d.svg", "--to", "swg"], "did you mean 'svg'"),
        ([PIRIFORMIS, "-o", "d.svg", "--from", "wkt"], "no column holds a geometry"),
        ([PIRIFORMIS, "-o", "d.fhir.json", "--patient", "a b"], "is no FHIR id"),
        ([PIRIFORMIS, "-o", "d.fhir.json", "--codes", "no.json"], "there is no such file"),
        ([PIRIFORMIS, "-o", "no/such/folder/d.svg"], "cannot write"),
        (["--atlas", "regions", "-o", "r.csv"], "is not written for --atlas regions"),
        (["thy", "--atlas", "regions", "-o", "r.svg"], "no region named 'thy'"),
        (["nobody", "--atlas", "patterns", "-o", "r.svg"], "no source named"),
    ],
)
def test_what_cannot_be_converted_is_refused(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[object],
    says: str,
) -> None:
    """Wrong files, formats and names are refused in one line, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    assert says in refused(run(*arguments))
    assert list(tmp_path.iterdir()) == []


def test_files_that_only_look_right_are_refused(run: Run, tmp_path: Path) -> None:
    """An empty folder, text that is no UTF-8, and a bare geometry past the cap are refused."""
    out = tmp_path / "out.geojson"
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "the folder holds no .geojson file" in refused(run(empty, "-o", out))
    latin = tmp_path / "latin.wkt"
    latin.write_bytes(b"POINT (1 2) # M\xfcller")
    assert "byte 15 is not UTF-8" in refused(
        run(latin, "--from", "wkt-bare", "--view", "anterior", "-o", out)
    )
    large = tmp_path / "large.wkt"
    large.write_bytes(b" " * (MAX_DRAWING_BYTES + 1))
    assert "is larger than" in refused(
        run(large, "--from", "wkt-bare", "--view", "anterior", "-o", out)
    )
    assert not out.exists()


def test_bad_files_of_a_folder_are_put_aside_when_asked(
    run: Run, tmp_path: Path, body: Body
) -> None:
    """One drawing that cannot be read stops the folder, or is named and left out."""
    folder, out = tmp_path / "in", tmp_path / "out.csv"
    folder.mkdir()
    (folder / "good.geojson").write_bytes(PIRIFORMIS.read_bytes())
    (folder / "spoilt.geojson").write_bytes(b"{")
    assert "spoilt.geojson" in refused(run(folder, "-o", out, "--to", "wkt"))
    assert "spoilt" in run(folder, "-o", out, "--to", "wkt", "--skip-bad").stderr
    assert [r.id for r in read_drawings(out, body, given="wkt").records] == ["good"]


def test_fhir_is_known_by_what_it_says(run: Run, tmp_path: Path) -> None:
    """A FHIR resource whose name ends like a drawing is read as what it is."""
    fhir, out = tmp_path / "d.fhir.json", tmp_path / "out.geojson"
    assert run(PIRIFORMIS, "-o", fhir).exit_code == 0
    renamed = tmp_path / "d.geojson"
    renamed.write_bytes(fhir.read_bytes())
    result = run(renamed, "-o", out)
    assert result.exit_code == 0, result.stderr
    drawn = PainDrawing.read(PIRIFORMIS)
    assert PainDrawing.read(out).area("posterior").equals(drawn.area("posterior"))


def test_a_bare_geometry_holds_one_view(tmp_path: Path, body: Body) -> None:
    """Marks on several views need --view; those on others are told of, and one alone is itself."""
    box = shapely.box(-9, 60, -7, 80)
    both = Record("d", PainDrawing.from_polygons({"anterior": box, "posterior": box}))
    out = tmp_path / "d.wkb"
    for options, says in (
        (Options(), "the drawing has marks on 2"),
        (Options(view="plantar"), "the drawing has no mark on the plantar view"),
    ):
        with pytest.raises(DrawingError, match=says):
            write_drawings([both], out, body, given="wkb-bare", options=options)
    *_, note = write_drawings([both], out, body, given="wkb-bare", options=Options(view="anterior"))
    assert note == "1 marks on other views were left out"
    assert shapely.from_wkb(out.read_bytes()).equals(box)


def test_drawings_of_one_name_are_written_under_others(tmp_path: Path, body: Body) -> None:
    """In a folder no drawing is written over another, and what was renamed is said."""
    drawing = PainDrawing.read(PIRIFORMIS)
    target = f"{tmp_path}/many/"
    records = [Record("a b", drawing), Record("a/b", drawing)]
    assert write_drawings(records, target, body) == [
        "'a b' was written as a_b.geojson",
        "'a/b' was written as a_b_2.geojson",
    ]
    assert sorted(path.name for path in (tmp_path / "many").iterdir()) == [
        "a_b.geojson",
        "a_b_2.geojson",
    ]
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot make the folder"):
        write_drawings(records, f"{tmp_path}/file/", body)
    with pytest.raises(DrawingError, match="is one file; name it, not a folder"):
        write_drawings(records, target, body, given="wkt")


def test_arguments_that_are_none_are_explained(run: Run, tmp_path: Path) -> None:
    """No input, and a pair of points that is none, are mistakes of use."""
    for arguments in (["-o", "x.svg"], ["a.svg", "-o", "x.svg", "--at", "1,2"]):
        result = run(*arguments)
        assert result.exit_code == 2
        assert "Error: " in result.stderr


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_svg_leaves_nothing(run: Run, tmp_path: Path, name: str) -> None:
    """A hostile SVG ends in one line and status 2, and nothing is written."""
    (tmp_path / "x.svg").write_bytes(HOSTILE[name][0])
    out = tmp_path / "out.geojson"
    refused(run(tmp_path / "x.svg", "-o", out, "--view", "anterior", "--at", "0,0=0,100",
                "--at", "0,100=0,0"))  # fmt: skip
    assert not out.exists()


def test_hostile_tables_leave_nothing(run: Run, tmp_path: Path) -> None:
    """Hostile Parquet and CSV end in one line and status 2, and nothing is written."""
    out = tmp_path / "out.geojson"
    for path, _ in hostile_parquets(tmp_path).values():
        refused(run(path, "-o", out))
    for number, text in enumerate(
        (b"", b"\x00" * 1000, b"a,b\n" * 10, b"wkt\n" + b"(" * 100_000, b'wkt\n"', b"bodymap\n\xff")
    ):
        path = tmp_path / f"{number}.csv"
        path.write_bytes(text)
        refused(run(path, "-o", out))
    assert not out.exists()


@pytest.mark.parametrize("library", ["defusedxml", "fhir", "pyarrow", "geopandas"])
def test_a_missing_extra_is_named(tmp_path: Path, library: str) -> None:
    """Without an extra, one line says what to install."""
    source, out = {
        "defusedxml": (FILES / "inkscape_on_chart.svg", "d.geojson"),
        "fhir": (PIRIFORMIS, "d.fhir.json"),
        "pyarrow": (tmp_path / "d.parquet", "d.geojson"),
        "geopandas": (PIRIFORMIS, "d.parquet"),
    }[library]
    code = (
        "import sys\n"
        f"sys.modules[{library!r}] = None\n"
        "from hippain_maps.cli import main\n"
        f"main(['convert', {str(source)!r}, '-o', {str(tmp_path / out)!r}])\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert found.returncode == 2
    (line,) = found.stderr.splitlines()
    assert "pip install" in line
    assert "hippain-maps[" in line


def test_converting_loads_what_it_needs_alone() -> None:
    """A drawing to SVG loads no table, record or figure library."""
    code = (
        "import json, sys, hippain_maps.interchange.files_out, hippain_maps._convert_command\n"
        "heavy = ('defusedxml', 'fhir', 'pyarrow', 'geopandas', 'pandas', 'matplotlib')\n"
        "print(json.dumps([name for name in heavy if name in sys.modules]))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(found.stdout) == []


# --- The atlas ---------------------------------------------------------------------------------


def atlas_file(run: Run, path: Path, *arguments: object) -> Any:
    """Return a part of the atlas as it was written: JSON data, or the root of an SVG."""
    done(run(*arguments, "-o", path))
    if path.suffix == ".svg":
        return ElementTree.fromstring(path.read_text(encoding="utf-8"))
    return json.loads(path.read_text(encoding="utf-8"))


def test_regions_are_written_whole(run: Run, tmp_path: Path, body: Body) -> None:
    """Every sided region is there for every view that shows it, with its shape."""
    data = atlas_file(run, tmp_path / "r.geojson", "--atlas", "regions")
    assert data["hippain"]["frame"] == "hippain-175"
    assert data["hippain"]["holds"] == "regions"
    assert len(data["features"]) == sum(len(chart.polygons) for chart in body.charts.values())
    assert len({feature["id"] for feature in data["features"]}) == len(data["features"])
    for feature in data["features"][::50]:
        said = feature["properties"]
        own = body.polygon(said["view"], f"{said['side']}:{said['region']}")
        assert own is not None
        assert shape(feature["geometry"]).equals_exact(own, tolerance=1e-9)


def test_groups_are_written_whole(run: Run, tmp_path: Path, body: Body) -> None:
    """Every group is there on both sides, as large as its regions together."""
    data = atlas_file(run, tmp_path / "g.geojson", "--atlas", "groups")
    assert {feature["properties"]["group"] for feature in data["features"]} == set(body.groups)
    for feature in data["features"][::40]:
        said = feature["properties"]
        parts = [body.polygon(said["view"], f"{said['side']}:{r}") for r in said["regions"]]
        size = sum(part.area for part in parts if part is not None)
        assert shape(feature["geometry"]).area == pytest.approx(size)


def test_patterns_are_written_whole(run: Run, tmp_path: Path, atlas: Atlas) -> None:
    """Every source is there on both sides with all its zones; trigger points are points."""
    data = atlas_file(run, tmp_path / "p.geojson", "--atlas", "patterns")
    found = {(f["properties"]["source"], f["properties"]["side"]) for f in data["features"]}
    assert found == {(source, side) for source in atlas.sources for side in ("left", "right")}
    left = [f for f in data["features"] if f["properties"]["side"] == "left"]
    assert len(left) * 2 == len(data["features"])
    points = sum(f["geometry"]["type"] == "Point" for f in left)
    muscles = [source for source in atlas.sources.values() if source.is_muscle]
    assert points == sum(len(p.marks) for source in muscles for p in source.trigger_points)
    for source in muscles:
        for point in source.trigger_points:
            own = [f for f in left if f["properties"]["source"] == source.id
                   and f["properties"].get("trigger_point") == point.id]  # fmt: skip
            for zone, regions in point.zones.items():
                told = {r for f in own if f["properties"].get("zone") == zone
                        for r in f["properties"]["regions"]}  # fmt: skip
                assert told == {region.sided("left") for region in regions}


def test_an_svg_of_the_atlas_has_a_named_path_for_each_part(
    run: Run, tmp_path: Path, body: Body
) -> None:
    """Each region is one path with an id and a title, and none of it reads as a mark."""
    path = tmp_path / "r.svg"
    root = atlas_file(run, path, "--atlas", "regions")
    found = [p for p in root.iter("{http://www.w3.org/2000/svg}path") if p.get("data-region")]
    assert len(found) == sum(len(chart.polygons) for chart in body.charts.values())
    assert len({p.get("id") for p in found}) == len(found)
    assert all(p[0].text for p in found)
    assert read_drawings(path, body).records[0].drawing.marks == ()


@pytest.mark.parametrize(
    ("arguments", "attribute"),
    [
        (["gluteus_minimus", "--atlas", "patterns"], "data-source"),
        (["QL", "--atlas", "patterns"], "data-trigger-point"),
        (["hip_joint", "--atlas", "patterns"], "data-zone"),
        (["l5_root", "--atlas", "patterns"], "data-zone"),
        (["buttock", "--atlas", "groups"], "data-group"),
        (["patella_medial", "--atlas", "regions"], "data-region"),
        (["--atlas", "choir"], "data-code"),
        (["--atlas", "michigan"], "data-code"),
    ],
)
def test_one_part_of_the_atlas_can_be_named(
    run: Run, tmp_path: Path, arguments: list[str], attribute: str
) -> None:
    """A source, group or region by name, and other body maps, are written as SVG and GeoJSON."""
    root = atlas_file(run, tmp_path / "one.svg", *arguments)
    assert any(path.get(attribute) for path in root.iter("{http://www.w3.org/2000/svg}path"))
    assert atlas_file(run, tmp_path / "one.geojson", *arguments)["features"]


def test_an_svg_of_all_patterns_is_refused(run: Run, tmp_path: Path) -> None:
    """One page holds one pattern."""
    assert run("--atlas", "patterns", "-o", tmp_path / "p.svg").exit_code == 2


def test_a_chart_is_drawn_upon_and_read_back(run: Run, tmp_path: Path, body: Body) -> None:
    """A shape put on a blank chart by hand lies where it was put."""
    chart = tmp_path / "chart.svg"
    done(run("posterior", "--atlas", "chart", "-o", chart))
    text = chart.read_text(encoding="utf-8")
    # Over the left buttock, on the page: 4 units to the cm, the midline at 184.
    chart.write_text(text.replace("</svg>", '<circle cx="144" cy="400" r="16"/></svg>'))
    done(run(chart, "-o", tmp_path / "d.geojson"))
    drawing = PainDrawing.read(tmp_path / "d.geojson")
    found = overlap(drawing, body)
    assert found.outside_total_cm2 == pytest.approx(0, abs=1e-6)
    names = {name for name, part in zip(body.sided, found.fraction, strict=True) if part > 0.3}
    assert names
    assert all(name.startswith("left:buttock") for name in names)
    assert drawing.area("posterior").area == pytest.approx(50.27, abs=0.1)


def test_the_crosswalk_is_written_as_a_table(run: Run, tmp_path: Path, body: Body) -> None:
    """The crosswalk of each body map is a CSV table, and its areas are the map's."""
    for name in MAPS:
        done(run("--atlas", name, "-o", tmp_path / f"{name}.csv"))
        lines = (tmp_path / f"{name}.csv").read_text().splitlines()
        assert {line.split(",")[0] for line in lines[1:]} == set(load_body_map(name, body).areas)
        data = atlas_file(run, tmp_path / f"{name}.geojson", "--atlas", name)
        for feature in data["features"]:
            assert shapely.is_valid(shape(feature["geometry"]))
