"""A transport and a header carrier that the package does not know: all lies in the lowest bits."""

import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.errors import DamagedError, TooSmallError, UsageError
from sshr.header import reader
from sshr.header.carriers import CARRIERS, Flat, HeaderGroups, Places, read_bits
from sshr.header.layout import PREFIX_BITS, Bucket
from sshr.header.metadata import CHECKPOINT_ID_BYTES, Metadata
from sshr.header.reader import OpenedHeader
from sshr.header.reference import ReferenceKey
from sshr.header.writer import HeaderWriter, bucket_for
from sshr.imaging.fitting import fit_to
from sshr.progress import Progress
from sshr.transports.cover import Cover, CoverPair
from sshr.transports.kind import Kind
from sshr.transports.protocol import Contents, EmbedResult, Forecast, Runtime
from sshr.transports.revealed import Revealed
from sshr.transports.secret import Blob, Secret, kind_of
from sshr.transports.table import TRANSPORTS
from sshr.types import Rgb8

CODE = 200
INFO = struct.Struct(">BBBI")


class LeadingCarrier:
    """Bit i is the lowest one of sample i."""

    def capacity(self, samples: int) -> int:
        return samples // 16

    def prefix(self, key: ReferenceKey) -> Places:
        return np.arange(PREFIX_BITS)[:, None]

    def locate(self, key: ReferenceKey, bucket: Bucket) -> HeaderGroups:
        count = 8 * bucket.header_bytes
        if count > key.samples // 2:
            raise TooSmallError("the reference is too small for the header")
        every, end = np.arange(count)[:, None], PREFIX_BITS + 8 * bucket.body_bytes
        return HeaderGroups(every[:PREFIX_BITS], every[PREFIX_BITS:end], every[end:])

    def read_seal(self, samples: Flat, groups: HeaderGroups) -> bytes:
        return read_bits(samples, groups.seal)

    def unsealed(self, samples: Flat, groups: HeaderGroups) -> Flat:
        found = samples.copy()
        found[groups.seal] &= 0xFE
        return found


class LeadingDraft:
    """8-bit samples, whose lowest bits are set."""

    carrier = LeadingCarrier()

    def __init__(self, samples: Rgb8) -> None:
        self.shape = samples.shape
        self._samples = samples

    def settled(self, groups: HeaderGroups, bits: NDArray[np.uint8]) -> Rgb8:
        return self._with(self._samples, np.concatenate([groups.prefix, groups.body]), bits)

    def sealed(self, settled: Rgb8, groups: HeaderGroups, bits: NDArray[np.uint8]) -> Rgb8:
        return self._with(settled, groups.seal, bits)

    def _with(self, samples: Rgb8, places: Places, bits: NDArray[np.uint8]) -> Rgb8:
        stego = samples.copy()
        flat, at = stego.reshape(-1), places[:, 0]
        flat[at] = flat[at] & 0xFE | bits
        return stego


@dataclass(frozen=True)
class ToyOptions:
    side: int = field(default=24, metadata={"help": "pixels a side that are left of a picture"})
    upside_down: bool = field(default=False, metadata={"help": "a picture rides on its head"})

    def __post_init__(self) -> None:
        if not 8 <= self.side <= 40:
            raise UsageError(f"side {self.side} is not one of 8 to 40")


