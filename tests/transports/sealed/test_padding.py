"""Length classes, and that loudness tells no more than them."""

import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import sshr
from sshr.transports.sealed.embedding import info_of
from sshr.transports.sealed.padding import class_of, padded, room_in

OPEN = sshr.Keys(reference_alone=True)
SIZES = [1200 + 17 * number for number in range(24)]


def padme(size: int) -> int:
    """By the definition: the last E - S bits are zero."""
    exponent = size.bit_length() - 1
    keep = exponent.bit_length()
    mask = (1 << max(exponent - keep, 0)) - 1
    return size + mask & ~mask


@given(st.integers(1, 1 << 40))
def test_a_class_is_padmes_and_not_much_longer(size: int) -> None:
    found = class_of(size)
    assert found == -(-padme(size) // 4) * 4
    assert size <= found
    assert found % 4 == 0
    assert found <= max(1.12 * size, size + 3)
    assert class_of(found) == found


@given(st.integers(0, 1 << 40))
def test_the_room_is_a_class(size: int) -> None:
    found = room_in(size)
    assert found <= size
    assert found == 0 or (class_of(found) == found and class_of(found + 1) > size)


def test_nothing_has_no_class() -> None:
    with pytest.raises(ValueError, match="0 bytes"):
        class_of(0)
    assert len(padded(b"x" * 1201)) == class_of(1201)


def test_loudness_tells_the_class_and_no_more(
    photo: Callable[..., NDArray[np.uint8]], drawing_from
) -> None:
    """24 known secrets of different sizes. Whoever has the reference measures the stego's noise and
    picks the secret whose length fits best: without classes he was right in 14 of 24 cases; now he
    is right about once in each class, which is chance."""
    reference = photo("sailboats", 112, 112)
    draw = random.Random(4)
    secrets = [sshr.Blob(draw.randbytes(size), "") for size in SIZES]
    power, lengths = [], []
    for number, secret in enumerate(secrets):
        with drawing_from(f"secret {number}"):
            stego = sshr.conceal(secret, reference, OPEN, noise="texture")
        opened = stego.header.reopen(stego.image)
        lengths.append(info_of(opened.metadata).payload_bytes)
        power.append(float(np.square(stego.image.astype(float) - reference).mean()))
    classes = [class_of(size + 20) for size in SIZES]
    assert lengths == classes
    count = len(set(classes))
    assert 4 <= count <= 8
    # The best that can be read off: power grows with the length, along a line fitted to all.
    line = np.polyfit(power, SIZES, 1)
    guesses = [int(np.abs(np.array(SIZES) - np.polyval(line, each)).argmin()) for each in power]
    right = sum(guess == number for number, guess in enumerate(guesses))
    assert right <= 2 * count


def test_zeros_after_the_record_are_no_part_of_it(photo: Callable[..., NDArray[np.uint8]]) -> None:
    reference = photo("sailboats", 112, 112)
    for size in (0, 1, 1000, 1023):
        stego = sshr.conceal(sshr.Blob(b"z" * size, "n"), reference, OPEN)
        assert sshr.reveal(stego.image, reference, OPEN).data == b"z" * size
