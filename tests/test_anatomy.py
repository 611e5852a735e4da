"""The light anatomical layer: bones, landmarks and muscles under the skin."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.text import Annotation, Text

from hippain_maps._anatomy_files import HalfView, Names, read_bones, read_muscle_outlines
from hippain_maps._resources import resource_dir
from hippain_maps.anatomy import Bone, load_bones, load_outlines
from hippain_maps.atlas import Atlas
from hippain_maps.errors import DataError, UnknownNameError
from hippain_maps.geometry import (
    INSET_VIEWS,
    SIDES,
    STANDING_VIEWS,
    Area,
    Side,
    View,
    as_area,
    mirror,
    mirror_view,
)
from hippain_maps.plotting import THEMES, plot_chart
from hippain_maps.plotting.anatomy import add_bones, add_muscle, bone_colours, muscle_colour
from hippain_maps.plotting.layout import Crop
from hippain_maps.regions import Body

MUSCLES = (
    "gluteus_medius",
    "gluteus_minimus",
    "piriformis",
    "psoas",
    "quadratus_lumborum",
    "tensor_fasciae_latae",
)
LANGUAGES = tuple(Names.model_fields)
TOUCHES = 1.5
"""A trigger point lies in its muscle, or this near to it, cm: charts and people differ."""


def chart(body: Body, view: View, *, half_width: float = 24.0) -> Axes:
    """Return the trunk and thighs of a view, on an axes of their own."""
    crop = Crop(-half_width, 70, half_width, 130)
    ax = Figure(figsize=(crop.width / 8, crop.height / 8)).add_axes((0, 0, 1, 1))
    return plot_chart(body, view, ax=ax, crop=crop)


def of(bone: str, view: View, side: Side | None = "left") -> list[Bone]:
    """Return the parts of one bone in a view."""
    return [b for b in load_bones().shapes[view] if (b.id, b.side) == (bone, side)]


def whole(bone: str, view: View) -> Area:
    """Return everything that is drawn of one bone in a view, as one shape."""
    return as_area(shapely.union_all([part.area for part in of(bone, view)]))


def across(shape: Area, height: float) -> tuple[float, float]:
    """Return from where to where a shape reaches at a height."""
    x0, _, x1, _ = shapely.intersection(
        shape, shapely.LineString([(-60, height), (60, height)])
    ).bounds
    return x0, x1


# --- the data


def test_the_files_say_what_they_rest_on() -> None:
    """Bones, landmarks and muscles name their source, and how sure they are."""
    bones, _ = read_bones(resource_dir("body_regions"))
    muscles, _ = read_muscle_outlines(resource_dir("patterns"))
    assert all([bones.source, bones.confidence, muscles.source, muscles.confidence])
    assert "ANSUR II" in bones.source
    assert all(landmark.basis for landmark in bones.landmarks.values())


@pytest.mark.parametrize("path", ["body_regions/bones.yaml", "patterns/muscle_outlines.yaml"])
def test_the_files_carry_their_licence(path: str) -> None:
    """The comment that opens each file names the licence of the content."""
    folder, name = path.split("/")
    text = (resource_dir(folder) / name).read_text(encoding="utf-8")
    assert "CC BY 4.0" in text.partition("\n\n")[0]


def test_every_bone_is_drawn_and_named() -> None:
    """No bone is only a name, none is drawn twice in the list, and each view shows most of them."""
    data, _ = read_bones(resource_dir("body_regions"))
    assert set(data.views) == set(get_args(HalfView))
    drawn = {view: {shape.bone for shape in shapes} for view, shapes in data.views.items()}
    assert set().union(*drawn.values()) == set(data.bones)
    for view, missing in {
        "anterior": set(),
        "posterior": {"patella"},
        "left_lateral": set(),
    }.items():
        assert set(data.bones) - drawn[view] == missing  # type: ignore[index]


def test_each_of_the_six_muscles_is_drawn_where_it_is_marked(atlas: Atlas) -> None:
    """Each of the six muscles has an outline in every view that marks its trigger points."""
    muscles = load_outlines().muscles
    assert tuple(sorted(muscles)) == MUSCLES
    for name in MUSCLES:
        marked = {mark.view for t in atlas.source(name).trigger_points for mark in t.marks}
        assert marked <= set(muscles[name])


def test_the_left_half_is_the_patients_left() -> None:
    """Paired bones, landmarks and muscles lie on the patient's left; the midline is the midline."""
    for view, sign in (("anterior", 1), ("posterior", -1)):
        for bone in load_bones().shapes[view]:  # type: ignore[index]
            x0, _, x1, _ = bone.area.bounds
            if bone.side is None:
                assert x0 == -x1
            else:
                assert (sign * x0 > 0 and sign * x1 > 0) == (bone.side == "left")
        for place in load_bones().landmarks[view]:  # type: ignore[index]
            assert np.sign(place.x) == {None: 0, "left": sign, "right": -sign}[place.side]
        for views in load_outlines().muscles.values():
            for part in views.get(view, ()):  # type: ignore[call-overload]
                assert min(sign * part.area.bounds[0], sign * part.area.bounds[2]) > 0


