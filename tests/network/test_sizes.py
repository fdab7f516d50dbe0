"""Coefficients of a tile by ring."""

import pytest
import torch

from sshr.network.sizes import ring_sizes, token_counts, whole_blocks

SHARES = [1.0, 3.0, 0.0, 20.0, 40.0]


def test_whole_blocks() -> None:
    assert whole_blocks((79, 96)) == (64, 96)


@pytest.mark.parametrize("size", [(16, 16), (64, 80), (79, 95), (320, 176), (64, 65)])
@pytest.mark.parametrize("block", [4, 8, 16])
def test_ring_sizes_are_the_tokens_and_a_share_of_the_rim(
    block: int, size: tuple[int, int]
) -> None:
    generator = torch.Generator().manual_seed(block)
    kernels = 3 * block**2
    shares = torch.bincount(torch.randint(0, 7, (kernels,), generator=generator)).tolist()
    height, width = (side // 16 * 16 for side in size)
    counts, sizes = token_counts(size, shares), ring_sizes(size, shares)
    # Every kernel has one coefficient in each block of the whole ones.
    assert counts == [share * height * width // block**2 for share in shares]
    assert sum(sizes) == 3 * size[0] * size[1]
    rim = 3 * (size[0] * size[1] - height * width)
    for count, whole, share in zip(counts, sizes, shares, strict=True):
        assert abs(whole - count - rim * share / kernels) <= 1


def test_an_empty_ring_stays_empty() -> None:
    assert ring_sizes((79, 95), SHARES)[2] == token_counts((79, 95), SHARES)[2] == 0
