"""Source files: what is read from them, and what is refused with file, line and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from hippain_maps.atlas import Atlas
from hippain_maps.errors import DataError, UnknownNameError
from hippain_maps.patterns import Source, TriggerPointMark, ZoneRegion
from hippain_maps.regions import Body
from hippain_maps.sources import load_source

TEXT = """\
id: vastus
name: Vastus
kind: muscle
synonyms: [outer quad]
reviewed_by: []
summary: Invented for a test.
pattern_basis: {confidence: general knowledge}
trigger_points:
  - id: upper
    name: Upper
    marks:
      - {view: left_lateral, at: [-2, 70]}
    find: Press here.
    cautions: [Not too hard.]
    spot_basis: {confidence: partial, citations: [S-abd]}
    zones:
      essential:
        - thigh_2_lateral
        - {region: thigh_3_lateral, weight: 0.5}
      spillover:
        - {region: sacrum, side: bilateral}
        - {region: coccyx, side: contralateral, weight: 0.2}
    zones_basis: {confidence: general knowledge}
  - id: lower
    name: Lower
    marks:
      - {view: anterior, at: [16, 56]}
    find: Press there.
    spot_basis: {confidence: general knowledge}
    zones:
      rare: [knee_outer]
    zones_basis: {confidence: general knowledge}
"""


def load(folder: Path, body: Body, text: str = TEXT, name: str = "vastus.yaml") -> Source:
    """Write a source file and read it."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return load_source(path, body, {})[0]


def test_a_source_file_is_read(tmp_path: Path, body: Body) -> None:
    """Facts, marks and zones come out as they were written, groups as their regions."""
    found = load(tmp_path, body)
    assert (found.id, found.name, found.kind, found.synonyms) == (
        "vastus",
        "Vastus",
        "muscle",
        ("outer quad",),
    )
    upper, lower = found.trigger_points
    assert upper.cautions == ("Not too hard.",)
    assert (upper.spot_evidence.confidence, upper.spot_evidence.citations) == (
        "partial",
        ("S-abd",),
    )
    assert upper.zones["essential"] == (
        ZoneRegion("thigh_2_lateral", 1.0, False),
        ZoneRegion("thigh_3_lateral", 0.5, False),
    )
    assert upper.zones["rare"] == ()
    assert {part.region for part in lower.zones["rare"]} == set(body.groups["knee_outer"].regions)
    assert found.trigger_point("lower") is lower
    with pytest.raises(UnknownNameError, match="no trigger point of vastus named 'uper'; did you"):
        found.trigger_point("uper")


def test_zones_may_cross_the_midline(tmp_path: Path, body: Body) -> None:
    """Contralateral is the other side; bilateral is both; sides follow the trigger point."""
    spill = load(tmp_path, body).trigger_points[0].zones["spillover"]
    sacrum = body.groups["sacrum"].regions
    assert {part.sided("left") for part in spill} == {
        *(f"{side}:{region}" for side in ("left", "right") for region in sacrum),
        "right:coccyx",
    }
    assert {p.sided("right") for p in spill if p.region == "coccyx"} == {"left:coccyx"}


def test_marks_are_mirrored_to_the_right(tmp_path: Path, body: Body) -> None:
    """What is written for the left is found on the right at its mirror image."""
    upper, lower = load(tmp_path, body).trigger_points
    assert upper.marks_on("left") == (TriggerPointMark("left_lateral", -2, 70),)
    assert upper.marks_on("right") == (TriggerPointMark("right_lateral", 2, 70),)
    assert lower.marks_on("right") == (TriggerPointMark("anterior", -16, 56),)


