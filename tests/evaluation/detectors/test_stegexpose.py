import numpy as np
import pytest

from sshr.evaluation.detectors import stegexpose
from sshr.evaluation.detectors.stegexpose import StegExpose


@pytest.fixture
def replaced(photo):
    def make(share, size=128):
        picture = photo("parrots", size, size)
        rng = np.random.default_rng(1)
        bits = picture & 0xFE | rng.integers(0, 2, picture.shape, np.uint8)
        return np.where(rng.random(picture.shape) < share, bits, picture)

    return make


@pytest.mark.parametrize("faithful", [False, True])
def test_replaced_bits_are_found_and_photographs_are_not(replaced, photo, faithful):
    detector = StegExpose(faithful)
    detector.fit([], [])
    covers = [photo(name, 256, 256) for name in ("sailboats", "parrots", "lighthouse")]
    assert (detector.score(covers) < 0).all()
    assert (detector.score([replaced(share, 256) for share in (0.4, 0.7, 1.0)]) > 0).all()


def test_small_pictures_lose_the_chi_square_test_as_published(replaced, monkeypatch):
    monkeypatch.setattr(stegexpose, "pairs_of_values", lambda _: np.ones(400))
    for estimate in ("primary_sets", "sample_pairs", "rs_analysis"):
        monkeypatch.setattr(stegexpose, estimate, lambda *_: 0.0)
    small, large = replaced(0, 256), np.zeros((512, 512, 3), np.uint8)
    assert [StegExpose().fused(one) for one in (small, large)] == [0.25, 0.25]
    assert [StegExpose(faithful=True).fused(one) for one in (small, large)] == [0.0, 0.25]
    # Of 256 blocks the published program compares 255, and stumbles over the missing one.
    edge = [np.zeros((1, blocks * 1024 // 3 + 1, 3), np.uint8) for blocks in (256, 257)]
    assert [StegExpose(faithful=True).fused(one) for one in edge] == [0.0, 0.25]


def test_estimates_without_a_value_are_left_out(replaced, monkeypatch):
    found = iter([float("nan"), -0.5, 3.0])
    for estimate in ("primary_sets", "sample_pairs", "rs_analysis"):
        monkeypatch.setattr(stegexpose, estimate, lambda *_: next(found))
    assert StegExpose(faithful=True).fused(replaced(0)) == 0.75
