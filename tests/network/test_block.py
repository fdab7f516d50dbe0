"""The Transformer block and Re-FFN: shapes, attention across channels, merging."""

import pytest
import torch
from torch.nn import functional as F

from sshr.network.block import ChannelAttention, ChannelNorm, ReFFN, TransformerBlock
from sshr.network.reparam import RepKernel

SIZES = pytest.mark.parametrize("size", [(16, 16), (6, 20), (9, 5)])


@SIZES
def test_shapes(size: tuple[int, int]) -> None:
    x = torch.randn(2, 8, *size)
    assert ChannelAttention(8, 2)(x).shape == x.shape
    assert ReFFN(8, 3)(x).shape == x.shape
    block = TransformerBlock(8, width=12, heads=3, expansion=2)
    assert block(x).shape == x.shape
    assert torch.allclose(block(x[:1]), block(x)[:1], atol=1e-5)


def test_norm_is_layer_norm_over_channels() -> None:
    norm, x = ChannelNorm(8), 3 + 5 * torch.randn(2, 8, 6, 10)
    with torch.no_grad():
        norm.weight.normal_()
        norm.bias.normal_()
    expected = F.layer_norm(
        x.permute(0, 2, 3, 1), (8,), norm.weight.flatten(), norm.bias.flatten(), eps=1e-6
    )
    assert torch.allclose(norm(x), expected.permute(0, 3, 1, 2), atol=1e-5)


@SIZES
def test_attention_written_out(size: tuple[int, int]) -> None:
    attention, x = ChannelAttention(6, 2), torch.randn(1, 6, *size)
    with torch.no_grad():
        attention.temperature.copy_(torch.tensor([0.5, 3.0])[:, None, None])
    q, k, v = attention.local(attention.qkv(x))[0].flatten(1).chunk(3)
    heads = []
    for head, temperature in enumerate((0.5, 3.0)):
        own = slice(3 * head, 3 * head + 3)
        scores = torch.zeros(3, 3)
        for i in range(3):
            for j in range(3):
                cosine = F.cosine_similarity(q[own][i], k[own][j], dim=0)
                scores[i, j] = temperature * cosine
        heads.append(scores.softmax(1) @ v[own])
    expected = attention.project(torch.cat(heads).view(1, 6, *size))
    assert torch.allclose(attention(x), expected, atol=1e-5)


def test_merging_every_branch_keeps_the_block() -> None:
    block, x = TransformerBlock(8, width=8, heads=2, expansion=2), torch.randn(1, 8, 12, 20)
    before = block(x)
    kernels = [module for module in block.modules() if isinstance(module, RepKernel)]
    assert len(kernels) == 2
    for kernel in kernels:
        kernel.fuse()
    assert float((block(x) - before).detach().abs().max()) < 1e-5
