"""Shapes of patterns: solid zones near their regions, and stipple that is even and fixed."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import numpy as np
import pytest
import shapely
from figure_checks import SOURCES, TYPICAL
from worlds import hand_drawn_body, point

from hippain_maps.atlas import Atlas
from hippain_maps.geometry import VIEWS, FloatArray, View, mirror_view
from hippain_maps.patterns import TriggerPoint
from hippain_maps.plotting import stipple
from hippain_maps.plotting.look import PRINT
from hippain_maps.plotting.zones import PatternShapes, pattern_shapes, zone_area
from hippain_maps.regions import Body, BodyChart

MOST_DEPARTURE = 2.0
"""How far a drawn zone may depart from its regions, cm."""

LEAST_APART = 0.45
"""No two dots are closer than this, cm; a dot is 0.36 wide."""

Shapes = dict[str, dict[View, PatternShapes]]


@pytest.fixture(scope="module")
def left(atlas: Atlas) -> Shapes:
    """Return the left shapes of every trigger point alone, in every view."""
    return {
        f"{source.id}.{p.id}": {v: pattern_shapes(atlas.body, [p], "left", v) for v in VIEWS}
        for source in atlas.sources.values()
        for p in source.trigger_points
    }


def regions_of(body: Body, point: TriggerPoint, view: View) -> shapely.Geometry:
    """Return the essential regions of a left trigger point, in one view."""
    found = (body.polygon(view, part.sided("left")) for part in point.zones["essential"])
    return shapely.union_all([shape for shape in found if shape is not None])


def farthest(area: shapely.Geometry, other: shapely.Geometry) -> float:
    """Return how far the farthest point of an area's border is from another area, cm."""
    border = shapely.points(shapely.get_coordinates(shapely.segmentize(area, 0.25)))
    return float(shapely.distance(border, other).max())


@pytest.mark.parametrize("name", SOURCES)
def test_solid_zone_lies_on_the_charted_body_near_its_regions(
    name: str, atlas: Atlas, left: Shapes
) -> None:
    """Every solid zone lies inside the outline, and it and its regions depart at most 2 cm."""
    for p in atlas.sources[name].trigger_points:
        for view, shapes in left[f"{name}.{p.id}"].items():
            regions = regions_of(atlas.body, p, view)
            assert shapes.essential.is_empty == regions.is_empty
            if regions.is_empty:
                continue
            charted = atlas.body.charts[view].charted
            assert shapely.difference(shapes.essential, charted).area < 1e-6
            check_near(shapes.essential, regions)


def check_near(area: shapely.Geometry, regions: shapely.Geometry) -> None:
    """Assert that no place of an area, inside or on its border, is far from regions, nor they."""
    assert farthest(area, regions) <= MOST_DEPARTURE
    assert farthest(regions, area) <= MOST_DEPARTURE
    for one, other in ((area, regions), (regions, area)):
        assert shapely.difference(one, shapely.buffer(other, MOST_DEPARTURE)).area < 0.01


def in_view(body: Body, regions: Iterable[str], view: View) -> shapely.Geometry:
    """Return what a view shows of some regions of the left."""
    found = (body.polygon(view, f"left:{region}") for region in regions)
    return shapely.union_all([shape for shape in found if shape is not None])


@pytest.fixture(scope="module")
def others(atlas: Atlas) -> Shapes:
    """Return the left shapes of every source with published frequencies or a core."""
    return {
        source.id: {
            v: pattern_shapes(atlas.body, source.trigger_points, "left", v, source) for v in VIEWS
        }
        for source in atlas.sources.values()
        if source.frequencies or source.core
    }


def test_groups_with_a_frequency_have_a_shape_each_near_their_regions(
    atlas: Atlas, others: Shapes
) -> None:
    """Each group that a view shows has one shape, the highest first; none lies on another.

    Each is near its regions, and no place of them is far from a shape: of the group, or of a
    higher one that was in the way.
    """
    seen = 0
    for name, views in others.items():
        frequencies = atlas.sources[name].frequencies
        for view, shapes in views.items():
            groups = frequencies.groups if frequencies else ()
            shown = {g.group: in_view(atlas.body, g.regions, view) for g in groups}
            found = {area.group: area for area in shapes.frequent}
            assert set(found) <= {group for group, area in shown.items() if not area.is_empty}
            shares = [area.share for area in shapes.frequent]
            assert shares == sorted(shares, reverse=True)
            whole = shapely.union_all([area.area for area in shapes.frequent])
            assert shapely.difference(whole, atlas.body.charts[view].charted).area < 1e-6
            for group, regions in shown.items():
                if regions.is_empty:
                    continue
                seen += 1
                assert farthest(regions, whole) <= MOST_DEPARTURE
                area = found[group].area
                assert farthest(area, regions) <= MOST_DEPARTURE
            for one, other in itertools.combinations(shapes.frequent, 2):
                assert shapely.intersection(one.area, other.area).area < 1e-3
    assert seen > 30


