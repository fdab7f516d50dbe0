"""Requests that cannot be met: one line, a code for each kind, and no file created or changed."""

import shutil
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

USAGE, IMAGE, OUTPUT, CHECKPOINT, DEVICE = 2, 7, 8, 9, 10
WORD = ("--passphrase-file", "word.txt")
CONCEAL = ("conceal", "secret.png", "-r", "reference.png", *WORD)
Refused = Callable[..., str]


def _empty(desk: Path) -> None:
    (desk / "bad.png").write_bytes(b"")


def _text(desk: Path) -> None:
    (desk / "bad.png").write_text("not a picture at all, in spite of its name\n" * 40)


def _truncated(desk: Path) -> None:
    data = (desk / "secret.png").read_bytes()
    (desk / "bad.png").write_bytes(data[: len(data) * 2 // 3])


def _endless(desk: Path) -> None:
    (desk / "bad.png").write_bytes((desk / "secret.png").read_bytes()[:-12])


def _flipped(desk: Path) -> None:
    data = bytearray((desk / "secret.png").read_bytes())
    data[len(data) // 2] ^= 1
    (desk / "bad.png").write_bytes(data)


def _small(desk: Path) -> None:
    Image.new("RGB", (200, 63)).save(desk / "bad.png")


BAD_PICTURES = {
    "missing": (lambda desk: None, "no such file"),
    "folder": (lambda desk: (desk / "bad.png").mkdir(), "is a folder"),
    "zero bytes": (_empty, "is empty (0 bytes)"),
    "not an image": (_text, "is not an image"),
    "truncated": (_truncated, "damaged or incomplete"),
    "without its end": (_endless, "damaged or incomplete"),
    "one byte changed": (_flipped, "damaged or incomplete"),
    "too small": (_small, "200x63 px; each side must have at least 64 px"),
}


@pytest.mark.parametrize("kind", BAD_PICTURES)
@pytest.mark.parametrize(
    "arguments",
    [
        ("conceal", "bad.png", "-r", "reference.png", "-o", "out.png"),
        ("conceal", "secret.png", "-r", "bad.png", "-o", "out.png"),
        ("reveal", "bad.png", "-r", "reference.png", "-o", "out.png"),
        ("reveal", "stego.png", "-r", "bad.png", "-o", "out.png"),
        ("inspect", "bad.png", "-r", "reference.png"),
        ("inspect", "stego.png", "-r", "bad.png"),
    ],
    ids=lambda arguments: f"{arguments[0]} {arguments[1]}",
)
def test_bad_picture(refused: Refused, desk: Path, kind: str, arguments: tuple[str, ...]) -> None:
    make, words = BAD_PICTURES[kind]
    make(desk)
    message = refused(IMAGE, *arguments, *WORD)
    assert message.startswith("sshr: bad.png: ")
    assert words in message


BAD_OUTPUTS = {
    "exists": ("stego.png", "exists already. Choose another name, or use --force"),
    "lossy": ("out.gif", ".gif files lose detail"),
    "lossy, in capitals": ("OUT.AVIF", ".avif files lose detail"),
    "no picture's suffix": ("out.txt", ".txt is not a format"),
    "no suffix": ("out", "has no suffix"),
    "no folder": ("nowhere/out.png", "there is no folder nowhere"),
    "a file as folder": ("word.txt/out.png", "word.txt is not a folder"),
    "unwritable folder": ("/sys/out.png", "writ"),
    "a folder": ("folder.png", "is a folder"),
}


@pytest.mark.parametrize("kind", BAD_OUTPUTS)
@pytest.mark.parametrize("command", ["conceal", "reveal"])
def test_bad_output(refused: Refused, desk: Path, kind: str, command: str) -> None:
    (desk / "folder.png").mkdir()
    (desk / "mine.png").write_bytes((desk / "stego.png").read_bytes())
    source = "secret.png" if command == "conceal" else "mine.png"
    name, words = BAD_OUTPUTS[kind]
    message = refused(OUTPUT, command, source, "-r", "reference.png", *WORD, "-o", name)
    assert message.startswith(f"sshr: {name}: ")
    assert words in message


@pytest.mark.parametrize("name", ["secret.png", "reference.png", "link.png"])
def test_an_input_is_never_replaced_even_with_force(
    refused: Refused, desk: Path, name: str
) -> None:
    (desk / "link.png").symlink_to("secret.png")
    assert "is also an input" in refused(OUTPUT, *CONCEAL, "-o", name, "--force")


def test_lossy_name_is_refused_before_any_work(refused: Refused) -> None:
    message = refused(OUTPUT, "conceal", "missing.png", "-r", "missing.png", "-o", "out.jpg", *WORD)
    assert "Use .png" in message


@pytest.mark.parametrize(
    "command", [CONCEAL, ("reveal", "stego.png", "-r", "reference.png", *WORD)]
)
def test_cuda_asked_for_and_absent(
    refused: Refused, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)  # also where there is one
    message = refused(DEVICE, *command, "-o", "out.png", "--device", "cuda")
    assert "CUDA was asked for" in message
    assert "use cpu" in message


def test_unknown_device(refused: Refused) -> None:
    assert "unknown device 'tpu'" in refused(DEVICE, *CONCEAL, "-o", "out.png", "--device", "tpu")


def _packaged(path: Path) -> None:
    with as_file(files("sshr.zoo") / "weights" / "base.safetensors") as packaged:
        shutil.copy(packaged, path)


def _corrupted(path: Path) -> None:
    _packaged(path)
    with path.open("r+b") as file:
        file.seek(-1000, 2)
        byte = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes([byte ^ 1]))


def _cut_off(path: Path) -> None:
    _packaged(path)
    path.write_bytes(path.read_bytes()[:-1000])


def _garbage(path: Path) -> None:
    path.write_bytes(b"\x80\x02}q\x00." * 100)


def _foreign(path: Path) -> None:
    save_file({"weight": torch.zeros(3)}, path, metadata={"format": "pt"})


BAD_CHECKPOINTS = {
    "missing": (lambda path: None, "not a readable checkpoint"),
    "folder": (Path.mkdir, "not a readable checkpoint"),
    "garbage": (_garbage, "not a readable checkpoint"),
    "cut off": (_cut_off, "not a readable checkpoint"),
    "one bit changed": (_corrupted, "corrupted, its weights do not match"),
    "foreign": (_foreign, "not a checkpoint of this program"),
}


@pytest.mark.parametrize("kind", BAD_CHECKPOINTS)
def test_bad_checkpoint(refused: Refused, desk: Path, kind: str) -> None:
    make, words = BAD_CHECKPOINTS[kind]
    make(desk / "net.safetensors")
    message = refused(CHECKPOINT, *CONCEAL, "-o", "out.png", "--preset", "net.safetensors")
    assert message.startswith("sshr: net.safetensors: ")
    assert words in message


def test_reveal_with_a_bad_checkpoint(refused: Refused) -> None:
    arguments = ("reveal", "stego.png", "-r", "reference.png", *WORD, "-o", "out.png")
    assert "no-such" in refused(CHECKPOINT, *arguments, "--preset", "no-such.safetensors")


def test_unknown_preset(refused: Refused) -> None:
    message = refused(CHECKPOINT, *CONCEAL, "-o", "out.png", "--preset", "huge")
    assert "unknown preset 'huge': use base, paper" in message


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Missing command"),
        (("dissolve",), "No such command 'dissolve'"),
        (("conceal",), "Missing"),
        (("conceal", "secret.png"), "Missing option '--reference'"),
        (("conceal", "secret.png", "-r", "reference.png", *WORD), "Missing option '--output'"),
        (("reveal", "stego.png", "-r", "reference.png", *WORD), "Missing option '--output'"),
        (("inspect", "stego.png"), "Missing option '--reference'"),
        (("inspect", "stego.png", "more.png", "-r", "reference.png"), "more.png"),
        ((*CONCEAL, "-o", "out.png", "--fit", "squash"), "'squash' is not one of contain, cover"),
        ((*CONCEAL, "-o", "out.png", "--colour", "9"), "No such option: --colour"),
        ((*CONCEAL, "-o"), "-o"),
    ],
)
def test_bad_request(refused: Refused, arguments: tuple[str, ...], words: str) -> None:
    assert words in refused(USAGE, *arguments)
