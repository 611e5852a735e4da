"""Other people's body maps on our chart: sides, numberings, the crosswalk, and codes both ways."""

from __future__ import annotations

import io
import itertools
from collections import defaultdict
from pathlib import Path

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from interchange_files import FILES, refusal

from hippain_maps._yaml import parse_yaml
from hippain_maps._yaml_fields import validate
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DataError, UnknownNameError
from hippain_maps.geometry import mirror, other_side
from hippain_maps.interchange._map_files import MapFile
from hippain_maps.interchange.body_maps import (
    MAPS,
    BodyMap,
    build_body_map,
    load_body_map,
)
from hippain_maps.interchange.code_table import CodeTable, code_csv, crosswalk_csv
from hippain_maps.interchange.codes import (
    codes_of,
    drawing_from_codes,
    redcap_code,
    standard_code,
    written_code,
)
from hippain_maps.interchange.records import Record, Rejected
from hippain_maps.overlap import overlap
from hippain_maps.regions import Body

SIDE_OF_X = {"anterior": 1, "posterior": -1, "plantar": 1, "dorsal": -1, "perineal": 1}
"""The sign of x on the patient's left."""


@pytest.fixture(scope="module")
def choir(body: Body) -> BodyMap:
    """Return the CHOIR map on the shipped body."""
    return load_body_map("choir", body)


@pytest.fixture(scope="module")
def michigan(body: Body) -> BodyMap:
    """Return the Michigan map on the shipped body."""
    return load_body_map("michigan", body)


@pytest.fixture(scope="module", params=MAPS)
def body_map(request: pytest.FixtureRequest, body: Body) -> BodyMap:
    """Return each shipped map."""
    return load_body_map(request.param, body)


# --- The maps ----------------------------------------------------------------------------------


def test_every_code_is_there(choir: BodyMap, michigan: BodyMap) -> None:
    """CHOIR has 36 areas in front and 38 behind, the Michigan map 35."""
    front, back = [str(code) for code in range(101, 137)], [str(code) for code in range(201, 239)]
    assert sorted(choir.areas) == front + back
    assert sorted(michigan.areas, key=int) == [str(code) for code in range(35)]


@pytest.mark.parametrize(
    ("code", "label", "view", "x"),
    [
        ("116", "Abdomen (right)", "anterior", -1),
        ("117", "Abdomen (left)", "anterior", 1),
        ("120", "Hip, front (right)", "anterior", -1),
        ("127", "Upper leg, front (left)", "anterior", 1),
        ("218", "Lower back (left)", "posterior", -1),
        ("219", "Lower back (right)", "posterior", 1),
        ("223", "Buttocks (left)", "posterior", -1),
        ("225", "Hip, back (right)", "posterior", 1),
        ("228", "Upper leg, back (left)", "posterior", -1),
        ("238", "Foot, sole (right)", "plantar", -1),
        ("136", "Foot, top (left)", "dorsal", -1),
    ],
)
def test_choir_codes_lie_on_their_side(
    choir: BodyMap, code: str, label: str, view: str, x: int
) -> None:
    """A code lies on the patient's side that the published list names, in front and behind."""
    area = choir.areas[code]
    assert area.label == label
    assert area.shapes[view].centroid.x * x > 0  # type: ignore[index]


def test_sides_are_the_patients_everywhere(body_map: BodyMap) -> None:
    """Every sided area lies on its own half in every view, and the other side mirrors it."""
    by_name = {(area.name, area.side): area for area in body_map.areas.values()}
    for area in body_map.areas.values():
        if area.side is None:
            continue
        twin = by_name[area.name, other_side(area.side)]
        for view, shape in area.shapes.items():
            if view in SIDE_OF_X:
                sign = SIDE_OF_X[view] * (1 if area.side == "left" else -1)
                assert shape.centroid.x * sign > 0, (area.code, view)
                assert shapely.equals_exact(
                    mirror(shape).normalize(), twin.shapes[view].normalize(), tolerance=1e-9
                )


def test_areas_cover_the_chart_once(body_map: BodyMap, body: Body) -> None:
    """Where a map shows a view, its areas fill our chart of it, without overlap."""
    for view in body_map.complete:
        shapes = [a.shapes[view] for a in body_map.areas.values() if view in a.shapes]
        assert sum(shape.area for shape in shapes) == pytest.approx(body.charts[view].charted.area)
        for one, other in itertools.combinations(shapes, 2):
            assert shapely.area(shapely.intersection(one, other)) < 1e-3


