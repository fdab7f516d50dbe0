"""Pictures as the networks take and give them."""

import numpy as np
import torch

from sshr.evaluation.tensors import to_levels, to_tensor


def test_every_level_comes_back():
    picture = np.arange(256 * 3, dtype=np.uint8).reshape(16, 16, 3)
    tensor = to_tensor(picture)
    assert (tensor.shape, tensor.dtype) == ((1, 3, 16, 16), torch.float32)
    assert tensor[0, 1, 0, 0] == picture[0, 0, 1] / 255
    assert np.array_equal(to_levels(tensor), picture)


def test_levels_are_rounded_and_clamped():
    image = torch.tensor([-0.2, 0.5 / 255 + 1e-4, 1.3]).reshape(1, 3, 1, 1)
    assert to_levels(image).tolist() == [[[0, 1, 255]]]


def test_the_picture_is_not_shared():
    picture = np.zeros((4, 4, 3), np.uint8)
    tensor = to_tensor(picture)
    picture[:] = 9
    assert not tensor.any()
