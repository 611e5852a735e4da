"""How the pages of a report are set: their type, their headings, what stands at head and foot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from matplotlib.figure import Figure

from hippain_maps.plotting.look import Look
from hippain_maps.report.flow import (
    Block,
    Column,
    Drawn,
    Item,
    Lines,
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
    """

    words: Words
    sheet: Sheet
    look: Look
    text_size: float

    @classmethod
    def of(cls, words: Words, sheet: Sheet, look: Look, *, text_size: float) -> Setting:
        """Return a setting with all type in proportion to its running text."""
        more = text_size / look.text_size
        names = ("heading_size", "title_size", "text_size", "small_size")
        sized = replace(look, **{name: more * getattr(look, name) for name in names})
        return cls(words, sheet, sized, text_size)

    @property
    def width(self) -> float:
        """Width of the text, inches."""
        return self.sheet.width

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
            colour=look.pain if red else look.caption_ink if faint else look.ink,
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
        """Return a heading with its first block, and the blocks that may go on to a next page."""
        if not blocks:
            return []
        head = Column((self.heading(title), blocks[0]))
        return [Item(head, above), *(Item(block) for block in blocks[1:])]

    def framed(self, texts: Iterable[Lines]) -> list[Item]:
        """Return lines in a frame, which may go on to a next page."""
        lines = [line for text in texts for line in text.split()]
        inside = [Item(replace(line, indent=line.indent + _PAD_X), framed=True) for line in lines]
        return [Item(Space(_PAD_Y), 0.06, True), *inside, Item(Space(_PAD_Y), 0.0, True)]

    @property
    def framed_width(self) -> float:
        """Width of a text in a frame, inches."""
        return self.width - 2 * _PAD_X

    def fits(self, items: Iterable[Item]) -> int:
        """Return how many pages some items take."""
        return len(paged(items, self.sheet, head=_RUNNING))

    def pages(self, items: Sequence[Item], *, running: str, foot: str) -> list[Figure]:
        """Return the pages with some items on them.

        Parameters
        ----------
        items : sequence of Item
            In their order.
        running : str
            What stands at the head of each page but the first.
        foot : str
            What stands at the foot of each page.
        """
        sheet, look = self.sheet, self.look
        pages = paged(items, sheet, head=_RUNNING)
        figures = []
        for number, page in enumerate(pages, 1):
            figure = Figure(figsize=(sheet.wide, sheet.high), facecolor=look.paper)
            for top, bottom in frames(page):
                edge: dict[str, Any] = {"edgecolor": look.pain, "linewidth": 2.2}
                box(figure, (sheet.left, top, sheet.width, bottom - top), gid="red-flags", **edge)
            for item, y in page:
                item.block.draw(figure, sheet.left, y)
            if number > 1:
                self._running(figure, running)
            said = self.words.say("report_page", number=number, whole=len(pages))
            self._foot(figure, foot, said)
            figures.append(figure)
        return figures

    def _running(self, figure: Figure, text: str) -> None:
        sheet, look = self.sheet, self.look
        (line, *_) = self.text(text, faint=True).lines or ("",)
        y = sheet.top + 0.12
        write(figure, line, sheet.left, y, size=self.text_size, colour=look.caption_ink)
        rule(figure, sheet.left, y + 0.06, sheet.width, colour=look.faint_ink, weight=0.6)

    def _foot(self, figure: Figure, text: str, page: str) -> None:
        sheet, look = self.sheet, self.look
        y = sheet.high - sheet.bottom + 0.1
        rule(figure, sheet.left, y, sheet.width, colour=look.faint_ink, weight=0.6)
        # Room for the number of the page.
        said = self.text(text, sheet.width - 1.0, size=look.small_size, faint=True)
        said.draw(figure, sheet.left, y + 0.04)
        small: dict[str, Any] = {"size": look.small_size, "colour": look.caption_ink}
        at = y + 0.04 + 0.78 * said.leading
        write(figure, page, sheet.left + sheet.width, at, ha="right", **small)


def spaced(blocks: Sequence[Block], gap: float) -> list[Block]:
    """Return blocks with room between them."""
    between: list[Block] = [block for pair in pairwise(blocks) for block in (pair[0], Space(gap))]
    return [*between, *blocks[-1:]]


def blank(height: float, width: float, setting: Setting) -> Block:
    """Return a line to write on."""

    def draw(figure: Figure, x: float, y: float) -> None:
        rule(figure, x, y + height - 0.03, width, colour=setting.look.ink, weight=0.7)

    return Drawn(height, draw)
