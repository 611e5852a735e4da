"""The flattened skin, on a world that can be checked by hand: a round leg with five regions.

The leg is 30 cm high and 10 cm across, 2 to 12 cm from the midline. One band, from 10 to 20 cm, has
three sectors: front, outer and back; above and below it the skin is one region all round.
"""

from __future__ import annotations

import math
import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import shapely

from hippain_maps._body_files import FreeBordersFile, OutlineFile, Read, RegionsFile, SectionsFile
from hippain_maps._body_names import name_faults
from hippain_maps._findings import Findings
from hippain_maps._yaml import parse_yaml
from hippain_maps._yaml_fields import validate
from hippain_maps.errors import DataError
from hippain_maps.geometry import Area, View
from hippain_maps.sheet import HALF_VIEWS, MIN_SHOWN, Sheet

OUTLINE = """\
figure: a leg
source: by hand
confidence: certain
profile:
  - [0, 2, 12, 5, -5]
  - [10, 2, 12, 5, -5]
  - [20, 2, 12, 5, -5]
  - [30, 2, 12, 5, -5]
trunk_begins: {front: [40, 50], back: [40, 50]}
context: {}
"""
SECTIONS = """\
limbs:
  leg:
    name: Leg
    levels: [20, 10]
    sectors: [front, outer, back]
    angles:
      - [20, 40, 140]
borders: {}
"""
FREE_BORDERS = """\
landmarks:
  kneecap: {view: anterior, at: [7, 15]}
borders: {}
"""
REGIONS = """\
patches: []
regions:
  crown: {name: Crown, at: [0, 25]}
  base: {name: Base, view: anterior, at: [7, 5]}
"""
WORLD = {
    "outline": OUTLINE,
    "sections": SECTIONS,
    "free_borders": FREE_BORDERS,
    "regions": REGIONS,
}
MODELS: dict[str, Any] = {
    "outline": OutlineFile,
    "sections": SectionsFile,
    "free_borders": FreeBordersFile,
    "regions": RegionsFile,
}


def world(*changes: tuple[str, str, str]) -> Sheet:
    """Return the sheet of the world, with changes: file, old text, new text."""
    texts = dict(WORLD)
    for name, old, new in changes:
        assert old in texts[name]
        texts[name] = texts[name].replace(old, new, 1)
    read = {name: parse_yaml(text, label=f"world/{name}.yaml") for name, text in texts.items()}
    Findings(name_faults(read)).stop()
    files = {name: Read(validate(MODELS[name], file), file) for name, file in read.items()}
    return Sheet(SimpleNamespace(**files))  # type: ignore[arg-type]


def border(text: str) -> tuple[str, str, str]:
    """Return the change that adds a border."""
    return ("sections", "borders: {}", f"borders:\n  new: {text}")


def check_bounds(shape: Area, *expected: float) -> None:
    """Check the bounds of a shape, to the digits of a chart."""
    assert shape.bounds == pytest.approx(expected, abs=1e-4)


