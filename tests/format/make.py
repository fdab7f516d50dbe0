"""Makes the format's vectors: vectors/stegos.json and vectors/keys.json, from fixed randomness.

    PYTHONPATH=src python tests/format/make.py

A change of either file means that stegos or keys of users can no longer be read: say so in
CHANGELOG.md.

A stego stands there as its header: the picture is the reference with sample i = 37 i mod 251, in
which the lowest bits say prefix and body, in the places of the trailing carrier (a sample that is
to say a bit is v with its lowest bit replaced; of three, the last one). Of the seal's squares the
first sample has the even value below v, the others the lesser of v and 254; the seal is added to
that. "changes" are made after all: index and what is added.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from sshr.crypto import bech32
from sshr.crypto.curves import PRIME
from sshr.crypto.identity import PrivateKey
from sshr.crypto.keys import Keys, derive
from sshr.crypto.session import Session
from sshr.crypto.signature import public_of, signature_of
from sshr.header.carriers import HeaderGroups, TrailingCarrier, read_bits, seal_pattern
from sshr.header.correction import protect
from sshr.header.layout import Bucket
from sshr.header.metadata import Metadata
from sshr.header.reference import ReferenceKey
from sshr.header.seal import make_seal, sample_digest
from sshr.header.signing import STEGO
from sshr.header.slots import NONCE, Slots, wrap
from sshr.header.stream import _masked, commitment

HERE = Path(__file__).parent / "vectors"
WORD = "Füße im Sand"
PEOPLE = [PrivateKey.of_seed(bytes([n]) * 32) for n in range(4)]
SALT, FILE_KEY = bytes(range(16)), bytes(range(100, 132))
RECORD = Metadata(
    checkpoint_id=b"\1\2\3\4\5\6\7\x08",
    secret_width=640,
    secret_height=480,
    rsrk_public=bytes(range(32)),
    tile_scales=bytes(range(40)),
)
ALONE = Keys(reference_alone=True)
GROUP = 2**252 + 27742317777372353535851937790883648493


def reference(height: int, width: int) -> np.ndarray:
    """(height, width, 3) uint8."""
    count = height * width * 3
    return (np.arange(count) * 37 % 251).astype(np.uint8).reshape(height, width, 3)


@dataclass
class Recipe:
    """A stego, step by step; each step can be done wrongly."""

    keys: Keys = ALONE
    ecc: bool = False
    size: tuple[int, int] = (96, 96)
    signer: bytes | None = None
    record: Metadata = RECORD
    slots: Slots | None = None
    packed: bytes | None = None
    bucket: Callable[[Bucket], bytes] = Bucket.pack
    padded: Callable[[bytes], bytes] = lambda padded: padded
    committed: bytes = FILE_KEY
    salt_tag: Callable[[bytes], bytes] = lambda tag: tag
    bucket_tag: Callable[[bytes], bytes] = lambda tag: tag
    outer: Callable[[bytes], bytes] = lambda tag: tag
    sign: Callable[..., bytes] = signature_of
    sealed: Callable[[bytes], bytes] = lambda seal: seal
    signed: bool | None = None

    def make(self) -> tuple[bytes, bytes, Session, bytes]:
        """Prefix with body, the seal, the session and the metadata."""
        shared = reference(*self.size)
        key, draw = ReferenceKey.of(shared), random.Random(1).randbytes
        slots = self.slots or wrap(FILE_KEY, self.keys, key.key, SALT, draw)
        record = self.record
        if self.signer is not None and not record.signer:
            record = replace(record, signer=public_of(self.signer))
        packed = record.pack() if self.packed is None else self.packed
        signed = self.signer is not None if self.signed is None else self.signed
        bucket = Bucket.holding(len(packed), len(slots.wrapped), self.ecc, signed)
        session = Session.of(FILE_KEY, SALT, key.key)
        told = self.bucket(bucket)
        before = SALT + self.salt_tag(key.salt_tag(SALT)) + told
        before += self.bucket_tag(key.bucket_tag(SALT, told))
        before += slots.ephemeral + b"".join(slots.wrapped) + commitment(self.committed, SALT)
        aead = ChaCha20Poly1305(session.subkey(b"metadata"))
        stream = before + aead.encrypt(NONCE, self.padded(bucket.pad(packed)), b"sshr-1/" + before)
        stream += self.outer(key.outer_mac(SALT, stream))
        if self.ecc:
            stream = stream[:30] + protect(stream[30:], bucket.body_bytes)
        stream = _masked(key, SALT, stream)
        groups = TrailingCarrier().locate(key, bucket)
        samples = picture(shared, groups, stream, bytes(bucket.seal_bytes))
        unsealed = TrailingCarrier().unsealed(samples, groups)
        digest = sample_digest(session, shared.shape, unsealed)
        signature = b""
        if signed:
            parts = key.key, before, packed, digest
            signature = self.sign(self.signer or bytes(32), STEGO, *parts)
        seal = self.sealed(make_seal(session, digest, signature))
        return stream, seal, session, packed


def picture(shared: np.ndarray, groups: HeaderGroups, stream: bytes, seal: bytes) -> np.ndarray:
    """Flat samples by the rule above."""
    samples = shared.flatten()
    bits = np.unpackbits(np.frombuffer(stream, np.uint8))
    for part, own in ((groups.prefix, bits[:240]), (groups.body, bits[240:])):
        wrong = np.bitwise_xor.reduce(samples[part] & 1, axis=1) ^ own[: len(part)]
        samples[part[:, 0]] ^= wrong
    samples[groups.seal] = np.minimum(samples[groups.seal], 254)
    samples[groups.seal[:, 0]] &= 0xFE
    bits = np.unpackbits(np.frombuffer(seal, np.uint8))
    samples[groups.seal] += seal_pattern(bits, groups)
    assert read_bits(samples, groups.prefix) == stream[:30]
    return samples


def crafted(slot_parts: bytes, names: bytes, context: bytes, ephemeral: bytes) -> Slots:
    """A slot that opens for a reader who does not look."""
    key = derive(slot_parts, b"slot/" + names + b"/" + context, SALT)
    return Slots(ephemeral, (ChaCha20Poly1305(key).encrypt(NONCE, FILE_KEY, b"sshr-1/slot"),))


def bad_ephemeral(written: bytes) -> Slots:
    """For the first person, under an ephemeral key that has to be refused."""
    own = X25519PrivateKey.from_private_bytes(PEOPLE[0].exchange)
    try:
        shared = own.exchange(X25519PublicKey.from_public_bytes(written))
    except ValueError:
        shared = bytes(32)
    context = written + PEOPLE[0].public.exchange
    return crafted(shared, b"recipient", context, written)


def flipped(mask: int) -> Callable[[bytes], bytes]:
    return lambda data: bytes(byte ^ mask for byte in data)


def cut(count: int) -> bytes:
    return RECORD.pack()[:count]


def recipes() -> dict[str, tuple[Recipe, Keys, str]]:
    """By name: how it is made, who reads it, and what comes of it."""
    first, second, third, sender = PEOPLE
    two = Keys(recipients=(first.public.exchange, second.public.exchange))
    word = Keys(passphrase=WORD.encode())
    both = Keys(WORD.encode(), (first.public.exchange,))
    mine = Keys(identity=first.exchange)
    noted = replace(RECORD, note="für Bob".encode())
    found: dict[str, tuple[Recipe, Keys, str]] = {
        "reference alone": (Recipe(), ALONE, "ok"),
        "check bytes": (Recipe(ecc=True), ALONE, "ok"),
        "three samples a bit": (Recipe(ecc=True, size=(184, 192)), ALONE, "ok"),
        "passphrase": (Recipe(word), word, "ok"),
        "first recipient": (Recipe(two), mine, "ok"),
        "second recipient": (Recipe(two), Keys(identity=second.exchange), "ok"),
        "passphrase and recipient": (
            Recipe(both), Keys(WORD.encode(), identity=first.exchange), "ok"
        ),
        "signed, with a note": (Recipe(signer=sender.signing, record=noted), ALONE, "ok"),
        "signed, a sample a bit in the seal": (
            Recipe(signer=sender.signing, ecc=True, size=(64, 66), record=replace(
                RECORD, side_info=bytes(200))), ALONE, "ok"
        ),
        "another passphrase": (Recipe(word), Keys(b"other"), "key"),
        "a passphrase too many": (Recipe(two), Keys(WORD.encode(), identity=first.exchange), "key"),
        "no recipient": (Recipe(two), Keys(identity=third.exchange), "key"),
        "salt tag": (Recipe(salt_tag=flipped(0x11)), ALONE, "nothing"),
        "bucket tag": (Recipe(bucket_tag=flipped(0x33)), ALONE, "damaged"),
        "outer MAC": (Recipe(outer=flipped(1)), ALONE, "damaged"),
        "version 2": (Recipe(bucket=lambda one: b"\2" + one.pack()[1:]), ALONE, "newer"),
        "version 255": (Recipe(bucket=lambda one: b"\xff\xff\xff\xff"), ALONE, "newer"),
        "version 0": (Recipe(bucket=lambda one: b"\0" + one.pack()[1:]), ALONE, "damaged"),
        "unknown bit in the shape": (
            Recipe(bucket=lambda one: b"\1\x08" + one.pack()[2:]), ALONE, "damaged"
        ),
        "32 slots": (Recipe(bucket=lambda one: b"\1\5" + one.pack()[2:]), ALONE, "damaged"),
        "no units": (Recipe(bucket=lambda one: b"\1\0\0\0"), ALONE, "damaged"),
        "more units than the picture holds": (
            Recipe(bucket=lambda one: b"\1\0\xff\xff"), ALONE, "damaged"
        ),
        "commitment to another key": (Recipe(committed=bytes(32)), ALONE, "key"),
        "padding without its mark": (Recipe(padded=lambda one: bytes(len(one))), ALONE, "damaged"),
        "something after the mark": (
            Recipe(padded=lambda one: one[:-1] + b"\1"), ALONE, "damaged"
        ),
        "signer without a signature": (
            Recipe(record=replace(RECORD, signer=public_of(bytes(32)))), ALONE, "damaged"
        ),
        "signature without a signer": (Recipe(signed=True), ALONE, "damaged"),
        "signature by another": (
            Recipe(signer=sender.signing, sign=lambda _, *rest: signature_of(bytes(32), *rest)),
            ALONE, "signature",
        ),
        "signature of another label": (
            Recipe(signer=sender.signing, sign=lambda who, _, *all: signature_of(who, b"x", *all)),
            ALONE, "signature",
        ),
        "signature with S + L": (
            Recipe(signer=sender.signing, sign=with_larger_s), ALONE, "signature"
        ),
        "seal tag": (Recipe(signer=sender.signing, sealed=flipped(1)), ALONE, "ok"),
    }  # fmt: skip
    for name, point in (
        ("identity", b"\1" + bytes(31)),
        ("order 4", bytes(32)),
        ("y of 2^255 - 19 and more", (PRIME + 1).to_bytes(32, "little")),
    ):
        weak = Recipe(
            record=replace(RECORD, signer=point),
            signed=True,
            sign=lambda *_: b"\1" + bytes(63),
        )
        found[f"signer of nobody: {name}"] = weak, ALONE, "signature"
    for name, written in (
        ("zero", bytes(32)),
        ("one", b"\1" + bytes(31)),
        ("2^255 - 20", (PRIME - 1).to_bytes(32, "little")),
        ("2^255 - 19 + 9", (PRIME + 9).to_bytes(32, "little")),
        ("nine, and the unused bit", b"\x09" + bytes(30) + b"\x80"),
    ):
        found[f"ephemeral key: {name}"] = Recipe(slots=bad_ephemeral(written)), mine, "key"
    one = wrap(FILE_KEY, word, b"", SALT, random.Random(2).randbytes)
    other = wrap(FILE_KEY, Keys(b"other"), b"", SALT, random.Random(3).randbytes)
    slots = Slots(one.ephemeral, one.wrapped + other.wrapped)
    found["a slot for each of two passphrases"] = Recipe(slots=slots), word, "key"
    for count in (0, 7, 8, 10, 14, 18, 19, 20, 40, 53, 57, 80, 97, 101, 102):
        found[f"metadata cut to {count} bytes"] = Recipe(packed=cut(count)), ALONE, "damaged"
    whole = RECORD.pack()
    for name, packed in (
        ("a byte too many", whole + b"\0"),
        ("fit 3", whole[:9] + b"\3" + whole[10:]),
        ("mode 4", whole[:10] + b"\4" + whole[11:]),
        ("width 0", whole[:11] + bytes(4) + whole[15:]),
        ("height 0", whole[:15] + bytes(4) + whole[19:]),
        ("signer of 31 bytes", whole[:-2] + b"\x1f" + bytes(31) + b"\0"),
        ("note that is no UTF-8", whole[:-1] + b"\1\xff"),
    ):
        found[f"metadata: {name}"] = Recipe(packed=packed), ALONE, "damaged"
    return found


def with_larger_s(signer: bytes, label: bytes, *parts: bytes) -> bytes:
    """The same signature in another writing."""
    good = signature_of(signer, label, *parts)
    return good[:32] + (int.from_bytes(good[32:], "little") + GROUP).to_bytes(32, "little")


def stegos() -> list[dict[str, Any]]:
    rows = []
    for name, (recipe, reader, outcome) in recipes().items():
        stream, seal, session, packed = recipe.make()
        row: dict[str, Any] = {"name": name, "height": recipe.size[0], "width": recipe.size[1]}
        if reader.passphrase is not None:
            row["passphrase"] = reader.passphrase.decode()
        if reader.identity is not None:
            row["identity"] = reader.identity.hex()
        row |= {"header": stream.hex(), "seal": seal.hex(), "changes": [], "outcome": outcome}
        if outcome == "ok":
            signer = recipe.signer if name != "seal tag" else None
            row |= {
                "intact": name != "seal tag",
                "sender": None if signer is None else public_of(signer).hex(),
                "session": session.key.hex(),
                "metadata": packed.hex(),
            }
        rows.append(row)
    return rows + changed(rows)


def changed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stegos that were right once."""
    own = next(row for row in rows if row["name"] == "signed, with a note")
    size = own["height"] * own["width"] * 3
    header = 4 * len(own["header"])
    found = []
    for name, changes in (
        ("a sample of the picture, by one", [[0, 1]]),
        ("a sample of the salt, by two", [[size - 5, 2]]),
        ("a sample of the body, by two", [[size - 900, -2]]),
        ("the sample before the header", [[size - header - 1, 1]]),
    ):
        row = own | {"name": f"changed: {name}", "changes": changes, "intact": False}
        found.append(row | {"sender": None})
    return found


