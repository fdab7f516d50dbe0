"""A stego whose header opens, and what is said of a reference that does not open it."""

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

import sshr
from sshr.errors import (
    DamagedError,
    MismatchError,
    NewerVersionError,
    NothingFoundError,
    WrongKeyError,
)
from sshr.header.fingerprint import fingerprint
from sshr.header.reader import OpenedHeader, read_header
from sshr.imaging.reading import as_picture
from sshr.pipeline.opening import ClosedStego, OpenedStego, open_stego
from sshr.pipeline.reveal import reveal_opened
from sshr.transports.analog import receiving
from sshr.transports.cover import CoverPair
from sshr.transports.protocol import Runtime
from sshr.transports.revealed import Revealed
from sshr.transports.table import TRANSPORTS, transport_of
from sshr.zoo.tiles import load_tiles

Rgb8 = NDArray[np.uint8]


@pytest.fixture
def opened(stego: sshr.Stego, reference: Rgb8) -> OpenedHeader:
    return read_header(stego.image, reference, sshr.Keys(reference_alone=True))


def revealed(opened: OpenedHeader, stego: sshr.Stego, **changes: object) -> Revealed:
    metadata = dataclasses.replace(opened.metadata, **changes)
    header = dataclasses.replace(opened, metadata=metadata)
    pair = CoverPair.of(stego.image, stego.cover.picture.rgb)
    changed = OpenedStego(header, pair, transport_of(metadata.transport))
    return reveal_opened(changed, Runtime())


def test_transport_of_a_later_version(opened: OpenedHeader, stego: sshr.Stego) -> None:
    with pytest.raises(NewerVersionError, match=r"newer sshr \(with transport 200\)"):
        revealed(opened, stego, transport=200)
    with pytest.raises(DamagedError, match="cannot be read"):
        revealed(opened, stego, transport=1)


def test_opened_stego_names_its_transport(stego: sshr.Stego, reference: Rgb8) -> None:
    found = open_stego(
        as_picture(stego.image), as_picture(reference), sshr.Keys(reference_alone=True)
    )
    assert found.transport is TRANSPORTS["analog"]
    assert found.header.intact
    assert np.array_equal(found.pair.stego, stego.image)


@pytest.mark.parametrize(
    ("other", "kind", "words"),
    [
        (lambda shared: shared ^ 1, NothingFoundError, "one of them may be a re-encoded"),
        (lambda shared: shared[::2, ::2].copy(), MismatchError, "is a resized copy"),
        (lambda shared: np.rot90(shared).copy(), MismatchError, "the same picture, turned"),
        (lambda shared: 255 - shared, MismatchError, "PSNR below 30 dB"),
    ],
    ids=["edited", "resized", "turned", "another"],
)
def test_wrong_reference_is_explained(
    stego: sshr.Stego,
    reference: Rgb8,
    other: Callable[[Rgb8], Rgb8],
    kind: type[sshr.SshrError],
    words: str,
) -> None:
    shared = other(reference)
    with pytest.raises(kind, match=words) as caught:
        open_stego(as_picture(stego.image), as_picture(shared), sshr.Keys(reference_alone=True))
    assert f"'{fingerprint(shared)}': compare it with the sender's" in str(caught.value)


def test_reference_itself_is_recognised(reference: Rgb8) -> None:
    with pytest.raises(NothingFoundError, match="identical, so nothing was concealed"):
        open_stego(as_picture(reference), as_picture(reference), sshr.Keys(reference_alone=True))


def test_other_failures_stay_as_they_are(stego: sshr.Stego, reference: Rgb8) -> None:
    with pytest.raises(WrongKeyError) as caught:
        open_stego(as_picture(stego.image), as_picture(reference), sshr.Keys(b"word"))
    assert "fingerprint" not in str(caught.value)


def test_rim_of_a_grey_stego_counts(photo: Callable[..., Rgb8]) -> None:
    """What packing leaves out lies under no MAC, and is compared with the reference."""
    grey = photo("sailboats", 129, 128)[:, :, 1].copy()
    made = sshr.conceal(sshr.Blob(b"x"), grey, sshr.Keys(reference_alone=True))
    changed = made.image.copy()
    changed[128, 5] ^= 1
    for image, intact in ((made.image, True), (changed, False)):
        found = open_stego(as_picture(image), as_picture(grey), sshr.Keys(reference_alone=True))
        assert found.pair.rim_intact == intact
        assert found.header.intact == intact


def test_a_stego_opens_the_same_whether_begun_or_not(reference: Rgb8) -> None:
    keys = sshr.Keys(b"word")
    stego = as_picture(sshr.conceal(reference[::-1], reference, keys).image)
    closed = ClosedStego(stego, as_picture(reference), keys)
    closed.begin()
    ahead, plain = closed.opened(), open_stego(stego, as_picture(reference), keys)
    assert ahead.header.session == plain.header.session
    assert ahead.header.metadata == plain.header.metadata


def test_what_begins_leaves_failures_to_what_opens(reference: Rgb8) -> None:
    closed = ClosedStego(as_picture(reference), as_picture(reference), sshr.Keys(b"word"))
    closed.begin()
    with pytest.raises(NothingFoundError, match=fingerprint(reference)):
        closed.opened()


@pytest.mark.parametrize("preset", ["base", "no such preset"])
def test_only_what_may_need_the_network_loads_it_ahead(
    reference: Rgb8, stego: sshr.Stego, preset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = []

    def load(name: str, device: str) -> object:
        loaded.append(name)
        return load_tiles(name, device)

    monkeypatch.setattr(receiving, "load_tiles", load)
    keys, shared = sshr.Keys(reference_alone=True), as_picture(reference)
    text = sshr.conceal(sshr.Blob.text("x"), reference, keys)
    for image, expected in ((text.image, []), (reference, []), (stego.image, [preset])):
        closed = ClosedStego(as_picture(image), shared, keys)
        closed.prepare(Runtime(preset))
        assert loaded == []  # nothing is known of the header yet
        closed.begin()
        closed.prepare(Runtime(preset))  # raises nothing, whatever is missing
        assert loaded == expected
        loaded.clear()
