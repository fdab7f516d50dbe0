"""What comes back, untouched and from what stegos meet."""

import functools
import random
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

import sshr
from sshr.crypto.signature import public_of
from sshr.errors import DamagedError, MismatchError, NothingFoundError
from sshr.header.writer import HeaderWriter
from sshr.imaging.modes import as_rgb
from sshr.imaging.reading import as_picture
from sshr.metrics import psnr
from sshr.transports.cover import Cover
from sshr.transports.kind import Kind
from sshr.transports.robust.analog_part import add_analog
from sshr.transports.robust.opening import find
from sshr.transports.robust.options import RobustOptions
from sshr.transports.robust.profiles import PROMISES, Promise, through

Rgb8 = NDArray[np.uint8]
KEYS = sshr.Keys(reference_alone=True)
SEED = bytes([7]) * 32
conceal = functools.partial(sshr.conceal, transport="robust")
pytestmark = pytest.mark.usefixtures("few_channels")


@pytest.fixture(scope="module")
def stego(secret: Rgb8, reference: Rgb8, drawing_from) -> Rgb8:
    short = Promise("messenger", ("jpeg:75", "small:0.5"), ("jpeg:75",), 0.004)
    with drawing_from("robust stego"), pytest.MonkeyPatch.context() as patch:
        patch.setitem(PROMISES, "messenger", short)
        return conceal(secret, reference, KEYS).image


def test_untouched(stego: Rgb8, secret: Rgb8, reference: Rgb8) -> None:
    found = sshr.reveal(stego, reference, KEYS, strict=True)
    assert (found.transport, found.intact, found.channel) == ("robust", True, "untouched")
    assert psnr(found.rgb, secret) > 42


def test_untouched_where_the_layers_say_it_better(reference: Rgb8) -> None:
    """The network's part is not shown, but what it vouches for holds."""
    flat = np.full((64, 64, 3), 90, np.uint8)
    stego = conceal(flat, reference, KEYS).image
    found = sshr.reveal(stego, reference, KEYS, strict=True)
    assert (found.intact, found.channel) == (True, "untouched")
    assert psnr(found.rgb, flat) > 45
    assert sshr.inspect(stego, reference, KEYS).intact
    stego[60, 60, 1] ^= 2
    assert not sshr.reveal(stego, reference, KEYS).intact
    assert not sshr.inspect(stego, reference, KEYS).intact


def test_through_jpeg(stego: Rgb8, secret: Rgb8, reference: Rgb8) -> None:
    for quality in (75, 90):
        found = sshr.reveal(through(f"jpeg:{quality}", stego), reference, KEYS)
        assert not found.intact
        assert "JPEG of about quality" in found.channel
        assert "base and refinement came through, about 3" in found.channel
        assert psnr(found.rgb, secret) > 32


def test_half_size(stego: Rgb8, secret: Rgb8, reference: Rgb8) -> None:
    found = sshr.reveal(through("small:0.5", stego), reference, KEYS)
    assert found.channel.startswith("resized to 64x64")
    assert "the base picture alone came through" in found.channel
    assert found.rgb.shape == secret.shape
    assert psnr(found.rgb, secret) > 26


def test_one_changed_sample(stego: Rgb8, secret: Rgb8, reference: Rgb8) -> None:
    changed = stego.copy()
    changed[60, 60, 1] ^= 2
    found = sshr.reveal(changed, reference, KEYS)
    assert not found.intact
    assert psnr(found.rgb, secret) > 32
    with pytest.raises(DamagedError, match="has been changed"):
        sshr.reveal(changed, reference, KEYS, strict=True)


def test_no_reader_puts_another_picture_under_a_signature(
    photo: Callable[..., Rgb8], secret: Rgb8
) -> None:
    """Who has the session's key can make the network's part anew, but not sign it."""
    reference = photo("sailboats", 192, 192)
    vouching = sshr.Keys(reference_alone=True, sender=public_of(SEED))
    stego = conceal(secret, reference, sshr.Keys(reference_alone=True, signer=SEED)).image
    found = sshr.reveal(stego, reference, vouching, strict=True)
    assert (found.sender, found.channel) == (vouching.sender, "untouched")
    assert psnr(found.rgb, secret) > 42

    opened = find(stego, reference, KEYS)
    assert opened is not None
    pair = opened[1]
    assert pair.ground is not None
    assert pair.heard is not None
    assert pair.header is not None
    base, refinement = pair.ground.read(pair.heard, pair.header)
    session, record = pair.header.session, pair.header.record
    layers = base or b"", refinement or b""
    picture = pair.ground.picture(pair.ground.bits(pair.header.raw, record, layers, session))
    other = np.where(secret > 250, secret, secret + 5).astype(np.uint8)
    for keys in (KEYS, sshr.Keys(reference_alone=True, signer=bytes(32))):
        outer = HeaderWriter.start(reference, keys, random.Random(1).randbytes)
        told = as_picture(other), Cover.of(as_picture(reference)), picture, session
        forged = add_analog(*told, RobustOptions(), outer)
        found = sshr.reveal(forged, reference, vouching)
        assert (found.sender, found.intact) == (vouching.sender, False)
        assert psnr(found.rgb, other) < 37 < psnr(found.rgb, secret)  # the layers are signed
        with pytest.raises(DamagedError, match="has been changed"):
            sshr.reveal(forged, reference, vouching, strict=True)


