"""Writing any file: whole or not at all, and never over a file by accident."""

import errno
import os
import stat
from pathlib import Path

import pytest

from sshr.errors import OutputError
from sshr.files.output import check_file, refusals, staged, write_file


def test_bytes_are_written_with_their_permissions(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_file(tmp_path / "own", b"\0\r\n", mode=0o600)
        write_file(str(tmp_path / "open"), b"")
    finally:
        os.umask(before)
    assert (tmp_path / "own").read_bytes() == b"\0\r\n"
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("own", "open")]
    assert modes == [0o600, 0o666]


def test_existing_file_is_replaced_only_when_forced(tmp_path: Path) -> None:
    path = tmp_path / "there"
    path.write_bytes(b"mine")
    for write in (check_file, lambda name: write_file(name, b"new")):
        with pytest.raises(OutputError, match=r"there: exists already\. .* --force"):
            write(path)
    assert path.read_bytes() == b"mine"
    check_file(path, force=True)
    write_file(path, b"new", force=True)
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("folder", "is a folder. Give a file name"),
        ("pipe", "is not a regular file"),
        ("there/x", "is not a folder"),
        ("nul\0", "cannot be written"),
        ("x" * 300, "cannot be written"),
    ],
)
def test_names_that_cannot_be_written_are_refused(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "there").write_bytes(b"")
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(OutputError, match=words) as caught:
        write_file(f"{tmp_path}/{name}", b"x", force=True)
    assert str(caught.value).isprintable()
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"there is no folder .*gone\. Create it first"):
        write_file(tmp_path / "gone" / "x", b"x")


def test_input_is_never_replaced(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.write_bytes(b"mine")
    (tmp_path / "link").symlink_to("own")
    os.link(own, tmp_path / "twin")
    for name in ("own", "link", "twin"):
        with pytest.raises(OutputError, match="is also an input and would be lost"):
            check_file(tmp_path / name, True, [own])
    check_file(tmp_path / "other", True, [own, tmp_path / "absent"])


def test_staged_file_gets_its_name_when_all_is_well(tmp_path: Path) -> None:
    target = tmp_path / "x"
    with staged(target, b"whole", False) as file:
        assert file.read_bytes() == b"whole"
        assert not target.exists()
    assert target.read_bytes() == b"whole"
    with pytest.raises(KeyError), staged(tmp_path / "y", b"whole", False):
        raise KeyError
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_file_that_appears_meanwhile_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "x"
    with pytest.raises(OutputError, match="exists already"), staged(target, b"new", False):
        target.write_bytes(b"mine")
    assert target.read_bytes() == b"mine"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EACCES, "no permission to write in the folder"),
        (errno.ENOSPC, "No space left"),
        (errno.ENOENT, "there is no folder"),
        (errno.EEXIST, "exists already"),
    ],
)
def test_what_the_system_says_becomes_words(number: int, words: str) -> None:
    with pytest.raises(OutputError, match=words), refusals(Path("out/x.png")):
        raise OSError(number, os.strerror(number))
