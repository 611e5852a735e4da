"""What the tests of figures share: where type and crosses stand on the page, and named artists."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import shapely
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import Collection
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from hippain_maps._resources import resource_dir
from hippain_maps.geometry import FloatArray
from hippain_maps.packs import NOT_SOURCES

SOURCES = sorted(
    path.stem for path in resource_dir("patterns").glob("*.yaml") if path.stem not in NOT_SOURCES
)
"""Ids of the shipped sources, known before the atlas is read."""

TYPICAL = (
    "gluteus_minimus",  # many marks, the whole leg
    "quadratus_lumborum",
    "vastus_lateralis",  # a crowd of trigger points
    "psoas",  # trunk and thigh, front and back
    "rectus_abdominis",  # both sides and both side views
    "obturator_internus",  # the saddle area, on the midline
    "abductor_hallucis",  # one leg alone, and the sole
    "l5_root",  # a core, and the feet from above
    "deep_gluteal_syndrome",  # insets above each other
    "hip_joint",  # frequencies
    "sacroiliac_joint",
    "lumbar_stenosis",  # both legs
    "pudendal_nerve",
    "bakers_cyst",  # one view of one knee
)
"""Some of them that differ from each other as much as any: for what takes long."""


def laid_out(figure: Figure) -> Figure:
    """Return the figure with every text where a drawn page has it."""
    FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    return figure


def texts(figure: Figure | SubFigure) -> Iterator[Text]:
    """Yield every text that is seen, those of its axes and parts too."""
    written = [*figure.texts]
    for ax in figure.axes:
        written += [ax.title, *ax.texts]
        if ax.axison:
            written += [*ax.get_xticklabels(), *ax.get_yticklabels()]
            written += [ax.xaxis.label, ax.yaxis.label]
    pending = list(figure.subfigs)
    while pending:
        part = pending.pop(0)
        written += part.texts
        pending += part.subfigs
    yield from (text for text in written if text.get_visible() and text.get_text().strip())


def words(figure: Figure | SubFigure) -> str:
    """Return everything that is written on a figure."""
    return "\n".join(text.get_text() for text in texts(figure))


def charts(figure: Figure | SubFigure) -> list[Axes]:
    """Return the axes of a figure that are no key."""
    return [ax for ax in figure.axes if ax.get_label() != "key"]


def key_of(figure: Figure | SubFigure) -> list[str]:
    """Return what the key of a figure names, in order."""
    return [text.get_text() for ax in figure.axes if ax not in charts(figure) for text in ax.texts]


def crosses(figure: Figure) -> Iterator[tuple[str, float, float, Bbox]]:
    """Yield the crosses of trigger points: the group, the place in chart cm, the pixels."""
    for ax in charts(figure):
        for line in ax.lines:
            if line.get_marker() == "x":
                half = line.get_markersize() / 2 * figure.dpi / 72
                for x, y in line.get_xydata():
                    px, py = ax.transData.transform((x, y))
                    yield (
                        str(line.get_gid()),
                        float(x),
                        float(y),
                        Bbox([[px - half, py - half], [px + half, py + half]]),
                    )


def _touch(a: Bbox, b: Bbox, slack: float) -> bool:
    wide = min(a.x1, b.x1) - max(a.x0, b.x0)
    high = min(a.y1, b.y1) - max(a.y0, b.y0)
    return bool(wide > slack and high > slack)


def check_legible(figure: Figure) -> None:
    """Assert that every text lies on the page and none on another or on a cross."""
    laid_out(figure)
    page = figure.bbox
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts(figure)]
    for said, box in boxes:
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= page.x1 and box.y1 <= page.y1
        assert inside, f"{said!r} is cut off: {box.extents.round(1)} on {page.extents}"
    for (one, box), (other, beside) in itertools.combinations(boxes, 2):
        assert not _touch(box, beside, 1.0), f"{one!r} lies on {other!r}"
    for gid, _, _, cross in crosses(figure):
        for said, box in boxes:
            assert not _touch(box, cross, 0.5), f"{said!r} lies on a cross of {gid}"


def by_gid(figure: Figure | SubFigure) -> dict[str, Artist]:
    """Return the named artists of a figure."""
    found = {}
    for ax in figure.axes:
        for artist in (*ax.patches, *ax.collections, *ax.lines, *ax.texts):
            if artist.get_gid():
                assert artist.get_gid() not in found
                found[str(artist.get_gid())] = artist
    return found


def places(artist: Artist) -> FloatArray:
    """Return where an artist is, chart cm: the vertices of a shape, dots, crosses, or a text."""
    if isinstance(artist, Patch):
        return np.asarray(artist.get_path().vertices)
    if isinstance(artist, Collection):
        return np.asarray(artist.get_offsets())
    if isinstance(artist, Line2D):
        return np.asarray(artist.get_xydata())
    assert isinstance(artist, Text)
    return np.array([artist.get_position()])


def shape_of(patch: Artist) -> shapely.Geometry:
    """Return the area that a patch fills, holes left open."""
    assert isinstance(patch, Patch)
    rings = [r for r in patch.get_path().to_polygons(closed_only=True) if len(r) > 3]
    area: shapely.Geometry = shapely.Polygon()
    for ring in rings:
        area = area.symmetric_difference(shapely.Polygon(ring).buffer(0))
    return area
