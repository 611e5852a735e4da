"""Write a figure to a file: whole or not at all, the same bytes for the same figure."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

from hippain_maps.errors import OutputError, did_you_mean

FORMATS = ("png", "svg", "pdf")


def save_figure(figure: Figure, path: str | Path, *, dpi: float = 200) -> Path:
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
    target = Path(path)
    kind = target.suffix.lower().lstrip(".")
    if kind not in FORMATS:
        given = f"'.{kind}'" if kind else "no extension"
        raise OutputError(
            f"{target}: figures are written as {', '.join('.' + f for f in FORMATS)}, and this "
            f"names {given}{did_you_mean(kind, FORMATS)}"
        )
    if not target.parent.is_dir():
        raise OutputError(f"{target}: there is no folder {target.parent}; make it first")
    if target.is_dir():
        raise OutputError(f"{target}: this is a folder; name a file")
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    date = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[kind]
    try:
        with rc_context({"svg.hashsalt": "hippain", "svg.fonttype": "none", "pdf.fonttype": 42}):
            figure.savefig(beside, format=kind, dpi=dpi, metadata=date)
        os.replace(beside, target)
    except OSError as error:
        raise OutputError(f"{target}: cannot be written: {error.strerror or error}") from error
    finally:
        beside.unlink(missing_ok=True)
    return target
