"""What the Python API accepts, returns and refuses."""

import dataclasses
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

import sshr
from sshr.errors import CheckpointError, DeviceError, ImageError, OutputError, UsageError
from sshr.imaging.reading import read_image
from sshr.metrics import psnr
from sshr.zoo.checkpoint import load_checkpoint, save_checkpoint

Rgb8 = NDArray[np.uint8]
OPEN = sshr.Keys()


@pytest.fixture
def other_checkpoint(tmp_path: Path) -> Path:
    """`base` with one weight moved: a network of the same kind under another identity."""
    with as_file(files("sshr.zoo") / "weights" / "base.safetensors") as packaged:
        net = load_checkpoint(packaged, torch.device("cpu")).net
    with torch.no_grad():
        next(p for p in net.parameters() if p.is_floating_point()).view(-1)[0] += 0.01
    path = tmp_path / "other.safetensors"
    save_checkpoint(net, path)
    return path


def test_all_public_names_are_there() -> None:
    assert len(sshr.__all__) == len(set(sshr.__all__))
    for name in sshr.__all__:
        value = getattr(sshr, name)
        assert value.__name__ == name
        assert value.__doc__
    with pytest.raises(AttributeError, match="reveel"):
        _ = sshr.reveel


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


def test_inspect_says_what_is_in_it(stego: sshr.Stego, reference: Rgb8) -> None:
    contents = sshr.inspect(stego.image, reference, OPEN).as_dict()
    identity = sshr.load_model("base").digest[:8].hex()
    assert contents == {
        "transport": "analog",
        "kind": "picture",
        "preset": "base",
        "checkpoint": identity,
        "secret_width": 128,
        "secret_height": 128,
        "greyscale": False,
        "fit": "contain",
        "turned": False,
        "tiles": 1,
        "intact": True,
        "sender": None,
    }


def test_reports_and_reveals_say_this_and_no_more(stego: sshr.Stego, reference: Rgb8) -> None:
    report = stego.check().as_dict()
    assert list(report) == [
        *("transport", "stego_psnr", "stego_ssim", "revealed_psnr", "revealed_ssim"),
        *("fitted_psnr", "exact", "carried_width", "carried_height"),
    ]
    revealed = sshr.reveal(stego.image, reference, OPEN)
    assert [field.name for field in dataclasses.fields(revealed)] == [
        *("transport", "kind", "intact", "sender", "image", "fitted", "data", "name")
    ]


def test_a_model_is_loaded_once_however_it_is_asked_for() -> None:
    first = sshr.load_model("base")
    assert sshr.load_model("base", "auto") is first
    assert sshr.load_model(preset="base", device="auto") is first
    if not torch.cuda.is_available():
        assert sshr.load_model("base", "cpu") is first
    assert sshr.load_model("paper") is not first


def test_a_stego_of_another_checkpoint_needs_that_checkpoint(
    secret: Rgb8, reference: Rgb8, other_checkpoint: Path
) -> None:
    made = sshr.conceal(secret, reference, OPEN, preset=str(other_checkpoint))
    contents = sshr.inspect(made.image, reference, OPEN)
    assert contents.details["preset"] is None
    with pytest.raises(CheckpointError, match=contents.details["checkpoint"]):
        sshr.reveal(made.image, reference, OPEN)
    revealed = sshr.reveal(made.image, reference, OPEN, preset=str(other_checkpoint))
    assert psnr(revealed.image, secret) > 30


def test_progress_counts_every_tile(photo: Callable[..., Rgb8]) -> None:
    seen: list[tuple[str, int, int]] = []
    pictures = photo("parrots", 64, 352), photo("sailboats", 64, 352)
    made = sshr.conceal(*pictures, OPEN, progress=lambda *step: seen.append(step))
    sshr.reveal(made.image, pictures[1], OPEN, progress=lambda *step: seen.append(step))
    assert seen == [(stage, done, 2) for stage in ("concealing", "revealing") for done in (1, 2)]
