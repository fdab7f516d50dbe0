"""A header through an image: round trips, and every outcome in its order."""

import dataclasses
import hashlib

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sshr.crypto.keys import Keys
from sshr.errors import (
    DamagedError,
    TooSmallError,
    WrongKeyError,
)
from sshr.header import writer
from sshr.header.carriers import KeyedCarrier
from sshr.header.drafts import KeyedDraft
from sshr.header.metadata import Metadata
from sshr.header.reader import read_header
from sshr.header.reference import ReferenceKey
from sshr.header.writer import FreshKeys, HeaderWriter

DEFAULTS = HeaderWriter.start.__func__.__defaults__  # before any test has replaced them
WORDS = b"open sesame"
IDENTITIES = [bytes([n]) * 32 for n in range(1, 9)]
PUBLIC = tuple(
    X25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw() for key in IDENTITIES
)


def header_positions(sending: HeaderWriter, metadata: Metadata) -> np.ndarray:
    return KeyedCarrier().locate(sending.reference_key, sending.bucket(metadata)).places


@pytest.mark.parametrize(
    ("sender", "reader"),
    [
        (Keys(reference_alone=True), Keys(reference_alone=True)),
        (Keys(WORDS), Keys(WORDS)),
        (Keys(recipients=PUBLIC[:1]), Keys(identity=IDENTITIES[0])),
        (Keys(WORDS, PUBLIC[:1]), Keys(WORDS, identity=IDENTITIES[0])),
        (Keys(recipients=PUBLIC[:5]), Keys(identity=IDENTITIES[4])),
    ],
    ids=["reference", "passphrase", "recipient", "both", "several"],
)
@pytest.mark.parametrize("size", [(64, 64), (100, 300)])
def test_round_trip(sender, reader, size, picture, metadata) -> None:
    reference, near = picture(0, *size)
    sending = HeaderWriter.start(reference, sender)
    stego = sending.write(KeyedDraft(near), metadata)
    opened = read_header(stego, reference, reader)
    assert opened.session == sending.session
    assert opened.intact
    assert opened.metadata == metadata
    assert opened.header.dtype == bool
    used = np.sort(header_positions(sending, metadata))
    assert np.array_equal(np.flatnonzero(opened.header), used)
    assert np.array_equal(opened.groups.places, header_positions(sending, metadata))
    again = sending.reopen(stego)
    assert np.array_equal(again.header, opened.header)
    assert np.array_equal(again.groups.places, opened.groups.places)
    assert dataclasses.replace(again, header=opened.header, groups=opened.groups) == opened


def test_nothing_but_header_samples_changes_and_those_by_one_level(picture, metadata) -> None:
    reference, near = picture()
    sending = HeaderWriter.start(reference, Keys(reference_alone=True))
    stego = sending.write(KeyedDraft(near), metadata)
    changed = np.flatnonzero(stego.reshape(-1) != near.reshape(-1))
    used = header_positions(sending, metadata)
    assert np.isin(changed, used).all()
    bits = 8 * sending.bucket(metadata).header_bytes
    assert abs(changed.size - bits / 2) < 3.5 * bits**0.5  # 7 deviations
    assert np.abs(stego.astype(int) - near).max() == 1
    others = np.setdiff1d(np.arange(stego.size), used)
    assert np.array_equal(stego.reshape(-1)[others] & 1, near.reshape(-1)[others] & 1)


@pytest.mark.parametrize("level", [0, 255])
def test_saturated_reference(level: int, metadata: Metadata) -> None:
    reference = np.full((64, 64, 3), level, np.uint8)
    sending = HeaderWriter.start(reference, Keys(reference_alone=True))
    stego = sending.write(KeyedDraft(reference), metadata)
    assert np.abs(stego.astype(int) - level).max() == 1
    assert read_header(stego, reference, Keys(reference_alone=True)).intact


