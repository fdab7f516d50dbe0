"""What a JPEG XL file claims, read before its decoder makes room for it.

Field by field after ISO/IEC 18181-1: annex D for the image header, annex F for those of frames.
"""

from math import ceil

JXL_BOX = b"\0\0\0\x0cJXL \r\n\x87\n"
JXL_CODESTREAM = b"\xff\x0a"
_HEADER_BYTES = 16
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_GREY, _XYB, _CUSTOM = 1, 2, 2  # of colour spaces; of white points and primaries
_REGULAR, _LOW_FREQUENCY, _REFERENCE_ONLY = 0, 1, 2
_USES_LOW_FREQUENCY = 0x20
_REPLACE = 0
_SIZES = ((0, 8), (256, 11), (2304, 14), (18688, 30))
_LENGTHS = ((0, 10), (1024, 14), (17408, 22), (4211712, 30))
MOST_FRAMES = 8
_SLACK = 1 << 20
"""Pixels by which a frame may exceed its picture: one that keeps repeated shapes does, a little."""


def jxl_size(data: bytes) -> tuple[int, int] | None:
    """Height and width that a JPEG XL file claims; None where they cannot be found.

    The plugin decodes a file when it opens it, so its size must be known before.
    """
    codestream = data if data.startswith(JXL_CODESTREAM) else _codestream_start(data)
    if not codestream.startswith(JXL_CODESTREAM):
        return None
    return _size(_Bits(codestream[:_HEADER_BYTES]))


def is_plain_jxl(
    data: bytes, height: int, width: int, channels: int, frames: int = MOST_FRAMES
) -> bool:
    """Whether a bare codestream is a picture of this size with 8 bits a sample and nothing else.

    A frame may be far larger than its picture, and there may be many, and many channels; a
    container may hold a JPEG to be made anew, a profile may be packed. None of that is written by
    this program; frames that keep repeated shapes or a small version of the picture are.

    Args:
        frames: at most.
    """
    if not data.startswith(JXL_CODESTREAM):
        return False
    bits = _Bits(data)
    try:
        if _size(bits) != (height, width):
            return False
        xyb = _plain_header(bits, channels)
        for _ in range(frames):
            if _last_frame(bits, xyb, height, width):
                return True
    except ValueError:
        pass
    return False


def _plain_header(bits: "_Bits", channels: int) -> bool:
    """Whether the colours are transformed.

    Raises:
        ValueError: an unusual picture.
    """
    xyb, found = True, 3
    if not bits.flag():  # not all as by default
        _must(not bits.flag())  # orientation, preview, animation
        _must(not bits.flag())  # floating point
        _must(bits.u32((8, 0), (10, 0), (12, 0), (1, 6)) == 8)
        bits.flag()  # buffers of 16 bits are enough
        _must(bits.u32((0, 0), (1, 0), (2, 4), (1, 12)) == 0)  # further channels
        xyb = bits.flag()
        found = _channels(bits)
        _must(bits.u64() == 0)
    _must(bits.flag())  # no weights of its own
    _must(found == channels)
    return xyb


def _channels(bits: "_Bits") -> int:
    if bits.flag():
        return 3
    _must(not bits.flag())  # a profile
    space = bits.enum()
    _must(space != _XYB)
    _must(bits.enum() != _CUSTOM)
    if space != _GREY:
        _must(bits.enum() != _CUSTOM)
    if bits.flag():
        bits.take(24)  # gamma
    else:
        bits.enum()
    bits.enum()
    return 1 if space == _GREY else 3


