"""A wrong reference is explained."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from sshr.header.fingerprint import fingerprint
from sshr.imaging.reading import read_image

WITH_WORD = ("--passphrase-file", "word.txt")


@pytest.fixture
def words(desk: Path) -> str:
    return fingerprint(read_image("reference.png").rgb)


@pytest.mark.parametrize(
    ("change", "code", "hint"),
    [
        (lambda image: image.save("other.jpg", quality=95), 6, "may be a re-encoded"),
        (lambda image: image.save("other.jpg", quality=8), 3, "may be a re-encoded"),
        (lambda image: image.resize((256, 256)).save("other.jpg"), 3, "is a resized copy"),
        (lambda image: image.rotate(90).save("other.jpg", quality=95), 3, "picture, turned"),
        (lambda image: Image.open("secret.png").save("other.jpg"), 3, "(PSNR below 30 dB)"),
    ],
)
@pytest.mark.parametrize("command", [("inspect",), ("reveal", "-o", "out.png")])
def test_a_wrong_reference_is_explained(
    refused: Callable[..., str],
    words: str,
    command: tuple[str, ...],
    change: Callable[[Image.Image], None],
    code: int,
    hint: str,
) -> None:
    change(Image.open("reference.png"))
    message = refused(code, command[0], "stego.png", "-r", "other.jpg", *command[1:], *WITH_WORD)
    given = fingerprint(read_image("other.jpg").rgb)
    assert hint in message
    assert f"fingerprint of this reference is '{given}'" in message
    assert given != words
    assert ("show the same picture" in message) == ("PSNR" not in hint)


def test_the_reference_itself_holds_nothing(refused: Callable[..., str], desk: Path) -> None:
    message = refused(6, "inspect", "reference.png", "-r", "reference.png", *WITH_WORD)
    assert "identical, so nothing was concealed" in message
