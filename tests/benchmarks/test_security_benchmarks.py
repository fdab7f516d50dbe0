"""The benchmarks of keys, attacks and detection, on five small pictures."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import get_args

import numpy as np
import pytest
import torch

from sshr.evaluation.attacks.attack import BASE_ATTACKS, PAPER_ATTACKS, RIGHT, KeyGuess
from sshr.evaluation.attacks.matching import FEATURES
from sshr.evaluation.attacks.payload import STATISTICS

Load = Callable[[str], ModuleType]
Start = Callable[..., int]


def test_wrong_keys_of_both_presets(
    start: Start, five: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "keys.json"
    assert start("keys", five, "--crop", 64, "--json", out) == 0
    told = json.loads(out.read_text())
    assert [result["preset"] for result in told["results"]] == ["paper", "base"]
    printed = capsys.readouterr().out
    for result in told["results"]:
        assert (result["folder"], result["pairs"]) == ("five", 5)
        assert [row["key"] for row in result["rows"]] == list(get_args(KeyGuess))
        right, *wrong = result["rows"]
        for row in wrong:
            assert row["psnr"] < right["psnr"]
            for above in (row["over_grey"], row["over_colour"]):
                assert above["mean"] <= above["worst"]
            assert row["over_colour"]["mean"] <= row["over_grey"]["mean"] + 1e-9
        cosines = result["cosines"]
        assert cosines["keys"] == 5
        assert 0 <= cosines["mean_absolute"] <= cosines["max_absolute"] <= 1
        assert cosines["max"] <= cosines["max_absolute"]
        assert f"{cosines['mean_absolute']:.4f}" in printed
        assert f"{right['psnr']:.2f}" in printed
    assert start("keys", five, "--limit", 4, "--crop", 64) == 2
    assert start("keys", five, "--crop", 70) == 2


def test_cosines_of_known_keys(load: Load) -> None:
    found = load("keys").cosines(torch.tensor([[1.0, 0], [0, 2], [-3, 0]]))
    assert (found.keys, found.max_absolute, found.max) == (3, 1, 0)
    assert found.mean_absolute == pytest.approx(1 / 3)


def test_mean_colour_is_the_best_flat_picture(load: Load, photo: Callable[..., np.ndarray]) -> None:
    secret = photo("parrots", 64, 64)
    flat = load("keys").mean_colour(secret)
    assert flat.shape == secret.shape
    assert (flat == flat[0, 0]).all()
    assert np.abs(flat[0, 0] - secret.mean((0, 1))).max() <= 0.5


@pytest.mark.parametrize("preset", ["base", "paper"])
def test_every_attack_and_matching_among_candidates(
    preset: str, start: Start, five: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "attacks.json"
    words = ("--data", five, "--preset", preset, "--crop", 64, "--json", out)
    assert start("attacks", *words, "--candidates", 5, 100) == 0
    (result,) = json.loads(out.read_text())
    assert (result["preset"], result["pairs"], result["crop"]) == (preset, 5, 64)
    attacks = BASE_ATTACKS if preset == "base" else PAPER_ATTACKS
    assert [row["attack"] for row in result["rows"]] == [a.name for a in (RIGHT, *attacks)]
    assert result["rows"][0]["picks"] == dict.fromkeys(FEATURES, 5)
    kinds = {row["kind"] for row in result["rows"]}
    more = {"holds the session key"} if preset == "base" else set()
    assert kinds == {"the receiver", "attack"} | more
    # Five pictures cannot be matched among a hundred.
    (matching,) = result["matching"]
    assert matching["candidates"] == 5
    own = STATISTICS if preset == "base" else ["k_pub_s"]
    assert list(matching["picks"]) == [*FEATURES, *own]
    assert all(0 <= count <= 5 for count in matching["picks"].values())
    assert "5 candidates: pixels" in capsys.readouterr().out
    assert start("attacks", *words, "--limit", 4) == 2


def test_each_number_of_candidates_has_pairs_of_its_own(load: Load, five: Path) -> None:
    attacks = load("attacks")
    pictures = [attacks.read_image(path).rgb[:64, :64] for path in sorted(five.iterdir())]
    pictures.append(pictures[0][::-1].copy())
    told = []

    def matched(engine: object, cases: list, seed: int) -> object:
        told.append([(case.secret, case.reference) for case in cases])
        return attacks.Matching(len(cases), {})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(attacks, "attacks_on", lambda engine: ())
        patch.setattr(attacks, "matched", matched)
        attacks.measure("paper", pictures, 5, [5, 6], 1)
    for pairs, count in zip(told, (5, 6), strict=True):
        assert len(pairs) == count
        for i, (secret, reference) in enumerate(pairs):
            assert np.array_equal(secret, pictures[i])
            assert np.array_equal(reference, pictures[(i + 1) % count])


def test_detection_of_sealed_and_analog_stegos(
    load: Load, start: Start, five: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load("detectability"), "SIZE", 80)
    out = tmp_path / "detected.json"
    words = (five, "--payload", 0.1, "--analog", "--json", out)
    assert start("detectability", *words) == 0
    told = json.loads(out.read_text())
    assert (told["photographs"], told["detector"]) == (5, "spam")
    rows = {row["embedding"]: row for row in told["rows"]}
    sealed = [f"sealed, {noise}" for noise in ("uniform", "texture", "adaptive")]
    assert list(rows) == ["base-m", *sealed, "analog, base"]
    assert rows["analog, base"]["payload"] is None
    assert 36 < rows["analog, base"]["stego_psnr"] < 46
    for row in rows.values():
        assert len(row["folds"]) == 5
        assert all(0 <= fold <= 1 for fold in row["folds"])
    assert start("detectability", *words) == 0
    assert json.loads(out.read_text()) == told


def test_strength_maps_are_traded(
    load: Load, start: Start, five: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load("trade"), "ROWS", ((0.0, 10.0), (1000.0, 3.0)))
    out = tmp_path / "trade.json"
    words = (five, "--protocol", "folder", "--detector", "spam", "--json", out)
    assert start("trade", *words) == 0
    told = json.loads(out.read_text())
    assert (told["folders"], len(told["checkpoint"])) == (["five"], 16)
    plain, mapped = told["rows"]
    assert (mapped["contrast"], mapped["floor"], mapped["pairs"]) == (1000, 3, 5)
    assert mapped["stego_ssim"] > plain["stego_ssim"]
    for row in (plain, mapped):
        assert row["sum"] == pytest.approx(row["stego_psnr"] + row["revealed_psnr"])
        assert 0 <= row["p_e"] <= 1
