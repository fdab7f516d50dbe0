"""Whatever stands in a header's place, however far it gets past the checks: an outcome."""

import random

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from sshr.crypto.keys import VERSION_LABEL, Keys
from sshr.crypto.session import Session
from sshr.errors import DamagedError, NewerVersionError, NothingFoundError, WrongKeyError
from sshr.header.correction import protect, protected_size
from sshr.header.layout import (
    AEAD_TAG_BYTES,
    PREFIX_BYTES,
    SLOT_BYTES,
    Bucket,
)
from sshr.header.metadata import Metadata
from sshr.header.reader import OpenedHeader, read_header
from sshr.header.reference import ReferenceKey
from sshr.header.slots import NONCE, wrap
from sshr.header.stream import ChaCha20Poly1305, _masked, commitment

REFERENCE = np.random.default_rng(0).integers(0, 256, (96, 96, 3), np.uint8)
OURS = ReferenceKey.of(REFERENCE)
SALT = bytes(range(16))
SLOTS = wrap(bytes(32), Keys(reference_alone=True), OURS.key, SALT, random.Random(1).randbytes)
SESSION = Session.of(bytes(32), SALT, OURS.key)
READERS = (Keys(reference_alone=True), Keys(identity=b"\1" * 32))
OUTCOMES = (NothingFoundError, NewerVersionError, DamagedError, WrongKeyError)

packed = st.builds(
    Metadata,
    checkpoint_id=st.binary(min_size=8, max_size=8),
    secret_width=st.integers(64, 4000),
    secret_height=st.integers(64, 4000),
    rsrk_public=st.just(bytes(64)),
    tile_scales=st.binary(min_size=1, max_size=40),
).map(Metadata.pack)


def with_trailing(stream: bytes) -> np.ndarray:
    """The reference with a stream in the lowest bits of its last samples."""
    bits = np.unpackbits(np.frombuffer(stream, np.uint8))[: REFERENCE.size]
    samples = REFERENCE.flatten()
    last = samples[samples.size - bits.size :]
    last[:] = last & 0xFE | bits[::-1]
    return samples.reshape(REFERENCE.shape)


def with_keyed(stream: bytes) -> np.ndarray:
    """The reference with a stream in its keyed places, as far as there are any."""
    samples = REFERENCE.flatten()
    bits = np.unpackbits(np.frombuffer(stream, np.uint8))[: samples.size // 2]
    places = OURS.positions(bits.size)
    samples[places] = samples[places] & 0xFE | bits
    return samples.reshape(REFERENCE.shape)


def outcome(stego: np.ndarray, keys: Keys) -> OpenedHeader | Exception:
    try:
        return read_header(stego, REFERENCE, keys)
    except OUTCOMES as error:
        return error


def test_random_parities_hold_nothing(fuzz) -> None:
    def target(drawn: DataObject) -> None:
        rng = np.random.default_rng(drawn.draw(st.integers(0, 2**63)))
        stego = REFERENCE ^ rng.integers(0, 2, REFERENCE.shape, np.uint8)
        assert isinstance(outcome(stego, drawn.draw(st.sampled_from(READERS))), NothingFoundError)

    fuzz(target, 80)


@pytest.mark.parametrize("trailing", [False, True], ids=["keyed", "trailing"])
def test_forged_streams_end_in_an_outcome(fuzz, trailing: bool) -> None:
    """By the holder of the reference, who can make every check but the keys' right."""

    def target(drawn: DataObject) -> None:
        draw = drawn.draw

        def mostly(right: bytes, other: SearchStrategy[bytes]) -> bytes:
            return right if draw(st.integers(0, 5)) < 5 else draw(other)

        plain = draw(packed | st.binary(max_size=200))
        bucket = Bucket.holding(len(plain), 1, trailing)
        told = mostly(bucket.pack(), st.binary(min_size=4, max_size=4))
        before = SALT + OURS.salt_tag(SALT) + told
        before += mostly(OURS.bucket_tag(SALT, told), st.binary(min_size=2, max_size=2))
        points = st.sampled_from([bytes(32), b"\1" + bytes(31), b"\xff" * 32])
        before += mostly(SLOTS.ephemeral, points | st.binary(min_size=32, max_size=32))
        slot = st.binary(min_size=SLOT_BYTES, max_size=SLOT_BYTES)
        before += mostly(b"".join(SLOTS.wrapped), slot)
        before += mostly(commitment(bytes(32), SALT), st.binary(min_size=16, max_size=16))
        padded = mostly(bucket.pad(plain), st.just(bytes(bucket.units * 16)))
        aead = ChaCha20Poly1305(SESSION.subkey(b"metadata"))
        sealed = aead.encrypt(NONCE, padded, VERSION_LABEL + before)
        stream = before + mostly(sealed, st.binary(min_size=AEAD_TAG_BYTES, max_size=300))
        mac = OURS.outer_mac(SALT, stream)
        stream += mostly(mac, st.binary(min_size=len(mac), max_size=len(mac)))
        if trailing and draw(st.integers(0, 5)) < 5:
            body = stream[PREFIX_BYTES:]
            stream = stream[:PREFIX_BYTES] + protect(body, protected_size(len(body)))
        stream = _masked(OURS, SALT, stream)
        stego = with_trailing(stream) if trailing else with_keyed(stream)
        found = outcome(stego, draw(st.sampled_from(READERS)))
        assert not isinstance(found, NothingFoundError)
        if isinstance(found, OpenedHeader):
            assert found.session == SESSION
            assert Metadata.unpack(plain) == found.metadata

    fuzz(target, 120)