class TestViews:
    """What each view shows of the skin."""

    def test_a_region_has_a_polygon_where_it_is_seen(self) -> None:
        """Each view owns what it shows: front and back half the leg, the side its outer half."""
        shapes = world().project()
        assert {view: set(shapes[view]) for view in HALF_VIEWS} == {
            "anterior": {"crown", "leg_1_front", "leg_1_outer", "base"},
            "posterior": {"crown", "leg_1_back", "leg_1_outer", "base"},
            "left_lateral": {"crown", "leg_1_outer", "base"},
        }

    def test_borders_stand_where_the_section_puts_them(self) -> None:
        """An angle becomes a place across the view: its sine in front, its cosine from the side."""
        shapes = world().project()
        edge = 7 + 5 * math.sin(math.radians(40))
        check_bounds(shapes["anterior"]["leg_1_front"], 2, 10, edge, 20)
        check_bounds(shapes["anterior"]["leg_1_outer"], edge, 10, 12, 20)
        check_bounds(shapes["posterior"]["leg_1_outer"], -12, 10, -edge, 20)
        check_bounds(shapes["posterior"]["leg_1_back"], -edge, 10, -2, 20)
        check_bounds(shapes["anterior"]["crown"], 2, 20, 12, 30)
        check_bounds(shapes["posterior"]["base"], -12, 0, -2, 10)

    @pytest.mark.parametrize(
        ("angle", "owned"), [(35, True), (40, True), (41.5, False), (45, False), (70, False)]
    )
    def test_a_view_owns_what_it_shows_a_fifth_of(self, angle: float, owned: bool) -> None:
        """A region belongs to a view that shows at least a fifth of its skin, and to no other."""
        shown = 5 * (1 - math.sin(math.radians(angle)))
        skin = 5 * math.radians(180 - 2 * angle)
        assert (shown >= MIN_SHOWN * skin) == owned
        change = ("sections", "[20, 40, 140]", f"[20, {angle}, {180 - angle}]")
        shapes = world(change).project()
        assert ("leg_1_outer" in shapes["anterior"]) == owned
        assert ("leg_1_outer" in shapes["posterior"]) == owned
        assert "leg_1_outer" in shapes["left_lateral"]

    def test_a_sliver_goes_to_its_neighbour_at_the_same_height(self) -> None:
        """What a view hardly shows of a region is filled by the one beside it, not above it."""
        shapes = world(("sections", "[20, 40, 140]", "[20, 45, 135]")).project()
        check_bounds(shapes["anterior"]["leg_1_front"], 2, 10, 12, 20)
        check_bounds(shapes["posterior"]["leg_1_back"], -12, 10, -2, 20)
        across = shapely.bounds(shapes["left_lateral"]["leg_1_outer"])
        np.testing.assert_allclose(across, [-5, 10, 5, 20], atol=0.01)

    @pytest.mark.parametrize("view", HALF_VIEWS)
    def test_a_view_is_filled_without_gap_or_overlap(self, view: View) -> None:
        """Together the regions of a view are a coverage of the whole figure."""
        shapes = list(world().project()[view].values())
        assert shapely.coverage_is_valid(shapes)
        whole = shapely.coverage_union_all(shapes)
        assert whole.geom_type == "Polygon"
        assert whole.area == pytest.approx(300, rel=0.002)

    @pytest.mark.parametrize("view", HALF_VIEWS)
    def test_moving_a_level_moves_its_neighbours_in_every_view(self, view: View) -> None:
        """A border is written once: the band gives 2 cm to the crown wherever they are seen."""
        before = world().project()[view]
        after = world(("sections", "levels: [20, 10]", "levels: [18, 10]")).project()[view]
        assert after.keys() == before.keys()
        assert after["base"].equals(before["base"])
        for name in after.keys() - {"base"}:
            low, high = after[name].bounds[1::2]
            assert (low, high) == ((18, 30) if name == "crown" else (10, 18))
            share = 12 / 10 if name == "crown" else 8 / 10
            assert after[name].area == pytest.approx(share * before[name].area, rel=1e-3)

    def test_moving_an_edge_moves_both_its_neighbours(self) -> None:
        """A sector's edge moved from 40 to 30 degrees moves for the sectors on both sides."""
        change = ("sections", "[20, 40, 140]", "[20, 30, 140]")
        before, after = world().project()["anterior"], world(change).project()["anterior"]
        moved = 50 * (math.sin(math.radians(40)) - math.sin(math.radians(30)))
        for name, by in (("leg_1_front", -moved), ("leg_1_outer", moved), ("base", 0)):
            assert after[name].area - before[name].area == pytest.approx(by, abs=0.01)


class TestSkin:
    """The patches of skin, and their names."""

    def test_areas_are_those_of_the_skin(self) -> None:
        """A region's area is that of the skin, not of a picture of it."""
        girth = 10 * math.pi
        assert world().skin() == pytest.approx(
            {
                "crown": girth * 10,
                "leg_1_front": girth * 10 * 130 / 360,
                "leg_1_outer": girth * 10 * 100 / 360,
                "leg_1_back": girth * 10 * 130 / 360,
                "base": girth * 10,
            },
            rel=0.01,
        )

    def test_regions_come_from_head_to_foot(self) -> None:
        """Names come from above to below, and in a band from the front round to the back."""
        assert list(world().names.items()) == [
            ("crown", "Crown"),
            ("leg_1_front", "Leg, band 1 of 1, front"),
            ("leg_1_outer", "Leg, band 1 of 1, outer"),
            ("leg_1_back", "Leg, band 1 of 1, back"),
            ("base", "Base"),
        ]

    def test_a_grid_names_a_region_for_each_band_and_column(self) -> None:
        """A patch grid names bands times columns regions at once."""
        grid = (
            "regions",
            "patches: []\nregions:\n  crown: {name: Crown, at: [0, 25]}\n",
            "patches:\n"
            "  - id: '{column}_{band}'\n"
            "    name: '{column}, {band}'\n"
            "    bands: {high: {at: 27, name: high}, low: {at: 22, name: low}}\n"
            "    columns: {fore: {at: 0, name: Fore}, hind: {at: 180, name: Hind}}\n"
            "regions:\n",
        )
        lines = (
            "sections",
            "borders: {}",
            "borders:\n"
            "  round: {level: 25, from: -90, to: 270}\n"
            "  down: {points: [[90, 30], [90, 20]]}\n",
        )
        names = world(grid, lines).names
        assert list(names)[:4] == ["fore_high", "hind_high", "fore_low", "hind_low"]
        assert names["fore_low"] == "Fore, low"

    @pytest.mark.parametrize(
        "drawn",
        [
            "{level: 25, from: -90, to: 270}",
            "{points: [[-90, 25], [270, 25]]}",
            "{points: [[-89, 25], [90, 25], [267, 25]]}",
        ],
    )
    def test_a_border_may_be_written_in_several_ways(self, drawn: str) -> None:
        """A level, or points on the skin, nearly to the edges: the patches are the same."""
        high = ("regions", "regions:\n", "regions:\n  high: {name: High, at: [0, 28]}\n")
        low = ("regions", "  crown: {name: Crown, at: [0, 25]}", "  crown: {name: C, at: [0, 22]}")
        skin = world(border(drawn), high, low).skin()
        assert skin["high"] == pytest.approx(50 * math.pi, rel=0.01)
        assert skin["crown"] == pytest.approx(50 * math.pi, rel=0.01)

    def test_a_border_drawn_in_a_view_lies_where_the_view_shows_it(self) -> None:
        """Points of a view, landmarks among them, come back out at the same place."""
        drawn = border("{view: anterior, points: [[7, 20], kneecap, [7, 10]]}")
        named = ("free_borders", "[7, 15]", "[4, 15]")
        half = ("regions", "regions:\n", "regions:\n  half: {name: Half, at: [-80, 15]}\n")
        shapes = world(drawn, named, half).project()["anterior"]
        assert shapes["half"].bounds[2] == pytest.approx(7, abs=0.01)
        assert shapely.distance(shapes["half"].boundary, shapely.Point(4, 15)) < 0.01


