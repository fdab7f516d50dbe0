import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sshr.errors import UsageError
from sshr.imaging.fitting import Box, fit_to, inner_box, should_turn, size_left, unfit
from sshr.metrics import psnr

MODES = ["contain", "cover", "stretch"]
sides = st.integers(1, 200)
sizes = st.tuples(sides, sides)


def smooth(height, width):
    y, x = np.mgrid[:height, :width]
    shade = np.stack([120 + 90 * np.sin(x / 17), 120 + 90 * np.cos(y / 23), 60 + x / 3 + y / 5], -1)
    return np.clip(shade, 0, 255).round().astype(np.uint8)


@given(sizes, sizes, st.sampled_from(MODES))
@example((1, 200), (200, 1), "contain")
@example((1, 200), (200, 1), "cover")
def test_shapes(original, size, mode):
    fitted = fit_to(np.full((*original, 3), 77, np.uint8), size, mode)
    assert fitted.shape == (*size, 3)
    assert fitted.dtype == np.uint8
    assert fitted.flags.c_contiguous
    back = unfit(fitted, original, mode)
    assert back.shape == (*original, 3)
    assert back.flags.c_contiguous
    # A plain picture stays plain: nothing black or ringing is brought in.
    assert np.unique(fitted).tolist() == np.unique(back).tolist() == [77]


@given(sizes, sizes)
def test_box_is_the_largest_of_its_aspect(area, aspect):
    box = inner_box(area, aspect)
    assert 1 <= box.height <= area[0]
    assert 1 <= box.width <= area[1]
    assert box.height == area[0] or box.width == area[1]
    if box.height == area[0]:
        exact = area[0] * aspect[1] / aspect[0]
        assert abs(box.width - exact) <= 0.5 or (box.width == 1 and exact < 1)
    else:
        exact = area[1] * aspect[0] / aspect[1]
        assert abs(box.height - exact) <= 0.5 or (box.height == 1 and exact < 1)
    assert box.top == (area[0] - box.height) // 2
    assert box.left == (area[1] - box.width) // 2


def test_boxes_are_fixed_for_good():
    # Files in the world are placed like this: a change here breaks them.
    assert inner_box((256, 256), (512, 768)) == Box(42, 0, 171, 256)
    assert inner_box((300, 200), (2, 3)) == Box(83, 0, 133, 200)
    assert inner_box((100, 101), (2, 1)) == Box(0, 25, 100, 50)
    assert inner_box((5, 6), (2, 1)) == Box(0, 1, 5, 3)  # 2.5 is rounded up


@given(sizes, sizes)
def test_turning_never_keeps_less(secret, area):
    across = (secret[0] - secret[1]) * (area[0] - area[1]) < 0
    for mode in MODES:
        if mode == "cover":
            boxes = [inner_box(size, area) for size in (secret, secret[::-1])]
            kept = [box.height * box.width for box in boxes]
        else:
            kept = [np.prod(size_left(size, area, mode)) for size in (secret, secret[::-1])]
        better = kept[1] > kept[0] and across and mode != "stretch"
        assert should_turn(secret, area, mode) == better
        assert not better or not should_turn(secret[::-1], area, mode)


@pytest.mark.parametrize(
    ("secret", "area", "turned"),
    [
        ((512, 384), (384, 512), {"contain", "cover"}),
        ((384, 512), (512, 384), {"contain", "cover"}),
        ((100, 80), (300, 400), {"cover"}),  # contained, all of it is kept as it is
        ((512, 384), (512, 384), set()),
        ((500, 384), (600, 400), set()),
        ((512, 512), (384, 512), set()),
        ((512, 384), (512, 512), set()),
    ],
)
def test_what_is_turned(secret, area, turned):
    assert {mode for mode in MODES if should_turn(secret, area, mode)} == turned


def test_size_left():
    assert size_left((64, 20000), (256, 256), "contain") == (1, 256)
    assert size_left((64, 20000), (256, 256), "cover") == (64, 64)
    assert size_left((64, 20000), (256, 256), "stretch") == (64, 256)
    assert size_left((100, 80), (300, 400), "contain") == (100, 80)


@pytest.mark.parametrize("mode", MODES)
def test_equal_size_is_left_bit_by_bit(photograph, mode):
    secret = photograph(70, 91)
    fitted = fit_to(secret, (70, 91), mode)
    assert np.array_equal(fitted, secret)
    assert np.array_equal(unfit(fitted, (70, 91), mode), secret)
    assert not np.shares_memory(fitted, secret)


def test_contain_centres_the_whole_picture_and_continues_its_edges(photograph):
    secret = photograph(64, 100)
    fitted = fit_to(secret, (91, 100), "contain")
    assert np.array_equal(fitted[13:77], secret)
    assert (fitted[:13] == secret[0]).all()
    assert (fitted[77:] == secret[-1]).all()
    assert np.array_equal(unfit(fitted, (64, 100), "contain"), secret)


def test_cover_cuts_the_middle_and_fills_the_margins_on_the_way_back(photograph):
    secret = photograph(64, 101)
    fitted = fit_to(secret, (64, 80), "cover")
    assert np.array_equal(fitted, secret[:, 10:90])
    back = unfit(fitted, (64, 101), "cover")
    assert np.array_equal(back[:, 10:90], fitted)
    assert (back[:, :10] == fitted[:, :1]).all()
    assert (back[:, 90:] == fitted[:, -1:]).all()


@pytest.mark.parametrize("mode", ["contain", "stretch"])
@pytest.mark.parametrize("size", [(150, 150), (240, 160), (301, 222)])
def test_enlarging_loses_next_to_nothing(mode, size):
    secret = smooth(110, 140)
    assert psnr(unfit(fit_to(secret, size, mode), (110, 140), mode), secret) > 45


@pytest.mark.parametrize("mode", MODES)
def test_position_is_kept_when_made_smaller(mode):
    secret = smooth(600, 420)
    back = unfit(fit_to(secret, (300, 210), mode), (600, 420), mode)
    assert psnr(back, secret) > 40


def test_reducing_does_not_alias():
    checkers = np.indices((256, 256)).sum(axis=0) % 2 * 255
    secret = np.repeat(checkers[:, :, None], 3, axis=2).astype(np.uint8)
    assert np.ptp(fit_to(secret, (64, 64), "stretch")[8:-8, 8:-8].astype(int)) <= 2


def test_inputs_stay_unchanged(photograph):
    secret = photograph(80, 64)
    before = secret.copy()
    for mode in MODES:
        fit_to(secret, (64, 64), mode)[:] = 0
        unfit(secret, (100, 64), mode)[:] = 0
    assert np.array_equal(secret, before)


def test_unknown_mode():
    secret = np.zeros((64, 64, 3), np.uint8)
    for function in (fit_to, unfit):
        with pytest.raises(UsageError, match="contain, cover or stretch"):
            function(secret, (64, 64), "fill")


@pytest.mark.parametrize("size", [(0, 64), (64, -1), (1 << 32, 1 << 32), (1, 150_000_001)])
def test_impossible_sizes(size):
    secret = np.zeros((64, 64, 3), np.uint8)
    for function in (fit_to, unfit):
        with pytest.raises(UsageError, match="cannot be brought to"):
            function(secret, size, "stretch")
