"""Fidelity in both channels, and the scores that are recorded from it."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from sshr.errors import EvaluationError, UsageError
from sshr.metrics import MAX_PSNR, psnr
from sshr.network.config import ModelConfig, PrintedConfig, ReactionConfig
from sshr.network.exact import ExactSteps
from sshr.network.kinds import build
from sshr.zoo.checkpoint import save_checkpoint
from sshr.zoo.registry import load_model

Load = Callable[[str], ModuleType]
Start = Callable[..., int]
PRINTED = ModelConfig(
    start="zero", key_dim=16, printed=PrintedConfig(steps=1, reaction=ReactionConfig(8, 2))
)


@pytest.fixture
def printed(tmp_path: Path) -> Path:
    """A small network with the steps as printed; untrained, so its stego is the secret."""
    torch.manual_seed(0)
    save_checkpoint(build(PRINTED), tmp_path / "printed.safetensors")
    return tmp_path / "printed.safetensors"


@pytest.mark.parametrize("channel", ["png", "float"])
def test_figures_of_a_folder(
    channel: str, start: Start, five: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "figures.json"
    words = (five, "--crop", 80, "--limit", 2, "--channel", channel, "--json", out)
    assert start("fidelity", *words) == 0
    told = json.loads(out.read_text())
    assert told["checkpoint"] == load_model("base").digest[:8].hex()
    assert (told["preset"], told["channel"], told["untrained"]) == ("base", channel, False)
    (result,) = told["sets"]
    assert (result["name"], result["count"]) == ("five", 2)
    assert [pair["secret"] for pair in result["pairs"]] == ["0.png", "1.png"]
    assert [pair["reference"] for pair in result["pairs"]] == ["1.png", "2.png"]
    for name, summary in result["summaries"].items():
        values = [pair["figures"][name] for pair in result["pairs"]]
        assert summary["mean"] == pytest.approx(sum(values) / 2)
        assert (summary["min"], summary["max"]) == (min(values), max(values))
        assert summary["standard_error"] == pytest.approx(abs(values[0] - values[1]) / 2)
    means = {name: summary["mean"] for name, summary in result["summaries"].items()}
    assert means["sum"] == pytest.approx(means["stego_psnr"] + means["revealed_psnr"])
    assert 36 < means["stego_psnr"] < 46
    assert means["revealed_psnr"] > 36
    printed = capsys.readouterr().out
    assert f"{means['revealed_psnr']:.2f}" in printed
    assert channel in printed
    # Session keys come from the seed.
    again = tmp_path / "again.json"
    assert start("fidelity", *words[:-1], again) == 0
    assert json.loads(again.read_text()) == told


def test_the_tensor_tells_more_than_the_file(load: Load, five: Path) -> None:
    fidelity = load("fidelity")
    found = {}
    for channel, transmit in fidelity.CHANNELS.items():
        paths = fidelity.fixed_pairs(five)[0]
        secret, reference = (fidelity.read_image(path).rgb for path in paths)
        stego, revealed = transmit("base", secret, reference, "seed")
        assert stego.shape == reference.shape
        found[channel] = psnr(revealed, secret)
    assert found["float"] > found["png"] + 1


def test_untrained_is_the_linear_start(load: Load, printed: Path, tmp_path: Path) -> None:
    fidelity = load("fidelity")
    net = load_model(fidelity.untrained_checkpoint("base", tmp_path)).net
    assert isinstance(net.body, ExactSteps)
    assert torch.equal(net.body.log_gain, net.body.start)
    assert net.body.companding is not None
    assert not any(network.narrow.weight.any() for network in net.body.companding.networks)
    with pytest.raises(UsageError, match="no linear start"):
        fidelity.untrained_checkpoint(str(printed), tmp_path)


def test_float_needs_no_header_and_no_likeness(
    start: Start, printed: Path, five: Path, tmp_path: Path
) -> None:
    out = tmp_path / "figures.json"
    words = (five, "--preset", printed, "--limit", 1, "--json", out)
    assert start("fidelity", *words, "--crop", 64, "--channel", "float") == 0
    (result,) = json.loads(out.read_text())["sets"]
    assert result["summaries"]["stego_psnr"]["max"] < 30  # no receiver would take it
    assert result["summaries"]["revealed_psnr"]["min"] > 40
    assert start("fidelity", *words, "--crop", 64) == 3
    assert start("fidelity", *words, "--crop", 70, "--channel", "float") == 2


@pytest.mark.parametrize("fault", [{"stego_mae": 4.0}, {"revealed_psnr": 50.0}])
def test_contradicting_metrics_are_not_shown(load: Load, fault: dict[str, float]) -> None:
    fidelity = load("fidelity")
    base = np.full((16, 16, 3), 100, np.uint8)
    image = base.copy()
    image[:8] += 3
    figures = fidelity.figures_of(base, base, image, image)
    fidelity.summarised("one", [fidelity.Pair("a", "b", figures)])
    with pytest.raises(EvaluationError, match="contradict"):
        fidelity.summarised("one", [fidelity.Pair("a", "b", figures | fault)])


def test_exact_pictures_do_not_contradict_the_others(load: Load) -> None:
    fidelity = load("fidelity")
    base = np.full((16, 16, 3), 100, np.uint8)
    pairs = [
        fidelity.Pair("a", "b", fidelity.figures_of(base, base, base + step, base))
        for step in (np.uint8(2), np.uint8(1))
    ]
    found = fidelity.summarised("two", pairs).summaries
    assert found["revealed_psnr"].mean == MAX_PSNR
    assert found["stego_psnr"].min == pytest.approx(psnr(base + np.uint8(2), base))


def figures(**changes: object) -> dict[str, object]:
    """What fidelity.py --json writes, as far as it is read."""
    means = {"stego_psnr": 40, "stego_ssim": 0.97, "revealed_psnr": 43.25, "revealed_ssim": 0.99}
    summaries = {name: {"mean": mean} for name, mean in (means | {"sum": 83.25}).items()}
    one = {"name": "kodak24", "count": 2, "summaries": summaries}
    digest = load_model("paper", "cpu").digest[:8].hex()
    told = {"preset": "paper", "untrained": False, "channel": "png", "checkpoint": digest}
    return told | {"crop": 256, "sets": [one]} | changes


def test_scores_are_recorded_for_their_checkpoint(load: Load, start: Start, tmp_path: Path) -> None:
    record = load("record_scores").record
    source = tmp_path / "figures.json"
    source.write_text(json.dumps(figures()))
    assert start("record_scores", source, "--out", tmp_path) == 0
    told = json.loads((tmp_path / "paper.json").read_text())
    assert told["checkpoint"] == figures()["checkpoint"]
    expected = {"pairs": 2, "stego_psnr": 40, "stego_ssim": 0.97}
    expected |= {"revealed_psnr": 43.25, "revealed_ssim": 0.99, "sum": 83.25}
    assert told["sets"] == {"kodak24": expected}
    more = figures()
    more["sets"][0]["name"] = "bsds100"  # type: ignore[index]
    record(more, tmp_path)
    assert set(json.loads((tmp_path / "paper.json").read_text())["sets"]) == {"kodak24", "bsds100"}
    # Figures of other weights are dropped.
    (tmp_path / "paper.json").write_text(json.dumps(told | {"checkpoint": "00" * 8}))
    record(more, tmp_path)
    assert set(json.loads((tmp_path / "paper.json").read_text())["sets"]) == {"bsds100"}


@pytest.mark.parametrize(
    "changes",
    [
        {"preset": "x.safetensors"},
        {"untrained": True},
        {"channel": "float"},
        {"crop": 64},
        {"checkpoint": "0"},
    ],
)
def test_other_figures_are_not_recorded(
    load: Load, tmp_path: Path, changes: dict[str, object]
) -> None:
    with pytest.raises(UsageError):
        load("record_scores").record(figures(**changes), tmp_path)
    assert list(tmp_path.iterdir()) == []
