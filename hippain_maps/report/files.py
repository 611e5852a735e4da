"""Reports as figures, as files and as the bytes of a file."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Literal, TypedDict, Unpack

import numpy as np
from matplotlib.figure import Figure
from matplotlib.image import imread, imsave

from hippain_maps._writing import write_whole
from hippain_maps.atlas import Atlas
from hippain_maps.errors import OutputError, UnknownNameError, did_you_mean
from hippain_maps.plotting.look import theme
from hippain_maps.plotting.saving import checked_target, save_figure, save_pages
from hippain_maps.report.case import Case
from hippain_maps.report.clinic import clinic_pages
from hippain_maps.report.flow import PAPERS
from hippain_maps.report.patient import patient_pages
from hippain_maps.words import languages, words_in

Kind = Literal["pdf", "png"]
KINDS: tuple[Kind, ...] = ("pdf", "png")

NOT_SPOKEN = frozenset({"la"})
"""Languages of figures that have no sentences."""


class Options(TypedDict, total=False):
    """How a report looks; what is left out is as in brackets.

    ``for_patient`` [False]: the page in plain words instead of the one for the file.
    ``language`` [en]: en, de, fr or es. ``paper`` [a4]: a4 or letter. ``mono`` [False]: for
    printing in black and white. ``top``: how many candidates are listed [those that matter].
    """

    for_patient: bool
    language: str
    paper: str
    mono: bool
    top: int | None


def report_pages(case: Case, atlas: Atlas, **options: Unpack[Options]) -> list[Figure]:
    """Return the pages of a report, each a figure of the size of the paper.

    Parameters
    ----------
    case : Case
        What it is about. A drawing with nothing on the mapped body is no error: the page says so,
        and red flags, findings and note stand as ever.
    atlas : Atlas
        What the drawing is compared with.
    **options
        See `Options`.

    Raises
    ------
    UnknownNameError
        If there is no such language or paper.

    Examples
    --------
    >>> from hippain_maps.atlas import load_atlas
    >>> from hippain_maps.drawing import PainDrawing
    >>> pages = report_pages(Case(PainDrawing()), load_atlas(), paper="letter")
    >>> len(pages), pages[0].get_size_inches().tolist()
    (1, [8.5, 11.0])
    """
    language, paper = options.get("language", "en"), options.get("paper", "a4")
    checked_style(language, paper)
    look = theme("grey" if options.get("mono") else "print")
    words, sheet = words_in(language), PAPERS[paper]
    if options.get("for_patient"):
        return patient_pages(case, atlas, words, sheet, look)
    return clinic_pages(case, atlas, words, sheet, look, top=options.get("top"))


def write_report(
    path: str | Path, case: Case, atlas: Atlas, *, dpi: float = 200, **options: Unpack[Options]
) -> Path:
    """Write a report as pdf or png, by the extension of the path; whole or not at all.

    Parameters
    ----------
    path : path
        Where to. A png holds all pages, one below the other.
    case, atlas, **options
        As for `report_pages`.
    dpi : float
        Dots per inch of a png.

    Raises
    ------
    OutputError
        If the extension is neither, or the file cannot be written.
    UnknownNameError
        If there is no such language or paper.
    """
    target, kind = checked_report(path)
    data = report_bytes(case, atlas, kind=kind, dpi=dpi, **options)

    def write(beside: Path) -> None:
        beside.write_bytes(data)

    write_whole(target, write)
    return target


def report_bytes(
    case: Case, atlas: Atlas, *, kind: Kind = "pdf", dpi: float = 200, **options: Unpack[Options]
) -> bytes:
    """Return a report as the bytes of a pdf or png; the parameters are those of `write_report`.

    Nothing is left on the disk.
    """
    pages = report_pages(case, atlas, **options)
    # A folder that nobody else may enter, gone before this returns.
    with tempfile.TemporaryDirectory(prefix="hippain-") as name:
        folder = Path(name)
        if kind == "pdf":
            return save_pages(pages, folder / "report.pdf").read_bytes()
        parts = [
            save_figure(page, folder / f"{number}.png", dpi=dpi)
            for number, page in enumerate(pages)
        ]
        return _stacked(parts, dpi)


def checked_style(language: str, paper: str) -> None:
    """Refuse a language or paper that reports do not have.

    Raises
    ------
    UnknownNameError
        Which; the known ones are named.
    """
    known = [name for name in languages() if name not in NOT_SPOKEN]
    if language not in known:
        raise UnknownNameError(
            "language of reports", language, known, hint=f"languages are {', '.join(known)}"
        )
    if paper not in PAPERS:
        raise UnknownNameError("paper", paper, PAPERS, hint=f"papers are {', '.join(PAPERS)}")


def checked_report(path: str | Path) -> tuple[Path, Kind]:
    """Return the path and the format it asks for, before any work is done.

    Raises
    ------
    OutputError
        If nothing can be written there, or the extension is neither .pdf nor .png.
    """
    suffix = Path(path).suffix.lower().lstrip(".")
    for kind in KINDS:
        if suffix == kind:
            return checked_target(path)[0], kind
    given = f"ends in '.{suffix}'" if suffix else "has no extension"
    near = did_you_mean(suffix, KINDS)
    raise OutputError(f"{path}: the name {given}; reports are written as .pdf or .png{near}")


def _stacked(parts: list[Path], dpi: float) -> bytes:
    """Return pictures of pages, one below the other, as one."""
    if len(parts) == 1:
        return parts[0].read_bytes()
    stream = io.BytesIO()
    imsave(stream, np.vstack([imread(part) for part in parts]), format="png", dpi=dpi)
    return stream.getvalue()