def test_neighbouring_groups_meet(others: Shapes) -> None:
    """Between knee and leg, which have a frequency each, no strip of skin is left."""
    groups = {found.group: found.area for found in others["hip_joint"]["anterior"].frequent}
    assert shapely.distance(groups["knee"], groups["leg"]) < 0.01
    both = shapely.union(groups["knee"], groups["leg"])
    across = shapely.LineString([(9.5, 30), (9.5, 50)])
    assert shapely.difference(across, both).length < 0.1


def test_a_percentage_is_placed_where_its_group_is_widest(others: Shapes) -> None:
    """The middle lies inside the group, as far from its border as its room says."""
    for views in others.values():
        for shapes in views.values():
            for found in shapes.frequent:
                middle = shapely.Point(found.middle)
                assert found.area.contains(middle)
                assert shapely.distance(middle, found.area.boundary) == pytest.approx(
                    found.room, abs=0.1
                )


def test_solid_is_what_half_of_the_patients_feel(others: Shapes) -> None:
    """Groups of half of the patients or more are solid; the others are dots, the rarer the fewer.

    No dot lies on a solid group.
    """
    for name in ("hip_joint", "sacroiliac_joint"):
        for shapes in others[name].values():
            solid = shapely.union_all([f.area for f in shapes.frequent if f.share >= 0.5])
            assert shapely.symmetric_difference(shapes.solid, solid).area < 1e-6
            assert not shapely.contains_xy(shapes.solid, shapes.seldom).any()
    posterior = others["hip_joint"]["posterior"]
    groups = {found.group: found.area for found in posterior.frequent}
    often, rarely = (density(posterior.seldom, groups[g]) for g in ("buttock", "leg"))
    assert often > 1.7 * rarely > 0


def test_core_lies_on_the_charted_body_near_its_regions(atlas: Atlas, others: Shapes) -> None:
    """Where it goes numb has a shape of its own in every view that shows a region of it."""
    for name, views in others.items():
        regions = [part.region for part in atlas.sources[name].core]
        for view, shapes in views.items():
            wanted = in_view(atlas.body, regions, view)
            assert shapes.core.is_empty == wanted.is_empty
            if not wanted.is_empty:
                assert shapely.difference(shapes.core, atlas.body.charts[view].charted).area < 1e-6
                check_near(shapes.core, wanted)


def test_core_and_frequencies_are_the_sources_own(atlas: Atlas) -> None:
    """Without the source, trigger points have neither; a muscle has neither with it."""
    root, muscle = atlas.source("l5_root"), atlas.source("piriformis")
    alone = pattern_shapes(atlas.body, root.trigger_points, "left", "dorsal")
    assert alone.core.is_empty
    assert not alone.essential.is_empty
    shapes = pattern_shapes(atlas.body, muscle.trigger_points, "left", "posterior", muscle)
    assert shapes.core.is_empty
    assert shapes.frequent == ()
    assert len(shapes.seldom) == 0


def strips(widths: list[float]) -> BodyChart:
    """Return a chart 30 cm high of strips beside each other, with 20 cm at either end."""
    edges = np.cumsum([0, 20, *widths, 20])
    boxes = [shapely.box(a, 0, b, 30) for a, b in itertools.pairwise(edges)]
    return BodyChart("posterior", np.arange(len(boxes)), np.array(boxes, dtype=object), (), ())


@pytest.mark.parametrize("width", [2.0, 3.0, 6.0])
def test_narrow_strip_keeps_its_place_and_width(width: float) -> None:
    """A strip of 2 cm does not vanish, and swells by less than 0.6 cm a side."""
    shape = zone_area(strips([width]), np.array([0.0, 1.0, 0.0]))
    across = shapely.intersection(shape, shapely.LineString([(0, 15), (60, 15)]))
    assert across.length == pytest.approx(width, abs=1.2)
    assert across.centroid.x == pytest.approx(20 + width / 2, abs=0.2)
    assert shape.bounds[3] - shape.bounds[1] > 27


@pytest.mark.parametrize("width", [0.4, 0.8, 1.5])
def test_rim_seen_edge_on_is_kept(width: float) -> None:
    """A strip along the outline, as a side view shows of a zone in front, is drawn all along."""
    boxes = [shapely.box(0, 0, width, 30), shapely.box(width, 0, 30, 30)]
    rim = BodyChart("posterior", np.arange(2), np.array(boxes, dtype=object), (), ())
    shape = zone_area(rim, np.array([1.0, 0.0]))
    check_near(shape, boxes[0])