def test_the_crosswalk_accounts_for_every_region(choir: BodyMap, body: Body) -> None:
    """By area, the parts of every region of front and back add up to the region."""
    parts: dict[tuple[str, str], float] = defaultdict(float)
    for row in choir.crosswalk:
        assert row.of_area <= 1 + 1e-9
        if row.region:
            parts[row.region, row.view] += row.of_region
    for view in ("anterior", "posterior"):
        for place in body.charts[view].index.tolist():  # type: ignore[index]
            assert parts[body.sided[place], view] == pytest.approx(1, abs=2e-3)


def test_every_region_has_a_michigan_area(michigan: BodyMap, body: Body) -> None:
    """Michigan areas are sets of regions; each region belongs to one."""
    owners: dict[str, set[str]] = defaultdict(set)
    for row in michigan.crosswalk:
        owners[row.region].add(row.code)
    assert set(owners) == set(body.sided)
    assert {len(codes) for codes in owners.values()} == {1}


def test_regions_that_only_a_side_view_shows_have_an_area(choir: BodyMap, body: Body) -> None:
    """Each region that CHOIR's views do not show is given to an area, or lies on an inset."""
    given = {region for area in choir.areas.values() for region in area.from_side}
    given |= {row.region for row in choir.crosswalk}
    assert set(body.sided) <= given


def test_lower_back_is_what_the_readme_says(choir: BodyMap) -> None:
    """CHOIR's lower back reaches from L3 to the upper sacrum, as the README says."""
    rows = [row for row in choir.crosswalk if row.code == "218" and row.of_region > 0.5]
    regions = {row.region.removeprefix("left:") for row in rows}
    assert {"back_l3_paraspinal", "back_l4_paraspinal", "sacrum_high"} <= regions
    assert not regions & {"back_l2_paraspinal", "sacrum_lower", "sacrum_middle"}


def test_the_crosswalk_is_a_table(body_map: BodyMap) -> None:
    """The table has a row for every pair, and every code outside the map is named in it."""
    lines = crosswalk_csv(body_map).splitlines()
    outside = [area for area in body_map.areas.values() if not area.is_mapped]
    assert len(lines) == 1 + len(body_map.crosswalk) + len(outside)
    assert sum("outside the map" in line for line in lines) == len(outside)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('right: "116"', 'right: "117"'), "is given to two areas"),
        (("at: [4, 106]", "at: [4, 300]"), "belongs to 0 areas"),
        (("at: [4, 106]", "at: [4, 124]"), "belongs to"),
        (("[-1, 54], [30, 54]", "[6, 54], [9, 54]"), "belongs to 2 areas"),
        (("side: [thigh_lateral]", "side: [thigh_latral]"), "did you mean"),
        (("confidence: partial", "confidence: sure"), "confidence"),
        (('female: {"112"', 'female: {"912"'), "female"),
        (("at: [4, 106]", "at: [4, 106], regions: [x]"), "a face .* or a set of `regions`"),
        (("at: [4, 106]", "inset: plantar"), "`view` and `at` belong together"),
    ],
)
def test_a_wrong_file_is_refused(body: Body, change: tuple[str, str], says: str) -> None:
    """A body map whose codes, borders or regions do not fit is refused, with its place."""
    path = Path(__file__).resolve().parents[1] / "body_regions" / "other_maps" / "choir.yaml"
    text = path.read_text(encoding="utf-8")
    assert change[0] in text
    file = parse_yaml(text.replace(*change), label="choir.yaml")
    with pytest.raises(DataError, match=says) as caught:
        build_body_map(validate(MapFile, file), file, body)
    assert "choir.yaml" in str(caught.value)


def test_an_unknown_map_is_refused(body: Body) -> None:
    """The nearest name is offered."""
    with pytest.raises(UnknownNameError, match="choir"):
        load_body_map("chior", body)


# --- Numberings --------------------------------------------------------------------------------


def test_both_numberings_are_read(choir: BodyMap) -> None:
    """REDCap's letters and the numbers of both figures lead to the same areas."""
    assert standard_code("f16", choir) == standard_code("F16 ", choir) == "116"
    assert standard_code("b01", choir) == "201"
    # As CHOIRBM's convert_bodymap does: female 112 to 117 are the standard's 116, 117, 112 to 115.
    female = ["112", "113", "114", "115", "116", "117"]
    standard = ["116", "117", "112", "113", "114", "115"]
    assert [standard_code(code, choir, "female") for code in female] == standard
    # A letter says by itself which numbering is meant, on either figure.
    assert standard_code("f12", choir, "female") == "112"
    assert standard_code("118", choir, "female") == "118"


