"""Every outcome of reading a header, in the order of the checks."""

from dataclasses import replace

import numpy as np
import pytest

from sshr.crypto.keys import Keys
from sshr.errors import DamagedError, MismatchError, NothingFoundError, WrongKeyError
from sshr.header import reader as reader_module
from sshr.header import slots
from sshr.header.carriers import KeyedCarrier
from sshr.header.drafts import KeyedDraft
from sshr.header.metadata import Metadata
from sshr.header.reader import find_header, open_header, read_header
from sshr.header.reference import ReferenceKey
from sshr.header.writer import HeaderWriter

WORDS = b"open sesame"
IDENTITIES = [bytes([n]) * 32 for n in range(1, 9)]


def header_positions(sending: HeaderWriter, metadata: Metadata) -> np.ndarray:
    return KeyedCarrier().locate(sending.reference_key, sending.bucket(metadata)).places


@pytest.fixture
def sent(picture, metadata, quick_stretch):
    """Reference, stego and its sender, under a passphrase; the spy's list is empty again."""
    reference, near = picture()
    sending = HeaderWriter.start(reference, Keys(WORDS))
    stego = sending.write(KeyedDraft(near), metadata)
    quick_stretch.clear()
    return reference, stego, sending


def test_other_sizes_and_other_pictures_do_not_belong_together(sent, picture) -> None:
    reference, stego, sending = sent
    turned = np.ascontiguousarray(reference[:, :60])
    with pytest.raises(MismatchError, match="64x64 px but the reference is 60x64"):
        read_header(stego, turned, Keys(WORDS))
    with pytest.raises(MismatchError, match="different pictures"):
        read_header(stego, picture(5)[0], Keys(WORDS))
    with pytest.raises(MismatchError):
        sending.reopen(turned)


def test_nothing_found(sent, quick_stretch) -> None:
    reference, stego, _ = sent
    copy = reference.copy()
    copy[0, 0, 0] ^= 1
    for image, other in [(reference, reference), (stego, copy), (stego, stego)]:
        with pytest.raises(NothingFoundError):
            read_header(image, other, Keys(WORDS))
    tiny = np.zeros((8, 8, 3), np.uint8)
    with pytest.raises(NothingFoundError):
        read_header(tiny, tiny, Keys(reference_alone=True))
    assert quick_stretch == []


def test_every_header_bit_is_guarded_before_any_costly_key(
    sent, metadata, quick_stretch, monkeypatch
) -> None:
    reference, stego, sending = sent
    monkeypatch.setattr(slots, "_exchange", lambda *_: pytest.fail("ECDH before the outer MAC"))
    firsts = header_positions(sending, metadata)[: 8 * (30 + sending.bucket(metadata).body_bytes)]

    def refused(number: int) -> None:
        changed = stego.copy()
        changed.reshape(-1)[firsts[number]] ^= 1
        expected = NothingFoundError if number < 8 * 24 else DamagedError
        with pytest.raises(expected):
            read_header(changed, reference, Keys(WORDS, identity=IDENTITIES[0]))

    for number in range(0, len(firsts), 397):
        refused(number)
    # Looking for a prefix to repair, which an unprotected header has not, is what takes long.
    monkeypatch.setattr(reader_module, "prefixes_near", lambda *_: iter(()))
    for number in range(0, len(firsts), 5):
        refused(number)
    assert quick_stretch == []


@pytest.mark.parametrize(
    "reader",
    [
        Keys(reference_alone=True),
        Keys(b"open barley"),
        Keys(identity=IDENTITIES[0]),
        Keys(WORDS, (), IDENTITIES[0]),
    ],
)
def test_wrong_key(sent, reader: Keys, quick_stretch) -> None:
    reference, stego, _ = sent
    with pytest.raises(WrongKeyError):
        read_header(stego, reference, reader)
    assert len(quick_stretch) == (reader.passphrase is not None)


