"""Keys of nobody, and the X25519 key of an Ed25519 one, against what `cryptography` computes."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sshr.crypto.curves import PRIME, edwards_fault, montgomery_fault, montgomery_of

SQUARE_ROOT = pow(2, (PRIME - 1) // 4, PRIME)  # of -1
D = -121665 * pow(121666, -1, PRIME) % PRIME


def twice(x: int, y: int) -> tuple[int, int]:
    """A point of the curve -x^2 + y^2 = 1 + d x^2 y^2 added to itself."""
    product = D * x * x * y * y % PRIME
    return (
        2 * x * y * pow(1 + product, -1, PRIME) % PRIME,
        (y * y + x * x) * pow(1 - product, -1, PRIME) % PRIME,
    )


def small_points() -> list[tuple[int, int]]:
    """All eight points whose order divides 8, found by halving."""
    found = []
    for y in [0, 1, PRIME - 1, *_ys_of_order_eight()]:
        square = (y * y - 1) * pow(D * y * y + 1, -1, PRIME) % PRIME
        x = pow(square, (PRIME + 3) // 8, PRIME)
        if (x * x - square) % PRIME:
            x = x * SQUARE_ROOT % PRIME
        assert (x * x - square) % PRIME == 0
        found += [(x, y)] if x == 0 else [(x, y), (PRIME - x, y)]
    return found


def _ys_of_order_eight() -> list[int]:
    """A point of order 8 doubles to one of order 4, whose y is 0: x^2 = -y^2, d x^2 y^2 known."""
    # -x^2 + y^2 = 1 + d x^2 y^2 with x^2 = -y^2 gives 2 y^2 = 1 - d y^4.
    root = pow(1 + D, (PRIME + 3) // 8, PRIME)
    if (root * root - 1 - D) % PRIME:
        root = root * SQUARE_ROOT % PRIME
    ys = []
    for sign in (1, -1):
        square = (-1 + sign * root) * pow(D, -1, PRIME) % PRIME
        y = pow(square, (PRIME + 3) // 8, PRIME)
        for candidate in (y, y * SQUARE_ROOT % PRIME):
            if (candidate * candidate - square) % PRIME == 0:
                ys += [candidate, PRIME - candidate]
    return ys


def test_all_points_of_small_order_are_refused() -> None:
    points = small_points()
    assert len(points) == 8
    for x, y in points:
        assert twice(*twice(*twice(x, y))) == (0, 1)
        for sign in (0, 1):
            key = (y | sign << 255).to_bytes(32, "little")
            assert edwards_fault(key) == "anybody can sign with it"


@pytest.mark.parametrize("y", [PRIME, PRIME + 1, PRIME + 18, 2**255 - 1])
def test_what_is_not_reduced_is_refused(y: int) -> None:
    for sign in (0, 1):
        assert "written" in edwards_fault((y | sign << 255).to_bytes(32, "little"))
    assert "written" in montgomery_fault(y.to_bytes(32, "little"))


def test_the_unused_bit_of_an_x25519_key() -> None:
    assert montgomery_fault((5).to_bytes(32, "little")) == ""
    assert "written" in montgomery_fault((5 | 1 << 255).to_bytes(32, "little"))


def test_half_of_all_numbers_are_no_points() -> None:
    faults = [edwards_fault(y.to_bytes(32, "little")) for y in range(2, 200)]
    assert set(faults) == {"", "it is no point of the curve"}
    assert 60 < faults.count("") < 140


@pytest.mark.parametrize("number", range(8))
def test_the_exchange_key_of_a_signing_key(number: int) -> None:
    seed = bytes([number]) * 32
    signing = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    assert edwards_fault(signing) == ""
    scalar = hashlib.sha512(seed).digest()[:32]
    expected = X25519PrivateKey.from_private_bytes(scalar).public_key().public_bytes_raw()
    assert montgomery_of(signing) == expected
    assert montgomery_fault(expected) == ""
