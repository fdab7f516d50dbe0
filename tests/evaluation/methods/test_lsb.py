"""The analytic expectations of substitution and of LSB matching revisited, met exactly."""

import numpy as np
import pytest

from sshr.errors import DamagedError, UsageError
from sshr.evaluation.methods.lsb import lsb, matching, read_pairs, write_pairs
from sshr.metrics import psnr

KEY = bytes(range(32))


def every_pair():
    """Pictures (1, 256, 256, 3) in which every secret level meets every reference level."""
    secret = np.repeat(np.arange(256, dtype=np.uint8)[None, :], 256, axis=0)
    return np.stack([secret] * 3, -1)[None], np.stack([secret.T] * 3, -1)[None]


def mse(one, other):
    return float(np.mean((one.astype(float) - other) ** 2))


def test_four_bits_have_the_errors_that_arithmetic_says():
    secrets, references = every_pair()
    method = lsb("4").method
    stegos = method.conceal(secrets, references, KEY)
    assert mse(stegos, references) == 2 * (16**2 - 1) / 12 == 42.5
    revealed = method.reveal(stegos, references, KEY)
    assert mse(revealed, secrets) == 21.5
    assert mse(revealed - 8, secrets) == 77.5  # without half a step
    assert np.array_equal(stegos // 16, references // 16)
    assert np.array_equal(stegos % 16, secrets // 16)


def test_adjustment_halves_the_error_and_reveals_the_same():
    secrets, references = every_pair()
    plain, adjusted = lsb("4").method, lsb("4,adjusted").method
    stegos = adjusted.conceal(secrets, references, KEY)
    inner = (references >= 16) & (references < 240)
    assert mse(stegos[inner], references[inner]) == 21.5
    assert mse(stegos, references) < 24
    expected = plain.reveal(plain.conceal(secrets, references, KEY), references, KEY)
    assert np.array_equal(adjusted.reveal(stegos, references, KEY), expected)


@pytest.mark.parametrize("bits", range(1, 8))
def test_k_bits_of_the_stego_are_the_secrets_highest(bits):
    secrets, references = every_pair()
    for name in (f"{bits}", f"{bits},adjusted"):
        method = lsb(name).method
        stegos = method.conceal(secrets, references, KEY)
        assert np.array_equal(stegos % 2**bits, secrets >> (8 - bits))
        assert np.abs(stegos.astype(int) - references).max() < 2**bits
        revealed = method.reveal(stegos, references, KEY)
        assert np.abs(revealed.astype(int) - secrets).max() <= 2 ** (7 - bits)


def all_samples(first, last):
    """Every pair of samples with every pair of bits: (N, 2) each."""
    levels = np.arange(first, last + 1)
    grid = np.stack(np.meshgrid(levels, levels, [0, 1], [0, 1], indexing="ij"), -1).reshape(-1, 4)
    return grid[:, :2].astype(np.uint8), grid[:, 2:].astype(np.uint8)


def test_matching_revisited_carries_two_bits_a_pair_within_one_level():
    pairs, bits = all_samples(0, 255)
    made = write_pairs(pairs, bits, np.random.default_rng(1))
    assert np.array_equal(read_pairs(made), bits)
    assert np.abs(made.astype(int) - pairs).max() == 1


def test_matching_revisited_changes_three_samples_of_eight():
    pairs, bits = all_samples(1, 254)
    made = write_pairs(pairs, bits, np.random.default_rng(1))
    assert mse(made, pairs) == 0.375
    signs = (made.astype(int) - pairs)[made[:, 1] != pairs[:, 1], 1]
    assert {-1, 1} == set(signs.tolist())


def test_matching_hides_a_coded_picture(photo):
    secret, reference = photo("parrots"), photo("sailboats")
    method = matching("").method
    stego = method.conceal(secret[None], reference[None], KEY)
    assert np.array_equal(method.conceal(secret[None], reference[None], KEY), stego)
    # 0.375 a sample; the ciphertext's bits are fair coins, of which there are enough.
    assert psnr(stego[0], reference) == pytest.approx(52.39, abs=0.1)
    assert psnr(method.reveal(stego, reference[None], KEY)[0], secret) > 30
    with pytest.raises(DamagedError):
        method.reveal(stego, reference[None], KEY[::-1])
    stego[0, 30, 30, 1] ^= 1
    with pytest.raises(DamagedError):
        method.reveal(stego, reference[None], KEY)


@pytest.mark.parametrize("value", ["", "0", "8", "4,", "4,best", "4,adjusted,", "4.0", "x"])
def test_other_numbers_of_bits_are_refused(value):
    with pytest.raises(UsageError, match="use lsb:K or lsb:K,adjusted"):
        lsb(value)


def test_matching_takes_no_value():
    with pytest.raises(UsageError, match="lsb-matching:x: takes no value"):
        matching("x")
