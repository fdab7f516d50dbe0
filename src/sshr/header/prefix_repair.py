"""A prefix of which a few bits have changed, for headers that carry check bytes.

Check bytes cannot protect the prefix, which says whether there are any. It is short, and its tag
tells a true salt from a wrong one, so trying does it: every salt up to two bits away.
"""

from collections.abc import Iterator
from itertools import combinations

from sshr.crypto.keys import mac
from sshr.header.layout import PREFIX_BYTES, SALT_BYTES, SALT_TAG_BYTES, Bucket
from sshr.header.reference import ReferenceKey
from sshr.header.stream import Prefix, unmasked_bucket

_FLIPS = 2
_TAG_END = SALT_BYTES + SALT_TAG_BYTES
_MOST_UNITS = 64
"""Larger headers (2 KiB of metadata) are not tried: a wrong size costs the time of its check."""


def prefixes_near(reference_key: ReferenceKey, data: bytes) -> Iterator[Prefix]:
    """Prefixes of headers with check bytes that differ from the 27 bytes read in a few bits.

    At most two bits of the salt, two of its tag and one of the bucket; the caller tells the true
    one by its outer MAC. A tag that is wrong in two bits still has 2^-52 to be right by chance.
    """
    tag = data[SALT_BYTES:_TAG_END]
    key = reference_key.salt_tag_key()
    for salt in _near(data[:SALT_BYTES], _FLIPS):
        true = mac(key, SALT_TAG_BYTES, salt)
        if _distance(true, tag) > _FLIPS:
            continue
        for masked in _near(data[_TAG_END:PREFIX_BYTES], 1):
            found = salt + true + masked
            try:
                bucket = Bucket.unpack(unmasked_bucket(reference_key, salt, found))
            except ValueError:
                continue
            if bucket.ecc and bucket.units <= _MOST_UNITS:
                yield Prefix(salt, bucket, found, whole=found == data)


def _near(data: bytes, flips: int) -> Iterator[bytes]:
    """The bytes themselves, then all with so many bits flipped, fewest first."""
    number, bits = int.from_bytes(data, "big"), range(8 * len(data))
    for count in range(flips + 1):
        for chosen in combinations(bits, count):
            yield (number ^ sum(1 << bit for bit in chosen)).to_bytes(len(data), "big")


def _distance(first: bytes, second: bytes) -> int:
    return (int.from_bytes(first, "big") ^ int.from_bytes(second, "big")).bit_count()
