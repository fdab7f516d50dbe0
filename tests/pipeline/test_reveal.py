"""What `sshr.reveal` gives back of a stego, as it was sent or changed."""

from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

import sshr
from sshr.errors import (
    CheckpointError,
    DamagedError,
    NothingFoundError,
    WrongKeyError,
)
from sshr.imaging.reading import as_picture
from sshr.metrics import psnr
from sshr.pipeline.opening import open_stego
from sshr.pipeline.reveal import reveal_opened
from sshr.transports.protocol import Runtime
from sshr.zoo.checkpoint import load_checkpoint, save_checkpoint

Rgb8 = NDArray[np.uint8]
OPEN = sshr.Keys(reference_alone=True)


@pytest.fixture
def other_checkpoint(tmp_path: Path) -> Path:
    """`base` with one weight moved: a network of the same kind under another identity."""
    with as_file(files("sshr.zoo") / "weights" / "base.safetensors") as packaged:
        net = load_checkpoint(packaged, torch.device("cpu")).net
    with torch.no_grad():
        next(p for p in net.parameters() if p.is_floating_point()).view(-1)[0] += 0.01
    path = tmp_path / "other.safetensors"
    save_checkpoint(net, path)
    return path


def test_a_stego_of_another_checkpoint_needs_that_checkpoint(
    secret: Rgb8, reference: Rgb8, other_checkpoint: Path
) -> None:
    made = sshr.conceal(secret, reference, OPEN, preset=str(other_checkpoint))
    contents = sshr.inspect(made.image, reference, OPEN)
    assert contents.details["preset"] is None
    with pytest.raises(CheckpointError, match=contents.details["checkpoint"]):
        sshr.reveal(made.image, reference, OPEN)
    revealed = sshr.reveal(made.image, reference, OPEN, preset=str(other_checkpoint))
    assert psnr(revealed.image, secret) > 30


@pytest.mark.parametrize("transport", ["analog", "sealed"])
def test_a_picture_that_nobody_can_have_concealed_is_refused_before_room_is_made(
    secret: Rgb8, reference: Rgb8, transport: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sshr.conceal(secret, reference, OPEN, transport)
    opened = open_stego(as_picture(made.image), as_picture(reference), OPEN)
    larger = replace(opened.header.metadata, secret_width=1 << 20, secret_height=1 << 20)
    monkeypatch.setattr(type(opened.transport), "extract", pytest.fail)
    with pytest.raises(DamagedError, match="1048576x1048576 px, more than anybody"):
        reveal_opened(replace(opened, header=replace(opened.header, metadata=larger)), Runtime())


def test_passphrase_and_recipient_are_both_needed(secret: Rgb8, reference: Rgb8) -> None:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    identity, other = bytes(range(32)), bytes(range(32, 64))
    private = X25519PrivateKey.from_private_bytes(identity)
    word = sshr.passphrase_bytes("Füße im Sand")
    sent = sshr.Keys(passphrase=word, recipients=(private.public_key().public_bytes_raw(),))
    stego = sshr.conceal(secret, reference, sent)
    assert stego.check().revealed_psnr > 46  # the sender could not open it, and still can tell
    received = sshr.reveal(stego.image, reference, sshr.Keys(passphrase=word, identity=identity))
    assert psnr(received.image, secret) > 46
    for keys in (
        sshr.Keys(reference_alone=True),
        sshr.Keys(passphrase=word),
        sshr.Keys(identity=identity),
        sshr.Keys(passphrase=word, identity=other),
        sshr.Keys(passphrase=word + b" ", identity=identity),
    ):
        with pytest.raises(WrongKeyError):
            sshr.reveal(stego.image, reference, keys)


@pytest.mark.parametrize("level", [0, 127, 255])
def test_a_plain_secret_comes_back_plain(reference: Rgb8, level: int) -> None:
    plain = np.full((128, 128, 3), level, np.uint8)
    stego = sshr.conceal(plain, reference, OPEN)
    assert psnr(sshr.reveal(stego.image, reference, OPEN).image, plain) > 50


@pytest.mark.parametrize("place", [(0, 0, 0), (60, 64, 1), (126, 100, 2), (127, 127, 2)])
def test_a_changed_sample_is_noticed_and_strict_refuses(
    stego: sshr.Stego, secret: Rgb8, reference: Rgb8, place: tuple[int, int, int]
) -> None:
    """Above the header and inside it, where it is repaired."""
    changed = stego.image.copy()
    changed[place] ^= 1
    revealed = sshr.reveal(changed, reference, OPEN)
    assert not revealed.intact
    assert not sshr.inspect(changed, reference, OPEN).intact
    assert psnr(revealed.image, secret) > 46
    with pytest.raises(DamagedError, match="--strict"):
        sshr.reveal(changed, reference, OPEN, strict=True)


def test_damage_costs_what_it_covers(stego: sshr.Stego, secret: Rgb8, reference: Rgb8) -> None:
    """A patch above the header spoils the reveal a little; one in it, all."""
    patched = stego.image.copy()
    patched[20:40, 30:50] = reference[20:40, 30:50]
    revealed = sshr.reveal(patched, reference, OPEN)
    assert not revealed.intact
    assert (
        20
        < psnr(revealed.image, secret)
        < psnr(sshr.reveal(stego.image, reference, OPEN).image, secret)
    )
    patched = stego.image.copy()
    patched[120:] = reference[120:]
    with pytest.raises(NothingFoundError):
        sshr.reveal(patched, reference, OPEN)
    patched = stego.image.copy()
    patched[124:126] = reference[124:126]
    with pytest.raises(DamagedError):
        sshr.reveal(patched, reference, OPEN)
