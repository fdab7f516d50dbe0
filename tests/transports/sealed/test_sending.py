"""Which bytes stand for a secret, and how loud the noise is for them."""

import functools
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

import sshr
from sshr.transports.sealed import codecs
from sshr.transports.sealed.noise import Noise

Rgb8 = NDArray[np.uint8]
Photo = Callable[..., Rgb8]
KEYS = sshr.Keys(reference_alone=True)
seal = functools.partial(sshr.conceal, transport="sealed")
NOISES = [each.name.lower() for each in Noise]


@pytest.mark.parametrize("grey", [False, True])
def test_too_large_picture_is_lossy_at_its_best(photo: Photo, reference: Rgb8, grey: bool) -> None:
    secret = photo("parrots", 200, 200) if grey else photo("parrots", 150, 160)
    secret = np.ascontiguousarray(secret[..., 0]) if grey else secret
    stego = seal(secret, reference, KEYS, stego_psnr=46 if grey else 41)
    report = stego.check()
    assert not report.exact
    assert report.revealed_psnr > 36
    assert abs(report.stego_psnr - (46 if grey else 41)) < 0.6
    assert stego.notes


def test_quality_in_decibels_is_reached(secret: Rgb8, reference: Rgb8) -> None:
    report = seal(secret, reference, KEYS, quality=42.0).check()
    assert 42 <= report.revealed_psnr < 44
    best = seal(secret, reference, KEYS, quality="lossless").check()
    assert report.payload_bytes < best.payload_bytes
    assert report.stego_psnr > best.stego_psnr


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("psnr", [38.0, 41.0, 46.0, 50.0])
def test_asked_stego_psnr_is_met(reference: Rgb8, noise: str, psnr: float) -> None:
    stego = seal(sshr.Blob(b"x"), reference, KEYS, noise=noise, stego_psnr=psnr)
    within = 0.3 if noise == "uniform" else 0.6  # five deviations of the draw, in 128 px squared
    assert abs(stego.check().stego_psnr - psnr) < within


@pytest.mark.parametrize("fits", [False, True])
def test_a_large_picture_is_never_coded_whole_without_loss(
    photo: Photo, reference: Rgb8, monkeypatch: pytest.MonkeyPatch, fits: bool
) -> None:
    """Some of its rows tell what it would take; one that fits is exact by its bands."""
    monkeypatch.setattr(codecs, "_LARGE", 1 << 12)
    monkeypatch.setattr(codecs, "_SAMPLE_SIDE", 32)
    tried, code = [], codecs.lossless

    def counted(picture: Rgb8) -> codecs.Coded:
        tried.append(len(picture))
        return code(picture)

    for module in ("codecs", "sending"):
        monkeypatch.setattr(f"sshr.transports.sealed.{module}.lossless", counted)
    secret = photo("parrots", 144, 144)
    if fits:
        secret = secret // 32 * 32
    stego = seal(secret, reference, KEYS)
    assert tried == [192]
    assert stego.check().exact == fits
    assert ("lossless would take about" in "".join(stego.notes)) == (not fits)