def keys() -> list[dict[str, Any]]:
    rows = []
    for one in PEOPLE[:2]:
        public = one.public
        assert public.signing
        rows.append(
            {"name": "right", "text": public.text, "outcome": "ok"}
            | {"exchange": public.exchange.hex(), "signing": public.signing.hex()}
            | {"fingerprint": public.fingerprint}
        )
    first, second = PEOPLE[0].public, PEOPLE[1].public
    assert first.signing
    assert second.signing
    own = first.exchange, first.signing, first.proof
    for name, data in {
        "version 2": b"\2" + b"".join(own),
        "no proof": b"\1" + own[0] + own[1],
        "a byte too many": b"\1" + b"".join(own) + b"\0",
        "another's exchange key": b"\1" + second.exchange + own[1] + own[2],
        "another's signing key": b"\1" + own[0] + second.signing + own[2],
        "exchange key 0": b"\1" + bytes(32) + own[1] + proof(bytes(32)),
        "exchange key 1": b"\1" + one_of(1) + own[1] + proof(one_of(1)),
        "exchange key 2^255 - 19 + 9": b"\1" + one_of(PRIME + 9) + own[1]
        + proof(one_of(PRIME + 9)),
        "exchange key with the unused bit": b"\1" + one_of(9 | 1 << 255) + own[1]
        + proof(one_of(9 | 1 << 255)),
        "signing key of order 1": b"\1" + own[0] + one_of(1) + b"\1" + bytes(63),
        "signing key of order 4": b"\1" + own[0] + bytes(32) + b"\1" + bytes(63),
        "signing key that is no point": b"\1" + own[0] + one_of(2) + own[2],
        "proof of another label": b"\1" + own[0] + own[1]
        + signature_of(PEOPLE[0].signing or b"", b"x", own[0]),
    }.items():  # fmt: skip
        rows.append({"name": name, "text": bech32.encode("sshr", data), "outcome": "refused"})
    text = first.text
    for name, bad in {
        "a mistyped character": text[:20] + ("q" if text[20] != "q" else "p") + text[21:],
        "cut": text[:-1],
        "both cases": text[:-1] + text[-1:].upper() if text[-1].isalpha() else text.title(),
        "Bech32 instead of Bech32m": bech32.encode("sshr", b"\1" + b"".join(own), bech32.BECH32),
        "another prefix": bech32.encode("sshx", b"\1" + b"".join(own)),
    }.items():
        rows.append({"name": name, "text": bad, "outcome": "refused"})
    return rows


def one_of(number: int) -> bytes:
    return number.to_bytes(32, "little")


def proof(exchange: bytes) -> bytes:
    return signature_of(PEOPLE[0].signing or b"", b"sshr-1/public key", exchange)


def main() -> None:
    HERE.mkdir(exist_ok=True)
    for name, rows in (("stegos", stegos()), ("keys", keys())):
        text = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        (HERE / f"{name}.json").write_text(f"[\n{text}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
