"""Pictures that are cut, changed, of a wrong kind, or larger than they look."""

import io
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "PPM", "TGA")
Survive = Callable[[str], None]


def encoded(file_format: str) -> bytes:
    file = io.BytesIO()
    with Image.open("reference.png") as image:
        image.save(file, file_format)
    return file.getvalue()


def flipped(data: bytes, rng: random.Random, count: int, begin: int = 0) -> bytes:
    changed = bytearray(data)
    for _ in range(count):
        # Half of them where the headers are, which decide what a decoder does.
        last = rng.choice([min(len(data), begin + 64), len(data)])
        changed[rng.randrange(begin, last)] ^= 1 << rng.randrange(8)
    return bytes(changed)


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("where", ["in the header", "in the middle", "at the end"])
def test_cut_short(survive_picture: Survive, file_format: str, where: str) -> None:
    data, rng = encoded(file_format), random.Random(file_format)
    ends = {"in the header": rng.randrange(64), "in the middle": rng.randrange(64, len(data) - 8)}
    Path("cut.img").write_bytes(data[: ends.get(where, len(data) - 5)])
    survive_picture("cut.img")


@pytest.mark.parametrize("count", [3, 20])
@pytest.mark.parametrize("file_format", FORMATS)
def test_flipped_bits(survive_picture: Survive, file_format: str, count: int) -> None:
    rng = random.Random(f"{file_format}{count}")
    Path("flipped.img").write_bytes(flipped(encoded(file_format), rng, count))
    survive_picture("flipped.img")


@pytest.mark.parametrize("seed", range(3, 7))
def test_flipped_bits_under_right_checksums(survive_picture: Survive, seed: int) -> None:
    rng = random.Random(seed)
    data = bytearray(flipped(encoded("PNG"), rng, rng.choice([1, 4]), begin=12))
    place = 8
    while place + 12 <= len(data):
        end = place + 8 + int.from_bytes(data[place : place + 4], "big")
        data[end : end + 4] = zlib.crc32(data[place + 4 : end]).to_bytes(4, "big")
        place = end + 4
    Path("flipped.png").write_bytes(data)
    survive_picture("flipped.png")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.png", b""),
        ("text.png", b"This is no picture.\n" * 40),
        ("zeros.png", bytes(5000)),
        ("noise.png", random.Random(1).randbytes(5000)),
        ("page.jpg", b"<!doctype html><title>404</title>"),
        ("archive.png", b"PK\x03\x04" + random.Random(2).randbytes(400)),
        ("drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg' width='99' height='99'/>"),
        ("paper.png", b"%PDF-1.7\n" + random.Random(3).randbytes(400)),
        ("script.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\nshowpage\n"),
        ("magic.png", b"\x89PNG\r\n\x1a\n"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_picture(survive_picture: Survive, bench: Path, name: str, data: bytes) -> None:
    (bench / name).write_bytes(data)
    survive_picture(name)


@pytest.mark.parametrize("file_format", ["GIF", "TIFF"])
def test_several_pictures(survive_picture: Survive, bench: Path, file_format: str) -> None:
    first, *others = (Image.new("RGB", (72, 72), (n, 9, 9)) for n in (10, 200, 90))
    first.save(bench / "several", file_format, save_all=True, append_images=others)
    survive_picture("several")


@pytest.mark.parametrize("mode", ["RGBA", "LA", "CMYK", "I;16", "F", "1"])
def test_unusual_samples(survive_picture: Survive, bench: Path, mode: str) -> None:
    Image.new(mode, (72, 72)).save(bench / "unusual.tif")
    survive_picture("unusual.tif")


def huge() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Headers that promise far more samples than follow."""

    def png(width: int, height: int) -> bytes:
        data = encoded("PNG")
        body = b"IHDR" + struct.pack(">II", width, height) + data[24:29]
        return data[:12] + body + zlib.crc32(body).to_bytes(4, "big") + data[33:]

    def bmp(size: int) -> bytes:
        data = encoded("BMP")
        return data[:18] + struct.pack("<ii", size, size) + data[26:]

    def gif() -> bytes:
        data = encoded("GIF")
        return data[:6] + b"\xff" * 4 + data[10:]

    def jpeg(size: bytes) -> bytes:
        data = encoded("JPEG")
        at = data.index(b"\xff\xc0") + 5
        return data[:at] + size + data[at + 4 :]

    sizes = [(0, 0), (1, 1), (2**31 - 1, 2**31 - 1), (2**32 - 1, 1), (65535, 65535)]
    for size in (*sizes, (12000, 12000), (40000, 3000), (13000, 13500)):
        yield f"png-{size[0]}x{size[1]}", lambda size=size: png(*size)  # type: ignore[misc]
    yield "bmp-largest", lambda: bmp(2**31 - 1)
    yield "bmp-12000", lambda: bmp(12000)
    yield "ppm-largest", lambda: b"P6 999999999 999999999 255\n" + bytes(99)
    yield "ppm-12000", lambda: b"P6 12000 12000 255\n" + bytes(99)
    yield "gif-largest", gif
    yield "jpeg-largest", lambda: jpeg(b"\xff" * 4)
    yield "jpeg-12000", lambda: jpeg(b"\x2e\xe0\x2e\xe0")


@pytest.mark.parametrize(("name", "make"), list(huge()), ids=[name for name, _ in huge()])
def test_huge_size_in_the_header(
    survive_picture: Survive, name: str, make: Callable[[], bytes]
) -> None:
    Path(name).write_bytes(make())
    survive_picture(name)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def zeros(count: int) -> bytes:
    """So many zero bytes as a zlib stream, made from one block: compressing them takes seconds."""
    size = 1 << 16
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(bytes(size)) + packer.flush(zlib.Z_FULL_FLUSH)
    packer = zlib.compressobj(9, wbits=-15)
    rest = packer.compress(bytes(count % size)) + packer.flush()
    check = (count % 65521) << 16 | 1  # Adler-32 of zeros
    return b"\x78\xda" + block * (count // size) + rest + check.to_bytes(4, "big")


@pytest.mark.parametrize(
    ("width", "height", "bits", "colour"),
    [(20000, 20000, 1, 0), (30000, 5200, 8, 0), (12500, 12500, 8, 2), (60000, 60000, 1, 3)],
)
def test_small_file_of_a_huge_picture(
    survive_picture: Survive, width: int, height: int, bits: int, colour: int
) -> None:
    row = 1 + -(-width * bits * (3 if colour == 2 else 1) // 8)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    palette = chunk(b"PLTE", bytes(6)) if colour == 3 else b""
    data = chunk(b"IDAT", zeros(row * height)) + chunk(b"IEND", b"")
    Path("bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + header + palette + data)
    survive_picture("bomb.png")


@pytest.mark.parametrize("kind", ["zTXt", "iCCP", "iTXt", "IDAT"])
def test_small_chunk_of_400_mebibytes(survive_picture: Survive, kind: str) -> None:
    data, head = encoded("PNG"), {"iTXt": b"x\0\1\0\0\0", "IDAT": b""}.get(kind, b"x\0\0")
    extra = chunk(kind.encode(), head + zeros(400 << 20))
    rest = data[45 + struct.unpack(">I", data[33:37])[0] :] if kind == "IDAT" else data[33:]
    Path("bomb.png").write_bytes(data[:33] + extra + rest)
    survive_picture("bomb.png")
