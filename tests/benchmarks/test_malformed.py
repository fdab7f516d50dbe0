"""A part of the malformed inputs through the commands, and that the script sees what goes wrong."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("malformed")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SSHR_PASSPHRASE", raising=False)
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")
    return tmp_path / "desk"


def test_malformed_inputs_are_refused_in_words(script: ModuleType, desk: Path) -> None:
    outcomes = list(script.attempts(desk, slice(None, None, 5), seed=4))
    assert [outcome for outcome in outcomes if outcome.found] == []
    told = script.report(outcomes)
    assert told["inputs"] == 45
    assert len(outcomes) > 150
    assert {0, 7, 14} < {outcome.code for outcome in outcomes}


@pytest.mark.parametrize(
    ("work", "found"),
    [
        ("raise KeyError(1)", "tracebacks"),
        ("raise SystemExit(7)", "tracebacks"),
        ("print('sshr: unexpected x', file=sys.stderr); return 1", "unclear messages"),
        ("print('sshr: one\\nsshr: two', file=sys.stderr); return 7", "unclear messages"),
        (
            "Path('secret.png').touch(); print('sshr: x', file=sys.stderr); return 7",
            "changed files",
        ),
        ("Path('left.tmp').touch(); print('sshr: x', file=sys.stderr); return 7", "changed files"),
        ("Path('out.png').touch(); print('sshr: x', file=sys.stderr); return 7", "changed files"),
        ("import time; time.sleep(3); return 7", "hangs"),
    ],
)
def test_what_must_not_happen_is_seen(
    script: ModuleType, desk: Path, monkeypatch: pytest.MonkeyPatch, work: str, found: str
) -> None:
    names: dict = {"sys": sys, "Path": Path}
    exec(f"def run(words):\n    {work}", names)
    (desk / "secret.png").write_bytes(b"secret")
    monkeypatch.setattr("sshr.cli.runner.run", names["run"])
    monkeypatch.setattr(script, "MAX_SECONDS", 0.3)
    given = sys.modules["malformed_inputs"].Malformed("x.png", "test", ())
    outcome = script.attempt(desk, given, ("conceal", "x.png", "-o", "out.png"))
    assert found in outcome.found
    assert not (desk / "out.png").exists()
