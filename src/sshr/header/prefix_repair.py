"""A prefix of which a few bits have changed, for headers that carry check bytes.

Check bytes cannot protect the prefix, which says whether there are any. It is short, and its tags
tell what is true from what is not, so trying does it: every salt and every bucket up to two bits
away.
"""

import hmac
from collections.abc import Iterator
from itertools import combinations

from sshr.crypto.keys import xor
from sshr.errors import DamagedError, NewerVersionError
from sshr.header.layout import PREFIX_BYTES, SALT_BYTES, SALT_TAG_BYTES
from sshr.header.reference import ReferenceKey
from sshr.header.stream import Prefix, open_prefix

_FLIPS = 2
_TAG_END = SALT_BYTES + SALT_TAG_BYTES


def prefixes_near(reference_key: ReferenceKey, data: bytes) -> Iterator[Prefix]:
    """Prefixes of headers with check bytes that differ from the 30 bytes read in a few bits.

    At most two bits of the salt, two of its tag and two of the bucket with its tag; the caller
    tells the true one by its outer MAC. A salt's tag that is wrong in two bits still has 2^-52 to
    be right by chance.
    """
    tag = data[SALT_BYTES:_TAG_END]
    key = reference_key.salt_tag_key()
    for salt in _near(data[:SALT_BYTES]):
        true = hmac.digest(key, salt, "sha256")[:SALT_TAG_BYTES]  # the quickest of all ways
        if _distance(true, tag) > _FLIPS:
            continue
        for rest in _near(data[_TAG_END:PREFIX_BYTES]):
            try:
                prefix = open_prefix(reference_key, salt + true + rest)
            except (DamagedError, NewerVersionError):
                continue
            if prefix.bucket.ecc:
                yield prefix


def _near(data: bytes) -> Iterator[bytes]:
    """The bytes themselves, then all with so many bits flipped, fewest first."""
    number, bits = int.from_bytes(data, "big"), range(8 * len(data))
    for count in range(_FLIPS + 1):
        for chosen in combinations(bits, count):
            yield (number ^ sum(1 << bit for bit in chosen)).to_bytes(len(data), "big")


def _distance(first: bytes, second: bytes) -> int:
    return int.from_bytes(xor(first, second), "big").bit_count()
