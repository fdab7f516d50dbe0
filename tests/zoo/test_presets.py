"""The names of the packaged checkpoints and where their files are."""

from pathlib import Path

import pytest

from sshr.errors import CheckpointError
from sshr.zoo.presets import PRESETS, checkpoint_file, is_exported


def test_presets() -> None:
    assert list(PRESETS) == ["base", "paper"]
    assert all(PRESETS.values())


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_has_its_file(name: str) -> None:
    with checkpoint_file(name) as path:
        assert path.name == f"{name}.safetensors"
        assert path.is_file()


def test_a_path_is_its_own_file_and_may_be_missing(tmp_path: Path) -> None:
    with checkpoint_file(str(tmp_path / "x.safetensors")) as path:
        assert path == tmp_path / "x.safetensors"


@pytest.mark.parametrize("name", ["Base", "", "other", "base.pt"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(CheckpointError, match="unknown preset"), checkpoint_file(name):
        pass


def test_an_exported_folder_is_told_from_a_checkpoint(tmp_path: Path) -> None:
    for name in ("mine", "mine.safetensors"):
        (tmp_path / name).mkdir()
    assert is_exported(str(tmp_path / "mine"))
    assert not is_exported(str(tmp_path / "mine.safetensors"))
    assert not is_exported(str(tmp_path / "other"))
    assert not is_exported("base")
