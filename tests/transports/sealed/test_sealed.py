"""Whole stegos in memory: everything back, every change noticed, the noise as the model says."""

import functools
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import chisquare

import sshr
from sshr.errors import DamagedError, NothingFoundError, TooSmallError, UsageError
from sshr.transports.kind import Kind
from sshr.transports.sealed import codecs as pictures
from sshr.transports.sealed.capacity import Capacity
from sshr.transports.sealed.noise import Noise
from sshr.transports.sealed.noise_model import NoiseModel

Rgb8 = NDArray[np.uint8]
Photo = Callable[..., Rgb8]
KEYS = sshr.Keys()
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


@pytest.mark.parametrize("grey", [False, True])
def test_too_large_picture_is_lossy_at_its_best(photo: Photo, reference: Rgb8, grey: bool) -> None:
    secret = photo("parrots", 200, 200) if grey else photo("parrots", 150, 160)
    secret = np.ascontiguousarray(secret[..., 0]) if grey else secret
    stego = seal(secret, reference, KEYS, stego_psnr=46 if grey else 41)
    report = stego.check()
    assert not report.exact
    assert report.revealed_psnr > 36
    assert abs(report.stego_psnr - (46 if grey else 41)) < 0.6
    assert stego.notes


def test_quality_in_decibels_is_reached(secret: Rgb8, reference: Rgb8) -> None:
    report = seal(secret, reference, KEYS, quality=42.0).check()
    assert 42 <= report.revealed_psnr < 44
    best = seal(secret, reference, KEYS, quality="lossless").check()
    assert report.payload_bytes < best.payload_bytes
    assert report.stego_psnr > best.stego_psnr


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("psnr", [38.0, 41.0, 46.0, 50.0])
def test_asked_stego_psnr_is_met(reference: Rgb8, noise: str, psnr: float) -> None:
    stego = seal(sshr.Blob(b"x"), reference, KEYS, noise=noise, stego_psnr=psnr)
    within = 0.3 if noise == "uniform" else 0.6  # five deviations of the draw, in 128 px squared
    assert abs(stego.check().stego_psnr - psnr) < within


def test_the_named_capacity_fits_and_more_does_not(reference: Rgb8) -> None:
    capacity = sshr.forecast(None, reference, "sealed").capacity[44.0]
    rng = np.random.default_rng(1)
    for _ in range(3):
        data = rng.bytes(capacity)
        stego = seal(sshr.Blob(data), reference, KEYS, stego_psnr=44.0)
        assert back(stego, reference).data == data
    with pytest.raises(TooSmallError, match=r"fit this reference at 44 dB; it fits at .* 43\."):
        seal(sshr.Blob(rng.bytes(capacity + 200)), reference, KEYS, stego_psnr=44.0)


