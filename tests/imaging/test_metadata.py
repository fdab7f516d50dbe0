"""What a written file says beside its samples: what was chosen, and nothing of ours."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from picture_files import chunks_of, encoded, foreign_profile, grey_profile
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from sshr.errors import ImageError, OutputError, UsageError
from sshr.imaging.metadata import MetadataChoice
from sshr.imaging.reading import Picture, read_image
from sshr.imaging.writing import write_image

Rgb8 = NDArray[np.uint8]
SUFFIXES = [".png", ".webp", ".tif", ".bmp"]
TELLTALES = (b"GPS", b"maker's notes", b"\xff\xd8\xff", b"thumb", b"xmp", b"sshr", b"SSHR")
GAMMA, PRIMARIES = (45455).to_bytes(4, "big"), bytes(range(32))


def exif() -> Image.Exif:
    """As a phone writes it: turned, with position, maker's notes and a preview."""
    block = Image.Exif()
    block[ExifTags.Base.Make] = "Camera works"
    block[ExifTags.Base.Orientation] = 6
    block[ExifTags.IFD.Exif] = {
        ExifTags.Base.ExposureTime: 0.5,
        ExifTags.Base.MakerNote: b"maker's notes with GPS",
        ExifTags.Base.ExifImageWidth: 100,
        ExifTags.Base.LensModel: "Fifty",
    }
    block[ExifTags.IFD.GPSInfo] = {1: "N", 2: (48.0, 51.0, 29.0), 29: "GPS day"}
    return block


@pytest.fixture
def rich(photograph: Callable[..., Rgb8], tmp_path: Path) -> Picture:
    """A PNG with everything that its file can say."""
    info = PngInfo()
    for kind, content in ((b"gAMA", GAMMA), (b"cHRM", PRIMARIES), (b"tIME", bytes(7))):
        info.add(kind, content)
    info.add_text("Author", "Ada")
    info.add_itxt("Title", "Gärten", "de", "Titel")
    info.add_text("XML:com.adobe.xmp", "xmp GPS")
    info.add_text("Raw profile type exif", "GPS")
    data = encoded(
        Image.fromarray(photograph(72, 100)),
        **{"pnginfo": info, "exif": exif(), "icc_profile": foreign_profile(), "dpi": (300, 300)},
    )
    (tmp_path / "rich.png").write_bytes(data)
    return read_image(tmp_path / "rich.png")


def written(picture: Picture, path: Path, choice: MetadataChoice) -> bytes:
    image = picture.rgb[:, :, 0] if picture.greyscale else picture.rgb
    write_image(path, image, alpha=picture.alpha, extras=picture.extras.chosen(choice))
    assert np.array_equal(read_image(path).rgb, picture.rgb)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("choice", "kinds"),
    [
        ("strip", [b"IHDR", b"IDAT", b"IEND"]),
        ("colour", [b"IHDR", b"iCCP", b"gAMA", b"cHRM", b"IDAT", b"IEND"]),
        (
            "keep",
            [b"IHDR", b"iCCP", b"gAMA", b"cHRM", b"tEXt", b"iTXt", b"eXIf", b"IDAT", b"IEND"],
        ),
    ],
)
def test_png_holds_these_chunks_and_no_other(
    rich: Picture, tmp_path: Path, choice: MetadataChoice, kinds: list[bytes]
) -> None:
    data = written(rich, tmp_path / "a.png", choice)
    chunks = chunks_of(data)
    assert list(dict.fromkeys(kind for kind, _ in chunks)) == kinds
    said = dict(chunks)
    assert said.get(b"gAMA", GAMMA) == GAMMA
    assert said.get(b"cHRM", PRIMARIES) == PRIMARIES
    assert said.get(b"tEXt", b"Author\0Ada") == b"Author\0Ada"
    title = "Title\0\0\0de\0Titel\0Gärten".encode()
    assert said.get(b"iTXt", title) == title
    rest = b"".join(content for kind, content in chunks if kind != b"IDAT")
    assert not any(word in rest for word in TELLTALES)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("choice", ["colour", "keep", "strip"])
