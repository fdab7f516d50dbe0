"""The tools of the attacks: each finds what it is made for, and nothing where there is nothing."""

import numpy as np
import pytest
import torch

from sshr.evaluation.denoising import median, wiener
from sshr.evaluation.matching import FEATURES, Matcher, right_picks
from sshr.evaluation.metrics import psnr
from sshr.evaluation.payload import Simulation, chunk_power, payload_scores, tile_power
from sshr.evaluation.scores import score
from sshr.network.transform import Transform

SIDE = 64


@pytest.fixture
def pictures(crops):
    return [crop[:SIDE, :SIDE] / 255 for crop in crops]


def picks(candidates, found):
    return {name: right_picks(s) for name, s in Matcher(candidates).scores(found).items()}


def test_every_feature_recognises_a_noisy_copy(pictures):
    rng = np.random.default_rng(1)
    noisy = [picture + rng.normal(0, 0.003, picture.shape) for picture in pictures]
    assert min(picks(pictures, noisy).values()) >= 20


def test_noise_is_recognised_as_nothing(pictures):
    rng = np.random.default_rng(2)
    rounds = [picks(pictures, rng.normal(0.5, 0.2, (24, SIDE, SIDE, 3))) for _ in range(12)]
    for name in FEATURES:
        assert np.mean([found[name] for found in rounds]) < 2


def test_shuffling_inside_the_bands_hides_pixels_but_neither_bands_nor_magnitudes(pictures):
    transform, generator = Transform("db4:4", "opponent"), torch.Generator().manual_seed(3)

    def shuffled(picture):
        planes = torch.from_numpy(picture).permute(2, 0, 1)[None].float()
        z = transform(planes).flatten(2)
        order = torch.rand(z.shape, generator=generator).argsort(-1)
        sign = torch.randint(0, 2, z.shape, generator=generator) * 2.0 - 1
        moved = (z.gather(-1, order) * sign).unflatten(-1, (SIDE // 16, SIDE // 16))
        return transform.inverse(moved)[0].permute(1, 2, 0).numpy()

    found = picks(pictures, [shuffled(picture) for picture in pictures])
    assert found["pixels"] <= 8
    assert found["bands"] == found["sorted"] == 24


def test_a_candidate_that_is_ruled_out_is_never_picked():
    scores = np.array([[2.0, 1.0], [0.0, 5.0]])
    assert right_picks(scores) == 2
    assert right_picks(scores, known=[1, 0]) == 2
    assert right_picks(scores, known=[0, 1]) == 0
    assert scores[0, 0] == 2


def test_payloads_of_different_energy_are_told_apart():
    rng = np.random.default_rng(4)
    strengths = np.geomspace(0.8, 1.2, 8)

    def residuals(levels):
        return [rng.normal(0, level, (96, 400, 3)).astype(np.float32) for level in levels]

    simulation = Simulation(residuals(strengths), residuals([strengths[0]] * 8))
    assert right_picks(payload_scores(residuals(strengths), simulation, tile_power)) == 8
    # What a reference does to all payloads is taken off.
    louder = Simulation(simulation.candidates, residuals([2 * strengths[0]] * 8))
    assert right_picks(payload_scores(residuals(2 * strengths), louder, tile_power)) == 8
    even = Simulation(residuals([1.0] * 8), residuals([1.0] * 8))
    assert right_picks(payload_scores(residuals([1.0] * 8), even, tile_power)) < 8


def test_chunk_power_sees_where_the_energy_lies(base):
    # 80 x 80 x 3 samples are 75 chunks of 256.
    transform, rng = base.model.net.transform, np.random.default_rng(5)
    z = rng.normal(0, 0.01, 19200)
    z[256 * 7 : 256 * 8] *= 10
    packed = torch.from_numpy(z).float().view(1, 768, 5, 5)
    found = (transform.inverse(packed) - 0.5)[0].permute(1, 2, 0).numpy()
    powers = chunk_power(base, found)
    assert powers.shape == (75,)
    assert powers[-1] - powers[-2] == pytest.approx(2 * np.log(10), abs=0.4)
    assert powers.mean() == pytest.approx(0, abs=1e-6)


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
