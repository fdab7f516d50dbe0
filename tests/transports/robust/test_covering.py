"""Bars at the edges of a stego are left out, and nothing else is taken for one."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.imaging.channels import parse_channel
from sshr.transports.robust.covering import uncovered

Rgb8 = NDArray[np.uint8]


@pytest.mark.parametrize(
    ("rows", "columns"), [((3, 128), (0, 128)), ((3, 120), (5, 101)), ((0, 128), (40, 128))]
)
def test_bars(reference: Rgb8, rows: tuple[int, int], columns: tuple[int, int]) -> None:
    bright = np.maximum(reference, 60)
    seen = np.zeros_like(bright)
    inner = slice(*rows), slice(*columns)
    seen[inner] = bright[inner] ^ 1
    found = uncovered(seen, bright)
    assert found is not None
    assert (found.rows, found.columns) == (found.tops, found.sides) == (rows, columns)
    assert (found.seen, found.own) == ((128, 128), (128, 128))
    assert found.words == "covered at its edges"
    assert found.is_unscaled


@pytest.mark.parametrize("name", ["png", "poisson", "noise:0.2", "jpeg:10", "brightness:8", "lsb"])
def test_what_channels_do_is_no_bar(reference: Rgb8, name: str) -> None:
    seen = parse_channel(name).distort(reference, np.random.default_rng(1))
    assert uncovered(seen, reference) is None


def test_another_picture_is_none(reference: Rgb8) -> None:
    assert uncovered(255 - reference, reference) is None
    few = reference.copy()
    few[:100] = 0
    few[:, 60:] = 0
    assert uncovered(few, np.maximum(reference, 90)) is None  # less than a fifth is in sight
