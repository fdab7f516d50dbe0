import numpy as np
import pytest

from sshr.evaluation.detectors.twins import gaussian, model_noise
from sshr.metrics import psnr
from sshr.transports.sealed.capacity import Capacity
from sshr.transports.sealed.noise import Noise
from sshr.transports.sealed.noise_model import NoiseModel


@pytest.mark.parametrize("noise", list(Noise))
def test_model_noise_is_as_loud_as_the_model_expects(photo, noise):
    picture = photo("sailboats")
    capacity = Capacity(NoiseModel(picture, noise), np.arange(0))
    base = capacity.base_for_psnr(40.0)
    found = model_noise(picture, noise, base, 1)
    assert psnr(found, picture) == pytest.approx(capacity.psnr(base), abs=0.15)
    assert np.array_equal(found, model_noise(picture, noise, base, 1))
    assert not np.array_equal(found, model_noise(picture, noise, base, 2))


@pytest.mark.parametrize("decibel", [35.0, 41.0])
def test_gaussian_noise_has_its_psnr(decibel):
    picture = np.full((128, 128, 3), 128, np.uint8)
    assert psnr(gaussian(picture, decibel, 1), picture) == pytest.approx(decibel, abs=0.15)
