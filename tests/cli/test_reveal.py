"""What `sshr reveal` says and writes when all is well."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

WITH_WORD = ("-r", "reference.png", "--passphrase-file", "word.txt")
OPEN = ("-r", "reference.png", "--no-passphrase")


def pixels(path: str | Path) -> Any:
    with Image.open(path) as image:
        return np.array(image)


def psnr(one: Any, other: Any) -> float:
    return float(10 * np.log10(255**2 / np.square(one.astype(float) - other).mean()))


@pytest.mark.usefixtures("desk")
def test_reveal_writes_the_secret(cli: Callable[..., Any]) -> None:
    said = cli("reveal", "stego.png", *WITH_WORD, "-o", "out.png")
    assert (said.code, said.err) == (0, "")
    assert re.fullmatch(r"out\.png \(128x128\) written in [\d.]+ s\nnot signed\n", said.out)
    assert psnr(pixels("out.png"), pixels("secret.png")) > 36


@pytest.mark.usefixtures("desk")
def test_a_greyscale_secret_comes_back_as_a_greyscale_file(cli: Callable[..., Any]) -> None:
    with Image.open("secret.png") as image:
        image.convert("L").save("grey.png")
    assert cli("conceal", "grey.png", *OPEN, "-o", "new.png").code == 0
    assert cli("reveal", "new.png", *OPEN, "-o", "out.png").code == 0
    assert pixels("out.png").ndim == 2
    assert psnr(pixels("out.png"), pixels("grey.png")) > 36


@pytest.mark.usefixtures("desk")
def test_a_jpeg_is_written_and_noted(cli: Callable[..., Any]) -> None:
    said = cli("reveal", "stego.png", *WITH_WORD, "-o", "out.jpg")
    assert (said.code, said.err) == (0, "")
    assert "note: JPEG loses detail of the revealed picture; .png keeps all of it\n" in said.out
    assert psnr(pixels("out.jpg"), pixels("secret.png")) > 30
    assert Path("out.jpg").stat().st_mode & 0o777 == 0o600