def test_changed_samples_are_noticed_and_still_open(sent, metadata) -> None:
    reference, stego, sending = sent
    used = header_positions(sending, metadata)
    others = np.setdiff1d(np.arange(stego.size), used)
    for position in others[::500]:
        changed = stego.copy()
        changed.reshape(-1)[position] ^= 1
        opened = read_header(changed, reference, Keys(WORDS))
        assert not opened.intact
        assert opened.session == sending.session


def test_an_even_change_of_the_headers_own_samples_is_noticed(sent, metadata) -> None:
    reference, stego, sending = sent
    places = header_positions(sending, metadata)
    for chosen in (places, *places[:, None][::397], *places[-64::5, None]):
        changed = stego.copy()
        changed.reshape(-1)[chosen] ^= 2
        assert not read_header(changed, reference, Keys(WORDS)).intact
    for place in places[-64::5]:
        changed = stego.copy()
        changed.reshape(-1)[place] ^= 1
        assert not read_header(changed, reference, Keys(WORDS)).intact


def test_a_file_key_that_the_sender_did_not_commit_to(picture, metadata) -> None:
    """A slot may open under two keys, to two file keys; only one of them is the sender's."""
    reference, near = picture()
    key, file_key = ReferenceKey.of(reference), bytes(32)
    stego = HeaderWriter.under(key, Keys(reference_alone=True), lambda count: bytes(count)).write(
        KeyedDraft(near), metadata
    )
    assert open_header(stego, key, lambda *_: file_key).intact
    with pytest.raises(WrongKeyError):
        open_header(stego, key, lambda *_: b"1" * 32)


def test_a_signature_that_is_announced_must_be_there(picture, metadata, monkeypatch) -> None:
    reference, near = picture()
    sending = HeaderWriter.start(reference, Keys(reference_alone=True))
    with monkeypatch.context() as patch:
        patch.setattr(HeaderWriter, "_complete", lambda self, own: replace(own, signer=bytes(32)))
        stego = sending.write(KeyedDraft(near), metadata)
    with pytest.raises(DamagedError):
        read_header(stego, reference, Keys(reference_alone=True))


def test_a_note_is_shown_on_one_printable_line(picture, metadata) -> None:
    reference, near = picture()
    record = replace(metadata, note="for\u202eBob\x1b[2J\n".encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HeaderWriter, "_complete", lambda self, own: own)
        stego = HeaderWriter.start(reference, Keys(reference_alone=True)).write(
            KeyedDraft(near), record
        )
    note = read_header(stego, reference, Keys(reference_alone=True)).note
    assert note.isprintable()
    assert note == "for\\u202eBob\\x1b[2J\\n"
    sending = HeaderWriter.start(reference, Keys(note="for Bob, from Alice", reference_alone=True))
    stego = sending.write(KeyedDraft(near), metadata)
    assert read_header(stego, reference, Keys(reference_alone=True)).note == "for Bob, from Alice"


@pytest.mark.parametrize("keys", [Keys(WORDS), Keys(b"wrong")], ids=["right", "wrong"])
def test_keys_begin_before_they_open(picture, metadata, keys: Keys, quick_stretch) -> None:
    reference, near = picture()
    stego = HeaderWriter.start(reference, Keys(WORDS)).write(KeyedDraft(near), metadata)
    quick_stretch.clear()
    closed = find_header(stego, reference, keys)
    assert quick_stretch == []
    closed.begin()
    if keys.passphrase == WORDS:
        assert closed.opened().metadata == metadata
    else:
        with pytest.raises(WrongKeyError):
            closed.opened()
    assert quick_stretch == [keys.passphrase]


def test_keys_that_cannot_open_begin_nothing(picture, metadata, quick_stretch) -> None:
    # Two slots: a passphrase without an identity is not tried on either.
    reference, near = picture()
    sender = Keys(recipients=(bytes([9]) * 32, bytes([10]) * 32))
    stego = HeaderWriter.start(reference, sender).write(KeyedDraft(near), metadata)
    closed = find_header(stego, reference, Keys(WORDS))
    closed.begin()
    with pytest.raises(WrongKeyError):
        closed.opened()
    assert quick_stretch == []
