"""Malformed inputs made from valid ones: the same for the same seed, each with its commands."""

import contextlib
import io
import os
import random
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from sshr.cli.runner import run

PHOTOS = Path(__file__).parents[1] / "examples" / "photos"
FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "PPM", "TGA")
SIDE = 72
PLAIN = "--no-passphrase"


@dataclass(frozen=True)
class Malformed:
    """One input: what it is, what is wrong with it, and the commands that it goes through.

    Attributes:
        commands: arguments of `sshr`, relative to the desk; `out.png` and `out` are free names.
        folders: the commands are for folders, whose exit code is 1 when a picture fails.
    """

    name: str
    fault: str
    commands: tuple[tuple[str, ...], ...]
    folders: bool = False


def lay_out(desk: Path) -> None:
    """The valid files: secret, reference, a stego of theirs, passphrase, checkpoint, folders."""
    for name, photo in (("secret", "parrots"), ("reference", "sailboats")):
        with Image.open(PHOTOS / f"{photo}.png") as image:
            piece = image.crop((150, 100, 150 + SIDE, 100 + SIDE))
        piece.save(desk / f"{name}.png")
        (desk / f"{name}s").mkdir()
        piece.save(desk / f"{name}s" / "one.png")
    (desk / "word.txt").write_text("open sesame\n")
    words = ("conceal", "secret.png", "-r", "reference.png", "-o", "stego.png", PLAIN, "--json")
    made(*words)


def made(*words: str) -> None:
    """Run a command that makes valid files, silently.

    Raises:
        RuntimeError: it failed.
    """
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        if run(list(words)):
            raise RuntimeError(f"sshr {words[0]} could not make the valid files")


def malformed(desk: Path, seed: int) -> list[Malformed]:
    """176 inputs, their files written into the desk. A stego is another one each time, so those
    that are damaged are copies of the reference."""
    rng = random.Random(seed)
    return [
        *_truncated(desk, rng),
        *_flipped(desk, rng),
        *_flipped_with_checksums(desk, rng),
        *_of_a_wrong_type(desk, rng),
        *_with_huge_headers(desk),
        *_bombs(desk),
        *_paths(desk),
        *_passphrases(desk, rng),
        *_tables(desk, rng),
        *_outputs(desk),
    ]


def _picture(name: str, fault: str) -> Malformed:
    return Malformed(
        name,
        fault,
        (
            ("conceal", name, "-r", "reference.png", "-o", "out.png", PLAIN),
            ("conceal", "secret.png", "-r", name, "-o", "out.png", PLAIN),
            ("reveal", name, "-r", "reference.png", "-o", "out.png", PLAIN),
            ("reveal", "stego.png", "-r", name, "-o", "out.png", PLAIN),
            ("inspect", name, "-r", "reference.png", PLAIN),
            ("inspect", "stego.png", "-r", name, PLAIN),
        ),
    )


def _encoded(desk: Path, file_format: str) -> bytes:
    file = io.BytesIO()
    with Image.open(desk / "reference.png") as image:
        image.save(file, file_format)
    return file.getvalue()


def _save(desk: Path, name: str, data: bytes, fault: str) -> Malformed:
    (desk / name).write_bytes(data)
    return _picture(name, fault)


def _truncated(desk: Path, rng: random.Random) -> Iterator[Malformed]:
    for n in range(28):
        data = _encoded(desk, FORMATS[n % len(FORMATS)])
        kept = rng.choice([rng.randrange(64), rng.randrange(len(data)), len(data) - 1 - n])
        yield _save(desk, f"cut{n}.img", data[:kept], "truncation")


