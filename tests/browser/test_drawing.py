"""Drawing in the browser: mouse, finger and pen; lasso, spot, eraser; undo; views; marks."""

from __future__ import annotations

from collections.abc import Callable

from browser_kit import Desk, line


def kinds(desk: Desk) -> list[str]:
    """Return the geometry types of the marks."""
    return [mark["geometry"]["type"] for mark in desk.marks]


def width_shown(desk: Desk) -> float:
    """Return how many centimetres of chart are on the screen."""
    return float(desk.page.evaluate("() => document.getElementById('chart').viewBox.baseVal.width"))


def test_strokes_of_the_mouse_are_ranked(desk: Desk) -> None:
    """Three strokes down the back of the left leg bring the left gluteus minimus to the top."""
    desk.draw_gluteus_minimus()
    assert kinds(desk) == ["LineString"] * 3
    assert {mark["properties"]["view"] for mark in desk.marks} == {"posterior"}
    assert desk.first() == ("Gluteus minimus", "left")


def test_the_ranking_follows_every_stroke(desk: Desk) -> None:
    """What stands first changes with the drawing, on either side."""
    with desk.reranked():
        desk.stroke("posterior", [(13, 93), (6, 91), (13, 87), (7, 84)])
    before = desk.state()["ranking"]["candidates"]
    with desk.reranked():
        desk.stroke("anterior", [(-4, 112), (-4, 108), (-4, 112)])
        desk.stroke("anterior", [(-8, 75), (-8, 60)])
    after = desk.state()["ranking"]["candidates"]
    assert before[0]["side"] == "right"
    assert [one["probability"] for one in before] != [one["probability"] for one in after]


def test_a_finger_draws_and_two_fingers_zoom(desks: Callable[..., Desk]) -> None:
    """One finger leaves a mark on the view under it; two fingers zoom and leave none."""
    desk = desks(has_touch=True, size=(1024, 768))
    x, y = desk.at("left_lateral", -4, 90)
    with desk.reranked():
        desk.fingers(line((x, y), (x, y + 80)))
    assert [mark["properties"]["view"] for mark in desk.marks] == ["left_lateral"]
    before = width_shown(desk)
    x, y = desk.at("posterior", -5, 80)
    desk.fingers(line((x, y), (x - 55, y)), line((x + 40, y), (x + 95, y)))
    assert width_shown(desk) < 0.6 * before
    assert len(desk.marks) == 1


def test_a_pen_draws_and_from_then_on_a_finger_pans(desks: Callable[..., Desk]) -> None:
    """Once a pen was used, the palm or a finger on the screen leaves no mark."""
    desk = desks(has_touch=True)
    x, y = desk.at("anterior", 5, 70)
    with desk.reranked():
        desk.pen(line((x, y), (x + 30, y + 20)))
    assert kinds(desk) == ["LineString"]
    x, y = desk.at("posterior", -5, 80)
    desk.fingers(line((x, y), (x, y + 60)))
    assert len(desk.marks) == 1


def test_the_wheel_zooms_where_the_pointer_is(desk: Desk) -> None:
    """The place under the pointer stays where it is."""
    before, place = width_shown(desk), desk.at("anterior", -9, 80)
    desk.page.mouse.move(*place)
    desk.page.mouse.wheel(0, -300)
    desk.page.wait_for_function(
        "w => document.getElementById('chart').viewBox.baseVal.width < w", arg=0.8 * before
    )
    after = desk.at("anterior", -9, 80)
    assert max(abs(a - b) for a, b in zip(place, after, strict=True)) < 2


def test_lasso_spot_and_eraser(desk: Desk) -> None:
    """A loop becomes an outline, a tap with the point tool a spot; the eraser cuts a stroke."""
    with desk.reranked():
        desk.stroke("posterior", [(-9, 75), (-9, 60), (-10, 52)])
    desk.click("tool-lasso")
    desk.stroke("anterior", [(-12, 95), (-5, 95), (-5, 85), (-12, 85), (-12, 94)])
    desk.click("tool-spot")
    desk.page.mouse.click(*desk.at("anterior", 9, 60))
    assert kinds(desk) == ["LineString", "Polygon", "Point"]
    desk.click("tool-eraser")
    with desk.reranked():
        desk.stroke("posterior", [(-14, 66), (-4, 66)])
    assert kinds(desk)[0] == "MultiLineString"


def test_undo_and_redo(desk: Desk) -> None:
    """Each step goes back and forth, by key and by button; a clearing too."""
    desk.draw_gluteus_minimus()
    desk.page.keyboard.press("Control+z")
    assert len(desk.marks) == 2
    desk.page.keyboard.press("Control+Shift+z")
    assert len(desk.marks) == 3
    desk.click("act-undo")
    assert len(desk.marks) == 2
    desk.click("act-redo")
    desk.click("act-clear")
    assert desk.marks == []
    desk.page.locator(".toast button").click()
    assert len(desk.marks) == 3


def test_a_mark_can_be_selected_and_described(desk: Desk) -> None:
    """Intensity, quality and depth go to the chosen mark alone."""
    desk.draw_gluteus_minimus()
    desk.click("tool-select")
    desk.page.mouse.click(*desk.at("posterior", -11, 65))
    desk.click("mark-toggle")
    for key in ("i-9", "q-numb", "d-deep"):
        desk.click(key)
    described = [mark["properties"] for mark in desk.marks if "intensity" in mark["properties"]]
    assert len(described) == 1
    assert described[0]["intensity"] == 9
    assert described[0]["quality"] == ["numb"]
    assert described[0]["depth"] == "deep"


def test_no_pain_on_a_view_is_an_act_of_its_own(desk: Desk) -> None:
    """A view without marks counts as missing until it is said to be free of pain."""
    desk.draw_gluteus_minimus()
    assert desk.doc["hippain"]["views_completed"] == []
    with desk.reranked():
        desk.page.locator(".view-tag[data-view=anterior] .view-done").click()
    assert desk.doc["hippain"]["views_completed"] == ["anterior"]


def test_copying_to_the_other_side_is_an_act_of_its_own(desk: Desk) -> None:
    """The copy is the mirror image, and one undo takes it back."""
    desk.draw_gluteus_minimus()
    own = desk.marks
    desk.click("act-across")
    copied = desk.marks[len(own) :]
    assert len(copied) == len(own)
    for mark, twin in zip(own, copied, strict=True):
        mirrored = [[-x, y] for x, y in mark["geometry"]["coordinates"]]
        assert twin["geometry"]["coordinates"] == mirrored
    desk.page.keyboard.press("Control+z")
    assert desk.marks == own


def test_the_region_under_the_pointer_is_named(desk: Desk) -> None:
    """The name stands in the line below the chart, with the patient's side."""
    desk.page.mouse.move(*desk.at("posterior", -9, 70))
    desk.page.wait_for_function("() => /left/i.test(document.getElementById('status').innerText)")
    assert "thigh" in desk.page.locator("#status").inner_text().lower()


def test_left_and_right_are_the_patients_on_every_view(desk: Desk) -> None:
    """Front and back carry both letters, on opposite sides of the screen."""
    for view, left_is_smaller in (("anterior", False), ("posterior", True)):
        letters = {
            node.inner_text().strip(): (node.bounding_box() or {})["x"]
            for node in desk.page.locator(f'.side-letter[data-view="{view}"]').all()
        }
        assert set(letters) == {"L", "R"}
        assert (letters["L"] < letters["R"]) is left_is_smaller
