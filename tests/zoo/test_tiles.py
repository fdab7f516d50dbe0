"""Which network conceal and reveal run: graphs where there are any, torch where it is asked for."""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

import sshr
from sshr.errors import CheckpointError, DeviceError, UsageError
from sshr.inference.closed_form import ClosedForm
from sshr.metrics import psnr
from sshr.zoo.loaded import LoadedModel
from sshr.zoo.presets import PRESETS
from sshr.zoo.tiles import find_tiles, load_tiles

WEIGHTS = Path(str(files("sshr.zoo") / "weights"))
SRC = Path(__file__).parents[2] / "src"


def test_presets_and_exported_folders_run_without_torch(tmp_path: Path) -> None:
    folder = shutil.copytree(WEIGHTS / "paper", tmp_path / "mine")
    for name in (*PRESETS, str(folder)):
        for device in ("auto", "cpu"):
            assert isinstance(load_tiles(name, device), ClosedForm)
    assert load_tiles("base") is load_tiles("base")  # read once
    assert load_tiles(str(folder)).digest == load_tiles("paper").digest


def test_a_checkpoint_runs_in_torch() -> None:
    loaded = load_tiles(str(WEIGHTS / "paper.safetensors"), "cpu")
    assert isinstance(loaded, LoadedModel)
    assert loaded.digest == load_tiles("paper").digest


def test_a_network_is_found_by_its_digest() -> None:
    for name in PRESETS:
        identity = load_tiles(name).digest[:8]
        for preferred in PRESETS:
            assert find_tiles(identity, preferred) is load_tiles(name)
    with pytest.raises(CheckpointError, match=r"another checkpoint \(0001020304050607\)"):
        find_tiles(bytes(range(8)), "base")


def test_what_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="unknown preset"):
        load_tiles("Base")
    with pytest.raises(CheckpointError, match="not a readable graph"):
        load_tiles(str(tmp_path))
    with pytest.raises(DeviceError, match="unknown device 'gpu'"):
        load_tiles("base", "gpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(DeviceError, match="no CUDA device"):
        load_tiles("base", "cuda")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"CUDA needs PyTorch"):
        load_tiles("base", "cuda")
    with pytest.raises(UsageError, match=r"a checkpoint needs PyTorch: .*sshr\[train\]"):
        load_tiles("mine.safetensors")


@pytest.mark.parametrize("preset", PRESETS)
def test_either_reveals_what_the_other_concealed(
    preset: str, photo: Callable[..., NDArray[np.uint8]]
) -> None:
    """Through 8 bits and with a rim; to a grey level, and to .02 dB."""
    keys, checkpoint = sshr.Keys(reference_alone=True), str(WEIGHTS / f"{preset}.safetensors")
    secret, reference = photo("parrots", 96, 336), photo("sailboats", 99, 341)
    for sender in (preset, checkpoint):
        stego = sshr.conceal(secret, reference, keys, preset=sender, device="cpu")
        found = [
            sshr.reveal(stego.image, reference, keys, preset=receiver, device="cpu").rgb
            for receiver in (preset, checkpoint)
        ]
        assert np.abs(found[0].astype(int) - found[1]).max() <= 1
        assert abs(psnr(found[0], secret) - psnr(found[1], secret)) < 0.02
        assert psnr(found[0], secret) > 35


WITHOUT = """
import sys
for name in ("torch", "lightning", "onnx", "scipy", "skimage"):
    sys.modules[name] = None  # importing it fails
from sshr.cli import main
sys.exit(main())
"""


def run_without_torch(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": str(SRC), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", WITHOUT, *arguments]
    return subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True)


def test_commands_do_without_torch(tmp_path: Path) -> None:
    photos = Path(__file__).parents[2] / "examples" / "photos"
    from PIL import Image

    for name in ("parrots", "sailboats"):
        with Image.open(photos / f"{name}.png") as image:
            image.crop((0, 0, 96, 80)).save(tmp_path / f"{name}.png")
    (tmp_path / "words").write_text("a passphrase")
    keys = ("--reference", "sailboats.png", "--passphrase-file", "words")
    for arguments in (
        ("conceal", "parrots.png", *keys, "-o", "stego.png"),
        ("reveal", "stego.png", *keys, "-o", "revealed.png"),
        ("inspect", "stego.png", *keys),
        ("models",),
        ("evaluate", "--preset", "base", "--data", ".", "--protocol", "folder", "--out", "report"),
    ):
        done = run_without_torch(*arguments, folder=tmp_path)
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert (tmp_path / "revealed.png").exists()
    assert (tmp_path / "report" / "report.json").exists()
    for arguments, words in (
        (("export", "mine.safetensors", "-o", "mine"), "export needs PyTorch"),
        (("train", "--recipe", "base", "--data", ".", "--out", "run"), "training needs more"),
    ):
        done = run_without_torch(*arguments, folder=tmp_path)
        assert done.returncode == 2
        assert words in done.stderr
