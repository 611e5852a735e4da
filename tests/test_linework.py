"""From drawn borders to labelled faces, on a world of two squares."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon, box

from hippain_maps.errors import DataError
from hippain_maps.geometry import FloatArray
from hippain_maps.linework import JOIN_WITHIN, faces, join_ends, label_faces

# The left square is 0 to 4, the right one 4 to 8; both are 0 to 4 high.
EDGE = np.array([[0, 0], [8, 0], [8, 4], [0, 4], [0, 0]], dtype=float)
LEFT, RIGHT = box(0, 0, 4, 4), box(4, 0, 8, 4)
SEEDS = [("left", (1, 1)), ("right", (7, 1))]

jitter = st.floats(-0.45, 0.45, allow_nan=False)


def line(*points: tuple[float, float]) -> FloatArray:
    """Return a polyline."""
    return np.array(points, dtype=float)


def squares(middle: FloatArray, **more: FloatArray) -> dict[str, FloatArray]:
    """Return the borders of the world, with a middle line."""
    return {"edge": EDGE, "middle": middle, **more}


def joined(borders: dict[str, FloatArray], **options: Any) -> list[Polygon]:
    """Return the faces between joined borders."""
    return faces(list(join_ends(borders, **options).values()))


class TestJoiningEnds:
    """Ends that nearly meet a border."""

    @pytest.mark.parametrize(
        ("low", "high"),
        [(0, 4), (0.3, 3.7), (-0.3, 4.3), (0.5, 4.5), (-0.5, 3.5)],
        ids=["exact", "short", "over", "short and over", "over and short"],
    )
    def test_an_end_near_a_border_is_joined(self, low: float, high: float) -> None:
        """An end that falls short is moved onto the border, one that runs past is cut back."""
        lines = join_ends(squares(line((4, low), (4, 2), (4, high))))
        middle = lines["middle"]
        np.testing.assert_allclose(middle[[0, -1]], [[4, 0], [4, 4]], atol=1e-12)
        assert [4, 2] in middle.tolist()
        assert sorted(p.area for p in faces(list(lines.values()))) == pytest.approx([16, 16])

    def test_borders_that_meet_are_left_alone(self) -> None:
        """A border that already ends on others, and a closed one, stay as they are."""
        borders = squares(line((4, 0), (5, 2), (4, 4)))
        for name, xy in join_ends(borders).items():
            np.testing.assert_array_equal(xy, borders[name])

    @pytest.mark.parametrize(
        ("middle", "place"),
        [
            (line((4, 0.6), (4, 4)), "(4.00, 0.60)"),
            (line((4, 0), (4, 3.4)), "(4.00, 3.40)"),
            (line((4, -0.6), (4, 4)), "(4.00, -0.60)"),
            (line((4, 2), (4, 3)), "(4.00, 2.00)"),
        ],
        ids=["first end", "last end", "too far past", "both ends"],
    )
    def test_an_end_in_the_open_is_refused(self, middle: FloatArray, place: str) -> None:
        """The message names the border, the place of its end and how near it must come."""
        with pytest.raises(DataError) as caught:
            join_ends(squares(middle))
        assert caught.value.field == "borders.middle"
        assert f"border 'middle' ends in the open at {place}" in caught.value.message
        assert f"within {JOIN_WITHIN} cm of another border" in caught.value.message

    def test_messages_use_the_unit_of_the_files(self) -> None:
        """A place is named in the coordinates that people write, not in those of the plane."""
        with pytest.raises(DataError, match=r"at \(40\.00, 2\.00\)"):
            join_ends(squares(line((4, 2), (4, 4))), unit=np.array([10.0, 1.0]))

    def test_the_reach_can_be_set(self) -> None:
        """A wider reach joins what the usual one leaves open."""
        assert len(joined(squares(line((4, 1), (4, 4))), within=1.0)) == 2

    def test_an_end_joins_a_run_rather_than_another_end(self) -> None:
        """Near another border's open end, an end goes to the border that both will meet."""
        borders = squares(line((4, 0.4), (4, 4)), other=line((4.2, 0.4), (6, 2), (8, 2)))
        lines = join_ends(borders)
        assert lines["middle"][0].tolist() == [4, 0]
        assert len(faces(list(lines.values()))) == 3

    def test_ends_may_join_borders_that_are_joined_themselves(self) -> None:
        """A border may end on one that is itself cut or moved."""
        borders = squares(line((4, 0.2), (4, 4.2)), cross=line((4.3, 2), (7.8, 2)))
        assert sorted(p.area for p in joined(borders)) == pytest.approx([8, 8, 16])

    @given(
        st.lists(st.integers(1, 9), max_size=5, unique=True),
        st.lists(st.integers(1, 9), max_size=5, unique=True),
        st.data(),
    )
    def test_a_sloppy_grid_has_all_its_faces(
        self, columns: list[int], rows: list[int], data: st.DataObject
    ) -> None:
        """However carelessly the ends of a grid are drawn, its faces fill the frame exactly."""
        borders = {"edge": EDGE * [10 / 8, 10 / 4]}
        for x in columns:
            low, high = data.draw(jitter), data.draw(jitter)
            borders[f"column {x}"] = line((x, low), (x, 10 + high))
        for y in rows:
            low, high = data.draw(jitter), data.draw(jitter)
            borders[f"row {y}"] = line((low, y), (10 + high, y))
        found = joined(borders)
        assert len(found) == (len(columns) + 1) * (len(rows) + 1)
        assert shapely.coverage_is_valid(found)
        assert sum(face.area for face in found) == pytest.approx(100, abs=1e-4)


