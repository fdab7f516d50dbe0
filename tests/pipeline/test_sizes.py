"""Any size from 64x64 up.

Metric: stego PSNR + revealed PSNR in dB (S+R). The same content at every size means the same part
of the photographs at the same scale: pieces of the size under test cover the 256x256 picture, and
the mean of their figures is compared with the figure of the whole. Shrinking the photograph
instead would put more detail into every pixel and measure that.

Where a side is no multiple of 16 the secret is resized to the carrier and back, and in its own size
the picture also lacks the finest detail, for which the carrier has no samples (100x300: one in
twelve lies on the rim). That part is the same for any network: the bound for the own size is what
resizing alone leaves, with the error of the reveal added to it.

Ordinary references get a stego of 41.1 dB, whatever the size; pieces of 64 px vary by the draw.
"""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import sshr
from sshr.imaging.fitting import fit_to, should_turn, unfit
from sshr.imaging.tiles import tiled_area
from sshr.metrics import psnr

Rgb8 = NDArray[np.uint8]
Photo = Callable[..., Rgb8]
OPEN = sshr.Keys(reference_alone=True)
TOP, LEFT = 128, 200
TOLERANCE = (
    3.0  # a 64 px picture gives a fourth of its samples to header and seal; measured: 2.6 dB of 98
)
OWN_SIZE_TOLERANCE = 0.5  # measured: 0.16
STEGO, STEGO_TOLERANCE = 41.1, 0.3


def figures_of(secret: Rgb8, reference: Rgb8) -> tuple[float, float]:
    """S+R of what was concealed, and what the own size lacks of its bound, of one round trip."""
    report = sshr.conceal(secret, reference, OPEN).check()
    carrier, size = tiled_area(*reference.shape[:2]), secret.shape[:2]
    resized = unfit(fit_to(secret, carrier, "stretch"), size, "stretch")
    errors = [10 ** (-value / 10) for value in (report.fitted_psnr, psnr(resized, secret))]
    bound = -10 * np.log10(sum(errors)) if size != carrier else report.fitted_psnr
    return report.stego_psnr + report.fitted_psnr, bound - report.revealed_psnr


@pytest.fixture(scope="module")
def whole(photo: Photo, drawing_from) -> float:
    """The figure of the 256x256 picture."""
    pictures = (photo(name, 256, 256, TOP, LEFT) for name in ("sailboats", "parrots"))
    with drawing_from("whole"):
        return figures_of(*pictures)[0]


@pytest.mark.parametrize("size", [(128, 128), (100, 300), (161, 200)])
def test_ordinary_references_get_the_stego_psnr_aimed_at(
    photo: Photo, size: tuple[int, int]
) -> None:
    names = ["lighthouse", "parrots", "red-barn", "sailboats"]
    pictures = [photo(name, *size) for name in names]
    for secret, reference in zip(pictures, pictures[1:] + pictures[:1], strict=True):
        found = psnr(sshr.conceal(secret, reference, OPEN).image, reference)
        assert abs(found - STEGO) < STEGO_TOLERANCE


@pytest.mark.parametrize(
    ("height", "width", "corners"),
    [
        (64, 64, [(y, x) for y in range(0, 256, 64) for x in range(0, 256, 64)]),
        (65, 64, [(y, x) for y in (0, 65, 191) for x in range(0, 256, 64)]),
        (100, 300, [(0, 0), (100, 0), (156, 0)]),
        (257, 256, [(0, 0)]),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_small_and_odd_sizes_lose_little(
    photo: Photo, whole: float, height: int, width: int, corners: list[tuple[int, int]]
) -> None:
    figures = [
        figures_of(
            photo("sailboats", height, width, TOP + y, LEFT + x),
            photo("parrots", height, width, TOP + y, LEFT + x),
        )
        for y, x in corners
    ]
    concealed, lacking = np.mean(figures, axis=0)
    assert concealed > whole - TOLERANCE
    assert lacking < OWN_SIZE_TOLERANCE


def test_many_tiles_lose_little(photo: Photo, whole: float) -> None:
    """1000x750 from the 256x256 picture by reflection: twelve tiles, with a rim on both sides."""
    secret, reference = (
        np.pad(photo(name, 256, 256, TOP, LEFT), ((0, 494), (0, 744), (0, 0)), mode="symmetric")
        for name in ("sailboats", "parrots")
    )
    concealed, lacking = figures_of(secret, reference)
    assert concealed > whole - TOLERANCE
    assert lacking < OWN_SIZE_TOLERANCE


def rim_of(picture: Rgb8) -> NDArray[np.bool_]:
    """(H, W, 3), what lies outside the carrier."""
    rim = np.ones(picture.shape, bool)
    height, width = tiled_area(*picture.shape[:2])
    rim[:height, :width] = False
    return rim


@pytest.mark.parametrize("size", [(65, 64), (79, 95), (100, 300), (128, 143)])
@pytest.mark.parametrize("preset", ["base", "paper"])
def test_the_rim_outside_the_carrier_is_as_noisy_as_the_rest(
    photo: Photo, size: tuple[int, int], preset: str
) -> None:
    secret, reference = photo("parrots", *size), photo("sailboats", *size)
    change = sshr.conceal(secret, reference, OPEN, preset=preset).image.astype(int) - reference
    rim = rim_of(reference)
    within, beyond = (np.square(change[part]).mean() for part in (~rim, rim))
    assert 0.6 < beyond / within < 2  # the header's bits lie at the bottom and cost a little


@given(st.integers(64, 140), st.integers(64, 140), st.integers(64, 140), st.integers(64, 140))
@settings(max_examples=8)
def test_any_pair_of_sizes_goes_round(
    photo: Photo, height: int, width: int, own_height: int, own_width: int
) -> None:
    secret = photo("parrots", own_height, own_width)
    reference = photo("sailboats", height, width)
    stego = sshr.conceal(secret, reference, OPEN)
    assert stego.image.shape == reference.shape
    assert abs(psnr(stego.image, reference) - STEGO) < 2 * STEGO_TOLERANCE
    revealed = sshr.reveal(stego.image, reference, OPEN)
    assert revealed.intact
    assert revealed.image.shape == secret.shape
    carrier = tiled_area(height, width)
    assert revealed.fitted.shape == (*carrier, 3)
    mode = "stretch" if secret.shape == reference.shape else "contain"
    turned = should_turn((own_height, own_width), carrier, mode)
    upright = np.rot90(secret) if turned else secret
    best = unfit(fit_to(upright, carrier, mode), upright.shape[:2], mode)
    assert psnr(revealed.image, np.rot90(best, -turned)) > 40
