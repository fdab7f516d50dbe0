"""Strength and headroom in NumPy are those of the network in torch."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sshr.inference.strength import blur, hold
from sshr.network.config import ReactionConfig, StrengthConfig
from sshr.network.strength import Strength, inside, with_headroom
from sshr.network.strength import blur as torch_blur
from sshr.network.transform import Transform

POWER = 10**-4.11


def test_blur(tensor: Callable[..., torch.Tensor]) -> None:
    planes = np.random.default_rng(0).random((2, 20, 33)).astype(np.float32)
    assert np.abs(blur(planes) - torch_blur(tensor(planes))[0].numpy()).max() < 1e-6


@pytest.mark.parametrize("contrast", [60.0, 0.0])
@pytest.mark.parametrize("equal", [True, False])
@pytest.mark.parametrize("shade", ["photograph", "black", "white", "stripes"])
def test_as_in_torch(
    contrast: float,
    equal: bool,
    shade: str,
    photo: Callable[..., NDArray[np.uint8]],
    tensor: Callable[..., torch.Tensor],
) -> None:
    picture = photo("lighthouse", 64, 80).copy()
    if shade != "photograph":
        picture[:] = {"black": 0, "white": 255, "stripes": 3}[shade]
    if shade == "stripes":
        picture[:, ::7] = 252
    unit = np.ascontiguousarray(picture.transpose(2, 0, 1), np.float32) / np.float32(255)
    config = StrengthConfig(contrast=contrast)
    for power in (POWER, 0.01):
        held = hold(unit, config, power, 2.5, equal)
        reference = tensor(unit)
        even = Strength(config, ReactionConfig())(reference, Transform("haar:1", "opponent"))
        strength, room = with_headroom(even, reference, power, 2.5, equal)
        assert np.abs(held.strength / strength[0, 0].numpy() - 1).max() < 2e-3
        assert np.abs(held.inside - inside(reference, room)[0].numpy()).max() < 2e-4
