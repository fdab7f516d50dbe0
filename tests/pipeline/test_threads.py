"""Results do not depend on threads, nor on which process has loaded the weights.

On one machine they agree to the bit; reveals on two agree to a grey level. What a sender makes of a
secret elsewhere agrees to a twentieth of a level before it is rounded; noise-shaped rounding hands
every error on, so from there two stegos of one session may differ in many samples, and are equally
good."""

import functools
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import sshr
from sshr.zoo import tiles

Rgb8 = NDArray[np.uint8]
OPEN = sshr.Keys(reference_alone=True)
LevelsApart = Callable[[Rgb8, Rgb8], int]
# Reads nothing of this process: its own interpreter, its own reading of the weights, two threads.
REVEAL = """
import os, sys
os.environ["OMP_NUM_THREADS"] = "2"
import sshr
sshr.reveal(sys.argv[1], sys.argv[2], sshr.Keys(reference_alone=True)).save(sys.argv[3])
"""


@pytest.fixture(params=[(128, 128), (144, 352)], ids=["one tile", "two tiles"])
def pair(request: pytest.FixtureRequest, photo: Callable[..., Rgb8]) -> tuple[Rgb8, Rgb8]:
    """With one tile threads work inside operations, with two side by side."""
    return photo("parrots", *request.param), photo("sailboats", *request.param)


@pytest.mark.usefixtures("same_session")
def test_one_and_two_threads_make_the_same_stego(
    pair: tuple[Rgb8, Rgb8], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for threads in ("1", "2"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        made.append(sshr.conceal(*pair, OPEN).image)
    assert np.array_equal(*made)


def test_one_and_two_threads_and_another_process_reveal_alike(
    pair: tuple[Rgb8, Rgb8],
    levels_apart: LevelsApart,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stego = sshr.conceal(*pair, OPEN)
    pictures = []
    for threads in ("1", "2"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        pictures.append(sshr.reveal(stego.image, pair[1], OPEN).image)
    assert np.array_equal(*pictures)

    stego.save(tmp_path / "stego.png")
    Image.fromarray(pair[1]).save(tmp_path / "reference.png")
    files = [str(tmp_path / name) for name in ("stego.png", "reference.png", "out.png")]
    other = os.environ | {"OPENBLAS_CORETYPE": "Nehalem"}  # as on a machine without AVX
    subprocess.run([sys.executable, "-c", REVEAL, *files], env=other, check=True, timeout=300)
    with Image.open(files[2]) as image:
        assert levels_apart(np.array(image), pictures[0]) <= 1


def test_weights_read_anew_reveal_alike(
    stego: sshr.Stego,
    reference: Rgb8,
    levels_apart: LevelsApart,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = sshr.reveal(stego.image, reference, OPEN).image
    read, load = [], tiles._graphs.__wrapped__

    def reading(preset: str) -> object:
        read.append(preset)
        return load(preset)

    monkeypatch.setattr(tiles, "_graphs", functools.cache(reading))
    after = sshr.reveal(stego.image, reference, OPEN).image
    assert read == ["base"]
    assert levels_apart(before, after) <= 1


def test_several_threads_use_the_api_at_once(pair: tuple[Rgb8, Rgb8]) -> None:
    stego = sshr.conceal(*pair, OPEN)
    alone = sshr.reveal(stego.image, pair[1], OPEN).image

    def both(_: int) -> tuple[Rgb8, float]:
        made = sshr.conceal(*pair, OPEN)
        return sshr.reveal(stego.image, pair[1], OPEN).image, made.check().revealed_psnr or 0.0

    with ThreadPoolExecutor(3) as pool:
        for picture, figure in pool.map(both, range(3)):
            assert np.array_equal(picture, alone)
            assert figure > 40
