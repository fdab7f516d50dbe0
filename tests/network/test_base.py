"""Preset `base`: exactly the linear scheme before training, exactly invertible after it.

Everything holds with a coarse layer and without one.
"""

import math
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from sshr.network.base import BaseNet
from sshr.network.config import ESTIMATORS, BaseConfig
from sshr.network.estimator import ResidualEstimator
from sshr.network.gains import GAIN_CEILING, GAIN_FLOOR, NOISE
from sshr.network.mix import Mix, random_mix
from sshr.network.side import CoarseLayer, Side
from sshr.network.subbands import split_subbands
from sshr.network.transform import TRANSFORMS
from sshr.training.fit import fit_start
from sshr.training.passing import coarse_layer

Make = Callable[..., BaseNet]
SideOf = Callable[[BaseNet, Tensor, Tensor], Side]

WAVELET_TRANSFORMS = ("haar:1", "haar:3", "db4:4")
RATES = pytest.mark.parametrize("rate", [0.0, 0.25], ids=["no coarse layer", "coarse layer"])


@pytest.fixture
def make(
    base_config: Callable[..., BaseConfig], linear_start: Callable[[BaseNet], BaseNet]
) -> Make:
    """An untrained network with a spread of gains and Wiener factors, and another p each step."""

    def made(rate: float, **changes: object) -> BaseNet:
        net = BaseNet(base_config(coarse_rate=rate, **changes))
        with torch.no_grad():
            net.mixing.theta.add_(torch.linspace(-0.5, 0.5, len(net.mixing.theta)))
        return linear_start(net).eval().requires_grad_(False)

    return made


def mix_of(net: BaseNet, image: Tensor) -> Mix:
    return random_mix(image[0].numel(), torch.Generator().manual_seed(3))


def known_of(net: BaseNet, side: Side) -> tuple[Tensor, Tensor, Tensor]:
    """The coarse layer's coefficients, log size of the rest in steps, log of the step."""
    if side.coarse is None:
        zero = torch.zeros(1, net.transform.channels, 1, 1)
        return zero, zero, zero[:, :1]
    log_step = side.coarse.step.log().view(-1, 1, 1, 1)
    return net.allocation.reconstruct(side.coarse), net.allocation(side.coarse), log_step


def gain_of(net: BaseNet, side: Side) -> Tensor:
    """g = e^u size^-b between floor and ceiling, written out."""
    _, log_size, _ = known_of(net, side)
    u, b = (p[net.gains.bands].view(1, -1, 1, 1) for p in (net.gains.log_gain, net.gains.exponent))
    return (u.exp() * log_size.exp() ** -b).clamp(GAIN_FLOOR, GAIN_CEILING)


def wiener_of(net: BaseNet, side: Side) -> Tensor:
    """q / (q + 1), q the payload's expected power over the noise's, written out."""
    _, log_size, log_step = known_of(net, side)
    spread = net.gains.log_spread[net.gains.bands].view(1, -1, 1, 1)
    deviation = gain_of(net, side) * (log_size + log_step + spread).exp()
    power = (deviation * side.scales.view(-1, 1, 1, 1) / NOISE).square()
    return power / (power + 1)


def doubled(side: Side) -> Side:
    coarse = side.coarse
    if coarse is not None:
        coarse = CoarseLayer(coarse.levels.double(), coarse.step.double())
    return Side(side.scales.double(), side.units.double(), coarse)