def test_outline_draws_back_from_a_weak_end() -> None:
    """The weaker an end of a zone, the farther its outline draws back, but never 2 cm."""
    tops = []
    for weight in (1.0, 0.7, 0.4, 0.1):
        boxes = [shapely.box(10, 0, 20, 20), shapely.box(10, 20, 20, 30)]
        rest = shapely.box(0, -10, 30, 50).difference(shapely.union_all(boxes))
        chart = BodyChart("posterior", np.arange(3), np.array([*boxes, rest]), (), ())
        shape = zone_area(chart, np.array([1.0, (1 + weight) / 2, 0.0]))
        check_near(shape, shapely.union_all(boxes))
        tops.append(shape.bounds[3])
    assert tops == sorted(tops, reverse=True)
    assert 30.5 > tops[0] > tops[-1] + 0.5


def test_touching_strips_become_one_shape() -> None:
    """Neighbouring regions of a zone are blended, with no seam between them."""
    shape = zone_area(strips([3.0, 3.0]), np.array([0.0, 1.0, 1.0, 0.0]))
    assert shape.geom_type == "Polygon"
    assert len(shapely.get_rings(shape)) == 1


def test_zone_has_no_corners() -> None:
    """Regions are rectangles; what is drawn of them turns nowhere by more than a few degrees."""
    shape = zone_area(strips([8.0]), np.array([0.0, 1.0, 0.0]))
    inside = shapely.get_coordinates(shape)[:-1]
    steps = np.diff(inside[np.r_[0 : len(inside), 0]], axis=0)
    steps = steps[np.hypot(*steps.T) > 0.05]
    turn = np.abs(np.diff(np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))))
    # The outline cuts the strip's two ends; all other turns are those of a curve.
    assert np.degrees(np.sort(turn)[:-4]).max() < 25


@pytest.mark.parametrize("name", TYPICAL)
def test_right_side_is_the_exact_mirror_image(name: str, atlas: Atlas) -> None:
    """Vertices, dots, percentages and crosses of the right are the left's with x negated."""
    source = atlas.sources[name]
    points = source.trigger_points
    flip = np.array([-1.0, 1.0])
    for view in VIEWS:
        one = pattern_shapes(atlas.body, points, "left", view, source)
        other = pattern_shapes(atlas.body, points, "right", mirror_view(view), source)
        assert other.view == mirror_view(view)
        areas = [(one.essential, other.essential), (one.core, other.core)]
        for group, mirrored in zip(one.frequent, other.frequent, strict=True):
            areas.append((group.area, mirrored.area))
            assert (group.group, group.share, group.room) == (
                mirrored.group,
                mirrored.share,
                mirrored.room,
            )
            assert tuple(flip * group.middle) == mirrored.middle
        for area, mirrored_area in areas:
            at = shapely.get_coordinates(area), shapely.get_coordinates(mirrored_area)
            assert np.array_equal(at[0] * flip, at[1])
        for kind in ("spillover", "rare", "seldom"):
            assert np.array_equal(getattr(one, kind) * flip, getattr(other, kind))
        assert other.marks == {
            p.id: tuple(m for m in p.marks_on("right") if m.view == other.view)
            for p in points
            if any(m.view == other.view for m in p.marks_on("right"))
        }


# --- Stipple -----------------------------------------------------------------------------------


def nearest(places: FloatArray, edge: float | None = None) -> FloatArray:
    """Return how far each dot's nearest neighbour is; on a torus of that edge, if one is given."""
    apart = np.abs(places[:, None] - places)
    if edge:
        apart = np.minimum(apart, edge - apart)
    distance = np.hypot(apart[..., 0], apart[..., 1])
    np.fill_diagonal(distance, np.inf)
    closest: FloatArray = distance.min(axis=1)
    return closest


@pytest.mark.parametrize("count", [90, 186, 310, 465, stipple.DOTS])
def test_dots_are_blue_noise_at_every_density(count: int) -> None:
    """The first dots of the tile are as evenly spread as all, far from a random scatter."""
    places, density = stipple.tile()
    assert (np.diff(density) > 0).all()
    assert density[0] > 0
    assert density[-1] < 1
    found = nearest(places[:count], stipple.TILE)
    random = nearest(np.random.default_rng(1).random((count, 2)) * stipple.TILE, stipple.TILE)
    hexagonal = stipple.TILE * np.sqrt(2 / np.sqrt(3) / count)
    assert found.min() > 0.6 * hexagonal
    assert found.mean() > 0.75 * hexagonal > 1.3 * random.mean()
    assert found.std() / found.mean() < 0.16 < 0.4 < random.std() / random.mean()


