"""Every transport through the same commands: options, folders, streams, JSON, what is loaded."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import sshr

Rgb8 = NDArray[np.uint8]
Call = Callable[..., Any]
Refused = Callable[..., str]
OPEN = ("-r", "reference.png", "--no-passphrase")
WITH_WORD = ("-r", "reference.png", "--passphrase-file", "word.txt")
FOLDERS = ("-r", "references", "--no-passphrase", "--json")
TEXT = "Grüße\n"


def pixels(path: str | Path) -> Any:
    with Image.open(path) as image:
        return np.array(image)


def times(folder: str) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in Path(folder).iterdir() if path.suffix}


# Options


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--jobs", "7"), "--jobs"),
        (("--backend", "nonsense"), "--backend"),
        (("--pairs", "nofile.csv"), "--pairs"),
        (("--recursive",), "--recursive"),
        (("--scheduler", "tcp://nowhere:1"), "is no folder"),
        (
            ("--preset", "nosuch"),
            "--preset belongs to the analog and robust transport, not to sealed",
        ),
        (("--fit", "cover"), "--fit belongs to the analog transport, not to sealed"),
        (
            ("--device", "cuda"),
            "--device belongs to the analog and robust transport, not to sealed",
        ),
        (
            *(("--jobs", "7", "--backend", "nonsense", "--pairs", "nofile.csv"),),
            "a single secret: is no folder",
        ),
        (
            ("--jobs", "7", "--backend", "nonsense", "--pairs", "nofile.csv", "--preset", "nosuch"),
            "--preset belongs to the analog and robust transport",
        ),
    ],
)
def test_sealed_refuses_what_means_nothing_to_it(
    refused: Refused, arguments: tuple[str, ...], words: str
) -> None:
    made = ("conceal", "--transport", "sealed", "--text", "hi", *WITH_WORD, "-o", "x.png")
    assert words in refused(2, *made, *arguments)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--noise", ("texture",)),
        ("--ecc", ()),
        ("--quality", ("lossless",)),
        ("--stego-psnr", ("41",)),
    ],
)
@pytest.mark.parametrize("named", [(), ("--transport", "analog")], ids=["default", "named"])
def test_analog_refuses_what_means_nothing_to_it(
    refused: Refused, option: str, value: tuple[str, ...], named: tuple[str, ...]
) -> None:
    said = refused(2, "conceal", "secret.png", *WITH_WORD, "-o", "x.png", *named, option, *value)
    owner = "sealed and robust" if option == "--stego-psnr" else "sealed"
    assert f"{option} belongs to the {owner} transport, not to analog" in said
    assert "add --transport sealed" in said


# What reveals needs no transport's name


def test_reveal_finds_the_transport(desk: Path, cli: Call) -> None:
    assert cli("conceal", "secret.png", "--transport", "sealed", *OPEN, "-o", "s.png").code == 0
    for stego, transport in (("open.png", "analog"), ("s.png", "sealed")):
        said = cli("reveal", stego, *OPEN, "-o", f"of-{stego}", "--json")
        assert json.loads(said.out)["transport"] == transport
        assert pixels(f"of-{stego}").shape == (128, 128, 3)
        assert json.loads(cli("inspect", stego, *OPEN, "--json").out)["transport"] == transport
    said = cli("reveal", "s.png", *OPEN, "-o", "other.png", "--transport", "sealed")
    assert (said.code, "No such option" in said.err) == (2, True)


# JSON


@pytest.mark.parametrize(
    ("secret", "own"),
    [
        (("secret.png",), {"preset": "base", "fit": "contain", "device": "auto"}),
        (
            ("secret.png", "--transport", "sealed", "--noise", "texture"),
            {"noise": "texture", "quality": "auto", "ecc": False},
        ),
        (
            ("--text", "hi", "--ecc"),
            {"noise": "adaptive", "quality": "auto", "ecc": True},
        ),
    ],
    ids=["analog", "sealed picture", "sealed text"],
)
def test_json_has_the_same_entries(
    desk: Path, cli: Call, secret: tuple[str, ...], own: dict[str, object]
) -> None:
    said = cli("conceal", *secret, *OPEN, "-o", "x.png", "--json")
    assert (said.code, said.out.count("\n")) == (0, 1)
    facts = json.loads(said.out)
    common = {"stego", "transport", "stego_psnr", "stego_ssim", "exact"}
    common |= {"seconds", "notes", "fingerprint"}
    assert common <= facts.keys()
    assert facts["stego"] == "x.png"
    assert facts["stego_psnr"] > 38  # as measured, whatever was asked for
    assert {name: facts[name] for name in own} == own
    said = cli("reveal", "x.png", *OPEN, "-o", "y.png", "--json")
    assert said.code == 0
    found = json.loads(said.out)
    assert found["transport"] == facts["transport"]
    assert {"kind", "name", "intact", "seconds", "sender", "sender_name"} <= found.keys()


def test_strict_refuses_a_repaired_seal(desk: Path, cli: Call, refused: Refused) -> None:
    assert cli("conceal", "--text", "hi", "--ecc", *WITH_WORD, "-o", "s.png").code == 0
    changed = pixels("s.png")
    changed[50, 50, 0] ^= 1
    Image.fromarray(changed).save("changed.png")
    said = refused(5, "reveal", "changed.png", *WITH_WORD, "-o", "a.txt", "--strict")
    assert "refused by --strict" in said
    assert cli("reveal", "s.png", *WITH_WORD, "-o", "a.txt", "--strict").code == 0
    assert Path("a.txt").read_text() == "hi"


def test_progress_of_every_transport(photo: Callable[..., Rgb8]) -> None:
    reference, told = photo("sailboats"), []
    for secret in (photo("parrots"), sshr.Blob(b"x")):
        stages: list[tuple[str, int, int]] = []
        made = sshr.conceal(
            secret,
            reference,
            sshr.Keys(reference_alone=True),
            progress=lambda *step, to=stages: to.append(step),
        )
        sshr.reveal(
            made.image,
            reference,
            sshr.Keys(reference_alone=True),
            progress=lambda *step, to=stages: to.append(step),
        )
        assert all(0 <= done <= total for _, done, total in stages)
        told.append(list(dict.fromkeys(stage for stage, _, _ in stages)))
    assert told == [["concealing", "revealing"], ["encoding", "concealing", "revealing"]]


# Folders


@pytest.fixture
def folders(photo: Callable[..., Rgb8], desk: Path) -> Path:
    for folder, name in (("secrets", "parrots"), ("references", "sailboats")):
        (desk / folder).mkdir()
        for n in range(4):
            Image.fromarray(photo(name, 80, 96, 50 * n)).save(desk / folder / f"p{n}.png")
    return desk


def test_folders_take_every_option_of_a_transport(folders: Path, cli: Call) -> None:
    made = ("conceal", "secrets", *FOLDERS, "--transport", "sealed", "-o", "out")
    said = cli(*made, "--noise", "texture", "--quality", "38")
    assert (said.code, json.loads(said.out)["done"]) == (0, 4), said.out
    entries = json.loads(Path("out/manifest.json").read_text())
    assert [entry["figures"]["transport"] for entry in entries] == ["sealed"] * 4
    assert all(entry["figures"]["revealed_psnr"] >= 38 for entry in entries)
    for n in range(4):
        told = sshr.inspect(
            f"out/p{n}.png", f"references/p{n}.png", sshr.Keys(reference_alone=True)
        )
        assert (told.transport, told.details["noise"]) == ("sealed", "texture")
    said = cli(*made, "--fit", "cover")
    assert (said.code, "--fit belongs to the analog" in said.err) == (2, True)


@pytest.fixture
def mixed(folders: Path, cli: Call) -> Path:
    """Stegos of an analog picture, a sealed one, a file and a text."""
    (folders / "stegos").mkdir()
    Path("report.PDF").write_bytes(bytes(range(256)) * 2)
    secrets: list[tuple[str, ...]] = [
        ("secrets/p0.png",),
        ("secrets/p1.png", "--transport", "sealed", "--quality", "40"),
        ("--file", "report.PDF"),
        ("--text", TEXT),
    ]
    for n, secret in enumerate(secrets):
        pair = ("-r", f"references/p{n}.png", "-o", f"stegos/p{n}.png", "--no-passphrase")
        said = cli("conceal", *secret, *pair)
        assert said.code == 0, said.err
    return folders


def test_folder_of_mixed_transports(mixed: Path, cli: Call) -> None:
    asked = ("reveal", "stegos", *FOLDERS, "-o", "back")
    said = cli(*asked)
    assert (said.code, json.loads(said.out)["done"]) == (0, 4), said.out
    made = {"p0.png", "p1.png", "p2.pdf", "p3.txt"}
    first = times("back")
    assert first.keys() == made | {"manifest.json", "manifest.csv"}
    assert pixels("back/p0.png").shape == pixels("back/p1.png").shape == (80, 96, 3)
    assert Path("back/p2.pdf").read_bytes() == Path("report.PDF").read_bytes()
    assert Path("back/p3.txt").read_bytes() == TEXT.encode()
    entries = json.loads(Path("back/manifest.json").read_text())
    kinds = [entry["figures"]["kind"] for entry in entries]
    assert kinds == ["picture", "picture", "file", "text"]
    assert [entry["output"] for entry in entries] == ["", "", "p2.pdf", "p3.txt"]
    said = cli(*asked)
    assert (said.code, json.loads(said.out)["done"]) == (0, 4), said.out
    assert {name: times("back")[name] for name in made} == {name: first[name] for name in made}


def test_folder_leaves_a_file_of_that_name_alone(mixed: Path, cli: Call) -> None:
    Path("back").mkdir()
    Path("back/p3.txt").write_text("mine")
    said = cli("reveal", "stegos", *FOLDERS, "-o", "back")
    failed = json.loads(said.out)["failed"]
    assert (said.code, list(failed)) == (1, ["p3.png"])
    assert "exists already" in failed["p3.png"]
    assert Path("back/p3.txt").read_text() == "mine"


# Streams


class Pipes:
    """Runs a command with bytes on standard input, and keeps what it says as bytes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch

    def __call__(self, given: bytes, *arguments: object) -> tuple[int, bytes, str]:
        from sshr.cli.runner import run

        out, err = io.BytesIO(), io.StringIO()
        with self._patch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), encoding="ascii"))
            patch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding="utf-8"))
            patch.setattr(sys, "stderr", err)
            code = run([str(each) for each in arguments])
            sys.stdout.flush()
            said = out.getvalue()
        return code, said, err.getvalue()


