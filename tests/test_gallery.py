"""The gallery: a script rebuilds it, and every figure that it makes is committed."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

GALLERY = Path(__file__).resolve().parents[1] / "examples" / "gallery"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the gallery rebuilt at a small size."""
    spec = importlib.util.spec_from_file_location("rebuild", GALLERY / "rebuild.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder = tmp_path_factory.mktemp("gallery")
    module.main(folder, dpi=30)
    return folder


ELSEWHERE = {
    "evaluation.png",
    "paper_preview.png",
    "study_difference.png",
    "viewer_compared.png",
    "viewer_patient.png",
    "viewer_results.png",
    "viewer_visits.png",
}
"""Figures that the script does not make."""


def shape(path: Path) -> float:
    """Return how wide a PNG is for its height."""
    header = path.read_bytes()[:24]
    assert header.startswith(PNG)
    return int.from_bytes(header[16:20]) / int.from_bytes(header[20:24])


@pytest.mark.slow
def test_figures_of_the_script_are_committed(rebuilt: Path) -> None:
    """The folder holds each figure that the script makes, in the same shape, and no other.

    The evaluation takes too long for the script, the viewer needs a browser, the preview a photo;
    the study is an example of its own.
    """
    made = {path.name for path in rebuilt.iterdir()}
    assert {"plate.png", "comparison.png", "ranking.png", "gluteus_minimus.png"} <= made
    assert {path.name for path in GALLERY.glob("*.png")} == made | ELSEWHERE
    for name in made:
        assert shape(GALLERY / name) == pytest.approx(shape(rebuilt / name), rel=0.02), name


@pytest.mark.slow
def test_gallery_shows_other_sources_too(rebuilt: Path) -> None:
    """Frequencies, a core, a root beside a muscle, and the plates of calf and foot are there."""
    made = {path.stem for path in rebuilt.iterdir()}
    assert {"hip_joint", "l5_root", "comparison_l5_root", "plate_calf", "plate_foot"} <= made


def test_committed_figures_are_sharp_and_small() -> None:
    """A committed figure is at least 400 dots wide and under 300 kilobytes."""
    for path in GALLERY.glob("*.png"):
        header = path.read_bytes()
        assert header.startswith(PNG)
        assert int.from_bytes(header[16:20]) >= 400
        assert len(header) < 300_000


def test_readme_shows_figures_that_exist() -> None:
    """Every picture of the gallery that the README shows is there."""
    readme = (GALLERY.parents[1] / "README.md").read_text("utf-8")
    shown = [part.split(")")[0] for part in readme.split("](examples/gallery/")[1:]]
    assert shown
    assert all((GALLERY / name).is_file() for name in shown if name)


def test_gallery_has_a_page_that_shows_every_figure() -> None:
    """The README of the gallery shows each committed figure once, with words for it."""
    page = (GALLERY / "README.md").read_text("utf-8")
    shown = re.findall(r"!\[([^]]+)\]\(([^)]+)\)", page)
    assert sorted(name for _, name in shown) == sorted(p.name for p in GALLERY.glob("*.png"))
    assert len({words for words, _ in shown}) == len(shown)
