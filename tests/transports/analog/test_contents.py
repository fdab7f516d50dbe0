"""What the header of an analog stego says."""

import numpy as np
import pytest

from sshr.header.metadata import Fit, Metadata, SecretMode
from sshr.transports.analog.contents import describe
from sshr.transports.cover import CoverPair
from sshr.transports.kind import Kind
from sshr.zoo.facts import read_facts

KNOWN = read_facts("base").checkpoint


@pytest.mark.parametrize(
    ("checkpoint", "preset"), [(KNOWN, "base"), (b"12345678", None)], ids=["base", "another"]
)
@pytest.mark.parametrize("size", [(64, 64), (144, 600)])
def test_it_says_what_the_metadata_say(
    checkpoint: bytes, preset: str | None, size: tuple[int, int]
) -> None:
    metadata = Metadata(
        *(checkpoint, 300, 200), fit=Fit.COVER, secret_mode=SecretMode.GREYSCALE, turned=True
    )
    picture = np.zeros((*size, 3), np.uint8)
    told = describe(metadata, CoverPair(picture, picture))
    assert (told.transport, told.kind) == ("analog", Kind.PICTURE)
    assert (told.secret_width, told.secret_height, told.greyscale) == (300, 200, True)
    tiles = 1 if size == (64, 64) else 2
    assert told.details == {
        **{"preset": preset, "checkpoint": checkpoint.hex(), "fit": "cover", "tiles": tiles},
        "turned": True,
    }