class ToyTransport:
    """Bytes as they are and pictures made small, in front of the picture's end."""

    code = CODE
    name = "toy"
    kinds = frozenset({Kind.PICTURE, Kind.TEXT})
    suffixes = frozenset({".png"})
    options = ToyOptions

    def embed(
        self,
        secret: Secret,
        cover: Cover,
        header: HeaderWriter,
        options: ToyOptions,
        progress: Progress,
    ) -> EmbedResult:
        progress("laying", 0, 1)
        data = payload(secret, options)
        metadata = record(secret, options)
        samples = cover.samples.copy()
        bits = np.unpackbits(np.frombuffer(data, np.uint8))
        groups = LeadingCarrier().locate(header.reference_key, header.bucket(metadata))
        taken = len(groups.places)
        if taken + len(bits) > samples.size:
            raise TooSmallError(f"{len(data)} bytes are too many for the toy transport")
        flat = samples.reshape(-1)
        flat[len(flat) - len(bits) :] = flat[len(flat) - len(bits) :] & 0xFE | bits
        stego = header.write(LeadingDraft(samples), metadata)
        progress("laying", 1, 1)
        if isinstance(secret, Blob):
            return EmbedResult(stego, ("a toy",), payload_bytes=len(data))
        small = decoded(data, options.side, options.upside_down)
        return EmbedResult(stego, ("a toy",), (options.side, options.side), small)

    def extract(
        self, opened: OpenedHeader, pair: CoverPair, runtime: Runtime, progress: Progress
    ) -> Revealed:
        metadata = opened.metadata
        kind, side, upside_down, count = INFO.unpack(metadata.side_info)
        if count > pair.stego.size:
            raise DamagedError("the toy's metadata make no sense")
        flat = pair.stego.reshape(-1)
        data = np.packbits(flat[len(flat) - count :] & 1).tobytes()
        found = Revealed("toy", Kind(kind), opened.intact, opened.sender, data=data)
        if kind != Kind.PICTURE:
            return found
        small = decoded(data, side, bool(upside_down))
        size = metadata.secret_height, metadata.secret_width
        image = fit_to(small, size, "stretch")
        return Revealed(
            *("toy", Kind.PICTURE, opened.intact, opened.sender), image=image, fitted=small
        )

    def describe(self, metadata: Metadata, pair: CoverPair) -> Contents:
        kind, side, *_ = INFO.unpack(metadata.side_info)
        if kind != Kind.PICTURE:
            return Contents("toy", Kind(kind))
        size = metadata.secret_width, metadata.secret_height
        return Contents("toy", Kind.PICTURE, *size, False, details={"side": side})

    def expect(
        self,
        secret: Secret | None,
        cover: Cover,
        recipients: int,
        signed: bool,
        options: ToyOptions,
    ) -> Forecast:
        taken = 8 * bucket_for(record(secret, options), recipients, signed, ecc=False).header_bytes
        size = cover.samples.size
        return Forecast(
            transport="toy",
            stego=(cover.picture.size[1], cover.picture.size[0]),
            greyscale=cover.packed,
            header_bytes=taken // 8,
            header_capacity=LeadingCarrier().capacity(size),
            header_share=taken / size,
            payload_bytes=None if secret is None else len(payload(secret, options)),
            capacity={51.0: (size - taken) // 8},
        )


def add_toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put transport and carrier into their tables."""
    monkeypatch.setitem(TRANSPORTS, "toy", ToyTransport())
    monkeypatch.setattr(reader, "CARRIERS", (*CARRIERS, LeadingCarrier()))


def payload(secret: Secret, options: ToyOptions) -> bytes:
    if isinstance(secret, Blob):
        return secret.data
    small = fit_to(secret.rgb, (options.side, options.side), "stretch")
    return (small[::-1] if options.upside_down else small).tobytes()


def decoded(data: bytes, side: int, upside_down: bool) -> Rgb8:
    small = np.frombuffer(data, np.uint8).reshape(side, side, 3)
    return small[::-1].copy() if upside_down else small


def record(secret: Secret | None, options: ToyOptions) -> Metadata:
    height, width = (1, 1) if secret is None or isinstance(secret, Blob) else secret.size
    given: Any = () if secret is None else (kind_of(secret), len(payload(secret, options)))
    kind, length = given or (Kind.TEXT, 0)
    return Metadata(
        checkpoint_id=bytes(CHECKPOINT_ID_BYTES),
        secret_width=width,
        secret_height=height,
        transport=CODE,
        side_info=INFO.pack(kind, options.side, options.upside_down, 8 * length),
    )
