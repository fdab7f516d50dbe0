"""What a coder's cells leave open is filled by what is expected."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.transports.robust.blocks import ONE, luma
from sshr.transports.robust.profiles import through
from sshr.transports.robust.requantised import _within, likely_changes

Rgb8 = NDArray[np.uint8]


@pytest.mark.parametrize(
    ("middle", "step", "deviation"), [(0.0, 3.0, 1.0), (4.0, 5.0, 2.0), (-3.0, 2.0, 1.5)]
)
def test_moments_directly(middle: float, step: float, deviation: float) -> None:
    at = np.linspace(middle - step / 2, middle + step / 2, 200_001)
    weight = np.exp(-(at**2) / (2 * deviation**2))
    mean = (at * weight).sum() / weight.sum()
    spread = ((at - mean) ** 2 * weight).sum() / weight.sum()
    told = _within(*(np.array([each]) for each in (middle, step, deviation)))
    assert [float(each[0]) for each in told] == pytest.approx([mean, spread], abs=0.02)


def test_cells_that_nothing_explains() -> None:
    mean, spread = _within(np.array([40.0, -40.0]), np.array([2.0, 2.0]), np.array([1.0, 1.0]))
    assert mean.tolist() == [39, -39]
    assert (spread > 0).all()


@pytest.mark.parametrize("first", [(0, 0), (3, 5)])
@pytest.mark.parametrize("quality", [70, 85])
def test_nearer_than_what_differs(reference: Rgb8, first: tuple[int, int], quality: int) -> None:
    random = np.random.default_rng(1)
    changes = random.normal(0, 1.6, (16, 16)).repeat(8, 0).repeat(8, 1)[..., None]
    changes = changes + random.normal(0, 0.8, (128, 128, 1))
    stego = np.rint(reference + changes).clip(0, 255).astype(np.uint8)
    whole = np.pad(stego, ((8 - first[0], 0), (8 - first[1], 0), (0, 0)), mode="edge")
    coded = through(f"jpeg:{quality}", whole)[8 - first[0] :, 8 - first[1] :]
    seen, own, sent = (luma(each) / ONE for each in (coded, reference, stego))
    found = likely_changes(seen, lambda: own, first)
    assert found is not None
    assert found[1] == f"JPEG of about quality {quality}"
    inner = slice(8, 120), slice(8, 120)
    left = np.square(found[0] - (sent - own))[inner].mean()
    assert left < 0.9 * np.square(seen - sent)[inner].mean()


def test_no_coder(reference: Rgb8) -> None:
    seen = luma(reference) / ONE
    assert likely_changes(seen, lambda: seen, (0, 0)) is None
