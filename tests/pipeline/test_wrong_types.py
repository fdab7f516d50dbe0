"""Arguments of a wrong type are one SshrError, whichever they are."""

import contextlib
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import sshr

Rgb8 = NDArray[np.uint8]
WRONG: list[Any] = [None, 3, 1.5, b"x", [], {}, object(), "no such thing", sshr.Keys, np.zeros(3)]
ALONE = sshr.Keys(reference_alone=True)


@pytest.fixture(scope="module")
def right(photo: Callable[..., Rgb8]) -> dict[str, dict[str, Any]]:
    reference = photo("sailboats", 64, 70)
    stego = sshr.conceal(sshr.Blob(b"x"), reference, ALONE).image
    read = {"stego": stego, "reference": reference, "keys": ALONE}
    secret = {"secret": sshr.Blob(b"x"), "reference": reference}
    return {
        "conceal": secret | {"keys": ALONE},
        "reveal": read,
        "inspect": read,
        "forecast": secret,
    }


OPTIONS = ("noise", "quality", "stego_psnr", "ecc", "preset", "fit", "device", "survive", "analog")
CASES = [
    *(("conceal", name) for name in ("secret", "reference", "keys", "transport", "alpha")),
    *(("conceal", name) for name in OPTIONS),
    *(("reveal", name) for name in ("stego", "reference", "keys", "preset", "device")),
    *(("inspect", name) for name in ("stego", "reference", "keys")),
    *(("forecast", name) for name in ("secret", "reference", "transport", "alpha", "recipients")),
]


@pytest.mark.parametrize(("call", "name"), CASES, ids=lambda word: word)
def test_a_wrong_argument(right: dict[str, dict[str, Any]], call: str, name: str) -> None:
    for value in WRONG:
        with contextlib.suppress(sshr.SshrError):  # a few are right
            getattr(sshr, call)(**(right[call] | {name: value}))


@pytest.mark.parametrize(
    "make",
    [
        lambda value: sshr.Keys(value),
        lambda value: sshr.Keys(b"x", value),
        lambda value: sshr.Keys(b"x", (value,)),
        lambda value: sshr.Keys(b"x", identity=value),
        lambda value: sshr.Keys(b"x", sender=value),
        lambda value: sshr.passphrase_bytes(value),
        lambda value: sshr.Blob(value),
        lambda value: sshr.Blob.text(value),
        lambda value: sshr.Blob.read(value),
        lambda value: sshr.read_public_key(value),
        lambda value: sshr.read_private_key(value),
        lambda value: sshr.load_model(value),
    ],
)
def test_a_wrong_only_argument(make: Callable[[Any], Any]) -> None:
    for value in WRONG:
        with contextlib.suppress(sshr.SshrError):
            make(value)


def test_wrong_targets(right: dict[str, dict[str, Any]], tmp_path: Any) -> None:
    stego = sshr.conceal(**right["conceal"])
    found = sshr.reveal(**right["reveal"])
    closed = io.BytesIO()
    closed.close()
    for target in (None, 3, b"x", object(), io.StringIO(), closed, tmp_path):
        for save in (stego.save, found.save):
            with pytest.raises(sshr.SshrError):
                save(target)
    for image in (3, "gone.png", np.zeros(3)):
        with pytest.raises(sshr.SshrError):
            stego.check(image)


def test_pictures_and_files_go_through_streams(photo: Callable[..., Rgb8]) -> None:
    reference = photo("sailboats", 64, 70)
    file, back = io.BytesIO(), io.BytesIO()
    sshr.conceal(sshr.Blob(b"all of it"), reference, ALONE).save(file)
    sshr.reveal(io.BytesIO(file.getvalue()), reference, ALONE).save(back)
    assert back.getvalue() == b"all of it"


def test_no_key_at_all_must_be_asked_for() -> None:
    for keys in ({}, {"signer": bytes(32)}, {"sender": bytes(32)}):
        with pytest.raises(sshr.SshrError, match="no key at all"):
            sshr.Keys(**keys)
        assert sshr.Keys(**keys, reference_alone=True).passphrase is None
    for keys in ({"passphrase": b"x"}, {"recipients": (bytes(32),)}, {"identity": bytes(32)}):
        with pytest.raises(sshr.SshrError, match="contradicts"):
            sshr.Keys(**keys, reference_alone=True)
