"""Pages that fill from the top: blocks of known height, in inches, put one below the other.

A block knows its height before anything is drawn, so that pages are laid out first and drawn once.
Words are wrapped to their width, words that are too long for a line are broken, and nothing is
drawn smaller to make it fit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Protocol

from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from hippain_maps.plotting.layout import size_of, width_of, wrapped

LEADING = 1.38
"""Height of a line over the size of its type."""

NO_GLYPH = "\N{WHITE SQUARE}"
"""Stands for a character that the font of the pages does not have."""

SAFE = 0.985
"""Lines fill no more of their room: letters on a grid of pixels come out wider."""


class Block(Protocol):
    """Something of a known height, in inches, that is drawn from its upper left corner."""

    @property
    def height(self) -> float:
        """How high it is."""

    def draw(self, figure: Figure, x: float, y: float) -> None:
        """Draw it; `x` from the left and `y` from the top of the page, inches."""


@dataclass(frozen=True)
class Space:
    """Room without anything in it."""

    height: float

    def draw(self, figure: Figure, x: float, y: float) -> None:
        """Draw nothing."""


@dataclass(frozen=True)
class Lines:
    """Lines of type, wrapped already."""

    lines: tuple[str, ...]
    size: float
    colour: str
    bold: bool = False
    indent: float = 0.0

    @property
    def height(self) -> float:
        """How high the lines stand."""
        return len(self.lines) * self.leading

    @property
    def width(self) -> float:
        """How long the longest line is, with its indent, inches."""
        longest = max((width_of(s, self.size, bold=self.bold) for s in self.lines), default=0.0)
        return self.indent + longest / SAFE

    @property
    def leading(self) -> float:
        """From one line to the next, inches."""
        return self.size * LEADING / 72

    def draw(self, figure: Figure, x: float, y: float) -> None:
        """Write the lines, each on its own base line."""
        for number, line in enumerate(self.lines):
            base = y + (number + 0.78) * self.leading
            write(
                figure,
                line,
                x + self.indent,
                base,
                size=self.size,
                colour=self.colour,
                bold=self.bold,
            )

    def split(self) -> list[Lines]:
        """Return each line by itself, so that a page may end between them."""
        return [replace(self, lines=(line,)) for line in self.lines]


def write(
    figure: Figure,
    text: str,
    x: float,
    y: float,
    *,
    size: float,
    colour: str,
    bold: bool = False,
    ha: str = "left",
) -> None:
    """Write one line at a place in inches from the upper left corner; `y` is its base line."""
    wide, high = size_of(figure)
    figure.text(
        x / wide,
        1 - y / high,
        text,
        fontsize=size,
        fontweight="bold" if bold else "normal",
        color=colour,
        ha=ha,
        va="baseline",
        # A note may hold dollar signs; it is no formula.
        parse_math=False,
    )


def rule(figure: Figure, x: float, y: float, width: float, *, colour: str, weight: float) -> None:
    """Draw a level line at a place in inches from the upper left corner."""
    wide, high = size_of(figure)
    across, at = [x / wide, (x + width) / wide], [1 - y / high] * 2
    figure.add_artist(Line2D(across, at, color=colour, linewidth=weight, solid_capstyle="butt"))


def box(
    figure: Figure, place: tuple[float, float, float, float], *, gid: str = "", **style: object
) -> None:
    """Draw a rectangle: x and y of its upper left corner, width and height, inches."""
    wide, high = size_of(figure)
    x, y, width, height = place
    corner = (x / wide, 1 - (y + height) / high)
    shape = Rectangle(corner, width / wide, height / high, transform=figure.transFigure)
    shape.set(**{"facecolor": "none", **style})
    shape.set_gid(gid or None)
    figure.add_artist(shape)


@dataclass(frozen=True)
class Column:
    """Blocks below each other that stay on one page."""

    blocks: tuple[Block, ...]

    @property
    def height(self) -> float:
        """How high they are together."""
        return sum(block.height for block in self.blocks)

    def draw(self, figure: Figure, x: float, y: float) -> None:
        """Draw them from the top."""
        for block in self.blocks:
            block.draw(figure, x, y)
            y += block.height


@dataclass(frozen=True)
class Row:
    """Blocks beside each other, each so many inches in from the left."""

    blocks: tuple[tuple[float, Block], ...]

    @property
    def height(self) -> float:
        """How high the highest of them is."""
        return max((block.height for _, block in self.blocks), default=0.0)

    def draw(self, figure: Figure, x: float, y: float) -> None:
        """Draw them from one top."""
        for offset, block in self.blocks:
            block.draw(figure, x + offset, y)


@dataclass(frozen=True)
class Drawn:
    """A block that a function draws: charts, boxes to tick, a line to sign on."""

    height: float
    how: Callable[[Figure, float, float], None] = field(repr=False)

    def draw(self, figure: Figure, x: float, y: float) -> None:
        """Have it drawn."""
        self.how(figure, x, y)


@dataclass(frozen=True)
class Item:
    """A block on its way to a page.

    Parameters
    ----------
    block : Block
        What stands there.
    above : float
        Room above it, inches; none at the top of a page.
    framed : bool
        Whether it stands in the frame of its neighbours that do as well.
    """

    block: Block
    above: float = 0.0
    framed: bool = False


@dataclass(frozen=True)
class Sheet:
    """A size of paper with its margins, inches; the left one has room for holes."""

    wide: float
    high: float
    left: float = 0.75
    right: float = 0.55
    top: float = 0.5
    bottom: float = 0.6

    @property
    def width(self) -> float:
        """Width between the margins."""
        return self.wide - self.left - self.right


PAPERS = {"a4": Sheet(8.27, 11.69), "letter": Sheet(8.5, 11.0)}
"""Sizes of paper by name."""

Placed = tuple[Item, float]
"""An item and where it begins, inches from the top of its page."""


def paged(items: Iterable[Item], sheet: Sheet, *, head: float) -> list[list[Placed]]:
    """Return the items of each page with their places; a new page begins below `head` inches.

    An item that is higher than a page stands on one by itself.
    """
    pages: list[list[Placed]] = [[]]
    y = sheet.top
    for item in items:
        above = item.above if pages[-1] else 0.0
        if pages[-1] and y + above + item.block.height > sheet.high - sheet.bottom:
            pages.append([])
            y, above = sheet.top + head, 0.0
        pages[-1].append((item, y + above))
        y += above + item.block.height
    return pages


def frames(page: Sequence[Placed]) -> list[tuple[float, float]]:
    """Return top and bottom of each run of framed items on a page, inches."""
    found: list[tuple[float, float]] = []
    before = False
    for item, y in page:
        if item.framed:
            top = found.pop()[0] if before else y
            found.append((top, y + item.block.height))
        before = item.framed
    return found


def lines_of(
    text: str,
    width: float,
    *,
    size: float,
    colour: str,
    bold: bool = False,
    indent: float = 0.0,
) -> Lines:
    """Return a text as wrapped lines; a line break in it stays one."""
    room = SAFE * (width - indent)
    lines = [
        line
        for part in printable(text).split("\n")
        for line in wrapped(_broken(part, size, room, bold=bold), size, room, bold=bold)
    ]
    return Lines(tuple(lines), size, colour, bold, indent)


def _broken(text: str, size: float, room: float, *, bold: bool) -> str:
    """Return a text in which words that are wider than a line are cut into pieces."""
    # More letters than a line holds; what is behind them need not be measured.
    most = max(int(2 * room / width_of("n", size, bold=bold)), 1)
    pieces = []
    for word in text.split():
        rest = word
        while rest:
            fits = len(rest[:most])
            while fits > 1 and (width := width_of(rest[:fits], size, bold=bold)) > room:
                fits = max(min(int(fits * room / width), fits - 1), 1)
            pieces.append(rest[:fits])
            rest = rest[fits:]
    return " ".join(pieces)


@cache
def _glyphs() -> frozenset[int]:
    """Return what the font of the pages has, regular and bold."""
    regular, bold = (
        frozenset(get_font(findfont(FontProperties(weight=weight))).get_charmap())
        for weight in ("normal", "bold")
    )
    return regular & bold


def printable(text: str) -> str:
    """Return a text as it can be printed: plain blanks, and a square for what has no glyph."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = (" ".join(line.split()) for line in lines)
    return "\n".join("".join(c if ord(c) in _glyphs() else NO_GLYPH for c in line) for line in kept)
