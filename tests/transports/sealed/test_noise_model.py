"""The probabilities of every change."""

import functools

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import chisquare

import sshr
from sshr.transports.sealed.noise import Noise
from sshr.transports.sealed.noise_model import NoiseModel

Rgb8 = NDArray[np.uint8]
KEYS = sshr.Keys(reference_alone=True)
seal = functools.partial(sshr.conceal, transport="sealed")
NOISES = [each.name.lower() for each in Noise]


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("data", [bytes(6000), bytes(range(256)) * 24], ids=["zeros", "ramp"])
def test_changes_follow_the_model(reference: Rgb8, noise: str, data: bytes) -> None:
    """Chi-square of all changes against the sum of the samples' own probabilities."""
    stego = seal(sshr.Blob(data), reference, KEYS, noise=noise, stego_psnr=42.0)
    opened = stego.header.reopen(stego.image)
    from sshr.transports.sealed.embedding import SealedInfo

    entry = SealedInfo.unpack(opened.metadata.side_info)
    model = NoiseModel(reference, entry.noise)
    classes = model.classes(entry.base)
    of = model.class_of(classes, 0, reference.size)
    of[opened.groups.places] = 0
    counts = np.bincount(of, minlength=len(classes.tables) + 1)
    expected = np.zeros(201)
    for count, table in zip(counts[1:], classes.tables, strict=True):
        start = 100 - table.down
        expected[start : start + len(table.frequencies)] += count * table.frequencies / 2**24
    changes = (stego.image.astype(int) - reference).ravel()[of > 0]
    seen = np.bincount(changes + 100, minlength=201).astype(float)
    often = expected > 20
    seen = np.append(seen[often], seen[~often].sum())
    expected = np.append(expected[often], expected[~often].sum())
    assert chisquare(seen, expected * seen.sum() / expected.sum()).pvalue > 1e-10


@pytest.mark.parametrize("noise", list(Noise))
def test_classes_fit_the_bits_that_order_them(noise: Noise) -> None:
    model = NoiseModel(np.zeros((64, 64, 3), np.uint8), noise)
    most = max(len(model.classes(base).tables) for base in range(-700, 769, 50))
    assert 100 < most < 1 << (64 - 52)