def test_every_code_goes_there_and_back(body_map: BodyMap) -> None:
    """Written in any numbering and read in the same, a code is the same."""
    for code in body_map.areas:
        assert standard_code(redcap_code(code, body_map), body_map) == code
        for numbering in ("standard", "female", "redcap"):
            written = written_code(code, body_map, numbering)  # type: ignore[arg-type]
            assert standard_code(written, body_map, numbering) == code  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["137", "200", "f37", "b00", "x16", "1160", "", "f", "²18", "-16"])
def test_unknown_codes_are_refused(choir: BodyMap, text: str) -> None:
    """A code that the map does not have is refused."""
    assert "no code of the CHOIR body map" in refusal(lambda: standard_code(text, choir))


# --- Codes and drawings ------------------------------------------------------------------------


def test_every_code_comes_back(body_map: BodyMap) -> None:
    """Each code alone becomes a drawing that has this code and no other, outside ones too."""
    for code in body_map.areas:
        record = drawing_from_codes([code], body_map)
        assert codes_of(record.drawing, body_map).codes == (code,)


@given(st.data())
@settings(max_examples=20, deadline=None)
def test_any_codes_come_back(choir: BodyMap, data: st.DataObject) -> None:
    """Any set of codes comes back, through the text of a drawing file."""
    codes = data.draw(st.sets(st.sampled_from(sorted(choir.areas)), min_size=1))
    drawing = drawing_from_codes(codes, choir).drawing
    again = PainDrawing.from_geojson(drawing.to_text())
    assert set(codes_of(again, choir).codes) == codes


def test_what_a_code_covers_is_measured(choir: BodyMap, body: Body) -> None:
    """The drawing of a code overlaps the regions as the crosswalk says."""
    drawing = drawing_from_codes(["223"], choir).drawing
    found = overlap(drawing, body)
    for row in choir.crosswalk:
        if row.code == "223" and row.view == "posterior":
            assert found.fraction[body.place[row.region]] >= row.of_region - 1e-9
    assert found.outside_total_cm2 == pytest.approx(0, abs=0.01)
    assert drawing.views_completed == ("anterior", "posterior")


def test_the_residue_is_told(choir: BodyMap) -> None:
    """Codes outside the map, and areas that reach above it, are named."""
    record = drawing_from_codes(["112", "108", "201"], choir)
    assert "112 Upper arm, front (left), 201 Cranium, back (left)" in record.notes[0]
    assert "about 70% of 108 Chest (right) lies above the map" in record.notes[1]


def test_a_mark_goes_where_a_quarter_of_it_lies(choir: BodyMap) -> None:
    """A small mark inside a large area has its code; a sliver over a border has not."""
    low_back = shapely.box(-8, 101, -4, 104)
    coded = codes_of(PainDrawing.from_polygons({"posterior": low_back}), choir)
    assert coded.codes == ("218",)
    across = shapely.box(-8, 90, -0.3, 104).union(shapely.box(-0.3, 95, 0.5, 96))
    coded = codes_of(PainDrawing.from_polygons({"posterior": across}), choir)
    assert coded.codes == ("218", "223")


def test_a_drawing_from_the_side_has_codes(choir: BodyMap, body: Body) -> None:
    """The trochanter, which CHOIR does not show, is coded as hip in front and behind, and told."""
    drawing = PainDrawing.from_regions(body, "right:greater_trochanter")
    coded = codes_of(drawing, choir)
    assert coded.codes == ("120", "225")
    assert "no view" in " ".join(coded.notes)


def test_what_is_no_pain_has_no_code(choir: BodyMap, body: Body) -> None:
    """Marks of intensity 0, and those that are numb alone, have no code, and are told."""
    none = PainDrawing.from_regions(body, "left:buttock", intensity=0)
    numb = PainDrawing.from_regions(body, "left:buttock", quality=["numb"])
    for drawing in (none, numb):
        coded = codes_of(drawing, choir)
        assert coded.codes == ()
        assert "no pain" in coded.notes[0]


def test_no_pain_and_pain_exclude_each_other(michigan: BodyMap) -> None:
    """The code for "no pain" stands alone."""
    assert drawing_from_codes(["35"], michigan).drawing.marks == ()
    assert "nothing hurts" in refusal(lambda: drawing_from_codes(["35", "30"], michigan))


# --- Tables as REDCap exports them -------------------------------------------------------------


def rows(body_map: BodyMap, text: str, **options: object) -> list[Record]:
    """Return the drawings of a table of codes."""
    return list(CodeTable(io.BytesIO(text.encode()), body_map, **options))  # type: ignore[arg-type]


