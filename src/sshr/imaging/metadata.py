"""What a picture's file says beside its samples, and which of it a stego may carry on.

Nothing of this program's own is ever added. A position, preview pictures, the maker's private
notes and XMP (which may repeat all of them) are dropped whatever the choice.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo, iTXt
from PIL.TiffImagePlugin import PREDICTOR

from sshr.errors import UsageError
from sshr.imaging.colour import profile_mode

MetadataChoice = Literal["colour", "keep", "strip"]

_TAG = ExifTags.Base
_KEPT_TAGS = (
    *(_TAG.ImageDescription, _TAG.Make, _TAG.Model, _TAG.Software, _TAG.DateTime, _TAG.Artist),
    *(_TAG.Copyright, _TAG.XResolution, _TAG.YResolution, _TAG.ResolutionUnit),
)
# The sides stand in the file itself, and may have been exchanged by turning it upright.
_DROPPED_TAGS = {_TAG.MakerNote, _TAG.ExifInteroperabilityOffset, _TAG.ExifImageWidth}
_DROPPED_TAGS |= {_TAG.ExifImageHeight, _TAG.Orientation}

_PNG_START = 8
_COLOUR_CHUNKS = {b"gAMA", b"cHRM", b"sRGB", b"cICP"}
_DROPPED_TEXTS = ("XML:com.adobe.xmp", "Raw profile type")
_UNABLE = {"BMP": ("profile", "exif", "text"), "WEBP": ("text",), "TIFF": ("text",)}
DAMAGED_EXIF = "its EXIF block is damaged"
_NAMES = {"profile": "colour profile", "exif": "EXIF", "text": "text"}


@dataclass(frozen=True)
class Extras:
    """What a file says beside its samples, cleaned of what is never kept.

    Attributes:
        profile: ICC colour profile.
        colour: PNG's gAMA, cHRM, sRGB and cICP chunks, names and contents.
        exif: EXIF block, orientation upright.
        text: PNG's texts by keyword.
    """

    profile: bytes = b""
    colour: tuple[tuple[bytes, bytes], ...] = ()
    exif: bytes = b""
    text: tuple[tuple[str, str | iTXt], ...] = ()

    def chosen(self, choice: MetadataChoice) -> "Extras":
        """`colour` leaves what tells the samples' colours, `keep` everything, `strip` nothing.

        Raises:
            UsageError: another word.
        """
        if choice not in get_args(MetadataChoice):
            raise UsageError(f"unknown metadata choice '{choice}': use colour, keep or strip")
        if choice == "strip":
            return NO_EXTRAS
        return self if choice == "keep" else replace(self, exif=b"", text=())

    def lost(self, file_format: str, greyscale: bool) -> tuple[str, ...]:
        """Notes on what a file in Pillow's format, of one colour channel or three, cannot hold."""
        notes = []
        names = [_NAMES[kind] for kind in _UNABLE.get(file_format, ()) if getattr(self, kind)]
        if names:
            notes.append(f"{file_format} files do not hold the reference's {' or '.join(names)}")
        if file_format == "TIFF" and ExifTags.IFD.Exif in self._tags():
            notes.append("TIFF files hold only the main entries of the reference's EXIF")
        if self.profile and file_format != "BMP" and not self._fits(file_format, greyscale):
            notes.append("the reference's colour profile describes other channels and was dropped")
        return tuple(notes)

    def _fits(self, file_format: str, greyscale: bool) -> bool:
        """Whether the profile describes the channels that the file will have."""
        mode = "L" if greyscale and file_format != "WEBP" else "RGB"
        return profile_mode(self.profile) == mode

    def options(self, file_format: str, greyscale: bool) -> dict[str, Any]:
        """Pillow's options for writing it into a file with one colour channel or three."""
        options: dict[str, Any] = {}
        if file_format != "BMP" and self._fits(file_format, greyscale):
            options["icc_profile"] = self.profile
        if self.exif and file_format == "TIFF":
            tags = self._tags()
            tags.pop(ExifTags.IFD.Exif, None)  # libtiff, which compresses, writes no such block
            tags[PREDICTOR] = 2
            options["tiffinfo"] = tags
        elif self.exif and file_format != "BMP":
            options["exif"] = self.exif
        if file_format == "PNG" and (self.colour or self.text):
            options["pnginfo"] = self._png()
        return options

    def _tags(self) -> Image.Exif:
        tags = Image.Exif()
        tags.load(self.exif)
        return tags

    def _png(self) -> PngInfo:
        info = PngInfo()
        for kind, content in self.colour:
            info.add(kind, content)
        for key, text in self.text:
            if isinstance(text, iTXt):
                info.add_itxt(key, text, text.lang or "", text.tkey or "")
            else:
                info.add_text(key, text)
        return info


NO_EXTRAS = Extras()


def extras_of(image: Image.Image, data: bytes) -> tuple[Extras, tuple[str, ...]]:
    """The extras of a loaded image and its file, and a note on what in them cannot be read."""
    profile = image.info.get("icc_profile") or b""
    notes = []
    try:
        exif = _clean_exif(image)
    except Exception:  # a foreign block of many types; Pillow raises whatever comes its way
        exif = b""
        notes.append(DAMAGED_EXIF)
    text = tuple(
        (key, value)
        for key, value in getattr(image, "text", {}).items()
        if not key.startswith(_DROPPED_TEXTS)
    )
    return Extras(profile, _colour_chunks(data), exif, text), tuple(notes)


def _clean_exif(image: Image.Image) -> bytes:
    source = image.getexif()
    clean = Image.Exif()
    for tag in _KEPT_TAGS:
        if tag in source:
            clean[tag] = source[tag]
    details = source.get_ifd(ExifTags.IFD.Exif)
    kept = {tag: value for tag, value in details.items() if tag not in _DROPPED_TAGS}
    if kept:
        clean[ExifTags.IFD.Exif] = kept
    if not clean:
        return b""
    if _TAG.Orientation in source:
        clean[_TAG.Orientation] = 1
    return clean.tobytes()


def _colour_chunks(data: bytes) -> tuple[tuple[bytes, bytes], ...]:
    """A PNG's chunks about colour; nothing of other files. Its checksums have been verified."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return ()
    found, at = [], _PNG_START
    while at + 12 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if kind == b"IDAT":
            break
        if kind in _COLOUR_CHUNKS:
            found.append((kind, data[at + 8 : at + 8 + length]))
        at += 12 + length
    return tuple(found)
