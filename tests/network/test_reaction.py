"""The condition reaction term, eq. 18."""

import torch

from sshr.network.config import ReactionConfig
from sshr.network.reaction import ReactionTerm

CONFIG = ReactionConfig(width=8, heads=2)


def test_exactly_zero_before_training() -> None:
    term = ReactionTerm(12, 6, CONFIG)
    u, guide, key = torch.randn(2, 12, 8, 14), torch.randn(2, 8, 8, 14), torch.randn(2, 6)
    assert not term(u, guide, key).any()
    # Only gamma's gate has to move first, and it gets a gradient.
    term(u, guide, key).square().sum().backward()
    assert not term.modulation.key[-1].weight.grad.any()  # d(gamma N)^2 = 0 at gamma = 0
    (term(u, guide, key) - 1).square().sum().backward()
    assert float(term.modulation.key[-1].weight.grad[24:].abs().min()) > 0


def test_term_is_eq_18() -> None:
    term = ReactionTerm(12, 6, CONFIG)
    with torch.no_grad():
        for parameter in term.modulation.key[-1].parameters():
            parameter.normal_(std=0.3)
    u, guide, key = torch.randn(2, 12, 8, 14), torch.randn(2, 8, 8, 14), torch.randn(2, 6)
    alpha, beta, gamma = term.modulation(guide, key)
    expected = gamma * term.block(u * (1 + alpha) + beta)
    found = term(u, guide, key)
    assert found.shape == u.shape
    assert torch.allclose(found, expected, atol=1e-6)
    for changed in (term(u, guide + 1, key), term(u, guide, key + 1), term(u + 1, guide, key)):
        assert float((changed - found).detach().abs().max()) > 1e-3
