"""Small pictures, metadata and repeatable randomness for the header's tests."""

import random
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.crypto import stretching
from sshr.crypto.keys import derive
from sshr.header.metadata import Metadata
from sshr.rounding.rounder import Rounder

Randomness = Callable[[int], bytes]


@pytest.fixture(autouse=True)
def _same_draws_every_time(request: pytest.FixtureRequest, drawing_from) -> Iterator[None]:
    with drawing_from(request.node.name):
        yield


@pytest.fixture
def seeded() -> Callable[[int], Randomness]:
    return lambda seed: random.Random(seed).randbytes


@pytest.fixture
def picture() -> Callable[..., tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """A reference and a picture near it (about 40 dB)."""

    def make(seed: int = 0, height: int = 64, width: int = 64):
        rng = np.random.default_rng(seed)
        reference = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        near = np.rint(reference + rng.normal(0, 2.3, reference.shape))
        return reference, near.clip(0, 255).astype(np.uint8)

    return make


@pytest.fixture
def rounder() -> Callable[[NDArray[np.generic]], Rounder]:
    """To the nearest levels, of a picture in one tile."""

    def make(unrounded: NDArray[np.generic]) -> Rounder:
        height, width, _ = unrounded.shape
        strength = np.ones((height, width), np.float32)
        return Rounder(
            unrounded.astype(np.float32), strength, [(slice(height), slice(width))], ([1.0], [1.0])
        )

    return make


@pytest.fixture
def metadata() -> Metadata:
    return Metadata(
        checkpoint_id=b"\x01\x02\x03\x04\x05\x06\x07\x08",
        secret_width=640,
        secret_height=480,
        rsrk_public=bytes(range(64)),
        tile_scales=b"\x80",
    )


@pytest.fixture
def quick_stretch(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Replaces Argon2id by a fast derivation and lists the passphrases it was asked for."""
    asked: list[bytes] = []

    def stretch(passphrase: bytes, salt: bytes) -> bytes:
        asked.append(passphrase)
        return derive(passphrase, b"test stretch", salt)

    monkeypatch.setattr(stretching, "stretch", stretch)
    return asked
