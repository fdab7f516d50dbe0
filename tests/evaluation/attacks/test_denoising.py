"""The denoisers of an attacker."""

import numpy as np
import pytest

from sshr.evaluation.attacks.denoising import median, wiener
from sshr.metrics import psnr


@pytest.mark.parametrize("denoise", [median, wiener])
def test_denoisers_bring_a_smooth_picture_back(denoise):
    y, x = np.mgrid[:80, :64]
    clean = np.repeat((60 + x + 0.5 * y)[..., None], 3, axis=2)
    noise = np.random.default_rng(6).normal(0, 2.23, clean.shape)
    noisy, clean = (np.rint(p).astype(np.uint8) for p in (clean + noise, clean))
    result = denoise(noisy)
    assert result.shape == noisy.shape
    assert result.dtype == np.uint8
    assert psnr(result, clean) > psnr(noisy, clean) + 3


def test_the_median_is_scipys():
    from scipy.ndimage import median_filter

    image = np.random.default_rng(7).integers(0, 256, (20, 31, 3), dtype=np.uint8)
    assert np.array_equal(median(image), median_filter(image, (3, 3, 1), mode="nearest"))


def test_the_wiener_filter_keeps_strong_texture():
    image = np.random.default_rng(8).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    assert psnr(wiener(image), image) > 45
