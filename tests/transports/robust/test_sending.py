"""What a sender makes fits what the channels let through, and is tried before it is given."""

import functools
import random

import numpy as np
import pytest
from numpy.typing import NDArray

import sshr
from sshr.errors import TooSmallError
from sshr.transports.kind import Kind
from sshr.transports.robust import sending
from sshr.transports.robust.layers import Ground
from sshr.transports.robust.opening import HeardPair
from sshr.transports.robust.profiles import PROFILES
from sshr.transports.robust.sending import MOST_BASE, Passage, noise_of, passages

Rgb8 = NDArray[np.uint8]
KEYS = sshr.Keys()
conceal = functools.partial(sshr.conceal, transport="robust")
pytestmark = pytest.mark.usefixtures("few_channels")


@pytest.mark.parametrize("level", [44.0, 35.0])
def test_stego_has_the_asked_psnr(secret: Rgb8, reference: Rgb8, level: float) -> None:
    stego = conceal(secret, reference, KEYS, analog="off", stego_psnr=level)
    report = stego.check()
    assert abs(report.stego_psnr - level) < 0.5
    assert report.payload_bytes is not None
    assert report.payload_bytes > 200
    assert any(note.startswith("tried: a picture of") for note in stego.notes)


def test_whole_promise_is_kept(photo, secret: Rgb8, monkeypatch) -> None:
    monkeypatch.undo()
    reference = photo("sailboats", 192, 192)
    stego = conceal(secret, reference, KEYS, analog="off")
    assert "jpeg:70, jpeg:85, webp:80, half, noise, blur" in stego.notes[0]


def test_header_must_fit(secret: Rgb8, reference: Rgb8) -> None:
    with pytest.raises(TooSmallError, match="header's 55 bytes do not come through"):
        conceal(secret, reference[:64, :64], KEYS)
    with pytest.raises(TooSmallError, match="header's 183 bytes"):
        conceal(secret, reference, sshr.Keys(signer=bytes(32)))


@pytest.mark.parametrize("level", [0, 255])
def test_saturated_reference_carries_nothing(secret: Rgb8, level: int) -> None:
    with pytest.raises(TooSmallError):
        conceal(secret, np.full((128, 128, 3), level, np.uint8), KEYS)


def test_file_must_fit(reference: Rgb8) -> None:
    with pytest.raises(TooSmallError, match="the secret takes 3028 bytes and") as caught:
        conceal(sshr.Blob(random.Random(1).randbytes(3000), "a.bin"), reference, KEYS)
    assert "sealed" in str(caught.value)


def test_what_does_not_come_is_refused(secret: Rgb8, reference: Rgb8, monkeypatch) -> None:
    monkeypatch.setattr(sending, "_comes", lambda *given: 2 if given[-1] == "none" else 0)
    with pytest.raises(TooSmallError, match="through jpeg:75, half; take a larger"):
        conceal(secret, reference, KEYS, analog="off")


def test_passages(reference: Rgb8) -> None:
    ground = Ground.of(reference, "messenger", 40.6, False)
    found = passages(ground, ("none", "jpeg:85", "jpeg:75", "half"), 0.0)
    assert found["none"].first == pytest.approx(1, abs=0.01)
    assert found["none"].second == pytest.approx(1, abs=0.01)
    assert found["jpeg:85"].second > found["jpeg:75"].second > 0
    assert 0.5 < found["half"].first < found["jpeg:75"].first < 1
    assert found["half"].second < 0.05
    louder = passages(ground, ("jpeg:75",), 3.0)
    assert louder["jpeg:75"].first < found["jpeg:75"].first
    assert noise_of(35.0) > noise_of(44.0) > 0


def test_a_base_is_never_longer_than_the_record_tells(reference: Rgb8) -> None:
    huge = np.tile(reference, (12, 12, 1))
    ground = Ground.of(huge, "messenger", 35.0, False)
    writer = sending.CompactWriter(ground.key, KEYS, random.Random(1).randbytes)
    passed = {name: Passage(1.0, 1.0) for name in ("jpeg:75", "half")}
    blob = sshr.Blob(random.Random(1).randbytes(MOST_BASE + 1))
    with pytest.raises(TooSmallError, match="and 60000 come through"):
        sending.fill(blob, ground, writer, PROFILES["messenger"], passed, 1.0)
    small = sshr.Blob(random.Random(1).randbytes(MOST_BASE - 100))
    filled = sending.fill(small, ground, writer, PROFILES["messenger"], passed, 1.0)
    assert filled.record.kind is Kind.FILE
    assert len(filled.record.pack()) == 18 - 3


def test_sender_reads_it_again(secret: Rgb8, reference: Rgb8) -> None:
    stego = conceal(secret, reference, KEYS, analog="off")
    assert stego.made.reopen is not None
    opened, pair = stego.made.reopen(stego.image)
    assert isinstance(pair, HeardPair)
    assert opened.metadata.secret_width == 112
    with pytest.raises(sshr.errors.NothingFoundError):
        stego.check(reference)
