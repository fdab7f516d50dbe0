"""The benchmarks of the paper's own network, on a small one."""

import dataclasses
import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from torch import nn

from sshr.errors import UsageError
from sshr.evaluation.metrics import MAX_PSNR, psnr
from sshr.imaging.reading import read_image
from sshr.imaging.writing import write_image
from sshr.network.config import BaseConfig, DiffusionConfig, PaperConfig, ReactionConfig
from sshr.network.paper import PaperNet
from sshr.zoo.checkpoint import build, save_checkpoint
from sshr.zoo.registry import load_model

ROOT = Path(__file__).parents[2]
PHOTOS = ROOT / "examples" / "photos"
SMALL = PaperConfig(
    steps=1,
    key_dim=16,
    diffusion=DiffusionConfig(filters=12, key_hidden=8),
    reaction=ReactionConfig(width=8, heads=2),
)


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> dict[str, ModuleType]:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    names = ("fidelity", "paper_protocol", "ablation_paper", "record_scores", "merging")
    return {name: importlib.import_module(name) for name in names}


@pytest.fixture
def run(
    scripts: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, list[str]], int]:
    def started(name: str, words: list[str]) -> int:
        monkeypatch.setattr(sys, "argv", [name, *words])
        return scripts[name].main()

    return started


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "two"
    folder.mkdir()
    for name in ("parrots", "lighthouse"):
        write_image(folder / f"{name}.png", read_image(PHOTOS / f"{name}.png").rgb[200:280, :80])
    return folder


@torch.no_grad()
def saved(path: Path, config: PaperConfig = SMALL) -> Path:
    """A small network that does something."""
    torch.manual_seed(0)
    net = build(config)
    for name, parameter in net.named_parameters():
        if "influence" in name or "modulation.key" in name:
            parameter.add_(0.02 * torch.randn(parameter.shape))
    path.parent.mkdir(parents=True, exist_ok=True)
    save_checkpoint(net, path)
    return path


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return saved(tmp_path / "small.safetensors")


