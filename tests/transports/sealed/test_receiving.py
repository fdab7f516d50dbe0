"""All of the secret, or an error."""

import functools
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import sshr
from sshr.errors import DamagedError
from sshr.transports.kind import Kind
from sshr.transports.sealed import decoders, sending
from sshr.transports.sealed.codecs import lossless
from sshr.transports.sealed.noise import Noise

Rgb8 = NDArray[np.uint8]
KEYS = sshr.Keys(reference_alone=True)
seal = functools.partial(sshr.conceal, transport="sealed")
NOISES = [each.name.lower() for each in Noise]


def back(stego: sshr.Stego, reference: Rgb8) -> sshr.Revealed:
    return sshr.reveal(stego.image, reference, KEYS)


@given(
    share=st.floats(0, 1),
    seed=st.integers(0, 1 << 32),
    side=st.integers(64, 90),
    noise=st.sampled_from(NOISES),
)
@settings(max_examples=30)
def test_any_bytes_come_back(share: float, seed: int, side: int, noise: str) -> None:
    rng = np.random.default_rng(seed)
    reference = rng.integers(0, 256, (side, 70, 3), np.uint8)
    reference[: side // 2] = rng.choice([0, 255], (side // 2, 70, 1))
    capacity = sshr.forecast(None, reference, "sealed", noise=noise).capacity[38.0]
    data = rng.bytes(int(share * capacity))
    stego = seal(sshr.Blob(data, "a.bin"), reference, KEYS, noise=noise)
    found = back(stego, reference)
    assert (found.data, found.name, found.kind) == (data, "a.bin", Kind.FILE)


@pytest.mark.parametrize("level", [0, 255])
def test_flat_saturated_reference_works(level: int) -> None:
    reference = np.full((80, 100, 3), level, np.uint8)
    data = bytes(range(256))
    for noise in NOISES:
        stego = seal(sshr.Blob(data), reference, KEYS, noise=noise)
        assert back(stego, reference).data == data


@pytest.mark.parametrize("noise", NOISES)
def test_picture_comes_back_exactly(secret: Rgb8, reference: Rgb8, noise: str) -> None:
    stego = seal(secret, reference, KEYS, noise=noise)
    found = back(stego, reference)
    assert found.kind is Kind.PICTURE
    assert np.array_equal(found.image, secret)
    assert stego.check().exact


def test_grey_picture_comes_back_grey(secret: Rgb8, reference: Rgb8) -> None:
    grey = np.ascontiguousarray(secret[..., 1])
    found = back(seal(grey, reference, KEYS), reference)
    assert found.image is not None
    assert np.array_equal(found.image, grey)


@pytest.mark.parametrize("threads", ["1", "2"])
def test_fresh_process_reveals(secret: Rgb8, reference: Rgb8, tmp_path: Path, threads: str) -> None:
    np.save(tmp_path / "reference.npy", reference)
    np.save(tmp_path / "stego.npy", seal(secret, reference, KEYS).image)
    script = (
        "import sys, numpy as np, sshr, hashlib\n"
        "stego, reference = (np.load(name) for name in sys.argv[1:])\n"
        "found = sshr.reveal(stego, reference, sshr.Keys(reference_alone=True)).image\n"
        "print(hashlib.sha256(found.tobytes()).hexdigest())"
    )
    names = [str(tmp_path / "stego.npy"), str(tmp_path / "reference.npy")]
    source = str(Path(sshr.__file__).parents[1])
    environment = os.environ | {"OMP_NUM_THREADS": threads, "PYTHONPATH": source}
    done = subprocess.run(
        [sys.executable, "-c", script, *names], env=environment, capture_output=True, text=True
    )
    assert done.stdout.strip() == hashlib.sha256(secret.tobytes()).hexdigest(), done.stderr


def test_a_bomb_of_a_sender_is_refused_unopened(
    secret: Rgb8, reference: Rgb8, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The header speaks of a small picture, the content holds a large one."""
    large = lossless(np.zeros((3000, 4000, 3), np.uint8))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sending, "lossless", lambda _: large)
        stego = seal(secret, reference, KEYS)
    monkeypatch.setattr(decoders, "load", pytest.fail)
    with pytest.raises(DamagedError, match="the sealed content makes no sense"):
        back(stego, reference)
