"""The linear start that is fitted to a set of pictures."""

import dataclasses
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from sshr.coding.model import ContextModel
from sshr.network.base import BaseNet
from sshr.network.coarse import quantise_within
from sshr.network.gains import GAIN_START
from sshr.training.fit import fit_start, linear_error
from sshr.training.passing import HEADER_SHARE, coarse_layer


def crops(photos: Callable[..., list[Tensor]], count: int = 6) -> Tensor:
    """Half of them with texture."""
    pieces = torch.stack(photos(count, 64, 64, seed=1)).float() / 255
    texture = torch.randn(pieces.shape, generator=torch.Generator().manual_seed(1))
    strength = torch.linspace(0, 0.08, count).view(-1, 1, 1, 1)
    return (pieces + strength * texture).clamp(0, 1)


def known(net: BaseNet, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Rests, log sizes and log steps as the fit has them."""
    coefficients = net.transform(images)
    if net.tables is None:
        nothing = torch.zeros(1, coefficients.shape[1], 1, 1)
        return coefficients, nothing, nothing[:, :1]
    bits = net.coarse_rate * (1 - HEADER_SHARE) * images[0].numel()
    layer = quantise_within(ContextModel(net.tables.get()), net.transform, images, bits)
    rest = coefficients - net.allocation.reconstruct(layer)
    return rest, net.allocation(layer), layer.step.log().view(-1, 1, 1, 1)


@pytest.mark.parametrize(
    ("transform", "rate"), [("db4:4", 0.25), ("db4:4", 0.0), ("dct:8", 0.0), ("haar:3", 0.25)]
)
def test_fit_lowers_the_linear_error(
    transform: str, rate: float, base_net: BaseNet, photos: Callable[..., list[Tensor]]
) -> None:
    config = dataclasses.replace(base_net.config, transform=transform, coarse_rate=rate)
    net, images = BaseNet(config), crops(photos)
    hardly = fit_start(net, images, steps=1)
    fitted = fit_start(net, images, steps=120)
    assert fitted < hardly - 0.02
    with torch.no_grad():
        found = known(net, images)
        assert float(linear_error(net, *found)) == pytest.approx(fitted, abs=0.3)
        # Gains start below their ceiling; the tiles' scales make up for it.
        assert float(net.gains.unlimited(found[1]).exp().max()) == pytest.approx(GAIN_START, 1e-3)


@pytest.mark.parametrize("rate", [0.0, 0.25])
def test_what_was_fitted_is_the_start_to_go_back_to(
    rate: float, base_net: BaseNet, photos: Callable[..., list[Tensor]]
) -> None:
    net = BaseNet(dataclasses.replace(base_net.config, coarse_rate=rate))
    fit_start(net, crops(photos, 3), steps=5)
    before = {name: p.detach().clone() for name, p in net.named_parameters()}
    with torch.no_grad():
        for name, p in net.named_parameters():
            if name.startswith(("gains.", "allocation.weights", "allocation.shifts")):
                p.add_(0.3)
    net.untrain()
    for name, p in net.named_parameters():
        assert torch.equal(p, before[name]), name


@pytest.mark.parametrize("rate", [0.0, 0.25])
def test_fitted_start_is_measured_on_pictures(
    rate: float, base_net: BaseNet, photos: Callable[..., list[Tensor]]
) -> None:
    """The network's own reveal, rounding noise and all, has the error that the fit returns."""
    net, images = BaseNet(dataclasses.replace(base_net.config, coarse_rate=rate)), crops(photos)
    expected = fit_start(net, images, steps=150)
    reference, key = torch.full_like(images, 0.5), torch.zeros(1, 16)
    with torch.no_grad():
        side = net.side(images, key, coarse_layer(net, images))
        stego = net.conceal(images, reference, key, side, None)
        # Rounding alone is no white noise on a flat reference.
        noisy = stego + (torch.rand(stego.shape) - 0.5) / 255
        revealed = net.reveal(noisy, reference, key, side, None)
    error = 10 * (revealed - images).square().mean((1, 2, 3)).log10()
    assert float(error.mean()) == pytest.approx(expected, abs=0.3)
