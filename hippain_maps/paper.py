"""The printed page of body charts: what stands where, so that a drawing on it can be read back.

A page is laid out in millimetres, ``x`` to the right and ``y`` *down* from the upper left corner of
its block. The block is the same on A4 and on Letter, in the middle of the sheet, so that a scanner
need not know the paper::

    [0]  title           code, date  [1]        [n]  a registration mark, which
        R front L   R back L  ...                    names layout and corner
         .--.         .--.       o o            .--. a room: the field of one view;
         |  |         |  |       ---                 what is drawn in it is read
    [3]  instructions                [2]             everything else is not

The registration marks are AprilTags of the family 36h11 (Olson 2011, doi 10.1109/ICRA.2011.5979561;
Wang and Olson 2016, doi 10.1109/IROS.2016.7759617): two of them differ in 11 of 36 bits or more, in
every rotation. Their numbers name the layout and the corner. A printed page outlives the program
that printed it, so a layout never changes: whatever moves a line gets a number of its own in
`LAYOUTS`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from hippain_maps.errors import PageError, UnknownNameError
from hippain_maps.geometry import FloatArray, View
from hippain_maps.regions import BodyChart

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, mm."""

PAPERS: Mapping[str, tuple[float, float]] = {"a4": (297.0, 210.0), "letter": (279.4, 215.9)}
"""Long and short side of a sheet, mm."""

CORNERS = ("upper left", "upper right", "lower right", "lower left")
"""In the order of their numbers."""

MARK_SIDE = 11.0
"""Side of a registration mark, mm, without the paper around it."""

QUIET = 2.0
"""Blank paper that a mark needs around it, mm."""

MARK_BITS: Mapping[int, int] = {
    100: 0x8A4CB8F0A,
    101: 0xF72AEE766,
    102: 0x73CC6B569,
    103: 0xC99CA6A59,
    104: 0x366A0C535,
    105: 0x509E51943,
    106: 0xBA6D227D1,
    107: 0xD2ACF163B,
    108: 0xD989FEF68,
    109: 0x641707BB2,
    110: 0xF9BD312AB,
    111: 0x77739C207,
}
"""The inner 6 x 6 cells of the marks in use, row by row, 1 for white. Small numbers are left to
other people: robots, and tags to learn with."""

MARK_CELLS = 8
"""Cells along a side of a mark, the black border included."""


@dataclass(frozen=True, slots=True)
class Room:
    """The field of one view on the page.

    Parameters
    ----------
    view : view
        Whose.
    box : Box
        The field, mm. Rooms stand wall to wall: what is drawn beside a figure is still its own.
    origin : (x, y)
        Where the chart's (0, 0) lies, mm.
    scale : float
        Millimetres on paper for a centimetre of the chart.
    """

    view: View
    box: Box
    origin: tuple[float, float]
    scale: float

    def to_page(self, xy: ArrayLike) -> FloatArray:
        """Return chart cm as mm on the page; shape (n, 2) or (2,)."""
        page: FloatArray = np.asarray(self.origin) + np.asarray(xy) * [self.scale, -self.scale]
        return page

    def to_chart(self, xy: ArrayLike) -> FloatArray:
        """Return mm on the page as chart cm; shape (n, 2) or (2,).

        Examples
        --------
        >>> room = Room("anterior", (0, 0, 50, 100), (25.0, 90.0), 0.5)
        >>> room.to_chart(room.to_page([4.0, 88.0])).tolist()
        [4.0, 88.0]
        """
        chart: FloatArray = (np.asarray(xy) - self.origin) / [self.scale, -self.scale]
        return chart

    def lines(self, chart: BodyChart, *, hints: bool = True) -> list[FloatArray]:
        """Return the printed lines of the view, mm: the figure's outline, then the light lines.

        Parameters
        ----------
        chart : BodyChart
            The view's chart.
        hints : bool
            Whether the light anatomical lines are among them.
        """
        shapes: list[shapely.Geometry] = [shapely.boundary(chart.outline(arms=False))]
        if hints:
            shapes += [shapely.LineString(xy) for xy in chart.hints]
        on_page = [shapely.transform(shape, self.to_page) for shape in shapes]
        # An outline that leaves the room ends at its wall; the wall itself is not drawn.
        inside = shapely.line_merge(shapely.intersection(on_page, shapely.box(*self.box)))
        fine = shapely.simplify(inside, _FINENESS)
        return [
            shapely.get_coordinates(line)
            for line in shapely.get_parts(shapely.get_parts(fine))
            if line.length > 0
        ]


_FINENESS = 0.02
"""Printed lines keep to their course within this, mm."""


