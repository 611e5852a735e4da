"""The gallery: a script rebuilds it, and every figure that it makes is committed."""

from __future__ import annotations

import importlib.util
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


def shape(path: Path) -> float:
    """Return how wide a PNG is for its height."""
    header = path.read_bytes()[:24]
    assert header.startswith(PNG)
    return int.from_bytes(header[16:20]) / int.from_bytes(header[20:24])


def test_figures_of_the_script_are_committed(rebuilt: Path) -> None:
    """The folder holds each figure that the script makes."""
    made = {path.name for path in rebuilt.iterdir()}
    assert {"plate.png", "comparison.png", "ranking.png", "gluteus_minimus.png"} <= made
    assert made <= {path.name for path in GALLERY.glob("*.png")}


def test_committed_figures_are_sharp_and_small() -> None:
    """A committed figure is at least 400 dots wide and under 400 kilobytes."""
    for path in GALLERY.glob("*.png"):
        header = path.read_bytes()
        assert header.startswith(PNG)
        assert int.from_bytes(header[16:20]) >= 400
        assert len(header) < 400_000


def test_readme_shows_figures_that_exist() -> None:
    """Every picture of the gallery that the README shows is there."""
    readme = (GALLERY.parents[1] / "README.md").read_text("utf-8")
    shown = [part.split(")")[0] for part in readme.split("](examples/gallery/")[1:]]
    assert shown
    assert all((GALLERY / name).is_file() for name in shown if name)
