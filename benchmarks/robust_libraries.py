"""What comes through the JPEG files of other libraries, one robust stego a pair.

    python benchmarks/robust_libraries.py FOLDER [--limit 6] [--json OUT]

The fixed pairs of the folder, central squares of 256 px, profile `messenger` without the network.
Each writer makes a file of the stego at qualities 75 and 85 (its own scale of qualities, which is
not everyone's); each file is decoded by Pillow and, where the library has one, by its own decoder.
`base` and `refined` count pairs of which that layer came through. PSNR in dB of 8-bit RGB with the
secret; a reveal that fails counts as the secret's own mean grey. Draws come from a seed.

The libraries are no part of the project:
`pip install opencv-python-headless imagecodecs simplejpeg "pyvips[binary]" pyjpegli jpeglib`.
A library or program that is missing is named, and its rows are left out.
"""

import argparse
import io
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from PIL import Image
from printing import keep, show

import sshr
from sshr.errors import SshrError
from sshr.evaluation.protocols import centre_crop, fixed_pairs
from sshr.imaging.reading import read_image
from sshr.metrics import psnr
from sshr.types import Rgb8

QUALITIES = 75, 85
KEYS = sshr.Keys(reference_alone=True)
VERSIONS = "6b", "7", "8d", "9f", "turbo210", "mozjpeg403"
"""Of libjpeg and what follows it, as `jpeglib` names them."""

Writer = Callable[[Rgb8, int], bytes]
Reader = Callable[[bytes], Rgb8]


@dataclass(frozen=True)
class Way:
    """A library that writes or reads.

    Attributes:
        module: what is imported, or a program's name.
        write, read: take the module, then what `Writer` and `Reader` take.
    """

    name: str
    module: str
    write: Callable[[Any, Rgb8, int], bytes] | None = None
    read: Callable[[Any, bytes], Rgb8] | None = None


@dataclass(frozen=True)
class LibraryRow:
    """What was revealed behind a writer and a reader, and the words that were said most often."""

    writer: str
    reader: str
    quality: int
    psnr: float
    base: int
    refined: int
    pairs: int
    words: str


def _pillow(module: Any, picture: Rgb8, quality: int, **options: Any) -> bytes:
    buffer = io.BytesIO()
    module.fromarray(picture).save(buffer, "JPEG", quality=quality, **options)
    return buffer.getvalue()


def _pillow_back(module: Any, data: bytes) -> Rgb8:
    with module.open(io.BytesIO(data)) as image:
        return np.array(image.convert("RGB"))


def _opencv(module: Any, picture: Rgb8, quality: int, *options: str) -> bytes:
    words = [module.IMWRITE_JPEG_QUALITY, quality]
    for name in options:
        words += [getattr(module, f"IMWRITE_JPEG_{name}"), 1]
    return bytes(module.imencode(".jpg", picture[:, :, ::-1], words)[1])


def _opencv_back(module: Any, data: bytes) -> Rgb8:
    return np.ascontiguousarray(module.imdecode(np.frombuffer(data, np.uint8), 1)[:, :, ::-1])


def _simplejpeg(module: Any, picture: Rgb8, quality: int, fast: bool) -> bytes:
    return bytes(module.encode_jpeg(picture, quality, "RGB", "420", fast))


def _simplejpeg_back(module: Any, data: bytes, fast: bool) -> Rgb8:
    return np.array(module.decode_jpeg(data, "RGB", fastdct=fast, fastupsample=fast))


def _imagecodecs(module: Any, picture: Rgb8, quality: int) -> bytes:
    return bytes(module.jpeg8_encode(picture, quality, subsampling="420", optimize=True))


def _vips(module: Any, picture: Rgb8, quality: int, **options: Any) -> bytes:
    return bytes(module.Image.new_from_array(picture).jpegsave_buffer(Q=quality, **options))


