"""The stream's bytes: what opens, in which order, and that no outsider sees any pattern."""

import dataclasses
import random
from collections.abc import Iterator

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from scipy.stats import chi2

from sshr.crypto.header import Sending
from sshr.crypto.keys import Keys
from sshr.crypto.metadata import Metadata
from sshr.crypto.parity import read_parities
from sshr.crypto.reference import ReferenceKey
from sshr.crypto.session import Session
from sshr.crypto.slots import Slots
from sshr.crypto.stream import open_body, open_metadata, open_prefix, seal
from sshr.errors import DamagedError, NothingFoundError, WrongKeyError

REFERENCE = ReferenceKey(b"r" * 32, 64, 64)
SALT = b"s" * 16
SLOTS = Slots(b"e" * 32, (b"1" * 48, b"2" * 48))
SESSION = Session.of(b"f" * 32, SALT, b"r" * 32)
HEADERS = 1000
KEY_AT = slice(27, 59)


def test_parts_come_back() -> None:
    stream = seal(REFERENCE, SALT, SLOTS, SESSION, b"metadata")
    assert len(stream) == 27 + 32 + 96 + 48 + 16
    prefix = open_prefix(REFERENCE, stream[:27])
    assert (prefix.salt, prefix.bucket.slots, prefix.bucket.units) == (SALT, 2, 1)
    body = open_body(REFERENCE, prefix, stream[27:])
    assert body.slots == SLOTS
    assert open_metadata(SESSION, body) == b"metadata"


@pytest.mark.parametrize("at", range(27 + 32 + 96 + 48 + 16))
def test_a_changed_byte_is_never_accepted(at: int) -> None:
    stream = bytearray(seal(REFERENCE, SALT, SLOTS, SESSION, b"metadata"))
    stream[at] ^= 0x10
    with pytest.raises(NothingFoundError if at < 24 else DamagedError):
        open_body(REFERENCE, open_prefix(REFERENCE, bytes(stream[:27])), bytes(stream[27:]))


def test_a_holder_of_the_reference_cannot_recombine_two_streams() -> None:
    stream = seal(REFERENCE, SALT, SLOTS, SESSION, b"metadata")
    body = open_body(REFERENCE, open_prefix(REFERENCE, stream[:27]), stream[27:])
    for other in (b"x" + body.before[1:], body.before[:-1] + b"x"):
        with pytest.raises(WrongKeyError):
            open_metadata(SESSION, dataclasses.replace(body, before=other))
    with pytest.raises(WrongKeyError):
        open_metadata(Session.of(b"g" * 32, SALT, b"r" * 32), body)


def test_bad_padding_from_the_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sshr.crypto.layout.Bucket.pad", lambda self, _: bytes(32 * self.units))
    stream = seal(REFERENCE, SALT, SLOTS, SESSION, b"metadata")
    body = open_body(REFERENCE, open_prefix(REFERENCE, stream[:27]), stream[27:])
    with pytest.raises(DamagedError):
        open_metadata(SESSION, body)


def unevenness(streams: np.ndarray) -> Iterator[str]:
    """What tells the rows of (n, length) bytes from random ones, each test at p = 1e-6."""
    count, length = streams.shape
    bits = np.unpackbits(streams, axis=1).astype(np.int64)
    ones = bits.sum(axis=0)
    if abs(2 * ones.sum() - bits.size) > 4.9 * bits.size**0.5:
        yield "all bits"
    for position in np.flatnonzero(np.abs(2 * ones - count) > 4.9 * count**0.5):
        yield f"bit {position}"
    limit = chi2.isf(1e-6, 255)
    for position in range(length):
        seen = np.bincount(streams[:, position], minlength=256)
        if ((seen - count / 256) ** 2).sum() / (count / 256) > limit:
            yield f"byte {position}"


@pytest.fixture(scope="module")
def headers() -> tuple[np.ndarray, np.ndarray]:
    """Bytes read at the header positions of 1,000 stego images, and the masks over them."""
    draw = random.Random(2).randbytes
    metadata = Metadata(b"12345678", 640, 480, public_key=bytes(64), tile_scales=b"\0")
    streams, masks = [], []
    for _ in range(HEADERS):
        reference = np.frombuffer(draw(64 * 64 * 3), np.uint8).reshape(64, 64, 3)
        recipient = X25519PrivateKey.from_private_bytes(draw(32)).public_key().public_bytes_raw()
        sending = Sending.start(reference, Keys(recipients=(recipient,)), draw)
        stego = sending.write(reference.astype(np.float32), metadata).reshape(-1)
        key, layout = ReferenceKey.of(reference), sending._layout(metadata)
        bits = [read_parities(stego, g) for g in layout.groups(key.positions(layout.used))]
        stream = np.packbits(np.concatenate(bits))
        mask = key.mask(stream[:16].tobytes(), len(stream) - 24)
        streams.append(stream)
        masks.append(np.frombuffer(bytes(24) + mask, np.uint8))
    return np.stack(streams), np.stack(masks)


def test_a_thousand_headers_look_random(headers: tuple[np.ndarray, np.ndarray]) -> None:
    streams, _ = headers
    assert streams.shape == (HEADERS, 267)
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
    reference, unrounded = picture()
    key = ReferenceKey.of(reference)
    seen = []
    for seed in (1, 2):
        sending = Sending.start(reference, Keys(), seeded(seed))
        stego = sending.write(unrounded, metadata).reshape(-1)
        layout = sending._layout(metadata)
        bits = [read_parities(stego, g) for g in layout.groups(key.positions(layout.used))]
        seen.append((np.packbits(np.concatenate(bits)), sending.session))
    (first, session), (second, other) = seen
    assert np.count_nonzero(first == second) <= 6  # 267 / 256 = 1 expected
    assert session != other
    same = session.tile_permutation(0, 12288) == other.tile_permutation(0, 12288)
    assert np.count_nonzero(same) <= 8  # 1 expected
