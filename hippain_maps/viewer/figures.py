"""Figures as the bytes of a file; the only part of the viewer that loads the figure library."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from hippain_maps.atlas import Atlas
from hippain_maps.geometry import Side
from hippain_maps.patterns import Source
from hippain_maps.viewer.ranking_data import Ranked

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

FigureFormat = Literal["png", "svg", "pdf"]
Theme = Literal["print", "screen", "dark", "grey"]
MEDIA: dict[FigureFormat, str] = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
}


_LOADING = threading.Lock()


def load_figures() -> None:
    """Load the figure library before it is imported from.

    One thread at a time: two that import a package at once may each see half of it.
    """
    with _LOADING:
        import hippain_maps.plotting  # noqa: F401


def pattern_figure(
    atlas: Atlas,
    source: Source,
    side: Side,
    kind: FigureFormat,
    *,
    theme: Theme,
    language: str,
    anatomy: bool,
) -> bytes:
    """Return the figure of a referral pattern as a file.

    Parameters
    ----------
    atlas : Atlas
        The body, and the version in the caption.
    source, side
        What, and where.
    kind : {"png", "svg", "pdf"}
        Of the file.
    theme : str
        One of the looks of `hippain_maps.plotting`.
    language : str
        Of names and captions.
    anatomy : bool
        Whether bones and the muscle are drawn below.
    """
    load_figures()
    from hippain_maps import plotting

    look = plotting.theme(theme)
    drawn = plotting.plot_pattern(
        source, atlas, side=side, anatomy=anatomy, language=language, look=look
    )
    return _bytes(drawn, kind)


def ranking_figure(ranked: Ranked, kind: FigureFormat, *, theme: Theme) -> bytes:
    """Return the figure of a ranking as a file."""
    load_figures()
    from hippain_maps import plotting

    look = plotting.theme(theme)
    return _bytes(plotting.plot_ranking(ranked.ranking, ranked.drawing, look=look), kind)


def _bytes(figure: Figure | SubFigure, kind: FigureFormat) -> bytes:
    from hippain_maps.plotting import save_figure

    # A folder that nobody else may enter, gone before the answer is sent.
    with tempfile.TemporaryDirectory(prefix="hippain-") as folder:
        return save_figure(figure, Path(folder) / f"figure.{kind}").read_bytes()