@pytest.fixture
def piped(desk: Path, monkeypatch: pytest.MonkeyPatch) -> Pipes:
    return Pipes(monkeypatch)


@pytest.mark.parametrize(
    ("option", "given", "kind"),
    [("--text", TEXT.encode(), "text"), ("--file", bytes(range(256)), "file")],
)
def test_secret_comes_and_goes_through_streams(
    piped: Pipes, option: str, given: bytes, kind: str
) -> None:
    code, _, err = piped(given, "conceal", option, "-", *WITH_WORD, "-o", "s.png")
    assert code == 0, err
    code, out, err = piped(b"", "reveal", "s.png", *WITH_WORD, "-o", "-")
    assert (code, out) == (0, given)
    assert f"- ({kind}) written" in err
    assert not Path("-").exists()


def test_picture_goes_to_a_stream(piped: Pipes, cli: Call) -> None:
    code, out, err = piped(b"", "reveal", "stego.png", *WITH_WORD, "-o", "-")
    assert code == 0, err
    assert "128x128" in err
    assert cli("reveal", "stego.png", *WITH_WORD, "-o", "named.png").code == 0
    with Image.open(io.BytesIO(out)) as image:
        assert image.format == "PNG"
        assert np.array_equal(np.array(image), pixels("named.png"))


