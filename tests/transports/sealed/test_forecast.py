"""What the sealed transport expects is what it does."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

import sshr
from sshr.errors import TooSmallError

Rgb8 = NDArray[np.uint8]
KEYS = sshr.Keys(reference_alone=True)


def test_without_a_secret_it_says_what_fits(reference: Rgb8) -> None:
    told = sshr.forecast(None, reference, "sealed")
    assert list(told.capacity) == [38.0, 41.0, 44.0, 46.0, 50.0]
    assert sorted(told.capacity.values(), reverse=True) == list(told.capacity.values())
    assert min(told.capacity.values()) > 0
    assert (told.secret, told.payload_bytes, told.stego_psnr, told.exact) == (
        *(None, None, None),
        False,
    )


@pytest.mark.parametrize("ecc", [False, True])
def test_header_takes_what_it_takes(reference: Rgb8, ecc: bool) -> None:
    told = sshr.forecast(None, reference, "sealed", ecc=ecc)
    stego = sshr.conceal(sshr.Blob(b"x"), reference, KEYS, "sealed", ecc=ecc)
    header = stego.header.reopen(stego.image).header
    assert told.header_share == header.mean()
    assert told.stego == (128, 128)


def test_size_and_loudness_of_a_file(reference: Rgb8) -> None:
    blob = sshr.Blob(np.random.default_rng(1).bytes(3000), "a.bin")
    told = sshr.forecast(blob, reference, "sealed", noise="uniform")
    report = sshr.conceal(blob, reference, KEYS, "sealed", noise="uniform").check()
    assert told.payload_bytes == report.payload_bytes
    assert told.exact
    assert report.exact
    assert told.stego_psnr is not None
    assert abs(told.stego_psnr[0] - report.stego_psnr) < 0.4
    asked = sshr.forecast(blob, reference, "sealed", stego_psnr=42.0)
    assert asked.stego_psnr == (42.0, 42.0)


def test_quality_of_a_picture(photo: Callable[..., Rgb8], reference: Rgb8) -> None:
    secret = photo("parrots", 70, 90)
    told = sshr.forecast(secret, reference, "sealed", quality=38.0)
    report = sshr.conceal(secret, reference, KEYS, "sealed", quality=38.0).check()
    assert (told.secret, told.carried, told.resized) == ((90, 70), (90, 70), False)
    assert told.payload_bytes == report.payload_bytes
    assert not told.exact
    assert told.revealed_psnr is not None
    assert abs(told.revealed_psnr[0] - report.revealed_psnr) < 1e-6
    assert sshr.forecast(secret, reference, "sealed", quality="lossless").exact


def test_signature_and_recipients_take_room(reference: Rgb8) -> None:
    told = [
        sshr.forecast(None, reference, "sealed", **more)
        for more in ({}, {"signed": True}, {"recipients": 2}, {"ecc": True}, {"recipients": 16})
    ]
    assert all(each.header_bytes > told[0].header_bytes for each in told[1:])
    rooms = [each.capacity[44.0] for each in told]  # in classes of length
    assert all(room <= rooms[0] for room in rooms[1:])
    assert rooms[-1] < rooms[0]


def test_what_does_not_fit_is_refused(reference: Rgb8) -> None:
    blob = sshr.Blob(np.random.default_rng(1).bytes(60_000))
    with pytest.raises(TooSmallError, match="fit this reference at 32 dB"):
        sshr.forecast(blob, reference, "sealed")
    with pytest.raises(TooSmallError, match="too small for the header"):
        sshr.forecast(None, reference[:64, :64], "sealed", recipients=16)
