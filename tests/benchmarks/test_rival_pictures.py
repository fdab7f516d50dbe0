"""The grid shows what each method made of the pair."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image


def test_every_method_has_its_column(
    load: Callable[[str], ModuleType], start: Callable[..., int], tmp_path: Path
) -> None:
    out = tmp_path / "grid.png"
    methods = [word for name in ("lsb:2", "lsb:4", "sealed") for word in ("--method", name)]
    assert start("rival_pictures", *methods, "--out", out) == 0
    shown = load("rival_pictures")
    with Image.open(out) as opened:
        whole = np.asarray(opened).astype(float)
    assert whole.shape == (shown.HEAD + 4 * shown.TILE, 4 * shown.TILE, 3)
    tiles = whole[shown.HEAD :].reshape(4, shown.TILE, 4, shown.TILE, 3).transpose(0, 2, 1, 3, 4)
    reference, secret = tiles[0, 0], tiles[2, 0]
    change = [float(np.abs(tiles[0, x] - reference).mean()) for x in (1, 2)]
    error = [float(np.abs(tiles[2, x] - secret).mean()) for x in (1, 2)]
    assert change[0] < change[1] < 10
    assert error[1] < error[0] < 40
    assert np.abs(tiles[1, 2] - 127).mean() > np.abs(tiles[1, 1] - 127).mean()
    # LSB substitution has no key; the sealed transport reveals nothing to another one.
    assert np.array_equal(tiles[3, 2], tiles[2, 2])
    assert np.abs(tiles[2, 3] - secret).mean() < 5
    assert tiles[3, 3].max() == 0


def test_a_method_without_weights_is_one_line(
    start: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start("rival_pictures", "--method", "udh:float", "--out", tmp_path / "x.png") == 9
    assert capsys.readouterr().err.startswith("rival_pictures: udh-float: weights needed: ")
