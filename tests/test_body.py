"""The shipped body: its charts, its proportions, and what its files may not say."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely import LineString, Polygon

from hippain_maps._body_files import read_body_files
from hippain_maps._resources import resource_dir
from hippain_maps.body import load_body
from hippain_maps.errors import DataError
from hippain_maps.geometry import INSET_VIEWS, SIDES, STANDING_VIEWS, VIEWS, View, mirror
from hippain_maps.geometry import mirror_view as mirrored
from hippain_maps.regions import Body
from hippain_maps.sheet import HALF_VIEWS, MIN_SHOWN, SHEET, Sheet

SHIPPED = resource_dir("body_regions")
TWO_PARTS: tuple[View, ...] = ("plantar", "dorsal")

every_view = pytest.mark.parametrize("view", VIEWS)
standing_view = pytest.mark.parametrize("view", STANDING_VIEWS)


@pytest.fixture(scope="module")
def body() -> Body:
    """Return the shipped body."""
    return load_body()


@pytest.fixture(scope="module")
def sheet() -> Sheet:
    """Return the flattened skin of the shipped body."""
    return Sheet(read_body_files(SHIPPED))


def polygons(body: Body, view: View, side: str | None = None) -> dict[str, Polygon]:
    """Return the polygons of a view by sided region; of one side, by region."""
    chart = body.charts[view]
    named = {body.sided[i]: shape for i, shape in zip(chart.index, chart.polygons, strict=True)}
    if side is None:
        return named
    return {n.partition(":")[2]: s for n, s in named.items() if n.startswith(f"{side}:")}


class TestCharts:
    """Each view is a coverage of the figure."""

    @every_view
    def test_regions_neither_gap_nor_overlap(self, body: Body, view: View) -> None:
        """The polygons of a view are a valid coverage: neighbours share their borders exactly."""
        assert len(body.charts[view].polygons) > 0
        assert shapely.coverage_is_valid(body.charts[view].polygons)

    @every_view
    def test_each_region_is_one_whole_piece(self, body: Body, view: View) -> None:
        """Each polygon is valid, in one piece, without a hole, and there once."""
        found = polygons(body, view)
        assert len(found) == len(body.charts[view].index)
        for name, shape in found.items():
            assert isinstance(shape, Polygon), f"{name} has {len(shape.geoms)} pieces"
            assert shape.is_valid, f"{name}: {shapely.is_valid_reason(shape)}"
            assert not shape.interiors, f"{name} has a hole"

    @every_view
    def test_each_region_is_large_enough_to_draw_on(self, body: Body, view: View) -> None:
        """No polygon is smaller than 2 cm2, or so thin that a pen has no room in it."""
        for name, shape in polygons(body, view).items():
            assert shape.area >= 2, name
            assert not shape.buffer(-0.3).is_empty, name

    @every_view
    def test_the_charted_part_has_no_dead_spot(self, body: Body, view: View) -> None:
        """Together the regions fill the figure: one shape, or one a foot, without holes."""
        parts = shapely.get_parts(body.charts[view].charted)
        assert len(parts) == (2 if view in TWO_PARTS else 1)
        assert not any(part.interiors for part in parts)

    @standing_view
    def test_the_chart_runs_from_the_chest_to_the_floor(self, body: Body, view: View) -> None:
        """Charted is what lies between the ninth thoracic level, 128 cm, and the floor."""
        _, low, _, high = body.charts[view].charted.bounds
        assert (low, high) == (0, 128)

    @every_view
    def test_the_right_is_the_mirror_of_the_left(self, body: Body, view: View) -> None:
        """Each right polygon is its left one in the mirrored view with x negated, to the digit."""
        left = polygons(body, view, "left")
        right = polygons(body, mirrored(view), "right")
        assert left.keys() == right.keys()
        for name, shape in left.items():
            assert mirror(shape).normalize().equals_exact(right[name].normalize(), tolerance=0)
            assert right[name].area == pytest.approx(shape.area, rel=1e-12)

    @pytest.mark.parametrize(
        ("view", "sign"),
        [("anterior", 1), ("posterior", -1), ("plantar", 1), ("dorsal", -1), ("perineal", 1)],
    )
    def test_the_left_is_where_the_frame_says(self, body: Body, view: View, sign: int) -> None:
        """No left region crosses the midline, which is at x = 0 to the last digit."""
        for name, shape in polygons(body, view, "left").items():
            assert (sign * shapely.get_coordinates(shape)[:, 0]).min() >= 0, name

    @pytest.mark.parametrize("view", ["left_lateral", "right_lateral"])
    def test_a_side_view_shows_its_side_facing_away(self, body: Body, view: View) -> None:
        """A lateral view shows one side; the left one's toes point to the viewer's left."""
        side, sign = ("left", -1) if view == "left_lateral" else ("right", 1)
        assert set(polygons(body, view)) == {
            f"{side}:{name}" for name in polygons(body, view, side)
        }
        toes = polygons(body, view, side)["middle_toes"]
        heel = polygons(body, view, side)["heel_lateral"]
        assert sign * (toes.centroid.x - heel.centroid.x) > 10

    @pytest.mark.parametrize(
        ("view", "low", "high"),
        [("anterior", 83, 128), ("posterior", 83, 128), ("perineal", -10.45, 10)],
    )
    def test_the_halves_meet_on_the_midline(
        self, body: Body, view: View, low: float, high: float
    ) -> None:
        """Left and right share one border, the whole midline, at x = 0 and nothing else."""
        halves = [
            shapely.coverage_union_all(list(polygons(body, view, side).values())) for side in SIDES
        ]
        seam = shapely.line_merge(shapely.intersection(*halves))
        xy = shapely.get_coordinates(seam)
        assert (xy[:, 0] == 0).all()
        assert (xy[:, 1].min(), xy[:, 1].max()) == pytest.approx((low, high), abs=0.2)
        assert seam.length == pytest.approx(xy[:, 1].max() - xy[:, 1].min())

    @every_view
    def test_what_is_not_charted_has_a_name(self, body: Body, view: View) -> None:
        """The rest of the figure is named, for pain drawn there; sided parts are mirror images."""
        context = body.charts[view].context
        names = {c.name for c in context}
        expected = {
            "anterior": {"head", "arm", "upper trunk"},
            "posterior": {"head", "arm", "upper trunk"},
            "left_lateral": {"head", "upper trunk"},
            "right_lateral": {"head", "upper trunk"},
            "dorsal": {"ankle"},
        }
        assert names == expected.get(view, set())
        for part in context:
            assert part.area.is_valid
            assert part.area.area > 20
            if part.side == "left":
                twins = [c.area for c in context if (c.name, c.side) == (part.name, "right")]
                assert any(mirror(part.area).equals(twin) for twin in twins)

    @standing_view
    def test_the_figure_is_175_cm_tall(self, body: Body, view: View) -> None:
        """With its context the figure is one shape from the floor to the crown."""
        figure = body.charts[view].figure
        assert isinstance(figure, Polygon)
        assert figure.bounds[1] == 0
        assert figure.bounds[3] == pytest.approx(175, abs=0.2)

    @every_view
    def test_light_lines_stay_on_the_figure(self, body: Body, view: View) -> None:
        """No hint runs farther than half a centimetre beside the figure."""
        around = body.charts[view].figure.buffer(0.5)
        for line in body.charts[view].hints:
            assert around.covers(LineString(line)), line[0]


class TestRegions:
    """The patches of skin."""

    def test_there_are_about_two_hundred_a_side(self, body: Body) -> None:
        """There are enough regions for organic patterns, and not too many to name."""
        assert 180 <= len(body.regions) <= 260

    def test_every_region_can_be_told_by_name(self, body: Body) -> None:
        """Ids are lower snake case without a side; no two names for people are the same."""
        for name, region in body.regions.items():
            assert region.id == name
            assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
            assert not {"left", "right"} & set(name.split("_"))
        assert len({region.name for region in body.regions.values()}) == len(body.regions)

    def test_every_region_is_seen(self, body: Body) -> None:
        """Each sided region has a polygon in at least one view."""
        assert [name for name in body.sided if not body.views_of(name)] == []

    @pytest.mark.parametrize(
        ("region", "views"),
        [
            ("thigh_2_posterolateral", ("posterior", "left_lateral")),
            ("thigh_2_anterior_inner", ("anterior",)),
            ("thigh_2_lateral", ("left_lateral",)),
            ("abdomen_upper_flank", ("anterior", "left_lateral")),
            ("greater_trochanter", ("left_lateral",)),
            ("patella_medial", ("anterior",)),
            ("great_toe", ("anterior", "dorsal")),
            ("sole_heel_medial", ("plantar",)),
            ("perineum", ("perineal",)),
            ("genital", ("anterior", "perineal")),
        ],
    )
    def test_a_region_is_seen_where_anatomy_says(
        self, body: Body, region: str, views: tuple[View, ...]
    ) -> None:
        """A few regions whose views are plain: one view, two, an inset, a view and an inset."""
        assert body.views_of(f"left:{region}") == views
        assert set(body.views_of(f"right:{region}")) == {mirrored(view) for view in views}

    @pytest.mark.parametrize("view", HALF_VIEWS)
    def test_a_view_owns_what_it_shows_a_fifth_of(
        self, body: Body, sheet: Sheet, view: View
    ) -> None:
        """A region has a polygon in a view if and only if that shows a fifth of its skin."""
        heights = np.arange(0, 128.1, 0.5)
        side = np.full_like(heights, 90)
        first, last = {
            "anterior": (side - 180, side),
            "posterior": (side, side + 180),
            "left_lateral": sheet.surface.lateral_limits(heights),
        }[view]
        limits = np.vstack(
            [np.stack([first, heights], axis=1), np.stack([last, heights], axis=1)[::-1]]
        )
        visible = shapely.segmentize(
            shapely.intersection(sheet.patches, Polygon(limits * SHEET)), 0.2
        )
        shown = dict.fromkeys(sheet.names, 0.0)
        flat = shapely.transform(visible, lambda xy: sheet.surface.project(view, *(xy / SHEET).T))
        for region, area in zip(sheet.labels, shapely.area(flat), strict=True):
            shown[region] += area
        share = {region: shown[region] / skin for region, skin in sheet.skin().items()}
        assert max(share.values()) <= 1
        owned = polygons(body, view, "left").keys()
        # Nearer to a fifth than this, rounding may decide.
        clear = {r for r in share if abs(share[r] - MIN_SHOWN) > 1e-4}
        assert {r for r in clear if share[r] > MIN_SHOWN} == clear & owned

    def test_regions_come_from_head_to_foot(self, body: Body) -> None:
        """Down the limb, each band comes after the one above it, and the foot comes last."""
        order = list(body.regions)
        down = ["back_t10_spinous", "back_l3_spinous", "sacrum_upper", "coccyx"]
        down += [f"thigh_{n}_posterior" for n in range(1, 6)] + ["popliteal_upper_central"]
        down += [f"leg_{n}_posterior" for n in range(1, 7)] + ["heel_back", "sole_heel_medial"]
        places = [order.index(name) for name in down]
        assert places == sorted(places)

    @pytest.mark.parametrize(
        ("prefix", "low", "high"),
        [
            ("thigh_2_", 70.5, 76),
            ("thigh_3_", 65, 70.5),
            ("thigh_4_", 59.5, 65),
            ("thigh_5_", 54, 59.5),
            ("leg_1_", 37.2, 43),
            ("leg_2_", 31.5, 37.2),
            ("leg_3_", 25.7, 31.5),
            ("leg_4_", 19.8, 25.7),
            ("leg_5_", 13.9, 19.8),
            ("leg_6_", 8, 13.9),
            ("back_t12_", 116.8, 122),
            ("back_l1_", 113.2, 116.8),
            ("back_l2_", 109.6, 113.2),
            ("abdomen_upper_", 112, 119),
            ("popliteal_lower_", 43, 47.8),
        ],
    )
    def test_levels_line_up_across_the_views(
        self, body: Body, prefix: str, low: float, high: float
    ) -> None:
        """A band lies between the same two heights in every standing view that shows it."""
        seen = 0
        for view in STANDING_VIEWS:
            for name, shape in polygons(body, view).items():
                if name.partition(":")[2].startswith(prefix):
                    seen += 1
                    assert shape.bounds[1::2] == pytest.approx((low, high), abs=1e-4), name
        assert seen >= 4

    def test_the_lower_body_has_half_the_skin(self, body: Body) -> None:
        """Both halves have about 1.1 m2 of skin, of 1.9 m2 on a person of 175 cm."""
        assert 9_500 < body.skin.sum() < 12_500


class TestProportions:
    """The figure is a lean adult, not a mannequin."""

    @pytest.mark.parametrize(
        ("view", "y", "low", "high", "what"),
        [
            ("anterior", 90, 34, 38, "hip breadth"),
            ("anterior", 112, 26, 31, "waist breadth"),
            ("anterior", 126, 29, 34, "chest breadth"),
            ("left_lateral", 90, 21, 25, "hip depth"),
            ("left_lateral", 112, 17, 21, "waist depth"),
            ("left_lateral", 70, 14, 19, "thigh depth"),
            ("left_lateral", 48, 10, 13, "knee depth"),
            ("left_lateral", 34, 10, 13, "calf depth"),
            ("left_lateral", 10, 7, 10, "ankle depth"),
            ("left_lateral", 1, 24, 28, "foot length"),
        ],
    )
    def test_the_figure_is_as_broad_as_people_are(
        self, body: Body, view: View, y: float, low: float, high: float, what: str
    ) -> None:
        """Breadth and depth at the landmarks lie within what surveys of adults give."""
        line = LineString([(-60, y), (60, y)])
        across = shapely.intersection(body.charts[view].charted, line)
        assert isinstance(across, LineString)
        assert low < across.length < high

    @pytest.mark.parametrize(
        ("y", "low", "high", "what"),
        [
            (70, 15, 18, "thigh"),
            (48, 10, 12.5, "knee"),
            (34, 10, 12.5, "calf"),
            (11, 5, 7, "ankle"),
        ],
    )
    def test_each_leg_is_as_broad_as_legs_are(
        self, body: Body, y: float, low: float, high: float, what: str
    ) -> None:
        """From the front there are two legs of equal breadth, apart, within what surveys give."""
        line = LineString([(-60, y), (60, y)])
        legs = shapely.get_parts(shapely.intersection(body.charts["anterior"].charted, line))
        assert len(legs) == 2
        assert legs[0].length == pytest.approx(legs[1].length)
        assert low < legs[0].length < high

    def test_front_and_back_have_one_contour(self, body: Body) -> None:
        """Seen from behind, the charted outline is the mirror image of that from the front."""
        front, back = (body.charts[v].charted for v in ("anterior", "posterior"))
        assert shapely.symmetric_difference(front, mirror(back)).area < 0.002 * front.area

    @pytest.mark.parametrize(
        ("region", "view", "low", "high"),
        [
            ("patella_medial", "anterior", 46, 51),
            ("greater_trochanter", "left_lateral", 86.5, 94),
            ("gluteal_cleft", "posterior", 81.5, 86.5),
            ("inguinal_lateral", "anterior", 91, 98),
            ("sacroiliac_middle", "posterior", 95, 98.5),
            ("ankle_lateral_back", "left_lateral", 4, 8),
        ],
    )
    def test_landmarks_are_at_their_height(
        self, body: Body, region: str, view: View, low: float, high: float
    ) -> None:
        """Regions named after a landmark lie at its height above the floor."""
        shape = body.polygon(view, f"left:{region}")
        assert shape is not None
        assert low <= shape.bounds[1] < shape.bounds[3] <= high


class TestGroups:
    """Named sets of regions."""

    @pytest.mark.parametrize(
        ("group", "holds", "lacks"),
        [
            ("thigh_posterior_upper", "thigh_4_posterior", "thigh_5_posterior"),
            ("calf", "leg_3_posteromedial", "leg_4_posterior"),
            ("groin", "inguinal_medial", "pubis"),
            ("iliac_crest", "hip_crest_middle", "hip_high_middle"),
            ("buttock", "sacroiliac_middle", "hip_crest_posterior"),
            ("saddle", "perianal", "buttock_lower_inner"),
        ],
    )
    def test_a_group_holds_what_its_name_says(
        self, body: Body, group: str, holds: str, lacks: str
    ) -> None:
        """Members may be regions, patterns and other groups; what is near by stays out."""
        assert holds in body.members(group)
        assert lacks not in body.members(group)

    def test_groups_expand_to_regions_in_order(self, body: Body) -> None:
        """A group names existing regions, each once, in the order of the body."""
        order = list(body.regions)
        for group in body.groups.values():
            places = [order.index(region) for region in group.regions]
            assert places, group.id
            assert places == sorted(set(places)), group.id

    def test_every_region_is_in_an_area(self, body: Body) -> None:
        """Each region has the one group that tells, in a word, where it is, and is in it."""
        assert body.area_of.keys() == body.regions.keys()
        for region, area in body.area_of.items():
            assert region in body.members(area)

    def test_groups_and_regions_share_no_name(self, body: Body) -> None:
        """A name means either a region or a group."""
        assert not body.groups.keys() & body.regions.keys()


Edit = Callable[[str, str, str], Path]


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    """Return a function that changes one place of one file in a copy of the body's files."""
    folder = tmp_path / "body_regions"
    shutil.copytree(SHIPPED, folder)

    def change(name: str, old: str, new: str) -> Path:
        path = folder / name
        text, times = re.subn(old, new, path.read_text(encoding="utf-8"), count=1, flags=re.M)
        assert times == 1, f"{name} has no {old!r}"
        path.write_text(text, encoding="utf-8")
        return folder

    return change


