import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from sshr import metrics
from sshr.errors import UsageError
from sshr.metrics import MAX_PSNR, mae, psnr, rmse, ssim, y_psnr

ALL = [psnr, ssim, mae, rmse, y_psnr]


def pair(height, width, noise=6.0, seed=0):
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width] / max(height, width)
    clean = np.stack([255 * x, 130 + 90 * np.sin(20 * y), 255 * (x + y > 0.7)], axis=-1)
    image = np.clip(clean + rng.normal(0, noise, clean.shape), 0, 255)
    return image.round().astype(np.uint8), clean.round().astype(np.uint8)


pairs = st.builds(
    pair, st.integers(11, 40), st.integers(11, 40), st.floats(0, 80), st.integers(0, 99)
)


def test_psnr_against_scikit_image():
    image, reference = pair(61, 83)
    expected = peak_signal_noise_ratio(reference, image, data_range=255)
    assert psnr(image, reference) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("size", [(11, 11), (11, 60), (42, 43), (74, 12), (97, 131)])
@pytest.mark.parametrize("noise", [0.7, 3.0, 40.0])
def test_ssim_against_scikit_image(size, noise):
    image, reference = pair(*size, noise)
    expected = structural_similarity(
        image,
        reference,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        data_range=255,
        channel_axis=2,
    )
    assert ssim(image, reference) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("level", [0, 255])
def test_ssim_of_flat_pictures_keeps_its_accuracy(level):
    # Variances of zero at the ends of the range, where float32 would lose most.
    flat = np.full((40, 50, 3), level, np.uint8)
    near = np.abs(flat.astype(int) - 2).astype(np.uint8)
    expected = structural_similarity(
        flat,
        near,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        data_range=255,
        channel_axis=2,
    )
    assert ssim(flat, near) == pytest.approx(expected, abs=1e-4)


def test_pieces_make_no_difference(monkeypatch):
    image, reference = pair(90, 300)
    whole = [metric(image, reference) for metric in ALL]
    monkeypatch.setattr(metrics, "_PIXELS", 1000)
    monkeypatch.setattr(metrics, "_BLOCK", 7)
    monkeypatch.setattr(metrics, "_BLOCKS", 3)
    assert [metric(image, reference) for metric in ALL] == pytest.approx(whole, rel=1e-6)


def test_arrays_need_not_be_contiguous():
    image, reference = pair(40, 50)
    for metric in ALL:
        turned = metric(image.transpose(1, 0, 2), reference.transpose(1, 0, 2))
        assert turned == pytest.approx(metric(image, reference), rel=1e-6)


def test_equal_pictures():
    image, _ = pair(30, 30)
    assert psnr(image, image) == y_psnr(image, image) == MAX_PSNR == 100
    assert mae(image, image) == rmse(image, image) == 0
    assert ssim(image, image) == pytest.approx(1, abs=1e-6)


def test_known_values():
    black = np.zeros((20, 30, 3), np.uint8)
    white = np.full_like(black, 255)
    assert psnr(white, black) == 0
    assert mae(white, black) == rmse(white, black) == 255
    three = np.full_like(black, 3)
    assert mae(three, black) == rmse(three, black) == 3
    assert psnr(three, black) == pytest.approx(20 * math.log10(85))
    one_channel = black.copy()
    one_channel[:, :, 1] = 30
    assert mae(one_channel, black) == 10
    assert rmse(one_channel, black) == pytest.approx(30 / math.sqrt(3))
    # Luma weight of green alone: 128.553 / 255.
    assert y_psnr(one_channel, black) == pytest.approx(20 * math.log10(255 / (30 * 128.553 / 255)))


def test_one_wrong_sample_in_a_large_picture_is_not_beyond_the_cap():
    image = np.zeros((1200, 1200, 3), np.uint8)
    changed = image.copy()
    changed[0, 0, 0] = 1
    assert psnr(changed, image) == MAX_PSNR
    assert rmse(changed, image) > 0


@given(pairs)
def test_invariants(two):
    image, reference = two
    values = {metric.__name__: metric(image, reference) for metric in ALL}
    swapped = {metric.__name__: metric(reference, image) for metric in ALL}
    assert values == pytest.approx(swapped, abs=1e-6)
    assert 0 <= values["mae"] <= values["rmse"] <= 255
    assert -1 <= values["ssim"] <= 1 + 1e-6
    if values["rmse"]:
        assert values["psnr"] == pytest.approx(20 * math.log10(255 / values["rmse"]), abs=1e-9)
        # RMSE_Y <= 0.9945 RMSE_RGB, by the luma's weights.
        assert values["y_psnr"] >= min(MAX_PSNR, values["psnr"] - 20 * math.log10(0.9945))


def test_more_noise_is_worse():
    scores = [
        [metric(*pair(64, 64, noise)) for noise in (1, 4, 16)] for metric in (psnr, ssim, y_psnr)
    ]
    assert all(low > middle > high for low, middle, high in scores)


@pytest.mark.parametrize("metric", ALL)
@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((20, 20, 3), np.float32),
        np.zeros((20, 20), np.uint8),
        np.zeros((20, 20, 4), np.uint8),
        np.zeros((0, 20, 3), np.uint8),
    ],
)
def test_other_arrays_are_refused(metric, wrong):
    good = np.zeros((20, 20, 3), np.uint8)
    for arguments in ((wrong, wrong), (wrong, good), (good, wrong)):
        with pytest.raises(UsageError, match="uint8 RGB"):
            metric(*arguments)


@pytest.mark.parametrize("metric", ALL)
def test_sizes_must_agree(metric):
    with pytest.raises(UsageError, match="20x30 and 30x20 px"):
        metric(np.zeros((30, 20, 3), np.uint8), np.zeros((20, 30, 3), np.uint8))


@pytest.mark.parametrize("size", [(10, 50), (50, 10)])
def test_ssim_needs_room_for_its_window(size):
    small = np.zeros((*size, 3), np.uint8)
    assert psnr(small, small) == MAX_PSNR
    with pytest.raises(UsageError, match="at least 11 px"):
        ssim(small, small)
