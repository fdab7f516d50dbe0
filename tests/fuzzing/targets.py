"""What bytes from strangers go through: each target takes any bytes and lets only documented errors
happen. `run.py` looks for others, `test_replay.py` replays what it has found.
"""

import random
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keyfile import read_private_key, read_public_key
from sshr.crypto.keys import KEY_BYTES, Keys
from sshr.errors import (
    DamagedError,
    KeyFileError,
    NewerVersionError,
    NothingFoundError,
    SignatureError,
    SshrError,
    WrongKeyError,
)
from sshr.header import reader
from sshr.header.carriers import CARRIERS
from sshr.header.drafts import KeyedDraft
from sshr.header.layout import (
    BUCKET_BYTES,
    OUTER_MAC_BYTES,
    PREFIX_BYTES,
    SALT_BYTES,
    Bucket,
)
from sshr.header.metadata import Metadata
from sshr.header.reader import open_header
from sshr.header.reference import ReferenceKey
from sshr.header.writer import HeaderWriter
from sshr.transports.kind import Kind
from sshr.transports.robust.compact import Record
from sshr.transports.sealed.embedding import SealedInfo
from sshr.transports.sealed.record import unpack

Target = Callable[[bytes], None]

REFERENCE = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
KEY = ReferenceKey.of(REFERENCE)
SALT = bytes(range(SALT_BYTES))
CLEAR = SALT_BYTES + len(KEY.salt_tag(SALT))
LONGEST = 700
OUTCOMES = (NothingFoundError, NewerVersionError, DamagedError, WrongKeyError, SignatureError)
SHAPES = ((), (9, 8), (9, 8, 3))
KINDS = tuple(Kind)


def header(data: bytes) -> None:
    """A header's bits as they are, or with right tags of salt and bucket, or an outer MAC as well.

    The search for a prefix that nearly fits takes seconds under a fuzzer, so it is left out.
    """
    how, stream = data[:1], data[1:]
    kind = how[0] if how else 0
    if kind & 1:
        bucket = stream[:BUCKET_BYTES].ljust(BUCKET_BYTES, b"\0")
        tags = KEY.salt_tag(SALT), KEY.bucket_tag(SALT, bucket)
        stream = SALT + tags[0] + bucket + tags[1] + stream[BUCKET_BYTES:]
    if kind & 2:
        stream = stream.ljust(PREFIX_BYTES, b"\0")
        with suppress(ValueError, SshrError):
            bucket = Bucket.unpack(stream[CLEAR : CLEAR + BUCKET_BYTES])
            end = PREFIX_BYTES + min(bucket.body_bytes, LONGEST) - OUTER_MAC_BYTES
            stream = stream[:end].ljust(end, b"\0")
        stream += KEY.outer_mac(stream[:SALT_BYTES], stream)
    if kind & 3:
        mask = KEY.mask(stream[:SALT_BYTES], len(stream))
        hidden = bytes(a ^ b for a, b in zip(stream[CLEAR:], mask, strict=False))
        stream = stream[:CLEAR] + hidden
    stego = _with_bits(stream, trailing=bool(kind & 4))
    with patch.object(reader, "prefixes_near", lambda *_: iter(())):
        _only(lambda: open_header(stego, KEY, lambda *_: bytes(KEY_BYTES)), *OUTCOMES)


def metadata(data: bytes) -> None:
    """Metadata in a header that is right but for them, and what a transport reads there."""
    for parse in (Metadata.unpack, SealedInfo.unpack, Record.unpack):
        _only(lambda parse=parse: parse(data), DamagedError)
    if len(data) > 600:
        return
    writer = HeaderWriter.start(REFERENCE, Keys(reference_alone=True), random.Random(1).randbytes)
    with patch.object(Metadata, "pack", lambda _: data):
        length = Metadata(bytes(8), 1, 1, side_info=bytes(max(len(data) - 60, 0)))
        try:
            stego = writer.write(KeyedDraft(REFERENCE), length)
        except (SshrError, ValueError):  # the sender's own check
            return
    _only(lambda: writer.reopen(stego), *OUTCOMES)


def record(data: bytes) -> None:
    """A sealed record, of which the first byte says what the header claims it to be."""
    claim = data[0] if data else 0
    kind, shape = KINDS[claim % len(KINDS)], SHAPES[claim // len(KINDS) % len(SHAPES)]
    _only(lambda: unpack(data[1:], kind, shape if kind is Kind.PICTURE else ()), DamagedError)


def keys(data: bytes) -> None:
    """A key file, read as a public and as a private one."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "k"
        path.write_bytes(data)
        path.chmod(0o600)
        _only(lambda: read_public_key(path), KeyFileError)
        _only(lambda: read_private_key(path), KeyFileError)
    text = data.decode("utf-8", "replace").replace("\0", "")
    _only(lambda: read_public_key("sshr1" + text), KeyFileError)


TARGETS: dict[str, Target] = {
    "header": header,
    "metadata": metadata,
    "record": record,
    "keys": keys,
}


def _only(parse: Callable[[], object], *documented: type[SshrError]) -> None:
    """Nothing, or a documented error in one line that can be printed."""
    said = ""
    try:
        parse()
    except documented as error:
        said = str(error)
    assert "\n" not in said
    said.encode()


def _with_bits(stream: bytes, trailing: bool) -> NDArray[np.uint8]:
    """The reference with a stream where a carrier reads it, as far as there is room."""
    samples = REFERENCE.flatten()
    bits = np.unpackbits(np.frombuffer(stream, np.uint8))[: samples.size // 2]
    places = KEY.positions(len(bits))
    if trailing:
        places = np.arange(samples.size - 1, samples.size - 1 - len(bits), -1)
    samples[places] = samples[places] & 0xFE | bits
    assert all(carrier.prefix(KEY) is not None for carrier in CARRIERS)
    return samples.reshape(REFERENCE.shape)
