"""Bits come back from what a picture meets."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from sshr.transports.robust.design import Design
from sshr.transports.robust.layers import Ground, layers_power
from sshr.transports.robust.listening import MOST, changed_power, listen
from sshr.transports.robust.profiles import through

Rgb8 = NDArray[np.uint8]
Bits = NDArray[np.bool_]


@pytest.fixture(scope="module")
def ground(reference: Rgb8) -> Ground:
    return Ground.of(reference, "messenger", 40.6, False)


@pytest.fixture(scope="module")
def bits(ground: Ground) -> Bits:
    return np.random.default_rng(1).integers(0, 2, ground.plan.zero.shape).astype(bool)


@pytest.fixture(scope="module")
def sent(ground: Ground, bits: Bits) -> Rgb8:
    return ground.picture(bits)


def wrong(ratios: NDArray[np.float32], bits: Bits, plan: Design, kind: int) -> float:
    """Share of the bits of a class that were heard wrong."""
    return float(((ratios < 0) != bits)[plan.classes == kind].mean())


def test_untouched_to_the_last_bit(ground: Ground, bits: Bits, sent: Rgb8) -> None:
    found = listen(sent, ground.reference, ground.plan)
    assert found.channel == "next to no change"
    assert [wrong(found.ratios, bits, ground.plan, kind) for kind in (1, 2)] == [0, 0]
    assert np.abs(found.ratios).max() <= MOST
    assert not found.ratios[ground.plan.classes == 0].any()


def resized(sent: Rgb8, method: Image.Resampling, size: tuple[int, int] = (64, 64)) -> Rgb8:
    return np.array(Image.fromarray(sent).resize(size, method))


# A photograph of 128 px: class 1 in an eighth of the places that the header has, at least.
@pytest.mark.parametrize(
    ("name", "most", "words"),
    [
        ("jpeg:75", 0.02, "JPEG of about quality 75"),
        ("jpeg:90", 0.02, "JPEG of about quality"),
        ("noise", 0.03, "change"),
        ("blur", 0.12, "blur"),
        ("webp:80", 0.25, ""),
    ],
)
def test_channels(
    ground: Ground, bits: Bits, sent: Rgb8, name: str, most: float, words: str
) -> None:
    found = listen(through(name, sent), ground.reference, ground.plan)
    assert words in found.channel
    assert wrong(found.ratios, bits, ground.plan, 1) < most


@pytest.mark.parametrize("method", ["LANCZOS", "BICUBIC", "BILINEAR"])
def test_half_size(ground: Ground, bits: Bits, sent: Rgb8, method: str) -> None:
    small = resized(sent, Image.Resampling[method])
    found = listen(small, ground.reference, ground.plan)
    assert found.channel.startswith("resized to 64x64 (")
    assert wrong(found.ratios, bits, ground.plan, 1) < 0.12


def test_double_size(ground: Ground, bits: Bits, sent: Rgb8) -> None:
    large = resized(sent, Image.Resampling.BICUBIC, (256, 256))
    found = listen(large, ground.reference, ground.plan)
    assert found.channel == "resized to 256x256 (bicubic)"
    assert wrong(found.ratios, bits, ground.plan, 1) < 0.02


@pytest.mark.parametrize("factor", [0.9, 1.08])
def test_brightness(ground: Ground, bits: Bits, sent: Rgb8, factor: float) -> None:
    other = np.rint(sent * factor).clip(0, 255).astype(np.uint8)
    found = listen(other, ground.reference, ground.plan)
    assert "another brightness" in found.channel
    assert wrong(found.ratios, bits, ground.plan, 1) < 0.03


def test_ratios_are_no_boast(ground: Ground, bits: Bits, sent: Rgb8) -> None:
    """Where a bit is said to be sure, it is."""
    for name in ("jpeg:75", "noise", "small:0.5"):
        found = listen(through(name, sent), ground.reference, ground.plan)
        sure = (np.abs(found.ratios) > 4) & (ground.plan.classes == 1)
        assert ((found.ratios < 0) != bits)[sure].mean() < 0.05, name


def test_power_of_the_changes(ground: Ground, sent: Rgb8) -> None:
    asked = layers_power(40.6)
    for picture in (sent, through("jpeg:75", sent)):
        assert changed_power(picture, ground.reference) > 0.5 * asked
    assert changed_power(sent, ground.reference) < 1.3 * asked
    assert changed_power(ground.reference, ground.reference) < 1e-3


def test_flat_reference_says_nothing_without_places() -> None:
    flat = np.full((128, 128, 3), 255, np.uint8)
    ground = Ground.of(flat, "messenger", 40.6, False)
    found = listen(flat - np.uint8(3), flat, ground.plan)
    assert not found.ratios.any()
