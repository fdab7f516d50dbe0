"""`sshr reference`: one decoding for both sides."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from picture_files import foreign_profile
from PIL import Image

from sshr.header.fingerprint import fingerprint
from sshr.imaging.reading import read_image

Call = Callable[..., Any]


@pytest.fixture
def words(desk: Path) -> str:
    return fingerprint(read_image("reference.png").rgb)


def test_reference_fixes_one_decoding(cli: Call, desk: Path) -> None:
    photograph = Image.open("reference.png")
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Maker"
    photograph.save("phone.jpg", quality=90, exif=exif, icc_profile=foreign_profile())
    said = cli("reference", "phone.jpg", "-o", "ref.png")
    assert (said.code, said.err) == (0, "")
    assert "turned upright" in " ".join(said.out.split())
    seen = read_image("phone.jpg", srgb=True)
    with Image.open("ref.png") as fixed:
        assert np.array_equal(np.asarray(fixed), seen.rgb)
        assert fixed.info == {}
        assert not fixed.getexif()
    assert fingerprint(seen.rgb) in said.out
    facts = json.loads(cli("reference", "phone.jpg", "-o", "again.png", "--json").out)
    assert facts["fingerprint"] == fingerprint(seen.rgb)
    assert (facts["width"], facts["height"]) == (128, 128)
    notes = "conceal", "secret.png", "-r", "phone.jpg", "--no-passphrase", "--dry-run", "--json"
    assert any("'sshr reference'" in note for note in json.loads(cli(*notes).out)["notes"])
    notes = "conceal", "secret.png", "-r", "ref.png", "--no-passphrase", "--dry-run", "--json"
    assert json.loads(cli(*notes).out)["notes"] == []


def test_reference_scales_down_with_its_alpha(cli: Call, desk: Path) -> None:
    image = Image.open("reference.png").convert("RGBA").crop((0, 0, 128, 100))
    image.putalpha(Image.linear_gradient("L").resize((128, 100)))
    image.save("glass.png")
    assert cli("reference", "glass.png", "-o", "small.png", "--max-side", "96").code == 0
    with Image.open("small.png") as small:
        assert (small.size, small.mode) == ((96, 75), "RGBA")
        assert np.ptp(np.asarray(small.getchannel("A"))) > 200
    assert cli("reference", "glass.png", "-o", "same.png", "--max-side", "128").code == 0
    with Image.open("same.png") as same:
        assert np.array_equal(np.asarray(same), np.asarray(image))


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("-o", "ref.jpg"), 8, "lose detail"),
        (("-o", "reference.png"), 8, "is also an input"),
        (("-o", "stego.png"), 8, "exists already"),
        (("-o", "ref.png", "--max-side", "63"), 2, "at least 64"),
        (("-o", "ref.png", "--max-side", "few"), 2, "valid integer"),
    ],
)
def test_reference_refuses(
    refused: Callable[..., str], desk: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    assert words in refused(code, "reference", "reference.png", *arguments)


def test_reference_does_not_shrink_under_the_smallest_side(
    refused: Callable[..., str], desk: Path
) -> None:
    Image.new("RGB", (400, 70)).save("long.png")
    message = refused(7, "reference", "long.png", "-o", "ref.png", "--max-side", "300")
    assert "at least 64 px" in message
