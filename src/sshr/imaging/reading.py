"""Reading a picture from a file: every failure, on any bytes, is one ImageError."""

import os
import stat
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from sshr.errors import ImageError, UsageError
from sshr.files.names import reason, shown
from sshr.files.plugins import plugin_for
from sshr.imaging.depth import is_deep
from sshr.imaging.limits import MAX_FILE_BYTES, check_size
from sshr.imaging.metadata import DAMAGED_EXIF, NO_EXTRAS, Extras, extras_of
from sshr.imaging.modes import PLAIN_MODES, as_rgb, to_rgb
from sshr.imaging.opening import ORIENTATION, load_image, most_pixels, open_image, upright_of
from sshr.imaging.png import SIGNATURE, sound_png, unapplied_colour
from sshr.imaging.quiet import no_warnings

_UNSUPPORTED = ("not configured", "not available", "not supported", "nsupported", "not implemented")

# Their decoders compute in floating point or choose their own filters: versions differ by a level.
INEXACT_FORMATS = frozenset({"JPEG", "MPO", "JPEG2000", "AVIF", "HEIF", "JXL", "PCD"})

# Not frames in time: what Pillow shows first is the whole picture.
PARTS = {
    # The further pictures of an MPO are previews or gain maps that phones add to a photograph.
    "MPO": "the first, main picture of several was taken",
    "PSD": "the flattened picture was taken, without its layers",
}


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture in memory.

    Attributes:
        rgb: HWC uint8, RGB order, C-contiguous; a greyscale picture has three equal channels.
        greyscale: the source had one channel.
        name: what messages call it.
        path: where it was read from; None for an array.
        notes: what of the file did not come along or was changed, one clause each.
        alpha: HW uint8, 255 is opaque; None where all of it is.
        extras: what the file says beside its samples.
        inexact: the format or mode of which other decoders may make other samples; None if none.
    """

    rgb: npt.NDArray[np.uint8]
    greyscale: bool
    name: str
    path: Path | None = None
    notes: tuple[str, ...] = ()
    alpha: npt.NDArray[np.uint8] | None = None
    extras: Extras = NO_EXTRAS
    inexact: str | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.rgb.shape[0], self.rgb.shape[1]

    def scaled_down(self, max_side: int) -> "Picture":
        """At most `max_side` pixels a side, by Pillow's Lanczos filter; smaller ones as they are.

        Raises:
            ImageError: the shorter side would be under 64 px.
        """
        height, width = self.size
        longest = max(height, width)
        if longest <= max_side:
            return self
        target = (round(width * max_side / longest), round(height * max_side / longest))
        check_size(target[1], target[0], self.name)

        def scaled(samples: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
            return np.array(Image.fromarray(samples).resize(target, Image.Resampling.LANCZOS))

        alpha = None if self.alpha is None else scaled(self.alpha)
        return replace(self, rgb=scaled(self.rgb), alpha=alpha)


AnyPicture = str | os.PathLike[str] | npt.NDArray[np.uint8] | Image.Image | BinaryIO | Picture
"""What stands for a picture in the Python API, see `as_picture`."""


def read_image(
    path: str | os.PathLike[str], *, srgb: bool = False, received: bool = False
) -> Picture:
    """Read a picture: EXIF orientation applied, brought to 8-bit RGB, the first of several frames.

    The file is read once. The checksums of what a PNG's pixels need are verified, so a changed
    byte is noticed; other parts that are damaged or too long are left out, with a note.

    Args:
        srgb: apply the colour profile, which is right for looking at the picture. A reference is
            used as stored: both sides must get the same samples.
        received: it comes from somebody else: only decoders of formats in which stegos are written
            or survive (`sshr.imaging.opening.RECEIVED`) are let at it.

    Raises:
        ImageError: missing, unreadable, truncated, not an image, or of a format whose plugin is
            not installed; 32-bit samples of unknown range; a side under 64 px or more than 150
            megapixels. Nothing else, whatever the bytes are.
    """
    name = shown(path)
    return decode_image(_read_bytes(path, name), name, Path(path), srgb=srgb, received=received)


def read_received(path: str | os.PathLike[str]) -> Picture:
    """`read_image` of a stego that came from somebody else.

    Raises:
        ImageError: see `read_image`.
    """
    return read_image(path, received=True)


def decode_image(
    data: bytes,
    name: str = "image",
    path: Path | None = None,
    *,
    srgb: bool = False,
    received: bool = False,
) -> Picture:
    """`read_image` of a file's bytes.

    Args:
        name: what messages call it.
        path: where it was read from.

    Raises:
        ImageError: see `read_image`.
    """
    try:
        # What Pillow warns about is either refused below or of no interest to the user.
        with no_warnings():
            return _decode(data, path, name, srgb, received)
    except ImageError:
        raise
    except UnidentifiedImageError as error:
        plugin = plugin_for(data)
        if plugin and not plugin.ready():
            raise ImageError(
                f"{name}: is {plugin.format}, which needs another package: "
                f"pip install {plugin.package}."
            ) from error
        raise ImageError(
            f"{name}: is not an image that can be read. Convert it to PNG or JPEG."
        ) from error
    except Image.DecompressionBombError as error:
        raise ImageError(f"{name}: has too many pixels. Scale it down first.") from error
    except Exception as error:
        # The boundary: Pillow's decoders raise OSError, SyntaxError, ValueError, struct.error,
        # zlib.error, EOFError, KeyError, MemoryError and more on damaged files.
        told = reason(error)
        if any(words in told for words in _UNSUPPORTED):
            raise ImageError(
                f"{name}: is stored in a way that cannot be read here ({told}). Convert it to PNG."
            ) from error
        raise ImageError(f"{name}: is damaged or incomplete ({told}).") from error


def as_picture(
    image: AnyPicture, name: str = "image", *, srgb: bool = False, received: bool = False
) -> Picture:
    """The picture that a caller of the Python API means.

    Args:
        image: a path; an HWC uint8 RGB or HW uint8 greyscale array (used without a copy where
            its layout allows); a PIL image; a binary stream, which is read to its end; or a
            Picture, returned as it is.
        name: what messages call anything but a path.
        srgb: of a path, a stream or a PIL image, see `read_image`.
        received: of a path or a stream, see `read_image`.

    Raises:
        UsageError: an array of another shape or type, or something else altogether.
        ImageError: see read_image; the size limits hold for arrays too.
    """
    if isinstance(image, Picture):
        return image
    if isinstance(image, str | os.PathLike):
        return read_image(image, srgb=srgb, received=received)
    if isinstance(image, Image.Image):
        return decode_image(_as_file(image, name), name, srgb=srgb)
    if hasattr(image, "read"):
        stream = cast("BinaryIO", image)
        return decode_image(_read_stream(stream, name), name, srgb=srgb, received=received)
    if not isinstance(image, np.ndarray):
        raise UsageError(
            f"{name}: must be a path, a NumPy array, a PIL image, a binary stream or a Picture, "
            f"not {type(image).__name__}."
        )
    colour = image.ndim == 3 and image.shape[2] == 3
    if image.dtype != np.uint8 or not (colour or image.ndim == 2):
        raise UsageError(
            f"{name}: must be uint8 of shape (height, width, 3) RGB or (height, width) grey, "
            f"not {image.dtype} {tuple(image.shape)}."
        )
    check_size(image.shape[0], image.shape[1], name)
    return Picture(np.ascontiguousarray(as_rgb(image)), greyscale=not colour, name=name)


def _as_file(image: Image.Image, name: str) -> bytes:
    """A PIL image as a lossless file, so that it is read by the same rules as any other."""
    stream = BytesIO()
    known = image.mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")
    kept = {name: image.info[name] for name in ("icc_profile", "exif") if image.info.get(name)}
    try:
        if known:
            image.save(stream, "PNG", compress_level=1, **kept)
        else:
            image.save(stream, "TIFF", **kept)
    except Exception as error:  # a lazy image is decoded here, or is of a mode that no file has
        raise ImageError(f"{name}: cannot be read ({reason(error)}).") from error
    return stream.getvalue()


def _read_stream(stream: BinaryIO, name: str) -> bytes:
    try:
        data = stream.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise ImageError(f"{name}: cannot be read ({reason(error)}).") from error
    if not isinstance(data, bytes):
        raise UsageError(f"{name}: the stream gives {type(data).__name__}, not bytes.")
    if len(data) > MAX_FILE_BYTES:
        raise ImageError(f"{name}: is over {MAX_FILE_BYTES >> 30} GiB, too large to read.")
    if not data:
        raise ImageError(f"{name}: is empty (0 bytes).")
    return data


def _read_bytes(path: str | os.PathLike[str], name: str) -> bytes:
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise ImageError(f"{name}: is a folder, not an image file.")
        if not stat.S_ISREG(status.st_mode):
            raise ImageError(f"{name}: is a pipe or a device. Save the picture to a file first.")
        if status.st_size > MAX_FILE_BYTES:
            raise ImageError(f"{name}: is over {MAX_FILE_BYTES >> 30} GiB, too large to read.")
        data = Path(path).read_bytes()
    except FileNotFoundError as error:
        raise ImageError(f"{name}: no such file.") from error
    except PermissionError as error:
        raise ImageError(f"{name}: no permission to read it.") from error
    except (OSError, ValueError) as error:
        raise ImageError(f"{name}: cannot be read ({reason(error)}).") from error
    if not data:
        raise ImageError(f"{name}: is empty (0 bytes).")
    return data


def _decode(data: bytes, path: Path | None, name: str, srgb: bool, received: bool) -> Picture:
    notes: tuple[str, ...] = ()
    if data.startswith(SIGNATURE):
        sound = sound_png(data)
        data, notes = sound.data, sound.notes
    with open_image(data, name, received) as checked:
        check_size(checked.height, checked.width, name)
        notes = (*_part_notes(checked), *notes)
        if checked.height * checked.width > most_pixels(checked, len(data)):
            raise ImageError(f"{name}: is damaged or incomplete (too short for its size).")
    with open_image(data, name, received) as image:
        deep, mode = is_deep(image), image.mode
        inexact = _inexact_format(image)
        # Pillow turns a TIFF itself when it is decoded, and forgets that it did.
        turned = image.getexif().get(ORIENTATION, 1) if image.format == "TIFF" else 1
        load_image(image)
        orientation, upright = upright_of(image)
        extras, extra_notes = extras_of(image, data)
    if orientation is None:
        extra_notes = (*extra_notes, DAMAGED_EXIF)
    elif {orientation, turned} & set(range(2, 9)):
        notes = (*notes, "it was turned upright as its EXIF orientation says")
    check_size(upright.height, upright.width, name)
    samples = to_rgb(upright, name, deep=deep, srgb=srgb)
    if not (mode in PLAIN_MODES or mode.startswith("I")):
        inexact = inexact or mode
    colour_notes = unapplied_colour(extras.colour, bool(extras.profile))
    return Picture(
        samples.rgb,
        samples.greyscale,
        name,
        path,
        tuple(dict.fromkeys((*samples.notes, *notes, *extra_notes, *colour_notes))),
        samples.alpha,
        extras,
        inexact,
    )


def _inexact_format(image: Image.Image) -> str | None:
    if "jpeg" in str(image.info.get("compression", "")):  # inside TIFF
        return "JPEG"
    return image.format if image.format in INEXACT_FORMATS else None


def _part_notes(image: Image.Image) -> list[str]:
    frames = getattr(image, "n_frames", 1)
    if frames < 2:
        return []
    first = f"only the first of its {frames} frames or pages was taken"
    return [PARTS.get(image.format or "", first)]
