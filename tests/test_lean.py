"""No work twice: how often a drawing is measured, with what result, and what an atlas weighs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks import inputs
from worlds import EXAMPLES

from hippain_maps import overlap
from hippain_maps.atlas import Atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.ranking import rank

measured = sys.modules["hippain_maps.overlap"]

DRAWINGS = {
    "outline": inputs.whole_leg(),
    "strokes": inputs.drawing_file(*(inputs.stroke(n) for n in range(3))),
    "scribble": inputs.drawing_file(inputs.scribble()),
    "example": (EXAMPLES / "gluteus_minimus_posterior.geojson").read_bytes(),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_areas_are_those_of_a_plain_loop(atlas: Atlas, name: str) -> None:
    """What a drawing shares with every source polygon is what cutting each one by one gives."""
    drawing = PainDrawing.from_geojson(DRAWINGS[name])
    covered = overlap(drawing, atlas.body).area_by_view
    polygons = [p for p in inputs.source_polygons(atlas) if p[0] in covered]
    assert len(polygons) >= (240 if len(covered) == 4 else 80)
    for view, polygon, places in polygons:
        area = drawing.area(view)
        plain = area.intersection(polygon).area
        assert covered[view][places].sum() == pytest.approx(plain, abs=1e-9 * area.area)


@pytest.mark.parametrize("name", ["outline", "strokes", "scribble"])
def test_a_drawing_is_measured_once_in_each_view(
    atlas: Atlas, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ranking measures all views in one go, without an overlay, however many sources there are."""
    calls: list[str] = []

    def counted(function: Any, what: str) -> Any:
        def call(*arguments: Any) -> Any:
            calls.append(what)
            return function(*arguments)

        return call

    for what in ("covered_by_chart", "overlay_areas"):
        monkeypatch.setattr(measured, what, counted(getattr(measured, what), what))
    drawing = PainDrawing.from_geojson(DRAWINGS[name])
    rank(drawing, atlas)
    assert calls == ["covered_by_chart"]


def test_pain_along_borders_is_left_to_the_overlay(atlas: Atlas) -> None:
    """Regions that are filled to their borders are covered to the last digit, and no neighbour."""
    drawing = PainDrawing.from_regions(atlas.body, ["left:thigh_2_posterior"], views=["posterior"])
    found = overlap(drawing, atlas.body)
    (place,) = np.flatnonzero(found.fraction > 1e-9)
    assert atlas.body.sided[place] == "left:thigh_2_posterior"
    assert found.fraction[place] == pytest.approx(1, abs=1e-12)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is told by Linux")
def test_a_loaded_atlas_is_light() -> None:
    """A loaded atlas, ready to rank, costs at most 40 MB over the imports."""
    code = (
        "import hippain_maps as h, hippain_maps.combination, hippain_maps.questions\n"
        "from pathlib import Path\n"
        "from hippain_maps.expectation import expectation\n"
        "status = lambda: Path('/proc/self/status').read_text().split('VmRSS:')[1]\n"
        "size = lambda: int(status().split()[0]) / 1024\n"
        "before = size()\n"
        "atlas = h.load_atlas(); expectation(atlas)\n"
        "print(size() - before)"
    )
    subprocess.run([sys.executable, "-c", "import hippain_maps as h; h.load_atlas()"], check=True)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) <= 40
