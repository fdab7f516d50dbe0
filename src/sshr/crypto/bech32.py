"""Bytes as text with a checksum: Bech32m (BIP-350) and, as age has it, Bech32 (BIP-173), without
their limit of 90 characters.

`prefix 1 data checksum`: the prefix says what the bytes are, each further character carries five
bits, and the checksum notices mistyped and missing characters.
"""

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
CHECKSUM_LENGTH = 6

BECH32M, BECH32 = 0x2BC830A3, 1
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def encode(prefix: str, data: bytes, kind: int = BECH32M) -> str:
    """The text of some bytes, in lower case.

    Args:
        prefix: lower-case printable ASCII without spaces.
        kind: BECH32M or BECH32, the constant of the checksum.
    """
    values = _regroup(data, 8, 5)
    if len(data) * 8 % 5:
        values.append((data[-1] << (5 - len(data) * 8 % 5)) & 31)
    remainder = _polymod([*_expanded(prefix), *values, *[0] * CHECKSUM_LENGTH]) ^ kind
    checksum = [(remainder >> 5 * (CHECKSUM_LENGTH - 1 - i)) & 31 for i in range(CHECKSUM_LENGTH)]
    return f"{prefix}1" + "".join(ALPHABET[value] for value in (*values, *checksum))


def decode(text: str, kind: int = BECH32M) -> tuple[str, bytes]:
    """Prefix (in lower case) and bytes of a text that is all upper or all lower case.

    Args:
        kind: BECH32M or BECH32.

    Raises:
        ValueError: not such a text; the message says what is wrong with it.
    """
    if not all(33 <= ord(c) <= 126 for c in text):
        raise ValueError("it holds spaces or characters outside ASCII")
    if text not in (text.lower(), text.upper()):
        raise ValueError("it mixes upper and lower case")
    prefix, separator, rest = text.lower().rpartition("1")
    if not separator or not prefix:
        raise ValueError("it has no prefix")
    if strange := sorted(set(rest) - set(ALPHABET)):
        raise ValueError(f"the character {strange[0]!r} does not occur in keys")
    values = [ALPHABET.index(c) for c in rest]
    if len(values) < CHECKSUM_LENGTH or _polymod([*_expanded(prefix), *values]) != kind:
        raise ValueError("its checksum is wrong; characters are missing or mistyped")
    values = values[:-CHECKSUM_LENGTH]
    spare = len(values) * 5 % 8
    if spare >= 5 or (values and values[-1] & ((1 << spare) - 1)):
        raise ValueError("it does not end where a byte ends")
    return prefix, bytes(_regroup(values, 5, 8))


def _regroup(values: bytes | list[int], have: int, want: int) -> list[int]:
    """The same bits in groups of another size; bits that fill no group are left out."""
    store, bits, groups = 0, 0, []
    for value in values:
        store, bits = (store << have | value) & 0xFFF, bits + have
        while bits >= want:
            bits -= want
            groups.append(store >> bits & ((1 << want) - 1))
    return groups


def _expanded(prefix: str) -> list[int]:
    return [*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix)]


def _polymod(values: list[int]) -> int:
    remainder = 1
    for value in values:
        top = remainder >> 25
        remainder = (remainder & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate(_GENERATOR):
            remainder ^= term if top >> bit & 1 else 0
    return remainder