def _vips_back(module: Any, data: bytes) -> Rgb8:
    return np.asarray(module.Image.new_from_buffer(data, ""))


def _jpegli(module: Any, picture: Rgb8, quality: int) -> bytes:
    return bytes(module.encode(picture.tobytes(), picture.shape[1], picture.shape[0], quality))


def _jpegli_back(module: Any, data: bytes) -> Rgb8:
    levels, width, height = module.decode(data)
    return np.frombuffer(levels, np.uint8).reshape(height, width, 3)


def _jpeglib(
    version: str, method: str, sampling: str, module: Any, picture: Rgb8, quality: int
) -> bytes:
    with module.version(version), tempfile.TemporaryDirectory() as work:
        path = Path(work) / "stego.jpg"
        made = module.from_spatial(picture)
        made.samp_factor = sampling
        made.write_spatial(str(path), qt=quality, dct_method=getattr(module, f"JDCT_{method}"))
        return path.read_bytes()


def _jpeglib_back(version: str, method: str, smooth: str, module: Any, data: bytes) -> Rgb8:
    with module.version(version), tempfile.TemporaryDirectory() as work:
        path = Path(work) / "stego.jpg"
        path.write_bytes(data)
        own = getattr(module, f"JDCT_{method}")
        flags = [f"{smooth}DO_FANCY_UPSAMPLING"]
        return np.array(module.read_spatial(str(path), dct_method=own, flags=flags).spatial)


def _convert(program: str, picture: Rgb8, quality: int) -> bytes:
    words = [program, "ppm:-", "-sampling-factor", "4:2:0", "-quality", str(quality), "jpg:-"]
    return subprocess.run(words, input=_ppm(picture), capture_output=True, check=True).stdout


def _cjpeg(program: str, picture: Rgb8, quality: int) -> bytes:
    words = [program, "-quality", str(quality), "-progressive"]
    return subprocess.run(words, input=_ppm(picture), capture_output=True, check=True).stdout


def _ppm(picture: Rgb8) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PPM")
    return buffer.getvalue()


