"""Bodies, charts and names, on a body of two regions drawn by hand.

In front the ``upper`` region stands on the ``lower`` one, each a square of 2 cm beside the midline;
behind, only the ``upper`` one is seen.
"""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import shapely
from shapely import Geometry, MultiPolygon, box

from hippain_maps.errors import UnknownNameError
from hippain_maps.geometry import View
from hippain_maps.regions import Body, BodyChart, BodyRegion, ContextArea, Group

UPPER, LOWER = box(0, 2, 2, 4), box(0, 0, 2, 2)
MIRRORED_UPPER, MIRRORED_LOWER = box(-2, 2, 0, 4), box(-2, 0, 0, 2)


def chart(view: View, places: list[int], shapes: list[Geometry]) -> BodyChart:
    """Return a chart without context."""
    return BodyChart(view, np.array(places, dtype=np.intp), np.array(shapes, dtype=object), (), ())


@pytest.fixture(scope="module")
def body() -> Body:
    """Return the body of two regions."""
    charts = {view: chart(view, [], []) for view in get_args(View)}
    charts["anterior"] = chart(
        "anterior", [0, 1, 2, 3], [UPPER, LOWER, MIRRORED_UPPER, MIRRORED_LOWER]
    )
    charts["posterior"] = chart("posterior", [0, 2], [MIRRORED_UPPER, UPPER])
    return Body(
        figure="two squares",
        regions={
            "upper": BodyRegion("upper", "Upper part", 8.0),
            "lower": BodyRegion("lower", "Lower part", 5.0),
        },
        groups={
            "whole": Group("whole", "All of it", ("upper", "lower")),
            "top": Group("top", "The top", ("upper",)),
        },
        charts=charts,
        area_of={"upper": "top", "lower": "whole"},
    )


class TestNames:
    """From names to regions, and back to words."""

    def test_every_region_is_there_twice(self, body: Body) -> None:
        """All left regions come first, then the right ones in the same order."""
        assert body.sided == ("left:upper", "left:lower", "right:upper", "right:lower")
        assert [body.place[name] for name in body.sided] == [0, 1, 2, 3]

    def test_the_mirror_image_is_on_the_other_side(self, body: Body) -> None:
        """A region's mirror image has its name and the other side, and its mirror image is it."""
        names = [body.sided[i] for i in body.mirror_place]
        assert names == ["right:upper", "right:lower", "left:upper", "left:lower"]
        assert body.mirror_place[body.mirror_place].tolist() == [0, 1, 2, 3]

    def test_both_sides_have_the_same_skin(self, body: Body) -> None:
        """The skin of a region counts once for each side."""
        assert body.skin.tolist() == [8, 5, 8, 5]

    @pytest.mark.parametrize(
        ("name", "regions"),
        [("upper", ["upper"]), ("whole", ["upper", "lower"]), ("top", ["upper"])],
    )
    def test_a_name_stands_for_regions(self, body: Body, name: str, regions: list[str]) -> None:
        """A region stands for itself, a group for its regions."""
        assert list(body.members(name)) == regions

    @pytest.mark.parametrize(
        ("name", "sided"),
        [
            ("left:lower", ["left:lower"]),
            ("right:whole", ["right:upper", "right:lower"]),
            ("top", ["left:upper", "right:upper"]),
        ],
    )
    def test_a_name_without_a_side_means_both(
        self, body: Body, name: str, sided: list[str]
    ) -> None:
        """A side may be given before a region or group; without one, both are meant."""
        assert list(body.resolve(name)) == sided

    def test_a_label_is_for_people(self, body: Body) -> None:
        """A sided region is called by its name and side."""
        assert body.label("right:lower") == "Lower part (right)"

    def test_the_body_introduces_itself(self, body: Body) -> None:
        """The repr tells the figure and how much there is of it."""
        assert repr(body) == "<Body 'two squares': 2 regions a side, 2 groups, 7 views>"


class TestUnknownNames:
    """What is told to someone who misspells."""

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("uper", "there is no region or group named 'uper'; did you mean 'upper'? ("),
            ("hole", "there is no region or group named 'hole'; did you mean 'whole'? ("),
            ("zzz", "there is no region or group named 'zzz' ('hippain list regions'"),
            ("left:uper", "there is no region or group named 'left:uper'"),
        ],
    )
    def test_members_offers_the_nearest(self, body: Body, name: str, message: str) -> None:
        """An unknown region or group is told the nearest of both, and where they are listed."""
        with pytest.raises(UnknownNameError) as caught:
            body.members(name)
        assert str(caught.value).startswith(message)

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("lefft:upper", "there is no side named 'lefft'; did you mean 'left'? (write left:"),
            ("left:uper", "there is no region or group named 'uper'; did you mean 'upper'?"),
            (":upper", "there is no side named ''"),
            ("left:", "there is no region or group named ''"),
        ],
    )
    def test_resolve_tells_side_from_region(self, body: Body, name: str, message: str) -> None:
        """Of a sided name, the part that is wrong is named."""
        with pytest.raises(UnknownNameError) as caught:
            body.resolve(name)
        assert str(caught.value).startswith(message)

    @pytest.mark.parametrize("ask", ["label", "views_of", "polygon"])
    @pytest.mark.parametrize("name", ["left:uper", "upper", "Left:upper", "left:whole"])
    def test_one_sided_region_is_asked_for(self, body: Body, ask: str, name: str) -> None:
        """Where one sided region is wanted, a group or a name without a side is no such region."""
        arguments = ("anterior", name) if ask == "polygon" else (name,)
        with pytest.raises(UnknownNameError) as caught:
            getattr(body, ask)(*arguments)
        message = str(caught.value)
        assert message.startswith(f"there is no sided region named '{name}'")
        assert "write left:REGION or right:REGION" in message
        assert "did you mean 'left:upper'?" in message or name == "left:whole"

    def test_an_unknown_view_is_refused(self, body: Body) -> None:
        """A polygon is asked for in one of the seven views."""
        with pytest.raises(UnknownNameError, match="did you mean 'anterior'"):
            body.polygon("anteror", "left:upper")  # type: ignore[arg-type]


