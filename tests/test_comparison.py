"""Two drawings of one person: gone, new, remaining, and what that means."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgba
from worlds import EXAMPLES, example, square

from hippain_maps.atlas import Atlas
from hippain_maps.cli import main
from hippain_maps.comparison import compare, pain_extent
from hippain_maps.drawing import PainDrawing
from hippain_maps.plotting.change import plot_change
from hippain_maps.plotting.look import PRINT

EARLIER = PainDrawing.from_polygons({"posterior": square(-20, 0)}, intensity=8)
LATER = PainDrawing.from_polygons({"posterior": square(-10, 0, 10)}, intensity=4)


def test_areas_by_hand(world: Atlas) -> None:
    """400 cm2 before and 100 of them after: 300 gone, none new, overlap a quarter."""
    found = compare(EARLIER, LATER, world)
    assert found.areas() == pytest.approx({"gone": 300, "new": 0, "remaining": 100})
    assert found.jaccard == pytest.approx(0.25)
    assert not found.within_redraw
    # From the centre of the large square, (-10, 10), to that of the small one, (-5, 5).
    assert found.views["posterior"].shift == pytest.approx((5, -5))
    assert found.intensity == (8, 4)
    assert (found.before.area_cm2, found.after.area_cm2) == pytest.approx((400, 100))


def test_the_other_way_round_swaps_gone_and_new(world: Atlas) -> None:
    """What was gone is new; overlap and remaining stay."""
    one, other = compare(EARLIER, LATER, world), compare(LATER, EARLIER, world)
    areas = other.areas()
    assert one.areas() == pytest.approx(
        {"gone": areas["new"], "new": areas["gone"], "remaining": areas["remaining"]}
    )
    assert one.jaccard == other.jaccard


def test_the_same_drawing_has_not_changed(atlas: Atlas) -> None:
    """Overlap 1, nothing gone or new, every source in its place."""
    drawing = example("piriformis")
    found = compare(drawing, drawing, atlas)
    assert found.jaccard == pytest.approx(1)
    assert found.within_redraw
    assert found.areas()["gone"] == found.areas()["new"] == 0
    assert all(moved.before == moved.after for moved in found.moved)
    assert not found.one_sided


def test_pain_that_is_gone_leaves_nothing_to_rank(world: Atlas) -> None:
    """A later drawing without pain is compared all the same; its places are not ranked."""
    nothing = PainDrawing(views_completed=("posterior",))
    found = compare(EARLIER, nothing, world)
    assert found.jaccard == 0
    assert found.views["posterior"].shift is None
    assert found.moved
    assert all(moved.after is None for moved in found.moved)
    assert found.after == pain_extent(nothing, world)
    assert compare(nothing, nothing, world).jaccard is None


def test_views_of_one_drawing_alone_are_named(world: Atlas) -> None:
    """A view that only one drawing used may mean no pain there, or nothing asked: it is said."""
    side = PainDrawing.from_polygons({"left_lateral": square(-10, 20)})
    assert compare(EARLIER, side, world).one_sided == ("posterior", "left_lateral")


@given(st.floats(-15, 15), st.floats(-15, 15))
@settings(deadline=None, max_examples=25)
def test_areas_add_up(dx: float, dy: float) -> None:
    """Gone and remaining are the earlier area, new and remaining the later one."""
    from worlds import hand_drawn_atlas, three_patterns

    world = hand_drawn_atlas(*three_patterns())
    later = PainDrawing.from_polygons({"posterior": square(-20 + dx, dy)})
    found = compare(EARLIER, later, world)
    areas = found.areas()
    assert areas["gone"] + areas["remaining"] == pytest.approx(found.before.area_cm2)
    assert areas["new"] + areas["remaining"] == pytest.approx(found.after.area_cm2)
    assert found.jaccard is not None
    assert 0 <= found.jaccard <= 1


def test_the_figure_paints_each_kind_where_it_is(atlas: Atlas) -> None:
    """Gone, new and remaining pain are groups of their own, inside what was drawn."""
    one, other = example("gluteus_minimus_posterior"), example("gluteus_minimus_anterior")
    found = compare(one, other, atlas)
    figure = plot_change(found, atlas.body)
    painted = {a.get_gid(): a for ax in figure.axes for a in ax.patches if a.get_gid()}
    assert {"posterior-gone", "posterior-new", "posterior-remaining", "left_lateral-new"} <= {
        *painted
    }
    drawn = shapely.union(one.area("posterior"), other.area("posterior"))
    for kind in ("gone", "new", "remaining"):
        path = painted[f"posterior-{kind}"].get_path()
        shown = shapely.multipoints(path.vertices[path.codes != 79])
        assert shapely.buffer(drawn, 0.01).covers(shown)
    assert painted["posterior-remaining"].get_facecolor()[:3] == to_rgba(PRINT.drawn)[:3]
    assert any("22 cm²" in text.get_text() for text in figure.texts)


def test_the_command_compares_two_files(tmp_path: Path) -> None:
    """A table, the same as JSON, and a figure; a missing file is one clear line."""
    files = [
        str(EXAMPLES / f"gluteus_minimus_{part}.geojson") for part in ("posterior", "anterior")
    ]
    shown = CliRunner().invoke(main, ["compare", *files, "--figure", str(tmp_path / "c.png")])
    assert shown.exit_code == 0
    assert "Overlap (Jaccard) 0.02" in shown.output
    assert (tmp_path / "c.png").stat().st_size > 10_000
    data = json.loads(CliRunner().invoke(main, ["compare", *files, "--json"]).output)
    assert data["jaccard"] == pytest.approx(0.02, abs=0.005)
    assert {entry["source"] for entry in data["moved"]} >= {"gluteus_minimus"}
    missing = CliRunner().invoke(main, ["compare", files[0], str(tmp_path / "no.geojson")])
    assert missing.exit_code == 2
    assert "Traceback" not in missing.output