def flipped(data: bytes, rng: random.Random, count: int, begin: int = 0) -> bytes:
    changed = bytearray(data)
    for _ in range(count):
        # Half of them where the headers are, which decide what a decoder does.
        last = rng.choice([min(len(data), begin + 64), len(data)])
        changed[rng.randrange(begin, last)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _flipped(desk: Path, rng: random.Random) -> Iterator[Malformed]:
    for n in range(28):
        data = flipped(_encoded(desk, FORMATS[n % len(FORMATS)]), rng, rng.choice([1, 3, 20]))
        yield _save(desk, f"flip{n}.img", data, "bit flips")


def _flipped_with_checksums(desk: Path, rng: random.Random) -> Iterator[Malformed]:
    for n in range(12):
        data = bytearray(flipped(_encoded(desk, "PNG"), rng, rng.choice([1, 4]), begin=12))
        place = 8
        while place + 12 <= len(data):
            end = place + 8 + int.from_bytes(data[place : place + 4], "big")
            data[end : end + 4] = zlib.crc32(data[place + 4 : end]).to_bytes(4, "big")
            place = end + 4
        yield _save(desk, f"sum{n}.png", bytes(data), "bit flips, PNG checksums put right")


def _of_a_wrong_type(desk: Path, rng: random.Random) -> Iterator[Malformed]:
    fault = "wrong type"
    for name, data in (
        ("empty.png", b""),
        ("text.png", b"This is no picture.\n" * 40),
        ("zeros.png", bytes(5000)),
        ("noise.png", rng.randbytes(5000)),
        ("page.jpg", b"<!doctype html><title>404</title>"),
        ("archive.png", b"PK\x03\x04" + rng.randbytes(400)),
        ("drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg' width='99' height='99'/>"),
        ("paper.png", b"%PDF-1.7\n" + rng.randbytes(400)),
        ("script.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\nshowpage\n"),
        ("magic.png", b"\x89PNG\r\n\x1a\n"),
    ):
        yield _save(desk, name, data, fault)
    yield _save(desk, "several.gif", _frames("GIF"), fault)
    yield _save(desk, "several.tif", _frames("TIFF"), fault)
    for mode in ("RGBA", "LA", "CMYK", "I;16", "F", "1"):
        file, name = io.BytesIO(), f"mode{mode.replace(';', '')}.tif"
        Image.new(mode, (SIDE, SIDE)).save(file, "TIFF")
        yield _save(desk, name, file.getvalue(), fault)


def _frames(file_format: str) -> bytes:
    file = io.BytesIO()
    frames = [Image.new("RGB", (SIDE, SIDE), (n, 9, 9)) for n in (10, 200, 90)]
    frames[0].save(file, file_format, save_all=True, append_images=frames[1:])
    return file.getvalue()


def _with_huge_headers(desk: Path) -> Iterator[Malformed]:
    """Headers that promise far more samples than follow."""
    fault = "huge dimensions in the header"
    png = _encoded(desk, "PNG")
    sizes = ((0, 0), (1, 1), (2**31 - 1, 2**31 - 1), (2**32 - 1, 1), (65535, 65535))
    for n, (width, height) in enumerate((*sizes, (12000, 12000), (40000, 3000), (13000, 13500))):
        body = b"IHDR" + struct.pack(">II", width, height) + png[24:29]
        data = png[:12] + body + zlib.crc32(body).to_bytes(4, "big") + png[33:]
        yield _save(desk, f"huge{n}.png", data, fault)
    bmp = _encoded(desk, "BMP")
    for n, size in enumerate((0x7FFFFFFF, 12000)):
        yield _save(
            desk, f"huge{n}.bmp", bmp[:18] + struct.pack("<ii", size, size) + bmp[26:], fault
        )
    yield _save(desk, "huge.ppm", b"P6 999999999 999999999 255\n" + bytes(99), fault)
    yield _save(desk, "large.ppm", b"P6 12000 12000 255\n" + bytes(99), fault)
    gif = _encoded(desk, "GIF")
    yield _save(desk, "huge.gif", gif[:6] + b"\xff\xff\xff\xff" + gif[10:], fault)
    jpeg = _encoded(desk, "JPEG")
    at = jpeg.index(b"\xff\xc0") + 5
    yield _save(desk, "huge.jpg", jpeg[:at] + b"\xff\xff\xff\xff" + jpeg[at + 4 :], fault)
    yield _save(desk, "large.jpg", jpeg[:at] + b"\x2e\xe0\x2e\xe0" + jpeg[at + 4 :], fault)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def _zeros(count: int) -> bytes:
    """So many zero bytes as a zlib stream, made from one block: compressing them takes seconds."""
    size = 1 << 16
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(bytes(size)) + packer.flush(zlib.Z_FULL_FLUSH)
    packer = zlib.compressobj(9, wbits=-15)
    rest = packer.compress(bytes(count % size)) + packer.flush()
    check = (count % 65521) << 16 | 1  # Adler-32 of zeros
    return b"\x78\xda" + block * (count // size) + rest + check.to_bytes(4, "big")


def _bombs(desk: Path) -> Iterator[Malformed]:
    """Small files that really hold what they promise."""
    fault = "decompression bomb"
    for n, (width, height, bits, colour) in enumerate(
        ((20000, 20000, 1, 0), (30000, 5200, 8, 0), (12500, 12500, 8, 2), (60000, 60000, 1, 3))
    ):
        row = 1 + -(-width * bits * (3 if colour == 2 else 1) // 8)
        header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
        palette = _chunk(b"PLTE", bytes(6)) if colour == 3 else b""
        data = _chunk(b"IDAT", _zeros(row * height))
        png = b"\x89PNG\r\n\x1a\n" + header + palette + data + _chunk(b"IEND", b"")
        yield _save(desk, f"bomb{n}.png", png, fault)
    png, zeros = _encoded(desk, "PNG"), _zeros(400 << 20)
    for kind in (b"zTXt", b"iCCP"):
        extra = _chunk(kind, b"x\0\0" + zeros)
        yield _save(desk, f"bomb-{kind.decode()}.png", png[:33] + extra + png[33:], fault)
    extra = _chunk(b"iTXt", b"x\0\1\0\0\0" + zeros)
    yield _save(desk, "bomb-iTXt.png", png[:33] + extra + png[33:], fault)
    size = struct.unpack(">I", png[33:37])[0]
    tail = png[33 + 12 + size :]
    yield _save(desk, "bomb-IDAT.png", png[:33] + _chunk(b"IDAT", zeros) + tail, fault)


def _paths(desk: Path) -> Iterator[Malformed]:
    """Names that lead to no file, or to no regular one; all are read only."""
    fault = "path trick"
    os.symlink("loop.png", desk / "loop.png")
    os.symlink("there.png", desk / "back.png")
    os.symlink("back.png", desk / "there.png")
    os.symlink("gone.png", desk / "dangling.png")
    os.symlink("/dev/zero", desk / "endless.png")
    os.mkfifo(desk / "pipe.png")
    (desk / "folder.png").mkdir()
    (desk / "new\nline.png").write_bytes(b"not a picture")
    (desk / "\x1b[31mred.png").write_bytes(b"not a picture")
    (desk / os.fsdecode(b"bytes\xff.png")).write_bytes(b"not a picture")
    for name in (
        *("loop.png", "back.png", "dangling.png", "endless.png", "pipe.png", "folder.png"),
        *(
            "new\nline.png",
            "\x1b[31mred.png",
            os.fsdecode(b"bytes\xff.png"),
            "gone\r\nsshr: ok.png",
        ),
        *("nul\0byte.png", "x" * 300 + ".png", "a/" * 3000 + "x.png", "secret.png/x.png", ""),
        *("/dev/zero", "/dev/null", "/dev/stdin", "../../../../../../no/such.png", "~/gone.png"),
        *("-", "http://localhost/x.png"),
    ):
        yield _picture(name, fault)


def _passphrases(desk: Path, rng: random.Random) -> Iterator[Malformed]:
    fault = "malformed passphrase file"
    (desk / "latin.txt").write_bytes("Übergröße".encode("latin-1"))
    (desk / "empty.txt").write_bytes(b"")
    (desk / "break.txt").write_bytes(b"\n")
    (desk / "binary.txt").write_bytes(b"\xff\xfe" + rng.randbytes(4000))
    os.mkfifo(desk / "pipe.txt")
    os.truncate(os.open(desk / "long.txt", os.O_CREAT | os.O_RDWR), 1 << 32)  # a hole of 4 GiB
    for name in (
        *("latin.txt", "empty.txt", "break.txt", "binary.txt", "pipe.txt", "long.txt"),
        *("loop.png", "folder.png", "/dev/zero", "/dev/null", "nul\0.txt", "gone\n.txt"),
    ):
        more = ("--passphrase-file", name)
        yield Malformed(
            name,
            fault,
            (
                ("conceal", "secret.png", "-r", "reference.png", "-o", "out.png", *more),
                ("reveal", "stego.png", "-r", "reference.png", "-o", "out.png", *more),
                ("inspect", "stego.png", "-r", "reference.png", *more),
            ),
        )


def _tables(desk: Path, rng: random.Random) -> Iterator[Malformed]:
    fault = "malformed table of pairs"
    rows = (
        *("one.png,one.png,../out.png", "one.png,one.png,/tmp/sshr-out.png", "one.png", ",,,,"),
        *("loop,loop,x.png", "../secret.png,../folder.png,x.png", 'one.png,"one', "a,b,x\0.png"),
        "one.png,one.png,\x1b[2J.png",
    )
    texts = [f"secret,reference,output\n{row}\n".encode() for row in rows]
    texts += [b"", b"secret\none.png\n", b"secret,reference\n" + b"x" * 200_000]
    texts += [rng.randbytes(999), b"secret,reference\na,b\na,c\n"]
    names = []
    for n, text in enumerate(texts):
        (desk / f"pairs{n}.csv").write_bytes(text)
        names.append(f"pairs{n}.csv")
    os.mkfifo(desk / "pipe.csv")
    words = ("-r", "references", "-o", "out", PLAIN, "--pairs")
    for name in (*names, "pipe.csv", "folder.png", "/dev/zero"):
        commands = (("conceal", "secrets", *words, name), ("reveal", "secrets", *words, name))
        yield Malformed(name, fault, commands, folders=True)


def _outputs(desk: Path) -> Iterator[Malformed]:
    fault = "path trick in the output"
    os.symlink("secret.png", desk / "link.png")
    for name in (
        *("secret.png", "link.png", "../desk/secret.png", "loop.png", "folder.png", "pipe.png"),
        *("no/such/x.png", "secret.png/x.png", "nul\0.png", "y" * 300 + ".png", "", ".", "x.jpg"),
        *("/dev/null", "/dev/null/x.png", "gone\n/x.png"),
    ):
        words = ("-r", "reference.png", "-o", name, PLAIN)
        commands = (("conceal", "secret.png", *words), ("reveal", "stego.png", *words))
        yield Malformed(name, fault, commands)
