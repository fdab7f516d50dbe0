"""Recipients and senders through an image, and what a legitimate reader can do with a stego."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from sshr.crypto.identity import PrivateKey, sender_fingerprint
from sshr.crypto.keys import Keys
from sshr.crypto.signature import signature_of
from sshr.errors import DamagedError, SignatureError, TooSmallError, UsageError, WrongKeyError
from sshr.header import writer
from sshr.header.carriers import (
    KeyedCarrier,
    TrailingCarrier,
    read_bits,
    seal_pattern,
    trailing_groups,
)
from sshr.header.drafts import KeyedDraft, TrailingDraft
from sshr.header.metadata import Metadata
from sshr.header.reader import read_header
from sshr.header.reference import ReferenceKey
from sshr.header.seal import make_seal, opened_seal, sample_digest
from sshr.header.signing import STEGO
from sshr.header.slots import wrap
from sshr.header.writer import HeaderWriter

PEOPLE = [PrivateKey.of_seed(bytes([n]) * 32) for n in range(17)]
PUBLIC = [one.public for one in PEOPLE]
FRIEND, OTHER = PEOPLE[1], PEOPLE[2]


def addressed(*people: PrivateKey, signer: PrivateKey | None = None) -> Keys:
    exchange = tuple(one.public.exchange for one in people)
    return Keys(recipients=exchange, signer=None if signer is None else signer.signing)


def reading(person: PrivateKey, sender: PrivateKey | None = None) -> Keys:
    return Keys(identity=person.exchange, sender=None if sender is None else sender.public.signing)


@pytest.mark.parametrize("signer", [None, PEOPLE[0]], ids=["unsigned", "signed"])
def test_each_of_sixteen_recipients_opens_and_nobody_else(signer, picture, metadata) -> None:
    reference, near = picture(0, 96, 96)
    sending = HeaderWriter.start(reference, addressed(*PEOPLE[:16], signer=signer))
    stego = sending.write(KeyedDraft(near), metadata)
    for person in PEOPLE[:16]:
        opened = read_header(stego, reference, reading(person, signer))
        assert (opened.session, opened.intact) == (sending.session, True)
    with pytest.raises(WrongKeyError):
        read_header(stego, reference, reading(PEOPLE[16]))
    with pytest.raises(WrongKeyError):
        read_header(stego, reference, Keys(reference_alone=True))


def test_how_many_recipients_64_pixels_hold(picture, rounder) -> None:
    """A record as `base` makes it for one tile: 64 B of k_pub_s, twenty scales of 2 B."""
    record = Metadata(b"12345678", 640, 480, rsrk_public=bytes(64), tile_scales=bytes(40))
    reference, near = picture()
    for count, signer, fits in ((4, None, True), (8, PEOPLE[0], True), (16, None, False)):
        keys = addressed(*PEOPLE[:count], signer=signer)
        sending = HeaderWriter.start(reference, keys)
        if fits:
            stego = sending.write(TrailingDraft(rounder(near)), record, ecc=True)
            assert read_header(stego, reference, reading(PEOPLE[count - 1])).intact
        else:
            with pytest.raises(TooSmallError, match=r"64x64 px is too small .* at least \d+x\d+"):
                sending.write(TrailingDraft(rounder(near)), record, ecc=True)


def test_the_sender_who_was_asked_for(picture, metadata) -> None:
    reference, near = picture()
    signed_stego = HeaderWriter.start(reference, addressed(FRIEND, signer=OTHER)).write(
        KeyedDraft(near), metadata
    )
    assert read_header(signed_stego, reference, reading(FRIEND, OTHER)).sender
    digits = sender_fingerprint(OTHER.public.signing or b"")
    with pytest.raises(SignatureError, match=rf"by another key \({digits}\)"):
        read_header(signed_stego, reference, reading(FRIEND, FRIEND))
    plain = HeaderWriter.start(reference, addressed(FRIEND)).write(KeyedDraft(near), metadata)
    with pytest.raises(SignatureError, match="signed by nobody"):
        read_header(plain, reference, reading(FRIEND, OTHER))
    with pytest.raises(UsageError, match="sender's public key must have 32 bytes"):
        Keys(sender=b"short")


def test_slots_of_one_stego_do_not_open_another(picture, metadata) -> None:
    # A holder of the reference can write any header; he copies the slots that he cannot open.
    reference, near = picture()
    first = HeaderWriter.start(reference, addressed(FRIEND))
    assert read_header(first.write(KeyedDraft(near), metadata), reference, reading(FRIEND)).intact
    forged = HeaderWriter(ReferenceKey.of(reference), b"s" * 16, b"f" * 32, first._slots)
    with pytest.raises(WrongKeyError):
        read_header(forged.write(KeyedDraft(near), metadata), reference, reading(FRIEND))
    # Under the same salt the slot opens, but to the file key that the forger does not know.
    same_salt = HeaderWriter(ReferenceKey.of(reference), first._salt, b"f" * 32, first._slots)
    with pytest.raises(WrongKeyError):
        read_header(same_salt.write(KeyedDraft(near), metadata), reference, reading(FRIEND))


def test_a_reader_cannot_pass_a_signature_on_to_somebody_else(
    picture, metadata, seeded, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The reader knows the file key and the signed record; he wraps the key for another person.
    reference, near = picture()
    sending = HeaderWriter.start(reference, addressed(FRIEND, signer=PEOPLE[0]))
    stego = sending.write(KeyedDraft(near), metadata)
    opened = read_header(stego, reference, reading(FRIEND))
    key = ReferenceKey.of(reference)
    salt, file_key = sending._salt, sending._file_key
    groups = KeyedCarrier().locate(key, sending.bucket(metadata))
    samples = stego.reshape(-1)
    digest = sample_digest(opened.session, stego.shape, KeyedCarrier().unsealed(samples, groups))
    signature = opened_seal(opened.session, digest, read_bits(samples, groups.seal))
    assert signature
    slots = wrap(file_key, addressed(OTHER), key.key, salt, seeded(1))
    forged = HeaderWriter(key, salt, file_key, slots, PEOPLE[0].signing)
    monkeypatch.setattr(writer, "signature_of", lambda *_: signature)  # all that he has
    passed_on = forged.write(KeyedDraft(near), metadata)
    monkeypatch.undo()
    with pytest.raises(SignatureError, match="not valid"):
        read_header(passed_on, reference, reading(OTHER))


def test_a_reader_cannot_change_samples_under_a_signature(
    picture, rounder, metadata, monkeypatch: pytest.MonkeyPatch
) -> None:
    """He has the session, so he can make the seal's tag anew, but not the signature under it."""
    reference, near = picture()
    sending = HeaderWriter.start(reference, addressed(FRIEND, signer=OTHER))
    stego = sending.write(TrailingDraft(rounder(near)), metadata, ecc=True)
    session = read_header(stego, reference, reading(FRIEND)).session
    groups = trailing_groups(64, 64, sending.bucket(metadata, True))
    carrier, samples = TrailingCarrier(), stego.reshape(-1)

    def resealed(changed: np.ndarray) -> np.ndarray:
        unsealed = carrier.unsealed(changed, groups)
        first = opened_seal(
            session,
            sample_digest(session, stego.shape, carrier.unsealed(samples, groups)),
            carrier.read_seal(samples, groups),
        )
        assert first
        seal = make_seal(session, sample_digest(session, stego.shape, unsealed), first)
        bits = np.unpackbits(np.frombuffer(seal, np.uint8))
        unsealed[groups.seal] += seal_pattern(bits, groups)
        return unsealed.reshape(stego.shape)

    assert np.array_equal(resealed(samples), stego)
    places = [0, groups.body[5, 0], groups.prefix[5, 0], groups.seal[3, 0], groups.seal[-1, -1]]
    for place in places:
        changed = samples.copy()
        changed[place] ^= 2
        with pytest.raises(SignatureError, match="not valid"):
            read_header(resealed(changed), reference, reading(FRIEND))


