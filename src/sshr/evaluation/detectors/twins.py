"""Honest noise: what a stego pretends to be, without anything in it."""

import numpy as np

from sshr.transports.sealed.noise import Noise
from sshr.transports.sealed.noise_model import NoiseModel
from sshr.types import Rgb8


def model_noise(picture: Rgb8, noise: Noise, base: int, seed: int) -> Rgb8:
    """A picture, (H, W, 3) uint8, with the sealed transport's noise at a base level.

    Args:
        base: see `sshr.transports.sealed.embedding.SealedInfo`.
    """
    model, rng = NoiseModel(picture, noise), np.random.default_rng(seed)
    classes, samples = model.classes(base), picture.flatten()
    found = model.class_of(classes, 0, samples.size)
    for number in np.unique(found[found > 0]):
        table = classes.tables[number - 1]
        places = np.flatnonzero(found == number)
        odds = table.frequencies / table.frequencies.sum()
        samples[places] += (rng.choice(len(odds), len(places), p=odds) - table.down).astype(
            np.uint8
        )
    return samples.reshape(picture.shape)


def gaussian(picture: Rgb8, psnr: float, seed: int) -> Rgb8:
    """A picture in white Gaussian noise, at this PSNR in dB where nothing is clipped."""
    deviation = 255 * 10 ** (-psnr / 20)
    noise = np.random.default_rng(seed).normal(
        0, max(deviation**2 - 1 / 12, 0) ** 0.5, picture.shape
    )
    return np.rint(picture + noise).clip(0, 255).astype(np.uint8)
