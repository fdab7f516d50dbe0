"""Who opens a wrapped file key, and what the slots look like."""

import random

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sshr.crypto.keys import Keys
from sshr.errors import UsageError
from sshr.header.slots import Slots, slot_count, unwrap, wrap

FILE_KEY = b"f" * 32
REFERENCE = b"r" * 32
SALT = b"s" * 16
IDENTITIES = [bytes([n]) * 32 for n in range(1, 18)]
PUBLIC = [
    X25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw() for key in IDENTITIES
]
WORDS = b"open sesame"

SENDERS = {
    "reference": Keys(reference_alone=True),
    "passphrase": Keys(WORDS),
    "recipient": Keys(None, (PUBLIC[0],)),
    "three": Keys(None, tuple(PUBLIC[:3])),
    "both": Keys(WORDS, (PUBLIC[0],)),
}
READERS = {
    "reference": Keys(reference_alone=True),
    "passphrase": Keys(WORDS),
    "wrong passphrase": Keys(b"open barley"),
    "first": Keys(identity=IDENTITIES[0]),
    "third": Keys(identity=IDENTITIES[2]),
    "stranger": Keys(identity=IDENTITIES[5]),
    "both": Keys(WORDS, identity=IDENTITIES[0]),
    "both, wrong passphrase": Keys(b"open barley", identity=IDENTITIES[0]),
    "both, stranger": Keys(WORDS, identity=IDENTITIES[5]),
}
OPENS = {
    ("reference", "reference"),
    ("passphrase", "passphrase"),
    ("recipient", "first"),
    ("three", "first"),
    ("three", "third"),
    ("both", "both"),
}


@pytest.mark.usefixtures("quick_stretch")
@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize("reader", READERS)
def test_exactly_what_the_sender_used_opens(sender: str, reader: str) -> None:
    slots = wrap(FILE_KEY, SENDERS[sender], REFERENCE, SALT, random.Random(1).randbytes)
    found = unwrap(slots, READERS[reader], REFERENCE, SALT)
    assert found == (FILE_KEY if (sender, reader) in OPENS else None)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 8, 9, 16])
def test_slots_are_padded_to_a_power_of_two(count: int) -> None:
    keys = Keys(recipients=tuple(PUBLIC[:count]), reference_alone=not count)
    slots = wrap(FILE_KEY, keys, REFERENCE, SALT, random.Random(1).randbytes)
    expected = {0: 1, 3: 4, 5: 8, 9: 16}.get(count, count)
    assert slot_count(keys) == len(slots.wrapped) == expected
    assert len(set(slots.wrapped)) == expected
    assert {len(slot) for slot in slots.wrapped} == {48}
    for identity in IDENTITIES[:count]:
        assert unwrap(slots, Keys(identity=identity), REFERENCE, SALT) == FILE_KEY


def test_order_of_slots_does_not_follow_the_recipients() -> None:
    keys = Keys(recipients=tuple(PUBLIC[:4]))
    places = set()
    for seed in range(40):
        slots = wrap(FILE_KEY, keys, REFERENCE, SALT, random.Random(seed).randbytes)
        alone = [Slots(slots.ephemeral, (slot,)) for slot in slots.wrapped]
        first = Keys(identity=IDENTITIES[0])
        places.add([unwrap(slot, first, REFERENCE, SALT) for slot in alone].index(FILE_KEY))
    assert len(places) > 1  # all 40 alike: 4^-39


def test_a_recipient_given_twice_gets_one_slot() -> None:
    slots = wrap(
        FILE_KEY, Keys(recipients=(PUBLIC[0],) * 2), REFERENCE, SALT, random.Random(1).randbytes
    )
    assert len(slots.wrapped) == 1


@pytest.mark.parametrize("changed", ["reference", "salt"])
def test_slots_are_bound_to_reference_and_salt(changed: str) -> None:
    slots = wrap(FILE_KEY, Keys(reference_alone=True), REFERENCE, SALT, random.Random(1).randbytes)
    reference = b"x" * 32 if changed == "reference" else REFERENCE
    assert (
        unwrap(
            slots, Keys(reference_alone=True), reference, b"x" * 16 if changed == "salt" else SALT
        )
        is None
    )


@pytest.mark.usefixtures("quick_stretch")
def test_without_an_identity_one_slot_and_no_more() -> None:
    """Sixteen slots for sixteen words would tell who sees the outcome whether one is right."""
    several = []
    for word in (b"one", b"two"):
        slots = wrap(FILE_KEY, Keys(word), REFERENCE, SALT, random.Random(1).randbytes)
        several += slots.wrapped
    both = Slots(bytes(32), tuple(several))
    for word in (b"one", b"two"):
        assert unwrap(both, Keys(word), REFERENCE, SALT) is None
        alone = [Slots(bytes(32), (slot,)) for slot in several]
        assert FILE_KEY in [unwrap(slot, Keys(word), REFERENCE, SALT) for slot in alone]


def test_points_of_low_order() -> None:
    with pytest.raises(UsageError, match="not usable"):
        wrap(FILE_KEY, Keys(recipients=(bytes(32),)), REFERENCE, SALT, random.Random(1).randbytes)
    hostile = Slots(bytes(32), (bytes(48),))
    assert unwrap(hostile, Keys(identity=IDENTITIES[0]), REFERENCE, SALT) is None


def test_an_ephemeral_key_has_one_writing() -> None:
    """X25519 takes u + p and an unused top bit as well; here they are no keys."""
    keys = Keys(recipients=(PUBLIC[0],))
    slots = wrap(FILE_KEY, keys, REFERENCE, SALT, random.Random(1).randbytes)
    other = slots.ephemeral[:-1] + bytes([slots.ephemeral[-1] | 0x80])
    identity = Keys(identity=IDENTITIES[0])
    assert unwrap(Slots(other, slots.wrapped), identity, REFERENCE, SALT) is None
    with pytest.raises(UsageError, match="not usable"):
        wrap(
            FILE_KEY, Keys(recipients=(b"\xff" * 32,)), REFERENCE, SALT, random.Random(1).randbytes
        )


def test_an_identity_alone_does_not_conceal() -> None:
    with pytest.raises(UsageError, match="recipient"):
        wrap(FILE_KEY, Keys(identity=IDENTITIES[0]), REFERENCE, SALT, random.Random(1).randbytes)
