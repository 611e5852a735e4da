"""Pain drawings: reading, holding, mirroring and writing them."""

from __future__ import annotations

import copy
import io
import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from strategies import documents

from hippain_maps.drawing import Mark, PainDrawing
from hippain_maps.errors import DrawingError, OutputError, UnknownNameError
from hippain_maps.geometry import VIEWS, Area, View

BOX = shapely.box(-14, 60, -5, 96)


def text_of(*features: dict[str, Any], **header: Any) -> str:
    """Return a drawing file."""
    return json.dumps({"type": "FeatureCollection", "hippain": header, "features": list(features)})


def spot(view: str = "anterior", x: float = 5, **properties: Any) -> dict[str, Any]:
    """Return a pressed spot as a feature."""
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [x, 90]},
        "properties": {"view": view, **properties},
    }


class TinyBody:
    """Two regions side by side on the left, seen from behind; one of them from the side too."""

    def resolve(self, name: str) -> tuple[str, ...]:
        names = {
            "left:buttock": ("left:inner", "left:outer"),
            "left:inner": ("left:inner",),
            "left:outer": ("left:outer",),
        }
        if name not in names:
            raise UnknownNameError("region or group", name, names)
        return names[name]

    def views_of(self, sided: str) -> tuple[View, ...]:
        return ("posterior", "left_lateral") if sided == "left:outer" else ("posterior",)

    def polygon(self, view: View, sided: str) -> Area | None:
        if view == "left_lateral":
            return shapely.box(0, 80, 6, 90) if sided == "left:outer" else None
        return shapely.box(-16, 80, -8, 90) if sided == "left:outer" else shapely.box(-8, 80, 0, 90)


# --- Reading and writing -----------------------------------------------------------------------


