"""A checkpoint's network in torch as conceal and reveal run it."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

import sshr
from sshr.inference.keyed_mix import no_mix
from sshr.metrics import psnr
from sshr.network.model import SshrNet
from sshr.zoo.loaded import LoadedModel, torch_mix


def test_any_network_conceals_and_reveals(
    net: SshrNet, photo: Callable[..., NDArray[np.uint8]]
) -> None:
    model = LoadedModel(net, bytes(32))
    secret, reference = photo("parrots", 64, 80), photo("sailboats", 64, 80)
    small = np.full((3, 256, 256), 0.4, np.float32)
    k_sym = model.rsrk_symmetric(model.rsrk_public(small), small)
    assert k_sym.shape == (model.key_dim,) == (16,)
    sizes = model.group_sizes((64, 80))
    mix = no_mix(sum(sizes)) if model.uses_mix else None
    found: list[float] = []

    def work(_: int) -> None:
        made = model.conceal(secret, reference, k_sym, mix)
        assert made.levels.shape == secret.shape
        assert made.scales.shape == (model.scale_count,)
        assert made.strength.shape == secret.shape[:2]
        levels = model.reveal(made.levels, reference, k_sym, made.scales, mix)
        found.append(psnr(np.rint(levels).clip(0, 255).astype(np.uint8), secret))

    assert list(model.each(work, range(3))) == [None] * 3
    assert len(set(found)) == 1
    assert found[0] > (38 if net.is_exact else 5)  # as printed, only the true y_T leads back


def test_threads_are_as_before_whatever_happens() -> None:
    model, before = sshr.load_model("base", "cpu"), torch.get_num_threads()

    def fail(_: int) -> None:
        raise ValueError("no")

    try:
        torch.set_num_threads(2)
        with pytest.raises(ValueError, match="no"):
            list(model.each(fail, range(4)))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_another_aim_keeps_the_weights() -> None:
    model = sshr.load_model("base", "cpu")
    other = model.at(38.0)
    assert other.digest == model.digest
    assert other.net is not model.net
    assert other.net.features is model.net.features


def test_a_mix_becomes_tensors() -> None:
    mix = torch_mix(no_mix(20), torch.device("cpu"))
    assert mix.permutation.tolist() == list(range(20))
    assert mix.signs.dtype == torch.float32
    assert mix.signs.shape == (9, 20)
    assert not mix.filler.any()
