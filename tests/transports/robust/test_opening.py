"""The header is found in what arrives, by whoever should."""

import functools
import random
from collections.abc import Callable

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from numpy.typing import NDArray

import sshr
from sshr.errors import MismatchError, NothingFoundError, SignatureError, WrongKeyError
from sshr.metrics import psnr
from sshr.transports.robust.opening import find
from sshr.transports.robust.profiles import through

Rgb8 = NDArray[np.uint8]
KEYS = sshr.Keys(reference_alone=True)
SEED = bytes([7]) * 32
SENDER = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
IDENTITIES = [bytes([n]) * 32 for n in (1, 2, 3)]
PUBLIC = [
    X25519PrivateKey.from_private_bytes(n).public_key().public_bytes_raw() for n in IDENTITIES
]
conceal = functools.partial(sshr.conceal, transport="robust", analog="off")
pytestmark = pytest.mark.usefixtures("few_channels")


@pytest.mark.parametrize("name", ["jpeg:75"])
def test_passphrase(secret: Rgb8, reference: Rgb8, name: str) -> None:
    image = through(name, conceal(secret, reference, sshr.Keys(b"right")).image)
    assert sshr.reveal(image, reference, sshr.Keys(b"right")).image is not None
    for wrong in (sshr.Keys(b"wrong"), KEYS, sshr.Keys(identity=IDENTITIES[0])):
        with pytest.raises(WrongKeyError):
            sshr.reveal(image, reference, wrong)


def test_signature(photo: Callable[..., Rgb8], secret: Rgb8) -> None:
    reference = photo("sailboats", 192, 192)
    image = conceal(secret, reference, sshr.Keys(signer=SEED, reference_alone=True)).image
    for name in ("png", "jpeg:75"):
        arrived = through(name, image)
        found = sshr.reveal(arrived, reference, sshr.Keys(sender=SENDER, reference_alone=True))
        assert found.sender == SENDER
        assert found.intact == (name == "png")
        with pytest.raises(SignatureError):
            sshr.reveal(arrived, reference, sshr.Keys(sender=bytes(32), reference_alone=True))
    unsigned = conceal(secret, reference, KEYS).image
    with pytest.raises(SignatureError):
        sshr.reveal(unsigned, reference, sshr.Keys(sender=SENDER, reference_alone=True))


@pytest.mark.parametrize(("count", "side"), [(2, 192), (3, 500)])
def test_recipients(photo: Callable[..., Rgb8], secret: Rgb8, count: int, side: int) -> None:
    """In a larger reference the header has no more places than it needs."""
    reference = photo("sailboats", side, side, 0, 0)
    image = conceal(secret, reference, sshr.Keys(recipients=tuple(PUBLIC[:count]))).image
    for name in ("jpeg:75",):
        arrived = through(name, image)
        for identity in IDENTITIES[:count]:
            assert sshr.reveal(arrived, reference, sshr.Keys(identity=identity)).image is not None
        for wrong in (KEYS, sshr.Keys(identity=bytes([9]) * 32)):
            with pytest.raises(WrongKeyError):
                sshr.reveal(arrived, reference, wrong)


@pytest.mark.parametrize("name", ["jpeg:75", "small:0.5"])
def test_plain_photographs_hold_nothing(reference: Rgb8, name: str) -> None:
    assert find(through(name, reference), reference, KEYS) is None
    assert find(reference, reference, KEYS) is None


def test_other_pictures_hold_nothing(photo: Callable[..., Rgb8], reference: Rgb8) -> None:
    assert find(photo("parrots"), reference, KEYS) is None
    with pytest.raises((MismatchError, NothingFoundError)):
        sshr.reveal(through("jpeg:85", reference), reference, KEYS)


@pytest.mark.parametrize("size", [(128, 64), (64, 128), (300, 300), (40, 40)])
def test_shapes_that_are_not_tried(reference: Rgb8, size: tuple[int, int]) -> None:
    other = np.resize(reference, (*size, 3))
    assert find(other, reference, KEYS) is None


def test_another_reference_sees_nothing(photo: Callable[..., Rgb8], secret: Rgb8) -> None:
    reference = photo("sailboats")
    image = conceal(secret, reference, KEYS).image
    other = reference.copy()
    other[0, 0, 0] ^= 1
    assert find(image, reference, KEYS) is not None
    assert find(image, other, KEYS) is None


def screen(picture: Rgb8) -> Rgb8:
    whole = np.full((230, 290, 3), 240, np.uint8)
    whole[51 : 51 + picture.shape[0], 77 : 77 + picture.shape[1]] = picture
    return whole


def test_in_another_place(secret: Rgb8, reference: Rgb8) -> None:
    stego = conceal(secret, reference, KEYS).image
    for arrived, words in (
        (np.rot90(stego, -1), "turned by a quarter to the right, next to no change"),
        (through("jpeg:85", stego[:, ::-1]), "mirrored, JPEG of about quality 85"),
        (stego[5:, 3:], "cut out of a larger picture"),
        (through("jpeg:90", screen(stego)), "inside a larger picture"),
    ):
        found = sshr.reveal(np.ascontiguousarray(arrived), reference, KEYS)
        assert words in found.channel
        assert not found.intact
        assert found.image is not None
    with pytest.raises(WrongKeyError):
        sshr.reveal(screen(stego), reference, sshr.Keys(b"wrong"))


def test_a_turned_reference_holds_nothing(reference: Rgb8) -> None:
    with pytest.raises(MismatchError):
        sshr.reveal(np.ascontiguousarray(np.rot90(reference)[:, 8:]), reference, KEYS)
    with pytest.raises(MismatchError):
        sshr.reveal(screen(reference), reference, KEYS)


def test_bars_at_the_edges(photo: Callable[..., Rgb8]) -> None:
    reference, secret = photo("sailboats", 192, 192), photo("parrots", 192, 192)
    image = conceal(secret, reference, KEYS, random=random.Random(3).randbytes).image
    for name in ("crop:2", "crop:2+jpeg:85"):
        found = sshr.reveal(through(name, image), reference, KEYS)
        assert found.channel.startswith("covered at its edges")
        assert not found.intact
        assert psnr(found.rgb, secret) > 16
