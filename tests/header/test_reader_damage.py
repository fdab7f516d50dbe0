"""A header in the last samples of a stego that changes: what is noticed, what is repaired."""

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.crypto.keys import Keys
from sshr.errors import DamagedError, NothingFoundError
from sshr.header.carriers import header_bits, samples_a_bit, trailing_places
from sshr.header.correction import CHECKS
from sshr.header.drafts import TrailingDraft
from sshr.header.layout import PREFIX_BITS
from sshr.header.metadata import Metadata
from sshr.header.reader import read_header
from sshr.header.sample_mac import sample_mac
from sshr.header.writer import HeaderWriter

LARGE = (180, 184)


@pytest.fixture
def metadata(metadata: Metadata) -> Metadata:
    """As for one tile of twenty groups."""
    return dataclasses.replace(metadata, tile_scales=bytes(range(40)))


def places_of(
    sending: HeaderWriter, metadata: Metadata, samples: int, ecc: bool = True
) -> NDArray[np.int64]:
    return trailing_places(samples, header_bits(sending.bucket(metadata, ecc)))


def flipped(stego: NDArray[np.uint8], places: NDArray[np.int64] | list[int]) -> NDArray[np.uint8]:
    changed = stego.copy()
    changed.reshape(-1)[places] ^= 1
    return changed


@pytest.fixture(params=[(64, 64), LARGE], ids=["sample", "pixel"])
def sent(request, picture, rounder, metadata):
    """Reference, stego, what rounding alone makes of it, and the header's places."""
    reference, near = picture(0, *request.param)
    sending = HeaderWriter.start(reference, Keys(reference_alone=True))
    stego = sending.write(TrailingDraft(rounder(near)), metadata, ecc=True)
    return reference, stego, rounder(near).round(), places_of(sending, metadata, stego.size)


def test_nothing_but_the_last_samples_changes_and_those_by_one_level(sent) -> None:
    _, stego, rounded, places = sent
    moved = np.flatnonzero(stego != rounded)
    assert np.isin(moved, places).all()
    assert np.abs(stego.astype(int) - rounded).max() == 1
    bits = len(places) // samples_a_bit(stego.size)
    assert abs(len(moved) - bits / 2) < 3.5 * bits**0.5  # 7 deviations


def test_any_change_above_the_header_is_noticed(sent) -> None:
    reference, stego, _, places = sent
    session = read_header(stego, reference, Keys(reference_alone=True)).session
    code = sample_mac(session, stego, places)
    first = stego.size - len(places)
    for place in {0, 1, first - 1, *range(0, first, 997)}:
        opened = read_header(flipped(stego, [place]), reference, Keys(reference_alone=True))
        assert (opened.session, opened.intact) == (session, False)
    for place in range(0, first, max(1, first // 1500)):
        changed = stego.copy()
        changed.reshape(-1)[place] ^= 128
        assert sample_mac(session, changed, places) != code


def test_any_flipped_bit_is_repaired_and_noticed(sent) -> None:
    reference, stego, _, places = sent
    each = samples_a_bit(stego.size)
    bits = [*range(0, PREFIX_BITS, 31), *range(PREFIX_BITS, len(places) // each, 13)]
    for bit in bits:
        opened = read_header(
            flipped(stego, [places[bit * each]]), reference, Keys(reference_alone=True)
        )
        assert not opened.intact


def test_as_many_bytes_as_the_check_bytes_can_mend(sent) -> None:
    reference, stego, _, places = sent
    each = samples_a_bit(stego.size)
    bytes_at = places[:: 8 * each][PREFIX_BITS // 8 :]
    blocks = -(-len(bytes_at) // 255)
    assert blocks == 2
    few = np.concatenate([bytes_at[block::blocks][: CHECKS // 2] for block in range(blocks)])
    prefix = places[[3 * each, 100 * each, 130 * each, 190 * each, 200 * each]]
    opened = read_header(
        flipped(stego, np.concatenate([few, prefix])), reference, Keys(reference_alone=True)
    )
    assert not opened.intact
    with pytest.raises(DamagedError):
        read_header(
            flipped(stego, bytes_at[::blocks][: CHECKS // 2 + 1]),
            reference,
            Keys(reference_alone=True),
        )
    salt = places[[0, 5 * each, 9 * each]]
    with pytest.raises(NothingFoundError):
        read_header(flipped(stego, salt), reference, Keys(reference_alone=True))


def test_an_even_change_inside_the_header_goes_unnoticed(sent) -> None:
    """The known limit: the header's own samples are covered by their lowest bits alone."""
    reference, stego, _, places = sent
    changed = stego.copy()
    changed.reshape(-1)[places] ^= 2
    assert read_header(changed, reference, Keys(reference_alone=True)).intact


def test_without_check_bytes_no_changed_bit_passes(picture, rounder, metadata) -> None:
    reference, near = picture()
    sending = HeaderWriter.start(reference, Keys(reference_alone=True))
    stego = sending.write(TrailingDraft(rounder(near)), metadata)
    places = places_of(sending, metadata, stego.size, ecc=False)
    for bit in range(0, len(places), 53):
        with pytest.raises(NothingFoundError if bit < 8 * 24 else DamagedError):
            read_header(flipped(stego, [places[bit]]), reference, Keys(reference_alone=True))
