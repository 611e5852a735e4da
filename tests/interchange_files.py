"""What the tests of other programs' files share: drawings with everything in them, and refusals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DrawingError

FILES = Path(__file__).resolve().parent / "files"
"""Files that other programs wrote, or in the form that they write."""


def full_drawing() -> PainDrawing:
    """Return a drawing with every kind of mark and member that a drawing file may have."""
    ring = [[-14, 96], [-5, 96], [-6, 60.25], [-13, 60], [-14, 96]]
    hole = [[-10, 90], [-9, 90], [-9, 80], [-10, 90]]
    far = [[5, 90], [9, 90], [9, 70], [5, 90]]
    said = {"intensity": 7, "quality": ["aching", "burning"], "depth": "deep"}

    def feature(kind: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
        geometry = {"type": kind, "coordinates": coordinates}
        return {"type": "Feature", "geometry": geometry, "properties": properties}

    features = [
        feature("Polygon", [ring, hole], view="posterior", **said, colour="red"),
        feature("MultiPolygon", [[ring], [far, hole]], view="posterior", intensity=2.5),
        feature("LineString", [[3, 60], [2.1234567890123, 50]], view="anterior", width_cm=3.5),
        feature("MultiLineString", [[[3, 60], [2, 50]], [[7, 60], [7, 50]]], view="anterior"),
        feature("Point", [5, 1e-7], view="plantar", width_cm=1),
        feature("MultiPoint", [[5, 20], [6, 10]], view="plantar", quality=["numb"]),
    ]
    features[0]["id"] = 'm<1>&"\n'
    header = {
        "views_completed": ["anterior", "dorsal"],
        "answers": {"night_pain": "no"},
        "palpation": {"found": [1, 2]},
        "about": {"age_band": "40-49", "note": "Zeile 1\nZeile 2; «ü»"},
        "own": {"x": None},
    }
    document = {"type": "FeatureCollection", "hippain": header, "features": features, "study": "A"}
    return PainDrawing.from_geojson(document)


def refusal(call: Callable[[], Any]) -> str:
    """Assert that a call is refused as a drawing that cannot be used; return the one line."""
    with pytest.raises(DrawingError) as caught:
        call()
    line = str(caught.value)
    assert line.isprintable()
    assert len(line) < 400
    return line
