"""The linear start that is fitted to a set of pictures."""

import dataclasses
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from sshr.network.base import BaseNet
from sshr.network.gains import GAIN_FLOOR, NOISE, water_fill
from sshr.training.fit import band_energies, fit_gains


def linear_error(
    gain: Tensor, wiener: Tensor, energies: Tensor, counts: Tensor, power: float
) -> float:
    """Mean over tiles of the error in dB, band by band: what is lost and what the noise adds."""
    total = 0.0
    for energy in energies.double():
        scale = (power * counts.sum() / (counts * gain**2 * energy).sum()).sqrt()
        error = (1 - wiener) ** 2 * energy + (wiener * NOISE / (gain * scale)) ** 2
        total += 10 * float(((counts * error).sum() / counts.sum()).log10())
    return total / len(energies)


def wiener_of(net: BaseNet) -> Tensor:
    """The factor that the linear reveal multiplies a band by: y := (1 + r) z, one step."""
    gain = net.gains.log_gain.detach().double().exp()
    y = 1 + net.gains.receive.detach().double() + (1 - gain) / gain
    return gain * (1 + (1 - gain) * y)


def synthetic(net: BaseNet, tiles: int = 20) -> tuple[Tensor, Tensor]:
    """Band energies that fall from coarse to fine: half the tiles smooth, half strong texture."""
    _, counts = band_energies(net, torch.zeros(1, 3, 64, 64))
    generator = torch.Generator().manual_seed(1)
    smooth, texture = torch.logspace(0, -7, len(counts)), torch.logspace(1, -1, len(counts))
    mean = torch.stack([smooth, texture]).repeat(tiles // 2, 1)
    spread = torch.randn(tiles, len(counts), generator=generator)
    return mean * torch.exp(0.3 * spread), counts


def test_band_energies(base_net: BaseNet, crops_of: Callable[..., Tensor]) -> None:
    crops = crops_of(3)
    energies, counts = band_energies(base_net, crops)
    assert energies.shape == (3, base_net.transform.band_count)
    assert int(counts.sum()) == base_net.transform.channels
    coefficients = base_net.transform(crops)
    for band in (0, 1, 12, 13, 38):
        own = coefficients[:, base_net.transform.bands == band]
        assert int(counts[band]) == own.shape[1]
        assert torch.allclose(energies[:, band], own.square().mean((1, 2, 3)), rtol=1e-4)


@pytest.mark.parametrize("transform", ["db4:4", "dct:8"])
def test_fit_is_better_than_water_filling(transform: str, base_net: BaseNet) -> None:
    net = BaseNet(dataclasses.replace(base_net.config, transform=transform))
    energies, counts = synthetic(net)
    fitted = fit_gains(net, energies, counts, steps=150)
    plain_gain, plain_wiener = water_fill(energies.mean(0).sqrt(), counts, net.power)
    plain = linear_error(plain_gain.double(), plain_wiener.double(), energies, counts, net.power)
    gain = net.gains.log_gain.detach().double().exp()
    installed = linear_error(gain, wiener_of(net), energies, counts, net.power)
    assert installed < plain - 0.2
    assert fitted == pytest.approx(installed, abs=0.02)
    assert float(gain.min()) >= GAIN_FLOOR * (1 - 1e-5)
    # The tile scale of an average tile is one.
    scales = (net.power * counts.sum() / (counts * gain**2 * energies).sum(1)).sqrt()
    assert float(scales.log().mean().exp()) == pytest.approx(1, abs=0.01)


def test_fitted_start_is_measured_on_pictures(
    base_net: BaseNet, crops_of: Callable[..., Tensor]
) -> None:
    """The network's own reveal, rounding noise and all, has the error that the fit returns."""
    crops = crops_of(6)
    expected = fit_gains(base_net, *band_energies(base_net, crops), steps=200)
    reference, key = torch.full_like(crops, 0.5), torch.zeros(1, 16)
    with torch.no_grad():
        scales = base_net.tile_scales(crops, key)
        stego = base_net.conceal(crops, reference, key, scales, None)
        # Rounding alone is no white noise on a flat reference.
        noisy = stego + (torch.rand(stego.shape) - 0.5) / 255
        revealed = base_net.reveal(noisy, reference, key, scales, None)
    error = 10 * (revealed - crops).square().mean((1, 2, 3)).log10()
    assert float(error.mean()) == pytest.approx(expected, abs=0.3)
