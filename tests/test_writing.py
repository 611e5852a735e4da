"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from hippain_maps._writing import write_text, write_whole
from hippain_maps.errors import OutputError


def test_text_is_written_as_it_is(tmp_path: Path) -> None:
    """UTF-8, plain line ends, nothing beside it; the path that was written is returned."""
    path = tmp_path / "a.txt"
    assert write_text(path, "Gesäß\nline\n") == path
    assert path.read_bytes() == "Gesäß\nline\n".encode()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("fault", [OSError(28, "No space left"), KeyboardInterrupt, RuntimeError])
def test_a_write_that_fails_half_way_leaves_the_old_file(
    tmp_path: Path, fault: BaseException | type[BaseException]
) -> None:
    """Whatever stops it, the old file stays as it was and no half of a new one lies about."""
    path = tmp_path / "a.txt"
    path.write_text("old")

    def half(beside: Path) -> None:
        beside.write_text("ne")
        raise fault

    kind = OutputError if isinstance(fault, OSError) else fault
    with pytest.raises(kind):  # type: ignore[arg-type]
        write_whole(path, half)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """The file that a link names is replaced, in its own folder; one that is not there is made."""
    folder = tmp_path / "folder"
    folder.mkdir()
    link = tmp_path / "link.txt"
    try:
        link.symlink_to(folder / "real.txt")
    except OSError:
        pytest.skip("this system makes no symbolic links")
    for text in ("first", "second"):
        write_text(link, text)
        assert link.is_symlink()
        assert (folder / "real.txt").read_text() == text
    assert [path.name for path in folder.iterdir()] == ["real.txt"]


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("folder", "Is a directory"),
        ("missing/a.txt", "No such file or directory"),
        ("file.txt/a.txt", "Not a directory"),
        ("a\0b", "null"),
        ("new\nline/a.txt", "No such file or directory"),
    ],
)
def test_what_cannot_be_written_is_one_line(tmp_path: Path, target: str, reason: str) -> None:
    """The message names file and reason on one line, and nothing is left behind."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.txt").write_text("old")
    with pytest.raises(OutputError, match=r"^cannot write '") as caught:
        write_text(tmp_path / target, "new")
    assert str(caught.value).isprintable()
    if os.name == "posix":
        assert reason in str(caught.value)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file.txt", "folder"]


def test_a_read_only_file_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Renaming would put a new file over one that its owner has protected."""
    path = tmp_path / "a.txt"
    path.write_text("old")
    # The tests may run as a user whom permissions do not stop.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputError, match=r"cannot write '.*a.txt': Permission denied"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name != "posix", reason="permissions are of another kind")
def test_a_private_file_stays_private(tmp_path: Path) -> None:
    """A pain drawing that only its owner may read is not opened to others by writing it again."""
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(0o600)
    write_text(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    """What is no plain file (a pipe, /dev/null) is never replaced by one."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_text(path, "new")
        assert os.read(reader, 100) == b"new"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(path.stat().st_mode)


@pytest.mark.skipif(os.name != "posix", reason="permissions are of another kind")
def test_a_new_file_is_private(tmp_path: Path) -> None:
    """Nobody else can read it, not even while it is written; what is made for others is not so."""
    modes = []

    def write(beside: Path) -> None:
        modes.append(stat.S_IMODE(beside.stat().st_mode))
        beside.write_text("a drawing")
        modes.append(stat.S_IMODE(beside.stat().st_mode))

    before = os.umask(0o022)
    try:
        path = write_whole(tmp_path / "a.txt", write)
        page = write_text(tmp_path / "page.html", "the atlas", public=True)
    finally:
        os.umask(before)
    assert [*modes, stat.S_IMODE(path.stat().st_mode)] == [0o600] * 3
    assert stat.S_IMODE(page.stat().st_mode) == 0o644


@pytest.mark.skipif(os.name != "posix", reason="ownership is of another kind")
@pytest.mark.parametrize("link", [False, True], ids=["file", "link"])
def test_what_belongs_to_somebody_else_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: bool
) -> None:
    """In a folder that others can write to, a file or link of theirs is neither used nor lost."""
    path, aim = tmp_path / "a.txt", tmp_path / "aim.txt"
    aim.write_text("old")
    if link:
        path.symlink_to(aim)
    else:
        path.write_text("old")
    # As seen by another person.
    monkeypatch.setattr(os, "geteuid", lambda: path.lstat().st_uid + 1)
    with pytest.raises(OutputError, match="belongs to somebody else"):
        write_text(path, "new")
    assert aim.read_text() == path.read_text() == "old"
    assert path.is_symlink() == link
    assert sorted(found.name for found in tmp_path.iterdir()) == ["a.txt", "aim.txt"]


def test_a_file_that_lies_in_wait_is_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name beside the target cannot be known; were it there, it would be refused."""
    monkeypatch.setattr("secrets.token_hex", lambda _: "known")
    (tmp_path / ".hippain-known.tmp").write_text("a trap")
    with pytest.raises(OutputError, match="exists"):
        write_text(tmp_path / "a.txt", "new")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["a trap"]
