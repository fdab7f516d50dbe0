"""A stego whose header opens, and what is said of a reference that does not open it."""

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
    return read_header(stego.image, reference, sshr.Keys())


def revealed(opened: OpenedHeader, stego: sshr.Stego, **changes: object) -> Revealed:
    metadata = dataclasses.replace(opened.metadata, **changes)
    header = dataclasses.replace(opened, metadata=metadata)
    pair = CoverPair.of(stego.image, stego.cover.picture.rgb)
    changed = OpenedStego(header, pair, transport_of(metadata.transport))
    return reveal_opened(changed, Runtime())


def test_transport_of_a_later_version(opened: OpenedHeader, stego: sshr.Stego) -> None:
    with pytest.raises(DamagedError, match="transport 200, which this version does not know"):
        revealed(opened, stego, transport=200)
    with pytest.raises(DamagedError, match="cannot be read"):
        revealed(opened, stego, transport=1)
