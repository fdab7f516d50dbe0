"""The losses against their formulas."""

import numpy as np
import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio
from torch import Tensor

from sshr.network.rsrk import AlexNetFeatures
from sshr.training.losses import (
    decibel,
    frequency_loss,
    perceptual_loss,
    rate_controlled_loss,
)


@pytest.fixture(scope="module")
def alexnet() -> AlexNetFeatures:
    torch.manual_seed(1)
    return AlexNetFeatures()


def images(count: int, seed: int) -> Tensor:
    return torch.rand(count, 3, 64, 64, generator=torch.Generator().manual_seed(seed))


def test_decibel_is_minus_the_psnr_of_each_sample() -> None:
    a, b = images(3, 1), images(3, 2)
    b[0] = a[0] + 0.001
    for i, found in enumerate(decibel(a, b).tolist()):
        expected = peak_signal_noise_ratio(
            a[i].double().numpy(), b[i].double().numpy(), data_range=1
        )
        assert found == pytest.approx(-expected, abs=1e-3)
    assert decibel(a, a).tolist() == pytest.approx([-100.0] * 3)  # not minus infinity


def test_rate_controlled_loss_is_its_formula() -> None:
    reference, secret = images(4, 1), images(4, 2)
    noise = torch.randn(4, 3, 64, 64)
    scale = torch.tensor([0.004, 0.008, 0.012, 0.02])[:, None, None, None]
    stego, revealed = reference + scale * noise, secret + scale.flip(0) * noise
    power = (scale * noise).square().mean((1, 2, 3)).numpy()
    stego_psnr = -10 * np.log10(power)
    power = (scale.flip(0) * noise).square().mean((1, 2, 3)).numpy()
    reveal_psnr = -10 * np.log10(power)
    expected = -(stego_psnr + reveal_psnr).mean() + (41.0 - stego_psnr.mean()) ** 2
    found = rate_controlled_loss(stego, reference, revealed, secret, 41.0)
    assert float(found) == pytest.approx(expected, abs=1e-2)
    # At the target only the sum counts.
    at_target = rate_controlled_loss(stego, reference, revealed, secret, stego_psnr.mean())
    assert float(at_target) == pytest.approx(-(stego_psnr + reveal_psnr).mean(), abs=1e-2)


@pytest.mark.parametrize(("norm", "power"), [("l1", 1), ("l2", 2)])
def test_frequency_loss_is_eq_19(norm: str, power: int) -> None:
    z = torch.randn(4, 2, 12, 8, 8)
    expected = (z[0] - z[1]).abs().pow(power).mean() + (z[2] - z[3]).abs().pow(power).mean()
    assert torch.allclose(frequency_loss(*z, norm=norm), expected)
    assert float(frequency_loss(z[0], z[0], z[1], z[1], norm=norm)) == 0


def test_frequency_loss_is_l1_unless_told() -> None:
    z = torch.randn(4, 2, 12, 8, 8)
    assert torch.equal(frequency_loss(*z), frequency_loss(*z, norm="l1"))


def test_perceptual_loss_is_zero_for_identical_pictures_only(alexnet: AlexNetFeatures) -> None:
    reference, secret = images(2, 1), images(2, 2)
    assert float(perceptual_loss(alexnet, reference, reference, secret, secret)) == 0
    stego = perceptual_loss(alexnet, reference, images(2, 3), secret, secret)
    revealed = perceptual_loss(alexnet, reference, reference, secret, images(2, 4))
    both = perceptual_loss(alexnet, reference, images(2, 3), secret, images(2, 4))
    assert float(stego) > 1e-4
    assert float(revealed) > 1e-4
    assert torch.allclose(both, stego + revealed)


def test_perceptual_loss_is_eq_20_on_unit_activations(alexnet: AlexNetFeatures) -> None:
    reference, stego = images(1, 1), images(1, 3)
    expected = torch.zeros(())
    for a, b in zip(alexnet(reference), alexnet(stego), strict=True):
        unit_a, unit_b = a / a.norm(dim=1, keepdim=True), b / b.norm(dim=1, keepdim=True)
        # LPIPS's convention: summed over channels, averaged over places.
        expected += (unit_a.nan_to_num() - unit_b.nan_to_num()).square().sum(dim=1).mean()
    found = perceptual_loss(alexnet, reference, stego, reference, reference)
    assert torch.allclose(found, expected, rtol=1e-4)


def test_perceptual_loss_trains_the_picture(alexnet: AlexNetFeatures) -> None:
    stego = images(1, 3).requires_grad_()
    perceptual_loss(alexnet, images(1, 1), stego, images(1, 2), images(1, 2)).backward()
    assert stego.grad is not None
    assert bool(torch.isfinite(stego.grad).all())
    assert float(stego.grad.abs().max()) > 0
