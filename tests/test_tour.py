"""The notebook runs from top to bottom, and is committed without what it has printed."""

import json
import os
import subprocess
import sys
from pathlib import Path

from notebook import code_cells

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "examples" / "tour.ipynb"
RUNNER = ROOT / "tests" / "support" / "notebook.py"


def test_it_is_a_notebook_without_outputs() -> None:
    told = json.loads(NOTEBOOK.read_text("utf-8"))
    assert (told["nbformat"], told["metadata"]["language_info"]["name"]) == (4, "python")
    assert len({cell["id"] for cell in told["cells"]}) == len(told["cells"])
    cells = code_cells(NOTEBOOK)
    assert len(cells) > 8
    left = [cell["id"] for cell in cells if cell["outputs"] or cell["execution_count"]]
    assert not left, "clear all outputs before you save it"


def test_it_runs(tmp_path: Path) -> None:
    env = os.environ | {"SSHR_TOUR_STEPS": "2", "PYTHONPATH": str(ROOT / "src")}
    env |= {"TMPDIR": str(tmp_path), "TEMP": str(tmp_path), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, RUNNER, NOTEBOOK]
    done = subprocess.run(command, env=env, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    for part in ("stego to reference", "wrong passphrase: WrongKeyError", "plain grey"):
        assert part in done.stdout
    assert done.stdout.count("<shown Image") == 8
    assert "model.safetensors" in done.stdout.splitlines()[-2]
