"""The short header: only who has the reference sees it, only who has the keys reads it."""

import dataclasses
import hmac
import random

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sshr.crypto.keys import Keys, derive
from sshr.errors import DamagedError, NewerVersionError, SignatureError
from sshr.header.reference import ReferenceKey
from sshr.transports.kind import Kind
from sshr.transports.robust.compact import (
    LAYER_TAG,
    CompactHeader,
    CompactWriter,
    Record,
    digests_match,
    header_size,
    metadata_of,
    open_compact,
    open_layer,
    open_with,
    recognise,
    seal_layer,
    sizes,
)
from sshr.transports.robust.options import DESIGNS, LEVELS

KEY = ReferenceKey.of(np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8))
OTHER = ReferenceKey.of(np.random.default_rng(2).integers(0, 256, (64, 64, 3), np.uint8))
IDENTITIES = [bytes([n]) * 32 for n in range(1, 5)]
PUBLIC = [
    X25519PrivateKey.from_private_bytes(n).public_key().public_bytes_raw() for n in IDENTITIES
]
SEED = bytes([7]) * 32
SENDER = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
RECORD = Record(Kind.PICTURE, (96, 112), 300, 77, 400, 33.25, analog=True, greyscale=True)
LAYERS = random.Random(1).randbytes(300), random.Random(2).randbytes(400)


def write(keys: Keys, record: Record = RECORD) -> tuple[CompactWriter, bytes]:
    writer = CompactWriter(KEY, keys, random.Random(3).randbytes)
    data = writer.write(record, LAYERS)
    assert len(data) == writer.size
    return writer, data


def read(data: bytes, keys: Keys) -> CompactHeader | None:
    """By its size, as a receiver would."""
    for slots, is_signed, size in sizes():
        stream = recognise(KEY, data[:size]) if len(data) == size else None
        if stream is not None:
            return open_compact(KEY, stream, slots, is_signed, keys)
    raise AssertionError("not recognised")


@pytest.mark.parametrize("signer", [None, SEED])
@pytest.mark.parametrize(
    ("sending", "receiving"),
    [
        (Keys(reference_alone=True), Keys(reference_alone=True)),
        (Keys(b"word"), Keys(b"word")),
        (Keys(recipients=tuple(PUBLIC[:1])), Keys(identity=IDENTITIES[0])),
        (Keys(b"word", tuple(PUBLIC[:3])), Keys(b"word", identity=IDENTITIES[2])),
    ],
)
def test_round_trips(sending: Keys, receiving: Keys, signer: bytes | None) -> None:
    writer, data = write(dataclasses.replace(sending, signer=signer))
    found = read(data, receiving)
    assert found is not None
    assert found.sender == (SENDER if signer else None)
    assert dataclasses.replace(found.record, digests=b"") == RECORD
    assert len(found.record.digests) == (32 if signer else 0)
    assert found.session.subkey(b"x") == writer.session.subkey(b"x")
    for index in (0, 1):
        assert digests_match(found.record, index, LAYERS[index])
        assert digests_match(found.record, index, b"other") == (signer is None)
    own = recognise(KEY, data)
    assert own is not None
    assert open_with(KEY, own, writer.slots_end, signer is not None, writer.file_key) is not None


@pytest.mark.parametrize(
    ("sending", "wrong"),
    [
        (Keys(reference_alone=True), Keys(b"word")),
        (Keys(reference_alone=True), Keys(identity=IDENTITIES[0])),
        (Keys(b"word"), Keys(reference_alone=True)),
        (Keys(b"word"), Keys(b"Word")),
        (Keys(recipients=tuple(PUBLIC[:2])), Keys(identity=IDENTITIES[3])),
        (Keys(b"word", tuple(PUBLIC[:1])), Keys(identity=IDENTITIES[0])),
    ],
)
def test_wrong_keys_open_nothing(sending: Keys, wrong: Keys) -> None:
    assert read(write(sending)[1], wrong) is None


def test_only_the_reference_sees_it() -> None:
    _, data = write(Keys(reference_alone=True))
    assert recognise(OTHER, data) is None
    assert all(recognise(KEY, data[:size]) is None for *_, size in sizes() if size < len(data))


