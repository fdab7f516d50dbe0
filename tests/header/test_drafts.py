"""Stegos that wait for their header: in the last samples, or in keyed ones."""

import dataclasses
import hashlib
from collections.abc import Callable

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from numpy.typing import NDArray

from sshr.crypto.keys import Keys
from sshr.errors import TooSmallError, WrongKeyError
from sshr.header.carriers import (
    KeyedCarrier,
    header_bits,
    trailing_places,
)
from sshr.header.drafts import KeyedDraft, TrailingDraft
from sshr.header.layout import PREFIX_BITS, Bucket
from sshr.header.metadata import Metadata
from sshr.header.reader import OpenedHeader, read_header
from sshr.header.reference import ReferenceKey
from sshr.header.writer import HeaderWriter

WORDS = b"open sesame"
IDENTITIES = [bytes([n]) * 32 for n in range(1, 6)]
PUBLIC = tuple(
    X25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw() for key in IDENTITIES
)
LARGE = (180, 184)


@pytest.fixture
def metadata(metadata: Metadata) -> Metadata:
    """As for one tile of twenty groups."""
    return dataclasses.replace(metadata, tile_scales=bytes(range(40)))


def places_of(
    sending: HeaderWriter, metadata: Metadata, samples: int, ecc: bool
) -> NDArray[np.int64]:
    return trailing_places(samples, header_bits(sending.bucket(metadata, ecc)))


@pytest.mark.parametrize(
    ("sender", "reader"),
    [
        (Keys(reference_alone=True), Keys(reference_alone=True)),
        (Keys(WORDS), Keys(WORDS)),
        (Keys(recipients=PUBLIC[:1]), Keys(identity=IDENTITIES[0])),
        (Keys(WORDS, PUBLIC[:1]), Keys(WORDS, identity=IDENTITIES[0])),
        (Keys(recipients=PUBLIC), Keys(identity=IDENTITIES[4])),
    ],
    ids=["reference", "passphrase", "recipient", "both", "several"],
)
@pytest.mark.parametrize("size", [(96, 64), (100, 300), LARGE])
@pytest.mark.parametrize("ecc", [False, True])
@pytest.mark.usefixtures("quick_stretch")
def test_round_trip(sender, reader, size, ecc, picture, rounder, metadata) -> None:
    reference, near = picture(0, *size)
    sending = HeaderWriter.start(reference, sender)
    stego = sending.write(TrailingDraft(rounder(near)), metadata, ecc=ecc)
    opened = read_header(stego, reference, reader)
    assert opened.session == sending.session
    assert opened.intact
    assert dataclasses.replace(opened.metadata, sample_mac=bytes(16)) == metadata
    places = places_of(sending, metadata, stego.size, ecc)
    assert np.array_equal(np.flatnonzero(opened.header), places[::-1])
    assert np.array_equal(opened.places, places)
    again = sending.reopen(stego)
    assert (again.session, again.metadata, again.intact) == (
        opened.session,
        opened.metadata,
        True,
    )


@pytest.mark.parametrize("level", [0, 255])
@pytest.mark.parametrize("size", [(64, 64), LARGE])
def test_saturated_reference(level: int, size, rounder, metadata: Metadata) -> None:
    reference = np.full((*size, 3), level, np.uint8)
    beyond = np.full(reference.shape, level * 1.1 - 10, np.float32)
    stego = HeaderWriter.start(reference, Keys(reference_alone=True)).write(
        TrailingDraft(rounder(beyond)), metadata, ecc=True
    )
    assert np.abs(stego.astype(int) - level).max() == 1
    assert read_header(stego, reference, Keys(reference_alone=True)).intact


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((64, 64), "28537e8e35617c4962ead91bf66a3818e9de70fea46a57e11d2686cea7466bbb"),
        (LARGE, "6d2eea6ec48e9b7a7fffa0f136919bde4065c5efbf8e305ce36dd24cd44fcfc1"),
    ],
)
def test_committed_stego(size, expected: str, seeded, rounder, metadata) -> None:
    # The format itself: a change here means that old stego files no longer open.
    count = size[0] * size[1] * 3
    reference = (np.arange(count) * 37 % 251).astype(np.uint8).reshape(*size, 3)
    sending = HeaderWriter.start(reference, Keys(recipients=PUBLIC[:3]), seeded(1))
    stego = sending.write(TrailingDraft(rounder(reference + np.float32(0.25))), metadata, ecc=True)
    assert hashlib.sha256(stego.tobytes()).hexdigest() == expected
    assert read_header(stego, reference, Keys(identity=IDENTITIES[2])).intact


