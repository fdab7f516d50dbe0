"""Measured figures in the documents are those of the committed JSON."""

import json
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "docs" / "figures.py"
BLOCK = re.compile(r"^<!-- figures: (\S+) -->\n(.*?)^<!-- end -->$", re.MULTILINE | re.DOTALL)
DOCUMENTS = sorted(
    path
    for pattern in ("README.md", "docs/**/*.md", "benchmarks/*.md", "src/sshr/zoo/weights/*.md")
    for path in ROOT.glob(pattern)
)


def run(*arguments):
    """Exit code and lines."""
    command = [sys.executable, SCRIPT, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout.splitlines()


@pytest.fixture
def project(tmp_path):
    """A root with one document, which has one block of figures that exist."""
    (tmp_path / "docs" / "results").mkdir(parents=True)
    shutil.copy(ROOT / "docs" / "results" / "sealed.json", tmp_path / "docs" / "results")
    page = tmp_path / "docs" / "page.md"
    page.write_text("before\n<!-- figures: sealed-capacities -->\nold\n<!-- end -->\nafter\n")
    return tmp_path


def page(project):
    return (project / "docs" / "page.md").read_text()


def write_page(project, text):
    (project / "docs" / "page.md").write_text(text)


def test_every_figure_in_the_documents_is_current():
    code, lines = run("--check")
    assert (code, lines) == (0, []), "run the benchmarks named, then `python docs/figures.py`"


def test_no_block_is_empty_and_none_stands_twice_in_a_document():
    assert any(BLOCK.search(path.read_text("utf-8")) for path in DOCUMENTS)
    for path in DOCUMENTS:
        found = BLOCK.findall(path.read_text("utf-8"))
        assert all(text.strip() for _, text in found), path
        assert len(found) == len({name for name, _ in found}), path


def test_every_block_is_used():
    used = {n for path in DOCUMENTS for n, _ in BLOCK.findall(path.read_text("utf-8"))}
    known = "import sys, json; sys.path.insert(0, sys.argv[1]); import figure_blocks; "
    known += "print(json.dumps(sorted(figure_blocks.BLOCKS)))"
    done = subprocess.run(
        [sys.executable, "-c", known, SCRIPT.parent], capture_output=True, text=True, check=True
    )
    assert set(json.loads(done.stdout)) == used


def test_a_stale_block_is_named_and_rewritten(project):
    code, lines = run("--check", "--root", project)
    assert (code, lines) == (1, ["docs/page.md: sealed-capacities: is not current"])
    assert "old" in page(project)
    assert run("--root", project) == (0, [])
    assert page(project).startswith("before\n<!-- figures: sealed-capacities -->\n| noise")
    assert page(project).endswith("\n<!-- end -->\nafter\n")
    assert run("--check", "--root", project) == (0, [])
    held = project / "docs" / "results" / "sealed.json"
    told = json.loads(held.read_text())
    told["capacities"]["bytes"]["uniform"][0] += 1
    held.write_text(json.dumps(told))
    assert run("--check", "--root", project)[0] == 1


def test_a_missing_file_is_named_and_its_block_left_alone(project):
    (project / "docs" / "results" / "sealed.json").unlink()
    before = page(project)
    wanted = ["docs/page.md: sealed-capacities: docs/results/sealed.json is missing"]
    for arguments in (("--check",), ()):
        assert run(*arguments, "--root", project) == (1, wanted)
        assert page(project) == before


def test_figures_that_lack_an_entry_are_named(project):
    (project / "docs" / "results" / "sealed.json").write_text("{}")
    code, lines = run("--check", "--root", project)
    assert code == 1
    assert lines == ["docs/page.md: sealed-capacities: the JSON lacks 'capacities'"]


def test_figures_of_other_weights_are_refused(project):
    weights = project / "src" / "sshr" / "zoo" / "weights"
    weights.mkdir(parents=True)
    header = json.dumps({"__metadata__": {"digest": "ab" * 32}}).encode()
    for preset in ("base", "paper"):
        (weights / f"{preset}.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    held = project / "docs" / "results" / "scores-kodak24.json"
    row = {"attack": "none", "kind": "attack", "psnr": 9.0, "grey_psnr": 9.0, "picks": {}}
    row |= {"worst_over_grey": 0.0, "ssim": 0.0, "grey_ssim": 0.0, "pairs_shown": 0}
    found = {"pairs": 5, "rows": [row], "residual_picks": {}}
    attacks = {"base": found, "paper": found}
    methods = [{"name": "base", "identity": "cd" * 8, "channels": {}}]
    told = {"run": {"data": "d", "size": "64 px"}, "methods": methods, "attacks": attacks}
    held.write_text(json.dumps(told))
    write_page(project, "<!-- figures: attacks-base -->\nold\n<!-- end -->\n")
    code, (line,) = run("--root", project)
    assert code == 1
    assert line.endswith(
        "docs/results/scores-kodak24.json was measured on another checkpoint of base"
    )
    held.write_text(held.read_text().replace("cd" * 8, "ab" * 8))
    assert run("--root", project) == (0, [])
    assert "| none | 9.00 |" in page(project)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("<!-- figures: nothing -->\nx\n<!-- end -->\n", "nothing: no such block"),
        ("<!-- figures: sealed -->\nx\n", "a block's marks do not stand in pairs"),
        ("x\n<!-- end -->\n", "a block's marks do not stand in pairs"),
    ],
)
def test_wrong_marks_are_found(project, text, fault):
    write_page(project, text)
    code, lines = run("--check", "--root", project)
    assert code == 1
    assert fault in lines[0]
    assert run("--root", project)[0] == 1
    assert page(project) == text


def test_a_runs_log_becomes_a_curve(project):
    heads = "step,seconds,stego,revealed,total,loss,rate,grad_norm,skipped,rollbacks"
    rows = [f"{50 * n},{n},41,{n},{41 + n},0,0,0,2,1" for n in range(1, 41)]
    log = project / "log.csv"
    log.write_text("\n".join([heads, *rows]) + "\n")
    assert run("--curve", log, "--preset", "base", "--root", project)[0] == 0
    told = json.loads((project / "docs" / "results" / "curve-base.json").read_text())
    steps = [row["step"] for row in told["rows"]]
    assert (steps[0], steps[-1], len(steps)) == (50, 2000, 8)
    assert (told["skipped"], told["rollbacks"]) == (2, 1)
    write_page(project, "<!-- figures: curve-base -->\n<!-- end -->\n")
    assert run("--root", project) == (0, [])
    assert "| 2000 | 1 | 41.00 | 40.00 | 81.00 |" in page(project)