class TestMovedBorders:
    """A border is written once, whoever sees it."""

    def test_a_level_moves_in_every_view(self, body: Body, edit: Edit) -> None:
        """Half a centimetre goes from band 3 to band 2 of the thigh all round, nothing else."""
        moved = load_body(edit("sections.yaml", r"(levels: \[81\.4, 76, )70\.5,", r"\g<1>71.0,"))
        assert list(moved.regions) == list(body.regions)
        for view in VIEWS:
            before, after = polygons(body, view), polygons(moved, view)
            assert before.keys() == after.keys()
            assert shapely.coverage_is_valid(moved.charts[view].polygons)
            for name, shape in after.items():
                band = name.partition(":")[2][:8]
                if band == "thigh_2_":
                    assert shape.bounds[1::2] == (71, 76), name
                elif band == "thigh_3_":
                    assert shape.bounds[1::2] == (65, 71), name
                elif band.startswith("thigh_"):
                    # The edges between sectors have a point at each level: they bend by a hair.
                    assert shapely.hausdorff_distance(shape, before[name]) < 0.05, name
                else:
                    assert shape.equals(before[name]), name
        changed = [v for v in VIEWS if "left:thigh_2_anterolateral" in polygons(moved, v)]
        assert changed == ["anterior", "left_lateral"]

    def test_an_edge_moves_on_both_its_sides(self, body: Body, edit: Edit) -> None:
        """What the hip gains the buttock loses, from behind and from the side, and none else."""
        moved = load_body(
            edit("sections.yaml", r"(buttock_hip: .*)\[128, 90\.3\]", r"\1[132, 90.3]")
        )
        for view in ("posterior", "left_lateral"):
            before, after = polygons(body, view, "left"), polygons(moved, view, "left")
            assert before.keys() == after.keys()
            assert shapely.coverage_is_valid(moved.charts[view].polygons)
            gain = {name: after[name].area - before[name].area for name in after}
            for band in ("middle", "lower"):
                assert gain[f"hip_{band}_posterior"] > 0.5
                total = gain[f"hip_{band}_posterior"] + gain[f"buttock_{band}_lateral"]
                assert total == pytest.approx(0, abs=0.05)
            elsewhere = [name for name in gain if not name.startswith(("hip_", "buttock_"))]
            assert all(after[name].equals(before[name]) for name in elsewhere)