@RATES
@pytest.mark.parametrize(
    ("secret_steps", "reference_steps", "p"),
    [(t, r, p) for t, r in ((1, 1), (4, 2), (8, 1)) for p in (0.9, 0.97, 1.0)],
)
def test_untrained_network_is_the_linear_scheme(
    rate: float,
    secret_steps: int,
    reference_steps: int,
    p: float,
    make: Make,
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
    side_of: SideOf,
) -> None:
    net = make(
        rate,
        secret_steps=secret_steps,
        reference_steps=reference_steps,
        mixing=p,
    )
    secret, reference = pictures(2, 64, 80, seed=1), pictures(2, 64, 80, seed=2)
    reference[:, :, :20] = 0.0  # dark beyond the headroom
    side, mix = side_of(net, secret, key()), mix_of(net, secret)
    coarse, _, _ = known_of(net, side)
    rest = net.transform(secret) - coarse
    g = gain_of(net, side)
    assert float(g.max()) / float(g.min()) > 2
    c = net.transform(reference.clamp(5 / 255, 250 / 255))
    payload = mix.forward(side.scales[:, None, None, None] * g * rest)
    z, y = net.forward_pair(secret, reference, key(), side, mix)
    assert float((z - c - payload).abs().max()) < 2e-5
    assert float((y - z).abs().max()) < 2e-5
    stego = net.conceal(secret, reference, key(), side, mix)
    assert torch.allclose(stego, net.transform.inverse(c + payload), atol=1e-5)

    # Its power is the configured one.
    power = (stego - reference.clamp(5 / 255, 250 / 255)).square().mean((1, 2, 3))
    assert torch.allclose(power, torch.full((2,), 10 ** (-41.15 / 10)), rtol=1e-3)

    # Without noise the reveal multiplies every coefficient by its Wiener factor.
    wiener = wiener_of(net, side)
    assert float(wiener.max()) - float(wiener.min()) > 0.3
    revealed = net.transform(net.reveal(stego, reference, key(), side, mix))
    assert float((revealed - coarse - wiener * rest).abs().max()) < 1e-3


@RATES
@pytest.mark.parametrize(
    ("secret_steps", "reference_steps", "p", "tied"),
    [
        (t, 1 + (i % 2), p, tied)
        for i, (t, p, tied) in enumerate(product((1, 4, 8), (0.9, 0.97, 1.0), (True, False)))
    ],
)
def test_inverse_is_exact_with_the_true_pair(
    rate: float,
    secret_steps: int,
    reference_steps: int,
    p: float,
    tied: bool,
    make: Make,
    open_gates: Callable,
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
    side_of: SideOf,
) -> None:
    net = make(
        rate,
        secret_steps=secret_steps,
        reference_steps=reference_steps,
        mixing=p,
        tie_half_steps=tied,
        transform="haar:3" if secret_steps == 4 else "db4:4",
    )
    secret, reference, k_sym = pictures(1, seed=1), pictures(1, seed=2), key()
    side, mix = side_of(net, secret, key()), mix_of(net, secret)
    linear, _ = net.forward_pair(secret, reference, k_sym, side, mix)
    open_gates(net, {1: 0.3, 4: 0.03, 8: 0.015}[secret_steps])
    for tolerance in (1e-4, 1e-9):
        start = net.transform(secret)
        z, y = net.forward_pair(secret, reference, k_sym, side, mix)
        # The open gates add up to the payload's own deviation, 0.009.
        assert (1e-4 if rate else 5e-4) < float((z - linear).square().mean().sqrt()) < 0.1
        # Not magnified as much where gains are larger.
        assert float((y - z).square().mean().sqrt()) > (1e-4 if rate else 1e-3)
        back = net.inverse_pair(z, y, reference, k_sym, side, mix)
        assert float((back[0] - start).abs().max()) < tolerance
        assert float((back[1] - start).abs().max()) < tolerance
        net = net.double()
        secret, reference, k_sym = secret.double(), reference.double(), k_sym.double()
        side = doubled(side)


@RATES
def test_secret_side_steps_written_out(
    rate: float,
    make: Make,
    open_gates: Callable,
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
    side_of: SideOf,
) -> None:
    net = make(rate, secret_steps=2, mixing=1.0)
    open_gates(net.diffusion, 0.2)
    secret, reference = pictures(1, seed=1), pictures(1, seed=2)
    side = side_of(net, secret, key())
    a, g = float(side.scales), gain_of(net, side)
    rest = z = y = net.transform(secret) - known_of(net, side)[0]
    half = g.sqrt()
    # Corrections count in units of the coming noise: about NOISE / a at the end, and a step
    # multiplies it by its gain.
    unit = float(side.units) * g / NOISE
    for first, second in net.diffusion:
        before, unit = unit, unit / half
        move = net.transform.from_half(first(net.transform.to_half(y * before), key()))
        z = z - (1 - half) * y - move / unit
        move = net.transform.from_half(second(net.transform.to_half(z * unit), key()))
        y = y - (1 - half) / half * z - move / unit
    c = net.transform(reference.clamp(5 / 255, 250 / 255))
    found = net.forward_pair(secret, reference, key(), side, None)
    assert torch.allclose(found[0], a * z + c, atol=2e-5)
    assert torch.allclose(found[1], a * y + c, atol=2e-4)
    assert float((a * (z - g * rest)).abs().max()) > 1e-3


