"""`sshr train`: a small run whose checkpoint works, and its refusals."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

import sshr
from sshr.network.exact import ExactSteps
from sshr.zoo.checkpoint import load_checkpoint, save_checkpoint

RECIPE = """
preset: base
model:
  key_dim: 16
  exact: {block: 8, rings: 6, companding: {width: 8}}
data: {crop: 64, batch: 2, start_crops: 16}
optimiser: {rate: 3e-3, warm_up: 5, average: 0.9}
schedule: {steps: 36}
report: {log_every: 12, images_every: 30}
"""

CHECKPOINTS = ("run/model.safetensors", "start.safetensors")


@pytest.fixture
def data(photo: Callable[..., Any], desk: Path) -> Path:
    (desk / "photos").mkdir()
    for name in ("parrots", "sailboats"):
        for top in (0, 150, 300):
            piece = photo(name, top=top, left=top)
            Image.fromarray(piece).save(desk / "photos" / f"{name}{top}.png")
    (desk / "photos" / "broken.png").write_bytes(b"no picture")
    (desk / "mine.yaml").write_text(RECIPE)
    return desk / "photos"


def total(photos: Path, checkpoint: Path) -> float:
    """Stego + revealed PSNR in dB, the mean of fixed pairs of the photographs."""
    paths = sorted(photos.glob("[ps]*.png"))
    reports = [
        sshr.conceal(one, other, sshr.Keys(reference_alone=True), preset=str(checkpoint)).check()
        for one, other in zip(paths, paths[1:] + paths[:1], strict=True)
    ]
    return sum(report.stego_psnr + report.revealed_psnr for report in reports) / len(reports)


@pytest.mark.usefixtures("same_session")
def test_a_small_run_lowers_the_loss_and_its_checkpoint_works(
    data: Path, desk: Path, cli: Callable[..., Any]
) -> None:
    given = ("--recipe", "mine.yaml", "--data", data, "--device", "cpu")
    said = cli("train", *given, "--out", "run")
    assert (said.code, said.out) == (0, ""), said.err
    assert "broken.png: is not an image" in said.err
    assert "6 photographs, in memory" in said.err
    assert "fitting the linear start to" in said.err
    assert "written after 36 of 36 steps" in said.err
    assert len((desk / "run/log.csv").read_text().splitlines()) == 4
    assert list((desk / "run/tensorboard").iterdir())
    net = load_checkpoint(desk / "run/model.safetensors", torch.device("cpu")).net
    assert isinstance(net.body, ExactSteps)
    assert net.config.exact.companding.width == 8
    net.body.untrain()
    save_checkpoint(net, desk / "start.safetensors")
    start = total(data, desk / "start.safetensors")
    assert total(data, desk / "run/model.safetensors") > start + 0.1

    keys = ("-r", "reference.png", "--no-passphrase", "--preset", "run/model.safetensors")
    assert cli("conceal", "secret.png", *keys, "-o", "new.png").code == 0
    said = cli("reveal", "new.png", *keys, "-o", "out.png")
    assert (said.code, (desk / "out.png").exists()) == (0, True)

    said = cli("train", *given, "--out", "run")
    assert (said.code, said.err.count("\n")) == (12, 1)
    assert "--resume" in said.err
    said = cli("train", "--data", data, "--out", "run", "--resume", "--device", "cpu")
    assert said.code == 0


@pytest.mark.usefixtures("data")
def test_refusals_have_their_own_codes(refused: Callable[..., str], desk: Path) -> None:
    (desk / "bad.yaml").write_text("loss: {knd: rate}")
    (desk / "empty").mkdir()
    given = ("--data", "photos", "--out", "run", "--device", "cpu")
    assert "needs --recipe" in refused(2, "train", *given)
    assert "00:25:00" in refused(2, "train", "--recipe", "base", *given, "--max-time", "25")
    assert "00:25:00" in refused(2, "train", "--recipe", "base", *given, "--max-time", "00:00:00")
    assert "bad.yaml: loss.knd: unknown" in refused(11, "train", "--recipe", "bad.yaml", *given)
    assert "unknown recipe 'big'" in refused(11, "train", "--recipe", "big", *given)
    assert "nothing to resume" in refused(12, "train", "--resume", *given)
    elsewhere = ("--recipe", "base", "--out", "run", "--device", "cpu")
    assert "holds no photographs" in refused(12, "train", *elsewhere, "--data", "empty")
    assert "is not a folder" in refused(12, "train", *elsewhere, "--data", "missing")
    assert "use auto, cpu or cuda" in refused(
        10, "train", "--recipe", "base", "--data", "photos", "--out", "run", "--device", "tpu"
    )


@pytest.mark.usefixtures("data")
def test_without_the_extra_it_says_how_to_install_it(
    refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = importlib.util.find_spec

    def without(name: str, *rest: Any) -> Any:
        return None if name == "lightning" else original(name, *rest)

    monkeypatch.setattr(importlib.util, "find_spec", without)
    said = refused(2, "train", "--recipe", "base", "--data", "photos", "--out", "run")
    assert "pip install 'sshr[train]'" in said


def test_help_gives_an_example(cli: Callable[..., Any]) -> None:
    said = cli("train", "--help")
    assert said.code == 0
    assert "sshr train --recipe base --data DIV2K --out run" in " ".join(said.out.split())