def test_both_channels_and_wrong_keys_are_scored(
    run: Callable[[str, list[str]], int],
    folder: Path,
    checkpoint: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out.json"
    words = [str(folder), "--preset", str(checkpoint), "--crop", "64", "--json", str(out)]
    assert run("paper_protocol", words) == 0
    told = json.loads(out.read_text())
    assert told["checkpoint"] == load_model(str(checkpoint)).digest[:8].hex()
    assert told["untrained"] is False
    (result,) = told["sets"]
    assert list(result["channels"]) == ["float", "png"]
    exact, written = (result["channels"][channel]["summaries"] for channel in ("float", "png"))
    assert exact["stego_psnr"] == written["stego_psnr"]
    assert written["stego_psnr"]["mean"] < 30  # the product would refuse to write it
    assert exact["revealed_psnr"]["mean"] != written["revealed_psnr"]["mean"]
    assert [row["key"] for row in result["wrong_keys"]] == [
        "constant, one",
        "constant, as large as k_sym",
        "Gaussian, as k_sym",
        "k_pub_s",
        "another pair's k_sym",
    ]
    assert len({row["psnr"] for row in result["wrong_keys"]}) == 5
    printed = capsys.readouterr().out
    for channel in (exact, written):
        assert f"{channel['revealed_psnr']['mean']:.2f}" in printed
    assert "sender's tensor, which no file holds" in printed


def test_png_reveals_from_the_file_and_float_from_the_tensor(
    scripts: dict[str, ModuleType], checkpoint: Path, tmp_path: Path
) -> None:
    protocol = scripts["paper_protocol"]
    engine = protocol.load_engine(str(checkpoint))
    rng = np.random.default_rng(1)
    secret, reference = rng.integers(0, 256, (2, 64, 64, 3), dtype=np.uint8)
    case, revealed = protocol.transmit(engine, secret, reference, tmp_path / "stego.png")
    stego = read_image(tmp_path / "stego.png").rgb
    assert np.array_equal(case.stego, stego)

    net = engine.model.net
    own, shared, got = (
        torch.from_numpy(image.copy()).permute(2, 0, 1)[None] / 255
        for image in (secret, reference, stego)
    )
    k_sym = net.symmetric_key(net.public_key(_large(own)), _large(shared))
    side = net.side(own, k_sym, None)
    sent = net.conceal(own, shared, k_sym, side, None)
    assert float((sent.clamp(0, 1) - got).abs().max()) <= 0.5 / 255 + 1e-6
    for channel, received in (("float", sent), ("png", got)):
        picture = net.reveal(received, shared, k_sym, side, None)[0].permute(1, 2, 0)
        levels = picture.clamp(0, 1).mul(255).round().numpy()
        assert np.abs(levels - revealed[channel]).max() <= 1
    assert not np.array_equal(revealed["float"], revealed["png"])


def _large(image: torch.Tensor) -> torch.Tensor:
    return nn.functional.interpolate(image, (256, 256), mode="bilinear", antialias=True)


def test_untrained_is_the_same_architecture_with_the_stated_seed(
    scripts: dict[str, ModuleType], checkpoint: Path, tmp_path: Path
) -> None:
    protocol = scripts["paper_protocol"]
    engine = protocol.load_engine(str(checkpoint))
    first, again, other = (
        protocol.fresh_engine(engine, seed, tmp_path / str(i))
        for i, seed in enumerate((1, 1, 2))
        if not (tmp_path / str(i)).mkdir()
    )
    assert first.identity == again.identity
    assert len({engine.identity, first.identity, other.identity}) == 3
    assert first.model.net.config == engine.model.net.config
    for ours, theirs in zip(
        first.model.net.features.parameters(), engine.model.net.features.parameters(), strict=True
    ):
        assert torch.equal(ours, theirs)
    modulation = first.model.net.functions[0][0].reaction.modulation
    assert not any(p.any() for p in modulation.key[-1].parameters())


def test_only_networks_of_kind_paper_are_scored(
    scripts: dict[str, ModuleType], run: Callable[[str, list[str]], int], folder: Path
) -> None:
    with pytest.raises(UsageError, match="not of kind paper"):
        scripts["paper_protocol"].load_engine("base")
    assert run("paper_protocol", [str(folder), "--preset", "base"]) == UsageError.exit_code
    for crop in ("48", "70", "336"):
        with pytest.raises(SystemExit):
            run("paper_protocol", [str(folder), "--crop", crop])


def test_exact_pictures_do_not_contradict_the_others(scripts: dict[str, ModuleType]) -> None:
    fidelity = scripts["fidelity"]
    base = np.full((16, 16, 3), 100, np.uint8)
    pairs = [
        fidelity.Pair("a", "b", fidelity.figures_of(base, base, base + step, base))
        for step in (np.uint8(2), np.uint8(1))
    ]
    found = fidelity.summarised("two", pairs).summaries
    assert found["revealed_psnr"].mean == MAX_PSNR
    assert found["stego_psnr"].worst == pytest.approx(psnr(base + np.uint8(2), base))


def test_ablation_prints_ours_and_quotes_the_papers(
    run: Callable[[str, list[str]], int],
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    for name, changes in (("full", {}), ("no-cigm", {"guided": False})):
        saved(tmp_path / "runs" / name / "model.safetensors", dataclasses.replace(SMALL, **changes))
    out = tmp_path / "out.json"
    words = [str(tmp_path / "runs"), "--data", str(folder), "--crop", "64", "--json", str(out)]
    assert run("ablation_paper", words) == 0
    told = json.loads(out.read_text())
    assert [row["name"] for row in told["runs"]] == ["full", "no-cigm"]
    assert told["runs"][0]["parameters"] > told["runs"][1]["parameters"]
    assert told["quoted_table_5"][-1]["stego_psnr"] == 41.32
    printed = capsys.readouterr().out
    assert [printed.count(f"│ {name} ") for name in ("full", "no CIGM")] == [3, 3]
    assert printed.count("no run") == 3
    assert "quoted" in printed
    for row in told["runs"]:
        for channel in ("float", "png"):
            mean = row["scores"]["channels"][channel]["summaries"]["sum"]["mean"]
            assert f"{mean:.2f}" in printed


def test_ablation_rows_must_differ_by_their_part_alone(
    scripts: dict[str, ModuleType], run: Callable[[str, list[str]], int], tmp_path: Path
) -> None:
    ablation = scripts["ablation_paper"]
    rows = {
        name: dataclasses.replace(SMALL, **changes) for name, changes in ablation.SWITCHES.items()
    }
    ablation.check_configs(rows)
    with pytest.raises(UsageError, match="still has the part"):
        ablation.check_configs(rows | {"no-pm": SMALL})
    for wrong in ({"steps": 2}, {"guided": False}):
        changed = dataclasses.replace(rows["no-wavelet"], **wrong)
        with pytest.raises(UsageError, match="differ by more"):
            ablation.check_configs(rows | {"no-wavelet": changed})
    with pytest.raises(UsageError, match="holds no run"):
        ablation.find_runs(tmp_path)


def figures(**changes: object) -> dict[str, object]:
    """What fidelity.py --json writes, as far as it is read."""
    means = {"stego_psnr": 40, "stego_ssim": 0.97, "revealed_psnr": 43.25, "revealed_ssim": 0.99}
    summaries = {name: {"mean": mean} for name, mean in (means | {"sum": 83.25}).items()}
    one = {"name": "kodak24", "pairs": [{}, {}], "summaries": summaries}
    digest = load_model("paper", "cpu").digest[:8].hex()
    told = {"preset": "paper", "untrained": False, "checkpoint": digest, "crop": 256, "sets": [one]}
    return told | changes


def test_scores_are_recorded_for_their_checkpoint(
    scripts: dict[str, ModuleType], run: Callable[[str, list[str]], int], tmp_path: Path
) -> None:
    record = scripts["record_scores"].record
    source = tmp_path / "figures.json"
    source.write_text(json.dumps(figures()))
    assert run("record_scores", [str(source), "--out", str(tmp_path)]) == 0
    told = json.loads((tmp_path / "paper.json").read_text())
    assert told["checkpoint"] == figures()["checkpoint"]
    expected = {"pairs": 2, "stego_psnr": 40, "stego_ssim": 0.97}
    expected |= {"revealed_psnr": 43.25, "revealed_ssim": 0.99, "sum": 83.25}
    assert told["sets"] == {"kodak24": expected}
    more = figures()
    more["sets"][0]["name"] = "bsds100"
    record(more, tmp_path)
    assert set(json.loads((tmp_path / "paper.json").read_text())["sets"]) == {"kodak24", "bsds100"}
    # Figures of other weights are dropped.
    (tmp_path / "paper.json").write_text(json.dumps(told | {"checkpoint": "00" * 8}))
    record(more, tmp_path)
    assert set(json.loads((tmp_path / "paper.json").read_text())["sets"]) == {"bsds100"}


@pytest.mark.parametrize(
    "changes", [{"preset": "x.safetensors"}, {"untrained": True}, {"crop": 64}, {"checkpoint": "0"}]
)
def test_other_figures_are_not_recorded(
    scripts: dict[str, ModuleType], tmp_path: Path, changes: dict[str, object]
) -> None:
    with pytest.raises(UsageError):
        scripts["record_scores"].record(figures(**changes), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_merging_is_timed_and_changes_nothing_that_shows(scripts: dict[str, ModuleType]) -> None:
    timing = scripts["merging"].measure("base", 1)
    assert timing.largest_change < 1e-5
    assert timing.compiled is None
    assert min(timing.plain, timing.fused, timing.merging) > 0


def test_step_functions_are_what_is_compiled(
    scripts: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[str] = []
    monkeypatch.setattr(nn.Module, "compile", lambda self: compiled.append(type(self).__name__))
    scripts["merging"].compile_steps(PaperNet(SMALL))
    assert sorted(compiled) == ["DiffusionTerm", "Guidance", "ReactionTerm"]
    compiled.clear()
    scripts["merging"].compile_steps(build(BaseConfig()))
    assert set(compiled) == {"DiffusionTerm", "Guidance", "ReactionTerm"}
