"""Blocks and their DCT."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.transports.robust.blocks import (
    ONE,
    WEIGHTS,
    coded_coefficients,
    coefficients,
    dct_matrix,
    from_blocks,
    half_steps,
    luma,
    samples,
    to_blocks,
)

Rgb8 = NDArray[np.uint8]


def test_dct_is_orthonormal() -> None:
    basis = dct_matrix()
    assert np.allclose(basis @ basis.T, np.eye(8), rtol=0, atol=1e-12)
    flat = np.full((8, 8), 100.0)
    assert coefficients(flat)[0, 0, 0, 0] == pytest.approx(800)


@pytest.mark.parametrize("shape", [(64, 64), (71, 85), (8, 9)])
def test_blocks_come_back(shape: tuple[int, int]) -> None:
    plane = np.random.default_rng(1).normal(size=shape)
    blocks = to_blocks(plane)
    rows, columns = shape[0] // 8, shape[1] // 8
    assert blocks.shape == (rows, columns, 8, 8)
    assert np.array_equal(blocks[-1, 0], plane[8 * rows - 8 : 8 * rows, :8])
    back = from_blocks(blocks, shape)
    assert np.array_equal(back[: 8 * rows, : 8 * columns], plane[: 8 * rows, : 8 * columns])
    assert not back[8 * rows :].any()
    assert not back[:, 8 * columns :].any()


def test_samples_are_the_inverse() -> None:
    plane = np.random.default_rng(2).uniform(0, 255, (40, 48))
    assert np.allclose(samples(coefficients(plane), plane.shape), plane, rtol=0, atol=1e-9)


def test_half_steps_are_whole_and_right(reference: Rgb8) -> None:
    found = half_steps(reference)
    assert found.dtype == np.int16
    exact = 2 * coded_coefficients(luma(reference) / ONE)
    # Twelve bits of the matrix: an error below 1 % of the largest coefficient, as a rule far less.
    assert np.abs(found + 0.5 - exact).max() < 1.5
    assert np.abs(found + 0.5 - exact).mean() < 0.3


def test_half_steps_do_not_depend_on_the_order_of_sums(reference: Rgb8) -> None:
    basis = np.rint(dct_matrix() * 4096).astype(np.int64)
    plane = reference.astype(np.int64) @ np.array(WEIGHTS)
    whole = np.einsum("ua,rcab,vb->rcuv", basis, to_blocks(plane), basis)
    steps = whole >> 35
    steps[:, :, 0, 0] -= 2 * 8 * 128
    assert np.array_equal(half_steps(reference), steps)


def test_luma_is_that_of_jpeg() -> None:
    assert sum(WEIGHTS) == ONE
    for weight, exact in zip(WEIGHTS, (0.299, 0.587, 0.114), strict=True):
        assert abs(weight / ONE - exact) < 1e-4
