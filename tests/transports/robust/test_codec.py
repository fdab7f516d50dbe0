"""Pictures in few bytes."""

import contextlib
import io
import random
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from sshr.errors import DamagedError
from sshr.imaging.avif import avif_file
from sshr.metrics import psnr
from sshr.transports.robust import codec
from sshr.transports.robust.codec import HEAD, SCALES, best_within, decode

Rgb8 = NDArray[np.uint8]


@pytest.mark.parametrize("room", [120, 200, 500, 1500, 6000])
def test_it_fits_and_says_how_good_it_is(secret: Rgb8, room: int) -> None:
    found = best_within(secret, room)
    assert found is not None
    assert len(found.record) <= room
    assert found.record[0] in SCALES
    back = decode(found.record, (96, 112))
    assert (back.shape, back.dtype) == ((96, 112, 3), np.uint8)
    assert psnr(back, secret) == found.psnr


def test_more_room_is_better(secret: Rgb8) -> None:
    found = [best_within(secret, room) for room in (150, 400, 1500, 6000)]
    levels = [each.psnr for each in found if each is not None]
    assert len(levels) == 4
    assert levels == sorted(levels)
    assert levels[0] > 20
    assert levels[-1] > 40


def test_too_little_room(secret: Rgb8) -> None:
    for room in (20, HEAD, 0, -5):
        assert best_within(secret, room) is None


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (17, 5), (33, 47)])
def test_odd_sizes(size: tuple[int, int]) -> None:
    picture = np.full((*size, 3), 90, np.uint8)
    for room in (90, 2000):
        found = best_within(picture, room)
        assert found is not None
        assert decode(found.record, size).shape == (*size, 3)


def test_damaged_records(secret: Rgb8) -> None:
    found = best_within(secret, 400)
    assert found is not None
    record, size = found.record, (96, 112)
    nonsense = [b"", b"\1", bytes([7]) + record[1:], record[:HEAD], record[: HEAD + 4]]
    nonsense.append(record[:HEAD] + random.Random(1).randbytes(300))
    for each in nonsense:
        with pytest.raises(DamagedError, match="cannot be decoded"):
            decode(each, size)


def test_any_bytes_are_a_picture_or_an_error(secret: Rgb8) -> None:
    found = best_within(secret, 300)
    assert found is not None
    draw = random.Random(2)
    for _ in range(60):
        changed = bytearray(found.record)
        changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
        with contextlib.suppress(DamagedError):
            assert decode(bytes(changed), (96, 112)).shape == (96, 112, 3)


def test_pillow_opens_the_container(secret: Rgb8) -> None:
    found = best_within(secret, 3000)
    assert found is not None
    scale, record = found.record[0], found.record
    small = codec._scaled((96, 112), scale)
    data = avif_file(record[1:], *small)
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.size) == ("AVIF", small[::-1])
        image.load()
    assert len(data) - len(record) < 400


def test_a_picture_far_larger_than_its_room_is_carried_small(photo: Callable[..., Rgb8]) -> None:
    huge = np.repeat(np.repeat(photo("parrots", 160, 192), 12, axis=0), 12, axis=1)
    for room in (150, 1000):
        found = best_within(huge, room)
        assert found is not None
        assert 0 < len(found.record) <= room
        assert found.record[0] < 8
        assert found.psnr > 12
        assert decode(found.record, (1920, 2304)).shape == huge.shape
    assert best_within(photo("parrots", 160, 192), 30) is None  # nothing would be seen of it
