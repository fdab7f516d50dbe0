"""Stegos made by an earlier version still open, and hold what they held, as well as they did then.

`tests/golden/make.py` has made them and says when that may be done again.
"""

import hashlib
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sshr
from sshr.imaging.reading import read_image
from sshr.metrics import psnr
from sshr.transports.kind import Kind
from sshr.zoo.presets import PRESETS

GOLDEN = Path(__file__).parents[1] / "golden"
FILES = ["golden.json", "passphrase.txt", "reference.png", "secret.png", "stego.png"]
SEALED_FILES = [*(name for name in FILES if name != "secret.png"), "secret.txt"]
TOLERANCE_DB = 0.1


def digests(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def complete(name: str, files: list[str]) -> Path:
    """One folder of golden files; a missing one is a failure."""
    place = GOLDEN / name
    missing = [name for name in files if not (place / name).is_file()]
    assert not missing, f"{place} lacks {missing}: bring them back, or see tests/golden/make.py"
    return place


@pytest.fixture(params=list(PRESETS))
def folder(request: pytest.FixtureRequest) -> Path:
    return complete(request.param, FILES)


@pytest.fixture
def figures(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "golden.json").read_text("utf-8"))


def keys_in(folder: Path) -> sshr.Keys:
    text = (folder / "passphrase.txt").read_text("utf-8").removesuffix("\n")
    return sshr.Keys(passphrase=sshr.passphrase_bytes(text))


def test_packaged_weights_are_the_ones_that_made_it(folder: Path, figures: dict[str, Any]) -> None:
    assert figures["preset"] == folder.name
    assert sshr.load_model(folder.name).digest.hex() == figures["checkpoint"], (
        "other weights cannot reveal stegos of users; if that is meant, run tests/golden/make.py "
        "and say so in CHANGELOG.md"
    )


def test_golden_stego_still_reveals(folder: Path, figures: dict[str, Any]) -> None:
    before = digests(folder)
    secret, reference = read_image(folder / "secret.png"), read_image(folder / "reference.png")
    stego = read_image(folder / "stego.png")
    revealed = sshr.reveal(stego, reference, keys_in(folder))
    assert revealed.intact
    assert psnr(stego.rgb, reference.rgb) == pytest.approx(figures["stego_psnr"], abs=1e-3)
    found = psnr(revealed.image, secret.rgb)
    assert found == pytest.approx(figures["revealed_psnr"], abs=TOLERANCE_DB)
    assert digests(folder) == before


def test_golden_stego_says_what_is_in_it(folder: Path, figures: dict[str, Any]) -> None:
    files = folder / "stego.png", folder / "reference.png"
    contents = sshr.inspect(*files, keys_in(folder))
    assert contents.details["preset"] == folder.name
    assert contents.details["checkpoint"] == figures["checkpoint"][:16]
    assert (contents.secret_width, contents.secret_height) == (128, 128)
    assert contents.intact


def test_golden_sealed_stego_still_opens() -> None:
    folder = complete("sealed", SEALED_FILES)
    files = folder / "stego.png", folder / "reference.png"
    found = sshr.reveal(*files, keys_in(folder))
    assert (found.kind, found.name, found.intact) == (Kind.TEXT, "", True)
    assert found.data == (folder / "secret.txt").read_bytes()
    contents = sshr.inspect(*files, keys_in(folder))
    assert (contents.transport, contents.kind) == ("sealed", Kind.TEXT)


def test_sealing_the_same_with_the_same_draws_gives_the_golden_stego() -> None:
    """To the bit on any machine: whatever else comes out is another format."""
    folder = complete("sealed", SEALED_FILES)
    figures = json.loads((folder / "golden.json").read_text("utf-8"))
    stego, reference = (read_image(folder / f"{name}.png").rgb for name in ("stego", "reference"))
    text = sshr.Blob((folder / "secret.txt").read_bytes(), "", Kind.TEXT)
    draw = random.Random("sealed").randbytes
    made = sshr.conceal(text, reference, keys_in(folder), noise="texture", ecc=True, random=draw)
    assert np.array_equal(made.image, stego)
    assert made.made.payload_bytes == figures["payload_bytes"]
    assert psnr(stego, reference) == pytest.approx(figures["stego_psnr"], abs=1e-3)


def test_there_is_one_for_each_preset_a_sealed_one_and_nothing_else() -> None:
    places = {place.name for place in GOLDEN.iterdir() if place.is_dir()} - {"__pycache__"}
    assert places == {*PRESETS, "sealed"}