def test_small_payload_is_spread_thin(reference: Rgb8) -> None:
    stego = seal(sshr.Blob(np.random.default_rng(2).bytes(200)), reference, KEYS, noise="uniform")
    changed = np.argwhere(stego.image != reference)
    assert len(changed) < 0.06 * reference.size
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
    """Those whose parity the header sets: both out of their pair and within it."""
    stego = seal(sshr.Blob(b"x" * 50), reference, KEYS, noise=noise)
    places = stego.header.reopen(stego.image).parity_samples
    for place in places[:: len(places) // 5]:
        other = stego.image.astype(int)
        other.flat[place] += step
        if 0 <= other.flat[place] <= 255:
            with pytest.raises((DamagedError, NothingFoundError)):
                sshr.reveal(other.astype(np.uint8), reference, KEYS)


@pytest.mark.parametrize("noise", NOISES)
def test_even_change_of_any_header_sample_is_noticed(reference: Rgb8, noise: str) -> None:
    """It leaves the header's bits, and no MAC covers it; nor does a quiet sample carry anything."""
    stego = seal(sshr.Blob(b"x" * 50), reference, KEYS, noise=noise)
    header = np.flatnonzero(stego.header.reopen(stego.image).header)
    for place in header[::100]:
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


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("data", [bytes(6000), bytes(range(256)) * 24], ids=["zeros", "ramp"])
def test_changes_follow_the_model(reference: Rgb8, noise: str, data: bytes) -> None:
    """Chi-square of all changes against the sum of the samples' own probabilities."""
    stego = seal(sshr.Blob(data), reference, KEYS, noise=noise, stego_psnr=42.0)
    opened = stego.header.reopen(stego.image)
    from sshr.transports.sealed.embedding import SealedInfo

    entry = SealedInfo.unpack(opened.metadata.side_info)
    model = NoiseModel(reference, entry.noise)
    classes = model.classes(entry.base)
    of = model.class_of(classes, 0, reference.size)
    of[opened.parity_samples] = 0
    counts = np.bincount(of, minlength=len(classes.tables) + 1)
    expected = np.zeros(201)
    for count, table in zip(counts[1:], classes.tables, strict=True):
        start = 100 - table.down
        expected[start : start + len(table.frequencies)] += count * table.frequencies / 2**24
    changes = (stego.image.astype(int) - reference).ravel()[of > 0]
    seen = np.bincount(changes + 100, minlength=201).astype(float)
    often = expected > 20
    seen = np.append(seen[often], seen[~often].sum())
    expected = np.append(expected[often], expected[~often].sum())
    assert chisquare(seen, expected * seen.sum() / expected.sum()).pvalue > 1e-10


def test_stego_is_pinned(same_session: None, reference: Rgb8) -> None:
    """Bytes for bytes the same stego on every machine and with every library version."""
    digest = hashlib.sha256()
    for noise in NOISES:
        stego = seal(sshr.Blob(b"pinned " * 40, "p"), reference, KEYS, noise=noise)
        digest.update(stego.image.tobytes())
    assert digest.hexdigest()[:32] == "30bb069e6a8cc60ce7653462f0ba97e3"


@pytest.mark.parametrize("threads", ["1", "2"])
def test_fresh_process_reveals(secret: Rgb8, reference: Rgb8, tmp_path: Path, threads: str) -> None:
    np.save(tmp_path / "reference.npy", reference)
    np.save(tmp_path / "stego.npy", seal(secret, reference, KEYS).image)
    script = (
        "import sys, numpy as np, sshr, hashlib\n"
        "stego, reference = (np.load(name) for name in sys.argv[1:])\n"
        "found = sshr.reveal(stego, reference, sshr.Keys()).image\n"
        "print(hashlib.sha256(found.tobytes()).hexdigest())"
    )
    names = [str(tmp_path / "stego.npy"), str(tmp_path / "reference.npy")]
    source = str(Path(sshr.__file__).parents[1])
    environment = os.environ | {"OMP_NUM_THREADS": threads, "PYTHONPATH": source}
    done = subprocess.run(
        [sys.executable, "-c", script, *names], env=environment, capture_output=True, text=True
    )
    assert done.stdout.strip() == hashlib.sha256(secret.tobytes()).hexdigest(), done.stderr


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"noise": "loud"}, "uniform, texture, adaptive"),
        ({"quality": "best"}, "auto, lossless"),
        ({"quality": 200.0}, "20 to 70"),
        ({"stego_psnr": 10.0}, "32 to 80"),
    ],
)
def test_nonsense_is_refused(
    secret: Rgb8, reference: Rgb8, request_: dict[str, object], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        seal(secret, reference, KEYS, **request_)


@pytest.mark.parametrize("noise", list(Noise))
def test_classes_fit_the_bits_that_order_them(noise: Noise) -> None:
    model = NoiseModel(np.zeros((64, 64, 3), np.uint8), noise)
    most = max(len(model.classes(base).tables) for base in range(-700, 769, 50))
    assert 100 < most < 1 << (64 - 52)


def test_plan_predicts_what_happens(reference: Rgb8) -> None:
    plan = Capacity(NoiseModel(reference, Noise.UNIFORM), 0)
    base = plan.base_for_psnr(41.0)
    assert abs(plan.psnr(base) - 41) < 0.05
    assert plan.base_for_bytes(plan.bytes_at(base)) <= base


def test_large_pictures_are_coded_by_a_quality_found_on_some_rows(photo: Photo) -> None:
    """A large picture, made so by the limit: the code fits, is nearly as large as it may be, and a
    quality in decibels is reached without much to spare."""
    picture = photo("parrots", 400, 500)
    whole = len(pictures.lossless(picture).data)
    capacity = whole // 2
    slow = pictures.fitting(picture, capacity, whole)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pictures, "_LARGE", 1000)
        fast = pictures.fitting(picture, capacity, whole)
        exact = pictures.reaching(picture, 45.0)
        assert pictures.fitting(picture, 100, whole) is None
    assert slow is not None
    assert fast is not None
    assert 0.8 * capacity < len(fast.data) <= capacity
    assert fast.psnr > slow.psnr - 2.5
    assert 45 <= exact.psnr < 46.5
