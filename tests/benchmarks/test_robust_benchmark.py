"""What comes through which channel, of few small pictures."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

Load = Callable[[str], ModuleType]
Start = Callable[..., int]


def test_rows_of_channels(start: Start, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "robust.json"
    words = ("--crop", 0, "--analog", "off", "--limit", 1, "--channels", "png,jpeg:75,webp:5")
    assert start("robust", photos, *words, "--json", out) == 0
    told = json.loads(out.read_text())
    assert (told["crop"], told["survive"], told["refused"]) == (0, "messenger", 0)
    png, jpeg, lost = (told["channels"][name] for name in ("png", "jpeg:75", "webp:5"))
    assert png == jpeg
    assert (png["came"], lost["came"], lost["pairs"]) == (1, 0, 1)
    assert png["psnr"] > lost["psnr"] > 5
    assert png["lpips"] < lost["lpips"]


def test_references_that_carry_nothing(
    start: Start, five: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start("robust", five, "--crop", 64, "--limit", 1, "--channels", "png") == 1
    assert "the header's 55 bytes do not come through" in capsys.readouterr().err


def test_curves_and_their_picture(start: Start, photos: Path, tmp_path: Path) -> None:
    out, drawn = tmp_path / "curves.json", tmp_path / "curves.svg"
    names = ["jpeg:30", "jpeg:80", "jpeg:80:444"]
    words = ("--crop", 0, "--limit", 1, "--channels", ",".join(names))
    assert start("robust_curves", photos, *words, "--json", out) == 0
    told = json.loads(out.read_text())
    assert list(told["runs"]) == ["messenger", "harsh"]
    assert list(told["runs"]["harsh"]["channels"]) == names
    assert start("robust_curves", "--json", out, "--picture", drawn) == 0
    assert drawn.read_text().count("<polyline") == 2
    assert start("robust_curves") == 2


def test_payloads(load: Load, start: Start, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "payloads.json"
    words = ("--side", 96, "--tiles", 2, "--payloads", 2, "--json", out)
    assert start("robust_payloads", "--data", photos, *words) == 0
    told = json.loads(out.read_text())
    assert (told["photographs"], told["side"], told["tiles"]) == (2, 96, 2)
    assert sum(told["outcomes"].values()) == 2
    assert "wrong" not in told["outcomes"]


def test_a_mosaic_has_a_photograph_in_each_tile(load: Load) -> None:
    photos = [np.full((70, 80, 3), level, np.uint8) for level in (1, 2, 3)]
    found = load("robust_payloads").mosaic(photos, 1, 64, 2)
    assert found.shape == (128, 128, 3)
    assert found[::64, ::64, 0].tolist() == [[2, 3], [1, 2]]
