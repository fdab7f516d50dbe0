"""Groups of power one in NumPy are those of the network in torch."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sshr.inference.keyed_mix import KeyedMix
from sshr.inference.spread import TokenGroups
from sshr.network import spread as torch_side
from sshr.network.sizes import ring_sizes
from sshr.zoo.loaded import torch_mix

BLOCK, RINGS = 8, 6
CHANNELS = torch.arange(3 * BLOCK * BLOCK) * RINGS // (3 * BLOCK * BLOCK)
SHARES = torch.bincount(CHANNELS).tolist()


@pytest.mark.parametrize("size", [(32, 48), (39, 63)])
@pytest.mark.parametrize("loud", [0.1, 1e-6, 0.0])
def test_as_in_torch(
    size: tuple[int, int], loud: float, drawn_mix: Callable[..., KeyedMix]
) -> None:
    """With and without a rim; a secret that fills its groups, hardly, and not at all."""
    sizes = ring_sizes(size, SHARES)
    order = np.argsort(CHANNELS.numpy(), kind="stable")
    groups, mix = TokenGroups.in_tile(size, order, SHARES, BLOCK), drawn_mix(sizes)
    tokens = np.random.default_rng(4).normal(0, loud, (len(order), *groups.tokens))
    tokens = tokens.astype(np.float32)
    row, scales = groups.spread(tokens, mix)
    ends = np.cumsum(sizes)[:-1]
    assert all(np.square(part).mean() == pytest.approx(1, rel=1e-4) for part in np.split(row, ends))
    other = torch_side.Groups.in_tile(size, CHANNELS, SHARES, BLOCK)
    batch, there = torch.from_numpy(tokens)[None], torch_mix(mix, torch.device("cpu"))
    expected = torch_side.Spread.of_secret(batch, other, there)
    assert np.abs(scales / expected.scales[0].numpy() - 1).max() < 1e-4
    assert np.abs(row - expected.forward(batch)[0].numpy()).max() < 2e-3
    back: NDArray[np.float32] = groups.gather(row, mix, scales)
    receiver = torch_side.Spread(other, there, torch.from_numpy(scales)[None])
    assert np.abs(back - receiver.inverse(torch.from_numpy(row)[None])[0].numpy()).max() < 1e-4
    assert np.abs(back - tokens).max() < (1e-5 if loud == 0.1 else 3e-3)
