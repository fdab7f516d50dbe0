"""Writing a picture: lossless, whole or not at all, and never over a file by accident."""

import os
import secrets
import stat
import tempfile
import zlib
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.TiffImagePlugin import PREDICTOR

from sshr.errors import OutputError, UsageError
from sshr.imaging.metadata import NO_EXTRAS, Extras
from sshr.imaging.names import is_same_file, reason, shown
from sshr.imaging.temporary import held, sync_folder

PathLike = str | os.PathLike[str]

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

LOSSY_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".jp2", ".j2k", ".jpf", ".jpx", ".jxl", ".gif"}
    | {".avif", ".heic", ".heif"}
)


def check_output(path: PathLike, force: bool = False, inputs: Iterable[PathLike] = ()) -> None:
    """Refuse an output that write_image could not or should not write, before any work is done.

    Args:
        path: the file to be written; its suffix chooses the format.
        force: an existing file may be replaced.
        inputs: files that the work reads; the output must be none of them, whatever the links.

    Raises:
        OutputError: the reason in one line. Nothing was written.
    """
    name = shown(path)
    target = Path(path)
    _check_suffix(target, name)
    if any(is_same_file(target, source) for source in inputs):
        raise OutputError(f"{name}: is also an input and would be lost. Choose another name.")
    try:
        with suppress(FileNotFoundError):
            _check_existing(os.lstat(target).st_mode, name, force)
        # A try, not os.access: that one knows nothing of quotas, ACLs or root's read-only folders.
        # The file has no name where the system allows it, and is gone at once elsewhere.
        with tempfile.TemporaryFile(dir=target.parent):
            pass
    except (OSError, ValueError) as error:
        raise _folder_error(error, target, name) from error


def write_image(
    path: PathLike,
    image: npt.NDArray[np.uint8],
    force: bool = False,
    check: Callable[[Path], None] | None = None,
    *,
    alpha: npt.NDArray[np.uint8] | None = None,
    extras: Extras = NO_EXTRAS,
) -> None:
    """Write HWC uint8 RGB or HW uint8 grey losslessly in the suffix's format.

    The file appears under its name only when it is complete and on the disk. Without force a
    file that has appeared there meanwhile is left alone; with it a link is replaced, not followed.
    On any failure nothing remains.

    Args:
        check: called with the complete file while it still has a temporary name; what it raises
            keeps the file from being published.
        alpha: HW uint8, 255 is opaque.
        extras: what else the file shall say, where its format can; by default nothing.

    Raises:
        OutputError: the name, the folder or the disk refuses, or the format cannot hold alpha.
        UsageError: the array has another shape or type.
    """
    name = shown(path)
    target = Path(path)
    _check_suffix(target, name)
    check_alpha(target, alpha is not None)
    if image.dtype != np.uint8 or not (image.ndim == 2 or image.shape[2:] == (3,)):
        raise UsageError(
            f"{name}: only uint8 RGB (height, width, 3) or grey (height, width) can be written, "
            f"not {image.dtype} {tuple(image.shape)}."
        )
    file_format, options = LOSSLESS[target.suffix.lower()]
    options = {**options, **extras.options(file_format, greyscale=image.ndim == 2)}
    # Short whatever the target's name is, and hidden, so that folder listings pass it over.
    temporary = target.parent / f".sshr-{secrets.token_hex(8)}.tmp"
    lock = ExitStack()
    try:
        with open(temporary, "xb") as file:
            lock.enter_context(held(file.fileno()))
            _as_image(image, alpha).save(file, file_format, **options)
            file.flush()
            os.fsync(file.fileno())
        if check:
            check(temporary)
        if force:
            os.replace(temporary, target)
        else:
            _publish_new(temporary, target)
        sync_folder(target.parent)
    except FileExistsError as error:
        raise _exists_error(name) from error
    except (OSError, ValueError) as error:
        raise _folder_error(error, target, name) from error
    finally:
        with suppress(OSError, ValueError):
            temporary.unlink()
        lock.close()


def check_alpha(path: PathLike, alpha: bool) -> None:
    """Refuse a format that cannot hold transparency, if there is any.

    Raises:
        OutputError: alpha and BMP.
    """
    if alpha and format_of(path) == "BMP":
        raise OutputError(
            f"{shown(path)}: .bmp files cannot hold the transparent parts of the picture. "
            "Use .png, .webp or .tif."
        )


def lost_in(path: PathLike, extras: Extras, greyscale: bool) -> tuple[str, ...]:
    """Notes on what of the extras the format of this name cannot hold."""
    file_format = format_of(path)
    return extras.lost(file_format, greyscale) if file_format else ()


def format_of(path: PathLike) -> str | None:
    """Pillow's name of the format that a suffix chooses; None for one that is not written."""
    file_format, _ = LOSSLESS.get(Path(path).suffix.lower(), (None, None))
    return file_format


def _as_image(image: npt.NDArray[np.uint8], alpha: npt.NDArray[np.uint8] | None) -> Image.Image:
    picture = Image.fromarray(np.ascontiguousarray(image))
    if alpha is not None:
        picture.putalpha(Image.fromarray(alpha))
    return picture


def _publish_new(temporary: Path, target: Path) -> None:
    """Give the file its name; FileExistsError when another file has it already."""
    try:
        os.link(temporary, target)
        return
    except FileExistsError:
        raise
    except OSError:
        pass  # the file system has no hard links (FAT, some network folders)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))  # claims the name
    try:
        os.replace(temporary, target)
    except BaseException:
        target.unlink()
        raise


def _check_suffix(target: Path, name: str) -> None:
    suffix = target.suffix.lower()
    if suffix in LOSSLESS:
        return
    if suffix in LOSSY_SUFFIXES:
        fault = f"{suffix} files lose detail, which destroys what is concealed"
    else:
        fault = (
            f"{shown(suffix)} is not a format that can be written" if suffix else "has no suffix"
        )
    raise OutputError(f"{name}: {fault}. Use .png (or .webp, .tif, .bmp, written losslessly).")


def _check_existing(mode: int, name: str, force: bool) -> None:
    if stat.S_ISDIR(mode):
        raise OutputError(f"{name}: is a folder. Give a file name.")
    if not stat.S_ISREG(mode) and not stat.S_ISLNK(mode):
        raise OutputError(f"{name}: is not a regular file. Choose another name.")
    if not force:
        raise _exists_error(name)


def _exists_error(name: str) -> OutputError:
    return OutputError(
        f"{name}: exists already. Choose another name, or use --force to replace it."
    )


def _folder_error(error: Exception, target: Path, name: str) -> OutputError:
    folder = shown(target.parent)
    if isinstance(error, FileNotFoundError):
        return OutputError(f"{name}: there is no folder {folder}. Create it first.")
    if isinstance(error, NotADirectoryError):
        return OutputError(f"{name}: {folder} is not a folder.")
    if isinstance(error, PermissionError):
        return OutputError(f"{name}: no permission to write in the folder {folder}.")
    return OutputError(f"{name}: cannot be written ({reason(error)}).")
