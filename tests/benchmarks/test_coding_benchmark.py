"""What `benchmarks/coding.py` says follows from what it timed."""

import importlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]


def test_ratios_are_medians_over_the_same_turns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    script = importlib.import_module("coding")
    out = tmp_path / "figures.json"
    words = ["coding", "--tiles", "2", "--repeats", "1", "--json", str(out)]
    monkeypatch.setattr(sys, "argv", words)
    script.main()
    printed = capsys.readouterr().out
    told = json.loads(out.read_text())
    assert len(told["turns"]) == 2
    for peer in ("zlib", "jpeg2000"):
        for way in ("encode", "decode"):
            pairs = [(turn["sshr"][way], turn[peer][way]) for turn in told["turns"]]
            assert all(own > 0 and other > 0 for own, other in pairs)
            expected = np.median([own / other for own, other in pairs])
            assert told["ratios"][peer][way] == pytest.approx(expected)
            assert f"{expected:.2f}" in printed


def test_jpeg_2000_gets_as_many_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    script = importlib.import_module("coding")
    picture, other = script.tiles(2)
    assert picture.shape == other.shape == (256, 256, 3)
    file = tmp_path / "tile.jp2"
    file.write_bytes(script.jpeg2000(picture, 5000))
    assert 4500 < file.stat().st_size < 5300
    with Image.open(file) as opened:
        error = np.asarray(opened).astype(float) - picture
    assert 1 < np.sqrt(np.mean(error**2)) < 16
