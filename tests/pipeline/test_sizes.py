"""Any size from 64x64 up.

Metric: stego PSNR + revealed PSNR in dB (S+R). The same content at every size means the same part
of the photographs at the same scale: pieces of the size under test cover the 256x256 picture, and
the mean of their figures is compared with the figure of the whole. Shrinking the photograph
instead would put more detail into every pixel and measure that.

Where a side is no multiple of 16 the secret is resized to the carrier and back, and in its own size
the picture also lacks the finest detail, for which the carrier has no samples (100x300: one in
twelve lies on the rim). That part is the same for any network: the bound for the own size is what
resizing alone leaves, with the error of the reveal added to it.
"""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import sshr
from sshr.crypto.reference import ReferenceKey
from sshr.evaluation.metrics import psnr
from sshr.imaging.fitting import fit_to, unfit
from sshr.imaging.tiles import carrier_size

Rgb8 = NDArray[np.uint8]
Photo = Callable[..., Rgb8]
OPEN = sshr.Keys()
TOP, LEFT = 128, 200
TOLERANCE = 1.5
# A 64 px picture has next to no level-4 band and gives a larger share of its samples to the header
# (measured: 2.9 dB of 98).
SMALL_TOLERANCE = 4.0
OWN_SIZE_TOLERANCE = 1.5


def figures_of(secret: Rgb8, reference: Rgb8) -> tuple[float, float]:
    """S+R of what was concealed, and what the own size lacks of its bound, of one round trip."""
    report = sshr.conceal(secret, reference, OPEN).check()
    carrier, size = carrier_size(*reference.shape[:2]), secret.shape[:2]
    resized = unfit(fit_to(secret, carrier, "stretch"), size, "stretch")
    errors = [10 ** (-value / 10) for value in (report.fitted_psnr, psnr(resized, secret))]
    bound = -10 * np.log10(sum(errors)) if size != carrier else report.fitted_psnr
    return report.stego_psnr + report.fitted_psnr, bound - report.revealed_psnr


@pytest.fixture(scope="module")
def whole(photo: Photo) -> float:
    """The figure of the 256x256 picture."""
    pictures = (photo(name, 256, 256, TOP, LEFT) for name in ("sailboats", "parrots"))
    return figures_of(*pictures)[0]


@pytest.mark.parametrize(
    ("height", "width", "corners", "tolerance"),
    [
        (64, 64, [(y, x) for y in range(0, 256, 64) for x in range(0, 256, 64)], SMALL_TOLERANCE),
        (65, 64, [(y, x) for y in (0, 65, 191) for x in range(0, 256, 64)], SMALL_TOLERANCE),
        (100, 300, [(0, 0), (100, 0), (156, 0)], TOLERANCE),
        (257, 256, [(0, 0)], TOLERANCE),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_small_and_odd_sizes_lose_little(
    photo: Photo,
    whole: float,
    height: int,
    width: int,
    corners: list[tuple[int, int]],
    tolerance: float,
) -> None:
    figures = [
        figures_of(
            photo("sailboats", height, width, TOP + y, LEFT + x),
            photo("parrots", height, width, TOP + y, LEFT + x),
        )
        for y, x in corners
    ]
    concealed, lacking = np.mean(figures, axis=0)
    assert concealed > whole - tolerance
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


@pytest.mark.parametrize("size", [(65, 64), (79, 95), (100, 300)])
def test_the_rim_outside_the_carrier_stays_reference(photo: Photo, size: tuple[int, int]) -> None:
    secret, reference = photo("parrots", *size), photo("sailboats", *size)
    change = sshr.conceal(secret, reference, OPEN).image.astype(int) - reference
    height, width = carrier_size(*size)
    # The header spreads over the whole picture and may move a sample by one level.
    header = ReferenceKey.of(reference).positions(reference.size // 2)
    assert np.abs(change[height:]).max(initial=0) <= 1
    assert np.abs(change[:, width:]).max(initial=0) <= 1
    change.reshape(-1)[header] = 0
    assert not change[height:].any()
    assert not change[:, width:].any()
    assert change[:height, :width].any()


@given(st.integers(64, 140), st.integers(64, 140), st.integers(64, 140), st.integers(64, 140))
@settings(max_examples=8)
def test_any_pair_of_sizes_goes_round(
    photo: Photo, height: int, width: int, own_height: int, own_width: int
) -> None:
    secret = photo("parrots", own_height, own_width)
    reference = photo("sailboats", height, width)
    stego = sshr.conceal(secret, reference, OPEN)
    assert stego.image.shape == reference.shape
    assert psnr(stego.image, reference) > 39
    revealed = sshr.reveal(stego.image, reference, OPEN)
    assert revealed.intact
    assert revealed.image.shape == secret.shape
    carrier = carrier_size(height, width)
    assert revealed.carrier.shape == (*carrier, 3)
    mode = "stretch" if secret.shape == reference.shape else "contain"
    best = unfit(fit_to(secret, carrier, mode), (own_height, own_width), mode)
    assert psnr(revealed.image, best) > 34
