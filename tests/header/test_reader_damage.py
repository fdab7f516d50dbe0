"""A header in the last samples of a stego that changes: what is noticed, what is repaired."""

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.crypto.keys import Keys
from sshr.errors import DamagedError, NothingFoundError
from sshr.header.carriers import HeaderGroups, trailing_groups
from sshr.header.correction import CHECKS
from sshr.header.drafts import TrailingDraft
from sshr.header.metadata import Metadata
from sshr.header.reader import read_header
from sshr.header.writer import HeaderWriter

LARGE = (180, 184)


@pytest.fixture
def metadata(metadata: Metadata) -> Metadata:
    """As for one tile of twenty groups."""
    return dataclasses.replace(metadata, tile_scales=bytes(range(40)))


def flipped(stego: NDArray[np.uint8], places: NDArray[np.int64] | list[int]) -> NDArray[np.uint8]:
    changed = stego.copy()
    changed.reshape(-1)[places] ^= 1
    return changed


Sent = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8], HeaderGroups]


@pytest.fixture(params=[(64, 64), LARGE], ids=["sample", "pixel"])
def sent(request, picture, rounder, metadata) -> Sent:
    """Reference, stego, what rounding alone makes of it, and the header's groups."""
    reference, near = picture(0, *request.param)
    sending = HeaderWriter.start(reference, Keys(reference_alone=True))
    stego = sending.write(TrailingDraft(rounder(near)), metadata, ecc=True)
    groups = trailing_groups(*request.param, sending.bucket(metadata, True))
    return reference, stego, rounder(near).round(np.zeros(0, np.uint8)), groups


def test_nothing_but_the_header_changes_and_that_by_little(sent: Sent) -> None:
    _, stego, rounded, groups = sent
    change = stego.astype(int) - rounded
    assert np.isin(np.flatnonzero(change), groups.places).all()
    stream = np.concatenate([groups.prefix.ravel(), groups.body.ravel()])
    moved = change.reshape(-1)[stream]
    assert np.abs(moved).max() == 1
    bits = len(groups.prefix) + len(groups.body)
    assert abs(np.count_nonzero(moved) - bits / 2) < 3.5 * bits**0.5  # 7 deviations
    # A seal's sample has one of two values about the middle, the first of four one of a pair.
    assert np.abs(change.reshape(-1)[groups.seal]).max() <= 2


def test_every_single_change_is_noticed(sent: Sent) -> None:
    reference, stego, _, groups = sent
    session = read_header(stego, reference, Keys(reference_alone=True)).session
    rng = np.random.default_rng(7)
    stream = np.concatenate([groups.prefix.ravel()[::173], groups.body.ravel()[::471]])
    others = rng.choice(stego.size, 20, replace=False)
    places = [*stream, *groups.seal.ravel()[::23], *others, 0, stego.size - 1]
    for number, place in enumerate(places):
        changed = stego.copy()
        changed.reshape(-1)[place] ^= (1, 2, 128)[number % 3]
        opened = read_header(changed, reference, Keys(reference_alone=True))
        assert (opened.session, opened.intact) == (session, False)


def test_even_changes_in_the_whole_header_are_noticed(sent: Sent) -> None:
    """The samples' lowest bits stay as they are, so what the header says does too."""
    reference, stego, _, groups = sent
    for places in (groups.places, groups.seal, groups.body[::50, :1], groups.prefix[:1, :1]):
        changed = stego.copy()
        changed.reshape(-1)[places] ^= 2
        opened = read_header(changed, reference, Keys(reference_alone=True))
        assert not opened.intact
        assert opened.metadata == read_header(stego, reference, Keys(reference_alone=True)).metadata


def test_pairs_that_leave_a_parity_as_it_is_are_noticed(sent: Sent) -> None:
    reference, stego, _, groups = sent
    for part in (groups.prefix, groups.body, groups.seal):
        for pair in part[::150, :2] if part.shape[1] > 1 else part[:10].reshape(-1, 2):
            opened = read_header(flipped(stego, pair), reference, Keys(reference_alone=True))
            assert not opened.intact


def test_any_flipped_bit_is_repaired_and_noticed(sent) -> None:
    reference, stego, _, groups = sent
    for place in (*groups.prefix[::61, 0], *groups.body[::97, 0]):
        assert not read_header(
            flipped(stego, [place]), reference, Keys(reference_alone=True)
        ).intact


def test_as_many_bytes_as_the_check_bytes_can_mend(sent) -> None:
    reference, stego, _, groups = sent
    bytes_at = groups.body[::8, 0]
    blocks = -(-len(bytes_at) // 255)
    assert blocks == 2
    few = np.concatenate([bytes_at[block::blocks][: CHECKS // 2] for block in range(blocks)])
    prefix = groups.prefix[[3, 100, 130, 190, 200, 230], 0]
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
    salt = groups.prefix[[0, 5, 9], 0]
    with pytest.raises(NothingFoundError):
        read_header(flipped(stego, salt), reference, Keys(reference_alone=True))


def test_without_check_bytes_no_changed_bit_passes(picture, rounder, metadata) -> None:
    reference, near = picture()
    sending = HeaderWriter.start(reference, Keys(reference_alone=True))
    stego = sending.write(TrailingDraft(rounder(near)), metadata)
    groups = trailing_groups(64, 64, sending.bucket(metadata))
    firsts = np.concatenate([groups.prefix[:, 0], groups.body[:, 0]])
    for bit in range(0, len(firsts), 211):
        with pytest.raises(NothingFoundError if bit < 8 * 24 else DamagedError):
            read_header(flipped(stego, [firsts[bit]]), reference, Keys(reference_alone=True))