def test_every_format_keeps_what_it_can(
    rich: Picture, tmp_path: Path, suffix: str, choice: MetadataChoice
) -> None:
    data = written(rich, tmp_path / f"a{suffix}", choice)
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        profile = image.info.get("icc_profile")
        tags = image.getexif()
        details = tags.get_ifd(ExifTags.IFD.Exif)
        positions = tags.get_ifd(ExifTags.IFD.GPSInfo)
    can = suffix != ".bmp"
    assert profile == (foreign_profile() if can and choice != "strip" else None)
    assert tags.get(ExifTags.Base.Make) == ("Camera works" if can and choice == "keep" else None)
    assert tags.get(ExifTags.Base.Orientation, 1) == 1
    holds_details = choice == "keep" and suffix in {".png", ".webp"}
    assert details.get(ExifTags.Base.LensModel) == ("Fifty" if holds_details else None)
    assert ExifTags.Base.MakerNote not in details
    assert ExifTags.Base.ExifImageWidth not in details
    assert not positions
    assert not any(word in data.replace(b"Exif", b"") for word in TELLTALES[:2])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_without_choice_a_file_holds_samples_alone(
    rich: Picture, tmp_path: Path, suffix: str
) -> None:
    """The same bytes as for the bare samples, and those hold no words."""
    bare = Picture(rich.rgb, False, "bare")
    data = written(rich, tmp_path / f"a{suffix}", "strip")
    assert data == written(bare, tmp_path / f"b{suffix}", "keep")
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        known = {"compression", "dpi", "resolution", "loop", "background", "timestamp", "duration"}
        assert set(image.info) <= known
        assert not image.getexif().get_ifd(ExifTags.IFD.Exif)
        named = {256, 257, 258, 259, 262, 273, 277, 278, 279, 284, 317, 339}  # TIFF 6.0: the raster
        assert set(getattr(image, "tag_v2", {})) <= named


@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif"])
@pytest.mark.parametrize("greyscale", [False, True])
def test_alpha_is_written_and_samples_under_it_stay(
    photograph: Callable[..., Rgb8], tmp_path: Path, suffix: str, greyscale: bool
) -> None:
    rgb = photograph(72, 100)
    if greyscale:
        rgb = np.repeat(rgb[:, :, :1], 3, axis=2)
    alpha = np.random.default_rng(0).choice(np.array([0, 3, 255], np.uint8), (72, 100))
    path = tmp_path / f"a{suffix}"
    written(Picture(rgb, greyscale, "x", alpha=alpha), path, "colour")
    again = read_image(path)
    assert again.alpha is not None
    assert np.array_equal(again.alpha, alpha)
    assert again.greyscale == (greyscale and suffix != ".webp")


def test_bmp_refuses_alpha(tmp_path: Path, photograph: Callable[..., Rgb8]) -> None:
    with pytest.raises(OutputError, match="cannot hold the transparent parts"):
        write_image(tmp_path / "a.bmp", photograph(64, 64), alpha=np.zeros((64, 64), np.uint8))
    assert list(tmp_path.iterdir()) == []


def test_a_grey_profile_goes_into_grey_files_alone(
    tmp_path: Path, photograph: Callable[..., Rgb8]
) -> None:
    grey = Image.fromarray(photograph(64, 64)).convert("L")
    (tmp_path / "grey.png").write_bytes(encoded(grey, icc_profile=grey_profile()))
    extras = read_image(tmp_path / "grey.png").extras
    assert extras.options("PNG", greyscale=True)["icc_profile"] == grey_profile()
    assert "icc_profile" not in extras.options("PNG", greyscale=False)
    assert "icc_profile" not in extras.options("WEBP", greyscale=True)
    assert extras.lost("PNG", greyscale=True) == ()
    assert "other channels" in extras.lost("PNG", greyscale=False)[0]


def test_what_a_format_cannot_hold_is_told(rich: Picture) -> None:
    assert rich.extras.lost("PNG", False) == ()
    assert rich.extras.lost("WEBP", False) == ("WEBP files do not hold the reference's text",)
    (note,) = rich.extras.lost("BMP", False)
    assert note.endswith("colour profile or EXIF or text")
    assert "only the main entries" in rich.extras.lost("TIFF", False)[1]
    assert rich.extras.chosen("strip").lost("BMP", False) == ()


def test_unknown_choice(rich: Picture) -> None:
    with pytest.raises(UsageError, match="colour, keep or strip"):
        rich.extras.chosen("all")  # type: ignore[arg-type]


@given(block=st.binary(max_size=200), place=st.integers(0, 200), byte=st.integers(0, 255))
def test_no_exif_block_breaks_reading_or_writing(
    tmp_path_factory: pytest.TempPathFactory, block: bytes, place: int, byte: int
) -> None:
    folder = tmp_path_factory.getbasetemp()
    good = bytearray(exif().tobytes())
    good[place % len(good)] = byte
    for number, data in enumerate((block, bytes(good))):
        path = folder / f"in{number}.webp"
        path.write_bytes(encoded(Image.new("RGB", (64, 64), 7), "WEBP", exif=data, lossless=True))
        try:
            picture = read_image(path)
        except ImageError:  # an orientation that cannot be read may not be passed over
            continue
        for suffix in (".png", ".tif"):
            write_image(folder / f"out{suffix}", picture.rgb, True, extras=picture.extras)
            assert (read_image(folder / f"out{suffix}").rgb == picture.rgb).all()
