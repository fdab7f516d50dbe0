"""The ladder changes one entry at a time, and measures what really travels."""

import importlib
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sshr.imaging.reading import read_image
from sshr.imaging.writing import write_image
from sshr.network.config import PRESETS, CompandingConfig, ModelConfig
from sshr.network.kinds import build
from sshr.zoo.checkpoint import LoadedModel, save_checkpoint

ROOT = Path(__file__).parents[2]
Photo = Callable[..., NDArray[np.uint8]]


@pytest.fixture(autouse=True)
def _benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))


@pytest.fixture
def ladder() -> ModuleType:
    return importlib.import_module("ladder")


@pytest.fixture
def folder(tmp_path: Path, photo: Photo) -> Path:
    folder = tmp_path / "three"
    folder.mkdir()
    for name in ("parrots", "lighthouse", "sailboats"):
        write_image(folder / f"{name}.png", photo(name, 144, 144))
    return folder


def small(preset: str) -> ModelConfig:
    exact = replace(
        PRESETS[preset].exact, block=8, rings=6, companding=CompandingConfig(width=8), angle=0.1
    )
    return replace(PRESETS[preset], key_dim=16, exact=exact)


@torch.no_grad()
def saved(path: Path, config: ModelConfig, pieces: torch.Tensor) -> Path:
    """A network as training could leave it."""
    torch.manual_seed(0)
    net = build(config)
    net.body.fit(pieces)
    assert net.body.companding is not None
    for name, parameter in net.body.companding.named_parameters():
        if ".narrow." in name:
            parameter.add_(0.02 * torch.randn(parameter.shape))
    save_checkpoint(net, path)
    return path


@pytest.fixture
def presets(tmp_path: Path, folder: Path, ladder: ModuleType) -> dict[str, str]:
    pieces = ladder.training_pieces(folder, 6, 64)
    names = ("paper", "base")
    return {n: str(saved(tmp_path / f"{n}.safetensors", small(n), pieces)) for n in names}


def test_every_rung_changes_one_entry(ladder: ModuleType) -> None:
    paper, base = PRESETS["paper"], PRESETS["base"]
    configs = ladder.rung_configs(paper, base)
    assert len(configs) == len(ladder.RUNGS)
    for rung, before, after in zip(ladder.RUNGS[1:], configs, configs[1:], strict=False):
        (changed,) = ladder.differences(before, after)
        assert changed.startswith(rung.entry), rung.name
    by_weights = {rung.weights: config for rung, config in zip(ladder.RUNGS, configs, strict=True)}
    assert by_weights["paper"] == paper
    assert by_weights["base"] == base
    start = ladder.differences(configs[0], paper)
    assert set(start) <= set(ladder.START)
    assert configs[0].exact.companding.width == 0
    assert (configs[0].exact.bank, configs[0].exact.payload) == ("haar", "difference")


def test_pieces_are_those_of_training(ladder: ModuleType, folder: Path) -> None:
    pieces = ladder.training_pieces(folder, 5, 64)
    assert pieces.shape == (5, 3, 64, 64)
    assert torch.equal(pieces, ladder.training_pieces(folder, 5, 64))
    held = [read_image(path).rgb for path in folder.iterdir()]
    corner = (pieces[0, :, 0, 0] * 255).round().byte().numpy()
    assert any((picture == corner).all(axis=2).any() for picture in held)


def test_weights_of_a_preset_fit_a_rung_with_less_in_it(
    ladder: ModuleType, presets: dict[str, str]
) -> None:
    source = ladder.closed_form(presets["paper"])
    configs = ladder.rung_configs(source.config, small("base"))
    without_key = next(c for c in configs if c.exact.companding.width and not c.exact.angle)
    net = ladder.with_weights(without_key, source)
    assert net.body.rotation is None
    own, given = net.state_dict(), source.state_dict()
    assert all(torch.equal(value, given[name]) for name, value in own.items())
    whole = ladder.with_weights(source.config, source)
    assert set(whole.state_dict()) == set(given)


def test_all_rows_are_told_as_table_json_and_picture(
    ladder: ModuleType,
    presets: dict[str, str],
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out, picture = tmp_path / "out.json", tmp_path / "ladder.svg"
    words = [str(folder), "--train", str(folder), "--fit-crops", "6", "--fit-side", "64"]
    words += ["--protocol", "folder", "--limit", "1", "--json", str(out), "--picture", str(picture)]
    words += ["--paper", presets["paper"], "--base", presets["base"]]
    monkeypatch.setattr(sys, "argv", ["ladder", *words])
    assert ladder.main() == 0
    (told,) = json.loads(out.read_text())["sets"]
    assert told["pairs"] == 1
    rungs = {row["name"]: row for row in told["rungs"]}
    assert list(rungs) == [*(rung.name for rung in ladder.RUNGS), ladder.PRODUCT]
    assert [row["name"] for row in told["variants"]] == [v.name for v in ladder.VARIANTS]
    assert list(rungs[ladder.PRODUCT]["channels"]) == ["png"]
    for row in [*told["rungs"], *told["variants"]]:
        found = row["channels"]["png"]
        assert 38 < found["stego_psnr"] < 44, row["name"]
        assert found["total"] == pytest.approx(found["stego_psnr"] + found["revealed_psnr"])
        assert found["worst_revealed"] <= found["revealed_psnr"]
    names = list(rungs)
    png = [rungs[name]["channels"]["png"] for name in names]
    # The difference as payload is as loud as any other.
    assert png[0]["stego_psnr"] == pytest.approx(PRESETS["paper"].exact.stego_psnr, abs=0.3)
    assert png[4]["revealed_psnr"] > png[3]["revealed_psnr"] + 1  # one-level Haar against blocks
    alike = next(row for row in told["variants"] if "mixing" in row["changes"])
    base = rungs[names[-2]]["channels"]["png"]
    assert alike["channels"]["png"]["total"] == pytest.approx(base["total"], abs=0.3)
    changed = next(row["changes"] for row in told["rungs"] if row["name"].startswith("R4"))
    assert changed == {"exact.bank": ["haar", "block"]}
    drawn = ElementTree.fromstring(picture.read_text())
    texts = [element.text for element in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert set(names) <= set(texts)
    assert f"{png[-1]['total']:.2f}" in texts


def test_printed_steps_are_on_no_rung(
    ladder: ModuleType,
    tmp_path: Path,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    printed = LoadedModel(build(ModelConfig(start="zero")), bytes(32))
    monkeypatch.setattr(ladder, "load_model", lambda preset, device: printed)
    words = [str(folder), "--train", str(folder), "--fit-crops", "2", "--fit-side", "64"]
    monkeypatch.setattr(sys, "argv", ["ladder", *words])
    assert ladder.main() == 2
    assert "not in closed form" in capsys.readouterr().err