def test_without_the_network(secret: Rgb8, reference: Rgb8) -> None:
    image = conceal(secret, reference, KEYS, analog="off").image
    found = sshr.reveal(image, reference, KEYS)
    assert found.intact
    assert psnr(found.rgb, secret) > 33
    image[5, 5, 0] ^= 1
    assert not sshr.reveal(image, reference, KEYS).intact


@pytest.mark.parametrize("level", [44.0, 35.0])
def test_every_level_is_found(secret: Rgb8, reference: Rgb8, level: float) -> None:
    image = conceal(secret, reference, KEYS, analog="off", stego_psnr=level).image
    assert sshr.reveal(image, reference, KEYS).intact
    found = sshr.reveal(through("jpeg:85", image), reference, KEYS)
    assert "base and refinement came through" in found.channel
    assert psnr(found.rgb, secret) > 30


@pytest.mark.parametrize(
    "blob",
    [
        sshr.Blob.text("meet at noon, \u00e4\u00df"),
        sshr.Blob(random.Random(1).randbytes(90), "a.bin"),
    ],
)
def test_bytes_are_exact_or_an_error(blob: sshr.Blob, reference: Rgb8) -> None:
    stego = conceal(blob, reference, KEYS)
    assert stego.check().exact
    found = sshr.reveal(stego.image, reference, KEYS)
    assert (found.data, found.name, found.kind, found.intact) == (
        *(blob.data, blob.name, blob.kind, True),
    )
    for name in ("jpeg:85", "small:0.5"):
        found = sshr.reveal(through(name, stego.image), reference, KEYS)
        assert (found.data, found.intact) == (blob.data, False)
    lost = through("jpeg:10", stego.image)
    if blob.kind is Kind.TEXT:
        with pytest.raises((MismatchError, NothingFoundError, DamagedError)):
            sshr.reveal(lost, reference, KEYS)


def test_grey_secret(secret: Rgb8, reference: Rgb8) -> None:
    grey = np.ascontiguousarray(secret[..., 1])
    image = conceal(grey, reference, KEYS).image
    for name, level in (("png", 42), ("jpeg:75", 33), ("small:0.5", 25)):
        found = sshr.reveal(through(name, image), reference, KEYS).image
        assert found is not None
        assert found.shape == grey.shape
        assert psnr(as_rgb(found), as_rgb(grey)) > level


def test_grey_reference(photo: Callable[..., Rgb8], secret: Rgb8) -> None:
    reference = np.ascontiguousarray(photo("sailboats", 150, 160)[..., 0])
    image = conceal(secret, reference, KEYS).image
    assert image.shape == reference.shape
    found = sshr.reveal(image, reference, KEYS)
    assert found.intact
    assert psnr(found.rgb, secret) > 36
    shown = np.repeat(image[:, :, None], 3, axis=2)
    found = sshr.reveal(through("jpeg:75", shown), reference, KEYS)
    assert "base and refinement" in found.channel
    assert psnr(found.rgb, secret) > 32


def test_inspect(stego: Rgb8, reference: Rgb8) -> None:
    told = sshr.inspect(through("jpeg:85", stego), reference, KEYS)
    assert (told.transport, told.secret_width, told.secret_height) == ("robust", 112, 96)
    assert (told.details["layers"], told.intact) == (2, False)
    assert sshr.inspect(stego, reference, KEYS).intact
    assert not sshr.inspect(np.rot90(stego), reference, KEYS).intact
    text = conceal(sshr.Blob.text("hello"), reference, KEYS).image
    told = sshr.inspect(text, reference, KEYS)
    assert (told.secret_width, told.details["layers"], told.intact) == (None, 1, True)
    text[5, 5, 0] ^= 1
    assert not sshr.inspect(text, reference, KEYS).intact
