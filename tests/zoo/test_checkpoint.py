"""Checkpoints: what is loaded is what was saved, and nothing else is loaded."""

import copy
from pathlib import Path

import torch
from checkpoint_files import CPU, contents, digest_of, resaved
from torch import Tensor

from sshr.network.kinds import build
from sshr.network.mix import random_mix
from sshr.network.model import SshrNet
from sshr.network.reparam import RepKernel
from sshr.zoo.checkpoint import FORMAT, LoadedModel, load_checkpoint, save_checkpoint


def rounded(net: SshrNet) -> SshrNet:
    """With the weights that 16 bits can hold."""
    made = copy.deepcopy(net)
    for value in made.state_dict().values():
        if value.is_floating_point():  # rings and ranks are whole numbers
            value.copy_(value.half().float())
    return made


@torch.no_grad()
def round_trip(net: SshrNet) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    secret, reference = torch.rand(2, 1, 3, 64, 64, generator=generator)
    codes = net.rsrk_public(secret)
    k_sym = net.rsrk_symmetric(codes, reference)
    mix = random_mix(net.group_sizes((64, 64)), generator, CPU) if net.uses_mix else None
    stego, scales = net.conceal(secret, reference, k_sym, mix)
    return codes, stego, net.reveal(stego, reference, k_sym, scales, mix)


def test_a_loaded_network_gives_equal_outputs(net: SshrNet, saved: Path) -> None:
    loaded = load_checkpoint(saved, CPU)
    assert isinstance(loaded, LoadedModel)
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


def test_a_merged_network_travels(net: SshrNet, tmp_path: Path) -> None:
    merged = copy.deepcopy(net)
    kernels = [module for module in merged.modules() if isinstance(module, RepKernel)]
    assert kernels
    for kernel in kernels:
        kernel.fuse()
    save_checkpoint(merged, tmp_path / "merged.safetensors")
    loaded = load_checkpoint(tmp_path / "merged.safetensors", CPU)
    assert torch.allclose(round_trip(loaded.net)[1], round_trip(rounded(merged))[1], atol=1e-6)


def test_other_number_formats_load(saved: Path) -> None:
    tensors, _ = contents(saved)
    name = "keys.w_learned"
    resaved(saved, lambda t, c: t.update({name: t[name].bfloat16()}))
    value = load_checkpoint(saved, CPU).net.state_dict()[name]
    assert torch.equal(value, tensors[name].bfloat16().float())


def test_build_follows_the_configuration(net: SshrNet) -> None:
    built = build(net.config)
    assert type(built) is type(net)
    assert type(built.body) is type(net.body)
    assert built.state_dict().keys() == net.state_dict().keys()
