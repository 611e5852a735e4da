"""A referral pattern as shapes to be laid over a drawing."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import numpy as np

from hippain_maps.atlas import Atlas
from hippain_maps.geometry import VIEWS, FloatArray, Side, View, mirror_view
from hippain_maps.patterns import Source, TriggerPoint
from hippain_maps.viewer.figures import load_figures
from hippain_maps.viewer.paths import path_of

if TYPE_CHECKING:
    # Everything under `plotting` brings a figure library with it; the first pattern fetches it.
    from hippain_maps.plotting.zones import PatternShapes

_FINENESS = 0.05
_KEPT = 200


class PatternShelf:
    """Patterns as shapes, each worked out once, and for both sides.

    Parameters
    ----------
    atlas : Atlas
        Whose patterns.
    """

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas
        self._made: OrderedDict[tuple[str, ...], dict[View, PatternShapes]] = OrderedDict()
        self._lock = threading.Lock()

    def data(self, source: Source, side: Side, points: tuple[TriggerPoint, ...]) -> dict[str, Any]:
        """Return the joint pattern of some trigger points of a source, view by view.

        Parameters
        ----------
        source : Source
            Of the atlas.
        side : {"left", "right"}
            The patient's.
        points : tuple of TriggerPoint
            Of the source.
        """
        load_figures()
        from hippain_maps.plotting.pattern import views_that_matter

        shapes = self._left(source, points)
        if side == "right":
            shapes = {view: shapes[mirror_view(view)].mirrored() for view in VIEWS}
        return {
            "views": {
                view: _shapes(found)
                for view, found in shapes.items()
                if found.marks or not found.is_empty
            },
            "matters": list(views_that_matter(self._atlas, points, side, source)),
        }

    def _left(self, source: Source, points: tuple[TriggerPoint, ...]) -> dict[View, PatternShapes]:
        """Return the shapes of the left side, in every view."""
        load_figures()
        from hippain_maps.plotting.zones import pattern_shapes

        key = source.id, *(point.id for point in points)
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
        body = self._atlas.body
        made = {view: pattern_shapes(body, points, "left", view, source) for view in VIEWS}
        with self._lock:
            self._made[key] = made
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
        return made


def _shapes(found: PatternShapes) -> dict[str, Any]:
    from hippain_maps.plotting.look import PRINT

    return {
        "essential": path_of(found.essential, fineness=_FINENESS),
        "spillover": _dots(found.spillover),
        "rare": _dots(found.rare),
        "frequent": [
            {
                "share": group.share,
                "path": path_of(group.area, fineness=_FINENESS),
                "at": [round(number, 2) for number in group.middle],
                "room_cm": round(group.room, 2),
            }
            for group in found.frequent
        ],
        "core": path_of(found.core, fineness=_FINENESS),
        "crosses": [
            {"point": name, "x": mark.x, "y": mark.y}
            for name, marks in found.marks.items()
            for mark in marks
        ],
        "dot_cm": PRINT.dot_cm,
    }


def _dots(centres: FloatArray) -> list[list[float]]:
    dots: list[list[float]] = np.round(centres, 2).tolist()
    return dots
