"""What the reference's hash binds, and where two pictures stop belonging together."""

import hashlib

import numpy as np
import pytest

from sshr.crypto.keys import derive
from sshr.header.reference import ReferenceKey, belong_together


def test_key_is_the_labelled_hash() -> None:
    image = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    plain = b"sshr-ref-1" + b"\0\0\0\x05" + b"\0\0\0\x04" + bytes(range(60))
    expected = derive(hashlib.sha256(plain).digest(), b"reference")
    assert ReferenceKey.of(image) == ReferenceKey(expected, image)
    strided = np.ascontiguousarray(image.transpose(1, 0, 2)).transpose(1, 0, 2)
    assert ReferenceKey.of(strided) == ReferenceKey.of(image)
    assert ReferenceKey.of(image.reshape(5, 4, 3)).key != expected


def test_one_level_in_one_sample_is_another_reference() -> None:
    image = np.zeros((4, 4, 3), np.uint8)
    other = image.copy()
    other[3, 3, 2] = 1
    first, second = ReferenceKey.of(image), ReferenceKey.of(other)
    assert first.key != second.key
    assert not np.array_equal(first.positions(20), second.positions(20))
    assert first.salt_tag(bytes(16)) != second.salt_tag(bytes(16))
    assert first.mask(bytes(16), 8) != second.mask(bytes(16), 8)
    assert first.outer_mac(bytes(16), b"") != second.outer_mac(bytes(16), b"")


@pytest.mark.parametrize(
    "image",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3), np.float32)],
)
def test_other_arrays_are_refused(image: np.ndarray) -> None:
    with pytest.raises(ValueError, match="uint8 image is needed"):
        ReferenceKey.of(image)


def test_thirty_decibels() -> None:
    # PSNR 30 dB is a mean squared error of 65.025: 1000 samples, total 65025.
    reference = np.full((8, 125, 1), 100, np.uint8)
    stego = reference + np.uint8(8)  # 64,000
    stego[0, :60, 0] = 109  # and 60 * 17 = 1,020
    assert belong_together(stego, reference)  # 65,020
    assert belong_together(reference, stego)
    stego[0, 60, 0] = 109
    assert not belong_together(stego, reference)  # 65,037
