"""NIQE against independent arithmetic, and against what it must order."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from sshr.evaluation.niqe import fit_gaussian, niqe, normalised

PHOTOS = Path(__file__).parents[2] / "examples" / "photos"


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


def test_niqe_says_nothing_of_what_has_no_two_blocks(photo):
    assert niqe(photo("parrots", 128, 128)) is None
    assert niqe(np.full((192, 192, 3), 90, np.uint8)) is None  # nothing to fit


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
