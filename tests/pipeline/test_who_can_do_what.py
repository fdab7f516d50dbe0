"""The table "who can do what" of docs/security.md, as far as a program can do it."""

import random
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

import sshr
from sshr.crypto.identity import PrivateKey
from sshr.errors import DamagedError, NothingFoundError, SignatureError, WrongKeyError
from sshr.header.carriers import CARRIERS, KeyedCarrier, read_bits
from sshr.header.reference import ReferenceKey
from sshr.header.stream import open_body, open_prefix
from sshr.transports.kind import Kind

Rgb8 = NDArray[np.uint8]
WORD = sshr.Keys(passphrase=b"open sesame")
OPEN = sshr.Keys(reference_alone=True)
TEXT = sshr.Blob(b"The key is under the third stone.", "", Kind.TEXT)
ALICE, BOB = (PrivateKey.of_seed(bytes([n]) * 32) for n in (1, 2))


@pytest.fixture(scope="module")
def reference(photo: Callable[..., Rgb8]) -> Rgb8:
    return photo("sailboats", 96, 96)


@pytest.fixture(scope="module")
def other(reference: Rgb8) -> Rgb8:
    """All that somebody without the reference has: the stego, or a picture much like it."""
    copy = reference.copy()
    copy[5, 5, 1] ^= 1
    return copy


def sealed(reference: Rgb8, keys: sshr.Keys, seed: int = 1) -> sshr.Stego:
    return sshr.conceal(TEXT, reference, keys, random=random.Random(seed).randbytes)


@pytest.fixture(scope="module")
def stego(reference: Rgb8) -> Rgb8:
    return sealed(reference, WORD).image


def test_only_who_has_the_reference_sees_for_certain_that_it_is_a_stego(
    stego: Rgb8, reference: Rgb8, other: Rgb8
) -> None:
    with pytest.raises(WrongKeyError):
        sshr.inspect(stego, reference, OPEN)
    for guess in (other, stego):
        for keys in (OPEN, WORD):
            with pytest.raises(NothingFoundError):
                sshr.inspect(stego, guess, keys)


def test_passphrases_are_tried_with_the_reference_alone(stego: Rgb8, reference: Rgb8) -> None:
    for word in (b"open barley", b"12345"):
        with pytest.raises(WrongKeyError):
            sshr.inspect(stego, reference, sshr.Keys(passphrase=word))
    assert sshr.inspect(stego, reference, WORD).kind is Kind.TEXT


def test_the_reference_tells_transport_slots_signature_and_length(reference: Rgb8) -> None:
    three = sshr.Keys(recipients=(ALICE.public.exchange, BOB.public.exchange, bytes([9]) * 32))
    signed = sshr.Keys(recipients=three.recipients, signer=ALICE.signing)
    key = ReferenceKey.of(reference)
    for keys, slots, signature in ((WORD, 1, False), (three, 4, False), (signed, 4, True)):
        samples = sealed(reference, keys).image.reshape(-1)
        readable = []
        for carrier in CARRIERS:
            places = carrier.prefix(key)
            assert places is not None
            try:
                found = open_prefix(key, read_bits(samples, places))
            except NothingFoundError:
                continue
            readable.append(carrier)
            body = carrier.locate(key, found.bucket).body
            assert len(open_body(key, found, read_bits(samples, body)).slots.wrapped) == slots
            assert found.bucket.signed == signature
            assert found.bucket.units >= 6
        assert [type(carrier) for carrier in readable] == [KeyedCarrier]


def test_without_a_passphrase_the_reference_is_the_only_key(reference: Rgb8) -> None:
    image = sealed(reference, OPEN).image
    assert sshr.reveal(image, reference, OPEN).data == TEXT.data
    with pytest.raises(WrongKeyError):
        sshr.reveal(image, reference, WORD)


def test_a_passphrase_without_the_reference_opens_nothing(stego: Rgb8, other: Rgb8) -> None:
    with pytest.raises(NothingFoundError):
        sshr.reveal(stego, other, WORD)


def test_with_both_all_is_seen(stego: Rgb8, reference: Rgb8) -> None:
    found = sshr.reveal(stego, reference, WORD)
    assert (found.data, found.intact) == (TEXT.data, True)


def test_who_has_the_reference_makes_a_stego_that_opens_without_a_passphrase(
    reference: Rgb8,
) -> None:
    forged = sealed(reference, OPEN, 2).image
    with pytest.raises(WrongKeyError):
        sshr.reveal(forged, reference, WORD)
    assert sshr.reveal(forged, reference, OPEN).sender is None
    wanting = sshr.Keys(sender=ALICE.public.signing, reference_alone=True)
    with pytest.raises(SignatureError, match="by nobody"):
        sshr.reveal(forged, reference, wanting)


def test_who_has_the_passphrase_too_makes_one_but_signs_none(reference: Rgb8) -> None:
    forged = sealed(reference, WORD, 3).image
    assert sshr.reveal(forged, reference, WORD).data == TEXT.data
    wanting = sshr.Keys(passphrase=WORD.passphrase, sender=ALICE.public.signing)
    with pytest.raises(SignatureError):
        sshr.reveal(forged, reference, wanting)


def test_a_note_says_for_whom_it_was_made_whoever_passes_it_on(reference: Rgb8) -> None:
    keys = sshr.Keys(passphrase=WORD.passphrase, signer=ALICE.signing, note="for Bob")
    image = sealed(reference, keys).image
    wanting = sshr.Keys(passphrase=WORD.passphrase, sender=ALICE.public.signing)
    found = sshr.reveal(image, reference, wanting)
    assert (found.sender, found.note) == (ALICE.public.signing, "for Bob")
    image = image.copy()
    image[0, 0, 0] ^= 2
    with pytest.raises(DamagedError):
        sshr.reveal(image, reference, wanting)
