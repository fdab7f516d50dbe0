"""Attacks over a small set: lines, resuming, counts; the search for k_sym."""

import dataclasses
import random

import numpy as np
import pytest
import torch

from sshr.evaluation.attacks import suite as attacking
from sshr.evaluation.attacks.attack import RIGHT, Attack, run_attack
from sshr.evaluation.attacks.matching import FEATURES, right_picks
from sshr.evaluation.attacks.payload import STATISTICS
from sshr.evaluation.attacks.search import search_key, unnaturalness
from sshr.evaluation.attacks.suite import AttackSuite, key_cosines
from sshr.evaluation.concealed import conceal_pair, rsrk_public_scores
from sshr.evaluation.ledger import Ledger
from sshr.evaluation.methods.networks import preset
from sshr.evaluation.methods.steps import stages
from sshr.evaluation.records import AttackLine, Run
from sshr.evaluation.report.build import make_report
from sshr.evaluation.report.tables import attack_tables
from sshr.metrics import psnr

STEP = 0.55  # between levels of an element of k_pub_s
RUN = Run(2, "folder", "d", 1, "64 px", 5, [], [])
NAMES = [f"pair {i}" for i in range(5)]


@pytest.fixture(scope="module")
def pictures(photo):
    spots = [
        ("parrots", 0),
        ("sailboats", 60),
        ("lighthouse", 30),
        ("red-barn", 0),
        ("parrots", 250),
    ]
    crops = [photo(name, 64, 64, top) for name, top in spots]
    return list(zip(crops, crops[1:] + crops[:1], strict=True))


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
    found = key_cosines(torch.tensor([[1.0, 0], [0, 2], [-3, 0]]))
    assert (found.max_absolute, found.max) == (1, 0)
    assert found.mean_absolute == pytest.approx(1 / 3)


def test_the_search_makes_the_reveal_look_more_natural(pictures):
    engine = preset("base", "cpu").method.engine
    case = conceal_pair(engine, *pictures[0], random.Random(1).randbytes)
    found = search_key(engine, case, case.reference, case.session, 3, steps=8)
    assert found.end_prior < found.start_prior
    assert found.end.shape == case.secret.shape
    same = search_key(engine, case, case.reference, case.session, 3, steps=8)
    assert np.array_equal(same.end, found.end)


@pytest.mark.parametrize("name", ["paper", "base"])
def test_the_steps_lead_to_the_stego_and_back(name, photo):
    engine = preset(name, "cpu").method.engine
    pair = photo("parrots", 64, 64), photo("lighthouse", 64, 64, 250)
    case = conceal_pair(engine, *pair, random.Random(1).randbytes)
    found = stages(engine, case)
    names = [f"step {way} {t}" for way in ("conceal", "reveal") for t in range(1, 7)]
    assert [label.removesuffix(" x8") for label, _ in found] == names
    seen = dict(found)
    assert psnr(seen["step conceal 6"], case.stego) > 40  # but for rounding and header
    assert psnr(seen["step conceal 1"], case.stego) < 20
    right = run_attack(engine, RIGHT, case, case, random.Random(1).randbytes)
    assert psnr(seen["step reveal 6"], right) > 50
    assert psnr(seen["step reveal 6"], case.secret) > 30


def test_faint_steps_are_shown_louder_and_several_tiles_not_at_all(photo):
    engine = preset("paper", "cpu").method.engine
    pair = np.full((64, 64, 3), 90, np.uint8), np.full((64, 64, 3), 128, np.uint8)
    case = conceal_pair(engine, *pair, random.Random(1).randbytes)
    labels = [label for label, _ in stages(engine, case)]
    assert (labels[0], labels[5]) == ("step conceal 1 x8", "step conceal 6 x8")
    large = (photo("parrots", 64, 336, 0, 0), photo("lighthouse", 64, 336, 0, 0))
    assert stages(engine, conceal_pair(engine, *large, random.Random(1).randbytes)) == []


def test_k_pub_s_in_the_clear_names_its_secret(pictures):
    engine = preset("paper", "cpu").method.engine
    draw = random.Random(1).randbytes
    cases = [conceal_pair(engine, *pair, draw) for pair in pictures]
    scores = rsrk_public_scores(engine, cases)
    assert right_picks(scores) == len(cases)
    # A difference in any of the four elements that share a byte counts the same.
    one, other = cases[0].rsrk_public, bytearray(cases[0].rsrk_public)
    for shift in (0, 2, 4, 6):
        changed = other.copy()
        changed[0] ^= 1 << shift
        changed_case = dataclasses.replace(cases[0], rsrk_public=bytes(changed))
        assert changed_case.rsrk_public != one
        moved = rsrk_public_scores(engine, [changed_case])[0, 0] - scores[0, 0]
        assert abs(moved) == pytest.approx(STEP)


def test_a_photograph_is_more_natural_than_noise_and_than_clipped_contrast(photo):
    picture = torch.from_numpy(photo("parrots").copy()).permute(2, 0, 1)[None] / 255
    natural = float(unnaturalness(picture))
    assert natural < float(unnaturalness(torch.rand_like(picture)))
    assert natural < float(unnaturalness((picture - 0.5) * 8 + 0.5))
    dim = float(unnaturalness(picture * 0.3 + 0.3))
    assert dim == pytest.approx(natural, rel=0.05)  # lowering the contrast gains nothing
