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

from hippain_maps.atlas import Atlas, load_atlas
from hippain_maps.candidates import Candidate, Ranking
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import (
    DataError,
    DrawingError,
    HippainError,
    OutputError,
    UnknownNameError,
)
from hippain_maps.overlap import Overlap, overlap
from hippain_maps.ranking import rank, rank_many
from hippain_maps.red_flags import RedFlag
from hippain_maps.screening import RedFlagState, red_flags

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


def __getattr__(name: str) -> str:
    if name == "__version__":
        # Looked up when asked for: it takes longer than everything above but the libraries.
        from importlib.metadata import version

        return version("hippain-maps")
    raise AttributeError(f"module 'hippain_maps' has no attribute '{name}'")
