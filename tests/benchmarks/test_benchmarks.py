"""The benchmark scripts of speed and memory measure what they say, on small inputs."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from sshr.imaging.reading import read_image
from sshr.metrics import psnr
from sshr.zoo.registry import load_model
from sshr.zoo.tiles import load_tiles

Load = Callable[[str], ModuleType]
Start = Callable[..., int]


def test_flops_count_a_multiply_add_as_two(load: Load) -> None:
    matrix, picture = torch.ones(5, 7), torch.ones(1, 3, 10, 10)
    kernel = torch.ones(4, 3, 3, 3)
    flops = load("measuring").flops
    assert flops(lambda: matrix @ torch.ones(7, 2)) == 2 * 5 * 7 * 2
    assert flops(lambda: torch.conv2d(picture, kernel, padding=1)) == 2 * 4 * 3 * 9 * 100


def test_times_and_memory_of_work_and_of_processes(load: Load) -> None:
    measuring = load("measuring")
    calls: list[int] = []
    assert measuring.median_seconds(lambda: calls.append(sum(range(1000))), 5, warm_up=2) > 0
    assert len(calls) == 7
    usage = measuring.run_sshr(("--version",), "none is needed", 1)
    assert min(usage.seconds, usage.cpu_seconds, usage.peak_bytes) > 0
    with pytest.raises(RuntimeError, match="exit code 7"):
        measuring.run_sshr(("fingerprint", "missing.png"), "none is needed", 1)


def test_processes_of_the_command_line_are_measured(load: Load, tmp_path: Path) -> None:
    steps = list(load("speed").measured_processes((96, 80), 1, 1, tmp_path))
    assert [(step.command, step.size) for step in steps] == [
        ("conceal", "96x80"),
        ("reveal", "96x80"),
    ]
    assert all(min(step.seconds, step.cpu_seconds, step.peak_bytes) > 0 for step in steps)
    images = {
        role: read_image(tmp_path / f"96x80-{role}.png").rgb for role in ("secret", "revealed")
    }
    assert psnr(images["revealed"], images["secret"]) > 30


@pytest.mark.parametrize("preset", ["base", "paper"])
def test_networks_are_measured_at_one_tile(load: Load, preset: str) -> None:
    speed = load("speed")
    network = speed.measure_preset(preset, 1)
    net = load_model(preset, "cpu").net
    assert network.parameters == net.parameter_count()
    assert network.conceal_seconds > 0
    assert network.reveal_seconds > 0
    # Each way there are two steps of companding; a Re-FFN alone takes more than this.
    widen = net.body.companding.networks[-1].widen
    tokens = (speed.SIDE // net.config.exact.block) ** 2
    assert network.conceal_flops > 2 * 2 * widen.weight.numel() * tokens
    assert network.reveal_flops > 2 * 2 * widen.weight.numel() * tokens
    assert speed.tile_pair()[0].shape == (256, 256, 3)


def test_mix_and_rounding_are_timed_beside_the_network(load: Load) -> None:
    speed = load("speed")
    assert min(speed.measure_beside(1)) > 0
    assert speed.keyed_mix(load_tiles("paper")) is None
    mix = speed.keyed_mix(load_tiles("base"))
    assert mix.permutation.shape == (3 * 256 * 256,)


def test_one_tile_comes_back(load: Load) -> None:
    speed = load("speed")
    conceal, reveal = speed.passes(load_tiles("base"))
    secret, reference = speed.tile_pair()
    assert float(np.square(conceal() - reference).mean()) < 65
    assert float(np.square(reveal() - secret).mean()) < 65


def test_the_plans_constants_are_fitted_to_whole_processes(
    load: Load,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    uses = {(64, 64): (5.0, 300), (1000, 1000): (13.0, 350), (2000, 1000): (21.0, 400)}
    script, process = load("planning"), load("speed").ProcessSpeed

    def known(size: tuple[int, int], repeats: int, threads: int, work: Path) -> Iterator[object]:
        cpu, mebibytes = uses[size]
        yield process("conceal", "a size", repeats, 2 * cpu, cpu, mebibytes << 20)

    monkeypatch.setattr(script, "measured_processes", known)
    out = tmp_path / "figures.json"
    sizes = [f"{width}x{height}" for width, height in uses]
    monkeypatch.setattr(sys, "argv", ["planning", "--sizes", *sizes, "--json", str(out)])
    assert script.main() == 0
    fitted = json.loads(out.read_text())["fitted"]
    assert fitted["seconds"]["a_megapixel"] == pytest.approx(8, abs=0.1)
    assert fitted["mebibytes"]["start"] == pytest.approx(300, abs=1)
