"""Marks: what they cover, whatever the hand did."""

from __future__ import annotations

import math
import pickle
from typing import Any

import hypothesis
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from strategies import AWKWARD_RINGS, features

from hippain_maps import marks as marks_module
from hippain_maps.errors import DrawingError
from hippain_maps.geometry import mirror
from hippain_maps.marks import Mark, check_crossings, union_of


def closed(ring: Any) -> tuple[Any, ...]:
    """Return an open ring as a closed one, in tuples."""
    return tuple(map(tuple, [*ring, ring[0]]))


def outline(*rings: Any) -> Mark:
    """Return an outline with its holes."""
    return Mark("anterior", "Polygon", tuple(closed(ring) for ring in rings))


def square(x: float, y: float, size: float) -> list[list[float]]:
    """Return an open square ring."""
    return [[x, y], [x + size, y], [x + size, y + size], [x, y + size]]


@pytest.mark.parametrize(
    ("name", "area", "note"),
    [
        ("bow_tie", 2, "the outline crosses or touches itself"),
        ("pentagram", 4 * 1.12257, "the outline crosses or touches itself"),
        ("spike", 16, "the outline crosses or touches itself"),
        ("keyhole", 12, "the outline crosses or touches itself"),
        ("twice_round", 16, "the outline crosses or touches itself"),
        ("repeated_points", 16, None),
        ("collinear", 0, "the outline encloses no area"),
        ("one_place", 0, "the outline encloses no area"),
        ("out_and_back", 0, "the outline encloses no area"),
        ("both_ways_round", 2, "the outline crosses or touches itself"),
        ("at_the_edge", 1_000_000, None),
    ],
)
def test_the_inside_of_an_outline_is_what_the_line_goes_round(
    name: str, area: float, note: str | None
) -> None:
    """Crossings, loops within loops, spikes and repeats are resolved, and said."""
    mark = outline(AWKWARD_RINGS[name])
    assert mark.area().is_valid
    assert mark.area().area == pytest.approx(area, rel=1e-5)
    assert mark.note is None if note is None else (mark.note or "").startswith(note)


