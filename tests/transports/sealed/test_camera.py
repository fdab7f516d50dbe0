"""The line of a camera's noise is found again, and is the same on every machine."""

import hashlib
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

import sshr
from sshr.transports.sealed.camera import TONE_STEPS, tone_curve
from sshr.transports.sealed.noise import Noise
from sshr.transports.sealed.noise_model import NoiseModel

Photo = Callable[..., NDArray[np.uint8]]


def taken(slope: float, level: float) -> NDArray[np.uint8]:
    """A ramp from 20 to 220 as a camera with this noise would show it."""
    ramp = np.tile(np.linspace(20, 220, 400)[None, :, None], (400, 1, 3))
    noise = np.random.default_rng(1).normal(size=ramp.shape)
    return np.rint(ramp + noise * np.sqrt(slope * ramp + level)).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize(("slope", "level"), [(0.05, 3.0), (0.02, 4.0), (-0.02, 7.0)])
def test_a_known_line_is_found(slope: float, level: float) -> None:
    found = tone_curve(taken(slope, level)).astype(float)
    values = np.arange(32, 224)
    expected = 4 * np.log2(slope * values + level)
    difference = found[32:224] - expected
    assert np.abs(difference - difference.mean()).max() < 1.6  # quarter octaves of power
    assert found.max() < TONE_STEPS


def test_even_noise_has_one_tone() -> None:
    assert tone_curve(taken(0.0, 5.0)).max() <= 1


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_flat_reference_says_nothing(level: int) -> None:
    assert not tone_curve(np.full((64, 64, 3), level, np.uint8)).any()


def test_curve_is_pinned(photo: Photo) -> None:
    curves = [tone_curve(photo(name, 200, 333)) for name in ("lighthouse", "parrots", "red-barn")]
    digest = hashlib.sha256(b"".join(curve.tobytes() for curve in curves)).hexdigest()
    assert digest[:32] == "70cb330f73c6bb57c2f6e4f1ab0ca547"


def test_the_stegos_noise_follows_the_line() -> None:
    """Loud where the reference is bright, by as much as its own noise."""
    reference = taken(0.05, 1.0)
    data = sshr.Blob(np.random.default_rng(2).bytes(60_000))
    stego = sshr.conceal(data, reference, sshr.Keys(reference_alone=True), "sealed", noise="camera")
    change = np.square(stego.image.astype(float) - reference)
    dark, bright = (reference > 30) & (reference < 60), (reference > 180) & (reference < 210)
    ratio = change[bright].mean() / change[dark].mean()
    tones = tone_curve(reference)
    expected = 2 ** ((tones[195] - float(tones[45])) / 4)
    assert ratio == pytest.approx(expected, rel=0.15)
    assert expected > 1.7
    assert sshr.reveal(stego.image, reference, sshr.Keys(reference_alone=True)).data == data.data


def test_other_noises_have_no_tones() -> None:
    picture = taken(0.05, 1.0)
    for noise in Noise:
        classes = NoiseModel(picture, noise).classes(300)
        inside = classes.lookup[0, 100:156]
        assert (len(set(inside)) > 1) == (noise is Noise.CAMERA)
