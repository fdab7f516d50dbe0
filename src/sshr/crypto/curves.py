"""Which public keys are keys of nobody, and the X25519 key of an Ed25519 one (RFC 7748, 8032).

Whole numbers throughout; everything here is public, so time may depend on it.
"""

PRIME = 2**255 - 19

_D = -121665 * pow(121666, -1, PRIME) % PRIME
_SIGN = 1 << 255
_ORDER_EIGHT = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL = {0, 1, PRIME - 1, _ORDER_EIGHT, PRIME - _ORDER_EIGHT}
"""The y of all points whose order divides 8: under them a signature is valid for everything."""


def edwards_fault(key: bytes) -> str:
    """What is wrong with a raw Ed25519 public key; empty for one that a person can have."""
    y = int.from_bytes(key, "little") & ~_SIGN
    if y >= PRIME:
        return "it is not written as keys are"
    if y in _SMALL:
        return "anybody can sign with it"
    square = (y * y - 1) * pow(_D * y * y + 1, -1, PRIME) % PRIME
    if pow(square, (PRIME - 1) // 2, PRIME) != 1:
        return "it is no point of the curve"
    return ""


def montgomery_fault(key: bytes) -> str:
    """What is wrong with a raw X25519 public key beside a low order, which the exchange tells."""
    return "it is not written as keys are" if int.from_bytes(key, "little") >= PRIME else ""


def montgomery_of(key: bytes) -> bytes:
    """The raw X25519 public key of an Ed25519 one that has no fault."""
    y = int.from_bytes(key, "little") & ~_SIGN
    return ((1 + y) * pow(1 - y, -1, PRIME) % PRIME).to_bytes(32, "little")
