"""The benchmark of folders sees what is done, what fails and what a kill leaves."""

import importlib
from pathlib import Path

import pytest

from sshr.imaging.reading import read_image
from sshr.imaging.writing import write_image

ROOT = Path(__file__).parents[2]


def test_a_small_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    script = importlib.import_module("folders")
    photo = read_image(ROOT / "examples" / "photos" / "parrots.png").rgb
    (tmp_path / "photos").mkdir()
    for n in range(10):
        write_image(tmp_path / "photos" / f"{n}.png", photo[10 * n : 10 * n + 70, :70])
    script.lay_out(tmp_path / "photos", tmp_path, 10, 64)
    assert len(list((tmp_path / "secrets").iterdir())) == 10
    run = script.measure(tmp_path, tmp_path / "out", 1)
    assert (run.done, list(run.failed)) == (9, [script.CORRUPT])
    assert 0 < run.seconds_each < run.seconds
    assert 100 << 20 < run.peak_bytes < 3 << 30
    kill = script.kill_and_rerun(tmp_path, tmp_path / "killed", 1, 3)
    assert 3 <= kill["finished when killed"] < 9
    assert kill["finished after the rerun"] == kill["outputs"] == 9
    assert kill["done twice"] == kill["temporary files left"] == 0
