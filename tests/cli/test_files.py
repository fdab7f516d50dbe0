"""What kinds of file go through conceal and reveal, and what the stego's file says."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from picture_files import chunks_of, foreign_profile, png_16
from PIL import Image

from sshr.imaging.reading import read_image
from sshr.metrics import psnr

OPEN = ("--no-passphrase",)
Call = Callable[..., Any]


def concealed(cli: Call, secret: str, reference: str, stego: str, *more: str) -> list[str]:
    """Conceals, reveals to out.png, checks that something like the secret comes back; notes."""
    said = cli("conceal", secret, "-r", reference, *OPEN, "-o", stego, *more, "--json")
    assert said.code == 0, said.err
    assert cli("reveal", stego, "-r", reference, *OPEN, "-o", "out.png", "--force").code == 0
    notes: list[str] = json.loads(said.out)["notes"]
    return notes


@pytest.mark.parametrize("suffix", ["png", "webp", "tif"])
def test_the_references_alpha_is_carried_unchanged(desk: Path, cli: Call, suffix: str) -> None:
    image = Image.open("reference.png").convert("RGBA")
    image.putalpha(Image.radial_gradient("L").resize(image.size))
    image.save("glass.png")
    concealed(cli, "secret.png", "glass.png", f"new.{suffix}")
    with Image.open(f"new.{suffix}") as stego:
        assert stego.mode == "RGBA"
        assert np.array_equal(np.asarray(stego)[:, :, 3], np.asarray(image)[:, :, 3])
    assert psnr(read_image("out.png").rgb, read_image("secret.png").rgb) > 36


def test_bmp_and_alpha_are_refused_before_any_work(refused: Callable[..., str], desk: Path) -> None:
    image = Image.open("reference.png").convert("RGBA")
    image.putalpha(7)
    image.save("glass.png")
    message = refused(8, "conceal", "secret.png", "-r", "glass.png", "-o", "new.bmp")
    assert "transparent parts" in message


def test_the_secrets_alpha(desk: Path, cli: Call, refused: Callable[..., str]) -> None:
    image = Image.open("secret.png").convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 128, 64))
    image.save("glass.png")
    notes = concealed(cli, "glass.png", "reference.png", "new.png")
    assert "secret: its transparent parts were laid on white" in notes
    assert read_image("out.png").rgb[:60].mean() > 250
    arguments = ("conceal", "glass.png", "-r", "reference.png", "-o", "x.png", "--alpha")
    assert "refused by --alpha refuse" in refused(7, *arguments, "refuse")
    assert "--alpha black is not one of" in refused(2, *arguments, "black")


def test_a_greyscale_reference_gives_a_greyscale_file(desk: Path, cli: Call) -> None:
    for name in ("secret", "reference"):
        Image.open(f"{name}.png").convert("L").save(f"{name}-grey.png")
    concealed(cli, "secret-grey.png", "reference-grey.png", "new.png")
    with Image.open("new.png") as stego, Image.open("out.png") as revealed:
        assert (stego.mode, revealed.mode) == ("L", "L")
    assert psnr(read_image("out.png").rgb, read_image("secret-grey.png").rgb) > 30


def test_16_bit_cmyk_and_animated_pictures(desk: Path, cli: Call) -> None:
    rgb = np.asarray(Image.open("reference.png")).astype(np.uint16)
    Path("deep.png").write_bytes(png_16(rgb * 256 + 9))
    frames = [Image.open("secret.png"), Image.open("reference.png")]
    frames[0].save("moving.webp", save_all=True, append_images=frames[1:], lossless=True)
    notes = concealed(cli, "moving.webp", "deep.png", "new.png")
    assert "reference: its samples were cut down to 8 bits" in notes
    assert "secret: only the first of its 2 frames or pages was taken" in notes
    assert psnr(read_image("out.png").rgb, read_image("secret.png").rgb) > 36
    Image.open("reference.png").convert("CMYK").save("print.tif")
    notes = concealed(cli, "secret.png", "print.tif", "new2.png")
    assert "reference: it was converted from CMYK to RGB" in notes
    assert any("'sshr reference'" in note for note in notes)


@pytest.mark.parametrize(
    ("choice", "kinds"),
    [
        ("strip", {b"IHDR", b"IDAT", b"IEND"}),
        ("colour", {b"IHDR", b"iCCP", b"IDAT", b"IEND"}),
        ("keep", {b"IHDR", b"iCCP", b"eXIf", b"IDAT", b"IEND"}),
    ],
)
def test_metadata(desk: Path, cli: Call, choice: str, kinds: set[bytes]) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif[0x8825] = {1: "N"}
    Image.open("reference.png").save("phone.png", exif=exif, icc_profile=foreign_profile())
    concealed(cli, "secret.png", "phone.png", "new.png", "--metadata", choice)
    assert {kind for kind, _ in chunks_of(Path("new.png").read_bytes())} == kinds


def test_a_plain_stego_holds_three_kinds_of_chunks(desk: Path) -> None:
    kinds = {kind for kind, _ in chunks_of(Path("stego.png").read_bytes())}
    assert kinds == {b"IHDR", b"IDAT", b"IEND"}


def test_what_the_format_cannot_hold_is_noted(desk: Path, cli: Call) -> None:
    Image.open("reference.png").save("phone.png", icc_profile=foreign_profile())
    notes = concealed(cli, "secret.png", "phone.png", "new.bmp")
    assert "BMP files do not hold the reference's colour profile" in notes


def test_unknown_metadata_choice(desk: Path, refused: Callable[..., str]) -> None:
    arguments = ("conceal", "secret.png", "-r", "reference.png", "-o", "x.png", "--metadata", "all")
    assert "--metadata all is not one of colour, keep, strip" in refused(2, *arguments)
