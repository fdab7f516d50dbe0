"""From a secret and a reference to a file and back: what it shows, and what it refuses."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import sshr
from sshr.errors import DamagedError, MismatchError, NothingFoundError, WrongKeyError
from sshr.header.reader import read_header
from sshr.metrics import psnr

Rgb8 = NDArray[np.uint8]
Photo = Callable[..., Rgb8]
OPEN = sshr.Keys()


def decoded(path: Path) -> Rgb8:
    with Image.open(path) as image:
        return np.array(image)


def test_a_saved_stego_looks_like_the_reference_and_reveals_the_secret(
    photo: Photo, tmp_path: Path
) -> None:
    secret, reference = photo("parrots", 256, 256), photo("sailboats", 256, 256)
    report = sshr.conceal(secret, reference, OPEN).save(tmp_path / "stego.png")
    stego = decoded(tmp_path / "stego.png")
    revealed = sshr.reveal(stego, reference, OPEN)
    assert revealed.intact
    assert abs(psnr(stego, reference) - 41.1) < 0.3
    assert psnr(revealed.image, secret) > 46
    assert report.stego_psnr == pytest.approx(psnr(stego, reference), abs=1e-6)
    assert report.revealed_psnr == pytest.approx(psnr(revealed.image, secret), abs=0.01)
    assert report.fitted_psnr == report.revealed_psnr  # nothing was resized


@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif", ".bmp"])
def test_every_lossless_format_carries_the_secret(
    stego: sshr.Stego, reference: Rgb8, tmp_path: Path, suffix: str
) -> None:
    stego.save(tmp_path / f"stego{suffix}")
    assert (decoded(tmp_path / f"stego{suffix}") == stego.image).all()
    assert sshr.reveal(tmp_path / f"stego{suffix}", reference, OPEN).intact


def test_two_stegos_of_the_same_input_differ_everywhere(secret: Rgb8, reference: Rgb8) -> None:
    first, second = (sshr.conceal(secret, reference, OPEN).image for _ in range(2))
    assert (first != second).mean() > 0.5
    # The header, and as much again above it, bit by bit and in stretches of a field's size.
    bits = ((first ^ second) & 1).reshape(-1)[
        -2 * read_header(first, reference, OPEN).header.sum() :
    ]
    assert abs(bits.mean() - 0.5) < 3.5 / len(bits) ** 0.5  # seven deviations
    fields = bits[: len(bits) // 128 * 128].reshape(-1, 128).mean(axis=1)
    assert fields.min() > 0.5 - 3.5 / 128**0.5


def test_passphrase_and_recipient_are_both_needed(secret: Rgb8, reference: Rgb8) -> None:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    identity, other = bytes(range(32)), bytes(range(32, 64))
    private = X25519PrivateKey.from_private_bytes(identity)
    word = sshr.passphrase_bytes("Füße im Sand")
    sent = sshr.Keys(passphrase=word, recipients=(private.public_key().public_bytes_raw(),))
    stego = sshr.conceal(secret, reference, sent)
    assert stego.check().revealed_psnr > 46  # the sender could not open it, and still can tell
    received = sshr.reveal(stego.image, reference, sshr.Keys(passphrase=word, identity=identity))
    assert psnr(received.image, secret) > 46
    for keys in (
        sshr.Keys(),
        sshr.Keys(passphrase=word),
        sshr.Keys(identity=identity),
        sshr.Keys(passphrase=word, identity=other),
        sshr.Keys(passphrase=word + b" ", identity=identity),
    ):
        with pytest.raises(WrongKeyError):
            sshr.reveal(stego.image, reference, keys)


@pytest.mark.parametrize("level", [0, 127, 255])
def test_a_plain_secret_comes_back_plain(reference: Rgb8, level: int) -> None:
    plain = np.full((128, 128, 3), level, np.uint8)
    stego = sshr.conceal(plain, reference, OPEN)
    assert psnr(sshr.reveal(stego.image, reference, OPEN).image, plain) > 50


@pytest.mark.parametrize("level", [0, 255])
def test_a_saturated_reference_still_carries(secret: Rgb8, level: int) -> None:
    saturated = np.full((128, 128, 3), level, np.uint8)
    saturated[0, 0, 0] ^= 1  # equal channels would make it greyscale
    stego = sshr.conceal(secret, saturated, OPEN)
    assert 40 < psnr(stego.image, saturated) < 41.5  # the payload gives way for the headroom
    assert psnr(sshr.reveal(stego.image, saturated, OPEN).image, secret) > 32


@pytest.mark.parametrize("place", [(0, 0, 0), (60, 64, 1), (126, 100, 2), (127, 127, 2)])
def test_a_changed_sample_is_noticed_and_strict_refuses(
    stego: sshr.Stego, secret: Rgb8, reference: Rgb8, place: tuple[int, int, int]
) -> None:
    """Above the header and inside it, where it is repaired."""
    changed = stego.image.copy()
    changed[place] ^= 1
    revealed = sshr.reveal(changed, reference, OPEN)
    assert not revealed.intact
    assert not sshr.inspect(changed, reference, OPEN).intact
    assert psnr(revealed.image, secret) > 46
    with pytest.raises(DamagedError, match="--strict"):
        sshr.reveal(changed, reference, OPEN, strict=True)


def test_damage_costs_what_it_covers(stego: sshr.Stego, secret: Rgb8, reference: Rgb8) -> None:
    """A patch above the header spoils the reveal a little; one in it, all."""
    patched = stego.image.copy()
    patched[20:40, 30:50] = reference[20:40, 30:50]
    revealed = sshr.reveal(patched, reference, OPEN)
    assert not revealed.intact
    assert (
        20
        < psnr(revealed.image, secret)
        < psnr(sshr.reveal(stego.image, reference, OPEN).image, secret)
    )
    patched = stego.image.copy()
    patched[120:] = reference[120:]
    with pytest.raises(NothingFoundError):
        sshr.reveal(patched, reference, OPEN)
    patched = stego.image.copy()
    patched[124:126] = reference[124:126]
    with pytest.raises(DamagedError):
        sshr.reveal(patched, reference, OPEN)


def test_check_refuses_what_a_receiver_would_refuse(stego: sshr.Stego, reference: Rgb8) -> None:
    with pytest.raises(NothingFoundError):
        stego.check(reference)
    with pytest.raises(MismatchError):
        stego.check(stego.image[:64])
    # The lowest bits, and with them the header, survive an even shift; likeness does not.
    shifted = stego.image + 30 - 60 * (stego.image >= 128).astype(np.uint8)
    with pytest.raises(MismatchError, match="does not look like"):
        stego.check(shifted)


def test_a_stego_that_fails_its_check_is_not_published(
    stego: sshr.Stego, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other_picture(path: Path) -> object:
        return stego.cover.picture

    monkeypatch.setattr("sshr.pipeline.conceal.read_image", other_picture)
    with pytest.raises(NothingFoundError):
        stego.save(tmp_path / "stego.png")
    assert list(tmp_path.iterdir()) == []
