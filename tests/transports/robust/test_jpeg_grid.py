"""JPEG files are recognised by their steps, other pictures are not taken for any."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from sshr.transports.robust.blocks import ONE, coded_coefficients, luma
from sshr.transports.robust.design import Design, jpeg_table
from sshr.transports.robust.jpeg_grid import cell_ratios, find_quality
from sshr.transports.robust.layers import Ground

Rgb8 = NDArray[np.uint8]


def of(picture: Rgb8) -> NDArray[np.float64]:
    return coded_coefficients(luma(picture) / ONE)


def jpeg(picture: Rgb8, quality: int, subsampling: str = "4:2:0") -> Rgb8:
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=quality, subsampling=subsampling)
    return np.array(Image.open(stream))


@pytest.mark.parametrize("subsampling", ["4:2:0", "4:4:4"])
@pytest.mark.parametrize("quality", range(50, 96, 5))
@pytest.mark.parametrize("name", ["sailboats", "parrots", "lighthouse"])
def test_quality_of_real_files(photo, name: str, quality: int, subsampling: str) -> None:
    found = find_quality(of(jpeg(photo(name), quality, subsampling)))
    assert found is not None
    # Neighbours share most of their steps.
    low, high = sorted((found, quality))
    assert np.abs(jpeg_table(low) - jpeg_table(high))[:4, :4].max() <= 1


@pytest.mark.parametrize("name", ["sailboats", "parrots", "lighthouse", "red-barn"])
def test_other_pictures_are_none(photo, name: str) -> None:
    assert find_quality(of(photo(name))) is None


def test_noise_is_none() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (128, 128, 3), np.uint8)
    assert find_quality(of(noise)) is None
    assert find_quality(of(np.full((128, 128, 3), 90, np.uint8))) is None


@pytest.mark.parametrize("quality", [70, 75, 85])
@pytest.mark.parametrize("name", ["sailboats", "parrots"])
def test_first_coefficients_of_real_files_tell_the_bits(photo, name: str, quality: int) -> None:
    ground = Ground.of(photo(name, 256, 256), "messenger", 40.6, False)
    bits = np.random.default_rng(4).integers(0, 2, ground.plan.zero.shape).astype(bool)
    seen = jpeg(ground.picture(bits), quality)
    told = cell_ratios(of(seen), of(ground.reference), ground.plan, quality)
    assert told is not None
    sure = (np.abs(told) > 5)[:, :, 0, 0]
    wrong = ((told < 0) != bits)[:, :, 0, 0][sure]
    assert sure.sum() > 400
    assert wrong.mean() < 0.04  # a lattice that is shifted has 0.2


@pytest.mark.parametrize("quality", [75, 90])
def test_cells_tell_the_bits(reference: Rgb8, plan: Design, quality: int) -> None:
    own = of(reference)
    bits = np.random.default_rng(2).integers(0, 2, plan.zero.shape).astype(bool)
    changed = own + np.where(bits, plan.one, plan.zero)
    step = jpeg_table(quality)
    found = np.rint(changed / step) * step
    told = cell_ratios(found, own, plan, quality)
    assert told is not None
    first, unused = plan.classes == 1, plan.classes == 0
    assert ((told < 0) != bits)[first].mean() < 0.02
    assert np.allclose(told[unused], 0)


def test_another_picture_is_no_jpeg_of_the_reference(
    reference: Rgb8, secret: Rgb8, plan: Design
) -> None:
    other = np.resize(secret, reference.shape)
    assert cell_ratios(of(jpeg(other, 90)), of(reference), plan, 90) is None
