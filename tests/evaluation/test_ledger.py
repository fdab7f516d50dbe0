import dataclasses

import pytest

from sshr.errors import OutputError
from sshr.evaluation.ledger import Ledger
from sshr.evaluation.records import AttackLine, PairLine


def test_ledger_keeps_lines_by_key(tmp_path):
    path = tmp_path / "a" / "x.jsonl"
    ledger = Ledger(path, {"run": 1}, AttackLine)
    line = AttackLine("m", "1", "a", "b", "k_sym: ones")
    ledger.add(line)
    ledger.add(dataclasses.replace(line, other="c"))
    again = Ledger(path, {"run": 1}, AttackLine)
    assert line.key in again
    assert [one.other for one in again] == ["b", "c"]
    with pytest.raises(OutputError, match="no file of results"):
        Ledger(path, {"run": 1}, PairLine)
