"""Attacks over a small set: lines, resuming, counts; the search for k_sym."""

import numpy as np
import pytest

from sshr.evaluation.attacks import suite as attacking
from sshr.evaluation.attacks.attack import Attack
from sshr.evaluation.attacks.matching import FEATURES
from sshr.evaluation.attacks.payload import STATISTICS
from sshr.evaluation.attacks.search import search_key
from sshr.evaluation.attacks.suite import AttackSuite, key_cosines
from sshr.evaluation.ledger import Ledger
from sshr.evaluation.methods.networks import preset
from sshr.evaluation.records import AttackLine, Run
from sshr.evaluation.report.build import make_report
from sshr.evaluation.report.tables import attack_tables

STEP = 0.55  # between levels of an element of k_pub_s
RUN = Run(2, "folder", "d", 1, "64 px", 5, [], [])
NAMES = [f"pair {i}" for i in range(5)]


def test_the_papers_scheme_hangs_on_the_reference_and_keeps_its_lines(
    pictures, tmp_path, monkeypatch
):
    monkeypatch.setattr(attacking, "search_key", lambda *a: search_key(*a, steps=2))
    entry = preset("paper", "cpu")
    kept = []
    suite = AttackSuite(entry, NAMES, pictures, 1, 1, lambda *a: kept.append(a[2]))
    ledger = Ledger(tmp_path / "a.jsonl", {"run": 1}, AttackLine)
    suite.run(ledger)
    result = suite.result(ledger)
    rows = {row.attack: row for row in result.rows}
    right = rows["everything right"]
    assert right.kind == "receiver"
    assert right.psnr > right.grey_psnr + 10
    assert right.picks == {"pixels": 5, "bands": 5, "sorted": 5}
    assert rows["reference: another's"].kind == rows["k_sym: ones"].kind == "attack"
    for attack in ("reference: another's", "reference: stego", "reference: median"):
        assert rows[attack].psnr < rows[attack].grey_psnr
    assert rows["k_sym: ones"].psnr < right.psnr
    assert rows["k_sym: gradient search"].pairs == 1
    assert rows["k_sym: gradient search"].picks is None
    assert set(result.residual_picks) == {*FEATURES, "k_pub_s"}
    assert "reference: stego" in kept
    assert 0 <= result.cosines.mean_absolute <= result.cosines.max_absolute <= 1
    assert right.colour_psnr >= right.grey_psnr - 0.1
    # Nothing is done twice; another number of pairs has other partners, and does what is new.
    again = AttackSuite(entry, NAMES, pictures, 1, 1)
    done = []
    again.run(Ledger(tmp_path / "a.jsonl", {"run": 1}, AttackLine), lambda *a: done.append(a))
    assert done == []
    assert again.result(Ledger(tmp_path / "a.jsonl", {"run": 1}, AttackLine)) == result
    # A picture that was replaced under the same name is another pair, and its partner's partner.
    other = [*pictures[:-1], (pictures[-1][1], pictures[-1][0])]
    jobs = len(list(suite._jobs()))
    changed = AttackSuite(entry, NAMES, other, 1, 1)
    kept = [changed._empty(i, name).key in ledger for i, name, _ in changed._jobs()]
    assert 0 < sum(kept) < jobs
    assert not kept[-1]
    report = make_report(RUN, [], [], {"paper": result})
    (table,) = attack_tables(report)
    assert len(table.rows) == len(result.rows)


def test_whoever_holds_the_session_key_of_base_is_marked(pictures, tmp_path, monkeypatch):
    tried = (Attack("random", "right", "right"), Attack("right", "right", "ones"))
    monkeypatch.setattr(attacking, "attacks_on", lambda engine: tried)
    suite = AttackSuite(preset("base", "cpu"), NAMES, pictures, 1, 0)
    ledger = Ledger(tmp_path / "a.jsonl", {"run": 1}, AttackLine)
    suite.run(ledger)
    result = suite.result(ledger)
    rows = {row.attack: row for row in result.rows}
    assert [row.kind for row in rows.values()] == ["receiver", "attack", "holds the session key"]
    assert rows["session: random"].psnr < rows["session: random"].grey_psnr
    assert rows["session: random"].pairs_shown == 0
    # k_pub_s is sealed there; the payload's power, shape and sizes by ring are what is left to see.
    assert set(result.residual_picks) == {*FEATURES, *STATISTICS}
    report = make_report(RUN, [], [], {"base": result})
    (table,) = attack_tables(report)
    assert table.rows[-1].label == "k_sym: ones *"
    assert any("upper bound" in note for note in table.notes)


def test_cosines_of_known_keys():
    found = key_cosines(np.array([[1.0, 0], [0, 2], [-3, 0]], np.float32))
    assert (found.max_absolute, found.max) == (1, 0)
    assert found.mean_absolute == pytest.approx(1 / 3)