def test_a_signature_can_be_taken_away_by_a_reader(picture, metadata) -> None:
    # Documented: only asking for the sender notices.
    reference, near = picture()
    sending = HeaderWriter.start(reference, addressed(FRIEND, signer=OTHER))
    sending.write(KeyedDraft(near), metadata)
    stripped = HeaderWriter(
        ReferenceKey.of(reference), sending._salt, sending._file_key, sending._slots
    ).write(KeyedDraft(near), metadata)
    assert read_header(stripped, reference, reading(FRIEND)).sender is None
    with pytest.raises(SignatureError, match="signed by nobody"):
        read_header(stripped, reference, reading(FRIEND, OTHER))


def test_a_signature_of_another_reference_is_not_valid(picture, metadata) -> None:
    reference, near = picture()
    sending = HeaderWriter.start(reference, addressed(FRIEND, signer=PEOPLE[0]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            writer,
            "signature_of",
            lambda signer, label, key, *parts: signature_of(signer, STEGO, bytes(32), *parts),
        )
        stego = sending.write(KeyedDraft(near), metadata)
    with pytest.raises(SignatureError):
        read_header(stego, reference, reading(FRIEND))


@pytest.mark.usefixtures("quick_stretch")
def test_two_secrets_under_one_reference_and_passphrase(picture, metadata) -> None:
    reference, near = picture()
    other = dataclasses.replace(metadata, rsrk_public=bytes(reversed(range(64))))
    seen: list[tuple[Any, ...]] = []
    for record in (metadata, other, metadata):
        sending = HeaderWriter.start(reference, Keys(b"one word"))
        stego = sending.write(KeyedDraft(near), record).reshape(-1)
        groups = KeyedCarrier().locate(sending.reference_key, sending.bucket(record))
        bits = stego[groups.places] & 1
        seen.append((bits, sending.session.key, sending._salt, sending._file_key))
    for one, two in ((0, 1), (0, 2), (1, 2)):
        (bits, *secrets), (other_bits, *other_secrets) = seen[one], seen[two]
        assert not set(secrets) & set(other_secrets)
        # Independent streams agree in half of their bits; 7 sigma either way.
        agreeing = np.count_nonzero(bits == other_bits)
        assert abs(agreeing - bits.size / 2) < 3.5 * bits.size**0.5


@pytest.mark.parametrize("at", range(0, 1000, 97))
def test_bits_of_slots_and_ephemeral_key_are_authenticated(at, picture, metadata) -> None:
    reference, near = picture()
    sending = HeaderWriter.start(reference, addressed(FRIEND, OTHER))
    stego = sending.write(KeyedDraft(near), metadata)
    groups = KeyedCarrier().locate(sending.reference_key, sending.bucket(metadata))
    stego.reshape(-1)[groups.body[at, 0]] ^= 1
    with pytest.raises(DamagedError):
        read_header(stego, reference, reading(FRIEND))
