"""Places of the layers."""

import random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.header.reference import ReferenceKey
from sshr.transports.robust.design import Design
from sshr.transports.robust.frame import (
    BLOCK_BYTES,
    HEADER_PLACES,
    PLACES_A_BYTE,
    Frame,
    Order,
    blocks_of,
    code_period,
    put,
    softened,
    take,
)

Rgb8 = NDArray[np.uint8]


@pytest.fixture(scope="module")
def frame(plan: Design, reference: Rgb8) -> Frame:
    return Frame.of(plan, ReferenceKey.of(reference), 55)


@pytest.mark.parametrize("share", [0, 1, 100, 255])
def test_parts_are_disjoint_and_cover_all(frame: Frame, plan: Design, share: int) -> None:
    parts = [frame.header, frame.base(share), frame.refinement(share)]
    every = np.concatenate(parts)
    assert len(every) == len(np.unique(every)) == (plan.classes > 0).sum()
    classes = plan.classes.reshape(-1)
    assert (classes[np.concatenate(parts[:2])] == 1).all()
    assert len(parts[1]) == (len(frame.first) - len(frame.header)) * share // 256


class Forgetful(dict[int, Any]):
    """As if another thread had asked for another share just then."""

    def __setitem__(self, share: int, places: Any) -> None:
        """Forget it."""


def test_places_are_there_while_another_thread_asks(frame: Frame) -> None:
    shared = Frame(frame.order, 55)
    object.__setattr__(shared, "_mixed", Forgetful())
    assert np.array_equal(shared.refinement(100), frame.refinement(100))


def test_order_is_the_references(frame: Frame, plan: Design, reference: Rgb8) -> None:
    again = Frame.of(plan, ReferenceKey.of(reference), 55)
    assert np.array_equal(again.first, frame.first)
    other = reference.copy()
    other[0, 0, 0] ^= 1
    assert not np.array_equal(Frame.of(plan, ReferenceKey.of(other), 55).first, frame.first)
    assert not np.array_equal(np.sort(frame.first), frame.first)


@pytest.mark.parametrize(
    ("size", "header"),
    [
        (0, 0),
        (1000, 333),
        (3 * HEADER_PLACES, HEADER_PLACES),
        (16 * HEADER_PLACES, 2 * HEADER_PLACES),
        (1 << 20, 55 * PLACES_A_BYTE),
    ],
)
def test_share_of_the_header(size: int, header: int) -> None:
    key = ReferenceKey.of(np.zeros((8, 8, 3), np.uint8))
    frame = Frame(Order(np.ones(size, np.uint8), key), 55)
    assert len(frame.header) == header
    longer = frame.sized(983)
    assert len(longer.header) == min(max(header, size // 8), 983 * PLACES_A_BYTE)
    assert np.array_equal(longer.header[:header], frame.header)
    parts = [longer.header, longer.base(100), longer.refinement(100)]
    assert np.array_equal(np.sort(np.concatenate(parts)), np.arange(size))


@pytest.mark.parametrize("size", [1, 58, 479, 480, 481, 1000, 2500])
def test_bytes_come_back(size: int) -> None:
    data = random.Random(size).randbytes(size)
    places = np.random.default_rng(size).permutation(size * 20)[: size * 16]
    bits = np.zeros(size * 20, bool)
    put(bits, places, data)
    ratios = np.where(bits, -3, 3).astype(np.float32)
    rng = np.random.default_rng(1)
    ratios[rng.random(len(ratios)) < 0.02] *= -1
    assert take(softened(ratios)[places], size) == data
    untouched = np.ones(len(bits), bool)
    untouched[places] = False
    assert not bits[untouched].any()


def test_lost_bytes_are_none() -> None:
    data = random.Random(1).randbytes(500)
    bits = np.zeros(8000, bool)
    put(bits, np.arange(8000), data)
    ratios = np.where(bits, -3, 3).astype(np.float32)
    ratios[::3] *= -1
    assert take(softened(ratios), 500) is None
    assert take(softened(ratios[:0]), 500) is None


def test_blocks() -> None:
    sizes = (1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES)
    assert [blocks_of(size) for size in sizes] == [1, 1, 2, 3]


@pytest.mark.parametrize("size", [55, 300, 2 * BLOCK_BYTES + 7])
def test_places_begin_again_after_a_period(size: int) -> None:
    period = code_period(size)
    bits = np.zeros(2 * period, bool)
    put(bits, np.arange(2 * period), random.Random(1).randbytes(size))
    assert np.array_equal(bits[:period], bits[period:])
    assert not np.array_equal(bits[: period // 2], bits[period // 2 : period // 2 * 2])
