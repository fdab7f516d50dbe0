"""Preset `base`: exactly the linear scheme before training, exactly invertible after it."""

from collections.abc import Callable
from itertools import product

import pytest
import torch
from torch import Tensor

from sshr.network.base import BaseNet
from sshr.network.config import BaseConfig
from sshr.network.gains import NOISE
from sshr.network.mix import Mix, random_mix
from sshr.network.transform import TRANSFORMS

Make = Callable[..., BaseNet]


@pytest.fixture
def make(base_config: Callable[..., BaseConfig]) -> Make:
    """An untrained network with a spread of gains and Wiener factors, and another p each step."""

    def made(**changes: object) -> BaseNet:
        net = BaseNet(base_config(**changes))
        with torch.no_grad():
            net.mixing.theta.add_(torch.linspace(-0.5, 0.5, len(net.mixing.theta)))
        count = net.transform.band_count
        wiener = torch.linspace(1.0, 0.3, count)
        p = net.mixing()[: net.gains.steps]
        net.gains.set(torch.logspace(-1, -2, count), wiener, p)
        return net.eval().requires_grad_(False)

    return made


def mix_of(net: BaseNet, image: Tensor) -> Mix:
    return random_mix(image[0].numel(), torch.Generator().manual_seed(3))


@pytest.mark.parametrize(
    ("secret_steps", "reference_steps", "p"),
    [(t, r, p) for t, r in ((1, 1), (4, 2), (8, 1)) for p in (0.9, 0.97, 1.0)],
)
def test_untrained_network_is_the_linear_scheme(
    secret_steps: int,
    reference_steps: int,
    p: float,
    make: Make,
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
) -> None:
    net = make(secret_steps=secret_steps, reference_steps=reference_steps, mixing=p)
    secret, reference = pictures(2, 64, 80, seed=1), pictures(2, 64, 80, seed=2)
    reference[:, :, :20] = 0.0  # dark beyond the headroom
    scales, mix = net.tile_scales(secret, key()), mix_of(net, secret)
    start = net.transform(secret)
    g = net.gains.gain(secret_steps)
    c = net.transform(reference.clamp(5 / 255, 250 / 255))
    payload = mix.forward(scales[:, None, None, None] * g * start)
    z, y = net.forward_pair(secret, reference, key(), scales, mix)
    assert float((z - c - payload).abs().max()) < 2e-5
    assert float((y - z).abs().max()) < 2e-5
    stego = net.conceal(secret, reference, key(), scales, mix)
    assert torch.allclose(stego, net.transform.inverse(c + payload), atol=1e-5)

    # Its power is the configured one.
    power = (stego - reference.clamp(5 / 255, 250 / 255)).square().mean((1, 2, 3))
    assert torch.allclose(power, torch.full((2,), 10 ** (-41.15 / 10)), rtol=1e-3)

    # Without noise the reveal multiplies every band by its Wiener factor.
    wiener = net.gains.spread(torch.linspace(1.0, 0.3, net.transform.band_count))
    revealed = net.transform(net.reveal(stego, reference, key(), scales, mix))
    assert float((revealed - wiener * start).abs().max()) < 1e-3


@pytest.mark.parametrize(
    ("secret_steps", "reference_steps", "p", "tied"),
    [
        (t, 1 + (i % 2), p, tied)
        for i, (t, p, tied) in enumerate(product((1, 4, 8), (0.9, 0.97, 1.0), (True, False)))
    ],
)
def test_inverse_is_exact_with_the_true_pair(
    secret_steps: int,
    reference_steps: int,
    p: float,
    tied: bool,
    make: Make,
    open_gates: Callable,
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
) -> None:
    net = make(
        secret_steps=secret_steps,
        reference_steps=reference_steps,
        mixing=p,
        tie_half_steps=tied,
        transform="haar:3" if secret_steps == 4 else "db4:4",
    )
    secret, reference, k_sym = pictures(1, seed=1), pictures(1, seed=2), key()
    scales, mix = net.tile_scales(secret, key()), mix_of(net, secret)
    linear, _ = net.forward_pair(secret, reference, k_sym, scales, mix)
    open_gates(net, {1: 0.3, 4: 0.03, 8: 0.015}[secret_steps])
    for tolerance in (1e-4, 1e-9):
        start = net.transform(secret)
        z, y = net.forward_pair(secret, reference, k_sym, scales, mix)
        # The open gates add up to the payload's own deviation, 0.009.
        assert 5e-4 < float((z - linear).square().mean().sqrt()) < 0.1
        assert float((y - z).square().mean().sqrt()) > 1e-3
        back = net.inverse_pair(z, y, reference, k_sym, scales, mix)
        assert float((back[0] - start).abs().max()) < tolerance
        assert float((back[1] - start).abs().max()) < tolerance
        net = net.double()
        secret, reference, k_sym = secret.double(), reference.double(), k_sym.double()


