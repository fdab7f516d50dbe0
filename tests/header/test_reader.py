"""Every outcome of reading a header, in the order of the checks."""

import numpy as np
import pytest

from sshr.crypto.keys import Keys
from sshr.errors import DamagedError, MismatchError, NothingFoundError, WrongKeyError
from sshr.header import reader as reader_module
from sshr.header import slots
from sshr.header.carriers import KeyedCarrier
from sshr.header.drafts import KeyedDraft
from sshr.header.metadata import Metadata
from sshr.header.reader import read_header
from sshr.header.writer import HeaderWriter

WORDS = b"open sesame"
IDENTITIES = [bytes([n]) * 32 for n in range(1, 9)]


def header_positions(sending: HeaderWriter, metadata: Metadata) -> np.ndarray:
    return KeyedCarrier().locate(sending.reference_key, sending.bucket(metadata))


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
    places = header_positions(sending, metadata)
    assert len(places) == 8 * 267

    def refused(number: int) -> None:
        changed = stego.copy()
        changed.reshape(-1)[places[number]] ^= 1
        expected = NothingFoundError if number < 8 * 24 else DamagedError
        with pytest.raises(expected):
            read_header(changed, reference, Keys(WORDS, identity=IDENTITIES[0]))

    for number in range(0, len(places), 97):
        refused(number)
    # Looking for a prefix to repair, which an unprotected header has not, is what takes long.
    monkeypatch.setattr(reader_module, "prefixes_near", lambda *_: iter(()))
    for number in range(len(places)):
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


def test_an_even_change_of_the_headers_own_samples_goes_unnoticed(sent, metadata) -> None:
    # The known limit: what the header's bits do not see, the sample MAC cannot cover.
    reference, stego, sending = sent
    changed = stego.copy()
    changed.reshape(-1)[header_positions(sending, metadata)[:2]] ^= 2
    assert read_header(changed, reference, Keys(WORDS)).intact