@settings(deadline=None)
@given(documents())
def test_what_is_read_is_written(document: dict[str, Any]) -> None:
    """A drawing is written as it was read, with every member that nobody knows."""
    drawing = PainDrawing.from_geojson(document)
    assert drawing.to_geojson() == document
    assert PainDrawing.from_geojson(json.dumps(document)) == drawing


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents())
def test_a_written_file_is_read_as_the_same_drawing(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    """Writing and reading a file gives an equal drawing."""
    drawing = PainDrawing.from_geojson(document)
    drawing.write(tmp_path / "d.geojson")
    assert PainDrawing.read(tmp_path / "d.geojson") == drawing
    assert [path.name for path in tmp_path.iterdir()] == ["d.geojson"]


def test_a_drawing_is_read_from_a_path_or_a_binary_file(tmp_path: Path) -> None:
    """Text paths, path objects and open binary files are all read."""
    text = text_of(spot())
    path = tmp_path / "Zeichnung ä.geojson"
    path.write_text(text, encoding="utf-8")
    expected = PainDrawing.from_geojson(text)
    assert PainDrawing.read(str(path)) == expected
    assert PainDrawing.read(path) == expected
    assert PainDrawing.read(io.BytesIO(text.encode())) == expected


def test_defaults_are_written_out() -> None:
    """A file without hippain member and width is written with frame, version and width."""
    feature = spot(intensity=None, quality=None, depth=None, width_cm=None)
    bare = {"type": "FeatureCollection", "features": [feature]}
    drawing = PainDrawing.from_geojson(bare)
    assert drawing.marks == (Mark("anterior", "Point", (5, 90), width_cm=2),)
    assert drawing.to_geojson() == {
        "type": "FeatureCollection",
        "hippain": {"frame": "hippain-175", "version": 1},
        "features": [spot(width_cm=2)],
    }


def test_nothing_is_shared_with_the_caller() -> None:
    """Changing what went in or what came out does not change the drawing."""
    document = json.loads(text_of(spot(note={"by": "A"}), about={"age": [40]}))
    drawing = PainDrawing.from_geojson(document)
    before = copy.deepcopy(drawing)
    document["features"][0]["properties"]["note"]["by"] = "B"
    written = drawing.to_geojson()
    written["hippain"]["about"]["age"].append(50)
    written["features"][0]["properties"]["note"].clear()
    written["features"][0]["geometry"]["coordinates"].append(0)
    assert drawing == before


def test_a_file_is_written_one_mark_to_a_line(tmp_path: Path) -> None:
    """Written files can be read by people and compared line by line."""
    path = tmp_path / "d.geojson"
    PainDrawing.from_geojson(text_of(spot(), spot(note="Gesäß"))).write(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 4
    assert "Gesäß" in lines[2]


def test_errors_in_a_file_name_the_file(tmp_path: Path) -> None:
    """The message opens with the file and the place in it."""
    path = tmp_path / "d.geojson"
    path.write_text(text_of(spot("postereor")), encoding="utf-8")
    with pytest.raises(DrawingError) as caught:
        PainDrawing.read(path)
    assert "d.geojson: features[0].properties.view: there is no view" in str(caught.value)
    path.write_text("", encoding="utf-8")
    with pytest.raises(DrawingError, match=r"d\.geojson: the drawing is empty"):
        PainDrawing.read(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    """What is not there, and what is not a file, is said in one line."""
    with pytest.raises(DrawingError, match="there is no such file"):
        PainDrawing.read(tmp_path / "none.geojson")
    with pytest.raises(DrawingError, match="this is a folder; give one drawing file"):
        PainDrawing.read(tmp_path)
    with pytest.raises(DrawingError, match=r"^a\\x00b: "):
        PainDrawing.read("a\0b")


def test_an_unreadable_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason that the system gives is passed on."""
    path = tmp_path / "d.geojson"

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", denied)
    with pytest.raises(DrawingError, match="the file cannot be read: Permission denied"):
        PainDrawing.read(path)


def test_no_more_than_the_cap_is_read() -> None:
    """An endless stream is refused after one byte too many."""

    class Endless(io.RawIOBase):
        name = "pipe"

        def read(self, size: int = -1) -> bytes:
            assert 0 < size <= 5_000_001
            return b" " * size

    with pytest.raises(DrawingError, match="pipe: the drawing is larger than 5,000,000 bytes"):
        PainDrawing.read(Endless())  # type: ignore[arg-type]


@pytest.mark.parametrize("target", ["none/d.geojson", "folder", "a\0b", "folder/" + "x" * 300])
def test_a_place_that_cannot_be_written_is_an_output_error(tmp_path: Path, target: str) -> None:
    """The message names the file and the reason, and nothing is left behind."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="cannot write '"):
        PainDrawing().write(tmp_path / target)
    assert [path.name for path in tmp_path.rglob("*")] == ["folder"]


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk costs the new drawing, never the old one."""
    path = tmp_path / "d.geojson"
    old = PainDrawing.from_geojson(text_of(spot()))
    old.write(path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        old.mirrored().write(path)
    assert PainDrawing.read(path) == old
    assert [entry.name for entry in tmp_path.iterdir()] == ["d.geojson"]


def test_writing_through_a_link_keeps_the_link(tmp_path: Path) -> None:
    """The file that a link names is replaced, not the link."""
    path, link = tmp_path / "d.geojson", tmp_path / "link.geojson"
    path.write_text("old", encoding="utf-8")
    try:
        link.symlink_to(path)
    except OSError:
        pytest.skip("this system makes no symbolic links")
    PainDrawing().write(link)
    assert link.is_symlink()
    assert PainDrawing.read(path) == PainDrawing()


# --- Making one from Python --------------------------------------------------------------------


def test_polygons_are_given_by_view_or_in_pairs() -> None:
    """One polygon, several, or pairs of view and polygon: each is a mark."""
    expected = PainDrawing.from_polygons({"posterior": [BOX, BOX]})
    assert PainDrawing.from_polygons([("posterior", BOX), ("posterior", BOX)]) == expected
    assert [mark.kind for mark in expected.marks] == ["outline", "outline"]
    multi = shapely.MultiPolygon([BOX, shapely.box(0, 0, 1, 1)])
    one = PainDrawing.from_polygons(
        {"anterior": multi},
        intensity=3,
        quality=["numb"],
        depth="deep",
        views_completed=["posterior", "anterior"],
    )
    (mark,) = one.marks
    assert mark.area().equals(multi)
    assert (mark.intensity, mark.quality, mark.depth) == (3, ("numb",), "deep")
    assert one.views_completed == ("anterior", "posterior")


@pytest.mark.parametrize(
    ("areas", "options", "words"),
    [
        ({"front": BOX}, {}, "features[0].properties.view: there is no view 'front'"),
        ({"anterior": shapely.Point(1, 2)}, {}, "a Shapely Polygon or MultiPolygon is expected"),
        ({"anterior": ["POLYGON"]}, {}, "not str"),
        ({"anterior": shapely.Polygon()}, {}, "a list of rings is expected here"),
        ({"anterior": shapely.box(0, 0, 999, 1)}, {}, "the coordinate 999.0 is not a number"),
        ({"anterior": BOX}, {"intensity": 11}, "11 is not a number from 0 to 10"),
        ({"anterior": BOX}, {"quality": "aching"}, "there is no quality 'a'"),
        ({"anterior": BOX}, {"views_completed": ["all"]}, "there is no view 'all'"),
    ],
)
def test_polygons_meet_the_same_gate(areas: Any, options: Any, words: str) -> None:
    """What a file may not hold, Python may not make."""
    with pytest.raises(DrawingError) as caught:
        PainDrawing.from_polygons(areas, **options)
    assert words in str(caught.value)


def test_regions_are_drawn_in_every_view_that_sees_them() -> None:
    """Regions and groups are filled exactly, one mark to a view."""
    drawing = PainDrawing.from_regions(TinyBody(), ["left:buttock", "left:inner"], intensity=4)
    assert repr(drawing) == (
        "<PainDrawing: 2 marks (posterior: 1 outline; left_lateral: 1 outline)>"
    )
    assert drawing.area("posterior").equals(shapely.box(-16, 80, 0, 90))
    assert drawing.area("left_lateral").equals(shapely.box(0, 80, 6, 90))
    assert {mark.intensity for mark in drawing.marks} == {4}
    one = PainDrawing.from_regions(TinyBody(), "left:outer", views=["left_lateral"])
    assert one.views == ("left_lateral",)
    assert PainDrawing.from_regions(TinyBody(), []) == PainDrawing()


def test_regions_that_cannot_be_drawn_are_refused() -> None:
    """Unknown names, unknown views and views that do not show a region are said."""
    with pytest.raises(UnknownNameError, match="did you mean 'left:inner'"):
        PainDrawing.from_regions(TinyBody(), ["left:iner"])
    with pytest.raises(UnknownNameError, match="there is no view named 'back'"):
        PainDrawing.from_regions(TinyBody(), ["left:inner"], views=["back"])
    with pytest.raises(DrawingError, match="left:inner cannot be seen in left_lateral; it is"):
        PainDrawing.from_regions(TinyBody(), ["left:buttock"], views=["left_lateral"])


# --- What it covers ----------------------------------------------------------------------------


def test_marks_that_overlap_are_one_area() -> None:
    """Drawing twice does not count twice, and what is not pain does not count."""
    drawing = PainDrawing.from_polygons({"posterior": [BOX, BOX, shapely.box(-10, 60, -1, 96)]})
    assert drawing.area("posterior").area == pytest.approx(13 * 36)
    assert drawing.area("anterior").is_empty
    no_pain = PainDrawing.from_polygons({"posterior": BOX}, intensity=0)
    assert no_pain.area("posterior").is_empty


def test_views_with_pain_and_views_that_were_used_are_told_apart() -> None:
    """A mark of intensity 0 and a completed view say something, and are not pain."""
    drawing = PainDrawing.from_geojson(
        text_of(
            spot("posterior"),
            spot("anterior", intensity=0),
            spot("left_lateral", intensity=1),
            views_completed=["plantar", "posterior", "plantar"],
        )
    )
    assert drawing.views == ("posterior", "left_lateral")
    assert drawing.used_views == ("anterior", "posterior", "left_lateral", "plantar")
    assert drawing.views_completed == ("posterior", "plantar")


def test_the_highest_intensity_wins() -> None:
    """Areas of different intensity do not overlap, and add up to the whole."""
    wide, middle, small = shapely.box(0, 0, 8, 1), shapely.box(2, 0, 8, 1), shapely.box(4, 0, 6, 1)
    marks = [
        mark
        for area, intensity in ((small, 2), (middle, 5.5), (wide, None), (small, 9), (wide, 0))
        for mark in PainDrawing.from_polygons({"anterior": area}, intensity=intensity).marks
    ]
    drawing = PainDrawing(tuple(marks))
    found = [(area.area, intensity) for area, intensity in drawing.intensity_areas("anterior")]
    assert found == [(2, 9), (4, 5.5), (2, None)]
    assert PainDrawing().intensity_areas("anterior") == []


def test_notes_say_what_was_decided() -> None:
    """Nothing is repaired in silence: each note names its mark."""
    bow_tie = [[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]
    flat = [[0, 0], [1, 1], [2, 2], [0, 0]]
    features = [
        spot(),
        *(
            {
                "type": "Feature",
                "geometry": {"type": "Polygon", "coordinates": [ring]},
                "properties": {"view": "anterior"},
            }
            for ring in (bow_tie, flat)
        ),
    ]
    drawing = PainDrawing.from_geojson(text_of(*features))
    assert drawing.notes == (
        "features[1]: the outline crosses or touches itself; its inside was taken as everything "
        "that the line goes round",
        "features[2]: the outline encloses no area; it is kept and covers nothing",
    )
    assert len(drawing.to_geojson()["features"]) == 3


def test_the_repr_counts_marks_by_view() -> None:
    """The repr says what was drawn where."""
    drawing = PainDrawing.from_geojson(text_of(spot("posterior"), spot(), spot()))
    assert repr(drawing) == "<PainDrawing: 3 marks (anterior: 2 spots; posterior: 1 spot)>"
    assert repr(PainDrawing()) == "<PainDrawing: 0 marks>"


# --- Changing it -------------------------------------------------------------------------------


@settings(deadline=None)
@given(documents())
def test_mirroring_twice_changes_nothing(document: dict[str, Any]) -> None:
    """The mirror image of the mirror image is the drawing; areas change sides."""
    drawing = PainDrawing.from_geojson(document)
    mirrored = drawing.mirrored()
    assert mirrored.mirrored() == drawing
    assert mirrored.answers == drawing.answers
    swap = {"left_lateral": "right_lateral", "right_lateral": "left_lateral"}
    for view in VIEWS:
        other: Any = swap.get(view, view)
        assert mirrored.area(other).area == pytest.approx(drawing.area(view).area, rel=1e-12)
        assert (other in mirrored.used_views) == (view in drawing.used_views)


def test_mirroring_negates_x_and_exchanges_the_sides() -> None:
    """Coordinates, lateral views and completed views change sides; the rest stays."""
    drawing = PainDrawing.from_geojson(
        text_of(
            spot("left_lateral", x=3.5, note="n"),
            spot("posterior", x=0),
            views_completed=["anterior", "right_lateral"],
            about={"rater": "A"},
        )
    )
    mirrored = drawing.mirrored()
    assert [mark.coordinates for mark in mirrored.marks] == [(-3.5, 90), (0, 90)]
    assert [mark.view for mark in mirrored.marks] == ["right_lateral", "posterior"]
    assert mirrored.views_completed == ("anterior", "left_lateral")
    assert mirrored.about == {"rater": "A"}
    assert mirrored.marks[0].extra == drawing.marks[0].extra


def test_a_bounding_box_does_not_outlive_mirroring() -> None:
    """A bbox member survives reading and writing, and is left out where it would be wrong."""
    document = json.loads(text_of(spot()))
    document["hippain"] = {"frame": "hippain-175", "version": 1}
    document["features"][0]["properties"]["width_cm"] = 2
    for holder in (document, document["features"][0], document["features"][0]["geometry"]):
        holder["bbox"] = [5, 90, 5, 90]
        holder["other"] = 1
    drawing = PainDrawing.from_geojson(document)
    assert drawing.to_geojson() == document
    text = json.dumps(drawing.mirrored().to_geojson())
    assert "bbox" not in text
    assert text.count("other") == 3


def test_answers_are_added() -> None:
    """New answers replace old ones; the drawing itself does not change."""
    drawing = PainDrawing.from_geojson(text_of(answers={"cough": "no", "fever": "not_asked"}))
    later = drawing.with_answers({"fever": "yes"})
    assert later.answers == {"cough": "no", "fever": "yes"}
    assert drawing.answers == {"cough": "no", "fever": "not_asked"}
    with pytest.raises(DrawingError, match=r"answers.fever: there is no answer 'maybe'"):
        drawing.with_answers({"fever": "maybe"})


def test_a_drawing_survives_pickling() -> None:
    """Drawings travel between processes."""
    drawing = PainDrawing.from_polygons({"posterior": BOX})
    drawing.area("posterior")
    assert pickle.loads(pickle.dumps(drawing)) == drawing
