"""docs/results.md is what the committed reports say."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REPORTS = sorted((ROOT / "docs" / "results").glob("kodak24-*.json"))
SCORES = sorted((ROOT / "docs" / "results").glob("scores-*.json"))


def run(*arguments):
    script = ROOT / "benchmarks" / "results.py"
    done = subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True)
    return done.returncode, done.stderr


def test_results_are_current(tmp_path):
    assert REPORTS
    assert run("--check") == (0, "")
    copies = tmp_path / "results"
    copies.mkdir()
    for path in REPORTS:
        (copies / path.name).write_text(path.read_text())
    assert run("--docs", tmp_path) == (0, "")
    assert (tmp_path / "results.md").read_text() == (ROOT / "docs" / "results.md").read_text()
    report = json.loads(REPORTS[0].read_text())
    report["methods"][0]["channels"]["png"]["stego"]["psnr"]["mean"] += 1
    (copies / REPORTS[0].name).write_text(json.dumps(report))
    assert run("--docs", tmp_path, "--check")[0] == 1


@pytest.mark.parametrize("path", [*REPORTS, *SCORES], ids=lambda path: path.stem)
def test_reports_are_whole(path):
    report = json.loads(path.read_text())
    assert report["run"]["skipped"] == []
    for method in report["methods"]:
        for channel in method["channels"].values():
            assert sum(channel["outcomes"].values()) == channel["pairs"] == report["run"]["pairs"]
