"""Opening and decoding an image by Pillow, and only by the decoders that it may meet."""

from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from sshr.errors import ImageError
from sshr.files.jxl import jxl_size
from sshr.files.pictures import EXCLUDED_FORMATS
from sshr.files.plugins import JXL, plugin_for
from sshr.imaging.libtiff import libtiff_errors
from sshr.imaging.limits import MAX_PIXELS, check_size

ORIENTATION = 0x0112
"""EXIF's tag."""

RECEIVED = ("PNG", "WEBP", "TIFF", "BMP", "JPEG")
"""Pillow's names of the formats of stegos. TIFF only as it is written or plain."""

_RECEIVED_TIFF = ("raw", "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "packbits")


def open_image(data: bytes, name: str, received: bool) -> Image.Image:
    """An image of a size that is known and not yet decoded, but for JPEG XL.

    Args:
        received: see `sshr.imaging.reading.read_image`.

    Raises:
        ImageError: its format is not to be opened, or a JPEG XL is too large.
        Exception: of any kind, for what is no image.
    """
    Image.init()  # so that ID lists every format; Pillow does the work only once
    plugin = plugin_for(data)
    if received:
        return _open_received(data, name, plugin.format if plugin else "")
    if plugin and plugin.ready() and plugin is JXL:
        size = jxl_size(data)
        if size is None:
            raise ImageError(f"{name}: is damaged or incomplete (the codestream is missing).")
        check_size(*size, name)
    return Image.open(BytesIO(data), formats=[f for f in Image.ID if f not in EXCLUDED_FORMATS])


def _open_received(data: bytes, name: str, foreign: str) -> Image.Image:
    try:
        image = Image.open(BytesIO(data), formats=RECEIVED)
    except UnidentifiedImageError as error:
        told = f"is {foreign}" if foreign else "is not an image that can be read as a stego"
        raise ImageError(
            f"{name}: {told}; stegos are PNG, WebP, TIFF, BMP or JPEG files. If you trust it, "
            "convert it to PNG."
        ) from error
    packed = image.info.get("compression", "raw")
    if image.format == "TIFF" and packed not in _RECEIVED_TIFF:
        raise ImageError(f"{name}: is a TIFF packed as {packed}, which no stego is.")
    return image


def most_pixels(image: Image.Image, length: int) -> int:
    """Pixels that so many bytes can hold; decoders make up the rest where the data ends early."""
    if image.format in ("JPEG", "MPO"):
        return 512 * length  # a Huffman code has a bit at least for each block of 8x8
    if image.format == "PNG":  # Deflate's best is 1032 bytes for one
        return 1032 * length // 3 if image.mode == "RGB" else 8 * 1032 * length
    return MAX_PIXELS


def load_image(image: Image.Image) -> None:
    """Decode. libtiff goes on where it meets damage, and only says so.

    Raises:
        Exception: of any kind, for damage.
    """
    if image.format != "TIFF":
        image.load()
        return
    with libtiff_errors() as errors:
        try:
            image.load()
        except OSError as error:
            fault: OSError | None = error
        else:
            fault = None
    if errors:
        raise OSError(errors[0].rstrip("."))
    if fault:
        raise fault


def upright_of(image: Image.Image) -> tuple[int | None, Image.Image]:
    """The EXIF orientation of a loaded image, and the image turned by it.

    A damaged EXIF block is forgotten; then there is no orientation.
    """
    try:
        return image.getexif().get(ORIENTATION, 1), ImageOps.exif_transpose(image)
    except Exception:  # a foreign block of many types; Pillow raises whatever comes its way
        image.info.pop("exif", None)
        return None, image.copy()
