"""The second reader, written from docs/format.md, reads what this package writes."""

import ast
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import independent
import independent_keys
import independent_sealed
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import sshr
from sshr.crypto.identity import PrivateKey
from sshr.imaging.modes import as_rgb
from sshr.transports.kind import Kind

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "golden"
SIGNER = PrivateKey.of_seed(bytes(32))
FRIEND = PrivateKey.of_seed(b"\1" * 32)


def pixels(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.array(image.convert("RGB"))


def test_it_imports_nothing_of_ours() -> None:
    for module in (independent, independent_keys, independent_sealed):
        tree = ast.parse(Path(module.__file__ or "").read_text("utf-8"))
        names = [
            node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        assert names
        assert not [name for name in names if name and name.split(".")[0] == "sshr"]


@pytest.mark.parametrize(
    "name", [place.name for place in sorted(GOLDEN.iterdir()) if place.is_dir()]
)
def test_header_and_metadata_of_every_golden_stego(name: str) -> None:
    folder = GOLDEN / name
    stego, reference = pixels(folder / "stego.png"), pixels(folder / "reference.png")
    word = (folder / "passphrase.txt").read_text("utf-8").removesuffix("\n")
    found = independent.read_header(stego, reference, word, None)
    assert found.intact
    figures = json.loads((folder / "golden.json").read_text("utf-8"))
    if name != "sealed":
        assert found.metadata["transport"] == 0
        assert found.metadata["checkpoint"].hex() == figures["checkpoint"][:16]
        assert (found.metadata["width"], found.metadata["height"]) == (128, 128)
        return
    content = independent_sealed.read_sealed(found, stego, reference)
    assert content["data"] == (folder / "secret.txt").read_bytes()
    assert (content["kind"], content["name"]) == (Kind.TEXT, "")
    assert content["record"] == figures["payload_bytes"]


@pytest.mark.parametrize("noise", ["uniform", "texture", "adaptive", "camera"])
@pytest.mark.parametrize("grey", [False, True])
def test_it_reads_what_is_sealed(
    photo: Callable[..., NDArray[np.uint8]], noise: str, grey: bool
) -> None:
    """Files too, signed, with a note, for a recipient; in coloured and in packed grey pictures."""
    reference = photo("red-barn", 131, 100) if grey else photo("red-barn", 64, 66)
    if grey:
        reference = reference[:, :, 1]
    keys = sshr.Keys(recipients=(FRIEND.public.exchange,), signer=SIGNER.signing, note="für Bob")
    blob = sshr.Blob(random.Random(noise).randbytes(300), "a.bin")
    draw = random.Random(f"{noise} {grey}").randbytes
    stego = sshr.conceal(blob, reference, keys, noise=noise, random=draw)
    seen, shared = as_rgb(stego.image), as_rgb(reference)
    found = independent.read_header(seen, shared, None, FRIEND.exchange)
    assert (found.intact, found.sender) == (True, SIGNER.public.signing)
    assert found.metadata["note"] == "für Bob"
    content = independent_sealed.read_sealed(found, seen, shared)
    assert (content["kind"], content["name"], content["data"]) == (1, "a.bin", blob.data)
    other = seen.copy()
    other[-1, -1] ^= 2
    assert not independent.read_header(other, shared, None, FRIEND.exchange).intact


def test_it_reads_the_blocks_of_large_pictures(
    photo: Callable[..., NDArray[np.uint8]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a small one, made to have them."""
    monkeypatch.setattr("sshr.transports.sealed.embedding.block_for", lambda _: 64)
    reference = photo("red-barn", 64, 66)
    keys = sshr.Keys(recipients=(FRIEND.public.exchange,))
    draw = random.Random("blocks").randbytes
    stego = sshr.conceal(sshr.Blob(b"x" * 99, "b"), reference, keys, random=draw)
    found = independent.read_header(stego.image, reference, None, FRIEND.exchange)
    content = independent_sealed.read_sealed(found, stego.image, reference)
    assert (content["name"], content["data"]) == ("b", b"x" * 99)
    assert found.metadata["side"][1] & 16


KEYS: list[dict[str, Any]] = json.loads((HERE / "vectors" / "keys.json").read_text("utf-8"))


@pytest.mark.parametrize("row", KEYS, ids=[row["name"] for row in KEYS])
def test_keys(row: dict[str, Any]) -> None:
    if row["outcome"] == "refused":
        with pytest.raises(independent.Refused):
            independent_keys.public_key(row["text"])
        return
    exchange, signing, digits = independent_keys.public_key(row["text"])
    assert (exchange.hex(), signing.hex()) == (row["exchange"], row["signing"])
    assert digits == row["fingerprint"]
