"""Results do not depend on threads, nor on which process has loaded the weights.

Reveals agree to a grey level. What the network makes of a secret agrees to a fiftieth of one before
it is rounded; noise-shaped rounding hands every error on, so from there two stegos of one session
may differ in many samples, and are equally good."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

import sshr
from sshr.metrics import psnr
from sshr.zoo import registry

Rgb8 = NDArray[np.uint8]
OPEN = sshr.Keys(reference_alone=True)
LevelsApart = Callable[[Rgb8, Rgb8], int]
# Reads nothing of this process: its own interpreter, its own reading of the weights, two threads.
REVEAL = """
import sys, torch, sshr
torch.set_num_threads(2)
sshr.reveal(sys.argv[1], sys.argv[2], sshr.Keys(reference_alone=True)).save(sys.argv[3])
"""


@pytest.fixture(autouse=True)
def _threads_restored() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(params=[(128, 128), (144, 352)], ids=["one tile", "two tiles"])
def pair(request: pytest.FixtureRequest, photo: Callable[..., Rgb8]) -> tuple[Rgb8, Rgb8]:
    """With one tile threads work inside operations, with two side by side."""
    return photo("parrots", *request.param), photo("sailboats", *request.param)


@pytest.mark.usefixtures("same_session")
def test_one_and_two_workers_conceal_equally_well(pair: tuple[Rgb8, Rgb8]) -> None:
    secret, reference = pair
    figures = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        stego = sshr.conceal(secret, reference, OPEN).image
        assert torch.get_num_threads() == threads
        torch.set_num_threads(1)
        revealed = sshr.reveal(stego, reference, OPEN)
        assert revealed.intact
        figures.append((psnr(stego, reference), psnr(revealed.image, secret)))
    assert np.abs(np.subtract(*figures)).max() < 0.3


def test_one_and_two_threads_and_another_process_reveal_alike(
    pair: tuple[Rgb8, Rgb8], levels_apart: LevelsApart, tmp_path: Path
) -> None:
    stego = sshr.conceal(*pair, OPEN)
    pictures = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        pictures.append(sshr.reveal(stego.image, pair[1], OPEN).image)
        assert torch.get_num_threads() == threads
    assert levels_apart(*pictures) <= 1

    stego.save(tmp_path / "stego.png")
    Image.fromarray(pair[1]).save(tmp_path / "reference.png")
    files = [str(tmp_path / name) for name in ("stego.png", "reference.png", "out.png")]
    subprocess.run([sys.executable, "-c", REVEAL, *files], check=True, timeout=120)
    with Image.open(files[2]) as image:
        assert levels_apart(np.array(image), pictures[0]) <= 1


def test_weights_read_anew_reveal_alike(
    stego: sshr.Stego,
    reference: Rgb8,
    levels_apart: LevelsApart,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = sshr.reveal(stego.image, reference, OPEN).image
    read, load = [], registry._load.__wrapped__

    def reading(preset: str, place: torch.device) -> object:
        read.append(preset)
        return load(preset, place)

    monkeypatch.setattr(registry, "_load", reading)
    after = sshr.reveal(stego.image, reference, OPEN).image
    assert read == ["base"]
    assert levels_apart(before, after) <= 1
