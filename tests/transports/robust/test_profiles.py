"""Channels that senders try."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.metrics import psnr
from sshr.transports.robust.options import SURVIVE
from sshr.transports.robust.profiles import PROFILES, channel

Rgb8 = NDArray[np.uint8]


def test_every_promise_can_be_tried(reference: Rgb8) -> None:
    assert tuple(PROFILES) == SURVIVE
    for profile in PROFILES.values():
        assert set(profile.refined) <= set(profile.base) | {"jpeg:85"}
        for name in profile.base + profile.refined:
            assert channel(name)(reference).dtype == np.uint8


@pytest.mark.parametrize("name", ["jpeg:70", "webp:80", "half", "noise", "blur", "poisson", "none"])
def test_channels_are_the_same_every_time(reference: Rgb8, name: str) -> None:
    before = reference.copy()
    found = channel(name)(reference)
    assert np.array_equal(found, channel(name)(reference))
    assert np.array_equal(reference, before)
    assert found.shape == ((64, 64, 3) if name == "half" else reference.shape)


def test_what_they_do(reference: Rgb8) -> None:
    assert np.array_equal(channel("none")(reference), reference)
    levels = [psnr(channel(f"jpeg:{q}")(reference), reference) for q in (40, 70, 95)]
    assert levels == sorted(levels)
    noise = channel("noise")(reference).astype(float) - reference
    assert abs(noise.std() / (0.1 * reference.std()) - 1) < 0.05
    flat = np.full((40, 40, 3), 77, np.uint8)
    assert np.array_equal(channel("blur")(flat), flat)
    assert channel("half")(flat[:1, :1]).shape == (1, 1, 3)


def test_unknown_ones() -> None:
    with pytest.raises(KeyError):
        channel("rotation")