@pytest.mark.parametrize("view", STANDING_VIEWS)
def test_bones_lie_under_the_skin(body: Body, view: View) -> None:
    """No bone, ridge or landmark sticks out of the figure, not even by a line's width."""
    inside = shapely.buffer(body.charts[view].figure, -0.2)
    bones = load_bones()
    outside = [b.id for b in bones.shapes[view] if not inside.covers(b.area)]
    outside += [
        b.id
        for b in bones.shapes[view]
        for r in b.lines
        if not inside.covers(shapely.LineString(r))
    ]
    outside += [p.id for p in bones.landmarks[view] if not inside.covers(shapely.Point(p.x, p.y))]
    assert outside == []


@pytest.mark.parametrize("muscle", MUSCLES)
def test_muscles_lie_under_the_skin(body: Body, muscle: str) -> None:
    """No muscle, fibre or tendon sticks out of the figure, on either side."""
    for view, side in itertools.product(STANDING_VIEWS, SIDES):
        inside = shapely.buffer(body.charts[view].figure, -0.2)
        for part in load_outlines().of(muscle, side, view):
            assert inside.covers(part.area)
            assert all(
                inside.covers(shapely.LineString(line)) for line in (*part.fibres, *part.tendon)
            )


@pytest.mark.parametrize("muscle", MUSCLES)
def test_a_muscle_holds_its_trigger_points(atlas: Atlas, muscle: str) -> None:
    """Each trigger point lies in the outline of its muscle, or within a finger's breadth of it."""
    for point, side in itertools.product(atlas.source(muscle).trigger_points, SIDES):
        for mark in point.marks_on(side):
            parts = load_outlines().of(muscle, side, mark.view)
            flesh = shapely.union_all([part.area for part in parts])
            assert shapely.distance(flesh, shapely.Point(mark.x, mark.y)) <= TOUCHES


@pytest.mark.parametrize("muscle", MUSCLES)
def test_fibres_run_inside_their_muscle(muscle: str) -> None:
    """Every part of a muscle has several fibres, and all of them stay in the flesh."""
    for view in load_outlines().muscles[muscle]:
        for part in load_outlines().of(muscle, "left", view):
            assert len(part.fibres) >= 4
            assert all(part.area.covers(shapely.LineString(fibre)) for fibre in part.fibres)
            assert part.area.geom_type == "Polygon"


def test_muscles_reach_from_bone_to_bone() -> None:
    """Each muscle begins and ends on the bones that it moves."""
    reach = {
        ("piriformis", "posterior"): ("sacrum", "femur"),
        ("gluteus_medius", "left_lateral"): ("hip_bone", "femur"),
        ("gluteus_minimus", "left_lateral"): ("hip_bone", "femur"),
        ("psoas", "anterior"): ("l1", "hip_bone", "femur"),
        ("quadratus_lumborum", "posterior"): ("twelfth_rib", "l3", "hip_bone"),
        ("tensor_fasciae_latae", "anterior"): ("hip_bone",),
    }
    for (muscle, view), bones in reach.items():
        parts = load_outlines().of(muscle, "left", view)  # type: ignore[arg-type]
        flesh = shapely.union_all([part.area for part in parts])
        for bone in bones:
            shapes = [b.area for b in load_bones().shapes[view] if b.id == bone]  # type: ignore[index]
            assert flesh.intersects(shapely.union_all(shapes)), (muscle, bone)


def test_landmarks_lie_on_bone() -> None:
    """A bony landmark is on a bone, and the chart's own landmarks are the same places."""
    bones = load_bones()
    for view, places in bones.landmarks.items():
        skeleton = shapely.union_all([bone.area for bone in bones.shapes[view]])
        for place in places:
            assert shapely.distance(skeleton, shapely.Point(place.x, place.y)) < 0.5, place.id


def test_the_layer_agrees_with_the_chart(body: Body) -> None:
    """Spine and tubercle stand where the chart's borders begin, and the crest follows its hint."""
    places = {(p.id, p.side): (p.x, p.y) for p in load_bones().landmarks["anterior"]}
    assert places["asis", "left"] == (11.9, 98)
    assert places["pubic_tubercle", "left"] == (2.6, 89.3)
    # The crest's hint is the one that rises highest of those on the pelvis.
    hints = [h for h in body.charts["left_lateral"].hints if 80 < h[:, 1].min() < 108]
    crest = max((h for h in hints if h[:, 1].max() < 108), key=lambda h: float(h[:, 1].max()))
    hip = whole("hip_bone", "left_lateral")
    assert max(shapely.distance(hip, shapely.points(crest))) < 0.8


