import numpy as np
import pytest
from PIL import Image

from sshr.errors import UsageError
from sshr.imaging.channels import CURVES, for_part, parse_channel, parse_channels


def distorted(name, image, seed=0):
    return parse_channel(name).distort(image, np.random.default_rng(seed))


@pytest.fixture
def picture(photo):
    return photo("parrots", 96, 128)


def test_png_and_float_change_nothing(picture):
    for name in ("png", "float"):
        assert np.array_equal(distorted(name, picture), picture)


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_noise_is_in_units_of_the_stegos_own_deviation(picture, share):
    middle = np.full_like(picture, 128)
    middle[::2] = 100  # far from clipping, deviation 14
    change = distorted(f"noise:{share}", middle).astype(float) - middle
    expected = np.sqrt((share * middle.std()) ** 2 + 1 / 12)
    assert change.std() == pytest.approx(expected, rel=0.05)


def test_the_papers_blur_is_a_flat_box_of_three(picture):
    blurred = distorted("blur", picture)
    box = picture[3:6, 7:10].mean(axis=(0, 1))
    assert np.abs(blurred[4, 8] - box).max() < 1.5
    # On [0, 1] samples the same words would mean no blur at all.
    assert np.abs(picture / 255 - distorted("blur:0.001", picture) / 255).max() < 0.01


def test_poisson_has_the_variance_of_its_mean():
    for level in (16, 100):
        flat = np.full((64, 64, 3), level, np.uint8)
        assert distorted("poisson", flat).astype(float).var() == pytest.approx(level, rel=0.1)


def test_exactly_one_sample_of_a_thousand_flips(picture):
    change = distorted("lsb:1", picture) ^ picture
    assert change.max() == 1
    assert (change > 0).sum() == round(picture.size / 1000)


def test_crop_keeps_the_middle_in_place(picture):
    cropped = distorted("crop:10", picture)
    assert np.array_equal(cropped[10:-10, 13:-13], picture[10:-10, 13:-13])
    assert not cropped[:10].any()
    assert not cropped[:, -13:].any()


def test_brightness_scales(picture):
    assert np.array_equal(
        distorted("brightness:-5", picture), np.rint(picture * 0.95).astype(np.uint8)
    )


def test_jpeg_is_a_jpeg_of_that_quality_and_sampling(picture, tmp_path):
    for name, sampling in (("jpeg:75", "4:2:0"), ("jpeg:75:444", "4:4:4")):
        path = tmp_path / "x.jpg"
        Image.fromarray(picture).save(path, quality=75, subsampling=sampling)
        with Image.open(path) as image:
            assert np.array_equal(distorted(name, picture), np.array(image))


def test_resizing_comes_back_to_the_size(picture):
    for factor in (0.5, 2):
        back = distorted(f"resize:{factor}", picture)
        assert back.shape == picture.shape
        assert not np.array_equal(back, picture)


def test_small_stays_at_the_other_size(picture):
    assert distorted("small:0.5", picture).shape == (48, 64, 3)


def test_fit_only_makes_smaller(picture):
    assert distorted("fit:64", picture).shape == (48, 64, 3)
    assert distorted("fit:128", picture) is picture
    assert distorted("fit:64", np.rot90(picture)).shape == (64, 48, 3)


def test_messengers_are_channels(picture):
    assert distorted("signal", picture).shape == picture.shape
    assert np.array_equal(distorted("signal", picture), distorted("jpeg:70", picture))
    wide = np.repeat(picture, 11, axis=1)
    assert distorted("telegram", wide).shape == (87, 1280, 3)
    assert np.array_equal(distorted("telegram", wide), distorted("fit:1280+jpeg:87", wide))
    names = [channel.name for channel in parse_channels("signal,telegram,whatsapp,brightness:2")]
    assert names == ["signal", "telegram", "whatsapp", "brightness:2"]


def test_a_part_is_made_smaller_as_the_whole():
    assert for_part("jpeg:75", (2000, 3000)) == "jpeg:75"
    assert for_part("whatsapp", (2400, 3200, 3)) == "small:0.5+jpeg:75"
    assert for_part("fit:1600", (900, 1200)) == "small:1"
    assert for_part("small:0.5+fit:1000", (3000, 4000)) == "small:0.5+small:0.5"
    assert for_part("fit:16", (9000, 9000)) == "small:0.01"
    for name in ("small:1", "small:0.01"):
        assert parse_channel(for_part(name, (64, 64))).name == name


def test_contrast_and_gamma_keep_their_fixed_points():
    levels = np.array([0, 128, 255], np.uint8).repeat(192).reshape(3, 64, 3)
    assert distorted("contrast:-50", levels)[:, 0, 0].tolist() == [64, 128, 192]
    found = distorted("gamma:2", levels)[:, 0, 0].tolist()
    assert found == [0, round(255 * (128 / 255) ** 2), 255]


def test_avif_changes_more_at_lower_quality(picture):
    rough, fine = (distorted(f"avif:{q}", picture).astype(float) - picture for q in (20, 80))
    assert (rough**2).mean() > 4 * (fine**2).mean() > 0


def test_channels_follow_one_another(picture):
    both = distorted("small:0.5+jpeg:75", picture)
    assert np.array_equal(both, distorted("jpeg:75", distorted("small:0.5", picture)))
    assert np.array_equal(distorted("noise+png", picture), distorted("noise", picture))


def test_every_family_gets_worse_monotonically_at_its_ends(picture):
    def error(name):
        found = Image.fromarray(distorted(name, picture)).resize((128, 96))  # some make it smaller
        return np.square(np.asarray(found, float) - picture).mean()

    for title, (names, _) in CURVES.items():
        errors = [error(name) for name in names]
        assert all(e > 0 for e in errors), title
        if title.startswith(("JPEG", "WebP", "AVIF", "made")):
            assert errors[0] > errors[-1], title
        elif title not in ("resized and back", "brightness"):
            assert errors[0] < errors[-1], title


def test_groups_and_repeats():
    names = [channel.name for channel in parse_channels("png, paper,jpeg:75,float")]
    assert names == ["png", "blur", "noise", "jpeg:75", "poisson", "float"]
    assert len(parse_channels("curves")) == sum(len(names) for names, _ in CURVES.values())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "names no channel"),
        ("jpg:75", "unknown channel"),
        ("jpeg", "needs a value"),
        ("jpeg:high", "numbers"),
        ("fit", "needs a value, such as fit:1600"),
        ("fit:8", "between"),
        ("signal:high", "unknown channel"),
        ("jpeg:0", "between"),
        ("jpeg:75:422", "420 or 444"),
        ("png:3", "too many"),
        ("float:2", "unknown channel"),
        ("resize:0", "between"),
        ("noise:nan", "between"),
        ("jpeg:75+", "unknown channel"),
        ("jpeg:75+blurr", "unknown channel"),
    ],
)
def test_nonsense_is_refused(text, message):
    with pytest.raises(UsageError, match=message):
        parse_channels(text)
