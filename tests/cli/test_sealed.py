"""`--transport sealed` on the command line: files, texts, pictures, and every refusal."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Call = Callable[..., "object"]
OPEN = ("-r", "reference.png", "--no-passphrase")


@pytest.fixture
def sealed(desk: Path, cli: Call) -> Path:
    Path("report.pdf").write_bytes(bytes(range(256)) * 8)
    said = cli("conceal", "--file", "report.pdf", "--transport", "sealed", *OPEN, "-o", "s.png")
    assert said.code == 0, said.err
    return desk


def test_file_comes_back_under_the_given_name(sealed: Path, cli: Call) -> None:
    said = cli("reveal", "s.png", *OPEN, "-o", "out.pdf", "--json")
    assert said.code == 0, said.err
    facts = json.loads(said.out)
    assert (facts["kind"], facts["name"], facts["bytes"]) == ("file", "report.pdf", 2048)
    assert Path("out.pdf").read_bytes() == Path("report.pdf").read_bytes()
    said = cli("inspect", "s.png", *OPEN, "--json")
    facts = json.loads(said.out)
    assert (facts["transport"], facts["kind"], facts["intact"]) == ("sealed", "file", True)
    assert facts["secret_width"] is None
    assert not {"tiles", "checkpoint", "fit"} & facts.keys()
    said = cli("inspect", "s.png", *OPEN)
    assert "width" not in said.out
    assert "None" not in said.out


def test_text_and_picture_come_back(desk: Path, cli: Call) -> None:
    common = ("--transport", "sealed", *OPEN, "--force", "-o", "s.png")
    assert cli("conceal", "--text", "grüße", *common).code == 0
    assert cli("reveal", "s.png", *OPEN, "-o", "note.txt").code == 0
    assert Path("note.txt").read_text("utf-8") == "grüße"
    said = cli("conceal", "secret.png", *common, "--quality", "lossless", "--json")
    assert json.loads(said.out)["exact"]
    facts = json.loads(cli("inspect", "s.png", *OPEN, "--json").out)
    with Image.open("secret.png") as secret:
        assert (facts["kind"], facts["secret_width"], facts["secret_height"]) == (
            "picture",
            *secret.size,
        )
    assert cli("reveal", "s.png", *OPEN, "-o", "back.png").code == 0
    with Image.open("back.png") as back, Image.open("secret.png") as secret:
        assert np.array_equal(np.array(back), np.array(secret))


def test_dry_run_names_five_capacities(desk: Path, cli: Call) -> None:
    said = cli("conceal", "--transport", "sealed", "--dry-run", "-r", "reference.png", "--json")
    found = json.loads(said.out)["capacity"]
    assert list(found) == ["38", "41", "44", "46", "50"]
    assert sorted(found.values(), reverse=True) == list(found.values())


def test_changed_stego_writes_nothing(sealed: Path, cli: Call) -> None:
    with Image.open("s.png") as image:
        samples = np.array(image)
    samples[60, 60, 1] ^= 1
    Image.fromarray(samples).save("changed.png")
    said = cli("reveal", "changed.png", *OPEN, "-o", "out.pdf")
    assert (said.code, said.out, Path("out.pdf").exists()) == (5, "", False)
    assert "changed" in said.err


def test_ecc_survives_a_changed_sample_unless_strict(desk: Path, cli: Call) -> None:
    made = ("conceal", "--text", "x", "--transport", "sealed", *OPEN, "-o", "s.png", "--ecc")
    assert cli(*made).code == 0
    with Image.open("s.png") as image:
        samples = np.array(image)
    samples[60, 60, 1] ^= 1
    Image.fromarray(samples).save("changed.png")
    said = cli("reveal", "changed.png", *OPEN, "-o", "note.txt")
    assert said.code == 0
    assert "changed after it was written" in said.err
    assert Path("note.txt").read_text() == "x"
    said = cli("reveal", "changed.png", *OPEN, "-o", "other.txt", "--strict")
    assert (said.code, Path("other.txt").exists()) == (5, False)
    said = cli("reveal", "changed.png", *OPEN, "-o", "other.txt", "--json")
    assert json.loads(said.out)["intact"] is False
    assert json.loads(cli("inspect", "changed.png", *OPEN, "--json").out)["intact"] is False


def test_ecc_belongs_to_the_sealed_transport(desk: Path, refused: Callable[..., str]) -> None:
    said = refused(2, "conceal", "secret.png", "-r", "reference.png", "-o", "x.png", "--ecc")
    assert "--ecc" in said


AGE = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"  # from age's own tests
SSH = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIERxRb+Emqvl3TSUpAhbfzL8Auq+FuXMeHsDk5Prj2Zk"


def test_dry_run_counts_what_the_header_takes(desk: Path, cli: Call) -> None:
    asked = ("conceal", "--transport", "sealed", "--dry-run", "-r", "reference.png", "--json")
    told = [
        json.loads(cli(*asked, *more).out)
        for more in (
            (),
            ("--from", "mine.key"),
            ("--to", SSH, "--to", AGE),
            ("--ecc",),
        )
    ]
    headers = [each["header_bytes"] for each in told]
    assert all(size > headers[0] for size in headers[1:])
    rooms = [each["capacity"]["44"] for each in told]  # in classes of length
    assert all(room <= rooms[0] for room in rooms[1:])


def test_existing_output_is_left_alone(sealed: Path, refused: Callable[..., str]) -> None:
    Path("there.pdf").write_bytes(b"mine")
    assert "exists already" in refused(8, "reveal", "s.png", *OPEN, "-o", "there.pdf")
    assert "input" in refused(8, "reveal", "s.png", *OPEN, "-o", "s.png", "--force")


@pytest.mark.parametrize(
    ("code", "arguments", "words"),
    [
        (2, ("secret.png", "--transport", "radio"), "not one of analog, sealed, robust"),
        (2, ("secret.png", "--text", "x", "--transport", "sealed"), "one secret"),
        (2, ("--transport", "sealed"), "--file or --text"),
        (2, ("--text", "x", "--transport", "analog"), "carries no text; sealed or robust does"),
        (2, ("--text", "x", "--quality", "40", "--transport", "sealed"), "for pictures"),
        (2, ("secret.png", "--noise", "pink", "--transport", "sealed"), "texture"),
        (2, ("secret.png", "--quality", "fine", "--transport", "sealed"), "auto, lossless"),
        (7, ("--file", "none.pdf", "--transport", "sealed"), "No such file"),
    ],
)
def test_refusals(
    refused: Callable[..., str], code: int, arguments: tuple[str, ...], words: str
) -> None:
    said = refused(
        code,
        "conceal",
        *arguments,
        "-r",
        "reference.png",
        "-o",
        "x.png",
        "--passphrase-file",
        "word.txt",
    )
    assert words in said


def test_too_much_is_refused_with_what_fits(desk: Path, cli: Call) -> None:
    Path("big").write_bytes(np.random.default_rng(0).bytes(60_000))
    said = cli("conceal", "--file", "big", "--transport", "sealed", *OPEN, "-o", "x.png")
    assert (said.code, Path("x.png").exists()) == (7, False)
    assert "fit this reference" in said.err


def test_greyscale_reference_with_alpha(desk: Path, cli: Call) -> None:
    with Image.open("reference.png") as image:
        grey = image.convert("L")
    grey.putalpha(Image.linear_gradient("L").resize(grey.size))
    grey.save("grey.png")
    common = ("-r", "grey.png", "--no-passphrase")
    said = cli("conceal", "--text", "x", "--transport", "sealed", *common, "-o", "s.png", "--json")
    assert said.code == 0, said.err
    with Image.open("s.png") as stego:
        assert stego.mode == "LA"
        assert np.array_equal(np.array(stego.getchannel("A")), np.array(grey.getchannel("A")))
    assert cli("reveal", "s.png", *common, "-o", "note.txt").code == 0
    assert Path("note.txt").read_text("utf-8") == "x"
    said = cli("reveal", "s.png", *OPEN, "-o", "none.txt")
    assert said.code in (3, 6)
    assert "fingerprint of this reference" in said.err