TRELLIS = {"trellis_quant": True, "overshoot_deringing": True, "optimize_scans": True}
WAYS = (
    Way("Pillow", "PIL.Image", _pillow, _pillow_back),
    Way("Pillow, progressive", "PIL.Image", partial(_pillow, progressive=True)),
    Way("Pillow, optimised", "PIL.Image", partial(_pillow, optimize=True)),
    Way("Pillow, 4:4:4", "PIL.Image", partial(_pillow, subsampling="4:4:4")),
    Way("OpenCV", "cv2", _opencv, _opencv_back),
    Way(
        "OpenCV, progressive, optimised",
        "cv2",
        lambda module, *what: _opencv(module, *what, "PROGRESSIVE", "OPTIMIZE"),
    ),
    Way(
        "simplejpeg",
        "simplejpeg",
        partial(_simplejpeg, fast=False),
        partial(_simplejpeg_back, fast=False),
    ),
    Way(
        "simplejpeg, fast",
        "simplejpeg",
        partial(_simplejpeg, fast=True),
        partial(_simplejpeg_back, fast=True),
    ),
    Way(
        "imagecodecs",
        "imagecodecs",
        _imagecodecs,
        lambda module, data: np.array(module.jpeg8_decode(data)),
    ),
    Way("libvips", "pyvips", _vips, _vips_back),
    Way("libvips, trellis", "pyvips", partial(_vips, interlace=True, **TRELLIS)),
    Way(
        "libvips, trellis, its own table",
        "pyvips",
        partial(_vips, interlace=True, quant_table=3, **TRELLIS),
    ),
    Way("jpegli", "pyjpegli", _jpegli, _jpegli_back),
    *(
        Way(
            f"libjpeg {version}",
            "jpeglib",
            partial(_jpeglib, version, "ISLOW", "4:2:0"),
            partial(_jpeglib_back, version, "ISLOW", "+"),
        )
        for version in VERSIONS
    ),
    Way(
        "libjpeg 6b, fast DCT, plain upsampling",
        "jpeglib",
        partial(_jpeglib, "6b", "IFAST", "4:2:0"),
        partial(_jpeglib_back, "6b", "IFAST", "-"),
    ),
    Way(
        "libjpeg 9f, 4:4:4, DCT in floats",
        "jpeglib",
        partial(_jpeglib, "9f", "FLOAT", "4:4:4"),
        partial(_jpeglib_back, "9f", "FLOAT", "+"),
    ),
    Way("mozjpeg403, 4:4:4", "jpeglib", partial(_jpeglib, "mozjpeg403", "ISLOW", "4:4:4")),
    Way("ImageMagick", "convert", _convert),
    Way("cjpeg, progressive", "cjpeg", _cjpeg),
)
PROGRAMS = "convert", "cjpeg"
FIRST = "Pillow"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--crop", type=int, default=256)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--only", help="writers whose names hold this")
    parser.add_argument("--json", type=Path, metavar="OUT")
    args = parser.parse_args()
    modules = {name: _found(name) for name in dict.fromkeys(way.module for way in WAYS)}
    ways = [way for way in WAYS if modules[way.module] is not None]
    chosen = [way for way in ways if way.write and (not args.only or args.only in way.name)]
    rows: dict[tuple[str, str, int], list[tuple[float, int, str]]] = {}
    pairs = fixed_pairs(args.folder)[: args.limit]
    for number, pair in enumerate(pairs):
        secret, reference = (centre_crop(read_image(one).rgb, args.crop) for one in pair)
        draw = random.Random(f"robust {number}").randbytes
        stego = sshr.conceal(secret, reference, KEYS, "robust", random=draw, analog="off").image
        for way in chosen:
            for quality in QUALITIES:
                assert way.write is not None
                data = way.write(modules[way.module], stego, quality)
                readers = [one for one in ways if one.read and one.name in (FIRST, way.name)]
                if way.name == FIRST:
                    readers = [one for one in ways if one.read]
                for one in readers:
                    assert one.read is not None
                    seen = one.read(modules[one.module], data)
                    found = revealed(np.ascontiguousarray(seen), secret, reference)
                    rows.setdefault((way.name, one.name, quality), []).append(found)
    table = [summary(key, found) for key, found in rows.items()]
    show("revealed", table)
    facts = {"folder": args.folder.name, "crop": args.crop, "pairs": len(pairs)}
    keep(args.json, **facts, rows=[asdict(row) for row in table])
    return 0


def _found(name: str) -> Any:
    """A module or the path of a program, or None, said in a line."""
    if name in PROGRAMS:
        found: Any = shutil.which(name)
    else:
        try:
            found = import_module(name)
        except ImportError:
            found = None
    if found is None:
        print(f"{name} is not installed: its rows are left out", file=sys.stderr)
    return found


def revealed(seen: Rgb8, secret: Rgb8, reference: Rgb8) -> tuple[float, int, str]:
    """PSNR in dB, layers and words."""
    try:
        found = sshr.reveal(seen, reference, KEYS)
    except SshrError as error:
        grey = np.full_like(secret, round(secret.mean()))
        return psnr(grey, secret), 0, type(error).__name__
    layers = 1 if "alone" in found.channel else 2
    return psnr(found.rgb, secret), layers, found.channel.partition(";")[0]


def summary(key: tuple[str, str, int], found: list[tuple[float, int, str]]) -> LibraryRow:
    """The row of a writer, a reader and a quality."""
    return LibraryRow(
        *key,
        psnr=fmean(level for level, _, _ in found),
        base=sum(layers > 0 for _, layers, _ in found),
        refined=sum(layers > 1 for _, layers, _ in found),
        pairs=len(found),
        words=Counter(words for _, _, words in found).most_common(1)[0][0],
    )


if __name__ == "__main__":
    sys.exit(main())
