import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sshr.errors import DamagedError, UsageError
from sshr.evaluation.methods.classical import bytes_of, classical, digits_of, embed
from sshr.metrics import psnr

KEY = bytes(range(32))


@given(st.binary(max_size=400), st.integers(2, 32))
def test_digits_hold_bytes(message, base):
    digits = digits_of(message, base, 6000)
    assert digits.max(initial=0) < base
    assert bytes_of(digits, base, len(message)) == message


@given(st.integers(2, 32), st.integers(0, 2**31))
def test_embedding_moves_to_the_nearest_level_within_range(base, seed):
    rng = np.random.default_rng(seed)
    reference = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
    digits = rng.integers(0, base, reference.size).astype(np.uint8)
    stego = embed(reference, digits, base)
    assert np.array_equal(stego.reshape(-1) % base, digits)
    moved = np.abs(stego.astype(int) - reference)
    inside = (reference >= base) & (reference <= 255 - base)
    assert moved[inside].max(initial=0) <= base // 2
    assert moved.max() < base


@pytest.mark.parametrize(("base", "expected"), [(3, 49.89), (8, 40.73)])
def test_stego_has_the_psnr_that_the_base_says(photo, base, expected):
    secret, reference = photo("parrots"), photo("sailboats")
    method = classical(str(base)).method
    stego = method.conceal(secret[None], reference[None], KEY)
    assert psnr(stego[0], reference) == pytest.approx(expected, abs=0.15)
    revealed = method.reveal(stego, reference[None], KEY)
    assert psnr(revealed[0], secret) > 38
    assert np.array_equal(method.conceal(secret[None], reference[None], KEY), stego)


def test_one_changed_digit_or_another_key_reveals_nothing(photo):
    secret, reference = photo("parrots", 64, 64), photo("sailboats", 64, 64)
    method = classical("4").method
    stego = method.conceal(secret[None], reference[None], KEY)
    with pytest.raises(DamagedError):
        method.reveal(stego, reference[None], KEY[::-1])
    stego[0, 30, 30, 1] ^= 1
    with pytest.raises(DamagedError):
        method.reveal(stego, reference[None], KEY)


def test_more_digits_reveal_better(photo):
    secret, reference = photo("lighthouse"), photo("sailboats")
    found = []
    for base in (2, 4, 8):
        method = classical(str(base)).method
        stego = method.conceal(secret[None], reference[None], KEY)
        found.append(psnr(method.reveal(stego, reference[None], KEY)[0], secret))
    assert found == sorted(found)
    assert found[0] < found[-1] - 3


@pytest.mark.parametrize("base", ["", "1", "33", "x", "-2"])
def test_base_is_checked(base):
    with pytest.raises(UsageError, match="from 2 to 32"):
        classical(base)


def test_the_smallest_base_without_loss_comes_back_exactly(photo):
    secret, reference = photo("parrots", 96, 96), photo("sailboats", 96, 96)
    method = classical("lossless").method
    stego = method.conceal(secret[None], reference[None], KEY)
    assert np.array_equal(method.reveal(stego, reference[None], KEY)[0], secret)
    with pytest.raises(DamagedError):
        method.reveal(stego, reference[None], KEY[::-1])
    assert psnr(stego[0], reference) > 34