def test_a_redcap_export_with_text_is_read(choir: BodyMap) -> None:
    """Rows are records with event; codes with letters need no sex; blank rows are counted."""
    table = CodeTable(FILES / "redcap_choir_text.csv", choir)
    found = {record.id: codes_of(record.drawing, choir).codes for record in table}
    assert found == {
        "1 baseline_arm_1": ("120", "218", "222", "223"),
        "1 month_3_arm_1": ("218",),
        "2 baseline_arm_1": ("112", "116", "201"),
    }
    assert table.blank == 1


def test_a_redcap_export_with_boxes_is_read(choir: BodyMap) -> None:
    """Tick boxes, a column each, give the same drawings."""
    table = CodeTable(FILES / "redcap_choir_boxes.csv", choir)
    found = {record.id: codes_of(record.drawing, choir).codes for record in table}
    assert found == {"101": ("218", "219"), "102": ("112", "129")}
    assert table.blank == 1


def test_a_table_of_choirbm_is_read(choir: BodyMap) -> None:
    """Female rows are read in the female numbering, as CHOIRBM converts them."""
    table = CodeTable(FILES / "choirbm_table.csv", choir)
    found = {record.id: codes_of(record.drawing, choir).codes for record in table}
    assert found == {
        "1": ("112", "125", "218"),
        "2": ("116", "117", "127"),
        "3": ("115", "128", "222"),
    }
    standard = CodeTable(FILES / "choirbm_table.csv", choir, numbering="standard")
    assert [codes_of(r.drawing, choir).codes for r in standard][1] == ("112", "113", "127")


def test_michigan_boxes_are_read(michigan: BodyMap) -> None:
    """Labels are read as well as raw values."""
    text = "record_id,mbm___30,mbm___31,mbm___5\n9,Checked,Unchecked,Checked\n"
    (record,) = rows(michigan, text)
    assert codes_of(record.drawing, michigan).codes == ("5", "30")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id,bodymap\n1,f99\n", "line 2: 'f99' is no code"),
        ('id,bodymap\n1,"b18,112"\n', "say --numbering"),
        ("id,sex,bodymap\n1,2,112\n", "say --numbering"),
        ("id,answer\n1,b18\n", "say --column"),
        ("id,bodymap,painmap\n1,b18,b19\n", "say --column"),
        ("id,bodymap___b18\n1,2\n", "holds '2'"),
        ("id,bodymap___b99\n1,1\n", "'b99' is no code"),
        ("", "the table is empty"),
        ("id,bodymap\n1,b18,b19\n", "put cells with a comma in quotes"),
        ("id,bodymap\n1,=cmd|'/c calc'!A1\n", "is no code"),
        (f"id,bodymap\n1,{'9' * 5000}\n", "is no code"),
    ],
)
def test_wrong_tables_are_refused(choir: BodyMap, text: str, says: str) -> None:
    """A code that is unknown or doubtful, and a column that is not named, are refused by line."""
    assert says in refusal(lambda: rows(choir, text))


def test_a_column_can_be_named(choir: BodyMap) -> None:
    """`column` names a text field or the root of tick boxes; a wrong name is refused."""
    assert rows(choir, "id,answer\n1,b18\n", column="answer")[0].drawing.views == ("posterior",)
    assert rows(choir, "id,q___b18\n1,1\n", column="q")[0].drawing.views == ("posterior",)
    assert "did you mean 'answer'" in refusal(
        lambda: rows(choir, "id,answer\n1,b18\n", column="anser")
    )


def test_bad_rows_can_be_put_aside(choir: BodyMap) -> None:
    """With `on_bad`, the other rows are read."""
    bad: list[Rejected] = []
    found = rows(choir, "id,bodymap\nA,b18\nB,zz\nC,b19\n", on_bad=bad.append)
    assert [record.id for record in found] == ["A", "C"]
    assert [(row.id, row.line) for row in bad] == [("B", 3)]


def test_codes_are_written_as_redcap_imports_them(choir: BodyMap) -> None:
    """Written codes are read again; the numbering is that asked for."""
    drawing = drawing_from_codes(["f16", "b18", "f12"], choir).drawing
    for numbering, cell in (
        ("redcap", '"f12,f16,b18"'),
        ("standard", '"112,116,218"'),
        ("female", '"114,112,218"'),
    ):
        text, _ = code_csv([Record("7", drawing)], choir, numbering=numbering)  # type: ignore[arg-type]
        assert text == f"record_id,bodymap\n7,{cell}\n"
        (again,) = rows(choir, text, numbering=numbering)
        assert codes_of(again.drawing, choir).codes == ("112", "116", "218")
