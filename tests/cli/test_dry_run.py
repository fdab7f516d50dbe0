"""`conceal --dry-run` says beforehand what conceal then does, and touches nothing."""

import dataclasses
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
from sshr.header.drafts import Draft
from sshr.header.metadata import Metadata
from sshr.header.writer import HeaderWriter
from sshr.transports.analog.engine import SCALE
from sshr.transports.analog.forecast import _SCALE_BYTES
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


@pytest.mark.parametrize("preset", ["base", "paper"])
@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("size", [(128, 130), (350, 200)])
def test_it_is_what_conceal_does(
    photo: Callable[..., np.ndarray], preset: str, grey: bool, size: tuple[int, int]
) -> None:
    reference, secret = photo("red-barn", *size), photo("parrots", 140, 200)
    if grey:
        reference = reference[:, :, 1]
    planned = sshr.forecast(secret, reference, preset=preset)
    headers: list[np.ndarray] = []
    scales: list[bytes] = []
    really = HeaderWriter.write

    def noting(self: HeaderWriter, draft: Draft, metadata: Metadata, ecc: bool) -> np.ndarray:
        written = really(self, draft, metadata, ecc)
        headers.append(self.reopen(written).header)
        scales.append(metadata.tile_scales)
        return written

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HeaderWriter, "write", noting)
        stego = sshr.conceal(secret, reference, sshr.Keys(), preset=preset)
    (header,), (held,) = headers, scales
    assert planned.header_share == header.mean()
    assert header.sum() == 8 * planned.header_bytes * (3 if header.size >= 3 * 180 * 180 else 1)
    assert planned.tiles * read_facts(preset).scale_count * SCALE.itemsize == len(held)
    # So much of the samples may be a header: half.
    assert planned.header_capacity == int(planned.header_bytes / (2 * planned.header_share))
    assert planned.stego == (stego.image.shape[1], stego.image.shape[0])
    assert planned.greyscale == (stego.image.ndim == 2) == grey
    assert planned.notes == stego.notes
    expected = None if grey else measured(preset, "stego_psnr")
    assert planned.stego_psnr == (expected and tuple(expected))


def test_measured_sets_give_a_range(
    photo: Callable[..., np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = ({"stego_psnr": s, "revealed_psnr": r} for s, r in ((41.2, 50.5), (40.9, 51.0)))
    facts = dataclasses.replace(read_facts("base"), scores={"one": one, "other": other})
    monkeypatch.setattr("sshr.transports.analog.forecast.read_facts", lambda preset: facts)
    planned = sshr.forecast(photo("parrots"), photo("sailboats"))
    assert (planned.stego_psnr, planned.revealed_psnr) == ((40.9, 41.2), (50.5, 51.0))


def test_it_counts_signature_and_recipients(desk: Path, cli: Call) -> None:
    sizes = [
        json.loads(cli(*PLAIN, "--dry-run", "--json", *more).out)["header_bytes"]
        for more in ((), ("--from", "mine.key"), ("--to", "mine.pub", "--to", "mine.pub"))
    ]
    assert sizes == [sizes[0], sizes[0] + 96, sizes[0] + 48]


def test_scales_take_what_they_take_in_the_engine() -> None:
    assert SCALE.itemsize == _SCALE_BYTES


def test_refusals(desk: Path, refused: Callable[..., str]) -> None:
    refused(9, *PLAIN, "--dry-run", "--preset", "none")
    refused(9, *PLAIN, "--dry-run", "--preset", "absent.safetensors")
    refused(2, *PLAIN, "--dry-run", "--fit", "squeeze")
    refused(7, "conceal", "absent.png", "-r", "reference.png", "--dry-run")
    Path("foreign.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    refused(9, *PLAIN, "--dry-run", "--preset", "foreign.safetensors")
