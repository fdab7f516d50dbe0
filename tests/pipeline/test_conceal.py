"""What `sshr.conceal` accepts, gives and refuses."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import sshr
from sshr.errors import (
    CheckpointError,
    DeviceError,
    ImageError,
    MismatchError,
    NothingFoundError,
    OutputError,
    UsageError,
)
from sshr.header.reader import read_header
from sshr.imaging.reading import read_image
from sshr.metrics import psnr

Rgb8 = NDArray[np.uint8]
OPEN = sshr.Keys(reference_alone=True)
Photo = Callable[..., Rgb8]


def test_arrays_paths_and_pictures_mean_the_same(
    stego: sshr.Stego, secret: Rgb8, reference: Rgb8, tmp_path: Path
) -> None:
    stego.save(tmp_path / "stego.png")
    Image.fromarray(secret).save(tmp_path / "secret.png")
    Image.fromarray(reference).save(tmp_path / "reference.png")
    expected = sshr.reveal(stego.image, reference, OPEN).image
    s, r = tmp_path / "stego.png", tmp_path / "reference.png"
    forms: list[tuple[Any, Any]] = [(s, r), (str(s), str(r)), (read_image(s), read_image(r))]
    forms += [(np.asfortranarray(stego.image), reference), (s, np.ascontiguousarray(reference))]
    for given_stego, given_reference in forms:
        assert (sshr.reveal(given_stego, given_reference, OPEN).image == expected).all()
    made = sshr.conceal(tmp_path / "secret.png", str(r), OPEN)
    assert psnr(sshr.reveal(made.image, reference, OPEN).image, secret) > 46


@pytest.mark.filterwarnings("error")
def test_inputs_are_left_as_they_are(secret: Rgb8, reference: Rgb8) -> None:
    own, shared = secret.copy(), reference.copy()
    own.flags.writeable = shared.flags.writeable = False
    made = sshr.conceal(own, shared, OPEN)
    sshr.reveal(made.image, shared, OPEN)
    assert (own == secret).all()
    assert (shared == reference).all()


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((128, 128, 3), np.float32),
        np.zeros((128, 128, 3), np.uint16),
        np.zeros((128, 128, 4), np.uint8),
        np.zeros((3, 128, 128), np.uint8),
        np.zeros((1, 128, 128, 3), np.uint8),
        np.zeros(128, np.uint8),
        [[0] * 128] * 128,
        None,
        b"\x89PNG",
    ],
    ids=lambda value: f"{type(value).__name__}{getattr(value, 'shape', '')}",
)
def test_what_is_no_picture_is_a_usage_error(
    wrong: Any, stego: sshr.Stego, secret: Rgb8, reference: Rgb8
) -> None:
    with pytest.raises(UsageError, match=r"^secret: "):
        sshr.conceal(wrong, reference, OPEN)
    with pytest.raises(UsageError, match=r"^reference: "):
        sshr.conceal(secret, wrong, OPEN)
    with pytest.raises(UsageError, match=r"^stego: "):
        sshr.reveal(wrong, reference, OPEN)
    with pytest.raises(UsageError, match=r"^reference: "):
        sshr.inspect(stego.image, wrong, OPEN)


def test_small_pictures_are_refused(secret: Rgb8, reference: Rgb8) -> None:
    with pytest.raises(ImageError, match="128x63"):
        sshr.conceal(secret[:63], reference, OPEN)
    with pytest.raises(ImageError, match="63x128"):
        sshr.reveal(reference, reference[:, :63], OPEN)


def test_other_bad_requests(stego: sshr.Stego, secret: Rgb8, reference: Rgb8) -> None:
    with pytest.raises(UsageError, match="fit 'squash' is not one of contain"):
        sshr.conceal(secret, reference, OPEN, fit="squash")  # type: ignore[arg-type]
    with pytest.raises(CheckpointError, match="unknown preset 'huge': use base, paper"):
        sshr.conceal(secret, reference, OPEN, preset="huge")
    with pytest.raises(DeviceError, match="unknown device 'tpu'"):
        sshr.reveal(stego.image, reference, OPEN, device="tpu")
    with pytest.raises(UsageError, match="empty"):
        sshr.Keys(passphrase=b"")


def test_save_keeps_existing_files_unless_forced(
    stego: sshr.Stego, reference: Rgb8, tmp_path: Path
) -> None:
    path = tmp_path / "out.png"
    path.write_bytes(b"precious")
    revealed = sshr.reveal(stego.image, reference, OPEN)
    for save in (stego.save, revealed.save):
        with pytest.raises(OutputError, match="exists already"):
            save(path)
    assert path.read_bytes() == b"precious"
    revealed.save(path, force=True)
    assert (read_image(path).rgb == revealed.image).all()


def test_reports_and_reveals_say_this_and_no_more(stego: sshr.Stego, reference: Rgb8) -> None:
    report = stego.check().as_dict()
    assert list(report) == [
        *("transport", "stego_psnr", "stego_ssim", "revealed_psnr", "revealed_ssim"),
        *("fitted_psnr", "exact", "carried_width", "carried_height"),
    ]
    revealed = sshr.reveal(stego.image, reference, OPEN)
    assert [field.name for field in dataclasses.fields(revealed)] == [
        *("transport", "kind", "intact", "sender", "image", "fitted", "data", "name"),
        *("note", "channel"),
    ]


def test_progress_counts_every_tile(photo: Callable[..., Rgb8]) -> None:
    seen: list[tuple[str, int, int]] = []
    pictures = photo("parrots", 64, 352), photo("sailboats", 64, 352)
    made = sshr.conceal(*pictures, OPEN, progress=lambda *step: seen.append(step))
    sshr.reveal(made.image, pictures[1], OPEN, progress=lambda *step: seen.append(step))
    assert seen == [(stage, done, 2) for stage in ("concealing", "revealing") for done in (1, 2)]


def decoded(path: Path) -> Rgb8:
    with Image.open(path) as image:
        return np.array(image)


def test_a_saved_stego_looks_like_the_reference_and_reveals_the_secret(
    photo: Photo, tmp_path: Path
) -> None:
    secret, reference = photo("parrots", 256, 256), photo("sailboats", 256, 256)
    report = sshr.conceal(secret, reference, OPEN).save(tmp_path / "stego.png")
    stego = decoded(tmp_path / "stego.png")
    revealed = sshr.reveal(stego, reference, OPEN)
    assert revealed.intact
    assert abs(psnr(stego, reference) - 41.1) < 0.3
    assert psnr(revealed.image, secret) > 46
    assert report.stego_psnr == pytest.approx(psnr(stego, reference), abs=1e-6)
    assert report.revealed_psnr == pytest.approx(psnr(revealed.image, secret), abs=0.01)
    assert report.fitted_psnr == report.revealed_psnr  # nothing was resized


@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif", ".bmp"])
def test_every_lossless_format_carries_the_secret(
    stego: sshr.Stego, reference: Rgb8, tmp_path: Path, suffix: str
) -> None:
    stego.save(tmp_path / f"stego{suffix}")
    assert (decoded(tmp_path / f"stego{suffix}") == stego.image).all()
    assert sshr.reveal(tmp_path / f"stego{suffix}", reference, OPEN).intact


def test_two_stegos_of_the_same_input_differ_everywhere(secret: Rgb8, reference: Rgb8) -> None:
    first, second = (sshr.conceal(secret, reference, OPEN).image for _ in range(2))
    assert (first != second).mean() > 0.5
    # The header, and as much again above it, bit by bit and in stretches of a field's size.
    bits = ((first ^ second) & 1).reshape(-1)[
        -2 * read_header(first, reference, OPEN).header.sum() :
    ]
    assert abs(bits.mean() - 0.5) < 3.5 / len(bits) ** 0.5  # seven deviations
    fields = bits[: len(bits) // 128 * 128].reshape(-1, 128).mean(axis=1)
    assert fields.min() > 0.5 - 3.5 / 128**0.5


@pytest.mark.parametrize("level", [0, 255])
def test_a_saturated_reference_still_carries(secret: Rgb8, level: int) -> None:
    saturated = np.full((128, 128, 3), level, np.uint8)
    saturated[0, 0, 0] ^= 1  # equal channels would make it greyscale
    stego = sshr.conceal(secret, saturated, OPEN)
    assert 40 < psnr(stego.image, saturated) < 41.5  # the payload gives way for the headroom
    assert psnr(sshr.reveal(stego.image, saturated, OPEN).image, secret) > 32


def test_check_refuses_what_a_receiver_would_refuse(stego: sshr.Stego, reference: Rgb8) -> None:
    with pytest.raises(NothingFoundError):
        stego.check(reference)
    with pytest.raises(MismatchError):
        stego.check(stego.image[:64])
    # The lowest bits, and with them the header, survive an even shift; likeness does not.
    shifted = stego.image + 30 - 60 * (stego.image >= 128).astype(np.uint8)
    with pytest.raises(MismatchError, match="does not look like"):
        stego.check(shifted)


def test_a_stego_that_fails_its_check_is_not_published(
    stego: sshr.Stego, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other_picture(path: Path) -> object:
        return stego.cover.picture

    monkeypatch.setattr("sshr.pipeline.conceal.read_image", other_picture)
    with pytest.raises(NothingFoundError):
        stego.save(tmp_path / "stego.png")
    assert list(tmp_path.iterdir()) == []