class TestFaces:
    """The faces between borders."""

    def test_faces_share_their_vertices(self) -> None:
        """Where a border ends on another, its end becomes a vertex on both sides."""
        found = faces([EDGE, line((4, 0), (4, 4)), line((4, 1.37), (8, 2.11))])
        assert len(found) == 3
        assert shapely.coverage_is_valid(found)
        left = max(found, key=lambda face: face.area)
        assert left.equals(LEFT)
        assert any(np.allclose(vertex, (4, 1.37)) for vertex in left.exterior.coords)

    def test_borders_may_cross(self) -> None:
        """Crossings become corners of the four faces around them."""
        found = faces([EDGE, line((4, 0), (4, 4)), line((0, 2), (8, 2))])
        assert [face.area for face in found] == [8, 8, 8, 8]

    def test_an_island_is_a_face_in_a_hole(self) -> None:
        """A closed border that touches nothing makes two faces, the outer one with a hole."""
        island = line((1, 1), (2, 1), (2, 2), (1, 2), (1, 1))
        assert sorted(face.area for face in faces([EDGE, island])) == [1, 31]

    @pytest.mark.parametrize(
        ("borders", "what"),
        [
            ([line((4, 0), (4, 3))], r"ends in the open near \(4\.00, 1\.50\)"),
            (
                [line((2, 1), (3, 1), (3, 2), (2, 2), (2, 1)), line((0, 1.5), (2, 1.5))],
                r"has the same face on both sides near \(1\.00, 1\.50\)",
            ),
        ],
        ids=["dangle", "bridge"],
    )
    def test_a_line_that_parts_nothing_is_refused(
        self, borders: list[FloatArray], what: str
    ) -> None:
        """A dangling line and one with the same face on both sides are named by their place."""
        with pytest.raises(DataError, match=f"a border {what}; join it to others at both ends"):
            faces([EDGE, *borders])


class TestLabels:
    """Faces and the region points inside them."""

    def test_a_face_is_called_after_the_point_inside(self) -> None:
        """Each face gets the label of its point, in the order of the faces."""
        assert label_faces([LEFT, RIGHT], SEEDS) == ["left", "right"]
        assert label_faces([RIGHT, LEFT], SEEDS) == ["right", "left"]

    def test_a_region_may_have_several_points(self) -> None:
        """A region may be named twice in one face, and in several faces."""
        seeds = [("both", (1, 1)), ("both", (2, 3)), ("both", (7, 1))]
        assert label_faces([LEFT, RIGHT], seeds) == ["both", "both"]

    def test_a_face_without_a_point_is_refused(self) -> None:
        """The message gives place and size of the face."""
        with pytest.raises(DataError) as caught:
            label_faces([LEFT, RIGHT], SEEDS[:1])
        assert caught.value.message == (
            "the face at (6.00, 2.00), 16.00 cm2, has no region; "
            "name it, or remove the border that makes it"
        )

    def test_two_labels_in_one_face_are_refused(self) -> None:
        """The message names both regions and where the second was put."""
        with pytest.raises(DataError) as caught:
            label_faces([LEFT, RIGHT], [*SEEDS, ("third", (3, 2))])
        assert caught.value.field == "regions.third"
        assert caught.value.message == (
            "regions 'left' and 'third' lie in one face at (3.00, 2.00); "
            "a border between them is missing or open"
        )

    @pytest.mark.parametrize("at", [(9, 1), (4, 1), (0, 0)], ids=["outside", "border", "corner"])
    def test_a_point_in_no_face_is_refused(self, at: tuple[float, float]) -> None:
        """A point outside, or on a border, names its region and itself."""
        with pytest.raises(DataError) as caught:
            label_faces([LEFT, RIGHT], [*SEEDS, ("lost", at)])
        assert caught.value.field == "regions.lost"
        place = f"({at[0]:.2f}, {at[1]:.2f})"
        assert f"region 'lost' has its point {place} in no face" in caught.value.message

    def test_everything_that_does_not_fit_is_told(self) -> None:
        """A stranger, a lost point and an empty face; a point on a border explains its faces."""
        with pytest.raises(DataError) as caught:
            label_faces([LEFT, RIGHT], [("left", (1, 1)), ("third", (3, 2)), ("lost", (9, 1))])
        said = [problem.message for problem in caught.value.problems]
        for words in ("regions 'left' and 'third'", "region 'lost' has its point", "the face at"):
            assert sum(one.startswith(words) for one in said) == 1, words
        with pytest.raises(DataError) as caught:
            label_faces([LEFT, RIGHT], [("left", (1, 1)), ("right", (4, 1))])
        assert [problem.field for problem in caught.value.problems] == ["regions.right"]

    @pytest.mark.parametrize(
        ("seeds", "place"),
        [
            (SEEDS[:1], r"\(60\.00, 2\.00\)"),
            ([*SEEDS, ("third", (3, 2))], r"\(30\.00, 2\.00\)"),
            ([*SEEDS, ("lost", (9, 1))], r"\(90\.00, 1\.00\)"),
        ],
        ids=["no label", "two labels", "no face"],
    )
    def test_messages_use_the_unit_of_the_files(
        self, seeds: list[tuple[str, tuple[float, float]]], place: str
    ) -> None:
        """Every message names its place in the coordinates that people write."""
        with pytest.raises(DataError, match=place):
            label_faces([LEFT, RIGHT], seeds, unit=np.array([10.0, 1.0]))
