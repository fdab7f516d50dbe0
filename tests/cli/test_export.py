"""`sshr export` on the command line."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest


def test_what_the_command_says(
    cli: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Path, Path, bool]] = []

    def export(checkpoint: Path, folder: Path, force: bool) -> bytes:
        asked.append((checkpoint, folder, force))
        return bytes(range(32))

    monkeypatch.setattr("sshr.zoo.export.export_checkpoint", export)
    said = cli("export", "model.safetensors", "-o", "mine")
    assert (said.code, said.err) == (0, "")
    assert "0001020304050607 exported to mine" in said.out
    said = cli("export", "model.safetensors", "-o", "mine", "--force", "--json")
    assert said.out == '{"out": "mine", "checkpoint": "0001020304050607"}\n'
    assert asked == [(Path("model.safetensors"), Path("mine"), force) for force in (False, True)]


def test_errors_leave_everything_as_it_was(cli: Callable[..., Any], tmp_path: Path) -> None:
    said = cli("export", "missing.safetensors", "-o", str(tmp_path / "mine"))
    assert (said.code, len(said.err.splitlines())) == (9, 1)
    preset = Path(str(files("sshr.zoo") / "weights" / "base"))
    said = cli("export", f"{preset}.safetensors", "-o", str(preset))
    assert (said.code, len(said.err.splitlines())) == (8, 1)
    assert not (tmp_path / "mine").exists()
