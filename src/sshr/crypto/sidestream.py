"""Encrypted bits of one tile, in the parities of those of its samples that the header leaves free.

How many bits there are depends on the picture's size and the header's place alone, never on what
they say. They are authenticated by the sample MAC in the metadata; a few changed samples are
repaired, and the checksum inside tells which tiles of a damaged stego are lost beyond that.
"""

import binascii
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.correction import protect, repaired, room, unprotected
from sshr.crypto.keys import keystream
from sshr.crypto.parity import read_parities, write_parities
from sshr.crypto.session import Session

_CHECK = struct.Struct("<H")
_WORD = 4


@dataclass(frozen=True)
class TileBits:
    """One tile's share of a stego.

    Attributes:
        index: of the tile; every index has its own key.
        slices: rows and columns in the picture.
        rate: bits for each free sample, in (0, 1].
    """

    index: int
    slices: tuple[slice, slice]
    rate: float

    def capacity(self, header: NDArray[np.bool_]) -> int:
        """Bytes that `write` takes, where `header` (H, W, 3) marks the header's samples."""
        free = int(np.count_nonzero(~header[self.slices]))
        return max(room(self._words(free) * _WORD) - _CHECK.size, 0)

    def write(
        self,
        unrounded: NDArray[np.floating],
        image: NDArray[np.uint8],
        header: NDArray[np.bool_],
        session: Session,
        data: bytes,
    ) -> None:
        """Put `data` into `image` (H, W, 3), at the least squared error to `unrounded`.

        Raises:
            ValueError: not as many bytes as `capacity` says.
        """
        if len(data) != self.capacity(header):
            raise ValueError(f"{len(data)} bytes for a capacity of {self.capacity(header)}")
        if not data:
            return
        groups = self._groups(header)
        checked = _CHECK.pack(binascii.crc_hqx(data, 0)) + data
        stream = protect(checked, len(groups) // 8)
        bits = np.unpackbits(np.frombuffer(self._crypt(stream, session), np.uint8))
        tile = image[self.slices]
        exact = np.ascontiguousarray(unrounded[self.slices]).reshape(-1)
        changed = write_parities(exact, tile.flatten(), groups, bits)
        image[self.slices] = changed.reshape(tile.shape)

    def read(
        self, image: NDArray[np.uint8], header: NDArray[np.bool_], session: Session
    ) -> bytes | None:
        """The data of `write`, or None where they are damaged (or the session is another)."""
        if not self.capacity(header):
            return b""
        parities = read_parities(image[self.slices].flatten(), self._groups(header))
        stream = self._crypt(np.packbits(parities).tobytes(), session)
        data = _checked(unprotected(stream))
        if data is None and (mended := repaired(stream)) is not None:
            data = _checked(mended)
        return data

    def _words(self, free: int) -> int:
        return int(free * self.rate) // (8 * _WORD)

    def _groups(self, header: NDArray[np.bool_]) -> NDArray[np.int64]:
        """(bits, samples a bit): indices into the flattened tile."""
        free = np.flatnonzero(~header[self.slices].reshape(-1))
        bits = self._words(len(free)) * 8 * _WORD
        if not bits:
            return np.empty((0, 1), np.int64)
        size = len(free) // bits
        return free[: bits * size].reshape(bits, size)

    def _crypt(self, data: bytes, session: Session) -> bytes:
        key = session.subkey(b"coarse/" + struct.pack(">I", self.index))
        mask = np.frombuffer(keystream(key, len(data)), np.uint8)
        return (np.frombuffer(data, np.uint8) ^ mask).tobytes()


def _checked(stream: bytes) -> bytes | None:
    (check,) = _CHECK.unpack(stream[: _CHECK.size])
    data = stream[_CHECK.size :]
    return data if binascii.crc_hqx(data, 0) == check else None


SideStream = Sequence[tuple[TileBits, bytes]]
"""What `Sending.write` puts beside the header."""
