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
    TrailingCarrier,
    read_bits,
    trailing_groups,
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
    assert opened.metadata == metadata
    places = trailing_groups(*size, sending.bucket(metadata, ecc)).places
    assert np.array_equal(np.flatnonzero(opened.header), np.sort(places))
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
        ((64, 64), "1e7d3e5515a4d4d7f2ca3b68f299eca8e6be4416d53a708d6add8c1cc16bac03"),
        (LARGE, "e1064e84450f81e880312d4f91d99dc0606d476c09cd0583b41fa6a88f1fa5cf"),
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

    def round(
        self, bits: NDArray[np.uint8], each: int, later: NDArray[np.int64]
    ) -> NDArray[np.uint8]:
        self.asked.append((len(bits), each, later.shape))
        return self.picture.copy()


@pytest.mark.parametrize(("size", "each"), [((64, 64), 1), (LARGE, 3)])
def test_a_rounding_is_used_once(size, each: int, picture, metadata) -> None:
    reference, _ = picture(0, *size)
    sending, spy = HeaderWriter.start(reference, Keys(reference_alone=True)), Spy(reference)
    bits = PREFIX_BITS + 8 * sending.bucket(metadata).body_bytes
    sending.write(TrailingDraft(spy), metadata)
    assert spy.asked == [(bits, each, (64, 4))]


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


@pytest.mark.parametrize("size", [(64, 64), LARGE])
def test_a_seal_changes_nothing_but_its_squares(size, picture, rounder) -> None:
    _, near = picture(0, *size)
    bucket, carrier = Bucket(1, 9, True), TrailingCarrier()
    groups, draft = trailing_groups(*size, bucket), TrailingDraft(rounder(near))
    bits = np.random.default_rng(1).integers(0, 2, 8 * bucket.header_bytes, np.uint8)
    cut = len(bits) - len(groups.seal)
    settled = draft.settled(groups, bits[:cut])
    stego = draft.sealed(settled, groups, bits[cut:])
    assert np.isin(np.flatnonzero(stego != settled), groups.seal).all()
    change = stego.astype(int) - settled
    assert set(np.unique(change)) == {-1, 0, 1}
    assert change.sum() == 0  # a square goes up in two of its samples and down in the others
    samples = settled.reshape(-1), stego.reshape(-1)
    assert np.array_equal(*(carrier.unsealed(each, groups) for each in samples))
    assert carrier.read_seal(samples[1], groups) == np.packbits(bits[cut:]).tobytes()


def test_samples_with_a_wrong_bit_move_by_one_level_and_no_others(picture) -> None:
    reference, near = picture()
    key, bucket = ReferenceKey.of(reference), Bucket(1, 3)
    groups = KeyedCarrier().locate(key, bucket)
    near.reshape(-1)[groups.places[:300]] = 255
    bits = np.random.default_rng(1).integers(0, 2, len(groups.places), np.uint8)
    cut = len(bits) - len(groups.seal)
    draft, before = KeyedDraft(near), near.copy()
    settled = draft.settled(groups, bits[:cut])
    written = draft.sealed(settled, groups, bits[cut:])
    assert np.array_equal(near, before)
    assert np.isin(np.flatnonzero(settled != written), groups.seal).all()
    change, seal = (written.astype(int) - near).ravel(), np.zeros(near.size, bool)
    seal[groups.seal] = True
    assert np.isin(np.flatnonzero(change), groups.places).all()
    full = near.ravel() == 255
    assert set(np.unique(change[~full & ~seal])) == {0, 1}
    assert set(np.unique(change[full & ~seal])) == {-1, 0}
    assert set(np.unique(change[seal])) == {-1, 0, 1}
    said = b"".join(read_bits(written.reshape(-1), part) for part in groups.parts)
    assert said == np.packbits(bits).tobytes()
