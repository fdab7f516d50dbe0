"""The front end: orthonormal, and the coefficients of PyWavelets in a known order."""

from collections.abc import Callable

import numpy as np
import pytest
import pywt
import torch
from torch import Tensor

from sshr.network.config import COLOURS, TRANSFORMS
from sshr.network.constants import MEAN_COLOUR
from sshr.network.transform import CHANNELS, Transform

DOUBLE = torch.float64
MEAN = torch.tensor(MEAN_COLOUR).double().view(3, 1, 1)
SIZES = [(64, 64), (80, 112), (144, 62)]


def images(count: int, height: int, width: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(count, 3, height, width, generator=generator, dtype=DOUBLE)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("name", TRANSFORMS)
def test_the_whole_matrix_is_orthonormal(name: str, colour: str) -> None:
    transform = Transform(name, colour)
    count = 3 * 8 * 8
    basis = torch.eye(count, dtype=DOUBLE).view(count, 3, 8, 8)
    matrix = transform(basis + MEAN).flatten(1)
    assert float((matrix @ matrix.T - torch.eye(count)).abs().max()) < 1e-12
    # The gradient of an orthonormal map is its inverse.
    image, wanted = images(1, 16, 16).requires_grad_(), torch.randn(1, 12, 8, 8, dtype=DOUBLE)
    (gradient,) = torch.autograd.grad(transform(image), image, wanted)
    assert torch.allclose(gradient, transform.inverse(wanted) - MEAN, atol=1e-7)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", TRANSFORMS)
def test_norm_and_inverse(name: str, size: tuple[int, int]) -> None:
    transform, image = Transform(name, "opponent"), images(2, *size)
    state = transform(image)
    assert state.shape == (2, CHANNELS, size[0] // 2, size[1] // 2)
    assert float((transform.inverse(state) - image).abs().max()) < 1e-12
    assert float(state.norm()) == pytest.approx(float((image - MEAN).norm()), rel=1e-7)
    single = transform(image.float())
    assert float((transform.inverse(single) - image).abs().max()) < 2e-6
    # State and planes hold the same.
    assert torch.equal(transform.pack(transform.planes(image)), state)
    assert float((transform.unpack(state) - transform.planes(image)).abs().max()) < 1e-12


def test_planes_may_have_odd_sides() -> None:
    transform, image = Transform("haar:1", "opponent"), images(2, 33, 47)
    planes = transform.planes(image)
    assert planes.shape == image.shape
    assert float((transform.image(planes) - image).abs().max()) < 1e-12


@pytest.mark.parametrize("size", SIZES)
def test_channels_are_the_bands_of_pywavelets(size: tuple[int, int]) -> None:
    image = images(1, *size)
    state = Transform("haar:1", "rgb")(image)[0].numpy()
    for colour in range(3):
        plane = (image - MEAN)[0, colour].numpy()
        low, details = pywt.dwt2(plane, "haar", mode="periodization")
        for band, expected in enumerate((low, *details)):  # horizontal, vertical, diagonal
            assert np.abs(state[4 * colour + band] - expected).max() < 1e-7


def test_unshuffle_only_sorts_pixels() -> None:
    transform, image = Transform("unshuffle:2", "rgb"), images(2, 16, 32)
    planes = transform.planes(image)
    state = transform(image)
    assert torch.equal(state, torch.nn.functional.pixel_unshuffle(planes, 2))
    assert torch.equal(transform.unpack(state), planes)


def test_grey_pictures_have_luma_alone(pictures: Callable[..., Tensor]) -> None:
    grey = pictures(1)[:, :1].double() + MEAN  # differs from the mean colour in luma alone
    planes = Transform("haar:1", "opponent").planes(grey)
    assert float(planes[:, 1:].abs().max()) < 1e-7
    assert torch.allclose(planes[:, 0], 3**0.5 * (grey - MEAN)[:, 0], atol=1e-7)


@pytest.mark.parametrize("names", [("haar:2", "rgb"), ("haar:1", "ycbcr"), ("", "rgb")])
def test_unknown_names_are_refused(names: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="unknown transform"):
        Transform(*names)
