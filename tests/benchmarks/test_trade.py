"""What strength maps cost and buy, on five small pictures."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from sshr.crypto import stretching
from sshr.crypto.keys import derive

Load = Callable[[str], ModuleType]
Start = Callable[..., int]


def test_strength_maps_are_traded(
    load: Load, start: Start, five: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load("trade"), "ROWS", ((0.0, 10.0), (1000.0, 3.0)))
    # Forty Argon2id would take most of the time.
    monkeypatch.setattr(stretching, "stretch", lambda word, salt: derive(word, b"quick", salt))
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
