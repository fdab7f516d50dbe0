"""What the header tells the receiver about the stego, as a strict binary record.

Big-endian: checkpoint id 8 B, transport u8, fit u8 (its highest bit: turned), secret mode u8,
secret width u32, secret height u32, k_pub_s of RSRK (u16 length), tile scales (u32 length), side
information (u32 length), signer (u8 length, 0 or 32), note (u8 length, UTF-8). Nothing may follow.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

from sshr.crypto.keys import KEY_BYTES, MAX_NOTE_BYTES
from sshr.errors import DamagedError

CHECKPOINT_ID_BYTES = 8

_TURNED = 0x80
_FIXED = struct.Struct(f">{CHECKPOINT_ID_BYTES}sBBBII")


class Fit(IntEnum):
    """How the secret was brought to the reference's size."""

    CONTAIN = 0
    COVER = 1
    STRETCH = 2


class SecretMode(IntEnum):
    """Colour of the secret as it was given and, in a greyscale stego, how its samples lie there."""

    RGB = 0
    GREYSCALE = 1
    PACKED = 2  # greyscale, packed like the reference
    SQUEEZED = 3  # RGB, resized to the packed reference's size

    @property
    def greyscale(self) -> bool:
        return self in (SecretMode.GREYSCALE, SecretMode.PACKED)


@dataclass(frozen=True)
class Metadata:
    """The header's record.

    Attributes:
        checkpoint_id: the first 8 bytes of the checkpoint file's SHA-256.
        secret_width, secret_height: original size of the secret in pixels, at least 1.
        transport: code of the way in which the secret rides (`sshr.transports`), 0..255.
        fit, secret_mode: see the enumerations.
        rsrk_public: k_pub_s of RSRK, quantised; at most 65,535 bytes.
        tile_scales: logarithms of every tile's scales, little-endian u16 each.
        side_info: what the transport alone knows how to read.
        signer: raw Ed25519 public key of who signs, 32 bytes; empty without a signature.
        note: what the sender says of the stego, at most 255 bytes of UTF-8.
        turned: the secret was turned by a quarter, counter-clockwise, before it was fitted.

    Raises:
        ValueError: a field is outside its range.
    """

    checkpoint_id: bytes
    secret_width: int
    secret_height: int
    transport: int = 0
    fit: Fit = Fit.CONTAIN
    secret_mode: SecretMode = SecretMode.RGB
    rsrk_public: bytes = b""
    tile_scales: bytes = b""
    side_info: bytes = b""
    signer: bytes = b""
    note: bytes = b""
    turned: bool = False

    def __post_init__(self) -> None:
        sizes = (self.secret_width, self.secret_height)
        if not all(1 <= size < 1 << 32 for size in sizes):
            raise ValueError(f"impossible secret size {sizes[0]}x{sizes[1]}")
        if not 0 <= self.transport < 1 << 8:
            raise ValueError(f"impossible transport {self.transport}")
        if len(self.checkpoint_id) != CHECKPOINT_ID_BYTES:
            raise ValueError(f"checkpoint id of {len(self.checkpoint_id)} bytes")
        if len(self.signer) not in (0, KEY_BYTES):
            raise ValueError(f"signer of {len(self.signer)} bytes")
        if len(self.note) > MAX_NOTE_BYTES:
            raise ValueError(f"note of {len(self.note)} bytes")
        self.note.decode()  # a UnicodeDecodeError is a ValueError
        if len(self.rsrk_public) >= 1 << 16:
            raise ValueError(f"k_pub_s of {len(self.rsrk_public)} bytes")

    def pack(self) -> bytes:
        """The record's bytes; their number does not depend on sizes or enumerations."""
        fixed = _FIXED.pack(
            self.checkpoint_id,
            self.transport,
            self.fit | (_TURNED if self.turned else 0),
            self.secret_mode,
            self.secret_width,
            self.secret_height,
        )
        return b"".join(
            (
                fixed,
                struct.pack(">H", len(self.rsrk_public)) + self.rsrk_public,
                struct.pack(">I", len(self.tile_scales)) + self.tile_scales,
                struct.pack(">I", len(self.side_info)) + self.side_info,
                struct.pack(">B", len(self.signer)) + self.signer,
                struct.pack(">B", len(self.note)) + self.note,
            )
        )

    @classmethod
    def unpack(cls, data: bytes) -> "Metadata":
        """Inverse of `pack`.

        Raises:
            DamagedError: anything else than what `pack` gives.
        """
        try:
            return cls._unpack(_Cursor(data))
        except ValueError as error:
            raise DamagedError(f"the stego's metadata makes no sense: {error}") from error

    @classmethod
    def _unpack(cls, cursor: "_Cursor") -> "Metadata":
        checkpoint_id, transport, fit, mode, width, height = _FIXED.unpack(cursor.take(_FIXED.size))
        metadata = cls(
            checkpoint_id=checkpoint_id,
            secret_width=width,
            secret_height=height,
            transport=transport,
            fit=Fit(fit & ~_TURNED),
            turned=bool(fit & _TURNED),
            secret_mode=SecretMode(mode),
            rsrk_public=cursor.take_counted(2),
            tile_scales=cursor.take_counted(4),
            side_info=cursor.take_counted(4),
            signer=cursor.take_counted(1),
            note=cursor.take_counted(1),
        )
        cursor.expect_end()
        return metadata


class _Cursor:
    """Takes bytes from the front; a ValueError where there are too few or too many."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        piece = self.data[self.at : self.at + count]
        if len(piece) != count:
            raise ValueError(f"{count} bytes wanted, {len(piece)} left")
        self.at += count
        return piece

    def take_counted(self, width: int) -> bytes:
        return self.take(int.from_bytes(self.take(width), "big"))

    def expect_end(self) -> None:
        if self.at != len(self.data):
            raise ValueError(f"{len(self.data) - self.at} bytes too many")
