"""The receiver's estimators: silent before training, and what each of them looks at."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from sshr.network.config import BaseConfig, EstimatorConfig
from sshr.network.estimator import CLUES, DiffusionEstimator, ResidualEstimator


@pytest.mark.parametrize("kind", ["diffusion", "residual"])
def test_estimator(
    kind: str, base_config: Callable[..., BaseConfig], open_gates: Callable, key: Callable
) -> None:
    part: EstimatorConfig = base_config(estimator=kind, depth=2).estimator
    residual = kind == "residual"
    made = ResidualEstimator(12, part) if residual else DiffusionEstimator(12, 16, part)
    payload, clues = torch.randn(2, 12, 16, 24), torch.randn(2, CLUES, 16, 24)

    def change(p: Tensor = payload, c: Tensor = clues, k: Tensor | None = None) -> Tensor:
        found: Tensor = made(p, c, key() if k is None else k)
        return found

    assert not change().any()
    open_gates(made, 0.2)
    opened = change()
    assert opened.shape == payload.shape
    assert float(opened.abs().max()) > 0.01
    assert torch.equal(change(c=0 * clues), opened) != residual
    assert torch.equal(change(k=key(seed=6)), opened) == residual
    opened.square().sum().backward()
    assert all(p.grad is not None and bool(p.grad.any()) for p in made.parameters())
    if residual:
        made.close()
        assert not change().any()