class Spy:
    """A rounding that notes what it is asked for."""

    def __init__(self, picture: NDArray[np.uint8]) -> None:
        self.picture, self.shape = picture, picture.shape
        self.asked: list[tuple[object, ...]] = []

    def round(self, tail: int) -> NDArray[np.uint8]:
        self.asked.append(("round", tail))
        return self.picture

    def finish(self, bits: NDArray[np.uint8], each: int) -> NDArray[np.uint8]:
        self.asked.append(("finish", len(bits), each))
        return self.picture


@pytest.mark.parametrize(("size", "each"), [((64, 64), 1), (LARGE, 3)])
def test_a_rounding_is_used_once(size, each: int, picture, metadata) -> None:
    reference, _ = picture(0, *size)
    sending, spy = HeaderWriter.start(reference, Keys(reference_alone=True)), Spy(reference)
    count = header_bits(sending.bucket(metadata))
    sending.write(TrailingDraft(spy), metadata)
    assert spy.asked == [("round", each * count), ("finish", count, each)]


def test_the_keys_of_a_stego_serve_once(picture, rounder, metadata) -> None:
    reference, near = picture()
    writing: list[Callable[[HeaderWriter], NDArray[np.uint8]]] = [
        lambda sending: sending.write(KeyedDraft(near), metadata),
        lambda sending: sending.write(TrailingDraft(rounder(near)), metadata, ecc=True),
    ]
    for first in writing:
        for second in writing:
            sending = HeaderWriter.start(reference, Keys(reference_alone=True))
            first(sending)
            with pytest.raises(RuntimeError, match="start another"):
                second(sending)


def test_too_small_costs_no_key(picture, rounder, metadata) -> None:
    reference, near = picture()
    sending = HeaderWriter.start(reference, Keys(reference_alone=True))
    large = dataclasses.replace(metadata, side_info=bytes(1000))
    with pytest.raises(TooSmallError, match=r"64x64 px is too small .* at least \d+x\d+ px"):
        sending.write(TrailingDraft(rounder(near)), large, ecc=True)
    stego = sending.write(TrailingDraft(rounder(near)), metadata, ecc=True)
    assert read_header(stego, reference, Keys(reference_alone=True)).intact


def test_wrong_keys_and_other_senders(picture, rounder, metadata) -> None:
    reference, near = picture()
    keys = Keys(recipients=PUBLIC[:1])
    stego = HeaderWriter.start(reference, keys).write(
        TrailingDraft(rounder(near)), metadata, ecc=True
    )
    for reader in (Keys(reference_alone=True), Keys(identity=IDENTITIES[1])):
        with pytest.raises(WrongKeyError):
            read_header(stego, reference, reader)
    with pytest.raises(WrongKeyError):
        HeaderWriter.start(reference, keys).reopen(stego)


def test_one_carrier_does_not_hide_the_other(picture, rounder, metadata) -> None:
    """What the other carrier reads of a stego is random; a header of each sort is found."""
    reference, near = picture()
    found: list[OpenedHeader] = []
    for make in (
        lambda sending: sending.write(KeyedDraft(near), metadata),
        lambda sending: sending.write(TrailingDraft(rounder(near)), metadata, ecc=True),
    ):
        sending = HeaderWriter.start(reference, Keys(reference_alone=True))
        found.append(read_header(make(sending), reference, Keys(reference_alone=True)))
        assert found[-1].session == sending.session
    assert (found[0].header != found[1].header).any()


def test_samples_with_a_wrong_bit_move_upwards_and_no_others(picture) -> None:
    reference, near = picture()
    key, bucket = ReferenceKey.of(reference), Bucket(1, 3)
    near.reshape(-1)[KeyedCarrier().locate(key, bucket)[:300]] = 255
    places = KeyedCarrier().locate(key, bucket)
    bits = np.random.default_rng(1).integers(0, 2, len(places), np.uint8)
    draft, before = KeyedDraft(near), near.copy()
    written = draft.written(draft.settled(places), places, bits)
    assert np.array_equal(near, before)
    change = (written.astype(int) - near).ravel()
    assert np.isin(np.flatnonzero(change), places).all()
    full = near.ravel() == 255
    assert set(np.unique(change[~full])) == {0, 1}
    assert set(np.unique(change[full])) == {-1, 0}
    assert np.array_equal(written.ravel()[places] & 1, bits)
    found = KeyedCarrier().body(written.reshape(-1), key, bucket)
    assert found is not None
    assert found.body == np.packbits(bits[PREFIX_BITS:]).tobytes()
    prefix = KeyedCarrier().prefix(written.reshape(-1), key)
    assert prefix == np.packbits(bits[:PREFIX_BITS]).tobytes()