class TestBrokenFiles:
    """Files that are wrong, or do not fit together."""

    @pytest.mark.parametrize(
        ("name", "old", "new", "at", "field", "message"),
        [
            pytest.param(
                "sections.yaml",
                r"^  umbilicus: .*\n",
                r"\g<0>\g<0>",
                None,
                "borders.umbilicus",
                "the key is given twice, first on line",
                id="border twice",
            ),
            pytest.param(
                "sections.yaml",
                r"(back_level_t11: +\{)level:",
                r"\1levle:",
                "levle:",
                "borders.back_level_t11.levle",
                "unknown field; did you mean 'level'?",
                id="misspelt field",
            ),
            pytest.param(
                "regions.yaml",
                r"(coccyx: .*)view: posterior",
                r"\1view: posteriro",
                "posteriro",
                "regions.coccyx.view",
                "'posteriro' is not accepted; did you mean 'posterior'?",
                id="unknown view",
            ),
            pytest.param(
                "sections.yaml",
                r"(back_level_t11: .*)from: 90,",
                r"\1from: 100,",
                "back_level_t11:",
                "borders.back_level_t11",
                "border 'back_level_t11' ends in the open at (100.00, 122.00)",
                id="border in the open",
            ),
            pytest.param(
                "free_borders.yaml",
                r"(gluteal_fold:\n +points: \[)(\[270, [\d.]+\], )",
                r"\1\2\2",
                r"  points: [[270, 82",
                "borders.gluteal_fold.points",
                "is given twice in a row; keep one",
                id="point twice",
            ),
            pytest.param(
                "regions.yaml",
                r"back_\{band\}_",
                "back_{bnad}_",
                "{bnad}",
                "patches.0.id",
                "'back_{bnad}_{column}' has a placeholder other than {band} and {column}",
                id="unknown placeholder",
            ),
            pytest.param(
                "outline.yaml",
                r"^  - \[1, ",
                "  - [0, ",
                "profile:",
                "profile",
                "the levels must rise from row to row; 0 stands above 0",
                id="levels that do not rise",
            ),
            pytest.param(
                "outline.yaml",
                r"^  - \[1, [\d.]+,",
                "  - [1, 99,",
                "profile:",
                "profile",
                "the row of level 1 needs inner edge < outer edge",
                id="edges exchanged",
            ),
            pytest.param(
                "outline.yaml",
                r"front: \[82, 96\]",
                "front: [96, 82]",
                "front: [96, 82]",
                "trunk_begins.front",
                "[96.0, 82.0] should be the lower, then the upper height",
                id="heights exchanged",
            ),
            pytest.param(
                "sections.yaml",
                r"levels: \[81\.4, 76,",
                "levels: [76, 81.4,",
                "levels: [76",
                "limbs.thigh.levels",
                "the levels must fall, from the top down; 81.4 follows 76",
                id="bands out of order",
            ),
            pytest.param(
                "sections.yaml",
                r"- \[65,( +)-52, -25,",
                r"- [65,\1-52,",
                "  thigh:",
                "limbs.thigh",
                "each row of angles needs a level and 9 angles, one between each two of the 10",
                id="angle missing",
            ),
            pytest.param(
                "groups.yaml",
                r"^(  hip_side: .*)greater_trochanter\]",
                r"\1greater_trochantr]",
                "greater_trochantr]",
                "groups.hip_side.members.1",
                "'greater_trochantr' is no region, no group, and matches no region; "
                "did you mean 'greater_trochanter'?",
                id="unknown member",
            ),
            pytest.param(
                "groups.yaml",
                r"^(  thigh: .*)thigh_\*",
                r"\1thihg_*",
                "thihg_",
                "groups.thigh.members.0",
                "'thihg_*' is no region, no group, and matches no region",
                id="pattern without a match",
            ),
            pytest.param(
                "groups.yaml",
                r"^(  iliac_crest: .*)iliac_crest_side\]",
                r"\1iliac_crest]",
                "  iliac_crest:",
                "groups.iliac_crest.members.1",
                "the group 'iliac_crest' contains itself",
                id="group in itself",
            ),
            pytest.param(
                "groups.yaml",
                r"^(  iliac_crest_side: .*)\"hip_crest_\*\"",
                r"\1iliac_crest",
                "  iliac_crest:",
                "groups.iliac_crest.members.1",
                "the group 'iliac_crest_side' contains itself",
                id="group in itself by way of another",
            ),
            pytest.param(
                "groups.yaml",
                r"^  calf:",
                "  pubis:",
                "  pubis:",
                "groups.pubis",
                "'pubis' is already a region",
                id="group named like a region",
            ),
            pytest.param(
                "groups.yaml",
                r"(^areas: [^]]*)knee_outer, ",
                r"\1",
                "areas:",
                "areas",
                "no area holds the region 'knee_lateral_upper'",
                id="region in no area",
            ),
            pytest.param(
                "groups.yaml",
                r"(^areas: [^]]*)knee_outer, ",
                r"\1knee_otuer, ",
                "knee_otuer, ",
                None,
                "there is no group 'knee_otuer'; did you mean 'knee_outer'?",
                id="unknown area",
            ),
            pytest.param(
                "groups.yaml",
                r"^terms:\n",
                'terms:\n  pattela: {fma: "FMA:1"}\n',
                "  pattela:",
                "terms.pattela",
                "there is no region or group 'pattela'; did you mean 'patella'?",
                id="term for an unknown region",
            ),
            pytest.param(
                "groups.yaml",
                r"^  thigh: \{fma: \"FMA:\d+\"",
                "  thigh: {fma: 1",
                "  thigh: {fma",
                "terms.thigh.fma",
                "1 is not text; quote it if it is text",
                id="term that is a number",
            ),
            pytest.param(
                "dorsal.yaml",
                r"^  great_toe:",
                "  graet_toe:",
                "  graet_toe:",
                "regions.graet_toe",
                "the region 'graet_toe' has no name here or in a standing view; "
                "did you mean 'great_toe'?",
                id="inset region unknown",
            ),
            pytest.param(
                "dorsal.yaml",
                r"^  great_toe: \{",
                "  great_toe: {name: Toe, ",
                "  great_toe: {",
                "regions.great_toe",
                "the region 'great_toe' has its name elsewhere",
                id="inset region named again",
            ),
            pytest.param(
                "dorsal.yaml",
                r"^view: dorsal",
                "view: anterior",
                "view: anterior",
                "view",
                "the view 'anterior' differs from the file name; write 'dorsal'",
                id="inset of another view",
            ),
            pytest.param(
                "plantar.yaml",
                r"^(  heel_front: +\{points: \[)\[[^]]*\], ",
                r"\1[5.5, 7.2], ",
                "  heel_front:",
                "borders.heel_front",
                "border 'heel_front' ends in the open at (5.50, 7.20)",
                id="inset border in the open",
            ),
            pytest.param(
                "plantar.yaml",
                r"^(  sole_heel_medial: .*at: )\[.*\]",
                r"\1[5.2, 11]",
                "  sole_arch_medial:",
                "regions.sole_arch_medial",
                "regions 'sole_heel_medial' and 'sole_arch_medial' lie in one face",
                id="inset face with two labels",
            ),
            pytest.param(
                "plantar.yaml",
                r"^(  heel_front: +\{)",
                r"\1view: anterior, ",
                "  heel_front:",
                "borders.heel_front",
                "an inset's borders have plain points, no view or landmark",
                id="inset border of a view",
            ),
            pytest.param(
                "plantar.yaml",
                r"^( *\[)(\[[^]]*\])(.*)\]$",
                r"\1\2\3, \2]",
                "outline:",
                "outline",
                "an outline closes by itself; leave out the last point",
                id="closed outline",
            ),
            pytest.param(
                "hints.yaml",
                r"border: iliac_crest,",
                "border: iliac_cerst,",
                "iliac_cerst",
                None,
                "there is no border 'iliac_cerst'; did you mean 'iliac_crest'?",
                id="hint along an unknown border",
            ),
            pytest.param(
                "hints.yaml",
                r"(border: iliac_crest, between: \[[\d.]+, )[\d.]+",
                r"\g<1>1.5",
                "1.5]",
                None,
                "1.5 is not accepted; it should be less than or equal to 1",
                id="hint past the end",
            ),
        ],
    )
    def test_the_message_says_where_and_what(
        self,
        edit: Edit,
        name: str,
        old: str,
        new: str,
        at: str | None,
        field: str | None,
        message: str,
    ) -> None:
        """What is wrong names file, line and field, what was found, and what was meant."""
        folder = edit(name, old, new)
        with pytest.raises(DataError) as caught:
            load_body(folder)
        error = next(one for one in caught.value.problems if message in one.message)
        assert error.file == f"body_regions/{name}"
        assert error.field == field or (field is None and error.field is not None)
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
        assert error.line is not None
        assert at is None or at in lines[error.line - 1]
        assert len(str(error).splitlines()) == 1

    @pytest.mark.parametrize(
        ("name", "old", "files"),
        [
            (
                "regions.yaml",
                r"^  coccyx: .*\n",
                "body_regions/sections.yaml and body_regions/free_borders.yaml",
            ),
            ("plantar.yaml", r"^  sole_heel_lateral: .*\n", "body_regions/plantar.yaml"),
        ],
    )
    def test_a_face_without_a_region_is_told_by_its_place(
        self, edit: Edit, name: str, old: str, files: str
    ) -> None:
        """A region point left out leaves a face that the message finds, with its files."""
        with pytest.raises(DataError) as caught:
            load_body(edit(name, old, ""))
        assert caught.value.file == files
        assert re.match(
            r"the face at \([\d.-]+, [\d.-]+\), [\d.]+ cm2, has no region; name it,",
            caught.value.message,
        )

    def test_a_border_left_out_is_missed(self, edit: Edit) -> None:
        """Without the border between them, two regions lie in one face."""
        with pytest.raises(DataError, match="a border between them is missing or open"):
            load_body(edit("sections.yaml", r"^  back_level_l1: .*\n", ""))

    @pytest.mark.parametrize(
        "name", sorted({path.name for path in SHIPPED.glob("*.yaml")} - {"bones.yaml"})
    )
    def test_a_missing_file_is_named(self, edit: Edit, name: str) -> None:
        """Every file of the folder but the bones, which are for teaching, is needed."""
        folder = edit(name, r"\A", "")
        (folder / name).unlink()
        with pytest.raises(DataError, match="there is no such file") as caught:
            load_body(folder)
        assert caught.value.file == f"body_regions/{name}"

    def test_comments_and_line_ends_do_not_matter(self, body: Body, edit: Edit) -> None:
        """Saved on Windows, with a comment added, the files make the same body."""
        folder = edit("sections.yaml", r"^limbs:", "# a comment\nlimbs:")
        for path in folder.glob("*.yaml"):
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
        again = load_body(folder)
        for view in VIEWS:
            pairs = zip(again.charts[view].polygons, body.charts[view].polygons, strict=True)
            assert all(a.equals_exact(b, tolerance=0) for a, b in pairs)


def test_every_inset_shows_a_foot_or_the_saddle(body: Body) -> None:
    """Insets are drawn for skin that the standing views cannot show, or hardly."""
    for view in INSET_VIEWS:
        groups = {body.area_of[name] for name in polygons(body, view, "left")}
        assert groups <= {"saddle", "pubic", "sole", "foot", "foot_dorsum", "heel"}
