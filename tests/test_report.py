"""Reports: everything is on the page, nothing lies on anything else, what is missing is said."""

from __future__ import annotations

from hippain_maps.atlas import Atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.report import Case, report_bytes


def test_bytes_are_those_of_the_kind_asked_for(atlas: Atlas) -> None:
    """A report is given as a PDF or as a PNG."""
    case = Case(PainDrawing())
    assert report_bytes(case, atlas).startswith(b"%PDF-")
    assert report_bytes(case, atlas, kind="png", dpi=40).startswith(b"\x89PNG")
