"""What a sender makes fits what the channels let through, and is tried before it is given."""

import functools
import random

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import sshr
from sshr.errors import TooSmallError
from sshr.imaging.modes import as_rgb
from sshr.imaging.reading import read_image
from sshr.metrics import psnr
from sshr.transports.robust import sending
from sshr.transports.robust.opening import HeardPair
from sshr.transports.robust.profiles import through

Rgb8 = NDArray[np.uint8]
KEYS = sshr.Keys(reference_alone=True)
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
    assert "jpeg:70, jpeg:85, webp:80, small:0.5, noise, blur" in stego.notes[0]


def test_header_must_fit(secret: Rgb8, reference: Rgb8) -> None:
    with pytest.raises(TooSmallError, match="header's 55 bytes do not come through"):
        conceal(secret, reference[:64, :64], KEYS)
    with pytest.raises(TooSmallError, match="header's 183 bytes"):
        conceal(secret, reference, sshr.Keys(signer=bytes(32), reference_alone=True))


@pytest.mark.parametrize("channel", ["small:0.01", "small:0.05", "small:3"])
def test_sizes_that_no_receiver_looks_at(secret: Rgb8, reference: Rgb8, channel: str) -> None:
    with pytest.raises(TooSmallError, match="do not come through"):
        conceal(secret, reference, KEYS, survive=channel)


@pytest.mark.parametrize("level", [0, 255])
def test_saturated_reference_carries_nothing(secret: Rgb8, level: int) -> None:
    with pytest.raises(TooSmallError):
        conceal(secret, np.full((128, 128, 3), level, np.uint8), KEYS)


def test_file_must_fit(reference: Rgb8) -> None:
    with pytest.raises(TooSmallError, match="the secret takes 3028 bytes and") as caught:
        conceal(sshr.Blob(random.Random(1).randbytes(3000), "a.bin"), reference, KEYS)
    assert "sealed" in str(caught.value)


def test_what_does_not_come_is_refused(secret: Rgb8, reference: Rgb8, monkeypatch) -> None:
    monkeypatch.setattr(sending, "_comes", lambda *given: 2 if given[-1] == "png" else 0)
    with pytest.raises(TooSmallError, match=r"through jpeg:75, small:0\.5; take a larger"):
        conceal(secret, reference, KEYS, analog="off")
    weak = conceal(secret, reference, KEYS, analog="off", force_weak=True)
    assert "NOT as promised: too little or nothing came through jpeg:75, small:0.5" in weak.notes
    assert weak.check().revealed_psnr is not None


def test_a_refinement_that_does_not_come_is_no_reason_to_refuse(
    secret: Rgb8, reference: Rgb8, monkeypatch
) -> None:
    monkeypatch.setattr(sending, "_comes", lambda *given: 1 if given[-1] == "jpeg:75" else 2)
    stego = conceal(secret, reference, KEYS, analog="off")
    assert "dB comes through jpeg:75, small:0.5; one of" in stego.notes[0]
    assert not any("NOT as promised" in note for note in stego.notes)
    assert sshr.reveal(stego.image, reference, KEYS).image is not None


def test_a_list_of_channels_is_kept(secret: Rgb8, photo) -> None:
    reference = photo("sailboats", 192, 192)
    stego = conceal(secret, reference, KEYS, survive="jpeg:60,small:0.5+jpeg:75")
    assert "comes through jpeg:60, small:0.5+jpeg:75" in stego.notes[0]
    found = sshr.reveal(through("small:0.5+jpeg:75", as_rgb(stego.image)), reference, KEYS)
    assert found.image is not None


def test_harsh_comes_through_what_it_promises(secret: Rgb8, photo) -> None:
    reference = photo("sailboats", 192, 192)
    stego = conceal(secret, reference, KEYS, survive="harsh")
    assert "poisson" in stego.notes[0]
    for name in ("jpeg:40", "small:0.5+jpeg:75"):
        found = sshr.reveal(through(name, as_rgb(stego.image)), reference, KEYS)
        assert psnr(found.rgb, secret) > 20


def test_file_is_the_analog_transport(secret: Rgb8, reference: Rgb8) -> None:
    stego = conceal(secret, reference, KEYS, survive="file")
    assert stego.transport.name == "analog"
    assert sshr.reveal(stego.image, reference, KEYS).transport == "analog"
    told = sshr.forecast(secret, reference, transport="robust", survive="file")
    assert told.transport == "analog"
    with pytest.raises(sshr.errors.UsageError, match="use sealed"):
        conceal(sshr.Blob.text("x"), reference, KEYS, survive="file")


def test_sender_reads_it_again(secret: Rgb8, reference: Rgb8) -> None:
    stego = conceal(secret, reference, KEYS, analog="off")
    assert stego.made.reopen is not None
    opened, pair = stego.made.reopen(stego.image)
    assert isinstance(pair, HeardPair)
    assert opened.metadata.secret_width == 112
    with pytest.raises(sshr.errors.NothingFoundError):
        stego.check(reference)


def test_a_stego_that_is_a_jpeg(secret: Rgb8, photo, tmp_path) -> None:
    reference = photo("sailboats", 160, 160)
    path = tmp_path / "stego.jpg"
    stego = conceal(secret, reference, KEYS, jpeg=90)
    report = stego.save(path)
    assert report.stego_psnr > 34
    with Image.open(path) as image:
        assert image.format == "JPEG"
    found = sshr.reveal(path, reference, KEYS)
    assert not found.intact
    assert "JPEG of about quality 90" in found.channel
    assert psnr(found.rgb, secret) > 30
    again = through("jpeg:75", read_image(path).rgb)
    assert psnr(sshr.reveal(again, reference, KEYS).rgb, secret) > 30
    stego.save(tmp_path / "stego.png")
    with pytest.raises(sshr.errors.OutputError, match="lose detail"):
        conceal(secret, reference, KEYS, analog="off").save(tmp_path / "other.jpg")
    grey = np.ascontiguousarray(reference[..., 1])
    conceal(secret, grey, KEYS, jpeg=95).save(path, force=True)
    assert sshr.reveal(path, grey, KEYS).image is not None
