"""Layers go into a picture and come out of it."""

import random

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.crypto.keys import Keys
from sshr.metrics import psnr
from sshr.transports.kind import Kind
from sshr.transports.robust.compact import CompactHeader, CompactWriter, Record, seal_layer
from sshr.transports.robust.design import LUMA_POWER, ROUNDING
from sshr.transports.robust.frame import Frame
from sshr.transports.robust.layers import (
    BASE,
    REFINEMENT,
    Ground,
    analog_deviation,
    layers_power,
    opened,
)
from sshr.transports.robust.listening import listen
from sshr.transports.robust.options import ANALOG_SHARE

Rgb8 = NDArray[np.uint8]
DATA = random.Random(1).randbytes(120), random.Random(2).randbytes(200)


ALONE = Keys(reference_alone=True)


@pytest.fixture(scope="module")
def ground(reference: Rgb8) -> Ground:
    return Ground.of(reference, "messenger", 40.6, False)


def written(ground: Ground, keys: Keys = ALONE) -> tuple[CompactHeader, Rgb8, tuple[bytes, bytes]]:
    writer = CompactWriter(ground.key, keys, random.Random(3).randbytes)
    session = writer.session
    layers = seal_layer(session, BASE, DATA[0]), seal_layer(session, REFINEMENT, DATA[1])
    record = Record(Kind.PICTURE, (9, 9), len(layers[0]), 160, len(layers[1]))
    bits = ground.bits(writer.write(record, layers), record, layers, writer.session)
    return CompactHeader(session, record, None), ground.picture(bits), layers


def test_layers_come_back(ground: Ground) -> None:
    header, picture, layers = written(ground)
    heard = listen(picture, ground.reference, ground.plan)
    found = ground.read(heard, header)
    assert found == layers
    assert opened(header, found) == list(DATA)
    assert opened(header, (layers[1], None)) == [None, None]


def test_no_places_are_sought_of_a_layer_that_is_not_there(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = CompactWriter(ground.key, ALONE, random.Random(3).randbytes)
    layers = seal_layer(writer.session, BASE, DATA[0]), b""
    record = Record(Kind.TEXT, (1, 9), len(layers[0]), 255)
    head = writer.write(record, layers)
    picture = ground.picture(ground.bits(head, record, layers, writer.session))
    heard = listen(picture, ground.reference, ground.plan)
    monkeypatch.delattr(Frame, "refinement")
    assert ground.read(heard, CompactHeader(writer.session, record, None)) == (layers[0], None)


def test_the_rim_beside_the_blocks_is_as_noisy_as_they_are(reference: Rgb8) -> None:
    cut = np.ascontiguousarray(reference[:-2, :-3])  # leaves 6 rows and 5 columns
    smaller = Ground.of(cut, "messenger", 40.6, False)
    header, picture, layers = written(smaller)
    change = np.square(picture.astype(float) - cut)
    inside = change[:-6, :-5].mean()
    for rim in (change[-6:], change[:, -5:]):
        assert 0.6 * inside < rim.mean() < 1.7 * inside
    assert smaller.read(listen(picture, cut, smaller.plan), header) == layers


@pytest.mark.parametrize("design", ["messenger", "harsh"])
def test_the_rim_is_silent_beside_white_and_another_in_every_stego(
    reference: Rgb8, design: str
) -> None:
    cut = np.ascontiguousarray(reference[:-2, :-3])
    cut[:, :48] = 255
    ground = Ground.of(cut, design, 40.6, False)
    draw = np.random.default_rng(1)
    shape = ground.plan.zero.shape
    one, other = (ground.picture(draw.integers(0, 2, shape).astype(bool)) for _ in range(2))
    assert np.array_equal(one[-6:, :48], cut[-6:, :48])
    for rim in (np.s_[-6:, 48:], np.s_[:, -5:]):
        assert (one[rim] != other[rim]).any(axis=-1).mean() > 0.3


def test_nothing_comes_of_nothing(ground: Ground) -> None:
    header, *_ = written(ground)
    heard = listen(ground.reference, ground.reference, ground.plan)
    assert ground.read(heard, header) == (None, None)


def test_a_layer_that_was_not_signed_is_none(ground: Ground) -> None:
    header, picture, layers = written(ground)
    heard = listen(picture, ground.reference, ground.plan)
    other = Record(Kind.PICTURE, (9, 9), len(layers[0]), 160, len(layers[1]), digests=bytes(32))
    assert ground.read(heard, CompactHeader(header.session, other, None)) == (None, None)


def test_sizes_that_cannot_be(ground: Ground) -> None:
    header, picture, _ = written(ground)
    heard = listen(picture, ground.reference, ground.plan)
    other = Record(Kind.PICTURE, (9, 9), 60_000, 160, (1 << 24) - 1)
    assert ground.read(heard, CompactHeader(header.session, other, None)) == (None, None)


def test_grey_references_stay_grey(reference: Rgb8) -> None:
    grey = np.repeat(reference[:, :, :1], 3, axis=2)
    ground = Ground.of(grey, "messenger", 40.6, False)
    header, picture, layers = written(ground)
    assert (picture == picture[:, :, :1]).all()
    assert ground.read(listen(picture, grey, ground.plan), header) == layers
    assert psnr(picture, grey) > 34


def test_ground_of_a_record(ground: Ground) -> None:
    own = Record(Kind.TEXT, (1, 1), 9, 255)
    assert ground.named(own) is ground
    for record in (
        Record(Kind.TEXT, (1, 1), 9, 255, analog=True),
        Record(Kind.TEXT, (1, 1), 9, 255, design="harsh"),
        Record(Kind.TEXT, (1, 1), 9, 255, stego_psnr=38.0),
    ):
        other = ground.named(record)
        told = other.design, other.stego_psnr, other.analog
        assert told == (record.design, record.stego_psnr, record.analog)
        assert not np.array_equal(other.plan.one, ground.plan.one)


def test_the_networks_part_takes_its_share(reference: Rgb8, ground: Ground) -> None:
    both = Ground.of(reference, "messenger", 40.6, True)
    power = [
        float(np.square(each.plan.one).sum() + np.square(each.plan.zero).sum())
        for each in (both, ground)
    ]
    assert power[0] / power[1] == pytest.approx(1 - ANALOG_SHARE, abs=0.04)
    beside = analog_deviation(40.6) * LUMA_POWER**0.5
    assert both.plan.deviation == pytest.approx(np.hypot(ROUNDING, beside))
    assert layers_power(40.6) * ANALOG_SHARE == pytest.approx(3 * beside**2)