def test_secret_side_steps_written_out(
    make: Make, open_gates: Callable, pictures: Callable[..., Tensor], key: Callable[..., Tensor]
) -> None:
    net = make(secret_steps=2, mixing=1.0)
    open_gates(net.diffusion, 0.2)
    secret, reference = pictures(1, seed=1), pictures(1, seed=2)
    scales = net.tile_scales(secret, key())
    a = float(scales)
    z = y = net.transform(secret)
    half = net.gains.gain(2).sqrt()
    # Corrections count in units of the coming noise: NOISE / a at the end, and a step multiplies
    # it by its gain.
    unit = a * net.gains.gain(2) / NOISE
    for first, second in net.diffusion:
        before, unit = unit, unit / half
        move = net.transform.from_half(first(net.transform.to_half(y * before), key()))
        z = z - (1 - half) * y - move / unit
        move = net.transform.from_half(second(net.transform.to_half(z * unit), key()))
        y = y - (1 - half) / half * z - move / unit
    c = net.transform(reference.clamp(5 / 255, 250 / 255))
    found = net.forward_pair(secret, reference, key(), scales, None)
    assert torch.allclose(found[0], a * z + c, atol=2e-5)
    assert torch.allclose(found[1], a * y + c, atol=2e-4)
    assert float((z - net.gains.gain(2) * net.transform(secret)).abs().max()) > 1e-3


def test_reference_side_steps_written_out(
    make: Make, open_gates: Callable, pictures: Callable[..., Tensor], key: Callable[..., Tensor]
) -> None:
    net = make(reference_steps=2, mixing=1.0)
    open_gates(net.reaction, 0.0)
    secret, reference = pictures(1, seed=1), pictures(1, seed=2)
    scales, mix = net.tile_scales(secret, key()), mix_of(net, secret)
    payload = scales * net.gains.gain(1) * net.transform(secret)
    z = y = mix.forward(payload)
    c = net.transform(reference.clamp(5 / 255, 250 / 255))
    for (first, second), guide in zip(net.reaction, net.guidance(c), strict=True):
        # Not the caller's key: its half that stems from the secret would show in the stego.
        z = z - NOISE * first(torch.asinh(y / NOISE), guide, 0 * key())
        y = y - NOISE * second(torch.asinh(z / NOISE), guide, 0 * key())
    found = net.forward_pair(secret, reference, key(), scales, mix)
    assert torch.allclose(found[0], z + c, atol=2e-5)
    assert torch.allclose(found[1], y + c, atol=2e-5)
    assert float((z - mix.forward(payload)).abs().max()) > 1e-3


def test_estimate_of_y_written_out(
    make: Make, open_gates: Callable, pictures: Callable[..., Tensor], key: Callable[..., Tensor]
) -> None:
    net = make(mixing=1.0, stages=2)
    open_gates(net.estimator, 0.1)
    stego, reference = pictures(1, seed=1), pictures(1, seed=2)
    scales = torch.tensor([1.4])
    a, g = float(scales), net.gains.gain(1)
    received = net.transform(stego) - net.transform(reference.clamp(5 / 255, 250 / 255))
    z = 1e-2 * received / a  # of the size of a payload
    stego = net.transform.inverse(z * a + net.transform(reference.clamp(5 / 255, 250 / 255)))
    change = net.estimator(net.transform.to_half(z * a / NOISE), key())
    y = net.gains.estimate_y(z, z) + net.transform.from_half(change) / (a / NOISE * g)
    y = y + (1 - g) / g * z
    z = z + (1 - g) * y
    revealed = net.reveal(stego, reference, key(), scales, None)
    assert torch.allclose(net.transform(revealed), z, atol=1e-3)
    assert float(change.abs().max()) > 0.1


def test_reveal_without_an_estimate_is_the_exact_inverse_of_z_and_z(
    make: Make, open_gates: Callable, pictures: Callable[..., Tensor], key: Callable[..., Tensor]
) -> None:
    net = make(secret_steps=2, reference_steps=2, stages=0).double()
    open_gates(net, 0.02)
    with torch.no_grad():
        net.gains.receive.zero_()
    secret, reference = pictures(1, seed=1).double(), pictures(1, seed=2).double()
    k_sym, mix = key().double(), mix_of(net, secret)
    scales = net.tile_scales(secret, k_sym)
    stego = net.conceal(secret, reference, k_sym, scales, mix)
    z = net.transform(stego)
    expected, _ = net.inverse_pair(z, z, reference, k_sym, scales, mix)
    revealed = net.reveal(stego, reference, k_sym, scales, mix)
    assert torch.allclose(net.transform(revealed), expected, atol=1e-8)


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("colour", ["opponent", "rgb"])
def test_every_transform_serves(
    transform: str,
    colour: str,
    make: Make,
    open_gates: Callable,
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
) -> None:
    net = make(transform=transform, colour=colour)
    secret, reference = pictures(2, seed=1), pictures(2, seed=2)
    scales, mix = net.tile_scales(secret, key()), mix_of(net, secret)
    stego = net.conceal(secret, reference, key(), scales, mix)
    assert float((stego - reference).square().mean()) < 1e-3
    untrained = net.reveal(stego, reference, key(), scales, mix)
    open_gates(net, 0.2)
    stego = net.conceal(secret, reference, key(), scales, mix)
    revealed = net.reveal(stego, reference, key(), scales, mix)
    assert revealed.shape == secret.shape
    assert bool(torch.isfinite(revealed).all())
    assert float((revealed - untrained).abs().max()) > 1e-3


