"""Planes of an orthonormal turn: errors keep their size."""

import numpy as np

from sshr.transports.sealed.opponent import from_opponent, to_opponent, to_samples


def test_there_and_back() -> None:
    values = np.random.default_rng(1).uniform(0, 255, (9, 7, 3)).astype(np.float32)
    planes = to_opponent(values)
    assert np.allclose(from_opponent(planes), values, atol=1e-3)
    assert np.allclose(np.square(planes).sum(-1), np.square(values).sum(-1), rtol=1e-5)


def test_grey_is_one_plane_and_has_no_chroma() -> None:
    grey = np.full((4, 5, 1), 77, np.float32)
    assert to_opponent(grey) is grey
    planes = to_opponent(np.repeat(grey, 3, axis=-1))
    assert np.allclose(planes[..., 0], 77 * np.sqrt(3))
    assert np.allclose(planes[..., 1:], 0, atol=1e-4)


def test_samples_are_rounded_and_held() -> None:
    values = np.array([[[-3.0, 1.5, 2.6], [255.4, 255.6, 300.0]]], np.float32)
    assert to_samples(values).tolist() == [[[0, 2, 3], [255, 255, 255]]]
