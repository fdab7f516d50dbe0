"""Where the reference hides change: the formula, its scale, and what CIGM may do to it."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from sshr.network.config import ReactionConfig, StrengthConfig
from sshr.network.strength import Strength, blur
from sshr.network.transform import Transform

REACTION = ReactionConfig(width=8, heads=2)
TRANSFORM = Transform("haar:1", "opponent")


def half_flat(height: int = 64, width: int = 64) -> Tensor:
    """Flat on the left, noise of 25 levels on the right."""
    picture = torch.full((2, 3, height, width), 0.5)
    texture = 0.1 * torch.randn(2, 3, height, width, generator=torch.Generator().manual_seed(1))
    picture[..., width // 2 :] += texture[..., width // 2 :]
    return picture.clamp(0, 1)


def make(**changes: float) -> Strength:
    return Strength(StrengthConfig(**changes), REACTION)  # type: ignore[arg-type]


@pytest.mark.parametrize("learned", [False, True])
@pytest.mark.parametrize("size", [(64, 64), (63, 49)])
def test_mean_square_is_one(size: tuple[int, int], learned: bool, open_gates: Callable) -> None:
    strength = make(learned=learned)
    open_gates(strength, 0.5)
    found = strength(half_flat(*size), TRANSFORM)
    assert found.shape == (2, 1, *size)
    assert bool((found > 0).all())
    assert torch.allclose(found.square().mean((1, 2, 3)), torch.ones(2), rtol=1e-5)


def test_flat_places_get_less() -> None:
    found = make(contrast=300.0)(half_flat(), TRANSFORM)[:, 0]
    flat, busy = found[..., 12:20], found[..., 44:52]
    assert float(flat.max()) < 0.6 * float(busy.min())
    even = make(contrast=0.0)(half_flat(), TRANSFORM)
    assert torch.allclose(even, torch.ones_like(even))
    stronger = make(contrast=3000.0)(half_flat(), TRANSFORM)[:, 0]
    assert float(stronger[..., 12:20].max()) < float(flat.min())


def test_the_formula_written_out() -> None:
    picture = half_flat(32, 32).double()
    found = make(contrast=200.0, floor=7.0)(picture, TRANSFORM)[0, 0].numpy()
    at = np.arange(-5, 6)
    taps = np.exp(-0.5 * (at / 1.5) ** 2)
    window = np.outer(taps, taps) / taps.sum() ** 2

    def smooth(plane: np.ndarray) -> np.ndarray:
        padded = np.pad(plane, 5, mode="edge")
        pieces = np.lib.stride_tricks.sliding_window_view(padded, (11, 11))
        return np.einsum("hwij,ij->hw", pieces, window)

    levels = picture[0].numpy() * 255
    variances = [smooth(plane**2) - smooth(plane) ** 2 for plane in levels]
    plain = 1 / (np.mean(variances, axis=0).clip(0) + 7.0)
    power = (1 + 200.0 * smooth(plain)) ** -0.5
    assert np.allclose(found, np.sqrt(power / power.mean()), rtol=1e-6)


def test_learned_but_closed_it_is_the_formula(open_gates: Callable) -> None:
    plain, learned = make(), make(learned=True)
    picture = half_flat(63, 50)
    expected = plain(picture, TRANSFORM)
    assert torch.allclose(learned(picture, TRANSFORM), expected, atol=1e-6)
    open_gates(learned, 0.5)
    found = learned(picture, TRANSFORM)
    assert float((found - expected).detach().abs().max()) > 0.05
    # The correction of the power stays within a factor of two, before it is scaled.
    ratio = (found / expected).detach().square().log()
    assert float(ratio.max() - ratio.min()) <= 2 * 0.7 + 1e-3
    learned.close()
    assert torch.allclose(learned(picture, TRANSFORM), expected, atol=1e-6)


def test_it_depends_on_the_reference_alone_and_each_by_itself(
    pictures: Callable[..., Tensor],
) -> None:
    strength, references = make(), pictures(3)
    together = strength(references, TRANSFORM)
    for i in range(3):
        assert torch.allclose(strength(references[i : i + 1], TRANSFORM)[0], together[i], atol=1e-5)


def test_blur_keeps_a_constant_and_the_mean_of_what_lies_inside() -> None:
    assert torch.allclose(blur(torch.full((1, 2, 20, 9), 3.0)), torch.tensor(3.0))
    spike = torch.zeros(1, 1, 30, 30, dtype=torch.float64)
    spike[..., 12, 15] = 1.0
    assert float(blur(spike).sum()) == pytest.approx(1)
    assert float(blur(spike)[..., 12, 15]) == pytest.approx(0.2660**2, rel=1e-3)


def test_every_weight_of_cigm_learns(pictures: Callable[..., Tensor], open_gates: Callable) -> None:
    strength = make(learned=True)
    open_gates(strength, 0.5)
    found = strength(pictures(2), TRANSFORM)
    (found * torch.randn(found.shape)).sum().backward()
    idle = [name for name, p in strength.named_parameters() if p.grad is None or not p.grad.any()]
    assert idle == []
