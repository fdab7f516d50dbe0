"""Sender and receiver as two programs that share nothing but files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.metrics import structural_similarity

WITH_WORD = ("-r", "reference.png", "--passphrase-file", "word.txt")
CONCEAL_ENTRIES = {
    *("stego", "transport", "preset", "fit", "device", "seconds", "notes", "fingerprint"),
    *("exact", "carried_width", "carried_height"),
    *("stego_psnr", "stego_ssim", "revealed_psnr", "revealed_ssim", "fitted_psnr"),
}


def start(*arguments: str, **options: object) -> "subprocess.Popen[str]":
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return subprocess.Popen(
        [sys.executable, "-m", "sshr", *arguments],
        env=os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        **{"stdout": subprocess.PIPE, **options},
    )


def finish(*arguments: str) -> tuple[int, str, str]:
    process = start(*arguments)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def pixels(path: str) -> np.ndarray:
    with Image.open(path) as image:
        return np.array(image)


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    return 10 * np.log10(255**2 / np.square(one.astype(float) - other).mean())


def ssim(one: np.ndarray, other: np.ndarray) -> float:
    window = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    return structural_similarity(one, other, channel_axis=2, data_range=255, **window)


@pytest.mark.usefixtures("desk")
def test_a_picture_goes_from_one_process_to_another() -> None:
    code, out, err = finish("conceal", "secret.png", *WITH_WORD, "-o", "new.png", "--json")
    assert (code, err) == (0, "")
    report = json.loads(out)
    assert set(report) == CONCEAL_ENTRIES

    code, out, err = finish("reveal", "new.png", *WITH_WORD, "-o", "out.png", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["intact"] is True

    stego, revealed = pixels("new.png"), pixels("out.png")
    reference, secret = pixels("reference.png"), pixels("secret.png")
    assert psnr(stego, reference) > 39
    assert psnr(revealed, secret) > 36
    assert report["stego_psnr"] == pytest.approx(psnr(stego, reference), abs=1e-6)
    assert report["stego_ssim"] == pytest.approx(ssim(stego, reference), abs=1e-5)
    assert report["revealed_psnr"] == pytest.approx(psnr(revealed, secret), abs=0.01)
    assert report["revealed_ssim"] == pytest.approx(ssim(revealed, secret), abs=1e-4)


def test_errors_reach_the_shell(desk: Path) -> None:
    code, out, err = finish("reveal", "reference.png", *WITH_WORD, "-o", "out.png", "--json")
    assert (code, out) == (6, "")
    assert err.startswith("sshr: the image looks like the reference but holds nothing")
    assert err.count("\n") == 1
    assert not (desk / "out.png").exists()


def test_a_reader_that_went_away_is_no_crash() -> None:
    read, write = os.pipe()
    os.close(read)
    process = start("models", "--json", stdout=write)
    os.close(write)
    _, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (1, "")
