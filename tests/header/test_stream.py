"""The stream's bytes: what opens, in which order, and that no outsider sees any pattern."""

import dataclasses
import random
from collections.abc import Iterator

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from scipy.stats import chi2

from sshr.crypto.keys import Keys
from sshr.crypto.session import Session
from sshr.errors import DamagedError, NothingFoundError, WrongKeyError
from sshr.header.carriers import CARRIERS
from sshr.header.drafts import KeyedDraft, TrailingDraft
from sshr.header.layout import Bucket
from sshr.header.metadata import Metadata
from sshr.header.reference import ReferenceKey
from sshr.header.slots import Slots
from sshr.header.stream import encode_stream, open_body, open_metadata, open_prefix
from sshr.header.writer import HeaderWriter
from sshr.rounding.rounder import Rounder
from sshr.transports.analog.keyed_mix import tile_permutation

REFERENCE = ReferenceKey(b"r" * 32, np.zeros((64, 64, 3), np.uint8))
SALT = b"s" * 16
SLOTS = Slots(b"e" * 32, (b"1" * 48, b"2" * 48))
SESSION = Session.of(b"f" * 32, SALT, b"r" * 32)
HEADERS = 1000
KEY_AT = slice(27, 59)


def test_parts_come_back() -> None:
    stream = encode_stream(REFERENCE, SALT, SLOTS, SESSION, b"metadata")
    assert len(stream) == 27 + 32 + 96 + 48 + 16
    prefix = open_prefix(REFERENCE, stream[:27])
    assert (prefix.salt, prefix.bucket.slots, prefix.bucket.units) == (SALT, 2, 1)
    body = open_body(REFERENCE, prefix, stream[27:])
    assert body.slots == SLOTS
    assert open_metadata(SESSION, body) == b"metadata"


@pytest.mark.parametrize("at", range(27 + 32 + 96 + 48 + 16))
def test_a_changed_byte_is_never_accepted(at: int) -> None:
    stream = bytearray(encode_stream(REFERENCE, SALT, SLOTS, SESSION, b"metadata"))
    stream[at] ^= 0x10
    with pytest.raises(NothingFoundError if at < 24 else DamagedError):
        open_body(REFERENCE, open_prefix(REFERENCE, bytes(stream[:27])), bytes(stream[27:]))


def test_a_holder_of_the_reference_cannot_recombine_two_streams() -> None:
    stream = encode_stream(REFERENCE, SALT, SLOTS, SESSION, b"metadata")
    body = open_body(REFERENCE, open_prefix(REFERENCE, stream[:27]), stream[27:])
    for other in (b"x" + body.before[1:], body.before[:-1] + b"x"):
        with pytest.raises(WrongKeyError):
            open_metadata(SESSION, dataclasses.replace(body, before=other))
    with pytest.raises(WrongKeyError):
        open_metadata(Session.of(b"g" * 32, SALT, b"r" * 32), body)


def test_bad_padding_from_the_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sshr.header.layout.Bucket.pad", lambda self, _: bytes(32 * self.units))
    stream = encode_stream(REFERENCE, SALT, SLOTS, SESSION, b"metadata")
    body = open_body(REFERENCE, open_prefix(REFERENCE, stream[:27]), stream[27:])
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
    carrier = CARRIERS[trailing]
    prefix, bits = carrier.prefix(stego, key), carrier.body(stego, key, bucket)
    assert prefix
    assert bits
    return np.frombuffer(prefix + bits.body, np.uint8)


@pytest.fixture(scope="module", params=[False, True], ids=["keyed", "trailing"])
def headers(request: pytest.FixtureRequest) -> tuple[np.ndarray, np.ndarray]:
    """Bytes read at the header positions of 1,000 stego images, and the masks over them; in the
    last samples with check bytes."""
    trailing, draw = request.param, random.Random(2).randbytes
    metadata = Metadata(b"12345678", 640, 480, rsrk_public=bytes(64), tile_scales=b"\0")
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
    assert streams.shape in ((HEADERS, 267), (HEADERS, 275))
    assert list(unevenness(streams)) == []


def test_the_test_sees_a_raw_x25519_key(headers: tuple[np.ndarray, np.ndarray]) -> None:
    streams, masks = headers
    unmasked = streams.copy()
    unmasked[:, KEY_AT] ^= masks[:, KEY_AT]
    # The key's last byte never has its top bit set: nothing else of it is uneven.
    assert list(unevenness(unmasked)) == [f"bit {8 * 58}", "byte 58"]


def test_the_test_sees_an_unmasked_bucket(headers: tuple[np.ndarray, np.ndarray]) -> None:
    streams, masks = headers
    unmasked = streams.copy()
    unmasked[:, 24:27] ^= masks[:, 24:27]
    assert {"byte 24", "byte 25", "byte 26"} <= set(unevenness(unmasked))


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
    assert np.count_nonzero(first == second) <= 13  # 267 / 256 = 1 expected
    assert session != other
    same = tile_permutation(session, 0, [12288]) == tile_permutation(other, 0, [12288])
    assert np.count_nonzero(same) <= 13  # 1 expected
