"""Exit codes 3 to 6: why a stego cannot be read, each with its own words and no file written."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sshr.header.layout import PREFIX_BITS, SALT_BYTES, SALT_TAG_BYTES

MISMATCH, WRONG_KEY, DAMAGED, NOTHING = 3, 4, 5, 6
OPEN = ("-r", "reference.png", "--no-passphrase")


@pytest.fixture(params=["reveal", "inspect"])
def reading(request: pytest.FixtureRequest, refused: Callable[..., str]) -> Callable[..., str]:
    """Both commands that read a stego, with the right passphrase."""
    output = ["-o", "out.png"] if request.param == "reveal" else []

    def read(code: int, stego: str, reference: str = "reference.png", word: str = "word.txt"):
        arguments = (request.param, stego, "-r", reference, "--passphrase-file", word)
        return refused(code, *arguments, *output)

    return read


def pixels(path: str | Path) -> Any:
    with Image.open(path) as image:
        return np.array(image)


def flip(stego: str, samples: Iterable[int]) -> None:
    """Flip the lowest bits of samples: in so small a picture bit i of the header is that of the
    sample i + 1 places before the end."""
    image = pixels(stego)
    image.reshape(-1)[list(samples)] ^= 1
    Image.fromarray(image).save("changed.png")


def header(start: int, count: int) -> list[int]:
    """The samples of so many bits of the header."""
    return [-1 - bit for bit in range(start, start + count)]


def test_another_picture_as_reference(
    reading: Callable[..., str], desk: Path, photo: Callable[..., Any]
) -> None:
    Image.fromarray(photo("lighthouse")).save(desk / "other.png")
    message = reading(MISMATCH, "stego.png", "other.png")
    assert "different pictures" in message
    assert "30 dB" in message


def test_another_size_as_reference(reading: Callable[..., str], desk: Path) -> None:
    Image.fromarray(pixels("reference.png")[:, :112]).save(desk / "narrow.png")
    message = reading(MISMATCH, "stego.png", "narrow.png")
    assert "128x128" in message
    assert "112x128" in message


def test_wrong_passphrase(reading: Callable[..., str], desk: Path) -> None:
    (desk / "wrong.txt").write_text("Trittbrett uber 7 Bergen\n")
    assert "passphrase or key does not open" in reading(WRONG_KEY, "stego.png", word="wrong.txt")


def test_passphrase_where_none_was_used(reading: Callable[..., str]) -> None:
    assert "passphrase or key does not open" in reading(WRONG_KEY, "open.png")


def test_no_passphrase_where_one_was_used(desk: Path, cli: Callable[..., Any]) -> None:
    said = cli("reveal", "stego.png", *OPEN, "-o", "out.png")
    assert said.code == WRONG_KEY
    meaning, message = said.err.splitlines()
    assert "whoever holds the reference" in meaning
    assert "passphrase or key does not open" in message
    assert not (desk / "out.png").exists()


@pytest.mark.parametrize("bit", [0, 8 * SALT_BYTES], ids=["salt", "salt tag"])
@pytest.mark.usefixtures("desk")
def test_a_damaged_beginning_leaves_nothing_to_find(reading: Callable[..., str], bit: int) -> None:
    flip("stego.png", header(bit, 3))  # two could be put right
    assert "holds nothing" in reading(NOTHING, "changed.png")


@pytest.mark.parametrize(
    ("bit", "count"),
    [(8 * (SALT_BYTES + SALT_TAG_BYTES), 3), (PREFIX_BITS, 160), (PREFIX_BITS + 300, 160)],
    ids=["size", "first of body", "later"],
)
@pytest.mark.usefixtures("desk")
def test_a_damaged_header(reading: Callable[..., str], bit: int, count: int) -> None:
    flip("stego.png", header(bit, count))
    message = reading(DAMAGED, "changed.png")
    assert "has been changed since" in message
    assert "exactly as it was written" in message


def test_the_reference_itself_holds_nothing(reading: Callable[..., str]) -> None:
    assert "holds nothing" in reading(NOTHING, "reference.png")


def test_a_reencoded_reference_says_so(reading: Callable[..., str], desk: Path) -> None:
    Image.fromarray(pixels("reference.png")).save(desk / "copy.jpg", quality=95)
    message = reading(NOTHING, "stego.png", "copy.jpg")
    assert "not a re-saved copy" in message


def test_a_reencoded_stego_holds_nothing_any_more(reading: Callable[..., str], desk: Path) -> None:
    Image.fromarray(pixels("stego.png")).save(desk / "mailed.jpg", quality=95)
    assert "holds nothing" in reading(NOTHING, "mailed.jpg")


def test_each_outcome_has_its_own_message(
    refused: Callable[..., str], desk: Path, photo: Callable[..., Any]
) -> None:
    Image.fromarray(photo("lighthouse")).save(desk / "other.png")
    (desk / "wrong.txt").write_text("no")
    flip("stego.png", header(PREFIX_BITS, 160))
    cases = {
        MISMATCH: ("stego.png", "other.png", "word.txt"),
        WRONG_KEY: ("stego.png", "reference.png", "wrong.txt"),
        DAMAGED: ("changed.png", "reference.png", "word.txt"),
        NOTHING: ("reference.png", "reference.png", "word.txt"),
    }
    messages = [
        refused(code, "inspect", stego, "-r", reference, "--passphrase-file", word)
        for code, (stego, reference, word) in cases.items()
    ]
    assert len(set(messages)) == 4


def test_a_change_outside_the_header_warns_and_strict_refuses(
    desk: Path, cli: Callable[..., Any], refused: Callable[..., str]
) -> None:
    flip("open.png", [9])
    said = cli("reveal", "changed.png", *OPEN, "-o", "out.png")
    assert said.code == 0
    assert "sshr: warning: the stego was changed after it was written\n" in said.err
    difference = pixels("out.png").astype(float) - pixels("secret.png")
    assert 10 * np.log10(255**2 / np.square(difference).mean()) > 36
    said = cli("reveal", "changed.png", *OPEN, "-o", "json.png", "--json")
    assert said.code == 0
    assert '"intact": false' in said.out
    said = cli("reveal", "changed.png", *OPEN, "-o", "strict.png", "--strict")
    assert said.code == DAMAGED
    assert "refused by --strict" in said.err
    assert not (desk / "strict.png").exists()


@pytest.mark.parametrize("bits", [header(3, 2), header(PREFIX_BITS + 40, 8)], ids=["salt", "body"])
@pytest.mark.usefixtures("desk")
def test_a_few_changed_bits_of_the_header_are_put_right(
    bits: list[int], cli: Callable[..., Any]
) -> None:
    flip("open.png", bits)
    said = cli("reveal", "changed.png", *OPEN, "-o", "out.png", "--json")
    assert said.code == 0
    assert '"intact": false' in said.out
    assert cli("reveal", "open.png", *OPEN, "-o", "same.png").code == 0
    difference = pixels("out.png").astype(float) - pixels("same.png")
    assert np.square(difference).mean() < 1
