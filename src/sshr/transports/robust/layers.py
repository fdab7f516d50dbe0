"""From layers of bytes to a picture, and from a received picture to its layers."""

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import derive, keystream
from sshr.crypto.session import Session
from sshr.header.reference import ReferenceKey
from sshr.imaging.modes import as_rgb
from sshr.imaging.packing import is_grey
from sshr.threads import on_all
from sshr.transports.cover import is_packed, picture_of, samples_of
from sshr.transports.robust.blocks import ONE, WEIGHTS, Floats, samples
from sshr.transports.robust.compact import (
    CompactHeader,
    Record,
    digests_match,
    header_size,
    open_layer,
)
from sshr.transports.robust.design import LUMA_POWER, ROUNDING, Design
from sshr.transports.robust.frame import Frame, Short, put, softened, take
from sshr.transports.robust.listening import Heard
from sshr.transports.robust.options import ANALOG_SHARE
from sshr.transports.robust.profiles import DESIGNS
from sshr.types import Rgb8

_BAND = 256
"""Rows that are made together: whole blocks of every design."""

_DEVIATION = ((256**2 - 1) / 3) ** 0.5  # of the sum of four random bytes

BASE, REFINEMENT = b"robust/base", b"robust/refinement"


@dataclass(frozen=True)
class Ground:
    """All that follows from a reference and a design.

    Attributes:
        reference: (H, W, 3) uint8.
        design, stego_psnr, analog: what `of` was given.
    """

    reference: Rgb8
    key: ReferenceKey
    plan: Design
    frame: Frame
    design: str
    stego_psnr: float
    analog: bool

    @classmethod
    def of(cls, reference: Rgb8, design: str, stego_psnr: float, analog: bool) -> "Ground":
        """The ground of a design at this PSNR of the stego in dB, with or without the network."""
        key = ReferenceKey.of(reference)
        psnr = stego_psnr - 10 * math.log10(1 - ANALOG_SHARE) if analog else stego_psnr
        beside = analog_deviation(stego_psnr) * math.sqrt(LUMA_POWER) if analog else 0.0
        deviation = math.hypot(ROUNDING, beside)
        plan = DESIGNS[design](reference, psnr, deviation)
        frame = Frame.of(plan, key, header_size(0, False))
        return cls(reference, key, plan, frame, design, stego_psnr, analog)

    def sized(self, header_bytes: int) -> "Ground":
        """The ground for a header of another size than the shortest."""
        return replace(self, frame=self.frame.sized(header_bytes))

    def named(self, record: Record) -> "Ground":
        """The ground that a record's sender had: this one, if it is that."""
        wanted = record.design, record.stego_psnr, record.analog
        if wanted == (self.design, self.stego_psnr, self.analog):
            return self
        return Ground.of(self.reference, *wanted)

    def picture(self, bits: NDArray[np.bool_]) -> Rgb8:
        """The reference with these bits in its coefficients, shaped as the design."""
        picture = np.empty_like(self.reference)

        def make(first: int) -> None:
            picture[first : first + _BAND] = self._band(bits, first)

        on_all(make, range(0, len(picture), _BAND))
        packed = is_packed(self.reference)  # what packing leaves out follows from the rest
        if not packed:
            return picture
        return as_rgb(picture_of(samples_of(picture, packed), self.reference, packed, False))

    def resembles(self, stego: Rgb8, bits: NDArray[np.bool_]) -> bool:
        """Whether the top of a stego may be an untouched one's: a quick look for most are not.

        Args:
            stego: shaped as the reference.
        """
        if is_packed(self.reference):
            return True
        power = 2 * analog_deviation(self.stego_psnr) ** 2 if self.analog else 0.0
        away = self._band(bits, 0).astype(np.float32) - stego[:_BAND]
        return float(np.square(away).mean()) <= power

    def _band(self, bits: NDArray[np.bool_], first: int) -> Rgb8:
        """So many rows of `picture`, before it is packed."""
        rows = self.reference[first : first + _BAND]
        side = self.plan.side
        blocks = slice(first // side, (first + _BAND) // side)
        zero, one = self.plan.zero[blocks], self.plan.one[blocks]
        plane = samples(np.where(bits[blocks], one, zero).astype(np.float64), rows.shape[:2])
        self._roughen(plane, bits, first)
        direction = np.ones(3) if self._is_grey else np.array(WEIGHTS) / ONE / LUMA_POWER
        levels = plane[..., None] * direction
        levels += rows
        return np.rint(levels, out=levels).clip(0, 255).astype(np.uint8)

    @cached_property
    def _is_grey(self) -> bool:
        return is_grey(self.reference)

    def _roughen(self, plane: Floats, bits: NDArray[np.bool_], first: int) -> None:
        """Outside the whole blocks noise as loud as the changes of the blocks beside it: a silent
        rim would show, and so would noise beside a white sky, or the same in two stegos."""
        side = self.plan.side
        height, width = (length - length % side for length in self.reference.shape[:2])
        below = max(height - first, 0)
        parts = plane[below:], plane[:below, width:]
        count = 4 * sum(part.size for part in parts)
        if not count:
            return
        # The header's bits are another stego's no more: its salt is random.
        drawn = np.packbits(bits.reshape(-1)[self.frame.header]).tobytes()
        key = derive(self.key.key, b"robust/rim" + first.to_bytes(4, "big"), drawn)
        words = np.frombuffer(keystream(key, count), np.uint8)
        under, beside = self._loudness
        across = under[np.minimum(np.arange(plane.shape[1]) // side, len(under) - 1)]
        down = beside[(first + np.arange(len(parts[1]))) // side]
        louds = across[None], down[:, None]
        noises = np.split(words, [4 * parts[0].size])
        for part, noise, loud in zip(parts, noises, louds, strict=True):
            sums = noise.reshape(*part.shape, 4).sum(axis=2) - 510.0
            part += sums * (loud / _DEVIATION)

    @cached_property
    def _loudness(self) -> tuple[Floats, Floats]:
        """Deviation of the luma by the changes in the lowest blocks, and in the rightmost ones."""
        zero, one = self.plan.zero, self.plan.one
        return _deviations(zero[-1], one[-1]), _deviations(zero[:, -1], one[:, -1])

    def bits(
        self, header: bytes, record: Record, layers: tuple[bytes, bytes], session: Session
    ) -> NDArray[np.bool_]:
        """The bits of all layers, each by its place turned over or not, as the session says.

        So places that are not used have random bits too, and who has the reference alone sees
        neither the code nor how often it repeats: nothing of what the layers are and hold.
        """
        found = np.zeros(self.plan.zero.shape, bool)
        flat = found.reshape(-1)
        for index, layer in enumerate(layers):
            if layer:
                put(flat, self._places(record, index), layer)
        flat ^= self._turned(session)
        put(flat, self.frame.header, header)
        return found

    def read(
        self, heard: Heard, header: CompactHeader, base_alone: bool = False
    ) -> tuple[bytes | None, bytes | None]:
        """Base and refinement as they were sent, each None where it did not come through.

        Args:
            base_alone: the refinement is not looked for.
        """
        record, soft = header.record, softened(heard.ratios).reshape(-1)
        # As numbers are negated; choosing whose turn it is costs far more.
        turned = -self._turned(header.session).view(np.int8)
        soft ^= turned
        soft -= turned
        base = self._layer(soft, record, 0)
        return base, None if base_alone else self._layer(soft, record, 1)

    def _layer(self, soft: Short, record: Record, index: int) -> bytes | None:
        size = (record.base, record.refinement)[index]
        if not size:
            return None
        places = self._places(record, index)
        layer = take(soft[places], size) if size <= len(places) // 8 else None
        good = layer is not None and digests_match(record, index, layer)
        return layer if good else None

    def _turned(self, session: Session) -> NDArray[np.bool_]:
        count = self.plan.zero.size
        words = keystream(session.subkey(b"payload/robust/turned"), -(-count // 8))
        return np.unpackbits(np.frombuffer(words, np.uint8), count=count).astype(bool)

    def _places(self, record: Record, index: int) -> NDArray[np.int64]:
        return (self.frame.refinement if index else self.frame.base)(record.share)


def _deviations(zero: Floats, one: Floats) -> Floats:
    """Of the luma in each of these blocks (blocks, side, side) by its changes."""
    # Squares of 256ths: their sum is the same in every order.
    squares = sum(np.square(each.astype(np.float64)).sum(axis=(1, 2)) for each in (zero, one))
    return np.sqrt(squares / (2 * zero[0].size))


def layers_power(stego_psnr: float) -> float:
    """Mean square of the luma's change by the layers of a stego, levels squared."""
    return 3 * LUMA_POWER * 255**2 / 10 ** (stego_psnr / 10)


def analog_deviation(stego_psnr: float) -> float:
    """Of the samples by the network's part, levels."""
    return 255 * 10 ** (-stego_psnr / 20) * math.sqrt(ANALOG_SHARE)


def opened(header: CompactHeader, layers: tuple[bytes | None, bytes | None]) -> list[bytes | None]:
    """The contents of both layers."""
    names = BASE, REFINEMENT
    return [
        None if layer is None else open_layer(header.session, name, layer)
        for name, layer in zip(names, layers, strict=True)
    ]
