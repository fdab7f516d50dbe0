"""The maps: integers, pinned, loud where the reference is."""

import hashlib
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.transports.sealed import noise_map as maps
from sshr.transports.sealed.noise import Noise
from sshr.transports.sealed.noise_map import noise_map, step_count

Photo = Callable[..., NDArray[np.uint8]]


@pytest.mark.parametrize(
    ("noise", "digest"),
    [
        (Noise.TEXTURE, "44316e73f9e10ad1cbce3a17b36b3a3f"),
        (Noise.ADAPTIVE, "a400f68bdcfc9a44e2761c86c9e92e4e"),
    ],
)
def test_map_is_pinned(photo: Photo, noise: Noise, digest: str) -> None:
    found = noise_map(photo("lighthouse", 200, 333), noise)
    assert hashlib.sha256(found.tobytes()).hexdigest()[:32] == digest
    assert found.max() < step_count(noise)


@pytest.mark.parametrize("noise", [Noise.TEXTURE, Noise.ADAPTIVE])
@pytest.mark.parametrize("rows", [1, 40, 191])
def test_strips_make_one_map(
    photo: Photo, noise: Noise, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = photo("lighthouse", 200, 120)
    whole = noise_map(picture, noise)
    monkeypatch.setattr(maps, "_ROWS", rows)
    assert np.array_equal(noise_map(picture, noise), whole)


@pytest.mark.parametrize("noise", [Noise.TEXTURE, Noise.ADAPTIVE])
def test_noise_is_loud_in_texture_and_quiet_in_the_sky(noise: Noise) -> None:
    picture = np.full((128, 128, 3), 120, np.uint8)
    rng = np.random.default_rng(1)
    picture[:, 64:] = rng.integers(60, 180, (128, 64, 3))
    found = noise_map(picture, noise).astype(int)
    assert found[:, :48].max() + 8 < found[:, 80:].min()


def test_uniform_noise_is_flat(photo: Photo) -> None:
    assert not noise_map(photo("lighthouse"), Noise.UNIFORM).any()
