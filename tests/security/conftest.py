"""Twenty-four small secrets with references from other photographs, concealed once."""

import random
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.evaluation.attacks import without_mix
from sshr.evaluation.cases import Case, conceal_case
from sshr.evaluation.matching import Matcher
from sshr.evaluation.payload import bare_payloads
from sshr.imaging.reading import read_image
from sshr.pipeline.engine import Engine
from sshr.zoo.registry import load_model

PHOTOS = sorted((Path(__file__).parents[2] / "examples" / "photos").glob("*.png"))
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
    return Engine(load_model("base", "cpu"))


@pytest.fixture(scope="session")
def cases(base, crops) -> list[Case]:
    """Secret i in reference i + 1."""
    draw = random.Random(1).randbytes
    pairs = zip(crops, crops[1:] + crops[:1], strict=True)
    return [conceal_case(base, *pair, draw) for pair in pairs]


@pytest.fixture(scope="session")
def matcher(crops) -> Matcher:
    return Matcher([crop / 255 for crop in crops])


@pytest.fixture(scope="session")
def payload_matcher(base, crops) -> Matcher:
    return Matcher(bare_payloads(without_mix(base), crops))


@pytest.fixture(scope="session")
def references() -> list[int]:
    """Of each case the candidate that the attacker rules out: its reference."""
    return [(i + 1) % 24 for i in range(24)]
