"""`conceal --dry-run` says beforehand what conceal then does, and touches nothing."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from sshr.zoo.facts import read_facts

Call = Callable[..., Any]
PLAIN = ("conceal", "secret.png", "-r", "reference.png")


def snapshot(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}


def measured(preset: str, figure: str) -> list[float] | None:
    """Lowest and highest mean of the sets that the packaged checkpoint was measured on."""
    scores = read_facts(preset).scores
    found = [score[figure] for score in scores.values()] if scores else []
    return [min(found), max(found)] if found else None


def test_in_json(desk: Path, cli: Call) -> None:
    before = snapshot(desk)
    said = cli(*PLAIN, "--dry-run", "--json")
    assert (said.code, said.err, said.out.count("\n")) == (0, "", 1)
    assert snapshot(desk) == before
    facts = json.loads(said.out)
    assert facts["stego"] == facts["carrier"] == facts["carried"] == [128, 128]
    assert (facts["tiles"], facts["resized"], facts["greyscale"]) == (1, False, False)
    assert 0 < facts["header_bytes"] < facts["header_capacity"]
    assert 0 < facts["header_share"] <= 0.5
    assert facts["stego_psnr"] == measured("base", "stego_psnr")
    assert facts["revealed_psnr"] == measured("base", "revealed_psnr")
    assert facts["seconds"] > 0
    assert facts["mebibytes"] > 0


def test_in_words(desk: Path, cli: Call) -> None:
    Image.open("secret.png").crop((0, 0, 90, 128)).save("tall.png")
    said = cli("conceal", "tall.png", "-r", "reference.png", "--dry-run", "--fit", "cover")
    assert (said.code, said.err) == (0, "")
    figures = "not measured" if measured("base", "stego_psnr") is None else "dB"
    for words in ("90x90, cover", "header", figures, "MiB", "was resized"):
        assert words in " ".join(said.out.split())


def test_a_checked_output_is_not_written(
    desk: Path, cli: Call, refused: Callable[..., str]
) -> None:
    before = snapshot(desk)
    assert cli(*PLAIN, "--dry-run", "-o", "new.png").code == 0
    assert snapshot(desk) == before
    refused(8, *PLAIN, "--dry-run", "-o", "stego.png")
    refused(8, *PLAIN, "--dry-run", "-o", "new.jpg")
    refused(2, *PLAIN, "--no-passphrase")  # neither an output nor a dry run


def test_it_needs_no_network_and_no_passphrase(desk: Path) -> None:
    script = (
        "import sys; from sshr.cli.runner import run; "
        f"code = run([*{PLAIN}, '--dry-run']); "
        "sys.exit(code or ('torch' in sys.modules))"
    )
    path = [entry for entry in sys.path if entry]
    script = f"import sys; sys.path[:0] = {path}; " + script
    done = subprocess.run(
        [sys.executable, "-c", script], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.usefixtures("keyed")
def test_it_counts_signature_and_recipients(cli: Call) -> None:
    sizes = [
        json.loads(cli(*PLAIN, "--dry-run", "--json", *more).out)["header_bytes"]
        for more in ((), ("--from", "mine.key"), ("--to", "mine.pub", "--to", "friend.pub"))
    ]
    assert sizes == [sizes[0], sizes[0] + 96, sizes[0] + 48]


def test_refusals(desk: Path, refused: Callable[..., str]) -> None:
    refused(9, *PLAIN, "--dry-run", "--preset", "none")
    refused(9, *PLAIN, "--dry-run", "--preset", "absent.safetensors")
    refused(2, *PLAIN, "--dry-run", "--fit", "squeeze")
    refused(7, "conceal", "absent.png", "-r", "reference.png", "--dry-run")
    Path("foreign.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    refused(9, *PLAIN, "--dry-run", "--preset", "foreign.safetensors")
