"""What shows without any key or statistics: lone changes where the reference is calm or clipped.

A stego is compared with an honest picture: its reference with noise of the same model added, and no
header in it.
"""

import functools
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

import sshr
from sshr.evaluation.detectors.twins import model_noise
from sshr.imaging.packing import unpack
from sshr.transports.kind import Kind
from sshr.transports.sealed.embedding import info_of
from sshr.transports.sealed.noise import Noise

Rgb8 = NDArray[np.uint8]
Photo = Callable[..., Rgb8]
seal = functools.partial(sshr.conceal, transport="sealed")
TEXT = sshr.Blob(b"at noon", "", Kind.TEXT)
MOST = 10
"""Lone changes that a stego may have beyond an honest picture. A header spread evenly makes 100 to
600, in greyscale 250 to 2,200."""
MOST_GREY = 50
"""What is near in packed samples is two or three pixels away."""


def toned(photo: Photo, gain: float, offset: float) -> Rgb8:
    piece = photo("parrots", 256, 256, 0, 0)
    return np.rint(piece * gain + offset).clip(0, 255).astype(np.uint8)


def half_flat(photo: Photo) -> Rgb8:
    """A photograph on a quarter of an even ground."""
    picture = np.full((256, 256, 3), 128, np.uint8)
    picture[60:180, 60:200] = photo("parrots", 120, 140)
    return picture


def page(photo: Photo) -> Rgb8:
    """Dark marks with soft edges on white, in grey."""
    marks = photo("red-barn", 256, 256)[..., 1] > 120
    soft = sum(np.roll(marks, shift, 1).astype(int) for shift in (-1, 0, 1)) * 85
    soft[:, 180:] = 255
    return np.repeat(soft.astype(np.uint8)[..., None], 3, axis=2)


REFERENCES: dict[str, Callable[[Photo], Rgb8]] = {
    "overexposed": lambda photo: toned(photo, 1.35, 20),
    "underexposed": lambda photo: toned(photo, 0.8, -50),
    "grey": lambda photo: np.repeat(toned(photo, 1.35, 20)[..., 1:2], 3, axis=2),
    "flat": half_flat,
    "page": page,
}


def lone_changes(picture: Rgb8) -> int:
    """Samples that differ by one level from eight equal ones around."""
    values = picture.astype(int)
    height, width = values.shape[:2]
    around = [
        values[1 + down : height - 1 + down, 1 + right : width - 1 + right]
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
        if down or right
    ]
    equal = np.all([each == around[0] for each in around], axis=0)
    return int((equal & (np.abs(values[1:-1, 1:-1] - around[0]) == 1)).sum())


@pytest.mark.parametrize("noise", list(Noise), ids=lambda noise: noise.name.lower())
@pytest.mark.parametrize("kind", REFERENCES)
def test_no_more_lone_changes_than_honest_noise_makes(kind: str, noise: Noise, photo) -> None:
    reference = REFERENCES[kind](photo)
    stego = seal(TEXT, reference, sshr.Keys(reference_alone=True), noise=noise.name.lower())
    base = info_of(stego.header.reopen(stego.made.samples).metadata).base
    honest = [model_noise(stego.cover.samples, noise, base, seed) for seed in range(3)]
    if stego.cover.packed:
        honest = [unpack(each, reference[..., 0]) for each in honest]
    most = max(map(lone_changes, honest))
    extra = MOST_GREY if stego.cover.packed else MOST
    assert lone_changes(stego.image) <= most + 6 * most**0.5 + extra


def test_the_test_sees_bits_in_calm_places(photo: Photo) -> None:
    """As many lowest bits as a header has, wherever they fall."""
    rng = np.random.default_rng(1)
    for kind, make in REFERENCES.items():
        reference = make(photo)
        samples, places = reference.flatten(), rng.permutation(reference.size)[:2000]
        samples[places] = samples[places] & 0xFE | rng.integers(0, 2, 2000, np.uint8)
        more = lone_changes(samples.reshape(reference.shape)) - lone_changes(reference)
        assert more > 5 * MOST, kind
