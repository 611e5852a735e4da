"""Finding the shipped folders, in a wheel and in a checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from hippain_maps._resources import resource_dir
from hippain_maps.errors import DataError


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return an empty package folder, installed nowhere in particular."""
    folder = tmp_path / "site-packages" / "hippain_maps"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("name", ["body_regions", "patterns"])
def test_the_shipped_folders_are_found(name: str) -> None:
    """Both folders are found wherever these tests run, and hold YAML."""
    assert list(resource_dir(name).glob("*.yaml"))


def test_a_wheel_carries_its_data_inside(package: Path) -> None:
    """In a wheel the folder is inside the package."""
    inside = package / "data" / "patterns"
    inside.mkdir(parents=True)
    assert resource_dir("patterns", package=package) == inside


def test_a_checkout_keeps_its_data_beside(package: Path) -> None:
    """In a checkout the folder is beside the package."""
    beside = package.parent / "patterns"
    beside.mkdir()
    (package.parent / "pyproject.toml").touch()
    assert resource_dir("patterns", package=package) == beside


def test_the_wheel_comes_first(package: Path) -> None:
    """A package that carries its data never reads what lies beside it."""
    inside = package / "data" / "patterns"
    inside.mkdir(parents=True)
    (package.parent / "patterns").mkdir()
    (package.parent / "pyproject.toml").touch()
    assert resource_dir("patterns", package=package) == inside


def test_a_stray_folder_beside_the_package_is_not_ours(package: Path) -> None:
    """Without a pyproject.toml, a folder of that name beside the package is someone else's."""
    (package.parent / "patterns").mkdir()
    with pytest.raises(DataError):
        resource_dir("patterns", package=package)


def test_the_message_names_both_places(package: Path) -> None:
    """When the folder is nowhere, the message names both places and what to do."""
    with pytest.raises(DataError) as caught:
        resource_dir("patterns", package=package)
    message = str(caught.value)
    assert str(package / "data" / "patterns") in message
    assert str(package.parent / "patterns") in message
    assert "install hippain-maps again" in message
