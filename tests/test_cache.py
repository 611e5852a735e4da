"""The built atlas in the cache folder: never stale, never needed, never somebody else's."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from worlds import EXAMPLES

from hippain_maps import _cache
from hippain_maps._cache import cached, fingerprint
from hippain_maps._plain import to_plain
from hippain_maps._resources import resource_dir
from hippain_maps.atlas import _KINDS, Atlas, _beside_body, load_atlas
from hippain_maps.body import _KINDS as BODY_KINDS
from hippain_maps.body import load_body
from hippain_maps.drawing import PainDrawing
from hippain_maps.errors import DataError
from hippain_maps.expectation import expectation
from hippain_maps.ranking import rank

posix = pytest.mark.skipif(os.name != "posix", reason="other systems have no such permissions")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder that is the cache."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("HIPPAIN_CACHE", str(folder))
    return folder


class Built:
    """Something to build from a folder of files, and how often that was done."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.times = folder, 0

    def __call__(self) -> tuple[str, ...]:
        self.times += 1
        return tuple(path.read_text(encoding="utf-8") for path in sorted(self.folder.glob("*")))

    def get(self) -> tuple[str, ...]:
        return cached("thing", [self.folder], (), self)


@pytest.fixture
def built(tmp_path: Path) -> Built:
    """Return something built from one small file."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.yaml").write_text("a", encoding="utf-8")
    return Built(folder)


# --- Never stale -------------------------------------------------------------------------------


def test_what_is_kept_is_not_built_again(place: Path, built: Built) -> None:
    """The second time, and in the next process, nothing is built."""
    assert built.get() == built.get() == ("a",)
    assert built.times == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "a.yaml").write_text("b", encoding="utf-8"),
        lambda folder: (folder / "b.yaml").write_text("", encoding="utf-8"),
        lambda folder: (folder / "a.yaml").rename(folder / "z.yaml"),
    ],
    ids=["edited", "added", "renamed"],
)
def test_a_change_counts_at_once(place: Path, built: Built, change: Callable[[Path], None]) -> None:
    """A file that is edited, added or renamed is seen at once."""
    built.get()
    change(built.folder)
    built.get()
    assert built.times == 2


def test_an_edit_while_building_is_not_kept(place: Path, built: Built) -> None:
    """A file that is edited while the atlas is built leaves nothing behind."""

    def build() -> tuple[str, ...]:
        found = built()
        (built.folder / "a.yaml").write_text("b", encoding="utf-8")
        return found

    cached("thing", [built.folder], (), build)
    assert not list(place.glob("*")) if place.exists() else True
    assert built.get() == ("b",)


def test_the_code_counts_too(tmp_path: Path) -> None:
    """Another version of the code that builds the atlas does not read what this one kept."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "body.py").write_text(name, encoding="utf-8")
    shipped = [resource_dir("patterns")]
    one, two = (fingerprint(shipped, package=tmp_path / name) for name in ("one", "two"))
    assert None not in (one, two)
    assert one != two
    assert fingerprint(shipped, package=tmp_path) is None


