"""Figures are written whole or not at all, in three formats, with one line for each mistake."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from matplotlib import rcParams
from matplotlib.figure import Figure

from hippain_maps.errors import OutputError
from hippain_maps.plotting import save_figure, save_pages
from hippain_maps.plotting.saving import FORMATS, checked_target

BEGINS = {"png": b"\x89PNG\r\n", "svg": b"<?xml", "pdf": b"%PDF-"}


def small(text: str = "Größe") -> Figure:
    """Return a figure with a word on green paper."""
    figure = Figure(figsize=(2, 1), facecolor="#00ff00")
    figure.text(0.5, 0.5, text)
    return figure


@pytest.mark.parametrize("name", ["f.png", "f.svg", "f.pdf", "F.SVG", "with space.png", "ö.pdf"])
def test_format_follows_the_extension(name: str, tmp_path: Path) -> None:
    """The file is of the format that its name asks for, and nothing lies beside it."""
    path = save_figure(small(), str(tmp_path / name))
    assert path.name == name
    assert path.read_bytes().startswith(BEGINS[path.suffix[1:].lower()])
    assert os.listdir(tmp_path) == [name]


def test_text_is_text_on_the_papers_colour(tmp_path: Path) -> None:
    """An SVG holds its words as text, and its page the colour of the figure."""
    written = save_figure(small(), tmp_path / "f.svg").read_text("utf-8")
    assert ">Größe</text>" in written
    assert "fill: #00ff00" in written


def test_pdf_embeds_true_type_fonts(tmp_path: Path) -> None:
    """A PDF carries the fonts of its words as TrueType, with a table back to the letters."""
    for path in (
        save_figure(small(), tmp_path / "f.pdf"),
        save_pages([small()], tmp_path / "pages.pdf"),
    ):
        written = path.read_bytes()
        assert b"/FontFile2" in written
        assert b"/ToUnicode" in written
        assert b"/Subtype /Type3" not in written


def test_part_of_a_figure_is_written_as_the_whole(tmp_path: Path) -> None:
    """Given a part, the page that it is on is written."""
    figure = small()
    part = figure.subfigures(1, 2)[0]
    whole = save_figure(figure, tmp_path / "whole.svg").read_bytes()
    assert save_figure(part, tmp_path / "part.svg").read_bytes() == whole


@pytest.mark.parametrize("kind", FORMATS)
def test_same_figure_gives_the_same_bytes(kind: str, tmp_path: Path) -> None:
    """Two writings differ in nothing: no date, no random name."""
    one, two = (save_figure(small(), tmp_path / f"{n}.{kind}").read_bytes() for n in (1, 2))
    assert one == two


def test_dots_per_inch_set_the_size_of_a_png(tmp_path: Path) -> None:
    """Two inches at 150 dots are 300 dots."""
    header = save_figure(small(), tmp_path / "f.png", dpi=150).read_bytes()
    assert int.from_bytes(header[16:20]) == 300
    assert int.from_bytes(header[20:24]) == 150


def test_settings_of_the_program_stay(tmp_path: Path) -> None:
    """Writing leaves matplotlib's settings as they were."""
    before = dict(rcParams)
    save_figure(small(), tmp_path / "f.svg")
    assert dict(rcParams) == before


def test_pages_are_written_as_one_pdf(tmp_path: Path) -> None:
    """Figures become pages in their order; only a PDF has several."""
    path = save_pages((small(str(n)) for n in range(3)), tmp_path / "f.pdf")
    assert len(re.findall(rb"/Type /Page\b", path.read_bytes())) == 3
    with pytest.raises(OutputError, match=r"several pages are written as \.pdf, not as \.png"):
        save_pages([small()], tmp_path / "f.png")


# --- What goes wrong ---------------------------------------------------------------------------


def test_unknown_extension_is_refused(tmp_path: Path) -> None:
    """Another format, or none, is refused with those there are, and the nearest of them."""
    with pytest.raises(OutputError, match=r"ends in '\.pgn'.*\.png, \.svg, \.pdf.*mean 'png'"):
        save_figure(small(), tmp_path / "f.pgn")
    with pytest.raises(OutputError, match="has no extension"):
        save_figure(small(), tmp_path / "f")


def test_missing_folder_and_folder_as_target_are_refused(tmp_path: Path) -> None:
    """A folder that is not there is named, and a folder is no file."""
    with pytest.raises(OutputError, match=r"there is no folder .*; make it first"):
        save_figure(small(), tmp_path / "nowhere" / "f.png")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(OutputError, match="this is a folder; name a file"):
        save_figure(small(), tmp_path / "folder.png")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write to any folder"
)
def test_unwritable_folder_is_refused(tmp_path: Path) -> None:
    """A folder that cannot be written to is named before anything is drawn."""
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="cannot be written to"):
            save_figure(small(), tmp_path / "f.png")
    finally:
        tmp_path.chmod(0o700)


def test_unwritable_folder_is_refused_as_the_system_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the system says that a folder may not be written to, so does the error."""
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    with pytest.raises(OutputError, match="cannot be written to"):
        checked_target(tmp_path / "f.png")


@pytest.mark.parametrize("dpi", [0, -1])
def test_size_of_nothing_is_refused(dpi: float, tmp_path: Path) -> None:
    """A picture without dots is refused, and no file is left."""
    with pytest.raises(OutputError):
        save_figure(small(), tmp_path / "f.png", dpi=dpi)
    assert not os.listdir(tmp_path)


def full_disk(self: Figure, path: Path, **how: Any) -> None:
    """Write a little, then fail as a full disk does."""
    Path(path).write_bytes(b"half")
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("kind", FORMATS)
def test_old_file_survives_a_writing_that_fails(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old file is unharmed, and nothing half written is left beside it."""
    path = save_figure(small(), tmp_path / f"f.{kind}")
    before = path.read_bytes()
    monkeypatch.setattr(Figure, "savefig", full_disk)
    with pytest.raises(OutputError, match="No space left on device"):
        save_figure(small("other"), path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == [path.name]


def test_pages_that_fail_leave_nothing(tmp_path: Path) -> None:
    """If the second page cannot be made, there is no file of one page."""

    def pages() -> Iterator[Figure]:
        yield small()
        raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(OutputError, match="Input/output error"):
        save_pages(pages(), tmp_path / "f.pdf")
    assert not os.listdir(tmp_path)


def test_every_error_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong is said in a line that names the file."""
    monkeypatch.setattr(Figure, "savefig", full_disk)
    for name in ("f.gif", "no/f.png", "f.png"):
        with pytest.raises(OutputError) as caught:
            save_figure(small(), tmp_path / name)
        assert "\n" not in str(caught.value)
        assert name in str(caught.value)
