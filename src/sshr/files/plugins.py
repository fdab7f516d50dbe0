"""Formats that Pillow reads through a plugin, which is loaded when such a file is met."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from PIL import features

from sshr.files.jxl import JXL_BOX, JXL_CODESTREAM


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
    if data.startswith((JXL_BOX, JXL_CODESTREAM)):
        return JXL
    if data[4:8] == b"ftyp":
        end = min(int.from_bytes(data[:4], "big"), 256)
        brands = {data[8:12], *(data[at : at + 4] for at in range(16, end - 3, 4))}
        if brands & {b"avif", b"avis"}:
            return AVIF
        if brands & {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1"}:
            return HEIF
    return None