def test_the_libraries_count_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another geometry library may give other digits, so it builds anew."""
    before = fingerprint([resource_dir("patterns")])
    monkeypatch.setattr("shapely.geos_version_string", "0.0.0")
    _cache._code.cache_clear()
    try:
        assert fingerprint([resource_dir("patterns")]) != before
    finally:
        _cache._code.cache_clear()


# --- The atlas ---------------------------------------------------------------------------------


def same(one: Atlas, other: Atlas) -> bool:
    """Return whether two atlases hold the same, to the last bit and in the same order."""
    for kinds, parts in (
        (_KINDS, [_beside_body(one), _beside_body(other)]),
        (BODY_KINDS, [one.body, other.body]),
    ):
        first, second = (to_plain(part, kinds) for part in parts)
        if first.text != second.text:
            return False
        if not np.array_equal(first.floats, second.floats):
            return False
        if not np.array_equal(first.ints, second.ints):
            return False
    return True


def test_the_kept_atlas_is_the_atlas(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An atlas from the cache holds what a fresh one does, and ranks to the same digits."""
    drawing = PainDrawing.read(EXAMPLES / "gluteus_minimus_posterior.geojson")
    monkeypatch.setenv("HIPPAIN_CACHE", "off")
    fresh = load_atlas()
    monkeypatch.setenv("HIPPAIN_CACHE", str(place))
    load_atlas()
    assert len(list(place.glob("*.kept"))) == 2
    rank(drawing, load_atlas())
    assert len(list(place.glob("*.kept"))) == 3
    kept = load_atlas()
    assert kept.version == fresh.version
    assert repr(kept) == repr(fresh)
    assert same(kept, fresh)
    assert rank(drawing, kept).to_dict() == rank(drawing, fresh).to_dict()


