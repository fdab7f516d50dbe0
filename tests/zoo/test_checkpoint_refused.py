"""Checkpoints that are damaged, foreign or do not fit are refused in one line."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from checkpoint_files import digest_of, refused, resaved
from safetensors.torch import save_file
from torch import Tensor

from sshr.zoo.checkpoint import FORMAT


@pytest.mark.parametrize("where", [0.0, 0.37, 0.999])
def test_one_flipped_byte_of_a_weight_is_noticed(saved: Path, where: float) -> None:
    data = bytearray(saved.read_bytes())
    start = 8 + int.from_bytes(data[:8], "little")
    data[start + int(where * (len(data) - start))] ^= 1
    saved.write_bytes(data)
    refused(saved, "corrupted, its weights do not match their digest")


def test_an_altered_configuration_is_noticed(saved: Path) -> None:
    data = saved.read_bytes()
    assert data.count(b"0.97") == 1
    saved.write_bytes(data.replace(b"0.97", b"0.98"))
    refused(saved, "corrupted")


def test_a_renamed_weight_is_noticed(saved: Path) -> None:
    resaved(saved, lambda t, c: t.update(other=t.pop("keys.w_learned")), sign=False)
    refused(saved, "corrupted")


@pytest.mark.parametrize(
    "change",
    [
        lambda t, c: t.pop("keys.mean"),
        lambda t, c: t.update(extra=torch.zeros(3)),
        lambda t, c: t.update({"keys.w_learned": torch.zeros(77)}),
        lambda t, c: c.pop("key_dim"),
        lambda t, c: c.update(extra=1),
        lambda t, c: c.update(start="other"),
        lambda t, c: c.update(start="exact" if c["start"] == "zero" else "zero"),
        lambda t, c: c.update(key_dim=17),
        lambda t, c: c.update(key_dim=20),
        lambda t, c: c.update(key_dim="many"),
        lambda t, c: c.update(printed=None),
        lambda t, c: c["printed"]["reaction"].update(heads=0),
        lambda t, c: c["printed"]["diffusion"].pop("slope"),
        lambda t, c: c["exact"].update(rings=0),
        lambda t, c: c["exact"].pop("companding"),
    ],
)
def test_signed_files_that_do_not_fit_are_refused(
    saved: Path, change: Callable[[dict[str, Tensor], dict], None]
) -> None:
    resaved(saved, change)
    refused(saved, "does not fit this version")


@pytest.mark.parametrize("config", ["", "{", "5", "[]", "null", '"base"', '[["start", "zero"]]'])
def test_a_configuration_that_is_none_is_refused(tmp_path: Path, config: str) -> None:
    path, tensors = tmp_path / "odd.safetensors", {"a": torch.zeros(2)}
    digest = digest_of(config, tensors).hex()
    save_file(tensors, path, {"format": FORMAT, "config": config, "digest": digest})
    refused(path, "does not fit this version")


def test_foreign_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "foreign.safetensors"
    save_file({"a": torch.zeros(2)}, path)
    refused(path, "not a checkpoint of this program")
    save_file({"a": torch.zeros(2)}, path, {"format": "other"})
    refused(path, "not a checkpoint of this program")
    save_file({"a": torch.zeros(2)}, path, {"format": FORMAT})
    refused(path, "corrupted")


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00", b"PK\x03\x04 not this", b"\xff" * 64, random.Random(0).randbytes(4096)],
    ids=["empty", "zero", "zip", "ones", "noise"],
)
def test_garbage_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "garbage.safetensors"
    path.write_bytes(data)
    refused(path, "not a readable checkpoint")


@pytest.mark.parametrize("kept", [0, 7, 200, 0.5, 0.9999])
def test_truncated_files_are_refused(saved: Path, kept: float) -> None:
    data = saved.read_bytes()
    saved.write_bytes(data[: int(kept * len(data)) if 0 < kept < 1 else int(kept)])
    refused(saved, "not a readable checkpoint")


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    refused(tmp_path / "missing.safetensors", "not a readable checkpoint")
    refused(tmp_path, "not a readable checkpoint")