@pytest.mark.parametrize(
    "keys", [Keys(reference_alone=True), Keys(recipients=tuple(PUBLIC[:1]), signer=SEED)]
)
def test_a_changed_bit_is_refused(keys: Keys) -> None:
    _, data = write(keys)
    for at in range(8 * len(data)):
        changed = bytearray(data)
        changed[at // 8] ^= 1 << at % 8
        assert recognise(KEY, bytes(changed)) is None


def test_what_the_mac_does_not_see_the_seal_does() -> None:
    writer, data = write(Keys(signer=SEED, reference_alone=True))
    stream = recognise(KEY, data)
    assert stream is not None
    for at in range(len(stream)):
        changed = stream[:at] + bytes([stream[at] ^ 1]) + stream[at + 1 :]
        assert open_with(KEY, changed, writer.slots_end, True, writer.file_key) is None


def test_the_tag_commits_to_the_key() -> None:
    """It is an HMAC, of which nobody finds two keys; of Poly1305 anybody does."""
    writer, data = write(Keys(reference_alone=True))
    stream = recognise(KEY, data)
    assert stream is not None
    before, hidden, tag = stream[:16], stream[16:-16], stream[-16:]
    key = derive(writer.session.subkey(b"metadata"), b"tag")
    told = b"sshr-1/robust header" + (16).to_bytes(4, "big") + before + hidden
    assert tag == hmac.digest(key, told, "sha256")[:16]
    assert open_with(KEY, stream, 16, False, writer.file_key) is not None
    assert open_with(KEY, stream, 16, False, bytes(32)) is None


def test_sizes() -> None:
    found = list(sizes())
    assert found[0] == (0, False, 55)
    assert len(found) == 12
    assert header_size(0, True) - header_size(0, False) == 32 + 96
    writers = [
        CompactWriter(KEY, keys, random.Random(1).randbytes)
        for keys in (
            Keys(reference_alone=True),
            Keys(recipients=tuple(PUBLIC[:1])),
            Keys(recipients=tuple(PUBLIC[:3])),
        )
    ]
    assert [writer.size for writer in writers] == [header_size(n, False) for n in (0, 1, 4)]


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("level", LEVELS)
def test_records_come_back(design: str, level: float) -> None:
    for record in (
        Record(Kind.TEXT, (1, 9), 17, 255, design=design, stego_psnr=level),
        Record(
            Kind.PICTURE,
            (4096, 4097),
            65535,
            200,
            (1 << 24) - 1,
            63.75,
            True,
            False,
            bytes(32),
            design,
            level,
        ),
    ):
        assert Record.unpack(record.pack()) == record


def test_decibels_are_told_in_quarters() -> None:
    for told, level in ((33.3, 33.25), (70.0, 63.75), (-1.0, 0.0)):
        record = dataclasses.replace(RECORD, decibels=told)
        assert Record.unpack(record.pack()).decibels == level


@pytest.mark.parametrize(
    ("at", "value", "words"),
    [
        (0, 0x00, "none of this version"),
        (0, 0x1F, "cannot be read"),
        (1, 0x20, "none of this version"),
        (slice(2, 8), bytes(6), "impossible size"),
        (slice(2, 8), b"\xff" * 6, "impossible size"),
    ],
)
def test_records_that_make_no_sense(at: int | slice, value: int | bytes, words: str) -> None:
    data = bytearray(RECORD.pack())
    data[at] = value  # type: ignore[index, assignment]
    with pytest.raises(DamagedError, match=words):
        Record.unpack(bytes(data))


def test_a_newer_version_is_told_from_damage() -> None:
    data = RECORD.pack()
    with pytest.raises(NewerVersionError, match="update sshr"):
        Record.unpack(bytes([data[0] + 16]) + data[1:])


@pytest.mark.parametrize("length", [0, 5, 17, 19, 50])
def test_records_of_another_length(length: int) -> None:
    with pytest.raises(DamagedError):
        Record.unpack((RECORD.pack() + bytes(40))[:length])


def test_signature_covers_every_field() -> None:
    keys = Keys(signer=SEED, reference_alone=True)
    writer, data = write(keys)
    stream = recognise(KEY, data)
    assert stream is not None
    found = open_with(KEY, stream, writer.slots_end, True, writer.file_key)
    assert found is not None
    whole = metadata_of(found.record)
    for change in ({"share": 78}, {"design": "harsh"}, {"digests": bytes(32)}, {"size": (1, 1)}):
        other = dataclasses.replace(found.record, **change)
        assert metadata_of(other) != whole


def test_a_signature_for_another_stego_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from sshr.transports.robust import compact

    real = compact.signature_of
    monkeypatch.setattr(
        compact,
        "signature_of",
        lambda signer, label, key, *rest: real(signer, label, bytes(32), *rest),
    )
    _, data = write(Keys(signer=SEED, reference_alone=True))
    with pytest.raises(SignatureError):
        read(data, Keys(reference_alone=True))


def test_layers() -> None:
    session = write(Keys(reference_alone=True))[0].session
    sealed = seal_layer(session, b"a", LAYERS[0])
    assert len(sealed) == len(LAYERS[0]) + LAYER_TAG
    assert open_layer(session, b"a", sealed) == LAYERS[0]
    assert open_layer(session, b"b", sealed) is None
    assert open_layer(session, b"a", sealed[:-1] + bytes([sealed[-1] ^ 1])) is None
    assert open_layer(session, b"a", bytes([sealed[0] ^ 1]) + sealed[1:]) is None
    assert open_layer(session, b"a", b"") is None
