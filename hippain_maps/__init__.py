"""The open trigger-point referral map for the hip, low back and leg.

>>> from hippain_maps import PainDrawing, load_atlas, rank
>>> atlas = load_atlas()
>>> drawing = PainDrawing.from_regions(atlas.body, ["left:thigh_lateral", "left:leg_lateral"])
>>> ranking = rank(drawing, atlas)
>>> ranking[0].source.name, ranking[0].side
('Gluteus minimus', 'left')

Candidates to examine, never a diagnosis. Figures are in `hippain_maps.plotting`, which is imported
only where it is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from hippain_maps.atlas import Atlas, load_atlas
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import (
    DataError,
    DrawingError,
    HippainError,
    OutputError,
    UnknownNameError,
)
from hippain_maps.overlap import Overlap, overlap
from hippain_maps.red_flags import RedFlag
from hippain_maps.screening import RedFlagState, red_flags

if TYPE_CHECKING:
    from hippain_maps.candidates import Candidate, Ranking
    from hippain_maps.ranking import rank, rank_many

__all__ = [
    "Atlas",
    "Candidate",
    "DataError",
    "DrawingError",
    "HippainError",
    "OutputError",
    "Overlap",
    "PainDrawing",
    "Ranking",
    "RedFlag",
    "RedFlagState",
    "UnknownNameError",
    "load_atlas",
    "overlap",
    "rank",
    "rank_many",
    "red_flags",
]


_LATER = {
    "Candidate": "candidates",
    "Ranking": "candidates",
    "rank": "ranking",
    "rank_many": "ranking",
}
"""Names whose modules are imported when they are asked for: many programs only read or draw."""


def __getattr__(name: str) -> Any:
    if name in _LATER:
        found = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
        globals()[name] = found
        return found
    if name == "__version__":
        # Looked up when asked for: it takes longer than everything above but the libraries.
        from importlib.metadata import version

        return version("hippain-maps")
    raise AttributeError(f"module 'hippain_maps' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
