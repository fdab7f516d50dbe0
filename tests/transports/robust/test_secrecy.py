"""Who has the reference alone sees bits that no secret, kind or length has an influence on."""

import random

import numpy as np
import pytest
from numpy.typing import NDArray

import sshr
from sshr.transports.kind import Kind
from sshr.transports.robust.compact import CompactWriter, Record, recognise, seal_layer
from sshr.transports.robust.layers import BASE, Ground
from sshr.transports.robust.options import DESIGNS

Rgb8 = NDArray[np.uint8]
STEGOS = 24
BOUND = 6.5
"""Standard deviations: less than once in 10^10."""


@pytest.fixture(scope="module", params=DESIGNS)
def ground(request: pytest.FixtureRequest, reference: Rgb8) -> Ground:
    return Ground.of(reference, request.param, 40.6, False)


def bits_of(ground: Ground, size: int, draw: random.Random) -> NDArray[np.bool_]:
    """Of a stego with so many bytes, all the same, under a passphrase."""
    writer = CompactWriter(ground.key, sshr.Keys(reference_alone=True), draw.randbytes)
    sealed = seal_layer(writer.session, BASE, b"a" * size), b""
    record = Record(Kind.FILE, (1, size), len(sealed[0]), 255, design=ground.design)
    return ground.bits(writer.write(record, sealed), record, sealed, writer.session)


@pytest.mark.parametrize("size", [1, 90])
def test_bits_are_uniform_and_independent(ground: Ground, size: int) -> None:
    draw = random.Random(size)
    used = ground.plan.classes > 0
    found = np.stack([bits_of(ground, size, draw)[used] for _ in range(STEGOS)]).astype(int)
    signs = 2 * found - 1
    assert abs(signs.sum()) < BOUND * signs.size**0.5
    # Neither neighbours in the order of the code nor the same place of two stegos go together.
    for frame_places in (ground.frame.first, ground.frame.second):
        order = np.searchsorted(np.flatnonzero(used.reshape(-1)), frame_places)
        lined = signs[:, order]
        for lag in (1, 2, 7, 176, 400, 1000):
            if lag < lined.shape[1] // 2:
                together = lined[:, lag:] * lined[:, :-lag]
                assert abs(together.sum()) < BOUND * together.size**0.5
    pairs = signs[1:] * signs[:-1]
    assert abs(pairs.sum()) < BOUND * pairs.size**0.5


def test_nothing_repeats_as_the_code_does(reference: Rgb8) -> None:
    """A short layer is sent many times over, which would show if its bits were not turned."""
    ground, draw = Ground.of(reference, "messenger", 40.6, False), random.Random(3)
    writer = CompactWriter(ground.key, sshr.Keys(reference_alone=True), draw.randbytes)
    sealed = seal_layer(writer.session, BASE, b"a"), b""
    record = Record(Kind.FILE, (1, 1), len(sealed[0]), 255, design=ground.design)
    bits = ground.bits(writer.write(record, sealed), record, sealed, writer.session).reshape(-1)
    places = ground.frame.base(255)
    plain = bits ^ ground._turned(writer.session)

    def strongest(each: NDArray[np.bool_]) -> float:
        signs = 2.0 * each[places] - 1
        power = np.abs(np.fft.rfft(signs, 2 * len(signs))) ** 2
        return float(np.abs(np.fft.irfft(power)[1 : len(signs) // 2]).max() / len(signs) ** 0.5)

    assert strongest(plain) > 2 * BOUND > 2 * strongest(bits)


def test_false_headers_are_not_recognised(ground: Ground) -> None:
    draw = random.Random(4)
    for size in (55, 135, 183, 279):
        for _ in range(200):
            assert recognise(ground.key, draw.randbytes(size)) is None
