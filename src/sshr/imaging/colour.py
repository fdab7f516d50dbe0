"""Colour profiles (ICC): what they describe, and conversion of a picture to sRGB."""

from io import BytesIO

from PIL import Image, ImageCms

_SPACES = {b"RGB ": "RGB", b"GRAY": "L", b"CMYK": "CMYK", b"Lab ": "LAB"}

_RGB_OR_LESS = {"1", "L", "YCbCr", "HSV", "RGBX"}


def profile_mode(profile: bytes) -> str | None:
    """Pillow's mode for the samples that a profile describes, from its header; None if unknown."""
    return _SPACES.get(profile[16:20])


def is_srgb(profile: bytes) -> bool:
    """Whether a profile says that it is sRGB."""
    return b"sRGB" in profile or "sRGB".encode("utf-16-be") in profile


def profile_name(profile: bytes) -> str:
    """What a profile calls itself, on one printable line of at most 60 characters."""
    try:
        name = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(BytesIO(profile)))
    except (ImageCms.PyCMSError, OSError, ValueError):
        name = ""
    return "".join(c if c.isprintable() else " " for c in name).strip()[:60] or "unnamed"


def to_srgb(image: Image.Image, profile: bytes) -> tuple[Image.Image, str]:
    """Convert an image without alpha from its profile to sRGB.

    Returns:
        An RGB image and a note; the image as it is where the profile cannot be used.
    """
    mode = profile_mode(profile)
    fits = image.mode == mode or image.mode in {"RGB": _RGB_OR_LESS, "L": {"1"}}.get(mode or "", ())
    try:
        if not fits:
            raise ValueError(f"a profile for {mode} on samples of {image.mode}")
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image.convert(mode), source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image, "its colour profile cannot be used and was ignored"
    assert converted is not None  # only an in-place conversion returns nothing
    name = profile_name(profile)
    return converted, f"its colours were converted from its profile ({name}) to sRGB"
