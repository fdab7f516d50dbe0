"""Public keys by docs/format.md alone; see `independent`."""

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from independent import P, Refused, check_signature, hkdf

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def polymod(values: list[int]) -> int:
    found = 1
    for value in values:
        top, found = found >> 25, (found & 0x1FFFFFF) << 5 ^ value
        for i, term in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            found ^= term if top >> i & 1 else 0
    return found


def bech32m(text: str) -> tuple[str, bytes]:
    if text not in (text.lower(), text.upper()):
        raise Refused("key")
    prefix, _, rest = text.lower().rpartition("1")
    if not prefix or set(rest) - set(ALPHABET) or len(rest) < 6:
        raise Refused("key")
    values = [ALPHABET.index(each) for each in rest]
    expanded = [*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix)]
    if polymod([*expanded, *values]) != 0x2BC830A3:
        raise Refused("key")
    bits = "".join(f"{value:05b}" for value in values[:-6])
    whole = len(bits) // 8 * 8
    if "1" in bits[whole:] or len(bits) - whole >= 5:
        raise Refused("key")
    return prefix, bytes(int(bits[at : at + 8], 2) for at in range(0, whole, 8))


def public_key(text: str) -> tuple[bytes, bytes, str]:
    """X25519 and Ed25519 public key of a line, and its fingerprint."""
    prefix, data = bech32m(text)
    if prefix != "sshr" or data[:1] != b"\1" or len(data) != 129:
        raise Refused("key")
    exchange, signing, proof = data[1:33], data[33:65], data[65:]
    if int.from_bytes(exchange, "little") >= P:
        raise Refused("key")
    try:
        probe = X25519PrivateKey.from_private_bytes(b"\1" * 32)
        probe.exchange(X25519PublicKey.from_public_bytes(exchange))
        check_signature(signing, proof, b"sshr-1/public key" + signing + exchange)
    except (ValueError, Refused):
        raise Refused("key") from None
    digits = hkdf(exchange + signing, b"fingerprint/keys")[:16].hex()
    return exchange, signing, "-".join(digits[at : at + 4] for at in range(0, 32, 4))