def test_proportions_of_the_pelvis_and_thigh() -> None:
    """The crests are as far apart as was measured; the femur leans inward from hip to knee."""
    hip = whole("hip_bone", "anterior")
    assert 2 * hip.bounds[2] == pytest.approx(28.4, abs=1.0)
    assert hip.bounds[3] == pytest.approx(106.4, abs=0.3)
    femur = whole("femur", "anterior")
    assert femur.covers(shapely.Point(9.0, 91.5).buffer(2.2))
    middle = [sum(across(femur, height)) / 2 for height in (80.0, 70.0, 60.0)]
    assert middle[0] > middle[1] > middle[2]
    lean = math.degrees(math.atan2(middle[0] - middle[2], 20))
    assert 1.5 < lean < 5
    assert 43 < femur.bounds[3] - femur.bounds[1] < 49


# --- both sides


@pytest.mark.parametrize("view", STANDING_VIEWS)
def test_the_right_side_is_the_mirror_image(view: View) -> None:
    """Bones, landmarks and muscles of the right side are those of the left, mirrored."""
    bones, muscles = load_bones(), load_outlines()
    ours = {(b.id, b.side, n): b for n, b in _counted(bones.shapes[view])}
    theirs = {(b.id, b.side, n): b for n, b in _counted(bones.shapes[mirror_view(view)])}
    flipped: dict[Side | None, Side | None] = {None: None, "left": "right", "right": "left"}
    assert {(name, flipped[side], n) for name, side, n in ours} == set(theirs)
    for (name, side, n), bone in ours.items():
        assert mirror(bone.area).equals_exact(
            theirs[name, flipped[side], n].area, 1e-9, normalize=True
        )
    for muscle in muscles.muscles:
        left = muscles.of(muscle, "left", view)
        right = muscles.of(muscle, "right", mirror_view(view))
        assert len(left) == len(right)
        for one, other in zip(left, right, strict=True):
            assert mirror(one.area).equals(other.area)
            for line, mirrored in zip(one.fibres, other.fibres, strict=True):
                np.testing.assert_array_equal(line * [-1, 1], mirrored)


def _counted(bones: tuple[Bone, ...]) -> list[tuple[int, Bone]]:
    """Return each bone with how many parts of it came before."""
    seen: dict[tuple[str, Side | None], int] = {}
    counted = []
    for bone in bones:
        key = (bone.id, bone.side)
        seen[key] = seen.get(key, -1) + 1
        counted.append((seen[key], bone))
    return counted


# --- on the axes


@pytest.mark.parametrize("view", STANDING_VIEWS)
def test_the_layer_lies_between_skin_and_pattern(body: Body, view: View) -> None:
    """Everything but the names is above the skin and below the pattern, muscle above bone."""
    ax = chart(body, view)
    limits = ax.get_xlim(), ax.get_ylim()
    bones = add_bones(ax, view, names=True)
    side: Side = "right" if view == "right_lateral" else "left"
    muscle = add_muscle(ax, "gluteus_medius", side, view)
    layers = [a.get_zorder() for a in bones if not isinstance(a, Annotation)]
    assert min(layers) > 1
    assert max(layers) < 2
    top = max(a.get_zorder() for a in bones if isinstance(a, PathPatch | LineCollection))
    assert top < min(a.get_zorder() for a in muscle) < 2
    assert (ax.get_xlim(), ax.get_ylim()) == limits
    assert all(artist.axes is ax for artist in (*bones, *muscle))


@pytest.mark.parametrize("view", STANDING_VIEWS)
def test_every_artist_has_a_name_of_its_own(body: Body, view: View) -> None:
    """Designers find each bone, landmark and muscle by its gid, and no two share one."""
    ax = chart(body, view)
    added = add_bones(ax, view, names=True)
    for muscle, side in itertools.product(MUSCLES, SIDES):
        added += add_muscle(ax, muscle, side, view)
    gids = [artist.get_gid() for artist in added]
    assert len(set(gids)) == len(gids)
    assert all(str(gid).startswith(f"{view}-") for gid in gids)


def test_one_side_can_be_asked_for(body: Body) -> None:
    """With a side, the bones of that side and of the midline are drawn; a side view has one."""
    gids = {a.get_gid() for a in add_bones(chart(body, "anterior"), "anterior", side="right")}
    assert {"anterior-bone-femur-right", "anterior-bone-sacrum"} <= gids
    assert not any(str(gid).endswith("-left") for gid in gids)
    far = add_bones(chart(body, "left_lateral"), "left_lateral", side="right")
    assert {str(a.get_gid()).split("-")[2] for a in far} == {
        "t12", "l1", "l2", "l3", "l4", "l5", "sacrum", "coccyx",
    }  # fmt: skip
    assert add_muscle(chart(body, "left_lateral"), "psoas", "right", "left_lateral") == []