class TestCharts:
    """Polygons in the views."""

    def test_a_region_has_a_polygon_where_it_is_seen(self, body: Body) -> None:
        """A region's polygon is found by view and name; where it is not seen there is none."""
        assert body.polygon("anterior", "left:upper") is UPPER
        assert body.polygon("posterior", "left:upper") is MIRRORED_UPPER
        assert body.polygon("posterior", "left:lower") is None
        assert body.polygon("plantar", "left:upper") is None

    def test_views_come_in_their_usual_order(self, body: Body) -> None:
        """The views of a region are those with a polygon of it."""
        assert body.views_of("left:upper") == ("anterior", "posterior")
        assert body.views_of("right:lower") == ("anterior",)

    def test_areas_are_those_of_the_polygons(self, body: Body) -> None:
        """Each polygon has its area, in the order of the polygons."""
        assert body.charts["anterior"].areas.tolist() == [4, 4, 4, 4]
        assert body.charts["plantar"].areas.tolist() == []

    def test_the_charted_part_is_one_shape(self, body: Body) -> None:
        """The polygons of a view together are its charted part; an empty view has none."""
        assert body.charts["anterior"].charted.equals(box(-2, 0, 2, 4))
        assert body.charts["plantar"].charted.is_empty

    def test_the_figure_has_its_context(self, body: Body) -> None:
        """The figure is the charted part and what is drawn around it, as one shape."""
        head = ContextArea("head", None, box(-1, 3.5, 1, 6))
        hand = ContextArea("hand", "left", box(5, 0, 6, 1))
        figure = replace(body.charts["anterior"], context=(head, hand)).figure
        assert figure.equals(MultiPolygon([box(-2, 0, 2, 4) | head.area, hand.area]))

    def test_the_index_finds_polygons_by_place(self, body: Body) -> None:
        """The tree of a view answers with places in its polygons."""
        found = body.charts["anterior"].tree.query(shapely.Point(-1, 3), predicate="within")
        assert found.tolist() == [2]


class TestSharedBorders:
    """Which polygons touch, and along how much."""

    def borders(self, *shapes: Geometry) -> dict[tuple[int, int], float]:
        """Return the length that each two of the shapes share."""
        first, second, length = chart("anterior", [0] * len(shapes), list(shapes)).shared_borders()
        assert (first < second).all()
        return dict(
            zip(zip(first.tolist(), second.tolist(), strict=True), length.tolist(), strict=True)
        )

    def test_neighbours_share_an_edge(self, body: Body) -> None:
        """Two squares share the side between them; those that meet in a corner share nothing."""
        first, second, length = body.charts["anterior"].shared_borders()
        pairs = list(zip(first.tolist(), second.tolist(), strict=True))
        assert pairs == [(0, 1), (0, 2), (1, 3), (2, 3)]
        assert length.tolist() == [2, 2, 2, 2]

    def test_a_border_of_several_pieces_counts_once(self) -> None:
        """All pieces of a border are added, whichever way round the rings run."""
        left = shapely.Polygon([(0, 0), (2, 0), (2, 1), (3, 1), (3, 2), (0, 2)])
        right = shapely.Polygon([(2, 0), (2, 1), (3, 1), (3, 2), (5, 2), (5, 0)])
        assert self.borders(left, right) == {(0, 1): 3}
        assert self.borders(left.reverse(), right) == {(0, 1): 3}
        assert self.borders(right, left.reverse()) == {(0, 1): 3}

    def test_holes_and_parts_have_borders_too(self) -> None:
        """A patch in a hole shares all its edge, and a region of two parts the edges of both."""
        ring, island = box(0, 0, 4, 4) - box(1, 1, 2, 2), box(1, 1, 2, 2)
        assert self.borders(ring, island) == {(0, 1): 4}
        parts = MultiPolygon([box(-1, 0, 0, 4), box(4, 0, 5, 4)])
        wall = box(0, 0, 4, 4)
        assert self.borders(wall, parts) == {(0, 1): 8}

    def test_polygons_apart_share_nothing(self) -> None:
        """Polygons that do not touch, or a single one, have no shared border."""
        assert self.borders(box(0, 0, 1, 1), box(3, 0, 4, 1)) == {}
        assert self.borders(box(0, 0, 1, 1)) == {}
