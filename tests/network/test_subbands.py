"""Subbands of packed coefficients: where they are, and back again."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from sshr.network.subbands import join_subbands, split_subbands
from sshr.network.transform import Transform


@pytest.mark.parametrize("name", ["haar:1", "haar:3", "db4:4"])
def test_split_agrees_with_the_analysis_and_join_undoes_it(
    name: str, pictures: Callable[..., Tensor]
) -> None:
    transform = Transform(name, "rgb")
    image = pictures(2, 64, 96)
    packed = transform(image)
    low, details = split_subbands(packed, transform.levels)
    assert torch.equal(join_subbands(low, details), packed)
    planes = image - 0.5
    for detail in reversed(details):  # level by level, as the wavelet itself goes
        top, bottom = transform._analyse(planes).chunk(2, -2)
        planes, right = top.chunk(2, -1)
        expected = torch.stack([bottom.chunk(2, -1)[0], right, bottom.chunk(2, -1)[1]], dim=2)
        assert torch.allclose(detail, expected, atol=1e-5)
    assert torch.allclose(low, planes, atol=1e-5)