# What is written instead, the line of the fault, the field, and words of the message.
REFUSED = {
    "a region in two zones": (
        ("- {region: coccyx, side: contralateral, weight: 0.2}", "- thigh_2_lateral"),
        (22, "trigger_points.0.zones.spillover.1"),
        "the region 'thigh_2_lateral' is already in the essential zone of 'upper'",
    ),
    "a group over a region": (
        ("- {region: sacrum, side: bilateral}", "- thigh_lateral"),
        (21, "trigger_points.0.zones.spillover.0"),
        "the region 'thigh_2_lateral' is already in the essential zone",
    ),
    "a region twice in a zone": (
        ("- {region: thigh_3_lateral, weight: 0.5}", "- thigh_2_lateral"),
        (19, "trigger_points.0.zones.essential.1"),
        "essential before spillover before rare",
    ),
    "an unknown region": (
        ("- thigh_2_lateral", "- thigh_2_latral"),
        (18, "trigger_points.0.zones.essential.0"),
        "no region or group named 'thigh_2_latral'; did you mean 'thigh_2_lateral'?",
    ),
    "an unknown group": (
        ("[knee_outer]", "[knee_oter]"),
        (31, "trigger_points.1.zones.rare.0"),
        "did you mean 'knee_outer'?",
    ),
    "a mark beside the figure": (
        ("at: [-2, 70]", "at: [-40, 70]"),
        (12, "trigger_points.0.marks.0.at"),
        "the mark (-40.0, 70.0) lies beside the figure of the left_lateral view",
    ),
    "a mark on the right": (
        ("at: [16, 56]", "at: [-16, 56]"),
        (27, "trigger_points.1.marks.0.at"),
        "the mark (-16.0, 56.0) of the anterior view lies on the patient's right",
    ),
    "a mark in the right view": (
        ("view: left_lateral", "view: right_lateral"),
        (12, "trigger_points.0.marks.0.at"),
        "marks are written for the left",
    ),
    "a trigger point twice": (
        ("- id: lower", "- id: upper"),
        (24, "trigger_points.1.id"),
        "the trigger point 'upper' is written twice",
    ),
    "an id that is not the file's": (
        ("id: vastus", "id: vastus_lateralis"),
        (1, "id"),
        "the id 'vastus_lateralis' differs from the file name 'vastus'",
    ),
    "no zone": (
        ("rare: [knee_outer]", "rare: []"),
        (30, "trigger_points.1.zones"),
        "the trigger point 'lower' has no zone",
    ),
    "confirmed by nothing": (
        (
            "pattern_basis: {confidence: general knowledge}",
            "pattern_basis: {confidence: confirmed}",
        ),
        (7, "pattern_basis"),
        "facts that are 'confirmed' need at least one citation",
    ),
    "a weight above 1": (
        ("weight: 0.5", "weight: 1.5"),
        (19, "trigger_points.0.zones.essential.1.weight"),
        "1",
    ),
    "an unknown side": (
        ("side: bilateral", "side: both"),
        (21, "trigger_points.0.zones.spillover.0.side"),
        "bilateral",
    ),
    "an unknown kind": (("kind: muscle", "kind: muscel"), (3, "kind"), "muscle"),
    "an unknown field": (("summary:", "sumary:"), (6, "sumary"), "did you mean 'summary'?"),
    "an unknown view": (
        ("view: anterior", "view: front"),
        (27, "trigger_points.1.marks.0.view"),
        "anterior",
    ),
    "a key twice": (("name: Vastus", "name: Vastus\nname: Vasta"), (3, "name"), "twice"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_faulty_file_is_refused(tmp_path: Path, body: Body, case: str) -> None:
    """The message names the file, the line, the field and what is accepted."""
    (old, new), (line, field), words = REFUSED[case]
    assert TEXT.count(old) == 1, old
    with pytest.raises(DataError) as caught:
        load(tmp_path, body, TEXT.replace(old, new))
    error = caught.value
    assert error.file is not None
    assert error.file.endswith("/vastus.yaml")
    assert (error.line, error.field) == (line, field)
    assert words in str(error)
    assert "\n" not in str(error)


def test_trigger_points_are_needed(tmp_path: Path, body: Body) -> None:
    """A source without a trigger point sends no pain, and is refused."""
    text = TEXT[: TEXT.index("trigger_points:")]
    with pytest.raises(DataError, match="trigger_points"):
        load(tmp_path, body, text)
    with pytest.raises(DataError, match="trigger_points"):
        load(tmp_path, body, f"{text}trigger_points: []\n")


def test_shipped_patterns_follow_the_house_rules(atlas: Atlas) -> None:
    """Every trigger point has an essential zone and words to find it; review is never claimed."""
    for found in atlas.sources.values():
        assert found.reviewed_by == ()
        assert found.limits
        for trp in found.trigger_points if found.is_muscle else ():
            assert trp.zones["essential"], f"{found.id} {trp.id}"
            assert trp.marks
            assert trp.cautions, f"{found.id} {trp.id} has no caution"
            for mark in trp.marks:
                # Written for the left: x > 0 from the front and on the sole, x < 0 from behind.
                assert mark.view != "right_lateral"
                from_front = mark.view in ("anterior", "plantar", "perineal")
                on_left = mark.x > 0 if from_front else mark.x < 0
                assert mark.view == "left_lateral" or on_left
