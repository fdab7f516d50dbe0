"""The coarse layer in a stego: always as many bytes, and a damaged tile is lost alone."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

import sshr
from sshr.crypto.header import read_header
from sshr.errors import DamagedError
from sshr.imaging.tiles import tile_grid
from sshr.network.side import CoarseLayer
from sshr.pipeline.coarse import CoarseCoder

Rgb8 = NDArray[np.uint8]
OPEN = sshr.Keys()
SIDE = 96


@pytest.fixture(scope="module")
def coder() -> CoarseCoder:
    made = CoarseCoder.of(sshr.load_model("base").net)
    assert made is not None
    return made


@pytest.fixture
def secrets(photo: Callable[..., Rgb8]) -> dict[str, Tensor]:
    """Tiles (1, 3, 96, 96) from the easiest to the hardest."""
    rng = np.random.default_rng(1)
    pictures = {
        "black": np.zeros((SIDE, SIDE, 3), np.uint8),
        "white": np.full((SIDE, SIDE, 3), 255, np.uint8),
        "halves": np.repeat(np.arange(SIDE)[:, None, None] // 48 * 255, SIDE, 1).repeat(3, 2),
        "chessboard": np.kron(np.indices((6, 6)).sum(0) % 2, np.ones((16, 16)))[..., None] * 255,
        "photo": photo("parrots", SIDE, SIDE),
        "noise": rng.integers(0, 256, (SIDE, SIDE, 3)),
    }
    return {
        name: torch.from_numpy(np.broadcast_to(picture, (SIDE, SIDE, 3)).astype(np.float32) / 255)
        .permute(2, 0, 1)[None]
        .contiguous()
        for name, picture in pictures.items()
    }


def same(one: CoarseLayer, other: CoarseLayer | None) -> bool:
    assert other is not None
    return torch.equal(one.levels, other.levels) and torch.equal(one.step, other.step)


@pytest.mark.parametrize("capacity", [702, 2390, 6002])
def test_as_many_bytes_whatever_the_secret(
    capacity: int, coder: CoarseCoder, secrets: dict[str, Tensor]
) -> None:
    steps = {}
    for name, secret in secrets.items():
        layer, data = coder.encode(secret, capacity)
        assert len(data) == capacity, name
        assert same(layer, coder.decode(data, SIDE, SIDE)), name
        steps[name] = float(layer.step)
    assert steps["black"] < steps["photo"] < steps["noise"]


@pytest.mark.parametrize("capacity", [0, 1, 2, 6, 10, 30])
def test_a_tiny_room_holds_a_layer_or_nothing(
    capacity: int, coder: CoarseCoder, secrets: dict[str, Tensor]
) -> None:
    for secret in secrets.values():
        layer, data = coder.encode(secret, capacity)
        assert len(data) == capacity
        assert same(layer, coder.decode(data, SIDE, SIDE))
        assert capacity >= 10 or not layer.levels.any()


def test_damaged_bytes_are_no_layer_or_another_one(
    coder: CoarseCoder, secrets: dict[str, Tensor]
) -> None:
    _, data = coder.encode(secrets["photo"], 2390)
    assert coder.decode(None, SIDE, SIDE) is None
    assert coder.decode(b"\xff\xff" + data[2:], SIDE, SIDE) is None
    rng = np.random.default_rng(2)
    for _ in range(20):
        found = coder.decode(data[:2] + rng.bytes(2388), SIDE, SIDE)
        assert found is None or bool(torch.isfinite(found.levels).all())


def test_networks_without_a_coarse_layer_have_no_coder() -> None:
    assert CoarseCoder.of(sshr.load_model("paper").net) is None


def test_a_damaged_tile_is_lost_alone(photo: Callable[..., Rgb8]) -> None:
    secret, reference = photo("parrots", 96, 352), photo("sailboats", 96, 352)
    stego = sshr.conceal(secret, reference, OPEN).image
    whole = sshr.reveal(stego, reference, OPEN)
    assert whole.intact
    assert whole.lost_tiles == 0
    header = read_header(stego, reference, OPEN).header
    first, second = (tile.slices for tile in tile_grid(96, 352))
    free = ~header[first]
    rng = np.random.default_rng(1)
    hit = free & (rng.random(free.shape) < 0.05)
    damaged = stego.copy()
    damaged[first] ^= hit.astype(np.uint8)
    revealed = sshr.reveal(damaged, reference, OPEN)
    assert not revealed.intact
    assert revealed.lost_tiles == 1
    assert np.array_equal(revealed.image[second], whole.image[second])
    assert not np.array_equal(revealed.image[first], whole.image[first])
    with pytest.raises(DamagedError, match="--strict"):
        sshr.reveal(damaged, reference, OPEN, strict=True)


@pytest.mark.parametrize("level", [0, 255])
def test_a_flat_secret_reveals(level: int, photo: Callable[..., Rgb8]) -> None:
    secret, reference = np.full((SIDE, SIDE, 3), level, np.uint8), photo("sailboats", SIDE, SIDE)
    revealed = sshr.reveal(sshr.conceal(secret, reference, OPEN).image, reference, OPEN)
    assert revealed.intact
    assert np.abs(revealed.image.astype(int) - level).max() <= 2