@dataclass(frozen=True, slots=True)
class PageLayout:
    """A page that can be printed and read back.

    Parameters
    ----------
    name : str
        What it is called.
    number : int
        What its registration marks say.
    size : (width, height)
        Of the block, mm.
    rooms : tuple of Room
        One for each view.
    """

    name: str
    number: int
    size: tuple[float, float]
    rooms: tuple[Room, ...]

    @property
    def views(self) -> tuple[View, ...]:
        """The views on the page, in their order."""
        return tuple(room.view for room in self.rooms)

    @property
    def upright(self) -> bool:
        """Whether the page is higher than wide."""
        return self.size[1] > self.size[0]

    def marks(self) -> dict[int, FloatArray]:
        """Return the four registration marks: number to corners, mm.

        The corners of a mark go clockwise from its own upper left one; shape (4, 2).
        """
        wide, high = self.size
        far_x, far_y = wide - MARK_SIDE, high - MARK_SIDE
        square = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], dtype=float) * MARK_SIDE
        places = [(0.0, 0.0), (far_x, 0.0), (far_x, far_y), (0.0, far_y)]
        first = _FIRST_MARK + 4 * (self.number - 1)
        return {first + corner: square + place for corner, place in enumerate(places)}

    def sheet(self, paper: str) -> tuple[float, float]:
        """Return width and height of a sheet of this page, mm.

        Raises
        ------
        UnknownNameError
            If there is no such paper.
        """
        if paper not in PAPERS:
            raise UnknownNameError("paper", paper, PAPERS, hint=f"papers are {', '.join(PAPERS)}")
        long, short = PAPERS[paper]
        return (short, long) if self.upright else (long, short)


_FIRST_MARK = min(MARK_BITS)


def _all_views() -> PageLayout:
    """Return the page with all seven views: four standing ones, and the insets in a column."""
    floor, top, bottom, scale = 170.0, 23.0, 175.0, 1.065
    walls = (0.0, 57.0, 114.0, 160.0, 206.0)
    # From the side, the feet reach further forward than the back reaches back.
    at = (28.5, 85.5, 143.4, 176.6)
    views: tuple[View, ...] = ("anterior", "posterior", "left_lateral", "right_lateral")
    rooms = [
        Room(view, (left, top, right, bottom), (x, floor), scale)
        for view, left, right, x in zip(views, walls, walls[1:], at, strict=False)
    ]
    insets: tuple[tuple[View, float, float, float], ...] = (
        ("plantar", 23.0, 71.0, 67.6),
        ("dorsal", 79.0, 127.0, 122.6),
        ("perineal", 135.0, 175.0, 154.6),
    )
    rooms += [
        Room(view, (walls[-1], y0, 256.0, y1), (231.0, zero), 1.55) for view, y0, y1, zero in insets
    ]
    return PageLayout("all", 1, (256.0, 188.0), tuple(rooms))


def _large(name: str, number: int, views: tuple[View, View], at: tuple[float, float]) -> PageLayout:
    """Return a page with two standing views, half as large again."""
    boxes: tuple[Box, Box] = ((0.0, 26.0, 94.0, 243.0), (94.0, 26.0, 188.0, 243.0))
    rooms = [
        Room(view, box, (x, 237.5), 1.55) for view, box, x in zip(views, boxes, at, strict=True)
    ]
    return PageLayout(name, number, (188.0, 256.0), tuple(rooms))


LAYOUTS: tuple[PageLayout, ...] = (
    _all_views(),
    _large("front and back", 2, ("anterior", "posterior"), (47.0, 141.0)),
    _large("sides", 3, ("left_lateral", "right_lateral"), (56.4, 131.6)),
)
"""Every page there is, by number."""


def layout_for(views: Sequence[View]) -> PageLayout:
    """Return the page that shows some views; without views, all of them.

    Raises
    ------
    PageError
        If no page shows just these.

    Examples
    --------
    >>> layout_for(["posterior", "anterior"]).name
    'front and back'
    """
    for layout in LAYOUTS:
        if not views or set(views) == set(layout.views):
            return layout
    known = "; ".join(" ".join(layout.views) for layout in LAYOUTS[1:])
    raise PageError(
        f"no page shows {' '.join(views)}; name no view, for all of them on one page, or those of "
        f"a larger page: {known}"
    )


def cells_of(mark: int) -> NDArray[np.bool_]:
    """Return the cells of a mark, True for black; shape (8, 8), the first row on top.

    Examples
    --------
    >>> cells_of(100).sum(axis=1).tolist()[0]
    8
    """
    bits = np.array([int(bit) for bit in f"{MARK_BITS[mark]:036b}"]).reshape(6, 6)
    cells = np.ones((MARK_CELLS, MARK_CELLS), dtype=np.bool_)
    cells[1:-1, 1:-1] = bits == 0
    return cells
