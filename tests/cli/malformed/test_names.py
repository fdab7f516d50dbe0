"""Names that lead to no file, to no regular one, or to somebody's input."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

PLAIN = "--no-passphrase"
PICTURES = {
    **{name: f"{name}.png" for name in ("loop", "back", "dangling", "endless", "pipe", "folder")},
    "line break": "new\nline.png",
    "colour": "\x1b[31mred.png",
    "no text": os.fsdecode(b"bytes\xff.png"),
    "a line of ours": "gone\r\nsshr: ok.png",
    "zero": "nul\0byte.png",
    "long name": "x" * 300 + ".png",
    "long path": "a/" * 3000 + "x.png",
    "inside a file": "secret.png/x.png",
    "nothing": "",
    **{name: f"/dev/{name}" for name in ("zero", "null", "stdin")},
    "above": "../../../../../../no/such.png",
    "home": "~/gone.png",
    "stream": "-",
    "address": "http://localhost/x.png",
}
OUTPUTS = {
    **{name: f"{name}.png" for name in ("secret", "link", "loop", "folder", "pipe")},
    "another way": "../bench/secret.png",
    "no folder": "no/such/x.png",
    "inside a file": "secret.png/x.png",
    "zero": "nul\0.png",
    "long": "y" * 300 + ".png",
    "nothing": "",
    "here": ".",
    "lossy": "x.gif",
    "device": "/dev/null",
    "inside a device": "/dev/null/x.png",
    "line break": "gone\n/x.png",
    "a folder to be": "new/",
    "a folder of a picture's name": "new.png/",
}
KEYS = {
    "there": "mine",
    "no folder": "no/such/mine",
    "zero": "nul\0",
    "long": "k" * 300,
    "line break": "gone\n/mine",
    "a folder to be": "new/",
}


@pytest.fixture
def traps(bench: Path) -> None:
    links = {"loop": "loop.png", "back": "there.png", "there": "back.png", "dangling": "gone.png"}
    for name, target in {**links, "endless": "/dev/zero", "link": "secret.png"}.items():
        os.symlink(target, bench / f"{name}.png")
    os.mkfifo(bench / "pipe.png")
    for name in (b"new\nline.png", b"\x1b[31mred.png", b"bytes\xff.png"):
        (bench / os.fsdecode(name)).write_bytes(b"not a picture")


@pytest.mark.usefixtures("traps")
@pytest.mark.parametrize("name", PICTURES.values(), ids=PICTURES)
def test_picture(survive_picture: Callable[[str], None], name: str) -> None:
    survive_picture(name)


@pytest.mark.usefixtures("traps")
@pytest.mark.parametrize("name", OUTPUTS.values(), ids=OUTPUTS)
def test_output(survive: Callable[..., None], name: str) -> None:
    words = ("-r", "reference.png", "-o", name, PLAIN)
    survive([("conceal", "secret.png", *words), ("reveal", "stego.png", *words)])


@pytest.mark.parametrize("name", KEYS.values(), ids=KEYS)
def test_key_pair(survive: Callable[..., None], name: str) -> None:
    Path("empty.txt").touch()
    protected = ("--protect", "--key-passphrase-file", "empty.txt")
    survive([("keygen", name), ("keygen", name, *protected)])
