"""LPIPS against independent arithmetic, and against what it must order."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageFilter

from sshr.evaluation.lpips import Lpips, published_heads
from sshr.zoo.registry import load_model

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
    net, activations = load_model("base", "cpu").net.features, []
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
        total += (head[:, None, None] * (a - b) ** 2).sum(0).mean()
    assert lpips(one, two) == pytest.approx(total, rel=2e-3)


def test_lpips_heads_are_those_of_torchmetrics():
    functional = pytest.importorskip("torchmetrics.functional.image")
    path = os.path.join(os.path.dirname(functional.__file__), "lpips_models", "alex.pth")
    if not os.path.exists(path):
        pytest.skip("this torchmetrics ships no LPIPS heads")
    published = torch.load(path, map_location="cpu", weights_only=True)
    assert len(published) == 5
    for i, head in enumerate(published_heads()):
        assert np.allclose(head, published[f"lin{i}.model.1.weight"].flatten().numpy())


def test_lpips_grows_with_noise(lpips, photo):
    picture, rng = photo("parrots"), np.random.default_rng(0)
    noise = rng.normal(size=picture.shape)
    noisy = [np.rint(picture + s * noise).clip(0, 255).astype(np.uint8) for s in (2, 8, 25)]
    distances = [lpips(one, picture) for one in noisy]
    assert distances == sorted(distances)
    assert distances[0] > 0
