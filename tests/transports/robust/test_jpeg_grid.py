"""JPEG files are recognised by their steps, other pictures are not taken for any."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from sshr.transports.robust.blocks import ONE, coded_coefficients, luma
from sshr.transports.robust.design import Design, jpeg_table
from sshr.transports.robust.jpeg_grid import MOZJPEG, cell_ratios, find_grid, kept
from sshr.transports.robust.layers import Ground

Rgb8 = NDArray[np.uint8]


def of(picture: Rgb8) -> NDArray[np.float64]:
    return coded_coefficients(luma(picture) / ONE)


def jpeg(picture: Rgb8, quality: int, subsampling: str = "4:2:0", **options: object) -> Rgb8:
    stream = io.BytesIO()
    image = Image.fromarray(picture)
    image.save(stream, "JPEG", quality=quality, subsampling=subsampling, **options)
    return np.array(Image.open(stream))


def with_table(picture: Rgb8, steps: NDArray[np.int64]) -> Rgb8:
    return jpeg(picture, 50, qtables=[steps.ravel().tolist()] * 2)  # of quality 50: as they are


@pytest.mark.parametrize("subsampling", ["4:2:0", "4:4:4"])
@pytest.mark.parametrize("quality", range(50, 96, 5))
@pytest.mark.parametrize("name", ["sailboats", "parrots", "lighthouse"])
def test_quality_of_real_files(photo, name: str, quality: int, subsampling: str) -> None:
    found = find_grid(of(jpeg(photo(name), quality, subsampling)))
    assert found is not None
    assert found.words.startswith("JPEG of about quality")
    # Neighbours share most of their steps.
    assert np.abs(found.steps - jpeg_table(quality))[:4, :4].max() <= 1


@pytest.mark.parametrize("options", [{"progressive": True}, {"optimize": True}])
def test_how_a_file_is_written_does_not_matter(photo, options: dict[str, bool]) -> None:
    found = find_grid(of(jpeg(photo("parrots"), 80, **options)))
    assert found is not None
    assert found.words == "JPEG of about quality 80"


@pytest.mark.parametrize("quality", [60, 75, 85])
def test_the_table_of_mozjpeg(photo, quality: int) -> None:
    steps = jpeg_table(quality, MOZJPEG)
    found = find_grid(of(with_table(photo("sailboats", 256, 256), steps)))
    assert found is not None
    assert found.words == f"JPEG of about quality {quality} (mozjpeg's table)"
    assert np.array_equal(found.steps, steps)


def test_a_table_of_its_own(photo) -> None:
    """Steps that no formula gives: those that show are right, and bits are told by them."""
    steps = np.random.default_rng(3).integers(5, 23, (8, 8))
    ground = Ground.of(photo("sailboats", 256, 256), "messenger", 40.6, False)
    bits = np.random.default_rng(4).integers(0, 2, ground.plan.zero.shape).astype(bool)
    seen = with_table(ground.picture(bits), steps)
    found = find_grid(of(seen))
    assert found is not None
    assert found.words == "JPEG with a table of its own"
    known = found.steps > 0
    assert known.sum() > 20
    assert np.array_equal(found.steps[known], steps[known])
    told = cell_ratios(of(seen), of(ground.reference), ground.plan, found.steps)
    assert told is not None
    assert np.allclose(told[:, :, ~known], 0)
    sure = np.abs(told) > 5
    assert sure.sum() > 3000
    assert ((told < 0) != bits)[sure].mean() < 0.03


def test_what_a_coder_has_left() -> None:
    own = np.random.default_rng(5).normal(0, 9, (20, 20, 8, 8))
    found = own.copy()
    found[:, :, 3:, 2] = 0
    assert np.array_equal(kept(found, own), found[0, 0] != 0)


@pytest.mark.parametrize("name", ["sailboats", "parrots", "lighthouse", "red-barn"])
def test_other_pictures_are_none(photo, name: str) -> None:
    assert find_grid(of(photo(name))) is None


def test_noise_is_none() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (128, 128, 3), np.uint8)
    assert find_grid(of(noise)) is None
    assert find_grid(of(np.full((128, 128, 3), 90, np.uint8))) is None


@pytest.mark.parametrize("quality", [70, 75, 85])
@pytest.mark.parametrize("name", ["sailboats", "parrots"])
def test_first_coefficients_of_real_files_tell_the_bits(photo, name: str, quality: int) -> None:
    ground = Ground.of(photo(name, 256, 256), "messenger", 40.6, False)
    bits = np.random.default_rng(4).integers(0, 2, ground.plan.zero.shape).astype(bool)
    seen = jpeg(ground.picture(bits), quality)
    told = cell_ratios(of(seen), of(ground.reference), ground.plan, jpeg_table(quality))
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
    told = cell_ratios(found, own, plan, jpeg_table(quality))
    assert told is not None
    first, unused = plan.classes == 1, plan.classes == 0
    assert ((told < 0) != bits)[first].mean() < 0.02
    assert np.allclose(told[unused], 0)


def test_another_picture_is_no_jpeg_of_the_reference(
    reference: Rgb8, secret: Rgb8, plan: Design
) -> None:
    other = np.resize(secret, reference.shape)
    assert cell_ratios(of(jpeg(other, 90)), of(reference), plan, jpeg_table(90)) is None