def test_dots_do_not_fall_into_rows() -> None:
    """No direction is preferred: neighbours lie in every direction about equally often."""
    for count in (155, 186, 310, stipple.DOTS):
        places = stipple.tile()[0][:count]
        apart = places[:, None] - places
        apart -= stipple.TILE * np.rint(apart / stipple.TILE)
        distance = np.hypot(apart[..., 0], apart[..., 1])
        near = (distance > 0) & (distance < 1.5 * nearest(places, stipple.TILE).mean())
        angle = np.arctan2(apart[..., 1], apart[..., 0])[near]
        # A square lattice gives nearly 1 for the fourth, a hexagonal one for the sixth.
        for fold in (2, 4, 6):
            assert abs(np.exp(1j * fold * angle).mean()) < 0.2


def test_tile_repeats_without_a_seam() -> None:
    """Dots on both sides of a tile's edge keep their distance; so do those of far places."""
    places, _ = stipple.dots_in((-70.0, 30.0, -45.0, 55.0))
    assert nearest(places).min() >= LEAST_APART
    whole, _ = stipple.dots_in((0.0, 0.0, stipple.TILE, stipple.TILE))
    assert len(whole) == stipple.DOTS


@pytest.mark.parametrize("name", SOURCES)
def test_dots_lie_on_the_body_beside_the_solid_zone_and_apart(
    name: str, atlas: Atlas, left: Shapes
) -> None:
    """Whole dots lie inside the outline, none touches the solid zone, no two touch."""
    radius = PRINT.dot_cm / 2
    for p in atlas.sources[name].trigger_points:
        for view, shapes in left[f"{name}.{p.id}"].items():
            dots = np.vstack([shapes.spillover, shapes.rare])
            if not len(dots):
                continue
            charted = atlas.body.charts[view].charted
            on_skin = shapely.points(dots)
            assert shapely.contains_properly(charted, on_skin).all()
            assert shapely.distance(charted.boundary, on_skin).min() > radius
            if not shapes.essential.is_empty:
                assert shapely.distance(shapes.essential, on_skin).min() > radius
            if len(dots) > 1:
                assert nearest(dots).min() >= LEAST_APART


def lower(body: Body, zone: str) -> PatternShapes:
    """Return a pattern whose only region is the left lower square of the hand-drawn world."""
    return pattern_shapes(body, [point("p", **{zone: ["lower"]})], "left", "posterior")


def density(places: FloatArray, area: shapely.Geometry) -> float:
    """Return dots per cm2 of an area."""
    return float(shapely.contains_xy(area, places).sum() / area.area)


def test_stipple_thins_out_towards_the_edge_and_ends() -> None:
    """Dots are dense in the middle of a zone, fewer on its border, and none well outside."""
    dots = lower(hand_drawn_body(), "spillover").spillover
    # The upper and the inner border of the square lie on the body.
    core = density(dots, shapely.box(-18, 2, -5, 15))
    border = density(dots, shapely.box(-18, 19, -5, 21))
    beyond = density(dots, shapely.box(-18, 22, -5, 24))
    assert core > 1.9 * border > 3 * beyond
    assert beyond < 0.15 * core
    assert dots[:, 1].max() < 24


def test_rare_zone_is_sparser_than_spillover() -> None:
    """The same region has under half of the dots where it hurts rarely."""
    body = hand_drawn_body()
    often, rarely = lower(body, "spillover").spillover, lower(body, "rare").rare
    assert 0.2 < len(rarely) / len(often) < 0.45
    assert nearest(rarely).mean() > 1.5 * nearest(often).mean()


def test_density_follows_the_weight_of_a_region(atlas: Atlas) -> None:
    """Within a zone a region of less weight has fewer dots to the area."""
    (posterior,) = (
        p for p in atlas.source("gluteus_minimus").trigger_points if p.id == "posterior"
    )
    dots = pattern_shapes(atlas.body, [posterior], "left", "posterior").spillover
    weights = {part.region: part.weight for part in posterior.zones["spillover"]}
    found: dict[bool, list[float]] = {True: [], False: []}
    for region, weight in weights.items():
        area = atlas.body.polygon("posterior", f"left:{region}")
        if area is not None and area.area > 10:
            found[weight >= 0.8].append(density(dots, area))
    assert np.mean(found[True]) > 1.5 * np.mean(found[False])


def test_dots_are_the_same_on_every_call(atlas: Atlas) -> None:
    """A pattern asked for twice is the same to the last dot."""
    points = atlas.source("piriformis").trigger_points
    one, two = (pattern_shapes(atlas.body, points, "left", "posterior") for _ in range(2))
    assert np.array_equal(one.spillover, two.spillover)
    assert one.essential.equals_exact(two.essential, 0)


def test_view_that_shows_nothing_has_empty_shapes(atlas: Atlas) -> None:
    """Psoas sends nothing to the soles: no zone, no dot, no cross, and no extent."""
    shapes = pattern_shapes(atlas.body, atlas.source("psoas").trigger_points, "left", "plantar")
    assert shapes.is_empty
    assert shapes.extent.is_empty
    assert shapes.spillover.shape == shapes.rare.shape == (0, 2)
    assert not shapes.marks