def _last_frame(bits: "_Bits", xyb: bool, height: int, width: int) -> bool:
    """Pass by a frame; whether it was the last.

    Raises:
        ValueError: it takes more room than the picture, or is unusual.
    """
    bits.to_byte()
    if bits.flag():  # all as by default
        return True
    kind, modular, flags = bits.take(2), bits.flag(), bits.u64()
    _must(xyb or not bits.flag())  # channels of a JPEG
    shrunk = 1 if flags & _USES_LOW_FREQUENCY else 1 << bits.take(2)
    group = 128 << bits.take(2) if modular else 256
    if xyb and not modular:
        bits.take(6)
    passes = 1 if kind == _REFERENCE_ONLY else _passes(bits)
    if kind == _LOW_FREQUENCY:
        shrunk <<= 3 * (bits.take(2) + 1)
    elif bits.flag():  # a size of its own
        _must(kind == _REFERENCE_ONLY)
        most = height * width + _SLACK
        width, height = bits.u32(*_SIZES), bits.u32(*_SIZES)
        _must(0 < height * width <= most)
    if kind not in (_LOW_FREQUENCY, _REFERENCE_ONLY):
        _must(bits.u32((0, 0), (1, 0), (2, 0), (3, 2)) == _REPLACE)
        if bits.flag():
            return True
    if kind != _LOW_FREQUENCY:
        bits.take(3)  # its number, and whether it is kept as it is
    bits.skip(8 * bits.u32((0, 0), (0, 4), (16, 5), (48, 10)))  # a name
    _pass_filters(bits, modular)
    _must(bits.u64() == 0)
    _must(not bits.flag())  # parts in another order
    bits.to_byte()
    sides = ceil(height / shrunk), ceil(width / shrunk)
    groups = ceil(sides[0] / group) * ceil(sides[1] / group)
    large = ceil(ceil(sides[0] / 8) / group) * ceil(ceil(sides[1] / 8) / group)
    parts = 1 if groups == passes == 1 else 2 + large + groups * passes
    length = sum(bits.u32(*_LENGTHS) for _ in range(parts))
    bits.to_byte()
    bits.skip(8 * length)
    return False


def _passes(bits: "_Bits") -> int:
    passes = bits.u32((1, 0), (2, 0), (3, 0), (4, 3))
    if passes > 1:
        smaller = bits.u32((0, 0), (1, 0), (2, 0), (3, 1))
        bits.take(2 * (passes - 1) + 2 * smaller)
        for _ in range(smaller):
            bits.u32((0, 0), (1, 0), (2, 0), (0, 3))
    return passes


def _pass_filters(bits: "_Bits", modular: bool) -> None:
    if bits.flag():  # all as by default
        return
    if bits.flag() and bits.flag():
        bits.take(6 * 16)
    if bits.take(2):
        if not modular and bits.flag():
            bits.take(8 * 16)
        if bits.flag():
            bits.take(5 * 16)
        if bits.flag():
            bits.take(3 * 16 if modular else 4 * 16)
        if modular:
            bits.take(16)
    _must(bits.u64() == 0)


def _must(condition: bool) -> None:
    if not condition:
        raise ValueError("an unusual JPEG XL")


def _size(bits: "_Bits") -> tuple[int, int]:
    small = bits.take(1)
    height = _side(bits, small)
    ratio = bits.take(3)
    if not ratio:
        return height, _side(bits, small)
    times, by = _RATIOS[ratio - 1]
    return height, height * times // by


def _side(bits: "_Bits", small: int) -> int:
    if small:
        return (bits.take(5) + 1) * 8
    return bits.take((9, 13, 18, 30)[bits.take(2)]) + 1


def _codestream_start(data: bytes) -> bytes:
    """The first bytes of the codestream in a container, where parts may be of any length."""
    at, start = 0, b""
    while at + 8 <= len(data) and len(start) < _HEADER_BYTES:
        size, kind, head = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        end = at + size if size else len(data)
        if end < at + head:
            break
        if kind in {b"jxlc", b"jxlp"}:
            head += 4 if kind == b"jxlp" else 0  # which counts the parts
            start += data[at + head : min(end, at + head + _HEADER_BYTES)]
        at = end
    return start


class _Bits:
    """Takes bits of a codestream from the lowest one upwards; zeros after the end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 8 * len(JXL_CODESTREAM)

    def take(self, count: int) -> int:
        first, self._at = self._at, self._at + count
        piece = int.from_bytes(self._data[first // 8 : (self._at + 7) // 8], "little")
        return (piece >> (first % 8)) & ((1 << count) - 1)

    def flag(self) -> bool:
        return bool(self.take(1))

    def skip(self, count: int) -> None:
        self._at += count

    def u32(self, *choices: tuple[int, int]) -> int:
        """A number: one of four pairs of a least one and of how many bits are added to it."""
        least, count = choices[self.take(2)]
        return least + self.take(count)

    def u64(self) -> int:
        """A number whose longest form is not read."""
        choice = self.take(2)
        _must(choice < 3)
        least, count = ((0, 0), (1, 4), (17, 8))[choice]
        return least + self.take(count)

    def enum(self) -> int:
        return self.u32((0, 0), (1, 0), (2, 4), (18, 6))

    def to_byte(self) -> None:
        self._at += -self._at % 8
