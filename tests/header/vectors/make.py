"""Makes the test vectors of keys and header: keys.json and header.json, all from fixed randomness.

    PYTHONPATH=src python tests/header/vectors/make.py

A change of either file means that key files or stegos of users can no longer be read: say so in
CHANGELOG.md.
"""

import json
import random
from pathlib import Path
from typing import Any

import numpy as np

from sshr.crypto.identity import PrivateKey, protected_text, secret_text, sender_fingerprint
from sshr.crypto.keys import Keys
from sshr.header.carriers import KeyedCarrier, read_bits
from sshr.header.drafts import KeyedDraft
from sshr.header.metadata import Metadata
from sshr.header.reference import ReferenceKey
from sshr.header.seal import sample_digest
from sshr.header.writer import HeaderWriter

HERE = Path(__file__).parent
SEEDS = [bytes(range(32)), bytes(range(32, 64)), bytes(range(64, 96))]
PASSPHRASE = "Füße".encode()
METADATA = Metadata(
    checkpoint_id=b"\x01\x02\x03\x04\x05\x06\x07\x08",
    secret_width=640,
    secret_height=480,
    rsrk_public=bytes(range(64)),
    tile_scales=bytes(8),
)


def keys() -> list[dict[str, str]]:
    """What derives from each seed, bytes in hexadecimal."""
    rows = []
    for number, seed in enumerate(SEEDS):
        own = PrivateKey.of_seed(seed)
        assert own.signing
        assert own.public.signing
        rows.append(
            {
                "seed": seed.hex(),
                "exchange_private": own.exchange.hex(),
                "exchange_public": own.public.exchange.hex(),
                "signing_private": own.signing.hex(),
                "signing_public": own.public.signing.hex(),
                "secret_text": secret_text(seed),
                "protected_text": protected_text(seed, PASSPHRASE, random.Random(number).randbytes),
                "public_text": own.public.text,
                "fingerprint": own.public.fingerprint,
                "signs_as": sender_fingerprint(own.public.signing),
            }
        )
    return rows


def reference() -> np.ndarray:
    """(64, 64, 3) uint8."""
    return (np.arange(64 * 64 * 3) * 37 % 251).astype(np.uint8).reshape(64, 64, 3)


def header() -> dict[str, Any]:
    """A stream signed by the first key for the second and third, as the stego's samples say it."""
    first, *readers = [PrivateKey.of_seed(seed) for seed in SEEDS]
    given = Keys(recipients=tuple(one.public.exchange for one in readers), signer=first.signing)
    shared = reference()
    sending = HeaderWriter.start(shared, given, random.Random(5).randbytes)
    stego = sending.write(KeyedDraft(shared), METADATA)
    groups = KeyedCarrier().locate(ReferenceKey.of(shared), sending.bucket(METADATA))
    unsealed = KeyedCarrier().unsealed(stego.reshape(-1), groups)
    return {
        "stream": read_stream(stego, shared, sending).hex(),
        "digest": sample_digest(sending.session, shared.shape, unsealed).hex(),
        "session": sending.session.key.hex(),
    }


def read_stream(stego: np.ndarray, shared: np.ndarray, sending: HeaderWriter) -> bytes:
    """All bytes that the stego's header samples say, masked as they are."""
    groups = KeyedCarrier().locate(ReferenceKey.of(shared), sending.bucket(METADATA))
    return b"".join(read_bits(stego.reshape(-1), part) for part in groups.parts)


if __name__ == "__main__":
    for name, content in (("keys", keys()), ("header", header())):
        text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        (HERE / f"{name}.json").write_text(text, encoding="utf-8")
