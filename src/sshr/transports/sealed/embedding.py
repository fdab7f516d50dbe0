"""A record of bytes and a reference become a stego's samples, and bytes again.

The header's metadata say how to read them (`SealedInfo`, 52 bytes in `Metadata.side_info`). Every
sample is accounted for: if it is changed, so are the decoded words, be they ciphertext or the
keystream below it; but for the two values of a pair, and the header's MAC tells which of them it
is.

After it may stand check bytes (`repair.py`) of the samples as the coder gave them.
"""

import dataclasses
import hashlib
import struct
from dataclasses import dataclass

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.constant_time import bytes_eq
from numpy.typing import NDArray

from sshr.errors import DamagedError
from sshr.header.carriers import KeyedCarrier
from sshr.header.drafts import KeyedDraft
from sshr.header.metadata import Metadata
from sshr.header.reader import OpenedHeader
from sshr.header.writer import HeaderWriter
from sshr.transports.kind import Kind
from sshr.transports.sealed.capacity import Capacity
from sshr.transports.sealed.coder import BLOCK, AnsState, NoiseCoder, block_for
from sshr.transports.sealed.noise import Noise
from sshr.transports.sealed.noise_model import NoiseModel
from sshr.transports.sealed.repair import CHECK_BYTES, check_bytes, repaired
from sshr.types import Rgb8

_INFO = struct.Struct(">BBhIIQ32s")
_IN_BLOCKS = 16
_NONCE = bytes(12)
_TRIES = 8
_TAG_BYTES = 16


@dataclass(frozen=True)
class SealedInfo:
    """What was sealed and how to read the samples: kind of noise, base level, words of ciphertext,
    the coder's rest.

    Attributes:
        block: of the coder.
        digest: SHA-256 of the ciphertext. Whoever holds the session's key can make its AEAD's tag
            fit another one; this is under the sender's signature.
    """

    kind: Kind
    noise: Noise
    block: int
    base: int
    words: int
    rest: AnsState
    digest: bytes

    def pack(self) -> bytes:
        return _INFO.pack(
            self.kind,
            self.noise | (_IN_BLOCKS if self.block > 1 else 0),
            self.base,
            self.words,
            self.rest.words,
            self.rest.state,
            self.digest,
        )

    @property
    def payload_bytes(self) -> int:
        """Of the record, without its tag."""
        return 4 * self.words - _TAG_BYTES

    @classmethod
    def unpack(cls, data: bytes) -> "SealedInfo":
        """Inverse of `pack`.

        Raises:
            DamagedError: none at all.
        """
        try:
            kind, noise, base, words, rest, state, digest = _INFO.unpack(data)
            block, noise = BLOCK if noise & _IN_BLOCKS else 1, noise & ~_IN_BLOCKS
            return cls(Kind(kind), Noise(noise), block, base, words, AnsState(rest, state), digest)
        except (struct.error, ValueError) as error:
            raise DamagedError(f"the sealed stego cannot be read: {error}") from error


INFO_BYTES = _INFO.size


def side_info_bytes(ecc: bool) -> int:
    """Bytes of side information that `embed` replaces."""
    return INFO_BYTES + (CHECK_BYTES if ecc else 0)


def info_of(metadata: Metadata) -> SealedInfo:
    """What the header of a sealed stego says of it.

    Raises:
        DamagedError: nothing that makes sense.
    """
    return SealedInfo.unpack(metadata.side_info[:INFO_BYTES])


def embed(
    kind: Kind,
    record: bytes,
    model: NoiseModel,
    header: HeaderWriter,
    metadata: Metadata,
    base: int,
    ecc: bool,
) -> Rgb8 | None:
    """The stego, (H, W, 3) uint8, or None where the record does not fit the noise.

    Args:
        record: its length is a multiple of 4.
        model: of the reference's noise.
        metadata: its side information is replaced, at the same length (`side_info_bytes`).
        base: level of the noise; a little more is taken where chance wants it.
        ecc: check bytes are added to side information and header.
    """
    session, key = header.session, header.reference_key
    ciphertext = ChaCha20Poly1305(session.subkey(b"payload")).encrypt(_NONCE, record, None)
    words = np.frombuffer(ciphertext, "<u4").astype(np.uint32)
    groups = KeyedCarrier().locate(key, header.bucket(metadata, ecc))
    capacity = Capacity(model, groups.places)
    for level in range(base, base + _TRIES):
        coder = NoiseCoder(
            *(model, model.classes(level), groups.places, len(groups.seal), session),
            block_for(len(model.samples)),
        )
        written = coder.write(words, capacity.bits(level))
        if written is None:
            continue
        samples, rest = written
        digest = hashlib.sha256(ciphertext).digest()
        info = SealedInfo(kind, model.noise, coder.block, level, len(words), rest, digest)
        checks = check_bytes(samples) if ecc else b""
        complete = dataclasses.replace(metadata, side_info=info.pack() + checks)
        draft = KeyedDraft(samples.reshape(key.height, key.width, 3))
        return header.write(draft, complete, ecc)
    return None


@dataclass(frozen=True)
class Extracted:
    """The record of a stego; `intact` is False where samples had to be repaired for it."""

    record: bytes
    intact: bool


def extract(opened: OpenedHeader, stego: Rgb8, reference: Rgb8) -> Extracted:
    """What a stego whose header is open holds.

    Raises:
        DamagedError: a sample has changed, or more of them than the check bytes can undo.
    """
    info, checks = info_of(opened.metadata), opened.metadata.side_info[INFO_BYTES:]
    if not opened.intact and len(checks) != CHECK_BYTES:
        raise changed()
    model = NoiseModel(reference, info.noise)
    groups, classes = opened.groups, model.classes(info.base)
    carrier = NoiseCoder(
        *(model, classes, groups.places, len(groups.seal), opened.session), info.block
    )
    samples = stego.reshape(-1)
    if opened.intact:
        record = _record(carrier, samples, info)
        if record is not None:
            return Extracted(record, intact=True)
    # The seal's own groups may have changed without any MAC to tell.
    undone = repaired(carrier.lower_values(samples), checks) if checks else None
    record = None if undone is None else _record(carrier, undone, info)
    if record is None:
        raise changed()
    return Extracted(record, intact=False)


def _record(carrier: NoiseCoder, samples: NDArray[np.uint8], info: SealedInfo) -> bytes | None:
    """The authenticated content, or None where a sample is not as it was."""
    words = carrier.read(samples, info.words, info.rest)
    if words is None:
        return None
    ciphertext = words.astype("<u4").tobytes()
    if not bytes_eq(hashlib.sha256(ciphertext).digest(), info.digest):
        return None
    aead = ChaCha20Poly1305(carrier.session.subkey(b"payload"))
    try:
        return aead.decrypt(_NONCE, ciphertext, None)
    except InvalidTag:
        return None


def changed() -> DamagedError:
    """The outcome of any change to a sealed stego."""
    return DamagedError(
        "the stego has been changed since it was written; nothing of a sealed secret can be "
        "revealed: ask for the file exactly as it was written"
    )
