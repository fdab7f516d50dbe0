"""LPIPS and NIQE against independent arithmetic, and against what they must order."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageFilter

from sshr.errors import UsageError
from sshr.evaluation.lpips import Lpips, published_heads
from sshr.evaluation.niqe import fit_gaussian, niqe, normalised

PHOTOS = Path(__file__).parents[2] / "examples" / "photos"


@pytest.fixture(scope="module")
def lpips():
    return Lpips()


def test_lpips_is_zero_for_equal_pictures_and_symmetric(lpips, photo):
    one, two = photo("parrots"), photo("sailboats")
    assert lpips(one, one) == 0
    assert lpips(one, two) == pytest.approx(lpips(two, one), rel=1e-5)
    assert 0.3 < lpips(one, two) < 1.5


def test_lpips_follows_the_published_formula(lpips, photo):
    one = photo("parrots", 96, 96)
    two = np.asarray(Image.fromarray(one).filter(ImageFilter.GaussianBlur(2)))
    # The published scaling is of [-1, 1] pictures, by constants of its own.
    shift = torch.tensor([-0.030, -0.088, -0.188]).view(3, 1, 1)
    scale = torch.tensor([0.458, 0.448, 0.450]).view(3, 1, 1)
    net, activations = lpips.features, []
    for picture in (one, two):
        x = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None] / 127.5 - 1
        x = (x - shift) / scale
        taps = []
        for i, conv in enumerate((net.conv1, net.conv2, net.conv3, net.conv4, net.conv5)):
            if i in (1, 2):
                x = torch.max_pool2d(x, 3, 2)
            x = conv(x).relu()
            taps.append(x.double().numpy()[0])
        activations.append(taps)
    total = 0.0
    for a, b, head in zip(*activations, published_heads(), strict=True):
        a, b = (v / np.sqrt((v**2).sum(0) + 1e-20) for v in (a, b))
        total += (head.numpy()[:, None, None] * (a - b) ** 2).sum(0).mean()
    assert lpips(one, two) == pytest.approx(total, rel=2e-3)


def test_lpips_heads_are_those_of_torchmetrics():
    functional = pytest.importorskip("torchmetrics.functional.image")
    path = os.path.join(os.path.dirname(functional.__file__), "lpips_models", "alex.pth")
    if not os.path.exists(path):
        pytest.skip("this torchmetrics ships no LPIPS heads")
    published = torch.load(path, map_location="cpu", weights_only=True)
    assert len(published) == 5
    for i, head in enumerate(published_heads()):
        assert torch.allclose(head, published[f"lin{i}.model.1.weight"].flatten())


def test_lpips_grows_with_noise(lpips, photo):
    picture, rng = photo("parrots"), np.random.default_rng(0)
    noise = rng.normal(size=picture.shape)
    noisy = [np.rint(picture + s * noise).clip(0, 255).astype(np.uint8) for s in (2, 8, 25)]
    distances = [lpips(one, picture) for one in noisy]
    assert distances == sorted(distances)
    assert distances[0] > 0


@pytest.mark.parametrize("name", ["parrots", "sailboats", "lighthouse", "red-barn"])
def test_niqe_orders_whole_photographs(name):
    with Image.open(PHOTOS / f"{name}.png") as image:
        picture = np.array(image)
    clean = niqe(picture)
    assert 1.8 < clean < 5.0  # what the literature has for the Kodak suite
    blurred = [
        niqe(np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(s))))
        for s in (1, 2)
    ]
    assert clean < blurred[0] < blurred[1]
    rng = np.random.default_rng(0)
    noisy = [
        niqe(np.rint(picture + rng.normal(0, s, picture.shape)).clip(0, 255).astype(np.uint8))
        for s in (15, 30)
    ]
    assert clean < noisy[0] < noisy[1]


def test_niqe_refuses_what_has_no_two_blocks(photo):
    with pytest.raises(UsageError, match="two blocks"):
        niqe(photo("parrots", 128, 128))
    assert np.isnan(niqe(np.full((192, 192, 3), 90, np.uint8)))  # nothing to fit


def test_gaussians_are_fitted_as_they_were_drawn():
    rng = np.random.default_rng(1)
    normal, laplace = rng.normal(0, 2, 200_000), rng.laplace(0, 3, 200_000)
    shape, left, right = fit_gaussian(np.stack([normal, laplace]))
    assert shape == pytest.approx([2, 1], abs=0.05)
    assert left == pytest.approx([2 * np.sqrt(2), 3], rel=0.03)
    assert right == pytest.approx(left, rel=0.03)


def test_contrast_is_normalised_as_a_direct_sum_says(photo):
    luma = photo("parrots", 20, 20).mean(axis=2)
    plane = normalised(luma)
    window = np.exp(
        -np.add.outer(np.arange(-3, 4) ** 2, np.arange(-3, 4) ** 2) / (2 * (7 / 6) ** 2)
    )
    window /= window.sum()
    patch = luma[4:11, 6:13]
    mean = (window * patch).sum()
    deviation = np.sqrt((window * patch**2).sum() - mean**2)
    assert plane[7, 9] == pytest.approx((luma[7, 9] - mean) / (deviation + 1), abs=1e-9)
