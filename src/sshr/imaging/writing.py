"""Writing a picture: lossless, whole or not at all, and never over a file by accident."""

import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.TiffImagePlugin import PREDICTOR

from sshr.errors import OutputError, UsageError
from sshr.files.names import shown
from sshr.files.output import FOR_EVERYBODY, PathLike, check_file, refusals, staged
from sshr.files.plugins import PLUGINS
from sshr.imaging.metadata import NO_EXTRAS, Extras

# In noisy photographs, as every stego is one, Deflate finds next to no repeats: run lengths alone
# give level 6's size in a third of its time (12 megapixels: 1.1 s and 19.3 MB; level 6: 3.5 s and
# 19.3 MB; level 1: 1.5 s and 22.1 MB).
PNG_OPTIONS: dict[str, Any] = {"compress_type": zlib.Z_RLE}
TIFF_OPTIONS: dict[str, Any] = {"compression": "tiff_adobe_deflate", "tiffinfo": {PREDICTOR: 2}}

LOSSLESS: dict[str, tuple[str, dict[str, Any]]] = {
    ".png": ("PNG", PNG_OPTIONS),
    ".webp": ("WEBP", {"lossless": True, "exact": True, "quality": 0, "method": 0}),
    ".tif": ("TIFF", TIFF_OPTIONS),
    ".tiff": ("TIFF", TIFF_OPTIONS),
    ".bmp": ("BMP", {}),
}
"""Suffix -> Pillow's format and options; each keeps every sample of 8-bit RGB and grey, also
under alpha, which all but BMP hold."""

_JPEG: tuple[str, dict[str, Any]] = ("JPEG", {"quality": 95, "subsampling": "4:4:4"})
REVEALED = LOSSLESS | {".jpg": _JPEG, ".jpeg": _JPEG}
"""In which a revealed picture may be written: nothing is concealed in it."""

Formats = Mapping[str, tuple[str, dict[str, Any]]]


def stego_formats(jpeg: int) -> Formats:
    """In which a stego may be written, JPEG with 4:2:0 at this quality among them; 0: without."""
    if not jpeg:
        return LOSSLESS
    own = "JPEG", {"quality": jpeg, "subsampling": "4:2:0", "optimize": True}
    return LOSSLESS | {".jpg": own, ".jpeg": own}


LOSSY_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".jp2", ".j2k", ".jpf", ".jpx", ".gif"}
).union(*(plugin.suffixes for plugin in PLUGINS))


def check_output(
    path: PathLike,
    force: bool = False,
    inputs: Iterable[PathLike] = (),
    formats: Formats = LOSSLESS,
) -> None:
    """Refuse an output that write_image could not or should not write, before any work is done.

    Args:
        path: the file to be written; its suffix chooses the format.
        force: an existing file may be replaced.
        inputs: files that the work reads; the output must be none of them, whatever the links.
        formats: that may be written, by suffix.

    Raises:
        OutputError: the reason in one line. Nothing was written.
    """
    name = shown(path)
    target = Path(path)
    _check_suffix(target, name, formats)
    check_file(path, force, inputs)
    # A try, not os.access: that one knows nothing of quotas, ACLs or root's read-only folders.
    # The file has no name where the system allows it, and is gone at once elsewhere.
    with refusals(target), tempfile.TemporaryFile(dir=target.parent):
        pass


def write_image(
    path: PathLike,
    image: npt.NDArray[np.uint8],
    force: bool = False,
    *,
    alpha: npt.NDArray[np.uint8] | None = None,
    extras: Extras = NO_EXTRAS,
    mode: int = FOR_EVERYBODY,
    formats: Formats = LOSSLESS,
) -> None:
    """Write HWC uint8 RGB or HW uint8 grey in the suffix's format, by default losslessly.

    The file appears under its name only when it is complete and on the disk. Without force a
    file that has appeared there meanwhile is left alone; with it a link is replaced, not followed.
    On any failure nothing remains.

    Args:
        alpha: HW uint8, 255 is opaque.
        extras: what else the file shall say, where its format can; by default nothing.
        mode: permissions (less the umask), in force from the file's first moment on.
        formats: that may be written, by suffix.

    Raises:
        OutputError: the name, the folder or the disk refuses, or the format cannot hold alpha.
        UsageError: the array has another shape or type.
    """
    with staged_image(path, image, force, alpha=alpha, extras=extras, mode=mode, formats=formats):
        pass