@RATES
def test_reference_side_steps_written_out(
    rate: float,
    make: Make,
    open_gates: Callable,
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
    side_of: SideOf,
) -> None:
    net = make(rate, reference_steps=2, mixing=1.0)
    open_gates(net.reaction, 0.0)
    secret, reference = pictures(1, seed=1), pictures(1, seed=2)
    side, mix = side_of(net, secret, key()), mix_of(net, secret)
    rest = net.transform(secret) - known_of(net, side)[0]
    payload = side.scales * gain_of(net, side) * rest
    z = y = mix.forward(payload)
    c = net.transform(reference.clamp(5 / 255, 250 / 255))
    for (first, second), guide in zip(net.reaction, net.guidance(c), strict=True):
        # Not the caller's key: its half that stems from the secret would show in the stego.
        z = z - NOISE * first(torch.asinh(y / NOISE), guide, 0 * key())
        y = y - NOISE * second(torch.asinh(z / NOISE), guide, 0 * key())
    found = net.forward_pair(secret, reference, key(), side, mix)
    assert torch.allclose(found[0], z + c, atol=2e-5)
    assert torch.allclose(found[1], y + c, atol=2e-5)
    assert float((z - mix.forward(payload)).abs().max()) > 1e-3


@RATES
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_estimate_of_y_written_out(
    rate: float,
    estimator: str,
    make: Make,
    open_gates: Callable,
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
    side_of: SideOf,
) -> None:
    net = make(rate, mixing=1.0, estimator=estimator, depth=2)
    if net.estimator is not None:
        open_gates(net.estimator, 0.1)
    secret, reference = pictures(1, seed=1), pictures(1, seed=2)
    side = side_of(net, secret, key())
    a, g = float(side.scales), gain_of(net, side)
    coarse, log_size, log_step = known_of(net, side)
    c = net.transform(reference.clamp(5 / 255, 250 / 255))
    z = torch.randn(c.shape) * 0.009 / a  # of the size of a payload
    stego = net.transform.inverse(z * a + c)
    change = torch.zeros(1, 12, 32, 32)
    if net.estimator is not None:
        clues = torch.zeros(1, 21, 32, 32)
        if rate:
            clues[:, :12] = torch.asinh(net.transform.to_half(coarse * g * a / NOISE) / 8)
            size = (g.log() + log_size + log_step + math.log(a / NOISE)).clamp(-6, 6)
            _, details = split_subbands(size, net.transform.levels)
            clues[:, 12:] = details[-1].flatten(1, 2)
        change = net.estimator(net.transform.to_half(z * a / NOISE), clues, key())
        assert float(change.abs().max()) > 0.1
    # What makes the whole linear reveal w / g: g (1 + (1 - g) (y + (1 - g) / g z) / z) = w.
    linear = wiener_of(net, side) / g
    y = ((linear - 1) / (1 - g) - (1 - g) / g) * z
    y = y + net.transform.from_half(change) / (a / NOISE * g)
    y = y + (1 - g) / g * z
    z = z + (1 - g) * y
    revealed = net.reveal(stego, reference, key(), side, None)
    assert torch.allclose(net.transform(revealed), z + coarse, atol=1e-3)