def test_committed_stego(seeded, metadata) -> None:
    # The format itself: a change here means that old stego files no longer open.
    reference = (np.arange(64 * 64 * 3) * 37 % 251).astype(np.uint8).reshape(64, 64, 3)
    sending = HeaderWriter.start(reference, Keys(WORDS, PUBLIC[:3]), seeded(1))
    stego = sending.write(KeyedDraft(reference), metadata)
    assert hashlib.sha256(stego.tobytes()).hexdigest() == (
        "299fac9905c4093912006f3d282b5b16226865f24c099dc29733311abba3691b"
    )
    assert read_header(stego, reference, Keys(WORDS, identity=IDENTITIES[2])).intact


def test_several_recipients_and_a_stranger(picture, metadata) -> None:
    reference, near = picture()
    stego = HeaderWriter.start(reference, Keys(recipients=PUBLIC[:3])).write(
        KeyedDraft(near), metadata
    )
    for identity in IDENTITIES[:3]:
        assert read_header(stego, reference, Keys(identity=identity)).intact
    with pytest.raises(WrongKeyError):
        read_header(stego, reference, Keys(identity=IDENTITIES[3]))


def test_a_hostile_senders_metadata_is_a_documented_error(picture, metadata, monkeypatch) -> None:
    reference, near = picture()
    garbage = bytes([1]) + b"\xff" * (len(metadata.pack()) - 1)
    monkeypatch.setattr(Metadata, "pack", lambda _: garbage)
    stego = HeaderWriter.start(reference, Keys(reference_alone=True)).write(
        KeyedDraft(near), metadata
    )
    with pytest.raises(DamagedError, match="makes no sense"):
        read_header(stego, reference, Keys(reference_alone=True))


def test_too_small(picture, metadata) -> None:
    reference, near = picture()
    sending = HeaderWriter.start(reference, Keys(reference_alone=True))
    large = dataclasses.replace(metadata, side_info=bytes(1000))
    with pytest.raises(TooSmallError, match=r"at least \d+x\d+ px"):
        header_positions(sending, large)
    with pytest.raises(TooSmallError):
        sending.write(KeyedDraft(near), large)
    assert read_header(
        sending.write(KeyedDraft(near), metadata), reference, Keys(reference_alone=True)
    ).intact


def test_the_keys_of_a_stego_serve_once(picture, metadata) -> None:
    reference, near = picture()
    sending = HeaderWriter.start(reference, Keys(reference_alone=True))
    with pytest.raises(ValueError, match="the reference"):
        sending.write(KeyedDraft(near[:60]), metadata)
    sending.write(KeyedDraft(near), metadata)
    with pytest.raises(RuntimeError, match="start another"):
        sending.write(KeyedDraft(near), metadata)


def test_a_sender_does_not_reopen_another_senders_stego(picture, metadata) -> None:
    reference, near = picture()
    stego = HeaderWriter.start(reference, Keys(reference_alone=True)).write(
        KeyedDraft(near), metadata
    )
    with pytest.raises(WrongKeyError):
        HeaderWriter.start(reference, Keys(reference_alone=True)).reopen(stego)


def test_bits_come_from_the_system_by_default() -> None:
    (default,) = DEFAULTS
    assert default is writer.os.urandom


def test_keys_begun_before_the_picture_give_the_same_stego(
    picture, metadata, seeded, quick_stretch
) -> None:
    reference, near = picture()
    stegos = []
    for begun in (True, False):
        fresh = FreshKeys(Keys(WORDS), seeded(1))
        if begun:
            fresh.stretching.begin()
        writer = HeaderWriter.of(ReferenceKey.of(reference), fresh)
        stegos.append(writer.write(KeyedDraft(near), metadata))
    plain = HeaderWriter.start(reference, Keys(WORDS), seeded(1))
    stegos.append(plain.write(KeyedDraft(near), metadata))
    assert all(np.array_equal(stegos[0], stego) for stego in stegos)
    assert quick_stretch == [WORDS] * 3
