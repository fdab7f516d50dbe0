"""Changed samples: every change is noticed, a few of them are survived."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

import sshr
from sshr.errors import DamagedError, NothingFoundError
from sshr.transports.kind import Kind

Rgb8 = NDArray[np.uint8]
OPEN = sshr.Keys(reference_alone=True)
TEXT = sshr.Blob(b"The key is under the third stone.", "", Kind.TEXT)
SIZES = {"64": (64, 64), "256": (256, 256), "512": (512, 512)}


@pytest.fixture(scope="module", params=SIZES)
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    return SIZES[request.param]


def concealed(photo: Callable[..., Rgb8], secret: object, size: tuple[int, int]) -> sshr.Stego:
    reference = photo("sailboats", *size, top=0, left=0)
    return sshr.conceal(secret, reference, OPEN)


def a_little_changed(image: Rgb8, rng: np.random.Generator) -> Rgb8:
    """One sample or two, by one level or two."""
    changed = image.astype(np.int16)
    for place in rng.choice(image.size, rng.integers(1, 3), replace=False):
        step = int(rng.choice([-2, -1, 1, 2]))
        if not 0 <= changed.flat[place] + step <= 255:
            step = -step
        changed.flat[place] += step
    return changed.astype(np.uint8)


@pytest.mark.parametrize("transport", ["analog", "sealed"])
def test_every_single_or_double_change_is_noticed(
    photo: Callable[..., Rgb8], size: tuple[int, int], transport: str
) -> None:
    """A thousand at each size: none is taken for the stego as it was written."""
    secret = photo("parrots", *size, top=0, left=0) if transport == "analog" else TEXT
    stego = concealed(photo, secret, size)
    assert stego.header.reopen(stego.image).intact
    rng = np.random.default_rng(size[0])
    opened = 0
    for _ in range(1000):
        try:
            found = stego.header.reopen(a_little_changed(stego.image, rng))
        except (DamagedError, NothingFoundError):
            continue
        opened += 1
        assert not found.intact
    # The header of an analog stego is repaired; in a sealed one the same change fails it.
    assert opened == 1000 if transport == "analog" else opened > 500


@pytest.mark.parametrize(
    ("size", "flips"), [((256, 256), 10), ((257, 131), 3), ((512, 512), 20), ((64, 64), 1)]
)
def test_a_few_flipped_bits_lose_no_analog_stego(
    photo: Callable[..., Rgb8], size: tuple[int, int], flips: int
) -> None:
    stego = concealed(photo, photo("parrots", *size, top=0, left=0), size)
    rng = np.random.default_rng(flips)
    for _ in range(200):
        changed = stego.image.copy()
        changed.flat[rng.choice(changed.size, flips, replace=False)] ^= 1
        assert not stego.header.reopen(changed).intact
    revealed = sshr.reveal(changed, stego.cover.picture.rgb, OPEN)
    assert not revealed.intact
    with pytest.raises(DamagedError, match="strict"):
        sshr.reveal(changed, stego.cover.picture.rgb, OPEN, strict=True)


@pytest.mark.parametrize(("size", "flips"), [((256, 256), 6), ((512, 512), 6)])
def test_with_check_bytes_a_few_flipped_bits_lose_no_sealed_stego(
    photo: Callable[..., Rgb8], size: tuple[int, int], flips: int
) -> None:
    reference = photo("sailboats", *size, top=0, left=0)
    stego = sshr.conceal(TEXT, reference, OPEN, ecc=True)
    rng = np.random.default_rng(flips)
    for number in range(60):
        changed = stego.image.copy()
        changed.flat[rng.choice(changed.size, flips, replace=False)] ^= 1
        assert not stego.header.reopen(changed).intact
        if number % 12 == 0:
            found = sshr.reveal(changed, reference, OPEN)
            assert (found.data, found.intact) == (TEXT.data, False)
