"""Attacks over a small set: lines, resuming, counts; the search for k_sym."""

import random

import numpy as np
import pytest
import torch

from sshr.evaluation import attacking
from sshr.evaluation.attacking import KEYS, Assault
from sshr.evaluation.attacks import RIGHT, run_attack
from sshr.evaluation.cases import conceal_case
from sshr.evaluation.ledger import Ledger
from sshr.evaluation.metrics import psnr
from sshr.evaluation.presets import preset
from sshr.evaluation.report import make_report
from sshr.evaluation.search import search_key, unnaturalness
from sshr.evaluation.steps import stages
from sshr.evaluation.tables import attack_tables

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


def test_the_papers_scheme_falls_to_its_own_stego_and_keeps_its_lines(
    pictures, tmp_path, monkeypatch
):
    monkeypatch.setattr(attacking, "search_key", lambda *a: search_key(*a, steps=2))
    named = preset("paper", "cpu")
    kept = []
    assault = Assault(named, NAMES, pictures, 1, 1, lambda *a: kept.append(a[2]))
    ledger = Ledger(tmp_path / "a.jsonl", {"run": 1}, KEYS)
    assault.run(ledger)
    result = assault.result(ledger)
    rows = {row["attack"]: row for row in result["rows"]}
    assert rows["everything right"]["kind"] == "receiver"
    assert rows["reference: stego"]["kind"] == "attack"
    assert rows["reference: stego"]["psnr"] > rows["reference: stego"]["grey_psnr"] + 3
    assert rows["reference: stego"]["picks"]["pixels"] >= 4
    assert rows["k_sym: ones"]["psnr"] < rows["k_sym: ones"]["grey_psnr"]
    assert rows["k_sym: gradient search"]["pairs"] == 1
    assert "picks" not in rows["k_sym: gradient search"]
    assert set(result["stego - reference"]) == {"pixels", "bands", "sorted", "k_pub_s"}
    assert "reference: stego" in kept
    # Nothing is done twice; another number of pairs has other partners, and does what is new.
    again = Assault(named, NAMES, pictures, 1, 1)
    done = []
    again.run(Ledger(tmp_path / "a.jsonl", {"run": 1}, KEYS), lambda *a: done.append(a))
    assert done == []
    assert again.result(Ledger(tmp_path / "a.jsonl", {"run": 1}, KEYS)) == result
    report = make_report({"data": "d", "pairs": 5, "size": "64 px"}, [], [], {"paper": result})
    (table,) = attack_tables(report)
    assert len(table.rows) == len(result["rows"])


def test_the_search_makes_the_reveal_look_more_natural(pictures):
    engine = preset("base", "cpu").method.engine
    case = conceal_case(engine, *pictures[0], random.Random(1).randbytes)
    found = search_key(engine, case, case.reference, case.session, 3, steps=8)
    assert found.end_prior < found.start_prior
    assert found.end.shape == case.secret.shape
    same = search_key(engine, case, case.reference, case.session, 3, steps=8)
    assert np.array_equal(same.end, found.end)


def test_the_papers_steps_lead_to_the_stego_and_back(pictures):
    engine = preset("paper", "cpu").method.engine
    case = conceal_case(engine, *pictures[0], random.Random(1).randbytes)
    found = dict(stages(engine, case))
    steps = len(found) // 2
    assert psnr(found[f"step conceal {steps}"], case.stego) > 45  # but for rounding and header
    right = run_attack(engine, RIGHT, case, case, random.Random(1).randbytes)
    assert psnr(found[f"step reveal {steps}"], right) > 50
    assert psnr(found["step conceal 1"], case.stego) < psnr(
        found[f"step conceal {steps}"], case.stego
    )


def test_a_photograph_is_more_natural_than_noise_and_than_clipped_contrast(photo):
    picture = torch.from_numpy(photo("parrots").copy()).permute(2, 0, 1)[None] / 255
    natural = float(unnaturalness(picture))
    assert natural < float(unnaturalness(torch.rand_like(picture)))
    assert natural < float(unnaturalness((picture - 0.5) * 8 + 0.5))
    dim = float(unnaturalness(picture * 0.3 + 0.3))
    assert dim == pytest.approx(natural, rel=0.05)  # lowering the contrast gains nothing
