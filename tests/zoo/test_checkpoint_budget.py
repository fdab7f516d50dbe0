"""What building may allocate: tensors are counted, and so are calls."""

import pytest
import torch

from sshr.zoo.checkpoint import CALL, Budget


def test_what_fits_is_built() -> None:
    with Budget(4 * CALL):
        made = torch.zeros(CALL) + torch.ones(1)
    assert made.shape == (CALL,)


def test_too_large_a_tensor_ends_it() -> None:
    with pytest.raises(ValueError, match="larger network than it holds"), Budget(10 * CALL):
        torch.zeros(11, CALL)


def test_too_many_small_ones_end_it() -> None:
    with Budget(10 * CALL):
        for _ in range(10):
            torch.zeros(1)
        with pytest.raises(ValueError, match="larger network than it holds"):
            torch.zeros(1)
    torch.zeros(99, CALL)  # nothing is counted afterwards