class TestErrors:
    """Borders and names that do not fit together."""

    @pytest.mark.parametrize(
        ("change", "file", "line", "field", "message"),
        [
            (
                border("{level: 25, from: 0, to: 270}"),
                "sections",
                9,
                "borders.new",
                "border 'new' ends in the open at (0.00, 25.00); an end must come within 0.5 cm of "
                "another border (places are angle, height)",
            ),
            (
                ("regions", "at: [0, 25]", "at: [0, 15]"),
                "regions",
                3,
                "regions.crown",
                "regions 'leg_1_front' and 'crown' lie in one face at (0.00, 15.00); a border "
                "between them is missing or open (places are angle, height)",
            ),
            (
                ("regions", "at: [0, 25]", "at: [0, 35]"),
                "regions",
                3,
                "regions.crown",
                "region 'crown' has its point (0.00, 35.00) in no face, or on a border; put it "
                "well inside its face (places are angle, height)",
            ),
            (
                ("regions", "base:", "leg_1_back:"),
                "regions",
                4,
                "regions.leg_1_back",
                "the region 'leg_1_back' is named twice",
            ),
            (
                border("{level: 25, from: kneecup, to: 270}"),
                "sections",
                9,
                "borders.new",
                "there is no landmark 'kneecup'; did you mean 'kneecap'?",
            ),
            (
                border("{points: [[0, 20], kneecup]}"),
                "sections",
                9,
                "borders.new",
                "there is no landmark 'kneecup'; did you mean 'kneecap'?",
            ),
            (
                ("free_borders", "[7, 15]", "[17, 15]"),
                "free_borders",
                2,
                "landmarks.kneecap.at",
                "the landmark 'kneecap' lies beside the anterior view's left half",
            ),
            (
                ("sections", "name: Leg\n", "name: Leg\n    upper_border: toe_line\n"),
                "sections",
                4,
                "limbs.leg.upper_border",
                "there is no border 'toe_line'",
            ),
            (
                ("sections", "[20, 40, 140]", "[20, -60, 140]\n      - [10, -110, 140]"),
                "sections",
                2,
                "limbs.leg",
                "border 'leg front edge' ends in the open at (-110.00, 10.00); an end must come "
                "within 0.5 cm of another border (places are angle, height)",
            ),
        ],
        ids=[
            "border in the open",
            "two labels in one face",
            "point in no face",
            "region named twice",
            "level to unknown landmark",
            "points with unknown landmark",
            "landmark beside the body",
            "unknown upper border",
            "sector edge off the limb",
        ],
    )
    def test_the_message_says_where_and_what(
        self,
        change: tuple[str, str, str],
        file: str,
        line: int,
        field: str,
        message: str,
    ) -> None:
        """What does not fit names file, line and field, the place, and what to do."""
        with pytest.raises(DataError) as caught:
            world(change)
        error = caught.value
        assert error.message == message
        assert (error.file, error.line, error.field) == (f"world/{file}.yaml", line, field)

    def test_a_face_without_a_region_is_refused(self) -> None:
        """A face nobody named is told by its place and size, and both files of borders."""
        with pytest.raises(DataError) as caught:
            world(border("{level: 27, from: -90, to: 270}"))
        assert caught.value.file == "world/sections.yaml and world/free_borders.yaml"
        assert re.fullmatch(
            r"the face at \(\d+\.\d\d, 28\.\d\d\), 151\.20 cm2, has no region; name it, or remove "
            r"the border that makes it \(places are angle, height\)",
            caught.value.message,
        )

    def test_a_border_drawn_twice_is_refused(self) -> None:
        """Both files of borders share one set of names."""
        again = ("free_borders", "borders: {}", "borders:\n  new: {level: 25, from: -90, to: 270}")
        with pytest.raises(DataError, match="the border 'new' is drawn twice") as caught:
            world(border("{level: 25, from: -90, to: 270}"), again)
        assert (caught.value.file, caught.value.line) == ("world/free_borders.yaml", 4)
