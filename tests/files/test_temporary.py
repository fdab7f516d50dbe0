"""Temporary files: those of the dead are told from those in use."""

from pathlib import Path

from sshr.files.temporary import held, remove_stale


def test_only_files_without_a_writer_are_stale(tmp_path: Path) -> None:
    (tmp_path / ".sshr-dead.tmp").touch()
    with open(tmp_path / ".sshr-live.tmp", "xb") as file, held(file.fileno()):
        assert remove_stale(tmp_path) == 1
        assert [path.name for path in tmp_path.iterdir()] == [".sshr-live.tmp"]
    assert remove_stale(tmp_path) == 1
