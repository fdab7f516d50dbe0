"""The stream's bytes: what opens, in which order, and that no outsider sees any pattern."""

import dataclasses
import random
from collections.abc import Iterator

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from scipy.stats import chi2

from sshr.crypto.keys import Keys, xor
from sshr.crypto.session import Session
from sshr.errors import DamagedError, NewerVersionError, NothingFoundError, WrongKeyError
from sshr.header.carriers import KeyedCarrier, TrailingCarrier, read_bits
from sshr.header.drafts import KeyedDraft, TrailingDraft
from sshr.header.layout import Bucket
from sshr.header.metadata import Metadata
from sshr.header.reference import ReferenceKey
from sshr.header.slots import Slots
from sshr.header.stream import (
    before_ciphertext,
    commitment,
    encode_stream,
    open_body,
    open_metadata,
    open_prefix,
)
from sshr.header.writer import HeaderWriter
from sshr.rounding.rounder import Rounder
from sshr.transports.analog.keyed_mix import tile_permutation

REFERENCE = ReferenceKey(b"r" * 32, np.zeros((64, 64, 3), np.uint8))
SALT = b"s" * 16
SLOTS = Slots(b"e" * 32, (b"1" * 48, b"2" * 48))
SESSION = Session.of(b"f" * 32, SALT, b"r" * 32)
HEADERS = 1000
KEY_AT = slice(30, 62)
LENGTH = 30 + 32 + 96 + 16 + 32 + 16


def encoded() -> bytes:
    bucket = Bucket.holding(8, 2)
    before = before_ciphertext(REFERENCE, SALT, SLOTS, bucket, b"f" * 32)
    return encode_stream(REFERENCE, before, bucket, SESSION, b"metadata")


def test_parts_come_back() -> None:
    stream = encoded()
    assert len(stream) == LENGTH
    prefix = open_prefix(REFERENCE, stream[:30])
    assert (prefix.salt, prefix.bucket.slots, prefix.bucket.units) == (SALT, 2, 1)
    body = open_body(REFERENCE, prefix, stream[30:])
    assert body.slots == SLOTS
    assert body.commitment == commitment(b"f" * 32, SALT) != commitment(b"g" * 32, SALT)
    assert open_metadata(SESSION, body) == b"metadata"


@pytest.mark.parametrize("at", range(LENGTH))
def test_a_changed_byte_is_never_accepted(at: int) -> None:
    stream = bytearray(encoded())
    stream[at] ^= 0x10
    with pytest.raises(NothingFoundError if at < 24 else DamagedError):
        open_body(REFERENCE, open_prefix(REFERENCE, bytes(stream[:30])), bytes(stream[30:]))


@pytest.mark.parametrize("version", [2, 3, 255])
def test_a_newer_version_says_so(version: int) -> None:
    """Salt, tag and the six masked bytes after them stay what they are in every version."""
    packed = bytes([version]) + random.Random(version).randbytes(3)
    prefix = SALT + REFERENCE.salt_tag(SALT) + packed + REFERENCE.bucket_tag(SALT, packed)
    masked = prefix[:24] + xor(prefix[24:], REFERENCE.mask(SALT, 6))
    with pytest.raises(NewerVersionError, match=rf"newer sshr \(its format has version {version}"):
        open_prefix(REFERENCE, masked)
    with pytest.raises(DamagedError):
        open_prefix(REFERENCE, masked[:-1] + bytes([masked[-1] ^ 1]))


def test_a_holder_of_the_reference_cannot_recombine_two_streams() -> None:
    stream = encoded()
    body = open_body(REFERENCE, open_prefix(REFERENCE, stream[:30]), stream[30:])
    for other in (b"x" + body.before[1:], body.before[:-1] + b"x"):
        with pytest.raises(WrongKeyError):
            open_metadata(SESSION, dataclasses.replace(body, before=other))
    with pytest.raises(WrongKeyError):
        open_metadata(Session.of(b"g" * 32, SALT, b"r" * 32), body)


def test_bad_padding_from_the_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sshr.header.layout.Bucket.pad", lambda self, _: bytes(16 * self.units))
    stream = encoded()
    body = open_body(REFERENCE, open_prefix(REFERENCE, stream[:30]), stream[30:])
    with pytest.raises(DamagedError):
        open_metadata(SESSION, body)


