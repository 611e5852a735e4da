"""What a report tells of a drawing: red flags always, a ranking where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from hippain_maps.atlas import Atlas
from hippain_maps.candidates import Ranking
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DrawingError
from hippain_maps.overlap import Overlap
from hippain_maps.overlap import overlap as overlap_of
from hippain_maps.ranking import rank
from hippain_maps.screening import RedFlagState, red_flags


@dataclass(frozen=True)
class Finding:
    """A drawing compared with an atlas; each part is worked out once."""

    drawing: PainDrawing
    atlas: Atlas

    @cached_property
    def ranking(self) -> Ranking | None:
        """The ranking; None where nothing is drawn on the mapped body."""
        try:
            return rank(self.drawing, self.atlas)
        except DrawingError:
            return None

    @cached_property
    def overlap(self) -> Overlap:
        """What is drawn where."""
        return (
            self.ranking.overlap
            if self.ranking is not None
            else overlap_of(self.drawing, self.atlas.body)
        )

    @cached_property
    def flags(self) -> Sequence[RedFlagState]:
        """The red flags of the drawing and its answers."""
        if self.ranking is not None:
            return self.ranking.red_flags
        return red_flags(self.drawing, self.atlas, found=self.overlap)