def test_both_parts_of_psoas_and_iliacus_are_drawn(body: Body) -> None:
    """A muscle of two parts has two outlines, each with its fibres."""
    added = add_muscle(chart(body, "anterior"), "psoas", "left", "anterior")
    assert [artist.get_gid() for artist in added] == [
        "anterior-muscle-psoas-left",
        "anterior-fibres-psoas-left",
        "anterior-muscle-psoas-left-2",
        "anterior-fibres-psoas-left-2",
    ]


@pytest.mark.parametrize("view", INSET_VIEWS)
def test_insets_show_no_bones(body: Body, view: View) -> None:
    """The soles, the feet from above and the saddle area stay as they are."""
    ax = plot_chart(body, view)
    assert add_bones(ax, view, names=True) == []
    assert add_muscle(ax, "piriformis", "left", view) == []


def test_a_muscle_that_is_not_drawn_is_missed_politely(body: Body) -> None:
    """A wrong muscle, view, side or language is named with what there is."""
    ax = chart(body, "posterior")
    with pytest.raises(UnknownNameError, match="did you mean 'piriformis'") as caught:
        add_muscle(ax, "pirifornis", "left", "posterior")
    assert all(name in str(caught.value) for name in MUSCLES)
    with pytest.raises(UnknownNameError, match="view"):
        add_muscle(ax, "piriformis", "left", "behind")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="side"):
        add_muscle(ax, "piriformis", "both", "posterior")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="side"):
        add_bones(ax, "posterior", side="both")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="language"):
        add_bones(ax, "posterior", language="it")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("view", STANDING_VIEWS)
def test_names_of_landmarks_do_not_touch(body: Body, view: View, language: str) -> None:
    """Each landmark in sight is named once; no two names touch, and none leaves the chart."""
    ax = chart(body, view, half_width=32)
    added = add_bones(ax, view, names=True, language=language)
    names = [artist for artist in added if isinstance(artist, Annotation)]
    assert len(names) == len({place.id for place in load_bones().landmarks[view]})
    canvas = FigureCanvasAgg(ax.get_figure(root=True))
    canvas.draw()
    # Of the text alone; the extent of an annotation includes its line.
    extents = [Text.get_window_extent(name, canvas.get_renderer()) for name in names]
    boxes = [shapely.box(*extent.extents) for extent in extents]
    assert not any(a.intersects(b) for a, b in itertools.combinations(boxes, 2))
    page = shapely.box(*ax.bbox.extents)
    assert all(page.covers(box) for box in boxes)


@pytest.mark.parametrize("theme", THEMES)
def test_bone_and_muscle_are_seen_in_every_theme(theme: str) -> None:
    """Bone stands out from skin, a muscle's line from bone, and neither looks like pain."""
    look = THEMES[theme]
    fill, line = bone_colours(look)
    assert abs(_grey(fill) - _grey(look.skin)) > 0.04
    assert abs(_grey(line) - _grey(fill)) > 0.1
    assert abs(_grey(muscle_colour(look)) - _grey(fill)) > 0.2
    assert muscle_colour(look) != look.pain


def _grey(colour: str) -> float:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# --- wrong files


def _bones(tmp_path: Path, old: str, new: str) -> Path:
    text = (resource_dir("body_regions") / "bones.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "bones.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    return tmp_path


def test_a_shape_of_an_unknown_bone_is_an_error(tmp_path: Path) -> None:
    """A shape that belongs to no bone is refused, with its line and the nearest name."""
    folder = _bones(tmp_path, "- bone: coccyx", "- bone: coccix")
    with pytest.raises(DataError, match="did you mean 'coccyx'") as caught:
        load_bones(folder)
    assert caught.value.line is not None
    assert str(caught.value.field).startswith("views.anterior.")


def test_half_a_bone_starts_on_the_midline(tmp_path: Path) -> None:
    """Half an outline that starts off the midline would leave a gap, and is refused."""
    folder = _bones(tmp_path, "[0, 91.1]", "[0.1, 91.1]")
    with pytest.raises(DataError, match="the midline"):
        load_bones(folder)


def test_a_curve_that_repeats_its_start_is_an_error(tmp_path: Path) -> None:
    """A closed curve closes by itself; its first point at the end again would be a corner."""
    text = "source: own\nconfidence: none\nmuscles:\n  psoas:\n    anterior:\n"
    text += "      - {name: psoas, outline: [[1, 1], [2, 1], [2, 2], [1, 1]]}\n"
    (tmp_path / "muscle_outlines.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="leave out the last point"):
        load_outlines(tmp_path)