def test_passphrase_comes_from_a_stream(piped: Pipes) -> None:
    own, stream = ("-r", "reference.png"), ("--passphrase-file", "-")
    word = Path("word.txt").read_bytes()
    code, _, err = piped(word, "inspect", "stego.png", *own, *stream)
    assert code == 0, err
    assert piped(b"another word\n", "inspect", "stego.png", *own, *stream)[0] == 4
    assert piped(b"", "inspect", "stego.png", *own, *stream)[0] == 2
    assert piped(b"\xff", "inspect", "stego.png", *own, *stream)[0] == 2
    code, _, err = piped(word, "conceal", "--text", "hi", *own, *stream, "-o", "s.png")
    assert code == 0, err
    code, out, _ = piped(word, "reveal", "s.png", *own, *stream, "-o", "-")
    assert (code, out) == (0, b"hi")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--text", "-", "--passphrase-file", "-"), "--text and --passphrase-file"),
        (("--file", "-", "--passphrase-file", "-"), "--file and --passphrase-file"),
        (("--file", "-", "--text", "-", "--no-passphrase"), "--file and --text"),
    ],
)
def test_two_readers_of_one_stream_are_refused(
    refused: Refused, arguments: tuple[str, ...], words: str
) -> None:
    said = refused(2, "conceal", *arguments, "-r", "reference.png", "-o", "x.png")
    assert f"only one of {words} can read standard input" in said


def test_json_and_the_secret_cannot_share_a_stream(refused: Refused) -> None:
    said = refused(2, "reveal", "stego.png", *WITH_WORD, "-o", "-", "--json")
    assert "both write to standard output" in said


# What is loaded


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (("--help",), {"torch", "numpy", "PIL", "rich", "cryptography"}),
        (("conceal", "--help"), {"torch", "numpy", "PIL", "rich"}),
        (("models",), {"torch"}),
        (("inspect", "s.png", *OPEN), {"torch"}),
        (("reveal", "s.png", *OPEN, "-o", "s.txt"), {"torch", "onnxruntime", "rich"}),
        (("conceal", "--text", "x", *OPEN, "-o", "t.png"), {"torch"}),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else "",
)
def test_command_loads_no_more_than_it_needs(
    desk: Path, cli: Call, arguments: tuple[str, ...], unwanted: set[str]
) -> None:
    assert cli("conceal", "--text", "x", *OPEN, "-o", "s.png").code == 0
    env = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "sshr", *arguments],
        **{"env": env, "capture_output": True, "text": True, "stdin": subprocess.DEVNULL},
    )
    assert done.returncode == 0, done.stderr[-500:]
    loaded = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}
    assert "sshr.cli.runner" in loaded
    assert loaded & unwanted == set()
