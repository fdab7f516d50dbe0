"""`conceal --dry-run` says beforehand what conceal then does, and touches nothing."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import sshr
from sshr.crypto.header import Sending
from sshr.pipeline.engine import SCALE
from sshr.pipeline.plan import TILE_ENTRY_BYTES, plan

Call = Callable[..., Any]
PLAIN = ("conceal", "secret.png", "-r", "reference.png")


def snapshot(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}


def test_in_json(desk: Path, cli: Call) -> None:
    before = snapshot(desk)
    said = cli(*PLAIN, "--dry-run", "--json")
    assert (said.code, said.err, said.out.count("\n")) == (0, "", 1)
    assert snapshot(desk) == before
    facts = json.loads(said.out)
    assert facts["stego"] == facts["carrier"] == facts["concealed"] == [128, 128]
    assert (facts["tiles"], facts["resized"], facts["greyscale"]) == (1, False, False)
    assert 0 < facts["header_bytes"] < facts["header_capacity"]
    assert 0 < facts["header_share"] <= 0.5
    low, high = facts["stego_psnr"]
    assert 38 < low <= high < 44
    assert facts["seconds"] > 0
    assert facts["mebibytes"] > 0


def test_in_words(desk: Path, cli: Call) -> None:
    Image.open("secret.png").crop((0, 0, 90, 128)).save("tall.png")
    said = cli("conceal", "tall.png", "-r", "reference.png", "--dry-run", "--fit", "cover")
    assert (said.code, said.err) == (0, "")
    for words in ("128x128, cover", "header", "dB", "MiB", "was resized"):
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


@pytest.mark.parametrize("preset", ["base", "paper"])
@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("size", [(128, 130), (350, 200)])
def test_it_is_what_conceal_does(
    photo: Callable[..., np.ndarray], preset: str, grey: bool, size: tuple[int, int]
) -> None:
    reference, secret = photo("red-barn", *size), photo("parrots", 140, 200)
    if grey:
        reference = reference[:, :, 1]
    planned = plan(secret, reference, preset)
    masks: list[int] = []
    really = Sending.header_mask

    def noting(self: Sending, metadata: Any) -> Any:
        mask = really(self, metadata)
        masks.extend((int(mask.sum()), mask.size, len(metadata.tile_scales)))
        return mask

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Sending, "header_mask", noting)
        stego = sshr.conceal(secret, reference, sshr.Keys(), preset)
    assert planned.header_share == pytest.approx(masks[0] / masks[1])
    assert planned.tiles * SCALE.itemsize == masks[2]
    assert planned.stego == (stego.image.shape[1], stego.image.shape[0])
    assert planned.greyscale == (stego.image.ndim == 2) == grey
    assert planned.notes == stego.notes
    assert (planned.stego_psnr is None) == grey


def test_it_counts_signature_and_recipients(desk: Path, cli: Call) -> None:
    sizes = [
        json.loads(cli(*PLAIN, "--dry-run", "--json", *more).out)["header_bytes"]
        for more in ((), ("--from", "mine.key"), ("--to", "mine.pub", "--to", "mine.pub"))
    ]
    assert sizes == [sizes[0], sizes[0] + 96, sizes[0] + 48]


def test_tile_entries_are_those_of_the_engine() -> None:
    assert SCALE.itemsize == TILE_ENTRY_BYTES


def test_refusals(desk: Path, refused: Callable[..., str]) -> None:
    refused(9, *PLAIN, "--dry-run", "--preset", "none")
    refused(9, *PLAIN, "--dry-run", "--preset", "absent.safetensors")
    refused(2, *PLAIN, "--dry-run", "--fit", "squeeze")
    refused(7, "conceal", "absent.png", "-r", "reference.png", "--dry-run")
    Path("foreign.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    refused(9, *PLAIN, "--dry-run", "--preset", "foreign.safetensors")
