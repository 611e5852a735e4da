"""Write figures to a file: whole or not at all, the same bytes for the same figure."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure, SubFigure

from hippain_maps._writing import write_whole
from hippain_maps.errors import OutputError, did_you_mean

FORMATS = ("png", "svg", "pdf")
_NO_DATE: dict[str, dict[str, None]] = {
    "png": {},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}
# Type 42 in PDF: TrueType fonts cut down to the letters used. Printers and journals refuse the
# shapes of type 3, and other programs cannot change a word in them.
# Without hinting a line on a grid of pixels is as long as it was measured; with it, up to a tenth
# longer.
_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "hippain",
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    "text.hinting": "none",
}
# The settings are those of the whole program; two threads would undo each other's. Reentrant, since
# pages may be made, and saved elsewhere, while they are written.
_SETTINGS = threading.RLock()


def save_figure(figure: Figure | SubFigure, path: str | Path, *, dpi: float = 200) -> Path:
    """Write a figure as png, svg or pdf, by the extension of the path.

    It is written to a file beside the target and then renamed, so an interrupted run leaves the
    old file or none.

    Parameters
    ----------
    figure : Figure
        What to write.
    path : path
        Where to.
    dpi : float
        Dots per inch of a png.

    Raises
    ------
    OutputError
        If the extension is none of these, or the file cannot be written.
    """
    target, kind = checked_target(path)
    whole = figure.get_figure(root=True)
    background = whole.get_facecolor()

    def write(beside: Path) -> None:
        with _SETTINGS, rc_context(_STYLE):
            whole.savefig(
                beside, format=kind, dpi=dpi, metadata=_NO_DATE[kind], facecolor=background
            )

    write_whole(target, write)
    return target


def save_pages(figures: Iterable[Figure], path: str | Path) -> Path:
    """Write figures as the pages of one pdf.

    Raises
    ------
    OutputError
        If the path does not end in .pdf, or the file cannot be written.
    """
    target, kind = checked_target(path)
    if kind != "pdf":
        raise OutputError(f"{target}: several pages are written as .pdf, not as .{kind}")

    def write(beside: Path) -> None:
        with _SETTINGS, rc_context(_STYLE), PdfPages(beside, metadata=_NO_DATE["pdf"]) as pages:
            for figure in figures:
                pages.savefig(figure, facecolor=figure.get_facecolor())

    write_whole(target, write)
    return target


def checked_target(path: str | Path) -> tuple[Path, str]:
    """Return the path and the format it asks for, before any work is done.

    Raises
    ------
    OutputError
        If nothing can be written there.
    """
    target = Path(path)
    kind = target.suffix.lower().lstrip(".")
    if kind not in FORMATS:
        given = f"ends in '.{kind}'" if kind else "has no extension"
        raise OutputError(
            f"{target}: the name {given}; figures are written as "
            f"{', '.join('.' + f for f in FORMATS)}{did_you_mean(kind, FORMATS)}"
        )
    if target.is_dir():
        raise OutputError(f"{target}: this is a folder; name a file")
    if not target.parent.is_dir():
        raise OutputError(f"{target}: there is no folder {target.parent}; make it first")
    if not os.access(target.parent, os.W_OK):
        raise OutputError(f"{target}: the folder {target.parent} cannot be written to")
    return target, kind
