"""The network's part lies on the picture of the layers."""

import random

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.crypto.keys import Keys
from sshr.crypto.session import Session
from sshr.crypto.signature import public_of
from sshr.header.writer import HeaderWriter
from sshr.imaging.reading import as_picture
from sshr.metrics import psnr
from sshr.transports.cover import Cover
from sshr.transports.protocol import Runtime
from sshr.transports.robust.analog_part import add_analog, open_analog, read_analog
from sshr.transports.robust.layers import Ground
from sshr.transports.robust.options import ANALOG_SHARE, RobustOptions

Rgb8 = NDArray[np.uint8]
SEED = bytes([7]) * 32
SESSION = Session.of(bytes(32), bytes(16), bytes(32))
RUNTIME = Runtime()


@pytest.fixture(scope="module")
def layers(reference: Rgb8) -> Rgb8:
    ground = Ground.of(reference, "messenger", 40.6, True)
    bits = np.random.default_rng(1).integers(0, 2, ground.plan.zero.shape).astype(bool)
    return ground.picture(bits)


@pytest.fixture(scope="module")
def both(secret: Rgb8, reference: Rgb8, layers: Rgb8) -> Rgb8:
    keys = Keys(reference_alone=True, signer=SEED)
    outer = HeaderWriter.start(reference, keys, random.Random(1).randbytes)
    cover = Cover.of(as_picture(reference))
    return add_analog(as_picture(secret), cover, layers, SESSION, RobustOptions(), outer)


def test_powers_add_up(reference: Rgb8, layers: Rgb8, both: Rgb8) -> None:
    assert abs(psnr(both, reference) - 40.6) < 0.4
    share = np.square(both.astype(float) - layers).mean() * 10**4.06 / 255**2
    assert abs(share - ANALOG_SHARE) < 0.04


def test_it_is_revealed(secret: Rgb8, layers: Rgb8, both: Rgb8) -> None:
    part = open_analog(both, layers, SESSION)
    assert part is not None
    assert (part.intact, part.header.sender) == (True, public_of(SEED))
    found = read_analog(part, 40.6, RUNTIME)
    assert found is not None
    assert psnr(found.rgb, secret) > 42
    assert read_analog(part, 40.6, Runtime(preset="no such")) is None


def test_other_keys_or_layers_reveal_nothing(layers: Rgb8, both: Rgb8) -> None:
    other = Session.of(bytes([1]) * 32, bytes(16), bytes(32))
    assert open_analog(both, layers, other) is None
    changed = layers.copy()
    changed[3, 3, 0] ^= 1
    assert open_analog(both, changed, SESSION) is None
    assert open_analog(layers, layers, SESSION) is None


def test_a_change_is_seen(layers: Rgb8, both: Rgb8) -> None:
    changed = both.copy()
    changed[60, 60] ^= 4
    part = open_analog(changed, layers, SESSION)
    assert part is not None
    assert (part.intact, part.header.sender) == (False, None)