@contextmanager
def staged_image(
    path: PathLike,
    image: npt.NDArray[np.uint8],
    force: bool = False,
    *,
    alpha: npt.NDArray[np.uint8] | None = None,
    extras: Extras = NO_EXTRAS,
    mode: int = FOR_EVERYBODY,
    formats: Formats = LOSSLESS,
) -> Iterator[Path]:
    """`write_image`, for whoever has to look at the file before it gets its name.

    Yields:
        The complete file's temporary name; what the block raises keeps it from being published.
    """
    name, target = shown(path), Path(path)
    _check_suffix(target, name, formats)
    check_file(path, force)
    check_alpha(target, alpha is not None)
    data = encode_image(
        image, target.suffix, alpha=alpha, extras=extras, name=name, formats=formats
    )
    with staged(target, data, force, mode) as file:
        yield file


def encode_image(
    image: npt.NDArray[np.uint8],
    suffix: str = ".png",
    *,
    alpha: npt.NDArray[np.uint8] | None = None,
    extras: Extras = NO_EXTRAS,
    name: str = "image",
    formats: Formats = REVEALED,
) -> bytes:
    """The file that `write_image` would write under a name with this suffix of `formats`.

    Raises:
        OutputError: the format cannot hold a picture of this size.
        UsageError: the array has another shape or type; `name` is what the messages call it.
    """
    if image.dtype != np.uint8 or not (image.ndim == 2 or image.shape[2:] == (3,)):
        raise UsageError(
            f"{name}: only uint8 RGB (height, width, 3) or grey (height, width) can be written, "
            f"not {image.dtype} {tuple(image.shape)}."
        )
    file_format, options = formats[suffix.lower()]
    options = {**options, **extras.options(file_format, greyscale=image.ndim == 2)}
    stream = BytesIO()
    with refusals(Path(name)):
        _as_image(image, alpha).save(stream, file_format, **options)
    return stream.getvalue()


def check_alpha(path: PathLike, alpha: bool) -> None:
    """Refuse a format that cannot hold transparency, if there is any.

    Raises:
        OutputError: alpha and BMP or JPEG.
    """
    if alpha and format_of(path) in ("BMP", "JPEG"):
        suffix = Path(path).suffix.lower()
        raise OutputError(
            f"{shown(path)}: {suffix} files cannot hold the transparent parts of the picture. "
            "Use .png, .webp or .tif."
        )


def lost_in(path: PathLike, extras: Extras, greyscale: bool) -> tuple[str, ...]:
    """Notes on what of the extras the format of this name cannot hold."""
    file_format = format_of(path)
    return extras.lost(file_format, greyscale) if file_format else ()


def format_of(path: PathLike) -> str | None:
    """Pillow's name of the format that a suffix chooses; None for one that is not written."""
    file_format, _ = REVEALED.get(Path(path).suffix.lower(), (None, None))
    return file_format


def _as_image(image: npt.NDArray[np.uint8], alpha: npt.NDArray[np.uint8] | None) -> Image.Image:
    picture = Image.fromarray(np.ascontiguousarray(image))
    if alpha is not None:
        picture.putalpha(Image.fromarray(alpha))
    return picture


def _check_suffix(target: Path, name: str, formats: Formats) -> None:
    suffix = target.suffix.lower()
    if suffix in formats:
        return
    if suffix in LOSSY_SUFFIXES:
        fault = f"{suffix} files lose detail"
    else:
        fault = (
            f"{shown(suffix)} is not a format that can be written" if suffix else "has no suffix"
        )
    raise OutputError(f"{name}: {fault}. Use .png (or .webp, .tif, .bmp, written losslessly).")
