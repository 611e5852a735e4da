"""How the pages of a report are set: their type, their headings, what stands at head and foot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from matplotlib.figure import Figure

from hippain_maps.plotting.look import Look
from hippain_maps.report.flow import (
    Block,
    Column,
    Drawn,
    Item,
    Lines,
    Row,
    Sheet,
    Space,
    box,
    frames,
    lines_of,
    paged,
    rule,
    write,
)
from hippain_maps.words import Words

GAP = 0.22
"""Between columns, inches."""

TICK = "\N{BALLOT BOX}"
"""To be ticked by hand."""

WHOLE = 2.6
"""A section that is no higher than this stays on one page, inches."""

SMALLEST = 6.2
"""Type that still can be read on paper, points."""

# Under the foot no printer reaches; with the line above it, inches.
_BELOW = 0.42
_RUNNING = 0.34
# Around framed items, inches.
_PAD_X, _PAD_Y = 0.1, 0.05


@dataclass(frozen=True)
class Setting:
    """Paper, language and look of a report, and what is made of them.

    Parameters
    ----------
    words : Words
        Of its language.
    sheet : Sheet
        The paper.
    look : Look
        Colours, and sizes of type that parts shared with the figures go by.
    text_size : float
        Of running text, points.
    foot : str
        What stands at the foot of each page.
    """

    words: Words
    sheet: Sheet
    look: Look
    text_size: float
    foot: str

    @classmethod
    def of(cls, words: Words, sheet: Sheet, look: Look, *, text_size: float, foot: str) -> Setting:
        """Return a setting with all type in proportion to its running text.

        The margin below has room for the lines that stand at the foot of each page.
        """
        more = text_size / look.text_size
        names = ("heading_size", "title_size", "text_size")
        sized = replace(look, **{name: more * getattr(look, name) for name in names})
        small = max(more * look.small_size, SMALLEST)
        plain = cls(words, sheet, replace(sized, small_size=small), text_size, foot)
        return replace(plain, sheet=replace(sheet, bottom=plain._foot.height + _BELOW))

    @property
    def width(self) -> float:
        """Width of the text, inches."""
        return self.sheet.width

    @property
    def half(self) -> float:
        """Width of a column where there are two, inches."""
        return (self.width - GAP) / 2

    def pairs(self, blocks: Sequence[Block]) -> list[Block]:
        """Return blocks two by two, in two columns."""
        places = (0.0, self.half + GAP)
        return [
            Row(tuple(zip(places, blocks[at : at + 2], strict=False)))
            for at in range(0, len(blocks), 2)
        ]

    def text(
        self,
        text: str,
        width: float | None = None,
        *,
        size: float | None = None,
        bold: bool = False,
        red: bool = False,
        faint: bool = False,
        indent: float = 0.0,
    ) -> Lines:
        """Return wrapped lines of running text."""
        look = self.look
        return lines_of(
            text,
            self.width if width is None else width,
            size=size or self.text_size,
            colour=look.alarm if red else look.caption_ink if faint else look.ink,
            bold=bold,
            indent=indent,
        )

    def heading(self, text: str, width: float | None = None) -> Column:
        """Return a heading under a thin line."""
        room, look = self.width if width is None else width, self.look

        def line(figure: Figure, x: float, y: float) -> None:
            rule(figure, x, y, room, colour=look.faint_ink, weight=0.6)

        title = self.text(text, room, size=look.title_size, bold=True)
        return Column((Drawn(0.04, line), title, Space(0.02)))

    def section(self, title: str, blocks: Sequence[Block], *, above: float = 0.1) -> list[Item]:
        """Return a heading with blocks below it; a long section may go on to a next page."""
        if not blocks:
            return []
        head = self.heading(title)
        if sum(block.height for block in (head, *blocks)) <= WHOLE:
            return [Item(Column((head, *blocks)), above)]
        return [Item(Column((head, blocks[0])), above), *(Item(block) for block in blocks[1:])]

    def beside(self, left: Sequence[Item], right: Sequence[Item], *, above: float = 0.1) -> Item:
        """Return the blocks of two sections, set for half the width, beside each other."""
        parts = (Column(tuple(item.block for item in items)) for items in (left, right))
        return Item(Row(tuple(zip((0.0, self.half + GAP), parts, strict=True))), above)

    @property
    def halved(self) -> Setting:
        """The same setting on a page that is as wide as half of this one."""
        away = self.width - self.half
        return replace(self, sheet=replace(self.sheet, right=self.sheet.right + away))

    def framed(self, texts: Iterable[Lines]) -> list[Item]:
        """Return texts in a frame, which may go on to a next page.

        What is bold stays with what stands below it, down to the first point of a list.
        """
        groups: list[list[Lines]] = []
        before: Lines | None = None
        for text in texts:
            begins = before is None or (text.bold and not before.bold)
            if begins or (text.indent and before and before.indent):
                groups.append([])
            groups[-1].append(replace(text, indent=text.indent + _PAD_X))
            before = text
        inside = [Item(Column(tuple(group)), framed=True) for group in groups]
        return [Item(Space(_PAD_Y), 0.1, True), *inside, Item(Space(_PAD_Y), 0.0, True)]

    @property
    def framed_width(self) -> float:
        """Width of a text in a frame, inches."""
        return self.width - 2 * _PAD_X

    def fits(self, items: Iterable[Item]) -> tuple[int, float]:
        """Return how many pages some items take, and how much stays blank on all but the last."""
        pages, end = paged(items, self.sheet, head=_RUNNING), self.sheet.high - self.sheet.bottom
        ends = [y + item.block.height for *_, (item, y) in pages[:-1]]
        return len(pages), sum(max(end - y, 0.0) for y in ends)

    def pages(self, items: Sequence[Item], *, running: str) -> list[Figure]:
        """Return the pages with some items on them.

        Parameters
        ----------
        items : sequence of Item
            In their order.
        running : str
            What stands at the head of each page but the first.
        """
        sheet, look = self.sheet, self.look
        pages = paged(items, sheet, head=_RUNNING)
        figures = []
        for number, page in enumerate(pages, 1):
            figure = Figure(figsize=(sheet.wide, sheet.high), facecolor=look.paper)
            for top, bottom in frames(page):
                edge: dict[str, Any] = {"edgecolor": look.alarm, "linewidth": 2.2}
                box(figure, (sheet.left, top, sheet.width, bottom - top), gid="red-flags", **edge)
            for item, y in page:
                item.block.draw(figure, sheet.left, y)
            if number > 1:
                self._running(figure, running)
            said = self.words.say("report_page", number=number, whole=len(pages))
            self._end(figure, said)
            figures.append(figure)
        return figures

    def _running(self, figure: Figure, text: str) -> None:
        sheet, look = self.sheet, self.look
        (line, *_) = self.text(text, faint=True).lines or ("",)
        y = sheet.top + 0.12
        write(figure, line, sheet.left, y, size=self.text_size, colour=look.caption_ink)
        rule(figure, sheet.left, y + 0.06, sheet.width, colour=look.faint_ink, weight=0.6)

    @property
    def _foot(self) -> Lines:
        # Beside it is room for the number of the page.
        return self.text(self.foot, self.sheet.width - 1.0, size=self.look.small_size, faint=True)

    def _end(self, figure: Figure, page: str) -> None:
        sheet, look, said = self.sheet, self.look, self._foot
        y = sheet.high - sheet.bottom + 0.08
        rule(figure, sheet.left, y, sheet.width, colour=look.faint_ink, weight=0.6)
        said.draw(figure, sheet.left, y + 0.04)
        at = y + 0.04 + 0.78 * said.leading
        small: dict[str, Any] = {"size": look.small_size, "colour": look.caption_ink}
        write(figure, page, sheet.left + sheet.width, at, ha="right", **small)


def blank(height: float, width: float, setting: Setting) -> Block:
    """Return a line to write on."""

    def draw(figure: Figure, x: float, y: float) -> None:
        rule(figure, x, y + height - 0.03, width, colour=setting.look.ink, weight=0.7)

    return Drawn(height, draw)
