"""A prefix of which a few bits have changed: found again, and nothing else is."""

import itertools
import random

import numpy as np
import pytest

from sshr.header.layout import PREFIX_BYTES, SALT_BYTES, SALT_TAG_BYTES, Bucket
from sshr.header.prefix_repair import prefixes_near
from sshr.header.reference import ReferenceKey
from sshr.header.stream import _masked

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
    packed = bucket.pack()
    return _masked(KEY, SALT, before + packed + KEY.bucket_tag(SALT, packed))


def flipped(data: bytes, *bits: int) -> bytes:
    number = int.from_bytes(data, "big")
    for bit in bits:
        number ^= 1 << (8 * len(data) - 1 - bit)
    return number.to_bytes(len(data), "big")


WHOLE = prefix(Bucket(4, 9, ecc=True))


def test_an_unchanged_prefix_is_the_first() -> None:
    found = next(prefixes_near(KEY, WHOLE))
    assert (found.salt, found.bucket) == (SALT, Bucket(4, 9, ecc=True))


@pytest.mark.parametrize(
    "counts",
    [(1, 0, 0), (2, 0, 0), (0, 1, 0), (0, 2, 0), (0, 0, 1), (1, 1, 1), (2, 2, 2)],
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
    assert [(each.salt, each.masked) for each in found] == [(SALT, WHOLE)]


@pytest.mark.parametrize(("field", "count"), [("salt", 3), ("tag", 3), ("bucket", 3)])
def test_more_is_given_up(field: str, count: int) -> None:
    bits = random.Random(field).sample(range(*FIELDS[field]), count)
    found = prefixes_near(KEY, flipped(WHOLE, *bits))
    assert Bucket(4, 9, ecc=True) not in [each.bucket for each in found]


def test_headers_without_check_bytes_are_not_tried() -> None:
    changed = flipped(prefix(Bucket(1, 9, ecc=False)), 5)
    assert all(each.bucket.ecc for each in prefixes_near(KEY, changed))
    assert Bucket(1, 9) not in [each.bucket for each in prefixes_near(KEY, changed)]


def test_however_large_the_header_is() -> None:
    large = Bucket(1, 60_000, ecc=True)
    found = prefixes_near(KEY, flipped(prefix(large), 5, 8 * TAG_END + 20))
    assert next(found).bucket == large


def test_wrong_sizes_are_seldom_offered() -> None:
    """Each costs the caller the reading of a body; two bytes of tag let 1 in 65,536 through."""
    found = list(prefixes_near(KEY, flipped(WHOLE, 8 * TAG_END + 3, 8 * TAG_END + 40)))
    assert 1 <= len(found) <= 3


def test_random_bytes_are_no_prefix() -> None:
    """Of 2^13 salts near each of them one has a tag within two bits in 2^39 tries or so."""
    rng = random.Random(2)
    for _ in range(3):
        data = rng.randbytes(PREFIX_BYTES)
        assert list(itertools.islice(prefixes_near(KEY, data), 1)) == []
