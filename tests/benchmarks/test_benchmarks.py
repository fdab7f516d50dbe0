"""The benchmark scripts measure what they say, on small inputs."""

import importlib
import json
import math
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from sshr.errors import UsageError
from sshr.evaluation.metrics import psnr
from sshr.imaging.reading import read_image
from sshr.imaging.writing import write_image

ROOT = Path(__file__).parents[2]
PHOTOS = ROOT / "examples" / "photos"


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> dict[str, ModuleType]:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    names = ("fidelity", "hinet_peer", "measuring", "speed")
    return {name: importlib.import_module(name) for name in names}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "two"
    folder.mkdir()
    for name in ("parrots", "lighthouse"):
        write_image(
            folder / f"{name}.png", read_image(PHOTOS / f"{name}.png").rgb[200:300, 100:200]
        )
    return folder


def test_fidelity_measures_both_pairs_and_both_kinds(
    scripts: dict[str, ModuleType],
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "figures.json"
    words = ["fidelity", str(folder), "--crop", "96", "--untrained", "--json", str(out)]
    monkeypatch.setattr(sys, "argv", words)
    assert scripts["fidelity"].main() == 0
    told = json.loads(out.read_text())
    (result,) = told["sets"]
    assert [pair["secret"] for pair in result["pairs"]] == ["lighthouse.png", "parrots.png"]
    assert [pair["reference"] for pair in result["pairs"]] == ["parrots.png", "lighthouse.png"]
    sums = []
    for pair in result["pairs"]:
        figures = pair["figures"]
        assert 36 < figures["stego_psnr"] < 46
        assert 30 < figures["revealed_psnr"] < 60
        sums.append(figures["stego_psnr"] + figures["revealed_psnr"])
    summary = result["summaries"]["sum"]
    assert summary["mean"] == pytest.approx(sum(sums) / 2)
    assert summary["worst"] == pytest.approx(min(sums))
    assert summary["standard_error"] == pytest.approx(abs(sums[0] - sums[1]) / 2)
    printed = capsys.readouterr().out
    assert f"{summary['mean']:.2f}" in printed
    assert "untrained" in printed


def test_untrained_is_another_checkpoint_and_only_for_base(
    scripts: dict[str, ModuleType], tmp_path: Path
) -> None:
    fidelity = scripts["fidelity"]
    net = fidelity.load_model(fidelity.untrained_checkpoint("base", tmp_path)).net
    assert not net.estimator.leave.weight.any()
    assert torch.equal(net.gains.log_gain, net.gains.start[0])
    assert torch.equal(net.allocation.weights, net.allocation.start_weights)
    with pytest.raises(UsageError, match="linear start"):
        fidelity.untrained_checkpoint("paper", tmp_path)


@pytest.mark.parametrize("fault", ["mae", "psnr", "sum"])
def test_contradicting_metrics_are_not_printed(scripts: dict[str, ModuleType], fault: str) -> None:
    fidelity = scripts["fidelity"]
    base = np.full((16, 16, 3), 100, np.uint8)
    image = base.copy()
    image[:8] += 3
    figures = {
        **fidelity.compare("stego", image, base),
        **fidelity.compare("revealed", image, base),
    }
    figures["sum"] = 2 * psnr(image, base)

    def check(values: dict[str, float]) -> None:
        pair = fidelity.Pair("a", "b", values)
        summaries = {name: fidelity.summarise([value], True) for name, value in values.items()}
        fidelity.check_set([pair], summaries)

    check(figures)
    wrong = {"mae": ("stego_mae", 4.0), "psnr": ("revealed_psnr", 50.0), "sum": ("sum", 80.0)}
    name, value = wrong[fault]
    with pytest.raises(AssertionError, match="contradict"):
        check({**figures, name: value})


def test_summary_of_known_values(scripts: dict[str, ModuleType]) -> None:
    summarise = scripts["fidelity"].summarise
    summary = summarise([1.0, 2.0, 6.0], False)
    assert (summary.mean, summary.worst) == (3.0, 6.0)
    assert summary.standard_error == pytest.approx(math.sqrt(7 / 3))
    assert summarise([2.0], True).standard_error is None


def test_peer_has_the_published_size_and_inverts(scripts: dict[str, ModuleType]) -> None:
    peer = scripts["hinet_peer"].HiNetPeer().double()
    assert sum(parameter.numel() for parameter in peer.parameters()) == 4_050_240
    generator = torch.Generator().manual_seed(1)
    secret, reference = torch.rand(2, 1, 3, 32, 32, generator=generator, dtype=torch.float64)
    with torch.no_grad():
        for parameter in peer.parameters():
            parameter.mul_(3)
        stego, lost = peer.conceal(secret, reference)
        assert (stego - reference).abs().max() > 1e-3
        assert (peer.reveal(stego, lost) - secret).abs().max() < 1e-9


def test_flops_count_a_multiply_add_as_two(scripts: dict[str, ModuleType]) -> None:
    matrix, picture = torch.ones(5, 7), torch.ones(1, 3, 10, 10)
    kernel = torch.ones(4, 3, 3, 3)
    flops = scripts["measuring"].flops
    assert flops(lambda: matrix @ torch.ones(7, 2)) == 2 * 5 * 7 * 2
    assert flops(lambda: torch.conv2d(picture, kernel, padding=1)) == 2 * 4 * 3 * 9 * 100


def test_times_and_memory_of_work_and_of_processes(scripts: dict[str, ModuleType]) -> None:
    measuring = scripts["measuring"]
    calls: list[int] = []
    assert measuring.median_seconds(lambda: calls.append(sum(range(1000))), 5, warm_up=2) > 0
    assert len(calls) == 7
    hungry = "import os, time; held = b'x' * (200 << 20); time.sleep(float(os.environ['NAP']))"
    usage = measuring.run_process([sys.executable, "-c", hungry], {"NAP": "0.2"})
    assert usage.seconds > 0.2
    assert 200 << 20 < usage.peak_bytes < 300 << 20
    # What this process holds, torch and all, must not be counted as the child's.
    idle = measuring.run_process([sys.executable, "-c", "pass"], {})
    assert 0 < idle.peak_bytes < 60 << 20
    with pytest.raises(RuntimeError, match="exit code 3"):
        measuring.run_process([sys.executable, "-c", "raise SystemExit(3)"], {})


def test_processes_of_the_command_line_are_measured(
    scripts: dict[str, ModuleType], tmp_path: Path
) -> None:
    steps = list(scripts["speed"].measured_processes((96, 80), 1, 1, tmp_path))
    assert [(step.command, step.size) for step in steps] == [
        ("conceal", "96x80"),
        ("reveal", "96x80"),
    ]
    assert all(step.seconds > 0 and step.peak_bytes > 0 for step in steps)
    images = {
        role: read_image(tmp_path / f"96x80-{role}.png").rgb for role in ("secret", "revealed")
    }
    assert psnr(images["revealed"], images["secret"]) > 30


def test_networks_are_measured_at_one_tile(scripts: dict[str, ModuleType]) -> None:
    network = scripts["speed"].measure_preset("base", 1)
    assert network.conceal_seconds > 0
    assert network.reveal_seconds > 0
    # The receiver's estimator alone: two 5x5 convolutions between 12 and 32 maps, four times.
    assert network.reveal_flops > 2 * 4 * 2 * 12 * 32 * 25 * 128 * 128
    assert scripts["speed"].tile_pair()[0].shape == (1, 3, 256, 256)


def test_the_plans_constants_are_fitted_to_whole_processes(
    scripts: dict[str, ModuleType],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    uses = {(64, 64): (5.0, 300.0), (1000, 1000): (13.0, 350.0), (2000, 1000): (21.0, 400.0)}
    script = importlib.import_module("planning")
    real = script.measured((64, 64), 1, tmp_path)
    assert 0.5 < real.seconds < 60
    assert 50 < real.mebibytes < 2000

    def known(size: tuple[int, int], repeats: int, work: Path) -> object:
        return script.Use(size[0] * size[1] / 1e6, *uses[size])

    monkeypatch.setattr(script, "measured", known)
    out = tmp_path / "figures.json"
    sizes = [f"{width}x{height}" for width, height in uses]
    monkeypatch.setattr(sys, "argv", ["planning", "--sizes", *sizes, "--json", str(out)])
    assert script.main() == 0
    fitted = json.loads(out.read_text())["fitted"]
    assert fitted["seconds"]["a_megapixel"] == pytest.approx(8, abs=0.1)
    assert fitted["mebibytes"]["start"] == pytest.approx(300, abs=1)
    assert "in use:" in capsys.readouterr().out
