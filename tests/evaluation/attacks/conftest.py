"""Twenty-four small secrets with references from other photographs, concealed once."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom

from sshr.evaluation.attacks.matching import feature_vectors
from sshr.evaluation.concealed import ConcealedPair, conceal_pair
from sshr.imaging.reading import read_image
from sshr.transports.analog.engine import Engine
from sshr.zoo.tiles import load_tiles

PHOTOS = sorted((Path(__file__).parents[3] / "examples" / "photos").glob("*.png"))
SIDE, EACH = 96, 6


@pytest.fixture(scope="session")
def crops() -> list[NDArray[np.uint8]]:
    """Disjoint crops spread over the four photographs; neighbours come from different ones."""
    spread = []
    for path in PHOTOS:
        rgb = read_image(path).rgb
        if rgb.shape[0] > rgb.shape[1]:
            rgb = np.rot90(rgb)
        places = [
            (top, left)
            for top in range(0, 512 - SIDE + 1, SIDE)
            for left in range(0, 768 - SIDE + 1, SIDE)
        ]
        spread.append(
            [rgb[t : t + SIDE, le : le + SIDE] for t, le in places[:: len(places) // EACH][:EACH]]
        )
    together = [np.ascontiguousarray(crop) for row in zip(*spread, strict=True) for crop in row]
    assert len(together) == 24
    return together


@pytest.fixture(scope="session")
def base() -> Engine:
    """The preset as it is used; attacks open its network in torch where they look inside."""
    return Engine(load_tiles("base"))


@pytest.fixture(scope="session")
def cases(base, crops) -> list[ConcealedPair]:
    """Secret i in reference i + 1."""
    draw = random.Random(1).randbytes
    pairs = zip(crops, crops[1:] + crops[:1], strict=True)
    return [conceal_pair(base, *pair, draw) for pair in pairs]


@pytest.fixture(scope="session")
def candidates(crops) -> dict[str, NDArray[np.float64]]:
    return feature_vectors(crop / 255 for crop in crops)


@pytest.fixture(scope="session")
def references() -> list[int]:
    """Of each case the candidate that the attacker rules out: its reference."""
    return [(i + 1) % 24 for i in range(24)]


@pytest.fixture(scope="session")
def chance_limit() -> Callable[[int], int]:
    """The most right picks that so many of them give by chance, one of 23 each; a fair draw has
    more once in 1e9 times."""
    return lambda picks: int(binom.isf(1e-9, picks, 1 / 23))


@pytest.fixture(scope="session")
def drawn() -> Callable[[int], list[NDArray[np.uint8]]]:
    """Sixteen secrets that no camera takes, so many px a side: four flat, gradients, lines of text
    and saturated stripes each."""

    def text(rng: np.random.Generator, side: int) -> NDArray[np.float64]:
        page = np.full((side, side, 3), 250.0)
        ink, size = rng.integers(0, 90, 3), int(rng.integers(1, 3))
        for top in range(4, side - 8 * size, 11 * size):
            for left in range(4, side - 6 * size, 6 * size):
                glyph = np.kron(rng.random((7, 5)) < 0.45, np.ones((size, size))) > 0
                page[top : top + 7 * size, left : left + 5 * size][glyph] = ink
        return page

    def make(side: int) -> list[NDArray[np.uint8]]:
        rng, (y, x) = np.random.default_rng(side), np.mgrid[:side, :side] / side
        ramps = [x, y, (x + y) / 2, np.hypot(x - 0.5, y - 0.5)]
        flat = [
            np.full((side, side, 3), level) for level in ((0, 0, 0), (128,) * 3, (250, 240, 90))
        ]
        flat.append(np.full((side, side, 3), (117, 115, 105)))
        gradients = [ramp[..., None] * rng.integers(-90, 90, 3) + 120 for ramp in ramps]
        stripes = [
            np.where((part * side % 16 < 8)[..., None], 255, 0) * np.ones(3) for part in ramps
        ]
        pages = [text(rng, side) for _ in range(4)]
        made = [*flat, *gradients, *pages, *stripes]
        return [np.rint(picture).clip(0, 255).astype(np.uint8) for picture in made]

    return make


@pytest.fixture(scope="module")
def pictures(photo):
    """Five small secrets, each with the next one as its reference."""
    spots = [
        ("parrots", 0),
        ("sailboats", 60),
        ("lighthouse", 30),
        ("red-barn", 0),
        ("parrots", 250),
    ]
    crops = [photo(name, 64, 64, top) for name, top in spots]
    return list(zip(crops, crops[1:] + crops[:1], strict=True))
