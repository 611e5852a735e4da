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
