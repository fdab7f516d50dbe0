"""Pairs as sender and receiver see them, through every channel."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from sshr.network.model import SshrNet
from sshr.training.losses import decibel
from sshr.training.passing import as_file, pass_pair


@pytest.fixture(params=["base", "paper", "printed"])
def net(request: pytest.FixtureRequest, crops_of: Callable[..., Tensor]) -> SshrNet:
    made: SshrNet = request.getfixturevalue(f"{request.param}_net")
    made.requires_grad_(False)
    made.body.fit(crops_of(8))
    return made


@pytest.fixture
def pair(crops_of: Callable[..., Tensor]) -> tuple[Tensor, Tensor]:
    secret, reference = crops_of(4).chunk(2)
    return secret, reference


def key(seed: int = 1) -> Tensor:
    return torch.randn(2, 16, generator=torch.Generator().manual_seed(seed))


def test_a_seed_is_one_mix_and_one_noise(net: SshrNet, pair: tuple[Tensor, Tensor]) -> None:
    via = "shaped" if net.is_exact else "png"
    stego, revealed = pass_pair(net, *pair, key(), 3, via)
    again, same = pass_pair(net, *pair, key(), 3, via)
    other, _ = pass_pair(net, *pair, key(), 4, via)
    assert stego.shape == revealed.shape == pair[0].shape
    assert torch.equal(stego, again)
    assert torch.equal(revealed, same)
    assert torch.equal(stego, other) == (not net.is_exact)  # the printed steps draw nothing


def test_png_gives_what_a_file_holds(net: SshrNet, pair: tuple[Tensor, Tensor]) -> None:
    stego, _ = pass_pair(net, *pair, key(), 3, "png")
    assert torch.allclose(stego * 255, (stego * 255).round(), atol=1e-4)
    exact, _ = pass_pair(net, *pair, key(), 3, "float")
    assert float((exact.clamp(0, 1) - stego).abs().max()) < 0.5 / 255 + 1e-6


def test_shaped_noise_is_what_reveals_best_among_roundings(
    net: SshrNet, pair: tuple[Tensor, Tensor]
) -> None:
    if not net.is_exact:
        with pytest.raises(ValueError, match="no spectrum"):
            pass_pair(net, *pair, key(), 3, "shaped")
        return
    found = {via: pass_pair(net, *pair, key(), 3, via) for via in ("float", "png", "shaped")}
    psnr = {via: -float(decibel(r, pair[0]).mean()) for via, (_, r) in found.items()}
    assert psnr["float"] > 65
    assert 30 < psnr["png"] < psnr["shaped"] < psnr["float"]
    noise = found["shaped"][0] - found["float"][0]
    assert float(noise.square().mean()) == pytest.approx(net.body.noise_power, rel=0.2)


def test_an_unknown_channel_is_refused(net: SshrNet, pair: tuple[Tensor, Tensor]) -> None:
    with pytest.raises(ValueError, match="unknown channel"):
        pass_pair(net, *pair, key(), 3, "jpeg")


def test_another_key_reveals_something_else(
    paper_net: SshrNet, pair: tuple[Tensor, Tensor], crops_of: Callable[..., Tensor]
) -> None:
    net = paper_net.requires_grad_(False)
    net.body.fit(crops_of(8))
    stego, scales = net.conceal(*pair, key(), None)
    right = net.reveal(stego, pair[1], key(), scales, None)
    assert float(decibel(right, pair[0]).max()) < -60
    wrong = net.reveal(stego, pair[1], key(2), scales, None)
    assert float(decibel(wrong, pair[0]).min()) > -45


def test_png_rounds_what_a_file_holds() -> None:
    generator = torch.Generator().manual_seed(0)
    stego = torch.rand(2, 3, 40, 30, generator=generator) * 1.4 - 0.2
    expected = np.rint(np.clip(stego.numpy(), 0, 1) * np.float32(255))
    received = as_file(stego).numpy()
    assert np.abs(received - expected / 255).max() < 1e-7
    assert np.array_equal(np.rint(received * 255), expected)
    assert float(np.abs(received - expected / 255).max()) < 1e-7
    again = as_file(as_file(stego))
    assert float((again - as_file(stego)).abs().max()) < 1e-7


def test_every_8_bit_value_passes_unchanged() -> None:
    values = torch.arange(256) / 255
    assert float((as_file(values) - values).abs().max()) < 1e-7


def test_gradient_is_one_inside_and_zero_where_clamped() -> None:
    stego = torch.tensor([-3.0, -1e-4, 1e-4, 0.3, 0.5 / 255, 0.9999, 1.0001, 7.0])
    stego.requires_grad_()
    upstream = torch.arange(1.0, 9.0)
    (gradient,) = torch.autograd.grad(as_file(stego), stego, upstream)
    inside = torch.tensor([0, 0, 1, 1, 1, 1, 0, 0])
    assert torch.equal(gradient, upstream * inside)