def unevenness(streams: np.ndarray) -> Iterator[str]:
    """What tells the rows of (n, length) bytes from random ones, each test at p = 1e-13."""
    count, length = streams.shape
    bits = np.unpackbits(streams, axis=1).astype(np.int64)
    ones = bits.sum(axis=0)
    if abs(2 * ones.sum() - bits.size) > 7.4 * bits.size**0.5:
        yield "all bits"
    for position in np.flatnonzero(np.abs(2 * ones - count) > 7.4 * count**0.5):
        yield f"bit {position}"
    limit = chi2.isf(1e-13, 255)
    for position in range(length):
        seen = np.bincount(streams[:, position], minlength=256)
        if ((seen - count / 256) ** 2).sum() / (count / 256) > limit:
            yield f"byte {position}"


def read(stego: np.ndarray, key: ReferenceKey, bucket: Bucket, trailing: bool) -> np.ndarray:
    """All of the header's bytes, as they stand in the flat samples."""
    carrier = TrailingCarrier() if trailing else KeyedCarrier()
    groups = carrier.locate(key, bucket)
    stream = read_bits(stego, groups.prefix) + read_bits(stego, groups.body)
    return np.frombuffer(stream + carrier.read_seal(stego, groups), np.uint8)


@pytest.fixture(scope="module", params=[False, True], ids=["keyed", "trailing"])
def headers(request: pytest.FixtureRequest) -> tuple[np.ndarray, np.ndarray]:
    """Bytes read at the header positions of 1,000 stego images, and the masks over them; in the
    last samples with check bytes."""
    trailing, draw = request.param, random.Random(2).randbytes
    metadata = Metadata(b"12345678", 640, 480, rsrk_public=bytes(64), tile_scales=b"\0")
    metadata = dataclasses.replace(metadata, tile_scales=bytes(4))
    tile, strength = (slice(64), slice(64)), np.ones((64, 64), np.float32)
    streams, masks = [], []
    for _ in range(HEADERS):
        reference = np.frombuffer(draw(64 * 64 * 3), np.uint8).reshape(64, 64, 3)
        recipient = X25519PrivateKey.from_private_bytes(draw(32)).public_key().public_bytes_raw()
        keys, exact = Keys(recipients=(recipient,)), reference.astype(np.float32)
        sending = HeaderWriter.start(reference, keys, draw)
        if trailing:
            rounder = Rounder(exact, strength, [tile], ([1.0], [1.0]))
            stego = sending.write(TrailingDraft(rounder), metadata, ecc=True)
        else:
            stego = sending.write(KeyedDraft(reference), metadata)
        key = ReferenceKey.of(reference)
        stream = read(stego.reshape(-1), key, sending.bucket(metadata), trailing)
        mask = key.mask(stream[:16].tobytes(), len(stream) - 24)
        streams.append(stream)
        masks.append(np.frombuffer(bytes(24) + mask, np.uint8))
    return np.stack(streams), np.stack(masks)


def test_a_thousand_headers_look_random(headers: tuple[np.ndarray, np.ndarray]) -> None:
    streams, _ = headers
    assert streams.shape in ((HEADERS, 278), (HEADERS, 286))
    assert list(unevenness(streams)) == []


def test_the_test_sees_a_raw_x25519_key(headers: tuple[np.ndarray, np.ndarray]) -> None:
    streams, masks = headers
    unmasked = streams.copy()
    unmasked[:, KEY_AT] ^= masks[:, KEY_AT]
    # The key's last byte never has its top bit set: nothing else of it is uneven.
    assert list(unevenness(unmasked)) == [f"bit {8 * 61}", "byte 61"]


def test_the_test_sees_an_unmasked_bucket(headers: tuple[np.ndarray, np.ndarray]) -> None:
    streams, masks = headers
    unmasked = streams.copy()
    unmasked[:, 24:28] ^= masks[:, 24:28]
    assert {f"byte {at}" for at in range(24, 28)} <= set(unevenness(unmasked))


def test_two_seals_of_the_same_input_differ_everywhere(seeded, picture, metadata) -> None:
    reference, near = picture()
    key = ReferenceKey.of(reference)
    seen = []
    for seed in (1, 2):
        sending = HeaderWriter.start(reference, Keys(reference_alone=True), seeded(seed))
        stego = sending.write(KeyedDraft(near), metadata).reshape(-1)
        stream = read(stego, key, sending.bucket(metadata), trailing=False)
        seen.append((stream, sending.session))
    (first, session), (second, other) = seen
    assert np.count_nonzero(first == second) <= 13  # about 1 expected
    assert session != other
    same = tile_permutation(session, 0, [12288]) == tile_permutation(other, 0, [12288])
    assert np.count_nonzero(same) <= 13  # 1 expected