@RATES
def test_reveal_without_an_estimate_is_the_exact_inverse_of_z_and_z(
    rate: float,
    make: Make,
    open_gates: Callable,
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
    side_of: SideOf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net = make(rate, secret_steps=2, reference_steps=2, estimator="none")
    secret, reference = pictures(1, seed=1), pictures(1, seed=2)
    side, mix = doubled(side_of(net, secret, key())), mix_of(net, secret)
    net = net.double()
    open_gates(net, 0.02)
    monkeypatch.setattr("sshr.network.gains.TileGains.estimate_y", lambda self, z, y, p: y)
    secret, reference, k_sym = secret.double(), reference.double(), key().double()
    stego = net.conceal(secret, reference, k_sym, side, mix)
    z = net.transform(stego)
    expected, _ = net.inverse_pair(z, z, reference, k_sym, side, mix)
    revealed = net.reveal(stego, reference, k_sym, side, mix)
    assert torch.allclose(net.transform(revealed), expected, atol=1e-8)


@pytest.mark.parametrize(
    ("transform", "rate"),
    [(name, 0.0) for name in TRANSFORMS] + [(name, 0.25) for name in WAVELET_TRANSFORMS],
)
@pytest.mark.parametrize("colour", ["opponent", "rgb"])
def test_every_transform_serves(
    transform: str,
    rate: float,
    colour: str,
    make: Make,
    open_gates: Callable,
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
    side_of: SideOf,
) -> None:
    net = make(rate, transform=transform, colour=colour)
    secret, reference = pictures(2, seed=1), pictures(2, seed=2)
    side, mix = side_of(net, secret, key()), mix_of(net, secret)
    stego = net.conceal(secret, reference, key(), side, mix)
    assert float((stego - reference).square().mean()) < 1e-3
    untrained = net.reveal(stego, reference, key(), side, mix)
    open_gates(net, 0.2)
    side = side_of(net, secret, key())
    stego = net.conceal(secret, reference, key(), side, mix)
    revealed = net.reveal(stego, reference, key(), side, mix)
    assert revealed.shape == secret.shape
    assert bool(torch.isfinite(revealed).all())
    assert float((revealed - untrained).abs().max()) > 1e-3


def rounded(stego: Tensor) -> Tensor:
    return (stego.clamp(0, 1) * 255).round() / 255


@RATES
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_reveal_of_an_8_bit_stego(
    rate: float,
    estimator: str,
    make: Make,
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
    side_of: SideOf,
) -> None:
    net = make(rate, estimator=estimator)
    secret, reference = pictures(2, seed=1), pictures(2, seed=2)
    side, mix = side_of(net, secret, key()), mix_of(net, secret)
    stego = rounded(net.conceal(secret, reference, key(), side, mix))
    revealed = net.reveal(stego, reference, key(), side, mix)
    error = float((revealed - secret).square().mean())
    flat = (secret - secret.mean((2, 3), keepdim=True)).square().mean()
    assert error < (0.02 if rate else 0.2) * float(flat)
    wrong = random_mix(secret[0].numel(), torch.Generator().manual_seed(4))
    other = net.reveal(stego, reference, key(), side, wrong)
    lost = float((other - secret).square().mean())
    assert lost > (2 * error if rate else 0.5 * float(flat))


def test_a_coarse_layer_is_far_better_than_none(
    base_config: Callable[..., BaseConfig],
    photo: Callable[..., NDArray[np.uint8]],
    key: Callable[..., Tensor],
    side_of: SideOf,
) -> None:
    """Both fitted to the same photographs, and measured on others."""

    def crops(*places: tuple[str, int, int]) -> Tensor:
        pieces = [photo(name, 128, 128, top, left) for name, top, left in places]
        return torch.from_numpy(np.stack(pieces)).permute(0, 3, 1, 2).float() / 255

    known = crops(("parrots", 0, 0), ("red-barn", 200, 200), ("lighthouse", 300, 60))
    secret = crops(("sailboats", 100, 150), ("parrots", 200, 300))
    reference, found = secret.flip(0), {}
    for rate in (0.0, 0.25):
        net = BaseNet(base_config(coarse_rate=rate, estimator="none"))
        fit_start(net, known, steps=60)
        net.requires_grad_(False)
        side, mix = side_of(net, secret, key()), mix_of(net, secret)
        stego = rounded(net.conceal(secret, reference, key(), side, mix))
        revealed = net.reveal(stego, reference, key(), side, mix)
        found[rate] = float(-10 * (revealed - secret).square().mean((1, 2, 3)).log10().mean())
    assert found[0.25] > found[0.0] + 3, found


@RATES
def test_side_information_of_the_other_kind_is_refused(
    rate: float, make: Make, pictures: Callable[..., Tensor], key: Callable[..., Tensor]
) -> None:
    net, other = make(rate), make(0.25 - rate)
    image = pictures(1)
    coarse = coarse_layer(other, image)
    with pytest.raises(ValueError, match="another kind"):
        net.side(image, key(), coarse)
    with pytest.raises(ValueError, match="another kind"):
        net.reveal(image, image, key(), Side(torch.ones(1), torch.ones(1), coarse), None)


@RATES
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_untraining_gives_the_linear_scheme_back(
    rate: float,
    estimator: str,
    make: Make,
    open_gates: Callable,
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
    side_of: SideOf,
) -> None:
    net = make(rate, reference_steps=2, estimator=estimator)
    secret, reference = pictures(1, seed=1), pictures(1, seed=2)
    side, mix = side_of(net, secret, key()), mix_of(net, secret)
    stego = net.conceal(secret, reference, key(), side, mix)
    revealed = net.reveal(stego, reference, key(), side, mix)
    open_gates(net, 0.2)
    with torch.no_grad():
        moved = list(net.gains.parameters())
        if rate:
            moved += [net.allocation.weights, net.allocation.shifts]
        for parameter in moved:
            parameter.add_(0.1)
    changed = net.conceal(secret, reference, key(), side, mix)
    assert float((changed - stego).abs().max()) > 1e-3
    changed = net.reveal(stego, reference, key(), side, mix)
    assert float((changed - revealed).abs().max()) > 1e-3
    net.untrain()
    again = net.conceal(secret, reference, key(), side, mix)
    assert float((again - stego).abs().max()) < 1e-6
    again = net.reveal(stego, reference, key(), side, mix)
    assert float((again - revealed).abs().max()) < 1e-6


@RATES
def test_constant_pictures_stay_finite(
    rate: float, make: Make, key: Callable[..., Tensor], side_of: SideOf
) -> None:
    net = make(rate)
    for level in (0.0, 0.5, 1.0):
        flat = torch.full((1, 3, 64, 64), level)
        side, mix = side_of(net, flat, key()), mix_of(net, flat)
        stego = net.conceal(flat, flat, key(), side, mix)
        revealed = net.reveal(stego, flat, key(), side, mix)
        assert float((stego - flat).abs().max()) < 0.2
        assert float((revealed - flat).abs().max()) < 1e-2


@RATES
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_every_weight_learns_and_gates_move_first(
    rate: float,
    estimator: str,
    make: Make,
    open_gates: Callable,
    pictures: Callable[..., Tensor],
    side_of: SideOf,
) -> None:
    net = make(rate, secret_steps=2, reference_steps=2, estimator=estimator, depth=2)
    net.train().requires_grad_(True).features.requires_grad_(False)
    secret, reference = pictures(2, seed=1), pictures(2, seed=2)
    f_secret, f_reference = torch.rand(2, 256), torch.rand(2, 256)
    start = net.keys.symmetric_key(net.keys.public_key(f_secret), f_reference)
    side, mix = side_of(net, secret, start.detach()), mix_of(net, secret)

    def idle() -> set[str]:
        net.zero_grad()
        k_sym = net.keys.symmetric_key(net.keys.public_key(f_secret), f_reference)
        stego = net.conceal(secret, reference, k_sym, side, mix)
        noisy = stego + (torch.rand(stego.shape) - 0.5) / 255
        revealed = net.reveal(noisy, reference, k_sym, side, mix)
        ((stego - reference).square().mean() + (revealed - secret).square().mean()).backward()
        return {
            name
            for name, p in net.named_parameters()
            if p.requires_grad and (p.grad is None or not p.grad.any())
        }

    waiting = idle()
    gates = (
        *(
            "influence.weights",
            "modulation.key.2.weight",
            "estimator.leave.weight",
            "estimator.leave.bias",
        ),
        *("log_gain", "log_spread", "allocation.weights", "allocation.shifts"),
        *("refine.4.weight", "refine.4.bias", "allocation.level"),
    )
    gated = [name for name in waiting if name.endswith(gates)]
    assert gated == []
    assert any("enter" in name for name in waiting)  # behind a closed gate
    open_gates(net, 0.2)
    # The reference side sees no key, which leaves the first layer of its key's MLP without input.
    unused = {f"reaction.{t}.{half}.modulation.key.0.weight" for t in (0, 1) for half in (0, 1)}
    if not rate:  # all sizes are one, whatever their exponent
        unused.add("gains.exponent")
    assert idle() == unused


def test_the_estimators_differ(make: Make) -> None:
    kinds = {kind: make(0.25, estimator=kind).estimator for kind in ESTIMATORS}
    assert kinds["none"] is None
    assert isinstance(kinds["residual"], ResidualEstimator)
    assert len(kinds["diffusion"].process.stages) == 1
