"""Banks: orthonormal, invertible, and the coefficients of SciPy in a known order."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy.fft import dctn
from torch import Tensor

from sshr.network.bank import (
    BlockBank,
    BlockRows,
    FrequencyRows,
    HaarRows,
    RankedRows,
    RowBank,
    dct_matrix,
)
from sshr.network.sizes import ring_sizes
from sshr.network.transform import Transform

DOUBLE = torch.float64
SHARES = [1.0, 3.0, 0.0, 20.0, 40.0]
RANK = torch.randperm(15, generator=torch.Generator().manual_seed(4))
BANKS: dict[str, Callable[[], RowBank]] = {
    "haar": HaarRows,
    "blocks of 4": lambda: BlockRows(4),
    "blocks of 16": lambda: BlockRows(16),
    "frequencies": lambda: FrequencyRows(SHARES),
    "ranks": lambda: RankedRows(FrequencyRows(SHARES), RANK),
}
EVEN = [(name, size) for name in BANKS for size in ((32, 48), (64, 16))]
ODD = [(name, size) for name in ("frequencies", "ranks") for size in ((33, 47), (17, 64))]


def planes(*size: int, count: int = 2, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, 3, *size, generator=generator, dtype=DOUBLE)


@pytest.mark.parametrize("size", [4, 8, 13, 64])
def test_the_dct_is_orthonormal(size: int) -> None:
    matrix = dct_matrix(size, DOUBLE, torch.device("cpu"))
    assert float((matrix @ matrix.T - torch.eye(size)).abs().max()) < 1e-12


@pytest.mark.parametrize("block", [4, 8, 16])
def test_block_tokens_are_those_of_scipy_and_can_be_joined(block: int) -> None:
    bank, x = BlockBank(block), planes(32, 48)
    tokens = bank.split(x)
    assert tokens.shape == (2, 3 * block**2, 32 // block, 48 // block)
    assert bank.channels == tokens.shape[1]
    assert float((bank.join(tokens) - x).abs().max()) < 1e-12
    assert float(tokens.norm()) == pytest.approx(float(x.norm()), rel=1e-12)
    blocks = x.numpy().reshape(2, 3, 32 // block, block, 48 // block, block)
    expected = dctn(blocks.transpose(0, 1, 3, 5, 2, 4), axes=(2, 3), norm="ortho")
    assert np.abs(tokens.numpy() - expected.reshape(tokens.shape)).max() < 1e-12


@pytest.mark.parametrize(("name", "size"), EVEN + ODD)
def test_rows_keep_energy_and_can_be_undone(name: str, size: tuple[int, int]) -> None:
    bank, x = BANKS[name](), planes(*size)
    row = bank.row(x)
    assert row.shape == (2, 3 * size[0] * size[1])
    assert torch.allclose(row.norm(dim=1), x.flatten(1).norm(dim=1), rtol=1e-12)
    assert float((bank.planes(row, size) - x).abs().max()) < 1e-12
    other = planes(*size, seed=1)
    # Orthonormal: the inverse is the adjoint.
    left, right = (row * other.flatten(1)).sum(), (x * bank.planes(other.flatten(1), size)).sum()
    assert float(left - right) == pytest.approx(0, abs=1e-9)
    single = bank.planes(bank.row(x.float()), size)
    assert float((single - x).abs().max()) < 1e-5


@pytest.mark.parametrize(("name", "size"), EVEN + ODD)
def test_every_entry_has_a_class(name: str, size: tuple[int, int]) -> None:
    bank = BANKS[name]()
    classes = bank.class_of(size)
    assert classes.dtype == torch.int64
    assert classes.shape == (3 * size[0] * size[1],)
    counts = torch.bincount(classes, minlength=bank.classes).tolist()
    assert len(counts) == bank.classes
    if name == "ranks":
        assert counts == ring_sizes(size, SHARES)
    elif name == "frequencies":
        sizes = ring_sizes(size, SHARES)
        assert [sum(counts[i : i + 3]) for i in range(0, len(counts), 3)] == sizes
        # The colours of a ring differ by the one frequency that may lie across its ends.
        assert all(max(counts[i : i + 3]) - min(counts[i : i + 3]) <= 1 for i in range(0, 15, 3))
    else:
        assert counts == [3 * size[0] * size[1] // bank.classes] * bank.classes


def test_a_class_of_haar_is_a_band_and_of_blocks_a_kernel() -> None:
    x, size = planes(32, 48), (32, 48)
    haar, state = HaarRows(), Transform("haar:1", "rgb").pack(x)
    assert haar.classes == 12
    for band in (0, 7, 11):
        chosen = haar.row(x)[:, haar.class_of(size) == band]
        assert torch.equal(chosen, state[:, band].flatten(1))
    blocks, tokens = BlockRows(8), BlockBank(8).split(x)
    for kernel in (0, 65, 191):
        chosen = blocks.row(x)[:, blocks.class_of(size) == kernel]
        assert torch.equal(chosen, tokens[:, kernel].flatten(1))


@pytest.mark.parametrize("size", [(32, 48), (33, 47)])
def test_frequencies_stand_by_their_distance_from_zero(size: tuple[int, int]) -> None:
    bank, x = FrequencyRows(SHARES), planes(*size, count=1)
    assert (bank.colours, bank.classes) == (3, 15)
    height, width = size
    distance = np.hypot(np.arange(height)[:, None] / height, np.arange(width)[None] / width)
    order = np.argsort(distance.round(9).ravel(), kind="stable")
    spectrum = dctn(x[0].numpy(), axes=(1, 2), norm="ortho").reshape(3, -1)
    row = bank.row(x)[0].view(-1, 3).numpy()
    by_distance = distance.ravel()[order]
    # Equal up to the order of frequencies at one distance.
    assert np.allclose(np.sort((spectrum**2).sum(0)), np.sort((row**2).sum(1)))
    assert np.allclose(spectrum[:, 0], row[0])
    for end in np.flatnonzero(np.diff(by_distance) > 1e-6)[:40] + 1:
        assert np.isclose((spectrum[:, order[:end]] ** 2).sum(), (row[:end] ** 2).sum())
    rings = bank.ring_of(size)
    assert bool((rings.diff() >= 0).all())
    assert torch.equal(bank.class_of(size) // 3, rings)
    assert torch.equal(bank.class_of(size) % 3, torch.arange(3).repeat(height * width))


@pytest.mark.parametrize("size", [(32, 48), (33, 47)])
def test_ranks_only_reorder_frequencies_class_by_class(size: tuple[int, int]) -> None:
    plain, x = FrequencyRows(SHARES), planes(*size)
    row, classes, start = plain.row(x), plain.class_of(size), 0
    ranked = RankedRows(plain, RANK).row(x)
    for number in RANK.argsort().tolist():  # the loudest class first
        own = row[:, classes == number]
        assert torch.equal(ranked[:, start : start + own.shape[1]], own)
        start += own.shape[1]
    assert start == row.shape[1]
    same = RankedRows(plain, torch.arange(15))
    assert torch.equal(same.row(x)[:, : 3 * 2], row[:, classes.argsort(stable=True)][:, : 3 * 2])
