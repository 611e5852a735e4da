"""Reasons: what a candidate explains, what is missing, what remains, in areas with names."""

from __future__ import annotations

import pytest
import shapely
from worlds import example, hand_drawn_atlas, joint, nerve, point, source, square

from hippain_maps.atlas import Atlas
from hippain_maps.candidates import Candidate
from hippain_maps.drawing import PainDrawing
from hippain_maps.ranking import rank
from hippain_maps.reasons import AreaFit, Reasons, reasons


def why(atlas: Atlas, drawing: PainDrawing, name: str, side: str = "left") -> Reasons:
    """Return the reasons behind one candidate."""
    found: Candidate = next(
        c for c in rank(drawing, atlas) if (c.source.id, c.side) == (name, side)
    )
    return reasons(found, atlas.body)


def test_reasons_by_hand() -> None:
    """Regions are summed to areas; shares are shares of skin, also of the other side."""
    wide = source("wide", point("w", ["upper", "lower", "crossed:upper"], ["outer"]))
    atlas = hand_drawn_atlas(wide)
    # Half of the left upper square, a tenth of the right one, a quarter of the right lower one.
    areas = [
        shapely.box(-10, 20, 0, 40),
        shapely.box(0, 20, 2, 40),
        shapely.box(0, 0, 5, 20),
    ]
    found = why(atlas, PainDrawing.from_polygons({"posterior": areas}), "wide")
    assert found.explained == (
        # Of the pattern's regions that were drawn at all.
        AreaFit("Column (left)", "column", "left", 0.5, 200),
        AreaFit("Column (right)", "column", "right", 0.1, 40),
    )
    assert found.missing == (AreaFit("Column (right)", "column", "right", 0.1, 40),)
    assert found.unexplained == (AreaFit("Column (right)", "column", "right", 0.25, 100),)
    assert found.unseen == ()


def test_what_no_used_view_shows_is_neither_missing_nor_explained(world: Atlas) -> None:
    """An essential area out of sight is named apart; spillover out of sight is not named."""
    side = source("side", point("s", ["outer"], ["elsewhere"]))
    atlas = hand_drawn_atlas(side)
    behind = PainDrawing.from_polygons({"posterior": shapely.box(-20, 20, 0, 40)})
    found = why(atlas, behind, "side")
    assert (found.explained, found.missing) == ((), ())
    assert [area.name for area in found.unseen] == ["Side (left)"]
    assert why(world, behind, "beta").unseen == ()


@pytest.mark.parametrize(
    ("stem", "name", "side", "explained", "missing"),
    [
        ("gluteus_minimus_anterior", "gluteus_minimus", "left", "Outer thigh (left)", None),
        ("gluteus_minimus_anterior", "tensor_fasciae_latae", "left", "Outer thigh (left)", None),
        ("piriformis", "piriformis", "right", "Sacroiliac strip (right)", None),
        ("piriformis", "gluteus_minimus", "right", "Back of the thigh (right)", "Calf (right)"),
        ("quadratus_lumborum_deep_lower", "piriformis", "right", None, "Sacroiliac strip (right)"),
    ],
)
def test_a_therapist_recognises_the_areas(
    atlas: Atlas, stem: str, name: str, side: str, explained: str | None, missing: str | None
) -> None:
    """Areas carry the names that clinicians use, and stand on the right side of the account."""
    found = why(atlas, example(stem), name, side)
    assert explained is None or explained in [area.name for area in found.explained]
    if missing is None:
        assert found.missing == () or name != stem.removesuffix("_anterior")
    else:
        assert missing in [area.name for area in found.missing]


def test_reasons_of_other_sources() -> None:
    """Published frequencies have no essential zone: what was drawn of them explains the rest."""
    atlas = hand_drawn_atlas(joint("often", column=0.6, outer=0.4))
    areas = {"posterior": [square(-20, 20), square(0, 0)]}
    found = rank(PainDrawing.from_polygons(areas), atlas)
    candidate = next(c for c in found.differential if c.side == "left")
    why_ = reasons(candidate, atlas.body)
    assert why_.explained == (AreaFit("Column (left)", "column", "left", 1.0, 400),)
    assert (why_.missing, why_.unseen) == ((), ())
    assert why_.unexplained == (AreaFit("Column (right)", "column", "right", 1.0, 400),)


def test_skin_that_hurts_and_is_numb_counts_once() -> None:
    """An area holds no more skin than there is, whatever the marks say of it."""
    atlas = hand_drawn_atlas(nerve("root", ["upper"], core=["upper"]))
    pain = PainDrawing.from_polygons({"posterior": square(-20, 20)})
    numb = PainDrawing.from_polygons({"posterior": square(-20, 20)}, quality=["numb"])
    found = rank(PainDrawing((*pain.marks, *numb.marks)), atlas)
    assert reasons(found.differential[0], atlas.body).explained == (
        AreaFit("Column (left)", "column", "left", 1.0, 400),
    )


def test_every_region_has_an_area_with_a_name(atlas: Atlas) -> None:
    """Whatever was drawn can be said in a word."""
    assert set(atlas.body.area_of) == set(atlas.body.regions)
    for region, area in atlas.body.area_of.items():
        assert region in atlas.body.groups[area].regions