def test_reveal_of_an_8_bit_stego(
    make: Make, pictures: Callable[..., Tensor], key: Callable[..., Tensor]
) -> None:
    net = make()
    secret, reference = pictures(2, seed=1), pictures(2, seed=2)
    scales, mix = net.tile_scales(secret, key()), mix_of(net, secret)
    stego = net.conceal(secret, reference, key(), scales, mix)
    stego = (stego.clamp(0, 1) * 255).round() / 255
    revealed = net.reveal(stego, reference, key(), scales, mix)
    flat = (secret - secret.mean((2, 3), keepdim=True)).square().mean()
    assert float((revealed - secret).square().mean()) < 0.2 * float(flat)
    wrong = random_mix(secret[0].numel(), torch.Generator().manual_seed(4))
    other = net.reveal(stego, reference, key(), scales, wrong)
    assert float((other - secret).square().mean()) > 0.5 * float(flat)


def test_untraining_gives_the_linear_scheme_back(
    make: Make, open_gates: Callable, pictures: Callable[..., Tensor], key: Callable[..., Tensor]
) -> None:
    net = make(reference_steps=2)
    secret, reference = pictures(1, seed=1), pictures(1, seed=2)
    scales, mix = net.tile_scales(secret, key()), mix_of(net, secret)
    stego = net.conceal(secret, reference, key(), scales, mix)
    revealed = net.reveal(stego, reference, key(), scales, mix)
    open_gates(net, 0.2)
    with torch.no_grad():
        net.gains.log_gain.add_(0.1)
        net.gains.receive.add_(0.1)
    changed = net.conceal(secret, reference, key(), scales, mix)
    assert float((changed - stego).abs().max()) > 1e-3
    net.untrain()
    again = net.conceal(secret, reference, key(), scales, mix)
    assert float((again - stego).abs().max()) < 1e-6
    again = net.reveal(stego, reference, key(), scales, mix)
    assert float((again - revealed).abs().max()) < 1e-6


def test_constant_pictures_stay_finite(make: Make, key: Callable[..., Tensor]) -> None:
    net = make()
    for level in (0.0, 0.5, 1.0):
        flat = torch.full((1, 3, 64, 64), level)
        scales, mix = net.tile_scales(flat, key()), mix_of(net, flat)
        stego = net.conceal(flat, flat, key(), scales, mix)
        revealed = net.reveal(stego, flat, key(), scales, mix)
        assert float((stego - flat).abs().max()) < 0.2
        assert float((revealed - flat).abs().max()) < 1e-2


def test_every_weight_learns_and_gates_move_first(
    make: Make, open_gates: Callable, pictures: Callable[..., Tensor]
) -> None:
    net = make(secret_steps=2, reference_steps=2, stages=2).train().requires_grad_(True)
    net.features.requires_grad_(False)
    secret, reference = pictures(2, seed=1), pictures(2, seed=2)
    f_secret, f_reference = torch.rand(2, 256), torch.rand(2, 256)
    start = net.keys.symmetric_key(net.keys.public_key(f_secret), f_reference)
    scales, mix = net.tile_scales(secret, start), mix_of(net, secret)

    def idle() -> set[str]:
        net.zero_grad()
        k_sym = net.keys.symmetric_key(net.keys.public_key(f_secret), f_reference)
        stego = net.conceal(secret, reference, k_sym, scales, mix)
        noisy = stego + (torch.rand(stego.shape) - 0.5) / 255
        revealed = net.reveal(noisy, reference, k_sym, scales, mix)
        ((stego - reference).square().mean() + (revealed - secret).square().mean()).backward()
        return {
            name
            for name, p in net.named_parameters()
            if p.requires_grad and (p.grad is None or not p.grad.any())
        }

    waiting = idle()
    gates = ("influence.weights", "modulation.key.2.weight", "log_gain", "gains.receive")
    assert not [name for name in waiting if name.endswith(gates)]
    assert any("enter" in name for name in waiting)  # behind a closed gate
    open_gates(net, 0.2)
    # The reference side sees no key, which leaves the first layer of its key's MLP without input.
    unused = {f"reaction.{t}.{half}.modulation.key.0.weight" for t in (0, 1) for half in (0, 1)}
    assert idle() == unused
