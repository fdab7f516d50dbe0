"""Keyed rotations of rows in NumPy are those of the network in torch."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sshr.inference.planes import frequency_places
from sshr.inference.rows import TurnedRows, rotations
from sshr.network.constants import TURN_ATOMS, TURNS
from sshr.network.rotation import KeyedRotation

SIZE = (32, 48)
COUNT = 3 * SIZE[0] * SIZE[1]


@pytest.fixture(scope="module")
def turns() -> NDArray[np.float32]:
    angles = np.random.default_rng(1).normal(0, 0.5, (TURNS, TURN_ATOMS * (TURN_ATOMS - 1) // 2))
    return rotations(angles.astype(np.float32))


def test_rotations_are_matrix_exponentials(turns: NDArray[np.float32]) -> None:
    assert np.abs(turns @ turns.transpose(0, 2, 1) - np.eye(TURN_ATOMS)).max() < 1e-5
    rotation = KeyedRotation(8, 0.4)
    k_sym = torch.linspace(-1, 1, 8)[None]
    with torch.inference_mode():
        angles, expected = rotation.angles(k_sym)[0].numpy(), rotation(k_sym)[0].numpy()
    assert np.abs(rotations(angles) - expected).max() < 1e-5


@pytest.mark.parametrize("colours", [1, 3])
@pytest.mark.parametrize("sizes", [[COUNT], [50, 700, 0, 48, COUNT - 798], [7, COUNT - 7]])
def test_rows_are_turned_part_by_part(
    turns: NDArray[np.float32], sizes: list[int], colours: int
) -> None:
    places = frequency_places(*SIZE)
    rows = TurnedRows(places, sizes, colours)
    spectrum = np.random.default_rng(2).standard_normal(COUNT).astype(np.float32)
    plain = torch.from_numpy(spectrum[places])[None]
    batch = torch.from_numpy(turns)[None]
    parts = [KeyedRotation.turn(part, batch, colours) for part in plain.split(sizes, dim=1)]
    found = rows.row(spectrum, turns)
    assert np.abs(found - torch.cat(parts, dim=1)[0].numpy()).max() < 1e-5
    assert np.abs(rows.spectrum(found, turns) - spectrum).max() < 1e-5
