"""A prefix of which a few bits have changed: found again, and nothing else is."""

import itertools
import random

import numpy as np
import pytest

from sshr.header.layout import PREFIX_BYTES, SALT_BYTES, SALT_TAG_BYTES, Bucket
from sshr.header.prefix_repair import prefixes_near
from sshr.header.reference import ReferenceKey
from sshr.header.stream import unmasked_bucket

KEY = ReferenceKey(bytes(range(32)), np.zeros((64, 64, 3), np.uint8))
SALT = random.Random(1).randbytes(SALT_BYTES)
TAG_END = SALT_BYTES + SALT_TAG_BYTES
FIELDS = {
    "salt": (0, 8 * SALT_BYTES),
    "tag": (8 * SALT_BYTES, 8 * TAG_END),
    "bucket": (8 * TAG_END, 8 * PREFIX_BYTES),
}


def prefix(bucket: Bucket) -> bytes:
    """As it stands in a stego: the mask undoes itself."""
    before = SALT + KEY.salt_tag(SALT)
    return before + unmasked_bucket(KEY, SALT, before + bucket.pack())


def flipped(data: bytes, *bits: int) -> bytes:
    number = int.from_bytes(data, "big")
    for bit in bits:
        number ^= 1 << (8 * len(data) - 1 - bit)
    return number.to_bytes(len(data), "big")


WHOLE = prefix(Bucket(4, 9, ecc=True))


def test_unchanged_prefix_is_the_first_and_whole() -> None:
    found = next(prefixes_near(KEY, WHOLE))
    assert (found.salt, found.bucket, found.whole) == (SALT, Bucket(4, 9, ecc=True), True)


@pytest.mark.parametrize(
    "counts",
    [(1, 0, 0), (2, 0, 0), (0, 1, 0), (0, 2, 0), (0, 0, 1), (1, 1, 1), (2, 2, 1)],
)
def test_a_few_changed_bits_are_put_right(counts: tuple[int, int, int]) -> None:
    rng = random.Random(str(counts))
    bits = [
        bit
        for (start, stop), count in zip(FIELDS.values(), counts, strict=True)
        for bit in rng.sample(range(start, stop), count)
    ]
    right = Bucket(4, 9, ecc=True)
    found = [each for each in prefixes_near(KEY, flipped(WHOLE, *bits)) if each.bucket == right]
    assert [(each.salt, each.whole) for each in found] == [(SALT, False)]


@pytest.mark.parametrize(("field", "count"), [("salt", 3), ("tag", 3), ("bucket", 2)])
def test_more_is_given_up(field: str, count: int) -> None:
    bits = random.Random(field).sample(range(*FIELDS[field]), count)
    found = prefixes_near(KEY, flipped(WHOLE, *bits))
    assert Bucket(4, 9, ecc=True) not in [each.bucket for each in found]


def test_headers_without_check_bytes_are_not_tried() -> None:
    changed = flipped(prefix(Bucket(1, 9, ecc=False)), 5)
    assert all(each.bucket.ecc for each in prefixes_near(KEY, changed))
    assert Bucket(1, 9) not in [each.bucket for each in prefixes_near(KEY, changed)]


def test_large_headers_are_not_tried() -> None:
    for units, tried in ((64, True), (65, False)):
        found = prefixes_near(KEY, flipped(prefix(Bucket(1, units, ecc=True)), 5))
        assert (Bucket(1, units, ecc=True) in [each.bucket for each in found]) == tried


def test_random_bytes_are_no_prefix() -> None:
    """Of 2^13 salts near each of them one has a tag within two bits in 2^39 tries or so."""
    rng = random.Random(2)
    for _ in range(3):
        data = rng.randbytes(PREFIX_BYTES)
        assert list(itertools.islice(prefixes_near(KEY, data), 1)) == []
