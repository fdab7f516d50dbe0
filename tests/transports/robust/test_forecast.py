"""What the robust transport expects is what it does."""

import functools
import random
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

import sshr
from sshr.errors import TooSmallError
from sshr.header.slots import slots_for
from sshr.transports.robust.compact import header_size

Rgb8 = NDArray[np.uint8]
KEYS = sshr.Keys(reference_alone=True)
forecast = functools.partial(sshr.forecast, transport="robust", analog="off")
conceal = functools.partial(sshr.conceal, transport="robust", analog="off")
pytestmark = pytest.mark.usefixtures("few_channels")


def test_without_a_secret_it_says_what_fits(reference: Rgb8) -> None:
    told = forecast(None, reference)
    assert list(told.capacity) == [40.6]
    assert (told.transport, told.stego, told.header_bytes) == ("robust", (128, 128), 55)
    assert told.header_capacity >= 55
    assert (told.payload_bytes, told.exact, told.greyscale) == (None, False, False)
    room = told.capacity[40.6]
    stego = conceal(sshr.Blob(random.Random(1).randbytes(room - 50)), reference, KEYS)
    assert stego.check().exact
    with pytest.raises(TooSmallError):
        conceal(sshr.Blob(random.Random(1).randbytes(room + 1)), reference, KEYS)


def test_louder_stegos_hold_more(reference: Rgb8) -> None:
    rooms = [
        next(iter(forecast(None, reference, stego_psnr=level, survive="webp:80").capacity.values()))
        for level in (40.6, 38.0)
    ]
    assert rooms == sorted(rooms)
    assert rooms[0] < rooms[-1]


def test_a_picture(secret: Rgb8, reference: Rgb8) -> None:
    told = forecast(secret, reference)
    stego = conceal(secret, reference, KEYS)
    report = stego.check()
    assert (told.secret, told.carried, told.resized) == ((112, 96), (112, 96), False)
    assert (told.payload_bytes, told.capacity) == (report.payload_bytes, {})
    assert told.revealed_psnr is not None
    assert told.revealed_psnr[0] < told.revealed_psnr[1] == pytest.approx(report.revealed_psnr)
    assert told.stego_psnr == (40.6, 40.6)
    assert abs(report.stego_psnr - 40.6) < 0.3


def test_what_the_network_adds_is_said(secret: Rgb8, reference: Rgb8) -> None:
    told = [forecast(secret, reference, analog=analog).notes for analog in ("on", "off")]
    assert [any("untouched file reveals more" in note for note in notes) for notes in told] == [
        *(True, False),
    ]


def test_a_text(reference: Rgb8) -> None:
    told = forecast(sshr.Blob.text("hello"), reference)
    stego = conceal(sshr.Blob.text("hello"), reference, KEYS)
    assert told.exact
    assert told.payload_bytes == stego.made.payload_bytes


def test_signature_and_recipients(photo: Callable[..., Rgb8], reference: Rgb8) -> None:
    larger = photo("sailboats", 256, 256)
    for recipients, signed, size in ((0, False, 55), (1, False, 135), (0, True, 183)):
        told = forecast(None, larger, recipients=recipients, signed=signed)
        assert told.header_bytes == size
    assert all(header_size(slots_for(count), False) == 279 for count in (3, 4))
    for secret in (None, sshr.Blob.text("hello")):  # as conceal does
        with pytest.raises(TooSmallError, match="header's 183 bytes do not come through"):
            forecast(secret, reference, signed=True)


def test_what_does_not_fit_is_refused(reference: Rgb8) -> None:
    with pytest.raises(TooSmallError):
        forecast(sshr.Blob(random.Random(1).randbytes(5000)), reference)
