"""The command that trains: linear start, training, checkpoint and log."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from sshr.network.base import BaseNet
from sshr.network.config import BaseConfig, PaperConfig
from sshr.network.paper import PaperNet
from sshr.network.rsrk import AlexNetFeatures
from sshr.training import loop
from sshr.training.run import _configured, load_alexnet, main
from sshr.zoo.checkpoint import load_checkpoint

CPU = torch.device("cpu")
SMALL = ["key_dim=16", "diffusion.key_hidden=8", "reaction.width=8", "reaction.heads=2"]
NUMBERS = {"conv1": 0, "conv2": 3, "conv3": 6, "conv4": 8, "conv5": 10}


@pytest.fixture
def alexnet(tmp_path: Path) -> Path:
    """Random weights under torchvision's names."""
    source = AlexNetFeatures().state_dict()
    tensors = {}
    for name, value in source.items():
        layer, kind = name.split(".")
        tensors[f"features.{NUMBERS[layer]}.{kind}"] = value
    save_file(tensors, tmp_path / "alexnet.safetensors")
    return tmp_path / "alexnet.safetensors"


@pytest.fixture(autouse=True)
def _threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def command(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    monkeypatch.setattr(sys, "argv", ["run", *map(str, arguments), "--threads", "1"])
    main()


def test_alexnet_is_read_by_torchvision_names(alexnet: Path) -> None:
    from safetensors.torch import load_file

    features, source = AlexNetFeatures(), load_file(alexnet)
    load_alexnet(features, alexnet)
    for layer, number in NUMBERS.items():
        for kind in ("weight", "bias"):
            value = getattr(getattr(features, layer), kind)
            assert torch.equal(value, source[f"features.{number}.{kind}"].half().float())


def test_changes_reach_the_configuration() -> None:
    changed = _configured(BaseConfig(), ["stages=2", 'transform="dct:8"', "estimator.filters=5"])
    assert changed == BaseConfig(
        stages=2,
        transform="dct:8",
        estimator=changed.estimator,
    )
    assert changed.estimator.filters == 5
    assert changed.estimator.radius == BaseConfig().estimator.radius
    with pytest.raises(ValueError, match="unknown transform"):
        _configured(BaseConfig(), ['transform="haar:9"'])
    assert _configured(PaperConfig(), []) == PaperConfig()


@pytest.mark.usefixtures("clock")
def test_a_run_of_base_and_its_continuation(
    folder: Path,
    alexnet: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "made.safetensors"
    fixed = ("--data", folder, "--crop", 64, "--batch", 1)
    changes = ["stages=1", "diffusion.filters=4", "estimator.filters=4", *SMALL]
    settings = [part for change in changes for part in ("--set", change)]
    # One step for each second, and a report for every step.
    every_step = {"report_every": 1}
    original = loop.train
    monkeypatch.setattr("sshr.training.run.train", lambda *a: original(*a, **every_step))
    command(monkeypatch, *fixed, "--alexnet", alexnet, "--out", out, "--minutes", 9 / 60, *settings)
    printed = capsys.readouterr().out
    assert "linear start: error -" in printed
    made = load_checkpoint(out, CPU)
    assert made.digest.hex() in printed
    start = load_checkpoint(tmp_path / "made.start.safetensors", CPU)
    assert type(made.net) is type(start.net) is BaseNet
    assert isinstance(made.net.config, BaseConfig)
    assert made.net.config.estimator.filters == 4
    assert torch.equal(made.net.gains.start_log_gain, start.net.gains.log_gain)
    assert torch.equal(made.net.features.conv1.weight, start.net.features.conv1.weight)
    weights = [net.diffusion[0][0].influence.weights for net in (start.net, made.net)]
    assert not weights[0].any()
    assert weights[1].any()
    log = [json.loads(line) for line in (tmp_path / "made.jsonl").read_text().splitlines()]
    assert [entry["step"] for entry in log] == list(range(1, len(log) + 1))
    assert len(log) >= 3
    assert all(30 < entry["stego"] < 50 for entry in log)

    more = tmp_path / "more.safetensors"
    command(monkeypatch, *fixed, "--start", out, "--out", more, "--minutes", 5 / 60)
    continued = load_checkpoint(more, CPU)
    assert continued.net.config == made.net.config
    assert continued.digest != made.digest
    assert not (tmp_path / "more.start.safetensors").exists()
    assert torch.equal(made.net.gains.start_log_gain, continued.net.gains.start_log_gain)


@pytest.mark.usefixtures("clock")
def test_a_run_of_paper(
    folder: Path, alexnet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "paper.safetensors"
    changes = ["steps=1", "diffusion.filters=12", *SMALL]
    settings = [part for change in changes for part in ("--set", change)]
    command(
        monkeypatch,
        *("--preset", "paper", "--data", folder, "--alexnet", alexnet, "--out", out),
        *("--crop", 64, "--batch", 1, "--minutes", 4 / 60, *settings),
    )
    made = load_checkpoint(out, CPU)
    assert type(made.net) is PaperNet
    assert not (tmp_path / "paper.start.safetensors").exists()


def test_too_few_pictures_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = ("--data", tmp_path, "--out", tmp_path / "made.safetensors")
    with pytest.raises(ValueError, match="fewer than two pictures"):
        command(monkeypatch, *given, "--start", tmp_path / "start.safetensors")


def test_a_new_network_needs_alexnet_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        command(monkeypatch, "--data", tmp_path, "--out", tmp_path / "made.safetensors")
    assert "--alexnet" in capsys.readouterr().err
