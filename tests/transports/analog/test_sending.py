"""The sender's side: what the network gets, and what the header says of it."""

import random
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.crypto.keys import Keys
from sshr.header.metadata import Fit, SecretMode
from sshr.header.writer import HeaderWriter
from sshr.imaging.reading import as_picture
from sshr.transports.analog.engine import SCALE
from sshr.transports.analog.options import AnalogOptions
from sshr.transports.analog.sending import send
from sshr.transports.cover import Cover
from sshr.transports.protocol import Runtime
from sshr.zoo.registry import load_model

Rgb8 = NDArray[np.uint8]


@pytest.mark.parametrize("preset", ["base", "paper"])
def test_header_says_how_the_secret_was_fitted(photo: Callable[..., Rgb8], preset: str) -> None:
    secret = as_picture(photo("parrots", 160, 100)[:, :, 1].copy())
    cover = Cover.of(as_picture(photo("sailboats", 100, 170)))
    header = HeaderWriter.start(
        cover.samples, Keys(reference_alone=True), random.Random(1).randbytes
    )
    told: list[tuple[str, int, int]] = []
    made = send(
        *(secret, cover, header, AnalogOptions(preset, "cover"), lambda *step: told.append(step))
    )
    metadata = header.reopen(made.samples).metadata
    model = load_model(preset)
    assert metadata.checkpoint_id == model.digest[:8]
    assert (metadata.transport, metadata.fit, metadata.turned) == (0, Fit.COVER, True)
    assert (metadata.secret_width, metadata.secret_height) == (100, 160)
    assert metadata.secret_mode is SecretMode.GREYSCALE
    assert len(metadata.tile_scales) == SCALE.itemsize * model.net.scale_count
    assert made.runtime == Runtime(preset, "auto")
    assert made.payload_bytes is None
    assert made.fitted is not None
    assert made.fitted.shape == (96, 160, 3)
    assert any("turned by a quarter and resized" in note for note in made.notes)
    assert told == [("concealing", 1, 1)]
