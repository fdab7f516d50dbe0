"""Tables that are fitted to photographs: shorter codes than the start's, and still any code."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from sshr.coding.codec import Codec
from sshr.coding.model import LIMIT, ContextModel
from sshr.coding.rate import choose_step, quantise, step_size
from sshr.network.coarse import subbands_of
from sshr.network.transform import Transform
from sshr.training.coarse import _start, fit_tables

RATE = 0.2


def crops(photos: Callable[..., list[Tensor]], seed: int, count: int = 4) -> Tensor:
    pieces = torch.stack(photos(count, 64, 80, seed=seed)).float() / 255
    generator = torch.Generator().manual_seed(seed)
    return (pieces + 0.01 * torch.randn(pieces.shape, generator=generator)).clamp(0, 1)


def test_fitted_tables_make_codes_shorter(photos: Callable[..., list[Tensor]]) -> None:
    transform = Transform("db4:4", "opponent")
    tables = fit_tables(transform, crops(photos, 1), RATE)
    assert tables.details.min() >= 1
    assert abs(tables.details.sum(-1) - (1 << 16)).max() < 20
    fitted, start = ContextModel(tables), ContextModel(_start(4))
    before = after = 0.0
    for low, details in subbands_of(transform, crops(photos, 2)):  # others than the fit's
        step = choose_step(fitted, low, details, RATE * 3 * 64 * 80)
        levels = quantise(low, details, step_size(step))
        before, after = before + start.length(levels), after + fitted.length(levels)
    assert after < 0.97 * before


def test_fitted_tables_code_whatever_comes(photos: Callable[..., list[Tensor]]) -> None:
    transform = Transform("haar:3", "rgb")
    codec = Codec(fit_tables(transform, crops(photos, 1, 2), RATE))
    rng = np.random.default_rng(1)
    low = rng.integers(1 - LIMIT, LIMIT, (3, 8, 10), dtype=np.int32)
    details = [
        rng.integers(1 - LIMIT, LIMIT, (3, 3, 8 << n, 10 << n), dtype=np.int32) for n in range(3)
    ]
    found_low, found = codec.decode(codec.encode((low, details)), 8, 10)
    assert np.array_equal(found_low, low)
    assert all(np.array_equal(a, b) for a, b in zip(found, details, strict=True))