@pytest.fixture
def patterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the shipped patterns that stands in their place."""
    copy = tmp_path / "patterns"
    shutil.copytree(resource_dir("patterns"), copy)
    shipped = resource_dir("body_regions")
    monkeypatch.setattr(
        "hippain_maps.atlas.resource_dir", lambda name: copy if name == "patterns" else shipped
    )
    return copy


def test_editing_a_pattern_counts_at_once(place: Path, patterns: Path) -> None:
    """A checkout's YAML is read as it is now, and a broken file is named with its line as ever."""
    before = load_atlas()
    assert load_atlas().version == before.version
    path = patterns / "psoas.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("name: Psoas", "name: Changed"), encoding="utf-8")
    after = load_atlas()
    assert after.source("psoas").name.startswith("Changed")
    assert after.version != before.version
    path.write_text(f"{text}\nsurprise: 1\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(DataError, match=r"patterns/psoas\.yaml, line \d+, surprise"):
            load_atlas()
    path.write_text(text, encoding="utf-8")
    assert same(load_atlas(), before)


def test_a_pack_is_read_every_time(place: Path, tmp_path: Path) -> None:
    """Files of one's own are not kept: nothing of them is written anywhere."""
    pack = tmp_path / "pack"
    pack.mkdir()
    shutil.copy(resource_dir("patterns") / "psoas.yaml", pack)
    load_atlas(pack)
    assert [path.name.partition("-")[0] for path in place.glob("*")] == ["body"]


def test_an_atlas_that_was_changed_keeps_nothing(place: Path) -> None:
    """What an atlas expects is kept for the shipped one alone, and not for what is made of it."""
    atlas = load_atlas()
    assert atlas.kept_key
    model = replace(atlas.model, background=0.2)
    for changed in (atlas.only(["piriformis"]), replace(atlas, model=model)):
        assert changed.kept_key is None
        expectation(changed)
    assert {path.name.partition("-")[0] for path in place.glob("*")} == {"atlas", "body"}
    expectation(atlas)
    assert len(list(place.glob("expectation-*"))) == 1


def test_ranking_to_json_needs_no_validation_and_no_tables(place: Path) -> None:
    """With the atlas kept, a ranking as JSON loads nothing that only reads YAML or draws."""
    code = (
        "import sys; from hippain_maps.cli import main\n"
        "try:\n    main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('pydantic', 'yaml', 'rich', 'matplotlib', 'sqlite3',"
        " 'pandas', 'numpy.ma') if m in sys.modules], file=sys.stderr)"
    )
    drawing = EXAMPLES / "gluteus_minimus_posterior.geojson"
    command = [sys.executable, "-c", code, "rank", str(drawing), "--json"]
    # Whoever measures coverage puts modules of their own into each process.
    env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    for _ in range(2):
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    assert json.loads(done.stdout)["candidates"]
    assert done.stderr.strip() == "[]"


# --- Never needed, never somebody else's ---------------------------------------------------------


def kept_file(place: Path) -> Path:
    """Return the one file in the cache."""
    (path,) = place.glob("*.kept")
    return path


def spoilt(kind: str, path: Path) -> None:
    """Damage a file of the cache."""
    content = path.read_bytes()
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif kind == "text":
        path.write_bytes(b"not a cache")
    elif kind == "flipped":
        at = content.index(b'"a"')
        path.write_bytes(content[:at] + b'"b"' + content[at + 3 :])
    elif kind == "pickles":
        with path.open("wb") as stream:
            np.savez(stream, text=np.array([{}], dtype=object), floats=[], ints=[])
    elif kind == "another":
        with path.open("wb") as stream:
            np.savez(stream, other=np.zeros(3))
    elif kind == "longer":
        path.write_bytes(content + b"x")
    elif kind == "huge":
        magic, check, *_ = _cache._HEAD.unpack_from(content)
        head = _cache._HEAD.pack(magic, check, 2**63, 2**63, 2**63)
        path.write_bytes(head + content[_cache._HEAD.size :])
    else:
        path.unlink()
        path.mkdir()


@pytest.mark.parametrize(
    "kind", ["empty", "cut", "text", "flipped", "pickles", "another", "longer", "huge"]
)
def test_a_damaged_file_is_made_again(place: Path, built: Built, kind: str) -> None:
    """Whatever stands in a file of the cache: what is not whole is built and kept anew."""
    built.get()
    spoilt(kind, kept_file(place))
    assert built.get() == ("a",)
    assert built.times == 2
    assert built.get() == ("a",)
    assert built.times == 2


def test_a_folder_in_the_way_does_no_harm(place: Path, built: Built) -> None:
    """Where the file cannot be written, the atlas is built every time."""
    built.get()
    spoilt("folder", kept_file(place))
    assert built.get() == built.get() == ("a",)
    assert built.times == 3


def test_a_file_in_place_of_the_folder_does_no_harm(place: Path, built: Built) -> None:
    """Where there can be no folder, nothing is kept and nothing is said."""
    place.write_text("mine", encoding="utf-8")
    assert built.get() == built.get() == ("a",)
    assert built.times == 2
    assert place.read_text(encoding="utf-8") == "mine"


def test_it_can_be_turned_off(place: Path, built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """HIPPAIN_CACHE=off reads and writes nothing."""
    built.get()
    monkeypatch.setenv("HIPPAIN_CACHE", "off")
    built.get()
    assert built.times == 2


@posix
def test_only_the_user_can_read_and_write_it(place: Path, built: Built) -> None:
    """The folder and its files belong to the user alone; nothing else is left beside them."""
    built.get()
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE(kept_file(place).stat().st_mode) == 0o600


@posix
def test_a_file_that_others_can_write_is_not_trusted(place: Path, built: Built) -> None:
    """A file that somebody else could have written is made again, with safe permissions."""
    built.get()
    kept_file(place).chmod(0o666)
    built.get()
    assert built.times == 2
    assert stat.S_IMODE(kept_file(place).stat().st_mode) == 0o600


@posix
def test_no_home_is_made(tmp_path: Path, built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the home of another user, and below a home that does not exist, nothing is made."""
    home = tmp_path / "home"
    monkeypatch.delenv("HIPPAIN_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_, **__: str(home / "hippain_maps"))
    monkeypatch.setattr("os.geteuid", lambda: -1)
    built.get()
    assert not home.exists()


def test_old_files_are_removed(place: Path, built: Built) -> None:
    """The folder does not grow with every edit."""
    for number in range(_cache._KEPT + 3):
        (built.folder / "a.yaml").write_text(str(number), encoding="utf-8")
        built.get()
    assert len(list(place.glob("*"))) == _cache._KEPT


def test_the_shipped_body_is_kept_alone(place: Path) -> None:
    """The body is of use without the sources, and another folder's is not kept."""
    load_body()
    load_body(resource_dir("body_regions"))
    assert len(list(place.glob("*"))) == 1
