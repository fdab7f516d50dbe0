"""Checkpoints: what is loaded is what was saved, and nothing else is loaded."""

import copy
import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from sshr.errors import CheckpointError
from sshr.network.base import BaseNet
from sshr.network.model import StegoNet
from sshr.network.reparam import RepKernel
from sshr.training.passing import coarse_layer
from sshr.zoo.checkpoint import FORMAT, Loaded, build, load_checkpoint, save_checkpoint

CPU = torch.device("cpu")


@pytest.fixture
def saved(net: StegoNet, tmp_path: Path) -> Path:
    save_checkpoint(net, tmp_path / "net.safetensors")
    return tmp_path / "net.safetensors"


def contents(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    with safe_open(path, "pt") as file:
        names = list(file.keys())
        return {name: file.get_tensor(name) for name in names}, file.metadata()


def digest_of(config: str, tensors: dict[str, Tensor]) -> bytes:
    """SHA-256 over the configuration, then names, shapes, kinds and bytes in name order."""
    digest = hashlib.sha256(config.encode())
    for name in sorted(tensors):
        value = tensors[name]
        digest.update(f"{name}|{tuple(value.shape)}|{value.dtype}|".encode())
        digest.update(bytes(value.contiguous().view(-1).view(torch.uint8).tolist()))
    return digest.digest()


def resaved(
    path: Path, change: Callable[[dict[str, Tensor], dict], None], sign: bool = True
) -> None:
    """Rewrite a checkpoint after `change(tensors, config)`, with a digest that fits."""
    tensors, metadata = contents(path)
    config = json.loads(metadata["config"])
    change(tensors, config)
    metadata["config"] = json.dumps(config)
    if sign:
        metadata["digest"] = digest_of(metadata["config"], tensors).hex()
    save_file(tensors, path, metadata)


def refused(path: Path, reason: str) -> None:
    with pytest.raises(CheckpointError, match=reason) as caught:
        load_checkpoint(path, CPU)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    assert caught.value.exit_code == 9


def rounded(net: StegoNet) -> StegoNet:
    """With the weights that 16 bits can hold."""
    made = copy.deepcopy(net)
    for value in made.state_dict().values():
        if value.is_floating_point():  # the entropy code's integers are kept as they are
            value.copy_(value.half().float())
    return made


@torch.no_grad()
def round_trip(net: StegoNet) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    secret, reference = torch.rand(2, 1, 3, 64, 64, generator=generator)
    codes = net.public_key(secret)
    k_sym = net.symmetric_key(codes, reference)
    side = net.side(secret, k_sym, coarse_layer(net, secret))
    stego = net.conceal(secret, reference, k_sym, side, None)
    return codes, stego, net.reveal(stego, reference, k_sym, side, None)


def test_a_loaded_network_gives_equal_outputs(net: StegoNet, saved: Path) -> None:
    loaded = load_checkpoint(saved, CPU)
    assert isinstance(loaded, Loaded)
    assert type(loaded.net) is type(net)
    assert loaded.net.config == net.config
    assert not loaded.net.training
    assert not any(p.requires_grad for p in loaded.net.parameters())
    assert {p.dtype for p in loaded.net.parameters()} == {torch.float32}
    for ours, theirs in zip(round_trip(loaded.net), round_trip(rounded(net)), strict=True):
        assert torch.equal(ours, theirs)


def test_saving_what_was_loaded_changes_nothing(saved: Path, tmp_path: Path) -> None:
    loaded = load_checkpoint(saved, CPU)
    assert save_checkpoint(loaded.net, tmp_path / "again.safetensors") == loaded.digest
    assert load_checkpoint(tmp_path / "again.safetensors", CPU).digest == loaded.digest


def test_digest_is_what_the_docstring_says(saved: Path) -> None:
    tensors, metadata = contents(saved)
    assert metadata["format"] == FORMAT
    expected = digest_of(metadata["config"], tensors)
    assert metadata["digest"] == expected.hex()
    assert load_checkpoint(saved, CPU).digest == expected
    assert {t.dtype for t in tensors.values() if t.is_floating_point()} == {torch.float16}


def test_a_merged_network_travels(net: StegoNet, tmp_path: Path) -> None:
    merged = copy.deepcopy(net)
    kernels = [module for module in merged.modules() if isinstance(module, RepKernel)]
    assert kernels
    for kernel in kernels:
        kernel.fuse()
    save_checkpoint(merged, tmp_path / "merged.safetensors")
    loaded = load_checkpoint(tmp_path / "merged.safetensors", CPU)
    assert torch.allclose(round_trip(loaded.net)[1], round_trip(rounded(merged))[1], atol=1e-6)


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
    resaved(saved, lambda t, c: t.update(other=t.pop("mixing.theta")), sign=False)
    refused(saved, "corrupted")


@pytest.mark.parametrize(
    "change",
    [
        lambda t, c: t.pop("mixing.theta"),
        lambda t, c: t.update(extra=torch.zeros(3)),
        lambda t, c: t.update({"mixing.theta": torch.zeros(77)}),
        lambda t, c: c.pop("key_dim"),
        lambda t, c: c.update(extra=1),
        lambda t, c: c.update(kind="other"),
        lambda t, c: c.update(key_dim=17),
        lambda t, c: c.update(key_dim="many"),
        lambda t, c: c.update(diffusion=None),
        lambda t, c: c["reaction"].update(heads=0),
        lambda t, c: c["diffusion"].update(depthwise=True, filters=13),
        lambda t, c: c["diffusion"].pop("slope"),
    ],
)
def test_signed_files_that_do_not_fit_are_refused(
    saved: Path, change: Callable[[dict[str, Tensor], dict], None]
) -> None:
    resaved(saved, change)
    refused(saved, "does not fit this version")


@pytest.mark.parametrize("config", ["", "{", "5", "[]", "null", '"base"', '[["kind", "base"]]'])
def test_a_configuration_that_is_none_is_refused(tmp_path: Path, config: str) -> None:
    path, tensors = tmp_path / "odd.safetensors", {"a": torch.zeros(2)}
    digest = digest_of(config, tensors).hex()
    save_file(tensors, path, {"format": FORMAT, "config": config, "digest": digest})
    refused(path, "does not fit this version")


def test_other_number_formats_load(saved: Path) -> None:
    tensors, _ = contents(saved)
    name = "keys.w_learned"
    resaved(saved, lambda t, c: t.update({name: t[name].bfloat16()}))
    value = load_checkpoint(saved, CPU).net.state_dict()[name]
    assert torch.equal(value, tensors[name].bfloat16().float())


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


def test_build_follows_the_configuration(net: StegoNet) -> None:
    built = build(net.config)
    assert type(built) is type(net)
    assert isinstance(built, BaseNet) == net.uses_mix
    assert built.state_dict().keys() == net.state_dict().keys()
