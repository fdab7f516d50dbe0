"""A header that opens but does not fit: only a sender with the keys can write one."""

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

import sshr
from sshr.errors import DamagedError
from sshr.header.reader import OpenedHeader, read_header
from sshr.pipeline.opening import OpenedStego
from sshr.pipeline.reveal import reveal_opened
from sshr.transports.cover import CoverPair
from sshr.transports.protocol import Runtime
from sshr.transports.revealed import Revealed
from sshr.transports.table import transport_of

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


def test_as_it_is_it_reveals(opened: OpenedHeader, stego: sshr.Stego, reference: Rgb8) -> None:
    expected = sshr.reveal(stego.image, reference, sshr.Keys(reference_alone=True)).image
    assert (revealed(opened, stego).image == expected).all()


@pytest.mark.parametrize("scales", [b"", bytes(2), bytes(1000)])
def test_scales_for_other_tiles(opened: OpenedHeader, stego: sshr.Stego, scales: bytes) -> None:
    with pytest.raises(DamagedError, match="does not fit this picture"):
        revealed(opened, stego, tile_scales=scales)


@pytest.mark.parametrize("length", [0, 1, 63, 65])
def test_public_key_of_another_length(opened: OpenedHeader, stego: sshr.Stego, length: int) -> None:
    with pytest.raises(DamagedError, match="does not fit this picture"):
        revealed(opened, stego, rsrk_public=bytes(length))


def test_size_that_no_memory_holds(opened: OpenedHeader, stego: sshr.Stego) -> None:
    with pytest.raises(DamagedError, match="more than anybody can have concealed"):
        revealed(opened, stego, secret_width=2**31, secret_height=2**31)


def test_tiny_size_is_kept(opened: OpenedHeader, stego: sshr.Stego) -> None:
    assert revealed(opened, stego, secret_width=1, secret_height=3).image.shape == (3, 1, 3)
