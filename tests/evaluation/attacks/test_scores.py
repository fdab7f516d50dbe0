import numpy as np
import pytest

from sshr.evaluation.attacks.scores import score
from sshr.metrics import psnr, ssim


def test_a_flat_grey_shows_nothing_and_the_secret_all(photo):
    secret = photo("parrots", 64, 64)
    grey = np.full_like(secret, round(secret.mean()))
    found = score(grey, secret)
    assert found.over_grey == pytest.approx(0, abs=0.01)
    assert (found.ssim, found.shows_nothing) == (found.grey_ssim, True)
    whole = score(secret, secret)
    assert (whole.psnr, whole.shows_nothing) == (100, False)
    assert whole.ssim == pytest.approx(1)


def test_brightness_and_contrast_cannot_hide_a_picture(photo):
    secret = photo("parrots", 64, 64)
    dim = np.rint(secret * 0.25 + 10).astype(np.uint8)
    found = score(dim, secret)
    assert found.psnr == psnr(dim, secret)
    assert found.ssim == ssim(dim, secret)
    assert found.fitted_psnr > found.psnr + 15
    assert found.fitted_psnr >= found.grey_psnr


def test_the_mean_colour_is_the_best_flat_picture(photo):
    secret = photo("parrots", 64, 64)
    colours = np.rint(secret.mean((0, 1))) + np.array([[0, 0, 0], [3, 0, 0], [0, -3, 0]])
    flat = [np.broadcast_to(c.astype(np.uint8), secret.shape) for c in colours]
    found = score(flat[0], secret)
    assert found.colour_psnr == found.psnr
    assert all(psnr(one, secret) < found.colour_psnr for one in flat[1:])
    assert found.colour_psnr >= found.grey_psnr