def winding(ring: np.ndarray[Any, Any], points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return how often a ring goes round each point, counted without any geometry library."""
    x, y = points.T
    turns = np.zeros(len(points), dtype=int)
    for (x0, y0), (x1, y1) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        left = (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)
        turns += (y0 <= y) & (y1 > y) & (left > 0)
        turns -= (y1 <= y) & (y0 > y) & (left < 0)
    return turns


@pytest.mark.parametrize("seed", range(12))
def test_a_scribbled_outline_covers_all_that_it_winds_round(seed: int) -> None:
    """A point is inside exactly if the line winds round it, as a screen fills it."""
    rng = np.random.default_rng(seed)
    ring = rng.uniform(0, 10, (14, 2)) if seed % 2 else rng.normal(0, 1, (300, 2)).cumsum(axis=0)
    points = rng.uniform(ring.min(axis=0), ring.max(axis=0), (2000, 2))
    inside = shapely.contains_xy(outline(ring.tolist()).area(), points)
    assert (inside == (winding(ring, points) != 0)).all()


@pytest.mark.parametrize(
    ("rings", "area", "noted"),
    [
        ([square(1, 1, 1)], 15, False),
        ([square(0, 1, 1)], 15, True),
        ([square(3.5, 1, 1)], 15.5, True),
        ([square(9, 9, 1)], 16, True),
        ([square(-1, -1, 9)], 0, True),
        ([square(1, 1, 2), square(1.5, 1.5, 0.5)], 12, True),
        ([square(1, 1, 1), square(1.5, 1.5, 1)], 14.25, True),
        ([square(0, 0, 4)], 0, True),
    ],
)
def test_holes_are_taken_out_of_their_own_outline(
    rings: list[Any], area: float, noted: bool
) -> None:
    """Holes may touch, overlap or leave their outline; they never add anything."""
    mark = outline(square(0, 0, 4), *rings)
    assert mark.area().is_valid
    assert mark.area().area == pytest.approx(area)
    assert bool(mark.note) == noted


def test_parts_that_overlap_are_one_area() -> None:
    """Overlapping parts count once, and a part may fill another part's hole."""
    ring, hole, island = (closed(square(*s)) for s in ((0, 0, 4), (1, 1, 2), (1.5, 1.5, 9)))
    mark = Mark("anterior", "MultiPolygon", ((ring, hole), (island,)))
    assert mark.area().area == pytest.approx(16 - 4 + 81 - 6.25 + 2.25)
    assert mark.note == "its outlines cross or overlap; they were joined, and their holes taken out"


def test_a_stroke_is_as_wide_as_its_brush() -> None:
    """A stroke is its line, half a brush to either side, with round ends."""
    mark = Mark("anterior", "LineString", ((0, 0), (10, 0)), width_cm=3)
    assert mark.kind == "stroke"
    assert mark.area().area == pytest.approx(30 + math.pi * 1.5**2, rel=1e-3)
    assert mark.area().bounds == pytest.approx((-1.5, -1.5, 11.5, 1.5))
    assert mark.note is None


def test_a_long_stroke_is_one_piece() -> None:
    """A stroke of many points has no seams, and crossing itself adds nothing."""
    turns = np.linspace(0, 8 * math.pi, 900)
    spiral = np.stack([turns * np.cos(turns), turns * np.sin(turns)], axis=1)
    line = tuple(map(tuple, spiral.tolist()))
    area = Mark("anterior", "LineString", line).area()
    assert isinstance(area, shapely.Polygon)
    whole = shapely.LineString(line).buffer(1)
    assert area.area == pytest.approx(whole.area, abs=0.05 * whole.length)
    there_and_back = Mark("anterior", "LineString", line + line[::-1])
    assert there_and_back.area().area == pytest.approx(area.area, abs=0.05 * whole.length)


def test_a_stroke_without_length_is_a_spot() -> None:
    """A pen that touched and did not move leaves the disc of its brush, and that is said."""
    mark = Mark("anterior", "LineString", ((5, 5), (5, 5), (5, 5)))
    assert mark.area().area == pytest.approx(math.pi, rel=2e-3)
    assert mark.note == "a stroke has no length; it was taken as a spot of 2 cm"


def test_a_spot_is_a_disc() -> None:
    """The width of a spot is its diameter; the disc is 0.16 % small."""
    spot = Mark("plantar", "Point", (5, 20), width_cm=4)
    assert spot.kind == "spot"
    assert spot.area().area == pytest.approx(math.pi * 4 * (1 - 0.0016), rel=1e-4)
    two = Mark("plantar", "MultiPoint", ((0, 0), (1, 0)), width_cm=2)
    assert two.area().area == pytest.approx(4 * math.pi / 3 + math.sqrt(3) / 2, rel=2e-3)
    assert (spot.note, two.note) == (None, None)


def test_intensity_zero_is_not_pain() -> None:
    """A mark is pain unless its intensity is given as 0."""
    marks = [Mark("anterior", "Point", (1, 2), intensity=i) for i in (None, 0, 0.0, 0.1, 10)]
    assert [mark.is_pain for mark in marks] == [True, False, False, True, True]


def test_lines_that_cross_without_end_are_refused() -> None:
    """Points thrown at random are refused before they fill the memory; shading is not."""
    rng = np.random.default_rng(1)
    thrown = closed(rng.uniform(0, 60, (3000, 2)).tolist())
    for kind, coordinates in (("Polygon", (thrown,)), ("LineString", thrown)):
        with pytest.raises(DrawingError, match="anterior view meet each other more than 300,000"):
            check_crossings([Mark("anterior", kind, coordinates)])
    seconds = np.arange(20_000) / 120
    shading = np.stack([10 * np.sin(6 * seconds), 60 + seconds / 5], axis=1)
    pen = tuple(map(tuple, (shading + rng.normal(0, 0.02, shading.shape)).tolist()))
    check_crossings([Mark("anterior", "LineString", pen)])


def test_a_pen_held_still_crosses_nothing() -> None:
    """The same point, sampled for minutes, is one point."""
    check_crossings([Mark("anterior", "LineString", ((5, 5),) * 20_000)])


def test_a_tangle_that_geos_cannot_resolve_is_taken_on_a_coarser_grid(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If the overlay raises or returns something invalid, rounded coordinates are tried."""
    tried = []

    def fails_twice(geometry: shapely.Polygon) -> Any:
        tried.append(shapely.get_coordinates(geometry)[0, 0])
        if len(tried) == 1:
            raise shapely.errors.GEOSException("TopologyException: side location conflict")
        return (
            shapely.Polygon(AWKWARD_RINGS["bow_tie"])
            if len(tried) == 2
            else shapely.box(0, 0, 1, 1)
        )

    monkeypatch.setattr(marks_module, "as_area", fails_twice)
    third = outline([[1 / 3, 0], [1, 0], [1, 1]])
    assert third.area().area == 1
    assert tried == [round(1 / 3, 12), round(1 / 3, 6), round(1 / 3, 3)]


def test_a_tangle_that_nothing_resolves_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """If no grid helps, the drawing is refused in words, not with an error of the library."""
    monkeypatch.setattr(
        marks_module, "as_area", lambda _: shapely.Polygon(AWKWARD_RINGS["bow_tie"])
    )
    with pytest.raises(DrawingError, match="area of one outline cannot be determined"):
        outline(square(0, 0, 1)).area()


def test_a_known_tangle_is_resolved() -> None:
    """An outline of which GEOS 3.14 makes an invalid area is valid here, and mirrored as well."""
    first = [
        [499.9999999, 500.0],
        [-0.999999, 6e-07],
        [1.000001000001, 3.0],
        [2e-09, 499.9999999],
        [1e-07, 1.000001001],
        [1e-09, 1.0],
        [-0.9999995, 1.0001e-12],
    ]
    for sign in (1, -1):
        area = outline([[sign * round(x, 6), round(y, 6)] for x, y in first]).area()
        assert area.is_valid
        assert area.area == pytest.approx(249.5, abs=0.01)


def long_stroke(kind: str, seed: int) -> np.ndarray:
    """Return 1 000 points of a hand that shades, circles or trembles."""
    rng = np.random.default_rng(seed)
    t = np.linspace(0, 1, 1000)
    if kind == "shading":
        line = np.c_[5 * np.sin(2 * np.pi * 25 * t), 80 - 50 * t]
    elif kind == "spiral":
        line = np.c_[9 * t * np.cos(60 * t), 80 + 9 * t * np.sin(60 * t)]
    elif kind == "held still":
        line = np.c_[0 * t, 80 + 0 * t]
    else:
        line = np.cumsum(rng.normal(0, 0.25, (1000, 2)), axis=0) + np.array([0, 80])
    return line + rng.normal(0, [0.0, 0.02, 0.05, 0.2][seed % 4], line.shape)


@pytest.mark.parametrize("width", [0.1, 0.5, 2, 8])
@pytest.mark.parametrize("kind", ["shading", "spiral", "wandering", "held still"])
def test_thinning_a_long_stroke_hardly_changes_it(kind: str, width: float) -> None:
    """What a stroke of very many points covers differs by less than 0.05 cm along its edge."""
    for seed in range(4):
        line = long_stroke(kind, seed)
        stroke = Mark("anterior", "LineString", tuple(map(tuple, line.tolist())), width_cm=width)
        # The same in parts of so few points that each is taken as it is.
        parts = tuple(stroke.coordinates[start : start + 101] for start in range(0, 999, 100))
        whole = Mark("anterior", "MultiLineString", parts, width_cm=width).area()
        changed = shapely.symmetric_difference(stroke.area(), whole).area
        assert changed <= 0.05 * whole.length


def test_a_stroke_of_ordinary_length_is_taken_as_it_is() -> None:
    """Up to 400 points nothing is thinned."""
    line = long_stroke("shading", 2)[:400]
    stroke = Mark("anterior", "LineString", tuple(map(tuple, line.tolist())), width_cm=2)
    parts = tuple(stroke.coordinates[start : start + 17] for start in range(0, 399, 16))
    whole = Mark("anterior", "MultiLineString", parts, width_cm=2)
    assert stroke.area().equals(whole.area())


def test_a_mark_survives_pickling() -> None:
    """Marks travel between processes, with or without their area."""
    mark = outline(square(0, 0, 4))
    assert pickle.loads(pickle.dumps(mark)) == mark
    mark.area()
    assert pickle.loads(pickle.dumps(mark)).area().area == 16


@pytest.mark.parametrize("seed", range(4))
def test_rings_on_a_coarse_grid_have_a_valid_area(seed: int) -> None:
    """Rings that share edges with themselves in every way cover what they wind round."""
    rng = np.random.default_rng(seed)
    points = np.stack(np.meshgrid(*[np.arange(0.05, 2, 0.1)] * 2), axis=-1).reshape(-1, 2)
    for _ in range(200):
        ring = rng.integers(0, 3, (rng.integers(3, 12), 2))
        area = outline(ring.tolist()).area()
        assert area.is_valid
        inside = shapely.contains_xy(area, points)
        on_line = shapely.dwithin(shapely.LinearRing(ring), shapely.points(points), 1e-9)
        assert (inside == (winding(ring, points) != 0))[~on_line].all()


@settings(deadline=None)
@given(features())
def test_any_mark_has_a_valid_area(feature: dict[str, Any]) -> None:
    """Whatever was drawn, its area is valid, finite, not negative, and inside its reach."""
    mark = Mark.from_feature(feature)
    area = mark.area()
    assert area.is_valid
    assert 0 <= area.area < 1100**2
    assert mark.note is None or mark.note.isprintable()
    if not area.is_empty:
        xy = np.concatenate(mark.lines())
        room = 1e-6 + (mark.width_cm / 2 if mark.kind != "outline" else 0)
        low, high = np.split(np.asarray(area.bounds), 2)
        assert (low >= xy.min(axis=0) - room).all()
        assert (high <= xy.max(axis=0) + room).all()


@settings(deadline=None)
@given(features())
def test_the_mirrored_mark_covers_the_mirrored_area(feature: dict[str, Any]) -> None:
    """Mirroring negates x and keeps the area, and doing it twice changes nothing."""
    mark = Mark.from_feature(feature)
    other = mark.mirrored()
    assert other.mirrored() == mark
    assert other.area().area == pytest.approx(mark.area().area, rel=1e-12)
    if any(line[:, 0].any() for line in mark.lines()):
        assert mirror(other.area()).equals_exact(mark.area(), tolerance=0)
    assert other.note == mark.note


@settings(deadline=None)
@given(hypothesis.strategies.lists(features(), min_size=1, max_size=4))
def test_the_order_of_marks_does_not_matter(drawn: list[dict[str, Any]]) -> None:
    """Together, marks cover the same whichever came first, and no less than any of them."""
    marks = [Mark.from_feature(feature) for feature in drawn]
    union, _ = union_of(marks)
    assert union.is_valid
    assert union_of(marks[::-1])[0].area == pytest.approx(union.area, rel=1e-9, abs=1e-9)
    assert union.area >= max(mark.area().area for mark in marks) * (1 - 1e-9) - 1e-9
    mirrored, _ = union_of([mark.mirrored() for mark in marks])
    assert mirrored.area == pytest.approx(union.area, rel=1e-12)
    assert union_of([*marks, *marks])[0].area == pytest.approx(union.area, rel=1e-9, abs=1e-9)
