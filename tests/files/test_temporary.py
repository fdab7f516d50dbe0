"""Temporary files: those of the dead are told from those in use."""

import os
import stat
from pathlib import Path

import pytest

from sshr.files import temporary
from sshr.files.temporary import held, remove_stale, whole_file


def test_only_files_without_a_writer_are_stale(tmp_path: Path) -> None:
    (tmp_path / ".sshr-dead.tmp").touch()
    with open(tmp_path / ".sshr-live.tmp", "xb") as file, held(file.fileno()):
        assert remove_stale(tmp_path) == 1
        assert [path.name for path in tmp_path.iterdir()] == [".sshr-live.tmp"]
    assert remove_stale(tmp_path) == 1


def test_traps_are_neither_waited_for_nor_removed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"x")
    os.mkfifo(tmp_path / ".sshr-pipe.tmp")
    (tmp_path / ".sshr-link.tmp").symlink_to("precious")
    (tmp_path / ".sshr-folder.tmp").mkdir()
    assert remove_stale(tmp_path) == 0
    assert len(list(tmp_path.iterdir())) == 4


def test_a_single_file_takes_the_place_of_what_a_dead_writer_left(tmp_path: Path) -> None:
    (tmp_path / ".sshr-dead.tmp").write_bytes(b"a secret, half written")
    with whole_file(tmp_path / "new", force=False, mode=0o600) as file:
        (temporary_file,) = tmp_path.iterdir()
        assert stat.S_IMODE(temporary_file.stat().st_mode) == 0o600
        file.write(b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_a_file_taken_for_stale_before_it_is_locked_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = iter(["first", "second"])
    monkeypatch.setattr(temporary.secrets, "token_hex", lambda _: next(names))
    opened = os.open

    def lose_the_first(path, *more):  # another run's remove_stale comes in between
        descriptor = opened(path, *more)
        if "first" in str(path):
            os.unlink(path)
        return descriptor

    monkeypatch.setattr(temporary.os, "open", lose_the_first)
    with whole_file(tmp_path / "new", force=False) as file:
        file.write(b"x")
    assert (tmp_path / "new").read_bytes() == b"x"
