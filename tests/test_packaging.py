"""What ships: the wheel, the source archive, and the metadata in them."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
DATA = ("body_regions", "patterns")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def build(target: str, folder: Path) -> Path:
    """Build a distribution of this checkout into `folder`; needs no network."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.iterdir()
    return path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Return the wheel of this checkout."""
    return zipfile.ZipFile(build("wheel", tmp_path_factory.mktemp("wheel")))


@pytest.fixture(scope="module")
def sdist_names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Return the files of this checkout's source archive, without the archive's own folder."""
    with tarfile.open(build("sdist", tmp_path_factory.mktemp("sdist"))) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def yaml_of_checkout(name: str) -> set[str]:
    """Return the YAML files of one data folder."""
    return {path.relative_to(ROOT / name).as_posix() for path in (ROOT / name).rglob("*.yaml")}


@pytest.mark.parametrize("name", DATA)
def test_the_wheel_carries_every_data_file(wheel: zipfile.ZipFile, name: str) -> None:
    """The wheel's YAML is the checkout's, no file more or less, and the same to the byte."""
    prefix = f"hippain_maps/data/{name}/"
    shipped = {n.removeprefix(prefix) for n in wheel.namelist() if n.startswith(prefix)}
    assert shipped == yaml_of_checkout(name) != set()
    for file in shipped:
        assert wheel.read(prefix + file) == (ROOT / name / file).read_bytes()


def test_the_wheel_carries_the_whole_package(wheel: zipfile.ZipFile) -> None:
    """Every module and file of the package ships, the marker of its types among them."""
    expected = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "hippain_maps").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    shipped = {
        name
        for name in wheel.namelist()
        if name.startswith("hippain_maps/") and not name.startswith("hippain_maps/data/")
    }
    assert shipped == expected
    assert "hippain_maps/py.typed" in shipped


def test_no_strays_ship(wheel: zipfile.ZipFile) -> None:
    """Nothing ships but the package and its metadata: no tests, caches, backups or pictures."""
    strays = [
        name
        for name in wheel.namelist()
        if not name.startswith(("hippain_maps/", "hippain_maps-"))
        or "__pycache__" in name
        or name.rpartition("/")[2].startswith(".")
        or name.endswith(("~", ".bak", ".log", ".orig", ".pyc", ".swp", ".tmp"))
    ]
    assert strays == []


def test_the_checkout_has_no_folder_of_that_name() -> None:
    """The folder `data` exists only inside a wheel; in a checkout it would hide the real one."""
    assert not (ROOT / "hippain_maps" / "data").exists()
    assert not (ROOT / "hippain_maps" / "data.py").exists()


def test_the_wheel_names_its_command_and_licences(wheel: zipfile.ZipFile) -> None:
    """Installing gives the command `hippain`; both licences are named, and their text ships."""
    (folder,) = {name.split("/")[0] for name in wheel.namelist() if ".dist-info/" in name}
    points = wheel.read(f"{folder}/entry_points.txt").decode()
    assert "hippain = hippain_maps.cli:main" in points
    metadata = Parser().parsestr(wheel.read(f"{folder}/METADATA").decode())
    assert metadata["License-Expression"] == "MIT AND CC-BY-4.0"
    assert metadata["Requires-Python"] == ">=3.11"
    licence = wheel.read(f"{folder}/licenses/LICENSE").decode()
    assert licence == (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_source_archive_is_complete(sdist_names: set[str]) -> None:
    """The archive alone builds the wheel and runs the tests."""
    expected = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", ".ci/run"}
    for folder in ("hippain_maps", "tests", "examples", *DATA):
        expected |= {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / folder).rglob("*")
            if path.suffix in (".py", ".yaml", ".geojson", ".json", ".typed")
        }
    assert expected - sdist_names == set()


def test_the_version_is_the_same_everywhere() -> None:
    """The citation names the version of the package, and the change log has not fallen behind."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert citation["version"] == PROJECT["version"]
    assert citation["title"] == "hippain_maps"
    first, *released = re.findall(r"^## \[(.+?)\]", changes, flags=re.MULTILINE)
    assert first == "Unreleased"
    assert not released or released[0] == PROJECT["version"]


def test_the_wheel_is_the_same_every_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two builds of one checkout are one file, to the byte, wherever and whenever they are made."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    contents = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        contents.append(build("wheel", folder).read_bytes())
    assert contents[0] == contents[1]
