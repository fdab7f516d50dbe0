"""The front end: orthonormal, and the coefficients of PyWavelets and SciPy in a known order."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
import pywt
import torch
from scipy.fft import dctn
from torch import Tensor

from sshr.network.transform import COLOURS, TRANSFORMS, Transform

Plane = npt.NDArray[np.float64]
SIZES = [(64, 64), (80, 112), (144, 64)]


def planes(count: int, height: int, width: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(count, 3, height, width, generator=generator, dtype=torch.float64)


def folded(channels: Plane) -> Plane:
    """Depth to space in NumPy: (f * f, h, w) -> (f * h, f * w)."""
    factor = round(len(channels) ** 0.5)
    _, height, width = channels.shape
    grid = channels.reshape(factor, factor, height, width)
    return grid.transpose(2, 0, 3, 1).reshape(height * factor, width * factor)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("name", TRANSFORMS)
def test_the_whole_matrix_is_orthonormal(name: str, colour: str) -> None:
    transform = Transform(name, colour)
    count = 3 * 16 * 16
    basis = torch.eye(count, dtype=torch.float64).view(count, 3, 16, 16)
    matrix = transform(basis + 0.5).flatten(1)
    assert float((matrix @ matrix.T - torch.eye(count)).abs().max()) < 1e-12
    single = transform((basis + 0.5).float()).flatten(1)
    assert float((single @ single.T - torch.eye(count)).abs().max()) < 1e-6


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", TRANSFORMS)
def test_norm_and_inverse(name: str, size: tuple[int, int]) -> None:
    transform = Transform(name, "opponent")
    image = planes(2, *size)
    coefficients = transform(image)
    m = transform.multiple
    assert coefficients.shape == (2, transform.channels, size[0] // m, size[1] // m)
    assert transform.channels == 3 * m * m
    assert float((transform.inverse(coefficients) - image).abs().max()) < 1e-12
    single = transform(image.float())
    energy, expected = single.double().norm(), (image - 0.5).norm()
    assert abs(float(energy / expected) - 1) < 1e-6
    assert float((transform.inverse(single) - image).abs().max()) < 2e-6


@pytest.mark.parametrize(
    ("name", "wavelet", "level"),
    [("haar:1", "haar", 1), ("haar:3", "haar", 3), ("db4:4", "db4", 4)],
)
@pytest.mark.parametrize("size", [(112, 128), (240, 112)])
def test_packed_channels_are_the_bands_of_pywavelets(
    name: str, wavelet: str, level: int, size: tuple[int, int]
) -> None:
    transform, image = Transform(name, "rgb"), planes(1, *size, seed=level)
    packed = transform(image)[0].numpy()
    bands = transform.bands.numpy()
    for colour, own in enumerate(np.split(packed, 3)):
        expected = pywt.wavedec2(
            image[0, colour].numpy() - 0.5, wavelet, mode="periodization", level=level
        )
        assert np.abs(own[0] - expected[0]).max() < 1e-12
        start, band = 1, colour * (1 + 3 * level)
        assert bands[colour * len(own)] == band
        for details in expected[1:]:  # coarse to fine
            for plane in details:  # horizontal, vertical, diagonal
                count = plane.size // expected[0].size
                band += 1
                assert np.abs(folded(own[start : start + count]) - plane).max() < 1e-12
                mapped = bands[colour * len(own) + start : colour * len(own) + start + count]
                assert (mapped == band).all()
                start += count
        assert start == len(own)


def test_unshuffle_only_sorts_pixels() -> None:
    transform, image = Transform("unshuffle:2", "rgb"), planes(2, 16, 32)
    assert (transform.multiple, transform.channels) == (2, 12)
    packed = transform(image)
    assert torch.equal(packed, torch.nn.functional.pixel_unshuffle(image - 0.5, 2))
    assert torch.equal(transform.unpack(packed), image - 0.5)


@pytest.mark.parametrize("size", SIZES)
def test_block_dct_is_that_of_scipy(size: tuple[int, int]) -> None:
    transform, image = Transform("dct:8", "rgb"), planes(1, *size)
    packed = transform(image)[0].numpy().reshape(3, 8, 8, size[0] // 8, size[1] // 8)
    for colour in range(3):
        plane = image[0, colour].numpy() - 0.5
        blocks = plane.reshape(size[0] // 8, 8, size[1] // 8, 8).transpose(0, 2, 1, 3)
        expected = dctn(blocks, axes=(2, 3), norm="ortho")
        assert np.abs(packed[colour].transpose(2, 3, 0, 1) - expected).max() < 1e-12
    assert transform.bands.tolist() == list(range(192))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", TRANSFORMS)
def test_half_resolution_is_the_inverse_and_the_adjoint(name: str, size: tuple[int, int]) -> None:
    transform = Transform(name, "opponent")
    generator = torch.Generator().manual_seed(3)
    shape = (2, transform.channels, size[0] // transform.multiple, size[1] // transform.multiple)
    u = torch.randn(shape, generator=generator, dtype=torch.float64)
    v = torch.randn(2, 12, size[0] // 2, size[1] // 2, generator=generator, dtype=torch.float64)
    assert transform.to_half(u).shape == v.shape
    assert transform.from_half(v).shape == u.shape
    assert float((transform.from_half(transform.to_half(u)) - u).abs().max()) < 1e-12
    assert float((transform.to_half(transform.from_half(v)) - v).abs().max()) < 1e-12
    left, right = (transform.to_half(u) * v).sum(), (u * transform.from_half(v)).sum()
    assert abs(float(left - right)) < 1e-10 * float(u.norm() * v.norm())


@pytest.mark.parametrize(
    ("name", "wavelet"),
    [("haar:1", "haar"), ("haar:3", "haar"), ("db4:4", "db4"), ("dct:8", "haar")],
)
def test_half_resolution_is_one_level_of_pywavelets(name: str, wavelet: str) -> None:
    transform, image = Transform(name, "rgb"), planes(1, 80, 112)
    half = transform.to_half(transform(image))[0].numpy().reshape(3, 4, 40, 56)
    for colour in range(3):
        plane = image[0, colour].numpy() - 0.5
        low, details = pywt.dwt2(plane, wavelet, mode="periodization")
        assert np.abs(half[colour] - np.stack([low, *details])).max() < 1e-12


def test_opponent_axes(pictures: Callable[..., Tensor]) -> None:
    transform = Transform("haar:1", "opponent")
    grey = pictures(1)[:, :1].expand(1, 3, 64, 64)
    luma, *chroma = transform(grey).unflatten(1, (3, 4)).unbind(1)
    assert float(torch.stack(chroma).abs().max()) < 1e-6
    assert torch.allclose(luma.square().sum(), (grey - 0.5).square().sum(), rtol=1e-5)


def test_the_gradient_of_an_orthonormal_map_is_its_inverse(pictures: Callable[..., Tensor]) -> None:
    for name in TRANSFORMS:
        transform = Transform(name, "opponent")
        image = pictures(1).requires_grad_()
        coefficients = transform(image)
        wanted = torch.randn(coefficients.shape)
        (gradient,) = torch.autograd.grad(coefficients, image, wanted)
        assert torch.allclose(gradient, transform.inverse(wanted) - 0.5, atol=1e-5)


@pytest.mark.parametrize("names", [("haar:2", "rgb"), ("db4:4", "ycbcr"), ("", "rgb")])
def test_unknown_names_are_refused(names: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="unknown transform"):
        Transform(*names)
