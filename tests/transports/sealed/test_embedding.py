"""A record and a reference become samples, of which every change is noticed."""

import dataclasses
import functools
import hashlib

import numpy as np
import pytest
from numpy.typing import NDArray

import sshr
from sshr.errors import DamagedError, NothingFoundError
from sshr.transports.sealed.embedding import extract, info_of
from sshr.transports.sealed.noise import Noise

Rgb8 = NDArray[np.uint8]
KEYS = sshr.Keys(reference_alone=True)
seal = functools.partial(sshr.conceal, transport="sealed")
NOISES = [each.name.lower() for each in Noise]


def test_small_payload_is_spread_thin(reference: Rgb8) -> None:
    stego = seal(sshr.Blob(np.random.default_rng(2).bytes(200)), reference, KEYS, noise="uniform")
    moved = stego.image != reference
    assert np.count_nonzero(moved) < 0.06 * reference.size
    changed = np.argwhere(moved & ~stego.header.reopen(stego.image).header)
    thirds = np.histogram(changed[:, 0], bins=4, range=(0, 128))[0]
    assert thirds.min() > 0.7 * thirds.mean()


@pytest.mark.parametrize("noise", NOISES)
def test_every_changed_sample_is_noticed(secret: Rgb8, reference: Rgb8, noise: str) -> None:
    stego = seal(secret, reference, KEYS, noise=noise, quality=40.0).image
    rng = np.random.default_rng(5)
    for place in rng.integers(0, stego.size, 8):
        for step in (-1, 1, 2):
            other = stego.copy()
            value = int(other.flat[place]) + step
            if not 0 <= value <= 255:
                continue
            other.flat[place] = value
            # "Nothing in it" where the change hits the salt or its tag, which say what it is.
            with pytest.raises((DamagedError, NothingFoundError)):
                sshr.reveal(other, reference, KEYS)


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("step", [-2, -1, 1, 2])
def test_changed_header_sample_is_noticed(reference: Rgb8, noise: str, step: int) -> None:
    """Those whose lowest bit the header sets: both out of their pair and within it."""
    stego = seal(sshr.Blob(b"x" * 50), reference, KEYS, noise=noise)
    places = stego.header.reopen(stego.image).groups.places
    for place in places[:: len(places) // 5]:
        other = stego.image.astype(int)
        other.flat[place] += step
        if 0 <= other.flat[place] <= 255:
            with pytest.raises((DamagedError, NothingFoundError)):
                sshr.reveal(other.astype(np.uint8), reference, KEYS)


@pytest.mark.parametrize("noise", NOISES)
def test_even_change_of_any_header_sample_is_noticed(reference: Rgb8, noise: str) -> None:
    """It leaves the header's bits as they are."""
    stego = seal(sshr.Blob(b"x" * 50), reference, KEYS, noise=noise)
    header = np.flatnonzero(stego.header.reopen(stego.image).header)
    for place in header[::200]:
        other = stego.image.copy()
        other.flat[place] ^= 2
        with pytest.raises(DamagedError):
            sshr.reveal(other, reference, KEYS)


def test_two_seals_of_one_payload_differ_everywhere(reference: Rgb8) -> None:
    blob = sshr.Blob(bytes(1000))
    first, second = (
        seal(blob, reference, KEYS, noise="uniform", stego_psnr=41.0).image.astype(int) - reference
        for _ in range(2)
    )
    assert (first != second).mean() > 0.8
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.03


def test_stego_is_pinned(same_session: None, reference: Rgb8) -> None:
    """Bytes for bytes the same stego on every machine and with every library version."""
    digest = hashlib.sha256()
    for noise in NOISES:
        stego = seal(sshr.Blob(b"pinned " * 40, "p"), reference, KEYS, noise=noise)
        digest.update(stego.image.tobytes())
    assert digest.hexdigest()[:32] == "08873a88f0ec6f7bb1228466656c21e5"


def test_a_reader_cannot_put_another_ciphertext_under_a_signature(
    reference: Rgb8, monkeypatch: pytest.MonkeyPatch
) -> None:
    """He has the key of the AEAD, so its tag fits what he likes; its digest is signed."""
    stego = seal(sshr.Blob(b"x" * 50), reference, KEYS)
    opened = stego.header.reopen(stego.image)
    info = info_of(opened.metadata)
    assert len(info.digest) == 32
    other = dataclasses.replace(info, digest=bytes(32))
    metadata = dataclasses.replace(opened.metadata, side_info=other.pack())
    with pytest.raises(DamagedError):
        extract(dataclasses.replace(opened, metadata=metadata), stego.image, reference)
    assert extract(opened, stego.image, reference).intact
