"""The channels' values and gradients."""

import numpy as np
import pytest
import torch

from sshr.training.channel import channel, float_channel, png_channel


def test_png_rounds_what_a_file_holds() -> None:
    generator = torch.Generator().manual_seed(0)
    stego = torch.rand(2, 3, 40, 30, generator=generator) * 1.4 - 0.2
    expected = np.rint(np.clip(stego.numpy(), 0, 1) * np.float32(255))
    received = png_channel(stego).numpy()
    assert np.abs(received - expected / 255).max() < 1e-7
    assert np.array_equal(np.rint(received * 255), expected)
    assert float(np.abs(received - expected / 255).max()) < 1e-7
    again = png_channel(png_channel(stego))
    assert float((again - png_channel(stego)).abs().max()) < 1e-7


def test_every_8_bit_value_passes_unchanged() -> None:
    values = torch.arange(256) / 255
    assert float((png_channel(values) - values).abs().max()) < 1e-7


def test_gradient_is_one_inside_and_zero_where_clamped() -> None:
    stego = torch.tensor([-3.0, -1e-4, 1e-4, 0.3, 0.5 / 255, 0.9999, 1.0001, 7.0])
    stego.requires_grad_()
    upstream = torch.arange(1.0, 9.0)
    (gradient,) = torch.autograd.grad(png_channel(stego), stego, upstream)
    inside = torch.tensor([0, 0, 1, 1, 1, 1, 0, 0])
    assert torch.equal(gradient, upstream * inside)


def test_float_is_the_tensor_itself() -> None:
    stego = torch.randn(3, requires_grad=True)
    assert float_channel(stego) is stego


def test_channels_by_name() -> None:
    assert channel("png") is png_channel
    assert channel("float") is float_channel
    with pytest.raises(ValueError, match=r"unknown channel 'jpeg'; known: float, png"):
        channel("jpeg")
