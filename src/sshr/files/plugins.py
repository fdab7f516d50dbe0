"""Formats that Pillow reads through a plugin, which is loaded when such a file is met."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from PIL import features

_JXL_BOX = b"\0\0\0\x0cJXL \r\n\x87\n"
_JXL_CODESTREAM = b"\xff\x0a"
_HEADER_BYTES = 16
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))


@dataclass(frozen=True)
class Plugin:
    """A package and how it teaches Pillow its format."""

    format: str
    package: str
    register: Callable[[], object]
    suffixes: frozenset[str]

    def ready(self) -> bool:
        """Teach Pillow the format; False where the package is not installed."""
        try:
            self.register()
        except ImportError:
            return False
        return True


def _register_heif() -> None:
    import_module("pillow_heif").register_heif_opener()


def _expect_avif() -> None:
    if not features.check("avif"):
        raise ImportError("this build of Pillow has no AVIF")


_HEIF_SUFFIXES = frozenset({".heic", ".heics", ".heif", ".heifs", ".hif"})
HEIF = Plugin("HEIC", "pillow-heif", _register_heif, _HEIF_SUFFIXES)
AVIF = Plugin("AVIF", "-U pillow", _expect_avif, frozenset({".avif", ".avifs"}))
JXL = Plugin(
    "JPEG XL", "pillow-jxl-plugin", lambda: import_module("pillow_jxl"), frozenset({".jxl"})
)
PLUGINS = (HEIF, AVIF, JXL)


def plugin_for(data: bytes) -> Plugin | None:
    """The plugin that a file's first bytes ask for."""
    if data.startswith((_JXL_BOX, _JXL_CODESTREAM)):
        return JXL
    if data[4:8] == b"ftyp":
        end = min(int.from_bytes(data[:4], "big"), 256)
        brands = {data[8:12], *(data[at : at + 4] for at in range(16, end - 3, 4))}
        if brands & {b"avif", b"avis"}:
            return AVIF
        if brands & {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1"}:
            return HEIF
    return None


def jxl_size(data: bytes) -> tuple[int, int] | None:
    """Height and width that a JPEG XL file claims; None where they cannot be found.

    The plugin decodes a file when it opens it, so its size must be known before. The codestream's
    SizeHeader is that of ISO/IEC 18181-1, section D.2.
    """
    codestream = data if data.startswith(_JXL_CODESTREAM) else _codestream_start(data)
    if not codestream.startswith(_JXL_CODESTREAM):
        return None
    bits = _Bits(codestream[2:_HEADER_BYTES])
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
    """Takes bits from the lowest one upwards; zeros after the end."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "little")

    def take(self, count: int) -> int:
        taken = self._value & ((1 << count) - 1)
        self._value >>= count
        return taken
