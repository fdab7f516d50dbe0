"""CIGM: SLT against eq. 16, the recursion over the steps, and the AdaLN-Zero start."""

import torch
from torch.nn import functional as F

from sshr.network.guidance import Guidance, GuidanceModule, Modulation, SeparateLinear


def test_slt_is_eq_16() -> None:
    slt, c = SeparateLinear(6), torch.randn(2, 6, 8, 14)
    theta1 = slt.theta1(c)
    theta2, theta3 = slt.theta23(c.mean((2, 3))).split(6, dim=1)
    assert theta1.shape == c.shape
    weight = F.conv2d(F.silu(theta1), slt.weigh.weight, slt.weigh.bias, padding=1)
    expected = torch.empty_like(c)
    for b in range(2):
        for i in range(6):
            expected[b, i] = weight[b, i] * c[b, i] + theta2[b, i] * c[b, i] + theta3[b, i]
    assert torch.allclose(slt(c), expected, atol=1e-5)


def test_module_is_slt_then_feed_forward() -> None:
    module, c = GuidanceModule(6, 2), torch.randn(1, 6, 8, 14)
    after = c + module.transform(c)
    assert torch.allclose(module(c), after + module.feed_forward(after), atol=1e-6)


def test_recursion_gives_one_guide_for_each_step() -> None:
    guidance, condition = Guidance(12, width=6, expansion=2, steps=3), torch.randn(2, 12, 8, 14)
    guides = guidance(condition)
    assert [tuple(guide.shape) for guide in guides] == [(2, 6, 8, 14)] * 3
    c = guidance.enter(condition)
    for step, guide in zip(guidance.steps, guides, strict=True):
        c = step(c)
        assert torch.allclose(guide, c, atol=1e-6)
    assert float((guides[0] - guides[1]).detach().abs().max()) > 1e-3  # they change over time


def test_modulation_is_eq_17_and_starts_at_zero() -> None:
    modulation, guide, keys = Modulation(6, 12, 8), torch.randn(2, 6, 8, 14), torch.randn(2, 8)
    parts = modulation(guide, keys)
    assert [tuple(part.shape) for part in parts] == [(2, 12, 8, 14)] * 3
    assert not torch.cat(parts).any()
    with torch.no_grad():
        for parameter in modulation.key[-1].parameters():
            parameter.normal_()
    alpha, beta, gamma = modulation(guide, keys)
    weights = modulation.key(keys).view(2, 3, 12, 1, 1)
    maps = modulation.project(guide).view(2, 3, 12, 8, 14)
    assert torch.allclose(torch.stack([alpha, beta, gamma], 1), maps * weights, atol=1e-5)
    other = modulation(guide, -keys)
    assert float((other[2] - gamma).detach().abs().max()) > 1e-2
    modulation.close()
    assert not torch.cat(modulation(guide, keys)).any()


def test_one_key_serves_a_whole_batch() -> None:
    modulation, guide, key = Modulation(6, 12, 8), torch.randn(3, 6, 4, 4), torch.randn(1, 8)
    with torch.no_grad():
        modulation.key[-1].weight.normal_()
    together = torch.cat(modulation(guide, key), 1)
    apart = torch.cat(modulation(guide, key.expand(3, 8)), 1)
    assert torch.allclose(together, apart, atol=1e-6)
