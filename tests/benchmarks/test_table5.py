"""The rows of Table 5 have one budget, are trained once, and are told with their curves."""

import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file

from sshr.evaluation.report.paper_tables import quoted
from sshr.imaging.writing import write_image
from sshr.network.config import PRESETS, ModelConfig
from sshr.network.rsrk import AlexNetFeatures

ROOT = Path(__file__).parents[2]
TORCHVISION = {"conv1": 0, "conv2": 3, "conv3": 6, "conv4": 8, "conv5": 10}
Photo = Callable[..., NDArray[np.uint8]]
Started = Callable[..., int]


@pytest.fixture
def table5(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("table5")


@pytest.fixture
def folder(tmp_path: Path, photo: Photo) -> Path:
    folder = tmp_path / "three"
    folder.mkdir()
    for name in ("parrots", "lighthouse", "sailboats"):
        write_image(folder / f"{name}.png", photo(name, 80, 80))
    return folder


@pytest.fixture
def alexnet(tmp_path: Path) -> Path:
    torch.manual_seed(3)
    features = AlexNetFeatures()
    tensors = {}
    for ours, theirs in TORCHVISION.items():
        for name, value in getattr(features, ours).named_parameters():
            tensors[f"features.{theirs}.{name}"] = value.detach().clone()
    save_file(tensors, tmp_path / "alexnet.safetensors")
    return tmp_path / "alexnet.safetensors"


@pytest.fixture
def run(
    table5: ModuleType,
    folder: Path,
    alexnet: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Started:
    def started(*words: str) -> int:
        fixed = [str(folder), "--train", str(folder), "--alexnet", str(alexnet)]
        fixed += ["--runs", str(tmp_path / "runs"), "--json", str(tmp_path / "out.json")]
        fixed += ["--crop", "64", "--limit", "2", "--steps", "2", "--seeds", "1"]
        monkeypatch.setattr(sys, "argv", ["table5", *fixed, *words])
        return table5.main()

    return started


def test_rows_add_one_part_each_to_one_budget(table5: ModuleType) -> None:
    base = table5.base_recipe()
    recipes = {name: table5.row_recipe(base, row, 1e-3, 7, 11) for name, row in table5.ROWS.items()}
    models = {name: recipe.model_config() for name, recipe in recipes.items()}

    def parts(model: ModelConfig) -> tuple[bool, bool, bool, bool]:
        printed = model.printed
        wavelet = model.transform == "haar:1"
        return printed.diffusion_term, wavelet, printed.reparameterised, printed.guided

    names = ("plain", "pm", "wavelet", "rep-conv", "cigm")
    assert [sum(parts(models[name])) for name in names] == [0, 1, 2, 3, 4]
    rows = quoted()["table5"]["rows"]
    for name, row in zip(names, rows, strict=True):
        assert list(parts(models[name])) == row["parts"]
        assert (models[name].start, models[name].order) == ("zero", "alternate")
    assert models["z-first"].order == "z-first"
    assert parts(models["z-first"]) == parts(models["cigm"])
    assert models["exact"] == PRESETS["paper"]
    budgets = [{**recipe.as_dict(), "model": None} for recipe in recipes.values()]
    assert all(budget == budgets[0] for budget in budgets)
    assert (budgets[0]["seed"], budgets[0]["schedule"]["steps"]) == (7, 11)
    assert base.optimiser.rate == 1e-4  # as printed
    assert (base.loss.kind, base.channel.kind) == ("paper", "png")


def test_rows_are_trained_once_and_measured_in_both_channels(
    table5: ModuleType,
    run: Started,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert run("--rows", "plain") == 0
    trained: list[str] = []
    real = table5.train

    def noted(recipe: Any, session: Any, say: Any) -> Any:
        trained.append(session.out.name)
        return real(recipe, session, say)

    monkeypatch.setattr(table5, "train", noted)
    picture = tmp_path / "curves.svg"
    assert run("--rows", "plain", "exact", "--picture", str(picture)) == 0
    assert trained == ["exact-0.0001-2-1"]
    told = json.loads((tmp_path / "out.json").read_text())
    assert (told["set"], told["pairs"], told["crop"]) == ("three", 2, 64)
    plain, exact = told["results"]
    assert (plain["row"], plain["seed"], plain["steps"]) == ("plain", 1, 2)
    assert plain["rate"] == 1e-4
    for result in told["results"]:
        assert list(result["channels"]) == ["float", "png"]
        assert result["seconds"] > 0
        assert [point[0] for point in result["curve"]] == [1]
    # AdaLN-Zero's start sends the secret itself, the exact start a picture like the reference.
    assert plain["channels"]["png"]["stego_psnr"] < 25
    assert plain["start"] is None
    assert plain["curve"][0][1] < 25
    assert exact["channels"]["png"]["stego_psnr"] > 38
    assert exact["start"]["png"]["stego_psnr"] > 38
    assert exact["curve"][0][1] > 38
    drawn = ElementTree.fromstring(picture.read_text())
    texts = [element.text for element in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"exact: stego", "exact: revealed"} <= set(texts)


def test_a_killed_row_goes_on(
    table5: ModuleType, run: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, resumed = table5.train, []

    def stopped(recipe: Any, session: Any, say: Any) -> Any:
        resumed.append(session.resume)
        limit = 0.0 if len(resumed) == 1 else None
        return real(recipe, table5.replace(session, max_seconds=limit), say)

    monkeypatch.setattr(table5, "train", stopped)
    assert run("--rows", "plain") == 130
    assert not (tmp_path / "out.json").exists()
    assert run("--rows", "plain") == 0
    assert resumed == [False, True]
    (result,) = json.loads((tmp_path / "out.json").read_text())["results"]
    assert result["steps"] == 2


def test_figures_of_another_set_are_not_gone_on_with(
    run: Started, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = {"set": "other", "crop": 64, "pairs": 2, "results": []}
    (tmp_path / "out.json").write_text(json.dumps(told))
    assert run("--rows", "plain") == 2
    assert "another set" in capsys.readouterr().err


def test_a_curve_begins_with_the_first_step_and_leaves_out_skipped_ones(
    table5: ModuleType,
) -> None:
    log = [{"stego": 10.0 + i, "revealed": 50.0 - i, "loss": 1.0} for i in range(25)]
    log[4] = {"stego": 0.0, "revealed": 0.0, "loss": 0.0}
    curve = table5.curve_of(log)
    assert [point[0] for point in curve] == [1, 10, 20]
    assert curve[0] == (1, 10.0, 50.0)
    assert curve[1][1] == pytest.approx(np.mean([10 + i for i in range(1, 10) if i != 4]), abs=1e-3)
    assert curve[2][1:] == (24.5, 35.5)
