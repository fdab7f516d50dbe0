"""A PNG chunk by chunk: what its pixels need must be sound, what else it says may be left out."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from sshr.imaging.limits import MAX_PIXELS

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# First column and row, and steps, of the passes of an interlaced picture (Adam7).
_PASSES = (
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4)),
    *((1, 0, 2, 2), (0, 1, 1, 2)),
)
_MAX_TEXT = 1 << 20
_MAX_TEXTS = 1 << 25
_SRGB_GAMMA = 45455
_SRGB_CORNERS = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
_SDR = {b"\x01\x0d\x00\x01", b"\x01\x01\x00\x01"}  # BT.709 primaries, sRGB's or BT.709's curve
_PIECE = 1 << 20


@dataclass(frozen=True)
class SoundPng:
    """A PNG that can be decoded, without the chunks that cannot be used, and a note on each."""

    data: bytes
    notes: tuple[str, ...]


def sound_png(data: bytes) -> SoundPng:
    """The PNG as a decoder shall see it.

    Raises:
        ValueError: what the pixels need is damaged, or the pixels are too few.
    """
    kept, dropped, texts = [SIGNATURE], [], 0
    pixels, needs = _Pixels(), 0
    for kind, content, whole in _chunks(data):
        needed = kind[:1].isupper() or kind == b"tRNS"
        if zlib.crc32(kind + content) != int.from_bytes(whole[-4:], "big"):
            if needed:
                raise ValueError(f"the checksum of {_name(kind)} is wrong")
            dropped.append(f"a damaged part of its file ({_name(kind)}) was left out")
            continue
        if kind == b"IHDR":
            needs = _needed_bytes(content)
        elif kind == b"IDAT":
            pixels.take(content, needs)
        elif kind in (b"zTXt", b"iTXt", b"tEXt", b"iCCP"):
            length = _unpacked(kind, content)
            texts += length
            if (length > _MAX_TEXT and kind != b"tEXt") or texts > _MAX_TEXTS:
                what = "colour profile" if kind == b"iCCP" else "text"
                dropped.append(f"its {what} is longer than 1 MiB and was left out")
                continue
        kept.append(whole)
    if pixels.count < needs:
        raise ValueError("rows are missing")
    return SoundPng(b"".join(kept), tuple(dict.fromkeys(dropped)))


def unapplied_colour(chunks: tuple[tuple[bytes, bytes], ...], profile: bool) -> tuple[str, ...]:
    """A note where a PNG's colours are not sRGB by chunks that are not applied.

    Args:
        chunks: kinds and contents.
        profile: there is an ICC profile too, which goes before gAMA and cHRM.
    """
    held = dict(chunks)
    if b"cICP" in held and held[b"cICP"] not in _SDR:
        return ("its colours (cICP, as HDR has them) are not converted: they may look pale",)
    if b"cICP" in held or profile or b"sRGB" in held:
        return ()
    found = []
    gamma = int.from_bytes(held.get(b"gAMA", b""), "big")
    if gamma and abs(gamma - _SRGB_GAMMA) > 500:
        found.append(f"gamma ({gamma / 100_000:.4g})")
    corners = held.get(b"cHRM", b"")
    numbers = [int.from_bytes(corners[at : at + 4], "big") for at in range(0, len(corners), 4)]
    if len(numbers) == 8 and any(
        abs(one - usual) > 500 for one, usual in zip(numbers, _SRGB_CORNERS, strict=True)
    ):
        found.append("primary colours (cHRM)")
    if not found:
        return ()
    return (f"its samples are not converted from its {' and '.join(found)}",)


class _Pixels:
    """Counts the bytes that compressed pixels hold, without keeping them."""

    def __init__(self) -> None:
        self.count = 0
        self._inflate = zlib.decompressobj()

    def take(self, content: bytes, enough: int) -> None:
        try:
            while content and self.count < enough:
                self.count += len(self._inflate.decompress(content, _PIECE))
                content = self._inflate.unconsumed_tail
        except zlib.error as error:
            raise ValueError(f"its pixels cannot be unpacked: {error}") from error


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Kind, content and all of each chunk, up to the end.

    Raises:
        ValueError: the file ends before.
    """
    at, kind = len(SIGNATURE), b""
    while kind != b"IEND":
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(data):
            raise ValueError("the end is missing")
        yield kind, data[at + 8 : end - 4], data[at:end]
        at = end


def _unpacked(kind: bytes, content: bytes) -> int:
    """How long a text or profile is, unpacked; a limit and one where it is longer."""
    start = content.index(b"\0") + 2 if b"\0" in content else len(content)
    packed = content[start:]
    if kind == b"iTXt":
        is_packed = content[start - 1 : start] == b"\1"
        packed = content[start + 1 :].split(b"\0", 2)[-1] if is_packed else b""
    if kind == b"tEXt" or not packed:
        return len(content)
    try:
        return len(zlib.decompressobj().decompress(packed, _MAX_TEXT + 1))
    except zlib.error:
        return len(content)


def _needed_bytes(header: bytes) -> int:
    """Bytes of all rows, each with the number of its filter; 0 for more pixels than are read."""
    if len(header) != 13 or header[9] not in _SAMPLES:
        raise ValueError("its header makes no sense")
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    if width * height > MAX_PIXELS:
        return 0
    bits = header[8] * _SAMPLES[header[9]]
    passes = _PASSES if header[12] else ((0, 0, 1, 1),)
    count = 0
    for left, top, across, down in passes:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            count += rows * (1 + (columns * bits + 7) // 8)
    return count


def _name(kind: bytes) -> str:
    return ascii(kind.decode("latin-1"))[1:-1]
