"""The files people edit: every YAML file of the atlas, one test each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import shapely

from hippain_maps._body_files import BodyFiles, InsetFile, OutlineFile, Read, read_body_files
from hippain_maps._pattern_files import read_bibliography
from hippain_maps._resources import resource_dir
from hippain_maps._yaml import read_yaml
from hippain_maps.atlas import Atlas, cited
from hippain_maps.body import load_body
from hippain_maps.geometry import SIDES
from hippain_maps.packs import NOT_SOURCES
from hippain_maps.patterns import ZONES
from hippain_maps.regions import Body
from hippain_maps.sources import load_source

BODY_FILES = sorted(resource_dir("body_regions").rglob("*.yaml"))
# The teaching layer has a reader and tests of its own, in test_anatomy.py.
BODY_FILES = [path for path in BODY_FILES if path.stem != "bones"]
# Other people's body maps have a reader of their own, and theirs are in test_body_maps.py.
BODY_FILES = [path for path in BODY_FILES if path.parent.name != "other_maps"]
PATTERN_FILES = sorted(resource_dir("patterns").rglob("*.yaml"))
SOURCE_FILES = [path for path in PATTERN_FILES if path.stem not in NOT_SOURCES]

# The sign of x on the patient's left. Of the lateral views, the left one shows only that.
LEFT = {"anterior": 1, "posterior": -1, "plantar": 1, "dorsal": -1, "perineal": 1}


def by_stem(paths: list[Path]) -> Any:
    """Run a test for every file, with the file's stem as its id."""
    return pytest.mark.parametrize("path", paths, ids=[path.stem for path in paths])


@pytest.fixture(scope="module")
def body() -> Body:
    """Return the shipped body."""
    return load_body()


@pytest.fixture(scope="module")
def files() -> BodyFiles:
    """Return the shipped files of the body."""
    return read_body_files(resource_dir("body_regions"))


@pytest.fixture(scope="module")
def citations() -> set[str]:
    """Return the keys of the bibliography."""
    return set(read_bibliography(resource_dir("patterns"))[0].entries)


@by_stem(BODY_FILES)
def test_body_file(path: Path, files: BodyFiles) -> None:
    """A file of the body is plain YAML of a known form, and says where its measures come from."""
    parts: list[Read[Any]] = [getattr(files, path.stem, None), *files.insets]
    (read,) = (part for part in parts if part and part.file.label == f"body_regions/{path.name}")
    assert read.file.data == read_yaml(path).data
    if isinstance(read.data, OutlineFile | InsetFile):
        assert len(read.data.source) > 20
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# ")
    assert all(line == line.rstrip() and "\t" not in line for line in lines)


@by_stem(PATTERN_FILES)
def test_pattern_file(path: Path) -> None:
    """A file beside the sources, or a source, is plain YAML with its licence in the first lines."""
    assert read_yaml(path).data
    lines = path.read_text(encoding="utf-8").splitlines()
    opening = " ".join(line.lstrip("# ") for line in lines if line.startswith("#"))
    assert "Licence: CC BY 4.0." in opening
    assert all(line == line.rstrip() and "\t" not in line for line in lines)


@by_stem(SOURCE_FILES)
def test_source_file(path: Path, atlas: Atlas, citations: set[str]) -> None:
    """A source is called like its file, cites what is known, and fits the body.

    Its marks are on the left of the charted figure, and so are their mirror images on the right;
    its zones name regions that some view shows, each once.
    """
    body = atlas.body
    source, _ = load_source(path, body, atlas.clues)
    assert source.id == path.stem
    assert source.file == f"patterns/{path.name}"
    assert "reviewed_by" in read_yaml(path).data
    assert cited(source) <= citations
    known = source.pattern_evidence
    assert known.citations or known.confidence == "general knowledge"
    for point in source.trigger_points:
        for mark in point.marks:
            place = f"{point.id}, {mark}"
            assert mark.view == "left_lateral" or LEFT[mark.view] * mark.x > 0, place
        for side in SIDES:
            for m in point.marks_on(side):
                charted = body.charts[m.view].charted
                assert shapely.contains_xy(charted, m.x, m.y), f"{point.id}, {m}"
        regions = {(part.region, part.crossed) for zone in ZONES for part in point.zones[zone]}
        assert len(regions) == sum(len(point.zones[zone]) for zone in ZONES)
        for region, _ in regions:
            assert body.views_of(f"left:{region}"), region


def test_citations_can_be_followed() -> None:
    """Every entry of the bibliography has an address, or a note that says what is missing."""
    bibliography, _ = read_bibliography(resource_dir("patterns"))
    assert bibliography.entries
    for key, entry in bibliography.entries.items():
        assert entry.note if entry.address is None else entry.address.startswith("http"), key
