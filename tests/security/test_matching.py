"""The tools of the attacks: each finds what it is made for, and nothing where there is nothing."""

import numpy as np
import pytest
import torch
from scipy.stats import binom

from sshr.evaluation.attacks.denoising import median, wiener
from sshr.evaluation.attacks.matching import FEATURES, feature_vectors, right_picks
from sshr.evaluation.attacks.matching import picks as picks_of
from sshr.evaluation.attacks.payload import (
    STATISTICS,
    Simulation,
    payload_scores,
    ring_kurtosis,
    ring_magnitudes,
    ring_power,
)
from sshr.evaluation.attacks.scores import score
from sshr.metrics import psnr
from sshr.network.bank import BlockBank
from sshr.network.transform import Transform

SIDE = 64


@pytest.fixture
def pictures(crops):
    return [crop[:SIDE, :SIDE] / 255 for crop in crops]


def picks(candidates, found):
    return picks_of(feature_vectors(found), feature_vectors(candidates))


def test_every_feature_recognises_a_noisy_copy(pictures):
    rng = np.random.default_rng(1)
    noisy = [picture + rng.normal(0, 0.003, picture.shape) for picture in pictures]
    assert min(picks(pictures, noisy).values()) >= 20


def test_noise_is_recognised_as_nothing(pictures):
    rng = np.random.default_rng(2)
    rounds = [picks(pictures, rng.normal(0.5, 0.2, (24, SIDE, SIDE, 3))) for _ in range(12)]
    for name in FEATURES:
        assert sum(found[name] for found in rounds) <= binom.isf(1e-9, 12 * 24, 1 / 24)


def test_shuffling_inside_the_bands_hides_pixels_but_neither_bands_nor_magnitudes(pictures):
    transform, bank = Transform("haar:1", "opponent"), BlockBank(8)
    generator = torch.Generator().manual_seed(3)

    def shuffled(picture):
        planes = transform.planes(torch.from_numpy(picture).permute(2, 0, 1)[None].float())
        tokens = bank.split(planes).flatten(2)
        order = torch.rand(tokens.shape, generator=generator).argsort(-1)
        sign = torch.randint(0, 2, tokens.shape, generator=generator) * 2.0 - 1
        moved = (tokens.gather(-1, order) * sign).unflatten(-1, (SIDE // 8, SIDE // 8))
        return transform.image(bank.join(moved))[0].permute(1, 2, 0).numpy()

    found = picks(pictures, [shuffled(picture) for picture in pictures])
    assert found["pixels"] <= 11  # by chance once in 1e9 times
    assert found["bands"] == found["sorted"] == 24


def test_a_candidate_that_is_ruled_out_is_never_picked():
    scores = np.array([[2.0, 1.0], [0.0, 5.0]])
    assert right_picks(scores) == 2
    assert right_picks(scores, known=[1, 0]) == 2
    assert right_picks(scores, known=[0, 1]) == 0
    assert scores[0, 0] == 2


def rows_of(levels, seed, draw=None):
    """For each level the payload of two tiles with three rings, the second as loud as it says."""
    rng = np.random.default_rng(seed)
    draw = draw or (lambda level, size: level * rng.normal(0, 1, size))
    sizes = [(1.0, 400), (None, 3000), (1.0, 9000)]
    return [
        [draw(level if own is None else own, size) for own, size in sizes * 2] for level in levels
    ]


def test_payloads_of_different_energy_are_told_apart():
    levels, even = np.geomspace(0.6, 1.6, 8), [1.0] * 8
    simulation = Simulation(rows_of(levels, 1), rows_of([levels[0]] * 8, 2))
    assert right_picks(payload_scores(rows_of(levels, 3), simulation, ring_power)) == 8
    # What a reference does to all payloads is taken off.
    louder = Simulation(simulation.candidates, rows_of([2 * levels[0]] * 8, 4))
    assert right_picks(payload_scores(rows_of(2 * levels, 5), louder, ring_power)) == 8
    same = Simulation(rows_of(even, 6), rows_of(even, 7))
    assert right_picks(payload_scores(rows_of(even, 8), same, ring_power)) < 8


@pytest.mark.parametrize("name", ["ring kurtosis", "ring magnitudes"])
def test_payloads_of_different_shape_are_told_apart_whatever_their_energy(name):
    """A part of the coefficients is zero, and the rest louder: the energy is the same."""
    shares = np.geomspace(0.2, 1, 6)

    def rows(seed, loudness=1.0):
        rng = np.random.default_rng(seed)

        def draw(share, size):
            full = rng.normal(0, loudness / share**0.5, size)
            return np.where(rng.random(size) < share, full, 0)

        return rows_of(shares, 0, draw)

    candidates = rows(1)
    simulation = Simulation(candidates, candidates[:1] * 6)
    seen = rows(2, loudness=3.0)
    assert right_picks(payload_scores(seen, simulation, STATISTICS[name])) == 6


def test_what_the_statistics_measure():
    rows = [np.array([1.0, -1.0, 1.0, -1.0]), np.array([0.0, 0.0, 0.0, 4.0])]
    assert ring_power(rows) == pytest.approx([0, np.log(4)])
    assert ring_kurtosis(rows) == pytest.approx([1, 4])
    quantiles = ring_magnitudes([np.random.default_rng(1).normal(0, 7, 100_000)])
    assert quantiles == pytest.approx([0.126, 0.319, 0.674, 1.150, 1.645, 2.576], abs=0.05)


def test_a_flat_grey_shows_nothing_and_the_secret_shows_itself(crops):
    for secret in crops:
        flat = score(np.full_like(secret, round(secret.mean())), secret)
        assert flat.shows_nothing
        assert flat.psnr == pytest.approx(flat.grey_psnr, abs=0.05)
        assert flat.ssim == flat.grey_ssim
        assert flat.fitted_psnr == flat.grey_psnr
        own = score(secret, secret)
        assert not own.shows_nothing
        assert own.psnr == own.fitted_psnr == 100


def test_the_fit_finds_a_negative_of_low_contrast(crops):
    for secret in crops:
        faint = np.rint(140 - 0.5 * secret.astype(float)).astype(np.uint8)
        found = score(faint, secret)
        assert found.psnr < found.grey_psnr < 45 < found.fitted_psnr


@pytest.mark.parametrize("denoise", [median, wiener])
def test_denoisers_bring_a_smooth_picture_back(denoise):
    y, x = np.mgrid[:80, :64]
    clean = np.repeat((60 + x + 0.5 * y)[..., None], 3, axis=2)
    noise = np.random.default_rng(6).normal(0, 2.23, clean.shape)
    noisy, clean = (np.rint(p).astype(np.uint8) for p in (clean + noise, clean))
    result = denoise(noisy)
    assert result.shape == noisy.shape
    assert result.dtype == np.uint8
    assert psnr(result, clean) > psnr(noisy, clean) + 3


def test_the_median_is_scipys():
    from scipy.ndimage import median_filter

    image = np.random.default_rng(7).integers(0, 256, (20, 31, 3), dtype=np.uint8)
    assert np.array_equal(median(image), median_filter(image, (3, 3, 1), mode="nearest"))


def test_the_wiener_filter_keeps_strong_texture():
    image = np.random.default_rng(8).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    assert psnr(wiener(image), image) > 45
